//! Sharing an original without what it says about its author.

use yuandian_photo::{Metadata, examine, strip_jpeg};

use crate::build::{Style, corners, jpeg, segment, with_segments};
use crate::{photo, second_opinion};

#[test]
fn the_pixels_stay_and_the_metadata_goes() {
    for name in ["picos12_o8.jpg", "seeding12_o6.jpg", "small_exif.jpg", "tiny.jpg"] {
        let original = photo(name);
        let with_video = [original.as_slice(), b"\0\0\0\x18ftypmp42 a motion photo"].concat();
        let stripped = strip_jpeg(&with_video).unwrap();
        assert!(second_opinion(&stripped) == second_opinion(&original), "{name}: pixels differ");
        let examined = examine(&stripped).unwrap();
        assert_eq!((examined.metadata, examined.warnings), (Metadata::default(), vec![]), "{name}");
        for trace in [b"Exif\0\0".as_slice(), b"http://ns.adobe.com/xap", b"Xiaomi", b"ftypmp42"] {
            assert!(!stripped.windows(trace.len()).any(|window| window == trace), "{name}: {trace:?}");
        }
        assert_eq!(strip_jpeg(&stripped).unwrap(), stripped, "{name}");
    }
}

#[test]
fn only_what_decoding_needs_is_kept() {
    let plain = jpeg(&corners(64, 48), &Style::default());
    let profile = segment(0xE2, b"ICC_PROFILE\0\x01\x01profile");
    let adobe = segment(0xEE, b"Adobe\0\x64\0\0\0\0\x01");
    let dropped = [
        segment(0xE0, b"JFXX\0\x10embedded preview"),
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0author"),
        segment(0xE2, b"MPF\0second picture"),
        segment(0xED, b"Photoshop 3.0\0caption"),
        segment(0xEE, b"not the transform"),
        segment(0xEF, b"vendor"),
        segment(0xFE, b"comment"),
    ];
    let kept = with_segments(&plain, &[profile.clone(), adobe.clone()]);
    let all = with_segments(&plain, &[[profile, adobe].concat(), dropped.concat()]);
    assert_eq!(strip_jpeg(&all).unwrap(), strip_jpeg(&kept).unwrap());
    assert_eq!(strip_jpeg(&kept).unwrap(), kept);
}

#[test]
fn the_thumbnail_inside_a_jfif_header_is_cut_out() {
    let bare = segment(0xE0, b"JFIF\0\x01\x02\x01\0\x48\0\x48\0\0");
    let with_thumbnail = segment(0xE0, b"JFIF\0\x01\x02\x01\0\x48\0\x48\x01\x01rgb");
    let plain = jpeg(&corners(64, 48), &Style::default());
    let (bare, with_thumbnail) = (with_segments(&plain, &[bare]), with_segments(&plain, &[with_thumbnail]));
    assert_eq!(strip_jpeg(&with_thumbnail).unwrap(), bare);
}

#[test]
fn half_a_file_and_other_formats_are_refused() {
    let original = photo("small_exif.jpg");
    let refusal = |bytes: &[u8]| strip_jpeg(bytes).unwrap_err().code();
    assert_eq!(refusal(&original[..original.len() / 2]), "truncated");
    assert_eq!(refusal(&original[..original.len() - 1]), "truncated");
    assert_eq!(refusal(&photo("tiny.png")), "not_jpeg");
    assert_eq!(refusal(b""), "empty");
    assert_eq!(refusal(&vec![0; yuandian_photo::limits::ORIGINAL_BYTES_MAX + 1]), "too_large");
}
