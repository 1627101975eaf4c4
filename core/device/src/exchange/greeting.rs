//! How a run begins: token, number, greeting; keys and streams; the order to forget everything.

use std::collections::BTreeSet;

use rusqlite::Transaction;
use serde::{Deserialize, Serialize};
use yuandian_document::{Purpose, cbor};
use yuandian_model::planted::{self, Bug};
use yuandian_model::{Action, BlobHash, CaseId, PartitionId, Record, authorize};
use yuandian_sync::Opening;
use yuandian_sync::limits::{BUDGET_DEFAULT, MESSAGE_BYTES_MAX, SERVER_KEYS_MAX, STREAMS_MAX};
use yuandian_sync::message::{
    Hello, HelloReply, ServerKey, SignedMessage, SignedNotice, StreamId, WIRE_VERSION, Wipe,
};

use super::Run;
use crate::error::{DeviceError, Result};
use crate::glance::project;
use crate::phone::{APP, PersonRecord, Phone, Seen, new_incarnation};
use crate::state::state_of;
use crate::store::{blobs, cases, meta, outbox, private, streams, wipe};

/// Offers own files again that the server has lost. Gives the cases that show them.
pub(super) fn offer_lost(tx: &Transaction<'_>, lost: &[BlobHash]) -> Result<BTreeSet<CaseId>> {
    let mut touched = BTreeSet::new();
    for hash in lost.iter().filter(|_| !planted::is(Bug::LostNotOffered)) {
        let cases = blobs::offer_lost(tx, hash)?;
        if !cases.is_empty() {
            tracing::warn!(%hash, "the server has lost a file: it is offered again");
        }
        touched.extend(cases);
    }
    Ok(touched)
}

/// The token as the store keeps it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Token {
    token: String,
    /// How long it is good, ms.
    good_for_ms: i64,
    /// When it came, phone's wall clock.
    at_ms: i64,
}

impl Phone {
    /// The bearer token, unless it has ended as far as this phone can tell: a clock that was set only costs a greeting.
    ///
    /// # Errors
    /// The store's.
    pub fn token(&self) -> Result<Option<String>> {
        let Some(kept) = meta::get(&self.db, meta::TOKEN)? else { return Ok(None) };
        let kept: Token = serde_json::from_slice(&kept)?;
        let age_ms = self.ports.clock.wall_ms().saturating_sub(kept.at_ms);
        Ok((0..kept.good_for_ms).contains(&age_ms).then_some(kept.token))
    }

    /// Documents that this phone is willing to hold; above it streams come as lines alone.
    ///
    /// # Errors
    /// The store's.
    pub fn budget(&self) -> Result<u32> {
        let kept = meta::get(&self.db, meta::BUDGET)?.and_then(|bytes| bytes.try_into().ok());
        Ok(kept.map_or(BUDGET_DEFAULT, u32::from_be_bytes))
    }

    /// Sets how many documents this phone is willing to hold; the next greeting says so.
    ///
    /// # Errors
    /// The store's.
    pub fn set_budget(&mut self, documents: u32) -> Result<()> {
        let tx = self.db.unchecked_transaction()?;
        meta::set(&tx, meta::BUDGET, &documents.to_be_bytes())?;
        meta::unset(&tx, meta::TOKEN)?;
        tx.commit()?;
        Ok(())
    }

    pub(super) fn opening(&mut self) -> Result<Opening> {
        self.person()?;
        self.run = Run::default();
        outbox::offer_held_again(&self.db)?;
        let nonce = meta::get(&self.db, meta::NEXT_NUMBER)?.and_then(|bytes| bytes.try_into().ok());
        // Who wants to be forgotten greets, whatever token a run that was under way has brought.
        let token = self.token()?.is_some() && !self.wants_to_be_forgotten()?;
        Ok(Opening { token, nonce })
    }

    pub(super) fn hello(&self, nonce: [u8; 32]) -> Result<SignedMessage> {
        // Good for one greeting, whatever comes of it.
        meta::unset(&self.db, meta::NEXT_NUMBER)?;
        let mut held: Vec<_> = streams::all(&self.db)?.into_iter().map(|stream| stream.cursor).collect();
        held.truncate(STREAMS_MAX);
        let mut later: Vec<_> =
            self.server_keys()?.into_iter().filter(|key| key.endorser.is_some()).collect();
        later.truncate(SERVER_KEYS_MAX);
        let hello = Hello {
            version: WIRE_VERSION,
            device: self.certificate.device,
            nonce,
            app: APP.to_owned(),
            catalogue: self.catalogue.version(),
            streams: held,
            free_bytes: self.free_bytes(),
            budget: self.budget()?,
            keys: later,
            forget: self.wants_to_be_forgotten()?,
            reach: self.reach()?,
            apart: self.apart_told()?,
        };
        let message = cbor::encode(&hello);
        let signature = self.key.sign(Purpose::Hello, &message);
        Ok(SignedMessage { message, signature })
    }

