//! Writing a small picture: always a baseline JPEG, 4:2:0, one interleaved scan with the standard Huffman tables.
//!
//! Tables made for the picture would save up to 7 % and take twice the time; and some encoders then write one scan per component,
//! which widespread decoders turn into garbage. Beside the profile nothing goes in but what decoding needs.

use rusty_jpeg::encode::PlanarYcbcrImage;
use rusty_jpeg::{Encoder, SamplingFactor};

use crate::limits;
use crate::planes::{Picture, half};

/// Writes a picture whose colour is at half the size, as [`Picture::upright`] leaves it.
pub(crate) fn write(picture: &Picture, quality: u8) -> Vec<u8> {
    let Picture { luma, chroma: [blue, red], profile } = picture;
    debug_assert!([blue, red].iter().all(|plane| plane.size == half(luma.size)));
    let side = |px: u32| u16::try_from(px).expect("no rendition has a side beyond 1600 pixels");
    let image = PlanarYcbcrImage::new(
        &luma.samples,
        &blue.samples,
        &red.samples,
        [luma, blue, red].map(|plane| plane.stride as usize),
        side(luma.size.width),
        side(luma.size.height),
        (2, 2),
    )
    .expect("the planes have the sizes that 4:2:0 asks for");
    let mut bytes = Vec::with_capacity(bytes_foreseen(picture));
    let mut encoder = Encoder::new(&mut bytes, quality);
    encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
    encoder.set_optimized_huffman_tables(false);
    if let Some(profile) = profile {
        encoder.add_icc_profile(profile).expect("a carried profile fits one segment");
    }
    encoder.encode_image(image).expect("a Vec takes every byte");
    bytes.shrink_to_fit();
    bytes
}

/// A photograph at this room's quality takes a quarter of a byte a pixel; one that takes more grows the buffer.
fn bytes_foreseen(picture: &Picture) -> usize {
    let quarter = usize::try_from(picture.size().pixels() / 4).unwrap_or(0);
    quarter + limits::MICRO_BYTES_MAX
}
