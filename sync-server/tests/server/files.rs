//! Stored files over time: what nobody names goes, what is held stays, what is lost is sent again.

use std::path::PathBuf;

use bytes::Bytes;
use yuandian_model::{BlobHash, CaseId, Code, Role};
use yuandian_server::admin;
use yuandian_server::blobs::{Blobs, ObjectBlobs};
use yuandian_server::hub::{Request, Response};
use yuandian_server::keys::MemoryKeys;
use yuandian_server::limits::{CONDEMNED_MS, GOING_RETRY_MS, HOLD_LOOK_MS, LOST_PER_BACKUP_MAX, UNNAMED_MS};
use yuandian_server::problem::Problem;
use yuandian_server::shell::backup;
use yuandian_server::store::{Files, FilesOutcome, Store, Upload};

use crate::phone::*;
use crate::world::*;

fn named(world: &World, phone: &mut Phone, file: &[u8]) -> CaseId {
    let case = phone.new_case();
    let items = vec![phone.report(case, "case.snap"), phone.photo(case, file)];
    assert_eq!(world.codes(phone, items), [Code::Ok; 2]);
    case
}

fn open(world: &World, phone: &Phone, file: &[u8]) -> Result<Upload, Problem> {
    let wish = Request::OpenUpload { hash: BlobHash(sha256(file)), size: file.len() as u64 };
    match world.ask_as(phone, wish)? {
        Response::Upload(upload) => Ok(upload),
        other => panic!("{other:?}"),
    }
}

fn send(world: &World, phone: &Phone, file: &[u8]) {
    let upload = open(world, phone, file).unwrap();
    world.hub.finish_upload(&upload, Bytes::copy_from_slice(file), world.now()).unwrap();
    world.hub.end_upload(&upload.id).unwrap();
}

fn read(world: &World, phone: &Phone, file: &[u8]) -> Result<Response, Problem> {
    world.ask_as(phone, Request::Blob(BlobHash(sha256(file))))
}

fn path(world: &World, file: &[u8]) -> PathBuf {
    let name = hex::encode(sha256(file));
    world.directory.path().join("blobs").join(&name[..2]).join(&name[2..4]).join(&name)
}

fn tick(world: &World, ms: i64) {
    world.pass(ms);
    world.hub.tick(world.now()).unwrap();
}

/// A token ends long before a file goes.
fn again(world: &World, phone: &mut Phone) {
    world.hello(phone);
}

#[test]
fn what_nobody_names_is_condemned_and_goes_first_its_row_then_its_bytes() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let case = named(&world, &mut author, b"file");
    let other = named(&world, &mut author, b"file");
    send(&world, &author, b"file");
    world.pull(&mut author);
    assert_eq!(world.store.release_files(&case, world.now()), Ok(FilesOutcome::Done));
    let page = world.pull(&mut author);
    let told = page.iter().find(|pulled| pulled.document == case).unwrap();
    assert!(told.stored.is_empty() && told.heads.is_some(), "its people are told");
    tick(&world, UNNAMED_MS + CONDEMNED_MS);
    tick(&world, CONDEMNED_MS);
    assert!(path(&world, b"file").exists(), "another case names it");
    assert_eq!(world.store.release_files(&other, world.now()), Ok(FilesOutcome::Done));
    assert_eq!(world.store.release_files(&other, world.now()), Ok(FilesOutcome::Unchanged));
    tick(&world, UNNAMED_MS - 1);
    tick(&world, 1);
    tick(&world, CONDEMNED_MS - 1);
    assert!(path(&world, b"file").exists() && world.store.blob_count() == Ok(1));
    tick(&world, 1);
    assert!(!path(&world, b"file").exists());
    assert_eq!(world.store.blob_count(), Ok(0));
    tick(&world, GOING_RETRY_MS);
    assert_eq!(world.hub.tick(world.now()).unwrap().going, [], "once");
    again(&world, &mut author);
    assert_eq!(open(&world, &author, b"file"), Err(Problem::BlobNotReferenced));
}

