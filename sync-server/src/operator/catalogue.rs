//! `yuandian-server catalogue …`: publishing a version, and which there are.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use yuandian_server::admin::{self, CatalogueLine};
use yuandian_server::shell::{SystemRandomness, now_ms};

use crate::{admin_failed, json, said};

/// What an operator can do about the catalogue.
#[derive(Subcommand)]
pub enum CatalogueCommand {
    /// Publish a catalogue: phones fetch it with their next sync, open cases keep the version they were opened under.
    Publish {
        /// The data directory.
        #[arg(long)]
        data: PathBuf,
        /// A folder of TOML files, or a file that `cargo xtask catalogue sign` has written.
        #[arg(long, value_name = "DIR|FILE")]
        from: PathBuf,
        /// The public key that the file must be signed with: 32 bytes in hex.
        #[arg(long, value_name = "FILE.pub")]
        key: Option<PathBuf>,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Every version that the server knows.
    List {
        /// The data directory.
        #[arg(long)]
        data: PathBuf,
        /// A line of JSON for each.
        #[arg(long)]
        json: bool,
    },
}

/// Does it.
pub fn operate(command: CatalogueCommand) -> ExitCode {
    match command {
        CatalogueCommand::Publish { data, from, key, json: as_json } => {
            match admin::publish(&data, (&from, key.as_deref()), &mut SystemRandomness, now_ms()) {
                Ok(published) if as_json => json(&published),
                Ok(published) => {
                    said(&format!(
                        "version {} published: {} services, {} bytes signed; phones take it with their next sync. Make a backup: a server that is restored from an older one does not know it",
                        published.version, published.services, published.bytes
                    ));
                    ExitCode::SUCCESS
                }
                Err(error) => admin_failed(&error),
            }
        }
        CatalogueCommand::List { data, json: as_json } => {
            match admin::catalogues(&data, &mut SystemRandomness) {
                Ok(lines) => {
                    for line in lines {
                        if as_json {
                            json(&line);
                        } else {
                            said(&shown(&line));
                        }
                    }
                    ExitCode::SUCCESS
                }
                Err(error) => admin_failed(&error),
            }
        }
    }
}

fn shown(line: &CatalogueLine) -> String {
    let force = if line.in_force { ", in force" } else { "" };
    let ships = if line.ships { ", ships with this software" } else { "" };
    format!("version {}: {} services{force}{ships}", line.version, line.services)
}
