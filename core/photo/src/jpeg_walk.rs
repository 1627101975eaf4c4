//! Walks the markers of a JPEG (ITU-T T.81, annex B) without decoding: the judge of whether a file is whole and of a kind
//! we read. Decoders are asked only afterwards: some show a file cut to a tenth as a picture with a grey rest.

use std::ops::Range;

use crate::error::PhotoError;
use crate::examine::Dimensions;
use crate::format::Format;
use crate::limits;

const SOF_BASELINE: u8 = 0xC0;
const SOF_PROGRESSIVE: u8 = 0xC2;
const DHT: u8 = 0xC4;
const SOI: u8 = 0xD8;
const EOI: u8 = 0xD9;
const SOS: u8 = 0xDA;
const DQT: u8 = 0xDB;
const DNL: u8 = 0xDC;
const DRI: u8 = 0xDD;
const COM: u8 = 0xFE;
pub(crate) const APP0: u8 = 0xE0;
pub(crate) const APP1: u8 = 0xE1;
pub(crate) const APP2: u8 = 0xE2;
pub(crate) const APP14: u8 = 0xEE;
const APP15: u8 = 0xEF;

/// What introduces EXIF in APP1.
const EXIF_NAME: &[u8] = b"Exif\0\0";

/// One marker segment: `FF`, the marker, its length and payload, and for a scan the entropy-coded data after it.
pub(crate) struct Segment {
    pub marker: u8,
    /// From `FF` to the last byte, entropy-coded data included.
    pub whole: Range<usize>,
    pub payload: Range<usize>,
}

impl Segment {
    pub fn is_application_or_comment(&self) -> bool {
        matches!(self.marker, APP0..=APP15 | COM)
    }
}

/// What the walk found.
pub(crate) struct JpegWalk {
    pub dimensions: Dimensions,
    /// In file order, from behind SOI to before EOI.
    pub segments: Vec<Segment>,
    /// Where the entropy-coded data of each scan ends, in order.
    pub scan_ends: Vec<usize>,
    /// What the components mean.
    pub colour: JpegColour,
    /// The TIFF block of the first EXIF segment.
    pub exif: Option<Range<usize>>,
    /// Offset behind EOI.
    pub end: usize,
}

/// What the components of a JPEG mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JpegColour {
    /// One component.
    Grey,
    /// Luma and two of colour, by JFIF.
    YCbCr,
    /// Red, green and blue as they are.
    Rgb,
}

/// Walks `bytes`, which begin with SOI.
pub(crate) fn walk(bytes: &[u8]) -> Result<JpegWalk, PhotoError> {
    let mut frame: Option<Frame> = None;
    let mut colour = ColourMarks::default();
    let mut segments = Vec::new();
    let mut scan_ends = Vec::new();
    let mut entropy_bytes = 0_u64;
    let mut exif = None;
    let mut at = 2;
    let end = loop {
        let (marker, start) = next_marker(bytes, at)?;
        match marker {
            EOI => break start + 2,
            SOF_BASELINE..=SOF_PROGRESSIVE => {}
            DHT | SOS | DQT | DRI | APP0..=APP15 | COM => {}
            0xC3 => return Err(unsupported("lossless")),
            0xC9 | 0xCA | 0xCC => return Err(unsupported("arithmetic-coded")),
            0xC5..=0xCF | 0xDE | 0xDF => return Err(unsupported("hierarchical")),
            DNL => return Err(unsupported("line-counted")),
            SOI => return Err(malformed("a second picture begins inside the first")),
            _ => return Err(malformed("a marker that belongs in no file")),
        }
        if segments.len() == limits::JPEG_SEGMENTS_MAX {
            return Err(malformed("too many segments"));
        }
        let payload = payload_of(bytes, start)?;
        let mut whole = start..payload.end;
        let content = &bytes[payload.clone()];
        match marker {
            SOF_BASELINE..=SOF_PROGRESSIVE if frame.is_some() => return Err(malformed("two frames")),
            SOF_BASELINE..=SOF_PROGRESSIVE => {
                frame = Some(frame_of(content, marker == SOF_PROGRESSIVE)?);
            }
            SOS => {
                if frame.is_none() {
                    return Err(malformed("a scan before its frame"));
                }
                if scan_ends.len() == limits::JPEG_SCANS_MAX {
                    return Err(PhotoError::TooManyScans { limit: limits::JPEG_SCANS_MAX });
                }
                whole.end = scan_end(bytes, payload.end)?;
                entropy_bytes += (whole.end - payload.end) as u64;
                scan_ends.push(whole.end);
            }
            APP1 if exif.is_none() && content.starts_with(EXIF_NAME) => {
                exif = Some(payload.start + EXIF_NAME.len()..payload.end);
            }
            APP0 if content.starts_with(b"JFIF\0") => colour.is_jfif = true,
            APP14 if content.starts_with(b"Adobe") => colour.adobe = content.get(11).copied(),
            _ => {}
        }
        at = whole.end;
        segments.push(Segment { marker, whole, payload });
    };
    let Frame { dimensions, component_ids } = frame.ok_or(malformed("no frame"))?;
    if scan_ends.is_empty() {
        return Err(malformed("no scan"));
    }
    let pixels = dimensions.pixels();
    if entropy_bytes * limits::JPEG_PIXELS_PER_BYTE_MAX < pixels {
        return Err(PhotoError::TooFewBytes { pixels, bytes: entropy_bytes });
    }
    let colour = colour.meaning(&component_ids);
    Ok(JpegWalk { dimensions, segments, scan_ends, colour, exif, end })
}

