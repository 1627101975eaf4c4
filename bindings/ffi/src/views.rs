//! What a person sees of a case, as records: the case with its conflicts, notes, photos and history.

use yuandian_device::view;

use crate::answers::Answer;
use crate::attached::AttachedView;
use crate::doorstep::{CodeWords, LookView, StayView};
use crate::photos::PhotosSent;

/// A case, whole.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct CaseView {
    /// Its id.
    pub id: String,
    /// Service id.
    pub service: String,
    /// Its first words.
    pub title: String,
    /// The description.
    pub text: String,
    /// Stage id, acts done on this phone included.
    pub stage: String,
    /// Stage in words.
    pub stage_text: String,
    /// Where one's work stands (id).
    pub sync: String,
    /// The same in words.
    pub sync_text: String,
    /// Answers: shared ones, and private ones that this person may read.
    pub fields: Vec<Answer>,
    /// Which of `fields` are private: the platform, the author and those whom the service names have them, and nobody else.
    pub private_keys: Vec<String>,
    /// Answers with more than one value.
    pub conflicts: Vec<Conflict>,
    /// Notes in order.
    pub notes: Vec<NoteView>,
    /// Photos in order.
    pub photos: Vec<PhotoView>,
    /// How far they are on their way to the platform.
    pub photos_sent: PhotosSent,
    /// One's claim.
    pub claim: ClaimView,
    /// Who opened it.
    pub author: String,
    /// Whether that was this person.
    pub own: bool,
    /// When it was opened, server's clock, ms since 1970; before the server has it, this phone's.
    pub opened_ms: i64,
    /// Who holds it.
    pub holders: Vec<String>,
    /// How many wait for it.
    pub waiting: u32,
    /// Division it lies in.
    pub grid: String,
    /// Name of the division.
    pub grid_name: String,
    /// Where it is, as far as that is shared.
    pub place: Option<PlaceView>,
    /// History.
    pub history: Vec<HistoryLine>,
    /// Acts one may do now.
    pub can: Vec<String>,
    /// Every act of the stage: whose it is, what must be said and shown with it, and why one cannot do it.
    pub next: Vec<NextAct>,
    /// What the case is timed by, the clock of the stage first.
    pub times: Vec<TimeView>,
    /// Why not everything is there that it is timed by; none where it is.
    pub times_missing: Option<String>,
    /// What is true of it beside its stage.
    pub marks: Vec<NamedId>,
    /// Units that work on it, the one that leads first.
    pub units: Vec<String>,
    /// What the others of them do.
    pub parts: Vec<UnitPart>,
    /// Questions that wait for an answer.
    pub asked: Vec<AskedQuestion>,
    /// The division whose operation centre has it, where it was taken up there.
    pub desk: Option<NamedId>,
    /// The filing condition in words.
    pub condition: Option<String>,
    /// When the case may be closed, by its condition.
    pub closes_when: Option<String>,
    /// Whether the version of the catalogue that it was opened under is not on this phone yet: until it is, the case can be read and takes
    /// notes and photos.
    pub notes_only: bool,
    /// Heads of the content document: what an edit form was opened at.
    pub heads: Vec<String>,
    /// Number of accepted acts.
    pub act_seq: u64,
    /// What one has done to it and is on its way, in order: act ids, `content`.
    pub pending: Vec<String>,
    /// Which of `fields` show an answer that is on its way; `text` for the description.
    pub pending_fields: Vec<String>,
    /// Who came to the door and left, the first first; what one has done oneself and is on its way included.
    pub stays: Vec<StayView>,
    /// Who was told one's private answers, the first first; of own cases alone.
    pub looks: Vec<LookView>,
    /// The code words of an own case that has not ended: whoever is to be helped asks for them.
    pub code_words: Option<CodeWords>,
    /// How far the work is, where its workflow counts it: the places of a patrol, the records of a survey.
    pub tally: Option<TallyView>,
    /// How many follow it.
    pub followers: u32,
    /// Whether one follows it, what is on its way included.
    pub followed: bool,
}

