//! Acts: predicted by the rule here, decided by the server's word alone.

use yuandian_device::{ActCommand, ActOutcome, CaseId, DeviceError};
use yuandian_model::{Code, Role};
use yuandian_sync::Keep;

use crate::referee::{batch, envelopes};
use crate::{GAS_LEAK, act, answers, capture, outbox, people, photo};

#[test]
fn a_claim_is_pending_until_the_server_has_spoken() {
    let (mut referee, homes, [mut asker, mut helper]) = people::<2>(Role::Volunteer);
    let case = capture(&mut asker, "help.errand", "代买菜");
    referee.sync(&mut asker);
    referee.sync(&mut helper);
    assert_eq!(helper.act(&case, &act("claim")), Ok(ActOutcome::Queued));
    let shown = helper.case(&case).unwrap();
    assert_eq!(
        (shown.claim.state.as_str(), shown.stage.as_str()),
        ("pending", "open"),
        "an intent is not done"
    );
    assert_eq!(shown.holders, [""; 0]);
    assert_eq!(shown.history.last().unwrap().outcome, "pending");
    assert!(!shown.can.contains(&"claim".to_owned()) && shown.can.contains(&"release".to_owned()));
    assert_eq!(helper.line_of(&case).unwrap().claim, "pending");
    assert_eq!(helper.act(&case, &act("claim")), Ok(ActOutcome::AlreadyDone));
    assert_eq!(outbox(&helper), [("claim".to_owned(), "queued".to_owned())]);
    drop(helper);
    let mut helper = homes[1].open();
    referee.sync(&mut helper);
    let won = helper.case(&case).unwrap();
    assert_eq!((won.claim.state.as_str(), won.stage.as_str()), ("won", "claimed"));
    assert_eq!(won.holders, ["person 2"]);
    assert_eq!(helper.act(&case, &act("claim")), Ok(ActOutcome::AlreadyDone));
    assert_eq!(helper.outbox().unwrap(), []);
}

#[test]
fn what_the_phones_own_rule_refuses_is_not_queued() {
    let (mut referee, _, [mut asker, mut other]) = people::<2>(Role::Resident);
    let case = capture(&mut asker, "help.errand", "代买菜");
    referee.sync(&mut asker);
    referee.sync(&mut other);
    let photos = [photo("tiny.jpg")];
    let table = [("claim", Code::RRole), ("confirm", Code::RState), ("fly", Code::RSchema)];
    for (name, expected) in table {
        let command = ActCommand { name, text: Some("带话"), photos: &photos, ..ActCommand::default() };
        let Err(DeviceError::Refused { code, facts }) = other.act(&case, &command) else { panic!("{name}") };
        assert_eq!(code, expected, "{name} {facts:?}");
    }
    let early = asker.act(&case, &act("confirm"));
    assert!(matches!(early, Err(DeviceError::Refused { code: Code::RState, .. })), "{early:?}");
    assert_eq!((other.outbox().unwrap(), asker.outbox().unwrap()), (vec![], vec![]));
    assert_eq!(other.case(&case).unwrap().notes, []);
}

#[test]
fn a_case_is_not_merged_into_itself() {
    let (mut referee, _, [mut worker, mut head]) = people::<2>(Role::GridHead);
    let (case, other) =
        (capture(&mut worker, "case.snap", "井盖"), capture(&mut worker, "case.snap", "同一个井盖"));
    referee.sync(&mut worker);
    referee.sync(&mut head);
    let mut merge = |into: &CaseId| {
        let args = [("into".to_owned(), into.to_string())];
        head.act(&case, &ActCommand { name: "merge", args: &args, ..ActCommand::default() })
    };
    let refused = merge(&case);
    assert!(matches!(&refused, Err(DeviceError::Invalid { field, .. }) if field == "into"), "{refused:?}");
    assert_eq!(merge(&other), Ok(ActOutcome::Queued));
}

#[test]
fn an_act_that_needs_no_referee_is_shown_as_done_at_once() {
    let (mut referee, _, [mut worker]) = people::<1>(Role::GridWorker);
    let case = capture(&mut worker, GAS_LEAK, "小广告");
    worker.act(&case, &act("self_handle")).unwrap();
    let shown = worker.case(&case).unwrap();
    assert_eq!((shown.stage.as_str(), shown.sync.as_str()), ("closed", "saved"));
    assert_eq!(worker.line_of(&case).unwrap().stage, "closed");
    assert_eq!(shown.can, ["rate", "reopen_request"]);
    referee.sync(&mut worker);
    let shown = worker.case(&case).unwrap();
    assert_eq!((shown.stage.as_str(), shown.sync.as_str()), ("closed", "delivered"));
    assert_eq!(referee.stage(&case), "closed");
}

