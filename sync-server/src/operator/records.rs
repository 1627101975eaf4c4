//! `admin hours` and `admin consents`: the ledgers of people.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use yuandian_model::UserId;
use yuandian_model::calendar::beijing;
use yuandian_server::admin;
use yuandian_server::shell::SystemRandomness;

use crate::{admin_failed, json, said};

/// What an operator reads of people's ledgers.
#[derive(Subcommand)]
pub enum RecordsCommand {
    /// Hours of volunteers: stays that were confirmed, for whoever certifies them.
    Hours {
        /// The data directory.
        #[arg(long)]
        data: PathBuf,
        /// Of one person alone.
        #[arg(long)]
        user: Option<UserId>,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// What a person gave in private and took back: keys and times, never answers.
    Consents {
        /// The data directory.
        #[arg(long)]
        data: PathBuf,
        /// The person.
        #[arg(long)]
        user: UserId,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}

/// Does it.
pub fn operate(command: RecordsCommand) -> ExitCode {
    let randomness = &mut SystemRandomness;
    match command {
        RecordsCommand::Hours { data, user, json: as_json } => {
            match admin::hours(&data, user.as_ref(), randomness) {
                Ok(lines) if as_json => json(&lines),
                Ok(lines) => {
                    for line in lines {
                        let (from, to) = (beijing(line.from_ms), beijing(line.to_ms));
                        said(&format!(
                            "{} {} {}  {from} – {to}  {} min  {}",
                            line.id, line.user, line.name, line.minutes, line.service
                        ));
                    }
                    ExitCode::SUCCESS
                }
                Err(error) => admin_failed(&error),
            }
        }
        RecordsCommand::Consents { data, user, json: as_json } => {
            match admin::consents(&data, &user, randomness) {
                Ok(lines) if as_json => json(&lines),
                Ok(lines) => {
                    for line in lines {
                        let what = if line.given { "given" } else { "taken back" };
                        said(&format!("{}  {} {} {what}", beijing(line.at_ms), line.case, line.key));
                    }
                    ExitCode::SUCCESS
                }
                Err(error) => admin_failed(&error),
            }
        }
    }
}
