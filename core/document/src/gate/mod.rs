//! The admission gate: the one door through which a foreign change gets into a case.
//!
//! Automerge trusts its input: a change of 18 bytes panics it, 57 bytes cost it seconds, and most damaged changes that it
//! accepts leave a document that can never be loaded again. So no foreign byte reaches it before [`scan`] has read the whole
//! change, and what passes the scan is tried on a copy: parsed, encoded again, placed in the history, applied, inspected by
//! the [`Policy`], saved, loaded and compared. The server's PUSH, the phone's PULL and a peer's bundle call this very
//! function, [`admit`].
//!
//! It guarantees: the base is never mutated, no panic of the CRDT library escapes (the profile must unwind), and what is
//! admitted saves and loads with equal heads. It must not: touch a clock, a file or a network, or decide anything that
//! the change, the base and the [`Checks`] do not determine.

mod chain;
mod chunk;
mod columns;
mod leb;
pub mod limits;
mod policy;
mod refusal;
mod scan;
mod shape;
mod short;
mod trial;

use automerge::{ActorId, Automerge, ChangeHash, ExpandedChange, Patch};

use limits::HEADS_MAX;

pub use policy::CasePolicy;
pub use refusal::{Chain, Limit, Refusal, RefusalCode, Schema, Structure};
pub use scan::{Scanned, scan};
pub use short::{Restored, restore, shorten};

/// What the gate is told beside the bytes. `None` switches exactly that one step off.
#[derive(Clone, Copy, Default)]
pub struct Checks<'a> {
    /// The actor that the change's envelope binds: the only one who may have written it.
    pub binding: Option<&'a ActorId>,
    /// What the document allows to be written.
    pub policy: Option<&'a dyn Policy>,
}

impl<'a> Checks<'a> {
    /// Every step, for a change of a case's content document whose envelope binds `actor`.
    pub const fn case(actor: &'a ActorId) -> Self {
        Self { binding: Some(actor), policy: Some(&CasePolicy) }
    }

    /// Every structural step; no binding and no policy.
    pub const fn structure_only() -> Self {
        Self { binding: None, policy: None }
    }
}

/// What a document allows to be written.
///
/// Operations and outcome are both asked for, because neither tells all: a write that loses against a concurrent one leaves
/// no patch, and what an operation does is seen only in the document.
pub trait Policy {
    /// Judges the operations before they are applied.
    ///
    /// # Errors
    /// [`Refusal::Schema`] or [`Refusal::Limit`].
    fn inspect_operations(&self, base: &Automerge, change: &ExpandedChange) -> Result<(), Refusal>;

    /// Judges what the operations did.
    ///
    /// # Errors
    /// [`Refusal::Schema`] or [`Refusal::Limit`].
    fn inspect_outcome(&self, outcome: &Outcome<'_>) -> Result<(), Refusal>;
}

/// A change and what it did, for [`Policy::inspect_outcome`].
pub struct Outcome<'a> {
    /// The document before.
    pub before: &'a Automerge,
    /// The throw-away copy after.
    pub after: &'a Automerge,
    /// The change.
    pub change: &'a ExpandedChange,
    /// What Automerge says has changed in view.
    pub patches: &'a [Patch],
}

/// A change that may be stored, and the document with it.
#[derive(Debug)]
pub struct Admitted {
    /// The copy of the base with the change applied.
    pub document: Automerge,
    /// The name of the change.
    pub change_hash: ChangeHash,
    /// The heads of `document`, in rising order.
    pub heads: Vec<ChangeHash>,
    /// `document` saved: proven to load again with these heads.
    pub saved: Vec<u8>,
    /// The change in its canonical, unpacked form: what to store and to send on.
    pub bytes: Vec<u8>,
    /// What the scan read: author, sequence number, clock, dependencies.
    pub scanned: Scanned,
    /// What the change altered in view.
    pub patches: Vec<Patch>,
}

/// Judges one change against `base`, which must hold receipted changes only and is not mutated.
///
/// Steps, cheap first: size, chunk, bounded inflate, columns ([`scan`]); binding; parse and canonical encoding; dependencies,
/// sequence, numbering, references, shapes; policy on the operations; apply on a copy; policy on the outcome; save, load, compare.
///
/// # Errors
/// A [`Refusal`]. [`Refusal::MissingDeps`] asks the caller to hold the change, [`Refusal::Duplicate`] says that it is there
/// already; everything else is final for these bytes on this base.
pub fn admit(base: &Automerge, raw: &[u8], checks: &Checks<'_>) -> Result<Admitted, Refusal> {
    let scanned = scan(raw)?;
    bind(&scanned, checks.binding)?;
    let (change, expanded) = trial::parse(&scanned.bytes, scanned.hash)?;
    let history = chain::History::of(base);
    history.receive(&scanned)?;
    let past = history.place(&scanned)?;
    past.holds_references(&expanded)?;
    trial::quietly(|| shape::fits(base, &expanded))?;
    if let Some(policy) = checks.policy {
        trial::quietly(|| policy.inspect_operations(base, &expanded))?;
    }
    let (document, patches) = trial::apply(base, change)?;
    let heads = document.get_heads().len();
    if heads > HEADS_MAX && heads > base.get_heads().len() {
        return Err(Limit::Heads.into());
    }
    if let Some(policy) = checks.policy {
        let outcome = Outcome { before: base, after: &document, change: &expanded, patches: &patches };
        trial::quietly(|| policy.inspect_outcome(&outcome))?;
    }
    let saved = trial::reload(&document)?;
    let mut heads = document.get_heads();
    heads.sort_unstable();
    let (change_hash, bytes) = (scanned.hash, scanned.bytes.clone());
    Ok(Admitted { document, change_hash, heads, saved, bytes, scanned, patches })
}

fn bind(scanned: &Scanned, bound: Option<&ActorId>) -> Result<(), Refusal> {
    match bound {
        Some(bound) if *bound != scanned.actor => {
            Err(Refusal::Actor { bound: bound.clone(), found: scanned.actor.clone() })
        }
        _ => Ok(()),
    }
}