#[test]
fn an_upload_that_begins_for_a_condemned_file_saves_it() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let case = named(&world, &mut author, b"file");
    send(&world, &author, b"file");
    world.store.release_files(&case, world.now()).unwrap();
    tick(&world, UNNAMED_MS);
    again(&world, &mut author);
    named(&world, &mut author, b"file");
    let upload = open(&world, &author, b"file").unwrap();
    assert!(!upload.stored, "its bytes are asked for again: the row that proved them has gone");
    tick(&world, CONDEMNED_MS);
    assert!(path(&world, b"file").exists());
    world.hub.finish_upload(&upload, Bytes::from_static(b"file"), world.now()).unwrap();
    tick(&world, UNNAMED_MS + CONDEMNED_MS);
    again(&world, &mut author);
    assert!(read(&world, &author, b"file").is_ok());
}

#[test]
fn a_file_that_is_named_and_sent_again_while_its_bytes_are_to_go_stays() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let case = named(&world, &mut author, b"file");
    send(&world, &author, b"file");
    world.store.release_files(&case, world.now()).unwrap();
    tick(&world, UNNAMED_MS);
    world.pass(CONDEMNED_MS);
    // The server stopped between the row and the bytes.
    assert_eq!(world.store.sweep(world.now()).unwrap().going, [BlobHash(sha256(b"file"))]);
    assert!(path(&world, b"file").exists() && world.store.blob_count() == Ok(0));
    again(&world, &mut author);
    named(&world, &mut author, b"file");
    send(&world, &author, b"file");
    tick(&world, GOING_RETRY_MS);
    again(&world, &mut author);
    assert!(read(&world, &author, b"file").is_ok());
}

#[test]
fn bytes_that_a_stop_left_behind_go_later() {
    let mut world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let case = named(&world, &mut author, b"file");
    send(&world, &author, b"file");
    world.store.release_files(&case, world.now()).unwrap();
    tick(&world, UNNAMED_MS);
    world.pass(CONDEMNED_MS);
    world.store.sweep(world.now()).unwrap();
    world.restart();
    tick(&world, GOING_RETRY_MS - 1);
    assert!(path(&world, b"file").exists());
    tick(&world, 1);
    assert!(!path(&world, b"file").exists());
}

#[test]
fn a_held_case_keeps_its_files_also_those_it_named_once() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let (kept, once) = (named(&world, &mut author, b"kept"), named(&world, &mut author, b"once"));
    send(&world, &author, b"kept");
    send(&world, &author, b"once");
    let hold = |case, held| world.store.hold_case(case, held, world.now());
    assert_eq!(hold(&CaseId([7; 16]), true), Ok(FilesOutcome::Unknown));
    assert_eq!(hold(&kept, true), Ok(FilesOutcome::Done));
    assert_eq!(hold(&kept, true), Ok(FilesOutcome::Unchanged));
    assert_eq!(world.store.release_files(&kept, world.now()), Ok(FilesOutcome::Held));
    world.store.release_files(&once, world.now()).unwrap();
    assert_eq!(hold(&once, true), Ok(FilesOutcome::Done));
    assert_eq!(world.store.held_cases(), Ok(vec![kept, once]));
    for _ in 0..50 {
        tick(&world, HOLD_LOOK_MS);
    }
    assert!(path(&world, b"kept").exists() && path(&world, b"once").exists());
    assert_eq!(hold(&once, false), Ok(FilesOutcome::Done));
    tick(&world, HOLD_LOOK_MS);
    tick(&world, CONDEMNED_MS);
    assert!(!path(&world, b"once").exists() && path(&world, b"kept").exists());
}

