//! Chapter 3: a request for help, three volunteers who all take it while offline, one who gets it, one who gives it up, one who
//! takes over; and what must stay on the requester's phone.

use std::path::Path;

use serde_json::Value;

use super::Known;
use crate::stage::{World, order};
use crate::story::{Fact, Played, Story, grouped};
use yuandian_programs::evidence::{Secret, search, short};
use yuandian_programs::phone::{Phone, array, member, number, sorted_texts, text, yes};

const BENEFICIARY: &str = "母亲 高桂英";
/// The part of it that would give her away; the word for "mother" alone does not.
const HER_NAME: &str = "高桂英";
const LNG: f64 = 113.617_391;
const LAT: f64 = 34.746_628;
const LIST: &str = "鸡蛋两斤、青菜一把、降压药(处方在家)";
const TEXT: &str = "请帮我母亲代买菜送上门";

/// From the request to the confirmation.
pub fn play(story: &mut Story, world: &World, seed: u64, known: &mut Known) -> Played<()> {
    let case = ask(story, world)?;
    let volunteers = &world.cast.volunteers;
    seen(story, volunteers, &case)?;
    claim_offline(story, volunteers, &case)?;
    let order = order(seed);
    let [first, second, third] = order.map(|n| &volunteers[n]);
    story.tell(
        &format!(
            "他们陆续回到有信号的地方:{}、{}、{}(种子 {seed})",
            first.name(),
            second.name(),
            third.name()
        ),
        &format!("they come back in this order; again with --seed {seed}"),
    );
    for phone in [first, second, third] {
        phone.sync()?;
    }
    one_winner(story, [first, second, third], &case)?;
    promotion(story, [first, second, third], &case)?;
    done(story, world, second, &case)?;
    privacy(story, world, &case)?;
    known.errand = case;
    Ok(())
}

fn ask(story: &mut Story, world: &World) -> Played<String> {
    let requester = &world.cast.requester;
    story
        .tell("居民高国营离线发出求助:替母亲代买菜", "offline, a resident asks for an errand for his mother");
    let line = requester.ask(&[
        "capture",
        "--service",
        "help.errand",
        "--at",
        &format!("{LNG},{LAT},8"),
        "--text",
        TEXT,
        "--set",
        &format!("list={LIST}"),
        "--set",
        "budget=60",
        "--set",
        &format!("beneficiary={BENEFICIARY}"),
        "--set",
        "beneficiary_agrees=yes",
        "--set",
        "time_window=今天 10:00-12:00",
    ])?;
    let case = member(&line, "id");
    story.same(
        &"已存在本机",
        &text(&line, "sync_text"),
        "求助已存在本机",
        "the request is saved on this phone",
    );
    let report = requester.sync()?;
    let line = requester.line(&case)?.unwrap_or_default();
    story.holds(
        yes(&report, "complete") && text(&line, "sync") == "delivered",
        "有信号后已送达",
        "with signal, delivered",
        text(&line, "sync_text"),
    );
    let shown = requester.show(&case)?;
    story.same(
        &BENEFICIARY,
        &text(&shown, "fields/beneficiary"),
        "受助人写在他自己的手机上",
        "whom it is for stands on his own phone",
    );
    Ok(case)
}

fn seen(story: &mut Story, volunteers: &[Phone; 3], case: &str) -> Played<()> {
    for phone in volunteers {
        phone.sync()?;
        let shown = phone.show(case)?;
        let can = sorted_texts(&shown, "can");
        story.holds(
            text(&shown, "stage") == "open"
                && text(&shown, "fields/list") == LIST
                && can.contains(&"claim".into()),
            &format!("{}看到求助,可以接单", phone.name()),
            "a volunteer sees the request and may take it",
            format!("{} · {} · {}", text(&shown, "stage_text"), text(&shown, "author"), text(&shown, "text")),
        );
    }
    Ok(())
}

/// The note that goes with a claim.
fn note_of(phone: &Phone) -> String {
    format!("我是{},一小时内能到", phone.name())
}

