//! Every pragma of the server's database, with its reason.

use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode};

use crate::limits::DATABASE_BUSY_MS;

/// Pragmas of every connection.
const PRAGMAS: &[(&str, &str, &str)] = &[
    ("journal_mode", "WAL", "readers do not wait for the writer, and `invite` works while `serve` runs"),
    ("synchronous", "FULL", "a receipt is a promise: NORMAL loses acknowledged rows in a power cut"),
    ("foreign_keys", "ON", "a commit without its case is a bug that must not become a row"),
    ("fullfsync", "ON", "on Apple systems fsync alone does not reach the platter; no effect elsewhere"),
    ("checkpoint_fullfsync", "ON", "the same for the main file"),
    ("secure_delete", "ON", "what was erased is gone from the file, also where a page was split over it"),
    ("trusted_schema", "OFF", "a tampered file must not run functions of ours"),
    ("cell_size_check", "ON", "damage is found where it is read, not later"),
    ("temp_store", "MEMORY", "sorting a page is small and must not need disk space"),
    ("cache_size", "-8192", "8 MiB a connection: what is hot of a district; the system has the rest"),
    (
        "wal_autocheckpoint",
        "16000",
        "64 MiB of log: a page that many commits write goes to the main file once",
    ),
];

/// Prepared statements kept by a connection: more than there are.
const STATEMENTS_KEPT: usize = 256;

/// Between two tries.
const AGAIN: Duration = Duration::from_millis(10);

/// Sets them.
pub fn apply(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(Duration::from_millis(u64::from(DATABASE_BUSY_MS)))?;
    for (name, value, _reason) in PRAGMAS {
        patiently(|| connection.pragma_update(None, name, value))?;
    }
    if yuandian_model::planted::is(yuandian_model::planted::Bug::ServerCommitsNotSynced) {
        connection.pragma_update(None, "synchronous", "NORMAL")?;
    }
    // Plans do not depend on what is bound: otherwise SQLite prepares many statements again at every use, a sixth of what an act costs.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    Ok(())
}

/// Tries again while another process makes the same file: who finds it changing to WAL is told at once that it is busy, whatever the time to
/// wait for a lock.
#[allow(clippy::disallowed_methods, reason = "SQLite waits for locks by the wall clock, too")]
fn patiently(set: impl Fn() -> rusqlite::Result<()>) -> rusqlite::Result<()> {
    let until = Instant::now() + Duration::from_millis(u64::from(DATABASE_BUSY_MS));
    loop {
        match set() {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && Instant::now() < until =>
            {
                std::thread::sleep(AGAIN);
            }
            result => return result,
        }
    }
}

/// Keeps the file to one connection, before anything else: then the log needs no shared memory.
pub fn hold_alone(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_that_another_process_is_about_to_make_is_waited_for() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("server.db");
        let [other, mine] = [(); 2].map(|()| Connection::open(&path).unwrap());
        // While it holds its write lock, SQLite tells others at once that it is busy, and lets nobody wait.
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        mine.busy_timeout(Duration::from_millis(u64::from(DATABASE_BUSY_MS))).unwrap();
        let tries = std::cell::Cell::new(0);
        let set = || {
            tries.set(tries.get() + 1);
            if tries.get() == 3 {
                other.execute_batch("ROLLBACK")?;
            }
            mine.pragma_update(None, "journal_mode", "WAL")
        };
        assert_eq!((patiently(set), tries.get()), (Ok(()), 3));
    }
}
