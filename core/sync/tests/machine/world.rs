//! A phone's store and a server in a few variables: they answer what the machine asks, and a test says where they answer otherwise.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use yuandian_document::{Signature, SignedCommit};
use yuandian_model::{BlobHash, CaseId, Epoch, PartitionId, UserId};
use yuandian_sync::message::{
    Appeal, AppealReply, CatalogueAsk, CatalogueReply, Docs, DocsReply, HelloReply, Manifest, ManifestReply,
    Nonce, Pull, PullReply, PulledCase, Push, PushItem, PushReply, Renewed, SignedMessage, StreamOffer,
    WIRE_VERSION, Wanted,
};
use yuandian_sync::{
    Cursor, Effect, Failure, Input, Keep, Load, Loaded, Machine, Opening, Rendition, Reply, Request,
    RunReport, StreamId, Transfer, UploadPlan, UploadReply,
};

/// More effects than any run here has: what goes beyond does not end.
const EFFECTS_MAX: usize = 2_000;

/// What comes back instead of the good answer.
pub enum Answer {
    Failed(Failure),
    Upload(UploadReply),
    /// A PATCH of which the server keeps so many bytes before the link breaks.
    Cut(u64),
}

#[derive(Default)]
pub struct World {
    /// Batches in the outbox; the first goes when its receipts are kept.
    pub outbox: VecDeque<Push>,
    /// What joins the outbox when a page is kept: items written anew.
    pub written_anew: VecDeque<Push>,
    /// Pages of the server; afterwards it has nothing new.
    pub pages: VecDeque<PullReply>,
    /// How the store says that a run is to begin.
    pub opening: Opening,
    /// What the store has to ask about streams; the first goes when its answer is kept.
    pub manifests: VecDeque<Manifest>,
    /// Documents that are wanted; as many go as an answer brings.
    pub wanted: Vec<u8>,
    pub catalogues: VecDeque<u32>,
    /// Documents that one answer brings.
    pub docs_at_once: usize,
    /// Appeals; the first goes when it is kept.
    pub appeals: VecDeque<Appeal>,
    /// Blobs that the store does not know as stored.
    pub transfers: Vec<Transfer>,
    /// Blobs that the server has from somebody else.
    pub stored: BTreeSet<BlobHash>,
    /// Uploads of the server: size and offset.
    pub uploads: BTreeMap<String, (u64, u64)>,
    /// Everything the machine wanted, and how long it waited.
    pub log: Vec<String>,
    /// How far the applied pages reach.
    pub cursor: u64,
    /// Virtual time.
    pub now_ms: i64,
}

impl World {
    /// One run in which everything is answered well.
    pub fn run(&mut self) -> RunReport {
        self.run_but(|_, _| None)
    }

    /// One run; the test is asked first, with the verb of the request and how often it was asked (from 1).
    pub fn run_but(&mut self, mut otherwise: impl FnMut(&str, usize) -> Option<Answer>) -> RunReport {
        let mut machine = Machine::default();
        let mut asked: BTreeMap<String, usize> = BTreeMap::new();
        self.log.clear();
        machine.handle(Input::Start, self.now_ms);
        for _ in 0..EFFECTS_MAX {
            let Some(effect) = machine.poll_effect() else {
                let at = machine.poll_timeout().expect("a run has something to do or to wait for");
                self.log.push(format!("wait {}", at - self.now_ms));
                self.now_ms = at;
                machine.handle(Input::Timeout, self.now_ms);
                continue;
            };
            self.log.push(words(&effect));
            let input = match effect {
                Effect::Finished(report) => {
                    assert_eq!((machine.poll_effect(), machine.poll_timeout()), (None, None));
                    return report;
                }
                Effect::Load(load) => Input::Loaded(self.load(&load)),
                Effect::Keep(keep) => {
                    self.keep(keep);
                    Input::Kept
                }
                Effect::Ask(request) => {
                    let verb = verb(&request);
                    let nth = asked.entry(verb.to_owned()).or_default();
                    *nth += 1;
                    match otherwise(verb, *nth) {
                        None => Input::Replied(self.answer(&request)),
                        Some(Answer::Failed(failure)) => Input::Failed(failure),
                        Some(Answer::Upload(reply)) => Input::Replied(Reply::Upload(reply)),
                        Some(Answer::Cut(bytes)) => {
                            if let Request::Upload(plan) = &request
                                && let Some((_, offset)) = self.uploads.get_mut(&plan.url)
                            {
                                *offset += bytes.min(plan.length);
                            }
                            Input::Failed(unreachable())
                        }
                    }
                }
            };
            machine.handle(input, self.now_ms);
        }
        panic!("no end in sight: … {:#?}", &self.log[self.log.len() - 20..]);
    }

