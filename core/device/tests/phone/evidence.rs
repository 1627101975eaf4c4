//! Capture records on the phone: made with the original, chained, handed in with their case, and what they prove when they are looked at.

use std::io::Cursor;

use yuandian_device::{
    Addition, BundleAsk, CaptureInfo, DeviceError, Level, Phone, PhoneFix, PhotoEvidence, Source, Verdict,
    verify,
};
use yuandian_document::Purpose;
use yuandian_document::{SignedNotice, cbor};
use yuandian_evidence::merkle::{leaf_hash, node_hash};
use yuandian_evidence::{CaptureRecord, Checkpoint, Link, LogId, PathHash, Statement, TimeToken};
use yuandian_model::{CaseId, Role};
use yuandian_sync::message::{EvidenceReply, Push};
use yuandian_sync::{Keep, Load, Loaded};

use crate::home::{Home, START_MS};
use crate::referee::{Referee, batch};
use crate::{draft, people, photo};

fn info() -> CaptureInfo {
    let fix = PhoneFix {
        lng: 113.6132,
        lat: 34.7521,
        accuracy_m: Some(9),
        provider: "gps".to_owned(),
        mock: Some(true),
    };
    CaptureInfo { source: Source::Camera, fix: Some(fix) }
}

/// A draft with these photos.
fn drafted(phone: &mut Phone, photos: &[&str]) -> CaseId {
    let id = phone.save_draft(None, &draft("case.snap", "垃圾")).unwrap();
    for name in photos {
        phone.capture(&id, &photo(name), &info()).unwrap();
    }
    id
}

/// A run begins: what was offered and not answered in the one before is offered again.
fn again(phone: &mut Phone) -> Push {
    phone.load(&Load::Start).unwrap();
    batch(phone)
}

fn records(push: &Push) -> Vec<Link> {
    push.links.iter().map(|offer| offer.link.open().unwrap()).collect()
}

fn captured(link: &Link) -> &CaptureRecord {
    match link {
        Link::Captured(record) => record,
        Link::Dropped(_) => panic!("dropped"),
    }
}

fn codes(photo: &PhotoEvidence) -> Vec<(Level, &str)> {
    photo.findings.iter().map(|finding| (finding.level, finding.code.as_str())).collect()
}

#[test]
fn a_record_is_there_with_the_original_and_goes_out_with_its_case() {
    let (home, mut referee) = (Home::new(1), Referee::new());
    let id = {
        let mut phone = home.open();
        referee.enroll(&mut phone, 1, Role::GridWorker);
        let id = drafted(&mut phone, &["small_exif.jpg", "tiny.jpg"]);
        assert_eq!(batch(&mut phone).links, [], "of a draft nobody is told");
        id
    };
    // The process died; the records did not.
    let mut phone = home.open();
    phone.finish(&id).unwrap();
    let push = batch(&mut phone);
    let links = records(&push);
    let [first, second] = [captured(&links[0]), captured(&links[1])];
    assert_eq!((first.n, first.prev, second.n), (1, None, 2));
    assert_eq!(second.prev, Some(push.links[0].link.name(&links[0])));
    assert_eq!((first.document, first.device, first.source), (id, phone.device(), Source::Camera));
    assert_eq!((first.mime.as_str(), first.wall_ms), ("image/jpeg", START_MS));
    assert_eq!(first.size, photo("small_exif.jpg").len() as u64);
    let fix = first.fix.as_ref().unwrap();
    assert_eq!((fix.degrees(), fix.accuracy_m, fix.mock), ((113.6132, 34.7521), Some(9), Some(true)));
    assert_eq!((first.token.as_ref(), first.since_token_ms), (None, None), "no server was heard yet");
    phone.load(&Load::Start).unwrap();
    referee.sync(&mut phone);
    assert_eq!(again(&mut phone).links, [], "answered: it is not offered again");
    let proven = phone.photo_evidence(&id).unwrap();
    assert_eq!(proven.len(), 2);
    assert!(codes(&proven[0]).contains(&(Level::Proven, "received")), "{proven:#?}");
    assert!(codes(&proven[0]).contains(&(Level::Remarkable, "mock_position")));
}

