//! A server that was restored from a backup is refilled by the phones: nothing of theirs is lost, nothing is doubled.

use yuandian_device::{CaseId, Phone};
use yuandian_model::{Epoch, PartitionId, Role};
use yuandian_sync::message::{HelloReply, PartitionHead};
use yuandian_sync::{Keep, Load, Loaded};

use crate::home::Home;
use crate::referee::{Referee, batch, envelopes};
use crate::{act, answers, capture, notes, outbox, people, photo};

/// The greeting after a restore, what is offered again, and the comparison.
fn refill(referee: &mut Referee, phone: &mut Phone) {
    phone.keep(&Keep::Hello(referee.hello(phone))).unwrap();
    let push = batch(phone);
    if !push.items.is_empty() {
        let reply = referee.push(&push);
        phone.keep(&Keep::Receipts(reply)).unwrap();
    }
    let page = referee.resets(phone);
    phone.keep(&Keep::Page(page)).unwrap();
    referee.repair(phone);
    referee.sync(phone);
    referee.repair(phone);
}

/// A case that one of two phones has opened and both hold.
fn case_of_two() -> (Referee, [Home; 2], [Phone; 2], CaseId) {
    let (mut referee, homes, [mut one, mut two]) = people::<2>(Role::GridWorker);
    let case = capture(&mut one, "case.snap", "井盖");
    referee.sync(&mut one);
    referee.sync(&mut two);
    (referee, homes, [one, two], case)
}

/// The person has lost every stream, and the phone sends what it still has to say: so many commits.
fn last_words(referee: &mut Referee, phone: &mut Phone) -> usize {
    phone.keep(&Keep::Hello(referee.hello_without_streams(phone))).unwrap();
    let push = batch(phone);
    phone.keep(&Keep::Receipts(referee.push(&push))).unwrap();
    push.items.len()
}

#[test]
fn what_a_phone_had_acknowledged_after_the_backup_is_offered_again_before_what_is_new() {
    let (mut referee, homes, [mut one, mut two]) = people::<2>(Role::GridWorker);
    let old = capture(&mut one, "case.snap", "早先");
    referee.sync(&mut one);
    referee.sync(&mut two);
    referee.safe_seq = Some(referee.head().head);
    let backup = referee.clone();
    one.note(&old, "备份之后", &[photo("tiny.jpg")]).unwrap();
    let lost = capture(&mut one, "case.snap", "丢了的");
    referee.sync(&mut one);
    referee.take_photos(&mut one);
    referee.sync(&mut two);
    two.edit(&old, &answers(&[("severity", "high")]), None).unwrap();
    referee.sync(&mut two);
    assert_eq!(
        one.sync_state().unwrap().not_backed_up,
        3,
        "the report and the words of the old case are safe"
    );

    let mut referee = backup.restored();
    one.note(&lost, "还没发", &[]).unwrap();
    one.keep(&Keep::Hello(referee.hello(&one))).unwrap();
    drop(one);
    let mut one = homes[0].open();
    let again = batch(&mut one);
    let numbers: Vec<u64> = envelopes(&again).iter().map(|envelope| envelope.n).collect();
    assert_eq!(numbers, [3, 4, 5, 6], "in the order of the chain, the new one last");
    let adopted: Vec<bool> = again.items.iter().map(|item| item.adopt.is_some()).collect();
    assert_eq!(adopted, [true, true, true, false]);
    assert_eq!(notes(&one, &lost), ["还没发"], "it is shown meanwhile");

    for _ in 0..2 {
        refill(&mut referee, &mut one);
        refill(&mut referee, &mut two);
    }
    for phone in [&one, &two] {
        assert_eq!(outbox(phone), []);
        assert_eq!(phone.attention().unwrap(), []);
        assert_eq!(notes(phone, &old), ["备份之后"]);
        assert_eq!(notes(phone, &lost), ["还没发"]);
        assert_eq!(phone.case(&old).unwrap().fields["severity"], "high");
        for case in [&old, &lost] {
            assert_eq!(phone.case(case).unwrap().heads, referee.heads(case));
        }
    }
    let Loaded::Transfers(files) = one.load(&Load::Transfers).unwrap() else { panic!("no transfers") };
    assert_eq!(files.len(), 2, "the photo of the commit is offered again, too");
    assert_eq!(one.sync_state().unwrap().troubles["epochs"], 1);
}

