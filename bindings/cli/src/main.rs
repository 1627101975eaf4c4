//! `yuandian`: a whole phone on the command line, for kiosks, integration and support. A thin shell over `yuandian-device`.
//!
//! Only `enroll`, `sync`, `evidence` and `export` use the network. Exit codes: 0 done (saved on this phone counts), 2 bad input, 3 refused by the
//! phone's own rule (nothing is queued), 4 server out of reach (the work is kept), 1 anything else; `verify`: 5 incomplete, 6 does not hold.
#![allow(clippy::disallowed_methods, reason = "a command line reads the files it is given")]

mod args;
mod evidence;
mod failure;
mod key;
mod lists;
mod people;
mod run;
mod text;
mod told;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("YUANDIAN_LOG").unwrap_or_else(|_| "error".into()),
        )
        .with_writer(std::io::stderr)
        .init();
    let command = match args::Command::try_parse() {
        Ok(command) => command,
        Err(error) => {
            // Help and version are answers, not mistakes.
            let code = if error.use_stderr() { 2 } else { 0 };
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    match run::run(&command) {
        Ok(code) => code,
        Err(failure) => {
            text::print_failure(&failure, command.json);
            ExitCode::from(failure.exit_code())
        }
    }
}
