//! Overlaps: two grids of one kind and level on the same ground on the same day.

use std::collections::BTreeMap;

use geo::{Area, BooleanOps, Coord, InteriorPoint, LineString, MultiPolygon};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use super::crossing::{Segment, near_pairs};
use crate::grid::finding::{Fault, Findings};
use crate::grid::pack::Draft;
use crate::grid::shape::{Bounds, Plane, Polygon, Ring};
use crate::grid::{Layer, Position, Validity, limits};

struct Ground<'d> {
    draft: &'d Draft,
    polygon: &'d Polygon,
    validity: Validity,
    bounds: Bounds,
    sides: usize,
}

/// Reports every overlap above a tolerance, m², with the area and a point inside it.
pub(super) fn judge(drafts: &[Draft], tolerance_m2: f64, findings: &mut Findings) {
    let mut layers: BTreeMap<Layer, Vec<Ground<'_>>> = BTreeMap::new();
    for draft in drafts {
        if let (Some(layer), Some(polygon), Some(validity)) = (draft.layer, &draft.polygon, draft.validity)
            && let Some(bounds) = polygon.bounds()
        {
            let sides = polygon.rings().map(|ring| ring.0.len()).sum();
            layers.entry(layer).or_default().push(Ground { draft, polygon, validity, bounds, sides });
        }
    }
    let allowed = |(base, per_grid): (usize, usize)| base + per_grid * drafts.len();
    let mut left = Left {
        grid_pairs: allowed(limits::GRID_PAIRS_MAX),
        version_pairs: allowed(limits::VERSION_PAIRS_MAX),
        side_pairs: limits::FILE_SIDE_PAIRS_MAX,
    };
    for grounds in layers.values() {
        let boxes = |(index, ground): (usize, &Ground<'_>)| {
            GeomWithData::new(Rectangle::from_corners(ground.bounds.low, ground.bounds.high), index)
        };
        let tree = RTree::bulk_load(grounds.iter().enumerate().map(boxes).collect());
        for (index, ground) in grounds.iter().enumerate() {
            let envelope = AABB::from_corners(ground.bounds.low, ground.bounds.high);
            let mut others: Vec<usize> = tree
                .locate_in_envelope_intersecting(envelope)
                .map(|found| found.data)
                .take(left.version_pairs)
                .inspect(|_| left.version_pairs -= 1)
                .filter(|other| *other < index && may_overlap(ground, &grounds[*other], tolerance_m2))
                .collect();
            others.sort_unstable();
            for other in others {
                left.grid_pairs = left.grid_pairs.saturating_sub(1);
                let judged = judge_pair(&grounds[other], ground, tolerance_m2, &mut left.side_pairs);
                findings_of(&grounds[other], ground, judged, findings);
                if findings.full() {
                    return;
                }
                if let Some(fault) = left.spent(drafts.len()) {
                    return findings.file(fault);
                }
            }
            if let Some(fault) = left.spent(drafts.len()) {
                return findings.file(fault);
            }
        }
    }
}

/// Versions of one grid may lie on each other: whether they may do so at one time is another question.
fn may_overlap(a: &Ground<'_>, b: &Ground<'_>, tolerance_m2: f64) -> bool {
    (a.draft.id.is_none() || a.draft.id != b.draft.id)
        && a.validity.meets(b.validity)
        && shared_box(a, b).is_some_and(|(size, _)| size[0] * size[1] > tolerance_m2)
}

/// Metres of the box that two grounds share, and the plane in its middle.
fn shared_box(a: &Ground<'_>, b: &Ground<'_>) -> Option<([f64; 2], Plane)> {
    let axis = |i: usize| (a.bounds.low[i].max(b.bounds.low[i]), a.bounds.high[i].min(b.bounds.high[i]));
    let ((west, east), (south, north)) = (axis(0), axis(1));
    if west > east || south > north {
        return None;
    }
    let plane = Plane::at(Bounds { low: [west, south], high: [east, north] }.middle());
    let ([x0, y0], [x1, y1]) = (plane.metres([west, south]), plane.metres([east, north]));
    Some(([x1 - x0, y1 - y0], plane))
}

