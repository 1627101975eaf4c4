//! The three coordinate systems and the ways between them. There is no implicit conversion.
//!
//! GCJ-02 and BD-09 are public reconstructions. Both displace positions inside a fixed box around China only; outside of it all three
//! systems agree. Ways back solve the forward form, so that every position inside the box returns to within 0.1 m.

use std::f64::consts::PI;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Longitude and latitude in degrees, WGS-84 (CGCS2000 differs by centimetres and is treated as equal).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Wgs84 {
    pub(super) lng: f64,
    pub(super) lat: f64,
}

/// Longitude and latitude in degrees, GCJ-02 ("Mars coordinates" of Chinese map services).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Gcj02 {
    lng: f64,
    lat: f64,
}

/// Longitude and latitude in degrees, BD-09 (Baidu's maps): GCJ-02 with a further twist.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bd09 {
    lng: f64,
    lat: f64,
}

/// A position that cannot be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// Not a finite number, or outside ±180 / ±90.
    #[error("coordinates outside the world: longitude -180..180, latitude -90..90")]
    OutsideWorld,
    /// Exactly (0, 0): what a receiver without a fix reports.
    #[error("(0, 0) is no position but a receiver without a fix: leave the place open instead")]
    NullIsland,
}

fn check(lng: f64, lat: f64) -> Result<(), PlaceError> {
    if !(lng.is_finite() && lat.is_finite() && lng.abs() <= 180.0 && lat.abs() <= 90.0) {
        return Err(PlaceError::OutsideWorld);
    }
    if lng == 0.0 && lat == 0.0 {
        return Err(PlaceError::NullIsland);
    }
    Ok(())
}

macro_rules! coordinate_system {
    ($name:ident) => {
        impl $name {
            /// Degrees, longitude first.
            ///
            /// # Errors
            /// [`PlaceError`] where no such position exists.
            pub fn new(lng: f64, lat: f64) -> Result<Self, PlaceError> {
                check(lng, lat)?;
                Ok(Self { lng, lat })
            }
            /// Longitude in degrees.
            #[must_use]
            pub fn lng(self) -> f64 {
                self.lng
            }
            /// Latitude in degrees.
            #[must_use]
            pub fn lat(self) -> f64 {
                self.lat
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:.6},{:.6}", self.lng, self.lat)
            }
        }
    };
}
coordinate_system!(Wgs84);
coordinate_system!(Gcj02);
coordinate_system!(Bd09);

/// Semi-major axis used by the public reconstruction of GCJ-02, metres.
const GCJ_AXIS_M: f64 = 6_378_245.0;
/// Its squared eccentricity.
const GCJ_ECCENTRICITY_SQUARED: f64 = 0.006_693_421_622_965_943;

/// Whether the rule displaces a WGS-84 position. The box is wider by `slack` degrees on every side.
fn displaced(lng: f64, lat: f64, slack: f64) -> bool {
    (72.004 - slack..=137.8347 + slack).contains(&lng) && (0.8293 - slack..=55.8271 + slack).contains(&lat)
}

/// The GCJ-02 point of a WGS-84 point, by the public reconstruction, whether inside the box or not.
fn gcj_form(lng: f64, lat: f64) -> (f64, f64) {
    let (x, y) = (lng - 105.0, lat - 35.0);
    let wave = |t: f64| (20.0 * (6.0 * t * PI).sin() + 20.0 * (2.0 * t * PI).sin()) * 2.0 / 3.0;
    let mut east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * x.abs().sqrt() + wave(x);
    east += (20.0 * (x * PI).sin() + 40.0 * (x / 3.0 * PI).sin()) * 2.0 / 3.0;
    east += (150.0 * (x / 12.0 * PI).sin() + 300.0 * (x / 30.0 * PI).sin()) * 2.0 / 3.0;
    let mut north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * x.abs().sqrt() + wave(x);
    north += (20.0 * (y * PI).sin() + 40.0 * (y / 3.0 * PI).sin()) * 2.0 / 3.0;
    north += (160.0 * (y / 12.0 * PI).sin() + 320.0 * (y * PI / 30.0).sin()) * 2.0 / 3.0;
    let phi = lat.to_radians();
    let magic = 1.0 - GCJ_ECCENTRICITY_SQUARED * phi.sin() * phi.sin();
    let meridian = GCJ_AXIS_M * (1.0 - GCJ_ECCENTRICITY_SQUARED) / (magic * magic.sqrt());
    let parallel = GCJ_AXIS_M / magic.sqrt() * phi.cos();
    (lng + (east / parallel).to_degrees(), lat + (north / meridian).to_degrees())
}

