//! Each mistake that rows can have by themselves and with one another, made once, with everything that is told of it.

use super::*;

const GOOD: &str = "workflow = 'W'\ncreate = ['resident']";
const ACT: &str = "from = ['a']\nby = ['resident']\n";

/// A second act beside what [`with_act`] writes.
fn act(id: &str, says: &str) -> String {
    format!("[[workflow.W.act]]\nid = '{id}'\nclass = 'additive'\noffline = 'local'\n{says}\n")
}

fn told(cases: &[(String, &[&str])]) {
    for (text, expected) in cases {
        let expected: Vec<String> = expected.iter().map(|line| format!("f.toml: {line}")).collect();
        assert_eq!(lines(text), expected, "{text}");
    }
}

#[test]
fn what_an_act_says_holds_together() {
    told(&[
        (with_act(&format!("{ACT}{}", act("x", ACT))), &["workflow W act x: id: act x twice or reserved"]),
        (
            with_act(&format!("{ACT}{}", act("report", ACT))),
            &["workflow W act report: id: act report twice or reserved"],
        ),
        (with_act("from = ['a']\nby = []"), &["workflow W act x: from: possible in no stage, or by nobody"]),
        (
            with_act("from = ['a', 'a']\nby = ['resident', 'resident']"),
            &["workflow W act x: by: says one thing twice", "workflow W act x: from: says one thing twice"],
        ),
        (with_act(&format!("{ACT}args = ['unit', 'unit?']")), &["workflow W act x: args: unit twice"]),
        (
            with_act(&format!("{ACT}effect = 'dispatch'\nargs = ['unit?']")),
            &["workflow W act x: args: its effect needs the argument unit"],
        ),
        (
            with_act(&format!("{ACT}effect = 'dispatch'\nargs = ['unit']")).replace("'unit'\n", "'text'\n"),
            &["workflow W act x: args: the argument unit is of another kind"],
        ),
        (
            with_act(&format!("{ACT}sets = ['urgent']\nclears = ['urgent']")),
            &["workflow W act x: sets: sets urgent and takes it away"],
        ),
        (with_act(&format!("{ACT}counts = 'n'\nat_most = 0")), &["workflow W act x: at_most: 0: never"]),
        (with_act(&format!("{ACT}counts = 'n'\nat_most = 1")), &[]),
        (
            with_act(ACT).replace("'additive'", "'exclusive'"),
            &["workflow W act x: offline: an exclusive act is not done by a phone alone"],
        ),
        (
            with_act("from = ['a']\nby = ['@system']"),
            &["workflow W act x: after: the server's own acts say after which time, and no others do"],
        ),
        (
            with_act(ACT).replace("id = 'x'", "id = 'X y'"),
            &["workflow W: act[0].id: no name: 1 to 64 of a-z, 0-9, _ and ."],
        ),
    ]);
}

#[test]
fn an_effect_finds_its_argument_among_others() {
    let why = "[argument.why]\ntitle = { zh = 'a', en = 'a' }\nkind = 'text'\n[workflow.W]";
    let text = with_act(&format!("{ACT}effect = 'dispatch'\nargs = ['why', 'unit']"));
    told(&[(text.replace("[workflow.W]", why), &[])]);
}

#[test]
fn what_a_workflow_says_holds_together() {
    let round = |head: &str| {
        let there = act("there", "from = ['a']\nto = 'b'\nby = ['resident']");
        let back = act("back", "from = ['b']\nto = 'a'\nby = ['resident']");
        format!("{}{there}{back}", HEAD.replace("final = ['a']", head))
    };
    told(&[
        (round("final = []"), &["workflow W: final: no stage: nothing would ever end"]),
        (round("final = ['a', 'a']"), &["workflow W: final: says one thing twice"]),
        (round("final = ['a', 'z']"), &["workflow W: final: no way leads to final stage z"]),
        (
            round("final = ['a']\nclocks = { wait = [], whole = ['a'], far = ['z'] }"),
            &[
                "workflow W: clocks.far: no way leads to stage z",
                "workflow W: clocks.wait: runs in no stage",
                "workflow W: clocks.whole: stands for the whole way in every workflow",
            ],
        ),
        (
            round("final = ['a']\nclocks = { 'a b' = ['a'] }"),
            &["workflow W: clocks: \"a b\" is no name: 1 to 64 of a-z, 0-9, _ and ."],
        ),
        (
            with_act(&format!("{ACT}needs = ['info_pending']")),
            &["workflow W: act: x needs info_pending, which nothing sets"],
        ),
        (
            HEAD.replace("'a'\nfinal = ['a']", "'a b'\nfinal = ['a b']"),
            &["workflow W: act: stage \"a b\" is no name: 1 to 64 of a-z, 0-9, _ and ."],
        ),
    ]);
}

