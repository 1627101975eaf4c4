//! What is read: records of words and numbers, for every binding alike.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use yuandian_sync::LookTold;

use crate::sending::PhotosSent;

/// One of several values that nobody has settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConflictValue {
    /// Its number for settling, from 1.
    pub n: usize,
    /// The value.
    pub value: String,
    /// Who wrote it.
    pub by: String,
    /// Whether it is this person's own.
    pub mine: bool,
    /// When, writer's wall clock, ms since 1970.
    pub at_ms: i64,
}

/// An answer with more than one value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// The answer's key.
    pub key: String,
    /// Its values; the first is what the form shows until one is chosen.
    pub values: Vec<ConflictValue>,
}

/// A note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

/// A file beside a note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachedView {
    /// SHA-256 of its bytes.
    pub hash: String,
    /// `voice`, `video`, `signature`; empty of a kind that this app does not know.
    pub kind: String,
    /// The kind in words.
    pub kind_text: String,
    /// MIME type.
    pub mime: String,
    /// Bytes.
    pub size: u64,
    /// Whether it is on this phone.
    pub local: bool,
    /// Bytes that the server has, as far as this phone knows.
    pub sent: u64,
    /// Whether the server holds and has verified it.
    pub stored: bool,
    /// What is wrong with it, in words: see the 需处理 list.
    pub trouble: Option<String>,
}

/// A photo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoPart {
    /// SHA-256 of its bytes.
    pub hash: String,
    /// Bytes.
    pub size: u64,
    /// Whether it is on this phone.
    pub local: bool,
}

/// Where one's claim stands.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ClaimView {
    /// `none`, `pending`, `won`, `waiting`, `lost`.
    pub state: String,
    /// Place in the waiting list, 1 being next.
    pub position: Option<u32>,
}

/// A line of the case's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

/// A clock that runs in a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeView {
    /// The clock's id.
    pub clock: String,
    /// The clock in words.
    pub clock_text: String,
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

/// What a unit does beside the one that leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartView {
    /// The unit.
    pub unit: String,
    /// What it was asked to do, where that was said.
    pub task: Option<String>,
    /// Whether that is still to be done.
    pub open: bool,
}

/// A question that waits for its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedView {
    /// The mark that stands for it.
    pub mark: String,
    /// It in words.
    pub text: String,
    /// What was said with it: the argument in words, and what was said.
    pub said: Vec<(String, String)>,
}

/// Something that is said with an act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArgumentView {
    /// Its name.
    pub name: String,
    /// It in words.
    pub text: String,
    /// `text`, `unit`, `user`, `case`, `condition`, `limit`, `date`, `score`, `money`, `choice`.
    pub kind: String,
    /// Whether it must be said.
    pub required: bool,
    /// What can be chosen, ids with their words: of a choice, and the filing conditions of the service.
    pub options: Vec<(String, String)>,
    /// For a date: how far ahead at most, in words.
    pub within: Option<String>,
}

/// An act of a case's stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextView {
    /// Its id.
    pub act: String,
    /// It in words.
    pub act_text: String,
    /// Whose it is, in words.
    pub by: Vec<String>,
    /// What must or may be said with it.
    pub args: Vec<ArgumentView>,
    /// Photos that it needs of whoever does it.
    pub photos: u32,
    /// What the phone may do with it alone: `local`, `queue_intent` (shown as waiting for the server's word), `server_only`.
    pub offline: String,
    /// How often it may be done in a case; none where nobody counts.
    pub at_most: Option<u32>,
    /// How much time it may add in all, in words; none where it adds none.
    pub up_to: Option<String>,
    /// Why one cannot do it now; none where one can.
    pub why_not: Option<String>,
}