#[test]
fn a_lost_file_is_called_stored_no_more_and_is_sent_again() {
    let world = World::new();
    let place = tempfile::tempdir().unwrap();
    let mut author = world.phone(1, Role::GridWorker);
    let mut reader = world.phone(2, Role::GridWorker);
    for (n, damage) in [None, Some(&b"fLie0"[..]), Some(&b"fi"[..])].into_iter().enumerate() {
        let file = format!("file{n}").into_bytes();
        let case = named(&world, &mut author, &file);
        send(&world, &author, &file);
        world.pull(&mut reader);
        match damage {
            Some(bytes) => std::fs::write(path(&world, &file), bytes).unwrap(),
            None => std::fs::remove_file(path(&world, &file)).unwrap(),
        }
        let made = backup::back_up(
            &*world.store,
            &blobs(&world),
            &MemoryKeys::default(),
            place.path(),
            world.now() + n as i64,
        );
        assert!(made.is_ok(), "{made:?}");
        let page = world.pull(&mut reader);
        let told = page.iter().find(|pulled| pulled.document == case).unwrap();
        assert!(told.stored.is_empty() && told.heads.is_some(), "{n}: everybody is told");
        assert_eq!(read(&world, &reader, &file), Err(Problem::BlobUnknown), "{n}: and nobody gets damage");
        assert!(!open(&world, &author, &file).unwrap().stored, "{n}");
        send(&world, &author, &file);
        let page = world.pull(&mut reader);
        assert_eq!(page.iter().find(|pulled| pulled.document == case).unwrap().stored.len(), 1, "{n}");
        assert!(read(&world, &reader, &file).is_ok(), "{n}");
    }
}

fn blobs(world: &World) -> ObjectBlobs {
    ObjectBlobs::directory(&world.directory.path().join("blobs")).unwrap()
}

#[test]
fn a_file_that_is_gone_when_it_is_read_is_lost() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    named(&world, &mut author, b"file");
    send(&world, &author, b"file");
    std::fs::remove_file(path(&world, b"file")).unwrap();
    assert_eq!(read(&world, &author, b"file"), Err(Problem::BlobUnknown));
    assert!(!open(&world, &author, b"file").unwrap().stored);
}

#[test]
fn a_backup_mends_what_it_has_and_an_operator_finds_what_came_back() {
    let world = World::new();
    let place = tempfile::tempdir().unwrap();
    let mut author = world.phone(1, Role::GridWorker);
    named(&world, &mut author, b"in a backup");
    named(&world, &mut author, b"in none");
    send(&world, &author, b"in a backup");
    let verify = |notes: bool| {
        let (data, from) = (world.directory.path(), Some(place.path()));
        admin::verify_blobs(data, from, notes, &mut counted(5), world.now()).unwrap()
    };
    backup::back_up(&*world.store, &blobs(&world), &MemoryKeys::default(), place.path(), world.now())
        .unwrap();
    send(&world, &author, b"in none");
    let [backed, unbacked] = [&b"in a backup"[..], b"in none"].map(|file| BlobHash(sha256(file)));
    std::fs::write(path(&world, b"in a backup"), b"In a backup").unwrap();
    let aside = world.directory.path().join("aside");
    std::fs::rename(path(&world, b"in none"), &aside).unwrap();
    let looked = verify(false);
    assert_eq!((&looked.mended[..], &looked.lost[..], looked.files), (&[backed][..], &[unbacked][..], 2));
    assert_eq!(std::fs::read(path(&world, b"in a backup")).unwrap(), b"In a backup", "only looked at");
    assert_eq!(verify(true), looked);
    assert!(read(&world, &author, b"in a backup").is_ok());
    assert_eq!(read(&world, &author, b"in none"), Err(Problem::BlobUnknown));
    assert_eq!(world.store.blob_count(), Ok(1));
    std::fs::rename(&aside, path(&world, b"in none")).unwrap();
    let found = verify(true);
    assert_eq!((&found.found[..], found.lost.len()), (&[unbacked][..], 0));
    assert!(read(&world, &author, b"in none").is_ok(), "a disk that was away");
}

