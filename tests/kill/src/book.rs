//! What one person was told is saved, and what a view of a case must therefore show.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use yuandian_programs::phone::{array, text};

use crate::findings::Wrong;

/// Something a person was told is saved.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// The case (or draft) with words that begin so.
    Case(String),
    /// A note with these words.
    Note(String),
    /// A photo with this hash.
    Photo(String),
    /// An act.
    Act(String),
}

/// Who was told what of which case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Told {
    /// The case.
    pub case: String,
    /// What is saved.
    pub what: What,
    /// Name of the person.
    pub by: String,
}

impl Told {
    /// Whether a view of the case shows it.
    pub fn is_in(&self, shown: &Value) -> bool {
        let any = |list: &str, member: &str, wanted: &str| {
            array(shown, list).iter().any(|entry| text(entry, member) == wanted)
        };
        match &self.what {
            What::Case(token) => text(shown, "text").starts_with(token.as_str()),
            What::Note(words) => any("notes", "text", words),
            What::Photo(hash) => any("photos", "hash", hash),
            What::Act(name) => array(shown, "history")
                .iter()
                .any(|line| text(line, "act") == name && text(line, "by") == self.by),
        }
    }

    /// Whether an item of the 需处理 list keeps it.
    pub fn is_kept_in(&self, item: &Value) -> bool {
        if text(item, "case") != self.case {
            return false;
        }
        let kept: Vec<String> =
            array(item, "kept").iter().filter_map(|v| v.as_str().map(str::to_owned)).collect();
        match &self.what {
            What::Case(token) => kept.iter().any(|words| words.starts_with(token.as_str())),
            What::Note(note) => kept.contains(note),
            What::Photo(hash) => kept.iter().any(|words| words.ends_with(hash.as_str())),
            What::Act(name) => text(item, "act") == name,
        }
    }
}

/// Everything one person was told, and how often she tried what.
#[derive(Debug, Default)]
pub struct Book {
    told: BTreeSet<Told>,
    /// Cases that were drafts when last heard of.
    pub drafts: BTreeSet<String>,
    /// What the answer that only this person writes may be: one value once the phone has said so, several after a kill.
    answers: BTreeMap<String, BTreeSet<String>>,
    tries: BTreeMap<(String, String), usize>,
}

impl Book {
    /// The phone said so.
    pub fn told(&mut self, told: Told) {
        self.told.insert(told);
    }

    /// A command that may write an act or `content` of a case was started.
    pub fn tries(&mut self, case: &str, act: &str) {
        *self.tries.entry((case.to_owned(), act.to_owned())).or_default() += 1;
    }

    /// The phone said that the answer is this now.
    pub fn answered(&mut self, case: &str, value: &str) {
        self.answers.insert(case.to_owned(), BTreeSet::from([value.to_owned()]));
    }

    /// The phone was killed while it wrote this answer.
    pub fn may_have_answered(&mut self, case: &str, value: &str) {
        self.answers
            .entry(case.to_owned())
            .or_insert_with(|| BTreeSet::from([String::new()]))
            .insert(value.to_owned());
    }

    /// All that was told.
    pub fn all(&self) -> impl Iterator<Item = &Told> {
        self.told.iter()
    }

    /// What was told of a case.
    pub fn of<'a>(&'a self, case: &'a str) -> impl Iterator<Item = &'a Told> {
        self.told.iter().filter(move |told| told.case == case)
    }

    /// Holds the author's own view of a case, and her 需处理 list, to what she was told.
    pub fn judge(&self, case: &str, key: &str, shown: &Value, attention: &[Value]) -> Vec<(Wrong, String)> {
        let mut wrong = Vec::new();
        for told in self.of(case) {
            if !told.is_in(shown) && !attention.iter().any(|item| told.is_kept_in(item)) {
                wrong.push((Wrong::Lost, format!("{told:?}")));
            }
        }
        if let Some(values) = self.answers.get(case) {
            let found = text(shown, &format!("fields/{key}"));
            if !values.contains(found) && attention.iter().all(|item| text(item, "case") != case) {
                wrong.push((Wrong::Lost, format!("{case}: {key} is {found:?} and not one of {values:?}")));
            }
        }
        wrong
    }

