//! What can be typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use yuandian_device::{Attached, CaptureInfo, PhoneFix, PhotoSize, Policy, Position, Quiet, Source};

use crate::lists::ListVerb;
use crate::people::PeopleVerb;

/// A phone on the command line.
#[derive(Debug, Parser)]
#[command(name = "yuandian", version, about = "原点: a phone on the command line")]
pub struct Command {
    /// Folder that the phone lives in.
    #[arg(long, global = true, env = "YUANDIAN_HOME", default_value = "yuandian-home")]
    pub home: PathBuf,
    /// File with the key of an encrypted home, 32 bytes that nobody else may read (mode 600), kept outside of the home. A new home gets a new one.
    #[arg(long, global = true, env = "YUANDIAN_KEY_FILE", value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// Print JSON.
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Enrol this phone with an invitation code (uses the network).
    Enroll {
        /// Address of the server.
        #[arg(long)]
        server: String,
        /// The invitation code.
        #[arg(long)]
        code: String,
        /// The name that others see.
        #[arg(long)]
        name: String,
        /// A certificate authority to trust beside the public ones, DER file. May be repeated.
        #[arg(long = "trust", value_name = "FILE.der")]
        trust: Vec<PathBuf>,
    },
    /// Services that one may open, those opened most here first.
    Services {
        /// A code, words, or pinyin of them, first letters included.
        #[arg(long, value_name = "TEXT", default_value = "")]
        find: String,
    },
    /// Open a case: saved on this phone when it returns.
    Capture(Capture),
    /// Ask neighbours for help: saved and on its way when it returns, unless its words give somebody away; then it is a draft that `finish`
    /// publishes as it is.
    Ask {
        /// What is asked.
        #[command(flatten)]
        capture: Capture,
        /// Publish it whatever it gives away.
        #[arg(long)]
        as_it_is: bool,
    },
    /// Take a request for help: the first to arrive has it, the others wait in line.
    Take {
        /// The request.
        case: String,
    },
    /// Check in: you are there.
    Arrive {
        /// The request.
        case: String,
        /// The code word that was said at the door; five wrong ones at most.
        #[arg(long)]
        code: Option<String>,
        /// Where you are: whether that is near goes along, and never where.
        #[arg(long, value_name = "LNG,LAT[,ACCURACY_M]", value_parser = position, allow_hyphen_values = true)]
        at: Option<Position>,
    },
    /// Whoever is to be helped does not want it: the request ends, and who asked is told.
    TurnedAway {
        /// The request.
        case: String,
        /// What they said.
        #[arg(long)]
        reason: String,
    },
    /// What is new for you since the last time: requests nearby, and your cases that moved on. What a phone tells after a pull in the background.
    News,
    /// What is kept of you.
    #[command(flatten)]
    People(PeopleVerb),
    /// Tell a moderator in private about a problem with somebody. In danger call 110 first.
    Complain {
        /// The request in which it happened.
        case: Option<String>,
        /// harassment, money, privacy, no_show, rude, false_request or other.
        #[arg(long, default_value = "other")]
        what: String,
        /// How it went: moderators alone read it.
        #[arg(long)]
        text: String,
    },
    /// Check out: it is done, with a word or a photo back to whoever asked.
    Leave {
        /// The request.
        case: String,
        /// The second code word.
        #[arg(long)]
        code: Option<String>,
        /// A word to whoever asked.
        #[arg(long)]
        text: Option<String>,
        /// What comes with it.
        #[command(flatten)]
        enclosed: Enclosed,
    },
    /// Say that it is done as it should be.
    Confirm {
        /// The request.
        case: String,
    },
    /// Rate it once, from 1 to 5.
    Rate {
        /// The request.
        case: String,
        /// The score.
        score: u8,
    },
    /// Call for help at once: the grid worker and the centre are told. If life is in danger call 110, 120 or 119 first.
    Sos {
        /// The request for help in which it happened.
        case: Option<String>,
        /// Where you are.
        #[arg(long, value_name = "LNG,LAT[,ACCURACY_M]", value_parser = position, allow_hyphen_values = true)]
        at: Option<Position>,
        /// What happened, if there is time.
        #[arg(long, default_value = "")]
        text: String,
    },
    /// Say where you are at home and when you are not woken, so that requests nearby reach you early. The platform learns a cell of 500 m.
    Reach {
        /// Where you are at home; without, it is taken back.
        #[arg(long, value_name = "LNG,LAT", value_parser = position, allow_hyphen_values = true)]
        at: Option<Position>,
        /// When you are not woken, on the clock of Asia/Shanghai.
        #[arg(long, value_name = "HH:MM-HH:MM", default_value = "22:00-07:00", value_parser = quiet)]
        quiet: Quiet,
    },
    /// Be forgotten: private answers go from this phone now, from the platform and every phone with the next sync, which closes the account.
    ForgetMe {
        /// Yes: it cannot be taken back.
        #[arg(long, required = true)]
        yes: bool,
    },
    /// Finish a draft.
    Finish {
        /// Id of the draft.
        draft: String,
    },
    /// Lists.
    #[command(flatten)]
    Lists(ListVerb),
    /// One case.
    Show {
        /// Its id, or its first characters.
        case: String,
    },
    /// Answer questions of a case's form.
    Edit {
        /// The case.
        case: String,
        /// An answer.
        #[arg(long = "set", value_name = "KEY=VALUE", value_parser = pair, required = true)]
        set: Vec<(String, String)>,
        /// Heads that the form was opened at (`heads` of `show --json`), comma-separated; the case as it stands where not given.
        #[arg(long, value_delimiter = ',')]
        seen: Option<Vec<String>>,
    },
    /// Add a note to a case.
    Note {
        /// The case.
        case: String,
        /// The words.
        text: String,
        /// What comes with it.
        #[command(flatten)]
        enclosed: Enclosed,
    },
    /// Do an act: claim, release, report_back, confirm, cancel, self_handle …
    Act {
        /// The case.
        case: String,
        /// Id of the act.
        name: String,
        /// A note with it.
        #[arg(long)]
        text: Option<String>,
        /// What comes with it.
        #[command(flatten)]
        enclosed: Enclosed,
        /// An argument of the act.
        #[arg(long = "set", value_name = "KEY=VALUE", value_parser = pair)]
        set: Vec<(String, String)>,
    },
    /// Follow a public case (+1): hear how it goes.
    Follow {
        /// The case.
        case: String,
    },
    /// Follow a case no more.
    Unfollow {
        /// The case.
        case: String,
    },
    /// Settle an answer that has several values.
    Resolve {
        /// The case.
        case: String,
        /// Key of the answer.
        key: String,
        /// Number of the value to keep, as `show` counts them.
        #[arg(long)]
        keep: usize,
    },
    /// Send and receive until nothing is left or nothing moves any more (uses the network).
    Sync {
        /// A certificate authority to trust beside the public ones, DER file. May be repeated.
        #[arg(long = "trust", value_name = "FILE.der")]
        trust: Vec<PathBuf>,
        /// Stay, and sync again whenever the server has something new.
        #[arg(long)]
        watch: bool,
        /// The network costs by the byte: photos wait that were chosen to.
        #[arg(long)]
        metered: bool,
        /// The phone is charging.
        #[arg(long)]
        charging: bool,
        /// How long to stay, seconds; until it is stopped where not given.
        #[arg(long = "for", value_name = "SECONDS", requires = "watch")]
        seconds: Option<u64>,
    },
    /// Where sync stands: streams held, what is on its way, what is still to come; and whom one calls.
    Status,
    /// Write a photo of a case to a file; fetched first where it is not here (uses the network).
    Photo {
        /// The case.
        case: String,
        /// Which photo, from 1.
        n: usize,
        /// Which size.
        #[arg(long, value_enum, default_value_t = Size::Medium)]
        size: Size,
        /// Without what the file says of its author: place, time, device, what stands behind the picture. JPEG only.
        #[arg(long)]
        strip: bool,
        /// The file to write.
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
        /// A certificate authority to trust beside the public ones, DER file. May be repeated.
        #[arg(long = "trust", value_name = "FILE.der")]
        trust: Vec<PathBuf>,
    },
    /// Write an attached file of a case (a voice note, a film, a signature) to a file; fetched first where it is not here (uses the network).
    File {
        /// The case.
        case: String,
        /// SHA-256 of the file, or its first characters, as `show` prints it.
        hash: String,
        /// The file to write.
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
        /// A certificate authority to trust beside the public ones, DER file. May be repeated.
        #[arg(long = "trust", value_name = "FILE.der")]
        trust: Vec<PathBuf>,
    },
    /// The room that photo files take, how far they are sent, and on which networks.
    Files {
        /// Bytes that this phone is willing to hold.
        #[arg(long, value_name = "BYTES")]
        budget: Option<u64>,
        /// When thumbs are sent.
        #[arg(long, value_enum)]
        thumb: Option<When>,
        /// When medium pictures are sent.
        #[arg(long, value_enum)]
        medium: Option<When>,
        /// When originals are sent.
        #[arg(long, value_enum)]
        original: Option<When>,
    },
    /// What needs you (需处理): lists it, or deals with one entry.
    Attention {
        /// What to do with an entry.
        #[command(subcommand)]
        step: Option<Step>,
    },
    /// What is on its way.
    Outbox,
    /// What is proven of a case's photos (asks the server).
    Evidence {
        /// The case.
        case: String,
        /// Only what is on this phone.
        #[arg(long)]
        offline: bool,
        /// A certificate authority to trust beside the public ones, DER file. May be repeated.
        #[arg(long = "trust", value_name = "FILE.der")]
        trust: Vec<PathBuf>,
    },
    /// Write a case's evidence into a zip file that anybody can check: originals, records, receipts, proofs (asks the server).
    Export {
        /// The case.
        case: String,
        /// The file.
        file: PathBuf,
        /// Only what is on this phone; then the server's log says nothing of it.
        #[arg(long)]
        offline: bool,
        /// A font with every letter of the words on the pictures, where the usual places have none.
        #[arg(long, value_name = "FILE")]
        font: Option<PathBuf>,
        /// A certificate authority to trust beside the public ones, DER file. May be repeated.
        #[arg(long = "trust", value_name = "FILE.der")]
        trust: Vec<PathBuf>,
    },
    /// Check an exported bundle: needs no phone and no network. Exit code 0 if everything holds, 5 if something is missing, 6 if something is
    /// altered.
    Verify {
        /// The file.
        file: PathBuf,
        /// Name of a server key that is trusted, 32 hex digits, as the authority publishes it. May be repeated.
        #[arg(long = "server-key", value_name = "HEX")]
        server_keys: Vec<String>,
    },
}

