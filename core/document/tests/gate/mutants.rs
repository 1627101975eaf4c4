//! Honest changes with a few bytes bent and the checksum repaired: nothing escapes, and whatever is admitted saves and loads.

use std::collections::BTreeMap;

use automerge::legacy::{ElementId, Key, MarkData, ObjectId, Op, OpId, OpType};
use automerge::transaction::Transactable;
use automerge::{Automerge, Change, ObjType, ReadDoc, ScalarValue};
use yuandian_document::gate::{CasePolicy, Checks, Refusal, admit};

use crate::fixture::{
    Dice, actor, add_note, altered, body_of, case, change_by, container, judge, judge_structure, seal, uuid,
    write,
};

/// A case with three authors, a fork and text, and honest changes that may come next.
fn case_and_next() -> (Automerge, Vec<Change>) {
    let mut base = case().with_actor(actor(1));
    write(&mut base, |tx| tx.splice_text(container(tx, "description"), 0, 0, "西门外堆放垃圾，约三天"));
    let fork = base.get_heads();
    write(&mut base, |tx| tx.put(container(tx, "fields"), "amount", 3));
    let mut beside = base.fork_at(&fork).expect("the heads are known").with_actor(actor(2));
    write(&mut beside, |tx| {
        tx.splice_text(container(tx, "description"), 2, 1, "侧")?;
        tx.put(container(tx, "fields"), "amount", 5)
    });
    base.merge(&mut beside).expect("they merge");
    base.set_actor(actor(3));
    write(&mut base, |tx| add_note(tx, 1));

    let mut next = vec![
        change_by(&base, &actor(1), |tx| add_note(tx, 2)),
        change_by(&base, &actor(2), |tx| tx.put(container(tx, "fields"), "amount", 4)),
        change_by(&base, &actor(4), |tx| tx.splice_text(container(tx, "description"), 3, 4, "mixed 文字")),
        change_by(&base, &actor(3), |tx| {
            tx.splice_text(container(tx, "description"), 1, 5, "")?;
            tx.put(container(tx, "fields"), "kind", "bulky")?;
            tx.put(container(tx, "photos"), uuid(7), r#"{"sha256":"00"}"#)
        }),
    ];
    let mut old = base.fork_at(&fork).expect("the heads are known").with_actor(actor(5));
    next.push(write(&mut old, |tx| {
        tx.splice_text(container(tx, "description"), 0, 2, "东门")?;
        tx.put(container(tx, "fields"), "amount", 9)
    }));
    (base, next)
}

/// One to three bytes replaced, removed, doubled or swapped.
fn bend(body: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bent = body.to_vec();
    for _ in 0..=dice.below(3) {
        let at = dice.below(bent.len());
        match dice.below(5) {
            0 => bent[at] = dice.roll().to_le_bytes()[0],
            1 => bent[at] = bent[at].wrapping_add(1),
            2 => bent[at] ^= 1 << dice.below(8),
            3 => drop(bent.remove(at)),
            _ => bent.insert(at, bent[at]),
        }
    }
    bent
}

#[test]
fn honest_changes_of_forks_and_splices_are_admitted() {
    let (base, next) = case_and_next();
    for change in next {
        assert!(judge(&base, &change).is_ok(), "{:?}", judge(&base, &change).err());
    }
}

#[test]
fn no_mutant_panics_or_leaves_a_document_that_cannot_be_loaded() {
    let (base, next) = case_and_next();
    let before = (base.get_heads(), base.save());
    let mut dice = Dice(20_251_122);
    let mut words: BTreeMap<&str, u32> = BTreeMap::new();
    for round in 0..4_000 {
        let change = &next[round % next.len()];
        let raw = seal(1, &bend(body_of(change.raw_bytes()), &mut dice));
        // Structure alone lets more through: what the policy would stop must be harmless too.
        let policy = Checks { binding: None, policy: Some(&CasePolicy) };
        let checks = if round % 2 == 0 { Checks::structure_only() } else { policy };
        match admit(&base, &raw, &checks) {
            Ok(admitted) => {
                let loaded = Automerge::load(&admitted.saved).expect("what was admitted loads");
                assert_eq!(loaded.get_heads(), admitted.heads);
                assert!(loaded.get_heads().contains(&admitted.change_hash));
                let mut next_phone = admitted.document.with_actor(actor(9));
                let next = write(&mut next_phone, |tx| add_note(tx, 99));
                assert!(judge(&loaded, &next).is_ok(), "an honest author can go on");
                *words.entry("ok").or_default() += 1;
            }
            Err(refusal) => *words.entry(refusal.detail()).or_default() += 1,
        }
    }
    assert_eq!((base.get_heads(), base.save()), before);
    // The mutants reach all stages: some pass, some fall in the scan, some only when Automerge is asked.
    for word in ["ok", "rows", "not_canonical", "start_op"] {
        assert!(words.contains_key(word), "{word}: {words:?}");
    }
}

/// Operation ids that an attacker may name: all of the document, some of his own, some of nobody.
fn ids(base: &Automerge, own: &Change) -> Vec<OpId> {
    let all = base.get_changes(&[]);
    let written = all.iter().chain([own]).flat_map(|change| {
        (change.start_op().get()..=change.max_op()).map(|counter| OpId(counter, change.actor_id().clone()))
    });
    written.chain([OpId(0, actor(1)), OpId(3, actor(77))]).collect()
}

/// One operation altered in its meaning: the library itself writes the bytes, so they are canonical.
fn forge(operation: &mut Op, ids: &[OpId], dice: &mut Dice) {
    let id = ids[dice.below(ids.len())].clone();
    match dice.below(8) {
        0 => operation.obj = ObjectId::Id(id),
        1 => operation.obj = ObjectId::Root,
        2 => operation.key = Key::Seq(ElementId::Id(id)),
        3 => {
            let keys = ["amount", "kind", "notes", "description", "fields"].map(str::to_owned);
            let keys = [&keys[..], &[uuid(1), uuid(2)]].concat();
            operation.key = Key::Map(keys[dice.below(keys.len())].as_str().into());
        }
        4 => operation.pred = (0..dice.below(3)).map(|_| ids[dice.below(ids.len())].clone()).collect(),
        5 => operation.insert = !operation.insert,
        6 => {
            operation.key = Key::Seq(ElementId::Id(id.clone()));
            operation.pred = vec![id].into();
        }
        _ => {
            let actions = [
                OpType::Delete,
                OpType::Put("字".into()),
                OpType::Put(ScalarValue::counter(i64::MAX)),
                OpType::Increment(i64::MAX),
                OpType::Make(ObjType::Map),
                OpType::Make(ObjType::Text),
                OpType::MarkBegin(MarkData { name: "m".into(), value: 1.into(), expand: true }),
                OpType::MarkEnd(true),
            ];
            operation.action = actions[dice.below(actions.len())].clone();
        }
    }
}

/// Every value in view in a map, the losers of conflicts included.
fn values(document: &Automerge, place: &str) -> BTreeMap<String, Vec<String>> {
    let map = container(document, place);
    let at = |key: String| {
        let all = document.get_all(&map, key.as_str()).expect("the map can be read");
        (key, all.iter().map(|(value, id)| format!("{value} {id}")).collect())
    };
    document.keys(&map).map(at).collect()
}

#[test]
fn no_forged_operation_harms_a_case_or_its_next_authors() {
    let (base, next) = case_and_next();
    let beside = change_by(&base, &actor(8), |tx| {
        tx.splice_text(container(tx, "description"), 4, 2, "另写")?;
        add_note(tx, 88)
    });
    let (notes, photos) = (values(&base, "notes"), values(&base, "photos"));
    let mut dice = Dice(3);
    let mut words: BTreeMap<&str, u32> = BTreeMap::new();
    for round in 0..3_000 {
        let change = &next[round % next.len()];
        let ids = ids(&base, change);
        let forged = altered(change, |change| {
            for _ in 0..=dice.below(2) {
                let which = dice.below(change.operations.len());
                forge(&mut change.operations[which], &ids, &mut dice);
            }
        });
        let admitted = match judge(&base, &forged) {
            Ok(admitted) => admitted,
            Err(refusal) => {
                *words.entry(refusal.detail()).or_default() += 1;
                // By structure alone it may pass, but then it must be harmless to whoever comes next.
                if let Ok(admitted) = judge_structure(&base, forged.raw_bytes()) {
                    let after = judge_structure(&admitted.document, beside.raw_bytes());
                    assert!(after.is_ok(), "{refusal}: {:?}", after.err());
                    *words.entry("structure_only").or_default() += 1;
                }
                continue;
            }
        };
        *words.entry("ok").or_default() += 1;
        for (place, before) in [("notes", &notes), ("photos", &photos)] {
            let after = values(&admitted.document, place);
            assert!(
                before.iter().all(|(key, values)| after.get(key) == Some(values)),
                "{:?}",
                forged.decode()
            );
        }
        let after = judge(&admitted.document, &beside).expect("an author who has not seen it can go on");
        let last = change_by(&after.document, &actor(9), |tx| {
            add_note(tx, 99)?;
            tx.splice_text(container(tx, "description"), 0, 1, "终")
        });
        assert!(judge(&after.document, &last).is_ok(), "an author who has seen it can go on");
    }
    for word in ["ok", "place", "overwrite", "predecessor", "kind", "new_object", "structure_only"] {
        assert!(words.contains_key(word), "{word}: {words:?}");
    }
}

#[test]
fn mutants_of_packed_bytes_never_panic() {
    let (base, _) = case_and_next();
    let mut long = change_by(&base, &actor(6), |tx| {
        tx.splice_text(container(tx, "description"), 0, 0, &"夜里没有路灯。".repeat(30))
    });
    let packed = long.bytes().into_owned();
    let mut dice = Dice(7);
    let mut refused = 0;
    for _ in 0..1_000 {
        let bent = [&packed[..9], &bend(&packed[9..], &mut dice)].concat();
        match admit(&base, &bent, &Checks::structure_only()) {
            Ok(admitted) => assert_eq!(admitted.change_hash, long.hash()),
            Err(Refusal::Structure(_) | Refusal::Limit(_)) => refused += 1,
            Err(other) => panic!("the checksum let {other} through"),
        }
    }
    assert!(refused > 900, "{refused}");
}
