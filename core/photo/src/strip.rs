//! A JPEG for sharing: the same pixels, bit for bit, without what it says about its author.

use crate::error::PhotoError;
use crate::format::{Format, sniff};
use crate::jpeg_walk::{self, APP0, APP2, APP14, Segment};
use crate::limits;

/// `JFIF`, zero, version, unit, densities: everything of APP0 but its thumbnail.
const JFIF_BYTES: usize = 12;

/// Copies a JPEG at full resolution without EXIF, XMP, embedded previews, comments, vendor segments and the bytes after its
/// end (a motion photo's video). Kept are what decoding needs: JFIF header, colour profile, Adobe's colour transform.
///
/// The orientation goes with the EXIF: the copy shows the pixels as they are stored.
///
/// # Errors
/// [`PhotoError::NotJpeg`], and every refusal that [`examine`](crate::examine) has for a JPEG: half a file is not shared.
pub fn strip_jpeg(original: &[u8]) -> Result<Vec<u8>, PhotoError> {
    if original.len() > limits::ORIGINAL_BYTES_MAX {
        return Err(PhotoError::TooLarge { bytes: original.len(), limit: limits::ORIGINAL_BYTES_MAX });
    }
    match sniff(original)? {
        Format::Jpeg => {}
        format => return Err(PhotoError::NotJpeg { format }),
    }
    let walk = jpeg_walk::walk(original)?;
    let mut stripped = Vec::with_capacity(walk.end);
    stripped.extend_from_slice(&[0xFF, 0xD8]);
    for segment in &walk.segments {
        let content = &original[segment.payload.clone()];
        match segment.marker {
            APP0 if content.starts_with(b"JFIF\0") && content.len() >= JFIF_BYTES => {
                stripped.extend_from_slice(&[0xFF, APP0, 0, 16]);
                stripped.extend_from_slice(&content[..JFIF_BYTES]);
                // A thumbnail of no pixels.
                stripped.extend_from_slice(&[0, 0]);
            }
            _ if is_kept(segment, content) => stripped.extend_from_slice(&original[segment.whole.clone()]),
            _ => {}
        }
    }
    stripped.extend_from_slice(&[0xFF, 0xD9]);
    Ok(stripped)
}

fn is_kept(segment: &Segment, content: &[u8]) -> bool {
    match segment.marker {
        APP2 => content.starts_with(b"ICC_PROFILE\0"),
        APP14 => content.starts_with(b"Adobe"),
        _ => !segment.is_application_or_comment(),
    }
}
