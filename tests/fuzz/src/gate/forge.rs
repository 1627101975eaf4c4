//! Operations altered in their meaning: the library itself writes the bytes, so they are canonical and get far.

use std::panic::{AssertUnwindSafe, catch_unwind};

use automerge::legacy::{ElementId, Key, MarkData, ObjectId, Op, OpId, OpType};
use automerge::{Automerge, Change, ExpandedChange, ObjType, ScalarValue};
use yuandian_document::gate::scan;
use yuandian_programs::seed::Seed;

/// Operations and changes that are read for ids.
const IDS_MAX: usize = 400;

/// A change with some of its meaning altered, as a plain chunk. `None` where the chunk is none that can be read.
pub fn forged(base: &Automerge, chunk: &[u8], seed: &mut Seed) -> Option<Vec<u8>> {
    // The library panics on some of what it reads: that is what the gate is for, and not what is asked here.
    catch_unwind(AssertUnwindSafe(|| {
        let plain = scan(chunk).ok()?.bytes;
        let change = Change::try_from(plain.as_slice()).ok()?;
        let mut expanded = change.decode();
        let ids = ids(base, &change);
        for _ in 0..=seed.below(3) {
            alter(&mut expanded, &ids, seed);
        }
        Some(Change::from(expanded).raw_bytes().to_vec())
    }))
    .ok()
    .flatten()
}

fn ids(base: &Automerge, own: &Change) -> Vec<OpId> {
    let all = base.get_changes(&[]);
    let written = all.iter().chain([own]).flat_map(|change| {
        (change.start_op().get()..=change.max_op()).map(|counter| OpId(counter, change.actor_id().clone()))
    });
    let nobody = automerge::ActorId::from([77; 16]);
    written.take(IDS_MAX).chain([OpId(0, own.actor_id().clone()), OpId(3, nobody)]).collect()
}

fn alter(change: &mut ExpandedChange, ids: &[OpId], seed: &mut Seed) {
    if change.operations.is_empty() || seed.percent(15) {
        match seed.below(4) {
            0 => change.seq = change.seq.wrapping_add(1 + seed.draw() % 3),
            1 => change.time = i64::MAX,
            2 => drop(change.deps.pop()),
            _ => change.operations.extend(change.operations.clone()),
        }
        return;
    }
    let which = seed.below(change.operations.len());
    if seed.percent(10) {
        let again = change.operations[which].clone();
        change.operations.insert(which, again);
    } else {
        operation(&mut change.operations[which], ids, seed);
    }
}

fn operation(operation: &mut Op, ids: &[OpId], seed: &mut Seed) {
    let Some(id) = seed.pick(ids).cloned() else { return };
    match seed.below(9) {
        0 => operation.obj = ObjectId::Id(id),
        1 => operation.obj = ObjectId::Root,
        2 => operation.key = Key::Seq(ElementId::Id(id)),
        3 => {
            let keys = ["amount", "kind", "notes", "description", "fields", "photos", "", "\u{0}"];
            let long = "k".repeat(1 + seed.below(4_000));
            let key = if seed.percent(10) { long.as_str() } else { keys[seed.below(keys.len())] };
            operation.key = Key::Map(key.into());
        }
        4 => operation.pred = (0..seed.below(4)).filter_map(|_| seed.pick(ids).cloned()).collect(),
        5 => operation.insert = !operation.insert,
        6 => {
            operation.key = Key::Seq(ElementId::Id(id.clone()));
            operation.pred = vec![id].into();
        }
        7 => operation.key = Key::Seq(ElementId::Head),
        _ => operation.action = action(seed),
    }
}

fn action(seed: &mut Seed) -> OpType {
    let long = "字".repeat(1 + seed.below(3_000));
    let actions = [
        OpType::Delete,
        OpType::Put("字".into()),
        OpType::Put(long.as_str().into()),
        OpType::Put(ScalarValue::Null),
        OpType::Put(ScalarValue::F64(f64::NAN)),
        OpType::Put(ScalarValue::Timestamp(i64::MIN)),
        OpType::Put(ScalarValue::Bytes(vec![0xff; 64])),
        OpType::Put(ScalarValue::counter(i64::MAX)),
        OpType::Increment(i64::MAX),
        OpType::Make(ObjType::Map),
        OpType::Make(ObjType::List),
        OpType::Make(ObjType::Text),
        OpType::MarkBegin(MarkData { name: "m".into(), value: 1.into(), expand: true }),
        OpType::MarkEnd(true),
    ];
    actions[seed.below(actions.len())].clone()
}
