//! What is looked at in a street: on the server's disk, in its store and on the phones.

use std::collections::{BTreeMap, BTreeSet};

use yuandian_model::catalogue::{After, Party};
use yuandian_model::{CaseId, CaseState, WorkingCalendar};
use yuandian_server::store::Store as _;
use yuandian_sync::StreamId;

use super::Report;
use super::field::Field;
use super::line::{Line, lines};
use crate::outside::Copy;
use crate::world::MINUTE_MS;

/// Of so many requests a phone opens one whole, to see its place in line.
const OPENED_OF: usize = 8;
/// Time between two ticks while nobody comes, ms.
const TICK_MS: i64 = 5 * MINUTE_MS;
/// How the code of a claim that came second begins to be told: with who was first.
const NAMED: &str = "Person ";

/// Who holds each request and who waits is who came in that order.
pub fn compare(field: &Field, cases: &[CaseId], report: &mut Report) -> Result<(), String> {
    let lines = lines(&field.server.disk, &|case| field.capacity(case))?;
    for case in cases {
        let state = field.state(case)?;
        let expected = lines.get(case).cloned().unwrap_or_default();
        let right = state.holders == expected.holders && state.waiting == expected.waiting;
        report.winners_wrong += u64::from(!right);
    }
    Ok(())
}

/// Claims of these requests of which a phone, after a whole sync, does not say what became of them: held; or waited for, with the place in line
/// and an entry that names who was first.
pub fn untold(field: &Field, claimant: usize, cases: &[CaseId]) -> Result<Vec<String>, String> {
    let phone = field.claimants[claimant].phone.as_ref().ok_or("a phone is off")?;
    let user = field.user(claimant).ok_or("a phone of nobody")?;
    let mut shown: BTreeMap<String, String> = BTreeMap::new();
    loop {
        let from = u32::try_from(shown.len()).map_err(|e| e.to_string())?;
        let page = phone.list(u32::MAX, from).map_err(|e| e.to_string())?;
        if page.is_empty() {
            break;
        }
        shown.extend(page.into_iter().map(|line| (line.id, line.claim)));
    }
    let waits = phone.outbox().map_err(|e| e.to_string())?;
    let waits = waits.iter().fold(BTreeMap::<&str, usize>::new(), |mut counts, line| {
        *counts.entry(&line.state).or_default() += 1;
        counts
    });
    let entries = phone.attention().map_err(|e| e.to_string())?;
    let second = entries
        .iter()
        .filter(|entry| entry.act == "claim" && entry.code == "r_taken" && entry.reason_en.contains(NAMED));
    let second: BTreeSet<&str> = second.map(|entry| entry.case.as_str()).collect();
    let mut untold = Vec::new();
    for (number, case) in cases.iter().enumerate() {
        let (state, id) = (field.state(case)?, case.to_string());
        let place = state.waiting.iter().position(|waiting| *waiting == user);
        let says = shown.get(&id).map_or("", String::as_str);
        let mut told = match place {
            Some(_) => says == "waiting" && second.contains(id.as_str()),
            None if state.holders.contains(&user) => says == "won",
            None => says == "none",
        };
        let mut position = None;
        if place.is_some() && (number + claimant).is_multiple_of(OPENED_OF) {
            position = phone.case(case).map_err(|e| e.to_string())?.claim.position;
            told &= position.and_then(|position| usize::try_from(position).ok()) == place.map(|at| at + 1);
        }
        if !told {
            let entered = second.contains(id.as_str());
            untold.push(format!(
                "phone {claimant}, {waits:?} on their way, says {says:?} of {id}, position {position:?}, entry {entered}; the server has place {place:?} of {}, {} acts, {}",
                state.waiting.len(), state.act_seq, state.stage
            ));
        }
    }
    Ok(untold)
}

/// Who moved up did so under the number of the release: the case, and the stream of whoever moved up, stand at it, and nothing came after.
pub fn promotions(field: &Field, lines: &BTreeMap<CaseId, Line>, report: &mut Report) -> Result<(), String> {
    let store = field.server.store().ok_or("the server is down")?;
    let touched = Copy::of(&field.server.disk)?.rows("SELECT id, touched_seq FROM case_row", [], |row| {
        Ok((CaseId(row.get(0)?), row.get::<_, i64>(1)?))
    })?;
    let touched: BTreeMap<CaseId, i64> = touched.into_iter().collect();
    for (case, line) in lines {
        report.promotions += line.promoted.len() as u64;
        let Some((number, user)) = line.promoted.last().filter(|(number, _)| *number == line.last) else {
            continue;
        };
        let own = StreamId::user(user);
        let streams = store.case_streams(case).map_err(|e| e.to_string())?;
        let at = |seq: u64| i64::try_from(seq).is_ok_and(|seq| seq == *number);
        let heard = streams.iter().any(|held| held.stream == own && held.gone.is_none() && at(held.seq));
        report.promotions_apart += u64::from(!heard || touched.get(case) != Some(number));
    }
    Ok(())
}

/// Time passes and nobody comes: twice the time after which a service asks further up, nothing that is open is without an owner.
pub fn nobody_comes(field: &mut Field, cases: &[CaseId], report: &mut Report) -> Result<(), String> {
    let mut until_ms = field.server_ms();
    for case in cases {
        until_ms = until_ms.max(owned_by_ms(field, &field.state(case)?));
    }
    while field.server_ms() <= until_ms {
        field.now_ms += TICK_MS;
        let now = field.server_ms();
        let ticked = field.server.hub().ok_or("the server is down")?.tick(now);
        ticked.map_err(|problem| format!("the server's timers: {problem:?}"))?;
    }
    for case in cases {
        report.ownerless += u64::from(is_ownerless(field, &field.state(case)?));
    }
    Ok(())
}

/// When a request must have an owner: twice the time of its service's row for asking further up, since it came to where it is.
fn owned_by_ms(field: &Field, state: &CaseState) -> i64 {
    let since_ms = state.progress.steps.last().map_or(0, |step| step.at_ms);
    let asks = field.catalogue.service(&state.service.0).and_then(|(service, workflow)| {
        let own = workflow.acts.iter().filter(|row| row.by.contains(&Party::System));
        let after = own.filter(|row| row.after == Some(After::Routing)).find_map(|row| service.after_of(row));
        match after {
            Some(After::Stage(limit)) => Some(WorkingCalendar::embedded().total_ms(limit)),
            _ => None,
        }
    });
    since_ms + 2 * asks.unwrap_or(0)
}

/// Whether nobody holds a request that has not ended, and no desk has it.
fn is_ownerless(field: &Field, state: &CaseState) -> bool {
    let service = field.catalogue.service(&state.service.0);
    let ended = service.is_some_and(|(_, workflow)| workflow.ends.contains(&state.stage));
    !ended && state.holders.is_empty() && state.progress.desk.is_none()
}
