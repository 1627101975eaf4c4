//! Files: who may read them, and what happens when one is whole.

use bytes::Bytes;
use yuandian_model::{BlobHash, Code, Role};
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
