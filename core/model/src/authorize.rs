//! The one room that asks whether somebody has a right here: rights are walked nowhere else, whether an act is judged, content is taken,
//! a case is opened or a stream is given.
//!
//! Pure: a person's rights and the time are arguments. A right counts where it reaches (its division, and its unit while that works on the
//! case) and while it is held; what a person has in a case without any right (its author, who holds it or waits) is answered here, too.

use crate::calendar::beijing;
use crate::catalogue::{Effect, OPENING_ACT, Party, Service, Transition, Workflow};
use crate::division::DivisionCode;
use crate::grant::{Grant, OrgId, Term};
use crate::ids::UserId;
use crate::late::PastGrant;
use crate::mark::Mark;
use crate::refusal::{Code, Refusal};
use crate::role::Role;
use crate::rules::{Actor, CaseState, SYSTEM};
use crate::sight::{Sight, reads_whole, sights_of};
use crate::vetting::Vetting;
use crate::writing::CONTENT;

/// Somebody with the rights given to them, at a time.
#[derive(Debug, Clone, Copy)]
pub struct Principal<'a> {
    user: UserId,
    grants: &'a [Grant],
    at_ms: i64,
}

impl Actor {
    /// This person at a time, server's clock, ms since 1970. A phone gives its best knowledge of that clock.
    #[must_use]
    pub fn at(&self, at_ms: i64) -> Principal<'_> {
        Principal::new(self.user, &self.grants, at_ms)
    }
}

/// What somebody wants to do.
#[derive(Debug, Clone, Copy)]
pub enum Action<'a> {
    /// Open a case.
    Open,
    /// Do what a row of the case's workflow says.
    Act(&'a Transition),
    /// Write notes and photos beside what stands there.
    Add,
    /// Write the description and the answers, too.
    Write,
    /// Read what was answered in private. Whether the case has ended is the caller's question.
    ReadPrivate,
    /// Read the records of photos that others took, and the originals.
    ReadEvidence,
}

/// What it is to be done to.
#[derive(Debug, Clone, Copy)]
pub enum Record<'a> {
    /// A case that is to be.
    New {
        /// Its service.
        service: &'a Service,
        /// Where it lies.
        grid: &'a DivisionCode,
    },
    /// A case that is there.
    Case {
        /// Its service and workflow, where the catalogue has them.
        service: Option<(&'a Service, &'a Workflow)>,
        /// What has been decided about it.
        state: &'a CaseState,
    },
}

/// Whether somebody may do something to a record, as far as rights go. Stages, marks and what is expected are the rule's questions.
///
/// # Errors
/// `r_role` for a right that nobody here holds, with `until` or `from` (RFC 3339) where it has ended or not begun; `r_scope` for one that
/// reaches other divisions only, or with `unit` for one whose unit does not work on the case; `r_state` where a part in the case has ended or
/// it was opened before; `r_gone` for an act on no case; `r_schema` for a service that is not known.
pub fn authorize(principal: Principal<'_>, action: Action<'_>, record: Record<'_>) -> Result<(), Refusal> {
    match (action, record) {
        (Action::Open, Record::New { service, grid }) => open(principal, service, grid),
        (Action::Open, Record::Case { state, .. }) => {
            let facts = [("stage", state.stage.clone()), ("act", OPENING_ACT.to_owned())];
            Err(Refusal::new(Code::RState, facts))
        }
        (_, Record::New { .. }) => Err(Refusal::new(Code::RGone, [])),
        (Action::Act(row), Record::Case { service: Some((service, _)), state }) => {
            act(principal, row, service, state)
        }
        (Action::ReadPrivate, Record::Case { service: Some(terms), state }) => {
            read_private(principal, terms, state)
        }
        (Action::ReadEvidence, Record::Case { service, state }) => read_evidence(principal, service, state),
        (Action::Act(_) | Action::ReadPrivate, Record::Case { service: None, state }) => {
            Err(Refusal::new(Code::RSchema, [("service", state.service.0.clone())]))
        }
        (Action::Add | Action::Write, Record::Case { service, state }) => {
            let everything = matches!(action, Action::Write);
            write(principal, everything, service, state)
        }
    }
}

