use std::collections::BTreeMap;

use super::*;
use crate::catalogue::Catalogue;
use crate::rules::{ActRequest, Actor, CaseState, judge};
use crate::{Grant, Role};

const HERE: &str = "410102001";
/// 2026-09-07 09:00 in Zhengzhou.
const NINE_MS: i64 = 1_788_742_800_000;

fn person(number: u8) -> Actor {
    Actor {
        user: UserId([number; 16]),
        grants: vec![Grant::new(Role::Volunteer, HERE.parse().unwrap()).vetted(crate::Vetting::L3)],
    }
}

struct Case(Catalogue, CaseState);

/// What is said with an act: arguments, when it was done and when it came, in minutes after nine, and whether the word is right.
type Said<'a> = (&'a [(&'a str, &'a str)], i64, i64, Option<bool>);

/// Of a stay: who, whether the words were right, and its minutes.
type Told = (u8, Option<bool>, Option<bool>, Option<u32>);

impl Case {
    fn of(service: &str) -> Self {
        let (catalogue, grid) = (Catalogue::embedded(), HERE.parse().unwrap());
        let report = ActRequest {
            service: Some(service),
            grid: Some(&grid),
            at_ms: NINE_MS,
            ..ActRequest::named("report")
        };
        let state = judge(&catalogue, None, &report, &person(1)).unwrap().next;
        Self(catalogue, state)
    }

    fn tries(&mut self, by: u8, act: &str, (said, done, came, word): Said<'_>) -> Result<Code, Refusal> {
        let args: BTreeMap<String, String> =
            said.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let at = |minutes: i64| NINE_MS + minutes * MINUTE_MS;
        let request = ActRequest {
            args: Some(&args),
            at_ms: at(came),
            captured_ms: Some(at(done)),
            word,
            photos: 9,
            ..ActRequest::named(act)
        };
        let ruling = judge(&self.0, Some(&self.1), &request, &person(by))?;
        self.1 = ruling.next;
        Ok(ruling.code)
    }

    fn does(&mut self, by: u8, act: &str, said: Said<'_>) {
        assert_eq!(self.tries(by, act, said), Ok(Code::Ok), "{act}");
    }

    fn stays(&self) -> Vec<Told> {
        self.1.progress.stays.iter().map(|s| (s.user.0[0], s.in_word, s.out_word, s.minutes)).collect()
    }
}

#[test]
fn minutes_run_from_coming_to_leaving_by_the_phone_and_count_when_confirmed() {
    let mut case = Case::of("help.errand");
    case.does(2, "claim", (&[], 5, 5, None));
    // Both steps were done without signal and came together, an hour after the last.
    case.does(2, "arrive", (&[("code", "1234"), ("near", "yes")], 10, 120, Some(true)));
    case.does(2, "report_back", (&[("code", "5678")], 55, 120, Some(true)));
    assert_eq!(case.stays(), [(2, Some(true), Some(true), None)]);
    assert_eq!(case.1.progress.stays[0].near, Some(true));
    case.does(1, "confirm", (&[], 130, 130, None));
    assert_eq!(case.stays(), [(2, Some(true), Some(true), Some(45))]);
    case.does(1, "rate", (&[("score", "5")], 140, 140, None));
    assert_eq!(case.stays(), [(2, Some(true), Some(true), Some(45))]);
}

#[test]
fn a_phone_with_a_wrong_clock_makes_no_hours() {
    for (came, left, minutes) in [(-9_000, 30, 30), (500_000, 500_060, 0), (20, -9_000, 0), (0, 20, 20)] {
        let mut case = Case::of("help.errand");
        case.does(2, "claim", (&[], 0, 0, None));
        case.does(2, "arrive", (&[], came, 30, None));
        case.does(2, "report_back", (&[], left, 30, None));
        case.does(1, "confirm", (&[], 30, 30, None));
        assert_eq!(case.stays()[0].3, Some(minutes), "{came} {left}");
    }
    // No longer than a service lets one stay count.
    let mut case = Case::of("help.errand");
    case.does(2, "claim", (&[], 0, 0, None));
    case.does(2, "arrive", (&[], 1, 1, None));
    case.does(2, "report_back", (&[], 60 * 24, 60 * 24, None));
    case.does(1, "confirm", (&[], 60 * 24, 60 * 24, None));
    assert_eq!(case.stays()[0].3, Some(480));
}

