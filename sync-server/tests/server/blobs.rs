//! Files: who may read them, and what happens when one is whole.

use bytes::Bytes;
use yuandian_document::{Edit, PhotoEntry, RenditionRef};
use yuandian_model::{BlobHash, Code, EntryId, Role};
use yuandian_server::hub::{Request, Response};
use yuandian_server::limits::UPLOAD_MS;
use yuandian_server::problem::Problem;

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
