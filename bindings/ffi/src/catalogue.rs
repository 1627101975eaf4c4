//! The services that a person can choose, with their forms and words.

use yuandian_device::ServiceLine;
use yuandian_model::Catalogue;
use yuandian_model::catalogue::{Field, PlacePrecision, Privacy, Service, Title};

use crate::answers::{Answer, pairs};
use crate::core::YuandianCore;
use crate::error::CoreError;

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct BilingualText {
    /// zh-Hans.
    pub zh: String,
    /// English.
    pub en: String,
}

impl From<&Title> for BilingualText {
    fn from(title: &Title) -> Self {
        Self { zh: title.zh.clone(), en: title.en.clone() }
    }
}

/// One question of a form.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ServiceField {
    /// Key in answers.
    pub key: String,
    /// `text`, `number`, `money`, `choice` and the others of the core's `FieldType`.
    pub kind: String,
    /// What people read.
    pub label: BilingualText,
    /// Must be answered.
    pub required: bool,
    /// A sentence beside the question.
    pub help: Option<BilingualText>,
    /// What `choice`, `multi` and `checkbox_list` offer.
    pub options: Vec<FieldOption>,
    /// The least answer of a number, an amount or a day.
    pub min: Option<String>,
    /// The greatest one.
    pub max: Option<String>,
    /// Characters of a text, at most.
    pub max_length: Option<u32>,
    /// Items of a list, at least.
    pub min_count: Option<u32>,
    /// Items of a list, at most.
    pub max_count: Option<u32>,
    /// What a private answer is for.
    pub purpose: Option<BilingualText>,
    /// How many days a private answer is kept at most.
    pub retention_days: Option<u32>,
    /// The answer stands in no shared document: the platform, the author and those whom the service names read it.
    pub stays_private: bool,
}

/// An option of a question.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct FieldOption {
    /// Its id, the answer.
    pub id: String,
    /// What people read.
    pub label: BilingualText,
}

/// Photos that a service asks for.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct WantedPhotos {
    /// Of how it was found, at least; fewer need a reason.
    pub before: u32,
    /// Of how it is when the work is done, at least.
    pub after: u32,
    /// What they should show: `near`, `far`, `reference`, `before`, `after`.
    pub kinds: Vec<String>,
    /// Only pictures that the app has taken itself.
    pub camera_only: bool,
}

/// A service with its form.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ServiceForm {
    /// Its id.
    pub id: String,
    /// What people read.
    pub title: BilingualText,
    /// A sentence that tells it from what it is mixed up with.
    pub help: Option<BilingualText>,
    /// Whether others see only the 500 m cell of its place.
    pub place_is_coarse: bool,
    /// Its photos.
    pub photos: WantedPhotos,
    /// Its questions, in order.
    pub fields: Vec<ServiceField>,
}

fn field(field: &Field) -> ServiceField {
    let count = |count: Option<usize>| count.and_then(|count| u32::try_from(count).ok());
    let option = |id: &String| FieldOption { id: id.clone(), label: (&field.option_label(id)).into() };
    ServiceField {
        key: field.key.clone(),
        kind: field.kind.id().to_owned(),
        label: (&field.label).into(),
        required: field.required,
        help: field.help.as_ref().map(Into::into),
        options: field.options.iter().map(option).collect(),
        min: field.min.clone(),
        max: field.max.clone(),
        max_length: count(field.max_length),
        min_count: count(field.min_count),
        max_count: count(field.max_count),
        purpose: field.purpose.as_ref().map(Into::into),
        retention_days: field.retention_days,
        stays_private: field.privacy == Privacy::Private,
    }
}

fn form(service: &Service) -> ServiceForm {
    ServiceForm {
        id: service.id.0.clone(),
        title: (&service.title).into(),
        help: service.help.as_ref().map(Into::into),
        photos: WantedPhotos {
            before: service.evidence.before_min,
            after: service.evidence.after_min,
            kinds: service.evidence.kinds.iter().map(|kind| kind.id().to_owned()).collect(),
            camera_only: service.evidence.camera_only,
        },
        place_is_coarse: service.place == PlacePrecision::Cell,
        fields: service.fields.iter().map(field).collect(),
    }
}

/// A form as it stands with some answers.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct FormState {
    /// Keys of the questions that are asked, in the form's order.
    pub asked: Vec<String>,
    /// Those of them that must be answered.
    pub required: Vec<String>,
    /// Answers that cannot stay as they are, in the order of the questions.
    pub wrong: Vec<WrongAnswer>,
}

