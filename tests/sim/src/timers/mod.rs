//! The server's durable timers, by themselves and by the thousand: the real hub over the real store, an injected clock that jumps, and a disk
//! that dies in the middle of a tick.
//!
//! Looked at from outside ([`history`]): what the server has to do of itself stands in the history once, never before its time, and after a
//! tick that ended nothing is left whose time had come. And a tick at which nothing is due reads as much whether a hundred cases wait or ten
//! thousand.

pub mod history;
pub mod waiting;

use serde::Serialize;
use yuandian_vfs::{Cut, Disk, Fault, Image, Op};

use crate::machine::{Drawn, START_MS};
use crate::server::Server;
use crate::world::MINUTE_MS;

use history::{Book, Found};

/// One hour, ms.
const HOUR_MS: i64 = 60 * MINUTE_MS;
/// Times that a trial's clock is moved: more than any needs.
const MOVES_MAX: usize = 2_000;
/// Ticks at one time until nothing is due: more than any needs.
const TICKS_MAX: usize = 1_000;
/// Operations of a disk among which an opening is struck.
const OPENING: u64 = 48;
/// Cases that wait where the cost of a tick is compared with that of many.
pub const FEW: usize = 100;
/// How much more a tick may read with many cases waiting: an index grows by a level for each hundredfold, a scan by as much as it holds.
pub const RATIO_MAX: f64 = 1.5;

/// What was found over all seeds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Report {
    /// Seeds run.
    pub seeds: u64,
    /// Timers that waited at the beginning of each.
    pub timers: usize,
    /// Times that the server died: killed, or cut from its power.
    pub crashes: u64,
    /// Times that its clock jumped, or that it was off for hours.
    pub jumps: u64,
    /// Acts that it has done of itself.
    pub fired: u64,
    /// Of these, done a second time.
    pub twice: u64,
    /// Of these, done before their time.
    pub early: u64,
    /// Acts that were due at the end of a tick and not done.
    pub missed: u64,
    /// What a tick with nothing due reads with all of them waiting, in pages, over what it reads with [`FEW`].
    pub tick_reads_ratio: f64,
}

impl Report {
    /// Whether every promise held, and something was tried.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.twice + self.early + self.missed == 0
            && self.fired > 0
            && self.crashes > 0
            && self.tick_reads_ratio <= RATIO_MAX
    }

    /// Counts one seed's.
    pub fn add(&mut self, one: &Self) {
        self.seeds += one.seeds;
        self.crashes += one.crashes;
        self.jumps += one.jumps;
        self.fired += one.fired;
        self.twice += one.twice;
        self.early += one.early;
        self.missed += one.missed;
    }
}

/// What a tick with nothing due reads of the disk over what it reads with [`FEW`] cases waiting. Each store is freshly opened.
///
/// # Errors
/// Words, where the server does not open or tick.
pub fn reads_ratio(few: &Image, many: &Image) -> Result<f64, String> {
    let (few, many) = (tick_reads(few)?, tick_reads(many)?);
    // A store that reads nothing is as cheap with many as with few.
    Ok(many.max(1) as f64 / few.max(1) as f64)
}

/// Reads of the disk in the first tick of a fresh start, at a time when nothing is due.
///
/// # Errors
/// Words, where the server does not open or tick, or where something was due.
pub fn tick_reads(image: &Image) -> Result<u64, String> {
    let mut server = Server::new(0, None);
    server.disk = Disk::with(0, image);
    server.start().map_err(|e| e.to_string())?;
    let before = server.disk.count(Op::Read);
    let swept = server.hub().ok_or("the server is down")?.tick(START_MS);
    let swept = swept.map_err(|problem| format!("{problem:?}"))?;
    if !swept.acted.is_empty() {
        return Err("something was due before everything began".to_owned());
    }
    Ok(server.disk.count(Op::Read) - before)
}

/// Everything that waits on this disk comes, under the crashes and jumps of a seed; where something is missed, it ends there.
///
/// # Errors
/// Words, where the server does not come back.
pub fn run(image: &Image, seed: u64) -> Result<Report, String> {
    let mut server = Server::new(seed, None);
    server.disk = Disk::with(seed, image);
    let book = Book::open(&server.disk)?;
    let drawn = Drawn::new("timers", seed, 0);
    let report = Report { seeds: 1, ..Report::default() };
    let mut trial = Trial { server, book, drawn, now_ms: START_MS, report };
    trial.begin()?;
    for _ in 0..MOVES_MAX {
        match trial.book.next_ms() {
            Some(next_ms) => trial.time_goes_on(next_ms)?,
            // Later there is nothing any more.
            None => trial.now_ms += 24 * HOUR_MS,
        }
        let came = trial.book.next_ms().is_none();
        trial.settle()?;
        if came || trial.report.missed > 0 {
            let Found { fired, twice, early } = trial.book.found;
            return Ok(Report { fired, twice, early, ..trial.report });
        }
    }
    Err(format!("seed {seed}: what waits does not come to an end"))
}

struct Trial {
    server: Server,
    book: Book,
    drawn: Drawn,
    /// The server's clock, ms since 1970.
    now_ms: i64,
    report: Report,
}