/// A size of a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Size {
    /// 320 px.
    Thumb,
    /// 1600 px.
    Medium,
    /// The untouched original.
    Original,
}

impl From<Size> for PhotoSize {
    fn from(size: Size) -> Self {
        match size {
            Size::Thumb => Self::Thumb,
            Size::Medium => Self::Medium,
            Size::Original => Self::Original,
        }
    }
}

/// When a size of photos is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// On any network.
    Any,
    /// Where bytes cost nothing.
    Unmetered,
    /// Where bytes cost nothing and the phone is charging.
    Charging,
}

impl From<When> for Policy {
    fn from(when: When) -> Self {
        match when {
            When::Any => Self::Any,
            When::Unmetered => Self::Unmetered,
            When::Charging => Self::Charging,
        }
    }
}

/// What to do with an entry of the 需处理 list; its number is the first column of the list.
#[derive(Debug, Subcommand)]
pub enum Step {
    /// Send it again, changed or as it was.
    Amend {
        /// The entry.
        item: i64,
        /// Other words.
        #[arg(long)]
        text: Option<String>,
        /// Another answer, or another argument of an act.
        #[arg(long = "set", value_name = "KEY=VALUE", value_parser = pair)]
        set: Vec<(String, String)>,
    },
    /// Keep it as a note of the case, photos included.
    Note {
        /// The entry.
        item: i64,
    },
    /// Ask a person to look at it; sent with the next sync.
    Appeal {
        /// The entry.
        item: i64,
        /// Why.
        #[arg(long, default_value = "")]
        text: String,
    },
    /// Write it with its photos into a zip file; the entry stays.
    Export {
        /// The entry.
        item: i64,
        /// The file.
        #[arg(long)]
        to: PathBuf,
    },
    /// Give it up, photos included.
    Discard {
        /// The entry.
        item: i64,
    },
}

