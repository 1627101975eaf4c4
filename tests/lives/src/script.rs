//! Scenarios of whole lives, in the words of `tests/scenarios/README.md`: one file a workflow, one case a form shape.
//!
//! Before each act of a case's way it is tried by somebody whose it is not, in a stage or under a mark that does not let it be done, and
//! without what must be said and shown with it. A phone refuses what it knows; where it cannot know (what somebody else did since, whose the
//! photos are), the server does.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::cast::{Cast, Member};
use crate::form;
use crate::life::{AUTHOR, Args, Life, Person, person};
use crate::reading::{Field, Flow, Reading, Row, Service};
use crate::says;
use crate::way::{Act, Search, can_be_said, said};

const STREET: &str = "410102001";
const COMMUNITY: &str = "410102001002";
const PHOTOS: [&str; 3] = ["photos/tiny.jpg", "photos/tiny.png", "photos/tiny.webp"];
/// Why there is no photo.
const TOO_DARK: &str = "太暗";
/// Acts of a way, at least: room for a side step where the way to an end is short.
const ACTS_MIN: usize = 5;
/// Cases of a form shape, at most: rows of which one excludes the other need several.
const ROUNDS_MAX: usize = 4;

/// A file of scenarios.
#[derive(Debug)]
pub struct File {
    /// Its name, in the folder of lives.
    pub name: String,
    /// What stands in it.
    pub text: String,
    /// Rows that none of its cases goes over, of those that are not the server's alone.
    pub left_out: Vec<String>,
}

/// All of them, as the tables are now.
pub fn files(reading: &Reading) -> Vec<File> {
    reading.flows.iter().map(|(workflow, flow)| file(reading, workflow, flow)).collect()
}

fn file(reading: &Reading, workflow: &str, flow: &Flow) -> File {
    let mut shapes = BTreeSet::new();
    let services: Vec<&Service> = reading
        .services
        .iter()
        .filter(|service| service.workflow == workflow && shapes.insert(form::shape(service)))
        .collect();
    let peoples = flow.rows.iter().filter(|row| row.is_anybodys()).count();
    let acts = (peoples.div_ceil(services.len()) + 2).max(ACTS_MIN);
    let (mut done, mut ends) = (BTreeSet::new(), BTreeSet::new());
    let mut script = Script::default();
    let mut lives = 0;
    // One case of each; then more, as long as there are rows that none has gone over.
    for (turn, service) in services.iter().cycle().enumerate().take(services.len() * ROUNDS_MAX) {
        if turn >= services.len() && done.len() == peoples {
            break;
        }
        let cast = Cast::of(service, flow, turn);
        let before = done.len();
        let way = Search { reading, cast: &cast, turn }.way(&mut done, &mut ends, acts);
        if turn >= services.len() && done.len() == before {
            continue;
        }
        lives += 1;
        let mut told = Told::of(&mut script, reading, &cast, turn);
        told.open();
        for act in &way {
            told.act(act);
        }
        told.end(way.last().map_or("", |act| &act.after.stage));
    }
    let title = format!("{workflow}: {lives} {}", if lives == 1 { "life" } else { "lives" });
    let name = format!("{workflow}.json");
    let left = flow.rows.iter().filter(|row| row.is_anybodys() && !done.contains(&row.id));
    let left_out = left.map(|row| format!("{workflow} {}", row.id)).collect();
    File { name, text: script.text(&title), left_out }
}

