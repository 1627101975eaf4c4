//! Words on a copy: readable, wrapped, never silently incomplete.

use image::{Rgb, RgbImage};
use yuandian_photo::{WatermarkError, examine, limits, watermark};

use crate::build::{Style, corners, jpeg};
use crate::{difference, photo, renditions, second_opinion};

/// Face 0 has digits only, face 1 letters and some Chinese.
const FONT: &[u8] = include_bytes!("../../../../tests/data/fonts/letters.ttc");

fn lines(text: &[&str]) -> Vec<String> {
    text.iter().map(|&line| line.to_owned()).collect()
}

fn usual() -> Vec<String> {
    lines(&[
        "2026-11-22 12:00:00",
        "郑州市中原区林山寨街道",
        "网格员 王小二",
        "案件编号 410102001-000123",
        "A1B2 C3D4",
    ])
}

fn grey(width: u32, height: u32) -> RgbImage {
    RgbImage::from_pixel(width, height, Rgb([128; 3]))
}

fn marked(picture: &RgbImage, lines: &[String]) -> Result<RgbImage, WatermarkError> {
    watermark(&jpeg(picture, &Style::default()), lines, FONT, 1).map(|bytes| second_opinion(&bytes))
}

/// First row of the panel: the first that is clearly darker than the picture.
fn panel_top(seen: &RgbImage) -> u32 {
    (0..seen.height()).find(|&y| seen.get_pixel(1, y).0[1] < 100).unwrap_or(seen.height())
}

/// Pixels of letters in some rows.
fn bright(seen: &RgbImage, rows: std::ops::Range<u32>) -> usize {
    seen.rows().skip(rows.start as usize).take(rows.len()).flatten().filter(|pixel| pixel.0[1] > 200).count()
}

#[test]
fn words_stand_on_a_panel_at_the_bottom_and_the_rest_is_untouched() {
    let medium = renditions_medium("seeding12_o6.jpg");
    let bytes = watermark(&medium, &usual(), FONT, 1).unwrap();
    let (before, after) = (second_opinion(&medium), second_opinion(&bytes));
    assert_eq!(before.dimensions(), after.dimensions());
    let (width, height) = before.dimensions();
    let upper = |seen: &RgbImage| image::imageops::crop_imm(seen, 0, 0, width, height / 2).to_image();
    let lower =
        |seen: &RgbImage| image::imageops::crop_imm(seen, 0, height * 6 / 7, width, height / 7).to_image();
    assert!(difference(&upper(&before), &upper(&after)) < 2.0);
    assert!(difference(&lower(&before), &lower(&after)) > 20.0);
    let examined = examine(&bytes).unwrap();
    assert_eq!((examined.metadata, examined.warnings), (Default::default(), vec![]));
}

fn renditions_medium(name: &str) -> Vec<u8> {
    let yuandian_photo::Preview::Ready(all) = yuandian_photo::develop(&photo(name)).unwrap().renditions
    else {
        panic!("{name} has no medium")
    };
    all.medium.bytes
}

#[test]
fn each_line_has_its_row_and_a_long_one_several() {
    let panel_px = |text: &[&str]| {
        let seen = marked(&grey(800, 600), &lines(text)).unwrap();
        seen.height() - panel_top(&seen)
    };
    let (one, two) = (panel_px(&["2026"]), panel_px(&["2026", "11"]));
    let row = two - one;
    assert!((20..=40).contains(&row), "a row of {row} pixels");
    assert_eq!(panel_px(&["2026", "", "11"]), two + row);
    // 60 characters of 20 pixels in 780: two rows.
    assert_eq!(panel_px(&["林山寨街道网格员案件编".repeat(6)[..180].as_ref()]), two);
}

