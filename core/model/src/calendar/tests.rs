use super::*;
use crate::limits;

mod data;

fn at(text: &str) -> Moment {
    text.parse().unwrap_or_else(|e| panic!("{e}"))
}
/// `2026-09-30 16:00` on Beijing's clock.
fn bj(text: &str) -> Moment {
    at(&format!("{}+08:00", text.replace(' ', "T")))
}
fn limit(text: &str) -> Limit {
    text.parse().unwrap()
}
/// `a..b` pairs on Beijing's clock; nothing after the dots leaves it open.
fn suspended(pairs: &[&str]) -> Suspensions {
    let one = |pair: &&str| {
        let (from, to) = pair.split_once("..").unwrap();
        Suspension { from: bj(from), to: (!to.is_empty()).then(|| bj(to)) }
    };
    Suspensions::new(&pairs.iter().map(one).collect::<Vec<_>>()).unwrap()
}
fn due(from: &str, text: &str, pairs: &[&str]) -> String {
    let calendar = WorkingCalendar::embedded();
    match calendar.due(bj(from), limit(text), &suspended(pairs)) {
        Ok(Some(due)) => {
            let local = calendar.rfc3339(due.at);
            local.strip_suffix(":00+08:00").unwrap_or(&local).replace('T', " ")
        }
        Ok(None) => "held".to_owned(),
        Err(CalendarError::YearUnknown { year, .. }) => format!("no {year}"),
        Err(e) => e.to_string(),
    }
}

