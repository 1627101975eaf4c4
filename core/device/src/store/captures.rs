//! Capture records of this phone, each life of the store a chain of its own; and what the server said of cases' photos.

use rusqlite::{Connection, OptionalExtension, params};
use yuandian_document::keys::Signature;
use yuandian_document::{SignedNotice, cbor};
use yuandian_evidence::{RecordHash, SignedLink};
use yuandian_model::{BlobHash, CaseId, Incarnation};

use super::id;
use crate::error::{DeviceError, Result};

/// How a record begins; the rest of its life is in the statements below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Of a draft: nobody is told before it is finished.
    Draft = 0,
    /// To be handed in.
    Waiting = 1,
}

/// A link on its way.
pub struct Waiting {
    /// The link.
    pub link: SignedLink,
    /// Its record's name.
    pub name: RecordHash,
    /// The receipt of an earlier log.
    pub receipt: Option<Vec<u8>>,
}

/// The last link of a life's chain: its number and name.
pub fn tip(c: &Connection, incarnation: &Incarnation) -> Result<Option<(u64, RecordHash)>> {
    let row = c
        .prepare_cached("SELECT n, name FROM captures WHERE incarnation = ?1 ORDER BY n DESC LIMIT 1")?
        .query_row([incarnation.as_bytes()], |r| Ok((r.get::<_, i64>(0)?, r.get::<_, Vec<u8>>(1)?)))
        .optional()?;
    row.map(|(n, name)| Ok((n.cast_unsigned(), name_of(name)?))).transpose()
}

fn name_of(bytes: Vec<u8>) -> Result<RecordHash> {
    let bytes =
        bytes.try_into().map_err(|_| DeviceError::Damaged("a record's name has a wrong length".into()))?;
    Ok(RecordHash(bytes))
}

/// Keeps a new record.
pub fn add(
    c: &Connection,
    (incarnation, n): (&Incarnation, u64),
    (doc, original): (&CaseId, &BlobHash),
    (name, signed): (&RecordHash, &SignedLink),
    state: State,
) -> Result<()> {
    c.prepare_cached(
        "INSERT INTO captures (incarnation, n, name, doc, original, link, signature, state) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![
        incarnation.as_bytes(),
        n.cast_signed(),
        name.0,
        doc.as_bytes(),
        original.as_bytes(),
        signed.link,
        signed.signature.0,
        state as i64
    ])?;
    Ok(())
}

/// Whether a file has its record in a case or draft.
pub fn has(c: &Connection, doc: &CaseId, original: &BlobHash) -> Result<bool> {
    Ok(c.prepare_cached("SELECT 1 FROM captures WHERE doc = ?1 AND original = ?2 AND state IN (0, 1, 2)")?
        .exists(params![doc.as_bytes(), original.as_bytes()])?)
}

/// A draft's file went into its case: its record may be handed in.
pub fn finish(c: &Connection, doc: &CaseId, original: &BlobHash) -> Result<()> {
    c.prepare_cached("UPDATE captures SET state = 1 WHERE doc = ?1 AND original = ?2 AND state = 0")?
        .execute(params![doc.as_bytes(), original.as_bytes()])?;
    Ok(())
}

/// Records of a draft that went, or of files that it left out.
pub fn of_draft(c: &Connection, doc: &CaseId) -> Result<Vec<(Incarnation, u64, RecordHash)>> {
    let mut statement = c.prepare_cached(
        "SELECT incarnation, n, name FROM captures WHERE doc = ?1 AND state = 0 ORDER BY n",
    )?;
    let rows = statement.query_map([doc.as_bytes()], |r| {
        Ok((r.get::<_, Vec<u8>>(0)?, r.get::<_, i64>(1)?, r.get::<_, Vec<u8>>(2)?))
    })?;
    rows.map(|row| {
        let (incarnation, n, name) = row?;
        Ok((id(incarnation, Incarnation::from_slice)?, n.cast_unsigned(), name_of(name)?))
    })
    .collect()
}

/// A record was thrown away: in its place stands the phone's word that it was, and nothing else of it.
pub fn drop_record(c: &Connection, (incarnation, n): (&Incarnation, u64), word: &SignedLink) -> Result<()> {
    c.prepare_cached(
        "UPDATE captures SET state = 3, doc = x'', original = x'', link = ?3, signature = ?4
         WHERE incarnation = ?1 AND n = ?2 AND state = 0",
    )?
    .execute(params![incarnation.as_bytes(), n.cast_signed(), word.link, word.signature.0])?;
    Ok(())
}

