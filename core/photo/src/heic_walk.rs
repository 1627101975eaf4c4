//! Walks the boxes of a HEIC (ISO/IEC 23008-12) for completeness and size. Its pixels are never decoded here.

use std::ops::Range;

use crate::error::PhotoError;
use crate::examine::Dimensions;
use crate::format::Format;
use crate::limits;

/// What the walk found.
pub(crate) struct HeicWalk {
    /// Of the largest picture the file describes: a phone stores its photo as a grid of tiles, each described too.
    pub dimensions: Option<Dimensions>,
}

/// Walks `bytes`, which begin with `ftyp`.
pub(crate) fn walk(bytes: &[u8]) -> Result<HeicWalk, PhotoError> {
    let mut boxes_left = limits::HEIC_BOXES_MAX;
    let top = boxes(bytes, 0..bytes.len(), &mut boxes_left)?;
    let meta = find(&top, b"meta").ok_or(malformed("no meta box"))?;
    // `meta` is a full box: version and flags come before its children.
    let meta = boxes(bytes, meta.start + 4..meta.end, &mut boxes_left)?;
    let mut extents = Vec::new();
    if let Some(properties) = find(&meta, b"iprp") {
        let properties = boxes(bytes, properties, &mut boxes_left)?;
        if let Some(container) = find(&properties, b"ipco") {
            let described = boxes(bytes, container, &mut boxes_left)?;
            extents.extend(
                described.into_iter().filter(|(kind, _)| kind == b"ispe").map(|(_, content)| content),
            );
        }
    }
    let sizes = extents.into_iter().filter_map(|content| spatial_extent(&bytes[content]));
    Ok(HeicWalk { dimensions: sizes.max_by_key(|dimensions| dimensions.pixels()) })
}

/// `ispe`: version and flags, width, height.
fn spatial_extent(content: &[u8]) -> Option<Dimensions> {
    let &[_, _, _, _, w3, w2, w1, w0, h3, h2, h1, h0] = content else {
        return None;
    };
    let dimensions = Dimensions {
        width: u32::from_be_bytes([w3, w2, w1, w0]),
        height: u32::from_be_bytes([h3, h2, h1, h0]),
    };
    (dimensions.pixels() > 0).then_some(dimensions)
}

type IsoBox = ([u8; 4], Range<usize>);

fn find(boxes: &[IsoBox], kind: &[u8; 4]) -> Option<Range<usize>> {
    boxes.iter().find(|(found, _)| found == kind).map(|(_, content)| content.clone())
}

/// The boxes that fill `within`, exactly.
fn boxes(bytes: &[u8], within: Range<usize>, boxes_left: &mut usize) -> Result<Vec<IsoBox>, PhotoError> {
    let mut found = Vec::new();
    let mut at = within.start;
    while at < within.end {
        *boxes_left = boxes_left.checked_sub(1).ok_or(malformed("too many boxes"))?;
        let rest = &bytes[at..within.end];
        let &[s3, s2, s1, s0, k0, k1, k2, k3] = rest.first_chunk().ok_or(TRUNCATED)?;
        let (header, length) = match u32::from_be_bytes([s3, s2, s1, s0]) {
            0 => (8, rest.len()),
            1 => {
                let long = rest.get(8..).and_then(|rest| rest.first_chunk()).ok_or(TRUNCATED)?;
                (16, usize::try_from(u64::from_be_bytes(*long)).unwrap_or(usize::MAX))
            }
            length => (8, usize::try_from(length).unwrap_or(usize::MAX)),
        };
        if length < header {
            return Err(malformed("box length"));
        }
        if length > rest.len() {
            return Err(TRUNCATED);
        }
        found.push(([k0, k1, k2, k3], at + header..at + length));
        at += length;
    }
    Ok(found)
}

const TRUNCATED: PhotoError = PhotoError::Truncated { format: Format::Heic };

fn malformed(what: &'static str) -> PhotoError {
    PhotoError::Malformed { format: Format::Heic, what }
}
