//! Rows of notifications, and the rings that make them: whose turn it is follows from divisions and cells, which the model says.

use std::collections::BTreeMap;

use rusqlite::OptionalExtension;
use yuandian_document::Place;
use yuandian_model::planted::{self, Bug};
use yuandian_model::ring::Sought;
use yuandian_model::{
    CaseId, Cell500, DivisionCode, Grant, Level, Quiet, Reach, Ring, Role, ServiceId, UserId,
};

use super::row::{case, count, signed};
use super::writing::Transaction;
use super::{SqliteStore, doings, error, held, people, rights, timers};
use crate::limits::{NOTIFICATIONS_PER_TICK_MAX, RING_PEOPLE_MAX, TIMERS_PER_TICK_MAX};
use crate::planted_places;
use crate::store::notifications::{Notification, NotificationLine, Notifications, Way, Why};
use crate::store::{CaseRecord, Judge, StoreError};

/// People who were given a role in a division, and when they are at home.
pub const CANDIDATES: &str = "SELECT r.role, r.grid, r.unit, r.from_ms, r.until_ms, r.vetting, r.user, h.row, h.col, h.quiet_from, h.quiet_to
     FROM person_right r JOIN person p ON p.user = r.user LEFT JOIN reach h ON h.user = r.user
     WHERE r.grid = ?1 AND r.role = ?2 AND r.ended_ms IS NULL AND p.shut_ms IS NULL LIMIT ?3";
pub const DUE: &str = "SELECT n.id, n.user, n.document, n.why, c.service FROM notification n JOIN case_row c ON c.id = n.document
     WHERE n.told_ms IS NULL AND n.due_ms <= ?1 ORDER BY n.due_ms, n.id LIMIT ?2";
pub const OF_CASE: &str = "SELECT n.id, n.user, n.document, n.why, c.service, n.ring, n.made_ms, n.due_ms, n.way, n.told_ms,
      (SELECT max(k.at_ms) FROM contact k JOIN device d ON d.device = k.device WHERE d.user = n.user AND k.at_ms >= n.due_ms)
     FROM notification n JOIN case_row c ON c.id = n.document WHERE n.document = ?1 ORDER BY n.id";
pub const RINGS_DUE: &str =
    "SELECT subject FROM timer WHERE due_ms <= ?1 AND +kind = 'ring' ORDER BY due_ms LIMIT ?2";

/// Roles that have what nobody took.
const OWNERS: [Role; 4] = [Role::GridWorker, Role::MicroHead, Role::GridHead, Role::L2Head];

struct Candidate {
    grant: Grant,
    user: UserId,
    reach: Reach,
}

/// People who hold one of these roles in a division itself, each once, with the right that says most.
fn holders(
    t: &Transaction<'_>,
    grid: &DivisionCode,
    roles: &[Role],
    now_ms: i64,
) -> Result<Vec<Candidate>, StoreError> {
    let mut found: BTreeMap<UserId, Candidate> = BTreeMap::new();
    for role in roles {
        let rows: Vec<Candidate> = t
            .prepare_cached(CANDIDATES)
            .and_then(|mut s| {
                s.query_map((grid.as_str(), role.id(), RING_PEOPLE_MAX), |row| {
                    let home = row.get::<_, Option<i32>>(7)?.zip(row.get::<_, Option<i32>>(8)?);
                    let quiet = row.get::<_, Option<u16>>(9)?.zip(row.get::<_, Option<u16>>(10)?);
                    Ok(Candidate {
                        grant: rights::right(row)?,
                        user: UserId(row.get(6)?),
                        reach: Reach {
                            home: home.map(|(row, column)| Cell500 { row, column }),
                            quiet: quiet.map_or_else(Quiet::default, |(from_minute, to_minute)| Quiet {
                                from_minute,
                                to_minute,
                            }),
                        },
                    })
                })?
                .collect()
            })
            .map_err(error)?;
        for candidate in rows.into_iter().filter(|c| c.grant.is_held(now_ms) && c.grant.of.is_none()) {
            let known = found.get(&candidate.user);
            if known.is_none_or(|known| known.grant.level() < candidate.grant.level()) {
                found.insert(candidate.user, candidate);
            }
        }
    }
    Ok(found.into_values().collect())
}

/// Sets, moves or takes away the time of a case's next ring, where what is decided has changed whom it looks for.
pub fn await_ring(
    t: &Transaction<'_>,
    (before, after): (Option<&CaseRecord>, &CaseRecord),
    judge: &dyn Judge,
) -> Result<(), StoreError> {
    let since = |record: &CaseRecord| judge.sought(&record.state).map(|sought| sought.since_ms);
    match (before.and_then(since), since(after)) {
        (old, new) if old == new => Ok(()),
        (_, Some(since_ms)) => timers::set(t, timers::RING, &after.id.0, since_ms),
        (_, None) => timers::clear(t, timers::RING, &after.id.0),
    }
}

