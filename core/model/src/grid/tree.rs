//! The tree that grids form on a day, and the days on which it changed.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::spans::{Break, Node, breaks, said};
use super::{Grid, Kind, Validity};

/// How many grids may stand above one: levels end at 4, and a cell or a beat stands below.
const DEPTH_MAX: usize = 8;

/// Grids by what they are called and by what stands above them, with all their versions.
#[derive(Debug, Clone, Default)]
pub struct GridTree {
    grids: Vec<Grid>,
    by_id: BTreeMap<(Kind, String), Vec<usize>>,
    below: BTreeMap<String, Vec<usize>>,
}

/// A span of days on which no grid came or went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TreeVersion {
    /// Its number, from 1 for the oldest. Grids that are added for the past renumber; the days do not change.
    pub number: usize,
    /// Its days.
    pub validity: Validity,
}

/// Why a tree has no grid for a day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotKnown {
    /// The tree tells of other days: nothing at all is valid on this one.
    #[error("no grid of any kind is known for {day}: load the grids that were valid then")]
    Day {
        /// The day.
        day: NaiveDate,
    },
    /// No such grid on any day.
    #[error("no {} {id} is known, on no day", kind.id())]
    Grid {
        /// The kind.
        kind: Kind,
        /// The id.
        id: String,
    },
    /// The grid is known, and not for this day.
    #[error("{} {id} is not valid on {day}: it is {}", kind.id(), spans.iter().map(|days| said(*days)).collect::<Vec<_>>().join(", "))]
    Then {
        /// The kind.
        kind: Kind,
        /// The id.
        id: String,
        /// The day.
        day: NaiveDate,
        /// When it is valid, rising.
        spans: Vec<Validity>,
    },
}

impl GridTree {
    /// Takes the grids of one or several packs.
    #[must_use]
    pub fn new(grids: Vec<Grid>) -> Self {
        let mut tree = Self::default();
        for (index, grid) in grids.iter().enumerate() {
            tree.by_id.entry((grid.layer.kind, grid.id.clone())).or_default().push(index);
            if let Some(parent) = &grid.parent {
                tree.below.entry(parent.clone()).or_default().push(index);
            }
        }
        tree.grids = grids;
        tree
    }

    /// Every version of every grid.
    #[must_use]
    pub fn grids(&self) -> &[Grid] {
        &self.grids
    }

    /// The version of a grid that is valid on a day; without a day, the one whose end is not known.
    #[must_use]
    pub fn grid(&self, kind: Kind, id: &str, on: Option<NaiveDate>) -> Option<&Grid> {
        let versions = self.by_id.get(&(kind, id.to_owned()))?;
        versions.iter().map(|index| &self.grids[*index]).find(|grid| grid.validity.holds(on))
    }

    /// The version of a grid that is valid on a day.
    ///
    /// # Errors
    /// [`NotKnown`]: whether it is the grid or the day that the tree does not tell of.
    pub fn grid_on(&self, kind: Kind, id: &str, day: NaiveDate) -> Result<&Grid, NotKnown> {
        if let Some(grid) = self.grid(kind, id, Some(day)) {
            return Ok(grid);
        }
        let id = id.to_owned();
        if !self.grids.iter().any(|grid| grid.validity.holds(Some(day))) {
            return Err(NotKnown::Day { day });
        }
        let Some(versions) = self.by_id.get(&(kind, id.clone())) else {
            return Err(NotKnown::Grid { kind, id });
        };
        let mut spans: Vec<Validity> = versions.iter().map(|index| self.grids[*index].validity).collect();
        spans.sort();
        Err(NotKnown::Then { kind, id, day, spans })
    }

    /// Days on which the grids are no tree: versions that overlap, holes among the children of a grid or division, grids below what is not
    /// there. By the place of the grids in [`GridTree::grids`]. A pack that was judged has no overlaps; several together may.
    #[must_use]
    pub fn breaks(&self) -> Vec<Break> {
        let nodes: Vec<Node<'_>> = self
            .grids
            .iter()
            .map(|grid| Node {
                id: &grid.id,
                layer: grid.layer,
                parent: grid.parent.as_deref(),
                validity: grid.validity,
            })
            .collect();
        breaks(&nodes)
    }

    /// The grids right below a grid or division, by kind and id.
    #[must_use]
    pub fn children(&self, id: &str, on: Option<NaiveDate>) -> Vec<&Grid> {
        let below = self.below.get(id).into_iter().flatten().map(|index| &self.grids[*index]);
        let mut children: Vec<&Grid> = below.filter(|grid| grid.validity.holds(on)).collect();
        children.sort_by(|a, b| (a.layer.kind, &a.id).cmp(&(b.layer.kind, &b.id)));
        children
    }

    /// A grid and those above it that the tree holds, from here up. What stands above the last is a division.
    #[must_use]
    pub fn lineage(&self, kind: Kind, id: &str, on: Option<NaiveDate>) -> Vec<&Grid> {
        let above = |grid: &&Grid| {
            let parent = grid.parent.as_deref()?;
            let kinds = [Kind::GovGrid, grid.layer.kind];
            kinds.into_iter().find_map(|kind| self.grid(kind, parent, on))
        };
        std::iter::successors(self.grid(kind, id, on), above).take(DEPTH_MAX).collect()
    }

