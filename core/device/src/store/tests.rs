//! What needs the connection itself: query plans, a list without documents, a database that may not grow.
#![allow(clippy::disallowed_methods, reason = "a test makes a store in a folder of its own")]

use rusqlite::Connection;
use tempfile::TempDir;
use yuandian_document::SoftwareRoot;
use yuandian_model::{Grant, Role, UserId};
use yuandian_sync::message::{Enrolled, WIRE_VERSION};

use super::{appeals, blobs, cache, cases, journal, outbox, private, rows, search, streams};
use crate::platform::{FolderBlobs, SystemRandomness};
use crate::ports::{Clock, Ports, SpaceProbe};
use crate::{DeviceError, Draft, Order, Phone, Position, SearchAsk};

struct Fixed;

impl Clock for Fixed {
    fn wall_ms(&self) -> i64 {
        1_780_000_000_000
    }
    fn monotonic_ms(&self) -> u64 {
        0
    }
}

impl SpaceProbe for Fixed {
    fn free_bytes(&self) -> Option<u64> {
        None
    }
}

fn open(folder: &TempDir) -> Phone {
    let ports = Ports {
        vfs: None,
        blobs: Box::new(FolderBlobs::new(folder.path().join("blobs"), None).unwrap()),
        clock: Box::new(Fixed),
        randomness: Box::new(SystemRandomness),
        signer: Box::new(SoftwareRoot::from_seed(&[7; 32]).unwrap()),
        space: Box::new(Fixed),
        database_key: None,
        mark: "one".into(),
    };
    Phone::open(&folder.path().join("phone.db"), ports).unwrap()
}

fn enrolled(folder: &TempDir) -> Phone {
    let mut phone = open(folder);
    let grants = vec![Grant::new(Role::GridWorker, "410102001".parse().unwrap())];
    let reply =
        Enrolled { version: WIRE_VERSION, user: UserId([1; 16]), name: "王".into(), grants, server_ms: 0 };
    phone.enrolled("https://example.invalid", &reply).unwrap();
    phone
}

fn draft(text: &str) -> Draft {
    let no_photo = Some("拍不了".to_owned());
    Draft { service: "case.snap".into(), text: text.into(), no_photo, ..Draft::default() }
}

fn plan(db: &Connection, sql: &str) -> String {
    let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let wanted = statement.parameter_count();
    let rows = statement.query_map(rusqlite::params_from_iter(vec![1; wanted]), |r| r.get::<_, String>(3));
    rows.unwrap().map(|line| line.unwrap()).collect::<Vec<_>>().join("; ")
}

#[test]
fn every_query_behind_a_screen_goes_by_an_index() {
    let folder = TempDir::new().unwrap();
    let phone = open(&folder);
    let outbox = format!("SELECT * FROM outbox {}", outbox::OF_CASE_SQL);
    let numbered = format!("SELECT * FROM outbox {}", outbox::OF_NUMBER_SQL);
    let journal = format!("SELECT * FROM journal WHERE {}", journal::OF_CASE_SQL);
    let attention = format!("SELECT * FROM journal WHERE {}", journal::ACTIVE_SQL);
    let table = [
        (rows::LIST_SQL, "SCAN rows"),
        (rows::OPEN_SQL, "USING INDEX rows_open"),
        (rows::DUE_SQL, "USING INDEX rows_by_due"),
        (rows::NEAR_SQL, "USING INDEX rows_near (service=? AND lat>? AND lat<?)"),
        (rows::OPEN_IDS_SQL, "USING INDEX rows_open"),
        (search::SEARCH_OPEN_SQL, "USING INTEGER PRIMARY KEY"),
        (search::SEARCH_DUE_SQL, "SCAN rows USING INDEX rows_by_due; LIST SUBQUERY"),
        (search::SEARCH_SQL, "VIRTUAL TABLE INDEX"),
        (search::FOUND_SQL, "USING INTEGER PRIMARY KEY"),
        (search::UNFOUND_SQL, "USING INDEX rows_unfound"),
        (search::UNREAD_SQL, "USING INDEX rows_unread"),
        ("SELECT pos, words FROM rows WHERE id = ?1", "USING INDEX sqlite_autoindex_rows_1"),
        (cases::BASE_SQL, "USING INDEX base_by_case"),
        (cases::ACTS_SQL, "INDEX base_by_case"),
        (streams::WANTED_SQL, "USING INDEX wanted_order"),
        (private::OF_CASE_SQL, "USING PRIMARY KEY"),
        (outbox.as_str(), "USING INDEX outbox_by_case"),
        ("SELECT * FROM outbox WHERE commit_id = ?1", "USING INDEX outbox_by_commit"),
        (numbered.as_str(), "USING INDEX outbox_by_number"),
        (journal.as_str(), "USING INDEX journal_by_case"),
        (attention.as_str(), "USING INDEX journal_active"),
        ("SELECT * FROM journal WHERE commit_id = ?1", "USING INDEX journal_by_commit"),
        (appeals::NEXT_SQL, "USING INDEX appeals_waiting"),
        (blobs::UNSENT_SQL, "INDEX blobs_by_case"),
        (cache::LET_GO_SQL, "INDEX files_by_age"),
        (cache::TROUBLED_SQL, "INDEX file_troubles_by_case"),
        (cache::WANTED_SQL, "INDEX wanted_files_order"),
    ];
    for (sql, index) in table {
        let plan = plan(&phone.db, sql);
        assert!(plan.contains(index), "{sql}: {plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{sql}: {plan}");
    }
}

