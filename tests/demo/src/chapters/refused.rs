//! Chapter 5: a claim that was allowed when it was made and is not when it arrives; what was written after it goes through.

use serde_json::Value;

use super::Known;
use crate::stage::World;
use crate::story::{Fact, Played, Story};
use yuandian_programs::phone::{array, member, text, yes};

const NOTE: &str = "刚好路过超市,还需要的话可以叫我";

/// Asks, cancels, claims too late.
pub fn play(story: &mut Story, world: &World, known: &mut Known) -> Played<()> {
    let (requester, late) = (&world.cast.requester, &world.cast.volunteers[0]);
    let asked = requester.ask(&[
        "capture",
        "--service",
        "help.errand",
        "--at",
        "113.617391,34.746628",
        "--text",
        "请帮忙取快递",
        "--set",
        "list=快递一件",
    ])?;
    let case = member(&asked, "id");
    requester.sync()?;
    late.sync()?;
    requester.ask(&["act", &case, "cancel", "--text", "家人已经取回来了"])?;
    requester.sync()?;
    let cancelled = member(&requester.show(&case)?, "stage_text");
    story.same(
        &"已取消".to_owned(),
        &cancelled,
        "高国营又发了一单,已自行取消",
        "a request that its author has cancelled",
    );
    let before = late.show(&case)?;
    let claim = late.run(&["act", &case, "claim"])?;
    let state = late.claim(&case)?.0;
    story.holds(
        text(&before, "stage") == "open" && claim.code == Some(0) && state == "pending",
        &format!("{}还没有信号,看到的仍是待接单:可以点接单", late.name()),
        "offline it still looks open, and may be claimed",
        format!("{} · exit code {} · {state}", text(&before, "stage_text"), claim.code.words()),
    );
    late.ask(&["note", &case, NOTE])?;
    let report = late.ask(&[
        "capture",
        "--service",
        "case.snap",
        "--at",
        "113.62011,34.74902,15",
        "--text",
        "路口井盖松动",
        "--no-photo",
        "车流大,不便停下拍照",
        "--set",
        "severity=high",
    ])?;
    known.report = member(&report, "id");
    story.tell(
        "之后又写了一句备注、报了一处井盖,才有信号",
        "then a note and a report of something else, then signal",
    );
    let ran = late.run(&["sync"])?;
    story.holds(
        ran.code == Some(0),
        "同步照常完成",
        "the sync itself ends well",
        format!("exit code {}", ran.code.words()),
    );
    let items = late.attention(&case)?;
    let item = items.iter().find(|item| text(item, "act") == "claim").cloned().unwrap_or_default();
    let reason = member(&item, "reason");
    story.holds(
        text(&item, "code") == "r_state" && reason.contains("已取消"),
        "接单进了需处理,说明了原因",
        "the claim is in the list of what needs attention, with its reason",
        if reason.is_empty() { Value::from(items.clone()).to_string() } else { reason },
    );
    let next = array(&item, "next_text");
    story.holds(
        !next.is_empty() && next.len() == array(&item, "next").len(),
        "也说了下一步可以做什么",
        "and what can be done next",
        next.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" / "),
    );
    let others: Vec<String> =
        items.iter().filter(|other| *other != &item).map(|other| member(other, "reason")).collect();
    story.holds(
        others.is_empty(),
        "这一单只有这一条需处理",
        "nothing else about this request was refused",
        others.join(" / "),
    );
    let notes = array(&late.show(&case)?, "notes");
    let own = notes.iter().find(|note| text(note, "text") == NOTE).cloned().unwrap_or_default();
    story.holds(
        !own.is_null() && !yes(&own, "pending"),
        "之后写的备注已送达",
        "the note written after it went through",
        if own.is_null() { Value::from(notes).to_string() } else { member(&own, "text") },
    );
    let line = late.line(&known.report)?.unwrap_or_default();
    story.same(
        &"已送达",
        &text(&line, "sync_text"),
        "之后报的井盖已送达",
        "and so did the report written after it",
    );
    requester.sync()?;
    let theirs: Vec<String> =
        array(&requester.show(&case)?, "notes").iter().map(|n| member(n, "text")).collect();
    story.holds(
        theirs.iter().any(|note| note == NOTE),
        "高国营读到了这句话",
        "the requester reads it",
        theirs.join(" / "),
    );
    known.cancelled = case;
    Ok(())
}
