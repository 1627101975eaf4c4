//! Catalogues on the command line: what is wrong with one, what is in one, and signing one.

mod list;
mod sign;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use serde_json::json;
use yuandian_folder::Folder;
use yuandian_model::catalogue::{Inspection, load};
use yuandian_model::{Catalogue, Role};

use crate::said::{Said, one_line};

#[derive(Subcommand)]
pub enum Question {
    /// Report every mistake of a catalogue; exit code 1 if there is one.
    Check {
        /// A directory of TOML files; without it, the catalogue of this version.
        dir: Option<PathBuf>,
        /// One line of JSON.
        #[arg(long)]
        json: bool,
    },
    /// List the services, or those that a text finds, the best first.
    List {
        /// Another catalogue than this version's.
        #[arg(long)]
        dir: Option<PathBuf>,
        /// A code, words, a title, or pinyin of them, first letters included.
        #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
        find: Option<String>,
        /// Only what this role may open; may be given several times.
        #[arg(long, value_name = "ROLE")]
        role: Vec<Role>,
        /// A line of JSON for each.
        #[arg(long)]
        json: bool,
    },
    /// List the classes of components (管理部件).
    Components {
        /// Another catalogue than this version's.
        #[arg(long)]
        dir: Option<PathBuf>,
        /// A line of JSON for each.
        #[arg(long)]
        json: bool,
    },
    /// Write the catalogue of this version into an empty directory, to begin one's own with.
    Export {
        /// Made where it is not there.
        dir: PathBuf,
    },
    /// Make a key to sign catalogues with: FILE, and FILE.pub for those who verify.
    Keygen {
        /// Must not be there yet.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Sign a catalogue that has no mistakes.
    Sign {
        /// A directory of TOML files.
        dir: PathBuf,
        /// The secret key: 32 bytes in hex.
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
        /// Where the signed catalogue goes.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Check a signed catalogue against the key that is trusted; exit code 1 if it is not to be used.
    Verify {
        /// The signed catalogue.
        file: PathBuf,
        /// The public key: 32 bytes in hex.
        #[arg(long, value_name = "FILE.pub")]
        key: PathBuf,
        /// One line of JSON.
        #[arg(long)]
        json: bool,
    },
}

pub fn answer(question: &Question) -> Result<ExitCode, String> {
    said(question)?.print()
}

fn said(question: &Question) -> Result<Said, String> {
    match question {
        Question::Check { dir, json } => Ok(check(&Folder::of(dir.as_deref()), *json)),
        Question::List { dir, find, role, json } => {
            let catalogue = open(dir.as_deref())?;
            let roles = (!role.is_empty()).then_some(role.as_slice());
            Ok(Said::good(list::list(&catalogue, find.as_deref().unwrap_or_default(), roles, *json)))
        }
        Question::Components { dir, json } => Ok(Said::good(list::components(&open(dir.as_deref())?, *json))),
        Question::Export { dir } => yuandian_folder::export(dir).map(Said::good),
        Question::Keygen { out } => sign::keygen(out).map(Said::good),
        Question::Sign { dir, key, out } => {
            let key = sign::secret(key)?;
            let folder = Folder::of(Some(dir));
            let checked = check(&folder, false);
            if checked.good { sign::sign(&folder.files(), &key, out).map(Said::good) } else { Ok(checked) }
        }
        Question::Verify { file, key, json } => sign::verify(file, key, *json),
    }
}

/// The catalogue of a directory, or this version's.
pub fn open(dir: Option<&Path>) -> Result<Catalogue, String> {
    let folder = Folder::of(dir);
    let mut mistakes = folder.mistakes.clone();
    let loaded = if folder.texts.is_empty() { None } else { Some(load(&folder.files())) };
    match loaded {
        Some(Ok(catalogue)) if mistakes.is_empty() => return Ok(catalogue),
        Some(Err(error)) => mistakes.extend(error.0),
        Some(Ok(_)) | None => {}
    }
    let shown = mistakes.len().min(MISTAKES_SHOWN_MAX);
    let rest = match mistakes.len() - shown {
        0 => String::new(),
        rest => format!("\nand {rest} mistakes more: `catalogue check` tells all"),
    };
    Err(format!("{}{rest}", lines(&mistakes[..shown])))
}

/// Mistakes that are told to whoever asked for something else.
const MISTAKES_SHOWN_MAX: usize = 5;

fn lines(mistakes: &[impl ToString]) -> String {
    mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn check(folder: &Folder, json: bool) -> Said {
    let Inspection { version, services, workflows, mistakes } = folder.inspect();
    let good = mistakes.is_empty();
    let text = if json {
        one_line(&json!({
            "files": folder.found,
            "services": services,
            "workflows": workflows,
            "version": version,
            "mistakes": mistakes,
        }))
    } else if good {
        let version = version.unwrap_or_default();
        format!("version {version}: {} files, {services} services, {workflows} workflows", folder.found)
    } else {
        format!("{}\n{} mistakes in {} files", lines(&mistakes), mistakes.len(), folder.found)
    };
    Said { text, good }
}

#[cfg(test)]
mod tests;
