//! Photos in cases that only the platform can decode: asked for until it gives a picture or says that it cannot.

use rusqlite::{Connection, params};
use yuandian_model::{BlobHash, CaseId};

use super::id;
use crate::error::Result;

/// The table of this module.
pub const TABLES: &str = "
-- Own photos of cases whose small sizes the platform is asked for.
CREATE TABLE previews_wanted (hash BLOB NOT NULL, doc BLOB NOT NULL, PRIMARY KEY (hash, doc)) STRICT, WITHOUT ROWID;
";

/// A picture of a photo is wanted.
pub fn want(c: &Connection, doc: &CaseId, original: &BlobHash) -> Result<()> {
    c.prepare_cached("INSERT OR IGNORE INTO previews_wanted (hash, doc) VALUES (?1, ?2)")?
        .execute(params![original.as_bytes(), doc.as_bytes()])?;
    Ok(())
}

/// It is there, or never will be.
pub fn given(c: &Connection, doc: &CaseId, original: &BlobHash) -> Result<()> {
    c.prepare_cached("DELETE FROM previews_wanted WHERE hash = ?1 AND doc = ?2")?
        .execute(params![original.as_bytes(), doc.as_bytes()])?;
    Ok(())
}

/// A case goes.
pub fn let_case_go(c: &Connection, doc: &CaseId) -> Result<()> {
    c.prepare_cached("DELETE FROM previews_wanted WHERE doc = ?1")?.execute([doc.as_bytes()])?;
    Ok(())
}

/// Every photo that a picture is wanted of, with its case.
pub fn wanted(c: &Connection) -> Result<Vec<(BlobHash, CaseId)>> {
    let mut statement = c.prepare_cached("SELECT hash, doc FROM previews_wanted ORDER BY hash, doc")?;
    let rows = statement.query_map([], |r| Ok((r.get::<_, Vec<u8>>(0)?, r.get::<_, Vec<u8>>(1)?)))?;
    rows.map(|row| {
        let (hash, doc) = row?;
        Ok((id(hash, BlobHash::from_slice)?, id(doc, CaseId::from_slice)?))
    })
    .collect()
}
