//! What is kept of this person: hours, what was given in private and what for, and all of it as one JSON text to take along (PIPL 44-47).

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::error::Result;
use crate::phone::Phone;
use crate::search::SearchAsk;
use crate::store::{people, typed};

/// A stay of this person that counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoursLine {
    /// The case.
    pub case: String,
    /// Its service.
    pub service: String,
    /// The service's name.
    pub service_text: String,
    /// The division where it lay.
    pub grid: String,
    /// When this person came, ms since 1970.
    pub from_ms: i64,
    /// When they left.
    pub to_ms: i64,
    /// Minutes that count.
    pub minutes: u32,
    /// When it was confirmed, server's clock, ms since 1970.
    pub confirmed_ms: i64,
}

/// Something private that was given, or taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentLine {
    /// The case.
    pub case: String,
    /// Its service.
    pub service: String,
    /// The question's key.
    pub key: String,
    /// What people read of the question.
    pub label: String,
    /// What it was given for; empty for the exact place, which is there to be found.
    pub purpose: String,
    /// Days for which it is kept after the case has ended.
    pub retention_days: u32,
    /// Whether it was given.
    pub given: bool,
    /// When, this phone's clock, ms since 1970.
    pub at_ms: i64,
}

impl Phone {
    /// This person's hours: stays that were confirmed, the first first. No sum is compared with anybody's.
    ///
    /// # Errors
    /// The store's.
    pub fn hours(&self) -> Result<Vec<HoursLine>> {
        let line = |hours: people::Hours| HoursLine {
            case: hours.doc.to_string(),
            service_text: self.worded(crate::view::service_text(self, &hours.service)),
            service: hours.service,
            grid: hours.grid,
            from_ms: hours.from_ms,
            to_ms: hours.to_ms,
            minutes: hours.minutes,
            confirmed_ms: hours.confirmed_ms,
        };
        Ok(people::hours(&self.db)?.into_iter().map(line).collect())
    }

    /// What this person gave in private on this phone and took back, the first first, with its purpose and how long it is kept.
    ///
    /// # Errors
    /// The store's.
    pub fn consents(&self) -> Result<Vec<ConsentLine>> {
        let line = |consent: people::Consent| {
            let service = self.catalogue.service(&consent.service).map(|(service, _)| service);
            let field = service.and_then(|service| service.field(&consent.key));
            let label = field.map(|field| self.worded(field.label.clone()));
            let days = field.and_then(|field| field.retention_days);
            ConsentLine {
                case: consent.doc.to_string(),
                service: consent.service,
                label: label.unwrap_or_else(|| consent.key.clone()),
                purpose: field
                    .and_then(|field| field.purpose.clone())
                    .map(|purpose| self.worded(purpose))
                    .unwrap_or_default(),
                retention_days: days.unwrap_or(yuandian_model::limits::RETENTION_DAYS_DEFAULT),
                key: consent.key,
                given: consent.given,
                at_ms: consent.at_ms,
            }
        };
        Ok(people::consents(&self.db)?.into_iter().map(line).collect())
    }

    /// Everything that this phone keeps of this person: who they are, their rights and settings, every case that they opened or have a part in as it
    /// is shown to them, drafts, what they typed and did not send, hours, and what they gave in private. Original photos are not in it: [`Phone::export`] gives them by case.
    ///
    /// # Errors
    /// [`crate::DeviceError::NotEnrolled`]; the store's.
    pub fn own_data(&self) -> Result<Value> {
        let person = self.person()?;
        let mut cases = Vec::new();
        let mut offset = 0;
        loop {
            let ask = SearchAsk { mine: true, limit: PAGE, offset, ..SearchAsk::default() };
            let lines = self.search(&ask)?;
            for line in lines.iter().filter(|line| line.stage != "draft") {
                let id = line.id.parse().map_err(|_| crate::DeviceError::not_found("case", &line.id))?;
                cases.push(self.case(&id)?);
            }
            offset += PAGE;
            if lines.len() < PAGE as usize {
                break;
            }
        }
        let drafts: Vec<Value> = self
            .drafts()?
            .into_iter()
            .map(|(id, draft, at_ms)| json!({"id": id.to_string(), "draft": draft, "updated_ms": at_ms}))
            .collect();
        Ok(json!({
            "person": {"user": person.user.to_string(), "name": person.name, "rights": person.grants},
            "reach": self.reach()?,
            "apart": self.apart()?,
            "family": self.family()?,
            "cases": cases,
            "drafts": drafts,
            "typed": typed::all(&self.db)?,
            "hours": self.hours()?,
            "consents": self.consents()?,
        }))
    }
}

/// Cases read at a time.
const PAGE: u32 = 100;
