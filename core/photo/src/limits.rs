//! Every limit of this room, with its unit and its reason.

/// Longest original, bytes: a 200 MP phone JPEG is about 40 MB.
pub const ORIGINAL_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Longest side, pixels: above every phone's panorama mode, and the size at which 16-bit arithmetic in decoders is still safe.
pub const SIDE_PX_MAX: u32 = 16_384;

/// Most pixels in one picture.
pub const PIXELS_MAX: u64 = 100_000_000;

/// Most memory one decode may hold at full resolution, bytes: decoded RGB(A) of PNG and WebP, coefficients of a progressive
/// JPEG. 48 MP fits (144 MB); a 2 GB phone survives it. Baseline JPEG decodes at reduced scale and stays far below.
pub const DECODED_BYTES_MAX: u64 = 160 * 1024 * 1024;

/// Most scans in one JPEG: encoders write about ten; each scan may cost a pass over the whole picture.
pub const JPEG_SCANS_MAX: usize = 64;

/// Most marker segments in one JPEG: a large ICC profile with extended XMP takes a few hundred.
pub const JPEG_SEGMENTS_MAX: usize = 4_096;

/// Most pixels one byte of entropy-coded JPEG data may stand for: a flat grey progressive picture reaches 170, a header that
/// lies about its size reaches 250,000.
pub const JPEG_PIXELS_PER_BYTE_MAX: u64 = 250;

/// Most bytes that all compressed profile and text chunks of one PNG may inflate to.
pub const PNG_METADATA_INFLATED_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// Most boxes read in one HEIC container.
pub const HEIC_BOXES_MAX: usize = 4_096;

/// Longest EXIF block read, bytes; JPEG cannot hold more than 64 KiB.
pub const EXIF_BYTES_MAX: usize = 1024 * 1024;

/// Longest camera make or model kept, characters.
pub const CAMERA_TEXT_CHARS_MAX: usize = 64;

/// Earliest believable year of capture: before it there were no such cameras, only clocks that were never set.
pub const CAPTURE_YEAR_MIN: u16 = 1990;

/// Latest believable year of capture.
pub const CAPTURE_YEAR_MAX: u16 = 2099;

/// Positions this close to (0, 0), degrees in each axis, are a receiver without a fix.
pub const NULL_ISLAND_DEG: f64 = 0.01;

/// Long side of the medium rendition, pixels.
pub const MEDIUM_SIDE_PX: u32 = 1_600;

/// Long side of the thumb, pixels.
pub const THUMB_SIDE_PX: u32 = 320;

/// JPEG quality of medium and thumb, on the encoder's scale of 1 to 100.
pub const RENDITION_QUALITY: u8 = 80;

/// Longest micro rendition, bytes: it travels in the first message about a case.
pub const MICRO_BYTES_MAX: usize = 2_048;

/// Longest colour profile carried into a rendition, bytes: Display P3 and Adobe RGB take about 550.
pub const CARRIED_PROFILE_BYTES_MAX: usize = 4_096;

/// Bits of pHash in which two photographs that look alike may differ.
pub const PHASH_ALIKE_BITS_MAX: u32 = 8;

/// Bits of dHash, as well.
pub const DHASH_ALIKE_BITS_MAX: u32 = 10;

/// Most characters of a watermark, all lines together.
pub const WATERMARK_CHARS_MAX: usize = 400;

/// How far the receiver's time and the camera's clock may lie apart, minutes: a position may be as old as the last fix.
pub const GPS_TIME_APART_MINUTES_MAX: i64 = 15;

/// How far any zone lies from UTC, minutes.
pub const ZONE_MINUTES_MAX: i64 = 14 * 60;

/// How far a camera's clock may run ahead of the phone's before it is odd, minutes: a day covers every zone that it may not name.
pub const AHEAD_MINUTES_MAX: i64 = 24 * 60;

/// How long after the shutter a camera may still write its file, seconds.
pub const WRITTEN_AFTER_SECONDS_MAX: i64 = 60;
