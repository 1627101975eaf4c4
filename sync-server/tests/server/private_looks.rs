//! Who was told private answers of somebody else stands in the log before they go out.

use yuandian_model::{CaseId, Code, Role};
use yuandian_server::admin::{self, AdminError};
use yuandian_server::hub::{Request, Response};
use yuandian_server::store::Authority as _;
use yuandian_sync::message::*;

use crate::phone::*;
use crate::private::{asked, forget_me, put, read, record};
use crate::world::*;

/// The log of a case: who, and how long after the start.
fn log(world: &World, case: CaseId) -> Vec<(String, i64, Vec<String>)> {
    let looks = world.store.looks(&case).unwrap();
    looks.into_iter().map(|look| (look.name, look.at_ms - START_MS, look.keys)).collect()
}

fn docs(world: &World, phone: &Phone, case: CaseId) -> Option<usize> {
    let wanted = vec![Wanted { document: case, since: 0 }];
    let ask = Docs { version: WIRE_VERSION, wanted, max_bytes: 1 << 20 };
    let Ok(Response::Docs(reply)) = world.ask_as(phone, Request::Docs(ask)) else { return None };
    reply.cases.first()?.private.as_ref().map(Vec::len)
}

/// A request for help with two answers, and somebody who has taken it.
fn taken() -> (World, Phone, Phone, CaseId) {
    let (world, asker, case) = asked();
    let position = PrivateRecord { key: "position".into(), ..record(case, 1, "{}") };
    assert_eq!(put(&world, &asker, vec![record(case, 1, "王奶奶"), position]), [Code::Ok; 2]);
    let mut volunteer = world.phone(11, Role::Volunteer);
    let claim = volunteer.named(case, "claim");
    world.push(&volunteer, vec![claim]);
    (world, asker, volunteer, case)
}

#[test]
fn a_look_is_logged_once_for_each_content() {
    let (world, mut asker, mut volunteer, case) = taken();
    let mut neighbour = world.phone(12, Role::Volunteer);
    world.pull(&mut asker);
    world.pull(&mut neighbour);
    assert_eq!(log(&world, case), [], "the author's own phone, and one that is told nothing");
    let both = || vec!["beneficiary".to_owned(), "position".to_owned()];
    world.pass(10);
    world.pull(&mut volunteer);
    let at = |ms| ("Person 11".to_owned(), ms, both());
    assert_eq!(log(&world, case), [at(10)]);
    world.pass(10);
    world.pull(&mut volunteer);
    assert_eq!(docs(&world, &volunteer, case), Some(2));
    assert_eq!(log(&world, case), [at(10)], "the same content again");
    assert_eq!(put(&world, &asker, vec![record(case, 2, "新地址")]), [Code::Ok]);
    assert_eq!(docs(&world, &volunteer, case), Some(2));
    assert_eq!(log(&world, case), [at(10), at(20)]);
    // What an operator says to the author who asks.
    let told = |case| admin::looks(world.directory.path(), case, &mut counted(9));
    let times: Vec<i64> = told(case).unwrap().iter().map(|look| look.at_ms - START_MS).collect();
    assert_eq!(times, [10, 20]);
    assert!(matches!(told(CaseId([9; 16])), Err(AdminError::UnknownCase(_))));
}

#[test]
fn nothing_is_told_where_the_look_cannot_be_logged() {
    let (world, _, mut volunteer, case) = taken();
    let path = world.directory.path().join("yuandian.db");
    let other = rusqlite::Connection::open(path).unwrap();
    other
        .execute_batch(
            "CREATE TRIGGER full BEFORE INSERT ON private_look BEGIN SELECT RAISE (ABORT, 'full'); END",
        )
        .unwrap();
    assert!(world.ask_as(&volunteer, Request::Pull(volunteer.pull())).is_err());
    assert_eq!(docs(&world, &volunteer, case), None);
    other.execute_batch("DROP TRIGGER full").unwrap();
    assert_eq!(read(&world, &mut volunteer).map(|answers| answers.len()), Some(2));
    assert_eq!(log(&world, case).len(), 1);
}

#[test]
fn the_log_goes_with_its_subject_and_loses_the_name_with_its_reader() {
    let (world, mut asker, mut volunteer, case) = taken();
    world.pull(&mut volunteer);
    assert_eq!(world.store.looks(&case).unwrap().first().map(|look| look.who), volunteer.user);
    forget_me(&world, &mut volunteer);
    assert_eq!(log(&world, case)[0].0, "已注销用户");
    forget_me(&world, &mut asker);
    assert_eq!(log(&world, case), []);
}