impl Trial {
    /// From 0 to below `end`, which is at least 1.
    fn below(&mut self, end: u64) -> u64 {
        let bytes = self.drawn.draw();
        bytes[..8].iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte)) % end.max(1)
    }

    fn span_ms(&mut self, from_ms: i64, to_ms: i64) -> i64 {
        from_ms + i64::try_from(self.below(u64::try_from(to_ms - from_ms).unwrap_or(1))).unwrap_or(0)
    }

    /// The clock moves: on, by hours at once, back by up to an hour, or while the server is off.
    fn time_goes_on(&mut self, next_ms: i64) -> Result<(), String> {
        let drawn = self.below(16);
        if drawn < 8 {
            self.now_ms += self.span_ms(MINUTE_MS, 2 * HOUR_MS);
            return Ok(());
        }
        if drawn < 10 {
            // To the very moment, or one before.
            self.now_ms = self.now_ms.max(next_ms - i64::from(drawn == 9));
            return Ok(());
        }
        self.report.jumps += 1;
        match drawn {
            10 | 11 => self.now_ms -= self.span_ms(1, HOUR_MS),
            12 | 13 => self.now_ms += self.span_ms(HOUR_MS, 12 * HOUR_MS),
            _ => {
                self.server.stop();
                self.now_ms += self.span_ms(HOUR_MS, 30 * HOUR_MS);
                self.begin()?;
            }
        }
        Ok(())
    }

    /// Ticks until nothing is done any more, dying in one of them where that is drawn; then nothing may be missing.
    fn settle(&mut self) -> Result<(), String> {
        let mut dies = self.below(2) == 0;
        for _ in 0..TICKS_MAX {
            if std::mem::take(&mut dies) {
                let (kind, far) = (self.below(2), self.below(11));
                let cut = if kind == 0 { Cut::Kill } else { Cut::Power };
                let at = self.server.disk.operations() + self.below(1 << far);
                self.server.disk.plan(at, Fault::Cut(cut));
            }
            let ticked = self.server.hub().ok_or("the server is down")?.tick(self.now_ms);
            self.server.disk.forget_faults();
            match ticked {
                Ok(swept) if swept.acted.is_empty() => {
                    self.book.read_on(&self.server.disk)?;
                    self.report.missed += self.book.missing(self.now_ms);
                    return Ok(());
                }
                Ok(_) => {}
                Err(_) if self.server.disk.is_off() => {
                    self.report.crashes += 1;
                    self.server.stop();
                    self.begin()?;
                    self.book.read_on(&self.server.disk)?;
                }
                Err(problem) => return Err(format!("a tick on a healthy disk: {problem:?}")),
            }
        }
        Err("the server does not come to rest".to_owned())
    }

    /// The server starts; where that is drawn it dies in it, and starts again.
    fn begin(&mut self) -> Result<(), String> {
        if self.server.disk.is_off() {
            self.server.disk.power_on();
        }
        if self.below(4) == 0 {
            let at = self.server.disk.operations() + self.below(OPENING);
            self.server.disk.plan(at, Fault::Cut(Cut::Kill));
        }
        loop {
            let started = self.server.start();
            match started {
                Ok(()) => break,
                Err(_) if self.server.disk.is_off() => self.report.crashes += 1,
                Err(error) => return Err(format!("a start on a healthy disk: {error}")),
            }
        }
        self.server.disk.forget_faults();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outside::alone;
    use yuandian_model::planted::{Bug, plant};

    const COUNT: usize = 60;

    fn with(bug: Option<Bug>) -> Report {
        let image = waiting::waiting(COUNT).unwrap();
        plant(bug);
        let mut all = Report::default();
        for seed in 0..4 {
            all.add(&run(&image, seed).unwrap());
        }
        plant(None);
        all
    }

    #[test]
    fn every_timer_fires_once_and_in_time() {
        let all = with(None);
        assert_eq!((all.twice, all.early, all.missed), (0, 0, 0), "{all:?}");
        assert!(all.crashes > 0 && all.jumps > 0 && all.fired >= 4 * COUNT as u64, "{all:?}");
    }

    #[test]
    fn an_act_in_two_transactions_is_found_done_twice() {
        assert!(with(Some(Bug::OwnActInTwoParts)).twice > 0);
    }

    #[test]
    fn an_act_before_its_time_is_found() {
        assert!(with(Some(Bug::OwnActTooEarly)).early > 0);
    }

    #[test]
    fn timers_that_a_start_forgets_are_missed() {
        assert!(with(Some(Bug::TimersLostAtRestart)).missed > 0);
    }

    #[test]
    fn a_tick_reads_no_more_where_more_wait_and_a_scan_would_be_seen() {
        let (few, many) = (waiting::waiting(FEW).unwrap(), waiting::waiting(20 * FEW).unwrap());
        let ratio = reads_ratio(&few, &many).unwrap();
        assert!(ratio <= RATIO_MAX, "{ratio}");
        let unindexed = |image: &Image| {
            let disk = Disk::with(0, image);
            let db = alone(&disk).unwrap();
            db.execute_batch("DROP INDEX timer_due").unwrap();
            drop(db);
            disk.image()
        };
        let scanned = reads_ratio(&unindexed(&few), &unindexed(&many)).unwrap();
        assert!(scanned > RATIO_MAX, "{scanned}");
    }
}
