//! Work that comes late: after its author's right has ended, or after the case has moved on. What was captured in time and only adds is kept;
//! what decides something is not done behind the back of whoever decides now.
//!
//! Pure, like the rule it asks: clocks and rights are arguments.

use crate::catalogue::{ActClass, Catalogue, OPENING_ACT};
use crate::grant::Grant;
use crate::refusal::{Code, Facts, Refusal};
use crate::rules::{ActRequest, Actor, CaseState, Ruling, fits, judge};
use crate::writing::{Writing, may_write};

/// A right that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastGrant {
    /// The right.
    pub grant: Grant,
    /// When it ended, server's clock, ms since 1970.
    pub ended_ms: i64,
}

impl PastGrant {
    /// Whether it came to its own end, and nobody took it away before.
    fn expired(&self) -> bool {
        self.grant.until_ms.is_some_and(|until_ms| until_ms <= self.ended_ms)
    }
}

/// When something was written and when it came, as far as the server can say. Milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capture {
    /// When it was written: the last server time its phone had seen and the monotonic time since, or else the phone's wall clock.
    pub at_ms: i64,
    /// When the server received it.
    pub received_ms: i64,
}

/// A person as an act of a certain time finds them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// With the rights given and not taken away; which of them are held, their validity says.
    pub now: Actor,
    /// With those, too, that were held when it was written and ended since; none where that adds nothing, or it comes too late.
    pub then: Option<Actor>,
}

impl Standing {
    /// The standing of somebody with these rights, given and taken away, for work of this time.
    ///
    /// A right that has ended, of itself or by somebody's hand, counts if the work was captured while it was held and came at most
    /// `grace_ms` after its end.
    #[must_use]
    pub fn of(mut now: Actor, past: &[PastGrant], capture: Capture, grace_ms: i64) -> Self {
        let (expired, taken): (Vec<_>, Vec<_>) = past.iter().cloned().partition(PastGrant::expired);
        // What has ended of itself says so when it is refused.
        now.grants.extend(expired.into_iter().map(|right| right.grant));
        let received = now.at(capture.received_ms);
        let counts = |right: &PastGrant| {
            right.grant.from_ms.is_none_or(|from_ms| from_ms <= capture.at_ms)
                && capture.at_ms < right.ended_ms
                && capture.received_ms <= right.ended_ms.saturating_add(grace_ms)
                && !received.holds(&right.grant)
        };
        let ended = taken.into_iter().chain(received.lapsed()).filter(counts);
        let added: Vec<Grant> = ended.map(|right| right.grant.during(None, None)).collect();
        let then = (!added.is_empty()).then(|| {
            let mut grants = now.grants.clone();
            grants.extend(added);
            Actor { user: now.user, grants }
        });
        Self { now, then }
    }

    /// Somebody whose rights are what they are.
    #[must_use]
    pub fn present(now: Actor) -> Self {
        Self { now, then: None }
    }
}

/// What becomes of an act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Carried out; `late` where the right had ended: only a case can be opened so.
    Done {
        /// The rule's answer.
        ruling: Box<Ruling>,
        /// Whether it is [`Code::OkLate`].
        late: bool,
    },
    /// Kept in the case's history without effect on its state.
    Kept {
        /// [`Code::OkLate`], [`Code::RState`] or [`Code::RExpects`].
        code: Code,
        /// Facts of the outcome, `kept` = `note` among them.
        facts: Facts,
    },
}

/// The fact that tells an act without effect from a refused one, and its value.
pub const KEPT: (&str, &str) = ("kept", "note");

/// Judges an act of whatever time.
///
/// An additive act is never lost by authority's moving on: where the stage or the holder it saw is gone, or where the right of its author has
/// ended since it was captured, it stays in the history as a note. Contended and exclusive acts are what the present rights allow.
///
/// # Errors
/// The rule's refusal.
pub fn judge_standing(
    catalogue: &Catalogue,
    state: Option<&CaseState>,
    request: &ActRequest<'_>,
    standing: &Standing,
) -> Result<Outcome, Refusal> {
    let refusal = match judge(catalogue, state, request, &standing.now) {
        Ok(ruling) => return Ok(Outcome::Done { ruling: Box::new(ruling), late: false }),
        Err(refusal) => refusal,
    };
    let Some(state) = state else {
        // A case that was opened in time is opened: its content has nowhere else to go.
        let then = standing.then.as_ref().filter(|_| by_right(refusal.code));
        let opened = then.and_then(|then| judge(catalogue, None, request, then).ok());
        return opened.map(|ruling| Outcome::Done { ruling: Box::new(ruling), late: true }).ok_or(refusal);
    };
    let Some(terms) = catalogue.service(&state.service.0) else {
        return Err(refusal);
    };
    let Some(row) = terms.1.act(request.act) else {
        return Err(refusal);
    };
    if row.class != ActClass::Additive || request.act == OPENING_ACT {
        return Err(refusal);
    }
    let (refusal, actor) = match &standing.then {
        Some(then) if by_right(refusal.code) || !fits(row, terms, state, standing.now.at(request.at_ms)) => {
            match judge(catalogue, Some(state), request, then) {
                Ok(_) => return Ok(kept(Code::OkLate, Facts::new())),
                Err(refusal) => (refusal, then),
            }
        }
        _ => (refusal, &standing.now),
    };
    let moved_on = match refusal.code {
        Code::RState => true,
        // Missing photos can still come, and the act with them.
        Code::RExpects => !refusal.facts.contains_key("needs"),
        _ => false,
    };
    if moved_on && fits(row, terms, state, actor.at(request.at_ms)) {
        Ok(kept(refusal.code, refusal.facts))
    } else {
        Err(refusal)
    }
}

