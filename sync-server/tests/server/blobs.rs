//! Files: who may read them, and what happens when one is whole.

use bytes::Bytes;
use yuandian_document::{AttachedFile, Edit, NoteEntry, PhotoEntry, PreviewEntry, RenditionRef};
use yuandian_model::{BlobHash, Code, EntryId, Role};
use yuandian_server::hub::{Request, Response};
use yuandian_server::limits::UPLOAD_MS;
use yuandian_server::problem::Problem;
use yuandian_server::store::Files as _;
use yuandian_sync::limits::{ATTACHED_MAX, SIGNATURE_BYTES_MAX, VIDEO_BYTES_MAX, VOICE_BYTES_MAX};

use crate::phone::*;
use crate::world::*;

#[test]
fn absent_and_forbidden_are_one_answer() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let stranger = world.phone_in(2, Role::GridWorker, "410103");
    let case = author.new_case();
    let file = b"the original".to_vec();
    let items = vec![author.report(case, "case.snap"), author.photo(case, &file)];
    assert_eq!(world.codes(&author, items), [Code::Ok; 2]);
    let hash = BlobHash(sha256(&file));
    let read = |phone: &Phone, hash| world.ask_as(phone, Request::Blob(hash));
    assert_eq!(read(&author, hash), Err(Problem::BlobUnknown), "not uploaded yet");
    let open = Request::OpenUpload { hash, size: file.len() as u64 };
    let Ok(Response::Upload(upload)) = world.ask_as(&author, open) else { panic!() };
    let wrong = world.hub.finish_upload(&upload, Bytes::from_static(b"other bytes!"), world.now());
    assert_eq!(wrong, Err(Problem::ChecksumMismatch));
    world.hub.finish_upload(&upload, Bytes::from(file.clone()), world.now()).unwrap();
    let whole = Response::Blob { mime: "image/jpeg".into(), bytes: Bytes::from(file.clone()) };
    assert_eq!(read(&author, hash), Ok(whole));
    assert_eq!(read(&stranger, hash), Err(Problem::BlobUnknown));
    let micro = BlobHash(sha256(&[1; 100]));
    let small = Response::Blob { mime: "image/jpeg".into(), bytes: Bytes::from(vec![1; 100]) };
    assert_eq!(read(&author, micro), Ok(small), "micro pictures too");
    assert_eq!(read(&stranger, micro), Err(Problem::BlobUnknown));
    let head = world.hub.head().unwrap().head;
    world.hub.finish_upload(&upload, Bytes::from(file), world.now()).unwrap();
    assert_eq!(world.hub.head().unwrap().head, head, "stored again: nothing moves");
}

#[test]
fn an_upload_that_does_not_move_ends() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let case = author.new_case();
    let items = vec![author.report(case, "case.snap"), author.photo(case, b"file")];
    assert_eq!(world.codes(&author, items), [Code::Ok; 2]);
    let open = Request::OpenUpload { hash: BlobHash(sha256(b"file")), size: 4 };
    let Ok(Response::Upload(upload)) = world.ask_as(&author, open) else { panic!() };
    world.pass(UPLOAD_MS - 1);
    assert!(world.hub.upload(&upload.id, world.now()).is_ok());
    assert!(world.hub.tick(world.now()).unwrap().uploads.is_empty());
    world.pass(1);
    assert_eq!(world.hub.upload(&upload.id, world.now()), Err(Problem::UploadUnknown));
    assert_eq!(world.hub.tick(world.now()).unwrap().uploads, [upload.id]);
    assert_eq!(world.hub.tick(world.now()).unwrap().uploads, []);
}

#[test]
fn an_original_of_a_help_request_is_the_senders_alone_and_its_small_sizes_everybodys() {
    let world = World::new();
    let mut asker = world.phone(1, Role::Resident);
    let volunteer = world.phone(2, Role::Volunteer);
    let case = asker.new_case();
    let (original, thumb, medium) =
        (b"with its place inside".to_vec(), b"without".to_vec(), b"larger, and without".to_vec());
    let reference = |bytes: &[u8]| RenditionRef { hash: BlobHash(sha256(bytes)), size: bytes.len() as u64 };
    let small = (Some(reference(&thumb)), Some(reference(&medium)));
    let entry = PhotoEntry { thumb: small.0, medium: small.1, ..photo_entry(&original, None) };
    let edit = Edit::Photo(EntryId::v7(1, [1; 10]), entry);
    let items = vec![asker.report(case, "help.errand"), asker.write(case, &[edit], &[])];
    assert_eq!(world.codes(&asker, items), [Code::Ok; 2]);
    for bytes in [&original, &thumb, &medium] {
        send(&world, &asker, bytes);
    }
    assert!(read(&world, &asker, &original).is_ok());
    assert_eq!(read(&world, &volunteer, &original), Err(Problem::BlobUnknown));
    assert!(read(&world, &volunteer, &thumb).is_ok());
    assert!(read(&world, &volunteer, &medium).is_ok());
}

