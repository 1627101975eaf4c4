//! What the person at the screen reads, and the count behind the exit code.
//!
//! Chinese first, English beside it. A statement is printed at the moment it was checked, with the fact it rests on.

use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::time::Instant;

pub use yuandian_programs::{Played, Stop};

const BOLD: &str = "1";
const DIM: &str = "2";
const GREEN: &str = "32";
const RED: &str = "31;1";

/// The story as it is told, and how it stands.
pub struct Story {
    out: Box<dyn Write>,
    colours: bool,
    began: Instant,
    chapters: u32,
    checked: u32,
    failed: u32,
}

impl Story {
    /// Told on standard output; in colour only on a terminal, and never where `NO_COLOR` is set.
    pub fn to_stdout() -> Self {
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let stdout = std::io::stdout();
        let colours = stdout.is_terminal() && !unwanted;
        Self::new(Box::new(stdout), colours)
    }

    fn new(out: Box<dyn Write>, colours: bool) -> Self {
        Self { out, colours, began: Instant::now(), chapters: 0, checked: 0, failed: 0 }
    }

    /// A line above all chapters.
    pub fn title(&mut self, zh: &str, en: &str) {
        let title = self.paint(BOLD, &format!("{zh} · {en}"));
        self.line(&title);
    }

    /// Begins a chapter.
    pub fn chapter(&mut self, zh: &str, en: &str) {
        self.chapters += 1;
        let heading = self.paint(BOLD, &format!("{}. {zh} · {en}", self.chapters));
        self.line("");
        self.line(&heading);
    }

    /// Tells what happens; nothing is claimed.
    pub fn tell(&mut self, zh: &str, en: &str) {
        let en = self.paint(DIM, en);
        self.line(&format!("   {zh} · {en}"));
    }

    /// A line of a table or a quotation.
    pub fn quote(&mut self, words: impl Display) {
        self.line(&format!("     {words}"));
    }

    /// A statement with the fact that it rests on. `true` gives it back for what builds upon it.
    pub fn holds(&mut self, truth: bool, zh: &str, en: &str, fact: impl Display) -> bool {
        self.checked += 1;
        let en = self.paint(DIM, en);
        let fact = fact.to_string();
        if truth {
            let mark = self.paint(GREEN, "✓");
            self.line(&format!(" {mark} {zh} · {en}"));
            if !fact.is_empty() {
                let fact = self.paint(DIM, &fact);
                self.line(&format!("     {fact}"));
            }
        } else {
            self.failed += 1;
            let mark = self.paint(RED, "✗");
            self.line(&format!(" {mark} {zh} · {en}"));
            self.line(&format!("     found: {fact}"));
        }
        truth
    }

    /// A statement that something found is what was expected.
    pub fn same<T: PartialEq + Fact>(&mut self, expected: &T, found: &T, zh: &str, en: &str) -> bool {
        let truth = expected == found;
        let fact = if truth {
            found.words()
        } else {
            format!("{} — expected: {}", found.words(), expected.words())
        };
        self.holds(truth, zh, en, fact)
    }

    /// A chapter that could not go on: one statement failed, and those after it were never checked.
    pub fn broke(&mut self, stop: &Stop) {
        self.holds(false, "这一章没能演完", "this chapter could not be played to its end", stop);
    }

    /// A chapter that was not played because an earlier one broke.
    pub fn not_played(&mut self, zh: &str, en: &str) {
        self.chapters += 1;
        let number = self.chapters;
        self.holds(false, &format!("{number}. {zh}"), en, "not played: an earlier chapter broke");
    }

    /// The count. Whether all was true.
    pub fn end(&mut self) -> bool {
        let seconds = self.began.elapsed().as_secs_f64();
        let good = self.checked > 0 && self.failed == 0;
        let count = format!("{} statements checked, {} failed", self.checked, self.failed);
        let count = self.paint(if good { GREEN } else { RED }, &count);
        self.line("");
        self.line(&format!("共核对 {} 条,{} 条不成立 · {count} · {seconds:.1} s", self.checked, self.failed));
        good
    }

    fn line(&mut self, line: &str) {
        // A reader that went away is no failure of the statements.
        let _ = writeln!(self.out, "{line}");
        let _ = self.out.flush();
    }

    fn paint(&self, colour: &str, words: &str) -> String {
        if self.colours { format!("\u{1b}[{colour}m{words}\u{1b}[0m") } else { words.to_owned() }
    }
}

