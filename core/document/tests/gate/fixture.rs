//! A case to write into, honest authors, and a press that seals any body as a change chunk.

use automerge::transaction::{CommitOptions, Transactable, Transaction};
use automerge::{ActorId, Automerge, Change, ChangeHash, ExpandedChange, ObjId, ROOT, ReadDoc};
use sha2::{Digest, Sha256};
use yuandian_document::gate::{Admitted, Checks, Refusal, admit};
use yuandian_document::genesis;

/// An actor of 16 bytes.
pub fn actor(number: u8) -> ActorId {
    ActorId::from([number; 16])
}

/// A case with its four containers and nothing in them.
pub fn case() -> Automerge {
    genesis::document()
}

/// One of the containers of a case.
pub fn container(document: &impl ReadDoc, name: &str) -> ObjId {
    document.get(ROOT, name).expect("the root can be read").expect("the container is there").1
}

type Written = Result<(), automerge::AutomergeError>;

/// Makes one change in `document` by its own actor.
pub fn write(document: &mut Automerge, edit: impl FnOnce(&mut Transaction<'_>) -> Written) -> Change {
    document
        .transact_with(|_| CommitOptions::default().with_time(1_700_000_000), edit)
        .expect("an honest edit");
    document.get_last_local_change().expect("the edit wrote something")
}

/// Makes one change by `author` on a copy of `base`: a phone that holds what `base` holds.
pub fn change_by(
    base: &Automerge,
    author: &ActorId,
    edit: impl FnOnce(&mut Transaction<'_>) -> Written,
) -> Change {
    let mut phone = base.clone().with_actor(author.clone());
    write(&mut phone, edit)
}

/// A note under a fresh key.
pub fn add_note(tx: &mut Transaction<'_>, number: u64) -> Written {
    let notes = container(tx, "notes");
    tx.put(notes, uuid(number), r#"{"text":"路灯不亮"}"#)
}

/// A UUID in its canonical text.
pub fn uuid(number: u64) -> String {
    format!("0190aaaa-bbbb-7ccc-8ddd-{number:012x}")
}

/// Admits by every step, bound to the change's own author.
pub fn judge(base: &Automerge, change: &Change) -> Result<Admitted, Refusal> {
    admit(base, change.raw_bytes(), &Checks::case(change.actor_id()))
}

/// Admits by the structural steps alone.
pub fn judge_structure(base: &Automerge, raw: &[u8]) -> Result<Admitted, Refusal> {
    admit(base, raw, &Checks::structure_only())
}

/// The detail word of a refusal.
pub fn detail<T>(outcome: &Result<T, Refusal>) -> &'static str {
    match outcome {
        Ok(_) => "ok",
        Err(refusal) => refusal.detail(),
    }
}

/// Writes a change again after altering what it says.
pub fn altered(change: &Change, alter: impl FnOnce(&mut ExpandedChange)) -> Change {
    let mut expanded = change.decode();
    alter(&mut expanded);
    Change::from(expanded)
}

/// A plain chunk of `chunk_type` around `body`, with the right checksum.
pub fn seal(chunk_type: u8, body: &[u8]) -> Vec<u8> {
    let mut hashed = vec![chunk_type];
    leb(&mut hashed, body.len() as u64);
    hashed.extend_from_slice(body);
    let hash = Sha256::digest(&hashed);
    [&[0x85, 0x6f, 0x4a, 0x83][..], &hash[..4], &hashed].concat()
}

/// A packed chunk: the checksum is that of the plain body, `packed` is what stands in its place.
pub fn seal_packed(body: &[u8], packed: &[u8]) -> Vec<u8> {
    let plain = seal(1, body);
    let mut chunk = plain[..8].to_vec();
    chunk.push(2);
    leb(&mut chunk, packed.len() as u64);
    chunk.extend_from_slice(packed);
    chunk
}

/// The body of a plain chunk.
pub fn body_of(raw: &[u8]) -> &[u8] {
    let length_bytes = raw[9..].iter().position(|byte| byte & 0x80 == 0).expect("a length") + 1;
    &raw[9 + length_bytes..]
}

/// Appends an unsigned LEB128 number.
pub fn leb(out: &mut Vec<u8>, mut value: u64) {
    loop {
        let byte = (value & 0x7f) as u8;
        value >>= 7;
        out.push(if value == 0 { byte } else { byte | 0x80 });
        if value == 0 {
            return;
        }
    }
}

/// The body of a change, part by part: what an attacker writes when no library holds his hand.
#[derive(Clone)]
pub struct Body {
    pub deps: Vec<ChangeHash>,
    pub actor: Vec<u8>,
    pub seq: u64,
    pub start_op: u64,
    pub message: Vec<u8>,
    pub other_actors: Vec<Vec<u8>>,
    pub columns: Vec<(u64, Vec<u8>)>,
    pub extra: Vec<u8>,
}

impl Body {
    /// A change without dependencies that puts `rows` times null at the key "k" of the root.
    pub fn puts(rows: u64) -> Self {
        let columns = vec![
            (0x15, run(rows, &[1, b'k'])),
            (0x34, unsigned(rows)),
            (0x42, run(rows, &[1])),
            (0x56, run(rows, &[0])),
            (0x70, run(rows, &[0])),
        ];
        Self {
            deps: Vec::new(),
            actor: vec![7; 16],
            seq: 1,
            start_op: 1,
            message: Vec::new(),
            other_actors: Vec::new(),
            columns,
            extra: Vec::new(),
        }
    }

    /// A change that puts one byte string of this length at the key "k" of the root.
    pub fn puts_bytes(bytes: &[u8]) -> Self {
        let mut body = Self::puts(1);
        let mut meta = vec![1];
        leb(&mut meta, (bytes.len() as u64) << 4 | 7);
        body.set(0x56, meta);
        body.set(0x57, bytes.to_vec());
        body
    }

    /// Replaces a column, or puts it into its place.
    pub fn set(&mut self, spec: u64, data: Vec<u8>) {
        self.columns.retain(|(other, _)| *other != spec);
        self.columns.push((spec, data));
        self.columns.sort_by_key(|(spec, _)| *spec);
    }

    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        leb(&mut out, self.deps.len() as u64);
        self.deps.iter().for_each(|hash| out.extend_from_slice(&hash.0));
        sized(&mut out, &self.actor);
        leb(&mut out, self.seq);
        leb(&mut out, self.start_op);
        out.push(0);
        sized(&mut out, &self.message);
        leb(&mut out, self.other_actors.len() as u64);
        self.other_actors.iter().for_each(|actor| sized(&mut out, actor));
        leb(&mut out, self.columns.len() as u64);
        for (spec, data) in &self.columns {
            leb(&mut out, *spec);
            leb(&mut out, data.len() as u64);
        }
        self.columns.iter().for_each(|(_, data)| out.extend_from_slice(data));
        out.extend_from_slice(&self.extra);
        out
    }

    pub fn chunk(&self) -> Vec<u8> {
        seal(1, &self.encode())
    }
}

fn sized(out: &mut Vec<u8>, bytes: &[u8]) {
    leb(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// One unsigned number as a column's data.
pub fn unsigned(value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    leb(&mut out, value);
    out
}

/// One run of a run-length column: a signed count, then the value.
pub fn run(count: u64, value: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = count;
    loop {
        let byte = (rest & 0x7f) as u8;
        rest >>= 7;
        let done = rest == 0 && byte & 0x40 == 0;
        out.push(if done { byte } else { byte | 0x80 });
        if done {
            break;
        }
    }
    out.extend_from_slice(value);
    out
}

/// A run of nulls.
pub fn nulls(count: u64) -> Vec<u8> {
    let mut out = vec![0];
    leb(&mut out, count);
    out
}

/// Numbers that look random and are the same in every run (splitmix64).
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is not 0.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.roll() % end as u64).expect("below a usize")
    }

    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        std::iter::repeat_with(|| self.roll().to_le_bytes()).flatten().take(count).collect()
    }
}
