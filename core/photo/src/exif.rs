//! What the camera wrote about a photograph (EXIF 2.32), as typed fields held against sense.
//!
//! Cameras write nonsense, and so do people who edit metadata: zero denominators, (0, 0), the year 2002 of a clock that was
//! never set. None of it says anything about the pixels, so each oddity becomes a [`Warning`] and its field stays empty.

use std::io::Cursor;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use ::exif::{DateTime, Error, Exif, In, Rational, Reader, Tag, Value};

use crate::limits;
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
    Metadata {
        orientation: orientation(&exif, warnings),
        captured_at: captured_at(&exif, warnings),
        position: position(&exif, warnings),
        camera_make: camera_text(&exif, Tag::Make),
        camera_model: camera_text(&exif, Tag::Model),
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

/// The date tags with the offset that belongs to each, the shutter's own first.
const DATES: [(Tag, Tag); 3] = [
    (Tag::DateTimeOriginal, Tag::OffsetTimeOriginal),
    (Tag::DateTimeDigitized, Tag::OffsetTimeDigitized),
    (Tag::DateTime, Tag::OffsetTime),
];

fn captured_at(exif: &Exif, warnings: &mut Vec<Warning>) -> Option<CapturedAt> {
    let (text, offset_tag) = DATES.iter().find_map(|(date, offset)| Some((ascii(exif, *date)?, *offset)))?;
    // Blanks are the standard's own way to say that the time is unknown.
    if text.iter().all(|byte| matches!(byte, b' ' | b':')) {
        return None;
    }
    let Some(local) = DateTime::from_ascii(text).ok().filter(is_believable) else {
        warnings.push(Warning::DateAbsurd);
        return None;
    };
    let offset_minutes = ascii(exif, offset_tag).and_then(|text| {
        let parsed = parse_offset_minutes(text);
        if parsed.is_none() && !text.iter().all(|byte| matches!(byte, b' ' | b':')) {
            warnings.push(Warning::OffsetUnreadable);
        }
        parsed
    });
    let DateTime { year, month, day, hour, minute, second, .. } = local;
    let local = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
    Some(CapturedAt { local, offset_minutes })
}

fn is_believable(at: &DateTime) -> bool {
    let leap = at.year.is_multiple_of(4) && (!at.year.is_multiple_of(100) || at.year.is_multiple_of(400));
    let days = match at.month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (limits::CAPTURE_YEAR_MIN..=limits::CAPTURE_YEAR_MAX).contains(&at.year)
        && (1..=days).contains(&at.day)
        && at.hour <= 23
        && at.minute <= 59
        && at.second <= 60
}

/// `+HH:MM` or `-HH:MM`, up to the 14 hours that any zone has.
fn parse_offset_minutes(text: &[u8]) -> Option<i16> {
    let &[sign @ (b'+' | b'-'), h1, h0, b':', m1, m0] = text else {
        return None;
    };
    let digits = |tens: u8, ones: u8| {
        let both = tens.is_ascii_digit() && ones.is_ascii_digit();
        both.then(|| i16::from(tens - b'0') * 10 + i16::from(ones - b'0'))
    };
    let (hours, minutes) = (digits(h1, h0)?, digits(m1, m0)?);
    let total = hours * 60 + minutes;
    let holds = minutes < 60 && total <= 14 * 60;
    holds.then_some(if sign == b'-' { -total } else { total })
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
fn ascii(exif: &Exif, tag: Tag) -> Option<&[u8]> {
    match &exif.get_field(tag, In::PRIMARY)?.value {
        Value::Ascii(strings) => {
            strings.first().map(|text| text.trim_ascii()).filter(|text| !text.is_empty())
        }
        _ => None,
    }
}
