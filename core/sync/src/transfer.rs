//! The transfer queue: which bytes go next, from which offset, and the plan that a platform may carry out itself.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};
use yuandian_model::BlobHash;

use crate::limits::PATCH_BYTES;

/// Size of a photo. In the order they are sent: small ones of every case before large ones of any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Encode, Decode)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum Rendition {
    /// At most 2 kB; travels with its commit and never through the queue.
    #[n(0)]
    Micro,
    /// 320 px.
    #[n(1)]
    Thumb,
    /// 1600 px.
    #[n(2)]
    Medium,
    /// The untouched original.
    #[n(3)]
    Original,
    /// A file beside a note, and no photo: voice, film, a signature.
    #[n(4)]
    Attached,
}

/// A blob to be sent. The device's store keeps it; the queue only orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// SHA-256 of its bytes.
    pub hash: BlobHash,
    /// Bytes.
    pub size: u64,
    /// Which size of a photo.
    pub rendition: Rendition,
    /// Rises with the time of capture: earlier first within a rendition.
    pub order: u64,
    /// Whether its case is urgent: it goes one step before others of its size.
    pub urgent: bool,
    /// Where an upload was begun, if it was.
    pub url: Option<String>,
}

/// What a platform sends, with nothing else to know: method, URL, headers, file, range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadPlan {
    /// HTTP method.
    pub method: &'static str,
    /// Relative to the server's address, or absolute. A capability: it needs no token unless `needs_token`.
    pub url: String,
    /// Headers beside those of HTTP itself.
    pub headers: Vec<(&'static str, String)>,
    /// Whether the bearer token goes with it (creation only).
    pub needs_token: bool,
    /// The blob whose file is the body, or none for an empty body.
    pub file: Option<BlobHash>,
    /// First byte of the file to send.
    pub offset: u64,
    /// Bytes to send.
    pub length: u64,
}

/// Path where uploads are made.
pub const UPLOADS_PATH: &str = "/v1/uploads";