/// Options of `capture` and `ask`.
#[derive(Debug, Args)]
pub struct Capture {
    /// Id of the service, e.g. case.city.E06010.
    #[arg(long)]
    pub service: String,
    /// Where: longitude, latitude (degrees WGS-84), accuracy (metres).
    #[arg(long, value_name = "LNG,LAT[,ACCURACY_M]", value_parser = position, allow_hyphen_values = true)]
    pub at: Option<Position>,
    /// The description.
    #[arg(long, default_value = "")]
    pub text: String,
    /// What comes with it.
    #[command(flatten)]
    pub enclosed: Enclosed,
    /// Why there is no photo, where the service asks for some.
    #[arg(long, value_name = "REASON")]
    pub no_photo: Option<String>,
    /// An answer of the form.
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = pair)]
    pub set: Vec<(String, String)>,
    /// Keep it as a draft.
    #[arg(long)]
    pub draft: bool,
}

/// What comes with words: photos, files beside them, and where all of it came from.
#[derive(Debug, Clone, Args)]
pub struct Enclosed {
    /// A photo.
    #[arg(long = "photo", value_name = "FILE")]
    pub photos: Vec<PathBuf>,
    /// A voice note: AAC, AMR, MP4, MP3, Ogg or WAV.
    #[arg(long, value_name = "FILE")]
    pub voice: Vec<PathBuf>,
    /// A short film: MP4 or QuickTime.
    #[arg(long, value_name = "FILE")]
    pub video: Vec<PathBuf>,
    /// A signature: PNG.
    #[arg(long, value_name = "FILE")]
    pub signature: Vec<PathBuf>,
    /// Where the photos came from.
    #[command(flatten)]
    pub taken: Taken,
}

