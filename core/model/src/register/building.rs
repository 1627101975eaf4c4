//! Buildings: where a door is found. Who lives behind it is not written here.

use super::Row;
use super::field::{Fields, RegisterFault};
use super::header::{Header, RegisterKind};
use crate::division::{DivisionCode, Level};
use crate::place::Wgs84;

/// Characters of an id.
const ID_CHARS_MAX: usize = 40;
/// Characters of a name, and of all other names together.
const NAME_CHARS_MAX: usize = 100;
/// More floors than any building has.
const FLOORS_MAX: u16 = 200;
/// More units than any building has.
const UNITS_MAX: u32 = 10_000;

/// One building.
#[derive(Debug, Clone, PartialEq)]
pub struct Building {
    /// Its id, in letters, digits, `-` and `_`.
    pub id: String,
    /// What it is called: `3号楼`.
    pub name: String,
    /// Other addresses it is known by; in the file with `|` between them.
    pub aliases: Vec<String>,
    /// The community it stands in.
    pub community: DivisionCode,
    /// The third-level grid or micro-grid it belongs to: 15 or 17 digits.
    pub grid: String,
    /// Where it stands.
    pub position: Wgs84,
    /// Floors above ground.
    pub floors: Option<u16>,
    /// Units that can be lived or worked in. Households are asked for by this building's id.
    pub units: Option<u32>,
}

impl Row for Building {
    const KIND: RegisterKind = RegisterKind::Building;
    const COLUMNS: &'static [&'static str] = &["id", "name", "community", "grid", "lng", "lat"];
    const OPTIONAL: &'static [&'static str] = &["alias", "floors", "units"];

    fn code(&self) -> &str {
        &self.id
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.name.as_str()).chain(self.aliases.iter().map(String::as_str))
    }

    fn position(&self) -> Wgs84 {
        self.position
    }

    fn read(fields: &mut Fields<'_>, header: &Header) -> Option<Self> {
        let id = fields.text("id", ID_CHARS_MAX);
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        if let Some(id) = id.filter(|id| !id.bytes().all(plain)) {
            fields.fail("id", RegisterFault::not(id, "letters, digits, - and _"));
        }
        let name = fields.text("name", NAME_CHARS_MAX);
        let aliases = fields.optional("alias", NAME_CHARS_MAX);
        let community = community(fields);
        let grid = grid(fields, header, community.as_ref());
        let position = fields.position();
        let floors = within(fields, "floors", &FLOORS_MAX, "a whole number of floors, at most 200");
        let units = within(fields, "units", &UNITS_MAX, "a whole number of units, at most 10000");
        let split = |text: &str| {
            text.split('|').map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned).collect()
        };
        Some(Self {
            id: id?.to_owned(),
            name: name?.to_owned(),
            aliases: aliases.ok()?.map(split).unwrap_or_default(),
            community: community?,
            grid: grid?,
            position: position?,
            floors: floors.ok()?,
            units: units.ok()?,
        })
    }
}

fn community(fields: &mut Fields<'_>) -> Option<DivisionCode> {
    let expected = "a community code of 12 digits";
    let code: DivisionCode = fields.must("community", expected)?;
    if code.level() == Level::Community {
        return Some(code);
    }
    fields.fail("community", RegisterFault::not(code.as_str(), expected));
    None
}

/// A grid in the building's community, and in the grid of the register where that is one.
fn grid(fields: &mut Fields<'_>, header: &Header, community: Option<&DivisionCode>) -> Option<String> {
    let grid = fields.text("grid", ID_CHARS_MAX)?;
    if ![15, 17].contains(&grid.len()) || !grid.bytes().all(|b| b.is_ascii_digit()) {
        fields.fail("grid", RegisterFault::not(grid, "a grid of 15 or 17 digits"));
        return None;
    }
    let inside = [Some(header.grid.as_str()), community.map(DivisionCode::as_str)];
    for inside in inside.into_iter().flatten() {
        if !grid.starts_with(inside) && !inside.starts_with(grid) {
            let fault = RegisterFault::Elsewhere { value: grid.to_owned(), inside: inside.to_owned() };
            fields.fail("grid", fault);
        }
    }
    Some(grid.to_owned())
}

fn within<T: std::str::FromStr + PartialOrd + std::fmt::Display>(
    fields: &mut Fields<'_>,
    field: &str,
    max: &T,
    expected: &str,
) -> Result<Option<T>, ()> {
    let value = fields.parsed::<T>(field, expected)?;
    match value {
        Some(value) if value > *max => {
            fields.fail(field, RegisterFault::not(&value.to_string(), expected));
            Err(())
        }
        value => Ok(value),
    }
}