#[test]
fn limits_end_where_a_person_counts_them() {
    let cases = [
        // Into, over and out of National Day 2026; 09-30 is a Wednesday, 10-08 a Thursday.
        ("2026-09-30 16:00", "4 work_hour", "2026-10-08 10:30"),
        ("2026-09-30 16:00", "2 work_hour", "2026-09-30 18:00"),
        ("2026-09-30 16:00", "1 work_hour", "2026-09-30 17:00"),
        ("2026-09-30 16:00", "3 work_hour", "2026-10-08 09:30"),
        ("2026-09-30 16:00", "1 work_day", "2026-10-08 16:00"),
        ("2026-09-30 16:00", "4 urgent_hour", "2026-09-30 20:00"),
        ("2026-09-30 16:00", "4 hour", "2026-09-30 20:00"),
        ("2026-09-30 16:00", "2 day", "2026-10-02 16:00"),
        ("2026-09-30 16:00", "90 minute", "2026-09-30 17:30"),
        // Lunch: an end at noon stays at noon, an hour over it does not count.
        ("2026-03-02 10:00", "2 work_hour", "2026-03-02 12:00"),
        ("2026-03-02 10:00", "3 work_hour", "2026-03-02 15:00"),
        ("2026-03-02 12:00", "1 work_hour", "2026-03-02 15:00"),
        ("2026-03-02 13:00", "1 work_hour", "2026-03-02 15:00"),
        ("2026-03-02 13:00", "4 work_hour", "2026-03-02 18:00"),
        ("2026-03-02 14:00", "4 work_hour", "2026-03-02 18:00"),
        // Before, after and between windows.
        ("2026-03-02 07:00", "1 work_hour", "2026-03-02 09:30"),
        ("2026-03-02 08:30", "1 work_hour", "2026-03-02 09:30"),
        ("2026-03-02 18:00", "1 work_hour", "2026-03-03 09:30"),
        ("2026-03-02 23:59", "1 work_hour", "2026-03-03 09:30"),
        ("2026-03-02 07:00", "1 work_day", "2026-03-03 08:30"),
        ("2026-03-02 08:30", "1 work_day", "2026-03-03 08:30"),
        ("2026-03-02 12:00", "1 work_day", "2026-03-03 12:00"),
        ("2026-03-02 12:01", "1 work_day", "2026-03-03 14:00"),
        ("2026-03-02 14:00", "1 work_day", "2026-03-03 14:00"),
        ("2026-03-02 18:00", "1 work_day", "2026-03-03 18:00"),
        ("2026-03-02 18:01", "1 work_day", "2026-03-04 08:30"),
        ("2026-03-02 16:00:30.250", "1 work_day", "2026-03-03 16:00:30.250+08:00"),
        // A weekend; a Sunday that is worked on; a Saturday that is.
        ("2026-03-07 10:00", "1 work_hour", "2026-03-09 09:30"),
        ("2026-03-07 10:00", "1 work_day", "2026-03-10 08:30"),
        ("2026-09-18 17:00", "2 work_hour", "2026-09-20 09:30"),
        ("2026-09-18 17:00", "1 work_day", "2026-09-20 17:00"),
        ("2026-09-20 17:00", "1 work_day", "2026-09-21 17:00"),
        ("2026-02-13 17:00", "2 work_hour", "2026-02-14 09:30"),
        ("2026-02-14 17:00", "2 work_hour", "2026-02-24 09:30"),
        ("2026-02-14 17:00", "4 work_day", "2026-02-27 17:00"),
        ("2026-02-14 17:00", "5 work_day", "2026-02-28 17:00"),
        ("2026-02-18 03:00", "1 work_day", "2026-02-25 08:30"),
        // 20 working days from 09-30: 10-08, 09, 10, 12 to 16, 19 to 23, 26 to 30, 11-02, 03.
        ("2026-09-30 16:00", "20 work_day", "2026-11-03 16:00"),
        // Over the turn of the years.
        ("2024-12-31 17:00", "2 work_hour", "2025-01-02 09:30"),
        ("2025-12-31 17:00", "2 work_hour", "2026-01-04 09:30"),
        ("2026-12-31 17:00", "2 work_hour", "2027-01-04 09:30"),
        // Where the calendar begins and ends: 2024-01-01 is a holiday, 2027-12-31 a Friday.
        ("2024-01-01 00:00", "1 work_hour", "2024-01-02 09:30"),
        ("2023-12-31 23:59:59.999", "1 work_hour", "no 2023"),
        ("2023-12-31 23:59", "1 work_day", "no 2023"),
        ("2027-12-31 16:00", "2 work_hour", "2027-12-31 18:00"),
        ("2027-12-31 16:00", "3 work_hour", "no 2028"),
        ("2027-12-30 16:00", "1 work_day", "2027-12-31 16:00"),
        ("2027-12-30 08:30", "1 work_day", "2027-12-31 08:30"),
        ("2027-12-31 08:30", "1 work_day", "no 2028"),
        ("2027-12-31 16:00", "1 work_day", "no 2028"),
        ("2027-12-31 18:01", "1 work_hour", "no 2028"),
        ("2028-01-01 00:00", "1 work_day", "no 2028"),
        ("2026-01-05 09:00", "100000 work_day", "no 2028"),
        // Natural units need no holidays.
        ("2031-12-31 23:00", "2 hour", "2032-01-01 01:00"),
        ("1999-12-31 23:59", "1 minute", "2000-01-01 00:00"),
        ("2200-12-31 00:00", "100 day", "a time before 1970 or after 2200"),
    ];
    for (from, text, expected) in cases {
        assert_eq!(due(from, text, &[]), expected, "{from} + {text}");
    }
}

