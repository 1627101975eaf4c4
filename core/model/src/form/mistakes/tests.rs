use super::*;

fn form(fields: &str) -> Vec<Field> {
    #[derive(serde::Deserialize)]
    struct File {
        field: Vec<Field>,
    }
    // `L` stands for a label: no case is about it that does not say so.
    let text = format!("field = [{}]", fields.replace('L', "label = { zh = '题', en = 'q' }"));
    toml::from_str::<File>(&text).unwrap_or_else(|error| panic!("{error}")).field
}

fn found(fields: &str) -> Vec<String> {
    mistakes(&form(fields)).iter().map(|m| format!("{} {} {}", m.key, m.attribute, m.reason)).collect()
}

#[test]
fn every_mistake_is_named_by_field_and_attribute() {
    let many: Vec<String> = (0..=limits::OPTIONS_MAX).map(|n| format!("'{n}'")).collect();
    let many = format!("{{ key = 'a', type = 'choice', L, options = [{}] }}", many.join(","));
    let long: Vec<String> = (0..20).map(|n| format!("'{n:060}'")).collect();
    let long = format!("{{ key = 'a', type = 'multi', L, options = [{}] }}", long.join(","));
    let wide = format!(
        "{{ key = 'a', type = 'choice', L, options = ['x'], option_labels = {{ x = {{ zh = '{}', en = 'x' }} }} }}",
        "字".repeat(limits::OPTION_LABEL_CHARS_MAX + 1)
    );
    let choice = "{ key = 'c', type = 'choice', L, options = ['x', 'y'] }";
    let cases: &[(&str, &[&str])] = &[
        ("{ key = 'a', type = 'text', L }, { key = 'a', type = 'text', L }", &["a key twice in this form"]),
        ("{ key = 'A b', type = 'text', L }", &["A b key \"A b\" is no field key: a-z, 0-9, _ and ."]),
        ("{ key = 'not', type = 'text', L }", &["not key a word of the expression language, no key"]),
        (
            "{ key = 'a', type = 'text', label = { zh = ' ', en = 'a' }, help = { zh = 'a', en = '' } }",
            &["a label zh and en are both needed", "a help zh and en are both needed"],
        ),
        ("{ key = 'a', type = 'choice', L, required = true }", &["a options options belong to a choice"]),
        ("{ key = 'a', type = 'date', L, options = ['x'] }", &["a options does not belong to a date"]),
        (&many, &["a options 65 options, at most 64 allowed"]),
        (&long, &["a options all chosen are 1219 characters, at most 1000 fit into an answer"]),
        (
            "{ key = 'a', type = 'choice', L, options = ['x', 'x', 'y,z', ''] }",
            &[
                "a options option \"x\" twice",
                "a options \"y,z\" is no option: 1 to 64 bytes without spaces at its ends, commas and control characters",
                "a options \"\" is no option: 1 to 64 bytes without spaces at its ends, commas and control characters",
            ],
        ),
        (
            "{ key = 'a', type = 'choice', L, options = ['x', 'y'], option_labels = { x = { zh = 'x', en = '' }, \
             z = { zh = 'z', en = 'z' } } }",
            &[
                "a option_labels zh and en are both needed",
                "a option_labels no label for option \"y\"",
                "a option_labels a label for \"z\", which is no option",
            ],
        ),
        (
            "{ key = 'a', type = 'choice', L, options = [' x', \"y\\u0007\", 'z，w'] }",
            &[
                "a options \" x\" is no option: 1 to 64 bytes without spaces at its ends, commas and control characters",
                "a options \"y\\u{7}\" is no option: 1 to 64 bytes without spaces at its ends, commas and control characters",
                "a options \"z，w\" is no option: 1 to 64 bytes without spaces at its ends, commas and control characters",
            ],
        ),
        (
            "{ key = 'a', type = 'text', L, option_labels = { x = { zh = 'x', en = 'x' } } }",
            &["a option_labels does not belong to a text"],
        ),
        (
            "{ key = 'a', type = 'text', L, min = '3', max = '2' }",
            &["a min does not belong to a text", "a max does not belong to a text"],
        ),
        ("{ key = 'a', type = 'text', L, open311 = true, retention_days = 36500 }", &[]),
        (&wide, &["a option_labels the label of option \"x\" has more than 40 characters"]),
        (
            "{ key = 'a', type = 'number', L, min = '3', max = '2' }",
            &["a min nothing lies between the least and the greatest"],
        ),
        (
            "{ key = 'a', type = 'money', L, min = '-1', max = '1.234' }",
            &["a min \"-1\" is not of the field's type", "a max \"1.234\" is not of the field's type"],
        ),
        (
            "{ key = 'a', type = 'text', L, min = '1', min_count = 1 }",
            &["a min does not belong to a text", "a min_count does not belong to a text"],
        ),
        (
            "{ key = 'a', type = 'text', L, min_length = 5, max_length = 1001 }",
            &["a max_length 1001, at most 1000 possible"],
        ),
        (
            "{ key = 'a', type = 'text', L, max_length = 0 }",
            &["a max_length nothing lies between the least and the greatest"],
        ),
        (
            "{ key = 'a', type = 'multi', L, options = ['x'], min_count = 2 }",
            &["a min_count 2, at most 1 possible"],
        ),
        ("{ key = 'a', type = 'person_ref', L }", &["a privacy a person_ref must be private"]),
        (
            "{ key = 'a', type = 'text', L, privacy = 'private', open311 = true, retention_days = 0 }",
            &[
                "a open311 what is private is not published",
                "a retention_days 0 days: 1 to 36500 are possible",
            ],
        ),
        (
            "{ key = 'a', type = 'text', L, constraint = \"length(a) > 1\" }",
            &["a constraint_message a constraint needs words for those who break it"],
        ),
        (
            "{ key = 'a', type = 'text', L, constraint_message = { zh = 'a', en = 'a' } }",
            &["a constraint_message there is no constraint"],
        ),
        (
            "{ key = 'a', type = 'text', L, visible_when = \"b == 1\", required_when = \"a >\" }",
            &[
                "a visible_when column 1: no field \"b\"",
                "a required_when column 4: a value expected, not the end",
            ],
        ),
        (
            "{ key = 'a', type = 'text', L, visible_when = \"answered(p)\" }, \
             { key = 'p', type = 'text', L, privacy = 'private' }",
            &["a visible_when reads the private field p, this one is shared"],
        ),
        (
            &format!("{choice}, {{ key = 'a', type = 'text', L, visible_when = \"c == 'z'\" }}"),
            &["a visible_when column 6: \"z\" is no option of c"],
        ),
    ];
    for (fields, expected) in cases {
        assert_eq!(found(fields), *expected, "{fields}");
    }
    let fields = "{ key = 'k', type = 'text', L },".repeat(limits::FIELDS_MAX + 1);
    assert_eq!(found(&fields)[0], " field 65 fields, at most 64 allowed");
    assert_eq!(found(&fields).len(), 1 + limits::FIELDS_MAX);
}

