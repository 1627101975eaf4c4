//! Files made byte by byte, whole or wrong in exactly one way.

use std::io::{Cursor, Write};

use ::exif::experimental::Writer;
use ::exif::{Field, In, Tag, Value};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use image::{ImageEncoder, Rgb, RgbImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

/// One JPEG segment.
pub fn segment(marker: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len() + 2).unwrap().to_be_bytes();
    [&[0xFF, marker, length[0], length[1]], payload].concat()
}

/// A JPEG frame header with sampling 1x1.
pub fn frame(marker: u8, precision: u8, width: u16, height: u16, components: u8) -> Vec<u8> {
    let ([w1, w0], [h1, h0]) = (width.to_be_bytes(), height.to_be_bytes());
    let mut payload = vec![precision, h1, h0, w1, w0, components];
    (1..=components).for_each(|id| payload.extend([id, 0x11, 0]));
    segment(marker, &payload)
}

/// A scan header of one component and `entropy_bytes` of data.
pub fn scan(entropy_bytes: usize) -> Vec<u8> {
    [segment(0xDA, &[1, 1, 0, 0, 63, 0]), vec![0x55; entropy_bytes]].concat()
}

/// SOI, the parts, EOI: enough for the walk, not for a decoder.
pub fn jpeg_of(parts: &[Vec<u8>]) -> Vec<u8> {
    [&[0xFF, 0xD8], parts.concat().as_slice(), &[0xFF, 0xD9]].concat()
}

/// A decodable JPEG with `parts` inserted behind SOI.
pub fn with_segments(jpeg: &[u8], parts: &[Vec<u8>]) -> Vec<u8> {
    [&jpeg[..2], parts.concat().as_slice(), &jpeg[2..]].concat()
}

/// A smooth picture whose four corners have colours of their own: red, green, blue, white, clockwise from top left.
pub fn corners(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| match (x * 2 < width, y * 2 < height) {
        (true, true) => Rgb([250, 10, 10]),
        (false, true) => Rgb([10, 250, 10]),
        (false, false) => Rgb([10, 10, 250]),
        (true, false) => Rgb([250, 250, 250]),
    })
}

/// The same sequence for the same seed, on every machine.
pub struct XorShift(pub u64);

impl XorShift {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }
}

/// The picture that compresses worst.
pub fn noise(width: u32, height: u32) -> RgbImage {
    let mut random = XorShift(0x5EED);
    RgbImage::from_fn(width, height, |_, _| Rgb([(); 3].map(|()| (random.next() >> 32) as u8)))
}

/// How to write a JPEG.
#[derive(Default)]
pub struct Style {
    pub progressive: bool,
    pub optimised: bool,
    pub full_chroma: bool,
    pub grey: bool,
    pub cmyk: bool,
    pub restart_interval: u16,
    pub profile: Option<Vec<u8>>,
}

pub fn jpeg(picture: &RgbImage, style: &Style) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 92);
    let sampling = if style.full_chroma { SamplingFactor::R_4_4_4 } else { SamplingFactor::R_4_2_0 };
    encoder.set_sampling_factor(sampling);
    encoder.set_progressive(style.progressive);
    encoder.set_optimized_huffman_tables(style.optimised);
    if style.restart_interval > 0 {
        encoder.set_restart_interval(style.restart_interval);
    }
    if let Some(profile) = &style.profile {
        encoder.add_icc_profile(profile).unwrap();
    }
    let (width, height) = (picture.width() as u16, picture.height() as u16);
    let grey = || image::DynamicImage::from(picture.clone()).into_luma8().into_raw();
    let (pixels, kind) = match style {
        Style { grey: true, .. } => (grey(), ColorType::Luma),
        Style { cmyk: true, .. } => (vec![100; picture.len() / 3 * 4], ColorType::Cmyk),
        _ => (picture.as_raw().clone(), ColorType::Rgb),
    };
    encoder.encode(&pixels, width, height, kind).unwrap();
    bytes
}

/// One PNG chunk with its right checksum.
pub fn chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let mut checksum = flate2::Crc::new();
    checksum.update(kind);
    checksum.update(content);
    let length = u32::try_from(content.len()).unwrap().to_be_bytes();
    [&length, kind.as_slice(), content, &checksum.sum().to_be_bytes()].concat()
}

/// An `IHDR`.
pub fn png_header(width: u32, height: u32, bit_depth: u8, colour_type: u8) -> Vec<u8> {
    let sides = [width.to_be_bytes(), height.to_be_bytes()].concat();
    chunk(b"IHDR", &[sides.as_slice(), &[bit_depth, colour_type, 0, 0, 0]].concat())
}

pub fn png_of(parts: &[Vec<u8>]) -> Vec<u8> {
    [b"\x89PNG\r\n\x1a\n", parts.concat().as_slice(), &chunk(b"IEND", &[])].concat()
}

pub fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub fn png(picture: &image::DynamicImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    picture.write_to(&mut Cursor::new(&mut bytes), image::ImageFormat::Png).unwrap();
    bytes
}

pub fn webp(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    image::codecs::webp::WebPEncoder::new_lossless(&mut bytes)
        .write_image(picture.as_raw(), picture.width(), picture.height(), image::ExtendedColorType::Rgb8)
        .unwrap();
    bytes
}

/// A RIFF chunk, padded.
pub fn riff_chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap().to_le_bytes();
    let pad: &[u8] = if content.len() % 2 == 1 { &[0] } else { &[] };
    [kind.as_slice(), &length, content, pad].concat()
}

pub fn webp_of(parts: &[Vec<u8>]) -> Vec<u8> {
    let content = [b"WEBP", parts.concat().as_slice()].concat();
    let length = u32::try_from(content.len()).unwrap().to_le_bytes();
    [b"RIFF", length.as_slice(), &content].concat()
}

/// A VP8L header: enough for the walk.
pub fn vp8l_header(width: u32, height: u32, alpha: bool) -> Vec<u8> {
    let bits = (width - 1) | (height - 1) << 14 | u32::from(alpha) << 28;
    riff_chunk(b"VP8L", &[&[0x2F], bits.to_le_bytes().as_slice(), &[0; 5]].concat())
}

/// An ISO media box.
pub fn iso_box(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len() + 8).unwrap().to_be_bytes();
    [&length, kind.as_slice(), content].concat()
}

/// A TIFF block with these fields.
pub fn tiff(fields: &[(Tag, Value)]) -> Vec<u8> {
    let fields: Vec<_> = fields
        .iter()
        .map(|(tag, value)| Field { tag: *tag, ifd_num: In::PRIMARY, value: value.clone() })
        .collect();
    let mut writer = Writer::new();
    fields.iter().for_each(|field| writer.push_field(field));
    let mut bytes = Cursor::new(Vec::new());
    writer.write(&mut bytes, false).unwrap();
    bytes.into_inner()
}

/// An APP1 segment with these fields.
pub fn exif_segment(fields: &[(Tag, Value)]) -> Vec<u8> {
    segment(0xE1, &[b"Exif\0\0", tiff(fields).as_slice()].concat())
}

pub fn orientation(value: u16) -> (Tag, Value) {
    (Tag::Orientation, Value::Short(vec![value]))
}
