//! A run's input is a byte string, and nothing else: seeds, fuzz inputs and saved failures are the same thing.
//!
//! The string is a row of records of [`RECORD`] bytes. The first byte of a record says for which part of the world the others are, so that
//! taking records out for one part leaves what the others draw as it was: that is what makes shrinking work. A part whose bytes are used
//! up draws zeros, and zero is always the quiet choice: no fault, no wait, nothing done.

use sha2::{Digest, Sha256};

/// Bytes of a record: one for the part, the others for it to draw.
pub const RECORD: usize = 16;

/// Parts of the world, each with a stream of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// How large the world is, who is in it, which faults it has.
    Shape,
    /// What people do, and when.
    People,
    /// What the links do to messages.
    Links,
    /// When disks fail and processes die.
    Machines,
    /// What the operator does.
    Operator,
    /// What the malicious phone does.
    Malice,
    /// Which cases people open: [`Mix`]. A seed of the usual mix has no record for it.
    Mix,
}

/// Which cases the people of a world open and work on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mix {
    /// A little of everything.
    #[default]
    Usual,
    /// Nearly always help between neighbours, orders for the elderly and their alarms.
    Help,
}

impl Mix {
    /// Every mix.
    pub const ALL: [Mix; 2] = [Mix::Usual, Mix::Help];

    /// Its name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Mix::Usual => "usual",
            Mix::Help => "help",
        }
    }

    /// The mix of an input: the usual one unless a record says otherwise.
    pub fn draw(input: &mut Input) -> Self {
        if input.byte(Part::Mix) == Mix::Help as u8 { Mix::Help } else { Mix::Usual }
    }
}

/// All parts, with their share of 16 records of a seed's input.
const SHARES: [Part; 16] = [
    Part::Shape,
    Part::People,
    Part::Links,
    Part::Machines,
    Part::Links,
    Part::Machines,
    Part::People,
    Part::Links,
    Part::Machines,
    Part::People,
    Part::Operator,
    Part::People,
    Part::Links,
    Part::Machines,
    Part::Malice,
    Part::Links,
];
const PARTS: usize = 7;

/// How large a world a seed makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Size {
    /// At most 4 devices.
    Small,
    /// At most 12 devices.
    Medium,
    /// At most 30 devices.
    Large,
}

impl Size {
    /// The size of a seed's world: of 321 in a row 1 is large and 20 are medium, so that 1,605 are 5, 100 and 1,500.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        match seed % 321 {
            0 => Size::Large,
            1..=20 => Size::Medium,
            _ => Size::Small,
        }
    }

    fn records(self) -> usize {
        match self {
            Size::Small => 72,
            Size::Medium => 320,
            Size::Large => 1_200,
        }
    }
}

/// The input that a seed stands for.
#[must_use]
pub fn of_seed(seed: u64) -> Vec<u8> {
    let size = Size::of(seed);
    let mut bytes = Vec::with_capacity(size.records() * RECORD);
    for record in 0..size.records() {
        add_record(&mut bytes, SHARES[record % SHARES.len()], seed, record);
    }
    // The first byte of the shape is the size: 0 small, 1 medium, 2 large.
    bytes[1] = size as u8;
    bytes
}

/// The input that a seed stands for in a mix: where it is not the usual one the same draws, then a record that names it, and more of what
/// people do, for a request is done only after many hands.
#[must_use]
pub fn of_seed_in(seed: u64, mix: Mix) -> Vec<u8> {
    let mut bytes = of_seed(seed);
    if mix != Mix::Usual {
        let mut record = [0; RECORD];
        (record[0], record[1]) = (Part::Mix as u8, mix as u8);
        bytes.extend_from_slice(&record);
        let usual = Size::of(seed).records();
        (usual..usual + usual / 2).for_each(|record| add_record(&mut bytes, Part::People, seed, record));
    }
    bytes
}

