//! Who was told private answers of a case: what an operator says to its author who asks.

use std::path::Path;

use serde::Serialize;
use yuandian_model::{CaseId, UserId};

use super::AdminError;
use crate::randomness::Randomness;
use crate::shell::{Place, ServeError};
use crate::store::{Authority as _, Store as _};

/// That somebody was told private answers of somebody else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LookLine {
    /// Who.
    pub who: UserId,
    /// The person's name.
    pub name: String,
    /// When, ms since 1970.
    pub at_ms: i64,
    /// Which answers.
    pub keys: Vec<String>,
}

/// Everybody who was told private answers of a case, the first first.
///
/// # Errors
/// [`AdminError::UnknownCase`].
pub fn looks(
    data: &Path,
    case: CaseId,
    randomness: &mut dyn Randomness,
) -> Result<Vec<LookLine>, AdminError> {
    let store = Place::open(data)?.store(randomness)?;
    if store.case(&case).map_err(ServeError::from)?.is_none() {
        return Err(AdminError::UnknownCase(case));
    }
    let looks = store.looks(&case).map_err(ServeError::from)?;
    let line = |look: crate::store::Look| LookLine {
        who: look.who,
        name: look.name,
        at_ms: look.at_ms,
        keys: look.keys,
    };
    Ok(looks.into_iter().map(line).collect())
}
