//! Lines first, documents when they are asked for, and what repairs a phone whose cursor says nothing.

use std::collections::BTreeMap;

use yuandian_document::{Content, Kind, cbor};
use yuandian_model::{CaseId, Code, Epoch, PartitionId, Role};
use yuandian_server::hub::{Request, Response};
use yuandian_server::limits::{AGE_OUT_MS, GONE_MS};
use yuandian_server::problem::Problem;
use yuandian_server::store::{ManifestAsk, Store};
use yuandian_sync::check::{StreamSum, heads_name};
use yuandian_sync::limits::{DOCS_MAX, LINES_FIRST_ABOVE, TITLE_CHARS_MAX};
use yuandian_sync::message::*;
use yuandian_sync::{Cursor, StreamId};

use crate::phone::*;
use crate::world::*;

fn grid() -> StreamId {
    StreamId::grid(&GRID.parse().unwrap())
}

fn fill(world: &World, author: &mut Phone, cases: usize) -> Vec<CaseId> {
    let cases: Vec<CaseId> = (0..cases).map(|_| author.new_case()).collect();
    for chunk in cases.chunks(50) {
        let items = chunk
            .iter()
            .flat_map(|case| [author.report(*case, "case.snap"), author.describe(*case, "路灯坏了\n第二行")])
            .collect();
        assert!(world.codes(author, items).iter().all(|code| *code == Code::Ok));
    }
    cases
}

fn docs(world: &World, phone: &Phone, wanted: Vec<Wanted>, max_bytes: u32) -> Vec<PulledCase> {
    let docs = Docs { version: 0, wanted, max_bytes };
    match world.ask_as(phone, Request::Docs(docs)) {
        Ok(Response::Docs(reply)) => reply.cases,
        other => panic!("docs: {other:?}"),
    }
}

fn whole(document: CaseId) -> Wanted {
    Wanted { document, since: 0 }
}

/// What a phone sums up of the cases it was sent in a stream.
fn summed(cases: &[PulledCase], stream: &StreamId) -> StreamSum {
    let mut held: BTreeMap<CaseId, u64> = BTreeMap::new();
    for case in cases.iter().filter(|case| case.stream == *stream) {
        match case.gone {
            None => held.insert(case.document, case.seq),
            Some(_) => held.remove(&case.document),
        };
    }
    let mut sum = StreamSum::default();
    held.iter().for_each(|(case, seq)| sum.add(case, *seq));
    sum
}

#[test]
fn up_to_a_limit_cases_come_whole_and_above_it_their_lines_come_first() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let cases = fill(&world, &mut author, LINES_FIRST_ABOVE);
    let mut at = world.phone(2, Role::GridWorker);
    let pulled = world.pull(&mut at);
    assert!(pulled.iter().all(|case| !case.outstanding && case.commits.len() == 2 && case.heads.is_some()));
    fill(&world, &mut author, 1);
    let mut above = world.phone(3, Role::GridWorker);
    let pulled = world.pull(&mut above);
    assert_eq!(pulled.len(), LINES_FIRST_ABOVE + 1);
    assert!(pulled.iter().all(|case| case.outstanding && case.commits.is_empty() && case.heads.is_none()));
    let facts = pulled[0].facts.as_ref().unwrap();
    assert_eq!((facts.title.as_str(), facts.photos, facts.touched_ms), ("路灯坏了", 0, START_MS));

    let wanted = cases.iter().rev().map(|case| whole(*case)).collect();
    let found = docs(&world, &above, wanted, 1 << 20);
    let order: Vec<CaseId> = found.iter().map(|case| case.document).collect();
    assert_eq!(order, cases.iter().rev().copied().collect::<Vec<_>>(), "in the order wanted");
    let (first, seq) = (&found[0], pulled.iter().find(|c| c.document == cases[cases.len() - 1]).unwrap().seq);
    assert_eq!((first.seq, first.outstanding, first.stream.clone()), (seq, false, grid()));
    assert_eq!(first.heads, Some(heads_name(&author.documents[&first.document].heads())));
}

