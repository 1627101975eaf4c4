//! Checking a bundle, offline: nothing is believed but signatures and hashes, and the server's first key, which the reader compares.

use std::collections::BTreeSet;
use std::io::{Read, Seek};

use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};
use yuandian_document::cbor;
use yuandian_document::{KeyId, ServerKey, SignedNotice};
use yuandian_model::BlobHash;
use zip::ZipArchive;

use super::list::{FORMAT, List, ListSignature, damage};
use super::report::{PhotoReport, Report, Verdict};
use super::{CASE, CHECKPOINT, KEYS, LIST, PAGE, SIGNATURE, STATEMENT, of_photo, shown};
use crate::check::{Part, PhotoProof, ServerWord, check_photo};
use crate::finding::{Finding, Level};
use crate::limits::{
    BUNDLE_MEMBERS_MAX, LIST_BYTES_MAX, MEMBER_BYTES_MAX, NOTICE_BYTES_MAX, PATH_HASHES_MAX,
};
use crate::log::{Checkpoint, Entry};
use crate::merkle::is_included;
use crate::record::CaptureRecord;
use crate::statement::{Statement, hashes};

/// Checks a bundle. `trusted`: names of server keys that the reader trusts; without any the report names the key to be compared.
///
/// Never fails: what cannot be read is a finding. Holds one member at a time in memory.
#[must_use]
pub fn verify<R: Read + Seek>(file: R, trusted: &[KeyId]) -> Report {
    let mut report =
        Report { verdict: Verdict::Broken, case: None, server_key: None, findings: vec![], photos: vec![] };
    match ZipArchive::new(file) {
        Ok(zip) if zip.len() <= BUNDLE_MEMBERS_MAX => {
            check(&mut Bundle { zip, used: BTreeSet::new() }, trusted, &mut report);
        }
        Ok(zip) => {
            report.findings.push(Finding::new(Level::Broken, "too_many_members").with("count", zip.len()));
        }
        Err(error) => report.findings.push(Finding::new(Level::Broken, "not_a_bundle").with("why", error)),
    }
    report.judged()
}

struct Bundle<R> {
    zip: ZipArchive<R>,
    /// Members that something asked for.
    used: BTreeSet<String>,
}

/// A member that could not be had.
enum Lack {
    Gone,
    Unreadable(String),
}

impl<R: Read + Seek> Bundle<R> {
    fn read(&mut self, name: &str, max: u64) -> Result<Vec<u8>, Lack> {
        self.used.insert(name.to_owned());
        let member = match self.zip.by_name(name) {
            Ok(member) => member,
            Err(zip::result::ZipError::FileNotFound) => return Err(Lack::Gone),
            Err(error) => return Err(Lack::Unreadable(error.to_string())),
        };
        let mut bytes = Vec::new();
        let read = member.take(max + 1).read_to_end(&mut bytes);
        read.map_err(|error| Lack::Unreadable(error.to_string()))?;
        if bytes.len() as u64 > max { Err(Lack::Unreadable("too large".to_owned())) } else { Ok(bytes) }
    }

    /// A member, or nothing and a finding why.
    fn wanted(&mut self, name: &str, found: &mut Vec<Finding>) -> Option<Vec<u8>> {
        match self.read(name, MEMBER_BYTES_MAX) {
            Ok(bytes) => return Some(bytes),
            Err(Lack::Gone) => found.push(Finding::new(Level::Missing, "not_included").of(name)),
            Err(Lack::Unreadable(why)) => {
                found.push(Finding::new(Level::Broken, "unreadable").of(name).with("why", why));
            }
        }
        None
    }

    /// A member of one form.
    fn decoded<T>(&mut self, name: &str, found: &mut Vec<Finding>) -> Option<T>
    where
        T: for<'b> Decode<'b, ()> + Encode<()>,
    {
        let bytes = self.wanted(name, found)?;
        match cbor::decode("member", &bytes, NOTICE_BYTES_MAX) {
            Ok(value) => Some(value),
            Err(error) => {
                found.push(Finding::new(Level::Broken, "form").of(name).with("why", error));
                None
            }
        }
    }
}

fn check<R: Read + Seek>(bundle: &mut Bundle<R>, trusted: &[KeyId], report: &mut Report) {
    let Some(list) = listed(bundle, &mut report.findings) else { return };
    report.case = Some(list.case.to_string());
    members(bundle, &list, &mut report.findings);
    let server = server(bundle, trusted, &list, report);
    for (at, line) in list.photos.iter().enumerate() {
        let n = at + 1;
        let mut photo =
            PhotoReport { n, sha256: line.sha256.to_string(), window: None, findings: Vec::new() };
        one_photo(bundle, &list, (n, at), &server, &mut photo);
        report.photos.push(photo);
    }
    if report.photos.is_empty() {
        report.findings.push(Finding::new(Level::Claimed, "no_photos"));
    }
}

