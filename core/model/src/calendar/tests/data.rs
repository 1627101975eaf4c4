use super::*;

#[test]
fn the_embedded_calendar_says_where_its_years_come_from() {
    let calendar = WorkingCalendar::embedded();
    let years: Vec<_> = calendar
        .years()
        .iter()
        .map(|year| (year.year, year.source, year.holidays.len(), year.workdays.len()))
        .collect();
    use Source::{Generated, Published};
    let expected = [
        (2024, Published, 1 + 8 + 3 + 5 + 1 + 3 + 7, 8),
        (2025, Published, 1 + 8 + 3 + 5 + 3 + 8, 5),
        (2026, Published, 3 + 9 + 3 + 5 + 3 + 3 + 7, 6),
        (2027, Generated, 3 + 8 + 3 + 5 + 1 + 1 + 7, 0),
    ];
    assert_eq!(years, expected);
    let holidays = |from: &str, text: &str| {
        let due = calendar.due(bj(from), limit(text), &Suspensions::none()).unwrap().unwrap();
        due.holidays
    };
    assert_eq!(holidays("2026-12-31 17:00", "1 work_hour"), Some(Published));
    assert_eq!(holidays("2026-12-31 17:00", "2 work_hour"), Some(Generated));
    assert_eq!(holidays("2026-12-31 23:00", "1 hour"), Some(Generated));
    assert_eq!(holidays("2027-12-31 23:00", "1 hour"), None);
    let date = |text: &str| text.parse::<NaiveDate>().unwrap();
    let kinds = [
        ("2026-09-20", DayKind::MakeUp),
        ("2026-09-21", DayKind::Workday),
        ("2026-09-19", DayKind::Weekend),
        ("2026-10-03", DayKind::Holiday),
    ];
    for (day, kind) in kinds {
        assert_eq!(calendar.day(date(day)), Ok(kind), "{day}");
    }
    assert_eq!(calendar.next_workday(date("2026-09-30")), Ok(date("2026-10-08")));
    assert!(calendar.next_workday(date("2027-12-31")).is_err());
    let late = calendar.due(bj("2027-12-31 19:00"), limit("1 work_day"), &Suspensions::none());
    assert_eq!(late, Err(CalendarError::YearUnknown { year: 2028, first: 2024, last: 2027 }));
    // Up to the last midnight that is known time counts, and none after the last window.
    let evening = bj("2027-12-31 20:00");
    let left =
        calendar.remaining_ms(bj("2027-12-31 17:00"), limit("2 work_hour"), &Suspensions::none(), evening);
    assert_eq!(left, Ok(3_600_000));
    assert!(calendar.year(2023).is_err());
}

const OFFICE: &str = "zone = \"Asia/Shanghai\"\nwindows = [[\"09:00\", \"17:00\"]]\nweekend = [\"sunday\"]\n";
const YEAR: &str = "[[year]]\nyear = 2026\nsource = \"generated\"\ncitation = \"x\"\n";

#[test]
fn a_city_brings_its_own_calendar() {
    let calendar = WorkingCalendar::parse(&format!("{OFFICE}{YEAR}")).unwrap();
    assert_eq!(calendar.windows()[0].texts(), ["09:00", "17:00"]);
    assert_eq!(calendar.zone().name(), "Asia/Shanghai");
    let due = calendar.due(bj("2026-03-07 16:00"), limit("1 work_day"), &Suspensions::none());
    assert_eq!(due.unwrap().unwrap().at, bj("2026-03-09 16:00"));
    // Begun with a window of the day it ends with that window, not with the one before.
    let three = "[\"08:00\", \"10:00\"], [\"12:00\", \"14:00\"], [\"16:00\", \"18:00\"]";
    let calendar = OFFICE.replace("[\"09:00\", \"17:00\"]", three);
    let calendar = WorkingCalendar::parse(&format!("{calendar}{YEAR}")).unwrap();
    for window in ["08:00", "12:00", "16:00"] {
        let begin = bj(&format!("2026-03-02 {window}"));
        let due = calendar.due(begin, limit("1 work_day"), &Suspensions::none()).unwrap().unwrap();
        assert_eq!(due.at, bj(&format!("2026-03-03 {window}")));
    }
    // Summer time moves the clock, not the office: one day of work from Friday to Monday is 71 hours.
    let berlin = format!("{OFFICE}{YEAR}").replace("Asia/Shanghai", "Europe/Berlin");
    let berlin = WorkingCalendar::parse(&berlin.replace("\"sunday\"", "\"saturday\", \"sunday\"")).unwrap();
    let due = berlin.due(at("2026-03-27T16:00+01:00"), limit("1 work_day"), &Suspensions::none());
    assert_eq!(berlin.rfc3339(due.unwrap().unwrap().at), "2026-03-30T16:00:00+02:00");
}

