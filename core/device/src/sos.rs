//! SOS: one step from the button to what is kept and goes out next. It asks no question, waits for no fix and no network.

use yuandian_model::CaseId;

use crate::draft::{Draft, Position};
use crate::error::Result;
use crate::phone::Phone;

/// The service that is opened.
pub const SOS: &str = "alert.sos";
/// The answer that names the request in which it happened.
const REQUEST: &str = "request";

impl Phone {
    /// Calls for help: kept when this returns, and sent with the next sync; grid worker and centre are told at once, and it goes up by itself
    /// where nobody answers within a minute. `request`: the request for help in which it happened; only those who come read it.
    ///
    /// # Errors
    /// As [`Phone::finish`]; what was said is then kept as a draft.
    pub fn sos(&mut self, request: Option<CaseId>, position: Option<Position>, text: &str) -> Result<CaseId> {
        let answers = request.map(|case| (REQUEST.to_owned(), case.to_string())).into_iter().collect();
        let draft =
            Draft { service: SOS.to_owned(), position, text: text.to_owned(), answers, ..Draft::default() };
        let id = self.save_draft(None, &draft)?;
        self.finish(&id)
    }
}
