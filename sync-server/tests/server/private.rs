//! Private answers: written by the author alone, read by right alone, kept sealed, found nowhere else.

use std::path::{Path, PathBuf};

use yuandian_document::{Act, Report};
use yuandian_model::{BlobHash, CaseId, Code, Role};
use yuandian_server::admin;
use yuandian_server::hub::{Request, Response};
use yuandian_server::keys::{DirectoryKeys, SubjectKey, SubjectKeys as _};
use yuandian_server::seal::{self, SEALED_MORE_BYTES};
use yuandian_server::shell::SystemRandomness;
use yuandian_server::store::{Authority as _, Files as _, Whom};
use yuandian_sync::limits::{PRIVATE_BYTES_MAX, PRIVATE_RECORDS_MAX};
use yuandian_sync::message::*;

use crate::phone::*;
use crate::world::*;

const CANARY: &str = "王奶奶 3-502";

pub fn record(document: CaseId, version: u64, value: &str) -> PrivateRecord {
    PrivateRecord { document, key: "beneficiary".into(), value: value.into(), version }
}

pub fn put(world: &World, phone: &Phone, private: Vec<PrivateRecord>) -> Vec<Code> {
    match world
        .ask_as(phone, Request::Push(Push { version: WIRE_VERSION, items: vec![], private, links: vec![] }))
    {
        Ok(Response::Push(reply)) => reply.private.into_iter().map(|r| r.code).collect(),
        other => panic!("push: {other:?}"),
    }
}

pub fn asked() -> (World, Phone, CaseId) {
    let world = World::new();
    let mut asker = world.phone(1, Role::Resident);
    let case = asker.new_case();
    let report = asker.report(case, "help.errand");
    assert_eq!(world.codes(&asker, vec![report]), [Code::Ok]);
    (world, asker, case)
}

/// What a phone may read of the case now, by the last page that brings it.
pub fn read(world: &World, phone: &mut Phone) -> Option<Vec<String>> {
    let pulled = world.pull(phone);
    let private = pulled.last()?.private.clone()?;
    Some(private.into_iter().map(|field| field.value).collect())
}

#[test]
fn the_author_writes_and_holders_read_until_it_ends() {
    let (world, mut asker, case) = asked();
    let mut volunteers: Vec<Phone> = (11..13).map(|n| world.phone(n, Role::Volunteer)).collect();
    let mut worker = world.phone(20, Role::GridWorker);
    assert_eq!(put(&world, &asker, vec![record(case, 1, CANARY)]), [Code::Ok]);
    assert_eq!(read(&world, &mut asker), Some(vec![CANARY.into()]));
    assert_eq!(read(&world, &mut volunteers[0]), Some(vec![]), "a neighbour sees the case, not the answer");
    assert_eq!(read(&world, &mut worker), Some(vec![]));
    for volunteer in &mut volunteers {
        let claim = volunteer.named(case, "claim");
        world.push(volunteer, vec![claim]);
    }
    assert_eq!(read(&world, &mut volunteers[0]), Some(vec![CANARY.into()]), "the holder");
    assert_eq!(read(&world, &mut volunteers[1]), Some(vec![]), "who waits does not");
    let release = volunteers[0].named(case, "release");
    assert_eq!(world.codes(&volunteers[0], vec![release]), [Code::Ok]);
    assert_eq!(read(&world, &mut volunteers[0]), Some(vec![]), "who lets go forgets");
    assert_eq!(read(&world, &mut volunteers[1]), Some(vec![CANARY.into()]), "who is promoted reads");
    assert_eq!(put(&world, &asker, vec![record(case, 2, "新地址")]), [Code::Ok]);
    assert_eq!(read(&world, &mut volunteers[1]), Some(vec!["新地址".into()]), "a change moves the case");
    let done = volunteers[1].named(case, "report_back");
    assert_eq!(world.codes(&volunteers[1], vec![done]), [Code::Ok]);
    assert_eq!(read(&world, &mut volunteers[1]), Some(vec!["新地址".into()]));
    let confirm = asker.named(case, "confirm");
    assert_eq!(world.codes(&asker, vec![confirm]), [Code::Ok]);
    assert_eq!(read(&world, &mut volunteers[1]), Some(vec![]), "it has ended");
    assert_eq!(read(&world, &mut asker), Some(vec!["新地址".into()]));
}

