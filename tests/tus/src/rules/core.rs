//! The core protocol: HEAD, PATCH, OPTIONS.

use super::{Held, Rule, need, refused, rule, status};
use crate::http::Request;
use crate::subject::Subject;

/// Looked at first.
pub const RULES: &[Rule] = &[
    rule(
        None,
        "OPTIONS is answered 204 or 200 and tells version 1.0.0, without being told a version",
        options,
    ),
    rule(None, "every answer but to OPTIONS tells Tus-Resumable: 1.0.0, errors too", versions),
    rule(
        None,
        "HEAD is answered 200 or 204 with Upload-Offset, Upload-Length and Cache-Control: no-store",
        head,
    ),
    rule(
        None,
        "HEAD of an upload that is not there is answered 404, 410 or 403, without an offset",
        head_unknown,
    ),
    rule(None, "PATCH at the offset is answered 204 with the new offset, which HEAD repeats", patch),
    rule(None, "PATCH of an upload that is not there is answered 404, 410 or 403", patch_unknown),
    rule(None, "PATCH at another offset, earlier or later, is answered 409 and moves nothing", conflict),
    rule(None, "PATCH of another Content-Type is answered 415 and moves nothing", media_type),
    rule(None, "PATCH without an offset, or with a word for one, is refused and moves nothing", no_offset),
    rule(None, "PATCH without a byte at the offset is answered 204 and moves nothing", nothing),
    rule(None, "PATCH of another version is answered 412 with Tus-Version and moves nothing", version),
    rule(None, "X-HTTP-Method-Override is taken for the method", method_override),
    rule(None, "what arrived before a cut is kept", cut),
    rule(None, "of two PATCHes at one offset at the same time only one counts", locked),
    rule(
        None,
        "more bytes than were promised are refused, and the offset is never beyond the length",
        beyond,
    ),
];

/// Looked at when nothing else needs the files.
pub const LAST: &[Rule] = &[
    rule(None, "a file sent in pieces, with cuts and a repeated piece, ends whole", whole),
    rule(None, "what is whole takes no more bytes", complete),
];

/// Bytes of a piece that a rule sends.
const PIECE: usize = 20_000;

fn options(subject: &Subject) -> Held<()> {
    let answer = Request::new("OPTIONS", &subject.url).send()?;
    status(&answer, &[200, 204])?;
    let versions = answer.header("tus-version").unwrap_or_default();
    need(versions.split(',').any(|v| v.trim() == "1.0.0"), || format!("Tus-Version is {versions:?}"))?;
    if let Some(max) = answer.header("tus-max-size") {
        need(max.parse::<u64>().is_ok(), || format!("Tus-Max-Size is {max:?}"))?;
    }
    let other = Request::new("OPTIONS", &subject.url).header("Tus-Resumable", "0.2.0").send()?;
    status(&other, &[200, 204])
}

fn versions(subject: &Subject) -> Held<()> {
    let upload = subject.create(subject.file()?)?;
    let answers = [
        upload.request("HEAD").send()?,
        upload.piece(0, PIECE).send()?,
        upload.piece(0, PIECE).send()?,
        upload.patch(PIECE, b"x").without("Content-Type").send()?,
        subject.request("POST", &subject.url).send()?,
    ];
    for answer in answers {
        let version = answer.header("tus-resumable");
        need(version == Some("1.0.0"), || format!("an answer {} tells {version:?}", answer.status))?;
    }
    Ok(())
}

fn head(subject: &Subject) -> Held<()> {
    let upload = subject.create(subject.file()?)?;
    for again in 0..2 {
        let answer = upload.request("HEAD").send()?;
        status(&answer, &[200, 204])?;
        let (offset, length) = (answer.number("upload-offset"), answer.number("upload-length"));
        let wanted = (Some(0), Some(upload.file.len() as u64));
        need((offset, length) == wanted, || format!("offset {offset:?}, length {length:?} ({again})"))?;
        let cache = answer.header("cache-control").unwrap_or_default();
        need(cache.contains("no-store"), || format!("Cache-Control is {cache:?}"))?;
        need(answer.body.is_empty(), || "HEAD has a body".into())?;
    }
    Ok(())
}

/// The address of an upload that never was: the last letter or digit of a real one changed.
fn unknown(subject: &Subject) -> Held<crate::http::Url> {
    let mut url = subject.create(subject.file()?)?.url.clone();
    let last = url.path.pop().unwrap_or('/');
    url.path.push(if last == '0' { '1' } else { '0' });
    Ok(url)
}

fn head_unknown(subject: &Subject) -> Held<()> {
    let answer = subject.request("HEAD", &unknown(subject)?).send()?;
    status(&answer, &[404, 410, 403])?;
    let offset = answer.header("upload-offset");
    need(offset.is_none(), || format!("and the offset is {offset:?}"))
}

fn patch_unknown(subject: &Subject) -> Held<()> {
    let answer = subject
        .request("PATCH", &unknown(subject)?)
        .header("Upload-Offset", "0")
        .header("Content-Type", crate::subject::OCTETS)
        .body(b"bytes")
        .send()?;
    status(&answer, &[404, 410, 403])
}

fn patch(subject: &Subject) -> Held<()> {
    let upload = subject.create(subject.file()?)?;
    for (from, to) in [(0, PIECE), (PIECE, PIECE + 1), (PIECE + 1, 3 * PIECE)] {
        let answer = upload.piece(from, to).send()?;
        status(&answer, &[204])?;
        let offset = answer.number("upload-offset");
        need(offset == Some(to as u64), || format!("the new offset is {offset:?} and not {to}"))?;
        upload.stands_at(to, "after it")?;
    }
    Ok(())
}

