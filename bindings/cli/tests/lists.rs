//! `yuandian list`, `similar` and `status` of a phone that nobody has enrolled.
#![allow(clippy::unwrap_used, reason = "a test stops where its ground gives way")]

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

fn yuandian(home: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let home = home.to_str().unwrap();
    let asked = Command::new(env!("CARGO_BIN_EXE_yuandian")).args(["--home", home]).args(arguments).output();
    let asked = asked.unwrap();
    (asked.status.code(), String::from_utf8(asked.stdout).unwrap())
}

fn told(home: &Path, arguments: &[&str]) -> Value {
    let (code, text) = yuandian(home, &[arguments, &["--json"]].concat());
    assert_eq!(code, Some(0), "{arguments:?}");
    serde_json::from_str(&text).unwrap()
}

#[test]
fn lists_by_limits_are_of_cases_and_what_is_alike_needs_a_service_and_a_place() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let capture = ["capture", "--draft", "--service", "case.snap", "--text", "井盖"];
    assert_eq!(yuandian(home, &capture).0, Some(0));
    let lines = told(home, &["list"]);
    assert_eq!(
        (&lines[0]["own"], &lines[0]["due"], &lines[0]["place"]),
        (&json!(true), &json!(null), &json!(null))
    );
    for arguments in [&["list", "--due"][..], &["list", "--open"], &["list", "--due", "--open"]] {
        assert_eq!(told(home, arguments), json!([]), "a draft is no case: {arguments:?}");
    }
    let here = ["similar", "--service", "case.snap", "--at", "113.65,34.76"];
    assert_eq!(told(home, &here), json!([]));
    assert!(yuandian(home, &here).1.contains("附近没有相似的案件"));
    assert_eq!(yuandian(home, &["similar", "--service", "case.unknown", "--at", "113.65,34.76"]).0, Some(2));
    assert_eq!(yuandian(home, &["similar", "--service", "case.snap"]).0, Some(2));
}

#[test]
fn the_status_says_whom_one_calls() {
    let home = tempfile::tempdir().unwrap();
    let contact = &told(home.path(), &["status"])["contact"];
    assert_eq!((&contact["telephone"], &contact["grid"]), (&json!("12345"), &json!("4101")));
    assert!(yuandian(home.path(), &["status"]).1.contains("社区电话 (community): 12345 郑州市"));
}
