//! How the versions of a tree follow one another: no grid twice on a day, nothing below what is not there, and no days in the middle on
//! which a grid or division has nothing below it.
//!
//! Before its first child and after its last a grid may well have none: it is the hole between them that somebody has forgotten.

use std::collections::BTreeMap;
use std::fmt;

use chrono::NaiveDate;

use super::{Kind, Layer, Validity};

/// One version of one grid, as far as days and kinship go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node<'n> {
    pub id: &'n str,
    pub layer: Layer,
    pub parent: Option<&'n str>,
    pub validity: Validity,
}

/// Days on which a tree is not what a tree is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Break {
    /// The later of the versions concerned, by its place in what was given.
    pub index: usize,
    /// The days: the first of them, and the first on which all is well again.
    pub days: Validity,
    /// What is wrong on them.
    pub wrong: Wrong,
}

/// What is wrong on some days.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wrong {
    /// Two versions of one grid hold.
    Twice {
        /// The grid.
        id: String,
    },
    /// Nothing of a kind and level stands below, although it did before and does again.
    Hole {
        /// The grid or division above.
        parent: String,
        /// The kind and level.
        layer: Layer,
    },
    /// A grid holds and the one above it does not.
    Orphaned {
        /// The grid.
        id: String,
        /// The one above it.
        parent: String,
    },
}

impl fmt::Display for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days = said(self.days);
        match &self.wrong {
            Wrong::Twice { id } => write!(f, "{days}: two versions of {id} hold"),
            Wrong::Hole { parent, layer } => write!(f, "{days}: no {layer} stands below {parent}"),
            Wrong::Orphaned { id, parent } => {
                write!(f, "{days}: {id} holds and {parent}, above it, does not")
            }
        }
    }
}

/// `from 2024-01-31 up to 2026-07-01`, the last day not included; `from 2024-01-31` without an end.
#[must_use]
pub fn said(days: Validity) -> String {
    match days.to {
        Some(to) => format!("from {} up to {to}", days.from),
        None => format!("from {}", days.from),
    }
}

/// Every break, in the order of the nodes. What holds no day is not looked at.
pub(crate) fn breaks(nodes: &[Node<'_>]) -> Vec<Break> {
    let valid = || nodes.iter().enumerate().filter(|(_, node)| !node.validity.is_empty());
    let mut versions: BTreeMap<(Kind, &str), Vec<(usize, Validity)>> = BTreeMap::new();
    let mut below: BTreeMap<(&str, Layer), Vec<(usize, Validity)>> = BTreeMap::new();
    for (index, node) in valid() {
        versions.entry((node.layer.kind, node.id)).or_default().push((index, node.validity));
        if let Some(parent) = node.parent {
            below.entry((parent, node.layer)).or_default().push((index, node.validity));
        }
    }
    let mut found = Vec::new();
    for ((_, id), line) in &versions {
        let twice = |(index, days)| Break { index, days, wrong: Wrong::Twice { id: (*id).to_owned() } };
        found.extend(walk(line).overlaps.into_iter().map(twice));
    }
    for ((parent, layer), line) in &below {
        let wrong = || Wrong::Hole { parent: (*parent).to_owned(), layer: *layer };
        found.extend(walk(line).holes.into_iter().map(|(index, days)| Break { index, days, wrong: wrong() }));
    }
    let covered: BTreeMap<(Kind, &str), Vec<Validity>> =
        versions.iter().map(|(grid, line)| (*grid, walk(line).covered)).collect();
    for (index, node) in valid() {
        let Some(parent) = node.parent else { continue };
        let kinds = [Kind::GovGrid, node.layer.kind];
        // What no version of the tree holds is a division, and those are not dated.
        let Some(above) = kinds.into_iter().find_map(|kind| covered.get(&(kind, parent))) else { continue };
        let wrong = || Wrong::Orphaned { id: node.id.to_owned(), parent: parent.to_owned() };
        found.extend(uncovered(node.validity, above).map(|days| Break { index, days, wrong: wrong() }));
    }
    found.sort();
    found
}

#[derive(Default)]
struct Walked {
    /// Days covered, merged, rising.
    covered: Vec<Validity>,
    /// Days covered twice, with the later version.
    overlaps: Vec<(usize, Validity)>,
    /// Days covered by none between two that are, with the version behind.
    holes: Vec<(usize, Validity)>,
}

/// Goes through versions in the order of their days.
fn walk(line: &[(usize, Validity)]) -> Walked {
    let mut line = line.to_vec();
    line.sort_by_key(|(index, validity)| (validity.from, *index));
    let mut walked = Walked::default();
    for (index, next) in line {
        let Some(last) = walked.covered.last_mut() else {
            walked.covered.push(next);
            continue;
        };
        match last.to {
            Some(end) if end < next.from => {
                walked.holes.push((index, Validity { from: end, to: Some(next.from) }));
                walked.covered.push(next);
            }
            Some(end) if end == next.from => last.to = next.to,
            _ => {
                walked.overlaps.push((index, Validity { from: next.from, to: earlier(last.to, next.to) }));
                last.to = later(last.to, next.to);
            }
        }
    }
    walked
}

/// The first days of a validity that none of these, merged and rising, covers.
fn uncovered(days: Validity, covered: &[Validity]) -> Option<Validity> {
    let mut from = days.from;
    for span in covered {
        if span.from > from {
            break;
        }
        match span.to {
            None => return None,
            Some(end) => from = from.max(end),
        }
    }
    if days.to.is_some_and(|to| to <= from) {
        return None;
    }
    let next = covered.iter().map(|span| span.from).find(|begin| *begin > from);
    Some(Validity { from, to: earlier(next, days.to) })
}

/// Of two ends, none being later than all.
fn earlier(a: Option<NaiveDate>, b: Option<NaiveDate>) -> Option<NaiveDate> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (one, other) => one.or(other),
    }
}

