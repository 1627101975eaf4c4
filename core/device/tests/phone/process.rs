//! What the machine does to a phone: another process, a kill, a full disk, a store of another time.

use std::path::PathBuf;
use std::process::Command;

use yuandian_device::ports::BlobDir;
use yuandian_device::{BlobHash, DeviceError, Phone};
use yuandian_model::Role;

use crate::home::Home;
use crate::referee::Referee;
use crate::{capture, draft, people, photo};

/// Where a child of these tests finds its home.
const HOME: &str = "YUANDIAN_TEST_HOME";

fn child(test: &str, home: &std::path::Path) -> std::process::ExitStatus {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--ignored", "--quiet"])
        .env(HOME, home)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .status()
        .unwrap()
}

fn home_of_child() -> PathBuf {
    std::env::var_os(HOME).expect("started by another test only").into()
}

#[test]
fn a_process_killed_in_the_middle_loses_nothing_that_was_said_to_be_saved() {
    let home = tempfile::TempDir::new().unwrap();
    let ended = child("process::child_that_is_killed", home.path());
    assert!(!ended.success());
    let mut phone = yuandian_device::platform::open_home(home.path(), None).unwrap();
    let drafts = phone.drafts().unwrap();
    assert_eq!((drafts.len(), drafts[0].1.text.as_str(), drafts[0].1.photos.len()), (1, "写到一半", 1));
    let list = phone.list(10, 0).unwrap();
    assert_eq!(list.iter().map(|line| line.sync.as_str()).collect::<Vec<_>>(), ["draft", "saved"]);
    assert_eq!(phone.blob(&drafts[0].1.photos[0].hash, 0, u64::MAX).unwrap(), photo("tiny.jpg"));
    phone.finish(&drafts[0].0).unwrap();
    assert_eq!(phone.outbox().unwrap().len(), 4);
}

#[test]
#[ignore = "run by another test, which it does not come back from"]
fn child_that_is_killed() {
    let mut phone = yuandian_device::platform::open_home(&home_of_child(), None).unwrap();
    Referee::new().enroll(&mut phone, 1, Role::GridWorker);
    capture(&mut phone, "case.snap", "写完");
    let id = phone.save_draft(None, &draft("case.snap", "写到一半")).unwrap();
    phone.add_draft_photo(&id, &photo("tiny.jpg")).unwrap();
    std::process::abort();
}

#[test]
fn a_second_process_on_one_home_is_refused_and_the_first_goes_on() {
    let home = tempfile::TempDir::new().unwrap();
    let mut phone = yuandian_device::platform::open_home(home.path(), None).unwrap();
    assert!(child("process::child_that_finds_the_home_in_use", home.path()).success());
    assert_eq!(yuandian_device::platform::open_home(home.path(), None).err(), Some(DeviceError::InUse));
    phone.save_draft(None, &draft("case.snap", "x")).unwrap();
    drop(phone);
    assert!(!child("process::child_that_finds_the_home_in_use", home.path()).success());
    assert_eq!(yuandian_device::platform::open_home(home.path(), None).unwrap().drafts().unwrap().len(), 1);
}

#[test]
#[ignore = "run by another test, whose home it tries to open"]
fn child_that_finds_the_home_in_use() {
    let refused = yuandian_device::platform::open_home(&home_of_child(), None).err();
    assert_eq!(refused, Some(DeviceError::InUse));
}

