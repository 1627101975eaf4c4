//! A phone: its identity, its store and its ports. Synchronous and single-threaded, so that the simulated world runs the real one.
//!
//! Commands are in [`crate::write`], reading in [`crate::view`], the store's side of sync in [`crate::exchange`].

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::Path;

use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use yuandian_document::{Captured, DeviceCertificate, DeviceKey, Purpose, cbor};
use yuandian_model::catalogue::{Language, Title};
use yuandian_model::words::Words;
use yuandian_model::{Actor, CaseId, Catalogue, DivisionCode, Divisions, Epoch, Grant, Incarnation, UserId};
use yuandian_sync::Link;
use yuandian_sync::message::{Enroll, Enrolled, SignedMessage, WIRE_VERSION};

use crate::catalogues;
use crate::error::{DeviceError, Result};
use crate::exchange::Run;
use crate::ports::Ports;
use crate::rights::RightView;
use crate::store::{self, meta};

/// Name and version of the app, as the server's log shows it.
pub const APP: &str = concat!("yuandian/", env!("CARGO_PKG_VERSION"));

/// Who the phone speaks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonRecord {
    /// The person.
    pub user: UserId,
    /// Display name.
    pub name: String,
    /// Rights as the server gave them last.
    pub grants: Vec<Grant>,
}

impl PersonRecord {
    pub(crate) fn actor(&self) -> Actor {
        Actor { user: self.user, grants: self.grants.clone() }
    }

    /// The rights in words, as the server gave them last.
    #[must_use]
    pub fn rights(&self) -> Vec<RightView> {
        self.grants.iter().map(RightView::of).collect()
    }
}

/// The last word of the server's clock: kept for the bracket around captures.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Seen {
    pub server_ms: Option<i64>,
    pub epoch: Option<Epoch>,
    pub seq: Option<u64>,
}

/// A phone with its store open. One a process and store.
pub struct Phone {
    pub(crate) db: Connection,
    pub(crate) ports: Ports,
    /// The version in force.
    pub(crate) catalogue: Catalogue,
    pub(crate) versions: RefCell<catalogues::Loaded>,
    pub(crate) words: Words,
    language: Language,
    pub(crate) divisions: Divisions,
    pub(crate) key: DeviceKey,
    pub(crate) certificate: DeviceCertificate,
    pub(crate) seen_monotonic_ms: Option<u64>,
    /// When the last time token came, by the monotonic clock; none in a process that has not heard one.
    pub(crate) token_monotonic_ms: Option<u64>,
    pub(crate) run: Run,
    /// What the platform says of its network and power.
    pub(crate) link: Link,
    /// Cases whose line was written or went since this was last asked: what a screen must look at again.
    pub(crate) changed: RefCell<BTreeSet<CaseId>>,
}

