//! SOS and complaints: one step from the button to what is kept and goes out next. SOS asks no question, waits for no fix and no network.

use yuandian_model::CaseId;

use crate::draft::{Draft, Position};
use crate::error::{DeviceError, Result};
use crate::phone::Phone;
use crate::store::cases;

/// The service that is opened.
pub const SOS: &str = "alert.sos";
/// The service by which a moderator is told.
pub const CONDUCT: &str = "case.conduct";
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

    /// Tells a moderator in private about a problem with somebody: what (an option of the form), how it went, and the request in which it happened
    /// with whoever else was in it. The one it is about does not read it.
    ///
    /// # Errors
    /// As [`Phone::finish`]; what was said is then kept as a draft.
    pub fn complain(&mut self, request: Option<&CaseId>, what: &str, told: &str) -> Result<CaseId> {
        let mut answers = vec![("what".to_owned(), what.to_owned()), ("told".to_owned(), told.to_owned())];
        if let Some(case) = request {
            let me = self.person()?.user;
            let facts =
                cases::case(&self.db, case)?.ok_or_else(|| DeviceError::not_found("case", case))?.facts;
            let met = facts.holders.iter().chain([&facts.author]).find(|person| person.user != me);
            answers.extend(met.map(|person| ("about".to_owned(), person.user.to_string())));
            answers.push((REQUEST.to_owned(), case.to_string()));
        }
        let draft =
            Draft { service: CONDUCT.to_owned(), answers: answers.into_iter().collect(), ..Draft::default() };
        let id = self.save_draft(None, &draft)?;
        self.finish(&id)
    }
}
