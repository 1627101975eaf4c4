//! The wire: no bytes panic a decoder, what decodes has that one encoding, and nothing is inflated or allocated beyond its cap.

mod items;

use std::time::Duration;

use minicbor::{Decode, Encode};
use yuandian_document::{Act, DeviceCertificate, Envelope, SignedCommit, cbor};
use yuandian_programs::seed::Seed;
use yuandian_sync::limits::MESSAGE_BYTES_MAX;
use yuandian_sync::{message, wire};

use crate::measure::{Bounds, within};
use crate::{Broken, Target, corpus, mutate};

/// What decoding may take: the inflated body, what is made of it, and its encoding for the comparison.
const BOUNDS: Bounds = Bounds { bytes: 16 * MESSAGE_BYTES_MAX, time: Duration::from_secs(10) };
/// Bytes of an input before the message: which type, how the rest is pressed into a body.
const HEAD: usize = 2;
/// The rest is CBOR, decoded as it is and packed.
const CBOR: u8 = 0;
/// The rest is a body as it comes over the network.
const BODY: u8 = 1;
/// The rest is CBOR, packed into frames as a stranger's library may do it.
const FRAMES: u8 = 2;
/// The rest is a pattern that is repeated beyond every cap, then packed.
const BOMB: u8 = 3;
/// The rest is CBOR of which one list is stuffed with copies of its first item, as many as one message may hold.
const STUFFED: u8 = 4;
/// Ways to press.
const PRESSES: u8 = 5;
/// How far a bomb inflates, bytes.
const BOMB_BYTES: usize = MESSAGE_BYTES_MAX + MESSAGE_BYTES_MAX / 2;
/// How many of a hundred inputs that take long (bombs) are run.
const LONG_PERCENT: usize = 2;

/// Every form that a stranger can send: its name, and what is to hold for bytes that are taken for it.
type Form = (&'static str, fn(&'static str, &[u8], bool) -> Result<bool, Broken>);

macro_rules! forms {
    ($($name:literal: $type:ty),* $(,)?) => {
        const FORMS: &[Form] = &[$(($name, held::<$type>)),*];
    };
}

// New ones at the end: an input names its form by number.
forms! {
    "enroll": message::Enroll,
    "signed": message::SignedMessage,
    "enrolled": message::Enrolled,
    "nonce-request": message::NonceRequest,
    "nonce": message::Nonce,
    "hello": message::Hello,
    "hello-reply": message::HelloReply,
    "push": message::Push,
    "push-reply": message::PushReply,
    "receipt": message::Receipt,
    "pull": message::Pull,
    "pull-reply": message::PullReply,
    "fetch": message::Fetch,
    "fetch-reply": message::FetchReply,
    "envelope": Envelope,
    "signed-commit": SignedCommit,
    "act": Act,
    "device-certificate": DeviceCertificate,
    "manifest": message::Manifest,
    "manifest-reply": message::ManifestReply,
    "docs": message::Docs,
    "docs-reply": message::DocsReply,
    "appeal": message::Appeal,
    "appeal-reply": message::AppealReply,
    "notice": message::SignedNotice,
}

/// Which form a golden file is of, where its name alone does not say so.
const GOLDEN: &[(&str, &str)] = &[
    ("enroll-signed", "signed"),
    ("hello-signed", "signed"),
    ("hello-reply-reserved", "hello-reply"),
    ("receipt-taken", "receipt"),
    ("receipt-refused", "receipt"),
    ("pull-reply-nothing", "pull-reply"),
    ("envelope-content", "envelope"),
    ("envelope-act", "envelope"),
    ("signed-commit-act", "signed-commit"),
    ("signed-commit-content", "signed-commit"),
    ("act-report-cell", "act"),
    ("act-report-exact", "act"),
    ("act-report-nowhere", "act"),
    ("act-arguments", "act"),
    ("act-claim", "act"),
];

