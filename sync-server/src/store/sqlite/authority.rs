//! The second half of the seam on SQLite.

use std::collections::BTreeSet;

use yuandian_document::Purpose;
use yuandian_model::catalogue::CatalogueFile;
use yuandian_model::{CaseId, DeviceId, Grant, UserId};
use yuandian_sync::message::{AppealAnswer, PrivateReceipt, ServerKey, SignedNotice};

use super::writing::Transaction;
use super::{
    SqliteStore, appeals, catalogues, erasure, error, held, keys, looks, private, quarantine, rights,
    server_acts,
};
use crate::store::{
    Account, AppealLine, AppealOutcome, Authority, Forgotten, Held, Judge, Look, NewAppeal, NewLook,
    PrivateAsk, PublishOutcome, Quarantined, RightsChange, SealedRecord, StoreError, Whom,
};

impl Authority for SqliteStore {
    fn keys(&self, seed: &[u8; 32], now_ms: i64) -> Result<Vec<ServerKey>, StoreError> {
        let known = self.read(keys::all)?;
        if !known.is_empty() {
            return Ok(known);
        }
        self.write(|t| {
            if keys::all(t)?.is_empty() {
                keys::add(t, seed, now_ms)?;
            }
            keys::all(t)
        })
    }
    fn believe_keys(&self, told: &[ServerKey]) -> Result<(), StoreError> {
        let known = self.read(keys::all)?;
        if told.iter().all(|key| known.iter().any(|old| old.public == key.public)) {
            return Ok(());
        }
        self.write(|t| keys::believe(t, told))
    }
    fn rotate_key(&self, seed: &[u8; 32], now_ms: i64) -> Result<Vec<ServerKey>, StoreError> {
        self.write(|t| {
            keys::add(t, seed, now_ms)?;
            keys::all(t)
        })
    }
    fn notice(&self, purpose: Purpose, message: Vec<u8>) -> Result<SignedNotice, StoreError> {
        self.read(|t| keys::notice(t, purpose, message))
    }
    fn days_known(&self, days: &str, now_ms: i64) -> Result<(), StoreError> {
        if self.read(|t| server_acts::goes_by_days(t, days))? {
            return Ok(());
        }
        self.write(|t| server_acts::days_known(t, days, now_ms))
    }
    fn catalogue_versions(&self) -> Result<Vec<u32>, StoreError> {
        self.read(catalogues::versions)
    }
    fn catalogue(&self, version: u32) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(|t| catalogues::signed(t, version))
    }
    fn publish(&self, files: &[CatalogueFile<'_>], now_ms: i64) -> Result<PublishOutcome, StoreError> {
        self.write(|t| catalogues::put(t, files, now_ms))
    }
    fn note_told_catalogue(&self, version: u32) -> Result<(), StoreError> {
        self.write(|t| catalogues::note_told(t, version))
    }
    fn told_catalogue(&self) -> Result<Option<u32>, StoreError> {
        self.read(catalogues::told)
    }
    fn grant(&self, whom: &Whom, grant: &Grant, now_ms: i64) -> Result<RightsChange, StoreError> {
        self.write(|t| rights::grant(t, whom, grant, now_ms))
    }
    fn revoke(&self, whom: &Whom, grant: Option<&Grant>, now_ms: i64) -> Result<RightsChange, StoreError> {
        self.write(|t| rights::revoke(t, whom, grant, now_ms))
    }
    fn shut_out(&self, whom: &Whom, now_ms: i64) -> Result<RightsChange, StoreError> {
        self.write(|t| rights::shut(t, whom, now_ms))
    }
    fn forget_person(
        &self,
        user: &UserId,
        judge: &dyn Judge,
        now_ms: i64,
    ) -> Result<Option<Forgotten>, StoreError> {
        self.write(|t| erasure::forget(t, user, judge, now_ms))
    }
    fn forgotten(&self) -> Result<Vec<(UserId, i64)>, StoreError> {
        self.read(erasure::forgotten)
    }
    fn erasure_due(&self) -> Result<bool, StoreError> {
        self.read(erasure::scrub_due)
    }
    fn scrub(&self) -> Result<bool, StoreError> {
        if !self.read(erasure::scrub_due)? {
            return Ok(true);
        }
        // Nobody erases anything between the two: what came after the cut would be called cut.
        let mut writer = self.writer();
        let busy: bool =
            writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)).map_err(error)?;
        if !busy {
            let transaction = writer.transaction().map_err(error)?;
            erasure::scrubbed(&Transaction::within(&transaction))?;
            transaction.commit().map_err(error)?;
        }
        Ok(!busy)
    }
    fn ripe(&self, now_ms: i64) -> Result<Vec<Held>, StoreError> {
        self.read(|t| held::ripe(t, now_ms))
    }
    fn quarantine(&self) -> Result<Vec<Quarantined>, StoreError> {
        self.read(quarantine::list)
    }
    fn settle(&self, id: u64) -> Result<bool, StoreError> {
        self.write(|t| quarantine::settle(t, id))
    }
    fn appeal(
        &self,
        account: &Account,
        appeal: &NewAppeal,
        now_ms: i64,
    ) -> Result<AppealOutcome, StoreError> {
        self.write(|t| appeals::keep(t, account, appeal, now_ms))
    }
    fn appeals(&self) -> Result<Vec<AppealLine>, StoreError> {
        self.read(appeals::list)
    }
    fn answer(&self, ticket: u64, granted: bool, words: &str, now_ms: i64) -> Result<bool, StoreError> {
        self.write(|t| appeals::answer(t, ticket, granted, words, now_ms))
    }
    fn answers(&self, device: &DeviceId, since_ms: i64) -> Result<Vec<AppealAnswer>, StoreError> {
        self.read(|t| appeals::answers(t, device, since_ms))
    }
    fn put_private(
        &self,
        ask: &PrivateAsk<'_>,
        judge: &dyn Judge,
        now_ms: i64,
    ) -> Result<Vec<PrivateReceipt>, StoreError> {
        self.write(|t| private::put(t, ask, judge, now_ms))
    }
    fn note_looks(&self, reader: &UserId, looks: &[NewLook], now_ms: i64) -> Result<bool, StoreError> {
        // An idle sync writes nothing.
        if self.read(|t| looks::known(t, reader, looks))? {
            return Ok(true);
        }
        self.write(|t| looks::note(t, reader, looks, now_ms))
    }
    fn looks(&self, case: &CaseId) -> Result<Vec<Look>, StoreError> {
        self.read(|t| looks::of_case(t, case))
    }
    fn subjects(&self) -> Result<BTreeSet<UserId>, StoreError> {
        self.read(private::subjects)
    }
    fn plain_private(&self) -> Result<Vec<(UserId, SealedRecord)>, StoreError> {
        self.read(private::plain)
    }
    fn seal_private(&self, sealed: &[SealedRecord]) -> Result<(), StoreError> {
        self.write(|t| private::seal(t, sealed))
    }
    fn open_refill(&self, until_ms: i64) -> Result<(), StoreError> {
        self.write(|t| held::open_refill(t, until_ms))
    }
}
