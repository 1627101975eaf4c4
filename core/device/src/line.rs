//! What a list line says of its case beside its words: whose it is, until when, where. It is worked out when the line is written, from what is
//! decided alone, and read without the case.

use rusqlite::Connection;
use yuandian_document::Place;
use yuandian_model::calendar::{Moment, WorkingCalendar};
use yuandian_model::catalogue::{PlacePrecision, ServiceId};
use yuandian_model::rules::clock::{TimeLeft, nearest};
use yuandian_model::{CaseState, Catalogue, Cell500};
use yuandian_sync::CaseFacts;

use crate::content;
use crate::error::Result;
use crate::phone::{PersonRecord, Phone};
use crate::state::{decided, shown};
use crate::store::rows::{self, Due, LineFacts, Timed};
use crate::store::{cases, meta};
use crate::view::TimeView;

/// Half the diagonal of a 500 m cell, metres: the circle that holds it.
const CELL_RADIUS_M: u32 = 354;

/// Where a case is, as everybody who may see it may know: longitude and latitude (degrees WGS-84), radius (metres). Of a service whose place is a cell
/// it is the cell, whatever came.
pub(crate) fn public_place(
    facts: &CaseFacts,
    catalogue: Option<&Catalogue>,
) -> Option<(f64, f64, Option<u32>)> {
    let service = catalogue.and_then(|catalogue| catalogue.service(&facts.service));
    let coarse = match service {
        Some((service, _)) => service.place == PlacePrecision::Cell,
        None => ServiceId(facts.service.clone()).is_help(),
    };
    let shown = facts.place.as_ref()?.shown()?;
    let (shown, radius) = match facts.place? {
        Place::Exact { accuracy_m, .. } if !coarse => (shown, accuracy_m),
        Place::Exact { .. } => (Cell500::of(shown).centre(), Some(CELL_RADIUS_M)),
        Place::Cell(_) => (shown, Some(CELL_RADIUS_M)),
    };
    // Six decimals are a tenth of a metre: more would claim what no receiver knows.
    let rounded = |degrees: f64| (degrees * 1e6).round() / 1e6;
    Some((rounded(shown.lng()), rounded(shown.lat()), radius))
}

/// What a line says of a case: `shown` as its stage is shown, `next` with every own act on its way, by which its limits go.
pub(crate) fn facts_of(
    phone: &Phone,
    facts: &CaseFacts,
    (shown, next): (&CaseState, &CaseState),
    person: &PersonRecord,
) -> Result<LineFacts> {
    let catalogue = phone.catalogue_of(facts)?;
    let catalogue = catalogue.as_ref();
    let workflow = catalogue.and_then(|by| by.service(&facts.service)).map(|(_, workflow)| workflow);
    let due = |by: &Catalogue| {
        let (at, timer) = nearest(by, next)?;
        Some(Due { at_ms: at.ms(), timed: Timed { catalogue: facts.catalogue, timer } })
    };
    Ok(LineFacts {
        own: facts.author.user == person.user,
        opened_ms: facts.opened_ms,
        open: workflow.is_none_or(|workflow| !workflow.ends.contains(&shown.stage)),
        due: catalogue.and_then(due),
        place: public_place(facts, catalogue),
    })
}

impl Phone {
    /// Tells every line of what has not ended again what it says beside its words: the calendar is another, or an earlier app wrote less. Loads no
    /// document.
    pub(crate) fn tell_lines_again(&self, db: &Connection) -> Result<()> {
        let person = self.person()?;
        for id in rows::open_ids(db)? {
            let Some(facts) = cases::facts(db, &id)? else { continue };
            let overlay = content::overlay(db, &id)?.0;
            let states = (&shown(self, &facts, &overlay, &person), &decided(self, &facts, &overlay, &person));
            rows::put_facts(db, &id, &facts_of(self, &facts, states, &person)?)?;
        }
        meta::unset(db, meta::TELL_AGAIN)
    }

    /// How the limit of a line stands now; none where it has none, or no calendar here can read it.
    pub(crate) fn due_view(&self, due: &Due, now_ms: i64) -> Result<Option<TimeView>> {
        let Some(catalogue) = self.catalogue_version(due.timed.catalogue)? else { return Ok(None) };
        let Ok(now) = Moment::from_ms(now_ms) else { return Ok(None) };
        let calendar = catalogue.calendar();
        Ok(due.timed.timer.left(calendar, now).ok().map(|left| self.time_view(calendar, left)))
    }

    /// How something stands that a case is timed by, in words.
    pub(crate) fn time_view(&self, calendar: &WorkingCalendar, left: TimeLeft) -> TimeView {
        TimeView {
            clock_text: self.worded(self.words.clock(&left.clock)),
            clock: left.clock,
            due: left.due.map(|due| calendar.rfc3339(due)),
            yellow: left.yellow.map(|at| calendar.rfc3339(at)),
            left_ms: left.left_ms,
            colour: left.colour.id().to_owned(),
            colour_text: self.worded(self.words.colour(left.colour, left.left_ms)),
            unit: left.unit.id().to_owned(),
            by_rule: left.by_rule,
        }
    }
}
