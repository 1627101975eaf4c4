//! From an examined original to pixels, no larger than needed, behind a barrier that catches what decoders throw.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::{DynamicImage, ImageDecoder, Limits};
use jpeg_decoder::PixelFormat;

use crate::error::PhotoError;
use crate::examine::{Dimensions, Examined, Layout};
use crate::format::Format;
use crate::limits;
use crate::scan_guard::ScanGuard;

/// Pixels as stored (not yet upright), three bytes each: red, green, blue.
pub(crate) struct Pixels {
    pub size: Dimensions,
    pub rgb: Vec<u8>,
    /// The colour profile, where the picture would look wrong without it.
    pub profile: Option<Vec<u8>>,
}

/// Decodes at a size of at least `wanted` where the format can do so cheaply, else in full. `None` for HEIC.
pub(crate) fn decode(
    original: &[u8],
    examined: &Examined,
    wanted: Dimensions,
) -> Result<Option<Pixels>, PhotoError> {
    let format = examined.format;
    let decoded = catch_unwind(AssertUnwindSafe(|| match &examined.layout {
        Layout::Jpeg { scan_ends, end } => decode_jpeg(&original[..*end], scan_ends, wanted).map(Some),
        Layout::Png { end } => {
            let decoder = PngDecoder::with_limits(Cursor::new(&original[..*end]), decoder_limits());
            decode_by_image(decoder, format).map(Some)
        }
        Layout::WebP { end } => {
            decode_by_image(WebPDecoder::new(Cursor::new(&original[..*end])), format).map(Some)
        }
        Layout::Heic => Ok(None),
    }));
    let failed = PhotoError::DecoderFailed { format };
    match decoded {
        Ok(Ok(Some(pixels))) if pixels.rgb.len() as u64 != pixels.size.pixels() * 3 => Err(failed),
        Ok(decoded) => decoded,
        Err(_) => Err(failed),
    }
}

/// DCT-scaled decode: at 1/8 a 12 MP picture never exists in memory.
fn decode_jpeg(original: &[u8], scan_ends: &[usize], wanted: Dimensions) -> Result<Pixels, PhotoError> {
    let undecodable = |error: jpeg_decoder::Error| PhotoError::Undecodable {
        format: Format::Jpeg,
        detail: error.to_string(),
    };
    let mut decoder = jpeg_decoder::Decoder::new(ScanGuard::new(original, scan_ends));
    decoder.set_max_decoding_buffer_size(usize::try_from(limits::DECODED_BYTES_MAX).unwrap_or(usize::MAX));
    let side = |px: u32| u16::try_from(px).unwrap_or(u16::MAX);
    let (width, height) = decoder.scale(side(wanted.width), side(wanted.height)).map_err(undecodable)?;
    let decoded = decoder.decode().map_err(undecodable)?;
    let rgb = match decoder.info().map(|info| info.pixel_format) {
        Some(PixelFormat::RGB24) => decoded,
        Some(PixelFormat::L8) => decoded.iter().flat_map(|&grey| [grey; 3]).collect(),
        _ => {
            return Err(PhotoError::UnsupportedVariant {
                format: Format::Jpeg,
                what: "neither grey nor colour",
            });
        }
    };
    let size = Dimensions { width: u32::from(width), height: u32::from(height) };
    Ok(Pixels { size, rgb, profile: decoder.icc_profile().filter(|profile| is_needed(profile)) })
}

fn decoder_limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(limits::SIDE_PX_MAX);
    limits.max_image_height = Some(limits::SIDE_PX_MAX);
    limits.max_alloc = Some(limits::DECODED_BYTES_MAX + limits::PNG_METADATA_INFLATED_BYTES_MAX);
    limits
}

fn decode_by_image<D: ImageDecoder>(
    decoder: image::ImageResult<D>,
    format: Format,
) -> Result<Pixels, PhotoError> {
    let undecodable =
        |error: image::ImageError| PhotoError::Undecodable { format, detail: error.to_string() };
    let mut decoder = decoder.map_err(undecodable)?;
    decoder.set_limits(decoder_limits()).map_err(undecodable)?;
    let profile = decoder.icc_profile().ok().flatten().filter(|profile| is_needed(profile));
    let decoded = DynamicImage::from_decoder(decoder).map_err(undecodable)?;
    let size = Dimensions { width: decoded.width(), height: decoded.height() };
    let rgb = if decoded.color().has_alpha() { on_white(decoded) } else { decoded.into_rgb8().into_raw() };
    Ok(Pixels { size, rgb, profile })
}

/// JPEG has no transparency: what shines through is white, as on paper.
fn on_white(decoded: DynamicImage) -> Vec<u8> {
    let rgba = decoded.into_rgba8().into_raw();
    let mut rgb = Vec::with_capacity(rgba.len() / 4 * 3);
    for pixel in rgba.chunks_exact(4) {
        let alpha = u16::from(pixel[3]);
        rgb.extend(pixel[..3].iter().map(|&value| {
            let mixed = (u16::from(value) * alpha + 255 * (255 - alpha) + 127) / 255;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        }));
    }
    rgb
}

/// Whether colours would shift without the profile: it is for RGB, and not the sRGB that everyone assumes. Long profiles are
/// printers' tables; a preview does not carry them.
fn is_needed(profile: &[u8]) -> bool {
    let is_rgb = profile.get(16..20) == Some(b"RGB ");
    let names = |name: &[u8]| profile.windows(name.len()).any(|window| window == name);
    let is_srgb = names(b"sRGB") || names(b"s\0R\0G\0B");
    is_rgb && !is_srgb && profile.len() <= limits::CARRIED_PROFILE_BYTES_MAX
}
