//! What is looked at: after every crash, in every message, and once more when all is at rest.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;

use memchr::memmem::find;
use rusqlite::{Connection, OpenFlags};
use yuandian_device::view::{CaseView, ListLine};
use yuandian_device::{DeviceError, Phone};
use yuandian_document::{Content, ContentView, cbor};
use yuandian_model::{CaseId, Code, UserId};
use yuandian_server::store::{Authority as _, CaseLine, Store as _};
use yuandian_sync::message::{DocsReply, PullReply, PulledCase, Push};
use yuandian_sync::wire;
use yuandian_sync::{CaseFacts, StreamId};
use yuandian_vfs::Disk;

use crate::help::HELP;
use crate::invariant::{Broken, Invariant, Step, hold};
use crate::reference::{Saved, What};
use crate::sealed::laid_open;
use crate::server::DATABASE;
use crate::situation::Situation;
use crate::world::World;

/// Inflated bytes that a scan looks at.
const SCANNED_BYTES_MAX: u64 = 8 * 1024 * 1024;
/// How every secret begins.
const SECRET: &[u8] = b"SECRET 0";

pub(crate) fn damaged(error: &DeviceError) -> Broken {
    Broken::new(Invariant::PhoneNeverDamaged, error.to_string())
}

/// SQLite's own check of a database, on a copy of its disk.
fn intact(disk: &Disk, name: &str) -> Step {
    let copy = Disk::with(0, &disk.image());
    let check = || -> rusqlite::Result<String> {
        let db = Connection::open_with_flags_and_vfs(name, OpenFlags::default(), copy.vfs())?;
        db.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        let foreign: i64 =
            db.query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0))?;
        let found: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
        Ok(if foreign == 0 { found } else { format!("{foreign} rows point nowhere") })
    };
    let found = check().unwrap_or_else(|error| error.to_string());
    hold(found == "ok", Invariant::StoresIntact, || format!("{name}: {found}"))
}

/// Whether a phone shows what was saved on it.
fn shows(phone: &Phone, saved: &Saved) -> Step<bool> {
    let view = match phone.case(&saved.case) {
        Ok(view) => view,
        Err(DeviceError::NotFound { .. }) => return Ok(false),
        Err(error) => return Err(damaged(&error)),
    };
    Ok(match &saved.what {
        // What became of an act is the referee's.
        What::Case | What::Act(_) => true,
        What::Note(text) => view.notes.iter().any(|note| note.text == *text),
        What::Photo(hash) => view.photos.iter().any(|photo| photo.hash == hash.to_string()),
        What::File(hash) => {
            view.notes.iter().flat_map(|note| &note.files).any(|file| file.hash == hash.to_string())
        }
    })
}

/// Whether a phone has it in the list of what needs the person.
pub(crate) fn needs_person(phone: &Phone, saved: &Saved) -> Step<bool> {
    let entries = phone.attention().map_err(|e| damaged(&e))?;
    let case = saved.case.to_string();
    Ok(entries.iter().any(|entry| entry.case == case && saved.what.is_in(entry)))
}

/// Whether a phone's history has the outcome of an act: one that had to wait was answered when nobody asked, and comes by a page.
fn was_told(phone: &Phone, saved: &Saved) -> Step<bool> {
    let What::Act(name) = &saved.what else { return Ok(false) };
    let by = format!("Person {}", saved.person);
    match phone.case(&saved.case) {
        Ok(view) => Ok(view.history.iter().any(|l| l.act == *name && l.by == by && l.outcome != "pending")),
        Err(DeviceError::NotFound { .. }) => Ok(false),
        Err(error) => Err(damaged(&error)),
    }
}

