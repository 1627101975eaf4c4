//! Chapter 7: what is on the server, what is on each phone, and whether they agree.

use serde_json::Value;

use super::Known;
use crate::stage::World;
use crate::story::{Fact, Played, Story, grouped};
use yuandian_programs::phone::{Phone, array, brief, member, number, sorted_texts, text, yes};
use yuandian_programs::server::case_in;

/// Lets everybody sync once more and compares.
pub fn play(story: &mut Story, world: &mut World, known: &Known) -> Played<()> {
    for phone in world.cast.everyone() {
        let report = phone.sync()?;
        story.holds(
            yes(&report, "complete") && number(&report, "waiting") == Some(0),
            &format!("{}:没有待上传的内容", phone.name()),
            "nothing is left to send",
            format!("{} needing attention", number(&report, "attention").unwrap_or(0)),
        );
    }
    let summary = world.server()?.summary()?;
    let cases = array(&summary, "cases");
    story.tell(
        &format!("平台:{} 个案件,序号 {}", cases.len(), number(&summary, "head").unwrap_or(0)),
        &format!("the server, epoch {}…", text(&summary, "epoch").get(..8).unwrap_or_default()),
    );
    for case in &cases {
        story.quote(line(case));
    }
    let wanted = [&known.garbage, &known.errand, &known.cancelled, &known.report, &known.large];
    let there = wanted.iter().filter(|case| case_in(&summary, case).is_some()).count();
    story.same(
        &wanted.len(),
        &there,
        "这次演示的五个案件都在平台上",
        "the five cases of this play are all there",
    );
    for phone in world.cast.everyone() {
        agree(story, phone, &summary)?;
    }
    page(story, world, known)
}

fn line(case: &Value) -> String {
    let count = |path| number(case, path).unwrap_or(0);
    format!(
        "…{}  {:<16}  {:<10}  commits {:>2}  files {}/{}  heads {}",
        brief(text(case, "id")),
        text(case, "service"),
        text(case, "stage"),
        count("commits"),
        count("photos/stored"),
        count("photos/expected"),
        sorted_texts(case, "heads").iter().filter_map(|h| h.get(..8)).collect::<Vec<_>>().join(" "),
    )
}

/// Every case that a phone holds stands there as it stands on the server.
fn agree(story: &mut Story, phone: &Phone, summary: &Value) -> Played<()> {
    let mut apart = Vec::new();
    let held = phone.cases()?;
    for line in &held {
        let id = text(line, "id");
        let shown = phone.show(id)?;
        let there = case_in(summary, id).cloned().unwrap_or_default();
        // A neighbour's public case comes as its summary: it names nobody and has no document.
        let whole = !text(&shown, "author").is_empty();
        let heads = |value: &Value| if whole { sorted_texts(value, "heads") } else { Vec::new() };
        let facts = |value: &Value| (heads(value), member(value, "stage"), number(value, "act_seq"));
        if (whole && facts(&shown).0.is_empty()) || facts(&shown) != facts(&there) {
            apart.push(format!("…{}: {:?}, server {:?}", brief(id), facts(&shown), facts(&there)));
        }
    }
    story.holds(
        !held.is_empty() && apart.is_empty(),
        &format!("{}:每个案件与平台一致", phone.name()),
        "equal heads, stage and number of acts, case by case",
        if apart.is_empty() { format!("{} cases", held.len()) } else { apart.join("; ") },
    );
    Ok(())
}

fn page(story: &mut Story, world: &World, known: &Known) -> Played<()> {
    let server = world.server()?;
    let (status, page) = server.page()?;
    story.same(&"HTTP/1.1 200 OK", &status.as_str(), "网页打得开", "the page of the cases opens");
    let all = [&known.garbage, &known.large].iter().all(|case| page.contains(brief(case)));
    story.holds(
        all && page.contains("暴露垃圾"),
        "网页上有这些案件",
        "and shows the cases",
        format!("{} · {} bytes", server.url(), grouped(page.len() as u64)),
    );
    story.holds(
        !page.contains("代买菜"),
        "求助的文字不上公开网页",
        "the words of a request for help are not on it",
        "",
    );
    Ok(())
}

/// Ends the server and looks how it ended.
pub fn end(story: &mut Story, world: &mut World) -> Played<()> {
    let (code, took) = world.stop_server()?;
    story.holds(
        code == Some(0),
        "服务器正常退出",
        "the server ends well",
        format!("exit code {}, {} ms", code.words(), took.as_millis()),
    );
    Ok(())
}

/// What can be done while the server stays up.
pub fn invite(story: &mut Story, world: &World) -> Played<()> {
    story.tell(
        &format!("网页 {},Ctrl-C 结束", world.server()?.url()),
        "the page of the cases; Ctrl-C ends it all",
    );
    story.tell("也可以拿起任何一部手机", "or take any of the phones");
    let program = world.stage.program("yuandian")?;
    for phone in world.cast.everyone() {
        story.quote(format!("{} --home {} list", program.display(), phone.home().display()));
    }
    Ok(())
}
