//! Preparing a PUSH: everything that needs no lock. Bytes, signatures and the gate, on the facts as they are now; the sequencing transaction
//! then only checks that the facts have not moved.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sha2::{Digest, Sha256};
use yuandian_document::act::ActError;
use yuandian_document::gate::{self, RefusalCode};
use yuandian_document::limits::MICRO_BYTES_MAX;
use yuandian_document::{
    Act, CertifiedKey, CommitError, Content, ContentView, Envelope, Kind, SignedCommit, cbor,
    cbor::CborError, title_of,
};
use yuandian_model::catalogue::PlacePrecision;
use yuandian_model::planted::{self, Bug};
use yuandian_model::{BlobHash, CaseId, Code, CommitId, Refusal, UserId, Writing};
use yuandian_sync::message::{PushItem, Receipt};

use super::documents::Opened;
use super::named::named;
use super::push::Sequenced;
use super::{Hub, Rules};
use crate::problem::Problem;
use crate::store::{
    self, Account, Adopted, Batch, CommandPart, Committed, ContentWork, GateOutcome, Ledger, Origin,
    Prepared, SavedDocument, Situation, Step, StoreError, Verdict, Work,
};
use yuandian_model::writing::CONTENT;

/// A receipt, bytes, far below this.
const RECEIPT_BYTES_MAX: usize = 64 * 1024;

/// A commit that was opened and is its device's own.
#[derive(Clone)]
pub(super) struct Arrived {
    pub id: CommitId,
    pub commit: SignedCommit,
    pub envelope: Envelope,
    pub micros: Vec<(BlobHash, Vec<u8>)>,
    body: ArrivedBody,
    /// The receipt that the device says it got before the server was restored.
    pub adopt: Option<Receipt>,
}

#[derive(Clone)]
enum ArrivedBody {
    Refused(Refusal),
    Act(Act),
    Content,
}

impl Arrived {
    /// What it is of its command.
    pub fn part(&self) -> CommandPart {
        CommandPart::of(&self.envelope)
    }

    /// The case that it names as the one which its own goes on in.
    pub fn named(&self) -> Option<CaseId> {
        match &self.body {
            ArrivedBody::Act(act) => store::named(act),
            ArrivedBody::Refused(_) | ArrivedBody::Content => None,
        }
    }

    /// Whether it is judged by what is known when it is numbered alone: no gate is asked, no earlier verdict adopted.
    pub fn needs_no_trial(&self) -> bool {
        !matches!(self.body, ArrivedBody::Content) && self.adopt.is_none()
    }

    /// A commit that was believed before and kept: its signature held.
    ///
    /// # Errors
    /// A kept commit that does not open is damage.
    pub fn kept(commit: SignedCommit, bytes: Vec<Vec<u8>>, rules: &Rules) -> Result<Self, Problem> {
        let envelope = commit.open().map_err(|e| StoreError::Damaged(e.to_string()))?;
        Ok(Self::new(commit, envelope, bytes, rules))
    }

    fn new(commit: SignedCommit, envelope: Envelope, bytes: Vec<Vec<u8>>, rules: &Rules) -> Self {
        let (body, micros) = match micros(&envelope, bytes) {
            Err(refusal) => (ArrivedBody::Refused(refusal), Vec::new()),
            Ok(micros) => (body(&envelope, rules), micros),
        };
        Self { id: commit.id(), commit, envelope, micros, body, adopt: None }
    }

    /// Ready to be judged.
    pub fn prepared(
        &self,
        user: UserId,
        received_ms: i64,
        origin: Origin,
        adopted: Option<Adopted>,
    ) -> Prepared {
        Prepared {
            id: self.id,
            user,
            commit: self.commit.clone(),
            envelope: self.envelope.clone(),
            micros: self.micros.clone(),
            received_ms,
            origin,
            adopted,
            work: match &self.body {
                ArrivedBody::Refused(refusal) => Work::Refused(refusal.clone()),
                ArrivedBody::Act(act) => Work::Act(act.clone()),
                ArrivedBody::Content => {
                    Work::Content(ContentWork { base: 0, allowed: None, gate: GateOutcome::Untried })
                }
            },
        }
    }
}

fn refused<const N: usize>(code: Code, facts: [(&str, String); N]) -> ArrivedBody {
    ArrivedBody::Refused(Refusal::new(code, facts))
}