#[test]
fn a_phone_that_has_a_case_through_another_stream_gets_no_line_of_it() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let mine = world.opened_by(&mut author);
    world.pull(&mut author);
    let mut other = world.phone(2, Role::GridWorker);
    fill(&world, &mut other, LINES_FIRST_ABOVE + 1);
    let own = StreamId::user(&author.user.unwrap()).0;
    author.cursors.retain(|stream, _| *stream == own);
    world.hello(&mut author);
    let pulled = world.pull(&mut author);
    let case = pulled.iter().find(|case| case.document == mine).unwrap();
    assert!(!case.outstanding && case.commits.is_empty(), "held by user: already");
    assert_eq!(pulled.iter().filter(|case| case.outstanding).count(), LINES_FIRST_ABOVE + 1);
}

#[test]
fn a_title_is_the_first_line_that_says_something_and_ends_at_its_limit() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    for (text, title) in [
        ("", String::new()),
        ("\n  \n 树倒了 \n别的", "树倒了".to_owned()),
        (&"字".repeat(TITLE_CHARS_MAX), "字".repeat(TITLE_CHARS_MAX)),
        (&"字".repeat(TITLE_CHARS_MAX + 1), "字".repeat(TITLE_CHARS_MAX)),
    ] {
        let case = author.new_case();
        let items = vec![
            author.report(case, "case.snap"),
            author.photo(case, b"a"),
            author.photo(case, b"b"),
            author.describe(case, &format!("{text} ")),
        ];
        assert!(world.codes(&author, items).iter().all(|code| *code == Code::Ok));
        let facts = world.pull(&mut author).remove(0).facts.unwrap();
        assert_eq!((facts.title, facts.photos), (title, 2));
    }
}

#[test]
fn a_long_history_comes_as_a_snapshot_and_a_short_one_as_its_changes() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let (long, short) = (author.new_case(), author.new_case());
    let mut items = vec![
        author.report(long, "case.snap"),
        author.report(short, "case.snap"),
        author.describe(short, "短"),
        author.photo(long, b"file"),
    ];
    items.extend((0..60).map(|n| author.describe(long, &format!("第 {n} 次"))));
    assert!(world.codes(&author, items).iter().all(|code| *code == Code::Ok));
    let reader = world.phone(2, Role::GridWorker);
    let found = docs(&world, &reader, vec![whole(long), whole(short)], 1 << 20);
    let snapshot = found[0].snapshot.as_ref().unwrap();
    let document = Content::load(snapshot).unwrap();
    assert_eq!(document.heads(), author.documents[&long].heads());
    assert_eq!(found[0].heads, Some(heads_name(&document.heads())));
    let content: Vec<&PulledCommit> = found[0].commits.iter().filter(|c| c.kind == Kind::Content).collect();
    assert_eq!(content.len(), 61);
    assert!(content.iter().all(|commit| commit.body.is_empty() && commit.change.is_some()));
    let written = document.view().photos[0].change;
    assert_eq!((content[0].change, content[0].micros.len()), (Some(ChangeName(written.0)), 1));
    assert!(found[0].commits.iter().filter(|c| c.kind == Kind::Act).all(|c| !c.body.is_empty()));
    assert!(found[1].snapshot.is_none());
    assert!(found[1].commits.iter().all(|commit| !commit.body.is_empty() && commit.change.is_none()));

    let since = found[0].commits[found[0].commits.len() - 3].seq;
    let rest = docs(&world, &reader, vec![Wanted { document: long, since }], 1 << 20).remove(0);
    assert_eq!((rest.commits.len(), rest.snapshot.is_none(), rest.heads), (2, true, found[0].heads));
}

#[test]
fn documents_are_given_by_right_alone_and_within_limits() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let cases = fill(&world, &mut author, 3);
    let stranger = world.phone_in(2, Role::GridWorker, "410103001");
    let never = CaseId([9; 16]);
    for case in docs(&world, &stranger, vec![whole(cases[0]), whole(never)], 1 << 20) {
        assert_eq!((case.gone.as_deref(), case.facts.is_none()), (Some("no_right"), true));
        assert!(case.commits.is_empty() && case.snapshot.is_none() && case.heads.is_none());
    }
    let wanted: Vec<Wanted> = cases.iter().map(|case| whole(*case)).collect();
    let one = docs(&world, &author, wanted, 0);
    assert_eq!(one.len(), 3, "the smallest page holds small cases");
    let many = |n: usize| {
        let docs = Docs { version: 0, wanted: vec![whole(never); n], max_bytes: 0 };
        world.ask_as(&author, Request::Docs(docs)).map(|_| ())
    };
    assert_eq!([many(DOCS_MAX - 1), many(DOCS_MAX)], [Ok(()), Ok(())]);
    assert_eq!(many(DOCS_MAX + 1), Err(Problem::OverLimit));
}