/// What a file says.
#[derive(Debug, Default)]
struct Script {
    /// Phones by name: role, division and unit of the invitation.
    devices: BTreeMap<String, (String, &'static str, Option<&'static str>)>,
    steps: Vec<Vec<(&'static str, Value)>>,
    /// Services of its cases.
    cases: Vec<String>,
    /// Its cases by name.
    opened: Vec<String>,
    /// Rows that were tried in a stage that does not let them be done.
    tried: BTreeSet<(String, String)>,
}

impl Script {
    fn text(&self, name: &str) -> String {
        let devices = self.devices.iter().map(|(name, (role, grid, unit))| {
            let mut device = vec![("name", json!(name)), ("role", json!(role)), ("grid", json!(grid))];
            device.extend(unit.map(|unit| ("unit", json!(unit))));
            // Whatever a service asks of volunteers, these have it.
            device.extend((role == "volunteer").then(|| ("level", json!("l3"))));
            line(&device)
        });
        let lines = |lines: Vec<String>| format!("    {}", lines.join(",\n    "));
        let (devices, steps) =
            (lines(devices.collect()), lines(self.steps.iter().map(|s| line(s)).collect()));
        format!(
            "{{\n  \"name\": {},\n  \"devices\": [\n{devices}\n  ],\n  \"steps\": [\n{steps}\n  ]\n}}\n",
            json!(name)
        )
    }
}

fn line(pairs: &[(&'static str, Value)]) -> String {
    let pairs: Vec<String> = pairs.iter().map(|(key, value)| format!("\"{key}\": {value}")).collect();
    format!("{{{}}}", pairs.join(", "))
}

/// One life, as it is told.
struct Told<'s, 't> {
    script: &'s mut Script,
    reading: &'t Reading,
    cast: &'t Cast<'t>,
    turn: usize,
    case: String,
    /// Who ever had a part in it.
    part: BTreeSet<Person>,
    /// The last act that each phone has.
    known: BTreeMap<Person, u64>,
    /// Photos that each has put in.
    photos: BTreeMap<Person, u32>,
    /// Whether somebody else has looked at the answers.
    looked: bool,
    /// Whether somebody has come too late.
    late: bool,
}

impl<'s, 't> Told<'s, 't> {
    fn of(script: &'s mut Script, reading: &'t Reading, cast: &'t Cast<'t>, turn: usize) -> Self {
        let (part, known, photos) = (BTreeSet::from([AUTHOR]), BTreeMap::new(), BTreeMap::new());
        let id = &cast.service.id;
        let again = script.cases.iter().filter(|case| *case == id).count();
        let case = if again == 0 { id.clone() } else { format!("{id} {}", again + 1) };
        script.cases.push(id.clone());
        Self { script, reading, cast, turn, case, part, known, photos, looked: false, late: false }
    }

    fn name(&self, person: Person) -> String {
        self.cast.member(person).name.clone()
    }

    fn case(&self) -> Value {
        json!(self.case)
    }

    /// A step on somebody's phone.
    fn step(&mut self, what: &'static str, on: Person, rest: Vec<(&'static str, Value)>) {
        let mut step = vec![("do", json!(what)), ("on", json!(self.comes(on)))];
        step.extend(rest);
        self.script.steps.push(step);
    }

    /// Somebody has a phone in this file.
    fn comes(&mut self, on: Person) -> String {
        let Member { name, role, unit, .. } = self.cast.member(on).clone();
        let grid = if on == AUTHOR { COMMUNITY } else { STREET };
        self.script.devices.entry(name.clone()).or_insert((role, grid, unit));
        name
    }

    fn sync(&mut self, on: Person) {
        self.step("sync", on, vec![("answers", json!({"reached": true, "complete": true}))]);
    }

    /// The case comes to somebody's phone, if it is not there as it stands.
    fn hear(&mut self, on: Person, life: &Life) {
        if self.known.get(&on) == Some(&life.acts) {
            return;
        }
        self.sync(on);
        self.known.insert(on, life.acts);
        if on != AUTHOR && !self.looked {
            self.looked = true;
            self.read(on, life);
        }
    }

    /// What was answered is there to be read, what is private by those whom the service names.
    fn read(&mut self, on: Person, life: &Life) {
        let service = self.cast.service;
        let answers = form::answers(service);
        let mut fields: BTreeMap<&str, Value> =
            form::shared(service).map(|field| (field.key.as_str(), json!(answers[&field.key]))).collect();
        let reads = self.cast.reads_private(self.cast.member(on), life);
        // What may be hidden may not have been asked.
        let private = service.fields.iter().filter(|field| field.private && !(reads && field.visible_when));
        let told = |field: &Field| match answers.get(&field.key) {
            Some(answer) if reads => json!(answer),
            _ => Value::Null,
        };
        fields.extend(private.map(|field| (field.key.as_str(), told(field))));
        let author = self.name(AUTHOR);
        let seen = json!({"service": service.id, "author": author, "fields": fields});
        self.step("look", on, vec![("case", self.case()), ("answers", seen)]);
    }

    /// The case is opened; before that by nobody who may not, and not without what must be answered.
    fn open(&mut self) {
        let service = self.cast.service;
        let answers = form::answers(service);
        let capture = |name: &str, answers: &BTreeMap<String, String>, photos: &[&str]| {
            let mut step = vec![("as", json!(name)), ("service", json!(service.id))];
            step.push(("at", json!([113.62, 34.75, 8])));
            step.push(("text", json!(format!("{} {}", service.workflow, service.id))));
            step.push(("set", json!(answers)));
            if !photos.is_empty() {
                step.push(("photos", json!(photos)));
            }
            step
        };
        let unseen = |mut step: Vec<(&'static str, Value)>| {
            if service.before > 0 {
                step.push(("no_photo", json!(TOO_DARK)));
            }
            step
        };
        let refused = |mut step: Vec<(&'static str, Value)>, error: Value| {
            step.push(("fails", error));
            step
        };
        let strangers: Vec<Person> = self
            .cast
            .members
            .iter()
            .filter(|m| !service.create.contains(&m.role))
            .map(|m| m.person)
            .collect();
        // Somebody who has a phone in this file already, if there is anybody.
        let known = strangers.iter().find(|who| self.script.devices.contains_key(&self.name(**who)));
        let stranger = *known.unwrap_or(&strangers[self.turn % strangers.len()]);
        let no = json!({"variant": "Refused", "code": "r_role"});
        self.step("capture", stranger, refused(unseen(capture("nothing", &answers, &[])), no));
        if let Some(field) = service.fields.iter().find(|field| field.required && !field.visible_when) {
            let mut some = answers.clone();
            some.remove(&field.key);
            let no = json!({"variant": "InvalidInput", "field": field.key});
            self.step("capture", AUTHOR, refused(capture("nothing", &some, &[]), no));
        }
        if let Some((key, value)) = form::nonsense(service) {
            let mut wrong = answers.clone();
            wrong.insert(key.to_owned(), value.to_owned());
            let no = json!({"variant": "InvalidInput", "field": key});
            self.step("capture", AUTHOR, refused(capture("nothing", &wrong, &[]), no));
        }
        // Every other case shows from its beginning what it is about; the others say why they do not.
        let few = |photos: u32| &PHOTOS[..usize::try_from(photos).expect("few photos")];
        if let Some(fewer) = service.before.checked_sub(1) {
            let no = json!({"variant": "Refused", "code": "r_expects"});
            self.step("capture", AUTHOR, refused(capture("nothing", &answers, few(fewer)), no));
        }
        let shown = if self.turn.is_multiple_of(2) { service.before } else { 0 };
        let photos = few(shown);
        let stage = service.opens.as_ref().unwrap_or(&self.cast.flow.opens);
        let mut step = capture(&self.case, &answers, photos);
        if shown < service.before {
            step = unseen(step);
        }
        step.push(("answers", json!({"stage": stage})));
        self.step("capture", AUTHOR, step);
        self.script.opened.push(self.case.clone());
        self.photos.insert(AUTHOR, shown);
        self.sync(AUTHOR);
        self.known.insert(AUTHOR, 1);
    }

    fn doing(&mut self, row: &Row, said: &Args, photos: u32) -> Vec<(&'static str, Value)> {
        let mut step = vec![("case", self.case()), ("act", json!(row.id))];
        if !said.is_empty() {
            let mut set = said.clone();
            for (name, value) in &mut set {
                match self.reading.arguments[name].kind.as_str() {
                    "user" => {
                        if let Ok(user) = value.parse() {
                            *value = format!("user:{}", self.comes(person(&user)));
                        }
                    }
                    "case" if *value == says::another().to_string() => {
                        *value = format!("case:{}", self.another_case());
                    }
                    _ => {}
                }
            }
            step.push(("set", json!(set)));
        }
        if photos > 0 {
            step.push(("photos", json!(PHOTOS[..usize::try_from(photos).expect("few photos")])));
        }
        step
    }

    /// A case that this one may go on in: one of those before it, or one that is opened for it.
    fn another_case(&mut self) -> String {
        let before = self.script.opened.iter().find(|name| **name != self.case).cloned();
        before.unwrap_or_else(|| {
            let service = self.cast.service;
            let name = format!("{} another", service.id);
            let mut step = vec![
                ("as", json!(name)),
                ("service", json!(service.id)),
                ("at", json!([113.62, 34.75, 8])),
                ("set", json!(form::answers(service))),
            ];
            if service.before > 0 {
                step.push(("no_photo", json!(TOO_DARK)));
            }
            self.step("capture", AUTHOR, step);
            self.sync(AUTHOR);
            self.script.opened.push(name.clone());
            name
        })
    }

    /// The phone itself says no.
    fn refused(&mut self, on: Person, row: &Row, (said, photos): (&Args, u32), code: &str) {
        let mut step = self.doing(row, said, photos);
        step.push(("fails", json!({"variant": "Refused", "code": code})));
        self.step("act", on, step);
    }

    /// The phone cannot know; the server says no, and what is left of it is let go.
    fn refused_there(&mut self, on: Person, row: &Row, said: &Args, code: &str) {
        let mut step = self.doing(row, said, 0);
        step.push(("answers", json!("queued")));
        self.step("act", on, step);
        self.sync(on);
        let entry = json!([{"case": self.case, "act": row.id, "code": code}]);
        self.step("look", on, vec![("answers", json!({"attention": entry, "outbox": []}))]);
        self.step("attention", on, vec![("case", self.case()), ("step", json!("discard"))]);
    }

    fn act(&mut self, act: &Act<'_>) {
        let Act { row, who, said, before, after } = act;
        self.hear(*who, before);
        self.wrong_person(act);
        self.wrong_stage(act);
        self.nothing_said(act);
        self.nothing_shown(act);
        let late = self.too_late(act);
        let own = self.photos.get(who).copied().unwrap_or(0);
        let photos = row.photos(self.cast.service).saturating_sub(own);
        let mut step = self.doing(row, said, photos);
        step.push(("answers", json!("queued")));
        self.step("act", *who, step);
        self.sync(*who);
        *self.photos.entry(*who).or_default() += photos;
        self.part.extend(after.holders.iter().chain(&after.waiting));
        self.known.insert(*who, after.acts);
        self.look(*who, after);
        if let Some(late) = late {
            self.refused_there(late, row, said, "r_state");
            self.known.insert(late, after.acts);
        }
    }

    fn look(&mut self, on: Person, life: &Life) {
        let holders: Vec<String> = life.holders.iter().map(|holder| self.name(*holder)).collect();
        let seen = json!({
            "stage": life.stage, "act_seq": life.acts, "holders": holders, "waiting": life.waiting.len(), "pending": [],
        });
        self.step("look", on, vec![("case", self.case()), ("answers", seen)]);
    }

    /// Somebody who has the case, and whose act it is not.
    fn wrong_person(&mut self, act: &Act<'_>) {
        let Act { row, said, before, .. } = act;
        // Who does not follow has nothing to leave, whoever they are.
        if row.effect == "unfollow" {
            return;
        }
        let strangers = self.cast.members.iter().filter(|member| {
            self.cast.sees(member, before, &self.part)
                && !self.cast.may(member, row, before)
                && !self.cast.is_of_another_unit(member, row, before)
                && !Cast::is_idle(member.person, row, before)
        });
        let strangers: Vec<Person> = strangers.map(|member| member.person).collect();
        // Whoever knows how it stands needs no sync; else whoever has a phone in this file.
        let at = |who: &&Person| {
            (self.known.get(*who) == Some(&before.acts), self.script.devices.contains_key(&self.name(**who)))
        };
        let Some(best) = strangers.iter().map(|who| at(&who)).max() else { return };
        let strangers: Vec<Person> = strangers.iter().filter(|who| at(who) == best).copied().collect();
        let stranger = strangers[self.script.steps.len() % strangers.len()];
        self.hear(stranger, before);
        self.refused(stranger, row, (said, 0), "r_role");
    }

    /// Another act, which cannot be done as the case stands.
    fn wrong_stage(&mut self, act: &Act<'_>) {
        let Act { who, before, .. } = act;
        let member = self.cast.member(*who);
        let code = |row: &&Row| {
            let follows = matches!(row.effect.as_str(), "follow" | "unfollow");
            // For whom it would be a matter of their unit, it is none of the stage.
            let elsewhere = self.cast.is_of_another_unit(member, row, before);
            if follows || elsewhere || before.allows(row) {
                None
            } else if !row.from.contains(&before.stage) {
                Some("r_state")
            } else if !self.cast.may(member, row, before) || Cast::is_idle(*who, row, before) {
                None
            } else if before.hindered(row).is_empty() {
                Some("r_limit")
            } else {
                Some("r_state")
            }
        };
        let rows: Vec<(&Row, &str)> =
            self.cast.flow.rows.iter().filter_map(|row| Some((row, code(&row)?))).collect();
        let tried = |row: &Row| self.script.tried.contains(&(row.id.clone(), before.stage.clone()));
        // Their own acts first, then what was not tried here before.
        let best = rows.iter().min_by_key(|(row, _)| (tried(row), !self.cast.may(member, row, before)));
        let Some((row, code)) = best.copied() else { return };
        self.script.tried.insert((row.id.clone(), before.stage.clone()));
        let said = said(self.reading, self.cast, row, before, self.turn);
        self.refused(*who, row, (&said, 0), code);
    }

    /// What must be said with it is left out, then is not what it should be.
    fn nothing_said(&mut self, act: &Act<'_>) {
        let Act { row, who, said, .. } = act;
        if let Some((name, _)) = row.args.iter().find(|(_, required)| *required) {
            let mut unsaid = said.clone();
            unsaid.remove(name);
            self.refused(*who, row, (&unsaid, 0), "r_schema");
        }
        if let Some((name, _)) = row.args.iter().find(|(name, _)| can_be_said(self.cast.service, name)) {
            let mut wrong = said.clone();
            wrong.insert(name.clone(), says::nonsense(self.reading, name).to_owned());
            self.refused(*who, row, (&wrong, 0), "r_schema");
        }
    }

    /// One photo fewer than needed. A phone counts what is in the case, the server what its person has put in.
    fn nothing_shown(&mut self, act: &Act<'_>) {
        let Act { row, who, said, .. } = act;
        let needed = row.photos(self.cast.service);
        let all: u32 = self.photos.values().sum();
        let own = self.photos.get(who).copied().unwrap_or(0);
        if all < needed {
            self.refused(*who, row, (said, needed - all - 1), "r_expects");
        } else if own < needed {
            self.refused_there(*who, row, said, "r_expects");
        }
    }

    /// Somebody else whose act it is, too, and who has not heard when it is done: once in a life.
    fn too_late(&mut self, act: &Act<'_>) -> Option<Person> {
        let Act { row, who, before, after, .. } = act;
        let photos = row.photos(self.cast.service) > 0;
        if self.late || photos || row.from.contains(&after.stage) {
            return None;
        }
        let parties = self.cast.parties(row, before, &self.part, self.turn);
        let late = parties.into_iter().find(|party| party != who)?;
        self.late = true;
        self.hear(late, before);
        Some(late)
    }

    /// Its author hears how it ended.
    fn end(&mut self, stage: &str) {
        self.sync(AUTHOR);
        let seen = json!({"stage": stage, "sync": "delivered", "pending": []});
        self.step("look", AUTHOR, vec![("case", self.case()), ("answers", seen)]);
        self.step("look", AUTHOR, vec![("answers", json!({"attention": [], "outbox": []}))]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading;

    #[test]
    fn the_files_are_what_the_tables_say_now() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios/lives");
        let mut left = vec![];
        for File { name, text, left_out } in files(&reading::read()) {
            let kept = std::fs::read_to_string(folder.join(&name)).unwrap_or_default();
            assert!(kept == text, "{name} is older than the tables: `yuandian-scenarios generate`");
            left.extend(left_out);
        }
        assert_eq!(left, Vec::<String>::new());
    }
}
