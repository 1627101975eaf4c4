//! Makes a JPEG decoder admit that pixels are missing.
//!
//! At the end of a scan's data every decoder goes on with zero bits, because some encoders are sloppy; a file cut short and
//! given a fresh EOI thus decodes to a picture with a grey rest, and nobody is told. The reader here slips a guard in between
//! the data and the marker behind it.
//!
//! First come as many bytes of ones as a decoder may read ahead. No Huffman code is all ones (T.81, C.2), so a scan that wants
//! another symbol fails there. Then comes `FF FF 00`, an error within a scan, for the scans that read bare bits. A scan that
//! is whole never looks at either, and between segments the sequence holds no marker and is skipped.

use std::io::{self, Read};

/// `rusty_jpeg` fills a 64-bit buffer: eight bytes ahead at most, each `FF` followed by its stuffed zero.
const GUARD: &[u8] = &[0xFF, 0, 0xFF, 0, 0xFF, 0, 0xFF, 0, 0xFF, 0, 0xFF, 0, 0xFF, 0, 0xFF, 0, 0xFF, 0xFF, 0];

/// Reads `bytes` with a guard at each of `scan_ends`.
pub(crate) struct ScanGuard<'a> {
    bytes: &'a [u8],
    scan_ends: &'a [usize],
    at: usize,
    stretch_end: usize,
    guard: &'static [u8],
}

impl<'a> ScanGuard<'a> {
    /// `scan_ends` in order, each within `bytes`.
    pub fn new(bytes: &'a [u8], scan_ends: &'a [usize]) -> Self {
        let stretch_end = scan_ends.first().copied().unwrap_or(bytes.len());
        Self { bytes, scan_ends, at: 0, stretch_end, guard: &[] }
    }
}

impl Read for ScanGuard<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if !self.guard.is_empty() {
            return self.guard.read(out);
        }
        if self.at == self.stretch_end
            && let [_, later @ ..] = self.scan_ends
        {
            self.scan_ends = later;
            self.stretch_end = later.first().copied().unwrap_or(self.bytes.len());
            self.guard = GUARD;
            return self.guard.read(out);
        }
        let count = (&self.bytes[self.at..self.stretch_end]).read(out)?;
        self.at += count;
        Ok(count)
    }
}
