//! Copied and restored stores: a new life, nothing wedged, nothing said twice.

use yuandian_device::{CaseId, Phone};
use yuandian_model::{Code, Role};
use yuandian_sync::Keep;

use crate::referee::{Referee, batch, envelopes};
use crate::{GAS_LEAK, answers, capture, notes, outbox, people};

fn alike(referee: &Referee, phones: &[&Phone], case: &CaseId) {
    for phone in phones {
        assert_eq!(phone.outbox().unwrap(), []);
        let view = phone.case(case).unwrap();
        assert_eq!(view.heads, referee.heads(case));
        let views = phones[0].case(case).unwrap();
        assert_eq!((view.notes, view.fields, view.conflicts), (views.notes, views.fields, views.conflicts));
    }
}

fn look(referee: &Referee, phone: &mut Phone) {
    phone.keep(&Keep::Hello(referee.hello(phone))).unwrap();
    let page = referee.page(phone);
    phone.keep(&Keep::Page(page)).unwrap();
}

#[test]
fn a_broken_chain_begins_a_new_life_and_says_nothing_twice() {
    let (mut referee, homes, [mut phone]) = people::<1>(Role::GridWorker);
    let case = capture(&mut phone, GAS_LEAK, "井盖");
    referee.sync(&mut phone);
    phone.note(&case, "一", &[]).unwrap();
    phone.edit(&case, &answers(&[("traffic", "blocked")]), None).unwrap();
    phone.act(&case, &crate::act("self_handle")).unwrap();
    let other = capture(&mut phone, GAS_LEAK, "路灯");
    referee.answer(1, Code::RChain);
    let push = batch(&mut phone);
    let before = envelopes(&push)[0].incarnation;
    let reply = referee.push(&push);
    phone.keep(&Keep::Receipts(reply)).unwrap();
    assert!(outbox(&phone).iter().all(|(_, state)| state == "queued"), "everything is written anew");
    drop(phone);
    let mut phone = homes[0].open();
    let again = envelopes(&batch(&mut phone));
    assert_eq!(again.len(), 5);
    assert!(again.iter().all(|envelope| envelope.incarnation != before));
    assert_eq!((again[0].n, again[0].prev), (1, None));
    referee.sync(&mut phone);
    assert_eq!(phone.attention().unwrap(), []);
    assert_eq!(notes(&phone, &case), ["一"]);
    let shown = phone.case(&case).unwrap();
    assert_eq!((shown.fields["traffic"].as_str(), shown.stage.as_str()), ("blocked", "closed"));
    assert_eq!(phone.line_of(&other).unwrap().sync, "delivered");
    alike(&referee, &[&phone], &case);
}

#[test]
fn a_copied_home_goes_on_under_a_new_incarnation_and_both_converge() {
    let (mut referee, homes, [mut phone]) = people::<1>(Role::GridWorker);
    let old = capture(&mut phone, "case.snap", "早先");
    referee.sync(&mut phone);
    phone.note(&old, "都有的", &[]).unwrap();
    let new = capture(&mut phone, "case.snap", "新的");
    phone.note(&new, "也都有", &[]).unwrap();
    drop(phone);
    let copied_home = homes[0].copy();
    let (mut phone, mut copy) = (homes[0].open(), copied_home.open());
    phone.note(&old, "原机", &[]).unwrap();
    copy.note(&old, "副本", &[]).unwrap();
    copy.note(&new, "副本又说", &[]).unwrap();

    look(&referee, &mut copy);
    let (one, two) = (envelopes(&batch(&mut phone)), envelopes(&batch(&mut copy)));
    assert_ne!(one[0].incarnation, two[0].incarnation);
    assert!(two.iter().all(|e| e.incarnation == two[0].incarnation), "queued items are written anew");
    assert_ne!(one[0].actor(), two[0].actor());
    for _ in 0..2 {
        referee.sync(&mut phone);
        referee.sync(&mut copy);
    }
    alike(&referee, &[&phone, &copy], &old);
    alike(&referee, &[&phone, &copy], &new);
    let mut said = notes(&copy, &old);
    said.sort();
    assert_eq!(said, ["副本", "原机", "都有的"]);
    assert_eq!(notes(&phone, &new), ["也都有", "副本又说"]);
    assert_eq!((phone.attention().unwrap(), copy.attention().unwrap()), (vec![], vec![]));
    assert_eq!(copy.line_of(&new).unwrap().sync, "delivered");
}

#[test]
fn what_was_sent_before_the_copy_keeps_its_final_form_in_both() {
    let (mut referee, homes, [mut phone]) = people::<1>(Role::GridWorker);
    let case = capture(&mut phone, "case.snap", "井盖");
    let sent = batch(&mut phone);
    drop(phone);
    let copied_home = homes[0].copy();
    let (mut phone, mut copy) = (homes[0].open(), copied_home.open());
    copy.note(&case, "副本", &[]).unwrap();
    phone.note(&case, "原机", &[]).unwrap();
    assert_eq!(batch(&mut phone).items[..2], sent.items[..]);
    assert!(batch(&mut copy).items.is_empty(), "a copy looks before it speaks");
    look(&referee, &mut copy);
    assert_eq!(batch(&mut copy).items[..2], sent.items[..]);
    for _ in 0..2 {
        referee.sync(&mut copy);
        referee.sync(&mut phone);
    }
    alike(&referee, &[&phone, &copy], &case);
    assert_eq!(notes(&phone, &case).len(), 2);
    assert_eq!(phone.case(&case).unwrap().history.iter().filter(|line| line.act == "report").count(), 1);
}

