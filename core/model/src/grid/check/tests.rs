mod every;

use std::collections::BTreeSet;

use super::*;
use crate::grid::{Fault, Layer, limits, synthetic};
use crate::seeded::Random;

const ID: &str = "410102001002001";

fn feature(id: &str, coordinates: &str) -> String {
    format!(
        r#"{{"type":"Feature","properties":{{"grid_id":"{id}","kind":"gov_grid","level":3,"parent":"410102001002",
        "valid_from":"2024-01-31","valid_to":null}},"geometry":{{"type":"Polygon","coordinates":{coordinates}}}}}"#
    )
}

fn square(west: f64, south: f64) -> String {
    let (east, north) = (west + 0.001, south + 0.001);
    format!("[[[{west},{south}],[{east},{south}],[{east},{north}],[{west},{north}],[{west},{south}]]]")
}

fn pack(features: &[String]) -> String {
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))
}

fn judge(text: &str) -> Judged {
    check(text, &PackRules::default())
}

fn codes(text: &str) -> Vec<&'static str> {
    judge(text).findings.iter().map(|finding| finding.fault.code()).collect()
}

fn one(coordinates: &str) -> String {
    pack(&[feature(ID, coordinates)])
}

fn replaced(from: &str, to: &str) -> String {
    let text = one(&square(113.6, 34.7));
    assert!(text.contains(from), "{from}");
    text.replace(from, to)
}