    /// The part of the log about uploads.
    pub fn uploading(&self) -> Vec<&str> {
        let at = self.log.iter().position(|word| word == "load transfers").expect("photos were looked for");
        self.log[at + 1..].iter().map(String::as_str).collect()
    }

    fn load(&self, load: &Load) -> Loaded {
        match load {
            Load::Start => Loaded::Start(self.opening),
            Load::Manifest => Loaded::Manifest(self.manifests.front().cloned()),
            Load::Catalogue => Loaded::Catalogue(self.catalogues.front().copied().map(catalogue)),
            Load::Docs => Loaded::Docs((!self.wanted.is_empty()).then(|| docs(&self.wanted))),
            Load::Appeal => Loaded::Appeal(self.appeals.front().cloned()),
            Load::Hello { nonce } => Loaded::Hello(hello(nonce)),
            Load::Batch => Loaded::Batch(self.outbox.front().cloned().unwrap_or_else(|| batch(0))),
            Load::Pull => Loaded::Pull(pull(self.cursor)),
            Load::Transfers => Loaded::Transfers(self.transfers.clone()),
        }
    }

    fn keep(&mut self, keep: Keep) {
        match keep {
            Keep::Hello(_) => self.opening = Opening { token: true, nonce: None },
            Keep::Manifest { .. } => {
                self.manifests.pop_front();
            }
            Keep::Catalogue { asked, .. } => {
                assert_eq!(self.catalogues.pop_front(), Some(asked.catalogue));
            }
            Keep::Docs { reply, .. } => {
                self.wanted.drain(..reply.cases.len());
            }
            Keep::Appealed { .. } => {
                self.appeals.pop_front();
            }
            Keep::Receipts(_) => {
                self.outbox.pop_front();
            }
            Keep::Page(page) => {
                self.cursor = page.cursors.first().map_or(self.cursor, |cursor| cursor.cursor);
                self.outbox.extend(self.written_anew.pop_front());
            }
            Keep::UploadAt { transfer, url } => {
                let kept = self.transfers.iter_mut().find(|kept| kept.hash == transfer.hash);
                kept.expect("a blob of the store").url = url;
            }
            Keep::UploadOffset { .. } => {}
            Keep::Uploaded(transfer) => self.transfers.retain(|kept| kept.hash != transfer.hash),
            Keep::TooLarge(_) => {}
        }
    }

    fn answer(&mut self, request: &Request) -> Reply {
        match request {
            Request::Nonce => Reply::Nonce(nonce()),
            Request::Hello(_) => Reply::Hello(hello_reply()),
            Request::Push(push) => Reply::Push(push_reply(push.items.len())),
            Request::Pull(_) => {
                Reply::Pull(self.pages.pop_front().unwrap_or_else(|| page(0, self.cursor, false)))
            }
            Request::Manifest(asked) => Reply::Manifest(manifest_reply(asked)),
            Request::Catalogue(_) => Reply::Catalogue(catalogue_reply()),
            Request::Docs(asked) => {
                let most = self.docs_at_once.max(1).min(asked.wanted.len());
                Reply::Docs(docs_reply(u8::try_from(most).expect("few")))
            }
            Request::Appeal(_) => Reply::Appeal(AppealReply { version: WIRE_VERSION, ticket: 1 }),
            Request::Upload(plan) => Reply::Upload(self.upload(plan)),
        }
    }

