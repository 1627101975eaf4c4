//! The photographs and hostile files that come with the project.

use yuandian_photo::{
    Dimensions, Format, Preview, PreviewUnavailable, examine, original_hash, render, render_medium,
};

use crate::{HOSTILE, PHOTOS, difference, photo, renditions, second_opinion, verdict};

fn names(directory: &str) -> Vec<String> {
    let entries = std::fs::read_dir(directory).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn every_good_photo_is_accepted_as_what_it_is() {
    let expected = [
        (
            "picos12_o8.jpg",
            Format::Jpeg,
            (4032, 3024),
            8,
            "288f69bd797949b8c9970f39f96f022c9974a5a85f8d8ddd8ff5619602237a05",
        ),
        (
            "seeding12_o6.jpg",
            Format::Jpeg,
            (4032, 3024),
            6,
            "7ba1155fba658809a6c31ee38e9e85b925f58d5861b8f06bbca39a181490f489",
        ),
        (
            "small_exif.jpg",
            Format::Jpeg,
            (1008, 756),
            6,
            "6af1b7e2664de3a6f3506f2ca58844a0b87e38fef4e0d9b3dbd81f8f38bb7d00",
        ),
        (
            "tiny.heic",
            Format::Heic,
            (64, 64),
            6,
            "a124617f47bb96d51fb4c5b7ab7ff36e1d35c446f7c5a1d1fc5e17f6573698d8",
        ),
        (
            "tiny.jpg",
            Format::Jpeg,
            (64, 48),
            6,
            "d5ca37ed5aaee0fdcbefab52ac0758bfc3eb439eb9bfedc24caa9307a91e71f7",
        ),
        (
            "tiny.png",
            Format::Png,
            (64, 48),
            6,
            "8cd7cb20a70ba9624d7acc4151ecd8aa96101af1afc2873694769eb8ef7d947b",
        ),
        (
            "tiny.webp",
            Format::WebP,
            (64, 48),
            6,
            "5b2ecea933e7b47258a1ac5a9c3d418e39dc9b610960f3973c7af14fc3484ae5",
        ),
    ];
    assert_eq!(names(PHOTOS), expected.map(|row| row.0));
    for (name, format, (width, height), orientation, hash) in expected {
        let original = photo(name);
        let examined = examine(&original).unwrap();
        assert_eq!(examined.format, format, "{name}");
        assert_eq!(examined.dimensions, Some(Dimensions { width, height }), "{name}");
        let upright = if orientation >= 5 { (height, width) } else { (width, height) };
        assert_eq!(examined.upright_dimensions().map(|d| (d.width, d.height)), Some(upright), "{name}");
        assert_eq!(examined.metadata.orientation.exif(), orientation, "{name}");
        assert_eq!(examined.original_hash.map(|byte| format!("{byte:02x}")).concat(), hash, "{name}");
        assert_eq!(examined.original_hash, original_hash(&original), "{name}");
        assert_eq!(examined.byte_len, original.len() as u64, "{name}");
        assert_eq!(examined.warnings, [], "{name}");
        assert_eq!(examined.edit_hints, [], "{name}");
    }
}

#[test]
fn every_hostile_file_is_refused_for_its_own_reason() {
    let expected = [
        ("big_16000x16000_rgba.png", "too_many_pixels", "use_lower_resolution"),
        ("bomb_60000x60000_1bit.png", "side_too_long", "use_lower_resolution"),
        ("flat_16383.webp", "too_many_pixels", "use_lower_resolution"),
        ("gif_65535.gif", "other_format", "save_as_jpeg"),
        ("html.jpg", "not_a_photo", "choose_another"),
        ("iccp_400MB.png", "metadata_bomb", "choose_another"),
        ("lie_16000x16000.jpg", "too_many_pixels", "use_lower_resolution"),
        ("manyscan_3000.jpg", "too_many_scans", "choose_another"),
        ("soi.jpg", "truncated", "take_or_copy_again"),
        ("trunc10.jpg", "truncated", "take_or_copy_again"),
        ("zero.jpg", "empty", "take_or_copy_again"),
    ];
    assert_eq!(names(HOSTILE), expected.map(|row| row.0));
    for (name, code, next_step) in expected {
        let refusal = examine(&std::fs::read(format!("{HOSTILE}/{name}")).unwrap()).unwrap_err();
        assert_eq!((refusal.code(), refusal.next_step().code()), (code, next_step), "{name}: {refusal}");
    }
}

#[test]
fn what_the_camera_wrote_is_read_from_every_container() {
    for name in names(PHOTOS) {
        let metadata = examine(&photo(&name)).unwrap().metadata;
        assert_eq!(metadata.camera_make.as_deref(), Some("Xiaomi"), "{name}");
        assert_eq!(metadata.camera_model.as_deref(), Some("Redmi 9A"), "{name}");
        let captured_at = metadata.captured_at.unwrap();
        assert_eq!(captured_at.offset_minutes, Some(480), "{name}");
        assert_eq!(captured_at.local.len(), "2026-01-01T00:00:00".len(), "{name}");
        let position = metadata.position.unwrap();
        assert!((31.0..32.0).contains(&position.latitude_deg), "{name}: {position:?}");
        assert!((121.0..122.0).contains(&position.longitude_deg), "{name}: {position:?}");
    }
}

#[test]
fn a_heic_is_a_good_photograph_without_a_preview() {
    let original = photo("tiny.heic");
    let examined = examine(&original).unwrap();
    let unavailable = PreviewUnavailable::NeedsPlatform { format: Format::Heic };
    assert_eq!(render(&original, &examined), Ok(Preview::Unavailable(unavailable)));
    assert_eq!(render_medium(&original, &examined), Ok(Preview::Unavailable(unavailable)));
}

#[test]
fn renditions_show_the_photograph_upright() {
    for name in ["picos12_o8.jpg", "seeding12_o6.jpg", "small_exif.jpg", "tiny.jpg", "tiny.png", "tiny.webp"]
    {
        let original = photo(name);
        let stored = image::load_from_memory(&original).unwrap();
        let turned = if name.contains("o8") { stored.rotate270() } else { stored.rotate90() };
        let made = renditions(&original);
        let Ok(Preview::Ready(medium)) = render_medium(&original, &examine(&original).unwrap()) else {
            panic!("{name} has no medium");
        };
        for (rendition, side_px) in [(made.thumb, 320), (medium, 1600)] {
            let expected =
                if turned.height() > side_px { turned.thumbnail(side_px, side_px) } else { turned.clone() };
            let seen = second_opinion(&rendition.bytes);
            assert_eq!(
                seen.dimensions(),
                expected.to_rgb8().dimensions(),
                "{name} {}",
                rendition.kind.code()
            );
            let error = difference(&seen, &expected.to_rgb8());
            assert!(error < 8.0, "{name} {}: mean error {error}", rendition.kind.code());
        }
    }
}

#[test]
fn a_cut_photo_is_refused_wherever_it_was_cut() {
    for name in ["small_exif.jpg", "tiny.png", "tiny.webp", "tiny.heic"] {
        let original = photo(name);
        let step = (original.len() / 199).max(1);
        for cut in (64..original.len()).step_by(step).chain([original.len() - 2, original.len() - 1]) {
            assert_eq!(verdict(&original[..cut]), "truncated", "{name} cut to {cut} of {}", original.len());
        }
    }
}