#[test]
fn a_manifest_has_what_is_present_in_pages_by_case() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let mut cases = fill(&world, &mut author, 5);
    cases.sort();
    let ask = |stream: StreamId| {
        let ask = Manifest { version: 0, stream, partition: PartitionId::ONLY, after: None };
        world.ask_as(&author, Request::Manifest(ask))
    };
    let Ok(Response::Manifest(reply)) = ask(grid()) else { panic!() };
    assert_eq!(reply.entries.iter().map(|e| e.document).collect::<Vec<_>>(), cases);
    assert_eq!((reply.seq, reply.epoch, reply.more), (10, Epoch([7; 8]), false));
    assert_eq!(ask(StreamId("grid:410103".into())).unwrap_err(), Problem::Unauthorized, "not one's own");
    let mut seen = Vec::new();
    loop {
        let after = seen.last().copied();
        let (stream, partition) = (&grid(), PartitionId::ONLY);
        let page = world.store.manifest(&ManifestAsk { stream, partition, after, entries_max: 2 }).unwrap();
        seen.extend(page.entries.iter().map(|e| e.document));
        assert_eq!(page.more, seen.len() < 5);
        if !page.more {
            break;
        }
    }
    assert_eq!(seen, cases);
}

#[test]
fn a_cursor_that_says_nothing_is_named_and_gets_nothing() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    world.opened_by(&mut author);
    let asked = |epoch: Option<Epoch>, cursor: u64| {
        let cursor = Cursor::new(grid(), epoch, cursor);
        let pull = Pull { version: 0, streams: vec![cursor], max_bytes: 1 << 20, check: false };
        let Ok(Response::Pull(page)) = world.ask_as(&author, Request::Pull(pull)) else { panic!() };
        (page.cases.len(), page.cursors.len(), page.resets.iter().map(|r| r.epoch).collect::<Vec<_>>())
    };
    let epoch = Epoch([7; 8]);
    assert_eq!(asked(Some(epoch), 1), (0, 0, vec![]), "at the head: nothing to say");
    assert_eq!(asked(Some(epoch), 0), (1, 1, vec![]));
    assert_eq!(asked(None, 0), (1, 1, vec![]));
    assert_eq!(asked(Some(Epoch([8; 8])), 1), (0, 0, vec![Some(epoch)]), "of another life");
    assert_eq!(asked(Some(epoch), 2), (0, 0, vec![Some(epoch)]), "from the future");
}

#[test]
fn sums_are_those_of_the_cases_that_were_sent() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let cases = fill(&world, &mut author, 7);
    let mut reader = world.phone(2, Role::GridWorker);
    let mut sent = Vec::new();
    for round in 0..3 {
        let more =
            vec![author.describe(cases[round], "anders"), author.named(cases[round + 3], "self_handle")];
        assert_eq!(world.codes(&author, more), [Code::Ok; 2]);
        let page = world.page(&reader);
        reader.keep(&page);
        sent.extend(page.cases);
        let check = page.checks.iter().find(|check| check.stream == grid()).unwrap();
        let sum = summed(&sent, &grid());
        assert_eq!((check.count, check.xor), (sum.count, sum.xor));
        assert_eq!(world.store.stream_sum(PartitionId::ONLY, &grid()).unwrap(), sum);
    }
    assert_eq!(world.page(&reader).checks, [], "nothing moved, nothing is said");
    let asked = Request::Pull(Pull { check: true, ..reader.pull() });
    let Ok(Response::Pull(page)) = world.ask_as(&reader, asked) else { panic!() };
    assert_eq!(page.checks.len(), reader.cursors.len());
}