/// The list, if it is the one that was signed.
fn listed<R: Read + Seek>(bundle: &mut Bundle<R>, found: &mut Vec<Finding>) -> Option<List> {
    let broken = |code| Finding::new(Level::Broken, code);
    let bytes = match bundle.read(LIST, LIST_BYTES_MAX) {
        Ok(bytes) => bytes,
        Err(Lack::Gone) => {
            found.push(broken("not_a_bundle").with("why", format!("{LIST}?")));
            return None;
        }
        Err(Lack::Unreadable(why)) => {
            found.push(broken("unreadable").of(LIST).with("why", why));
            return None;
        }
    };
    let before = found.len();
    match bundle.decoded::<ListSignature>(SIGNATURE, found) {
        Some(signature) if signature.holds() => {
            let listed: Vec<_> = signature.pieces.iter().copied().map(Some).collect();
            match damage(signature.size, &listed, &bytes) {
                Some(range) => found.push(broken("altered").of(LIST).at(range)),
                None => found.push(
                    Finding::new(Level::Proven, "list_signed").with("device", signature.certificate.device),
                ),
            }
        }
        Some(_) => found.push(broken("signature").of(SIGNATURE)),
        // Without it nobody vouches for the page and the words.
        None if found.len() > before => {
            found.iter_mut().skip(before).for_each(|finding| finding.level = Level::Broken);
        }
        None => {}
    }
    match serde_json::from_slice::<List>(&bytes) {
        Ok(list) if list.format == FORMAT => Some(list),
        Ok(list) => {
            found.push(broken("future_format").of(LIST).with("format", list.format));
            None
        }
        Err(error) => {
            found.push(broken("form").of(LIST).with("why", error));
            None
        }
    }
}

/// Every member is as listed, and none is there that is not.
fn members<R: Read + Seek>(bundle: &mut Bundle<R>, list: &List, found: &mut Vec<Finding>) {
    for member in &list.members {
        match bundle.read(&member.name, MEMBER_BYTES_MAX) {
            Ok(bytes) => {
                if let Some(range) = member.damage(&bytes) {
                    found.push(Finding::new(Level::Broken, "altered").of(&member.name).at(range));
                }
            }
            Err(Lack::Gone) => {
                found.push(Finding::new(Level::Broken, "gone").of(&member.name).at((0, member.size)));
            }
            Err(Lack::Unreadable(why)) => {
                found.push(Finding::new(Level::Broken, "unreadable").of(&member.name).with("why", why));
            }
        }
    }
    let mut names = Vec::new();
    for name in bundle.zip.file_names() {
        match name {
            Ok(name) => names.push(name.into_owned()),
            Err(error) => found.push(Finding::new(Level::Broken, "unreadable").with("why", error)),
        }
    }
    for name in names.iter().filter(|name| !bundle.used.contains(*name)) {
        found.push(Finding::new(Level::Broken, "unlisted").of(name));
    }
    // What is read further down must be listed, or it was slipped in under a name that nobody looked at.
    let known = |name: &String| list.members.iter().any(|member| member.name == *name);
    let of_photos = (1..=list.photos.len()).flat_map(|n| Part::ALL.map(|part| of_photo(n, part.member())));
    let always = [PAGE, CASE, KEYS].map(ToOwned::to_owned);
    for name in always.iter().filter(|name| !known(name)) {
        found.push(Finding::new(Level::Broken, "gone").of(name));
    }
    let also = [CHECKPOINT, STATEMENT].map(ToOwned::to_owned).into_iter().chain(of_photos);
    let shown = (1..=list.photos.len()).map(shown);
    for name in also.chain(shown).filter(|name| !known(name) && names.contains(name)) {
        found.push(Finding::new(Level::Broken, "unlisted").of(&name));
    }
}

/// The server's keys as far as they stand on the first, and its words about the whole.
fn server<R: Read + Seek>(
    bundle: &mut Bundle<R>,
    trusted: &[KeyId],
    list: &List,
    report: &mut Report,
) -> ServerWord {
    let found = &mut report.findings;
    let told: Vec<ServerKey> = bundle.decoded(KEYS, found).unwrap_or_default();
    let (first, later): (Vec<_>, Vec<_>) = told.iter().cloned().partition(|key| key.endorser.is_none());
    let anchored: Vec<ServerKey> = match trusted {
        [] => first,
        trusted => told.iter().filter(|key| trusted.contains(&key.id())).cloned().collect(),
    };
    let keys = ServerKey::believed(anchored, &later);
    report.server_key = keys.first().map(|key| hex::encode(key.id().0));
    match (keys.first(), trusted) {
        (None, _) => found.push(Finding::new(Level::Broken, "no_server_key").of(KEYS)),
        (Some(key), []) => {
            found.push(Finding::new(Level::Claimed, "server_key").with("key", hex::encode(key.id().0)));
        }
        (Some(key), _) => {
            found
                .push(Finding::new(Level::Proven, "server_key_trusted").with("key", hex::encode(key.id().0)));
        }
    }
    if keys.len() < told.len() && trusted.is_empty() {
        found.push(Finding::new(Level::Broken, "key_without_endorsement").of(KEYS));
    }
    let checkpoint = bundle.decoded::<SignedNotice>(CHECKPOINT, found).and_then(|notice| {
        let believed = Checkpoint::believed(&notice, &keys);
        found.push(match &believed {
            Some(checkpoint) => Finding::new(Level::Proven, "checkpoint")
                .with("log", checkpoint.log)
                .with("size", checkpoint.size)
                .with("at_ms", checkpoint.at_ms),
            None => Finding::new(Level::Broken, "signature").of(CHECKPOINT),
        });
        believed
    });
    let statement = bundle.decoded::<SignedNotice>(STATEMENT, found).and_then(|notice| {
        let believed = Statement::believed(&notice, &keys);
        match &believed {
            None => found.push(Finding::new(Level::Broken, "signature").of(STATEMENT)),
            Some(statement) if statement.document != list.case => {
                found.push(Finding::new(Level::Broken, "other_case").of(STATEMENT));
            }
            Some(statement) => handled(statement, checkpoint.as_ref(), found),
        }
        believed.filter(|statement| statement.document == list.case)
    });
    ServerWord { keys, checkpoint, statement }
}

