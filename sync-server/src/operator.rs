//! `yuandian-server admin …` and `catalogue …`: what an operator does beside a running server.

mod authority;
mod catalogue;
mod files;
mod records;

pub use authority::Bounds;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use yuandian_model::calendar::beijing;
use yuandian_model::{CaseId, DeviceId, DivisionCode};
use yuandian_server::admin::{self, AdminError};
use yuandian_server::shell::backup::{RedactedLine, Restored};
use yuandian_server::shell::{SystemRandomness, now_ms};

use crate::{admin_failed, json, said};

pub use catalogue::{CatalogueCommand, operate as catalogue};

/// What an operator can do.
#[derive(Subcommand)]
pub enum AdminCommand {
    /// About authority.
    #[command(flatten)]
    Authority(authority::AuthorityCommand),
    /// About stored files.
    #[command(flatten)]
    Files(files::FilesCommand),
    /// About the ledgers of people.
    #[command(flatten)]
    Records(records::RecordsCommand),
    /// Move a case to another grid.
    Move {
        /// The data directory.
        #[arg(long)]
        data: PathBuf,
        /// The case.
        #[arg(long)]
        case: CaseId,
        /// The division it belongs to, like 410102001.
        #[arg(long)]
        to: DivisionCode,
    },
    /// Who heard of a request, when, and by which way.
    Notifications {
        /// The data directory.
        #[arg(long)]
        data: PathBuf,
        /// The request.
        #[arg(long)]
        case: CaseId,
        /// As JSON, a line each.
        #[arg(long)]
        json: bool,
    },
    /// Open a case that ended again.
    Reopen {
        /// The data directory.
        #[arg(long)]
        data: PathBuf,
        /// The case.
        #[arg(long)]
        case: CaseId,
    },
    /// Who was told private answers of a case, and when.
    Looks {
        /// The data directory.
        #[arg(long)]
        data: PathBuf,
        /// The case.
        case: CaseId,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Why a case is, or is not, on a phone.
    Why {
        /// The data directory.
        #[arg(long)]
        data: PathBuf,
        /// The device.
        device: DeviceId,
        /// The case.
        case: CaseId,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}

/// Does it.
pub fn operate(command: AdminCommand) -> ExitCode {
    match command {
        AdminCommand::Authority(command) => authority::operate(command),
        AdminCommand::Files(command) => files::operate(command),
        AdminCommand::Records(command) => records::operate(command),
        AdminCommand::Move { data, case, to } => numbered(
            admin::move_case(&data, case, &to, &mut SystemRandomness, now_ms()),
            "it lies there already",
        ),
        AdminCommand::Notifications { data, case, json: as_json } => {
            match admin::notifications(&data, &case, &mut SystemRandomness) {
                Ok(lines) => {
                    for line in &lines {
                        if as_json {
                            json(line);
                        } else {
                            let (way, told) =
                                (line.way.unwrap_or("waits"), line.told_ms.unwrap_or(line.due_ms));
                            said(&format!("{} {} {way} {}", line.to, line.why, beijing(told)));
                        }
                    }
                    ExitCode::SUCCESS
                }
                Err(error) => admin_failed(&error),
            }
        }
        AdminCommand::Reopen { data, case } => {
            numbered(admin::reopen_case(&data, case, &mut SystemRandomness, now_ms()), "it has not ended")
        }
        AdminCommand::Looks { data, case, json: as_json } => {
            match admin::looks(&data, case, &mut SystemRandomness) {
                Ok(looks) if as_json => json(&looks),
                Ok(looks) => {
                    for look in looks {
                        let (at, keys) = (beijing(look.at_ms), look.keys.join(", "));
                        said(&format!("{at}  {} {}: {keys}", look.who, look.name));
                    }
                    ExitCode::SUCCESS
                }
                Err(error) => admin_failed(&error),
            }
        }
        AdminCommand::Why { data, device, case, json: as_json } => {
            match admin::why(&data, device, case, &mut SystemRandomness, now_ms()) {
                Ok(why) if as_json => json(&why),
                Ok(why) => {
                    said(&format!("{}: {}", why.there, why.words.join("\n")));
                    ExitCode::SUCCESS
                }
                Err(error) => admin_failed(&error),
            }
        }
    }
}

fn numbered(done: Result<Option<u64>, AdminError>, otherwise: &str) -> ExitCode {
    match done {
        Ok(Some(seq)) => said(&format!("done, number {seq}")),
        Ok(None) => said(&format!("nothing to do: {otherwise}")),
        Err(error) => return admin_failed(&error),
    }
    ExitCode::SUCCESS
}

/// What a restore did, and what to do next.
pub fn restored((data, keys): (&Path, Option<&Path>), restored: &Restored) -> String {
    let keys = keys.map(|keys| format!(" --keys {}", keys.display())).unwrap_or_default();
    let partitions: Vec<String> =
        restored.partitions.iter().map(|p| format!("{} at {}", p.epoch, p.head)).collect();
    let again = |line: &RedactedLine| {
        format!("\nto be redacted again, {} stands there as before: {}", line.case, line.because)
    };
    let again: String = restored.to_redact.iter().map(again).collect();
    let lost: String =
        restored.lost.iter().map(|hash| format!("\nlost, wanted from phones again: {hash}")).collect();
    format!(
        "restored the backup of {} ms: {} blobs; new epoch {}{lost}{again}\nstart it with `yuandian-server serve --data {}{keys}`: phones refill what came after the backup",
        restored.made_ms,
        restored.blobs,
        partitions.join(", "),
        data.display()
    )
}