    fn upload(&mut self, plan: &UploadPlan) -> UploadReply {
        if plan.method == "POST" {
            let begun = self.transfers.iter().find(|t| t.url.is_none() && t.plan(None) == *plan);
            let begun = begun.expect("only a blob of the store is begun");
            let offset = if self.stored.contains(&begun.hash) { begun.size } else { 0 };
            let url = format!("/v1/uploads/{}", self.uploads.len() + 1);
            self.uploads.insert(url.clone(), (begun.size, offset));
            return UploadReply { status: 201, offset: Some(offset), location: Some(url) };
        }
        let Some((size, offset)) = self.uploads.get_mut(&plan.url) else {
            return status(404);
        };
        if plan.method == "PATCH" {
            if plan.offset != *offset {
                return status(409);
            }
            *offset += plan.length;
            assert!(*offset <= *size, "bytes beyond the end");
        }
        UploadReply {
            status: if plan.method == "HEAD" { 200 } else { 204 },
            offset: Some(*offset),
            location: None,
        }
    }
}

/// What the machine wants, in a few letters.
pub fn words(effect: &Effect) -> String {
    match effect {
        Effect::Ask(Request::Push(push)) => format!("push {}", push.items.len()),
        Effect::Ask(Request::Upload(plan)) if plan.method == "PATCH" => {
            format!("PATCH {}+{}", plan.offset, plan.length)
        }
        Effect::Ask(request) => verb(request).to_owned(),
        Effect::Load(Load::Start) => "load start".into(),
        Effect::Load(Load::Manifest) => "load manifest".into(),
        Effect::Load(Load::Catalogue) => "load catalogue".into(),
        Effect::Load(Load::Docs) => "load docs".into(),
        Effect::Load(Load::Appeal) => "load appeal".into(),
        Effect::Keep(Keep::Manifest { .. }) => "keep manifest".into(),
        Effect::Keep(Keep::Catalogue { asked, .. }) => format!("keep catalogue {}", asked.catalogue),
        Effect::Keep(Keep::Docs { reply, .. }) => format!("keep docs {}", reply.cases.len()),
        Effect::Keep(Keep::Appealed { ticket, .. }) => format!("keep ticket {ticket}"),
        Effect::Load(Load::Hello { .. }) => "load hello".into(),
        Effect::Load(Load::Batch) => "load batch".into(),
        Effect::Load(Load::Pull) => "load pull".into(),
        Effect::Load(Load::Transfers) => "load transfers".into(),
        Effect::Keep(Keep::Hello(_)) => "keep hello".into(),
        Effect::Keep(Keep::Receipts(_)) => "keep receipts".into(),
        Effect::Keep(Keep::Page(_)) => "keep page".into(),
        Effect::Keep(Keep::UploadAt { url: Some(url), .. }) => format!("keep {url}"),
        Effect::Keep(Keep::UploadAt { url: None, .. }) => "keep no address".into(),
        Effect::Keep(Keep::UploadOffset { offset, .. }) => format!("keep offset {offset}"),
        Effect::Keep(Keep::Uploaded(transfer)) => format!("keep uploaded {}", transfer.hash.0[0]),
        Effect::Keep(Keep::TooLarge(transfer)) => format!("keep too large {}", transfer.hash.0[0]),
        Effect::Finished(_) => "finished".into(),
    }
}

fn verb(request: &Request) -> &'static str {
    match request {
        Request::Nonce => "nonce",
        Request::Hello(_) => "hello",
        Request::Push(_) => "push",
        Request::Pull(_) => "pull",
        Request::Manifest(_) => "manifest",
        Request::Catalogue(_) => "catalogue",
        Request::Docs(_) => "docs",
        Request::Appeal(_) => "appeal",
        Request::Upload(plan) => plan.method,
    }
}

pub fn unreachable() -> Failure {
    Failure::Unreachable("the link is down".into())
}

pub fn busy(retry_after_ms: Option<i64>) -> Failure {
    Failure::Busy { retry_after_ms }
}

pub fn status(status: u16) -> UploadReply {
    UploadReply { status, offset: None, location: None }
}

pub fn hello(nonce: &[u8; 32]) -> SignedMessage {
    SignedMessage { message: nonce.to_vec(), signature: Signature([1; 64]) }
}

pub fn nonce() -> Nonce {
    Nonce { version: WIRE_VERSION, nonce: [7; 32], server_ms: 5 }
}

