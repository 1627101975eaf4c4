//! What a device gets of one case: a line, a summary, or all of it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use minicbor::bytes::ByteVec;
use rusqlite::OptionalExtension;
use yuandian_document::{Content, Envelope, Kind, Place, cbor, limits::COMMIT_BYTES_MAX};
use yuandian_model::planted::{self, Bug};
use yuandian_model::{BlobHash, CaseId, Cell500, CommitId, PartitionId, UserId};
use yuandian_sync::StreamId;
use yuandian_sync::check::heads_name;
use yuandian_sync::message::{
    CaseFacts, ChangeName, HeadsName, LookTold, OwnTold, Person, PulledCase, PulledCommit, Receipt,
    StoredBlob,
};

use super::row::{case, count, damaged, heads, signed};
use super::writing::Transaction;
use super::{error, looks, people, private, redaction};
use crate::planted_places;
use crate::store::{CaseRecord, Look, Receiver, StoreError};

/// A receipt, bytes, far below this.
pub const SMALL_BYTES_MAX: usize = 64 * 1024;
/// What a commit whose body the snapshot holds still says of it, bytes.
const CHANGE_NAME_BYTES: usize = 36;

pub const COMMITS: &str =
    "SELECT id, seq, user, received_ms, coalesce(granted, receipt), envelope, change FROM commit_log
     WHERE document = ?1 AND seq > ?2 AND seq <= ?3 ORDER BY seq";
pub const MICROS: &str = "SELECT bytes FROM micro WHERE commit_id = ?1 ORDER BY position";
pub const STORED: &str = "SELECT DISTINCT r.hash FROM blob_ref r CROSS JOIN blob b ON b.hash = r.hash
     WHERE r.document = ?1 AND r.proven = 1 AND b.lost_ms IS NULL ORDER BY r.hash";
pub const HEADS: &str = "SELECT version, heads FROM document_cache WHERE document = ?1";
pub const SNAPSHOT: &str = "SELECT saved FROM document_cache WHERE document = ?1 AND version = ?2";

/// The heads of a document that nobody has written into.
static UNWRITTEN: LazyLock<HeadsName> = LazyLock::new(|| heads_name(&Content::default().heads()));

/// How much of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    /// What everybody may know of a public case: no person, no document, the cell alone.
    Summary,
    /// What stands in a list.
    Line,
    /// Commits above a number.
    Since(u64),
    /// All of it, as a snapshot where that is smaller.
    Anew,
}

/// Names that a reply has looked up already.
pub struct Names<'a> {
    pub t: &'a Transaction<'a>,
    known: BTreeMap<UserId, String>,
}

impl<'a> Names<'a> {
    pub fn new(t: &'a Transaction<'a>) -> Self {
        Self { t, known: BTreeMap::new() }
    }

    fn person(&mut self, user: &UserId) -> Result<Person, StoreError> {
        if let Some(name) = self.known.get(user) {
            return Ok(Person { user: *user, name: name.clone() });
        }
        let name = people::name(self.t, user)?;
        self.known.insert(*user, name.clone());
        Ok(Person { user: *user, name })
    }

    fn facts(&mut self, record: &CaseRecord, receiver: &UserId) -> Result<CaseFacts, StoreError> {
        let state = &record.state;
        let holders = state.holders.iter().map(|user| self.person(user)).collect::<Result<_, _>>()?;
        let tells = planted::is(Bug::ExactPlaceListed);
        let exact = planted_places::of(&record.id).filter(|_| tells).map(|place| Place::exact(place, None));
        let position = state.waiting_position(receiver).and_then(|n| u32::try_from(n).ok());
        Ok(CaseFacts {
            author: self.person(&state.author)?,
            holders,
            my_position: position,
            place: exact.or(record.place),
            conflict: record.conflict,
            progress: Some(record.state.progress.clone()),
            ..summary(record, receiver)
        })
    }
}