/// Opens one item, cheap checks first.
///
/// # Errors
/// The code for a commit that cannot be laid to the device: it is answered but not stored, or a stranger's bytes could take the place of
/// somebody's receipt.
pub(super) fn open(item: PushItem, key: &CertifiedKey, rules: &Rules) -> Result<Arrived, (CommitId, Code)> {
    let id = item.commit.id();
    let envelope = item.commit.open().map_err(|e| (id, code_of(&e)))?;
    if !planted::is(Bug::SignatureNotChecked) {
        item.commit.verify(&envelope, key).map_err(|_| (id, Code::RSig))?;
    }
    // A receipt that cannot be read says nothing, like one that nobody signed.
    let adopt = item.adopt.and_then(|bytes| cbor::decode("receipt", &bytes, RECEIPT_BYTES_MAX).ok());
    let bytes = item.micros.into_iter().map(Vec::from).collect();
    Ok(Arrived { adopt, ..Arrived::new(item.commit, envelope, bytes, rules) })
}

fn code_of(error: &CommitError) -> Code {
    match error {
        CommitError::Cbor(CborError::TooLarge { .. }) | CommitError::Micros(_) => Code::RLimit,
        CommitError::Version(_) => Code::RSchema,
        CommitError::Key(_) => Code::RSig,
        CommitError::Cbor(_) | CommitError::Act(_) => Code::RStructure,
    }
}

/// The pictures beside the envelope are the ones it names.
fn micros(envelope: &Envelope, bytes: Vec<Vec<u8>>) -> Result<Vec<(BlobHash, Vec<u8>)>, Refusal> {
    if envelope.micro.len() != bytes.len() {
        return Err(Refusal::new(Code::RStructure, [("key", "micro".to_owned())]));
    }
    let mut micros = Vec::with_capacity(bytes.len());
    for (hash, bytes) in envelope.micro.iter().zip(bytes) {
        if bytes.len() > MICRO_BYTES_MAX {
            return Err(Refusal::new(Code::RLimit, [("limit", MICRO_BYTES_MAX.to_string())]));
        }
        if BlobHash(Sha256::digest(&bytes).into()) != *hash {
            return Err(Refusal::new(Code::RStructure, [("key", "micro".to_owned())]));
        }
        micros.push((*hash, bytes));
    }
    Ok(micros)
}

fn body(envelope: &Envelope, rules: &Rules) -> ArrivedBody {
    // The server alone makes later ones; what a phone writes says by what it stands on where it belongs.
    if envelope.generation != 0 {
        return refused(Code::RSchema, [("generation", envelope.generation.to_string())]);
    }
    if envelope.kind == Kind::Content {
        return ArrivedBody::Content;
    }
    match Act::from_bytes(&envelope.body) {
        Ok(act) => match rules.check(&act, envelope.schema) {
            Ok(()) => ArrivedBody::Act(act),
            Err(refusal) => ArrivedBody::Refused(refusal),
        },
        Err(ActError::Limit { max, .. } | ActError::Cbor(CborError::TooLarge { max, .. })) => {
            refused(Code::RLimit, [("limit", max.to_string())])
        }
        Err(ActError::Report) => refused(Code::RSchema, [("act", "report".to_owned())]),
        Err(ActError::Cbor(_)) => refused(Code::RStructure, []),
    }
}

/// Adopted acts in the order of their numbers come before everything else.
pub(super) fn adopted_first(item: &Prepared) -> (bool, u64) {
    let number = item.adopted.as_ref().and_then(|adopted| adopted.act_seq);
    (number.is_none(), number.unwrap_or_default())
}

/// Documents while a batch is tried on them.
#[derive(Default)]
struct Trials(BTreeMap<CaseId, Trial>);

/// A document while a batch is tried on it.
struct Trial {
    content: Arc<Content>,
    saved: Option<SavedDocument>,
}

/// A batch that was tried, and the documents as it leaves them.
pub(super) struct Tried {
    batch: Batch,
    documents: BTreeMap<CaseId, Arc<Content>>,
}

