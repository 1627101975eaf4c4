//! Working time against a second opinion: a count minute by minute over a table written down here, not read
//! from the calendar's data.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::sync::LazyLock;

use chrono::{DateTime, Datelike, Days, NaiveDate, Weekday};
use yuandian_model::calendar::{Limit, Moment, Suspension, Suspensions, Unit, WorkingCalendar};

const CASES: u32 = 10_000;
const MINUTE_MS: i64 = 60_000;
/// Minutes of a working day.
const DAY_MINUTES: u32 = 450;

/// First and last days without work, and days of the weekend with it, from 2026 to 2027.
const OFF: [(&str, &str); 14] = [
    ("2026-01-01", "2026-01-03"),
    ("2026-02-15", "2026-02-23"),
    ("2026-04-04", "2026-04-06"),
    ("2026-05-01", "2026-05-05"),
    ("2026-06-19", "2026-06-21"),
    ("2026-09-25", "2026-09-27"),
    ("2026-10-01", "2026-10-07"),
    ("2027-01-01", "2027-01-03"),
    ("2027-02-05", "2027-02-12"),
    ("2027-04-03", "2027-04-05"),
    ("2027-05-01", "2027-05-05"),
    ("2027-06-09", "2027-06-09"),
    ("2027-09-15", "2027-09-15"),
    ("2027-10-01", "2027-10-07"),
];
const ON: [&str; 6] = ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"];

/// Whether work goes on in each minute of 2026 and 2027, Beijing time.
static WORK: LazyLock<Vec<bool>> = LazyLock::new(|| {
    let date = |text: &str| text.parse::<NaiveDate>().unwrap();
    let days = date("2026-01-01").iter_days().take_while(|day| day.year() < 2028);
    days.flat_map(|day| {
        let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        let off = OFF.iter().any(|(from, to)| (date(from)..=date(to)).contains(&day));
        let on = ON.iter().any(|text| date(text) == day);
        (0..24 * 60).map(move |minute| {
            (on || !(weekend || off)) && ((510..720).contains(&minute) || (840..1_080).contains(&minute))
        })
    })
    .collect()
});

fn zero() -> i64 {
    "2026-01-01T00:00+08:00".parse::<Moment>().unwrap().ms()
}
fn moment(minute: i64) -> Moment {
    Moment::from_ms(zero() + minute * MINUTE_MS).unwrap()
}
fn work(minute: i64) -> bool {
    usize::try_from(minute).ok().and_then(|m| WORK.get(m).copied()).expect("the reference leaves its table")
}

/// Suspensions as minutes; an end far away stands for an open one.
type Pauses = Vec<(i64, i64)>;
const OPEN: i64 = i64::MAX;

fn paused(pauses: &Pauses, minute: i64) -> bool {
    pauses.iter().any(|(from, to)| (*from..*to).contains(&minute))
}
fn suspensions(pauses: &Pauses) -> Suspensions {
    let one =
        |&(from, to): &(i64, i64)| Suspension { from: moment(from), to: (to != OPEN).then(|| moment(to)) };
    Suspensions::new(&pauses.iter().map(one).collect::<Vec<_>>()).unwrap()
}
fn held(pauses: &Pauses, minute: i64) -> bool {
    pauses.iter().any(|(from, to)| *to == OPEN && *from <= minute)
}

/// Minutes counted one by one, from the start to the end of the last one that is needed.
fn slow_count(start: i64, needed: u32, pauses: &Pauses, counts: fn(i64) -> bool) -> Option<i64> {
    let (mut minute, mut counted) = (start, 0);
    while counted < needed {
        if held(pauses, minute) {
            return None;
        }
        if counts(minute) && !paused(pauses, minute) {
            counted += 1;
        }
        minute += 1;
    }
    Some(minute)
}

/// The next minute inside a window, its end included, at which nothing is suspended.
fn slow_at_work(mut minute: i64, pauses: &Pauses, starting: bool) -> Option<i64> {
    loop {
        let stands = paused(pauses, minute) && (starting || paused(pauses, minute - 1));
        if (work(minute) || work(minute - 1)) && !stands {
            return Some(minute);
        }
        if held(pauses, minute) {
            return None;
        }
        minute += 1;
    }
}

