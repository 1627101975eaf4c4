//! Words that had to go: out of the store and its log, with everybody's own words kept, whether they were sent before or not.

use yuandian_device::Phone;
use yuandian_model::{CaseId, Code, Role};
use yuandian_sync::{Keep, Load, Loaded};

use crate::home::Home;
use crate::referee::{Referee, batch};
use crate::{answers, capture, notes, outbox, plain_people};

const PHONE: &str = "13800001234";
const BLOTS: &str = "▇▇▇▇▇▇▇▇▇▇▇";

/// A page, and the documents that are wanted after it.
fn looks(referee: &mut Referee, phone: &mut Phone) {
    let page = referee.page(phone);
    phone.keep(&Keep::Page(page)).unwrap();
    referee.repair(phone);
}

fn wants(phone: &mut Phone) -> usize {
    match phone.load(&Load::Docs).unwrap() {
        Loaded::Docs(asked) => asked.map_or(0, |asked| asked.wanted.len()),
        other => panic!("{other:?}"),
    }
}

/// Two people who hold one case, in which a number stands.
fn told() -> (Referee, [Home; 2], [Phone; 2], CaseId) {
    let (mut referee, homes, [mut one, mut two]) = plain_people::<2>(Role::GridWorker);
    let case = capture(&mut one, "case.snap", &format!("井盖坏了,打{PHONE}找我"));
    referee.sync(&mut one);
    referee.sync(&mut two);
    two.note(&case, &format!("打过{PHONE}了"), &[]).unwrap();
    referee.sync(&mut two);
    referee.sync(&mut one);
    (referee, homes, [one, two], case)
}

#[test]
fn what_went_stands_on_no_phone_that_syncs() {
    let (mut referee, homes, phones, case) = told();
    assert!(homes.iter().all(|home| home.on_disk(PHONE)));
    referee.redact(&case, PHONE);
    for mut phone in phones {
        let page = referee.page(&mut phone);
        phone.keep(&Keep::Page(page)).unwrap();
        assert_eq!(wants(&mut phone), 1, "all of it is asked for");
        assert_eq!(referee.repair(&mut phone), 1);
        let view = phone.case(&case).unwrap();
        assert_eq!(view.text, format!("井盖坏了,打{BLOTS}找我"));
        assert_eq!(view.notes[0].text, format!("打过{BLOTS}了"));
        assert_eq!(view.notes[0].by, "person 2", "whose words they are is said as before");
        assert_eq!(phone.line_of(&case).unwrap().title, view.text);
        assert_eq!(view.heads, referee.heads(&case));
        assert_eq!((view.sync.as_str(), outbox(&phone).len()), ("delivered", 0));
    }
    for home in &homes {
        assert!(!home.on_disk(PHONE), "neither the store nor its log");
        assert_eq!(home.count("SELECT count(DISTINCT segid) FROM search_idx"), 1, "nor what found them");
        assert_eq!(
            home.count("SELECT count(*) FROM authored WHERE CAST(intent AS TEXT) LIKE '%1380000%'"),
            0
        );
    }
}

#[test]
fn what_was_written_meanwhile_is_said_without_what_went() {
    let (mut referee, homes, [_, mut two], case) = told();
    two.edit(&case, &answers(&[("text", &format!("井盖坏了,打{PHONE}找我,很急"))]), None).unwrap();
    two.note(&case, "我去看看", &[]).unwrap();
    referee.redact(&case, PHONE);
    looks(&mut referee, &mut two);
    let view = two.case(&case).unwrap();
    assert_eq!(view.text, format!("井盖坏了,打{BLOTS}找我,很急"));
    referee.sync(&mut two);
    assert_eq!((outbox(&two).len(), two.attention().unwrap().len()), (0, 0));
    assert_eq!(two.case(&case).unwrap().heads, referee.heads(&case));
    assert_eq!(notes(&two, &case), [format!("打过{BLOTS}了"), "我去看看".to_owned()]);
    drop(two);
    assert!(!homes[1].on_disk(PHONE), "what was to be sent does not hold it either");
}

#[test]
fn what_was_sent_on_the_old_ground_is_said_again_on_the_new_one() {
    let (mut referee, _, [mut one, mut two], case) = told();
    two.note(&case, "我去看看", &[]).unwrap();
    two.keep(&Keep::Hello(referee.hello(&two))).unwrap();
    let sent = batch(&mut two);
    assert_eq!(sent.items.len(), 1);
    referee.redact(&case, PHONE);
    let reply = referee.push(&sent);
    two.keep(&Keep::Receipts(reply)).unwrap();
    assert_eq!(outbox(&two).len(), 1, "it has no outcome yet");
    looks(&mut referee, &mut two);
    referee.sync(&mut two);
    referee.sync(&mut one);
    looks(&mut referee, &mut one);
    assert_eq!((outbox(&two).len(), two.attention().unwrap().len()), (0, 0));
    for phone in [&one, &two] {
        assert_eq!(notes(phone, &case), [format!("打过{BLOTS}了"), "我去看看".to_owned()]);
        assert_eq!(phone.case(&case).unwrap().heads, referee.heads(&case));
    }
}

