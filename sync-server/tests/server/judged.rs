//! What an operator does about authority, on a data directory.

use yuandian_model::{Code, DeviceId, Grant, Role, UserId};
use yuandian_server::admin::{self, AdminError};
use yuandian_server::hub::{Request, Response};
use yuandian_server::shell::SystemRandomness;
use yuandian_server::store::Whom;
use yuandian_sync::message::*;

use crate::phone::*;
use crate::world::*;

fn right(at: &str) -> Grant {
    Grant::new(Role::GridWorker, at.parse().unwrap())
}

#[test]
fn rights_are_given_ended_and_taken_for_good() {
    let world = World::new();
    let mut worker = world.phone(1, Role::Volunteer);
    let (data, now) = (world.directory.path(), world.now());
    let whom = Whom::Device(worker.device());
    let random = &mut SystemRandomness;
    assert_eq!(admin::grant(data, &whom, (&right(GRID), None), random, now).unwrap(), 1);
    assert_eq!(admin::grant(data, &whom, (&right(GRID), None), random, now).unwrap(), 0);
    world.opened_by(&mut worker);
    assert!(matches!(
        admin::grant(data, &whom, (&right("410102999"), None), random, now),
        Err(AdminError::UnknownGrid(_))
    ));
    let nobody = Whom::User(UserId([9; 16]));
    assert!(matches!(admin::revoke(data, &nobody, None, random, now), Err(AdminError::UnknownPerson(_))));
    let nothing = Whom::Device(DeviceId([9; 16]));
    assert!(matches!(admin::shut_out(data, &nothing, random, now), Err(AdminError::UnknownDevice(_))));
    assert_eq!(admin::revoke(data, &whom, Some(&right(GRID)), random, now).unwrap(), 1);
    assert_eq!(admin::revoke(data, &whom, None, random, now).unwrap(), 1, "the other one");
    assert_eq!(admin::revoke(data, &whom, None, random, now).unwrap(), 0);
    assert_eq!(admin::shut_out(data, &whom, random, now).unwrap(), 1);
    assert_eq!(admin::shut_out(data, &whom, random, now).unwrap(), 0);
    assert!(world.hello(&mut worker).wipe.is_some());
}

#[test]
fn a_key_is_rotated_on_a_directory_without_one_too() {
    let world = World::new();
    let keys = admin::rotate_key(world.directory.path(), &mut SystemRandomness, world.now()).unwrap();
    assert_eq!(keys.len(), 2);
    assert!(keys[0].is_endorsed_by(&keys[1..]));
    let mut worker = world.phone(1, Role::Volunteer);
    assert_eq!(world.hello(&mut worker).keys, keys);
}

#[test]
fn the_list_and_the_appeals_are_answered() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let mut outsider = world.phone_in(2, Role::GridWorker, "410103");
    let case = world.opened_by(&mut author);
    let act = outsider.named(case, "self_handle");
    assert_eq!(world.codes(&outsider, vec![act.clone()]), [Code::RScope]);
    let ask = Appeal { version: WIRE_VERSION, commit: act.commit, micros: vec![], reason: "在场".into() };
    let Ok(Response::Appeal(reply)) = world.ask_as(&outsider, Request::Appeal(ask)) else { panic!("kept") };
    let (data, now) = (world.directory.path(), world.now());
    let random = &mut SystemRandomness;
    let listed = admin::appeals(data, random).unwrap();
    assert_eq!(
        (listed[0].ticket, listed[0].reason.as_str(), listed[0].granted),
        (reply.ticket, "在场", None)
    );
    assert!(matches!(admin::answer(data, reply.ticket, true, "", now), Err(AdminError::Unanswered(_))));
    admin::answer(data, reply.ticket, true, "可以", now).unwrap();
    assert_eq!(admin::appeals(data, random).unwrap()[0].granted, Some(true));
    assert_eq!(world.pull(&mut author)[0].commits.len(), 2);

    admin::shut_out(data, &Whom::Device(outsider.device()), random, now).unwrap();
    let words = outsider.describe(case, "last words");
    let more = outsider.named(case, "self_handle");
    assert_eq!(world.codes(&outsider, vec![words, more]), [Code::RRevoked; 2]);
    let lines = admin::quarantine(data, random).unwrap();
    assert_eq!(lines.iter().map(|line| (line.kind, line.kept)).collect::<Vec<_>>(), [("revoked", true); 2]);
    admin::settle(data, lines[0].id, true, "", now).unwrap();
    admin::settle(data, lines[1].id, false, "", now).unwrap();
    assert!(matches!(admin::settle(data, lines[1].id, false, "", now), Err(AdminError::Unanswered(_))));
    assert_eq!(admin::quarantine(data, random).unwrap(), []);
    world.pull(&mut author);
    assert_eq!(author.documents[&case].view().description, "last words");
}
