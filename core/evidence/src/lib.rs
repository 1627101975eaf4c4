//! What proves a photograph, and what does not: records made at capture, the server's time and receipts around them, the log that they
//! stand in, and the bundle in which all of it leaves the house to be checked by somebody who trusts nobody.
//!
//! Guarantees: pure functions on values and bytes, no clock, no files, no randomness; every form has one encoding; nothing here says
//! "proven" of what is only said.

pub mod bundle;
mod check;
mod finding;
pub mod limits;
mod log;
pub mod merkle;
mod record;
mod statement;
mod token;
mod window;

pub use check::{Checked, Part, PhotoProof, ServerWord, check_photo};
pub use finding::{Finding, Level};
pub use log::{CaptureReceipt, Checkpoint, Entry, Handling, LogId};
pub use record::{
    CaptureRecord, Dropped, Fix, Link, LinkError, RECORD_VERSION, RecordHash, SignedLink, Source,
};
pub use statement::{AboutRecord, ChainState, Likeness, PathHash, ProvenEntry, Statement, hashes, path};
pub use token::TimeToken;
pub use window::Window;
