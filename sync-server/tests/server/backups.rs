//! Copies made while a server serves, what counts as one, and a server that begins anew from one.

use std::ops::Range;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use minicbor::bytes::ByteVec;
use yuandian_model::{BlobHash, Code, Epoch, Role};
use yuandian_server::admin::{back_up, put_back, summary};
use yuandian_server::blobs::{BlobError, Blobs, ObjectBlobs};
use yuandian_server::hub::{Request, Response};
use yuandian_server::keys::MemoryKeys;
use yuandian_server::limits::{
    BACKUP_EVERY_MS, BACKUP_RETRY_MS, BACKUP_STALE_MS, BACKUPS_KEPT, FUTURE_NOTED_MS,
};
use yuandian_server::shell::{Server, SystemRandomness, backup};
use yuandian_server::store::{SqliteStore, Store, StoreError};
use yuandian_sync::message::*;

use crate::phone::*;
use crate::world::*;

fn opened(world: &World, author: &mut Phone) -> yuandian_model::CaseId {
    let case = author.new_case();
    let items = vec![author.report(case, "case.snap"), author.describe(case, "树倒了")];
    assert_eq!(world.codes(author, items), [Code::Ok; 2]);
    case
}

/// A case with a photo whose file is stored whole.
fn with_blob(world: &World, author: &mut Phone, bytes: &'static [u8]) -> BlobHash {
    let case = opened(world, author);
    let photo = author.photo(case, bytes);
    assert_eq!(world.codes(author, vec![photo]), [Code::Ok]);
    let hash = BlobHash(sha256(bytes));
    let wish = Request::OpenUpload { hash, size: bytes.len() as u64 };
    let Ok(Response::Upload(upload)) = world.ask_as(author, wish) else { panic!() };
    world.hub.finish_upload(&upload, Bytes::from_static(bytes), world.now()).unwrap();
    hash
}

fn made(world: &World, to: &Path) -> PathBuf {
    back_up((world.directory.path(), None), to, &mut SystemRandomness, world.now()).unwrap()
}

fn folders(place: &Path) -> Vec<String> {
    let names = std::fs::read_dir(place).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
    names.filter(|name| !["blobs", "keys", "backup.lock"].contains(&name.as_str())).collect()
}

#[test]
fn a_backup_that_is_put_back_is_the_same_server_in_a_new_life() {
    let world = World::new();
    let place = tempfile::tempdir().unwrap();
    let mut author = world.phone(1, Role::GridWorker);
    let hash = with_blob(&world, &mut author, b"a file");
    world.pull(&mut author);
    let before = world.store.head().unwrap();
    made(&world, place.path());

    let safe = world.hello(&mut author).partitions[0].safe_seq;
    assert_eq!(safe, Some(before.head), "what is in it need not be offered again");
    let later = opened(&world, &mut author);
    assert_eq!(world.page(&author).renewed.safe_seq, Some(before.head));

    let target = place.path().join("new");
    let restored = put_back((&target, None), place.path(), false, &mut counted(9), world.now()).unwrap();
    let store = SqliteStore::open(&target.join("yuandian.db"), Epoch([1; 8])).unwrap();
    let after = store.head().unwrap();
    assert_eq!((after.head, after.safe_seq, restored.blobs), (before.head, None, 1));
    assert_ne!(after.epoch, before.epoch);
    assert_eq!(restored.partitions[0].epoch, after.epoch);
    assert_eq!(store.case(&later), Ok(None), "what came after it is for the phones to bring");
    let blobs = ObjectBlobs::directory(&target.join("blobs")).unwrap();
    assert_eq!(blobs.get(&hash).unwrap().as_deref(), Some(&b"a file"[..]));
    // And it serves.
    drop(Server::open(&target).unwrap());
}

#[test]
fn what_phones_had_sent_after_the_backup_comes_back_with_them() {
    let mut world = World::new();
    let place = tempfile::tempdir().unwrap();
    let mut author = world.phone(1, Role::GridWorker);
    opened(&world, &mut author);
    made(&world, place.path());
    let case = author.new_case();
    let items = vec![author.report(case, "case.snap"), author.describe(case, "后来的")];
    let receipts = world.push_raw(&author, items.clone());
    world.pull(&mut author);

    put_back((&place.path().join("new"), None), place.path(), false, &mut counted(9), world.now()).unwrap();
    world.move_to(&place.path().join("new"));
    world.hello(&mut author);
    let page = world.page(&author);
    assert_eq!((page.cases.len(), page.resets.len()), (0, author.cursors.len()), "compared, not begun anew");
    let again = items
        .into_iter()
        .zip(receipts)
        .map(|(item, receipt)| PushItem { adopt: Some(ByteVec::from(receipt)), ..item })
        .collect();
    assert_eq!(world.codes(&author, again), [Code::Ok; 2]);
    let mut reader = world.phone(2, Role::GridWorker);
    let pulled = world.pull(&mut reader);
    assert!(pulled.iter().any(|c| c.document == case));
    assert_eq!(reader.documents[&case].heads(), author.documents[&case].heads());
}

