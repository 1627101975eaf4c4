//! Every workflow as a page of the documentation.

use yuandian_model::Catalogue;
use yuandian_model::words::Words;

use super::{mermaid, named, services_of, stages, table};

const HEAD: &str = "\
# Workflows

Every life-cycle of the catalogue: its stages as a diagram, its acts as a table. Written by `cargo xtask workflow docs > docs/workflows.md` from
`core/model/data/catalogue`; a test holds it to them.

In the diagrams an arrow bears the acts that lead from one stage to another; acts that keep the stage are notes beside it. In the tables `by` names
roles, people of the case (`@author`, `@holder`, `@waiting`), the roles that a service names (`@handler`, `@approver`) or the server itself
(`@system`, `after` a time). `needs` and `bars` are marks that the case must and must not bear, `sets` and `clears` those that the act
brings and takes away. An argument with `?` may be left out. `in time` says that the running clock must not have ended.
";

pub fn of(catalogue: &Catalogue, words: &Words) -> String {
    let mut page = HEAD.to_owned();
    for (id, workflow) in catalogue.workflows() {
        page += &format!("\n## {id} {} / {}\n\n", workflow.title.zh, workflow.title.en);
        page += &format!("Services that follow it: {}.\n\n", services_of(catalogue, id));
        page += "| stage | 中文 | English | clocks | final |\n|---|---|---|---|---|\n";
        for stage in stages(workflow) {
            let title = words.stage(stage);
            let clocks = workflow.clocks.iter().filter(|(_, stages)| stages.iter().any(|s| s == stage));
            let clocks: Vec<&str> = clocks.map(|(clock, _)| clock.as_str()).collect();
            let last = if workflow.ends.iter().any(|end| end == stage) { "yes" } else { "" };
            page += &format!("| {stage} | {} | {} | {} | {last} |\n", title.zh, title.en, clocks.join(", "));
        }
        page += &format!("\n```mermaid\n{}\n```\n\n", mermaid::diagram(workflow, words));
        page += &format!("Opens in {}.\n\n", named(&workflow.opens, &words.stage(&workflow.opens)));
        page += &table::of(workflow, words, false);
        page.push('\n');
    }
    page.pop();
    page
}
