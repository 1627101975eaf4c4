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
/// The person wants to be forgotten: every greeting says so until the server has done it.
pub const FORGET_ME: &str = "forget_me";
/// Where the person is at home, as a cell, and when they are not woken (JSON).
pub const REACH: &str = "reach";
/// Whom the person does not want to meet (JSON list of ids with names).
pub const APART: &str = "apart";
/// Whom the person has named as family (JSON list of ids with names).
pub const FAMILY: &str = "family";
/// The last page left more to come: cursors have moved over numbers of cases that have not come yet.
pub const MORE_PAGES: &str = "more_pages";
/// Something private was erased whose bytes the log of the store still holds.
pub const SCRUB_DUE: &str = "scrub_due";
/// What found words that went is still in the index.
pub const INDEX_DUE: &str = "index_due";
/// Lines of the list were written by an app that said less in them.
pub const TELL_AGAIN: &str = "tell_again";
/// The server's address.
pub const SERVER: &str = "server";
/// Last server time seen and the monotonic time then (JSON).
pub const SEEN: &str = "seen";

/// The last signed time token of the server.
pub const TIME_TOKEN: &str = "time_token";

/// The last checkpoint of the evidence log that was shown, signed.
pub const CHECKPOINT: &str = "checkpoint";

/// The bearer token and when it ends (JSON).
pub const TOKEN: &str = "token";
/// A number for the next greeting, 32 bytes: good for one.
pub const NEXT_NUMBER: &str = "next_number";
/// The server's keys (CBOR list), the first set as it was believed and every later key that one of them vouches for.
pub const SERVER_KEYS: &str = "server_keys";
/// Digits of a division code that name its partition, one byte; none where there is only one.
pub const PARTITION_DIGITS: &str = "partition_digits";
/// The version of the catalogue that the server said is in force, four bytes.
pub const CATALOGUE: &str = "catalogue";
/// What the versions of the catalogue that are here say of their own stages, acts and clocks (JSON).
pub const OWN_WORDS: &str = "own_words";
/// Documents that this phone is willing to hold.
pub const BUDGET: &str = "budget";
/// Bytes of photo files that this phone is willing to hold.
pub const CACHE_BUDGET: &str = "cache_budget";
/// On which networks which sizes of photos are sent (JSON).
pub const UPLOAD_POLICY: &str = "upload_policy";
/// Set when the server shut this phone or its person out: why.
pub const SHUT_OUT: &str = "shut_out";
/// How often something did not come out as the server had promised: sums, heads, receipts (JSON).
pub const TROUBLES: &str = "troubles";

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
