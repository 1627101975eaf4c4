//! Capture records: kept as they came, each with its receipt, and read again by the case that they were taken for.

use rusqlite::{OptionalExtension, Row};
use yuandian_document::keys::Signature;
use yuandian_document::{DeviceCertificate, Purpose, SignedNotice, cbor};
use yuandian_evidence::limits::{CUSTODY_TOLD_MAX, LIKENESS_TOLD_MAX};
use yuandian_evidence::{
    AboutRecord, CaptureReceipt, ChainState, Entry, Handling, Likeness, Link, ProvenEntry, RecordHash,
    SignedLink, Statement, path,
};
use yuandian_model::{BlobHash, CaseId, Code, DeviceId, Incarnation, UserId};
use yuandian_sync::limits::EVIDENCE_RECORDS_MAX;
use yuandian_sync::message::{EvidenceReply, LinkAnswer, TakenRecord, WIRE_VERSION};

use super::log::Log;
use super::membership::holding;
use super::row::{case, count, signed};
use super::writing::Transaction;
use super::{error, keys, likeness, log};
use crate::store::{Account, CaseRecord, EvidenceQuestion, NewLink, StoreError};

const CAPTURED: i64 = 0;
const DROPPED: i64 = 1;

/// A signed notice or certificate, bytes, far below this.
const KEPT_BYTES_MAX: usize = 64 * 1024;

pub fn put(
    t: &Transaction<'_>,
    account: &Account,
    links: &[NewLink],
    now_ms: i64,
) -> Result<Vec<LinkAnswer>, StoreError> {
    let mut log = log::begun(t, now_ms)?;
    links.iter().map(|link| one(t, account, link, &mut log, now_ms)).collect()
}

/// Whether it is a capture, and its receipt.
type KeptLink = (i64, Option<Vec<u8>>);

