//! A workflow as a Mermaid state diagram (`stateDiagram-v2`).

use std::collections::BTreeMap;

use yuandian_model::catalogue::{OPENING_ACT, Title, Transition, Workflow};
use yuandian_model::words::Words;

/// Stages are states under their ids; acts that change the stage are arrows, one for each pair of stages; those that keep it are notes.
pub fn diagram(workflow: &Workflow, words: &Words) -> String {
    let stages = super::stages(workflow);
    let mut lines = vec!["stateDiagram-v2".to_owned()];
    for stage in &stages {
        let Title { zh, en } = words.stage(stage);
        lines.push(format!("    state \"{} {}\" as {}", safe(&zh), safe(&en), state(stage)));
    }
    lines.push(format!("    [*] --> {} : {}", state(&workflow.opens), act(OPENING_ACT, words)));
    for from in &stages {
        let mut arrows: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        let mut notes = Vec::new();
        for row in workflow.acts.iter().filter(|row| row.from.iter().any(|stage| stage == from)) {
            match leads_to(row, from) {
                Some(to) => arrows.entry(to).or_default().push(act(&row.id, words)),
                None => notes.push(act(&row.id, words)),
            }
        }
        // In the order of the stages, as they were declared.
        for to in stages.iter().filter_map(|stage| arrows.get_key_value(stage)) {
            lines.push(format!("    {} --> {} : {}", state(from), state(to.0), to.1.join(", ")));
        }
        if !notes.is_empty() {
            lines.push(format!("    note right of {}", state(from)));
            lines.extend(notes.iter().map(|note| format!("        {note}")));
            lines.push("    end note".to_owned());
        }
    }
    lines.extend(workflow.ends.iter().map(|stage| format!("    {} --> [*]", state(stage))));
    lines.join("\n")
}

fn leads_to<'w>(row: &'w Transition, from: &str) -> Option<&'w str> {
    row.to.as_deref().filter(|to| *to != from)
}

fn act(id: &str, words: &Words) -> String {
    safe(&format!("{id} {}", words.act(id).zh))
}

/// Words that Mermaid takes for its own where a state's name is expected.
const RESERVED: [&str; 15] = [
    "state",
    "note",
    "end",
    "as",
    "direction",
    "class",
    "classdef",
    "style",
    "click",
    "href",
    "default",
    "title",
    "hide",
    "acctitle",
    "accdescr",
];

/// The name of a stage in the diagram: its id, and `_` behind one that Mermaid would misread.
fn state(stage: &str) -> String {
    let name = stage.replace('.', "__");
    if RESERVED.contains(&name.as_str()) || name.starts_with(|c: char| c.is_ascii_digit()) {
        format!("stage_{name}")
    } else {
        name
    }
}

/// A label without the signs that end or change one.
fn safe(text: &str) -> String {
    let wide = |c: char| match c {
        ':' => '：',
        ';' => '；',
        '#' => '＃',
        '%' => '％',
        '"' => '”',
        '<' => '＜',
        '>' => '＞',
        '`' => '’',
        '\n' | '\r' => ' ',
        c => c,
    };
    text.chars().map(wide).collect()
}
