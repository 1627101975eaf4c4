//! How long private answers stay on this phone: each as long as its question says after its case has ended; of others, no longer than the platform
//! lets them be read, also where this phone has not heard of it.

use std::collections::BTreeMap;

use rusqlite::Connection;
use yuandian_model::CaseId;
use yuandian_model::mark::Mark;
use yuandian_model::retention::kept_until_ms;
use yuandian_model::rules::next_own;

use crate::error::Result;
use crate::phone::Phone;
use crate::state::state_of;
use crate::store::{cases, private};

impl Phone {
    /// Lets go of the private answers whose time has come. `heard_ms`: the server's time as it was heard just now, ms since 1970; without it this
    /// phone's best knowledge counts, and takes what others gave alone: a clock that is a year ahead takes nobody's own words.
    pub(crate) fn retain(&self, c: &Connection, heard_ms: Option<i64>) -> Result<()> {
        let (now_ms, own) = (heard_ms.unwrap_or_else(|| self.server_ms()), heard_ms.is_some());
        let mut by_case: BTreeMap<CaseId, Vec<(String, bool)>> = BTreeMap::new();
        for (doc, key, given) in private::all(c)?.into_iter().filter(|(_, _, given)| own || !given) {
            by_case.entry(doc).or_default().push((key, given));
        }
        for (doc, answers) in by_case {
            for key in self.over(c, &doc, &answers, now_ms)? {
                private::expire(c, &doc, key)?;
            }
        }
        Ok(())
    }

    /// The answers of a case whose time has come.
    fn over<'a>(
        &self,
        c: &Connection,
        doc: &CaseId,
        answers: &'a [(String, bool)],
        now_ms: i64,
    ) -> Result<Vec<&'a String>> {
        let Some(facts) = cases::facts(c, doc)? else { return Ok(Vec::new()) };
        let Some(catalogue) = self.catalogue_of(&facts)? else { return Ok(Vec::new()) };
        let state = state_of(&facts, &self.person()?.user);
        let withdrawn = next_own(&catalogue, &state)
            .is_some_and(|(row, at_ms)| row.sets.contains(&Mark::Withdrawn) && at_ms <= now_ms);
        let ended = |key: &str| kept_until_ms(&catalogue, &state, key).is_some_and(|until| until <= now_ms);
        let over = |(key, own): &&(String, bool)| (withdrawn && !own) || ended(key);
        Ok(answers.iter().filter(over).map(|(key, _)| key).collect())
    }
}
