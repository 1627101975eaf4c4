//! The world: who is in it, virtual time, one event after another, faults until healing, then quiet and the last checks.

use std::collections::{BTreeMap, BTreeSet};

use yuandian_model::{BlobHash, CaseId, UserId};
use yuandian_vfs::Cut;

use crate::authority::ServerCopy;
use crate::device::Device;
use crate::fault::{Fault, Faults};
use crate::http::{HttpReply, HttpRequest};
use crate::input::{Input, Mix, Part};
use crate::invariant::{Broken, Invariant, Step, hold};
use crate::machine::START_MS;
use crate::reference::Reference;
use crate::server::Server;
use crate::shape::{STREET_DIGITS, people};
use crate::situation::{Situation, Situations};
use crate::straight;
use crate::trace::Trace;
use yuandian_server::store::Store as _;

/// One minute, virtual ms.
pub const MINUTE_MS: i64 = 60_000;
/// How long healing may take.
const HEALING_MS: i64 = 10 * MINUTE_MS;
/// Pause between two runs of a phone while all is healing.
const HEALING_PAUSE_MS: i64 = 15_000;
/// Pause between two runs that nobody asked for.
const BACKGROUND_MS: i64 = 30 * MINUTE_MS;
/// More steps than any world needs.
const STEPS_MAX: u64 = 400_000;

/// The last number of each partition.
pub type Heads = BTreeMap<u32, u64>;

/// Something that will happen.
pub enum Event {
    /// A person does something.
    Person(usize),
    /// A phone looks whether there is something to sync.
    Wake(usize),
    /// A request arrives at the server.
    Arrive(Box<Travelling>),
    /// A reply, or the news that there is none, arrives at a phone.
    Reply(usize, u64, Option<Box<HttpReply>>, bool),
    /// A machine's timer.
    Timer(usize, u64),
    /// A phone waits no longer for a reply.
    GiveUp(usize, u64),
    /// A phone is switched on.
    PowerOn(usize),
    /// The server is started.
    ServerOn,
    /// The operator does something.
    Operator,
    /// The server's timers are looked at.
    Tick,
    /// A phone's process is killed.
    Kill(usize),
}

/// A request on its way.
#[derive(Clone)]
pub struct Travelling {
    /// From which device.
    pub device: usize,
    /// The request's number.
    pub number: u64,
    /// The request.
    pub request: HttpRequest,
    /// Whether bytes of it were changed on the way.
    pub garbled: bool,
    /// Whether it is a second copy: its reply goes nowhere.
    pub copy: bool,
}

/// The world.
pub struct World {
    /// Virtual time, ms since the beginning.
    pub now_ms: i64,
    /// What the run draws from.
    pub input: Input,
    /// Which cases people open.
    pub mix: Mix,
    /// What goes wrong.
    pub faults: Faults,
    /// The phones.
    pub devices: Vec<Device>,
    /// The server.
    pub server: Server,
    /// The obvious server.
    pub reference: Reference,
    /// Situations reached.
    pub situations: Situations,
    /// What happened.
    pub trace: Trace,
    /// Steps so far.
    pub steps: u64,
    /// Private words that must stay where they were written: the person, and the bytes.
    pub secrets: Vec<(usize, Vec<u8>)>,
    /// Telephone numbers of people in descriptions that they wrote: shared with whoever may read the case, gone with the person.
    pub given_away: Vec<(usize, Vec<u8>)>,
    /// People who were told a private answer by right.
    pub told: std::collections::BTreeSet<usize>,
    /// Cases whose private answers a reply of the server had for somebody who did not give them.
    pub looked: BTreeSet<(CaseId, UserId)>,
    /// Private answers that were saved with their cases.
    pub confided: Vec<(CaseId, Vec<u8>)>,
    /// The last copy of the server.
    pub copy: Option<ServerCopy>,
    /// Until when phones bring back to a restored server what it has lost, its clock, ms since 1970.
    pub refill_until_ms: i64,
    /// How often the server was restored.
    pub restores: u32,
    /// Numbers that stand in no log, at most: private answers that were written, and what the server's timers did.
    pub unlogged: u64,
    /// Words that were kept as notes after all: each phone of a person may do so.
    pub noted: BTreeSet<String>,
    /// Counts what must be unique.
    pub counter: u64,
    /// Numbers of requests that were given up.
    pub given_up: BTreeSet<u64>,
    /// Numbers of requests that were served.
    pub served: BTreeMap<u64, u32>,
    /// Number of the last PUSH served, of whom.
    pub last_push: Option<usize>,
    /// Claims on their way: device and case.
    pub claims: BTreeSet<(usize, CaseId)>,
    /// What honest phones have sent, for the malicious one to use.
    pub overheard: Vec<HttpRequest>,
    /// Photos that were not on the server when their phone had crashed.
    pub crashed_photos: BTreeSet<BlobHash>,
    /// In which cases a photo was added.
    pub photos: BTreeMap<BlobHash, BTreeSet<CaseId>>,
    /// Photo files that were removed or damaged behind a phone's back, by the phone's place in the list.
    pub spoiled: BTreeSet<(usize, BlobHash)>,
    /// Files that the server has lost.
    pub server_lost: BTreeSet<BlobHash>,
    /// When pictures were truly taken.
    pub captures: crate::evidence::Captures,
    queue: BTreeMap<(i64, u64), Event>,
    sequence: u64,
    requests: u64,
    quiet_rounds: BTreeMap<usize, u32>,
    quiet_since_ms: i64,
}

