//! Where a change stands: dependencies, actor, sequence, numbering, references, and how much a case may hold.

use automerge::legacy::{ElementId, Key, ObjectId, Op, OpId, OpType};
use automerge::transaction::Transactable;
use automerge::{ActorId, Automerge, Change, ROOT, ReadDoc};
use yuandian_document::gate::limits::{
    CHANGES_PER_CASE_MAX, OPERATIONS_MAX, OPERATIONS_PER_CASE_MAX, SAVED_BYTES_MAX, TIME_MAX,
};
use yuandian_document::gate::{Checks, Refusal, RefusalCode, admit};

use crate::fixture::{
    Body, Dice, actor, add_note, altered, case, change_by, container, detail, judge, judge_structure, write,
};

/// A case with one change by actor 1, another by actor 2 beside it, and a second one by actor 1 on its own first.
fn forked_case() -> (Automerge, [Change; 3]) {
    let genesis = case();
    let mut one = genesis.clone().with_actor(actor(1));
    let first = write(&mut one, |tx| add_note(tx, 1));
    let beside = change_by(&genesis, &actor(2), |tx| add_note(tx, 2));
    let second = write(&mut one, |tx| add_note(tx, 3));
    let mut all = one;
    all.apply_changes([beside.clone()]).expect("it merges");
    (all, [first, beside, second])
}

#[test]
fn an_admitted_change_is_in_the_copy_and_not_in_the_base() {
    let base = case();
    let before = (base.get_heads(), base.save());
    let change = change_by(&base, &actor(1), |tx| add_note(tx, 1));
    let admitted = judge(&base, &change).expect("it is honest");
    assert_eq!((base.get_heads(), base.save()), before);
    assert_eq!(admitted.change_hash, change.hash());
    assert_eq!(admitted.heads, [change.hash()]);
    assert_eq!(admitted.bytes, change.raw_bytes());
    assert_eq!(admitted.document.get_heads(), admitted.heads);
    assert_eq!(
        Automerge::load(&admitted.saved).expect("it loads").hydrate(None),
        admitted.document.hydrate(None)
    );
    assert_eq!(admitted.patches.len(), 1);
}

#[test]
fn what_was_admitted_packed_is_admitted_again_unpacked() {
    let base = case();
    let mut change = change_by(&base, &actor(1), |tx| {
        let text = container(tx, "description");
        tx.splice_text(text, 0, 0, &"人行道的井盖松动，夜里容易绊倒。".repeat(20))
    });
    let packed = change.bytes().into_owned();
    assert_ne!(packed, change.raw_bytes());
    let admitted = admit(&base, &packed, &Checks::case(change.actor_id())).expect("it is honest");
    assert_eq!(admitted.bytes, change.raw_bytes());
    assert_eq!(judge(&base, &change).expect("it is honest").heads, admitted.heads);
}

#[test]
fn a_change_that_is_there_already_is_a_duplicate() {
    let (base, changes) = forked_case();
    for change in changes {
        assert_eq!(judge(&base, &change).err(), Some(Refusal::Duplicate(change.hash())));
    }
}

#[test]
fn a_change_ahead_of_its_dependencies_is_held_and_names_them() {
    let (_, [first, beside, second]) = forked_case();
    assert_eq!(judge(&case(), &second).err(), Some(Refusal::MissingDeps(vec![first.hash()])));
    let both = altered(&second, |change| change.deps = vec![first.hash(), beside.hash()]);
    let mut missing = vec![first.hash(), beside.hash()];
    missing.sort_unstable();
    assert_eq!(judge(&case(), &both).err(), Some(Refusal::MissingDeps(missing)));
    let on_first = judge(&case(), &first).expect("it is honest").document;
    assert_eq!(judge(&on_first, &both).err(), Some(Refusal::MissingDeps(vec![beside.hash()])));
    assert_eq!(judge(&on_first, &second).expect("now it is known").heads, [second.hash()]);
}

#[test]
fn a_malformed_change_is_refused_rather_than_held() {
    let mut body = Body::puts(2);
    body.deps = vec![automerge::ChangeHash([9; 32])];
    assert_eq!(detail(&judge_structure(&case(), &body.chunk())), "missing_deps");
    body.set(0x94, vec![2]);
    assert_eq!(detail(&judge_structure(&case(), &body.chunk())), "not_canonical");
}

