//! The marker walk, limit by limit, and the strictness of decoding.

use yuandian_photo::{Trailer, Warning, examine, limits};

use crate::build::{Style, corners, frame, jpeg, jpeg_of, noise, scan, segment};
use crate::{difference, photo, rendered_verdict, renditions, second_opinion, verdict};

const BASELINE: u8 = 0xC0;
const PROGRESSIVE: u8 = 0xC2;

#[test]
fn limits_hold_exactly() {
    let sized = |width, height, entropy| jpeg_of(&[frame(BASELINE, 8, width, height, 3), scan(entropy)]);
    let scans = |count| jpeg_of(&[frame(BASELINE, 8, 8, 8, 3), scan(1).repeat(count)]);
    let comments = |count| jpeg_of(&[frame(BASELINE, 8, 8, 8, 3), segment(0xFE, b"").repeat(count), scan(1)]);
    let progressive = |width| jpeg_of(&[frame(PROGRESSIVE, 8, width, 8_192, 1), scan(400_000)]);
    let cases = [
        ("side below", sized(16_383, 1, 66), "accepted"),
        ("side at", sized(16_384, 1, 66), "accepted"),
        ("side above", sized(16_385, 1, 66), "side_too_long"),
        ("height above", sized(1, 16_385, 66), "side_too_long"),
        ("no width", sized(0, 1, 66), "malformed"),
        ("no height", sized(1, 0, 66), "malformed"),
        ("pixels at", sized(10_000, 10_000, 400_000), "accepted"),
        ("pixels above", sized(10_000, 10_001, 400_040), "too_many_pixels"),
        ("data at", sized(1_000, 1_000, 4_000), "accepted"),
        ("data below", sized(1_000, 1_000, 3_999), "too_few_bytes"),
        ("scans at", scans(limits::JPEG_SCANS_MAX), "accepted"),
        ("scans above", scans(limits::JPEG_SCANS_MAX + 1), "too_many_scans"),
        ("segments at", comments(limits::JPEG_SEGMENTS_MAX - 2), "accepted"),
        ("segments above", comments(limits::JPEG_SEGMENTS_MAX - 1), "malformed"),
        ("coefficients at", progressive(10_240), "accepted"),
        ("coefficients above", progressive(10_241), "decoded_too_large"),
    ];
    for (name, original, expected) in cases {
        assert_eq!(verdict(&original), expected, "{name}");
    }
}

#[test]
fn the_longest_original_is_accepted_and_one_byte_more_refused() {
    let mut original = photo("tiny.jpg");
    original.resize(limits::ORIGINAL_BYTES_MAX, 0);
    assert_eq!(verdict(&original), "accepted");
    original.push(0);
    assert_eq!(verdict(&original), "too_large");
}

#[test]
fn kinds_that_cameras_do_not_write_are_refused_by_name() {
    let picture = frame(BASELINE, 8, 8, 8, 3);
    let cases = [
        ("CMYK", jpeg_of(&[frame(BASELINE, 8, 8, 8, 4), scan(9)]), "cmyk"),
        ("two components", jpeg_of(&[frame(BASELINE, 8, 8, 8, 2), scan(9)]), "malformed"),
        ("12-bit", jpeg_of(&[frame(0xC1, 12, 8, 8, 3), scan(9)]), "unsupported_variant"),
        ("lossless", jpeg_of(&[frame(0xC3, 8, 8, 8, 3), scan(9)]), "unsupported_variant"),
        ("arithmetic", jpeg_of(&[frame(0xC9, 8, 8, 8, 3), scan(9)]), "unsupported_variant"),
        ("hierarchical", jpeg_of(&[frame(0xC5, 8, 8, 8, 3), scan(9)]), "unsupported_variant"),
        (
            "lines counted later",
            jpeg_of(&[picture.clone(), scan(9), segment(0xDC, &[0, 8])]),
            "unsupported_variant",
        ),
        ("two frames", jpeg_of(&[picture.clone(), picture.clone(), scan(9)]), "malformed"),
        ("no frame", jpeg_of(&[segment(0xFE, b"only words")]), "malformed"),
        ("scan before frame", jpeg_of(&[scan(9), picture.clone()]), "malformed"),
        ("no scan", jpeg_of(std::slice::from_ref(&picture)), "malformed"),
        ("picture in picture", jpeg_of(&[vec![0xFF, 0xD8], picture.clone(), scan(9)]), "malformed"),
        ("stray restart", jpeg_of(&[vec![0xFF, 0xD0], picture.clone(), scan(9)]), "malformed"),
        ("length of one", jpeg_of(&[vec![0xFF, 0xFE, 0, 1], picture.clone(), scan(9)]), "malformed"),
        (
            "sampling of zero",
            jpeg_of(&[segment(BASELINE, &[8, 0, 8, 0, 8, 1, 1, 0x10, 0]), scan(9)]),
            "malformed",
        ),
        (
            "sampling of five",
            jpeg_of(&[segment(BASELINE, &[8, 0, 8, 0, 8, 1, 1, 0x51, 0]), scan(9)]),
            "malformed",
        ),
        ("short frame", jpeg_of(&[segment(BASELINE, &[8, 0, 8, 0, 8, 1, 1, 0x11]), scan(9)]), "malformed"),
    ];
    for (name, original, expected) in cases {
        assert_eq!(verdict(&original), expected, "{name}");
    }
    let printed = jpeg(&corners(64, 64), &Style { cmyk: true, ..Style::default() });
    assert_eq!(verdict(&printed), "cmyk");
}

