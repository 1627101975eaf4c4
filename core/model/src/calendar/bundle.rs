//! One clock for several cases.

use super::{CalendarError, Moment};
use crate::limits::BUNDLE_CASES_MAX;

/// Cases that are worked on together and share one clock. It starts when the last of them has come: nobody is
/// late with a bundle for a case that was not in it yet, and a case that joins gives the whole bundle its
/// full limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bundle {
    start: Moment,
}

impl Bundle {
    /// From the moments at which the clocks of the cases would have started, in any order.
    ///
    /// # Errors
    /// [`CalendarError::BundleSize`] for no case or more than [`BUNDLE_CASES_MAX`].
    pub fn new(starts: &[Moment]) -> Result<Self, CalendarError> {
        match starts.iter().max() {
            Some(&start) if starts.len() <= BUNDLE_CASES_MAX => Ok(Self { start }),
            _ => Err(CalendarError::BundleSize(starts.len())),
        }
    }

    /// When the shared clock starts.
    #[must_use]
    pub fn start(self) -> Moment {
        self.start
    }
}
