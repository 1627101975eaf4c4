//! Writing a bundle: one member after the other, each in memory once.

use std::io::{Seek, Write};

use yuandian_document::cbor;
use yuandian_document::{DeviceCertificate, DeviceKey, ServerKey, SignedNotice};
use yuandian_model::{BlobHash, CaseId};
use zip::write::SimpleFileOptions;

use super::list::{FORMAT, List, ListSignature, Member, PhotoLine};
use super::{CASE, CHECKPOINT, KEYS, LIST, PAGE, SIGNATURE, STATEMENT, of_photo, shown};
use crate::check::Part;
use crate::record::SignedLink;
use crate::statement::PathHash;

/// Why a bundle was not written.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// The archive's.
    #[error("the bundle cannot be written: {0}")]
    Archive(#[from] zip::result::ZipError),
    /// The file's.
    #[error("the bundle cannot be written: {0}")]
    File(#[from] std::io::Error),
}

/// One photo on its way out.
#[derive(Debug, Clone)]
pub struct Photo {
    /// SHA-256 of the original.
    pub sha256: BlobHash,
    /// The end of the original's name: `jpg`, `heic`, …
    pub kind: String,
    /// The person's name.
    pub by: String,
    /// The signed record; none for a photo that was taken without.
    pub link: Option<SignedLink>,
    /// The certificate of the key that signed it.
    pub certificate: Option<DeviceCertificate>,
    /// The server's receipt.
    pub receipt: Option<SignedNotice>,
    /// From the receipt's leaf to the checkpoint.
    pub path: Vec<PathHash>,
}

/// Everything but the bytes of pictures.
#[derive(Debug, Clone)]
pub struct Content {
    /// The case.
    pub case: CaseId,
    /// Exporter's wall clock, ms since 1970.
    pub made_ms: i64,
    /// The case as the exporter shows it, JSON.
    pub told: Vec<u8>,
    /// The page for people, HTML.
    pub page: String,
    /// The server's keys.
    pub keys: Vec<ServerKey>,
    /// Where the log stood.
    pub checkpoint: Option<SignedNotice>,
    /// The server's word.
    pub statement: Option<SignedNotice>,
    /// The photos.
    pub photos: Vec<Photo>,
}

/// Who exports.
pub struct Exporter<'a> {
    /// Its key.
    pub key: &'a DeviceKey,
    /// Its certificate.
    pub certificate: &'a DeviceCertificate,
}

struct Writer<W: Write + Seek> {
    zip: zip::ZipWriter<W>,
    members: Vec<Member>,
}

impl<W: Write + Seek> Writer<W> {
    fn put(&mut self, name: &str, bytes: &[u8]) -> Result<(), BundleError> {
        self.members.push(Member::of(name, bytes));
        self.bare(name, bytes)
    }

    fn bare(&mut self, name: &str, bytes: &[u8]) -> Result<(), BundleError> {
        let text = [".json", ".html"].iter().any(|end| name.ends_with(end));
        let method = if text { zip::CompressionMethod::Deflated } else { zip::CompressionMethod::Stored };
        self.zip.start_file(name, SimpleFileOptions::default().compression_method(method))?;
        Ok(self.zip.write_all(bytes)?)
    }
}

/// Writes a bundle. `original` and `picture` give the bytes of a photo's original and of what the page shows of it, by its place from 0; none
/// where there are none.
///
/// # Errors
/// [`BundleError`]; the file is then no bundle.
pub fn write<W: Write + Seek>(
    file: W,
    content: &Content,
    exporter: &Exporter<'_>,
    mut original: impl FnMut(usize) -> std::io::Result<Option<Vec<u8>>>,
    mut picture: impl FnMut(usize) -> std::io::Result<Option<Vec<u8>>>,
) -> Result<W, BundleError> {
    let mut out = Writer { zip: zip::ZipWriter::new(file), members: Vec::new() };
    out.put(PAGE, content.page.as_bytes())?;
    out.put(CASE, &content.told)?;
    out.put(KEYS, &cbor::encode(&content.keys))?;
    for (name, notice) in [(CHECKPOINT, &content.checkpoint), (STATEMENT, &content.statement)] {
        if let Some(notice) = notice {
            out.put(name, &cbor::encode(notice))?;
        }
    }
    let mut photos = Vec::new();
    for (at, photo) in content.photos.iter().enumerate() {
        let n = at + 1;
        let mut line = PhotoLine { sha256: photo.sha256, original: None, by: photo.by.clone() };
        if let Some(bytes) = original(at)? {
            let name = of_photo(n, &format!("original.{}", photo.kind));
            out.put(&name, &bytes)?;
            line.original = Some(name);
        }
        if let Some(bytes) = picture(at)? {
            out.put(&shown(n), &bytes)?;
        }
        let parts = [
            (Part::Record, photo.link.as_ref().map(cbor::encode)),
            (Part::Device, photo.certificate.as_ref().map(cbor::encode)),
            (Part::Receipt, photo.receipt.as_ref().map(cbor::encode)),
            (Part::Proof, photo.receipt.as_ref().map(|_| cbor::encode(&photo.path))),
        ];
        for (part, bytes) in parts {
            if let Some(bytes) = bytes {
                out.put(&of_photo(n, part.member()), &bytes)?;
            }
        }
        photos.push(line);
    }
    let members = std::mem::take(&mut out.members);
    let list = List { format: FORMAT, made_ms: content.made_ms, case: content.case, photos, members };
    let list = serde_json::to_vec_pretty(&list).map_err(std::io::Error::other)?;
    let signature = ListSignature::of(&list, exporter.key, exporter.certificate);
    out.bare(LIST, &list)?;
    out.bare(SIGNATURE, &cbor::encode(&signature))?;
    Ok(out.zip.finish()?)
}
