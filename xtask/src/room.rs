//! A room of the core whose tests are measured, and what cargo needs to measure them.

use clap::ValueEnum;

use crate::command::{self, Call, Stop};

/// A room of the core.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Room {
    /// The domain: `core/model`.
    Model,
}

impl Room {
    /// Its package.
    pub fn package(self) -> &'static str {
        match self {
            Room::Model => "yuandian-model",
        }
    }

    /// Its folder, from the root of the repository.
    pub fn folder(self) -> &'static str {
        match self {
            Room::Model => "core/model",
        }
    }

    /// Features without which a part of it would not be there.
    pub fn features(self) -> &'static str {
        match self {
            Room::Model => "packs",
        }
    }
}

/// The profile that what is measured is built in: see the root manifest.
pub const PROFILE: &str = "measured";

/// A program that `cargo install` brings, in the one version that its output was read in.
pub struct CargoTool {
    /// Its package, and its name on the search path.
    pub program: &'static str,
    /// The subcommand of cargo that it is.
    pub subcommand: &'static str,
    /// Its version.
    pub version: &'static str,
}

impl CargoTool {
    /// The tool about to be run, installed if it is not on this machine.
    pub fn call(&self) -> Result<Call, Stop> {
        // Cargo finds what it has installed itself, on the search path or not.
        let is_here = || {
            let said = Call::new("cargo").args([self.subcommand, "--version"]).stdout();
            said.is_ok_and(|said| said.split_whitespace().any(|word| word == self.version))
        };
        if !is_here() {
            eprintln!("installing {} {}: this takes minutes, once", self.program, self.version);
            command::cargo()?
                .args(["install", self.program, "--version", self.version, "--locked", "--force"])
                .run()
                .map_err(|stop| {
                    command::skipped(format!("no {} here, and installing it {stop}", self.program))
                })?;
        }
        Ok(command::cargo()?.arg(self.subcommand))
    }
}