impl Enclosed {
    /// The files beside a note, each with its kind.
    pub fn attached(&self) -> impl Iterator<Item = (Attached, &PathBuf)> {
        let of = |kind| move |path| (kind, path);
        let voice = self.voice.iter().map(of(Attached::Voice));
        let video = self.video.iter().map(of(Attached::Video));
        voice.chain(video).chain(self.signature.iter().map(of(Attached::Signature)))
    }
}

/// What the capture record says of where photos came from.
#[derive(Debug, Clone, Args)]
pub struct Taken {
    /// The photos were taken with this very phone just now.
    #[arg(long, conflicts_with = "album")]
    pub camera: bool,
    /// The photos were chosen from what was there before.
    #[arg(long)]
    pub album: bool,
    /// Where the phone was, by its receiver: longitude, latitude (degrees WGS-84), accuracy (metres).
    #[arg(long, value_name = "LNG,LAT[,ACCURACY_M]", value_parser = position, allow_hyphen_values = true)]
    pub fix: Option<Position>,
    /// The system says that another app made that position up.
    #[arg(long, requires = "fix")]
    pub mock: bool,
}

impl Taken {
    /// As the phone takes it.
    pub fn info(&self) -> CaptureInfo {
        let source = match (self.camera, self.album) {
            (true, _) => Source::Camera,
            (_, true) => Source::Album,
            _ => Source::Unknown,
        };
        let fix = self.fix.map(|at| PhoneFix {
            lng: at.lng,
            lat: at.lat,
            accuracy_m: at.accuracy_m,
            provider: "given".to_owned(),
            mock: self.mock.then_some(true),
        });
        CaptureInfo { source, fix }
    }
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => Ok((key.trim().to_owned(), value.to_owned())),
        _ => Err("write KEY=VALUE".into()),
    }
}

