//! The store on SQLite: one file, one writer, as many readers as there are workers.

mod ages;
mod appeals;
mod authority;
mod captures;
mod catalogues;
mod commits;
mod consents;
mod contacts;
pub(super) mod copies;
mod documents;
mod doings;
mod erasure;
mod feed;
mod files;
mod held;
mod hours;
mod keys;
mod likeness;
mod log;
mod looks;
mod membership;
mod notifications;
mod numbers;
mod overview;
mod partitions;
mod people;
mod pragmas;
mod private;
mod pulled;
mod quarantine;
mod records;
mod redaction;
mod retention;
mod rights;
mod row;
pub(crate) mod schema;
mod server_acts;
mod settings;
mod timers;
mod uploads;
mod witness;
mod writing;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};
use yuandian_model::planted::{self, Bug};
use yuandian_model::{BlobHash, CaseId, CaseState, DeviceId, DivisionCode, Epoch, PartitionId, UserId};
use yuandian_sync::StreamId;
use yuandian_sync::check::StreamSum;
use yuandian_sync::message::{CommitNumber, EndedLife, PartitionHead};

use super::{
    Account, Asked, BackupState, Batch, CaseLine, CaseRecord, CaseStream, Committed, Contact, Copied,
    DocsAsk, DocsPage, EnrollOutcome, Enrollment, Envelopes, Judge, ManifestAsk, ManifestPage, NewInvitation,
    NonceSpend, OverBudget, Page, PageAsk, ReadableBlob, SavedDocument, ServerAct, Situation, Store,
    StoreError, Swept, Upload, UploadId, UploadOutcome,
};

use writing::{Transaction, Writing};

/// A SQLite database as a [`Store`].
pub struct SqliteStore {
    path: PathBuf,
    writer: Writing,
    readers: Mutex<Vec<Connection>>,
    /// Whether the writer reads, too: on a VFS without shared memory there is one connection.
    alone: bool,
    vfs: Option<String>,
    digits: Option<u8>,
    ready: Arc<keys::Ready>,
}

/// What an SQLite error means to the caller.
#[expect(clippy::needless_pass_by_value, reason = "the form that `map_err` takes")]
fn error(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => StoreError::Full,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy,
        Some(ErrorCode::NotADatabase) => StoreError::Foreign,
        _ => StoreError::Damaged(error.to_string()),
    }
}

impl SqliteStore {
    /// Opens the file, making it where there is none; a new one begins its first epoch under the name given.
    ///
    /// # Errors
    /// [`StoreError::Newer`], [`StoreError::Foreign`], or what the disk says.
    pub fn open(path: &Path, first_epoch: Epoch) -> Result<Self, StoreError> {
        let mut writer = connect(path)?;
        schema::prepare(&mut writer, first_epoch)?;
        Self::of(path, writer, None)
    }

    /// [`SqliteStore::open`] on the SQLite VFS of this name, with a single connection that holds the file alone: for a VFS without shared
    /// memory, as a simulated disk is.
    ///
    /// # Errors
    /// Those of [`SqliteStore::open`].
    pub fn open_alone(path: &Path, vfs: &str, first_epoch: Epoch) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let mut writer = Connection::open_with_flags_and_vfs(path, flags, vfs).map_err(error)?;
        pragmas::hold_alone(&writer).map_err(error)?;
        pragmas::apply(&writer).map_err(error)?;
        schema::prepare(&mut writer, first_epoch)?;
        Self::of(path, writer, Some(vfs))
    }

    fn of(path: &Path, writer: Connection, vfs: Option<&str>) -> Result<Self, StoreError> {
        let (path, writer, readers) = (path.to_owned(), Writing::new(writer), Mutex::default());
        let (alone, vfs) = (vfs.is_some(), vfs.map(str::to_owned));
        let store = Self { path, writer, readers, alone, vfs, digits: None, ready: Arc::default() };
        store.read(copies::refuse_copy)?;
        if planted::is(Bug::TimersLostAtRestart) {
            store.write(|t| t.execute("DELETE FROM timer", []).map(|_| ()).map_err(error))?;
        }
        let digits = store.read(settings::partition_digits)?;
        Ok(Self { digits, ..store })
    }

    /// The same store with its cases ordered by the partition that so many digits of their division's code name. Fixed with the first case.
    ///
    /// # Errors
    /// [`StoreError::Partitioned`] where it is fixed otherwise.
    pub fn partitioned(self, digits: u8) -> Result<Self, StoreError> {
        self.write(|t| settings::fix_partition_digits(t, digits))?;
        Ok(Self { digits: Some(digits), ..self })
    }

    fn writer(&self) -> MutexGuard<'_, Connection> {
        self.writer.alone()
    }

    fn write<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut writer = self.writer();
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate).map_err(error)?;
        let done = work(&Transaction::within(&transaction))?;
        transaction.commit().map_err(error)?;
        Ok(done)
    }

    fn read<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        if self.alone {
            let mut writer = self.writer();
            let transaction = writer.transaction().map_err(error)?;
            let done = work(&Transaction::within(&transaction))?;
            transaction.finish().map_err(error)?;
            return Ok(done);
        }
        let idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let reader = match idle {
            Some(reader) => reader,
            None => connect(&self.path)?,
        };
        // After an error the connection is closed, and its transaction with it.
        run(&reader, "BEGIN")?;
        let done = work(&Transaction::within(&reader))?;
        run(&reader, "COMMIT")?;
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
        Ok(done)
    }

    /// How SQLite would carry out a query, for the test that no page scans a table.
    #[cfg(test)]
    pub(crate) fn plan(&self, sql: &str) -> Vec<String> {
        let writer = self.writer();
        let mut statement = writer.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let nulls = vec![rusqlite::types::Null; statement.parameter_count()];
        let rows = statement.query_map(rusqlite::params_from_iter(nulls), |row| row.get(3)).unwrap();
        rows.map(Result::unwrap).collect()
    }
}

