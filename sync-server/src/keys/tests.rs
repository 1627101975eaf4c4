//! Both kinds of keys keep the same promises; a directory's outlive whoever made them.

use super::*;

const ANNA: UserId = UserId([1; 16]);
const BO: UserId = UserId([2; 16]);

fn key(byte: u8) -> SubjectKey {
    SubjectKey::new([byte; KEY_BYTES])
}

fn keep_their_promises(keys: &dyn SubjectKeys) {
    assert_eq!((keys.get(&ANNA).unwrap(), keys.users().unwrap()), (None, BTreeSet::new()));
    keys.destroy(&ANNA).unwrap();
    assert_eq!(keys.make(&ANNA, key(3)).unwrap(), key(3));
    assert_eq!(keys.make(&ANNA, key(4)).unwrap(), key(3), "an existing one wins");
    assert_eq!(keys.make(&BO, key(5)).unwrap(), key(5));
    assert_eq!(keys.users().unwrap(), BTreeSet::from([ANNA, BO]));
    keys.destroy(&ANNA).unwrap();
    keys.destroy(&ANNA).unwrap();
    assert_eq!((keys.get(&ANNA).unwrap(), keys.get(&BO).unwrap()), (None, Some(key(5))));
    assert_eq!(keys.users().unwrap(), BTreeSet::from([BO]));
}

#[test]
fn a_key_is_made_once_and_destroyed_for_good() {
    keep_their_promises(&MemoryKeys::default());
    let place = tempfile::tempdir().unwrap();
    let directory = place.path().join("deep/keys");
    keep_their_promises(&DirectoryKeys::at(&directory));
    assert_eq!(DirectoryKeys::at(&directory).get(&BO).unwrap(), Some(key(5)), "whoever opens them next");
}

#[cfg(unix)]
#[test]
fn nobody_else_on_the_machine_reads_a_key() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = tempfile::tempdir().unwrap();
    let directory = place.path().join("keys");
    DirectoryKeys::at(&directory).make(&ANNA, key(3)).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&directory), mode(&directory.join(format!("{ANNA}.key")))), (0o700, 0o600));
}

#[test]
fn what_was_cut_short_is_no_key_and_goes_with_the_next_step() {
    let place = tempfile::tempdir().unwrap();
    let keys = DirectoryKeys::at(place.path());
    let (whole, part) = (keys.path(&ANNA, KEY), keys.path(&ANNA, UNFINISHED));
    // Overwritten and not yet removed; written in part; written beside and not yet renamed.
    for bytes in [&[0; KEY_BYTES][..], &[7; 5]] {
        fs::write(&whole, bytes).unwrap();
        assert_eq!(keys.get(&ANNA).unwrap(), None);
        assert_eq!(keys.make(&ANNA, key(3)).unwrap(), key(3));
        keys.destroy(&ANNA).unwrap();
    }
    fs::write(&part, [7; KEY_BYTES]).unwrap();
    assert_eq!((keys.get(&ANNA).unwrap(), keys.users().unwrap()), (None, BTreeSet::new()));
    keys.destroy(&ANNA).unwrap();
    assert!(!whole.exists() && !part.exists(), "a key that was never used is a key");
}

#[test]
fn a_directory_that_cannot_be_used_is_told_without_a_key() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("keys");
    fs::write(&file, b"no directory").unwrap();
    let keys = DirectoryKeys::at(&file);
    for told in [keys.get(&ANNA).unwrap_err(), keys.make(&ANNA, key(3)).unwrap_err()] {
        assert!(
            told.to_string().starts_with("the keys in ") && !told.to_string().contains(&ANNA.to_string())
        );
    }
    assert_eq!(format!("{:?}", key(3)), "SubjectKey");
}

#[test]
fn a_mirror_takes_over_what_is_new_and_destroys_what_was_destroyed() {
    let (from, to) = (MemoryKeys::default(), MemoryKeys::default());
    let (gone, other) = (UserId([3; 16]), UserId([4; 16]));
    from.make(&ANNA, key(1)).unwrap();
    from.make(&other, key(4)).unwrap();
    to.make(&other, key(40)).unwrap();
    to.make(&gone, key(3)).unwrap();
    // Only an older backup knows this one.
    to.make(&BO, key(2)).unwrap();
    // Not destroyed here yet, and not to be taken over any more.
    from.make(&gone, key(3)).unwrap();
    let erased = BTreeSet::from([gone]);
    for _ in 0..2 {
        mirror(&from, &to, &erased).unwrap();
        assert_eq!(to.all(), BTreeMap::from([(ANNA, key(1)), (BO, key(2)), (other, key(4))]));
    }
}
