//! What looks alike: copies of a photograph do, other photographs do not.

use image::imageops::{FilterType, crop_imm};
use image::{DynamicImage, RgbImage};
use yuandian_photo::{Distance, Fingerprint, fingerprint, looks_like};

use crate::build::{Style, exif_segment, jpeg, orientation, png, with_segments};
use crate::{photo, renditions, second_opinion};

fn of(picture: &RgbImage) -> Fingerprint {
    fingerprint(&jpeg(picture, &Style::default())).unwrap()
}

/// Upright, at the size of a chat's copy.
fn street(name: &str) -> RgbImage {
    let original = photo(name);
    let stored = image::load_from_memory(&original).unwrap().thumbnail(1200, 1200);
    let turned = if name.contains("o8") { stored.rotate270() } else { stored.rotate90() };
    turned.into_rgb8()
}

#[test]
fn a_copy_made_smaller_or_worse_looks_like_its_photograph() {
    for name in ["picos12_o8.jpg", "seeding12_o6.jpg"] {
        let taken = fingerprint(&renditions(&photo(name)).thumb.bytes).unwrap();
        let picture = street(name);
        let (width, height) = picture.dimensions();
        let resized = |percent: u32| {
            let (width, height) = (width * percent / 100, height * percent / 100);
            image::imageops::resize(&picture, width, height, FilterType::Triangle)
        };
        let poor = {
            let mut bytes = Vec::new();
            let encoder = jpeg_encoder::Encoder::new(&mut bytes, 50);
            let small = resized(60);
            let (width, height) = (small.width() as u16, small.height() as u16);
            encoder.encode(small.as_raw(), width, height, jpeg_encoder::ColorType::Rgb).unwrap();
            second_opinion(&bytes)
        };
        let edge = |per_cent: u32| {
            let (x, y) = (width * per_cent / 200, height * per_cent / 200);
            crop_imm(&picture, x, y, width - 2 * x, height - 2 * y).to_image()
        };
        let copies = [
            ("as it is", picture.clone()),
            ("half", resized(50)),
            ("a chat's", poor),
            ("2 % cut off", edge(2)),
        ];
        for (copy, seen) in copies {
            let copied = of(&seen);
            assert!(looks_like(taken, copied), "{name}, {copy}: {:?}", taken.distance(copied));
            assert!(looks_like(copied, taken), "{name}, {copy}");
        }
    }
}

#[test]
fn other_photographs_and_other_views_do_not_look_alike() {
    let (mountain, street) = (street("picos12_o8.jpg"), street("seeding12_o6.jpg"));
    let view = |picture: &RgbImage, x: u32, y: u32| {
        let (width, height) = (picture.width() / 2, picture.height() / 2);
        crop_imm(picture, x * width, y * height, width, height).to_image()
    };
    let mut views = vec![mountain.clone(), street.clone()];
    for picture in [&mountain, &street] {
        views.extend([(0, 0), (0, 1), (1, 0), (1, 1)].map(|(x, y)| view(picture, x, y)));
        views.push(DynamicImage::from(picture.clone()).fliph().into_rgb8());
    }
    let prints: Vec<Fingerprint> = views.iter().map(of).collect();
    for (number, one) in prints.iter().enumerate() {
        for (other_number, other) in prints.iter().enumerate().skip(number + 1) {
            assert!(!looks_like(*one, *other), "{number} and {other_number}: {:?}", one.distance(*other));
        }
    }
}

#[test]
fn both_hashes_are_held_at_their_limits() {
    let at = |phash: u32, dhash: u32| Fingerprint { phash: (1 << phash) - 1, dhash: (1 << dhash) - 1 };
    let none = at(0, 0);
    for (phash, dhash, alike) in [(0, 0, true), (8, 10, true), (9, 0, false), (0, 11, false), (9, 11, false)]
    {
        let other = at(phash, dhash);
        assert_eq!(none.distance(other), Distance { phash, dhash });
        assert_eq!(looks_like(none, other), alike, "{phash} and {dhash} bits");
    }
}

#[test]
fn the_upright_picture_is_hashed_whatever_file_it_is_in() {
    let picture = street("seeding12_o6.jpg");
    let stands = of(&picture);
    let stored = DynamicImage::from(picture.clone()).rotate270().into_rgb8();
    let turned = with_segments(&jpeg(&stored, &Style::default()), &[exif_segment(&[orientation(6)])]);
    assert!(looks_like(stands, fingerprint(&turned).unwrap()));
    assert!(!looks_like(stands, of(&stored)));
    assert!(looks_like(stands, fingerprint(&png(&picture.into())).unwrap()));
}

#[test]
fn what_is_no_whole_picture_has_no_fingerprint() {
    let code = |bytes: &[u8]| fingerprint(bytes).unwrap_err().code();
    assert_eq!(code(b""), "empty");
    assert_eq!(code(&photo("tiny.heic")), "not_jpeg");
    assert_eq!(code(&photo("small_exif.jpg")[..60_000]), "truncated");
}
