//! Packs of grids: everything wrong with a file, for those who draw it and for scripts.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use serde_json::{Value, json};
use yuandian_model::Divisions;
use yuandian_model::grid::check::check;
use yuandian_model::grid::{Fault, Finding, Judged, PackRules, Severity, limits, said};

#[derive(Subcommand)]
pub enum Question {
    /// Report every mistake in a pack; exit code 1 if one of them is an error.
    Check {
        /// A GeoJSON FeatureCollection.
        file: PathBuf,
        /// Overlaps up to so many square metres are taken for rounding.
        #[arg(long, default_value_t = 1.0, value_parser = tolerance, allow_negative_numbers = true)]
        tolerance_m2: f64,
        /// Another table of divisions than Zhengzhou's, as `code,name,level`.
        #[arg(long)]
        divisions: Option<PathBuf>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

fn tolerance(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(area) if area.is_finite() && area >= 0.0 => Ok(area),
        _ => Err("an area in m², 0 or more, expected".into()),
    }
}

pub fn answer(question: &Question) -> Result<ExitCode, String> {
    let Question::Check { file, tolerance_m2, divisions, json } = question;
    let mut rules = PackRules { overlap_tolerance_m2: *tolerance_m2, ..PackRules::default() };
    if let Some(path) = divisions {
        rules.divisions = Divisions::parse(&read(path)?).map_err(|e| e.to_string())?;
    }
    let judged = check(&read(file)?, &rules);
    if *json {
        println!("{}", as_json(&judged));
    } else {
        print!("{}", as_text(&judged));
    }
    Ok(if of(&judged, Severity::Error).is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn read(path: &Path) -> Result<String, String> {
    let fail = |reason: String| format!("cannot read {}: {reason}", path.display());
    let size = std::fs::metadata(path).map_err(|e| fail(e.to_string()))?.len();
    if size > limits::PACK_BYTES_MAX as u64 {
        return Err(fail(format!("{size} bytes, and at most {} are read", limits::PACK_BYTES_MAX)));
    }
    let bytes = std::fs::read(path).map_err(|e| fail(e.to_string()))?;
    String::from_utf8(bytes).map_err(|e| fail(format!("not UTF-8: {e}")))
}

fn of(judged: &Judged, severity: Severity) -> Vec<&Finding> {
    judged.findings.iter().filter(|finding| finding.fault.severity() == severity).collect()
}

fn as_json(judged: &Judged) -> Value {
    let list = |severity| of(judged, severity).into_iter().map(one_as_json).collect::<Vec<_>>();
    json!({
        "grids": judged.features,
        "versions": judged.versions().iter().map(|version| json!({
            "number": version.number,
            "valid_from": version.validity.from.to_string(),
            "valid_to": version.validity.to.map(|to| to.to_string()),
        })).collect::<Vec<_>>(),
        "errors": list(Severity::Error),
        "warnings": list(Severity::Warning),
    })
}

fn one_as_json(finding: &Finding) -> Value {
    let mut value = json!({
        "code": finding.fault.code(),
        "ids": finding.ids,
        "at": finding.at,
        "feature": finding.feature,
        "message": finding.to_string(),
    });
    match &finding.fault {
        Fault::Overlap { area_m2, other } => {
            value["area_m2"] = json!(area_m2);
            value["features"] = json!([other, finding.feature]);
        }
        Fault::DuplicateId { other } => value["features"] = json!([other, finding.feature]),
        Fault::SelfIntersection { side, other, .. } => value["segments"] = json!([side.0, other.0]),
        _ => {}
    }
    value
}

fn as_text(judged: &Judged) -> String {
    let mut text = String::new();
    for finding in &judged.findings {
        text += match finding.fault.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        if let Some(feature) = finding.feature {
            text += &format!(", feature {feature}");
        }
        if !finding.ids.is_empty() {
            text += &format!(", {}", finding.ids.join(" and "));
        }
        if let Some([lng, lat]) = finding.at {
            text += &format!(", at {lng:.7},{lat:.7}");
        }
        text += &format!(": {finding} [{}]\n", finding.fault.code());
    }
    for version in judged.versions() {
        text += &format!("version {}: {}\n", version.number, said(version.validity));
    }
    let (errors, warnings) = (of(judged, Severity::Error).len(), of(judged, Severity::Warning).len());
    text + &format!("{} grids, {errors} errors, {warnings} warnings\n", judged.features)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACK: &str = r#"{"type":"FeatureCollection","features":[
        {"type":"Feature","properties":{"grid_id":"410102001002001","kind":"gov_grid","level":3,
         "parent":"410102001002","valid_from":"2024-01-31","valid_to":null},
         "geometry":{"type":"Polygon","coordinates":[[[113.6,34.7],[113.602,34.7],[113.602,34.701],[113.6,34.701],[113.6,34.7]]]}},
        {"type":"Feature","properties":{"grid_id":"410102001002002","kind":"gov_grid","level":3,
         "parent":"410102001002","valid_from":"2024-01-31","valid_to":null},
         "geometry":{"type":"Polygon","coordinates":[[[113.601,34.7],[113.603,34.7],[113.603,34.701],[113.601,34.701],[113.601,34.7]]]}}]}"#;

    #[test]
    fn a_script_finds_what_overlaps_and_where() {
        let judged = check(PACK, &PackRules::default());
        let answer = as_json(&judged);
        assert_eq!(answer["grids"], 2);
        assert_eq!(answer["warnings"], json!([]));
        let errors = answer["errors"].as_array().unwrap();
        assert_eq!(errors.len(), 1, "{answer}");
        assert_eq!(errors[0]["code"], "overlap");
        assert_eq!(errors[0]["ids"], json!(["410102001002001", "410102001002002"]));
        assert_eq!(errors[0]["feature"], 1);
        let at = |axis: usize| errors[0]["at"][axis].as_f64().unwrap();
        assert!((113.601..113.602).contains(&at(0)) && (34.7..34.701).contains(&at(1)));
        let area = errors[0]["area_m2"].as_f64().unwrap();
        assert!((area - 10_160.0).abs() < 20.0, "{area}");
    }

    #[test]
    fn a_person_reads_a_line_for_each_and_a_sum() {
        let text = as_text(&check(PACK, &PackRules::default()));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 2, "{text}");
        assert!(
            lines[0].starts_with("error, feature 1, 410102001002001 and 410102001002002, at 113.60"),
            "{text}"
        );
        assert_eq!(lines[1], "2 grids, 1 errors, 0 warnings");
        let rules = PackRules { overlap_tolerance_m2: 11_000.0, ..PackRules::default() };
        assert_eq!(
            as_text(&check(PACK, &rules)),
            "version 1: from 2024-01-31\n2 grids, 0 errors, 0 warnings\n"
        );
    }

