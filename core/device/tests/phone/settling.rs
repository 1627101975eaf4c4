//! From the outbox to the base: receipts, photos, refusals, lost replies.

use yuandian_device::{BlobHash, DeviceError};
use yuandian_model::{Code, Role};
use yuandian_sync::{Keep, Load, Loaded};

use crate::referee::{batch, envelopes};
use crate::{GAS_LEAK, act, answers, capture, draft, notes, outbox, people, photo};

fn states(phone: &yuandian_device::Phone) -> Vec<String> {
    outbox(phone).into_iter().map(|(_, state)| state).collect()
}

#[test]
fn a_commit_is_taken_by_its_receipt_and_delivered_by_its_page() {
    let (mut referee, _, [mut phone]) = people::<1>(Role::GridWorker);
    let case = capture(&mut phone, "case.snap", "井盖");
    phone.keep(&Keep::Hello(referee.hello(&phone))).unwrap();
    let push = batch(&mut phone);
    assert_eq!(states(&phone), ["sent", "sent"]);
    assert_eq!(phone.line_of(&case).unwrap().sync, "saved");
    let reply = referee.push(&push);
    phone.keep(&Keep::Receipts(reply.clone())).unwrap();
    assert_eq!(states(&phone), ["taken", "taken"]);
    assert!(batch(&mut phone).items.is_empty());
    assert_eq!(phone.case(&case).unwrap().text, "井盖", "what is taken is still shown");
    phone.keep(&Keep::Receipts(reply)).unwrap();
    assert_eq!(states(&phone), ["taken", "taken"], "the same receipts again change nothing");
    let page = referee.page(&mut phone);
    phone.keep(&Keep::Page(page)).unwrap();
    assert_eq!(phone.outbox().unwrap(), []);
    let shown = phone.case(&case).unwrap();
    assert_eq!((shown.sync.as_str(), shown.text.as_str()), ("delivered", "井盖"));
    assert_eq!(shown.heads, referee.heads(&case));
    let outcomes: Vec<&str> = shown.history.iter().map(|line| line.outcome.as_str()).collect();
    assert_eq!(outcomes, ["ok", "ok"]);
    let mut acts: Vec<(&str, &str)> =
        shown.history.iter().map(|line| (line.act.as_str(), line.act_text.as_str())).collect();
    acts.sort_unstable();
    assert_eq!(acts, [("content", "补充内容"), ("report", "上报")]);
    assert_eq!(phone.work_counts().unwrap(), yuandian_device::view::WorkCounts::default());
}

#[test]
fn a_case_with_a_photo_is_delivered_when_its_last_file_is() {
    let (mut referee, homes, [mut phone]) = people::<1>(Role::GridWorker);
    let id = phone.save_draft(None, &draft("case.snap", "井盖")).unwrap();
    let original = photo("small_exif.jpg");
    let hash = phone.add_draft_photo(&id, &original).unwrap();
    phone.finish(&id).unwrap();
    let transfers = |phone: &mut yuandian_device::Phone| match phone.load(&Load::Transfers).unwrap() {
        Loaded::Transfers(transfers) => transfers,
        other => panic!("{other:?}"),
    };
    assert_eq!(transfers(&mut phone), [], "the case travels before its photos");
    referee.sync(&mut phone);
    assert_eq!(phone.line_of(&id).unwrap().sync, "uploading");
    let line = |phone: &yuandian_device::Phone| phone.line_of(&id).unwrap();
    assert_eq!((line(&phone).photos, line(&phone).photos_sent), (1, 0));
    let counts = phone.work_counts().unwrap();
    assert_eq!((counts.drafts, counts.saved, counts.uploading, counts.attention_items), (0, 0, 1, 0));
    let waiting = transfers(&mut phone);
    assert_eq!((waiting.len(), waiting[2].hash, waiting[2].size), (3, hash, original.len() as u64));

    let url = Some("/v1/uploads/1".to_owned());
    phone.keep(&Keep::UploadAt { transfer: waiting[2].clone(), url: url.clone() }).unwrap();
    phone.keep(&Keep::UploadOffset { transfer: waiting[2].clone(), offset: 1000 }).unwrap();
    drop(phone);
    let mut phone = homes[0].open();
    let shown = &phone.case(&id).unwrap().photos[0];
    assert_eq!((shown.sent, shown.stored), (1000, false));
    assert_eq!(transfers(&mut phone)[2].url, url, "an upload goes on where it was begun");

    for small in &waiting[..2] {
        phone.keep(&Keep::Uploaded(small.clone())).unwrap();
        assert_eq!(phone.line_of(&id).unwrap().sync, "uploading", "the original is not there yet");
    }
    phone.keep(&Keep::Uploaded(waiting[2].clone())).unwrap();
    assert_eq!(phone.line_of(&id).unwrap().sync, "delivered");
    let shown = &phone.case(&id).unwrap().photos[0];
    assert_eq!((shown.sent, shown.stored), (original.len() as u64, true));
    assert_eq!(transfers(&mut phone), []);
    assert_eq!(phone.blob(&hash, 0, u64::MAX).unwrap(), original, "the original stays on the phone");
}

