//! A photo over a link that dies every 200 kB, with kills of both ends: what is sent beside the file, and what arrives.
//!
//! Each run is a phone's real report with a photo that nobody took before, and syncs until the server has it. While it is on its way the phone or
//! the server is killed one to four times, after so many bytes as the seed says. A kill is a cut like any other.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use yuandian_programs::evidence::hash_of;
use yuandian_programs::phone::{Phone, number, text};
use yuandian_programs::proxy::Proxy;
use yuandian_programs::seed::Seed;
use yuandian_programs::server::{Server, case_in};
use yuandian_programs::{Played, Stop};

/// Bytes that pass before a connection is cut.
const CUT_AFTER: u64 = 200_000;
/// One piece of an upload, bytes: what a cut may cost.
const CHUNK: u64 = yuandian_sync::limits::PATCH_BYTES;
/// Kills while one file is on its way, at most; one at least. Each is of the phone or of the server.
const KILLS_MAX: usize = 4;
/// Syncs of one run, at most.
const SYNCS_MAX: usize = 60;
/// How long a kill waits for the bytes that it is due after.
const DUE: Duration = Duration::from_secs(5);
/// The photograph, a camera's own of several megabytes.
const SAMPLE: &str = "picos12_o8.jpg";
const GRID: &str = "410102001";

/// What to do.
pub struct Asked {
    /// Folder of the programs.
    pub programs: PathBuf,
    /// How many files.
    pub runs: usize,
    /// Fixes which syncs are killed after how many bytes.
    pub seed: u64,
}

struct Link {
    server: Option<Server>,
    program: PathBuf,
    proxy: Proxy,
    server_kills: u32,
    phone_kills: u32,
}

impl Link {
    fn server(&self) -> Played<&Server> {
        self.server.as_ref().ok_or_else(|| Stop("there is no server".into()))
    }

    fn kill_server(&mut self) -> Played<()> {
        let mut server = self.server.take().ok_or_else(|| Stop("there is no server".into()))?;
        let data = server.data().to_owned();
        server.kill_now()?;
        drop(server);
        self.server_kills += 1;
        let server = Server::start(&self.program, &data)?;
        self.proxy.lead_to(server.address());
        self.server = Some(server);
        Ok(())
    }
}

/// Plays the runs. The line of counts, and whether all is well.
///
/// # Errors
/// What went wrong beside the uploads themselves, in words.
pub fn play(asked: &Asked) -> Played<(Value, bool)> {
    let began = Instant::now();
    let folder = tempfile::Builder::new().prefix("yuandian-upload-").tempdir()?;
    let program = |name: &str| asked.programs.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    let server = Server::start(&program("yuandian-server"), &folder.path().join("server"))?;
    let proxy = Proxy::to(server.address())?;
    let code = server.invite("grid_worker", GRID, 1)?.pop().ok_or_else(|| Stop("no invitation".into()))?;
    let phone = Phone::new(program("yuandian"), folder.path(), "phone", "网格员");
    let url = format!("http://{}", proxy.address());
    phone.ask(&["enroll", "--server", &url, "--code", &code, "--name", "网格员"])?;
    let mut link = Link {
        server: Some(server),
        program: program("yuandian-server"),
        proxy,
        server_kills: 0,
        phone_kills: 0,
    };
    let (mut good, mut over, mut bytes, mut sent, mut cuts, mut worst) = (0, 0, 0, 0, 0, 0.0_f64);
    for run in 0..asked.runs {
        let mut seed = Seed::new(asked.seed).part(run as u64);
        let one = one(run, &mut link, &phone, folder.path(), &mut seed)?;
        good += usize::from(one.whole);
        over += usize::from(one.sent > one.allowed);
        worst = worst.max(one.sent as f64 / one.bytes as f64);
        (bytes, sent, cuts) = (bytes + one.bytes, sent + one.sent, cuts + one.cuts);
        eprintln!(
            "{}: {} bytes, {} sent, {} cuts, at most {}{}",
            run + 1,
            one.bytes,
            one.sent,
            one.cuts,
            one.allowed,
            if one.whole { "" } else { ": NOT WHOLE" }
        );
    }
    let line = json!({
        "runs": asked.runs, "whole": good, "over": over, "bytes": bytes, "sent": sent, "cuts": cuts,
        "ratio": sent as f64 / bytes.max(1) as f64, "worst_ratio": worst,
        "phone_kills": link.phone_kills, "server_kills": link.server_kills,
        "seconds": (began.elapsed().as_secs_f64() * 10.0).round() / 10.0, "seed": asked.seed,
    });
    Ok((line, good == asked.runs && over == 0))
}

