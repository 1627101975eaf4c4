//! Which kind of picture a file is, by its first bytes alone: names and extensions prove nothing.

use std::fmt;

use crate::error::PhotoError;

/// A kind of picture that is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// ITU-T T.81 in JFIF or EXIF clothing.
    Jpeg,
    /// PNG, still.
    Png,
    /// WebP, still, lossy or lossless.
    WebP,
    /// HEIF with HEVC inside. Kept as original; its pixels are the platform's to decode.
    Heic,
}

impl Format {
    /// Stable short name.
    pub fn code(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            Self::Png => "png",
            Self::WebP => "webp",
            Self::Heic => "heic",
        }
    }

    /// Media type to serve the original with.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
            Self::Heic => "image/heic",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::WebP => "WebP",
            Self::Heic => "HEIC",
        })
    }
}

pub(crate) const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Brands of ISO/IEC 23008-12 that stand for a still picture in HEVC. `mif1` says only "some HEIF".
const HEIC_BRANDS: [&[u8]; 5] = [b"heic", b"heix", b"heim", b"heis", b"mif1"];

/// Names the kind, or says what else it is.
pub(crate) fn sniff(bytes: &[u8]) -> Result<Format, PhotoError> {
    let other = |name| Err(PhotoError::OtherFormat { name });
    match bytes {
        [] => Err(PhotoError::Empty),
        [0xFF, 0xD8, 0xFF, ..] => Ok(Format::Jpeg),
        _ if bytes.starts_with(PNG_SIGNATURE) => Ok(Format::Png),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Ok(Format::WebP),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => sniff_iso_media(bytes),
        [b'G', b'I', b'F', b'8', ..] => other("GIF"),
        [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] => other("TIFF or raw"),
        [b'B', b'M', _, _, _, _, 0, 0, 0, 0, ..] => other("BMP"),
        [0xFF, 0x0A, ..] => other("JPEG XL"),
        _ => Err(PhotoError::NotAPhoto),
    }
}

fn sniff_iso_media(bytes: &[u8]) -> Result<Format, PhotoError> {
    let length =
        usize::try_from(u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])).unwrap_or(usize::MAX);
    let brands = bytes[8..length.clamp(8, bytes.len())].chunks_exact(4);
    // The second word is a version, not a brand; no version looks like one.
    if brands.clone().any(|brand| brand == b"avif" || brand == b"avis") {
        Err(PhotoError::OtherFormat { name: "AVIF" })
    } else if brands.clone().any(|brand| HEIC_BRANDS.contains(&brand)) {
        Ok(Format::Heic)
    } else {
        Err(PhotoError::OtherFormat { name: "video or unknown ISO media" })
    }
}
