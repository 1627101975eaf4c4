//! Real clients against our server: each uploads over a link that is cut, stops in the middle, and goes on in another process of its own.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use yuandian_programs::process::{Owned, run};
use yuandian_programs::proxy::Proxy;
use yuandian_programs::{Played, Stop};

use crate::http::{Request, Url};
use crate::ours::Ours;
use crate::rules::{self, Not};
use crate::subject::Subject;

/// One file, bytes: many pieces of a client's.
const FILE_BYTES: usize = 3_000_000;
/// The link is cut each time that a connection wants to send more than so much, bytes: more than a piece, so that a client which looks for the
/// last whole piece makes progress.
const CUT_AFTER: u64 = 700_000;
/// How long one run of a client may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// Rules that a server of others holds, at least: it has uploads, and most of what they are.
const HELD_BY_OTHERS: usize = 12;

/// A client and how it is run.
pub struct Client {
    /// Its name.
    pub name: &'static str,
    /// The interpreter.
    pub interpreter: PathBuf,
    /// The script that drives it.
    pub script: PathBuf,
    /// Where its packages are.
    pub packages: PathBuf,
}

/// Lets each client upload a file. The lines that say so.
///
/// # Errors
/// What a client did wrong, in words.
pub fn upload(program: &Path, clients: &[Client]) -> Played<Vec<Value>> {
    let folder = tempfile::Builder::new().prefix("yuandian-tus-").tempdir()?;
    let ours = Ours::start(program, &folder.path().join("server"), &vec![FILE_BYTES; clients.len()])?;
    let proxy = Proxy::to(ours.server.address())?;
    clients
        .iter()
        .zip(&ours.files)
        .map(|(client, file)| one(client, file, &ours, &proxy, folder.path()))
        .collect()
}

fn one(client: &Client, file: &[u8], ours: &Ours, proxy: &Proxy, folder: &Path) -> Played<Value> {
    let path = folder.join(format!("{}.bin", client.name));
    std::fs::write(&path, file)?;
    let hash = hex::encode(Sha256::digest(file));
    let url = format!("http://{}{}", proxy.address(), yuandian_sync::transfer::UPLOADS_PATH);
    let before = proxy.traffic();
    proxy.cut_after(Some(CUT_AFTER));
    // First to a pause in the middle, then, as somebody who has only the address that the first one said, to the end.
    let mut at = String::new();
    for stop_at in [FILE_BYTES / 2, FILE_BYTES] {
        let mut command = Command::new(&client.interpreter);
        command
            .arg(&client.script)
            .args([&url, &ours.token, &path.display().to_string(), &hash, &stop_at.to_string(), &at])
            .env("NODE_PATH", &client.packages)
            .env("YUANDIAN_PACKAGES", &client.packages);
        let ran = run(&mut command, PATIENCE)?;
        if ran.code != Some(0) {
            let words = format!("{} {}", ran.stdout.trim(), ran.stderr.trim());
            return Err(Stop(format!("{} ended with {:?}: {words}", client.name, ran.code)));
        }
        let said: Value = serde_json::from_str(ran.stdout.lines().last().unwrap_or_default())
            .map_err(|e| Stop(format!("{}: {:?} is no JSON: {e}", client.name, ran.stdout)))?;
        at = said["url"].as_str().unwrap_or_default().to_owned();
        let offset = offset(&at, ours)?;
        let paused = stop_at < FILE_BYTES;
        if (paused && !(1..FILE_BYTES as u64).contains(&offset)) || (!paused && offset != FILE_BYTES as u64) {
            return Err(Stop(format!("{}: told to stop at {stop_at}, it left {offset} bytes", client.name)));
        }
    }
    proxy.cut_after(None);
    stored_as_sent(&hash, file, ours)?;
    let traffic = proxy.traffic();
    Ok(json!({
        "client": client.name, "bytes": FILE_BYTES, "sent": traffic.sent - before.sent, "cuts": traffic.cuts - before.cuts,
    }))
}

/// Looks at every rule on `@tus/server`, which was written by others: the black box is not made for ours alone. What it says of that server is
/// told; that it says anything good of it is what is held.
///
/// # Errors
/// What went wrong, in words.
pub fn other_server(node: &Path, script: &Path, packages: &Path) -> Played<Value> {
    let folder = tempfile::Builder::new().prefix("yuandian-tus-").tempdir()?;
    let mut command = Command::new(node);
    command.arg(script).arg(folder.path()).env("YUANDIAN_PACKAGES", packages);
    let mut server = Owned::start(&mut command)?;
    let (stdout, stderr) = (server.stdout(), server.stderr());
    let Some(url) = stdout.next(PATIENCE) else {
        return Err(Stop(format!("@tus/server did not start: {}", stderr.so_far().join(" / "))));
    };
    let seen = rules::look(&mut Subject::new(Url::parse(&url)?, None, vec![], vec![]));
    let failed: Vec<&str> =
        seen.iter().filter(|seen| matches!(seen.held, Err(Not::Failed(_)))).map(|seen| seen.words).collect();
    let ok = seen.iter().filter(|seen| seen.held.is_ok()).count();
    if ok < HELD_BY_OTHERS {
        return Err(Stop(format!("@tus/server holds only {ok} rules; it does not hold {failed:?}")));
    }
    Ok(json!({ "server": "@tus/server", "ok": ok, "failed": failed }))
}

/// Where an upload stands, asked of the server itself.
fn offset(location: &str, ours: &Ours) -> Played<u64> {
    let told = Url::parse(location)?;
    let url = Url { authority: ours.server.address().to_string(), ..told };
    let answer = Request::new("HEAD", &url).header("Tus-Resumable", "1.0.0").send()?;
    answer.number("upload-offset").ok_or_else(|| Stop(format!("HEAD was answered {}", answer.status)))
}

/// That a file can be read, and is the one that was sent.
fn stored_as_sent(hash: &str, file: &[u8], ours: &Ours) -> Played<()> {
    let url = Url { authority: ours.server.address().to_string(), path: format!("/v1/blobs/{hash}") };
    let answer =
        Request::new("GET", &url).header("Authorization", &format!("Bearer {}", ours.token)).send()?;
    if answer.status == 200 && answer.body == file {
        Ok(())
    } else {
        Err(Stop(format!("reading {hash} was answered {} with {} bytes", answer.status, answer.body.len())))
    }
}
