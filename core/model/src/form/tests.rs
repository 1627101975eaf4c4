use super::*;
use crate::catalogue::Catalogue;

fn errand(key: &str, value: &str) -> Result<Answers, FieldError> {
    let catalogue = Catalogue::embedded();
    let (service, _) = catalogue.service("help.errand").unwrap();
    check(service, &[(key.to_owned(), value.to_owned())], true)
}

#[test]
fn a_private_answer_is_kept_apart() {
    let answers = errand("address", "3号楼 王秀兰").unwrap();
    assert!(answers.shared.is_empty());
    assert_eq!(answers.private["address"], "3号楼 王秀兰");
    assert_eq!(errand("list", " 白菜 两棵 ").unwrap().shared["list"], "白菜 两棵");
}

#[test]
fn nobody_asks_for_somebody_else_without_having_asked_them() {
    let catalogue = Catalogue::embedded();
    let asks = |id: &str, answers: &[(&str, &str)]| {
        let answers: Vec<_> = answers.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
        check(catalogue.service(id).unwrap().0, &answers, true).map(|answers| answers.private.len())
    };
    let missing = Err(FieldError::Missing { key: "beneficiary_agrees".into() });
    assert_eq!(asks("help.errand", &[]), Ok(0), "for oneself");
    for id in ["help.errand", "help.escort", "help.elder_check"] {
        assert_eq!(asks(id, &[("beneficiary", "person-1")]), missing, "{id}");
        assert_eq!(asks(id, &[("beneficiary", "person-1"), ("beneficiary_agrees", "yes")]), Ok(2), "{id}");
        let no = asks(id, &[("beneficiary", "person-1"), ("beneficiary_agrees", "no")]);
        assert!(matches!(no, Err(FieldError::NotA { .. })), "{no:?}");
    }
}

#[test]
fn wrong_answers_name_the_field() {
    assert!(errand("colour", "red").unwrap_err().to_string().contains("list, budget"));
    for bad in ["-1", "1.234", "ten", "", "1e3", "."] {
        assert!(matches!(errand("budget", bad), Err(FieldError::NotA { .. })), "{bad:?}");
    }
    for good in ["0", "30", "30.5", "30.50"] {
        assert!(errand("budget", good).is_ok(), "{good:?}");
    }
}

/// A service whose form is written as in the catalogue.
fn service(form: &str) -> Service {
    #[derive(serde::Deserialize)]
    struct Questions {
        #[serde(default)]
        field: Vec<Field>,
    }
    let Questions { field } = toml::from_str(form).unwrap();
    assert_eq!(mistakes(&field), []);
    let errand = Catalogue::embedded().service("help.errand").unwrap().0.clone();
    Service { fields: field, ..errand }
}

fn checked(service: &Service, given: &[(&str, &str)], complete: bool) -> Result<Answers, FieldError> {
    let given: Vec<_> = given.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    check(service, &given, complete)
}

const WAGES: &str = "
    [[field]]
    key = 'kind'
    type = 'choice'
    label = { zh = '类型', en = 'Kind' }
    required = true
    options = ['firm', 'person']
    [[field]]
    key = 'firm'
    type = 'text'
    label = { zh = '单位', en = 'Firm' }
    visible_when = \"kind == 'firm'\"
    required = true
    [[field]]
    key = 'branch'
    type = 'number'
    label = { zh = '分店', en = 'Branch' }
    visible_when = \"answered(firm)\"
    [[field]]
    key = 'owed'
    type = 'money'
    label = { zh = '欠薪', en = 'Owed' }
    required_when = \"kind == 'firm'\"
    [[field]]
    key = 'paid'
    type = 'money'
    label = { zh = '已付', en = 'Paid' }
    constraint = \"not answered(owed) or paid < owed\"
    constraint_message = { zh = '已付应少于欠薪', en = 'less than what is owed' }
    [[field]]
    key = 'worker'
    type = 'person_ref'
    label = { zh = '工人', en = 'Worker' }
    privacy = 'private'
    visible_when = \"kind == 'person'\"
    required = true
    ";

#[test]
fn what_is_asked_and_required_depends_on_the_answers() {
    let wages = service(WAGES);
    let missing = |given: &[(&str, &str)]| match checked(&wages, given, true) {
        Err(FieldError::Missing { key }) => key,
        other => panic!("{other:?}"),
    };
    assert_eq!(missing(&[]), "kind");
    assert_eq!(missing(&[("kind", "firm")]), "firm");
    assert_eq!(missing(&[("kind", "firm"), ("firm", "  ")]), "firm");
    assert_eq!(missing(&[("kind", "firm"), ("firm", "甲")]), "owed");
    assert_eq!(missing(&[("kind", "person"), ("owed", "1")]), "worker");
    assert!(checked(&wages, &[("kind", "firm")], false).is_ok(), "a part misses nothing");
    let whole =
        checked(&wages, &[("kind", "firm"), ("firm", "甲"), ("owed", "05"), ("paid", "1")], true).unwrap();
    let shared: Vec<(&str, &str)> = whole.shared.iter().map(|(k, v)| (k.as_str(), &**v)).collect();
    assert_eq!(shared, [("firm", "甲"), ("kind", "firm"), ("owed", "5"), ("paid", "1")]);
}