impl World {
    /// A phone has been opened after a crash: its store is whole, and what it called saved is there.
    ///
    /// # Errors
    /// The promise that breaks.
    pub fn check_after_crash(&mut self, index: usize) -> Step {
        intact(&self.devices[index].disk, "phone.db")?;
        let unsaid = std::mem::take(&mut self.devices[index].unsaid);
        let Some(phone) = &self.devices[index].phone else { return Ok(()) };
        for (case, what) in unsaid {
            let note = matches!(what, What::Note(_));
            let maybe = Saved { device: index, person: 0, case, what, given_up: false, granted: false };
            self.situations.reached_if(note && shows(phone, &maybe)?, Situation::CommandSavedUnsaid);
        }
        for saved in self.reference.saved.iter().filter(|saved| saved.device == index && !saved.given_up) {
            if let What::Photo(hash) | What::File(hash) = &saved.what
                && self.check_photo_file(index, phone, saved.case, hash)?
            {
                self.crashed_photos.insert(*hash);
            }
            if shows(phone, saved)? || needs_person(phone, saved)? || self.server_has(saved) {
                continue;
            }
            // Of a case that has left, what a restored server has lost is kept unseen and offered again at the next greeting.
            let kept = phone.sync_state().map_err(|e| damaged(&e))?.not_backed_up;
            let left = matches!(phone.case(&saved.case), Err(DeviceError::NotFound { .. }));
            if self.reference.restored && left && kept > 0 {
                continue;
            }
            // What an operator took in for an appeal, and a restored server has lost, the phone asks for again: at rest it is with a reviewer.
            if self.reference.restored && saved.granted {
                continue;
            }
            let detail = format!("phone {index} lost {:?} of {}", saved.what, saved.case);
            return Err(Broken::new(Invariant::NoAcknowledgedWriteLost, detail));
        }
        Ok(())
    }

    /// Whether the server has what was saved; true where that cannot be asked now, as it will be at rest.
    pub(crate) fn server_has(&self, saved: &Saved) -> bool {
        let Some(user) = self.devices[saved.device].person.user else { return true };
        match &saved.what {
            What::Case => self.reference.cases().contains_key(&saved.case),
            What::Act(name) => self.reference.judged(user, saved.case, name) != (0, 0),
            What::Note(text) => self
                .server_view(&saved.case)
                .is_none_or(|view| view.notes.iter().any(|note| note.entry.text == *text)),
            What::File(hash) => self.server_view(&saved.case).is_none_or(|view| {
                view.notes.iter().flat_map(|note| &note.entry.files).any(|file| file.file.hash == *hash)
            }),
            What::Photo(hash) => self
                .server_view(&saved.case)
                .is_none_or(|view| view.photos.iter().any(|photo| photo.entry.original.hash == *hash)),
        }
    }

    /// A case's content as the server has it; none while the server cannot be asked.
    fn server_view(&self, case: &CaseId) -> Option<ContentView> {
        let store = self.server.store().filter(|_| self.server.is_up())?;
        let mut content = Content::default();
        let (changes, _) = store.changes(case).ok()?;
        content.replay(changes.iter().map(Vec::as_slice)).ok()?;
        Some(content.view())
    }