#[test]
fn one_photo_in_two_cases_is_on_its_way_in_both() {
    let (mut referee, _, [mut phone]) = people::<1>(Role::GridWorker);
    let cases = ["一", "二"].map(|text| {
        let id = phone.save_draft(None, &draft("case.snap", text)).unwrap();
        phone.add_draft_photo(&id, &photo("tiny.jpg")).unwrap();
        phone.finish(&id).unwrap()
    });
    referee.sync(&mut phone);
    for case in &cases {
        assert_eq!(phone.line_of(case).unwrap().sync, "uploading");
    }
    let mut sent: Vec<BlobHash> = referee.take_photos(&mut phone);
    sent.sort();
    sent.dedup();
    assert_eq!(sent.len(), 2, "an original and its thumb");
    for case in &cases {
        assert_eq!(phone.line_of(case).unwrap().sync, "delivered");
    }
    assert_eq!(referee.take_photos(&mut phone), []);
}

#[test]
fn refused_content_is_told_and_what_stood_on_it_is_written_anew() {
    let (mut referee, homes, [mut phone]) = people::<1>(Role::GridWorker);
    let case = capture(&mut phone, GAS_LEAK, "井盖");
    let other = capture(&mut phone, GAS_LEAK, "路灯");
    referee.sync(&mut phone);
    for text in ["一", "二", "三"] {
        phone.note(&case, text, &[]).unwrap();
    }
    phone.note(&other, "别处", &[]).unwrap();
    phone.act(&case, &act("self_handle")).unwrap();

    referee.answer(1, Code::RLimit);
    let first = batch(&mut phone);
    let reply = referee.push(&first);
    phone.keep(&Keep::Receipts(reply)).unwrap();
    let expected =
        [("content", "queued"), ("content", "queued"), ("content", "taken"), ("self_handle", "taken")];
    assert_eq!(outbox(&phone), expected.map(|(what, state)| (what.to_owned(), state.to_owned())));
    assert_eq!(notes(&phone, &case), ["二", "三"]);
    let attention = phone.attention().unwrap();
    assert_eq!(attention.len(), 1);
    assert_eq!(
        (attention[0].code.as_str(), attention[0].kept.as_slice()),
        ("r_limit", ["一".to_owned()].as_slice())
    );
    assert_eq!(attention[0].case, case.to_string());

    let again = envelopes(&batch(&mut phone));
    assert_eq!(again.len(), 2);
    for envelope in &again {
        assert_eq!((envelope.document, envelope.branch), (case, 1), "on the next branch");
        assert_eq!(envelope.incarnation, envelopes(&first)[0].incarnation);
    }
    assert_eq!(again[0].n, 10, "the chain goes on without a gap");
    referee.sync(&mut phone);
    assert_eq!(phone.outbox().unwrap(), []);
    assert_eq!(notes(&phone, &case), ["二", "三"]);
    assert_eq!(phone.case(&case).unwrap().heads, referee.heads(&case));
    assert_eq!(phone.line_of(&case).unwrap().sync, "attention");
    assert_eq!(phone.line_of(&other).unwrap().sync, "delivered");
    drop(phone);
    let mut phone = homes[0].open();
    assert_eq!(phone.attention().unwrap().len(), 1, "it stays until its author deals with it");
    phone.note(&case, "四", &[]).unwrap();
    referee.sync(&mut phone);
    assert_eq!(notes(&phone, &case), ["二", "三", "四"]);
}

