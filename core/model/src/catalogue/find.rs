//! Finding a service as people look for one: by its code, by its words in either language, by pinyin or its first letters.

use std::cmp::Reverse;

use pinyin::ToPinyinMulti;

use super::{Catalogue, Service};
use crate::limits::FIND_CHARS_MAX;
use crate::role::Role;

/// How well a service fits; the less the better. Sums of a query's words stay in order.
type Rank = u32;

const EXACT_CODE: Rank = 0;
const EXACT_TITLE: Rank = 1;
const EXACT_WORD: Rank = 2;
const TITLE_BEGINS: Rank = 4;
const WORD_BEGINS: Rank = 6;
const TITLE_HOLDS: Rank = 8;
const WORD_HOLDS: Rank = 10;
const CODE_BEGINS: Rank = 12;
/// What pinyin adds: a text that says the same in letters comes first.
const IN_PINYIN: Rank = 20;

impl Catalogue {
    /// Services that fit a text, the best first; with `roles`, those that one of the roles may open. Every word of the text must fit.
    ///
    /// A text is a code (`E06010`, `06010`, `0110`, `01-10`, its beginning), words or titles in either language, or pinyin of them: whole
    /// (`baolulaji`), first letters (`bllj`) or both mixed; every reading of a character counts. Case, width and blanks around do not
    /// matter. An empty text fits every service. Only the first [`FIND_CHARS_MAX`] characters are looked at.
    #[must_use]
    pub fn find(&self, text: &str, roles: Option<&[Role]>) -> Vec<&Service> {
        let text = folded(&text.chars().take(FIND_CHARS_MAX).collect::<String>());
        let wanted: Vec<&str> = text.split(|c: char| c.is_whitespace() || ",，、;；".contains(c)).collect();
        let wanted: Vec<&str> = wanted.into_iter().filter(|word| !word.is_empty()).collect();
        let joined = wanted.concat();
        let may_open = |service: &Service| {
            roles.is_none_or(|roles| roles.iter().any(|role| service.create.contains(role)))
        };
        let mut found: Vec<(Rank, usize, &Service)> = Vec::new();
        for service in self.services().filter(|service| may_open(service)) {
            let names = Names::of(service);
            let apart = wanted.iter().map(|word| names.rank(word)).sum::<Option<Rank>>();
            // A title of several words is looked for as it stands, too, and pinyin whatever blanks are between.
            let rank = [apart, names.rank(text.trim()), names.rank(&joined)].into_iter().flatten().min();
            found.extend(rank.map(|rank| (rank, service.title.zh.chars().count(), service)));
        }
        found.sort_by(|a, b| (a.0, a.1, &a.2.id).cmp(&(b.0, b.1, &b.2.id)));
        found.into_iter().map(|(_, _, service)| service).collect()
    }
}

/// A service's names as they are compared.
struct Names {
    id: String,
    /// Codes in standards and the last part of the id where it is one; without letters and with.
    codes: Vec<String>,
    titles: [String; 2],
    words: Vec<String>,
}

impl Names {
    fn of(service: &Service) -> Self {
        let id = folded(&service.id.0);
        let last = id.rsplit('.').next().unwrap_or_default();
        let letter = last.chars().next().filter(|_| is_code(last));
        let mut codes = vec![];
        for code in service.standard.iter().map(|standard| folded(&standard.code).replace('-', "")) {
            codes.extend(letter.filter(|_| is_digits(&code)).map(|letter| format!("{letter}{code}")));
            codes.push(code);
        }
        if letter.is_some() {
            codes.extend([last.to_owned(), last[1..].to_owned()]);
        }
        let words = service.words.iter().map(|word| folded(word)).collect();
        Self { codes, titles: [folded(&service.title.zh), folded(&service.title.en)], words, id }
    }

    /// How well a folded text fits, or that it does not.
    fn rank(&self, text: &str) -> Option<Rank> {
        if text.is_empty() {
            return Some(EXACT_CODE);
        }
        let code = text.replace('-', "");
        if self.id == text || self.codes.contains(&code) {
            return Some(EXACT_CODE);
        }
        let begins_code = self.id.starts_with(text)
            || code.len() >= 2
                && is_code_begun(&code)
                && self.codes.iter().any(|known| known.starts_with(&code));
        let begun = begins_code.then_some(CODE_BEGINS);
        let spoken = self.best(|name| plain(name, text));
        let best = [begun, spoken].into_iter().flatten().min();
        let letters =
            || text.bytes().all(|b| b.is_ascii_lowercase()).then(|| self.best(|name| in_pinyin(name, text)));
        best.or_else(|| letters().flatten().map(|rank| rank + IN_PINYIN))
    }