#[test]
fn a_clock_that_is_a_year_off_is_noticed_once_the_server_is_heard() {
    const YEAR_MS: i64 = 366 * 24 * 3_600_000;
    let (referee, [home], [mut phone]) = people::<1>(Role::GridWorker);
    home.clock.advance(YEAR_MS);
    assert_eq!(phone.clock_off_ms(), None, "nobody has told it the time");
    let mut hello = referee.hello(&phone);
    hello.server_ms = START_MS;
    phone.keep(&Keep::Hello(hello)).unwrap();
    home.clock.advance(90_000);
    assert_eq!(phone.clock_off_ms(), Some(YEAR_MS), "and time that goes by changes nothing");
    drop(phone);
    assert_eq!(home.open().clock_off_ms(), None, "the stopwatch was begun anew");
}

#[test]
fn the_servers_time_stands_in_the_record_with_the_time_since() {
    let (referee, [home], [mut phone]) = people::<1>(Role::GridWorker);
    let token = TimeToken { server_ms: START_MS - 500, serial: [7; 8] };
    let signed = token.signed(&referee.key());
    let mut hello = referee.hello(&phone);
    hello.time_token = Some(signed.clone().into());
    phone.keep(&Keep::Hello(hello.clone())).unwrap();
    home.clock.advance(90_000);
    let id = drafted(&mut phone, &["tiny.jpg"]);
    phone.finish(&id).unwrap();
    let push = batch(&mut phone);
    let links = records(&push);
    let record = captured(&links[0]);
    assert_eq!(record.token.as_ref().map(|token| token.to_vec()), Some(signed.clone()));
    assert_eq!(record.since_token_ms, Some(90_000));
    let window = phone.photo_evidence(&id).unwrap()[0].window.unwrap();
    assert_eq!((window.after_ms, window.measured_ms), (Some(START_MS - 500), Some(START_MS + 89_500)));
    // Another process: the stopwatch was begun anew, the token is still known.
    drop(phone);
    let mut phone = home.open();
    let id = drafted(&mut phone, &["tiny.png"]);
    phone.finish(&id).unwrap();
    let push = batch(&mut phone);
    let links = records(&push);
    let record = captured(links.last().unwrap());
    assert_eq!((record.token.is_some(), record.since_token_ms), (true, None));
    // One that the server did not sign is not kept.
    let forger = yuandian_document::DeviceKey::from_seed(&[99; 32]);
    hello.time_token = Some(TimeToken { server_ms: 1, serial: [1; 8] }.signed(&forger).into());
    phone.keep(&Keep::Hello(hello)).unwrap();
    let id = drafted(&mut phone, &["tiny.webp"]);
    phone.finish(&id).unwrap();
    let push = batch(&mut phone);
    let links = records(&push);
    assert_eq!(captured(links.last().unwrap()).token.as_ref().map(|token| token.to_vec()), Some(signed));
}

#[test]
fn what_a_draft_throws_away_is_accounted_for_and_nothing_else_of_it_told() {
    let (mut referee, [_home], [mut phone]) = people::<1>(Role::GridWorker);
    let given_up = drafted(&mut phone, &["tiny.jpg"]);
    let kept = drafted(&mut phone, &["tiny.png", "small_exif.jpg"]);
    phone.discard_draft(&given_up).unwrap();
    let mut entered = phone.draft(&kept).unwrap();
    entered.photos.remove(1);
    phone.save_draft(Some(kept), &entered).unwrap();
    phone.finish(&kept).unwrap();
    let push = batch(&mut phone);
    let links = records(&push);
    let dropped: Vec<(u64, bool)> =
        links.iter().map(|link| (link.place().2, matches!(link, Link::Dropped(_)))).collect();
    assert_eq!(dropped, [(1, true), (2, false), (3, true)]);
    let bytes = cbor::encode(&push.links[0].link);
    let hash = captured(&links[1]).original;
    assert!(!bytes.windows(16).any(|window| window == given_up.as_bytes()), "nor the case");
    assert!(!bytes.windows(32).any(|window| window == hash.as_bytes()));
    phone.load(&Load::Start).unwrap();
    referee.sync(&mut phone);
    assert_eq!(again(&mut phone).links, []);
}

#[test]
fn photos_of_notes_and_acts_have_records_too() {
    let (_, _, [mut phone]) = people::<1>(Role::GridWorker);
    let id = drafted(&mut phone, &["tiny.jpg"]);
    phone.finish(&id).unwrap();
    phone.note(&id, "", &[photo("tiny.png")]).unwrap();
    let album = CaptureInfo { source: Source::Album, fix: None };
    phone
        .add(
            &id,
            &Addition { text: "", photos: &[photo("tiny.webp")], info: album.clone(), ..Addition::default() },
        )
        .unwrap();
    let links = records(&batch(&mut phone));
    let sources: Vec<Source> = links.iter().map(|link| captured(link).source).collect();
    assert_eq!(sources, [Source::Camera, Source::Unknown, Source::Album]);
}

