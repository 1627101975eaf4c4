//! One winner, explained.

use yuandian_model::{Code, Role};

use yuandian_sync::message::*;

use crate::phone::*;
use crate::world::*;

fn asked(world: &World) -> (Phone, yuandian_model::CaseId) {
    let mut asker = world.phone(1, Role::Resident);
    let case = asker.new_case();
    let items = vec![asker.report(case, "help.errand"), asker.describe(case, "代买菜")];
    assert_eq!(world.codes(&asker, items), [Code::Ok; 2]);
    (asker, case)
}

#[test]
fn of_three_claims_one_wins_and_two_are_told_who_was_first() {
    let world = World::new();
    let (mut asker, case) = asked(&world);
    let mut volunteers: Vec<Phone> = (11..14).map(|n| world.phone(n, Role::Volunteer)).collect();
    for volunteer in &mut volunteers {
        assert_eq!(world.pull(volunteer).len(), 1, "volunteers of the grid see the request");
    }
    let mut receipts = Vec::new();
    for volunteer in &mut volunteers {
        let claim = volunteer.named(case, "claim");
        receipts.extend(world.push(volunteer, vec![claim]));
    }
    assert_eq!(receipts[0].code, Code::Ok);
    for (position, receipt) in receipts[1..].iter().enumerate() {
        assert_eq!(receipt.code, Code::RTaken);
        assert_eq!(receipt.facts["first"], "Person 11");
        assert_eq!(receipt.facts["position"], (position + 1).to_string());
        assert!(receipt.seq.is_some(), "a place in line changes the case");
    }
    let mine = world.pull(&mut volunteers[2]);
    let facts = mine.iter().find_map(|c| c.facts.as_ref()).unwrap();
    assert_eq!((facts.my_position, facts.waiting, facts.holders[0].name.as_str()), (Some(2), 2, "Person 11"));

    let release = volunteers[0].named(case, "release");
    assert_eq!(world.codes(&volunteers[0], vec![release]), [Code::Ok]);
    let seen = world.pull(&mut volunteers[1]);
    let facts = seen.iter().find_map(|c| c.facts.as_ref()).unwrap();
    assert_eq!(facts.holders[0].name, "Person 12", "the next is promoted without asking");
    assert_eq!((facts.stage.as_str(), facts.my_position, facts.waiting), ("claimed", None, 1));
    assert!(seen.iter().any(|c| c.stream.0.starts_with("user:")));
    let released = world.pull(&mut volunteers[0]);
    assert!(released.iter().any(|c| c.stream.0.starts_with("user:")), "who took part keeps the case");

    let mut second = volunteers[1].clone();
    let done = vec![second.named(case, "report_back")];
    assert_eq!(world.codes(&second, done), [Code::Ok]);
    let confirm = asker.named(case, "confirm");
    assert_eq!(world.codes(&asker, vec![confirm]), [Code::Ok]);
}

#[test]
fn claiming_again_changes_nothing_and_takes_no_number() {
    let world = World::new();
    let (_, case) = asked(&world);
    let mut first = world.phone(11, Role::Volunteer);
    let mut second = world.phone(12, Role::Volunteer);
    let items = vec![first.named(case, "claim"), first.named(case, "claim")];
    let receipts = world.push(&first, items);
    assert_eq!(
        receipts.iter().map(|r| (r.code, r.seq)).collect::<Vec<_>>(),
        [(Code::Ok, Some(3)), (Code::Dup, None)]
    );
    let items = vec![second.named(case, "claim"), second.named(case, "claim")];
    let receipts = world.push(&second, items);
    let seqs: Vec<_> = receipts.iter().map(|r| (r.code, r.seq, r.facts["position"].as_str())).collect();
    assert_eq!(seqs, [(Code::RTaken, Some(4), "1"), (Code::RTaken, None, "1")]);
}

