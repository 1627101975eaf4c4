//! The ledgers of people: hours of volunteers, for whoever certifies them, and what somebody gave in private and took back.

use std::path::Path;

use serde::Serialize;
use yuandian_model::{CaseId, UserId};

use super::AdminError;
use crate::randomness::Randomness;
use crate::shell::{Place, ServeError};
use crate::store::{ConsentLine, HoursLine, Records as _};

/// A stay of a volunteer that counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HoursTold {
    /// Its number in the ledger.
    pub id: u64,
    /// The volunteer.
    pub user: UserId,
    /// Their name.
    pub name: String,
    /// The case.
    pub case: CaseId,
    /// Its service.
    pub service: String,
    /// Where it lay.
    pub grid: String,
    /// When they came, ms since 1970.
    pub from_ms: i64,
    /// When they left.
    pub to_ms: i64,
    /// Minutes that count.
    pub minutes: u32,
    /// How many of the two code words were right.
    pub words: u8,
    /// Who confirmed it: whoever asked, a moderator, or the platform (all zeros) when its time came.
    pub confirmed_by: UserId,
    /// When, ms since 1970.
    pub confirmed_ms: i64,
}

/// Something that was given in private, or taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConsentTold {
    /// Its number in the ledger.
    pub id: u64,
    /// The case.
    pub case: CaseId,
    /// The question's key.
    pub key: String,
    /// Whether it was given.
    pub given: bool,
    /// When it came, ms since 1970.
    pub at_ms: i64,
}

/// The hours of one volunteer, or of all, in the order in which they were confirmed.
///
/// # Errors
/// [`AdminError`] of the data directory.
pub fn hours(
    data: &Path,
    of: Option<&UserId>,
    randomness: &mut dyn Randomness,
) -> Result<Vec<HoursTold>, AdminError> {
    let lines = Place::open(data)?.store(randomness)?.hours(of).map_err(ServeError::from)?;
    let told = |line: HoursLine| HoursTold {
        id: line.id,
        user: line.user,
        name: line.name,
        case: line.case,
        service: line.service,
        grid: line.grid,
        from_ms: line.from_ms,
        to_ms: line.to_ms,
        minutes: line.minutes,
        words: line.words,
        confirmed_by: line.confirmed_by,
        confirmed_ms: line.confirmed_ms,
    };
    Ok(lines.into_iter().map(told).collect())
}

/// What a person gave in private and took back, in its order.
///
/// # Errors
/// [`AdminError`] of the data directory.
pub fn consents(
    data: &Path,
    of: &UserId,
    randomness: &mut dyn Randomness,
) -> Result<Vec<ConsentTold>, AdminError> {
    let lines = Place::open(data)?.store(randomness)?.consents(of).map_err(ServeError::from)?;
    let told = |ConsentLine { id, case, key, given, at_ms }| ConsentTold { id, case, key, given, at_ms };
    Ok(lines.into_iter().map(told).collect())
}
