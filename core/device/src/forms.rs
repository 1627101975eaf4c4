//! What a form shows at every change of an answer: what is asked, what must be answered, and what is wrong so far.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use yuandian_model::CaseId;
use yuandian_model::catalogue::Service;
use yuandian_model::form::{self, Answers, Form};

use crate::error::{DeviceError, Result};
use crate::phone::Phone;
use crate::store::cases;

/// A form as it stands with some answers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FormState {
    /// Keys of the questions that are asked, in the form's order.
    pub asked: Vec<String>,
    /// Those of them that must be answered.
    pub required: Vec<String>,
    /// Answers that cannot stay as they are, in the order of the questions.
    pub wrong: Vec<WrongAnswer>,
}

/// What is wrong with an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrongAnswer {
    /// The question's key.
    pub key: String,
    /// What is wrong, zh-Hans.
    pub text: String,
    /// In English.
    pub text_en: String,
}

impl Phone {
    /// The service of a case, by the version of the catalogue that it was opened under; none where that version is not here.
    ///
    /// # Errors
    /// [`DeviceError::NotFound`].
    pub fn case_service(&self, case: &CaseId) -> Result<Option<Service>> {
        let stored = cases::case(&self.db, case)?.ok_or_else(|| DeviceError::not_found("case", case))?;
        let catalogue = self.catalogue_of(&stored.facts)?;
        let service = catalogue.as_ref().and_then(|catalogue| catalogue.service(&stored.facts.service));
        Ok(service.map(|(service, _)| service.clone()))
    }

    /// How a form of the catalogue in force stands with these answers. An answer that cannot be read counts as none for the other
    /// questions; what is wrong with one that is not asked is nobody's business.
    ///
    /// # Errors
    /// [`DeviceError::Invalid`] for a service that does not exist or whose form cannot be used.
    pub fn form_state(&self, service: &str, answers: &[(String, String)]) -> Result<FormState> {
        let found = self.catalogue().service(service);
        let (service, _) =
            found.ok_or_else(|| DeviceError::invalid("service", format!("no service {service:?}")))?;
        let form = Form::of(&service.fields).map_err(|(key, e)| DeviceError::invalid(&key, e.to_string()))?;
        let (good, wrong) = self.sorted(service, &form, answers);
        let (hidden, required) = (form.hidden(&good), form.required(&good));
        let asked =
            service.fields.iter().map(|field| &field.key).filter(|key| !hidden.contains(key.as_str()));
        let asked: Vec<String> = asked.cloned().collect();
        let of = |key: &String| wrong.iter().find(|wrong| wrong.key == *key).cloned();
        Ok(FormState {
            required: asked.iter().filter(|key| required.contains(key.as_str())).cloned().collect(),
            wrong: asked.iter().filter_map(of).collect(),
            asked,
        })
    }

    /// Answers that are good by themselves and with the others, and what is wrong with the rest.
    fn sorted(
        &self,
        service: &Service,
        form: &Form<'_>,
        answers: &[(String, String)],
    ) -> (Answers, Vec<WrongAnswer>) {
        let mut wrong = Vec::new();
        let mut tell = |error: &form::FieldError| {
            let title = self.words.wrong_answer(error, service);
            wrong.push(WrongAnswer { key: error.key().to_owned(), text: title.zh, text_en: title.en });
        };
        let alone = |answer: &(String, String)| form::check(service, std::slice::from_ref(answer), false);
        let mut left = Vec::new();
        for answer in answers {
            match alone(answer) {
                Ok(_) => left.push(answer.clone()),
                Err(error) => tell(&error),
            }
        }
        // What was answered before the question went away says nothing to the others.
        let given: BTreeMap<&str, &str> = left.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        let hidden = form.hidden(&given);
        left.retain(|(key, _)| !hidden.contains(key.as_str()));
        let good = loop {
            match form::check(service, &left, false) {
                Ok(good) => break good,
                Err(error) => {
                    let before = left.len();
                    left.retain(|(key, _)| key != error.key());
                    tell(&error);
                    if left.len() == before {
                        return (Answers::default(), wrong);
                    }
                }
            }
        };
        // What reads an answer that is not there is judged when nothing else is missing, as it is when the form is sent.
        if let Err(error @ form::FieldError::Broken { .. }) = form::check(service, &left, true) {
            tell(&error);
        }
        (good, wrong)
    }
}
