//! What the server does of itself when a time has come: once, after a restart too, in everybody's history, and not behind a refill's back.

use yuandian_model::{CaseId, Code, Role};
use yuandian_server::store::{Authority as _, Store as _};

use crate::phone::*;
use crate::world::*;

const HOUR_MS: i64 = 3_600_000;

fn asked(world: &World, asker: &mut Phone) -> CaseId {
    let case = asker.new_case();
    let items = vec![asker.report(case, "help.errand"), asker.describe(case, "代买菜")];
    assert_eq!(world.codes(asker, items), [Code::Ok; 2]);
    case
}

/// The acts of the timers that are due now.
fn ticked(world: &World) -> Vec<(CaseId, String)> {
    world.hub.tick(world.now()).unwrap().acted
}

fn did(case: CaseId, act: &str) -> Vec<(CaseId, String)> {
    vec![(case, act.to_owned())]
}

fn stage(world: &World, case: &CaseId) -> String {
    world.store.case(case).unwrap().unwrap().state.stage
}

#[test]
fn what_nobody_takes_goes_up_and_then_expires_once_and_in_time() {
    let mut world = World::new();
    let mut asker = world.phone(1, Role::Volunteer);
    let case = asked(&world, &mut asker);
    world.pull(&mut asker);
    world.pass(2 * HOUR_MS - 1);
    assert_eq!(ticked(&world), []);
    world.pass(1);
    assert_eq!(ticked(&world), did(case, "escalate_due"));
    assert_eq!(ticked(&world), []);
    world.pass(70 * HOUR_MS - 1);
    assert_eq!(ticked(&world), []);
    // Down while the time comes: it is caught up with.
    world.pass(HOUR_MS);
    world.restart();
    assert_eq!(ticked(&world), did(case, "expire"));
    assert_eq!(stage(&world, &case), "expired");
    world.hello(&mut asker);
    let pulled = world.pull(&mut asker);
    let facts = pulled[0].facts.as_ref().unwrap();
    assert_eq!((facts.stage.as_str(), facts.act_seq), ("expired", 3));
    let told: Vec<(&str, u64)> = pulled[0].commits.iter().map(|c| (c.name.as_str(), c.seq)).collect();
    assert_eq!(told, [("平台", 3), ("平台", 4)], "in the history under the platform's name");
    assert_eq!(world.codes(&asker, vec![asker.clone().named(case, "cancel")]), [Code::RState]);
}

#[test]
fn what_people_do_moves_the_time_or_ends_it() {
    let world = World::new();
    let (mut asker, mut helper) = (world.phone(1, Role::Volunteer), world.phone(2, Role::Volunteer));
    let (taken, ended) = (asked(&world, &mut asker), asked(&world, &mut asker));
    let (claim, cancel) = (helper.named(taken, "claim"), asker.named(ended, "cancel"));
    assert_eq!(world.codes(&helper, vec![claim]), [Code::Ok]);
    assert_eq!(world.codes(&asker, vec![cancel]), [Code::Ok]);
    world.pass(80 * HOUR_MS);
    assert_eq!(ticked(&world), []);
    world.hello(&mut asker);
    let missed = asker.named(taken, "no_show");
    assert_eq!(world.codes(&asker, vec![missed]), [Code::Ok]);
    assert_eq!(stage(&world, &taken), "open", "the one who did not come is out of it");
    world.pass(2 * HOUR_MS);
    assert_eq!(ticked(&world), did(taken, "escalate_due"), "from when it was open again");
}

#[test]
fn a_restored_server_waits_with_its_own_acts_until_phones_have_brought_back_theirs() {
    let world = World::new();
    let mut asker = world.phone(1, Role::Volunteer);
    let case = asked(&world, &mut asker);
    world.pass(3 * HOUR_MS);
    world.store.open_refill(world.now() + HOUR_MS).unwrap();
    assert_eq!(ticked(&world), []);
    world.pass(HOUR_MS);
    assert_eq!(ticked(&world), did(case, "escalate_due"));
}
