//! What the hub judges by: every version of the catalogue, divisions and the rules of `yuandian_model`.

use std::collections::BTreeSet;
use std::sync::Arc;

use yuandian_document::{Act, Place};
use yuandian_model::authorize::{Action, Principal, Record, authorize};
use yuandian_model::catalogue::{
    ActClass, ArgumentKind, Effect, PlacePrecision, Privacy, Service, Transition,
};
use yuandian_model::conduct::occupies;
use yuandian_model::late::{judge_standing, may_write_standing};
use yuandian_model::retention::kept_until_ms;
use yuandian_model::ring::{Sought, sought};
use yuandian_model::rules::next_own;
use yuandian_model::stay::CODE;
use yuandian_model::{
    ActRequest, CaseId, CaseState, Catalogue, Catalogues, Code, Conduct, DivisionCode, Divisions, Outcome,
    PartitionId, Refusal, Standing, Visibility, Word, Writing,
};
use yuandian_sync::StreamId;

use crate::code_word::code_word;
use crate::keys::SubjectKeys;
use crate::store::{Beside, Judge};
use crate::streams::{partition_of, streams_of};

/// The private answer that no form asks for: the exact place.
pub(super) const POSITION: &str = "position";

/// The act by which a workflow says how a case that ended is opened again.
const REOPEN: &str = "reopen";

/// Catalogues and divisions.
pub struct Rules {
    catalogues: Catalogues,
    divisions: Divisions,
    partition_digits: Option<u8>,
    keys: Option<Arc<dyn SubjectKeys>>,
}

impl Rules {
    /// Rules by these data.
    #[must_use]
    pub fn new(catalogues: impl Into<Catalogues>, divisions: Divisions) -> Self {
        Self { catalogues: catalogues.into(), divisions, partition_digits: None, keys: None }
    }

    /// The same by other catalogues.
    #[must_use]
    pub(super) fn by(&self, catalogues: Catalogues) -> Self {
        Self {
            catalogues,
            divisions: self.divisions.clone(),
            partition_digits: self.partition_digits,
            keys: self.keys.clone(),
        }
    }

    /// The same, with cases ordered by the partition that so many digits of their division's code name.
    #[must_use]
    pub fn partitioned(self, digits: Option<u8>) -> Self {
        Self { partition_digits: digits, ..self }
    }

    /// The same with the keys that code words follow from. Without them nobody can tell a right one.
    #[must_use]
    pub fn telling_words(self, keys: Arc<dyn SubjectKeys>) -> Self {
        Self { keys: Some(keys), ..self }
    }

    /// Digits of a division's code that name its partition; none where there is one for all.
    #[must_use]
    pub fn partition_digits(&self) -> Option<u8> {
        self.partition_digits
    }

    /// The version of the catalogue in force.
    #[must_use]
    pub fn catalogue(&self) -> &Catalogue {
        self.catalogues.in_force()
    }

    /// The version that a case was opened under; where a restored server has lost it, the one in force.
    #[must_use]
    pub fn catalogue_of(&self, state: &CaseState) -> &Catalogue {
        self.catalogues.version_or_in_force(state.catalogue)
    }

    /// Whether a version is known here.
    pub(super) fn knows(&self, version: u32) -> bool {
        self.catalogues.version(version).is_some()
    }

    /// Whether somebody may read the private answers of a case that has not ended.
    #[must_use]
    pub fn reads_private(&self, who: Principal<'_>, state: &CaseState) -> bool {
        let service = self.catalogue_of(state).service(&state.service.0);
        authorize(who, Action::ReadPrivate, Record::Case { service, state }).is_ok()
    }

    /// Whether somebody may read the records of photos that others took in a case, and the originals.
    #[must_use]
    pub fn reads_evidence(&self, who: Principal<'_>, state: &CaseState) -> bool {
        let service = self.catalogue_of(state).service(&state.service.0);
        authorize(who, Action::ReadEvidence, Record::Case { service, state }).is_ok()
    }

    /// The divisions.
    #[must_use]
    pub fn divisions(&self) -> &Divisions {
        &self.divisions
    }

