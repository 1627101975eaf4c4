//! What the camera wrote about a photograph (EXIF 2.32), as typed fields held against sense.
//!
//! Cameras write nonsense, and so do people who edit metadata: zero denominators, (0, 0), the year 2002 of a clock that was
//! never set, a receiver that contradicts the clock. None of it says anything about the pixels, so each oddity becomes a [`Warning`] and its field stays empty.

use std::io::Cursor;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use ::exif::{Error, Exif, In, Rational, Reader, Tag, Value};

use crate::limits;
use crate::moments;
use crate::orientation::Orientation;
use crate::warning::Warning;

/// What the camera claims.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Metadata {
    /// How to turn the stored pixels. Upright where the file does not say.
    pub orientation: Orientation,
    /// When the shutter was released.
    pub captured_at: Option<CapturedAt>,
    /// Where the receiver believed to be.
    pub position: Option<Position>,
    /// Maker of the camera, at most [`limits::CAMERA_TEXT_CHARS_MAX`] characters.
    pub camera_make: Option<String>,
    /// Model of the camera, as long at most.
    pub camera_model: Option<String>,
    /// What wrote the file last, as long at most: the phone's own system, or an editor.
    pub software: Option<String>,
    /// Whether the maker's own notes are there. Most editors and chats drop them.
    pub has_maker_note: bool,
    /// When the file was last written, by the clock of what wrote it.
    pub modified_at: Option<CapturedAt>,
    /// The receiver's own time of its position, UTC, Unix ms: a claim like the others, and as old as its last fix.
    pub gps_at_ms: Option<i64>,
}

/// The camera's wall clock at the time of capture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapturedAt {
    /// Local time as `YYYY-MM-DDTHH:MM:SS`.
    pub local: String,
    /// Minutes to subtract from `local` to get UTC (+480 in China), where the camera says.
    pub offset_minutes: Option<i16>,
}

/// A position in degrees, as the receiver gave it: WGS 84 by the letter of EXIF, though some phones sold in China write
/// GCJ-02 and do not say so.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Position {
    /// Degrees north, -90 to 90.
    pub latitude_deg: f64,
    /// Degrees east, -180 to 180.
    pub longitude_deg: f64,
}

/// Reads the TIFF block that the walk found, if it found one.
pub(crate) fn read_block(
    original: &[u8],
    block: Option<Range<usize>>,
    warnings: &mut Vec<Warning>,
) -> Metadata {
    let Some(block) = block.map(|range| &original[range]) else {
        return Metadata::default();
    };
    if block.len() > limits::EXIF_BYTES_MAX {
        warnings.push(Warning::ExifTooLarge);
        return Metadata::default();
    }
    // WebP and PNG writers sometimes keep the introduction that only JPEG wants.
    let block = block.strip_prefix(b"Exif\0\0").unwrap_or(block);
    read(|reader| reader.read_raw(block.to_vec()), warnings)
}

/// Finds and reads the EXIF item of a HEIC.
pub(crate) fn read_heic(original: &[u8], warnings: &mut Vec<Warning>) -> Metadata {
    read(|reader| reader.read_from_container(&mut Cursor::new(original)), warnings)
}

fn read(parse: impl FnOnce(&Reader) -> Result<Exif, Error>, warnings: &mut Vec<Warning>) -> Metadata {
    let mut reader = Reader::new();
    reader.continue_on_error(true);
    let parsed = catch_unwind(AssertUnwindSafe(|| parse(&reader)));
    let exif = match parsed {
        Ok(Ok(exif)) => exif,
        Ok(Err(Error::NotFound(_))) => return Metadata::default(),
        Ok(Err(Error::PartialResult(partial))) => {
            warnings.push(Warning::ExifDamaged);
            partial.into_inner().0
        }
        Ok(Err(_)) | Err(_) => {
            warnings.push(Warning::ExifUnreadable);
            return Metadata::default();
        }
    };
    let orientation = orientation(&exif, warnings);
    let captured_at = moments::captured_at(&exif, warnings);
    let position = position(&exif, warnings);
    let gps_at_ms = moments::gps_at_ms(&exif, warnings);
    warnings.extend(moments::apart(captured_at.as_ref(), gps_at_ms));
    Metadata {
        orientation,
        captured_at,
        position,
        camera_make: camera_text(&exif, Tag::Make),
        camera_model: camera_text(&exif, Tag::Model),
        software: camera_text(&exif, Tag::Software),
        has_maker_note: exif.get_field(Tag::MakerNote, In::PRIMARY).is_some(),
        modified_at: moments::modified_at(&exif),
        gps_at_ms,
    }
}

