//! What an operator does to one case, and why it is on a phone or not.

use std::path::Path;

use serde::Serialize;
use yuandian_model::{CaseId, Catalogue, DeviceId, DivisionCode, Divisions, PartitionId, UserId};
use yuandian_sync::StreamId;

use super::AdminError;
use crate::hub::{Rules, known};
use crate::randomness::Randomness;
use crate::shell::{Place, ServeError};
use crate::store::{Account, CaseStream, Contact, ServerAct, SqliteStore, Store};
use crate::streams::streams_for;

pub(super) fn opened(
    data: &Path,
    randomness: &mut dyn Randomness,
) -> Result<(SqliteStore, Rules), AdminError> {
    let store = Place::open(data)?.store(randomness)?;
    let catalogues = known(&store, &Catalogue::embedded()).map_err(ServeError::from)?;
    let rules = Rules::new(catalogues, Divisions::zhengzhou());
    let rules = rules.partitioned(store.partition_digits());
    Ok((store, rules))
}

fn done(act: ServerAct, case: CaseId) -> Result<Option<u64>, AdminError> {
    match act {
        ServerAct::Done { seq } => Ok(Some(seq)),
        ServerAct::Unchanged => Ok(None),
        ServerAct::Unknown => Err(AdminError::UnknownCase(case)),
    }
}

/// Moves a case to another grid; its number there, or none where it lies in it already. `now_ms`: ms since 1970.
///
/// # Errors
/// [`AdminError`].
pub fn move_case(
    data: &Path,
    case: CaseId,
    to: &DivisionCode,
    randomness: &mut dyn Randomness,
    now_ms: i64,
) -> Result<Option<u64>, AdminError> {
    let (store, rules) = opened(data, randomness)?;
    if !rules.divisions().stands(to) {
        return Err(AdminError::UnknownGrid(to.clone()));
    }
    done(store.move_case(&case, to, &rules, now_ms).map_err(ServeError::from)?, case)
}

/// Opens a case that ended again and brings it back to those who work there; its number, or none where it has not ended.
/// `now_ms`: ms since 1970.
///
/// # Errors
/// [`AdminError`].
pub fn reopen_case(
    data: &Path,
    case: CaseId,
    randomness: &mut dyn Randomness,
    now_ms: i64,
) -> Result<Option<u64>, AdminError> {
    let (store, rules) = opened(data, randomness)?;
    done(store.reopen_case(&case, &rules, now_ms).map_err(ServeError::from)?, case)
}

/// A stream that says something about a case and a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WhyStream {
    /// The stream.
    pub stream: StreamId,
    /// In which partition.
    pub partition: PartitionId,
    /// Whether a right of the device's person leads to it.
    pub by_right: bool,
    /// The case's last number in it.
    pub seq: u64,
    /// The number since which it is there.
    pub since_seq: u64,
    /// Why it went from there; none while it is present.
    pub gone: Option<String>,
    /// When it went, server's clock, ms since 1970.
    pub gone_ms: Option<i64>,
    /// Where the device stood in it at its last greeting; none where it did not have it.
    pub cursor: Option<u64>,
    /// Whether the device's budget leaves room for lines only.
    pub lines_only: bool,
}

/// Why a case is, or is not, on a phone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Why {
    /// The case.
    pub case: CaseId,
    /// The device.
    pub device: DeviceId,
    /// Its person.
    pub user: UserId,
    /// The person's rights, `role in division`.
    pub rights: Vec<String>,
    /// `whole`, `line`, `summary`, `on_its_way` or `no`.
    pub there: &'static str,
    /// In words, the deciding one first.
    pub words: Vec<String>,
    /// Streams of the case.
    pub streams: Vec<WhyStream>,
    /// The device's last greeting, server's clock, ms since 1970.
    pub last_contact_ms: Option<i64>,
    /// Documents the device is willing to hold.
    pub budget: Option<u32>,
    /// Documents that are over it.
    pub over_budget: u64,
}

