//! The simulated world: real phones and the real hub in one thread, in virtual time, on faulty disks, links and clocks. The input of a run is a
//! byte string; the same bytes make the same run. See `docs/testing.md`.
#![forbid(unsafe_code)]
#![allow(
    clippy::disallowed_methods,
    reason = "`report` keeps failing inputs in files and takes real time; no world does"
)]

pub mod attention;
pub mod authority;
pub mod check;
pub mod claims;
pub mod copies;
pub mod device;
pub mod driver;
pub mod erase;
pub mod evidence;
pub mod fault;
pub mod forge;
mod help;
pub mod http;
pub mod input;
pub mod invariant;
pub mod looks;
pub mod machine;
pub mod malice;
mod named;
pub mod network;
pub mod operator;
pub mod outside;
pub mod people;
pub mod permitted;
pub mod photo;
pub mod plant;
pub mod power;
pub mod promise;
pub mod reference;
pub mod report;
pub mod run;
pub mod sealed;
pub mod server;
pub mod shape;
pub mod situation;
pub mod spoil;
pub mod stalk;
pub mod straight;
pub mod timers;
pub mod trace;
pub mod world;
