//! Private answers: sealed under their author's key before they are kept, opened for who may read them; and the end of key and rows where their
//! author is forgotten. The store sees sealed bytes alone. Who is told somebody else's stands in the log before the reply goes out.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLockReadGuard, RwLockWriteGuard};

use yuandian_model::{CaseId, Code, UserId};
use yuandian_sync::message::{PrivateReceipt, PrivateRecord, PulledCase};

use super::Hub;
use super::rules::POSITION;
use crate::keys::{KeyError, SubjectKey};
use crate::planted_places;
use crate::problem::Problem;
use crate::seal::{self, is_sealed};
use crate::store::{Account, NewLook, Opened, PrivateAsk, SealedAnswer, SealedRecord};

impl Hub {
    /// Keeps private answers, after the commits, which may have opened their cases. Where the keys cannot be used now they wait on their phone.
    pub(super) fn keep_private(
        &self,
        records: &[PrivateRecord],
        account: &Account,
        now_ms: i64,
    ) -> Result<Vec<PrivateReceipt>, Problem> {
        if records.is_empty() {
            return Ok(Vec::new());
        }
        let all = |code: Code| {
            let one = |record: &PrivateRecord| PrivateReceipt {
                document: record.document,
                key: record.key.clone(),
                version: record.version,
                code,
            };
            records.iter().map(one).collect()
        };
        let _nobody_is_forgotten = self.remembering();
        // The person may have been forgotten since this request was let in.
        let shut_out = self.store.account(&account.device)?.is_none_or(|account| account.shut_out);
        if account.shut_out || shut_out {
            return Ok(all(Code::RRevoked));
        }
        let key = match self.keys.make(&account.user, SubjectKey::new(self.draw())) {
            Ok(key) => key,
            Err(reason) => {
                tracing::error!(%reason, "private answers are not taken for now");
                return Ok(all(Code::RetryLater));
            }
        };
        let sealed: Vec<SealedRecord> = records.iter().map(|record| self.sealed(&key, record)).collect();
        let opens = |case: &CaseId, name: &str, value: &[u8]| {
            !is_sealed(value) || seal::open(&key, (case, name), value).is_some()
        };
        let ask = PrivateAsk { account, records: &sealed, opens: &opens };
        Ok(self.store.put_private(&ask, &*self.rules(), now_ms)?)
    }

    fn sealed(&self, key: &SubjectKey, record: &PrivateRecord) -> SealedRecord {
        if planted_places::any_tells() && record.key == POSITION {
            planted_places::note(record.document, &record.value);
        }
        let value = match record.value.as_str() {
            "" => Vec::new(),
            answer => seal::seal(key, self.draw(), (&record.document, &record.key), answer),
        };
        SealedRecord { document: record.document, key: record.key.clone(), value, version: record.version }
    }

