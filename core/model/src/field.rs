//! The questions of a form, as data: what kind of answer each asks for, within which bounds, where the answer may live.
//!
//! Nothing here judges: [`crate::form::mistakes`] checks a form when it is loaded, [`crate::form::check`] the answers.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use crate::catalogue::Title;
use crate::expr::Kind;

/// Whether an answer may stand in a shared document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Privacy {
    /// May be shared.
    #[default]
    Shared,
    /// Stays in the phone's private table.
    Private,
}

macro_rules! field_types {
    ($($(#[$doc:meta])* $name:ident = $id:literal, $kind:ident, $expected:literal;)+) => {
        /// Kind of a form answer. Every answer travels as text, in the one form said here.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum FieldType {
            $($(#[$doc])* $name,)+
        }
        impl FieldType {
            /// Every type.
            pub const ALL: &'static [FieldType] = &[$(FieldType::$name),+];
            /// Its name in data files and bindings.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(FieldType::$name => $id,)+ }
            }
            /// What an expression sees of such an answer.
            #[must_use]
            pub const fn kind(self) -> Kind {
                match self { $(FieldType::$name => Kind::$kind,)+ }
            }
            /// What an answer must be, in English: "not …".
            #[must_use]
            pub const fn expected(self) -> &'static str {
                match self { $(FieldType::$name => $expected,)+ }
            }
        }
    };
}

field_types! {
    /// Free text.
    Text = "text", Text, "a text without control characters";
    /// Recordings: SHA-256 names of the files in lower-case hex, joined by `,`.
    Voice = "voice", List, "names of recordings";
    /// A decimal number: `-12.5`; no `+`, no zeros in front. Zeros behind stay, they say how exact it is.
    Number = "number", Number, "a number";
    /// Yuan, at most two decimals, not negative.
    Money = "money", Number, "an amount in yuan with at most two decimals";
    /// `YYYY-MM-DD`, a real day.
    Date = "date", Text, "a date like 2026-01-31";
    /// One of `options`.
    Choice = "choice", Text, "one of the options";
    /// Several of `options`: their ids, sorted, each once, joined by `,`.
    Multi = "multi", List, "some of the options";
    /// Photos: names as for recordings.
    Photo = "photo", List, "names of photos";
    /// Videos: names as for recordings.
    Video = "video", List, "names of videos";
    /// A place: `longitude,latitude` in WGS-84 degrees with seven decimals.
    Point = "point", Text, "a place as longitude,latitude";
    /// A part of the city (GB/T 30428.2): 16 or 17 digits.
    ComponentRef = "component_ref", Text, "a component's code of 16 or 17 digits";
    /// A household, by a name that says nothing: 1-64 of `a-z`, `0-9`, `-`.
    HouseholdRef = "household_ref", Text, "a household's id";
    /// A person, by a name that says nothing; never shared.
    PersonRef = "person_ref", Text, "a person's id";
    /// A firm or other body, by its unified social credit code (GB 32100-2015).
    OrgRef = "org_ref", Text, "a unified social credit code";
    /// Signatures: names as for recordings.
    Signature = "signature", List, "names of signatures";
    /// A list of things looked at: the ids of those ticked, as for `multi`.
    CheckboxList = "checkbox_list", List, "some of the options";
}

impl FieldType {
    /// Whether `options` belong to it.
    #[must_use]
    pub const fn has_options(self) -> bool {
        matches!(self, FieldType::Choice | FieldType::Multi | FieldType::CheckboxList)
    }

    /// Whether an answer may choose several options.
    #[must_use]
    pub const fn chooses_several(self) -> bool {
        matches!(self, FieldType::Multi | FieldType::CheckboxList)
    }

    /// Whether `min` and `max` belong to it.
    #[must_use]
    pub const fn has_range(self) -> bool {
        matches!(self, FieldType::Number | FieldType::Money | FieldType::Date)
    }

    /// Whether an answer names files.
    #[must_use]
    pub const fn names_files(self) -> bool {
        matches!(self, FieldType::Voice | FieldType::Photo | FieldType::Video | FieldType::Signature)
    }
}

impl fmt::Display for FieldType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// One question of a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Key in documents and commands.
    pub key: String,
    /// Kind of the answer.
    #[serde(rename = "type")]
    pub kind: FieldType,
    /// What people read.
    pub label: Title,
    /// More words beside the question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<Title>,
    /// Must be answered wherever it is shown.
    #[serde(default)]
    pub required: bool,
    /// An expression: must also be answered where this is true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required_when: Option<String>,
    /// An expression: asked only where this is true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visible_when: Option<String>,
    /// An expression that an answer must make true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constraint: Option<String>,
    /// What people read where it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constraint_message: Option<Title>,
    /// Ids of what `choice`, `multi` and `checkbox_list` offer, in order.
    #[serde(default)]
    pub options: Vec<String>,
    /// What people read for each option: for all of them, or for none where the ids speak for themselves.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub option_labels: BTreeMap<String, Title>,
    /// The least number, amount or day.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "bound")]
    pub min: Option<String>,
    /// The greatest.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "bound")]
    pub max: Option<String>,
    /// Least characters of a `text` that is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_length: Option<usize>,
    /// Most characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<usize>,
    /// Least options or files of an answer that is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_count: Option<usize>,
    /// Most options or files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_count: Option<usize>,
    /// Where the answer may live.
    #[serde(default)]
    pub privacy: Privacy,
    /// What the answer is for, as the person is told (PIPL art. 6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Title>,
    /// Days that it is kept after the case has ended (PIPL art. 19).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention_days: Option<u32>,
    /// Whether it is asked and published through Open311.
    #[serde(default)]
    pub open311: bool,
}

