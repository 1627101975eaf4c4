//! Two people on one case: what merges, what shows both, what settles it.

use yuandian_device::view::{CaseView, ConflictValue};
use yuandian_device::{CaseId, DeviceError, Phone};
use yuandian_model::Role;

use crate::home::{Home, START_MS};
use crate::referee::Referee;
use crate::{answers, capture, people};

fn shared() -> (Referee, [Home; 2], [Phone; 2], CaseId) {
    let (mut referee, homes, [mut one, mut two]) = people::<2>(Role::GridWorker);
    let case = capture(&mut one, "case.snap", "井盖");
    referee.sync(&mut one);
    referee.sync(&mut two);
    (referee, homes, [one, two], case)
}

/// Number, value, name.
type Value = (usize, String, String);

/// The conflicts of a view, whoever looks: each key with its values, by whom.
fn shown(view: &CaseView) -> Vec<(String, Vec<Value>)> {
    let value = |v: &ConflictValue| (v.n, v.value.clone(), v.by.clone());
    view.conflicts.iter().map(|c| (c.key.clone(), c.values.iter().map(value).collect())).collect()
}

fn meet(referee: &mut Referee, phones: &mut [Phone; 2]) {
    for _ in 0..2 {
        phones.iter_mut().for_each(|phone| referee.sync(phone));
    }
}

#[test]
fn different_answers_merge_and_the_same_one_shows_both_by_whom_and_when() {
    let (mut referee, homes, mut phones, case) = shared();
    homes[0].clock.advance(10_000);
    homes[1].clock.advance(20_000);
    phones[0].edit(&case, &answers(&[("address", "东门"), ("severity", "high")]), None).unwrap();
    phones[1].edit(&case, &answers(&[("class", "市政"), ("severity", "low")]), None).unwrap();
    meet(&mut referee, &mut phones);
    let views = phones.each_ref().map(|phone| phone.case(&case).unwrap());
    assert_eq!(shown(&views[0]), shown(&views[1]), "in the same order on both phones");
    assert_eq!(views[0].fields, views[1].fields);
    assert_eq!((views[0].fields["address"].as_str(), views[0].fields["class"].as_str()), ("东门", "市政"));
    assert_eq!(views[0].conflicts.len(), 1);
    let conflict = &views[0].conflicts[0];
    assert_eq!((conflict.key.as_str(), conflict.values[0].n, conflict.values[1].n), ("severity", 1, 2));
    assert_eq!(views[0].fields["severity"], conflict.values[0].value, "the first is what the form shows");
    let mut values: Vec<ConflictValue> = conflict.values.clone();
    values.sort_by(|a, b| a.by.cmp(&b.by));
    let said = |value: &ConflictValue| (value.value.clone(), value.by.clone(), value.at_ms);
    assert_eq!(said(&values[0]), ("high".into(), "person 1".into(), START_MS + 10_000));
    assert_eq!(said(&values[1]), ("low".into(), "person 2".into(), START_MS + 20_000));
    for (phone, view) in phones.iter().zip(&views) {
        assert_eq!(phone.line_of(&case).unwrap().sync, "conflict");
        assert_eq!(phone.work_counts().unwrap().conflict, 1);
        let me = phone.person().unwrap().name;
        assert!(view.conflicts[0].values.iter().all(|value| value.mine == (value.by == me)));
    }
}

#[test]
fn any_value_may_be_kept_and_that_settles_it_for_both() {
    for keep in [1, 2] {
        let (mut referee, _, mut phones, case) = shared();
        phones[0].edit(&case, &answers(&[("severity", "high")]), None).unwrap();
        phones[1].edit(&case, &answers(&[("severity", "low")]), None).unwrap();
        meet(&mut referee, &mut phones);
        let chosen = phones[1].case(&case).unwrap().conflicts[0].values[keep - 1].value.clone();
        for bad in [0, 3] {
            let refused = phones[1].resolve(&case, "severity", bad);
            assert!(
                matches!(&refused, Err(DeviceError::Invalid { field, .. }) if field == "keep"),
                "{refused:?}"
            );
        }
        assert!(matches!(
            phones[1].resolve(&case, "address", 1),
            Err(DeviceError::NotFound { what: "conflict", .. })
        ));
        phones[1].resolve(&case, "severity", keep).unwrap();
        assert_eq!(phones[1].case(&case).unwrap().conflicts, [], "settled at once on this phone");
        meet(&mut referee, &mut phones);
        for phone in &phones {
            let view = phone.case(&case).unwrap();
            assert_eq!((view.conflicts.len(), &view.fields["severity"]), (0, &chosen));
            assert_eq!(phone.line_of(&case).unwrap().sync, "delivered");
        }
    }
}

#[test]
fn a_form_saved_from_older_heads_is_a_conflict_for_everybody() {
    let (mut referee, _, mut phones, case) = shared();
    let opened_at = phones[0].case(&case).unwrap().heads;
    phones[1].edit(&case, &answers(&[("severity", "low")]), None).unwrap();
    meet(&mut referee, &mut phones);
    assert_eq!(phones[0].case(&case).unwrap().fields["severity"], "low");
    phones[0].edit(&case, &answers(&[("severity", "high")]), Some(&opened_at)).unwrap();
    assert_eq!(phones[0].case(&case).unwrap().conflicts[0].values.len(), 2);
    phones[0].note(&case, "之后", &[]).unwrap();
    meet(&mut referee, &mut phones);
    let views = phones.each_ref().map(|phone| phone.case(&case).unwrap());
    assert_eq!(views[0].conflicts[0].values.len(), 2);
    assert_eq!(shown(&views[0]), shown(&views[1]));
    assert_eq!(views[0].heads, referee.heads(&case));
    assert_eq!((phones[0].attention().unwrap(), phones[0].outbox().unwrap()), (vec![], vec![]));
}

#[test]
fn words_written_at_the_same_time_merge_in_one_description() {
    let (mut referee, _, mut phones, case) = shared();
    phones[0].edit(&case, &answers(&[("text", "东门井盖")]), None).unwrap();
    phones[1].edit(&case, &answers(&[("text", "井盖坏了")]), None).unwrap();
    meet(&mut referee, &mut phones);
    let texts = phones.each_ref().map(|phone| phone.case(&case).unwrap().text);
    assert_eq!(texts, ["东门井盖坏了", "东门井盖坏了"]);
}

#[test]
fn an_answer_that_says_nothing_new_is_nothing_to_send() {
    let (mut referee, _, mut phones, case) = shared();
    phones[0].edit(&case, &answers(&[("severity", "high")]), None).unwrap();
    meet(&mut referee, &mut phones);
    phones[1].edit(&case, &answers(&[("severity", "high")]), None).unwrap();
    assert_eq!(phones[1].outbox().unwrap(), []);
}