#[test]
fn an_older_version_never_replaces_a_newer_and_empty_takes_it_back() {
    let (world, mut asker, case) = asked();
    let codes =
        put(&world, &asker, vec![record(case, 2, CANARY), record(case, 1, "older"), record(case, 2, CANARY)]);
    assert_eq!(codes, [Code::Ok, Code::Dup, Code::Dup]);
    assert_eq!(read(&world, &mut asker), Some(vec![CANARY.into()]));
    assert_eq!(put(&world, &asker, vec![record(case, 3, "")]), [Code::Ok]);
    assert_eq!(read(&world, &mut asker), Some(vec![]));
    assert_eq!(put(&world, &asker, vec![record(case, 2, CANARY)]), [Code::Dup]);
}

#[test]
fn each_wrong_record_gets_its_own_code() {
    let (world, asker, case) = asked();
    let volunteer = world.phone(11, Role::Volunteer);
    assert_eq!(put(&world, &volunteer, vec![record(case, 1, "x")]), [Code::RRole]);
    let other = |key: &str| PrivateRecord { key: key.into(), ..record(case, 1, "x") };
    let records = vec![
        record(CaseId([9; 16]), 1, "x"),
        other("budget"),
        other("nothing"),
        record(case, 1, &"x".repeat(PRIVATE_BYTES_MAX + 1)),
        record(case, 1, &"x".repeat(PRIVATE_BYTES_MAX)),
        other("position"),
    ];
    let codes = [Code::RetryLater, Code::RSchema, Code::RSchema, Code::RLimit, Code::Ok, Code::Ok];
    assert_eq!(put(&world, &asker, records), codes);
    let many = vec![record(case, 9, "x"); PRIVATE_RECORDS_MAX + 1];
    let push = Push { version: WIRE_VERSION, items: vec![], private: many, links: vec![] };
    assert!(world.ask_as(&asker, Request::Push(push)).is_err());
}

#[test]
fn a_record_may_come_with_the_report_that_opens_its_case() {
    let world = World::new();
    let mut asker = world.phone(1, Role::Resident);
    let case = asker.new_case();
    let items = vec![asker.report(case, "help.errand")];
    let private = vec![record(case, 1, CANARY)];
    let push = Push { version: WIRE_VERSION, items, private, links: vec![] };
    let Ok(Response::Push(reply)) = world.ask_as(&asker, Request::Push(push)) else { panic!("no push") };
    assert_eq!(reply.private[0].code, Code::Ok);
}

#[test]
fn who_handles_reads_what_the_service_lets_them_and_nobody_else() {
    let world = World::new();
    let mut family = world.phone(1, Role::FamilyContact);
    let mut worker = world.phone(20, Role::GridWorker);
    let mut collector = world.phone(21, Role::Collector);
    let case = family.new_case();
    let report = Report { service: "alert.elder".into(), grid: GRID.parse().unwrap(), place: None };
    let report = family.act(case, &Act::report(report));
    assert_eq!(world.codes(&family, vec![report]), [Code::Ok]);
    let address = PrivateRecord { key: "address".into(), ..record(case, 1, CANARY) };
    assert_eq!(put(&world, &family, vec![address]), [Code::Ok]);
    assert_eq!(read(&world, &mut worker), Some(vec![CANARY.into()]), "whoever goes there finds the door");
    assert_eq!(read(&world, &mut collector), None, "whoever does not go does not even see the case");
    // Documents that are asked for again say the same.
    let docs = |phone: &Phone| {
        let wanted = vec![Wanted { document: case, since: 0 }];
        let ask = Docs { version: WIRE_VERSION, wanted, max_bytes: 1 << 20 };
        let Ok(Response::Docs(reply)) = world.ask_as(phone, Request::Docs(ask)) else { panic!("docs") };
        reply.cases.first().and_then(|case| case.private.as_ref()).map(Vec::len)
    };
    assert_eq!((docs(&worker), docs(&collector)), (Some(1), None));
    let mut off = Act::named("call_off", None);
    off.args.insert("reason".into(), "误触".into());
    let off = worker.act(case, &off);
    assert_eq!(world.codes(&worker, vec![off]), [Code::Ok]);
    assert_eq!(read(&world, &mut worker), Some(vec![]), "it has ended");
    assert_eq!(read(&world, &mut family), Some(vec![CANARY.into()]));
}

