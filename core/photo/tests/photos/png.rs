//! The chunk walk of PNG, limit by limit, and what is made of its pixels.

use image::{DynamicImage, ImageBuffer, Luma, Rgb, Rgba};
use yuandian_photo::limits;

use crate::build::{chunk, corners, deflated, noise, png, png_header, png_of};
use crate::{difference, photo, rendered_verdict, renditions, second_opinion, verdict};

#[test]
fn limits_hold_exactly() {
    let pixels = || chunk(b"IDAT", b"not looked at");
    let sized = |width, height, depth, colour| png_of(&[png_header(width, height, depth, colour), pixels()]);
    let transparent = |width| png_of(&[png_header(width, 5_120, 16, 2), chunk(b"tRNS", &[0; 6]), pixels()]);
    let cases = [
        ("side at", sized(16_384, 1, 8, 2), "accepted"),
        ("side above", sized(16_385, 1, 8, 2), "side_too_long"),
        ("no pixels", sized(0, 1, 8, 2), "malformed"),
        ("pixels at", sized(10_000, 10_000, 1, 0), "accepted"),
        ("pixels above", sized(10_001, 10_000, 1, 0), "too_many_pixels"),
        ("a 121 MP square", sized(11_000, 11_000, 8, 2), "too_many_pixels"),
        ("16-bit RGBA at", sized(4_096, 5_120, 16, 6), "accepted"),
        ("16-bit RGBA above", sized(4_097, 5_120, 16, 6), "decoded_too_large"),
        ("RGB with a transparent colour at", transparent(4_096), "accepted"),
        ("RGB with a transparent colour above", transparent(4_097), "decoded_too_large"),
        ("8-bit RGB of 48 MP", sized(8_064, 6_048, 8, 2), "accepted"),
        ("palette of 60 MP", sized(10_000, 6_000, 8, 3), "decoded_too_large"),
        ("palette of 16 bits", sized(8, 8, 16, 3), "malformed"),
        ("colour type 5", sized(8, 8, 8, 5), "malformed"),
    ];
    for (name, original, expected) in cases {
        assert_eq!(verdict(&original), expected, "{name}");
    }
}

#[test]
fn compressed_metadata_is_counted_together_and_never_kept() {
    let limit = usize::try_from(limits::PNG_METADATA_INFLATED_BYTES_MAX).unwrap();
    let profile = |bytes| chunk(b"iCCP", &[b"name\0\0", deflated(&vec![0; bytes]).as_slice()].concat());
    let text = |bytes| chunk(b"zTXt", &[b"key\0\0", deflated(&vec![32; bytes]).as_slice()].concat());
    let international =
        |bytes| chunk(b"iTXt", &[b"key\0\x01\0zh\0key\0", deflated(&vec![32; bytes]).as_slice()].concat());
    let plain = |bytes: usize| chunk(b"iTXt", &[b"key\0\0\0zh\0key\0", vec![32; bytes].as_slice()].concat());
    let of = |parts: &[Vec<u8>]| png_of(&[png_header(8, 8, 8, 2), parts.concat(), chunk(b"IDAT", b"")]);
    let cases = [
        ("profile at", of(&[profile(limit)]), "accepted"),
        ("profile above", of(&[profile(limit + 1)]), "metadata_bomb"),
        ("text at", of(&[text(limit)]), "accepted"),
        ("text above", of(&[text(limit + 1)]), "metadata_bomb"),
        ("international text at", of(&[international(limit)]), "accepted"),
        ("international text above", of(&[international(limit + 1)]), "metadata_bomb"),
        ("together at", of(&[profile(limit / 2), text(limit / 2)]), "accepted"),
        ("together above", of(&[profile(limit / 2), text(limit / 2 + 1)]), "metadata_bomb"),
        ("not compressed", of(&[plain(limit + 1)]), "accepted"),
        ("no stream at all", of(&[chunk(b"iCCP", b"name"), chunk(b"iTXt", b"k\0")]), "accepted"),
    ];
    for (name, original, expected) in cases {
        assert_eq!(verdict(&original), expected, "{name}");
    }
}

#[test]
fn a_wrong_structure_is_refused_by_name() {
    let header = || png_header(8, 8, 8, 2);
    let cases = [
        ("header not first", png_of(&[chunk(b"IDAT", b""), header()]), "malformed"),
        ("two headers", png_of(&[header(), header(), chunk(b"IDAT", b"")]), "malformed"),
        ("no pixels", png_of(&[header()]), "malformed"),
        ("animated", png_of(&[header(), chunk(b"acTL", &[0; 8]), chunk(b"IDAT", b"")]), "animated"),
        (
            "length beyond the file",
            png_of(&[header(), vec![0x7F, 0xFF, 0xFF, 0xFF, b'I', b'D', b'A', b'T']]),
            "truncated",
        ),
    ];
    for (name, original, expected) in cases {
        assert_eq!(verdict(&original), expected, "{name}");
    }
}

#[test]
fn every_depth_and_kind_of_colour_renders() {
    let picture = DynamicImage::from(corners(640, 400));
    let grey16: ImageBuffer<Luma<u16>, Vec<u16>> = picture.to_luma16();
    let colour16: ImageBuffer<Rgb<u16>, Vec<u16>> = picture.to_rgb16();
    let cases = [
        ("RGB", picture.clone(), false),
        ("RGBA", picture.to_rgba8().into(), false),
        ("16-bit RGB", colour16.into(), false),
        ("grey", picture.to_luma8().into(), true),
        ("16-bit grey", grey16.into(), true),
    ];
    for (name, kind, is_grey) in cases {
        let expected = picture.thumbnail(320, 320);
        let expected = if is_grey { expected.grayscale() } else { expected };
        let error = difference(&second_opinion(&renditions(&png(&kind)).thumb.bytes), &expected.into_rgb8());
        assert!(error < 4.0, "{name}: mean error {error}");
    }
}

#[test]
fn what_is_transparent_shows_white() {
    let glass = image::RgbaImage::from_pixel(40, 40, Rgba([0, 0, 0, 0]));
    let thumb = second_opinion(&renditions(&png(&glass.into())).thumb.bytes);
    assert!(
        thumb.pixels().all(|pixel| pixel.0.iter().all(|&value| value >= 253)),
        "{:?}",
        thumb.get_pixel(20, 20)
    );
}

#[test]
fn damaged_or_missing_pixels_are_refused() {
    let whole = png(&noise(64, 64).into());
    assert_eq!(rendered_verdict(&whole), "rendered");
    // Behind signature and header: length, type, data.
    let data = 8 + 25;
    let length = u32::from_be_bytes(whole[data..data + 4].try_into().unwrap()) as usize;
    let content = &whole[data + 8..data + 8 + length];
    let resealed = |content: &[u8]| png_of(&[png_header(64, 64, 8, 2), chunk(b"IDAT", content)]);
    assert_eq!(rendered_verdict(&resealed(content)), "rendered");
    assert_eq!(rendered_verdict(&resealed(&content[..length / 2])), "undecodable");
    let mut flipped = whole.clone();
    flipped[data + 8 + length / 2] ^= 0x10;
    assert_eq!(rendered_verdict(&flipped), "undecodable");
}

#[test]
fn bytes_after_the_end_are_reported() {
    let original = [photo("tiny.png").as_slice(), b"PK\x03\x04"].concat();
    let codes: Vec<_> = yuandian_photo::examine(&original)
        .unwrap()
        .warnings
        .into_iter()
        .map(|warning| warning.code())
        .collect();
    assert_eq!(codes, ["archive_after_end"]);
    assert_eq!(renditions(&original), renditions(&photo("tiny.png")));
}