#[test]
fn a_suspended_clock_stands() {
    let cases: &[(&str, &str, &[&str], &str)] = &[
        // Two hours of work, a lunch, a night, a weekend.
        ("2026-03-02 09:00", "4 work_hour", &["2026-03-02 10:00..2026-03-02 12:00"], "2026-03-02 17:00"),
        ("2026-03-02 09:00", "4 work_hour", &["2026-03-02 12:00..2026-03-02 14:00"], "2026-03-02 15:00"),
        ("2026-03-02 17:00", "4 work_hour", &["2026-03-02 18:00..2026-03-03 08:30"], "2026-03-03 11:30"),
        ("2026-03-06 17:00", "1 work_day", &["2026-03-07 00:00..2026-03-09 00:00"], "2026-03-09 17:00"),
        // In any order, overlapping, touching, of no length.
        (
            "2026-03-02 09:00",
            "4 work_hour",
            &[
                "2026-03-02 11:00..2026-03-02 12:00",
                "2026-03-02 10:00..2026-03-02 11:30",
                "2026-03-02 09:30..2026-03-02 09:30",
                "2026-03-02 10:30..2026-03-02 10:45",
            ],
            "2026-03-02 17:00",
        ),
        // Before the start, over the start, at the end, after it.
        ("2026-03-02 09:00", "1 hour", &["2026-03-01 09:00..2026-03-02 09:00"], "2026-03-02 10:00"),
        ("2026-03-02 09:00", "1 hour", &["2026-03-01 09:00..2026-03-02 09:30"], "2026-03-02 10:30"),
        ("2026-03-02 09:00", "1 hour", &["2026-03-02 10:00..2026-03-02 11:00"], "2026-03-02 10:00"),
        ("2026-03-02 09:00", "1 hour", &["2026-03-02 09:59..2026-03-02 11:00"], "2026-03-02 11:01"),
        ("2026-03-02 09:00", "1 hour", &["2026-03-02 10:01.."], "2026-03-02 10:00"),
        // Open: nothing ends, unless it had ended before, and nothing that closes inside helps.
        ("2026-03-02 09:00", "1 hour", &["2026-03-02 09:30.."], "held"),
        ("2026-03-02 09:00", "1 hour", &["2026-03-02 09:30..", "2026-03-02 09:40..2026-03-02 09:50"], "held"),
        ("2026-03-02 09:00", "1 work_day", &["2026-03-02 09:30.."], "held"),
        ("2026-03-02 09:00", "1 work_day", &["2026-03-02 09:00.."], "held"),
        ("2026-03-02 09:00", "1 work_day", &["2026-03-03 09:00.."], "2026-03-03 09:00"),
        ("2026-03-02 09:00", "1 work_hour", &["2026-03-02 10:00.."], "2026-03-02 10:00"),
        // Whole working days move working days by as many, at every clock time, inside and over the end.
        ("2026-03-02 16:00", "2 work_day", &["2026-03-03 00:00..2026-03-04 00:00"], "2026-03-05 16:00"),
        ("2026-03-02 16:00", "2 work_day", &["2026-03-03 10:00..2026-03-05 10:00"], "2026-03-06 16:00"),
        ("2026-03-02 16:00", "2 work_day", &["2026-03-04 15:59..2026-03-05 15:59"], "2026-03-05 16:00"),
        ("2026-03-02 08:30", "1 work_day", &["2026-03-02 10:00..2026-03-03 10:00"], "2026-03-04 08:30"),
        ("2026-03-02 08:30", "1 work_day", &["2026-03-03 00:00..2026-03-04 00:00"], "2026-03-04 08:30"),
        ("2026-03-02 08:30", "1 work_day", &["2026-03-03 08:30..2026-03-04 00:00"], "2026-03-03 08:30"),
        ("2026-03-02 08:30", "1 work_day", &["2026-03-02 20:00..2026-03-03 10:00"], "2026-03-03 10:00"),
        ("2026-03-02 08:30", "1 work_day", &["2026-03-02 20:00.."], "held"),
        ("2026-03-02 18:00", "1 work_day", &["2026-03-03 00:00..2026-03-04 00:00"], "2026-03-04 18:00"),
        ("2026-03-02 08:30", "1 work_day", &["2026-03-02 08:30..2026-03-02 12:00"], "2026-03-03 12:00"),
        ("2026-03-02 08:30", "1 work_day", &["2026-03-02 10:00..2026-03-02 15:30"], "2026-03-03 12:00"),
        ("2026-03-02 16:00", "1 work_day", &["2026-03-02 17:00..2026-03-03 09:30"], "2026-03-03 18:00"),
        // Over a holiday: eight days pass, one of them is worked on.
        ("2026-09-30 16:00", "1 work_day", &["2026-09-30 17:00..2026-10-08 17:00"], "2026-10-09 16:00"),
        // A start in a suspension begins where that ends.
        ("2026-03-02 10:00", "1 work_day", &["2026-03-02 09:00..2026-03-04 11:00"], "2026-03-05 11:00"),
        ("2026-03-07 10:00", "1 work_day", &["2026-03-06 09:00..2026-03-09 11:00"], "2026-03-10 11:00"),
        // Past the known years: only what needs them fails.
        ("2027-12-30 16:00", "1 work_hour", &["2028-02-01 00:00.."], "2027-12-30 17:00"),
        ("2027-12-30 16:00", "1 work_hour", &["2027-12-30 16:30..2028-02-01 00:00"], "no 2028"),
        ("2027-12-30 16:00", "5 work_day", &["2028-02-01 00:00.."], "no 2028"),
    ];
    for (from, text, pairs, expected) in cases {
        assert_eq!(due(from, text, pairs), *expected, "{from} + {text} without {pairs:?}");
    }
}

