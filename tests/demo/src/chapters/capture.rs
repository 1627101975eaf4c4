//! Chapter 2: a capture without signal, killed halfway, found again and finished.

use std::time::Duration;

use serde_json::Value;

use super::Known;
use crate::stage::{Photo, World};
use crate::story::{Played, Stop, Story, grouped};
use yuandian_programs::evidence::{file_with_hash, short};
use yuandian_programs::phone::{Phone, brief, first_line, member, number, text};

/// How often a kill may come too late before that is an error.
const TRIES: u32 = 10;
/// How long a killed process may take to be gone.
const GONE: Duration = Duration::from_secs(5);
/// Where: longitude, latitude, accuracy in metres.
const AT: &str = "113.62417,34.75182,6";
const TEXT: &str = "楼后消防通道旁有暴露垃圾,约两车";

/// What the kill left behind.
struct Left {
    id: String,
    line: Value,
    tries: u32,
}

/// Captures, kills, looks, finishes.
pub fn play(story: &mut Story, world: &World, known: &mut Known) -> Played<()> {
    let (phone, photo) = (&world.cast.worker, &world.stage.photo);
    story.tell(
        "网格员甲在没有信号的地方拍下暴露垃圾(06010)",
        "no signal: a grid worker captures exposed garbage",
    );
    let left = kill_halfway(story, phone, photo)?;
    story.holds(
        text(&left.line, "sync") == "draft",
        "照片刚存下,手机就被杀掉;重新打开,草稿还在",
        "killed just after the photo was saved; opened again, the draft is there",
        format!(
            "SIGKILL, attempt {}, draft …{}: {}",
            left.tries,
            brief(&left.id),
            text(&left.line, "sync_text")
        ),
    );
    story.same(&Some(1), &number(&left.line, "photos"), "照片也在", "and so is its photo");
    story.same(&TEXT, &text(&left.line, "title"), "写下的话一字不少", "every word that was written");
    let kept = file_with_hash(phone.home(), photo.size, &photo.hash)?;
    story.holds(
        kept.is_some(),
        "照片原件逐字节完好",
        "the original is whole, byte for byte",
        format!("{} bytes, sha256 {}…", grouped(photo.size), short(&photo.hash)),
    );
    let done = phone.ask(&["finish", &left.id])?;
    story.same(
        &"已存在本机",
        &text(&done, "sync_text"),
        "重新打开并完成",
        "reopened and finished: saved on this phone",
    );
    let shown = phone.show(&left.id)?;
    story.same(
        &(TEXT, short(&photo.hash)),
        &(text(&shown, "text"), short(text(&shown, "photos/0/hash"))),
        "案件里是原来的话、那张照片",
        "the case holds those words and that very photo",
    );
    story.same(
        &("已存在本机", "已上报"),
        &(text(&shown, "sync_text"), text(&shown, "stage_text")),
        "没有说“已送达”:平台还不知道它",
        "it does not say “delivered”: the server has not heard of it",
    );
    known.garbage = left.id;
    Ok(())
}

/// Captures and kills until a kill lands between the saved draft and the finished case. Nothing may be lost by any of them.
fn kill_halfway(story: &mut Story, phone: &Phone, photo: &Photo) -> Played<Left> {
    for tries in 1..=TRIES {
        let mut child = phone.start(&[
            "capture",
            "--service",
            "case.city.E06010",
            "--at",
            AT,
            "--text",
            TEXT,
            "--no-photo",
            "天黑,远景拍不清",
            "--photo",
            photo.path()?,
            "--set",
            "condition=垃圾暴露超过 1 平方米",
        ])?;
        let stderr = child.stderr();
        let said = first_line(&stderr)?;
        let killed = child.kill_now()?;
        if child.wait(GONE)?.is_none() {
            return Err(Stop("a killed phone is still there".into()));
        }
        let id = member(&said, "draft");
        if id.is_empty() {
            let words = format!("{} {}", text(&said, "reason"), text(&said, "next/0"));
            return Err(Stop(format!("{} was not taken: {words}", photo.file.display())));
        }
        let line = phone.line(&id)?;
        let Some(line) = line else {
            return Err(Stop(format!("what was shown as saved is gone: {id}")));
        };
        if killed && text(&line, "sync") == "draft" {
            return Ok(Left { id, line, tries });
        }
        story.holds(
            number(&line, "photos") == Some(1),
            "这次快了一步,案件已经写完:什么也没丢",
            "this one was quicker than the kill: finished, nothing lost",
            text(&line, "sync_text"),
        );
    }
    Err(Stop(format!("{TRIES} captures were all quicker than the kill")))
}
