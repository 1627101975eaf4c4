//! A scenario as it is written: devices, then steps. The meaning of every key is told in `README.md`; unknown keys are refused, so
//! that a mistyped expectation is not silently none.
#![allow(clippy::disallowed_methods, reason = "the list is read from its folder")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value};

/// One scenario.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Its name, which is the rule that it shows.
    pub name: String,
    /// The phones.
    pub devices: Vec<Device>,
    /// What happens, in order.
    pub steps: Vec<Step>,
}

/// A phone and who holds it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Device {
    /// The person's name, and the phone's in the steps.
    pub name: String,
    /// Role of the invitation.
    pub role: String,
    /// Division of the invitation.
    pub grid: String,
    /// The unit that the invitation is bound to.
    pub unit: Option<String>,
    /// How closely the person was looked at, `l0` to `l3`.
    pub level: Option<String>,
    /// Whether it is enrolled before the first step.
    #[serde(default = "yes")]
    pub enrolled: bool,
}

impl Scenario {
    /// Whether its name contains a word, or it opens a case of a service of that kind.
    pub fn is_about(&self, word: &str) -> bool {
        let of_kind = |service: &str| service.strip_prefix(word).is_some_and(|rest| rest.starts_with('.'));
        let opens = |step: &Step| matches!(&step.what, What::Capture { service, .. } if of_kind(service));
        self.name.contains(word) || self.steps.iter().any(opens)
    }
}

fn yes() -> bool {
    true
}

/// One step: what is done, and what must come of it.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Map<String, Value>")]
pub struct Step {
    /// What is done.
    pub what: What,
    /// The error that it must end in; every key given must be as given.
    pub fails: Option<Value>,
    /// What its answer must contain.
    pub answers: Option<Value>,
}

/// What is expected stands beside what is done, whose own keys are then held to those it knows.
impl TryFrom<Map<String, Value>> for Step {
    type Error = serde_json::Error;

    fn try_from(mut step: Map<String, Value>) -> Result<Self, serde_json::Error> {
        let (fails, answers) = (step.remove("fails"), step.remove("answers"));
        Ok(Self { what: serde_json::from_value(Value::Object(step))?, fails, answers })
    }
}

/// What is done.
#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum What {
    /// A draft is saved with its photos, and finished unless `draft`.
    Capture {
        on: String,
        #[serde(rename = "as")]
        name: String,
        service: String,
        #[serde(default)]
        at: Option<Vec<f64>>,
        #[serde(default)]
        text: Text,
        #[serde(default)]
        set: BTreeMap<String, String>,
        #[serde(default)]
        photos: Vec<String>,
        #[serde(default)]
        no_photo: Option<String>,
        #[serde(default)]
        draft: bool,
    },
    Finish {
        on: String,
        case: String,
    },
    /// A form is opened: a later edit of it may be saved as it was opened.
    OpenForm {
        on: String,
        case: String,
    },
    Edit {
        on: String,
        case: String,
        set: BTreeMap<String, String>,
        #[serde(default)]
        as_opened: bool,
    },
    Note {
        on: String,
        case: String,
        #[serde(default)]
        text: Text,
        #[serde(default)]
        photos: Vec<String>,
    },
    Act {
        on: String,
        case: String,
        act: String,
        #[serde(default)]
        text: Option<String>,
        #[serde(default)]
        set: BTreeMap<String, String>,
        #[serde(default)]
        photos: Vec<String>,
    },
    /// One step with the only entry of the 需处理 list that a case has.
    Attention {
        on: String,
        case: String,
        step: EntryStep,
        #[serde(default)]
        text: Option<String>,
        #[serde(default)]
        set: BTreeMap<String, String>,
    },
    /// A list that is asked for something.
    Search {
        on: String,
        #[serde(default)]
        text: String,
        #[serde(default)]
        stage: Option<String>,
        #[serde(default)]
        service: Option<String>,
        #[serde(default)]
        sync: Option<String>,
        #[serde(default)]
        mine: bool,
    },
    /// A command of the operator, beside the running server.
    Admin {
        args: Vec<String>,
    },
    /// Timers of the server come nearer by so many days: it is stopped and started again.
    DaysPass {
        days: i64,
    },
    Resolve {
        on: String,
        case: String,
        key: String,
        keep: String,
    },
    Sync {
        on: String,
    },
    Reopen {
        on: String,
    },
    Enroll {
        on: String,
        code: String,
    },
    ServerDown {},
    ServerUp {},
    Look {
        on: String,
        #[serde(default)]
        case: Option<String>,
    },
}

