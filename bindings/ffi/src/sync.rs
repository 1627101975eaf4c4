//! A run of sync: one at a time, watched by events, stopped at will.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use yuandian_device::{Driver, RunReport, SyncStep, Waited};

use crate::core::{YuandianCore, lock};
use crate::error::CoreError;
use crate::events::{EventKind, Events};
use crate::on_core::on_core;

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct SyncReport {
    /// Whether the server was spoken to at all.
    pub reached: bool,
    /// Whether everything there was to do was done.
    pub complete: bool,
    /// Commits sent.
    pub pushed: u64,
    /// Cases received.
    pub pulled: u64,
    /// Files stored by the server.
    pub uploaded: u64,
    /// Bytes of files sent.
    pub uploaded_bytes: u64,
    /// Small pictures of others' photos fetched after everything else.
    pub fetched: u64,
    /// Network failures, overcome or not.
    pub failures: u32,
    /// The last of them, for a log.
    pub last_failure: Option<String>,
    /// Whether that was a certificate that is not trusted.
    pub untrusted: bool,
    /// By how much this phone's clock is ahead of the server's, ms; below zero where it is behind, none before the server was reached.
    pub clock_off_ms: Option<i64>,
}

impl From<RunReport> for SyncReport {
    fn from(report: RunReport) -> Self {
        Self {
            reached: report.reached,
            complete: report.complete,
            pushed: report.pushed,
            pulled: report.pulled,
            uploaded: report.uploaded,
            uploaded_bytes: report.uploaded_bytes,
            fetched: report.fetched,
            failures: report.failures,
            last_failure: report.last_failure,
            untrusted: report.untrusted,
            clock_off_ms: None,
        }
    }
}

/// A stream as this phone holds it.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct StreamState {
    /// Its name: `grid:CODE`, `user:ID` …
    pub stream: String,
    /// Its partition.
    pub partition: u32,
    /// Cases that it was offered with at the last greeting.
    pub offered: u64,
    /// Cases held in it.
    pub held: u64,
    /// The last number applied.
    pub cursor: u64,
    /// Whether it comes as lines alone: the phone's budget leaves no room for its documents.
    pub lines_only: bool,
    /// Whether it waits to be compared case by case.
    pub comparing: bool,
}

/// How often something did not come out as the server had promised.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Trouble {
    /// What: `sums`, `heads`, `receipts`, `epochs`.
    pub what: String,
    /// How often, since this phone's store was made.
    pub times: u64,
}

/// Where sync stands.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct SyncState {
    /// Streams held.
    pub streams: Vec<StreamState>,
    /// Documents that are to be fetched.
    pub wanted: u64,
    /// Own commits that the server has and no verified backup yet.
    pub not_backed_up: u64,
    /// What did not come out.
    pub troubles: Vec<Trouble>,
}

impl From<yuandian_device::SyncState> for SyncState {
    fn from(state: yuandian_device::SyncState) -> Self {
        let stream = |stream: yuandian_device::StreamState| StreamState {
            stream: stream.stream,
            partition: stream.partition,
            offered: stream.offered,
            held: stream.held,
            cursor: stream.cursor,
            lines_only: stream.lines_only,
            comparing: stream.comparing,
        };
        Self {
            streams: state.streams.into_iter().map(stream).collect(),
            wanted: state.wanted,
            not_backed_up: state.not_backed_up,
            troubles: state.troubles.into_iter().map(|(what, times)| Trouble { what, times }).collect(),
        }
    }
}

/// How much of a person's own work stands where, for a badge and a first page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
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
    /// Items of the 需处理 list.
    pub attention_items: u32,
}

impl From<yuandian_device::view::WorkCounts> for WorkCounts {
    fn from(counts: yuandian_device::view::WorkCounts) -> Self {
        let yuandian_device::view::WorkCounts {
            drafts,
            saved,
            uploading,
            attention,
            conflict,
            attention_items,
        } = counts;
        Self { drafts, saved, uploading, attention, conflict, attention_items }
    }
}

