//! Media types of files: what each may weigh, and under which name it is served.

use crate::limits::{BLOB_BYTES_MAX, SIGNATURE_BYTES_MAX, VIDEO_BYTES_MAX, VOICE_BYTES_MAX};

/// Served for every type that is not in the list: a browser saves it and runs nothing.
pub const OTHER: &str = "application/octet-stream";

/// What kind of file a media type is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A photo.
    Photo,
    /// A voice note.
    Voice,
    /// A short film.
    Video,
}

/// Every type that is served under its own name. None of them is a text, a page or a program.
const SERVED: [(&str, Kind); 15] = [
    ("image/jpeg", Kind::Photo),
    ("image/png", Kind::Photo),
    ("image/webp", Kind::Photo),
    ("image/heic", Kind::Photo),
    ("image/heif", Kind::Photo),
    ("image/avif", Kind::Photo),
    ("image/gif", Kind::Photo),
    ("audio/aac", Kind::Voice),
    ("audio/amr", Kind::Voice),
    ("audio/mp4", Kind::Voice),
    ("audio/mpeg", Kind::Voice),
    ("audio/ogg", Kind::Voice),
    ("audio/wav", Kind::Voice),
    ("video/mp4", Kind::Video),
    ("video/quicktime", Kind::Video),
];

/// What kind of file a media type is; none where it is not in the list.
#[must_use]
pub fn kind(mime: &str) -> Option<Kind> {
    SERVED.iter().find(|(known, _)| *known == mime).map(|(_, kind)| *kind)
}

/// What can be attached to a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Attached {
    /// A voice note.
    Voice,
    /// A short film.
    Video,
    /// Strokes of a hand as PNG: nobody takes it for a photograph.
    Signature,
}

impl Attached {
    /// Stable id.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Voice => "voice",
            Self::Video => "video",
            Self::Signature => "signature",
        }
    }

    /// What an attached file of a media type is; none where nothing of the type may be attached.
    #[must_use]
    pub fn of(mime: &str) -> Option<Self> {
        match (kind(mime), mime) {
            (Some(Kind::Voice), _) => Some(Self::Voice),
            (Some(Kind::Video), _) => Some(Self::Video),
            (_, SIGNATURE) => Some(Self::Signature),
            _ => None,
        }
    }

    /// What it may weigh, bytes.
    #[must_use]
    pub fn bytes_max(self) -> u64 {
        match self {
            Self::Voice => VOICE_BYTES_MAX,
            Self::Video => VIDEO_BYTES_MAX,
            Self::Signature => SIGNATURE_BYTES_MAX,
        }
    }
}

/// The type of a signature.
const SIGNATURE: &str = "image/png";

/// The type under which a file is served whose entry names this one.
#[must_use]
pub fn served(mime: &str) -> &'static str {
    SERVED.iter().find(|(known, _)| *known == mime).map_or(OTHER, |(known, _)| known)
}

/// What a file of this type may weigh, bytes. A type that is not in the list may weigh as much as any file.
#[must_use]
pub fn bytes_max(mime: &str) -> u64 {
    match kind(mime) {
        Some(Kind::Voice) => VOICE_BYTES_MAX,
        Some(Kind::Video) => VIDEO_BYTES_MAX,
        Some(Kind::Photo) | None => BLOB_BYTES_MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_that_is_not_in_the_list_is_served_as_bytes() {
        assert_eq!(served("image/jpeg"), "image/jpeg");
        assert_eq!(served("audio/mp4"), "audio/mp4");
        for other in ["", "text/html", "image/svg+xml", "IMAGE/JPEG", "image/jpeg; x=y", "application/pdf"] {
            assert_eq!((served(other), kind(other)), (OTHER, None), "{other}");
        }
    }

    #[test]
    fn what_may_be_attached_is_voice_film_and_a_signature() {
        assert_eq!(Attached::of("audio/mp4"), Some(Attached::Voice));
        assert_eq!(Attached::of("video/quicktime"), Some(Attached::Video));
        assert_eq!(Attached::of("image/png"), Some(Attached::Signature));
        for other in ["image/jpeg", "image/heic", "application/pdf", "text/html", ""] {
            assert_eq!(Attached::of(other), None, "{other}");
        }
        assert!(Attached::Signature.bytes_max() < Attached::Voice.bytes_max());
    }

    #[test]
    fn each_kind_has_its_weight_and_none_is_above_the_largest() {
        assert_eq!(bytes_max("audio/amr"), VOICE_BYTES_MAX);
        assert_eq!(bytes_max("video/mp4"), VIDEO_BYTES_MAX);
        assert_eq!(bytes_max("image/heic"), BLOB_BYTES_MAX);
        for (mime, _) in SERVED {
            assert!(bytes_max(mime) <= BLOB_BYTES_MAX, "{mime}");
        }
    }
}