    /// Whether anybody may read the case's description.
    #[must_use]
    pub fn is_public(&self, state: &CaseState) -> bool {
        let service = self.catalogue_of(state).service(&state.service.0);
        service.is_some_and(|(s, _)| s.visibility == Visibility::Public)
    }

    /// Whether the code word that an act says is the right one; none where it says none, or nobody can tell without the key of the case's author.
    fn word_said(
        &self,
        catalogue: &Catalogue,
        (case, state): (&CaseId, &CaseState),
        act: &Act,
    ) -> Option<bool> {
        let said = act.args.get(CODE)?;
        let (_, workflow) = catalogue.service(&state.service.0)?;
        let word = Word::of(workflow.act(&act.name)?)?;
        let key = self.keys.as_ref()?.get(&state.author).ok().flatten()?;
        Some(*said == code_word(&key, case, word))
    }

    /// The code words of a case that its author is told while it has not ended: for coming and for leaving.
    #[must_use]
    pub fn code_words(&self, case: &CaseId, state: &CaseState) -> Option<(String, String)> {
        let (_, workflow) = self.catalogue_of(state).service(&state.service.0)?;
        let asks = workflow.acts.iter().any(|row| Word::of(row).is_some());
        if !asks || workflow.ends.contains(&state.stage) {
            return None;
        }
        let key = self.keys.as_ref()?.get(&state.author).ok().flatten()?;
        Some((code_word(&key, case, Word::Coming), code_word(&key, case, Word::Leaving)))
    }

    /// What stays on the phone by the catalogue must stand neither in a shared document nor in an act.
    ///
    /// # Errors
    /// `r_schema` with the first key that is private.
    pub(super) fn nothing_private<'k>(
        service: Option<&Service>,
        keys: impl IntoIterator<Item = &'k String>,
    ) -> Result<(), Refusal> {
        let Some(service) = service else {
            return Ok(());
        };
        let private = |key: &&String| {
            service.fields.iter().any(|field| field.privacy == Privacy::Private && field.key == **key)
        };
        match keys.into_iter().find(private) {
            Some(key) => Err(Refusal::new(Code::RSchema, [("key", key.clone())])),
            None => Ok(()),
        }
    }

    /// What an act says of the world, before anything stored is looked at: the grid exists, the place is one and not more exact than its
    /// service lets it be. `schema`: the version of the catalogue that it was written under.
    ///
    /// # Errors
    /// `r_schema`.
    pub fn check(&self, act: &Act, schema: u32) -> Result<(), Refusal> {
        let Some(report) = &act.report else {
            return Ok(());
        };
        if !self.divisions.stands(&report.grid) {
            return Err(Refusal::new(Code::RSchema, [("grid", report.grid.to_string())]));
        }
        let catalogue = self.catalogues.version_or_in_force(schema);
        let service = catalogue.service(&report.service).map(|(service, _)| service);
        if service.is_some_and(|service| service.shown_in(&report.grid) != report.grid) {
            return Err(Refusal::new(Code::RSchema, [("key", "grid".to_owned())]));
        }
        let Some(place) = &report.place else {
            return Ok(());
        };
        let precision = service.map(|service| service.place);
        let too_exact = precision == Some(PlacePrecision::Cell) && matches!(place, Place::Exact { .. });
        if too_exact || place.shown().is_none() {
            return Err(Refusal::new(Code::RSchema, [("key", "place".to_owned())]));
        }
        Ok(())
    }
}

impl Judge for Rules {
    fn act(
        &self,
        state: Option<&CaseState>,
        (act, schema): (&Act, u32),
        standing: &Standing,
        beside: Beside,
    ) -> Result<Outcome, Refusal> {
        let version = state.map_or(schema, |state| state.catalogue);
        let catalogue = self.catalogues.version_or_in_force(version);
        let opened = act.report.as_ref().map(|report| report.service.as_str());
        if let Some(service) = state.map(|state| state.service.0.as_str()).or(opened) {
            Self::nothing_private(catalogue.service(service).map(|(service, _)| service), act.args.keys())?;
        }
        let request = ActRequest {
            word: state.and_then(|state| self.word_said(catalogue, (&beside.case, state), act)),
            photos: beside.photos,
            conduct: beside.conduct,
            at_ms: beside.received_ms,
            captured_ms: Some(beside.captured_ms),
            ..act.request()
        };
        judge_standing(catalogue, state, &request, standing)
    }

