use super::*;

fn schema() -> BTreeMap<String, Kind> {
    let keys = [
        ("n", Kind::Number),
        ("m", Kind::Number),
        ("t", Kind::Text),
        ("day", Kind::Text),
        ("l", Kind::List),
        ("a.b_1", Kind::Text),
    ];
    keys.into_iter().map(|(key, kind)| (key.to_owned(), kind)).collect()
}

fn answers(given: &[(&str, &str)]) -> BTreeMap<String, String> {
    given.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn holds(text: &str, given: &[(&str, &str)]) -> bool {
    let expr = Expr::parse(text, &schema()).unwrap_or_else(|error| panic!("{text}: {error}"));
    let (truth, steps) = expr.eval_counted(&answers(given));
    assert!(steps <= expr.nodes(), "{text}: {steps} steps, {} parts", expr.nodes());
    truth
}

#[test]
fn the_language_says_what_it_says() {
    let given: &[(&str, &str)] = &[
        ("n", "12"),
        ("m", "0.5"),
        ("t", "it's 破损"),
        ("day", "2026-02-03"),
        ("l", "a,b,破损"),
        ("a.b_1", "x"),
    ];
    let yes = [
        "true",
        "not false",
        "n == 12",
        "n == 12.000",
        "n != 13 and n < 12.5 and n <= 12 and n > -1 and n >= 12",
        "n in [1, -2, 12]",
        "t == 'it''s 破损'",
        "t in ['x', 'it''s 破损']",
        "day > '2026-01-31' and day < '2026-10-01'",
        "1 + 2 * 3 == 7",
        "(1 + 2) * 3 == 9",
        "10 - 2 - 3 == 5",
        "16 / 4 / 2 == 2",
        "-n == -12 and - -n == 12",
        "2 - -1 == 3",
        "n * m == 6 and n / 8 == 1.5",
        "0.1 + 0.2 == 0.3",
        "answered(n) and not answered(l) or true",
        "length(t) == 7",
        "count(l) == 3",
        "contains(l, '破损') and not contains(l, 'c')",
        "contains(t, '破')",
        "a.b_1 == 'x'",
        "false and true or true",
        "(n > 1) == (m < 1)",
        "not n == 1",
        "not not true",
        "\tn\n>\r1 ",
    ];
    for text in yes {
        assert!(holds(text, given), "{text}");
        assert!(!holds(&format!("not ({text})"), given), "not ({text})");
    }
}

#[test]
fn what_is_absent_compares_with_nothing() {
    for text in ["n == 1", "n != 1", "n < 1", "n >= 1", "n == n", "n != m", "t == ''", "t != ''", "n in [1]"]
    {
        assert!(!holds(text, &[]), "{text}");
        assert!(holds(&format!("not {text}"), &[]), "not {text}");
    }
    for text in
        ["answered(n)", "contains(l, 'a')", "contains(t, '')", "n + 1 > 0", "-n < 1", "n / 0 == n / 0"]
    {
        assert!(!holds(text, &[]), "{text}");
    }
    assert!(holds("length(t) == 0 and count(l) == 0", &[]));
    assert!(!holds("answered(t)", &[("t", "")]), "an empty answer is none");
    // What no check lets through is no number.
    for bad in ["abc", "1e5", "+1", "1.", "--1", "99999999999999999999999999999999"] {
        assert!(!holds("n < 1 or n >= 1", &[("n", bad)]), "{bad}");
    }
}

#[test]
fn arithmetic_out_of_range_is_absent() {
    let most = "999999999999999";
    let many = [most; 3].join(" * ");
    for text in [format!("{many} > 0"), "1 / 0 == 1".into(), "0 / 0 == 0".into(), "n / (n - n) > 0".into()] {
        assert!(!holds(&text, &[("n", most)]), "{text}");
        assert!(holds(&format!("not ({text})"), &[("n", most)]), "{text}");
    }
}

#[test]
fn mistakes_are_named_with_their_column() {
    let cases = [
        ("", 1, "not the end"),
        ("n > ", 5, "not the end"),
        ("(n > 1", 7, "not the end"),
        ("n > 1)", 6, "not \")\""),
        ("n > 1 n", 7, "not \"n\""),
        ("1 < n < 3", 7, "one comparison at a time"),
        ("n in []", 7, "a text or a number expected"),
        ("n in [1,]", 9, "a text or a number expected"),
        ("n in (1)", 6, "[ and literals expected"),
        ("t in [-'a']", 8, "a text or a number expected"),
        ("and", 1, "not \"and\""),
        ("contains(t)", 11, ", and a text expected"),
        ("answered('t')", 10, "a field's key expected"),
        ("'破损' == x", 9, "no field \"x\""),
        ("n > 1 and matches(t)", 11, "no function \"matches\""),
        ("n", 1, "true or false expected, this is a number"),
        ("n == 'a'", 6, "a number to compare with expected, this is a text"),
        ("t + 1 == 2", 1, "a number expected, this is a text"),
        ("l == 'a'", 1, "this is a list"),
        ("not n", 5, "this is a number"),
        ("true < false", 1, "this is true or false"),
        ("true and t", 10, "this is a text"),
        ("count(n) > 1", 7, "a list expected, this is a number"),
        ("length(l) > 1", 8, "a text expected, this is a list"),
        ("n in [1, 'a']", 10, "a number expected, this is a text"),
        ("t in ['a', 1]", 12, "a text expected, this is a number"),
        ("contains(t, 1)", 13, "a text expected, not 1"),
        ("n = 1", 3, "write =="),
        ("n > 1 && n < 3", 7, "write and"),
        ("t == 'a", 6, "a text without an end"),
        ("t == \"a\"", 6, "single quotes"),
        ("n == 1e3", 6, "not a number"),
        ("n == 1.2.3", 6, "not a number"),
        ("n == 0.1234567890123", 6, "not a number"),
        ("ｎ == 1", 1, "does not have"),
        ("t == 'a\u{0}'", 6, "control character"),
    ];
    for (text, column, words) in cases {
        let error = Expr::parse(text, &schema()).unwrap_err();
        assert_eq!(error.column, column, "{text}: {error}");
        assert!(error.to_string().contains(words), "{text}: {error}");
    }
}

#[test]
fn limits_hold_at_below_and_above() {
    let parse = |text: &str| Expr::parse(text, &schema()).map_err(|error| error.kind);
    let padded = |bytes: usize| format!("true{}", " ".repeat(bytes - 4));
    assert!(parse(&padded(EXPR_BYTES_MAX)).is_ok());
    assert_eq!(parse(&padded(EXPR_BYTES_MAX + 1)), Err(ExprErrorKind::TooLong(EXPR_BYTES_MAX + 1)));
    for (open, close) in [("(", ")"), ("not ", "")] {
        let nested = |levels: usize| format!("{}true{}", open.repeat(levels), close.repeat(levels));
        assert!(parse(&nested(EXPR_NESTING_MAX)).is_ok());
        assert_eq!(parse(&nested(EXPR_NESTING_MAX + 1)), Err(ExprErrorKind::TooDeep));
    }
    assert_eq!(parse(&"(".repeat(EXPR_BYTES_MAX)), Err(ExprErrorKind::TooDeep));
    assert_eq!(parse(&"-".repeat(EXPR_BYTES_MAX)), Err(ExprErrorKind::TooDeep));
    // One for `in`, one for `n`, one for each item.
    let items = |items: usize| format!("n in [{}]", vec!["1"; items].join(","));
    assert_eq!(parse(&items(EXPR_NODES_MAX - 2)).unwrap().nodes(), EXPR_NODES_MAX);
    assert_eq!(parse(&items(EXPR_NODES_MAX - 1)), Err(ExprErrorKind::TooMany));
}

#[test]
fn it_knows_the_keys_that_it_reads() {
    let expr = Expr::parse("n > 1 and (answered(l) or contains(t, 'n')) or m in [1]", &schema()).unwrap();
    assert_eq!(expr.keys().iter().map(String::as_str).collect::<Vec<_>>(), ["l", "m", "n", "t"]);
}

/// SplitMix64, as the programs under `tests` draw.
struct Seed(u64);

impl Seed {
    fn below(&mut self, limit: u64) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % limit).unwrap()
    }

    fn pick(&mut self, of: &[&str]) -> String {
        of[self.below(of.len() as u64)].to_owned()
    }

    fn truth(&mut self, depth: usize) -> String {
        match self.below(if depth == 0 { 5 } else { 10 }) {
            0 => self.pick(&["true", "false"]),
            1 => format!("answered({})", self.pick(&["n", "t", "l", "day"])),
            2 => format!("contains({}, {})", self.pick(&["t", "l"]), self.pick(&["'a'", "''", "'破'"])),
            3 => format!("t in [{}, 'b']", self.pick(&["'a'", "''''", "'2026-01-01'"])),
            4 => format!("n in [1, {}]", self.pick(&["-2", "0.5"])),
            5 => format!("not {}", self.truth(depth - 1)),
            6 => format!("({})", self.truth(depth - 1)),
            7 => format!("{} and {}", self.truth(depth - 1), self.truth(depth - 1)),
            8 => format!("{} or {}", self.truth(depth - 1), self.truth(depth - 1)),
            _ => {
                let sign = self.pick(&["==", "!=", "<", "<=", ">", ">="]);
                format!("{} {sign} {}", self.number(depth - 1), self.number(depth - 1))
            }
        }
    }

    fn number(&mut self, depth: usize) -> String {
        match self.below(if depth == 0 { 4 } else { 7 }) {
            0 => self.pick(&["n", "m"]),
            1 => self.pick(&["0", "1", "0.000000000001", "999999999999999", "3"]),
            2 => "length(t)".into(),
            3 => "count(l)".into(),
            4 => format!("-{}", self.number(depth - 1)),
            5 => format!("({})", self.number(depth - 1)),
            _ => {
                let sign = self.pick(&["+", "-", "*", "/"]);
                format!("{} {sign} {}", self.number(depth - 1), self.number(depth - 1))
            }
        }
    }
}

