//! Questions of a form.

use serde::{Deserialize, Serialize};

use super::Title;

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

/// Kind of a form answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    /// Free text.
    Text,
    /// A decimal number.
    Number,
    /// Yuan, at most two decimals, not negative.
    Money,
    /// One of `options`.
    Choice,
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
    /// Must be answered.
    #[serde(default)]
    pub required: bool,
    /// For `choice`.
    #[serde(default)]
    pub options: Vec<String>,
    /// Where the answer may live.
    #[serde(default)]
    pub privacy: Privacy,
}