/// Bytes decode and encode to themselves, or are refused. `packed`: they are a body.
fn held<T>(name: &'static str, bytes: &[u8], packed: bool) -> Result<bool, Broken>
where
    T: for<'b> Decode<'b, ()> + Encode<()>,
{
    let decoded: Option<T> = within(BOUNDS, || {
        if packed {
            wire::unpack(name, bytes).ok()
        } else {
            cbor::decode(name, bytes, MESSAGE_BYTES_MAX).ok()
        }
    })?;
    let Some(value) = decoded else { return Ok(false) };
    let encoded = cbor::encode(&value);
    if !packed && encoded != bytes {
        return Err(Broken(format!("{name}: decodes, and encodes to other bytes")));
    }
    match wire::unpack::<T>(name, &wire::pack(&value)) {
        Ok(again) if cbor::encode(&again) == encoded => Ok(true),
        _ => Err(Broken(format!("{name}: packed and unpacked, and another message"))),
    }
}

/// Every decoder of the device protocol.
pub struct Wire;

impl Target for Wire {
    fn name(&self) -> &'static str {
        "wire"
    }

    fn seeds(&self) -> Vec<Vec<u8>> {
        let mut seeds = vec![];
        for folder in ["golden/sync", "golden/document"] {
            for (path, text) in corpus::files(&corpus::folder(folder)) {
                let stem =
                    path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
                let form =
                    GOLDEN.iter().find(|(golden, _)| *golden == stem).map_or(stem.as_str(), |(_, form)| form);
                let number = (0..).zip(FORMS).find(|(_, (name, _))| *name == form).map(|(number, _)| number);
                let (Some(number), Ok(bytes)) = (number, hex::decode(text.trim_ascii())) else { continue };
                seeds.push([&[number, CBOR], bytes.as_slice()].concat());
                seeds.push([&[number, FRAMES], bytes.as_slice()].concat());
                seeds.extend(
                    zstd::bulk::compress(&bytes, 3).map(|body| [&[number, BODY], body.as_slice()].concat()),
                );
                seeds.push([&[number, STUFFED], bytes.as_slice()].concat());
            }
        }
        seeds.push(vec![0, BOMB, 0]);
        seeds.extend(corpus::crashers("wire").into_iter().map(|(_, bytes)| bytes));
        seeds
    }

    fn mutate(&self, input: &[u8], other: &[u8], seed: &mut Seed) -> Vec<u8> {
        let (head, body) = input.split_at(HEAD.min(input.len()));
        let mut head = head.to_vec();
        let other = other.get(HEAD..).unwrap_or_default();
        if seed.percent(5) && !head.is_empty() {
            let at = seed.below(head.len());
            head[at] = mutate::low(seed.draw()) % 32;
        }
        if let Some(press) = head.get_mut(1)
            && matches!(*press % PRESSES, BOMB | STUFFED)
            && !seed.percent(LONG_PERCENT)
        {
            *press = CBOR;
        }
        let is_cbor = head.get(1).is_some_and(|press| matches!(press % PRESSES, CBOR | FRAMES | STUFFED));
        let body = if is_cbor && seed.percent(70) {
            items::mutate(body, other, seed)
        } else {
            mutate::bytes(body, other, seed)
        };
        [head, body].concat()
    }

    fn run(&self, input: &[u8]) -> Result<String, Broken> {
        let (head, bytes) = input.split_at(HEAD.min(input.len()));
        let form = usize::from(head.first().copied().unwrap_or(0)) % FORMS.len();
        let (name, held) = FORMS[form];
        let press = head.get(1).copied().unwrap_or(CBOR) % PRESSES;
        let taken = match press {
            CBOR => held(name, bytes, false)?,
            BODY => held(name, bytes, true)?,
            FRAMES => held(name, &frames(bytes), true)?,
            BOMB => held(name, &bomb(bytes), true)?,
            _ => held(name, &items::stuffed(bytes, MESSAGE_BYTES_MAX), false)?,
        };
        let press = ["cbor", "body", "frames", "bomb", "stuffed"][usize::from(press)];
        Ok(format!("{name} {press} {}", if taken { "taken" } else { "refused" }))
    }
}

/// The bytes at another level, with a checksum, in two frames, or behind one that is to be passed over: the last byte says which.
fn frames(bytes: &[u8]) -> Vec<u8> {
    let packed = |bytes: &[u8], level| zstd::bulk::compress(bytes, level).unwrap_or_default();
    match bytes.last().map(|last| last % 5) {
        Some(0) => packed(bytes, 19),
        Some(1) => {
            let (front, back) = bytes.split_at(bytes.len() / 2);
            [packed(front, 1), packed(back, 1)].concat()
        }
        Some(2) => [&[0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4][..], &packed(bytes, 3)].concat(),
        Some(3) => {
            // No content size in the header, and a checksum behind.
            let Ok(mut encoder) = zstd::stream::Encoder::new(vec![], 3) else { return vec![] };
            let _ = encoder.include_checksum(true);
            let _ = std::io::Write::write_all(&mut encoder, bytes);
            encoder.finish().unwrap_or_default()
        }
        _ => packed(bytes, -5),
    }
}

/// A pattern that goes on: of a CBOR list in the first half of its uses, of nothing in particular in the others.
fn bomb(pattern: &[u8]) -> Vec<u8> {
    let pattern = if pattern.is_empty() { &[0][..] } else { pattern };
    // Below the cap where the first byte is even: then the decoder sees it all.
    let length = if pattern[0] % 2 == 0 { MESSAGE_BYTES_MAX - 16 } else { BOMB_BYTES };
    let bytes: Vec<u8> = pattern.iter().copied().cycle().take(length).collect();
    zstd::bulk::compress(&bytes, 1).unwrap_or_default()
}
