//! The server's tables read from outside: its disk is copied as it is at that moment, and the copy is read by hand. Nothing here asks the
//! server, so that what it says of itself can be held against what stands there.

use rusqlite::{Connection, OpenFlags, Params, Row};
use yuandian_document::envelope::Body;
use yuandian_document::keys::Signature;
use yuandian_document::{Envelope, SignedCommit};
use yuandian_vfs::Disk;

use crate::server::DATABASE;

/// A copy of the server's store. The connection goes before the disk that it stands on.
pub struct Copy {
    db: Connection,
    _disk: Disk,
}

impl Copy {
    /// Of the disk of a server, running or not.
    ///
    /// # Errors
    /// Words, where it holds no store.
    pub fn of(disk: &Disk) -> Result<Self, String> {
        let disk = Disk::with(0, &disk.image());
        Ok(Self { db: alone(&disk).map_err(|e| e.to_string())?, _disk: disk })
    }

    /// The rows of a query.
    ///
    /// # Errors
    /// SQLite's words.
    pub fn rows<T>(
        &self,
        sql: &str,
        given: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, String> {
        let all = || -> rusqlite::Result<Vec<T>> { self.db.prepare(sql)?.query_map(given, read)?.collect() };
        all().map_err(|e| e.to_string())
    }
}

/// A connection that holds the store on this disk alone.
///
/// # Errors
/// SQLite's.
pub fn alone(disk: &Disk) -> rusqlite::Result<Connection> {
    let db = Connection::open_with_flags_and_vfs(DATABASE, OpenFlags::default(), disk.vfs())?;
    db.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    Ok(db)
}

/// The name of the act in an envelope; none where it is no act.
///
/// # Errors
/// Words, where it is no envelope.
pub fn act_of(envelope: Vec<u8>) -> Result<Option<String>, String> {
    let commit = SignedCommit { envelope, signature: Signature([0; 64]) };
    let envelope: Envelope = commit.open().map_err(|e| e.to_string())?;
    match envelope.typed_body() {
        Ok(Body::Act(act)) => Ok(Some(act.name)),
        Ok(_) => Ok(None),
        Err(error) => Err(error.to_string()),
    }
}
