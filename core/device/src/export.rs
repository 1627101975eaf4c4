//! A case as a zip file: what it says (JSON), its history, and every original that is on this phone.

use std::io::{Cursor, Write};

use yuandian_model::{BlobHash, CaseId};
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
        let failed = |e: zip::result::ZipError| DeviceError::Damaged(e.to_string());
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let packed = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
        let plain = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        for (name, json) in [
            ("case.json", serde_json::to_vec_pretty(&view)?),
            ("history.json", serde_json::to_vec_pretty(&view.history)?),
        ] {
            zip.start_file(name, packed).map_err(failed)?;
            zip.write_all(&json)?;
        }
        for photo in view.photos.iter().filter(|p| p.local) {
            let hash: BlobHash =
                photo.hash.parse().map_err(|_| DeviceError::not_found("photo", &photo.hash))?;
            let kind = photo.mime.rsplit('/').next().unwrap_or("bin");
            zip.start_file(format!("photos/{}.{kind}", photo.hash), plain).map_err(failed)?;
            zip.write_all(&self.blob(&hash, 0, photo.size)?)?;
        }
        for file in view.notes.iter().flat_map(|note| &note.files).filter(|file| file.local) {
            let hash: BlobHash = file.hash.parse().map_err(|_| DeviceError::not_found("file", &file.hash))?;
            let kind = file.mime.rsplit('/').next().unwrap_or("bin");
            zip.start_file(format!("files/{}.{kind}", file.hash), plain).map_err(failed)?;
            zip.write_all(&self.blob(&hash, 0, file.size)?)?;
        }
        Ok(zip.finish().map_err(failed)?.into_inner())
    }
}
