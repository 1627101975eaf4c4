//! The phone's store: one SQLite file, one writer, one transaction a command. All SQL of the phone is in this module's files,
//! one statement a function; functions take a connection so that a command's transaction decides what belongs together.

pub mod appeals;
pub mod authored;
pub mod blobs;
pub mod cache;
pub mod captures;
pub mod cases;
pub mod catalogues;
pub mod journal;
pub mod meta;
pub mod outbox;
pub mod people;
pub mod pragmas;
pub mod previews;
pub mod private;
pub mod rows;
pub mod schema;
pub mod search;
pub mod streams;
#[cfg(test)]
mod tests;
pub mod wipe;

use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::error::{DeviceError, Result};

/// Prepared statements kept: all of one command and of one page. Preparing was an eighth of a capture.
const STATEMENTS_KEPT: usize = 128;

/// Opens (and makes, where needed) a store.
///
/// # Errors
/// [`DeviceError::InUse`], [`DeviceError::NewerStore`], [`DeviceError::StorageFull`], [`DeviceError::Damaged`].
pub fn open(path: &Path, vfs: Option<&str>) -> Result<Connection> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = match vfs {
        Some(vfs) => Connection::open_with_flags_and_vfs(path, flags, vfs)?,
        None => Connection::open_with_flags(path, flags)?,
    };
    pragmas::apply(&connection)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    // Plans do not depend on what is bound: otherwise SQLite prepares a statement with ORDER BY again at every use.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    schema::migrate(&mut connection)?;
    Ok(connection)
}

/// Takes what was erased out of the log as well, if something was; asked again until it is done. What stands in the way, a full disk among it,
/// only delays it: nothing else waits for it.
pub fn scrub(c: &Connection) {
    let cut = || -> Result<()> {
        if meta::get(c, meta::SCRUB_DUE)?.is_none() {
            return Ok(());
        }
        if meta::get(c, meta::INDEX_DUE)?.is_some() {
            // A line that is deleted from a contentless index leaves its grams in it until segments are merged.
            let tx = c.unchecked_transaction()?;
            tx.execute("INSERT INTO search (search) VALUES ('optimize')", [])?;
            meta::unset(&tx, meta::INDEX_DUE)?;
            tx.commit()?;
        }
        let busy: bool = c.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        if busy { Ok(()) } else { meta::unset(c, meta::SCRUB_DUE) }
    };
    if let Err(error) = cut() {
        tracing::warn!(%error, "the log of the store is not cut yet");
    }
}

/// A column of bytes as an id.
pub(crate) fn id<T>(bytes: impl AsRef<[u8]>, from: fn(&[u8]) -> Option<T>) -> Result<T> {
    from(bytes.as_ref()).ok_or_else(|| DeviceError::Damaged("an id of a wrong length in the store".into()))
}