#[test]
fn a_home_keeps_its_device_and_a_copied_folder_gets_another_life() {
    let home = tempfile::TempDir::new().unwrap();
    let certificate = |phone: &Phone| phone.enroll_request("ABCD", "王").unwrap().message;
    let first = certificate(&yuandian_device::platform::open_home(home.path(), None).unwrap());
    assert_eq!(certificate(&yuandian_device::platform::open_home(home.path(), None).unwrap()), first);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(home.path().join("root.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn a_store_of_a_newer_app_is_refused_and_left_as_it_is() {
    let (_, [home], [phone]) = people::<1>(Role::GridWorker);
    drop(phone);
    let known = home.count("PRAGMA user_version");
    home.opened().pragma_update(None, "user_version", known + 1).unwrap();
    assert_eq!(home.try_open().err(), Some(DeviceError::NewerStore { found: known + 1, known }));
    assert_eq!(home.count("SELECT count(*) FROM meta WHERE key = 'person'"), 1);
    home.opened().pragma_update(None, "user_version", known).unwrap();
    assert!(home.try_open().is_ok());
}

#[test]
fn a_file_that_is_no_store_is_damaged_not_overwritten() {
    let home = Home::new(1);
    std::fs::write(home.store(), b"these are somebody's words, not a database".repeat(100)).unwrap();
    let before = std::fs::read(home.store()).unwrap();
    let why = home.try_open().err();
    // An encrypted store has no beginning that tells it from anything else.
    assert!(matches!(why, Some(DeviceError::Damaged(_) | DeviceError::WrongKey { encrypted: true })));
    assert_eq!(matches!(why, Some(DeviceError::WrongKey { .. })), cfg!(feature = "sqlcipher"));
    assert_eq!(std::fs::read(home.store()).unwrap(), before);
}

#[test]
#[cfg(not(feature = "sqlcipher"))]
fn a_database_key_is_refused_rather_than_ignored() {
    use yuandian_device::ports::{DatabaseKey, Ports};
    let home = Home::new(1);
    let ports = Ports { database_key: Some(DatabaseKey([1; 32])), ..home.ports() };
    let refused = Phone::open(&home.store(), ports).err();
    assert!(matches!(refused, Some(DeviceError::Invalid { field, .. }) if field == "database_key"));
    assert!(!home.store().exists());
}

/// A folder on a disk without room.
struct FullFolder;

impl BlobDir for FullFolder {
    fn put(&mut self, _: &BlobHash, _: &[u8]) -> std::io::Result<()> {
        Err(std::io::ErrorKind::StorageFull.into())
    }
    fn keep(&mut self, _: &[u8], _: &mut dyn FnMut() -> bool) -> std::io::Result<Option<BlobHash>> {
        Err(std::io::ErrorKind::StorageFull.into())
    }
    fn read(&self, _: &BlobHash, _: u64, _: u64) -> std::io::Result<Vec<u8>> {
        Err(std::io::ErrorKind::NotFound.into())
    }
    fn has(&self, _: &BlobHash) -> bool {
        false
    }
    fn remove(&mut self, _: &BlobHash) -> std::io::Result<()> {
        Ok(())
    }
    fn path(&self, _: &BlobHash) -> Option<PathBuf> {
        None
    }
    fn part_len(&self, _: &BlobHash) -> u64 {
        0
    }
    fn put_part(&mut self, _: &BlobHash, _: u64, _: &[u8]) -> std::io::Result<()> {
        Err(std::io::ErrorKind::StorageFull.into())
    }
    fn read_part(&self, _: &BlobHash, _: u64, _: u64) -> std::io::Result<Vec<u8>> {
        Err(std::io::ErrorKind::NotFound.into())
    }
    fn part_is_whole(&mut self, _: &BlobHash) -> std::io::Result<()> {
        Err(std::io::ErrorKind::NotFound.into())
    }
    fn drop_part(&mut self, _: &BlobHash) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_photo_without_room_is_an_error_and_the_words_are_kept() {
    let home = Home::new(1);
    let mut phone = home.open_with(Box::new(FullFolder));
    Referee::new().enroll(&mut phone, 1, Role::GridWorker);
    let no_room = DeviceError::NoRoom { waiting_bytes: 0, free_bytes: None };
    let id = phone.save_draft(None, &draft("case.snap", "井盖")).unwrap();
    assert_eq!(phone.add_draft_photo(&id, &photo("tiny.jpg")), Err(no_room.clone()));
    assert_eq!(phone.draft(&id).unwrap().photos, []);
    let case = phone.finish(&id).unwrap();
    let before = phone.outbox().unwrap();
    assert_eq!(phone.note(&case, "看", &[photo("tiny.jpg")]), Err(no_room.clone()));
    assert_eq!((phone.outbox().unwrap(), phone.case(&case).unwrap().notes), (before, vec![]));
}

#[test]
fn a_photo_file_that_was_removed_or_changed_behind_our_back_is_said_so() {
    let (_, [home], [mut phone]) = people::<1>(Role::GridWorker);
    let id = phone.save_draft(None, &draft("case.snap", "井盖")).unwrap();
    let hash = phone.add_draft_photo(&id, &photo("tiny.jpg")).unwrap().to_string();
    let file = home.store().with_file_name("blobs").join(&hash[..2]).join(&hash);
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[100] ^= 1;
    std::fs::write(&file, &bytes).unwrap();
    assert!(matches!(phone.finish(&id), Err(DeviceError::Damaged(_))));
    assert_eq!(phone.outbox().unwrap(), []);
    assert_eq!(phone.draft(&id).unwrap().photos.len(), 1, "the draft stays");
    std::fs::remove_file(&file).unwrap();
    assert!(phone.finish(&id).is_err());
    phone.add_draft_photo(&id, &photo("tiny.jpg")).unwrap();
    phone.finish(&id).unwrap();
}
