//! Lines of text as a picture of how much of each pixel letters cover. Chinese needs no shaping: a character is a glyph, one after the other.

use ab_glyph::{Font, FontRef, PxScale, ScaleFont, point};

use crate::examine::Dimensions;

/// Covered parts of the pixels of a panel.
pub(crate) struct Lettering {
    /// As wide as the picture, as high as the lines need.
    pub size: Dimensions,
    covered: Vec<u8>,
}

/// Why lines cannot be set.
pub(crate) enum Unset {
    /// No font, or no such face.
    NoFont,
    /// A character without a picture.
    Missing { character: char, line: usize },
}

impl Lettering {
    /// Sets lines in letters of `letter_px`, wrapped to `width_px`, with half a letter of room around them.
    pub fn set(
        lines: &[String],
        font: &[u8],
        index: u32,
        letter_px: u32,
        width_px: u32,
    ) -> Result<Self, Unset> {
        let font = FontRef::try_from_slice_and_index(font, index).map_err(|_| Unset::NoFont)?;
        for (line, text) in lines.iter().enumerate() {
            if let Some(character) = text.chars().find(|character| !is_there(&font, *character)) {
                return Err(Unset::Missing { character, line });
            }
        }
        let letter = px(letter_px);
        let scaled = font.as_scaled(PxScale::from(letter));
        let margin = letter / 2.0;
        let advance = |character| scaled.h_advance(scaled.glyph_id(character));
        let room = (px(width_px) - 2.0 * margin).max(letter);
        let rows: Vec<String> = lines.iter().flat_map(|line| wrapped(line, room, advance)).collect();
        let row_height = (scaled.height() + scaled.line_gap()).max(letter);
        let height = whole(row_height * px(u32::try_from(rows.len()).unwrap_or(u32::MAX)) + 2.0 * margin);
        let mut lettering = Self {
            size: Dimensions { width: width_px, height },
            covered: vec![0; width_px as usize * height as usize],
        };
        let mut baseline = margin + scaled.ascent();
        for row in rows {
            let mut x = margin;
            for character in row.chars() {
                let glyph = scaled
                    .glyph_id(character)
                    .with_scale_and_position(PxScale::from(letter), point(x, baseline));
                if let Some(outlined) = font.outline_glyph(glyph) {
                    let bounds = outlined.px_bounds();
                    outlined.draw(|left, top, part| {
                        lettering.cover(bounds.min.x + px(left), bounds.min.y + px(top), part);
                    });
                }
                x += advance(character);
            }
            baseline += row_height;
        }
        Ok(lettering)
    }

    /// How much of a pixel is covered, of 255; nothing outside.
    pub fn coverage(&self, x: u32, y: u32) -> u8 {
        let Dimensions { width, height } = self.size;
        if x < width && y < height { self.covered[(y * width + x) as usize] } else { 0 }
    }

    fn cover(&mut self, x: f32, y: f32, part: f32) {
        let Dimensions { width, height } = self.size;
        if x >= 0.0 && y >= 0.0 && x < px(width) && y < px(height) {
            let at = whole(y.floor()) as usize * width as usize + whole(x.floor()) as usize;
            let part = u8::try_from(whole(part.clamp(0.0, 1.0) * 255.0)).unwrap_or(u8::MAX);
            self.covered[at] = self.covered[at].max(part);
        }
    }
}

/// Whether the font shows this character. Glyph 0 is the blank or the box of fonts for what they do not have; a glyph without an outline,
/// of a colour font, would leave a blank, too.
fn is_there(font: &FontRef<'_>, character: char) -> bool {
    let glyph = font.glyph_id(character);
    glyph.0 != 0 && (character == ' ' || character == '\u{3000}' || font.outline(glyph).is_some())
}

/// A line cut into rows no wider than `room`: at a space where there is one, else between any two characters. A character that is wider
/// stands alone.
fn wrapped(line: &str, room: f32, advance: impl Fn(char) -> f32) -> Vec<String> {
    let mut rows = vec![];
    let mut row = String::new();
    let mut width = 0.0;
    for character in line.chars() {
        let wide = advance(character);
        if width + wide > room && !row.is_empty() {
            let rest = match row.rfind(' ') {
                Some(space) if !character.is_whitespace() => row.split_off(space + 1),
                _ => String::new(),
            };
            rows.push(std::mem::replace(&mut row, rest).trim_end().to_owned());
            width = row.chars().map(&advance).sum();
            if character == ' ' {
                continue;
            }
        }
        row.push(character);
        width += wide;
    }
    rows.push(row);
    rows
}

/// Pixels, which are few, as the numbers that letters are measured in.
#[allow(clippy::cast_precision_loss, reason = "no side has more than 16,384 pixels")]
fn px(count: u32) -> f32 {
    count as f32
}

/// Rounded to whole pixels; nothing below zero.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast from float to integer saturates"
)]
fn whole(length: f32) -> u32 {
    length.round() as u32
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn lines_break_at_spaces_and_else_anywhere() {
        let rows = |line: &str, room: f32| wrapped(line, room, |_| 1.0);
        assert_eq!(rows("", 5.0), [""]);
        assert_eq!(rows("12345", 5.0), ["12345"]);
        assert_eq!(rows("123456", 5.0), ["12345", "6"]);
        assert_eq!(rows("林山寨街道办", 4.0), ["林山寨街", "道办"]);
        assert_eq!(rows("one two three", 8.0), ["one two", "three"]);
        assert_eq!(rows("one two", 3.0), ["one", "two"]);
        assert_eq!(rows("a bcdefghij", 4.0), ["a", "bcde", "fghi", "j"]);
        assert_eq!(rows("宽", 0.5), ["宽"]);
    }
}
