//! The lexicon's text, read and checked once: what is wrong in it is said here.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::Deserialize;

use super::phrase::{Rules, Vocabulary};
use super::reading::{Word, word};
use crate::limits;

/// What is wrong with a lexicon.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LexiconError {
    /// Not TOML, or not of the form.
    #[error("giveaway: {0}")]
    Text(String),
    /// A list that is empty or too long, that nobody reads, or with a word that is empty, too long or there twice.
    #[error(
        "giveaway: {list}: a list that is read, of 1 to {} different words of 1 to {} characters",
        limits::GIVEAWAY_WORDS_MAX,
        limits::GIVEAWAY_WORD_CHARS_MAX
    )]
    List {
        /// The list.
        list: String,
    },
    /// A phrase that cannot be read.
    #[error("giveaway: {phrase:?}: {fault}")]
    Phrase {
        /// As it is written.
        phrase: String,
        /// What is wrong with it.
        fault: &'static str,
    },
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LexiconFile {
    phone: BTreeMap<String, Vec<String>>,
    chat: BTreeMap<String, Vec<String>>,
    plate: BTreeMap<String, Vec<String>>,
    door: BTreeMap<String, Vec<String>>,
    class: BTreeMap<String, Vec<String>>,
    absence: PhrasesFile,
    access: PhrasesFile,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PhrasesFile {
    phrases: Vec<String>,
    except: Vec<String>,
}

/// Everything that is looked up.
#[derive(Debug)]
pub(super) struct Lexicon {
    pub(super) phone: PhoneWords,
    pub(super) chat: ChatWords,
    pub(super) plate: PlateWords,
    pub(super) door: DoorWords,
    pub(super) phrases: Vocabulary,
    pub(super) absence: Rules,
    pub(super) access: Rules,
}

/// A table of word lists as a type, so that a list that is missing or that nobody reads is found when it is loaded.
macro_rules! lists {
    ($(#[$about:meta])* $name:ident { $($(#[$what:meta])* $list:ident,)+ }) => {
        $(#[$about])*
        #[derive(Debug)]
        pub(super) struct $name { $($(#[$what])* pub(super) $list: Vec<Word>,)+ }

        impl $name {
            fn of(table: &str, mut lists: BTreeMap<String, Vec<String>>) -> Result<Self, LexiconError> {
                let mut take = |list: &str| {
                    let name = format!("{table}.{list}");
                    words(&name, &lists.remove(list).unwrap_or_default())
                };
                let this = Self { $($list: take(stringify!($list))?,)+ };
                match lists.into_keys().next() {
                    Some(list) => Err(LexiconError::List { list: format!("{table}.{list}") }),
                    None => Ok(this),
                }
            }
        }
    };
}

lists! {
    /// Words around telephone numbers.
    PhoneWords {
        /// What says that a telephone number comes.
        said,
        /// What may stand between that and the number.
        link,
        /// What says that another number comes.
        not_after,
    }
}

lists! {
    /// Words around names in WeChat and QQ.
    ChatWords {
        /// What says that a name comes.
        said,
        /// What may stand between that and the name.
        link,
        /// What is no name.
        not_names,
    }
}

lists! {
    /// Words and letters of number plates.
    PlateWords {
        /// One letter for each province.
        provinces,
        /// The last place of plates for a use.
        uses,
        /// What says that a plate comes.
        said,
        /// What may stand between that and the plate.
        link,
    }
}

lists! {
    /// Words of doors.
    DoorWords {
        /// After a building's number.
        building,
        /// What is no building after all when it follows.
        not_building,
        /// After a building's number, where "a house, two houses" is said with it.
        counted,
        /// Before a number that counts buildings.
        counting,
        /// A building's number where no digit stands.
        letter,
        /// After an entrance's number.
        entrance,
        /// After an entrance's number, behind a building.
        gate,
        /// After a storey's number.
        storey,
        /// A storey without a number.
        named_storey,
        /// A flat by where it lies.
        side,
        /// After a room's number.
        room,
        /// What says that the number of a door comes.
        label,
        /// What may stand between that and the number.
        link,
        /// What says that somebody lives in the number that comes.
        lives,
        /// Before a house number.
        street,
        /// After a house number.
        house,
        /// What makes it another number when it follows.
        not_house,
        /// After a house number of a whole yard.
        yard,
        /// What may stand between the parts of a door.
        between,
        /// What makes a number a measure when it follows.
        measure,
        /// What says that the number is of a parcel.
        parcel,
        /// Public places before a number.
        public,
        /// Public places after it.
        public_after,
        /// What makes it a home again between a public place and the number.
        home,
        /// Schoolbooks before a unit.
        study,
        /// Schoolwork after one.
        study_after,
    }
}

impl Lexicon {
    /// The lexicon that ships with this version.
    pub(super) fn embedded() -> &'static Self {
        static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
            Lexicon::parse(include_str!("../../data/giveaway.toml"))
                .expect("the embedded lexicon is checked by a test")
        });
        &LEXICON
    }

    pub(super) fn parse(text: &str) -> Result<Self, LexiconError> {
        let file: LexiconFile = toml::from_str(text).map_err(|e| LexiconError::Text(e.to_string()))?;
        let mut classes = BTreeMap::new();
        for (name, list) in &file.class {
            classes.insert(name.clone(), words(&format!("class.{name}"), list)?);
        }
        let mut phrases = Vocabulary::of(&classes);
        let absence = phrases.rules(&file.absence.phrases, &file.absence.except)?;
        let access = phrases.rules(&file.access.phrases, &file.access.except)?;
        Ok(Self {
            phone: PhoneWords::of("phone", file.phone)?,
            chat: ChatWords::of("chat", file.chat)?,
            plate: PlateWords::of("plate", file.plate)?,
            door: DoorWords::of("door", file.door)?,
            phrases,
            absence,
            access,
        })
    }
}

/// A list as readings have it.
fn words(list: &str, texts: &[String]) -> Result<Vec<Word>, LexiconError> {
    let words: Vec<Word> = texts.iter().map(|text| word(text)).collect();
    let is_word = |word: &Word| (1..=limits::GIVEAWAY_WORD_CHARS_MAX).contains(&word.len());
    let different: BTreeSet<&Word> = words.iter().collect();
    if (1..=limits::GIVEAWAY_WORDS_MAX).contains(&words.len())
        && different.len() == words.len()
        && words.iter().all(is_word)
    {
        Ok(words)
    } else {
        Err(LexiconError::List { list: list.to_owned() })
    }
}
