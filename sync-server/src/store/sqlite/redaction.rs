//! Words that had to go: a case's document is made again as its next generation, its acts with it.
//!
//! Guarantees: one transaction; afterwards no row of the case's log, cache or list holds the words, and what was deleted is overwritten
//! (`secure_delete`) and cut from the log of the database before the erasure counts as done. A commit keeps its name, number and outcome; its
//! signature went with its words, so it is not given out as proof any more.

use std::collections::BTreeMap;
use std::ops::Range;

use rusqlite::params;
use yuandian_document::redact::{Passages, blot, places_of, redact as made_again};
use yuandian_document::{Act, Envelope, Kind, cbor, limits::COMMIT_BYTES_MAX, title_of};
use yuandian_model::giveaway::{GiveawayKind, giveaways};
use yuandian_model::{CaseId, CaseState, CommitId, UserId};

use super::membership::Step;
use super::row::{case, count, damaged, heads_blob, signed};
use super::writing::Transaction;
use super::{ages, documents, erasure, error, partitions};
use crate::store::{CaseRecord, Going, Judge, Redaction, SavedDocument, StoreError};

pub const GENERATION: &str = "SELECT count(*) FROM redaction WHERE document = ?1";
pub const LOGGED: &str =
    "SELECT id, user, envelope FROM commit_log WHERE document = ?1 AND seq IS NOT NULL ORDER BY seq";

/// How often a case's document was made again.
pub fn generation(t: &Transaction<'_>, document: &CaseId) -> Result<u32, StoreError> {
    t.prepare_cached(GENERATION).and_then(|mut s| s.query_row([document.0], |row| row.get(0))).map_err(error)
}

/// Every document that was made again, or those of one case.
pub fn list(t: &Transaction<'_>, of: Option<&CaseId>) -> Result<Vec<Redaction>, StoreError> {
    let row = |row: &rusqlite::Row<'_>| {
        Ok(Redaction {
            case: CaseId(row.get(0)?),
            generation: row.get(1)?,
            at_ms: row.get(2)?,
            because: row.get(3)?,
            letters: count(row, 4)?,
        })
    };
    t.prepare_cached(
        "SELECT document, generation, at_ms, because, letters FROM redaction
         WHERE ?1 IS NULL OR document = ?1 ORDER BY document, generation",
    )
    .and_then(|mut s| s.query_map([of.map(|case| case.0)], row)?.collect())
    .map_err(error)
}

/// A commit of the log.
struct Logged {
    id: CommitId,
    user: UserId,
    envelope: Envelope,
}

/// Makes a case again without words that are to go. `now_ms`: server's clock, ms since 1970.
pub fn redact(
    t: &Transaction<'_>,
    (document, going): (&CaseId, &Going),
    because: &str,
    judge: &dyn Judge,
    now_ms: i64,
) -> Result<Option<Redaction>, StoreError> {
    let Some(before) = case(t, document)? else { return Ok(None) };
    let said = Said::of(going, &before.state, judge);
    let passages = |text: &str| said.passages(text);
    let log = logged(t, document)?;
    let generation = generation(t, document)?;
    let mut bodies: BTreeMap<CommitId, (Vec<u8>, Option<[u8; 32]>)> = BTreeMap::new();

    let content: Vec<&Logged> = log.iter().filter(|commit| commit.envelope.kind == Kind::Content).collect();
    let changes: Vec<(&[u8], bool)> =
        content.iter().map(|commit| (commit.envelope.body.as_slice(), said.reads(&commit.user))).collect();
    let made = made_again(&changes, &passages)
        .map_err(|reason| StoreError::Damaged(format!("case {document}: {reason}")))?;
    let mut letters = made.letters;
    for (commit, (name, bytes)) in content.iter().zip(&made.changes) {
        if *bytes != commit.envelope.body {
            bodies.insert(commit.id, (bytes.clone(), Some(name.0)));
        }
    }
    for commit in log.iter().filter(|commit| commit.envelope.kind == Kind::Act && said.reads(&commit.user)) {
        let Ok(mut act) = Act::from_bytes(&commit.envelope.body) else { continue };
        let gone = blot_words(&mut act.args, &before.state, judge, &passages);
        if gone > 0 {
            letters += gone;
            bodies.insert(commit.id, (act.to_bytes(), None));
        }
    }
    let mut after = before.clone();
    letters += blot_progress(&mut after, &said, judge);
    if letters == 0 {
        return Ok(Some(Redaction {
            case: *document,
            generation,
            at_ms: now_ms,
            because: because.to_owned(),
            letters: 0,
        }));
    }

    let redaction = Redaction {
        case: *document,
        generation: generation + 1,
        at_ms: now_ms,
        because: because.to_owned(),
        letters: letters as u64,
    };
    let was: usize = log.iter().map(|commit| commit.envelope.body.len()).sum();
    let mut is = was;
    for commit in &log {
        let Some((body, change)) = bodies.remove(&commit.id) else { continue };
        is = is - commit.envelope.body.len() + body.len();
        let envelope = Envelope { generation: redaction.generation, body, ..commit.envelope.clone() };
        t.prepare_cached(
            "UPDATE commit_log SET envelope = ?2, signature = zeroblob(64), change = coalesce(?3, change) WHERE id = ?1",
        )
        .and_then(|mut s| s.execute(params![commit.id.0, cbor::encode(&envelope), change]))
        .map_err(error)?;
    }
    after.version += 1;
    after.log_bytes = (after.log_bytes + is as u64).saturating_sub(was as u64);
    after.title = title_of(&made.content.view().description);
    let heads = made.content.heads();
    let saved = SavedDocument { version: after.version, saved: made.content.save(), heads: heads.clone() };
    documents::keep(t, document, &saved, &heads_blob(&heads))?;
    t.prepare_cached(
        "UPDATE case_row SET version = ?2, log_bytes = ?3, title = ?4, progress = ?5 WHERE id = ?1",
    )
    .and_then(|mut s| {
        let progress = cbor::encode(&after.state.progress);
        s.execute(params![document.0, signed(after.version), signed(after.log_bytes), after.title, progress])
    })
    .map_err(error)?;
    t.prepare_cached(
        "INSERT INTO redaction (document, generation, at_ms, because, letters) VALUES (?1, ?2, ?3, ?4, ?5)",
    )
    .and_then(|mut s| {
        s.execute(params![document.0, redaction.generation, now_ms, because, signed(redaction.letters)])
    })
    .map_err(error)?;
    let head = partitions::advance(t, after.partition, 1)?;
    let step = Step { partition: after.partition, document: *document, seq: head.head, now_ms };
    ages::touch_row(t, &step, (Some(&before), &after), judge.streams(&after.state), judge)?;
    erasure::due(t)?;
    Ok(Some(redaction))
}

