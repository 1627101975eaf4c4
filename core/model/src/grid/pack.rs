//! A pack: grids as a GeoJSON FeatureCollection (RFC 7946) with the properties `grid_id`, `kind`, `level`, `parent`, `valid_from`,
//! `valid_to`, and optionally `grid_kind` and `name`.
//!
//! Every mistake is reported, and a pack with one error is not loaded at all. Sizes are limited before anything is built from them.

use serde_json::Value;

use super::coordinates::{Budget, ground};
use super::finding::{Fault, Finding, Findings, Severity};
use super::kinship;
use super::limits;
use super::order;
use super::properties::{describe, fill};
use super::shape::{Polygon, Position};
use super::tree::{TreeVersion, versions};
use super::{Grid, Layer, Validity};
use crate::codes::GovKind;
use crate::division::Divisions;

/// Grids that can be used, all of one file.
#[derive(Debug, Clone, PartialEq)]
pub struct GridPack {
    /// In the order of the file.
    pub grids: Vec<Grid>,
    /// What somebody should look at.
    pub warnings: Vec<Finding>,
}

/// What a pack is judged by.
#[derive(Debug, Clone)]
pub struct PackRules {
    /// Overlaps up to this area are taken for the rounding of whoever drew the grids, m².
    pub overlap_tolerance_m2: f64,
    /// The divisions that may stand above a grid.
    pub divisions: Divisions,
}

impl Default for PackRules {
    /// One square metre; the divisions of Zhengzhou.
    fn default() -> Self {
        Self { overlap_tolerance_m2: 1.0, divisions: Divisions::zhengzhou() }
    }
}

/// What came of judging a file.
#[derive(Debug, Clone)]
pub struct Judged {
    /// How many features the file holds.
    pub features: usize,
    /// Everything found, in the order of the features.
    pub findings: Vec<Finding>,
    /// The pack without its warnings, where nothing is an error.
    grids: Option<Vec<Grid>>,
}

impl Judged {
    /// The versions of the tree that the file holds, oldest first; none where it cannot be used.
    #[must_use]
    pub fn versions(&self) -> Vec<TreeVersion> {
        versions(self.grids.iter().flatten().map(|grid| grid.validity))
    }

    /// The pack, if it can be used.
    ///
    /// # Errors
    /// Every error, in the order of the features.
    pub fn into_pack(self) -> Result<GridPack, Vec<Finding>> {
        let (errors, warnings) = self
            .findings
            .into_iter()
            .partition::<Vec<_>, _>(|finding| finding.fault.severity() == Severity::Error);
        match self.grids {
            Some(grids) if errors.is_empty() => Ok(GridPack { grids, warnings }),
            _ => Err(errors),
        }
    }
}

impl GridPack {
    /// Reads a pack that was judged where it was made: all is checked but what needs geometry between sides and between grids.
    ///
    /// # Errors
    /// Every error, in the order of the features.
    pub fn read(text: &str, rules: &PackRules) -> Result<Self, Vec<Finding>> {
        judge_with(text, rules, |_, _| ()).into_pack()
    }
}

/// One feature, as far as it could be read.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub feature: usize,
    pub id: Option<String>,
    pub layer: Option<Layer>,
    pub gov_kind: Option<GovKind>,
    pub parent: Option<String>,
    pub name: Option<String>,
    pub validity: Option<Validity>,
    pub polygon: Option<Polygon>,
    /// Whether its coordinates are those of a MultiPolygon.
    pub several: bool,
}

impl Draft {
    pub(crate) fn finding(&self, at: Option<Position>, fault: Fault) -> Finding {
        Finding { feature: Some(self.feature), ids: self.id.iter().cloned().collect(), at, fault }
    }

    /// How findings name a ring.
    #[cfg(feature = "packs")]
    pub(crate) fn ring_path(&self, part: usize, ring: usize) -> String {
        if self.several { format!("[{part}][{ring}]") } else { format!("[{ring}]") }
    }

