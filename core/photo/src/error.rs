//! Why a photograph is refused, and what the person can do about it.

use crate::format::Format;

/// A refusal. Nothing is stored or changed when one is returned; the original stays where it was.
///
/// [`code`](Self::code) is stable and safe to keep; the displayed text is for logs and may change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PhotoError {
    /// The file has no bytes.
    #[error("the file is empty")]
    Empty,
    /// The file is longer than [`ORIGINAL_BYTES_MAX`](crate::limits::ORIGINAL_BYTES_MAX).
    #[error("the file has {bytes} bytes, the limit is {limit}")]
    TooLarge {
        /// Length of the file, bytes.
        bytes: usize,
        /// The limit, bytes.
        limit: usize,
    },
    /// The first bytes are those of no picture we know.
    #[error("the file is not a photograph")]
    NotAPhoto,
    /// A picture, of a kind that is not accepted.
    #[error("{name} pictures are not accepted")]
    OtherFormat {
        /// Name of the kind, as people know it.
        name: &'static str,
    },
    /// The file ends before its picture does.
    #[error("the {format} ends before its picture does")]
    Truncated {
        /// Kind of the file.
        format: Format,
    },
    /// The container breaks its own rules.
    #[error("malformed {format}: {what}")]
    Malformed {
        /// Kind of the file.
        format: Format,
        /// The rule broken.
        what: &'static str,
    },
    /// A variant of the format that cameras do not write and we do not read.
    #[error("{what} {format} is not accepted")]
    UnsupportedVariant {
        /// Kind of the file.
        format: Format,
        /// The variant.
        what: &'static str,
    },
    /// A JPEG for printing presses (four components).
    #[error("CMYK JPEG is not accepted")]
    Cmyk,
    /// Moving pictures are no still photograph.
    #[error("animated {format} is not accepted")]
    Animated {
        /// Kind of the file.
        format: Format,
    },
    /// A side is longer than [`SIDE_PX_MAX`](crate::limits::SIDE_PX_MAX).
    #[error("{width} x {height} pixels: a side may have {limit}")]
    SideTooLong {
        /// Claimed width, pixels.
        width: u32,
        /// Claimed height, pixels.
        height: u32,
        /// The limit, pixels.
        limit: u32,
    },
    /// More pixels than [`PIXELS_MAX`](crate::limits::PIXELS_MAX).
    #[error("{width} x {height} pixels: a picture may have {limit}")]
    TooManyPixels {
        /// Claimed width, pixels.
        width: u32,
        /// Claimed height, pixels.
        height: u32,
        /// The limit, pixels in all.
        limit: u64,
    },
    /// Decoding would need more than [`DECODED_BYTES_MAX`](crate::limits::DECODED_BYTES_MAX).
    #[error("decoding takes {bytes} bytes, the limit is {limit}")]
    DecodedTooLarge {
        /// Memory needed, bytes.
        bytes: u64,
        /// The limit, bytes.
        limit: u64,
    },
    /// More scans than [`JPEG_SCANS_MAX`](crate::limits::JPEG_SCANS_MAX).
    #[error("the JPEG has more than {limit} scans")]
    TooManyScans {
        /// The limit.
        limit: usize,
    },
    /// The header claims more pixels than the data can hold
    /// ([`JPEG_PIXELS_PER_BYTE_MAX`](crate::limits::JPEG_PIXELS_PER_BYTE_MAX)).
    #[error("{pixels} pixels claimed, {bytes} bytes of picture data present")]
    TooFewBytes {
        /// Claimed pixels.
        pixels: u64,
        /// Entropy-coded bytes present.
        bytes: u64,
    },
    /// Compressed metadata inflates beyond
    /// [`PNG_METADATA_INFLATED_BYTES_MAX`](crate::limits::PNG_METADATA_INFLATED_BYTES_MAX).
    #[error("the metadata inflates to more than {limit} bytes")]
    MetadataBomb {
        /// The limit, bytes.
        limit: u64,
    },
    /// The container is whole, the picture data in it is not.
    #[error("the {format} cannot be decoded: {detail}")]
    Undecodable {
        /// Kind of the file.
        format: Format,
        /// The decoder's own words, for a support log.
        detail: String,
    },
    /// A decoder panicked; the panic was caught. A bug worth a report, but the photograph is refused like any other.
    #[error("the decoder of {format} failed")]
    DecoderFailed {
        /// Kind of the file.
        format: Format,
    },
    /// The bytes are not those that were examined: the file changed in between.
    #[error("the file changed after it was examined")]
    Changed,
    /// A call for JPEG was given something else.
    #[error("expected JPEG, got {format}")]
    NotJpeg {
        /// Kind of the file.
        format: Format,
    },
}

