//! What is kept of people: hours of volunteers, for whoever certifies them, what somebody gave in private and took back, and words that had to go.

use std::path::Path;

use yuandian_model::{CaseId, UserId};

use super::AdminError;
use super::cases::opened;
use crate::randomness::Randomness;
use crate::shell::{Place, ServeError};
use crate::store::{Authority as _, ConsentLine, Going, HoursLine, Records as _, Redaction};

/// The hours of one volunteer, or of all, in the order in which they were confirmed.
///
/// # Errors
/// [`AdminError`] of the data directory.
pub fn hours(
    data: &Path,
    of: Option<&UserId>,
    randomness: &mut dyn Randomness,
) -> Result<Vec<HoursLine>, AdminError> {
    Ok(Place::open(data)?.store(randomness)?.hours(of).map_err(ServeError::from)?)
}

/// What a person gave in private and took back, in its order.
///
/// # Errors
/// [`AdminError`] of the data directory.
pub fn consents(
    data: &Path,
    of: &UserId,
    randomness: &mut dyn Randomness,
) -> Result<Vec<ConsentLine>, AdminError> {
    Ok(Place::open(data)?.store(randomness)?.consents(of).map_err(ServeError::from)?)
}

/// Takes words out of a case for good; with no letters where nothing of them stands in it. A running server cuts its log at its next tick.
/// `now_ms`: ms since 1970.
///
/// # Errors
/// [`AdminError::UnknownCase`], [`AdminError::NoWords`].
pub fn redact(
    data: &Path,
    case: CaseId,
    words: Vec<String>,
    because: &str,
    randomness: &mut dyn Randomness,
    now_ms: i64,
) -> Result<Redaction, AdminError> {
    if let Some(none) = words.iter().find(|word| !word.chars().any(char::is_alphanumeric)) {
        return Err(AdminError::NoWords(none.clone()));
    }
    let (store, rules) = opened(data, randomness)?;
    let done =
        store.redact((&case, &Going::Words(words)), because, &rules, now_ms).map_err(ServeError::from)?;
    let done = done.ok_or(AdminError::UnknownCase(case))?;
    store.scrub().map_err(ServeError::from)?;
    Ok(done)
}

/// Cases that words were taken out of.
///
/// # Errors
/// [`AdminError`] of the data directory.
pub fn redactions(
    data: &Path,
    of: Option<&CaseId>,
    randomness: &mut dyn Randomness,
) -> Result<Vec<Redaction>, AdminError> {
    Ok(Place::open(data)?.store(randomness)?.redactions(of).map_err(ServeError::from)?)
}