/// Whose turn has come hears of a request; and the next ring is awaited.
fn ring(t: &Transaction<'_>, id: &CaseId, judge: &dyn Judge, now_ms: i64) -> Result<usize, StoreError> {
    if !timers::is_due(t, timers::RING, &id.0, now_ms)? {
        return Ok(0);
    }
    timers::clear(t, timers::RING, &id.0)?;
    let Some(record) = case(t, id)? else { return Ok(0) };
    let Some(sought) = judge.sought(&record.state) else { return Ok(0) };
    let waited_ms = now_ms - sought.since_ms;
    let mut told = 0;
    for user in &sought.people {
        let doings = doings::of(t, &[*user].into(), now_ms)?.remove(user).unwrap_or_default();
        // Who does not want to be anybody's family is not, and anybody may write down an id that is nobody's.
        if doings.apart.contains(&record.state.author) || !people::is_known(t, user)? {
            continue;
        }
        let about = (&record, Why::Family, sought.since_ms);
        told += put(t, about, (user, Some(Ring::Cell)), (now_ms, now_ms))?;
    }
    for (ring, candidate) in nearby(t, &record, &sought, now_ms)? {
        if (sought.at_once || ring.after_ms() <= waited_ms) && fits(t, &record, &candidate, judge, now_ms)? {
            let due_ms = if sought.urgent { now_ms } else { candidate.reach.quiet.over_ms(now_ms) };
            let about = (&record, Why::Asked, sought.since_ms);
            told += put(t, about, (&candidate.user, Some(ring)), (now_ms, due_ms))?;
        }
    }
    if let Some(next) = Ring::ALL.into_iter().find(|ring| !sought.at_once && ring.after_ms() > waited_ms) {
        timers::set(t, timers::RING, &id.0, sought.since_ms + next.after_ms())?;
    }
    Ok(told)
}

/// Everybody who might take a request, with the ring that each is in.
fn nearby(
    t: &Transaction<'_>,
    record: &CaseRecord,
    sought: &Sought,
    now_ms: i64,
) -> Result<Vec<(Ring, Candidate)>, StoreError> {
    let state = &record.state;
    let cell = match record.place {
        Some(Place::Cell(cell)) => Some(cell),
        _ => None,
    };
    let mut rings: BTreeMap<UserId, (Ring, Candidate)> = BTreeMap::new();
    for grid in state.grid.lineage() {
        for candidate in holders(t, &grid, &sought.roles, now_ms)? {
            if candidate.user == state.author || candidate.grant.level() < sought.vetting {
                continue;
            }
            // Who handles it has it wherever they live.
            let home = candidate.reach.home.filter(|_| !sought.at_once);
            let Some(ring) = Ring::of((&state.grid, cell), &grid, home) else { continue };
            if planted::is(Bug::RingsByExactPlace) {
                let away_m = home.and_then(|home| planted_places::apart_m(&record.id, home));
                if away_m.is_some_and(|metres| metres > 1_000.0) {
                    continue;
                }
            }
            if rings.get(&candidate.user).is_none_or(|(known, _)| ring < *known) {
                rings.insert(candidate.user, (ring, candidate));
            }
        }
    }
    Ok(rings.into_values().collect())
}

/// Whether somebody could take a request now.
fn fits(
    t: &Transaction<'_>,
    record: &CaseRecord,
    candidate: &Candidate,
    judge: &dyn Judge,
    now_ms: i64,
) -> Result<bool, StoreError> {
    let doings = doings::of(t, &[candidate.user].into(), now_ms)?.remove(&candidate.user).unwrap_or_default();
    let met = record.state.holders.iter().chain([&record.state.author]);
    Ok(judge.may_take(&record.state, &doings.conduct(&record.id, met), now_ms))
}

/// What nobody took lies with whoever works there, and its author hears where it is.
pub fn passed_on(
    t: &Transaction<'_>,
    (before, after): (&CaseRecord, &CaseRecord),
    judge: &dyn Judge,
    now_ms: i64,
) -> Result<(), StoreError> {
    let desk = &after.state.progress.desk;
    let (Some(desk), Some(sought)) = (desk, judge.sought(&after.state)) else { return Ok(()) };
    if before.state.progress.desk.as_ref() == Some(desk) {
        return Ok(());
    }
    // Nobody sleeps through what waited for so long already.
    let at = (now_ms, now_ms);
    put(t, (after, Why::PassedOn, now_ms), (&after.state.author, None), at)?;
    for grid in desk.lineage() {
        let owners = holders(t, &grid, &OWNERS, now_ms)?;
        for owner in &owners {
            put(t, (after, Why::Yours, sought.since_ms), (&owner.user, None), at)?;
        }
        // Whoever is nearest; where nobody works, whoever works above.
        if !owners.is_empty() || grid.level() == Level::City {
            break;
        }
    }
    Ok(())
}

/// Makes a notification, if its person has not heard of the same already; how many.
fn put(
    t: &Transaction<'_>,
    (record, why, since_ms): (&CaseRecord, Why, i64),
    (user, ring): (&UserId, Option<Ring>),
    (made_ms, due_ms): (i64, i64),
) -> Result<usize, StoreError> {
    t.prepare_cached(
        "INSERT INTO notification (user, document, why, since_ms, ring, made_ms, due_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (document, user, why, since_ms) DO NOTHING",
    )
    .and_then(|mut s| {
        let ring = ring.map(|ring| ring.after_ms());
        s.execute((user.0, record.id.0, why.id(), since_ms, ring, made_ms, due_ms))
    })
    .map_err(error)
}