#[test]
fn what_only_others_had_said_is_gone_with_the_server_and_nothing_stops() {
    let (mut referee, _, [mut one, mut two]) = people::<2>(Role::GridWorker);
    let case = capture(&mut one, "case.snap", "井盖");
    referee.sync(&mut one);
    let backup = referee.clone();
    referee.sync(&mut two);
    two.note(&case, "别人的", &[]).unwrap();
    referee.sync(&mut two);
    referee.sync(&mut one);
    assert_eq!(notes(&one, &case), ["别人的"]);
    let mut referee = backup.restored();
    refill(&mut referee, &mut one);
    assert_eq!((notes(&one, &case), outbox(&one)), (vec![], vec![]));
    assert_eq!(one.case(&case).unwrap().heads, referee.heads(&case));
    refill(&mut referee, &mut two);
    refill(&mut referee, &mut one);
    assert_eq!(notes(&one, &case), ["别人的"], "until its author brings it again");
}

#[test]
fn a_verified_backup_lets_the_phone_forget() {
    let (mut referee, homes, [mut phone]) = people::<1>(Role::GridWorker);
    capture(&mut phone, "case.snap", "井盖");
    referee.sync(&mut phone);
    assert_eq!(phone.sync_state().unwrap().not_backed_up, 2);
    referee.safe_seq = Some(1);
    phone.keep(&Keep::Hello(referee.hello(&phone))).unwrap();
    assert_eq!(phone.sync_state().unwrap().not_backed_up, 1);
    let mut page = referee.page(&mut phone);
    page.renewed.safe_seq = Some(2);
    phone.keep(&Keep::Page(page)).unwrap();
    assert_eq!(phone.sync_state().unwrap().not_backed_up, 0);
    drop(phone);
    assert_eq!(homes[0].count("SELECT count(*) FROM base"), 2);
}

/// The case was moved to another partition before its author's words came; its old place says first that it is gone.
#[test]
fn what_was_numbered_in_another_partition_is_not_in_a_backup_of_the_old_one() {
    let (mut referee, homes, [mut phone]) = people::<1>(Role::GridWorker);
    let case = capture(&mut phone, "case.snap", "井盖");
    referee.sync(&mut phone);
    let (old, new) = (PartitionId(410_102), Epoch([9; 8]));
    let mut hello = referee.hello(&phone);
    hello.partition_digits = Some(6);
    hello.partitions[0].partition = old;
    phone.keep(&Keep::Hello(hello.clone())).unwrap();
    phone.note(&case, "在路上", &[]).unwrap();
    let push = batch(&mut phone);
    referee.epoch = new;
    let mut reply = referee.push(&push);
    reply.partitions.clear();
    phone.keep(&Keep::Receipts(reply)).unwrap();
    hello.streams.clear();
    hello.partitions[0].safe_seq = Some(100);
    phone.keep(&Keep::Hello(hello)).unwrap();
    assert!(phone.case(&case).is_err(), "gone with its stream");
    assert_eq!(phone.sync_state().unwrap().not_backed_up, 1, "what the new place has taken");
    let head = PartitionHead { partition: PartitionId(410_103), epoch: new, head: 3, safe_seq: Some(3) };
    phone.keep(&Keep::Hello(HelloReply { partitions: vec![head], ..referee.hello(&phone) })).unwrap();
    assert_eq!(phone.sync_state().unwrap().not_backed_up, 0);
    drop((phone, homes));
}

