//! A case's document on this phone: base (receipted changes) and overlay (own changes on their way).

use std::collections::BTreeMap;

use rusqlite::Connection;
use yuandian_document::gate::Refusal;
use yuandian_document::{ChangeHash, Content, ContentView, Entry, Kind, PreviewEntry, actor};
use yuandian_model::{CaseId, UserId};
use yuandian_sync::check::heads_name;

use crate::error::Result;
use crate::phone::PersonRecord;
use crate::store::cases::{self, BaseCommit};
use crate::store::outbox::{self, Item, ItemState};
use crate::store::streams;

/// Who wrote a change, when, and whether the server has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Authorship {
    pub user: UserId,
    pub name: String,
    pub wall_ms: i64,
    pub pending: bool,
}

/// Everything a view of one case needs, read once.
pub(crate) struct Loaded {
    pub content: Content,
    pub base: Vec<BaseCommit>,
    pub overlay: Vec<Item>,
    /// Whether the server has not answered something of this phone yet. What a restored server is offered again is meant, too.
    pub on_its_way: bool,
    pub authors: BTreeMap<[u8; 32], Authorship>,
}

impl Loaded {
    /// The document, read. Photos have the small sizes that their own authors gave later; what others give for one is passed over.
    pub fn view(&self) -> ContentView {
        let mut view = self.content.view();
        let author = |change: &ChangeHash| self.authors.get(&change.0).map(|by| by.user);
        for Entry { entry: preview, change, .. } in &view.previews {
            let of =
                view.photos.iter_mut().find(|photo| photo.id == preview.of && photo.entry.thumb.is_none());
            let Some(photo) = of.filter(|photo| author(&photo.change) == author(change)) else { continue };
            let PreviewEntry { micro, thumb, medium, width, height, .. } = preview.clone();
            photo.entry.micro = Some(micro);
            photo.entry.thumb = Some(thumb);
            photo.entry.medium = Some(medium);
            (photo.entry.width, photo.entry.height) = (width, height);
        }
        view
    }
}

/// The receipted document: the snapshot, or, where that cannot be read, the changes it was a cache of. What was received and never looked
/// at is looked at now. Of a line alone it is empty.
pub(crate) fn base_content(db: &Connection, doc: &CaseId, snapshot: Option<&[u8]>) -> Result<Content> {
    if cases::is_unproven(db, doc)? {
        return Ok(prove(db, doc)?.0);
    }
    if let Some(content) = snapshot.and_then(|bytes| Content::load(bytes).ok()) {
        return Ok(content);
    }
    let mut content = Content::default();
    let base = cases::base(db, doc)?;
    replay(&mut content, base.iter().filter(|c| c.change.is_some()).map(|c| c.body.as_slice()))?;
    Ok(content)
}

/// Looks at a document for the first time: a snapshot is loaded under a guard and must come to the heads that the server attests; changes
/// go one by one through the gate. Gives the document and whether it came to what was promised; where not, it is wanted anew.
pub(crate) fn prove(db: &Connection, doc: &CaseId) -> Result<(Content, bool)> {
    if db.is_autocommit() {
        let tx = db.unchecked_transaction()?;
        let proven = prove_within(&tx, doc)?;
        tx.commit()?;
        return Ok(proven);
    }
    prove_within(db, doc)
}

fn prove_within(db: &Connection, doc: &CaseId) -> Result<(Content, bool)> {
    let Some(stored) = cases::case(db, doc)? else { return Ok((Content::default(), true)) };
    let promised = |content: &Content| stored.heads.is_none_or(|name| heads_name(&content.heads()) == name);
    if let Some(snapshot) = &stored.snapshot {
        return match Content::load(snapshot).ok().filter(promised) {
            Some(content) => {
                cases::put_proven(db, doc, snapshot)?;
                Ok((content, true))
            }
            None => {
                tracing::error!(%doc, "a snapshot that is not what the server says: it is fetched anew");
                cases::shrink(db, doc, &stored.facts)?;
                streams::want_again(db, doc)?;
                Ok((Content::default(), false))
            }
        };
    }
    let mut content = Content::default();
    for commit in cases::base(db, doc)?.iter().filter(|commit| commit.kind == Kind::Content) {
        let bound = actor(&commit.device, doc, &commit.incarnation, commit.branch);
        match content.admit(&commit.body, &bound) {
            Ok(admitted) => cases::name_change(db, doc, commit.seq, &admitted.hash.0)?,
            Err(Refusal::Duplicate(hash)) => cases::name_change(db, doc, commit.seq, &hash.0)?,
            Err(refusal) => {
                tracing::error!(%doc, seq = commit.seq, %refusal, "a pulled change did not pass the gate");
                cases::quarantine_base(db, doc, commit.seq, &refusal.to_string())?;
            }
        }
    }
    cases::put_proven(db, doc, &content.save())?;
    let promised = promised(&content);
    if !promised && !cases::has_quarantined(db, doc)? {
        tracing::error!(%doc, "the document did not come to what the server says: it is fetched anew");
        streams::want_again(db, doc)?;
    }
    Ok((content, promised))
}

