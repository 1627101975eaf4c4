//! Links that break, servers that are busy, tokens that end, and inputs that do not fit.

use yuandian_sync::limits::{BACKOFF_MS_MAX, BACKOFF_MS_MIN, FAILURES_IN_A_ROW_MAX, RETRY_AFTER_MS_MAX};
use yuandian_sync::{Effect, Failure, Input, Loaded, Machine, Reply, RunReport, Transfer};

use yuandian_sync::Opening;

use crate::world::{
    Answer, World, appeal, batch, blob, busy, catalogue, catalogue_reply, docs, docs_reply, hello,
    hello_reply, manifest, manifest_reply, nonce, page, pull, push_reply, status, unreachable, words,
};

fn fail(failure: Failure) -> Option<Answer> {
    Some(Answer::Failed(failure))
}

fn waits(world: &World) -> Vec<i64> {
    let pauses = world.log.iter().filter_map(|word| word.strip_prefix("wait "));
    pauses.map(|pause| pause.parse().expect("a number of ms")).collect()
}

fn drain(machine: &mut Machine) -> Vec<String> {
    std::iter::from_fn(|| machine.poll_effect()).map(|effect| words(&effect)).collect()
}

#[test]
fn a_server_out_of_reach_is_told_at_once() {
    let mut world = World { outbox: [batch(1)].into(), ..World::default() };
    let report = world.run_but(|_, _| fail(unreachable()));
    assert_eq!(world.log, ["load start", "nonce", "finished"]);
    assert_eq!((report.reached, report.complete, report.failures), (false, false, 1));
    assert!(report.last_failure.is_some_and(|words| words.contains("the link is down")));
    assert_eq!(world.outbox.len(), 1);
}

#[test]
fn a_server_that_says_no_was_reached() {
    let refused = Failure::Refused("this device was shut out".into());
    let twice = vec!["load start", "nonce", "load start", "nonce", "finished"];
    for (failure, log) in [(refused, vec!["load start", "nonce", "finished"]), (Failure::Unauthorized, twice)]
    {
        let mut world = World::default();
        let report = world.run_but(|_, _| fail(failure.clone()));
        assert_eq!(world.log, log);
        assert_eq!((report.reached, report.complete), (true, false), "{failure:?}");
    }
}

#[test]
fn failures_in_a_row_end_the_run_and_fewer_do_not() {
    let limit = usize::try_from(FAILURES_IN_A_ROW_MAX).unwrap();
    for (failures, complete) in [(limit - 1, true), (limit, true), (limit + 1, false)] {
        for (verb, failure) in [("nonce", busy(None)), ("hello", busy(None)), ("pull", unreachable())] {
            let mut world = World::default();
            let mut left = failures;
            let report = world.run_but(|asked, _| {
                let now = asked == verb && left > 0;
                left -= usize::from(now);
                now.then(|| Answer::Failed(failure.clone()))
            });
            assert_eq!((report.complete, report.failures as usize), (complete, failures), "{verb}");
        }
    }
}

#[test]
fn pauses_double_up_to_a_limit_and_shrink_when_something_moves() {
    let mut world = World { outbox: [batch(1)].into(), ..World::default() };
    let report = world.run_but(|verb, _| (verb == "push").then(|| Answer::Failed(unreachable())));
    assert_spread(&waits(&world), &[200, 400, 800, 1_600, 3_200, 6_400]);
    assert_eq!(report.failures, FAILURES_IN_A_ROW_MAX + 1);

    let mut world = World { outbox: [batch(1)].into(), ..World::default() };
    let report = world.run_but(|verb, nth| {
        (matches!(verb, "push" | "pull") && nth <= 2).then(|| Answer::Failed(unreachable()))
    });
    assert_spread(&waits(&world), &[200, 400, 200, 400]);
    assert_eq!((report.complete, report.failures), (true, 4));
}

