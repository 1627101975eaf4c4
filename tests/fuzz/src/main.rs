//! `yuandian-fuzz TARGET --seconds N`: hostile bytes until the time is up.
//!
//! The inputs are run in a process of its own that writes each one down before it runs it: what kills the process (a stack that
//! overflows, memory that is not there, a loop without end) is caught as well as what panics or breaks a promise.
#![allow(clippy::disallowed_methods, reason = "a fuzzer reads files, starts itself and takes the time")]

use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use clap::{Args, Parser, Subcommand};
use serde_json::{Value, json};
use yuandian_fuzz::corpus;
use yuandian_fuzz::minimise::minimise;
use yuandian_fuzz::pool::Pool;
use yuandian_fuzz::{TARGETS, run_caught, target};
use yuandian_programs::seed::Seed;

/// One input that takes longer has no end: its process is ended.
const INPUT_SECONDS_MAX: u64 = 60;
/// Crashers after which a run stops: the next ones would be the same again.
const CRASHES_MAX: usize = 5;
/// Exit code of a process whose input broke a promise.
const BROKE: u8 = 3;

/// Hostile bytes for the gate, the wire, the photo room and forms.
#[derive(Parser)]
#[command(name = "yuandian-fuzz", version, args_conflicts_with_subcommands = true)]
struct Options {
    #[command(flatten)]
    run: Option<Run>,
    #[command(subcommand)]
    inner: Option<Inner>,
}

