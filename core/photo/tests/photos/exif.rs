//! What cameras and people write into EXIF, sense and nonsense.

use ::exif::{Rational, Tag, Value};
use yuandian_photo::{CapturedAt, EditHint, Metadata, Orientation, Position, Warning, examine, limits};

use crate::build::{Style, corners, jpeg};
use crate::build::{
    chunk, exif_segment, orientation, png_header, png_of, riff_chunk, tiff, vp8l_header, webp_of,
    with_segments,
};
use crate::rendered_verdict;

type Fields = Vec<(Tag, Value)>;

fn text(tag: Tag, content: &str) -> (Tag, Value) {
    (tag, Value::Ascii(vec![content.as_bytes().to_vec()]))
}

fn rationals(parts: &[(u32, u32)]) -> Value {
    Value::Rational(parts.iter().map(|&(num, denom)| Rational { num, denom }).collect())
}

fn position(latitude: &[(u32, u32)], north: &str, longitude: &[(u32, u32)], east: &str) -> Fields {
    vec![
        (Tag::GPSLatitude, rationals(latitude)),
        text(Tag::GPSLatitudeRef, north),
        (Tag::GPSLongitude, rationals(longitude)),
        text(Tag::GPSLongitudeRef, east),
    ]
}

fn read(fields: &[(Tag, Value)]) -> (Metadata, Vec<Warning>) {
    let plain = jpeg(&corners(32, 24), &Style::default());
    let original = with_segments(&plain, &[exif_segment(fields)]);
    assert_eq!(rendered_verdict(&original), "rendered");
    let examined = examine(&original).unwrap();
    (examined.metadata, examined.warnings)
}

#[test]
fn positions_are_read_or_warned_about_never_refused() {
    let zhengzhou = |latitude_deg: f64, longitude_deg: f64| Ok(Position { latitude_deg, longitude_deg });
    let (n, e) = ([(34, 1), (45, 1), (0, 1)], [(113, 1), (37, 1), (30, 1)]);
    let cases = [
        ("degrees, minutes, seconds", position(&n, "N", &e, "E"), zhengzhou(34.75, 113.625)),
        ("south and west", position(&n, "S", &e, "W"), zhengzhou(-34.75, -113.625)),
        ("decimal degrees", position(&[(347_500_000, 10_000_000)], "N", &e, "E"), zhengzhou(34.75, 113.625)),
        ("the pole", position(&[(90, 1)], "N", &[(180, 1)], "E"), zhengzhou(90.0, 180.0)),
        ("beyond the pole", position(&[(90_001, 1000)], "N", &e, "E"), Err(Warning::PositionOutOfRange)),
        (
            "beyond the date line",
            position(&n, "N", &[(180_001, 1000)], "E"),
            Err(Warning::PositionOutOfRange),
        ),
        ("absurd", position(&[(u32::MAX, 1)], "N", &e, "E"), Err(Warning::PositionOutOfRange)),
        ("null island", position(&[(0, 1)], "N", &[(0, 1)], "E"), Err(Warning::PositionNullIsland)),
        (
            "next to null island",
            position(&[(9, 1000)], "N", &[(9, 1000)], "E"),
            Err(Warning::PositionNullIsland),
        ),
        ("outside null island", position(&[(1, 100)], "N", &[(0, 1)], "E"), zhengzhou(0.01, 0.0)),
        ("zero denominator", position(&[(34, 0)], "N", &e, "E"), Err(Warning::PositionUnreadable)),
        ("nothing by nothing", position(&[(0, 0)], "N", &e, "E"), Err(Warning::PositionUnreadable)),
        (
            "zero denominator of seconds",
            position(&n, "N", &[(113, 1), (0, 1), (5, 0)], "E"),
            Err(Warning::PositionUnreadable),
        ),
        ("no hemisphere", position(&n, "", &e, "E"), Err(Warning::PositionUnreadable)),
        ("unknown hemisphere", position(&n, "X", &e, "E"), Err(Warning::PositionUnreadable)),
        ("latitude alone", position(&n, "N", &e, "E")[..2].to_vec(), Err(Warning::PositionUnreadable)),
        ("wrong type", vec![text(Tag::GPSLatitude, "34.75")], Err(Warning::PositionUnreadable)),
    ];
    for (name, fields, expected) in cases {
        let (metadata, warnings) = read(&fields);
        assert_eq!(metadata.position, expected.ok(), "{name}");
        assert_eq!(warnings, Vec::from_iter(expected.err()), "{name}");
    }
}

