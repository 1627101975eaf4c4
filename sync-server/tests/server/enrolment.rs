//! Invitations, numbers and tokens.

use yuandian_document::{Purpose, cbor};
use yuandian_model::Role;
use yuandian_server::hub::{Request, Response};
use yuandian_server::limits::{
    GRANTS_PER_USER_MAX, NEXT_NONCE_MS, NONCE_MS, TOKEN_MS, TOKENS_PER_DEVICE_MAX,
};
use yuandian_server::problem::Problem;
use yuandian_sync::message::*;

use crate::phone::*;
use crate::world::*;

fn enroll(world: &World, phone: &Phone, code: &str, name: &str) -> Result<Enrolled, Problem> {
    match world.ask(Request::Enroll(phone.enroll(code, name)))? {
        Response::Enrolled(enrolled) => Ok(enrolled),
        other => panic!("{other:?}"),
    }
}

fn nonce(world: &World, phone: &Phone) -> Result<[u8; 32], Problem> {
    match world.ask(Request::Nonce(phone.nonce()))? {
        Response::Nonce(nonce) => Ok(nonce.nonce),
        other => panic!("{other:?}"),
    }
}

fn hello(world: &World, phone: &Phone, nonce: [u8; 32]) -> Result<String, Problem> {
    match world.ask(Request::Hello(phone.hello(nonce)))? {
        Response::Hello(reply) => Ok(reply.token),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_invitation_is_for_one_device_whose_lost_reply_comes_again() {
    let world = World::new();
    let code = world.invite(Role::GridWorker, GRID);
    let phone = Phone::new(1);
    let first = enroll(&world, &phone, &code, " 张三 ").unwrap();
    assert_eq!((first.name.as_str(), first.grants.len()), ("张三", 1));
    world.pass(10_000_000_000);
    let again = enroll(&world, &phone, &code.to_lowercase().replace('-', " "), "张三").unwrap();
    assert_eq!((again.user, &again.grants), (first.user, &first.grants), "also after its end");
    assert_eq!(enroll(&world, &Phone::new(2), &code, "b"), Err(Problem::InvitationUsed));
}

#[test]
fn a_second_invitation_is_one_right_more_for_the_same_person() {
    let world = World::new();
    let phone = Phone::new(1);
    let first = enroll(&world, &phone, &world.invite(Role::Resident, GRID), "a").unwrap();
    let second = enroll(&world, &phone, &world.invite(Role::Volunteer, GRID), "a").unwrap();
    assert_eq!(first.user, second.user);
    assert_eq!(second.grants.iter().map(|g| g.role).collect::<Vec<_>>(), [Role::Resident, Role::Volunteer]);
    let roles = Role::ALL.iter().filter(|r| !matches!(r, Role::Resident | Role::Volunteer));
    let grids = ["410102", "410103", "410104", "410105"];
    let wanted: Vec<(Role, &str)> = grids.iter().flat_map(|g| roles.clone().map(|r| (*r, *g))).collect();
    for (role, grid) in &wanted[..GRANTS_PER_USER_MAX - 2] {
        enroll(&world, &phone, &world.invite(*role, grid), "a").unwrap();
    }
    let above = world.invite(Role::Resident, "410106");
    assert_eq!(enroll(&world, &phone, &above, "a"), Err(Problem::OverLimit));
}

#[test]
fn each_bad_enrolment_has_its_problem() {
    let world = World::new();
    let phone = Phone::new(1);
    let code = world.invite(Role::GridWorker, GRID);
    assert_eq!(enroll(&world, &phone, "0000-0000-0000", "a"), Err(Problem::InvitationUnknown));
    assert_eq!(enroll(&world, &phone, "nonsense!", "a"), Err(Problem::InvitationUnknown));
    for name in ["", "  ", "a\nb", &"长".repeat(41)] {
        assert_eq!(enroll(&world, &phone, &code, name), Err(Problem::NameInvalid), "{name:?}");
    }
    let mut forged = phone.enroll(&code, "a");
    forged.signature.0[0] ^= 1;
    assert_eq!(world.ask(Request::Enroll(forged)), Err(Problem::SignatureInvalid));
    let other_purpose = phone.signed(Purpose::Hello, phone.enroll(&code, "a").message);
    assert_eq!(world.ask(Request::Enroll(other_purpose)), Err(Problem::SignatureInvalid));
    let mut borrowed = phone.clone();
    borrowed.certificate.key = Phone::new(2).key().public();
    assert_eq!(world.ask(Request::Enroll(borrowed.enroll(&code, "a"))), Err(Problem::SignatureInvalid));
    let garbage = phone.signed(Purpose::Enroll, b"garbage".to_vec());
    assert_eq!(world.ask(Request::Enroll(garbage)), Err(Problem::Malformed));
    let newer = Enroll {
        version: 1,
        code: code.clone(),
        name: "a".into(),
        certificate: phone.certificate.clone(),
        app: String::new(),
    };
    let newer = phone.signed(Purpose::Enroll, cbor::encode(&newer));
    assert_eq!(world.ask(Request::Enroll(newer)), Err(Problem::Version));
    assert!(enroll(&world, &phone, &code, &"长".repeat(40)).is_ok(), "nothing of it used the invitation");
    let late = world.invite(Role::GridWorker, GRID);
    world.pass(1_000_000);
    assert_eq!(enroll(&world, &Phone::new(3), &late, "a"), Err(Problem::InvitationExpired));
}

#[test]
fn a_number_is_good_once_for_one_device_and_a_minute() {
    let world = World::new();
    let phone = world.phone(1, Role::GridWorker);
    let other = world.phone(2, Role::GridWorker);
    let number = nonce(&world, &phone).unwrap();
    assert_eq!(hello(&world, &other, number), Err(Problem::NonceInvalid), "another device's");
    assert!(hello(&world, &phone, number).is_ok());
    assert_eq!(hello(&world, &phone, number), Err(Problem::NonceInvalid), "spent");
    let number = nonce(&world, &phone).unwrap();
    world.pass(NONCE_MS - 1);
    assert!(hello(&world, &phone, number).is_ok());
    let number = nonce(&world, &phone).unwrap();
    world.pass(NONCE_MS);
    assert_eq!(hello(&world, &phone, number), Err(Problem::NonceInvalid), "too old");
    let (first, second) = (nonce(&world, &phone).unwrap(), nonce(&world, &phone).unwrap());
    assert_eq!(hello(&world, &phone, first), Err(Problem::NonceInvalid), "only the latest");
    assert!(hello(&world, &phone, second).is_ok());
    assert_eq!(nonce(&world, &Phone::new(9)), Err(Problem::DeviceUnknown));
    let mut forged = phone.hello(nonce(&world, &phone).unwrap());
    forged.signature.0[0] ^= 1;
    assert_eq!(world.ask(Request::Hello(forged)), Err(Problem::SignatureInvalid));
}

#[test]
fn a_token_ends_by_the_clock_and_not_by_a_restart() {
    let mut world = World::new();
    let phone = world.phone(1, Role::GridWorker);
    world.pass(TOKEN_MS - 1);
    world.restart();
    assert!(world.ask_as(&phone, Request::Pull(phone.pull())).is_ok());
    world.pass(1);
    assert_eq!(world.ask_as(&phone, Request::Pull(phone.pull())), Err(Problem::Unauthorized));
    for token in ["", "00", "not hex", &"0".repeat(64)] {
        assert_eq!(world.hub.authenticate(token, world.now()), Err(Problem::Unauthorized), "{token}");
    }
    let stranger = world.ask(Request::Pull(phone.pull()));
    assert_eq!(stranger, Err(Problem::Unauthorized));
}

#[test]
fn a_device_has_so_many_tokens_and_the_oldest_goes_first() {
    let world = World::new();
    let mut phone = world.phone(1, Role::GridWorker);
    let first = phone.clone();
    for _ in 1..TOKENS_PER_DEVICE_MAX {
        world.pass(1);
        world.hello(&mut phone);
    }
    assert!(world.ask_as(&first, Request::Pull(first.pull())).is_ok());
    world.pass(1);
    world.hello(&mut phone);
    assert_eq!(world.ask_as(&first, Request::Pull(first.pull())), Err(Problem::Unauthorized));
    assert!(world.ask_as(&phone, Request::Pull(phone.pull())).is_ok());
}

#[test]
fn hello_tells_the_streams_and_takes_away_those_without_a_right() {
    let world = World::new();
    let mut phone = world.phone(1, Role::GridWorker);
    let gone = yuandian_sync::StreamId("grid:4101".into());
    let cursor = yuandian_sync::Cursor::new(gone.clone(), None, 5);
    phone.cursors.insert(gone.0.clone(), cursor);
    let reply = world.hello(&mut phone);
    let names: Vec<String> = reply.streams.iter().map(|s| s.stream.0.clone()).collect();
    let me = phone.user.unwrap();
    let role = format!("role:grid_worker@{GRID}");
    assert_eq!(names, [format!("follow:{me}"), format!("grid:{GRID}"), role, format!("user:{me}")]);
    assert_eq!(reply.removed.iter().map(|r| &r.stream).collect::<Vec<_>>(), [&gone]);
    assert_eq!((reply.partitions.len(), reply.partitions[0].head), (1, 0));
    assert_eq!(reply.catalogue, 1);
}

#[test]
fn a_greeting_with_the_number_that_the_last_one_gave_costs_one_request_within_a_day() {
    let world = World::new();
    let mut phone = world.phone(1, Role::GridWorker);
    let greet = |phone: &Phone, reply: &HelloReply| {
        let hello = Request::Hello(phone.hello(reply.next_nonce.unwrap().0));
        world.ask(hello).map(|response| match response {
            Response::Hello(reply) => reply,
            other => panic!("{other:?}"),
        })
    };
    let first = world.hello(&mut phone);
    world.pass(NEXT_NONCE_MS - 1);
    let second = greet(&phone, &first).unwrap();
    assert_eq!(greet(&phone, &first).unwrap_err(), Problem::NonceInvalid, "once");
    world.pass(NEXT_NONCE_MS);
    assert_eq!(greet(&phone, &second).unwrap_err(), Problem::NonceInvalid, "and not after its day");
}

#[test]
fn timers_forget_what_has_ended_and_say_when_to_come_again() {
    let world = World::new();
    let phone = world.phone(1, Role::GridWorker);
    nonce(&world, &phone).unwrap();
    let next = world.hub.tick(world.now()).unwrap().next_due_ms;
    assert_eq!(next, Some(world.now() + NONCE_MS));
    world.pass(NONCE_MS);
    let next = world.hub.tick(world.now()).unwrap().next_due_ms;
    assert_eq!(next, Some(START_MS + TOKEN_MS));
    world.pass(TOKEN_MS);
    assert_eq!(world.hub.tick(world.now()).unwrap().next_due_ms, None);
    let database = rusqlite::Connection::open(world.directory.path().join("yuandian.db")).unwrap();
    for table in ["nonce", "token", "timer"] {
        let count = format!("SELECT count(*) FROM {table}");
        let rows: i64 = database.query_row(&count, [], |row| row.get(0)).unwrap();
        assert_eq!(rows, 0, "{table}");
    }
}
