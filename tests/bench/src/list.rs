//! `list`: pages of a list of 100,000 cases on a phone: all of it, filtered, searched.
//!
//! Ours is [`Phone::search`], words of the screen included; the store is a phone's own, filled by pages as a first sync brings them. The
//! floor reads as many rows by the primary key of a bare table of the same size. Every ask is made in rounds, so that a busy moment of the
//! machine falls on all of them alike.
//!
//! `goal` is for the p95 of ours, ms, of lists, of filters and of searches each. Further members: `list_p95_ms`, `filter_p95_ms`,
//! `search_p95_ms`, `worst_ask` (its words and p95), `cases`, `two_character_words_found` (every one looked for finds exactly what holds it),
//! `store_bytes`, `fill_ms_a_case`.
#![allow(clippy::disallowed_methods, reason = "a benchmark looks at the size of the file it made")]

use std::error::Error;
use std::path::Path;

use rusqlite::{Connection, params};
use serde_json::{Map, json};
use yuandian_device::{Phone, SearchAsk};
use yuandian_model::CaseId;
use yuandian_sync::message::PulledCase;
use yuandian_sync::{CaseFacts, Keep, Person};

use crate::bench::{Figure, round, timed};
use crate::phone::{GRID, grid_worker, hello, page};

/// Cases in the list.
pub const CASES: u32 = 100_000;
/// Cases of one page while the store is filled.
const PAGE: u32 = 1_000;
/// Lines of one screen.
const LINES: u32 = 50;
/// Rounds over all asks.
const ROUNDS: usize = 40;
/// Rounds before them that are not measured.
const WARM_UP: usize = 2;
/// What must hold, ms.
const P95_MS_MAX: f64 = 20.0;
/// Any moment, ms since 1970.
const NOW_MS: i64 = 1_780_000_000_000;

/// What cases are about, and where: every case has one of each, one in [`RARE_EVERY`] a word of its own.
const WHAT: [&str; 10] = [
    "暴露垃圾",
    "井盖缺失",
    "路灯不亮",
    "占道经营",
    "树木倒伏",
    "积水严重",
    "违规停车",
    "墙面破损",
    "油烟扰民",
    "线缆下垂",
];
const WHERE: [&str; 12] = [
    "嵩山路口",
    "桐柏路",
    "中原路",
    "建设路",
    "伏牛路",
    "秦岭路",
    "华山路",
    "颍河路",
    "陇海路",
    "郑上路",
    "工人路",
    "大学路",
];
const RARE: &str = "熊猫";
const RARE_EVERY: u32 = 5_000;
const STAGES: [&str; 5] = ["reported", "accepted", "filed", "in_progress", "closed"];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    List,
    Filter,
    Search,
}

/// Measures.
///
/// # Errors
/// The disk's and the phone's; a search that does not find what is there.
pub fn measure(dir: &Path) -> Result<Figure, Box<dyn Error>> {
    let folder = tempfile::tempdir_in(dir)?;
    let home = folder.path().join("home");
    let mut phone = grid_worker(&home)?;
    let ((), fill_ms) = timed(|| fill(&mut phone, CASES))?;
    let raw = raw_store(&folder.path().join("raw.db"))?;
    let asks = asks();
    let mut samples = Vec::new();
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); asks.len()];
    for round in 0..WARM_UP + ROUNDS {
        for (number, (_, ask)) in asks.iter().enumerate() {
            let (lines, ours) = timed(|| phone.search(ask))?;
            let (_, floor) = timed(|| read_raw(&raw, lines.len()))?;
            if round >= WARM_UP {
                samples.push((ours, floor));
                times[number].push(ours);
            }
        }
    }
    let of = |kind: Kind| {
        let all = asks.iter().zip(&times).filter(|((k, _), _)| *k == kind);
        p95(all.flat_map(|(_, times)| times.iter().copied()).collect())
    };
    let (list, filter, search) = (of(Kind::List), of(Kind::Filter), of(Kind::Search));
    let worst = asks.iter().zip(&times).map(|((_, ask), times)| (p95(times.clone()), ask));
    let worst = worst.max_by(|a, b| a.0.total_cmp(&b.0)).ok_or("no asks")?;
    let found = words_are_found(&phone)?;
    let store_bytes = std::fs::metadata(home.join("phone.db"))?.len();
    let more = Map::from_iter([
        ("list_p95_ms".to_owned(), json!(round(list))),
        ("filter_p95_ms".to_owned(), json!(round(filter))),
        ("search_p95_ms".to_owned(), json!(round(search))),
        ("worst_ask".to_owned(), json!([describe(worst.1), round(worst.0)])),
        ("cases".to_owned(), json!(CASES)),
        ("two_character_words_found".to_owned(), json!(found)),
        ("store_bytes".to_owned(), json!(store_bytes)),
        ("fill_ms_a_case".to_owned(), json!(round(fill_ms / f64::from(CASES)))),
    ]);
    let holds = found && [list, filter, search].iter().all(|p95| *p95 <= P95_MS_MAX);
    let words = format!("{ROUNDS} rounds over {} asks of {LINES} lines out of {CASES} cases", asks.len());
    Ok(Figure { name: "list", samples, goal: P95_MS_MAX, holds, more, words })
}

