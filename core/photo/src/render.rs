//! The small pictures that travel ahead of the original: upright, sRGB or with their profile, without any metadata.
//!
//! Always baseline JPEG, 4:2:0, one interleaved scan with the standard Huffman tables. Optimised tables would save 1 to 4 %,
//! but with 4:2:0 the encoder then writes one scan per component, which widespread decoders turn into garbage.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use crate::decode::{Pixels, decode};
use crate::error::PhotoError;
use crate::examine::{Dimensions, Examined, original_hash};
use crate::format::Format;
use crate::limits;
use crate::orientation::Orientation;

/// Which of the small pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RenditionKind {
    /// At most [`limits::MICRO_BYTES_MAX`] bytes: shown before anything else has arrived.
    Micro,
    /// Long side of at most [`limits::THUMB_SIDE_PX`].
    Thumb,
    /// Long side of at most [`limits::MEDIUM_SIDE_PX`].
    Medium,
}

impl RenditionKind {
    /// Stable short name.
    pub fn code(self) -> &'static str {
        match self {
            Self::Micro => "micro",
            Self::Thumb => "thumb",
            Self::Medium => "medium",
        }
    }
}

/// One small picture, ready to store and send under its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendition {
    /// Which one.
    pub kind: RenditionKind,
    /// A baseline JPEG without EXIF, XMP or comments.
    pub bytes: Vec<u8>,
    /// SHA-256 of `bytes`.
    pub sha256: [u8; 32],
    /// Width when upright, pixels.
    pub width: u32,
    /// Height when upright, pixels.
    pub height: u32,
}

/// The two that are made at capture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renditions {
    /// See [`RenditionKind::Micro`].
    pub micro: Rendition,
    /// See [`RenditionKind::Thumb`].
    pub thumb: Rendition,
}

/// What came of asking for a small picture. A photograph without a preview is still a photograph: it is captured, stored and
/// sent, and a preview may be supplied later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Preview<T> {
    /// Here it is.
    Ready(T),
    /// There is none, for this reason; the original is good.
    Unavailable(PreviewUnavailable),
}

/// Why there is no preview of a good original.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PreviewUnavailable {
    /// Only the platform can decode this format. Have it write an upright JPEG and render that.
    NeedsPlatform {
        /// The format.
        format: Format,
    },
}

impl PreviewUnavailable {
    /// Stable short name, the key of the translated sentence.
    pub fn code(self) -> &'static str {
        match self {
            Self::NeedsPlatform { .. } => "needs_platform",
        }
    }
}

/// Makes the thumb and the micro from the bytes that were examined. A picture smaller than a thumb is not enlarged.
///
/// # Errors
/// [`PhotoError::Changed`] when `original` is not what was examined; [`PhotoError::Undecodable`] or
/// [`PhotoError::DecoderFailed`] when the container is whole but the pixels are not.
pub fn render(original: &[u8], examined: &Examined) -> Result<Preview<Renditions>, PhotoError> {
    let pixels = match upright(original, examined, limits::THUMB_SIDE_PX)? {
        Preview::Ready(pixels) => pixels,
        Preview::Unavailable(reason) => return Ok(Preview::Unavailable(reason)),
    };
    let micro = micro_of(&pixels);
    let thumb = encode(RenditionKind::Thumb, &pixels, limits::RENDITION_QUALITY);
    Ok(Preview::Ready(Renditions { micro, thumb }))
}

/// Makes the medium rendition, by the same path.
///
/// # Errors
/// As [`render`].
pub fn render_medium(original: &[u8], examined: &Examined) -> Result<Preview<Rendition>, PhotoError> {
    Ok(match upright(original, examined, limits::MEDIUM_SIDE_PX)? {
        Preview::Ready(pixels) => {
            Preview::Ready(encode(RenditionKind::Medium, &pixels, limits::RENDITION_QUALITY))
        }
        Preview::Unavailable(reason) => Preview::Unavailable(reason),
    })
}

/// Decodes, scales, and only then turns: turning a few pixels is free.
fn upright(original: &[u8], examined: &Examined, side_px: u32) -> Result<Preview<Pixels>, PhotoError> {
    let unavailable = Preview::Unavailable(PreviewUnavailable::NeedsPlatform { format: examined.format });
    if original_hash(original) != examined.original_hash {
        return Err(PhotoError::Changed);
    }
    let Some(stored) = examined.dimensions else {
        return Ok(unavailable);
    };
    let wanted = fitted(stored, side_px);
    Ok(match decode(original, examined, wanted)? {
        Some(pixels) => Preview::Ready(turned(resized(pixels, wanted), examined.metadata.orientation)),
        None => unavailable,
    })
}

