//! A synthetic city: grids that nobody drew, for measuring. It covers the box of Zhengzhou with a bent lattice, so that borders are
//! shared, uneven and made of several sides, as drawn ones are. The codes of communities are real, their ground is not.

use chrono::NaiveDate;

use super::{Grid, Layer, Part, Polygon, Position, Ring, Validity};
use crate::codes::GovKind;
use crate::division::{Divisions, Level};
use crate::place::Wgs84;
use crate::seeded::Random;

const WEST: f64 = 112.7;
const EAST: f64 = 114.2;
const SOUTH: f64 = 34.25;
const NORTH: f64 = 34.95;
/// Sides that each border between two corners has.
const SIDES: usize = 4;

/// Third-level grids in a lattice of so many columns and rows, each halved into two micro-grids: the same for the same seed. 160 columns
/// and 150 rows are a city of 24,000 grids and 48,000 micro-grids.
#[must_use]
pub fn city(columns: usize, rows: usize, seed: u64) -> Vec<Grid> {
    let lattice = Lattice::new(columns, rows, seed);
    let communities = Divisions::zhengzhou().codes(Level::Community);
    let per_community = (columns * rows).div_ceil(communities.len().max(1));
    let from = NaiveDate::from_ymd_opt(2024, 1, 31).expect("a day of the calendar");
    let mut grids = Vec::with_capacity(columns * rows * 3);
    for number in 0..columns * rows {
        // From the north-west corner eastward, as one writes.
        let (column, row) = (number % columns, rows - 1 - number / columns);
        let community = &communities[number / per_community];
        let id = format!("{community}{:03}", number % per_community + 1);
        let mut add = |id: String, kind: GovKind, parent: String, outline: Vec<Position>| {
            grids.push(Grid {
                id,
                layer: if kind == GovKind::Micro { Layer::L4 } else { Layer::L3 },
                gov_kind: Some(kind),
                parent: Some(parent),
                name: None,
                validity: Validity { from, to: None },
                polygon: Polygon(vec![Part { outer: Ring(outline), holes: Vec::new() }]),
            });
        };
        let [south, east, north, west] = lattice.borders(column, row);
        let back = |border: &[Position]| border.iter().rev().copied().collect::<Vec<_>>();
        let middle = SIDES / 2;
        // Rings go round once, without the last position of each border, which begins the next.
        let round = |borders: &[&[Position]]| {
            borders.iter().flat_map(|b| b[..b.len() - 1].iter().copied()).collect::<Vec<_>>()
        };
        let (north_back, west_back) = (back(&north), back(&west));
        add(
            id.clone(),
            GovKind::Community,
            community.to_string(),
            round(&[&south, &east, &north_back, &west_back]),
        );
        let cut = [south[middle], north[middle]];
        let cut_back = [cut[1], cut[0]];
        let left = round(&[&south[..=middle], &cut, &north_back[middle..], &west_back]);
        let right = round(&[&south[middle..], &east, &north_back[..=middle], &cut_back]);
        add(format!("{id}01"), GovKind::Micro, id.clone(), left);
        add(format!("{id}02"), GovKind::Micro, id.clone(), right);
    }
    grids
}

/// So many positions anywhere in the synthetic city.
#[must_use]
pub fn positions(count: usize, seed: u64) -> Vec<Wgs84> {
    let mut random = Random::new(seed);
    let mut at = |low: f64, high: f64| low + (high - low) * (0.01 + 0.98 * random.unit());
    (0..count).filter_map(|_| Wgs84::new(at(WEST, EAST), at(SOUTH, NORTH)).ok()).collect()
}

/// Grids as the text of a pack.
#[must_use]
pub fn pack(grids: &[Grid]) -> String {
    let features = grids.iter().map(|grid| {
        let ring = |ring: &Ring| {
            let closed = ring.0.iter().chain(ring.0.first());
            serde_json::json!(closed.collect::<Vec<_>>())
        };
        let parts: Vec<Vec<_>> = grid.polygon.0.iter().map(|part| part.rings().map(ring).collect()).collect();
        serde_json::json!({
            "type": "Feature",
            "properties": {
                "grid_id": grid.id,
                "kind": grid.layer.kind.id(),
                "level": grid.layer.level,
                "grid_kind": grid.gov_kind.map(GovKind::id),
                "parent": grid.parent,
                "valid_from": grid.validity.from.to_string(),
                "valid_to": grid.validity.to.map(|day| day.to_string()),
            },
            "geometry": { "type": "MultiPolygon", "coordinates": parts },
        })
    });
    serde_json::json!({ "type": "FeatureCollection", "features": features.collect::<Vec<_>>() }).to_string()
}

