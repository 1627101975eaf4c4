//! Files that only a key opens: XChaCha20-Poly1305 in frames, so that a piece can be read, and a file grow, without the whole of it.
//!
//! A file is the eight bytes of [`MAGIC`] and then frames: a nonce that was drawn (24 bytes), the length of what it holds (4 bytes, little endian, 1 to
//! [`FRAME_BYTES`]), the encrypted bytes and their tag (16 bytes). Where a frame begins in the plain file is bound to it as associated
//! data (8 bytes, little endian): no frame opens in another place. That a file is cut off, or another file of the same key, is not found here; whoever
//! reads it holds it against its hash.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};

use crate::ports::DatabaseKey;

/// What such a file begins with.
pub(super) const MAGIC: [u8; 8] = *b"YDFRAME1";
/// Plain bytes of a frame at most.
pub(super) const FRAME_BYTES: usize = 64 * 1024;
const NONCE_BYTES: usize = 24;
const HEAD_BYTES: usize = NONCE_BYTES + 4;
const TAG_BYTES: usize = 16;

/// Writes and reads files in frames.
#[derive(Clone)]
pub(super) struct Frames(XChaCha20Poly1305);

/// One frame as it lies in a file.
struct Frame {
    /// Where its head begins in the file.
    place: u64,
    /// Where what it holds begins in the plain file.
    from: u64,
    /// How much it holds, bytes.
    length: usize,
    nonce: [u8; NONCE_BYTES],
}

impl Frame {
    fn end(&self) -> u64 {
        self.from + self.length as u64
    }

    fn place_behind(&self) -> u64 {
        self.place + (HEAD_BYTES + self.length + TAG_BYTES) as u64
    }
}

impl Frames {
    pub(super) fn new(key: &[u8; 32]) -> Self {
        Self(XChaCha20Poly1305::new(&Key::from(*key)))
    }

    /// With the key that is for this purpose.
    pub(super) fn of(key: &DatabaseKey, purpose: &str) -> Self {
        Self::new(&key.derived(purpose))
    }

    /// Writes a whole file.
    pub(super) fn write(&self, out: &mut impl Write, plain: &[u8]) -> io::Result<()> {
        out.write_all(&MAGIC)?;
        self.append(out, 0, plain)
    }

    /// A whole file.
    pub(super) fn whole(&self, plain: &[u8]) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.write(&mut bytes, plain)?;
        Ok(bytes)
    }

    /// How many plain bytes a file holds: those of its whole frames.
    pub(super) fn plain_len(file: &mut File) -> io::Result<u64> {
        Ok(frames_of(file, u64::MAX)?.last().map_or(0, Frame::end))
    }

    /// A piece of a file, shorter at its end; `InvalidData` where a frame does not open.
    pub(super) fn read(&self, file: &mut File, offset: u64, length: u64) -> io::Result<Vec<u8>> {
        let end = offset.saturating_add(length);
        let mut piece = Vec::new();
        for frame in frames_of(file, end)?.iter().filter(|frame| frame.end() > offset && frame.from < end) {
            let plain = self.opened(file, frame)?;
            let within = |at: u64| {
                usize::try_from(at.saturating_sub(frame.from)).map_or(plain.len(), |at| at.min(plain.len()))
            };
            piece.extend(&plain[within(offset)..within(end)]);
        }
        Ok(piece)
    }

    /// Puts bytes at this place of a file, behind zeros where it is shorter, and cuts off what is behind them.
    pub(super) fn put(&self, file: &mut File, offset: u64, plain: &[u8]) -> io::Result<()> {
        let frames = frames_of(file, offset)?;
        let whole = frames.iter().rfind(|frame| frame.end() <= offset);
        let (place, from) = whole.map_or((0, 0), |frame| (frame.place_behind(), frame.end()));
        // What a frame holds before the place is written again, under another nonce.
        let before = offset.saturating_sub(from);
        let mut bytes = self.read(file, from, before)?;
        bytes.resize(usize::try_from(before).map_err(io::Error::other)?, 0);
        bytes.extend(plain);
        file.set_len(place)?;
        file.seek(SeekFrom::Start(place))?;
        if place == 0 { self.write(file, &bytes) } else { self.append(file, from, &bytes) }
    }

    fn append(&self, out: &mut impl Write, from: u64, plain: &[u8]) -> io::Result<()> {
        let mut at = from;
        for piece in plain.chunks(FRAME_BYTES) {
            let mut nonce = [0; NONCE_BYTES];
            getrandom::fill(&mut nonce).map_err(|error| io::Error::other(error.to_string()))?;
            let payload = Payload { msg: piece, aad: &at.to_le_bytes() };
            let sealed =
                self.0.encrypt(&XNonce::from(nonce), payload).map_err(|_| io::ErrorKind::InvalidInput)?;
            let length = u32::try_from(piece.len()).map_err(io::Error::other)?.to_le_bytes();
            out.write_all(&[&nonce[..], &length, &sealed].concat())?;
            at += piece.len() as u64;
        }
        Ok(())
    }

    fn opened(&self, file: &mut File, frame: &Frame) -> io::Result<Vec<u8>> {
        let mut sealed = vec![0; frame.length + TAG_BYTES];
        file.seek(SeekFrom::Start(frame.place + HEAD_BYTES as u64))?;
        file.read_exact(&mut sealed)?;
        let payload = Payload { msg: &sealed, aad: &frame.from.to_le_bytes() };
        let changed = || io::Error::new(io::ErrorKind::InvalidData, "a frame of the file does not open");
        self.0.decrypt(&XNonce::from(frame.nonce), payload).map_err(|_| changed())
    }
}