    /// A secret travels from its author to the platform, from there to its author and who holds the case, and in no other way.
    ///
    /// # Errors
    /// [`Invariant::PrivateStaysPrivate`].
    pub fn scan_for_secrets(&mut self, index: usize, body: &[u8], what: &str) -> Step {
        // Who died meanwhile hears nothing.
        if self.secrets.is_empty() || body.is_empty() || self.devices[index].phone.is_none() {
            return Ok(());
        }
        // Who she is the world knows: her disk may not be readable now.
        let user = self.devices[index].person.user;
        let rest = user.and_then(|user| {
            let reads = |facts: &CaseFacts| self.reference.reads_private(user, facts);
            Some((user, beside_private(body, &user, &reads)?))
        });
        if let Some((user, (rest, told, leaked))) = rest {
            hold(leaked.is_none(), Invariant::PrivateStaysPrivate, || {
                format!("{what} of phone {index} tells what the author of {leaked:?} alone is told")
            })?;
            if !told.is_empty() {
                self.told.insert(self.devices[index].person.number);
            }
            self.looked.extend(told.into_iter().filter(|(_, own)| !own).map(|(case, _)| (case, user)));
            let found = find(&rest, SECRET);
            return hold(found.is_none(), Invariant::PrivateStaysPrivate, || {
                format!("{what} of phone {index} holds a private answer where none belongs")
            });
        }
        let mut inflated = Vec::new();
        if let Ok(frame) = zstd::stream::Decoder::with_buffer(body) {
            // What is cut or garbled is looked at as far as it goes.
            frame.take(SCANNED_BYTES_MAX).read_to_end(&mut inflated).ok();
        }
        let found = find(&inflated, SECRET).or_else(|| find(body, SECRET));
        hold(found.is_none(), Invariant::PrivateStaysPrivate, || {
            let at = found.unwrap_or_default();
            let around =
                inflated.get(at.saturating_sub(24)..(at + 24).min(inflated.len())).unwrap_or_default();
            format!("{what} of phone {index} holds a private answer: {}", String::from_utf8_lossy(around))
        })
    }

    /// Everything that must hold when nothing is on its way any more.
    ///
    /// # Errors
    /// The promise that breaks.
    pub fn check_at_rest(&mut self) -> Step {
        self.server.disk.forget_faults();
        intact(&self.server.disk, "server.db")?;
        let store = self.server.store().cloned();
        let store = store.ok_or_else(|| Broken::new(Invariant::QueuesDrain, "the server is down at rest"))?;
        let lines = store.cases(None).map_err(|e| Broken::new(Invariant::ServerNeverFails, e.to_string()))?;
        let lines: BTreeMap<CaseId, CaseLine> =
            lines.into_iter().map(|line| (line.record.id, line)).collect();
        self.check_numbers()?;
        self.check_looks(&store)?;
        self.check_answers_end()?;
        self.check_reference(&lines)?;
        self.check_documents(&lines)?;
        self.check_evidence(&lines)?;
        for index in 0..self.devices.len() {
            if !self.devices[index].person.malicious {
                self.check_phone(index, &lines)?;
                self.check_streams(index)?;
            }
        }
        self.check_saved()?;
        self.check_confided(&lines)?;
        self.check_disks()
    }

    /// The server decided what the obvious one would have.
    fn check_reference(&self, lines: &BTreeMap<CaseId, CaseLine>) -> Step {
        let known: BTreeSet<&CaseId> = self.reference.cases().keys().collect();
        let there: BTreeSet<&CaseId> = lines.keys().collect();
        hold(known == there, Invariant::NoAcknowledgedWriteLost, || {
            format!("{} cases were taken, {} are there", known.len(), there.len())
        })?;
        for (id, line) in lines {
            let Some(expected) = self.reference.cases().get(id) else { continue };
            let state = &line.record.state;
            if self.reference.is_vague(id) {
                continue;
            }
            hold(state.holders == expected.holders, Invariant::OneWinnerPerClaim, || {
                format!("{id}: held by {:?}, first come {:?}", state.holders, expected.holders)
            })?;
            hold(state.waiting == expected.waiting, Invariant::WaitingListInOrder, || {
                format!("{id}: waiting {:?}, arrived {:?}", state.waiting, expected.waiting)
            })?;
            hold(
                state.stage == expected.stage && state.act_seq == expected.act_seq,
                Invariant::Convergence,
                || {
                    format!(
                        "{id}: {} after {} acts, expected {} after {}",
                        state.stage, state.act_seq, expected.stage, expected.act_seq
                    )
                },
            )?;
        }
        Ok(())
    }