/// What the person can do after a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NextStep {
    /// The file is damaged: take the photo again, or copy it again from where it is whole.
    TakeOrCopyAgain,
    /// The file is no photo we read: choose another.
    ChooseAnother,
    /// The picture is fine but not in this form: save it as an ordinary JPEG.
    SaveAsJpeg,
    /// The picture is too big: take or export it at a lower resolution.
    UseLowerResolution,
    /// The file was being written: try once more.
    TryAgain,
}

impl NextStep {
    /// Stable short name, the key of the translated sentence.
    pub fn code(self) -> &'static str {
        match self {
            Self::TakeOrCopyAgain => "take_or_copy_again",
            Self::ChooseAnother => "choose_another",
            Self::SaveAsJpeg => "save_as_jpeg",
            Self::UseLowerResolution => "use_lower_resolution",
            Self::TryAgain => "try_again",
        }
    }
}

impl PhotoError {
    /// Stable short name of the refusal, the key of the translated sentence.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLarge { .. } => "too_large",
            Self::NotAPhoto => "not_a_photo",
            Self::OtherFormat { .. } => "other_format",
            Self::Truncated { .. } => "truncated",
            Self::Malformed { .. } => "malformed",
            Self::UnsupportedVariant { .. } => "unsupported_variant",
            Self::Cmyk => "cmyk",
            Self::Animated { .. } => "animated",
            Self::SideTooLong { .. } => "side_too_long",
            Self::TooManyPixels { .. } => "too_many_pixels",
            Self::DecodedTooLarge { .. } => "decoded_too_large",
            Self::TooManyScans { .. } => "too_many_scans",
            Self::TooFewBytes { .. } => "too_few_bytes",
            Self::MetadataBomb { .. } => "metadata_bomb",
            Self::Undecodable { .. } => "undecodable",
            Self::DecoderFailed { .. } => "decoder_failed",
            Self::Changed => "changed",
            Self::NotJpeg { .. } => "not_jpeg",
        }
    }

    /// What the person can do.
    pub fn next_step(&self) -> NextStep {
        match self {
            Self::Empty | Self::Truncated { .. } | Self::Malformed { .. } => NextStep::TakeOrCopyAgain,
            Self::Undecodable { .. } | Self::TooFewBytes { .. } => NextStep::TakeOrCopyAgain,
            Self::NotAPhoto | Self::MetadataBomb { .. } | Self::TooManyScans { .. } => {
                NextStep::ChooseAnother
            }
            Self::OtherFormat { .. } | Self::UnsupportedVariant { .. } | Self::Cmyk => NextStep::SaveAsJpeg,
            Self::Animated { .. } | Self::DecoderFailed { .. } | Self::NotJpeg { .. } => NextStep::SaveAsJpeg,
            Self::TooLarge { .. } | Self::SideTooLong { .. } => NextStep::UseLowerResolution,
            Self::TooManyPixels { .. } | Self::DecodedTooLarge { .. } => NextStep::UseLowerResolution,
            Self::Changed => NextStep::TryAgain,
        }
    }
}