#[test]
fn letters_show_and_what_is_longer_shows_more() {
    let seen = |text: &str| marked(&grey(800, 600), &lines(&[text])).unwrap();
    let count = |text: &str| bright(&seen(text), 500..600);
    assert_eq!(count(" "), 0);
    assert!(count("王") > 20);
    assert!(count("王小二") > count("王"));
    assert_eq!(bright(&seen("王小二"), 0..500), 0);
}

#[test]
fn a_character_that_the_font_lacks_is_named_and_nothing_is_written() {
    let missing = |line: &str, face| {
        let text = lines(&["2026", line]);
        watermark(&jpeg(&grey(400, 300), &Style::default()), &text, FONT, face).unwrap_err()
    };
    for character in ['𠮷', '䶮', '鱻', '😀', '\n', '\t', '\u{0}'] {
        assert_eq!(
            missing(&format!("王{character}"), 1),
            WatermarkError::MissingGlyph { character, line: 1 }
        );
    }
    // The other face has no Chinese at all.
    assert_eq!(missing("王", 0), WatermarkError::MissingGlyph { character: '王', line: 1 });
    assert!(watermark(&jpeg(&grey(400, 300), &Style::default()), &lines(&["2026"]), FONT, 0).is_ok());
}

#[test]
fn what_cannot_be_written_on_is_told_apart() {
    let picture = jpeg(&grey(400, 300), &Style::default());
    let code = |bytes: &[u8], text: &[String], font: &[u8], index| {
        watermark(bytes, text, font, index).map_err(|refusal| refusal.code()).map(drop)
    };
    let words = || lines(&["2026"]);
    let long = |chars| lines(&["0".repeat(chars).as_str()]);
    let limit = limits::WATERMARK_CHARS_MAX;
    let cases = [
        ("no such face", code(&picture, &words(), FONT, 2), Err("watermark_font")),
        ("no font", code(&picture, &words(), b"not a font", 0), Err("watermark_font")),
        ("half a font", code(&picture, &words(), &FONT[..200], 1), Err("watermark_font")),
        ("no picture", code(b"", &words(), FONT, 1), Err("empty")),
        ("a HEIC", code(&photo("tiny.heic"), &words(), FONT, 1), Err("not_jpeg")),
        ("half a picture", code(&picture[..picture.len() / 2], &words(), FONT, 1), Err("truncated")),
        ("at the limit", code(&jpeg(&grey(1600, 1200), &Style::default()), &long(limit), FONT, 1), Ok(())),
        ("above the limit", code(&picture, &long(limit + 1), FONT, 1), Err("watermark_too_long")),
        (
            "too small",
            code(&jpeg(&grey(64, 20), &Style::default()), &words(), FONT, 1),
            Err("watermark_no_room"),
        ),
        ("too many lines", code(&picture, &vec!["1".to_owned(); 20], FONT, 1), Err("watermark_no_room")),
    ];
    for (name, outcome, expected) in cases {
        assert_eq!(outcome, expected, "{name}");
    }
}

#[test]
fn without_lines_there_is_no_panel_and_odd_sizes_are_fine() {
    let picture = corners(401, 301);
    assert!(difference(&marked(&picture, &[]).unwrap(), &picture) < 3.0);
    for (width, height) in [(401, 301), (400, 301), (401, 300)] {
        let seen = marked(&grey(width, height), &lines(&["2026"])).unwrap();
        assert_eq!(seen.dimensions(), (width, height));
        // Neither panel nor letters have a colour.
        let colour = seen.pixels().map(|pixel| pixel.0[0].abs_diff(pixel.0[2])).max().unwrap();
        assert!(colour < 8, "{width} x {height}: {colour}");
    }
}

#[test]
fn the_photograph_itself_may_be_given_and_stays_as_it_is() {
    let original = photo("small_exif.jpg");
    let kept = original.clone();
    let seen = second_opinion(&watermark(&original, &usual(), FONT, 1).unwrap());
    assert_eq!(original, kept);
    let thumb = renditions(&original).thumb;
    assert_eq!(seen.width() < seen.height(), thumb.width < thumb.height, "upright");
}
