//! Runs in which nothing goes wrong.

use yuandian_sync::RunReport;
use yuandian_sync::limits::ROUNDS_MAX;

use crate::world::{World, batch, blob, page};

const GREETING: [&str; 4] = ["nonce", "load hello", "hello", "keep hello"];
const LOOKING: [&str; 4] = ["load batch", "load pull", "pull", "keep page"];
const NOTHING_LEFT: [&str; 3] = ["load batch", "load transfers", "finished"];

fn pushing(items: usize) -> Vec<String> {
    let push = format!("push {items}");
    ["load batch", &push, "keep receipts"].map(str::to_owned).to_vec()
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn with_nothing_to_do_it_greets_looks_once_and_ends() {
    let mut world = World::default();
    let report = world.run();
    assert_eq!(world.log, [owned(&GREETING), owned(&LOOKING), owned(&NOTHING_LEFT)].concat());
    assert_eq!(report, RunReport { reached: true, complete: true, ..RunReport::default() });
}

#[test]
fn what_i_did_is_judged_before_i_look() {
    let mut world = World { outbox: [batch(3), batch(1)].into(), ..World::default() };
    world.pages.push_back(page(2, 5, false));
    let report = world.run();
    let expected = [owned(&GREETING), pushing(3), pushing(1), owned(&LOOKING), owned(&NOTHING_LEFT)].concat();
    assert_eq!(world.log, expected);
    let told = RunReport { reached: true, complete: true, pushed: 4, pulled: 2, ..RunReport::default() };
    assert_eq!(report, told);
}

#[test]
fn pages_follow_each_other_while_there_is_more() {
    let mut world = World::default();
    world.pages.extend([page(2, 5, true), page(2, 9, true), page(1, 10, false)]);
    let report = world.run();
    let paging = ["load batch", "load pull", "pull", "keep page", "load pull", "pull", "keep page"];
    let last = ["load pull", "pull", "keep page"];
    let expected = [owned(&GREETING), owned(&paging), owned(&last), owned(&NOTHING_LEFT)].concat();
    assert_eq!(world.log, expected);
    assert_eq!((report.complete, report.pulled), (true, 5));
}

#[test]
fn a_page_that_moves_no_cursor_is_not_asked_for_again() {
    let mut world = World::default();
    world.pages.extend([page(1, 5, true), page(1, 5, true)]);
    let report = world.run();
    assert_eq!(world.log.iter().filter(|word| *word == "pull").count(), 2);
    assert_eq!((report.complete, report.pulled), (false, 2), "the server said that there is more");
}

#[test]
fn what_a_page_made_me_write_anew_is_sent_and_looked_after() {
    let mut world = World { written_anew: [batch(2)].into(), ..World::default() };
    world.pages.push_back(page(1, 5, false));
    let report = world.run();
    let expected =
        [owned(&GREETING), owned(&LOOKING), pushing(2), owned(&LOOKING), owned(&NOTHING_LEFT)].concat();
    assert_eq!(world.log, expected);
    assert_eq!((report.complete, report.pushed), (true, 2));
}

#[test]
fn rounds_of_sending_have_an_end_and_what_is_left_waits() {
    let most = usize::try_from(ROUNDS_MAX).unwrap();
    for (batches, complete) in [(most - 1, true), (most, true), (most + 1, false), (3 * most, false)] {
        let mut world = World { outbox: vec![batch(1); batches].into(), ..World::default() };
        world.transfers.push(blob(1, 10));
        let report = world.run();
        let sent = batches.min(most);
        assert_eq!((report.complete, report.pushed), (complete, sent as u64), "{batches} batches");
        assert_eq!(world.outbox.len(), batches - sent);
        assert_eq!(report.uploaded, 1, "photos go in any case");
        assert!(world.log.iter().any(|word| word == "pull"), "and what is new is seen");
    }
    // Every page makes the phone write anew: this cannot go on for ever either.
    let mut world = World { written_anew: vec![batch(1); 3 * most].into(), ..World::default() };
    let report = world.run();
    assert_eq!((report.complete, report.pushed), (false, most as u64));
}
