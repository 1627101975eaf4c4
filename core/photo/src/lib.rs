//! Pixels and evidence: what a photograph is, before anyone relies on it.
//!
//! Three calls carry the room. [`examine`] hashes the original, walks its container without decoding a pixel and says
//! what it is or why it is refused. [`render_all`] makes the small pictures that travel ahead of the
//! original, from one decode; [`develop`] does both. [`strip_jpeg`] copies a JPEG without what it says about its author. Beside them
//! [`fingerprint`](fingerprint()) tells what looks alike, and [`watermark`](watermark()) writes words on a copy for export.
//!
//! Guarantees:
//! - the original's bytes are only read, and hashed before anything else looks at them;
//! - every size a file claims is held against [`limits`] before memory is given for it;
//! - a picture with pixels missing is refused, never shown half grey;
//! - whatever the bytes are, the answer is a value: decoders run behind a barrier that turns their panics into
//!   [`PhotoError::DecoderFailed`];
//! - odd metadata is a [`Warning`], never a refusal.
//!
//! Pure functions on bytes: no files, no clock, no randomness, no threads, nothing kept between calls.

mod decode;
mod edited;
mod error;
mod examine;
mod exif;
mod fingerprint;
mod format;
mod heic_walk;
mod jpeg_walk;
mod lettering;
pub mod limits;
mod micro;
mod moments;
mod orientation;
mod planes;
mod png_walk;
mod render;
mod scan_guard;
mod strip;
mod warning;
mod watermark;
mod webp_walk;
mod write;

pub use edited::EditHint;
pub use error::{NextStep, PhotoError};
pub use examine::{Dimensions, Examined, Looked, examine, look, original_hash};
pub use exif::{CapturedAt, Metadata, Position};
pub use fingerprint::{Distance, Fingerprint, fingerprint, looks_like};
pub use format::Format;
pub use orientation::Orientation;
pub use render::{
    AllRenditions, Developed, Preview, PreviewUnavailable, Rendition, RenditionKind, Renditions, develop,
    render, render_all, render_medium, render_platform_preview,
};
pub use strip::strip_jpeg;
pub use warning::{Trailer, Warning};
pub use watermark::{WatermarkError, watermark};
