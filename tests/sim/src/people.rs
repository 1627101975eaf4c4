//! What people do on their phones: drawn from the input.

use yuandian_device::{
    ActCommand, ActOutcome, Addition, Attached, Attachment, CaseId, DeviceError, Draft, Phone, Position,
};
use yuandian_model::Role;
use yuandian_model::catalogue::{ArgumentKind, Effect, Transition};

use crate::device::Person;
use crate::fault::Fault;
use crate::help::HELP;
use crate::input::{Mix, Part};
use crate::invariant::{Invariant, Step, hold};
use crate::photo;
use crate::reference::{Saved, What};
use crate::situation::Situation;
use crate::world::{Event, MINUTE_MS, World};

/// What the malicious phone sends at each turn.
const MALICE_TIMES: usize = 3;
/// The act that gives a claim up.
const RELEASE: &str = "release";
/// Cases among which a person looks for a conflict.
const CONFLICTS_AMONG: usize = 6;
/// Drawn bytes above this make a picture that is sent in more than one piece.
const LARGE_ABOVE: u8 = 235;
/// Ten years, ms.
const TEN_YEARS_MS: i64 = 10 * 365 * 24 * 60 * MINUTE_MS;

/// What a command is, for the situations.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doing {
    Capture,
    Photo,
    Other,
}

/// What kind of act a person looks for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wish {
    Claim,
    /// What brings a case on, or out of somebody's hands.
    Step,
    /// What brings a case on.
    Onward,
    /// What gives a case up.
    GiveUp,
    Anything,
}

impl Wish {
    fn fits(self, row: &Transition) -> bool {
        match self {
            Wish::Claim => row.effect == Effect::Take,
            Wish::Step => row.effect != Effect::Take && row.moves(),
            Wish::Onward => {
                let back = matches!(row.effect, Effect::GiveUp | Effect::Expel | Effect::Dismiss);
                !back && Wish::Step.fits(row)
            }
            Wish::GiveUp => row.effect == Effect::GiveUp,
            Wish::Anything => true,
        }
    }
}

impl World {
    /// A person does something, and will do more.
    ///
    /// # Errors
    /// A promise that breaks.
    pub fn person(&mut self, index: usize) -> Step {
        if self.faults.healed() {
            return Ok(());
        }
        let pause = match self.input.below(Part::People, 16) {
            0..=7 => 100 * i64::from(self.input.byte(Part::People)),
            8..=13 => 500 * i64::from(self.input.byte(Part::People)),
            14 => 10_000 * i64::from(self.input.byte(Part::People)),
            _ => MINUTE_MS * i64::from(self.input.byte(Part::People)),
        };
        self.after(pause, Event::Person(index));
        self.link_changes(index);
        if self.devices[index].phone.is_none() || self.strike_phone(index) {
            return Ok(());
        }
        self.spoil_phone(index);
        if self.devices[index].person.malicious {
            for _ in 0..MALICE_TIMES {
                self.malice(index)?;
            }
        }
        let now = self.now_ms;
        self.devices[index].tick(now);
        let syncing = self.devices[index].run.is_some();
        let choice = self.input.below(Part::People, 32);
        let wrote = match self.mix {
            Mix::Usual => self.does(index, choice)?,
            Mix::Help => self.helps(index, choice)?,
        };
        if wrote {
            self.situations.reached_if(syncing, Situation::WroteWhileSyncing);
            self.situations.reached_if(self.is_offline(index), Situation::WroteOffline);
            self.situations
                .reached_if(self.devices[index].skew_ms.abs() > TEN_YEARS_MS / 10, Situation::ClockTenYears);
            // Half of what people write is synced at once.
            if self.input.below(Part::People, 2) == 0 {
                self.start_run(index)?;
            }
        }
        Ok(())
    }

    /// What a person does of a little of everything, by a drawn choice of 32. Whether anything was written.
    fn does(&mut self, index: usize, choice: usize) -> Step<bool> {
        let helps = self.devices[index].person.role == Role::Volunteer;
        match choice {
            1..=5 => self.capture(index),
            6..=10 => self.note(index),
            11..=12 => self.edit(index, false),
            13 => Ok(self.settle_conflict(index)? || self.edit(index, true)?),
            14..=16 => self.act(index, Wish::Step),
            17 => self.act(index, Wish::Anything),
            18..=20 => Ok(self.act(index, Wish::Claim)? || self.act(index, Wish::Step)?),
            21 => self.draft(index),
            22 => self.settle_conflict(index),
            23..=27 => self.settle_entry(index),
            28..=30 if helps => Ok(self.act(index, Wish::Claim)? || self.act(index, Wish::Step)?),
            _ => {
                self.start_run(index)?;
                Ok(false)
            }
        }
    }

