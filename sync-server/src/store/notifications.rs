//! Notifications in the store: who is to hear of what, when, and by which way each was reached. The fourth part of the seam; every method is
//! one whole transaction.
//!
//! A person hears of one thing once: a ring that runs again after a crash tells nobody twice, and one that was missed while the server was down
//! tells everybody whose turn has come.

use yuandian_model::{CaseId, Reach, Ring, ServiceId, UserId};

use super::{Judge, StoreError};

/// What somebody hears of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// Somebody nearby asks for help.
    Asked,
    /// Somebody who named you as family has raised an alarm.
    Family,
    /// Nobody took it: whoever works there has it now.
    Yours,
    /// Nobody took your request yet; it was passed on.
    PassedOn,
}

impl Why {
    /// Every reason.
    pub const ALL: [Why; 4] = [Why::Asked, Why::Family, Why::Yours, Why::PassedOn];

    /// The id in the store, in words and in what leaves the server.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Why::Asked => "asked",
            Why::Family => "family",
            Why::Yours => "yours",
            Why::PassedOn => "passed_on",
        }
    }
}

/// Something that somebody is to hear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// Its number.
    pub id: u64,
    /// To whom.
    pub user: UserId,
    /// About which case.
    pub case: CaseId,
    /// The case's service.
    pub service: ServiceId,
    /// Why.
    pub why: Why,
}

/// How somebody was reached, as far as anybody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Handed to the sender.
    Sent,
    /// No sender took it: the phone sees it when it syncs next.
    Pull,
}

impl Way {
    /// The id in the store and in what leaves the server.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Way::Sent => "sent",
            Way::Pull => "pull",
        }
    }
}

/// A notification as an operator reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotificationLine {
    /// It.
    pub notification: Notification,
    /// The ring that it was made by; none where it was none.
    pub ring: Option<Ring>,
    /// When it was made, and when it may be told (the night is quiet), server's clock, ms since 1970.
    pub made_and_due_ms: (i64, i64),
    /// By which way and when it was told, ms since 1970; none before.
    pub told: Option<(Way, i64)>,
    /// When a phone of the person first synced after it could be told, ms since 1970, as far as its last greeting says; none before.
    pub seen_ms: Option<i64>,
}

/// The store's part about notifications.
pub trait Notifications: Send + Sync {
    /// Keeps how a person wants to hear of requests. Later words replace earlier ones.
    ///
    /// # Errors
    /// [`StoreError`], as for every method.
    fn put_reach(&self, user: &UserId, reach: &Reach) -> Result<(), StoreError>;

    /// Requests in which the next ring's turn has come, the one that waits longest first. None while phones of a restored server bring back what it
    /// has lost: somebody may have taken them. `now_ms`: server's clock, ms since 1970.
    fn rings_due(&self, now_ms: i64) -> Result<Vec<CaseId>, StoreError>;

    /// Makes notifications for everybody whose turn has come in a request, and sets the time of its next ring; how many.
    fn ring(&self, case: &CaseId, judge: &dyn Judge, now_ms: i64) -> Result<usize, StoreError>;

    /// Notifications whose time has come, by person, so many at most.
    fn notifications_due(&self, now_ms: i64) -> Result<Vec<Notification>, StoreError>;

    /// Keeps that these were told, and by which way.
    fn notified(&self, ids: &[u64], way: Way, now_ms: i64) -> Result<(), StoreError>;

    /// Notifications about a case, in the order in which they were made.
    fn notifications(&self, case: &CaseId) -> Result<Vec<NotificationLine>, StoreError>;
}
