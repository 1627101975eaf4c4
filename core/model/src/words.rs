//! What people read: every stage, act, role, sync state, outcome, next step and wrong answer, in zh-Hans and English, from one data file.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::calendar::{Colour, Limit, Unit, beijing_minute, beijing_second};
use crate::catalogue::{Catalogue, DEADLINE, Field, OPENING_ACT, Party, Service, Title, WHOLE, Workflow};
use crate::form::FieldError;
use crate::giveaway::GiveawayKind;
use crate::mark::Mark;
use crate::refusal::{Code, Facts};
use crate::role::Role;

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
    /// Reasons that say more, by the fact that they need.
    #[serde(default)]
    pub when: BTreeMap<String, Title>,
}

/// What is said of a limit that cannot be counted.
const UNKNOWN: &str = "unknown";

/// What red says before the end.
const NEAR: &str = "near";

type Section = BTreeMap<String, Title>;

/// What a catalogue says of stages, acts and clocks: those that it alone has, and those that a city calls otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OwnWords {
    /// Stages by id.
    pub stage: BTreeMap<String, Title>,
    /// Acts by id.
    pub act: BTreeMap<String, Title>,
    /// Clocks by id.
    pub clock: BTreeMap<String, Title>,
}

impl OwnWords {
    fn lay_over(&self, stage: &mut Section, act: &mut Section, clock: &mut Section) {
        for (section, own) in [(stage, &self.stage), (act, &self.act), (clock, &self.clock)] {
            section.extend(own.iter().map(|(id, title)| (id.clone(), title.clone())));
        }
    }

    /// Takes what a later version says in place of this.
    pub fn join(&mut self, later: &Self) {
        later.lay_over(&mut self.stage, &mut self.act, &mut self.clock);
    }
}