#[test]
fn a_case_says_what_may_come_next_by_whom_and_how_much_time_is_left() {
    let (mut referee, _, [mut worker]) = people::<1>(Role::GridWorker);
    let case = capture(&mut worker, "case.city.E06010", "桶边一堆");
    referee.sync(&mut worker);
    let shown = worker.case(&case).unwrap();
    let next = |act: &str| shown.next.iter().find(|next| next.act == act).unwrap();
    assert_eq!(next("self_handle").why_not, None);
    let accept = next("accept");
    assert_eq!(
        (accept.by.as_slice(), accept.why_not.as_deref()),
        (["受理员".to_owned()].as_slice(), Some("你的角色不能“受理”"))
    );
    let give = next("give_info");
    assert_eq!(give.why_not.as_deref(), Some("现在不是“待补充信息”,不能“补充信息”"), "nobody asked");
    let said: Vec<_> =
        next("escalate").args.iter().map(|arg| (&*arg.name, &*arg.kind, arg.required)).collect();
    assert_eq!(said, [("reason", "text", true)]);
    assert!(shown.next.iter().all(|next| !next.by.is_empty() && next.act != "archive"));
    assert!(shown.next.iter().all(|next| next.act != "unfollow"), "who does not follow is not told why not");
    let times: Vec<(&str, &str)> =
        shown.times.iter().map(|t| (t.clock.as_str(), t.colour.as_str())).collect();
    assert_eq!(times, [("accept", "green")]);
    assert!(shown.times[0].due.as_ref().unwrap().ends_with("+08:00") && shown.times[0].left_ms > 0);
}

#[test]
fn an_act_with_words_and_a_photo_is_one_group_content_first() {
    let (mut referee, _, [mut worker]) = people::<1>(Role::GridWorker);
    let case = capture(&mut worker, GAS_LEAK, "小广告");
    referee.sync(&mut worker);
    let photos = [photo("tiny.jpg")];
    let command =
        ActCommand { name: "self_handle", text: Some("已清理"), photos: &photos, ..ActCommand::default() };
    worker.act(&case, &command).unwrap();
    let queued = ["content", "self_handle"].map(|what| (what.to_owned(), "queued".to_owned()));
    assert_eq!(outbox(&worker), queued);
    let sent = envelopes(&batch(&mut worker));
    assert_eq!(sent[0].group, sent[1].group);
    let shown = worker.case(&case).unwrap();
    assert_eq!((shown.notes[0].text.as_str(), shown.photos.len()), ("已清理", 1));
}

#[test]
fn second_claim_joins_the_line_and_is_settled_by_itself_when_its_turn_comes() {
    let (mut referee, homes, [mut asker, mut first, mut second, mut third]) = people::<4>(Role::Volunteer);
    let case = capture(&mut asker, "help.errand", "代买菜");
    referee.sync(&mut asker);
    for phone in [&mut first, &mut second, &mut third] {
        referee.sync(phone);
        phone.act(&case, &ActCommand { text: Some("我去"), ..act("claim") }).unwrap();
    }
    referee.sync(&mut first);
    referee.sync(&mut second);

    // The third one's link breaks between the receipts and the page.
    third.keep(&Keep::Hello(referee.hello(&third))).unwrap();
    let reply = referee.push(&batch(&mut third));
    third.keep(&Keep::Receipts(reply)).unwrap();
    let told = third.case(&case).unwrap();
    assert_eq!((told.claim.state.as_str(), told.claim.position), ("waiting", Some(2)));

    referee.sync(&mut third);
    for (phone, position) in [(&second, 1), (&third, 2)] {
        let claim = phone.case(&case).unwrap().claim;
        assert_eq!((claim.state.as_str(), claim.position), ("waiting", Some(position)));
        let attention = phone.attention().unwrap();
        assert_eq!(attention.len(), 1);
        assert_eq!((attention[0].code.as_str(), attention[0].act.as_str()), ("r_taken", "claim"));
        assert!(attention[0].reason.contains(&position.to_string()), "{}", attention[0].reason);
        assert!(!attention[0].next.is_empty() && attention[0].next.len() == attention[0].next_text.len());
    }
    assert_eq!(second.act(&case, &act("claim")), Ok(ActOutcome::AlreadyDone), "who waits has said so");
    first.act(&case, &act("release")).unwrap();
    referee.sync(&mut first);
    referee.sync(&mut second);
    referee.sync(&mut third);
    assert_eq!(second.case(&case).unwrap().claim.state, "won");
    assert_eq!(second.attention().unwrap(), []);
    let claim = third.case(&case).unwrap().claim;
    assert_eq!((claim.state.as_str(), claim.position), ("waiting", Some(1)));
    assert!(
        third.attention().unwrap()[0].reason.contains('1'),
        "the place in the line is brought up to date"
    );
    assert_eq!(first.case(&case).unwrap().claim.state, "none");

    asker.act(&case, &act("cancel")).unwrap();
    referee.sync(&mut asker);
    referee.sync(&mut second);
    referee.sync(&mut third);
    assert_eq!(third.attention().unwrap(), [], "nobody waits for what has ended");
    for phone in [&second, &third] {
        let shown = phone.case(&case).unwrap();
        assert_eq!((shown.stage.as_str(), shown.claim.state.as_str()), ("cancelled", "lost"));
    }
    assert!(crate::notes(&third, &case).contains(&"我去".to_owned()), "what was written is kept");
    drop((second, third));
    assert_eq!(homes[2].count("SELECT count(*) FROM journal WHERE settled = 'promoted'"), 1);
    assert_eq!(homes[3].count("SELECT count(*) FROM journal WHERE settled IS NULL"), 0);
}

