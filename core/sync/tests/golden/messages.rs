//! A sample of every message. Every member is filled in one sample, every member that may be absent is absent in another.

use std::collections::{BTreeMap, BTreeSet};

use minicbor::Encode;
use yuandian_document::{
    ChangeHash, Content, DeviceCertificate, Envelope, Kind, Place, Purpose, Signature, SignedCommit,
    SoftwareRoot, cbor,
};
use yuandian_evidence::{
    AboutRecord, CaptureReceipt, CaptureRecord, ChainState, Checkpoint, Dropped, Entry, Fix, Handling,
    Likeness, Link, LogId, PathHash, ProvenEntry, RECORD_VERSION, RecordHash, Source, Statement, TimeToken,
};
use yuandian_model::progress::{Extension, Part, Pause, Step};
use yuandian_model::{
    BlobHash, CaseId, Cell500, Code, DivisionCode, Epoch, Grant, Mark, PartitionId, Progress, Role, UserId,
    Wgs84,
};
use yuandian_sync::check::heads_name;
use yuandian_sync::message::{
    Appeal, AppealAnswer, AppealReply, CatalogueAsk, CatalogueReply, ChangeName, CommitNumber, Docs,
    DocsReply, EndedLife, Enroll, Enrolled, EvidenceAsk, EvidenceReply, Fetch, FetchReply, HeadsName, Hello,
    HelloReply, LinkAnswer, LinkOffer, LookTold, Manifest, ManifestEntry, ManifestReply, Nonce, NonceBytes,
    NonceRequest, OwnTold, PartitionHead, PrivateField, PrivateReceipt, PrivateRecord, Pull, PullReply,
    PulledCase, PulledCommit, Push, PushItem, PushReply, Receipt, RemovedStream, Renewed, SeenLog, ServerKey,
    SignedMessage, SignedNotice, StoredBlob, StreamCheck, StreamOffer, TakenRecord, WIRE_VERSION, Wanted,
    Wipe,
};
use yuandian_sync::{CaseFacts, Cursor, Person, StreamId};

use crate::samples::{self, CAPTURED_MS, EPOCH, INCARNATION};

const SERVER_MS: i64 = CAPTURED_MS + 90_000;
const NONCE: [u8; 32] = [0x4e; 32];
const MICRO: &[u8] = b"RIFF, the bytes of a micro picture";

fn grid() -> DivisionCode {
    "410102001".parse().expect("a division code")
}

