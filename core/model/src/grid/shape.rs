//! The ground a grid covers, and distances on it.

use crate::place::Wgs84;

/// Longitude and latitude in degrees, WGS-84. What a file says, so not yet known to be a place in the world.
pub type Position = [f64; 2];

/// A closed line, without its last position (which repeats the first).
#[derive(Debug, Clone, PartialEq)]
pub struct Ring(pub Vec<Position>);

impl Ring {
    /// Its box, `None` where there is no position.
    #[must_use]
    pub fn bounds(&self) -> Option<Bounds> {
        Bounds::around(self.0.iter().copied())
    }

    /// The sides, the closing one last.
    pub fn segments(&self) -> impl Iterator<Item = [Position; 2]> + '_ {
        let ends = self.0.iter().skip(1).chain(self.0.first());
        self.0.iter().zip(ends).map(|(a, b)| [*a, *b])
    }

    /// Area in m²: positive where the ring turns anticlockwise. Exact to a thousandth for rings of some 50 km.
    #[must_use]
    pub fn signed_area_m2(&self) -> f64 {
        let Some(bounds) = self.bounds() else { return 0.0 };
        let plane = Plane::at(bounds.middle());
        let cross = |[a, b]: [Position; 2]| {
            let (a, b) = (plane.metres(a), plane.metres(b));
            a[0] * b[1] - b[0] * a[1]
        };
        self.segments().map(cross).sum::<f64>() / 2.0
    }
}

/// One piece of ground: its outline and the holes in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The outline.
    pub outer: Ring,
    /// What is cut out.
    pub holes: Vec<Ring>,
}

impl Part {
    /// Outline, then holes.
    pub fn rings(&self) -> impl Iterator<Item = &Ring> {
        std::iter::once(&self.outer).chain(&self.holes)
    }
}

/// The ground of a grid, in one piece or several.
#[derive(Debug, Clone, PartialEq)]
pub struct Polygon(pub Vec<Part>);

impl Polygon {
    /// Every ring.
    pub fn rings(&self) -> impl Iterator<Item = &Ring> {
        self.0.iter().flat_map(Part::rings)
    }

    /// Every side of every ring.
    pub fn segments(&self) -> impl Iterator<Item = [Position; 2]> + '_ {
        self.rings().flat_map(Ring::segments)
    }

    /// Its box, `None` where there is no position.
    #[must_use]
    pub fn bounds(&self) -> Option<Bounds> {
        Bounds::around(self.rings().flat_map(|ring| ring.0.iter().copied()))
    }

    /// The middle of its outlines, weighted by area: where its number would be written.
    #[must_use]
    pub fn middle(&self) -> Option<Position> {
        let origin = self.bounds()?.low;
        let (mut sum, mut x, mut y) = (0.0, 0.0, 0.0);
        for [a, b] in self.0.iter().flat_map(|part| part.outer.segments()) {
            let (a, b) = ([a[0] - origin[0], a[1] - origin[1]], [b[0] - origin[0], b[1] - origin[1]]);
            let cross = a[0] * b[1] - b[0] * a[1];
            sum += cross;
            x += (a[0] + b[0]) * cross;
            y += (a[1] + b[1]) * cross;
        }
        let middle = [origin[0] + x / (3.0 * sum), origin[1] + y / (3.0 * sum)];
        Some(if middle.iter().all(|c| c.is_finite()) { middle } else { origin })
    }
}

/// A box between two corners, degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// South-west.
    pub low: Position,
    /// North-east.
    pub high: Position,
}

impl Bounds {
    pub(crate) fn around(mut positions: impl Iterator<Item = Position>) -> Option<Self> {
        let first = positions.next()?;
        Some(positions.fold(Self { low: first, high: first }, |Self { low, high }, p| Self {
            low: [low[0].min(p[0]), low[1].min(p[1])],
            high: [high[0].max(p[0]), high[1].max(p[1])],
        }))
    }

    pub(crate) fn middle(self) -> Position {
        [f64::midpoint(self.low[0], self.high[0]), f64::midpoint(self.low[1], self.high[1])]
    }
}

/// Metres east and north of a point, on the plane that touches the WGS-84 ellipsoid there. Within 5 km it is true to a metre, and near
/// the point to a millimetre.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plane {
    origin: Position,
    east_m: f64,
    north_m: f64,
}