fn slow_due(start: i64, limit: Limit, pauses: &Pauses) -> Option<i64> {
    let always = |_| true;
    match limit.unit() {
        Unit::Minute => slow_count(start, limit.amount(), pauses, always),
        Unit::Hour | Unit::UrgentHour => slow_count(start, limit.amount() * 60, pauses, always),
        Unit::Day => slow_count(start, limit.amount() * 1_440, pauses, always),
        Unit::WorkHour => slow_count(start, limit.amount() * 60, pauses, work),
        Unit::WorkDay => {
            let begin = slow_at_work(start, pauses, true)?;
            let end = slow_count(begin, limit.amount() * DAY_MINUTES, pauses, work)?;
            // Begun with a window: the same clock time is the next window's start, not the evening or noon
            // before it.
            let mut next = end;
            while !work(next) {
                next += 1;
            }
            let same_clock = !work(begin - 1) && next != end && (next - begin) % 1_440 == 0;
            if same_clock { slow_at_work(next, pauses, false) } else { Some(end) }
        }
    }
}

/// The public splitmix64: the same cases in every run.
struct Random(u64);
impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    fn below(&mut self, end: i64) -> i64 {
        i64::try_from(self.next() >> 1).unwrap() % end
    }
    /// A minute of 2026, every other one at or beside an edge of a window, where mistakes live.
    fn minute(&mut self) -> i64 {
        let day = self.below(365) * 1_440;
        match self.below(2) {
            0 => day + self.below(1_440),
            _ => day + [510, 720, 840, 1_080][usize::try_from(self.below(4)).unwrap()] + self.below(3) - 1,
        }
    }
    fn limit(&mut self) -> Limit {
        let units = [
            (Unit::WorkHour, 80),
            (Unit::WorkHour, 8),
            (Unit::WorkDay, 20),
            (Unit::WorkDay, 3),
            (Unit::UrgentHour, 48),
            (Unit::Hour, 48),
            (Unit::Day, 10),
            (Unit::Minute, 600),
        ];
        let (unit, most) = units[usize::try_from(self.below(8)).unwrap()];
        Limit::new(u32::try_from(self.below(most)).unwrap() + 1, unit).unwrap()
    }
    /// Up to five, around a start; now and then none is needed, one is empty, or one is open.
    fn pauses(&mut self, start: i64) -> Pauses {
        (0..self.below(6))
            .map(|_| {
                let day = (start / 1_440 + self.below(8) - 1).max(0) * 1_440;
                let from =
                    if self.below(3) == 0 { day + self.below(1_440) } else { day + self.minute() % 1_440 };
                let length =
                    [0, 30, 90, 210, 450, 870, 1_440, 2_880][usize::try_from(self.below(8)).unwrap()];
                (from, if self.below(24) == 0 { OPEN } else { from + length })
            })
            .collect()
    }
}

fn due(calendar: &WorkingCalendar, start: i64, limit: Limit, pauses: &Pauses) -> Option<i64> {
    let due = calendar.due(moment(start), limit, &suspensions(pauses)).unwrap()?;
    let ms = due.at.ms() - zero();
    assert_eq!(ms % MINUTE_MS, 0, "whole minutes in, whole minutes out");
    Some(ms / MINUTE_MS)
}

fn told(start: i64, limit: Limit, pauses: &Pauses) -> String {
    let local = |minute: i64| {
        let ms = moment(minute).ms() + 8 * 60 * MINUTE_MS;
        DateTime::from_timestamp_millis(ms).unwrap().format("%m-%d %H:%M").to_string()
    };
    let end = |to: i64| if to == OPEN { "open".to_owned() } else { local(to) };
    let pauses: Vec<_> = pauses.iter().map(|(from, to)| (local(*from), end(*to))).collect();
    format!("{} + {limit} without {pauses:?}", local(start))
}

#[test]
fn every_end_agrees_with_the_slow_count() {
    let (calendar, mut random) = (WorkingCalendar::embedded(), Random(1));
    let mut held = 0;
    for _ in 0..CASES {
        let (start, limit) = (random.minute(), random.limit());
        let pauses = random.pauses(start);
        let expected = slow_due(start, limit, &pauses);
        held += u32::from(expected.is_none());
        assert_eq!(due(&calendar, start, limit, &pauses), expected, "{}", told(start, limit, &pauses));
    }
    assert!((100..CASES / 2).contains(&held), "{held} of the cases were held");
}

#[test]
fn what_has_gone_and_what_is_left_agree_with_the_slow_count() {
    let (calendar, mut random) = (WorkingCalendar::embedded(), Random(2));
    for _ in 0..CASES {
        let (start, limit) = (random.minute(), random.limit());
        let pauses = random.pauses(start);
        let now = start + random.below(12 * 1_440) - 720;
        let counts = |minute: i64| (!limit.unit().is_working() || work(minute)) && !paused(&pauses, minute);
        let expected = (start..now).filter(|minute| counts(*minute)).count();
        let asked = suspensions(&pauses);
        let (from, now) = (moment(start), moment(now.max(0)));
        let elapsed_ms = calendar.elapsed_ms(from, limit.unit(), &asked, now).unwrap();
        assert_eq!(
            elapsed_ms,
            i64::try_from(expected).unwrap() * MINUTE_MS,
            "{}",
            told(start, limit, &pauses)
        );
        let left_ms = calendar.remaining_ms(from, limit, &asked, now).unwrap();
        assert_eq!(left_ms, calendar.total_ms(limit) - elapsed_ms);
        // What is left says what the end says.
        match calendar.due(from, limit, &asked).unwrap() {
            Some(due) if now >= due.at => assert!(left_ms <= 0),
            Some(due) => {
                assert!(left_ms >= 0);
                let at_end = calendar.remaining_ms(from, limit, &asked, due.at).unwrap();
                assert_eq!(at_end, 0, "{}", told(start, limit, &pauses));
            }
            None => assert!(left_ms >= 0),
        }
    }
}

