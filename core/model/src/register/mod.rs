//! Registers that a phone carries: the components and the buildings of one grid, to be searched without a network.
//!
//! A register is a CSV file that describes itself in lines before its table:
//!
//! ```text
//! # register: component
//! # grid: 410102001002003
//! # version: 4
//! # valid_from: 2026-07-01
//! GLBJBSM,GLBJMC,ZGBMDM,ZGBMMC,…
//! 41010201001000001,供水井盖,91350100M000100Y43,…
//! ```
//!
//! Every mistake is reported with its row and field, and a register with one is not loaded. Households are not in a register: a building
//! says how many units it has, and whoever has the right asks the server for those who live there.

mod building;
mod component;
mod field;
mod find;
mod header;

pub use building::Building;
pub use component::{Component, ComponentState, Party};
pub use field::{RegisterError, RegisterFault};
pub use find::Register;
pub use header::{Header, RegisterKind};

use field::Fields;

use crate::place::Wgs84;

/// Size of a file, bytes.
pub const REGISTER_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Rows of a file.
pub const REGISTER_ROWS_MAX: usize = 100_000;
/// Mistakes after which a file is not read further.
pub const REGISTER_ERRORS_MAX: usize = 1_000;

/// One thing of a register.
pub trait Row: Sized {
    /// What a file of such rows calls itself.
    const KIND: RegisterKind;
    /// The columns there must be.
    const COLUMNS: &'static [&'static str];
    /// The columns there may be.
    const OPTIONAL: &'static [&'static str];

    /// Its id in the register.
    fn code(&self) -> &str;
    /// What people call it, and by what other words they may look for it.
    fn names(&self) -> impl Iterator<Item = &str>;
    /// Where it is.
    fn position(&self) -> Wgs84;
    /// Reads it, reporting every mistake; `None` where there was one.
    #[doc(hidden)]
    fn read(fields: &mut Fields<'_>, header: &Header) -> Option<Self>;
}

#[cfg(test)]
mod tests;
