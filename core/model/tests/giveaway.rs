//! The text check over lists of requests for help: how much of what gives people away it finds, and how often it warns of nothing.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::{BTreeMap, BTreeSet};

use yuandian_model::{GiveawayKind, giveaways};

const FIRST: &str = include_str!("../../../tests/data/giveaway/first.tsv");
const HELD_OUT: &str = include_str!("../../../tests/data/giveaway/held-out.tsv");
const UNSEEN: &str = include_str!("../../../tests/data/giveaway/unseen.tsv");

/// Of what is to be found, percent.
const RECALL_MIN: usize = 95;
/// The same of texts that the lexicon does not know: a floor a little below what was measured (84).
const UNSEEN_RECALL_MIN: usize = 80;
/// Of the clean texts, percent.
const FALSE_ALARMS_MAX: usize = 5;

fn rows(list: &str) -> Vec<(BTreeSet<GiveawayKind>, &str)> {
    list.lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let (kinds, text) = line.split_once('\t').unwrap();
            let kind = |id: &str| *GiveawayKind::ALL.iter().find(|kind| kind.id() == id).unwrap();
            (kinds.split(',').filter(|id| *id != "-").map(kind).collect(), text)
        })
        .collect()
}

/// Prints what was found of each kind and every text that was judged otherwise than its label; says how many percent of the labels were
/// found and how many percent of the clean texts were warned of.
fn judged(name: &str, list: &str) -> (usize, usize) {
    let rows = rows(list);
    let mut of_kind: BTreeMap<GiveawayKind, (usize, usize, usize)> = BTreeMap::new();
    let (mut clean, mut alarms) = (0, 0);
    for (wanted, text) in &rows {
        let found: BTreeSet<GiveawayKind> = giveaways(text).iter().map(|giveaway| giveaway.kind).collect();
        for kind in GiveawayKind::ALL {
            let (right, missed, wrong) = of_kind.entry(kind).or_default();
            match (wanted.contains(&kind), found.contains(&kind)) {
                (true, true) => *right += 1,
                (true, false) => *missed += 1,
                (false, true) => *wrong += 1,
                (false, false) => {}
            }
        }
        if wanted.is_empty() {
            clean += 1;
            alarms += usize::from(!found.is_empty());
        }
        if *wanted != found {
            let ids =
                |kinds: &BTreeSet<GiveawayKind>| kinds.iter().map(|k| k.id()).collect::<Vec<_>>().join(",");
            println!("{name}: {text}: labelled [{}], found [{}]", ids(wanted), ids(&found));
        }
    }
    for (kind, (right, missed, wrong)) in &of_kind {
        println!("{name}: {:9} {right:3} found, {missed:2} missed, {wrong:2} said of other texts", kind.id());
    }
    let (right, missed) =
        of_kind.values().fold((0, 0), |sum, (right, missed, _)| (sum.0 + right, sum.1 + missed));
    let recall = right * 100 / (right + missed);
    println!(
        "{name}: {} texts; {right} of {} labels found ({recall} %); {alarms} of {clean} clean texts warned of",
        rows.len(),
        right + missed
    );
    (recall, (alarms * 100).div_ceil(clean))
}

#[test]
fn the_first_list_is_found_and_clean_texts_stay_clean() {
    let (recall, alarms) = judged("first", FIRST);
    assert!(recall >= RECALL_MIN && alarms <= FALSE_ALARMS_MAX, "{recall} % found, {alarms} % false alarms");
}

#[test]
fn the_held_out_list_is_found_and_its_clean_texts_stay_clean() {
    let (recall, alarms) = judged("held-out", HELD_OUT);
    assert!(recall >= RECALL_MIN && alarms <= FALSE_ALARMS_MAX, "{recall} % found, {alarms} % false alarms");
}

#[test]
fn a_list_that_the_lexicon_was_never_mended_by_is_mostly_found() {
    let (recall, alarms) = judged("unseen", UNSEEN);
    assert!(
        recall >= UNSEEN_RECALL_MIN && alarms <= FALSE_ALARMS_MAX,
        "{recall} % found, {alarms} % false alarms"
    );
}
