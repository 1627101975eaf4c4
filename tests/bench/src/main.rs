//! Figures as ratios against a peer or the floor in one run, and the gate on files. `cargo xtask` runs this binary.

mod gate;

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
    /// Judge each .change file of a directory alone against a base document, one process per file
    Gate(gate::Arguments),
    /// Judge one file in this process and print its line
    #[command(hide = true)]
    GateOne(gate::One),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Gate(arguments) => gate::run(&arguments),
        Command::GateOne(one) => gate::run_one(&one),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("yuandian-bench: {error}");
            ExitCode::FAILURE
        }
    }
}
