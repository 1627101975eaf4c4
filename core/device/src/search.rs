//! Lists: all of it, filtered, searched. No list loads a document, and every page is read in the order it is shown in.

use yuandian_document::ContentView;
use yuandian_sync::CaseFacts;

use crate::draft::Draft;
use crate::error::Result;
use crate::glance::{LOADING, project, unread};
use crate::grams::{Grams, Query};
use crate::limits::LIST_LINES_MAX;
use crate::phone::{PersonRecord, Phone};
use crate::store::rows::{self, CaseRow};
use crate::store::search;
use crate::view::ListLine;

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// Drafts, then what moved last.
    #[default]
    Latest,
    /// Cases alone, and those first whose nearest limit is over longest or ends soonest; behind them what no limit runs in, latest first, and at last
    /// what has ended.
    Due,
}

/// What a list is to show. The default is everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchAsk {
    /// Words that must all be there: in title, description, answers, notes, names of division and service. Chinese from one character on,
    /// other writing from a word's beginning. Blank text finds everything, text without any letter nothing.
    pub text: String,
    /// Only this stage (id); `draft` for drafts.
    pub stage: Option<String>,
    /// Only this service (id).
    pub service: Option<String>,
    /// Only where one's work stands so (id): `saved`, `attention` …; what is `loading` is found as what it will be.
    pub sync: Option<String>,
    /// Only cases that the person opened, holds or waits for.
    pub mine: bool,
    /// Only cases that have not ended; no drafts.
    pub open_only: bool,
    /// In which order.
    pub order: Order,
    /// Lines at most; no more than [`LIST_LINES_MAX`] in any case.
    pub limit: u32,
    /// Lines to pass over.
    pub offset: u32,
}

impl Default for SearchAsk {
    fn default() -> Self {
        Self {
            text: String::new(),
            stage: None,
            service: None,
            sync: None,
            mine: false,
            open_only: false,
            order: Order::Latest,
            limit: LIST_LINES_MAX,
            offset: 0,
        }
    }
}

const STAGE: char = 's';
const SERVICE: char = 'v';
const SYNC: char = 'y';
const MINE: (char, &str) = ('m', "1");

impl SearchAsk {
    /// `Some(None)` for everything, `None` for nothing.
    fn query(&self) -> Option<Option<Query>> {
        let words = if self.text.trim().is_empty() { None } else { Some(Query::of(&self.text)?) };
        let filters = [(STAGE, &self.stage), (SERVICE, &self.service), (SYNC, &self.sync)];
        let filtered = self.mine || filters.iter().any(|(_, value)| value.is_some());
        if words.is_none() && !filtered {
            return Some(None);
        }
        let mut query = words.unwrap_or_default();
        for (kind, value) in filters {
            if let Some(value) = value {
                query.mark(kind, value);
            }
        }
        if self.mine {
            query.mark(MINE.0, MINE.1);
        }
        Some(Some(query))
    }
}

impl Phone {
    /// A page of the list, drafts first, then cases, latest first. Loads no document.
    ///
    /// # Errors
    /// The store's.
    pub fn list(&self, limit: u32, offset: u32) -> Result<Vec<ListLine>> {
        self.search(&SearchAsk { limit, offset, ..SearchAsk::default() })
    }

