//! Photos that look like others, and who looked at an original.

use bytes::Bytes;
use yuandian_document::{Edit, PhotoEntry, RenditionRef};
use yuandian_evidence::{Entry, Handling, Likeness, Statement};
use yuandian_model::{BlobHash, CaseId, EntryId, Role};
use yuandian_server::hub::{Request, Response};
use yuandian_server::limits::{LIKENESS_MS, VIEW_AGAIN_MS};
use yuandian_server::problem::Problem;
use yuandian_server::store::Authority;
use yuandian_sync::message::*;

use crate::evidence::Chain;
use crate::phone::*;
use crate::world::*;

const PICTURE: &[u8] = include_bytes!("../../../tests/data/photos/tiny.jpg");
/// Two photographs of different things.
const MOUNTAINS: &[u8] = include_bytes!("../../../tests/data/photos/picos12_o8.jpg");
const SEEDS: &[u8] = include_bytes!("../../../tests/data/photos/seeding12_o6.jpg");

fn thumb(original: &[u8]) -> Vec<u8> {
    let examined = yuandian_photo::examine(original).unwrap();
    match yuandian_photo::render(original, &examined).unwrap() {
        yuandian_photo::Preview::Ready(small) => small.thumb.bytes,
        yuandian_photo::Preview::Unavailable(reason) => panic!("{reason:?}"),
    }
}

/// The same picture as another file: a comment behind its beginning.
fn again(picture: &[u8], number: u8) -> Vec<u8> {
    [&picture[..2], &[0xff, 0xfe, 0, 3, number], &picture[2..]].concat()
}

fn send(world: &World, phone: &Phone, bytes: &[u8]) {
    let open = Request::OpenUpload { hash: BlobHash(sha256(bytes)), size: bytes.len() as u64 };
    let Ok(Response::Upload(upload)) = world.ask_as(phone, open) else { panic!("no upload") };
    world.hub.finish_upload(&upload, Bytes::copy_from_slice(bytes), world.now()).unwrap();
}

/// A case with a photo whose thumb is here, and its record.
fn shown(world: &World, phone: &mut Phone, grid: &str, original: &[u8], thumb: &[u8]) -> CaseId {
    let case = phone.new_case();
    let reference = |bytes: &[u8]| RenditionRef { hash: BlobHash(sha256(bytes)), size: bytes.len() as u64 };
    let entry = PhotoEntry { thumb: Some(reference(thumb)), ..photo_entry(original, None) };
    let edit = Edit::Photo(EntryId::v7(1, [phone.number; 10]), entry);
    let items = vec![phone.report_in(case, "case.snap", grid), phone.write(case, &[edit], &[])];
    world.codes(phone, items);
    send(world, phone, thumb);
    send(world, phone, original);
    let mut chain = Chain::new();
    let link = chain.next(phone, case, original);
    let push = Push { version: WIRE_VERSION, items: vec![], private: vec![], links: vec![link] };
    world.ask_as(phone, Request::Push(push)).unwrap();
    phone.incarnation.0[0] += 1;
    phone.chain = (0, None);
    case
}

fn told(world: &World, phone: &Phone, case: CaseId) -> Statement {
    let ask = EvidenceAsk { version: WIRE_VERSION, document: case, seen: None, export: false };
    let Ok(Response::Evidence(reply)) = world.ask_as(phone, Request::Evidence(ask)) else { panic!() };
    let keys = world.store.keys(&[0; 32], world.now()).unwrap();
    Statement::believed(&reply.statement, &keys).unwrap()
}

fn alike(world: &World, phone: &Phone, case: CaseId) -> Vec<Likeness> {
    told(world, phone, case).records.remove(0).likeness
}

#[test]
fn a_photo_like_one_of_another_case_nearby_is_told_and_no_other() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let mut far = world.phone_in(2, Role::GridWorker, "410103");
    let (mountains, seeds) = (thumb(MOUNTAINS), thumb(SEEDS));
    let first = shown(&world, &mut author, GRID, b"one", &again(&mountains, 1));
    let second = shown(&world, &mut author, GRID, b"two", &again(&mountains, 2));
    shown(&world, &mut author, GRID, b"three", &again(&seeds, 3));
    shown(&world, &mut far, "410103001", b"in another district", &again(&mountains, 4));
    let like = alike(&world, &author, second);
    let [one] = like.as_slice() else { panic!("{like:?}") };
    assert_eq!((one.original, one.document), (BlobHash(sha256(b"one")), Some(first)));
    assert_eq!((one.same_file, one.distance), (false, 0));
    world.pass(LIKENESS_MS + 1);
    world.hello(&mut author);
    let later = shown(&world, &mut author, GRID, b"months later", &again(&mountains, 5));
    assert_eq!(alike(&world, &author, later), [], "of another season");
}

#[test]
fn a_thumb_that_is_no_picture_has_no_fingerprint_and_its_photo_stands() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    shown(&world, &mut author, GRID, b"one", b"no picture at all");
    let second = shown(&world, &mut author, GRID, b"two", b"no picture either");
    assert_eq!(alike(&world, &author, second), []);
}

#[test]
fn whoever_is_given_an_original_that_another_sent_stands_in_the_log() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let colleague = world.phone(2, Role::GridWorker);
    let case = shown(&world, &mut author, GRID, b"the original", PICTURE);
    let read = |phone: &Phone, bytes: &[u8]| world.ask_as(phone, Request::Blob(BlobHash(sha256(bytes))));
    let views = |author: &Phone| {
        let handled = told(&world, author, case).handled;
        let view = |entry: &yuandian_evidence::ProvenEntry| match &entry.entry {
            Entry::Handled { how: Handling::View, user, original, .. } => Some((*user, *original)),
            _ => None,
        };
        handled.iter().filter_map(view).collect::<Vec<_>>()
    };
    read(&author, b"the original").unwrap();
    read(&colleague, PICTURE).unwrap();
    assert_eq!(views(&author), [], "one's own, and small sizes, are everybody's");
    let entry = (colleague.user.unwrap(), BlobHash(sha256(b"the original")));
    read(&colleague, b"the original").unwrap();
    read(&colleague, b"the original").unwrap();
    assert_eq!(views(&author), [entry], "pieces of one look are one entry");
    world.pass(VIEW_AGAIN_MS + 1);
    let mut colleague = colleague;
    world.hello(&mut colleague);
    world.hello(&mut author);
    read(&colleague, b"the original").unwrap();
    assert_eq!(views(&author), [entry, entry]);
}

#[test]
fn an_original_of_a_help_request_is_read_by_who_works_the_grid_and_logged() {
    let world = World::new();
    let mut asker = world.phone(1, Role::Resident);
    let worker = world.phone(2, Role::GridWorker);
    let volunteer = world.phone(3, Role::Volunteer);
    let case = asker.new_case();
    let entry = photo_entry(b"at home", None);
    let edit = Edit::Photo(EntryId::v7(1, [1; 10]), entry);
    let items = vec![asker.report(case, "help.errand"), asker.write(case, &[edit], &[])];
    world.codes(&asker, items);
    send(&world, &asker, b"at home");
    let read = |phone: &Phone| world.ask_as(phone, Request::Blob(BlobHash(sha256(b"at home")))).map(drop);
    assert_eq!((read(&worker), read(&volunteer)), (Ok(()), Err(Problem::BlobUnknown)));
    assert_eq!(told(&world, &worker, case).handled.len(), 1);
}
