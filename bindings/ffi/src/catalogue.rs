//! The services that a person can choose, with their forms and words.

use yuandian_device::ServiceLine;
use yuandian_model::Catalogue;
use yuandian_model::catalogue::{Field, PlacePrecision, Privacy, Service, Title};

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
    /// Ids of what `choice`, `multi` and `checkbox_list` offer.
    pub options: Vec<String>,
    /// The answer never leaves this phone's private table.
    pub stays_private: bool,
}

/// A service with its form.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ServiceForm {
    /// Its id.
    pub id: String,
    /// What people read.
    pub title: BilingualText,
    /// Whether others see only the 500 m cell of its place.
    pub place_is_coarse: bool,
    /// Its questions, in order.
    pub fields: Vec<ServiceField>,
}

fn field(field: &Field) -> ServiceField {
    ServiceField {
        key: field.key.clone(),
        kind: field.kind.id().to_owned(),
        label: (&field.label).into(),
        required: field.required,
        options: field.options.clone(),
        stays_private: field.privacy == Privacy::Private,
    }
}

fn form(service: &Service) -> ServiceForm {
    ServiceForm {
        id: service.id.0.clone(),
        title: (&service.title).into(),
        place_is_coarse: service.place == PlacePrecision::Cell,
        fields: service.fields.iter().map(field).collect(),
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

#[uniffi::export]
impl YuandianCore {
    /// Services of the catalogue in force that the phone's person may open: those that a text finds (code, words, pinyin or its first
    /// letters), the best first; for an empty text those opened most here first.
    ///
    /// # Errors
    /// [`CoreError::NotEnrolled`].
    pub async fn find_services(&self, text: String) -> Result<Vec<ServiceChoice>, CoreError> {
        self.with_phone(move |phone| Ok(phone.services(&text)?.into_iter().map(Into::into).collect())).await
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