#[test]
fn naming_a_hash_does_not_give_its_bytes() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let mut thief = world.phone_in(2, Role::GridWorker, "410103");
    let file = b"somebody's file".to_vec();
    let case = author.new_case();
    let items = vec![author.report(case, "case.snap"), author.photo(case, &file)];
    assert_eq!(world.codes(&author, items), [Code::Ok; 2]);
    send(&world, &author, &file);
    let own = thief.new_case();
    let items = vec![thief.report_in(own, "case.snap", "410103001"), thief.photo(own, &file)];
    assert_eq!(world.codes(&thief, items), [Code::Ok; 2]);
    assert_eq!(read(&world, &thief, &file), Err(Problem::BlobUnknown), "a hash is not the file");
    assert!(world.pull(&mut thief).iter().all(|case| case.stored.is_empty()), "nor is it told to be there");
    let open = Request::OpenUpload { hash: BlobHash(sha256(&file)), size: file.len() as u64 };
    let Ok(Response::Upload(upload)) = world.ask_as(&thief, open.clone()) else { panic!() };
    assert!(!upload.stored, "whoever has the file can send it");
    send(&world, &thief, &file);
    assert!(read(&world, &thief, &file).is_ok());
    let Ok(Response::Upload(upload)) = world.ask_as(&thief, open) else { panic!() };
    assert!(upload.stored);
    let again = thief.new_case();
    let items = vec![thief.report_in(again, "case.snap", "410103001"), thief.photo(again, &file)];
    assert_eq!(world.codes(&thief, items), [Code::Ok; 2]);
    let pulled = world.pull(&mut thief);
    let told =
        pulled.iter().filter(|c| c.document == again && c.facts.is_some()).all(|c| c.stored.len() == 1);
    assert!(told && pulled.iter().any(|c| c.document == again), "sent once, it is known in every case");
}

fn send(world: &World, phone: &Phone, bytes: &[u8]) {
    let open = Request::OpenUpload { hash: BlobHash(sha256(bytes)), size: bytes.len() as u64 };
    let Ok(Response::Upload(upload)) = world.ask_as(phone, open) else { panic!("no upload") };
    world.hub.finish_upload(&upload, Bytes::copy_from_slice(bytes), world.now()).unwrap();
}

fn read(world: &World, phone: &Phone, bytes: &[u8]) -> Result<Response, Problem> {
    world.ask_as(phone, Request::Blob(BlobHash(sha256(bytes))))
}

#[test]
fn files_beside_a_note_are_read_by_who_may_read_originals_and_nothing_else_may_be_attached() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let mut colleague = world.phone(2, Role::GridWorker);
    let case = world.opened_by(&mut author);
    let attached = |bytes: &[u8], size: u64, mime: &str| AttachedFile {
        file: RenditionRef { hash: BlobHash(sha256(bytes)), size },
        mime: mime.into(),
    };
    let written_in = |author: &mut Phone, case, files: Vec<AttachedFile>| {
        let note = NoteEntry { files, ..NoteEntry::of("", 1) };
        let item = author.write(case, &[Edit::Note(EntryId::v7(1, [1; 10]), note)], &[]);
        world.codes(author, vec![item])[0]
    };
    // A case of its own each: nothing builds on what was refused.
    let written = |author: &mut Phone, files| {
        let case = world.opened_by(author);
        written_in(author, case, files)
    };
    let voice = b"#!AMR\n spoken".to_vec();
    let size = voice.len() as u64;
    for (mime, code) in [
        ("text/html", Code::RSchema),
        ("image/jpeg", Code::RSchema),
        ("image/png; charset=x", Code::RSchema),
        ("application/octet-stream", Code::RSchema),
    ] {
        assert_eq!(written(&mut author, vec![attached(&voice, size, mime)]), code, "{mime}");
    }
    let limits =
        [("audio/amr", VOICE_BYTES_MAX), ("video/mp4", VIDEO_BYTES_MAX), ("image/png", SIGNATURE_BYTES_MAX)];
    for (mime, most) in limits {
        assert_eq!(written(&mut author, vec![attached(&[0], most + 1, mime)]), Code::RLimit, "{mime}");
        assert_eq!(written(&mut author, vec![attached(mime.as_bytes(), most, mime)]), Code::Ok, "{mime}");
    }
    let many = |n: usize| (0..n).map(|i| attached(&[0, u8::try_from(i).unwrap()], 2, "audio/amr")).collect();
    assert_eq!(written(&mut author, many(ATTACHED_MAX + 1)), Code::RLimit);
    assert_eq!(written(&mut author, many(ATTACHED_MAX)), Code::Ok);
    assert_eq!(written_in(&mut author, case, vec![attached(&voice, size, "audio/amr")]), Code::Ok);
    send(&world, &author, &voice);
    let whole = Response::Blob { mime: "audio/amr".into(), bytes: Bytes::from(voice.clone()) };
    assert_eq!(read(&world, &colleague, &voice), Ok(whole));
    let stranger = world.phone_in(3, Role::GridWorker, "410103");
    assert_eq!(read(&world, &stranger, &voice), Err(Problem::BlobUnknown));
    let told = world.pull(&mut colleague);
    let facts = told.iter().filter_map(|case| case.facts.as_ref());
    assert_eq!(facts.map(|facts| facts.photos).max(), Some(0), "none of it is a photo");
}

