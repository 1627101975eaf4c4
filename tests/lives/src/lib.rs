//! What the tables say, read from the files themselves (`reading`, `life`, `says`).
//!
//! Nothing here knows the catalogue's own reader or the rule: what a test expects with it is a second opinion. `core/model/tests/lives` holds the
//! rule to it for every service.
#![allow(missing_docs, reason = "columns and effects carry the names that the tables give them")]

pub mod life;
pub mod reading;
pub mod says;