impl Hub {
    /// Tries a batch on the facts as they are, and after it what it releases. `None` where they moved while they were read.
    ///
    /// # Errors
    /// A [`Problem`] of the store.
    pub(super) fn prepare(
        &self,
        tried: Vec<Prepared>,
        account: &Account,
        situation: &Situation,
        now_ms: i64,
    ) -> Result<Option<Tried>, Problem> {
        let rules = self.rules();
        let mut ledger = Ledger::new(&*rules, situation, now_ms);
        let mut trials = Trials::default();
        let mut seen: BTreeSet<CommitId> = BTreeSet::new();
        let mut moved: BTreeSet<CaseId> = BTreeSet::new();
        let mut waiting = Vec::new();
        let mut items = Vec::with_capacity(tried.len());
        for mut item in tried {
            // What has an answer, or comes twice, is not tried: the store answers it as before.
            let answered = item.origin == Origin::Pushed && situation.receipts.contains_key(&item.id);
            if !answered && seen.insert(item.id) {
                let Some(verdict) = self.try_item(&mut item, &mut ledger, &mut trials)? else {
                    return Ok(None);
                };
                if verdict.numbered {
                    moved.insert(item.envelope.document);
                }
                if verdict.hold_until_ms.is_some() {
                    waiting.push(item.clone());
                }
            }
            items.push(item);
        }
        waiting.splice(0..0, self.held_before(situation, &items)?);
        if !self.release(&mut items, waiting, &mut moved, (&mut ledger, &mut trials))? {
            return Ok(None);
        }
        let (mut documents, mut saved) = (BTreeMap::new(), BTreeMap::new());
        for (case, trial) in trials.0 {
            if let Some(document) = trial.saved {
                saved.insert(case, document);
                documents.insert(case, trial.content);
            }
        }
        let batch = Batch {
            device: account.device,
            user: account.user,
            items,
            held: situation.held_ids(),
            documents: saved,
            now_ms,
            unseen: false,
        };
        Ok(Some(Tried { batch, documents }))
    }

    /// Sequences what was tried. `None` where the facts have moved meanwhile.
    ///
    /// # Errors
    /// A [`Problem`] of the store.
    pub(super) fn settle(&self, Tried { batch, mut documents }: Tried) -> Result<Option<Sequenced>, Problem> {
        let batch = Arc::new(batch);
        let Committed::Done { receipts, heads, documents: stored } =
            self.store.commit(&batch, &self.judge())?
        else {
            return Ok(None);
        };
        for case in stored {
            if let (Some(content), Some(saved)) = (documents.remove(&case), batch.documents.get(&case)) {
                let opened = Opened { version: saved.version, content, bytes: saved.saved.len() };
                self.documents.keep(case, opened);
            }
        }
        Ok(Some((receipts, heads)))
    }

    /// What waited already in the cases of a batch, but for what the batch itself judges.
    fn held_before(&self, situation: &Situation, items: &[Prepared]) -> Result<Vec<Prepared>, Problem> {
        let judged: BTreeSet<CommitId> = items.iter().map(|item| item.id).collect();
        let mut before = Vec::new();
        for held in situation.held.values().flatten().filter(|held| !judged.contains(&held.id)) {
            let arrived = Arrived::kept(held.commit.clone(), held.micros.clone(), &self.rules())?;
            let origin = Origin::Released { last: false };
            before.push(arrived.prepared(held.user, held.received_ms, origin, held.adopted.clone()));
        }
        Ok(before)
    }