    /// What was said once stands once.
    fn check_documents(&self, lines: &BTreeMap<CaseId, CaseLine>) -> Step {
        for (id, line) in lines {
            let Some(view) = self.server_view(id) else { continue };
            // What a person kept as a note after all may stand there once from each of the person's phones.
            let once = |text: &&str| text.is_ascii() && !self.noted.contains(*text);
            let said: Vec<&str> =
                view.notes.iter().map(|note| note.entry.text.as_str()).filter(once).collect();
            let texts: BTreeSet<&str> = said.iter().copied().collect();
            hold(texts.len() == said.len(), Invariant::NothingDoubled, || {
                format!("{id} has {} notes of {} texts", said.len(), texts.len())
            })?;
            hold(line.record.version <= 1_100, Invariant::RunsEnd, || format!("{id} grew without end"))?;
        }
        Ok(())
    }

    /// A phone shows what the server has, all that its person may hold and nothing else.
    fn check_phone(&mut self, index: usize, lines: &BTreeMap<CaseId, CaseLine>) -> Step {
        intact(&self.devices[index].disk, "phone.db")?;
        let Some(user) = self.devices[index].person.user else { return Ok(()) };
        let now = self.now_ms;
        self.devices[index].tick(now);
        let names = self.names();
        let Some(phone) = &self.devices[index].phone else {
            return Err(Broken::new(Invariant::QueuesDrain, format!("phone {index} is off at rest")));
        };
        for entry in phone.attention().map_err(|e| damaged(&e))? {
            let never =
                ["r_structure", "r_schema", "r_actor", "r_chain", "r_sig"].contains(&entry.code.as_str());
            hold(!never, Invariant::HonestNeverMalformed, || {
                format!("phone {index}: {} of {} was refused as {}", entry.act, entry.case, entry.code)
            })?;
            let known = entry.case.parse().ok().and_then(|case| self.reference.cases().get(&case));
            let helps = known.is_some_and(|known| known.service.starts_with(HELP));
            let second = helps && entry.code == Code::RTaken.id() && entry.reason_en.contains("in line");
            self.situations.reached_if(second, Situation::LostClaimExplained);
        }
        self.check_files_told(index, phone)?;
        self.check_word_kept(index, phone)?;
        let appealed = self.appealed(user);
        let list = phone.list(u32::MAX, 0).map_err(|e| damaged(&e))?;
        let mut held = BTreeSet::new();
        let mut facts = Vec::new();
        let mut conflict = false;
        for line in list.iter().filter(|line| line.stage != "draft") {
            let Ok(id) = line.id.parse::<CaseId>() else { continue };
            // Who follows may have said it to a server that was restored, and was answered when nobody asked.
            let follows = || self.reference.restored && phone.case(&id).is_ok_and(|view| view.followed);
            let summary =
                !self.reference.may_hold(user, &id) && (self.reference.may_summarise(user, &id) || follows());
            if summary {
                // A line of a summary, and nothing behind it.
                continue;
            }
            let view = phone.case(&id).map_err(|e| damaged(&e))?;
            let waits = line.sync == "attention" || appealed.contains(&id);
            if waits && !self.may_hold_now(user, &id) {
                // What was refused because a right had ended stays until its person has looked, and a reviewer where one was asked.
                continue;
            }
            check_line(index, line, &view)?;
            conflict |= !view.conflicts.is_empty();
            let Some(server) = lines.get(&id) else {
                // The server refused it: it is the person's to decide.
                hold(line.sync == "attention", Invariant::HeldIsPermitted, || {
                    format!("phone {index} holds {id}, which is nowhere else, as {}", line.sync)
                })?;
                continue;
            };
            held.insert(id);
            check_case(index, &view, server, &names)?;
            facts.extend_from_slice(
                format!("{} {} {:?} {:?}\n", line.id, line.stage, view.heads, view.holders).as_bytes(),
            );
        }
        let permitted: BTreeSet<CaseId> =
            lines.keys().filter(|id| self.may_hold_now(user, id)).copied().collect();
        hold(held == permitted, Invariant::HeldIsPermitted, || {
            let missing: Vec<_> = permitted.difference(&held).collect();
            let more: Vec<_> = held.difference(&permitted).collect();
            format!("phone {index} misses {missing:?} and holds beyond its right {more:?}")
        })?;
        self.situations.reached_if(conflict, Situation::ConflictShown);
        self.trace.add(now, &facts, || format!("phone {index} holds {} cases", held.len()));
        Ok(())
    }

