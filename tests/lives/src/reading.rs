//! What the tables say, read from the files themselves. Nothing here knows the catalogue's own reader or the rule: a column of a
//! workflow's row that is not known here ends the test, so that none is passed over in silence.

use std::collections::{BTreeMap, BTreeSet};

use toml::{Table, Value};
use yuandian_model::Catalogue;

const ROW: [&str; 19] = [
    "id", "from", "to", "by", "class", "offline", "effect", "evidence", "args", "needs", "bars", "sets",
    "clears", "counts", "at_most", "up_to", "after", "in_time", "vetted",
];

/// One row of a workflow.
#[derive(Debug, Clone)]
pub struct Row {
    pub id: String,
    pub from: Vec<String>,
    pub to: Option<String>,
    pub by: Vec<String>,
    pub class: String,
    pub effect: String,
    /// A number, or the name of the service's number.
    pub evidence: String,
    /// Whether whoever does it was looked at as closely as the service asks.
    pub vetted: bool,
    /// Name, and whether it must be said.
    pub args: Vec<(String, bool)>,
    pub needs: Vec<String>,
    pub bars: Vec<String>,
    pub sets: Vec<String>,
    pub clears: Vec<String>,
    pub counts: Option<String>,
    pub at_most: Option<u32>,
    pub up_to: Option<String>,
    pub after: Option<String>,
    pub in_time: bool,
}

/// A workflow.
#[derive(Debug, Clone)]
pub struct Flow {
    pub opens: String,
    pub ends: Vec<String>,
    pub clocks: BTreeMap<String, Vec<String>>,
    pub rows: Vec<Row>,
}

/// A service, its profile's columns filled in.
#[derive(Debug, Clone)]
pub struct Service {
    pub id: String,
    pub workflow: String,
    pub opens: Option<String>,
    /// Whether people nearby hear of it first.
    pub nearby: bool,
    /// How closely whoever takes one was looked at.
    pub vetting: Option<String>,
    pub visibility: String,
    pub create: Vec<String>,
    pub handle: Vec<String>,
    pub approve: Vec<String>,
    pub view: Vec<String>,
    /// Who reads its private answers beside the author.
    pub private_to: Vec<String>,
    pub capacity: usize,
    pub before: u32,
    pub after: u32,
    /// Filing conditions with the names of the clocks that they limit.
    pub conditions: Vec<(String, BTreeSet<String>)>,
    /// Conditions that cannot wait.
    pub urgent: BTreeSet<String>,
    pub marks: BTreeSet<String>,
    /// Where it may be known: `exact` or `cell`.
    pub place: String,
    /// Its questions, those of its form first.
    pub fields: Vec<Field>,
}

/// A question of a form.
#[derive(Debug, Clone)]
pub struct Field {
    pub key: String,
    pub kind: String,
    pub required: bool,
    /// Whether it must also be answered where something holds, is shown only where something holds, must hold together with others.
    pub required_when: bool,
    pub visible_when: bool,
    pub constrained: bool,
    pub private: bool,
    pub options: Vec<String>,
    pub min: Option<String>,
    pub min_length: usize,
    pub max_length: usize,
}

/// What may be said with an act.
#[derive(Debug, Clone)]
pub struct Argument {
    pub kind: String,
    pub options: Vec<String>,
    /// For a day: how far ahead at most.
    pub within: Option<String>,
}

/// Everything.
#[derive(Debug, Default)]
pub struct Reading {
    pub arguments: BTreeMap<String, Argument>,
    pub flows: BTreeMap<String, Flow>,
    pub services: Vec<Service>,
}

impl Row {
    /// Whether it leads the case to a stage.
    pub fn moves(&self) -> bool {
        self.to.is_some()
    }

