//! A picture as JPEG keeps it: one plane of luma, two of colour at half the size. From the decoder to the encoder nothing is turned
//! into RGB and back, colour is scaled at half the cost, and turning moves half the bytes.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use rusty_jpeg::encode::rgb_to_ycbcr;

use crate::examine::Dimensions;
use crate::orientation::Orientation;

/// Samples of one kind. Rows are `stride` samples apart, of which the first `size.width` belong to the picture.
#[derive(Debug, Clone)]
pub(crate) struct Plane {
    pub size: Dimensions,
    pub stride: u32,
    pub samples: Vec<u8>,
}

impl Plane {
    /// A plane without padding, filled with one value.
    pub fn filled(size: Dimensions, value: u8) -> Self {
        Self { size, stride: size.width, samples: vec![value; length(size)] }
    }

    /// Whether every row of the picture is there.
    pub fn is_whole(&self) -> bool {
        let bytes = u64::from(self.stride) * u64::from(self.size.height);
        self.size.pixels() > 0 && self.stride >= self.size.width && self.samples.len() as u64 >= bytes
    }

    /// The samples of the picture alone.
    pub fn contiguous(self) -> Vec<u8> {
        let size = self.size;
        self.scaled(size).samples
    }

    fn scaled(self, wanted: Dimensions) -> Self {
        if self.size == wanted && self.stride == wanted.width {
            return self;
        }
        let Dimensions { width, height } = self.size;
        let rows = &self.samples[..length(Dimensions { width: self.stride, height })];
        // By types that name the kind of sample: what the library does for the others is two megabytes of code that nothing runs.
        let source = TypedImageRef::<U8>::from_buffer(self.stride, height, rows)
            .expect("a plane is held to its size where it is made");
        let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3)).crop(
            0.0,
            0.0,
            f64::from(width),
            f64::from(height),
        );
        let mut samples = vec![0; length(wanted)];
        let mut scaled = TypedImage::<U8>::from_buffer(wanted.width, wanted.height, &mut samples)
            .expect("there are as many samples as the plane has");
        Resizer::new().resize_typed(&source, &mut scaled, &options).expect("the cut lies within the plane");
        Self { size: wanted, stride: wanted.width, samples }
    }

    /// Tile by tile, so that neither side's cache lines are fetched twice.
    fn turned(&self, orientation: Orientation) -> Self {
        const TILE: usize = 32;
        let (width, height) = (self.size.width as usize, self.size.height as usize);
        let size = if orientation.swaps_sides() { swapped(self.size) } else { self.size };
        let (out_width, out_height) = (size.width as usize, size.height as usize);
        let at = |x: usize, y: usize| {
            let (from_x, from_y) = orientation.source_of(x, y, width, height);
            (from_y * self.stride as usize + from_x).cast_signed()
        };
        let origin = at(0, 0);
        let right = if out_width > 1 { at(1, 0) - origin } else { 0 };
        let down = if out_height > 1 { at(0, 1) - origin } else { 0 };
        let mut samples = vec![0; length(size)];
        for top in (0..out_height).step_by(TILE) {
            for left in (0..out_width).step_by(TILE) {
                let end = (left + TILE).min(out_width);
                for y in top..(top + TILE).min(out_height) {
                    let mut from = origin + right * left.cast_signed() + down * y.cast_signed();
                    for sample in &mut samples[y * out_width + left..y * out_width + end] {
                        *sample = self.samples[from.cast_unsigned()];
                        from += right;
                    }
                }
            }
        }
        Self { size, stride: size.width, samples }
    }

    /// Half as wide and half as high, each sample the mean of four; at an odd edge of those that are there.
    fn halved(&self) -> Self {
        let size = half(self.size);
        let (last_x, last_y) = (self.size.width - 1, self.size.height - 1);
        let row = |y: u32| &self.samples[(y * self.stride) as usize..][..self.size.width as usize];
        let mut samples = Vec::with_capacity(length(size));
        for y in 0..size.height {
            let (upper, lower) = (row(2 * y), row((2 * y + 1).min(last_y)));
            for x in 0..size.width {
                let (left, right) = ((2 * x) as usize, (2 * x + 1).min(last_x) as usize);
                let sum: u16 =
                    [upper[left], upper[right], lower[left], lower[right]].map(u16::from).iter().sum();
                samples.push(u8::try_from((sum + 2) / 4).unwrap_or(u8::MAX));
            }
        }
        Self { size, stride: size.width, samples }
    }
}

