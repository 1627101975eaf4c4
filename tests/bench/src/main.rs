//! Figures as ratios against a peer or the floor in one run, and the gate and the photo room on files. `cargo xtask` runs this binary.
//!
//! `bench NAME` measures what the phone does and the floor under it in interleaved pairs on the same machine and disk, so that a busy
//! machine slows both. Every figure ends in one line of JSON, the last line printed:
//!
//! | member | meaning |
//! |---|---|
//! | `name` | which figure |
//! | `ours`, `floor` | medians, ms |
//! | `ratio` | `ours` by `floor` |
//! | `goal` | what `holds` is judged by, in the figure's own unit (see its module) |
//! | `holds` | whether this run met it |
//! | `samples` | pairs of ms, ours and the floor's, in the order measured |
//!
//! A figure may add members of its own; its module says which. Nothing here asserts a time: a run always exits with 0, and whoever
//! reads `holds` decides.
//!
//! What is measured is the profile it was built in. `cargo xtask` builds the dev profile (opt-level 2 for the server and what it stands on, 1
//! for the rest of the workspace, 2 for libraries), in which tests and the demo run too.

mod bench;
mod capture;
mod child;
mod city;
mod commits;
mod encrypted;
mod gate;
mod list;
mod memory;
mod open;
mod page;
mod peer;
mod phone;
mod photo;
mod photo_figure;
mod photo_render;
mod reconnect;
mod rules;
mod runs;
mod shutter;
mod syncs;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "yuandian-bench", about = "Figures of Yuandian, and its gate on files")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Measure a figure against its floor
    Bench(bench::Arguments),
    /// Judge each .change file of a directory alone against a base document, one process per file
    Gate(gate::Arguments),
    /// Judge one file in this process and print its line
    #[command(hide = true)]
    GateOne(gate::One),
    /// Measure a page of a phone's list in this process and print its median, ms
    #[command(hide = true)]
    Page(page::Arguments),
    /// Judge each file of a folder as a photograph and make its small pictures, one process per file
    Photo(photo::Arguments),
    /// Judge one file in this process and print its line
    #[command(hide = true)]
    PhotoOne(photo::One),
    /// Make the small pictures of one file in this process and print what it took
    #[command(hide = true)]
    PhotoWork(photo_figure::Work),
    /// Write the small pictures of files into a folder
    #[command(hide = true)]
    Render(photo_render::Arguments),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Gate(arguments) => gate::run(&arguments),
        Command::GateOne(one) => gate::run_one(&one),
        Command::Page(arguments) => page::run(&arguments),
        Command::Photo(arguments) => photo::run(&arguments),
        Command::PhotoOne(one) => photo::run_one(&one),
        Command::PhotoWork(work) => photo_figure::work(&work),
        Command::Render(arguments) => photo_render::run(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("yuandian-bench: {error}");
            ExitCode::FAILURE
        }
    }
}
