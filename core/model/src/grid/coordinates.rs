//! The geometry of a feature: rings of positions in the world, closed, longitude first.

use serde_json::Value;

use super::finding::{Fault, Findings};
use super::limits;
use super::pack::Draft;
use super::properties::describe;
use super::shape::{Part, Plane, Polygon, Position, Ring};

/// Positions that the file may still have.
#[derive(Debug)]
pub(crate) struct Budget {
    positions: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { positions: limits::POSITIONS_MAX }
    }
}

impl Budget {
    pub(crate) fn is_spent(&self) -> bool {
        self.positions == 0
    }

    fn take(&mut self, positions: usize) {
        self.positions = self.positions.saturating_sub(positions);
    }
}

/// Takes the ground over into the draft, and reports what is wrong with its positions and rings. A ring that cannot be judged further
/// is left out.
pub(crate) fn ground(draft: &mut Draft, geometry: &Value, budget: &mut Budget, findings: &mut Findings) {
    let kind = geometry.get("type").and_then(Value::as_str);
    draft.several = kind == Some("MultiPolygon");
    if !draft.several && kind != Some("Polygon") {
        let found = geometry.get("type").map_or_else(|| describe(geometry), describe);
        findings.add(draft.finding(None, Fault::GeometryType { found }));
        return;
    }
    let mut reader = Reader::default();
    let coordinates = geometry.get("coordinates").unwrap_or(&Value::Null);
    let parts = if draft.several {
        let parts = reader.array(coordinates, "", "an array of polygons");
        let read = |(index, part): (usize, &Value)| reader.part(part, &format!("[{index}]"));
        parts.iter().enumerate().filter_map(read).collect()
    } else {
        reader.part(coordinates, "").into_iter().collect::<Vec<_>>()
    };
    budget.take(reader.positions);
    let whole = reader.is_whole();
    if let (swapped @ 1.., at) = reader.swapped {
        findings.add(draft.finding(at, Fault::Swapped { positions: swapped }));
    }
    for (at, fault) in reader.faults {
        findings.add(draft.finding(at, fault));
    }
    // With positions that are none, sides and areas would only repeat the mistake in other words.
    draft.polygon = (whole && !parts.is_empty()).then_some(Polygon(parts));
}

#[derive(Default)]
struct Reader {
    faults: Vec<(Option<Position>, Fault)>,
    swapped: (usize, Option<Position>),
    positions: usize,
    rings: usize,
    /// Whether a position could not be read, or lies where none is.
    broken: bool,
}

impl Reader {
    fn is_whole(&self) -> bool {
        !self.broken && self.swapped.0 == 0
    }

    fn fault(&mut self, at: Option<Position>, fault: Fault) {
        if self.faults.len() < limits::GRID_FINDINGS_MAX {
            self.faults.push((at, fault));
        }
    }

    fn broken(&mut self, at: Option<Position>, fault: Fault) {
        self.broken = true;
        self.fault(at, fault);
    }

    /// The entries of an array that must not be empty.
    fn array<'v>(&mut self, value: &'v Value, path: &str, expected: &'static str) -> &'v [Value] {
        match value.as_array() {
            Some(entries) if !entries.is_empty() => entries,
            _ => {
                self.broken(None, Fault::BadCoordinates { path: path.to_owned(), expected });
                &[]
            }
        }
    }

    fn part(&mut self, value: &Value, path: &str) -> Option<Part> {
        let mut rings = Vec::new();
        for (index, ring) in self.array(value, path, "an array of rings").iter().enumerate() {
            self.rings += 1;
            if self.rings > limits::GRID_RINGS_MAX || self.positions > limits::GRID_POSITIONS_MAX {
                let (what, limit) = if self.rings > limits::GRID_RINGS_MAX {
                    ("rings in one grid", limits::GRID_RINGS_MAX)
                } else {
                    ("positions in one grid", limits::GRID_POSITIONS_MAX)
                };
                if !self.broken {
                    self.broken(None, Fault::TooMuch { what, limit });
                }
                return None;
            }
            rings.push(self.ring(ring, &format!("{path}[{index}]")));
        }
        // A hole in an outline that is none has nothing to be judged by.
        let mut rings = rings.into_iter();
        let outer = rings.next()??;
        Some(Part { outer, holes: rings.flatten().collect() })
    }

