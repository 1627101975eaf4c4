//! The admission gate through its public seam.

#![allow(clippy::disallowed_methods, reason = "tests read the files that they judge")]

mod breadth;
mod chain;
mod files;
mod fixture;
mod mutants;
mod policy;
mod structure;