/// Who handled the originals: each entry must stand in the log.
fn handled(statement: &Statement, checkpoint: Option<&Checkpoint>, found: &mut Vec<Finding>) {
    let mut proven = 0_usize;
    for entry in &statement.handled {
        let stands = checkpoint.is_some_and(|c| {
            entry.path.len() <= PATH_HASHES_MAX
                && is_included(&entry.entry.hash(), entry.index, c.size, &hashes(&entry.path), &c.root)
        });
        if stands {
            proven += 1;
        } else {
            found.push(Finding::new(Level::Broken, "not_in_log").of(STATEMENT).with("index", entry.index));
        }
    }
    let count = |wanted| {
        let is = |entry: &&crate::ProvenEntry| matches!(&entry.entry, Entry::Handled { how, .. } if *how == wanted);
        statement.handled.iter().filter(is).count()
    };
    if proven > 0 {
        found.push(
            Finding::new(Level::Proven, "custody")
                .with("count", proven as u64 + statement.handled_before)
                .with("views", count(crate::Handling::View))
                .with("exports", count(crate::Handling::Export)),
        );
    }
}

fn one_photo<R: Read + Seek>(
    bundle: &mut Bundle<R>,
    list: &List,
    (n, at): (usize, usize),
    server: &ServerWord,
    photo: &mut PhotoReport,
) {
    let line = &list.photos[at];
    let found = &mut photo.findings;
    let proof = proof_of(bundle, n, found);
    let checked = check_photo(&proof, server, &list.case, &|part| of_photo(n, part.member()));
    let record = checked.record.as_ref();
    if let Some(record) = record.filter(|record| record.original != line.sha256) {
        found.push(
            Finding::new(Level::Broken, "record_of_another")
                .of(&of_photo(n, Part::Record.member()))
                .with("sha256", record.original),
        );
    }
    match &line.original {
        None => found.push(Finding::new(Level::Missing, "original_not_included")),
        Some(name) => {
            if let Some(bytes) = bundle.wanted(name, found) {
                found.push(original(&bytes, line.sha256, record, name));
            }
        }
    }
    photo.window = checked.window;
    photo.findings.extend(checked.findings);
}

fn original(bytes: &[u8], listed: BlobHash, record: Option<&CaptureRecord>, name: &str) -> Finding {
    let wanted = record.map_or(listed, |record| record.original);
    let same = <[u8; 32]>::from(Sha256::digest(bytes)) == wanted.0;
    let size = record.is_none_or(|record| record.size == bytes.len() as u64);
    let finding = match (same && size, record.is_some()) {
        (true, true) => Finding::new(Level::Proven, "original_untouched"),
        (true, false) => Finding::new(Level::Claimed, "original_as_listed"),
        (false, _) => Finding::new(Level::Broken, "original_altered").at((0, bytes.len() as u64)),
    };
    finding.of(name)
}

/// What the bundle has of a photo's proof.
fn proof_of<R: Read + Seek>(bundle: &mut Bundle<R>, n: usize, found: &mut Vec<Finding>) -> PhotoProof {
    let member = |part: Part| of_photo(n, part.member());
    let before = found.len();
    let link = bundle.decoded(&member(Part::Record), found);
    if link.is_none()
        && let Some(finding) = found.get_mut(before)
        && finding.level == Level::Missing
    {
        // A photo that was taken without a record has nothing that could prove it, and nothing more is missing.
        finding.code = "no_record";
        return PhotoProof::default();
    }
    PhotoProof {
        link,
        certificate: bundle.decoded(&member(Part::Device), found),
        receipt: bundle.decoded(&member(Part::Receipt), found),
        path: bundle.decoded(&member(Part::Proof), found),
    }
}
