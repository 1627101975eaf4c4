//! A device, a server and a log made by hand: honest bundles hold, and nothing that is altered does.

#![allow(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    reason = "a test stops where its ground gives way; its numbers are small"
)]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};

use sha2::{Digest, Sha256};
use yuandian_document::{DeviceCertificate, DeviceKey, Purpose, ServerKey, SignedNotice, SoftwareRoot, cbor};
use yuandian_evidence::bundle::{self, Content, Exporter, Photo, Report, Verdict};
use yuandian_evidence::merkle::{self, Hash, Nodes};
use yuandian_evidence::{
    AboutRecord, CaptureReceipt, CaptureRecord, ChainState, Checkpoint, Entry, Fix, Handling, Level, Link,
    LogId, ProvenEntry, RECORD_VERSION, RecordHash, SignedLink, Source, Statement, TimeToken, Window, path,
};
use yuandian_model::{BlobHash, CaseId, DeviceId, Incarnation, UserId};

const CASE: CaseId = CaseId([1; 16]);
const LOG: LogId = LogId([9; 16]);

#[derive(Default)]
struct Log {
    nodes: RefCell<BTreeMap<(u32, u64), Hash>>,
    size: u64,
}

impl Nodes for Log {
    type Error = (u32, u64);
    fn node(&self, level: u32, index: u64) -> Result<Hash, Self::Error> {
        self.nodes.borrow().get(&(level, index)).copied().ok_or((level, index))
    }
}

impl Log {
    fn add(&mut self, entry: &Entry) -> u64 {
        for (level, index, hash) in merkle::append(self, self.size, entry.hash()).unwrap() {
            self.nodes.borrow_mut().insert((level, index), hash);
        }
        self.size += 1;
        self.size - 1
    }
}

struct World {
    server: DeviceKey,
    key: DeviceKey,
    certificate: DeviceCertificate,
    log: Log,
}

impl World {
    fn new() -> Self {
        let root = SoftwareRoot::from_seed(&[7; 32]).unwrap();
        let key = DeviceKey::from_seed(&[8; 32]);
        let certificate = DeviceCertificate::issue(&root, &key).unwrap();
        let mut log = Log::default();
        log.add(&Entry::Began { previous: None });
        Self { server: DeviceKey::from_seed(&[6; 32]), key, certificate, log }
    }

    fn keys(&self) -> Vec<ServerKey> {
        vec![ServerKey { public: self.server.public(), since_ms: 1, endorser: None, endorsement: None }]
    }

    fn record(&self, n: u64, prev: Option<RecordHash>, original: &[u8]) -> CaptureRecord {
        let token = TimeToken { server_ms: 1_000_000, serial: [n as u8; 8] }.signed(&self.server);
        CaptureRecord {
            version: RECORD_VERSION,
            original: BlobHash(Sha256::digest(original).into()),
            size: original.len() as u64,
            mime: "image/jpeg".to_owned(),
            pixels: Some((4000, 3000)),
            document: CASE,
            device: self.certificate.device,
            incarnation: Incarnation([3; 16]),
            n,
            prev,
            wall_ms: 1_005_000,
            monotonic_ms: 77,
            token: Some(token.into()),
            since_token_ms: Some(5_000),
            fix: Fix::of(113.6132, 34.7522, Some(12), "gps", Some(false)),
            source: Source::Camera,
            app: "yuandian/0.1.0".to_owned(),
            signer: self.key.id(),
            remarks: vec![],
        }
    }

    fn receive(&mut self, link: &SignedLink, received_ms: i64) -> SignedNotice {
        let record = link.name(&link.open().unwrap());
        let index = self.log.add(&Entry::Captured { record, received_ms });
        let receipt = CaptureReceipt { record, user: UserId([5; 16]), received_ms, log: LOG, index };
        SignedNotice::sign(&self.server, Purpose::CaptureReceipt, cbor::encode(&receipt))
    }

