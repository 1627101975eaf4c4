//! PULL and FETCH: dense numbers, pages, rights.

use std::collections::BTreeSet;

use yuandian_document::keys::Purpose;
use yuandian_model::{Code, CommitId, Role};
use yuandian_server::hub::{Request, Response};
use yuandian_server::problem::Problem;
use yuandian_sync::limits::{FETCH_COMMITS_MAX, STREAMS_MAX};
use yuandian_sync::message::*;
use yuandian_sync::{Cursor, StreamId};

use crate::phone::*;
use crate::world::*;

#[test]
fn numbers_are_dense_also_when_many_push_at_once() {
    let world = World::new();
    let phones: Vec<Phone> = (1..9).map(|n| world.phone(n, Role::GridWorker)).collect();
    let seqs: Vec<u64> = std::thread::scope(|scope| {
        let threads: Vec<_> = phones
            .into_iter()
            .map(|mut phone| {
                let world = &world;
                scope.spawn(move || {
                    let mut seqs = Vec::new();
                    for _ in 0..5 {
                        let case = phone.new_case();
                        let items = vec![
                            phone.report(case, "case.snap"),
                            phone.named(case, "dance"),
                            phone.describe(case, "a"),
                            phone.describe(case, "ab"),
                        ];
                        seqs.extend(world.push(&phone, items).iter().filter_map(|r| r.seq));
                    }
                    seqs
                })
            })
            .collect();
        threads.into_iter().flat_map(|t| t.join().unwrap()).collect()
    });
    let sorted: BTreeSet<u64> = seqs.iter().copied().collect();
    assert_eq!(sorted, (1..=120).collect::<BTreeSet<u64>>());
    assert_eq!(world.hub.head().unwrap().head, 120);
}

#[test]
fn many_hands_in_one_case_all_get_in() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let case = world.opened_by(&mut author);
    let phones: Vec<Phone> = (2..8).map(|n| world.phone(n, Role::GridWorker)).collect();
    std::thread::scope(|scope| {
        for mut phone in phones {
            let world = &world;
            scope.spawn(move || {
                for n in 0..5 {
                    let answer = yuandian_document::Edit::Answer {
                        key: "address".into(),
                        value: yuandian_model::form::SharedAnswer::standing(format!("{} {n}", phone.number)),
                    };
                    let item = phone.write(case, &[answer], &[]);
                    assert_eq!(world.codes(&phone, vec![item]), [Code::Ok]);
                }
            });
        }
    });
    world.pull(&mut author);
    let mut fresh = world.phone(9, Role::GridWorker);
    world.pull(&mut fresh);
    assert_eq!(fresh.documents[&case].heads(), author.documents[&case].heads());
    assert_eq!(fresh.documents[&case].view().answers["address"].candidates.len(), 6);
}

#[test]
fn pages_end_at_their_size_and_go_on_where_they_ended() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let text = "字".repeat(1_500);
    for _ in 0..12 {
        let case = author.new_case();
        let items = vec![author.report(case, "case.snap"), author.describe(case, &text)];
        assert_eq!(world.codes(&author, items), [Code::Ok; 2]);
    }
    let mut reader = world.phone(2, Role::GridWorker);
    let mut pages = 0;
    let mut seen = BTreeSet::new();
    loop {
        let small = Pull { max_bytes: 1, ..reader.pull() };
        let Ok(Response::Pull(page)) = world.ask_as(&reader, Request::Pull(small)) else { panic!() };
        let bytes: usize = page.cases.iter().map(|c| yuandian_document::cbor::encode(c).len()).sum();
        assert!(page.cases.len() == 1 || bytes <= 16 * 1024, "{bytes}");
        for case in &page.cases {
            assert!(seen.insert((case.stream.clone(), case.document)), "sent once");
        }
        reader.keep(&page);
        pages += 1;
        if !page.more {
            break;
        }
    }
    assert_eq!(seen.len(), 12);
    assert!(pages > 3, "{pages}");
    assert!(world.pull(&mut reader).is_empty());
    assert_eq!(reader.documents.len(), 12);
}