/// What is wrong with an answer.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct WrongAnswer {
    /// The question's key.
    pub key: String,
    /// What is wrong.
    pub text: BilingualText,
}

impl From<yuandian_device::FormState> for FormState {
    fn from(state: yuandian_device::FormState) -> Self {
        let wrong = |wrong: yuandian_device::WrongAnswer| WrongAnswer {
            key: wrong.key,
            text: BilingualText { zh: wrong.text, en: wrong.text_en },
        };
        Self {
            asked: state.asked,
            required: state.required,
            wrong: state.wrong.into_iter().map(wrong).collect(),
        }
    }
}

/// Every service of the catalogue that ships with this core, in its order. Needs no phone, does no input or output. What a city has
/// published since, [`YuandianCore::find_services`] and [`YuandianCore::service_form`] know.
#[uniffi::export]
pub fn services() -> Vec<ServiceForm> {
    Catalogue::embedded().services().map(form).collect()
}

/// A service that a person may open.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ServiceChoice {
    /// Its id.
    pub id: String,
    /// What people read.
    pub title: BilingualText,
    /// Id of what it is listed under.
    pub group: String,
    /// What people read of that.
    pub group_title: BilingualText,
    /// Of the latest cases on this phone, how many are of it.
    pub used: u64,
    /// Photos that are wanted with it.
    pub photos: u32,
}

impl From<ServiceLine> for ServiceChoice {
    fn from(line: ServiceLine) -> Self {
        Self {
            id: line.id,
            title: BilingualText { zh: line.title, en: line.title_en },
            group: line.group,
            group_title: BilingualText { zh: line.group_text, en: line.group_text_en },
            used: line.used,
            photos: line.photos,
        }
    }
}

/// Somebody who can be called.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Contact {
    /// The division that it answers for.
    pub grid: String,
    /// For what: `community`.
    pub calls: String,
    /// Who answers.
    pub title: BilingualText,
    /// The number as it is dialled in the city.
    pub telephone: String,
}

impl From<yuandian_device::ContactView> for Contact {
    fn from(contact: yuandian_device::ContactView) -> Self {
        let title = BilingualText { zh: contact.title, en: contact.title_en };
        Self { grid: contact.grid, calls: contact.calls, title, telephone: contact.telephone }
    }
}

#[uniffi::export]
impl YuandianCore {
    /// Whom this person calls to reach their community, by the catalogue in force: of the division of their first right, or, before the phone speaks
    /// for somebody, of the city. None where the catalogue names nobody.
    ///
    /// # Errors
    /// [`CoreError::Damaged`].
    pub async fn community_contact(&self) -> Result<Option<Contact>, CoreError> {
        self.with_phone(|phone| Ok(phone.community_contact()?.map(Contact::from))).await
    }

    /// Services of the catalogue in force that the phone's person may open: those that a text finds (code, words, pinyin or its first
    /// letters), the best first; for an empty text those opened most here first. Before the phone speaks for somebody, those of a resident.
    ///
    /// # Errors
    /// [`CoreError::Refused`] for a phone that was shut out.
    pub async fn find_services(&self, text: String) -> Result<Vec<ServiceChoice>, CoreError> {
        self.with_phone(move |phone| Ok(phone.services(&text)?.into_iter().map(Into::into).collect())).await
    }

    /// The form of a case, by the version of the catalogue that it was opened under; none where that version is not here.
    ///
    /// # Errors
    /// [`CoreError::NotFound`].
    pub async fn case_form(&self, case_id: String) -> Result<Option<ServiceForm>, CoreError> {
        self.with_phone(move |phone| {
            let id = phone.find(&case_id)?;
            Ok(phone.case_service(&id)?.as_ref().map(form))
        })
        .await
    }

    /// How a form stands with these answers: what is asked, what must be answered, and what is wrong so far. To be asked at every change.
    ///
    /// # Errors
    /// [`CoreError::InvalidInput`] for a service that does not exist.
    pub async fn form_state(&self, service: String, answers: Vec<Answer>) -> Result<FormState, CoreError> {
        let answers = pairs(answers);
        self.with_phone(move |phone| Ok(phone.form_state(&service, &answers)?.into())).await
    }

    /// The form of a service by the catalogue in force; none where there is no such service.
    ///
    /// # Errors
    /// [`CoreError::ShutDown`].
    pub async fn service_form(&self, id: String) -> Result<Option<ServiceForm>, CoreError> {
        self.with_phone(move |phone| Ok(phone.catalogue().service(&id).map(|(service, _)| form(service))))
            .await
    }
}
