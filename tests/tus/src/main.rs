//! `yuandian-tus`: resumable uploads from outside.
//!
//! `check` looks at every rule of tus 1.0 on any server, `offer` starts ours with files to upload for whoever wants to try it by hand,
//! `clients` lets real clients upload to ours, `upload` sends photos over a link that dies, with kills of both ends.
#![allow(clippy::disallowed_methods, reason = "real programs and servers, in real time, on real files")]

mod badlink;
mod clients;
mod http;
mod ours;
mod rules;
mod subject;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use serde_json::json;
use sha2::{Digest, Sha256};
use yuandian_programs::{Played, Stop};

use crate::clients::Client;
use crate::http::Url;
use crate::ours::Ours;
use crate::rules::{Not, Seen};
use crate::subject::Subject;

/// Sizes of the files that our server is to take, bytes: as many as rules upload whole, and one for the others.
const OUR_FILES: [usize; 3] = [300_000; 3];

#[derive(Parser)]
#[command(name = "yuandian-tus", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Look at every rule of tus 1.0 that a server offers; exit code 1 if one does not hold.
    Check {
        /// Where uploads are made, like http://127.0.0.1:1080/files; our own server, started for it, without.
        url: Option<String>,
        /// A bearer token, where the server asks for one.
        #[arg(long)]
        token: Option<String>,
        /// Beside `sha256`: more that is said of a file, as `KEY VALUE`.
        #[arg(long, value_name = "KEY VALUE")]
        metadata: Vec<String>,
        /// A file that the server takes, where it does not take any; three are enough for every rule.
        #[arg(long)]
        file: Vec<PathBuf>,
        /// A line of JSON for each rule, and one for the counts.
        #[arg(long)]
        json: bool,
        /// Folder with the program `yuandian-server`.
        #[arg(long, value_name = "DIR")]
        bin_dir: PathBuf,
    },
    /// Start our server with files that it waits for, say how they are uploaded, and serve until killed.
    Offer {
        /// Where the files are written.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// Folder with the program `yuandian-server`.
        #[arg(long, value_name = "DIR")]
        bin_dir: PathBuf,
    },
    /// Let tus-js-client and tuspy upload, pause and resume against our server, over a link that is cut.
    Clients {
        /// Folder with the program `yuandian-server`.
        #[arg(long, value_name = "DIR")]
        bin_dir: PathBuf,
        /// Node, and the folder where `node_modules` with tus-js-client is.
        #[arg(long, num_args = 2, value_names = ["NODE", "DIR"])]
        js: Option<Vec<PathBuf>>,
        /// A Python that has tuspy.
        #[arg(long, value_name = "PYTHON")]
        python: Option<PathBuf>,
    },
    /// Upload photos over a link that dies every 200,000 bytes, with kills of both ends; exit code 1 if one is not whole or cost too much.
    Upload {
        /// How many photos.
        #[arg(long, default_value_t = 200)]
        runs: usize,
        /// Fixes which syncs are killed.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Only the line of JSON on standard output.
        #[arg(long)]
        json: bool,
        /// Folder with the programs `yuandian` and `yuandian-server`.
        #[arg(long, value_name = "DIR")]
        bin_dir: PathBuf,
    },
}

fn main() -> ExitCode {
    match play(Cli::parse().command) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(stop) => {
            eprintln!("yuandian-tus: {stop}");
            ExitCode::FAILURE
        }
    }
}

