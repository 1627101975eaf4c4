//! What an operator does to a case: moved, reopened, explained; budgets and partitions.

use yuandian_document::Kind;
use yuandian_model::{CaseId, Code, DivisionCode, PartitionId, Role};
use yuandian_server::admin::{self, AdminError};
use yuandian_server::hub::{Request, Response};
use yuandian_server::limits::AGE_OUT_MS;
use yuandian_server::shell::{SystemRandomness, now_ms};
use yuandian_server::store::{SqliteStore, Store, StoreError};
use yuandian_sync::StreamId;
use yuandian_sync::message::*;

use crate::phone::*;
use crate::world::*;

const OTHER: &str = "410103001";

fn grid(code: &str) -> DivisionCode {
    code.parse().unwrap()
}

fn moved(world: &World, case: CaseId, to: &str) -> Result<Option<u64>, AdminError> {
    admin::move_case(world.directory.path(), case, &grid(to), &mut SystemRandomness, world.now())
}

fn reopened(world: &World, case: CaseId) -> Result<Option<u64>, AdminError> {
    admin::reopen_case(world.directory.path(), case, &mut SystemRandomness, world.now())
}

fn opened(world: &World, author: &mut Phone) -> CaseId {
    let case = author.new_case();
    let items = vec![author.report(case, "case.snap"), author.describe(case, "树倒了")];
    assert_eq!(world.codes(author, items), [Code::Ok; 2]);
    case
}

/// Every stream's sum is that of its manifest.
fn sums_hold(world: &World, phone: &Phone) {
    for cursor in phone.cursors.values() {
        let ask =
            Manifest { version: 0, stream: cursor.stream.clone(), partition: cursor.partition, after: None };
        let Ok(Response::Manifest(reply)) = world.ask_as(phone, Request::Manifest(ask)) else { panic!() };
        let mut sum = yuandian_sync::check::StreamSum::default();
        reply.entries.iter().for_each(|entry| sum.add(&entry.document, entry.seq));
        assert_eq!(world.store.stream_sum(cursor.partition, &cursor.stream).unwrap(), sum, "{cursor:?}");
    }
}

fn a_case_moves(world: &World) {
    let mut author = world.phone(1, Role::GridWorker);
    let mut there = world.phone_in(2, Role::GridWorker, OTHER);
    let mut above = world.phone_in(3, Role::GridWorker, "4101");
    let (case, stays) = (opened(world, &mut author), opened(world, &mut author));
    let settle = |phone: &mut Phone| {
        world.hello(phone);
        world.pull(phone)
    };
    for phone in [&mut author, &mut there, &mut above] {
        settle(phone);
    }
    assert!(moved(world, case, OTHER).unwrap().is_some());
    assert_eq!(moved(world, case, OTHER).unwrap(), None, "once");
    let of = |cases: Vec<PulledCase>, kind: &str| -> Vec<PulledCase> {
        cases.into_iter().filter(|case| case.stream.0.starts_with(kind)).collect()
    };
    let seen = settle(&mut author);
    let gone = of(seen.clone(), "grid:");
    assert_eq!(
        gone.iter().map(|c| (c.document, c.gone.as_deref())).collect::<Vec<_>>(),
        [(case, Some("moved"))]
    );
    assert!(of(seen, "user:").iter().any(|c| c.document == case && c.gone.is_none()), "its author keeps it");
    let came = settle(&mut there);
    assert_eq!((came.len(), came[0].gone.is_none(), came[0].commits.len()), (1, true, 3), "whole");
    let act = came[0].commits.last().unwrap();
    assert_eq!((act.kind, act.name.as_str(), act.facts["to"].as_str()), (Kind::Act, "平台", OTHER));
    let facts = came[0].facts.as_ref().unwrap();
    assert_eq!((facts.grid.as_str(), facts.act_seq), (OTHER, 2));
    let mut city = settle(&mut above);
    city.retain(|case| case.gone.is_none());
    assert_eq!(city.len(), 1, "who holds both grids only sees it move");
    assert_eq!(there.documents[&case].heads(), author.documents[&case].heads());

    // And it goes on there, and comes back.
    let note = there.describe(case, "树倒了,已处理");
    assert_eq!(world.codes(&there, vec![note]), [Code::Ok]);
    assert!(moved(world, case, GRID).unwrap().is_some());
    let back = of(settle(&mut author), "grid:");
    let back = back.iter().find(|c| c.document == case).unwrap();
    assert_eq!((back.gone.is_none(), back.facts.as_ref().unwrap().grid.as_str()), (true, GRID));
    assert_eq!(author.documents[&case].heads(), there.documents[&case].heads());
    settle(&mut there);
    for phone in [&author, &there, &above] {
        sums_hold(world, phone);
    }
    let write = author.describe(stays, "still here");
    assert_eq!(world.codes(&author, vec![write]), [Code::Ok]);
}