fn why(row: &rusqlite::Row<'_>, at: usize) -> rusqlite::Result<Why> {
    let id = row.get_ref(at)?.as_str()?;
    let found = Why::ALL.into_iter().find(|why| why.id() == id);
    found.ok_or_else(|| rusqlite::Error::InvalidColumnType(at, "why".into(), rusqlite::types::Type::Text))
}

fn notification(row: &rusqlite::Row<'_>) -> rusqlite::Result<Notification> {
    Ok(Notification {
        id: count(row, 0)?,
        user: UserId(row.get(1)?),
        case: CaseId(row.get(2)?),
        why: why(row, 3)?,
        service: ServiceId(row.get(4)?),
    })
}

fn line(row: &rusqlite::Row<'_>) -> rusqlite::Result<NotificationLine> {
    let ring: Option<i64> = row.get(5)?;
    let told_ms: Option<i64> = row.get(9)?;
    let way = match row.get_ref(8)?.as_str_or_null()? {
        Some("sent") => Some(Way::Sent),
        Some(_) => Some(Way::Pull),
        None => None,
    };
    Ok(NotificationLine {
        notification: notification(row)?,
        ring: ring.and_then(|after_ms| Ring::ALL.into_iter().find(|ring| ring.after_ms() == after_ms)),
        made_and_due_ms: (row.get(6)?, row.get(7)?),
        told: way.zip(told_ms),
        seen_ms: row.get(10)?,
    })
}

/// Nothing of how a person is reached is kept.
pub fn forget(t: &Transaction<'_>, user: &UserId) -> Result<(), StoreError> {
    for sql in ["DELETE FROM reach WHERE user = ?1", "DELETE FROM notification WHERE user = ?1"] {
        t.execute(sql, [user.0]).map_err(error)?;
    }
    Ok(())
}

impl Notifications for SqliteStore {
    fn put_reach(&self, user: &UserId, reach: &Reach) -> Result<(), StoreError> {
        let (home, quiet) = (reach.home, reach.quiet);
        let row = (
            user.0,
            home.map(|cell| cell.row),
            home.map(|cell| cell.column),
            quiet.from_minute,
            quiet.to_minute,
        );
        // A greeting tells it each time.
        let known = self.read(|t| {
            t.prepare_cached(
                "SELECT 1 FROM reach WHERE user = ?1 AND row IS ?2 AND col IS ?3 AND quiet_from = ?4 AND quiet_to = ?5",
            )
            .and_then(|mut s| s.query_row(row, |_| Ok(())).optional())
            .map_err(error)
        })?;
        if known.is_some() {
            return Ok(());
        }
        self.write(|t| {
            t.prepare_cached(
                "INSERT INTO reach (user, row, col, quiet_from, quiet_to) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (user) DO UPDATE SET row = ?2, col = ?3, quiet_from = ?4, quiet_to = ?5",
            )
            .and_then(|mut s| s.execute(row))
            .map(|_| ())
            .map_err(error)
        })
    }

    fn rings_due(&self, now_ms: i64) -> Result<Vec<CaseId>, StoreError> {
        self.read(|t| {
            if held::refill_until(t)? > now_ms {
                return Ok(Vec::new());
            }
            t.prepare_cached(RINGS_DUE)
                .and_then(|mut s| {
                    s.query_map((now_ms, TIMERS_PER_TICK_MAX), |row| Ok(CaseId(row.get(0)?)))?.collect()
                })
                .map_err(error)
        })
    }

    fn ring(&self, case: &CaseId, judge: &dyn Judge, now_ms: i64) -> Result<usize, StoreError> {
        self.write(|t| ring(t, case, judge, now_ms))
    }

    fn notifications_due(&self, now_ms: i64) -> Result<Vec<Notification>, StoreError> {
        self.read(|t| {
            t.prepare_cached(DUE)
                .and_then(|mut s| s.query_map((now_ms, NOTIFICATIONS_PER_TICK_MAX), notification)?.collect())
                .map_err(error)
        })
    }

    fn notified(&self, ids: &[u64], way: Way, now_ms: i64) -> Result<(), StoreError> {
        self.write(|t| {
            for id in ids {
                t.prepare_cached(
                    "UPDATE notification SET way = ?2, told_ms = ?3 WHERE id = ?1 AND told_ms IS NULL",
                )
                .and_then(|mut s| s.execute((signed(*id), way.id(), now_ms)))
                .map_err(error)?;
            }
            Ok(())
        })
    }

    fn notifications(&self, case: &CaseId) -> Result<Vec<NotificationLine>, StoreError> {
        self.read(|t| {
            t.prepare_cached(OF_CASE).and_then(|mut s| s.query_map([case.0], line)?.collect()).map_err(error)
        })
    }
}