/// The frames of a file that are there whole, up to the one that holds this plain byte. What does not begin as a file of frames has none; a head that says what cannot be ends them.
fn frames_of(file: &mut File, until: u64) -> io::Result<Vec<Frame>> {
    let size = file.metadata()?.len();
    let mut frames: Vec<Frame> = Vec::new();
    let mut magic = [0; MAGIC.len()];
    if size < magic.len() as u64 {
        return Ok(frames);
    }
    file.seek(SeekFrom::Start(0))?;
    file.read_exact(&mut magic)?;
    let (mut place, mut from) = (MAGIC.len() as u64, 0);
    while magic == MAGIC && from <= until && place + (HEAD_BYTES + TAG_BYTES) as u64 <= size {
        let mut head = [0; HEAD_BYTES];
        file.seek(SeekFrom::Start(place))?;
        file.read_exact(&mut head)?;
        let (nonce, length) = head.split_first_chunk().expect("a head is longer than a nonce");
        let length = u32::from_le_bytes(length.try_into().expect("four bytes")) as usize;
        let frame = Frame { place, from, length, nonce: *nonce };
        if !(1..=FRAME_BYTES).contains(&length) || frame.place_behind() > size {
            break;
        }
        (place, from) = (frame.place_behind(), frame.end());
        frames.push(frame);
    }
    Ok(frames)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(length: usize) -> Vec<u8> {
        (0..length).map(|at| u8::try_from(at % 251).unwrap()).collect()
    }

    fn file_of(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    #[test]
    fn any_piece_of_a_file_is_read_and_nothing_of_it_lies_open() {
        let frames = Frames::new(&[7; 32]);
        let all = plain(3 * FRAME_BYTES + 100);
        let sealed = frames.whole(&all).unwrap();
        assert!(!sealed.windows(16).any(|window| window == &all[..16]), "the plain bytes are not in it");
        let mut file = file_of(&sealed);
        assert_eq!(Frames::plain_len(&mut file).unwrap(), all.len() as u64);
        for (from, to) in [
            (0, all.len()),
            (5, 6),
            (FRAME_BYTES - 1, FRAME_BYTES + 1),
            (FRAME_BYTES, 2 * FRAME_BYTES),
            (all.len(), all.len()),
        ] {
            let piece = frames.read(&mut file, from as u64, (to - from) as u64).unwrap();
            assert_eq!(piece, all[from..to], "{from}..{to}");
        }
        assert_eq!(frames.read(&mut file, 100, u64::MAX).unwrap(), all[100..]);
        assert_ne!(sealed, frames.whole(&all).unwrap(), "the same bytes are never written alike");
    }

    #[test]
    fn a_file_grows_from_any_byte_and_a_torn_end_is_not_there() {
        let frames = Frames::new(&[7; 32]);
        let all = plain(200_000);
        let mut file = file_of(&[]);
        let mut at = 0;
        for length in [1, 70_000, 30_000, 65_536, 34_463] {
            frames.put(&mut file, at as u64, &all[at..at + length]).unwrap();
            at += length;
        }
        assert_eq!(frames.read(&mut file, 0, u64::MAX).unwrap(), all);
        frames.put(&mut file, 80_000, &[9; 10]).unwrap();
        let now = frames.read(&mut file, 0, u64::MAX).unwrap();
        assert_eq!(
            (&now[..80_000], &now[80_000..]),
            (&all[..80_000], &[9; 10][..]),
            "what was behind is cut off"
        );
        let size = file.metadata().unwrap().len();
        file.set_len(size - 1).unwrap();
        let torn = Frames::plain_len(&mut file).unwrap();
        assert!(torn < 80_010);
        frames.put(&mut file, torn, &all[usize::try_from(torn).unwrap()..]).unwrap();
        assert_eq!(frames.read(&mut file, 0, u64::MAX).unwrap(), all, "and it goes on from there");
    }

    #[test]
    fn no_changed_byte_and_no_frame_in_another_place_opens() {
        let frames = Frames::new(&[7; 32]);
        let sealed = frames.whole(&plain(2 * FRAME_BYTES)).unwrap();
        let one = HEAD_BYTES + FRAME_BYTES + TAG_BYTES;
        let mut moved = MAGIC.to_vec();
        moved.extend(&sealed[MAGIC.len() + one..]);
        moved.extend(&sealed[MAGIC.len()..MAGIC.len() + one]);
        let kind = |bytes: &[u8], with: &Frames| {
            with.read(&mut file_of(bytes), 0, u64::MAX).map_err(|error| error.kind())
        };
        assert_eq!(kind(&moved, &frames), Err(io::ErrorKind::InvalidData));
        assert_eq!(
            kind(&sealed, &Frames::new(&[8; 32])),
            Err(io::ErrorKind::InvalidData),
            "nor with another key"
        );
        for at in [MAGIC.len(), MAGIC.len() + HEAD_BYTES, sealed.len() - 1] {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(kind(&changed, &frames), Err(io::ErrorKind::InvalidData), "byte {at}");
        }
        // A length that says more than there is, or nothing, ends the file: its hash says that it is another.
        for length in [0_u32, u32::MAX, 1 << 20] {
            let mut changed = sealed.clone();
            changed[MAGIC.len() + NONCE_BYTES..MAGIC.len() + HEAD_BYTES]
                .copy_from_slice(&length.to_le_bytes());
            assert_eq!(kind(&changed, &frames), Ok(Vec::new()));
        }
        assert_eq!(kind(b"YDFRAME", &frames), Ok(Vec::new()));
        assert_eq!(
            kind(&plain(5_000), &frames),
            Ok(Vec::new()),
            "a file that is none of frames holds nothing"
        );
    }
}