#[test]
fn the_answer_of_a_hidden_question_is_left_out_and_counts_for_nothing() {
    let wages = service(WAGES);
    let given = [("kind", "person"), ("firm", "甲"), ("branch", "not a number"), ("worker", "w-1")];
    let whole = checked(&wages, &given, true).unwrap();
    assert_eq!(whole.shared.keys().collect::<Vec<_>>(), ["kind"]);
    assert_eq!(whole.private["worker"], "w-1");
    let part = checked(&wages, &given, false).unwrap_err();
    assert_eq!((part.key(), part.id()), ("branch", "not_a"));
    // The branch waits for the firm, which is not asked of a person.
    let form = Form::of(&wages.fields).unwrap();
    let answers: BTreeMap<&str, &str> = [("kind", "person"), ("firm", "甲")].into();
    assert_eq!(form.hidden(&answers).into_iter().collect::<Vec<_>>(), ["branch", "firm"]);
    assert_eq!(form.required(&answers).into_iter().collect::<Vec<_>>(), ["kind", "worker"]);
}

#[test]
fn a_constraint_is_judged_where_everything_that_it_reads_is_there() {
    let wages = service(WAGES);
    let too_much = checked(&wages, &[("owed", "5"), ("paid", "5")], false).unwrap_err();
    assert_eq!(too_much.to_string(), "paid: less than what is owed");
    assert!(checked(&wages, &[("paid", "5")], false).is_ok(), "what is owed may stand in the case");
    let whole = [("kind", "firm"), ("firm", "甲"), ("owed", "5")];
    assert!(checked(&wages, &whole, true).is_ok(), "nothing paid, nothing to judge");
    let whole = [&whole[..], &[("paid", "7")]].concat();
    assert_eq!(checked(&wages, &whole, true).unwrap_err().id(), "broken");
}

#[test]
fn bounds_hold_at_below_and_above() {
    let form = service(
        "
        field = [
        { key = 'n', type = 'number', label = { zh = 'a', en = 'a' }, min = -1, max = '2.5' },
        { key = 'd', type = 'date', label = { zh = 'a', en = 'a' }, min = '2026-01-01', max = '2026-12-31' },
        { key = 't', type = 'text', label = { zh = 'a', en = 'a' }, min_length = 2, max_length = 3 },
        { key = 'm', type = 'multi', label = { zh = 'a', en = 'a' }, options = ['a', 'b', 'c'], min_count = 2, max_count = 2 },
        { key = 'p', type = 'photo', label = { zh = 'a', en = 'a' }, max_count = 1 },
        { key = 'v', type = 'voice', label = { zh = 'a', en = 'a' } },
        ]
        ",
    );
    let hashes = |count: usize| (0..count).map(|n| format!("{n:064x}")).collect::<Vec<_>>().join(",");
    let cases = [
        ("n", "-1", "ok"),
        ("n", "-1.1", "below_min"),
        ("n", "2.50", "ok"),
        ("n", "2.500001", "above_max"),
        ("d", "2026-01-01", "ok"),
        ("d", "2025-12-31", "below_min"),
        ("d", "2026-12-31", "ok"),
        ("d", "2027-01-01", "above_max"),
        ("t", "字", "too_short"),
        ("t", "二字", "ok"),
        ("t", "三个字", "ok"),
        ("t", "四个字了", "too_long"),
        ("t", "", "ok"),
        ("m", "a", "too_few"),
        ("m", "b,a", "ok"),
        ("m", "a,b,c", "too_many"),
        ("p", &hashes(1), "ok"),
        ("p", &hashes(2), "too_many"),
        ("v", &hashes(limits::FILES_PER_ANSWER_MAX), "ok"),
        ("v", &hashes(limits::FILES_PER_ANSWER_MAX + 1), "too_many"),
    ];
    for (key, value, expected) in cases {
        let found = checked(&form, &[(key, value)], true).map_or_else(|e| e.id(), |_| "ok");
        assert_eq!(found, expected, "{key} {value}");
    }
}

#[test]
fn a_private_answer_does_not_show_itself() {
    let answers = errand("address", "3号楼 王秀兰").unwrap();
    assert!(!format!("{answers:?}").contains("王秀兰"));
}

#[test]
fn a_text_may_be_exactly_at_its_limit() {
    let at = "字".repeat(limits::FIELD_CHARS_MAX);
    assert!(errand("list", &at).is_ok());
    let above = format!("{at}字");
    assert_eq!(
        errand("list", &above).unwrap_err(),
        FieldError::TooLong {
            key: "list".into(),
            chars: limits::FIELD_CHARS_MAX + 1,
            max: limits::FIELD_CHARS_MAX
        }
    );
}

#[test]
fn a_date_is_a_day_that_there_is() {
    let form = service("field = [{ key = 'd', type = 'date', label = { zh = 'a', en = 'a' } }]");
    let found = |day: &str| checked(&form, &[("d", day)], true).map_or_else(|e| e.id(), |_| "ok");
    assert_eq!(["2026-12-31", "2028-02-29", "2000-02-29"].map(found), ["ok"; 3]);
    let wrong =
        ["2026-02-29", "2100-02-29", "2026-04-31", "2026-00-01", "20a6-01-01", "2026-1-01", "2026-01"];
    assert_eq!(wrong.map(found), ["not_a"; 7]);
}
