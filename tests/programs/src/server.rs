//! The server: the program `yuandian-server` on a free loopback port, its admin commands and its page.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::process::{Lines, Owned, run};
use crate::{Played, Stop};

/// How long it may take to listen.
const START: Duration = Duration::from_secs(20);
/// How long it may take to say what it has loaded.
const SAYS: Duration = Duration::from_secs(3);
/// How long it may take to finish what it is at: its own limit is 20 s.
const DRAIN: Duration = Duration::from_secs(25);
/// How long an admin command may take.
const ADMIN: Duration = Duration::from_secs(15);
/// How long its page may take.
const PAGE: Duration = Duration::from_secs(10);
/// What stands before its address.
const LISTENING: &str = "listening on http://";

/// A server that is up.
pub struct Server {
    child: Owned,
    program: PathBuf,
    data: PathBuf,
    address: SocketAddr,
    said: Vec<String>,
    // Held so that its output always has a reader.
    _outputs: [Lines; 2],
}

impl Server {
    /// Starts it on a data folder and a free port; waits until it listens.
    pub fn start(program: &Path, data: &Path) -> Played<Self> {
        let mut command = Command::new(program);
        command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(data);
        let mut child = Owned::start(&mut command)?;
        let (stdout, stderr) = (child.stdout(), child.stderr());
        let deadline = Instant::now() + START;
        let mut said = Vec::new();
        let address = loop {
            let Some(line) = stdout.next(deadline.saturating_duration_since(Instant::now())) else {
                let words = stderr.so_far().join(" / ");
                return Err(Stop(format!("the server did not say that it listens: {words}")));
            };
            if let Some((_, address)) = line.split_once(LISTENING) {
                break address.trim().trim_end_matches('/').to_owned();
            }
            said.push(line);
        };
        if said.is_empty() {
            // What it has loaded may be said just after.
            said.extend(stdout.next(SAYS));
        }
        let address = address.parse().map_err(|e| Stop(format!("{address:?} is no address: {e}")))?;
        let (program, data) = (program.to_owned(), data.to_owned());
        Ok(Self { child, program, data, address, said, _outputs: [stdout, stderr] })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its address for a browser.
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Its data folder.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// What it printed when it began, beside its address.
    pub fn said(&self) -> &[String] {
        &self.said
    }

    fn admin(&self, arguments: &[&str]) -> Played<String> {
        let mut command = Command::new(&self.program);
        let ran = run(command.args(arguments).arg("--data").arg(&self.data), ADMIN)?;
        if ran.code == Some(0) {
            Ok(ran.stdout)
        } else {
            let words = ran.stderr.trim();
            Err(Stop(format!("yuandian-server {} ended with {:?}: {words}", arguments.join(" "), ran.code)))
        }
    }

    /// Invitation codes, made while it is up.
    pub fn invite(&self, role: &str, grid: &str, count: usize) -> Played<Vec<String>> {
        let count = count.to_string();
        let codes = self.admin(&["invite", "--role", role, "--grid", grid, "--count", &count])?;
        Ok(codes.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect())
    }

    /// What is on it.
    pub fn summary(&self) -> Played<Value> {
        let text = self.admin(&["summary", "--json"])?;
        serde_json::from_str(&text).map_err(|e| Stop(format!("the summary is no JSON: {e}")))
    }

    /// The page that it shows: status line, and everything after it.
    pub fn page(&self) -> Played<(String, String)> {
        let mut stream = TcpStream::connect_timeout(&self.address, PAGE)?;
        stream.set_read_timeout(Some(PAGE))?;
        write!(stream, "GET / HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address)?;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes)?;
        let text = String::from_utf8_lossy(&bytes);
        let (status, rest) = text.split_once("\r\n").ok_or_else(|| Stop("no answer to GET /".into()))?;
        Ok((status.to_owned(), rest.to_owned()))
    }

    /// SIGKILL, at once. Whether it was still running.
    pub fn kill_now(&mut self) -> Played<bool> {
        self.child.kill_now()
    }

    /// Asks it to end and waits for it: its exit code, and how long it took.
    pub fn stop(mut self) -> Played<(Option<i32>, Duration)> {
        let asked = Instant::now();
        self.child.ask_to_end()?;
        let status = self.child.wait(DRAIN)?;
        let status = status.ok_or_else(|| Stop("the server did not end when asked and was killed".into()))?;
        Ok((status.code(), asked.elapsed()))
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for its end as long as it takes.
    pub fn stay(&mut self) -> Played<()> {
        while self.child.wait(Duration::from_secs(3600))?.is_none() {}
        Ok(())
    }
}

/// A case in a summary.
pub fn case_in<'a>(summary: &'a Value, case: &str) -> Option<&'a Value> {
    let cases = summary.pointer("/cases").and_then(Value::as_array)?;
    cases.iter().find(|c| c.pointer("/id").and_then(Value::as_str) == Some(case))
}
