//! At the door: coming and leaving, with the code word that is said there and whether this phone was near. Where the door is stays on this phone.

use yuandian_model::catalogue::{Effect, Transition};
use yuandian_model::stay::{CODE, NEAR};
use yuandian_model::{CaseId, CaseState, Wgs84};
use yuandian_sync::CaseFacts;

use crate::attached::Attachment;
use crate::capture::CaptureInfo;
use crate::content;
use crate::draft::Position;
use crate::error::{DeviceError, Result};
use crate::phone::Phone;
use crate::state::decided;
use crate::store::{cases, private};
use crate::write::{ActCommand, ActOutcome};

/// How far from the door somebody is still there, metres beside what the receivers cannot tell.
const AT_THE_DOOR_M: f64 = 150.0;
/// The private answer with the exact place.
const POSITION: &str = "position";

/// What goes along with leaving.
#[derive(Debug, Clone, Default)]
pub struct Leaving<'a> {
    /// The code word that was said.
    pub code: Option<&'a str>,
    /// A word to whoever asked.
    pub text: Option<&'a str>,
    /// Photos, whole files.
    pub photos: &'a [Vec<u8>],
    /// What is attached to the word.
    pub files: &'a [Attachment],
    /// What the platform says of where they came from.
    pub info: CaptureInfo,
}

impl Phone {
    /// This person has come: kept with the time of this phone. `code`: the word that was said at the door; said later, it is added. `position`: where
    /// this phone is; whether that is near the door goes along, and never where.
    ///
    /// # Errors
    /// As [`Phone::act`]; [`DeviceError::Invalid`] where the service knows no coming.
    pub fn arrive(
        &mut self,
        case: &CaseId,
        code: Option<&str>,
        position: Option<&Position>,
    ) -> Result<ActOutcome> {
        if code.is_none() && self.is_there(case)? {
            return Ok(ActOutcome::AlreadyDone);
        }
        let near = position.map(|position| self.near(case, position)).transpose()?.flatten();
        let args = said(code, near);
        let act = self.row_of(case, Effect::Come, code.is_some())?;
        self.act(case, &ActCommand { name: &act, args: &args, ..ActCommand::default() })
    }

    /// This person leaves, and the work is done.
    ///
    /// # Errors
    /// As [`Phone::arrive`].
    pub fn leave(&mut self, case: &CaseId, leaving: &Leaving<'_>) -> Result<ActOutcome> {
        let Leaving { code, text, photos, files, info } = leaving;
        let args = said(*code, None);
        let act = self.row_of(case, Effect::Go, code.is_some())?;
        let command = ActCommand { name: &act, text: *text, args: &args, photos, files, info: info.clone() };
        self.act(case, &command)
    }

    /// The act by which one comes or leaves as the case stands; once that is done, the one that only says the word.
    fn row_of(&self, case: &CaseId, effect: Effect, says: bool) -> Result<String> {
        let (facts, state) = self.as_it_stands(case)?;
        let catalogue = self.catalogue_wanted(&facts)?;
        let workflow = catalogue.service(&facts.service).map(|(_, workflow)| workflow);
        let rows: Vec<&Transition> =
            workflow.into_iter().flat_map(|flow| &flow.acts).filter(|row| row.effect == effect).collect();
        let fits = |row: &&&Transition| row.from.contains(&state.stage);
        let later = rows.iter().find(|row| says && !row.moves() && row.from.contains(&state.stage));
        let found = later.or_else(|| rows.iter().find(fits)).or_else(|| rows.first());
        found
            .map(|row| row.id.clone())
            .ok_or_else(|| DeviceError::invalid("case", "nobody comes and goes in this service"))
    }

    /// Whether this person has come to a case already, and not left.
    fn is_there(&self, case: &CaseId) -> Result<bool> {
        let (me, (_, state)) = (self.person()?.user, self.as_it_stands(case)?);
        Ok(state.progress.stays.iter().any(|stay| stay.user == me && stay.out_ms.is_none()))
    }

    /// What is decided of a case, and with what this person has done in it.
    fn as_it_stands(&self, case: &CaseId) -> Result<(CaseFacts, CaseState)> {
        let facts = cases::facts(&self.db, case)?.ok_or_else(|| DeviceError::not_found("case", case))?;
        let state = decided(self, &facts, &content::overlay(&self.db, case)?.0, &self.person()?);
        Ok((facts, state))
    }

    /// Whether a position is near the place of a case; none where that is not known here.
    fn near(&self, case: &CaseId, position: &Position) -> Result<Option<bool>> {
        let of = |place: &Position| {
            Wgs84::new(place.lng, place.lat).map_err(|error| DeviceError::invalid("at", error.to_string()))
        };
        let here = of(position)?;
        let Some((_, door)) = private::of_case(&self.db, case)?.into_iter().find(|(key, _)| key == POSITION)
        else {
            return Ok(None);
        };
        let Ok(door) = serde_json::from_str::<Position>(&door) else { return Ok(None) };
        let unsure = [position.accuracy_m, door.accuracy_m].into_iter().flatten().map(f64::from).sum::<f64>();
        Ok(Some(here.apart_m(of(&door)?) <= AT_THE_DOOR_M + unsure))
    }
}

fn said(code: Option<&str>, near: Option<bool>) -> Vec<(String, String)> {
    let code = code.map(|code| (CODE.to_owned(), code.trim().to_owned()));
    let near = near.map(|near| (NEAR.to_owned(), if near { "yes" } else { "no" }.to_owned()));
    code.into_iter().chain(near).collect()
}
