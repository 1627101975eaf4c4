mod contact;
mod every;
mod schema;
mod standard;

use super::*;
use crate::words::Words;

#[test]
fn the_embedded_catalogue_can_be_used() {
    let loaded = load(&load::EMBEDDED);
    let told = loaded.as_ref().map_err(|error| error.0.iter().map(ToString::to_string).collect::<Vec<_>>());
    let catalogue = told.unwrap_or_else(|mistakes| panic!("{}", mistakes.join("\n")));
    assert_eq!(catalogue.service("help.escort").unwrap().0.capacity, 2);
    let (errand, workflow) = catalogue.service("help.errand").unwrap();
    let keys: Vec<&str> = errand.fields.iter().map(|f| f.key.as_str()).collect();
    assert_eq!(
        keys,
        ["list", "budget", "beneficiary", "beneficiary_agrees", "time_window", "address", "phone"]
    );
    assert_eq!(workflow.opens, "open");
}

const HEAD: &str = "version = 1\n[group.g]\ntitle = { zh = 'a', en = 'a' }\n[argument.unit]\ntitle = { zh = 'a', en = 'a' }\nkind = 'unit'\n\
[workflow.W]\ntitle = { zh = 'a', en = 'a' }\nopens = 'a'\nfinal = ['a']\n";

fn service(extra: &str) -> String {
    format!(
        "{HEAD}\n[[service]]\nid = 's'\ngroup = 'g'\ntitle = {{ zh = 'a', en = 'a' }}\nvisibility = 'grid'\nplace = 'exact'\n{extra}"
    )
}

fn with_act(extra: &str) -> String {
    let act = format!(
        "\n[[workflow.W.act]]\nid = 'x'\nclass = 'additive'\noffline = 'local'\n{extra}\n[[service]]"
    );
    service("workflow = 'W'\ncreate = ['resident']").replace("\n[[service]]", &act)
}

fn mistakes(text: &str) -> Vec<Mistake> {
    load(&[CatalogueFile { name: "f.toml", text }]).map_or_else(|error| error.0, |_| Vec::new())
}

#[test]
fn a_bad_row_is_named_with_its_file_and_field() {
    let good = "workflow = 'W'\ncreate = ['resident']";
    assert_eq!(mistakes(&service(good)), []);
    let act = "from = ['a']\nby = ['resident']\n";
    let cases = [
        (service("workflow = 'X'\ncreate = ['resident']"), "service s", "workflow", "no workflow X"),
        (service("workflow = 'W'\ncreate = []"), "service s", "create", "nobody"),
        (service("workflow = 'W'"), "service s", "create", "is missing"),
        (service(&format!("{good}\ncapacity = 0")), "service s", "capacity", "0"),
        (service(&format!("{good}\nload = 0")), "service s", "load", "0: from 1"),
        (service(&format!("{good}\nper_day = 101")), "service s", "per_day", "101: from 1"),
        (service(&format!("{good}\nload = 2")), "service s", "load", "only requests for help"),
        (service(&format!("{good}\nvetting = 'l2'")), "service s", "vetting", "asks for it"),
        (service("workflow = 'W'\ncreate = ['king']"), "service s", "create", "no role"),
        (service(&format!("{good}\ncolour = 'red'")), "service s", "colour", "no such field"),
        (service(&format!("{good}\nkpi = ['speed']")), "service s", "kpi", "no indicator"),
        (service(good).replace("group = 'g'", "group = 'h'"), "service s", "group", "no group"),
        (
            service(good).replacen("en = 'a' }\nvisibility", "en = ' ' }\nvisibility", 1),
            "service s",
            "title.en",
            "translation",
        ),
        (
            service(&format!(
                "{good}\n[[service.field]]\nkey = 'A'\ntype = 'text'\nlabel = {{ zh = 'a', en = 'a' }}"
            )),
            "service s",
            "field A.key",
            "key",
        ),
        (
            service(&format!("{good}\n[[service.condition]]\nid = 'c'")),
            "service s",
            "condition[0].title",
            "is missing",
        ),
        (
            with_act(&act.replace("'a'", "'nowhere'")),
            "workflow W act x",
            "from",
            "no way leads to stage nowhere",
        ),
        (with_act("from = []\nby = ['resident']"), "workflow W act x", "from", "in no stage"),
        (with_act(&format!("{act}args = ['wish']")), "workflow W act x", "args", "no argument wish"),
        (
            with_act(&format!("{act}effect = 'dispatch'")),
            "workflow W act x",
            "args",
            "needs the argument unit",
        ),
        (with_act(&format!("{act}at_most = 1")), "workflow W act x", "at_most", "what is counted"),
        (
            with_act(&format!("{act}needs = ['urgent']\nbars = ['urgent']")),
            "workflow W act x",
            "needs",
            "bars it",
        ),
        (with_act(&format!("{act}sets = ['info_pending']")), "workflow W", "act", "nothing takes it away"),
        (with_act(&format!("{act}to = 'b'")), "workflow W", "act", "nothing leads out of stage b"),
        (service(&format!("{good}\nopens = 'z'")), "service s", "opens", "no stage z"),
        (with_act(&format!("{act}after = '1 hour'")), "workflow W act x", "after", "own acts"),
        (with_act(&format!("{act}sets = ['glory']")), "workflow W", "act[0].sets", "no mark"),
        (service(&format!("{good}\ntally_of = 'n'")), "service s", "tally_of", "W has no tally"),
        (
            service(&format!("{good}\ntally_of = 'n'")),
            "service s",
            "tally_of",
            "no question n for a number that everybody reads",
        ),
        (
            service(good).replacen("opens = 'a'", "opens = 'a'\ntally = 'x'", 1),
            "workflow W",
            "tally",
            "no act counts x",
        ),
        ("version = 1\nversion = 2".to_owned(), "line 2", "", "duplicate key"),
        (service(good).replace("version = 1", "version = 0"), "", "version", "from 1"),
        (service(good).replace("version = 1", "schema = 2\nversion = 1"), "", "schema", "not a format"),
        (service(good).replace("version = 1", ""), "", "version", "no file says"),
        (service(good).replace("version = 1", "version = 1\n[wish]"), "", "wish", "no such table"),
    ];
    for (text, row, field, reason) in cases {
        let found = mistakes(&text);
        let named = |m: &Mistake| m.row == row && m.field == field && m.reason.contains(reason);
        assert!(found.iter().any(named), "{row}, {field}, {reason}: {found:#?}");
    }
}

