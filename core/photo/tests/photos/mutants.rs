//! Thousands of damaged files: each gets an answer, and what is accepted keeps every promise.

use yuandian_photo::{Preview, examine, limits, render, strip_jpeg};

use crate::build::XorShift;
use crate::photo;

/// One to eight changes: a bit, a byte, a run of one value, a stretch lost, a stretch doubled.
fn mutate(original: &[u8], random: &mut XorShift) -> Vec<u8> {
    let mut mutant = original.to_vec();
    for _ in 0..=random.below(8) {
        let at = random.below(mutant.len());
        let end = (at + 1 + random.below(32)).min(mutant.len());
        match random.below(6) {
            0 | 1 => mutant[at] ^= 1 << random.below(8),
            2 => mutant[at] = random.next() as u8,
            3 => {
                let value = [0, 0xFF, 0x7F, 0x80][random.below(4)];
                mutant[at..end].fill(value);
            }
            4 if mutant.len() > 64 => drop(mutant.drain(at..end)),
            _ => {
                let copy = mutant[at..end].to_vec();
                mutant.splice(at..at, copy);
            }
        }
    }
    mutant
}

#[test]
fn no_mutant_escapes_with_a_panic_or_a_broken_promise() {
    let seeds = [
        ("tiny.jpg", 1_500),
        ("tiny.png", 1_000),
        ("tiny.webp", 1_500),
        ("tiny.heic", 1_000),
        ("small_exif.jpg", 250),
    ];
    for (name, count) in seeds {
        let original = photo(name);
        let mut random = XorShift(0x9E37_79B9_7F4A_7C15);
        let (mut shown, mut refused) = (0, 0);
        for _ in 0..count {
            let mutant = mutate(&original, &mut random);
            let stripped = strip_jpeg(&mutant);
            assert!(stripped.is_err() || examine(&mutant).is_ok(), "{name}: shared though refused");
            match examine(&mutant).and_then(|examined| render(&mutant, &examined)) {
                Ok(Preview::Ready(made)) => {
                    assert!(made.micro.bytes.len() <= limits::MICRO_BYTES_MAX);
                    assert!(made.thumb.width.max(made.thumb.height) <= limits::THUMB_SIDE_PX);
                    shown += 1;
                }
                Ok(Preview::Unavailable(_)) => shown += 1,
                Err(_) => refused += 1,
            }
        }
        assert!(shown > 0 && refused > 0, "{name}: {shown} shown, {refused} refused");
    }
}
