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
pub mod typed;
pub mod wipe;

use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::error::{DeviceError, Result};
use crate::ports::{DatabaseKey, ENCRYPTS};

/// Prepared statements kept: all of one command and of one page. Preparing was an eighth of a capture.
const STATEMENTS_KEPT: usize = 128;

/// Opens (and makes, where needed) a store; with a key, an encrypted one.
///
/// # Errors
/// [`DeviceError::WrongKey`], also for a store that is not encrypted, and where its first page is damaged: all look the same here; [`DeviceError::InUse`], [`DeviceError::NewerStore`], [`DeviceError::StorageFull`], [`DeviceError::Damaged`].
pub fn open(path: &Path, vfs: Option<&str>, key: Option<&DatabaseKey>) -> Result<Connection> {
    can_use(key)?;
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = match vfs {
        Some(vfs) => Connection::open_with_flags_and_vfs(path, flags, vfs)?,
        None => Connection::open_with_flags(path, flags)?,
    };
    if let Some(key) = key {
        unlock(&connection, key)?;
    }
    pragmas::apply(&connection)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    // Plans do not depend on what is bound: otherwise SQLite prepares a statement with ORDER BY again at every use.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    schema::migrate(&mut connection)?;
    Ok(connection)
}

/// A key is used or refused, and never passed over.
///
/// # Errors
/// [`DeviceError::Invalid`] for a key where this build encrypts nothing.
pub fn can_use(key: Option<&DatabaseKey>) -> Result<()> {
    if key.is_none() || ENCRYPTS {
        return Ok(());
    }
    Err(DeviceError::invalid("database_key", "this build has no encryption at rest"))
}

/// Gives SQLCipher the key, as it is: no pass phrase that has to be stretched, which takes 109 ms. The first page shows whether it fits.
fn unlock(connection: &Connection, key: &DatabaseKey) -> Result<()> {
    let hex: String = key.0.iter().map(|byte| format!("{byte:02x}")).collect();
    // What is wrong is told by the errors; SQLCipher would write it to the process's stderr as well.
    connection.pragma_update(None, "cipher_log_level", "NONE")?;
    connection.pragma_update(None, "key", format!("x'{hex}'"))?;
    // Answered by SQLCipher alone: SQLite passes over what it does not know, and would write a plain store.
    let _cipher: String = connection.query_row("PRAGMA cipher_version", [], |row| row.get(0))?;
    match connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())) {
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) => {
            Err(DeviceError::WrongKey { encrypted: true })
        }
        read => Ok(read?),
    }
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