impl World {
    /// A world from an input; `kept` keeps its story.
    ///
    /// # Errors
    /// A promise that breaks already while everybody enrols.
    pub fn new(bytes: &[u8], kept: bool) -> Step<Self> {
        let mut input = Input::new(bytes);
        let mix = Mix::draw(&mut input);
        let mut people = people(&mut input, mix);
        let faults = Faults::draw(&mut input);
        if faults.has(Fault::Malicious)
            && people.len() > 1
            && let Some(last) = people.last_mut()
        {
            last.malicious = true;
        }
        let seed = u64::from(input.word(Part::Shape)) << 16 | u64::from(input.word(Part::Shape));
        // A quarter of the worlds have a partition for each street.
        let digits = (input.below(Part::Shape, 4) == 3).then_some(STREET_DIGITS);
        let devices = people
            .into_iter()
            .enumerate()
            .map(|(index, person)| {
                Device::new(index, person, seed.wrapping_mul(1_000).wrapping_add(index as u64))
            })
            .collect();
        let mut world = Self {
            now_ms: 0,
            input,
            mix,
            faults,
            devices,
            server: Server::new(seed, digits).judging_by(Server::tables_without_load()),
            reference: Reference::new(),
            situations: Situations::default(),
            trace: Trace::new(kept),
            steps: 0,
            secrets: Vec::new(),
            given_away: Vec::new(),
            told: std::collections::BTreeSet::new(),
            looked: BTreeSet::new(),
            confided: Vec::new(),
            copy: None,
            refill_until_ms: 0,
            restores: 0,
            unlogged: 0,
            noted: BTreeSet::new(),
            counter: 0,
            given_up: BTreeSet::new(),
            served: BTreeMap::new(),
            last_push: None,
            claims: BTreeSet::new(),
            overheard: Vec::new(),
            crashed_photos: BTreeSet::new(),
            photos: BTreeMap::new(),
            spoiled: BTreeSet::new(),
            server_lost: BTreeSet::new(),
            captures: BTreeMap::new(),
            queue: BTreeMap::new(),
            sequence: 0,
            requests: 0,
            quiet_rounds: BTreeMap::new(),
            quiet_since_ms: 0,
        };
        world.begin()?;
        Ok(world)
    }

    /// Everybody enrols on a perfect day.
    fn begin(&mut self) -> Step {
        self.server
            .start()
            .map_err(|e| Broken::new(Invariant::StoresIntact, format!("a new server: {e}")))?;
        for index in 0..self.devices.len() {
            self.enrol(index)?;
            let first = 1_000 * i64::from(self.input.byte(Part::People));
            self.after(first, Event::Person(index));
            self.after(MINUTE_MS, Event::Wake(index));
        }
        self.after(5 * MINUTE_MS, Event::Operator);
        self.after(MINUTE_MS, Event::Tick);
        Ok(())
    }

    fn enrol(&mut self, index: usize) -> Step {
        let Self { devices, server, reference, now_ms, .. } = self;
        let device = &mut devices[index];
        let user = straight::enrol(device, server, *now_ms)
            .map_err(|words| Broken::new(Invariant::PhoneNeverDamaged, words))?;
        reference.granted(user, device.person.role, &device.person.grid);
        Ok(())
    }

    /// The server's clock, ms since 1970: true time.
    #[must_use]
    pub fn server_ms(&self) -> i64 {
        START_MS + self.now_ms
    }

    /// Something will happen in so many ms.
    pub fn after(&mut self, ms: i64, event: Event) {
        self.sequence += 1;
        self.queue.insert((self.now_ms + ms.max(0), self.sequence), event);
    }

