//! What is decided about a case as this phone knows it, with the own acts on their way carried out by prediction.

use yuandian_model::catalogue::{Offline, ServiceId};
use yuandian_model::{ActRequest, CaseState, Code, UserId, judge};
use yuandian_sync::CaseFacts;

use crate::content::done_ms;
use crate::phone::{PersonRecord, Phone};
use crate::store::outbox::{Intent, Item, ItemState};

/// The server's facts as the rule's state. Others in the waiting list are known by number only.
pub(crate) fn state_of(facts: &CaseFacts, me: &UserId) -> CaseState {
    let mut waiting: Vec<UserId> = (0..facts.waiting)
        .map(|index| {
            let mut nobody = [0xff; 16];
            nobody[..4].copy_from_slice(&index.to_be_bytes());
            UserId(nobody)
        })
        .collect();
    if let Some(place) = facts
        .my_position
        .and_then(|p| usize::try_from(p).ok())
        .and_then(|p| waiting.get_mut(p.wrapping_sub(1)))
    {
        *place = *me;
    }
    CaseState {
        service: ServiceId(facts.service.clone()),
        catalogue: facts.catalogue,
        grid: facts.grid.clone(),
        author: facts.author.user,
        stage: facts.stage.clone(),
        act_seq: facts.act_seq,
        holders: facts.holders.iter().map(|p| p.user).collect(),
        waiting,
        followers: facts.followed.then_some(*me).into_iter().collect(),
        progress: facts.progress.clone().unwrap_or_default(),
    }
}

/// Everything pending carried out: what the rule is asked about next.
pub(crate) fn decided(
    phone: &Phone,
    facts: &CaseFacts,
    pending: &[Item],
    person: &PersonRecord,
) -> CaseState {
    carry(phone, facts, pending, person, |_| true)
}

/// Only what the phone may show as done: acts that need no referee. Queued intents stay intents.
pub(crate) fn shown(phone: &Phone, facts: &CaseFacts, pending: &[Item], person: &PersonRecord) -> CaseState {
    carry(phone, facts, pending, person, |offline| offline == Offline::Local)
}

fn carry(
    phone: &Phone,
    facts: &CaseFacts,
    pending: &[Item],
    person: &PersonRecord,
    wanted: impl Fn(Offline) -> bool,
) -> CaseState {
    let mut state = state_of(facts, &person.user);
    // By a version that is not here nothing can be predicted.
    let Ok(Some(catalogue)) = phone.catalogue_of(facts) else { return state };
    for item in pending {
        let Intent::Act(act) = &item.intent else { continue };
        let offline = catalogue
            .service(&facts.service)
            .and_then(|(service, workflow)| workflow.act(&act.name).map(|row| service.offline_of(row)));
        if act.report.is_some() || !(offline.is_some_and(&wanted) || item.state == ItemState::Taken) {
            continue;
        }
        let asked = ActRequest { captured_ms: Some(done_ms(&item.captured)), ..phone.asked(act, u32::MAX) };
        if let Ok(ruling) = judge(&catalogue, Some(&state), &asked, &person.actor())
            && matches!(ruling.code, Code::Ok | Code::RTaken)
        {
            state = ruling.next;
        }
    }
    state
}