/// A case that is to be has no units yet: whoever works for one opens what the role may open.
fn open<'a>(principal: Principal<'a>, service: &Service, grid: &DivisionCode) -> Result<(), Refusal> {
    let place = Place { grid, units: None };
    let opens = |grant: &&Grant| {
        service.create.contains(&grant.role) && (service.opens_to_minors() || grant.level() > Vetting::Minor)
    };
    // A right in a part of the grid opens what may not say which part.
    let answer = |grant: &'a Grant| {
        let within = service.shown_in(&grant.grid) == *grid;
        place.answer_where(grant, within || grant.grid.covers(grid), principal.at_ms)
    };
    let found = principal.grants.iter().filter(opens).map(answer).max().unwrap_or(Answer::No);
    let child = |grant: &Grant| service.create.contains(&grant.role) && grant.level() == Vetting::Minor;
    match found {
        Answer::No if principal.grants.iter().any(child) => {
            let Refusal { code, mut facts } = cannot_open(service);
            facts.insert("minor".to_owned(), service.id.0.clone());
            Err(Refusal { code, facts })
        }
        found => found.granted(grid, || cannot_open(service)),
    }
}

fn cannot_open(service: &Service) -> Refusal {
    Refusal::new(Code::RRole, [("act", OPENING_ACT.to_owned()), ("service", service.id.0.clone())])
}

fn act(
    principal: Principal<'_>,
    row: &Transition,
    service: &Service,
    state: &CaseState,
) -> Result<(), Refusal> {
    let user = principal.user;
    // Whoever follows may leave, in whatever way they came to it.
    if row.effect == Effect::Unfollow && state.followers.contains(&user) {
        return Ok(());
    }
    let parts = row.by.iter().map(|party| part(principal, *party, (service, state), |_| true));
    let refused = || Refusal::new(Code::RRole, [("act", row.id.clone())]);
    match parts.max().unwrap_or(Answer::No) {
        // Somebody whose part in the case has ended is told about the case, not about roles.
        Answer::No if !row.from.contains(&state.stage) => {
            Err(Refusal::new(Code::RState, [("stage", state.stage.clone()), ("act", row.id.clone())]))
        }
        answer => answer.granted(&state.grid, refused),
    }
}

/// Whether somebody was looked at as closely as a service asks of whoever does this, by a right that reaches the case and is held.
///
/// # Errors
/// `r_role` with the `level` that is asked for, and `until` where such a right has ended.
pub(crate) fn vetted(
    principal: Principal<'_>,
    row: &Transition,
    service: &Service,
    state: &CaseState,
) -> Result<(), Refusal> {
    // A child takes nothing, whatever a service asks of grown-ups.
    let child = !principal.grants.is_empty() && principal.grants.iter().all(|g| g.level() == Vetting::Minor);
    let level = match service.vetting {
        _ if !row.vetted => return Ok(()),
        Some(level) => level,
        None if child => Vetting::L0,
        None => return Ok(()),
    };
    let refused = || Refusal::new(Code::RRole, [("act", row.id.clone()), ("level", level.to_string())]);
    principal.reaches(|grant| grant.level() >= level, Place::of(state)).granted(&state.grid, refused)
}

/// Its author always; others as the service says: who works the grid or for a unit by a right that shows the case, for a resident or a provider
/// of no unit only with a part of their own in it; and who has merely had a part in one reads it no more; nor does anybody beside the author a day after the work was done.
fn read_private(
    principal: Principal<'_>,
    (service, workflow): (&Service, &Workflow),
    state: &CaseState,
) -> Result<(), Refusal> {
    let refused = || Refusal::new(Code::RRole, [("act", "private".to_owned())]);
    if state.progress.marks.contains(&Mark::Withdrawn) && state.author != principal.user {
        return Err(refused());
    }
    let terms = (service, workflow);
    let whole = |grant: &Grant| {
        reads_whole(grant, Some(terms)) && (grant.of.is_some() || grant.role.works_the_grid())
    };
    let readers = service.private_to.iter().chain([&Party::Author]);
    let parts = readers.map(|party| part(principal, *party, (service, state), whole));
    parts.max().unwrap_or(Answer::No).granted(&state.grid, refused)
}

