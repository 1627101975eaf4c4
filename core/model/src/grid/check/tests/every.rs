//! What a property, a ring or a parent may be and may not, one thing at a time; and where a grid or a file is too much.

use super::*;

#[test]
fn properties_may_be_so_and_not_otherwise() {
    let long = format!(r#""name":"{}","level":3"#, "字".repeat(limits::TEXT_CHARS_MAX + 1));
    let as_long = format!(r#""name":"{}","level":3"#, "字".repeat(limits::TEXT_CHARS_MAX));
    let cases = [
        (r#""grid_id":"410102001002001""#, r#""grid_id":"""#, &["bad_property"][..]),
        (r#""level":3"#, &long, &["bad_property"]),
        (r#""level":3"#, &as_long, &[]),
        (r#""level":3"#, r#""level":3,"grid_kind":"suburban""#, &["bad_property"]),
        (r#""level":3"#, r#""level":3,"grid_kind":7"#, &["bad_property"]),
        (r#""kind":"gov_grid","level":3"#, r#""kind":"cell","level":10"#, &["bad_property"]),
        (r#""kind":"gov_grid","level":3"#, r#""kind":"cell","grid_kind":"rural""#, &["bad_property"]),
        (r#""level":3"#, r#""level":"L3""#, &[]),
        (r#""level":3"#, r#""level":"L5""#, &["bad_property"]),
        (r#""level":3"#, r#""level":3.0"#, &[]),
        (r#""grid_id":"410102001002001""#, r#""grid_id":"41010200100200A""#, &["bad_id"]),
        (r#""valid_to":null"#, r#""valid_to":20260701"#, &["bad_property"]),
        (r#","geometry""#, r#","crs":{},"geometry""#, &["crs"]),
        (r#""type":"Polygon""#, r#""type":"Polygon","crs":{}"#, &["crs"]),
    ];
    for (from, to, expected) in cases {
        assert_eq!(codes(&replaced(from, to)), expected, "{to}");
    }
    assert_eq!(codes(&replaced(r#""parent":"410102001002","#, "")), ["missing_property"]);
}

/// A duty grid of this id and parent.
fn duty(id: &str, parent: &str) -> String {
    feature(id, &square(113.6, 34.7))
        .replace(r#""kind":"gov_grid","level":3"#, r#""kind":"duty_grid""#)
        .replace(r#""parent":"410102001002""#, &format!(r#""parent":"{parent}""#))
}

#[test]
fn a_duty_grid_is_called_as_its_people_like() {
    let (most, above) = ("a".repeat(32), "a".repeat(33));
    for (id, expected) in [
        ("beat-7_B", &[][..]),
        (&most, &[]),
        (&above, &["bad_id"]),
        ("岗 7", &["bad_id"]),
        ("410102001002900", &[]),
        ("410102001003900", &["parent_prefix"]),
    ] {
        assert_eq!(codes(&pack(&[duty(id, "410102001002")])), expected, "{id}");
    }
}

#[test]
fn between_kinds_of_grids_only_the_community_is_the_same() {
    let l3 = feature(ID, &square(113.6, 34.7));
    let cell = |id: &str, parent: &str| {
        feature(id, &square(113.6, 34.7))
            .replace(r#""kind":"gov_grid","level":3"#, r#""kind":"cell""#)
            .replace(r#""parent":"410102001002""#, &format!(r#""parent":"{parent}""#))
    };
    assert_eq!(codes(&pack(&[l3.clone(), cell("410102001002777", ID)])), Vec::<&str>::new());
    assert_eq!(codes(&pack(&[l3.clone(), cell("410102001003777", ID)])), ["parent_prefix"]);
    let micro = feature("41010200100200101", &square(113.6, 34.7))
        .replace(r#""level":3"#, r#""level":4"#)
        .replace(r#""parent":"410102001002""#, r#""parent":"410102001002777""#);
    let above = cell("410102001002777", "410102001002");
    assert_eq!(codes(&pack(&[above, micro])), Vec::<&str>::new());
    // A duty grid says nothing by its id, above or below.
    assert_eq!(codes(&pack(&[l3.clone(), duty("beat", ID)])), Vec::<&str>::new());
    assert_eq!(
        codes(&pack(&[duty("beat", "410102001002"), cell("410102001003777", "beat")])),
        Vec::<&str>::new()
    );
}

#[test]
fn a_parent_that_was_never_valid_with_its_child_is_no_parent_but_of_what_is_never_valid_itself() {
    let l3 = feature(ID, &square(113.6, 34.7)).replace("2024-01-31", "2026-07-01");
    let micro = |to: &str| {
        feature("41010200100200101", &square(113.6, 34.7))
            .replace(r#""level":3"#, r#""level":4"#)
            .replace(r#""parent":"410102001002""#, &format!(r#""parent":"{ID}""#))
            .replace(r#""valid_to":null"#, &format!(r#""valid_to":"{to}""#))
    };
    // One day is enough to be its parent; that the child is older than that is told, and no mistake.
    assert_eq!(codes(&pack(&[l3.clone(), micro("2026-07-02")])), ["outlives_parent"]);
    assert_eq!(codes(&pack(&[l3.clone(), micro("2026-07-01")])), ["unknown_parent"]);
    assert_eq!(codes(&pack(&[l3, micro("2024-01-31")])), ["never_valid"]);
}

#[test]
fn of_two_of_one_id_the_later_in_the_file_is_named_twice() {
    let early = feature(ID, &square(113.6, 34.7));
    let late = early.replace("2024-01-31", "2026-07-01");
    for features in [[early.clone(), late.clone()], [late, early]] {
        let judged = judge(&pack(&features));
        let [finding] = &judged.findings[..] else { panic!("{judged:?}") };
        assert_eq!((finding.feature, &finding.fault), (Some(1), &Fault::DuplicateId { other: 0 }));
    }
}

/// A ring around a middle, anticlockwise or as a hole clockwise.
fn around(lng: f64, half: f64, is_hole: bool) -> String {
    let (west, east, south, north) = (lng - half, lng + half, 34.7 - half, 34.7 + half);
    let (second, fourth) =
        if is_hole { ((west, north), (east, south)) } else { ((east, south), (west, north)) };
    format!(
        "[[{west},{south}],[{},{}],[{east},{north}],[{},{}],[{west},{south}]]",
        second.0, second.1, fourth.0, fourth.1
    )
}

fn several(parts: &[String]) -> String {
    let parts: Vec<String> = parts.iter().map(|rings| format!("[{rings}]")).collect();
    one(&format!("[{}]", parts.join(","))).replace(r#""type":"Polygon""#, r#""type":"MultiPolygon""#)
}

/// The rule that a grid's rings break, with the ring that does, if one does.
fn misplaced(text: &str) -> Option<(String, &'static str)> {
    let judged = judge(text);
    match judged.findings.into_iter().next().map(|finding| finding.fault) {
        None => None,
        Some(Fault::MisplacedRing { path, expected }) => Some((path, expected)),
        Some(other) => panic!("{other:?}"),
    }
}

#[test]
fn rings_lie_beside_each_other_or_as_holes_in_their_outline() {
    let (outline, hole) = (around(113.6, 0.01, false), around(113.6, 0.004, true));
    let (inner, apart) = (around(113.6, 0.002, true), around(113.607, 0.001, true));
    let rings = |rings: &[&str]| one(&format!("[{}]", rings.join(",")));
    assert_eq!(misplaced(&rings(&[&outline, &hole, &apart])), None);
    let in_a_hole = Some(("[2]".to_owned(), "a hole lies outside other holes"));
    assert_eq!(misplaced(&rings(&[&outline, &hole, &inner])), in_a_hole);
    assert_eq!(misplaced(&rings(&[&outline, &inner, &hole])), in_a_hole, "in either order");
    let part = around(113.6, 0.002, false);
    let beside = around(113.7, 0.01, false);
    assert_eq!(misplaced(&several(&[outline.clone(), beside])), None);
    let in_a_part = Some(("[1][0]".to_owned(), "a part lies outside other parts"));
    assert_eq!(misplaced(&several(&[outline.clone(), part.clone()])), in_a_part);
    assert_eq!(
        misplaced(&several(&[format!("{outline},{hole}"), part])),
        None,
        "in a hole of it is outside of it"
    );
}

#[test]
fn a_ring_that_is_too_much_is_told_once() {
    let rings = |count: usize| one(&format!("[{}]", vec![around(113.6, 0.01, false); count].join(",")));
    let limit = |text: &str| {
        let faults = judge(text).findings.into_iter().map(|finding| finding.fault);
        faults
            .filter_map(|fault| if let Fault::TooMuch { what, .. } = fault { Some(what) } else { None })
            .collect::<Vec<_>>()
    };
    assert_eq!(
        limit(&rings(limits::GRID_RINGS_MAX)),
        ["pairs of sides near each other"],
        "they lie on one another"
    );
    assert_eq!(limit(&rings(limits::GRID_RINGS_MAX + 1)), ["rings in one grid"]);
    let positions = vec!["[113.6,34.7]"; limits::GRID_POSITIONS_MAX + 1].join(",");
    let long = format!("[[{positions}],{}]", around(113.6, 0.01, false));
    assert_eq!(limit(&one(&long)), ["positions in one grid"], "and not of the next ring again");
    // As broken as it is, no more is told of one grid than anybody reads.
    let broken = format!("[[{}]]", vec!["[1]"; limits::GRID_FINDINGS_MAX + 1].join(","));
    assert_eq!(judge(&one(&broken)).findings.len(), limits::GRID_FINDINGS_MAX);
}

#[test]
fn positions_are_two_numbers_and_perhaps_more() {
    let last = |position: &str| {
        codes(&one(&format!("[[[113.6,34.7],[113.601,34.7],[113.601,34.701],{position},[113.6,34.7]]]")))
    };
    assert_eq!(last("[113.6,34.701,80]"), Vec::<&str>::new());
    for position in ["[113.6,34.701,\"80\"]", "[113.6,\"34.701\"]", "[113.6]", "{}"] {
        assert_eq!(last(position), ["bad_coordinates"], "{position}");
    }
    assert_eq!(codes(&one("[[[113.6,34.7]]]")), ["ring_not_closed", "ring_too_short"]);
}

/// Outlines of many sides are compared side by side; what they share is told the same.
#[test]
fn outlines_of_many_sides_overlap_as_those_of_few() {
    let circle = |lng: f64| {
        let corner = |n: u32| {
            let angle = f64::from(n % 60) / 60.0 * std::f64::consts::TAU;
            format!("[{},{}]", lng + 0.01 * angle.cos(), 34.7 + 0.01 * angle.sin())
        };
        format!("[[{}]]", (0..=60).map(corner).collect::<Vec<_>>().join(","))
    };
    let beside =
        |lng: f64| codes(&pack(&[feature(ID, &circle(113.6)), feature("410102001002002", &circle(lng))]));
    assert_eq!(beside(113.601), ["overlap"]);
    assert_eq!(beside(113.619), ["overlap"]);
    assert_eq!(beside(113.63), Vec::<&str>::new());
}
