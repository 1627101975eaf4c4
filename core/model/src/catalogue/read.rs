//! Reading data files row by row, so that every mistake is told at once: with its file, its row and its field.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;
use toml::{Table, Value};

/// Something in a data file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Mistake {
    /// The file, as it was named to the reader.
    pub file: String,
    /// The row: its kind and id, e.g. `service case.snap`; empty for the file as a whole.
    pub row: String,
    /// The field, with its path inside the row; empty for the row as a whole.
    pub field: String,
    /// What is wrong and what would be right.
    pub reason: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, row, field, reason } = self;
        for part in [file, row, field].into_iter().filter(|part| !part.is_empty()) {
            write!(f, "{part}: ")?;
        }
        f.write_str(reason)
    }
}

/// One row under the reader's eyes. What is taken from it is gone from it; what is left over at the end is unknown.
pub(super) struct Row<'m> {
    place: Mistake,
    table: Table,
    mistakes: &'m mut Vec<Mistake>,
    /// What was asked for: all that such a row may say.
    known: BTreeSet<&'static str>,
    /// What it has from elsewhere, where it is judged.
    inherited: BTreeSet<String>,
    in_part: bool,
}

impl<'m> Row<'m> {
    /// A row by its file and name.
    pub(super) fn new(file: &str, row: &str, table: Table, mistakes: &'m mut Vec<Mistake>) -> Self {
        let (file, row) = (file.to_owned(), row.to_owned());
        Self::at(Mistake { file, row, field: String::new(), reason: String::new() }, table, mistakes)
    }

    fn at(place: Mistake, table: Table, mistakes: &'m mut Vec<Mistake>) -> Self {
        let (known, inherited) = (BTreeSet::new(), BTreeSet::new());
        Self { place, table, mistakes, known, inherited, in_part: false }
    }

    /// The same, and nothing needs to be there: others complete it.
    pub(super) fn in_part(mut self) -> Self {
        self.in_part = true;
        self
    }

    /// Notes a mistake of a field.
    pub(super) fn wrong(&mut self, field: &str, reason: impl Into<String>) {
        let top = field.split(['.', '[']).next().unwrap_or_default();
        if self.inherited.contains(top) {
            return;
        }
        let Mistake { file, row, field: inside, .. } = &self.place;
        let field = match (inside.as_str(), field) {
            ("", field) => field.to_owned(),
            (inside, "") => inside.to_owned(),
            (inside, field) => format!("{inside}.{field}"),
        };
        let mistake = Mistake { file: file.clone(), row: row.clone(), field, reason: reason.into() };
        self.mistakes.push(mistake);
    }

    /// How many mistakes there are by now, here and before.
    pub(super) fn mistakes(&self) -> usize {
        self.mistakes.len()
    }

    /// Whether a field is there and not taken yet.
    pub(super) fn has(&self, field: &str) -> bool {
        self.table.contains_key(field)
    }

    /// Takes a field that must be there.
    pub(super) fn required<T: DeserializeOwned>(&mut self, field: &'static str) -> Option<T> {
        if !self.has(field) && !self.in_part {
            self.wrong(field, "is missing");
        }
        self.optional(field)
    }

    /// Takes a field that may be there.
    pub(super) fn optional<T: DeserializeOwned>(&mut self, field: &'static str) -> Option<T> {
        self.known.insert(field);
        let value = self.table.remove(field)?;
        self.read(field, value)
    }

    fn read<T: DeserializeOwned>(&mut self, field: &str, value: Value) -> Option<T> {
        match value.try_into() {
            Ok(value) => Some(value),
            Err(error) => {
                self.wrong(field, error.message().trim_end());
                None
            }
        }
    }

    /// Takes a field, or what stands for it.
    pub(super) fn or_default<T: DeserializeOwned + Default>(&mut self, field: &'static str) -> T {
        self.optional(field).unwrap_or_default()
    }

    /// Takes a table of values of one kind, each told by its own name.
    pub(super) fn table<T: DeserializeOwned>(&mut self, field: &'static str) -> BTreeMap<String, T> {
        let values: Table = self.or_default(field);
        let mut read = BTreeMap::new();
        for (key, value) in values {
            let value = self.read(&format!("{field}.{key}"), value);
            read.extend(value.map(|value| (key, value)));
        }
        read
    }

    /// Takes a list of tables, each to be read as a row of its own.
    pub(super) fn rows(&mut self, field: &'static str, mut read: impl FnMut(&mut Row<'_>)) {
        let tables: Vec<Value> = self.or_default(field);
        if self.inherited.contains(field) {
            // What is wrong inside is told where it comes from.
            let mut told = Vec::new();
            for value in tables {
                if let Value::Table(table) = value {
                    read(&mut Row::at(self.place.clone(), table, &mut told));
                }
            }
            return;
        }
        for (index, value) in tables.into_iter().enumerate() {
            let name = format!("{field}[{index}]");
            let Value::Table(table) = value else {
                self.wrong(&name, "a table is expected");
                continue;
            };
            let Mistake { field: inside, .. } = &self.place;
            let field = if inside.is_empty() { name } else { format!("{inside}.{name}") };
            let mut row = Row::at(Mistake { field, ..self.place.clone() }, table, self.mistakes);
            read(&mut row);
            row.end();
        }
    }

    /// Takes everything that is left as it is.
    pub(super) fn rest(&mut self) -> Table {
        std::mem::take(&mut self.table)
    }

    /// Fills what is not there from another table, which is judged where it stands.
    pub(super) fn inherit(&mut self, from: &Table) {
        for (key, value) in from {
            if !self.table.contains_key(key) && !matches!(key.as_str(), "id" | "profile") {
                self.table.insert(key.clone(), value.clone());
                self.inherited.insert(key.clone());
            }
        }
    }

    /// Nothing else may be in it.
    pub(super) fn end(mut self) {
        let left: Vec<String> = self.table.keys().cloned().collect();
        let known = self.known.iter().copied().collect::<Vec<_>>().join(", ");
        for key in left {
            self.wrong(&key, format!("no such field; there are: {known}"));
        }
    }
}
