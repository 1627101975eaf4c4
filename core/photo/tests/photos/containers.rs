//! WebP and HEIC: containers made of lengths that must be believed only as far as the file goes.

use yuandian_photo::{Warning, examine, limits};

use crate::build::{corners, iso_box, noise, riff_chunk, vp8l_header, webp, webp_of};
use crate::{difference, photo, rendered_verdict, renditions, second_opinion, verdict};

fn extended(flags: u8, width: u32, height: u32) -> Vec<u8> {
    let (w, h) = ((width - 1).to_le_bytes(), (height - 1).to_le_bytes());
    riff_chunk(b"VP8X", &[flags, 0, 0, 0, w[0], w[1], w[2], h[0], h[1], h[2]])
}

#[test]
fn webp_limits_hold_exactly() {
    let sized = |width, height, alpha| webp_of(&[vp8l_header(width, height, alpha)]);
    let cases = [
        ("side at what the format can say", sized(16_384, 1, false), "accepted"),
        ("canvas side above", webp_of(&[extended(0, 16_385, 1)]), "side_too_long"),
        ("RGB at", sized(8_192, 6_826, false), "accepted"),
        ("RGB above", sized(8_192, 6_827, false), "decoded_too_large"),
        ("RGBA at", sized(8_192, 5_120, true), "accepted"),
        ("RGBA above", sized(8_192, 5_121, true), "decoded_too_large"),
        ("pixels above", sized(10_001, 10_000, false), "too_many_pixels"),
        ("animated by flag", webp_of(&[extended(2, 8, 8), vp8l_header(8, 8, false)]), "animated"),
        (
            "animated by frame",
            webp_of(&[vp8l_header(8, 8, false), riff_chunk(b"ANMF", &[0; 16])]),
            "animated",
        ),
        ("canvas of another size", webp_of(&[extended(0, 8, 9), vp8l_header(8, 8, false)]), "malformed"),
        ("canvas of the same size", webp_of(&[extended(0, 8, 8), vp8l_header(8, 8, false)]), "accepted"),
        ("two pictures", webp_of(&[vp8l_header(8, 8, false), vp8l_header(8, 8, false)]), "malformed"),
        ("no picture", webp_of(&[riff_chunk(b"EXIF", b"")]), "malformed"),
        ("chunk beyond the container", webp_of(&[b"VP8L\xFF\xFF\xFF\x00".to_vec()]), "truncated"),
        ("lossy without its start code", webp_of(&[riff_chunk(b"VP8 ", &[0; 16])]), "malformed"),
    ];
    for (name, original, expected) in cases {
        assert_eq!(verdict(&original), expected, "{name}");
    }
}

#[test]
fn a_webp_renders_and_one_with_missing_pixels_does_not() {
    let picture = corners(640, 400);
    let thumb = second_opinion(&renditions(&webp(&picture)).thumb.bytes);
    let error = difference(&thumb, &image::DynamicImage::from(picture).thumbnail(320, 320).into_rgb8());
    assert!(error < 4.0, "mean error {error}");

    // RIFF header, chunk header, data.
    let whole = webp(&noise(64, 64));
    let content = &whole[20..];
    assert_eq!(rendered_verdict(&webp_of(&[riff_chunk(b"VP8L", content)])), "rendered");
    let cut = webp_of(&[riff_chunk(b"VP8L", &content[..content.len() / 2])]);
    assert_eq!(rendered_verdict(&cut), "undecodable");
    let lossy = photo("tiny.webp");
    let length = u32::from_le_bytes(lossy[34..38].try_into().unwrap()) as usize;
    let picture = &lossy[38..38 + length];
    assert_eq!(rendered_verdict(&webp_of(&[riff_chunk(b"VP8 ", picture)])), "rendered");
    assert_eq!(rendered_verdict(&webp_of(&[riff_chunk(b"VP8 ", &picture[..length / 2])])), "undecodable");
}

#[test]
fn bytes_after_a_webp_are_reported() {
    let original = [photo("tiny.webp").as_slice(), &[0; 8]].concat();
    let codes: Vec<_> =
        examine(&original).unwrap().warnings.into_iter().map(|warning| warning.code()).collect();
    assert_eq!(codes, ["padding_after_end"]);
}

fn heic(extents: &[(u32, u32)]) -> Vec<u8> {
    let extent = |(width, height): &(u32, u32)| {
        iso_box(b"ispe", &[[0; 4], width.to_be_bytes(), height.to_be_bytes()].concat())
    };
    let properties =
        iso_box(b"iprp", &iso_box(b"ipco", &extents.iter().flat_map(extent).collect::<Vec<_>>()));
    let meta = iso_box(b"meta", &[&[0; 4], properties.as_slice()].concat());
    [iso_box(b"ftyp", b"heic\0\0\0\0mif1heic"), meta, iso_box(b"mdat", b"opaque")].concat()
}

#[test]
fn a_heic_of_tiles_has_the_size_of_its_largest_picture() {
    let examined = examine(&heic(&[(512, 512), (4_032, 3_024), (320, 240)])).unwrap();
    assert_eq!(examined.dimensions.map(|d| (d.width, d.height)), Some((4_032, 3_024)));
    assert_eq!(examined.warnings, []);
}

#[test]
fn a_heic_without_a_size_is_kept_with_a_warning() {
    for original in [heic(&[]), heic(&[(0, 0)])] {
        let examined = examine(&original).unwrap();
        assert_eq!((examined.dimensions, examined.warnings), (None, vec![Warning::DimensionsUnknown]));
        assert_eq!(rendered_verdict(&original), "rendered");
    }
}

#[test]
fn other_kinds_of_iso_media_are_refused() {
    let of_brands = |brands: &[u8]| [iso_box(b"ftyp", brands), iso_box(b"meta", &[0; 4])].concat();
    assert_eq!(verdict(&of_brands(b"heic\0\0\0\0mif1heic")), "accepted");
    assert_eq!(verdict(&of_brands(b"avif\0\0\0\0mif1avif")), "other_format");
    assert_eq!(verdict(&of_brands(b"mif1\0\0\0\0avifmif1")), "other_format");
    assert_eq!(verdict(&of_brands(b"isom\0\0\x02\0mp42")), "other_format");
    assert_eq!(verdict(&iso_box(b"ftyp", b"heic\0\0\0\0")), "malformed");
}

#[test]
fn the_number_of_boxes_is_limited() {
    // `ftyp`, `meta`, `mdat`, `iprp` and `ipco` are boxes too.
    let at = limits::HEIC_BOXES_MAX - 5;
    assert_eq!(verdict(&heic(&vec![(8, 8); at])), "accepted");
    assert_eq!(verdict(&heic(&vec![(8, 8); at + 1])), "malformed");
}

#[test]
fn other_pictures_are_refused_by_name() {
    let cases: [(&[u8], &str); 8] = [
        (b"GIF89a", "other_format"),
        (b"II\x2A\0rest of a raw file", "other_format"),
        (b"MM\0\x2Arest of a raw file", "other_format"),
        (b"BM\x10\0\0\0\0\0\0\0", "other_format"),
        (b"\xFF\x0A", "other_format"),
        (b"BMW is no bitmap", "not_a_photo"),
        (b"<html>", "not_a_photo"),
        (b"\xFF", "not_a_photo"),
    ];
    for (original, expected) in cases {
        assert_eq!(verdict(original), expected, "{original:?}");
    }
}
