//! Finding list lines by what is written in their cases.

use rusqlite::{Connection, params};
use yuandian_model::CaseId;

use super::id;
use super::rows::{CaseRow, lines, read};
use crate::error::Result;
use crate::grams::Query;
use crate::search::Order;

/// The query behind every search and filter; its plan is tested.
pub const SEARCH_SQL: &str =
    "SELECT rowid FROM search WHERE search MATCH ?1 ORDER BY rowid DESC LIMIT ?2 OFFSET ?3";
/// The query behind every line found; its plan is tested.
pub const FOUND_SQL: &str = lines!("rows WHERE pos = ?1");
/// The query behind every search of what has not ended; its plan is tested.
pub const SEARCH_OPEN_SQL: &str = lines!(
    "search CROSS JOIN rows ON rows.pos = search.rowid WHERE search MATCH ?1 AND open = 1
     ORDER BY search.rowid DESC LIMIT ?2 OFFSET ?3"
);
/// The query behind every search by limits, of all (`?4` is 0) or of what has not ended (1); its plan is tested.
pub const SEARCH_DUE_SQL: &str = lines!(
    "rows WHERE open >= ?4 AND +pos IN (SELECT rowid FROM search WHERE search MATCH ?1)
     ORDER BY due_ms NULLS LAST, open DESC, pos DESC LIMIT ?2 OFFSET ?3"
);

/// A page of the lines that a query finds, in an order, of all or of what has not ended.
pub fn search(
    c: &Connection,
    query: &Query,
    (order, open_only): (Order, bool),
    limit: u32,
    offset: u32,
) -> Result<Vec<CaseRow>> {
    let words = query.expression();
    match (order, open_only) {
        (Order::Latest, false) => latest(c, &words, limit, offset),
        (Order::Latest, true) => read(c, SEARCH_OPEN_SQL, params![words, limit, offset]),
        (Order::Due, open_only) => read(c, SEARCH_DUE_SQL, params![words, limit, offset, open_only]),
    }
}

fn latest(c: &Connection, words: &str, limit: u32, offset: u32) -> Result<Vec<CaseRow>> {
    let mut statement = c.prepare_cached(SEARCH_SQL)?;
    let found = statement.query_map(params![words, limit, offset], |r| r.get::<_, i64>(0))?;
    let mut lines = Vec::new();
    for pos in found {
        lines.extend(read(c, FOUND_SQL, [pos?])?);
    }
    Ok(lines)
}

/// The query before every search; its plan is tested.
pub const UNFOUND_SQL: &str = "SELECT id FROM rows WHERE words IS NULL ORDER BY pos";

/// Cases that the index has nothing of yet.
pub fn unfound(c: &Connection) -> Result<Vec<CaseId>> {
    let mut statement = c.prepare_cached(UNFOUND_SQL)?;
    let rows = statement.query_map([], |r| r.get::<_, Vec<u8>>(0))?;
    rows.map(|row| id(row?, CaseId::from_slice)).collect()
}

/// The query behind the rest of an index; its plan is tested.
pub const UNREAD_SQL: &str =
    "SELECT id FROM rows WHERE whole = 0 AND EXISTS (SELECT 1 FROM base WHERE base.doc = rows.id)
     ORDER BY pos DESC LIMIT ?1";

/// Lines whose document came and was not read for them yet, latest first.
pub fn unread(c: &Connection, limit: u32) -> Result<Vec<CaseId>> {
    let mut statement = c.prepare_cached(UNREAD_SQL)?;
    let rows = statement.query_map([limit], |r| r.get::<_, Vec<u8>>(0))?;
    rows.map(|row| id(row?, CaseId::from_slice)).collect()
}

/// A line stays as it is, whatever its document says.
pub fn leave(c: &Connection, doc: &CaseId) -> Result<()> {
    c.prepare_cached("UPDATE rows SET whole = 1 WHERE id = ?1")?.execute([doc.as_bytes()])?;
    Ok(())
}