impl From<view::CaseView> for CaseView {
    fn from(view: view::CaseView) -> Self {
        Self {
            id: view.id,
            service: view.service,
            title: view.title,
            text: view.text,
            stage: view.stage,
            stage_text: view.stage_text,
            sync: view.sync,
            sync_text: view.sync_text,
            fields: view.fields.into_iter().map(Answer::from).collect(),
            private_keys: view.private,
            conflicts: view.conflicts.into_iter().map(Conflict::from).collect(),
            notes: view.notes.into_iter().map(NoteView::from).collect(),
            photos: view.photos.into_iter().map(PhotoView::from).collect(),
            photos_sent: view.photos_sent.into(),
            claim: view.claim.into(),
            author: view.author,
            own: view.own,
            opened_ms: view.opened_ms,
            holders: view.holders,
            waiting: view.waiting,
            grid: view.grid,
            grid_name: view.grid_name,
            place: view.place.map(PlaceView::from),
            history: view.history.into_iter().map(HistoryLine::from).collect(),
            can: view.can,
            next: view.next.into_iter().map(NextAct::from).collect(),
            times: view.times.into_iter().map(TimeView::from).collect(),
            times_missing: view.times_missing,
            marks: view.marks.into_iter().zip(view.marks_text).map(NamedId::from).collect(),
            units: view.units,
            parts: view.parts.into_iter().map(UnitPart::from).collect(),
            asked: view.asked.into_iter().map(AskedQuestion::from).collect(),
            desk: view.desk.map(NamedId::from),
            closes_when: view.condition.as_ref().and_then(|(_, close)| close.clone()),
            condition: view.condition.map(|(condition, _)| condition),
            notes_only: view.notes_only,
            heads: view.heads,
            act_seq: view.act_seq,
            pending: view.pending,
            pending_fields: view.pending_fields,
            stays: view.stays.into_iter().map(StayView::from).collect(),
            looks: view.looks.into_iter().map(LookView::from).collect(),
            code_words: view.code_words.map(|(coming, leaving)| CodeWords { coming, leaving }),
            tally: view.tally.map(TallyView::from),
            followers: view.followers,
            followed: view.followed,
        }
    }
}

/// How far a piece of work is that is done one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct TallyView {
    /// How many are done, what is on its way included.
    pub done: u32,
    /// How many there are to be, as the form says; none where it says nothing.
    pub of: Option<u32>,
}

impl From<view::TallyView> for TallyView {
    fn from(view: view::TallyView) -> Self {
        Self { done: view.done, of: view.of }
    }
}

/// An id with its words.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct NamedId {
    /// The id.
    pub id: String,
    /// What people read.
    pub text: String,
}

impl From<(String, String)> for NamedId {
    fn from((id, text): (String, String)) -> Self {
        Self { id, text }
    }
}

/// What a unit does beside the one that leads.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct UnitPart {
    /// The unit.
    pub unit: String,
    /// What it was asked to do, where that was said.
    pub task: Option<String>,
    /// Whether that is still to be done.
    pub open: bool,
}

impl From<view::PartView> for UnitPart {
    fn from(view: view::PartView) -> Self {
        Self { unit: view.unit, task: view.task, open: view.open }
    }
}

/// A question that waits for its answer.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct AskedQuestion {
    /// The mark that stands for it.
    pub mark: String,
    /// It in words.
    pub text: String,
    /// What was said with it: by the argument's words.
    pub said: Vec<Answer>,
}

impl From<view::AskedView> for AskedQuestion {
    fn from(view: view::AskedView) -> Self {
        let said = view.said.into_iter().map(Answer::from).collect();
        Self { mark: view.mark, text: view.text, said }
    }
}

/// Something that is said with an act.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ActArgument {
    /// Its name.
    pub name: String,
    /// What people read.
    pub text: String,
    /// `text`, `unit`, `user`, `case`, `condition`, `limit`, `date`, `score`, `money`, `code`, `choice`.
    pub kind: String,
    /// Whether it must be said.
    pub required: bool,
    /// What can be chosen, where the kind is a choice or a condition.
    pub options: Vec<NamedId>,
    /// For a date: how far ahead at most, in words.
    pub within: Option<String>,
}