    /// Nothing came out otherwise than the server had said, where no copy of anything was put in its place.
    fn check_word_kept(&self, index: usize, phone: &Phone) -> Step {
        let copies = self.devices.iter().any(|device| device.restored || device.cloned_from.is_some());
        if copies || self.reference.restored {
            return Ok(());
        }
        let troubles = phone.sync_state().map_err(|e| damaged(&e))?.troubles;
        for (what, invariant) in [("sums", Invariant::StreamsExact), ("heads", Invariant::Convergence)] {
            let times = troubles.get(what).copied().unwrap_or_default();
            hold(times == 0, invariant, || format!("{what} of phone {index} were wrong {times} times"))?;
        }
        Ok(())
    }

    /// Cases beyond a person's right that are on the phone because something in them waits for the person, or for a reviewer.
    ///
    /// # Errors
    /// [`Invariant::PhoneNeverDamaged`].
    pub fn kept_for_its_person(&self, index: usize) -> Step<BTreeSet<String>> {
        let device = &self.devices[index];
        let (Some(phone), Some(user)) = (&device.phone, device.person.user) else {
            return Ok(BTreeSet::new());
        };
        let mut kept: BTreeSet<String> = self.appealed(user).iter().map(ToString::to_string).collect();
        kept.extend(phone.attention().map_err(|e| damaged(&e))?.into_iter().map(|entry| entry.case));
        kept.retain(|case| case.parse().is_ok_and(|case| !self.reference.may_hold(user, &case)));
        Ok(kept)
    }

    /// Cases about which a person has asked a reviewer: the answer may still be on its way.
    fn appealed(&self, user: UserId) -> BTreeSet<CaseId> {
        let lines = self.server.store().and_then(|store| store.appeals().ok()).unwrap_or_default();
        lines.into_iter().filter(|line| line.user == user).map(|line| line.document).collect()
    }

    fn names(&self) -> BTreeMap<UserId, String> {
        let name = |number: usize| format!("Person {number}");
        self.devices.iter().filter_map(|d| Some((d.person.user?, name(d.person.number)))).collect()
    }

    /// What any phone called saved is on the server, or its person was told.
    fn check_saved(&mut self) -> Step {
        for saved in self.reference.saved.iter().filter(|saved| !saved.given_up) {
            if self.devices[saved.device].person.malicious {
                continue;
            }
            if self.server_has(saved) {
                if let What::Photo(hash) | What::File(hash) = &saved.what {
                    let told = self.is_told_of_file(saved, hash)?;
                    if !told {
                        self.check_photo_stored(saved, hash)?;
                    }
                    let again = !told && self.server_lost.contains(hash);
                    self.situations.reached_if(again, Situation::LostFileSentAgain);
                    self.situations.reached_if(told, Situation::FileTroubleTold);
                    let crashed = self.crashed_photos.contains(hash);
                    self.situations.reached_if(crashed, Situation::PhotoAfterCrash);
                }
                continue;
            }
            let mut told = self.awaits_a_reviewer(saved);
            for device in self.devices.iter().filter(|d| d.person.number == saved.person) {
                if let Some(phone) = &device.phone {
                    told |= needs_person(phone, saved)? || was_told(phone, saved)?;
                }
            }
            hold(told, Invariant::NoAcknowledgedWriteLost, || {
                format!("{:?} of {}, saved on phone {}, is nowhere", saved.what, saved.case, saved.device)
            })?;
        }
        Ok(())
    }