    #[test]
    fn a_pack_tells_its_versions_and_the_days_between_them_that_nobody_has() {
        let rules = PackRules { overlap_tolerance_m2: 11_000.0, ..PackRules::default() };
        let mut days = ["\"2026-07-01\"", "null"].into_iter();
        let text: String = PACK
            .split("\"valid_to\":null")
            .map(|part| match days.next() {
                Some(to) if part.contains("valid_from") => format!("{part}\"valid_to\":{to}"),
                _ => part.to_owned(),
            })
            .collect();
        let second = text.rfind("2024-01-31").unwrap();
        let text = format!("{}2026-07-02{}", &text[..second], &text[second + 10..]);
        let judged = check(&text, &rules);
        let told = as_text(&judged);
        let lines: Vec<&str> = told.lines().collect();
        assert_eq!(
            lines[1..],
            [
                "version 1: from 2024-01-31 up to 2026-07-01",
                "version 2: from 2026-07-01 up to 2026-07-02",
                "version 3: from 2026-07-02",
                "2 grids, 0 errors, 1 warnings"
            ],
            "{told}"
        );
        assert!(lines[0].contains("from 2026-07-01 up to 2026-07-02: no gov_grid of level 3"), "{told}");
        let answer = as_json(&judged);
        assert_eq!(answer["versions"][2], json!({"number": 3, "valid_from": "2026-07-02", "valid_to": null}));
        assert_eq!(answer["warnings"][0]["code"], "versions_hole");
    }

    #[test]
    fn a_tolerance_is_an_area() {
        assert_eq!(tolerance("2.5"), Ok(2.5));
        for text in ["-1", "nan", "inf", "x", ""] {
            assert!(tolerance(text).is_err(), "{text}");
        }
    }
}