fn claim_offline(story: &mut Story, volunteers: &[Phone; 3], case: &str) -> Played<()> {
    story.tell(
        "三个人都离线了,都点了接单,各写了一句话",
        "all three go offline, all take it, each with a note",
    );
    for phone in volunteers {
        phone.ask(&["act", case, "claim", "--text", &note_of(phone)])?;
        let shown = phone.show(case)?;
        story.same(
            &("pending", "open"),
            &(text(&shown, "claim/state"), text(&shown, "stage")),
            &format!("{}:正在确认,没有说已接到", phone.name()),
            "shown as an intent, never as done",
        );
    }
    Ok(())
}

fn one_winner(story: &mut Story, [first, second, third]: [&Phone; 3], case: &str) -> Played<()> {
    story.same(
        &("won".to_owned(), None),
        &first.claim(case)?,
        &format!("{}先到,已接单", first.name()),
        "the first to arrive has it",
    );
    for (place, phone) in [(1, second), (2, third)] {
        let name = phone.name();
        story.same(
            &("waiting".to_owned(), Some(place)),
            &phone.claim(case)?,
            &format!("{name}排在候补第 {place} 位"),
            &format!("number {place} in line"),
        );
        let items = phone.attention(case)?;
        let told = items.iter().find(|item| text(item, "code") == "r_taken");
        let reason = told.map(|item| member(item, "reason")).unwrap_or_default();
        story.holds(
            reason.contains(first.name()) && reason.contains("保留"),
            &format!("{name}知道谁先接了,也知道写的话留着"),
            "is told who was first and what was kept",
            if told.is_some() { reason } else { Value::from(items).to_string() },
        );
        let notes = array(&phone.show(case)?, "notes");
        let own = notes.iter().find(|note| text(note, "text") == note_of(phone));
        story.holds(
            own.is_some_and(|note| note.pointer("/pending") == Some(&Value::Bool(false))),
            &format!("{name}写的话已在平台上"),
            "the note written with the claim has arrived",
            own.map_or_else(|| Value::from(notes.clone()).to_string(), |note| member(note, "text")),
        );
    }
    Ok(())
}

fn promotion(story: &mut Story, [first, second, third]: [&Phone; 3], case: &str) -> Played<()> {
    story.tell(&format!("{}临时有事,放弃接单", first.name()), "the winner has to give it up");
    first.ask(&["act", case, "release", "--text", "孩子发烧,去不了了"])?;
    first.sync()?;
    story.same(
        &"none".to_owned(),
        &first.claim(case)?.0,
        &format!("{}已退出", first.name()),
        "has let go of it",
    );
    let report = second.sync()?;
    let claim = second.claim(case)?;
    story.holds(
        claim == ("won".to_owned(), None) && number(&report, "pushed") == Some(0),
        &format!("{}自动接上,什么也没做", second.name()),
        "the next in line has it without doing anything",
        format!("{}; {} commits sent by this phone", claim.words(), number(&report, "pushed").words()),
    );
    let left = second.attention(case)?.len();
    story.holds(
        left == 0,
        "需处理里那条自己消失了",
        "and nothing about it needs attention any more",
        format!("{left} items"),
    );
    third.sync()?;
    story.same(
        &("waiting".to_owned(), Some(1)),
        &third.claim(case)?,
        &format!("{}往前一位", third.name()),
        "the last one moves up to number 1",
    );
    Ok(())
}

