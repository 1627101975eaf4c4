//! The picture that travels in the first message about a case: as large and as good as 2 kB allow.

use crate::limits;
use crate::planes::Picture;
use crate::render::{Rendition, RenditionKind};

/// Long sides tried, pixels.
const SIDES_PX: [u32; 9] = [192, 160, 144, 128, 112, 96, 80, 64, 48];

/// Taken where nothing larger fits. It is one MCU, six blocks, and fits whatever is in them: 620 bytes of tables and headers,
/// then 64 coefficients a block of at most 26 bits each.
const SIDE_PX_MIN: u32 = 16;

/// Below this a small picture is blocks, not a picture.
const QUALITY_MIN: u8 = 30;

/// The largest picture that fits at a quality one can look at, then the best quality at that size. Made from the thumb's pixels: fewer to
/// read, and nobody sees the difference at this size.
pub(crate) fn micro_of(thumb: &Picture) -> Rendition {
    // The profile alone would take a quarter of the space.
    let thumb = Picture { profile: None, ..thumb.clone() };
    let encoded = |picture: &Picture, quality| Rendition::of(RenditionKind::Micro, picture, quality);
    let fits = |rendition: &Rendition| rendition.bytes.len() <= limits::MICRO_BYTES_MAX;
    let at_least = |side_px| {
        let small = thumb.reduced(side_px);
        let rendition = encoded(&small, QUALITY_MIN);
        (small, rendition)
    };
    let (small, mut best) = SIDES_PX
        .into_iter()
        .map(at_least)
        .find(|(_, rendition)| fits(rendition))
        .unwrap_or_else(|| at_least(SIDE_PX_MIN));
    let (mut fitting, mut too_good) = (QUALITY_MIN, limits::RENDITION_QUALITY + 1);
    while too_good - fitting > 1 {
        let quality = fitting.midpoint(too_good);
        let candidate = encoded(&small, quality);
        if fits(&candidate) {
            (fitting, best) = (quality, candidate);
        } else {
            too_good = quality;
        }
    }
    best
}