/// Between half of each pause and all of it.
fn assert_spread(waited: &[i64], pauses: &[i64]) {
    assert_eq!(waited.len(), pauses.len(), "{waited:?}");
    let within = waited.iter().zip(pauses).all(|(waited, pause)| (pause / 2..=*pause).contains(waited));
    assert!(within, "{waited:?} for {pauses:?}");
}

#[test]
fn phones_that_lost_the_same_server_do_not_come_back_in_the_same_moment() {
    let pauses: std::collections::BTreeSet<i64> = (0..50)
        .map(|seed| {
            let mut machine = Machine::new(seed);
            machine.handle(Input::Start, 0);
            machine.handle(Input::Loaded(Loaded::Start(Opening::default())), 0);
            machine.handle(Input::Failed(busy(None)), 0);
            machine.poll_timeout().expect("a pause")
        })
        .collect();
    assert!(pauses.len() > 20 && pauses.iter().all(|pause| (100..=200).contains(pause)), "{pauses:?}");
}

#[test]
fn a_busy_server_is_given_the_time_it_asks_for_within_a_limit() {
    for asked in [None, Some(i64::MIN), Some(0)] {
        let mut world = World::default();
        let report =
            world.run_but(|verb, nth| (verb == "pull" && nth == 1).then(|| Answer::Failed(busy(asked))));
        assert_spread(&waits(&world), &[BACKOFF_MS_MIN]);
        assert!(report.complete, "{asked:?}");
    }
    for asked in [BACKOFF_MS_MIN + 1, BACKOFF_MS_MAX - 1, BACKOFF_MS_MAX] {
        let mut world = World::default();
        let report = world
            .run_but(|verb, nth| (verb == "pull" && nth == 1).then(|| Answer::Failed(busy(Some(asked)))));
        assert_eq!((waits(&world), report.complete, report.retry_after_ms), (vec![asked], true, None));
    }
    for (asked, told) in [
        (BACKOFF_MS_MAX + 1, BACKOFF_MS_MAX + 1),
        (RETRY_AFTER_MS_MAX, RETRY_AFTER_MS_MAX),
        (i64::MAX, RETRY_AFTER_MS_MAX),
    ] {
        let mut world = World::default();
        let report = world
            .run_but(|verb, nth| (verb == "pull" && nth == 1).then(|| Answer::Failed(busy(Some(asked)))));
        let expected = (vec![], false, Some(told));
        assert_eq!((waits(&world), report.complete, report.retry_after_ms), expected, "{asked}");
    }
}

#[test]
fn an_ended_token_is_renewed_once() {
    let mut world = World { outbox: [batch(2)].into(), ..World::default() };
    let report = world
        .run_but(|verb, nth| (verb == "push" && nth == 1).then_some(Answer::Failed(Failure::Unauthorized)));
    let greeting = ["load start", "nonce", "load hello", "hello", "keep hello", "load batch", "push 2"];
    assert_eq!(world.log[..14], [greeting, greeting].concat());
    assert_eq!((report.complete, report.pushed), (true, 2));

    let mut world = World { outbox: [batch(2)].into(), ..World::default() };
    let report = world.run_but(|verb, _| (verb == "push").then_some(Answer::Failed(Failure::Unauthorized)));
    assert_eq!(world.log.iter().filter(|word| *word == "nonce").count(), 2);
    assert_eq!((report.reached, report.complete, world.outbox.len()), (true, false, 1));
}

#[test]
fn a_long_upload_outlives_many_tokens() {
    let mut world = World { transfers: (1..=5).map(|n| blob(n, 10)).collect(), ..World::default() };
    let mut refused = std::collections::BTreeSet::new();
    let report = world.run_but(|verb, nth| {
        // Every other POST finds the token ended.
        (verb == "POST" && nth % 2 == 0 && refused.insert(nth))
            .then_some(Answer::Failed(Failure::Unauthorized))
    });
    assert!(refused.len() > 2, "{refused:?}");
    assert_eq!((report.complete, report.uploaded), (true, 5));
}