#[test]
fn only_the_bound_actor_may_have_written() {
    let base = case();
    let change = change_by(&base, &actor(1), |tx| add_note(tx, 1));
    let outcome = admit(&base, change.raw_bytes(), &Checks::case(&actor(2)));
    assert_eq!(outcome.err(), Some(Refusal::Actor { bound: actor(2), found: actor(1) }));
    let unbound = Checks { binding: None, ..Checks::case(change.actor_id()) };
    assert!(admit(&base, change.raw_bytes(), &unbound).is_ok());
}

#[test]
fn an_actor_goes_on_with_its_next_number_from_its_own_last_change() {
    let (base, [first, beside, second]) = forked_case();
    let third = change_by(&base, &actor(1), |tx| add_note(tx, 4));
    assert!(judge(&base, &third).is_ok());
    for (seq, wanted) in [(1, "seq_reused"), (2, "seq_reused"), (4, "seq_gap"), (1_000, "seq_gap")] {
        let outcome = judge(&base, &altered(&third, |change| change.seq = seq));
        assert_eq!(detail(&outcome), wanted, "{seq}");
        assert_eq!(outcome.err().map(|refusal| refusal.code()), Some(RefusalCode::Chain));
    }
    let new_actor = change_by(&base, &actor(3), |tx| add_note(tx, 4));
    assert!(judge(&base, &new_actor).is_ok());
    assert_eq!(detail(&judge(&base, &altered(&new_actor, |change| change.seq = 2))), "seq_gap");

    // The right number, but written without having seen the own last change: a copied database.
    for deps in [vec![first.hash()], vec![beside.hash()], vec![first.hash(), beside.hash()], vec![]] {
        let outcome = judge(&base, &altered(&third, |change| change.deps = deps.clone()));
        assert_eq!(detail(&outcome), "forked", "{deps:?}");
    }
    assert!(third.deps().contains(&second.hash()));
}

#[test]
fn an_old_head_is_edited_by_a_new_actor() {
    let (base, [first, ..]) = forked_case();
    let mut old = base.fork_at(&[first.hash()]).expect("the head is known").with_actor(actor(4));
    let change = write(&mut old, |tx| add_note(tx, 5));
    assert_eq!(change.deps(), [first.hash()]);
    let admitted = judge(&base, &change).expect("it is honest");
    assert_eq!(admitted.heads.len(), 3);
}

#[test]
fn operations_are_numbered_from_the_last_one_seen() {
    let (base, _) = forked_case();
    let change = change_by(&base, &actor(3), |tx| add_note(tx, 4));
    let right = change.start_op().get();
    for (start_op, wanted) in [
        (1, "start_op"),
        (right - 1, "start_op"),
        (right, "ok"),
        (right + 1, "start_op"),
        ((1 << 31) - 1, "start_op"),
        (1 << 31, "op_counter"),
        (u64::from(u32::MAX), "op_counter"),
    ] {
        let altered = altered(&change, |change| change.start_op = start_op.try_into().expect("not zero"));
        assert_eq!(detail(&judge(&base, &altered)), wanted, "{start_op}");
    }
}

#[test]
fn operations_refer_only_to_what_their_author_had_seen() {
    let (base, [first, beside, _]) = forked_case();
    let mut old = base.fork_at(&[first.hash()]).expect("the head is known").with_actor(actor(4));
    let fields = container(&old, "fields");
    let change = write(&mut old, |tx| {
        tx.put(&fields, "a", 1)?;
        tx.put(&fields, "b", 2)
    });
    let (own, start) = (actor(4), change.start_op().get());
    let refer = |id: OpId, as_object: bool| {
        let altered = altered(&change, |change| {
            if as_object {
                change.operations[0].obj = ObjectId::Id(id);
            } else {
                change.operations[0].pred = vec![id].into();
            }
        });
        detail(&judge_structure(&base, altered.raw_bytes()))
    };
    for as_object in [false, true] {
        // In the document, but not in the author's past.
        assert_eq!(refer(OpId(beside.start_op().get(), actor(2)), as_object), "reference");
        assert_eq!(refer(OpId(first.max_op() + 1, actor(1)), as_object), "reference");
        // Itself, a later one of its own, none, and one of nobody.
        assert_eq!(refer(OpId(start, own.clone()), as_object), "reference");
        assert_eq!(refer(OpId(start + 1, own.clone()), as_object), "reference");
        assert_eq!(refer(OpId(1, actor(9)), as_object), "reference");
    }
}

