//! Publishing catalogues: checked, numbered, signed with the server's key, for phones to fetch.

use std::fmt;
use std::path::Path;

use serde::Serialize;
use yuandian_document::limits::SIGNED_CATALOGUE_BYTES_MAX;
use yuandian_document::{SignedCatalogue, SignedCatalogueError};
use yuandian_folder::Folder;
use yuandian_model::Catalogue;
use yuandian_model::catalogue::{CatalogueFile, Mistake};
use yuandian_model::limits::DEPLOYED_CATALOGUE_MIN;

use super::AdminError;
use crate::hub::known;
use crate::randomness::{Randomness, draw};
use crate::shell::{Place, ServeError};
use crate::store::{Authority as _, PublishOutcome};

/// Why a catalogue is not published.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unpublished {
    /// It has mistakes.
    #[error("{}{} mistakes: nothing was published", Lines(.0), .0.len())]
    Mistakes(Vec<Mistake>),
    /// Its number is one of those that ship with the software.
    #[error(
        "version {0} is a number of the catalogues that ship with this software: give yours a version of {DEPLOYED_CATALOGUE_MIN} or more"
    )]
    Shipped(u32),
    /// It is not newer than what is in force.
    #[error("version {version} is not newer than {newest}, which is published: give it version {}", .newest + 1)]
    NotNewer {
        /// Its number.
        version: u32,
        /// The highest that is published.
        newest: u32,
    },
    /// A signed file, and nobody says whose signature is wanted.
    #[error("{0} is signed: give the public key it is to be checked with, --key FILE.pub")]
    KeyWanted(String),
    /// A folder, and a key to check a signature with.
    #[error("{0} is a folder, which bears no signature: sign it with `catalogue sign`, or leave --key out")]
    Unsigned(String),
    /// What was given cannot be read.
    #[error("{0}")]
    Unreadable(String),
    /// Its signature does not hold, or it cannot be signed.
    #[error(transparent)]
    Signature(#[from] SignedCatalogueError),
}

/// Mistakes, a line for each.
struct Lines<'m>(&'m [Mistake]);

impl fmt::Display for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|mistake| writeln!(f, "{mistake}"))
    }
}

/// A version of the catalogue on a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CatalogueLine {
    /// Its number.
    pub version: u32,
    /// Services in it.
    pub services: usize,
    /// Whether cases are opened under it now.
    pub in_force: bool,
    /// Whether it ships with this software.
    pub ships: bool,
}

/// A catalogue that was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublishedCatalogue {
    /// Its number.
    pub version: u32,
    /// Its size, signed, bytes.
    pub bytes: usize,
    /// Services in it.
    pub services: usize,
}

/// Publishes the catalogue of a folder, or of a signed file whose signature is checked with `key`, 32 bytes in hex. A server that runs
/// goes by it within a second, phones fetch it with their next sync, open cases keep the version they were opened under. `now_ms`: ms
/// since 1970.
///
/// # Errors
/// [`AdminError::Unpublished`]; nothing was published.
pub fn publish(
    data: &Path,
    (from, key): (&Path, Option<&Path>),
    randomness: &mut dyn Randomness,
    now_ms: i64,
) -> Result<PublishedCatalogue, AdminError> {
    let texts = if from.is_dir() {
        match key {
            Some(_) => return Err(Unpublished::Unsigned(from.display().to_string()).into()),
            None => of_folder(from)?,
        }
    } else {
        of_file(from, key)?
    };
    let files: Vec<CatalogueFile<'_>> =
        texts.iter().map(|(name, text)| CatalogueFile { name, text }).collect();
    let catalogue = yuandian_model::catalogue::load(&files).map_err(|e| Unpublished::Mistakes(e.0))?;
    let store = Place::open(data)?.store(randomness)?;
    let version = catalogue.version();
    if version < DEPLOYED_CATALOGUE_MIN {
        return Err(Unpublished::Shipped(version).into());
    }
    let newest = store.catalogue_versions().map_err(ServeError::from)?.last().copied();
    if let Some(newest) = newest.filter(|newest| version <= *newest) {
        return Err(Unpublished::NotNewer { version, newest }.into());
    }
    store.keys(&draw(randomness), now_ms).map_err(ServeError::from)?;
    match store.publish(&files, now_ms).map_err(ServeError::from)? {
        PublishOutcome::Done { version, bytes } => {
            Ok(PublishedCatalogue { version, bytes, services: catalogue.services().count() })
        }
        PublishOutcome::Refused(error) => Err(Unpublished::Signature(error).into()),
    }
}

fn of_folder(dir: &Path) -> Result<Vec<(String, String)>, Unpublished> {
    let folder = Folder::of(Some(dir));
    let mistakes = folder.inspect().mistakes;
    if mistakes.is_empty() { Ok(folder.texts) } else { Err(Unpublished::Mistakes(mistakes)) }
}

fn of_file(path: &Path, key: Option<&Path>) -> Result<Vec<(String, String)>, Unpublished> {
    let shown = path.display();
    let bytes = yuandian_folder::bytes(path, SIGNED_CATALOGUE_BYTES_MAX)
        .map_err(|reason| Unpublished::Unreadable(format!("{shown} {reason}")))?;
    let key = key.ok_or_else(|| Unpublished::KeyWanted(shown.to_string()))?;
    let public = yuandian_folder::key(key).map_err(Unpublished::Unreadable)?;
    let signed = SignedCatalogue::decode(&bytes)?;
    signed.verify(&public)?;
    Ok(signed.files().map(|file| (file.name.to_owned(), file.text.to_owned())).collect())
}

/// Every version that a server knows, rising.
///
/// # Errors
/// [`AdminError::Place`].
pub fn catalogues(data: &Path, randomness: &mut dyn Randomness) -> Result<Vec<CatalogueLine>, AdminError> {
    let store = Place::open(data)?.store(randomness)?;
    let shipped = Catalogue::embedded();
    let known = known(&store, &shipped).map_err(ServeError::from)?;
    let mut versions = store.catalogue_versions().map_err(ServeError::from)?;
    versions.push(shipped.version());
    versions.sort_unstable();
    versions.dedup();
    let line = |version| {
        let catalogue = known.version(version)?;
        Some(CatalogueLine {
            version,
            services: catalogue.services().count(),
            in_force: version == known.in_force().version(),
            ships: version == shipped.version(),
        })
    };
    Ok(versions.into_iter().filter_map(line).collect())
}
