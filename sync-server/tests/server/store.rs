//! Every store passes one suite.

use std::cell::RefCell;

use yuandian_model::Epoch;
use yuandian_server::store::{SqliteStore, Store, StoreError, conformance::conformance};

#[test]
fn sqlite_keeps_what_every_store_promises() {
    let places = RefCell::new(Vec::new());
    conformance(|| {
        let place = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&place.path().join("yuandian.db"), Epoch([7; 8])).unwrap();
        places.borrow_mut().push(place);
        Box::new(store) as Box<dyn Store>
    });
    assert!(!places.borrow().is_empty());
}

#[test]
fn a_database_of_a_newer_program_or_of_another_is_refused_untouched() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("yuandian.db");
    let open = || SqliteStore::open(&path, Epoch([7; 8])).map(|_| ());
    open().unwrap();
    open().unwrap();
    let other = rusqlite::Connection::open(&path).unwrap();
    other.pragma_update(None, "user_version", 5).unwrap();
    assert_eq!(open(), Err(StoreError::Newer { found: 5, known: 4 }));
    other.pragma_update(None, "user_version", 4).unwrap();
    other.pragma_update(None, "application_id", 1).unwrap();
    assert_eq!(open(), Err(StoreError::Foreign));
    let text = place.path().join("text.db");
    std::fs::write(&text, "this is a letter and no database at all, long enough to be looked at".repeat(20))
        .unwrap();
    let opened = SqliteStore::open(&text, Epoch([7; 8])).map(|_| ());
    assert_eq!(opened, Err(StoreError::Foreign));
}

#[test]
fn the_epoch_of_the_first_start_stays() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("yuandian.db");
    let first = SqliteStore::open(&path, Epoch([7; 8])).unwrap().head().unwrap();
    let second = SqliteStore::open(&path, Epoch([8; 8])).unwrap().head().unwrap();
    assert_eq!((first.epoch, second.epoch, second.head), (Epoch([7; 8]), Epoch([7; 8]), 0));
}