/// What somebody may write into a case, and whether only by a right that has ended. `at_ms`: when it came, server's clock, ms since 1970.
///
/// # Errors
/// As [`may_write`] by the present rights.
pub fn may_write_standing(
    catalogue: &Catalogue,
    state: &CaseState,
    standing: &Standing,
    at_ms: i64,
) -> Result<(Writing, bool), Refusal> {
    let may = |actor| may_write(catalogue, state, actor, at_ms);
    may(&standing.now).map(|writing| (writing, false)).or_else(|refusal| {
        let then = standing.then.as_ref().and_then(|then| may(then).ok());
        then.map(|writing| (writing, true)).ok_or(refusal)
    })
}

fn by_right(code: Code) -> bool {
    matches!(code, Code::RRole | Code::RScope)
}

fn kept(code: Code, mut facts: Facts) -> Outcome {
    facts.insert(KEPT.0.to_owned(), KEPT.1.to_owned());
    Outcome::Kept { code, facts }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::UserId;
    use crate::role::Role;
    use crate::rules::Expects;

    const STREET: &str = "410102001";
    const ENDED_MS: i64 = 1_000;
    const GRACE_MS: i64 = 100;

    fn grant(role: Role, at: &str) -> Grant {
        Grant::new(role, at.parse().unwrap())
    }

    fn nobody() -> Actor {
        Actor { user: UserId([5; 16]), grants: vec![] }
    }

    fn ended(role: Role) -> Vec<PastGrant> {
        vec![PastGrant { grant: grant(role, STREET), ended_ms: ENDED_MS }]
    }

    fn standing(role: Role, at_ms: i64, received_ms: i64) -> Standing {
        Standing::of(nobody(), &ended(role), Capture { at_ms, received_ms }, GRACE_MS)
    }

    fn case(service: &str, stage: &str) -> CaseState {
        CaseState {
            service: crate::ServiceId(service.into()),
            catalogue: 1,
            grid: STREET.parse().unwrap(),
            author: UserId([1; 16]),
            stage: stage.into(),
            act_seq: 3,
            holders: vec![],
            waiting: vec![],
            followers: vec![],
            progress: crate::progress::Progress::default(),
        }
    }

    /// With all that it could have to show.
    fn request(act: &str) -> ActRequest<'_> {
        ActRequest { photos: 9, ..ActRequest::named(act) }
    }

    fn outcome(state: &CaseState, act: &str, standing: &Standing) -> (Code, bool) {
        match judge_standing(&Catalogue::embedded(), Some(state), &request(act), standing) {
            Ok(Outcome::Done { ruling, .. }) => (ruling.code, false),
            Ok(Outcome::Kept { code, facts }) => (code, facts[KEPT.0] == KEPT.1),
            Err(refusal) => (refusal.code, false),
        }
    }

    #[test]
    fn a_right_counts_while_the_work_is_older_than_its_end_and_not_too_late() {
        let counts = |at_ms, received_ms| standing(Role::GridWorker, at_ms, received_ms).then.is_some();
        let last = ENDED_MS + GRACE_MS;
        assert_eq!(
            [counts(ENDED_MS - 1, last - 1), counts(ENDED_MS - 1, last), counts(ENDED_MS - 1, last + 1)],
            [true, true, false]
        );
        assert_eq!([counts(ENDED_MS, last), counts(ENDED_MS + 1, last)], [false, false]);
        let held = Actor { grants: vec![grant(Role::GridWorker, STREET)], ..nobody() };
        let capture = Capture { at_ms: 0, received_ms: 0 };
        assert_eq!(Standing::of(held, &ended(Role::GridWorker), capture, GRACE_MS).then, None, "held again");
    }

    #[test]
    fn a_right_that_ends_of_itself_ends_as_one_that_is_taken() {
        const FROM_MS: i64 = 500;
        let right = grant(Role::GridWorker, STREET).during(Some(FROM_MS), Some(ENDED_MS));
        let last = ENDED_MS + GRACE_MS;
        let reported = case("case.city.E06010", "reported");
        let self_handled = |at_ms: i64, received_ms: i64, swept: bool| {
            // Whether the server has already noted the end makes no difference.
            let past = PastGrant { grant: right.clone(), ended_ms: ENDED_MS };
            let given = if swept { vec![] } else { vec![right.clone()] };
            let past = if swept { vec![past] } else { vec![] };
            let now = Actor { grants: given, ..nobody() };
            let standing = Standing::of(now, &past, Capture { at_ms, received_ms }, GRACE_MS);
            let request = ActRequest { at_ms: received_ms, ..request("self_handle") };
            match judge_standing(&Catalogue::embedded(), Some(&reported), &request, &standing) {
                Ok(Outcome::Done { ruling, late }) => (ruling.code, late),
                Ok(Outcome::Kept { code, .. }) => (code, true),
                Err(refusal) => (refusal.code, refusal.facts.contains_key("until")),
            }
        };
        for swept in [false, true] {
            let outcomes = [
                self_handled(ENDED_MS - 1, ENDED_MS, swept),
                self_handled(ENDED_MS - 1, last, swept),
                self_handled(ENDED_MS - 1, last + 1, swept),
                self_handled(ENDED_MS, ENDED_MS, swept),
                self_handled(FROM_MS, last, swept),
                self_handled(FROM_MS - 1, last, swept),
            ];
            let (late, ended) = ((Code::OkLate, true), (Code::RRole, true));
            assert_eq!(outcomes, [late, late, ended, ended, late, ended], "{swept}");
        }
        assert_eq!(self_handled(0, FROM_MS, false), (Code::Ok, false), "held when it came");
        assert_eq!(self_handled(0, ENDED_MS - 1, false), (Code::Ok, false));
    }

    #[test]
    fn a_case_opened_before_the_end_of_a_right_is_opened() {
        let at = STREET.parse().unwrap();
        let now =
            Actor { grants: vec![grant(Role::GridWorker, STREET).during(None, Some(ENDED_MS))], ..nobody() };
        let opened = |at_ms| {
            let capture = Capture { at_ms, received_ms: ENDED_MS };
            let standing = Standing::of(now.clone(), &[], capture, GRACE_MS);
            let request = ActRequest {
                service: Some("case.snap"),
                grid: Some(&at),
                at_ms: ENDED_MS,
                ..request("report")
            };
            judge_standing(&Catalogue::embedded(), None, &request, &standing)
        };
        assert!(matches!(opened(ENDED_MS - 1), Ok(Outcome::Done { late: true, .. })));
        assert_eq!(opened(ENDED_MS).unwrap_err().code, Code::RRole);
    }

    #[test]
    fn late_work_for_a_unit_needs_the_unit_to_work_on_the_case_still() {
        let past = |ended: &str| {
            vec![PastGrant {
                grant: grant(Role::Handler, STREET).of(ended.parse().unwrap()),
                ended_ms: ENDED_MS,
            }]
        };
        let mut dispatched = case("case.city.E06010", "dispatched");
        dispatched.progress.units = vec!["unit.a".into()];
        let started = |org: &str| {
            let capture = Capture { at_ms: 0, received_ms: ENDED_MS };
            let standing = Standing::of(nobody(), &past(org), capture, GRACE_MS);
            outcome(&dispatched, "start", &standing)
        };
        assert_eq!(started("unit.a"), (Code::OkLate, true));
        assert_eq!(started("unit.b"), (Code::RScope, false));
    }

    #[test]
    fn what_only_adds_is_kept_and_what_decides_is_not() {
        let reported = case("case.city.E06010", "reported");
        let late = |role| standing(role, 0, ENDED_MS);
        assert_eq!(outcome(&reported, "self_handle", &late(Role::GridWorker)), (Code::OkLate, true));
        let too_late = standing(Role::GridWorker, ENDED_MS, ENDED_MS);
        assert_eq!(outcome(&reported, "self_handle", &too_late), (Code::RRole, false));
        assert_eq!(outcome(&reported, "accept", &late(Role::Acceptor)), (Code::RRole, false), "exclusive");
        let open = case("help.errand", "open");
        assert_eq!(outcome(&open, "claim", &late(Role::Volunteer)), (Code::RRole, false), "contended");
        let closed = case("case.city.E06010", "closed");
        assert_eq!(
            outcome(&closed, "self_handle", &late(Role::GridWorker)),
            (Code::RState, true),
            "and moved on"
        );
    }

    #[test]
    fn an_act_whose_stage_is_gone_is_a_note_of_its_party_alone() {
        let closed = case("case.city.E06010", "closed");
        let with = |role, at| Standing::present(Actor { grants: vec![grant(role, at)], ..nobody() });
        assert_eq!(outcome(&closed, "self_handle", &with(Role::GridWorker, STREET)), (Code::RState, true));
        assert_eq!(outcome(&closed, "self_handle", &with(Role::GridWorker, "410103")), (Code::RScope, false));
        assert_eq!(outcome(&closed, "self_handle", &with(Role::Resident, STREET)), (Code::RState, false));
        assert_eq!(
            outcome(&closed, "accept", &with(Role::Acceptor, STREET)),
            (Code::RState, false),
            "exclusive"
        );
    }

    #[test]
    fn an_act_on_somebody_elses_work_is_a_note() {
        let mut held = case("help.errand", "claimed");
        held.holders = vec![UserId([5; 16])];
        let standing = Standing::present(nobody());
        let expects =
            |user: u8| Expects { assignee: Some(UserId([user; 16])), act_seq: Some(1), ..Expects::default() };
        let judged = |expects: &Expects| {
            let request = ActRequest { expects: Some(expects), ..request("depart") };
            judge_standing(&Catalogue::embedded(), Some(&held), &request, &standing).unwrap()
        };
        assert!(matches!(judged(&expects(5)), Outcome::Done { .. }), "other acts in between do not matter");
        assert!(matches!(judged(&expects(6)), Outcome::Kept { code: Code::RExpects, .. }));
    }

    #[test]
    fn a_case_opened_in_time_is_opened() {
        let at = STREET.parse().unwrap();
        let request = ActRequest { service: Some("case.snap"), grid: Some(&at), ..request("report") };
        let opened = |standing: &Standing| judge_standing(&Catalogue::embedded(), None, &request, standing);
        let verdict = opened(&standing(Role::GridWorker, 0, ENDED_MS)).unwrap();
        assert!(matches!(verdict, Outcome::Done { late: true, .. }));
        assert_eq!(opened(&standing(Role::GridWorker, ENDED_MS, ENDED_MS)).unwrap_err().code, Code::RRole);
    }

    #[test]
    fn evidence_is_asked_for_and_can_still_come() {
        let catalogue = Catalogue::embedded().changed("case.snap", |service| service.evidence.before_min = 2);
        let worker = Standing::present(Actor { grants: vec![grant(Role::GridWorker, STREET)], ..nobody() });
        let judged = |photos| {
            let request = ActRequest { photos, ..request("self_handle") };
            judge_standing(&catalogue, Some(&case("case.snap", "reported")), &request, &worker)
        };
        let refusal = judged(1).unwrap_err();
        assert_eq!((refusal.code, refusal.facts["needs"].as_str()), (Code::RExpects, "photo"));
        assert!(judged(2).is_err() && judged(3).is_ok() && judged(4).is_ok(), "two before and one after");
    }

    #[test]
    fn additions_are_written_by_a_right_that_has_ended_and_are_late() {
        let catalogue = Catalogue::embedded();
        let reported = case("case.snap", "reported");
        let late =
            may_write_standing(&catalogue, &reported, &standing(Role::GridWorker, 0, ENDED_MS), ENDED_MS);
        assert_eq!(late, Ok((Writing::Everything, true)));
        let too_late = may_write_standing(
            &catalogue,
            &reported,
            &standing(Role::GridWorker, ENDED_MS, ENDED_MS),
            ENDED_MS,
        );
        assert_eq!(too_late.unwrap_err().code, Code::RRole);
    }

    #[test]
    fn what_the_catalogue_does_not_know_is_refused_whatever_the_right() {
        let late = standing(Role::GridWorker, 0, ENDED_MS);
        assert_eq!(outcome(&case("case.gone", "reported"), "self_handle", &late), (Code::RSchema, false));
        assert_eq!(outcome(&case("case.snap", "reported"), "dance", &late), (Code::RSchema, false));
        assert_eq!(outcome(&case("case.snap", "reported"), "report", &late), (Code::RState, false));
    }

    #[test]
    fn a_right_that_is_still_held_decides_before_one_that_has_ended() {
        let now = Actor { grants: vec![grant(Role::GridHead, STREET)], ..nobody() };
        let capture = Capture { at_ms: 0, received_ms: ENDED_MS };
        let both = Standing::of(now, &ended(Role::GridWorker), capture, GRACE_MS);
        assert!(both.then.is_some());
        assert_eq!(outcome(&case("case.snap", "reported"), "self_handle", &both), (Code::Ok, false));
        assert_eq!(outcome(&case("case.snap", "closed"), "self_handle", &both), (Code::RState, true));
    }
}
