//! A case at a glance: its list line, where one's work and one's claim stand. Made once for every view, and once for every projection.

use rusqlite::Connection;
use yuandian_document::{Act, Content, ContentView, Kind, title_of};
use yuandian_model::{CaseId, CaseState, Code};
use yuandian_sync::CaseFacts;

use crate::content::{self, Loaded, captured_ms};
use crate::error::Result;
use crate::line::facts_of;
use crate::phone::{PersonRecord, Phone};
use crate::state::{decided, shown, state_of};
use crate::store::cases;
use crate::store::cases::BaseCommit;
use crate::store::outbox::{Intent, Item};
use crate::store::rows::{self, CaseRow};
use crate::store::{blobs, cache, journal, streams};
use crate::view::ClaimView;

/// What a list line and a whole view share.
pub(crate) struct Glance {
    /// The document, read.
    pub content: ContentView,
    /// What is decided, with the own acts that need no referee.
    pub state: CaseState,
    /// The same with all own acts: what the rule is asked about next.
    pub next: CaseState,
    /// One's claim.
    pub claim: ClaimView,
    /// The list line.
    pub row: CaseRow,
}

/// Looks at a case that was loaded.
pub(crate) fn glance(
    phone: &Phone,
    db: &Connection,
    id: &CaseId,
    facts: &CaseFacts,
    loaded: &Loaded,
    person: &PersonRecord,
) -> Result<Glance> {
    let content = loaded.view();
    let line = cases::standing(db, id)?.is_some_and(|standing| !standing.whole);
    let state = shown(phone, facts, &loaded.overlay, person);
    let next = decided(phone, facts, &loaded.overlay, person);
    let answered = journal::active_of(db, id)?;
    let sync = if answered.iter().any(|e| e.code != Code::RTaken) || cache::is_troubled(db, id)? {
        "attention"
    } else if content.answers.values().any(|a| a.in_conflict()) {
        "conflict"
    } else if line {
        if streams::wanted_since(db, id)?.is_some() { LOADING } else { unread(facts) }
    } else if loaded.on_its_way || (loaded.base.is_empty() && facts.author.user == person.user) {
        "saved"
    } else if !blobs::unsent_of(db, id)?.is_empty() {
        "uploading"
    } else {
        "delivered"
    };
    let last_base = loaded.base.iter().map(|c| c.received_ms).max();
    let last_own = loaded.overlay.iter().map(|i| captured_ms(&i.captured)).max();
    let claim = claim_of(facts, &loaded.overlay, &answered, &loaded.base, person);
    let row = CaseRow {
        id: *id,
        title: title_of(if line { &facts.title } else { &content.description }),
        service: facts.service.clone(),
        stage: state.stage.clone(),
        sync: sync.to_owned(),
        claim: claim.state.clone(),
        photos: if line { facts.photos } else { u32::try_from(content.photos.len()).unwrap_or(u32::MAX) },
        updated_ms: last_base.max(last_own).unwrap_or(facts.opened_ms),
        facts: facts_of(phone, facts, (&state, &next), person)?,
    };
    Ok(Glance { content, state, next, claim, row })
}

/// Where one's work stands with a case whose document is still to come.
pub(crate) const LOADING: &str = "loading";

/// Writes a case's list line from what is decided about it alone: of a case of which this phone has nothing on its way. No document is
/// loaded, so that ten thousand of them cost a moment.
pub(crate) fn project_line(
    phone: &Phone,
    db: &Connection,
    id: &CaseId,
    facts: &CaseFacts,
    person: &PersonRecord,
) -> Result<()> {
    let loading = streams::wanted_since(db, id)?.is_some();
    let claim = claim_of(facts, &[], &[], &cases::acts_of(db, id, &person.user)?, person);
    let state = state_of(facts, &person.user);
    let row = CaseRow {
        id: *id,
        title: title_of(&facts.title),
        service: facts.service.clone(),
        stage: facts.stage.clone(),
        sync: (if loading { LOADING } else { unread(facts) }).to_owned(),
        claim: claim.state,
        photos: facts.photos,
        updated_ms: facts.touched_ms,
        facts: facts_of(phone, facts, (&state, &state), person)?,
    };
    put_line(phone, db, facts, (&row, None), person)
}