pub fn hello_reply() -> HelloReply {
    HelloReply {
        version: WIRE_VERSION,
        token: "token".into(),
        token_until_ms: 10,
        server_ms: 5,
        user: UserId([1; 16]),
        name: "王芳".into(),
        grants: vec![],
        streams: vec![offer()],
        removed: vec![],
        partitions: vec![],
        time_token: None,
        lease: None,
        catalogue: 1,
        min_client: None,
        blob_safe_seq: None,
        keys: vec![],
        notices: vec![],
        wipe: None,
        next_nonce: None,
        appeals: vec![],
        partition_digits: None,
        ended: vec![],
        lost: vec![],
    }
}

/// Commits to send; what is in them is the store's affair.
pub fn batch(items: usize) -> Push {
    let commit = SignedCommit { envelope: vec![], signature: Signature([2; 64]) };
    Push {
        version: WIRE_VERSION,
        items: vec![PushItem { commit, micros: vec![], adopt: None }; items],
        private: vec![],
        links: vec![],
    }
}

pub fn push_reply(receipts: usize) -> PushReply {
    PushReply {
        version: WIRE_VERSION,
        receipts: vec![vec![].into(); receipts],
        partitions: vec![],
        private: vec![],
        links: vec![],
    }
}

pub fn pull(cursor: u64) -> Pull {
    Pull { version: WIRE_VERSION, streams: vec![at(cursor)], max_bytes: 1_000, check: false }
}

/// A question about the only stream.
pub fn manifest() -> Manifest {
    Manifest { version: WIRE_VERSION, stream: stream(), partition: PartitionId::ONLY, after: None }
}

pub fn manifest_reply(asked: &Manifest) -> ManifestReply {
    ManifestReply {
        version: WIRE_VERSION,
        stream: asked.stream.clone(),
        partition: asked.partition,
        epoch: Epoch([1; 8]),
        seq: 9,
        entries: vec![],
        more: false,
    }
}

pub fn catalogue(catalogue: u32) -> CatalogueAsk {
    CatalogueAsk { version: WIRE_VERSION, catalogue }
}

pub fn catalogue_reply() -> CatalogueReply {
    CatalogueReply { version: WIRE_VERSION, signed: Some(b"a catalogue".to_vec().into()) }
}

pub fn docs(wanted: &[u8]) -> Docs {
    let wanted = wanted.iter().map(|number| Wanted { document: CaseId([*number; 16]), since: 0 });
    Docs { version: WIRE_VERSION, wanted: wanted.collect(), max_bytes: 1_000 }
}

pub fn docs_reply(cases: u8) -> DocsReply {
    DocsReply { version: WIRE_VERSION, epoch: Epoch([1; 8]), cases: page(cases, 5, false).cases }
}

pub fn appeal() -> Appeal {
    let commit = SignedCommit { envelope: vec![], signature: Signature([2; 64]) };
    Appeal { version: WIRE_VERSION, commit, micros: vec![], reason: "why".into() }
}

/// A page of so many cases that brings the stream's cursor here.
pub fn page(cases: u8, cursor: u64, more: bool) -> PullReply {
    let case = |number| PulledCase {
        stream: stream(),
        partition: PartitionId::ONLY,
        document: CaseId([number; 16]),
        seq: cursor,
        gone: Some("moved".into()),
        commits: vec![],
        facts: None,
        stored: vec![],
        snapshot: None,
        outstanding: false,
        heads: None,
        private: None,
        own: None,
        generation: 0,
    };
    PullReply {
        version: WIRE_VERSION,
        cases: (0..cases).map(case).collect(),
        cursors: vec![at(cursor)],
        more,
        server_ms: 5,
        checks: vec![],
        notices: vec![],
        renewed: Renewed::default(),
        resets: vec![],
        greet: false,
    }
}

/// A blob that has not been begun.
pub fn blob(number: u8, size: u64) -> Transfer {
    Transfer {
        hash: BlobHash([number; 32]),
        size,
        rendition: Rendition::Original,
        order: u64::from(number),
        urgent: false,
        url: None,
    }
}

fn stream() -> StreamId {
    StreamId("user:1".into())
}

fn offer() -> StreamOffer {
    StreamOffer { stream: stream(), partition: PartitionId::ONLY, count: 1, lines_only: false }
}

fn at(cursor: u64) -> Cursor {
    Cursor::new(stream(), Some(Epoch([1; 8])), cursor)
}
