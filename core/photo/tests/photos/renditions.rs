//! Thumb, micro and medium: upright, bounded, bare, and readable by others.

use image::RgbImage;
use yuandian_photo::{Preview, Rendition, examine, limits, original_hash, render, render_medium};

use crate::build::{Style, corners, exif_segment, jpeg, noise, orientation, png, with_segments};
use crate::{PHOTOS, difference, photo, renditions, second_opinion};

fn medium(original: &[u8]) -> Rendition {
    match render_medium(original, &examine(original).unwrap()).unwrap() {
        Preview::Ready(rendition) => rendition,
        Preview::Unavailable(reason) => panic!("{}", reason.code()),
    }
}

fn all(original: &[u8]) -> [Rendition; 3] {
    let made = renditions(original);
    [made.micro, made.thumb, medium(original)]
}

/// The colour each corner of [`corners`] comes nearest to, clockwise from top left.
fn corner_letters(picture: &RgbImage) -> String {
    let (right, bottom) = (picture.width() - 1, picture.height() - 1);
    let letter = |(x, y)| match picture.get_pixel(x, y).0.map(|value| value > 128) {
        [true, true, true] => 'W',
        [true, ..] => 'R',
        [_, true, _] => 'G',
        _ => 'B',
    };
    [(0, 0), (right, 0), (right, bottom), (0, bottom)].map(letter).iter().collect()
}

#[test]
fn all_eight_orientations_stand_upright() {
    let stored = jpeg(&corners(480, 320), &Style::default());
    let expected = [
        (1, "RGBW"),
        (2, "GRWB"),
        (3, "BWRG"),
        (4, "WBGR"),
        (5, "RWBG"),
        (6, "WRGB"),
        (7, "BGRW"),
        (8, "GBWR"),
    ];
    for (value, letters) in expected {
        let original = with_segments(&stored, &[exif_segment(&[orientation(value)])]);
        let upright = examine(&original).unwrap().upright_dimensions().unwrap();
        assert_eq!((upright.width, upright.height), if value < 5 { (480, 320) } else { (320, 480) });
        for rendition in all(&original) {
            let seen = second_opinion(&rendition.bytes);
            assert_eq!(seen.dimensions(), (rendition.width, rendition.height));
            assert_eq!(rendition.width > rendition.height, value < 5, "orientation {value}");
            assert_eq!(corner_letters(&seen), letters, "orientation {value} {}", rendition.kind.code());
        }
    }
}

#[test]
fn sizes_are_bounded_and_nothing_is_enlarged() {
    let sized = |width, height| png(&corners(width, height).into());
    let cases = [
        ((319, 200), (319, 200), (319, 200)),
        ((320, 200), (320, 200), (320, 200)),
        ((321, 200), (320, 199), (321, 200)),
        ((200, 321), (199, 320), (200, 321)),
        ((1_600, 1_200), (320, 240), (1_600, 1_200)),
        ((1_601, 1_200), (320, 240), (1_600, 1_199)),
        ((1, 1), (1, 1), (1, 1)),
        ((16_384, 1), (320, 1), (1_600, 1)),
    ];
    for ((width, height), thumb, medium) in cases {
        let [micro, made_thumb, made_medium] = all(&sized(width, height));
        assert_eq!((made_thumb.width, made_thumb.height), thumb, "{width} x {height}");
        assert_eq!((made_medium.width, made_medium.height), medium, "{width} x {height}");
        assert!(micro.bytes.len() <= limits::MICRO_BYTES_MAX, "{width} x {height}: {}", micro.bytes.len());
    }
}

#[test]
fn a_micro_fits_whatever_it_shows_and_uses_the_room_it_has() {
    let cases = [
        ("noise", jpeg(&noise(1_000, 750), &Style::default())),
        ("a wall", jpeg(&RgbImage::from_pixel(1_000, 750, image::Rgb([90; 3])), &Style::default())),
        ("corners", jpeg(&corners(1_000, 750), &Style::default())),
        ("a street", photo("seeding12_o6.jpg")),
        ("a mountain", photo("picos12_o8.jpg")),
    ];
    for (name, original) in cases {
        let micro = renditions(&original).micro;
        assert!(micro.bytes.len() <= limits::MICRO_BYTES_MAX, "{name}: {} bytes", micro.bytes.len());
        assert!(micro.width.max(micro.height) >= 48, "{name}: {} x {}", micro.width, micro.height);
        let full = micro.bytes.len() > limits::MICRO_BYTES_MAX * 85 / 100;
        assert!(full || micro.width.max(micro.height) == 192, "{name}: {} bytes", micro.bytes.len());
    }
}

