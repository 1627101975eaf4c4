//! How far a case may spread: heads and values beside each other that the next writer has to name.

use automerge::transaction::Transactable;
use yuandian_document::gate::limits::{ANSWER_VALUES_MAX, HEADS_MAX};

use crate::fixture::{actor, add_note, case, change_by, container, detail, judge};

fn number(index: usize) -> u8 {
    u8::try_from(index).expect("a test counts to less than 256")
}

#[test]
fn one_phone_cannot_spread_a_case_until_nobody_can_write_it() {
    let genesis = case();
    let mut spread = case();
    for index in 1..=HEADS_MAX {
        let beside = change_by(&genesis, &actor(number(index)), |tx| add_note(tx, index as u64));
        spread = judge(&spread, &beside).expect("within the limit").document;
    }
    assert_eq!(spread.get_heads().len(), HEADS_MAX);
    let beside = change_by(&genesis, &actor(200), |tx| add_note(tx, 200));
    assert_eq!(detail(&judge(&spread, &beside)), "heads");
    let honest = change_by(&spread, &actor(201), |tx| add_note(tx, 201));
    let joined = judge(&spread, &honest).expect("who has read everything writes on").document;
    assert_eq!(joined.get_heads().len(), 1);
    assert!(judge(&joined, &beside).is_ok(), "and then there is room again");
}

#[test]
fn an_answer_has_at_most_so_many_values_that_nobody_has_settled() {
    let genesis = case();
    let mut spread = case();
    let says = |index: usize| {
        change_by(&genesis, &actor(number(index)), move |tx| {
            tx.put(container(tx, "fields"), "kind", format!("value {index}"))
        })
    };
    for index in 1..=ANSWER_VALUES_MAX {
        spread = judge(&spread, &says(index)).expect("within the limit").document;
        // A note that joins the heads leaves the values beside each other.
        let note = change_by(&spread, &actor(255), |tx| add_note(tx, index as u64));
        spread = judge(&spread, &note).expect("a note").document;
    }
    assert_eq!(detail(&judge(&spread, &says(ANSWER_VALUES_MAX + 1))), "answer_values");
    let settled = change_by(&spread, &actor(254), |tx| tx.put(container(tx, "fields"), "kind", "bulky"));
    assert!(judge(&spread, &settled).is_ok(), "settling is always possible");
}
