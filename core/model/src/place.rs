//! Where things are. Coordinate systems are types, because a mix-up moves a case by some 570 m in Zhengzhou: into another grid.
//!
//! Stored is WGS-84 only; GCJ-02 exists for maps and for data drawn in it. For neighbour help only the fixed 500 m cell leaves the phone.

use std::fmt;

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

/// Longitude and latitude in degrees, WGS-84 (CGCS2000 differs by centimetres and is treated as equal).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Wgs84 {
    lng: f64,
    lat: f64,
}

/// Longitude and latitude in degrees, GCJ-02 ("Mars coordinates" of Chinese map services).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Gcj02 {
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

/// Semi-major axis used by the public reconstruction of GCJ-02, metres.
const GCJ_AXIS_M: f64 = 6_378_245.0;
/// Its squared eccentricity.
const GCJ_ECCENTRICITY_SQUARED: f64 = 0.006_693_421_622_965_943;

/// Offset in degrees from WGS-84 to GCJ-02 at a position (public reconstruction; no offset outside China's box).
fn gcj_offset(lng: f64, lat: f64) -> (f64, f64) {
    if !(72.004..=137.8347).contains(&lng) || !(0.8293..=55.8271).contains(&lat) {
        return (0.0, 0.0);
    }
    use std::f64::consts::PI;
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
    ((east / parallel).to_degrees(), (north / meridian).to_degrees())
}

impl Wgs84 {
    /// For display on a map drawn in GCJ-02; never for storing.
    #[must_use]
    pub fn to_gcj02(self) -> Gcj02 {
        let (dlng, dlat) = gcj_offset(self.lng, self.lat);
        Gcj02 { lng: self.lng + dlng, lat: self.lat + dlat }
    }
}

impl Gcj02 {
    /// Fixed-point inverse, three rounds: within 0.1 mm of the forward form in Zhengzhou.
    #[must_use]
    pub fn to_wgs84(self) -> Wgs84 {
        let (mut lng, mut lat) = (self.lng, self.lat);
        for _ in 0..3 {
            let (dlng, dlat) = gcj_offset(lng, lat);
            (lng, lat) = (self.lng - dlng, self.lat - dlat);
        }
        Wgs84 { lng, lat }
    }
}

/// Metres of one degree of latitude, for cells (their edges are fixed by this number for ever).
const DEGREE_M: f64 = 111_320.0;
/// Edge of a cell, metres.
const CELL_M: f64 = 500.0;

/// A fixed cell of about 500 m by 500 m: the same answer for the same place every time, so repeated questions do not average out to a door.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Encode, Decode,
)]
pub struct Cell500 {
    /// Row from the equator, northward.
    #[n(0)]
    pub row: i32,
    /// Column from the prime meridian, eastward, in the width of this row.
    #[n(1)]
    pub column: i32,
}

impl Cell500 {
    fn width_degrees(row: i32) -> f64 {
        let latitude = (f64::from(row) * CELL_M / DEGREE_M).to_radians();
        CELL_M / (DEGREE_M * latitude.cos().max(0.01))
    }

    /// The cell that holds a position.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "rows and columns of the globe are below 2^18")]
    pub fn of(position: Wgs84) -> Self {
        let row = (position.lat * DEGREE_M / CELL_M).floor() as i32;
        let column = (position.lng / Self::width_degrees(row)).floor() as i32;
        Self { row, column }
    }

    /// The middle of the cell: what a map may show.
    #[must_use]
    pub fn centre(self) -> Wgs84 {
        Wgs84 {
            lng: (f64::from(self.column) + 0.5) * Self::width_degrees(self.row),
            lat: (f64::from(self.row) + 0.5) * CELL_M / DEGREE_M,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_vectors_hold() {
        let vectors = [
            ((113.66, 34.752), (113.666_094, 34.750_876)),
            ((113.62, 34.745), (113.626_043, 34.743_810)),
            ((113.05, 34.454), (113.056_398, 34.452_869)),
            ((113.85, 34.52), (113.855_928, 34.518_660)),
        ];
        for ((lng, lat), (glng, glat)) in vectors {
            let gcj = Wgs84::new(lng, lat).unwrap().to_gcj02();
            assert!((gcj.lng() - glng).abs() < 1e-6 && (gcj.lat() - glat).abs() < 1e-6, "{gcj}");
            let back = gcj.to_wgs84();
            assert!((back.lng() - lng).abs() < 1e-9 && (back.lat() - lat).abs() < 1e-9, "{back}");
        }
    }

    #[test]
    fn outside_china_nothing_moves() {
        let paris = Wgs84::new(2.35, 48.85).unwrap();
        assert_eq!((paris.to_gcj02().lng(), paris.to_gcj02().lat()), (2.35, 48.85));
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

    #[test]
    fn a_cell_is_half_a_kilometre_and_holds_its_centre() {
        let here = Wgs84::new(113.613_25, 34.752_1).unwrap();
        let cell = Cell500::of(here);
        assert_eq!(Cell500::of(cell.centre()), cell);
        let metres_north = (cell.centre().lat() - here.lat()).abs() * DEGREE_M;
        let metres_east = (cell.centre().lng() - here.lng()).abs() * DEGREE_M * here.lat().to_radians().cos();
        assert!(metres_north <= 250.5 && metres_east <= 251.5, "{metres_north} {metres_east}");
    }
}
