//! What the server does of itself when a time has come: escalating, confirming, lapsing, archiving.

use chrono::{NaiveDate, NaiveTime};

use crate::calendar::{CalendarError, Moment, Suspensions, WorkingCalendar};
use crate::catalogue::{After, Catalogue, Party, Service, Transition};

use super::{CaseState, clock, guard};

/// The server's next act of its own in a case, and when its time comes, server's clock, ms since 1970; the earliest of several, in the
/// table's order where they come together. None where nothing is to come, and while the clock of the case stands but for the end of that.
///
/// A time that the calendar cannot count to does not come before somebody knows the holidays of its year.
#[must_use]
pub fn next_own<'c>(catalogue: &'c Catalogue, state: &CaseState) -> Option<(&'c Transition, i64)> {
    let (service, workflow) = catalogue.service(&state.service.0)?;
    let own = |row: &&Transition| {
        row.by.contains(&Party::System)
            && row.from.contains(&state.stage)
            && guard::marked(service, row, state).is_ok()
    };
    let timed = |row: &'c Transition| {
        due(catalogue.calendar(), (service, row), state).ok().flatten().map(|at| (row, at))
    };
    workflow.acts.iter().filter(own).filter_map(timed).min_by_key(|(_, at)| *at)
}

fn due(
    calendar: &WorkingCalendar,
    (service, row): (&Service, &Transition),
    state: &CaseState,
) -> Result<Option<i64>, CalendarError> {
    let progress = &state.progress;
    match service.after_of(row) {
        None | Some(After::Routing | After::RoutingTwice) => Ok(None),
        Some(After::Until) => {
            Ok(progress.pauses.last().filter(|_| progress.is_paused()).and_then(|p| p.until_ms))
        }
        Some(After::Stage(limit)) => {
            // A question that waits for an answer has its own beginning.
            let asked = row.needs.iter().filter_map(|mark| progress.asked_ms.get(mark)).max();
            let Some(since) = asked.copied().or(progress.since_ms()) else { return Ok(None) };
            let stood = if asked.is_some() { Suspensions::none() } else { clock::stood(state)? };
            let end = calendar.due(Moment::from_ms(since)?, limit, &stood)?;
            Ok(end.map(|end| end.at.ms()))
        }
    }
}