    /// The next number of a request.
    pub fn number(&mut self) -> u64 {
        self.requests += 1;
        self.requests
    }

    /// Runs to the end: faults and work, healing, quiet, the last checks.
    ///
    /// # Errors
    /// The first promise that breaks.
    pub fn run(&mut self) -> Step {
        while let Some(((at_ms, _), event)) = self.queue.pop_first() {
            self.now_ms = at_ms;
            self.step(event)?;
            if !self.input.has(Part::People) || self.steps > STEPS_MAX / 2 {
                break;
            }
        }
        self.heal()?;
        self.rest()?;
        if self.time_passes()? {
            self.go_on()?;
            self.there_is_news();
            self.rest()?;
        }
        self.check_drained()?;
        self.check_at_rest()
    }

    /// Runs until all is quiet, or for as long as healing may take.
    fn rest(&mut self) -> Step {
        let until_ms = self.now_ms + HEALING_MS;
        while let Some(((at_ms, _), event)) = self.queue.pop_first() {
            if at_ms > until_ms || self.is_quiet() {
                self.queue.insert((at_ms, 0), event);
                break;
            }
            self.now_ms = at_ms.max(self.now_ms);
            self.step(event)?;
        }
        Ok(())
    }

    fn step(&mut self, event: Event) -> Step {
        self.steps += 1;
        hold(self.steps < STEPS_MAX, Invariant::RunsEnd, || "the world does not come to an end".to_owned())?;
        match event {
            Event::Person(index) => self.person(index),
            Event::Wake(index) => self.wake(index),
            Event::Arrive(travelling) => self.arrive(*travelling),
            Event::Reply(index, number, reply, garbled) => {
                self.replied(index, number, reply.as_deref(), garbled)
            }
            Event::Timer(index, run) => self.timer(index, run),
            Event::GiveUp(index, number) => self.give_up(index, number),
            Event::PowerOn(index) => self.power_on(index),
            Event::ServerOn => self.server_on(),
            Event::Operator => self.operator(),
            Event::Tick => self.tick(),
            Event::Kill(index) => {
                if self.devices[index].phone.is_some() && !self.faults.healed() {
                    let out = self.devices[index].run.as_ref().is_some_and(|run| run.out.is_some());
                    self.situations.reached_if(out, Situation::KilledBetweenSendAndReply);
                    self.crashed(index, "was killed");
                }
                Ok(())
            }
        }
    }

    /// The server's timers are looked at, and will be again.
    ///
    /// # Errors
    /// A promise that breaks.
    pub fn tick(&mut self) -> Step {
        let now = self.server_ms();
        let before = self.heads();
        let due = self.server.store().map(|store| store.own_due(now).ok());
        match self.server.hub().map(|hub| hub.tick(now)) {
            None => {}
            Some(Ok(swept)) => {
                if !swept.acted.is_empty() {
                    self.there_is_news();
                }
                for (case, act) in swept.acted {
                    self.by_time(&case, &act);
                    self.trace.add(self.now_ms, b"own", || format!("the server does {act} in {case}"));
                    self.situations.reached(Situation::ServerActed);
                    self.reference.own_act(&case, &act)?;
                }
            }
            Some(Err(problem)) => {
                self.trace.add(self.now_ms, b"tick", || format!("the server's timers: {problem:?}"));
                // It may have done some and died over the next.
                self.reference.own_acts_unheard(due.flatten());
                self.after_server_step()?;
            }
        }
        self.unlogged_since(before);
        self.after(MINUTE_MS, Event::Tick);
        Ok(())
    }

    /// The last number that the server has given in each partition; none while it cannot be asked.
    #[must_use]
    pub fn heads(&self) -> Option<Heads> {
        let store = self.server.store().filter(|_| self.server.is_up())?;
        let heads = store.heads().ok()?;
        Some(heads.into_iter().map(|head| (head.partition.0, head.head)).collect())
    }

    /// Numbers that were given since and may stand in no log, where the server did something else than judge.
    pub fn unlogged_since(&mut self, before: Option<Heads>) {
        // Whoever died over it has given a number for each case at most.
        let most = self.reference.cases().len() as u64;
        let given = self.heads().zip(before).map(|(after, before)| {
            let since = |(partition, head): (u32, u64)| {
                head.saturating_sub(before.get(&partition).copied().unwrap_or_default())
            };
            after.into_iter().map(since).sum()
        });
        self.unlogged += given.unwrap_or(most);
    }

