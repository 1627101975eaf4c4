//! `yuandian-kill`: real SIGKILLs of real phones and of the real server, in random moments under load.
//!
//! Five people work at once: they capture, note, edit, claim and sync, and 45 of a hundred of their commands are killed in the middle;
//! the server is killed every other second, sometimes again while it starts. After each kill the phone is opened again: what a command
//! had said is saved is there, and SQLite finds the store whole. What was receipted is looked for on the server after each start. In the
//! end everybody syncs, and all copies, photos included, are held against the server's and against what people were told.
//!
//! The last line is `{"kills",…,"lost","doubled","corrupt","seconds","seed"}`; the exit code is 1 if anything is wrong. The seed fixes
//! what people do and which commands are killed; where exactly a kill lands is the machine's.
#![allow(clippy::disallowed_methods, reason = "real programs are killed, in real time, on real files")]

mod book;
mod findings;
mod hand;
mod operator;
mod photos;
mod run;
mod settled;
mod store;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use clap::Parser;
use serde_json::json;
use yuandian_programs::phone::Phone;
use yuandian_programs::proxy::Proxy;
use yuandian_programs::seed::Seed;
use yuandian_programs::server::Server;
use yuandian_programs::{Played, Stop};

use crate::findings::Wrong;
use crate::hand::{Hand, Part};
use crate::operator::Operator;
use crate::run::{GRID, Place, Run};

/// Kills phones and the server in random moments under load, and looks for what was lost.
#[derive(Debug, Parser)]
#[command(name = "yuandian-kill", version)]
struct Options {
    /// Folder with the programs `yuandian` and `yuandian-server`.
    #[arg(long, value_name = "DIR")]
    bin_dir: PathBuf,
    /// How many kills of running processes.
    #[arg(long, default_value_t = 300)]
    count: usize,
    /// Fixes what people do; drawn anew where not given.
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// Only the line of JSON on standard output.
    #[arg(long)]
    json: bool,
}

/// Who works.
const PEOPLE: [(&str, Part); 5] = [
    ("网格员甲", Part::Worker),
    ("网格员乙", Part::Worker),
    ("高国营", Part::Resident),
    ("张阿姨", Part::Volunteer),
    ("李师傅", Part::Volunteer),
];

fn main() -> ExitCode {
    let options = Options::parse();
    let seed = options.seed.unwrap_or_else(from_the_clock);
    eprintln!("seed {seed}");
    match play(&options, seed) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(stop) => {
            eprintln!("yuandian-kill: {stop}");
            ExitCode::FAILURE
        }
    }
}

fn play(options: &Options, seed: u64) -> Played<bool> {
    let began = Instant::now();
    let mut folder = tempfile::Builder::new().prefix("yuandian-kill-").tempdir()?;
    let place = place(options, folder.path())?;
    let server = Server::start(&place.server, &place.data)?;
    let proxy = Proxy::to(server.address())?;
    let run = Run::new(place, proxy, options.count);
    let seeds = Seed::new(seed);
    let mut hands = (0..)
        .zip(PEOPLE)
        .map(|(n, (name, part))| Ok(Hand::new(enrol(&run, &server, name, part.role())?, part, seeds.part(n))))
        .collect::<Played<Vec<Hand>>>()?;
    let auditor = enrol(&run, &server, "巡查员", "grid_worker")?;
    let mut operator = Operator::new(server, auditor, seeds.part(1_000));
    std::thread::scope(|all| {
        for hand in &mut hands {
            all.spawn(|| hand.live(&run));
        }
        operator.live(&run);
    });
    if run.is_late() {
        run.findings
            .add(Wrong::Corrupt, format!("only {} kills in the time for {}", run.kills(), run.wanted));
    }
    let newcomer = enrol(&run, operator.server()?, "新来的", "grid_worker")?;
    let mut everyone: Vec<&Phone> = hands.iter().map(|hand| &hand.phone).collect();
    everyone.push(&newcomer);
    operator.come_to_rest(&everyone, &run)?;
    let server = operator.into_server()?;
    settled::judge(&run, &mut hands, &newcomer, &server)?;
    settled::close(&run, server)?;
    let good = run.findings.len() == 0;
    if !good {
        folder.disable_cleanup(true);
        eprintln!("kept: {}", folder.path().display());
    }
    report(options, &run, seed, began);
    Ok(good)
}

fn report(options: &Options, run: &Run, seed: u64, began: Instant) {
    let (phones, servers, commands) = run.counts();
    let [lost, doubled, corrupt] =
        [Wrong::Lost, Wrong::Doubled, Wrong::Corrupt].map(|wrong| run.findings.count(wrong));
    let seconds = (began.elapsed().as_secs_f64() * 10.0).round() / 10.0;
    if !options.json {
        println!("{phones} kills of phones and {servers} of the server in {commands} commands, {seconds} s");
    }
    let line = json!({
        "kills": run.kills(), "phone_kills": phones, "server_kills": servers, "commands": commands,
        "lost": lost, "doubled": doubled, "corrupt": corrupt, "seconds": seconds, "seed": seed,
    });
    println!("{line}");
}

fn place(options: &Options, folder: &Path) -> Played<Place> {
    let programs = std::path::absolute(&options.bin_dir)?;
    let program = |name: &str| {
        let path = programs.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
        if path.is_file() { Ok(path) } else { Err(Stop(format!("there is no {}", path.display()))) }
    };
    let place = Place {
        phone: program("yuandian")?,
        server: program("yuandian-server")?,
        data: folder.join("server"),
        homes: folder.join("phones"),
        photos: folder.join("photos"),
    };
    std::fs::create_dir_all(&place.photos)?;
    Ok(place)
}

/// A phone of a person with this role in the grid.
fn enrol(run: &Run, server: &Server, name: &'static str, role: &str) -> Played<Phone> {
    let code = server.invite(role, GRID, 1)?.pop().ok_or_else(|| Stop("no invitation".into()))?;
    let phone = Phone::new(run.place.phone.clone(), &run.place.homes, name, name);
    let url = format!("http://{}", run.proxy.address());
    phone.ask(&["enroll", "--server", &url, "--code", &code, "--name", name])?;
    Ok(phone)
}

/// Six digits are short enough to type again.
fn from_the_clock() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| u64::from(since.subsec_nanos()) % 1_000_000)
}
