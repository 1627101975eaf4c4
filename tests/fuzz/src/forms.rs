//! Forms: no expression and no answer panics, an expression costs no more than it has parts, a checked answer stays what it is.
//!
//! An input is text: the expression in its first line, then an answer a line, `key=value`.

use std::collections::BTreeMap;
use std::time::Duration;

use yuandian_model::catalogue::{Catalogue, Field, FieldType, Privacy, Service, Title};
use yuandian_model::expr::{Expr, Kind, Lookup};
use yuandian_model::form::{self, Answers, Form};
use yuandian_model::limits::EXPR_NODES_MAX;
use yuandian_programs::seed::Seed;

use crate::measure::{Bounds, within};
use crate::{Broken, Target, corpus, mutate};

/// What one input may take, its copies included.
const BOUNDS: Bounds = Bounds { bytes: 16 * mutate::INPUT_BYTES_MAX, time: Duration::from_secs(10) };
/// Answers that one input may give.
const ANSWERS_MAX: usize = 256;

/// Inputs to begin with: the language, and an answer of each type.
const SEEDS: &[&str] = &[
    "choice == 'a' and not (number > 3.5 or money in [1, 20])\nchoice=a\nnumber=-3.50\nmoney=20",
    "answered(text) and length(text) >= 2 and contains(text, '垃圾')\ntext= 暴露垃圾\r两袋",
    "count(multi) == 2 and contains(multi, 'b') or count(photo) > 0\nmulti=b,a\nphoto=\
     0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    "date >= '2026-01-31' and date < '2026-03-01'\ndate=２０２６-02-28",
    "number + money * 2 - 1 / number != -(money)\nnumber=00012.5\nmoney=０.50",
    "not not (true == (false or answered(point)))\npoint=113.62, 34.745\ncomponent_ref=4101020101000001",
    "org_ref == '91350100M000100Y43' or household_ref in ['h-1', 'it''s']\norg_ref=91350100m000100y43\n\
     household_ref=h-1\nperson_ref=p-1",
    "count(checkbox_list) <= count(signature) + count(voice) + count(video)\ncheckbox_list=b",
];

/// Words of the language, to be put anywhere.
const WORDS: &[&str] = &[
    " and ",
    " or ",
    "not ",
    " in [",
    "]",
    "(",
    ")",
    " == ",
    " != ",
    " < ",
    " <= ",
    " > ",
    " >= ",
    " + ",
    " - ",
    " * ",
    " / ",
    ", ",
    "'",
    "''",
    "true",
    "false",
    "answered(",
    "length(",
    "count(",
    "contains(",
    "number",
    "money",
    "text",
    "date",
    "choice",
    "multi",
    "photo",
    "0",
    "999999999999999",
    "0.000000000001",
    "'a'",
    "\n",
    "=",
    "，",
    "－",
    "９",
    "\u{0}",
    "\u{202e}",
    "2024-02-29",
];

/// A form with a question of each type, its key the type's name, without expressions.
fn fields() -> Vec<Field> {
    let question = |kind: &FieldType| {
        let label = Title { zh: kind.id().to_owned(), en: kind.id().to_owned() };
        let mut field = Field::new(kind.id(), *kind, label);
        if kind.has_options() {
            field.options = vec!["b".to_owned(), "a".to_owned(), "破损".to_owned()];
        }
        if *kind == FieldType::PersonRef {
            field.privacy = Privacy::Private;
        }
        field
    };
    FieldType::ALL.iter().map(question).collect()
}

fn service(fields: Vec<Field>) -> Service {
    let any = Catalogue::embedded().services().next().cloned().expect("the embedded catalogue has services");
    Service { fields, ..any }
}

/// The expression, and the answers that go with it.
fn parts(input: &[u8]) -> (String, Vec<(String, String)>) {
    let text = String::from_utf8_lossy(input);
    let mut lines = text.split('\n');
    let expression = lines.next().unwrap_or_default().to_owned();
    let answer = |line: &str| line.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned()));
    (expression, lines.filter_map(answer).take(ANSWERS_MAX).collect())
}

