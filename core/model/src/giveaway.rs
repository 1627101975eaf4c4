//! What a text gives away of a person: looked for before a request for help is published, so that its author can take it out.
//!
//! Guarantees: the text is only read, never changed; the work grows with its length and no faster; the same text gives the same answer.
//! Words, units, phrases and exceptions are data (`data/giveaway.toml`). It knows how people write such things and not who they are: what it
//! does not find may still give somebody away, so it warns and never vouches.

mod chat;
mod door;
mod lexicon;
mod number;
mod phone;
mod phrase;
mod plate;
mod reading;
#[cfg(test)]
mod tests;

use lexicon::Lexicon;
use phrase::Occurrences;
use reading::Reading;

pub use lexicon::LexiconError;

/// What kind of thing it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum GiveawayKind {
    /// A telephone number, or a name in WeChat or QQ.
    Phone,
    /// The number of an identity card.
    IdNumber,
    /// A car's number plate.
    Plate,
    /// A building, an entrance, a flat, a house number.
    Door,
    /// That nobody is at home, or only an old person, a child or a woman.
    Absence,
    /// How to get in: a door's code, where a key lies, a door that is open.
    Access,
}

impl GiveawayKind {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Phone, Self::IdNumber, Self::Plate, Self::Door, Self::Absence, Self::Access];

    /// Its name in data and bindings.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::IdNumber => "id_number",
            Self::Plate => "plate",
            Self::Door => "door",
            Self::Absence => "absence",
            Self::Access => "access",
        }
    }
}

/// One place of a text that gives something away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Giveaway {
    /// Where it begins, in characters (Unicode scalar values) from the text's beginning.
    pub start: usize,
    /// Where it ends, the character there not counted.
    pub end: usize,
    /// What it is.
    pub kind: GiveawayKind,
}

/// Everything that a text gives away, by its beginning; places of one kind do not overlap, those of different kinds may.
#[must_use]
pub fn giveaways(text: &str) -> Vec<Giveaway> {
    let lexicon = Lexicon::embedded();
    let reading = Reading::of(text);
    let said = Occurrences::of(&reading, &lexicon.phrases);
    let ids = number::ids(&reading);
    let mut found = Vec::new();
    for kind in GiveawayKind::ALL {
        let spans = match kind {
            GiveawayKind::Phone => {
                let mut phones = phone::phones(&reading, &lexicon.phone);
                // The groups of an identity card's number may count as many digits as a telephone's.
                phones.retain(|phone| !overlaps(phone, &ids));
                [phones, chat::names(&reading, &lexicon.chat)].concat()
            }
            GiveawayKind::IdNumber => ids.clone(),
            GiveawayKind::Plate => plate::plates(&reading, &lexicon.plate),
            GiveawayKind::Door => door::doors(&reading, &lexicon.door),
            GiveawayKind::Absence => said.spans(&lexicon.absence),
            GiveawayKind::Access => said.spans(&lexicon.access),
        };
        found.extend(apart(spans).into_iter().map(|span| {
            let (start, end) = reading.place(span);
            Giveaway { start, end, kind }
        }));
    }
    found.sort_unstable();
    found
}

/// A part of a [`Reading`]: from one of its characters up to but without another.
type Span = std::ops::Range<usize>;

/// The same spans in order, those that overlap made one.
fn apart(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable_by_key(|span| (span.start, span.end));
    let mut apart: Vec<Span> = Vec::new();
    for span in spans {
        match apart.last_mut() {
            Some(last) if span.start < last.end => last.end = last.end.max(span.end),
            _ => apart.push(span),
        }
    }
    apart
}

/// Whether a span has a character in common with one of several that stand in order and apart.
fn overlaps(span: &Span, others: &[Span]) -> bool {
    let next = others.partition_point(|other| other.end <= span.start);
    others.get(next).is_some_and(|other| other.start < span.end)
}