/// How far a run is.
#[derive(Debug, Clone, PartialEq, Eq, Default, uniffi::Record)]
pub struct SyncProgress {
    /// Cases of one's own that the server has answered.
    pub judged: u64,
    /// Cases received.
    pub received: u64,
    /// Of the file being sent: bytes that the server has.
    pub sent_bytes: u64,
    /// Of the file being sent: bytes in all; 0 while no file is being sent.
    pub file_bytes: u64,
}

#[uniffi::export]
impl YuandianCore {
    /// One run: until nothing is left, photos included, or nothing moves any more. A run that did not reach the server is no error
    /// but a report; everything is kept. While one runs, another waits for its end.
    ///
    /// # Errors
    /// [`CoreError::NotEnrolled`], [`CoreError::StorageFull`], [`CoreError::Damaged`]; [`CoreError::ShutDown`] where the core is shut
    /// down meanwhile.
    pub async fn sync(&self) -> Result<SyncReport, CoreError> {
        let (lease, driver, roots) = (self.lease(), Arc::clone(&self.driver), self.roots.clone());
        let (events, stop) = (Arc::clone(&self.events), Arc::clone(&self.stop));
        on_core(async move {
            let mut driver = driver.lock().await;
            let lease = lease.await?;
            let phone = lease.phone();
            let before = attention(phone)?;
            if driver.is_none() {
                let server = lock(phone).server()?;
                *driver = Some(Driver::new(&server, &roots)?);
            }
            let driver = driver.as_mut().expect("it was made above");
            stop.begin();
            let mut progress = SyncProgress::default();
            let run = driver.sync_watched(phone, |step| tell(&events, &mut progress, step));
            let mut report: SyncReport = match stop.or_stopped(run).await {
                Some(ended) => ended?.into(),
                None if stop.is_for_ever() => return Err(CoreError::ShutDown),
                None => stopped(),
            };
            report.clock_off_ms = lock(phone).clock_off_ms();
            let after = attention(phone)?;
            if after != before {
                let count = u32::try_from(after.len()).unwrap_or(u32::MAX);
                events.tell(&EventKind::AttentionChanged { count });
            }
            events.tell(&EventKind::SyncFinished { report: report.clone() });
            Ok(report)
        })
        .await
    }

    /// Waits for the server to say that there may be something new, at most so many seconds. True where a run is worth while now: it was
    /// told, or it cannot be told and has waited a minute. A run may go on meanwhile.
    ///
    /// # Errors
    /// [`CoreError::NotEnrolled`], [`CoreError::Damaged`]; [`CoreError::ShutDown`] where the core is shut down meanwhile.
    pub async fn wait_for_news(&self, seconds: u32) -> Result<bool, CoreError> {
        let (lease, roots, stop) = (self.lease(), self.roots.clone(), Arc::clone(&self.stop));
        on_core(async move {
            let lease = lease.await?;
            let phone = lease.phone();
            let server = lock(phone).server()?;
            // A connection of its own: the one for runs is busy while a run goes on.
            let driver = Driver::new(&server, &roots)?;
            let waited = driver.wait(phone, Duration::from_secs(u64::from(seconds)));
            let waited = stop.or_stopped_for_ever(waited).await.ok_or(CoreError::ShutDown)??;
            Ok(waited != Waited::Quiet)
        })
        .await
    }

    /// How much of the person's own work stands where. Loads no case.
    ///
    /// # Errors
    /// [`CoreError::Damaged`].
    pub async fn work_counts(&self) -> Result<WorkCounts, CoreError> {
        self.with_phone(|phone| Ok(phone.work_counts()?.into())).await
    }

    /// Where sync stands: streams held, documents still to come.
    ///
    /// # Errors
    /// [`CoreError::Damaged`].
    pub async fn sync_state(&self) -> Result<SyncState, CoreError> {
        self.with_phone(|phone| Ok(phone.sync_state()?.into())).await
    }

    /// Reads documents that came without being opened into lists and search, latest first, at most `limit`; for idle moments. Gives how
    /// many were read: fewer than `limit` means that none is left.
    ///
    /// # Errors
    /// [`CoreError::StorageFull`], [`CoreError::Damaged`].
    pub async fn read_for_search(&self, limit: u32) -> Result<u32, CoreError> {
        self.with_phone(move |phone| Ok(u32::try_from(phone.read_for_search(limit)?).unwrap_or(u32::MAX)))
            .await
    }

