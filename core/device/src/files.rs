//! Own photo files as they are read for sending, and what is told where one cannot be sent.
//!
//! Guarantees: no byte of a file is sent before the whole was read and had the hash that its case names; a file that a cleaner removed or a
//! disk damaged, or that the server will not take, is told in 需处理 with what can be done, and stops no other.

use std::io::ErrorKind;

use rusqlite::Connection;
use sha2::{Digest, Sha256};
use yuandian_model::planted::{self, Bug};
use yuandian_model::{BlobHash, CaseId};

use crate::error::{DeviceError, Result};
use crate::glance::project;
use crate::limits::READ_BYTES;
use crate::phone::Phone;
use crate::store::cache::{self, Here, Trouble};
use crate::store::{blobs, rows};
use crate::view::AttentionItem;

/// Why a file cannot be sent as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileTrouble {
    /// It was removed behind the phone's back.
    Missing,
    /// Its bytes have changed on disk.
    Damaged,
    /// The server takes no file of this size.
    TooLarge,
    /// It was let go when the server and its backup had it, and the server has lost it.
    LetGo,
}

impl FileTrouble {
    fn id(self) -> &'static str {
        match self {
            Self::Missing => "file_missing",
            Self::Damaged => "file_damaged",
            Self::TooLarge => "file_too_large",
            Self::LetGo => "file_let_go",
        }
    }
}

/// What can be done about a file in trouble, the best first.
pub(crate) const STEPS: [&str; 2] = ["retake", "discard"];

impl Phone {
    /// A piece of a file for an upload. The whole file is read and held against its hash first, once a run.
    ///
    /// # Errors
    /// [`DeviceError::NotFound`] or [`DeviceError::Damaged`] where the file was removed or changed behind the phone's back: told in 需处理.
    pub fn upload_piece(&self, hash: &BlobHash, offset: u64, length: u64) -> Result<Vec<u8>> {
        if !self.run.intact.borrow().contains(hash) {
            let size = blobs::progress(&self.db, hash)?.map_or(0, |file| file.size);
            if let Some(trouble) = self.look_at(hash, size)? {
                if !planted::is(Bug::FileTroubleNotTold) {
                    self.keep_trouble(hash, trouble)?;
                }
                return Err(match trouble {
                    FileTrouble::Missing | FileTrouble::LetGo => DeviceError::not_found("photo", hash),
                    _ => DeviceError::Damaged(format!("photo {hash} has changed on disk")),
                });
            }
            self.run.intact.borrow_mut().insert(*hash);
        }
        let from = if planted::is(Bug::WrongPieceSent) { 0 } else { offset };
        let mut piece = Vec::new();
        while (piece.len() as u64) < length {
            let at = piece.len() as u64;
            let more = self.blob(hash, from + at, length - at)?;
            if more.is_empty() {
                return Err(DeviceError::Damaged(format!("photo {hash} is shorter than it was")));
            }
            piece.extend(more);
        }
        Ok(piece)
    }

    /// The rest of a file from a byte on, as [`Phone::upload_piece`] gives it.
    ///
    /// # Errors
    /// Those of [`Phone::upload_piece`]; [`DeviceError::Invalid`] for a byte beyond the end.
    pub fn upload_rest(&self, hash: &BlobHash, offset: u64) -> Result<Vec<u8>> {
        let file = blobs::progress(&self.db, hash)?.ok_or_else(|| DeviceError::not_found("photo", hash))?;
        let rest = file.size.checked_sub(offset);
        self.upload_piece(hash, offset, rest.ok_or_else(|| DeviceError::invalid("offset", "beyond the end"))?)
    }

