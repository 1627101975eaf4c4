//! The fixed 500 m cell: all that leaves the phone of where help is needed, until somebody is to come.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use super::Wgs84;

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

impl Wgs84 {
    /// How far two positions are apart, metres; good for what is near.
    #[must_use]
    pub fn apart_m(self, other: Self) -> f64 {
        let east = (self.lng - other.lng) * DEGREE_M * ((self.lat + other.lat) / 2.0).to_radians().cos();
        ((self.lat - other.lat) * DEGREE_M).hypot(east)
    }
}

/// Degrees between which something lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// Least and greatest latitude.
    pub lat: (f64, f64),
    /// Least and greatest longitude.
    pub lng: (f64, f64),
}

impl Wgs84 {
    /// The smallest frame that holds everything so near, by [`Wgs84::apart_m`]; good away from the poles and the date line.
    #[must_use]
    pub fn frame(self, radius_m: f64) -> Frame {
        let tall = radius_m / DEGREE_M;
        let furthest = (self.lat.abs() + tall).min(89.0);
        let wide = tall / furthest.to_radians().cos();
        Frame { lat: (self.lat - tall, self.lat + tall), lng: (self.lng - wide, self.lng + wide) }
    }
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

    /// How far the middles of two cells are apart, metres; good for what is near.
    #[must_use]
    pub fn apart_m(self, other: Self) -> f64 {
        self.centre().apart_m(other.centre())
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
    fn a_cell_is_half_a_kilometre_and_holds_its_centre() {
        let here = Wgs84::new(113.613_25, 34.752_1).unwrap();
        let cell = Cell500::of(here);
        assert_eq!(Cell500::of(cell.centre()), cell);
        let metres_north = (cell.centre().lat() - here.lat()).abs() * DEGREE_M;
        let metres_east = (cell.centre().lng() - here.lng()).abs() * DEGREE_M * here.lat().to_radians().cos();
        assert!(metres_north <= 250.5 && metres_east <= 251.5, "{metres_north} {metres_east}");
    }
    #[test]
    fn a_frame_holds_what_is_so_near_and_little_else() {
        let here = Wgs84::new(113.613_25, 34.752_1).unwrap();
        let Frame { lat, lng } = here.frame(50.0);
        for (at_lng, at_lat) in [(lng.0, here.lat), (lng.1, here.lat), (here.lng, lat.0), (here.lng, lat.1)] {
            let metres = here.apart_m(Wgs84::new(at_lng, at_lat).unwrap());
            assert!((49.999..50.01).contains(&metres), "{metres}");
        }
    }
}