fn done(story: &mut Story, world: &World, helper: &Phone, case: &str) -> Played<()> {
    let (requester, photo) = (&world.cast.requester, &world.stage.small);
    requester.sync()?;
    let shown = requester.show(case)?;
    let looks: Vec<String> = array(&shown, "looks").iter().map(|look| text(look, "by").to_owned()).collect();
    story.holds(
        looks.contains(&helper.name().to_owned()),
        "高国营看到:谁看过他填的地址和称呼",
        "the requester sees who was told what he gave in private",
        looks.join("、"),
    );
    helper.ask(&["arrive", case, "--code", text(&shown, "code_words/0")])?;
    helper.sync()?;
    story.holds(
        yes(&helper.show(case)?, "stays/0/in_word"),
        &format!("{}到门口,说对了高国营告诉母亲的暗号", helper.name()),
        "at the door the code word is the one that the requester told his mother",
        text(&helper.show(case)?, "stage_text").to_owned(),
    );
    helper.ask(&["act", case, "report_back", "--text", "菜和药都送到了", "--photo", photo.path()?])?;
    helper.sync()?;
    requester.sync()?;
    let shown = requester.show(case)?;
    story.holds(
        yes(&shown, "photos/0/stored"),
        &format!("{}完成反馈,附的照片已在平台上", helper.name()),
        "reported back with a photo, which the server holds",
        format!("{} bytes, sha256 {}…", grouped(photo.size), short(&photo.hash)),
    );
    story.same(
        &("已完成", short(&photo.hash)),
        &(text(&shown, "stage_text"), short(text(&shown, "photos/0/hash"))),
        "高国营在自己的手机上看到了",
        "the requester sees it on his phone",
    );
    requester.ask(&["act", case, "confirm"])?;
    requester.sync()?;
    helper.sync()?;
    let stages = [member(&requester.show(case)?, "stage_text"), member(&helper.show(case)?, "stage_text")];
    story.same(
        &["已确认".to_owned(), "已确认".to_owned()],
        &stages,
        "高国营确认完成,两部手机都显示已确认",
        "confirmed, on both phones",
    );
    // Less than a minute is none: what counts is that it was decided.
    let minutes = number(&helper.show(case)?, "stays/0/minutes");
    story.holds(
        minutes.is_some(),
        &format!("{}何时到、何时走都记下了,确认后计入服务时长", helper.name()),
        "when the volunteer came and left is kept, and counts since it was confirmed",
        format!("{} min", minutes.words()),
    );
    Ok(())
}

fn privacy(story: &mut Story, world: &World, case: &str) -> Played<()> {
    let cast = &world.cast;
    let secrets = [Secret::word(HER_NAME), Secret::degrees(LNG), Secret::degrees(LAT)];
    let others: Vec<&Phone> =
        cast.everyone().into_iter().filter(|phone| phone.name() != cast.requester.name()).collect();
    for phone in &others {
        phone.sync()?;
    }
    // The platform has them for whoever takes the request, and only as long as that one holds it: the request is confirmed by now.
    let folders: Vec<&Path> = others.iter().map(|phone| phone.home()).collect();
    let elsewhere = search(&folders, &secrets)?;
    story.holds(
        elsewhere.files > 0 && elsewhere.found.is_empty(),
        "办完之后,母亲的名字和准确位置不在任何别的手机上",
        "when it is done, her name and the exact position are on no other phone",
        if elsewhere.found.is_empty() {
            format!("0 hits in {} files, {} bytes", elsewhere.files, grouped(elsewhere.bytes))
        } else {
            elsewhere.found.join(", ")
        },
    );
    let at_home = search(&[cast.requester.home()], &secrets)?;
    story.holds(
        secrets.iter().all(|secret| at_home.found.iter().any(|found| found.starts_with(secret.name()))),
        "同样的查法,在他自己的手机上查得到",
        "the same search does find them on his own phone",
        format!("{} hits in {} files", at_home.found.len(), at_home.files),
    );
    // What lies compressed in a file would escape a search of its bytes: what the phones can show is looked at too.
    let mut shown = Vec::new();
    for phone in &cast.volunteers {
        shown.push(phone.show(case)?.to_string());
    }
    shown.push(world.server()?.summary()?.to_string());
    shown.push(world.server()?.page()?.1);
    let told = shown.iter().filter(|text| secrets.iter().any(|secret| secret.is_in(text.as_bytes()))).count();
    let with_list = shown.iter().filter(|text| text.contains(LIST)).count();
    story.holds(
        told == 0 && with_list == world.cast.volunteers.len(),
        "志愿者能看到清单,看不到她是谁、住哪里",
        "volunteers are shown the list, and neither who she is nor where",
        format!("{LIST}: shown {with_list} times; {told} of {} views tell", shown.len()),
    );
    Ok(())
}