    /// Whether a person may hold a case, as far as a server that was restored still knows of her part in it.
    fn may_hold_now(&self, user: UserId, case: &CaseId) -> bool {
        self.reference.may_hold(user, case) && !self.forgot_who_took_part(user, case)
    }

    /// Whether a restored server knows nothing of a person's part in a case, and no right of hers leads to it.
    fn forgot_who_took_part(&self, user: UserId, case: &CaseId) -> bool {
        if !self.reference.restored || self.reference.may_hold_by_right(user, case) {
            return false;
        }
        let streams = self.server.store().and_then(|store| store.case_streams(case).ok()).unwrap_or_default();
        let own = StreamId::user(&user);
        !streams.iter().any(|held| held.stream == own && held.gone.is_none())
    }

    /// Whether the server, restored to before it took something in for an appeal, has the appeal in front of its operator.
    fn awaits_a_reviewer(&self, saved: &Saved) -> bool {
        if !self.reference.restored {
            return false;
        }
        let lines = self.server.store().and_then(|store| store.appeals().ok()).unwrap_or_default();
        let user = self.devices[saved.device].person.user;
        lines.iter().filter(|line| line.granted.is_none() && Some(line.user) == user).any(|line| {
            let envelope = line.kept.0.open().ok().filter(|envelope| envelope.document == saved.case);
            envelope.is_some_and(|envelope| match &saved.what {
                What::Note(text) => find(&envelope.body, text.as_bytes()).is_some(),
                _ => false,
            })
        })
    }

    /// A private answer that was saved with its case is where its case is, sealed with a key that is there.
    fn check_confided(&self, lines: &BTreeMap<CaseId, CaseLine>) -> Step {
        let given_up = |case: &CaseId| self.reference.saved.iter().any(|s| s.case == *case && s.given_up);
        let keys: Vec<_> = self.server.keys_in_use().into_values().collect();
        let mut open = Vec::new();
        self.server.disk.each_file(|name, bytes| {
            if name.starts_with(DATABASE) {
                open.extend(laid_open(bytes, &keys));
            }
        });
        for (case, secret) in self.confided.iter().filter(|(case, _)| lines.contains_key(case)) {
            // What ended long ago has had its time.
            let state = &lines[case].record.state;
            let service = self.reference.catalogue.service(&state.service.0);
            let over = self.reference.aged
                && service.is_some_and(|(_, workflow)| workflow.ends.contains(&state.stage));
            let there = over || given_up(case) || find(&open, secret).is_some();
            hold(there, Invariant::NoAcknowledgedWriteLost, || {
                let secret = String::from_utf8_lossy(secret);
                format!("the private answer {secret} of {case} is not on the server")
            })?;
        }
        Ok(())
    }

    /// Every byte of every disk: a private answer is where it was written and nowhere else, and sealed on the server's.
    fn check_disks(&self) -> Step {
        if self.secrets.is_empty() {
            return Ok(());
        }
        let look = |who: &str, person: Option<usize>, disk: &Disk| -> Step {
            let mut found = None;
            disk.each_file(|name, bytes| {
                for (owner, secret) in &self.secrets {
                    let may = person.is_some_and(|person| person == *owner || self.told.contains(&person));
                    if !may && find(bytes, secret).is_some() {
                        found = Some(format!("{who}: {name} holds {}", String::from_utf8_lossy(secret)));
                    }
                }
            });
            hold(found.is_none(), Invariant::PrivateStaysPrivate, || found.unwrap_or_default())
        };
        for device in self.devices.iter().filter(|d| !d.person.malicious) {
            look(&format!("phone {}", device.index), Some(device.person.number), &device.disk)?;
        }
        look("the server", None, &self.server.disk)
    }
}

/// Cases with private answers for a person, each with whether it is their own.
type Told = Vec<(CaseId, bool)>;