    /// Adds to a batch what waited and can be judged now: adopted acts in the order of their numbers, everything else as it came. False where
    /// the facts moved.
    fn release(
        &self,
        items: &mut Vec<Prepared>,
        mut waiting: Vec<Prepared>,
        moved: &mut BTreeSet<CaseId>,
        (ledger, trials): (&mut Ledger<'_>, &mut Trials),
    ) -> Result<bool, Problem> {
        waiting.sort_by_key(adopted_first);
        let mut progress = true;
        while progress {
            progress = false;
            let mut still = Vec::new();
            for item in waiting {
                if ledger.dropped.contains(&item.id) {
                    continue;
                }
                let mut item = Prepared { origin: Origin::Released { last: false }, ..item };
                if !moved.contains(&item.envelope.document) {
                    still.push(item);
                    continue;
                }
                match self.try_item(&mut item, ledger, trials)? {
                    None => return Ok(false),
                    Some(verdict) if verdict.hold_until_ms.is_some() => still.push(item),
                    Some(verdict) => {
                        progress |= verdict.numbered;
                        items.push(item);
                    }
                }
            }
            waiting = still;
        }
        Ok(true)
    }

    /// Judges one item as sequencing will, asking the gate where it must be. `None` where the facts moved.
    fn try_item(
        &self,
        item: &mut Prepared,
        ledger: &mut Ledger<'_>,
        trials: &mut Trials,
    ) -> Result<Option<Verdict>, Problem> {
        let case = item.envelope.document;
        let (writing, late) = match ledger.before(item) {
            Step::Verdict(verdict) => return Ok(Some(verdict)),
            Step::Gate { writing, late } => (writing, late),
        };
        let base = ledger.version(&case);
        let trial = match trials.0.entry(case) {
            std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::btree_map::Entry::Vacant(entry) => {
                let Some(content) = self.content_at(&case, base)? else {
                    return Ok(None);
                };
                entry.insert(Trial { content, saved: None })
            }
        };
        let gate = self.admit(item, trial, writing, ledger);
        item.work = Work::Content(ContentWork { base, allowed: Some(writing), gate });
        Ok(ledger.after(item, late))
    }

    fn admit(
        &self,
        item: &Prepared,
        trial: &mut Trial,
        writing: Writing,
        ledger: &Ledger<'_>,
    ) -> GateOutcome {
        let words_before = (writing == Writing::Additions).then(|| trial.content.view());
        let (content, admitted) = match trial.content.with(&item.envelope.body, &item.envelope.actor()) {
            Ok(admitted) => admitted,
            Err(refusal) => return gate_refused(&refusal),
        };
        let words = content.view();
        let record = ledger.cases.get(&item.envelope.document);
        let rules = self.rules();
        let service = record
            .and_then(|record| rules.catalogue_of(&record.state).service(&record.state.service.0))
            .map(|(service, _)| service);
        // Where only the cell may be known, an original must not tell the door by what its camera wrote into it.
        let originals_shared = service.is_some_and(|service| service.place != PlacePrecision::Cell);
        let checked = named(&item.envelope, &admitted, &words.photos, originals_shared).and_then(|blobs| {
            Rules::nothing_private(service, words.answers.keys())?;
            only_added(words_before.as_ref(), &words)?;
            Ok(blobs)
        });
        match checked {
            Err(refusal) => GateOutcome::Refused(refusal),
            Ok(blobs) => {
                let (title, photos) = (title_of(&words.description), count(words.photos.len()));
                let conflict = words.answers.values().any(yuandian_document::Answer::in_conflict);
                trial.saved = Some(SavedDocument {
                    version: ledger.version(&item.envelope.document) + 1,
                    saved: admitted.saved,
                    heads: content.heads(),
                });
                trial.content = Arc::new(content);
                let photos_added = count(admitted.photos.len());
                GateOutcome::Admitted { blobs, photos_added, change: admitted.hash, title, photos, conflict }
            }
        }
    }

    /// A case's document at a version; `None` where it has moved on meanwhile.
    fn content_at(&self, case: &CaseId, version: u64) -> Result<Option<Arc<Content>>, Problem> {
        if version == 0 {
            return Ok(Some(Arc::default()));
        }
        if let Some(content) = self.documents.at(case, version) {
            return Ok(Some(content));
        }
        let (content, found) = self.content(case, Some(version))?;
        Ok((found == version).then(|| Arc::new(content)))
    }

    /// A case's document and its version: from the cache, or made again from its changes where the cache is missing, old or damaged.
    pub(super) fn content(&self, case: &CaseId, wanted: Option<u64>) -> Result<(Content, u64), Problem> {
        if let Some(saved) = self.store.document(case)?
            && wanted.is_none_or(|version| saved.version >= version)
        {
            match Content::load(&saved.saved) {
                Ok(content) if content.heads() == saved.heads => return Ok((content, saved.version)),
                Ok(_) => tracing::error!(%case, "a saved document has other heads than it was saved with"),
                Err(reason) => tracing::error!(%case, %reason, "a saved document does not load"),
            }
        }
        let (changes, version) = self.store.changes(case)?;
        let mut content = Content::default();
        content
            .replay(changes.iter().map(Vec::as_slice))
            .map_err(|e| StoreError::Damaged(format!("case {case}: {e}")))?;
        Ok((content, version))
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn gate_refused(refusal: &gate::Refusal) -> GateOutcome {
    let code = match refusal.code() {
        RefusalCode::HeldMissing => return GateOutcome::Held,
        RefusalCode::Duplicate => return GateOutcome::Duplicate,
        RefusalCode::Structure => Code::RStructure,
        RefusalCode::Limit => Code::RLimit,
        RefusalCode::Actor => Code::RActor,
        RefusalCode::Chain => Code::RChain,
        RefusalCode::Schema => Code::RSchema,
    };
    GateOutcome::Refused(Refusal::new(code, [("detail", refusal.detail().to_owned())]))
}

/// Where only additions are allowed, description and answers are as before.
fn only_added(before: Option<&ContentView>, after: &ContentView) -> Result<(), Refusal> {
    match before {
        Some(before) if before.description != after.description || before.answers != after.answers => {
            Err(Refusal::new(Code::RRole, [("act", CONTENT.to_owned())]))
        }
        _ => Ok(()),
    }
}
