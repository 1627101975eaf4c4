//! One position in one coordinate system, said in another.

use std::process::ExitCode;

use clap::{Args, ValueEnum};
use yuandian_model::place::PlaceError;
use yuandian_model::{Bd09, Gcj02, Wgs84};

#[derive(Args)]
pub struct Question {
    /// The system the position is in.
    #[arg(long, value_enum)]
    from: Datum,
    /// The system it is wanted in.
    #[arg(long, value_enum)]
    to: Datum,
    /// Print JSON, with nine decimals.
    #[arg(long)]
    json: bool,
    /// Longitude and latitude in degrees: `113.66,34.752`.
    #[arg(value_name = "LNG,LAT", allow_hyphen_values = true)]
    position: String,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Datum {
    /// GNSS receivers; CGCS2000 and 天地图 are treated as equal.
    Wgs84,
    /// AMap, Tencent and Chinese network positioning.
    Gcj02,
    /// Baidu.
    Bd09,
}

pub fn answer(question: &Question) -> Result<ExitCode, String> {
    let [lng, lat] = pair(&question.position)?;
    let [to_lng, to_lat] =
        convert(question.from, question.to, [lng, lat]).map_err(|e| explain(e, [lng, lat]))?;
    if question.json {
        let place = |datum: Datum, lng: f64, lat: f64| serde_json::json!({ "datum": name(datum), "lng": rounded(lng), "lat": rounded(lat) });
        let mut answer = place(question.to, to_lng, to_lat);
        answer["from"] = place(question.from, lng, lat);
        println!("{answer}");
    } else {
        println!("{to_lng:.6},{to_lat:.6}");
    }
    Ok(ExitCode::SUCCESS)
}

fn name(datum: Datum) -> &'static str {
    match datum {
        Datum::Wgs84 => "wgs84",
        Datum::Gcj02 => "gcj02",
        Datum::Bd09 => "bd09",
    }
}

/// To a tenth of a millimetre.
fn rounded(degrees: f64) -> f64 {
    (degrees * 1e9).round() / 1e9
}

fn pair(text: &str) -> Result<[f64; 2], String> {
    let number = |part: &str| part.trim().parse::<f64>().ok();
    let numbers: Vec<Option<f64>> = text.split([',', '，']).map(number).collect();
    match numbers[..] {
        [Some(lng), Some(lat)] => Ok([lng, lat]),
        _ => {
            let shown: String = text.chars().take(60).collect();
            Err(format!(
                "{shown:?} is no position: longitude, a comma and latitude expected, such as 113.66,34.752"
            ))
        }
    }
}

fn explain(error: PlaceError, [lng, lat]: [f64; 2]) -> String {
    let swapped = lng.abs() <= 90.0 && lat.abs() > 90.0 && lat.abs() <= 180.0;
    let hint = if swapped { "; longitude comes first" } else { "" };
    format!("{error}{hint}")
}

fn convert(from: Datum, to: Datum, [lng, lat]: [f64; 2]) -> Result<[f64; 2], PlaceError> {
    let wgs = |p: Wgs84| [p.lng(), p.lat()];
    let gcj = |p: Gcj02| [p.lng(), p.lat()];
    let bd = |p: Bd09| [p.lng(), p.lat()];
    Ok(match (from, to) {
        (Datum::Wgs84, Datum::Wgs84) => wgs(Wgs84::new(lng, lat)?),
        (Datum::Wgs84, Datum::Gcj02) => gcj(Wgs84::new(lng, lat)?.to_gcj02()),
        (Datum::Wgs84, Datum::Bd09) => bd(Wgs84::new(lng, lat)?.to_bd09()),
        (Datum::Gcj02, Datum::Wgs84) => wgs(Gcj02::new(lng, lat)?.to_wgs84()),
        (Datum::Gcj02, Datum::Gcj02) => gcj(Gcj02::new(lng, lat)?),
        (Datum::Gcj02, Datum::Bd09) => bd(Gcj02::new(lng, lat)?.to_bd09()),
        (Datum::Bd09, Datum::Wgs84) => wgs(Bd09::new(lng, lat)?.to_wgs84()),
        (Datum::Bd09, Datum::Gcj02) => gcj(Bd09::new(lng, lat)?.to_gcj02()),
        (Datum::Bd09, Datum::Bd09) => bd(Bd09::new(lng, lat)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        question: Question,
    }

    fn ask(arguments: &str) -> Result<String, String> {
        let words = std::iter::once("coords").chain(arguments.split(' '));
        let question = Line::try_parse_from(words).map_err(|e| e.to_string())?.question;
        let position = pair(&question.position)?;
        let [lng, lat] = convert(question.from, question.to, position).map_err(|e| explain(e, position))?;
        Ok(format!("{lng:.6},{lat:.6}"))
    }

    #[test]
    fn every_pair_is_answered() {
        let said = ["113.660000,34.752000", "113.666094,34.750876", "113.672563,34.756943"];
        for (i, from) in ["wgs84", "gcj02", "bd09"].into_iter().enumerate() {
            for (j, to) in ["wgs84", "gcj02", "bd09"].into_iter().enumerate() {
                let answer = ask(&format!("--from {from} --to {to} {}", said[i])).unwrap();
                let numbers = pair(&answer).unwrap();
                let expected = pair(said[j]).unwrap();
                for axis in 0..2 {
                    assert!((numbers[axis] - expected[axis]).abs() < 2.5e-6, "{from} {to}: {answer}");
                }
            }
        }
    }

    #[test]
    fn a_negative_position_needs_no_quoting() {
        for line in [
            "--from wgs84 --to gcj02 -73.9,40.7",
            "--from wgs84 --to gcj02 -- -73.9,40.7",
            "-73.9,40.7 --from wgs84 --to gcj02 --json",
            "--from wgs84 -73.9,40.7 --to bd09",
            "--json --from=bd09 --to=wgs84 -73.9,40.7",
        ] {
            assert_eq!(ask(line).as_deref(), Ok("-73.900000,40.700000"), "{line}");
        }
        assert_eq!(ask("--from wgs84 --to wgs84 -73.9,-40.7").as_deref(), Ok("-73.900000,-40.700000"));
    }

    #[test]
    fn what_is_no_position_gets_a_sentence() {
        for (position, expected) in [
            ("34.75,113.66", "longitude comes first"),
            ("nan,1", "outside the world"),
            ("1e999,1", "outside the world"),
            ("181,1", "outside the world"),
            ("0,0", "without a fix"),
            ("113.66", "comma"),
            ("113.66,34.75,3", "comma"),
            ("a,b", "comma"),
            (",", "comma"),
        ] {
            let sentence = ask(&format!("--from wgs84 --to gcj02 {position}")).unwrap_err();
            assert!(sentence.contains(expected), "{position}: {sentence}");
        }
        assert!(ask("--from wgs84 --to mars 1,2").is_err());
    }
}