/// Runs a statement without parameters that is often run.
fn run(connection: &Connection, sql: &str) -> Result<(), StoreError> {
    connection.prepare_cached(sql).and_then(|mut statement| statement.execute([])).map(|_| ()).map_err(error)
}

fn connect(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open(path).map_err(error)?;
    pragmas::apply(&connection).map_err(error)?;
    Ok(connection)
}

impl Store for SqliteStore {
    fn head(&self) -> Result<PartitionHead, StoreError> {
        self.read(partitions::head)
    }
    fn partition_digits(&self) -> Option<u8> {
        self.digits
    }
    fn heads(&self) -> Result<Vec<PartitionHead>, StoreError> {
        self.read(partitions::heads)
    }
    fn ended(&self, lives: &BTreeSet<Epoch>) -> Result<Vec<EndedLife>, StoreError> {
        if lives.is_empty() {
            return Ok(Vec::new());
        }
        self.read(|t| partitions::ended(t, lives))
    }
    fn probe(&self, now_ms: i64) -> Result<(), StoreError> {
        self.write(|t| {
            t.execute(
                "INSERT INTO probe (id, at_ms) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET at_ms = ?1",
                [now_ms],
            )
            .map(|_| ())
            .map_err(error)
        })
    }
    fn invite(&self, invitations: &[NewInvitation]) -> Result<(), StoreError> {
        self.write(|t| people::invite(t, invitations))
    }
    fn enroll(&self, enrollment: &Enrollment, now_ms: i64) -> Result<EnrollOutcome, StoreError> {
        self.write(|t| people::enroll(t, enrollment, now_ms))
    }
    fn account(&self, device: &DeviceId) -> Result<Option<Account>, StoreError> {
        self.read(|t| people::account(t, device))
    }
    fn put_nonce(&self, device: &DeviceId, nonce: &[u8; 32], until_ms: i64) -> Result<(), StoreError> {
        self.write(|t| people::put_nonce(t, device, nonce, until_ms))
    }
    fn spend_nonce(&self, spend: &NonceSpend, now_ms: i64) -> Result<bool, StoreError> {
        self.write(|t| people::spend_nonce(t, spend, now_ms))
    }
    fn bearer(&self, token_hash: &[u8; 32], now_ms: i64) -> Result<Option<Account>, StoreError> {
        self.read(|t| people::bearer(t, token_hash, now_ms))
    }
    fn situation(&self, account: &Account, asked: &Asked, now_ms: i64) -> Result<Situation, StoreError> {
        self.read(|t| commits::situation(t, (&account.device, &account.user), asked, now_ms))
    }
    fn document(&self, case: &CaseId) -> Result<Option<SavedDocument>, StoreError> {
        self.read(|t| documents::saved(t, case))
    }
    fn changes(&self, case: &CaseId) -> Result<(Vec<Vec<u8>>, u64), StoreError> {
        self.read(|t| documents::changes(t, case))
    }
    fn commit(&self, batch: &Arc<Batch>, judge: &Arc<dyn Judge>) -> Result<Committed, StoreError> {
        let (batch, judge, ready) = (Arc::clone(batch), Arc::clone(judge), Arc::clone(&self.ready));
        // What has moved has written nothing.
        self.writer.together(move |t| commits::commit(t, &batch, &*judge, &ready))
    }
    fn page(&self, ask: &PageAsk<'_>) -> Result<Page, StoreError> {
        self.read(|t| feed::page(t, ask))
    }
    fn docs(&self, ask: &DocsAsk<'_>) -> Result<DocsPage, StoreError> {
        self.read(|t| feed::docs(t, ask))
    }
    fn manifest(&self, ask: &ManifestAsk<'_>) -> Result<ManifestPage, StoreError> {
        self.read(|t| feed::manifest(t, ask))
    }
    fn stream_sum(&self, partition: PartitionId, stream: &StreamId) -> Result<StreamSum, StoreError> {
        self.read(|t| Ok(membership::sum(t, partition, stream)?.0))
    }
    fn stream_counts(&self, streams: &[(StreamId, PartitionId)]) -> Result<Vec<u64>, StoreError> {
        self.read(|t| {
            streams
                .iter()
                .map(|(stream, partition)| Ok(membership::sum(t, *partition, stream)?.0.count))
                .collect()
        })
    }
    fn greeted(&self, device: &DeviceId, contact: &Contact) -> Result<(), StoreError> {
        self.write(|t| contacts::keep(t, device, contact))
    }
    fn contact(&self, device: &DeviceId) -> Result<Option<Contact>, StoreError> {
        self.read(|t| contacts::find(t, device))
    }
    fn over_budget(&self) -> Result<Vec<OverBudget>, StoreError> {
        self.read(contacts::over_budget)
    }
    fn move_case(
        &self,
        case: &CaseId,
        to: &DivisionCode,
        judge: &dyn Judge,
        now_ms: i64,
    ) -> Result<ServerAct, StoreError> {
        self.write(|t| server_acts::move_case(t, *case, to, judge, now_ms))
    }
    fn reopen_case(&self, case: &CaseId, judge: &dyn Judge, now_ms: i64) -> Result<ServerAct, StoreError> {
        self.write(|t| server_acts::reopen(t, *case, judge, now_ms))
    }
    fn own_due(&self, now_ms: i64) -> Result<Vec<CaseId>, StoreError> {
        self.read(|t| server_acts::own_due(t, now_ms))
    }
    fn act_own(
        &self,
        case: &CaseId,
        judge: &dyn Judge,
        now_ms: i64,
    ) -> Result<Option<(CaseId, String)>, StoreError> {
        self.write(|t| server_acts::act_own(t, *case, judge, now_ms))
    }
    fn case_streams(&self, case: &CaseId) -> Result<Vec<CaseStream>, StoreError> {
        self.read(|t| membership::of_case(t, case))
    }
    fn case(&self, case: &CaseId) -> Result<Option<CaseRecord>, StoreError> {
        self.read(|t| row::case(t, case))
    }
    fn envelopes(
        &self,
        numbers: &[CommitNumber],
        streams: &BTreeSet<StreamId>,
    ) -> Result<Envelopes, StoreError> {
        self.read(|t| feed::envelopes(t, numbers, streams))
    }
    fn readable_blob(
        &self,
        hash: &BlobHash,
        reader: &UserId,
        streams: &BTreeSet<StreamId>,
        reads: &dyn Fn(&CaseState) -> bool,
    ) -> Result<Option<ReadableBlob>, StoreError> {
        self.read(|t| uploads::readable(t, hash, (reader, reads), streams))
    }
    fn open_upload(&self, wanted: &Upload) -> Result<UploadOutcome, StoreError> {
        self.write(|t| uploads::open(t, wanted))
    }
    fn upload(&self, id: &UploadId, now_ms: i64) -> Result<Option<Upload>, StoreError> {
        self.read(|t| uploads::find(t, id, now_ms))
    }
    fn end_upload(&self, id: &UploadId) -> Result<bool, StoreError> {
        self.write(|t| uploads::end(t, id))
    }
    fn blob_stored(&self, upload: &Upload, now_ms: i64) -> Result<PartitionHead, StoreError> {
        self.write(|t| uploads::stored(t, upload, now_ms))
    }
    fn sweep(&self, now_ms: i64) -> Result<Swept, StoreError> {
        self.write(|t| timers::sweep(t, now_ms))
    }
    fn cases(&self, limit: Option<u32>) -> Result<Vec<CaseLine>, StoreError> {
        self.read(|t| overview::cases(t, limit))
    }
    fn blob_count(&self) -> Result<u64, StoreError> {
        self.read(overview::blob_count)
    }
    fn copy_to(&self, path: &Path, now_ms: i64) -> Result<Copied, StoreError> {
        self.backup_to(path, now_ms)
    }
    fn backed_up(&self, copied: &Copied, now_ms: i64) -> Result<(), StoreError> {
        self.write(|t| copies::backed_up(t, copied, now_ms))
    }
    fn remind_of_backups(&self, wanted: bool, now_ms: i64) -> Result<(), StoreError> {
        self.write(|t| copies::remind(t, wanted, now_ms))
    }
    fn backup_state(&self) -> Result<BackupState, StoreError> {
        self.read(copies::state)
    }
    fn note_future(&self, device: &DeviceId, now_ms: i64) -> Result<(), StoreError> {
        self.write(|t| settings::note_future(t, device, now_ms))
    }
    fn future_cursor(&self) -> Result<Option<(DeviceId, i64)>, StoreError> {
        self.read(settings::future)
    }
    fn checkpoint(&self) -> Result<(), StoreError> {
        self.writer().query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).map_err(error)
    }
}

#[cfg(test)]
mod tests;
