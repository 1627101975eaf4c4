//! Chapter 4: two people edit one case without knowing of each other.

use serde_json::Value;

use super::Known;
use crate::stage::World;
use crate::story::{Played, Stop, Story, time_of_day};
use yuandian_programs::phone::{Phone, array, brief, member, number, sorted_texts, text};

const KEY: &str = "address";
const MINE: &str = "3 号楼后消防通道";
const THEIRS: &str = "桐柏路 12 号院北门内";

/// Edits on both sides, a conflict shown on both, settled by one.
pub fn play(story: &mut Story, world: &World, known: &Known) -> Played<()> {
    let (worker, colleague) = (&world.cast.worker, &world.cast.colleague);
    let case = known.garbage.as_str();
    worker.sync()?;
    colleague.sync()?;
    let both = [heads(worker, case)?, heads(colleague, case)?];
    story.holds(
        !both[0].is_empty() && both[0] == both[1],
        "两部手机上是同一个案件、同一个版本",
        "both phones hold the case in the same version",
        format!("…{}", brief(&both[0].join(" "))),
    );
    story.tell(
        "两人都离线:甲改数量和位置,乙改紧急程度和位置",
        "both offline: different fields, and one field twice",
    );
    edit(worker, case, &["amount=约 3 立方米", &format!("{KEY}={MINE}")])?;
    edit(colleague, case, &["severity=high", &format!("{KEY}={THEIRS}")])?;
    for phone in [worker, colleague, worker] {
        phone.sync()?;
    }
    for phone in [worker, colleague] {
        merged(story, phone, case)?;
    }
    settle(story, worker, colleague, case)
}

fn edit(phone: &Phone, case: &str, answers: &[&str]) -> Played<()> {
    let mut arguments = vec!["edit", case];
    for answer in answers {
        arguments.extend(["--set", answer]);
    }
    phone.ask(&arguments).map(|_| ())
}

fn heads(phone: &Phone, case: &str) -> Played<Vec<String>> {
    Ok(sorted_texts(&phone.show(case)?, "heads"))
}

fn merged(story: &mut Story, phone: &Phone, case: &str) -> Played<()> {
    let name = phone.name();
    let shown = phone.show(case)?;
    story.same(
        &("约 3 立方米", "high"),
        &(text(&shown, "fields/amount"), text(&shown, "fields/severity")),
        &format!("{name}的手机:不同的栏合在一起"),
        "different fields have merged",
    );
    let conflicts = array(&shown, "conflicts");
    let values = conflicts.first().map(|c| array(c, "values")).unwrap_or_default();
    let said = |value: &str, by: &str| {
        let one = |v: &&Value| text(v, "value") == value && text(v, "by") == by;
        values.iter().filter(one).any(|v| number(v, "at_ms").is_some_and(|at| at > 0))
    };
    let right = conflicts.len() == 1
        && text(&conflicts[0], "key") == KEY
        && values.len() == 2
        && said(MINE, "网格员甲")
        && said(THEIRS, "网格员乙");
    story.holds(
        right,
        &format!("{name}的手机:同一栏两个写法都在,谁写的、何时写的"),
        "the same field shows both values, by whom and when",
        if right { format!("{KEY}:") } else { Value::from(conflicts).to_string() },
    );
    for value in &values {
        let at = time_of_day(number(value, "at_ms").unwrap_or(0));
        story.quote(format!("  {} · {} · {at}", text(value, "value"), text(value, "by")));
    }
    story.same(
        &Some("有冲突".to_owned()),
        &phone.line(case)?.map(|line| member(&line, "sync_text")),
        &format!("{name}的列表上也标出来"),
        "and the list says so",
    );
    Ok(())
}

fn settle(story: &mut Story, worker: &Phone, colleague: &Phone, case: &str) -> Played<()> {
    let shown = colleague.show(case)?;
    let values = array(&shown, "conflicts/0/values");
    let mine = values.iter().find(|v| text(v, "value") == MINE).and_then(|v| number(v, "n"));
    let keep = mine.ok_or_else(|| Stop("there is no value to keep".into()))?.to_string();
    colleague.ask(&["resolve", case, KEY, "--keep", &keep])?;
    story.tell("乙看过现场,点一下,留下甲写的", "one tap: the colleague keeps the other's value");
    colleague.sync()?;
    worker.sync()?;
    let [a, b] = [worker.show(case)?, colleague.show(case)?];
    let after = |shown: &Value| (member(shown, &format!("fields/{KEY}")), array(shown, "conflicts").len());
    let (on_a, on_b) = (after(&a), after(&b));
    story.holds(
        on_a == (MINE.to_owned(), 0) && on_b == on_a,
        "两部手机上都解决了",
        "settled on both phones",
        format!("{} · {} conflicts | {} · {} conflicts", on_a.0, on_a.1, on_b.0, on_b.1),
    );
    let [heads_a, heads_b] = [&a, &b].map(|shown| sorted_texts(shown, "heads").join(" "));
    story.holds(
        !heads_a.is_empty() && heads_a == heads_b,
        "又是同一个版本",
        "and the same version again",
        format!("…{} | …{}", brief(&heads_a), brief(&heads_b)),
    );
    story.holds(
        a.pointer("/fields/severity").is_some() && a.pointer("/fields") == b.pointer("/fields"),
        "每一栏都相同",
        "every field is equal",
        a.pointer("/fields").map(Value::to_string).unwrap_or_default(),
    );
    Ok(())
}
