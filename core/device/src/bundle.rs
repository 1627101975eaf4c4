//! A case's evidence as one file that leaves the house: originals, records, receipts, proofs, and a page for people.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::io::{Seek, Write};

use serde::Serialize;
use yuandian_evidence::bundle::{self, Content, Exporter, Photo};
use yuandian_evidence::{Checked, Level};
use yuandian_model::calendar::beijing_second;
use yuandian_model::{BlobHash, CaseId};
use yuandian_photo::{WatermarkError, watermark};

use crate::error::{DeviceError, Result};
use crate::phone::Phone;
use crate::view::{CaseView, PhotoView};

/// How a bundle is made.
#[derive(Debug, Clone, Default)]
pub struct BundleAsk {
    /// A font file for the words that are burnt into the pictures of the page, and which face of it. Without one the words stand beside them.
    pub font: Option<(Vec<u8>, u32)>,
}

/// What a bundle holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BundleTold {
    /// Photos of the case.
    pub photos: usize,
    /// How many originals are in it; the others are not on this phone.
    pub originals: usize,
    /// How many have their capture record in it.
    pub records: usize,
    /// How many of those the server has received.
    pub received: usize,
    /// Whether the server was asked for it, so that log and statement are in it.
    pub asked: bool,
}

impl Phone {
    /// Writes a case's evidence into a file, from what is on this phone.
    ///
    /// # Errors
    /// [`DeviceError::NotFound`]; [`DeviceError::Invalid`] for a font that lacks a letter of the words to be burnt in;
    /// [`DeviceError::Damaged`] for an original that has changed on disk; [`DeviceError::StorageFull`]. The file is then no bundle.
    pub fn write_bundle<W: Write + Seek>(
        &self,
        case: &CaseId,
        ask: &BundleAsk,
        file: W,
    ) -> Result<(W, BundleTold)> {
        let view = self.case(case)?;
        let known = self.evidence_known(case)?;
        let mut told = BundleTold {
            photos: view.photos.len(),
            originals: view.photos.iter().filter(|photo| photo.local).count(),
            records: 0,
            received: 0,
            asked: known.asked_ms.is_some(),
        };
        let mut photos = Vec::new();
        let mut lines = Vec::new();
        let mut marks = Vec::new();
        for photo in &view.photos {
            let hash = hash_of(photo)?;
            let proof = self.proof_of(case, &hash, &known)?;
            told.records += usize::from(proof.link.is_some());
            told.received += usize::from(proof.receipt.is_some());
            let checked = self.checked(case, &hash, &known)?;
            marks.push(mark(view.id.as_str(), photo, &checked));
            let words = checked.findings.iter().map(|finding| self.finding(finding));
            lines.push(words.map(|f| (f.level, f.text)).collect::<Vec<_>>());
            photos.push(Photo {
                sha256: hash,
                kind: kind_of(&photo.mime),
                by: photo.by.clone(),
                link: proof.link,
                certificate: proof.certificate,
                receipt: proof.receipt,
                path: proof.path.unwrap_or_default(),
            });
        }
        let content = Content {
            case: *case,
            made_ms: self.ports.clock.wall_ms(),
            told: serde_json::to_vec_pretty(&view)?,
            page: self.page(&view, &lines),
            keys: known.word.keys,
            checkpoint: known.checkpoint,
            statement: known.statement,
            photos,
        };
        let exporter = Exporter { key: &self.key, certificate: &self.certificate };
        let wrong = RefCell::new(None);
        let written = bundle::write(
            file,
            &content,
            &exporter,
            |at| Ok(self.original_of(&view.photos[at]).unwrap_or_else(|error| keep(&wrong, error))),
            |at| {
                let picture = self.picture_of(&view.photos[at], &marks[at], ask.font.as_ref());
                Ok(picture.unwrap_or_else(|error| keep(&wrong, error)))
            },
        );
        if let Some(error) = wrong.into_inner() {
            return Err(error);
        }
        let file = written.map_err(|error| match error {
            bundle::BundleError::File(error) => error.into(),
            bundle::BundleError::Archive(error) => DeviceError::Damaged(error.to_string()),
        })?;
        Ok((file, told))
    }

    /// An original that is on this phone, as it was captured.
    fn original_of(&self, photo: &PhotoView) -> Result<Option<Vec<u8>>> {
        if !photo.local {
            return Ok(None);
        }
        let hash = hash_of(photo)?;
        let bytes = self.blob(&hash, 0, photo.size)?;
        if crate::evidence::is(&bytes, &hash) {
            Ok(Some(bytes))
        } else {
            Err(DeviceError::Damaged(format!("photo {hash} has changed on disk")))
        }
    }

