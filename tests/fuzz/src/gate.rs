//! The admission gate: whatever the bytes are, the base is as it was, and what is admitted saves, loads and lets others go on.

mod forge;
mod press;

use std::time::Duration;

use automerge::transaction::{CommitOptions, Transactable, Transaction};
use automerge::{ActorId, Automerge, AutomergeError, Change, ObjId, ROOT, ReadDoc};
use yuandian_document::gate::{Admitted, CasePolicy, Checks, Refusal, admit};
use yuandian_document::genesis;
use yuandian_programs::seed::Seed;

use crate::measure::{Bounds, within};
use crate::{Broken, Target, corpus, mutate};

/// What a judgement may take.
const BOUNDS: Bounds = Bounds { bytes: 64 * 1024 * 1024, time: Duration::from_secs(10) };
/// Bytes of an input before the change: which base, how the rest is pressed into a chunk, which checks.
const HEAD: usize = 3;

/// The gate, with documents to judge against.
pub struct Gate {
    bases: Vec<Base>,
}

struct Base {
    document: Automerge,
    saved: Vec<u8>,
    /// Whether it has the containers of a case.
    case: bool,
    next: Vec<Change>,
}

impl Base {
    fn new(document: Automerge, case: bool, next: Vec<Change>) -> Self {
        Self { saved: document.save(), document, case, next }
    }
}

impl Default for Gate {
    fn default() -> Self {
        Self::new()
    }
}

impl Gate {
    /// The gate before three documents: the test data's, a case with a history, a case that nobody has written in.
    ///
    /// # Panics
    /// Where the test data is not there.
    #[must_use]
    pub fn new() -> Self {
        let file = std::fs::read(corpus::folder("data/hostile-changes/base.automerge"));
        let data = Automerge::load(&file.expect("the test data is there")).expect("it loads");
        let (case, next) = case_and_next();
        let bases = vec![
            Base::new(data, false, vec![]),
            Base::new(case, true, next),
            Base::new(genesis::document(), true, vec![]),
        ];
        Self { bases }
    }

    fn base(&self, input: &[u8]) -> &Base {
        let number = input.first().copied().unwrap_or(0);
        &self.bases[usize::from(number) % self.bases.len()]
    }
}

impl Target for Gate {
    fn name(&self) -> &'static str {
        "gate"
    }

    fn seeds(&self) -> Vec<Vec<u8>> {
        let mut seeds = vec![];
        for folder in ["data/honest-changes", "data/hostile-changes"] {
            for (path, bytes) in corpus::files(&corpus::folder(folder)) {
                if path.extension().is_some_and(|ending| ending == "change") {
                    seeds.extend(both_ways(0, &bytes));
                }
            }
        }
        // As many for the cases as from the files: only there the policy has a say.
        let files = seeds.len();
        let cases =
            (0..).zip(&self.bases).flat_map(|(n, base)| base.next.iter().map(move |c| (n, c.raw_bytes())));
        let cases: Vec<Vec<u8>> = cases.flat_map(|(number, raw)| both_ways(number, raw)).collect();
        seeds.extend(cases.iter().cycle().take(files).cloned());
        seeds.extend(corpus::crashers("gate").into_iter().map(|(_, bytes)| bytes));
        seeds
    }

    fn mutate(&self, input: &[u8], other: &[u8], seed: &mut Seed) -> Vec<u8> {
        let (head, body) = input.split_at(HEAD.min(input.len()));
        let mut head = head.to_vec();
        let other = other.get(HEAD..).unwrap_or_default();
        if seed.percent(10) && !head.is_empty() {
            let at = seed.below(head.len());
            head[at] = mutate::low(seed.draw()) % 8;
        }
        if seed.percent(35)
            && let Some(forged) = forge::forged(&self.base(input).document, &press::chunk(&head, body), seed)
        {
            return [&[head[0], press::PLAIN, head[2]], press::body_of(&forged)].concat();
        }
        [head, mutate::bytes(body, other, seed)].concat()
    }

    fn run(&self, input: &[u8]) -> Result<String, Broken> {
        let (head, body) = input.split_at(HEAD.min(input.len()));
        let base = self.base(input);
        let raw = press::chunk(head, body);
        let policy = head.get(2).is_some_and(|checks| checks % 2 == 1);
        let policy = policy && base.case;
        let checks = Checks { binding: None, policy: policy.then_some(&CasePolicy) };
        let outcome = within(BOUNDS, || admit(&base.document, &raw, &checks))?;
        let word = match &outcome {
            Ok(admitted) => {
                admitted_well(base, admitted, &checks)?;
                if policy { "ok" } else { "ok by structure" }
            }
            Err(refusal) => refusal.detail(),
        };
        // A base that was touched would show at the next save, so that need not be each time.
        if (outcome.is_ok() || input.len().is_multiple_of(16)) && base.document.save() != base.saved {
            return Err(Broken("the base was changed".into()));
        }
        Ok(word.to_owned())
    }
}