#[test]
fn suspensions_that_cannot_be_are_refused() {
    let (early, late) = (bj("2026-03-02 09:00"), bj("2026-03-02 10:00"));
    let inverted = Suspension { from: late, to: Some(early) };
    assert_eq!(
        Suspensions::new(&[inverted]),
        Err(CalendarError::SuspensionInverted { from: late, to: early })
    );
    let good = Suspension { from: early, to: Some(late) };
    let many = |count| Suspensions::new(&vec![good; count]);
    for count in [limits::SUSPENSIONS_MAX - 1, limits::SUSPENSIONS_MAX] {
        assert_eq!(many(count).unwrap().merged(), [good]);
    }
    let above = limits::SUSPENSIONS_MAX + 1;
    assert_eq!(many(above), Err(CalendarError::SuspensionsTooMany(above)));
}

#[test]
fn what_is_left_counts_in_the_units_own_time() {
    let calendar = WorkingCalendar::embedded();
    const HOUR_MS: i64 = 3_600_000;
    let left = |text: &str, pairs: &[&str], now: &str| {
        let left = calendar.remaining_ms(bj("2026-03-02 16:00"), limit(text), &suspended(pairs), bj(now));
        left.unwrap() as f64 / HOUR_MS as f64
    };
    let night: &[&str] = &["2026-03-02 17:00..2026-03-03 09:00"];
    let open: &[&str] = &["2026-03-02 17:00.."];
    let cases: &[(&str, &[&str], &str, f64)] = &[
        ("4 work_hour", &[], "2026-03-01 10:00", 4.0),
        ("4 work_hour", &[], "2026-03-02 16:00", 4.0),
        ("4 work_hour", &[], "2026-03-02 17:30", 2.5),
        ("4 work_hour", &[], "2026-03-02 23:00", 2.0),
        ("4 work_hour", &[], "2026-03-03 10:30", 0.0),
        ("4 work_hour", &[], "2026-03-03 15:00", -2.5),
        ("4 work_hour", night, "2026-03-03 10:00", 2.0),
        ("4 work_hour", open, "2027-03-03 10:00", 3.0),
        ("1 work_day", &[], "2026-03-02 16:00", 7.5),
        ("1 work_day", &[], "2026-03-03 17:00", -1.0),
        ("4 hour", night, "2026-03-03 10:00", 2.0),
        ("1 day", &[], "2026-03-02 17:00", 23.0),
    ];
    for (text, pairs, now, expected) in cases {
        assert!(
            (left(text, pairs, now) - expected).abs() < 1e-9,
            "{text} at {now}: {}",
            left(text, pairs, now)
        );
    }
    let beyond = calendar.remaining_ms(
        bj("2027-12-31 16:00"),
        limit("1 work_hour"),
        &Suspensions::none(),
        bj("2028-01-01 00:00"),
    );
    assert_eq!(beyond, Err(CalendarError::YearUnknown { year: 2028, first: 2024, last: 2027 }));
    assert_eq!(calendar.total_ms(limit("2 work_day")), 15 * HOUR_MS);
}

#[test]
fn a_limit_is_read_and_written_back() {
    for text in ["4 work_hour", "20 work_day", "1 urgent_hour", "24 hour", "7 day", "15 minute"] {
        assert_eq!((limit(text).to_string(), String::from(limit(text))), (text.to_owned(), text.to_owned()));
    }
    let max = limits::LIMIT_AMOUNT_MAX;
    assert!(format!("{} day", max - 1).parse::<Limit>().is_ok());
    assert_eq!(limit(&format!("{max} day")).amount(), max);
    let form = |text: &str| LimitError::Form(text.into());
    let cases = [
        (format!("{} day", max + 1), LimitError::TooLarge),
        ("99999999999999999999 day".into(), LimitError::TooLarge),
        ("0 work_hour".into(), LimitError::Zero),
        ("4 work_hours".into(), LimitError::Unit("work_hours".into())),
        ("-4 day".into(), form("-4 day")),
        ("+4 day".into(), form("+4 day")),
        ("1.5 day".into(), form("1.5 day")),
        ("work_hour".into(), form("work_hour")),
        ("4 work_hour or so".into(), form("4 work_hour or so")),
        (String::new(), form("")),
    ];
    for (text, expected) in cases {
        assert_eq!(text.parse::<Limit>(), Err(expected), "{text}");
    }
}