impl Phone {
    /// Opens a phone's store, or makes one.
    ///
    /// A store whose mark is not the one given was copied or restored: it goes on under a new incarnation.
    ///
    /// # Errors
    /// [`DeviceError::InUse`], [`DeviceError::NewerStore`], [`DeviceError::StorageFull`], [`DeviceError::Damaged`],
    /// [`DeviceError::WrongKey`]; [`DeviceError::Invalid`] for a key where this build encrypts nothing.
    pub fn open(store: &Path, mut ports: Ports) -> Result<Self> {
        let mut db = store::open(store, ports.vfs.as_deref(), ports.database_key.as_ref())?;
        let tx = db.transaction()?;
        let seed: [u8; 32] = match meta::get(&tx, meta::KEY_SEED)? {
            Some(seed) => {
                seed.try_into().map_err(|_| DeviceError::Damaged("the key has a wrong length".into()))?
            }
            None => {
                let mut seed = [0; 32];
                ports.randomness.fill(&mut seed);
                meta::set(&tx, meta::KEY_SEED, &seed)?;
                seed
            }
        };
        let mark = meta::get(&tx, meta::MARK)?;
        if mark.as_deref() != Some(ports.mark.as_bytes()) {
            new_incarnation(&tx, &mut ports)?;
            meta::set(&tx, meta::MARK, ports.mark.as_bytes())?;
            if mark.is_some() {
                meta::set(&tx, meta::LOOK_FIRST, &[1])?;
                tracing::warn!("the store was copied or restored: it goes on under a new incarnation");
            }
        }
        tx.commit()?;
        let (catalogue, words) = (catalogues::in_force(&db)?, catalogues::words(&db)?);
        let key = DeviceKey::from_seed(&seed);
        let certificate = DeviceCertificate::issue(ports.signer.as_ref(), &key)?;
        let mut phone = Self {
            db,
            ports,
            catalogue,
            versions: RefCell::default(),
            words,
            language: Language::default(),
            divisions: Divisions::zhengzhou(),
            key,
            certificate,
            seen_monotonic_ms: None,
            token_monotonic_ms: None,
            run: Run::default(),
            link: Link::default(),
            changed: RefCell::default(),
        };
        store::scrub(&phone.db);
        phone.remove_doomed()?;
        phone.requeue_foreign_incarnations()?;
        if phone.person().is_ok() {
            let tx = phone.db.unchecked_transaction()?;
            phone.retain(&tx, None)?;
            if meta::get(&tx, meta::TELL_AGAIN)?.is_some() {
                phone.tell_lines_again(&tx)?;
            }
            tx.commit()?;
            store::scrub(&phone.db);
        }
        Ok(phone)
    }

    /// What people read.
    #[must_use]
    pub fn words(&self) -> &Words {
        &self.words
    }

    /// The language in which views are read from now on; zh-Hans at first. What was kept as a note stays as it was written.
    pub fn set_language(&mut self, language: Language) {
        self.language = language;
    }

    /// Words in the language in which views are read.
    #[must_use]
    pub(crate) fn worded(&self, title: Title) -> String {
        title.read_in(self.language)
    }

    /// What people read of a division; its code where nothing of it is known here.
    #[must_use]
    pub fn division_title(&self, code: &DivisionCode) -> String {
        self.divisions.title(code).unwrap_or_else(|| code.to_string())
    }

    /// The phone's own id: a hash of its root key.
    #[must_use]
    pub fn device(&self) -> yuandian_model::DeviceId {
        self.certificate.device
    }

    /// Who the phone speaks for.
    ///
    /// # Errors
    /// [`DeviceError::NotEnrolled`]; [`DeviceError::ShutOut`] where the server has told this phone to forget everything.
    pub fn person(&self) -> Result<PersonRecord> {
        if let Some(record) = meta::get(&self.db, meta::PERSON)? {
            return Ok(serde_json::from_slice(&record)?);
        }
        Err(match meta::get(&self.db, meta::SHUT_OUT)? {
            Some(reason) => DeviceError::ShutOut { reason: String::from_utf8_lossy(&reason).into_owned() },
            None => DeviceError::NotEnrolled,
        })
    }

    /// The server's address, once enrolled.
    ///
    /// # Errors
    /// [`DeviceError::NotEnrolled`].
    pub fn server(&self) -> Result<String> {
        let address = meta::get(&self.db, meta::SERVER)?.ok_or(DeviceError::NotEnrolled)?;
        String::from_utf8(address).map_err(|e| DeviceError::Damaged(e.to_string()))
    }

    /// A request to be enrolled with an invitation, signed.
    ///
    /// # Errors
    /// [`DeviceError::Invalid`] for a name or code that is empty or too long.
    pub fn enroll_request(&self, code: &str, name: &str) -> Result<SignedMessage> {
        let name = name.trim();
        if name.is_empty() {
            return Err(DeviceError::invalid("name", "a name that others see is needed"));
        }
        yuandian_model::form::text_within("name", name, yuandian_model::limits::NAME_CHARS_MAX)?;
        if code.trim().is_empty() || code.len() > 64 {
            return Err(DeviceError::invalid("code", "not an invitation code"));
        }
        let enroll = Enroll {
            version: WIRE_VERSION,
            code: code.trim().to_owned(),
            name: name.to_owned(),
            certificate: self.certificate.clone(),
            app: APP.to_owned(),
        };
        let message = cbor::encode(&enroll);
        let signature = self.key.sign(Purpose::Enroll, &message);
        Ok(SignedMessage { message, signature })
    }