/// A case, whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    pub fields: BTreeMap<String, String>,
    /// Which of `fields` are private: the platform, the author and those whom the service names have them, and nobody else.
    pub private: Vec<String>,
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
    /// Where it is as far as it is shared: longitude, latitude (degrees WGS-84), radius (metres; 354 for a cell).
    pub place: Option<(f64, f64, Option<u32>)>,
    /// History.
    pub history: Vec<HistoryLine>,
    /// Acts one may do now.
    pub can: Vec<String>,
    /// The version of the catalogue that it was opened under.
    pub catalogue: u32,
    /// Whether that version is not on this phone yet: until it is, the case can be read and takes notes and photos.
    pub notes_only: bool,
    /// Every act of the stage: by whom, and why one cannot do it.
    pub next: Vec<NextView>,
    /// The clocks that run, the one of the stage first.
    pub times: Vec<TimeView>,
    /// Why not everything is there that it is timed by; none where it is.
    pub times_missing: Option<String>,
    /// What is true of it beside its stage: ids of marks.
    pub marks: Vec<String>,
    /// The same in words.
    pub marks_text: Vec<String>,
    /// Units that work on it, the one that leads first.
    pub units: Vec<String>,
    /// What the others of them do.
    pub parts: Vec<PartView>,
    /// Questions that wait for an answer: for more time, for what is missing.
    pub asked: Vec<AskedView>,
    /// The division whose operation centre has it, where it was taken up there: code and name.
    pub desk: Option<(String, String)>,
    /// The filing condition in words, and when the case may be closed.
    pub condition: Option<(String, Option<String>)>,
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
    /// The code words of an own case that has not ended: for whoever is to be helped to ask for when somebody comes, and when they leave.
    pub code_words: Option<(String, String)>,
    /// How far the work is, where its workflow counts it.
    pub tally: Option<TallyView>,
    /// How many follow it.
    pub followers: u32,
    /// Whether one follows it, what is on its way included.
    pub followed: bool,
}

/// How far a piece of work is that is done one by one: the places of a patrol, the records of a survey.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TallyView {
    /// How many are done, what is on its way included.
    pub done: u32,
    /// How many there are to be, as the form says; none where it says nothing.
    pub of: Option<u32>,
}

/// Somebody's stay at the door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StayView {
    /// Who; empty of somebody who holds the case no more.
    pub by: String,
    /// When they came, by their own phone as far as the platform can believe it, ms since 1970.
    pub in_ms: i64,
    /// Whether the first code word was right; none where none was said, or nobody has told yet.
    pub in_word: Option<bool>,
    /// Whether their phone was near the place, by its own word; none where it could not tell.
    pub near: Option<bool>,
    /// When they left.
    pub out_ms: Option<i64>,
    /// Whether the second code word was right.
    pub out_word: Option<bool>,
    /// Minutes that count, since it was confirmed.
    pub minutes: Option<u32>,
}

/// Somebody who was told private answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookView {
    /// Who.
    pub by: String,
    /// Their id, for [`crate::Phone::keep_apart`].
    pub user: String,
    /// When, server's clock, ms since 1970.
    pub at_ms: i64,
    /// The keys of the answers.
    pub keys: Vec<String>,
}

impl LookView {
    pub(crate) fn of(look: LookTold) -> Self {
        Self { by: look.who.name, user: look.who.user.to_string(), at_ms: look.at_ms, keys: look.keys }
    }
}

/// Something that needs the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttentionItem {
    /// Its number.
    pub item: i64,
    /// The case.
    pub case: String,
    /// Its first words.
    pub title: String,
    /// The act refused, or `content`.
    pub act: String,
    /// Why, as a code.
    pub code: String,
    /// Why, in words.
    pub reason: String,
    /// Why, in English.
    pub reason_en: String,
    /// What one can do, ids, the best first.
    pub next: Vec<String>,
    /// The same in words.
    pub next_text: Vec<String>,
    /// What is kept of it.
    pub kept: Vec<String>,
    /// What a reviewer answered to an appeal, if one was denied.
    pub review: Option<String>,
    /// When the answer came, phone's wall clock, ms since 1970.
    pub at_ms: i64,
}

/// A commit on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxLine {
    /// Its local name.
    pub item: i64,
    /// The case.
    pub case: String,
    /// Act id, or `content`.
    pub what: String,
    /// `queued`, `sent`, `taken`, `held`.
    pub state: String,
    /// Final id, once sent.
    pub commit: Option<String>,
    /// Bytes of its body.
    pub bytes: usize,
}

/// A line of a list with its words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// The limit that is over longest or ends soonest, as in [`CaseView::times`]; none where none runs.
    pub due: Option<TimeView>,
    /// Where it is as far as it is shared, as in [`CaseView::place`]; none of a draft.
    pub place: Option<(f64, f64, Option<u32>)>,
}

/// How much of a person's own work stands where, for a badge and a first page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct WorkCounts {
    /// Drafts.
    pub drafts: u32,
    /// Cases with something that the platform has not answered.
    pub saved: u32,
    /// Cases whose photos are still on their way.
    pub uploading: u32,
    /// Cases with something that needs the person.
    pub attention: u32,
    /// Cases in which answers contradict each other.
    pub conflict: u32,
    /// Items of the 需处理 list, of cases or not.
    pub attention_items: u32,
}