#[test]
fn what_a_service_says_holds_together() {
    let with = |says: &str| service(&format!("{GOOD}\n{says}"));
    let point = "[[service.field]]\nkey = 'k'\ntype = 'point'\nlabel = { zh = 'a', en = 'a' }";
    let condition = "[[service.condition]]\nid = 'c'\ntitle = { zh = 'a', en = 'a' }\n";
    let text = "[[service.field]]\nkey = 'k'\ntype = 'text'\nlabel = { zh = 'a', en = 'a' }\n";
    let fields: String =
        (0..=crate::limits::FIELDS_MAX).map(|n| text.replace("'k'", &format!("'k{n}'"))).collect();
    told(&[
        (with("help = { zh = 'a', en = ' ' }"), &["service s: help.en: a translation is missing"]),
        (with("handle = ['handler', 'handler']"), &["service s: handle: says one thing twice"]),
        (
            with("evidence = { before_min = 10 }"),
            &["service s: evidence.before_min: 10, and one command takes at most 9 photos"],
        ),
        (with("evidence = { before_min = 9 }"), &[]),
        (with("words = ['a', ' ']"), &["service s: words: one is empty"]),
        (
            with("standard = [{ ref = ' ', code = '1' }, { ref = 'GB', code = '' }]"),
            &["service s: standard: a standard or a code is empty"],
        ),
        (with("standard = [{ ref = 'GB', code = '1' }]"), &[]),
        (with(&condition.repeat(2)), &["service s: condition: c twice"]),
        (with(&fields), &["service s: field: 65 fields, at most 64 allowed"]),
        (
            with(point).replace("place = 'exact'", "place = 'cell'"),
            &["service s: field k.privacy: where only the cell is shared, a point is private"],
        ),
        (
            with(&format!("private_to = ['grid_worker']\n{point}\nprivacy = 'private'"))
                .replace("place = 'exact'", "place = 'cell'"),
            &[],
        ),
        (
            with(&format!("{point}\nprivacy = 'private'")),
            &["service s: private_to: @holder: in W nobody is that who could read them"],
        ),
        (
            with(&format!("private_to = ['@handler', '@author']\n{point}\nprivacy = 'private'")),
            &["service s: private_to: @handler: in W nobody is that who could read them"],
        ),
        (
            with(&format!("private_to = ['resident']\n{point}\nprivacy = 'private'")),
            &["service s: private_to: resident: in W nobody is that who could read them"],
        ),
        (
            with(&format!("private_to = []\n{point}\nprivacy = 'private'")),
            &["service s: private_to: nobody: its private answers would be for nobody"],
        ),
        (
            service(GOOD).replace("id = 's'", "id = 's 1'"),
            &["service s 1: id: no id: 1 to 64 of A-Z, a-z, 0-9, _, . and -"],
        ),
    ]);
}