#[test]
fn every_mistake_is_told_and_nothing_is_half_loaded() {
    let text =
        service("workflow = 'X'\ncreate = []\ncapacity = 0\ncolour = 'red'\nkpi = ['speed', 'height']");
    let fields: Vec<String> = mistakes(&text).into_iter().map(|m| m.field).collect();
    assert_eq!(fields, ["capacity", "colour", "create", "kpi", "kpi", "workflow"]);
    let text = text.replace("'X'", "'W'");
    let fields: Vec<String> = mistakes(&text).into_iter().map(|m| m.field).collect();
    assert_eq!(fields, ["capacity", "colour", "create", "kpi", "kpi"]);
}

#[test]
fn a_row_takes_from_its_profile_what_it_does_not_say() {
    let profile =
        "\n[profile.p]\nworkflow = 'W'\ncreate = ['resident']\ncapacity = 3\n[[service]]\nprofile = 'p'";
    let text = service("capacity = 2").replace("\n[[service]]", profile);
    let catalogue = load(&[CatalogueFile { name: "f.toml", text: &text }]).unwrap();
    let (service, _) = catalogue.service("s").unwrap();
    assert_eq!((service.capacity, service.create.as_slice()), (2, [crate::Role::Resident].as_slice()));
}

#[test]
fn nobody_handles_by_a_role_that_shows_no_case() {
    let handled =
        |by: &str| lines(&service(&format!("workflow = 'W'\ncreate = ['admin']\nhandle = ['{by}']")));
    assert!(handled("admin").iter().any(|line| line.contains("handle: admin: no case of a division")));
    assert!(!handled("handler").iter().any(|line| line.contains("no case of a division")));
}

#[test]
fn one_id_stands_once() {
    let text = service("workflow = 'W'\ncreate = ['resident']");
    let other = text.replace("version = 1", "");
    let files =
        [CatalogueFile { name: "a.toml", text: &text }, CatalogueFile { name: "b.toml", text: &other }];
    let found = load(&files).unwrap_err().0;
    assert!(
        found.iter().any(|m| m.file == "b.toml" && m.row == "service s" && m.reason.contains("a.toml")),
        "{found:?}"
    );
}

/// Where and what is wrong, a line each.
fn lines(text: &str) -> Vec<String> {
    mistakes(text).iter().map(ToString::to_string).collect()
}

