//! What is odd about a photograph that is accepted all the same.

use crate::jpeg_walk;

/// Something a reviewer may want to know. None of these is a reason to refuse: the pixels are whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// The EXIF block cannot be read at all; every field of the metadata is empty.
    ExifUnreadable,
    /// Part of the EXIF block cannot be read; the rest was used.
    ExifDamaged,
    /// The EXIF block is longer than [`EXIF_BYTES_MAX`](crate::limits::EXIF_BYTES_MAX) and was not read.
    ExifTooLarge,
    /// The orientation is not one of 1 to 8; the picture is taken as upright.
    OrientationOutOfRange,
    /// The date is no date, or outside the years a camera can have lived through.
    DateAbsurd,
    /// The offset from UTC cannot be read.
    OffsetUnreadable,
    /// The position lacks a part, or divides by zero.
    PositionUnreadable,
    /// The position is outside the world.
    PositionOutOfRange,
    /// The position is (0, 0): a receiver without a fix.
    PositionNullIsland,
    /// The receiver's time cannot be read: it divides by zero, or is no time.
    GpsTimeUnreadable,
    /// The receiver's time and the camera's clock lie further apart than a fix is old.
    GpsTimeApart {
        /// From the receiver's time to the camera's, minutes.
        minutes: i64,
    },
    /// The camera's clock showed a time that has not come yet.
    CapturedAhead {
        /// Ahead of the phone's clock, minutes.
        minutes: i64,
    },
    /// The receiver's time has not come yet.
    GpsTimeAhead {
        /// Ahead of the phone's clock, minutes.
        minutes: i64,
    },
    /// The HEIC does not say plainly how large its picture is.
    DimensionsUnknown,
    /// Bytes follow the end of the picture. They belong to the original and are hashed with it; no rendition has them.
    BytesAfterEnd {
        /// How many.
        bytes: u64,
        /// What they look like.
        trailer: Trailer,
    },
}

/// What follows the end of a picture, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trailer {
    /// Zeros: a file padded to a block.
    Padding,
    /// An MP4 video: a motion photo.
    MotionPhoto,
    /// Another JPEG: a multi-picture file, a gain map or a depth map, without a video behind it.
    Picture,
    /// A ZIP archive.
    Archive,
    /// Something else.
    Unknown,
}

/// A motion photo's vendor header before the video's own, bytes.
const VIDEO_SEARCHED_BYTES: usize = 256;

/// Pictures looked behind, one after the other: a gain map and a depth map may stand before the video.
const PICTURES_PASSED_MAX: usize = 8;

impl Trailer {
    pub(crate) fn recognise(bytes: &[u8]) -> Self {
        let mut rest = bytes;
        for _ in 0..PICTURES_PASSED_MAX {
            match Self::of_head(rest) {
                Self::MotionPhoto => return Self::MotionPhoto,
                Self::Picture => match jpeg_walk::walk(rest) {
                    Ok(walk) => rest = &rest[walk.end..],
                    Err(_) => break,
                },
                _ => break,
            }
        }
        Self::of_head(bytes)
    }

    fn of_head(bytes: &[u8]) -> Self {
        let head = &bytes[..bytes.len().min(VIDEO_SEARCHED_BYTES)];
        if bytes.iter().all(|&byte| byte == 0) {
            Self::Padding
        } else if bytes.starts_with(b"PK\x03\x04") {
            Self::Archive
        } else if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
            Self::Picture
        } else if head.windows(4).any(|window| window == b"ftyp") {
            Self::MotionPhoto
        } else {
            Self::Unknown
        }
    }
}

impl Warning {
    /// Stable short name, the key of the translated sentence.
    pub fn code(self) -> &'static str {
        match self {
            Self::ExifUnreadable => "exif_unreadable",
            Self::ExifDamaged => "exif_damaged",
            Self::ExifTooLarge => "exif_too_large",
            Self::OrientationOutOfRange => "orientation_out_of_range",
            Self::DateAbsurd => "date_absurd",
            Self::OffsetUnreadable => "offset_unreadable",
            Self::PositionUnreadable => "position_unreadable",
            Self::PositionOutOfRange => "position_out_of_range",
            Self::PositionNullIsland => "position_null_island",
            Self::GpsTimeUnreadable => "gps_time_unreadable",
            Self::GpsTimeApart { .. } => "gps_time_apart",
            Self::CapturedAhead { .. } => "captured_ahead",
            Self::GpsTimeAhead { .. } => "gps_time_ahead",
            Self::DimensionsUnknown => "dimensions_unknown",
            Self::BytesAfterEnd { trailer, .. } => match trailer {
                Trailer::Padding => "padding_after_end",
                Trailer::MotionPhoto => "motion_photo",
                Trailer::Picture => "picture_after_end",
                Trailer::Archive => "archive_after_end",
                Trailer::Unknown => "bytes_after_end",
            },
        }
    }
}
