//! `admin hours` and `admin consents`: the ledgers of people.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use yuandian_model::calendar::beijing;
use yuandian_model::{CaseId, UserId};
use yuandian_server::admin;
use yuandian_server::shell::{SystemRandomness, now_ms};

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
    /// Take words out of a case for good, wherever they stand in it and whoever wrote them: on the server and on every phone that syncs. Marks
    /// stand in their place. Backups of before hold them until they age out.
    Redact {
        /// The data directory.
        #[arg(long)]
        data: PathBuf,
        /// The case.
        #[arg(long)]
        case: CaseId,
        /// What is to go, letter by letter as it stands; several times for several.
        #[arg(long, required = true)]
        words: Vec<String>,
        /// Why: kept for whoever asks. Do not repeat the words.
        #[arg(long)]
        because: String,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Cases that words were taken out of, when and why.
    Redactions {
        /// The data directory.
        #[arg(long)]
        data: PathBuf,
        /// Of one case alone.
        #[arg(long)]
        case: Option<CaseId>,
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
        RecordsCommand::Redact { data, case, words, because, json: as_json } => {
            match admin::redact(&data, case, words, &because, randomness, now_ms()) {
                Ok(done) if as_json => json(&done),
                Ok(done) => {
                    said(&match done.letters {
                        0 => "nothing of that stands in the case: nothing was done".to_owned(),
                        letters => {
                            format!("{letters} letters went; phones take them out with their next sync")
                        }
                    });
                    ExitCode::SUCCESS
                }
                Err(error) => admin_failed(&error),
            }
        }
        RecordsCommand::Redactions { data, case, json: as_json } => {
            match admin::redactions(&data, case.as_ref(), randomness) {
                Ok(lines) if as_json => json(&lines),
                Ok(lines) => {
                    for line in lines {
                        let (at, letters) = (beijing(line.at_ms), line.letters);
                        said(&format!("{at}  {} {letters} letters: {}", line.case, line.because));
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