/// All words.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    stage: BTreeMap<String, Title>,
    act: BTreeMap<String, Title>,
    mark: BTreeMap<String, Title>,
    party: BTreeMap<String, Title>,
    clock: BTreeMap<String, Title>,
    time: BTreeMap<String, Title>,
    colour: BTreeMap<String, Title>,
    role: BTreeMap<String, Title>,
    sync: BTreeMap<String, Title>,
    next: BTreeMap<String, Title>,
    field: BTreeMap<String, Title>,
    expected: BTreeMap<String, Title>,
    level: BTreeMap<String, Title>,
    verdict: BTreeMap<String, Title>,
    finding: BTreeMap<String, Title>,
    remark: BTreeMap<String, Title>,
    photo: BTreeMap<String, Title>,
    giveaway: BTreeMap<String, Title>,
    notification: BTreeMap<String, Title>,
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

    /// Takes what a catalogue says in place of the words that ship.
    pub fn learn(&mut self, own: &OwnWords) {
        own.lay_over(&mut self.stage, &mut self.act, &mut self.clock);
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
    /// Somebody whose an act is: a role, or a part in the case.
    #[must_use]
    pub fn party(&self, party: Party) -> Title {
        match party {
            Party::Role(role) => self.role(role.id()),
            part => Self::of(&self.party, &String::from(part)),
        }
    }
    /// A clock of a limit.
    #[must_use]
    pub fn clock(&self, id: &str) -> Title {
        Self::of(&self.clock, id)
    }
    /// An amount of time.
    #[must_use]
    pub fn limit(&self, limit: Limit) -> Title {
        let Title { zh, en } = Self::of(&self.time, limit.unit().id());
        let amount = limit.amount().to_string();
        let en = if limit.amount() == 1 { en.strip_suffix('s').unwrap_or(&en) } else { &en };
        Title { zh: zh.replace("{n}", &amount), en: en.replace("{n}", &amount) }
    }
    /// Why a limit is not shown: nobody knows the holidays of a year yet.
    #[must_use]
    pub fn year_unknown(&self, year: i32) -> Title {
        let Title { zh, en } = Self::of(&self.time, UNKNOWN);
        let year = year.to_string();
        Title { zh: zh.replace("{n}", &year), en: en.replace("{n}", &year) }
    }
    /// The colour in which time left shows. Red before its end says that the end is near.
    #[must_use]
    pub fn colour(&self, colour: Colour, left_ms: i64) -> Title {
        let near = colour >= Colour::Red && left_ms > 0;
        Self::of(&self.colour, if near { NEAR } else { colour.id() })
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
    /// Something about photo files, with its facts filled in.
    #[must_use]
    pub fn photo(&self, id: &str, facts: &[(&str, String)]) -> Title {
        let said = |value: &String| Title { zh: value.clone(), en: value.clone() };
        let facts: Vec<(&str, Title)> = facts.iter().map(|(name, value)| (*name, said(value))).collect();
        filled(&Self::of(&self.photo, id), &facts)
    }
    /// What is said of a place in a text that gives something away: what it looks like, and what to do instead.
    #[must_use]
    pub fn giveaway(&self, kind: GiveawayKind) -> Title {
        Self::of(&self.giveaway, kind.id())
    }
    /// What somebody hears whose phone sleeps, about a service by its names in both languages and so many cases.
    #[must_use]
    pub fn notification(&self, why: &str, service: (&str, &str), count: &str) -> Title {
        let service = Title { zh: service.0.to_owned(), en: service.1.to_owned() };
        let count = Title { zh: count.to_owned(), en: count.to_owned() };
        filled(&Self::of(&self.notification, why), &[("service", service), ("count", count)])
    }
    /// A step that a person can take.
    #[must_use]
    pub fn next(&self, id: &str) -> Title {
        Self::of(&self.next, id)
    }

    /// Everything of a catalogue that people would read as an id, because there are no words for it in both languages: `stage x`,
    /// `act x`, `mark x`, `role x`, `group x`.
    #[must_use]
    pub fn missing(&self, catalogue: &Catalogue) -> Vec<String> {
        let mut words = self.clone();
        words.learn(catalogue.own_words());
        let mut missing = words.missing_of_every_catalogue();
        for (_, workflow) in catalogue.workflows() {
            missing.extend(words.missing_of(workflow));
        }
        let unspoken = catalogue.groups().filter(|(_, title)| !is_said(title));
        missing.extend(unspoken.map(|(id, _)| format!("group {id}")));
        missing.sort();
        missing.dedup();
        missing
    }

    /// The same of one workflow: its stages, acts and clocks.
    #[must_use]
    pub fn missing_of(&self, workflow: &Workflow) -> Vec<String> {
        let stages = workflow.stages();
        let acts: BTreeSet<&str> = workflow.acts.iter().map(|act| act.id.as_str()).collect();
        let clocks: BTreeSet<&str> = workflow.clocks.keys().map(String::as_str).collect();
        [
            absent("stage", &self.stage, stages),
            absent("act", &self.act, acts),
            absent("clock", &self.clock, clocks),
        ]
        .concat()
    }

    /// The same of what every catalogue has: the opening act, marks, roles, what a text gives away.
    #[must_use]
    pub fn missing_of_every_catalogue(&self) -> Vec<String> {
        [
            absent("act", &self.act, [OPENING_ACT]),
            absent("mark", &self.mark, Mark::ALL.iter().map(|mark| mark.id())),
            absent("role", &self.role, Role::ALL.iter().map(|role| role.id())),
            absent("party", &self.party, Party::PARTS.iter().map(|(_, id)| *id)),
            absent("clock", &self.clock, [WHOLE, DEADLINE]),
            absent("time", &self.time, Unit::ALL.iter().map(|unit| unit.id()).chain([UNKNOWN])),
            absent("colour", &self.colour, Colour::ALL.iter().map(|colour| colour.id()).chain([NEAR])),
            absent("giveaway", &self.giveaway, GiveawayKind::ALL.iter().map(|kind| kind.id())),
        ]
        .concat()
    }

    /// The reason of an outcome, with its facts filled in: stages and acts as words, instants on the clock of Asia/Shanghai, the rest as
    /// they are.
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
                    "within" | "up_to" => {
                        value.parse().map_or_else(|_| value.clone(), |limit| pick(self.limit(limit)))
                    }
                    "mark" | "missing" => pick(self.mark(value)),
                    "from" | "until" | "rests" => {
                        value.parse().map_or_else(|_| value.clone(), beijing_minute)
                    }
                    _ => value.clone(),
                };
                text = text.replace(&format!("{{{name}}}"), &value);
            }
            text
        };
        // Of several that fit the last one by name: `act` alone says least.
        let more = facts.keys().rev().find_map(|fact| words.when.get(fact));
        let (zh, en) = more.map_or((&words.zh, &words.en), |more| (&more.zh, &more.en));
        Title { zh: fill(zh, |t| t.zh), en: fill(en, |t| t.en) }
    }

    /// What a finding of a check of evidence is worth.
    #[must_use]
    pub fn level(&self, id: &str) -> Title {
        Self::of(&self.level, id)
    }

    /// What a check of evidence comes to.
    #[must_use]
    pub fn verdict(&self, id: &str) -> Title {
        Self::of(&self.verdict, id)
    }

    /// What a check of evidence found; of its facts, times (`…_ms`, since 1970) are read on the clock of Asia/Shanghai, the rest as they are.
    #[must_use]
    pub fn finding<'f>(&self, code: &str, facts: impl IntoIterator<Item = (&'f str, &'f str)>) -> Title {
        let plain = |text: String| Title { zh: text.clone(), en: text };
        let read = |(name, value): (&'f str, &'f str)| {
            if name == "remarks" {
                return (name, self.remarks(value));
            }
            let time = name.ends_with("_ms").then(|| value.parse().ok()).flatten().map(beijing_second);
            (name, plain(time.unwrap_or_else(|| value.to_owned())))
        };
        let facts: Vec<_> = facts.into_iter().map(read).collect();
        filled(&Self::of(&self.finding, code), &facts)
    }

    /// What is odd in a picture's file, by codes with commas between them; a code without words is itself.
    fn remarks(&self, codes: &str) -> Title {
        let titles: Vec<Title> = codes.split(", ").map(|code| Self::of(&self.remark, code)).collect();
        let joined = |pick: fn(&Title) -> &str, by| titles.iter().map(pick).collect::<Vec<_>>().join(by);
        Title { zh: joined(|title| &title.zh, "；"), en: joined(|title| &title.en, "; ") }
    }

    /// Codes of findings that have words.
    pub fn findings(&self) -> impl Iterator<Item = &str> {
        self.finding.keys().map(String::as_str)
    }

    /// What is wrong with an answer of a service's form, naming the question as people read it.
    #[must_use]
    pub fn wrong_answer(&self, error: &FieldError, service: &Service) -> Title {
        let field = service.field(error.key());
        let key = || Title { zh: error.key().to_owned(), en: error.key().to_owned() };
        let mut facts = vec![("field", field.map_or_else(key, |field| field.label.clone()))];
        let mut say = |name, value: &dyn ToString| {
            let value = value.to_string();
            facts.push((name, Title { zh: value.clone(), en: value }));
        };
        match error {
            FieldError::TooLong { chars, max, .. } => {
                say("chars", chars);
                say("max", max);
            }
            FieldError::TooShort { chars, min, .. } => {
                say("chars", chars);
                say("min", min);
            }
            FieldError::TooFew { count, min, .. } => {
                say("count", count);
                say("min", min);
            }
            FieldError::TooMany { count, max, .. } => {
                say("count", count);
                say("max", max);
            }
            FieldError::BelowMin { min, .. } => say("min", min),
            FieldError::AboveMax { max, .. } => say("max", max),
            FieldError::NotA { kind, .. } => {
                let options: Vec<_> = field.map(|field| ("options", options(field))).into_iter().collect();
                facts.push(("expected", filled(&Self::of(&self.expected, kind.id()), &options)));
            }
            FieldError::Broken { message, .. } => facts.push(("message", message.clone())),
            FieldError::Unknown { .. } | FieldError::Missing { .. } | FieldError::BadForm { .. } => {}
        }
        filled(&Self::of(&self.field, error.id()), &facts)
    }

    /// Next steps of an outcome, the best first; never empty for a refusal.
    #[must_use]
    pub fn next_steps(&self, code: Code) -> &[String] {
        self.code.get(code.id()).map_or(&[], |w| &w.next)
    }
}

