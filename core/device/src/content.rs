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
    content.replay(base.iter().filter(|c| c.change.is_some()).map(|c| c.body.as_slice()))?;
    Ok(content)
}

/// Base and overlay together.
pub(crate) fn load(db: &Connection, doc: &CaseId, snapshot: Option<&[u8]>, me: &str) -> Result<Loaded> {
    let mut content = base_content(db, doc, snapshot)?;
    let base = cases::base(db, doc)?;
    let overlay = outbox::of_case(db, doc)?;
    let own = overlay.iter().filter(|i| i.intent.kind() == Kind::Content).map(|i| i.body.as_slice());
    content.replay(own)?;
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
