//! The server's side: killed in random moments, also while it starts, started again, and looked at by a phone that holds the whole grid.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use yuandian_programs::phone::{Phone, array};
use yuandian_programs::process::Owned;
use yuandian_programs::seed::Seed;
use yuandian_programs::server::Server;
use yuandian_programs::{Played, Stop};

use crate::book::{Told, twice_in};
use crate::findings::Wrong;
use crate::run::Run;

/// How long the server is left alone, ms: long enough for some work to reach it.
const UP_MS: std::ops::Range<usize> = 300..2_000;
/// How many of a hundred starts are killed, too.
const START_PERCENT: usize = 25;
/// Cases looked at after one start.
const LOOKS_MAX: usize = 4;

/// Whoever runs the server.
pub struct Operator {
    server: Option<Server>,
    auditor: Phone,
    seed: Seed,
    start_took: Duration,
}

impl Operator {
    /// The server that is up, and a phone that was enrolled as a worker of the grid.
    pub fn new(server: Server, auditor: Phone, seed: Seed) -> Self {
        Self { server: Some(server), auditor, seed, start_took: Duration::from_millis(100) }
    }

    /// Kills and starts until there is nothing more to kill. The server is up when this returns.
    pub fn live(&mut self, run: &Run) {
        while run.goes_on() {
            let rest = UP_MS.start + self.seed.below(UP_MS.end - UP_MS.start);
            thread::sleep(Duration::from_millis(rest as u64));
            if let Err(stop) = self.kill_and_look(run) {
                run.findings.add(Wrong::Corrupt, format!("server: {stop}"));
            }
        }
    }

    /// The server.
    pub fn server(&self) -> Played<&Server> {
        self.server.as_ref().ok_or_else(|| Stop("the server is down".into()))
    }

    /// The server, for its end.
    pub fn into_server(self) -> Played<Server> {
        self.server.ok_or_else(|| Stop("the server is down".into()))
    }

    fn kill_and_look(&mut self, run: &Run) -> Played<()> {
        if let Some(mut server) = self.server.take()
            && server.kill_now()?
        {
            run.killed_the_server();
        }
        while self.seed.percent(START_PERCENT) {
            self.kill_a_start(run)?;
        }
        self.start(run)?;
        self.look(run)
    }

    /// Starts it and kills it before, or just after, it listens.
    fn kill_a_start(&mut self, run: &Run) -> Played<()> {
        let mut command = Command::new(&run.place.server);
        command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(&run.place.data);
        let mut child = Owned::start(&mut command)?;
        let (_stdout, _stderr) = (child.stdout(), child.stderr());
        thread::sleep(self.start_took.mul_f64(self.seed.below(1200) as f64 / 1000.0));
        if child.kill_now()? {
            run.killed_the_server();
            return Ok(());
        }
        Err(Stop("it ended by itself while it started".into()))
    }

    fn start(&mut self, run: &Run) -> Played<()> {
        let began = Instant::now();
        let server = Server::start(&run.place.server, &run.place.data)?;
        self.start_took = began.elapsed();
        run.proxy.lead_to(server.address());
        self.server = Some(server);
        Ok(())
    }

    /// What was receipted before is there after: looked for on a phone that asks the server.
    fn look(&mut self, run: &Run) -> Played<()> {
        let delivered: Vec<Told> = std::mem::take(&mut *run.delivered());
        let mut cases: Vec<&String> = delivered.iter().map(|told| &told.case).collect();
        cases.sort();
        cases.dedup();
        if cases.is_empty() {
            return Ok(());
        }
        self.auditor.sync()?;
        for _ in 0..LOOKS_MAX {
            let Some(case) = self.seed.pick(&cases) else { break };
            let shown = self.auditor.show(case)?;
            for told in delivered.iter().filter(|told| told.case == **case && !told.is_in(&shown)) {
                run.findings.add(Wrong::Lost, format!("receipted and not on the server: {told:?}"));
            }
            for (wrong, words) in twice_in(case, &shown) {
                run.findings.add(wrong, format!("on the server: {words}"));
            }
        }
        Ok(())
    }

    /// Everybody sends and receives until nothing moves any more.
    pub fn come_to_rest(&self, phones: &[&Phone], run: &Run) -> Played<()> {
        for _ in 0..ROUNDS_MAX {
            let mut moved = false;
            for phone in phones.iter().copied().chain([&self.auditor]) {
                let report = phone.sync()?;
                let counts = ["pushed", "pulled", "uploaded", "waiting", "failures"];
                let count = |name: &&str| yuandian_programs::phone::number(&report, name).unwrap_or(1);
                moved |= counts.iter().map(count).sum::<u64>() > 0;
            }
            if !moved {
                return Ok(());
            }
        }
        let waiting: Vec<String> = phones
            .iter()
            .map(|phone| Ok(format!("{}: {:?}", phone.name(), array(&phone.ask(&["outbox"])?, ""))))
            .collect::<Played<_>>()?;
        run.findings.add(Wrong::Corrupt, format!("the phones do not come to rest: {}", waiting.join(", ")));
        Ok(())
    }
}

/// Rounds of syncs after which the phones must be at rest.
const ROUNDS_MAX: u32 = 12;