/// Something found, as it stands below a statement.
pub trait Fact {
    /// In words; parts are joined by a dot, and what is absent is left out.
    fn words(&self) -> String;
}

impl Fact for str {
    fn words(&self) -> String {
        if self.is_empty() { "—".to_owned() } else { self.to_owned() }
    }
}
impl Fact for String {
    fn words(&self) -> String {
        self.as_str().words()
    }
}
impl Fact for u64 {
    fn words(&self) -> String {
        grouped(*self)
    }
}
impl Fact for usize {
    fn words(&self) -> String {
        grouped(*self as u64)
    }
}
impl Fact for i32 {
    fn words(&self) -> String {
        self.to_string()
    }
}
impl<T: Fact + ?Sized> Fact for &T {
    fn words(&self) -> String {
        (**self).words()
    }
}
impl<T: Fact> Fact for Option<T> {
    fn words(&self) -> String {
        self.as_ref().map_or_else(String::new, Fact::words)
    }
}
impl<A: Fact, B: Fact> Fact for (A, B) {
    fn words(&self) -> String {
        let parts = [self.0.words(), self.1.words()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
    }
}
impl<T: Fact> Fact for [T] {
    fn words(&self) -> String {
        self.iter().map(Fact::words).collect::<Vec<_>>().join(" | ")
    }
}
impl<T: Fact, const N: usize> Fact for [T; N] {
    fn words(&self) -> String {
        self.as_slice().words()
    }
}
impl<T: Fact> Fact for Vec<T> {
    fn words(&self) -> String {
        self.as_slice().words()
    }
}

/// A number with a comma before every three digits.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// China's one time zone, seconds east.
const CHINA_S: u64 = 8 * 3600;

/// The time of day in China of a moment in ms since 1970.
pub fn time_of_day(at_ms: u64) -> String {
    let second = (at_ms / 1000 + CHINA_S) % 86_400;
    format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);
    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    fn told(colours: bool, tale: impl Fn(&mut Story)) -> (bool, String) {
        let paper = Paper::default();
        let mut story = Story::new(Box::new(paper.clone()), colours);
        tale(&mut story);
        let good = story.end();
        (good, String::from_utf8(paper.0.lock().unwrap().clone()).unwrap())
    }

    #[test]
    fn all_true_is_good_and_one_untrue_statement_spoils_it() {
        let (good, text) = told(false, |s| {
            s.holds(true, "对", "true", "a fact");
            s.same(&2, &2, "二", "two");
        });
        assert!(good && text.contains("✓ 对 · true\n     a fact\n"), "{text}");
        assert!(text.contains("2 statements checked, 0 failed"), "{text}");
        let (good, text) = told(false, |s| {
            s.holds(true, "对", "true", "");
            s.same(&"won", &"lost", "接单", "claim");
        });
        assert!(!good && text.contains("✗ 接单 · claim\n     found: lost — expected: won\n"), "{text}");
        assert!(text.contains("2 statements checked, 1 failed"), "{text}");
    }

    #[test]
    fn nothing_checked_a_broken_chapter_or_one_not_played_is_not_good() {
        assert!(!told(false, |_| {}).0);
        let (good, text) = told(false, |s| {
            s.holds(true, "对", "true", "");
            s.broke(&Stop("no server".into()));
        });
        assert!(!good && text.contains("found: no server"), "{text}");
        let (good, _) = told(false, |s| {
            s.holds(true, "对", "true", "");
            s.not_played("末章", "last");
        });
        assert!(!good);
    }

    #[test]
    fn facts_are_words() {
        assert_eq!((("won", None::<u64>), [2904_u64, 7]).words(), "won · 2,904 | 7");
        assert_eq!((("waiting", Some(2_u64)), "").words(), "waiting · 2 · —");
        assert_eq!((grouped(0), grouped(999), grouped(1000)), ("0".into(), "999".into(), "1,000".into()));
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!((time_of_day(0), time_of_day(57_599_999)), ("08:00:00".into(), "23:59:59".into()));
        assert_eq!(time_of_day(57_600_000), "00:00:00");
    }

    #[test]
    fn colours_only_where_wanted() {
        let tale = |s: &mut Story| {
            s.chapter("一", "one");
            s.holds(true, "对", "true", "");
        };
        assert!(!told(false, tale).1.contains('\u{1b}'));
        assert!(told(true, tale).1.contains("\u{1b}[32m✓"));
    }
}