#[test]
fn a_rewritten_answer_does_not_go_over_what_its_author_had_not_seen() {
    let (mut referee, _, [mut one, mut two]) = people::<2>(Role::GridWorker);
    let case = capture(&mut one, "case.snap", "井盖");
    referee.sync(&mut one);
    referee.sync(&mut two);
    one.note(&case, "太长", &[]).unwrap();
    one.edit(&case, &answers(&[("severity", "high")]), None).unwrap();
    two.edit(&case, &answers(&[("severity", "low")]), None).unwrap();
    referee.sync(&mut two);
    let push = batch(&mut one);
    // What the other wrote arrives before the answer to the push.
    let page = referee.page(&mut one);
    one.keep(&Keep::Hello(referee.hello(&one))).unwrap();
    one.keep(&Keep::Page(page)).unwrap();
    let page = referee.page(&mut one);
    one.keep(&Keep::Page(page)).unwrap();
    assert_eq!(one.case(&case).unwrap().conflicts.len(), 1);
    referee.answer(1, Code::RLimit);
    let reply = referee.push(&push);
    one.keep(&Keep::Receipts(reply)).unwrap();
    referee.sync(&mut one);
    referee.sync(&mut two);
    for phone in [&one, &two] {
        let conflicts = phone.case(&case).unwrap().conflicts;
        assert_eq!(conflicts.len(), 1, "both values stay in view");
        assert_eq!(conflicts[0].values.len(), 2);
    }
}

#[test]
fn every_final_no_lands_in_attention_with_words_and_next_steps() {
    // A place in the line is an answer to claims, and has its own test.
    let of_content = |code: &Code| code.is_refused() && *code != Code::RTaken;
    let refused: Vec<Code> = Code::ALL.iter().copied().filter(of_content).collect();
    assert_eq!(refused.len(), 13);
    for code in refused {
        let (mut referee, _, [mut phone]) = people::<1>(Role::GridWorker);
        let case = capture(&mut phone, "case.snap", "井盖");
        referee.sync(&mut phone);
        phone.note(&case, "一", &[]).unwrap();
        // Those two are answered by writing anew, three times, before a person is asked.
        let rounds = if matches!(code, Code::RChain | Code::RActor) { 4 } else { 1 };
        for round in 0..rounds {
            assert_eq!(phone.attention().unwrap(), [], "{code} in round {round}");
            referee.answer(1, code);
            let push = batch(&mut phone);
            assert_eq!(push.items.len(), 1, "{code} in round {round}");
            let reply = referee.push(&push);
            phone.keep(&Keep::Receipts(reply)).unwrap();
        }
        let attention = phone.attention().unwrap();
        assert_eq!(attention.len(), 1, "{code}");
        assert_eq!(
            (attention[0].code.as_str(), attention[0].kept.as_slice()),
            (code.id(), ["一".to_owned()].as_slice())
        );
        assert!(!attention[0].reason.is_empty() && attention[0].reason != code.id(), "{code} has words");
        assert!(!attention[0].next.is_empty(), "{code} has next steps");
        assert_eq!(phone.outbox().unwrap(), [], "{code} does not block the queue");
        assert_eq!(phone.line_of(&case).unwrap().sync, "attention");
    }
}

#[test]
fn what_is_not_judged_waits_and_is_offered_again_in_the_next_run() {
    let (mut referee, _, [mut phone]) = people::<1>(Role::GridWorker);
    let case = capture(&mut phone, GAS_LEAK, "井盖");
    referee.sync(&mut phone);
    phone.note(&case, "一", &[]).unwrap();
    phone.act(&case, &act("self_handle")).unwrap();
    referee.answer(1, Code::RetryLater);
    referee.answer(2, Code::HeldMissing);
    let push = batch(&mut phone);
    let reply = referee.push(&push);
    phone.keep(&Keep::Receipts(reply)).unwrap();
    assert_eq!(states(&phone), ["held", "held"]);
    assert!(batch(&mut phone).items.is_empty(), "not again in this run");
    assert_eq!((phone.attention().unwrap(), notes(&phone, &case)), (vec![], vec!["一".to_owned()]));
    assert_eq!(phone.line_of(&case).unwrap().sync, "saved");
    phone.keep(&Keep::Hello(referee.hello(&phone))).unwrap();
    assert_eq!(batch(&mut phone), push, "the very same bytes");
    referee.sync(&mut phone);
    assert_eq!((phone.outbox().unwrap(), phone.line_of(&case).unwrap().sync.as_str()), (vec![], "delivered"));
}