fn facts(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn heads() -> Vec<PartitionHead> {
    let head = |number, head, safe_seq| PartitionHead {
        partition: PartitionId(number),
        epoch: EPOCH,
        head,
        safe_seq,
    };
    vec![head(1, 70_001, None), head(2, 0, Some(0))]
}

fn cursors() -> Vec<Cursor> {
    vec![
        Cursor::new(StreamId::grid(&grid()), Some(EPOCH), 69_999),
        Cursor::new(StreamId::user(&samples::author()), None, 0),
    ]
}

fn offer(stream: StreamId, lines_only: bool) -> StreamOffer {
    StreamOffer { stream, partition: PartitionId::ONLY, count: 7, lines_only }
}

fn server_key() -> ServerKey {
    ServerKey {
        public: samples::key().public(),
        since_ms: SERVER_MS,
        endorser: Some(samples::key().id()),
        endorsement: Some(Signature([0x53; 64])),
    }
}

/// A message as its device signs it.
pub fn signed<T: Encode<()>>(purpose: Purpose, message: &T) -> SignedMessage {
    let message = cbor::encode(message);
    let signature = samples::key().sign(purpose, &message);
    SignedMessage { message, signature }
}

pub fn enroll() -> Enroll {
    Enroll {
        version: WIRE_VERSION,
        code: "7KQ2-M4XD-9TPA".into(),
        name: "王芳".into(),
        certificate: samples::certificate(),
        app: "yuandian 0.1.0".into(),
    }
}

/// With every role there is.
pub fn enrolled() -> Enrolled {
    Enrolled {
        version: WIRE_VERSION,
        user: samples::author(),
        name: "王芳".into(),
        grants: Role::ALL.iter().map(|role| Grant::new(*role, grid())).collect(),
        server_ms: SERVER_MS,
    }
}

pub fn nonce_request() -> NonceRequest {
    NonceRequest { version: WIRE_VERSION, device: samples::device() }
}

pub fn nonce() -> Nonce {
    Nonce { version: WIRE_VERSION, nonce: NONCE, server_ms: SERVER_MS }
}

pub fn hello() -> Hello {
    Hello {
        version: WIRE_VERSION,
        device: samples::device(),
        nonce: NONCE,
        app: "yuandian 0.1.0".into(),
        catalogue: 1,
        streams: cursors(),
        free_bytes: Some(12_884_901_888),
        budget: 10_000,
        keys: vec![],
        forget: false,
        reach: None,
        apart: Some(vec![samples::author()]),
    }
}

/// As this version of the server answers.
pub fn hello_reply() -> HelloReply {
    HelloReply {
        version: WIRE_VERSION,
        token: "v0.opaque".into(),
        token_until_ms: SERVER_MS + 3_600_000,
        server_ms: SERVER_MS,
        user: samples::author(),
        name: "王芳".into(),
        grants: vec![Grant::new(Role::GridWorker, grid())],
        streams: vec![
            offer(StreamId::grid(&grid()), false),
            offer(StreamId::public(&grid()), true),
            offer(StreamId::user(&samples::author()), false),
        ],
        removed: vec![RemovedStream { stream: StreamId("grid:410103".into()), reason: "moved".into() }],
        partitions: heads(),
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

/// With the members that are reserved for later versions.
pub fn hello_reply_reserved() -> HelloReply {
    HelloReply {
        time_token: Some(b"time token".to_vec().into()),
        lease: Some(b"lease".to_vec().into()),
        min_client: Some("0.2.0".into()),
        blob_safe_seq: Some(65_536),
        keys: vec![server_key()],
        notices: vec!["今晚二十二点维护".into()],
        wipe: Some(SignedNotice {
            message: cbor::encode(&Wipe {
                version: WIRE_VERSION,
                device: samples::device(),
                issued_ms: SERVER_MS,
            }),
            signer: server_key().id(),
            signature: Signature([0x52; 64]),
        }),
        next_nonce: Some(NonceBytes(NONCE)),
        appeals: vec![AppealAnswer {
            commit: samples::act_commit().id(),
            granted: true,
            words: "已采纳".into(),
        }],
        partition_digits: Some(6),
        ended: vec![EndedLife { partition: PartitionId(410_102), epoch: Epoch([6; 8]), last: 900 }],
        lost: vec![BlobHash([8; 32])],
        ..hello_reply()
    }
}

/// What follows the act in the chain: content of the same command.
fn next_commit() -> SignedCommit {
    let prev = Some(samples::act_commit().id());
    let next = Envelope { micro: vec![], n: 301, prev, ..samples::content_envelope() };
    next.sign(&samples::key())
}

/// The name of the sample's change.
fn change_name() -> ChangeHash {
    let admitted = Content::default().admit(&samples::change(), &samples::content_actor());
    admitted.expect("an own change passes the gate").hash
}

pub fn push() -> Push {
    Push {
        version: WIRE_VERSION,
        items: vec![
            PushItem { commit: samples::content_commit(), micros: vec![MICRO.to_vec().into()], adopt: None },
            PushItem {
                commit: samples::act_commit(),
                micros: vec![],
                adopt: Some(cbor::encode(&receipt_refused()).into()),
            },
            PushItem { commit: next_commit(), micros: vec![], adopt: None },
            PushItem {
                commit: SignedCommit { envelope: b"no envelope".to_vec(), signature: Signature([0x54; 64]) },
                micros: vec![],
                adopt: None,
            },
        ],
        private: vec![PrivateRecord {
            document: samples::case(),
            key: "beneficiary".into(),
            value: "母亲".into(),
            version: 3,
        }],
        links: vec![
            LinkOffer { link: captured().sign(&samples::key()), adopt: Some(capture_receipt()) },
            LinkOffer { link: dropped().sign(&samples::key()), adopt: None },
        ],
    }
}

fn time_token() -> TimeToken {
    TimeToken { server_ms: SERVER_MS, serial: [0x71; 8] }
}

fn capture_record() -> CaptureRecord {
    CaptureRecord {
        version: RECORD_VERSION,
        original: BlobHash([0x72; 32]),
        size: 4_200_000,
        mime: "image/jpeg".into(),
        pixels: Some((3_024, 4_032)),
        document: samples::case(),
        device: samples::device(),
        incarnation: INCARNATION,
        n: 7,
        prev: Some(RecordHash([0x73; 32])),
        wall_ms: CAPTURED_MS,
        monotonic_ms: 90_000,
        token: Some(time_token().signed(&samples::key()).into()),
        since_token_ms: Some(60_000),
        fix: Fix::of(113.613_25, 34.752_1, Some(12), "gps", Some(false)),
        source: Source::Camera,
        app: "yuandian/0.1.0".into(),
        signer: samples::key().id(),
        remarks: vec!["motion_photo".into()],
    }
}

fn captured() -> Link {
    Link::Captured(Box::new(capture_record()))
}

fn dropped() -> Link {
    Link::Dropped(Dropped {
        version: RECORD_VERSION,
        device: samples::device(),
        incarnation: INCARNATION,
        n: 8,
        record: RecordHash([0x74; 32]),
        signer: samples::key().id(),
    })
}

fn record_name() -> RecordHash {
    captured().sign(&samples::key()).name(&captured())
}

const LOG: LogId = LogId([0x75; 16]);

fn capture_receipt() -> SignedNotice {
    let receipt = CaptureReceipt {
        record: record_name(),
        user: samples::author(),
        received_ms: SERVER_MS,
        log: LOG,
        index: 9,
    };
    SignedNotice::sign(&samples::key(), Purpose::CaptureReceipt, cbor::encode(&receipt))
}

fn path() -> Vec<PathHash> {
    vec![PathHash([0x76; 32]), PathHash([0x77; 32])]
}

pub fn evidence_ask() -> EvidenceAsk {
    let seen = Some(SeenLog { log: LOG, size: 9 });
    EvidenceAsk { version: WIRE_VERSION, document: samples::case(), seen, export: true }
}

/// With every kind of entry that a log has.
pub fn evidence_reply() -> EvidenceReply {
    let entry = |index, entry| ProvenEntry { index, entry, path: path() };
    let handled = Entry::Handled {
        how: Handling::Export,
        original: BlobHash([0x72; 32]),
        document: samples::case(),
        user: samples::author(),
        device: samples::device(),
        at_ms: SERVER_MS,
    };
    let statement = Statement {
        document: samples::case(),
        at_ms: SERVER_MS,
        records: vec![AboutRecord {
            record: record_name(),
            chain: ChainState { before: 5, missing: 1, broken: 2, forked: true },
            likeness: vec![Likeness {
                original: BlobHash([0x78; 32]),
                document: Some(samples::case()),
                same_file: false,
                distance: 6,
                received_ms: SERVER_MS,
            }],
        }],
        handled: vec![
            entry(0, Entry::Began { previous: Some(b"a checkpoint".to_vec().into()) }),
            entry(9, Entry::Captured { record: record_name(), received_ms: SERVER_MS }),
            entry(10, handled),
        ],
        handled_before: 3,
    };
    let checkpoint = Checkpoint { log: LOG, size: 11, root: [0x79; 32], at_ms: SERVER_MS };
    let root = SoftwareRoot::from_seed(&[7; 32]).expect("a small number is a P-256 scalar");
    EvidenceReply {
        version: WIRE_VERSION,
        checkpoint: SignedNotice::sign(&samples::key(), Purpose::Checkpoint, cbor::encode(&checkpoint)),
        consistency: path(),
        statement: SignedNotice::sign(&samples::key(), Purpose::Evidence, cbor::encode(&statement)),
        records: vec![TakenRecord {
            link: captured().sign(&samples::key()),
            certificate: DeviceCertificate::issue(&root, &samples::key()).expect("a key in memory signs"),
            receipt: capture_receipt(),
            path: path(),
            user: samples::author(),
            name: "李静".into(),
        }],
    }
}

pub fn receipt_taken() -> Receipt {
    Receipt {
        commit: samples::content_commit().id(),
        code: Code::Ok,
        seq: Some(70_001),
        epoch: EPOCH,
        received_ms: SERVER_MS,
        facts: BTreeMap::new(),
        signer: None,
        signature: None,
        rules: None,
    }
}

/// With the member that is reserved for later versions.
pub fn receipt_refused() -> Receipt {
    Receipt {
        commit: samples::act_commit().id(),
        code: Code::RTaken,
        seq: None,
        facts: facts(&[("first", "李强"), ("position", "2")]),
        signer: Some(samples::key().id()),
        signature: Some(Signature([0x51; 64])),
        rules: Some(1_002),
        ..receipt_taken()
    }
}

fn private_receipt() -> PrivateReceipt {
    PrivateReceipt { document: samples::case(), key: "beneficiary".into(), version: 3, code: Code::Ok }
}

/// With a receipt for every outcome there is.
pub fn push_reply() -> PushReply {
    let receipts = Code::ALL.iter().map(|code| {
        let receipt = Receipt { code: *code, ..receipt_taken() };
        cbor::encode(&receipt).into()
    });
    PushReply {
        version: WIRE_VERSION,
        receipts: receipts.collect(),
        partitions: heads(),
        private: vec![private_receipt()],
        links: vec![
            LinkAnswer { record: Some(record_name()), code: Code::Ok, receipt: Some(capture_receipt()) },
            LinkAnswer { record: None, code: Code::RSchema, receipt: None },
        ],
    }
}

pub fn pull() -> Pull {
    Pull { version: WIRE_VERSION, streams: cursors(), max_bytes: 524_288, check: true }
}

fn pulled_content() -> PulledCommit {
    PulledCommit {
        n: 1,
        seq: 70_000,
        kind: Kind::Content,
        device: samples::device(),
        incarnation: INCARNATION,
        branch: 0,
        generation: 0,
        group: Some(samples::group()),
        user: samples::author(),
        name: "王芳".into(),
        wall_ms: CAPTURED_MS,
        received_ms: SERVER_MS,
        code: Code::Ok,
        facts: BTreeMap::new(),
        body: samples::change(),
        micros: vec![MICRO.to_vec().into()],
        change: None,
    }
}

fn pulled_act() -> PulledCommit {
    PulledCommit {
        n: 300,
        group: None,
        seq: 70_001,
        kind: Kind::Act,
        branch: 2,
        generation: 1,
        code: Code::RTaken,
        facts: facts(&[("first", "李强"), ("position", "2")]),
        body: samples::claim().to_bytes(),
        micros: vec![],
        ..pulled_content()
    }
}

/// Everything that is decided beside stage and people.
fn progress() -> Progress {
    let step = |stage: &str, at_ms| Step { stage: stage.into(), at_ms, by: samples::author() };
    let asked = BTreeMap::from([("limit".to_owned(), "2 work_day".to_owned())]);
    Progress {
        marks: BTreeSet::from([Mark::ExtendPending, Mark::Urgent]),
        counts: BTreeMap::from([("rework".to_owned(), 1)]),
        units: vec!["unit.sanitation".into()],
        condition: Some("default".into()),
        into: Some(samples::case()),
        desk: Some(grid()),
        steps: vec![step("reported", SERVER_MS), step("handling", SERVER_MS + 5)],
        pauses: vec![Pause { from_ms: SERVER_MS, to_ms: Some(SERVER_MS + 1), until_ms: Some(SERVER_MS + 2) }],
        extensions: vec![Extension { limit: "4 work_hour".into(), at_ms: SERVER_MS + 3 }],
        asked: BTreeMap::from([(Mark::ExtendPending, asked)]),
        asked_ms: BTreeMap::from([(Mark::ExtendPending, SERVER_MS)]),
        parts: BTreeMap::from([(
            "unit.power".to_owned(),
            Part { task: Some("断电".into()), done_ms: Some(SERVER_MS + 4), by: Some(samples::author()) },
        )]),
        deadline: Some("2026-09-30".into()),
        score: Some(4),
        stays: vec![yuandian_model::Stay {
            user: samples::author(),
            in_ms: SERVER_MS,
            in_word: Some(true),
            near: Some(false),
            out_ms: Some(SERVER_MS + 60_000),
            out_word: Some(false),
            minutes: Some(1),
        }],
        family: vec![UserId([0x12; 16])],
    }
}

/// One case with everything, one seen from afar, one that is gone; and the members reserved for later versions.
pub fn pull_reply() -> PullReply {
    let here = Wgs84::new(113.613_25, 34.752_1).expect("a place on earth");
    let author = Person { user: samples::author(), name: "王芳".into() };
    let holder = Person { user: UserId([0x11; 16]), name: "李强".into() };
    let whole = CaseFacts {
        service: "case.city.E06010".into(),
        catalogue: 1,
        grid: grid(),
        place: Some(Place::exact(here, Some(12))),
        author: author.clone(),
        stage: "handling".into(),
        act_seq: 4,
        holders: vec![holder],
        waiting: 2,
        my_position: Some(2),
        opened_ms: SERVER_MS,
        title: "门口暴露垃圾".into(),
        photos: 2,
        touched_ms: SERVER_MS + 5,
        followers: 3,
        followed: true,
        conflict: false,
        progress: Some(progress()),
    };
    let from_afar = CaseFacts {
        service: "help.errand".into(),
        place: Some(Place::Cell(Cell500::of(here))),
        holders: vec![],
        waiting: 0,
        my_position: None,
        progress: None,
        ..whole.clone()
    };
    let case = PulledCase {
        stream: StreamId::grid(&grid()),
        partition: PartitionId::ONLY,
        document: samples::case(),
        seq: 70_001,
        gone: None,
        commits: vec![pulled_content(), pulled_act()],
        facts: Some(whole),
        stored: vec![StoredBlob { hash: samples::THUMB }, StoredBlob { hash: samples::ORIGINAL }],
        snapshot: None,
        outstanding: false,
        heads: Some(heads_name(&[change_name()])),
        private: None,
        own: None,
        generation: 0,
    };
    let afar = PulledCase {
        stream: StreamId::public(&grid()),
        partition: PartitionId::ONLY,
        document: CaseId([0x0a; 16]),
        seq: 12,
        commits: vec![],
        facts: Some(from_afar),
        stored: vec![],
        snapshot: Some(b"snapshot".to_vec().into()),
        outstanding: true,
        heads: Some(HeadsName([0x4d; 16])),
        private: Some(vec![PrivateField { key: "position".into(), value: "{}".into(), version: 1 }]),
        own: Some(OwnTold {
            looks: vec![LookTold { who: author.clone(), at_ms: SERVER_MS, keys: vec!["position".into()] }],
            coming: Some("0412".into()),
            leaving: Some("9876".into()),
        }),
        generation: 2,
        ..case.clone()
    };
    let gone = PulledCase {
        document: CaseId([0x0b; 16]),
        seq: 13,
        gone: Some("moved".into()),
        facts: None,
        snapshot: None,
        own: None,
        generation: 0,
        ..afar.clone()
    };
    PullReply {
        version: WIRE_VERSION,
        cases: vec![case, afar, gone],
        cursors: cursors(),
        more: true,
        server_ms: SERVER_MS,
        checks: vec![StreamCheck {
            stream: StreamId::grid(&grid()),
            partition: PartitionId::ONLY,
            count: 2,
            xor: u64::MAX,
        }],
        notices: vec!["今晚二十二点维护".into()],
        renewed: Renewed {
            time_token: Some(b"time".to_vec().into()),
            lease: Some(b"lease".to_vec().into()),
            catalogue: Some(2),
            min_client: Some("yuandian/0.1.0".into()),
            safe_seq: Some(9),
            blob_safe_seq: Some(8),
            lost: vec![BlobHash([9; 32])],
        },
        resets: cursors(),
        greet: true,
    }
}

pub fn manifest() -> Manifest {
    Manifest {
        version: WIRE_VERSION,
        stream: StreamId::grid(&grid()),
        partition: PartitionId::ONLY,
        after: Some(samples::case()),
    }
}

pub fn manifest_reply() -> ManifestReply {
    ManifestReply {
        version: WIRE_VERSION,
        stream: StreamId::grid(&grid()),
        partition: PartitionId::ONLY,
        epoch: EPOCH,
        seq: 70_001,
        entries: vec![ManifestEntry { document: samples::case(), seq: 70_001 }],
        more: true,
    }
}

pub fn catalogue_ask() -> CatalogueAsk {
    CatalogueAsk { version: WIRE_VERSION, catalogue: 1_002 }
}

pub fn catalogue_reply() -> CatalogueReply {
    CatalogueReply { version: WIRE_VERSION, signed: Some(b"a signed catalogue".to_vec().into()) }
}

pub fn catalogue_reply_unknown() -> CatalogueReply {
    CatalogueReply { version: WIRE_VERSION, signed: None }
}

pub fn docs() -> Docs {
    Docs {
        version: WIRE_VERSION,
        wanted: vec![Wanted { document: samples::case(), since: 69_000 }],
        max_bytes: 524_288,
    }
}

pub fn docs_reply() -> DocsReply {
    let mut cases = pull_reply().cases;
    if let Some(commit) = cases.first_mut().and_then(|case| case.commits.first_mut()) {
        commit.body = vec![];
        commit.change = Some(ChangeName([0x4c; 32]));
    }
    if let Some(case) = cases.first_mut() {
        case.heads = Some(heads_name(&[ChangeHash([0x4c; 32])]));
    }
    DocsReply { version: WIRE_VERSION, epoch: EPOCH, cases }
}

pub fn appeal() -> Appeal {
    Appeal {
        version: WIRE_VERSION,
        commit: samples::act_commit(),
        micros: vec![],
        reason: "当时我仍负责该网格".into(),
    }
}

pub fn appeal_reply() -> AppealReply {
    AppealReply { version: WIRE_VERSION, ticket: 12 }
}

/// What a device with nothing new gets.
pub fn pull_reply_nothing() -> PullReply {
    PullReply {
        version: WIRE_VERSION,
        cases: vec![],
        cursors: cursors(),
        more: false,
        server_ms: SERVER_MS,
        checks: vec![],
        notices: vec![],
        renewed: Renewed::default(),
        resets: vec![],
        greet: false,
    }
}

pub fn fetch() -> Fetch {
    Fetch {
        version: WIRE_VERSION,
        commits: vec![
            CommitNumber { document: samples::case(), seq: 70_000 },
            CommitNumber { document: CaseId([0xff; 16]), seq: 1 },
        ],
    }
}

pub fn fetch_reply() -> FetchReply {
    FetchReply {
        version: WIRE_VERSION,
        commits: vec![samples::content_commit(), samples::act_commit()],
        certificates: vec![samples::certificate()],
    }
}