#[test]
fn a_position_outside_the_world_is_refused_and_nothing_is_kept() {
    let (_, _, [mut phone]) = people::<1>(Role::GridWorker);
    let id = phone.save_draft(None, &draft("case.snap", "")).unwrap();
    let mut outside = info();
    outside.fix.as_mut().unwrap().lat = 91.0;
    let refused = phone.capture(&id, &photo("tiny.jpg"), &outside).unwrap_err();
    assert!(matches!(refused, DeviceError::Invalid { ref field, .. } if field == "position"), "{refused}");
    assert_eq!(phone.draft(&id).unwrap().photos, []);
    assert!(
        phone
            .add(
                &id,
                &Addition {
                    text: "",
                    photos: &[photo("tiny.jpg")],
                    info: outside.clone(),
                    ..Addition::default()
                }
            )
            .is_err()
    );
}

#[test]
fn a_restored_server_is_handed_everything_again_with_its_earlier_words() {
    let (mut referee, [_home], [mut phone]) = people::<1>(Role::GridWorker);
    let id = drafted(&mut phone, &["tiny.jpg"]);
    phone.finish(&id).unwrap();
    referee.sync(&mut phone);
    let mut restored = referee.restored();
    let hello = restored.hello(&phone);
    phone.keep(&Keep::Hello(hello)).unwrap();
    let push = again(&mut phone);
    assert_eq!(push.links.len(), 1);
    let adopt = push.links[0].adopt.as_ref().expect("the word of the log that is over");
    assert!(adopt.is_signed_by(Purpose::CaptureReceipt, &[crate::referee::server_key(&restored.key())]));
    phone.load(&Load::Start).unwrap();
    restored.sync(&mut phone);
    assert_eq!(again(&mut phone).links, []);
}

#[test]
fn a_receipt_that_the_server_did_not_sign_is_none() {
    let (mut referee, [_home], [mut phone]) = people::<1>(Role::GridWorker);
    let id = drafted(&mut phone, &["tiny.jpg"]);
    phone.finish(&id).unwrap();
    phone.keep(&Keep::Hello(referee.hello(&phone))).unwrap();
    let Loaded::Batch(push) = phone.load(&Load::Batch).unwrap() else { panic!() };
    let mut reply = referee.push(&push);
    let forger = yuandian_document::DeviceKey::from_seed(&[99; 32]);
    let message = reply.links[0].receipt.clone().unwrap().message;
    reply.links[0].receipt = Some(SignedNotice::sign(&forger, Purpose::CaptureReceipt, message));
    phone.keep(&Keep::Receipts(reply)).unwrap();
    let proven = phone.photo_evidence(&id).unwrap();
    assert!(!codes(&proven[0]).iter().any(|(_, code)| *code == "received"));
    assert_eq!(phone.sync_state().unwrap().troubles.get("receipts"), Some(&1));
}

#[test]
fn a_bundle_without_the_server_says_what_it_lacks_and_hides_no_damage() {
    let (_, [home], [mut phone]) = people::<1>(Role::GridWorker);
    let id = drafted(&mut phone, &["small_exif.jpg"]);
    phone.finish(&id).unwrap();
    let write = |phone: &Phone| phone.write_bundle(&id, &BundleAsk::default(), Cursor::new(Vec::new()));
    let (bundle, told) = write(&phone).unwrap();
    assert_eq!((told.photos, told.originals, told.records, told.received, told.asked), (1, 1, 1, 0, false));
    let report = verify(Cursor::new(bundle.into_inner()), &[]);
    // No key of a server is known before the first contact, so nothing could vouch for anything.
    assert_eq!(report.verdict, Verdict::Broken);
    assert!(report.findings.iter().any(|finding| finding.code == "no_server_key"));
    assert!(report.photos[0].findings.iter().any(|finding| finding.code == "original_untouched"));
    let hash = phone.case(&id).unwrap().photos[0].hash.clone();
    home.flip_a_bit_of(&hash);
    assert!(matches!(write(&phone).unwrap_err(), DeviceError::Damaged(_)));
}