/// Whoever works the grid or for a unit reads the evidence of the cases that they read whole; an original may tell where somebody lives, and
/// whoever merely wrote, took or follows a case reads that of their own photos alone.
fn read_evidence(
    principal: Principal<'_>,
    terms: Option<(&Service, &Workflow)>,
    state: &CaseState,
) -> Result<(), Refusal> {
    let counts =
        |grant: &Grant| reads_whole(grant, terms) && (grant.of.is_some() || grant.role.works_the_grid());
    let refused = || Refusal::new(Code::RRole, [("act", "evidence".to_owned())]);
    principal.reaches(counts, Place::of(state)).granted(&state.grid, refused)
}

/// How near a person comes to being a party of a case; of their rights those that count.
fn part<'a>(
    principal: Principal<'a>,
    party: Party,
    (service, state): (&Service, &CaseState),
    counts: impl Fn(&Grant) -> bool,
) -> Answer<'a> {
    let user = principal.user;
    let yes = |b: bool| if b { Answer::Yes } else { Answer::No };
    let of_roles = |roles: &[Role]| {
        principal.reaches(|grant| roles.contains(&grant.role) && counts(grant), Place::of(state))
    };
    match party {
        Party::Author => yes(state.author == user),
        Party::Holder => yes(state.holders.contains(&user)),
        Party::Waiting => yes(state.waiting.contains(&user)),
        Party::Family => yes(state.progress.family.contains(&user)),
        Party::System => yes(user == SYSTEM),
        Party::Handler => of_roles(&service.handle),
        Party::Approver => of_roles(&service.approve),
        Party::Role(role) => of_roles(&[role]),
    }
}

fn write(
    principal: Principal<'_>,
    everything: bool,
    terms: Option<(&Service, &Workflow)>,
    state: &CaseState,
) -> Result<(), Refusal> {
    let user = principal.user;
    let takes_part = [&state.holders, &state.waiting, &state.progress.family]
        .into_iter()
        .any(|people| people.contains(&user));
    if state.author == user || (takes_part && !everything) {
        return Ok(());
    }
    let counts = |grant: &Grant| reads_whole(grant, terms) && (grant.role.works_the_grid() || !everything);
    let refused = || Refusal::new(Code::RRole, [("act", CONTENT.to_owned())]);
    principal.reaches(counts, Place::of(state)).granted(&state.grid, refused)
}

impl<'a> Principal<'a> {
    /// A person with these rights at a time, server's clock, ms since 1970.
    #[must_use]
    pub fn new(user: UserId, grants: &'a [Grant], at_ms: i64) -> Self {
        Self { user, grants, at_ms }
    }

    /// The person.
    #[must_use]
    pub fn user(&self) -> UserId {
        self.user
    }

    /// The rights that this person is told of: those that are held, and those that will be.
    #[must_use]
    pub fn told(self) -> Vec<Grant> {
        self.grants.iter().filter(|grant| grant.term(self.at_ms) != Term::Over).cloned().collect()
    }

    /// What the rights that are held then let their person read, and where.
    pub fn sights(self) -> impl Iterator<Item = (Sight<'a>, &'a DivisionCode)> {
        self.held().flat_map(|grant| sights_of(grant).into_iter().map(|sight| (sight, &grant.grid)))
    }

    /// The division of the first right by which this person may open cases of a service, as exact as the service lets it be.
    ///
    /// # Errors
    /// As [`authorize`] of opening.
    pub fn opens_in(self, service: &Service) -> Result<DivisionCode, Refusal> {
        let may = || self.grants.iter().filter(|grant| service.create.contains(&grant.role));
        let held = may().find(|grant| grant.term(self.at_ms) == Term::Held);
        let right = &held.or_else(|| may().next()).ok_or_else(|| cannot_open(service))?.grid;
        let grid = service.shown_in(right);
        open(self, service, &grid).map(|()| grid)
    }

