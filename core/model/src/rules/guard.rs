//! What must hold before an act is carried out: marks, counts, what is said with it, photos.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::calendar::{Limit, Unit, WorkingCalendar};
use crate::catalogue::{
    Argument, ArgumentKind, CONDITION, Catalogue, DEADLINE, Effect, FAMILY, Needed, Service, ServiceEvidence,
    Transition,
};
use crate::ids::{CaseId, UserId};
use crate::limits::{self, CODE_DIGITS};
use crate::progress::Progress;
use crate::refusal::{Code, Refusal};

use super::{ActRequest, CaseState, carry, own};

/// The marks of the case let it happen, it has not happened too often, and there is something above to go up to.
///
/// # Errors
/// `r_state` with the `mark` that stands in the way or the one that is `missing`, or where nothing is above; `r_limit` with what is counted.
pub(super) fn marked(service: &Service, row: &Transition, state: &CaseState) -> Result<(), Refusal> {
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
    if row.effect == Effect::Escalate && carry::above(service, state).is_none() {
        return Err(Refusal::new(Code::RState, [("stage", state.stage.clone()), ("act", row.id.clone())]));
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
            (Some(value), Some(argument)) => ahead(catalogue, row, (argument, value), request.at_ms)?,
            _ => {}
        }
    }
    Ok(())
}

/// What a report says beside its service and its place: the condition that its answers bring it under, and the day set from outside.
///
/// # Errors
/// `r_schema` with the `argument`.
pub(super) fn reported(
    service: &Service,
    request: &ActRequest<'_>,
    progress: &mut Progress,
) -> Result<(), Refusal> {
    let said = |name: &str| request.args.and_then(|args| args.get(name));
    let no = |name: &str| Err(Refusal::new(Code::RSchema, [("argument", name.to_owned())]));
    if let Some(condition) = said(CONDITION) {
        if service.conditions.iter().all(|known| known.id != *condition) {
            return no(CONDITION);
        }
        progress.come_under(service, condition);
    }
    if let Some(named) = said(FAMILY).filter(|_| service.tells_family()) {
        let family: Result<Vec<UserId>, _> = named.split(',').map(str::parse).collect();
        match family {
            Ok(family) if family.len() <= limits::FAMILY_MAX => progress.family = family,
            _ => return no(FAMILY),
        }
    }
    if let (Some(day), Some(_)) = (said(DEADLINE), &service.deadline) {
        if day.parse::<NaiveDate>().is_err() {
            return no(DEADLINE);
        }
        progress.deadline = Some(day.clone());
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
        ArgumentKind::Code => value.len() == CODE_DIGITS && value.bytes().all(|digit| digit.is_ascii_digit()),
        ArgumentKind::Choice => argument.options.iter().any(|option| option == value),
    }
}

/// A limit so long that no calendar reaches its end would stop the clock for good.
fn may_be_added(calendar: &WorkingCalendar, limit: Limit) -> bool {
    let longest = Limit::new(limits::ADDED_DAYS_MAX, Unit::Day);
    longest.is_ok_and(|longest| calendar.whole_days_ms(limit) <= calendar.whole_days_ms(longest))
}

/// A day of which the catalogue says how far ahead it may lie lies after today and no farther.
fn ahead(
    catalogue: &Catalogue,
    row: &Transition,
    (argument, value): (&Argument, &str),
    at_ms: i64,
) -> Result<(), Refusal> {
    let Some(within) = argument.within else { return Ok(()) };
    let calendar = catalogue.calendar();
    let begins_ms = own::day_ms(calendar, value);
    let fits = begins_ms.is_some_and(|begins_ms| {
        at_ms < begins_ms && begins_ms <= at_ms.saturating_add(calendar.whole_days_ms(within))
    });
    let facts = || [("act", row.id.clone()), ("within", within.to_string())];
    if fits { Ok(()) } else { Err(Refusal::new(Code::RLimit, facts())) }
}

/// The same of everything that was said with an act or the question that it answers.
pub(super) fn said_ahead(
    catalogue: &Catalogue,
    row: &Transition,
    said: &BTreeMap<String, String>,
    at_ms: i64,
) -> Result<(), Refusal> {
    for (name, value) in said {
        if let Some(argument) = catalogue.argument(name) {
            ahead(catalogue, row, (argument, value), at_ms)?;
        }
    }
    Ok(())
}

/// What an act adds is no more in all than its row lets it add.
///
/// # Errors
/// `r_limit` with the `act` and how much in all, `up_to`.
pub(super) fn adds(
    calendar: &WorkingCalendar,
    row: &Transition,
    progress: &Progress,
    limit: &str,
) -> Result<(), Refusal> {
    let Some(most) = row.up_to else { return Ok(()) };
    let before = progress.extensions.iter().map(|extension| extension.limit.as_str());
    let ms = |limit: &str| limit.parse().map_or(0, |limit| calendar.whole_days_ms(limit));
    let in_all = before.chain([limit]).map(ms).fold(0_i64, i64::saturating_add);
    if in_all <= calendar.whole_days_ms(most) {
        return Ok(());
    }
    Err(Refusal::new(Code::RLimit, [("act", row.id.clone()), ("up_to", most.to_string())]))
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
