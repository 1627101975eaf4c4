//! Acts: typed commands on a case's workflow. Carried and signed like content, judged by the server, never merged.

use std::collections::BTreeMap;

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};
use yuandian_model::catalogue::OPENING_ACT;
use yuandian_model::{ActRequest, Cell500, Conduct, DivisionCode, Expects, Wgs84, limits as domain};

use crate::cbor::{self, CborError};
use crate::limits::{ACT_ARG_BYTES_MAX, ACT_BYTES_MAX};

/// Where a case is, as far as it is shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// A position, in ten-millionths of a degree (about 1 cm), WGS-84.
    #[n(0)]
    Exact {
        /// Longitude × 10⁷.
        #[n(0)]
        lng_e7: i64,
        /// Latitude × 10⁷.
        #[n(1)]
        lat_e7: i64,
        /// Radius that holds the true place two times of three, metres.
        #[n(2)]
        accuracy_m: Option<u32>,
    },
    /// Only the fixed cell.
    #[n(1)]
    Cell(#[n(0)] Cell500),
}

impl Place {
    /// A position with its accuracy in metres.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "degrees of the world times 10^7 are below 2^31")]
    pub fn exact(position: Wgs84, accuracy_m: Option<u32>) -> Self {
        let e7 = |degrees: f64| (degrees * 1e7).round() as i64;
        Place::Exact { lng_e7: e7(position.lng()), lat_e7: e7(position.lat()), accuracy_m }
    }

    /// What a map may show: the position, or the middle of the cell. `None` for impossible numbers.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "degrees of the world times 10^7 are below 2^31")]
    pub fn shown(&self) -> Option<Wgs84> {
        match self {
            Place::Exact { lng_e7, lat_e7, .. } => {
                Wgs84::new(*lng_e7 as f64 / 1e7, *lat_e7 as f64 / 1e7).ok()
            }
            Place::Cell(cell) => Some(cell.centre()),
        }
    }
}

/// What `report` says: the facts a case is opened with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[cbor(map)]
pub struct Report {
    /// The service's id.
    #[n(0)]
    pub service: String,
    /// The grid the case lies in.
    #[n(1)]
    pub grid: DivisionCode,
    /// Where, unless unknown.
    #[n(2)]
    pub place: Option<Place>,
}

/// One act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[cbor(map)]
pub struct Act {
    /// Its id, `report` opening a case.
    #[n(0)]
    pub name: String,
    /// What it was written against.
    #[n(1)]
    pub expects: Option<Expects>,
    /// Named arguments.
    #[n(2)]
    pub args: BTreeMap<String, String>,
    /// For `report` alone.
    #[n(3)]
    pub report: Option<Report>,
}

/// An act that cannot be one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ActError {
    /// Its bytes.
    #[error(transparent)]
    Cbor(#[from] CborError),
    /// A name, argument or their number over its limit.
    #[error("act {what} over its limit of {max}")]
    Limit {
        /// What is too large.
        what: &'static str,
        /// The limit: bytes, or a count for `arguments`.
        max: usize,
    },
    /// `report` facts with another act, or `report` without.
    #[error("only report opens a case, and it must say what and where")]
    Report,
}

impl Act {
    /// An act without arguments.
    #[must_use]
    pub fn named(name: &str, expects: Option<Expects>) -> Self {
        Self { name: name.to_owned(), expects, args: BTreeMap::new(), report: None }
    }

    /// The act that opens a case.
    #[must_use]
    pub fn report(report: Report) -> Self {
        Self { report: Some(report), ..Self::named(OPENING_ACT, None) }
    }

    /// Its canonical bytes: the body of an act's commit.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        cbor::encode(self)
    }

    /// Reads and checks an act's body.
    ///
    /// # Errors
    /// [`ActError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ActError> {
        let act: Self = cbor::decode("act", bytes, ACT_BYTES_MAX)?;
        let over = |what, max| Err(ActError::Limit { what, max });
        if act.name.len() > domain::WORD_BYTES_MAX
            || act.args.keys().any(|k| k.len() > domain::WORD_BYTES_MAX)
        {
            return over("name", domain::WORD_BYTES_MAX);
        }
        if act.args.len() > domain::ACT_ARGS_MAX {
            return over("arguments", domain::ACT_ARGS_MAX);
        }
        if act.args.values().any(|v| v.len() > ACT_ARG_BYTES_MAX) {
            return over("argument", ACT_ARG_BYTES_MAX);
        }
        if (act.name == OPENING_ACT) != act.report.is_some() {
            return Err(ActError::Report);
        }
        Ok(act)
    }

    /// The act as the rule sees it, with no photo of its author in the case and at no time.
    #[must_use]
    pub fn request(&self) -> ActRequest<'_> {
        ActRequest {
            act: &self.name,
            service: self.report.as_ref().map(|r| r.service.as_str()),
            grid: self.report.as_ref().map(|r| &r.grid),
            expects: self.expects.as_ref(),
            photos: 0,
            args: Some(&self.args),
            at_ms: 0,
            conduct: Conduct::default(),
            captured_ms: None,
            word: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_act_survives_the_wire() {
        let position = Wgs84::new(113.613_25, 34.752_1).unwrap();
        let report = Report {
            service: "case.snap".into(),
            grid: "410102001".parse().unwrap(),
            place: Some(Place::exact(position, Some(12))),
        };
        let act = Act::report(report);
        assert_eq!(Act::from_bytes(&act.to_bytes()).unwrap(), act);
        let shown = act.report.unwrap().place.unwrap().shown().unwrap();
        assert!((shown.lng() - 113.613_25).abs() < 1e-7 && (shown.lat() - 34.752_1).abs() < 1e-7);
    }

    #[test]
    fn limits_hold_at_and_above() {
        let with_arg = |key: &str, len: usize| {
            let mut act = Act::named("claim", None);
            act.args.insert(key.to_owned(), "x".repeat(len));
            Act::from_bytes(&act.to_bytes())
        };
        assert!(with_arg("k", ACT_ARG_BYTES_MAX).is_ok());
        assert!(matches!(
            with_arg("k", ACT_ARG_BYTES_MAX + 1),
            Err(ActError::Limit { what: "argument", .. })
        ));
        assert!(with_arg(&"k".repeat(domain::WORD_BYTES_MAX), 1).is_ok());
        assert!(with_arg(&"k".repeat(domain::WORD_BYTES_MAX + 1), 1).is_err());
        let many = |n: usize| {
            let mut act = Act::named("claim", None);
            act.args = (0..n).map(|i| (i.to_string(), String::new())).collect();
            Act::from_bytes(&act.to_bytes())
        };
        assert!(many(domain::ACT_ARGS_MAX).is_ok());
        assert!(many(domain::ACT_ARGS_MAX + 1).is_err());
    }

    #[test]
    fn only_report_opens_and_it_must_say_what() {
        assert_eq!(Act::from_bytes(&Act::named("report", None).to_bytes()), Err(ActError::Report));
        let report = Report { service: "s".into(), grid: "4101".parse().unwrap(), place: None };
        let claim = Act { name: "claim".into(), ..Act::report(report) };
        assert_eq!(Act::from_bytes(&claim.to_bytes()), Err(ActError::Report));
    }
}
