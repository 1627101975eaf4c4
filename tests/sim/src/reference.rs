//! The reference: what an obvious server would have decided. Maps, no merging, knowledge of everything.

use std::collections::{BTreeMap, BTreeSet};

use yuandian_document::envelope::Body;
use yuandian_document::{Act, SignedCommit, cbor};
use yuandian_model::catalogue::{ActClass, Effect, OPENING_ACT, Party, Visibility};
use yuandian_model::{BlobHash, CaseId, Catalogue, Code, CommitId, DivisionCode, Epoch, Role, UserId};
use yuandian_sync::message::Receipt;

use crate::help::note;
use crate::invariant::{Broken, Invariant, Step, hold};
use crate::situation::{Situation, Situations};

/// Bytes of a receipt, at most.
const RECEIPT_BYTES_MAX: usize = 64 * 1024;

/// A case as the reference has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefCase {
    /// Its service.
    pub service: String,
    /// Where it lies.
    pub grid: DivisionCode,
    /// Who opened it.
    pub author: UserId,
    /// Its stage.
    pub stage: String,
    /// Accepted acts.
    pub act_seq: u64,
    /// Who holds it.
    pub holders: Vec<UserId>,
    /// Who waits.
    pub waiting: Vec<UserId>,
    /// Who ever opened it, held it or waited.
    pub took_part: BTreeSet<UserId>,
    /// Who follows it.
    pub followers: BTreeSet<UserId>,
    /// The case that it was merged into.
    pub into: Option<CaseId>,
    /// Where it was opened.
    pub opened_in: DivisionCode,
    /// Every grid that it has lain in.
    pub grids: BTreeSet<DivisionCode>,
}

/// Something that a phone has called saved.
#[derive(Debug, Clone)]
pub struct Saved {
    /// The device.
    pub device: usize,
    /// The person's number.
    pub person: usize,
    /// The case.
    pub case: CaseId,
    /// What.
    pub what: What,
    /// Whether the disk it was on was given up since: it may be anywhere or nowhere.
    pub given_up: bool,
    /// Whether an operator took it in for an appeal: a server that was restored may have to be asked again.
    pub granted: bool,
}

/// What was saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A new case.
    Case,
    /// A note of these words, which nobody else writes.
    Note(String),
    /// A file beside a note.
    File(BlobHash),
    /// A photo.
    Photo(BlobHash),
    /// An act.
    Act(String),
}

/// Who has which rights.
pub type Rights = BTreeMap<UserId, Vec<(Role, DivisionCode)>>;

/// Everything that the reference knows.
pub struct Reference {
    pub(crate) catalogue: Catalogue,
    pub(crate) cases: BTreeMap<CaseId, RefCase>,
    receipts: BTreeMap<CommitId, Vec<u8>>,
    numbers: BTreeMap<(Epoch, u64), CommitId>,
    highest: BTreeMap<Epoch, u64>,
    /// Commits in pushes over which the server died.
    pub unsaid: BTreeSet<CommitId>,
    /// The cases of commits that a server may have taken and never said so: it may send them, too.
    pub unsaid_cases: BTreeSet<CaseId>,
    /// What openings among them would open, until somebody hears that they did.
    unsaid_openings: BTreeMap<CaseId, RefCase>,
    /// Cases to which such a server may have done something: in which order is not known.
    pub(crate) vague: BTreeSet<CaseId>,
    /// Cases that the server has ended of itself since a long time began, or may have: not old yet when it has passed.
    pub(crate) just_ended: BTreeSet<CaseId>,
    /// Cases that are known to be open by what others did to them, before their openings were answered.
    shown: BTreeSet<CaseId>,
    /// Cases whose opening act the server keeps until what it may miss has come: it opens them without saying so.
    held: BTreeMap<CaseId, RefCase>,
    pub(crate) grants: Rights,
    /// Cases that had ended when the long time passed, and have not been opened since.
    pub(crate) old: BTreeSet<CaseId>,
    /// Where cases lay when the server was last copied.
    pub(crate) copied: BTreeMap<CaseId, DivisionCode>,
    /// Every right that a person has ever had.
    pub(crate) ever: BTreeMap<UserId, BTreeSet<(Role, DivisionCode)>>,
    /// Acts that were judged, by person, case and name: how many were taken, how many refused.
    judged: BTreeMap<(UserId, CaseId, String), (u64, u64)>,
    /// Everything that was called saved.
    pub saved: Vec<Saved>,
    /// Whether the server was restored: what it decided since stands on what phones have brought back until then.
    pub restored: bool,
    /// Whether so much time has passed that what has ended is old.
    pub aged: bool,
}