    /// A long time has passed: life goes on, and what people do now is judged like anything before.
    ///
    /// # Errors
    /// A promise that breaks.
    pub fn go_on(&mut self) -> Step {
        self.reference.grows_old();
        for index in 0..self.devices.len() {
            if self.devices[index].person.malicious || self.devices[index].phone.is_none() {
                continue;
            }
            let now = self.now_ms;
            self.devices[index].tick(now);
            if !self.act(index, Wish::Claim)? {
                self.act(index, Wish::Step)?;
            }
        }
        Ok(())
    }

    /// The link goes down for a while, or the clock moves.
    fn link_changes(&mut self, index: usize) {
        let among = [Fault::Offline, Fault::ClockSkewed, Fault::ClockJumps];
        match self.faults.pick(&among, Part::Machines, &mut self.input) {
            Some(Fault::Offline) => {
                let length = i64::from(self.input.byte(Part::Machines));
                let unit = [2_000, MINUTE_MS, 10 * MINUTE_MS][self.input.below(Part::Machines, 3)];
                self.devices[index].offline_until_ms = self.now_ms + length * unit;
                self.situations.reached_if(length * unit > 24 * 60 * MINUTE_MS, Situation::DayOffline);
            }
            Some(Fault::ClockSkewed) => {
                let part = i64::from(self.input.word(Part::Machines)) - 32_768;
                self.devices[index].skew_ms = TEN_YEARS_MS / 32_768 * part;
            }
            Some(_) => {
                let jump = (i64::from(self.input.byte(Part::Machines)) - 128) * MINUTE_MS;
                self.devices[index].skew_ms += jump;
                self.situations.reached_if(jump < 0, Situation::ClockBackwards);
            }
            None => {}
        }
    }

    /// Something said by nobody else.
    pub(crate) fn words(&mut self, what: &str) -> String {
        self.counter += 1;
        format!("{what} {:05}.", self.counter)
    }

    /// The description of a case; one of three gives its author's telephone number away.
    pub(crate) fn text_of(&mut self, index: usize) -> String {
        let text = self.words("A case");
        let Person { malicious, number, .. } = self.devices[index].person;
        if !self.counter.is_multiple_of(3) {
            return text;
        }
        let telephone = format!("138{:08}", 70_000_000 + self.counter);
        if !malicious {
            self.given_away.push((number, telephone.clone().into_bytes()));
        }
        format!("{text} 电话{telephone}")
    }

    /// What became of a command: where it says saved, that is remembered.
    pub(crate) fn done<T>(
        &mut self,
        index: usize,
        doing: Doing,
        result: Result<T, DeviceError>,
        saved: &[(CaseId, What)],
    ) -> Step<Option<T>> {
        let device = &mut self.devices[index];
        let struck = device.fault_struck();
        let number = device.person.number;
        match result {
            Ok(done) => {
                for (case, what) in saved {
                    if let What::Photo(hash) | What::File(hash) = what {
                        // It was written anew.
                        self.spoiled.remove(&(index, *hash));
                    }
                    let line = format!("phone {index} saved {what:?} in {case}");
                    self.trace.add(self.now_ms, &[11, u8::try_from(index).unwrap_or(255)], || line);
                    self.reference.saved.push(Saved {
                        device: index,
                        person: number,
                        case: *case,
                        what: what.clone(),
                        given_up: false,
                        granted: false,
                    });
                }
                Ok(Some(done))
            }
            Err(error) => {
                let line = format!("phone {index} could not: {error}");
                self.trace.add(self.now_ms, &[12, u8::try_from(index).unwrap_or(255)], || line.clone());
                if self.devices[index].disk.is_off() {
                    self.situations.reached(Situation::KilledInCommand);
                    self.situations.reached_if(doing == Doing::Capture, Situation::KilledInCapture);
                    self.situations.reached_if(doing == Doing::Photo, Situation::KilledInPhoto);
                    self.devices[index].unsaid = saved.to_vec();
                    self.crashed(index, "died in a command");
                    return Ok(None);
                }
                let full = matches!(error, DeviceError::StorageFull | DeviceError::NoRoom { .. });
                let disk = full || matches!(error, DeviceError::Damaged(_) | DeviceError::InUse);
                hold(!disk || struck, Invariant::PhoneNeverDamaged, || line)?;
                if disk {
                    self.situations.reached(Situation::CommandNotSaved);
                    self.situations.reached_if(full, Situation::FullInCommand);
                    self.situations.reached_if(!full, Situation::ErrorInCommand);
                }
                Ok(None)
            }
        }
    }

