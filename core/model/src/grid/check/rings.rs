//! The rings of one grid: which way they turn, whether they bound anything, whether they meet each other or themselves.

use std::collections::BTreeSet;

use super::crossing::{Meeting, Segment, TooManyPairs, meet, near_pairs};
use crate::grid::finding::{Fault, Findings, Side};
use crate::grid::limits;
use crate::grid::pack::Draft;
use crate::grid::shape::{Part, Plane, Polygon, Position, Ring, lie};

/// A ring below this bounds nothing, m².
const AREA_MIN_M2: f64 = 1e-3;
/// What lies nearer to a border lies on it, metres.
const ON_BORDER_M: f64 = 1e-3;

pub(super) fn judge(draft: &Draft, findings: &mut Findings) {
    let Some(polygon) = &draft.polygon else { return };
    let Ok(crossed) = crossings(draft, polygon, findings) else { return };
    let rings = polygon.0.iter().enumerate().flat_map(|(part, rings)| {
        rings.rings().enumerate().map(move |(ring, positions)| (part, ring, positions))
    });
    for (number, (part, ring, positions)) in rings.enumerate() {
        // A ring that crosses itself has no one way to turn, and its loops may cancel out.
        if crossed.contains(&number) {
            continue;
        }
        let path = || draft.ring_path(part, ring);
        let area = positions.signed_area_m2();
        let at = positions.0.first().copied();
        if area.abs() < AREA_MIN_M2 {
            findings.add(draft.finding(at, Fault::ZeroArea { path: path() }));
        } else if (area > 0.0) != (ring == 0) {
            let expected = if ring == 0 { "an outline anticlockwise" } else { "a hole clockwise" };
            findings.add(draft.finding(at, Fault::Winding { path: path(), expected }));
        }
    }
    misplaced(draft, polygon, findings);
}

/// Reports every place where sides meet that should not, and returns which rings (counted through the grid) cross themselves.
fn crossings(
    draft: &Draft,
    polygon: &Polygon,
    findings: &mut Findings,
) -> Result<BTreeSet<usize>, TooManyPairs> {
    let mut sides: Vec<Segment> = Vec::new();
    let mut whose: Vec<(usize, usize, usize)> = Vec::new();
    for (number, ring) in polygon.rings().enumerate() {
        whose.extend((0..ring.0.len()).map(|index| (number, index, ring.0.len())));
        sides.extend(ring.segments());
    }
    let mut crossed = BTreeSet::new();
    let pairs = near_pairs(&sides).inspect_err(|_| {
        let fault = Fault::TooMuch { what: "pairs of sides near each other", limit: limits::SIDE_PAIRS_MAX };
        findings.add(draft.finding(None, fault));
    })?;
    let mut places = BTreeSet::new();
    for (i, j) in pairs {
        let ((ring, a, count), (other, b, _)) = (whose[i], whose[j]);
        let follow = ring == other && (b - a == 1 || (a == 0 && b + 1 == count));
        let Some(meeting) = meet(sides[i], sides[j]) else { continue };
        let allowed = match meeting {
            Meeting::Touch(_) => follow || ring != other,
            Meeting::Cross(_) | Meeting::Along(_) => false,
        };
        if allowed {
            continue;
        }
        if ring == other {
            crossed.insert(ring);
        }
        // Where corners meet, up to four pairs of sides say the same.
        let at = meeting.at();
        if places.insert(at.map(f64::to_bits)) && places.len() <= limits::GRID_FINDINGS_MAX {
            let crosses = matches!(meeting, Meeting::Cross(_));
            let fault = Fault::SelfIntersection { side: Side(sides[i]), other: Side(sides[j]), crosses };
            findings.add(draft.finding(Some(at), fault));
        }
    }
    Ok(crossed)
}

/// Reports holes outside their outline, holes in holes and parts in parts. Where sides cross that is reported already; here one position
/// off the border is enough to say where a ring lies.
fn misplaced(draft: &Draft, polygon: &Polygon, findings: &mut Findings) {
    let alone = |ring: &Ring| Polygon(vec![Part { outer: ring.clone(), holes: Vec::new() }]);
    let whole = |part: &Part| Polygon(vec![part.clone()]);
    let mut placer = Placer { distances_left: limits::DISTANCES_MAX };
    let mut found = Vec::new();
    for (index, part) in polygon.0.iter().enumerate() {
        let outline = alone(&part.outer);
        for (number, hole) in part.holes.iter().enumerate() {
            let path = || draft.ring_path(index, number + 1);
            if let Some(at) = placer.first_off(hole, &outline, false) {
                found.push((at, path(), "a hole lies inside its outline"));
            }
            for earlier in part.holes[..number].iter().filter(|earlier| boxes_meet(earlier, hole)) {
                if let Some(at) = placer.inside_either((hole, &alone(hole)), (earlier, &alone(earlier))) {
                    found.push((at, path(), "a hole lies outside other holes"));
                }
            }
        }
        for earlier in polygon.0[..index].iter().filter(|earlier| boxes_meet(&earlier.outer, &part.outer)) {
            if let Some(at) =
                placer.inside_either((&part.outer, &whole(part)), (&earlier.outer, &whole(earlier)))
            {
                found.push((at, draft.ring_path(index, 0), "a part lies outside other parts"));
            }
        }
        if placer.distances_left == 0 {
            let fault = Fault::TooMuch { what: "distances between rings", limit: limits::DISTANCES_MAX };
            return findings.add(draft.finding(None, fault));
        }
    }
    for (at, path, expected) in found.into_iter().take(limits::GRID_FINDINGS_MAX) {
        findings.add(draft.finding(Some(at), Fault::MisplacedRing { path, expected }));
    }
}

/// Places rings in one another, and counts what that costs.
struct Placer {
    distances_left: usize,
}

impl Placer {
    /// The first position of a ring that lies inside (or outside) a polygon and not on its border.
    fn first_off(&mut self, ring: &Ring, polygon: &Polygon, inside: bool) -> Option<Position> {
        let sides = polygon.rings().map(|ring| ring.0.len()).sum::<usize>();
        ring.0.iter().copied().find(|position| {
            self.distances_left = self.distances_left.saturating_sub(sides);
            if self.distances_left == 0 {
                return false;
            }
            let (holds, border_m) = lie(polygon, &Plane::at(*position));
            holds == inside && border_m > ON_BORDER_M
        })
    }

    /// A position of either outline that lies inside the other.
    fn inside_either(&mut self, a: (&Ring, &Polygon), b: (&Ring, &Polygon)) -> Option<Position> {
        self.first_off(a.0, b.1, true).or_else(|| self.first_off(b.0, a.1, true))
    }
}

fn boxes_meet(a: &Ring, b: &Ring) -> bool {
    a.bounds()
        .zip(b.bounds())
        .is_some_and(|(a, b)| (0..2).all(|axis| a.low[axis] <= b.high[axis] && b.low[axis] <= a.high[axis]))
}
