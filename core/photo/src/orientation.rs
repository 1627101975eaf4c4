//! The eight ways a camera can have been held (EXIF 2.32, tag 0x0112).

/// How stored pixels must be turned to stand upright.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Orientation {
    /// 1: as stored.
    #[default]
    Upright,
    /// 2: mirrored left to right.
    Mirrored,
    /// 3: turned by 180 degrees.
    Turned180,
    /// 4: mirrored top to bottom.
    Flipped,
    /// 5: rows become columns.
    Transposed,
    /// 6: to be turned 90 degrees clockwise.
    Clockwise90,
    /// 7: rows become columns, from the other corner.
    Transversed,
    /// 8: to be turned 90 degrees anticlockwise.
    Anticlockwise90,
}

impl Orientation {
    /// The orientation of an EXIF value; `None` outside 1 to 8.
    pub fn from_exif(value: u32) -> Option<Self> {
        Some(match value {
            1 => Self::Upright,
            2 => Self::Mirrored,
            3 => Self::Turned180,
            4 => Self::Flipped,
            5 => Self::Transposed,
            6 => Self::Clockwise90,
            7 => Self::Transversed,
            8 => Self::Anticlockwise90,
            _ => return None,
        })
    }

    /// The EXIF value, 1 to 8.
    pub fn exif(self) -> u8 {
        match self {
            Self::Upright => 1,
            Self::Mirrored => 2,
            Self::Turned180 => 3,
            Self::Flipped => 4,
            Self::Transposed => 5,
            Self::Clockwise90 => 6,
            Self::Transversed => 7,
            Self::Anticlockwise90 => 8,
        }
    }

    /// Whether width and height change places.
    pub fn swaps_sides(self) -> bool {
        matches!(self, Self::Transposed | Self::Clockwise90 | Self::Transversed | Self::Anticlockwise90)
    }

    /// Whether the stored picture's x and y run backwards in the upright one.
    pub(crate) fn mirrors(self) -> (bool, bool) {
        let (x, y) = self.source_of(0, 0, 2, 2);
        (x == 1, y == 1)
    }

    /// The stored pixel that stands at `(x, y)` of the upright picture; `width` and `height` are the stored ones.
    pub(crate) fn source_of(self, x: usize, y: usize, width: usize, height: usize) -> (usize, usize) {
        match self {
            Self::Upright => (x, y),
            Self::Mirrored => (width - 1 - x, y),
            Self::Turned180 => (width - 1 - x, height - 1 - y),
            Self::Flipped => (x, height - 1 - y),
            Self::Transposed => (y, x),
            Self::Clockwise90 => (y, height - 1 - x),
            Self::Transversed => (width - 1 - y, height - 1 - x),
            Self::Anticlockwise90 => (width - 1 - y, x),
        }
    }
}