/// The beginning of a day where the calendar is at home, ms since 1970; none for what is no day.
pub(super) fn day_ms(calendar: &WorkingCalendar, day: &str) -> Option<i64> {
    let midnight = day.parse::<NaiveDate>().ok()?.and_time(NaiveTime::MIN);
    let local = midnight.and_local_timezone(calendar.zone()).earliest()?;
    Moment::from_ms(local.timestamp_millis()).ok().map(Moment::ms)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authorize::{Action, Record, authorize};
    use crate::rules::{ActRequest, Actor, judge};
    use crate::{Grant, Role, UserId};

    /// 2026-09-07 09:00 in Zhengzhou, a Monday.
    const MONDAY_MS: i64 = 1_788_742_800_000;
    const HOUR_MS: i64 = 3_600_000;
    const DAY_MS: i64 = 24 * HOUR_MS;
    const HERE: &str = "410102001";

    fn person(number: u8, roles: &[Role]) -> Actor {
        let grants = roles.iter().map(|role| Grant::new(*role, HERE.parse().unwrap()));
        Actor { user: UserId([number; 16]), grants: grants.collect() }
    }

    struct Case(Catalogue, CaseState);

    impl Case {
        fn opened(service: &str, by: &Actor) -> Self {
            let (catalogue, grid) = (Catalogue::embedded(), HERE.parse().unwrap());
            let request = ActRequest {
                service: Some(service),
                grid: Some(&grid),
                at_ms: MONDAY_MS,
                ..ActRequest::named("report")
            };
            let state = judge(&catalogue, None, &request, by).unwrap().next;
            Self(catalogue, state)
        }

        fn does(&mut self, by: &Actor, act: &str, args: &[(&str, &str)], at_ms: i64) {
            let args = args.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
            let request = ActRequest { args: Some(&args), at_ms, photos: 9, ..ActRequest::named(act) };
            self.1 =
                judge(&self.0, Some(&self.1), &request, by).unwrap_or_else(|e| panic!("{act}: {e}")).next;
        }

        fn next(&self) -> Option<(&str, i64)> {
            next_own(&self.0, &self.1).map(|(row, at)| (row.id.as_str(), at))
        }
    }

    #[test]
    fn the_earliest_comes_first_and_what_was_done_comes_no_more() {
        let asker = person(1, &[Role::Volunteer]);
        let mut case = Case::opened("help.errand", &asker);
        assert_eq!(case.next(), Some(("escalate_due", MONDAY_MS + 2 * HOUR_MS)));
        case.does(&Actor::system(), "escalate_due", &[], MONDAY_MS + 2 * HOUR_MS);
        assert_eq!(case.next(), Some(("escalate_again", MONDAY_MS + 4 * HOUR_MS)));
        case.does(&Actor::system(), "escalate_again", &[], MONDAY_MS + 4 * HOUR_MS);
        assert_eq!(case.next(), Some(("expire", MONDAY_MS + 72 * HOUR_MS)), "the clock of its stage goes on");
        case.does(&Actor::system(), "expire", &[], MONDAY_MS + 72 * HOUR_MS);
        assert_eq!((case.1.stage.as_str(), case.next()), ("expired", None));
    }

    #[test]
    fn what_was_sent_up_is_sent_up_again_where_nobody_answers_later() {
        let (asker, helper) = (person(1, &[Role::Volunteer]), person(2, &[Role::Volunteer]));
        let mut case = Case::opened("help.errand", &asker);
        let told = |case: &Case| {
            let progress = &case.1.progress;
            (
                progress.marks.contains(&crate::Mark::Escalated),
                progress.desk.as_ref().map(ToString::to_string),
            )
        };
        let desk = |code: &str| Some(code.to_owned());
        case.does(&Actor::system(), "escalate_due", &[], MONDAY_MS + 2 * HOUR_MS);
        assert_eq!(told(&case), (true, desk(HERE)), "whoever works the grid is first");
        case.does(&helper, "claim", &[], MONDAY_MS + 3 * HOUR_MS);
        assert_eq!(told(&case), (false, desk(HERE)), "answered, and followed from there");
        case.does(&helper, "release", &[("reason", "有事")], MONDAY_MS + 4 * HOUR_MS);
        assert_eq!(case.next(), Some(("escalate_due", MONDAY_MS + 6 * HOUR_MS)));
        case.does(&Actor::system(), "escalate_due", &[], MONDAY_MS + 6 * HOUR_MS);
        assert_eq!(told(&case), (true, desk("410102")));
        case.does(&Actor::system(), "escalate_again", &[], MONDAY_MS + 8 * HOUR_MS);
        assert_eq!(told(&case), (true, desk("4101")));
        case.does(&asker, "cancel", &[], MONDAY_MS + 7 * HOUR_MS);
        assert_eq!(told(&case), (false, None), "what has ended lies on nobody's desk");
    }

    #[test]
    fn taken_it_no_longer_expires_and_done_it_is_confirmed_in_time() {
        let (asker, helper) = (person(1, &[Role::Volunteer]), person(2, &[Role::Volunteer]));
        let mut case = Case::opened("help.errand", &asker);
        case.does(&helper, "claim", &[], MONDAY_MS + 1);
        assert_eq!(case.next(), None);
        for (hours, act) in [(1, "depart"), (2, "arrive"), (3, "report_back")] {
            case.does(&helper, act, &[], MONDAY_MS + hours * HOUR_MS);
        }
        assert_eq!(case.next(), Some(("withdraw_due", MONDAY_MS + 27 * HOUR_MS)), "a day after");
        let reads = |case: &Case, who: &Actor| {
            let record = Record::Case { service: case.0.service("help.errand"), state: &case.1 };
            authorize(who.at(MONDAY_MS), Action::ReadPrivate, record).is_ok()
        };
        assert!(reads(&case, &helper) && reads(&case, &asker));
        case.does(&Actor::system(), "withdraw_due", &[], MONDAY_MS + 27 * HOUR_MS);
        assert!(!reads(&case, &helper) && reads(&case, &asker), "it is the author's again");
        assert_eq!(case.next(), Some(("confirm_due", MONDAY_MS + 75 * HOUR_MS)));
    }

    #[test]
    fn a_clock_that_stands_is_set_going_on_its_day_and_a_question_lapses_from_its_asking() {
        let staff = person(
            1,
            &[
                Role::GridWorker,
                Role::Acceptor,
                Role::DutyChief,
                Role::Dispatcher,
                Role::HandlerUnit,
                Role::Handler,
            ],
        );
        let mut case = Case::opened("case.city.E06010", &staff);
        case.does(&staff, "accept", &[], MONDAY_MS);
        let condition = Catalogue::embedded().service("case.city.E06010").unwrap().0.conditions[0].id.clone();
        case.does(&staff, "file", &[("condition", condition.as_str())], MONDAY_MS);
        case.does(&staff, "dispatch", &[("unit", "unit.a")], MONDAY_MS);
        // A working day without an answer: it goes up.
        assert_eq!(case.next(), Some(("escalate_due", MONDAY_MS + DAY_MS)));
        case.does(&staff, "start", &[], MONDAY_MS);
        assert_eq!(case.next(), None);
        case.does(&staff, "suspend_request", &[("until", "2026-10-08"), ("reason", "雨")], MONDAY_MS);
        assert_eq!(case.next(), None, "asked for, not granted");
        case.does(&staff, "suspend_approve", &[], MONDAY_MS + DAY_MS);
        // Midnight in Zhengzhou, eight hours ahead of UTC.
        let until = 1_791_388_800_000;
        assert_eq!(case.next(), Some(("resume_due", until)));
        case.does(&Actor::system(), "resume_due", &[], until);
        assert_eq!((case.1.progress.is_paused(), case.next()), (false, None));
        case.does(&staff, "need_info", &[("question", "在哪里")], until + DAY_MS);
        assert_eq!(case.next(), Some(("info_lapse", until + 8 * DAY_MS)));
    }
}
