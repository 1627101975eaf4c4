//! Who heard of a request, when, and by which way.

use std::path::Path;

use serde::Serialize;
use yuandian_model::{CaseId, UserId};

use super::AdminError;
use crate::randomness::Randomness;
use crate::shell::{Place, ServeError};
use crate::store::Store as _;
use crate::store::notifications::{NotificationLine, Notifications as _};

/// A notification as the command tells it. Times in ms since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotifiedLine {
    /// To whom.
    pub to: UserId,
    /// `asked`, `yours`, `passed_on`.
    pub why: &'static str,
    /// How long after the request its ring hears, ms; none where it was no ring.
    pub ring_ms: Option<i64>,
    /// When it was made.
    pub made_ms: i64,
    /// When it may be told: the night is quiet.
    pub due_ms: i64,
    /// `sent` where somebody carried it, `pull` where the phone has to find out, none while it waits.
    pub way: Option<&'static str>,
    /// When it was told.
    pub told_ms: Option<i64>,
    /// When a phone of the person greeted after that, as far as its last greeting says.
    pub seen_ms: Option<i64>,
}

impl From<NotificationLine> for NotifiedLine {
    fn from(line: NotificationLine) -> Self {
        Self {
            to: line.notification.user,
            why: line.notification.why.id(),
            ring_ms: line.ring.map(yuandian_model::Ring::after_ms),
            made_ms: line.made_and_due_ms.0,
            due_ms: line.made_and_due_ms.1,
            way: line.told.map(|(way, _)| way.id()),
            told_ms: line.told.map(|(_, at_ms)| at_ms),
            seen_ms: line.seen_ms,
        }
    }
}

/// Notifications about a case, in the order in which they were made.
///
/// # Errors
/// [`AdminError::UnknownCase`].
pub fn notifications(
    data: &Path,
    case: &CaseId,
    randomness: &mut dyn Randomness,
) -> Result<Vec<NotifiedLine>, AdminError> {
    let store = Place::open(data)?.store(randomness)?;
    if store.case(case).map_err(ServeError::from)?.is_none() {
        return Err(AdminError::UnknownCase(*case));
    }
    let lines = store.notifications(case).map_err(ServeError::from)?;
    Ok(lines.into_iter().map(NotifiedLine::from).collect())
}
