//! What is said with an act: something right for every argument, and something wrong.

use crate::life::{Args, Life, id};
use crate::reading::{Reading, Row, Service};

/// The day until which clocks stand, and its beginning in ms since 1970.
pub const UNTIL: (&str, i64) = ("2026-03-20", 1_773_964_800_000);

/// Whom a case is given to.
pub const UNIT: &str = "unit.a";

/// The case that another goes on in.
pub fn another() -> yuandian_model::CaseId {
    yuandian_model::CaseId([7; 16])
}

/// What must be said with an act; with what may be said, too, if `all`.
pub fn arguments(reading: &Reading, service: &Service, row: &Row, life: &Life, all: bool) -> Args {
    let said = |name: &String| {
        let argument = &reading.arguments[name];
        let value = match argument.kind.as_str() {
            "text" => "因为".to_owned(),
            "unit" if row.effect == "join" => "unit.b".to_owned(),
            "unit" => UNIT.to_owned(),
            "user" => id(life.newcomer(60)).to_string(),
            "case" => another().to_string(),
            // The last, for the first is meant where none is named.
            "condition" => service.conditions.last()?.0.clone(),
            "limit" => format!("{} work_day", life.acts),
            "date" => UNTIL.0.to_owned(),
            "score" => "5".to_owned(),
            "money" => "10.50".to_owned(),
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
        "date" => "2026-02-30",
        "limit" => "0 day",
        _ => "nothing",
    }
}
