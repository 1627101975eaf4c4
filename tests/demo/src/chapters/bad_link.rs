//! Chapter 6: a link that cuts every upload, a server that is stopped and started again in the middle of one.

use std::time::Duration;

use super::Known;
use crate::stage::{Photo, World};
use crate::story::{Fact, Played, Stop, Story, grouped};
use yuandian_programs::evidence::{file_with_hash, short};
use yuandian_programs::phone::{Phone, member, number, text, yes};
use yuandian_programs::server::case_in;

/// After how many bytes from the phone a connection is cut.
const CUT_AFTER: u64 = 200_000;
/// How long half a photo may take over this link.
const HALF: Duration = Duration::from_secs(30);
/// How often a person would try again.
const RUNS: u32 = 5;

/// Captures, sends, stops and starts the server.
pub fn play(story: &mut Story, world: &mut World, known: &mut Known) -> Played<()> {
    let phone = &world.cast.worker;
    let photo = &world.stage.other;
    let line = phone.ask(&[
        "capture",
        "--service",
        "case.city.E06010",
        "--at",
        "113.62305,34.75240,9",
        "--text",
        "清运后复查:还有一处",
        "--no-photo",
        "只拍了近景",
        "--photo",
        photo.path()?,
    ])?;
    let case = member(&line, "id");
    story.tell(
        &format!("网络很差:每个连接传 {} 字节就断;照片 {} 字节", grouped(CUT_AFTER), grouped(photo.size)),
        "a bad link: every connection is cut after that many bytes",
    );
    world.proxy.cut_after(Some(CUT_AFTER));
    let before = world.proxy.traffic();
    let mut child = phone.start(&["sync"])?;
    let half = world.proxy.wait_for(before.sent + photo.size / 2, HALF);
    let running = child.wait(Duration::ZERO)?.is_none();
    story.holds(
        half && running,
        "照片传到一半,服务器被停下",
        "half the photo is sent, the server is stopped",
        format!("{} of {} bytes", grouped(world.proxy.traffic().sent - before.sent), grouped(photo.size)),
    );
    let (code, took) = world.stop_server()?;
    story.holds(
        code == Some(0),
        "它做完手上的事,正常退出",
        "it finishes what it is at and ends well",
        format!("exit code {}, {} ms", code.words(), took.as_millis()),
    );
    world.start_again()?;
    story.tell(&format!("又启动了:{}", world.server()?.url()), "it is up again, on the same data");
    let phone = &world.cast.worker;
    let runs = run_to_the_end(phone, phone.finish_sync(child)?, &case)?;
    let traffic = world.proxy.traffic();
    world.proxy.cut_after(None);
    let (cuts, sent) = (traffic.cuts - before.cuts, traffic.sent - before.sent);
    whole(story, world, &case)?;
    // The first and the last connection of an upload, and the one that the stopped server ended, carry less.
    let least = (world.stage.other.size / CUT_AFTER).saturating_sub(2);
    story.holds(
        u64::from(cuts) >= least,
        &format!("链路断了 {cuts} 次"),
        &format!("the link was cut {cuts} times, {runs} sync run(s)"),
        format!("at least {least} of these are needed for this size"),
    );
    let (sent, size) = (sent, world.stage.other.size);
    story.holds(
        sent >= size && sent <= size + size / 4,
        "续传,不重传",
        "resumed where it stopped, not begun anew",
        format!(
            "{} bytes sent for {}: {}.{} %",
            grouped(sent),
            grouped(size),
            sent * 100 / size.max(1),
            sent * 1000 / size.max(1) % 10
        ),
    );
    known.large = case;
    Ok(())
}

/// A run ends when nothing moves any more; the person then tries again.
fn run_to_the_end(phone: &Phone, first: serde_json::Value, case: &str) -> Played<u32> {
    let mut report = first;
    for run in 1..=RUNS {
        if yes(&report, "complete") && text(&phone.line(case)?.unwrap_or_default(), "sync") == "delivered" {
            return Ok(run);
        }
        report = phone.sync()?;
    }
    Err(Stop(format!("after {RUNS} runs something is still left: {report}")))
}

fn whole(story: &mut Story, world: &World, case: &str) -> Played<()> {
    let (phone, photo) = (&world.cast.worker, &world.stage.other);
    let shown = phone.show(case)?;
    let sent = number(&shown, "photos/0/sent");
    story.holds(
        yes(&shown, "photos/0/stored") && sent == Some(photo.size),
        "手机上:照片已送达",
        "the phone says: the photo is delivered",
        format!("{} · {} bytes", text(&shown, "sync_text"), sent.words()),
    );
    let summary = world.server()?.summary()?;
    let there = case_in(&summary, case).cloned().unwrap_or_default();
    let (expected, stored) = (number(&there, "photos/expected"), number(&there, "photos/stored"));
    story.holds(
        expected.is_some_and(|n| n > 0) && expected == stored,
        "平台上:该有的文件都有了",
        "the server says: every file of the case is stored",
        format!("{} of {}", stored.unwrap_or(0), expected.unwrap_or(0)),
    );
    for photo in [photo, &world.stage.photo] {
        same_bytes(story, world, photo)?;
    }
    Ok(())
}

fn same_bytes(story: &mut Story, world: &World, photo: &Photo) -> Played<()> {
    let stored = file_with_hash(world.server()?.data(), photo.size, &photo.hash)?;
    let name = photo.file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    story.holds(
        stored.is_some(),
        &format!("{name} 在平台上逐字节相同"),
        "the file on the server is the file that was taken",
        format!("{} bytes, sha256 {}…", grouped(photo.size), short(&photo.hash)),
    );
    Ok(())
}