#[test]
fn a_renewed_right_is_looked_with() {
    let mut world = World { transfers: vec![blob(1, 10)], ..World::default() };
    let report = world
        .run_but(|verb, nth| (verb == "POST" && nth == 1).then_some(Answer::Failed(Failure::Unauthorized)));
    let pulls = world.log.iter().filter(|word| *word == "pull").count();
    assert_eq!(pulls, 2, "the second HELLO may have brought streams");
    assert_eq!((report.complete, report.uploaded), (true, 1));
}

#[test]
fn a_link_that_breaks_while_greeting_again_is_no_step_of_the_upload() {
    let url = Some("/v1/uploads/1".to_owned());
    let mut world = World { transfers: vec![Transfer { url, ..blob(1, 10) }], ..World::default() };
    world.uploads.insert("/v1/uploads/1".into(), (10, 0));
    let report = world.run_but(|verb, nth| match (verb, nth) {
        ("PATCH", 1) => fail(Failure::Unauthorized),
        ("nonce", 2) => fail(unreachable()),
        _ => None,
    });
    let at = world.log.iter().position(|word| word == "PATCH 0+10").unwrap();
    assert_eq!(world.log[at..at + 3], ["PATCH 0+10", "load start", "nonce"]);
    assert!(world.log[at + 3].starts_with("wait "), "{:?}", world.log);
    assert_eq!(world.log[at + 4..at + 7], ["nonce", "load hello", "hello"]);
    assert_eq!((report.complete, report.uploaded), (true, 1));
}

#[test]
fn a_number_is_signed_for_one_hello_only() {
    let mut world = World::default();
    let report =
        world.run_but(|verb, nth| (verb == "hello" && nth == 1).then(|| Answer::Failed(unreachable())));
    assert_eq!(world.log[..4], ["load start", "nonce", "load hello", "hello"]);
    let again = ["nonce", "load hello", "hello", "keep hello"];
    assert_eq!(world.log[5..9], again, "the server may have used the first number up");
    assert!(report.complete);
}

#[test]
fn a_refused_request_ends_the_run() {
    let mut world = World { outbox: [batch(1)].into(), transfers: vec![blob(1, 10)], ..World::default() };
    let report = world
        .run_but(|verb, _| (verb == "push").then(|| Answer::Failed(Failure::Refused("too large".into()))));
    assert_eq!(world.log.last().map(String::as_str), Some("finished"));
    let told = RunReport {
        reached: true,
        failures: 1,
        last_failure: Some("refused: too large".into()),
        requests: 3,
        ..RunReport::default()
    };
    assert_eq!(report, told);
}

fn appeal_reply() -> yuandian_sync::message::AppealReply {
    yuandian_sync::message::AppealReply { version: 0, ticket: 1 }
}

/// One input of every kind.
fn every_input() -> Vec<(&'static str, Input)> {
    vec![
        ("nonce", Input::Replied(Reply::Nonce(nonce()))),
        ("hello", Input::Replied(Reply::Hello(hello_reply()))),
        ("push", Input::Replied(Reply::Push(push_reply(1)))),
        ("pull", Input::Replied(Reply::Pull(page(1, 5, false)))),
        ("manifest", Input::Replied(Reply::Manifest(manifest_reply(&manifest())))),
        ("catalogue", Input::Replied(Reply::Catalogue(catalogue_reply()))),
        ("docs", Input::Replied(Reply::Docs(docs_reply(1)))),
        ("appeal", Input::Replied(Reply::Appeal(appeal_reply()))),
        ("upload", Input::Replied(Reply::Upload(status(204)))),
        ("load start", Input::Loaded(Loaded::Start(Opening::default()))),
        ("load manifest", Input::Loaded(Loaded::Manifest(None))),
        ("load catalogue", Input::Loaded(Loaded::Catalogue(None))),
        ("load docs", Input::Loaded(Loaded::Docs(None))),
        ("load appeal", Input::Loaded(Loaded::Appeal(None))),
        ("load hello", Input::Loaded(Loaded::Hello(hello(&[1; 32])))),
        ("load batch", Input::Loaded(Loaded::Batch(batch(1)))),
        ("load pull", Input::Loaded(Loaded::Pull(pull(0)))),
        ("load transfers", Input::Loaded(Loaded::Transfers(vec![blob(1, 10)]))),
        ("kept", Input::Kept),
        ("failed", Input::Failed(unreachable())),
        ("timeout", Input::Timeout),
    ]
}