    /// Keeps the server's answer to [`Phone::enroll_request`].
    ///
    /// # Errors
    /// The store's.
    pub fn enrolled(&mut self, server: &str, reply: &Enrolled) -> Result<()> {
        let person =
            PersonRecord { user: reply.user, name: reply.name.clone(), grants: reply.grants.clone() };
        let tx = self.db.transaction()?;
        meta::set(&tx, meta::PERSON, &serde_json::to_vec(&person)?)?;
        meta::set(&tx, meta::SERVER, server.as_bytes())?;
        meta::unset(&tx, meta::SHUT_OUT)?;
        tx.commit()?;
        Ok(())
    }

    /// Bytes of free space, where the system says.
    #[must_use]
    pub fn free_bytes(&self) -> Option<u64> {
        self.ports.space.free_bytes()
    }

    pub(crate) fn seen(&self) -> Result<Seen> {
        match meta::get(&self.db, meta::SEEN)? {
            Some(seen) => Ok(serde_json::from_slice(&seen)?),
            None => Ok(Seen::default()),
        }
    }

    /// Now, with the bracket that the last contact gives.
    pub(crate) fn captured(&self) -> Result<Captured> {
        let seen = self.seen()?;
        let now = self.ports.clock.monotonic_ms();
        Ok(Captured {
            wall_ms: self.ports.clock.wall_ms(),
            seen_ms: seen.server_ms,
            since_ms: self.seen_monotonic_ms.map(|at| now.saturating_sub(at)),
            epoch: seen.epoch,
            seq: seen.seq,
        })
    }

    /// Now by the server's clock, ms since 1970, as far as this phone knows: what it was told last and the time since, else its own clock.
    pub(crate) fn server_ms(&self) -> i64 {
        self.told_ms().unwrap_or_else(|| self.ports.clock.wall_ms())
    }

    /// Now by what the server has told this process of its clock; none before it did.
    fn told_ms(&self) -> Option<i64> {
        let told = self.seen().ok().and_then(|seen| seen.server_ms)?;
        let since = self.ports.clock.monotonic_ms().saturating_sub(self.seen_monotonic_ms?);
        Some(told.saturating_add(i64::try_from(since).unwrap_or(i64::MAX)))
    }

    /// By how much this phone's clock is ahead of the server's, ms; below zero where it is behind, none before the server was reached since the phone was
    /// opened.
    #[must_use]
    pub fn clock_off_ms(&self) -> Option<i64> {
        self.told_ms().map(|told| self.ports.clock.wall_ms().saturating_sub(told))
    }

    /// What spreads the pauses of a run.
    pub(crate) fn seed(&mut self) -> u64 {
        let mut seed = [0; 8];
        self.ports.randomness.fill(&mut seed);
        u64::from_be_bytes(seed)
    }

    pub(crate) fn uuid(&mut self) -> (i64, [u8; 10]) {
        let mut random = [0; 10];
        self.ports.randomness.fill(&mut random);
        (self.ports.clock.wall_ms(), random)
    }
}

/// Reads the life of the store.
pub(crate) fn incarnation(db: &Connection) -> Result<Incarnation> {
    let bytes = meta::get(db, meta::INCARNATION)?.unwrap_or_default();
    store::id(bytes, Incarnation::from_slice)
}

/// Begins a new life: new actors, a new chain.
pub(crate) fn new_incarnation(db: &Connection, ports: &mut Ports) -> Result<Incarnation> {
    let mut fresh = [0; 16];
    ports.randomness.fill(&mut fresh);
    meta::set(db, meta::INCARNATION, &fresh)?;
    meta::unset(db, meta::CHAIN_N)?;
    meta::unset(db, meta::CHAIN_PREV)?;
    Ok(Incarnation(fresh))
}
