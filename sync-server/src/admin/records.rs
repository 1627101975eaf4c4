//! The ledgers of people: hours of volunteers, for whoever certifies them, and what somebody gave in private and took back.

use std::path::Path;

use yuandian_model::UserId;

use super::AdminError;
use crate::randomness::Randomness;
use crate::shell::{Place, ServeError};
use crate::store::{ConsentLine, HoursLine, Records as _};

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
