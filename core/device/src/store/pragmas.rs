//! Every SQLite setting of the phone's store, each with its reason.

use rusqlite::Connection;

/// Name, value, why.
pub const PRAGMAS: &[(&str, &str, &str)] = &[
    ("busy_timeout", "0", "nobody else may hold the store: waiting would hide it"),
    (
        "locking_mode",
        "EXCLUSIVE",
        "one process a store; no shared-memory file, which phones and the fault VFS would have to carry",
    ),
    ("journal_mode", "WAL", "a commit is one append and one sync"),
    (
        "synchronous",
        "FULL",
        "NORMAL lost acknowledged rows in 678 of 1,082 simulated power cuts, FULL in none of 1,610",
    ),
    ("fullfsync", "ON", "Apple's fsync does not reach the platter without it; no effect elsewhere"),
    ("checkpoint_fullfsync", "ON", "the same for checkpoints"),
    ("foreign_keys", "ON", "a row that points nowhere is a bug to be found here, not in the field"),
    ("temp_store", "MEMORY", "Android has no folder for temporary files"),
    ("secure_delete", "ON", "a deleted private row is gone from the file"),
    ("trusted_schema", "OFF", "nothing in the file may call functions"),
    ("wal_autocheckpoint", "400", "about 1.6 MB of log: a checkpoint stays short on slow flash"),
];

/// Applies all settings.
///
/// # Errors
/// SQLite's; `DatabaseBusy` where another process holds the store.
pub fn apply(connection: &Connection) -> rusqlite::Result<()> {
    for (name, value, _) in PRAGMAS {
        connection.pragma_update(None, name, value)?;
    }
    if yuandian_model::planted::is(yuandian_model::planted::Bug::PhoneCommitsNotSynced) {
        connection.pragma_update(None, "synchronous", "NORMAL")?;
    }
    Ok(())
}