fn conflict(subject: &Subject) -> Held<()> {
    let upload = subject.create(subject.file()?)?;
    status(&upload.piece(0, PIECE).send()?, &[204])?;
    for wrong in [0, PIECE - 1, PIECE + 1] {
        status(&upload.patch(wrong, &upload.file[wrong..wrong + 10]).send()?, &[409])?;
        upload.stands_at(PIECE, "after a PATCH elsewhere")?;
    }
    Ok(())
}

fn media_type(subject: &Subject) -> Held<()> {
    let upload = subject.create(subject.file()?)?;
    let bare = upload.piece(0, 10).without("Content-Type");
    for request in [bare.clone().header("Content-Type", "image/jpeg"), bare] {
        status(&request.send()?, &[415])?;
        upload.stands_at(0, "after a PATCH of another type")?;
    }
    Ok(())
}

fn no_offset(subject: &Subject) -> Held<()> {
    let upload = subject.create(subject.file()?)?;
    let bare = upload.piece(0, 10).without("Upload-Offset");
    let with = |value: &str| bare.clone().header("Upload-Offset", value);
    for request in [bare.clone(), with("x"), with("-1"), with("")] {
        refused(&request.send()?)?;
        upload.stands_at(0, "after a PATCH without an offset")?;
    }
    Ok(())
}

fn nothing(subject: &Subject) -> Held<()> {
    let upload = subject.create(subject.file()?)?;
    status(&upload.piece(0, PIECE).send()?, &[204])?;
    let answer = upload.patch(PIECE, b"").send()?;
    status(&answer, &[204])?;
    upload.stands_at(PIECE, "after a PATCH of nothing")
}

fn version(subject: &Subject) -> Held<()> {
    let upload = subject.create(subject.file()?)?;
    let other = upload.piece(0, 10).without("Tus-Resumable").header("Tus-Resumable", "0.2.0");
    let answer = other.send()?;
    status(&answer, &[412])?;
    let versions = answer.header("tus-version").unwrap_or_default();
    need(versions.contains("1.0.0"), || format!("Tus-Version is {versions:?}"))?;
    upload.stands_at(0, "after another version")
}

fn method_override(subject: &Subject) -> Held<()> {
    let upload = subject.create(subject.file()?)?;
    let request = upload
        .request("POST")
        .header("X-HTTP-Method-Override", "PATCH")
        .header("Upload-Offset", "0")
        .header("Content-Type", crate::subject::OCTETS)
        .body(&upload.file[..PIECE]);
    status(&request.send()?, &[204])?;
    upload.stands_at(PIECE, "after an overridden PATCH")
}

fn cut(subject: &Subject) -> Held<()> {
    let upload = subject.create(subject.file()?)?;
    let half = upload.file.len() / 2;
    let request = upload.piece(0, upload.file.len());
    let mut begun = request.begin()?;
    begun.more(half)?;
    begun.cut();
    let offset = upload.settled(half as u64)?;
    need(offset > 0, || "after a cut in the middle, the offset is 0".into())?;
    need(offset <= half as u64, || format!("the offset is {offset} of {half} bytes that were sent"))
}

fn locked(subject: &Subject) -> Held<()> {
    let upload = subject.create(subject.file()?)?;
    let request = upload.piece(0, PIECE);
    let mut slow = request.begin()?;
    slow.more(PIECE / 2)?;
    let second = upload.piece(0, PIECE).send()?;
    let first = slow.end()?;
    let counted = [&first, &second].iter().filter(|answer| answer.status == 204).count();
    need(counted == 1, || format!("the first is answered {}, the second {}", first.status, second.status))?;
    let other = if first.status == 204 { &second } else { &first };
    status(other, &[409, 423])?;
    upload.stands_at(PIECE, "after both")
}

fn beyond(subject: &Subject) -> Held<()> {
    let upload = subject.create(subject.file()?)?;
    let (length, at) = (upload.file.len(), upload.file.len() - 10);
    let mut more = upload.file[at..].to_vec();
    status(&upload.piece(0, at).send()?, &[204])?;
    // Not the file's own bytes: a server that takes the first ten of them is not to call it whole.
    more.iter_mut().for_each(|byte| *byte ^= 0x55);
    more.push(0);
    refused(&upload.patch(at, &more).send()?)?;
    let offset = upload.offset()?;
    need(offset <= length as u64, || format!("the offset is {offset} of {length}"))
}

fn whole(subject: &Subject) -> Held<()> {
    let upload = subject.create(subject.file_to_complete()?)?;
    let (length, mut at) = (upload.file.len(), 0);
    for round in 1_usize.. {
        if at == length {
            break;
        }
        need(round <= 40, || format!("after {} rounds, it stands at {at} of {length}", round - 1))?;
        let to = (at + length.div_ceil(5)).min(length);
        if round % 2 == 1 && to < length {
            let request = upload.piece(at, to);
            let mut begun = request.begin()?;
            begun.more((to - at) / 2)?;
            begun.cut();
        } else {
            status(&upload.piece(at, to).send()?, &[204])?;
            // A client that did not hear the answer says it again.
            let again = upload.piece(at, to).send()?;
            status(&again, &[409])?;
        }
        at = usize::try_from(upload.settled(at as u64 + 1)?).unwrap_or(usize::MAX);
        need(at <= length, || format!("the offset is {at} of {length}"))?;
    }
    upload.stands_at(length, "at the end")
}

fn complete(subject: &Subject) -> Held<()> {
    let upload = subject.create(subject.file_to_complete()?)?;
    let length = upload.file.len();
    status(&upload.piece(0, length).send()?, &[204])?;
    upload.stands_at(length, "after the last byte")?;
    refused(&upload.patch(length, b"x").send()?)?;
    refused(&upload.patch(0, b"x").send()?)?;
    upload.stands_at(length, "after more bytes")
}
