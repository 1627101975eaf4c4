//! Workflows on the command line: as a table, as a diagram, as JSON, and all of them as a page of the documentation.

mod mermaid;
mod page;
mod table;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use serde_json::{Value, json};
use yuandian_model::Catalogue;
use yuandian_model::catalogue::{Title, Workflow};
use yuandian_model::words::Words;

use crate::catalogue::open;
use crate::said::{Said, one_line};

#[derive(Subcommand)]
pub enum Question {
    /// The workflows there are.
    List {
        /// Another catalogue than this version's.
        #[arg(long)]
        dir: Option<PathBuf>,
        /// A line of JSON for each.
        #[arg(long)]
        json: bool,
    },
    /// One workflow: a row for each of its acts.
    Show {
        /// Its id, such as W1.
        id: String,
        /// Another catalogue than this version's.
        #[arg(long)]
        dir: Option<PathBuf>,
        /// A Mermaid state diagram.
        #[arg(long, conflicts_with = "json")]
        mermaid: bool,
        /// One line of JSON.
        #[arg(long)]
        json: bool,
    },
    /// Every workflow as Markdown: `docs/workflows.md`.
    Docs {
        /// Another catalogue than this version's.
        #[arg(long)]
        dir: Option<PathBuf>,
    },
}

pub fn answer(question: &Question) -> Result<ExitCode, String> {
    Said::good(text(question)?).print()
}

fn text(question: &Question) -> Result<String, String> {
    match question {
        Question::List { dir, json } => Ok(list(&open(dir.as_deref())?, *json)),
        Question::Show { id, dir, mermaid, json } => {
            let catalogue = open(dir.as_deref())?;
            let words = Words::embedded();
            let (id, workflow) = workflow(&catalogue, id)?;
            Ok(match (mermaid, json) {
                (true, _) => mermaid::diagram(workflow, &words),
                (_, true) => one_line(&as_json(id, workflow, &words)),
                _ => format!("{}\n\n{}", head(id, workflow, &words), table::of(workflow, &words, true)),
            })
        }
        Question::Docs { dir } => Ok(page::of(&open(dir.as_deref())?, &Words::embedded())),
    }
}

fn workflow<'c>(catalogue: &'c Catalogue, wanted: &str) -> Result<(&'c str, &'c Workflow), String> {
    let exact = catalogue.workflows().find(|(id, _)| *id == wanted);
    let found = exact.or_else(|| catalogue.workflows().find(|(id, _)| id.eq_ignore_ascii_case(wanted)));
    found.ok_or_else(|| {
        let known: Vec<&str> = catalogue.workflows().map(|(id, _)| id).collect();
        let shown: String = wanted.chars().take(60).collect();
        format!("no workflow {shown:?}; there are {}", known.join(", "))
    })
}

fn services_of(catalogue: &Catalogue, id: &str) -> usize {
    catalogue.services().filter(|service| service.workflow == id).count()
}

fn list(catalogue: &Catalogue, json: bool) -> String {
    let line = |(id, workflow): (&str, &Workflow)| {
        let Title { zh, en } = &workflow.title;
        let (stages, acts) = (workflow.stages().len(), workflow.acts.len());
        let services = services_of(catalogue, id);
        if json {
            let titles = &workflow.title;
            one_line(
                &json!({ "id": id, "titles": titles, "stages": stages, "acts": acts, "services": services }),
            )
        } else {
            format!("{id} {zh} / {en}: {stages} stages, {acts} acts, {services} services")
        }
    };
    catalogue.workflows().map(line).collect::<Vec<_>>().join("\n")
}

/// A stage in the order in which the table comes to it.
fn stages(workflow: &Workflow) -> Vec<&str> {
    let rows = workflow.acts.iter().flat_map(|act| act.from.iter().chain(&act.to));
    let all = [&workflow.opens].into_iter().chain(rows).chain(&workflow.ends);
    let mut seen = std::collections::BTreeSet::new();
    all.map(String::as_str).filter(|stage| seen.insert(*stage)).collect()
}

/// An id with its words.
fn named(id: &str, title: &Title) -> String {
    format!("{id} {}", title.zh)
}

fn head(id: &str, workflow: &Workflow, words: &Words) -> String {
    let named = |stage: &str| named(stage, &words.stage(stage));
    let ends: Vec<String> = workflow.ends.iter().map(|stage| named(stage)).collect();
    let mut head = format!("{id} {} / {}\n", workflow.title.zh, workflow.title.en);
    head += &format!("opens in {}, ends in {}", named(&workflow.opens), ends.join(", "));
    for (clock, stages) in &workflow.clocks {
        head += &format!("\nclock {clock}: {}", stages.join(", "));
    }
    head
}

fn as_json(id: &str, workflow: &Workflow, words: &Words) -> Value {
    let titled = |id: &str, title: Title| json!({ "id": id, "zh": title.zh, "en": title.en });
    let acts = workflow.acts.iter().map(|act| {
        let mut row = serde_json::to_value(act).expect("a row is plain texts and numbers");
        row["title"] = json!(words.act(&act.id));
        row
    });
    json!({
        "id": id,
        "title": workflow.title,
        "opens": workflow.opens,
        "final": workflow.ends,
        "clocks": workflow.clocks,
        "stages": stages(workflow).into_iter().map(|stage| titled(stage, words.stage(stage))).collect::<Vec<_>>(),
        "acts": acts.collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests;