#[test]
fn a_wrong_word_sends_nobody_away_and_nobody_finds_one_by_trying() {
    let mut case = Case::of("help.errand");
    case.does(2, "claim", (&[], 0, 0, None));
    case.does(2, "arrive", (&[("code", "0000")], 1, 1, Some(false)));
    assert_eq!(case.1.stage, "in_service");
    for tries in 2..=4 {
        case.does(2, "say_word", (&[("code", "0001")], 2, 2, Some(false)));
        assert_eq!(case.1.progress.count(WORD_TRIES), tries);
    }
    // Three digits are no word, and no try.
    assert_eq!(case.tries(2, "say_word", (&[("code", "123")], 2, 2, None)).unwrap_err().code, Code::RSchema);
    case.does(2, "say_word", (&[("code", "0002")], 2, 2, Some(false)));
    for word in [Some(false), Some(true), None] {
        let refused = case.tries(2, "say_word", (&[("code", "1234")], 3, 3, word)).unwrap_err();
        assert_eq!((refused.code, refused.facts[WORD_TRIES].as_str()), (Code::RLimit, "5"));
        let refused = case.tries(2, "report_back", (&[("code", "1234")], 3, 3, word)).unwrap_err();
        assert_eq!(refused.code, Code::RLimit);
    }
    // The work goes on without a word.
    case.does(2, "report_back", (&[], 9, 9, None));
    assert_eq!(case.stays(), [(2, Some(false), None, None)]);
}

#[test]
fn a_right_word_stays_right_and_the_phone_that_cannot_tell_says_nothing() {
    let mut case = Case::of("help.errand");
    case.does(2, "claim", (&[], 0, 0, None));
    case.does(2, "arrive", (&[("code", "1234")], 1, 1, None));
    assert_eq!(case.stays()[0].1, None, "queued: nobody here knows");
    case.does(2, "say_word", (&[("code", "1234")], 2, 2, Some(true)));
    assert_eq!(case.tries(2, "say_word", (&[("code", "9999")], 3, 3, Some(false))), Ok(Code::Dup));
    assert_eq!(case.tries(2, "arrive", (&[], 3, 3, None)).unwrap_err().code, Code::RState, "come once");
    assert_eq!((case.stays()[0].1, case.1.progress.count(WORD_TRIES)), (Some(true), 0));
}

#[test]
fn who_never_came_was_there_for_no_time() {
    let mut case = Case::of("help.tech");
    case.does(2, "claim", (&[], 0, 0, None));
    case.does(2, "report_back", (&[], 30, 30, None));
    case.does(1, "confirm", (&[], 40, 40, None));
    assert_eq!(case.stays(), [(2, None, None, Some(0))]);
}

#[test]
fn two_helpers_have_a_stay_each_and_leave_together() {
    let mut case = Case::of("help.escort");
    case.does(2, "claim", (&[], 0, 0, None));
    case.does(3, "claim", (&[], 0, 0, None));
    case.does(2, "arrive", (&[], 10, 10, None));
    // Who comes second says a word.
    case.does(3, "say_word", (&[("code", "1234")], 20, 20, Some(true)));
    case.does(3, "report_back", (&[], 60, 60, None));
    assert_eq!(case.tries(2, "report_back", (&[], 61, 61, None)).unwrap_err().code, Code::RState);
    case.does(1, "confirm", (&[], 70, 70, None));
    assert_eq!(case.stays(), [(2, None, None, Some(50)), (3, Some(true), None, Some(40))]);
}

#[test]
fn who_leaves_before_the_end_and_work_that_is_done_again_have_no_hours() {
    let mut case = Case::of("help.escort");
    case.does(2, "claim", (&[], 0, 0, None));
    case.does(2, "arrive", (&[], 10, 10, None));
    // Somebody joins; the case is where it was when it was taken, and whoever came first gives up.
    case.does(3, "claim", (&[], 12, 12, None));
    case.1.stage = "en_route".to_owned();
    case.does(2, "release", (&[], 15, 15, None));
    assert_eq!(case.stays(), []);
    case.does(3, "arrive", (&[], 20, 20, None));
    case.does(3, "report_back", (&[], 60, 60, None));
    case.does(1, "dispute", (&[("reason", "没来")], 61, 61, None));
    let moderator =
        Actor { user: UserId([9; 16]), grants: vec![Grant::new(Role::Moderator, HERE.parse().unwrap())] };
    let args = BTreeMap::from([("reason".to_owned(), "重做".to_owned())]);
    let redo = ActRequest { args: Some(&args), at_ms: NINE_MS + 90 * MINUTE_MS, ..ActRequest::named("redo") };
    case.1 = judge(&case.0, Some(&case.1), &redo, &moderator).unwrap().next;
    assert_eq!(case.stays(), []);
}

#[test]
fn whoever_is_to_be_helped_may_send_help_away() {
    let mut case = Case::of("help.escort");
    case.does(2, "claim", (&[], 0, 0, None));
    case.does(2, "arrive", (&[], 1, 1, None));
    assert_eq!(case.tries(2, "turned_away", (&[], 2, 2, None)).unwrap_err().code, Code::RSchema);
    case.does(2, "turned_away", (&[("reason", "老人说不用")], 2, 2, None));
    assert_eq!((case.1.stage.as_str(), case.stays().len(), case.1.holders.len()), ("cancelled", 0, 0));
}