#[test]
fn a_second_decoder_sees_what_ours_sees() {
    for entry in std::fs::read_dir(PHOTOS).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name.ends_with(".heic") {
            continue;
        }
        for rendition in all(&photo(&name)) {
            let mut ours = jpeg_decoder::Decoder::new(rendition.bytes.as_slice());
            let ours = RgbImage::from_raw(rendition.width, rendition.height, ours.decode().unwrap()).unwrap();
            let error = difference(&ours, &second_opinion(&rendition.bytes));
            assert!(error < 1.0, "{name} {}: mean error {error}", rendition.kind.code());
        }
    }
}

/// The markers of a JPEG up to its first scan.
fn markers(jpeg: &[u8]) -> Vec<u8> {
    let mut at = 2;
    let mut found = Vec::new();
    loop {
        assert_eq!(jpeg[at], 0xFF);
        found.push(jpeg[at + 1]);
        if jpeg[at + 1] == 0xDA {
            return found;
        }
        at += 2 + usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
    }
}

#[test]
fn renditions_are_baseline_in_one_scan_and_say_nothing_of_their_maker() {
    for rendition in all(&photo("small_exif.jpg")) {
        let markers = markers(&rendition.bytes);
        // JFIF, tables, one baseline frame, one scan; neither APP1 (EXIF, XMP) nor a comment.
        assert!(
            markers.iter().all(|marker| matches!(marker, 0xE0 | 0xDB | 0xC4 | 0xC0 | 0xDA)),
            "{markers:x?}"
        );
        let scans = rendition.bytes.windows(2).filter(|pair| pair == &[0xFF, 0xDA]).count();
        assert_eq!(scans, 1);
        assert_eq!(rendition.sha256, original_hash(&rendition.bytes));
    }
}

/// The head of a profile for RGB, with a name, made up to `bytes`.
fn profile(name: &[u8], bytes: usize) -> Vec<u8> {
    let mut profile = vec![0; 128];
    profile[16..20].copy_from_slice(b"RGB ");
    profile.extend_from_slice(name);
    profile.resize(bytes, 0);
    profile
}

#[test]
fn a_profile_is_carried_only_where_colours_need_it() {
    let with = |profile| jpeg(&corners(400, 300), &Style { profile: Some(profile), ..Style::default() });
    let mut grey = profile(b"Dot Gain", 600);
    grey[16..20].copy_from_slice(b"GRAY");
    let limit = limits::CARRIED_PROFILE_BYTES_MAX;
    let cases = [
        ("wide gamut", profile(b"Display P3", 600), true),
        ("at the limit", profile(b"Display P3", limit), true),
        ("above the limit", profile(b"Display P3", limit + 1), false),
        ("sRGB", profile(b"sRGB IEC61966-2.1", 600), false),
        ("sRGB in UTF-16", profile(b"\0s\0R\0G\0B", 600), false),
        ("grey", grey, false),
    ];
    for (name, profile, is_carried) in cases {
        let [micro, thumb, medium] = all(&with(profile.clone()));
        let holds =
            |rendition: &Rendition| rendition.bytes.windows(profile.len()).any(|window| window == profile);
        assert_eq!((holds(&thumb), holds(&medium)), (is_carried, is_carried), "{name}");
        assert!(!holds(&micro), "{name}");
    }
}

#[test]
fn bytes_that_were_not_examined_are_not_rendered() {
    let examined = examine(&photo("tiny.jpg")).unwrap();
    let mut changed = photo("tiny.jpg");
    *changed.last_mut().unwrap() ^= 1;
    for other in [changed, photo("small_exif.jpg"), Vec::new()] {
        assert_eq!(render(&other, &examined).unwrap_err().code(), "changed");
        assert_eq!(render_medium(&other, &examined).unwrap_err().code(), "changed");
    }
}
