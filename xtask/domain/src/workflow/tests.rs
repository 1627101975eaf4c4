use clap::Parser;

use super::*;

#[derive(Parser)]
struct Line {
    #[command(subcommand)]
    question: Question,
}

fn said(line: &[&str]) -> Result<String, String> {
    let line = Line::try_parse_from([&["workflow"], line].concat()).map_err(|e| e.to_string())?;
    text(&line.question)
}

#[test]
fn the_page_is_what_the_tables_say() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/workflows.md");
    let page = std::fs::read_to_string(path).unwrap_or_default();
    let fresh = said(&["docs"]).unwrap() + "\n";
    let differs = page.lines().zip(fresh.lines()).position(|(old, new)| old != new);
    assert!(
        page == fresh,
        "docs/workflows.md is not what the tables say (first in line {}): write it anew with `cargo xtask workflow docs > docs/workflows.md`",
        differs.map_or(page.lines().count().min(fresh.lines().count()), |line| line) + 1
    );
}

#[test]
fn a_diagram_holds_every_stage_and_every_act() {
    for (id, workflow) in Catalogue::embedded().workflows() {
        let diagram = said(&["show", id, "--mermaid"]).unwrap();
        let lines: Vec<&str> = diagram.lines().map(str::trim).collect();
        assert_eq!(lines[0], "stateDiagram-v2");
        assert!(
            lines.contains(&format!("[*] --> {} : report 上报", workflow.opens).as_str()),
            "{id}: {diagram}"
        );
        for stage in workflow.stages() {
            assert!(lines.iter().any(|line| line.ends_with(&format!(" as {stage}"))), "{id} {stage}");
        }
        for (row, from) in workflow.acts.iter().flat_map(|row| row.from.iter().map(move |from| (row, from))) {
            let shown = match row.to.as_ref().filter(|to| *to != from) {
                Some(to) => lines.iter().any(|line| {
                    let label = line.strip_prefix(&format!("{from} --> {to} : "));
                    label.is_some_and(|label| {
                        label.split(", ").any(|act| act.starts_with(&format!("{} ", row.id)))
                    })
                }),
                None => {
                    let note = lines.iter().position(|line| *line == format!("note right of {from}"));
                    let inside =
                        lines[note.unwrap_or(lines.len())..].iter().take_while(|line| **line != "end note");
                    inside.into_iter().any(|line| line.starts_with(&format!("{} ", row.id)))
                }
            };
            assert!(shown, "{id}: {} from {from}", row.id);
        }
        for line in lines.iter().filter(|line| line.contains(" --> ")) {
            let label = line.split_once(" : ").map_or("", |(_, label)| label);
            assert!(!label.contains([':', ';', '#', '"']), "{line}");
        }
    }
}

#[test]
fn a_table_has_a_row_for_each_act_and_straight_columns() {
    let shown = said(&["show", "w2"]).unwrap();
    assert!(shown.starts_with("W2 "), "{shown}");
    let rows: Vec<&str> = shown.lines().filter(|line| line.starts_with('|')).collect();
    let (_, workflow) = Catalogue::embedded()
        .workflows()
        .find(|(id, _)| *id == "W2")
        .map(|(id, w)| (id.to_owned(), w.clone()))
        .unwrap();
    assert_eq!(rows.len(), workflow.acts.len() + 2);
    assert!(rows.iter().all(|row| row.matches(" | ").count() == 15), "{shown}");
    let merge = rows.iter().find(|row| row.contains("| merge ")).unwrap();
    let cells: Vec<&str> = merge.trim_matches('|').split(" | ").map(str::trim).collect();
    let expected = [
        "reported",
        "merge 合并",
        "grid_head, acceptor, dispatcher",
        "closed",
        "exclusive",
        "server_only",
        "merge",
        "",
        "",
        "merged",
        "",
        "",
        "into",
        "",
        "",
        "",
    ];
    assert_eq!(cells, expected);
}

#[test]
fn json_says_what_the_rows_say() {
    let shown: Value = serde_json::from_str(&said(&["show", "W1", "--json"]).unwrap()).unwrap();
    assert_eq!((&shown["id"], &shown["opens"]), (&json!("W1"), &json!("reported")));
    assert_eq!(shown["stages"][0], json!({ "id": "reported", "zh": "已上报", "en": "Reported" }));
    let acts = shown["acts"].as_array().unwrap();
    let extend = acts.iter().find(|act| act["id"] == "extend_approve").unwrap();
    assert_eq!(extend["effect"], "extend");
    assert_eq!((&extend["counts"], &extend["at_most"]), (&json!("extensions"), &json!(2)));
    assert_eq!(extend["title"]["zh"], "批准延期");
}

#[test]
fn every_workflow_is_listed() {
    let lines = said(&["list", "--json"]).unwrap();
    let rows: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), Catalogue::embedded().workflows().count());
    let services: u64 = rows.iter().map(|row| row["services"].as_u64().unwrap()).sum();
    assert_eq!(usize::try_from(services), Ok(Catalogue::embedded().services().count()));
    assert_eq!(said(&["list"]).unwrap().lines().count(), rows.len());
}

#[test]
fn what_is_not_there_gets_a_sentence() {
    let sentence = said(&["show", "W99"]).unwrap_err();
    assert!(sentence.starts_with("no workflow \"W99\"; there are W1, "), "{sentence}");
    assert!(said(&["show", "W1", "--dir", "/no/such"]).unwrap_err().contains("cannot be read"));
    assert!(said(&["show", "W1", "--json", "--mermaid"]).is_err());
}
