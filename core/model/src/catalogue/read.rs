//! Reading data files row by row, so that every mistake is told at once: with its file, its row and its field.

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
}

impl<'m> Row<'m> {
    /// A row by its file and name.
    pub(super) fn new(file: &str, row: &str, table: Table, mistakes: &'m mut Vec<Mistake>) -> Self {
        let place = Mistake {
            file: file.to_owned(),
            row: row.to_owned(),
            field: String::new(),
            reason: String::new(),
        };
        Self { place, table, mistakes }
    }

    /// Notes a mistake of a field.
    pub(super) fn wrong(&mut self, field: &str, reason: impl Into<String>) {
        let Mistake { file, row, field: inside, .. } = &self.place;
        let field = match (inside.as_str(), field) {
            ("", field) => field.to_owned(),
            (inside, "") => inside.to_owned(),
            (inside, field) => format!("{inside}.{field}"),
        };
        let mistake = Mistake { file: file.clone(), row: row.clone(), field, reason: reason.into() };
        self.mistakes.push(mistake);
    }

    /// Takes a field that must be there.
    pub(super) fn required<T: DeserializeOwned>(&mut self, field: &str) -> Option<T> {
        if !self.table.contains_key(field) {
            self.wrong(field, "is missing");
        }
        self.optional(field)
    }

    /// Takes a field that may be there.
    pub(super) fn optional<T: DeserializeOwned>(&mut self, field: &str) -> Option<T> {
        let value = self.table.remove(field)?;
        match value.try_into() {
            Ok(value) => Some(value),
            Err(error) => {
                self.wrong(field, error.message());
                None
            }
        }
    }

    /// Takes a field, or what stands for it.
    pub(super) fn or_default<T: DeserializeOwned + Default>(&mut self, field: &str) -> T {
        self.optional(field).unwrap_or_default()
    }

    /// Takes a list of tables, each to be read as a row of its own.
    pub(super) fn rows(&mut self, field: &str, mut read: impl FnMut(&mut Row<'_>)) {
        let tables: Vec<Value> = self.or_default(field);
        for (index, value) in tables.into_iter().enumerate() {
            let name = format!("{field}[{index}]");
            let Value::Table(table) = value else {
                self.wrong(&name, "a table is expected");
                continue;
            };
            let Mistake { field: inside, .. } = &self.place;
            let field = if inside.is_empty() { name } else { format!("{inside}.{name}") };
            let place = Mistake { field, ..self.place.clone() };
            let mut row = Row { place, table, mistakes: self.mistakes };
            read(&mut row);
            row.end();
        }
    }

    /// Takes everything that is left as one value.
    pub(super) fn whole<T: DeserializeOwned>(&mut self) -> Option<T> {
        match Value::Table(std::mem::take(&mut self.table)).try_into() {
            Ok(value) => Some(value),
            Err(error) => {
                self.wrong("", error.message());
                None
            }
        }
    }

    /// Takes everything that is left as it is.
    pub(super) fn rest(&mut self) -> Table {
        std::mem::take(&mut self.table)
    }

    /// Fills what is not there from another table.
    pub(super) fn inherit(&mut self, from: &Table) {
        for (key, value) in from {
            if !self.table.contains_key(key) {
                self.table.insert(key.clone(), value.clone());
            }
        }
    }

    /// Nothing else may be in it.
    pub(super) fn end(mut self) {
        let left: Vec<String> = self.table.keys().cloned().collect();
        for key in left {
            self.wrong(&key, "no such field");
        }
    }
}