    /// Stops the run under way, if there is one: it ends with a report that is not complete. What the server has taken is kept; the
    /// next run goes on from there. Returns at once.
    pub fn stop_sync(&self) {
        self.stop.stop();
    }
}

/// Numbers and codes of what needs the person: enough to see that it changed.
fn attention(phone: &std::sync::Mutex<yuandian_device::Phone>) -> Result<Vec<(i64, String)>, CoreError> {
    let items = lock(phone).attention()?;
    Ok(items.into_iter().map(|item| (item.item, item.reason)).collect())
}

fn stopped() -> SyncReport {
    let last_failure = Some("stopped".to_owned());
    SyncReport { last_failure, ..RunReport::default().into() }
}

fn tell(events: &Events, progress: &mut SyncProgress, step: SyncStep) {
    let changed = match step {
        SyncStep::Judged { cases } => {
            progress.judged += cases.len() as u64;
            cases
        }
        SyncStep::Received { cases } => {
            progress.received += cases.len() as u64;
            cases
        }
        SyncStep::Uploaded { case, sent, size } => {
            (progress.sent_bytes, progress.file_bytes) = (sent, size);
            case.into_iter().collect()
        }
    };
    for case in changed {
        events.tell(&EventKind::CaseChanged { case_id: case.to_string() });
    }
    events.tell(&EventKind::SyncProgressed { progress: progress.clone() });
}

/// Stops what goes over the network: one run, or for ever.
pub(crate) struct StopSignal {
    wanted: watch::Sender<bool>,
    for_ever: AtomicBool,
}

impl Default for StopSignal {
    fn default() -> Self {
        Self { wanted: watch::Sender::new(false), for_ever: AtomicBool::new(false) }
    }
}

impl StopSignal {
    /// A stop asked for earlier was not meant for this run, unless it is for ever.
    fn begin(&self) {
        self.wanted.send_replace(self.is_for_ever());
    }

    pub(crate) fn stop(&self) {
        self.wanted.send_replace(true);
    }

    pub(crate) fn stop_for_ever(&self) {
        self.for_ever.store(true, Ordering::SeqCst);
        self.stop();
    }

    pub(crate) fn is_for_ever(&self) -> bool {
        self.for_ever.load(Ordering::SeqCst)
    }

    /// What comes first: the end of the work, or the wish to stop it (`None`, the work dropped where it waits).
    pub(crate) async fn or_stopped<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let mut wanted = self.wanted.subscribe();
        tokio::select! {
            biased;
            _ = wanted.wait_for(|stop| *stop) => None,
            ended = work => Some(ended),
        }
    }
}

impl StopSignal {
    /// As [`StopSignal::or_stopped`], for what only a shutdown ends.
    pub(crate) async fn or_stopped_for_ever<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let mut wanted = self.wanted.subscribe();
        tokio::select! {
            biased;
            _ = wanted.wait_for(|_| self.is_for_ever()) => None,
            ended = work => Some(ended),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_stop_ends_the_run_under_way_and_not_the_next_one() {
        let stop = StopSignal::default();
        stop.stop();
        stop.begin();
        assert_eq!(stop.or_stopped(async { 1 }).await, Some(1));
        let endless = stop.or_stopped(std::future::pending::<()>());
        let (ended, ()) = tokio::join!(endless, async { stop.stop() });
        assert_eq!(ended, None);
        stop.begin();
        assert_eq!(stop.or_stopped(async { 2 }).await, Some(2));
    }

    #[tokio::test]
    async fn waiting_ends_with_the_core_and_not_with_a_run() {
        let stop = StopSignal::default();
        stop.stop();
        assert_eq!(stop.or_stopped_for_ever(async { 1 }).await, Some(1));
        let endless = stop.or_stopped_for_ever(std::future::pending::<()>());
        let (ended, ()) = tokio::join!(endless, async { stop.stop_for_ever() });
        assert_eq!(ended, None);
    }

    #[tokio::test]
    async fn a_stop_for_ever_ends_every_later_run_too() {
        let stop = StopSignal::default();
        stop.stop_for_ever();
        stop.begin();
        assert_eq!(stop.or_stopped(async { 1 }).await, None);
    }
}