impl Plane {
    pub(crate) fn at(origin: Position) -> Self {
        const AXIS_M: f64 = 6_378_137.0;
        const ECCENTRICITY_SQUARED: f64 = 0.006_694_379_990_14;
        let (sin, cos) = origin[1].to_radians().sin_cos();
        let magic = 1.0 - ECCENTRICITY_SQUARED * sin * sin;
        let normal = AXIS_M / magic.sqrt();
        let meridian = normal * (1.0 - ECCENTRICITY_SQUARED) / magic;
        // At a pole a degree of longitude has no length; a thousandth keeps every division defined.
        Self { origin, east_m: (normal * cos).to_radians().max(1e-3), north_m: meridian.to_radians() }
    }

    pub(crate) fn here(position: Wgs84) -> Self {
        Self::at([position.lng(), position.lat()])
    }

    pub(crate) fn metres(&self, p: Position) -> [f64; 2] {
        [(p[0] - self.origin[0]) * self.east_m, (p[1] - self.origin[1]) * self.north_m]
    }

    #[cfg(feature = "packs")]
    pub(crate) fn position(&self, m: [f64; 2]) -> Position {
        [self.origin[0] + m[0] / self.east_m, self.origin[1] + m[1] / self.north_m]
    }

    /// Degrees of longitude and latitude that so many metres span here.
    pub(crate) fn degrees(&self, metres: f64) -> Position {
        [metres / self.east_m, metres / self.north_m]
    }
}

/// How a polygon lies to the origin of a plane: whether it holds it, and how far its border is, metres.
pub(crate) fn lie(polygon: &Polygon, plane: &Plane) -> (bool, f64) {
    let (mut inside, mut nearest) = (false, f64::INFINITY);
    for ring in polygon.rings() {
        let Some(last) = ring.0.last() else { continue };
        let mut a = plane.metres(*last);
        for position in &ring.0 {
            let b = plane.metres(*position);
            // The half-open rule counts a vertex for one of its sides only.
            if (a[1] > 0.0) != (b[1] > 0.0) && (a[0] * b[1] - b[0] * a[1] > 0.0) == (b[1] > a[1]) {
                inside = !inside;
            }
            nearest = nearest.min(square_to_segment(a, b));
            a = b;
        }
    }
    (inside, nearest.sqrt())
}

/// Square of the distance from the origin to a segment, m².
fn square_to_segment(a: [f64; 2], b: [f64; 2]) -> f64 {
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    let length = dx * dx + dy * dy;
    let along = if length > 0.0 { (-(a[0] * dx + a[1] * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
    let (x, y) = (a[0] + along * dx, a[1] + along * dy);
    x * x + y * y
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(west: f64, south: f64, edge: f64) -> Ring {
        Ring(vec![[west, south], [west + edge, south], [west + edge, south + edge], [west, south + edge]])
    }

    #[test]
    fn an_area_has_the_sign_of_its_turn() {
        let ring = square(113.6, 34.7, 0.001);
        // 0.001° by 0.001° at 34.7° N: 91.6 m by 110.9 m.
        assert!((ring.signed_area_m2() - 10_160.0).abs() < 20.0, "{}", ring.signed_area_m2());
        let back = Ring(ring.0.iter().rev().copied().collect());
        assert!((ring.signed_area_m2() + back.signed_area_m2()).abs() < 1e-6);
        assert_eq!(Ring(vec![]).signed_area_m2(), 0.0);
    }

    #[test]
    fn a_hole_is_outside_and_a_border_is_near() {
        let polygon = Polygon(vec![Part {
            outer: square(113.6, 34.7, 0.01),
            holes: vec![square(113.604, 34.704, 0.002)],
        }]);
        let at = |lng, lat| lie(&polygon, &Plane::at([lng, lat]));
        assert!(at(113.601, 34.701).0);
        assert!(!at(113.605, 34.705).0);
        assert!(!at(113.599, 34.705).0);
        let (_, metres) = at(113.605, 34.705);
        assert!((metres - 91.6).abs() < 0.5, "{metres}");
        assert!(at(113.605, 34.7).1 < 1e-6);
    }

    #[test]
    fn a_polygon_without_positions_is_nowhere() {
        let empty = Polygon(vec![Part { outer: Ring(vec![]), holes: vec![] }]);
        assert_eq!(empty.bounds(), None);
        assert_eq!(lie(&empty, &Plane::at([113.6, 34.7])), (false, f64::INFINITY));
    }
}