    fn phone(&mut self, index: usize) -> Option<&mut Phone> {
        self.devices[index].phone.as_mut()
    }

    pub(crate) fn capture(&mut self, index: usize) -> Step<bool> {
        let role = self.devices[index].person.role;
        let help = matches!(role, Role::Resident | Role::Volunteer | Role::GridWorker | Role::MicroHead);
        let service = match self.input.below(Part::People, 8) {
            0..=3 if help => "help.errand",
            4 if help => "help.escort",
            5 => "case.city.E06010",
            // For its handlers alone.
            6 if matches!(role, Role::Resident | Role::GridWorker) => "case.petition",
            _ => "case.snap",
        };
        let text = self.text_of(index);
        let position = photo::place(self.input.byte(Part::People));
        let no_photo = Some("too dark".to_owned());
        let mut draft = Draft {
            service: service.to_owned(),
            position: Some(position),
            text,
            no_photo,
            ..Draft::default()
        };
        if service == "case.petition" {
            draft.answers.push(("demand".to_owned(), self.words("What is wanted")));
        }
        let mut secrets = Vec::new();
        if service.starts_with(HELP) {
            let secret = self.words("SECRET");
            secrets.push(secret.clone());
            draft.answers.push(("beneficiary".to_owned(), secret));
            draft.answers.push(("beneficiary_agrees".to_owned(), "yes".to_owned()));
        }
        self.open_case(index, &draft, secrets)
    }

    /// Makes a case of a draft, with a photo in one of three, and keeps in mind what in it is secret.
    pub(crate) fn open_case(&mut self, index: usize, draft: &Draft, secrets: Vec<String>) -> Step<bool> {
        let Person { malicious, number, .. } = self.devices[index].person;
        if !malicious {
            self.secrets.extend(secrets.iter().map(|secret| (number, secret.clone().into_bytes())));
        }
        let photo = if self.input.below(Part::People, 3) == 1 { Some(self.picture()) } else { None };
        if let Some(bytes) = &photo {
            self.took(index, photo::hash(bytes));
        }
        let Some(phone) = self.phone(index) else { return Ok(false) };
        let made = (|| {
            let id = phone.save_draft(None, draft)?;
            let hash = photo.map(|bytes| phone.add_draft_photo(&id, &bytes)).transpose()?;
            phone.finish(&id)?;
            Ok((id, hash))
        })();
        let mut saved = Vec::new();
        if let Ok((id, hash)) = &made {
            saved.push((*id, What::Case));
            saved.extend(hash.map(|hash| (*id, What::Photo(hash))));
        }
        let doing = if photo_of(&saved).is_some() { Doing::Photo } else { Doing::Capture };
        let made = self.done(index, doing, made, &saved)?;
        if let (Some((id, _)), false) = (&made, malicious) {
            self.confided.extend(secrets.into_iter().map(|secret| (*id, secret.into_bytes())));
        }
        if let Some((id, hash)) = made
            && let Some(hash) = hash
        {
            self.photo_added(hash, id);
        }
        Ok(!saved.is_empty())
    }

    /// A picture: one of a few, or one that nobody has seen.
    fn picture(&mut self) -> Vec<u8> {
        let drawn = self.input.byte(Part::People);
        if drawn < 64 {
            return photo::picture(u64::from(drawn % 4), false);
        }
        self.counter += 1;
        photo::picture(1_000 + self.counter, drawn > LARGE_ABOVE)
    }

    fn photo_added(&mut self, hash: yuandian_model::BlobHash, case: CaseId) {
        let cases = self.photos.entry(hash).or_default();
        cases.insert(case);
        let twice = cases.len() >= 2;
        self.situations.reached_if(twice, Situation::SamePhotoTwice);
    }

    /// A case that the phone shows, drawn.
    fn some_case(&mut self, index: usize) -> Option<CaseId> {
        let list = self.phone(index)?.list(100, 0).ok()?;
        let cases: Vec<CaseId> = list
            .iter()
            .filter(|line| line.stage != "draft")
            .filter_map(|line| line.id.parse().ok())
            .collect();
        if cases.is_empty() {
            return None;
        }
        // The newest ones are written to most.
        let drawn = self.input.below(Part::People, 256);
        let choice = if drawn < 128 { drawn % cases.len().min(3) } else { drawn % cases.len() };
        cases.get(choice).copied()
    }

