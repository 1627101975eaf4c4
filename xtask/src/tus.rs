//! Resumable uploads: the black box of the protocol, real clients, a link that dies.
//!
//! The clients are installed where they are used and nowhere else: tus-js-client by npm, tuspy by pip into an environment of its own, both in the
//! lane's folder of the target directory.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::binaries::{build, program};
use crate::command::{Call, Done, Stop, io, skipped};
use crate::{place, tools};

/// tus-js-client, the version that is tried.
const JS_CLIENT: &str = "tus-js-client@4.3.1";
/// tuspy, the version that is tried.
const PY_CLIENT: &str = "tuspy==1.1.0";
/// Another server, so that the black box is held against more than our own.
const OTHER_SERVER: [&str; 2] = ["@tus/server@2.4.5", "@tus/file-store@2.1.1"];
/// Photos that the lane sends over a bad link.
const LANE_RUNS: usize = 4;

/// What a check is asked for.
#[derive(Args)]
pub struct Check {
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
    /// Lines of JSON on stdout.
    #[arg(long)]
    json: bool,
}

fn tus(dir: &Path, command: &str) -> Result<Call, Stop> {
    program(dir, "yuandian-server")?;
    Ok(program(dir, "yuandian-tus")?.arg(command).arg("--bin-dir").arg(dir))
}

/// Builds, then becomes the check.
pub fn become_check(check: &Check) -> Done {
    let mut call = tus(&build()?, "check")?.in_the_callers_folder()?;
    for (option, value) in
        check.token.iter().map(|t| ("--token", t)).chain(check.metadata.iter().map(|m| ("--metadata", m)))
    {
        call = call.arg(option).quiet_arg(value);
    }
    for file in &check.file {
        call = call.arg("--file").arg(file);
    }
    if check.json {
        call = call.arg("--json");
    }
    Err(call.args(check.url.iter()).become_it())
}

/// Builds, then becomes the server that waits for files.
pub fn become_offer(out: &Path) -> Done {
    Err(tus(&build()?, "offer")?.arg("--out").arg(place::absolute(out)?).become_it())
}

/// Builds, then becomes the uploads over a bad link.
pub fn become_upload(runs: usize, seed: u64, json: bool) -> Done {
    let call = upload(&build()?, runs)?.arg("--seed").arg(seed.to_string());
    Err(if json { call.arg("--json") } else { call }.become_it())
}

fn upload(dir: &Path, runs: usize) -> Result<Call, Stop> {
    program(dir, "yuandian")?;
    Ok(tus(dir, "upload")?.arg("--runs").arg(runs.to_string()))
}

/// Every rule on our own server, real clients, another server, and a few photos over a bad link.
pub fn lane() -> Done {
    let dir = build()?;
    tus(&dir, "check")?.run()?;
    upload(&dir, LANE_RUNS)?.run()?;
    let folder = place::lane_folder("tus")?;
    let _held = place::lock(&folder)?;
    let (js, python) = (js(&folder), python(&folder));
    let mut call = tus(&dir, "clients")?;
    if let Ok(packages) = &js {
        call = call.args(["--js", "node"]).arg(packages);
    }
    if let Ok(interpreter) = &python {
        call = call.arg("--python").arg(interpreter);
    }
    if js.is_ok() || python.is_ok() {
        call.run()?;
    }
    // What could be tried was; what could not makes the lane a skipped one, in words.
    js.and(python).map(drop)
}

/// The folder whose `node_modules` has the client.
fn js(folder: &Path) -> Result<PathBuf, Stop> {
    tools::NODE.ensure()?;
    let packages = folder.join("js");
    std::fs::create_dir_all(&packages).map_err(io("create", &packages))?;
    let install = Call::new("npm").args(["install", "--no-audit", "--no-fund", "--no-save", "--prefix"]);
    let install = install.arg(&packages).arg(JS_CLIENT).args(OTHER_SERVER);
    not_here("tus-js-client", install.run_into(&folder.join("npm.log")))?;
    Ok(packages)
}

/// An interpreter that has the client.
fn python(folder: &Path) -> Result<PathBuf, Stop> {
    tools::PYTHON.ensure()?;
    let environment = folder.join("python");
    let interpreter = environment.join("bin/python");
    if !interpreter.is_file() {
        let made = Call::new("python3").args(["-m", "venv"]).arg(&environment);
        not_here("an environment for tuspy", made.run_into(&folder.join("venv.log")))?;
    }
    let install = Call::new(&interpreter).args(["-m", "pip", "install", "--quiet", PY_CLIENT]);
    not_here("tuspy", install.run_into(&folder.join("pip.log")))?;
    Ok(interpreter)
}

/// A client that cannot be installed is left out, and said to be.
fn not_here(what: &str, done: Done) -> Done {
    done.map_err(|stop| skipped(format!("no {what} here: {stop}")))
}