/// A machine that waits for this: the effects of a run in which one commit is sent.
fn machine_at(phase: &str) -> Machine {
    let steps = [
        ("load start", Input::Loaded(Loaded::Start(Opening::default()))),
        ("nonce", Input::Replied(Reply::Nonce(nonce()))),
        ("load hello", Input::Loaded(Loaded::Hello(hello(&[1; 32])))),
        ("hello", Input::Replied(Reply::Hello(hello_reply()))),
        ("keep hello", Input::Kept),
        ("load batch", Input::Loaded(Loaded::Batch(batch(1)))),
        ("push 1", Input::Replied(Reply::Push(push_reply(1)))),
        ("keep receipts", Input::Kept),
        ("load batch", Input::Loaded(Loaded::Batch(batch(0)))),
        ("load pull", Input::Loaded(Loaded::Pull(pull(0)))),
        ("pull", Input::Replied(Reply::Pull(page(1, 5, false)))),
        ("keep page", Input::Kept),
        ("load batch", Input::Loaded(Loaded::Batch(batch(0)))),
        ("load manifest", Input::Loaded(Loaded::Manifest(Some(manifest())))),
        ("manifest", Input::Replied(Reply::Manifest(manifest_reply(&manifest())))),
        ("keep manifest", Input::Kept),
        ("load manifest", Input::Loaded(Loaded::Manifest(None))),
        ("load pull", Input::Loaded(Loaded::Pull(pull(5)))),
        ("pull", Input::Replied(Reply::Pull(page(0, 5, false)))),
        ("keep page", Input::Kept),
        ("load batch", Input::Loaded(Loaded::Batch(batch(0)))),
        ("load manifest", Input::Loaded(Loaded::Manifest(None))),
        ("load catalogue", Input::Loaded(Loaded::Catalogue(Some(catalogue(2))))),
        ("catalogue", Input::Replied(Reply::Catalogue(catalogue_reply()))),
        ("keep catalogue 2", Input::Kept),
        ("load catalogue", Input::Loaded(Loaded::Catalogue(None))),
        ("load docs", Input::Loaded(Loaded::Docs(Some(docs(&[1]))))),
        ("docs", Input::Replied(Reply::Docs(docs_reply(1)))),
        ("keep docs 1", Input::Kept),
        ("load docs", Input::Loaded(Loaded::Docs(None))),
        ("load batch", Input::Loaded(Loaded::Batch(batch(0)))),
        ("load manifest", Input::Loaded(Loaded::Manifest(None))),
        ("load catalogue", Input::Loaded(Loaded::Catalogue(None))),
        ("load docs", Input::Loaded(Loaded::Docs(None))),
        ("load appeal", Input::Loaded(Loaded::Appeal(Some(appeal())))),
        ("appeal", Input::Replied(Reply::Appeal(appeal_reply()))),
        ("keep ticket 1", Input::Kept),
        ("load appeal", Input::Loaded(Loaded::Appeal(None))),
        ("load transfers", Input::Loaded(Loaded::Transfers(vec![]))),
    ];
    let mut machine = Machine::default();
    machine.handle(Input::Start, 0);
    for (wanted, input) in steps {
        let effects = drain(&mut machine);
        assert_eq!(effects, [wanted]);
        if wanted == phase {
            return machine;
        }
        machine.handle(input, 0);
    }
    assert_eq!((drain(&mut machine), phase), (vec!["finished".to_owned()], "finished"));
    machine
}

