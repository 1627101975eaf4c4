//! Working time on the command line: the windows of a day, the end of a limit, the days of a year.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use serde::Serialize;
use yuandian_model::calendar::{
    Bundle, CalendarError, Limit, Moment, NamedDay, Source, Suspension, Suspensions, Unit, WorkingCalendar,
};

use crate::catalogue;

#[derive(Subcommand)]
pub enum Question {
    /// The working windows of a day.
    Windows {
        /// The calendar of another catalogue than this version's.
        #[arg(long)]
        dir: Option<PathBuf>,
        /// One line of JSON.
        #[arg(long)]
        json: bool,
    },
    /// When a limit ends.
    Due {
        /// When it starts: 2026-09-30T16:00+08:00, seconds optional, the offset not. Of several, cases that are worked on together share one
        /// clock.
        #[arg(long, required = true)]
        from: Vec<Moment>,
        /// An amount and a unit: urgent_hour, work_hour, work_day, hour, day or minute.
        #[arg(long, value_name = "LIMIT")]
        limit: Limit,
        /// A time that does not count: two instants with two dots between; without the second one it has not
        /// ended.
        #[arg(long, value_name = "A..B", value_parser = suspension)]
        suspend: Vec<Suspension>,
        /// The calendar of another catalogue than this version's.
        #[arg(long)]
        dir: Option<PathBuf>,
        /// One line of JSON.
        #[arg(long)]
        json: bool,
    },
    /// Holidays and make-up workdays of a year.
    Days {
        /// The year.
        #[arg(long)]
        year: i32,
        /// The calendar of another catalogue than this version's.
        #[arg(long)]
        dir: Option<PathBuf>,
        /// One line of JSON.
        #[arg(long)]
        json: bool,
    },
}

pub fn answer(question: &Question) -> Result<ExitCode, String> {
    writeln!(std::io::stdout(), "{}", text(question)?)
        .map_err(|e| format!("cannot write the answer: {e}"))?;
    Ok(ExitCode::SUCCESS)
}

fn text(question: &Question) -> Result<String, String> {
    let dir = match question {
        Question::Windows { dir, .. } | Question::Due { dir, .. } | Question::Days { dir, .. } => dir,
    };
    let calendar = match dir {
        Some(dir) => catalogue::open(Some(dir))?.calendar().clone(),
        None => WorkingCalendar::embedded(),
    };
    let said = match question {
        Question::Windows { json, .. } => windows(&calendar, *json),
        Question::Due { from, limit, suspend, json, .. } => {
            let end = due(&calendar, from, *limit, suspend).map_err(|e| e.to_string())?;
            if *json { one_line(&end) } else { end.sentence() }
        }
        Question::Days { year, json, .. } => {
            let days = days(&calendar, *year).map_err(|e| e.to_string())?;
            if *json { one_line(&days) } else { days.lines() }
        }
    };
    Ok(said)
}

fn one_line(answer: &impl Serialize) -> String {
    serde_json::to_string(answer).expect("answers are plain texts and numbers")
}

fn suspension(text: &str) -> Result<Suspension, String> {
    let (from, to) = text.split_once("..").ok_or("two instants with two dots between: A..B")?;
    let instant = |text: &str| text.parse::<Moment>().map_err(|e| e.to_string());
    Ok(Suspension { from: instant(from)?, to: if to.is_empty() { None } else { Some(instant(to)?) } })
}

fn windows(calendar: &WorkingCalendar, json: bool) -> String {
    #[derive(Serialize)]
    struct Windows {
        windows: Vec<[String; 2]>,
    }
    let windows: Vec<_> = calendar.windows().iter().map(|window| window.texts()).collect();
    if json {
        return one_line(&Windows { windows });
    }
    windows.iter().map(|[from, to]| format!("{from}-{to}")).collect::<Vec<_>>().join("\n")
}

/// The end of a limit, in the order in which it is written.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Ends {
    /// None while an open suspension holds the clock.
    due: Option<String>,
    unit: Unit,
    amount: u32,
    /// None where a natural unit runs through years whose holidays are not known, or nothing ends.
    holidays: Option<Source>,
}

fn due(
    calendar: &WorkingCalendar,
    from: &[Moment],
    limit: Limit,
    suspend: &[Suspension],
) -> Result<Ends, CalendarError> {
    let due = calendar.due(Bundle::new(from)?.start(), limit, &Suspensions::new(suspend)?)?;
    Ok(Ends {
        due: due.map(|due| calendar.rfc3339(due.at)),
        unit: limit.unit(),
        amount: limit.amount(),
        holidays: due.and_then(|due| due.holidays),
    })
}