fn tus(mut headers: Vec<(&'static str, String)>) -> Vec<(&'static str, String)> {
    headers.insert(0, ("Tus-Resumable", "1.0.0".to_owned()));
    headers
}

impl Transfer {
    /// The next request for this blob: begin it, ask how far it is, or send the next piece from a known offset.
    #[must_use]
    pub fn plan(&self, offset: Option<u64>) -> UploadPlan {
        match (&self.url, offset) {
            (None, _) => UploadPlan {
                method: "POST",
                url: UPLOADS_PATH.to_owned(),
                headers: tus(vec![
                    ("Upload-Length", self.size.to_string()),
                    ("Upload-Metadata", format!("sha256 {}", BASE64.encode(self.hash.to_string()))),
                ]),
                needs_token: true,
                file: None,
                offset: 0,
                length: 0,
            },
            (Some(url), None) => UploadPlan {
                method: "HEAD",
                url: url.clone(),
                headers: tus(vec![]),
                needs_token: false,
                file: None,
                offset: 0,
                length: 0,
            },
            (Some(url), Some(offset)) => UploadPlan {
                method: "PATCH",
                url: url.clone(),
                headers: tus(vec![
                    ("Content-Type", "application/offset+octet-stream".to_owned()),
                    ("Upload-Offset", offset.to_string()),
                ]),
                needs_token: false,
                file: Some(self.hash),
                offset,
                length: (self.size - offset.min(self.size)).min(PATCH_BYTES),
            },
        }
    }
}

impl Transfer {
    /// One request for all that is left from a byte on, for a platform that sends it while the core sleeps; one that begins the upload where
    /// that has not been done.
    #[must_use]
    pub fn rest(&self, offset: u64) -> UploadPlan {
        let plan = self.plan(Some(offset.min(self.size)));
        let length = if plan.file.is_some() { self.size - plan.offset } else { plan.length };
        UploadPlan { length, ..plan }
    }
}

/// Blobs waiting, in sending order: the small ones of every case first, an urgent case's among those that are one size smaller, then by time.
#[derive(Debug, Clone, Default)]
pub struct TransferQueue {
    waiting: BTreeMap<(Rendition, u64, BlobHash), Transfer>,
}

impl Transfer {
    /// Among which size it is sent.
    fn step(&self) -> Rendition {
        match self.rendition {
            // Words that were spoken: with the pictures that say what there is to see.
            Rendition::Attached if !self.urgent => Rendition::Medium,
            rendition if !self.urgent => rendition,
            Rendition::Original => Rendition::Medium,
            Rendition::Attached => Rendition::Thumb,
            Rendition::Medium => Rendition::Thumb,
            Rendition::Thumb | Rendition::Micro => Rendition::Micro,
        }
    }
}

impl TransferQueue {
    /// Fills the queue; a blob named twice is sent once.
    #[must_use]
    pub fn of(transfers: Vec<Transfer>) -> Self {
        let waiting = transfers.into_iter().map(|t| ((t.step(), t.order, t.hash), t)).collect();
        Self { waiting }
    }

    /// Takes the next one out.
    pub fn next_transfer(&mut self) -> Option<Transfer> {
        self.waiting.pop_first().map(|(_, transfer)| transfer)
    }

    /// How many wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transfer(number: u8, rendition: Rendition, order: u64) -> Transfer {
        Transfer { hash: BlobHash([number; 32]), size: 600_000, rendition, order, urgent: false, url: None }
    }

    #[test]
    fn small_pictures_of_every_case_go_before_large_ones_of_any() {
        let mut queue = TransferQueue::of(vec![
            transfer(1, Rendition::Original, 1),
            transfer(2, Rendition::Thumb, 2),
            transfer(3, Rendition::Thumb, 1),
            transfer(4, Rendition::Medium, 1),
        ]);
        let order: Vec<u8> = std::iter::from_fn(|| queue.next_transfer()).map(|t| t.hash.0[0]).collect();
        assert_eq!(order, [3, 2, 4, 1]);
        assert!(queue.is_empty());
    }

    #[test]
    fn an_urgent_case_goes_one_step_before_others_of_its_size() {
        let urgent =
            |number, rendition, order| Transfer { urgent: true, ..transfer(number, rendition, order) };
        let mut queue = TransferQueue::of(vec![
            transfer(1, Rendition::Original, 1),
            transfer(2, Rendition::Medium, 2),
            urgent(3, Rendition::Original, 3),
            transfer(4, Rendition::Thumb, 4),
            urgent(5, Rendition::Medium, 5),
            urgent(6, Rendition::Thumb, 6),
        ]);
        let order: Vec<u8> = std::iter::from_fn(|| queue.next_transfer()).map(|t| t.hash.0[0]).collect();
        assert_eq!(order, [6, 4, 5, 2, 3, 1]);
    }

    #[test]
    fn a_plan_begins_asks_and_sends_pieces() {
        let mut blob = transfer(1, Rendition::Original, 1);
        let begin = blob.plan(None);
        assert_eq!((begin.method, begin.needs_token), ("POST", true));
        assert!(begin.headers.contains(&("Upload-Length", "600000".to_owned())));
        blob.url = Some("/v1/uploads/x".into());
        assert_eq!(blob.plan(None).method, "HEAD");
        let piece = blob.plan(Some(0));
        assert_eq!((piece.method, piece.offset, piece.length), ("PATCH", 0, PATCH_BYTES));
        assert_eq!(blob.plan(Some(590_000)).length, 10_000);
        assert_eq!(blob.plan(Some(700_000)).length, 0, "a server beyond the end gets nothing more");
        assert_eq!((blob.rest(10).offset, blob.rest(10).length), (10, 599_990), "one request for all of it");
        assert_eq!((blob.rest(700_000).offset, blob.rest(700_000).length), (600_000, 0));
    }
}