#[test]
fn a_later_start_and_a_longer_limit_never_end_earlier() {
    let (calendar, mut random) = (WorkingCalendar::embedded(), Random(3));
    let never = |end: Option<i64>| end.unwrap_or(OPEN);
    for _ in 0..CASES {
        let (start, limit) = (random.minute(), random.limit());
        let pauses = random.pauses(start);
        let end = never(due(&calendar, start, limit, &pauses));
        let later = start + random.below(2_000);
        assert!(never(due(&calendar, later, limit, &pauses)) >= end, "{}", told(start, limit, &pauses));
        let longer = Limit::new(limit.amount() + 1, limit.unit()).unwrap();
        let longer = never(due(&calendar, start, longer, &pauses));
        assert!(longer > end || longer == OPEN, "{}", told(start, limit, &pauses));
        // Another suspension never helps to end earlier.
        let mut more = pauses.clone();
        more.extend(random.pauses(start));
        assert!(never(due(&calendar, start, limit, &more)) >= end, "{}", told(start, limit, &more));
    }
}

#[test]
fn limits_add_up() {
    let (calendar, mut random) = (WorkingCalendar::embedded(), Random(4));
    let none = Pauses::new();
    for _ in 0..CASES {
        let (start, limit) = (random.minute(), random.limit());
        let more = u32::try_from(random.below(20)).unwrap() + 1;
        let (more, sum) = (Limit::new(more, limit.unit()), Limit::new(limit.amount() + more, limit.unit()));
        let first = due(&calendar, start, limit, &none).unwrap();
        let stepwise = due(&calendar, first, more.unwrap(), &none);
        assert_eq!(stepwise, due(&calendar, start, sum.unwrap(), &none), "{}", told(start, limit, &none));
    }
}

#[test]
fn a_suspension_moves_the_end_by_what_it_holds() {
    let (calendar, mut random) = (WorkingCalendar::embedded(), Random(5));
    let mut moved_by_days = 0;
    for _ in 0..CASES {
        let (start, limit) = (random.minute(), random.limit());
        let end = due(&calendar, start, limit, &Pauses::new()).unwrap();
        let from = start + random.below(end - start);
        // Suspended and taken up again at once, before and after.
        let empty = vec![(from, from), (start, start), (end, end), (end, end + 600)];
        assert_eq!(due(&calendar, start, limit, &empty), Some(end), "{}", told(start, limit, &empty));
        // Cut in two, it is the same.
        let (cut, to) = (from + 200, from + 700);
        let whole = due(&calendar, start, limit, &vec![(from, to)]);
        assert_eq!(due(&calendar, start, limit, &vec![(cut, to), (from, cut)]), whole);
        // Whole working days move working days by as many.
        if limit.unit() == Unit::WorkDay {
            let days = u32::try_from(random.below(4)).unwrap() + 1;
            let midnight = from - from % 1_440;
            let first = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
            let date = first + Days::new(u64::try_from(midnight / 1_440).unwrap());
            let until =
                (0..days).fold(date.pred_opt().unwrap(), |day, _| calendar.next_workday(day).unwrap());
            let past = (until - date).num_days() + 1;
            let pause = vec![(from, from + past * 1_440)];
            let work_minutes = (pause[0].0..pause[0].1).filter(|minute| work(*minute)).count();
            if work_minutes == usize::try_from(days * DAY_MINUTES).unwrap() {
                let longer = Limit::new(limit.amount() + days, limit.unit()).unwrap();
                // A start that stands at once begins at its end, and counts from there.
                let begun = slow_at_work(start, &Pauses::new(), true).unwrap();
                if from > begun {
                    moved_by_days += 1;
                    let expected = due(&calendar, start, longer, &Pauses::new());
                    assert_eq!(
                        due(&calendar, start, limit, &pause),
                        expected,
                        "{}",
                        told(start, limit, &pause)
                    );
                }
            }
        }
    }
    assert!(moved_by_days > 500, "{moved_by_days} suspensions of whole working days");
}