fn describe(ask: &SearchAsk) -> String {
    format!("{:?} {:?} {:?} {:?} {} +{}", ask.text, ask.stage, ask.service, ask.sync, ask.mine, ask.offset)
}

fn asks() -> Vec<(Kind, SearchAsk)> {
    let all = SearchAsk { limit: LINES, ..SearchAsk::default() };
    let text = |text: &str| (Kind::Search, SearchAsk { text: text.to_owned(), ..all.clone() });
    let stage = |stage: &str| SearchAsk { stage: Some(stage.to_owned()), ..all.clone() };
    let snap = Some("case.snap".to_owned());
    let mut asks = vec![
        (Kind::List, all.clone()),
        (Kind::List, SearchAsk { offset: 1_000, ..all.clone() }),
        (Kind::List, SearchAsk { offset: 20_000, ..all.clone() }),
        (Kind::Filter, stage("reported")),
        (Kind::Filter, SearchAsk { offset: 1_000, ..stage("closed") }),
        (Kind::Filter, SearchAsk { service: snap.clone(), ..stage("filed") }),
        (Kind::Filter, SearchAsk { mine: true, ..all.clone() }),
        (Kind::Filter, SearchAsk { mine: true, service: snap.clone(), ..stage("closed") }),
        (Kind::Filter, SearchAsk { sync: Some("attention".to_owned()), ..all.clone() }),
        (Kind::Search, SearchAsk { text: "垃圾".to_owned(), mine: true, service: snap, ..stage("closed") }),
        (Kind::Search, SearchAsk { text: "垃圾".to_owned(), offset: 1_000, ..all.clone() }),
    ];
    asks.extend(
        [
            "垃圾",
            "路",
            "桐柏",
            "桐柏 垃圾",
            "暴露垃圾",
            "缺失 熊猫",
            RARE,
            "没有这样的话",
            "no1",
            "n",
            "no99999",
            "街道",
        ]
        .map(text),
    );
    asks
}

/// As many lines are found as have the word in their titles.
fn words_are_found(phone: &Phone) -> Result<bool, Box<dyn Error>> {
    let count = |word: &str| -> Result<u32, Box<dyn Error>> {
        let (mut found, mut offset) = (0, 0);
        loop {
            let ask = SearchAsk { text: word.to_owned(), offset, ..SearchAsk::default() };
            let lines = phone.search(&ask)?;
            let page = u32::try_from(lines.len())?;
            if page == 0 {
                return Ok(found);
            }
            found += page;
            offset += page;
        }
    };
    let having = |wanted: fn(u32) -> bool| u32::try_from((0..CASES).filter(|n| wanted(*n)).count());
    // 垃圾 stands in the name of a service, too.
    Ok(count("垃圾")? == having(|n| n.is_multiple_of(10) || !n.is_multiple_of(3))?
        && count("井盖")? == having(|n| n % 10 == 1)?
        && count("桐柏")? == having(|n| n / 10 % 12 == 1)?
        && count(RARE)? == having(|n| n.is_multiple_of(RARE_EVERY))?)
}