#[test]
fn the_page_of_a_bundle_takes_nothing_from_words_as_markup() {
    let (_, _, [mut phone]) = people::<1>(Role::GridWorker);
    let id = phone.save_draft(None, &draft("case.snap", "<script>alert(1)</script>")).unwrap();
    phone.capture(&id, &photo("tiny.jpg"), &CaptureInfo::default()).unwrap();
    phone.finish(&id).unwrap();
    let (bundle, _) = phone.write_bundle(&id, &BundleAsk::default(), Cursor::new(Vec::new())).unwrap();
    let mut archive = zip::ZipArchive::new(bundle).unwrap();
    let page = std::io::read_to_string(archive.by_name("index.html").unwrap()).unwrap();
    assert!(page.contains("&lt;script&gt;") && !page.contains("<script>"));
}

#[test]
fn every_finding_has_words_and_no_word_is_left_over() {
    let words = yuandian_device::words();
    let worded: std::collections::BTreeSet<&str> = words.findings().collect();
    let known: std::collections::BTreeSet<&str> = yuandian_evidence::Finding::CODES.iter().copied().collect();
    assert_eq!(worded, known);
    let said = words.finding("received", [("at_ms", "1780000000000"), ("user", "x")]);
    assert!(said.zh.contains("2026-05-2"), "{}", said.zh);
    let odd = words.finding("remarks", [("remarks", "motion_photo, of_a_newer_app")]);
    assert_eq!(odd.zh, "文件有少见之处：带有动态照片视频；of_a_newer_app");
}

#[test]
fn a_log_that_was_seen_is_not_exchanged_by_showing_less_of_it_first() {
    let (referee, [_home], [mut phone]) = people::<1>(Role::GridWorker);
    phone.keep(&Keep::Hello(referee.hello(&phone))).unwrap();
    let id = drafted(&mut phone, &["tiny.jpg"]);
    phone.finish(&id).unwrap();
    let leaf = |byte: u8| leaf_hash(&[byte]);
    let reply = |size, root, path: &[[u8; 32]]| {
        let signed = |purpose, message| SignedNotice::sign(&referee.key(), purpose, message);
        let checkpoint = Checkpoint { log: LogId([1; 16]), size, root, at_ms: START_MS };
        let statement =
            Statement { document: id, at_ms: START_MS, records: vec![], handled: vec![], handled_before: 0 };
        EvidenceReply {
            version: 0,
            checkpoint: signed(Purpose::Checkpoint, cbor::encode(&checkpoint)),
            consistency: path.iter().copied().map(PathHash).collect(),
            statement: signed(Purpose::Evidence, cbor::encode(&statement)),
            records: vec![],
        }
    };
    let grown = node_hash(&leaf(1), &leaf(2));
    phone.keep_evidence(&id, &reply(2, grown, &[])).unwrap();
    // An answer that was overtaken is no harm.
    phone.keep_evidence(&id, &reply(1, leaf(1), &[])).unwrap();
    let other = reply(2, node_hash(&leaf(1), &leaf(3)), &[leaf(3)]);
    assert!(matches!(phone.keep_evidence(&id, &other), Err(DeviceError::Unreachable(_))));
    assert_eq!(phone.sync_state().unwrap().troubles.get("evidence_log"), Some(&1));
    let more = node_hash(&grown, &leaf(3));
    phone.keep_evidence(&id, &reply(3, more, &[leaf(3)])).unwrap();
}

#[test]
fn a_record_of_help_names_no_position() {
    let (_, _, [mut phone]) = people::<1>(Role::Resident);
    let fix = PhoneFix {
        lng: 113.613_25,
        lat: 34.752_16,
        accuracy_m: Some(8),
        provider: "gps".into(),
        mock: Some(false),
    };
    let here = CaptureInfo { fix: Some(fix), ..CaptureInfo::default() };
    for (service, code) in [("help.errand", "no_position"), ("case.snap", "position")] {
        let id = phone.save_draft(None, &draft(service, "买药")).unwrap();
        phone.capture(&id, &photo("tiny.jpg"), &here).unwrap();
        phone.finish(&id).unwrap();
        let told = phone.photo_evidence(&id).unwrap();
        let codes: Vec<&str> = told[0].findings.iter().map(|finding| finding.code.as_str()).collect();
        assert!(codes.contains(&code), "{service}: {codes:?}");
    }
}