/// What everybody may know of a public case.
fn summary(record: &CaseRecord, receiver: &UserId) -> CaseFacts {
    let state = &record.state;
    let cell = |place: &Place| match place {
        Place::Cell(cell) => Some(Place::Cell(*cell)),
        Place::Exact { .. } => place.shown().map(|position| Place::Cell(Cell500::of(position))),
    };
    CaseFacts {
        service: state.service.0.clone(),
        catalogue: state.catalogue,
        grid: state.grid.clone(),
        place: record.place.as_ref().and_then(cell),
        author: Person { user: UserId([0; 16]), name: String::new() },
        stage: state.stage.clone(),
        act_seq: state.act_seq,
        holders: Vec::new(),
        waiting: u32::try_from(state.waiting.len()).unwrap_or(u32::MAX),
        my_position: None,
        opened_ms: record.opened_ms,
        title: record.title.clone(),
        photos: record.photos,
        touched_ms: record.touched_ms,
        followers: u32::try_from(state.followers.len()).unwrap_or(u32::MAX),
        followed: state.followers.contains(receiver),
        conflict: false,
        progress: None,
    }
}

/// A case that went.
pub fn gone(
    (stream, partition): (&StreamId, PartitionId),
    document: CaseId,
    seq: u64,
    reason: String,
) -> PulledCase {
    PulledCase {
        stream: stream.clone(),
        partition,
        document,
        seq,
        gone: Some(reason),
        commits: Vec::new(),
        facts: None,
        stored: Vec::new(),
        snapshot: None,
        outstanding: false,
        heads: None,
        private: None,
        own: None,
        generation: 0,
    }
}

/// A case that is present.
pub fn pulled(
    names: &mut Names<'_>,
    (stream, partition, document, seq): (&StreamId, PartitionId, CaseId, u64),
    share: Share,
    receiver: &Receiver<'_>,
) -> Result<PulledCase, StoreError> {
    let record = case(names.t, &document)?
        .ok_or_else(|| StoreError::Damaged(format!("a stream names case {document} that is not there")))?;
    let facts = match share {
        Share::Summary if !planted::is(Bug::SummaryWithAuthor) => summary(&record, &receiver.user),
        _ => names.facts(&record, &receiver.user)?,
    };
    let mut pulled = PulledCase {
        gone: None,
        facts: Some(facts),
        outstanding: share == Share::Line,
        ..gone((stream, partition), document, seq, String::new())
    };
    pulled.generation = redaction::generation(names.t, &document)?;
    let since = match share {
        Share::Summary | Share::Line => return Ok(pulled),
        Share::Since(since) => since,
        Share::Anew => 0,
    };
    pulled.commits = commits(names, &document, (since, seq), &receiver.user)?;
    if share == Share::Anew {
        pulled.snapshot = snapshot(names.t, &record, &mut pulled.commits)?;
    }
    if pulled.snapshot.is_none() {
        for commit in &mut pulled.commits {
            commit.change = None;
        }
    }
    pulled.private = private::readable(names.t, &record, receiver)?;
    pulled.own = own_told(names.t, &record, receiver)?;
    pulled.heads = document_heads(names.t, &record)?;
    pulled.stored = names
        .t
        .prepare_cached(STORED)
        .and_then(|mut s| {
            s.query_map([document.0], |r| Ok(StoredBlob { hash: BlobHash(r.get(0)?) }))?.collect()
        })
        .map_err(error)?;
    Ok(pulled)
}

/// What the author alone is told: who looked, and the code words.
fn own_told(
    t: &Transaction<'_>,
    record: &CaseRecord,
    receiver: &Receiver<'_>,
) -> Result<Option<OwnTold>, StoreError> {
    if record.state.author != receiver.user && !planted::is(Bug::CodeWordsToEverybody) {
        return Ok(None);
    }
    let look = |look: Look| LookTold {
        who: Person { user: look.who, name: look.name },
        at_ms: look.at_ms,
        keys: look.keys,
    };
    let looks: Vec<LookTold> = looks::of_case(t, &record.id)?.into_iter().map(look).collect();
    let words = (receiver.words)(&record.id, &record.state);
    if looks.is_empty() && words.is_none() {
        return Ok(None);
    }
    let (coming, leaving) = words.unzip();
    Ok(Some(OwnTold { looks, coming, leaving }))
}

