//! What is said with an act: something right for every argument, and something wrong.

use crate::life::{Args, Life, id};
use crate::reading::{Reading, Row, Service};

/// So many days ahead is the day until which clocks stand.
pub const UNTIL_DAYS: i64 = 10;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Whom a case is given to.
pub const UNIT: &str = "unit.a";

/// The case that another goes on in.
pub fn another() -> yuandian_model::CaseId {
    yuandian_model::CaseId([7; 16])
}

/// The day in so many days, in Zhengzhou.
pub fn day(at_ms: i64, days: i64) -> String {
    let then = yuandian_model::calendar::beijing(at_ms + days * DAY_MS);
    then.chars().take("2026-01-01".len()).collect()
}

/// What must be said with an act that is done then; with what may be said, too, if `all`.
pub fn arguments(
    reading: &Reading,
    service: &Service,
    row: &Row,
    life: &Life,
    (all, at_ms): (bool, i64),
) -> Args {
    let said = |name: &String| {
        let argument = &reading.arguments[name];
        let value = match argument.kind.as_str() {
            "text" => "因为".to_owned(),
            "unit" if matches!(row.effect.as_str(), "join" | "part") => "unit.b".to_owned(),
            "unit" => UNIT.to_owned(),
            "user" => id(life.newcomer(60)).to_string(),
            "case" => another().to_string(),
            // The last, for the first is meant where none is named.
            "condition" => service.conditions.last()?.0.clone(),
            "limit" => format!("{} minute", life.acts),
            "date" => day(at_ms, UNTIL_DAYS),
            "score" => "5".to_owned(),
            "money" => "10.50".to_owned(),
            // Said where it must be: whoever cannot know it says something.
            "code" if !row.args.contains(&(name.clone(), true)) => return None,
            "code" => "0000".to_owned(),
            "choice" => argument.options.last().expect("an option").clone(),
            other => panic!("nobody here can read the kind {other}"),
        };
        Some((name.clone(), value))
    };
    row.args.iter().filter(|(_, required)| all || *required).filter_map(|(name, _)| said(name)).collect()
}

/// What is no answer to an argument.
pub fn nonsense(reading: &Reading, name: &str) -> &'static str {
    match reading.arguments[name].kind.as_str() {
        "text" => " ",
        "unit" => "Unit A",
        "score" => "6",
        "money" => "1.234",
        "code" => "12a4",
        "date" => "2026-02-30",
        "limit" => "0 day",
        _ => "nothing",
    }
}
