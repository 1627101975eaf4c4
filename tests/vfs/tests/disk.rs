//! The disk does what it says: what is synced stays, what is not may go, and SQLite keeps its promises on it.
#![allow(clippy::unwrap_used, reason = "a test stops where its ground gives way")]

use rusqlite::{Connection, OpenFlags};
use yuandian_device::ports::BlobDir as _;
use yuandian_model::BlobHash;
use yuandian_vfs::{Cut, Disk, Fault, FaultBlobDir, Op};

fn open(disk: &Disk) -> rusqlite::Result<Connection> {
    let db = Connection::open_with_flags_and_vfs("a.db", OpenFlags::default(), disk.vfs())?;
    db.execute_batch(
        "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4;
         CREATE TABLE IF NOT EXISTS t (n INTEGER PRIMARY KEY, pad BLOB NOT NULL)",
    )?;
    Ok(db)
}

/// Adds rows until something fails; gives how many were acknowledged.
fn work(db: &Connection, rows: i64) -> i64 {
    (1..=rows).take_while(|n| db.execute("INSERT INTO t VALUES (?1, zeroblob(900))", [n]).is_ok()).count()
        as i64
}

fn rows(db: &Connection) -> i64 {
    db.query_row("SELECT count(*) FROM t", [], |row| row.get(0)).unwrap()
}

fn healthy(db: &Connection) -> bool {
    db.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0)).unwrap() == "ok"
}

#[test]
fn a_database_lives_on_the_disk_and_is_found_again() {
    let disk = Disk::new(1);
    let db = open(&disk).unwrap();
    assert_eq!(work(&db, 20), 20);
    drop(db);
    assert_eq!(rows(&open(&disk).unwrap()), 20);
    assert!(disk.count(Op::Sync) > 20);
    let copy = Disk::with(2, &disk.image());
    assert_eq!(rows(&open(&copy).unwrap()), 20);
}

#[test]
fn no_fault_at_any_operation_loses_an_acknowledged_row() {
    let all = {
        let disk = Disk::new(0);
        work(&open(&disk).unwrap(), 12);
        disk.operations()
    };
    for fault in [Fault::Cut(Cut::Kill), Fault::Cut(Cut::Power), Fault::Full(3), Fault::Error] {
        for at in 0..all {
            let disk = Disk::new(at);
            disk.plan(at, fault);
            let acknowledged = open(&disk).map_or(0, |db| work(&db, 12));
            disk.forget_faults();
            disk.power_on();
            let db = open(&disk).unwrap();
            assert!(healthy(&db), "{fault:?} at {at}");
            let found = rows(&db);
            assert!(
                found == acknowledged || found == acknowledged + 1,
                "{fault:?} at {at}: {found}/{acknowledged}"
            );
        }
    }
}

#[test]
fn without_the_sync_a_power_cut_loses_acknowledged_rows() {
    let lost = (0..40).filter(|seed| {
        let disk = Disk::new(*seed);
        let db = open(&disk).unwrap();
        db.execute_batch("PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=1000").unwrap();
        let acknowledged = work(&db, 2);
        disk.cut(Cut::Power);
        drop(db);
        disk.power_on();
        let db = open(&disk).unwrap();
        assert!(healthy(&db));
        rows(&db) < acknowledged
    });
    assert!(lost.count() > 10, "the model is too kind");
}

#[test]
fn after_a_cut_everything_fails_until_power_on_and_old_connections_stay_dead() {
    let disk = Disk::new(3);
    let old = open(&disk).unwrap();
    disk.cut(Cut::Kill);
    assert!(disk.is_off());
    assert_eq!(work(&old, 3), 0);
    assert!(open(&disk).is_err());
    disk.power_on();
    assert_eq!(work(&old, 3), 0);
    let new = open(&disk).unwrap();
    assert_eq!(work(&new, 3), 3);
    drop(old);
    assert_eq!(rows(&new), 3);
}

#[test]
fn a_store_that_is_open_cannot_be_opened_twice() {
    let disk = Disk::new(4);
    let first = open(&disk).unwrap();
    work(&first, 1);
    assert!(open(&disk).is_err());
    drop(first);
    assert!(open(&disk).is_ok());
}

#[test]
fn a_photo_file_is_whole_or_absent_at_every_operation() {
    let hash = BlobHash([7; 32]);
    let bytes = vec![9; 5_000];
    let all = {
        let disk = Disk::new(0);
        FaultBlobDir::new(&disk).put(&hash, &bytes).unwrap();
        disk.operations()
    };
    assert_eq!(all, 5, "create, write, sync, rename, sync of the folder");
    for fault in [Fault::Cut(Cut::Kill), Fault::Cut(Cut::Power), Fault::Full(1), Fault::Error] {
        for at in 0..=all {
            for seed in 0..8 {
                let disk = Disk::new(seed);
                disk.plan(at, fault);
                let kept = FaultBlobDir::new(&disk).put(&hash, &bytes).is_ok();
                if kept {
                    disk.cut(Cut::Power);
                }
                disk.forget_faults();
                disk.power_on();
                let mut blobs = FaultBlobDir::new(&disk);
                if kept || blobs.has(&hash) {
                    assert_eq!(blobs.read(&hash, 0, u64::MAX).unwrap(), bytes, "{fault:?} at {at}");
                }
                blobs.put(&hash, &bytes).unwrap();
                assert_eq!(blobs.read(&hash, 4_990, 100).unwrap().len(), 10);
            }
        }
    }
}

#[test]
fn a_name_that_was_not_synced_may_be_undone() {
    let undone = (0..40).filter(|seed| {
        let disk = Disk::new(*seed);
        disk.write("a.part", b"bytes").unwrap();
        disk.rename("a.part", "a").unwrap();
        disk.cut(Cut::Power);
        assert!(disk.has("a") != disk.has("a.part"));
        disk.has("a.part")
    });
    assert!((5..35).contains(&undone.count()));
}

#[test]
fn photo_files_see_short_reads_and_full_disks() {
    let disk = Disk::new(5);
    disk.write("a", &[1; 100]).unwrap();
    disk.plan(disk.operations(), Fault::ShortRead);
    assert_eq!(disk.read("a", 0, 100).unwrap().len(), 50);
    assert_eq!(disk.read("a", 0, 100).unwrap().len(), 100);
    disk.plan(disk.operations(), Fault::Full(1));
    assert_eq!(disk.write("b", b"x").unwrap_err().kind(), std::io::ErrorKind::StorageFull);
    disk.write("b", b"x").unwrap();
    assert_eq!(disk.struck(), 3);
    assert!(disk.flip("b", 0) && !disk.flip("b", 1) && disk.lose("b") && !disk.lose("b"));
}
