//! Homes that a key opens, and root keys that the platform keeps. Where the library does not encrypt, a key is refused.
#![allow(clippy::disallowed_methods, reason = "it looks at what lies in a home")]
#![allow(clippy::unwrap_used, reason = "a test stops where its ground gives way")]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use yuandian_device::{Signer as _, fixed_signature};
use yuandian_document::SoftwareRoot;
use yuandian_ffi::{CoreError, DraftInput, Opening, RootKey, RootKeyError, YuandianCore, core_version};

const WORDS: &str = "东门三号楼的老王家门口";
const PHOTO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/photos/tiny.jpg");

fn with_key(key: Vec<u8>) -> Opening {
    Opening { key: Some(key), ..Opening::default() }
}

async fn open(home: &Path, opening: Opening) -> Result<Arc<YuandianCore>, CoreError> {
    YuandianCore::open_with(home.display().to_string(), opening).await
}

fn draft() -> DraftInput {
    DraftInput {
        service: "case.snap".to_owned(),
        position: None,
        text: WORDS.to_owned(),
        answers: Vec::new(),
        no_photo: None,
    }
}

#[tokio::test]
async fn a_key_is_used_or_refused_and_never_passed_over() {
    let home = tempfile::tempdir().unwrap();
    let short = open(home.path(), with_key(vec![1; 31])).await.err();
    assert!(matches!(short, Some(CoreError::InvalidInput { field, .. }) if field == "database_key"));
    let opened = open(home.path(), with_key(vec![1; 32])).await;
    if !core_version().encrypts {
        assert!(
            matches!(opened.err(), Some(CoreError::InvalidInput { field, .. }) if field == "database_key")
        );
        assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0, "nothing was made");
        return;
    }
    let core = opened.unwrap();
    let id = core.save_draft(None, draft()).await.unwrap();
    let hash = core.add_photo(id.clone(), PHOTO.to_owned()).await.unwrap();
    assert_eq!(core.file_bytes(hash.clone()).await.unwrap(), std::fs::read(PHOTO).unwrap());
    core.shutdown().await.unwrap();
    for wrong in [with_key(vec![2; 32]), Opening::default()] {
        assert_eq!(open(home.path(), wrong).await.err(), Some(CoreError::WrongKey { encrypted: true }));
    }
    let core = open(home.path(), with_key(vec![1; 32])).await.unwrap();
    assert_eq!(core.draft(id).await.unwrap().entered.text, WORDS);
    let unknown = core.file_bytes("0".repeat(64)).await.err();
    assert!(matches!(unknown, Some(CoreError::NotFound { what, .. }) if what == "photo"));
}

/// A key store that can be locked, and that answers as Android's does: an uncompressed point, signatures in DER.
struct KeyStore {
    root: SoftwareRoot,
    signed: AtomicU32,
    locked: bool,
}

impl KeyStore {
    fn new(seed: u8, locked: bool) -> Arc<Self> {
        Arc::new(Self {
            root: SoftwareRoot::from_seed(&[seed; 32]).unwrap(),
            signed: AtomicU32::new(0),
            locked,
        })
    }
}

impl RootKey for KeyStore {
    fn public_key(&self) -> Result<Vec<u8>, RootKeyError> {
        Ok(self.root.root_public().unwrap())
    }

    fn sign(&self, message: Vec<u8>) -> Result<Vec<u8>, RootKeyError> {
        if self.locked {
            return Err(RootKeyError::Unavailable { reason: "locked".to_owned() });
        }
        self.signed.fetch_add(1, Ordering::Relaxed);
        Ok(fixed_signature(&self.root.sign_with_root(&message).unwrap()).unwrap().to_vec())
    }
}

fn rooted(store: &Arc<KeyStore>) -> Opening {
    Opening { root_key: Some(Arc::clone(store) as Arc<dyn RootKey>), ..Opening::default() }
}

#[tokio::test]
async fn a_root_key_of_the_platform_is_asked_once_and_none_lies_in_the_home() {
    let home = tempfile::tempdir().unwrap();
    let store = KeyStore::new(3, false);
    let core = open(home.path(), rooted(&store)).await.unwrap();
    core.save_draft(None, draft()).await.unwrap();
    core.shutdown().await.unwrap();
    assert_eq!(store.signed.load(Ordering::Relaxed), 1);
    assert!(!home.path().join("root.key").exists());
    let locked = open(home.path(), rooted(&KeyStore::new(3, true))).await.err();
    assert!(matches!(locked, Some(CoreError::KeyStoreLocked { reason }) if reason.contains("locked")));
    let core = open(home.path(), rooted(&store)).await.unwrap();
    assert_eq!(core.drafts().await.unwrap().len(), 1, "nothing is lost");
}
