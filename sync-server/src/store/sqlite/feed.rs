//! The feed: the membership table, one row per (stream, case), its number rewritten on every accepted commit.

use std::collections::{BTreeMap, BTreeSet};

use minicbor::bytes::ByteVec;
use rusqlite::{OptionalExtension, Transaction};
use yuandian_document::keys::{DeviceCertificate, Signature};
use yuandian_document::{Envelope, SignedCommit, cbor, limits::COMMIT_BYTES_MAX};
use yuandian_model::{BlobHash, CaseId, CommitId, DeviceId, Epoch, PartitionId, UserId};
use yuandian_sync::limits::FETCH_COMMITS_MAX;
use yuandian_sync::message::{
    CaseFacts, PartitionHead, Person, PulledCase, PulledCommit, Receipt, StoredBlob,
};
use yuandian_sync::{Cursor, StreamId};

use super::commits::{PARTITION, Streams};
use super::row::{case, count, damaged, signed};
use super::{error, people};
use crate::limits::PAGE_ROWS_MAX;
use crate::store::{CaseRecord, Envelopes, Page, PageAsk, StoreError};

/// A certificate or receipt, bytes, far below this.
const SMALL_BYTES_MAX: usize = 64 * 1024;

pub fn head(t: &Transaction<'_>) -> Result<PartitionHead, StoreError> {
    t.prepare_cached("SELECT epoch, head FROM partition WHERE id = ?1")
        .and_then(|mut statement| {
            statement.query_row([PARTITION], |row| {
                Ok(PartitionHead {
                    partition: PartitionId(PARTITION),
                    epoch: Epoch(row.get(0)?),
                    head: count(row, 1)?,
                    safe_seq: None,
                })
            })
        })
        .map_err(error)
}

/// Takes the next `n` numbers; the last of them is the new head.
pub fn advance(t: &Transaction<'_>, n: u64) -> Result<PartitionHead, StoreError> {
    t.prepare_cached("UPDATE partition SET head = head + ?2 WHERE id = ?1 RETURNING epoch, head")
        .and_then(|mut statement| {
            statement.query_row((PARTITION, signed(n)), |row| {
                Ok(PartitionHead {
                    partition: PartitionId(PARTITION),
                    epoch: Epoch(row.get(0)?),
                    head: count(row, 1)?,
                    safe_seq: None,
                })
            })
        })
        .map_err(error)
}

/// Moves a case on in every stream it is in, and adds it to those it is not in yet.
pub fn touch(t: &Transaction<'_>, case: &CaseId, seq: u64, streams: &Streams) -> Result<(), StoreError> {
    for stream in streams {
        t.prepare_cached(
            "INSERT INTO membership (partition, stream, document, seq, since_seq, state) VALUES (?1, ?2, ?3, ?4, ?4, 'present')
             ON CONFLICT (partition, stream, document) DO UPDATE
             SET since_seq = CASE state WHEN 'gone' THEN excluded.seq ELSE since_seq END, state = 'present', reason = NULL",
        )
        .and_then(|mut s| s.execute((PARTITION, &stream.0, case.0, signed(seq))))
        .map_err(error)?;
    }
    t.prepare_cached(
        "UPDATE membership SET seq = ?3 WHERE partition = ?1 AND document = ?2 AND state = 'present'",
    )
    .and_then(|mut s| s.execute((PARTITION, case.0, signed(seq))))
    .map(|_| ())
    .map_err(error)
}

pub const ROWS: &str = "SELECT document, seq, since_seq, state, reason FROM membership
     WHERE partition = ?1 AND stream = ?2 AND seq > ?3 AND seq <= ?4 ORDER BY seq LIMIT ?5";
pub const COMMITS: &str = "SELECT id, seq, user, received_ms, receipt, envelope FROM commit_log
     WHERE document = ?1 AND seq > ?2 AND seq <= ?3 ORDER BY seq";
pub const MICROS: &str = "SELECT bytes FROM micro WHERE commit_id = ?1 ORDER BY position";
pub const STORED: &str =
    "SELECT DISTINCT hash FROM blob_ref WHERE document = ?1 AND proven = 1 ORDER BY hash";

struct Row {
    document: CaseId,
    seq: u64,
    since: u64,
    gone: Option<String>,
}

