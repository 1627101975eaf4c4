//! Photographs: whatever the bytes are, the answer is a value, memory and time are bounded, and what is made keeps its promises.

mod parts;

use std::time::Duration;

use sha2::{Digest, Sha256};
use yuandian_photo::{
    Format, Metadata, PhotoError, Preview, Rendition, WatermarkError, develop, examine, fingerprint, limits,
    original_hash, render, render_all, render_platform_preview, strip_jpeg, watermark,
};
use yuandian_programs::seed::Seed;

use crate::measure::{Bounds, within};
use crate::{Broken, Target, corpus, mutate};

/// What looking at a file may take.
const EXAMINE: Bounds = Bounds { bytes: 16 * 1024 * 1024, time: Duration::from_secs(10) };
/// What making its small pictures may take: a decoded picture ([`limits::DECODED_BYTES_MAX`]), and as much for what is made of it.
const RENDER: Bounds = Bounds { bytes: 320 * 1024 * 1024, time: Duration::from_secs(30) };
/// Longer samples are not mutated: a megabyte of pixels says no more than a kilobyte of them, and takes a thousand times as long.
const SAMPLE_BYTES_MAX: usize = 250_000;

/// Digits.
const FONT: &[u8] = include_bytes!("../../data/fonts/letters.ttc");

/// The photo room.
pub struct Photo;

impl Target for Photo {
    fn name(&self) -> &'static str {
        "photo"
    }

    fn seeds(&self) -> Vec<Vec<u8>> {
        let folders = ["data/photos", "data/hostile-photos"];
        let files = folders.iter().flat_map(|folder| corpus::files(&corpus::folder(folder)));
        let mut seeds: Vec<Vec<u8>> =
            files.map(|(_, bytes)| bytes).filter(|bytes| bytes.len() <= SAMPLE_BYTES_MAX).collect();
        // Small ones more often: they are quick.
        let small: Vec<Vec<u8>> = seeds.iter().filter(|bytes| bytes.len() < 20_000).cloned().collect();
        seeds.extend(small.iter().chain(&small).cloned().collect::<Vec<_>>());
        seeds.extend(corpus::crashers("photo").into_iter().map(|(_, bytes)| bytes));
        seeds
    }

    fn mutate(&self, input: &[u8], other: &[u8], seed: &mut Seed) -> Vec<u8> {
        if seed.percent(50) { parts::mutate(input, other, seed) } else { mutate::bytes(input, other, seed) }
    }

    fn run(&self, input: &[u8]) -> Result<String, Broken> {
        let broken = |words: &str| Err(Broken(words.into()));
        let examined = within(EXAMINE, || examine(input))?;
        if original_hash(input) != <[u8; 32]>::from(Sha256::digest(input)) {
            return broken("the hash is not that of the bytes");
        }
        let stripped = within(EXAMINE, || strip_jpeg(input))?;
        let examined = match examined {
            Ok(examined) => examined,
            Err(_) if stripped.is_ok() => return broken("shared though refused"),
            Err(error) => return Ok(error.code().to_owned()),
        };
        if let Ok(copy) = &stripped
            && within(EXAMINE, || examine(copy))?.is_err()
        {
            return broken("what is shared would be refused");
        }
        let made = match within(RENDER, || render_all(input, &examined))? {
            Ok(Preview::Ready(made)) => made,
            Ok(Preview::Unavailable(why)) => return Ok(why.code().to_owned()),
            Err(error) => return small_refusal(input, &error),
        };
        let side = |rendition: &Rendition| rendition.width.max(rendition.height);
        if made.micro.bytes.len() > limits::MICRO_BYTES_MAX {
            return broken("the micro picture is too large");
        }
        if side(&made.thumb) > limits::THUMB_SIDE_PX || side(&made.medium) > limits::MEDIUM_SIDE_PX {
            return broken("a small picture is too large");
        }
        for small in [&made.micro, &made.thumb, &made.medium] {
            match within(EXAMINE, || examine(&small.bytes))? {
                Ok(again) if again.warnings.is_empty() && again.metadata == Metadata::default() => {}
                Ok(_) => return broken("a small picture says more than its pixels"),
                Err(_) => return broken("a small picture would be refused"),
            }
        }
        match within(RENDER, || render(input, &examined))? {
            Ok(Preview::Ready(few))
                if (few.thumb.width, few.thumb.height) == (made.thumb.width, made.thumb.height) => {}
            _ => return broken("all small pictures, and not the two of them"),
        }
        let developed = within(RENDER, || develop(input))?;
        if developed.is_err() || developed.is_ok_and(|all| all.renditions != Preview::Ready(made.clone())) {
            return broken("developed otherwise than examined and rendered");
        }
        let preview = within(RENDER, || render_platform_preview(input))?;
        match (examined.format, preview) {
            (Format::Jpeg, Ok(same)) if same == made => {}
            (Format::Png | Format::WebP | Format::Heic, Err(error)) if error.code() == "not_jpeg" => {}
            _ => return broken("a platform's preview is judged otherwise than a photograph"),
        }
        match (within(RENDER, || fingerprint(input))?, fingerprint(&made.thumb.bytes)) {
            (Ok(one), Ok(same)) if one.distance(one) == same.distance(same) => {}
            _ => return broken("a picture without a fingerprint"),
        }
        let words = ["2026-11-22".to_owned()];
        match within(RENDER, || watermark(input, &words, FONT, 0))? {
            Ok(marked) if within(EXAMINE, || examine(&marked))?.is_ok() => Ok("ok".into()),
            Err(WatermarkError::NoRoom { .. }) => Ok("ok, too small for words".into()),
            _ => broken("a picture that cannot be written on"),
        }
    }
}

/// What cannot be decoded is refused by every call, in one word.
fn small_refusal(input: &[u8], error: &PhotoError) -> Result<String, Broken> {
    let refusals = [
        within(RENDER, || develop(input).map(drop))?.err(),
        within(RENDER, || fingerprint(input).map(drop))?.err(),
        within(RENDER, || watermark(input, &[], FONT, 0).map(drop))?.err().and_then(
            |refusal| match refusal {
                WatermarkError::Photo(error) => Some(error),
                _ => None,
            },
        ),
    ];
    if refusals.iter().any(|refusal| refusal.as_ref().map(PhotoError::code) != Some(error.code())) {
        return Err(Broken(format!("refused as {} by one call, and not by the others", error.code())));
    }
    Ok(format!("render: {}", error.code()))
}
