//! Changes of picture files at their joints: segments of a JPEG, chunks of a PNG with their checksum made right, chunks of a RIFF file.

use flate2::Crc;
use yuandian_programs::seed::Seed;

use crate::mutate::{bytes as bend, low};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// A file with some of its parts lost, doubled, moved, taken from another file, or bent with the rest kept right.
pub fn mutate(input: &[u8], other: &[u8], seed: &mut Seed) -> Vec<u8> {
    if input.starts_with(&[0xff, 0xd8]) {
        let (parts, rest) = jpeg(input);
        let (others, _) = jpeg(other);
        let parts = rearranged(parts, &others, seed, |part, seed| {
            let body = bend(part.get(4..).unwrap_or_default(), &[], seed);
            let marker = part.get(1).copied().unwrap_or(0xe1);
            let marker = if seed.percent(15) { 0xc0 | low(seed.draw()) } else { marker };
            let length = u16::try_from(body.len() + 2).unwrap_or(u16::MAX);
            [&[0xff, marker][..], &length.to_be_bytes(), &body].concat()
        });
        let rest = if seed.percent(20) { bend(rest, &[], seed) } else { rest.to_vec() };
        [&[0xff, 0xd8][..], &parts.concat(), &rest].concat()
    } else if input.starts_with(PNG) {
        let parts = rearranged(png(input), &png(other), seed, |part, seed| {
            let (kind, body) = part.get(4..part.len() - 4).unwrap_or_default().split_at(4);
            chunk(kind, &bend(body, &[], seed))
        });
        [PNG, &parts.concat()].concat()
    } else if input.starts_with(b"RIFF") && input.len() > 12 {
        let parts = rearranged(riff(input), &riff(other), seed, |part, seed| {
            let body = bend(part.get(8..).unwrap_or_default(), &[], seed);
            let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
            let pad = vec![0; body.len() % 2];
            [&part[..4], &length.to_le_bytes(), &body, &pad].concat()
        });
        let body = parts.concat();
        let length = u32::try_from(body.len() + 4).unwrap_or(u32::MAX);
        [&b"RIFF"[..], &length.to_le_bytes(), &input[8..12], &body].concat()
    } else {
        bend(input, other, seed)
    }
}

fn rearranged(
    mut parts: Vec<Vec<u8>>,
    others: &[Vec<u8>],
    seed: &mut Seed,
    bent: impl Fn(&[u8], &mut Seed) -> Vec<u8>,
) -> Vec<Vec<u8>> {
    for _ in 0..=seed.below(3) {
        if parts.is_empty() {
            break;
        }
        let (at, to) = (seed.below(parts.len()), seed.below(parts.len()));
        match seed.below(7) {
            0 => drop(parts.remove(at)),
            1 => parts.insert(to, parts[at].clone()),
            2 => parts.swap(at, to),
            3 => parts.extend(seed.pick(others).cloned()),
            4 => {
                let times = 1 + seed.below(200);
                let again = vec![parts[at].clone(); times];
                parts.splice(to..to, again);
            }
            _ => parts[at] = bent(&parts[at], seed),
        }
    }
    parts
}

/// The segments of a JPEG up to its first scan, and the rest.
fn jpeg(bytes: &[u8]) -> (Vec<Vec<u8>>, &[u8]) {
    let mut parts = vec![];
    let mut at = 2;
    while let Some([0xff, marker, high, low]) = bytes.get(at..at + 4) {
        let end = at + 2 + usize::from(u16::from_be_bytes([*high, *low]));
        let Some(part) = bytes.get(at..end).filter(|part| part.len() >= 4) else { break };
        if *marker == 0xda {
            break;
        }
        parts.push(part.to_vec());
        at = end;
    }
    (parts, bytes.get(at..).unwrap_or_default())
}

/// The chunks of a PNG, each with its length and checksum.
fn png(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut parts = vec![];
    let mut at = PNG.len();
    while let Some(length) = bytes.get(at..at + 4).and_then(|length| length.try_into().ok()) {
        let end = at + 12 + u32::from_be_bytes(length) as usize;
        let Some(part) = bytes.get(at..end) else { break };
        parts.push(part.to_vec());
        at = end;
    }
    parts
}

fn chunk(kind: &[u8], body: &[u8]) -> Vec<u8> {
    let mut crc = Crc::new();
    crc.update(kind);
    crc.update(body);
    let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
    [&length.to_be_bytes(), kind, body, &crc.sum().to_be_bytes()[..]].concat()
}

/// The chunks of a RIFF file, each with its name, length and padding.
fn riff(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut parts = vec![];
    let mut at = 12;
    while let Some(length) = bytes.get(at + 4..at + 8).and_then(|length| length.try_into().ok()) {
        let length = u32::from_le_bytes(length) as usize;
        let Some(part) = bytes.get(at..at + 8 + length + length % 2) else { break };
        parts.push(part.to_vec());
        at += part.len();
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus;
    use yuandian_photo::examine;

    #[test]
    fn files_are_taken_apart_and_put_together_again() {
        let read = |name: &str| std::fs::read(corpus::folder("data/photos").join(name)).unwrap();
        let photo = read("tiny.jpg");
        let (parts, rest) = jpeg(&photo);
        assert!(parts.len() > 3);
        assert_eq!([&photo[..2], &parts.concat(), rest].concat(), photo);
        let photo = read("tiny.png");
        let parts = png(&photo);
        assert_eq!([PNG, &parts.concat()].concat(), photo);
        let body = &parts[0][8..parts[0].len() - 4];
        assert_eq!(chunk(&parts[0][4..8], body), parts[0]);
        let photo = read("tiny.webp");
        assert_eq!([&photo[..12], &riff(&photo).concat()].concat(), photo);
    }

    #[test]
    fn some_mutants_are_still_pictures() {
        let mut seed = Seed::new(1);
        for name in ["tiny.jpg", "tiny.png", "tiny.webp"] {
            let photo = std::fs::read(corpus::folder("data/photos").join(name)).unwrap();
            let good = (0..200).filter(|_| examine(&mutate(&photo, &photo, &mut seed)).is_ok()).count();
            assert!((1..200).contains(&good), "{name}: {good}");
        }
    }
}