    /// A phone looks by itself whether there is something to do.
    fn wake(&mut self, index: usize) -> Step {
        let pause = if self.faults.healed() { HEALING_PAUSE_MS } else { BACKGROUND_MS };
        self.after(pause, Event::Wake(index));
        self.start_run(index)
    }

    /// Everything that was wrong ends: links, disks, power, clocks stay as they are.
    fn heal(&mut self) -> Step {
        // What breaks last must come back as well.
        if self.faults.strikes(Fault::ServerPowerCut, Part::Operator, &mut self.input) && self.server.is_up()
        {
            self.server.disk.cut(Cut::Power);
            self.after_server_step()?;
        }
        let Self { situations, devices, server, .. } = self;
        situations.reached_if(
            devices.iter().any(|d| d.phone.is_none()) || !server.is_up(),
            Situation::HealedWhileDown,
        );
        self.faults.heal();
        self.trace.add(self.now_ms, &[5], || "everything heals".to_owned());
        self.server.disk.forget_faults();
        if !self.server.is_up() {
            self.server.stop();
            self.server_on()?;
        }
        self.look_through_files()?;
        for index in 0..self.devices.len() {
            self.devices[index].disk.forget_faults();
            self.devices[index].offline_until_ms = 0;
            if self.devices[index].disk.is_off() || self.devices[index].phone.is_none() {
                self.devices[index].drop_process();
                self.power_on(index)?;
            }
            let (mut commits, mut photos) = (false, false);
            if let Some(phone) = &self.devices[index].phone {
                commits = phone.outbox().is_ok_and(|outbox| !outbox.is_empty());
                photos = phone.list(u32::MAX, 0).is_ok_and(|list| list.iter().any(|l| l.sync == "uploading"));
            }
            self.situations.reached_if(commits, Situation::HealedWithWork);
            self.situations.reached_if(photos, Situation::HealedWithPhotos);
            self.after(1_000 + 100 * index as i64, Event::Wake(index));
        }
        self.there_is_news();
        Ok(())
    }

    /// A run has ended: what it says about quiet.
    /// One that began before the last news may not have heard them.
    pub fn run_ended(&mut self, index: usize, began_ms: i64) {
        let Some(last) = &self.devices[index].last else { return };
        let quiet = last.complete && last.pushed == 0 && last.pulled == 0 && last.uploaded == 0;
        if !quiet {
            // Whoever moved something makes news for everybody.
            self.there_is_news();
        } else if began_ms >= self.quiet_since_ms {
            *self.quiet_rounds.entry(index).or_default() += 1;
        }
    }

    /// Something has happened that everybody has yet to hear.
    pub fn there_is_news(&mut self) {
        self.quiet_rounds.clear();
        self.quiet_since_ms = self.now_ms;
    }

    fn is_quiet(&self) -> bool {
        self.devices
            .iter()
            .all(|d| d.person.malicious || self.quiet_rounds.get(&d.index).is_some_and(|rounds| *rounds >= 1))
            && self.server_is_quiet()
    }

    /// Whether the server has nothing to do of itself now.
    fn server_is_quiet(&self) -> bool {
        let due = self.server.store().and_then(|store| store.own_due(self.server_ms()).ok());
        due.is_none_or(|due| due.is_empty())
    }

    fn check_drained(&self) -> Step {
        for device in self.devices.iter().filter(|d| !d.person.malicious) {
            let index = device.index;
            let Some(phone) = &device.phone else {
                return Err(Broken::new(Invariant::QueuesDrain, format!("phone {index} is still off")));
            };
            let mut waiting =
                phone.outbox().map_err(|e| Broken::new(Invariant::PhoneNeverDamaged, e.to_string()))?;
            // What was taken of a case that has left is shown for as long as something else in it needs its person.
            let kept = self.kept_for_its_person(index)?;
            waiting.retain(|line| line.state != "taken" || !kept.contains(&line.case));
            hold(waiting.is_empty(), Invariant::QueuesDrain, || {
                let first = &waiting[0];
                format!(
                    "phone {index} still has {} commits, the first {} ({}) of {}",
                    waiting.len(),
                    first.what,
                    first.state,
                    first.case
                )
            })?;
        }
        let restless: Vec<usize> = self
            .devices
            .iter()
            .filter(|d| !d.person.malicious && !self.quiet_rounds.contains_key(&d.index))
            .map(|d| d.index)
            .collect();
        hold(restless.is_empty(), Invariant::QueuesDrain, || {
            let last = self.devices[restless[0]].last.as_ref();
            format!("phones {restless:?} do not come to rest: {last:?}")
        })
    }
}
