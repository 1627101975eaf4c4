//! Who is to hear of a request does, as far as somebody carries it: a phone that sleeps by the notifier, every other when it syncs next.

use std::collections::BTreeMap;

use yuandian_model::{CaseId, UserId};

use super::Hub;
use crate::problem::Problem;
use crate::store::notifications::{Notification, Way, Why};

/// What one person is told at one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// To whom.
    pub user: UserId,
    /// Why, of the first.
    pub why: Why,
    /// Names of the services in both languages, of the first.
    pub service: (String, String),
    /// The cases, the first made first: what came together in a night is told together.
    pub cases: Vec<CaseId>,
    /// When, server's clock, ms since 1970.
    pub at_ms: i64,
}

/// Why a notification was not carried.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotifyError {
    /// This person has nothing to be reached by.
    #[error("no way to this person")]
    NoWay,
    /// The carrier does not work now: it is tried again with the next run.
    #[error("the carrier failed: {0}")]
    Failed(String),
}

/// Carries notifications to phones that sleep: a vendor's push, an SMS, a file for trials. It learns who, why and which case, and no place, name
/// or word that somebody wrote.
pub trait Notifier: Send + Sync {
    /// Takes a message; it may be handed over twice where the server was killed in between.
    ///
    /// # Errors
    /// [`NotifyError`].
    fn carry(&self, message: &Message) -> Result<(), NotifyError>;
}

impl Hub {
    /// Rings whose turn has come, then what is due to be told. `now_ms`: server's clock, ms since 1970.
    pub(super) fn notify(&self, now_ms: i64) -> Result<(), Problem> {
        for case in self.store.rings_due(now_ms)? {
            self.store.ring(&case, &*self.rules(), now_ms)?;
        }
        let mut people: BTreeMap<UserId, Vec<Notification>> = BTreeMap::new();
        for notification in self.store.notifications_due(now_ms)? {
            people.entry(notification.user).or_default().push(notification);
        }
        for (user, due) in people {
            let ids: Vec<u64> = due.iter().map(|notification| notification.id).collect();
            let carried = self.notifier.as_ref().map(|notifier| {
                let message = self.message(user, &due, now_ms);
                message.map_or(Err(NotifyError::NoWay), |message| notifier.carry(&message))
            });
            match carried {
                Some(Ok(())) => self.store.notified(&ids, Way::Sent, now_ms)?,
                None | Some(Err(NotifyError::NoWay)) => self.store.notified(&ids, Way::Pull, now_ms)?,
                Some(Err(error)) => tracing::warn!(%error, waiting = ids.len(), "notifications wait"),
            }
        }
        Ok(())
    }

    fn message(&self, user: UserId, due: &[Notification], at_ms: i64) -> Option<Message> {
        let first = due.first()?;
        let rules = self.rules();
        let title = rules.catalogue().service(&first.service.0).map(|(service, _)| service.title.clone());
        let service = title.map_or_else(Default::default, |title| (title.zh, title.en));
        Some(Message {
            user,
            why: first.why,
            service,
            cases: due.iter().map(|notification| notification.case).collect(),
            at_ms,
        })
    }
}