impl From<view::ArgumentView> for ActArgument {
    fn from(view: view::ArgumentView) -> Self {
        Self {
            name: view.name,
            text: view.text,
            kind: view.kind,
            required: view.required,
            options: view.options.into_iter().map(NamedId::from).collect(),
            within: view.within,
        }
    }
}

/// An act of a case's stage.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct NextAct {
    /// Its id.
    pub act: String,
    /// It in words.
    pub text: String,
    /// Whose it is, in words.
    pub by: Vec<String>,
    /// What must or may be said with it.
    pub arguments: Vec<ActArgument>,
    /// Photos that it needs of whoever does it.
    pub photos: u32,
    /// `local`, `queue_intent` (shown as waiting for the server's word), `server_only`.
    pub offline: String,
    /// How often it may be done in a case; none where nobody counts.
    pub at_most: Option<u32>,
    /// How much time it may add in all, in words; none where it adds none.
    pub up_to: Option<String>,
    /// Why one cannot do it now; none where one can.
    pub why_not: Option<String>,
}

impl From<view::NextView> for NextAct {
    fn from(view: view::NextView) -> Self {
        Self {
            act: view.act,
            text: view.act_text,
            by: view.by,
            arguments: view.args.into_iter().map(ActArgument::from).collect(),
            photos: view.photos,
            offline: view.offline,
            at_most: view.at_most,
            up_to: view.up_to,
            why_not: view.why_not,
        }
    }
}

/// Something that a case is timed by.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct TimeView {
    /// The clock's id.
    pub clock: String,
    /// The clock in words.
    pub text: String,
    /// When it ends, RFC 3339 in the calendar's zone; none while it stands.
    pub due: Option<String>,
    /// When it turns yellow, RFC 3339; none where it has or never will.
    pub yellow: Option<String>,
    /// What is left, ms in the time that its limit counts; below zero when it is over. By this phone's best knowledge of the server's clock.
    pub left_ms: i64,
    /// `green`, `yellow`, `red`, `dark_red`.
    pub colour: String,
    /// The colour in words.
    pub colour_text: String,
    /// What its limit counts: `urgent_hour`, `work_hour`, `work_day`, `hour`, `day`, `minute`.
    pub unit: String,
    /// Whether holidays by rule lie in it, which may be others once they are published.
    pub by_rule: bool,
}

impl From<view::TimeView> for TimeView {
    fn from(view: view::TimeView) -> Self {
        Self {
            clock: view.clock,
            text: view.clock_text,
            due: view.due,
            yellow: view.yellow,
            left_ms: view.left_ms,
            colour: view.colour,
            colour_text: view.colour_text,
            unit: view.unit,
            by_rule: view.by_rule,
        }
    }
}

/// A place as others see it: WGS-84.
#[derive(Debug, Clone, Copy, PartialEq, uniffi::Record)]
pub struct PlaceView {
    /// Longitude, degrees.
    pub lng: f64,
    /// Latitude, degrees.
    pub lat: f64,
    /// Radius of the circle that holds it, metres; 354 for a 500 m cell.
    pub radius_m: Option<u32>,
}

impl From<(f64, f64, Option<u32>)> for PlaceView {
    fn from((lng, lat, radius_m): (f64, f64, Option<u32>)) -> Self {
        Self { lng, lat, radius_m }
    }
}

/// Where one's claim stands.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ClaimView {
    /// `none`, `pending`, `won`, `waiting`, `lost`.
    pub state: String,
    /// Place in the waiting list, 1 being next.
    pub position: Option<u32>,
}

impl From<view::ClaimView> for ClaimView {
    fn from(view: view::ClaimView) -> Self {
        Self { state: view.state, position: view.position }
    }
}

/// An answer with more than one value.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Conflict {
    /// The answer's key.
    pub key: String,
    /// Its values; the first is what the form shows until one is chosen.
    pub values: Vec<ConflictValue>,
}

impl From<view::Conflict> for Conflict {
    fn from(view: view::Conflict) -> Self {
        Self { key: view.key, values: view.values.into_iter().map(ConflictValue::from).collect() }
    }
}