impl Ends {
    fn sentence(&self) -> String {
        match (&self.due, self.holidays) {
            (None, _) => "not due: an open suspension holds the clock".to_owned(),
            (Some(due), Some(Source::Generated)) => format!("{due} (holidays generated, not published yet)"),
            (Some(due), _) => due.clone(),
        }
    }
}

#[derive(Debug, Serialize)]
struct Day {
    date: String,
    name: String,
    zh: String,
}

#[derive(Debug, Serialize)]
struct YearDays {
    year: i32,
    source: Source,
    citation: String,
    holidays: Vec<Day>,
    workdays: Vec<Day>,
}

fn days(calendar: &WorkingCalendar, year: i32) -> Result<YearDays, CalendarError> {
    let year = calendar.year(year)?;
    let day = |day: &NamedDay| Day { date: day.date.to_string(), name: day.name.clone(), zh: day.zh.clone() };
    Ok(YearDays {
        year: year.year,
        source: year.source,
        citation: year.citation.clone(),
        holidays: year.holidays.iter().map(day).collect(),
        workdays: year.workdays.iter().map(day).collect(),
    })
}

impl YearDays {
    fn lines(&self) -> String {
        let source = match self.source {
            Source::Published => "published",
            Source::Generated => "generated, not published yet",
        };
        let line = |kind: &str, day: &Day| format!("{} {kind} {} {}", day.date, day.name, day.zh);
        let holidays = self.holidays.iter().map(|day| line("holiday", day));
        let workdays = self.workdays.iter().map(|day| line("workday", day));
        let mut days: Vec<String> = holidays.chain(workdays).collect();
        days.sort();
        format!("{}: {source}: {}\n{}", self.year, self.citation, days.join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(subcommand)]
        question: Question,
    }

    /// What is printed, or why nothing is; arguments that cannot be read are `usage: …`.
    fn said(line: &[&str]) -> String {
        match Line::try_parse_from([&["calendar"], line].concat()) {
            Ok(line) => text(&line.question).unwrap_or_else(|sentence| sentence),
            Err(usage) => format!("usage: {usage}"),
        }
    }

    fn ends(from: &str, limit: &str, suspend: &[&str]) -> String {
        let mut line = vec!["due", "--json", "--from", from, "--limit", limit];
        line.extend(suspend.iter().flat_map(|pair| ["--suspend", pair]));
        said(&line)
    }

    #[test]
    fn windows_are_two() {
        assert_eq!(said(&["windows", "--json"]), r#"{"windows":[["08:30","12:00"],["14:00","18:00"]]}"#);
        assert_eq!(said(&["windows"]), "08:30-12:00\n14:00-18:00");
    }

    #[test]
    fn a_city_counts_by_its_own_calendar() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("city");
        yuandian_folder::export(&dir).unwrap();
        let own = "[calendar]\nwindows = [['09:00', '13:00']]\n[[calendar.year]]\nyear = 2028\nsource = 'published'\ncitation = 'x'\n";
        std::fs::write(dir.join("calendar.toml"), own).unwrap();
        let dir = dir.to_str().unwrap();
        assert_eq!(said(&["windows", "--dir", dir]), "09:00-13:00");
        let due = ["due", "--from", "2028-01-03T09:00+08:00", "--limit", "8 work_hour", "--dir", dir];
        assert_eq!(said(&due), "2028-01-04T13:00:00+08:00");
        assert!(said(&["days", "--year", "2028", "--dir", dir]).starts_with("2028: "));
        assert!(said(&["windows", "--dir", "/not/there"]).contains("/not/there"));
    }