/// What is kept at a place of a chain under this name: whether it is a capture, and its receipt.
fn kept(t: &Transaction<'_>, link: &NewLink) -> Result<Option<KeptLink>, StoreError> {
    let (device, incarnation, n) = link.opened.place();
    t.prepare_cached(
        "SELECT kind, receipt FROM capture WHERE device = ?1 AND incarnation = ?2 AND n = ?3 AND name = ?4",
    )
    .and_then(|mut s| {
        s.query_row((device.0, incarnation.0, signed(n), link.name.0), |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()
    })
    .map_err(error)
}

fn one(
    t: &Transaction<'_>,
    account: &Account,
    link: &NewLink,
    log: &mut Log,
    now_ms: i64,
) -> Result<LinkAnswer, StoreError> {
    let answer = |code, receipt| LinkAnswer { record: Some(link.name), code, receipt };
    match kept(t, link)? {
        Some((CAPTURED, receipt)) => {
            let receipt = receipt.map(|bytes| decoded::<SignedNotice>(&bytes)).transpose()?;
            return Ok(answer(Code::Dup, receipt));
        }
        // Thrown away and, by a store that was put back, handed in after all: then it is there.
        Some(_) if matches!(link.opened, Link::Dropped(_)) => return Ok(answer(Code::Dup, None)),
        _ => {}
    }
    let (device, incarnation, n) = link.opened.place();
    let Link::Captured(record) = &link.opened else {
        t.prepare_cached(
            "INSERT INTO capture (device, incarnation, n, name, kind, user, received_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )
        .and_then(|mut s| {
            s.execute((device.0, incarnation.0, signed(n), link.name.0, DROPPED, account.user.0, now_ms))
        })
        .map_err(error)?;
        return Ok(answer(Code::Ok, None));
    };
    // What a log before this one has received is as old as that one said.
    let received_ms = link.adopted.as_ref().map_or(now_ms, |adopted| adopted.received_ms.min(now_ms));
    let index = log::append(t, log, &Entry::Captured { record: link.name, received_ms })?;
    let receipt = CaptureReceipt { record: link.name, user: account.user, received_ms, log: log.id, index };
    let receipt = keys::notice(t, Purpose::CaptureReceipt, cbor::encode(&receipt))?;
    t.prepare_cached(
        "INSERT OR REPLACE INTO capture (device, incarnation, n, name, kind, user, received_ms, prev, document, original, signer,
             link, signature, log, idx, receipt)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
    )
    .and_then(|mut s| {
        s.execute(rusqlite::params![
            device.0,
            incarnation.0,
            signed(n),
            link.name.0,
            CAPTURED,
            account.user.0,
            received_ms,
            record.prev.map(|prev| prev.0),
            record.document.0,
            record.original.0,
            record.signer.0,
            link.link.link,
            link.link.signature.0,
            log.ordinal,
            signed(index),
            cbor::encode(&receipt),
        ])
    })
    .map_err(error)?;
    Ok(answer(Code::Ok, Some(receipt)))
}

fn decoded<T>(bytes: &[u8]) -> Result<T, StoreError>
where
    T: for<'b> minicbor::Decode<'b, ()> + minicbor::Encode<()>,
{
    cbor::decode("kept evidence", bytes, KEPT_BYTES_MAX).map_err(|e| StoreError::Damaged(e.to_string()))
}

/// A record as it is kept.
struct Kept {
    place: (DeviceId, Incarnation, u64),
    name: RecordHash,
    original: BlobHash,
    user: UserId,
    signer: [u8; 16],
    link: SignedLink,
    log: i64,
    index: u64,
    receipt: Vec<u8>,
}

fn read(row: &Row<'_>) -> rusqlite::Result<Kept> {
    Ok(Kept {
        place: (DeviceId(row.get(0)?), Incarnation(row.get(1)?), count(row, 2)?),
        name: RecordHash(row.get(3)?),
        original: BlobHash(row.get(4)?),
        user: UserId(row.get(5)?),
        signer: row.get(6)?,
        link: SignedLink { link: row.get(7)?, signature: Signature(row.get(8)?) },
        log: row.get(9)?,
        index: count(row, 10)?,
        receipt: row.get(11)?,
    })
}

/// Records of files that their own device has named in the case, the newest first.
pub const OF_CASE: &str = "SELECT c.device, c.incarnation, c.n, c.name, c.original, c.user, c.signer, c.link, c.signature, c.log, c.idx,
         c.receipt
     FROM capture c WHERE c.document = ?1 AND c.kind = 0
         AND EXISTS (SELECT 1 FROM blob_ref r WHERE r.hash = c.original AND r.document = c.document AND r.device = c.device)
     ORDER BY c.received_ms DESC, c.n DESC, c.name LIMIT ?2";
pub const SAME_FILE: &str =
    "SELECT document, min(received_ms) FROM capture WHERE original = ?1 AND document <> ?2 AND kind = 0
     GROUP BY document ORDER BY 2 LIMIT ?3";

/// What is known of a case's photos; none where the reader does not hold the case.
pub fn told(
    t: &Transaction<'_>,
    question: &EvidenceQuestion<'_>,
    now_ms: i64,
) -> Result<Option<EvidenceReply>, StoreError> {
    let document = question.document;
    let Some(record) = case(t, &document)? else { return Ok(None) };
    if holding(t, &document, question.streams)?.is_none() {
        return Ok(None);
    }
    let all = (question.reads)(&record.state);
    let max = i64::try_from(EVIDENCE_RECORDS_MAX).unwrap_or(i64::MAX);
    let mut kept: Vec<Kept> = t
        .prepare_cached(OF_CASE)
        .and_then(|mut s| s.query_map((document.0, max), read)?.collect())
        .map_err(error)?;
    kept.retain(|kept| all || kept.user == question.user);
    kept.reverse();
    if question.export {
        let originals: Vec<BlobHash> = kept.iter().map(|kept| kept.original).collect();
        let by = (document, question.user, question.device);
        log::enter_handled(t, Handling::Export, &originals, by, now_ms)?;
        // The pictures of its page are made from them.
        log::enter_handled(t, Handling::Derivative, &originals, by, now_ms)?;
    }
    let log = log::begun(t, now_ms)?;
    let mut records = Vec::with_capacity(kept.len());
    let mut about = Vec::with_capacity(kept.len());
    for kept in kept {
        about.push(AboutRecord {
            record: kept.name,
            chain: chain(t, &kept)?,
            likeness: likenesses(t, &kept, (&record, question))?,
        });
        records.push(taken(t, kept, &log)?);
    }
    let statement = Statement {
        document,
        at_ms: now_ms,
        records: about,
        handled: if all { handled(t, &document, &log)? } else { Vec::new() },
        handled_before: 0,
    };
    let told = statement.handled.len() as u64;
    let handled_before = if all { log::handled_count(t, &document)?.saturating_sub(told) } else { 0 };
    let statement = Statement { handled_before, ..statement };
    let consistency = match question.seen {
        Some(seen) if seen.log == log.id => log::consistency(t, &log, seen.size)?,
        _ => Vec::new(),
    };
    Ok(Some(EvidenceReply {
        version: WIRE_VERSION,
        checkpoint: log::checkpoint(t, &log, now_ms)?,
        consistency: path(consistency),
        statement: keys::notice(t, Purpose::Evidence, cbor::encode(&statement))?,
        records,
    }))
}

fn taken(t: &Transaction<'_>, kept: Kept, log: &Log) -> Result<TakenRecord, StoreError> {
    let certificate: Vec<u8> = t
        .prepare_cached("SELECT certificate FROM certificate WHERE device = ?1 AND signer = ?2")
        .and_then(|mut s| s.query_row((kept.place.0.0, kept.signer), |row| row.get(0)))
        .map_err(error)?;
    let name: String = t
        .prepare_cached("SELECT name FROM person WHERE user = ?1")
        .and_then(|mut s| s.query_row([kept.user.0], |row| row.get(0)))
        .map_err(error)?;
    let inclusion = if kept.log == log.ordinal { log::inclusion(t, log, kept.index)? } else { Vec::new() };
    Ok(TakenRecord {
        link: kept.link,
        certificate: decoded::<DeviceCertificate>(&certificate)?,
        receipt: decoded(&kept.receipt)?,
        path: path(inclusion),
        user: kept.user,
        name,
    })
}

pub const BEFORE: &str =
    "SELECT count(DISTINCT n), count(*) FROM capture WHERE device = ?1 AND incarnation = ?2 AND n < ?3";
pub const TWICE: &str =
    "SELECT EXISTS (SELECT 1 FROM capture WHERE device = ?1 AND incarnation = ?2 AND n = ?3 AND name <> ?4)";
/// Links whose predecessor is there under another name than theirs for it.
pub const UNLIKE: &str = "SELECT count(*) FROM capture c WHERE c.device = ?1 AND c.incarnation = ?2 AND c.n <= ?3 AND c.kind = 0
     AND CASE WHEN c.n = 1 THEN c.prev IS NOT NULL
         ELSE EXISTS (SELECT 1 FROM capture p WHERE p.device = ?1 AND p.incarnation = ?2 AND p.n = c.n - 1)
          AND NOT EXISTS (SELECT 1 FROM capture p WHERE p.device = ?1 AND p.incarnation = ?2 AND p.n = c.n - 1 AND p.name = c.prev) END";

/// How the chain stands up to a record.
fn chain(t: &Transaction<'_>, kept: &Kept) -> Result<ChainState, StoreError> {
    let (device, incarnation, n) = kept.place;
    let up_to = (device.0, incarnation.0, signed(n));
    let (before, rows) = t
        .prepare_cached(BEFORE)
        .and_then(|mut s| s.query_row(up_to, |row| Ok((count(row, 0)?, count(row, 1)?))))
        .map_err(error)?;
    let broken =
        t.prepare_cached(UNLIKE).and_then(|mut s| s.query_row(up_to, |row| count(row, 0))).map_err(error)?;
    let twice: bool = t
        .prepare_cached(TWICE)
        .and_then(|mut s| s.query_row((device.0, incarnation.0, signed(n), kept.name.0), |row| row.get(0)))
        .map_err(error)?;
    let missing = n.saturating_sub(1).saturating_sub(before);
    Ok(ChainState { before, missing, broken, forked: twice || rows > before })
}

/// Cases of which a record of the very same file was received, the first first; then photos that look like it.
fn likenesses(
    t: &Transaction<'_>,
    kept: &Kept,
    (record, question): (&CaseRecord, &EvidenceQuestion<'_>),
) -> Result<Vec<Likeness>, StoreError> {
    let max = i64::try_from(LIKENESS_TOLD_MAX).unwrap_or(i64::MAX);
    let others: Vec<(CaseId, i64)> = t
        .prepare_cached(SAME_FILE)
        .and_then(|mut s| {
            s.query_map((kept.original.0, question.document.0, max), |row| {
                Ok((CaseId(row.get(0)?), row.get(1)?))
            })?
            .collect()
        })
        .map_err(error)?;
    let mut likeness = Vec::new();
    for (document, received_ms) in others {
        let seen = holding(t, &document, question.streams)?.is_some();
        likeness.push(Likeness {
            original: kept.original,
            document: seen.then_some(document),
            same_file: true,
            distance: 0,
            received_ms,
        });
    }
    for (like, document) in likeness::alike(t, record, &kept.original)? {
        if likeness.len() == LIKENESS_TOLD_MAX {
            break;
        }
        let seen = holding(t, &document, question.streams)?.is_some();
        likeness.push(Likeness { document: seen.then_some(document), ..like });
    }
    Ok(likeness)
}

fn handled(t: &Transaction<'_>, document: &CaseId, log: &Log) -> Result<Vec<ProvenEntry>, StoreError> {
    let mut entries = log::handled(t, log, document, CUSTODY_TOLD_MAX)?;
    entries.reverse();
    let proven =
        |(index, entry)| Ok(ProvenEntry { index, entry, path: path(log::inclusion(t, log, index)?) });
    entries.into_iter().map(proven).collect()
}
