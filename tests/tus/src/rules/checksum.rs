//! Checksums of single requests.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha1::{Digest, Sha1};
use sha2::Sha256;

use super::{Held, Not, Rule, need, refused, rule, status};
use crate::subject::Subject;

const CHECKSUM: Option<&str> = Some("checksum");

/// Looked at in this order.
pub const RULES: &[Rule] = &[
    rule(CHECKSUM, "OPTIONS tells Tus-Checksum-Algorithm, sha1 among them", algorithms),
    rule(CHECKSUM, "a piece with its checksum counts", right),
    rule(CHECKSUM, "a piece whose checksum does not hold is answered 460 and moves nothing", wrong),
    rule(CHECKSUM, "a checksum by an unknown algorithm is answered 400 and moves nothing", unknown),
    rule(CHECKSUM, "a checksum that is none is refused and moves nothing", malformed),
    rule(CHECKSUM, "of a piece with a checksum that is cut nothing counts", cut),
];

fn sum(algorithm: &str, bytes: &[u8]) -> Option<String> {
    let sum = match algorithm {
        "sha1" => Sha1::digest(bytes).to_vec(),
        "sha256" => Sha256::digest(bytes).to_vec(),
        _ => return None,
    };
    Some(format!("{algorithm} {}", BASE64.encode(sum)))
}

/// Those that are offered and that we can add up.
fn known(subject: &Subject) -> Held<Vec<&str>> {
    let known: Vec<&str> =
        subject.offers.checksums.iter().map(String::as_str).filter(|a| sum(a, b"").is_some()).collect();
    if known.is_empty() { Err(Not::Skipped("neither sha1 nor sha256 is offered".into())) } else { Ok(known) }
}

fn algorithms(subject: &Subject) -> Held<()> {
    let offered = &subject.offers.checksums;
    need(offered.iter().any(|a| a == "sha1"), || format!("they are {offered:?}"))
}

fn right(subject: &Subject) -> Held<()> {
    let upload = subject.create(subject.file()?)?;
    let mut at = 0;
    for algorithm in known(subject)? {
        let piece = &upload.file[at..at + 1_000];
        let checksum = sum(algorithm, piece).unwrap_or_default();
        status(&upload.patch(at, piece).header("Upload-Checksum", &checksum).send()?, &[204])?;
        at += 1_000;
        upload.stands_at(at, algorithm)?;
    }
    Ok(())
}

fn wrong(subject: &Subject) -> Held<()> {
    let upload = subject.create(subject.file()?)?;
    status(&upload.piece(0, 1_000).send()?, &[204])?;
    for algorithm in known(subject)? {
        let checksum = sum(algorithm, b"other bytes").unwrap_or_default();
        status(&upload.piece(1_000, 2_000).header("Upload-Checksum", &checksum).send()?, &[460])?;
        upload.stands_at(1_000, algorithm)?;
    }
    Ok(())
}

fn unknown(subject: &Subject) -> Held<()> {
    let upload = subject.create(subject.file()?)?;
    let request = upload.piece(0, 1_000).header("Upload-Checksum", "sha3000 Kq5sNclPz7QV2+lfQIuc6R7oRu0=");
    status(&request.send()?, &[400])?;
    upload.stands_at(0, "after it")
}

fn malformed(subject: &Subject) -> Held<()> {
    let upload = subject.create(subject.file()?)?;
    for value in ["sha1", "sha1 *", "sha1 eA=="] {
        refused(&upload.piece(0, 1_000).header("Upload-Checksum", value).send()?)?;
        upload.stands_at(0, value)?;
    }
    Ok(())
}

fn cut(subject: &Subject) -> Held<()> {
    let upload = subject.create(subject.file()?)?;
    let algorithm = known(subject)?[0];
    let checksum = sum(algorithm, &upload.file).unwrap_or_default();
    let request = upload.piece(0, upload.file.len()).header("Upload-Checksum", &checksum);
    let mut begun = request.begin()?;
    begun.more(upload.file.len() / 2)?;
    begun.cut();
    let offset = upload.settled(0)?;
    need(offset == 0, || format!("after the cut, the offset is {offset}"))
}
