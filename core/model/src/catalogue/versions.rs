//! Several versions of the catalogue side by side: a case goes by the one it was opened under, whatever is in force now.

use std::collections::BTreeMap;

use super::Catalogue;

/// The versions that somebody knows, at least one. The highest number is in force. Whatever version a case goes by, its working days are
/// counted by the holidays that the one in force knows, too: a notice that came later is true of cases that were open.
#[derive(Debug, Clone)]
pub struct Catalogues {
    /// As they were learnt.
    learnt: BTreeMap<u32, Catalogue>,
    /// As they are used.
    used: BTreeMap<u32, Catalogue>,
}

impl From<Catalogue> for Catalogues {
    fn from(only: Catalogue) -> Self {
        let versions = BTreeMap::from([(only.version(), only)]);
        Self { learnt: versions.clone(), used: versions }
    }
}

impl Catalogues {
    /// The version in force: what a case is opened under.
    #[must_use]
    pub fn in_force(&self) -> &Catalogue {
        self.used.last_key_value().expect("there is at least one").1
    }

    /// A version by its number; none where it is not known here.
    #[must_use]
    pub fn version(&self, version: u32) -> Option<&Catalogue> {
        self.used.get(&version)
    }

    /// A version by its number, or else the one in force: for a number that nobody here can know.
    #[must_use]
    pub fn version_or_in_force(&self, version: u32) -> &Catalogue {
        self.version(version).unwrap_or_else(|| self.in_force())
    }

    /// Learns a version. What was known under its number is replaced.
    pub fn learn(&mut self, catalogue: Catalogue) {
        self.learnt.insert(catalogue.version(), catalogue);
        let in_force = self.learnt.last_key_value().expect("one was just learnt").1;
        let informed = |(version, own): (&u32, &Catalogue)| (*version, own.with_days_of(in_force));
        self.used = self.learnt.iter().map(informed).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{CatalogueFile, load};

    /// The embedded catalogue under another number.
    fn numbered(version: u32) -> Catalogue {
        saying(version, "")
    }

    /// The same with something said beside.
    fn saying(version: u32, more: &str) -> Catalogue {
        let mut texts: Vec<(&str, String)> = Catalogue::embedded_files()
            .iter()
            .map(|file| {
                (file.name, file.text.replacen("version = 1\n", &format!("version = {version}\n"), 1))
            })
            .collect();
        texts.push(("more.toml", more.to_owned()));
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
    fn every_version_counts_by_the_holidays_that_the_one_in_force_knows() {
        use crate::calendar::DayKind::{self, Holiday, MakeUp, Weekend, Workday};
        let year = |year: i32, source: &str, holiday: &str, workday: &str| {
            format!(
                "[[calendar.year]]\nyear = {year}\nsource = '{source}'\ncitation = 'x'\n[[calendar.year.holiday]]\nname = 'new_year'\n\
                 zh = '元旦'\nfrom = {year}-{holiday}\nto = {year}-{holiday}\nworkdays = [{year}-{workday}]\n"
            )
        };
        let day = |known: &Catalogues, version: u32, date: &str| -> Option<DayKind> {
            known.version(version).unwrap().calendar().day(date.parse().unwrap()).ok()
        };
        let mut known = Catalogues::from(numbered(1));
        assert_eq!((day(&known, 1, "2028-01-03"), day(&known, 1, "2027-01-09")), (None, Some(Weekend)));
        let published = year(2027, "published", "01-04", "01-09");
        known.learn(saying(1_000, &format!("{published}{}", year(2028, "generated", "01-03", "01-08"))));
        for version in [1, 1_000] {
            assert_eq!(day(&known, version, "2028-01-03"), Some(Holiday), "a year that it did not know");
            assert_eq!(day(&known, version, "2027-01-09"), Some(MakeUp), "published in place of a rule");
        }
        // What comes late in whatever order changes nothing, and what was published stays what it was.
        let rule = year(2027, "generated", "01-05", "01-10");
        known.learn(saying(1_002, &format!("{rule}{}", year(2028, "published", "01-04", "01-09"))));
        known.learn(saying(1_001, &year(2028, "published", "01-05", "01-15")));
        let days = ["2028-01-04", "2028-01-05", "2028-01-15"];
        for version in [1, 1_000, 1_002] {
            let expected = [Holiday, Workday, Weekend].map(Some);
            assert_eq!(days.map(|date| day(&known, version, date)), expected, "{version}");
        }
        assert_eq!(day(&known, 1_001, "2028-01-05"), Some(Holiday), "a city that says otherwise keeps it");
        assert_eq!(day(&known, 1_000, "2027-01-04"), Some(Holiday), "and a rule takes no notice's place");
    }

    #[test]
    fn the_shipped_catalogue_leaves_the_numbers_of_deployments_alone() {
        assert!(Catalogue::embedded().version() < crate::limits::DEPLOYED_CATALOGUE_MIN);
    }
}