fn logged(t: &Transaction<'_>, document: &CaseId) -> Result<Vec<Logged>, StoreError> {
    let commit = |row: &rusqlite::Row<'_>| {
        let envelope = cbor::decode("envelope", row.get_ref(2)?.as_blob()?, COMMIT_BYTES_MAX)
            .map_err(|_| damaged(2, "envelope"))?;
        Ok(Logged { id: CommitId(row.get(0)?), user: UserId(row.get(1)?), envelope })
    };
    t.prepare_cached(LOGGED).and_then(|mut s| s.query_map([document.0], commit)?.collect()).map_err(error)
}

fn blot_words(
    said: &mut BTreeMap<String, String>,
    state: &CaseState,
    judge: &dyn Judge,
    passages: &Passages<'_>,
) -> usize {
    let words = said.iter_mut().filter(|(argument, _)| judge.is_words(state, argument));
    words.map(|(_, value)| blot(value, passages)).sum()
}

/// What was said with a question, and what units were asked to do, stands in the case's row as well. Nobody knows any more who said it.
fn blot_progress(record: &mut CaseRecord, said: &Said<'_>, judge: &dyn Judge) -> usize {
    let passages = |text: &str| said.passages(text);
    let state = record.state.clone();
    let progress = &mut record.state.progress;
    let asked: usize =
        progress.asked.values_mut().map(|asked| blot_words(asked, &state, judge, &passages)).sum();
    let tasks = progress.parts.values_mut().filter_map(|part| part.task.as_mut());
    asked + tasks.map(|task| blot(task, &passages)).sum::<usize>()
}

/// How words that are to go are found.
enum Said<'a> {
    Words(&'a [String]),
    GivenAway { by: &'a UserId, doors: bool },
}

impl<'a> Said<'a> {
    fn of(going: &'a Going, state: &CaseState, judge: &dyn Judge) -> Self {
        match going {
            Going::Words(words) => Said::Words(words),
            Going::GivenAwayBy(user) => Said::GivenAway { by: user, doors: judge.shows_cell_alone(state) },
        }
    }

    fn reads(&self, user: &UserId) -> bool {
        match self {
            Said::Words(_) => true,
            Said::GivenAway { by, .. } => *by == user,
        }
    }

    fn passages(&self, text: &str) -> Vec<Range<usize>> {
        match self {
            Said::Words(words) => places_of(words, text),
            Said::GivenAway { doors, .. } => giveaways(text)
                .into_iter()
                .filter(|found| match found.kind {
                    GiveawayKind::Phone | GiveawayKind::IdNumber | GiveawayKind::Plate => true,
                    GiveawayKind::Door | GiveawayKind::Access => *doors,
                    GiveawayKind::Absence => false,
                })
                .map(|found| found.start..found.end)
                .collect(),
        }
    }
}