    fn bundle(&mut self, originals: &[Vec<u8>]) -> Vec<u8> {
        let mut prev = None;
        let mut photos = Vec::new();
        let mut about = Vec::new();
        for (number, original) in originals.iter().enumerate() {
            let record = self.record(number as u64 + 1, prev, original);
            let link = Link::Captured(Box::new(record.clone())).sign(&self.key);
            let name = link.name(&link.open().unwrap());
            let receipt = self.receive(&link, 1_009_000);
            prev = Some(name);
            about.push(AboutRecord {
                record: name,
                chain: ChainState { before: number as u64, missing: 0, broken: 0, forked: false },
                likeness: vec![],
            });
            photos.push((record, link, receipt));
        }
        let export = Entry::Handled {
            how: Handling::Export,
            original: photos[0].0.original,
            document: CASE,
            user: UserId([5; 16]),
            device: DeviceId([4; 16]),
            at_ms: 1_010_000,
        };
        let index = self.log.add(&export);
        let size = self.log.size;
        let root = merkle::root(&self.log, size).unwrap();
        let proof = |index| path(merkle::inclusion(&self.log, index, size).unwrap());
        let statement = Statement {
            document: CASE,
            at_ms: 1_011_000,
            records: about,
            handled: vec![ProvenEntry { index, entry: export, path: proof(index) }],
            handled_before: 0,
        };
        let checkpoint = Checkpoint { log: LOG, size, root, at_ms: 1_011_000 };
        let signed = |purpose, message| Some(SignedNotice::sign(&self.server, purpose, message));
        let content = Content {
            case: CASE,
            made_ms: 1_012_000,
            told: b"{\"title\": \"...\"}".to_vec(),
            page: "<html></html>".to_owned(),
            keys: self.keys(),
            checkpoint: signed(Purpose::Checkpoint, cbor::encode(&checkpoint)),
            statement: signed(Purpose::Evidence, cbor::encode(&statement)),
            photos: photos
                .iter()
                .map(|(record, link, receipt)| Photo {
                    sha256: record.original,
                    kind: "jpg".to_owned(),
                    by: "陈静".to_owned(),
                    link: Some(link.clone()),
                    certificate: Some(self.certificate.clone()),
                    receipt: Some(receipt.clone()),
                    path: proof(CaptureReceipt::believed(receipt, &self.keys()).unwrap().index),
                })
                .collect(),
        };
        let exporter = Exporter { key: &self.key, certificate: &self.certificate };
        let written = bundle::write(
            Cursor::new(Vec::new()),
            &content,
            &exporter,
            |at| Ok(Some(originals[at].clone())),
            |_| Ok(Some(vec![0xFF; 100])),
        );
        written.unwrap().into_inner()
    }
}

fn originals() -> Vec<Vec<u8>> {
    vec![(0..40_000_u32).map(|i| (i % 253) as u8).collect(), vec![3; 100]]
}

fn members(zip: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(zip)).unwrap();
    (0..archive.len())
        .map(|at| {
            let mut member = archive.by_index(at).unwrap();
            let mut bytes = Vec::new();
            member.read_to_end(&mut bytes).unwrap();
            (member.name().unwrap().into_owned(), bytes)
        })
        .collect()
}

