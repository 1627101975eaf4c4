//! Lists: a line of one, what is asked for, and what may be the same matter nearby. No list loads a case.

use yuandian_device::view;

use crate::core::YuandianCore;
use crate::drafts::Position;
use crate::error::CoreError;
use crate::views::{PlaceView, TimeView};

/// A line of a list with its words.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct ListLine {
    /// The case, or the draft.
    pub id: String,
    /// Service id.
    pub service: String,
    /// Service in words.
    pub service_text: String,
    /// Its first words.
    pub title: String,
    /// Stage id.
    pub stage: String,
    /// Stage in words.
    pub stage_text: String,
    /// Where one's work stands (id).
    pub sync: String,
    /// The same in words.
    pub sync_text: String,
    /// One's claim.
    pub claim: String,
    /// Number of photos.
    pub photos: u32,
    /// Of how many the platform has the original; of one's own alone, and all of a case that is `delivered`.
    pub photos_sent: u32,
    /// Last change, ms since 1970.
    pub updated_ms: i64,
    /// Whether this person opened it; a draft is one's own.
    pub own: bool,
    /// When it was opened, server's clock, ms since 1970; of a draft its last change.
    pub opened_ms: i64,
    /// Whether it is a case that has not ended.
    pub open: bool,
    /// The limit that is over longest or ends soonest, as in [`crate::CaseView::times`]; none where none runs.
    pub due: Option<TimeView>,
    /// Where it is as far as that is shared, as in [`crate::CaseView::place`]; none of a draft.
    pub place: Option<PlaceView>,
}

impl From<view::ListLine> for ListLine {
    fn from(view: view::ListLine) -> Self {
        Self {
            id: view.id,
            service: view.service,
            service_text: view.service_text,
            title: view.title,
            stage: view.stage,
            stage_text: view.stage_text,
            sync: view.sync,
            sync_text: view.sync_text,
            claim: view.claim,
            photos: view.photos,
            photos_sent: view.photos_sent,
            updated_ms: view.updated_ms,
            own: view.own,
            opened_ms: view.opened_ms,
            open: view.open,
            due: view.due.map(TimeView::from),
            place: view.place.map(PlaceView::from),
        }
    }
}

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum ListOrder {
    /// Drafts, then what moved last.
    Latest,
    /// Cases alone, and those first whose nearest limit is over longest or ends soonest; behind them what no limit runs in, latest first, and at last
    /// what has ended.
    Due,
}

impl From<ListOrder> for yuandian_device::Order {
    fn from(order: ListOrder) -> Self {
        match order {
            ListOrder::Latest => Self::Latest,
            ListOrder::Due => Self::Due,
        }
    }
}

/// What a list is to show; everything where nothing is asked for.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ListAsk {
    /// Words that must all be there: in title, description, answers, notes, names of division and service. Chinese from one character on,
    /// other writing from a word's beginning.
    #[uniffi(default = "")]
    pub text: String,
    /// Only this stage (id); `draft` for drafts.
    #[uniffi(default = None)]
    pub stage: Option<String>,
    /// Only this service (id).
    #[uniffi(default = None)]
    pub service: Option<String>,
    /// Only where one's work stands so (id): `saved`, `attention` …
    #[uniffi(default = None)]
    pub sync: Option<String>,
    /// Only cases that the person opened, holds or waits for.
    #[uniffi(default = false)]
    pub mine: bool,
    /// Only cases that have not ended; no drafts.
    #[uniffi(default = false)]
    pub open_only: bool,
    /// In which order; the latest first where nothing is said.
    #[uniffi(default = None)]
    pub order: Option<ListOrder>,
    /// Lines at most, up to 1,000.
    #[uniffi(default = 1000)]
    pub limit: u32,
    /// Lines to pass over.
    #[uniffi(default = 0)]
    pub offset: u32,
}

impl From<ListAsk> for yuandian_device::SearchAsk {
    fn from(ask: ListAsk) -> Self {
        Self {
            text: ask.text,
            stage: ask.stage,
            service: ask.service,
            sync: ask.sync,
            mine: ask.mine,
            open_only: ask.open_only,
            order: ask.order.unwrap_or(ListOrder::Latest).into(),
            limit: ask.limit,
            offset: ask.offset,
        }
    }
}

/// A case that may be the same matter as one that is being reported.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct SimilarCase {
    /// Its line.
    pub line: ListLine,
    /// How far it is from the place that was asked about, whole metres.
    pub distance_m: u32,
}

impl From<yuandian_device::Similar> for SimilarCase {
    fn from(similar: yuandian_device::Similar) -> Self {
        Self { line: similar.line.into(), distance_m: similar.distance_m }
    }
}

#[uniffi::export]
impl YuandianCore {
    /// A page of what is asked for: drafts first, then cases, latest first, unless another order is asked for. Loads no case.
    ///
    /// # Errors
    /// [`CoreError::Damaged`].
    pub async fn search(&self, ask: ListAsk) -> Result<Vec<ListLine>, CoreError> {
        self.with_phone(move |phone| Ok(phone.search(&ask.into())?.into_iter().map(ListLine::from).collect()))
            .await
    }

    /// A page of the list: drafts first, then cases, latest first.
    ///
    /// # Errors
    /// [`CoreError::Damaged`].
    pub async fn list(&self, limit: u32, offset: u32) -> Result<Vec<ListLine>, CoreError> {
        self.with_phone(move |phone| Ok(phone.list(limit, offset)?.into_iter().map(ListLine::from).collect()))
            .await
    }

    /// One line of the list.
    ///
    /// # Errors
    /// [`CoreError::NotFound`].
    pub async fn line(&self, id: String) -> Result<ListLine, CoreError> {
        self.with_phone(move |phone| Ok(phone.line_of(&phone.find(&id)?)?.into())).await
    }

    /// Cases of a service that have not ended and lie within the radius in which the catalogue takes two reports for one, the nearest first; at most
    /// `limit`, up to 50. Nothing of a service that names no radius. Loads no case.
    ///
    /// # Errors
    /// [`CoreError::InvalidInput`] for a service that does not exist or a place outside the world.
    pub async fn similar(
        &self,
        service: String,
        at: Position,
        limit: u32,
    ) -> Result<Vec<SimilarCase>, CoreError> {
        self.with_phone(move |phone| {
            let found = phone.similar(&service, &at.into(), limit)?;
            Ok(found.into_iter().map(SimilarCase::from).collect())
        })
        .await
    }
}
