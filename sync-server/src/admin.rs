//! What the operator's commands do, on a data directory, beside a running server.

mod backups;
mod cases;
mod catalogues;
mod files;
mod judged;
mod looks;
mod notifications;
mod people;
mod records;

use std::path::Path;

use serde::Serialize;
use yuandian_model::calendar::beijing;
use yuandian_model::{CaseId, Catalogue, DeviceId, DivisionCode, Divisions, Epoch, Grant, Role, UserId};

use crate::hub::Answered;
use crate::invitation::InvitationCode;
use crate::limits::{GRANTS_PER_USER_MAX, INVITATION_MS, INVITATIONS_PER_COMMAND_MAX};
use crate::problem::Problem;
use crate::randomness::Randomness;
use crate::shell::{Place, ServeError};
use crate::store::{Authority as _, NewInvitation, Store};

pub use backups::{back_up, put_back};
pub use cases::{Why, WhyStream, move_case, reopen_case, why};
pub use catalogues::{CatalogueLine, PublishedCatalogue, Unpublished, catalogues, publish};
pub use files::{held, hold, verify_blobs};
pub use judged::{AppealSummary, QuarantineLine, answer, appeals, quarantine, settle};
pub use looks::{LookLine, looks};
pub use notifications::{NotifiedLine, notifications};
pub use people::{grant, levels, revoke, rotate_key, shut_out};
pub use records::{consents, hours, redact, redactions};

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// No such division.
    #[error(
        "no division {0} in the table: give the code of a city (4 digits), district (6), street (9) or community (12)"
    )]
    UnknownGrid(DivisionCode),
    /// A unit with a role that works for none.
    #[error(
        "{0} is held for no unit: leave the unit out, or give one of {units}",
        units = Role::ALL.iter().filter(|role| role.works_for_units()).map(|role| role.id()).collect::<Vec<_>>().join(", ")
    )]
    NoUnit(Role),
    /// A right that ends before it begins.
    #[error("a right until {0} cannot begin on {1}: give an end after the beginning")]
    EndsBeforeItBegins(String, String),
    /// A right whose time is over.
    #[error("the right would have ended on {0} already: give an end that is still to come, or none")]
    Over(String),
    /// No such case.
    #[error("no case {0} on this server: give an id that `summary` shows")]
    UnknownCase(CaseId),
    /// Words to be taken out that are none.
    #[error("each of the words to be taken out must have a letter or a digit: {0:?} has none")]
    NoWords(String),
    /// No such device.
    #[error("no device {0} is enrolled on this server")]
    UnknownDevice(DeviceId),
    /// No such person.
    #[error("no person {0} is known to this server")]
    UnknownPerson(UserId),
    /// Too many rights.
    #[error("the person holds {GRANTS_PER_USER_MAX} rights, as many as one may: end one first")]
    TooManyGrants,
    /// A catalogue that was not published.
    #[error(transparent)]
    Unpublished(#[from] Unpublished),
    /// An answer that was not carried out.
    #[error("{0}")]
    Unanswered(Answered),
    /// The hub could not.
    #[error("{}: {}", .0.title(), .0.next())]
    Hub(Problem),
    /// Too many or none.
    #[error("{0} invitations at once: give a count of 1 to {INVITATIONS_PER_COMMAND_MAX}")]
    Count(u32),
    /// The data directory.
    #[error(transparent)]
    Place(#[from] ServeError),
}

impl From<Problem> for AdminError {
    fn from(problem: Problem) -> Self {
        AdminError::Hub(problem)
    }
}

/// A right that can be given: it names a division that exists, a unit only for a role that works for one, and time that is still to come.
fn usable(grant: &Grant, now_ms: i64) -> Result<(), AdminError> {
    if Divisions::zhengzhou().name(&grant.grid).is_none() {
        return Err(AdminError::UnknownGrid(grant.grid.clone()));
    }
    if grant.of.is_some() && !grant.role.works_for_units() {
        return Err(AdminError::NoUnit(grant.role));
    }
    match (grant.from_ms, grant.until_ms) {
        (Some(from_ms), Some(until_ms)) if until_ms <= from_ms => {
            Err(AdminError::EndsBeforeItBegins(beijing(until_ms), beijing(from_ms)))
        }
        (_, Some(until_ms)) if until_ms <= now_ms => Err(AdminError::Over(beijing(until_ms))),
        _ => Ok(()),
    }
}

/// Makes single-use invitations to a right and gives their codes, which nobody can read again; with what its level rests on. `now_ms`: ms since 1970.
///
/// # Errors
/// [`AdminError`].
pub fn invite(
    data: &Path,
    (grant, evidence): (&Grant, Option<&str>),
    count: u32,
    randomness: &mut dyn Randomness,
    now_ms: i64,
) -> Result<Vec<InvitationCode>, AdminError> {
    usable(grant, now_ms)?;
    if !(1..=INVITATIONS_PER_COMMAND_MAX).contains(&count) {
        return Err(AdminError::Count(count));
    }
    let store = Place::open(data)?.store(randomness)?;
    let codes: Vec<InvitationCode> = (0..count).map(|_| InvitationCode::draw(randomness)).collect();
    let invitations: Vec<NewInvitation> = codes
        .iter()
        .map(|code| NewInvitation {
            hash: code.hash(),
            grant: grant.clone(),
            evidence: evidence.map(str::to_owned),
            until_ms: now_ms + INVITATION_MS,
        })
        .collect();
    store.invite(&invitations).map_err(ServeError::from)?;
    Ok(codes)
}

/// Photos of a case: distinct files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PhotoCount {
    /// Named by its entries.
    pub expected: u64,
    /// Stored whole.
    pub stored: u64,
}

