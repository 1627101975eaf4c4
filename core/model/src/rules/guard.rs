//! What must hold before an act is carried out: marks, counts, what is said with it, photos.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::calendar::{Limit, Unit, WorkingCalendar};
use crate::catalogue::{Argument, ArgumentKind, Catalogue, Needed, Service, ServiceEvidence, Transition};
use crate::ids::{CaseId, UserId};
use crate::limits;
use crate::refusal::{Code, Refusal};

use super::{ActRequest, CaseState};

/// The marks of the case let it happen, and it has not happened too often.
///
/// # Errors
/// `r_state` with the `mark` that stands in the way or the one that is `missing`, `r_limit` with what is counted.
pub(super) fn marked(row: &Transition, state: &CaseState) -> Result<(), Refusal> {
    let marks = &state.progress.marks;
    let no = |fact: &str, mark: &crate::mark::Mark| {
        let facts = [("stage", state.stage.clone()), ("act", row.id.clone()), (fact, mark.to_string())];
        Err(Refusal::new(Code::RState, facts))
    };
    if let Some(missing) = row.needs.iter().find(|mark| !marks.contains(mark)) {
        return no("missing", missing);
    }
    if let Some(there) = row.bars.iter().find(|mark| marks.contains(mark)) {
        return no("mark", there);
    }
    if row.moves()
        && let Some(stop) = marks.iter().find(|mark| mark.stops() && !row.needs.contains(mark))
    {
        return no("mark", stop);
    }
    match (&row.counts, row.at_most) {
        (Some(what), Some(most)) if state.progress.count(what) >= most => {
            Err(Refusal::new(Code::RLimit, [("act", row.id.clone()), ("limit", most.to_string())]))
        }
        _ => Ok(()),
    }
}

/// What must be said is said, and is what it should be. What the row does not ask for is nobody's business.
///
/// # Errors
/// `r_schema` with the `argument`.
pub(super) fn said(
    catalogue: &Catalogue,
    service: &Service,
    row: &Transition,
    request: &ActRequest<'_>,
) -> Result<(), Refusal> {
    let nothing = BTreeMap::new();
    let given = request.args.unwrap_or(&nothing);
    let no = |name: &str| Err(Refusal::new(Code::RSchema, [("argument", name.to_owned())]));
    for (name, required) in row.arguments() {
        match (given.get(name), catalogue.argument(name)) {
            (None, _) if required => return no(name),
            (Some(value), Some(argument)) if !is_one((catalogue, service), argument, value) => {
                return no(name);
            }
            _ => {}
        }
    }
    Ok(())
}

fn is_one((catalogue, service): (&Catalogue, &Service), argument: &Argument, value: &str) -> bool {
    match argument.kind {
        ArgumentKind::Text => !value.trim().is_empty() && value.chars().count() <= limits::FIELD_CHARS_MAX,
        ArgumentKind::Unit => crate::catalogue::is_key(value),
        ArgumentKind::User => value.parse::<UserId>().is_ok(),
        ArgumentKind::Case => value.parse::<CaseId>().is_ok(),
        ArgumentKind::Condition => service.conditions.iter().any(|condition| condition.id == value),
        ArgumentKind::Limit => value.parse().is_ok_and(|limit| may_be_added(catalogue.calendar(), limit)),
        ArgumentKind::Date => value.parse::<NaiveDate>().is_ok(),
        ArgumentKind::Score => matches!(value, "1" | "2" | "3" | "4" | "5"),
        ArgumentKind::Money => crate::form::is_money(value),
        ArgumentKind::Choice => argument.options.iter().any(|option| option == value),
    }
}

/// A limit so long that no calendar reaches its end would stop the clock for good.
fn may_be_added(calendar: &WorkingCalendar, limit: Limit) -> bool {
    let day = match limit.unit() {
        Unit::WorkDay | Unit::WorkHour => Unit::WorkDay,
        Unit::Day | Unit::Hour | Unit::UrgentHour | Unit::Minute => Unit::Day,
    };
    let longest = Limit::new(limits::ADDED_DAYS_MAX, day);
    longest.is_ok_and(|longest| calendar.total_ms(limit) <= calendar.total_ms(longest))
}

/// The photos that the act needs are there.
///
/// # Errors
/// `r_expects` with `needs` = `photo` and the number.
pub(super) fn proven(service: &Service, row: &Transition, request: &ActRequest<'_>) -> Result<(), Refusal> {
    let needed = photos_needed(service, row);
    if request.photos >= needed {
        return Ok(());
    }
    Err(Refusal::new(Code::RExpects, [("needs", "photo".to_owned()), ("limit", needed.to_string())]))
}

/// Photos that its author must have put into the case before an act of a service.
#[must_use]
pub fn photos_needed(service: &Service, row: &Transition) -> u32 {
    let evidence = &service.evidence;
    match row.evidence {
        Needed::Photos(count) => count,
        Needed::OfService(ServiceEvidence::Before) => evidence.before_min,
        Needed::OfService(ServiceEvidence::After) => evidence.after_min,
        Needed::OfService(ServiceEvidence::BeforeAndAfter) => {
            evidence.before_min.saturating_add(evidence.after_min)
        }
    }
}