    /// A page of what is asked for, in the order that is asked for: drafts first, then cases, latest first, unless said. Loads no document.
    ///
    /// # Errors
    /// The store's.
    pub fn search(&self, ask: &SearchAsk) -> Result<Vec<ListLine>> {
        let Some(query) = ask.query() else { return Ok(vec![]) };
        if query.is_some() {
            self.find_words()?;
        }
        let limit = ask.limit.min(LIST_LINES_MAX);
        let mut drafts: Vec<CaseRow> = Vec::new();
        let asked_for = ask.order == Order::Latest && !ask.open_only;
        let all = if asked_for { self.drafts()? } else { vec![] };
        for (id, draft, at) in all {
            let row = self.draft_row(id, &draft, at);
            if query.as_ref().is_none_or(|query| query.finds(&self.draft_grams(&draft, &row))) {
                drafts.push(row);
            }
        }
        let before = u32::try_from(drafts.len()).unwrap_or(u32::MAX);
        let mut rows: Vec<CaseRow> =
            drafts.into_iter().skip(ask.offset as usize).take(limit as usize).collect();
        let room = limit - u32::try_from(rows.len()).unwrap_or(limit);
        let offset = ask.offset.saturating_sub(before);
        let which = (ask.order, ask.open_only);
        rows.extend(match &query {
            Some(query) => search::search(&self.db, query, which, room, offset)?,
            None => rows::page(&self.db, which, room, offset)?,
        });
        let now_ms = self.server_ms();
        rows.into_iter().map(|row| self.line(row, now_ms)).collect()
    }

    /// Cases captured since the last search or sync get their words.
    fn find_words(&self) -> Result<()> {
        let unfound = search::unfound(&self.db)?;
        if unfound.is_empty() {
            return Ok(());
        }
        let tx = self.db.unchecked_transaction()?;
        unfound.iter().try_for_each(|case| project(self, &tx, case))?;
        tx.commit()?;
        Ok(())
    }

    /// Reads documents that came without being opened (a first sync) into lists and search, latest first: at most `limit`. Gives how many
    /// were read; fewer than `limit` means that none is left. For idle moments: reading one takes about a millisecond.
    ///
    /// # Errors
    /// The store's.
    pub fn read_for_search(&mut self, limit: u32) -> Result<usize> {
        let tx = self.db.unchecked_transaction()?;
        let unread = search::unread(&tx, limit)?;
        for case in &unread {
            if let Err(error) = project(self, &tx, case) {
                tracing::error!(%case, %error, "a document that cannot be read for its line");
                search::leave(&tx, case)?;
            }
        }
        tx.commit()?;
        Ok(unread.len())
    }

    fn draft_grams(&self, draft: &Draft, row: &CaseRow) -> Grams {
        let service = crate::view::service_text(self, &draft.service);
        let answers = draft.answers.iter().map(|(_, value)| value.as_str());
        let texts = [draft.text.as_str(), service.zh.as_str(), service.en.as_str()];
        let mut grams = Grams::of(texts.into_iter().chain(answers));
        marks(&mut grams, row, &row.sync, true);
        grams
    }

    /// What finds a case: as much of it as is at hand. Private answers are no part of it.
    pub(crate) fn case_grams(
        &self,
        facts: &CaseFacts,
        content: Option<&ContentView>,
        row: &CaseRow,
        person: &PersonRecord,
    ) -> Grams {
        let service = crate::view::service_text(self, &facts.service);
        let grid = self.divisions.title(&facts.grid).unwrap_or_default();
        let mut texts = vec![row.title.as_str(), facts.title.as_str(), &grid, &service.zh, &service.en];
        if let Some(content) = content {
            texts.push(&content.description);
            let answers = content.answers.values().flat_map(|answer| &answer.candidates);
            texts.extend(answers.map(|candidate| candidate.value.as_str()));
            texts.extend(content.notes.iter().map(|note| note.entry.text.as_str()));
        }
        let mut grams = Grams::of(texts);
        let holds = facts.holders.iter().any(|holder| holder.user == person.user);
        let waits = row.claim == "pending" || facts.my_position.is_some();
        // Found by what it will be: the index is not written again when the document has come.
        let sync = if row.sync == LOADING { unread(facts) } else { &row.sync };
        marks(&mut grams, row, sync, holds || waits || facts.author.user == person.user);
        grams
    }
}

fn marks(grams: &mut Grams, row: &CaseRow, sync: &str, mine: bool) {
    grams.mark(STAGE, &row.stage);
    grams.mark(SERVICE, &row.service);
    grams.mark(SYNC, sync);
    if mine {
        grams.mark(MINE.0, MINE.1);
    }
}