#[test]
fn a_claim_on_a_cancelled_request_is_refused_and_what_follows_goes_through() {
    let world = World::new();
    let (mut asker, case) = asked(&world);
    let mut late = world.phone(11, Role::Volunteer);
    world.pull(&mut late);
    let cancel = asker.named(case, "cancel");
    assert_eq!(world.codes(&asker, vec![cancel]), [Code::Ok]);
    let own = late.new_case();
    let items = vec![late.named(case, "claim"), late.report(own, "case.snap"), late.describe(own, "其他")];
    let receipts = world.push(&late, items);
    let codes: Vec<Code> = receipts.iter().map(|r| r.code).collect();
    assert_eq!(codes, [Code::RState, Code::Ok, Code::Ok]);
    assert_eq!(receipts[0].facts["stage"], "cancelled");
    assert_eq!(receipts[0].seq, None);
}

#[test]
fn thirty_claims_from_thirty_threads_leave_one_winner_and_a_line_without_gaps() {
    let world = World::new();
    let (_, case) = asked(&world);
    let mut volunteers: Vec<Phone> = (20..50).map(|n| world.phone(n, Role::Volunteer)).collect();
    let claims: Vec<_> = volunteers.iter_mut().map(|v| v.named(case, "claim")).collect();
    let outcomes: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = volunteers
            .iter()
            .zip(claims)
            .map(|(volunteer, claim)| {
                let world = &world;
                scope.spawn(move || world.push(volunteer, vec![claim]).remove(0))
            })
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert_eq!(outcomes.iter().filter(|r| r.code == Code::Ok).count(), 1);
    let mut positions: Vec<u32> = outcomes
        .iter()
        .filter(|r| r.code == Code::RTaken)
        .map(|r| r.facts["position"].parse().unwrap())
        .collect();
    positions.sort_unstable();
    assert_eq!(positions, (1..30).collect::<Vec<_>>());
}

/// Thirty volunteers who were without a net claim one request; replies are lost, everybody asks again, in whatever order.
#[test]
fn of_thirty_claims_from_a_dead_zone_one_wins_and_every_answer_stays() {
    let world = World::new();
    let (_, case) = asked(&world);
    let mut claims: Vec<(Phone, PushItem)> = (0..30)
        .map(|n| {
            let mut volunteer = world.phone(100 + n, Role::Volunteer);
            let claim = volunteer.named(case, "claim");
            (volunteer, claim)
        })
        .collect();
    // Not in the order of their names.
    claims.sort_by_key(|(phone, _)| phone.number.wrapping_mul(37));
    let first: Vec<Vec<u8>> =
        claims.iter().map(|(phone, claim)| world.push_raw(phone, vec![claim.clone()]).remove(0)).collect();
    claims.reverse();
    let again: Vec<Vec<u8>> =
        claims.iter().map(|(phone, claim)| world.push_raw(phone, vec![claim.clone()]).remove(0)).collect();
    assert_eq!(again.into_iter().rev().collect::<Vec<_>>(), first, "the same bytes for everybody");
    claims.reverse();
    let receipts: Vec<Receipt> = first.iter().map(|bytes| receipt(bytes)).collect();
    assert_eq!(receipts[0].code, Code::Ok);
    for (position, receipt) in receipts.iter().enumerate().skip(1) {
        assert_eq!(receipt.code, Code::RTaken);
        assert_eq!(receipt.facts["position"], position.to_string());
        assert_eq!(receipt.facts["first"], format!("Person {}", claims[0].0.number));
        assert_eq!(receipt.facts["act_seq"], (position + 2).to_string(), "every claim is one act");
    }
    let release = claims[0].0.named(case, "release");
    let promoted = world.push(&claims[0].0.clone(), vec![release]);
    assert_eq!(promoted[0].code, Code::Ok);
    let seen = world.pull(&mut claims[1].0);
    let facts = seen.iter().find_map(|c| c.facts.as_ref()).unwrap();
    assert_eq!((facts.holders[0].user, facts.waiting), (claims[1].0.user.unwrap(), 28));
}

#[test]
fn who_claims_and_releases_in_one_push_took_part_too() {
    let world = World::new();
    let (_, case) = asked(&world);
    let mut volunteer = world.phone(11, Role::Volunteer);
    let items = vec![volunteer.named(case, "claim"), volunteer.named(case, "release")];
    assert_eq!(world.codes(&volunteer, items), [Code::Ok; 2]);
    let seen = world.pull(&mut volunteer);
    assert!(seen.iter().any(|c| c.stream.is_own()), "the case stays with who held it");
}