#[derive(Args)]
struct Run {
    /// What is tried: `gate`, `wire`, `photo` or `forms`.
    target: String,
    /// How long, seconds.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Fixes the inputs; drawn anew where not given.
    #[arg(long)]
    seed: Option<u64>,
    /// Only the line of JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Subcommand)]
enum Inner {
    /// Draws and runs inputs until the time is up or one breaks something; each is written into the file first.
    #[command(hide = true)]
    Draw { target: String, seconds: u64, seed: u64, file: PathBuf },
    /// Runs one input.
    #[command(hide = true)]
    One { target: String, file: PathBuf },
}

fn main() -> ExitCode {
    let options = Options::parse();
    let ended = match (options.inner, options.run) {
        (Some(Inner::Draw { target, seconds, seed, file }), _) => draw(&target, seconds, seed, &file),
        (Some(Inner::One { target, file }), _) => one(&target, &file),
        (None, Some(run)) => fuzz(&run),
        (None, None) => Err("say what is to be tried: gate, wire, photo or forms".into()),
    };
    ended.unwrap_or_else(|error| {
        eprintln!("yuandian-fuzz: {error}");
        ExitCode::FAILURE
    })
}

type Ended = Result<ExitCode, Box<dyn std::error::Error>>;

fn fuzz(run: &Run) -> Ended {
    if !TARGETS.contains(&run.target.as_str()) {
        return Err(format!("no target {}: one of {}", run.target, TARGETS.join(", ")).into());
    }
    let first = run.seed.unwrap_or_else(from_the_clock);
    eprintln!("seed {first}");
    let (began, whole) = (Instant::now(), Duration::from_secs(run.seconds));
    let file = std::env::temp_dir().join(format!("yuandian-fuzz-{}-{}", run.target, std::process::id()));
    let (mut execs, mut ways, mut kept) = (0, 0, vec![]);
    let mut seed = first;
    loop {
        let left = whole.saturating_sub(began.elapsed()).as_secs();
        let mut child = again()?;
        child.args(["draw", &run.target, &left.to_string(), &seed.to_string()]).arg(&file);
        let output = child.stdin(Stdio::null()).stderr(Stdio::inherit()).output()?;
        let said: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        execs += said["execs"].as_u64().unwrap_or(0);
        ways = ways.max(said["ways"].as_u64().unwrap_or(0));
        if output.status.success() {
            break;
        }
        eprintln!("{}: seed {seed}, {}", run.target, output.status);
        let small = made_small(&run.target, &written(&file)?, &file)?;
        let path = corpus::keep(&run.target, &small)?;
        eprintln!("{}: kept as {}", run.target, path.display());
        kept.push(path);
        if kept.len() >= CRASHES_MAX || began.elapsed() >= whole {
            break;
        }
        seed = seed.wrapping_add(1);
    }
    let _ = fs::remove_file(&file);
    let seconds = (began.elapsed().as_secs_f64() * 10.0).round() / 10.0;
    if !run.json {
        println!("{execs} inputs ended in {ways} ways; {} broke something, {seconds} s", kept.len());
    }
    let crashes = kept.len();
    println!(
        "{}",
        json!({"target": run.target, "execs": execs, "crashes": crashes, "seconds": seconds, "ways": ways, "seed": first})
    );
    Ok(if crashes == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// This program again.
fn again() -> std::io::Result<Command> {
    Ok(Command::new(std::env::current_exe()?))
}

/// Made small by running each attempt in a process of its own, as what breaks may be the process.
fn made_small(target: &str, input: &[u8], file: &Path) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let began = Instant::now();
    let patience = Duration::from_secs(60);
    let small = minimise(input, |attempt| {
        if began.elapsed() > patience || write_down(file, attempt).is_err() {
            return false;
        }
        let run = again().and_then(|mut child| {
            child.args(["one", target]).arg(file).stdout(Stdio::null()).stderr(Stdio::null()).status()
        });
        run.is_ok_and(|status| !status.success())
    });
    Ok(small)
}

fn draw(name: &str, seconds: u64, seed: u64, path: &Path) -> Ended {
    let target = target(name).ok_or("no such target")?;
    quiet();
    let mut file = File::options().create(true).write(true).truncate(true).open(path)?;
    let mut pool = Pool::of(target.as_ref());
    let mut seed = Seed::new(seed);
    let until = Instant::now() + Duration::from_secs(seconds);
    let execs = AtomicU64::new(0);
    let done = AtomicBool::new(false);
    let broke = std::thread::scope(|all| {
        all.spawn(|| watch(&execs, &done));
        let mut broke = None;
        while broke.is_none() && Instant::now() < until {
            let input = pool.draw(target.as_ref(), &mut seed);
            if write_into(&mut file, &input).is_err() {
                break;
            }
            match run_caught(target.as_ref(), &input) {
                Ok(way) => pool.ended(input, way),
                Err(broken) => broke = Some(broken),
            }
            execs.fetch_add(1, Ordering::Relaxed);
        }
        done.store(true, Ordering::Relaxed);
        broke
    });
    println!("{}", json!({"execs": execs.load(Ordering::Relaxed), "ways": pool.ways().len()}));
    for (way, count) in pool.ways() {
        eprintln!("{count:>9}  {way}");
    }
    Ok(match broke {
        None => ExitCode::SUCCESS,
        Some(broken) => {
            eprintln!("{name}: {}", broken.0);
            ExitCode::from(BROKE)
        }
    })
}

/// Ends the process where one input does not end.
fn watch(execs: &AtomicU64, done: &AtomicBool) {
    let (mut seen, mut since) = (0, Instant::now());
    while !done.load(Ordering::Relaxed) {
        std::thread::sleep(Duration::from_millis(50));
        let now = execs.load(Ordering::Relaxed);
        if now != seen {
            (seen, since) = (now, Instant::now());
        } else if since.elapsed() > Duration::from_secs(INPUT_SECONDS_MAX) {
            eprintln!("an input did not end within {INPUT_SECONDS_MAX} s");
            std::process::abort();
        }
    }
}

fn one(name: &str, path: &Path) -> Ended {
    let target = target(name).ok_or("no such target")?;
    quiet();
    Ok(match run_caught(target.as_ref(), &written(path)?) {
        Ok(way) => {
            println!("{way}");
            ExitCode::SUCCESS
        }
        Err(broken) => {
            println!("{}", broken.0);
            ExitCode::from(BROKE)
        }
    })
}

/// A panic that is caught is an ordinary answer here; its message would look like a crash.
fn quiet() {
    std::panic::set_hook(Box::new(|_| {}));
}

/// The input in front of its length, so that a shorter one after a longer one is still whole.
fn write_into(file: &mut File, input: &[u8]) -> std::io::Result<()> {
    file.seek(SeekFrom::Start(0))?;
    file.write_all(&(input.len() as u64).to_le_bytes())?;
    file.write_all(input)
}

fn write_down(path: &Path, input: &[u8]) -> std::io::Result<()> {
    write_into(&mut File::options().create(true).write(true).truncate(true).open(path)?, input)
}

fn written(path: &Path) -> std::io::Result<Vec<u8>> {
    let bytes = fs::read(path)?;
    let (length, rest) = bytes.split_at_checked(8).ok_or(std::io::ErrorKind::UnexpectedEof)?;
    let length = length.try_into().map(u64::from_le_bytes).unwrap_or(0);
    let length = usize::try_from(length).unwrap_or(usize::MAX).min(rest.len());
    Ok(rest[..length].to_vec())
}

fn from_the_clock() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| u64::from(since.subsec_nanos()))
}