/// Luma, blue and red of a picture. The colour planes show the same picture at any size of their own.
#[derive(Debug, Clone)]
pub(crate) struct Picture {
    pub luma: Plane,
    pub chroma: [Plane; 2],
    /// The colour profile, where the picture would look wrong without it.
    pub profile: Option<Vec<u8>>,
}

impl Picture {
    /// Of three bytes a pixel, by the matrix of JFIF; colour at full size. `rgb` holds exactly `size`.
    pub fn from_rgb(size: Dimensions, rgb: &[u8], profile: Option<Vec<u8>>) -> Self {
        let mut planes = [(); 3].map(|()| Vec::with_capacity(length(size)));
        for pixel in rgb.chunks_exact(3) {
            let (y, cb, cr) = rgb_to_ycbcr(pixel[0], pixel[1], pixel[2]);
            planes.iter_mut().zip([y, cb, cr]).for_each(|(plane, value)| plane.push(value));
        }
        let [luma, blue, red] = planes.map(|samples| Plane { size, stride: size.width, samples });
        Self { luma, chroma: [blue, red], profile }
    }

    pub fn size(&self) -> Dimensions {
        self.luma.size
    }

    /// Scales to `wanted`, turns upright, and leaves colour at half the size.
    ///
    /// Scaled first: turning a few pixels is free. A pair of samples that begins at an odd edge would after mirroring lie across
    /// two pairs: such a picture keeps its colour at full size until it stands.
    pub fn upright(self, wanted: Dimensions, orientation: Orientation) -> Self {
        let (mirrors_x, mirrors_y) = orientation.mirrors();
        let splits_pairs = mirrors_x && wanted.width % 2 == 1 || mirrors_y && wanted.height % 2 == 1;
        let is_full = self.chroma.iter().all(|plane| plane.size == self.luma.size);
        let chroma_size = if splits_pairs || is_full { wanted } else { half(wanted) };
        let place = |plane: Plane, size| {
            let scaled = plane.scaled(size);
            if orientation == Orientation::Upright { scaled } else { scaled.turned(orientation) }
        };
        let chroma = self.chroma.map(|plane| place(plane, chroma_size));
        let chroma = if chroma_size == half(wanted) { chroma } else { chroma.map(|plane| plane.halved()) };
        Self { luma: place(self.luma, wanted), chroma, profile: self.profile }
    }

    /// The same picture with its long side at most `side_px`; it stands upright already.
    pub fn reduced(&self, side_px: u32) -> Self {
        let wanted = fitted(self.size(), side_px);
        self.clone().upright(wanted, Orientation::Upright)
    }
}

/// Three bytes a pixel, scaled by the same filter. `rgb` holds exactly `size`.
///
/// Plane by plane: the library's code for pixels of three bytes is as large as that for one, and would run for this alone.
pub(crate) fn scaled_rgb(size: Dimensions, rgb: Vec<u8>, wanted: Dimensions) -> Vec<u8> {
    if size == wanted {
        return rgb;
    }
    let planes = [0, 1, 2].map(|channel| {
        let samples = rgb.iter().skip(channel).step_by(3).copied().collect();
        Plane { size, stride: size.width, samples }.scaled(wanted)
    });
    interleaved(planes, wanted)
}

/// Three planes of one size as three bytes a pixel, scaled to `wanted` before.
pub(crate) fn interleaved(planes: [Plane; 3], wanted: Dimensions) -> Vec<u8> {
    let [red, green, blue] = planes.map(|plane| plane.scaled(wanted).samples);
    red.iter().zip(&green).zip(&blue).flat_map(|((r, g), b)| [*r, *g, *b]).collect()
}

/// The size with the long side at most `side_px` and the shape kept; never larger than `size`, never without pixels.
pub(crate) fn fitted(size: Dimensions, side_px: u32) -> Dimensions {
    let long = size.width.max(size.height);
    if long <= side_px {
        return size;
    }
    let (long, side) = (u64::from(long), u64::from(side_px));
    let scaled = |px: u32| u32::try_from((u64::from(px) * side + long / 2) / long).unwrap_or(side_px).max(1);
    Dimensions { width: scaled(size.width), height: scaled(size.height) }
}

/// Of the colour planes of a picture of `size`.
pub(crate) fn half(size: Dimensions) -> Dimensions {
    Dimensions { width: size.width.div_ceil(2), height: size.height.div_ceil(2) }
}

fn swapped(size: Dimensions) -> Dimensions {
    Dimensions { width: size.height, height: size.width }
}

fn length(size: Dimensions) -> usize {
    size.width as usize * size.height as usize
}
