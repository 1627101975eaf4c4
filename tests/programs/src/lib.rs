//! The real programs as children of a test: `yuandian` and `yuandian-server` in processes of their own, and a link between them that
//! can be made bad. The demo and the kills are built from these.
//!
//! Every child has a deadline and none outlives its owner. Nothing here judges: what a program answers wrong is an error in words.
#![allow(clippy::disallowed_methods, reason = "real programs, in real time, on real files")]

pub mod evidence;
pub mod phone;
pub mod process;
pub mod proxy;
pub mod seed;
pub mod server;

/// Why a test cannot go on, in words.
#[derive(Debug)]
pub struct Stop(pub String);

impl std::fmt::Display for Stop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Self {
        Stop(error.to_string())
    }
}

/// What a step of a test gives.
pub type Played<T> = Result<T, Stop>;