    /// The roles that may do it in a service, where the case lies.
    pub fn roles<'t>(&'t self, service: &'t Service) -> BTreeSet<&'t str> {
        let of = |party: &'t String| match party.as_str() {
            "@handler" => service.handle.iter().map(String::as_str).collect(),
            "@approver" => service.approve.iter().map(String::as_str).collect(),
            part if part.starts_with('@') => vec![],
            role => vec![role],
        };
        self.by.iter().flat_map(of).collect()
    }

    /// Whether it is one person's of the case, or the server's.
    pub fn is_of(&self, part: &str) -> bool {
        self.by.iter().any(|party| party == part)
    }

    /// Whether it is anybody's but the server's.
    pub fn is_anybodys(&self) -> bool {
        self.by.iter().any(|party| party != "@system")
    }

    /// The photos that it asks for.
    pub fn photos(&self, service: &Service) -> u32 {
        match self.evidence.as_str() {
            "before" => service.before,
            "after" => service.after,
            "before_and_after" => service.before + service.after,
            number => number.parse().expect(number),
        }
    }

    /// Whether somebody may ever do it in a service: only what is public has a summary that somebody could follow.
    pub fn is_open_in(&self, service: &Service) -> bool {
        !matches!(self.effect.as_str(), "follow" | "unfollow") || service.visibility == "public"
    }
}

/// Reads the files that ship.
pub fn read() -> Reading {
    let files: Vec<Table> =
        Catalogue::embedded_files().iter().map(|file| file.text.parse().expect(file.name)).collect();
    let mut reading = Reading::default();
    let (mut profiles, mut forms) = (Table::new(), BTreeMap::new());
    for file in &files {
        profiles.extend(tables(file, "profile").map(|(id, table)| (id.clone(), table.clone().into())));
        for (id, table) in tables(file, "form") {
            forms.insert(id.clone(), rows(table, "field").map(field).collect::<Vec<_>>());
        }
        for (id, table) in tables(file, "argument") {
            let within = table.get("within").and_then(Value::as_str).map(str::to_owned);
            let argument = Argument { kind: text(table, "kind"), options: texts(table, "options"), within };
            reading.arguments.insert(id.clone(), argument);
        }
        for (id, table) in tables(file, "workflow") {
            reading.flows.insert(id.clone(), flow(table));
        }
    }
    for file in &files {
        for row in rows(file, "service") {
            let mut whole = row.clone();
            if let Some(profile) = row.get("profile").and_then(Value::as_str) {
                // What several services have in common; each says for itself what is otherwise.
                for (key, value) in profiles[profile].as_table().expect(profile) {
                    whole.entry(key.clone()).or_insert_with(|| value.clone());
                }
            }
            let mut service = service(&whole);
            if let Some(form) = whole.get("form").and_then(Value::as_str) {
                service.fields.splice(..0, forms[form].iter().cloned());
            }
            reading.services.push(service);
        }
    }
    reading
}

fn flow(table: &Table) -> Flow {
    let clocks = table.get("clocks").and_then(Value::as_table).cloned().unwrap_or_default();
    Flow {
        opens: text(table, "opens"),
        ends: texts(table, "final"),
        clocks: clocks.keys().map(|clock| (clock.clone(), texts(&clocks, clock))).collect(),
        rows: rows(table, "act").map(row).collect(),
    }
}

fn row(table: &Table) -> Row {
    let id = text(table, "id");
    for key in table.keys() {
        assert!(ROW.contains(&key.as_str()), "act {id}: nobody here can read the column {key}");
    }
    let maybe = |key: &str| table.get(key).and_then(Value::as_str).map(str::to_owned);
    let evidence = match table.get("evidence") {
        None => "0".to_owned(),
        Some(Value::String(name)) => name.clone(),
        Some(number) => number.to_string(),
    };
    let arg = |name: String| match name.strip_suffix('?') {
        Some(name) => (name.to_owned(), false),
        None => (name, true),
    };
    Row {
        from: texts(table, "from"),
        to: maybe("to"),
        by: texts(table, "by"),
        class: text(table, "class"),
        effect: maybe("effect").unwrap_or_default(),
        evidence,
        args: texts(table, "args").into_iter().map(arg).collect(),
        needs: texts(table, "needs"),
        bars: texts(table, "bars"),
        sets: texts(table, "sets"),
        clears: texts(table, "clears"),
        counts: maybe("counts"),
        at_most: number(table, "at_most"),
        up_to: maybe("up_to"),
        after: maybe("after"),
        in_time: table.get("in_time").and_then(Value::as_bool).unwrap_or(false),
        vetted: table.get("vetted").and_then(Value::as_bool).unwrap_or(false),
        id,
    }
}

