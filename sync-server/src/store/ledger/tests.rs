//! What a commit costs its case, and where a case ends.

use minicbor::bytes::ByteVec;
use yuandian_document::envelope::{Algorithm, ENVELOPE_VERSION};
use yuandian_document::keys::Signature;
use yuandian_document::limits::{MICRO_BYTES_MAX, MICROS_PER_COMMIT_MAX};
use yuandian_document::{Captured, DeviceKey, Envelope, Kind, SignedCommit, cbor};
use yuandian_model::limits::NAME_CHARS_MAX;
use yuandian_model::{BlobHash, GroupId, PartitionId, ServiceId};
use yuandian_sync::StreamId;
use yuandian_sync::limits::MESSAGE_BYTES_MAX;
use yuandian_sync::message::{PullReply, PulledCase, PulledCommit, Renewed, StoredBlob, WIRE_VERSION};
use yuandian_sync::wire::{pack, unpack};

use super::*;
use crate::limits::PULLED_BLOB_BYTES;

const CASE: CaseId = CaseId([1; 16]);

fn prepared(kind: Kind, body: Vec<u8>, micros: usize) -> Prepared {
    let micros = vec![(BlobHash([7; 32]), vec![7; MICRO_BYTES_MAX]); micros];
    let envelope = Envelope {
        version: ENVELOPE_VERSION,
        kind,
        partition: PartitionId::ONLY,
        document: CASE,
        device: DeviceId([2; 16]),
        incarnation: Incarnation([3; 16]),
        branch: 0,
        generation: 0,
        group: GroupId([4; 16]),
        n: 1,
        prev: None,
        captured: Captured { wall_ms: 0, seen_ms: None, since_ms: None, epoch: None, seq: None },
        schema: 1,
        body,
        micro: micros.iter().map(|(hash, _)| *hash).collect(),
        supersedes: None,
        alg: Algorithm::Ed25519,
        signer: DeviceKey::from_seed(&[1; 32]).id(),
    };
    let commit = SignedCommit { envelope: cbor::encode(&envelope), signature: Signature([0; 64]) };
    let work = Work::Refused(Refusal::new(Code::RGone, []));
    Prepared {
        id: commit.id(),
        user: UserId([5; 16]),
        commit,
        envelope,
        micros,
        received_ms: 0,
        origin: Origin::Pushed,
        adopted: None,
        work,
    }
}

/// What PULL makes of it, every number and name as large as it can be.
fn pulled(item: &Prepared) -> PulledCommit {
    let name = "\u{1F600}".repeat(NAME_CHARS_MAX);
    PulledCommit {
        n: u64::MAX,
        seq: 0,
        kind: item.envelope.kind,
        device: item.envelope.device,
        incarnation: item.envelope.incarnation,
        branch: u32::MAX,
        generation: u32::MAX,
        group: Some(item.envelope.group),
        user: UserId([5; 16]),
        name: name.clone(),
        wall_ms: i64::MAX,
        received_ms: i64::MAX,
        code: Code::RTaken,
        facts: Facts::from([
            ("first".into(), name),
            ("position".into(), u64::MAX.to_string()),
            (ACT_SEQ.into(), u64::MAX.to_string()),
            (KEPT.0.into(), KEPT.1.into()),
        ]),
        body: item.envelope.body.clone(),
        micros: item.micros.iter().map(|(_, bytes)| ByteVec::from(bytes.clone())).collect(),
        change: None,
    }
}

fn case_of(commits: Vec<PulledCommit>) -> PulledCase {
    PulledCase {
        stream: StreamId::user(&UserId([5; 16])),
        partition: PartitionId::ONLY,
        document: CASE,
        seq: u64::MAX,
        gone: None,
        commits,
        facts: None,
        stored: Vec::new(),
        snapshot: None,
        outstanding: false,
        heads: None,
        private: None,
        own: None,
        generation: 0,
    }
}

fn sent(commits: Vec<PulledCommit>) -> u64 {
    cbor::encode(&case_of(commits)).len() as u64
}

#[test]
fn a_commit_is_charged_for_all_that_is_sent_of_it() {
    for (kind, body, micros) in [
        (Kind::Act, Act::named("claim", None).to_bytes(), 0),
        (Kind::Content, vec![0; 64 * 1024], MICROS_PER_COMMIT_MAX),
    ] {
        let item = prepared(kind, body, micros);
        let sent = sent(vec![pulled(&item)]) - sent(vec![]);
        assert!(sent <= item.pulled_bytes(), "{sent} of {}", item.pulled_bytes());
    }
    let stored = cbor::encode(&StoredBlob { hash: BlobHash([0; 32]) }).len() as u64;
    assert!(stored <= PULLED_BLOB_BYTES, "{stored}");
}

#[test]
fn a_case_of_the_smallest_acts_at_its_limit_is_a_page_that_a_phone_unpacks() {
    let item = prepared(Kind::Act, Act::named("claim", None).to_bytes(), 0);
    let count = CASE_LOG_BYTES_MAX / item.pulled_bytes();
    let case = case_of(vec![pulled(&item); usize::try_from(count).unwrap()]);
    let page = PullReply {
        version: WIRE_VERSION,
        cases: vec![case],
        cursors: Vec::new(),
        more: false,
        server_ms: i64::MAX,
        checks: Vec::new(),
        notices: Vec::new(),
        renewed: Renewed::default(),
        resets: Vec::new(),
        greet: false,
    };
    assert!(cbor::encode(&page).len() < MESSAGE_BYTES_MAX);
    assert_eq!(unpack::<PullReply>("page", &pack(&page)).unwrap(), page);
}

#[test]
fn a_case_takes_what_reaches_its_limit_and_nothing_above_it() {
    let item = prepared(Kind::Act, Act::named("claim", None).to_bytes(), 0);
    let state = yuandian_model::CaseState {
        service: ServiceId("case.snap".into()),
        catalogue: 1,
        grid: "410102001".parse().unwrap(),
        author: UserId([5; 16]),
        stage: "reported".into(),
        act_seq: 1,
        holders: Vec::new(),
        waiting: Vec::new(),
        followers: Vec::new(),
        progress: yuandian_model::Progress::default(),
    };
    let at = |log_bytes: u64| {
        let record = CaseRecord {
            id: CASE,
            state: state.clone(),
            place: None,
            partition: PartitionId::ONLY,
            opened_ms: 0,
            touched_ms: 0,
            version: 0,
            log_bytes,
            title: String::new(),
            photos: 0,
            conflict: false,
            aged: false,
        };
        room(Some(&record), &item).map_err(|refusal| refusal.code)
    };
    let last = CASE_LOG_BYTES_MAX - item.pulled_bytes();
    assert_eq!([at(last - 1), at(last), at(last + 1)], [Ok(()), Ok(()), Err(Code::RLimit)]);
}
