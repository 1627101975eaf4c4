use clap::Parser;
use serde_json::Value;
use std::fs;

use super::*;

#[derive(Parser)]
struct Line {
    #[command(subcommand)]
    question: Question,
}

fn ask(line: &[&str]) -> Result<Said, String> {
    let line = Line::try_parse_from([&["catalogue"], line].concat()).map_err(|e| format!("usage: {e}"))?;
    said(&line.question)
}

fn told(line: &[&str]) -> Value {
    serde_json::from_str(&ask(line).unwrap().text).unwrap()
}

/// A folder with this version's catalogue, and its path.
fn own() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("own").to_str().unwrap().to_owned();
    ask(&["export", &path]).unwrap();
    (folder, path)
}

#[test]
fn every_class_of_components_is_a_line() {
    let text = ask(&["components", "--json"]).unwrap().text;
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 153);
    assert_eq!(
        (&lines[0]["code"], &lines[0]["key"]),
        (&"01001".into(), &"water_supply_manhole_cover".into())
    );
    let readable = ask(&["components"]).unwrap().text;
    assert!(readable.contains("01037 street_light 路灯 / Street light [01]"), "{readable}");
}

#[test]
fn the_catalogue_of_this_version_has_no_mistakes_and_can_be_begun_with() {
    let (_keep, path) = own();
    let here = told(&["check", &path, "--json"]);
    assert_eq!(here, told(&["check", "--json"]));
    assert_eq!(here["mistakes"], json!([]));
    assert_eq!(here["files"], 15);
    assert_eq!(here["services"], Catalogue::embedded().services().count());
    let said = ask(&["check", &path]).unwrap();
    assert!(said.good && said.text.starts_with("version 1: 15 files, "), "{}", said.text);
    assert!(ask(&["export", &path]).unwrap_err().contains("is not empty"));
}

#[test]
fn every_mistake_is_a_line_with_file_row_field_and_reason() {
    let (_keep, path) = own();
    let of = |name: &str| std::path::Path::new(&path).join(name);
    let services = fs::read_to_string(of("services.toml")).unwrap();
    fs::write(of("services.toml"), services.replacen("workflow = \"W2\"", "workflow = \"W99\"", 1)).unwrap();
    fs::write(of("bytes.toml"), b"# fine\n\xff").unwrap();
    fs::write(of("broken.toml"), "# fine\na = ").unwrap();
    fs::write(of("notes.txt"), b"\xff").unwrap();
    fs::create_dir(of("folder.toml")).unwrap();
    let said = ask(&["check", &path]).unwrap();
    let lines: Vec<&str> = said.text.lines().collect();
    assert!(!said.good);
    assert_eq!(lines.len(), 5, "{}", said.text);
    assert!(lines[0].starts_with("broken.toml: line 2: "), "{}", lines[0]);
    assert_eq!(lines[1], "bytes.toml: is not UTF-8, first in line 2");
    assert_eq!(lines[2], "folder.toml: cannot be read: not a file");
    assert_eq!(lines[3], "services.toml: service case.snap: workflow: no workflow W99");
    assert_eq!(lines[4], "4 mistakes in 18 files");
    let json = told(&["check", &path, "--json"]);
    assert_eq!((&json["files"], json["mistakes"].as_array().unwrap().len()), (&json!(18), 4));
    let expected = json!({ "file": "services.toml", "row": "service case.snap", "field": "workflow", "reason": "no workflow W99" });
    assert_eq!(json["mistakes"][3], expected);
}

#[test]
fn stages_and_acts_without_words_are_mistakes_of_their_file() {
    let (_keep, path) = own();
    let file = std::path::Path::new(&path).join("workflows.toml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("\"verifying\"", "\"pondering\"").replace("\"ask_verify\"", "\"ponder\""))
        .unwrap();
    let said = ask(&["check", &path]).unwrap();
    let lines: Vec<&str> = said.text.lines().collect();
    let expected = [
        "workflows.toml: workflow W1: act ponder: has no words",
        "workflows.toml: workflow W1: stage pondering: has no words",
    ];
    assert_eq!(lines[..2], expected);
}

#[test]
fn what_cannot_be_read_at_all_is_a_mistake_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let only = |json: &Value| {
        assert_eq!(json["mistakes"].as_array().unwrap().len(), 1, "{json}");
        json["mistakes"][0]["reason"].as_str().unwrap().to_owned()
    };
    assert_eq!(only(&told(&["check", path, "--json"])), "holds no TOML file");
    let missing = format!("{path}/missing");
    assert!(only(&told(&["check", &missing, "--json"])).starts_with("cannot be read: "));
    assert!(ask(&["list", "--dir", &missing]).unwrap_err().contains("cannot be read: "));
    let max = yuandian_model::limits::CATALOGUE_FILE_BYTES_MAX;
    fs::write(folder.path().join("a.toml"), format!("version = 1\n#{}", "x".repeat(max - 13))).unwrap();
    assert_eq!(told(&["check", path, "--json"])["mistakes"], json!([]));
    fs::write(folder.path().join("a.toml"), vec![b'#'; max + 1]).unwrap();
    assert!(only(&told(&["check", path, "--json"])).starts_with("is larger than the 4194304 bytes"));
    assert!(!ask(&["check", path]).unwrap().good);
}

