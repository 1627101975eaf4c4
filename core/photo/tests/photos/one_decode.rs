//! Medium, thumb and micro of one decode, of the platform's picture, and of pixels that are not luma and colour at half the size.

use image::{Rgb, RgbImage};
use yuandian_photo::{
    AllRenditions, Format, Preview, PreviewUnavailable, develop, examine, limits, original_hash, render,
    render_all, render_medium, render_platform_preview,
};

use crate::build::{Style, corners, exif_segment, jpeg, orientation, segment, with_segments};
use crate::{difference, photo, second_opinion};

fn all(original: &[u8]) -> AllRenditions {
    match render_all(original, &examine(original).unwrap()).unwrap() {
        Preview::Ready(renditions) => renditions,
        Preview::Unavailable(reason) => panic!("{}", reason.code()),
    }
}

const SHOWN: [&str; 6] =
    ["picos12_o8.jpg", "seeding12_o6.jpg", "small_exif.jpg", "tiny.jpg", "tiny.png", "tiny.webp"];

#[test]
fn one_decode_gives_what_three_calls_give() {
    for name in SHOWN {
        let original = photo(name);
        let examined = examine(&original).unwrap();
        let made = all(&original);
        assert_eq!(render_medium(&original, &examined), Ok(Preview::Ready(made.medium.clone())), "{name}");
        let Ok(Preview::Ready(small)) = render(&original, &examined) else { panic!("{name} has no thumb") };
        assert_eq!((made.thumb.width, made.thumb.height), (small.thumb.width, small.thumb.height), "{name}");
        let error = difference(&second_opinion(&made.thumb.bytes), &second_opinion(&small.thumb.bytes));
        assert!(error < 4.0, "{name}: mean error {error}");
        for rendition in [&made.micro, &made.thumb, &made.medium] {
            assert_eq!(rendition.sha256, original_hash(&rendition.bytes), "{name} {}", rendition.kind.code());
        }
        assert!(made.micro.bytes.len() <= limits::MICRO_BYTES_MAX, "{name}");
    }
}

#[test]
fn developing_is_examining_and_rendering() {
    for name in SHOWN {
        let original = photo(name);
        let developed = develop(&original).unwrap();
        assert_eq!(developed.examined, examine(&original).unwrap(), "{name}");
        assert_eq!(developed.renditions, Preview::Ready(all(&original)), "{name}");
    }
    assert_eq!(develop(b"").unwrap_err().code(), "empty");
    let unavailable = PreviewUnavailable::NeedsPlatform { format: Format::Heic };
    assert_eq!(develop(&photo("tiny.heic")).unwrap().renditions, Preview::Unavailable(unavailable));
}

#[test]
fn a_small_picture_has_a_medium_of_its_own_without_metadata() {
    let original = photo("tiny.jpg");
    let medium = all(&original).medium;
    assert_eq!((medium.width, medium.height), (48, 64));
    assert_ne!(medium.bytes, original);
    let examined = examine(&medium.bytes).unwrap();
    assert_eq!((examined.metadata, examined.warnings), (Default::default(), vec![]));
}

#[test]
fn the_platforms_picture_of_a_heic_is_rendered_like_any_jpeg() {
    // What a platform may write: pixels that stand, or an orientation, with metadata of its own.
    let stands = jpeg(&corners(480, 640), &Style::default());
    let turned =
        with_segments(&jpeg(&corners(640, 480), &Style::default()), &[exif_segment(&[orientation(6)])]);
    for preview in [&stands, &turned] {
        let made = render_platform_preview(preview).unwrap();
        assert_eq!(made, all(preview));
        assert_eq!((made.medium.width, made.medium.height), (480, 640));
        assert_eq!((made.thumb.width, made.thumb.height), (240, 320));
        assert_eq!(examine(&made.medium.bytes).unwrap().metadata, Default::default());
    }
}

#[test]
fn what_is_no_whole_jpeg_is_no_preview() {
    let whole = jpeg(&corners(480, 640), &Style::default());
    let cases = [
        ("nothing", vec![], "empty"),
        ("words", b"<html>".to_vec(), "not_a_photo"),
        ("the HEIC itself", photo("tiny.heic"), "not_jpeg"),
        ("a PNG", photo("tiny.png"), "not_jpeg"),
        ("half", whole[..whole.len() / 2].to_vec(), "truncated"),
        ("half with an end", [&whole[..whole.len() / 2], &[0xFF, 0xD9]].concat(), "undecodable"),
        ("for printers", jpeg(&corners(64, 64), &Style { cmyk: true, ..Style::default() }), "cmyk"),
    ];
    for (name, preview, code) in cases {
        assert_eq!(render_platform_preview(&preview).map_err(|refusal| refusal.code()), Err(code), "{name}");
    }
}

/// The same pixels without the JFIF header, and with Adobe's segment in its place.
fn by_adobe(jpeg: &[u8], transform: u8) -> Vec<u8> {
    assert_eq!(jpeg[2..4], [0xFF, 0xE0]);
    let header = 2 + 2 + usize::from(u16::from_be_bytes([jpeg[4], jpeg[5]]));
    let adobe = segment(0xEE, &[b"Adobe".as_slice(), &[0, 100, 0, 0, 0, 0, transform]].concat());
    [&jpeg[..2], &adobe, &jpeg[header..]].concat()
}

#[test]
fn a_jpeg_of_red_green_and_blue_keeps_its_colours() {
    let stored = jpeg(&corners(640, 480), &Style { full_chroma: true, ..Style::default() });
    let as_luma = second_opinion(&by_adobe(&stored, 1));
    let as_rgb = second_opinion(&by_adobe(&stored, 0));
    assert!(difference(&as_luma, &as_rgb) > 20.0, "the second decoder must see two pictures");
    for (transform, seen) in [(1, as_luma), (0, as_rgb)] {
        let expected = image::DynamicImage::from(seen).thumbnail(320, 320).into_rgb8();
        let thumb = second_opinion(&all(&by_adobe(&stored, transform)).thumb.bytes);
        let error = difference(&thumb, &expected);
        assert!(error < 4.0, "transform {transform}: mean error {error}");
    }
}

#[test]
fn colour_stays_in_its_place_whatever_is_odd_and_however_it_is_turned() {
    // Steep enough that a shift by one pixel would show.
    let slope = |width, height| {
        RgbImage::from_fn(width, height, |x, y| {
            let (across, down) = (x * 250 / width, y * 250 / height);
            Rgb([across as u8, 128, 255 - (across / 2 + down / 2) as u8])
        })
    };
    for (width, height) in [(40, 30), (41, 30), (40, 31), (41, 31)] {
        let stored = jpeg(&slope(width, height), &Style::default());
        let seen = image::DynamicImage::from(second_opinion(&stored));
        for value in 1..=8 {
            let original = with_segments(&stored, &[exif_segment(&[orientation(value)])]);
            let expected = match value {
                1 => seen.clone(),
                2 => seen.fliph(),
                3 => seen.rotate180(),
                4 => seen.flipv(),
                5 => seen.rotate90().fliph(),
                6 => seen.rotate90(),
                7 => seen.rotate270().fliph(),
                _ => seen.rotate270(),
            };
            let made = second_opinion(&all(&original).medium.bytes);
            let error = difference(&made, &expected.into_rgb8());
            assert!(error < 3.0, "{width} x {height}, orientation {value}: mean error {error}");
        }
    }
}
