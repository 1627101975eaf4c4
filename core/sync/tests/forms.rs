//! What a PUSH and a page leave out comes back to the byte; what refers to nothing is refused.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use minicbor::bytes::ByteVec;
use minicbor::data::Type;
use minicbor::{Decoder, Encoder};
use yuandian_document::envelope::{Algorithm, ENVELOPE_VERSION};
use yuandian_document::gate::shorten;
use yuandian_document::limits::MICROS_PER_COMMIT_MAX;
use yuandian_document::{
    Act, Captured, ChangeHash, Content, DeviceKey, Edit, Envelope, Kind, Signature, SignedCommit, actor,
    cbor, cbor::CborError,
};
use yuandian_model::form::SharedAnswer;
use yuandian_model::{
    BlobHash, CaseId, Code, CommitId, DeviceId, Epoch, GroupId, Incarnation, PartitionId, UserId,
};
use yuandian_sync::StreamId;
use yuandian_sync::check::heads_name;
use yuandian_sync::limits::MESSAGE_BYTES_MAX;
use yuandian_sync::message::{ChangeName, HeadsName, PulledCase, PulledCommit, Push, PushItem};

const NOW_MS: i64 = 1_780_000_000_000;
const LIFE: Incarnation = Incarnation([3; 16]);

fn key() -> DeviceKey {
    DeviceKey::from_seed(&[9; 32])
}

fn answer(device: DeviceId, case: CaseId) -> Vec<u8> {
    let mut content = Content::default();
    let heads = content.heads();
    let edits = [Edit::Answer { key: "severity".into(), value: SharedAnswer::standing("high") }];
    content.write(&heads, &actor(&device, &case, &LIFE, 0), &edits, NOW_MS).unwrap().unwrap().1
}

fn envelope(n: u64, prev: Option<CommitId>) -> Envelope {
    let (device, case) = (DeviceId([1; 16]), CaseId([u8::try_from(n % 200).unwrap(); 16]));
    Envelope {
        version: ENVELOPE_VERSION,
        kind: Kind::Content,
        partition: PartitionId::ONLY,
        document: case,
        device,
        incarnation: LIFE,
        branch: 0,
        generation: 0,
        group: GroupId::v7(NOW_MS, [7; 10]),
        n,
        prev,
        captured: Captured {
            wall_ms: NOW_MS,
            seen_ms: Some(NOW_MS - 70_000),
            since_ms: Some(70_003),
            epoch: Some(Epoch([5; 8])),
            seq: Some(4),
        },
        schema: 1,
        body: answer(device, case),
        micro: vec![],
        supersedes: None,
        alg: Algorithm::Ed25519,
        signer: key().id(),
    }
}

fn item(envelope: &Envelope) -> PushItem {
    PushItem { commit: envelope.sign(&key()), micros: vec![], adopt: None }
}

fn push(items: Vec<PushItem>) -> Push {
    Push { version: 0, items, private: vec![], links: vec![] }
}

/// So many commits of one chain.
fn chain(count: u64) -> Vec<PushItem> {
    let mut items: Vec<PushItem> = Vec::new();
    for n in 1..=count {
        items.push(item(&envelope(n, items.last().map(|last| last.commit.id()))));
    }
    items
}

fn read(bytes: &[u8]) -> Result<Push, CborError> {
    cbor::decode("push", bytes, MESSAGE_BYTES_MAX)
}