#[test]
fn times_are_read_or_warned_about_never_refused() {
    let at = |local: &str, offset_minutes| Some(CapturedAt { local: local.to_owned(), offset_minutes });
    let noon = "2026:11:22 12:00:00";
    let zoned = |offset| vec![text(Tag::DateTimeOriginal, noon), text(Tag::OffsetTimeOriginal, offset)];
    let date = |content| vec![text(Tag::DateTimeOriginal, content)];
    let known = |offset| (at("2026-11-22T12:00:00", offset), vec![]);
    let absurd = || (None, vec![Warning::DateAbsurd]);
    let odd_offset = || (at("2026-11-22T12:00:00", None), vec![Warning::OffsetUnreadable]);
    let cases = [
        ("no zone", date(noon), known(None)),
        ("China", zoned("+08:00"), known(Some(480))),
        ("Newfoundland", zoned("-03:30"), known(Some(-210))),
        ("the last zone", zoned("+14:00"), known(Some(840))),
        ("beyond the last zone", zoned("+14:01"), odd_offset()),
        ("minutes of an hour", zoned("+07:60"), odd_offset()),
        ("no sign", zoned("08:00"), odd_offset()),
        ("blank zone", zoned("   :  "), known(None)),
        ("only the file's own date", vec![text(Tag::DateTime, noon)], known(None)),
        (
            "the shutter before the file",
            vec![text(Tag::DateTime, "2020:01:01 00:00:00"), text(Tag::DateTimeOriginal, noon)],
            known(None),
        ),
        ("blank", date("    :  :     :  :  "), (None, vec![])),
        ("zeros", date("0000:00:00 00:00:00"), absurd()),
        ("words", date("yesterday"), absurd()),
        ("leap day", date("2024:02:29 00:00:00"), (at("2024-02-29T00:00:00", None), vec![])),
        ("no leap day", date("2026:02:29 00:00:00"), absurd()),
        ("hour 24", date("2026:11:22 24:00:00"), absurd()),
        ("before the first year", date("1989:12:31 23:59:59"), absurd()),
        ("first year", date("1990:01:01 00:00:00"), (at("1990-01-01T00:00:00", None), vec![])),
        ("last year", date("2099:12:31 23:59:60"), (at("2099-12-31T23:59:60", None), vec![])),
        ("after the last year", date("2100:01:01 00:00:00"), absurd()),
    ];
    for (name, fields, (captured_at, warnings)) in cases {
        let (metadata, found) = read(&fields);
        assert_eq!(metadata.captured_at, captured_at, "{name}");
        assert_eq!(found, warnings, "{name}");
    }
}

#[test]
fn only_eight_orientations_are_believed() {
    for value in 1..=8 {
        let (metadata, warnings) = read(&[orientation(value)]);
        assert_eq!((metadata.orientation.exif(), warnings), (value as u8, vec![]));
    }
    for value in [0, 9, u16::MAX] {
        let (metadata, warnings) = read(&[orientation(value)]);
        assert_eq!(
            (metadata.orientation, warnings),
            (Orientation::Upright, vec![Warning::OrientationOutOfRange])
        );
    }
}

#[test]
fn camera_names_are_trimmed_and_bounded() {
    let long = "长".repeat(limits::CAMERA_TEXT_CHARS_MAX + 1);
    let cases = [
        ("  Xiaomi \u{7}", Some("Xiaomi".to_owned())),
        ("   ", None),
        (long.as_str(), Some("长".repeat(limits::CAMERA_TEXT_CHARS_MAX))),
    ];
    for (written, kept) in cases {
        let (metadata, warnings) = read(&[text(Tag::Make, written), text(Tag::Model, written)]);
        assert_eq!(
            (metadata.camera_make, metadata.camera_model, warnings),
            (kept.clone(), kept, vec![]),
            "{written}"
        );
    }
}

#[test]
fn a_block_that_is_no_exif_is_a_warning() {
    let plain = jpeg(&corners(32, 24), &Style::default());
    let damaged = exif_segment(&[orientation(6), text(Tag::Make, "Xiaomi of a certain length")]);
    let mut broken_off = damaged[..damaged.len() - 12].to_vec();
    let length = u16::try_from(broken_off.len() - 2).unwrap().to_be_bytes();
    broken_off[2..4].copy_from_slice(&length);
    let cases = [
        (crate::build::segment(0xE1, b"Exif\0\0 is what it says"), Warning::ExifUnreadable),
        (crate::build::segment(0xE1, b"Exif\0\0"), Warning::ExifUnreadable),
        (broken_off, Warning::ExifDamaged),
    ];
    for (segment, warning) in cases {
        let original = with_segments(&plain, &[segment]);
        assert_eq!(examine(&original).unwrap().warnings, [warning]);
        assert_eq!(rendered_verdict(&original), "rendered");
    }
}

