//! The hub that orders commits, judges acts and keeps blobs; its stores; the HTTP shell around it.
//!
//! Three rooms: [`hub`] decides (no HTTP, no SQL, no clock), [`store`], [`blobs`] and [`keys`] keep (blocking seams, one method one transaction),
//! [`shell`] speaks HTTP and owns clock, randomness, files and threads. [`admin`] is what the operator's commands do.

pub mod admin;
pub mod blobs;
pub mod code_word;
pub mod hub;
pub mod invitation;
pub mod keys;
pub mod limits;
mod planted_places;
pub mod problem;
pub mod randomness;
pub mod seal;
pub mod shell;
pub mod store;
pub mod streams;
pub mod verify;

pub use hub::{Hub, Principal, Request, Response};
pub use problem::Problem;
