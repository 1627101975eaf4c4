//! `yuandian-server`: serve, invite, backup, restore, summary, admin.
#![allow(clippy::disallowed_methods, reason = "a command line is the room for clock, files and randomness")]

mod operator;

use std::io::{IsTerminal as _, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use yuandian_model::{DivisionCode, Grant, Role};
use yuandian_server::admin::{self, AdminError};
use yuandian_server::shell::{Backups, Options, ServeError, Server, SystemRandomness, now_ms};

/// The server of Yuandian.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve a data directory until it is told to stop.
    Serve {
        /// The data directory; made if it is not there.
        #[arg(long)]
        data: PathBuf,
        /// Address and port; port 0 takes a free one.
        #[arg(long, default_value = "127.0.0.1:8080")]
        listen: SocketAddr,
        /// Where a backup is made once a day: a place, or `off`; by default inside the data directory.
        #[arg(long)]
        backups: Option<Backups>,
        /// Where the keys of private answers are, which may be on another disk; by default inside the data directory.
        #[arg(long, value_name = "DIR")]
        keys: Option<PathBuf>,
        /// Digits of a division's code that name its partition (4, 6 or 9); fixed with the first case.
        #[arg(long, value_parser = partition_digits)]
        partition_digits: Option<u8>,
        /// A file that notifications for phones that sleep are appended to, a line of JSON each; without, phones find out when they sync.
        #[arg(long, value_name = "FILE")]
        notifications: Option<PathBuf>,
        /// Check that it could serve, say so and end.
        #[arg(long)]
        check_config: bool,
    },
    /// Make single-use invitation codes, one per line. Works while `serve` runs.
    Invite {
        /// The data directory.
        #[arg(long)]
        data: PathBuf,
        /// The role, like grid_worker.
        #[arg(long)]
        role: Role,
        /// The division, like 410102001.
        #[arg(long)]
        grid: DivisionCode,
        /// For whom and how long.
        #[command(flatten)]
        bounds: operator::Bounds,
        /// How many.
        #[arg(long, default_value_t = 1)]
        count: u32,
    },
    /// What an operator does. Works while `serve` runs.
    Admin {
        /// What.
        #[command(subcommand)]
        command: operator::AdminCommand,
    },
    /// Versions of the catalogue of services. Works while `serve` runs.
    Catalogue {
        /// What.
        #[command(subcommand)]
        command: operator::CatalogueCommand,
    },
    /// Make a backup. Works while `serve` runs.
    Backup {
        /// The data directory.
        #[arg(long)]
        data: PathBuf,
        /// The place of backups; each gets a folder there.
        #[arg(long)]
        to: PathBuf,
        /// Where the keys of private answers are, as `serve` was told.
        #[arg(long, value_name = "DIR")]
        keys: Option<PathBuf>,
    },
    /// Put a backup back under a new epoch.
    Restore {
        /// The new data directory, empty or missing.
        #[arg(long)]
        data: PathBuf,
        /// A place of backups, of which the newest is taken, or one backup's folder.
        #[arg(long)]
        from: PathBuf,
        /// Put it back also where files of it are missing or damaged: phones that have them send them again.
        #[arg(long)]
        accept_lost: bool,
        /// Where the keys of private answers go; by default inside the data directory.
        #[arg(long, value_name = "DIR")]
        keys: Option<PathBuf>,
    },
    /// What is on the server. Works while `serve` runs.
    Summary {
        /// The data directory.
        #[arg(long)]
        data: PathBuf,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}

/// The command was carried out but says no, or failed.
const FAILED: u8 = 1;
/// The command line is wrong.
const BAD_INPUT: u8 = 2;

fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    match Cli::parse().command {
        Command::Serve { data, listen, backups, keys, partition_digits, notifications, check_config } => {
            let backups = backups.unwrap_or_default();
            let options = Options { backups, keys, partition_digits, notifications, ..Options::default() };
            ended(serve(&data, listen, &options, check_config))
        }
        Command::Backup { data, to, keys } => {
            match admin::back_up((&data, keys.as_deref()), &to, &mut SystemRandomness, now_ms()) {
                Ok(folder) => {
                    said(&format!("backup made and checked: {}", folder.display()));
                    ExitCode::SUCCESS
                }
                Err(error) => admin_failed(&error),
            }
        }
        Command::Restore { data, from, accept_lost, keys } => {
            let into = (data.as_path(), keys.as_deref());
            match admin::put_back(into, &from, accept_lost, &mut SystemRandomness, now_ms()) {
                Ok(restored) => {
                    said(&operator::restored(into, &restored));
                    ExitCode::SUCCESS
                }
                Err(error) => admin_failed(&error),
            }
        }
        Command::Invite { data, role, grid, bounds, count } => {
            let (grant, evidence) = bounds.on(Grant::new(role, grid));
            match admin::invite(&data, (&grant, evidence.as_deref()), count, &mut SystemRandomness, now_ms())
            {
                Ok(codes) => {
                    said(&codes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
                    ExitCode::SUCCESS
                }
                Err(error) => admin_failed(&error),
            }
        }
        Command::Catalogue { command } => operator::catalogue(command),
        Command::Admin { command } => operator::operate(command),
        Command::Summary { data, json: as_json } => {
            match admin::summary(&data, &mut SystemRandomness, now_ms()) {
                Ok(summary) if as_json => json(&summary),
                Ok(summary) => {
                    said(&format!(
                        "epoch {} · head {} · blobs {}",
                        summary.epoch, summary.head, summary.blobs
                    ));
                    for warning in summary.warnings {
                        said(&format!("warning: {warning}"));
                    }
                    for case in summary.cases {
                        said(&format!(
                            "{} {} {} · {} commits · photos {}/{}",
                            case.id,
                            case.service,
                            case.stage,
                            case.commits,
                            case.photos.stored,
                            case.photos.expected
                        ));
                    }
                    ExitCode::SUCCESS
                }
                Err(error) => admin_failed(&error),
            }
        }
    }
}

/// One line on stdout; a closed pipe is the reader's business.
fn said(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// One line of JSON on stdout.
fn json(value: &impl serde::Serialize) -> ExitCode {
    match serde_json::to_string(value) {
        Ok(text) => {
            said(&text);
            ExitCode::SUCCESS
        }
        Err(error) => failed(&error, FAILED),
    }
}

fn failed(error: &dyn std::error::Error, code: u8) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "yuandian-server: {error}");
    ExitCode::from(code)
}

