//! Who must hold a request and who must wait for it: claims and releases in the order in which they came, and nothing that the rule says.

use std::collections::BTreeMap;

use yuandian_document::Kind;
use yuandian_model::{CaseId, UserId};
use yuandian_vfs::Disk;

use crate::outside::{Copy, act_of};

/// A request as the order of arrival makes it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// Who holds it, first come first.
    pub holders: Vec<UserId>,
    /// Who waits, next first.
    pub waiting: Vec<UserId>,
    /// Claims that were taken or put in line.
    pub claims: u64,
    /// Who moved up over whose release, and the number of that release.
    pub promoted: Vec<(i64, UserId)>,
    /// The number of the last act.
    pub last: i64,
}

impl Line {
    /// Somebody claims what so many may hold.
    pub fn claimed(&mut self, user: UserId, capacity: usize) {
        self.claims += 1;
        if self.holders.contains(&user) || self.waiting.contains(&user) {
            return;
        }
        let place = if self.holders.len() < capacity { &mut self.holders } else { &mut self.waiting };
        place.push(user);
    }

    /// Somebody gives up what is held or waited for, in the act of this number.
    pub fn released(&mut self, user: UserId, number: i64) {
        let held = self.holders.contains(&user);
        self.holders.retain(|holder| *holder != user);
        self.waiting.retain(|waiting| *waiting != user);
        if held && !self.waiting.is_empty() {
            let next = self.waiting.remove(0);
            self.holders.push(next);
            self.promoted.push((number, next));
        }
    }
}

/// Every case on a server's disk by what stands in its history; `capacity` says how many may hold one.
///
/// # Errors
/// Words, where the disk holds no whole store.
pub fn lines(disk: &Disk, capacity: &dyn Fn(&CaseId) -> usize) -> Result<BTreeMap<CaseId, Line>, String> {
    let sql = "SELECT document, seq, user, envelope FROM commit_log
               WHERE kind = ?1 AND seq > 0 AND code IN ('ok', 'r_taken') ORDER BY seq";
    let acts = Copy::of(disk)?.rows(sql, [Kind::Act as i64], |row| {
        let (document, seq, user): ([u8; 16], i64, [u8; 16]) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok((CaseId(document), seq, UserId(user), row.get(3)?))
    })?;
    let mut lines: BTreeMap<CaseId, Line> = BTreeMap::new();
    for (case, number, user, envelope) in acts {
        let line = lines.entry(case).or_default();
        line.last = number;
        match act_of(envelope)?.as_deref() {
            Some("claim") => line.claimed(user, capacity(&case)),
            Some("release") => line.released(user, number),
            _ => {}
        }
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_come_first_and_the_next_moves_up() {
        let people: Vec<UserId> = (1..5).map(|n| UserId([n; 16])).collect();
        let mut line = Line::default();
        people.iter().for_each(|user| line.claimed(*user, 2));
        line.claimed(people[0], 2);
        assert_eq!((line.holders.as_slice(), line.waiting.as_slice()), (&people[..2], &people[2..]));
        line.released(people[3], 8);
        line.released(people[0], 9);
        assert_eq!(line.holders, [people[1], people[2]]);
        assert_eq!((line.waiting.as_slice(), line.promoted.as_slice()), (&[][..], &[(9, people[2])][..]));
        line.released(people[1], 10);
        assert_eq!((line.holders.as_slice(), line.claims), (&people[2..3], 5));
    }
}
