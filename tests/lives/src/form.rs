//! Answers to a form, and what tells two forms apart.

use std::collections::{BTreeMap, BTreeSet};

use crate::reading::{Field, Service};

/// Which kinds of questions a form asks, and what it requires of each.
pub fn shape(service: &Service) -> BTreeSet<String> {
    let told = |field: &Field| {
        let Field { kind, required, required_when, visible_when, constrained, private, .. } = field;
        format!("{kind} {required} {required_when} {visible_when} {constrained} {private}")
    };
    service.fields.iter().map(told).collect()
}

/// An answer to every question but those that need a file.
pub fn answers(service: &Service) -> BTreeMap<String, String> {
    let answered = service.fields.iter().filter_map(|field| Some((field.key.clone(), answer(field)?)));
    answered.collect()
}

/// Questions whose answers everybody who has the case can read, whatever was answered beside.
pub fn shared(service: &Service) -> impl Iterator<Item = &Field> {
    service.fields.iter().filter(|field| !field.private && !field.visible_when && answer(field).is_some())
}

/// An answer that a question cannot take, where anything can be wrong with one.
pub fn nonsense(service: &Service) -> Option<(&str, &'static str)> {
    let wrong = |field: &Field| match field.kind.as_str() {
        "choice" | "multi" | "checkbox_list" | "number" | "money" => Some("nothing"),
        "date" => Some("2026-02-30"),
        _ => None,
    };
    let plain = service.fields.iter().filter(|field| !field.visible_when);
    plain.filter_map(|field| Some((field.key.as_str(), wrong(field)?))).next()
}

fn answer(field: &Field) -> Option<String> {
    let text = match field.kind.as_str() {
        // Each its own, for some must differ from others.
        "text" => {
            let text: String = field.key.chars().take(field.max_length).collect();
            format!("{text:-<least$}", least = field.min_length)
        }
        "number" | "money" => field.min.clone().unwrap_or_else(|| "1".to_owned()),
        "date" => "2026-03-02".to_owned(),
        // One alone is right where one excludes the others, too.
        "choice" | "multi" | "checkbox_list" => field.options.first().expect(&field.key).clone(),
        "point" => "113.6200000,34.7500000".to_owned(),
        "household_ref" => "household-1".to_owned(),
        "person_ref" => "person-1".to_owned(),
        "org_ref" => "91350100M000100Y43".to_owned(),
        "component_ref" => "4101020101000001".to_owned(),
        "voice" | "photo" | "video" | "signature" => {
            assert!(!field.required, "{}: a file that must be there", field.key);
            return None;
        }
        other => panic!("nobody here can read the kind {other}"),
    };
    Some(text)
}