#[test]
fn a_moment_needs_its_offset_and_no_leap_second() {
    let good = [
        ("2026-09-30T16:00+08:00", 1_790_755_200_000),
        ("2026-09-30T16:00:00+08:00", 1_790_755_200_000),
        ("2026-09-30T08:00Z", 1_790_755_200_000),
        ("2026-09-30T03:30:00.5-04:30", 1_790_755_200_500),
        ("1970-01-01T00:00:00Z", 0),
        ("2200-12-31T23:59:59.999Z", Moment::LAST.ms()),
    ];
    for (text, ms) in good {
        assert_eq!((at(text).ms(), i64::from(at(text))), (ms, ms), "{text}");
        assert_eq!(at(&at(text).to_string()), at(text), "{text}");
    }
    use MomentError as E;
    type Kind = fn(String) -> E;
    let bad: [(&str, Kind); 21] = [
        ("2026-09-30T16:00:00.+08:00", E::Form),
        ("2026-09-30T16:00:00.5x+08:00", E::Form),
        ("2026-09-30T16:00:00.1234567890+08:00", E::Form),
        ("2026-06-30T23:59:60+08:00", E::LeapSecond),
        ("2026-06-30T23:59:60Z", E::LeapSecond),
        ("2026-06-30T23:59:61Z", E::NoSuchTime),
        ("2026-09-30T16:00", E::NoOffset),
        ("2026-09-30T24:00Z", E::NoSuchTime),
        ("2026-09-30T16:60Z", E::NoSuchTime),
        ("2026-02-29T16:00Z", E::NoSuchTime),
        ("2026-13-01T16:00Z", E::NoSuchTime),
        ("2026-09-30T16:00+24:00", E::NoSuchTime),
        ("2026-09-30T16:00+08:60", E::NoSuchTime),
        ("2026-09-30 16:00+08:00", E::Form),
        ("2026-09-30T16:00+0800", E::Form),
        ("2026-9-30T16:00+08:00", E::Form),
        ("2026-09-30", E::Form),
        ("now", E::Form),
        ("2026-09-30T16:00+08:00é", E::Form),
        ("1970-01-01T00:00+08:00", E::OutOfRange),
        ("2201-01-01T00:00Z", E::OutOfRange),
    ];
    for (text, error) in bad {
        assert_eq!(text.parse::<Moment>(), Err(error(text.into())), "{text}");
    }
    for ms in [-1, Moment::LAST.ms() + 1, i64::MIN, i64::MAX] {
        assert_eq!(Moment::from_ms(ms), Err(CalendarError::OutOfRange), "{ms}");
    }
}

