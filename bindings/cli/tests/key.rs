//! `yuandian --key-file`: a home that its key alone opens. A build that encrypts nothing refuses the option.
#![allow(clippy::unwrap_used, reason = "a test stops where its ground gives way")]
#![allow(clippy::disallowed_methods, reason = "it looks at what lies in a home")]

use std::path::Path;
use std::process::{Command, Output};

fn yuandian(folder: &Path, key: Option<&Path>, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_yuandian"));
    command.arg("--home").arg(folder.join("home")).arg("--json").env_remove("YUANDIAN_KEY_FILE");
    if let Some(key) = key {
        command.arg("--key-file").arg(key);
    }
    command.args(arguments).output().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
#[cfg(not(feature = "sqlcipher"))]
fn a_build_without_encryption_says_so_and_makes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let refused = yuandian(folder.path(), Some(&folder.path().join("key")), &["list"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(said(&refused).contains("no encryption"), "{}", said(&refused));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
#[cfg(all(unix, feature = "sqlcipher"))]
fn a_new_home_gets_a_key_and_only_that_opens_it() {
    use std::os::unix::fs::PermissionsExt;

    const WORDS: &str = "东门三号楼的老王家门口";
    let folder = tempfile::tempdir().unwrap();
    let (key, other) = (folder.path().join("key"), folder.path().join("other"));
    // Nobody has enrolled it: the case stays a draft.
    yuandian(
        folder.path(),
        Some(&key),
        &["capture", "--service", "case.snap", "--text", WORDS, "--no-photo", "太暗"],
    );
    assert_eq!(std::fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    let list = yuandian(folder.path(), Some(&key), &["list"]);
    assert!(list.status.success() && said(&list).contains(WORDS), "{}", said(&list));
    let store = std::fs::read(folder.path().join("home/phone.db")).unwrap();
    assert!(!store.starts_with(b"SQLite format 3"));

    let refused = |key: Option<&Path>, words: &str| {
        let output = yuandian(folder.path(), key, &["list"]);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(said(&output).contains(words), "{words}: {}", said(&output));
    };
    refused(None, "wrong_key");
    refused(Some(&other), "there is no key here");
    assert!(!other.exists());
    std::fs::write(&other, [2; 32]).unwrap();
    refused(Some(&other), "others may read");
    std::fs::set_permissions(&other, PermissionsExt::from_mode(0o600)).unwrap();
    refused(Some(&other), "wrong_key");
    std::fs::write(&other, [2; 33]).unwrap();
    refused(Some(&other), "32 bytes");
    let inside = folder.path().join("home/key");
    std::fs::copy(&key, &inside).unwrap();
    refused(Some(&inside), "closes nothing");
    assert!(yuandian(folder.path(), Some(&key), &["list"]).status.success());
}