fn later(a: Option<NaiveDate>, b: Option<NaiveDate>) -> Option<NaiveDate> {
    a.zip(b).map(|(a, b)| a.max(b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::date;

    /// `id parent from to`, `-` for none.
    fn broken(lines: &[&str]) -> Vec<String> {
        let nodes: Vec<Node<'_>> = lines
            .iter()
            .map(|line| {
                let [id, parent, from, to] = line.split(' ').collect::<Vec<_>>()[..] else {
                    panic!("{line}")
                };
                let layer = if id.len() > 3 { Layer::L4 } else { Layer::L3 };
                let parent = (parent != "-").then_some(parent);
                Node { id, layer, parent, validity: Validity { from: date(from).unwrap(), to: date(to) } }
            })
            .collect();
        breaks(&nodes).iter().map(|found| format!("{} {found}", found.index)).collect()
    }

    #[test]
    fn versions_that_follow_on_the_day_are_whole() {
        assert_eq!(broken(&[]), [""; 0]);
        let split = ["301 c 2024-01-01 2026-07-01", "302 c 2026-07-01 -", "303 c 2026-07-01 -"];
        assert_eq!(broken(&split), [""; 0]);
        let renewed = ["301 c 2026-07-01 -", "301 c 2024-01-01 2026-07-01", "30101 301 2025-01-01 -"];
        assert_eq!(broken(&renewed), [""; 0], "whatever the order of the file");
        let ended = ["301 c 2024-01-01 2026-07-01", "302 - 2020-01-01 2020-01-01"];
        assert_eq!(broken(&ended), [""; 0], "what ends may end, what holds no day does nothing");
    }

    #[test]
    fn a_grid_holds_once_on_a_day() {
        assert_eq!(
            broken(&["301 c 2024-01-01 2026-07-01", "301 c 2026-06-30 -"]),
            ["1 from 2026-06-30 up to 2026-07-01: two versions of 301 hold"]
        );
        assert_eq!(
            broken(&["301 c 2024-01-01 -", "301 c 2025-01-01 2025-02-01", "301 c 2026-01-01 -"]),
            [
                "1 from 2025-01-01 up to 2025-02-01: two versions of 301 hold",
                "2 from 2026-01-01: two versions of 301 hold"
            ]
        );
    }

    #[test]
    fn what_has_children_has_them_on_every_day_between() {
        assert_eq!(
            broken(&["301 c 2024-01-01 2026-06-30", "302 c 2026-07-01 -", "303 d 2026-06-01 -"]),
            ["1 from 2026-06-30 up to 2026-07-01: no gov_grid of level 3 stands below c"]
        );
        let bridged = ["301 c 2024-01-01 2025-01-01", "302 c 2024-06-01 2026-01-01", "303 c 2026-01-01 -"];
        assert_eq!(broken(&bridged), [""; 0]);
        assert_eq!(
            broken(&["30101 301 2024-01-01 2025-01-01", "302 301 2024-01-01 -", "30102 301 2025-01-02 -"]),
            ["2 from 2025-01-01 up to 2025-01-02: no gov_grid of level 4 stands below 301"],
            "another level fills no hole"
        );
    }

    #[test]
    fn nothing_stands_below_what_is_not_there() {
        assert_eq!(
            broken(&["301 c 2024-01-01 2026-07-01", "30101 301 2025-01-01 -"]),
            ["1 from 2026-07-01: 30101 holds and 301, above it, does not"]
        );
        assert_eq!(
            broken(&["301 c 2024-01-01 2025-01-01", "30101 301 2023-12-31 2025-01-01", "301 c 2025-01-01 -"]),
            ["1 from 2023-12-31 up to 2024-01-01: 30101 holds and 301, above it, does not"]
        );
        assert_eq!(
            broken(&["301 c 2024-01-01 2025-01-01", "30101 301 2024-01-01 -", "301 c 2026-01-01 -"]),
            [
                "1 from 2025-01-01 up to 2026-01-01: 30101 holds and 301, above it, does not",
                "2 from 2025-01-01 up to 2026-01-01: no gov_grid of level 3 stands below c"
            ]
        );
    }
}
