//! The properties of a feature: which grid it is.

use serde_json::Value;

use super::finding::{Fault, Findings};
use super::pack::Draft;
use super::{Kind, Layer, Validity, date, limits};
use crate::codes::GovKind;

/// A value in a few words.
pub(crate) fn describe(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Array(_) => "an array".into(),
        Value::Object(_) => "an object".into(),
        Value::String(text) => format!("{:?}", text.chars().take(40).collect::<String>()),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

/// Takes the properties over into the draft, and reports those that are missing or wrong.
pub(crate) fn fill(draft: &mut Draft, properties: &Value, findings: &mut Findings) {
    let get = |name: &str| properties.get(name).filter(|value| !value.is_null());
    let mut faults = Vec::new();
    let mut text = |name: &'static str| match get(name) {
        Some(Value::String(text)) if !text.is_empty() && text.chars().count() <= limits::TEXT_CHARS_MAX => {
            Some(text.clone())
        }
        Some(other) => {
            faults.push(bad(name, other, "a text of 1 to 100 characters"));
            None
        }
        None => None,
    };
    draft.id = text("grid_id");
    draft.parent = text("parent");
    draft.name = text("name");
    for name in ["grid_id", "kind", "valid_from"] {
        if get(name).is_none() {
            faults.push(Fault::MissingProperty { name });
        }
    }
    if properties.get("parent").is_none() {
        faults.push(Fault::MissingProperty { name: "parent" });
    }
    (draft.layer, draft.gov_kind) = layer(get, &mut faults);
    if let (Some(id), Some(layer)) = (&draft.id, draft.layer)
        && let Err(expected) = id_fits(id, layer)
    {
        faults.push(Fault::BadId { expected });
    }
    draft.validity = validity(get, &mut faults);
    for fault in faults {
        findings.add(draft.finding(None, fault));
    }
}

fn bad(name: &'static str, value: &Value, expected: &'static str) -> Fault {
    Fault::BadProperty { name, value: describe(value), expected }
}

/// Kind, level and sort. A kind may also be written as the sort of a governance grid (`rural`), which says its level, too.
fn layer<'a>(
    get: impl Fn(&str) -> Option<&'a Value>,
    faults: &mut Vec<Fault>,
) -> (Option<Layer>, Option<GovKind>) {
    let written = get("kind").and_then(Value::as_str);
    let kind = match written {
        Some(word) => Kind::of(word).or_else(|| GovKind::of(word).map(|_| Kind::GovGrid)),
        None => None,
    };
    if let (Some(value), None) = (get("kind"), kind) {
        faults.push(bad("kind", value, "cell, duty_grid or gov_grid"));
    }
    let sort_value = get("grid_kind");
    let sort = sort_value.and_then(Value::as_str).or(written).and_then(GovKind::of);
    if let (Some(value), None) = (sort_value, sort_value.and_then(Value::as_str).and_then(GovKind::of)) {
        faults.push(bad("grid_kind", value, "community, rural, dedicated or micro"));
    }
    let range = if kind == Some(Kind::GovGrid) { 1..=4 } else { 0..=9 };
    let level = match get("level") {
        None => None,
        Some(value) => {
            let level = number_of(value).filter(|level| range.contains(level));
            if level.is_none() {
                let expected = if kind == Some(Kind::GovGrid) {
                    "a whole number 1 to 4"
                } else {
                    "a whole number 0 to 9"
                };
                faults.push(bad("level", value, expected));
                return (None, sort);
            }
            level
        }
    };
    let level = match kind {
        Some(Kind::Cell) => Some(0),
        Some(Kind::DutyGrid) => level.or(Some(0)),
        Some(Kind::GovGrid) => level.or(sort.map(GovKind::level)),
        None => return (None, sort),
    };
    if level.is_none() {
        faults.push(Fault::MissingProperty { name: "level" });
    }
    if let (Some(sort), Some(level), Some(value)) = (sort, level, sort_value.or(get("kind")))
        && (kind != Some(Kind::GovGrid) || sort.level() != level)
    {
        let expected = "a sort of this kind and level (micro on level 4, the others on level 3)";
        faults.push(bad("grid_kind", value, expected));
    }
    (kind.zip(level).map(|(kind, level)| Layer { kind, level }), sort)
}

/// `3`, or the same level by its id: `grid_l3`, `L3`.
fn number_of(value: &Value) -> Option<u8> {
    match value {
        Value::String(text) => match text.strip_prefix("grid_l").or(text.strip_prefix('L'))?.as_bytes() {
            [digit @ b'1'..=b'4'] => Some(digit - b'0'),
            _ => None,
        },
        // 3.0 is an integer in JSON's eyes.
        other => (0..=9).find(|level| other.as_f64() == Some(f64::from(*level))),
    }
}

/// Whether a grid of this layer may have this id; if not, what it should be.
fn id_fits(id: &str, layer: Layer) -> Result<(), String> {
    let digits = match (layer.kind, layer.level) {
        (Kind::Cell, _) => 15,
        (Kind::DutyGrid, _) => {
            let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
            return if id.len() <= 32 && id.bytes().all(plain) {
                Ok(())
            } else {
                Err("up to 32 letters, digits, - and _ for a duty grid".into())
            };
        }
        (Kind::GovGrid, 1) => 9,
        (Kind::GovGrid, 2) => 12,
        (Kind::GovGrid, 3) => 15,
        (Kind::GovGrid, _) => 17,
    };
    if id.len() == digits && id.bytes().all(|b| b.is_ascii_digit()) {
        Ok(())
    } else {
        Err(format!("{digits} digits for a {layer}"))
    }
}

fn validity<'a>(get: impl Fn(&str) -> Option<&'a Value>, faults: &mut Vec<Fault>) -> Option<Validity> {
    let mut day = |name: &'static str| {
        let value = get(name)?;
        let day = value.as_str().and_then(date);
        if day.is_none() {
            faults.push(bad(name, value, "a date YYYY-MM-DD"));
        }
        Some(day)
    };
    let (from, to) = (day("valid_from"), day("valid_to"));
    let validity = match (from, to) {
        (Some(Some(from)), None) => Validity { from, to: None },
        (Some(Some(from)), Some(Some(to))) => Validity { from, to: Some(to) },
        _ => return None,
    };
    match validity.to {
        Some(to) if to < validity.from => {
            faults.push(Fault::EndsBeforeItBegins);
            return None;
        }
        Some(to) if to == validity.from => faults.push(Fault::NeverValid),
        _ => {}
    }
    Some(validity)
}
