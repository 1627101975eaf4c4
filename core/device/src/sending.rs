//! What of the photos is still to be sent, in which order, on which networks, and how far it is: from the store's rows, never guessed.

use serde::{Deserialize, Serialize};
use yuandian_model::catalogue::Title;
use yuandian_model::mark::Mark;
use yuandian_model::{BlobHash, CaseId};
use yuandian_sync::{Link, Policies, Rendition, Transfer};

use crate::error::Result;
use crate::phone::Phone;
use crate::store::blobs::{self, OwnOriginal};
use crate::store::{cache, cases, meta};

/// How far photos are on their way to the platform.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PhotosSent {
    /// How many there are.
    pub photos: u32,
    /// Of how many the platform has the original, verified.
    pub delivered: u32,
    /// Of each that is under way: how much of its original the platform has, percent, rounded down.
    pub percents: Vec<u32>,
    /// How many have not begun.
    pub waiting: u32,
    /// How many of those wait for another network or for power.
    pub held_back: u32,
    /// How many cannot be sent as they are: see the 需处理 list.
    pub troubled: u32,
    /// Bytes that the platform does not have yet, small sizes included.
    pub waiting_bytes: u64,
    /// All of it in words; empty without photos.
    pub text: String,
}

/// One photo's original as it is counted.
pub(crate) struct Counted {
    pub sent: u64,
    pub size: u64,
    pub stored: bool,
    pub troubled: bool,
    pub held_back: bool,
}

impl Phone {
    /// On which networks which sizes are sent; any where nothing was chosen.
    ///
    /// # Errors
    /// The store's.
    pub fn upload_policies(&self) -> Result<Policies> {
        match meta::get(&self.db, meta::UPLOAD_POLICY)? {
            Some(kept) => Ok(serde_json::from_slice(&kept)?),
            None => Ok(Policies::default()),
        }
    }

    /// Chooses on which networks which sizes are sent; good from the next run on.
    ///
    /// # Errors
    /// The store's.
    pub fn set_upload_policies(&mut self, policies: &Policies) -> Result<()> {
        meta::set(&self.db, meta::UPLOAD_POLICY, &serde_json::to_vec(policies)?)
    }

    /// What the platform says of its network and power now; until it says anything, an unmetered link without power. Forgotten with the
    /// process.
    pub fn set_network(&mut self, link: Link) {
        self.link = link;
    }

    /// Files to be sent now, as the queue orders them: those that the person's choice lets through on this link.
    pub(crate) fn transfers(&self) -> Result<Vec<Transfer>> {
        let policies = self.upload_policies()?;
        let mut transfers = blobs::waiting(&self.db)?;
        for transfer in &mut transfers {
            transfer.urgent = self.is_urgent(&transfer.hash)?;
        }
        transfers.retain(|transfer| policies.lets(transfer, self.link));
        Ok(transfers)
    }

    /// Whether a case is urgent that shows a file.
    fn is_urgent(&self, hash: &BlobHash) -> Result<bool> {
        for doc in blobs::cases_of(&self.db, hash)? {
            let stored = cases::case(&self.db, &doc)?;
            let progress = stored.and_then(|stored| stored.facts.progress);
            if progress.is_some_and(|progress| progress.marks.contains(&Mark::Urgent)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// How far the photos of all cases are that were taken on this phone.
    ///
    /// # Errors
    /// The store's.
    pub fn photos_sent(&self) -> Result<PhotosSent> {
        let policies = self.upload_policies()?;
        let mut counted = Vec::new();
        for own in blobs::own_originals(&self.db)? {
            counted.push(self.count(&own, &policies)?);
        }
        Ok(self.photos_told(&counted, blobs::waiting_bytes(&self.db)?))
    }

    pub(crate) fn count(&self, own: &OwnOriginal, policies: &Policies) -> Result<Counted> {
        let held_back = !own.stored && {
            let urgent = self.is_urgent(&own.hash)?;
            let (hash, size) = (own.hash, own.size);
            let original =
                Transfer { hash, size, rendition: Rendition::Original, order: 0, urgent, url: None };
            !policies.lets(&original, self.link)
        };
        let troubled = !own.stored && cache::trouble_of(&self.db, &own.hash)?.is_some();
        Ok(Counted { sent: own.sent, size: own.size, stored: own.stored, troubled, held_back })
    }

    /// Counts in words: 照片 3 张, 2 张已送达, 1 张 61 %.
    pub(crate) fn photos_told(&self, photos: &[Counted], waiting_bytes: u64) -> PhotosSent {
        let mut told = PhotosSent { waiting_bytes, ..PhotosSent::default() };
        for photo in photos {
            told.photos += 1;
            if photo.stored {
                told.delivered += 1;
            } else if photo.troubled {
                told.troubled += 1;
            } else if photo.sent > 0 && !photo.held_back {
                let percent = photo.sent.saturating_mul(100) / photo.size.max(1);
                // All bytes there is not yet all well there.
                told.percents.push(u32::try_from(percent.min(99)).unwrap_or(99));
            } else {
                told.waiting += 1;
                told.held_back += u32::from(photo.held_back);
            }
        }
        told.percents.sort_unstable_by(|a, b| b.cmp(a));
        if told.photos > 0 {
            told.text = self.worded(self.photo_words(&told));
        }
        told
    }

    fn photo_words(&self, told: &PhotosSent) -> Title {
        let count = |id: &str, n: u32| self.words.photo(id, &[("n", n.to_string())]);
        let mut parts = vec![count("photos", told.photos)];
        let mut say = |id: &str, n: u32| {
            if n > 0 {
                parts.push(count(id, n));
            }
        };
        say("delivered", told.delivered);
        say("troubled", told.troubled);
        say("held_back", told.held_back);
        say("waiting", told.waiting - told.held_back);
        for percent in &told.percents {
            parts.push(self.words.photo("part", &[("n", "1".to_owned()), ("percent", percent.to_string())]));
        }
        let between = self.words.photo("between", &[]);
        let join = |pick: fn(&Title) -> &str| parts.iter().map(pick).collect::<Vec<_>>().join(pick(&between));
        Title { zh: join(|title| &title.zh), en: join(|title| &title.en) }
    }

    /// Bytes of a case's own files that the platform does not have yet.
    pub(crate) fn waiting_bytes_of(&self, case: &CaseId) -> Result<u64> {
        blobs::waiting_bytes_of(&self.db, case)
    }
}
