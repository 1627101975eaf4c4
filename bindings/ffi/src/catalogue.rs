//! The services that a person can choose, with their forms and words.

use yuandian_model::Catalogue;
use yuandian_model::catalogue::{Field, PlacePrecision, Privacy, Title};

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

/// Every service of the catalogue that ships with this core, in its order. Needs no phone, does no input or output.
#[uniffi::export]
pub fn services() -> Vec<ServiceForm> {
    let catalogue = Catalogue::embedded();
    let forms = catalogue.services().map(|service| ServiceForm {
        id: service.id.0.clone(),
        title: (&service.title).into(),
        place_is_coarse: service.place == PlacePrecision::Cell,
        fields: service.fields.iter().map(field).collect(),
    });
    forms.collect()
}
