//! Versions of the catalogue on this phone: the one in force, those that cases here were opened under, and what is still to be fetched.
//!
//! Guarantees: a version is used only when a believed key of the server has signed it; a case goes by the version it was opened under, and
//! where that is not here it can be read and takes notes and photos, never anything that the version would decide.

use std::collections::BTreeMap;

use rusqlite::Transaction;
use yuandian_document::SignedCatalogue;
use yuandian_model::Catalogue;
use yuandian_model::catalogue::Title;
use yuandian_model::words::{OwnWords, Words};
use yuandian_sync::CaseFacts;
use yuandian_sync::message::{CatalogueAsk, CatalogueReply, WIRE_VERSION};

use crate::error::{DeviceError, Result};
use crate::glance::project;
use crate::phone::Phone;
use crate::store::{cases, catalogues, meta};

/// Other versions than the one in force that were looked for in this process; none for one that is not here.
pub(crate) type Loaded = BTreeMap<u32, Option<Catalogue>>;

/// The version that is in force as far as a store knows, or else the one that ships with this core.
pub(crate) fn in_force(db: &rusqlite::Connection) -> Result<Catalogue> {
    let told = catalogues::told(db)?;
    let held = told.map(|version| held(db, version)).transpose()?.flatten();
    Ok(held.unwrap_or_else(Catalogue::embedded))
}

/// The words that ship, and in their place those of the versions that are here.
pub(crate) fn words(db: &rusqlite::Connection) -> Result<Words> {
    let mut words = Words::embedded();
    if let Some(own) = meta::get(db, meta::OWN_WORDS)? {
        words.learn(&serde_json::from_slice(&own)?);
    }
    Ok(words)
}

fn held(db: &rusqlite::Connection, version: u32) -> Result<Option<Catalogue>> {
    let Some(bytes) = catalogues::signed(db, version)? else {
        let shipped = Catalogue::embedded();
        return Ok((shipped.version() == version).then_some(shipped));
    };
    match SignedCatalogue::decode(&bytes).and_then(|signed| signed.catalogue()) {
        Ok(catalogue) => Ok(Some(catalogue)),
        Err(error) => {
            // Signed, kept, and of a form that this core does not read: a newer one will.
            tracing::error!(version, %error, "a version of the catalogue cannot be read");
            Ok(None)
        }
    }
}

impl Phone {
    /// Names and words of the catalogue in force.
    #[must_use]
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// A version of the catalogue; none where it is not here.
    pub(crate) fn catalogue_version(&self, version: u32) -> Result<Option<Catalogue>> {
        if version == self.catalogue.version() {
            return Ok(Some(self.catalogue.clone()));
        }
        if let Some(found) = self.versions.borrow().get(&version) {
            return Ok(found.clone());
        }
        let found = held(&self.db, version)?.map(|found| found.with_days_of(&self.catalogue));
        self.versions.borrow_mut().insert(version, found.clone());
        Ok(found)
    }

    /// The version that a case was opened under; none where it is not here.
    pub(crate) fn catalogue_of(&self, facts: &CaseFacts) -> Result<Option<Catalogue>> {
        self.catalogue_version(facts.catalogue)
    }

    /// The version that a case was opened under.
    ///
    /// # Errors
    /// [`DeviceError::Invalid`] where it is not here.
    pub(crate) fn catalogue_wanted(&self, facts: &CaseFacts) -> Result<Catalogue> {
        self.catalogue_of(facts)?.ok_or_else(|| {
            let reason = format!(
                "it was opened under version {} of the catalogue, which is not here: sync first; notes and photos can be added now",
                facts.catalogue
            );
            DeviceError::Invalid { field: "case".to_owned(), reason }
        })
    }

    /// What people read of a service, by the version in force or else by the newest that knows it.
    pub(crate) fn service_title(&self, id: &str) -> Result<Title> {
        let title = |catalogue: &Catalogue| catalogue.service(id).map(|(service, _)| service.title.clone());
        if let Some(title) = title(&self.catalogue) {
            return Ok(title);
        }
        for version in catalogues::versions(&self.db)?.into_iter().rev() {
            if let Some(title) = self.catalogue_version(version)?.as_ref().and_then(title) {
                return Ok(title);
            }
        }
        let shipped = title(&Catalogue::embedded());
        Ok(shipped.unwrap_or_else(|| Title { zh: id.to_owned(), en: id.to_owned() }))
    }