fn add_record(bytes: &mut Vec<u8>, part: Part, seed: u64, record: usize) {
    let digest = Sha256::new().chain_update(b"yuandian-sim").chain_update(seed.to_be_bytes());
    let drawn = digest.chain_update((record as u64).to_be_bytes()).finalize();
    bytes.push(part as u8);
    bytes.extend_from_slice(&drawn[..RECORD - 1]);
}

/// What the parts draw from.
pub struct Input {
    streams: [Vec<u8>; PARTS],
    at: [usize; PARTS],
}

impl Input {
    /// Sorts the records of an input to their parts.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        let mut streams: [Vec<u8>; PARTS] = Default::default();
        for record in bytes.chunks(RECORD) {
            if let Some((part, drawn)) = record.split_first() {
                streams[usize::from(*part) % PARTS].extend_from_slice(drawn);
            }
        }
        Self { streams, at: [0; PARTS] }
    }

    /// The next byte of a part; 0 when it has none left.
    pub fn byte(&mut self, part: Part) -> u8 {
        let index = part as usize;
        let byte = self.streams[index].get(self.at[index]).copied().unwrap_or(0);
        self.at[index] += 1;
        byte
    }

    /// From 0 to 65,535.
    pub fn word(&mut self, part: Part) -> u16 {
        u16::from_be_bytes([self.byte(part), self.byte(part)])
    }

    /// From 0 to below `end`, which is at least 1. 0 is the quiet choice.
    pub fn below(&mut self, part: Part, end: usize) -> usize {
        let drawn = if end <= 256 { usize::from(self.byte(part)) } else { usize::from(self.word(part)) };
        drawn % end.max(1)
    }

    /// True in so many of 256 cases, never for zeros.
    pub fn chance(&mut self, part: Part, of_256: u8) -> bool {
        // A byte of 0 is the quiet choice, so the likely bytes are the high ones.
        self.byte(part) > 255 - of_256
    }

    /// Whether a part still has bytes of its own.
    #[must_use]
    pub fn has(&self, part: Part) -> bool {
        self.at[part as usize] < self.streams[part as usize].len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_always_the_same_bytes_and_another_seed_others() {
        assert_eq!(of_seed(7), of_seed(7));
        assert_ne!(of_seed(7), of_seed(8));
    }

    #[test]
    fn sizes_come_in_the_promised_numbers() {
        for start in [0, 17, 4_000_000] {
            let count = |size| (start..start + 1_605).filter(|seed| Size::of(*seed) == size).count();
            assert_eq!([count(Size::Small), count(Size::Medium), count(Size::Large)], [1_500, 100, 5]);
        }
    }

    #[test]
    fn taking_records_of_one_part_leaves_the_others_alone() {
        let bytes = of_seed(9);
        let without: Vec<u8> = bytes
            .chunks(RECORD)
            .filter(|record| record[0] != Part::Links as u8)
            .flat_map(<[u8]>::to_vec)
            .collect();
        let (mut whole, mut less) = (Input::new(&bytes), Input::new(&without));
        for _ in 0..300 {
            assert_eq!(whole.byte(Part::People), less.byte(Part::People));
            assert_eq!(less.byte(Part::Links), 0);
        }
        assert!(whole.has(Part::Links) && !less.has(Part::Links));
    }

    #[test]
    fn a_mix_is_a_record_of_its_own_and_what_has_none_is_of_the_usual_one() {
        for mix in Mix::ALL {
            let bytes = of_seed_in(9, mix);
            assert_eq!(Mix::draw(&mut Input::new(&bytes)), mix);
            assert!(bytes.starts_with(&of_seed(9)));
        }
        assert_eq!(Mix::draw(&mut Input::new(&[])), Mix::Usual);
    }

    #[test]
    fn zeros_are_quiet() {
        let mut input = Input::new(&[]);
        assert!(!input.chance(Part::Links, 255));
        assert_eq!((input.below(Part::People, 5), input.word(Part::Shape)), (0, 0));
    }
}
