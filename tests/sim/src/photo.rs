//! Pictures and places: small real ones, each as often as wanted.

use sha2::{Digest, Sha256};
use yuandian_device::Position;
use yuandian_model::BlobHash;

/// A real photograph of 7 kB.
const TINY: &[u8] = include_bytes!("../../data/photos/tiny.jpg");

/// Places in the street where worlds lie; of help, none of them may ever be read by others.
pub const PLACES: [(f64, f64); 8] = [
    (113.613_254_7, 34.752_163_9),
    (113.614_731_3, 34.751_917_1),
    (113.616_113_9, 34.753_341_7),
    (113.617_957_1, 34.754_773_3),
    (113.612_339_7, 34.750_519_1),
    (113.618_871_3, 34.749_937_7),
    (113.611_773_9, 34.755_117_3),
    (113.619_433_1, 34.748_331_9),
];

/// A place for a drawn byte.
#[must_use]
pub fn place(drawn: u8) -> Position {
    let (lng, lat) = PLACES[usize::from(drawn) % PLACES.len()];
    crate::people::position(lng, lat)
}

/// A picture of a number: the photograph with a comment that says it, so that every number has another hash.
#[must_use]
pub fn picture(number: u64) -> Vec<u8> {
    let comment = format!("picture {number:020}");
    let length = u16::try_from(comment.len() + 2).expect("a short comment");
    let mut bytes = TINY[..2].to_vec();
    bytes.extend_from_slice(&[0xff, 0xfe]);
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(comment.as_bytes());
    bytes.extend_from_slice(&TINY[2..]);
    bytes
}

/// A picture's hash.
#[must_use]
pub fn hash(bytes: &[u8]) -> BlobHash {
    BlobHash(Sha256::digest(bytes).into())
}
