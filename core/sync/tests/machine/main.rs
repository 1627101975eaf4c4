//! The sync machine in a scripted world: what it asks, loads and keeps, in which order, and how every run ends.

mod failures;
mod random;
mod runs;
mod uploads;
mod world;