#[test]
fn content_that_builds_on_what_others_will_bring_waits_as_it_is() {
    let (mut referee, _, [mut phone]) = people::<1>(Role::GridWorker);
    let case = capture(&mut phone, "case.snap", "井盖");
    referee.sync(&mut phone);
    phone.note(&case, "一", &[]).unwrap();
    referee.answer(1, Code::HeldMissing);
    let push = batch(&mut phone);
    let reply = referee.push(&push);
    phone.keep(&Keep::Receipts(reply)).unwrap();
    assert_eq!(states(&phone), ["held"], "what it stands on is receipted: the server will have it again");
    referee.sync(&mut phone);
    assert_eq!((notes(&phone, &case), phone.outbox().unwrap()), (vec!["一".to_owned()], vec![]));
}

#[test]
fn after_a_lost_reply_the_same_bytes_are_sent_and_have_one_effect() {
    let (mut referee, homes, [mut phone]) = people::<1>(Role::GridWorker);
    let case = capture(&mut phone, "case.snap", "井盖");
    let push = batch(&mut phone);
    let lost = referee.push(&push);
    drop(phone);
    let mut phone = homes[0].open();
    phone.note(&case, "后来", &[]).unwrap();
    let again = batch(&mut phone);
    assert_eq!(again.items[..2], push.items[..]);
    assert_eq!(again.items.len(), 3);
    assert_eq!(referee.push(&again).receipts[..2], lost.receipts[..]);
    referee.sync(&mut phone);
    assert_eq!((phone.outbox().unwrap(), phone.attention().unwrap()), (vec![], vec![]));
    assert_eq!(notes(&phone, &case), ["后来"]);
    assert_eq!(phone.case(&case).unwrap().history.len(), 3);
    assert_eq!(phone.case(&case).unwrap().heads, referee.heads(&case));
}

#[test]
fn a_receipt_that_cannot_be_read_or_is_nobodys_is_passed_over() {
    let (mut referee, _, [mut phone, mut other]) = people::<2>(Role::GridWorker);
    capture(&mut phone, "case.snap", "井盖");
    capture(&mut other, "case.snap", "路灯");
    phone.keep(&Keep::Hello(referee.hello(&phone))).unwrap();
    let push = batch(&mut phone);
    let mut reply = referee.push(&push);
    let foreign = referee.push(&batch(&mut other));
    reply.receipts[0] = b"\xff not a receipt".to_vec().into();
    reply.receipts.extend(foreign.receipts);
    phone.keep(&Keep::Receipts(reply)).unwrap();
    assert_eq!(states(&phone), ["sent", "taken"]);
    assert_eq!(batch(&mut phone).items, push.items[..1]);
    assert_eq!(phone.attention().unwrap(), []);
}

#[test]
fn a_form_opened_at_heads_that_are_no_more_is_an_input_to_mend() {
    let (mut referee, _, [mut phone]) = people::<1>(Role::GridWorker);
    let case = capture(&mut phone, "case.snap", "井盖");
    referee.sync(&mut phone);
    phone.note(&case, "太长", &[]).unwrap();
    let opened_at = phone.case(&case).unwrap().heads;
    referee.answer(1, Code::RLimit);
    referee.sync(&mut phone);
    let refused = phone.edit(&case, &answers(&[("severity", "high")]), Some(&opened_at));
    assert!(matches!(&refused, Err(DeviceError::Invalid { field, .. }) if field == "seen"), "{refused:?}");
    assert_eq!(phone.outbox().unwrap(), []);
}