    pub(crate) fn note(&mut self, index: usize) -> Step<bool> {
        let Some(case) = self.some_case(index) else { return self.capture(index) };
        let text = self.words("A note");
        let choice = self.input.below(Part::People, 4);
        let photo = if choice == 3 { Some(self.picture()) } else { None };
        let photos: Vec<Vec<u8>> = photo.into_iter().collect();
        // One in four is spoken besides.
        let spoken = || Attachment { kind: Attached::Voice, bytes: format!("#!AMR\n{text}").into_bytes() };
        let files: Vec<Attachment> = (choice == 2).then(spoken).into_iter().collect();
        let heard: Vec<_> = files.iter().map(|file| photo::hash(&file.bytes)).collect();
        photos.iter().for_each(|bytes| self.took(index, photo::hash(bytes)));
        heard.iter().for_each(|hash| self.took(index, *hash));
        let Some(phone) = self.phone(index) else { return Ok(false) };
        let addition = Addition { text: &text, photos: &photos, files: &files, ..Addition::default() };
        let noted = phone.add(&case, &addition);
        let mut saved = vec![(case, What::Note(text))];
        saved.extend(heard.into_iter().map(|hash| (case, What::File(hash))));
        let hashes: Vec<_> = photos.iter().map(|bytes| photo::hash(bytes)).collect();
        saved.extend(hashes.iter().map(|hash| (case, What::Photo(*hash))));
        if noted.is_ok()
            && photos.is_empty()
            && self.faults.strikes(Fault::Killed, Part::Machines, &mut self.input)
        {
            self.devices[index].unsaid = saved;
            self.crashed(index, "was killed before it could say so");
            return Ok(false);
        }
        let doing = if photos.is_empty() { Doing::Other } else { Doing::Photo };
        let done = self.done(index, doing, noted, &saved)?.is_some();
        if done {
            hashes.into_iter().for_each(|hash| self.photo_added(hash, case));
        }
        Ok(done)
    }

    pub(crate) fn edit(&mut self, index: usize, stale: bool) -> Step<bool> {
        let Some(case) = self.some_case(index) else { return Ok(false) };
        let value = self.words("Over there");
        let key = ["address", "text", "severity"][self.input.below(Part::People, 3)];
        let answer = if key == "severity" { "high".to_owned() } else { value };
        let seen = self.devices[index].seen.get(&case).cloned();
        let Some(phone) = self.phone(index) else { return Ok(false) };
        let heads = phone.case(&case).map(|view| view.heads).ok();
        let seen = seen.filter(|seen| stale && heads.as_ref() != Some(seen));
        let edited = phone.edit(&case, &[(key.to_owned(), answer)], seen.as_deref());
        self.situations.reached_if(seen.is_some() && edited.is_ok(), Situation::StaleForm);
        if let Some(heads) = heads {
            self.devices[index].seen.insert(case, heads);
        }
        Ok(self.done(index, Doing::Other, edited, &[])?.is_some())
    }

    pub(crate) fn settle_conflict(&mut self, index: usize) -> Step<bool> {
        let Some(phone) = self.phone(index) else { return Ok(false) };
        let list = phone.list(100, 0).unwrap_or_default();
        // What still waits to be sent hides a conflict in the list.
        let among = list.iter().filter(|line| line.stage != "draft").take(CONFLICTS_AMONG);
        let in_conflict = |case: &CaseId| phone.case(case).is_ok_and(|view| !view.conflicts.is_empty());
        let shown = list.iter().find(|line| line.sync == "conflict").and_then(|line| line.id.parse().ok());
        let found = shown.or_else(|| among.filter_map(|line| line.id.parse().ok()).find(in_conflict));
        let Some(case) = found else { return Ok(false) };
        let conflicts = phone.case(&case).map(|view| view.conflicts).unwrap_or_default();
        let Some(conflict) = conflicts.first() else { return Ok(false) };
        let resolved = phone.resolve(&case, &conflict.key, 1);
        self.situations.reached_if(resolved.is_ok(), Situation::ConflictResolved);
        Ok(self.done(index, Doing::Other, resolved, &[])?.is_some())
    }

