//! Photographs: whatever the bytes are, the answer is a value, memory and time are bounded, and what is made keeps its promises.

mod parts;

use std::time::Duration;

use sha2::{Digest, Sha256};
use yuandian_photo::{Preview, examine, limits, original_hash, render, render_medium, strip_jpeg};
use yuandian_programs::seed::Seed;

use crate::measure::{Bounds, within};
use crate::{Broken, Target, corpus, mutate};

/// What looking at a file may take.
const EXAMINE: Bounds = Bounds { bytes: 16 * 1024 * 1024, time: Duration::from_secs(10) };
/// What making its small pictures may take: a decoded picture ([`limits::DECODED_BYTES_MAX`]), and as much for what is made of it.
const RENDER: Bounds = Bounds { bytes: 320 * 1024 * 1024, time: Duration::from_secs(30) };
/// Longer samples are not mutated: a megabyte of pixels says no more than a kilobyte of them, and takes a thousand times as long.
const SAMPLE_BYTES_MAX: usize = 250_000;

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
        let made = match within(RENDER, || render(input, &examined))? {
            Ok(Preview::Ready(made)) => made,
            Ok(Preview::Unavailable(why)) => return Ok(why.code().to_owned()),
            Err(error) => return Ok(format!("render: {}", error.code())),
        };
        let side = |width: u32, height: u32| width.max(height);
        if made.micro.bytes.len() > limits::MICRO_BYTES_MAX {
            return broken("the micro picture is too large");
        }
        if side(made.thumb.width, made.thumb.height) > limits::THUMB_SIDE_PX {
            return broken("the thumb is too large");
        }
        for small in [&made.micro, &made.thumb] {
            if within(EXAMINE, || examine(&small.bytes))?.is_err() {
                return broken("a small picture would be refused");
            }
        }
        match within(RENDER, || render_medium(input, &examined))? {
            Ok(Preview::Ready(medium)) if side(medium.width, medium.height) > limits::MEDIUM_SIDE_PX => {
                broken("the medium picture is too large")
            }
            Ok(Preview::Ready(_)) => Ok("ok".into()),
            Ok(Preview::Unavailable(_)) => broken("a thumb, and no medium picture"),
            Err(_) => broken("a thumb, and a medium picture that cannot be made"),
        }
    }
}