#[test]
fn a_case_moves_between_grids() {
    let world = World::new();
    a_case_moves(&world);
    assert!(matches!(moved(&world, CaseId([9; 16]), OTHER), Err(AdminError::UnknownCase(_))));
    assert!(matches!(moved(&world, CaseId([9; 16]), "410199"), Err(AdminError::UnknownGrid(_))));
}

#[test]
fn a_case_moves_between_partitions() {
    let world = World::partitioned(Some(6));
    a_case_moves(&world);
    let heads = world.store.heads().unwrap();
    let names: Vec<u32> = heads.iter().map(|head| head.partition.0).collect();
    assert_eq!(names, [1, 410_102, 410_103]);
    let mut epochs: Vec<_> = heads.iter().map(|head| head.epoch).collect();
    epochs.dedup();
    assert_eq!(epochs.len(), 3, "each has its own life");
}

#[test]
fn partitions_order_their_cases_alone_and_are_fixed_with_the_first() {
    let world = World::partitioned(Some(6));
    let mut city = world.phone_in(1, Role::GridWorker, "4101");
    let cases: Vec<CaseId> = (0..3).map(|_| city.new_case()).collect();
    let items = vec![
        city.report_in(cases[0], "case.snap", GRID),
        city.report_in(cases[1], "case.snap", OTHER),
        city.report_in(cases[2], "case.snap", "4101"),
        city.describe(cases[1], "a"),
        city.describe(cases[0], "b"),
    ];
    let receipts = world.push(&city, items);
    let seqs: Vec<Option<u64>> = receipts.iter().map(|receipt| receipt.seq).collect();
    assert_eq!(seqs, [1, 1, 1, 2, 2].map(Some));
    world.hello(&mut city);
    let pulled = world.pull(&mut city);
    let mut seen: Vec<CaseId> = pulled.iter().map(|case| case.document).collect();
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 3);
    assert!(world.pull(&mut city).is_empty());
    assert!(city.cursors.contains_key("410102/grid:4101"));

    let path = world.directory.path().join("yuandian.db");
    let open = || SqliteStore::open(&path, yuandian_model::Epoch([8; 8])).unwrap();
    assert_eq!(open().partition_digits(), Some(6), "it is kept");
    assert_eq!(open().partitioned(6).map(|_| ()), Ok(()));
    let other = open().partitioned(9).map(|_| ());
    assert_eq!(other, Err(StoreError::Partitioned { found: 6, wanted: 9 }));
}

#[test]
fn one_partition_cannot_become_many() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    opened(&world, &mut author);
    let path = world.directory.path().join("yuandian.db");
    let store = SqliteStore::open(&path, yuandian_model::Epoch([8; 8])).unwrap();
    let changed = store.partitioned(6).map(|_| ());
    assert_eq!(changed, Err(StoreError::Partitioned { found: 0, wanted: 6 }));
}

