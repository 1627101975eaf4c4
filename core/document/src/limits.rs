//! Limits of commits and catalogues, in one place (those of changes are the gate's: [`crate::gate::limits`]).

/// One signed commit on the wire, bytes: the largest change and room for the envelope.
pub const COMMIT_BYTES_MAX: usize = 96 * 1024;
/// An act's body, bytes.
pub const ACT_BYTES_MAX: usize = 16 * 1024;
/// Value of one argument of an act, bytes.
pub const ACT_ARG_BYTES_MAX: usize = 4 * 1024;
/// Micro pictures one commit may name.
pub const MICROS_PER_COMMIT_MAX: usize = 16;
/// One micro picture, bytes.
pub const MICRO_BYTES_MAX: usize = 2 * 1024;
/// A signed catalogue, bytes.
pub const SIGNED_CATALOGUE_BYTES_MAX: usize = 4 * 1024 * 1024;
