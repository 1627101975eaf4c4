//! Who hears of a request, and when: rings in time, catching up after downtime, the night, and what nobody took.

use std::sync::{Arc, Mutex};

use yuandian_model::{Cell500, Code, Grant, Quiet, Reach, Ring, Role, UserId, Wgs84};
use yuandian_server::hub::{Message, Notifier, NotifyError};
use yuandian_server::store::notifications::{Notifications, Why};
use yuandian_server::store::{Authority, Whom};

use crate::phone::*;
use crate::world::*;

const MINUTE_MS: i64 = 60_000;

/// Where the test's phones report from.
fn here() -> Cell500 {
    Cell500::of(Wgs84::new(113.613_25, 34.752_1).unwrap())
}

fn at(cells_north: i32) -> Reach {
    let here = here();
    let home = Some(Cell500 { row: here.row + cells_north, column: here.column });
    Reach { home, quiet: Quiet { from_minute: 0, to_minute: 0 } }
}

/// A volunteer who is at home so many cells north of the request.
fn neighbour(world: &World, number: u8, reach: Reach) -> Phone {
    let mut phone = world.phone(number, Role::Volunteer);
    // A wide right: where they live says only what they have told.
    let whom = Whom::Device(phone.device());
    world.store.revoke(&whom, None, world.now()).unwrap();
    world.store.grant(&whom, &Grant::new(Role::Volunteer, "410102".parse().unwrap()), world.now()).unwrap();
    phone.reach = Some(reach);
    world.hello(&mut phone);
    phone
}

fn heard(world: &World, case: yuandian_model::CaseId) -> Vec<(UserId, Why, Option<Ring>)> {
    let lines = world.store.notifications(&case).unwrap().into_iter();
    lines.map(|line| (line.notification.user, line.notification.why, line.ring)).collect()
}

fn asked(world: &World, asker: &mut Phone) -> yuandian_model::CaseId {
    let case = asker.new_case();
    let report = asker.report(case, "help.errand");
    assert_eq!(world.codes(asker, vec![report]), [Code::Ok]);
    case
}

#[test]
fn the_nearest_hear_at_once_the_grid_in_five_minutes_a_kilometre_in_fifteen() {
    let world = World::new();
    let mut asker = world.phone(1, Role::Resident);
    let next_door = neighbour(&world, 2, at(0));
    let near = neighbour(&world, 3, at(1));
    let _far = neighbour(&world, 4, at(3));
    let same_grid = world.phone(5, Role::Volunteer);
    let case = asked(&world, &mut asker);
    let of = |phone: &Phone, ring| (phone.user.unwrap(), Why::Asked, Some(ring));
    world.tick();
    assert_eq!(heard(&world, case), [of(&next_door, Ring::Cell)]);
    world.pass(5 * MINUTE_MS - 1);
    world.tick();
    assert_eq!(heard(&world, case).len(), 1, "not a millisecond early");
    world.pass(1);
    world.tick();
    assert_eq!(heard(&world, case)[1..], [of(&same_grid, Ring::Grid)]);
    world.pass(10 * MINUTE_MS);
    world.tick();
    world.tick();
    assert_eq!(heard(&world, case)[2..], [of(&near, Ring::Near)], "and nobody twice");
}

#[test]
fn after_downtime_everybody_whose_turn_has_come_hears_once() {
    let world = World::new();
    let mut asker = world.phone(1, Role::Resident);
    let people = [neighbour(&world, 2, at(0)), world.phone(3, Role::Volunteer), neighbour(&world, 4, at(1))];
    let case = asked(&world, &mut asker);
    world.pass(20 * MINUTE_MS);
    world.tick();
    let mut users: Vec<UserId> = heard(&world, case).into_iter().map(|(user, ..)| user).collect();
    users.sort_unstable();
    let mut expected = people.map(|phone| phone.user.unwrap());
    expected.sort_unstable();
    assert_eq!(users, expected);
}

#[test]
fn who_has_it_stops_the_rings_and_a_release_starts_them_again() {
    let world = World::new();
    let mut asker = world.phone(1, Role::Resident);
    let mut first = neighbour(&world, 2, at(0));
    let grid = world.phone(3, Role::Volunteer);
    let case = asked(&world, &mut asker);
    world.tick();
    let claim = first.named(case, "claim");
    assert_eq!(world.codes(&first, vec![claim]), [Code::Ok]);
    world.pass(30 * MINUTE_MS);
    world.tick();
    world.hello(&mut first);
    assert_eq!(heard(&world, case).len(), 1);
    let release = first.named(case, "release");
    assert_eq!(world.codes(&first, vec![release]), [Code::Ok]);
    world.tick();
    world.pass(5 * MINUTE_MS);
    world.tick();
    let users: Vec<UserId> = heard(&world, case).into_iter().map(|(user, ..)| user).collect();
    assert_eq!(users, [first.user.unwrap(), first.user.unwrap(), grid.user.unwrap()]);
}

