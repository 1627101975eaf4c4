//! Where sides meet. Predicates are exact, on the coordinates as written.

use geo::line_intersection::{LineIntersection, line_intersection};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use crate::grid::{Position, limits};

/// One side, from its first position to its second.
pub(super) type Segment = [Position; 2];

/// How two sides meet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Meeting {
    /// They cross inside both.
    Cross(Position),
    /// They touch in one point, an end of at least one.
    Touch(Position),
    /// They run along each other; the point is where that begins.
    Along(Position),
}

impl Meeting {
    pub(super) fn at(self) -> Position {
        match self {
            Self::Cross(at) | Self::Touch(at) | Self::Along(at) => at,
        }
    }
}

pub(super) fn meet(a: Segment, b: Segment) -> Option<Meeting> {
    let line = |[from, to]: Segment| geo::Line::new(from, to);
    match line_intersection(line(a), line(b))? {
        LineIntersection::SinglePoint { intersection, is_proper } => {
            let at = [intersection.x, intersection.y];
            Some(if is_proper { Meeting::Cross(at) } else { Meeting::Touch(at) })
        }
        LineIntersection::Collinear { intersection } => {
            let (from, to) = (intersection.start, intersection.end);
            let at = [from.x, from.y];
            Some(if from == to { Meeting::Touch(at) } else { Meeting::Along(at) })
        }
    }
}

/// There are more pairs than anybody should have to look at.
pub(super) struct TooManyPairs;

/// Pairs of sides whose boxes touch, as indices with the first smaller, in order.
pub(super) fn near_pairs(segments: &[Segment]) -> Result<Vec<(usize, usize)>, TooManyPairs> {
    const FEW: usize = 40;
    if segments.len() <= FEW {
        let pairs = |i| (i + 1..segments.len()).map(move |j| (i, j));
        return Ok((0..segments.len())
            .flat_map(pairs)
            .filter(|(i, j)| near(segments[*i], segments[*j]))
            .collect());
    }
    let boxes =
        |(index, [a, b]): (usize, &Segment)| GeomWithData::new(Rectangle::from_corners(*a, *b), index);
    let tree = RTree::bulk_load(segments.iter().enumerate().map(boxes).collect());
    let mut pairs = Vec::new();
    for (i, [a, b]) in segments.iter().enumerate() {
        for found in tree.locate_in_envelope_intersecting(AABB::from_corners(*a, *b)) {
            if found.data > i {
                pairs.push((i, found.data));
            }
        }
        if pairs.len() > limits::SIDE_PAIRS_MAX {
            return Err(TooManyPairs);
        }
    }
    pairs.sort_unstable();
    Ok(pairs)
}

fn near(a: Segment, b: Segment) -> bool {
    let apart = |axis: usize| {
        a[0][axis].max(a[1][axis]) < b[0][axis].min(b[1][axis])
            || b[0][axis].max(b[1][axis]) < a[0][axis].min(a[1][axis])
    };
    !apart(0) && !apart(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_meet_in_three_ways() {
        let cases = [
            ([[0.0, 0.0], [2.0, 2.0]], [[0.0, 2.0], [2.0, 0.0]], Some(Meeting::Cross([1.0, 1.0]))),
            ([[0.0, 0.0], [2.0, 0.0]], [[1.0, 0.0], [1.0, 5.0]], Some(Meeting::Touch([1.0, 0.0]))),
            ([[0.0, 0.0], [1.0, 0.0]], [[1.0, 0.0], [2.0, 0.0]], Some(Meeting::Touch([1.0, 0.0]))),
            ([[0.0, 0.0], [2.0, 0.0]], [[1.0, 0.0], [3.0, 0.0]], Some(Meeting::Along([1.0, 0.0]))),
            ([[0.0, 0.0], [2.0, 0.0]], [[2.0, 0.0], [1.0, 0.0]], Some(Meeting::Along([2.0, 0.0]))),
            ([[0.0, 0.0], [1.0, 0.0]], [[0.0, 1.0], [1.0, 1.0]], None),
        ];
        for (a, b, expected) in cases {
            let found = meet(a, b);
            match (found, expected) {
                (Some(Meeting::Along(_)), Some(Meeting::Along(_))) => {}
                _ => assert_eq!(found, expected, "{a:?} {b:?}"),
            }
        }
    }
}
