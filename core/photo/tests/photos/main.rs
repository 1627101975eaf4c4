//! What the room promises, through its public calls, on real photographs, on hostile files and on files made here.
#![allow(clippy::disallowed_methods, reason = "tests read the corpus from its directory")]
#![allow(
    clippy::cast_possible_truncation,
    reason = "test pictures are small, and random bits may be dropped"
)]
#![allow(clippy::unwrap_used, reason = "a test stops where its ground gives way")]

mod build;
mod containers;
mod corpus;
mod exif;
mod fingerprint;
mod jpeg;
mod mutants;
mod one_decode;
mod png;
mod renditions;
mod strip;
mod watermark;

use yuandian_photo::{Preview, Renditions, examine, render};

const PHOTOS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/photos");
const HOSTILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/hostile-photos");

fn photo(name: &str) -> Vec<u8> {
    std::fs::read(format!("{PHOTOS}/{name}")).unwrap()
}

/// The refusal's code, or `accepted`.
fn verdict(original: &[u8]) -> &'static str {
    examine(original).map_or_else(|refusal| refusal.code(), |_| "accepted")
}

/// The refusal's code of examining and rendering, or `rendered`.
fn rendered_verdict(original: &[u8]) -> &'static str {
    let outcome = examine(original).and_then(|examined| render(original, &examined));
    outcome.map_or_else(|refusal| refusal.code(), |_| "rendered")
}

fn renditions(original: &[u8]) -> Renditions {
    match render(original, &examine(original).unwrap()).unwrap() {
        Preview::Ready(renditions) => renditions,
        Preview::Unavailable(reason) => panic!("{}", reason.code()),
    }
}

/// Mean absolute difference of two pictures of equal size, of 255.
fn difference(one: &image::RgbImage, other: &image::RgbImage) -> f64 {
    assert_eq!(one.dimensions(), other.dimensions());
    let sum: u64 = one.iter().zip(other.iter()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / one.len() as f64
}

/// Decodes with the second decoder, one that had no part in the making.
fn second_opinion(bytes: &[u8]) -> image::RgbImage {
    image::load_from_memory(bytes).unwrap().into_rgb8()
}