/// A case in the summary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseSummary {
    /// The case.
    pub id: CaseId,
    /// Its service.
    pub service: String,
    /// Its stage.
    pub stage: String,
    /// Number of accepted acts.
    pub act_seq: u64,
    /// Heads of its document in hex, rising; the genesis' where nobody wrote anything.
    pub heads: Vec<String>,
    /// Commits taken.
    pub commits: u64,
    /// Its photos.
    pub photos: PhotoCount,
}

/// What is on a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// The life of the log.
    pub epoch: Epoch,
    /// Its last number.
    pub head: u64,
    /// Every case, the one that moved last first.
    pub cases: Vec<CaseSummary>,
    /// Blobs stored whole.
    pub blobs: u64,
    /// Devices whose rights lead to more than they hold.
    pub over_budget: Vec<OverBudgetSummary>,
    /// When the last checked backup was made, ms since 1970.
    pub backup_ms: Option<i64>,
    /// What the operator should look at, in words.
    pub warnings: Vec<String>,
}

/// A device over its budget, in the summary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OverBudgetSummary {
    /// The device.
    pub device: DeviceId,
    /// Documents it is willing to hold.
    pub budget: u32,
    /// Documents it has lines of only.
    pub over: u64,
}

/// What is on a server, read beside it. `now_ms`: ms since 1970.
///
/// # Errors
/// [`AdminError::Place`].
pub fn summary(data: &Path, randomness: &mut dyn Randomness, now_ms: i64) -> Result<Summary, AdminError> {
    let store = Place::open(data)?.store(randomness)?;
    let head = store.head().map_err(ServeError::from)?;
    let cases = store.cases(None).map_err(ServeError::from)?;
    let blobs = store.blob_count().map_err(ServeError::from)?;
    let genesis = yuandian_document::Content::default().heads();
    let cases = cases
        .into_iter()
        .map(|line| {
            let heads = if line.record.version == 0 { &genesis } else { &line.heads };
            CaseSummary {
                id: line.record.id,
                service: line.record.state.service.0,
                stage: line.record.state.stage,
                act_seq: line.record.state.act_seq,
                heads: heads.iter().map(|head| hex::encode(head.0)).collect(),
                commits: line.commits,
                photos: PhotoCount { expected: line.photos.0, stored: line.photos.1 },
            }
        })
        .collect();
    let over_budget = store.over_budget().map_err(ServeError::from)?.into_iter();
    let over_budget = over_budget
        .map(|found| OverBudgetSummary { device: found.device, budget: found.budget, over: found.over })
        .collect();
    let backup = store.backup_state().map_err(ServeError::from)?;
    let mut warnings = Vec::new();
    if backup.is_stale(now_ms) {
        let hours = backup.age_ms(now_ms).unwrap_or_default() / 3_600_000;
        warnings.push(format!("the last backup is {hours} h old: make one with `yuandian-server backup`"));
    }
    if let Some((device, at_ms)) = store.future_cursor().map_err(ServeError::from)? {
        warnings.push(format!(
            "at {at_ms} ms device {device} knew numbers that this server never gave: an old copy of its data may have been started without `yuandian-server restore`"
        ));
    }
    if let Some(told) = store.told_catalogue().map_err(ServeError::from)? {
        let newest = store.catalogue_versions().map_err(ServeError::from)?.last().copied();
        if newest.unwrap_or_default().max(Catalogue::embedded().version()) < told {
            warnings.push(format!(
                "a phone says that it holds version {told} of the catalogue, which this server does not know: if a restore has lost it, publish it again with `yuandian-server catalogue publish`"
            ));
        }
    }
    Ok(Summary {
        epoch: head.epoch,
        head: head.head,
        cases,
        blobs,
        over_budget,
        backup_ms: backup.last_ms,
        warnings,
    })
}