/// The BD-09 point of a GCJ-02 point, by the public polar form, whether inside the box or not.
fn bd_form(lng: f64, lat: f64) -> (f64, f64) {
    const WAVES: f64 = PI * 3000.0 / 180.0;
    let radius = lng.hypot(lat) + 0.000_02 * (lat * WAVES).sin();
    let angle = lat.atan2(lng) + 0.000_003 * (lng * WAVES).cos();
    (radius * angle.cos() + 0.0065, radius * angle.sin() + 0.006)
}

/// The point that `form` brings to the given one. Both forms differ from a shift by less than a twentieth of what a point moves, so each
/// round gains a factor of twenty or more; eight end at the rounding of the machine.
fn undo(form: impl Fn(f64, f64) -> (f64, f64), lng: f64, lat: f64) -> (f64, f64) {
    let (mut x, mut y) = (lng, lat);
    for _ in 0..8 {
        let (there_x, there_y) = form(x, y);
        (x, y) = (x + lng - there_x, y + lat - there_y);
    }
    (x, y)
}

/// Slack of the box for solved positions, degrees: 0.1 mm, far above rounding and far below what anybody measures.
const SOLVED_SLACK: f64 = 1e-9;

/// The WGS-84 point inside the box whose GCJ-02 point this is, if there is one.
fn inside_of_gcj(lng: f64, lat: f64) -> Option<(f64, f64)> {
    // No displacement reaches 0.05 degrees; far away the polynomials would.
    if !displaced(lng, lat, 0.05) {
        return None;
    }
    let (x, y) = undo(gcj_form, lng, lat);
    displaced(x, y, SOLVED_SLACK).then_some((x, y))
}

impl Wgs84 {
    /// For display on a map drawn in GCJ-02; never for storing.
    #[must_use]
    pub fn to_gcj02(self) -> Gcj02 {
        let Self { lng, lat } = self;
        let (lng, lat) = if displaced(lng, lat, 0.0) { gcj_form(lng, lat) } else { (lng, lat) };
        Gcj02 { lng, lat }
    }

    /// For display on a map drawn in BD-09; never for storing.
    #[must_use]
    pub fn to_bd09(self) -> Bd09 {
        let Gcj02 { lng, lat } = self.to_gcj02();
        let (lng, lat) = if displaced(self.lng, self.lat, 0.0) { bd_form(lng, lat) } else { (lng, lat) };
        Bd09 { lng, lat }
    }
}

impl Gcj02 {
    /// The position inside the box that is displaced to this one; where there is none, this position itself.
    ///
    /// Along the box's edge some points have two answers (one inside, displaced; one just outside, not): the inside one is given.
    #[must_use]
    pub fn to_wgs84(self) -> Wgs84 {
        let (lng, lat) = inside_of_gcj(self.lng, self.lat).unwrap_or((self.lng, self.lat));
        Wgs84 { lng, lat }
    }

    /// The same place in BD-09; unchanged where GCJ-02 is WGS-84.
    #[must_use]
    pub fn to_bd09(self) -> Bd09 {
        let Self { lng, lat } = self;
        let (lng, lat) = if inside_of_gcj(lng, lat).is_some() { bd_form(lng, lat) } else { (lng, lat) };
        Bd09 { lng, lat }
    }
}

impl Bd09 {
    /// The same place in GCJ-02; unchanged where nothing inside the box is displaced to this point.
    #[must_use]
    pub fn to_gcj02(self) -> Gcj02 {
        let (lng, lat) = undo(bd_form, self.lng, self.lat);
        let (lng, lat) = if inside_of_gcj(lng, lat).is_some() { (lng, lat) } else { (self.lng, self.lat) };
        Gcj02 { lng, lat }
    }

