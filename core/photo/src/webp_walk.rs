//! Walks the chunks of a WebP (RFC 9649) without decoding.

use std::ops::Range;

use crate::error::PhotoError;
use crate::examine::Dimensions;
use crate::format::Format;
use crate::limits;

/// What the walk found.
pub(crate) struct WebpWalk {
    pub dimensions: Dimensions,
    /// The TIFF block of `EXIF`.
    pub exif: Option<Range<usize>>,
    /// Offset behind the RIFF container.
    pub end: usize,
}

struct Canvas {
    dimensions: Dimensions,
    has_alpha: bool,
}

/// `RIFF`, size, `WEBP`.
const HEADER_BYTES: usize = 12;

/// Walks `bytes`, which begin with `RIFF....WEBP`.
pub(crate) fn walk(bytes: &[u8]) -> Result<WebpWalk, PhotoError> {
    let end = 8 + length_at(bytes, 4).ok_or(TRUNCATED)?;
    if end > bytes.len() {
        return Err(TRUNCATED);
    }
    let mut extended: Option<Canvas> = None;
    let mut picture: Option<Canvas> = None;
    let mut exif = None;
    let mut at = HEADER_BYTES;
    while at < end {
        let kind = bytes.get(at..at + 4).ok_or(TRUNCATED)?;
        let start = at + 8;
        let content = start..start + length_at(bytes, at + 4).ok_or(TRUNCATED)?;
        if content.end > end {
            return Err(TRUNCATED);
        }
        let data = &bytes[content.clone()];
        match kind {
            b"VP8X" if at == HEADER_BYTES => extended = Some(extended_header(data)?),
            b"VP8X" => return Err(malformed("extended header not first")),
            b"VP8 " | b"VP8L" if picture.is_some() => return Err(malformed("two pictures")),
            b"VP8 " => picture = Some(lossy_header(data)?),
            b"VP8L" => picture = Some(lossless_header(data)?),
            b"ANIM" | b"ANMF" => return Err(PhotoError::Animated { format: Format::WebP }),
            b"EXIF" => exif = Some(content.clone()),
            _ => {}
        }
        // Chunks are padded to an even length; the last pad is sometimes forgotten.
        at = content.end + content.len() % 2;
    }
    let picture = picture.ok_or(malformed("no picture data"))?;
    if extended.as_ref().is_some_and(|canvas| canvas.dimensions != picture.dimensions) {
        return Err(malformed("canvas and picture differ in size"));
    }
    let channels = if picture.has_alpha || extended.is_some_and(|canvas| canvas.has_alpha) { 4 } else { 3 };
    let bytes = picture.dimensions.pixels() * channels;
    if bytes > limits::DECODED_BYTES_MAX {
        return Err(PhotoError::DecodedTooLarge { bytes, limit: limits::DECODED_BYTES_MAX });
    }
    Ok(WebpWalk { dimensions: picture.dimensions, exif, end })
}

/// `VP8X`: flags, three reserved bytes, canvas width and height less one in 24 bits each.
fn extended_header(data: &[u8]) -> Result<Canvas, PhotoError> {
    let &[flags, _, _, _, w0, w1, w2, h0, h1, h2, ..] = data else {
        return Err(malformed("extended header length"));
    };
    if flags & 0x02 != 0 {
        return Err(PhotoError::Animated { format: Format::WebP });
    }
    let width = u32::from_le_bytes([w0, w1, w2, 0]) + 1;
    let height = u32::from_le_bytes([h0, h1, h2, 0]) + 1;
    canvas(width, height, flags & 0x10 != 0)
}

/// `VP8 `: frame tag of three bytes, start code, width and height in 14 bits each (RFC 6386, 9.1).
fn lossy_header(data: &[u8]) -> Result<Canvas, PhotoError> {
    let &[tag, _, _, 0x9D, 0x01, 0x2A, w0, w1, h0, h1, ..] = data else {
        return Err(malformed("lossy header"));
    };
    if tag & 1 != 0 {
        return Err(malformed("no key frame"));
    }
    let width = u32::from(u16::from_le_bytes([w0, w1]) & 0x3FFF);
    let height = u32::from(u16::from_le_bytes([h0, h1]) & 0x3FFF);
    canvas(width, height, false)
}

/// `VP8L`: signature, then width and height less one in 14 bits each, one bit of alpha, three of version.
fn lossless_header(data: &[u8]) -> Result<Canvas, PhotoError> {
    let &[0x2F, b0, b1, b2, b3, ..] = data else {
        return Err(malformed("lossless header"));
    };
    let bits = u32::from_le_bytes([b0, b1, b2, b3]);
    canvas((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, bits >> 28 & 1 != 0)
}

fn canvas(width: u32, height: u32, has_alpha: bool) -> Result<Canvas, PhotoError> {
    let dimensions = Dimensions { width, height };
    dimensions.hold_limits(Format::WebP)?;
    Ok(Canvas { dimensions, has_alpha })
}

/// A RIFF length, bytes; kept far from the end of the address space so that sums cannot wrap.
fn length_at(bytes: &[u8], at: usize) -> Option<usize> {
    let length = u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?);
    usize::try_from(length).ok().filter(|&length| length <= limits::ORIGINAL_BYTES_MAX)
}

const TRUNCATED: PhotoError = PhotoError::Truncated { format: Format::WebP };

fn malformed(what: &'static str) -> PhotoError {
    PhotoError::Malformed { format: Format::WebP, what }
}