#[test]
fn what_is_offered_again_and_was_not_lost_waits_for_no_page() {
    let (mut referee, _, [mut phone]) = people::<1>(Role::GridWorker);
    let case = capture(&mut phone, "case.snap", "井盖");
    phone.note(&case, "一句", &[]).unwrap();
    referee.sync(&mut phone);
    let lines = phone.case(&case).unwrap().history.len();
    let mut referee = referee.clone().restored();
    phone.keep(&Keep::Hello(referee.hello(&phone))).unwrap();
    let meanwhile = phone.case(&case).unwrap();
    assert_eq!(meanwhile.history.len(), lines, "once, while it is offered again");
    assert_eq!(meanwhile.sync, "saved");
    let push = batch(&mut phone);
    assert_eq!(push.items.len(), 3);
    phone.keep(&Keep::Receipts(referee.push(&push))).unwrap();
    assert_eq!(outbox(&phone), []);
    assert_eq!(phone.sync_state().unwrap().not_backed_up, 3, "in the new life");
    let after = phone.case(&case).unwrap();
    assert_eq!((after.history.len(), after.sync.as_str()), (lines, "delivered"));
}

#[test]
fn a_first_page_of_another_life_tells_that_the_server_was_restored() {
    let (mut referee, _, [mut phone]) = people::<1>(Role::GridWorker);
    capture(&mut phone, "case.snap", "井盖");
    phone.keep(&Keep::Hello(referee.hello(&phone))).unwrap();
    let push = batch(&mut phone);
    phone.keep(&Keep::Receipts(referee.push(&push))).unwrap();
    let referee = referee.clone().restored();
    let page = referee.page(&mut phone);
    assert!(page.resets.is_empty(), "no cursor is over: there was none");
    phone.keep(&Keep::Page(page)).unwrap();
    assert_eq!(phone.sync_state().unwrap().troubles["epochs"], 1);
    assert_eq!(outbox(&phone), [], "the page has them, in this life");
}

#[test]
fn a_case_whose_number_comes_again_after_an_older_backup_is_fetched_anew() {
    let (mut referee, _, [mut one, mut two], case) = case_of_two();
    let older = referee.clone();
    two.note(&case, "甲", &[]).unwrap();
    referee.sync(&mut two);
    referee.safe_seq = Some(referee.head().head);
    referee.sync(&mut one);
    assert_eq!(notes(&one, &case), ["甲"]);
    two.keep(&Keep::Hello(referee.hello(&two))).unwrap();
    assert_eq!(two.sync_state().unwrap().not_backed_up, 0, "its author need not keep it for the server");
    // The backup that was told of does not open: the one before it has to do.
    let mut referee = older.restored();
    refill(&mut referee, &mut two);
    assert_eq!(notes(&two, &case), Vec::<String>::new());
    two.note(&case, "乙", &[]).unwrap();
    referee.sync(&mut two);
    assert_eq!(referee.head().head, 3, "the number that the lost note had");
    refill(&mut referee, &mut one);
    assert_eq!(notes(&one, &case), ["乙"]);
    assert_eq!(one.case(&case).unwrap().heads, referee.heads(&case));
}

#[test]
fn a_case_that_no_stream_held_while_the_server_was_restored_is_fetched_anew_when_one_does() {
    let (mut referee, _, [mut one, mut two], case) = case_of_two();
    let older = referee.clone();
    for text in ["甲", "乙", "丙"] {
        two.note(&case, text, &[]).unwrap();
    }
    referee.sync(&mut two);
    referee.safe_seq = Some(referee.head().head);
    referee.sync(&mut one);
    two.keep(&Keep::Hello(referee.hello(&two))).unwrap();
    // Own work keeps the case here, beside every stream.
    one.note(&case, "还没送出", &[]).unwrap();
    one.keep(&Keep::Hello(referee.hello_without_streams(&one))).unwrap();

    let mut referee = older.restored();
    one.keep(&Keep::Hello(referee.hello_without_streams(&one))).unwrap();
    refill(&mut referee, &mut two);
    two.note(&case, "丁", &[]).unwrap();
    referee.sync(&mut two);
    one.keep(&Keep::Hello(referee.hello(&one))).unwrap();
    let page = referee.lines(&mut one);
    one.keep(&Keep::Page(page)).unwrap();
    referee.repair(&mut one);
    referee.sync(&mut one);
    assert_eq!(notes(&one, &case), ["丁", "还没送出"]);
    assert_eq!(one.case(&case).unwrap().heads, referee.heads(&case));
}