/// Corners moved by up to a fifth of a step, and borders bent by up to a twentieth.
struct Lattice {
    columns: usize,
    corners: Vec<Position>,
    seed: u64,
    step: Position,
}

impl Lattice {
    fn new(columns: usize, rows: usize, seed: u64) -> Self {
        let count = |n: usize| f64::from(u32::try_from(n.max(1)).unwrap_or(u32::MAX));
        let step = [(EAST - WEST) / count(columns), (NORTH - SOUTH) / count(rows)];
        let mut random = Random::new(seed);
        let mut moved = |at: f64, step: f64| at + step * 0.4 * (random.unit() - 0.5);
        let mut corners = Vec::new();
        for row in 0..=rows {
            for column in 0..=columns {
                let (x, y) = (
                    f64::from(u32::try_from(column).unwrap_or(0)),
                    f64::from(u32::try_from(row).unwrap_or(0)),
                );
                corners.push([moved(WEST + step[0] * x, step[0]), moved(SOUTH + step[1] * y, step[1])]);
            }
        }
        Self { columns, corners, seed, step }
    }

    /// Southern, eastern, northern and western border of a cell: the first two and last two eastward and northward.
    fn borders(&self, column: usize, row: usize) -> [Vec<Position>; 4] {
        let corner = |column: usize, row: usize| row * (self.columns + 1) + column;
        let [sw, se] = [corner(column, row), corner(column + 1, row)];
        let [nw, ne] = [corner(column, row + 1), corner(column + 1, row + 1)];
        [(sw, se), (se, ne), (nw, ne), (sw, nw)].map(|(from, to)| self.border(from, to))
    }

    /// The border between two corners. Bends come from the corners' numbers, so that both neighbours see the same.
    fn border(&self, from: usize, to: usize) -> Vec<Position> {
        let mut random = Random::new(self.seed ^ ((from as u64) << 32 | to as u64));
        let (a, b) = (self.corners[from], self.corners[to]);
        let mut line = vec![a];
        for part in 1..SIDES {
            let share =
                f64::from(u32::try_from(part).unwrap_or(0)) / f64::from(u32::try_from(SIDES).unwrap_or(1));
            let mut bent = |axis: usize| {
                a[axis] + (b[axis] - a[axis]) * share + self.step[axis] * 0.1 * (random.unit() - 0.5)
            };
            line.push([bent(0), bent(1)]);
        }
        line.push(b);
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::{Found, GridIndex, Reach};

    #[test]
    fn every_position_has_its_grids() {
        let index = GridIndex::new(city(16, 15, 1), Reach::default());
        assert_eq!(index.grids().len(), 720);
        for position in positions(2_000, 2) {
            // Near the edge of the city a bent border may leave a position out.
            for layer in [Layer::L3, Layer::L4] {
                match index.at(position, layer, None) {
                    Found::In(grid) => assert_eq!(grid.layer, layer),
                    Found::Border(grids) => assert!(grids.len() >= 2),
                    Found::Nowhere { .. } => {
                        let edge = [position.lng() - WEST, EAST - position.lng()];
                        let other_edge = [position.lat() - SOUTH, NORTH - position.lat()];
                        assert!(edge.iter().chain(&other_edge).any(|d| *d < 0.03), "{position}");
                    }
                }
            }
        }
    }

    /// The tree of boxes leaves out nothing that looking at every grid would find.
    #[test]
    fn the_index_finds_what_looking_at_every_grid_finds() {
        let reach = Reach { border_m: 30.0, nearest_m: 0.0 };
        let index = GridIndex::new(city(16, 15, 3), reach);
        for position in positions(500, 4) {
            let plane = crate::grid::Plane::here(position);
            let mut all: Vec<&str> = index
                .grids()
                .iter()
                .filter(|grid| grid.layer == Layer::L4)
                .filter(|grid| {
                    let (inside, border_m) = crate::grid::shape::lie(&grid.polygon, &plane);
                    inside || border_m <= reach.border_m
                })
                .map(|grid| grid.id.as_str())
                .collect();
            all.sort_unstable();
            let found: Vec<&str> = match index.at(position, Layer::L4, None) {
                Found::In(grid) => vec![&grid.id],
                Found::Border(grids) => grids.iter().map(|grid| grid.id.as_str()).collect(),
                Found::Nowhere { .. } => vec![],
            };
            assert_eq!(found, all, "{position}");
        }
    }
}
