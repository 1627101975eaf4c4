//! Documents that were changed last, kept open: the next change of one is tried without loading it.
//!
//! A version of a case's document is one state of it for as long as this process lives: what is kept answers for exactly the version it is.

use std::sync::{Arc, Mutex, PoisonError};

use lru::LruCache;
use yuandian_document::Content;
use yuandian_model::CaseId;

use crate::limits::OPEN_DOCUMENTS_BYTES_MAX;

/// A document at a version.
pub(super) struct Opened {
    /// Content commits that are in it.
    pub version: u64,
    /// It.
    pub content: Arc<Content>,
    /// Bytes as it is saved.
    pub bytes: usize,
}

/// What is open, the last used first.
pub(super) struct Documents(Mutex<Kept>);

struct Kept {
    opened: LruCache<CaseId, Opened>,
    bytes: usize,
}

impl Default for Documents {
    fn default() -> Self {
        Self(Mutex::new(Kept { opened: LruCache::unbounded(), bytes: 0 }))
    }
}

impl Documents {
    /// A document at exactly this version.
    pub fn at(&self, case: &CaseId, version: u64) -> Option<Arc<Content>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let opened = kept.opened.get(case)?;
        (opened.version == version).then(|| Arc::clone(&opened.content))
    }

    /// Keeps a document that is stored like this, and lets go what was not used for longest.
    pub fn keep(&self, case: CaseId, opened: Opened) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.bytes += opened.bytes;
        // Taking a document apart takes a while: not under the lock.
        let mut gone: Vec<Opened> =
            kept.opened.push(case, opened).map(|(_, before)| before).into_iter().collect();
        kept.bytes -= gone.iter().map(|before| before.bytes).sum::<usize>();
        while kept.bytes > OPEN_DOCUMENTS_BYTES_MAX
            && let Some((_, oldest)) = kept.opened.pop_lru()
        {
            kept.bytes -= oldest.bytes;
            gone.push(oldest);
        }
        drop(kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(number: u8) -> CaseId {
        CaseId([number; 16])
    }

    fn opened(version: u64, bytes: usize) -> Opened {
        Opened { version, content: Arc::default(), bytes }
    }

    #[test]
    fn a_document_answers_for_its_version_alone() {
        let documents = Documents::default();
        documents.keep(case(1), opened(2, 10));
        assert!(documents.at(&case(1), 2).is_some());
        assert!(documents.at(&case(1), 1).is_none());
        assert!(documents.at(&case(1), 3).is_none());
        assert!(documents.at(&case(2), 2).is_none());
        documents.keep(case(1), opened(3, 10));
        assert!(documents.at(&case(1), 2).is_none());
        assert!(documents.at(&case(1), 3).is_some());
    }

    #[test]
    fn what_was_not_used_for_longest_goes_when_there_is_no_more_room() {
        let documents = Documents::default();
        let third = OPEN_DOCUMENTS_BYTES_MAX / 3;
        for number in 1..=3 {
            documents.keep(case(number), opened(1, third));
        }
        assert!(documents.at(&case(1), 1).is_some());
        documents.keep(case(4), opened(1, third));
        let open: Vec<bool> = (1..=4).map(|number| documents.at(&case(number), 1).is_some()).collect();
        assert_eq!(open, [true, false, true, true]);
        // One that grows takes its own place, not another's.
        documents.keep(case(4), opened(2, third));
        assert!(documents.at(&case(1), 1).is_some() && documents.at(&case(3), 1).is_some());
        documents.keep(case(5), opened(1, OPEN_DOCUMENTS_BYTES_MAX + 1));
        assert!(
            (1..=5).all(|number| documents.at(&case(number), 1).is_none()),
            "nothing larger than all room"
        );
    }
}
