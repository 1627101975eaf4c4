//! The workspace's own programs: built once with one set of features, then become or run.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::command::{self, Call, Done, Stop, failed};
use crate::place;

/// Builds every program of the workspace and returns the directory that holds them.
///
/// Never one package alone: cargo unifies the features of what is selected, and another selection would compile much
/// of the tree a second time.
pub fn build() -> Result<PathBuf, Stop> {
    command::cargo()?.args(["build", "--bins"]).run()?;
    Ok(place::target()?.join("debug"))
}

/// A call of the program `name`, in the directory that [`build`] returned.
pub fn program(dir: &std::path::Path, name: &str) -> Result<Call, Stop> {
    let path = dir.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    if path.is_file() {
        Ok(Call::new(path))
    } else {
        Err(failed(format!("the workspace has no program {name}")))
    }
}

/// Builds, then becomes the demo.
pub fn become_demo(exit: bool) -> Done {
    Err(demo(exit)?.become_it())
}

/// Builds, then plays the demo to its end.
pub fn demo_lane() -> Done {
    demo(true)?.run()
}

fn demo(exit: bool) -> Result<Call, Stop> {
    eprintln!("building the phone, the server and the demo; the first time takes minutes");
    let dir = build()?;
    // The demo starts these two by name: say now, not halfway, that one is missing.
    program(&dir, "yuandian")?;
    program(&dir, "yuandian-server")?;
    let call = program(&dir, "yuandian-demo")?.arg("--bin-dir").arg(&dir);
    Ok(if exit { call.arg("--exit") } else { call })
}

/// Kills of the lane: enough to reach every kind of command and a few of the server, in seconds.
const LANE_KILLS: usize = 24;

/// Options of the kills and the fuzzer, as they are handed on.
pub struct Drawn {
    /// Fixes what is drawn; drawn anew where not given.
    pub seed: Option<u64>,
    /// Only the line of JSON on stdout.
    pub json: bool,
}

impl Drawn {
    fn onto(&self, call: Call) -> Call {
        let call = match self.seed {
            Some(seed) => call.arg("--seed").arg(seed.to_string()),
            None => call,
        };
        if self.json { call.arg("--json") } else { call }
    }
}

/// Builds, then becomes the kills.
pub fn become_kill(count: usize, drawn: &Drawn) -> Done {
    Err(drawn.onto(kill(count)?).become_it())
}

/// Builds, then kills a few.
pub fn kill_lane() -> Done {
    kill(LANE_KILLS)?.run()
}

fn kill(count: usize) -> Result<Call, Stop> {
    let dir = build()?;
    program(&dir, "yuandian")?;
    program(&dir, "yuandian-server")?;
    Ok(program(&dir, "yuandian-kill")?.arg("--bin-dir").arg(&dir).arg("--count").arg(count.to_string()))
}

/// Alterations of the lane: every kind of member some ten times.
const LANE_ALTERATIONS: usize = 300;

/// Builds, then becomes the alterations of exported bundles.
pub fn become_evidence(count: usize, drawn: &Drawn) -> Done {
    Err(drawn.onto(evidence(count)?).become_it())
}

/// Builds, then alters some.
pub fn evidence_lane() -> Done {
    evidence(LANE_ALTERATIONS)?.run()
}

fn evidence(count: usize) -> Result<Call, Stop> {
    let dir = build()?;
    program(&dir, "yuandian")?;
    program(&dir, "yuandian-server")?;
    let call = program(&dir, "yuandian-evidence-trial")?.arg("mutate").arg("--bin-dir").arg(&dir);
    Ok(call.arg("--count").arg(count.to_string()))
}

/// Worlds of the lane that forgets people, and the first of them: among the small ones.
const ERASE: (u64, u64) = (50, 21);

/// Builds, then becomes the check that who is forgotten is forgotten.
pub fn become_erase_check(seeds: u64, start: u64, json: bool) -> Done {
    let call = erase(seeds, start)?;
    Err(if json { call.arg("--json") } else { call }.become_it())
}

/// Builds, then forgets the people of some worlds.
pub fn erase_lane() -> Done {
    erase(ERASE.0, ERASE.1)?.run()
}

fn erase(seeds: u64, start: u64) -> Result<Call, Stop> {
    let call = program(&build()?, "yuandian-sim")?.arg("--erase");
    Ok(call.arg("--seeds").arg(seeds.to_string()).arg("--start").arg(start.to_string()))
}

/// Which seeds a check runs.
pub struct Seeds {
    /// How many.
    pub seeds: u64,
    /// The first.
    pub start: u64,
}

impl Seeds {
    fn onto(&self, call: Call) -> Call {
        let call = call.arg("--seeds").arg(self.seeds.to_string());
        call.arg("--start").arg(self.start.to_string())
    }
}

/// Timers and seeds of the lane: each kind of timer some hundred times, in seconds.
const LANE_TIMERS: (usize, Seeds) = (500, Seeds { seeds: 4, start: 0 });

/// Builds, then becomes the server's timers.
pub fn become_timers(count: usize, seeds: &Seeds, json: bool) -> Done {
    let call = timers(count, seeds)?;
    Err(if json { call.arg("--json") } else { call }.become_it())
}

/// Builds, then lets some timers come.
pub fn timers_lane() -> Done {
    timers(LANE_TIMERS.0, &LANE_TIMERS.1)?.run()
}

fn timers(count: usize, seeds: &Seeds) -> Result<Call, Stop> {
    let call = program(&build()?, "yuandian-timers")?.arg("--count").arg(count.to_string());
    Ok(seeds.onto(call))
}