/// The encoding, after it was seen to come back.
fn travelled(push: &Push) -> Vec<u8> {
    let bytes = cbor::encode(push);
    assert_eq!(read(&bytes).as_ref(), Ok(push));
    bytes
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn what_follows_in_the_same_body_does_not_say_what_it_follows() {
    let items = chain(5);
    let bytes = travelled(&push(items.clone()));
    for item in &items {
        assert!(!contains(&bytes, &item.commit.id().0), "a hash beside what it is the hash of");
        let by = item.commit.open().unwrap().actor();
        assert!(!contains(&bytes, by.to_bytes()), "an actor beside what it is derived from");
    }
    // Cut off its predecessor, the same commit says it in full.
    let tail = travelled(&push(items[3..].to_vec()));
    assert!(contains(&tail, &items[2].commit.id().0) && !contains(&tail, &items[3].commit.id().0));
}

#[test]
fn every_envelope_travels_whatever_it_says() {
    let plain = envelope(4, Some(CommitId([8; 32])));
    let captured = plain.captured.clone();
    let of = |wall_ms, seen_ms, since_ms| Captured { wall_ms, seen_ms, since_ms, ..captured.clone() };
    let odd = [
        plain.clone(),
        Envelope { n: 1, ..plain.clone() },
        Envelope { n: 0, prev: None, ..plain.clone() },
        Envelope { n: u64::MAX, prev: None, ..plain.clone() },
        Envelope { version: 9, branch: 3, generation: 2, ..plain.clone() },
        Envelope { group: GroupId([0; 16]), ..plain.clone() },
        Envelope { group: GroupId([0xff; 16]), captured: of(-1, None, None), ..plain.clone() },
        Envelope { captured: of(i64::MIN, Some(i64::MAX), Some(u64::MAX)), ..plain.clone() },
        Envelope { captured: of(i64::MAX, Some(i64::MIN), None), ..plain.clone() },
        Envelope { kind: Kind::Act, body: Act::named("claim", None).to_bytes(), ..plain.clone() },
        Envelope { kind: Kind::Act, ..plain.clone() },
        Envelope { body: vec![], ..plain.clone() },
        Envelope { body: b"no change".to_vec(), ..plain.clone() },
        Envelope { document: CaseId([9; 16]), ..plain.clone() },
        Envelope { micro: vec![BlobHash([6; 32])], supersedes: Some(CommitId([4; 32])), ..plain.clone() },
        Envelope { device: DeviceId([2; 16]), ..plain },
    ];
    for one in &odd {
        travelled(&push(vec![item(one)]));
    }
    // Behind each other, in any order: a predecessor is one only to its own chain.
    travelled(&push(odd.iter().map(item).collect()));
    let mut mixed = chain(6);
    mixed.swap(1, 4);
    mixed.insert(2, item(&odd[15]));
    mixed.insert(3, mixed[0].clone());
    travelled(&push(mixed));
}

#[test]
fn bytes_that_are_no_envelope_travel_as_they_are() {
    let strange = |envelope: Vec<u8>| {
        let commit = SignedCommit { envelope, signature: Signature([1; 64]) };
        PushItem { commit, micros: vec![], adopt: None }
    };
    let mut longer = cbor::encode(&envelope(2, None));
    longer.push(0);
    let mut items = chain(2);
    items.insert(1, strange(vec![]));
    items.insert(1, strange(longer));
    travelled(&push(items));
}

#[test]
fn pictures_beside_a_commit_say_its_hashes() {
    let pictures: Vec<ByteVec> = (0..3u8).map(|n| vec![n; 40].into()).collect();
    let names = |pictures: &[ByteVec]| -> Vec<BlobHash> {
        pictures.iter().map(|p| BlobHash(yuandian_hash(p))).collect()
    };
    let with = |micro: Vec<BlobHash>, micros: &[ByteVec]| {
        let micros = micros.to_vec();
        push(vec![PushItem { micros, ..item(&Envelope { micro, ..envelope(1, None) }) }])
    };
    let true_names = names(&pictures);
    let bytes = travelled(&with(true_names.clone(), &pictures));
    assert!(!contains(&bytes, &true_names[1].0));
    let bytes = travelled(&with(true_names.iter().rev().copied().collect(), &pictures));
    assert!(contains(&bytes, &true_names[1].0), "another order is said");
    travelled(&with(vec![], &pictures));
    travelled(&with(true_names, &pictures[..2]));
    for (count, left_out) in
        [(MICROS_PER_COMMIT_MAX - 1, true), (MICROS_PER_COMMIT_MAX, true), (MICROS_PER_COMMIT_MAX + 1, false)]
    {
        let many: Vec<ByteVec> = vec![vec![5; 40].into(); count];
        let bytes = travelled(&with(names(&many), &many));
        assert_eq!(contains(&bytes, &names(&many)[0].0), !left_out, "{count} pictures");
    }
}

fn yuandian_hash(bytes: &[u8]) -> [u8; 32] {
    use sha2::{Digest, Sha256};
    Sha256::digest(bytes).into()
}

/// Members of the first item's short envelope, by number, as raw CBOR; put back by [`pushed`].
fn members(bytes: &[u8], index: usize) -> Vec<(u64, Vec<u8>)> {
    let mut d = Decoder::new(bytes);
    d.map().unwrap();
    d.skip().unwrap();
    d.skip().unwrap();
    assert_eq!(d.u8().unwrap(), 1);
    d.array().unwrap();
    for _ in 0..index {
        d.skip().unwrap();
    }
    d.map().unwrap();
    assert_eq!((d.u8().unwrap(), d.array().unwrap(), d.u8().unwrap()), (0, Some(2), 1), "a short envelope");
    d.array().unwrap();
    let count = d.map().unwrap().unwrap();
    let member = |d: &mut Decoder<'_>| {
        let key = d.u64().unwrap();
        let from = d.position();
        d.skip().unwrap();
        (key, bytes[from..d.position()].to_vec())
    };
    (0..count).map(|_| member(&mut d)).collect()
}

