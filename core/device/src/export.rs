//! What leaves the phone as a zip file: what is said (JSON) and every original that is here. A case, with its history; an entry of 需处理.

use std::io::{Cursor, Write};

use serde::Serialize;
use yuandian_model::{BlobHash, CaseId};
use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

use crate::error::{DeviceError, Result};
use crate::phone::Phone;

impl Phone {
    /// The bytes of a zip: `case.json`, `history.json`, `photos/<hash>.<kind>`, `files/<hash>.<kind>`. Originals are stored as they are.
    ///
    /// # Errors
    /// [`DeviceError::NotFound`]; the store's.
    pub fn export(&self, case: &CaseId) -> Result<Vec<u8>> {
        let view = self.case(case)?;
        let mut export = Export::new();
        export.json("case.json", &view)?;
        export.json("history.json", &view.history)?;
        let photos = view.photos.iter().map(|photo| ("photos", &photo.hash, &photo.mime, photo.size));
        let files = view.notes.iter().flat_map(|note| &note.files);
        let files = files.map(|file| ("files", &file.hash, &file.mime, file.size));
        for (folder, hash, mime, size) in photos.chain(files) {
            let hash = hash.parse().map_err(|_| DeviceError::not_found("file", hash))?;
            export.original(self, folder, (&hash, size), mime)?;
        }
        export.finish()
    }
}

/// A zip file that is being written.
pub(crate) struct Export(zip::ZipWriter<Cursor<Vec<u8>>>);

impl Export {
    pub fn new() -> Self {
        Self(zip::ZipWriter::new(Cursor::new(Vec::new())))
    }

    /// Something that is said.
    pub fn json(&mut self, name: &str, said: &impl Serialize) -> Result<()> {
        self.member(name, CompressionMethod::Deflated, &serde_json::to_vec_pretty(said)?)
    }

    /// An original, as it is; nothing where it is not on this phone.
    pub fn original(
        &mut self,
        phone: &Phone,
        folder: &str,
        (hash, size): (&BlobHash, u64),
        mime: &str,
    ) -> Result<()> {
        if !phone.ports.blobs.has(hash) {
            return Ok(());
        }
        let kind = mime.rsplit('/').next().unwrap_or("bin");
        let bytes = phone.blob(hash, 0, size)?;
        self.member(&format!("{folder}/{hash}.{kind}"), CompressionMethod::Stored, &bytes)
    }

    /// The whole file.
    pub fn finish(self) -> Result<Vec<u8>> {
        Ok(self.0.finish().map_err(|e| failed(&e))?.into_inner())
    }

    fn member(&mut self, name: &str, method: CompressionMethod, bytes: &[u8]) -> Result<()> {
        let options = SimpleFileOptions::default().compression_method(method);
        self.0.start_file(name, options).map_err(|e| failed(&e))?;
        Ok(self.0.write_all(bytes)?)
    }
}

fn failed(error: &zip::result::ZipError) -> DeviceError {
    DeviceError::Damaged(error.to_string())
}