    fn ring(&mut self, value: &Value, path: &str) -> Option<Ring> {
        let entries = self.array(value, path, "an array of positions");
        self.positions += entries.len();
        if self.positions > limits::GRID_POSITIONS_MAX {
            let limit = limits::GRID_POSITIONS_MAX;
            self.broken(None, Fault::TooMuch { what: "positions in one grid", limit });
            return None;
        }
        let positions: Vec<Position> = entries
            .iter()
            .enumerate()
            .filter_map(|(index, entry)| self.position(entry, path, index))
            .collect();
        if positions.len() < entries.len() || entries.is_empty() {
            return None;
        }
        self.close(positions, path)
    }

    fn position(&mut self, value: &Value, path: &str, index: usize) -> Option<Position> {
        let here = || format!("{path}[{index}]");
        let numbers = match value.as_array().map(Vec::as_slice) {
            Some([lng, lat, rest @ ..]) if rest.iter().all(Value::is_number) => {
                lng.as_f64().zip(lat.as_f64())
            }
            _ => None,
        };
        let Some((lng, lat)) = numbers else {
            let expected = "a position of two numbers, longitude and latitude,";
            self.broken(None, Fault::BadCoordinates { path: here(), expected });
            return None;
        };
        let position = [lng, lat];
        if looks_swapped(lng, lat) {
            self.swapped = (self.swapped.0 + 1, self.swapped.1.or(Some(position)));
        } else if !(lng.abs() <= 180.0 && lat.abs() <= 90.0) {
            self.broken(Some(position), Fault::OutsideWorld { path: here() });
        }
        Some(position)
    }

    /// A ring of positions without the repeated one, if it has sides enough.
    fn close(&mut self, mut positions: Vec<Position>, path: &str) -> Option<Ring> {
        let path = || path.to_owned();
        let count = positions.len();
        let (first, last) = (*positions.first()?, *positions.last()?);
        if same(first, last) && count > 1 {
            positions.pop();
        } else {
            let [x, y] = Plane::at(first).metres(last);
            self.fault(Some(last), Fault::RingNotClosed { path: path(), gap_m: x.hypot(y) });
        }
        if count < 4 {
            self.fault(Some(first), Fault::RingTooShort { path: path(), positions: count });
            return None;
        }
        let before = positions.len();
        let repeated = positions.windows(2).find(|pair| same(pair[0], pair[1])).map(|pair| pair[0]);
        positions.dedup_by(|a, b| same(*a, *b));
        while positions.len() > 1
            && positions.first().zip(positions.last()).is_some_and(|(a, b)| same(*a, *b))
        {
            positions.pop();
        }
        if positions.len() < 3 {
            self.fault(Some(first), Fault::ZeroArea { path: path() });
            return None;
        }
        if positions.len() < before {
            self.fault(repeated.or(Some(first)), Fault::RepeatedPosition { path: path() });
        }
        let ring = Ring(positions);
        let around = ring.segments().find(|[a, b]| (a[0] - b[0]).abs() > 180.0);
        if let Some([a, _]) = around {
            self.broken(Some(a), Fault::Antimeridian);
        }
        Some(ring)
    }
}

#[expect(clippy::float_cmp, reason = "RFC 7946: first and last position must be identical")]
fn same(a: Position, b: Position) -> bool {
    a == b
}

/// In China the other way round, and not as it stands.
fn looks_swapped(lng: f64, lat: f64) -> bool {
    let china = |lng: f64, lat: f64| (73.0..=136.0).contains(&lng) && (3.0..=54.0).contains(&lat);
    china(lat, lng) && !china(lng, lat)
}