    pub(super) fn keep_hello(&mut self, reply: &HelloReply) -> Result<()> {
        if let Some(notice) = &reply.wipe {
            return self.shut_out(notice, &reply.keys);
        }
        self.seen_monotonic_ms = Some(self.ports.clock.monotonic_ms());
        let head = reply.partitions.first();
        let seen = Seen {
            server_ms: Some(reply.server_ms),
            epoch: head.map(|h| h.epoch),
            seq: head.map(|h| h.head),
        };
        let before = self.person().ok();
        let person =
            PersonRecord { user: reply.user, name: reply.name.clone(), grants: reply.grants.clone() };
        let token = Token {
            token: reply.token.clone(),
            good_for_ms: reply.token_until_ms.saturating_sub(reply.server_ms),
            at_ms: self.ports.clock.wall_ms(),
        };
        let keys = believed(self.server_keys()?, &reply.keys);
        let heard = self.heard(reply.time_token.as_ref(), &keys);
        let tx = self.db.unchecked_transaction()?;
        meta::set(&tx, meta::SEEN, &serde_json::to_vec(&seen)?)?;
        meta::set(&tx, meta::PERSON, &serde_json::to_vec(&person)?)?;
        meta::set(&tx, meta::TOKEN, &serde_json::to_vec(&token)?)?;
        meta::set(&tx, meta::SERVER_KEYS, &cbor::encode(&keys))?;
        heard.iter().try_for_each(|heard| heard.keep(&tx))?;
        match &reply.next_nonce {
            Some(number) => meta::set(&tx, meta::NEXT_NUMBER, &number.0)?,
            None => meta::unset(&tx, meta::NEXT_NUMBER)?,
        }
        match reply.partition_digits {
            Some(digits) => meta::set(&tx, meta::PARTITION_DIGITS, &[digits])?,
            None => meta::unset(&tx, meta::PARTITION_DIGITS)?,
        }
        // Before what backups are said to hold: what is lost is in none.
        let mut touched = offer_lost(&tx, &reply.lost)?;
        touched.extend(self.see_heads(&tx, &reply.partitions, Some(&reply.ended))?);
        self.keep_streams(&tx, reply)?;
        if reply.streams.is_empty() {
            // Nothing is offered that a copied store could look at first.
            super::push::has_looked(&tx)?;
        }
        self.keep_appeal_answers(&tx, &reply.appeals)?;
        self.told_catalogue(&tx, reply.catalogue)?;
        outbox::offer_held_again(&tx)?;
        for doc in &touched {
            project(self, &tx, doc)?;
        }
        self.let_go(&tx)?;
        if before.is_none_or(|before| before.grants != person.grants) {
            self.forget_private(&tx, &person, reply.server_ms)?;
        }
        tx.commit()?;
        self.token_monotonic_ms = heard.map(|heard| heard.monotonic_ms()).or(self.token_monotonic_ms);
        self.run.heads.clone_from(&reply.partitions);
        self.use_told_catalogue()
    }

    /// A right may have ended whose cases are held by another one: the private answers that it let this person read go.
    fn forget_private(&self, tx: &Transaction<'_>, person: &PersonRecord, now_ms: i64) -> Result<()> {
        let actor = person.actor();
        for doc in private::of_others(tx)? {
            let Some(stored) = cases::case(tx, &doc)? else { continue };
            let state = state_of(&stored.facts, &person.user);
            let catalogue = self.catalogue_of(&stored.facts)?;
            // By a version that is not here nobody may.
            let service = catalogue.as_ref().and_then(|catalogue| catalogue.service(&state.service.0));
            let record = Record::Case { service, state: &state };
            if authorize(actor.at(now_ms), Action::ReadPrivate, record).is_err() {
                private::forget(tx, &doc)?;
            }
        }
        Ok(())
    }

    /// What is offered is held; what is held and not offered any more goes.
    fn keep_streams(&self, tx: &Transaction<'_>, reply: &HelloReply) -> Result<()> {
        let offered: BTreeSet<(PartitionId, &StreamId)> =
            reply.streams.iter().map(|offer| (offer.partition, &offer.stream)).collect();
        for stream in streams::all(tx)? {
            if !offered.contains(&(stream.cursor.partition, &stream.cursor.stream)) {
                streams::remove(tx, stream.num)?;
            }
        }
        reply.streams.iter().try_for_each(|offer| streams::offer(tx, offer))
    }

    /// The server's keys as this phone believes them.
    pub(crate) fn server_keys(&self) -> Result<Vec<ServerKey>> {
        let Some(kept) = meta::get(&self.db, meta::SERVER_KEYS)? else { return Ok(vec![]) };
        cbor::decode("server keys", &kept, MESSAGE_BYTES_MAX).map_err(|e| DeviceError::Damaged(e.to_string()))
    }

    /// Forgets everything, if the order is the server's and for this phone.
    fn shut_out(&mut self, notice: &SignedNotice, told: &[ServerKey]) -> Result<()> {
        let keys = believed(self.server_keys()?, told);
        let signer = keys.iter().find(|key| key.id() == notice.signer);
        let signed =
            signer.is_some_and(|key| key.verify(Purpose::Wipe, &notice.message, &notice.signature).is_ok());
        let order = cbor::decode::<Wipe>("wipe", &notice.message, MESSAGE_BYTES_MAX).ok();
        if !signed || order.is_none_or(|order| order.device != self.certificate.device) {
            tracing::error!("an order to forget everything that is not the server's, or not for this phone");
            return Ok(());
        }
        let files = self.drafted()?;
        let tx = self.db.unchecked_transaction()?;
        let why: &[u8] = if self.wants_to_be_forgotten()? { b"forgotten" } else { b"revoked" };
        wipe::everything(&tx, &files)?;
        new_incarnation(&tx, &mut self.ports)?;
        meta::set(&tx, meta::SHUT_OUT, why)?;
        tx.commit()?;
        self.run = Run::default();
        tracing::warn!("the server shut this phone out: everything is forgotten");
        Ok(())
    }
}

/// The first set as it is told; afterwards what is known, and what one that is known vouches for.
fn believed(known: Vec<ServerKey>, told: &[ServerKey]) -> Vec<ServerKey> {
    if known.is_empty() { told.to_vec() } else { ServerKey::believed(known, told) }
}
