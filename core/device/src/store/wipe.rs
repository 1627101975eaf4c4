//! Forgetting everything: the phone was shut out.

use std::collections::BTreeSet;

use rusqlite::{Connection, params};
use yuandian_model::BlobHash;

use super::meta;
use crate::error::Result;

/// Tables that hold anything of a person.
const TABLES: &[&str] = &[
    "cases",
    "branches",
    "base",
    "outbox",
    "authored",
    "journal",
    "appeals",
    "rows",
    "search",
    "partitions",
    "previews_wanted",
    "streams",
    "held",
    "wanted",
    "leaving",
    "blobs",
    "kept_files",
    "files",
    "safe_files",
    "file_troubles",
    "wanted_files",
    "fetched",
    "micros",
    "stored",
    "drafts",
    "typed",
    "private",
    "told",
    "heard",
    "hours",
    "consents",
    "captures",
    "evidence",
    "quarantine",
];

/// Forgets everything pulled, written and drafted, and who the phone spoke for; its files and these `others` are doomed.
///
/// Which branches were written on is forgotten, too: the store must begin a new life in the same transaction
/// (`phone::new_incarnation`), or its next change bears a name that was used.
pub fn everything(c: &Connection, others: &BTreeSet<BlobHash>) -> Result<()> {
    c.execute(
        "INSERT OR IGNORE INTO doomed (hash) SELECT hash FROM blobs UNION SELECT hash FROM kept_files UNION SELECT hash FROM files",
        [],
    )?;
    for hash in others {
        c.execute("INSERT OR IGNORE INTO doomed (hash) VALUES (?1)", params![hash.as_bytes()])?;
    }
    for table in TABLES {
        c.execute(&format!("DELETE FROM {table}"), [])?;
    }
    for key in [
        meta::PERSON,
        meta::TOKEN,
        meta::NEXT_NUMBER,
        meta::SEEN,
        meta::TIME_TOKEN,
        meta::LOOK_FIRST,
        meta::BUDGET,
        meta::PARTITION_DIGITS,
        meta::TROUBLES,
        meta::FORGET_ME,
        meta::APART,
        meta::FAMILY,
    ] {
        meta::unset(c, key)?;
    }
    meta::set(c, meta::SCRUB_DUE, &[1])?;
    Ok(())
}
