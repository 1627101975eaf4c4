//! Words on a copy of the medium picture, for export: time, place, worker, case number, code.
//!
//! The original is never touched, and the words prove nothing: what is proven stands in the record. A character that the font does not have is an error,
//! never a blank: 𠮷 and 䶮 are in people's names and not in every font.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::error::PhotoError;
use crate::examine::{Dimensions, examine};
use crate::lettering::{Lettering, Unset};
use crate::limits;
use crate::planes::{Picture, Plane};
use crate::render::{Preview, upright};
use crate::write::write;

/// Why there is no watermarked copy. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WatermarkError {
    /// The picture is refused.
    #[error(transparent)]
    Photo(#[from] PhotoError),
    /// The bytes are no font, or have no face of this number. Give another file or number.
    #[error("no font with face {index}")]
    Font {
        /// Which face was asked for, from 0.
        index: u32,
    },
    /// The font has no picture of this character. Give a font that has it.
    #[error("the font has no {character:?}, asked for in line {line}")]
    MissingGlyph {
        /// The character.
        character: char,
        /// In which line it stands, from 0.
        line: usize,
    },
    /// More words than [`WATERMARK_CHARS_MAX`](crate::limits::WATERMARK_CHARS_MAX). Shorten them.
    #[error("{chars} characters, the limit is {limit}")]
    TooLong {
        /// Characters in all lines.
        chars: usize,
        /// The limit.
        limit: usize,
    },
    /// The words would cover more than half of the picture. Shorten them, or take a larger picture.
    #[error("the words need {needed_px} pixels of height, the picture has room for {room_px}")]
    NoRoom {
        /// Height of the panel, pixels.
        needed_px: u32,
        /// Half the picture's height, pixels.
        room_px: u32,
    },
}

impl WatermarkError {
    /// Stable short name, the key of the translated sentence.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Photo(refusal) => refusal.code(),
            Self::Font { .. } => "watermark_font",
            Self::MissingGlyph { .. } => "watermark_missing_glyph",
            Self::TooLong { .. } => "watermark_too_long",
            Self::NoRoom { .. } => "watermark_no_room",
        }
    }
}

/// Size of the letters: the picture's long side divided by this …
const LONG_SIDE_PER_LETTER: u32 = 40;
/// … and never below this, pixels.
const LETTER_PX_MIN: u32 = 12;
/// What the panel lets through of the picture, of 255.
const PANEL_CLEARNESS: u16 = 110;
/// Luma of panel and letters, and what both have of colour: none.
const PANEL_LUMA: u8 = 16;
const LETTER_LUMA: u8 = 245;
const COLOURLESS: u8 = 128;

/// Writes `lines` on a translucent panel at the bottom of a copy of `medium`, wrapped to its width, and returns the copy as JPEG: at most
/// [`limits::MEDIUM_SIDE_PX`] long, without metadata. `font` is TrueType, OpenType or a collection of them, of which `index` chooses a
/// face; the caller reads it from a path of the platform. Empty lines stay empty; without lines the copy has no panel.
///
/// # Errors
/// See [`WatermarkError`].
pub fn watermark(
    medium: &[u8],
    lines: &[String],
    font: &[u8],
    index: u32,
) -> Result<Vec<u8>, WatermarkError> {
    let (chars, limit) = (lines.iter().map(|line| line.chars().count()).sum(), limits::WATERMARK_CHARS_MAX);
    if chars > limit {
        return Err(WatermarkError::TooLong { chars, limit });
    }
    let examined = examine(medium)?;
    let Preview::Ready(mut picture) = upright(medium, &examined, limits::MEDIUM_SIDE_PX)? else {
        return Err(PhotoError::NotJpeg { format: examined.format }.into());
    };
    if !lines.is_empty() {
        let size = picture.size();
        let letter_px = (size.width.max(size.height) / LONG_SIDE_PER_LETTER).max(LETTER_PX_MIN);
        // A font is the platform's own; should its file be broken in a way its reader does not expect, that is no photo's fault.
        let set =
            catch_unwind(AssertUnwindSafe(|| Lettering::set(lines, font, index, letter_px, size.width)));
        let lettering = set.unwrap_or(Err(Unset::NoFont)).map_err(|unset| match unset {
            Unset::NoFont => WatermarkError::Font { index },
            Unset::Missing { character, line } => WatermarkError::MissingGlyph { character, line },
        })?;
        let (needed_px, room_px) = (lettering.size.height, size.height / 2);
        if needed_px > room_px {
            return Err(WatermarkError::NoRoom { needed_px, room_px });
        }
        lay(&mut picture, &lettering);
    }
    Ok(write(&picture, limits::RENDITION_QUALITY))
}

/// Lays panel and letters over the bottom rows.
fn lay(picture: &mut Picture, lettering: &Lettering) {
    let Dimensions { height, .. } = picture.size();
    let top = height - lettering.size.height;
    shade(&mut picture.luma, top, PANEL_LUMA, LETTER_LUMA, |x, y| lettering.coverage(x, y));
    for plane in &mut picture.chroma {
        // The colour of four pixels: letters have none, and neither has the panel.
        shade(plane, top / 2, COLOURLESS, COLOURLESS, |x, y| lettering.coverage(2 * x, 2 * y));
    }
}

/// Mixes the panel's value, then the letters', into the rows from `top` on; `coverage` is asked from there.
fn shade(plane: &mut Plane, top: u32, panel: u8, letter: u8, coverage: impl Fn(u32, u32) -> u8) {
    let mix = |over: u8, under: u8, part: u16| {
        let mixed = (u16::from(over) * part + u16::from(under) * (255 - part) + 127) / 255;
        u8::try_from(mixed).unwrap_or(u8::MAX)
    };
    let Plane { size, stride, samples } = plane;
    for y in top..size.height {
        let row = &mut samples[(y * *stride) as usize..][..size.width as usize];
        for (x, sample) in (0..).zip(row) {
            let shaded = mix(*sample, panel, PANEL_CLEARNESS);
            *sample = mix(letter, shaded, u16::from(coverage(x, y - top)));
        }
    }
}