/// The query behind what is to be handed in; its plan is tested.
pub const WAITING_SQL: &str = "SELECT name, link, signature, receipt FROM captures WHERE state IN (1, 3) ORDER BY incarnation, n LIMIT ?1";

/// What is to be handed in, chain by chain.
pub fn waiting(c: &Connection, max: usize) -> Result<Vec<Waiting>> {
    let mut statement = c.prepare_cached(WAITING_SQL)?;
    let rows = statement.query_map([i64::try_from(max).unwrap_or(i64::MAX)], |r| {
        Ok((
            r.get::<_, Vec<u8>>(0)?,
            r.get::<_, Vec<u8>>(1)?,
            r.get::<_, [u8; 64]>(2)?,
            r.get::<_, Option<Vec<u8>>>(3)?,
        ))
    })?;
    rows.map(|row| {
        let (name, link, signature, receipt) = row?;
        let link = SignedLink { link, signature: Signature(signature) };
        Ok(Waiting { link, name: name_of(name)?, receipt })
    })
    .collect()
}

/// The server has answered: with a receipt, or that it takes this for what it is.
pub fn answered(c: &Connection, name: &RecordHash, receipt: Option<&SignedNotice>) -> Result<()> {
    c.prepare_cached(
        "UPDATE captures SET state = CASE state WHEN 3 THEN 4 ELSE 2 END, receipt = COALESCE(?2, receipt)
         WHERE name = ?1 AND state IN (1, 3)",
    )?
    .execute(params![name.0, receipt.map(cbor::encode)])?;
    Ok(())
}

/// A server that was restored may have lost any of it: everything is handed in again, receipts with it.
pub fn offer_again(c: &Connection) -> Result<()> {
    c.execute("UPDATE captures SET state = CASE state WHEN 2 THEN 1 ELSE 3 END WHERE state IN (2, 4)", [])?;
    Ok(())
}

/// An own record of a case's file.
pub struct Own {
    /// The link.
    pub link: SignedLink,
    /// The server's receipt.
    pub receipt: Option<Vec<u8>>,
}

/// The query behind an own record; its plan is tested.
pub const OWN_SQL: &str =
    "SELECT link, signature, receipt FROM captures WHERE doc = ?1 AND original = ?2 AND state IN (0, 1, 2)
     ORDER BY incarnation, n LIMIT 1";

/// This phone's own record of a file of a case.
pub fn own(c: &Connection, doc: &CaseId, original: &BlobHash) -> Result<Option<Own>> {
    Ok(c.prepare_cached(OWN_SQL)?
        .query_row(params![doc.as_bytes(), original.as_bytes()], |r| {
            Ok(Own {
                link: SignedLink { link: r.get(0)?, signature: Signature(r.get(1)?) },
                receipt: r.get(2)?,
            })
        })
        .optional()?)
}

/// Keeps what the server said of a case's photos, in place of what it said before.
pub fn put_told(c: &Connection, doc: &CaseId, reply: &[u8], at_ms: i64) -> Result<()> {
    c.prepare_cached(
        "INSERT INTO evidence (doc, reply, at_ms) VALUES (?1, ?2, ?3) ON CONFLICT (doc) DO UPDATE SET reply = ?2, at_ms = ?3",
    )?
    .execute(params![doc.as_bytes(), reply, at_ms])?;
    Ok(())
}

/// What the server said last of a case's photos, and when by this phone's wall clock.
pub fn told(c: &Connection, doc: &CaseId) -> Result<Option<(Vec<u8>, i64)>> {
    Ok(c.prepare_cached("SELECT reply, at_ms FROM evidence WHERE doc = ?1")?
        .query_row([doc.as_bytes()], |r| Ok((r.get(0)?, r.get(1)?)))
        .optional()?)
}

/// A case goes: what others said of it goes with it. Own records stay: they are this phone's chain.
pub fn let_go(c: &Connection, doc: &CaseId) -> Result<()> {
    c.prepare_cached("DELETE FROM evidence WHERE doc = ?1")?.execute([doc.as_bytes()])?;
    Ok(())
}