#[test]
fn everything_wrong_in_one_row_is_told_field_by_field() {
    let good = "workflow = 'W'\ncreate = ['resident']";
    let text = service(good).replace("[[service]]", "[[workflow.W.act]]\nid = 7\nfrom = 'a'\nby = ['king']\nclass = 'x'\noffline = 'local'\ncolour = 1\n[[service]]");
    let fields: Vec<String> = mistakes(&text).into_iter().map(|m| m.field).collect();
    assert_eq!(fields, ["act[0].by", "act[0].class", "act[0].colour", "act[0].from", "act[0].id"]);
    let text = service(&format!(
        "{good}\n[[service.field]]\nkey = 'k'\ntype = 'texte'\nlabel = {{ zh = 'a' }}\nmin = true\nsize = 3\n\
         [[service.condition]]\nid = 'A b'\ntitle = {{ zh = '', en = 'a' }}\nlimits = {{ x = '4 weeks', y = 1, z = '0 hour' }}\nclose = {{ zh = 'a', en = '' }}"
    ));
    let fields: Vec<String> = mistakes(&text).into_iter().map(|m| m.field).collect();
    let condition = ["close.en", "id", "limits.x", "limits.y", "limits.z", "title.zh"]
        .map(|f| format!("condition[0].{f}"));
    let field = ["label", "min", "size", "type"].map(|f| format!("field[0].{f}"));
    assert_eq!(fields, [condition.as_slice(), field.as_slice()].concat());
}

#[test]
fn what_an_act_says_is_no_private_question() {
    let asks = |privacy: &str| {
        let act = with_act("from = ['a']\nby = ['resident']\nargs = ['unit?']");
        let field = "\n[[service.field]]\nkey = 'unit'\ntype = 'text'\nlabel = { zh = 'a', en = 'a' }\n";
        lines(&format!("{act}{field}{privacy}"))
    };
    assert_eq!(asks(""), Vec::<String>::new());
    assert_eq!(
        asks("privacy = 'private'\npurpose = { zh = 'a', en = 'a' }\nretention_days = 1\n"),
        [
            "f.toml: service s: field unit.key: x of W says it, and everybody reads what an act says",
            "f.toml: service s: private_to: @holder: in W nobody is that who could read them",
        ]
    );
}

#[test]
fn what_a_profile_says_wrong_is_told_once_where_it_stands() {
    let profile = "\n[profile.p]\ncapacity = 'many'\ncolour = 'red'\nid = 'x'\nkpi = ['speed']\n[[profile.p.condition]]\nid = 'c'\n[profile.unused]\nplace = 'near'\n[[service]]\nprofile = 'p'";
    let text = service("workflow = 'W'\ncreate = ['resident']").replace("\n[[service]]", profile);
    let found: Vec<(String, String)> = mistakes(&text).into_iter().map(|m| (m.row, m.field)).collect();
    let expected = [
        ("profile p", "capacity"),
        ("profile p", "colour"),
        ("profile p", "condition[0].title"),
        ("profile p", "id"),
        ("profile unused", "place"),
        ("service s", "kpi"),
    ];
    assert_eq!(found, expected.map(|(row, field)| (row.to_owned(), field.to_owned())));
}

#[test]
fn who_names_a_row_that_cannot_be_read_is_not_blamed() {
    let text = service("workflow = 'W'\ncreate = ['resident']")
        .replace("opens = 'a'\n", "")
        .replace("[group.g]\ntitle = { zh = 'a', en = 'a' }", "[group.g]\ntitle = { zh = 'a' }");
    let rows: Vec<String> = mistakes(&text).into_iter().map(|m| m.row).collect();
    assert_eq!(rows, ["group g", "workflow W"]);
}

#[test]
fn stages_are_reached_from_the_first_and_lead_to_an_end() {
    let acts = |acts: &str| {
        let head = HEAD.replace("final = ['a']", "final = ['z']");
        let act = |row: &str| {
            let (id, from, to) = (&row[..1], &row[1..2], &row[2..3]);
            format!(
                "[[workflow.W.act]]\nid = '{id}'\nfrom = ['{from}']\nto = '{to}'\nby = ['resident']\nclass = 'additive'\noffline = 'local'\n"
            )
        };
        lines(&format!("{head}{}", acts.split(' ').map(act).collect::<String>()))
    };
    assert_eq!(acts("1az"), Vec::<String>::new());
    assert_eq!(
        acts("1az 2xy 3yz"),
        [
            "f.toml: workflow W act 2: from: no way leads to stage x",
            "f.toml: workflow W act 3: from: no way leads to stage y"
        ]
    );
    assert_eq!(
        acts("1az 2xy 3yx"),
        [
            "f.toml: workflow W: act: no way leads from stage x to a final one",
            "f.toml: workflow W: act: no way leads from stage y to a final one",
            "f.toml: workflow W act 2: from: no way leads to stage x",
            "f.toml: workflow W act 3: from: no way leads to stage y",
        ]
    );
    assert_eq!(acts("1az 2ab 3ba"), Vec::<String>::new());
    assert_eq!(
        acts("1az 2ab"),
        ["f.toml: workflow W: act: nothing leads out of stage b, and it is not final"]
    );
}

