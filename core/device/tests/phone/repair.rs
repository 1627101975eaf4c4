//! Lines first, documents after them, streams compared: nothing is lost on the way and nothing asked for twice.

use yuandian_device::{DeviceError, Phone, SearchAsk};
use yuandian_model::Role;
use yuandian_sync::{Keep, Load, Loaded};

use crate::referee::{Referee, batch};
use crate::{answers, capture, notes, outbox, people};

fn greeted(referee: &Referee, phone: &mut Phone) {
    phone.keep(&Keep::Hello(referee.hello(phone))).unwrap();
}

fn wanted(phone: &mut Phone) -> usize {
    match phone.load(&Load::Docs).unwrap() {
        Loaded::Docs(asked) => asked.map_or(0, |asked| asked.wanted.len()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_list_stands_before_its_documents_and_opens_without_them() {
    let (mut referee, homes, [mut one, mut two]) = people::<2>(Role::GridWorker);
    let case = capture(&mut one, "case.snap", "井盖坏了");
    one.note(&case, "很深", &[]).unwrap();
    referee.sync(&mut one);
    greeted(&referee, &mut two);
    let lines = referee.lines(&mut two);
    two.keep(&Keep::Page(lines)).unwrap();
    let line = two.line_of(&case).unwrap();
    assert_eq!((line.title.as_str(), line.sync.as_str()), ("井盖坏了", "loading"));
    let by = |sync: &str| SearchAsk { sync: Some(sync.into()), limit: 10, ..SearchAsk::default() };
    let found = |phone: &Phone, sync: &str| phone.search(&by(sync)).unwrap().len();
    assert_eq!((found(&two, "delivered"), found(&two, "loading")), (1, 0), "found by what it will be");
    let view = two.case(&case).unwrap();
    assert_eq!((view.title.as_str(), view.sync.as_str(), view.notes.len()), ("井盖坏了", "loading", 0));
    drop(two);
    let mut two = homes[1].open();
    assert_eq!(wanted(&mut two), 1, "what is wanted outlives the process");
    assert_eq!(referee.repair(&mut two), 1);
    assert_eq!(two.line_of(&case).unwrap().sync, "delivered");
    assert_eq!(found(&two, "delivered"), 1);
    drop(two);
    assert_eq!(
        homes[1].count("SELECT count(*) FROM cases WHERE proven = 0"),
        1,
        "nothing is loaded unopened"
    );
    let mut two = homes[1].open();
    assert_eq!(
        (notes(&two, &case), two.case(&case).unwrap().heads),
        (vec!["很深".to_owned()], referee.heads(&case))
    );
    assert_eq!(two.case(&case).unwrap().history.len(), 3);
    assert_eq!(wanted(&mut two), 0);
    two.note(&case, "补充", &[]).unwrap();
    referee.sync(&mut two);
    referee.sync(&mut one);
    assert_eq!(notes(&one, &case), ["很深", "补充"]);
    drop(two);
    assert_eq!(homes[1].count("SELECT count(*) FROM cases WHERE proven = 0"), 0);
}

#[test]
fn words_that_are_not_here_yet_are_not_changed_but_added_to() {
    let (mut referee, _, [mut one, mut two]) = people::<2>(Role::GridWorker);
    let case = capture(&mut one, "case.snap", "井盖坏了");
    referee.sync(&mut one);
    greeted(&referee, &mut two);
    let lines = referee.lines(&mut two);
    two.keep(&Keep::Page(lines)).unwrap();
    for change in [("text", "没有人看过的"), ("severity", "high")] {
        let error = two.edit(&case, &answers(&[change]), None).unwrap_err();
        assert!(matches!(&error, DeviceError::Invalid { field, .. } if field == "case"), "{error}");
    }
    two.note(&case, "补充", &[]).unwrap();
    assert_eq!(referee.repair(&mut two), 1);
    two.edit(&case, &answers(&[("text", "井盖坏了，很深")]), None).unwrap();
    referee.sync(&mut two);
    referee.sync(&mut one);
    let view = one.case(&case).unwrap();
    assert_eq!((view.text.as_str(), notes(&one, &case)), ("井盖坏了，很深", vec!["补充".to_owned()]));
}

#[test]
fn news_of_a_case_that_is_wanted_wait_for_its_document() {
    let (mut referee, _, [mut one, mut two]) = people::<2>(Role::GridWorker);
    let case = capture(&mut one, "case.snap", "井盖");
    referee.sync(&mut one);
    greeted(&referee, &mut two);
    let lines = referee.lines(&mut two);
    two.keep(&Keep::Page(lines)).unwrap();
    one.note(&case, "后来", &[]).unwrap();
    referee.sync(&mut one);
    let page = referee.page(&mut two);
    assert_eq!(page.cases[0].commits.len(), 1);
    two.keep(&Keep::Page(page)).unwrap();
    assert_eq!(two.line_of(&case).unwrap().sync, "loading");
    two.note(&case, "自己的", &[]).unwrap();
    assert_eq!(referee.repair(&mut two), 1);
    let mut said = notes(&two, &case);
    said.sort();
    assert_eq!(said, ["后来", "自己的"]);
    referee.sync(&mut two);
    assert_eq!(two.case(&case).unwrap().heads, referee.heads(&case));
}

#[test]
fn a_snapshot_that_is_not_what_was_promised_is_not_believed_and_fetched_anew() {
    let (mut referee, homes, [mut one, mut two]) = people::<2>(Role::GridWorker);
    let case = capture(&mut one, "case.snap", "井盖");
    let other = capture(&mut one, "case.snap", "路灯");
    referee.sync(&mut one);
    for damage in [b"not a document".to_vec(), yuandian_document::Content::default().save()] {
        greeted(&referee, &mut two);
        let lines = referee.lines(&mut two);
        two.keep(&Keep::Page(lines)).unwrap();
        if let Loaded::Docs(Some(asked)) = two.load(&Load::Docs).unwrap() {
            let mut reply = referee.docs(&two, &asked);
            let at = reply.cases.iter().position(|c| c.document == case).unwrap();
            reply.cases[at].snapshot = Some(damage.into());
            two.keep(&Keep::Docs { asked, reply }).unwrap();
        }
        let view = two.case(&case).unwrap();
        let told = (view.title.as_str(), view.text.as_str(), view.sync.as_str());
        assert_eq!(told, ("井盖", "", "loading"), "the line still stands");
        assert_eq!(two.case(&other).unwrap().text, "路灯");
        assert_eq!(referee.repair(&mut two), 1);
        assert_eq!(two.case(&case).unwrap().heads, referee.heads(&case));
        drop(two);
        two = homes[1].copy().open();
        two.keep(&Keep::Hello(referee.hello_without_streams(&two))).unwrap();
        assert_eq!(two.list(10, 0).unwrap(), []);
    }
}

#[test]
fn a_stream_that_differs_is_compared_once_a_run_and_comes_right() {
    let (mut referee, homes, [mut one, mut two]) = people::<2>(Role::GridWorker);
    let kept = capture(&mut one, "case.snap", "在的");
    let lost = capture(&mut one, "case.snap", "没了的");
    referee.sync(&mut one);
    referee.sync(&mut two);
    referee.lose(&lost);
    let other = capture(&mut one, "case.snap", "新的");
    referee.sync(&mut one);
    let mut page = referee.page(&mut two);
    page.cases.clear();
    page.checks = vec![referee.check()];
    two.keep(&Keep::Page(page.clone())).unwrap();
    two.keep(&Keep::Page(page.clone())).unwrap();
    assert_eq!(two.sync_state().unwrap().troubles["sums"], 2);
    assert_eq!(referee.repair(&mut two), 1);
    two.keep(&Keep::Page(page)).unwrap();
    assert_eq!(two.sync_state().unwrap().troubles["sums"], 2, "they agree now");
    assert!(two.case(&lost).is_err());
    assert_eq!(two.case(&other).unwrap().heads, referee.heads(&other));
    assert_eq!(two.case(&kept).unwrap().heads, referee.heads(&kept));
    drop(two);
    assert_eq!(homes[1].count("SELECT count(*) FROM held"), 2);
}

#[test]
fn a_receipt_that_the_server_did_not_sign_settles_nothing() {
    let (mut referee, _, [mut phone]) = people::<1>(Role::GridWorker);
    capture(&mut phone, "case.snap", "井盖");
    greeted(&referee, &mut phone);
    let push = batch(&mut phone);
    let mut forger = referee.clone();
    forger.seed = 0xbb;
    let forged = forger.push(&push);
    phone.keep(&Keep::Receipts(forged)).unwrap();
    let sent = |what: &str| (what.to_owned(), "sent".to_owned());
    assert_eq!(outbox(&phone), [sent("report"), sent("content")]);
    assert_eq!(phone.sync_state().unwrap().troubles["receipts"], 2);
    let reply = referee.push(&push);
    phone.keep(&Keep::Receipts(reply)).unwrap();
    assert!(outbox(&phone).iter().all(|(_, state)| state == "taken"));
}

#[test]
fn a_later_key_is_believed_when_a_known_one_vouches_for_it() {
    use yuandian_document::Purpose;
    let (mut referee, _, [mut phone]) = people::<1>(Role::GridWorker);
    capture(&mut phone, "case.snap", "井盖");
    greeted(&referee, &mut phone);
    let old = referee.key();
    referee.seed = 0x77;
    let later = referee.key();
    let told = |vouched: bool, referee: &Referee, phone: &Phone| {
        let mut hello = referee.hello(phone);
        if vouched {
            hello.keys[0].endorser = Some(old.id());
            hello.keys[0].endorsement = Some(old.sign(Purpose::ServerKey, &later.public()));
        }
        hello
    };
    let hello = told(false, &referee, &phone);
    phone.keep(&Keep::Hello(hello)).unwrap();
    let push = batch(&mut phone);
    let reply = referee.push(&push);
    phone.keep(&Keep::Receipts(reply.clone())).unwrap();
    assert!(outbox(&phone).iter().all(|(_, state)| state == "sent"), "nobody vouches for it");
    let hello = told(true, &referee, &phone);
    phone.keep(&Keep::Hello(hello)).unwrap();
    phone.keep(&Keep::Receipts(reply)).unwrap();
    assert!(outbox(&phone).iter().all(|(_, state)| state == "taken"));
}

/// A phone that holds a case up to its sixth number, in a deployment whose divisions are partitions from now on: the case lay in the one of
/// its district, and has been moved to where the stream of these tests lies.
fn moved() -> (Referee, crate::home::Home, Phone, yuandian_device::CaseId) {
    let (mut referee, [home], [mut phone]) = people::<1>(Role::GridWorker);
    let case = capture(&mut phone, "case.snap", "井盖");
    for text in ["一", "二", "三", "四"] {
        phone.note(&case, text, &[]).unwrap();
    }
    referee.sync(&mut phone);
    assert_eq!(referee.head().head, 6);
    let mut hello = referee.hello(&phone);
    hello.partition_digits = Some(6);
    phone.keep(&Keep::Hello(hello)).unwrap();
    (referee, home, phone, case)
}

#[test]
fn a_number_of_the_partition_that_a_case_has_left_says_nothing_in_a_comparison() {
    let (referee, _home, mut phone, case) = moved();
    let mut page = referee.page(&mut phone);
    page.checks = vec![yuandian_sync::message::StreamCheck { count: 9, ..referee.check() }];
    phone.keep(&Keep::Page(page)).unwrap();
    let Loaded::Manifest(Some(asked)) = phone.load(&Load::Manifest).unwrap() else { panic!("no comparison") };
    let mut reply = referee.manifest(&asked);
    reply.entries[0].seq = 2;
    phone.keep(&Keep::Manifest { asked, reply }).unwrap();
    let Loaded::Docs(Some(asked)) = phone.load(&Load::Docs).unwrap() else { panic!("nothing is wanted") };
    assert_eq!((asked.wanted[0].document, asked.wanted[0].since), (case, 0));
}

#[test]
fn a_document_that_was_moved_between_the_question_and_the_answer_is_asked_for_from_the_beginning() {
    let (mut referee, _home, mut phone, case) = moved();
    referee.stranger_writes(&case, &[yuandian_document::Edit::Describe("别处".into())]);
    let known = yuandian_sync::message::Wanted { document: case, since: 6 };
    let asked = yuandian_sync::message::Docs {
        version: yuandian_sync::message::WIRE_VERSION,
        wanted: vec![known],
        max_bytes: 1 << 20,
    };
    let mut reply = referee.docs(&phone, &asked);
    reply.cases[0].commits.clear();
    reply.cases[0].seq = 2;
    phone.keep(&Keep::Docs { asked, reply }).unwrap();
    let Loaded::Docs(Some(asked)) = phone.load(&Load::Docs).unwrap() else { panic!("nothing is wanted") };
    assert_eq!(asked.wanted[0].since, 0);
    assert_eq!(phone.sync_state().unwrap().troubles.get("heads"), None, "nothing was wrong");
}