/// What is admitted saves, loads with equal heads, is known when it comes again, and lets an honest author go on.
fn admitted_well(base: &Base, admitted: &Admitted, checks: &Checks<'_>) -> Result<(), Broken> {
    let broken = |words: &str| Err(Broken(words.into()));
    let Ok(loaded) = Automerge::load(&admitted.saved) else { return broken("admitted, and does not load") };
    let mut heads = loaded.get_heads();
    heads.sort_unstable();
    if heads != admitted.heads || !heads.contains(&admitted.change_hash) {
        return broken("admitted, and loads with other heads");
    }
    if !matches!(admit(&admitted.document, &admitted.bytes, checks), Err(Refusal::Duplicate(_))) {
        return broken("admitted, and not known when it comes again");
    }
    match admit(&base.document, &admitted.bytes, checks) {
        Ok(again) if again.heads == admitted.heads && again.bytes == admitted.bytes => {}
        _ => return broken("admitted, and what was to be stored of it is another change"),
    }
    if base.case && !admitted.document.get_changes(&[]).is_empty() {
        let next = change_by(&loaded, &actor(99), |tx| add_note(tx, 99));
        match admit(&loaded, next.raw_bytes(), &Checks::case(next.actor_id())) {
            Ok(_) | Err(Refusal::Limit(_)) => {}
            Err(_) if checks.policy.is_none() => {}
            Err(refusal) => return broken(&format!("an honest author cannot go on: {}", refusal.detail())),
        }
    }
    Ok(())
}

/// A change as it came, and as a body that will be sealed anew.
fn both_ways(base: u8, raw: &[u8]) -> Vec<Vec<u8>> {
    let mut seeds = vec![[&[base, press::RAW, base % 2], raw].concat()];
    if raw.get(8) == Some(&1) {
        seeds.push([&[base, press::PLAIN, base % 2], press::body_of(raw)].concat());
        seeds.push([&[base, press::PACKED, base % 2], press::body_of(raw)].concat());
    }
    seeds
}

/// A case with three authors, a fork and text, and honest changes that may come next.
fn case_and_next() -> (Automerge, Vec<Change>) {
    let mut base = genesis::document().with_actor(actor(1));
    write(&mut base, |tx| tx.splice_text(container(tx, "description"), 0, 0, "西门外堆放垃圾，约三天"));
    let fork = base.get_heads();
    write(&mut base, |tx| tx.put(container(tx, "fields"), "amount", 3));
    let mut beside = base.fork_at(&fork).expect("the heads are known").with_actor(actor(2));
    write(&mut beside, |tx| {
        tx.splice_text(container(tx, "description"), 2, 1, "侧")?;
        tx.put(container(tx, "fields"), "amount", 5)
    });
    base.merge(&mut beside).expect("they merge");
    base.set_actor(actor(3));
    write(&mut base, |tx| add_note(tx, 1));
    let next = vec![
        change_by(&base, &actor(1), |tx| add_note(tx, 2)),
        change_by(&base, &actor(2), |tx| tx.put(container(tx, "fields"), "amount", 4)),
        change_by(&base, &actor(4), |tx| tx.splice_text(container(tx, "description"), 3, 4, "mixed 文字")),
        change_by(&base, &actor(3), |tx| {
            tx.splice_text(container(tx, "description"), 1, 5, "")?;
            tx.put(container(tx, "fields"), "kind", "bulky")?;
            tx.put(container(tx, "photos"), uuid(7), r#"{"sha256":"00"}"#)
        }),
    ];
    (base, next)
}

fn actor(number: u8) -> ActorId {
    ActorId::from([number; 16])
}

fn uuid(number: u64) -> String {
    format!("0190aaaa-bbbb-7ccc-8ddd-{number:012x}")
}

fn container(document: &impl ReadDoc, name: &str) -> ObjId {
    document.get(ROOT, name).expect("the root can be read").expect("the container is there").1
}

type Written = Result<(), AutomergeError>;

fn add_note(tx: &mut Transaction<'_>, number: u64) -> Written {
    let notes = container(tx, "notes");
    tx.put(notes, uuid(number), r#"{"text":"路灯不亮"}"#)
}

fn write(document: &mut Automerge, edit: impl FnOnce(&mut Transaction<'_>) -> Written) -> Change {
    let options = CommitOptions::default().with_time(1_700_000_000);
    document.transact_with(|_| options, edit).expect("an honest edit");
    document.get_last_local_change().expect("the edit wrote something")
}

fn change_by(
    base: &Automerge,
    author: &ActorId,
    edit: impl FnOnce(&mut Transaction<'_>) -> Written,
) -> Change {
    let mut phone = base.clone().with_actor(author.clone());
    write(&mut phone, edit)
}
