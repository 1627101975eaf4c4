//! Everything that somebody on a side has seen, as one hash: bytes of replies, problems, heads and notifications, each with its virtual time.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use yuandian_document::cbor;
use yuandian_server::hub::{Message, Response};
use yuandian_server::problem::Problem;
use yuandian_sync::message::{PartitionHead, Receipt};

/// A receipt, bytes, far below this.
const RECEIPT_BYTES_MAX: usize = 64 * 1024;

/// What was seen so far.
#[derive(Debug, Clone, Default)]
pub struct Transcript {
    seen: Sha256,
    /// How many of each kind: a reply by what was asked, a problem by its id, a receipt's outcome.
    pub kinds: BTreeMap<&'static str, u64>,
}

impl Transcript {
    fn see(&mut self, what: &'static str, at_ms: i64, bytes: &[u8]) {
        *self.kinds.entry(what).or_default() += 1;
        self.seen.update((what.len() as u64).to_be_bytes());
        self.seen.update(what);
        self.seen.update(at_ms.to_be_bytes());
        self.seen.update((bytes.len() as u64).to_be_bytes());
        self.seen.update(bytes);
    }

    /// A reply, or the problem that came instead, as the shell writes it.
    pub fn reply(&mut self, at_ms: i64, reply: &Result<Response, Problem>) {
        match reply {
            Ok(response) => {
                let (kind, bytes) = bytes_of(response);
                self.see(kind, at_ms, &bytes);
                if let Response::Push(push) = response {
                    for receipt in &push.receipts {
                        let known = cbor::decode::<Receipt>("receipt", receipt, RECEIPT_BYTES_MAX);
                        let code = known.map_or("unread", |receipt| receipt.code.id());
                        *self.kinds.entry(code).or_default() += 1;
                    }
                }
            }
            Err(problem) => {
                let text =
                    format!("{} {} {} {}", problem.status(), problem.id(), problem.title(), problem.next());
                self.see(problem.id(), at_ms, text.as_bytes());
            }
        }
    }

    /// Where the partitions stand, as WAIT tells it.
    pub fn heads(&mut self, at_ms: i64, heads: &[PartitionHead]) {
        let bytes: Vec<u8> = heads.iter().flat_map(cbor::encode).collect();
        self.see("heads", at_ms, &bytes);
    }

    /// A notification that reaches somebody.
    pub fn message(&mut self, at_ms: i64, message: &Message) {
        self.see("message", at_ms, format!("{message:?}").as_bytes());
    }

    /// The name of everything that was seen.
    #[must_use]
    pub fn name(&self) -> [u8; 32] {
        self.seen.clone().finalize().into()
    }
}

fn bytes_of(response: &Response) -> (&'static str, Vec<u8>) {
    match response {
        Response::Enrolled(m) => ("enrolled", cbor::encode(m)),
        Response::Nonce(m) => ("nonce", cbor::encode(m)),
        Response::Hello(m) => ("hello", cbor::encode(m)),
        Response::Push(m) => ("push", cbor::encode(m)),
        Response::Pull(m) => ("pull", cbor::encode(m)),
        Response::Docs(m) => ("docs", cbor::encode(m)),
        Response::Manifest(m) => ("manifest", cbor::encode(m)),
        Response::Catalogue(m) => ("catalogue", cbor::encode(m)),
        Response::Appeal(m) => ("appeal", cbor::encode(m)),
        Response::Fetch(m) => ("fetch", cbor::encode(m)),
        Response::Evidence(m) => ("evidence", cbor::encode(m)),
        Response::Blob { mime, bytes } => ("blob", [mime.as_bytes(), &b"\n"[..], &bytes[..]].concat()),
        Response::Upload(upload) => {
            let id = hex::encode(upload.id.0);
            (
                "upload",
                format!("{id} {} {} {} {}", upload.hash, upload.size, upload.until_ms, upload.stored)
                    .into_bytes(),
            )
        }
    }
}