/// Fills a phone with pages of lines as a first sync brings them.
pub fn fill(phone: &mut Phone, cases: u32) -> Result<(), Box<dyn Error>> {
    phone.keep(&Keep::Hello(hello(u64::from(cases))?))?;
    for start in (0..cases).step_by(PAGE as usize) {
        let lines = (start..cases.min(start + PAGE)).map(line).collect::<Result<Vec<_>, _>>()?;
        phone.keep(&Keep::Page(page(lines, u64::from(start + PAGE), start + PAGE < cases)))?;
    }
    Ok(())
}

fn line(number: u32) -> Result<PulledCase, Box<dyn Error>> {
    let pick = |list: &[&'static str], step: u32| list[(number / step) as usize % list.len()];
    let rare = if number.is_multiple_of(RARE_EVERY) { RARE } else { "" };
    let what = pick(&WHAT, 1);
    let title = format!("{}{what}{rare} no{number}", pick(&WHERE, 10));
    let mut id = [0; 16];
    id[..4].copy_from_slice(&number.to_be_bytes());
    id[12..].copy_from_slice(&number.wrapping_mul(2_654_435_761).to_be_bytes());
    let author = if number.is_multiple_of(100) { 1 } else { 2 };
    let at_ms = NOW_MS + i64::from(number) * 7;
    let facts = CaseFacts {
        service: (if number.is_multiple_of(3) { "case.snap" } else { "case.city.E06010" }).to_owned(),
        catalogue: 1,
        grid: GRID.parse()?,
        place: None,
        author: Person { user: yuandian_model::UserId([author; 16]), name: "某人".to_owned() },
        stage: pick(&STAGES, 1).to_owned(),
        act_seq: 1,
        holders: vec![],
        waiting: 0,
        my_position: None,
        opened_ms: at_ms,
        title,
        photos: 0,
        touched_ms: at_ms,
        followers: 0,
        followed: false,
        conflict: false,
        progress: None,
    };
    Ok(PulledCase {
        stream: crate::phone::stream(),
        partition: yuandian_model::PartitionId::ONLY,
        document: CaseId(id),
        seq: u64::from(number) + 1,
        gone: None,
        commits: vec![],
        facts: Some(facts),
        stored: vec![],
        snapshot: None,
        outstanding: true,
        heads: None,
        private: None,
        own: None,
        generation: 0,
    })
}

/// The floor: a bare table with as many rows.
fn raw_store(path: &Path) -> Result<Connection, Box<dyn Error>> {
    let mut db = Connection::open(path)?;
    db.execute_batch("CREATE TABLE rows (n INTEGER PRIMARY KEY, title TEXT NOT NULL)")?;
    let tx = db.transaction()?;
    for number in 0..CASES {
        tx.prepare_cached("INSERT INTO rows VALUES (?1, ?2)")?
            .execute(params![number, format!("嵩山路口暴露垃圾 no{number}")])?;
    }
    tx.commit()?;
    Ok(db)
}

fn read_raw(db: &Connection, lines: usize) -> rusqlite::Result<Vec<String>> {
    let mut statement = db.prepare_cached("SELECT title FROM rows ORDER BY n DESC LIMIT ?1")?;
    statement.query_map([i64::try_from(lines).unwrap_or(0)], |row| row.get(0))?.collect()
}

/// The time that 95 of 100 stay within.
fn p95(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    let last = (times.len() * 95).div_ceil(100).saturating_sub(1);
    times.get(last).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ninety_five_of_a_hundred_stay_within_p95() {
        let times: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert_eq!(p95(times).to_bits(), 95.0_f64.to_bits());
        assert_eq!(p95(vec![3.0]).to_bits(), 3.0_f64.to_bits());
        assert!(p95(vec![]).is_nan());
    }
}