#[test]
fn a_list_needs_no_document() {
    let folder = TempDir::new().unwrap();
    let mut phone = enrolled(&folder);
    let id = phone.save_draft(None, &draft("井盖")).unwrap();
    phone.finish(&id).unwrap();
    let here = Position { lng: 113.6, lat: 34.7, accuracy_m: None };
    let id = phone.save_draft(None, &Draft { position: Some(here), ..draft("路灯") }).unwrap();
    phone.finish(&id).unwrap();
    let asks = |phone: &Phone| {
        let by_due = SearchAsk { order: Order::Due, open_only: true, mine: true, ..SearchAsk::default() };
        (phone.search(&by_due).unwrap(), phone.similar("case.snap", &here, 10).unwrap())
    };
    let (before, more) = (phone.list(10, 0).unwrap(), asks(&phone));
    for table in ["cases", "base", "outbox"] {
        phone.db.execute(&format!("DELETE FROM {table}"), []).unwrap();
    }
    assert_eq!((phone.list(10, 0).unwrap(), asks(&phone)), (before, more.clone()));
    assert_eq!((more.0.len(), more.1[0].line.title.as_str()), (2, "路灯"));
    assert!(more.0[0].due.is_some());
}

#[test]
fn a_full_disk_is_said_so_and_what_was_saved_is_whole() {
    let folder = TempDir::new().unwrap();
    let mut phone = enrolled(&folder);
    let id = phone.save_draft(None, &draft("早先")).unwrap();
    phone.finish(&id).unwrap();
    let waiting = phone.save_draft(None, &draft("还没写完")).unwrap();
    let pages: i64 = phone.db.query_row("PRAGMA page_count", [], |r| r.get(0)).unwrap();
    phone.db.pragma_update(None, "max_page_count", pages).unwrap();
    let long = "字".repeat(2_000);
    let mut refused = 0;
    for _ in 0..20 {
        match phone.note(&id, &long, &[]) {
            Ok(()) => {}
            Err(error) => {
                assert_eq!(error, DeviceError::StorageFull);
                refused += 1;
            }
        }
    }
    assert!(refused > 0, "the pages run out");
    assert_eq!(phone.save_draft(None, &draft(&long)), Err(DeviceError::StorageFull));
    let notes = phone.case(&id).unwrap().notes.len();
    assert_eq!(notes, 20 - refused, "what was refused left no half of itself");
    assert_eq!(phone.outbox().unwrap().len(), 2 + notes);
    drop(phone);
    let mut phone = open(&folder);
    assert_eq!(phone.case(&id).unwrap().notes.len(), notes);
    assert_eq!(phone.draft(&waiting).unwrap().text, "还没写完");
    let check: String = phone.db.query_row("PRAGMA integrity_check", [], |r| r.get(0)).unwrap();
    assert_eq!(check, "ok");
    phone.note(&id, &long, &[]).unwrap();
    phone.finish(&waiting).unwrap();
}
