//! What a run of sync tells when it is over.

use serde::Serialize;
use yuandian_device::{
    CacheState, ContactView, DeviceError, Phone, PhotosSent, Policies, RunReport, SyncState,
};

/// How a run ended, and where things stand after it.
#[derive(Serialize)]
pub struct RunTold {
    #[serde(flatten)]
    pub report: RunReport,
    /// Commits that the server has not taken, held ones included.
    pub waiting: usize,
    /// Those that the server keeps until what they build on has come.
    pub held: usize,
    pub attention: usize,
    #[serde(flatten)]
    pub state: SyncState,
    /// How far photos are on their way.
    pub photos: PhotosSent,
}

impl RunTold {
    /// Of a run that has just ended.
    pub fn of(phone: &Phone, report: RunReport) -> Result<Self, DeviceError> {
        let outbox = phone.outbox()?;
        Ok(Self {
            report,
            waiting: outbox.iter().filter(|line| line.state != "taken").count(),
            held: outbox.iter().filter(|line| line.state == "held").count(),
            attention: phone.attention()?.len(),
            state: phone.sync_state()?,
            photos: phone.photos_sent()?,
        })
    }
}

/// Where sync stands, photos included, and whom one calls.
#[derive(Serialize)]
pub struct StatusTold {
    #[serde(flatten)]
    pub state: SyncState,
    /// How far photos are on their way.
    pub photos: PhotosSent,
    /// Whom one calls to reach one's community.
    pub contact: Option<ContactView>,
}

/// The room that photo files take, how far they are sent, and on which networks.
#[derive(Serialize)]
pub struct FilesTold {
    pub photos: PhotosSent,
    pub cache: CacheState,
    pub policies: Policies,
}