#[test]
fn limits_hold_at_and_above() {
    let size = crate::limits::CATALOGUE_FILE_BYTES_MAX;
    let good = service("workflow = 'W'\ncreate = ['resident']\n");
    let padded = |bytes: usize| format!("{good}{}", "#".repeat(bytes - good.len()));
    assert_eq!(lines(&padded(size)), Vec::<String>::new());
    assert!(
        lines(&padded(size + 1))
            .contains(&format!("f.toml: {} bytes, and at most {size} are read", size + 1))
    );
    let act = |n: usize| {
        format!(
            "[[workflow.W.act]]\nid = 'x{n}'\nfrom = ['a']\nby = ['resident']\nclass = 'additive'\noffline = 'local'\n"
        )
    };
    let acts = |n: usize| lines(&format!("{HEAD}{}", (0..n).map(act).collect::<String>()));
    assert_eq!(acts(crate::limits::WORKFLOW_ACTS_MAX), Vec::<String>::new());
    assert_eq!(
        acts(crate::limits::WORKFLOW_ACTS_MAX + 1),
        ["f.toml: workflow W: act: 257 acts, and at most 256 are read"]
    );
    let stages = |n: usize| {
        let from: Vec<String> = (0..n).map(|n| format!("'s{n}'")).collect();
        let head = format!("{HEAD}{}", act(0).replace("['a']", &format!("[{}]", from.join(", "))));
        lines(&head.replace("final = ['a']", &format!("final = ['a', {}]", from.join(", "))))
    };
    let most = crate::limits::WORKFLOW_STAGES_MAX;
    assert!(!stages(most - 1).iter().any(|line| line.contains("at most")));
    assert_eq!(stages(most), ["f.toml: workflow W: act: 65 stages, and at most 64 are read"]);
    let args = |n: usize| {
        let names: Vec<String> = (0..n).map(|n| format!("'x{n}'")).collect();
        lines(&format!("{HEAD}{}args = [{}]", act(0), names.join(", ")))
    };
    let most = crate::limits::ACT_ARGS_MAX;
    assert!(!args(most).iter().any(|line| line.contains("at most")));
    assert!(
        args(most + 1)
            .contains(&"f.toml: workflow W: act[0].args: 33 arguments, and at most 32 are read".to_owned())
    );
    let empty = vec![CatalogueFile { name: "e.toml", text: "" }; crate::limits::CATALOGUE_FILES_MAX];
    let with = |text| [empty.as_slice(), &[CatalogueFile { name: "f.toml", text }]].concat();
    assert_eq!(load(&with(&good)).unwrap_err().0[0].reason, "257 files, and at most 256 are read");
    assert!(load(&with(&good)[1..]).is_ok());
}

#[test]
fn hostile_texts_are_mistakes_and_no_panic() {
    let deep = format!("version = 1\na = {}", "[".repeat(100_000));
    let chain = format!("{}\n[[service]]", "[a".to_owned() + &".a".repeat(50_000) + "]");
    let cases = [
        "",
        "\u{0}",
        "version",
        "服务 = ",
        "a = '\u{1F980}",
        "service = 1",
        "[service]",
        "service = [1, {}]",
        "group = 1",
        "[[group]]",
        "workflow.W = 1",
        "form.f = { field = 3 }",
        "form.f = { field = [3] }",
        "version = 99999999999",
        "version = -1",
        "version = 1.5",
        "[profile.p]\nprofile = 'p'",
        "[group.'']\ntitle = { zh = 'a', en = 'a' }",
        "[group.'a b']\ntitle = { zh = 'a', en = 'a' }",
        &deep,
        &chain,
    ];
    for text in cases {
        assert!(!mistakes(text).is_empty(), "{}", text.chars().take(40).collect::<String>());
        let told = lines(text);
        assert!(told.iter().all(|line| !line.trim().is_empty()), "{told:?}");
    }
    let empty = load(&[]).unwrap_err().0;
    assert_eq!(empty.iter().map(|m| m.field.as_str()).collect::<Vec<_>>(), ["version"]);
}

