//! Changes of CBOR at its joints: whole items lost, doubled, replaced, lists that grow, numbers at their ends. Counts are kept right most
//! of the time, so that the mutant is read to its end.

use yuandian_programs::seed::Seed;

use crate::mutate::INPUT_BYTES_MAX;

/// Items looked at in one input.
const ITEMS_MAX: usize = 2_000;

/// An item: where it begins, where its own head ends, where it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Item {
    start: usize,
    head: usize,
    end: usize,
    major: u8,
    /// Items directly in it, and which item it is in.
    parent: Option<usize>,
}

/// Changes one or two items.
pub fn mutate(bytes: &[u8], other: &[u8], seed: &mut Seed) -> Vec<u8> {
    let mut mutant = bytes.to_vec();
    for _ in 0..=seed.below(2) {
        mutant = change(&mutant, other, seed);
    }
    mutant
}

fn change(bytes: &[u8], other: &[u8], seed: &mut Seed) -> Vec<u8> {
    let all = items(bytes);
    let Some(item) = seed.pick(&all).copied() else { return bytes.to_vec() };
    let own = &bytes[item.start..item.end];
    let with = |replacement: &[u8]| [&bytes[..item.start], replacement, &bytes[item.end..]].concat();
    match seed.below(10) {
        0 => with(&odd(seed)),
        1 | 2 => {
            let from = if seed.percent(50) { other } else { bytes };
            let others = items(from);
            seed.pick(&others).map_or_else(|| bytes.to_vec(), |o| with(&from[o.start..o.end]))
        }
        3 => with(&head(item.major, number(seed))),
        // Bytes and texts of another length, with the right head.
        4 if matches!(item.major, 2 | 3) => {
            let content = &bytes[item.head..item.end];
            let length = [0, 1, content.len() / 2, content.len() + 1, 64, 300, 70_000][seed.below(7)];
            let content: Vec<u8> =
                content.iter().copied().chain(std::iter::repeat(b'x')).take(length).collect();
            with(&[head(item.major, content.len() as u64), content].concat())
        }
        5 | 6 => grown(bytes, &all, item, seed),
        7 => shrunk(bytes, &all, item),
        8 => with(&[&[0xc0 + crate::mutate::low(seed.draw()) % 24], own].concat()),
        _ => with(&long_head(item, bytes)),
    }
}

/// The same item many times over in its list, with the list's count made right.
fn grown(bytes: &[u8], all: &[Item], item: Item, seed: &mut Seed) -> Vec<u8> {
    let Some(list) = item.parent.map(|at| all[at]) else { return bytes.to_vec() };
    let children = all.iter().filter(|other| other.parent == item.parent).count() as u64;
    let own = &bytes[item.start..item.end];
    let most = (INPUT_BYTES_MAX / own.len().max(1)).max(1);
    let times = [1, 2, 31, 255, 1_000, 9_000][seed.below(6)].min(most);
    let count = if list.major == 5 { children / 2 } else { children } + times as u64;
    let more = own.repeat(times);
    let new_head = head(list.major, count);
    [&bytes[..list.start], &new_head, &bytes[list.head..item.start], &more, &bytes[item.start..]].concat()
}

/// One list filled with copies of its first item up to so many bytes in all; which list, the last byte says.
pub fn stuffed(bytes: &[u8], total: usize) -> Vec<u8> {
    let all = items(bytes);
    let lists: Vec<usize> =
        (0..all.len()).filter(|at| all[*at].major == 4 && all[*at].end > all[*at].head).collect();
    let which = usize::from(bytes.last().copied().unwrap_or(0)) % lists.len().max(1);
    let Some(list) = lists.get(which).map(|at| all[*at]) else { return bytes.to_vec() };
    let Some(first) = all.iter().find(|item| item.start == list.head) else { return bytes.to_vec() };
    let own = &bytes[first.start..first.end];
    let room = total.saturating_sub(bytes.len() + 16);
    let times = room / own.len().max(1);
    let count = head(4, times as u64);
    [&bytes[..list.start], &count, &own.repeat(times), &bytes[list.end..]].concat()
}

