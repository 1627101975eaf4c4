//! Starting other programs: told on stderr, run in the repository, with a clean environment, and one of three ends.

use std::ffi::OsStr;
use std::fmt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::place;

/// Why a chore did not reach its end.
#[derive(Debug, PartialEq, Eq)]
pub enum Stop {
    /// It ran and what it checks does not hold, or a program it needs ended badly.
    Failed(String),
    /// It could not run here; the text says what is missing.
    Skipped(String),
}

impl fmt::Display for Stop {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stop::Failed(why) => write!(out, "failed: {why}"),
            Stop::Skipped(why) => write!(out, "skipped: {why}"),
        }
    }
}

/// The end of a chore.
pub type Done = Result<(), Stop>;

/// A failure with this text.
pub fn failed(why: impl Into<String>) -> Stop {
    Stop::Failed(why.into())
}

/// A skip with this text.
pub fn skipped(why: impl Into<String>) -> Stop {
    Stop::Skipped(why.into())
}

/// A failure of a file operation, with what was tried.
pub fn io(what: &str, path: &Path) -> impl FnOnce(std::io::Error) -> Stop {
    let tried = format!("{what} {}", path.display());
    move |error| Stop::Failed(format!("{tried}: {error}"))
}

/// A program about to be started in the root of the repository.
pub struct Call {
    command: Command,
    shown: String,
}

/// `cargo`, building into the shared target folder.
pub fn cargo() -> Result<Call, Stop> {
    let mut call = Call::new("cargo");
    call.command.env("CARGO_TARGET_DIR", place::target()?);
    Ok(call)
}

impl Call {
    /// The program `name` of the search path, or at a path.
    pub fn new(name: impl AsRef<OsStr>) -> Self {
        let name = name.as_ref();
        let mut command = Command::new(name);
        command.current_dir(place::root());
        for (key, _) in std::env::vars_os() {
            if key.to_str().is_some_and(is_of_the_outer_cargo) {
                command.env_remove(key);
            }
        }
        Self { command, shown: Path::new(name).file_name().unwrap_or(name).to_string_lossy().into_owned() }
    }

    /// Adds an argument.
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command.arg(arg.as_ref());
        self.shown.push(' ');
        self.shown.push_str(&arg.as_ref().to_string_lossy());
        self
    }

    /// Adds arguments.
    pub fn args<A: AsRef<OsStr>>(self, args: impl IntoIterator<Item = A>) -> Self {
        args.into_iter().fold(self, Self::arg)
    }

    /// Adds an argument that is not worth showing: a script, a long path.
    pub fn quiet_arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command.arg(arg.as_ref());
        self
    }

    /// Sets a variable of the program's environment.
    pub fn env(mut self, key: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(key, value.as_ref());
        self
    }

    /// Starts it in this folder.
    pub fn in_folder(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Starts it in the folder that this command was started in.
    pub fn in_the_callers_folder(mut self) -> Result<Self, Stop> {
        let folder = std::env::current_dir().map_err(io("find", Path::new(".")))?;
        self.command.current_dir(folder);
        Ok(self)
    }

    /// Runs it with all its output on stderr. It fails unless the exit code is 0.
    pub fn run(mut self) -> Done {
        self.announce();
        self.command.stdin(Stdio::null()).stdout(Stdio::from(std::io::stderr()));
        let status = self.command.status().map_err(|error| failed(format!("{}: {error}", self.shown)))?;
        if status.success() { Ok(()) } else { Err(failed(format!("`{}` ended with {status}", self.shown))) }
    }

    /// Runs it with all its output on stderr, and returns its exit code.
    pub fn code(mut self) -> Result<i32, Stop> {
        self.announce();
        self.command.stdin(Stdio::null()).stdout(Stdio::from(std::io::stderr()));
        let status = self.command.status().map_err(|error| failed(format!("{}: {error}", self.shown)))?;
        status.code().ok_or_else(|| failed(format!("`{}` ended with {status}", self.shown)))
    }

    /// Runs it with both outputs in the file `log`. It fails as [`Call::run`] does, with the last lines of the log.
    pub fn run_into(mut self, log: &Path) -> Done {
        self.announce();
        let file = std::fs::File::create(log).map_err(io("create", log))?;
        let twin = file.try_clone().map_err(io("open", log))?;
        self.command.stdin(Stdio::null()).stdout(file).stderr(twin);
        let status = self.command.status().map_err(|error| failed(format!("{}: {error}", self.shown)))?;
        if status.success() {
            return Ok(());
        }
        let text = std::fs::read(log).map_err(io("read", log))?;
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        let tail = lines[lines.len().saturating_sub(12)..].join("\n");
        Err(failed(format!("`{}` ended with {status}; the end of {}:\n{tail}", self.shown, log.display())))
    }

    /// Runs it and returns its stdout; stderr passes through. It fails unless the exit code is 0.
    pub fn stdout(mut self) -> Result<String, Stop> {
        self.announce();
        self.command.stdin(Stdio::null()).stderr(Stdio::inherit());
        let output = self.command.output().map_err(|error| failed(format!("{}: {error}", self.shown)))?;
        if !output.status.success() {
            return Err(failed(format!("`{}` ended with {}", self.shown, output.status)));
        }
        String::from_utf8(output.stdout).map_err(|_| failed(format!("`{}` printed no UTF-8", self.shown)))
    }

    /// Whether it can be started and ends with exit code 0; its output is dropped.
    pub fn succeeds(mut self) -> bool {
        self.command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.command.status().is_ok_and(|status| status.success())
    }

    /// Becomes the program: its output, exit code and signals are then those of this command. Returns only an error.
    #[cfg(unix)]
    pub fn become_it(mut self) -> Stop {
        use std::os::unix::process::CommandExt;
        self.announce();
        failed(format!("{}: {}", self.shown, self.command.exec()))
    }

    /// Becomes the program as far as this system allows: runs it and leaves with its exit code.
    #[cfg(not(unix))]
    pub fn become_it(mut self) -> Stop {
        self.announce();
        match self.command.status() {
            Ok(status) => std::process::exit(status.code().unwrap_or(1)),
            Err(error) => failed(format!("{}: {error}", self.shown)),
        }
    }

    fn announce(&self) {
        eprintln!("$ {}", self.shown);
    }
}

/// Variables that `cargo run` sets for this program. Some build scripts watch them: left in place they would rebuild
/// half the tree each time a chore is started another way.
fn is_of_the_outer_cargo(key: &str) -> bool {
    key == "CARGO" || key.starts_with("CARGO_PKG_") || key.starts_with("CARGO_MANIFEST_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cargo_run_sets_is_taken_away_and_what_people_set_stays() {
        for key in ["CARGO", "CARGO_PKG_NAME", "CARGO_MANIFEST_DIR"] {
            assert!(is_of_the_outer_cargo(key), "{key}");
        }
        for key in ["CARGO_TARGET_DIR", "CARGO_HOME", "CARGO_NET_OFFLINE", "PATH"] {
            assert!(!is_of_the_outer_cargo(key), "{key}");
        }
    }

    #[test]
    fn a_program_that_ends_badly_is_a_failure_that_names_it() {
        let Err(Stop::Failed(why)) = Call::new("sh").args(["-c", "exit 3"]).run() else {
            panic!("exit code 3 passed");
        };
        assert!(why.contains("sh -c exit 3") && why.contains('3'), "{why}");
    }

    #[test]
    fn a_program_that_is_not_there_is_a_failure() {
        assert!(matches!(Call::new("no-such-program-of-ours").run(), Err(Stop::Failed(_))));
        assert!(!Call::new("no-such-program-of-ours").succeeds());
    }
}