fn is_said(title: &Title) -> bool {
    !title.zh.trim().is_empty() && !title.en.trim().is_empty()
}

fn absent<'i>(
    kind: &str,
    section: &BTreeMap<String, Title>,
    ids: impl IntoIterator<Item = &'i str>,
) -> Vec<String> {
    let is_absent = |id: &&str| !section.get(*id).is_some_and(is_said);
    ids.into_iter().filter(is_absent).map(|id| format!("{kind} {id}")).collect()
}

/// A field's options in words, in their order.
fn options(field: &Field) -> Title {
    let labels: Vec<Title> = field.options.iter().map(|id| field.option_label(id)).collect();
    let joined = |pick: fn(&Title) -> &str, comma| labels.iter().map(pick).collect::<Vec<_>>().join(comma);
    Title { zh: joined(|l| &l.zh, "、"), en: joined(|l| &l.en, ", ") }
}

/// A template with its `{fact}`s filled in, read once: braces inside a fact mean nothing.
fn filled(template: &Title, facts: &[(&str, Title)]) -> Title {
    let fill = |mut rest: &str, pick: fn(&Title) -> &str| {
        let mut text = String::new();
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let fact = after.split_once('}').and_then(|(name, behind)| {
                facts.iter().find(|(known, _)| *known == name).map(|(_, value)| (pick(value), behind))
            });
            let (value, behind) = fact.unwrap_or(("{", after));
            text.push_str(value);
            rest = behind;
        }
        text.push_str(rest);
        text
    };
    Title { zh: fill(&template.zh, |t| &t.zh), en: fill(&template.en, |t| &t.en) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::FieldType;

    #[test]
    fn no_word_is_missing() {
        let (words, catalogue) = (Words::embedded(), Catalogue::embedded());
        assert_eq!(words.missing(&catalogue), Vec::<String>::new());
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
    fn what_a_refusal_rests_on_is_said_and_nothing_is_left_to_be_filled_in() {
        let words = Words::embedded();
        let at = crate::calendar::beijing(1_782_835_200_000);
        let refusals: [(Code, &[(&str, &str)]); 19] = [
            (Code::RState, &[("stage", "reported"), ("act", "claim")]),
            (Code::RState, &[("stage", "reported"), ("act", "claim"), ("mark", "suspended")]),
            (Code::RState, &[("stage", "reported"), ("act", "claim"), ("missing", "suspended")]),
            (Code::RRole, &[("act", "claim")]),
            (Code::RRole, &[("act", "report"), ("service", "case.snap")]),
            (Code::RRole, &[("act", "claim"), ("until", &at)]),
            (Code::RRole, &[("act", "claim"), ("from", &at)]),
            (Code::RScope, &[("grid", "410102")]),
            (Code::RScope, &[("grid", "410102"), ("unit", "water")]),
            (Code::RGone, &[]),
            (Code::RGone, &[("argument", "into")]),
            (Code::RExpects, &[("stage", "reported"), ("act_seq", "3")]),
            (Code::RExpects, &[("needs", "photo"), ("limit", "2")]),
            (Code::RSchema, &[("argument", "until")]),
            (Code::RSchema, &[("key", "phone")]),
            (Code::RLimit, &[("limit", "2000")]),
            (Code::RLimit, &[("act", "extend_request"), ("limit", "2")]),
            (Code::RLimit, &[("act", "extend_request"), ("limit", "time")]),
            (Code::RTaken, &[("first", "王"), ("position", "1")]),
        ];
        for (code, facts) in refusals {
            let facts = facts.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            let said = words.reason(code, &facts);
            assert!(!said.zh.contains(['{', '}']) && !said.en.contains(['{', '}']), "{said:?} of {facts:?}");
        }
        let said = |code, fact: (&str, &str)| {
            let facts = Facts::from([
                ("stage".to_owned(), "reported".to_owned()),
                ("act".to_owned(), "accept".to_owned()),
                (fact.0.to_owned(), fact.1.to_owned()),
            ]);
            words.reason(code, &facts).en
        };
        assert_eq!(
            said(Code::RState, ("mark", "suspended")),
            "It is “Paused” now, so “Accept” is not possible"
        );
        assert_eq!(
            said(Code::RState, ("missing", "suspended")),
            "It is not “Paused” now, so “Accept” is not possible"
        );
        let photos =
            Facts::from([("needs".to_owned(), "photo".to_owned()), ("limit".to_owned(), "2".to_owned())]);
        assert_eq!(words.reason(Code::RExpects, &photos).zh, "这一步至少要有你拍的 2 张照片");
    }

    #[test]
    fn every_type_has_words_for_what_it_expects() {
        let words = Words::embedded();
        for kind in FieldType::ALL {
            let said = words.expected.get(kind.id()).unwrap_or_else(|| panic!("type {kind}"));
            assert!(said.en.starts_with(kind.expected()), "{kind}: {}", said.en);
        }
        assert_eq!(words.expected.len(), FieldType::ALL.len());
    }

    #[test]
    fn whatever_a_text_gives_away_has_words_of_its_own() {
        let words = Words::embedded();
        assert_eq!(words.giveaway.len(), GiveawayKind::ALL.len());
        assert!(words.giveaway(GiveawayKind::Door).zh.ends_with("接单的人接单后才会看到门牌，不必写在这里"));
        let said: BTreeSet<String> = GiveawayKind::ALL.iter().map(|kind| words.giveaway(*kind).en).collect();
        assert_eq!(said.len(), GiveawayKind::ALL.len());
    }

    #[test]
    fn a_wrong_answer_names_the_question_and_what_it_should_be() {
        let (words, catalogue) = (Words::embedded(), Catalogue::embedded());
        let said = |service: &str, key: &str, value: &str| {
            let (service, _) = catalogue.service(service).unwrap();
            let error = crate::form::check(service, &[(key.into(), value.into())], true).unwrap_err();
            words.wrong_answer(&error, service)
        };
        let budget = said("help.errand", "budget", "-1");
        assert_eq!(budget.zh, "“预算(元)”应为金额(元),最多两位小数");
        let severity = said("case.snap", "severity", "{field}");
        assert_eq!(severity.zh, "“紧急程度”应为选项之一:一般、较急、紧急");
        assert_eq!(severity.en, "“Severity” should be one of the options: Low, Normal, High");
        assert_eq!(said("case.snap", "{max}", "x").en, "The form has no question “{max}”");
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

    #[test]
    fn a_right_that_is_not_held_says_since_when_or_for_whom() {
        let words = Words::embedded();
        let said = |code, fact: &str, value: &str| {
            let facts = [("act", "dispose"), ("grid", "410102"), (fact, value)];
            words.reason(code, &facts.map(|(name, value)| (name.to_owned(), value.to_owned())).into())
        };
        let at = crate::calendar::beijing(1_782_835_200_000);
        let ended = said(Code::RRole, "until", &at);
        assert_eq!(ended.zh, "你的权限已于 2026-07-01 00:00 到期,不能“处置完成”");
        assert_eq!(
            ended.en,
            "Your right ended on 2026-07-01 00:00 (Beijing time), so “Dispose” is not possible"
        );
        let coming = said(Code::RRole, "from", &at);
        assert_eq!(coming.zh, "你的权限自 2026-07-01 00:00 起生效,现在还不能“处置完成”");
        assert!(coming.en.contains("begins on 2026-07-01 00:00"));
        assert_eq!(said(Code::RScope, "unit", "water.co").zh, "你代表的单位“water.co”不承办这个案件");
        assert!(said(Code::RGone, "argument", "into").zh.starts_with("要并入的案件不在平台上"));
        for code in Code::ALL {
            let more = words.code[code.id()].when.values();
            assert!(more.clone().all(is_said), "{code}");
            let of = [
                (Code::RState, 2),
                (Code::RRole, 5),
                (Code::RScope, 1),
                (Code::RGone, 1),
                (Code::RExpects, 2),
                (Code::RSchema, 1),
                (Code::RLimit, 8),
            ];
            assert_eq!(more.len(), of.iter().find(|(of, _)| of == code).map_or(0, |(_, n)| *n));
        }
    }

    #[test]
    fn a_blank_word_is_a_missing_one_and_a_code_without_words_is_its_id() {
        let mut words = Words::embedded();
        words.stage.get_mut("open").unwrap().zh = " ".into();
        words.stage.get_mut("claimed").unwrap().en = String::new();
        assert_eq!(words.missing(&Catalogue::embedded()), ["stage claimed", "stage open"]);
        words.code.remove(Code::RState.id());
        assert_eq!(
            words.reason(Code::RState, &Facts::new()),
            Title { zh: "r_state".into(), en: "r_state".into() }
        );
    }
}
