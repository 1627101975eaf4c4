//! One flow, struck at one operation: what must hold afterwards.
//!
//! The disk is what it was before, after, or between two commands, row by row: a command's whole effect or none of it, and everything that
//! was acknowledged. What the store names is on the disk. The flow can be taken up again and ends where it would have ended, and that end
//! survives a power cut of its own.

use yuandian_device::Phone;
use yuandian_vfs::{Cut, Disk, Fault};

use crate::flows::{Flow, Resume};
use crate::home::{self, Life};
use crate::look::{Rows, differ, files_missing, rows, seen};

/// Operations for which a full disk stays full: longer than any flow.
const FULL_FOR: u64 = 1 << 40;

/// What strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strike {
    /// The process dies.
    Kill,
    /// The power goes; the number draws which sectors are lost.
    Power(u64),
    /// The disk is full until the person has given up and opens the app again, or has made room and tries again.
    Full {
        /// Whether she tries again in the same process.
        again: bool,
    },
    /// One operation fails; then the app is opened again, or the command is given again.
    Error {
        /// Whether it is given again in the same process.
        again: bool,
    },
}

/// Everything that strikes an operation, once each.
pub const STRIKES: [Strike; 7] = [
    Strike::Kill,
    Strike::Power(1),
    Strike::Power(2),
    Strike::Full { again: false },
    Strike::Full { again: true },
    Strike::Error { again: false },
    Strike::Error { again: true },
];

impl Strike {
    fn fault(self) -> Fault {
        match self {
            Strike::Kill => Fault::Cut(Cut::Kill),
            Strike::Power(_) => Fault::Cut(Cut::Power),
            Strike::Full { .. } => Fault::Full(FULL_FOR),
            Strike::Error { .. } => Fault::Error,
        }
    }

    fn seed(self) -> u64 {
        if let Strike::Power(image) = self { image } else { 0 }
    }

    fn tries_again(self) -> bool {
        matches!(self, Strike::Full { again: true } | Strike::Error { again: true })
    }

    fn stops_the_machine(self) -> bool {
        matches!(self, Strike::Kill | Strike::Power(_))
    }
}

/// What is wrong after a strike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wrong {
    /// Something acknowledged is gone.
    LostAck,
    /// A part of a command, or a flow that cannot be taken up again or ends elsewhere.
    NonAtomic,
    /// A store that does not open or is not whole, a photo file that is not there.
    Corrupt,
}

/// A finding, in words.
pub type Finding = (Wrong, String);

/// A flow, with where it leads when nothing strikes.
pub struct Plan {
    /// The flow.
    pub flow: Flow,
    /// Rows before it, and after each of its commands.
    states: Vec<Rows>,
    /// What the person sees at its end.
    end: String,
    /// Operations that can be struck.
    pub operations: u64,
}

impl Plan {
    /// Runs a flow without a fault.
    ///
    /// # Errors
    /// Words, where it fails all by itself or is not the same twice.
    pub fn of(flow: Flow) -> Result<Self, String> {
        let words = |e: yuandian_device::DeviceError| format!("{} without a fault: {e}", flow.name);
        let mut states = vec![];
        if flow.opens {
            states.push(rows(&Disk::with(0, &flow.image))?);
        }
        for length in 0..=flow.steps.len() {
            let disk = Disk::with(0, &flow.image);
            let mut phone = home::open(&disk, flow.life).map_err(words)?;
            flow.steps[..length].iter().try_for_each(|step| step(&mut phone)).map_err(words)?;
            drop(phone);
            states.push(rows(&disk)?);
        }
        let disk = Disk::with(0, &flow.image);
        let mut begin = 0;
        let mut phone = home::open(&disk, flow.life).map_err(words)?;
        if !flow.opens {
            begin = disk.operations();
        }
        flow.steps.iter().try_for_each(|step| step(&mut phone)).map_err(words)?;
        let end = seen(&phone).map_err(words)?;
        drop(phone);
        for part in flow.shows {
            let there = part.strip_prefix('!').map_or_else(|| end.contains(part), |part| !end.contains(part));
            if !there {
                return Err(format!("{} does not show {part}: {end}", flow.name));
            }
        }
        let operations = Self::count(&flow, begin);
        if Some(&rows(&disk)?) != states.last() {
            return Err(format!("{}: not the same twice", flow.name));
        }
        Ok(Self { flow, states, end, operations })
    }

    /// The same plan over a flow that answers well and does nothing.
    #[cfg(test)]
    pub fn forgetting(mut self, nothing: crate::flows::Step) -> Self {
        self.flow.steps.fill(nothing);
        self
    }

    /// Operations from where faults may strike to the closing of the store.
    fn count(flow: &Flow, begin: u64) -> u64 {
        let disk = Disk::with(0, &flow.image);
        if let Ok(mut phone) = home::open(&disk, flow.life) {
            let _ = flow.steps.iter().try_for_each(|step| step(&mut phone));
        }
        disk.operations() - begin
    }

