//! Versions of the catalogue: the one that ships with this version, and those that were published, perhaps by another process.

use std::sync::{Arc, PoisonError};

use minicbor::bytes::ByteVec;
use sha2::{Digest, Sha256};
use yuandian_document::SignedCatalogue;
use yuandian_document::limits::SIGNED_CATALOGUE_BYTES_MAX;
use yuandian_model::calendar::{NamedDay, Year};
use yuandian_model::catalogue::CatalogueFile;
use yuandian_model::{Catalogue, Catalogues};
use yuandian_sync::message::{CatalogueAsk, CatalogueReply, WIRE_VERSION};

use super::{Hub, spoken};
use crate::limits::CATALOGUES_ASKED_MS;
use crate::problem::Problem;
use crate::store::{PublishOutcome, Store, StoreError};

/// The shipped catalogue and every version that a store keeps. One that cannot be read is passed over, with an error in the log.
///
/// # Errors
/// The store's.
pub(crate) fn known(store: &dyn Store, shipped: &Catalogue) -> Result<Catalogues, StoreError> {
    let mut known = Catalogues::from(shipped.clone());
    for version in store.catalogue_versions()? {
        // Under its own number what ships is what holds.
        if version == shipped.version() {
            continue;
        }
        let Some(bytes) = store.catalogue(version)? else { continue };
        match SignedCatalogue::decode(&bytes).and_then(|signed| signed.catalogue()) {
            Ok(catalogue) => known.learn(catalogue),
            Err(error) => tracing::error!(version, %error, "a version of the catalogue cannot be read"),
        }
    }
    Ok(known)
}

/// What the store said of its catalogues, and when, server's clock, ms since 1970.
#[derive(Default)]
pub(super) struct Asked {
    at_ms: Option<i64>,
    versions: Vec<u32>,
}

impl Hub {
    /// Learns what was published since the store was last asked, which is at most once in [`CATALOGUES_ASKED_MS`].
    ///
    /// # Errors
    /// A [`Problem`] of the store.
    pub fn learn_catalogues(&self, now_ms: i64) -> Result<(), Problem> {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if asked.at_ms.is_some_and(|at| (at..at.saturating_add(CATALOGUES_ASKED_MS)).contains(&now_ms)) {
            return Ok(());
        }
        let versions = self.store.catalogue_versions()?;
        if versions != asked.versions {
            let learnt = Arc::new(self.rules().by(known(&*self.store, &self.shipped)?));
            tracing::info!(version = learnt.catalogue().version(), "the catalogue in force");
            let days = days(learnt.catalogue());
            *self.rules.write().unwrap_or_else(PoisonError::into_inner) = learnt;
            self.store.days_known(&days, now_ms)?;
            asked.versions = versions;
        }
        asked.at_ms = Some(now_ms);
        Ok(())
    }

    /// Keeps what ships with this version, signed: cases opened under it need it when a later version is served.
    ///
    /// # Errors
    /// A [`Problem`] of the store.
    pub fn keep_shipped(&self, files: &[CatalogueFile<'_>], now_ms: i64) -> Result<(), Problem> {
        let kept = self.store.catalogue(self.shipped.version())?;
        let kept = kept.and_then(|bytes| SignedCatalogue::decode(&bytes).ok());
        if kept.is_some_and(|kept| kept.files().eq(sorted(files))) {
            return Ok(());
        }
        self.ready(now_ms)?;
        match self.store.publish(files, now_ms)? {
            PublishOutcome::Done { version, .. } => {
                tracing::info!(version, "the catalogue that ships is kept");
                Ok(())
            }
            PublishOutcome::Refused(error) => {
                tracing::error!(%error, "the catalogue that ships cannot be signed");
                Err(Problem::Internal)
            }
        }
    }

    pub(super) fn catalogue(&self, ask: &CatalogueAsk, now_ms: i64) -> Result<CatalogueReply, Problem> {
        spoken(ask.version)?;
        if ask.catalogue == self.shipped.version() && self.store.catalogue(ask.catalogue)?.is_none() {
            self.keep_shipped(Catalogue::embedded_files(), now_ms)?;
        }
        let signed = self.store.catalogue(ask.catalogue)?;
        let signed = signed.filter(|bytes| bytes.len() <= SIGNED_CATALOGUE_BYTES_MAX).map(ByteVec::from);
        Ok(CatalogueReply { version: WIRE_VERSION, signed })
    }
}

/// The holidays that a catalogue knows, as one name for all of them.
fn days(catalogue: &Catalogue) -> String {
    let days = |days: &[NamedDay]| days.iter().map(|day| day.date.to_string()).collect::<Vec<_>>().join(" ");
    let year = |year: &Year| {
        format!("{} {:?}: {}; {}\n", year.year, year.source, days(&year.holidays), days(&year.workdays))
    };
    let known: String = catalogue.calendar().years().iter().map(year).collect();
    Sha256::digest(known).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Files in the order in which they are signed.
fn sorted<'f>(files: &[CatalogueFile<'f>]) -> Vec<CatalogueFile<'f>> {
    let mut files = files.to_vec();
    files.sort_by(|a, b| a.name.cmp(b.name));
    files
}
