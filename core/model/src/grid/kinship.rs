//! How the grids of a pack stand to one another and to the divisions: no grid twice, every parent known, no circle, ids that say the
//! same place as their parents.

use std::collections::{BTreeMap, BTreeSet};

use super::finding::{Fault, Findings};
use super::pack::Draft;
use super::spans::{Node, Wrong, breaks};
use super::{Kind, Layer};
use crate::division::{DivisionCode, Divisions, Level};

/// Versions of one grid that are looked at for one that was valid together with a child.
const VERSIONS_LOOKED_AT_MAX: usize = 1_000;
/// Digits of a community.
const COMMUNITY_DIGITS: usize = 12;

/// Drafts by id; those of governance grids first, because a parent is one where there is one.
type ById<'d> = BTreeMap<&'d str, Vec<&'d Draft>>;

pub(crate) fn judge(drafts: &[Draft], divisions: &Divisions, findings: &mut Findings) {
    let mut by_id = ById::new();
    for draft in drafts {
        if let Some(id) = &draft.id {
            by_id.entry(id).or_default().push(draft);
        }
    }
    for versions in by_id.values_mut() {
        versions.sort_by_key(|draft| draft.layer.is_none_or(|layer| layer.kind != Kind::GovGrid));
        twice(versions, findings);
    }
    let circled = circles(drafts, &by_id, findings);
    for draft in drafts.iter().filter(|draft| !circled.contains(&draft.feature)) {
        parent(draft, &by_id, divisions, findings);
    }
    days(drafts, &circled, findings);
}

/// Reports days on which the versions are no tree. Two versions of one grid were reported as such.
fn days(drafts: &[Draft], circled: &BTreeSet<usize>, findings: &mut Findings) {
    let whole = |draft: &&Draft| !circled.contains(&draft.feature);
    let (told, nodes): (Vec<&Draft>, Vec<Node<'_>>) = drafts
        .iter()
        .filter(whole)
        .filter_map(|draft| {
            let (id, layer, validity) = (draft.id.as_deref()?, draft.layer?, draft.validity?);
            Some((draft, Node { id, layer, parent: draft.parent.as_deref(), validity }))
        })
        .unzip();
    for found in breaks(&nodes) {
        let what = found.to_string();
        let fault = match found.wrong {
            Wrong::Twice { .. } => continue,
            Wrong::Hole { .. } => Fault::Hole { what },
            // Without a parent on any of its days: said before.
            Wrong::Orphaned { .. } if found.days == nodes[found.index].validity => continue,
            Wrong::Orphaned { .. } => Fault::Orphaned { what },
        };
        let draft = told[found.index];
        let at = draft.polygon.as_ref().and_then(super::Polygon::middle);
        findings.add(draft.finding(at, fault));
    }
}

/// Reports every version that begins before another of its kind has ended.
fn twice(versions: &[&Draft], findings: &mut Findings) {
    for kind in Kind::ALL {
        let mut line: Vec<_> = versions
            .iter()
            .filter(|draft| draft.layer.is_some_and(|layer| layer.kind == kind))
            .filter_map(|draft| Some((draft.validity.filter(|v| !v.is_empty())?, *draft)))
            .collect();
        line.sort_by_key(|(validity, draft)| (validity.from, draft.feature));
        let mut reaching: Option<(super::Validity, &Draft)> = None;
        for (validity, draft) in line {
            if let Some((earlier, other)) = reaching
                && earlier.meets(validity)
            {
                let (first, later) =
                    if other.feature < draft.feature { (other, draft) } else { (draft, other) };
                let at = later.polygon.as_ref().and_then(super::Polygon::middle);
                findings.add(later.finding(at, Fault::DuplicateId { other: first.feature }));
            }
            let reaches_further = reaching.is_none_or(|(earlier, _)| match (earlier.to, validity.to) {
                (None, _) => false,
                (Some(_), None) => true,
                (Some(a), Some(b)) => b > a,
            });
            if reaches_further {
                reaching = Some((validity, draft));
            }
        }
    }
}

/// What stands above a draft in the file: a governance grid of that id, or else any grid of it.
fn above<'d>(draft: &Draft, by_id: &ById<'d>) -> Option<&'d Draft> {
    by_id.get(draft.parent.as_deref()?)?.first().copied()
}

