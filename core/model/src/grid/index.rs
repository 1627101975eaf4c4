//! Which grid holds a position: an R*-tree of boxes for each kind and level, then the exact question to the few that remain.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use super::shape::{Plane, lie};
use super::{Grid, Layer};
use crate::place::Wgs84;

/// How near is near, metres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reach {
    /// A border this near counts as touched: grids are drawn and phones are located no better than that.
    pub border_m: f64,
    /// How far the nearest grid may be to be named where no grid holds a position; 0 names none.
    pub nearest_m: f64,
}

impl Default for Reach {
    /// One metre; no nearest.
    fn default() -> Self {
        Self { border_m: 1.0, nearest_m: 0.0 }
    }
}

/// Where a position lies.
#[derive(Debug, Clone, PartialEq)]
pub enum Found<'g> {
    /// In one grid (or off its outer border by no more than the reach), and near no other.
    In(&'g Grid),
    /// Near the border of two or more, or in several that overlap: all of them, by id. A person has to choose.
    Border(Vec<&'g Grid>),
    /// In none.
    Nowhere {
        /// The nearest within the reach, and how far its border is, metres.
        nearest: Option<(&'g Grid, f64)>,
    },
}

type Boxes = RTree<GeomWithData<Rectangle<[f64; 2]>, usize>>;

/// Grids, ready to be asked.
#[derive(Debug, Clone)]
pub struct GridIndex {
    grids: Vec<Grid>,
    layers: BTreeMap<Layer, Boxes>,
    reach: Reach,
}

impl GridIndex {
    /// Builds the index. Grids without a position are never found.
    #[must_use]
    pub fn new(grids: Vec<Grid>, reach: Reach) -> Self {
        let mut layers: BTreeMap<Layer, Vec<_>> = BTreeMap::new();
        for (index, grid) in grids.iter().enumerate() {
            let bounds = grid.polygon.bounds();
            if let Some(bounds) =
                bounds.filter(|b| [b.low, b.high].as_flattened().iter().all(|c| c.is_finite()))
            {
                let entry = GeomWithData::new(Rectangle::from_corners(bounds.low, bounds.high), index);
                layers.entry(grid.layer).or_default().push(entry);
            }
        }
        let layers = layers.into_iter().map(|(layer, boxes)| (layer, RTree::bulk_load(boxes))).collect();
        Self { grids, layers, reach }
    }

    /// The grids, as given.
    #[must_use]
    pub fn grids(&self) -> &[Grid] {
        &self.grids
    }

    /// Where a position lies among the grids of a layer that are valid on a day; without a day, among those whose end is not known.
    #[must_use]
    pub fn at(&self, position: Wgs84, layer: Layer, on: Option<NaiveDate>) -> Found<'_> {
        let Some(boxes) = self.layers.get(&layer) else { return Found::Nowhere { nearest: None } };
        let plane = Plane::here(position);
        let [lng, lat] = plane.degrees(self.reach.border_m.max(self.reach.nearest_m));
        let (x, y) = (position.lng(), position.lat());
        let around = AABB::from_corners([x - lng, y - lat], [x + lng, y + lat]);
        let mut held: Vec<&Grid> = Vec::new();
        let mut nearest: Option<(&Grid, f64)> = None;
        for grid in boxes.locate_in_envelope_intersecting(around).map(|found| &self.grids[found.data]) {
            if !grid.validity.holds(on) {
                continue;
            }
            let (inside, border_m) = lie(&grid.polygon, &plane);
            if inside || border_m <= self.reach.border_m {
                held.push(grid);
            } else if border_m <= self.reach.nearest_m
                && nearest.is_none_or(|(other, metres)| (border_m, &grid.id) < (metres, &other.id))
            {
                nearest = Some((grid, border_m));
            }
        }
        held.sort_by(|a, b| a.id.cmp(&b.id));
        match held[..] {
            [] => Found::Nowhere { nearest },
            [grid] => Found::In(grid),
            _ => Found::Border(held),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::{Part, Polygon, Ring, Validity, date};

    fn square(id: &str, west: f64, from: &str, to: Option<&str>) -> Grid {
        let (east, south, north) = (west + 0.001, 34.7, 34.701);
        let outer = Ring(vec![[west, south], [east, south], [east, north], [west, north]]);
        Grid {
            id: id.into(),
            layer: Layer::L3,
            gov_kind: None,
            parent: None,
            name: None,
            validity: Validity { from: date(from).unwrap(), to: to.map(|to| date(to).unwrap()) },
            polygon: Polygon(vec![Part { outer, holes: vec![] }]),
        }
    }

    fn index() -> GridIndex {
        let grids = vec![
            square("b", 113.601, "2024-01-01", None),
            square("a", 113.6, "2024-01-01", None),
            square("old", 113.6, "2020-01-01", Some("2024-01-01")),
        ];
        GridIndex::new(grids, Reach { border_m: 1.0, nearest_m: 100.0 })
    }

    fn ids(index: &GridIndex, lng: f64, on: Option<&str>) -> Vec<String> {
        let at = Wgs84::new(lng, 34.7005).unwrap();
        match index.at(at, Layer::L3, on.map(|on| date(on).unwrap())) {
            Found::In(grid) => vec![grid.id.clone()],
            Found::Border(grids) => grids.iter().map(|grid| grid.id.clone()).collect(),
            Found::Nowhere { nearest } => {
                nearest.map(|(grid, metres)| format!("{} at {metres:.0} m", grid.id)).into_iter().collect()
            }
        }
    }

    #[test]
    fn a_position_lies_in_one_grid_or_on_a_border_or_nowhere() {
        let index = index();
        assert_eq!(ids(&index, 113.6005, None), ["a"]);
        assert_eq!(ids(&index, 113.6015, None), ["b"]);
        assert_eq!(ids(&index, 113.601, None), ["a", "b"]);
        // 0.9 m and 1.8 m from the common border.
        assert_eq!(ids(&index, 113.600_99, None), ["a", "b"]);
        assert_eq!(ids(&index, 113.600_98, None), ["a"]);
        // Off the outer border.
        assert_eq!(ids(&index, 113.599_995, None), ["a"]);
        assert_eq!(ids(&index, 113.5995, None), ["a at 46 m"]);
        assert_eq!(ids(&index, 113.59, None), Vec::<String>::new());
        let elsewhere = index.at(Wgs84::new(113.6005, 34.7005).unwrap(), Layer::L4, None);
        assert_eq!(elsewhere, Found::Nowhere { nearest: None });
    }

    #[test]
    fn the_grid_of_the_day_answers() {
        let index = index();
        assert_eq!(ids(&index, 113.6005, Some("2023-12-31")), ["old"]);
        assert_eq!(ids(&index, 113.6005, Some("2024-01-01")), ["a"]);
        assert_eq!(ids(&index, 113.6015, Some("2023-12-31")), ["old at 46 m"]);
        assert_eq!(ids(&index, 113.6005, Some("2019-12-31")), Vec::<String>::new());
    }

    #[test]
    fn hostile_ground_is_not_found_and_does_not_panic() {
        let mut grids =
            vec![square("nan", 113.6, "2024-01-01", None), square("none", 113.6, "2024-01-01", None)];
        grids[0].polygon.0[0].outer.0[0] = [f64::NAN, f64::INFINITY];
        grids[1].polygon.0.clear();
        let index = GridIndex::new(grids, Reach { border_m: f64::NAN, nearest_m: f64::INFINITY });
        let _ = index.at(Wgs84::new(113.6005, 34.7005).unwrap(), Layer::L3, None);
        let _ = index.at(Wgs84::new(180.0, 90.0).unwrap(), Layer::L3, None);
    }
}