#[test]
fn small_sizes_that_come_later_belong_to_their_photo() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let case = author.new_case();
    let (original, thumb, medium, micro) =
        (b"heic".to_vec(), b"thumb".to_vec(), b"medium".to_vec(), vec![7; 50]);
    let reference = |bytes: &[u8]| RenditionRef { hash: BlobHash(sha256(bytes)), size: bytes.len() as u64 };
    let id = EntryId::v7(1, [1; 10]);
    let photo = Edit::Photo(id, photo_entry(&original, None));
    let items = vec![author.report(case, "case.snap"), author.write(case, &[photo], &[])];
    assert_eq!(world.codes(&author, items), [Code::Ok; 2]);
    let preview = |of, number| {
        let entry = PreviewEntry {
            of,
            width: 9,
            height: 9,
            micro: reference(&micro),
            thumb: reference(&thumb),
            medium: reference(&medium),
            at_ms: 1,
        };
        Edit::Preview(EntryId::v7(2, [number; 10]), entry)
    };
    let item = author.write(case, &[preview(id, 4)], std::slice::from_ref(&micro));
    assert_eq!(world.codes(&author, vec![item]), [Code::Ok]);
    let nobody = author.write(case, &[preview(EntryId::v7(9, [9; 10]), 2)], std::slice::from_ref(&micro));
    assert_eq!(world.codes(&author, vec![nobody]), [Code::RSchema], "a photo that is not there");
    let mut other = world.phone(3, Role::GridWorker);
    world.pull(&mut other);
    let without = other.write(case, &[preview(id, 3)], &[]);
    assert_eq!(world.codes(&other, vec![without]), [Code::RStructure], "the micro picture travels with it");
    send(&world, &author, &thumb);
    send(&world, &author, &medium);
    let mut colleague = world.phone(2, Role::GridWorker);
    assert!(read(&world, &colleague, &thumb).is_ok() && read(&world, &colleague, &medium).is_ok());
    assert!(read(&world, &colleague, &micro).is_ok());
    let told = world.pull(&mut colleague);
    assert_eq!(told.iter().find_map(|case| case.facts.clone()).unwrap().photos, 1);
}

#[test]
fn a_device_is_told_which_of_its_files_are_lost_and_nobody_else_is() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let mut colleague = world.phone(2, Role::GridWorker);
    let case = author.new_case();
    let file = b"the original".to_vec();
    let items = vec![author.report(case, "case.snap"), author.photo(case, &file)];
    assert_eq!(world.codes(&author, items), [Code::Ok; 2]);
    send(&world, &author, &file);
    let hash = BlobHash(sha256(&file));
    assert_eq!(world.hello(&mut author).lost, []);
    assert!(world.store.blob_lost(&hash, world.now()).unwrap());
    assert_eq!(world.hello(&mut author).lost, [hash]);
    assert_eq!(world.hello(&mut colleague).lost, []);
    let stored: Vec<_> = world.pull(&mut author).into_iter().flat_map(|case| case.stored).collect();
    assert_eq!(stored, [], "and the whole list is without it");
    send(&world, &author, &file);
    assert_eq!(world.hello(&mut author).lost, []);
}

#[test]
fn what_is_spoken_in_a_request_for_help_is_between_who_asked_and_who_took_it() {
    let world = World::new();
    let mut asker = world.phone(1, Role::Resident);
    let mut taker = world.phone(2, Role::Volunteer);
    let other = world.phone(3, Role::Volunteer);
    let case = asker.new_case();
    let spoken = |bytes: &[u8], number: u8| {
        let file = RenditionRef { hash: BlobHash(sha256(bytes)), size: bytes.len() as u64 };
        let note = NoteEntry {
            files: vec![AttachedFile { file, mime: "audio/amr".into() }],
            ..NoteEntry::of("", 1)
        };
        Edit::Note(EntryId::v7(1, [number; 10]), note)
    };
    let (asked, done) = (b"#!AMR\n please".to_vec(), b"#!AMR\n it is done".to_vec());
    let items = vec![asker.report(case, "help.errand"), asker.write(case, &[spoken(&asked, 1)], &[])];
    assert_eq!(world.codes(&asker, items), [Code::Ok; 2]);
    send(&world, &asker, &asked);
    assert_eq!(read(&world, &taker, &asked), Err(Problem::BlobUnknown), "not before it is taken");
    let claim = taker.named(case, "claim");
    assert_eq!(world.codes(&taker, vec![claim]), [Code::Ok]);
    assert!(read(&world, &taker, &asked).is_ok());
    assert_eq!(read(&world, &other, &asked), Err(Problem::BlobUnknown));
    world.pull(&mut taker);
    let answer = taker.write(case, &[spoken(&done, 2)], &[]);
    assert_eq!(world.codes(&taker, vec![answer]), [Code::Ok]);
    send(&world, &taker, &done);
    assert!(read(&world, &asker, &done).is_ok(), "and back to who asked");
    assert_eq!(read(&world, &other, &done), Err(Problem::BlobUnknown));
}
