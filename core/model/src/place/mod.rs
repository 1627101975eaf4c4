//! Where things are. Coordinate systems are types, because a mix-up moves a case by some 570 m in Zhengzhou: into another grid.
//!
//! Stored is WGS-84 only; GCJ-02 and BD-09 exist for maps and for data drawn in them. For neighbour help only the fixed 500 m cell
//! leaves the phone.

mod cell;
mod datum;

pub use cell::{Cell500, Frame};
pub use datum::{Bd09, Gcj02, PlaceError, Wgs84};