    fn best(&self, fit: impl Fn(&str) -> Option<Fit>) -> Option<Rank> {
        let rank = |fit: Fit, ranks: [Rank; 3]| ranks[fit as usize];
        let titles = self.titles.iter().filter_map(|title| fit(title));
        let titles = titles.map(|fit| rank(fit, [EXACT_TITLE, TITLE_BEGINS, TITLE_HOLDS]));
        let words = self.words.iter().filter_map(|word| fit(word));
        titles.chain(words.map(|fit| rank(fit, [EXACT_WORD, WORD_BEGINS, WORD_HOLDS]))).min()
    }
}

/// How a name holds what is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fit {
    Exact,
    Begins,
    Holds,
}

fn plain(name: &str, text: &str) -> Option<Fit> {
    if name == text {
        Some(Fit::Exact)
    } else if name.starts_with(text) {
        Some(Fit::Begins)
    } else {
        name.contains(text).then_some(Fit::Holds)
    }
}

/// Finds letters in the pinyin of a name: each character by its whole reading or the first letter of one, the last one also by part of
/// it. Signs are passed over; only names with such characters are looked at.
fn in_pinyin(name: &str, letters: &str) -> Option<Fit> {
    if name.is_ascii() {
        return None;
    }
    let characters: Vec<Vec<String>> = name.chars().filter(|c| c.is_alphanumeric()).map(readings).collect();
    let mut fits = (0..characters.len()).filter_map(|start| {
        let used = spelled(&characters[start..], letters)?;
        Some(match (start, used + start == characters.len()) {
            (0, true) => Fit::Exact,
            (0, false) => Fit::Begins,
            _ => Fit::Holds,
        })
    });
    fits.next()
}

/// How many characters the letters spell, the most where there are several ways; `None` where they do not.
fn spelled(characters: &[Vec<String>], letters: &str) -> Option<usize> {
    let mut at = vec![0];
    let mut used = None;
    for (index, readings) in characters.iter().enumerate() {
        let mut next = Vec::new();
        for rest in at.iter().filter_map(|start| letters.get(*start..)) {
            for reading in readings {
                let start = letters.len() - rest.len();
                let first = reading.chars().next().map_or(0, char::len_utf8);
                for part in [reading.as_str(), &reading[..first]] {
                    if rest.starts_with(part) {
                        next.push(start + part.len());
                    }
                }
                if reading.starts_with(rest) {
                    next.push(letters.len());
                }
            }
        }
        next.sort_unstable_by_key(|end| Reverse(*end));
        next.dedup();
        if next.first() == Some(&letters.len()) {
            used = Some(index + 1);
            next.remove(0);
        }
        if next.is_empty() {
            break;
        }
        at = next;
    }
    used
}

/// How a character may be spelled, `ü` as `v`, `u` and `yu` as people type it; one without a reading spells itself.
fn readings(character: char) -> Vec<String> {
    let Some(readings) = character.to_pinyin_multi() else { return vec![character.to_string()] };
    let mut spelled: Vec<String> = Vec::new();
    for reading in readings {
        let reading = reading.plain();
        if reading.is_ascii() {
            spelled.push(reading.to_owned());
        } else {
            spelled.extend(["v", "u"].map(|u| reading.replace('ü', u).replace('ê', "e")));
        }
    }
    spelled.sort();
    spelled.dedup();
    spelled
}

/// As it is compared: small letters, one width, one blank.
fn folded(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{3000}' => ' ',
        '！'..='～' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        c => c,
    };
    let text: String = text.chars().map(narrow).flat_map(char::to_lowercase).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// A letter and digits: the class that an id ends in.
fn is_code(text: &str) -> bool {
    text.bytes().next().is_some_and(|b| b.is_ascii_lowercase()) && is_digits(&text[1..])
}