    /// The units that the rights which are held are bound to.
    pub(crate) fn units(self) -> impl Iterator<Item = &'a OrgId> {
        self.held().filter_map(|grant| grant.of.as_ref())
    }

    /// Rights that had ended of themselves.
    pub(crate) fn lapsed(self) -> impl Iterator<Item = PastGrant> {
        let over = self.grants.iter().filter(move |grant| grant.term(self.at_ms) == Term::Over);
        over.filter_map(|grant| Some(PastGrant { grant: grant.clone(), ended_ms: grant.until_ms? }))
    }

    /// Whether this very right is held, whatever its validity.
    pub(crate) fn holds(self, right: &Grant) -> bool {
        self.held().any(|grant| grant.is_same_right(right))
    }

    fn held(self) -> impl Iterator<Item = &'a Grant> {
        self.grants.iter().filter(move |grant| grant.term(self.at_ms) == Term::Held)
    }

    /// The best answer among the rights that count.
    fn reaches(self, counts: impl Fn(&Grant) -> bool, place: Place<'_>) -> Answer<'a> {
        let found = self.grants.iter().filter(|grant| counts(grant));
        found.map(|grant| place.answer(grant, self.at_ms)).max().unwrap_or(Answer::No)
    }
}

/// Where something is to be done.
#[derive(Clone, Copy)]
struct Place<'p> {
    grid: &'p DivisionCode,
    /// Units that work there; none where nobody asks for units.
    units: Option<&'p [String]>,
}

impl<'p> Place<'p> {
    fn of(state: &'p CaseState) -> Self {
        Self { grid: &state.grid, units: Some(&state.progress.units) }
    }

    fn answer<'g>(&self, grant: &'g Grant, at_ms: i64) -> Answer<'g> {
        self.answer_where(grant, grant.grid.covers(self.grid), at_ms)
    }

    /// The same where it is known whether the right reaches here.
    fn answer_where<'g>(&self, grant: &'g Grant, here: bool, at_ms: i64) -> Answer<'g> {
        let foreign =
            |org: &&OrgId| self.units.is_some_and(|units| units.iter().all(|unit| unit != org.as_str()));
        match (grant.term(at_ms), grant.of.as_ref().filter(foreign)) {
            (Term::Held, _) if !here => Answer::Elsewhere,
            (Term::Held, Some(org)) => Answer::OtherUnit(org),
            (Term::Held, None) => Answer::Yes,
            (_, None) if here => match (grant.term(at_ms), grant.from_ms, grant.until_ms) {
                (Term::NotYet, Some(from_ms), _) => Answer::From(std::cmp::Reverse(from_ms)),
                (_, _, Some(until_ms)) => Answer::Until(until_ms),
                _ => Answer::No,
            },
            // What is not held and would not reach here anyway is nobody's reason.
            _ => Answer::No,
        }
    }
}

/// How near somebody's rights come to a place, the nearest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Answer<'g> {
    /// No right.
    No,
    /// One that reaches other divisions.
    Elsewhere,
    /// One that reaches here, of a unit that does not work on it.
    OtherUnit(&'g OrgId),
    /// One that has ended; of several the last.
    Until(i64),
    /// One that has not begun; of several the first.
    From(std::cmp::Reverse<i64>),
    /// One that holds.
    Yes,
}

impl Answer<'_> {
    /// The refusal where no right was found is said by `refused`, always with `r_role`.
    fn granted(self, grid: &DivisionCode, refused: impl Fn() -> Refusal) -> Result<(), Refusal> {
        let with = |name: &str, at_ms: i64| {
            let mut refusal = refused();
            refusal.facts.insert(name.to_owned(), beijing(at_ms));
            refusal
        };
        Err(match self {
            Answer::Yes => return Ok(()),
            Answer::No => refused(),
            Answer::Elsewhere => Refusal::new(Code::RScope, [("grid", grid.to_string())]),
            Answer::OtherUnit(org) => {
                Refusal::new(Code::RScope, [("grid", grid.to_string()), ("unit", org.to_string())])
            }
            Answer::Until(until_ms) => with("until", until_ms),
            Answer::From(from_ms) => with("from", from_ms.0),
        })
    }
}

#[cfg(test)]
mod tests;
