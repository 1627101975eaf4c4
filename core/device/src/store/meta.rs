//! Small facts about this phone, by name.

use rusqlite::{Connection, OptionalExtension, params};

use crate::error::Result;

/// Seed of the software key, 32 bytes.
pub const KEY_SEED: &str = "key_seed";
/// This life of the store, 16 bytes.
pub const INCARNATION: &str = "incarnation";
/// What a copy of the store cannot take along.
pub const MARK: &str = "mark";
/// Number of the last commit sent in this incarnation.
pub const CHAIN_N: &str = "chain_n";
/// Id of the last commit sent in this incarnation.
pub const CHAIN_PREV: &str = "chain_prev";
/// Set in a copied or restored store until it has seen what the server has: nothing is sent before.
pub const LOOK_FIRST: &str = "look_first";
/// Who the phone speaks for (JSON).
pub const PERSON: &str = "person";
/// The server's address.
pub const SERVER: &str = "server";
/// Last server time seen and the monotonic time then (JSON).
pub const SEEN: &str = "seen";

/// Reads a value.
pub fn get(c: &Connection, key: &str) -> Result<Option<Vec<u8>>> {
    Ok(c.prepare_cached("SELECT value FROM meta WHERE key = ?1")?
        .query_row([key], |row| row.get(0))
        .optional()?)
}

/// Writes a value.
pub fn set(c: &Connection, key: &str, value: &[u8]) -> Result<()> {
    c.prepare_cached(
        "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2",
    )?
    .execute(params![key, value])?;
    Ok(())
}

/// Forgets a value.
pub fn unset(c: &Connection, key: &str) -> Result<()> {
    c.execute("DELETE FROM meta WHERE key = ?1", [key])?;
    Ok(())
}