fn is_code_begun(text: &str) -> bool {
    is_digits(text) || is_code(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, roles: Option<&[Role]>) -> Vec<String> {
        Catalogue::embedded().find(text, roles).into_iter().map(|service| service.id.0.clone()).collect()
    }

    #[test]
    fn the_best_comes_first() {
        let garbage = "case.city.E06010";
        for text in [
            "E06010",
            "e06010",
            " Ｅ０６０１０ ",
            "06010",
            "0110",
            "01-10",
            "E0110",
            "case.city.E06010",
            "暴露垃圾",
            "暴露 垃圾",
            "垃圾",
            "Exposed garbage",
            "exposed",
            "GARBAGE exposed",
            "rubbish",
            "bllj",
            "BLLJ",
            "baolulaji",
            "baolulj",
            "blulaji",
            "baolul",
            "没人扫",
            "mrs",
        ] {
            assert_eq!(
                found(text, None).first().map(String::as_str),
                Some(garbage),
                "{text}: {:?}",
                found(text, None)
            );
        }
        for (text, first) in [
            ("sspai", "case.snap"),
            ("ssp", "case.snap"),
            ("随手拍", "case.snap"),
            ("P01001", "case.city.P01001"),
            ("01001", "case.city.P01001"),
            ("看老人", "help.elder_check"),
            ("help.repair", "help.repair"),
            ("xiaoxiu", "help.repair"),
            ("bao lu la ji", garbage),
            ("lao ren bao jing", "alert.elder"),
        ] {
            assert_eq!(
                found(text, None).first().map(String::as_str),
                Some(first),
                "{text}: {:?}",
                found(text, None)
            );
        }
    }

    #[test]
    fn every_service_is_found_by_its_own_title_code_and_first_letters() {
        let catalogue = Catalogue::embedded();
        for service in catalogue.services() {
            let first = |text: &str| catalogue.find(text, None).first().map(|service| service.title.clone());
            for text in [&service.title.zh, &service.title.en, &service.id.0] {
                let found = first(text).unwrap_or_else(|| panic!("{text}"));
                assert!(
                    found == service.title || text == &found.zh || text == &found.en,
                    "{text}: {found:?}"
                );
            }
            let letters: String = service
                .title
                .zh
                .chars()
                .filter(|c| c.is_alphanumeric())
                .map(|c| readings(c)[0].chars().next().unwrap())
                .flat_map(char::to_lowercase)
                .collect();
            if letters.bytes().all(|b| b.is_ascii_lowercase()) {
                let ids = catalogue.find(&letters, None);
                assert!(ids.iter().any(|found| found.id == service.id), "{letters}: {}", service.id);
            }
        }
    }

    #[test]
    fn a_beginning_of_a_code_finds_its_class_in_order() {
        let ids = found("E06", None);
        assert!(ids.len() > 10 && ids.iter().all(|id| id.starts_with("case.city.E06")), "{ids:?}");
        assert!(ids.contains(&"case.city.E06010".to_owned()));
    }

    #[test]
    fn every_reading_counts_and_nothing_else() {
        let spells = |name: &str, letters: &str| in_pinyin(name, letters);
        assert_eq!(spells("重复", "chongfu"), Some(Fit::Exact));
        assert_eq!(spells("重复", "zf"), Some(Fit::Exact));
        assert_eq!(spells("绿化", "lvhua"), Some(Fit::Exact));
        assert_eq!(spells("绿化", "luhua"), Some(Fit::Exact));
        assert_eq!(spells("垃圾站(箱)满溢", "ljzxmy"), Some(Fit::Exact));
        assert_eq!(spells("垃圾站(箱)满溢", "ljz"), Some(Fit::Begins));
        assert_eq!(spells("暴露垃圾", "laji"), Some(Fit::Holds));
        assert_eq!(spells("暴露垃圾", "laj"), Some(Fit::Holds));
        assert_eq!(spells("暴露垃圾", "lljx"), None);
        assert_eq!(spells("暴露垃圾", "bj"), None);
        assert_eq!(spells("Wi-Fi", "wi"), None);
        assert_eq!(spells("西安", "xian"), Some(Fit::Exact));
    }

    #[test]
    fn nothing_fits_nonsense_and_all_fits_nothing() {
        for text in ["zzzzzz", "暴露垃圾 zzzzzz", "999999", "E99", "🦀", "\u{0}", "%", "--"] {
            assert_eq!(found(text, None), Vec::<String>::new(), "{text:?}");
        }
        let all = Catalogue::embedded().services().count();
        for text in ["", "  ", "\u{3000}", " , "] {
            assert_eq!(found(text, None).len(), all, "{text:?}");
        }
        let long = "暴".repeat(100_000);
        assert_eq!(found(&long, None), Vec::<String>::new());
    }

    #[test]
    fn who_may_not_open_it_does_not_find_it() {
        let catalogue = Catalogue::embedded();
        let resident = catalogue.find("", Some(&[Role::Resident]));
        assert!(
            !resident.is_empty() && resident.iter().all(|service| service.create.contains(&Role::Resident))
        );
        assert_eq!(found("bllj", Some(&[Role::Resident]))[0], "case.city.E06010");
        assert_eq!(found("bllj", Some(&[Role::Admin])), Vec::<String>::new());
        assert_eq!(found("bllj", Some(&[])), Vec::<String>::new());
    }
}
