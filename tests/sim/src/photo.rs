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

/// Comments that make a picture larger than a piece of an upload, and the length of each.
const PADDING: (usize, usize) = (5, 60_000);

/// A picture of a number: the photograph with a comment that says it, so that every number has another hash. A large one is sent in more
/// than one piece.
#[must_use]
pub fn picture(number: u64, large: bool) -> Vec<u8> {
    let mut bytes = TINY[..2].to_vec();
    comment(&mut bytes, format!("picture {number:020}").as_bytes());
    for part in 0..if large { PADDING.0 } else { 0 } {
        comment(&mut bytes, &vec![b'a' + u8::try_from(part).unwrap_or(0); PADDING.1]);
    }
    bytes.extend_from_slice(&TINY[2..]);
    bytes
}

/// A comment of a JPEG file.
fn comment(bytes: &mut Vec<u8>, text: &[u8]) {
    let length = u16::try_from(text.len() + 2).expect("a comment below 64 kB");
    bytes.extend_from_slice(&[0xff, 0xfe]);
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(text);
}

/// A picture's hash.
#[must_use]
pub fn hash(bytes: &[u8]) -> BlobHash {
    BlobHash(Sha256::digest(bytes).into())
}