#[test]
fn a_long_block_is_read_up_to_the_limit() {
    let padded = |bytes| {
        let mut block = tiff(&[orientation(6)]);
        block.resize(bytes, 0);
        block
    };
    let found = |block: &[u8]| {
        let original = png_of(&[png_header(8, 8, 8, 2), chunk(b"eXIf", block), chunk(b"IDAT", b"")]);
        let examined = examine(&original).unwrap();
        (examined.metadata.orientation.exif(), examined.warnings)
    };
    assert_eq!(found(&padded(limits::EXIF_BYTES_MAX)), (6, vec![]));
    assert_eq!(found(&padded(limits::EXIF_BYTES_MAX + 1)), (1, vec![Warning::ExifTooLarge]));
}

#[test]
fn webp_exif_is_read_with_and_without_its_introduction() {
    let block = tiff(&[orientation(8)]);
    for content in [block.clone(), [b"Exif\0\0", block.as_slice()].concat()] {
        let original = webp_of(&[vp8l_header(8, 8, false), riff_chunk(b"EXIF", &content)]);
        assert_eq!(examine(&original).unwrap().metadata.orientation, Orientation::Anticlockwise90);
    }
}

fn gps_time(date: &str, hour: (u32, u32), minute: (u32, u32), second: (u32, u32)) -> Fields {
    vec![text(Tag::GPSDateStamp, date), (Tag::GPSTimeStamp, rationals(&[hour, minute, second]))]
}

/// 2026-11-22T04:00:00Z, Unix ms.
const NOON_IN_CHINA_MS: i64 = 1_795_320_000_000;

#[test]
fn the_receivers_time_is_held_against_the_cameras_clock() {
    let noon = |offset: &str| {
        let date = text(Tag::DateTimeOriginal, "2026:11:22 12:00:00");
        if offset.is_empty() { vec![date] } else { vec![date, text(Tag::OffsetTimeOriginal, offset)] }
    };
    let at = |hour, minute| gps_time("2026:11:22", (hour, 1), (minute, 1), (0, 1));
    let read_at = Some(NOON_IN_CHINA_MS);
    let apart = |minutes| vec![Warning::GpsTimeApart { minutes }];
    let unreadable = || vec![Warning::GpsTimeUnreadable];
    let cases = [
        ("the same time", noon("+08:00"), at(4, 0), read_at, vec![]),
        ("a fix as old as may be", noon("+08:00"), at(3, 45), Some(NOON_IN_CHINA_MS - 900_000), vec![]),
        ("an older fix", noon("+08:00"), at(3, 44), Some(NOON_IN_CHINA_MS - 960_000), apart(16)),
        ("a clock behind", noon("+08:00"), at(4, 16), Some(NOON_IN_CHINA_MS + 960_000), apart(-16)),
        ("the wrong zone", noon("+07:00"), at(4, 0), read_at, apart(60)),
        ("no zone", noon(""), at(4, 0), read_at, vec![]),
        (
            "no zone, and true in none",
            noon(""),
            gps_time("2026:11:21", (4, 1), (0, 1), (0, 1)),
            Some(NOON_IN_CHINA_MS - 86_400_000),
            apart(1920),
        ),
        (
            "no zone, the last one",
            noon(""),
            gps_time("2026:11:21", (22, 1), (0, 1), (0, 1)),
            Some(NOON_IN_CHINA_MS - 21_600_000),
            vec![],
        ),
        ("no clock", vec![], at(4, 0), read_at, vec![]),
        ("no receiver", noon("+08:00"), vec![], None, vec![]),
        ("a date alone", noon("+08:00"), at(4, 0)[..1].to_vec(), None, vec![]),
        (
            "a fraction",
            noon("+08:00"),
            gps_time("2026:11:22", (4, 1), (0, 1), (1, 2)),
            Some(NOON_IN_CHINA_MS + 500),
            vec![],
        ),
        (
            "zero denominator",
            noon("+08:00"),
            gps_time("2026:11:22", (4, 0), (0, 1), (0, 1)),
            None,
            unreadable(),
        ),
        (
            "nothing by nothing",
            noon("+08:00"),
            gps_time("2026:11:22", (0, 0), (0, 1), (0, 1)),
            None,
            unreadable(),
        ),
        ("hour 25", noon("+08:00"), gps_time("2026:11:22", (25, 1), (0, 1), (0, 1)), None, unreadable()),
        ("no such day", noon("+08:00"), gps_time("2026:02:30", (4, 1), (0, 1), (0, 1)), None, unreadable()),
        ("words", noon("+08:00"), gps_time("yesterday", (4, 1), (0, 1), (0, 1)), None, unreadable()),
    ];
    for (name, clock, receiver, gps_at_ms, warnings) in cases {
        let (metadata, found) = read(&[clock, receiver].concat());
        assert_eq!(metadata.gps_at_ms, gps_at_ms, "{name}");
        assert_eq!(found, warnings, "{name}");
    }
}

