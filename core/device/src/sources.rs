//! Where a photo may come from: what a service asks for in its table, held against what the platform says of a picture.

use yuandian_evidence::Source;
use yuandian_model::CaseId;
use yuandian_model::catalogue::Service;

use crate::error::{DeviceError, Result};
use crate::phone::Phone;
use crate::store::cases;

/// Code of a picture out of an album where only the camera counts.
pub const ALBUM: &str = "album";

impl Phone {
    /// A service may take only what the app's camera has just taken: a picture that the platform says is out of an album is refused there. Of
    /// one whose source nobody told nothing is known, and nothing is refused.
    ///
    /// # Errors
    /// [`DeviceError::Photo`] with [`ALBUM`]: take it with the camera.
    pub(crate) fn may_come_from(&self, service: &Service, source: Source) -> Result<()> {
        if service.evidence.camera_only && source == Source::Album {
            let reason = self.worded(self.words.photo(ALBUM, &[]));
            return Err(DeviceError::Photo { code: ALBUM, reason });
        }
        Ok(())
    }

    /// The same of a case that is here. A service of a version that is not here asks for nothing that this phone knows.
    pub(crate) fn may_come_into(&self, case: &CaseId, source: Source) -> Result<()> {
        let Some(stored) = cases::case(&self.db, case)? else { return Ok(()) };
        let catalogue = self.catalogue_of(&stored.facts)?;
        match catalogue.as_ref().and_then(|catalogue| catalogue.service(&stored.facts.service)) {
            Some((service, _)) => self.may_come_from(service, source),
            None => Ok(()),
        }
    }
}