    /// What the page shows of a photo: upright, not larger than a medium picture, the words burnt into it where there is a font. None of a file
    /// that only the platform can decode.
    fn picture_of(
        &self,
        photo: &PhotoView,
        mark: &[String],
        font: Option<&(Vec<u8>, u32)>,
    ) -> Result<Option<Vec<u8>>> {
        let Some(original) = self.original_of(photo)? else { return Ok(None) };
        let (font, index, mark) = font.map_or((&[][..], 0, &[][..]), |(font, index)| (font, *index, mark));
        match watermark(&original, mark, font, index) {
            Ok(picture) => Ok(Some(picture)),
            // A small picture: the words stand beside it.
            Err(WatermarkError::NoRoom { .. }) => Ok(watermark(&original, &[], &[], 0).ok()),
            Err(WatermarkError::Photo(_)) => Ok(None),
            Err(error) => Err(DeviceError::invalid("font", error)),
        }
    }

    /// The page for people: everything on it is also in the other members, signed.
    fn page(&self, view: &CaseView, lines: &[Vec<(Level, String)>]) -> String {
        let mut page = String::from(
            "<!doctype html><html lang=\"zh-Hans\"><head><meta charset=\"utf-8\"><title>证据包</title><style>\
             body{font:16px/1.6 sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}\
             h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}img{max-width:100%}\
             li.broken{color:#a4161a}li.remarkable{color:#7a4b00}li.proven{color:#1b5e20}code{word-break:break-all}\
             </style></head><body>",
        );
        // Writing into a String cannot fail.
        let _ = write!(
            page,
            "<h1>{}</h1><p>{} · {}</p><p>核验：<code>yuandian verify 文件.zip</code>。本页仅供阅读，以核验结果为准。</p>",
            escaped(&view.title),
            escaped(&view.service),
            escaped(&view.stage_text),
        );
        for (at, photo) in view.photos.iter().enumerate() {
            let n = at + 1;
            let _ = write!(
                page,
                "<h2>{n:02} · {} · {}</h2><p><code>{}</code></p>",
                escaped(&photo.by),
                beijing_second(photo.at_ms),
                photo.hash
            );
            if photo.local && !photo.mime.contains("hei") {
                let _ = write!(page, "<img src=\"{}\" alt=\"\">", bundle::shown(n));
            }
            page.push_str("<ul>");
            for (level, text) in lines.get(at).into_iter().flatten() {
                let id = level.id();
                let word = self.worded(self.words.level(id));
                let _ = write!(page, "<li class=\"{id}\">{word}：{}</li>", escaped(text));
            }
            page.push_str("</ul>");
        }
        page.push_str("</body></html>\n");
        page
    }
}

/// The first thing that went wrong; the archive is not looked at any more.
fn keep(wrong: &RefCell<Option<DeviceError>>, error: DeviceError) -> Option<Vec<u8>> {
    wrong.borrow_mut().get_or_insert(error);
    None
}

fn hash_of(photo: &PhotoView) -> Result<BlobHash> {
    photo.hash.parse().map_err(|_| DeviceError::not_found("photo", &photo.hash))
}

/// What is burnt into a picture: time, who, place, case, code. Said here as it is said on the page, and proven by neither.
fn mark(case: &str, photo: &PhotoView, checked: &Checked) -> Vec<String> {
    let at_ms = checked.record.as_ref().map_or(photo.at_ms, |record| record.wall_ms);
    let place = checked.record.as_ref().and_then(|record| record.fix.as_ref()).map_or_else(
        || "无定位 no position".to_owned(),
        |fix| {
            let (lng, lat) = fix.degrees();
            let accuracy = fix.accuracy_m.map_or_else(String::new, |metres| format!(" ±{metres} m"));
            format!("{lng:.6}, {lat:.6}{accuracy}")
        },
    );
    let code: String = photo.hash.chars().take(16).collect();
    vec![format!("{} · {}", beijing_second(at_ms), photo.by), place, format!("{case} · {code}")]
}

/// The end of a file's name.
fn kind_of(mime: &str) -> String {
    let kind = mime.rsplit('/').next().unwrap_or_default();
    let kind = if kind == "jpeg" { "jpg" } else { kind };
    let plain = !kind.is_empty()
        && kind.len() <= 8
        && kind.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    if plain { kind.to_owned() } else { "bin".to_owned() }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