/// One of several values that nobody has settled.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ConflictValue {
    /// Its number for settling, from 1.
    pub n: u32,
    /// The value.
    pub value: String,
    /// Who wrote it.
    pub by: String,
    /// Whether it is this person's own.
    pub mine: bool,
    /// When, writer's wall clock, ms since 1970.
    pub at_ms: i64,
}

impl From<view::ConflictValue> for ConflictValue {
    fn from(view: view::ConflictValue) -> Self {
        Self {
            n: u32::try_from(view.n).unwrap_or(u32::MAX),
            value: view.value,
            by: view.by,
            mine: view.mine,
            at_ms: view.at_ms,
        }
    }
}

/// A note.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct NoteView {
    /// Its id.
    pub id: String,
    /// The words.
    pub text: String,
    /// Who wrote it.
    pub by: String,
    /// When, writer's wall clock, ms since 1970.
    pub at_ms: i64,
    /// Whether the server does not have it yet.
    pub pending: bool,
    /// What is attached to it.
    pub files: Vec<AttachedView>,
}

impl From<view::NoteView> for NoteView {
    fn from(view: view::NoteView) -> Self {
        Self {
            id: view.id,
            text: view.text,
            by: view.by,
            at_ms: view.at_ms,
            pending: view.pending,
            files: view.files.into_iter().map(AttachedView::from).collect(),
        }
    }
}

/// A photo.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct PhotoView {
    /// Its id.
    pub id: String,
    /// SHA-256 of the original.
    pub hash: String,
    /// MIME type.
    pub mime: String,
    /// Bytes of the original.
    pub size: u64,
    /// Upright width, pixels; 0 where unknown.
    pub width: u32,
    /// Upright height, pixels.
    pub height: u32,
    /// SHA-256 of the micro picture, if there is one.
    pub micro: Option<String>,
    /// Who took it.
    pub by: String,
    /// When it was added, writer's wall clock, ms since 1970.
    pub at_ms: i64,
    /// Whether the original is on this phone.
    pub local: bool,
    /// Bytes of the original that the server has, as far as this phone knows.
    pub sent: u64,
    /// Whether the server holds and has verified the original.
    pub stored: bool,
    /// Whether the server does not know of it yet.
    pub pending: bool,
    /// Its 320 px picture, if there is one.
    pub thumb: Option<PhotoPart>,
    /// Its 1600 px picture, if there is one.
    pub medium: Option<PhotoPart>,
    /// Why there are no small pictures, in words; none where there are.
    pub preview_unavailable: Option<String>,
    /// What is wrong with its original, in words: see the 需处理 list.
    pub trouble: Option<String>,
}

/// A small size of a photo.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct PhotoPart {
    /// SHA-256 of its bytes.
    pub hash: String,
    /// Bytes.
    pub size: u64,
    /// Whether it is on this phone.
    pub local: bool,
}

impl From<view::PhotoPart> for PhotoPart {
    fn from(part: view::PhotoPart) -> Self {
        Self { hash: part.hash, size: part.size, local: part.local }
    }
}

impl From<view::PhotoView> for PhotoView {
    fn from(view: view::PhotoView) -> Self {
        Self {
            id: view.id,
            hash: view.hash,
            mime: view.mime,
            size: view.size,
            width: view.width,
            height: view.height,
            micro: view.micro,
            by: view.by,
            at_ms: view.at_ms,
            local: view.local,
            sent: view.sent,
            stored: view.stored,
            pending: view.pending,
            thumb: view.thumb.map(PhotoPart::from),
            medium: view.medium.map(PhotoPart::from),
            preview_unavailable: view.preview_unavailable,
            trouble: view.trouble,
        }
    }
}

/// A line of the case's history.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct HistoryLine {
    /// Act id, or `content`.
    pub act: String,
    /// The same in words.
    pub act_text: String,
    /// Who.
    pub by: String,
    /// When, writer's wall clock, ms since 1970.
    pub at_ms: i64,
    /// Outcome code, `pending` before the server's word.
    pub outcome: String,
}

impl From<view::HistoryLine> for HistoryLine {
    fn from(view: view::HistoryLine) -> Self {
        let view::HistoryLine { act, act_text, by, at_ms, outcome } = view;
        Self { act, act_text, by, at_ms, outcome }
    }
}