/// How a case stands whose document is not here or was not looked at: as the server says.
pub(crate) fn unread(facts: &CaseFacts) -> &'static str {
    if facts.conflict { "conflict" } else { "delivered" }
}

/// Rewrites a case's list line, in the transaction that changed the case.
pub(crate) fn project(phone: &Phone, db: &Connection, id: &CaseId) -> Result<()> {
    project_written(phone, db, id, &phone.person()?, None)
}

/// [`project`], where the document with everything in it is at hand already.
pub(crate) fn project_written(
    phone: &Phone,
    db: &Connection,
    id: &CaseId,
    person: &PersonRecord,
    content: Option<Content>,
) -> Result<()> {
    let Some(stored) = cases::case(db, id)? else {
        return Ok(());
    };
    let captured = content.is_some() && !rows::has_row(db, id)?;
    let loaded = match content {
        Some(content) => content::written(db, id, content, person)?,
        None => content::load(db, id, stored.snapshot.as_deref(), person)?,
    };
    let Glance { content, row, .. } = glance(phone, db, id, &stored.facts, &loaded, person)?;
    if captured {
        // A capture waits for nothing that can wait: the next search or the next projection finds words for it.
        phone.changed.borrow_mut().insert(*id);
        return rows::put_row(db, &row, None, true);
    }
    phone.want_thumbs(db, id, &content)?;
    put_line(phone, db, &stored.facts, (&row, stored.whole.then_some(&content)), person)
}

/// Writes a list line and what finds it: of the document, or, before that is there, of the server's line alone.
pub(crate) fn put_line(
    phone: &Phone,
    db: &Connection,
    facts: &CaseFacts,
    (row, content): (&CaseRow, Option<&ContentView>),
    person: &PersonRecord,
) -> Result<()> {
    let grams = phone.case_grams(facts, content, row, person);
    phone.changed.borrow_mut().insert(row.id);
    rows::put_row(db, row, Some(&grams), content.is_some())
}

/// The act that takes a case, as every catalogue row with a waiting list names it.
const CLAIM: &str = "claim";

fn claim_of(
    facts: &CaseFacts,
    pending: &[Item],
    answered: &[journal::Entry],
    base: &[BaseCommit],
    person: &PersonRecord,
) -> ClaimView {
    let says = |state: &str, position| ClaimView { state: state.to_owned(), position };
    let is_claim = |intent: &Intent| matches!(intent, Intent::Act(act) if act.name == CLAIM);
    if pending.iter().any(|item| is_claim(&item.intent)) {
        return says("pending", None);
    }
    if facts.holders.iter().any(|p| p.user == person.user) {
        return says("won", None);
    }
    if facts.my_position.is_some() {
        return says("waiting", facts.my_position);
    }
    let mut claims = answered.iter().filter(|e| is_claim(&e.intent)).peekable();
    let refused = claims.peek().is_some();
    // The receipt's word, until the page that brings the line itself.
    if let Some(entry) = claims.find(|e| e.code == Code::RTaken) {
        return says("waiting", entry.facts.get("position").and_then(|p| p.parse().ok()));
    }
    let mine = |name: &str| {
        let own = base.iter().filter(|c| c.kind == Kind::Act && c.user == person.user && c.took_effect());
        own.filter(|c| Act::from_bytes(&c.body).is_ok_and(|a| a.name == name)).map(|c| c.seq).max()
    };
    // Claimed once, not released since, and holding nothing now: it went another way.
    let gone = mine(CLAIM).is_some_and(|claimed| mine("release").is_none_or(|released| released < claimed));
    says(if refused || gone { "lost" } else { "none" }, None)
}
