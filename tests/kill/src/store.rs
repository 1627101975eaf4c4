//! Files on disk after a kill, read without the programs that wrote them.

use std::collections::BTreeSet;
use std::path::Path;

use rusqlite::Connection;
use yuandian_programs::evidence::{files, hash_of};
use yuandian_programs::{Played, Stop};

use crate::findings::Wrong;
use crate::run::Run;

/// SQLite's own word on a store that no process has open.
pub fn whole(store: &Path, run: &Run) -> Played<()> {
    let failed = |e: rusqlite::Error| Stop(format!("{}: {e}", store.display()));
    let db = Connection::open(store).map_err(failed)?;
    let said: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).map_err(failed)?;
    if said != "ok" {
        run.findings.add(Wrong::Corrupt, format!("{}: {said}", store.display()));
    }
    Ok(())
}

/// Whether a folder holds the file with this name, and its bytes have that hash.
pub fn holds(folder: &Path, hash: &str) -> Played<bool> {
    for file in files(folder)? {
        if file.file_name().is_some_and(|name| name == hash) {
            return Ok(hash_of(&file)? == hash);
        }
    }
    Ok(false)
}

/// SHA-256 of every file below a folder, of its bytes and not by its name.
pub fn hashes(folder: &Path) -> Played<BTreeSet<String>> {
    files(folder)?.iter().map(|file| hash_of(file)).collect()
}