#[test]
fn a_change_that_automerge_cannot_take_is_refused_without_a_panic() {
    let base = case();
    let change = change_by(&base, &actor(1), |tx| add_note(tx, 1));
    let genesis = ActorId::from(b"yuandian-genesis".as_slice());
    // An operation that is there but is no object; a predecessor that is no value of the key.
    let with_note = judge(&base, &change).expect("it is honest").document;
    let next = change_by(&with_note, &actor(2), |tx| add_note(tx, 2));
    let into_a_note =
        altered(&next, |next| next.operations[0].obj = ObjectId::Id(OpId(change.start_op().get(), actor(1))));
    assert_eq!(
        judge_structure(&with_note, into_a_note.raw_bytes()).err().map(|why| why.code()),
        Some(RefusalCode::Structure)
    );
    let elsewhere = altered(&next, |next| next.operations[0].pred = vec![OpId(2, genesis)].into());
    assert_eq!(
        judge_structure(&with_note, elsewhere.raw_bytes()).err().map(|why| why.code()),
        Some(RefusalCode::Structure)
    );
}

/// Automerge takes an insertion into a map, and then panics on what somebody else has written beside it.
#[test]
fn operations_have_the_shape_of_their_object() {
    let base = case();
    let text = change_by(&base, &actor(1), |tx| tx.splice_text(container(tx, "description"), 0, 0, "字"));
    let base = judge(&base, &text).expect("it is honest").document;
    let genesis = ActorId::from(b"yuandian-genesis".as_slice());
    let [description, fields] = [1, 2].map(|counter| ObjectId::Id(OpId(counter, genesis.clone())));
    let letter = OpId(text.start_op().get(), actor(1));
    let answer = change_by(&base, &actor(2), |tx| tx.put(container(tx, "fields"), "a", 1));
    let map_key = answer.decode().operations[0].key.clone();
    let forge = |object: &ObjectId, key: Key, insert: bool, action: OpType, pred: Vec<OpId>| {
        let forged = altered(&answer, |change| {
            change.operations[0] = Op { action, obj: object.clone(), key, pred: pred.into(), insert };
        });
        detail(&judge_structure(&base, forged.raw_bytes()))
    };
    let (put, at_letter) = (OpType::Put(1.into()), Key::Seq(ElementId::Id(letter.clone())));
    assert_eq!(forge(&fields, map_key.clone(), false, put.clone(), vec![]), "ok");
    assert_eq!(forge(&description, at_letter.clone(), true, put.clone(), vec![]), "ok");
    assert_eq!(forge(&description, at_letter.clone(), false, OpType::Delete, vec![letter.clone()]), "ok");
    assert_eq!(forge(&fields, map_key.clone(), true, put.clone(), vec![]), "shape");
    assert_eq!(forge(&fields, at_letter.clone(), false, put.clone(), vec![]), "shape");
    assert_eq!(forge(&fields, map_key.clone(), false, OpType::Delete, vec![]), "shape");
    assert_eq!(forge(&fields, map_key.clone(), false, OpType::MarkEnd(true), vec![]), "shape");
    assert_eq!(forge(&description, map_key.clone(), false, put.clone(), vec![]), "shape");
    assert_eq!(forge(&description, Key::head(), false, put.clone(), vec![]), "shape");
    assert_eq!(forge(&description, at_letter.clone(), false, put.clone(), vec![]), "shape");
    assert_eq!(forge(&description, at_letter.clone(), true, put.clone(), vec![letter.clone()]), "shape");
    assert_eq!(forge(&description, at_letter, true, OpType::Delete, vec![]), "shape");
    assert_eq!(forge(&ObjectId::Id(letter), map_key, false, put, vec![]), "object");
}

