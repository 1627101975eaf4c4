//! Runs in which nothing goes wrong.

use yuandian_sync::limits::ROUNDS_MAX;
use yuandian_sync::{Failure, Opening, RunReport};

use crate::world::{Answer, World, appeal, batch, blob, manifest, page};

const GREETING: [&str; 5] = ["load start", "nonce", "load hello", "hello", "keep hello"];
const LOOKING: [&str; 4] = ["load batch", "load pull", "pull", "keep page"];
const NOTHING_LEFT: [&str; 7] = [
    "load batch",
    "load manifest",
    "load catalogue",
    "load docs",
    "load appeal",
    "load transfers",
    "finished",
];

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
    assert_eq!(report, RunReport { reached: true, complete: true, requests: 3, ..RunReport::default() });
}

#[test]
fn what_i_did_is_judged_before_i_look() {
    let mut world = World { outbox: [batch(3), batch(1)].into(), ..World::default() };
    world.pages.push_back(page(2, 5, false));
    let report = world.run();
    let expected = [owned(&GREETING), pushing(3), pushing(1), owned(&LOOKING), owned(&NOTHING_LEFT)].concat();
    assert_eq!(world.log, expected);
    let told = RunReport {
        reached: true,
        complete: true,
        pushed: 4,
        pulled: 2,
        requests: 5,
        ..RunReport::default()
    };
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

fn opened_by_token() -> World {
    World { opening: Opening { token: true, nonce: None }, ..World::default() }
}

#[test]
fn with_a_good_token_and_nothing_to_do_one_question_is_all() {
    let mut world = opened_by_token();
    let report = world.run();
    assert_eq!(world.log, [owned(&["load start"]), owned(&LOOKING), owned(&NOTHING_LEFT)].concat());
    assert_eq!((report.complete, report.requests), (true, 1));
}

#[test]
fn a_kept_number_saves_a_question_and_one_that_ended_costs_one() {
    let kept = Opening { token: false, nonce: Some([9; 32]) };
    let mut world = World { opening: kept, ..World::default() };
    assert_eq!(world.run().requests, 2);
    assert_eq!(world.log[..4], owned(&["load start", "load hello", "hello", "keep hello"]));

    let mut world = World { opening: kept, ..World::default() };
    let report = world
        .run_but(|verb, nth| (verb == "hello" && nth == 1).then_some(Answer::Failed(Failure::Unauthorized)));
    let expected = ["load start", "load hello", "hello", "nonce", "load hello", "hello", "keep hello"];
    assert_eq!((&world.log[..7], report.complete), (owned(&expected).as_slice(), true));
}

#[test]
fn a_token_that_ended_is_no_failure() {
    let mut world = opened_by_token();
    let report = world
        .run_but(|verb, nth| (verb == "pull" && nth == 1).then_some(Answer::Failed(Failure::Unauthorized)));
    let expected = ["load start", "load batch", "load pull", "pull", "load start", "nonce", "load hello"];
    assert_eq!(world.log[..7], owned(&expected));
    assert_eq!((report.complete, report.failures, report.last_failure), (true, 0, None));
}

#[test]
fn changed_rights_are_asked_for_and_not_for_ever() {
    let mut world = opened_by_token();
    world.pages.extend(
        (1..=5).map(|number| yuandian_sync::message::PullReply { greet: true, ..page(0, number, false) }),
    );
    let report = world.run();
    assert_eq!(world.log.iter().filter(|word| *word == "hello").count(), 2);
    assert!(report.complete);
}

#[test]
fn streams_are_compared_then_looked_at_again_and_documents_come_after_their_lines() {
    let mut world = opened_by_token();
    world.manifests.extend([manifest(), manifest()]);
    world.catalogues.extend([1_002, 1_001]);
    world.wanted = vec![1, 2, 3];
    world.docs_at_once = 2;
    world.appeals.push_back(appeal());
    let report = world.run();
    let comparing = ["load batch", "load manifest", "manifest", "keep manifest", "load manifest", "manifest"];
    let again = ["keep manifest", "load manifest", "load pull", "pull", "keep page"];
    let versions = ["load batch", "load manifest", "load catalogue", "catalogue", "keep catalogue 1002"];
    let more = ["load catalogue", "catalogue", "keep catalogue 1001", "load catalogue"];
    let reading = ["load docs", "docs", "keep docs 2", "load docs", "docs"];
    let after = ["keep docs 1", "load docs", "load batch", "load manifest", "load catalogue", "load docs"];
    let last = ["load appeal", "appeal", "keep ticket 1", "load appeal", "load transfers", "finished"];
    let expected = [
        owned(&["load start"]),
        owned(&LOOKING),
        owned(&comparing),
        owned(&again),
        owned(&versions),
        owned(&more),
        owned(&reading),
        owned(&after),
        owned(&last),
    ];
    assert_eq!(world.log, expected.concat());
    let told = (report.complete, report.compared, report.documents, report.appealed, report.requests);
    assert_eq!(told, (true, 2, 3, 1, 9));
}

#[test]
fn documents_that_do_not_come_and_repairs_that_are_refused_stop_nothing_else() {
    let refuse = |what: &'static str| {
        move |verb: &str, _: usize| {
            (verb == what).then(|| Answer::Failed(Failure::Refused("not here".into())))
        }
    };
    for what in ["manifest", "catalogue", "docs", "appeal"] {
        let mut world = opened_by_token();
        world.manifests.push_back(manifest());
        world.catalogues.push_back(1_001);
        world.wanted = vec![1];
        world.appeals.push_back(appeal());
        world.transfers.push(blob(1, 10));
        let report = world.run_but(refuse(what));
        assert_eq!((report.complete, report.uploaded), (false, 1), "{what}: {:#?}", world.log);
        assert!(world.run().complete, "{what}");
    }
}