#[test]
fn a_petition_reaches_those_who_handle_it_and_who_may_look_at_it_alone() {
    let world = World::new();
    let mut resident = world.phone(1, Role::Resident);
    let roles = [Role::Handler, Role::Supervisor, Role::GridWorker, Role::Collector, Role::Resident];
    let mut others: Vec<Phone> = (20..).zip(roles).map(|(person, role)| world.phone(person, role)).collect();
    let case = resident.new_case();
    let report = resident.report(case, "case.petition");
    assert_eq!(world.codes(&resident, vec![report]), [Code::Ok]);
    let petitioner = PrivateRecord { key: "petitioner".into(), ..record(case, 1, CANARY) };
    assert_eq!(put(&world, &resident, vec![petitioner]), [Code::Ok]);
    let found: Vec<_> = others.iter_mut().map(|phone| read(&world, phone)).collect();
    assert_eq!(found, [Some(vec![CANARY.into()]), Some(vec![]), None, None, None]);
    // Whoever knows its number gains nothing by it: neither the case nor a word in it.
    let worker = &mut others[2];
    let ask =
        Docs { version: WIRE_VERSION, wanted: vec![Wanted { document: case, since: 0 }], max_bytes: 1 << 20 };
    let Ok(Response::Docs(reply)) = world.ask_as(worker, Request::Docs(ask)) else { panic!("docs") };
    let told = |case: &PulledCase| case.gone.is_none() || case.facts.is_some() || !case.commits.is_empty();
    assert!(!reply.cases.iter().any(told), "as of one that is not there");
    let accept = worker.act(case, &Act::named("accept", None));
    assert_eq!(world.codes(worker, vec![accept]), [Code::RRole]);
}

/// Whether any file in a directory, or below it, has these bytes.
fn on_disk(directory: &Path, bytes: &[u8]) -> bool {
    std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).any(|path| {
        if path.is_dir() {
            return on_disk(&path, bytes);
        }
        std::fs::read(&path).unwrap().windows(bytes.len()).any(|window| window == bytes)
    })
}

/// How often an answer of a case stands sealed in the files of a directory, where a key opens it.
fn sealed(directory: &Path, key: Option<SubjectKey>, (case, words): (CaseId, &str)) -> usize {
    let Some(key) = key else { return 0 };
    let files = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let opens = |bytes: &[u8]| seal::open(&key, (&case, "beneficiary"), bytes).as_deref() == Some(words);
    let count = |bytes: Vec<u8>| bytes.windows(words.len() + SEALED_MORE_BYTES).filter(|w| opens(w)).count();
    files.filter(|path| path.is_file()).map(|path| count(std::fs::read(&path).unwrap())).sum()
}

/// The keys in a directory of a server, or of its backups.
fn keys(directory: &Path) -> DirectoryKeys {
    DirectoryKeys::at(&directory.join("keys"))
}

fn key_of(directory: &Path, phone: &Phone) -> Option<SubjectKey> {
    keys(directory).get(&phone.user.unwrap()).unwrap()
}

/// A greeting of somebody who wants to be forgotten.
pub fn forget_me(world: &World, phone: &mut Phone) -> HelloReply {
    phone.forget = true;
    let reply = world.hello(phone);
    phone.forget = false;
    reply
}