    #[test]
    fn an_end_is_told_with_its_offset_and_the_standing_of_its_holidays() {
        let from = "2026-09-30T16:00+08:00";
        let cases: &[(&str, &str, &[&str], &str)] = &[
            (
                from,
                "4 work_hour",
                &[],
                r#"{"due":"2026-10-08T10:30:00+08:00","unit":"work_hour","amount":4,"holidays":"published"}"#,
            ),
            (
                "2026-12-31T09:00:30Z",
                "1 work_day",
                &[],
                r#"{"due":"2027-01-04T17:00:30+08:00","unit":"work_day","amount":1,"holidays":"generated"}"#,
            ),
            (
                from,
                "4 work_hour",
                &[
                    "2026-09-30T17:00+08:00..2026-10-08T09:00:00+08:00",
                    "2026-09-30T16:00:00.5Z..2026-09-30T16:00:00.5Z",
                ],
                r#"{"due":"2026-10-08T12:00:00+08:00","unit":"work_hour","amount":4,"holidays":"published"}"#,
            ),
            (
                from,
                "4 work_hour",
                &["2026-09-30T17:00+08:00.."],
                r#"{"due":null,"unit":"work_hour","amount":4,"holidays":null}"#,
            ),
            (
                "2030-01-01T00:00Z",
                "2 urgent_hour",
                &[],
                r#"{"due":"2030-01-01T10:00:00+08:00","unit":"urgent_hour","amount":2,"holidays":null}"#,
            ),
            (
                "2028-01-03T09:00+08:00",
                "1 work_day",
                &[],
                "holidays of 2028 are not known: the calendar holds 2024 to 2027",
            ),
            (
                from,
                "1 hour",
                &["2026-10-08T09:00+08:00..2026-09-30T17:00+08:00"],
                "a suspension ends before it begins: 2026-10-08T01:00:00Z to 2026-09-30T09:00:00Z",
            ),
        ];
        for (from, limit, suspend, expected) in cases {
            assert_eq!(ends(from, limit, suspend), *expected, "{from} + {limit}");
        }
        assert_eq!(said(&["due", "--from", from, "--limit", "1 hour"]), "2026-09-30T17:00:00+08:00");
        let bundle = ["due", "--from", "2026-09-30T16:30+08:00", "--from", from, "--limit", "1 hour"];
        assert_eq!(said(&bundle), "2026-09-30T17:30:00+08:00", "from the last of them on");
        assert_eq!(
            said(&["due", "--from", "2027-03-01T16:00+08:00", "--limit", "1 hour"]),
            "2027-03-01T17:00:00+08:00 (holidays generated, not published yet)"
        );
        let open = ["due", "--from", from, "--limit", "1 hour", "--suspend", "2026-09-30T16:00+08:00.."];
        assert_eq!(said(&open), "not due: an open suspension holds the clock");
    }

    #[test]
    fn wrong_usage_says_what_is_wrong() {
        let cases: &[(&str, &str, &[&str], &str)] = &[
            ("2026-06-30T23:59:60+08:00", "1 hour", &[], "leap second"),
            ("2026-06-30T23:59", "1 hour", &[], "no offset"),
            ("2026-06-30T23:59Z", "0 hour", &[], "at least 1"),
            ("2026-06-30T23:59Z", "4 weeks", &[], "\"weeks\" is no unit"),
            ("2026-06-30T23:59Z", "4 hour", &["2026-06-30T23:59Z"], "two dots"),
            ("2026-06-30T23:59Z", "4 hour", &["..2026-06-30T23:59Z"], "no instant"),
            ("2026-06-30T23:59Z", "4 hour", &["2026-06-30T23:59:60Z.."], "leap second"),
        ];
        for (from, limit, suspend, expected) in cases {
            let told = ends(from, limit, suspend);
            assert!(told.starts_with("usage: ") && told.contains(expected), "{told}");
        }
    }

    #[test]
    fn days_of_a_year_are_listed() {
        let answer: serde_json::Value =
            serde_json::from_str(&said(&["days", "--year", "2026", "--json"])).unwrap();
        assert_eq!((&answer["year"], &answer["source"]), (&2026.into(), &"published".into()));
        assert_eq!(answer["holidays"].as_array().unwrap().len(), 33);
        assert_eq!(
            answer["holidays"][0],
            serde_json::json!({"date": "2026-01-01", "name": "new_year", "zh": "元旦"})
        );
        let workdays: Vec<_> =
            answer["workdays"].as_array().unwrap().iter().map(|day| day["date"].as_str().unwrap()).collect();
        let expected = ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"];
        assert_eq!(workdays, expected);
        let lines = said(&["days", "--year", "2027"]);
        assert!(lines.starts_with("2027: generated, not published yet: "), "{lines}");
        assert!(lines.ends_with("2027-10-07 holiday national_day 国庆节"), "{lines}");
        assert!(said(&["days", "--year", "2023"]).contains("2023 are not known"));
    }
}
