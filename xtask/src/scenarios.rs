//! The one list of scenarios, through the API of a language.

use clap::ValueEnum;

use crate::command::{Call, Done, Stop, failed};
use crate::{binaries, place, python};

/// Whose API runs the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Api {
    /// `yuandian-device` itself.
    Rust,
    /// The generated binding over the real library.
    Python,
}

/// Builds, then becomes the runner.
pub fn run(api: Api, only: Option<&str>, json: bool) -> Done {
    let call = runner(api)?;
    let call = only.into_iter().fold(call, |call, word| call.args(["--only", word]));
    Err(if json { call.arg("--json") } else { call }.become_it())
}

/// The list through Python, and through Rust beside it: each holds it to the answers written in the list, and where one fails or sees something
/// else than the other, the lane fails.
pub fn lane() -> Done {
    runner(Api::Python)?.run()
}

fn runner(api: Api) -> Result<Call, Stop> {
    let bin_dir = binaries::build()?;
    match api {
        Api::Rust => binaries::program(&bin_dir, "yuandian-scenarios"),
        Api::Python => {
            let script = place::root().join("bindings/python/run_scenarios.py");
            if !script.is_file() {
                return Err(failed("bindings/python has no run_scenarios.py"));
            }
            let list = place::root().join("tests/scenarios");
            let call = python::interpreter()?.arg(script).arg("--list").arg(list);
            Ok(call.arg("--bin-dir").arg(bin_dir))
        }
    }
}