struct One {
    bytes: u64,
    sent: u64,
    cuts: u64,
    allowed: u64,
    whole: bool,
}

fn one(run: usize, link: &mut Link, phone: &Phone, folder: &Path, seed: &mut Seed) -> Played<One> {
    let (file, bytes) = photo(folder, &format!("run {run} seed {}", seed.draw()))?;
    let hash = hash_of(&file)?;
    let path = file.display().to_string();
    let case = reported(phone, &path)?;
    // Everything that the phone sends is counted, its small pictures and every word of its protocol: the figure is held against the file alone.
    let (before, kills) = (link.proxy.traffic(), link.phone_kills + link.server_kills);
    link.proxy.cut_after(Some(CUT_AFTER));
    let (mut whole, mut to_kill) = (false, 1 + seed.below(KILLS_MAX));
    for _ in 0..SYNCS_MAX {
        let mut child = phone.start(&["sync"])?;
        let mut running = true;
        while to_kill > 0 && running {
            let due = link.proxy.traffic().sent + 1 + seed.draw() % (bytes / KILLS_MAX as u64);
            link.proxy.wait_for(due, DUE);
            to_kill -= 1;
            if seed.percent(50) {
                link.phone_kills += u32::from(child.kill_now()?);
                running = false;
            } else {
                link.kill_server()?;
                running = child.wait(Duration::ZERO)?.is_none();
            }
        }
        if running {
            // It may end badly: the link is bad.
            let _ = phone.finish_sync(child);
        }
        let summary = link.server()?.summary()?;
        let photos =
            case_in(&summary, &case).map(|c| (number(c, "photos/expected"), number(c, "photos/stored")));
        if matches!(photos, Some((Some(expected), Some(stored))) if expected > 0 && expected == stored) {
            whole = is_whole(link.server()?.data(), &hash)?;
            break;
        }
    }
    let traffic = link.proxy.traffic();
    let cuts =
        u64::from(traffic.cuts - before.cuts) + u64::from(link.phone_kills + link.server_kills - kills);
    let allowed = bytes + bytes / 20 + cuts * CHUNK;
    link.proxy.cut_after(None);
    std::fs::remove_file(&file)?;
    Ok(One { bytes, sent: traffic.sent - before.sent, cuts, allowed, whole })
}

fn reported(phone: &Phone, photo: &str) -> Played<String> {
    let said = phone.ask(&[
        "capture",
        "--service",
        "case.city.E06010",
        "--at",
        "113.62417,34.75182,6",
        "--text",
        "路面破损",
        "--no-photo",
        "只有一张",
        "--photo",
        photo,
    ])?;
    let case = text(&said, "id");
    if case.is_empty() { Err(Stop(format!("a capture without an id: {said}"))) } else { Ok(case.to_owned()) }
}

/// The sample with these words in it, and its size.
fn photo(folder: &Path, words: &str) -> Played<(PathBuf, u64)> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/photos").join(SAMPLE);
    let jpeg = std::fs::read(&data).map_err(|e| Stop(format!("{}: {e}", data.display())))?;
    let length = u16::try_from(words.len() + 2).map_err(|e| Stop(e.to_string()))?;
    let (start, rest) = jpeg.split_at_checked(2).ok_or_else(|| Stop("the sample is no JPEG".into()))?;
    let bytes = [start, &[0xff, 0xfe], &length.to_be_bytes(), words.as_bytes(), rest].concat();
    let file = folder.join("photo.jpg");
    std::fs::write(&file, &bytes)?;
    Ok((file, bytes.len() as u64))
}

/// Whether the server's own disk holds the file under its hash.
fn is_whole(data: &Path, hash: &str) -> Played<bool> {
    let file = data.join("blobs").join(&hash[..2]).join(&hash[2..4]).join(hash);
    Ok(file.is_file() && hash_of(&file)? == hash)
}