    /// Holds any view of a case to what one person tried: nothing is there more often.
    pub fn judge_tries(&self, case: &str, name: &str, shown: &Value) -> Vec<(Wrong, String)> {
        let mut found: BTreeMap<String, usize> = BTreeMap::new();
        for line in array(shown, "history").iter().filter(|line| text(line, "by") == name) {
            *found.entry(text(line, "act").to_owned()).or_default() += 1;
        }
        let tried =
            |act: &String| self.tries.get(&(case.to_owned(), act.clone())).copied().unwrap_or_default();
        found
            .into_iter()
            .filter(|(act, count)| *count > tried(act))
            .map(|(act, count)| {
                (Wrong::Doubled, format!("{case}: {act} by {name} {count} times, tried {}", tried(&act)))
            })
            .collect()
    }
}

/// Notes and photos of a view that are there twice: each note of a run has words, each photo bytes of its own.
pub fn twice_in(case: &str, shown: &Value) -> Vec<(Wrong, String)> {
    let mut wrong = Vec::new();
    for (list, member) in [("notes", "text"), ("photos", "hash")] {
        let mut seen = BTreeSet::new();
        for entry in array(shown, list) {
            let value = text(&entry, member).to_owned();
            if !seen.insert(value.clone()) {
                wrong.push((Wrong::Doubled, format!("{case}: {list} hold {value} twice")));
            }
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(what: What) -> Told {
        Told { case: "c".into(), what, by: "甲".into() }
    }
    fn shown() -> Value {
        json!({
            "text": "k7 words", "notes": [{"text": "n1"}], "photos": [{"hash": "aa"}],
            "history": [{"act": "report", "by": "甲"}, {"act": "claim", "by": "乙"}],
            "fields": {"amount": "2"},
        })
    }

    #[test]
    fn what_was_told_is_there_or_in_the_attention_list_or_lost() {
        let mut book = Book::default();
        for what in [
            What::Case("k7".into()),
            What::Note("n1".into()),
            What::Photo("aa".into()),
            What::Act("report".into()),
        ] {
            book.told(told(what));
        }
        assert_eq!(book.judge("c", "amount", &shown(), &[]), []);
        for what in [
            What::Case("k8".into()),
            What::Note("n2".into()),
            What::Photo("bb".into()),
            What::Act("claim".into()),
        ] {
            let mut book = Book::default();
            book.told(told(what.clone()));
            assert_eq!(book.judge("c", "amount", &shown(), &[]).len(), 1, "{what:?}");
            let kept = match &what {
                What::Photo(hash) => format!("photo {hash}"),
                What::Case(words) | What::Note(words) | What::Act(words) => words.clone(),
            };
            let item = json!({"case": "c", "act": "claim", "kept": [kept]});
            assert_eq!(book.judge("c", "amount", &shown(), &[item]), [], "{what:?}");
        }
    }

    #[test]
    fn an_answer_is_the_last_told_or_one_of_those_a_kill_left_open() {
        let mut book = Book::default();
        book.answered("c", "1");
        assert_eq!(book.judge("c", "amount", &shown(), &[])[0].0, Wrong::Lost);
        book.may_have_answered("c", "2");
        assert_eq!(book.judge("c", "amount", &shown(), &[]), []);
        book.answered("c", "3");
        assert_eq!(book.judge("c", "amount", &shown(), &[]).len(), 1);
    }

    #[test]
    fn nothing_is_there_more_often_than_it_was_tried() {
        let mut book = Book::default();
        assert_eq!(book.judge_tries("c", "甲", &shown()).len(), 1);
        book.tries("c", "report");
        assert_eq!(book.judge_tries("c", "甲", &shown()), []);
        let twice =
            json!({"notes": [{"text": "n"}, {"text": "n"}], "photos": [{"hash": "a"}, {"hash": "b"}]});
        assert_eq!(twice_in("c", &twice).len(), 1);
    }
}
