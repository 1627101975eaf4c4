//! A case's evidence as one zip file that leaves the house: written by a phone, checked by anybody.
//!
//! ```text
//! bundle.json        the list: every other member with size and hashes of its pieces, and what the exporter says of the case
//! bundle.sig         the exporter's certificate and signature over the list
//! index.html         for people; pictures in it are `shown/NN.jpg`, made from the originals for this page
//! case.json          the case as the exporter's phone shows it: words, not proof
//! server-keys.cbor   the server's keys
//! checkpoint.cbor    where the evidence log stood
//! statement.cbor     the server's word on chains, likeness and who handled the originals
//! NN/original.jpg    untouched, as the camera wrote it
//! NN/record.cbor     the signed capture record      NN/device.cbor   the certificate of the key that signed it
//! NN/receipt.cbor    the server's receipt of it     NN/proof.cbor    from the receipt's leaf to the checkpoint
//! ```
//!
//! Every byte of every member is held by the list, the list by its signature, and what proves something is signed by who vouches for it:
//! an exporter who signs a forged list forges no record, receipt or checkpoint.

mod list;
mod report;
mod verify;
mod write;

pub use list::{Member, PhotoLine};
pub use report::{PhotoReport, Report, Verdict};
pub use verify::verify;
pub use write::{BundleError, Content, Exporter, Photo, write};

/// The list.
pub(crate) const LIST: &str = "bundle.json";
/// The signature over it.
pub(crate) const SIGNATURE: &str = "bundle.sig";
/// The page for people.
pub(crate) const PAGE: &str = "index.html";
/// The case as the exporter shows it.
pub(crate) const CASE: &str = "case.json";
/// The server's keys.
pub(crate) const KEYS: &str = "server-keys.cbor";
/// Where the log stood.
pub(crate) const CHECKPOINT: &str = "checkpoint.cbor";
/// The server's word.
pub(crate) const STATEMENT: &str = "statement.cbor";

/// Name of a member of photo `n`, counted from 1.
pub(crate) fn of_photo(n: usize, what: &str) -> String {
    format!("{n:02}/{what}")
}

/// Name of the picture that the page shows of photo `n`.
#[must_use]
pub fn shown(n: usize) -> String {
    format!("shown/{n:02}.jpg")
}
