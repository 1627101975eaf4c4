//! What people read: every stage, act, role, sync state, outcome and next step, in zh-Hans and English, from one data file.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::catalogue::Title;
use crate::refusal::{Code, Facts};

/// An outcome in words.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutcomeWords {
    /// The reason in zh-Hans, `{fact}` standing for facts.
    pub zh: String,
    /// The reason in English.
    pub en: String,
    /// What the person can do now: ids of the `next` section, the best first.
    pub next: Vec<String>,
}

/// All words.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    stage: BTreeMap<String, Title>,
    act: BTreeMap<String, Title>,
    mark: BTreeMap<String, Title>,
    role: BTreeMap<String, Title>,
    sync: BTreeMap<String, Title>,
    next: BTreeMap<String, Title>,
    code: BTreeMap<String, OutcomeWords>,
}

impl Words {
    /// The words that ship with this version.
    #[must_use]
    pub fn embedded() -> Self {
        static WORDS: LazyLock<Words> = LazyLock::new(|| {
            toml::from_str(include_str!("../data/words.toml"))
                .expect("the embedded words are checked by a test")
        });
        WORDS.clone()
    }

    fn of(section: &BTreeMap<String, Title>, id: &str) -> Title {
        section.get(id).cloned().unwrap_or_else(|| Title { zh: id.to_owned(), en: id.to_owned() })
    }

    /// A stage; an unknown one shows its id.
    #[must_use]
    pub fn stage(&self, id: &str) -> Title {
        Self::of(&self.stage, id)
    }
    /// An act.
    #[must_use]
    pub fn act(&self, id: &str) -> Title {
        Self::of(&self.act, id)
    }
    /// A mark.
    #[must_use]
    pub fn mark(&self, id: &str) -> Title {
        Self::of(&self.mark, id)
    }
    /// A role.
    #[must_use]
    pub fn role(&self, id: &str) -> Title {
        Self::of(&self.role, id)
    }
    /// Where a person's work stands between phone and server.
    #[must_use]
    pub fn sync(&self, id: &str) -> Title {
        Self::of(&self.sync, id)
    }
    /// A step that a person can take.
    #[must_use]
    pub fn next(&self, id: &str) -> Title {
        Self::of(&self.next, id)
    }

    /// The reason of an outcome, with its facts filled in: stages and acts as words, the rest as they are.
    #[must_use]
    pub fn reason(&self, code: Code, facts: &Facts) -> Title {
        let Some(words) = self.code.get(code.id()) else {
            return Title { zh: code.id().to_owned(), en: code.id().to_owned() };
        };
        let fill = |template: &str, pick: fn(Title) -> String| {
            let mut text = template.to_owned();
            for (name, value) in facts {
                let value = match name.as_str() {
                    "stage" => pick(self.stage(value)),
                    "act" => pick(self.act(value)),
                    "mark" => pick(self.mark(value)),
                    _ => value.clone(),
                };
                text = text.replace(&format!("{{{name}}}"), &value);
            }
            text
        };
        Title { zh: fill(&words.zh, |t| t.zh), en: fill(&words.en, |t| t.en) }
    }

    /// Next steps of an outcome, the best first; never empty for a refusal.
    #[must_use]
    pub fn next_steps(&self, code: Code) -> &[String] {
        self.code.get(code.id()).map_or(&[], |w| &w.next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Catalogue, OPENING_ACT};
    use crate::role::Role;

    #[test]
    fn no_word_is_missing() {
        let (words, catalogue) = (Words::embedded(), Catalogue::embedded());
        for (_, workflow) in catalogue.workflows() {
            for stage in workflow.stages() {
                assert!(words.stage.contains_key(stage), "stage {stage}");
            }
            for row in &workflow.acts {
                assert!(words.act.contains_key(&row.id), "act {}", row.id);
            }
        }
        assert!(words.act.contains_key(OPENING_ACT));
        for mark in crate::Mark::ALL {
            assert!(words.mark.contains_key(mark.id()), "mark {mark}");
        }
        for role in Role::ALL {
            assert!(words.role.contains_key(role.id()), "role {role}");
        }
        for code in Code::ALL {
            let said = words.code.get(code.id()).unwrap_or_else(|| panic!("code {code}"));
            assert_eq!(
                code.is_refused(),
                !said.next.is_empty(),
                "{code}: a refusal names a next step, nothing else does"
            );
            for step in &said.next {
                assert!(words.next.contains_key(step), "next step {step}");
            }
        }
    }

    #[test]
    fn a_reason_names_its_facts_in_words() {
        let words = Words::embedded();
        let facts = Facts::from([
            ("stage".to_owned(), "cancelled".to_owned()),
            ("act".to_owned(), "claim".to_owned()),
        ]);
        assert_eq!(words.reason(Code::RState, &facts).zh, "当前状态是“已取消”,不能“接单”");
        let facts =
            Facts::from([("first".to_owned(), "张阿姨".to_owned()), ("position".to_owned(), "2".to_owned())]);
        assert!(words.reason(Code::RTaken, &facts).zh.contains("张阿姨"));
    }
}