impl Field {
    /// A question with nothing but its kind and words; shared and not required.
    #[must_use]
    pub fn new(key: &str, kind: FieldType, label: Title) -> Self {
        Self {
            key: key.to_owned(),
            kind,
            label,
            help: None,
            required: false,
            required_when: None,
            visible_when: None,
            constraint: None,
            constraint_message: None,
            options: vec![],
            option_labels: BTreeMap::new(),
            min: None,
            max: None,
            min_length: None,
            max_length: None,
            min_count: None,
            max_count: None,
            privacy: Privacy::Shared,
            purpose: None,
            retention_days: None,
            open311: false,
        }
    }

    /// What people read for an option; its id where it has no words.
    #[must_use]
    pub fn option_label(&self, id: &str) -> Title {
        let spoken = || Title { zh: id.to_owned(), en: id.to_owned() };
        self.option_labels.get(id).cloned().unwrap_or_else(spoken)
    }
}

/// A bound, which may stand in a data file as a text or as a number.
#[derive(Deserialize)]
#[serde(from = "TextOrNumber")]
pub(crate) struct Bound(pub(crate) String);

#[derive(Deserialize)]
#[serde(untagged, expecting = "a text or a number is expected")]
enum TextOrNumber {
    Text(String),
    Whole(i64),
    Decimal(f64),
}

impl From<TextOrNumber> for Bound {
    fn from(bound: TextOrNumber) -> Self {
        Bound(match bound {
            TextOrNumber::Text(text) => text,
            TextOrNumber::Whole(number) => number.to_string(),
            TextOrNumber::Decimal(number) => number.to_string(),
        })
    }
}

fn bound<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<Bound>::deserialize(deserializer)?.map(|bound| bound.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_of_the_domain_is_there_under_its_name() {
        let ids: Vec<&str> = FieldType::ALL.iter().map(|kind| kind.id()).collect();
        let domain = "text voice number money date choice multi photo video point component_ref household_ref \
                      person_ref org_ref signature checkbox_list";
        assert_eq!(ids, domain.split_whitespace().collect::<Vec<_>>());
        for kind in FieldType::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.id());
        }
    }

    #[test]
    fn a_bound_is_a_text_or_a_number() {
        let field = |min: &str| -> Result<Field, _> {
            toml::from_str(&format!(
                "key = 'n'\ntype = 'number'\nlabel = {{ zh = '数', en = 'n' }}\nmin = {min}"
            ))
        };
        assert_eq!(field("-3").unwrap().min.as_deref(), Some("-3"));
        assert_eq!(field("'0.5'").unwrap().min.as_deref(), Some("0.5"));
        assert_eq!(field("0.25").unwrap().min.as_deref(), Some("0.25"));
        assert!(field("true").is_err());
    }
}
