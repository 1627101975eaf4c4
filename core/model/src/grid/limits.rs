//! Limits of a grid pack, in one place. A whole city (24,000 third-level grids and 47,000 micro-grids) takes some 60 % of the
//! first two.

/// Size of a file, bytes.
pub const PACK_BYTES_MAX: usize = 96 * 1024 * 1024;
/// JSON values in a file, counted by its commas and brackets before anything is read into memory.
pub const PACK_VALUES_MAX: usize = 8_000_000;
/// Features in a file.
pub const FEATURES_MAX: usize = 150_000;
/// Positions in a file.
pub const POSITIONS_MAX: usize = 2_500_000;
/// Positions of one grid.
pub const GRID_POSITIONS_MAX: usize = 20_000;
/// Rings of one grid.
pub const GRID_RINGS_MAX: usize = 1_000;
/// Findings after which a file is not judged further.
pub const FINDINGS_MAX: usize = 50_000;
/// Findings about the positions of one grid, and about its crossings.
pub const GRID_FINDINGS_MAX: usize = 100;
/// Pairs of sides near each other that one grid may have, or two grids together.
pub const SIDE_PAIRS_MAX: usize = 1_000_000;
/// Sides, and pairs of sides near each other, that are compared for all overlaps of a file.
pub const FILE_SIDE_PAIRS_MAX: usize = 20_000_000;
/// Distances from positions to sides that are worked out to place the rings of one grid in one another.
pub const DISTANCES_MAX: usize = 10_000_000;
/// Pairs of grids whose boxes overlap, in a file without grids; and how many more each grid allows.
pub const GRID_PAIRS_MAX: (usize, usize) = (100_000, 16);
/// The same, counting boxes of versions that are valid at different times.
pub const VERSION_PAIRS_MAX: (usize, usize) = (1_000_000, 200);
/// Characters of an id or a name.
pub const TEXT_CHARS_MAX: usize = 100;