    /// A case came: the version it was opened under is fetched where it is not here.
    pub(crate) fn want_catalogue(&self, tx: &Transaction<'_>, facts: &CaseFacts) -> Result<()> {
        match self.catalogue_of(facts)? {
            Some(_) => Ok(()),
            None => catalogues::want(tx, facts.catalogue),
        }
    }

    /// The server says which version is in force. It is used from now on where it is here, and fetched where it is not.
    pub(crate) fn told_catalogue(&self, tx: &Transaction<'_>, version: u32) -> Result<()> {
        if catalogues::told(tx)? != Some(version) {
            meta::set(tx, meta::CATALOGUE, &version.to_be_bytes())?;
        }
        match self.catalogue_version(version)? {
            Some(_) => Ok(()),
            None => catalogues::want(tx, version),
        }
    }

    /// Goes by the version that the server told last, where it is here.
    pub(crate) fn use_told_catalogue(&mut self) -> Result<()> {
        if let Some(version) = catalogues::told(&self.db)?
            && version != self.catalogue.version()
            && let Some(catalogue) = held(&self.db, version)?
        {
            self.catalogue = catalogue;
            // Older ones count by its holidays from now on.
            self.versions.borrow_mut().clear();
            let tx = self.db.unchecked_transaction()?;
            self.tell_lines_again(&tx)?;
            tx.commit()?;
        }
        Ok(())
    }

    pub(crate) fn next_catalogue(&self) -> Result<Option<CatalogueAsk>> {
        let wanted = catalogues::wanted(&self.db)?;
        let next = wanted.into_iter().find(|version| !self.run.no_catalogues.contains(version));
        Ok(next.map(|catalogue| CatalogueAsk { version: WIRE_VERSION, catalogue }))
    }

    pub(crate) fn keep_catalogue(&mut self, asked: CatalogueAsk, reply: &CatalogueReply) -> Result<()> {
        let version = asked.catalogue;
        let Some(bytes) = &reply.signed else {
            // Asked for again when a page or a greeting names it again.
            tracing::warn!(version, "the server does not know a version of the catalogue that a case names");
            return catalogues::drop(&self.db, version);
        };
        if let Err(reason) = self.believe_catalogue(version, bytes)? {
            tracing::error!(version, reason, "a version of the catalogue that cannot be believed");
            self.run.no_catalogues.insert(version);
            let tx = self.db.unchecked_transaction()?;
            self.trouble(&tx, "catalogues")?;
            return Ok(tx.commit()?);
        }
        self.versions.borrow_mut().clear();
        let tx = self.db.unchecked_transaction()?;
        catalogues::put(&tx, version, bytes)?;
        let used = cases::catalogues(&tx)?;
        let told = catalogues::told(&tx)?;
        for held in catalogues::versions(&tx)? {
            if Some(held) != told && !used.contains(&held) {
                catalogues::drop(&tx, held)?;
            }
        }
        let mut own = OwnWords::default();
        for held in catalogues::versions(&tx)? {
            if let Some(catalogue) = self.catalogue_version(held)? {
                own.join(catalogue.own_words());
            }
        }
        meta::set(&tx, meta::OWN_WORDS, &serde_json::to_vec(&own)?)?;
        for doc in cases::opened_under(&tx, version)? {
            project(self, &tx, &doc)?;
        }
        tx.commit()?;
        self.words = words(&self.db)?;
        self.use_told_catalogue()
    }

    /// Whether a believed key of the server has signed this version; else why not.
    fn believe_catalogue(&self, version: u32, bytes: &[u8]) -> Result<std::result::Result<(), String>> {
        let signed = match SignedCatalogue::decode(bytes) {
            Ok(signed) => signed,
            Err(error) => return Ok(Err(error.to_string())),
        };
        if signed.version() != version {
            return Ok(Err(format!("version {} came instead", signed.version())));
        }
        let keys = self.server_keys()?;
        let Some(key) = keys.iter().find(|key| key.id() == signed.signer()) else {
            return Ok(Err("signed by no key of the server".to_owned()));
        };
        Ok(signed.verify(&key.public).map(|_| ()).map_err(|error| error.to_string()))
    }
}
