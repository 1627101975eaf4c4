//! The domain's data on the command line, for those who keep it: what a rule, a table or a formula of `yuandian-model` says.
//!
//! `cargo xtask calendar …` and its siblings build and start this program with the same arguments. A question that cannot be answered
//! ends with a sentence on stderr and exit code 1; wrong usage with 2.
#![forbid(unsafe_code)]
#![allow(clippy::disallowed_methods, reason = "a tool reads the files it is given")]

mod calendar;
mod catalogue;
mod coords;
mod grid;
mod said;
mod workflow;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(bin_name = "cargo xtask", disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    topic: Topic,
}

#[derive(Subcommand)]
enum Topic {
    /// Working time: windows, and when a limit ends.
    #[command(subcommand)]
    Calendar(calendar::Question),
    /// Services and workflows as files: checking, listing, signing.
    #[command(subcommand)]
    Catalogue(catalogue::Question),
    /// Turn a position of one coordinate system into another.
    Coords(coords::Question),
    /// Grids as GeoJSON packs.
    #[command(subcommand)]
    Grid(grid::Question),
    /// Workflows as tables and diagrams.
    #[command(subcommand)]
    Workflow(workflow::Question),
}

fn main() -> ExitCode {
    let answered = match Cli::parse().topic {
        Topic::Calendar(question) => calendar::answer(&question),
        Topic::Catalogue(question) => catalogue::answer(&question),
        Topic::Coords(question) => coords::answer(&question),
        Topic::Grid(question) => grid::answer(&question),
        Topic::Workflow(question) => workflow::answer(&question),
    };
    match answered {
        Ok(code) => code,
        Err(sentence) => {
            eprintln!("{sentence}");
            ExitCode::FAILURE
        }
    }
}