/// A replay works on a copy: most cases have nothing to replay, and need none.
fn replay<'a>(content: &mut Content, changes: impl Iterator<Item = &'a [u8]>) -> Result<()> {
    let mut changes = changes.peekable();
    if changes.peek().is_some() {
        content.replay(changes)?;
    }
    Ok(())
}

/// What is on its way of a case and not in its base: what a restored server is offered again may be in both. And whether the server has not
/// answered something, that included.
pub(crate) fn overlay(db: &Connection, doc: &CaseId) -> Result<(Vec<Item>, bool)> {
    let mut overlay = Vec::new();
    let mut on_its_way = false;
    for item in outbox::of_case(db, doc)? {
        on_its_way |= item.state != ItemState::Taken;
        if !cases::has_item(db, &item)? {
            overlay.push(item);
        }
    }
    Ok((overlay, on_its_way))
}

fn with_overlay(
    db: &Connection,
    doc: &CaseId,
    snapshot: Option<&[u8]>,
) -> Result<(Content, (Vec<Item>, bool))> {
    let mut content = base_content(db, doc, snapshot)?;
    let overlay = overlay(db, doc)?;
    let own = overlay.0.iter().filter(|i| i.intent.kind() == Kind::Content).map(|i| i.body.as_slice());
    replay(&mut content, own)?;
    Ok((content, overlay))
}

/// The document alone, base and overlay together: what the next edit is written on.
pub(crate) fn current(db: &Connection, doc: &CaseId, snapshot: Option<&[u8]>) -> Result<Content> {
    Ok(with_overlay(db, doc, snapshot)?.0)
}

/// Base and overlay together, and who wrote what.
pub(crate) fn load(
    db: &Connection,
    doc: &CaseId,
    snapshot: Option<&[u8]>,
    me: &PersonRecord,
) -> Result<Loaded> {
    let (content, overlay) = with_overlay(db, doc, snapshot)?;
    around(db, doc, content, overlay, me)
}

/// What was just written, without reading it again: `content` has the whole overlay in it.
pub(crate) fn written(db: &Connection, doc: &CaseId, content: Content, me: &PersonRecord) -> Result<Loaded> {
    let overlay = overlay(db, doc)?;
    around(db, doc, content, overlay, me)
}

fn around(
    db: &Connection,
    doc: &CaseId,
    content: Content,
    (overlay, on_its_way): (Vec<Item>, bool),
    me: &PersonRecord,
) -> Result<Loaded> {
    let base = cases::base(db, doc)?;
    let mut authors = BTreeMap::new();
    for commit in &base {
        if let Some(change) = commit.change {
            let (user, name) = (commit.user, commit.name.clone());
            let by = Authorship { user, name, wall_ms: commit.wall_ms, pending: false };
            authors.insert(change, by);
        }
    }
    for item in &overlay {
        if let Some(change) = item.change {
            let wall_ms = captured_ms(&item.captured);
            let (user, name) = (me.user, me.name.clone());
            authors.insert(change, Authorship { user, name, wall_ms, pending: true });
        }
    }
    Ok(Loaded { content, base, overlay, on_its_way, authors })
}

/// When something was done, as the server will reckon it; 0 where it cannot be read.
pub(crate) fn done_ms(captured: &[u8]) -> i64 {
    yuandian_document::cbor::decode::<yuandian_document::Captured>("captured", captured, 1024)
        .map_or(0, |captured| captured.at_ms())
}

/// Wall clock of a stored `Captured`; 0 where it cannot be read.
pub(crate) fn captured_ms(captured: &[u8]) -> i64 {
    yuandian_document::cbor::decode::<yuandian_document::Captured>("captured", captured, 1024)
        .map_or(0, |c| c.wall_ms)
}