    /// By way of GCJ-02.
    #[must_use]
    pub fn to_wgs84(self) -> Wgs84 {
        let (lng, lat) = undo(bd_form, self.lng, self.lat);
        let (lng, lat) = inside_of_gcj(lng, lat).unwrap_or((self.lng, self.lat));
        Wgs84 { lng, lat }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metres(a: (f64, f64), b: (f64, f64)) -> f64 {
        let (dx, dy) = ((a.0 - b.0) * a.1.to_radians().cos(), a.1 - b.1);
        dx.hypot(dy) * 111_320.0
    }

    #[test]
    fn the_published_vectors_hold() {
        let vectors = [
            ((113.66, 34.752), (113.666_094, 34.750_876), (113.672_563, 34.756_943)),
            ((113.62, 34.745), (113.626_043, 34.743_810), (113.632_461, 34.750_063)),
            ((113.05, 34.454), (113.056_398, 34.452_869), (113.062_842, 34.459_094)),
            ((113.85, 34.52), (113.855_928, 34.518_660), (113.862_380, 34.524_759)),
        ];
        for ((lng, lat), (glng, glat), (blng, blat)) in vectors {
            let wgs = Wgs84::new(lng, lat).unwrap();
            let gcj = wgs.to_gcj02();
            assert!((gcj.lng() - glng).abs() < 1e-6 && (gcj.lat() - glat).abs() < 1e-6, "{gcj}");
            let back = gcj.to_wgs84();
            assert!((back.lng() - lng).abs() < 1e-9 && (back.lat() - lat).abs() < 1e-9, "{back}");
            for bd in [gcj.to_bd09(), wgs.to_bd09()] {
                assert!((bd.lng() - blng).abs() < 1e-6 && (bd.lat() - blat).abs() < 1e-6, "{bd}");
                let back = bd.to_wgs84();
                assert!((back.lng() - lng).abs() < 1e-9 && (back.lat() - lat).abs() < 1e-9, "{back}");
                let back = bd.to_gcj02();
                assert!((back.lng() - gcj.lng()).abs() < 1e-9 && (back.lat() - gcj.lat()).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn every_way_back_is_within_a_decimetre() {
        let (west, east, south, north) = (72.004, 137.8347, 0.8293, 55.8271);
        let mut random = crate::seeded::Random::new(20_240_131);
        for round in 0..20_000 {
            let mut lng = west + (east - west) * random.unit();
            let mut lat = south + (north - south) * random.unit();
            // Every fourth point lies on the edge of the box or up to about a kilometre inside of it.
            let strip = if round % 8 == 0 { 0.0 } else { 0.01 * random.unit() };
            match (round % 4, random.below(4)) {
                (0, 0) => lng = west + strip,
                (0, 1) => lng = east - strip,
                (0, 2) => lat = south + strip,
                (0, _) => lat = north - strip,
                _ => {}
            }
            let wgs = Wgs84::new(lng, lat).unwrap();
            let (gcj, bd) = (wgs.to_gcj02(), wgs.to_bd09());
            assert_eq!(gcj.to_bd09(), bd, "{lng},{lat}");
            let pair = |p: Gcj02| (p.lng(), p.lat());
            for back in [gcj.to_wgs84(), bd.to_wgs84(), bd.to_gcj02().to_wgs84()] {
                assert!(metres((back.lng(), back.lat()), (lng, lat)) <= 0.1, "{lng},{lat}: {back}");
            }
            assert!(metres(pair(bd.to_gcj02()), pair(gcj)) <= 0.1, "{lng},{lat}");
        }
    }

    #[test]
    fn outside_china_nothing_moves() {
        let mut random = crate::seeded::Random::new(7);
        let named =
            [(2.35, 48.85), (-73.9, 40.7), (151.2, -33.9), (139.7, 35.7), (-180.0, 90.0), (180.0, -90.0)];
        let others = (0..5_000).map(|_| (random.unit() * 360.0 - 180.0, random.unit() * 180.0 - 90.0));
        for (lng, lat) in named.into_iter().chain(others).filter(|(lng, lat)| !displaced(*lng, *lat, 0.02)) {
            let wgs = Wgs84::new(lng, lat).unwrap();
            let (gcj, bd) = (wgs.to_gcj02(), wgs.to_bd09());
            for point in [
                (gcj.lng(), gcj.lat()),
                (bd.lng(), bd.lat()),
                (gcj.to_bd09().lng(), gcj.to_bd09().lat()),
                (gcj.to_wgs84().lng(), gcj.to_wgs84().lat()),
                (bd.to_gcj02().lng(), bd.to_gcj02().lat()),
                (bd.to_wgs84().lng(), bd.to_wgs84().lat()),
            ] {
                assert_eq!(point, (lng, lat));
            }
        }
    }

    #[test]
    fn the_edge_of_the_rule_belongs_to_china() {
        let edges = [
            ((72.004, 40.0), (72.003_999, 40.0)),
            ((137.8347, 40.0), (137.834_701, 40.0)),
            ((110.0, 0.8293), (110.0, 0.829_299)),
            ((110.0, 55.8271), (110.0, 55.827_101)),
        ];
        for (inside, outside) in edges {
            let moved = |(lng, lat): (f64, f64)| {
                let gcj = Wgs84::new(lng, lat).unwrap().to_gcj02();
                metres((lng, lat), (gcj.lng(), gcj.lat()))
            };
            assert!(moved(inside) > 50.0, "{inside:?}");
            assert!(moved(outside) == 0.0, "{outside:?}");
        }
    }

    #[test]
    fn impossible_positions_are_refused() {
        assert_eq!(Wgs84::new(0.0, 0.0), Err(PlaceError::NullIsland));
        for (lng, lat) in [(180.1, 0.0), (0.0, -90.1), (f64::NAN, 1.0), (1.0, f64::INFINITY)] {
            assert_eq!(Wgs84::new(lng, lat), Err(PlaceError::OutsideWorld), "{lng},{lat}");
        }
        assert!(Wgs84::new(180.0, 90.0).is_ok());
        assert!(Wgs84::new(0.0, 0.000_001).is_ok());
    }
}
