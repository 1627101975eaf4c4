//! `admin verify-blobs` and `admin hold`: what an operator does about stored files.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Subcommand, ValueEnum};
use yuandian_model::CaseId;
use yuandian_server::admin;
use yuandian_server::shell::{SystemRandomness, now_ms};

use crate::{FAILED, admin_failed, json, said};

/// Whether a case is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Held {
    /// Its files stay.
    On,
    /// They go when nobody names them.
    Off,
}

/// What an operator can do about stored files.
#[derive(Subcommand)]
pub enum FilesCommand {
    /// Read every stored file through: what is missing or damaged is put back from the backups, or wanted from phones again; exit code 1 if
    /// anything is lost.
    VerifyBlobs {
        /// The data directory.
        #[arg(long)]
        data: PathBuf,
        /// The place of backups that has copies; by default the one inside the data directory.
        #[arg(long)]
        from: Option<PathBuf>,
        /// Only look: change nothing.
        #[arg(long)]
        dry_run: bool,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Hold a case, so that its files stay whatever becomes of it, or let it go; without a case, list those that are held.
    Hold {
        /// The data directory.
        #[arg(long)]
        data: PathBuf,
        /// The case.
        #[arg(requires = "held")]
        case: Option<CaseId>,
        /// Whether it is held.
        held: Option<Held>,
    },
}

/// Does it.
pub fn operate(command: FilesCommand) -> ExitCode {
    let randomness = &mut SystemRandomness;
    match command {
        FilesCommand::VerifyBlobs { data, from, dry_run, json: as_json } => {
            let verified = match admin::verify_blobs(&data, from.as_deref(), !dry_run, randomness, now_ms()) {
                Ok(verified) => verified,
                Err(error) => return admin_failed(&error),
            };
            if as_json {
                json(&verified);
            } else {
                said(&format!("{} files, {} bytes read", verified.files, verified.bytes));
                let lists = [
                    ("put back from a backup", &verified.mended),
                    ("lost, wanted from phones again", &verified.lost),
                    ("found again", &verified.found),
                    ("named by nobody", &verified.stray),
                ];
                for (what, hash) in lists.iter().flat_map(|(what, list)| list.iter().map(move |h| (what, h)))
                {
                    said(&format!("{what}: {hash}"));
                }
            }
            if verified.lost.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(FAILED) }
        }
        FilesCommand::Hold { data, case: Some(case), held } => {
            let held = held == Some(Held::On);
            match admin::hold(&data, case, held, randomness, now_ms()) {
                Ok(true) => said("done"),
                Ok(false) if held => said("nothing to do: it is held already"),
                Ok(false) => said("nothing to do: it is not held"),
                Err(error) => return admin_failed(&error),
            }
            ExitCode::SUCCESS
        }
        FilesCommand::Hold { data, case: None, .. } => match admin::held(&data, randomness) {
            Ok(cases) => {
                cases.iter().for_each(|case| said(&case.to_string()));
                ExitCode::SUCCESS
            }
            Err(error) => admin_failed(&error),
        },
    }
}