fn packed(members: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn verify(zip: &[u8]) -> Report {
    bundle::verify(Cursor::new(zip), &[])
}

fn names_broken(report: &Report, member: &str) -> bool {
    report.all().any(|(_, f)| f.level == Level::Broken && f.member.as_deref() == Some(member))
}

#[test]
fn an_honest_bundle_holds_and_says_what_is_proven() {
    let zip = World::new().bundle(&originals());
    let report = verify(&zip);
    assert_eq!(report.verdict, Verdict::Holds, "{report:#?}");
    assert_eq!(report.photos.len(), 2);
    let proven: Vec<&str> =
        report.photos[0].findings.iter().filter(|f| f.level == Level::Proven).map(|f| f.code).collect();
    let expected =
        ["original_untouched", "record_signed", "received", "in_log", "not_before", "chain_unbroken"];
    assert_eq!(proven, expected);
    let window = report.photos[0].window.unwrap();
    assert_eq!(
        (window.after_ms, window.measured_ms, window.before_ms),
        (Some(1_000_000), Some(1_005_000), Some(1_009_000))
    );
    assert_eq!(verify(&packed(&members(&zip))).verdict, Verdict::Holds, "packed anew by another program");
    let trusted = World::new().server.id();
    assert_eq!(bundle::verify(Cursor::new(&zip), &[trusted]).verdict, Verdict::Holds);
    let stranger = DeviceKey::from_seed(&[77; 32]).id();
    assert_eq!(bundle::verify(Cursor::new(&zip), &[stranger]).verdict, Verdict::Broken);
}

#[test]
fn every_byte_of_every_member_is_held_and_its_member_named() {
    let honest = members(&World::new().bundle(&originals()));
    let mut tried = 0;
    for at in 0..honest.len() {
        let length = honest[at].1.len();
        let step = (length / 60).max(1);
        for byte in (0..length).step_by(step) {
            let mut altered = honest.clone();
            altered[at].1[byte] ^= 0x20;
            let report = verify(&packed(&altered));
            assert_eq!(report.verdict, Verdict::Broken, "{} byte {byte}", honest[at].0);
            assert!(names_broken(&report, &honest[at].0), "{} byte {byte}: {report:#?}", honest[at].0);
            let listed = report.all().find(|(_, f)| f.code == "altered").and_then(|(_, f)| f.bytes);
            if let Some((from, to)) = listed {
                assert!((from..to).contains(&(byte as u64)), "{} byte {byte}", honest[at].0);
            }
            tried += 1;
        }
    }
    assert!(tried > 900, "{tried}");
}

#[test]
fn members_that_go_come_or_change_places_are_named() {
    let honest = members(&World::new().bundle(&originals()));
    for at in 0..honest.len() {
        let mut without = honest.clone();
        let (name, _) = without.remove(at);
        let report = verify(&packed(&without));
        assert_eq!(report.verdict, Verdict::Broken, "without {name}: {report:#?}");
    }
    let mut more = honest.clone();
    more.push(("03/record.cbor".to_owned(), vec![1]));
    assert!(names_broken(&verify(&packed(&more)), "03/record.cbor"));
    let mut swapped = honest;
    let place = |name: &str| swapped.iter().position(|(n, _)| n == name).unwrap();
    let (one, other) = (place("01/original.jpg"), place("02/original.jpg"));
    let bytes = std::mem::take(&mut swapped[one].1);
    swapped[one].1 = std::mem::replace(&mut swapped[other].1, bytes);
    let report = verify(&packed(&swapped));
    assert!(names_broken(&report, "01/original.jpg") && names_broken(&report, "02/original.jpg"));
}

#[test]
fn who_signs_the_list_anew_forges_nothing_that_matters() {
    let mut world = World::new();
    let mut forged = originals();
    let honest = members(&world.bundle(&forged));
    // The exporter packs another picture under the honest record, and signs the list again.
    forged[0][20_000] ^= 1;
    let mut again = World::new();
    let other = members(&again.bundle(&forged));
    let mixed: Vec<_> = other
        .iter()
        .map(|(name, bytes)| {
            let keep = name.starts_with("01/") && !name.contains("original");
            let honest = honest.iter().find(|(n, _)| keep && n == name);
            (name.clone(), honest.map_or_else(|| bytes.clone(), |(_, b)| b.clone()))
        })
        .collect();
    let report = verify(&packed(&mixed));
    assert!(
        report.photos[0].findings.iter().any(|f| f.code == "original_altered" && f.level == Level::Broken),
        "{report:#?}"
    );
}

#[test]
fn what_is_no_bundle_is_said_to_be_none() {
    for bytes in [&b""[..], b"PK", &[0; 5000], &packed(&[("a".into(), vec![1])])] {
        assert_eq!(verify(bytes).verdict, Verdict::Broken);
    }
    let zip = World::new().bundle(&originals());
    for cut in (0..zip.len()).step_by(997) {
        assert_eq!(verify(&zip[..cut]).verdict, Verdict::Broken, "{cut}");
    }
}

/// A generator for what follows: splitmix64.
struct Draw(u64);

impl Draw {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % below
    }
}

