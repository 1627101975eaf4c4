//! Services as lines.

use serde::Serialize;
use yuandian_model::catalogue::{ComponentClass, Condition, StandardRef, Title, Urgency, Visibility};
use yuandian_model::{Catalogue, Limit, Role, Service};

use std::collections::BTreeMap;

use crate::said::one_line;

/// The services that a text finds, a line each.
pub fn list(catalogue: &Catalogue, text: &str, roles: Option<&[Role]>, json: bool) -> String {
    let line = |service: &&Service| if json { one_line(&Row::of(service)) } else { readable(service) };
    catalogue.find(text, roles).iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The classes of components, a line each.
pub fn components(catalogue: &Catalogue, json: bool) -> String {
    let line = |(code, class): (&str, &ComponentClass)| {
        let ComponentClass { key, group, title } = class;
        if json {
            one_line(&serde_json::json!({"code": code, "key": key, "group": group, "titles": title}))
        } else {
            format!("{code} {key} {} / {} [{group}]", title.zh, title.en)
        }
    };
    catalogue.components().map(line).collect::<Vec<_>>().join("\n")
}

#[derive(Serialize)]
struct Row<'s> {
    id: &'s str,
    titles: &'s Title,
    group: &'s str,
    workflow: &'s str,
    roles: Roles<'s>,
    limits: Vec<Limits<'s>>,
    standard: &'s [StandardRef],
    visibility: Visibility,
    capacity: usize,
    fields: usize,
    words: &'s [String],
}

#[derive(Serialize)]
struct Roles<'s> {
    create: &'s [Role],
    handle: &'s [Role],
    approve: &'s [Role],
    view: &'s [Role],
}

#[derive(Serialize)]
struct Limits<'s> {
    id: &'s str,
    urgency: Urgency,
    limits: &'s BTreeMap<String, Limit>,
}

impl<'s> Row<'s> {
    fn of(service: &'s Service) -> Self {
        let limits = |condition: &'s Condition| Limits {
            id: &condition.id,
            urgency: condition.urgency,
            limits: &condition.limits,
        };
        Self {
            id: &service.id.0,
            titles: &service.title,
            group: &service.group,
            workflow: &service.workflow,
            roles: Roles {
                create: &service.create,
                handle: &service.handle,
                approve: &service.approve,
                view: &service.view,
            },
            limits: service.conditions.iter().map(limits).collect(),
            standard: &service.standard,
            visibility: service.visibility,
            capacity: service.capacity,
            fields: service.fields.len(),
            words: &service.words,
        }
    }
}

fn readable(service: &Service) -> String {
    let Title { zh, en } = &service.title;
    let create: Vec<&str> = service.create.iter().map(|role| role.id()).collect();
    let limits = |condition: &Condition| {
        let limits: Vec<String> =
            condition.limits.iter().map(|(clock, limit)| format!("{clock} {limit}")).collect();
        format!("{}: {}", condition.id, limits.join(", "))
    };
    let conditions: Vec<String> = service.conditions.iter().map(limits).collect();
    let mut line = format!(
        "{} {zh} / {en} [{}, {}] by {}",
        service.id,
        service.group,
        service.workflow,
        create.join(", ")
    );
    if !conditions.is_empty() {
        line += &format!("; {}", conditions.join("; "));
    }
    line
}