#[test]
fn colours_darken_as_time_runs_out() {
    let calendar = WorkingCalendar::embedded();
    let start = bj("2026-03-02 08:30");
    let colour = |text: &str, pairs: &[&str], now: &str, thresholds| {
        calendar.colour(start, limit(text), &suspended(pairs), bj(now), thresholds).unwrap()
    };
    let usual = Thresholds::default();
    let open: &[&str] = &["2026-03-02 09:00.."];
    let cases: &[(&str, &[&str], &str, Thresholds, Colour)] = &[
        ("5 work_hour", &[], "2026-03-02 14:29:59.999", usual, Colour::Green),
        ("5 work_hour", &[], "2026-03-02 14:30", usual, Colour::Yellow),
        ("5 work_hour", &[], "2026-03-02 15:30", usual, Colour::Yellow),
        ("5 work_hour", &[], "2026-03-02 15:30:00.001", usual, Colour::Red),
        ("5 work_hour", &[], "2026-03-03 11:00", usual, Colour::Red),
        ("5 work_hour", &[], "2026-03-03 11:00:00.001", usual, Colour::DarkRed),
        // A working day begun at 8:30 has all night to 8:30.
        ("1 work_day", &[], "2026-03-02 23:00", usual, Colour::Yellow),
        ("1 work_day", &[], "2026-03-03 08:30:00.001", usual, Colour::Red),
        // Late is late, also where no working time has passed since.
        ("2 work_hour", &["2026-03-02 09:00..2026-03-02 16:30"], "2026-03-02 19:00", usual, Colour::Red),
        ("5 work_hour", open, "2027-03-03 11:00", usual, Colour::Green),
        ("5 work_hour", &[], "2026-03-02 09:00", Thresholds::new(100, 0).unwrap(), Colour::Yellow),
        ("5 work_hour", &[], "2026-03-02 15:29", Thresholds::new(0, 0).unwrap(), Colour::Green),
        ("5 work_hour", &[], "2026-03-02 15:31", Thresholds::new(0, 0).unwrap(), Colour::DarkRed),
        ("1 hour", &[], "2026-03-02 10:31", usual, Colour::DarkRed),
    ];
    for (text, pairs, now, thresholds, expected) in cases {
        assert_eq!(colour(text, pairs, now, *thresholds), *expected, "{text} at {now}");
    }
    let most = limits::WARNING_PERCENT_MAX;
    assert!(Thresholds::new(100, most).is_ok());
    for (yellow, dark, bad) in [(-1, 0, -1), (101, 0, 101), (20, -1, -1), (20, most + 1, most + 1)] {
        assert_eq!(Thresholds::new(yellow, dark), Err(CalendarError::Percent(bad)));
    }
}

#[test]
fn timers_learn_when_to_warn() {
    let calendar = WorkingCalendar::embedded();
    let points = |pairs: &[&str], percents: &[i32]| {
        calendar.warning_points(bj("2026-03-02 08:30"), limit("5 work_hour"), &suspended(pairs), percents)
    };
    let texts = |pairs: &[&str], percents: &[i32]| -> Vec<Option<String>> {
        let text = |w: &Warning| w.at.map(|at| calendar.rfc3339(at)[5..16].to_owned());
        points(pairs, percents).unwrap().iter().map(text).collect()
    };
    let some = |list: &[&str]| list.iter().map(|t| Some((*t).to_owned())).collect::<Vec<_>>();
    assert_eq!(
        texts(&[], &[100, 50, 30, 20, 0, -100]),
        some(&["03-02T08:30", "03-02T11:00", "03-02T12:00", "03-02T14:30", "03-02T15:30", "03-03T11:00"])
    );
    assert_eq!(texts(&["2026-03-02 12:00.."], &[30, 20]), [Some("03-02T12:00".to_owned()), None]);
    assert_eq!(texts(&[], &[]), []);
    // Of a working day begun at 8:30 the last working minute is not the end: it has all night.
    let day = calendar.warning_points(bj("2026-03-02 08:30"), limit("1 work_day"), &suspended(&[]), &[0]);
    assert_eq!(day.unwrap()[0].at, Some(bj("2026-03-03 08:30")));
    for bad in [101, -limits::WARNING_PERCENT_MAX - 1] {
        assert_eq!(points(&[], &[bad]), Err(CalendarError::Percent(bad)));
    }
    assert!(points(&[], &[-limits::WARNING_PERCENT_MAX]).is_ok());
    assert!(points(&[], &[20; limits::WARNING_POINTS_MAX]).is_ok());
    let above = limits::WARNING_POINTS_MAX + 1;
    assert_eq!(points(&[], &vec![20; above]), Err(CalendarError::WarningsTooMany(above)));
}

#[test]
fn a_bundle_starts_with_its_last_case() {
    let starts = ["2026-03-02 09:00", "2026-03-03 10:00", "2026-03-01 00:00"].map(bj);
    assert_eq!(Bundle::new(&starts).unwrap().start(), starts[1]);
    assert_eq!(Bundle::new(&starts[..1]).unwrap().start(), starts[0]);
    for size in [0, limits::BUNDLE_CASES_MAX + 1] {
        assert_eq!(Bundle::new(&vec![starts[0]; size]), Err(CalendarError::BundleSize(size)));
    }
    assert!(Bundle::new(&vec![starts[0]; limits::BUNDLE_CASES_MAX]).is_ok());
}