#[test]
fn who_wants_to_be_forgotten_is_gone_from_the_server_and_from_who_held_the_case() {
    let (world, mut asker, case) = asked();
    let mut volunteer = world.phone(11, Role::Volunteer);
    let mut other = world.phone(12, Role::Resident);
    assert_eq!(put(&world, &asker, vec![record(case, 1, CANARY)]), [Code::Ok]);
    let theirs = other.new_case();
    let report = other.report(theirs, "help.errand");
    assert_eq!(world.codes(&other, vec![report]), [Code::Ok]);
    assert_eq!(put(&world, &other, vec![record(theirs, 1, "李大爷 7-101")]), [Code::Ok]);
    let original = b"with its place inside".to_vec();
    let photo = asker.photo(case, &original);
    assert_eq!(world.codes(&asker, vec![photo]), [Code::Ok]);
    let wish = Request::OpenUpload { hash: BlobHash(sha256(&original)), size: original.len() as u64 };
    let Ok(Response::Upload(upload)) = world.ask_as(&asker, wish) else { panic!() };
    world.hub.finish_upload(&upload, original.clone().into(), world.now()).unwrap();
    let claim = volunteer.named(case, "claim");
    world.push(&volunteer, vec![claim]);
    world.pull(&mut volunteer);
    let data = world.directory.path().to_owned();
    let key = key_of(&data, &asker);
    assert!(sealed(&data, key.clone(), (case, CANARY)) > 0);

    assert!(forget_me(&world, &mut asker).wipe.is_some(), "the phone is told to forget everything");
    assert!(forget_me(&world, &mut asker).wipe.is_some(), "an answer that was lost is given again");
    assert_eq!(key_of(&data, &asker), None);
    assert_eq!(sealed(&data, key, (case, CANARY)), 0, "the rows, the pages they stood in, and the log");
    assert!(sealed(&data, key_of(&data, &other), (theirs, "李大爷 7-101")) > 0, "nobody else is forgotten");
    let told = world.pull(&mut volunteer);
    let line = told.iter().rev().find(|told| told.document == case && told.facts.is_some()).unwrap();
    assert_eq!(
        line.private.as_deref(),
        Some(&[][..]),
        "the holder hears that there is nothing private any more"
    );
    assert_eq!(line.facts.as_ref().unwrap().author.name, "已注销用户");
    assert!(line.stored.is_empty());
    world.hub.tick(world.now()).unwrap();
    assert_eq!(world.store.files(None, 10).unwrap(), [], "the original, which was the asker's alone");
    let user = asker.user.unwrap();
    assert_eq!(
        world.store.forgotten().unwrap().into_iter().map(|(user, _)| user).collect::<Vec<_>>(),
        [user]
    );
    assert_eq!(put(&world, &asker, vec![record(case, 2, CANARY)]), [Code::RRevoked]);
    assert_eq!(key_of(&data, &asker), None, "and gets no key any more");
    assert!(!on_disk(&data, CANARY.as_bytes()));
}

fn back_up(world: &World, place: &Path) -> PathBuf {
    let data = (world.directory.path(), None);
    admin::back_up(data, place, &mut SystemRandomness, world.now()).unwrap()
}

#[test]
fn a_backup_of_before_is_told_again_who_was_forgotten() {
    let (world, mut asker, case) = asked();
    assert_eq!(put(&world, &asker, vec![record(case, 1, CANARY)]), [Code::Ok]);
    let place = tempfile::tempdir().unwrap();
    let before = back_up(&world, place.path());
    forget_me(&world, &mut asker);
    // As where the keys could not be mirrored: it is told again all the same.
    let key = key_of(place.path(), &asker).unwrap();
    world.pass(1_000);
    back_up(&world, place.path());
    keys(place.path()).make(&asker.user.unwrap(), key.clone()).unwrap();
    let restored = tempfile::tempdir().unwrap();
    let data = restored.path().join("data");
    admin::put_back((&data, None), &before, false, &mut SystemRandomness, world.now()).unwrap();
    assert_eq!(sealed(&data, Some(key), (case, CANARY)), 0);
    assert_eq!(key_of(&data, &asker), None);
}