#[test]
fn what_ended_long_ago_leaves_the_lists_and_a_phone_away_for_longer_compares_with_the_manifest() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let mut reader = world.phone(2, Role::GridWorker);
    let cases = fill(&world, &mut author, 2);
    let handle = author.named(cases[0], "self_handle");
    assert_eq!(world.codes(&author, vec![handle]), [Code::Ok]);
    let mut sent = world.pull(&mut reader);
    world.pull(&mut author);
    let away = reader.cursors.clone();

    world.pass(AGE_OUT_MS - 1);
    world.hub.tick(world.now()).unwrap();
    world.hello(&mut reader);
    // The other one was escalated meanwhile.
    let meanwhile = world.pull(&mut reader);
    assert!(meanwhile.iter().all(|case| case.document == cases[1]), "not before its time");
    sent.extend(meanwhile);
    world.pass(1);
    world.hub.tick(world.now()).unwrap();
    let gone = world.pull(&mut reader);
    assert_eq!((gone.len(), gone[0].document, gone[0].gone.as_deref()), (1, cases[0], Some("aged")));
    sent.extend(gone);
    assert_eq!(world.store.stream_sum(PartitionId::ONLY, &grid()).unwrap(), summed(&sent, &grid()));
    world.hello(&mut author);
    let own = StreamId::user(&author.user.unwrap());
    let kept = world.pull(&mut author);
    assert!(kept.iter().all(|case| case.stream != own || case.gone.is_none()), "its people keep it");
    world.hub.tick(world.now()).unwrap();
    assert!(world.pull(&mut reader).is_empty(), "once");

    // The author's rating does not bring it back to the others.
    let rate = author.named(cases[0], "rate");
    assert_eq!(world.codes(&author, vec![rate]), [Code::Ok]);
    assert!(world.pull(&mut reader).is_empty());

    world.pass(GONE_MS - 1);
    world.hub.tick(world.now()).unwrap();
    reader.cursors.clone_from(&away);
    world.hello(&mut reader);
    assert!(world.page(&reader).resets.is_empty());
    world.pass(1);
    world.hub.tick(world.now()).unwrap();
    let page = world.page(&reader);
    assert_eq!(page.resets.iter().map(|c| c.stream.clone()).collect::<Vec<_>>(), [grid()], "{page:?}");
    let fresh = world.phone(3, Role::GridWorker);
    assert!(world.page(&fresh).resets.is_empty(), "who holds nothing missed nothing");
}

#[test]
fn a_phone_with_nothing_to_do_costs_one_small_request() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    fill(&world, &mut author, 3);
    while !world.pull(&mut author).is_empty() {}
    let extra =
        Cursor { stream: StreamId::public(&GRID.parse().unwrap()), ..author.cursors[&grid().0].clone() };
    author.cursors.insert(extra.stream.0.clone(), extra);
    let mut pull = author.pull();
    pull.streams.truncate(3);
    assert_eq!(pull.streams.len(), 3);
    let up = yuandian_sync::wire::pack(&pull).len();
    let Ok(Response::Pull(page)) = world.ask_as(&author, Request::Pull(pull)) else { panic!() };
    let down = yuandian_sync::wire::pack(&page).len();
    assert!(page.cases.is_empty() && page.cursors.is_empty() && !page.more);
    assert!(up + down <= 400, "{up} + {down}");
    let bare = PullReply { renewed: Renewed { time_token: None, ..page.renewed.clone() }, ..page.clone() };
    assert!(cbor::encode(&bare).len() < 100);
    // The server's signed time, with every contact.
    assert!(cbor::encode(&page).len() - cbor::encode(&bare).len() < 130);
}

#[test]
fn a_line_says_that_an_answer_has_two_values() {
    let world = World::new();
    let (mut one, mut two) = (world.phone(1, Role::GridWorker), world.phone(2, Role::GridWorker));
    let case = one.new_case();
    let items = vec![one.report(case, "case.snap"), one.describe(case, "井盖")];
    assert_eq!(world.codes(&one, items), [Code::Ok; 2]);
    two.documents.insert(case, one.documents[&case].clone());
    let answer = |value: &str| {
        [yuandian_document::Edit::Answer {
            key: "severity".into(),
            value: yuandian_model::form::SharedAnswer::standing(value),
        }]
    };
    let (first, second) = (one.write(case, &answer("high"), &[]), two.write(case, &answer("low"), &[]));
    let mut third = world.phone(3, Role::GridWorker);
    let conflict = |phone: &mut Phone| world.pull(phone)[0].facts.as_ref().unwrap().conflict;
    assert_eq!((world.codes(&one, vec![first]), conflict(&mut third)), (vec![Code::Ok], false));
    assert_eq!((world.codes(&two, vec![second]), conflict(&mut third)), (vec![Code::Ok], true));
    let mut resident = world.phone(4, Role::Resident);
    assert!(!conflict(&mut resident), "a summary does not tell");
}
