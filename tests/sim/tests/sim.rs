//! What every test run asks of the simulated world itself: it is the same every time, the documents say what it holds, and the recorded inputs
//! still kill the planted bugs.
#![allow(clippy::unwrap_used, reason = "a test stops where its ground gives way")]
#![allow(clippy::disallowed_methods, reason = "the documents and the recorded inputs are files")]

use yuandian_model::planted::Bug;
use yuandian_sim::fault::Fault;
use yuandian_sim::input::{Mix, of_seed, of_seed_in};
use yuandian_sim::invariant::Invariant;
use yuandian_sim::plant::{corpus, recorded};
use yuandian_sim::run::{run, run_planted};
use yuandian_sim::situation::{HELP, RARE, Situation};

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/testing.md");
const BEGIN: &str = "<!-- written by `YUANDIAN_BLESS=1 cargo test -p yuandian-sim`: begin -->";
const END: &str = "<!-- end -->";

#[test]
fn the_same_bytes_make_the_same_run() {
    for seed in [401, 402] {
        let (one, two) = (run(&of_seed(seed), false), run(&of_seed(seed), true));
        assert_eq!(one.broken, None);
        assert_eq!((one.digest, one.steps), (two.digest, two.steps));
        assert!(!two.lines.is_empty());
    }
}

#[test]
fn a_world_of_help_is_another_and_the_same_every_time() {
    let bytes = of_seed_in(401, Mix::Help);
    let (one, two) = (run(&bytes, false), run(&bytes, true));
    assert_eq!(one.broken, None);
    assert_eq!((one.digest, one.steps), (two.digest, two.steps));
    assert_ne!(one.digest, run(&of_seed(401), false).digest);
}

#[test]
fn nothing_at_all_is_a_quiet_world() {
    let outcome = run(&[], false);
    assert_eq!(outcome.broken, None);
    assert!(outcome.faults.is_empty());
}

#[test]
fn each_recorded_input_kills_its_planted_bug_and_nothing_else() {
    let mut files = 0;
    let mut alive = Vec::new();
    for bug in Bug::ALL {
        let Ok(bytes) = std::fs::read(recorded(*bug)) else { continue };
        files += 1;
        if run_planted(&bytes, *bug).broken.is_none() {
            alive.push(bug.id());
        }
        assert_eq!(
            run(&bytes, false).broken,
            None,
            "the input of {} breaks the healthy world, too",
            bug.id()
        );
    }
    assert!(alive.is_empty(), "live on: {}", alive.join(" "));
    assert_eq!(files, std::fs::read_dir(corpus()).unwrap().count(), "a recorded input of no bug");
}

fn table<'a>(title: &str, rows: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let rows: String = rows.map(|(name, meaning)| format!("| `{name}` | {meaning} |\n")).collect();
    format!("| {title} | |\n|---|---|\n{rows}")
}

#[test]
fn the_documents_list_every_promise_situation_and_fault() {
    let promises = table("promise", Invariant::ALL.iter().map(|i| (i.name(), i.meaning())));
    let (rare, asked): (Vec<Situation>, Vec<Situation>) =
        Situation::ALL.iter().copied().partition(|situation| RARE.contains(situation));
    let (help, often): (Vec<Situation>, Vec<Situation>) =
        asked.into_iter().partition(|situation| HELP.contains(situation));
    let help = table("situation of the mix of help", help.iter().map(|s| (s.name(), s.meaning())));
    let situations = table("situation", often.iter().map(|s| (s.name(), s.meaning())));
    let rare = table(
        "situation that is seldom reached and not asked of every run",
        rare.iter().map(|s| (s.name(), s.meaning())),
    );
    let faults = table("fault", Fault::ALL.iter().map(|f| (f.name(), f.meaning())));
    let wanted = format!("{BEGIN}\n\n{promises}\n{faults}\n{situations}\n{help}\n{rare}\n{END}");
    let text = std::fs::read_to_string(DOCUMENT).unwrap();
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let right = format!("{before}{wanted}{after}");
    if std::env::var_os("YUANDIAN_BLESS").is_some() {
        std::fs::write(DOCUMENT, &right).unwrap();
    }
    assert_eq!(text, right, "run it once with YUANDIAN_BLESS=1");
}

#[test]
fn names_are_their_own_and_situations_are_many() {
    let mut names: Vec<&str> = Situation::ALL.iter().map(|s| s.name()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), Situation::ALL.len());
    assert!(names.len() >= 80, "{}", names.len());
}