    /// Opens answers for one reply; each key is read once.
    pub(super) fn opener(&self) -> impl Fn(&SealedAnswer<'_>) -> Opened + '_ {
        let known: RefCell<BTreeMap<UserId, Result<Option<SubjectKey>, KeyError>>> = RefCell::default();
        move |answer| {
            if !is_sealed(answer.value) {
                // An older version of this program kept it, and it waits to be sealed.
                return String::from_utf8(answer.value.to_vec()).map_or(Opened::Lost, Opened::Answer);
            }
            let mut known = known.borrow_mut();
            match known.entry(*answer.author).or_insert_with(|| self.keys.get(answer.author)) {
                Err(reason) => {
                    tracing::error!(case = %answer.case, %reason, "a private answer cannot be opened now");
                    Opened::Later
                }
                Ok(key) => {
                    let of = (answer.case, answer.key);
                    let opened = key.as_ref().and_then(|key| seal::open(key, of, answer.value));
                    if opened.is_none() {
                        tracing::warn!(case = %answer.case, "no key here opens a private answer");
                    }
                    opened.map_or(Opened::Lost, Opened::Answer)
                }
            }
        }
    }

    /// Writes down whose private answers a reply is about to tell to somebody else.
    ///
    /// # Errors
    /// A [`Problem`] of the store, or [`Problem::Busy`] where an author was forgotten meanwhile: then nothing is told.
    pub(super) fn note_looks(
        &self,
        cases: &[PulledCase],
        account: &Account,
        now_ms: i64,
    ) -> Result<(), Problem> {
        let told = |case: &PulledCase| {
            let answers = case.private.as_ref().filter(|answers| !answers.is_empty())?;
            let own = case.facts.as_ref().is_some_and(|facts| facts.author.user == account.user);
            let answers = answers.iter().map(|answer| (answer.key.clone(), answer.version)).collect();
            (!own).then_some(NewLook { document: case.document, answers })
        };
        let looks: Vec<NewLook> = cases.iter().filter_map(told).collect();
        if looks.is_empty() || self.store.note_looks(&account.user, &looks, now_ms)? {
            Ok(())
        } else {
            Err(Problem::Busy)
        }
    }

    /// A person wants to be forgotten: done when this returns, and the account is as everybody's who was shut out.
    pub(super) fn forget(&self, account: &Account, now_ms: i64) -> Result<Account, Problem> {
        self.ready(now_ms)?;
        let forgetting = self.forgetting();
        self.store.forget_person(&account.user, &*self.rules(), now_ms)?;
        // What cannot be done now the next tick does.
        self.finish_forgetting(&forgetting)?;
        drop(forgetting);
        self.store.account(&account.device)?.ok_or(Problem::DeviceUnknown)
    }

    /// What is left to do of private answers at a tick: those of an older version are sealed, those whose time has come go, and who was forgotten
    /// loses key and log. `now_ms`: server's clock, ms since 1970.
    pub(super) fn look_after_private(&self, now_ms: i64) -> Result<(), Problem> {
        self.seal_plain()?;
        for case in self.store.retention_due(now_ms)? {
            self.store.expire_private(&case, &*self.rules(), now_ms)?;
        }
        if self.store.erasure_due()? {
            self.finish_forgetting(&self.forgetting())?;
        }
        Ok(())
    }

    /// Destroys the keys of everybody who was forgotten, then cuts the log, which ends it. What is in the way only delays it: the transaction that
    /// erased has noted that it is due.
    fn finish_forgetting(&self, _alone: &RwLockWriteGuard<'_, ()>) -> Result<(), Problem> {
        for (user, _) in self.store.forgotten()? {
            if let Err(reason) = self.keys.destroy(&user) {
                tracing::error!(%reason, "the key of somebody who was forgotten is still there");
                return Ok(());
            }
        }
        self.store.scrub()?;
        Ok(())
    }

    fn seal_plain(&self) -> Result<(), Problem> {
        let _nobody_is_forgotten = self.remembering();
        let plain = self.store.plain_private()?;
        if plain.is_empty() {
            return Ok(());
        }
        let mut sealed = Vec::new();
        for (author, record) in plain.into_iter().filter(|(_, record)| !is_sealed(&record.value)) {
            let Ok(answer) = std::str::from_utf8(&record.value) else { continue };
            match self.keys.make(&author, SubjectKey::new(self.draw())) {
                Ok(key) => {
                    let value = seal::seal(&key, self.draw(), (&record.document, &record.key), answer);
                    sealed.push(SealedRecord { value, ..record });
                }
                Err(reason) => {
                    tracing::error!(%reason, "private answers of an older version stay plain for now");
                    return Ok(());
                }
            }
        }
        tracing::info!(answers = sealed.len(), "private answers of an older version are sealed");
        Ok(self.store.seal_private(&sealed)?)
    }

    /// Held while a key is made and used: nobody is forgotten in between.
    fn remembering(&self) -> RwLockReadGuard<'_, ()> {
        self.forgetting.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn forgetting(&self) -> RwLockWriteGuard<'_, ()> {
        self.forgetting.write().unwrap_or_else(PoisonError::into_inner)
    }
}