/// Without the item, with its list's count made right.
fn shrunk(bytes: &[u8], all: &[Item], item: Item) -> Vec<u8> {
    let Some(list) = item.parent.map(|at| all[at]) else { return vec![] };
    let children = all.iter().filter(|other| other.parent == item.parent).count() as u64;
    let count = if list.major == 5 { children / 2 } else { children }.saturating_sub(1);
    let mut end = item.end;
    if list.major == 5
        && let Some(value) = all.iter().find(|other| other.parent == item.parent && other.start == item.end)
    {
        end = value.end;
    }
    [&bytes[..list.start], &head(list.major, count), &bytes[list.head..item.start], &bytes[end..]].concat()
}

/// The same item with its number written longer than it need be.
fn long_head(item: Item, bytes: &[u8]) -> Vec<u8> {
    let argument = read_head(&bytes[item.start..]).map_or(0, |(_, argument, _)| argument);
    let mut long = vec![item.major << 5 | 27];
    long.extend_from_slice(&argument.to_be_bytes());
    long.extend_from_slice(&bytes[item.head..item.end]);
    long
}

fn number(seed: &mut Seed) -> u64 {
    let numbers =
        [0, 1, 23, 24, 255, 256, 65_535, 65_536, u64::from(u32::MAX), 1 << 53, i64::MAX as u64, u64::MAX];
    if seed.percent(30) { seed.draw() >> seed.below(64) } else { numbers[seed.below(numbers.len())] }
}

/// Items that no message of ours has, or that claim what does not follow.
fn odd(seed: &mut Seed) -> Vec<u8> {
    match seed.below(12) {
        0 => vec![0xf6],
        1 => vec![0xf7],
        2 => vec![0x80],
        3 => vec![0xa0],
        4 => vec![0x9f, 0xff],
        5 => vec![0xbf, 0xff],
        6 => [&[0x9b][..], &number(seed).to_be_bytes()].concat(),
        7 => [&[0x5b][..], &number(seed).to_be_bytes()].concat(),
        8 => vec![0x63, 0xff, 0xfe, 0xfd],
        9 => vec![[0x81, 0xa1, 0xc1, 0x9f][seed.below(4)]; 1 + seed.below(20_000)],
        10 => vec![0xfb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 1],
        _ => vec![0x7f, 0x61, b'a', 0x61, b'b', 0xff],
    }
}

/// The shortest head of an item.
fn head(major: u8, argument: u64) -> Vec<u8> {
    let major = major << 5;
    let wide = argument.to_be_bytes();
    match argument {
        0..24 => vec![major | wide[7]],
        24..0x100 => vec![major | 24, wide[7]],
        0x100..0x1_0000 => [&[major | 25], &wide[6..]].concat(),
        0x1_0000..0x1_0000_0000 => [&[major | 26], &wide[4..]].concat(),
        _ => [&[major | 27], &wide[..]].concat(),
    }
}

/// Major type, argument, length of the head; nothing for what has no definite length.
fn read_head(bytes: &[u8]) -> Option<(u8, u64, usize)> {
    let first = *bytes.first()?;
    let width = match first & 0x1f {
        0..24 => return Some((first >> 5, u64::from(first & 0x1f), 1)),
        24 => 1,
        25 => 2,
        26 => 4,
        27 => 8,
        _ => return None,
    };
    let digits = bytes.get(1..=width)?;
    let argument = digits.iter().fold(0, |sum: u64, digit| sum << 8 | u64::from(*digit));
    Some((first >> 5, argument, 1 + width))
}