fn play(command: Command) -> Played<bool> {
    match command {
        Command::Check { url, token, metadata, file, json, bin_dir } => {
            let metadata = metadata.iter().map(|pair| said(pair)).collect::<Played<_>>()?;
            let files = file.iter().map(|path| read(path)).collect::<Played<_>>()?;
            match url {
                Some(url) => {
                    let url = Url::parse(&url)?;
                    Ok(report(&rules::look(&mut Subject::new(url, token, metadata, files)), json))
                }
                None => {
                    let folder = tempfile::Builder::new().prefix("yuandian-tus-").tempdir()?;
                    let ours = Ours::start(&server(&bin_dir)?, folder.path(), &OUR_FILES)?;
                    let (url, files) = (Url::parse(&ours.uploads())?, ours.files.clone());
                    let mut subject = Subject::new(url, Some(ours.token.clone()), metadata, files);
                    Ok(report(&rules::look(&mut subject), json))
                }
            }
        }
        Command::Offer { out, bin_dir } => offer(&out, &bin_dir),
        Command::Clients { bin_dir, js, python } => {
            let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients");
            let mut clients = Vec::new();
            if let Some([node, packages]) = js.as_deref() {
                clients.push(Client {
                    name: "tus-js-client",
                    interpreter: node.clone(),
                    script: scripts.join("upload.mjs"),
                    packages: packages.clone(),
                });
            }
            if let Some(python) = python {
                clients.push(Client {
                    name: "tuspy",
                    interpreter: python,
                    script: scripts.join("upload.py"),
                    packages: PathBuf::new(),
                });
            }
            for line in clients::upload(&server(&bin_dir)?, &clients)? {
                println!("{line}");
            }
            if let Some([node, packages]) = js.as_deref() {
                println!("{}", clients::other_server(node, &scripts.join("other-server.mjs"), packages)?);
            }
            Ok(true)
        }
        Command::Upload { runs, seed, json, bin_dir } => {
            let programs = std::path::absolute(&bin_dir)?;
            let (line, good) = badlink::play(&badlink::Asked { programs, runs, seed })?;
            if !json {
                println!("{} of {} files are whole", line["whole"], line["runs"]);
            }
            println!("{line}");
            Ok(good)
        }
    }
}

fn server(bin_dir: &Path) -> Played<PathBuf> {
    let name = format!("yuandian-server{}", std::env::consts::EXE_SUFFIX);
    let path = std::path::absolute(bin_dir.join(name))?;
    if path.is_file() { Ok(path) } else { Err(Stop(format!("there is no {}", path.display()))) }
}

fn said(pair: &str) -> Played<(String, String)> {
    let (key, value) = pair.split_once(' ').unwrap_or((pair, ""));
    let plain = !key.is_empty() && key.bytes().all(|b| b.is_ascii_graphic() && b != b',');
    if plain { Ok((key.into(), value.into())) } else { Err(Stop(format!("{pair:?} is not `KEY VALUE`"))) }
}

fn read(path: &Path) -> Played<Vec<u8>> {
    let bytes = std::fs::read(path).map_err(|e| Stop(format!("{}: {e}", path.display())))?;
    if bytes.len() < SMALLEST {
        return Err(Stop(format!("{} is smaller than {SMALLEST} bytes: give a larger file", path.display())));
    }
    Ok(bytes)
}

/// What the rules send of one file, bytes.
const SMALLEST: usize = 100_000;

/// Says what was seen. Whether nothing failed.
fn report(seen: &[Seen], as_json: bool) -> bool {
    let (mut ok, mut failed, mut skipped) = (0, 0, 0);
    for Seen { of, words, held } in seen {
        let (verdict, why, count) = match held {
            Ok(()) => ("ok", "", &mut ok),
            Err(Not::Failed(why)) => ("FAILED", why.as_str(), &mut failed),
            Err(Not::Skipped(why)) => ("skipped", why.as_str(), &mut skipped),
        };
        *count += 1;
        if as_json {
            println!(
                "{}",
                json!({ "rule": words, "of": of, "verdict": verdict.to_lowercase(), "detail": why })
            );
        } else {
            println!("{verdict}: {of}: {words}{}{why}", if why.is_empty() { "" } else { " — " });
        }
    }
    if as_json {
        println!("{}", json!({ "ok": ok, "failed": failed, "skipped": skipped }));
    } else {
        println!("{ok} ok, {failed} failed, {skipped} skipped");
    }
    failed == 0
}

fn offer(out: &Path, bin_dir: &Path) -> Played<bool> {
    let folder = tempfile::Builder::new().prefix("yuandian-tus-").tempdir()?;
    let mut ours = Ours::start(&server(bin_dir)?, folder.path(), &OUR_FILES)?;
    std::fs::create_dir_all(out)?;
    let (url, token) = (ours.uploads(), &ours.token);
    println!("{}", json!({ "url": url, "token": token }));
    let mut line = format!("cargo xtask tus-check {url} --token {token}");
    for (n, file) in ours.files.iter().enumerate() {
        let path = std::path::absolute(out.join(format!("file-{n}.bin")))?;
        std::fs::write(&path, file)?;
        let hash = hex::encode(Sha256::digest(file));
        println!("{}", json!({ "file": path.display().to_string(), "sha256": hash, "bytes": file.len() }));
        line += &format!(" --file {}", path.display());
    }
    eprintln!("the token is good for 15 minutes; each file is taken whole once:\n{line}");
    ours.server.stay()?;
    Ok(true)
}
