//! Creation, and creation with upload.

use super::{Held, Not, Rule, need, refused, rule, status};
use crate::subject::{OCTETS, Subject};

const CREATION: Option<&str> = Some("creation");
const WITH_UPLOAD: Option<&str> = Some("creation-with-upload");
const DEFER_LENGTH: Option<&str> = Some("creation-defer-length");

/// Looked at in this order.
pub const RULES: &[Rule] = &[
    rule(CREATION, "POST with a length is answered 201 with a Location, where HEAD finds offset 0", created),
    rule(CREATION, "POST without a length, or with a word for one, is refused", no_length),
    rule(CREATION, "POST with a length above Tus-Max-Size is answered 413", too_large),
    rule(CREATION, "POST of another version is answered 412", version),
    rule(CREATION, "HEAD repeats Upload-Metadata as it was given", metadata),
    rule(CREATION, "an empty file is whole when it is created", empty),
    rule(WITH_UPLOAD, "POST with bytes is answered 201 with the offset behind them", with_upload),
    rule(DEFER_LENGTH, "an upload without a length tells Upload-Defer-Length: 1 until it has one", deferred),
];

fn created(subject: &Subject) -> Held<()> {
    let upload = subject.create(subject.file()?)?;
    upload.stands_at(0, "when it is new")
}

fn no_length(subject: &Subject) -> Held<()> {
    let file = subject.file()?;
    let bare = subject.creation(&file).without("Upload-Length");
    let with = |value: &str| bare.clone().header("Upload-Length", value);
    for request in [bare.clone(), with("x"), with("-1"), with("1.5")] {
        refused(&request.send()?)?;
    }
    Ok(())
}

fn too_large(subject: &Subject) -> Held<()> {
    let Some(max) = subject.offers.max_size.filter(|max| *max > 0) else {
        return Err(Not::Skipped("the server tells no Tus-Max-Size".into()));
    };
    let request = subject
        .creation(&subject.file()?)
        .without("Upload-Length")
        .header("Upload-Length", &(max + 1).to_string());
    status(&request.send()?, &[413])
}

fn version(subject: &Subject) -> Held<()> {
    let request =
        subject.creation(&subject.file()?).without("Tus-Resumable").header("Tus-Resumable", "0.2.0");
    status(&request.send()?, &[412])
}

fn metadata(subject: &Subject) -> Held<()> {
    let file = subject.file()?;
    let wanted = format!("{},filename 5Y6f54K5LmpwZw==,empty", subject.metadata(&file));
    let request = subject.creation(&file).without("Upload-Metadata").header("Upload-Metadata", &wanted);
    let upload = subject.created(&request.send()?, file)?;
    let answer = upload.request("HEAD").send()?;
    let found = answer.header("upload-metadata");
    // A key without a value may be told with an empty one.
    let sorted = |text: &str| {
        let mut pairs: Vec<String> = text.split(',').map(|pair| pair.trim().to_owned()).collect();
        pairs.sort();
        pairs
    };
    need(found.map(sorted) == Some(sorted(&wanted)), || format!("it was {wanted:?} and is {found:?}"))
}

fn empty(subject: &Subject) -> Held<()> {
    if subject.takes_given_files() {
        return Err(Not::Skipped("the server takes only the files that were given".into()));
    }
    let upload = subject.create(Vec::new())?;
    upload.stands_at(0, "when it is new")
}

fn with_upload(subject: &Subject) -> Held<()> {
    let file = subject.file()?;
    let request = subject.creation(&file).header("Content-Type", OCTETS).body(&file[..1_000]);
    let answer = request.send()?;
    let offset = answer.number("upload-offset");
    let upload = subject.created(&answer, file)?;
    need(offset == Some(1_000), || format!("the offset is {offset:?} and not 1000"))?;
    upload.stands_at(1_000, "after it")?;
    status(&upload.piece(1_000, 2_000).send()?, &[204])?;
    upload.stands_at(2_000, "after the next piece")
}

fn deferred(subject: &Subject) -> Held<()> {
    let file = subject.file()?;
    let bare = subject.creation(&file).without("Upload-Length");
    refused(&bare.clone().header("Upload-Defer-Length", "2").send()?)?;
    let upload = subject.created(&bare.header("Upload-Defer-Length", "1").send()?, file)?;
    let answer = upload.request("HEAD").send()?;
    let told = answer.header("upload-defer-length");
    need(told == Some("1"), || format!("HEAD tells {told:?}"))?;
    let first = upload.piece(0, 1_000).header("Upload-Length", &upload.file.len().to_string());
    status(&first.send()?, &[204])?;
    let answer = upload.request("HEAD").send()?;
    let length = answer.number("upload-length");
    need(length == Some(upload.file.len() as u64), || format!("HEAD tells the length {length:?}"))
}