#[test]
fn whoever_has_no_room_or_no_level_is_not_asked() {
    let world = World::new();
    let mut asker = world.phone(1, Role::Resident);
    let mut full = neighbour(&world, 2, at(0));
    for _ in 0..2 {
        let case = asked(&world, &mut asker);
        let claim = full.named(case, "claim");
        assert_eq!(world.codes(&full, vec![claim]), [Code::Ok]);
    }
    let case = asked(&world, &mut asker);
    let escort = asker.new_case();
    let report = asker.report(escort, "help.escort");
    assert_eq!(world.codes(&asker, vec![report]), [Code::Ok]);
    let _plain = neighbour(&world, 3, at(0));
    world.pass(20 * MINUTE_MS);
    world.tick();
    assert_eq!(heard(&world, case).len(), 1, "somebody with room");
    assert_eq!(heard(&world, escort).len(), 0, "nobody is trained");
}

#[test]
fn nobody_took_it_and_whoever_works_there_has_it_and_its_author_knows() {
    let world = World::new();
    let mut asker = world.phone(1, Role::Resident);
    let worker = world.phone(2, Role::GridWorker);
    let case = asked(&world, &mut asker);
    world.pass(120 * MINUTE_MS);
    world.tick();
    let told = [(asker.user.unwrap(), Why::PassedOn, None), (worker.user.unwrap(), Why::Yours, None)];
    assert_eq!(heard(&world, case), told);
    world.hello(&mut asker);
    let facts = world.pull(&mut asker)[0].facts.clone().unwrap();
    assert_eq!(facts.progress.unwrap().desk.unwrap().as_str(), GRID);
    world.pass(120 * MINUTE_MS);
    world.tick();
    world.hello(&mut asker);
    let facts = world.pull(&mut asker)[0].facts.clone().unwrap();
    assert_eq!(facts.progress.unwrap().desk.unwrap().as_str(), "410102", "and then whoever works above");
}

#[test]
fn the_night_is_quiet_and_the_morning_tells_all_of_it_at_once() {
    struct Heard(Mutex<Vec<Message>>);
    impl Notifier for Heard {
        fn carry(&self, message: &Message) -> Result<(), NotifyError> {
            self.0.lock().unwrap().push(message.clone());
            Ok(())
        }
    }
    let heard = Arc::new(Heard(Mutex::default()));
    let world = World::new().notifying(heard.clone());
    let now = world.now();
    // Two hours of night around now.
    let minute = |ms: i64| u16::try_from((ms / MINUTE_MS + 8 * 60).rem_euclid(24 * 60)).unwrap();
    let quiet = Quiet { from_minute: minute(now - 60 * MINUTE_MS), to_minute: minute(now + 60 * MINUTE_MS) };
    let mut asker = world.phone(1, Role::Resident);
    let sleeper = neighbour(&world, 2, Reach { quiet, ..at(0) });
    let cases = [asked(&world, &mut asker), asked(&world, &mut asker)];
    world.tick();
    assert!(heard.0.lock().unwrap().is_empty());
    world.pass(61 * MINUTE_MS);
    world.tick();
    let told = std::mem::take(&mut *heard.0.lock().unwrap());
    assert_eq!(told.len(), 1, "one message for the night");
    assert_eq!((told[0].user, &told[0].cases[..]), (sleeper.user.unwrap(), &cases[..]));
    world.tick();
    assert!(heard.0.lock().unwrap().is_empty());
}

#[test]
fn while_phones_refill_a_restored_server_nobody_is_asked_for_what_may_be_taken() {
    let world = World::new();
    let mut asker = world.phone(1, Role::Resident);
    let _next_door = neighbour(&world, 2, at(0));
    let case = asked(&world, &mut asker);
    world.store.open_refill(world.now() + MINUTE_MS).unwrap();
    world.tick();
    assert_eq!(heard(&world, case).len(), 0);
    world.pass(MINUTE_MS);
    world.tick();
    assert_eq!(heard(&world, case).len(), 1);
}