/// The overlap of two grounds above the tolerance, with a point inside it.
fn judge_pair(
    earlier: &Ground<'_>,
    later: &Ground<'_>,
    tolerance_m2: f64,
    side_pairs_left: &mut usize,
) -> Option<(Option<Position>, Fault)> {
    /// Fewer pairs than this are faster compared than counted.
    const FEW: usize = 2_500;
    let (_, plane) = shared_box(earlier, later)?;
    if earlier.sides.saturating_mul(later.sides) > FEW {
        let (ours, theirs) = (sides_in(earlier, later), sides_in(later, earlier));
        let sides: Vec<Segment> = ours.iter().chain(&theirs).copied().collect();
        let Ok(pairs) = near_pairs(&sides) else {
            *side_pairs_left = side_pairs_left.saturating_sub(limits::SIDE_PAIRS_MAX);
            let what = "pairs of sides near each other";
            return Some((None, Fault::TooMuch { what, limit: limits::SIDE_PAIRS_MAX }));
        };
        let between = pairs.iter().filter(|(i, j)| *i < ours.len() && *j >= ours.len()).count();
        *side_pairs_left = side_pairs_left.saturating_sub(sides.len() + between);
    }
    let shared = flat(earlier.polygon, &plane).intersection(&flat(later.polygon, &plane));
    let area_m2 = shared.unsigned_area();
    if area_m2.is_nan() || area_m2 <= tolerance_m2 {
        return None;
    }
    let largest = shared.0.iter().max_by(|a, b| a.unsigned_area().total_cmp(&b.unsigned_area()));
    let at = largest.and_then(InteriorPoint::interior_point).map(|p| plane.position([p.x(), p.y()]));
    Some((at, Fault::Overlap { area_m2, other: earlier.draft.feature }))
}

/// The sides of a ground that reach into the box of another.
fn sides_in(ground: &Ground<'_>, other: &Ground<'_>) -> Vec<Segment> {
    let Bounds { low, high } = other.bounds;
    let reaches = |[a, b]: &Segment| (0..2).all(|i| a[i].min(b[i]) <= high[i] && a[i].max(b[i]) >= low[i]);
    ground.polygon.segments().filter(reaches).collect()
}

fn findings_of(
    earlier: &Ground<'_>,
    later: &Ground<'_>,
    judged: Option<(Option<Position>, Fault)>,
    findings: &mut Findings,
) {
    if let Some((at, fault)) = judged {
        let mut finding = later.draft.finding(at, fault);
        finding.ids = [earlier, later].into_iter().filter_map(|ground| ground.draft.id.clone()).collect();
        findings.add(finding);
    }
}

/// What a file may still ask for.
struct Left {
    grid_pairs: usize,
    version_pairs: usize,
    side_pairs: usize,
}

impl Left {
    fn spent(&self, grids: usize) -> Option<Fault> {
        let of = |(base, per_grid): (usize, usize)| base + per_grid * grids;
        let (what, limit) = match (self.grid_pairs, self.version_pairs, self.side_pairs) {
            (0, _, _) => ("pairs of overlapping boxes", of(limits::GRID_PAIRS_MAX)),
            (_, 0, _) => ("pairs of overlapping boxes of any time", of(limits::VERSION_PAIRS_MAX)),
            (_, _, 0) => ("pairs of sides near each other in the file", limits::FILE_SIDE_PAIRS_MAX),
            _ => return None,
        };
        Some(Fault::TooMuch { what, limit })
    }
}

fn flat(polygon: &Polygon, plane: &Plane) -> MultiPolygon<f64> {
    let line = |ring: &Ring| -> LineString<f64> {
        ring.0.iter().chain(ring.0.first()).map(|p| plane.metres(*p)).map(|[x, y]| Coord { x, y }).collect()
    };
    let part = |part: &crate::grid::Part| {
        geo::Polygon::new(line(&part.outer), part.holes.iter().map(line).collect())
    };
    MultiPolygon::new(polygon.0.iter().map(part).collect())
}