/// Whether people of a role read the summaries of their division: they live or pass there and do not work the grid.
fn lives_here(role: Role) -> bool {
    matches!(role, Role::Resident | Role::Volunteer | Role::Partner)
}

impl Reference {
    /// Knows nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            catalogue: Catalogue::embedded(),
            cases: BTreeMap::new(),
            receipts: BTreeMap::new(),
            numbers: BTreeMap::new(),
            highest: BTreeMap::new(),
            unsaid: BTreeSet::new(),
            unsaid_cases: BTreeSet::new(),
            unsaid_openings: BTreeMap::new(),
            vague: BTreeSet::new(),
            just_ended: BTreeSet::new(),
            shown: BTreeSet::new(),
            held: BTreeMap::new(),
            grants: BTreeMap::new(),
            old: BTreeSet::new(),
            copied: BTreeMap::new(),
            ever: BTreeMap::new(),
            judged: BTreeMap::new(),
            saved: Vec::new(),
            restored: false,
            aged: false,
        }
    }

    /// A person got a right.
    pub fn granted(&mut self, user: UserId, role: Role, grid: &DivisionCode) {
        self.grants.entry(user).or_default().push((role, grid.clone()));
        self.ever.entry(user).or_default().insert((role, grid.clone()));
    }

    /// A person's right has ended.
    pub fn revoked(&mut self, user: UserId, role: Role, grid: &DivisionCode) {
        self.grants.entry(user).or_default().retain(|right| *right != (role, grid.clone()));
    }

    /// The rights as they are now, for a copy of the server.
    #[must_use]
    pub fn rights(&self) -> Rights {
        self.grants.clone()
    }

    /// The server is as it was when these were the rights: what its operator has said since is forgotten with it.
    pub fn restored(&mut self, rights: Rights) {
        self.grants = rights;
        self.restored = true;
        self.went_back();
    }

    /// Whether a person has a right.
    #[must_use]
    pub fn has_right(&self, user: UserId, role: Role, grid: &DivisionCode) -> bool {
        self.grants.get(&user).is_some_and(|rights| rights.contains(&(role, grid.clone())))
    }

    /// The cases that the server has taken.
    #[must_use]
    pub fn cases(&self) -> &BTreeMap<CaseId, RefCase> {
        &self.cases
    }

    /// Whether it is not known in which order a case was acted on.
    #[must_use]
    pub fn is_vague(&self, case: &CaseId) -> bool {
        self.restored || self.vague.contains(case)
    }

    /// How often a person's act was taken and refused.
    #[must_use]
    pub fn judged(&self, user: UserId, case: CaseId, act: &str) -> (u64, u64) {
        self.judged.get(&(user, case, act.to_owned())).copied().unwrap_or_default()
    }

    /// Whether a person may hold a case now.
    #[must_use]
    pub fn may_hold(&self, user: UserId, case: &CaseId) -> bool {
        let Some(known) = self.cases.get(case).or_else(|| self.held.get(case)) else { return false };
        known.took_part.contains(&user) || self.may_hold_by_right(user, case)
    }

    /// Whether a person may hold a case by what she is, and not because she took part in it.
    #[must_use]
    pub fn may_hold_by_right(&self, user: UserId, case: &CaseId) -> bool {
        let Some(known) = self.cases.get(case).or_else(|| self.held.get(case)) else { return false };
        if self.aged && self.old.contains(case) {
            return false;
        }
        let rights = self.grants.get(&user).map(Vec::as_slice).unwrap_or_default();
        rights.iter().any(|(role, grid)| {
            known.grid.as_str().starts_with(grid.as_str()) && self.is_shown_to(*role, &known.service)
        })
    }

    /// Whether people of a role read whole cases of a service in their division: a case that is for its handlers goes to whoever its service
    /// or a row of its workflow names, another one to everybody who works the grid, and where neighbours may take it, to volunteers.
    pub(crate) fn is_shown_to(&self, role: Role, service: &str) -> bool {
        let Some((service, workflow)) = self.catalogue.service(service) else { return role.works_the_grid() };
        let named = workflow.acts.iter().any(|row| {
            let follows = matches!(row.effect, Effect::Follow | Effect::Unfollow);
            !follows && row.by.contains(&Party::Role(role))
        });
        let listed =
            [&service.handle, &service.approve, &service.view].iter().any(|list| list.contains(&role));
        let takes = workflow.acts.iter().any(|act| act.effect == Effect::Take);
        let by_visibility = match service.visibility {
            Visibility::Handler => false,
            Visibility::Public | Visibility::Grid => {
                role.works_the_grid() || (role == Role::Volunteer && takes)
            }
        };
        by_visibility || ((named || listed) && !matches!(role, Role::FamilyContact | Role::Admin))
    }

    /// Whether a person may see a case's public summary.
    #[must_use]
    pub fn may_summarise(&self, user: UserId, case: &CaseId) -> bool {
        let Some(known) = self.cases.get(case) else { return false };
        let public = self
            .catalogue
            .service(&known.service)
            .is_some_and(|(service, _)| service.visibility == Visibility::Public);
        if public && known.followers.contains(&user) {
            return true;
        }
        let rights = self.grants.get(&user).map(Vec::as_slice).unwrap_or_default();
        public
            && rights
                .iter()
                .any(|(role, grid)| lives_here(*role) && known.grid.as_str().starts_with(grid.as_str()))
    }

    /// A restored server refused what it had taken and what its phone had never heard of: an opening leaves nothing behind.
    pub fn taken_back(&mut self, user: UserId, commit: &SignedCommit) {
        let said =
            self.receipts.get(&commit.id()).map(|bytes| cbor::decode("receipt", bytes, RECEIPT_BYTES_MAX));
        let had_taken =
            said.is_some_and(|said: Result<Receipt, _>| said.is_ok_and(|said| said.code.is_taken()));
        if had_taken
            && let Ok(envelope) = commit.open()
            && let Ok(Body::Act(act)) = envelope.typed_body()
            && self.opened(user, &act).is_some()
        {
            self.cases.remove(&envelope.document);
        }
    }

    /// Commits whose receipts nobody hears, of a server that died or whose disk failed over the answer: it may have taken them.
    pub fn unheard<'a>(&mut self, user: UserId, commits: impl IntoIterator<Item = &'a SignedCommit>) {
        for commit in commits {
            self.unsaid.insert(commit.id());
            let Ok(envelope) = commit.open() else { continue };
            self.unsaid_cases.insert(envelope.document);
            let Ok(Body::Act(act)) = envelope.typed_body() else { continue };
            match self.opened(user, &act) {
                Some(opened) => {
                    self.unsaid_openings.insert(envelope.document, opened);
                }
                None => {
                    self.vague.insert(envelope.document);
                }
            }
        }
    }

    /// One commit was answered. `trusted` is false for the malicious phone's own, whose answers need not be stored.
    ///
    /// # Errors
    /// The promise that the answer breaks.
    pub fn answered(
        &mut self,
        user: UserId,
        commit: &SignedCommit,
        bytes: &[u8],
        trusted: bool,
        situations: &mut Situations,
    ) -> Step<Code> {
        let receipt: Receipt = cbor::decode("receipt", bytes, RECEIPT_BYTES_MAX)
            .map_err(|e| Broken::new(Invariant::OneReceiptPerCommit, format!("no receipt: {e}")))?;
        let id = commit.id();
        hold(receipt.commit == id, Invariant::OneReceiptPerCommit, || {
            format!("the receipt of {id} names {}", receipt.commit)
        })?;
        if let Some(before) = self.receipts.get(&id) {
            situations.reached(Situation::ReceiptReplayed);
            hold(before == bytes || !trusted || self.restored, Invariant::ReceiptsFinal, || {
                format!("{id} was answered otherwise before: now {}", receipt.code)
            })?;
            // A restored server knows nothing of a refusal, nor of what it was refused for.
            let refused = cbor::decode::<Receipt>("receipt", before, RECEIPT_BYTES_MAX)
                .is_ok_and(|before| before.code.is_refused());
            if !(self.restored && refused && receipt.code.is_taken()) {
                return Ok(receipt.code);
            }
        }
        match receipt.code {
            Code::RetryLater => return Ok(receipt.code),
            Code::HeldMissing => {
                situations.reached(Situation::HeldMissing);
                if trusted
                    && let Ok(envelope) = commit.open()
                    && let Ok(Body::Act(act)) = envelope.typed_body()
                    && let Some(opened) = self.opened(user, &act)
                {
                    self.held.insert(envelope.document, opened);
                }
                return Ok(receipt.code);
            }
            _ => {}
        }
        if trusted || receipt.code.is_taken() {
            self.receipts.insert(id, bytes.to_vec());
        }
        if let Some(number) = receipt.seq {
            let taken = self.numbers.insert((receipt.epoch, number), id);
            // A refusal with a number to somebody who may send it again as often as he likes is the same one again.
            if taken == Some(id) {
                return Ok(receipt.code);
            }
            hold(taken.is_none(), Invariant::NumbersUnique, || format!("{number} was given to two commits"))?;
            let highest = self.highest.entry(receipt.epoch).or_default();
            // Over one of these the server died: it was numbered before, and is answered late.
            let in_order = number > *highest || self.unsaid.contains(&id);
            hold(in_order || self.restored, Invariant::NumbersUnique, || {
                format!("{number} came after {highest}")
            })?;
            *highest = number.max(*highest);
        }
        let Ok(envelope) = commit.open() else { return Ok(receipt.code) };
        match envelope.typed_body() {
            Ok(Body::Act(act)) => self.act(user, envelope.document, &act, &receipt, situations)?,
            Ok(Body::Content(_)) => self.content(user, envelope.document, &receipt, situations)?,
            Err(_) => {}
        }
        Ok(receipt.code)
    }

    /// What was decided before the server was restored may be judged by it once more, and what it did without a word in another order: who
    /// takes part is known all the same.
    fn act_after_restore(&mut self, user: UserId, id: CaseId, act: &Act, receipt: &Receipt) {
        let Some(known) = self.cases.get_mut(&id) else { return };
        let Some((_, workflow)) = self.catalogue.service(&known.service) else { return };
        let Some(row) = workflow.act(&act.name) else { return };
        match row.effect {
            Effect::Take => {
                known.took_part.insert(user);
            }
            effect if effect != Effect::GiveUp && effect != Effect::Expel && receipt.code != Code::RTaken => {
                if effect == Effect::Merge {
                    known.into = merged_into(act);
                }
                known.stage.clone_from(row.to.as_ref().unwrap_or(&known.stage.clone()));
            }
            _ => {}
        }
        // Whatever went before it: what goes on is not old.
        if row.to.as_ref().is_some_and(|to| !workflow.ends.contains(to)) {
            self.old.remove(&id);
        }
    }

    fn content(&self, user: UserId, case: CaseId, receipt: &Receipt, situations: &mut Situations) -> Step {
        if receipt.code.is_refused() {
            situations.reached(Situation::ContentRefused);
            situations.reached_if(receipt.code == Code::RChain, Situation::ChainBroken);
            return Ok(());
        }
        let known = self.cases.get(&case).filter(|_| !self.restored && receipt.seq.is_some());
        hold(known.is_none_or(|known| self.may_ever_write(user, known)), Invariant::OthersUntouched, || {
            format!("{user} has written into {case} without a right")
        })?;
        let ended = self.cases.get(&case).is_some_and(|known| {
            self.catalogue
                .service(&known.service)
                .is_some_and(|(_, workflow)| workflow.ends.contains(&known.stage))
        });
        situations.reached_if(ended, Situation::ContentAfterEnd);
        Ok(())
    }

    /// The case that an act would open.
    fn opened(&self, user: UserId, act: &Act) -> Option<RefCase> {
        let report = act.report.as_ref()?;
        let (service, workflow) = self.catalogue.service(&report.service)?;
        Some(RefCase {
            service: report.service.clone(),
            grid: report.grid.clone(),
            author: user,
            stage: service.opens.as_ref().unwrap_or(&workflow.opens).clone(),
            act_seq: 1,
            holders: Vec::new(),
            waiting: Vec::new(),
            took_part: BTreeSet::from([user]),
            followers: BTreeSet::new(),
            into: None,
            opened_in: report.grid.clone(),
            grids: BTreeSet::from([report.grid.clone()]),
        })
    }

    fn act(
        &mut self,
        user: UserId,
        id: CaseId,
        act: &Act,
        receipt: &Receipt,
        situations: &mut Situations,
    ) -> Step {
        let judged = self.judged.entry((user, id, act.name.clone())).or_default();
        if receipt.code.is_refused() && receipt.code != Code::RTaken {
            judged.1 += 1;
            situations.reached(Situation::ActRefused);
            situations.reached_if(receipt.code == Code::RState, Situation::ActRefusedState);
            situations.reached_if(receipt.code == Code::RExpects, Situation::ActRefusedExpects);
            situations.reached_if(receipt.code == Code::RChain, Situation::ChainBroken);
            return Ok(());
        }
        judged.0 += 1;
        if receipt.code == Code::Dup || receipt.facts.get("kept").is_some_and(|kept| kept == "note") {
            return Ok(());
        }
        if act.name == OPENING_ACT {
            let Some(opened) = self.opened(user, act) else { return Ok(()) };
            hold(self.may_ever_open(user, &opened), Invariant::OthersUntouched, || {
                format!("{user} has opened {id} in {} without a right", opened.grid)
            })?;
            if self.shown.remove(&id) {
                return Ok(());
            }
            let before = self.cases.insert(id, opened);
            let once = before.is_none() || self.restored;
            return hold(once, Invariant::NothingDoubled, || format!("{id} was opened twice"));
        }
        if self.restored {
            self.act_after_restore(user, id, act, receipt);
            return Ok(());
        }
        if !self.cases.contains_key(&id)
            && let Some(opened) = self.unsaid_openings.remove(&id)
        {
            self.cases.insert(id, opened);
            self.shown.insert(id);
        }
        let permitted = self.may_ever_do(user, &id, &act.name);
        let Some(known) = self.cases.get_mut(&id) else {
            return Err(Broken::new(
                Invariant::OneWinnerPerClaim,
                format!("an act on {id}, which nobody opened"),
            ));
        };
        hold(permitted, Invariant::OthersUntouched, || {
            format!("{user} has done {} to {id} without a right", act.name)
        })?;
        let Some((service, workflow)) = self.catalogue.service(&known.service) else { return Ok(()) };
        let Some(row) = workflow.act(&act.name) else { return Ok(()) };
        let vague = self.vague.contains(&id);
        if vague && !matches!(row.effect, Effect::Follow | Effect::Unfollow) {
            self.act_after_restore(user, id, act, receipt);
            return Ok(());
        }
        hold(vague || row.from.contains(&known.stage), Invariant::OneWinnerPerClaim, || {
            format!("{} was taken in stage {} of {id}", act.name, known.stage)
        })?;
        let full = known.holders.len() >= service.capacity;
        note(situations, (&*known, full), row, user);
        match row.effect {
            Effect::Take if receipt.code == Code::RTaken => {
                situations.reached(Situation::ClaimLost);
                hold(full, Invariant::OneWinnerPerClaim, || format!("a claim of {id} lost against nobody"))?;
                if !known.waiting.contains(&user) {
                    known.waiting.push(user);
                    known.act_seq += 1;
                }
                known.took_part.insert(user);
                situations.reached_if(known.waiting.len() >= 3, Situation::ThreeInLine);
                let place =
                    known.waiting.iter().position(|u| *u == user).map(|index| (index + 1).to_string());
                return hold(
                    receipt.facts.get("position") == place.as_ref(),
                    Invariant::WaitingListInOrder,
                    || format!("place {:?} in the line of {id} is {place:?}", receipt.facts.get("position")),
                );
            }
            Effect::Take => {
                hold(!full, Invariant::OneWinnerPerClaim, || {
                    format!("{id} has {} holders and was given to another", known.holders.len())
                })?;
                known.holders.push(user);
                known.took_part.insert(user);
                situations.reached_if(known.holders.len() >= 2, Situation::TwoHolders);
                if let Some(stage) = row.to.as_ref().filter(|_| known.stage == workflow.opens) {
                    known.stage.clone_from(stage);
                }
            }
            Effect::GiveUp | Effect::Expel => {
                let first = known.holders.first().copied().filter(|_| row.effect == Effect::Expel);
                let who = first.unwrap_or(user);
                let held = known.holders.contains(&who);
                known.holders.retain(|u| *u != who);
                known.waiting.retain(|u| *u != who);
                situations.reached_if(!held, Situation::LeftTheLine);
                if held {
                    if known.waiting.is_empty() {
                        situations.reached_if(known.holders.is_empty(), Situation::ReleaseEmpties);
                    } else {
                        situations.reached(Situation::Promoted);
                        let next = known.waiting.remove(0);
                        known.holders.push(next);
                    }
                    let claimed = workflow.acts.iter().find(|t| t.effect == Effect::Take);
                    let stage = match claimed {
                        Some(claimed) if !known.holders.is_empty() => claimed.to.as_ref(),
                        _ => row.to.as_ref(),
                    };
                    if let Some(stage) = stage {
                        known.stage.clone_from(stage);
                    }
                }
            }
            Effect::Follow => {
                situations.reached_if(!known.took_part.contains(&user), Situation::Followed);
                known.followers.insert(user);
            }
            Effect::Unfollow => {
                known.followers.remove(&user);
            }
            effect => {
                if effect == Effect::Merge {
                    known.into = merged_into(act);
                }
                let dismiss = effect == Effect::Dismiss;
                situations.reached_if(dismiss && !known.holders.is_empty(), Situation::CancelledWhileClaimed);
                if let Some(stage) = &row.to {
                    known.stage.clone_from(stage);
                }
                if let (Effect::Assign, Some(Ok(who))) = (effect, act.args.get("user").map(|who| who.parse()))
                {
                    known.holders = vec![who];
                    known.took_part.insert(who);
                    known.waiting.clear();
                }
                if dismiss {
                    known.holders.clear();
                }
                if dismiss || row.to.is_some() && workflow.ends.contains(&known.stage) {
                    known.waiting.clear();
                }
                if row.class == ActClass::Exclusive
                    && act.expects.as_ref().and_then(|e| e.act_seq).is_some_and(|n| n != known.act_seq)
                {
                    let detail = format!("{} of {id} was taken against other facts", act.name);
                    return Err(Broken::new(Invariant::OneWinnerPerClaim, detail));
                }
            }
        }
        known.act_seq += 1;
        if !workflow.ends.contains(&known.stage) {
            self.old.remove(&id);
        }
        Ok(())
    }
}

fn merged_into(act: &Act) -> Option<CaseId> {
    act.args.get("into")?.parse().ok()
}

impl Default for Reference {
    fn default() -> Self {
        Self::new()
    }
}