#[test]
fn a_service_is_a_line_and_can_be_found() {
    let all = ask(&["list", "--json"]).unwrap().text;
    assert_eq!(all.lines().count(), Catalogue::embedded().services().count());
    let first = |line: &[&str]| -> Value {
        serde_json::from_str(ask(line).unwrap().text.lines().next().unwrap()).unwrap()
    };
    let garbage = first(&["list", "--json", "--find", "bllj"]);
    assert_eq!(garbage["id"], "case.city.E06010");
    assert_eq!(garbage["titles"], json!({ "zh": "暴露垃圾", "en": "Exposed garbage" }));
    assert_eq!(garbage["limits"][0]["limits"]["dispose"], "4 work_hour");
    assert_eq!(
        (&garbage["limits"][0]["id"], &garbage["limits"][0]["urgency"]),
        (&json!("default"), &json!("normal"))
    );
    assert_eq!(garbage["standard"][0], json!({ "ref": "GB/T 47678.5-2026", "code": "06010" }));
    assert_eq!(
        (&garbage["workflow"], &garbage["group"], &garbage["visibility"]),
        (&json!("W1"), &json!("06"), &json!("public"))
    );
    assert_eq!((&garbage["capacity"], &garbage["fields"]), (&json!(1), &json!(5)));
    assert_eq!(garbage["roles"]["handle"], json!(["handler", "handler_unit"]));
    assert!(garbage["roles"]["create"].as_array().unwrap().contains(&json!("resident")));
    assert!(garbage["words"].as_array().unwrap().contains(&json!("垃圾")));
    assert_eq!(first(&["list", "--json", "--find", "E06010"])["id"], "case.city.E06010");
    let line = ask(&["list", "--find", "0110"]).unwrap().text;
    assert!(line.starts_with("case.city.E06010 暴露垃圾 / Exposed garbage [06, W1] by resident, "), "{line}");
    assert_eq!(ask(&["list", "--find", "bllj", "--role", "admin"]), Ok(Said::good("")));
    assert!(ask(&["list", "--role", "king"]).unwrap_err().starts_with("usage: "));
}

#[test]
fn what_is_signed_is_verified_and_nothing_else() {
    let (keep, path) = own();
    let of = |name: &str| keep.path().join(name).to_str().unwrap().to_owned();
    let (key, out, other) = (of("key"), of("signed"), of("other"));
    for key in [&key, &other] {
        assert!(ask(&["keygen", "--out", key]).unwrap().good);
    }
    assert!(ask(&["keygen", "--out", &key]).unwrap_err().contains("there already"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let said = ask(&["sign", &path, "--key", &key, "--out", &out]).unwrap();
    assert!(said.good && said.text.starts_with("version 1, 15 files, "), "{}", said.text);
    let public = format!("{key}.pub");
    let verified = told(&["verify", &out, "--key", &public, "--json"]);
    assert_eq!(
        (&verified["verified"], &verified["version"], &verified["files"]),
        (&json!(true), &json!(1), &json!(15))
    );
    let refused = |file: &str, key: &str| {
        let said = ask(&["verify", file, "--key", key, "--json"]).unwrap();
        let sentence = ask(&["verify", file, "--key", key]).unwrap_err();
        assert!(!said.good && sentence.starts_with(file), "{sentence}");
        serde_json::from_str::<Value>(&said.text).unwrap()["error"].as_str().unwrap().to_owned()
    };
    assert_eq!(refused(&out, &format!("{other}.pub")), "foreign_key");
    let good = fs::read(&out).unwrap();
    let broken = of("broken");
    let mut turned = good.clone();
    let last = turned.len() - 1;
    turned[last] ^= 1;
    let later = [&[good[0], 0, 2], &good[3..]].concat();
    for (bytes, expected) in [
        (turned, "signature"),
        (good[..last].to_vec(), "bytes"),
        ([good.as_slice(), &[0]].concat(), "bytes"),
        (later, "future"),
        (vec![], "bytes"),
    ] {
        fs::write(&broken, bytes).unwrap();
        assert_eq!(refused(&broken, &public), expected);
    }
    fs::write(&broken, vec![0; 8 * 1024 * 1024 + 1]).unwrap();
    assert!(ask(&["verify", &broken, "--key", &public]).unwrap_err().contains("is larger than"));
    for text in ["", "xyz", "00", &"0".repeat(66), &"0".repeat(1000)] {
        fs::write(&other, text).unwrap();
        let sentence = ask(&["sign", &path, "--key", &other, "--out", &broken]).unwrap_err();
        assert!(sentence.contains("holds no key") || sentence.contains("is larger"), "{sentence}");
    }
}

#[test]
fn what_has_mistakes_is_not_signed() {
    let (keep, path) = own();
    let of = |name: &str| keep.path().join(name).to_str().unwrap().to_owned();
    ask(&["keygen", "--out", &of("key")]).unwrap();
    fs::write(keep.path().join("own/more.toml"), "[wish]").unwrap();
    let said = ask(&["sign", &path, "--key", &of("key"), "--out", &of("out")]).unwrap();
    assert!(!said.good && said.text.starts_with("more.toml: wish: no such table"), "{}", said.text);
    assert!(!keep.path().join("out").exists());
}
