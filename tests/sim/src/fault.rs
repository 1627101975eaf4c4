//! Faults of the world. Each run has a subset of its own, each at a rate of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use crate::input::{Input, Part};
use crate::named::named;

named! {
    /// Something that goes wrong, or that the outer world does.
    Fault {
        RequestLost = "request-lost", "A request never arrives.";
        ReplyLost = "reply-lost", "A reply never arrives: the server has done it, the phone does not know.";
        Delayed = "delayed", "A message takes seconds to minutes, so that others overtake it.";
        Duplicated = "duplicated", "A request arrives twice.";
        RequestGarbled = "request-garbled", "Bytes of a request are changed.";
        ReplyGarbled = "reply-garbled", "Bytes of a reply are changed.";
        ReplyTruncated = "reply-truncated", "A reply is cut at any byte.";
        UploadCut = "upload-cut", "A piece of a file is cut at any byte; what came is kept.";
        CaptivePortal = "captive-portal", "Somebody else's page with status 200.";
        ReplyBomb = "reply-bomb", "A reply that inflates without end.";
        Busy429 = "busy-429", "Too many requests, with a time to wait.";
        Busy503 = "busy-503", "The server sends requests away.";
        Offline = "offline", "A link is down for minutes or hours.";
        Killed = "killed", "A phone's process dies between two effects.";
        KilledInIo = "killed-in-io", "A phone's process dies at a disk operation.";
        PowerCut = "power-cut", "A phone's battery dies at a disk operation: unsynced sectors are lost or torn.";
        DiskFull = "disk-full", "A phone's disk is full for some operations.";
        IoError = "io-error", "One disk operation of a phone fails.";
        ShortRead = "short-read", "One read of a phone gives less than asked for.";
        ClockSkewed = "clock-skewed", "A phone's clock is wrong, by up to ten years.";
        ClockJumps = "clock-jumps", "A phone's clock jumps.";
        PhoneRestored = "phone-restored", "A phone goes back to an earlier image of its disk.";
        PhoneCloned = "phone-cloned", "A phone's disk is copied onto a second one, and both go on.";
        ServerKilled = "server-killed", "The server's process dies, also at a disk operation.";
        ServerPowerCut = "server-power-cut", "The server loses its power at a disk operation.";
        ServerDiskFull = "server-disk-full", "The server's disk is full for some operations.";
        ServerIoError = "server-io-error", "One disk operation of the server fails.";
        Malicious = "malicious", "One phone does not keep to any rule.";
        RightsChanged = "rights-changed", "A person's right ends, or comes back.";
        ServerRestored = "server-restored", "The server is lost and restored from a copy: phones refill it.";
        FileCleaned = "file-cleaned", "A photo file is removed behind a phone's back.";
        FileDamaged = "file-damaged", "One bit of a photo file on a phone's disk flips.";
        BlobsBehind = "blobs-behind", "The server's files are older than its database: a stored one is gone, or damaged.";
        LongPause = "long-pause", "Nothing happens for a month: what has ended leaves the lists of those who only work there.";
    }
}

/// Odds of 256 at which an enabled fault strikes where it can.
const RATES: [u8; 3] = [2, 6, 18];

/// Faults that no world of this process has: what is looked for apart from the rest. Set once, before the first world.
static WITHOUT: OnceLock<BTreeSet<Fault>> = OnceLock::new();

/// Takes faults out of every world of this process. The first call counts.
pub fn exclude(faults: impl IntoIterator<Item = Fault>) {
    WITHOUT.get_or_init(|| faults.into_iter().collect());
}

/// Which faults a run has, how often each may strike, and how often each has struck.
#[derive(Debug, Default)]
pub struct Faults {
    rates: BTreeMap<Fault, u8>,
    struck: BTreeMap<Fault, u64>,
    healed: bool,
}

impl Faults {
    /// Draws a run's faults. No bytes, no faults.
    pub fn draw(input: &mut Input) -> Self {
        // A quarter of the runs has few faults and a quarter nearly all of them.
        let odds = [64, 128, 128, 230][input.below(Part::Shape, 4)];
        let mut rates = BTreeMap::new();
        for fault in Fault::ALL {
            let enabled = input.chance(Part::Shape, odds);
            let rate = RATES[input.below(Part::Shape, RATES.len())];
            let rare = *fault == Fault::Malicious;
            let enabled = enabled && (!rare || rate != RATES[2]);
            let excluded = WITHOUT.get().is_some_and(|without| without.contains(fault));
            if enabled && !excluded {
                rates.insert(*fault, rate);
            }
        }
        if rates.contains_key(&Fault::BlobsBehind) {
            // A phone that goes back to before a photo has forgotten what the server has lost.
            rates.remove(&Fault::PhoneRestored);
        }
        if rates.contains_key(&Fault::ServerRestored) {
            // Whoever forgets on his own what the server has lost as well has lost it.
            for fault in [Fault::PhoneRestored, Fault::PhoneCloned, Fault::Malicious, Fault::LongPause] {
                rates.remove(&fault);
            }
        }
        Self { rates, struck: BTreeMap::new(), healed: false }
    }

    /// Whether the fault strikes here.
    pub fn strikes(&mut self, fault: Fault, part: Part, input: &mut Input) -> bool {
        self.pick(&[fault], part, input).is_some()
    }

    /// Which of these faults strikes here, if one does. One byte is drawn whatever is enabled, so that faults do not move each other's draws;
    /// nothing is drawn after healing.
    pub fn pick(&mut self, among: &[Fault], part: Part, input: &mut Input) -> Option<Fault> {
        if self.healed {
            return None;
        }
        let mut left = u16::from(u8::MAX - input.byte(part));
        for fault in among {
            let rate = u16::from(self.rates.get(fault).copied().unwrap_or(0));
            if left < rate {
                self.note(*fault);
                return Some(*fault);
            }
            left -= rate;
        }
        None
    }

    /// Whether a run has this fault.
    #[must_use]
    pub fn has(&self, fault: Fault) -> bool {
        !self.healed && self.rates.contains_key(&fault)
    }

    /// Whether the run has the fault at all.
    #[must_use]
    pub fn is_enabled(&self, fault: Fault) -> bool {
        self.rates.contains_key(&fault)
    }

    /// Counts one that struck.
    pub fn note(&mut self, fault: Fault) {
        *self.struck.entry(fault).or_default() += 1;
    }

    /// Ends all faults.
    pub fn heal(&mut self) {
        self.healed = true;
    }

    /// Whether they have ended.
    #[must_use]
    pub fn healed(&self) -> bool {
        self.healed
    }

    /// How often each has struck.
    #[must_use]
    pub fn struck(&self) -> &BTreeMap<Fault, u64> {
        &self.struck
    }
}