/// What is done with an entry.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryStep {
    Amend,
    Note,
    Appeal,
    Discard,
}

/// A text as it stands, or a letter so many times.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Text {
    /// As it stands.
    Plain(String),
    /// A letter so many times.
    Repeated { letter: String, times: usize },
}

impl Default for Text {
    fn default() -> Self {
        Text::Plain(String::new())
    }
}

impl Text {
    /// The text itself.
    pub fn whole(&self) -> String {
        match self {
            Text::Plain(text) => text.clone(),
            Text::Repeated { letter, times } => letter.repeat(*times),
        }
    }
}

/// The folder of this list.
const FOLDER: &str = env!("CARGO_MANIFEST_DIR");

/// What a scenario comes to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Count {
    /// Cases that were made.
    pub lives: usize,
    /// Acts that were taken, their opening being one.
    pub acts: usize,
    /// What was tried and refused, by a phone or by the server.
    pub refusals: usize,
}

impl std::ops::AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.lives += other.lives;
        self.acts += other.acts;
        self.refusals += other.refusals;
    }
}

impl Scenario {
    /// What its steps come to, as they are written.
    pub fn count(&self) -> Count {
        let mut count = Count::default();
        for step in &self.steps {
            let opens = matches!(step.what, What::Capture { draft: false, .. });
            let acts = matches!(step.what, What::Act { .. });
            let entries = step.answers.as_ref().and_then(|answers| answers["attention"].as_array());
            let there = entries.map_or(0, Vec::len);
            count.refusals += usize::from(step.fails.is_some()) + there;
            count.lives += usize::from(opens && step.fails.is_none());
            count.acts += usize::from((opens || acts) && step.fails.is_none());
            count.acts = count.acts.saturating_sub(there);
        }
        count
    }

    /// The list, in the order of its file names; then the lives.
    pub fn all() -> Result<(Vec<Scenario>, Vec<Scenario>), String> {
        Ok((Self::of("list")?, Self::of("lives")?))
    }

    /// Writes the lives as the tables are now, and says which files.
    pub fn write_lives() -> Result<Vec<PathBuf>, String> {
        let folder = Path::new(FOLDER).join("lives");
        let files = yuandian_lives::script::files(&yuandian_lives::reading::read());
        let write = |file: yuandian_lives::script::File| {
            let path = folder.join(file.name);
            std::fs::write(&path, file.text).map_err(|e| format!("{}: {e}", path.display()))?;
            Ok(path)
        };
        files.into_iter().map(write).collect()
    }

    fn of(folder: &str) -> Result<Vec<Scenario>, String> {
        let folder = Path::new(FOLDER).join(folder);
        let failed = |path: &Path, why: String| format!("{}: {why}", path.display());
        let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
            .map_err(|e| failed(&folder, e.to_string()))?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|kind| kind == "json"))
            .collect();
        files.sort();
        let read = |path: &PathBuf| {
            let text = std::fs::read_to_string(path).map_err(|e| failed(path, e.to_string()))?;
            serde_json::from_str(&text).map_err(|e| failed(path, e.to_string()))
        };
        files.iter().map(read).collect()
    }
}

/// A file of the test data.
pub fn test_file(name: &str) -> PathBuf {
    Path::new(FOLDER).join("../data").join(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_list_can_be_read_and_names_itself() {
        let (mut all, lives) = Scenario::all().unwrap();
        all.extend(lives);
        let mut names: Vec<&str> = all.iter().map(|s| s.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all.len());
        assert!(all.len() >= 8, "{names:?}");
    }

    #[test]
    fn a_mistyped_key_is_refused() {
        let step = |text: &str| serde_json::from_str::<Step>(text);
        assert!(step(r#"{"do": "sync", "on": "甲", "answers": {}}"#).is_ok());
        assert!(step(r#"{"do": "sync", "on": "甲", "answer": {}}"#).is_err());
        assert!(step(r#"{"do": "sync", "on": "甲", "case": "c"}"#).is_err());
        assert!(step(r#"{"do": "synch", "on": "甲"}"#).is_err());
    }
}