/// A message without the private answers that may be in it, the cases that had any for this person, and
/// one of which it tells what its author alone is told. None where it can hold none.
fn beside_private(
    body: &[u8],
    receiver: &UserId,
    reads: &dyn Fn(&CaseFacts) -> bool,
) -> Option<(Vec<u8>, Told, Option<CaseId>)> {
    let told = std::cell::RefCell::new(Vec::new());
    let leaked = std::cell::Cell::new(None);
    let strip = |cases: &mut Vec<PulledCase>| {
        for case in cases {
            // Code words and looks are the author's.
            if case.own.is_some() && case.facts.as_ref().is_none_or(|facts| facts.author.user != *receiver) {
                leaked.set(Some(case.document));
            }
            let may = case.facts.as_ref().is_some_and(reads);
            if may && case.private.as_ref().is_some_and(|fields| !fields.is_empty()) {
                let own = case.facts.as_ref().is_some_and(|facts| facts.author.user == *receiver);
                told.borrow_mut().push((case.document, own));
                case.private = None;
            }
        }
    };
    if let Ok(mut push) = wire::unpack::<Push>("push", body) {
        push.private.clear();
        return Some((cbor::encode(&push), Vec::new(), None));
    }
    if let Ok(mut page) = wire::unpack::<PullReply>("page", body) {
        strip(&mut page.cases);
        return Some((cbor::encode(&page), told.into_inner(), leaked.get()));
    }
    let mut docs = wire::unpack::<DocsReply>("docs", body).ok()?;
    strip(&mut docs.cases);
    Some((cbor::encode(&docs), told.into_inner(), leaked.get()))
}

/// A list line says what the whole case says.
fn check_line(index: usize, line: &ListLine, view: &CaseView) -> Step {
    let nearest = view.times.iter().filter(|time| time.due.is_some()).min_by_key(|time| time.due.clone());
    // What an act that is on its way begins is counted from when it was looked at.
    let same_due = !view.pending.is_empty() || line.due.as_ref() == nearest;
    let same = same_due
        && (line.own, line.opened_ms, line.place) == (view.own, view.opened_ms, view.place)
        && line.title == view.title
        && line.stage == view.stage
        && line.sync == view.sync
        && line.claim == view.claim.state
        && line.photos as usize == view.photos.len();
    hold(same, Invariant::ProjectionsEqual, || {
        format!(
            "phone {index}, {}: the line says {} {} {} {} {} {:?}, the case {} {} {} {} {} {nearest:?}",
            line.id,
            line.title,
            line.stage,
            line.sync,
            line.claim,
            line.photos,
            line.due,
            view.title,
            view.stage,
            view.sync,
            view.claim.state,
            view.photos.len()
        )
    })
}

/// A phone's case is the server's.
fn check_case(index: usize, view: &CaseView, server: &CaseLine, names: &BTreeMap<UserId, String>) -> Step {
    let id = &view.id;
    let heads: Vec<String> = server.heads.iter().map(ToString::to_string).collect();
    let state = &server.record.state;
    let holders: Vec<String> =
        state.holders.iter().map(|u| names.get(u).cloned().unwrap_or_default()).collect();
    // A case without content has the heads of the genesis change, which the server does not list.
    let same_heads = heads.is_empty() || view.heads == heads;
    hold(same_heads, Invariant::Convergence, || {
        format!("phone {index}, {id}: heads {:?}, the server has {heads:?}", view.heads)
    })?;
    let same = view.stage == state.stage
        && view.act_seq == state.act_seq
        && view.holders == holders
        && view.waiting as usize == state.waiting.len();
    hold(same, Invariant::Convergence, || {
        format!(
            "phone {index}, {id}: {} after {} acts, held by {:?}, {} wait; the server has {} after {}, {holders:?}, {}",
            view.stage,
            view.act_seq,
            view.holders,
            view.waiting,
            state.stage,
            state.act_seq,
            state.waiting.len()
        )
    })
}
