//! Programs as children: each with a deadline, none outliving the demo.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::{Played, Stop};

/// How often a child is looked at while it is waited for.
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// A child that is killed and reaped when its owner lets go of it, by return, error or panic.
pub struct Owned(Child);

impl Owned {
    /// Starts it with both of its outputs piped and no input.
    pub fn start(command: &mut Command) -> Played<Self> {
        let started = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        started.map(Self).map_err(|e| Stop(format!("{}: {e}", command.get_program().display())))
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// Its standard output, line by line. Once.
    pub fn stdout(&mut self) -> Lines {
        lines(self.0.stdout.take())
    }

    /// Its standard error, line by line. Once.
    pub fn stderr(&mut self) -> Lines {
        lines(self.0.stderr.take())
    }

    /// Waits for its end; `None` where it has not come in time.
    pub fn wait(&mut self, patience: Duration) -> Played<Option<ExitStatus>> {
        let deadline = Instant::now() + patience;
        loop {
            if let Some(status) = self.0.try_wait()? {
                return Ok(Some(status));
            }
            if Instant::now() >= deadline {
                return Ok(None);
            }
            thread::sleep(LOOK_EVERY);
        }
    }

    /// SIGKILL, at once. Whether it was still running.
    pub fn kill_now(&mut self) -> Played<bool> {
        // One that has ended but was not reaped yet takes a signal without a word: only its status tells.
        self.0.kill()?;
        Ok(self.0.wait()?.code().is_none())
    }

    /// SIGTERM: the polite request to end.
    pub fn ask_to_end(&self) -> Played<()> {
        // The standard library can only kill; every shell knows the other signals.
        let sent = Command::new("sh").args(["-c", "kill -TERM \"$0\"", &self.id().to_string()]).status()?;
        if sent.success() { Ok(()) } else { Err(Stop("the process had ended before it was asked to".into())) }
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Lines that a child prints, as they come.
pub struct Lines(Receiver<String>);

impl Lines {
    /// The next line; `None` where the child closed its output or nothing came in time.
    pub fn next(&self, patience: Duration) -> Option<String> {
        self.0.recv_timeout(patience).ok()
    }

    /// All lines that have come and are not yet taken.
    pub fn so_far(&self) -> Vec<String> {
        self.0.try_iter().collect()
    }

    /// Everything until the child closes its output; an error where it does not in time.
    pub fn all(&self, patience: Duration) -> Played<String> {
        let deadline = Instant::now() + patience;
        let mut text = String::new();
        loop {
            match self.0.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    text.push_str(&line);
                    text.push('\n');
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(text),
                Err(RecvTimeoutError::Timeout) => return Err(Stop("its output was never closed".into())),
            }
        }
    }
}

fn lines(pipe: Option<impl Read + Send + 'static>) -> Lines {
    let (send, receive) = channel();
    if let Some(pipe) = pipe {
        // Ends with the pipe, which ends with the child. Reads on when nobody listens, so that the child never blocks.
        thread::spawn(move || {
            let mut reader = BufReader::new(pipe);
            let mut line = Vec::new();
            while reader.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
                let _ = send.send(String::from_utf8_lossy(&line).trim_end().to_owned());
                line.clear();
            }
        });
    }
    Lines(receive)
}

/// How a program ended and what it said.
#[derive(Debug)]
pub struct Ran {
    /// Its exit code; `None` where a signal ended it.
    pub code: Option<i32>,
    /// What it printed.
    pub stdout: String,
    /// What it printed on standard error.
    pub stderr: String,
}

/// Runs a program to its end. One that takes longer than it may is killed and an error.
pub fn run(command: &mut Command, patience: Duration) -> Played<Ran> {
    finish(Owned::start(command)?, patience, &format!("{command:?}"))
}

/// Waits for a program that was started.
pub fn finish(mut child: Owned, patience: Duration, what: &str) -> Played<Ran> {
    let (stdout, stderr) = (child.stdout(), child.stderr());
    let Some(status) = child.wait(patience)? else {
        return Err(Stop(format!("{what} did not end within {} s and was killed", patience.as_secs())));
    };
    let rest = Duration::from_secs(2);
    Ok(Ran { code: status.code(), stdout: stdout.all(rest)?, stderr: stderr.all(rest)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }
    const LONG: Duration = Duration::from_secs(20);

    #[test]
    fn a_program_that_ends_gives_its_code_and_its_words() {
        let ran = run(&mut sh("echo 好; echo bad >&2; exit 3"), LONG).unwrap();
        assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (Some(3), "好\n", "bad\n"));
    }

    #[test]
    fn a_program_that_does_not_end_is_killed_at_its_deadline() {
        let stop = run(&mut sh("exec sleep 600"), Duration::from_millis(20)).unwrap_err();
        assert!(stop.0.contains("did not end within"), "{stop}");
    }

    #[test]
    fn a_kill_knows_whether_it_came_in_time() {
        let mut alive = Owned::start(&mut sh("exec sleep 600")).unwrap();
        assert!(alive.kill_now().unwrap());
        let mut over = Owned::start(&mut sh("exit 0")).unwrap();
        assert!(over.wait(LONG).unwrap().is_some());
        assert!(!over.kill_now().unwrap());
    }

    #[test]
    fn a_polite_request_can_be_answered() {
        let mut child = Owned::start(&mut sh("trap 'exit 7' TERM; echo ready; while :; do :; done")).unwrap();
        let stdout = child.stdout();
        assert_eq!(stdout.next(LONG).as_deref(), Some("ready"));
        child.ask_to_end().unwrap();
        assert_eq!(child.wait(LONG).unwrap().and_then(|s| s.code()), Some(7));
    }
}