/// Tells why a case is, or is not, on a phone. `now_ms`: ms since 1970.
///
/// # Errors
/// [`AdminError`].
pub fn why(
    data: &Path,
    device: DeviceId,
    case: CaseId,
    randomness: &mut dyn Randomness,
    now_ms: i64,
) -> Result<Why, AdminError> {
    let (store, _) = opened(data, randomness)?;
    let account =
        store.account(&device).map_err(ServeError::from)?.ok_or(AdminError::UnknownDevice(device))?;
    if store.case(&case).map_err(ServeError::from)?.is_none() {
        return Err(AdminError::UnknownCase(case));
    }
    let streams = store.case_streams(&case).map_err(ServeError::from)?;
    let contact = store.contact(&device).map_err(ServeError::from)?;
    Ok(explained(case, &account, streams, (contact.as_ref(), now_ms)))
}

fn explained(
    case: CaseId,
    account: &Account,
    streams: Vec<CaseStream>,
    (contact, now_ms): (Option<&Contact>, i64),
) -> Why {
    let held = streams_for(account.at(now_ms));
    let mut streams: Vec<WhyStream> = streams
        .into_iter()
        .map(|of| {
            let told = contact.and_then(|contact| {
                contact.streams.iter().find(|s| s.stream == of.stream && s.partition == of.partition)
            });
            WhyStream {
                by_right: held.contains(&of.stream),
                cursor: told.map(|s| s.cursor),
                lines_only: told.is_some_and(|s| s.lines_only),
                gone_ms: of.gone.as_ref().map(|(_, ms)| *ms),
                gone: of.gone.map(|(reason, _)| reason),
                stream: of.stream,
                partition: of.partition,
                seq: of.seq,
                since_seq: of.since_seq,
            }
        })
        .collect();
    streams.sort_by_key(|s| !s.by_right);
    let rights: Vec<String> = account.at(now_ms).told().iter().map(ToString::to_string).collect();
    let mut told: Vec<(u8, &'static str, String)> =
        streams.iter().filter(|s| s.by_right).map(|s| said(s, contact)).collect();
    told.sort();
    let there = told.first().map_or("no", |(_, there, _)| there);
    let mut words: Vec<String> = told.into_iter().map(|(_, _, words)| words).collect();
    if words.is_empty() {
        let present = streams.iter().filter(|s| s.gone.is_none()).map(|s| s.stream.0.as_str());
        words.push(format!(
            "No right of {} leads to it. Their rights: {}. The case is in {}.",
            account.name,
            if rights.is_empty() { "none".to_owned() } else { rights.join(", ") },
            present.collect::<Vec<_>>().join(", ")
        ));
    }
    words.push(match contact {
        Some(contact) => format!("The device last greeted at {} ms.", contact.at_ms),
        None => "The device has never greeted.".to_owned(),
    });
    Why {
        case,
        device: account.device,
        user: account.user,
        rights,
        there,
        words,
        streams,
        last_contact_ms: contact.map(|contact| contact.at_ms),
        budget: contact.map(|contact| contact.budget),
        over_budget: contact.map_or(0, |contact| contact.over),
    }
}

/// How near a stream brings the case to the phone (nearest first), the word for it, and the sentence.
fn said(of: &WhyStream, contact: Option<&Contact>) -> (u8, &'static str, String) {
    let stream = &of.stream;
    if let (Some(reason), at) = (&of.gone, of.gone_ms.unwrap_or_default()) {
        return (4, "no", format!("It left {stream} at {at} ms ({reason})."));
    }
    match of.cursor {
        Some(cursor) if cursor < of.seq => {
            let since = if of.since_seq > cursor { "whole" } else { "its last changes" };
            let words = format!(
                "It is number {} in {stream}; at its last greeting the device stood at {cursor}: it gets it ({since}) when it next syncs.",
                of.seq
            );
            (3, "on_its_way", words)
        }
        None => (3, "on_its_way", format!("{stream} is new to the device: it gets it when it next greets.")),
        Some(_) if stream.is_summary() => {
            (2, "summary", format!("Its public summary is there through {stream}."))
        }
        Some(_) if of.lines_only => {
            let budget = contact.map_or(0, |contact| contact.budget);
            let words = format!(
                "Only its line is there: {stream} does not fit the device's budget of {budget} documents."
            );
            (1, "line", words)
        }
        Some(_) => (0, "whole", format!("It is there through {stream}, since number {}.", of.since_seq)),
    }
}