#[test]
fn whatever_the_grammar_makes_is_read_and_ends_within_its_bound() {
    let mut seed = Seed(20_261_129);
    let (mut read, mut truths) = (0, 0);
    for _ in 0..20_000 {
        let text = seed.truth(5);
        let expr = match Expr::parse(&text, &schema()) {
            Ok(expr) => expr,
            Err(ExprError { kind: ExprErrorKind::TooLong(_) | ExprErrorKind::TooMany, .. }) => continue,
            Err(error) => panic!("{text}: {error}"),
        };
        read += 1;
        for _ in 0..3 {
            let mut given = BTreeMap::new();
            for key in ["n", "m", "t", "day", "l"] {
                let answer =
                    seed.pick(&["", "0", "-3", "999999999999999.999999999999", "a", "a,破", "1e9", "字"]);
                if seed.below(3) > 0 {
                    given.insert(key.to_owned(), answer);
                }
            }
            let (truth, steps) = expr.eval_counted(&given);
            assert!(steps <= expr.nodes() && expr.nodes() <= EXPR_NODES_MAX, "{text}");
            assert_eq!(truth, expr.eval(&given), "{text}");
            truths += usize::from(truth);
            // What holds for unknown answers holds for these.
            if let Some(certain) = expr.truth(&|_| Reading::Unknown) {
                assert_eq!(certain, truth, "{text} with {given:?}");
            }
        }
    }
    assert!(read > 15_000 && truths > 10_000, "{read} read, {truths} true");
}

#[test]
fn whatever_bytes_there_are_is_read_or_refused() {
    let mut seed = Seed(7);
    let pieces = [
        "n", "t", "l", "(", ")", "[", "]", "'", "and", "not ", "in", "==", "<", "-", "1", ".", ",", " ",
        "破", "\u{0}", "count(",
    ];
    let mut read = 0;
    for round in 0..100_000 {
        let text = if round % 2 == 0 {
            let bytes: Vec<u8> =
                (0..seed.below(60)).map(|_| u8::try_from(seed.below(256)).unwrap()).collect();
            String::from_utf8_lossy(&bytes).into_owned()
        } else {
            (0..seed.below(12)).map(|_| seed.pick(&pieces)).collect()
        };
        match Expr::parse(&text, &schema()) {
            Ok(expr) => {
                read += 1;
                let _ = expr.eval(&answers(&[("n", "1"), ("t", "a")]));
            }
            Err(error) => {
                assert!((1..=text.chars().count() + 1).contains(&error.column), "{text:?}: {error}");
            }
        }
    }
    assert!(read > 0);
}
