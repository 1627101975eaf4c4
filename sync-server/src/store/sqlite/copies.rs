//! Copies of a store, made while it serves, and the new life of one that is put in its place.
//!
//! Guarantees: a copy is one moment of the whole database, synced and checked before it is called one; it carries a mark, and no store is
//! opened from a file with the mark: [`SqliteStore::restored`] takes it away and draws the new epoch in one transaction.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use yuandian_model::planted::{self, Bug};
use yuandian_model::{BlobHash, Epoch};
use yuandian_sync::message::PartitionHead;

use super::row::signed;
use super::writing::Transaction;
use super::{SqliteStore, error, held, partitions, pragmas, schema, settings, timers};
use crate::limits::{BACKUP_EVERY_MS, BACKUP_RETRY_MS, REFILL_MS};
use crate::store::{BackupState, Copied, StoreError};

/// The mark inside a copy: when it was made, ms since 1970.
pub const COPY_OF: &str = "copy_made_ms";
/// When the last copy was made and checked, ms since 1970.
const BACKUP_MS: &str = "backup_ms";
/// Since when copies are made by the server itself, ms since 1970.
const BACKUPS_SINCE_MS: &str = "backups_since_ms";

impl SqliteStore {
    /// Copies the whole store into a new file and checks the copy. Writers do not wait for it. `now_ms`: ms since 1970.
    ///
    /// The caller must still sync the file's directory, tell [`crate::store::Store::backed_up`] when the copy is where it belongs, and throw the file away
    /// after any error.
    ///
    /// # Errors
    /// [`StoreError::Full`], or [`StoreError::Damaged`] for a copy that is not whole.
    pub fn backup_to(&self, path: &Path, now_ms: i64) -> Result<Copied, StoreError> {
        let target = path.to_str().ok_or_else(|| StoreError::Damaged("a path that is no text".into()))?;
        let before = self.read(partitions::heads)?;
        if self.alone {
            self.writer().execute("VACUUM INTO ?1", [target]).map_err(error)?;
        } else {
            super::connect(&self.path)?.execute("VACUUM INTO ?1", [target]).map_err(error)?;
        }
        let after = self.read(partitions::heads)?;
        let mut copy = self.beside(path)?;
        let transaction = copy.transaction_with_behavior(TransactionBehavior::Immediate).map_err(error)?;
        settings::set(&Transaction::within(&transaction), COPY_OF, &now_ms.to_string())?;
        transaction.commit().map_err(error)?;
        let copied = checked(&mut copy)?;
        for head in &copied.heads {
            let at = |heads: &[PartitionHead]| {
                heads.iter().find(|h| h.partition == head.partition).map_or(0, |h| h.head)
            };
            if !(at(&before)..=at(&after)).contains(&head.head) {
                return Err(StoreError::Damaged("a copy has another head than its store had".into()));
            }
        }
        // The mark may still be in a log beside the copy.
        copy.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).map_err(error)?;
        copy.pragma_update(None, "journal_mode", "DELETE").map_err(error)?;
        Ok(copied)
    }

    fn beside(&self, path: &Path) -> Result<Connection, StoreError> {
        open_copy(path, self.vfs.as_deref())
    }

    /// Opens a copy for a new life: its mark goes, every partition gets a new epoch out of `life`, nothing of it is in a backup yet, and phones
    /// may refill it for [`REFILL_MS`]. `vfs` as in [`SqliteStore::open_alone`]; `now_ms`: ms since 1970.
    ///
    /// # Errors
    /// What opening can say; the file is then as before.
    pub fn restored(path: &Path, vfs: Option<&str>, life: Epoch, now_ms: i64) -> Result<Self, StoreError> {
        let mut writer = open_copy(path, vfs)?;
        schema::prepare(&mut writer, life)?;
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate).map_err(error)?;
        let t = Transaction::within(&transaction);
        for head in partitions::heads(&t)? {
            let kept = planted::is(Bug::EpochKept);
            let epoch = if kept { head.epoch } else { partitions::epoch_of(&life, head.partition) };
            partitions::end(&t, &head)?;
            t.execute(
                "UPDATE partition SET epoch = ?2, safe_seq = NULL WHERE id = ?1",
                (head.partition.0, epoch.0),
            )
            .map_err(error)?;
        }
        for key in [COPY_OF, BACKUP_MS, BACKUPS_SINCE_MS] {
            settings::clear(&t, key)?;
        }
        timers::clear(&t, timers::BACKUP, &[])?;
        held::open_refill(&t, now_ms.saturating_add(REFILL_MS))?;
        transaction.commit().map_err(error)?;
        Self::of(path, writer, vfs)
    }
}

