//! Walks the chunks of a PNG (W3C PNG, third edition) without decoding: dimensions, completeness, and whether the compressed
//! metadata is a bomb. Decoders inflate a colour profile before anyone asks for it, so that is settled here.

use std::io::Read;
use std::ops::Range;

use flate2::read::ZlibDecoder;

use crate::error::PhotoError;
use crate::examine::Dimensions;
use crate::format::{Format, PNG_SIGNATURE};
use crate::limits;

/// What the walk found.
pub(crate) struct PngWalk {
    pub dimensions: Dimensions,
    /// The TIFF block of `eXIf`.
    pub exif: Option<Range<usize>>,
    /// Offset behind `IEND`.
    pub end: usize,
}

/// Walks `bytes`, which begin with the signature.
pub(crate) fn walk(bytes: &[u8]) -> Result<PngWalk, PhotoError> {
    let mut header: Option<Header> = None;
    let mut exif = None;
    let mut has_pixels = false;
    let mut has_transparency = false;
    let mut inflated_bytes_left = limits::PNG_METADATA_INFLATED_BYTES_MAX;
    let mut at = PNG_SIGNATURE.len();
    let end = loop {
        let (kind, content) = chunk_at(bytes, at)?;
        at = content.end + CHECKSUM_BYTES;
        let data = &bytes[content.clone()];
        match (&kind, &header) {
            (b"IHDR", None) => header = Some(Header::parse(data)?),
            (b"IHDR", Some(_)) => return Err(malformed("two headers")),
            (_, None) => return Err(malformed("no header first")),
            (b"IEND", _) => break at,
            (b"IDAT", _) => has_pixels = true,
            (b"tRNS", _) => has_transparency = true,
            (b"acTL", _) => return Err(PhotoError::Animated { format: Format::Png }),
            (b"eXIf", _) => exif = Some(content),
            (b"iCCP" | b"zTXt", _) => spend(compressed_after_keyword(data), &mut inflated_bytes_left)?,
            (b"iTXt", _) => spend(compressed_international(data), &mut inflated_bytes_left)?,
            _ => {}
        }
    };
    let header = header.ok_or(malformed("no header"))?;
    if !has_pixels {
        return Err(malformed("no picture data"));
    }
    let bytes = header.dimensions.pixels() * header.decoded_pixel_bytes(has_transparency);
    if bytes > limits::DECODED_BYTES_MAX {
        return Err(PhotoError::DecodedTooLarge { bytes, limit: limits::DECODED_BYTES_MAX });
    }
    Ok(PngWalk { dimensions: header.dimensions, exif, end })
}

const CHECKSUM_BYTES: usize = 4;

/// Type and content of the chunk at `at`. Checksums are the decoder's to verify.
fn chunk_at(bytes: &[u8], at: usize) -> Result<([u8; 4], Range<usize>), PhotoError> {
    let Some(&[l3, l2, l1, l0, k0, k1, k2, k3]) = bytes.get(at..).and_then(|rest| rest.first_chunk()) else {
        return Err(TRUNCATED);
    };
    let length = usize::try_from(u32::from_be_bytes([l3, l2, l1, l0])).unwrap_or(usize::MAX);
    let start = at + 8;
    match start.checked_add(length) {
        Some(end) if end.saturating_add(CHECKSUM_BYTES) <= bytes.len() => Ok(([k0, k1, k2, k3], start..end)),
        _ => Err(TRUNCATED),
    }
}

struct Header {
    dimensions: Dimensions,
    bit_depth: u8,
    colour_type: u8,
}

impl Header {
    fn parse(data: &[u8]) -> Result<Self, PhotoError> {
        let &[w3, w2, w1, w0, h3, h2, h1, h0, bit_depth, colour_type, _, _, _] = data else {
            return Err(malformed("header length"));
        };
        let dimensions = Dimensions {
            width: u32::from_be_bytes([w3, w2, w1, w0]),
            height: u32::from_be_bytes([h3, h2, h1, h0]),
        };
        dimensions.hold_limits(Format::Png)?;
        match (colour_type, bit_depth) {
            (0, 1 | 2 | 4 | 8 | 16) | (3, 1 | 2 | 4 | 8) | (2 | 4 | 6, 8 | 16) => {}
            _ => return Err(malformed("colour type")),
        }
        Ok(Self { dimensions, bit_depth, colour_type })
    }

    /// Bytes that one decoded pixel takes: palettes are expanded, small depths widened, 16-bit samples kept.
    fn decoded_pixel_bytes(&self, has_transparency: bool) -> u64 {
        let channels = match self.colour_type {
            0 => 1,
            2 | 3 => 3,
            4 => 2,
            _ => 4,
        };
        let alpha = u64::from(has_transparency && matches!(self.colour_type, 0 | 2 | 3));
        (channels + alpha) * if self.bit_depth == 16 { 2 } else { 1 }
    }
}

/// The zlib stream of `iCCP` and `zTXt`: keyword, zero, method, stream.
fn compressed_after_keyword(data: &[u8]) -> &[u8] {
    after_zero(data).get(1..).unwrap_or_default()
}

/// The zlib stream of `iTXt`, if it is compressed: keyword, zero, flag, method, language, zero, translation, zero, text.
fn compressed_international(data: &[u8]) -> &[u8] {
    match after_zero(data) {
        [1, _, rest @ ..] => after_zero(after_zero(rest)),
        _ => &[],
    }
}

fn after_zero(data: &[u8]) -> &[u8] {
    data.iter().position(|&byte| byte == 0).map_or(&[], |zero| &data[zero + 1..])
}

/// Inflates into a small buffer, to count. A stream that breaks off costs what it gave: text and profile are not the picture.
fn spend(stream: &[u8], bytes_left: &mut u64) -> Result<(), PhotoError> {
    let mut scratch = [0_u8; 16 * 1024];
    let mut inflater = ZlibDecoder::new(stream);
    while let Ok(count @ 1..) = inflater.read(&mut scratch) {
        *bytes_left = bytes_left
            .checked_sub(count as u64)
            .ok_or(PhotoError::MetadataBomb { limit: limits::PNG_METADATA_INFLATED_BYTES_MAX })?;
    }
    Ok(())
}

const TRUNCATED: PhotoError = PhotoError::Truncated { format: Format::Png };

fn malformed(what: &'static str) -> PhotoError {
    PhotoError::Malformed { format: Format::Png, what }
}
