//! A sample of every message. Every member is filled in one sample, every member that may be absent is absent in another.

use std::collections::BTreeMap;

use minicbor::Encode;
use yuandian_document::{Kind, Place, Purpose, Signature, cbor};
use yuandian_model::{
    CaseId, Cell500, Code, CommitId, DivisionCode, Grant, PartitionId, Role, UserId, Wgs84,
};
use yuandian_sync::message::{
    Enroll, Enrolled, Fetch, FetchReply, Hello, HelloReply, Nonce, NonceRequest, PartitionHead, Pull,
    PullReply, PulledCase, PulledCommit, Push, PushItem, PushReply, Receipt, RemovedStream, Renewed,
    SignedMessage, StoredBlob, WIRE_VERSION,
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
        Cursor { stream: StreamId::grid(&grid()), epoch: Some(EPOCH), cursor: 69_999 },
        Cursor { stream: StreamId::user(&samples::author()), epoch: None, cursor: 0 },
    ]
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
        grants: Role::ALL.iter().map(|role| Grant { role: *role, grid: grid() }).collect(),
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
        grants: vec![Grant { role: Role::GridWorker, grid: grid() }],
        streams: vec![StreamId::grid(&grid()), StreamId::public(&grid()), StreamId::user(&samples::author())],
        removed: vec![RemovedStream { stream: StreamId("grid:410103".into()), reason: "moved".into() }],
        partitions: heads(),
        time_token: None,
        lease: None,
        catalogue: 1,
        min_client: None,
        blob_safe_seq: None,
        private: None,
        notices: vec![],
    }
}

/// With the members that are reserved for later versions.
pub fn hello_reply_reserved() -> HelloReply {
    HelloReply {
        time_token: Some(b"time token".to_vec().into()),
        lease: Some(b"lease".to_vec().into()),
        min_client: Some("0.2.0".into()),
        blob_safe_seq: Some(65_536),
        private: Some(b"private".to_vec().into()),
        notices: vec!["今晚二十二点维护".into()],
        ..hello_reply()
    }
}

pub fn push() -> Push {
    Push {
        version: WIRE_VERSION,
        items: vec![
            PushItem { commit: samples::content_commit(), micros: vec![MICRO.to_vec().into()] },
            PushItem { commit: samples::act_commit(), micros: vec![] },
        ],
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
        signature: None,
    }
}

/// With the member that is reserved for later versions.
pub fn receipt_refused() -> Receipt {
    Receipt {
        commit: samples::act_commit().id(),
        code: Code::RTaken,
        seq: None,
        facts: facts(&[("first", "李强"), ("position", "2")]),
        signature: Some(Signature([0x51; 64])),
        ..receipt_taken()
    }
}

/// With a receipt for every outcome there is.
pub fn push_reply() -> PushReply {
    let receipts = Code::ALL.iter().map(|code| {
        let receipt = Receipt { code: *code, ..receipt_taken() };
        cbor::encode(&receipt).into()
    });
    PushReply { version: WIRE_VERSION, receipts: receipts.collect(), partitions: heads() }
}

pub fn pull() -> Pull {
    Pull { version: WIRE_VERSION, streams: cursors(), max_bytes: 524_288 }
}

fn pulled_content() -> PulledCommit {
    PulledCommit {
        id: samples::content_commit().id(),
        seq: 70_000,
        kind: Kind::Content,
        device: samples::device(),
        incarnation: INCARNATION,
        branch: 0,
        generation: 0,
        group: samples::group(),
        user: samples::author(),
        name: "王芳".into(),
        wall_ms: CAPTURED_MS,
        received_ms: SERVER_MS,
        code: Code::Ok,
        facts: BTreeMap::new(),
        body: samples::change(),
        micros: vec![MICRO.to_vec().into()],
    }
}

fn pulled_act() -> PulledCommit {
    PulledCommit {
        id: samples::act_commit().id(),
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
    };
    let from_afar = CaseFacts {
        service: "help.errand".into(),
        place: Some(Place::Cell(Cell500::of(here))),
        holders: vec![],
        waiting: 0,
        my_position: None,
        ..whole.clone()
    };
    let case = PulledCase {
        stream: StreamId::grid(&grid()),
        document: samples::case(),
        seq: 70_001,
        gone: None,
        commits: vec![pulled_content(), pulled_act()],
        facts: Some(whole),
        stored: vec![StoredBlob { hash: samples::THUMB }, StoredBlob { hash: samples::ORIGINAL }],
        snapshot: None,
    };
    let afar = PulledCase {
        stream: StreamId::public(&grid()),
        document: CaseId([0x0a; 16]),
        seq: 12,
        commits: vec![],
        facts: Some(from_afar),
        stored: vec![],
        snapshot: Some(b"snapshot".to_vec().into()),
        ..case.clone()
    };
    let gone = PulledCase {
        document: CaseId([0x0b; 16]),
        seq: 13,
        gone: Some("moved".into()),
        facts: None,
        snapshot: None,
        ..afar.clone()
    };
    PullReply {
        version: WIRE_VERSION,
        cases: vec![case, afar, gone],
        cursors: cursors(),
        more: true,
        server_ms: SERVER_MS,
        private: Some(b"private".to_vec().into()),
        notices: vec!["今晚二十二点维护".into()],
        renewed: Renewed {
            time_token: Some(b"time".to_vec().into()),
            lease: Some(b"lease".to_vec().into()),
            catalogue: Some(2),
            min_client: Some("yuandian/0.1.0".into()),
            safe_seq: Some(9),
            blob_safe_seq: Some(8),
        },
    }
}

/// What a device with nothing new gets.
pub fn pull_reply_nothing() -> PullReply {
    PullReply {
        version: WIRE_VERSION,
        cases: vec![],
        cursors: cursors(),
        more: false,
        server_ms: SERVER_MS,
        private: None,
        notices: vec![],
        renewed: Renewed::default(),
    }
}

pub fn fetch() -> Fetch {
    Fetch { version: WIRE_VERSION, commits: vec![samples::content_commit().id(), CommitId([0xff; 32])] }
}

pub fn fetch_reply() -> FetchReply {
    FetchReply {
        version: WIRE_VERSION,
        commits: vec![samples::content_commit(), samples::act_commit()],
        certificates: vec![samples::certificate()],
    }
}
