//! A register in memory: by code, by name, by nearness.

use std::collections::BTreeMap;

use rstar::RTree;
use rstar::primitives::GeomWithData;

use super::field::{Fields, RegisterError, RegisterFault};
use super::header::{self, Header};
use super::{REGISTER_BYTES_MAX, REGISTER_ERRORS_MAX, REGISTER_ROWS_MAX, Row};
use crate::grid::Plane;
use crate::place::Wgs84;

/// The things of one grid, ready to be searched.
#[derive(Debug, Clone)]
pub struct Register<R> {
    header: Header,
    rows: Vec<R>,
    by_code: BTreeMap<String, usize>,
    /// Metres east and north of the first row.
    places: RTree<GeomWithData<[f64; 2], usize>>,
    plane: Plane,
}

impl<R: Row> Register<R> {
    /// Reads a register.
    ///
    /// # Errors
    /// Every mistake, in the order of the lines.
    pub fn parse(text: &str) -> Result<Self, Vec<RegisterError>> {
        let whole = |line, fault| vec![RegisterError { line, field: None, fault }];
        if text.len() > REGISTER_BYTES_MAX {
            return Err(whole(1, RegisterFault::TooMuch { what: "bytes", limit: REGISTER_BYTES_MAX }));
        }
        let (entries, table, lines_before) = header::split(text).map_err(|error| vec![error])?;
        let header = header::read(&entries, R::KIND)?;
        let mut reader = csv::ReaderBuilder::new().from_reader(table.as_bytes());
        let columns = columns::<R>(&mut reader, lines_before + 1)?;
        let mut errors = Vec::new();
        let mut rows: Vec<R> = Vec::new();
        let mut by_code = BTreeMap::new();
        for record in reader.records() {
            if rows.len() >= REGISTER_ROWS_MAX {
                return Err(whole(1, RegisterFault::TooMuch { what: "rows", limit: REGISTER_ROWS_MAX }));
            }
            if errors.len() >= REGISTER_ERRORS_MAX {
                let fault = RegisterFault::TooMuch { what: "mistakes", limit: REGISTER_ERRORS_MAX };
                errors.extend(whole(1, fault));
                break;
            }
            let record = match record {
                Ok(record) => record,
                Err(error) => {
                    let line = lines_before + error.position().map_or(1, csv::Position::line);
                    errors.extend(whole(line, RegisterFault::NotARow(shape(&error))));
                    continue;
                }
            };
            let line = lines_before + record.position().map_or(1, csv::Position::line);
            let mut fields = Fields { line, columns: &columns, record: &record, errors: &mut errors };
            if let Some(row) = R::read(&mut fields, &header) {
                if by_code.insert(row.code().to_owned(), rows.len()).is_some() {
                    fields.fail(R::COLUMNS[0], RegisterFault::Twice);
                }
                rows.push(row);
            }
        }
        if errors.is_empty() { Ok(Self::index(header, rows, by_code)) } else { Err(errors) }
    }

    fn index(header: Header, rows: Vec<R>, by_code: BTreeMap<String, usize>) -> Self {
        let origin = rows.first().map_or([0.0, 0.0], |row| [row.position().lng(), row.position().lat()]);
        let plane = Plane::at(origin);
        let place = |(index, row): (usize, &R)| {
            let at = row.position();
            GeomWithData::new(plane.metres([at.lng(), at.lat()]), index)
        };
        let places = RTree::bulk_load(rows.iter().enumerate().map(place).collect());
        Self { header, rows, by_code, places, plane }
    }

    /// What it says of itself.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Everything, in the order of the file.
    #[must_use]
    pub fn rows(&self) -> &[R] {
        &self.rows
    }

    /// The thing of this code.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&R> {
        self.by_code.get(code).map(|index| &self.rows[*index])
    }

    /// Things whose code begins so, by code, at most so many.
    #[must_use]
    pub fn by_prefix(&self, prefix: &str, count_max: usize) -> Vec<&R> {
        self.by_code
            .range(prefix.to_owned()..)
            .take_while(|(code, _)| code.starts_with(prefix))
            .take(count_max)
            .map(|(_, index)| &self.rows[*index])
            .collect()
    }

    /// Things in whose name, or another name, these words stand, in the order of the file, at most so many. Two characters are enough
    /// to search by; fewer find nothing, because they would find half of the register.
    #[must_use]
    pub fn by_name(&self, words: &str, count_max: usize) -> Vec<&R> {
        let words = words.trim().to_lowercase();
        if words.chars().nth(1).is_none() {
            return Vec::new();
        }
        let named = |row: &&R| row.names().any(|name| name.to_lowercase().contains(&words));
        self.rows.iter().filter(named).take(count_max).collect()
    }

    /// Things within so many metres of a position with their distance in metres, nearest first, at most so many. Those equally far come
    /// in the order of the file.
    #[must_use]
    pub fn near(&self, position: Wgs84, radius_m: f64, count_max: usize) -> Vec<(&R, f64)> {
        if radius_m.is_nan() || radius_m < 0.0 {
            return Vec::new();
        }
        let here = self.plane.metres([position.lng(), position.lat()]);
        let distance = |place: &[f64; 2]| (place[0] - here[0]).hypot(place[1] - here[1]);
        let mut found: Vec<(usize, f64)> = Vec::new();
        for place in self.places.nearest_neighbor_iter(here) {
            let metres = distance(place.geom());
            let full = found.len() >= count_max && found.last().is_none_or(|(_, last)| metres > *last);
            if full || metres > radius_m {
                break;
            }
            found.push((place.data, metres));
        }
        found.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
        found.into_iter().take(count_max).map(|(index, metres)| (&self.rows[index], metres)).collect()
    }
}

/// Where each column stands.
fn columns<R: Row>(
    reader: &mut csv::Reader<&[u8]>,
    line: u64,
) -> Result<BTreeMap<String, usize>, Vec<RegisterError>> {
    let mut errors = Vec::new();
    let mut fail = |field: &str, fault| {
        if errors.len() < REGISTER_ERRORS_MAX {
            errors.push(RegisterError { line, field: Some(field.chars().take(40).collect()), fault });
        }
    };
    let mut columns = BTreeMap::new();
    match reader.headers() {
        Ok(names) => {
            for (index, name) in names.iter().map(str::trim).enumerate() {
                if !R::COLUMNS.contains(&name) && !R::OPTIONAL.contains(&name) {
                    fail(name, RegisterFault::UnknownColumn);
                } else if columns.insert(name.to_owned(), index).is_some() {
                    fail(name, RegisterFault::Twice);
                }
            }
        }
        Err(error) => fail("", RegisterFault::NotARow(shape(&error))),
    }
    for column in R::COLUMNS {
        if !columns.contains_key(*column) {
            fail(column, RegisterFault::Missing);
        }
    }
    if errors.is_empty() { Ok(columns) } else { Err(errors) }
}

fn shape(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("{len} fields, {expected_len} columns")
        }
        other => format!("{other:?}").chars().take(80).collect(),
    }
}