/// Requests, volunteers and seeds of the lane, in seconds.
const LANE_CLAIMS: ((usize, usize), Seeds) = ((48, 8), Seeds { seeds: 2, start: 0 });

/// Builds, then becomes the claims of many at once.
pub fn become_claims(many: (usize, usize), seeds: &Seeds, json: bool) -> Done {
    let call = claims(many, seeds)?;
    Err(if json { call.arg("--json") } else { call }.become_it())
}

/// Builds, then lets some claim.
pub fn claims_lane() -> Done {
    claims(LANE_CLAIMS.0, &LANE_CLAIMS.1)?.run()
}

fn claims((requests, claimants): (usize, usize), seeds: &Seeds) -> Result<Call, Stop> {
    let call = program(&build()?, "yuandian-claims")?.arg("--requests").arg(requests.to_string());
    Ok(seeds.onto(call.arg("--claimants").arg(claimants.to_string())))
}

/// Accounts, days and seeds of the lane, in seconds.
const LANE_STALK: ((usize, usize), Seeds) = ((12, 3), Seeds { seeds: 1, start: 0 });

/// Builds, then becomes the accounts that look for somebody's home.
pub fn become_stalk(many: (usize, usize), seeds: &Seeds, json: bool) -> Done {
    let call = stalk(many, seeds)?;
    Err(if json { call.arg("--json") } else { call }.become_it())
}

/// Builds, then lets some look.
pub fn stalk_lane() -> Done {
    stalk(LANE_STALK.0, &LANE_STALK.1)?.run()
}

fn stalk((accounts, days): (usize, usize), seeds: &Seeds) -> Result<Call, Stop> {
    let call = program(&build()?, "yuandian-stalk")?.arg("--accounts").arg(accounts.to_string());
    Ok(seeds.onto(call.arg("--days").arg(days.to_string())))
}

/// Builds, then becomes the crashes of a flow, or of all.
pub fn become_crash(flow: &str, json: bool) -> Done {
    let call = program(&build()?, "yuandian-crash")?.arg("--flow").arg(flow);
    Err(if json { call.arg("--json") } else { call }.become_it())
}

/// Builds, then strikes every operation of every flow.
pub fn crash_lane() -> Done {
    program(&build()?, "yuandian-crash")?.run()
}

/// Builds, then becomes the fuzzer of a target.
pub fn become_fuzz(target: &str, seconds: u64, drawn: &Drawn) -> Done {
    let call = program(&build()?, "yuandian-fuzz")?.arg(target).arg("--seconds").arg(seconds.to_string());
    Err(drawn.onto(call).become_it())
}

/// Builds, then becomes the benchmark `name`.
pub fn become_bench(name: &str, json: bool) -> Done {
    let call = program(&build()?, "yuandian-bench")?.args(["bench", name]);
    Err(if json { call.arg("--json") } else { call }.become_it())
}

/// The same of `encrypted`, which needs a build that can keep a home encrypted.
pub fn become_encrypted_bench(json: bool) -> Done {
    let call = command::cargo()?.args([
        "run",
        "--package",
        "yuandian-bench",
        "--features",
        "sqlcipher",
        "--",
        "bench",
        "encrypted",
    ]);
    Err(if json { call.arg("--json") } else { call }.become_it())
}

/// Builds, then becomes the simulated world with these arguments.
pub fn become_sim(args: &[String]) -> Done {
    Err(sim()?.args(args).become_it())
}

/// Builds, then becomes the answer to a question about the domain's data. Files are named from where the question was asked.
pub fn become_domain(topic: &str, args: &[OsString]) -> Done {
    Err(program(&build()?, "yuandian-domain")?.in_the_callers_folder()?.arg(topic).args(args).become_it())
}

/// Every promise in as many worlds as a test run has time for, with every fault; then in some of the mix of help. Which worlds is drawn from the tree that is committed: the same
/// tree, the same worlds; other ranges are looked through by hand (`docs/testing.md`).
pub fn sim_lane() -> Done {
    let start = drawn_from_tree();
    println!("worlds from {start}");
    let worlds = |seeds: &str, start: u32, more: &[&str]| -> Done {
        let start = start.to_string();
        sim()?.args(["--seeds", seeds, "--start", &start, "--json", "--all-situations"]).args(more).run()
    };
    worlds(SIM_SEEDS, start, &["--mix", "usual"])?;
    // What a restored server does with claims that nobody heard of is more than the reference knows of so many of them.
    worlds(HELP_SEEDS, start / ROW * ROW + SMALL, &["--mix", "help", "--without", "server-restored"])
}

/// Worlds of the lane.
const SIM_SEEDS: &str = "1605";
/// Worlds of the lane in which nearly everything is help between neighbours, all small: a large one takes as long as all of these.
const HELP_SEEDS: &str = "50";
/// Seeds after which the sizes of worlds come again, and the first small one among them.
const ROW: u32 = 321;
const SMALL: u32 = 21;
/// The first seed where nothing is committed.
const SIM_START: u32 = 900_000;

/// The first digits of the name of the committed tree.
fn drawn_from_tree() -> u32 {
    let tree = Call::new("git").args(["rev-parse", "HEAD^{tree}"]).stdout().ok();
    let digits = tree.as_deref().and_then(|name| u32::from_str_radix(name.get(..8)?, 16).ok());
    digits.unwrap_or(SIM_START)
}

fn sim() -> Result<Call, Stop> {
    let dir = build()?;
    Ok(program(&dir, "yuandian-sim")?.arg("--folder").arg(place::target()?.join("sim")))
}