/// Every item of well-formed CBOR, outer ones first. What is not well-formed is left out.
fn items(bytes: &[u8]) -> Vec<Item> {
    let mut all: Vec<Item> = vec![];
    // Lists that are open: which item, and how many items are still to come in it.
    let mut open: Vec<(usize, u64)> = vec![];
    let mut at = 0;
    while all.len() < ITEMS_MAX {
        let Some((major, argument, length)) = bytes.get(at..).and_then(read_head) else { break };
        let parent = open.last().map(|(list, _)| *list);
        let content =
            if matches!(major, 2 | 3) { usize::try_from(argument).unwrap_or(usize::MAX) } else { 0 };
        let Some(end) = (at + length).checked_add(content).filter(|end| *end <= bytes.len()) else { break };
        all.push(Item { start: at, head: at + length, end, major, parent });
        at = end;
        let inside = match major {
            4 => argument,
            5 => argument.saturating_mul(2),
            6 => 1,
            _ => 0,
        };
        if inside > 0 {
            open.push((all.len() - 1, inside));
            continue;
        }
        // What is complete completes what it is in.
        while let Some((list, left)) = open.last_mut() {
            *left -= 1;
            if *left > 0 {
                break;
            }
            all[*list].end = at;
            open.pop();
        }
        if open.is_empty() {
            break;
        }
    }
    // A list that never ended has no bytes of its own.
    let unfinished: Vec<usize> = open.iter().map(|(list, _)| *list).collect();
    for list in unfinished {
        all[list].end = all[list].head;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_found_with_what_they_are_in() {
        // {1: [2, "ab"], 3: h'00'}
        let bytes = [0xa2, 1, 0x82, 2, 0x62, b'a', b'b', 3, 0x41, 0];
        let found: Vec<(usize, usize, Option<usize>)> =
            items(&bytes).iter().map(|item| (item.start, item.end, item.parent)).collect();
        assert_eq!(
            found,
            [
                (0, 10, None),
                (1, 2, Some(0)),
                (2, 7, Some(0)),
                (3, 4, Some(2)),
                (4, 7, Some(2)),
                (7, 8, Some(0)),
                (8, 10, Some(0)),
            ]
        );
        assert!(items(&[0x9f, 1, 0xff]).is_empty());
        let open = items(&[0x82, 1]);
        assert_eq!((open.len(), open[0].end), (2, 1));
        for (number, length) in [(23, 1), (24, 2), (255, 2), (256, 3), (65_535, 3), (65_536, 5), (1 << 32, 9)]
        {
            assert_eq!(read_head(&head(0, number)), Some((0, number, length)));
        }
    }

    #[test]
    fn lists_grow_and_shrink_with_their_counts() {
        let bytes = [0x82, 2, 0x61, b'a'];
        let all = items(&bytes);
        assert_eq!(shrunk(&bytes, &all, all[1]), [0x81, 0x61, b'a']);
        let longer = grown(&bytes, &all, all[2], &mut Seed::new(1));
        let (_, count, length) = read_head(&longer).unwrap();
        // The number 2, and the rest are texts of two bytes.
        assert_eq!(count, 1 + (longer.len() - length - 1) as u64 / 2);
    }

    #[test]
    fn a_list_is_stuffed_up_to_the_total_and_still_well_formed() {
        let bytes = [0xa1, 1, 0x82, 0x60, 0x60];
        let long = stuffed(&bytes, 1_000);
        assert!((980..=1_000).contains(&long.len()), "{}", long.len());
        assert_eq!(items(&long).first().map(|map| map.end), Some(long.len()));
        assert_eq!(stuffed(&[0x01], 1_000), [0x01]);
    }

    #[test]
    fn no_mutant_is_out_of_bounds() {
        let mut seed = Seed::new(5);
        let mut bytes = vec![0xa2, 1, 0x82, 2, 0x62, b'a', b'b', 3, 0x41, 0];
        for _ in 0..3_000 {
            let mutant = mutate(&bytes, &bytes, &mut seed);
            if mutant.len() < 2_000 && !mutant.is_empty() {
                bytes = mutant;
            }
        }
    }
}
