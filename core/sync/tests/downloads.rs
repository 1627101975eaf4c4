//! Fetching a file against a server in a few variables, which answers otherwise where a test says so.
#![allow(clippy::unwrap_used, reason = "a test stops where its ground gives way")]

use yuandian_model::BlobHash;
use yuandian_sync::limits::{FAILURES_IN_A_ROW_MAX, WRONG_FILES_MAX};
use yuandian_sync::{Download, DownloadEffect, DownloadError, DownloadHead, DownloadInput};

/// More effects than any fetch here has: what goes beyond does not end.
const EFFECTS_MAX: usize = 500;
const SIZE: u64 = 100;

/// What comes back instead of the good answer.
#[derive(Clone)]
enum Answer {
    Failed,
    /// This head; its body, where it is read, brings so many bytes.
    Head(DownloadHead, u64),
    /// The good head, and a body that is cut after so many bytes.
    Cut(u64),
}

#[derive(Default)]
struct World {
    have: u64,
    /// How often the bytes that came have another hash.
    wrong: u32,
    /// Whether the server knows ranges.
    ranges: bool,
    log: Vec<String>,
    now_ms: i64,
}

fn head(status: u16) -> DownloadHead {
    DownloadHead { status, ..DownloadHead::default() }
}

impl World {
    fn with(have: u64, ranges: bool) -> Self {
        Self { have, ranges, ..Self::default() }
    }

    /// One fetch; the test is asked first, with how often the server was asked (from 1).
    fn fetch(&mut self, mut otherwise: impl FnMut(usize) -> Option<Answer>) -> Result<(), DownloadError> {
        let mut download = Download::new(BlobHash([1; 32]), SIZE);
        let (mut asked, mut body) = (0, 0);
        let mut cut = false;
        download.handle(DownloadInput::Start { have: self.have }, self.now_ms);
        for _ in 0..EFFECTS_MAX {
            let Some(effect) = download.poll() else {
                self.now_ms = download.poll_timeout().expect("a fetch has something to do or to wait for");
                self.log.push("wait".into());
                download.handle(DownloadInput::Timeout, self.now_ms);
                continue;
            };
            let input = match effect {
                DownloadEffect::Finished(how) => {
                    assert_eq!((download.poll(), download.poll_timeout()), (None, None));
                    return how;
                }
                DownloadEffect::Ask { from } => {
                    assert_eq!(from, self.have, "it goes on where it is");
                    self.log.push(format!("ask {from}"));
                    asked += 1;
                    cut = false;
                    match otherwise(asked) {
                        Some(Answer::Failed) => DownloadInput::Failed("the link is down".into()),
                        Some(Answer::Head(head, bytes)) => {
                            body = bytes;
                            DownloadInput::Answered(head)
                        }
                        other => {
                            let good = self.good(from);
                            body = if good.status == 206 { SIZE - from } else { SIZE };
                            if let Some(Answer::Cut(bytes)) = other {
                                (body, cut) = (bytes, true);
                            }
                            DownloadInput::Answered(good)
                        }
                    }
                }
                DownloadEffect::Read { at, most } => {
                    assert_eq!((at, most), (self.have, SIZE - self.have));
                    let fits = body.min(most);
                    self.log.push(format!("read {fits}"));
                    self.have += fits;
                    download.handle(DownloadInput::Came { bytes: fits }, self.now_ms);
                    assert_eq!(download.have(), self.have);
                    if cut {
                        DownloadInput::Failed("cut".into())
                    } else {
                        DownloadInput::Ended { more: body > most }
                    }
                }
                DownloadEffect::Drop => {
                    self.log.push("drop".into());
                    self.have = 0;
                    DownloadInput::Dropped
                }
                DownloadEffect::Check => {
                    self.log.push("check".into());
                    assert_eq!(self.have, SIZE);
                    let right = self.wrong == 0;
                    self.wrong = self.wrong.saturating_sub(1);
                    DownloadInput::Checked(right)
                }
            };
            download.handle(input, self.now_ms);
        }
        panic!("no end in sight: {:?}", self.log);
    }

    fn good(&self, from: u64) -> DownloadHead {
        if self.ranges && from > 0 {
            DownloadHead { status: 206, start: Some(from), total: Some(SIZE), retry_after_ms: None }
        } else {
            head(200)
        }
    }
}

#[test]
fn a_file_comes_and_counts_when_its_hash_is_right() {
    let mut world = World::with(0, true);
    assert_eq!(world.fetch(|_| None), Ok(()));
    assert_eq!(world.log, ["ask 0", "read 100", "check"]);
}

#[test]
fn what_came_before_is_gone_on_from_where_the_server_can_and_begun_anew_where_it_cannot() {
    let mut world = World::with(40, true);
    assert_eq!(world.fetch(|_| None), Ok(()));
    assert_eq!(world.log, ["ask 40", "read 60", "check"]);
    let mut world = World::with(40, false);
    assert_eq!(world.fetch(|_| None), Ok(()));
    assert_eq!(world.log, ["ask 40", "drop", "read 100", "check"]);
    let mut world = World::with(SIZE, true);
    assert_eq!(world.fetch(|_| None), Ok(()));
    assert_eq!(world.log, ["check"], "all of it was here when the phone was killed");
    let mut world = World::with(SIZE + 1, true);
    assert_eq!(world.fetch(|_| None), Ok(()));
    assert_eq!(world.log, ["drop", "ask 0", "read 100", "check"]);
}

