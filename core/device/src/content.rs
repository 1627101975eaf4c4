//! A case's document on this phone: base (receipted changes) and overlay (own changes on their way).

use std::collections::BTreeMap;

use rusqlite::Connection;
use yuandian_document::{Content, Kind};
use yuandian_model::CaseId;

use crate::error::Result;
use crate::store::cases::{self, BaseCommit};
use crate::store::outbox::{self, Item};

/// Who wrote a change, when, and whether the server has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Authorship {
    pub name: String,
    pub wall_ms: i64,
    pub pending: bool,
}

/// Everything a view of one case needs, read once.
pub(crate) struct Loaded {
    pub content: Content,
    pub base: Vec<BaseCommit>,
    pub overlay: Vec<Item>,
    pub authors: BTreeMap<[u8; 32], Authorship>,
}

/// The receipted document: the snapshot, or, where that cannot be read, the changes it was a cache of.
pub(crate) fn base_content(db: &Connection, doc: &CaseId, snapshot: Option<&[u8]>) -> Result<Content> {
    if let Some(content) = snapshot.and_then(|bytes| Content::load(bytes).ok()) {
        return Ok(content);
    }
    let mut content = Content::default();
    let base = cases::base(db, doc)?;
    replay(&mut content, base.iter().filter(|c| c.change.is_some()).map(|c| c.body.as_slice()))?;
    Ok(content)
}

/// A replay works on a copy: most cases have nothing to replay, and need none.
fn replay<'a>(content: &mut Content, changes: impl Iterator<Item = &'a [u8]>) -> Result<()> {
    let mut changes = changes.peekable();
    if changes.peek().is_some() {
        content.replay(changes)?;
    }
    Ok(())
}

fn with_overlay(db: &Connection, doc: &CaseId, snapshot: Option<&[u8]>) -> Result<(Content, Vec<Item>)> {
    let mut content = base_content(db, doc, snapshot)?;
    let overlay = outbox::of_case(db, doc)?;
    let own = overlay.iter().filter(|i| i.intent.kind() == Kind::Content).map(|i| i.body.as_slice());
    replay(&mut content, own)?;
    Ok((content, overlay))
}

/// The document alone, base and overlay together: what the next edit is written on.
pub(crate) fn current(db: &Connection, doc: &CaseId, snapshot: Option<&[u8]>) -> Result<Content> {
    Ok(with_overlay(db, doc, snapshot)?.0)
}

/// Base and overlay together, and who wrote what.
pub(crate) fn load(db: &Connection, doc: &CaseId, snapshot: Option<&[u8]>, me: &str) -> Result<Loaded> {
    let (content, overlay) = with_overlay(db, doc, snapshot)?;
    around(db, doc, content, overlay, me)
}

/// What was just written, without reading it again: `content` has the whole overlay in it.
pub(crate) fn written(db: &Connection, doc: &CaseId, content: Content, me: &str) -> Result<Loaded> {
    let overlay = outbox::of_case(db, doc)?;
    around(db, doc, content, overlay, me)
}

fn around(db: &Connection, doc: &CaseId, content: Content, overlay: Vec<Item>, me: &str) -> Result<Loaded> {
    let base = cases::base(db, doc)?;
    let mut authors = BTreeMap::new();
    for commit in &base {
        if let Some(change) = commit.change {
            let by = Authorship { name: commit.name.clone(), wall_ms: commit.wall_ms, pending: false };
            authors.insert(change, by);
        }
    }
    for item in &overlay {
        if let Some(change) = item.change {
            let wall_ms = captured_ms(&item.captured);
            authors.insert(change, Authorship { name: me.to_owned(), wall_ms, pending: true });
        }
    }
    Ok(Loaded { content, base, overlay, authors })
}

/// Wall clock of a stored `Captured`; 0 where it cannot be read.
pub(crate) fn captured_ms(captured: &[u8]) -> i64 {
    yuandian_document::cbor::decode::<yuandian_document::Captured>("captured", captured, 1024)
        .map_or(0, |c| c.wall_ms)
}
