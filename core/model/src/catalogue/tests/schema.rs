//! `data/catalogue/schema.json` says what the loader takes: the names of every row, and the words of every list.

use std::collections::BTreeSet;

use serde_json::Value;

use super::*;
use crate::field::FieldType;
use crate::{Mark, Role};

fn schema() -> Value {
    serde_json::from_str(include_str!("../../../data/catalogue/schema.json")).unwrap()
}

fn names(object: &Value) -> BTreeSet<String> {
    assert_eq!(object["additionalProperties"], false);
    object["properties"].as_object().unwrap().keys().cloned().collect()
}

/// What the loader says there is where it is given something that there is not.
fn taken(text: &str, at: &str) -> BTreeSet<String> {
    let found = mistakes(text);
    let told = found.iter().find(|m| format!("{}: {}", m.row, m.field) == at);
    let reason = &told.unwrap_or_else(|| panic!("{at}: {found:#?}")).reason;
    if let Some((_, names)) = reason.split_once("there are: ") {
        return names.split(", ").map(str::to_owned).collect();
    }
    // serde's words: unknown field `x`, expected one of `a`, `b`.
    let (_, expected) = reason.split_once("expected").unwrap_or_else(|| panic!("{reason}"));
    expected.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn every_row_takes_what_the_schema_says() {
    let of = |name: &str| schema()["$defs"][name].clone();
    let service = "[[service]]\nid = 's'\n";
    let cases = [
        ("[group.g]\nx = 1".to_owned(), "group g: x", of("group")),
        ("[stage.s]\nx = 1".to_owned(), "stage s: x", of("said")),
        ("[act.a]\nx = 1".to_owned(), "act a: x", of("said")),
        ("[clock.c]\nx = 1".to_owned(), "clock c: x", of("said")),
        ("[argument.a]\nx = 1".to_owned(), "argument a: x", of("argument")),
        ("[contact.c]\nx = 1".to_owned(), "contact c: x", of("contact")),
        ("[form.f]\nx = 1".to_owned(), "form f: x", of("form")),
        ("[[form.f.field]]\nx = 1".to_owned(), "form f: field[0].x", of("field")),
        ("[workflow.W]\nx = 1".to_owned(), "workflow W: x", of("workflow")),
        ("[[workflow.W.act]]\nx = 1".to_owned(), "workflow W: act[0].x", of("act")),
        (format!("{service}x = 1"), "service s: x", of("service")),
        (format!("{service}[[service.condition]]\nx = 1"), "service s: condition[0].x", of("condition")),
        (format!("{service}[[service.field]]\nx = 1"), "service s: field[0].x", of("field")),
        (format!("{service}title = {{ x = 1 }}"), "service s: title", of("title")),
        (
            format!("{service}evidence = {{ x = 1 }}"),
            "service s: evidence",
            of("service")["properties"]["evidence"].clone(),
        ),
        (
            format!("{service}routing = {{ x = 1 }}"),
            "service s: routing",
            of("service")["properties"]["routing"].clone(),
        ),
        (
            format!("{service}dedupe = {{ x = 1 }}"),
            "service s: dedupe",
            of("service")["properties"]["dedupe"].clone(),
        ),
        (
            format!("{service}standard = [{{ x = 1 }}]"),
            "service s: standard",
            of("service")["properties"]["standard"]["items"].clone(),
        ),
    ];
    for (text, at, object) in cases {
        assert_eq!(taken(&text, at), names(&object), "{at}");
    }
    let mut profile = names(&of("service"));
    profile.retain(|name| !matches!(name.as_str(), "id" | "profile"));
    assert_eq!(names(&of("profile")), profile);
    let top = mistakes("x = 1").into_iter().find(|m| m.field == "x").unwrap().reason;
    let top: BTreeSet<String> = top.split_once(": ").unwrap().1.split(", ").map(str::to_owned).collect();
    assert_eq!(top, names(&schema()));
}

#[test]
fn what_must_be_there_is_what_the_loader_misses() {
    let cases = [
        ("[group.g]", "", "group"),
        ("[argument.a]", "", "argument"),
        ("[contact.c]", "", "contact"),
        ("[workflow.W]", "", "workflow"),
        ("[[workflow.W.act]]", "act[0].", "act"),
        ("[[form.f.field]]", "field[0].", "field"),
        ("[[profile.p.condition]]", "condition[0].", "condition"),
    ];
    for (text, inside, name) in cases {
        let missed: BTreeSet<String> = mistakes(text)
            .into_iter()
            .filter(|m| m.reason == "is missing")
            .filter_map(|m| m.field.strip_prefix(inside).map(str::to_owned))
            .filter(|field| !field.contains('.'))
            .collect();
        let object = &schema()["$defs"][name];
        let required =
            object["required"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned());
        assert_eq!(missed, required.collect(), "{name}");
    }
}

#[test]
fn lists_of_words_are_those_of_the_code() {
    let schema = schema();
    let list = |at: &str| -> Vec<String> {
        let list = schema.pointer(at).unwrap_or_else(|| panic!("{at}")).as_array().unwrap();
        list.iter().map(|word| word.as_str().unwrap().to_owned()).collect()
    };
    let ids = |ids: Vec<&str>| ids.into_iter().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(list("/$defs/role/enum"), ids(Role::ALL.iter().map(|role| role.id()).collect()));
    assert_eq!(list("/$defs/mark/enum"), ids(Mark::ALL.iter().map(|mark| mark.id()).collect()));
    assert_eq!(list("/$defs/service/properties/kpi/items/enum"), ids(KPIS.to_vec()));
    assert_eq!(
        list("/$defs/field/properties/type/enum"),
        ids(FieldType::ALL.iter().map(|kind| kind.id()).collect())
    );
    assert_eq!(
        list("/$defs/contact/properties/calls/enum"),
        ids(Calls::ALL.iter().map(|calls| calls.id()).collect())
    );
    let service = "[[service]]\nid = 's'\n";
    let act = "[[workflow.W.act]]\n";
    let cases = [
        (format!("{service}place = 'x'"), "service s: place", "/$defs/service/properties/place/enum"),
        (
            format!("{service}visibility = 'x'"),
            "service s: visibility",
            "/$defs/service/properties/visibility/enum",
        ),
        (
            format!("{service}routing = {{ by = 'x' }}"),
            "service s: routing",
            "/$defs/service/properties/routing/properties/by/enum",
        ),
        (
            format!("{service}evidence = {{ kinds = ['x'] }}"),
            "service s: evidence",
            "/$defs/service/properties/evidence/properties/kinds/items/enum",
        ),
        (format!("{act}class = 'x'"), "workflow W: act[0].class", "/$defs/act/properties/class/enum"),
        (format!("{act}offline = 'x'"), "workflow W: act[0].offline", "/$defs/act/properties/offline/enum"),
        (format!("{act}effect = 'x'"), "workflow W: act[0].effect", "/$defs/act/properties/effect/enum"),
        ("[argument.a]\nkind = 'x'".to_owned(), "argument a: kind", "/$defs/argument/properties/kind/enum"),
        (
            "[[form.f.field]]\nprivacy = 'x'".to_owned(),
            "form f: field[0].privacy",
            "/$defs/field/properties/privacy/enum",
        ),
        (
            format!("{service}[[service.condition]]\nurgency = 'x'"),
            "service s: condition[0].urgency",
            "/$defs/condition/properties/urgency/enum",
        ),
    ];
    for (text, at, place) in cases {
        assert_eq!(taken(&text, at), list(place).into_iter().collect(), "{at}");
    }
}