    fn occupies(&self, state: &CaseState) -> bool {
        occupies(self.catalogue_of(state), state)
    }

    fn expels(&self, state: &CaseState, act: &Act) -> bool {
        let service = self.catalogue_of(state).service(&state.service.0);
        let row = service.and_then(|(_, workflow)| workflow.act(&act.name));
        row.is_some_and(|row| row.effect == Effect::Expel)
    }

    fn may_take(&self, state: &CaseState, conduct: &Conduct, at_ms: i64) -> bool {
        let service = self.catalogue_of(state).service(&state.service.0);
        service.is_some_and(|(service, _)| conduct.may_take(service, at_ms))
    }

    fn sought(&self, state: &CaseState) -> Option<Sought> {
        sought(self.catalogue_of(state), state)
    }

    fn rules_version(&self, state: Option<&CaseState>, schema: u32) -> u32 {
        self.catalogues.version_or_in_force(state.map_or(schema, |state| state.catalogue)).version()
    }

    fn class(&self, state: Option<&CaseState>, act: &Act) -> Option<ActClass> {
        let state = state?;
        let (_, workflow) = self.catalogue_of(state).service(&state.service.0)?;
        workflow.act(&act.name).map(|row| row.class)
    }

    fn may_write(
        &self,
        state: Option<&CaseState>,
        standing: &Standing,
        received_ms: i64,
    ) -> Result<(Writing, bool), Refusal> {
        let state = state.ok_or_else(|| Refusal::new(Code::RGone, []))?;
        may_write_standing(self.catalogue_of(state), state, standing, received_ms)
    }

    fn is_private(&self, state: &CaseState, key: &str) -> bool {
        let service = self.catalogue_of(state).service(&state.service.0).map(|(service, _)| service);
        let field = service.and_then(|service| service.field(key));
        key == POSITION || field.is_some_and(|field| field.privacy == Privacy::Private)
    }

    fn is_words(&self, state: &CaseState, argument: &str) -> bool {
        let argument = self.catalogue_of(state).argument(argument);
        // What no catalogue knows may be anything.
        argument.is_none_or(|argument| argument.kind == ArgumentKind::Text)
    }

    fn shows_cell_alone(&self, state: &CaseState) -> bool {
        let service = self.catalogue_of(state).service(&state.service.0);
        service.is_some_and(|(service, _)| service.place == PlacePrecision::Cell)
    }

    fn kept_until_ms(&self, state: &CaseState, key: &str) -> Option<i64> {
        kept_until_ms(self.catalogue_of(state), state, key)
    }

    fn streams(&self, state: &CaseState) -> BTreeSet<StreamId> {
        streams_of(self.catalogue_of(state), state)
    }

    fn is_public(&self, state: &CaseState) -> bool {
        Rules::is_public(self, state)
    }

    fn may_be_followed(&self, state: &CaseState) -> bool {
        let follows = |row: &Transition| row.effect == Effect::Follow && row.from.contains(&state.stage);
        let service = self.catalogue_of(state).service(&state.service.0);
        Rules::is_public(self, state)
            && service.is_some_and(|(_, workflow)| workflow.acts.iter().any(follows))
    }

    fn partition(&self, grid: &DivisionCode) -> PartitionId {
        partition_of(self.partition_digits, grid)
    }

    fn has_ended(&self, state: &CaseState) -> bool {
        let service = self.catalogue_of(state).service(&state.service.0);
        service.is_some_and(|(_, workflow)| workflow.ends.contains(&state.stage))
    }

    fn own_act(&self, state: &CaseState) -> Option<(String, i64)> {
        next_own(self.catalogue_of(state), state).map(|(row, at_ms)| (row.id.clone(), at_ms))
    }

    fn reopens_to(&self, state: &CaseState) -> Option<String> {
        let (_, workflow) = self.catalogue_of(state).service(&state.service.0)?;
        let stage = workflow.act(REOPEN).and_then(|row| row.to.as_ref()).unwrap_or(&workflow.opens);
        workflow.ends.contains(&state.stage).then(|| stage.clone())
    }
}