fn quiet(text: &str) -> Result<Quiet, String> {
    let minute = |text: &str| -> Option<u16> {
        let (hour, minute) = text.trim().split_once(':')?;
        let (hour, minute) = (hour.parse::<u16>().ok()?, minute.parse::<u16>().ok()?);
        (hour < 24 && minute < 60).then_some(hour * 60 + minute)
    };
    let parts = text.split_once('-').and_then(|(from, to)| minute(from).zip(minute(to)));
    let (from_minute, to_minute) =
        parts.ok_or("write HH:MM-HH:MM, like 22:00-07:00; the same twice: never")?;
    Ok(Quiet { from_minute, to_minute })
}

pub fn position(text: &str) -> Result<Position, String> {
    let parts: Vec<&str> = text.split(',').map(str::trim).collect();
    let number = |part: &str| part.parse::<f64>().map_err(|_| format!("{part:?} is not a number"));
    match parts.as_slice() {
        [lng, lat] => Ok(Position { lng: number(lng)?, lat: number(lat)?, accuracy_m: None }),
        [lng, lat, accuracy] => {
            let metres = accuracy.parse::<f64>().ok().filter(|m| (0.0..=1e7).contains(m));
            let metres = metres.ok_or_else(|| format!("{accuracy:?} is no accuracy in metres"))?;
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "0 to 10^7 by the line above"
            )]
            let accuracy_m = Some(metres.ceil() as u32);
            Ok(Position { lng: number(lng)?, lat: number(lat)?, accuracy_m })
        }
        _ => Err("write LNG,LAT or LNG,LAT,ACCURACY_M".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Command::command().debug_assert();
    }

    #[test]
    fn home_and_json_stand_before_or_after_the_verb() {
        for line in
            [["yuandian", "--home", "x", "--json", "list"], ["yuandian", "list", "--home", "x", "--json"]]
        {
            let command = Command::try_parse_from(line).unwrap();
            assert!(command.json && command.home == *"x");
        }
    }

    #[test]
    fn places_and_pairs_are_read_or_refused_in_words() {
        let full = Position { lng: 113.6, lat: 34.7, accuracy_m: Some(12) };
        assert_eq!(position("113.6, 34.7,12"), Ok(full));
        assert_eq!(position("113.6,34.7"), Ok(Position { accuracy_m: None, ..full }));
        for bad in ["", "1", "1,2,3,4", "a,b", "1,2,-3", "1,2,x"] {
            assert!(position(bad).is_err(), "{bad}");
        }
        assert_eq!(pair("a=b=c"), Ok(("a".into(), "b=c".into())));
        assert!(pair("novalue").is_err() && pair("=x").is_err());
    }

    #[test]
    fn every_verb_is_read_beside_what_every_command_takes() {
        use clap::{CommandFactory as _, Parser as _};
        // A verb's option that is called like one of every command is read as that one, and ends the program.
        let all = Command::command();
        let of_all: Vec<&str> = all.get_arguments().map(|arg| arg.get_id().as_str()).collect();
        for verb in all.get_subcommands() {
            for arg in verb.get_arguments() {
                assert!(!of_all.contains(&arg.get_id().as_str()), "{} {}", verb.get_name(), arg.get_id());
            }
        }
        let read = |line: &[&str]| {
            Command::try_parse_from([&["yuandian", "--home", "h"], line].concat()).map(|c| c.verb)
        };
        assert!(matches!(read(&["reach", "--at", "113.6,34.7"]), Ok(Verb::Reach { at: Some(_), .. })));
        assert!(read(&["reach", "--quiet", "25:00-07:00"]).is_err());
        assert!(matches!(read(&["sos"]), Ok(Verb::Sos { case: None, at: None, .. })));
    }
}