/// How the expression ended, in a word.
fn evaluated(text: &str, answers: &BTreeMap<String, String>) -> Result<String, Broken> {
    let schema: BTreeMap<String, Kind> =
        FieldType::ALL.iter().map(|kind| (kind.id().to_owned(), kind.kind())).collect();
    let expr = match within(BOUNDS, || Expr::parse(text, &schema))? {
        Ok(expr) => expr,
        Err(error) if (1..=text.chars().count() + 1).contains(&error.column) => {
            let kind = format!("{:?}", error.kind);
            return Ok(kind.split([' ', '(', '{']).next().unwrap_or_default().to_owned());
        }
        Err(error) => return Err(Broken(format!("a mistake beyond the text: {error}"))),
    };
    if expr.nodes() > EXPR_NODES_MAX {
        return Err(Broken(format!("{} parts", expr.nodes())));
    }
    let mut truths = [false; 2];
    for truth in &mut truths {
        let (found, steps) = within(BOUNDS, || expr.eval_counted(answers))?;
        if steps > expr.nodes() {
            return Err(Broken(format!("{steps} steps for {} parts", expr.nodes())));
        }
        *truth = found;
    }
    if truths[0] != truths[1] || Expr::parse(text, &schema) != Ok(expr) {
        return Err(Broken("the same input, and another answer".to_owned()));
    }
    Ok(truths[0].to_string())
}

/// What was taken is taken again, and stays as it is.
fn stays(service: &Service, answers: &Answers, complete: bool) -> Result<(), Broken> {
    let keys = answers.shared.keys().chain(answers.private.keys());
    let again: Vec<(String, String)> =
        keys.filter_map(|key| Some((key.clone(), answers.answer(key)?.to_owned()))).collect();
    match form::check(service, &again, complete) {
        Ok(same) if same == *answers => Ok(()),
        Ok(_) => Err(Broken("checked again, and other answers".to_owned())),
        Err(error) => Err(Broken(format!("checked again, and refused: {error}"))),
    }
}

/// How the check of the answers ended, in a word.
fn checked(service: &Service, answers: &[(String, String)], complete: bool) -> Result<String, Broken> {
    match within(BOUNDS, || form::check(service, answers, complete))? {
        Ok(answers) => {
            if answers.shared.keys().any(|key| *key == FieldType::PersonRef.id()) {
                return Err(Broken("a private answer among the shared ones".to_owned()));
            }
            stays(service, &answers, complete)?;
            Ok("taken".to_owned())
        }
        Err(error) => Ok(error.id().to_owned()),
    }
}

/// The check of forms and their answers.
pub struct Forms;

impl Target for Forms {
    fn name(&self) -> &'static str {
        "forms"
    }

    fn seeds(&self) -> Vec<Vec<u8>> {
        let crashers = corpus::crashers("forms").into_iter().map(|(_, bytes)| bytes);
        SEEDS.iter().map(|text| text.as_bytes().to_vec()).chain(crashers).collect()
    }

    fn mutate(&self, input: &[u8], other: &[u8], seed: &mut Seed) -> Vec<u8> {
        if seed.percent(20) {
            return mutate::bytes(input, other, seed);
        }
        let mut mutant = input.to_vec();
        for _ in 0..=seed.below(4) {
            let at = seed.below(mutant.len() + 1);
            let end = if seed.percent(50) { at } else { (at + 1 + seed.below(8)).min(mutant.len()) };
            let word = seed.pick(WORDS).copied().unwrap_or_default();
            let times = if seed.percent(3) { 1 + seed.below(200) } else { 1 };
            mutant.splice(at..end, word.repeat(times).into_bytes());
        }
        mutant
    }

    fn run(&self, input: &[u8]) -> Result<String, Broken> {
        let (expression, answers) = parts(input);
        let by_key: BTreeMap<String, String> = answers.iter().cloned().collect();
        let truth = evaluated(&expression, &by_key)?;
        // The same expression as a rule of the form, where it is one that a catalogue could have.
        let mut fields = fields();
        if let Some(last) = fields.last_mut() {
            last.visible_when = Some(expression.clone());
        }
        if let Some(first) = fields.first_mut() {
            first.constraint = Some(expression);
            first.constraint_message = Some(first.label.clone());
        }
        let mistakes = within(BOUNDS, || form::mistakes(&fields))?;
        let reads = Form::of(&fields).is_ok();
        if mistakes.is_empty() && !reads {
            return Err(Broken("a form without a mistake cannot be read".to_owned()));
        }
        let service = service(if mistakes.is_empty() { fields } else { self::fields() });
        let part = checked(&service, &answers, false)?;
        let whole = checked(&service, &answers, true)?;
        Ok(format!("{truth}, {} mistakes, part {part}, whole {whole}", mistakes.len()))
    }
}