    pub(crate) fn act(&mut self, index: usize, wish: Wish) -> Step<bool> {
        let Some(phone) = self.phone(index) else { return Ok(false) };
        let list = phone.list(100, 0).unwrap_or_default();
        let mut can: Vec<(CaseId, String)> = Vec::new();
        for line in list.iter().filter(|line| line.stage != "draft").take(12) {
            let Ok(case) = line.id.parse() else { continue };
            let Ok(view) = phone.case(&case) else { continue };
            let Some((_, workflow)) = phone.catalogue().service(&view.service) else { continue };
            let fits = |name: &String| workflow.act(name).is_some_and(|row| wish.fits(row));
            can.extend(view.can.into_iter().filter(fits).map(|name| (case, name)));
        }
        if can.is_empty() {
            return Ok(false);
        }
        // Half of the time everybody wants the same.
        let drawn = self.input.below(Part::People, 256);
        // Who holds what another waits for gives it up often.
        let waited = |(case, name): &(CaseId, String)| {
            name == RELEASE && self.reference.cases().get(case).is_some_and(|known| !known.waiting.is_empty())
        };
        let given_up = can.iter().position(waited).filter(|_| drawn % 2 == 1);
        let same = drawn < 128 && (self.mix == Mix::Usual || wish == Wish::Claim);
        let usual = if same { 0 } else { drawn % can.len() };
        let (case, name) = can.swap_remove(given_up.unwrap_or(usual));
        let text = if self.input.below(Part::People, 4) == 3 { Some(self.words("With it")) } else { None };
        let args = self.arguments(index, &case, &name);
        let Some(phone) = self.phone(index) else { return Ok(false) };
        let command = ActCommand { name: &name, text: text.as_deref(), args: &args, ..ActCommand::default() };
        let done = phone.act(&case, &command);
        let mut saved = Vec::new();
        if done == Ok(ActOutcome::Queued) {
            saved.push((case, What::Act(name.clone())));
            saved.extend(text.map(|text| (case, What::Note(text))));
        }
        let done = self.done(index, Doing::Other, done, &saved)?.is_some();
        if done && name == "claim" {
            self.situations.reached_if(self.is_offline(index), Situation::ClaimOffline);
            let others = self.claims.iter().any(|(other, claimed)| *other != index && *claimed == case);
            self.situations.reached_if(others, Situation::ClaimRace);
            self.claims.insert((index, case));
        }
        Ok(done)
    }

    /// What must be said with an act, as its table says.
    fn arguments(&self, index: usize, case: &CaseId, name: &str) -> Vec<(String, String)> {
        let catalogue = &self.reference.catalogue;
        let Some(known) = self.reference.cases().get(case) else { return Vec::new() };
        let Some(row) = catalogue.service(&known.service).and_then(|(_, workflow)| workflow.act(name)) else {
            return Vec::new();
        };
        let other = self.reference.cases().keys().find(|other| *other != case).unwrap_or(case);
        let person = &self.devices[(index + 1) % self.devices.len()].person;
        let said = |name: &str| match catalogue.argument(name)?.kind {
            ArgumentKind::Text => Some("因为".to_owned()),
            ArgumentKind::Unit => Some(format!("unit.{index}")),
            ArgumentKind::User => person.user.map(|user| user.to_string()),
            ArgumentKind::Case => Some(other.to_string()),
            ArgumentKind::Limit => Some("2 work_day".to_owned()),
            ArgumentKind::Date => Some("2026-12-31".to_owned()),
            ArgumentKind::Score => Some("5".to_owned()),
            ArgumentKind::Money => Some("10.50".to_owned()),
            ArgumentKind::Code => Some("0000".to_owned()),
            ArgumentKind::Choice => catalogue.argument(name)?.options.first().cloned(),
            ArgumentKind::Condition => None,
        };
        let required = row.arguments().filter(|(_, required)| *required);
        required.filter_map(|(name, _)| Some((name.to_owned(), said(name)?))).collect()
    }

    fn draft(&mut self, index: usize) -> Step<bool> {
        let text = self.words("A draft");
        let drawn = self.input.byte(Part::People);
        let Some(phone) = self.phone(index) else { return Ok(false) };
        let drafts = phone.drafts().unwrap_or_default();
        let result = match drafts.first() {
            Some((id, _, _)) if drawn > 127 => phone.discard_draft(id),
            _ => phone
                .save_draft(None, &Draft { service: "case.snap".to_owned(), text, ..Draft::default() })
                .map(drop),
        };
        self.done(index, Doing::Other, result, &[])?;
        Ok(false)
    }
}

fn photo_of(saved: &[(CaseId, What)]) -> Option<&CaseId> {
    saved.iter().find(|(_, what)| matches!(what, What::Photo(_))).map(|(case, _)| case)
}

/// Where a position lies for a drawn byte.
#[must_use]
pub fn position(lng: f64, lat: f64) -> Position {
    Position { lng, lat, accuracy_m: Some(12) }
}
