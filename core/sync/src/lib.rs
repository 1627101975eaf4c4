//! How commits and blobs travel between a phone and the hub: wire messages, the device's sync machine and its transfer queue.
//!
//! Guarantees: no sockets, threads, clock or randomness; a machine's effects are a function of its inputs. Arrows: below the device and
//! the server, which never import each other and meet here.

pub mod check;
pub mod download;
pub mod limits;
pub mod machine;
pub mod media;
pub mod message;
pub mod policy;
pub mod transfer;
pub mod wire;

pub use download::{Download, DownloadEffect, DownloadError, DownloadHead, DownloadInput};
pub use machine::{
    Effect, Failure, Input, Keep, Load, Loaded, Machine, Opening, Reply, Request, RunReport, UploadReply,
};
pub use message::{CaseFacts, Cursor, LookTold, OwnTold, Person, StreamId};
pub use policy::{Link, Policies, Policy};
pub use transfer::{Rendition, Transfer, TransferQueue, UploadPlan};