    /// A piece of a file, or what is wrong with it: gone, or, where files are encrypted, no longer as it was written.
    pub(crate) fn piece(
        &self,
        hash: &BlobHash,
        offset: u64,
        length: u64,
    ) -> Result<std::result::Result<Vec<u8>, FileTrouble>> {
        match self.ports.blobs.read(hash, offset, length) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Err(FileTrouble::Missing)),
            Err(error) if error.kind() == ErrorKind::InvalidData => Ok(Err(FileTrouble::Damaged)),
            read => Ok(Ok(read?)),
        }
    }

    /// Reads a whole file in pieces; what is wrong with it, if anything is. One that is right again is in trouble no more.
    pub(crate) fn look_at(&self, hash: &BlobHash, size: u64) -> Result<Option<FileTrouble>> {
        let mut whole = Sha256::new();
        let mut at = 0;
        while at < size {
            let piece = match self.piece(hash, at, READ_BYTES.min(size - at))? {
                Err(FileTrouble::Missing) if cache::here(&self.db, hash)? == Some(Here::LetGo) => {
                    return Ok(Some(FileTrouble::LetGo));
                }
                Err(trouble) => return Ok(Some(trouble)),
                Ok(piece) => piece,
            };
            if piece.is_empty() {
                break;
            }
            at += piece.len() as u64;
            whole.update(&piece);
        }
        if <[u8; 32]>::from(whole.finalize()) != hash.0 {
            return Ok(Some(FileTrouble::Damaged));
        }
        if cache::here(&self.db, hash)? == Some(Here::Broken) {
            self.right_again(hash)?;
        }
        Ok(None)
    }

    /// Whether a person was told of a file that cannot be sent as it is.
    ///
    /// # Errors
    /// The store's.
    pub fn is_in_trouble(&self, hash: &BlobHash) -> Result<bool> {
        Ok(cache::trouble_of(&self.db, hash)?.is_some())
    }

    /// A file is as it should be after all: put back, or written anew.
    pub(crate) fn right_again(&self, hash: &BlobHash) -> Result<()> {
        let tx = self.db.unchecked_transaction()?;
        self.taken_again(&tx, hash)?;
        tx.commit()?;
        Ok(())
    }

    /// [`Phone::right_again`] of a file that was just written anew, in the transaction of the command that brings it.
    pub(crate) fn taken_again(&self, tx: &Connection, hash: &BlobHash) -> Result<()> {
        if !matches!(cache::here(tx, hash)?, Some(Here::Broken | Here::LetGo)) {
            return Ok(());
        }
        cache::set_here(tx, hash, Here::OnDisk)?;
        cache::over(tx, hash)?.iter().try_for_each(|doc| project(self, tx, doc))
    }

    /// Writes down that a file cannot be sent, in every case that waits for it.
    pub(crate) fn keep_trouble(&self, hash: &BlobHash, why: FileTrouble) -> Result<()> {
        let tx = self.db.unchecked_transaction()?;
        let broken = matches!(why, FileTrouble::Missing | FileTrouble::Damaged);
        if broken && cache::here(&tx, hash)? == Some(Here::OnDisk) {
            cache::set_here(&tx, hash, Here::Broken)?;
        }
        let cases = cache::trouble(&tx, hash, why.id(), self.ports.clock.wall_ms())?;
        for doc in &cases {
            tracing::error!(%doc, why = why.id(), "a photo file cannot be sent");
            project(self, &tx, doc)?;
        }
        tx.commit()?;
        Ok(())
    }

    /// Files in trouble as entries of the 需处理 list. Their numbers are below zero.
    pub(crate) fn files_in_trouble(&self) -> Result<Vec<AttentionItem>> {
        cache::troubles(&self.db)?.into_iter().map(|trouble| self.trouble_item(trouble)).collect()
    }

    fn trouble_item(&self, trouble: Trouble) -> Result<AttentionItem> {
        let reason = self.words.photo(&trouble.why, &[]);
        let title = rows::row(&self.db, &trouble.doc)?.map(|row| self.titled(row.title, &row.service));
        Ok(AttentionItem {
            item: -trouble.id,
            case: trouble.doc.to_string(),
            title: title.unwrap_or_default(),
            act: "photo".to_owned(),
            code: trouble.why,
            reason: reason.zh,
            reason_en: reason.en,
            next: STEPS.map(str::to_owned).to_vec(),
            next_text: STEPS.map(|step| self.worded(self.words.next(step))).to_vec(),
            kept: vec![format!("photo {}", trouble.hash)],
            review: None,
            at_ms: trouble.at_ms,
        })
    }

    /// The file in trouble of a number below zero.
    pub(crate) fn file_in_trouble(&self, item: i64) -> Result<Trouble> {
        let found = cache::troubles(&self.db)?.into_iter().find(|trouble| -trouble.id == item);
        found.ok_or_else(|| DeviceError::not_found("item", item))
    }

    /// Gives a file in trouble up: it is not offered any more and its entry is closed. What is left of it on disk stays.
    pub(crate) fn give_file_up(&mut self, item: i64) -> Result<CaseId> {
        let Trouble { id, hash, doc, .. } = self.file_in_trouble(item)?;
        let tx = self.db.unchecked_transaction()?;
        blobs::park(&tx, &hash, &doc)?;
        cache::settle(&tx, id)?;
        project(self, &tx, &doc)?;
        tx.commit()?;
        Ok(doc)
    }
}
