//! The admission gate through its public seam.

#![allow(clippy::disallowed_methods, reason = "tests read the files that they judge")]

mod files;