#[test]
fn a_body_that_is_cut_goes_on_where_it_was() {
    let mut world = World::with(0, true);
    let fetched = world.fetch(|nth| match nth {
        1 => Some(Answer::Cut(30)),
        2 => Some(Answer::Failed),
        _ => None,
    });
    assert_eq!(fetched, Ok(()));
    assert_eq!(world.log, ["ask 0", "read 30", "wait", "ask 30", "wait", "ask 30", "read 70", "check"]);
    let mut world = World::with(0, true);
    let short = Answer::Head(head(200), 30);
    assert_eq!(world.fetch(|nth| (nth == 1).then(|| short.clone())), Ok(()), "an end too early is a cut");
    assert_eq!(world.log, ["ask 0", "read 30", "wait", "ask 30", "read 70", "check"]);
}

#[test]
fn a_link_that_moves_nothing_ends_the_fetch_and_keeps_what_came() {
    let mut world = World::with(0, true);
    let fetched = world.fetch(|nth| Some(if nth == 1 { Answer::Cut(30) } else { Answer::Failed }));
    assert_eq!(fetched, Err(DownloadError::Unreachable("the link is down".into())));
    assert_eq!(world.have, 30);
    let asked = world.log.iter().filter(|word| word.starts_with("ask")).count();
    assert_eq!(asked, usize::try_from(FAILURES_IN_A_ROW_MAX).unwrap() + 1);
}

#[test]
fn a_server_without_ranges_that_cuts_every_body_at_the_same_place_is_left() {
    let mut world = World::with(0, false);
    assert!(matches!(world.fetch(|_| Some(Answer::Cut(30))), Err(DownloadError::Unreachable(_))));
    let read = world.log.iter().filter(|word| word.starts_with("read")).count();
    assert_eq!(
        read,
        usize::try_from(FAILURES_IN_A_ROW_MAX).unwrap() + 1,
        "the same bytes again are no progress"
    );
}

#[test]
fn a_server_that_was_never_heard_is_told_at_once() {
    let mut world = World::with(40, true);
    assert!(matches!(world.fetch(|_| Some(Answer::Failed)), Err(DownloadError::Unreachable(_))));
    assert_eq!(world.log, ["ask 40"]);
}

#[test]
fn a_refusal_is_typed_and_not_asked_again() {
    let table = [
        (401, DownloadError::Unauthorized),
        (403, DownloadError::Withheld),
        (404, DownloadError::Withheld),
        (410, DownloadError::Withheld),
    ];
    for (status, expected) in table {
        let mut world = World::with(40, true);
        assert_eq!(world.fetch(|_| Some(Answer::Head(head(status), 0))), Err(expected), "{status}");
        assert_eq!(world.log, ["ask 40"], "{status}");
        assert_eq!(world.have, 40, "{status}: what came is kept");
    }
}

#[test]
fn a_busy_server_is_asked_again_and_a_server_that_stays_busy_is_left() {
    for status in [408, 429, 500, 503] {
        let mut world = World::with(0, true);
        assert_eq!(world.fetch(|nth| (nth == 1).then(|| Answer::Head(head(status), 0))), Ok(()), "{status}");
        assert_eq!(world.log, ["ask 0", "wait", "ask 0", "read 100", "check"], "{status}");
        let mut world = World::with(0, true);
        let left = world.fetch(|_| Some(Answer::Head(head(status), 0)));
        assert!(matches!(left, Err(DownloadError::Unreachable(_))), "{status}");
    }
    let mut world = World::with(0, true);
    let later = DownloadHead { retry_after_ms: Some(3_600_000), ..head(503) };
    assert!(matches!(world.fetch(|_| Some(Answer::Head(later, 0))), Err(DownloadError::Unreachable(_))));
    assert_eq!(world.log, ["ask 0"], "an hour is not waited for");
}

#[test]
fn another_range_than_asked_for_is_never_put_behind_what_is_here() {
    let other = |start, total| DownloadHead { status: 206, start, total, retry_after_ms: None };
    let odd = [
        other(Some(0), Some(SIZE)),
        other(Some(41), Some(SIZE)),
        other(Some(40), Some(SIZE + 1)),
        other(None, None),
        head(416),
    ];
    for answer in odd {
        let mut world = World::with(40, true);
        assert_eq!(world.fetch(|nth| (nth == 1).then_some(Answer::Head(answer, 60))), Ok(()), "{answer:?}");
        assert_eq!(world.log, ["ask 40", "drop", "ask 0", "read 100", "check"], "{answer:?}");
    }
}

#[test]
fn other_bytes_are_thrown_away_and_asked_for_once_more_and_no_more() {
    let mut world = World { wrong: 1, ..World::with(40, true) };
    assert_eq!(world.fetch(|_| None), Ok(()));
    assert_eq!(world.log, ["ask 40", "read 60", "check", "drop", "ask 0", "read 100", "check"]);
    let mut world = World { wrong: 9, ..World::with(0, true) };
    assert_eq!(world.fetch(|_| None), Err(DownloadError::WrongBytes));
    let checked = world.log.iter().filter(|word| *word == "check").count();
    assert_eq!(checked, usize::try_from(WRONG_FILES_MAX).unwrap());
    let mut world = World::with(0, true);
    let long = Answer::Head(head(200), SIZE + 1);
    assert_eq!(world.fetch(|_| Some(long.clone())), Err(DownloadError::WrongBytes), "a body without end");
}
