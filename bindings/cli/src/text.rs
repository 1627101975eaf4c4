//! What a person reads: zh-Hans with English beside it where it is short.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use serde_json::json;
use yuandian_device::view::{AttentionItem, CaseView, ListLine, OutboxLine};
use yuandian_device::words;
use yuandian_device::{
    BundleTold, CaseId, DeviceError, Finding, GiveawayView, PersonRecord, Phone, PhotoEvidence, PhotoFile,
    PhotosSent, Report, RightView, ServiceLine, StreamState, beijing, finding_words,
};

use crate::failure::Failure;
use crate::told::{FilesTold, RunTold, StatusTold};

/// Prints an answer; a reader that went away is no error.
pub fn print(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Tells on standard error how far a capture is durable: after each line the phone may die.
pub fn progress(json: bool, draft: &CaseId, photos: usize) {
    let line = if json {
        json!({"draft": draft.to_string(), "photos": photos}).to_string()
    } else {
        format!("草稿已存在本机 {draft} (draft saved, photos: {photos})")
    };
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Tells on standard error why a command ended badly, and what can be done.
pub fn print_failure(failure: &Failure, json: bool) {
    let (code, reason, next) = explain(failure);
    let line = if json {
        json!({"error": code, "reason": reason, "next": next}).to_string()
    } else if next.is_empty() {
        reason
    } else {
        format!("{reason}\n  → {}", next.join(" / "))
    };
    let _ = writeln!(std::io::stderr(), "{line}");
}

fn explain(failure: &Failure) -> (String, String, Vec<String>) {
    let says = |code: &str, next: &[&str]| {
        (code.to_owned(), failure.to_string(), next.iter().map(|n| (*n).to_owned()).collect())
    };
    let Failure::Device(error) = failure else {
        return says("input", &["检查文件后重试 (check the file)"]);
    };
    match error {
        DeviceError::Refused { code, facts } => {
            let words = words();
            let reason = words.reason(*code, facts);
            let next = words.next_steps(*code).iter().map(|n| words.next(n).zh).collect();
            (code.id().to_owned(), format!("{} ({})", reason.zh, reason.en), next)
        }
        DeviceError::Invalid { .. } => says("invalid", &["改正后重试 (mend it and try again)"]),
        DeviceError::Photo { code, .. } => says(code, &["换一张照片 (use another photo)"]),
        DeviceError::NotFound { what: "item", .. } => {
            says("not_found", &["用 attention 查看编号 (see `attention` for numbers)"])
        }
        DeviceError::Settled { .. } => {
            says("settled", &["已处理过,用 show 查看案件 (dealt with before; see the case with `show`)"])
        }
        DeviceError::NotOffered { next, .. } => {
            let words = words();
            let next = next.iter().map(|n| format!("{} ({n})", words.next(n).zh)).collect();
            ("not_offered".to_owned(), failure.to_string(), next)
        }
        DeviceError::NotFound { .. } => says("not_found", &["用 list 查看编号 (see `list` for ids)"]),
        DeviceError::ShutOut { .. } => {
            says("shut_out", &["用新的邀请码登记 (`enroll` with a new invitation)"])
        }
        DeviceError::NotEnrolled => says("not_enrolled", &["用邀请码登记 (`enroll` with an invitation)"]),
        DeviceError::Unreachable(_) => {
            says("unreachable", &["内容已存在本机,有网络时再同步 (kept; `sync` again later)"])
        }
        DeviceError::Untrusted(_) => says(
            "untrusted",
            &[
                "检查手机日期;用 --trust 信任本市证书;否则告诉管理员 (check the date; --trust the city's authority; else tell your administrator)",
            ],
        ),
        DeviceError::ServerRefused(_) => {
            says("server_refused", &["向管理员索取新的邀请码 (ask for a new invitation)"])
        }
        DeviceError::InUse => says("in_use", &["关闭另一个程序 (close the other process)"]),
        DeviceError::StorageFull => says("storage_full", &["清理空间后重试 (free some space)"]),
        DeviceError::NoRoom { waiting_bytes, .. } => {
            let reason = words().photo("no_room", &[("n", waiting_bytes.to_string())]);
            let next = vec!["有网络时先同步,或清理空间 (sync first, or free some space)".to_owned()];
            ("no_room".to_owned(), format!("{} ({})", reason.zh, reason.en), next)
        }
        DeviceError::Withheld { .. } => {
            says("withheld", &["还没有送达或无权查看,稍后同步再试 (not there yet, or not yours to see)"])
        }
        DeviceError::WrongBytes { .. } => says("wrong_bytes", &["联系管理员 (tell your administrator)"]),
        DeviceError::NewerStore { .. } => says("newer_store", &["更新应用 (update the app)"]),
        DeviceError::KeyStore(_) => says("key_store", &["解锁后重试 (unlock the key store and try again)"]),
        DeviceError::WrongKey { encrypted: true } => says(
            "wrong_key",
            &[
                "用原来的密钥打开:什么都没有改动,全部都在 (open it with its own key: nothing was changed, all of it is there)",
                "密钥丢了:已送达的在平台上,用新邀请码登记新的文件夹;未送达的只在这里,无法读取 (key lost: what was delivered comes to a new home by a new invitation; what was not sent is only here and cannot be read)",
            ],
        ),
        DeviceError::WrongKey { encrypted: false } => {
            says("wrong_key", &["不带密钥打开,再导出 (open it without a key, then export)"])
        }
        DeviceError::Damaged(_) => says("damaged", &["导出后联系支持 (export, then call support)"]),
    }
}

/// Who the phone speaks for.
pub fn person(person: &PersonRecord) -> String {
    let rights: Vec<String> = person.rights().iter().map(right).collect();
    format!("已登记 (enrolled): {} · {}", person.name, rights.join(", "))
}

/// A right, with the unit that it is held for and its validity on the clock of Asia/Shanghai.
fn right(right: &RightView) -> String {
    let told =
        |of: &Option<String>, words: &str| of.as_ref().map_or(String::new(), |of| format!(" · {words} {of}"));
    format!(
        "{}@{}{}{}{}{}",
        right.role_text.zh,
        right.grid,
        told(&right.unit, "单位 (unit)"),
        told(&right.level, "资质 (level)"),
        told(&right.from, "自 (from)"),
        told(&right.until, "至 (until)"),
    )
}

/// A call for help that was just written.
pub fn sos(line: &ListLine) -> String {
    format!(
        "有生命危险先打 110、120、119 (call first)\n{}\n同步后网格员和指挥中心马上收到 (yuandian sync)",
        saved(line)
    )
}

/// A case that was just written.
pub fn saved(line: &ListLine) -> String {
    format!("{} {} {} · {}", line.sync_text, line.id, line.service_text, line.title)
}

/// Services.
pub fn services(lines: &[ServiceLine]) -> String {
    let row = |line: &ServiceLine| {
        let photos = if line.photos > 0 { format!("  照片 {} 张", line.photos) } else { String::new() };
        format!("{}  {}  {}{photos}", line.id, line.group_text, line.title)
    };
    if lines.is_empty() {
        "没有符合的事项 (nothing fits)".into()
    } else {
        lines.iter().map(row).collect::<Vec<_>>().join("\n")
    }
}

/// A request whose words its author should look at before they are published.
pub fn held_back(line: &ListLine, found: &[GiveawayView]) -> String {
    let mut out = format!("草稿 {} 还没有发布", line.id);
    for giveaway in found {
        let _ = write!(out, "\n  “{}”: {}", giveaway.found, giveaway.text);
    }
    let _ = write!(out, "\n改好后重新写一遍(ask), 或者就这样发布: finish {}", line.id);
    out
}

/// A mark beside what the server does not have yet.
fn waits(pending: bool) -> &'static str {
    if pending { " (待上传)" } else { "" }
}

/// A case.
pub fn case(view: &CaseView, phone: &Phone) -> String {
    let mut out = String::new();
    let words = phone.words();
    let _ = writeln!(out, "{}  {}", view.id, view.service);
    let _ = writeln!(out, "{} · {} · {} {}", view.stage_text, view.sync_text, view.grid_name, view.grid);
    if !view.text.is_empty() {
        let _ = writeln!(out, "{}", view.text);
    }
    for (key, value) in &view.fields {
        let mark = if view.private.contains(key) { " (不公开)" } else { "" };
        let _ = writeln!(out, "  {key} = {value}{mark}{}", waits(view.pending_fields.contains(key)));
    }
    for conflict in &view.conflicts {
        let _ = writeln!(out, "有冲突 {}:", conflict.key);
        for value in &conflict.values {
            let _ = writeln!(out, "  {}. {} · {}", value.n, value.value, value.by);
        }
    }
    for note in &view.notes {
        let _ = writeln!(out, "备注 {}: {}{}", note.by, note.text, waits(note.pending));
        for file in &note.files {
            let state = if file.stored {
                "已送达".to_owned()
            } else {
                format!("{}/{} 字节", file.sent, file.size)
            };
            let away = if file.local { "" } else { " · 不在本机" };
            let told = file.trouble.iter().map(|words| format!(" · {words}")).collect::<String>();
            let _ =
                writeln!(out, "  {} {} {} {state}{away}{told}", file.kind_text, &file.hash[..12], file.mime);
        }
    }
    for photo in &view.photos {
        let state = if photo.stored {
            "已送达".to_owned()
        } else {
            format!("{}/{} 字节", photo.sent, photo.size)
        };
        let told = [&photo.trouble, &photo.preview_unavailable].into_iter().flatten();
        let told: String = told.map(|words| format!(" · {words}")).collect();
        let away = if photo.local { "" } else { " · 原图不在本机" };
        let _ = writeln!(
            out,
            "照片 {} {}×{} {}{away}{told}",
            &photo.hash[..12],
            photo.width,
            photo.height,
            state
        );
    }
    if !view.photos_sent.text.is_empty() {
        let _ = writeln!(out, "{}", view.photos_sent.text);
    }
    if view.claim.state != "none" {
        let position = view.claim.position.map_or(String::new(), |p| format!(" 第 {p} 位"));
        let _ = writeln!(out, "接单: {}{position}", view.claim.state);
    }
    if let Some(tally) = &view.tally {
        let of = tally.of.map_or(String::new(), |of| format!("/{of}"));
        let _ = writeln!(out, "进度: {}{of}", tally.done);
    }
    if !view.holders.is_empty() {
        let _ = writeln!(out, "承接人: {}", view.holders.join(", "));
    }
    for stay in &view.stays {
        let word = |word: Option<bool>| match word {
            Some(true) => " (暗号对)",
            Some(false) => " (暗号不对)",
            None => "",
        };
        let near = match stay.near {
            Some(true) => " (在附近)",
            Some(false) => " (不在附近)",
            None => "",
        };
        let came = beijing(stay.in_ms);
        let _ = write!(out, "到达: {} {came}{}{near}", stay.by, word(stay.in_word));
        if let Some(left) = stay.out_ms {
            let _ = write!(out, "; 离开 {}{}", beijing(left), word(stay.out_word));
        }
        let counted = stay.minutes.map_or(String::new(), |minutes| format!("; 计 {minutes} 分钟"));
        let _ = writeln!(out, "{counted}");
    }
    if let Some((coming, leaving)) = &view.code_words {
        let _ = writeln!(out, "暗号: 到达 {coming}, 离开 {leaving} (告诉在家的人, 不要告诉来的人)");
    }
    for look in &view.looks {
        let _ = writeln!(out, "看过: {} {} {}", beijing(look.at_ms), look.by, look.keys.join(", "));
    }
    if view.followers > 0 || view.followed {
        let mine = if view.followed { ",含你" } else { "" };
        let _ = writeln!(out, "关注: {} 人{mine}", view.followers);
    }
    let pending: Vec<String> = view.pending.iter().map(|act| words.act(act).zh).collect();
    if !pending.is_empty() {
        let _ = writeln!(out, "正在确认: {}", pending.join(", "));
    }
    for time in &view.times {
        let due = time.due.as_deref().unwrap_or("挂账中");
        let by_rule = if time.by_rule { " · 按规则推算的放假安排" } else { "" };
        let _ = writeln!(out, "时限 {}: {due} · {}{by_rule}", time.clock_text, time.colour_text);
    }
    if let Some(missing) = &view.times_missing {
        let _ = writeln!(out, "时限: {missing}");
    }
    if !view.marks.is_empty() {
        let marks: Vec<String> = view.marks.iter().map(|mark| words.mark(mark).zh).collect();
        let _ = writeln!(out, "标记: {}", marks.join(", "));
    }
    if !view.units.is_empty() {
        let _ = writeln!(out, "承办单位: {}", view.units.join(", "));
    }
    let can: Vec<String> = view.can.iter().map(|a| format!("{} ({a})", words.act(a).zh)).collect();
    if !can.is_empty() {
        let _ = writeln!(out, "可以: {}", can.join(", "));
    }
    if view.notes_only {
        let _ = writeln!(
            out,
            "这个事件按目录第 {} 版办理,本机还没有这一版:现在可以看、写备注、加照片,同步后可以办理",
            view.catalogue
        );
    }
    for next in &view.next {
        if let Some(why_not) = &next.why_not {
            let _ =
                writeln!(out, "不能 {} ({}): {why_not} · {}", next.act_text, next.act, next.by.join(" / "));
        }
    }
    out.trim_end().to_owned()
}

/// The 需处理 list.
pub fn attention(items: &[AttentionItem]) -> String {
    let line = |item: &AttentionItem| {
        let next: Vec<String> =
            item.next.iter().zip(&item.next_text).map(|(id, words)| format!("{words} ({id})")).collect();
        let review = item.review.as_ref().map_or(String::new(), |words| format!("\n  复核: {words}"));
        format!(
            "{}  {} {} [{}] {}{review}\n  → {}",
            item.item,
            item.case,
            item.title,
            item.code,
            item.reason,
            next.join(" / ")
        )
    };
    if items.is_empty() {
        "没有需处理的事项 (nothing needs you)".into()
    } else {
        items.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

/// An entry of the 需处理 list that was dealt with.
pub fn settled(item: i64, how: &str, case: &CaseId) -> String {
    let done = match how {
        "amended" => "已修改,待重发 (sent again with the next sync)",
        "noted" => "已转为备注 (kept as a note)",
        "appealed" => "已提交复核,随下次同步发出 (a person will be asked with the next sync)",
        _ => "已放弃 (given up)",
    };
    format!("{item}  {done}  {case}")
}

/// The outbox.
pub fn outbox(lines: &[OutboxLine]) -> String {
    let row =
        |line: &OutboxLine| format!("{}  {}  {}  {} bytes", line.case, line.what, line.state, line.bytes);
    if lines.is_empty() {
        "没有待上传的内容 (nothing waits)".into()
    } else {
        lines.iter().map(row).collect::<Vec<_>>().join("\n")
    }
}

/// How a sync ended.
pub fn sync(told: &RunTold) -> String {
    let state = if !told.report.reached {
        "无法连接,内容已存在本机 (out of reach, everything is kept)"
    } else if told.report.complete {
        "同步完成 (all sent)"
    } else {
        "部分内容稍后再发 (some is left for later)"
    };
    format!(
        "{state}: 上传 {} 项, 收到 {} 件, 照片 {} 张 {} 字节; 待上传 {}{}, 需处理 {}{}",
        told.report.pushed,
        told.report.pulled,
        told.report.uploaded,
        told.report.uploaded_bytes,
        told.waiting,
        if told.held > 0 { format!(" (等待前项 {})", told.held) } else { String::new() },
        told.attention,
        if told.state.wanted > 0 { format!(", 待取 {} 件", told.state.wanted) } else { String::new() },
    )
}

/// Tells on standard error how much of a file is here.
pub fn fetched(json: bool, have: u64, bytes: u64) {
    let line =
        if json { json!({"have": have, "bytes": bytes}).to_string() } else { format!("{have}/{bytes}") };
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// A photo that was written to a file.
pub fn photo_written(file: &PhotoFile, to: &Path) -> String {
    format!("已写入 {} ({}, {} bytes)", to.display(), file.mime, file.bytes)
}

/// The room that photo files take, how far they are sent, and on which networks.
pub fn files(told: &FilesTold) -> String {
    let FilesTold { photos, cache, policies } = told;
    let mut lines = vec![sent(photos)];
    lines.push(format!(
        "本机占用 {}/{} 字节, 可腾出 {}",
        cache.held_bytes, cache.budget_bytes, cache.may_go_bytes
    ));
    if cache.over_budget {
        lines.push(
            "超过上限:剩下的是缩略图和还没有安全存到平台的照片,不会删除 (over the budget: thumbs, and photos that are not safe yet, stay)".into(),
        );
    }
    lines.push(format!(
        "上传条件: 缩略图 {:?}, 中图 {:?}, 原图 {:?}",
        policies.thumb, policies.medium, policies.original
    ));
    lines.join("\n")
}

/// How far photos are on their way, with the bytes that wait.
fn sent(photos: &PhotosSent) -> String {
    let bytes = words().photo("bytes", &[("n", photos.waiting_bytes.to_string())]).zh;
    if photos.text.is_empty() { bytes } else { format!("{}; {bytes}", photos.text) }
}

/// Where sync stands.
pub fn status(StatusTold { state, photos, contact }: &StatusTold) -> String {
    let line = |stream: &StreamState| {
        let marks =
            [(stream.lines_only, " 仅列表 (lines only)"), (stream.comparing, " 待核对 (to be compared)")];
        let marks: String = marks.iter().filter(|(is, _)| *is).map(|(_, words)| *words).collect();
        // What was offered at the last greeting says something only while not all of it is here.
        let of = if stream.offered > stream.held { format!("/{}", stream.offered) } else { String::new() };
        format!("{}  {}{of} 件  @{}{marks}", stream.stream, stream.held, stream.cursor)
    };
    let mut lines: Vec<String> = state.streams.iter().map(line).collect();
    lines.push(sent(photos));
    lines.push(format!("待取 (to be fetched): {}", state.wanted));
    lines.push(format!("平台尚未备份 (not in a backup yet): {}", state.not_backed_up));
    lines.extend(
        state.troubles.iter().map(|(what, times)| format!("异常 (did not come out) {what}: {times}")),
    );
    lines.extend(
        contact
            .iter()
            .map(|contact| format!("社区电话 (community): {} {}", contact.telephone, contact.title)),
    );
    lines.join("\n")
}

/// Not reached: what is shown is what this phone knows.
fn not_asked(why: Option<&DeviceError>) -> String {
    why.map_or_else(String::new, |why| format!("未能询问服务器，以下为本机所知 (server not asked: {why})\n"))
}

/// What is proven of a case's photos.
pub fn evidence(photos: &[PhotoEvidence], why: Option<&DeviceError>, phone: &Phone) -> String {
    let mut text = not_asked(why);
    if photos.is_empty() {
        text.push_str("没有照片 (no photos)");
    }
    for photo in photos {
        let _ = writeln!(text, "照片 {:02} · {} · {}", photo.n, photo.by, &photo.hash[..12]);
        for finding in &photo.findings {
            let _ = writeln!(text, "  {}：{}", phone.words().level(finding.level.id()).zh, finding.text);
        }
    }
    text.trim_end().to_owned()
}

/// A bundle that was written.
pub fn bundled(told: &BundleTold, file: &Path, why: Option<&DeviceError>) -> String {
    let BundleTold { photos, originals, records, received, .. } = told;
    format!(
        "{}已导出 {}：照片 {photos} 张，原图 {originals} 张，拍摄记录 {records} 条，服务器已收 {received} 条\n核验 (check it): yuandian verify {}",
        not_asked(why),
        file.display(),
        file.display(),
    )
}

/// What a check found, one line each.
pub fn report(report: &Report) -> String {
    let words = words();
    let verdict = words.verdict(report.verdict.id());
    let mut text = format!("{} ({})\n", verdict.zh, verdict.en);
    let say = |text: &mut String, finding: &Finding| {
        let level = words.level(finding.level.id()).zh;
        let said = finding_words(&words, finding).zh;
        let member = finding.member.as_deref().map_or_else(String::new, |member| format!(" · {member}"));
        let bytes = finding.bytes.map_or_else(String::new, |(from, to)| format!(" · 字节 {from}–{to}"));
        let _ = writeln!(text, "  {level}：{said}{member}{bytes}");
    };
    for finding in &report.findings {
        say(&mut text, finding);
    }
    for photo in &report.photos {
        let _ = writeln!(text, "照片 {:02} · {}", photo.n, &photo.sha256[..12]);
        for finding in &photo.findings {
            say(&mut text, finding);
        }
    }
    text.trim_end().to_owned()
}
