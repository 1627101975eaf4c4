//! The order of numbers inside a community: west to east, then north to south, as one writes (DB11, taken over by GB/T 47678.3).
//!
//! Grids are no table, so only what contradicts the order is found: a number that lies to the north of the one before it, or to the west
//! of it in the same row. A warning, because numbers outlive redrawn borders.

use std::collections::BTreeMap;

use super::finding::{Fault, Findings};
use super::pack::Draft;
use super::shape::{Bounds, Position};
use super::{Kind, Layer};

/// Digits of a community.
const COMMUNITY_DIGITS: usize = 12;

struct Placed<'d> {
    draft: &'d Draft,
    bounds: Bounds,
    middle: Position,
}

pub(crate) fn judge(drafts: &[Draft], findings: &mut Findings) {
    let mut communities: BTreeMap<(Layer, &str), BTreeMap<&str, Placed<'_>>> = BTreeMap::new();
    for draft in drafts {
        let (Some(layer @ (Layer { kind: Kind::Cell, .. } | Layer::L3)), Some(id)) = (draft.layer, &draft.id)
        else {
            continue;
        };
        let numbered = id.len() == 15 && id.bytes().all(|b| b.is_ascii_digit());
        let current = draft.validity.is_some_and(|validity| validity.to.is_none());
        if let (true, Some(polygon)) = (numbered && current, &draft.polygon)
            && let (Some(bounds), Some(middle)) = (polygon.bounds(), polygon.middle())
        {
            let community = communities.entry((layer, &id[..COMMUNITY_DIGITS])).or_default();
            community.insert(id, Placed { draft, bounds, middle });
        }
    }
    for community in communities.values() {
        for (earlier, later) in community.values().zip(community.values().skip(1)) {
            if let Some(lies) = against(earlier, later) {
                let mut finding = later.draft.finding(Some(later.middle), Fault::NumberingOrder { lies });
                finding.ids.splice(0..0, earlier.draft.id.clone());
                findings.add(finding);
            }
        }
    }
}

fn against(earlier: &Placed<'_>, later: &Placed<'_>) -> Option<&'static str> {
    let (a, b) = (earlier.bounds, later.bounds);
    let shares = |axis: usize| {
        let shared = a.high[axis].min(b.high[axis]) - a.low[axis].max(b.low[axis]);
        shared > (a.high[axis] - a.low[axis]).min(b.high[axis] - b.low[axis]) / 2.0
    };
    let west = later.middle[0] < earlier.middle[0];
    let north = later.middle[1] > earlier.middle[1];
    match (shares(1), shares(0)) {
        // On the same ground neither comes first.
        (true, true) => None,
        (true, false) => west.then_some("west"),
        (false, _) => north.then_some("north"),
    }
}
