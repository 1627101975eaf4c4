//! What is wrong with a pack of grids: each mistake with its feature, its grid and its place.

use std::fmt;

use super::{Position, limits};

/// Whether a finding keeps a pack from being used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The pack cannot be used.
    Error,
    /// Somebody should look; the pack can be used.
    Warning,
}

/// One mistake, and where it is.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{fault}")]
pub struct Finding {
    /// Index of the feature in the file, from 0; `None` where the file as a whole is meant. Of a pair, the later.
    pub feature: Option<usize>,
    /// The grids concerned, as the file names them; empty where it does not.
    pub ids: Vec<String>,
    /// Where on the ground, as longitude and latitude.
    pub at: Option<Position>,
    /// What is wrong.
    pub fault: Fault,
}

macro_rules! faults {
    ($($(#[$doc:meta])* $name:ident $({ $($(#[$field_doc:meta])* $field:ident: $type:ty),+ $(,)? })?
        = $severity:ident $code:literal, $message:literal;)+) => {
        /// What can be wrong.
        #[derive(Debug, Clone, PartialEq, thiserror::Error)]
        #[non_exhaustive]
        pub enum Fault {
            $($(#[$doc])* #[error($message)] $name $({ $($(#[$field_doc])* $field: $type),+ })?,)+
        }
        impl Fault {
            /// Stable id, as scripts see it.
            #[must_use]
            pub fn code(&self) -> &'static str {
                match self { $(Self::$name { .. } => $code,)+ }
            }
            /// Whether it keeps a pack from being used.
            #[must_use]
            pub fn severity(&self) -> Severity {
                match self { $(Self::$name { .. } => Severity::$severity,)+ }
            }
        }
    };
}

faults! {
    /// Not JSON, or nested too deep, or with a number that no number is.
    NotJson {
        /// What the reader says, with line and column.
        reason: String,
    } = Error "not_json", "not JSON that can be read: {reason}";
    /// Too much of something.
    TooMuch {
        /// Of what.
        what: &'static str,
        /// How much there may be.
        limit: usize,
    } = Error "limit", "more than {limit} {what}: split the file";
    /// Something else than a FeatureCollection with features.
    NotAFeatureCollection {
        /// What is there instead.
        found: String,
    } = Error "not_feature_collection", "a FeatureCollection with an array of features expected, {found} found";
    /// A coordinate reference system is named, which RFC 7946 does not allow.
    Crs = Error "crs", "a \"crs\" member: coordinates are WGS-84 (RFC 7946 §4); convert them and remove the member";
    /// Not a Feature.
    NotAFeature {
        /// What is there instead.
        found: String,
    } = Error "not_feature", "a Feature expected, {found} found";
    /// A property is missing.
    MissingProperty {
        /// Its name.
        name: &'static str,
    } = Error "missing_property", "property {name} is missing";
    /// A property has no possible value.
    BadProperty {
        /// Its name.
        name: &'static str,
        /// Its value, shortened.
        value: String,
        /// What it should be.
        expected: &'static str,
    } = Error "bad_property", "property {name} is {value}: {expected} expected";
    /// An id that a grid of this kind cannot have.
    BadId {
        /// What it should be.
        expected: String,
    } = Error "bad_id", "bad id for its kind: {expected} expected";
    /// The validity ends before it begins.
    EndsBeforeItBegins = Error "valid_to_before_valid_from", "valid_to is before valid_from";
    /// The validity ends on the day it begins, so it holds no day.
    NeverValid = Warning "never_valid", "valid_to is valid_from: the grid is valid on no day (valid_to is the first day without it)";
    /// Not a Polygon or a MultiPolygon.
    GeometryType {
        /// What is there instead.
        found: String,
    } = Error "geometry_type", "geometry Polygon or MultiPolygon expected, {found} found";
    /// Coordinates that are not nested as they should be, or a position without two numbers.
    BadCoordinates {
        /// Where in the coordinates, as indices.
        path: String,
        /// What should be there.
        expected: &'static str,
    } = Error "bad_coordinates", "coordinates{path}: {expected} expected";
    /// A position beyond ±180 or ±90.
    OutsideWorld {
        /// Where in the coordinates, as indices.
        path: String,
    } = Error "outside_world", "coordinates{path} lie outside the world: longitude -180..180, then latitude -90..90";
    /// Latitude before longitude, by all appearance.
    Swapped {
        /// How many positions of the grid look so.
        positions: usize,
    } = Error "swapped_coordinates", "{positions} positions look like latitude before longitude: longitude comes first";
    /// A side that runs round the world.
    Antimeridian = Error "antimeridian", "a side spans more than 180 degrees of longitude: cut the grid at the antimeridian (RFC 7946 §3.1.9)";
    /// A ring that does not end where it begins.
    RingNotClosed {
        /// Which ring, as indices.
        path: String,
        /// Metres between its ends.
        gap_m: f64,
    } = Error "ring_not_closed", "ring{path} is not closed: {gap_m:.3} m from its last position to its first";
    /// A ring that cannot bound an area.
    RingTooShort {
        /// Which ring, as indices.
        path: String,
        /// How many positions it has.
        positions: usize,
    } = Error "ring_too_short", "ring{path} has {positions} positions: at least 4 expected, the last repeating the first";
    /// A ring that bounds nothing.
    ZeroArea {
        /// Which ring, as indices.
        path: String,
    } = Error "zero_area", "ring{path} has no area";
    /// A ring that turns the wrong way.
    Winding {
        /// Which ring, as indices.
        path: String,
        /// How it should turn.
        expected: &'static str,
    } = Error "winding", "ring{path} turns the wrong way: {expected} expected";
    /// The same position twice in a row.
    RepeatedPosition {
        /// Which ring, as indices.
        path: String,
    } = Warning "repeated_position", "ring{path} repeats a position at once";
    /// The border meets itself where it should not.
    SelfIntersection {
        /// One side.
        side: Side,
        /// The other.
        other: Side,
        /// Whether they cross, or only touch or run along each other.
        crosses: bool,
    } = Error "self_intersection", "the border meets itself: the side {side} meets the side {other}";
    /// A ring that lies where it should not: a hole outside its outline, a part inside another.
    MisplacedRing {
        /// Which ring, as indices.
        path: String,
        /// Where it should lie.
        expected: &'static str,
    } = Error "misplaced_ring", "ring{path} is misplaced: {expected}";
    /// Two grids of one kind and level on the same ground at the same time.
    Overlap {
        /// How much, m².
        area_m2: f64,
        /// Index of the other feature.
        other: usize,
    } = Error "overlap", "overlaps feature {other} by {area_m2:.1} m²";
    /// Two versions of a grid that are valid on the same day.
    DuplicateId {
        /// Index of the other feature.
        other: usize,
    } = Error "duplicate_id", "the same grid as feature {other}, at the same time";
    /// Nothing above it.
    UnknownParent {
        /// What the file names.
        parent: String,
    } = Error "unknown_parent", "parent {parent}: no grid of this file that is valid at the same time, and no known division";
    /// A division that is well-formed under a known street, and not in the table.
    UnlistedCommunity {
        /// What the file names.
        parent: String,
    } = Warning "unlisted_community", "parent {parent}: the street is known, the community is not in the table of divisions";
    /// A third-level grid or a cell that belongs to no community.
    NoCommunity {
        /// What the file names.
        parent: String,
    } = Warning "no_community", "parent {parent} is no community: every grid belongs to one, never to a street directly";
    /// A grid above itself.
    ParentCycle = Error "parent_cycle", "the grids are above one another in a circle";
    /// An id that says another place than the parent.
    ParentDisagrees {
        /// What the file names.
        parent: String,
    } = Error "parent_prefix", "the id does not begin as its parent {parent} says";
    /// Nothing below a grid or division on days in the middle.
    Hole {
        /// The days and what is not there.
        what: String,
    } = Warning "versions_hole", "{what}, although there was before: the days between two versions belong to nobody";
    /// A grid that is valid on days on which the one above it is not.
    Orphaned {
        /// The days and the grids.
        what: String,
    } = Warning "outlives_parent", "{what}";
    /// Numbers that do not run from west to east, then from north to south.
    NumberingOrder {
        /// How the later number lies to the earlier.
        lies: &'static str,
    } = Warning "numbering_order", "numbered against the order west to east, north to south: it lies {lies} of the number before it";
}

/// One side of a ring, from its first position to its second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Side(pub [Position; 2]);

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [[a, b], [c, d]] = self.0;
        write!(f, "{a},{b} - {c},{d}")
    }
}

/// The findings of one pack, up to [`limits::FINDINGS_MAX`].
#[derive(Debug, Default)]
pub(crate) struct Findings {
    list: Vec<Finding>,
}

impl Findings {
    pub(crate) fn add(&mut self, finding: Finding) {
        match self.list.len() {
            n if n < limits::FINDINGS_MAX => self.list.push(finding),
            n if n == limits::FINDINGS_MAX => {
                let fault = Fault::TooMuch { what: "findings", limit: limits::FINDINGS_MAX };
                self.list.push(Finding { feature: None, ids: Vec::new(), at: None, fault });
            }
            _ => {}
        }
    }

    /// A finding about the file as a whole.
    pub(crate) fn file(&mut self, fault: Fault) {
        self.add(Finding { feature: None, ids: Vec::new(), at: None, fault });
    }

    /// Whether nothing more is taken.
    pub(crate) fn full(&self) -> bool {
        self.list.len() > limits::FINDINGS_MAX
    }

    /// In the order of the features; what is about the whole file first.
    pub(crate) fn sorted(mut self) -> Vec<Finding> {
        self.list.sort_by_key(|finding| finding.feature);
        self.list
    }
}