fn rows(t: &Transaction<'_>, stream: &StreamId, after: u64, head: u64) -> Result<Vec<Row>, StoreError> {
    t.prepare_cached(ROWS)
        .and_then(|mut statement| {
            statement
                .query_map((PARTITION, &stream.0, signed(after), signed(head), PAGE_ROWS_MAX), |row| {
                    let gone = match row.get_ref(3)?.as_str()? {
                        "gone" => Some(row.get::<_, Option<String>>(4)?.unwrap_or_default()),
                        _ => None,
                    };
                    Ok(Row {
                        document: CaseId(row.get(0)?),
                        seq: count(row, 1)?,
                        since: count(row, 2)?,
                        gone,
                    })
                })?
                .collect()
        })
        .map_err(error)
}

pub fn page(t: &Transaction<'_>, ask: &PageAsk<'_>) -> Result<Page, StoreError> {
    let head = head(t)?;
    let mut page = Page { cases: Vec::new(), cursors: Vec::new(), more: false };
    let mut bytes = 0;
    let mut names = Names { t, known: BTreeMap::new() };
    // A case in several of the receiver's streams brings its commits once: the page is applied whole or not at all.
    let mut brought: BTreeMap<CaseId, u64> = BTreeMap::new();
    for asked in ask.streams {
        // A cursor of another life of the log, or from the future, says nothing: the stream is sent from its beginning.
        let counts = asked.epoch == Some(head.epoch) && asked.cursor <= head.head;
        let after = if counts { asked.cursor } else { 0 };
        let mut cursor = after;
        let mut complete = false;
        if !page.more {
            let rows = rows(t, &asked.stream, after, head.head)?;
            complete = rows.len() < PAGE_ROWS_MAX as usize;
            for row in rows {
                let from = if row.since <= after { after } else { 0 };
                let from =
                    if brought.get(&row.document).is_some_and(|f| *f <= from) { row.seq } else { from };
                let pulled = pulled(&mut names, &asked.stream, &row, from, ask.receiver)?;
                let size = cbor::encode(&pulled).len();
                if !page.cases.is_empty() && bytes + size > ask.bytes_max {
                    complete = false;
                    break;
                }
                bytes += size;
                cursor = row.seq;
                if from < row.seq {
                    brought.insert(row.document, from);
                }
                page.cases.push(pulled);
            }
            page.more = !complete;
        }
        if complete {
            cursor = head.head;
        }
        page.cursors.push(Cursor { epoch: Some(head.epoch), cursor, ..asked.clone() });
    }
    Ok(page)
}

struct Names<'a> {
    t: &'a Transaction<'a>,
    known: BTreeMap<UserId, String>,
}

impl Names<'_> {
    fn person(&mut self, user: &UserId) -> Result<Person, StoreError> {
        if let Some(name) = self.known.get(user) {
            return Ok(Person { user: *user, name: name.clone() });
        }
        let name = people::name(self.t, user)?;
        self.known.insert(*user, name.clone());
        Ok(Person { user: *user, name })
    }

    fn facts(&mut self, record: CaseRecord, receiver: &UserId) -> Result<CaseFacts, StoreError> {
        let state = record.state;
        let holders = state.holders.iter().map(|user| self.person(user)).collect::<Result<_, _>>()?;
        let position = state.waiting_position(receiver).and_then(|n| u32::try_from(n).ok());
        Ok(CaseFacts {
            service: state.service.0,
            catalogue: state.catalogue,
            grid: state.grid,
            place: record.place,
            author: self.person(&state.author)?,
            stage: state.stage,
            act_seq: state.act_seq,
            holders,
            waiting: u32::try_from(state.waiting.len()).unwrap_or(u32::MAX),
            my_position: position,
            opened_ms: record.opened_ms,
            title: String::new(),
            photos: 0,
            touched_ms: record.opened_ms,
            followers: 0,
            followed: false,
        })
    }
}

fn pulled(
    names: &mut Names<'_>,
    stream: &StreamId,
    row: &Row,
    from: u64,
    receiver: UserId,
) -> Result<PulledCase, StoreError> {
    let mut pulled = PulledCase {
        stream: stream.clone(),
        document: row.document,
        seq: row.seq,
        gone: row.gone.clone(),
        commits: Vec::new(),
        facts: None,
        stored: Vec::new(),
        snapshot: None,
        outstanding: false,
        heads: None,
        private: None,
    };
    if row.gone.is_some() {
        return Ok(pulled);
    }
    let record = case(names.t, &row.document)?.ok_or_else(|| {
        StoreError::Damaged(format!("a stream names case {} that is not there", row.document))
    })?;
    pulled.commits = commits(names, &row.document, from, row.seq)?;
    pulled.facts = Some(names.facts(record, &receiver)?);
    pulled.stored = names
        .t
        .prepare_cached(STORED)
        .and_then(|mut s| {
            s.query_map([row.document.0], |r| Ok(StoredBlob { hash: BlobHash(r.get(0)?) }))?.collect()
        })
        .map_err(error)?;
    Ok(pulled)
}

