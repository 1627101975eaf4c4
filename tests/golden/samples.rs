//! One device, one case and its first commits: fixed ids and seeds, so that every byte of a form is known.

use yuandian_document::envelope::{Algorithm, ENVELOPE_VERSION};
use yuandian_document::{
    Act, ActorId, Captured, Content, DeviceCertificate, DeviceKey, Edit, Envelope, Kind, NoteEntry,
    PhotoEntry, RenditionRef, SignedCommit, SoftwareRoot, actor,
};
use yuandian_model::form::SharedAnswer;
use yuandian_model::{
    BlobHash, CaseId, CommitId, DeviceId, EntryId, Epoch, Expects, GroupId, Incarnation, PartitionId, UserId,
};

/// 2025-07-20 08:26:40 UTC, ms since 1970.
pub const CAPTURED_MS: i64 = 1_753_000_000_000;
/// The life of the device's database.
pub const INCARNATION: Incarnation = Incarnation([0x1c; 16]);
/// The life of the partition's log.
pub const EPOCH: Epoch = Epoch([0xe0, 0xe1, 0xe2, 0xe3, 0xe4, 0xe5, 0xe6, 0xe7]);
/// Stand-ins for pictures: the forms name them and never look inside.
pub const ORIGINAL: BlobHash = BlobHash([0xa0; 32]);
/// The 320 px picture.
pub const THUMB: BlobHash = BlobHash([0xa1; 32]);
/// The picture that travels beside its commit.
pub const MICRO: BlobHash = BlobHash([0xa2; 32]);

/// The case everything is about.
pub fn case() -> CaseId {
    CaseId::v7(CAPTURED_MS, [0xca; 10])
}

/// The person who holds the device.
pub fn author() -> UserId {
    UserId::v7(CAPTURED_MS - 86_400_000, [0xab; 10])
}

/// What one command wrote.
pub fn group() -> GroupId {
    GroupId::v7(CAPTURED_MS, [0x60; 10])
}

/// The key that signs commits.
pub fn key() -> DeviceKey {
    DeviceKey::from_seed(&[9; 32])
}

/// The root key's word for it.
pub fn certificate() -> DeviceCertificate {
    let root = SoftwareRoot::from_seed(&[7; 32]).expect("a P-256 scalar");
    DeviceCertificate::issue(&root, &key()).expect("a software key is always at hand")
}

/// The device: named by its root key.
pub fn device() -> DeviceId {
    certificate().device
}

/// Who the device's content is by.
pub fn content_actor() -> ActorId {
    actor(&device(), &case(), &INCARNATION, 0)
}

/// One of each thing that people write.
pub fn edits() -> Vec<Edit> {
    let note = NoteEntry::of("附近有学校", CAPTURED_MS);
    let photo = PhotoEntry {
        original: RenditionRef { hash: ORIGINAL, size: 3_145_728 },
        mime: "image/jpeg".into(),
        width: 3000,
        height: 4000,
        micro: Some(RenditionRef { hash: MICRO, size: 1_900 }),
        thumb: Some(RenditionRef { hash: THUMB, size: 24_000 }),
        medium: None,
        at_ms: CAPTURED_MS,
    };
    vec![
        Edit::Describe("东门外有暴露垃圾".into()),
        Edit::Answer { key: "severity".into(), value: SharedAnswer::standing("high") },
        Edit::Note(EntryId::v7(CAPTURED_MS, [0x01; 10]), note),
        Edit::Photo(EntryId::v7(CAPTURED_MS, [0x02; 10]), photo),
    ]
}

/// The edits as one change of a fresh case.
pub fn change() -> Vec<u8> {
    let mut content = Content::default();
    let heads = content.heads();
    let written = content.write(&heads, &content_actor(), &edits(), CAPTURED_MS);
    written.expect("a fresh case takes every edit").expect("the edits say something").1
}

/// A claim against what its author saw.
pub fn claim() -> Act {
    let seen = Expects { stage: Some("open".into()), assignee: Some(author()), act_seq: Some(3) };
    Act::named("claim", Some(seen))
}

/// The first commit of a chain: content, with nothing seen of the server yet.
pub fn content_envelope() -> Envelope {
    Envelope {
        version: ENVELOPE_VERSION,
        kind: Kind::Content,
        partition: PartitionId::ONLY,
        document: case(),
        device: device(),
        incarnation: INCARNATION,
        branch: 0,
        generation: 0,
        group: group(),
        n: 1,
        prev: None,
        captured: Captured { wall_ms: CAPTURED_MS, seen_ms: None, since_ms: None, epoch: None, seq: None },
        schema: 1,
        body: change(),
        micro: vec![MICRO],
        supersedes: None,
        alg: Algorithm::Ed25519,
        signer: key().id(),
    }
}

/// A later commit of the chain: an act, with every member there is.
pub fn act_envelope() -> Envelope {
    Envelope {
        kind: Kind::Act,
        branch: 2,
        generation: 1,
        n: 300,
        prev: Some(content_commit().id()),
        captured: Captured {
            wall_ms: CAPTURED_MS + 60_000,
            seen_ms: Some(CAPTURED_MS - 5_000),
            since_ms: Some(65_000),
            epoch: Some(EPOCH),
            seq: Some(70_000),
        },
        body: claim().to_bytes(),
        micro: vec![],
        supersedes: Some(CommitId([0x5e; 32])),
        ..content_envelope()
    }
}

/// The content, signed.
pub fn content_commit() -> SignedCommit {
    content_envelope().sign(&key())
}

/// The act, signed.
pub fn act_commit() -> SignedCommit {
    act_envelope().sign(&key())
}
