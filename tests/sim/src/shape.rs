//! Who is in a world, and where it lies: drawn before anything happens.

use yuandian_model::{DivisionCode, Role};

use crate::device::Person;
use crate::input::{Input, Mix, Part, Size};

/// Digits of a code that name a street.
pub const STREET_DIGITS: u8 = 9;

/// Divisions that worlds lie in: a street, and communities of it and of its neighbour.
pub const GRIDS: [&str; 8] = [
    "410102001",
    "410102001002",
    "410102001003",
    "410102001004",
    "410102002",
    "410102002001",
    "410102",
    "410102003001",
];

/// Roles of a world's people: the first ones are in every world.
const ROLES: [Role; 14] = [
    Role::Resident,
    Role::Volunteer,
    Role::GridWorker,
    Role::Volunteer,
    Role::GridHead,
    Role::DutyChief,
    Role::Resident,
    Role::Volunteer,
    Role::Acceptor,
    Role::Dispatcher,
    Role::Handler,
    Role::Collector,
    Role::MicroHead,
    Role::Supervisor,
];

/// Roles of the chain of a case.
const CHAIN: [Role; 7] = [
    Role::GridWorker,
    Role::DutyChief,
    Role::Acceptor,
    Role::DutyChief,
    Role::Dispatcher,
    Role::Handler,
    Role::Collector,
];

/// People of the mix of help: the first ones are in every world.
const NEIGHBOURS: [Role; 12] = [
    Role::Resident,
    Role::Volunteer,
    Role::Volunteer,
    Role::GridWorker,
    Role::ServiceProvider,
    Role::FamilyContact,
    Role::Resident,
    Role::Volunteer,
    Role::Acceptor,
    Role::Moderator,
    Role::Volunteer,
    Role::GridHead,
];

/// The same where most is done by providers.
const PROVIDED: [Role; 6] = [
    Role::Resident,
    Role::ServiceProvider,
    Role::ServiceProvider,
    Role::FamilyContact,
    Role::Acceptor,
    Role::Volunteer,
];

/// Who is in a world of a mix, drawn.
#[must_use]
pub fn people(input: &mut Input, mix: Mix) -> Vec<Person> {
    let most = match input.byte(Part::Shape) % 3 {
        size if size == Size::Small as u8 => 4,
        size if size == Size::Medium as u8 => 12,
        _ => 30,
    };
    let least = if most == 4 { 1 } else { most / 2 };
    // Every other small world has as many people as it may.
    let drawn = input.below(Part::Shape, if most == 4 { 6 } else { most - least + 1 });
    let count = (least + drawn).min(most);
    // Half of the worlds are about one thing: help in one street, or the chain of one grid's cases.
    let theme = input.below(Part::Shape, 4);
    let grids = if theme < 2 { 1 + input.below(Part::Shape, GRIDS.len()) } else { 1 };
    // Neighbours live in one street, or here and there in a few.
    let grids = if mix == Mix::Help { grids.min(2) } else { grids };
    (0..count)
        .map(|number| {
            let role = match (theme, input.below(Part::Shape, 3)) {
                (0, _) | (_, 2) if mix == Mix::Help && number > 0 => {
                    NEIGHBOURS[input.below(Part::Shape, NEIGHBOURS.len())]
                }
                (3, _) if mix == Mix::Help => PROVIDED[number % PROVIDED.len()],
                (..) if mix == Mix::Help => NEIGHBOURS[number % NEIGHBOURS.len()],
                (2, drawn) if number > 0 => {
                    if drawn == 0 && number == 1 {
                        Role::GridWorker
                    } else {
                        Role::Volunteer
                    }
                }
                (2, _) => Role::Resident,
                (3, drawn) => CHAIN[(number + drawn) % CHAIN.len()],
                (_, 0) => ROLES[number % ROLES.len()],
                (_, 1) => ROLES[input.below(Part::Shape, 4)],
                _ => ROLES[input.below(Part::Shape, ROLES.len())],
            };
            let grid = GRIDS[input.below(Part::Shape, grids)];
            let grid: DivisionCode = grid.parse().expect("a code of the table");
            Person { number, user: None, role, grid, malicious: false }
        })
        .collect()
}