/// A PUSH of short envelopes with these members.
fn pushed(envelopes: &[Vec<(u64, Vec<u8>)>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut e = Encoder::new(&mut bytes);
    e.map(4).unwrap().u8(0).unwrap().u8(0).unwrap().u8(1).unwrap().array(envelopes.len() as u64).unwrap();
    for members in envelopes {
        let mut e = Encoder::new(&mut bytes);
        e.map(3).unwrap().u8(0).unwrap().array(2).unwrap().u8(1).unwrap().array(1).unwrap();
        e.map(members.len() as u64).unwrap();
        for (key, value) in members {
            Encoder::new(&mut bytes).u64(*key).unwrap();
            bytes.extend(value);
        }
        let mut e = Encoder::new(&mut bytes);
        e.u8(1).unwrap().bytes(&[0; 64]).unwrap().u8(2).unwrap().array(0).unwrap();
    }
    Encoder::new(&mut bytes).u8(2).unwrap().array(0).unwrap().u8(3).unwrap().array(0).unwrap();
    assert_eq!(Decoder::new(&bytes).datatype().unwrap(), Type::Map);
    bytes
}

const N: u64 = 15;
const PREV: u64 = 16;
const GROUP: u64 = 18;
const CHANGE: u64 = 21;
const BODY: u64 = 22;

#[test]
fn references_to_nothing_are_refused() {
    let two = travelled(&push(chain(2)));
    let (first, second) = (members(&two, 0), members(&two, 1));
    assert!(read(&pushed(&[first.clone(), second.clone()])).is_ok());
    let without = |from: &[(u64, Vec<u8>)], key: u64| -> Vec<(u64, Vec<u8>)> {
        from.iter().filter(|(k, _)| *k != key).cloned().collect()
    };
    let with = |from: &[(u64, Vec<u8>)], key: u64, value: Vec<u8>| {
        let mut members = without(from, key);
        members.push((key, value));
        members.sort();
        members
    };
    let hash = |byte: u8| cbor::encode(&CommitId([byte; 32]));
    let chunk = cbor::encode(&ByteVec::from(vec![0xff; 64]));
    let last = with(&first, N, cbor::encode(&u64::MAX));
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("follows nothing", pushed(std::slice::from_ref(&second))),
        ("follows itself", pushed(&[second.clone(), first.clone()])),
        ("no number but a predecessor", pushed(&[first.clone(), with(&second, PREV, hash(1))])),
        ("after the last number", pushed(&[last, second.clone()])),
        ("no body", pushed(&[without(&first, CHANGE)])),
        ("two bodies", pushed(&[with(&first, BODY, chunk.clone())])),
        ("a change that is none", pushed(&[with(&first, CHANGE, chunk)])),
        ("a group of nine bytes", pushed(&[with(&first, GROUP, cbor::encode(&ByteVec::from(vec![1; 9])))])),
        ("a group of no bytes", pushed(&[with(&first, GROUP, cbor::encode(&ByteVec::from(vec![])))])),
    ];
    for (why, bytes) in cases {
        assert!(matches!(read(&bytes), Err(CborError::Shape { .. })), "{why}: {:?}", read(&bytes));
    }
    // What could be left out and is not.
    let items = chain(2);
    let body = items[0].commit.open().unwrap().body;
    let whole = with(&without(&first, CHANGE), BODY, cbor::encode(&ByteVec::from(body)));
    let said = with(&with(&second, N, cbor::encode(&2u64)), PREV, cbor::encode(&items[0].commit.id()));
    let group = envelope(1, None).group.0.to_vec();
    let longer = [
        ("a whole change", pushed(&[whole])),
        ("a place that follows", pushed(&[first.clone(), said])),
        ("a whole group", pushed(&[with(&first, GROUP, cbor::encode(&ByteVec::from(group)))])),
    ];
    for (why, bytes) in longer {
        assert_eq!(read(&bytes), Err(CborError::NotCanonical { what: "push" }), "{why}");
    }
}

