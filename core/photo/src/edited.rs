//! What may speak for a photograph having gone through an editor.

use crate::exif::Metadata;
use crate::limits;
use crate::moments::seconds_of;

/// Something that editors leave behind, and that has innocent reasons, too: a phone's own gallery straightens a horizon, a clock is set between
/// two photographs, a chat drops what the camera wrote. For a person to look, in words that do not accuse; never a verdict, and its
/// absence proves nothing: metadata can be written by anyone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum EditHint {
    /// The software that wrote the file last has the name of an editor.
    EditorNamed,
    /// The file was written at another time than the shutter was released.
    WrittenApart {
        /// From the shutter to the writing, seconds; negative where the file claims to be older.
        seconds: i64,
    },
    /// There is a time of capture, but neither maker nor model nor the maker's notes.
    NoCamera,
}

impl EditHint {
    /// Stable short name, the key of the translated sentence.
    pub fn code(self) -> &'static str {
        match self {
            Self::EditorNamed => "hint_editor_named",
            Self::WrittenApart { .. } => "hint_written_apart",
            Self::NoCamera => "hint_no_camera",
        }
    }
}

/// Parts of the names of editors, in small letters. Cameras and phones write the names of their systems into the same field.
const EDITORS: [&str; 24] = [
    "photoshop",
    "lightroom",
    "adobe",
    "gimp",
    "snapseed",
    "picsart",
    "meitu",
    "美图",
    "xingtu",
    "醒图",
    "capcut",
    "faceapp",
    "affinity",
    "pixelmator",
    "paint",
    "imagemagick",
    "darktable",
    "rawtherapee",
    "exiftool",
    "canva",
    "polarr",
    "vsco",
    "facetune",
    "acdsee",
];

/// The hints in metadata, in the order of [`EditHint`].
pub(crate) fn hints(metadata: &Metadata) -> Vec<EditHint> {
    let is_editor = |software: &&String| {
        let software = software.to_lowercase();
        EDITORS.iter().any(|editor| software.contains(editor))
    };
    let named = metadata.software.as_ref().filter(is_editor).map(|_| EditHint::EditorNamed);
    let has_no_camera = metadata.captured_at.is_some()
        && metadata.camera_make.is_none()
        && metadata.camera_model.is_none()
        && !metadata.has_maker_note;
    let no_camera = has_no_camera.then_some(EditHint::NoCamera);
    named.into_iter().chain(written_apart(metadata)).chain(no_camera).collect()
}

fn written_apart(metadata: &Metadata) -> Option<EditHint> {
    let (captured, modified) = (metadata.captured_at.as_ref()?, metadata.modified_at.as_ref()?);
    let zones = match (captured.offset_minutes, modified.offset_minutes) {
        (Some(captured), Some(modified)) => i64::from(captured) - i64::from(modified),
        // Where one of them names no zone, both are taken for the same clock.
        _ => 0,
    };
    let seconds = seconds_of(&modified.local)? - seconds_of(&captured.local)? + zones * 60;
    let is_apart = !(0..=limits::WRITTEN_AFTER_SECONDS_MAX).contains(&seconds);
    is_apart.then_some(EditHint::WrittenApart { seconds })
}
