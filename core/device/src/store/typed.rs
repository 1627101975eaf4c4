//! What was typed and not sent.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};

use crate::error::Result;
use crate::limits::TYPED_PLACES_MAX;

/// Keeps the fields of a place; none of it where there are no fields.
pub fn put(c: &Connection, place: &str, fields: &BTreeMap<String, String>, at_ms: i64) -> Result<()> {
    if fields.is_empty() {
        c.prepare_cached("DELETE FROM typed WHERE place = ?1")?.execute([place])?;
        return Ok(());
    }
    c.prepare_cached(
        "INSERT INTO typed (place, fields, at_ms) VALUES (?1, ?2, ?3)
         ON CONFLICT (place) DO UPDATE SET fields = ?2, at_ms = ?3",
    )?
    .execute(params![place, serde_json::to_string(fields)?, at_ms])?;
    // What was just kept stays, whatever the clock says.
    c.prepare_cached(
        "DELETE FROM typed WHERE place IN
         (SELECT place FROM typed ORDER BY place = ?1 DESC, at_ms DESC, place LIMIT -1 OFFSET ?2)",
    )?
    .execute(params![place, TYPED_PLACES_MAX])?;
    Ok(())
}

/// The fields of a place.
pub fn get(c: &Connection, place: &str) -> Result<BTreeMap<String, String>> {
    let fields: Option<String> = c
        .prepare_cached("SELECT fields FROM typed WHERE place = ?1")?
        .query_row([place], |row| row.get(0))
        .optional()?;
    Ok(fields.map(|fields| serde_json::from_str(&fields)).transpose()?.unwrap_or_default())
}

/// The fields of every place, for their owner.
pub fn all(c: &Connection) -> Result<BTreeMap<String, BTreeMap<String, String>>> {
    let mut statement = c.prepare_cached("SELECT place, fields FROM typed")?;
    let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
    rows.map(|row| {
        let (place, fields) = row?;
        Ok((place, serde_json::from_str(&fields)?))
    })
    .collect()
}

/// Forgets all of it.
pub fn forget_all(c: &Connection) -> Result<()> {
    c.execute("DELETE FROM typed", [])?;
    Ok(())
}