    /// The spans of days between changes, oldest first. Before the first there is no grid at all.
    #[must_use]
    pub fn versions(&self) -> Vec<TreeVersion> {
        versions(self.grids.iter().map(|grid| grid.validity))
    }

    /// The version that holds a day.
    #[must_use]
    pub fn version_on(&self, day: NaiveDate) -> Option<TreeVersion> {
        self.versions().into_iter().find(|version| version.validity.holds(Some(day)))
    }
}

/// The spans of days between changes of these, oldest first.
pub(super) fn versions(validities: impl Iterator<Item = Validity>) -> Vec<TreeVersion> {
    let valid: Vec<Validity> = validities.filter(|validity| !validity.is_empty()).collect();
    let changes: BTreeSet<NaiveDate> =
        valid.iter().flat_map(|v| std::iter::once(v.from).chain(v.to)).collect();
    let ends = changes.iter().skip(1).copied().map(Some).chain([None]);
    let spans = changes.iter().copied().zip(ends).map(|(from, to)| Validity { from, to });
    // After the last change there may be nothing left.
    let open = valid.iter().any(|validity| validity.to.is_none());
    spans
        .filter(|span| span.to.is_some() || open)
        .enumerate()
        .map(|(index, validity)| TreeVersion { number: index + 1, validity })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::{Layer, Polygon, date};

    fn grid(layer: Layer, id: &str, parent: &str, from: &str, to: Option<&str>) -> Grid {
        Grid {
            id: id.into(),
            layer,
            gov_kind: None,
            parent: Some(parent.into()),
            name: None,
            validity: Validity { from: date(from).unwrap(), to: to.map(|to| date(to).unwrap()) },
            polygon: Polygon(vec![]),
        }
    }

    #[test]
    fn the_tree_of_a_day_is_what_was_valid_then() {
        let tree = GridTree::new(vec![
            grid(Layer::L3, "1", "c", "2024-01-01", Some("2026-07-01")),
            grid(Layer::L3, "2", "c", "2026-07-01", None),
            grid(Layer::L3, "3", "c", "2026-07-01", None),
            grid(Layer::L4, "301", "3", "2026-08-01", None),
            grid(Layer::CELLS, "1", "3", "2026-08-01", None),
        ]);
        let ids = |grids: Vec<&Grid>| grids.iter().map(|grid| grid.id.clone()).collect::<Vec<_>>();
        assert_eq!(ids(tree.children("c", date("2026-06-30"))), ["1"]);
        assert_eq!(ids(tree.children("c", date("2026-07-01"))), ["2", "3"]);
        assert_eq!(ids(tree.children("c", None)), ["2", "3"]);
        assert_eq!(ids(tree.lineage(Kind::GovGrid, "301", None)), ["301", "3"]);
        assert_eq!(ids(tree.lineage(Kind::Cell, "1", None)), ["1", "3"]);
        assert!(tree.grid(Kind::GovGrid, "1", None).is_none());
        let versions: Vec<String> = tree.versions().iter().map(|v| v.validity.from.to_string()).collect();
        assert_eq!(versions, ["2024-01-01", "2026-07-01", "2026-08-01"]);
        assert_eq!(tree.version_on(date("2026-07-15").unwrap()).unwrap().number, 2);
        assert_eq!(tree.version_on(date("2023-12-31").unwrap()), None);
    }

    #[test]
    fn a_day_that_nobody_knows_is_told_from_a_grid_that_nobody_knows() {
        let tree = GridTree::new(vec![
            grid(Layer::L3, "1", "c", "2024-01-01", Some("2026-07-01")),
            grid(Layer::L3, "2", "c", "2026-07-01", Some("2027-01-01")),
            grid(Layer::L3, "1", "c", "2028-01-01", None),
        ]);
        let on = |id: &str, day: &str| tree.grid_on(Kind::GovGrid, id, date(day).unwrap());
        assert_eq!(on("1", "2026-06-30").unwrap().validity.from, date("2024-01-01").unwrap());
        assert_eq!(on("1", "2028-01-01").unwrap().validity.to, None);
        for day in ["2023-12-31", "2027-01-01", "2027-12-31"] {
            assert_eq!(on("1", day), Err(NotKnown::Day { day: date(day).unwrap() }));
        }
        let kind = Kind::GovGrid;
        assert_eq!(on("3", "2026-07-01"), Err(NotKnown::Grid { kind, id: "3".into() }));
        let refused = on("1", "2026-07-01").unwrap_err();
        assert_eq!(
            refused.to_string(),
            "gov_grid 1 is not valid on 2026-07-01: it is from 2024-01-01 up to 2026-07-01, from 2028-01-01"
        );
        assert!(tree.grid_on(Kind::Cell, "1", date("2026-06-30").unwrap()).is_err(), "kinds are not mixed");
        let holes: Vec<String> = tree.breaks().iter().map(ToString::to_string).collect();
        assert_eq!(holes, ["from 2027-01-01 up to 2028-01-01: no gov_grid of level 3 stands below c"]);
    }

    #[test]
    fn a_circle_ends() {
        let tree = GridTree::new(vec![
            grid(Layer::L3, "1", "2", "2024-01-01", None),
            grid(Layer::L3, "2", "1", "2024-01-01", None),
        ]);
        assert_eq!(tree.lineage(Kind::GovGrid, "1", None).len(), DEPTH_MAX);
    }
}
