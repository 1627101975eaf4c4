use super::*;

#[test]
fn the_embedded_catalogue_can_be_used() {
    let loaded = load(&load::EMBEDDED);
    let told = loaded.as_ref().map_err(|error| error.0.iter().map(ToString::to_string).collect::<Vec<_>>());
    let catalogue = told.unwrap_or_else(|mistakes| panic!("{}", mistakes.join("\n")));
    assert_eq!(catalogue.service("help.escort").unwrap().0.capacity, 2);
    let (errand, workflow) = catalogue.service("help.errand").unwrap();
    let keys: Vec<&str> = errand.fields.iter().map(|f| f.key.as_str()).collect();
    assert_eq!(keys, ["list", "budget", "beneficiary", "time_window"]);
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
        (with_act(&format!("{act}sets = ['glory']")), "workflow W", "act[0]", "no mark"),
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
    assert_eq!(fields, ["colour", "workflow"], "what stands on a workflow that is not there is not judged");
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
