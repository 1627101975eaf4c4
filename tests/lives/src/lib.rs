//! What the tables say, read from the files themselves (`reading`, `life`, `says`), and whole lives of cases made from it (`way`, `script`).
//!
//! Nothing here knows the catalogue's own reader or the rule: what a test expects with it is a second opinion. `core/model/tests/lives` holds the
//! rule to it for every service; `tests/scenarios/lives` holds real phones and the real server to it, once for every workflow and form shape.
#![allow(missing_docs, reason = "columns and effects carry the names that the tables give them")]

pub mod cast;
pub mod form;
pub mod life;
pub mod reading;
pub mod says;
pub mod script;
pub mod way;
