//! A workflow as a Markdown table, a row for each act.

use serde::Serialize;
use yuandian_model::Mark;
use yuandian_model::catalogue::{After, Effect, Needed, Party, Transition, Workflow};
use yuandian_model::words::Words;

const COLUMNS: [&str; 16] = [
    "stage", "act", "by", "to", "class", "offline", "effect", "needs", "bars", "sets", "clears", "counts",
    "args", "evidence", "after", "in time",
];

/// The table; `aligned` for a screen, where columns stand below one another.
pub fn of(workflow: &Workflow, words: &Words, aligned: bool) -> String {
    let rows = workflow.acts.iter().map(|act| cells(act, words));
    let rows: Vec<[String; 16]> = std::iter::once(COLUMNS.map(str::to_owned)).chain(rows).collect();
    let widest = |column: usize| rows.iter().map(|row| width(&row[column])).max().unwrap_or(0);
    let widths: Vec<usize> =
        (0..COLUMNS.len()).map(|column| if aligned { widest(column) } else { 0 }).collect();
    let line = |row: &[String; 16]| {
        let padded = row.iter().zip(&widths);
        let cells = padded
            .map(|(cell, width_max)| format!("{cell}{}", " ".repeat(width_max.saturating_sub(width(cell)))));
        format!("| {} |", cells.collect::<Vec<_>>().join(" | "))
    };
    let rule = widths.iter().map(|width| "-".repeat((*width).max(3))).collect::<Vec<_>>().join("|");
    let rule = if aligned { rule.replace('|', " | ") } else { rule };
    let rule = if aligned { format!("| {rule} |") } else { format!("|{rule}|") };
    let mut lines = vec![line(&rows[0]), rule];
    lines.extend(rows[1..].iter().map(line));
    lines.join("\n")
}

fn cells(act: &Transition, words: &Words) -> [String; 16] {
    let marks = |marks: &[Mark]| marks.iter().map(|mark| mark.id()).collect::<Vec<_>>().join(", ");
    let by: Vec<String> = act.by.iter().map(|party: &Party| String::from(*party)).collect();
    let counts = match (&act.counts, act.at_most) {
        (Some(counts), Some(most)) => format!("{counts} ≤ {most}"),
        (Some(counts), None) => counts.clone(),
        (None, _) => String::new(),
    };
    let evidence = match act.evidence {
        Needed::Photos(0) => String::new(),
        evidence => word(&evidence),
    };
    let effect = match (act.effect, act.up_to) {
        (Effect::None, _) => String::new(),
        (effect, Some(most)) => format!("{} ≤ {most}", word(&effect)),
        (effect, None) => word(&effect),
    };
    [
        act.from.join(", "),
        super::named(&act.id, &words.act(&act.id)),
        by.join(", "),
        act.to.clone().unwrap_or_else(|| "stays".to_owned()),
        word(&act.class),
        act.offline.id().to_owned(),
        effect,
        marks(&act.needs),
        marks(&act.bars),
        marks(&act.sets),
        marks(&act.clears),
        counts,
        act.args.join(", "),
        evidence,
        act.after.map(|after: After| String::from(after)).unwrap_or_default(),
        if act.in_time { "yes".to_owned() } else { String::new() },
    ]
    .map(|cell| cell.replace('|', "\\|"))
}

/// A value as data files write it.
fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}

/// Columns on a screen: two for what East Asian type sets wide.
fn width(text: &str) -> usize {
    text.chars().map(|c| if matches!(c, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}' | '\u{20000}'..='\u{3fffd}') { 2 } else { 1 }).sum()
}