#[test]
fn a_byte_order_mark_and_carriage_returns_do_not_matter() {
    let good = service("workflow = 'W'\ncreate = ['resident']");
    assert_eq!(lines(&format!("\u{feff}{good}")), Vec::<String>::new());
    assert_eq!(lines(&good.replace('\n', "\r\n")), Vec::<String>::new());
}

/// Questions that are answered with questions, all ways: looking for what they carry ends.
#[test]
fn a_web_of_questions_is_judged_at_once() {
    let asked: Vec<&str> =
        crate::Mark::ALL.iter().filter(|mark| mark.is_asked()).map(|mark| mark.id()).collect();
    let mut text = HEAD.to_owned();
    for (n, (sets, clears)) in asked.iter().flat_map(|a| asked.iter().map(move |b| (a, b))).enumerate() {
        let clears = if sets == clears {
            String::new()
        } else {
            format!("clears = ['{clears}']\neffect = 'dispatch'\n")
        };
        text += &format!(
            "[[workflow.W.act]]\nid = 'x{n}'\nfrom = ['a']\nby = ['resident']\nclass = 'additive'\noffline = 'local'\nsets = ['{sets}']\n{clears}"
        );
    }
    assert!(lines(&text).iter().any(|line| line.contains("needs the argument unit")));
}

#[test]
fn ids_stand_once_over_all_files() {
    let good = service("workflow = 'W'\ncreate = ['resident']");
    let found =
        load(&[CatalogueFile { name: "a.toml", text: &good }, CatalogueFile { name: "b.toml", text: &good }]);
    let told: Vec<String> = found.unwrap_err().0.iter().map(ToString::to_string).collect();
    let expected = [
        "b.toml: version: a.toml says which version this is, too",
        "b.toml: argument unit: stands in a.toml, too",
        "b.toml: group g: stands in a.toml, too",
        "b.toml: service s: id: stands in a.toml, too",
        "b.toml: workflow W: stands in a.toml, too",
    ];
    assert_eq!(told, expected);
}

#[test]
fn what_has_no_words_is_a_mistake_of_an_inspection() {
    let text = service("workflow = 'W'\ncreate = ['resident']");
    let found = inspect(&[CatalogueFile { name: "f.toml", text: &text }], &Words::embedded());
    assert_eq!((found.version, found.services, found.workflows), (Some(1), 1, 1));
    let told: Vec<String> = found.mistakes.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["f.toml: workflow W: stage a: has no words"]);
    let found = inspect(&load::EMBEDDED, &Words::embedded());
    assert_eq!(found.mistakes, []);
    assert_eq!(found.services, Catalogue::embedded().services().count());
}

#[test]
fn a_city_says_its_own_stages_acts_and_clocks_itself() {
    let own = Catalogue::embedded_files();
    let renamed = |text: &str| {
        text.replace("\"self_handle\"", "\"handle_alone\"").replace("\"archived\"", "\"on_the_shelf\"")
    };
    let words = "[act.handle_alone]\ntitle = { zh = '自行处理', en = 'Handle alone' }\n\
                 [stage.on_the_shelf]\ntitle = { zh = '已入库', en = 'On the shelf' }\n\
                 [stage.closed]\ntitle = { zh = '办结', en = 'Done' }\n";
    let texts: Vec<String> = own.iter().map(|file| renamed(file.text)).collect();
    let mut files: Vec<CatalogueFile<'_>> =
        own.iter().zip(&texts).map(|(file, text)| CatalogueFile { name: file.name, text }).collect();
    let unsaid = inspect(&files, &Words::embedded()).mistakes;
    assert!(
        unsaid.iter().any(|m| m.field == "act handle_alone" && m.reason == "has no words"),
        "{unsaid:#?}"
    );
    files.push(CatalogueFile { name: "words.toml", text: words });
    assert_eq!(inspect(&files, &Words::embedded()).mistakes, []);
    let catalogue = load(&files).unwrap();
    let mut said = Words::embedded();
    assert_eq!(said.missing(&catalogue), Vec::<String>::new());
    said.learn(catalogue.own_words());
    let read =
        [said.act("handle_alone"), said.stage("on_the_shelf"), said.stage("closed"), said.stage("filed")];
    assert_eq!(read.map(|title| title.zh), ["自行处理", "已入库", "办结", "已立案"]);
}

#[test]
fn words_in_one_language_are_a_mistake() {
    let found = mistakes("[stage.s]\ntitle = { zh = '入库', en = ' ' }");
    assert!(found.iter().any(|m| m.row == "stage s" && m.field == "title.en"), "{found:#?}");
}