#[test]
fn a_case_that_aged_out_comes_back_whole_when_it_is_reopened() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let mut reader = world.phone(2, Role::GridWorker);
    let case = opened(&world, &mut author);
    assert_eq!(reopened(&world, case).unwrap(), None, "it has not ended");
    let handle = author.named(case, "self_handle");
    assert_eq!(world.codes(&author, vec![handle]), [Code::Ok]);
    world.pull(&mut reader);
    world.pass(AGE_OUT_MS);
    world.hub.tick(world.now()).unwrap();
    world.hello(&mut reader);
    assert_eq!(world.pull(&mut reader)[0].gone.as_deref(), Some("aged"));
    assert!(reopened(&world, case).unwrap().is_some());
    let back = world.pull(&mut reader).remove(0);
    assert_eq!((back.gone.is_none(), back.commits.len()), (true, 4));
    assert_eq!(back.facts.unwrap().stage, "reported");
    // Its clock is off until it ends again.
    world.pass(AGE_OUT_MS);
    world.hub.tick(world.now()).unwrap();
    world.hello(&mut reader);
    assert!(world.pull(&mut reader).iter().all(|case| case.gone.is_none()), "escalated, and there");
    assert!(matches!(reopened(&world, CaseId([9; 16])), Err(AdminError::UnknownCase(_))));
}

#[test]
fn a_device_over_its_budget_gets_lines_and_the_operator_hears_of_it() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    for _ in 0..3 {
        opened(&world, &mut author);
    }
    let greet = |phone: &mut Phone, budget: u32| {
        phone.budget = budget;
        let reply = world.hello(phone);
        reply.streams.into_iter().map(|o| (o.stream.0, o.count, o.lines_only)).collect::<Vec<_>>()
    };
    let mut reader = world.phone(2, Role::GridWorker);
    let grid = format!("grid:{GRID}");
    assert!(greet(&mut reader, 3).contains(&(grid.clone(), 3, false)), "at its budget");
    assert!(greet(&mut reader, 2).contains(&(grid, 3, true)), "above it");
    let lines = world.pull(&mut reader);
    assert!(lines.len() == 3 && lines.iter().all(|case| case.outstanding && case.commits.is_empty()));
    let summary = admin::summary(world.directory.path(), &mut SystemRandomness, now_ms()).unwrap();
    assert_eq!(summary.over_budget.len(), 1);
    assert_eq!((summary.over_budget[0].budget, summary.over_budget[0].over), (2, 3));
    // One that is wanted all the same can be had.
    let wanted = vec![Wanted { document: lines[0].document, since: 0 }];
    let docs = Request::Docs(Docs { version: 0, wanted, max_bytes: 1 << 20 });
    let Ok(Response::Docs(reply)) = world.ask_as(&reader, docs) else { panic!() };
    assert_eq!(reply.cases[0].commits.len(), 2);
}

#[test]
fn why_tells_what_keeps_a_case_from_a_phone_or_brings_it_there() {
    let world = World::new();
    let mut author = world.phone(1, Role::GridWorker);
    let mut reader = world.phone(2, Role::GridWorker);
    let mut elsewhere = world.phone_in(3, Role::GridWorker, OTHER);
    let mut neighbour = world.phone(4, Role::Resident);
    let case = opened(&world, &mut author);
    let why = |phone: &Phone| {
        admin::why(world.directory.path(), phone.device(), case, &mut SystemRandomness, world.now()).unwrap()
    };
    assert_eq!(why(&reader).there, "on_its_way");
    for phone in [&mut reader, &mut elsewhere, &mut neighbour] {
        world.pull(phone);
        world.hello(phone);
    }
    assert_eq!(why(&reader).there, "whole");
    assert_eq!(why(&neighbour).there, "summary");
    let no = why(&elsewhere);
    assert_eq!((no.there, no.words[0].contains("No right of Person 3"), no.rights.len()), ("no", true, 1));
    reader.budget = 0;
    world.hello(&mut reader);
    assert_eq!((why(&reader).there, why(&reader).over_budget), ("line", 1));
    moved(&world, case, OTHER).unwrap();
    let no = why(&reader);
    assert_eq!((no.there, no.words[0].contains("moved")), ("no", true));
    assert_eq!(no.streams[0].stream, StreamId::grid(&grid(GRID)));
    assert_eq!(no.streams[0].partition, PartitionId::ONLY);
    let unknown = admin::why(
        world.directory.path(),
        reader.device(),
        CaseId([9; 16]),
        &mut SystemRandomness,
        world.now(),
    );
    assert!(matches!(unknown, Err(AdminError::UnknownCase(_))));
}