#[test]
fn no_server_starts_on_a_copy() {
    let world = World::new();
    let place = tempfile::tempdir().unwrap();
    let mut author = world.phone(1, Role::GridWorker);
    opened(&world, &mut author);
    let folder = made(&world, place.path());
    let Err(refused) = Server::open(&folder) else { panic!("a copy was served") };
    assert!(refused.to_string().contains("yuandian-server restore"), "{refused}");
    let opened = SqliteStore::open(&folder.join("yuandian.db"), Epoch([1; 8])).map(|_| ());
    assert_eq!(opened, Err(StoreError::Copy));
}

#[test]
fn a_backup_that_is_not_what_was_made_is_not_put_back() {
    let world = World::new();
    let place = tempfile::tempdir().unwrap();
    let mut author = world.phone(1, Role::GridWorker);
    let hash = with_blob(&world, &mut author, b"a file");
    let folder = made(&world, place.path());
    let refused = |what: &str| {
        let target = tempfile::tempdir().unwrap();
        let error = put_back((target.path(), None), place.path(), false, &mut SystemRandomness, world.now())
            .unwrap_err();
        assert!(error.to_string().contains(what), "{error}");
        assert!(!target.path().join("yuandian.db").exists());
    };
    let name = hash.to_string();
    let blob = place.path().join("blobs").join(&name[..2]).join(&name[2..4]).join(&name);
    std::fs::write(&blob, b"A file").unwrap();
    refused("other bytes");
    std::fs::remove_file(&blob).unwrap();
    refused("is not there");
    let database = folder.join("yuandian.db");
    let mut bytes = std::fs::read(&database).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&database, bytes).unwrap();
    refused("not the file");
    std::fs::remove_file(folder.join("manifest.json")).unwrap();
    refused("no backup");
}

#[test]
fn a_restore_that_was_cut_short_is_begun_anew_and_not_served_before() {
    let world = World::new();
    let place = tempfile::tempdir().unwrap();
    let mut author = world.phone(1, Role::GridWorker);
    with_blob(&world, &mut author, b"a file");
    made(&world, place.path());
    let target = tempfile::tempdir().unwrap();
    let restore = || put_back((target.path(), None), place.path(), false, &mut SystemRandomness, world.now());
    std::fs::write(target.path().join("mine"), b"x").unwrap();
    assert!(restore().unwrap_err().to_string().contains("not empty"));
    std::fs::remove_file(target.path().join("mine")).unwrap();
    std::fs::write(target.path().join("restoring"), b"").unwrap();
    std::fs::write(target.path().join("yuandian.db.part"), b"half").unwrap();
    let Err(refused) = Server::open(target.path()) else { panic!("half a restore was served") };
    assert!(refused.to_string().contains("cut short"), "{refused}");
    restore().unwrap();
    drop(Server::open(target.path()).unwrap());
    assert!(restore().unwrap_err().to_string().contains("not empty"), "once");
}

/// Blobs whose disk is full, or whose bytes get lost just after they were read through.
struct Failing(bool);

impl Blobs for Failing {
    fn put(&self, _: &BlobHash, _: Bytes) -> Result<(), BlobError> {
        Err(BlobError::Full)
    }
    fn get(&self, _: &BlobHash) -> Result<Option<Bytes>, BlobError> {
        if self.0 { Err(BlobError::Full) } else { Ok(None) }
    }
    fn size(&self, _: &BlobHash) -> Result<Option<u64>, BlobError> {
        Ok(Some(6))
    }
    fn read(&self, _: &BlobHash, _: Range<u64>) -> Result<Option<Bytes>, BlobError> {
        if self.0 { Err(BlobError::Full) } else { Ok(Some(Bytes::from_static(b"a file"))) }
    }
    fn remove(&self, _: &BlobHash) -> Result<(), BlobError> {
        Ok(())
    }
}

#[test]
fn what_fails_half_way_is_no_backup() {
    let world = World::new();
    let place = tempfile::tempdir().unwrap();
    let mut author = world.phone(1, Role::GridWorker);
    with_blob(&world, &mut author, b"a file");
    for full in [true, false] {
        assert!(
            backup::back_up(&*world.store, &Failing(full), &MemoryKeys::default(), place.path(), world.now())
                .is_err()
        );
        assert_eq!(folders(place.path()), [""; 0]);
        assert_eq!(world.store.head().unwrap().safe_seq, None, "and nothing is said to be safe");
    }
    // One that was killed leaves its folder; it is passed over, and goes with the next.
    let killed = place.path().join("2020-01-01T00-00-00.000Z.part");
    std::fs::create_dir(&killed).unwrap();
    std::fs::write(killed.join("manifest.json"), b"{}").unwrap();
    let target = place.path().join("new");
    let none =
        put_back((&target, None), place.path(), false, &mut SystemRandomness, world.now()).unwrap_err();
    assert!(none.to_string().contains("no backup"), "{none}");
    made(&world, place.path());
    assert_eq!(folders(place.path()).len(), 1);
    put_back((&target, None), place.path(), false, &mut SystemRandomness, world.now()).unwrap();
}