#[test]
fn a_stream_without_a_right_gives_nothing_and_is_not_answered() {
    let world = World::new();
    let mut asker = world.phone(1, Role::Resident);
    let case = asker.new_case();
    let items = vec![asker.report(case, "help.errand"), asker.describe(case, "x")];
    let ids: Vec<CommitId> = items.iter().map(|i| i.commit.id()).collect();
    assert_eq!(world.codes(&asker, items), [Code::Ok; 2]);
    let neighbour = world.phone(2, Role::Resident);
    let grab = |stream: StreamId| Cursor::new(stream, None, 0);
    let streams = vec![
        grab(StreamId::grid(&GRID.parse().unwrap())),
        grab(StreamId::public(&GRID.parse().unwrap())),
        grab(StreamId::user(&asker.user.unwrap())),
        grab(StreamId("nonsense".into())),
    ];
    let pull = Request::Pull(Pull { version: 0, streams, max_bytes: 1 << 20, check: false });
    let Ok(Response::Pull(page)) = world.ask_as(&neighbour, pull) else { panic!() };
    assert_eq!((page.cases.len(), page.cursors.len(), page.more), (0, 0, false));
    let numbers = [1, 2].map(|seq| CommitNumber { document: case, seq }).to_vec();
    let fetch = || Request::Fetch(Fetch { version: 0, commits: numbers.clone() });
    let Ok(Response::Fetch(none)) = world.ask_as(&neighbour, fetch()) else { panic!() };
    assert!(none.commits.is_empty() && none.certificates.is_empty());
    let volunteer = world.phone(3, Role::Volunteer);
    let Ok(Response::Fetch(found)) = world.ask_as(&volunteer, fetch()) else { panic!() };
    assert_eq!(found.commits.iter().map(yuandian_document::SignedCommit::id).collect::<Vec<_>>(), ids);
    let key = found.certificates[0].verify().unwrap();
    for commit in &found.commits {
        commit.verify(&commit.open().unwrap(), &key).unwrap();
        assert!(key.verify(Purpose::Commit, &commit.envelope, &commit.signature).is_ok());
    }
}

#[test]
fn a_case_in_two_streams_brings_its_commits_once_a_page() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let case = author.new_case();
    let items = vec![author.report(case, "case.snap"), author.describe(case, "x")];
    assert_eq!(world.codes(&author, items), [Code::Ok; 2]);
    let page = world.page(&author);
    let commits: Vec<usize> = page.cases.iter().map(|c| c.commits.len()).collect();
    assert_eq!(commits, [2, 0], "user: goes first, then grid:");
    assert!(page.cases[0].stream.0.starts_with("user:"));
    assert!(page.cases.iter().all(|c| c.facts.is_some()));
}

#[test]
fn a_new_stream_brings_the_whole_case() {
    let world = World::new();
    let mut asker = world.phone(1, Role::Resident);
    let case = asker.new_case();
    let items = vec![asker.report(case, "help.errand"), asker.describe(case, "x")];
    assert_eq!(world.codes(&asker, items), [Code::Ok; 2]);
    let mut volunteer = world.phone(2, Role::Volunteer);
    let mine = format!("user:{}", volunteer.user.unwrap());
    volunteer.cursors.retain(|stream, _| *stream == mine);
    assert!(world.pull(&mut volunteer).is_empty());
    let claim = volunteer.named(case, "claim");
    assert_eq!(world.codes(&volunteer, vec![claim]), [Code::Ok]);
    let pulled = world.pull(&mut volunteer);
    assert_eq!(pulled[0].commits.len(), 3, "from its beginning");
}

#[test]
fn lists_have_their_limits() {
    let world = World::new();
    let phone = world.phone(1, Role::GridWorker);
    let pull = |n: usize| {
        let cursor = Cursor::new(StreamId("x".into()), None, 0);
        world.ask_as(
            &phone,
            Request::Pull(Pull { version: 0, streams: vec![cursor; n], max_bytes: 0, check: false }),
        )
    };
    assert!(pull(STREAMS_MAX).is_ok());
    assert_eq!(pull(STREAMS_MAX + 1).unwrap_err(), Problem::OverLimit);
    let fetch = |n: usize| {
        let number = CommitNumber { document: yuandian_model::CaseId([1; 16]), seq: 1 };
        world.ask_as(&phone, Request::Fetch(Fetch { version: 0, commits: vec![number; n] }))
    };
    assert!(fetch(FETCH_COMMITS_MAX).is_ok());
    assert_eq!(fetch(FETCH_COMMITS_MAX + 1).unwrap_err(), Problem::OverLimit);
}
