//! What a request for help would tell everybody of the person it is about: said before it is published, never edited, never in the way.

use serde::{Deserialize, Serialize};
use yuandian_model::catalogue::{PlacePrecision, Privacy, Service};
use yuandian_model::giveaway::giveaways;

use crate::draft::Draft;
use crate::error::{DeviceError, Result};
use crate::phone::Phone;

/// The description, where others name an answer.
const TEXT: &str = "text";

/// A place in what is about to be published that gives a person away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GiveawayView {
    /// Where it stands: `text` for the description, else the key of an answer.
    pub field: String,
    /// `phone`, `id_number`, `plate`, `door`, `absence`, `access`.
    pub kind: String,
    /// Where it begins, in characters (Unicode scalar values) from the field's beginning.
    pub start: u32,
    /// Where it ends, the character there not counted.
    pub end: u32,
    /// The very characters.
    pub found: String,
    /// What it would tell and where that belongs instead, in words.
    pub text: String,
}

impl Phone {
    /// What the words of a draft would give away: of services that hide where somebody lives, in their order of writing; none of any other.
    /// What is not found may give somebody away all the same.
    ///
    /// # Errors
    /// [`DeviceError::Invalid`] for an unknown service.
    pub fn giveaways(&self, draft: &Draft) -> Result<Vec<GiveawayView>> {
        let found = self.catalogue().service(&draft.service);
        let unknown = || DeviceError::invalid("service", format!("no service {:?}", draft.service));
        let (service, _) = found.ok_or_else(unknown)?;
        if service.place != PlacePrecision::Cell {
            return Ok(Vec::new());
        }
        let answers = draft.answers.iter().filter(|(key, _)| is_shared(service, key));
        let fields = std::iter::once((TEXT, draft.text.as_str()))
            .chain(answers.map(|(key, value)| (key.as_str(), value.as_str())));
        Ok(fields.flat_map(|(field, text)| self.told_by(field, text)).collect())
    }

    /// What one text gives away, named as the text of this field.
    #[must_use]
    pub fn told_by(&self, field: &str, text: &str) -> Vec<GiveawayView> {
        let letters: Vec<char> = text.chars().collect();
        let view = |giveaway: yuandian_model::giveaway::Giveaway| GiveawayView {
            field: field.to_owned(),
            kind: giveaway.kind.id().to_owned(),
            start: u32::try_from(giveaway.start).unwrap_or(u32::MAX),
            end: u32::try_from(giveaway.end).unwrap_or(u32::MAX),
            found: letters.get(giveaway.start..giveaway.end).unwrap_or_default().iter().collect(),
            text: self.worded(self.words.giveaway(giveaway.kind)),
        };
        giveaways(text).into_iter().map(view).collect()
    }
}

/// Whether everybody reads an answer.
fn is_shared(service: &Service, key: &str) -> bool {
    service.field(key).is_some_and(|field| field.privacy != Privacy::Private)
}
