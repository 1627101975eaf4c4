//! Reading foreign bytes: LEB128 in its one shortest form, and slices that never reach past the end.

use super::refusal::Structure;

/// A cursor over foreign bytes. Every read is bounded by what is left.
#[derive(Clone, Copy)]
pub(super) struct Bytes<'a> {
    rest: &'a [u8],
}

impl<'a> Bytes<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) const fn len(&self) -> usize {
        self.rest.len()
    }

    pub(super) fn byte(&mut self) -> Result<u8, Structure> {
        let (first, rest) = self.rest.split_first().ok_or(Structure::Cut)?;
        self.rest = rest;
        Ok(*first)
    }

    pub(super) fn take(&mut self, count: u64) -> Result<&'a [u8], Structure> {
        let count = usize::try_from(count).map_err(|_| Structure::Cut)?;
        if count > self.rest.len() {
            return Err(Structure::Cut);
        }
        let (taken, rest) = self.rest.split_at(count);
        self.rest = rest;
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Structure> {
        let (taken, rest) = self.rest.split_first_chunk::<N>().ok_or(Structure::Cut)?;
        self.rest = rest;
        Ok(*taken)
    }

    pub(super) fn text(&mut self, count: u64) -> Result<&'a str, Structure> {
        std::str::from_utf8(self.take(count)?).map_err(|_| Structure::Utf8)
    }

    /// An unsigned number. The encoder writes the shortest form only, so a longer one is not canonical.
    pub(super) fn unsigned(&mut self) -> Result<u64, Structure> {
        let mut value = 0u64;
        for shift in (0..).step_by(7) {
            let byte = self.byte()?;
            if shift == 63 && byte > 1 {
                return Err(Structure::Number);
            }
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                if byte == 0 && shift > 0 {
                    return Err(Structure::Number);
                }
                break;
            }
        }
        Ok(value)
    }

    /// A signed number, in its shortest form only.
    pub(super) fn signed(&mut self) -> Result<i64, Structure> {
        let mut value = 0i64;
        let mut before = 0u8;
        for shift in (0..).step_by(7) {
            let byte = self.byte()?;
            if shift == 63 && byte != 0 && byte != 0x7f {
                return Err(Structure::Number);
            }
            value |= i64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                let negative = byte & 0x40 != 0;
                let sign_only =
                    shift > 0 && ((byte == 0 && before & 0x40 == 0) || (byte == 0x7f && before & 0x40 != 0));
                if sign_only {
                    return Err(Structure::Number);
                }
                if negative && shift < 57 {
                    value |= -1i64 << (shift + 7);
                }
                break;
            }
            before = byte;
        }
        Ok(value)
    }
}

/// Appends `value` in its shortest unsigned form.
pub(super) fn push_unsigned(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push((value & 0x7f) as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unsigned_numbers_are_read_in_their_shortest_form_only() {
        for value in [0, 1, 127, 128, 16_383, 16_384, u64::from(u32::MAX), u64::MAX - 1, u64::MAX] {
            let mut out = Vec::new();
            push_unsigned(&mut out, value);
            let mut bytes = Bytes::new(&out);
            assert_eq!(bytes.unsigned(), Ok(value));
            assert!(bytes.is_empty());
        }
        let longer: [&[u8]; 4] = [
            &[0x80, 0x00],
            &[0xff, 0x00],
            &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02],
            &[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
        ];
        for bytes in longer {
            assert_eq!(Bytes::new(bytes).unsigned(), Err(Structure::Number), "{bytes:x?}");
        }
        assert_eq!(Bytes::new(&[0x80]).unsigned(), Err(Structure::Cut));
    }

    #[test]
    fn signed_numbers_are_read_in_their_shortest_form_only() {
        let pairs: [(&[u8], i64); 10] = [
            (&[0x00], 0),
            (&[0x3f], 63),
            (&[0xc0, 0x00], 64),
            (&[0x7f], -1),
            (&[0x40], -64),
            (&[0xbf, 0x7f], -65),
            (&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00], i64::MAX),
            (&[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f], i64::MIN),
            (&[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0xc0, 0x00], 1 << 62),
            (&[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40], -(1 << 62)),
        ];
        for (bytes, value) in pairs {
            assert_eq!(Bytes::new(bytes).signed(), Ok(value), "{bytes:x?}");
        }
        for longer in [[0x80, 0x00], [0xff, 0x7f], [0xbf, 0x00], [0xc0, 0x7f]] {
            assert_eq!(Bytes::new(&longer).signed(), Err(Structure::Number), "{longer:x?}");
        }
        assert_eq!(Bytes::new(&[0xff]).signed(), Err(Structure::Cut));
    }
}
