//! From an examined original to pixels, no larger than needed, behind a barrier that catches what decoders throw.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::{DynamicImage, ImageDecoder, Limits};
use rusty_jpeg::decode::PlanarComponent;

use crate::error::PhotoError;
use crate::examine::{Dimensions, Examined, Layout};
use crate::format::Format;
use crate::jpeg_walk::JpegColour;
use crate::limits;
use crate::planes::{Picture, Plane, half, interleaved, scaled_rgb};
use crate::scan_guard::ScanGuard;

/// Decodes at a size of at least about `wanted` where the format can do so cheaply, else in full. As stored, not yet upright. `None` for HEIC.
pub(crate) fn decode(
    original: &[u8],
    examined: &Examined,
    wanted: Dimensions,
) -> Result<Option<Picture>, PhotoError> {
    let format = examined.format;
    let decoded = catch_unwind(AssertUnwindSafe(|| match &examined.layout {
        Layout::Jpeg { scan_ends, end, colour } => {
            decode_jpeg(ScanGuard::new(&original[..*end], scan_ends), *colour, wanted).map(Some)
        }
        Layout::Png { end } => {
            let decoder = PngDecoder::with_limits(Cursor::new(&original[..*end]), decoder_limits());
            decode_by_image(decoder, format, wanted).map(Some)
        }
        Layout::WebP { end } => {
            decode_by_image(WebPDecoder::new(Cursor::new(&original[..*end])), format, wanted).map(Some)
        }
        Layout::Heic => Ok(None),
    }));
    decoded.unwrap_or(Err(PhotoError::DecoderFailed { format }))
}

/// DCT-scaled decode into planes: at 1/2 a 12 MP picture never exists in memory, and its colour is never blown up.
fn decode_jpeg(
    original: ScanGuard<'_>,
    colour: JpegColour,
    wanted: Dimensions,
) -> Result<Picture, PhotoError> {
    let format = Format::Jpeg;
    let undecodable =
        |error: rusty_jpeg::decode::Error| PhotoError::Undecodable { format, detail: error.to_string() };
    let mut decoder = rusty_jpeg::Decoder::new(original);
    // Threads of its own would queue coefficients without a bound, and cost more than they save.
    decoder.set_single_threaded(true);
    decoder.set_max_decoding_buffer_size(usize::try_from(limits::DECODED_BYTES_MAX).unwrap_or(usize::MAX));
    let side = |px: u32| u16::try_from(px).unwrap_or(u16::MAX);
    decoder.scale(side(wanted.width), side(wanted.height)).map_err(undecodable)?;
    let decoded = decoder.decode_planar().map_err(undecodable)?;
    let planes: Vec<Plane> = decoded.components.into_iter().map(plane_of).collect();
    if !planes.iter().all(Plane::is_whole) {
        return Err(PhotoError::DecoderFailed { format });
    }
    let profile = decoder.icc_profile().filter(|profile| is_needed(profile));
    match (colour, <[Plane; 3]>::try_from(planes)) {
        (JpegColour::YCbCr, Ok([luma, blue, red])) => Ok(Picture { luma, chroma: [blue, red], profile }),
        (JpegColour::Rgb, Ok(planes)) => {
            let rgb = interleaved(planes, wanted);
            Ok(Picture::from_rgb(wanted, &rgb, profile))
        }
        (JpegColour::Grey, Err(planes)) if planes.len() == 1 => {
            let colourless = || Plane::filled(half(planes[0].size), COLOURLESS);
            let chroma = [colourless(), colourless()];
            planes.into_iter().next().map_or(Err(PhotoError::DecoderFailed { format }), |luma| {
                Ok(Picture { luma, chroma, profile })
            })
        }
        _ => Err(PhotoError::DecoderFailed { format }),
    }
}

/// What both colour planes hold where there is no colour.
const COLOURLESS: u8 = 128;

fn plane_of(component: PlanarComponent) -> Plane {
    let px = |count: usize| u32::try_from(count).unwrap_or(0);
    let size = Dimensions { width: px(component.width), height: px(component.height) };
    Plane { size, stride: px(component.stride), samples: component.data }
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
    wanted: Dimensions,
) -> Result<Picture, PhotoError> {
    let undecodable =
        |error: image::ImageError| PhotoError::Undecodable { format, detail: error.to_string() };
    let mut decoder = decoder.map_err(undecodable)?;
    decoder.set_limits(decoder_limits()).map_err(undecodable)?;
    let profile = decoder.icc_profile().ok().flatten().filter(|profile| is_needed(profile));
    let decoded = DynamicImage::from_decoder(decoder).map_err(undecodable)?;
    let size = Dimensions { width: decoded.width(), height: decoded.height() };
    let rgb = if decoded.color().has_alpha() { on_white(decoded) } else { decoded.into_rgb8().into_raw() };
    if rgb.len() as u64 != size.pixels() * 3 {
        return Err(PhotoError::DecoderFailed { format });
    }
    Ok(Picture::from_rgb(wanted, &scaled_rgb(size, rgb, wanted), profile))
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