fn pulled(case: CaseId, n: u64) -> PulledCommit {
    let device = DeviceId([1; 16]);
    PulledCommit {
        n,
        seq: 10 + n,
        kind: Kind::Content,
        device,
        incarnation: LIFE,
        branch: 0,
        generation: 0,
        group: None,
        user: UserId([5; 16]),
        name: "王芳".into(),
        wall_ms: NOW_MS,
        received_ms: NOW_MS,
        code: Code::Ok,
        facts: Default::default(),
        body: answer(device, case),
        micros: vec![],
        change: None,
    }
}

fn page_case(commits: Vec<PulledCommit>, heads: Option<HeadsName>) -> PulledCase {
    PulledCase {
        stream: StreamId("grid:410102001".into()),
        partition: PartitionId::ONLY,
        document: CaseId([2; 16]),
        seq: 12,
        gone: None,
        commits,
        facts: None,
        stored: vec![],
        snapshot: None,
        outstanding: false,
        heads,
        private: None,
        own: None,
        generation: 0,
    }
}

fn came(case: &PulledCase) -> Vec<u8> {
    let bytes = cbor::encode(case);
    assert_eq!(cbor::decode::<PulledCase>("case", &bytes, MESSAGE_BYTES_MAX).as_ref(), Ok(case));
    bytes
}

#[test]
fn a_page_names_no_heads_that_its_last_change_is() {
    let case = CaseId([2; 16]);
    let content = pulled(case, 1);
    let by = actor(&content.device, &case, &LIFE, 0);
    let hash = shorten(&content.body, &by).unwrap().1;
    let named = heads_name(&[ChangeHash(hash)]);
    let act = PulledCommit { kind: Kind::Act, body: Act::named("claim", None).to_bytes(), ..pulled(case, 2) };
    let saved = PulledCommit { body: vec![], change: Some(ChangeName([6; 32])), ..pulled(case, 2) };
    let raw = PulledCommit { body: b"no change".to_vec(), ..pulled(case, 2) };
    let other = HeadsName([7; 16]);
    let saved_name = heads_name(&[ChangeHash([6; 32])]);
    for (why, commits, heads, left_out) in [
        ("the change", vec![content.clone()], named, true),
        ("a change before an act", vec![content.clone(), act.clone()], named, true),
        ("a change in the snapshot", vec![content.clone(), saved], saved_name, true),
        ("another change", vec![content.clone()], other, false),
        ("a change that has no name yet", vec![content.clone(), raw], named, false),
        ("an act alone", vec![act], named, false),
        ("nothing", vec![], named, false),
    ] {
        let bytes = came(&page_case(commits, Some(heads)));
        assert_eq!(contains(&bytes, &heads.0), !left_out, "{why}");
        assert!(!contains(&bytes, by.to_bytes()), "{why}: an actor beside what it is derived from");
    }
    came(&page_case(vec![content], None));
}

#[test]
fn heads_that_are_a_change_which_is_not_here_are_refused() {
    let bytes = cbor::encode(&page_case(vec![], Some(HeadsName([7; 16]))));
    let named = [&[0x82, 1, 0x81, 0x50][..], &[7; 16]].concat();
    let at = bytes.windows(named.len()).position(|window| window == named).unwrap();
    let hostile = [&bytes[..at], &[0x82, 0, 0x80], &bytes[at + named.len()..]].concat();
    let read = cbor::decode::<PulledCase>("case", &hostile, MESSAGE_BYTES_MAX);
    assert!(matches!(read, Err(CborError::Shape { .. })), "{read:?}");
}

#[test]
fn any_changed_byte_of_a_push_is_another_push_or_none() {
    let bytes = travelled(&push(chain(2)));
    let good = read(&bytes).unwrap();
    for at in 0..bytes.len() {
        for bit in [1, 0x10, 0x80] {
            let mut mutant = bytes.clone();
            mutant[at] ^= bit;
            assert_ne!(read(&mutant).as_ref(), Ok(&good), "byte {at}");
        }
        assert!(read(&bytes[..at]).is_err(), "cut at {at}");
    }
}
