//! The domain of grid governance: ids, division codes, places, services, workflows and the one pure rule.
//!
//! Guarantees: no clock, no I/O, no randomness, no Automerge; the same input gives the same answer on a phone and on the server.
//! Services, workflows, divisions and words are data (`data/`), so a city adds a service without new code.

pub mod authorize;
pub mod calendar;
pub mod catalogue;
pub mod codes;
pub mod conduct;
pub mod division;
pub mod expr;
pub mod field;
pub mod form;
pub mod giveaway;
pub mod grant;
pub mod grid;
pub mod ids;
pub mod late;
pub mod limits;
pub mod mark;
pub mod place;
pub mod planted;
pub mod progress;
pub mod refusal;
pub mod register;
pub mod retention;
pub mod ring;
pub mod role;
pub mod rules;
#[cfg(any(test, feature = "packs"))]
mod seeded;
pub mod sight;
pub mod stay;
pub mod vetting;
pub mod words;
pub mod writing;

pub use authorize::{Action, Principal, Record, authorize};
pub use calendar::{CalendarError, Colour, Due, Limit, Moment, Suspension, Suspensions, WorkingCalendar};
pub use catalogue::{Catalogue, Catalogues, Service, ServiceId, Visibility};
pub use conduct::Conduct;
pub use division::{DivisionCode, Divisions, Level};
pub use giveaway::{Giveaway, GiveawayKind, giveaways};
pub use grant::{Grant, OrgId};
pub use ids::{
    BlobHash, CaseId, CommitId, DeviceId, DraftId, EntryId, Epoch, GroupId, Incarnation, PartitionId, UserId,
};
pub use late::{Capture, Outcome, PastGrant, Standing};
pub use mark::Mark;
pub use place::{Bd09, Cell500, Gcj02, Wgs84};
pub use progress::Progress;
pub use refusal::{Code, Refusal};
pub use ring::{Quiet, Reach, Ring};
pub use role::Role;
pub use rules::{ActRequest, Actor, CaseState, Expects, Ruling, judge};
pub use stay::{Stay, Word};
pub use vetting::Vetting;
pub use writing::{Writing, may_write};
