//! Named values, as forms and acts take them.

/// A key with its value: a form answer, or an argument of an act.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Answer {
    /// The key, as the form names it.
    pub key: String,
    /// The value as entered.
    pub value: String,
}

impl From<(String, String)> for Answer {
    fn from((key, value): (String, String)) -> Self {
        Self { key, value }
    }
}

/// Records as the phone takes them.
pub(crate) fn pairs(answers: Vec<Answer>) -> Vec<(String, String)> {
    answers.into_iter().map(|answer| (answer.key, answer.value)).collect()
}
