//! The first look at a file: hash, kind, size, metadata. Nothing is decoded here.

use sha2::{Digest, Sha256};

use crate::edited::{EditHint, hints};
use crate::error::PhotoError;
use crate::exif::{self, Metadata};
use crate::format::{Format, sniff};
use crate::jpeg_walk::JpegColour;
use crate::warning::{Trailer, Warning};
use crate::{heic_walk, jpeg_walk, limits, png_walk, webp_walk};

/// Width and height, pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dimensions {
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
}

impl Dimensions {
    /// Pixels in all.
    pub fn pixels(self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// Refuses empty pictures and those over [`limits::SIDE_PX_MAX`] or [`limits::PIXELS_MAX`].
    pub(crate) fn hold_limits(self, format: Format) -> Result<(), PhotoError> {
        let Self { width, height } = self;
        if width == 0 || height == 0 {
            return Err(PhotoError::Malformed { format, what: "a side without pixels" });
        }
        if width.max(height) > limits::SIDE_PX_MAX {
            return Err(PhotoError::SideTooLong { width, height, limit: limits::SIDE_PX_MAX });
        }
        if self.pixels() > limits::PIXELS_MAX {
            return Err(PhotoError::TooManyPixels { width, height, limit: limits::PIXELS_MAX });
        }
        Ok(())
    }
}

/// A photograph that was accepted: whole as far as its container tells, within every limit.
#[derive(Debug, Clone, PartialEq)]
pub struct Examined {
    /// What kind of file it is, by its bytes.
    pub format: Format,
    /// SHA-256 of the original, every byte of it.
    pub original_hash: [u8; 32],
    /// Length of the original, bytes.
    pub byte_len: u64,
    /// Size as stored, before orientation; `None` only for a HEIC that does not say plainly.
    pub dimensions: Option<Dimensions>,
    /// What the camera wrote about the photograph: claims, not proof.
    pub metadata: Metadata,
    /// What is odd about it, in the order it was found.
    pub warnings: Vec<Warning>,
    /// What may speak for an editor. Hints for a person, never a verdict.
    pub edit_hints: Vec<EditHint>,
    pub(crate) layout: Layout,
}

/// What the walk tells the decoder.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Layout {
    /// Where each scan's data ends, and the offset behind the picture.
    Jpeg {
        scan_ends: Vec<usize>,
        end: usize,
        colour: JpegColour,
    },
    Png {
        end: usize,
    },
    WebP {
        end: usize,
    },
    Heic,
}

impl Examined {
    /// Size when the picture stands upright; `None` where [`dimensions`](Self::dimensions) is.
    pub fn upright_dimensions(&self) -> Option<Dimensions> {
        let turned = |d: Dimensions| Dimensions { width: d.height, height: d.width };
        let swaps = self.metadata.orientation.swaps_sides();
        self.dimensions.map(|stored| if swaps { turned(stored) } else { stored })
    }
}

/// SHA-256 of the original: its name, and what evidence refers to.
pub fn original_hash(original: &[u8]) -> [u8; 32] {
    Sha256::digest(original).into()
}

/// Hashes the original and judges it without decoding.
///
/// Takes a few milliseconds for a 12 MP JPEG and no memory worth naming.
///
/// # Errors
/// Every [`PhotoError`] but those of decoding; [`PhotoError::next_step`] says what the person can do.
pub fn examine(original: &[u8]) -> Result<Examined, PhotoError> {
    Ok(look(original)?.named(original_hash(original)))
}

/// An original that was accepted by somebody who has yet to find its hash.
#[derive(Debug)]
pub struct Looked(Examined);

impl Looked {
    /// With the hash of the bytes that were looked at.
    #[must_use]
    pub fn named(self, original_hash: [u8; 32]) -> Examined {
        Examined { original_hash, ..self.0 }
    }
}

/// [`examine`] without the hash, for those who find that at the same time.
///
/// # Errors
/// Those of [`examine`].
pub fn look(original: &[u8]) -> Result<Looked, PhotoError> {
    if original.len() > limits::ORIGINAL_BYTES_MAX {
        return Err(PhotoError::TooLarge { bytes: original.len(), limit: limits::ORIGINAL_BYTES_MAX });
    }
    let format = sniff(original)?;
    let mut warnings = Vec::new();
    let (dimensions, layout, metadata, end) = match format {
        Format::Jpeg => {
            let walk = jpeg_walk::walk(original)?;
            let metadata = exif::read_block(original, walk.exif, &mut warnings);
            let layout = Layout::Jpeg { scan_ends: walk.scan_ends, end: walk.end, colour: walk.colour };
            (Some(walk.dimensions), layout, metadata, walk.end)
        }
        Format::Png => {
            let walk = png_walk::walk(original)?;
            let metadata = exif::read_block(original, walk.exif, &mut warnings);
            (Some(walk.dimensions), Layout::Png { end: walk.end }, metadata, walk.end)
        }
        Format::WebP => {
            let walk = webp_walk::walk(original)?;
            let metadata = exif::read_block(original, walk.exif, &mut warnings);
            (Some(walk.dimensions), Layout::WebP { end: walk.end }, metadata, walk.end)
        }
        Format::Heic => {
            let walk = heic_walk::walk(original)?;
            if walk.dimensions.is_none() {
                warnings.push(Warning::DimensionsUnknown);
            }
            let metadata = exif::read_heic(original, &mut warnings);
            (walk.dimensions, Layout::Heic, metadata, original.len())
        }
    };
    let after = &original[end..];
    if !after.is_empty() {
        warnings
            .push(Warning::BytesAfterEnd { bytes: after.len() as u64, trailer: Trailer::recognise(after) });
    }
    let byte_len = original.len() as u64;
    let edit_hints = hints(&metadata);
    let original_hash = [0; 32];
    Ok(Looked(Examined {
        format,
        original_hash,
        byte_len,
        dimensions,
        metadata,
        warnings,
        edit_hints,
        layout,
    }))
}