#[test]
fn a_good_pack_has_no_findings() {
    let text = pack(&[feature(ID, &square(113.6, 34.7)), feature("410102001002002", &square(113.601, 34.7))]);
    let pack = GridPack::parse(&text, &PackRules::default()).unwrap();
    assert_eq!(pack.grids.len(), 2);
    assert_eq!(pack.warnings, []);
    assert_eq!(pack.grids[0].layer, Layer::L3);
    assert_eq!(codes(&super::super::synthetic::pack(&synthetic::city(12, 10, 5))), Vec::<&str>::new());
    assert_eq!(codes(r#"{"type":"FeatureCollection","features":[]}"#), Vec::<&str>::new());
}

#[test]
fn the_form_of_a_file_is_judged() {
    let deep = "[".repeat(100_000);
    let cases = [
        ("", "not_json"),
        ("{", "not_json"),
        ("null", "not_feature_collection"),
        ("[]", "not_feature_collection"),
        (r#"{"type":"Feature","features":[]}"#, "not_feature_collection"),
        (r#"{"features":[]}"#, "not_feature_collection"),
        (r#"{"type":"FeatureCollection"}"#, "not_feature_collection"),
        (r#"{"type":"FeatureCollection","features":{}}"#, "not_feature_collection"),
        (r#"{"type":"FeatureCollection","features":[],"crs":null}"#, "crs"),
        (r#"{"type":"FeatureCollection","features":[1]}"#, "not_feature"),
        (&deep, "not_json"),
    ];
    for (text, code) in cases {
        assert_eq!(codes(text), [code], "{}", &text[..text.len().min(80)]);
    }
}

#[test]
fn properties_are_judged() {
    let cases = [
        (r#""grid_id":"410102001002001","#, "", &["missing_property"][..]),
        (r#""grid_id":"410102001002001""#, r#""grid_id":410102001002001"#, &["bad_property"]),
        (r#""grid_id":"410102001002001""#, r#""grid_id":"4101020010020011""#, &["bad_id"]),
        (r#""kind":"gov_grid","#, "", &["missing_property"]),
        (r#""kind":"gov_grid""#, r#""kind":"grid""#, &["bad_property"]),
        (r#""level":3"#, r#""level":5"#, &["bad_property"]),
        (r#""level":3"#, r#""level":4"#, &["bad_id"]),
        (r#""level":3,"#, "", &["missing_property"]),
        (r#""level":3"#, r#""level":"grid_l3","grid_kind":"rural""#, &[]),
        (r#""level":3"#, r#""level":3,"grid_kind":"micro""#, &["bad_property"]),
        (r#""kind":"gov_grid","level":3"#, r#""kind":"rural""#, &[]),
        (r#""kind":"gov_grid","level":3"#, r#""kind":"cell","level":null"#, &[]),
        (r#""valid_from":"2024-01-31""#, r#""valid_from":"2024-02-30""#, &["bad_property"]),
        (r#""valid_from":"2024-01-31""#, r#""valid_from":null"#, &["missing_property"]),
        (r#""valid_to":null"#, r#""valid_to":"2024-01-30""#, &["valid_to_before_valid_from"]),
        (r#""valid_to":null"#, r#""valid_to":"2024-01-31""#, &["never_valid"]),
        (r#""parent":"410102001002""#, r#""parent":"410199999999""#, &["unknown_parent"]),
        (r#""parent":"410102001002""#, r#""parent":"410102001003""#, &["parent_prefix"]),
        (r#""parent":"410102001002""#, r#""parent":"410102001""#, &["no_community"]),
        (r#""parent":"410102001002""#, r#""parent":"410102001002001""#, &["parent_cycle"]),
        (r#""type":"Polygon""#, r#""type":"Point""#, &["geometry_type"]),
    ];
    for (from, to, expected) in cases {
        assert_eq!(codes(&replaced(from, to)), expected, "{to}");
    }
}

#[test]
fn rings_are_judged() {
    let cases: [(&str, &[&str]); 19] = [
        ("[[[113.6,34.7],[113.601,34.7],[113.601,34.701],[113.6,34.701]]]", &["ring_not_closed"]),
        ("[[[113.6,34.7],[113.601,34.7],[113.6,34.7]]]", &["ring_too_short"]),
        ("[[[113.6,34.7],[113.6,34.7],[113.6,34.7],[113.6,34.7]]]", &["zero_area"]),
        (
            "[[[113.6,34.7],[113.602,34.7],[113.601,34.7],[113.6,34.7]]]",
            &["self_intersection", "self_intersection"],
        ),
        ("[[[113.6,34.7],[113.6,34.701],[113.601,34.701],[113.601,34.7],[113.6,34.7]]]", &["winding"]),
        (
            "[[[113.6,34.7],[113.601,34.701],[113.601,34.7],[113.6,34.701],[113.6,34.7]]]",
            &["self_intersection"],
        ),
        (
            "[[[34.7,113.6],[34.701,113.6],[34.701,113.601],[34.7,113.601],[34.7,113.6]]]",
            &["swapped_coordinates"],
        ),
        ("[[[113.6,34.7],[213.601,34.7],[113.601,34.701],[113.6,34.7]]]", &["outside_world"]),
        ("[[[179.9,34.7],[-179.9,34.7],[-179.9,34.8],[179.9,34.8],[179.9,34.7]]]", &["antimeridian"]),
        (
            "[[[113.6,34.7],[113.601,34.7],[113.601,34.7],[113.601,34.701],[113.6,34.7]]]",
            &["repeated_position"],
        ),
        ("[]", &["bad_coordinates"]),
        ("[[]]", &["bad_coordinates"]),
        ("[[[]]]", &["bad_coordinates"]),
        ("[[[113.6]]]", &["bad_coordinates"]),
        ("[[113.6,34.7]]", &["bad_coordinates", "bad_coordinates"]),
        ("[[[[113.6,34.7]]]]", &["bad_coordinates"]),
        ("null", &["bad_coordinates"]),
        ("[[[113.6,34.7,80.5],[113.601,34.7,80],[113.601,34.701,81],[113.6,34.7,80.5]]]", &[]),
        // A hole anticlockwise, and one outside.
        (
            "[[[113.6,34.7],[113.61,34.7],[113.61,34.71],[113.6,34.71],[113.6,34.7]],
              [[113.602,34.702],[113.604,34.702],[113.604,34.704],[113.602,34.702]],
              [[113.62,34.702],[113.62,34.704],[113.622,34.704],[113.62,34.702]]]",
            &["winding", "misplaced_ring"],
        ),
    ];
    for (coordinates, expected) in cases {
        assert_eq!(codes(&one(coordinates)), expected, "{coordinates}");
    }
    assert_eq!(codes(&one("[[[113.6,34.7],[1e999,34.7],[113.601,34.701],[113.6,34.7]]]")), ["not_json"]);
}

#[test]
fn a_crossing_is_placed() {
    let judged = judge(&one("[[[113,34],[114,35],[114,34],[113,35],[113,34]]]"));
    let [finding] = &judged.findings[..] else { panic!("{:?}", judged.findings) };
    assert_eq!((finding.feature, finding.at), (Some(0), Some([113.5, 34.5])));
    assert!(matches!(&finding.fault, Fault::SelfIntersection { side, other, crosses: true }
        if side.0 == [[113.0, 34.0], [114.0, 35.0]] && other.0 == [[114.0, 34.0], [113.0, 35.0]]));
    assert!(judged.into_pack().is_err());
}

#[test]
fn every_mistake_of_a_file_is_reported() {
    let text = pack(&[
        feature("1", "[[[113.6,34.7],[113.6,34.701],[113.601,34.701],[113.601,34.7]]]"),
        feature(ID, &square(113.65, 34.7)),
        feature(ID, &square(113.66, 34.7)),
        feature("410102001002003", &square(113.6505, 34.7))
            .replace(r#""parent":"410102001002""#, r#""parent":"x""#),
    ]);
    let text = text.replacen('{', r#"{"crs":{},"#, 1);
    let found: Vec<(Option<usize>, &str)> =
        judge(&text).findings.iter().map(|f| (f.feature, f.fault.code())).collect();
    let expected = [
        (None, "crs"),
        (Some(0), "bad_id"),
        (Some(0), "ring_not_closed"),
        (Some(0), "parent_prefix"),
        (Some(0), "winding"),
        (Some(2), "duplicate_id"),
        (Some(3), "unknown_parent"),
        (Some(3), "numbering_order"),
        (Some(3), "overlap"),
    ];
    assert_eq!(found, expected);
}

#[test]
fn overlaps_are_between_grids_of_a_layer_and_a_day() {
    let (a, b) = (feature(ID, &square(113.6, 34.7)), feature("410102001002002", &square(113.6005, 34.7)));
    assert_eq!(codes(&pack(&[a.clone(), b.clone()])), ["overlap"]);
    let later = |text: &str| text.replace("2024-01-31", "2026-07-01");
    let ended = |text: &str| text.replace(r#""valid_to":null"#, r#""valid_to":"2026-07-01""#);
    let cell = |text: &str| text.replace(r#""kind":"gov_grid","level":3"#, r#""kind":"cell","level":null"#);
    assert_eq!(codes(&pack(&[ended(&a), later(&b)])), Vec::<&str>::new());
    assert_eq!(codes(&pack(&[a.clone(), cell(&b)])), Vec::<&str>::new());
    // The same grid, redrawn.
    assert_eq!(codes(&pack(&[ended(&a), later(&a)])), Vec::<&str>::new());
    // Identical, and one inside the other.
    let twin = a.replace(ID, "410102001002002");
    assert_eq!(codes(&pack(&[a.clone(), twin])), ["overlap"]);
    let inner = feature(
        "410102001002002",
        "[[[113.6002,34.7002],[113.6004,34.7002],[113.6004,34.7004],[113.6002,34.7002]]]",
    );
    let judged = judge(&pack(&[a, inner]));
    let Fault::Overlap { area_m2, other: 0 } = judged.findings[0].fault else { panic!("{judged:?}") };
    assert!((area_m2 - 203.2).abs() < 1.0, "{area_m2}");
    let [lng, lat] = judged.findings[0].at.unwrap();
    assert!(lng > 113.6002 && lng < 113.6004 && lat > 34.7002 && lat < 34.7004);
}

#[test]
fn a_tolerance_forgives_what_is_not_above_it() {
    // 0.00001° of 0.001°: about 0.92 m of 111 m.
    let text =
        pack(&[feature(ID, &square(113.6, 34.7)), feature("410102001002002", &square(113.600_99, 34.7))]);
    let judged = |overlap_tolerance_m2| {
        check(&text, &PackRules { overlap_tolerance_m2, ..PackRules::default() }).findings.len()
    };
    assert_eq!([judged(1.0), judged(101.0), judged(102.5)], [1, 1, 0]);
}

#[test]
fn parents_stand_in_the_file_or_in_the_table() {
    let l3 = feature(ID, &square(113.6, 34.7));
    let micro = l3
        .replace(ID, "41010200100200101")
        .replace(r#""level":3"#, r#""level":4"#)
        .replace(r#""parent":"410102001002""#, &format!(r#""parent":"{ID}""#));
    assert_eq!(codes(&pack(&[l3.clone(), micro.clone()])), Vec::<&str>::new());
    assert_eq!(codes(&pack(std::slice::from_ref(&micro))), ["unknown_parent"]);
    let too_late = l3.replace("2024-01-31", "2026-07-01");
    let early = micro.replace(r#""valid_to":null"#, r#""valid_to":"2025-01-01""#);
    assert_eq!(codes(&pack(&[too_late, early])), ["unknown_parent"]);
    let strange = micro.replace("41010200100200101", "41010200100300101");
    assert_eq!(codes(&pack(&[l3.clone(), strange])), ["parent_prefix"]);
    let unlisted = l3.replace("410102001002", "410102001999");
    assert_eq!(codes(&pack(&[unlisted])), ["unlisted_community"]);
    // Two grids above one another are one circle.
    let a = l3.replace(r#""parent":"410102001002""#, r#""parent":"410102001002002""#);
    let b = feature("410102001002002", &square(113.601, 34.7))
        .replace(r#""parent":"410102001002""#, &format!(r#""parent":"{ID}""#));
    let judged = judge(&pack(&[a, b]));
    assert_eq!(judged.findings.len(), 1, "{judged:?}");
    assert_eq!(judged.findings[0].ids, [ID, "410102001002002"]);
}

#[test]
fn numbers_against_the_order_are_a_warning() {
    let grid =
        |number: usize, west, south| feature(&format!("410102001002{number:03}"), &square(west, south));
    let good =
        [grid(1, 113.6, 34.701), grid(2, 113.601, 34.701), grid(3, 113.6, 34.7), grid(4, 113.601, 34.7)];
    assert_eq!(codes(&pack(&good)), Vec::<&str>::new());
    let west = judge(&pack(&[grid(1, 113.601, 34.7), grid(2, 113.6, 34.7)]));
    assert_eq!(west.findings[0].fault, Fault::NumberingOrder { lies: "west" });
    assert_eq!(west.findings[0].ids, [ID, "410102001002002"]);
    assert_eq!(west.into_pack().unwrap().warnings.len(), 1);
    let north = judge(&pack(&[grid(1, 113.6, 34.7), grid(2, 113.601, 34.701)]));
    assert_eq!(north.findings[0].fault, Fault::NumberingOrder { lies: "north" });
}

#[test]
fn hostile_sizes_end_early() {
    let many = |what: &str, count: usize| {
        let text = format!("[{}]", vec![what; count].join(","));
        codes(&format!(r#"{{"type":"FeatureCollection","features":{text}}}"#))
    };
    assert_eq!(many("1", limits::FEATURES_MAX + 1), ["limit"]);
    assert_eq!(many("1", limits::PACK_VALUES_MAX + 1), ["limit"]);
    let flood = many("1", limits::FINDINGS_MAX + 5);
    assert_eq!((flood.len(), flood[0]), (limits::FINDINGS_MAX + 1, "limit"));
    assert_eq!(codes(&" ".repeat(limits::PACK_BYTES_MAX + 1)), ["limit"]);
    let ring = |count: usize| {
        let positions: Vec<String> = (0..count)
            .map(|i| {
                let angle = f64::from(u32::try_from(i % (count - 1)).unwrap())
                    / f64::from(u32::try_from(count - 1).unwrap())
                    * std::f64::consts::TAU;
                format!("[{},{}]", 113.6 + 0.1 * angle.cos(), 34.7 + 0.1 * angle.sin())
            })
            .collect();
        one(&format!("[[{}]]", positions.join(",")))
    };
    assert_eq!(codes(&ring(limits::GRID_POSITIONS_MAX)), Vec::<&str>::new());
    assert_eq!(codes(&ring(limits::GRID_POSITIONS_MAX + 1)), ["limit"]);
    // Sides that all cross each other.
    let star: Vec<String> = (0..6_000)
        .map(|i| {
            if i % 2 == 0 {
                format!("[113.{:04},34]", 1000 + i / 2)
            } else {
                format!("[113.{:04},35]", 9000 - i / 2)
            }
        })
        .collect();
    let found = codes(&one(&format!("[[{},{}]]", star.join(","), star[0])));
    assert_eq!(found, ["limit"]);
}

/// Whatever is done to a file, it is judged without a panic.
#[test]
fn mutants_are_judged() {
    let text = pack(&[
        feature(ID, &square(113.6, 34.7)),
        feature(
            "410102001002002",
            "[[[113.6,34.7],[113.61,34.7],[113.61,34.71],[113.6,34.7]],[[113.601,34.701],[113.602,34.702],[113.602,34.701],[113.601,34.701]]]",
        ),
    ]);
    let bits = [
        "[]",
        "null",
        "-1e308",
        "1e308",
        "[",
        "]",
        ",",
        "{}",
        "113.6",
        "34.7",
        "\"\"",
        "[[113.6,34.7]]",
        "0",
        "-0.0",
        "9",
    ];
    let mut random = Random::new(41);
    let mut seen = BTreeSet::new();
    for _ in 0..20_000 {
        let mut mutant = text.clone();
        for _ in 0..=random.below(2) {
            let at = usize::try_from(random.below(mutant.len() as u64)).unwrap();
            let end = (at + usize::try_from(random.below(9)).unwrap()).min(mutant.len());
            let bit = bits[usize::try_from(random.below(bits.len() as u64)).unwrap()];
            mutant.replace_range(at..end, bit);
        }
        seen.extend(codes(&mutant));
    }
    assert!(seen.len() > 12, "{seen:?}");
}

/// Rings through few corners meet in every odd way there is; tiny ones are below every scale.
#[test]
fn odd_ground_is_judged_the_same_in_either_order() {
    let mut random = Random::new(99);
    for round in 0..3_000 {
        let step = [0.001, 1e-7, 1e-12, 40.0][round % 4];
        let mut ring = || {
            let mut corner = || f64::from(u8::try_from(random.below(4)).unwrap()) * step;
            let mut positions: Vec<String> =
                (0..5).map(|_| format!("[{},{}]", 20.0 + corner(), -60.0 + corner())).collect();
            positions.push(positions[0].clone());
            format!("[{}]", positions.join(","))
        };
        let (a, b) = (format!("[{}]", ring()), format!("[{},{}]", ring(), ring()));
        let rules = PackRules { overlap_tolerance_m2: 0.0, ..PackRules::default() };
        let area = |first: &str, second: &str| -> f64 {
            let text = pack(&[feature(ID, first), feature("410102001002002", second)]);
            let areas = check(&text, &rules).findings.into_iter().filter_map(|finding| match finding.fault {
                Fault::Overlap { area_m2, .. } => Some(area_m2),
                _ => None,
            });
            areas.sum()
        };
        let (one, other) = (area(&a, &b), area(&b, &a));
        assert!((one - other).abs() <= 1e-3 + one * 1e-6, "{one} {other}: {a} {b}");
    }
}

#[test]
fn many_grids_on_one_place_end_in_a_limit() {
    let same: Vec<String> =
        (0..400).map(|n| feature(&format!("410102001002{n:03}"), &square(113.6, 34.7))).collect();
    let found = codes(&pack(&same));
    let overlaps = found.iter().filter(|code| **code == "overlap").count();
    assert_eq!(overlaps.min(limits::FINDINGS_MAX), limits::FINDINGS_MAX);
    assert_eq!((found[0], found.len()), ("limit", limits::FINDINGS_MAX + 1));
}