#[test]
fn any_clock_is_evidence_and_none_harms_the_next_author() {
    let base = case();
    let change = change_by(&base, &actor(1), |tx| add_note(tx, 1));
    let at = |time: i64| altered(&change, |change| change.time = time);
    for time in [-TIME_MAX, 1 - TIME_MAX, -1, 0, 1, i64::MAX / 1_000, TIME_MAX - 1, TIME_MAX] {
        let admitted = judge(&base, &at(time)).expect("the clock decides nothing");
        assert_eq!(admitted.scanned.time, time);
        for next_time in [-TIME_MAX, 0, TIME_MAX] {
            let next = change_by(&admitted.document, &actor(2), |tx| add_note(tx, 2));
            let next = altered(&next, |change| change.time = next_time);
            assert!(judge(&admitted.document, &next).is_ok(), "{time} then {next_time}");
        }
    }
    for time in [i64::MIN, -TIME_MAX - 1, TIME_MAX + 1, i64::MAX] {
        assert_eq!(detail(&judge(&base, &at(time))), "time", "{time}");
    }
}

#[test]
fn a_case_has_at_most_1000_changes() {
    let mut base = case().with_actor(actor(1));
    let fields = container(&base, "fields");
    for number in 1..CHANGES_PER_CASE_MAX - 1 {
        write(&mut base, |tx| tx.put(&fields, "n", number as i64));
    }
    assert_eq!(base.get_changes(&[]).len(), CHANGES_PER_CASE_MAX - 1);
    let last = write(&mut base.clone().with_actor(actor(2)), |tx| add_note(tx, 1));
    let full = judge(&base, &last).expect("it is the thousandth").document;
    let over = change_by(&full, &actor(3), |tx| add_note(tx, 2));
    assert_eq!(detail(&judge(&full, &over)), "changes_per_case");
    assert_eq!(detail(&judge(&full, &last)), "duplicate");
}

#[test]
fn a_case_has_at_most_50000_operations() {
    let mut base = case().with_actor(actor(1));
    let fields = container(&base, "fields");
    let made = |document: &Automerge| {
        document.get_changes(&[]).iter().map(|change| change.len() as u64).sum::<u64>()
    };
    let fill = |document: &mut Automerge, operations: u64| {
        write(document, |tx| (0..operations).try_for_each(|number| tx.put(&fields, "n", number as i64)))
    };
    while made(&base) + OPERATIONS_MAX < OPERATIONS_PER_CASE_MAX {
        fill(&mut base, OPERATIONS_MAX);
    }
    let room = OPERATIONS_PER_CASE_MAX - made(&base);
    for (operations, wanted) in [(room - 1, "ok"), (room, "ok"), (room + 1, "operations_per_case")] {
        let change = fill(&mut base.clone().with_actor(actor(2)), operations);
        assert_eq!(detail(&judge_structure(&base, change.raw_bytes())), wanted, "{operations}");
    }
}

#[test]
fn a_case_saves_in_at_most_8_mebibytes() {
    let mut base = case().with_actor(actor(1));
    let mut dice = Dice(8);
    let mut put = |document: &mut Automerge, number: u64, length: usize| {
        let bytes = dice.bytes(length);
        write(document, |tx| tx.put(ROOT, number.to_string(), bytes))
    };
    let step = 1_000_000;
    for number in 0..8 {
        put(&mut base, number, step);
    }
    let room = SAVED_BYTES_MAX - base.save().len();
    // What a change costs beside its bytes is well below a thousand.
    let fits = put(&mut base.clone().with_actor(actor(2)), 9, room - 1_000);
    let over = put(&mut base.clone().with_actor(actor(2)), 9, room);
    let admitted = judge_structure(&base, fits.raw_bytes()).expect("it fits");
    assert!((SAVED_BYTES_MAX - 1_000..=SAVED_BYTES_MAX).contains(&admitted.saved.len()));
    assert_eq!(detail(&judge_structure(&base, over.raw_bytes())), "saved_bytes");
    assert!(base.get(ROOT, "9").expect("the root can be read").is_none());
}