/// Reports every circle once, and returns the features in one.
fn circles(drafts: &[Draft], by_id: &ById<'_>, findings: &mut Findings) -> BTreeSet<usize> {
    let mut circled = BTreeSet::new();
    let mut settled = BTreeSet::new();
    for start in drafts {
        let mut path: Vec<&Draft> = Vec::new();
        let mut on_path = BTreeSet::new();
        let mut current = Some(start);
        while let Some(draft) = current {
            if settled.contains(&draft.feature) {
                break;
            }
            if !on_path.insert(draft.feature) {
                let from = path.iter().position(|d| d.feature == draft.feature).unwrap_or(0);
                report_circle(&path[from..], findings);
                circled.extend(path[from..].iter().map(|d| d.feature));
                break;
            }
            path.push(draft);
            current = above(draft, by_id);
        }
        settled.extend(on_path);
    }
    circled
}

fn report_circle(circle: &[&Draft], findings: &mut Findings) {
    const NAMED_MAX: usize = 20;
    if let Some(first) = circle.iter().min_by_key(|draft| draft.feature) {
        let at = first.polygon.as_ref().and_then(super::Polygon::middle);
        let mut finding = first.finding(at, Fault::ParentCycle);
        finding.ids = circle.iter().filter_map(|draft| draft.id.clone()).take(NAMED_MAX).collect();
        findings.add(finding);
    }
}

fn parent(draft: &Draft, by_id: &ById<'_>, divisions: &Divisions, findings: &mut Findings) {
    let at = || draft.polygon.as_ref().and_then(super::Polygon::middle);
    let needs_community = matches!(draft.layer, Some(Layer { kind: Kind::Cell, .. } | Layer::L3));
    let Some(parent) = &draft.parent else { return };
    let mut add = |fault| findings.add(draft.finding(at(), fault));
    let name = || parent.clone();
    let versions = by_id.get(parent.as_str()).map_or(&[][..], Vec::as_slice);
    let together = |other: &&&Draft| match (draft.validity, other.validity) {
        (Some(ours), Some(theirs)) => ours.is_empty() || ours.meets(theirs),
        _ => true,
    };
    let agrees = match versions.iter().take(VERSIONS_LOOKED_AT_MAX).find(together) {
        Some(grid) => begins_as_grid(draft, grid, parent),
        None => match known(parent, divisions) {
            Known::No => return add(Fault::UnknownParent { parent: name() }),
            known => {
                if known == Known::StreetOnly {
                    add(Fault::UnlistedCommunity { parent: name() });
                }
                if needs_community && parent.len() != COMMUNITY_DIGITS {
                    add(Fault::NoCommunity { parent: name() });
                }
                begins_as(draft, parent)
            }
        },
    };
    if !agrees {
        add(Fault::ParentDisagrees { parent: name() });
    }
}

#[derive(PartialEq, Eq)]
enum Known {
    Yes,
    /// A community that the table does not list, in a street that it does.
    StreetOnly,
    No,
}

fn known(parent: &str, divisions: &Divisions) -> Known {
    let Ok(code) = parent.parse::<DivisionCode>() else { return Known::No };
    let street = code.parent().filter(|_| code.level() == Level::Community);
    match street {
        _ if divisions.name(&code).is_some() => Known::Yes,
        Some(street) if divisions.name(&street).is_some() => Known::StreetOnly,
        _ => Known::No,
    }
}

/// Whether an id of digits begins with the code of its division. Ids of duty grids may say anything else.
fn begins_as(draft: &Draft, code: &str) -> bool {
    let Some(id) = &draft.id else { return true };
    let coded = draft.layer.is_none_or(|layer| layer.kind != Kind::DutyGrid);
    !(coded || id.bytes().all(|b| b.is_ascii_digit())) || (id.starts_with(code) && id != code)
}

/// Within governance grids an id continues that of its parent; between kinds only the community is the same.
fn begins_as_grid(draft: &Draft, grid: &Draft, parent: &str) -> bool {
    let gov = |d: &Draft| d.layer.is_none_or(|layer| layer.kind == Kind::GovGrid);
    let kind = |d: &Draft| d.layer.map(|layer| layer.kind);
    if kind(draft) == Some(Kind::DutyGrid) || kind(grid) == Some(Kind::DutyGrid) {
        return true;
    }
    if gov(draft) && gov(grid) {
        return begins_as(draft, parent);
    }
    begins_as(draft, parent.get(..COMMUNITY_DIGITS).unwrap_or(parent))
}