/// The size with the long side at most `side_px` and the shape kept; never larger than `size`, never without pixels.
fn fitted(size: Dimensions, side_px: u32) -> Dimensions {
    let long = size.width.max(size.height);
    if long <= side_px {
        return size;
    }
    let (long, side) = (u64::from(long), u64::from(side_px));
    let scaled = |px: u32| u32::try_from((u64::from(px) * side + long / 2) / long).unwrap_or(side_px).max(1);
    Dimensions { width: scaled(size.width), height: scaled(size.height) }
}

fn resized(pixels: Pixels, wanted: Dimensions) -> Pixels {
    if pixels.size == wanted { pixels } else { scaled(&pixels, wanted) }
}

fn scaled(pixels: &Pixels, wanted: Dimensions) -> Pixels {
    let Dimensions { width, height } = pixels.size;
    let source = ImageRef::new(width, height, &pixels.rgb, PixelType::U8x3)
        .expect("the decoder was held to three bytes for each pixel");
    let mut scaled = Image::new(wanted.width, wanted.height, PixelType::U8x3);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3));
    Resizer::new()
        .resize(&source, &mut scaled, &options)
        .expect("both pictures have the same kind of pixels");
    Pixels { size: wanted, rgb: scaled.into_vec(), profile: pixels.profile.clone() }
}

fn turned(pixels: Pixels, orientation: Orientation) -> Pixels {
    if orientation == Orientation::Upright {
        return pixels;
    }
    let Dimensions { width, height } = pixels.size;
    let size =
        if orientation.swaps_sides() { Dimensions { width: height, height: width } } else { pixels.size };
    let mut rgb = Vec::with_capacity(pixels.rgb.len());
    for y in 0..size.height as usize {
        for x in 0..size.width as usize {
            let (from_x, from_y) = orientation.source_of(x, y, width as usize, height as usize);
            let at = (from_y * width as usize + from_x) * 3;
            rgb.extend_from_slice(&pixels.rgb[at..at + 3]);
        }
    }
    Pixels { size, rgb, profile: pixels.profile }
}

/// Long sides tried for the micro, pixels.
const MICRO_SIDES_PX: [u32; 9] = [192, 160, 144, 128, 112, 96, 80, 64, 48];

/// Taken where nothing larger fits. It is one MCU, six blocks, and fits whatever is in them: 620 bytes of tables and headers,
/// then 64 coefficients a block of at most 26 bits each.
const MICRO_SIDE_PX_MIN: u32 = 16;

/// Below this a small picture is blocks, not a picture.
const MICRO_QUALITY_MIN: u8 = 30;

/// The largest picture that fits at a quality one can look at, then the best quality at that size.
fn micro_of(pixels: &Pixels) -> Rendition {
    // The profile alone would take a quarter of the space.
    let at_side = |side_px| Pixels { profile: None, ..scaled(pixels, fitted(pixels.size, side_px)) };
    let encoded = |pixels: &Pixels, quality| encode(RenditionKind::Micro, pixels, quality);
    let fits = |rendition: &Rendition| rendition.bytes.len() <= limits::MICRO_BYTES_MAX;
    let at_least = |side_px| {
        let small = at_side(side_px);
        let rendition = encoded(&small, MICRO_QUALITY_MIN);
        (small, rendition)
    };
    let (small, mut best) = MICRO_SIDES_PX
        .into_iter()
        .map(at_least)
        .find(|(_, rendition)| fits(rendition))
        .unwrap_or_else(|| at_least(MICRO_SIDE_PX_MIN));
    let (mut fitting, mut too_good) = (MICRO_QUALITY_MIN, limits::RENDITION_QUALITY + 1);
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

fn encode(kind: RenditionKind, pixels: &Pixels, quality: u8) -> Rendition {
    let Dimensions { width, height } = pixels.size;
    let side = |px: u32| u16::try_from(px).expect("no rendition has a side beyond 1600 pixels");
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, quality);
    encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
    encoder.set_optimized_huffman_tables(false);
    if let Some(profile) = &pixels.profile {
        encoder.add_icc_profile(profile).expect("a carried profile fits one segment");
    }
    encoder
        .encode(&pixels.rgb, side(width), side(height), ColorType::Rgb)
        .expect("the buffer has three bytes for each pixel, and a Vec takes every byte");
    let sha256 = original_hash(&bytes);
    Rendition { kind, bytes, sha256, width, height }
}