#[test]
fn no_backup_of_before_opens_once_the_next_was_made() {
    let (world, mut asker, case) = asked();
    let mut other = world.phone(2, Role::Resident);
    let theirs = other.new_case();
    let report = other.report(theirs, "help.errand");
    assert_eq!(world.codes(&other, vec![report]), [Code::Ok]);
    assert_eq!(put(&world, &asker, vec![record(case, 1, CANARY)]), [Code::Ok]);
    assert_eq!(put(&world, &other, vec![record(theirs, 1, CANARY)]), [Code::Ok]);
    let place = tempfile::tempdir().unwrap();
    let before = back_up(&world, place.path());
    let opens = |phone: &Phone, case| sealed(&before, key_of(place.path(), phone), (case, CANARY));
    forget_me(&world, &mut asker);
    assert!(opens(&asker, case) > 0, "until the next backup");
    world.pass(1_000);
    back_up(&world, place.path());
    assert_eq!((opens(&asker, case), key_of(place.path(), &asker)), (0, None));
    assert!(opens(&other, theirs) > 0, "nobody else is forgotten");
    assert!(!on_disk(place.path(), CANARY.as_bytes()));
}

#[test]
fn what_is_put_back_opens_where_its_keys_are_put() {
    let (mut world, mut asker, case) = asked();
    assert_eq!(put(&world, &asker, vec![record(case, 1, CANARY)]), [Code::Ok]);
    // As of a server that was told to keep them elsewhere.
    let (elsewhere, place) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let aside = elsewhere.path().join("keys");
    std::fs::rename(world.directory.path().join("keys"), &aside).unwrap();
    let data = world.directory.path();
    admin::back_up((data, Some(&aside)), place.path(), &mut SystemRandomness, world.now()).unwrap();
    let (new, there) = (place.path().join("new"), elsewhere.path().join("there"));
    admin::put_back((&new, Some(&there)), place.path(), false, &mut counted(9), world.now()).unwrap();
    assert!(!new.join("keys").exists());
    std::fs::rename(&there, new.join("keys")).unwrap();
    world.move_to(&new);
    world.hello(&mut asker);
    asker.cursors.values_mut().for_each(|cursor| (cursor.epoch, cursor.cursor) = (None, 0));
    assert_eq!(read(&world, &mut asker), Some(vec![CANARY.into()]));
}

#[test]
fn what_no_key_opens_is_delivered_to_nobody_and_replaced_by_whatever_its_author_says_again() {
    let (world, mut asker, case) = asked();
    let mut volunteer = world.phone(11, Role::Volunteer);
    assert_eq!(put(&world, &asker, vec![record(case, 3, CANARY)]), [Code::Ok]);
    assert!(!on_disk(world.directory.path(), CANARY.as_bytes()), "sealed, nowhere plain");
    keys(world.directory.path()).destroy(&asker.user.unwrap()).unwrap();
    let claim = volunteer.named(case, "claim");
    world.push(&volunteer, vec![claim]);
    assert_eq!(read(&world, &mut volunteer), Some(vec![]));
    assert_eq!(read(&world, &mut asker), None, "told nothing: the phone that has it keeps it");
    assert_eq!(put(&world, &asker, vec![record(case, 2, CANARY)]), [Code::Ok], "by an older phone, too");
    assert_eq!(read(&world, &mut volunteer), Some(vec![CANARY.into()]));
    assert_eq!(read(&world, &mut asker), Some(vec![CANARY.into()]));
    assert_eq!(put(&world, &asker, vec![record(case, 2, CANARY)]), [Code::Dup]);
    // Under a key of somebody else it is as good as lost.
    keys(world.directory.path()).destroy(&asker.user.unwrap()).unwrap();
    let another = SubjectKey::new([9; 32]);
    keys(world.directory.path()).make(&asker.user.unwrap(), another).unwrap();
    assert_eq!(put(&world, &asker, vec![record(case, 2, CANARY)]), [Code::Ok]);
    assert_eq!(read(&world, &mut volunteer), Some(vec![CANARY.into()]));
}