#[test]
fn a_thousand_captures_with_wrong_clocks_lie_in_their_windows() {
    let world = World::new();
    let mut draw = Draw(20_261_130);
    let (mut narrowed, mut wrong) = (0, 0);
    for number in 0..1_000 {
        // The true story, by the server's clock.
        let greeted = 1_700_000_000_000 + draw.next(1 << 40) as i64;
        let reply_late = draw.next(30_000) as i64;
        let offline = draw.next(30 * 86_400_000) as i64;
        let truth = greeted + reply_late + offline;
        let received = truth + 1 + draw.next(90 * 86_400_000) as i64;
        // The phone's clocks: a wall clock that is years off, a stopwatch that sleeps with the phone or died with it, and drifts by 50 ppm at most.
        let wall = truth + (draw.next(1 << 38) as i64 - (1 << 37)) * i64::from(draw.next(2) == 0);
        let slept = draw.next(offline as u64 + 1) as i64 * i64::from(draw.next(3) == 0);
        let drift = offline / 20_000;
        let stopwatch = (draw.next(5) > 0).then_some((offline - slept - drift).max(0) as u64);
        let mut record = world.record(number + 1, None, &number.to_be_bytes());
        let token = TimeToken { server_ms: greeted, serial: number.to_be_bytes() };
        record.token = Some(token.signed(&world.server).into());
        (record.wall_ms, record.since_token_ms) = (wall, stopwatch);
        let link = Link::Captured(Box::new(record.clone())).sign(&world.key);
        let name = link.name(&link.open().unwrap());
        let receipt =
            CaptureReceipt { record: name, user: UserId([5; 16]), received_ms: received, log: LOG, index: 1 };
        let window = Window::of(&record, Some(&receipt), &world.keys());
        let holds =
            |from: Option<i64>| from.is_some_and(|from| from <= truth) && truth <= window.before_ms.unwrap();
        assert!(holds(window.after_ms), "{number}: proven {window:?} {truth}");
        assert!(holds(window.measured_ms), "{number}: measured {window:?} {truth}");
        assert!(!window.stopwatch_contradicts);
        narrowed += u32::from(window.measured_ms > window.after_ms);
        wrong += u32::from(window.wall_outside);
    }
    assert!(narrowed > 500 && wrong > 300, "{narrowed} {wrong}");
}

#[test]
fn a_forged_stopwatch_or_token_narrows_nothing() {
    let world = World::new();
    let mut record = world.record(1, None, b"a");
    record.since_token_ms = Some(u64::MAX);
    let receipt = CaptureReceipt {
        record: RecordHash([0; 32]),
        user: UserId([5; 16]),
        received_ms: 1_000_500,
        log: LOG,
        index: 1,
    };
    let window = Window::of(&record, Some(&receipt), &world.keys());
    assert!(window.stopwatch_contradicts);
    assert_eq!((window.after_ms, window.measured_ms), (Some(1_000_000), Some(1_000_000)));
    let forger = DeviceKey::from_seed(&[66; 32]);
    record.token = Some(TimeToken { server_ms: 5, serial: [0; 8] }.signed(&forger).into());
    assert_eq!(Window::of(&record, None, &world.keys()).after_ms, None);
}

#[test]
fn links_hold_their_limits_and_signatures() {
    let world = World::new();
    let certified = world.certificate.verify().unwrap();
    let record = world.record(1, None, b"a");
    let link = Link::Captured(Box::new(record.clone()));
    let signed = link.sign(&world.key);
    assert_eq!(signed.open().unwrap(), link);
    signed.verify(&link, &certified).unwrap();
    for index in 0..signed.link.len() {
        let mut forged = signed.clone();
        forged.link[index] ^= 1;
        let broken = forged.open().map_or(true, |link| forged.verify(&link, &certified).is_err());
        assert!(broken, "byte {index}");
    }
    let with = |change: &dyn Fn(&mut CaptureRecord)| {
        let mut other = record.clone();
        change(&mut other);
        Link::Captured(Box::new(other)).sign(&world.key).open().map(|_| ())
    };
    assert!(with(&|r| r.n = 0).is_err());
    assert!(with(&|r| r.version = 1).is_err());
    assert!(with(&|r| r.app = "a".repeat(64)).is_ok());
    assert!(with(&|r| r.app = "a".repeat(65)).is_err());
    assert!(with(&|r| r.mime = "a".repeat(65)).is_err());
    assert!(with(&|r| r.token = Some(vec![0; 257].into())).is_err());
    let fix = |lng, lat| Fix::of(lng, lat, None, "gps", None);
    assert!(fix(180.0, -90.0).is_some());
    assert!(fix(180.1, 0.0).is_none() && fix(0.0, 90.1).is_none() && fix(f64::NAN, 0.0).is_none());
    assert_eq!(fix(113.613_25, 34.752_16).unwrap().degrees(), (113.613_25, 34.752_16));
}