#[test]
fn a_lost_reply_and_what_was_taken_before_lose_nothing() {
    let (mut referee, homes, [_, mut two], case) = told();
    two.edit(&case, &answers(&[("text", &format!("井盖坏了,打{PHONE}或来找我"))]), None).unwrap();
    two.note(&case, "我去看看", &[]).unwrap();
    two.keep(&Keep::Hello(referee.hello(&two))).unwrap();
    let sent = batch(&mut two);
    // Taken, and its answer is lost; then the words go.
    referee.push(&sent);
    referee.redact(&case, PHONE);
    looks(&mut referee, &mut two);
    referee.sync(&mut two);
    assert_eq!((outbox(&two).len(), two.attention().unwrap().len()), (0, 0));
    assert_eq!(two.case(&case).unwrap().text, format!("井盖坏了,打{BLOTS}或来找我"));
    assert_eq!(notes(&two, &case).len(), 2);
    drop(two);
    assert!(!homes[1].on_disk(PHONE));
}

#[test]
fn a_refusal_after_it_brings_nothing_back() {
    let (mut referee, _, [_, mut two], case) = told();
    two.edit(&case, &answers(&[("text", &format!("井盖坏了,打{PHONE}找我,很急"))]), None).unwrap();
    two.note(&case, "我去看看", &[]).unwrap();
    referee.redact(&case, PHONE);
    looks(&mut referee, &mut two);
    referee.answer(1, Code::RLimit);
    referee.sync(&mut two);
    let refused = two.attention().unwrap();
    assert_eq!(refused.len(), 1);
    assert!(!format!("{refused:?}").contains(PHONE));
    assert_eq!(notes(&two, &case).len(), 2, "what came after it is there");
    assert!(!two.case(&case).unwrap().text.contains(PHONE));
}

#[test]
fn who_has_lines_alone_keeps_no_words_that_went() {
    let (mut referee, homes, [_, mut two], case) = told();
    let hello = referee.hello(&two);
    let mut streams = hello.streams.clone();
    streams.iter_mut().for_each(|offer| offer.lines_only = true);
    two.keep(&Keep::Hello(yuandian_sync::message::HelloReply { streams, ..hello })).unwrap();
    referee.redact(&case, PHONE);
    let page = referee.lines(&mut two);
    two.keep(&Keep::Page(page)).unwrap();
    assert_eq!(wants(&mut two), 0);
    assert_eq!(two.line_of(&case).unwrap().title, format!("井盖坏了,打{BLOTS}找我"));
    drop(two);
    assert!(!homes[1].on_disk(PHONE));
}

#[test]
fn who_comes_later_gets_the_case_as_it_is_now_and_unopened() {
    let (mut referee, _, _, case) = told();
    referee.redact(&case, PHONE);
    let home = Home::new(3);
    let mut three = home.open();
    referee.enroll(&mut three, 3, Role::GridWorker);
    three.keep(&Keep::Hello(referee.hello(&three))).unwrap();
    let page = referee.lines(&mut three);
    three.keep(&Keep::Page(page)).unwrap();
    assert_eq!(referee.repair(&mut three), 1);
    drop(three);
    assert_eq!(home.count("SELECT count(*) FROM cases WHERE proven = 0 AND generation = 1"), 1);
    assert_eq!(home.open().case(&case).unwrap().text, format!("井盖坏了,打{BLOTS}找我"));
}

#[test]
fn what_was_asked_for_before_the_words_went_is_asked_for_from_its_beginning() {
    let (mut referee, homes, [mut one, mut two], case) = told();
    one.note(&case, "第二条", &[]).unwrap();
    referee.sync(&mut one);
    let page = referee.lines(&mut two);
    two.keep(&Keep::Page(page)).unwrap();
    let Loaded::Docs(Some(asked)) = two.load(&Load::Docs).unwrap() else { panic!("nothing is wanted") };
    assert!(asked.wanted[0].since > 0);
    referee.redact(&case, PHONE);
    let reply = referee.docs(&two, &asked);
    two.keep(&Keep::Docs { asked, reply }).unwrap();
    assert_eq!(referee.repair(&mut two), 1);
    assert_eq!(two.case(&case).unwrap().heads, referee.heads(&case));
    assert_eq!(notes(&two, &case), [format!("打过{BLOTS}了"), "第二条".to_owned()]);
    drop(two);
    assert_eq!(homes[1].count("SELECT count(*) FROM quarantine"), 0);
}
