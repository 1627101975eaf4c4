//! A home that only its key opens. All other tests of this program run on encrypted stores as well where the build has SQLCipher.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use yuandian_device::platform::open_home;
use yuandian_device::ports::DatabaseKey;
use yuandian_device::{BlobHash, CaseId, DeviceError, Phone};

use crate::{draft, photo};

const WORDS: &str = "东门三号楼的老王家门口";

fn key(byte: u8) -> DatabaseKey {
    DatabaseKey([byte; 32])
}

/// Words and a photograph in a draft.
fn written(phone: &mut Phone) -> (CaseId, BlobHash) {
    let id = phone.save_draft(None, &draft("case.city.E06010", WORDS)).unwrap();
    let hash = phone.add_draft_photo(&id, &photo("small_exif.jpg")).unwrap();
    (id, hash)
}

/// Every file of a home.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        } else {
            all.insert(path.clone(), std::fs::read(&path).unwrap());
        }
    }
    all
}

/// In how many files of a home something of these bytes stands.
fn found(folder: &Path, bytes: &[u8]) -> usize {
    files(folder).values().filter(|file| file.windows(bytes.len()).any(|window| window == bytes)).count()
}

#[test]
fn nothing_of_a_home_lies_open_while_it_is_used_and_after() {
    let picture = photo("small_exif.jpg");
    for closed in [false, true] {
        let home = tempfile::tempdir().unwrap();
        let key = closed.then(|| key(1));
        let mut phone = open_home(home.path(), key.as_ref()).unwrap();
        let (id, hash) = written(&mut phone);
        let look = |when: &str| {
            let seen =
                [WORDS.as_bytes(), &picture[..64], b"SQLite format 3", b"E06010", id.to_string().as_bytes()]
                    .map(|bytes| found(home.path(), bytes) > 0);
            let expected = [!closed, !closed, !closed, !closed, false];
            assert_eq!(seen, expected, "{when}, with a key: {closed}");
            // What a file is named is its hash, and tells who has the picture that they have it.
            assert!(files(home.path()).keys().any(|path| path.ends_with(hash.to_string())));
        };
        look("open");
        assert_eq!(phone.whole(&hash).unwrap(), picture);
        drop(phone);
        look("closed");
        let phone = open_home(home.path(), key.as_ref()).unwrap();
        assert_eq!(
            (phone.draft(&id).unwrap().text.as_str(), phone.whole(&hash).unwrap()),
            (WORDS, picture.clone())
        );
    }
}

#[test]
fn another_key_or_none_opens_nothing_and_changes_nothing() {
    for (made, tried, encrypted) in
        [(Some(key(1)), Some(key(2)), true), (Some(key(1)), None, true), (None, Some(key(1)), false)]
    {
        let home = tempfile::tempdir().unwrap();
        let mut phone = open_home(home.path(), made.as_ref()).unwrap();
        let device = phone.device();
        let (id, hash) = written(&mut phone);
        drop(phone);
        let before = files(home.path());
        let refused = open_home(home.path(), tried.as_ref()).err();
        assert_eq!(refused, Some(DeviceError::WrongKey { encrypted }));
        assert_eq!(files(home.path()), before);
        let phone = open_home(home.path(), made.as_ref()).unwrap();
        assert_eq!((phone.device(), phone.draft(&id).unwrap().text.as_str()), (device, WORDS));
        assert_eq!(phone.whole(&hash).unwrap(), photo("small_exif.jpg"));
    }
}

#[test]
fn where_the_root_key_is_gone_a_wrong_key_does_not_shut_the_right_one_out() {
    let home = tempfile::tempdir().unwrap();
    let (id, _) = written(&mut open_home(home.path(), Some(&key(1))).unwrap());
    std::fs::remove_file(home.path().join("root.key")).unwrap();
    let refused = open_home(home.path(), Some(&key(2))).err();
    assert_eq!(refused, Some(DeviceError::WrongKey { encrypted: true }));
    assert!(!home.path().join("root.key").exists());
    assert_eq!(open_home(home.path(), Some(&key(1))).unwrap().draft(&id).unwrap().text, WORDS);
}

#[test]
fn a_damaged_store_is_told_from_a_wrong_key() {
    let home = tempfile::tempdir().unwrap();
    written(&mut open_home(home.path(), Some(&key(1))).unwrap());
    let store = home.path().join("phone.db");
    let mut bytes = std::fs::read(&store).unwrap();
    bytes[100] ^= 1;
    std::fs::write(&store, bytes).unwrap();
    std::fs::remove_file(home.path().join("phone.db-wal")).ok();
    assert!(matches!(open_home(home.path(), Some(&key(1))).err(), Some(DeviceError::Damaged(_))));
    assert_eq!(open_home(home.path(), Some(&key(2))).err(), Some(DeviceError::WrongKey { encrypted: true }));
}

#[test]
fn a_photo_file_that_was_changed_is_damaged_and_the_phone_goes_on() {
    let home = tempfile::tempdir().unwrap();
    let mut phone = open_home(home.path(), Some(&key(1))).unwrap();
    let (id, hash) = written(&mut phone);
    let file = files(home.path()).into_keys().find(|path| path.ends_with(hash.to_string())).unwrap();
    let mut bytes = std::fs::read(&file).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&file, &bytes).unwrap();
    assert!(matches!(phone.whole(&hash), Err(DeviceError::Damaged(_))));
    // Taken once more, it is as it was.
    phone.add_draft_photo(&id, &photo("small_exif.jpg")).unwrap();
    assert_eq!(phone.whole(&hash).unwrap(), photo("small_exif.jpg"));
}