#[test]
fn while_the_keys_are_away_answers_wait_and_nobody_loses_any() {
    let (world, mut asker, case) = asked();
    let data = world.directory.path().to_owned();
    let (place, aside) = (data.join("keys"), data.join("aside"));
    assert_eq!(put(&world, &asker, vec![record(case, 1, CANARY)]), [Code::Ok]);
    let key = key_of(&data, &asker);
    std::fs::rename(&place, &aside).unwrap();
    std::fs::write(&place, b"no directory").unwrap();
    assert_eq!(put(&world, &asker, vec![record(case, 2, "新地址")]), [Code::RetryLater]);
    assert_eq!(read(&world, &mut asker), None);
    // Forgotten all the same, and to the end once they are back.
    assert!(forget_me(&world, &mut asker).wipe.is_some());
    world.hub.tick(world.now()).unwrap();
    assert!(world.store.erasure_due().unwrap());
    std::fs::remove_file(&place).unwrap();
    std::fs::rename(&aside, &place).unwrap();
    world.hub.tick(world.now()).unwrap();
    assert!(!world.store.erasure_due().unwrap());
    assert_eq!((key_of(&data, &asker), sealed(&data, key, (case, CANARY))), (None, 0));
}

#[test]
fn answers_that_an_older_version_kept_plain_are_read_and_sealed() {
    let (mut world, mut asker, case) = asked();
    assert_eq!(put(&world, &asker, vec![record(case, 4, "x")]), [Code::Ok]);
    let path = world.directory.path().join("yuandian.db");
    let older = rusqlite::Connection::open(&path).unwrap();
    older
        .execute_batch(&format!(
            "DROP TABLE private_record; DROP TABLE private_look;
             CREATE TABLE private_record (
                 document BLOB NOT NULL REFERENCES case_row (id), key TEXT NOT NULL, value TEXT NOT NULL,
                 version INTEGER NOT NULL, PRIMARY KEY (document, key)
             ) STRICT, WITHOUT ROWID;
             INSERT INTO private_record SELECT id, 'beneficiary', '{CANARY}', 4 FROM case_row;
             INSERT INTO private_record SELECT id, 'position', '', 2 FROM case_row;
             DROP TABLE redaction; DROP TABLE apart; DROP TABLE hours; DROP TABLE consent;
             DROP TABLE at_work; DROP TABLE no_show; DROP TABLE reach; DROP TABLE notification;
             DROP INDEX case_author; DROP INDEX right_grid;
             ALTER TABLE person_right DROP COLUMN vetting; ALTER TABLE invitation DROP COLUMN vetting;
             ALTER TABLE person_right DROP COLUMN evidence; ALTER TABLE invitation DROP COLUMN evidence;
             PRAGMA user_version = 1;"
        ))
        .unwrap();
    drop(older);
    keys(world.directory.path()).destroy(&asker.user.unwrap()).unwrap();
    world.restart();
    assert_eq!(read(&world, &mut asker), Some(vec![CANARY.into()]), "before it is sealed");
    assert!(on_disk(world.directory.path(), CANARY.as_bytes()));
    assert_eq!(put(&world, &asker, vec![record(case, 4, CANARY)]), [Code::Dup]);
    world.hub.tick(world.now()).unwrap();
    assert!(!on_disk(world.directory.path(), CANARY.as_bytes()));
    assert!(sealed(world.directory.path(), key_of(world.directory.path(), &asker), (case, CANARY)) > 0);
    world.hello(&mut asker);
    asker.cursors.values_mut().for_each(|cursor| (cursor.epoch, cursor.cursor) = (None, 0));
    assert_eq!(read(&world, &mut asker), Some(vec![CANARY.into()]));
}

#[test]
fn a_stolen_phone_that_was_shut_out_forgets_nobody() {
    let (world, mut asker, case) = asked();
    assert_eq!(put(&world, &asker, vec![record(case, 1, CANARY)]), [Code::Ok]);
    world.store.shut_out(&Whom::Device(asker.device()), world.now()).unwrap();
    assert!(forget_me(&world, &mut asker).wipe.is_some());
    assert_eq!(world.store.forgotten().unwrap(), []);
    let data = world.directory.path();
    assert!(sealed(data, key_of(data, &asker), (case, CANARY)) > 0);
}