#[test]
fn the_newest_backups_are_kept_with_the_blobs_they_name() {
    let world = World::new();
    let place = tempfile::tempdir().unwrap();
    let mut author = world.phone(1, Role::GridWorker);
    let hash = with_blob(&world, &mut author, b"a file");
    let first = made(&world, place.path());
    let orphan = ObjectBlobs::directory(&place.path().join("blobs")).unwrap();
    let stray = BlobHash(sha256(b"of a backup that is gone"));
    orphan.put(&stray, Bytes::from_static(b"of a backup that is gone")).unwrap();
    for n in 1..BACKUPS_KEPT {
        world.pass(1_000);
        made(&world, place.path());
        assert_eq!(folders(place.path()).len(), n + 1);
    }
    world.pass(1_000);
    made(&world, place.path());
    assert_eq!((folders(place.path()).len(), first.exists()), (BACKUPS_KEPT, false));
    assert!(orphan.holds(&hash).unwrap() && !orphan.holds(&stray).unwrap());
}

#[test]
fn backups_are_made_while_people_write() {
    let world = World::new();
    let place = tempfile::tempdir().unwrap();
    let phones: Vec<Phone> = (1..4).map(|n| world.phone(n, Role::GridWorker)).collect();
    std::thread::scope(|scope| {
        for mut phone in phones {
            let world = &world;
            scope.spawn(move || {
                for _ in 0..8 {
                    opened(world, &mut phone);
                }
            });
        }
        for _ in 0..3 {
            world.pass(1);
            made(&world, place.path());
        }
    });
    let target = place.path().join("new");
    put_back((&target, None), place.path(), false, &mut SystemRandomness, world.now()).unwrap();
    let restored = summary(&target, &mut SystemRandomness, world.now()).unwrap();
    let safe = world.store.head().unwrap().safe_seq.unwrap();
    assert!(restored.head >= safe, "what is called safe is there");
    let commits: u64 = restored.cases.iter().map(|case| case.commits).sum();
    assert_eq!(commits, restored.head, "dense up to its head");
}

#[test]
fn the_server_is_reminded_once_a_day_and_again_until_it_is_done() {
    let world = World::new();
    world.store.remind_of_backups(true, world.now()).unwrap();
    let due = |ms: i64| {
        world.pass(ms);
        world.hub.tick(world.now()).unwrap().backup_due
    };
    assert_eq!([due(BACKUP_EVERY_MS - 1), due(1), due(0)], [false, true, false], "fires once");
    assert_eq!([due(BACKUP_RETRY_MS - 1), due(1)], [false, true], "again, as nothing was made");
    let place = tempfile::tempdir().unwrap();
    made(&world, place.path());
    assert_eq!([due(BACKUP_RETRY_MS), due(BACKUP_EVERY_MS - BACKUP_RETRY_MS)], [false, true]);
    world.store.remind_of_backups(false, world.now()).unwrap();
    assert!(!due(BACKUP_EVERY_MS));
}

#[test]
fn a_stale_backup_is_a_warning_and_a_fresh_server_has_none() {
    let world = World::new();
    let warnings = || summary(world.directory.path(), &mut SystemRandomness, world.now()).unwrap().warnings;
    world.pass(BACKUP_STALE_MS * 2);
    assert_eq!(warnings(), [""; 0], "nobody makes backups here");
    world.store.remind_of_backups(true, world.now()).unwrap();
    world.pass(BACKUP_STALE_MS);
    assert_eq!(warnings(), [""; 0], "at its age");
    world.pass(1);
    assert!(warnings()[0].contains("26 h old"));
    let place = tempfile::tempdir().unwrap();
    made(&world, place.path());
    assert_eq!(warnings(), [""; 0]);
}

#[test]
fn a_cursor_from_the_future_is_told_to_the_operator() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    opened(&world, &mut author);
    world.pull(&mut author);
    let told = || summary(world.directory.path(), &mut SystemRandomness, world.now()).unwrap().warnings;
    assert_eq!(told(), [""; 0]);
    author.cursors.values_mut().for_each(|cursor| cursor.cursor += 100);
    assert_eq!(world.page(&author).resets.len(), author.cursors.len());
    let first = told();
    assert!(first[0].contains("never gave"), "{first:?}");
    world.pass(FUTURE_NOTED_MS - 1);
    world.hello(&mut author);
    world.page(&author);
    assert_eq!(told(), first, "once in a while is enough");
    world.pass(1);
    world.page(&author);
    assert_ne!(told(), first);
}