/// What a file says about its colours beside the components' names.
#[derive(Default)]
struct ColourMarks {
    is_jfif: bool,
    /// The transform of Adobe's segment; 0 is none.
    adobe: Option<u8>,
}

impl ColourMarks {
    /// The rules of libjpeg, which most of the world's pictures were tried with.
    fn meaning(&self, component_ids: &[u8]) -> JpegColour {
        let names_say = || if component_ids == b"RGB" { JpegColour::Rgb } else { JpegColour::YCbCr };
        match (component_ids.len(), self.is_jfif, self.adobe) {
            (1, ..) => JpegColour::Grey,
            (_, true, _) => JpegColour::YCbCr,
            (_, _, Some(0)) => JpegColour::Rgb,
            (_, _, Some(_)) => JpegColour::YCbCr,
            (_, _, None) => names_say(),
        }
    }
}

struct Frame {
    dimensions: Dimensions,
    component_ids: Vec<u8>,
}

/// Reads a frame header (B.2.2) and holds it against the limits.
fn frame_of(content: &[u8], progressive: bool) -> Result<Frame, PhotoError> {
    let [precision, h1, h0, w1, w0, count, components @ ..] = content else {
        return Err(malformed("frame header too short"));
    };
    if *precision != 8 {
        return Err(unsupported("12-bit"));
    }
    match count {
        1 | 3 => {}
        4 => return Err(PhotoError::Cmyk),
        _ => return Err(malformed("number of components")),
    }
    if components.len() != usize::from(*count) * 3 {
        return Err(malformed("frame header length"));
    }
    let dimensions = Dimensions {
        width: u32::from(u16::from_be_bytes([*w1, *w0])),
        height: u32::from(u16::from_be_bytes([*h1, *h0])),
    };
    dimensions.hold_limits(Format::Jpeg)?;
    let sampling: Vec<_> =
        components.chunks_exact(3).map(|c| (u64::from(c[1] >> 4), u64::from(c[1] & 15))).collect();
    if sampling.iter().any(|(h, v)| !(1..=4).contains(h) || !(1..=4).contains(v)) {
        return Err(malformed("sampling factor"));
    }
    if progressive {
        // A progressive decoder keeps every coefficient until the last scan, whatever the scale of its output.
        let h_max = sampling.iter().map(|s| s.0).max().unwrap_or(1);
        let v_max = sampling.iter().map(|s| s.1).max().unwrap_or(1);
        let units = u64::from(dimensions.width).div_ceil(8 * h_max)
            * u64::from(dimensions.height).div_ceil(8 * v_max);
        let blocks: u64 = sampling.iter().map(|(h, v)| units * h * v).sum();
        let bytes = blocks * 64 * 2;
        if bytes > limits::DECODED_BYTES_MAX {
            return Err(PhotoError::DecodedTooLarge { bytes, limit: limits::DECODED_BYTES_MAX });
        }
    }
    Ok(Frame { dimensions, component_ids: components.iter().step_by(3).copied().collect() })
}

/// The next marker at or after `at`, and the offset of its last `FF`. Stray bytes between segments are skipped, as every
/// decoder does for some old phones.
fn next_marker(bytes: &[u8], at: usize) -> Result<(u8, usize), PhotoError> {
    let rest = bytes.get(at..).unwrap_or_default();
    let found = rest.windows(2).position(|pair| pair[0] == 0xFF && pair[1] != 0xFF && pair[1] != 0);
    let start = at + found.ok_or(TRUNCATED)?;
    Ok((bytes[start + 1], start))
}

fn payload_of(bytes: &[u8], start: usize) -> Result<Range<usize>, PhotoError> {
    let [high, low] = *bytes.get(start + 2..start + 4).ok_or(TRUNCATED)? else {
        return Err(TRUNCATED);
    };
    let length = usize::from(u16::from_be_bytes([high, low]));
    if length < 2 {
        return Err(malformed("segment length"));
    }
    let payload = start + 4..start + 2 + length;
    if payload.end > bytes.len() { Err(TRUNCATED) } else { Ok(payload) }
}

/// Where the entropy-coded data that begins at `from` ends: at the first marker that is no restart.
fn scan_end(bytes: &[u8], from: usize) -> Result<usize, PhotoError> {
    let mut at = from;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        at += rest.iter().position(|&byte| byte == 0xFF).ok_or(TRUNCATED)?;
        match bytes.get(at + 1) {
            None => return Err(TRUNCATED),
            // A stuffed zero, or a restart marker.
            Some(0 | 0xD0..=0xD7) => at += 2,
            // A fill byte: the next one may be the marker.
            Some(0xFF) => at += 1,
            Some(_) => return Ok(at),
        }
    }
}

const TRUNCATED: PhotoError = PhotoError::Truncated { format: Format::Jpeg };

fn malformed(what: &'static str) -> PhotoError {
    PhotoError::Malformed { format: Format::Jpeg, what }
}

fn unsupported(what: &'static str) -> PhotoError {
    PhotoError::UnsupportedVariant { format: Format::Jpeg, what }
}