    fn finish(self) -> Option<Grid> {
        Some(Grid {
            id: self.id?,
            layer: self.layer?,
            gov_kind: self.gov_kind,
            parent: self.parent,
            name: self.name,
            validity: self.validity?,
            polygon: self.polygon?,
        })
    }
}

/// Reads and judges a file; `geometry` adds what it finds in the drafts.
pub(crate) fn judge_with(
    text: &str,
    rules: &PackRules,
    geometry: impl FnOnce(&[Draft], &mut Findings),
) -> Judged {
    let mut findings = Findings::default();
    let mut drafts = Vec::new();
    match features(text, &mut findings) {
        Ok(features) => {
            let mut budget = Budget::default();
            for (index, feature) in features.iter().enumerate() {
                if budget.is_spent() || findings.full() {
                    break;
                }
                drafts.push(draft(index, feature, &mut budget, &mut findings));
            }
            if budget.is_spent() {
                findings.file(Fault::TooMuch { what: "positions", limit: limits::POSITIONS_MAX });
            } else {
                kinship::judge(&drafts, &rules.divisions, &mut findings);
                order::judge(&drafts, &mut findings);
                geometry(&drafts, &mut findings);
            }
        }
        Err(fault) => findings.file(fault),
    }
    let features = drafts.len();
    let findings = findings.sorted();
    let usable = findings.iter().all(|finding| finding.fault.severity() == Severity::Warning);
    let grids = if usable { drafts.into_iter().map(Draft::finish).collect() } else { None };
    Judged { features, findings, grids }
}

/// The features of a file that is not too large for any of the limits.
fn features(text: &str, findings: &mut Findings) -> Result<Vec<Value>, Fault> {
    if text.len() > limits::PACK_BYTES_MAX {
        return Err(Fault::TooMuch { what: "bytes", limit: limits::PACK_BYTES_MAX });
    }
    let values = text.bytes().filter(|b| matches!(b, b',' | b'[' | b'{')).count();
    if values > limits::PACK_VALUES_MAX {
        return Err(Fault::TooMuch { what: "JSON values", limit: limits::PACK_VALUES_MAX });
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut file: Value = serde_json::from_str(text).map_err(|e| Fault::NotJson { reason: e.to_string() })?;
    let not_a = |found: String| Fault::NotAFeatureCollection { found };
    let Some(members) = file.as_object_mut() else { return Err(not_a(describe(&file))) };
    match members.get("type") {
        Some(Value::String(kind)) if kind == "FeatureCollection" => {}
        Some(other) => return Err(not_a(format!("type {}", describe(other)))),
        None => return Err(not_a("an object without a type".into())),
    }
    if members.contains_key("crs") {
        findings.file(Fault::Crs);
    }
    match members.remove("features") {
        Some(Value::Array(features)) if features.len() > limits::FEATURES_MAX => {
            Err(Fault::TooMuch { what: "features", limit: limits::FEATURES_MAX })
        }
        Some(Value::Array(features)) => Ok(features),
        Some(other) => Err(not_a(format!("features as {}", describe(&other)))),
        None => Err(not_a("no features".into())),
    }
}

fn draft(index: usize, feature: &Value, budget: &mut Budget, findings: &mut Findings) -> Draft {
    let mut draft = Draft { feature: index, ..Draft::default() };
    let is_feature = feature.get("type").and_then(Value::as_str) == Some("Feature");
    let Some(members) = feature.as_object().filter(|_| is_feature) else {
        let found =
            feature.get("type").map_or_else(|| describe(feature), |kind| format!("type {}", describe(kind)));
        findings.add(draft.finding(None, Fault::NotAFeature { found }));
        return draft;
    };
    fill(&mut draft, members.get("properties").unwrap_or(&Value::Null), findings);
    let geometry = members.get("geometry").unwrap_or(&Value::Null);
    if feature.get("crs").is_some() || geometry.get("crs").is_some() {
        findings.add(draft.finding(None, Fault::Crs));
    }
    ground(&mut draft, geometry, budget, findings);
    draft
}
