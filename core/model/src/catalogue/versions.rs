//! Several versions of the catalogue side by side: a case goes by the one it was opened under, whatever is in force now.

use std::collections::BTreeMap;

use super::Catalogue;

/// The versions that somebody knows. The highest number is in force.
#[derive(Debug, Clone)]
pub struct Catalogues {
    newest: Catalogue,
    older: BTreeMap<u32, Catalogue>,
}

impl From<Catalogue> for Catalogues {
    fn from(only: Catalogue) -> Self {
        Self { newest: only, older: BTreeMap::new() }
    }
}

impl Catalogues {
    /// The version in force: what a case is opened under.
    #[must_use]
    pub fn in_force(&self) -> &Catalogue {
        &self.newest
    }

    /// A version by its number; none where it is not known here.
    #[must_use]
    pub fn version(&self, version: u32) -> Option<&Catalogue> {
        if version == self.newest.version() { Some(&self.newest) } else { self.older.get(&version) }
    }

    /// A version by its number, or else the one in force: for a number that nobody here can know.
    #[must_use]
    pub fn version_or_in_force(&self, version: u32) -> &Catalogue {
        self.version(version).unwrap_or(&self.newest)
    }

    /// Learns a version. What was known under its number is replaced.
    pub fn learn(&mut self, catalogue: Catalogue) {
        if catalogue.version() < self.newest.version() {
            self.older.insert(catalogue.version(), catalogue);
            return;
        }
        let before = std::mem::replace(&mut self.newest, catalogue);
        if before.version() < self.newest.version() {
            self.older.insert(before.version(), before);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{CatalogueFile, load};

    /// The embedded catalogue under another number.
    fn numbered(version: u32) -> Catalogue {
        let texts: Vec<(&str, String)> = Catalogue::embedded_files()
            .iter()
            .map(|file| {
                (file.name, file.text.replacen("version = 1\n", &format!("version = {version}\n"), 1))
            })
            .collect();
        let files: Vec<CatalogueFile<'_>> =
            texts.iter().map(|(name, text)| CatalogueFile { name, text }).collect();
        load(&files).unwrap()
    }

    #[test]
    fn the_highest_number_is_in_force_and_every_other_is_still_known() {
        let mut known = Catalogues::from(numbered(2));
        for version in [1_000, 1, 7] {
            known.learn(numbered(version));
        }
        assert_eq!(known.in_force().version(), 1_000);
        for version in [1, 2, 7, 1_000] {
            assert_eq!(known.version(version).map(Catalogue::version), Some(version));
            assert_eq!(known.version_or_in_force(version).version(), version);
        }
        assert!(known.version(3).is_none());
        assert_eq!(known.version_or_in_force(3).version(), 1_000);
    }

    #[test]
    fn what_is_learnt_again_replaces_what_was_known_under_its_number() {
        let mut known = Catalogues::from(numbered(1));
        known.learn(numbered(2));
        let title = |catalogue: &Catalogue| catalogue.service("case.snap").unwrap().0.title.zh.clone();
        for version in [1, 2] {
            known.learn(numbered(version).changed("case.snap", |service| service.title.zh = "随手".into()));
            assert_eq!(title(known.version(version).unwrap()), "随手");
        }
        assert_eq!(known.in_force().version(), 2);
    }

    #[test]
    fn the_shipped_catalogue_leaves_the_numbers_of_deployments_alone() {
        assert!(Catalogue::embedded().version() < crate::limits::DEPLOYED_CATALOGUE_MIN);
    }
}
