//! The end of a run: everybody has sent and received everything, and all copies are held against each other.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use yuandian_programs::phone::{Phone, array, member, number, sorted_texts, text, yes};
use yuandian_programs::server::{Server, case_in};
use yuandian_programs::{Played, Stop};

use crate::book::{What, twice_in};
use crate::findings::Wrong;
use crate::hand::Hand;
use crate::run::Run;
use crate::store;

/// Holds every phone to what its person was told, and to the server.
pub fn judge(run: &Run, hands: &mut [Hand], newcomer: &Phone, server: &Server) -> Played<()> {
    let summary = server.summary()?;
    let kept = store::hashes(&run.place.data.join("blobs"))?;
    for hand in hands.iter_mut() {
        let lines = hand.phone.cases()?;
        let told: BTreeSet<String> = hand.book.all().map(|told| told.case.clone()).collect();
        for case in told {
            hand.look_at(run, &case, &lines)?;
        }
    }
    for (wrong, words) in photos_of(hands, &kept) {
        run.findings.add(wrong, words);
    }
    copies(run, hands, newcomer, &summary)?;
    for hand in hands.iter() {
        store::whole(&hand.phone.home().join("phone.db"), run)?;
    }
    Ok(())
}

/// Every photo that was told as saved, and whose case was sent, lies on the server under its hash.
fn photos_of(hands: &[Hand], kept: &BTreeSet<String>) -> Vec<(Wrong, String)> {
    let mut wrong = vec![];
    for hand in hands {
        for told in hand.book.all().filter(|told| !hand.book.drafts.contains(&told.case)) {
            if let What::Photo(hash) = &told.what
                && !kept.contains(hash)
            {
                wrong.push((Wrong::Lost, format!("not on the server: {told:?}")));
            }
        }
    }
    wrong
}

/// Every copy of a case is the server's, nothing is in it twice, and one volunteer holds what one may hold.
fn copies(run: &Run, hands: &[Hand], newcomer: &Phone, summary: &Value) -> Played<()> {
    let cases = array(summary, "cases");
    let mut winners: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    let everyone = hands.iter().map(|hand| (&hand.phone, Some(hand))).chain([(newcomer, None)]);
    for (phone, hand) in everyone {
        let lines = phone.cases()?;
        for line in lines.iter().filter(|line| text(line, "sync") != "draft") {
            let (case, shown) = (member(line, "id"), phone.show(text(line, "id"))?);
            let Some(there) = case_in(summary, &case) else {
                run.findings.add(Wrong::Lost, format!("{} has {case}, the server has not", phone.name()));
                continue;
            };
            if text(&shown, "claim/state") == "won" {
                winners.entry(case.clone()).or_default().push(phone.name());
            }
            let follows = hand.is_some_and(|hand| hand.only_follows(&case, text(line, "service")));
            let mut wrong = if follows { line_against(&shown, there) } else { against(&shown, there) };
            wrong.extend(twice_in(&case, &shown));
            for hand in hands {
                wrong.extend(hand.book.judge_tries(&case, hand.phone.name(), &shown));
            }
            for (kind, words) in wrong {
                run.findings.add(kind, format!("{} in the end: {words}", phone.name()));
            }
        }
        if phone.name() == newcomer.name() && lines.len() != cases.len() {
            let words = format!("a new phone has {} of {} cases", lines.len(), cases.len());
            run.findings.add(Wrong::Lost, words);
        }
    }
    for (case, names) in winners.iter().filter(|(_, names)| names.len() > 1) {
        run.findings.add(Wrong::Doubled, format!("{case} was given to {}", names.join(" and ")));
    }
    titles(run, &newcomer.cases()?);
    Ok(())
}

/// One copy against the server's: the same document, the same acts, the same number of commits, every photo whole.
fn against(shown: &Value, there: &Value) -> Vec<(Wrong, String)> {
    let case = text(shown, "id");
    let mut wrong = vec![];
    let here = (sorted_texts(shown, "heads"), text(shown, "stage"), number(shown, "act_seq"));
    let server = (sorted_texts(there, "heads"), text(there, "stage"), number(there, "act_seq"));
    if here != server {
        wrong.push((Wrong::Corrupt, format!("{case} is {here:?}, on the server {server:?}")));
    }
    let (lines, commits) = (array(shown, "history").len() as u64, number(there, "commits").unwrap_or(0));
    if lines != commits {
        wrong.push((Wrong::Corrupt, format!("{case} has {lines} lines for {commits} commits")));
    }
    if number(there, "photos/expected") != number(there, "photos/stored") {
        wrong.push((Wrong::Lost, format!("{case}: the server's photos {:?}", there.pointer("/photos"))));
    }
    for photo in array(shown, "photos").iter().filter(|photo| !yes(photo, "stored")) {
        wrong.push((Wrong::Lost, format!("{case}: photo {} is not stored", text(photo, "hash"))));
    }
    wrong
}

/// A case that is only followed: its line says what the server says.
fn line_against(shown: &Value, there: &Value) -> Vec<(Wrong, String)> {
    let state = |of: &Value| (member(of, "stage"), number(of, "act_seq"));
    if state(shown) == state(there) {
        return vec![];
    }
    let (case, here, server) = (text(shown, "id"), state(shown), state(there));
    vec![(Wrong::Corrupt, format!("{case} is followed as {here:?}, on the server {server:?}"))]
}

/// No two cases begin with the same words: each capture of a run has words of its own.
fn titles(run: &Run, lines: &[Value]) {
    let mut seen = BTreeSet::new();
    for line in lines {
        let title = member(line, "title");
        if !seen.insert(title.clone()) {
            run.findings.add(Wrong::Doubled, format!("two cases {title}"));
        }
    }
}

/// Stops the server as an operator would, and looks at what it leaves.
pub fn close(run: &Run, server: Server) -> Played<()> {
    let (code, _) = server.stop()?;
    if code != Some(0) {
        return Err(Stop(format!("the server ended with {code:?}")));
    }
    store::whole(&run.place.data.join("yuandian.db"), run)
}
