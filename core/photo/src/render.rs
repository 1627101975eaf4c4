//! The small pictures that travel ahead of the original: upright, sRGB or with their profile, without any metadata.
//!
//! | call | makes | decodes |
//! |---|---|---|
//! | [`develop`] | examination, medium, thumb, micro | once, and hashes once |
//! | [`render_all`] | medium, thumb, micro of what was examined | once |
//! | [`render`] | thumb, micro | once, at a smaller scale |
//! | [`render_medium`] | medium | once |
//! | [`render_platform_preview`] | all three, of a JPEG that the platform made of an original which only it can decode | once |
//!
//! A thumb of [`render`] and one of [`render_all`] show the same and are not the same bytes: a photograph keeps those that its entry
//! names. Each call holds at most one decoded picture ([`limits::DECODED_BYTES_MAX`]), a JPEG at reduced scale and on the caller's
//! thread; a core that takes them one after the other never holds two.

use crate::decode::decode;
use crate::error::PhotoError;
use crate::examine::{Examined, examine, original_hash};
use crate::format::Format;
use crate::limits;
use crate::micro::micro_of;
use crate::planes::{Picture, fitted};
use crate::write::write;

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

impl Rendition {
    pub(crate) fn of(kind: RenditionKind, picture: &Picture, quality: u8) -> Self {
        let bytes = write(picture, quality);
        let sha256 = original_hash(&bytes);
        Self { kind, bytes, sha256, width: picture.size().width, height: picture.size().height }
    }
}

/// Thumb and micro, of [`render`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renditions {
    /// See [`RenditionKind::Micro`].
    pub micro: Rendition,
    /// See [`RenditionKind::Thumb`].
    pub thumb: Rendition,
}

/// All three, of [`render_all`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllRenditions {
    /// See [`RenditionKind::Micro`].
    pub micro: Rendition,
    /// See [`RenditionKind::Thumb`].
    pub thumb: Rendition,
    /// See [`RenditionKind::Medium`]. A picture that is no larger is written at its own size: its own file, without metadata.
    pub medium: Rendition,
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

impl<T> Preview<T> {
    /// Makes something else of what is ready.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Preview<U> {
        match self {
            Self::Ready(ready) => Preview::Ready(make(ready)),
            Self::Unavailable(reason) => Preview::Unavailable(reason),
        }
    }
}

/// Why there is no preview of a good original.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PreviewUnavailable {
    /// Only the platform can decode this format. Have it write an upright JPEG and give that to [`render_platform_preview`].
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

/// A photograph from its bytes to everything that is made of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Developed {
    /// What it is.
    pub examined: Examined,
    /// The small pictures, where this room can decode it.
    pub renditions: Preview<AllRenditions>,
}

/// Examines an original and makes its small pictures: one hash, one decode. What a core calls at capture.
///
/// # Errors
/// Those of [`examine`] and of [`render_all`], without `Changed`.
pub fn develop(original: &[u8]) -> Result<Developed, PhotoError> {
    let examined = examine(original)?;
    let renditions = all_of(original, &examined)?;
    Ok(Developed { examined, renditions })
}

/// Makes medium, thumb and micro from the bytes that were examined, from one decode: the thumb from the medium's pixels, the micro from
/// the thumb's. A picture smaller than one of them is not enlarged.
///
/// # Errors
/// As [`render`].
pub fn render_all(original: &[u8], examined: &Examined) -> Result<Preview<AllRenditions>, PhotoError> {
    unchanged(original, examined)?;
    all_of(original, examined)
}

/// Makes the thumb and the micro from the bytes that were examined. A picture smaller than a thumb is not enlarged.
///
/// # Errors
/// [`PhotoError::Changed`] when `original` is not what was examined; [`PhotoError::Undecodable`] or
/// [`PhotoError::DecoderFailed`] when the container is whole but the pixels are not.
pub fn render(original: &[u8], examined: &Examined) -> Result<Preview<Renditions>, PhotoError> {
    unchanged(original, examined)?;
    Ok(upright(original, examined, limits::THUMB_SIDE_PX)?.map(|picture| {
        let thumb = Rendition::of(RenditionKind::Thumb, &picture, limits::RENDITION_QUALITY);
        Renditions { micro: micro_of(&picture), thumb }
    }))
}

/// Makes the medium rendition alone, the same bytes as [`render_all`] makes.
///
/// # Errors
/// As [`render`].
pub fn render_medium(original: &[u8], examined: &Examined) -> Result<Preview<Rendition>, PhotoError> {
    unchanged(original, examined)?;
    Ok(upright(original, examined, limits::MEDIUM_SIDE_PX)?
        .map(|picture| Rendition::of(RenditionKind::Medium, &picture, limits::RENDITION_QUALITY)))
}

/// Makes the three small pictures of an original that only the platform can decode (a HEIC), from the JPEG that the platform made of
/// it: upright, either in its pixels or by its EXIF orientation, never by both.
///
/// The preview is examined like any photograph and only its pixels are used. It proves nothing about the original, whose hash
/// and metadata come from [`examine`] of the original itself.
///
/// # Errors
/// [`PhotoError::NotJpeg`], and every refusal that [`examine`] and [`render_all`] have for a JPEG; the original stays without a preview.
pub fn render_platform_preview(preview: &[u8]) -> Result<AllRenditions, PhotoError> {
    let examined = examine(preview)?;
    let format = examined.format;
    if format != Format::Jpeg {
        return Err(PhotoError::NotJpeg { format });
    }
    match all_of(preview, &examined)? {
        Preview::Ready(renditions) => Ok(renditions),
        Preview::Unavailable(_) => Err(PhotoError::NotJpeg { format }),
    }
}

fn unchanged(original: &[u8], examined: &Examined) -> Result<(), PhotoError> {
    if original_hash(original) == examined.original_hash { Ok(()) } else { Err(PhotoError::Changed) }
}

fn all_of(original: &[u8], examined: &Examined) -> Result<Preview<AllRenditions>, PhotoError> {
    Ok(upright(original, examined, limits::MEDIUM_SIDE_PX)?.map(|picture| {
        let medium = Rendition::of(RenditionKind::Medium, &picture, limits::RENDITION_QUALITY);
        let small = picture.reduced(limits::THUMB_SIDE_PX);
        let thumb = Rendition::of(RenditionKind::Thumb, &small, limits::RENDITION_QUALITY);
        AllRenditions { micro: micro_of(&small), thumb, medium }
    }))
}

/// The picture as it stands, its long side at most `side_px`, from bytes that `examined` belongs to.
pub(crate) fn upright(
    original: &[u8],
    examined: &Examined,
    side_px: u32,
) -> Result<Preview<Picture>, PhotoError> {
    let unavailable = Preview::Unavailable(PreviewUnavailable::NeedsPlatform { format: examined.format });
    let Some(stored) = examined.dimensions else {
        return Ok(unavailable);
    };
    let wanted = fitted(stored, side_px);
    Ok(decode(original, examined, wanted)?.map_or(unavailable, |picture| {
        Preview::Ready(picture.upright(wanted, examined.metadata.orientation))
    }))
}
