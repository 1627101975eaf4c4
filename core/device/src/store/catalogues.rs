//! Versions of the catalogue as the server signed them, and those that are still to be fetched.

use rusqlite::{Connection, OptionalExtension, params};

use super::meta;
use crate::error::Result;

/// The version that the server said is in force.
pub fn told(c: &Connection) -> Result<Option<u32>> {
    let told = meta::get(c, meta::CATALOGUE)?.and_then(|bytes| bytes.try_into().ok());
    Ok(told.map(u32::from_be_bytes))
}

/// A version as it was signed; none where it is not here.
pub fn signed(c: &Connection, version: u32) -> Result<Option<Vec<u8>>> {
    Ok(c.prepare_cached("SELECT signed FROM catalogues WHERE version = ?1")?
        .query_row([version], |row| row.get::<_, Option<Vec<u8>>>(0))
        .optional()?
        .flatten())
}

/// A version is needed that is not here.
pub fn want(c: &Connection, version: u32) -> Result<()> {
    c.prepare_cached("INSERT OR IGNORE INTO catalogues (version) VALUES (?1)")?.execute([version])?;
    Ok(())
}

/// Versions that are needed and not here, the newest first.
pub fn wanted(c: &Connection) -> Result<Vec<u32>> {
    numbers(c, "SELECT version FROM catalogues WHERE signed IS NULL ORDER BY version DESC")
}

/// Versions that are here or needed.
pub fn versions(c: &Connection) -> Result<Vec<u32>> {
    numbers(c, "SELECT version FROM catalogues ORDER BY version")
}

fn numbers(c: &Connection, query: &str) -> Result<Vec<u32>> {
    let mut statement = c.prepare_cached(query)?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Keeps a version.
pub fn put(c: &Connection, version: u32, signed: &[u8]) -> Result<()> {
    c.prepare_cached("INSERT OR REPLACE INTO catalogues (version, signed) VALUES (?1, ?2)")?
        .execute(params![version, signed])?;
    Ok(())
}

/// Forgets a version, wanted or here.
pub fn drop(c: &Connection, version: u32) -> Result<()> {
    c.prepare_cached("DELETE FROM catalogues WHERE version = ?1")?.execute([version])?;
    Ok(())
}