fn admin_failed(error: &AdminError) -> ExitCode {
    failed(error, if matches!(error, AdminError::Place(_)) { FAILED } else { BAD_INPUT })
}

fn ended(end: Result<(), ServeError>) -> ExitCode {
    match end {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error, FAILED),
    }
}

fn partition_digits(text: &str) -> Result<u8, String> {
    match text {
        "4" => Ok(4),
        "6" => Ok(6),
        "9" => Ok(9),
        _ => Err("give 4 (a city), 6 (a district) or 9 (a street)".to_owned()),
    }
}

fn serve(
    data: &std::path::Path,
    listen: SocketAddr,
    options: &Options,
    check_config: bool,
) -> Result<(), ServeError> {
    let server = Server::open_with(data, options)?;
    let [(_, cities), (_, districts), (_, streets), (_, communities)] = server.divisions();
    let divisions =
        format!("{cities} city, {districts} districts, {streets} streets, {communities} communities");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        if check_config {
            said(&format!("ok: {} can be served on {address}; divisions {divisions}", data.display()));
            return Ok(());
        }
        said(&format!("listening on http://{address}"));
        said(&format!("divisions loaded: {divisions}"));
        server.run(listener, told_to_stop()).await
    })
}

/// Ctrl-C, or SIGTERM where there is one.
async fn told_to_stop() {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                () = interrupted => {}
                _ = terminated.recv() => {}
            }
            return;
        }
    }
    interrupted.await;
}