#[test]
fn times_that_have_not_come_yet_are_odd_by_the_phones_clock() {
    let (metadata, _) = read(&[zoned_noon(), gps_time("2026:11:22", (4, 1), (0, 1), (0, 1))].concat());
    let minute = 60_000;
    let ahead = limits::AHEAD_MINUTES_MAX;
    assert_eq!(metadata.warnings_at(NOON_IN_CHINA_MS), []);
    assert_eq!(metadata.warnings_at(NOON_IN_CHINA_MS + 10 * 365 * 86_400_000), [], "age is not odd");
    assert_eq!(metadata.warnings_at(NOON_IN_CHINA_MS - ahead * minute), []);
    let minutes = ahead + 1;
    assert_eq!(
        metadata.warnings_at(NOON_IN_CHINA_MS - minutes * minute),
        [Warning::CapturedAhead { minutes }, Warning::GpsTimeAhead { minutes }]
    );
    assert_eq!(Metadata::default().warnings_at(i64::MIN), []);
}

fn zoned_noon() -> Fields {
    vec![text(Tag::DateTimeOriginal, "2026:11:22 12:00:00"), text(Tag::OffsetTimeOriginal, "+08:00")]
}

#[test]
fn what_speaks_for_an_editor_is_a_hint_and_nothing_is_refused() {
    let hints = |fields: &[(Tag, Value)]| {
        let plain = jpeg(&corners(32, 24), &Style::default());
        let examined = examine(&with_segments(&plain, &[exif_segment(fields)])).unwrap();
        assert_eq!(examined.warnings, []);
        examined.edit_hints
    };
    let shutter = || text(Tag::DateTimeOriginal, "2026:11:22 12:00:00");
    let file = |time| text(Tag::DateTime, time);
    let make = || text(Tag::Make, "Xiaomi");
    let cases = [
        ("nothing", vec![orientation(1)], vec![]),
        ("a camera", vec![shutter(), make()], vec![]),
        ("a camera's own system", vec![shutter(), make(), text(Tag::Software, "HarmonyOS 4.2")], vec![]),
        (
            "an editor",
            vec![shutter(), make(), text(Tag::Software, "Adobe Photoshop 27")],
            vec![EditHint::EditorNamed],
        ),
        (
            "an editor in Chinese",
            vec![shutter(), make(), text(Tag::Software, "美图秀秀")],
            vec![EditHint::EditorNamed],
        ),
        ("written at once", vec![shutter(), make(), file("2026:11:22 12:01:00")], vec![]),
        (
            "written later",
            vec![shutter(), make(), file("2026:11:22 12:01:01")],
            vec![EditHint::WrittenApart { seconds: 61 }],
        ),
        (
            "written before",
            vec![shutter(), make(), file("2026:11:22 11:59:59")],
            vec![EditHint::WrittenApart { seconds: -1 }],
        ),
        ("a date that is none", vec![shutter(), make(), file("2026:13:22 11:59:59")], vec![]),
        ("no camera", vec![shutter()], vec![EditHint::NoCamera]),
        ("the maker's notes", vec![shutter(), (Tag::MakerNote, Value::Undefined(vec![1; 8], 0))], vec![]),
        (
            "all of them",
            vec![shutter(), file("2026:11:23 12:00:00"), text(Tag::Software, "GIMP 3.0")],
            vec![EditHint::EditorNamed, EditHint::WrittenApart { seconds: 86_400 }, EditHint::NoCamera],
        ),
    ];
    for (name, fields, expected) in cases {
        assert_eq!(hints(&fields), expected, "{name}");
    }
    let codes = [EditHint::EditorNamed, EditHint::WrittenApart { seconds: 1 }, EditHint::NoCamera]
        .map(EditHint::code);
    assert_eq!(codes, ["hint_editor_named", "hint_written_apart", "hint_no_camera"]);
}