fn orientation(exif: &Exif, warnings: &mut Vec<Warning>) -> Orientation {
    let Some(field) = exif.get_field(Tag::Orientation, In::PRIMARY) else {
        return Orientation::default();
    };
    field.value.get_uint(0).and_then(Orientation::from_exif).unwrap_or_else(|| {
        warnings.push(Warning::OrientationOutOfRange);
        Orientation::default()
    })
}

fn position(exif: &Exif, warnings: &mut Vec<Warning>) -> Option<Position> {
    let field = |tag| exif.get_field(tag, In::PRIMARY);
    if field(Tag::GPSLatitude).is_none() && field(Tag::GPSLongitude).is_none() {
        return None;
    }
    let latitude = degrees(exif, Tag::GPSLatitude, Tag::GPSLatitudeRef, [b'N', b'S']);
    let longitude = degrees(exif, Tag::GPSLongitude, Tag::GPSLongitudeRef, [b'E', b'W']);
    let (Some(latitude_deg), Some(longitude_deg)) = (latitude, longitude) else {
        warnings.push(Warning::PositionUnreadable);
        return None;
    };
    if latitude_deg.abs() > 90.0 || longitude_deg.abs() > 180.0 {
        warnings.push(Warning::PositionOutOfRange);
        return None;
    }
    if latitude_deg.abs() < limits::NULL_ISLAND_DEG && longitude_deg.abs() < limits::NULL_ISLAND_DEG {
        warnings.push(Warning::PositionNullIsland);
        return None;
    }
    Some(Position { latitude_deg, longitude_deg })
}

/// Degrees, minutes, seconds with the letter of the hemisphere; `None` unless finite and with a known letter.
fn degrees(exif: &Exif, tag: Tag, reference: Tag, [positive, negative]: [u8; 2]) -> Option<f64> {
    let Value::Rational(parts) = &exif.get_field(tag, In::PRIMARY)?.value else {
        return None;
    };
    let [whole, smaller @ ..] = parts.as_slice() else {
        return None;
    };
    let part = |index: usize| smaller.get(index).map_or(0.0, Rational::to_f64);
    let value = whole.to_f64() + part(0) / 60.0 + part(1) / 3600.0;
    let letter = ascii(exif, reference)?.first()?.to_ascii_uppercase();
    let sign = if letter == positive {
        1.0
    } else if letter == negative {
        -1.0
    } else {
        return None;
    };
    value.is_finite().then_some(sign * value)
}

fn camera_text(exif: &Exif, tag: Tag) -> Option<String> {
    let text: String =
        String::from_utf8_lossy(ascii(exif, tag)?).chars().filter(|c| !c.is_control()).collect();
    let kept: String = text.trim().chars().take(limits::CAMERA_TEXT_CHARS_MAX).collect();
    (!kept.is_empty()).then_some(kept)
}

/// The first string of an ASCII field, without the spaces and zeros around it.
pub(crate) fn ascii(exif: &Exif, tag: Tag) -> Option<&[u8]> {
    match &exif.get_field(tag, In::PRIMARY)?.value {
        Value::Ascii(strings) => {
            strings.first().map(|text| text.trim_ascii()).filter(|text| !text.is_empty())
        }
        _ => None,
    }
}
