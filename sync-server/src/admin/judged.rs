//! The operator's list and the appeals: what a person has to look at, and the answers.

use std::path::Path;
use std::sync::Arc;

use serde::Serialize;
use yuandian_model::{CaseId, Catalogue, Code, CommitId, DeviceId, Divisions, UserId};

use super::AdminError;
use crate::blobs::ObjectBlobs;
use crate::hub::{Answered, Hub};
use crate::randomness::Randomness;
use crate::shell::{Place, ServeError, SystemRandomness};
use crate::store::Authority;

/// A line of the operator's list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QuarantineLine {
    /// Its number.
    pub id: u64,
    /// Why it is here: `late`, `contradiction`, `hostile`, `missing`, `revoked`, `lost`.
    pub kind: &'static str,
    /// The commit.
    pub commit: CommitId,
    /// The case.
    pub case: CaseId,
    /// The device.
    pub device: DeviceId,
    /// The author.
    pub user: UserId,
    /// When it was put here, ms since 1970.
    pub at_ms: i64,
    /// The outcome that its author was told.
    pub code: Code,
    /// What there is to say about it.
    pub detail: String,
    /// Whether its bytes are kept, so that it can be taken in.
    pub kept: bool,
}

/// An appeal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AppealSummary {
    /// Its number.
    pub ticket: u64,
    /// The commit.
    pub commit: CommitId,
    /// The case.
    pub case: CaseId,
    /// The device.
    pub device: DeviceId,
    /// The person.
    pub user: UserId,
    /// When it came, ms since 1970.
    pub received_ms: i64,
    /// In the person's words.
    pub reason: String,
    /// Whether it was granted; none while nobody has answered.
    pub granted: Option<bool>,
    /// The operator's words.
    pub words: String,
}

/// The operator's list, oldest first.
///
/// # Errors
/// [`AdminError::Place`].
pub fn quarantine(data: &Path, randomness: &mut dyn Randomness) -> Result<Vec<QuarantineLine>, AdminError> {
    let lines = Place::open(data)?.store(randomness)?.quarantine().map_err(ServeError::from)?;
    let line = |line: crate::store::Quarantined| QuarantineLine {
        id: line.id,
        kind: line.concern.id(),
        commit: line.commit,
        case: line.document,
        device: line.device,
        user: line.user,
        at_ms: line.at_ms,
        code: line.code,
        detail: line.detail,
        kept: line.kept.is_some(),
    };
    Ok(lines.into_iter().map(line).collect())
}

/// Appeals, oldest first.
///
/// # Errors
/// [`AdminError::Place`].
pub fn appeals(data: &Path, randomness: &mut dyn Randomness) -> Result<Vec<AppealSummary>, AdminError> {
    let lines = Place::open(data)?.store(randomness)?.appeals().map_err(ServeError::from)?;
    let line = |line: crate::store::AppealLine| AppealSummary {
        ticket: line.ticket,
        commit: line.commit,
        case: line.document,
        device: line.device,
        user: line.user,
        received_ms: line.received_ms,
        reason: line.reason,
        granted: line.granted,
        words: line.words,
    };
    Ok(lines.into_iter().map(line).collect())
}

fn hub(data: &Path, now_ms: i64) -> Result<Hub, AdminError> {
    let place = Place::open(data)?;
    let store = place.store(&mut SystemRandomness)?;
    let blobs = ObjectBlobs::directory(&place.blobs()).map_err(ServeError::from)?;
    let hub = Hub::new(
        Arc::new(store),
        Arc::new(blobs),
        // Nothing private is read or written by what is answered.
        Arc::new(place.keys(None)),
        Catalogue::embedded(),
        Divisions::zhengzhou(),
        Box::new(SystemRandomness),
    );
    hub.learn_catalogues(now_ms)?;
    Ok(hub)
}

/// Takes a line off the list: released, its commit is taken in late under its author where it is kept; or dropped. `now_ms`: ms since 1970.
///
/// # Errors
/// [`AdminError::Unanswered`] with what stands against it; the line stays.
pub fn settle(data: &Path, id: u64, release: bool, words: &str, now_ms: i64) -> Result<(), AdminError> {
    answered(hub(data, now_ms)?.answer_quarantine(id, release, words, now_ms)?)
}

/// Answers an appeal. `now_ms`: ms since 1970.
///
/// # Errors
/// [`AdminError::Unanswered`] with what stands against it; the appeal stays open.
pub fn answer(data: &Path, ticket: u64, granted: bool, words: &str, now_ms: i64) -> Result<(), AdminError> {
    answered(hub(data, now_ms)?.answer_appeal(ticket, granted, words, now_ms)?)
}

fn answered(answer: Answered) -> Result<(), AdminError> {
    match answer {
        Answered::Done => Ok(()),
        other => Err(AdminError::Unanswered(other)),
    }
}