fn service(table: &Table) -> Service {
    let evidence = table.get("evidence").and_then(Value::as_table).cloned().unwrap_or_default();
    let limits = |condition: &Table| {
        let limits = condition.get("limits").and_then(Value::as_table);
        limits.map(|limits| limits.keys().cloned().collect()).unwrap_or_default()
    };
    Service {
        id: text(table, "id"),
        workflow: text(table, "workflow"),
        opens: table.get("opens").and_then(Value::as_str).map(str::to_owned),
        vetting: table.get("vetting").and_then(Value::as_str).map(str::to_owned),
        nearby: (table.get("routing").and_then(|routing| routing.get("by")).and_then(Value::as_str))
            .is_some_and(|by| matches!(by, "radius" | "provider" | "family")),
        visibility: text(table, "visibility"),
        create: texts(table, "create"),
        handle: texts(table, "handle"),
        approve: texts(table, "approve"),
        view: texts(table, "view"),
        private_to: table.get("private_to").map_or(vec!["@holder".into()], |_| texts(table, "private_to")),
        capacity: number(table, "capacity").map_or(1, |n| usize::try_from(n).expect("a capacity")),
        before: number(&evidence, "before_min").unwrap_or(0),
        after: number(&evidence, "after_min").unwrap_or(0),
        conditions: rows(table, "condition").map(|row| (text(row, "id"), limits(row))).collect(),
        urgent: rows(table, "condition")
            .filter(|row| row.get("urgency").and_then(Value::as_str) == Some("urgent"))
            .map(|row| text(row, "id"))
            .collect(),
        marks: texts(table, "marks").into_iter().collect(),
        place: text(table, "place"),
        fields: rows(table, "field").map(field).collect(),
    }
}

fn field(table: &Table) -> Field {
    let has = |key: &str| table.contains_key(key);
    let length = |key: &str| number(table, key).map(|chars| usize::try_from(chars).expect(key));
    Field {
        key: text(table, "key"),
        kind: text(table, "type"),
        required: table.get("required").and_then(Value::as_bool).unwrap_or(false),
        required_when: has("required_when"),
        visible_when: has("visible_when"),
        constrained: has("constraint"),
        private: table.get("privacy").and_then(Value::as_str) == Some("private"),
        options: texts(table, "options"),
        min: table.get("min").map(|min| min.as_str().map_or_else(|| min.to_string(), str::to_owned)),
        min_length: length("min_length").unwrap_or(0),
        max_length: length("max_length").unwrap_or(usize::MAX),
    }
}

fn tables<'t>(table: &'t Table, key: &str) -> impl Iterator<Item = (&'t String, &'t Table)> {
    let inside = table.get(key).and_then(Value::as_table).into_iter().flatten();
    inside.map(|(id, value)| (id, value.as_table().expect(id)))
}

fn rows<'t>(table: &'t Table, key: &str) -> impl Iterator<Item = &'t Table> {
    let inside = table.get(key).and_then(Value::as_array).into_iter().flatten();
    inside.map(|value| value.as_table().expect("a row is a table"))
}

fn text(table: &Table, key: &str) -> String {
    table.get(key).and_then(Value::as_str).unwrap_or_else(|| panic!("no {key} in {table:?}")).to_owned()
}

fn texts(table: &Table, key: &str) -> Vec<String> {
    let inside = table.get(key).and_then(Value::as_array).into_iter().flatten();
    inside.map(|value| value.as_str().expect(key).to_owned()).collect()
}

fn number(table: &Table, key: &str) -> Option<u32> {
    table.get(key).map(|value| u32::try_from(value.as_integer().expect(key)).expect(key))
}