fn open_copy(path: &Path, vfs: Option<&str>) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
    let connection = match vfs {
        Some(vfs) => {
            let connection = Connection::open_with_flags_and_vfs(path, flags, vfs).map_err(error)?;
            pragmas::hold_alone(&connection).map_err(error)?;
            connection
        }
        None => Connection::open_with_flags(path, flags).map_err(error)?,
    };
    pragmas::apply(&connection).map_err(error)?;
    Ok(connection)
}

/// Reads a copy through and through. Made by [`SqliteStore::backup_to`] or brought back from where it was kept.
///
/// # Errors
/// [`StoreError::Damaged`] for one that is not whole.
pub fn check_copy(path: &Path) -> Result<Copied, StoreError> {
    checked(&mut open_copy(path, None)?)
}

fn checked(copy: &mut Connection) -> Result<Copied, StoreError> {
    let verdict: String = copy.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)).map_err(error)?;
    if verdict != "ok" {
        return Err(StoreError::Damaged(format!("a copy is not whole: {verdict}")));
    }
    let orphans: bool = copy
        .query_row("SELECT EXISTS (SELECT 1 FROM pragma_foreign_key_check)", [], |row| row.get(0))
        .map_err(error)?;
    if orphans {
        return Err(StoreError::Damaged("a copy has rows without what they belong to".into()));
    }
    let transaction = copy.transaction().map_err(error)?;
    let made_ms =
        settings::get(&Transaction::within(&transaction), COPY_OF)?.and_then(|made| made.parse().ok());
    let made_ms = made_ms.ok_or_else(|| StoreError::Damaged("a file that no backup made".into()))?;
    let blobs = transaction
        .prepare("SELECT hash FROM blob WHERE lost_ms IS NULL ORDER BY hash")
        .and_then(|mut s| s.query_map([], |row| Ok(BlobHash(row.get(0)?)))?.collect())
        .map_err(error)?;
    Ok(Copied { made_ms, heads: partitions::heads(&Transaction::within(&transaction))?, blobs })
}

/// Refuses a file with the mark of a copy.
pub fn refuse_copy(t: &Transaction<'_>) -> Result<(), StoreError> {
    match settings::get(t, COPY_OF)? {
        Some(_) => Err(StoreError::Copy),
        None => Ok(()),
    }
}

/// A checked copy is where it belongs: what it holds need not be offered again, and the next is due in a day.
pub fn backed_up(t: &Transaction<'_>, copied: &Copied, now_ms: i64) -> Result<(), StoreError> {
    for head in &copied.heads {
        t.prepare_cached(
            "UPDATE partition SET safe_seq = max(coalesce(safe_seq, 0), ?3) WHERE id = ?1 AND epoch = ?2",
        )
        .and_then(|mut s| {
            s.execute((
                head.partition.0,
                head.epoch.0,
                signed(head.head + u64::from(planted::is(Bug::SafeSeqTooHigh))),
            ))
        })
        .map_err(error)?;
    }
    settings::set(t, BACKUP_MS, &copied.made_ms.to_string())?;
    if settings::get(t, BACKUPS_SINCE_MS)?.is_some() {
        timers::set(t, timers::BACKUP, &[], now_ms.saturating_add(BACKUP_EVERY_MS))?;
    }
    Ok(())
}

/// Lets the server remind itself of copies, the first in a day; or not.
pub fn remind(t: &Transaction<'_>, wanted: bool, now_ms: i64) -> Result<(), StoreError> {
    if !wanted {
        settings::clear(t, BACKUPS_SINCE_MS)?;
        return timers::clear(t, timers::BACKUP, &[]);
    }
    if settings::get(t, BACKUPS_SINCE_MS)?.is_none() {
        settings::set(t, BACKUPS_SINCE_MS, &now_ms.to_string())?;
    }
    timers::set_first(t, timers::BACKUP, &[], now_ms.saturating_add(BACKUP_EVERY_MS))
}

/// A copy is due; until one is made, the reminder comes again.
pub fn due(t: &Transaction<'_>, now_ms: i64) -> Result<(), StoreError> {
    timers::set(t, timers::BACKUP, &[], now_ms.saturating_add(BACKUP_RETRY_MS))
}

/// When copies were made.
pub fn state(t: &Transaction<'_>) -> Result<BackupState, StoreError> {
    let number = |key| -> Result<Option<i64>, StoreError> {
        Ok(settings::get(t, key)?.and_then(|value| value.parse().ok()))
    };
    Ok(BackupState { last_ms: number(BACKUP_MS)?, since_ms: number(BACKUPS_SINCE_MS)? })
}