#[test]
fn questions_that_wait_for_each_other_are_named_with_the_way_round() {
    let fields = "{ key = 'a', type = 'text', L, visible_when = \"answered(b)\" },
                  { key = 'b', type = 'text', L, visible_when = \"answered(c) or answered(d)\" },
                  { key = 'c', type = 'text', L, visible_when = \"answered(a)\" },
                  { key = 'd', type = 'text', L },
                  { key = 'e', type = 'text', L, visible_when = \"answered(a)\" },
                  { key = 'f', type = 'text', L, visible_when = \"not answered(f)\" }";
    assert_eq!(
        found(fields),
        [
            "a visible_when waits for itself: a -> b -> c -> a",
            "b visible_when waits for itself: b -> c -> a -> b",
            "c visible_when waits for itself: c -> a -> b -> c",
            "f visible_when waits for itself: f -> f",
        ]
    );
}

#[test]
fn what_can_never_come_true_is_a_mistake() {
    let head = "{ key = 'c', type = 'choice', L, options = ['x', 'y'] }, \
                { key = 'd', type = 'choice', L, options = ['x', 'y'] }, \
                { key = 'm', type = 'multi', L, options = ['x', 'y'] }, { key = 'n', type = 'number', L }";
    let never = |expr: &str| {
        let words = "constraint_message = { zh = 'a', en = 'a' }";
        ["visible_when", "required_when", "constraint"].map(|attribute| {
            let words = if attribute == "constraint" { words } else { "required = true" };
            let field = format!("{{ key = 'q', type = 'text', L, {attribute} = \"{expr}\", {words} }}");
            let found = found(&format!("{head}, {field}"));
            assert!(
                found.iter().all(|line| *line == format!("q {attribute} can never be true")),
                "{found:?}"
            );
            !found.is_empty()
        })
    };
    for expr in [
        "false",
        "1 > 2",
        "1 / 0 == 1 / 0",
        "c == 'x' and c == 'y'",
        "c == 'x' and not answered(c)",
        "c == d and c == 'x' and d != 'x'",
        "contains(m, 'x') and count(m) == 0",
        "count(m) > 2",
        "n > 1 and c != c",
    ] {
        assert_eq!(never(expr), [true; 3], "{expr}");
    }
    for expr in
        ["true", "c == 'x' or c == 'y'", "not answered(c)", "n > 1 and n < 0", "count(m) == 2", "c == d"]
    {
        assert_eq!(never(expr), [false; 3], "{expr}");
    }
    // What waits for a question that is never asked is never asked either.
    let chain = format!(
        "{head}, {{ key = 'p', type = 'text', L, visible_when = \"answered(o)\" }},
         {{ key = 'o', type = 'text', L, visible_when = \"c == 'x' and c == 'y'\" }}"
    );
    assert_eq!(found(&chain), ["p visible_when can never be true", "o visible_when can never be true"]);
    // A constraint is judged of an answer that is there.
    let own = "{ key = 'c', type = 'choice', L, options = ['x'], constraint = \"not answered(c)\", \
               constraint_message = { zh = 'a', en = 'a' } }";
    assert_eq!(found(own), ["c constraint can never be true"]);
}

#[test]
fn too_many_choices_to_try_are_believed() {
    let options: Vec<String> = (0..limits::OPTIONS_MAX).map(|n| format!("'o{n}'")).collect();
    let choice =
        |key: &str| format!("{{ key = '{key}', type = 'choice', L, options = [{}] }}", options.join(","));
    let question = "{ key = 'q', type = 'text', L, visible_when = \"a != a and b == c\" }";
    assert_eq!(found(&[choice("a"), choice("b"), choice("c"), question.into()].join(",")), [""; 0]);
}

#[test]
fn of_a_question_that_is_never_asked_nothing_more_is_said() {
    let waits = "{ key = 'a', type = 'text', L, visible_when = \"answered(a) and 1 > 2\", required_when = \"1 > 2\" }";
    assert_eq!(found(waits), ["a visible_when waits for itself: a -> a"]);
    let never = "{ key = 'a', type = 'text', L, visible_when = \"1 > 2\", required_when = \"1 > 2\" }";
    assert_eq!(found(never), ["a visible_when can never be true"]);
}

#[test]
fn a_mistake_names_its_field_and_one_of_the_whole_form_none() {
    let one = mistakes(&form("{ key = 'not', type = 'text', L }"));
    assert_eq!(one[0].to_string(), "field not, key: a word of the expression language, no key");
    let fields: String =
        (0..=limits::FIELDS_MAX).map(|n| format!("{{ key = 'k{n}', type = 'text', L }},")).collect();
    let all: Vec<String> = mistakes(&form(&fields)).iter().map(ToString::to_string).collect();
    assert_eq!(all, ["field: 65 fields, at most 64 allowed"]);
}