#[test]
fn a_service_asks_of_its_workflow_what_it_has() {
    let served = |act: &str, says: &str| {
        with_act(act).replace("create = ['resident']", &format!("create = ['resident']\n{says}"))
    };
    let limit = "[[service.condition]]\nid = 'c'\ntitle = { zh = 'a', en = 'a' }\nlimits = ";
    let queued = |says: &str| served(ACT, says).replace("offline = 'local'", "offline = 'queue_intent'");
    told(&[
        (
            served("from = ['a']\nby = ['@handler', '@approver']", ""),
            &[
                "service s: approve: nobody, and acts of W are theirs",
                "service s: handle: nobody, and acts of W are theirs",
            ],
        ),
        (served("from = ['a']\nby = ['@handler']", "handle = ['handler']"), &[]),
        (
            served(ACT, "evidence = { after_min = 1 }"),
            &["service s: evidence.after_min: no act of W asks for it"],
        ),
        (served(&format!("{ACT}evidence = 'after'"), "evidence = { after_min = 1 }"), &[]),
        (served(ACT, "offline = { y = 'local' }"), &["service s: offline: W has no act y"]),
        (
            queued("offline = { x = 'local' }"),
            &["service s: offline: x: a service may ask for more than its workflow, not for less"],
        ),
        (queued("offline = { x = 'queue_intent' }"), &[]),
        (queued("offline = { x = 'server_only' }"), &[]),
        (
            served(ACT, &format!("{limit}{{ dispose = '4 work_hour' }}")),
            &["service s: condition: c: W has no clock dispose"],
        ),
        (served(ACT, &format!("{limit}{{ whole = '4 work_hour' }}")), &[]),
    ]);
}

#[test]
fn a_name_is_as_long_as_a_word_may_be() {
    let most = crate::limits::WORD_BYTES_MAX;
    assert_eq!([0, 1, most, most + 1].map(|length| is_key(&"a".repeat(length))), [false, true, true, false]);
}

#[test]
fn a_choice_has_options_and_nothing_else_has() {
    const LABELS: &str = "option_labels = { a = { zh = 'a', en = 'a' }, b = { zh = 'b', en = 'b' } }";
    let argument = |says: &str| format!("{HEAD}[argument.c]\ntitle = {{ zh = 'a', en = 'a' }}\n{says}\n");
    told(&[
        (argument(&format!("kind = 'choice'\noptions = ['a', 'b']\n{LABELS}")), &[]),
        (
            argument(
                "kind = 'choice'\noptions = ['a', 'c']\noption_labels = { a = { zh = '', en = 'a' }, b = { zh = 'b', en = 'b' } }",
            ),
            &[
                "argument c: option_labels: a: a translation is missing",
                "argument c: option_labels: b is no option",
                "argument c: option_labels: c has no words",
            ],
        ),
        (
            argument("kind = 'text'\nwithin = '1 day'"),
            &["argument c: within: only a date lies so far ahead at most"],
        ),
        (argument("kind = 'date'\nwithin = '1 day'"), &[]),
        (argument("kind = 'choice'"), &["argument c: options: nothing to choose from"]),
        (argument("kind = 'text'\noptions = ['a']"), &["argument c: options: only a choice has options"]),
        (
            argument("kind = 'choice'\noptions = ['a', 'a']\noption_labels = { a = { zh = 'a', en = 'a' } }"),
            &["argument c: options: says one thing twice"],
        ),
        (
            argument(
                "kind = 'choice'\noptions = ['a b']\noption_labels = { 'a b' = { zh = 'a', en = 'a' } }",
            ),
            &["argument c: options: no name: 1 to 64 of a-z, 0-9, _ and ."],
        ),
    ]);
}

#[test]
fn a_profile_or_a_form_that_is_none_is_told_once_and_one_that_is_missing_where_it_is_named() {
    let named =
        |head: &str, says: &str| service(&format!("{GOOD}\n{says}")).replace(HEAD, &format!("{HEAD}{head}"));
    told(&[
        (named("", "profile = 'p'"), &["service s: profile: no profile \"p\""]),
        (named("", "form = 'f'"), &["service s: form: no form \"f\""]),
        (named("[profile]\np = 1\n", "profile = 'p'"), &["profile p: a table is expected"]),
        (
            named("[profile.p]\ncondition = [1]\n", "profile = 'p'"),
            &["profile p: condition[0]: a table is expected"],
        ),
        (named("[form]\nf = 1\n", "form = 'f'"), &["form f: a table is expected"]),
    ]);
}