#[test]
fn what_waits_for_words_that_were_lost_is_said_again_when_the_case_comes_without_them() {
    let (mut referee, _, [mut one, mut two], case) = case_of_two();
    let older = referee.clone();
    two.note(&case, "甲", &[]).unwrap();
    referee.sync(&mut two);
    referee.sync(&mut one);
    // Written on words that only somebody else could bring back; the server that was restored holds it for them.
    one.note(&case, "乙", &[]).unwrap();
    let mut referee = older.restored();
    one.keep(&Keep::Hello(referee.hello(&one))).unwrap();
    let push = batch(&mut one);
    one.keep(&Keep::Receipts(referee.push(&push))).unwrap();
    assert_eq!(outbox(&one).last().unwrap().1, "held");
    let page = referee.resets(&mut one);
    one.keep(&Keep::Page(page)).unwrap();
    assert_eq!(referee.repair(&mut one), 1);
    one.note(&case, "丙", &[]).unwrap();
    one.edit(&case, &answers(&[("severity", "high")]), None).unwrap();
    assert_eq!(notes(&one, &case), ["乙", "丙"]);
    referee.sync(&mut one);
    assert_eq!((outbox(&one), notes(&one, &case)), (vec![], vec!["乙".into(), "丙".into()]));
    assert_eq!(one.case(&case).unwrap().heads, referee.heads(&case));
}

#[test]
fn the_file_of_a_case_that_went_is_offered_again_if_no_backup_had_it() {
    let (mut referee, homes, [_, mut two], case) = case_of_two();
    let backup = referee.clone();
    two.note(&case, "看", &[photo("tiny.jpg")]).unwrap();
    assert_eq!(last_words(&mut referee, &mut two), 1);
    let files = referee.take_photos(&mut two);
    assert!(two.case(&case).is_err(), "the case is not this person's any more");

    let mut referee = backup.restored();
    // It has been copied again before it is asked for the first time: that copy lacks what this phone alone has.
    referee.safe_seq = Some(referee.head().head);
    two.keep(&Keep::Hello(referee.hello_without_streams(&two))).unwrap();
    drop(two);
    let mut two = homes[1].open();
    let push = batch(&mut two);
    assert_eq!(push.items.len(), 1, "the note");
    two.keep(&Keep::Receipts(referee.push(&push))).unwrap();
    assert_eq!(referee.take_photos(&mut two), files, "and its photo");
    assert!(two.case(&case).is_err());
    assert_eq!(outbox(&two), []);
    assert!(files.iter().all(|hash| two.blob(hash, 0, 1).is_ok()), "until a backup has it");
}

#[test]
fn what_is_offered_again_of_a_case_that_went_waits_for_no_page() {
    let (mut referee, _, [_, mut two], case) = case_of_two();
    let backup = referee.clone();
    two.note(&case, "看", &[]).unwrap();
    assert_eq!(last_words(&mut referee, &mut two), 1);
    assert!(two.case(&case).is_err(), "the case is not this person's any more");

    let mut referee = backup.restored();
    // Nothing leaves a second time: there is nothing that would settle it later.
    assert_eq!(last_words(&mut referee, &mut two), 1, "the note");
    assert_eq!(outbox(&two), []);
    assert_eq!(two.sync_state().unwrap().not_backed_up, 1);
}

#[test]
fn a_line_that_comes_whole_and_unopened_says_what_became_of_the_own_claim() {
    let (mut referee, _, [mut asker, mut helper]) = people::<2>(Role::Volunteer);
    let case = capture(&mut asker, "help.errand", "代买菜");
    referee.sync(&mut asker);
    referee.sync(&mut helper);
    helper.act(&case, &act("claim")).unwrap();
    referee.sync(&mut helper);
    referee.sync(&mut asker);
    asker.act(&case, &act("cancel")).unwrap();
    referee.sync(&mut asker);
    referee.sync(&mut helper);
    let opened = helper.case(&case).unwrap().claim.state;
    assert_eq!((opened.as_str(), helper.line_of(&case).unwrap().claim.as_str()), ("lost", "lost"));
    let mut referee = referee.clone().restored();
    referee.ended.clear();
    for _ in 0..2 {
        refill(&mut referee, &mut helper);
    }
    assert_eq!(helper.line_of(&case).unwrap().claim, "lost", "fetched anew, and not opened");
}