fn styles() -> [(&'static str, Style); 7] {
    let style = Style::default;
    [
        ("plain", style()),
        ("progressive", Style { progressive: true, ..style() }),
        ("one scan per component", Style { optimised: true, ..style() }),
        ("full chroma", Style { full_chroma: true, ..style() }),
        ("grey", Style { grey: true, ..style() }),
        ("restart markers", Style { restart_interval: 3, ..style() }),
        ("progressive grey", Style { progressive: true, grey: true, ..style() }),
    ]
}

#[test]
fn every_way_to_write_a_jpeg_renders_the_same_picture() {
    let picture = corners(720, 480);
    for (name, style) in styles() {
        let original = jpeg(&picture, &style);
        let expected = image::DynamicImage::from(picture.clone()).thumbnail(320, 320);
        let expected = if style.grey { expected.grayscale() } else { expected };
        let error = difference(&second_opinion(&renditions(&original).thumb.bytes), &expected.into_rgb8());
        assert!(error < 4.0, "{name}: mean error {error}");
    }
}

#[test]
fn a_cut_jpeg_given_a_fresh_end_is_never_shown_half_grey() {
    for (name, style) in styles() {
        let original = jpeg(&noise(96, 64), &style);
        let data_end = original.len() - 2;
        for lost in [4, 8, 40, 400, data_end / 3] {
            let cut = &original[..data_end - lost];
            // A stuffed zero must not lose its FF.
            let cut = cut.strip_suffix(&[0xFF]).unwrap_or(cut);
            let resealed = [cut, &[0xFF, 0xD9]].concat();
            assert_eq!(verdict(&resealed), "accepted", "{name}");
            assert_eq!(rendered_verdict(&resealed), "undecodable", "{name} without its last {lost} bytes");
        }
    }
}

#[test]
fn bytes_after_the_end_are_reported_and_never_rendered() {
    let alone = photo("tiny.jpg");
    let gain_map_and_video = [alone.as_slice(), &alone, b"\0\0\0\x18ftypmp42"].concat();
    let cases: [(&[u8], Trailer, &str); 8] = [
        (&gain_map_and_video, Trailer::MotionPhoto, "motion_photo"),
        (&alone[..200], Trailer::Picture, "picture_after_end"),
        (&[0; 512], Trailer::Padding, "padding_after_end"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0", Trailer::MotionPhoto, "motion_photo"),
        (b"MotionPhoto_Data\0\0\0\x18ftypmp42", Trailer::MotionPhoto, "motion_photo"),
        (&alone, Trailer::Picture, "picture_after_end"),
        (b"PK\x03\x04rest of an archive", Trailer::Archive, "archive_after_end"),
        (b"?", Trailer::Unknown, "bytes_after_end"),
    ];
    for (tail, trailer, code) in cases {
        let original = [alone.as_slice(), tail].concat();
        let warnings = examine(&original).unwrap().warnings;
        assert_eq!(warnings, [Warning::BytesAfterEnd { bytes: tail.len() as u64, trailer }]);
        assert_eq!(warnings[0].code(), code);
        assert_eq!(renditions(&original), renditions(&alone), "{code}");
    }
}

#[test]
fn stray_bytes_between_segments_are_tolerated_as_every_decoder_does() {
    let plain = photo("tiny.jpg");
    // Behind SOI and the JFIF header.
    let original = [&plain[..20], &[0, 1, 2, 0xFF, 0xFF], &plain[20..]].concat();
    assert_eq!(renditions(&original), renditions(&plain));
}