    /// Strikes at one operation and looks.
    pub fn strike(&self, operation: u64, strike: Strike) -> Vec<Finding> {
        let disk = Disk::with(strike.seed() ^ operation << 8, &self.flow.image);
        let found = self.struck(&disk, operation, strike);
        let at = |words| format!("{}, operation {operation}, {strike:?}: {words}", self.flow.name);
        found.map_or_else(|(wrong, words)| vec![(wrong, at(words))], |()| vec![])
    }

    fn struck(&self, disk: &Disk, operation: u64, strike: Strike) -> Result<(), Finding> {
        // Acknowledged commands: the opening counts where it is one.
        let mut acked = 0;
        if self.flow.opens {
            disk.plan(operation, strike.fault());
        }
        let mut phone = match home::open(disk, self.flow.life) {
            Ok(phone) => {
                acked += usize::from(self.flow.opens);
                Some(phone)
            }
            Err(_) if self.flow.opens => None,
            Err(error) => return Err((Wrong::Corrupt, format!("did not open before the strike: {error}"))),
        };
        if !self.flow.opens {
            disk.plan(disk.operations() + operation, strike.fault());
        }
        let first = usize::from(self.flow.opens);
        if let Some(phone) = &mut phone {
            for step in &self.flow.steps {
                if step(phone).is_err() {
                    break;
                }
                acked += 1;
            }
        }
        let all = first + self.flow.steps.len();
        if strike.tries_again()
            && acked < all
            && let Some(mut phone) = phone.take()
        {
            disk.forget_faults();
            self.go_on(&mut phone, acked - first)?;
            return self.survives(disk, phone);
        }
        drop(phone);
        disk.forget_faults();
        disk.power_on();
        let (done, rows) = self.held(disk, acked, strike)?;
        let life = self.later(1);
        let mut phone =
            home::open(disk, life).map_err(|e| (Wrong::Corrupt, format!("does not open again: {e}")))?;
        self.files(disk, &phone, &rows)?;
        let from = if self.flow.resume == Resume::FromDone { done } else { acked };
        self.go_on(&mut phone, from.saturating_sub(first))?;
        self.survives(disk, phone)
    }

    /// The rows are those of a moment between two commands, and none that was acknowledged is missing. Gives how many are done.
    fn held(&self, disk: &Disk, acked: usize, strike: Strike) -> Result<(usize, Rows), Finding> {
        let rows = rows(disk).map_err(|words| (Wrong::Corrupt, words))?;
        // A command that was not answered may have been carried out, unless it answered with an error.
        let most = if strike.stops_the_machine() { acked + 1 } else { acked };
        let last = self.states.len() - 1;
        for done in (acked..=most.min(last)).rev() {
            if self.states[done] == rows {
                return Ok((done, rows));
            }
        }
        // An opening is more than one transaction; whatever it leaves, the next one goes on from there.
        if self.flow.opens && acked == 0 {
            return Ok((0, rows));
        }
        let words = format!("{acked} acknowledged\n    {}", differ(&rows, &self.states[acked.min(last)]));
        let earlier = self.states[..acked.min(last)].contains(&rows);
        Err((if earlier { Wrong::LostAck } else { Wrong::NonAtomic }, words))
    }

    /// Takes the flow up at a command and ends where it would have ended.
    fn go_on(&self, phone: &mut Phone, from: usize) -> Result<(), Finding> {
        for (number, step) in self.flow.steps.iter().enumerate().skip(from) {
            step(phone)
                .map_err(|e| (Wrong::NonAtomic, format!("cannot be taken up at command {number}: {e}")))?;
        }
        self.ends_well(phone)
    }

    fn ends_well(&self, phone: &Phone) -> Result<(), Finding> {
        let end = seen(phone).map_err(|e| (Wrong::Corrupt, format!("cannot be seen: {e}")))?;
        if end == self.end {
            return Ok(());
        }
        Err((Wrong::NonAtomic, format!("ends elsewhere:\n    {end}\n    {}", self.end)))
    }

    fn files(&self, disk: &Disk, phone: &Phone, rows: &Rows) -> Result<(), Finding> {
        let words = |words: String| (Wrong::Corrupt, words);
        let mut missing = files_missing(disk, phone, rows).map_err(|e| words(e.to_string()))?;
        missing.retain(|hash| !self.flow.spoiled.iter().any(|spoiled| spoiled.to_string() == *hash));
        if missing.is_empty() {
            Ok(())
        } else {
            Err(words(format!("photo files missing: {}", missing.join(" "))))
        }
    }

    /// The end that was acknowledged is there after the power goes in the very next moment.
    fn survives(&self, disk: &Disk, phone: Phone) -> Result<(), Finding> {
        disk.cut(Cut::Power);
        drop(phone);
        disk.power_on();
        let rows = rows(disk).map_err(|words| (Wrong::Corrupt, words))?;
        let phone = home::open(disk, self.later(2))
            .map_err(|e| (Wrong::Corrupt, format!("does not open after the second cut: {e}")))?;
        self.files(disk, &phone, &rows)?;
        self.ends_well(&phone).map_err(|(_, words)| (Wrong::LostAck, format!("after a second cut: {words}")))
    }

    fn later(&self, lives: u32) -> Life {
        Life { opened: self.flow.life.opened + lives, ..self.flow.life }
    }
}