#[test]
fn a_refused_act_says_why_and_rewrites_nothing() {
    let (mut referee, _, [mut asker, mut helper]) = people::<2>(Role::Volunteer);
    let case = capture(&mut asker, "help.errand", "代买菜");
    referee.sync(&mut asker);
    referee.sync(&mut helper);
    asker.act(&case, &act("cancel")).unwrap();
    referee.sync(&mut asker);
    helper.act(&case, &act("claim")).unwrap();
    helper.note(&case, "马上到", &[]).unwrap();
    let sent = batch(&mut helper);
    let reply = referee.push(&sent);
    helper.keep(&Keep::Receipts(reply)).unwrap();
    assert_eq!(
        outbox(&helper),
        [("content".to_owned(), "taken".to_owned())],
        "the note goes its way as it was"
    );
    let attention = helper.attention().unwrap();
    assert_eq!((attention[0].code.as_str(), attention[0].act.as_str()), ("r_state", "claim"));
    assert!(!attention[0].reason.is_empty() && !attention[0].reason_en.is_empty());
    assert_eq!(helper.line_of(&case).unwrap().sync, "attention");
    referee.sync(&mut helper);
    assert_eq!(helper.case(&case).unwrap().claim.state, "lost");
    assert_eq!(helper.case(&case).unwrap().heads, referee.heads(&case));
}

#[test]
fn an_askers_words_are_hers_alone_but_everybody_who_sees_them_may_leave_a_note() {
    let (mut referee, _, [mut asker, mut helper]) = people::<2>(Role::Volunteer);
    let case = capture(&mut asker, "help.errand", "代买菜");
    referee.sync(&mut asker);
    referee.sync(&mut helper);
    let refused = helper.edit(&case, &answers(&[("budget", "1")]), None);
    assert!(matches!(refused, Err(DeviceError::Refused { code: Code::RRole, .. })), "{refused:?}");
    assert_eq!(helper.outbox().unwrap(), []);
    helper.note(&case, "几点送方便?", &[]).unwrap();
    asker.edit(&case, &answers(&[("budget", "30")]), None).unwrap();
}

#[test]
fn what_is_on_its_way_is_shown_as_such_everywhere_until_it_is_taken() {
    let (mut referee, _, [mut phone]) = people::<1>(Role::GridWorker);
    let case = capture(&mut phone, GAS_LEAK, "井盖");
    referee.sync(&mut phone);
    let view = phone.case(&case).unwrap();
    assert_eq!((view.pending, view.pending_fields), (vec![], vec![]));
    phone.edit(&case, &answers(&[("traffic", "blocked"), ("text", "井盖缺失")]), None).unwrap();
    phone.note(&case, "看", &[crate::photo("tiny.jpg")]).unwrap();
    phone.act(&case, &act("self_handle")).unwrap();
    let view = phone.case(&case).unwrap();
    assert_eq!(view.pending, ["content", "content", "self_handle"]);
    assert_eq!(view.pending_fields, ["traffic", "text"]);
    assert!(view.notes[0].pending && view.photos[0].pending);
    let outcomes: Vec<&str> = view.history.iter().map(|line| line.outcome.as_str()).collect();
    assert_eq!(outcomes, ["ok", "ok", "pending", "pending", "pending"]);
    referee.sync(&mut phone);
    let view = phone.case(&case).unwrap();
    assert_eq!((view.pending, view.pending_fields), (vec![], vec![]));
    assert!(!view.notes[0].pending && !view.photos[0].pending && !view.photos[0].stored);
}
