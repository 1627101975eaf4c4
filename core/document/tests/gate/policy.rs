//! The case policy: what may be written where, and that nothing said before is lost.

use automerge::legacy::{ElementId, Key, ObjectId, OpId, OpType};
use automerge::marks::{ExpandMark, Mark};
use automerge::transaction::{Transactable, Transaction};
use automerge::{Automerge, AutomergeError, ObjId, ObjType, ROOT, ReadDoc, ScalarValue};
use yuandian_document::gate::limits::{
    DESCRIPTION_CHARS_MAX, ENTRY_BYTES_MAX, FIELD_BYTES_MAX, FIELD_KEY_BYTES_MAX,
};
use yuandian_document::gate::{Checks, Limit, Refusal, Schema, admit};

use crate::fixture::{actor, altered, case, change_by, container, detail, judge, uuid, write};

type Edit = dyn Fn(&mut Transaction<'_>) -> Result<(), AutomergeError>;

/// A case in use: a description, two answers, a note and a photo, by actors 1 and 2.
fn used_case() -> Automerge {
    let mut base = case().with_actor(actor(1));
    write(&mut base, |tx| {
        tx.splice_text(container(tx, "description"), 0, 0, "垃圾 by the gate")?;
        tx.put(container(tx, "fields"), "amount", 3)
    });
    base.set_actor(actor(2));
    write(&mut base, |tx| {
        tx.put(container(tx, "fields"), "kind", "bulky")?;
        tx.put(container(tx, "notes"), uuid(1), r#"{"text":"一"}"#)?;
        tx.put(container(tx, "photos"), uuid(1), r#"{"sha256":"00"}"#)
    });
    base
}

/// Judges an edit of the case in use by a third actor.
fn outcome(edit: &Edit) -> &'static str {
    let base = used_case();
    detail(&judge(&base, &change_by(&base, &actor(3), edit)))
}

fn put(place: &'static str, key: impl Into<String>, value: impl Into<ScalarValue>) -> Box<Edit> {
    let (key, value) = (key.into(), value.into());
    Box::new(move |tx| tx.put(container(tx, place), &key, value.clone()))
}

#[test]
fn ordinary_edits_are_allowed() {
    let edits: Vec<(&str, Box<Edit>)> = vec![
        ("text comes", Box::new(|tx| tx.splice_text(container(tx, "description"), 2, 0, "，三袋🗑\n"))),
        ("text goes", Box::new(|tx| tx.splice_text(container(tx, "description"), 1, 3, ""))),
        (
            "one glyph of several characters comes and goes",
            Box::new(|tx| {
                tx.update_text(&container(tx, "description"), "👨‍👩‍👧 e\u{301}")?;
                tx.update_text(&container(tx, "description"), "👩‍👧 é")
            }),
        ),
        ("text is replaced", Box::new(|tx| tx.update_text(&container(tx, "description"), "两袋垃圾"))),
        ("an answer is added", put("fields", "floor.lift_1", true)),
        ("an answer is replaced", put("fields", "amount", 4)),
        ("an answer is emptied", put("fields", "amount", ScalarValue::Null)),
        ("an answer is a number", put("fields", "depth", 0.5)),
        (
            "an answer is said twice",
            Box::new(|tx| {
                tx.put(container(tx, "fields"), "amount", 4)?;
                tx.put(container(tx, "fields"), "amount", 5)
            }),
        ),
        ("a note is added", put("notes", uuid(2), r#"{"text":"二"}"#)),
        ("a note is hidden", put("notes", uuid(3), format!(r#"{{"hides":"{}"}}"#, uuid(1)))),
        ("a photo has the id of a note", put("photos", uuid(2), "{}")),
        (
            "all at once",
            Box::new(|tx| {
                tx.splice_text(container(tx, "description"), 0, 1, "一")?;
                tx.put(container(tx, "fields"), "kind", "small")?;
                tx.put(container(tx, "notes"), uuid(5), "{}")?;
                tx.put(container(tx, "photos"), uuid(5), "{}")
            }),
        ),
    ];
    for (name, edit) in edits {
        assert_eq!(outcome(&edit), "ok", "{name}");
    }
}

#[test]
fn edits_that_a_case_does_not_know_are_refused() {
    let edits: Vec<(&str, &str, Box<Edit>)> = vec![
        ("a root key", "place", Box::new(|tx| tx.put(ROOT, "status", "closed"))),
        ("a container replaced", "place", Box::new(|tx| tx.put(ROOT, "notes", 1))),
        ("a container deleted", "place", Box::new(|tx| tx.delete(ROOT, "notes"))),
        (
            "a rival container",
            "new_object",
            Box::new(|tx| tx.put_object(ROOT, "notes", ObjType::Map).map(drop)),
        ),
        (
            "a map in the answers",
            "new_object",
            Box::new(|tx| tx.put_object(container(tx, "fields"), "a", ObjType::Map).map(drop)),
        ),
        (
            "a list in the notes",
            "new_object",
            Box::new(|tx| tx.put_object(container(tx, "notes"), uuid(2), ObjType::List).map(drop)),
        ),
        (
            "a block in the text",
            "new_object",
            Box::new(|tx| tx.split_block(container(tx, "description"), 0).map(drop)),
        ),
        ("an answer deleted", "overwrite", Box::new(|tx| tx.delete(container(tx, "fields"), "amount"))),
        ("a note overwritten", "overwrite", put("notes", uuid(1), "{}")),
        ("a note deleted", "overwrite", Box::new(|tx| tx.delete(container(tx, "notes"), uuid(1)))),
        ("a photo overwritten", "overwrite", put("photos", uuid(1), "{}")),
        ("a photo deleted", "overwrite", Box::new(|tx| tx.delete(container(tx, "photos"), uuid(1)))),
        (
            "a note said twice",
            "overwrite",
            Box::new(|tx| {
                tx.put(container(tx, "notes"), uuid(2), "{}")?;
                tx.put(container(tx, "notes"), uuid(2), r#"{"text":"again"}"#)
            }),
        ),
        ("a counter", "type", put("fields", "a", ScalarValue::counter(1))),
        ("a timestamp", "type", put("fields", "a", ScalarValue::Timestamp(1))),
        ("bytes", "type", put("fields", "a", vec![1u8])),
        ("an unsigned number", "type", put("fields", "a", 1u64)),
        ("no number", "type", put("fields", "a", f64::NAN)),
        ("endless", "type", put("fields", "a", f64::INFINITY)),
        ("a note that is a number", "type", put("notes", uuid(2), 1)),
        ("a note that is a JSON list", "json", put("notes", uuid(2), "[]")),
        ("a note that is no JSON", "json", put("notes", uuid(2), "{")),
        ("a note with a tail", "json", put("notes", uuid(2), "{} {}")),
        ("a note under a word", "key", put("notes", "first", "{}")),
        ("a note under a UUID in capitals", "key", put("notes", uuid(2).to_uppercase(), "{}")),
        ("a note under a UUID without hyphens", "key", put("notes", uuid(2).replace('-', ""), "{}")),
        ("a note under a UUID in braces", "key", put("notes", format!("{{{}}}", uuid(2)), "{}")),
        ("an answer under capitals", "key", put("fields", "Amount", 1)),
        ("an answer under a hyphen", "key", put("fields", "a-b", 1)),
        ("an answer under Chinese", "key", put("fields", "数量", 1)),
        (
            "a mark",
            "kind",
            Box::new(|tx| {
                let mark = Mark::new("bold".to_owned(), true, 0, 2);
                tx.mark(container(tx, "description"), mark, ExpandMark::Both)
            }),
        ),
    ];
    for (name, wanted, edit) in edits {
        assert_eq!(outcome(&edit), wanted, "{name}");
    }
}

#[test]
fn sizes_are_limited() {
    let entry = |bytes: usize| format!(r#"{{"t":"{}"}}"#, "x".repeat(bytes - r#"{"t":""}"#.len()));
    for (length, ok) in [(FIELD_BYTES_MAX - 1, true), (FIELD_BYTES_MAX, true), (FIELD_BYTES_MAX + 1, false)] {
        assert_eq!(
            outcome(&put("fields", "a", "x".repeat(length))),
            if ok { "ok" } else { "field" },
            "{length}"
        );
    }
    for (length, wanted) in [(1, "ok"), (FIELD_KEY_BYTES_MAX, "ok"), (FIELD_KEY_BYTES_MAX + 1, "field_key")] {
        assert_eq!(outcome(&put("fields", "k".repeat(length), 1)), wanted, "{length}");
    }
    for (length, ok) in [(ENTRY_BYTES_MAX - 1, true), (ENTRY_BYTES_MAX, true), (ENTRY_BYTES_MAX + 1, false)] {
        for place in ["notes", "photos"] {
            assert_eq!(
                outcome(&put(place, uuid(2), entry(length))),
                if ok { "ok" } else { "entry" },
                "{length}"
            );
        }
    }
}

#[test]
fn a_description_has_at_most_10000_characters() {
    let mut base = case().with_actor(actor(1));
    for at in [0, 4_999] {
        write(&mut base, |tx| tx.splice_text(container(tx, "description"), at, 0, &"字".repeat(4_999)));
    }
    let room = DESCRIPTION_CHARS_MAX - base.length(container(&base, "description"));
    for (more, wanted) in [(room - 1, "ok"), (room, "ok"), (room + 1, "description")] {
        let change = change_by(&base, &actor(2), |tx| {
            tx.splice_text(container(tx, "description"), 0, 0, &"字".repeat(more))
        });
        assert_eq!(detail(&judge(&base, &change)), wanted, "{more}");
    }
    let exchange = change_by(&base, &actor(2), |tx| {
        tx.splice_text(container(tx, "description"), 0, 9, "一二三四五六七八九十")
    });
    assert_eq!(detail(&judge(&base, &exchange)), "ok");
}

#[test]
fn concurrent_answers_become_a_conflict_and_both_stay() {
    let base = used_case();
    let here = change_by(&base, &actor(3), |tx| tx.put(container(tx, "fields"), "amount", 4));
    let there = change_by(&base, &actor(4), |tx| tx.put(container(tx, "fields"), "amount", 5));
    for (first, second) in [(&here, &there), (&there, &here)] {
        let one = judge(&base, first).expect("it is honest").document;
        let both = judge(&one, second).expect("it is honest, though it may lose").document;
        assert_eq!(both.get_all(container(&both, "fields"), "amount").expect("it is there").len(), 2);
        // Automerge settles on the winner by deleting the loser. Whose words go is said by a value of one's own instead.
        let shown =
            both.get(container(&both, "fields"), "amount").expect("readable").expect("there").0.into_owned();
        let shown = shown.into_scalar().expect("a number");
        let deletes = change_by(&both, &actor(5), |tx| tx.put(container(tx, "fields"), "amount", shown));
        assert_eq!(detail(&judge(&both, &deletes)), "overwrite");
        let settled = change_by(&both, &actor(5), |tx| tx.put(container(tx, "fields"), "amount", 6));
        let settled = judge(&both, &settled).expect("it settles both").document;
        assert_eq!(settled.get_all(container(&settled, "fields"), "amount").expect("it is there").len(), 1);
    }
}

#[test]
fn a_note_that_would_lose_against_the_one_there_is_refused_too() {
    let base = used_case();
    let losing = {
        // Written from the genesis heads, with lower counters than the note that is there: it would be hidden and leave no patch.
        let old = case();
        change_by(&old, &actor(0xee), |tx| tx.put(container(tx, "notes"), uuid(1), r#"{"text":"forged"}"#))
    };
    assert_eq!(detail(&judge(&base, &losing)), "overwrite");
}

#[test]
fn an_answer_replaces_exactly_what_its_author_saw() {
    let base = used_case();
    let change = change_by(&base, &actor(3), |tx| tx.put(container(tx, "fields"), "amount", 4));
    assert_eq!(detail(&judge(&base, &change)), "ok");
    let blind = altered(&change, |change| change.operations[0].pred = Vec::new().into());
    assert_eq!(detail(&judge(&base, &blind)), "predecessor");
    let note = value_id(&base, "notes", &uuid(1));
    for victims in [
        vec![note.clone()],
        vec![note, change.decode().operations[0].pred.iter().next().expect("one").clone()],
    ] {
        let murder = altered(&change, |change| change.operations[0].pred = victims.into());
        assert_eq!(detail(&judge(&base, &murder)), "predecessor");
    }
}

#[test]
fn a_letter_is_one_character_and_removes_only_itself() {
    let base = used_case();
    let insert = change_by(&base, &actor(3), |tx| tx.splice_text(container(tx, "description"), 0, 0, "一"));
    for (text, wanted) in [("", "character"), ("一二", "character"), ("二", "ok")] {
        let odd = altered(&insert, |change| change.operations[0].action = OpType::Put(text.into()));
        assert_eq!(detail(&judge(&base, &odd)), wanted, "{text}");
    }
    let number = altered(&insert, |change| change.operations[0].action = OpType::Put(1.into()));
    assert_eq!(detail(&judge(&base, &number)), "kind");

    let delete = change_by(&base, &actor(3), |tx| tx.splice_text(container(tx, "description"), 0, 1, ""));
    assert_eq!(detail(&judge(&base, &delete)), "ok");
    let note = value_id(&base, "notes", &uuid(1));
    let aside = altered(&delete, |change| change.operations[0].pred = vec![note.clone()].into());
    assert_eq!(detail(&judge(&base, &aside)), "kind");
    // The letter that goes is a note, an answer, or a whole container.
    for victim in [
        note,
        value_id(&base, "fields", "amount"),
        container_id(&base, "notes"),
        container_id(&base, "description"),
    ] {
        let murder = altered(&delete, |change| {
            change.operations[0].key = Key::Seq(ElementId::Id(victim.clone()));
            change.operations[0].pred = vec![victim.clone()].into();
        });
        assert!(judge(&base, &murder).is_err(), "{victim:?}");
    }
}

#[test]
fn increments_and_list_operations_are_refused() {
    let base = used_case();
    let change = change_by(&base, &actor(3), |tx| tx.put(container(tx, "fields"), "amount", 4));
    let increment = altered(&change, |change| change.operations[0].action = OpType::Increment(1));
    assert_eq!(detail(&judge(&base, &increment)), "kind");
    let in_a_map = altered(&change, |change| {
        change.operations[0].insert = true;
        change.operations[0].key = Key::head();
        change.operations[0].pred = Vec::new().into();
    });
    assert_eq!(detail(&judge(&base, &in_a_map)), "shape");
    let overwritten = altered(&change, |change| {
        change.operations[0].obj = ObjectId::Id(container_id(&base, "description"));
        change.operations[0].key = Key::Seq(ElementId::Id(container_id(&base, "description")));
    });
    assert_eq!(detail(&judge(&base, &overwritten)), "kind");
}

#[test]
fn a_change_says_something_and_nothing_beside_it() {
    let base = used_case();
    let change = change_by(&base, &actor(3), |tx| tx.put(container(tx, "fields"), "amount", 4));
    let silent = altered(&change, |change| change.operations.clear());
    assert_eq!(detail(&judge(&base, &silent)), "empty");
    let footer = altered(&change, |change| change.extra_bytes = vec![1, 1, 7]);
    assert_eq!(detail(&judge(&base, &footer)), "extra_bytes");
}

#[test]
fn the_policy_is_for_cases_and_can_be_left_out() {
    let mut plain = Automerge::new().with_actor(actor(1));
    write(&mut plain, |tx| tx.put(ROOT, "a", 1));
    let change = change_by(&plain, &actor(2), |tx| tx.put(ROOT, "a", 2));
    assert_eq!(judge(&plain, &change).err(), Some(Refusal::Schema(Schema::NotACase)));
    assert!(admit(&plain, change.raw_bytes(), &Checks::structure_only()).is_ok());
}

#[test]
fn every_reason_has_its_own_word() {
    let mut words: Vec<&str> = Schema::ALL.iter().map(|why| why.detail()).collect();
    words.extend(Limit::ALL.iter().map(|why| why.detail()));
    let count = words.len();
    words.sort_unstable();
    words.dedup();
    assert_eq!(words.len(), count);
}

fn as_op(id: ObjId) -> OpId {
    match id {
        ObjId::Id(counter, actor, _) => OpId(counter, actor),
        ObjId::Root => unreachable!("a value has an operation"),
    }
}

fn value_id(document: &Automerge, place: &str, key: &str) -> OpId {
    as_op(document.get(container(document, place), key).expect("readable").expect("there").1)
}

fn container_id(document: &Automerge, place: &str) -> OpId {
    as_op(container(document, place))
}