fn commits(
    names: &mut Names<'_>,
    document: &CaseId,
    from: u64,
    to: u64,
) -> Result<Vec<PulledCommit>, StoreError> {
    let t = names.t;
    let mut statement = t.prepare_cached(COMMITS).map_err(error)?;
    let mut found = statement.query((document.0, signed(from), signed(to))).map_err(error)?;
    let mut commits = Vec::new();
    while let Some(row) = found.next().map_err(error)? {
        let (mut commit, user) = commit(row).map_err(error)?;
        commit.name = names.person(&user)?.name;
        commit.micros = t
            .prepare_cached(MICROS)
            .and_then(|mut s| {
                s.query_map([commit.id.0], |r| Ok(ByteVec::from(r.get::<_, Vec<u8>>(0)?)))?.collect()
            })
            .map_err(error)?;
        commits.push(commit);
    }
    Ok(commits)
}

fn commit(row: &rusqlite::Row<'_>) -> rusqlite::Result<(PulledCommit, UserId)> {
    let receipt: Receipt = cbor::decode("receipt", row.get_ref(4)?.as_blob()?, SMALL_BYTES_MAX)
        .map_err(|_| damaged(4, "receipt"))?;
    let envelope: Envelope = cbor::decode("envelope", row.get_ref(5)?.as_blob()?, COMMIT_BYTES_MAX)
        .map_err(|_| damaged(5, "envelope"))?;
    let user = UserId(row.get(2)?);
    let commit = PulledCommit {
        id: CommitId(row.get(0)?),
        seq: count(row, 1)?,
        kind: envelope.kind,
        device: envelope.device,
        incarnation: envelope.incarnation,
        branch: envelope.branch,
        generation: envelope.generation,
        group: envelope.group,
        user,
        name: String::new(),
        wall_ms: envelope.captured.wall_ms,
        received_ms: row.get(3)?,
        code: receipt.code,
        facts: receipt.facts,
        body: envelope.body,
        micros: Vec::new(),
        change: None,
    };
    Ok((commit, user))
}

pub const PRESENT: &str =
    "SELECT 1 FROM membership WHERE partition = ?1 AND stream = ?2 AND document = ?3 AND state = 'present'";

/// Whether a case is in one of the streams.
pub fn is_in(
    t: &Transaction<'_>,
    document: &CaseId,
    streams: &BTreeSet<StreamId>,
) -> Result<bool, StoreError> {
    for stream in streams {
        let found = t
            .prepare_cached(PRESENT)
            .and_then(|mut s| s.exists((PARTITION, &stream.0, document.0)))
            .map_err(error)?;
        if found {
            return Ok(true);
        }
    }
    Ok(false)
}

pub fn envelopes(
    t: &Transaction<'_>,
    ids: &[CommitId],
    streams: &BTreeSet<StreamId>,
) -> Result<Envelopes, StoreError> {
    let mut found = Envelopes::default();
    let mut devices: BTreeSet<DeviceId> = BTreeSet::new();
    for id in ids.iter().take(FETCH_COMMITS_MAX) {
        let row = t
            .prepare_cached(
                "SELECT document, device, envelope, signature FROM commit_log WHERE id = ?1 AND seq IS NOT NULL",
            )
            .and_then(|mut s| {
                s.query_row([id.0], |row| {
                    let signature = Signature(row.get(3)?);
                    let commit = SignedCommit { envelope: row.get(2)?, signature };
                    Ok((CaseId(row.get(0)?), DeviceId(row.get(1)?), commit))
                })
                .optional()
            })
            .map_err(error)?;
        let Some((document, device, commit)) = row else {
            continue;
        };
        if is_in(t, &document, streams)? {
            devices.insert(device);
            found.commits.push(commit);
        }
    }
    for device in devices {
        let certificates: Vec<DeviceCertificate> = t
            .prepare_cached("SELECT certificate FROM certificate WHERE device = ?1 ORDER BY signer")
            .and_then(|mut s| {
                s.query_map([device.0], |row| {
                    cbor::decode("certificate", row.get_ref(0)?.as_blob()?, SMALL_BYTES_MAX)
                        .map_err(|_| damaged(0, "certificate"))
                })?
                .collect()
            })
            .map_err(error)?;
        found.certificates.extend(certificates);
    }
    Ok(found)
}