#[test]
fn a_bad_calendar_says_what_is_wrong() {
    let good = format!("{OFFICE}{YEAR}");
    let next = YEAR.replace("2026", "2028");
    let holiday = |lines: &str| format!("{good}[[year.holiday]]\nname = \"n\"\nzh = \"z\"\n{lines}\n");
    let window = |windows: &str| good.replace("[\"09:00\", \"17:00\"]", windows);
    let cases = [
        (good.replace("zone", "zoned"), "unknown field"),
        (good.replace("Shanghai", "Beijing"), "no time zone"),
        (good.replace("\"sunday\"", "\"someday\""), "\"someday\" is no day"),
        (good.replace("\"x\"", "\" \""), "2026 cites nothing"),
        (good.replace("generated", "guessed"), "unknown variant"),
        (OFFICE.to_owned() + "year = []", "1 to 50 years"),
        (good.clone() + &next, "year 2028: 1 to 50 years"),
        (good.clone() + YEAR, "year 2026: 1 to 50 years"),
        (good.replace("2026", "1970"), "year 1970"),
        (window(""), "0 windows"),
        (window("[\"17:00\", \"09:00\"]"), "17:00 to 09:00"),
        (window("[\"09:00\", \"09:00\"]"), "09:00 to 09:00"),
        (window("[\"09:00\", \"24:00\"]"), "09:00 to 24:00"),
        (window("[\"9:00\", \"17:00\"]"), "9:00 to 17:00"),
        (window("[\"09:00\", \"16:60\"]"), "09:00 to 16:60"),
        (window("[\"09:00\", \"12:00\"], [\"12:00\", \"17:00\"]"), "12:00 to 17:00"),
        (holiday("from = 2026-05-01\nto = 2026-04-30"), "ends the period before it begins"),
        (holiday("from = 2025-12-31\nto = 2026-01-01"), "2025-12-31 is no day of that year"),
        (holiday("from = 2026-05-01\nto = 2026-05-01\nworkdays = [2026-05-02]"), "no day of the weekend"),
        (
            holiday("from = 2026-05-01\nto = 2026-05-03\nworkdays = [2026-05-03]"),
            "2026-05-03 stands there twice",
        ),
        (holiday("from = 2026-05-01\nto = 2026-05-03\nworkdays = [2026-05-10, 2026-05-10]"), "twice"),
        (
            window("[\"01:30\", \"02:30\"]")
                .replace("Asia/Shanghai", "Europe/Berlin")
                .replace("\"sunday\"", ""),
            "2026-03-29 the zone's clock changes",
        ),
        (
            window("[\"01:00\", \"05:00\"]")
                .replace("Asia/Shanghai", "Europe/Berlin")
                .replace("\"sunday\"", ""),
            "2026-03-29 the zone's clock changes",
        ),
    ];
    for (text, expected) in cases {
        let errors = WorkingCalendar::parse(&text).unwrap_err();
        assert!(errors[0].to_string().contains(expected), "{errors:?}\n{text}");
    }
    // All of it at once, each with its field.
    let bad = holiday("from = 2026-05-01\nto = 2026-04-30\nworkdays = [2026-05-05, 2025-05-04]");
    let bad = bad.replace("Shanghai", "Beijing").replace("\"09:00\", \"17:00\"", "\"17:00\", \"09:00\"");
    let bad = bad.replace("\"sunday\"", "\"someday\", \"sunday\"").replace("\"x\"", "\" \"") + &next;
    let fields =
        |errors: Vec<CalendarDataError>| errors.iter().map(CalendarDataError::field).collect::<Vec<_>>();
    let expected = [
        "zone",
        "windows",
        "weekend",
        "year 2026.citation",
        "year 2026.holiday n",
        "year 2026.holiday n",
        "year 2026.holiday n",
        "year 2028",
    ];
    assert_eq!(
        fields(WorkingCalendar::parse(&bad).unwrap_err()),
        expected.map(|field| Some(field.to_owned()))
    );
    assert_eq!(fields(WorkingCalendar::parse("zone = 1").unwrap_err()), [None]);
    let windows = |count| {
        let one = |n: usize| format!("[\"{:02}:00\", \"{:02}:30\"]", n, n);
        window(&(0..count).map(one).collect::<Vec<_>>().join(", "))
    };
    let most = limits::WINDOWS_PER_DAY_MAX;
    assert!(WorkingCalendar::parse(&windows(most)).is_ok());
    assert!(WorkingCalendar::parse(&windows(most + 1)).is_err());
    let years = |count: i32| -> String {
        OFFICE.to_owned()
            + &(0..count).map(|n| YEAR.replace("2026", &(2001 + n).to_string())).collect::<String>()
    };
    assert!(WorkingCalendar::parse(&years(50)).is_ok());
    assert!(WorkingCalendar::parse(&years(51)).is_err());
}