#[test]
fn many_lost_files_at_once_are_a_disk_that_is_away() {
    let world = World::new();
    let place = tempfile::tempdir().unwrap();
    let mut author = world.phone(1, Role::GridWorker);
    for n in 0..=LOST_PER_BACKUP_MAX {
        let file = format!("file {n}").into_bytes();
        named(&world, &mut author, &file);
        send(&world, &author, &file);
    }
    let empty = tempfile::tempdir().unwrap();
    let away = ObjectBlobs::directory(empty.path()).unwrap();
    let refused =
        backup::back_up(&*world.store, &away, &MemoryKeys::default(), place.path(), world.now()).unwrap_err();
    assert!(refused.to_string().contains("verify-blobs"), "{refused}");
    assert_eq!(world.store.blob_count(), Ok(LOST_PER_BACKUP_MAX as u64 + 1), "and nothing was noted");
    let here = blobs(&world);
    backup::back_up(&*world.store, &here, &MemoryKeys::default(), place.path(), world.now()).unwrap();
}

#[test]
fn bytes_without_a_row_go_in_time_unless_they_are_sent_after_all() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let verify = || admin::verify_blobs(world.directory.path(), None, true, &mut counted(5), world.now());
    let stray = |bytes: &'static [u8]| {
        let hash = BlobHash(sha256(bytes));
        blobs(&world).put(&hash, Bytes::from_static(bytes)).unwrap();
        hash
    };
    let (gone, sent) = (stray(b"never finished"), stray(b"finished later"));
    let mut found = verify().unwrap().stray;
    found.sort();
    let mut both = vec![gone, sent];
    both.sort();
    assert_eq!(found, both);
    assert_eq!(verify().unwrap().stray, [], "they are on their way");
    named(&world, &mut author, b"finished later");
    send(&world, &author, b"finished later");
    tick(&world, UNNAMED_MS);
    tick(&world, CONDEMNED_MS);
    assert!(!path(&world, b"never finished").exists() && path(&world, b"finished later").exists());
}

#[test]
fn a_restore_that_lacks_files_wants_them_from_phones() {
    let mut world = World::new();
    let place = tempfile::tempdir().unwrap();
    let mut author = world.phone(1, Role::GridWorker);
    let case = named(&world, &mut author, b"gone");
    named(&world, &mut author, b"kept");
    for file in [&b"gone"[..], b"kept"] {
        send(&world, &author, file);
    }
    backup::back_up(&*world.store, &blobs(&world), &MemoryKeys::default(), place.path(), world.now())
        .unwrap();
    let name = hex::encode(sha256(b"gone"));
    std::fs::remove_file(place.path().join("blobs").join(&name[..2]).join(&name[2..4]).join(&name)).unwrap();
    let target = place.path().join("new");
    let restore = |accept_lost| {
        admin::put_back((&target, None), place.path(), accept_lost, &mut counted(9), world.now())
    };
    assert!(restore(false).unwrap_err().to_string().contains("--accept-lost"));
    let restored = restore(true).unwrap();
    assert_eq!((restored.blobs, restored.lost), (1, vec![BlobHash(sha256(b"gone"))]));
    world.move_to(&target);
    again(&world, &mut author);
    assert!(read(&world, &author, b"kept").is_ok());
    assert_eq!(read(&world, &author, b"gone"), Err(Problem::BlobUnknown));
    let mut reader = world.phone(2, Role::GridWorker);
    let told = |world: &World, reader: &mut Phone| {
        world.pull(reader).into_iter().find(|pulled| pulled.document == case).unwrap().stored.len()
    };
    assert_eq!(told(&world, &mut reader), 0);
    send(&world, &author, b"gone");
    assert_eq!(told(&world, &mut reader), 1);
    assert!(read(&world, &reader, b"gone").is_ok());
}