#[test]
fn inputs_that_do_not_fit_change_nothing() {
    let phases = [
        ("load start", vec!["load start"]),
        ("manifest", vec!["manifest", "failed"]),
        ("keep manifest", vec!["kept"]),
        ("load manifest", vec!["load manifest"]),
        ("catalogue", vec!["catalogue", "failed"]),
        ("keep catalogue 2", vec!["kept"]),
        ("load catalogue", vec!["load catalogue"]),
        ("docs", vec!["docs", "failed"]),
        ("keep docs 1", vec!["kept"]),
        ("load docs", vec!["load docs"]),
        ("appeal", vec!["appeal", "failed"]),
        ("keep ticket 1", vec!["kept"]),
        ("load appeal", vec!["load appeal"]),
        ("nonce", vec!["nonce", "failed"]),
        ("load hello", vec!["load hello"]),
        ("hello", vec!["hello", "failed"]),
        ("keep hello", vec!["kept"]),
        ("load batch", vec!["load batch"]),
        ("push 1", vec!["push", "failed"]),
        ("keep receipts", vec!["kept"]),
        ("load pull", vec!["load pull"]),
        ("pull", vec!["pull", "failed"]),
        ("keep page", vec!["kept"]),
        ("load transfers", vec!["load transfers"]),
        ("finished", vec![]),
    ];
    for (phase, fitting) in phases {
        let odd: Vec<_> = every_input().into_iter().filter(|(kind, _)| !fitting.contains(kind)).collect();
        assert_eq!(odd.len() + fitting.len(), every_input().len());
        let mut machine = machine_at(phase);
        let before = format!("{machine:?}");
        for (kind, input) in odd {
            machine.handle(input, 1_000_000);
            assert_eq!(format!("{machine:?}"), before, "{kind} at {phase}");
        }
        if phase != "finished" {
            machine.handle(Input::Start, 1_000_000);
            assert_eq!(format!("{machine:?}"), before, "a second start at {phase}");
        }
    }
}

#[test]
fn while_it_waits_only_the_time_moves_it() {
    let mut machine = machine_at("pull");
    machine.handle(Input::Failed(unreachable()), 1_000);
    let until = machine.poll_timeout().expect("a pause");
    assert!((1_100..=1_200).contains(&until), "{until}");
    assert_eq!(drain(&mut machine), Vec::<String>::new());
    for (kind, input) in every_input() {
        machine.handle(input, until - 1);
        assert_eq!((drain(&mut machine), machine.poll_timeout()), (vec![], Some(until)), "{kind}");
    }
    machine.handle(Input::Timeout, until);
    assert_eq!((drain(&mut machine), machine.poll_timeout()), (vec!["pull".to_owned()], None));
    machine.handle(Input::Timeout, 9_000);
    assert_eq!(drain(&mut machine), Vec::<String>::new(), "a second timeout asks nothing twice");
}

#[test]
fn the_end_of_time_is_a_time() {
    let mut machine = machine_at("pull");
    machine.handle(Input::Failed(unreachable()), i64::MAX);
    assert_eq!(machine.poll_timeout(), Some(i64::MAX));
}

#[test]
fn a_machine_runs_again_from_the_beginning() {
    let mut machine = machine_at("finished");
    machine.handle(Input::Start, 0);
    assert_eq!(drain(&mut machine), ["load start"]);
    machine.handle(Input::Loaded(Loaded::Start(Opening::default())), 0);
    assert_eq!(drain(&mut machine), ["nonce"]);
    machine.handle(Input::Failed(unreachable()), 0);
    let Some(Effect::Finished(report)) = machine.poll_effect() else { panic!("no end") };
    assert_eq!((report.reached, report.pushed), (false, 0), "nothing of the run before is told again");
}
