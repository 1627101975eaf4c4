//! HELLO: a signed number becomes a token, and the streams are told. The only place where streams change.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};
use yuandian_document::{CertifiedKey, Purpose, cbor};
use yuandian_model::limits::APART_MAX;
use yuandian_model::{BlobHash, DeviceId, Epoch};
use yuandian_sync::limits::{LOST_TOLD_MAX, SERVER_KEYS_MAX, STREAMS_MAX};
use yuandian_sync::message::{
    Hello, HelloReply, Nonce, NonceBytes, NonceRequest, RemovedStream, SignedMessage, SignedNotice,
    WIRE_VERSION, Wipe,
};

use super::{Hub, spoken};
use crate::limits::{ANSWER_TOLD_MS, APP_BYTES_MAX, BODY_BYTES_MAX, NONCE_MS, TOKEN_MS};
use crate::problem::Problem;
use crate::store::{Account, NonceSpend};
use crate::streams::streams_for;

/// Why a stream is taken from a device: no right of its person leads to it.
const NO_RIGHT: &str = "no_right";
/// The device or its person was shut out.
const REVOKED: &str = "revoked";

impl Hub {
    pub(super) fn nonce(&self, ask: &NonceRequest, now_ms: i64) -> Result<Nonce, Problem> {
        spoken(ask.version)?;
        if self.store.account(&ask.device)?.is_none() {
            return Err(Problem::DeviceUnknown);
        }
        let nonce = self.draw();
        self.store.put_nonce(&ask.device, &nonce, now_ms + NONCE_MS)?;
        Ok(Nonce { version: WIRE_VERSION, nonce, server_ms: now_ms })
    }

    pub(super) fn hello(&self, signed: &SignedMessage, now_ms: i64) -> Result<HelloReply, Problem> {
        let hello: Hello =
            cbor::decode("hello", &signed.message, BODY_BYTES_MAX).map_err(|_| Problem::Malformed)?;
        spoken(hello.version)?;
        if hello.streams.len() > STREAMS_MAX
            || hello.keys.len() > SERVER_KEYS_MAX
            || hello.app.len() > APP_BYTES_MAX
            || hello.apart.as_ref().is_some_and(|others| others.len() > APART_MAX)
        {
            return Err(Problem::OverLimit);
        }
        let account = self.store.account(&hello.device)?.ok_or(Problem::DeviceUnknown)?;
        CertifiedKey::believed(account.device, &account.key)
            .and_then(|key| key.verify(Purpose::Hello, &signed.message, &signed.signature))
            .map_err(|_| Problem::SignatureInvalid)?;
        let token: [u8; 32] = self.draw();
        let token_until_ms = now_ms + TOKEN_MS;
        let spend = NonceSpend {
            device: account.device,
            nonce: hello.nonce,
            token_hash: Sha256::digest(token).into(),
            token_until_ms,
        };
        if !self.store.spend_nonce(&spend, now_ms)? {
            return Err(Problem::NonceInvalid);
        }
        if !hello.keys.is_empty() {
            self.ready(now_ms)?;
            self.store.believe_keys(&hello.keys)?;
        }
        if let Some(reach) = hello.reach.filter(|reach| reach.quiet.is_of_a_day() && !account.shut_out) {
            self.store.put_reach(&account.user, &reach)?;
        }
        if let Some(others) = hello.apart.as_ref().filter(|_| !account.shut_out) {
            let others = others.iter().copied().filter(|other| *other != account.user).collect();
            self.store.put_apart(&account.user, &others, now_ms)?;
        }
        let rules = self.rules();
        if !rules.knows(hello.catalogue) {
            self.store.note_told_catalogue(hello.catalogue)?;
        }
        // Not for a device that was shut out: whoever holds a stolen one is not the person. One that was forgotten is shut out as well, and is
        // told the same again.
        let wish = hello.forget && !account.shut_out;
        let account = if wish { self.forget(&account, now_ms)? } else { account };
        // Who was shut out holds nothing, and is told to forget everything.
        let wipe = account.shut_out.then(|| self.wipe(&account.device, now_ms)).transpose()?;
        let streams = if account.shut_out { BTreeSet::new() } else { streams_for(account.at(now_ms)) };
        let offers = self.offered(&hello, &account, &streams)?;
        let next_nonce = self.draw();
        self.greeted(&hello, &account, &offers, (next_nonce, now_ms))?;
        let heads = self.store.heads()?;
        // A backup holds every file that is stored in the same moment of the database.
        let blob_safe_seq = heads.first().and_then(|head| head.safe_seq);
        let lives: BTreeSet<Epoch> = hello.streams.iter().filter_map(|held| held.epoch).collect();
        let over = lives.into_iter().filter(|life| !heads.iter().any(|head| head.epoch == *life));
        let ended = self.store.ended(&over.collect())?;
        let lost = if account.shut_out { Vec::new() } else { self.lost_of(&account)? };
        let reason = if account.shut_out { REVOKED } else { NO_RIGHT };
        let removed = hello
            .streams
            .into_iter()
            .filter(|held| !streams.contains(&held.stream))
            .map(|held| RemovedStream { stream: held.stream, reason: reason.to_owned() })
            .collect();
        Ok(HelloReply {
            version: WIRE_VERSION,
            token: hex::encode(token),
            token_until_ms,
            server_ms: now_ms,
            user: account.user,
            grants: account.at(now_ms).told(),
            name: account.name,
            streams: offers.0,
            removed,
            partitions: heads,
            time_token: Some(cbor::encode(&self.time_token(now_ms)?).into()),
            lease: None,
            catalogue: rules.catalogue().version(),
            min_client: None,
            blob_safe_seq,
            keys: self.keys(now_ms)?,
            notices: Vec::new(),
            wipe,
            next_nonce: Some(NonceBytes(next_nonce)),
            appeals: self.store.answers(&account.device, now_ms.saturating_sub(ANSWER_TOLD_MS))?,
            partition_digits: rules.partition_digits(),
            ended,
            lost,
        })
    }

    /// What a device is asked to send again.
    pub(super) fn lost_of(&self, account: &Account) -> Result<Vec<BlobHash>, Problem> {
        Ok(self.store.lost_of(&account.device, LOST_TOLD_MAX)?)
    }

    /// The order to forget everything.
    fn wipe(&self, device: &DeviceId, now_ms: i64) -> Result<SignedNotice, Problem> {
        self.ready(now_ms)?;
        let order = Wipe { version: WIRE_VERSION, device: *device, issued_ms: now_ms };
        Ok(self.store.notice(Purpose::Wipe, cbor::encode(&order))?)
    }
}