/// The document as it was saved, where that is smaller than its changes; their bodies are then left out and their names put in.
fn snapshot(
    t: &Transaction<'_>,
    record: &CaseRecord,
    commits: &mut [PulledCommit],
) -> Result<Option<ByteVec>, StoreError> {
    let content = |commits: &[PulledCommit]| -> Option<usize> {
        let changes = commits.iter().filter(|commit| commit.kind == Kind::Content);
        changes.map(|c| c.change.map(|_| c.body.len().saturating_sub(CHANGE_NAME_BYTES))).sum()
    };
    let Some(bytes) = content(commits) else {
        return Ok(None);
    };
    let saved: Option<Vec<u8>> = t
        .prepare_cached(SNAPSHOT)
        .and_then(|mut s| s.query_row((record.id.0, signed(record.version)), |row| row.get(0)).optional())
        .map_err(error)?;
    let Some(saved) = saved.filter(|saved| saved.len() < bytes) else {
        return Ok(None);
    };
    for commit in commits.iter_mut().filter(|commit| commit.kind == Kind::Content) {
        commit.body = Vec::new();
    }
    Ok(Some(saved.into()))
}

/// The name of the document's heads; none where the cache beside the changes is missing or old, which repairs itself at the next change.
fn document_heads(t: &Transaction<'_>, record: &CaseRecord) -> Result<Option<HeadsName>, StoreError> {
    if record.version == 0 {
        return Ok(Some(*UNWRITTEN));
    }
    let found = t
        .prepare_cached(HEADS)
        .and_then(|mut s| s.query_row([record.id.0], |row| Ok((count(row, 0)?, heads(row, 1)?))).optional())
        .map_err(error)?;
    Ok(found.filter(|(version, _)| *version == record.version).map(|(_, heads)| heads_name(&heads)))
}

fn commits(
    names: &mut Names<'_>,
    document: &CaseId,
    (from, to): (u64, u64),
    receiver: &UserId,
) -> Result<Vec<PulledCommit>, StoreError> {
    let t = names.t;
    let mut statement = t.prepare_cached(COMMITS).map_err(error)?;
    let mut found = statement.query((document.0, signed(from), signed(to))).map_err(error)?;
    let mut commits = Vec::new();
    while let Some(row) = found.next().map_err(error)? {
        let (mut commit, id, micros) = commit(row).map_err(error)?;
        commit.name = names.person(&commit.user)?.name;
        commit.group = commit.group.filter(|_| commit.user == *receiver);
        if micros {
            commit.micros = t
                .prepare_cached(MICROS)
                .and_then(|mut s| {
                    s.query_map([id.0], |r| Ok(ByteVec::from(r.get::<_, Vec<u8>>(0)?)))?.collect()
                })
                .map_err(error)?;
        }
        commits.push(commit);
    }
    Ok(commits)
}

/// With its id and whether it brought pictures.
fn commit(row: &rusqlite::Row<'_>) -> rusqlite::Result<(PulledCommit, CommitId, bool)> {
    let receipt: Receipt = cbor::decode("receipt", row.get_ref(4)?.as_blob()?, SMALL_BYTES_MAX)
        .map_err(|_| damaged(4, "receipt"))?;
    let envelope: Envelope = cbor::decode("envelope", row.get_ref(5)?.as_blob()?, COMMIT_BYTES_MAX)
        .map_err(|_| damaged(5, "envelope"))?;
    let commit = PulledCommit {
        n: envelope.n,
        seq: count(row, 1)?,
        kind: envelope.kind,
        device: envelope.device,
        incarnation: envelope.incarnation,
        branch: envelope.branch,
        generation: envelope.generation,
        group: Some(envelope.group),
        user: UserId(row.get(2)?),
        name: String::new(),
        wall_ms: envelope.captured.wall_ms,
        received_ms: row.get(3)?,
        code: receipt.code,
        facts: receipt.facts,
        body: envelope.body,
        micros: Vec::new(),
        change: row.get::<_, Option<[u8; 32]>>(6)?.map(ChangeName),
    };
    Ok((commit, CommitId(row.get(0)?), !envelope.micro.is_empty()))
}
