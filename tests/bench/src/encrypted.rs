//! `encrypted`: what keeping a home encrypted costs: a capture, a page of a list, the opening and a photo of an encrypted home against the same of a plain
//! one, turn about, on the same disk and by the same library.
//!
//! Ours and the floor are [`Phone::finish`] of a saved draft. Further members are medians in ms of the encrypted home, of the plain one (`…_plain`)
//! and their ratio (`…_ratio`): `page` (50 lines of [`Phone::list`], 1,000 cases held), `open` ([`open_home`] to its return), `photo` (an
//! original of [`PHOTO_BYTES`] added to a draft). `goal` is for the largest of the four ratios.

use std::error::Error;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use yuandian_device::platform::open_home;
use yuandian_device::ports::{DatabaseKey, ENCRYPTS};
use yuandian_device::{Draft, Phone, Position};

use crate::bench::{Figure, medians, round, timed};
use crate::phone::enrolled;

/// Cases held when the page is read.
const CASES: usize = 1_000;
/// Pairs measured of what is quick, and of what is not.
const PAIRS: usize = 300;
const OPENINGS: usize = 40;
/// Lines of a page.
const LINES: u32 = 50;
/// A photograph.
const PHOTO_BYTES: usize = 4_000_000;
/// What must hold, as a ratio.
const RATIO_MAX: f64 = 2.0;
/// The picture that the photo is made of: bytes behind its end change no pixel, and every one of them is another file.
const PICTURE: &[u8] = include_bytes!("../../data/photos/tiny.jpg");

type Pair = (f64, f64);

/// Two homes that differ in one thing.
struct Homes {
    folders: [PathBuf; 2],
    keys: [Option<DatabaseKey>; 2],
}

impl Homes {
    fn open(&self, which: usize) -> Result<Phone, Box<dyn Error>> {
        Ok(open_home(&self.folders[which], self.keys[which].as_ref())?)
    }

    /// One after the other, another first every time: ms of the encrypted and of the plain home.
    fn both(
        number: usize,
        mut work: impl FnMut(usize) -> Result<f64, Box<dyn Error>>,
    ) -> Result<Pair, Box<dyn Error>> {
        let first = number % 2;
        let one = work(first)?;
        let other = work(1 - first)?;
        Ok(if first == 0 { (one, other) } else { (other, one) })
    }
}

/// Measures.
///
/// # Errors
/// The disk's and the phone's; a build that encrypts nothing.
pub fn measure(dir: &Path) -> Result<Figure, Box<dyn Error>> {
    if !ENCRYPTS {
        return Err("this build encrypts nothing: build it with the feature sqlcipher".into());
    }
    let folder = tempfile::tempdir_in(dir)?;
    let homes = Homes {
        folders: ["encrypted", "plain"].map(|name| folder.path().join(name)),
        keys: [Some(DatabaseKey([7; 32])), None],
    };
    let mut phones = [homes.open(0)?, homes.open(1)?];
    phones.iter_mut().try_for_each(enrolled)?;
    let mut captures = Vec::with_capacity(CASES);
    for number in 0..CASES {
        captures.push(Homes::both(number, |which| capture(&mut phones[which], number))?);
    }
    let captures = captures.split_off(CASES - PAIRS);
    let pages = measured(PAIRS, |which, _| {
        let (page, ms) = timed(|| phones[which].list(LINES, 0))?;
        if page.len() == LINES as usize { Ok(ms) } else { Err("a page is not full".into()) }
    })?;
    let photos = measured(OPENINGS, |which, number| photo(&mut phones[which], number))?;
    drop(phones);
    let opens = measured(OPENINGS, |which, _| Ok(timed(|| homes.open(which))?.1))?;
    let mut more = Map::new();
    let mut largest = ratio(&captures);
    for (name, pairs) in [("page", &pages), ("open", &opens), ("photo", &photos)] {
        tell(&mut more, name, pairs);
        largest = largest.max(ratio(pairs));
    }
    Ok(Figure {
        name: "encrypted",
        samples: captures,
        goal: RATIO_MAX,
        holds: largest <= RATIO_MAX,
        more,
        words: format!(
            "{PAIRS} captures, pages and photos of an encrypted home of {CASES} cases against those of a plain one"
        ),
    })
}

fn measured(
    pairs: usize,
    mut work: impl FnMut(usize, usize) -> Result<f64, Box<dyn Error>>,
) -> Result<Vec<Pair>, Box<dyn Error>> {
    (0..pairs).map(|number| Homes::both(number, |which| work(which, number))).collect()
}

fn ratio(pairs: &[Pair]) -> f64 {
    let (ours, plain) = medians(pairs);
    ours / plain
}

fn tell(more: &mut Map<String, Value>, name: &str, pairs: &[Pair]) {
    let (ours, plain) = medians(pairs);
    more.insert(name.to_owned(), json!(round(ours)));
    more.insert(format!("{name}_plain"), json!(round(plain)));
    more.insert(format!("{name}_ratio"), json!(round(ours / plain)));
}

fn draft(number: usize) -> Draft {
    Draft {
        service: "case.city.E06010".to_owned(),
        position: Some(Position { lng: 113.613_25, lat: 34.752_16, accuracy_m: Some(12) }),
        text: format!("第{number}件：林山寨街道东门外有暴露垃圾，约三袋，已有异味，请尽快清运。"),
        no_photo: Some("天黑拍不清".to_owned()),
        ..Draft::default()
    }
}

fn capture(phone: &mut Phone, number: usize) -> Result<f64, Box<dyn Error>> {
    let id = phone.save_draft(None, &draft(number))?;
    Ok(timed(|| phone.finish(&id))?.1)
}

fn photo(phone: &mut Phone, number: usize) -> Result<f64, Box<dyn Error>> {
    let id = phone.save_draft(None, &draft(number))?;
    let mut original = PICTURE.to_vec();
    original.resize(PHOTO_BYTES - 8, 0x5a);
    original.extend((number as u64).to_le_bytes());
    Ok(timed(|| phone.add_draft_photo(&id, &original))?.1)
}
