//! Changes that know nothing of a format: bits, bytes, numbers at their ends, stretches lost, doubled, moved and taken from elsewhere.

use yuandian_programs::seed::Seed;

/// Inputs do not grow beyond this, bytes.
pub const INPUT_BYTES_MAX: usize = 256 * 1024;

/// Numbers at which things go wrong.
const NUMBERS: [u64; 20] = [
    0,
    1,
    0x17,
    0x18,
    0x7f,
    0x80,
    0xff,
    0x100,
    0x7fff,
    0x8000,
    0xffff,
    0x1_0000,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    0x1_0000_0000,
    1 << 53,
    i64::MAX as u64,
    1 << 63,
    u64::MAX,
];

/// One to eight changes.
#[must_use]
pub fn bytes(input: &[u8], other: &[u8], seed: &mut Seed) -> Vec<u8> {
    let mut mutant = input.to_vec();
    for _ in 0..=seed.below(8) {
        change(&mut mutant, other, seed);
    }
    mutant.truncate(INPUT_BYTES_MAX);
    mutant
}

fn change(bytes: &mut Vec<u8>, other: &[u8], seed: &mut Seed) {
    if bytes.is_empty() {
        bytes.push(low(seed.draw()));
        return;
    }
    let at = seed.below(bytes.len());
    let longest = if seed.percent(10) { 4_096 } else { 24 };
    let stretch = 1 + seed.below(longest);
    let end = (at + stretch).min(bytes.len());
    match seed.below(12) {
        0 => bytes[at] ^= 1 << seed.below(8),
        1 => bytes[at] = low(seed.draw()),
        2 => bytes[at] = bytes[at].wrapping_add(1),
        3 => bytes[at] = bytes[at].wrapping_sub(1),
        4 => drop(bytes.drain(at..end)),
        5 => {
            let again = bytes[at..end].to_vec();
            insert(bytes, at, &again);
        }
        6 => {
            let moved: Vec<u8> = bytes.drain(at..end).collect();
            let to = seed.below(bytes.len() + 1);
            insert(bytes, to, &moved);
        }
        7 if !other.is_empty() => {
            let from = seed.below(other.len());
            let piece = &other[from..(from + stretch).min(other.len())];
            if seed.percent(50) {
                insert(bytes, at, piece);
            } else {
                bytes.splice(at..end, piece.iter().copied());
            }
        }
        8 => number(bytes, at, seed),
        9 => leb(bytes, at, end, seed),
        10 => bytes[at..end].fill([0, 0xff, 0x7f, 0x80][seed.below(4)]),
        _ => bytes.truncate(at.max(1)),
    }
}

/// A number of one to eight bytes, either way round, over what is there.
fn number(bytes: &mut [u8], at: usize, seed: &mut Seed) {
    let value = seed.pick(&NUMBERS).copied().unwrap_or(0);
    let width = [1, 2, 4, 8][seed.below(4)];
    let big = value.to_be_bytes();
    let little = value.to_le_bytes();
    let digits = if seed.percent(50) { &big[8 - width..] } else { &little[..width] };
    let end = (at + width).min(bytes.len());
    bytes[at..end].copy_from_slice(&digits[..end - at]);
}

/// A LEB128 number in the place of some bytes.
fn leb(bytes: &mut Vec<u8>, at: usize, end: usize, seed: &mut Seed) {
    let mut value = seed.pick(&NUMBERS).copied().unwrap_or(0);
    let mut digits = vec![];
    loop {
        let digit = low(value) & 0x7f;
        value >>= 7;
        digits.push(if value == 0 { digit } else { digit | 0x80 });
        if value == 0 {
            break;
        }
    }
    bytes.splice(at..end.min(at + 10), digits);
}

fn insert(bytes: &mut Vec<u8>, at: usize, piece: &[u8]) {
    bytes.splice(at..at, piece.iter().copied());
}

/// The lowest byte of a number.
#[must_use]
pub fn low(number: u64) -> u8 {
    number.to_le_bytes()[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_draws_the_same_mutants_and_none_is_too_long() {
        let input = vec![7; 300];
        let draw = |from: u64| {
            let mut seed = Seed::new(from);
            (0..500).map(|_| bytes(&input, &[1, 2, 3], &mut seed)).collect::<Vec<_>>()
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        let mut seed = Seed::new(3);
        let long = vec![0; INPUT_BYTES_MAX];
        assert!((0..50).all(|_| bytes(&long, &long, &mut seed).len() <= INPUT_BYTES_MAX));
        assert!((0..500).all(|_| bytes(&[], &[], &mut seed).len() <= 64));
    }
}