#[test]
fn a_restored_backup_says_nothing_again_that_was_sent_after_it() {
    let (mut referee, homes, [mut phone]) = people::<1>(Role::GridWorker);
    let case = capture(&mut phone, "case.snap", "井盖坏了");
    phone.note(&case, "一", &[]).unwrap();
    phone.edit(&case, &answers(&[("severity", "high"), ("text", "井盖坏了，很危险")]), None).unwrap();
    drop(phone);
    let backup = homes[0].copy();
    let mut phone = homes[0].open();
    referee.sync(&mut phone);
    drop(phone);
    let mut restored = backup.open();
    referee.sync(&mut restored);
    let view = restored.case(&case).unwrap();
    assert_eq!((view.text.as_str(), view.fields["severity"].as_str()), ("井盖坏了，很危险", "high"));
    assert_eq!((notes(&restored, &case), view.conflicts), (vec!["一".to_owned()], vec![]));
    assert_eq!((restored.attention().unwrap(), view.sync.as_str()), (vec![], "delivered"));
    alike(&referee, &[&restored], &case);
}

#[test]
fn a_form_saved_from_older_heads_is_still_a_conflict_in_a_copy() {
    let (mut referee, homes, [mut phone]) = people::<1>(Role::GridWorker);
    let case = capture(&mut phone, "case.snap", "井盖");
    let opened_at = phone.case(&case).unwrap().heads;
    phone.edit(&case, &answers(&[("severity", "low")]), None).unwrap();
    referee.sync(&mut phone);
    phone.edit(&case, &answers(&[("severity", "high")]), Some(&opened_at)).unwrap();
    let before = phone.case(&case).unwrap().conflicts;
    assert_eq!(before[0].values.len(), 2);
    drop(phone);
    let mut copy = homes[0].copy().open();
    assert_eq!(copy.case(&case).unwrap().conflicts[0].values.len(), 2);
    referee.sync(&mut copy);
    assert_eq!(copy.case(&case).unwrap().conflicts[0].values.len(), 2);
    alike(&referee, &[&copy], &case);
}

#[test]
fn the_same_home_opened_again_keeps_its_life() {
    let (_, homes, [mut phone]) = people::<1>(Role::GridWorker);
    capture(&mut phone, "case.snap", "一");
    let before = envelopes(&batch(&mut phone));
    drop(phone);
    let mut phone = homes[0].open();
    capture(&mut phone, "case.snap", "二");
    let after = envelopes(&batch(&mut phone));
    assert_eq!(after[..2], before[..]);
    assert_eq!(after[2].incarnation, before[0].incarnation);
    assert_eq!(after[2].n, 3);
}

#[test]
fn a_copy_that_is_offered_nothing_to_look_at_speaks() {
    let (referee, homes, [mut phone]) = people::<1>(Role::GridWorker);
    capture(&mut phone, "case.snap", "井盖");
    drop(phone);
    let mut copy = homes[0].copy().open();
    assert!(batch(&mut copy).items.is_empty(), "a copy looks before it speaks");
    copy.keep(&yuandian_sync::Keep::Hello(referee.hello_without_streams(&copy))).unwrap();
    assert_eq!(batch(&mut copy).items.len(), 2, "and there is nothing to look at");
}

#[test]
fn in_a_case_that_went_and_came_back_nothing_is_written_under_a_name_that_was_used() {
    let (mut referee, homes, [mut phone]) = people::<1>(Role::GridWorker);
    let case = capture(&mut phone, "case.snap", "井盖");
    referee.sync(&mut phone);
    let written = |phone: &mut yuandian_device::Phone, text: &str| {
        phone.note(&case, text, &[]).unwrap();
        let push = batch(phone);
        let envelope = envelopes(&push).pop().unwrap();
        (push, (envelope.incarnation, envelope.branch))
    };
    let (push, first) = written(&mut phone, "谁也没收下");
    referee.answer(1, Code::RScope);
    let reply = referee.push(&push);
    phone.keep(&yuandian_sync::Keep::Receipts(reply)).unwrap();
    let item = phone.attention().unwrap()[0].item;
    phone.discard(item).unwrap();

    phone.keep(&yuandian_sync::Keep::Hello(referee.hello_without_streams(&phone))).unwrap();
    assert!(phone.case(&case).is_err(), "the case went");
    referee.sync(&mut phone);
    let (_, second) = written(&mut phone, "回来以后");
    assert_ne!(first, second, "an operator may take the first one still");
    referee.sync(&mut phone);

    // Again, and nothing was refused this time.
    phone.keep(&yuandian_sync::Keep::Hello(referee.hello_without_streams(&phone))).unwrap();
    drop(phone);
    let mut phone = homes[0].open();
    referee.sync(&mut phone);
    let (_, third) = written(&mut phone, "再一次");
    assert!(third != second && third != first);
    referee.sync(&mut phone);
    assert_eq!(phone.outbox().unwrap(), []);
    assert_eq!(notes(&phone, &case), ["回来以后", "再一次"]);
}
