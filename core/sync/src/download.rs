//! Fetching one file, without I/O: from where its bytes go on, which answers are believed, and when it is given up.
//!
//! `handle(input, now)`, then drain `poll()` until `None`, then sleep until `poll_timeout()`. Guarantees: a file is finished only after its
//! bytes were held against its hash; what came before a cut is kept and gone on from where the server can do that, and begun anew where it
//! cannot; every run ends, since only what has never been reached before in it counts as progress.

use std::collections::VecDeque;

use yuandian_model::BlobHash;

use crate::limits::{BACKOFF_MS_MAX, BACKOFF_MS_MIN, FAILURES_IN_A_ROW_MAX, WRONG_FILES_MAX};

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DownloadEffect {
    /// Ask for the file from this byte on, and answer with [`DownloadInput::Answered`] or [`DownloadInput::Failed`].
    Ask {
        /// First byte wanted; 0 asks for the whole.
        from: u64,
    },
    /// Throw away what came of it, and answer with [`DownloadInput::Dropped`].
    Drop,
    /// Read the body of the answer into the file from this byte on: [`DownloadInput::Came`] for each piece that was kept, then
    /// [`DownloadInput::Ended`].
    Read {
        /// Where its first byte belongs.
        at: u64,
        /// Bytes of it that belong to the file: what is beyond is not read.
        most: u64,
    },
    /// Hold all its bytes against its hash, and answer with [`DownloadInput::Checked`].
    Check,
    /// It has ended.
    Finished(Result<(), DownloadError>),
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DownloadInput {
    /// Begin: so many bytes are here from before.
    Start {
        /// Bytes.
        have: u64,
    },
    /// The head of an answer.
    Answered(DownloadHead),
    /// No answer, or a cut body.
    Failed(String),
    /// More bytes are kept.
    Came {
        /// How many.
        bytes: u64,
    },
    /// The body has ended; `more` where it went beyond the file.
    Ended {
        /// Whether there were bytes beyond the file's end.
        more: bool,
    },
    /// What came was thrown away.
    Dropped,
    /// Whether the bytes have the hash.
    Checked(bool),
    /// The time of `poll_timeout` has come.
    Timeout,
}

/// The parts of an HTTP answer that matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DownloadHead {
    /// HTTP status.
    pub status: u16,
    /// First byte of `Content-Range`.
    pub start: Option<u64>,
    /// Length of the whole by `Content-Range`.
    pub total: Option<u64>,
    /// `Retry-After`, ms.
    pub retry_after_ms: Option<i64>,
}

/// Why a file did not come. What came of it is kept where it can be gone on from.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DownloadError {
    /// The server could not be reached, or went on failing.
    #[error("{0}")]
    Unreachable(String),
    /// The token has ended: greet, and ask again.
    #[error("the server does not know this phone's token any more")]
    Unauthorized,
    /// The server does not give it: it does not have it, or not to this person.
    #[error("the server does not give this file")]
    Withheld,
    /// What came has another hash, each time.
    #[error("the server gave other bytes")]
    WrongBytes,
}

/// One file on its way here.
#[derive(Debug)]
pub struct Download {
    hash: BlobHash,
    size: u64,
    have: u64,
    /// The furthest that was reached: only what goes beyond is progress.
    furthest: u64,
    failures_in_a_row: u32,
    wrong: u32,
    /// Whether the server was spoken to at all.
    reached: bool,
    /// After what came was thrown away: read the body of the answer at hand, or ask anew.
    reads_on: bool,
    effects: VecDeque<DownloadEffect>,
    retry_at: Option<i64>,
    ended: bool,
}

impl Download {
    /// A file of this hash and size (bytes).
    #[must_use]
    pub fn new(hash: BlobHash, size: u64) -> Self {
        Self {
            hash,
            size,
            have: 0,
            furthest: 0,
            failures_in_a_row: 0,
            wrong: 0,
            reached: false,
            reads_on: false,
            effects: VecDeque::new(),
            retry_at: None,
            ended: false,
        }
    }

    /// Where the server has it.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/v1/blobs/{}", self.hash)
    }

    /// Bytes that are here.
    #[must_use]
    pub fn have(&self) -> u64 {
        self.have
    }

    /// The next thing to do, until `None`.
    pub fn poll(&mut self) -> Option<DownloadEffect> {
        self.effects.pop_front()
    }

    /// When to send [`DownloadInput::Timeout`], ms of the caller's `now`.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<i64> {
        self.retry_at
    }

    /// Takes one input.
    pub fn handle(&mut self, input: DownloadInput, now_ms: i64) {
        if self.ended {
            return;
        }
        match input {
            DownloadInput::Start { have } if have > self.size => self.drop_and(false),
            DownloadInput::Start { have } => {
                (self.have, self.furthest) = (have, have);
                self.go_on();
            }
            DownloadInput::Answered(head) => self.answered(head, now_ms),
            DownloadInput::Failed(why) => self.failed(why, None, now_ms),
            DownloadInput::Came { bytes } => {
                self.have += bytes;
                if self.have > self.furthest {
                    self.furthest = self.have;
                    self.failures_in_a_row = 0;
                }
            }
            DownloadInput::Ended { more: true } => self.came_wrong(),
            DownloadInput::Ended { more: false } if self.have < self.size => {
                self.failed("the body was cut short".into(), None, now_ms);
            }
            DownloadInput::Ended { more: false } => self.effects.push_back(DownloadEffect::Check),
            DownloadInput::Dropped => {
                self.have = 0;
                if std::mem::take(&mut self.reads_on) {
                    self.read();
                } else {
                    self.go_on();
                }
            }
            DownloadInput::Checked(true) => self.finish(Ok(())),
            DownloadInput::Checked(false) => self.came_wrong(),
            DownloadInput::Timeout => {
                if self.retry_at.is_some_and(|at| now_ms >= at) {
                    self.retry_at = None;
                    self.go_on();
                }
            }
        }
    }

    fn answered(&mut self, head: DownloadHead, now_ms: i64) {
        self.reached = true;
        match head.status {
            206 if head.start == Some(self.have) && head.total.is_none_or(|total| total == self.size) => {
                self.read();
            }
            // A server that knows no ranges, or does not believe in this one, gives the whole.
            200 if self.have > 0 => self.drop_and(true),
            200 => self.read(),
            401 => self.finish(Err(DownloadError::Unauthorized)),
            403 | 404 | 410 => self.finish(Err(DownloadError::Withheld)),
            // Another range than asked for, or none of this file: what is here is not gone on from.
            206 | 416 => self.came_wrong(),
            status => self.failed(format!("status {status}"), head.retry_after_ms, now_ms),
        }
    }

    fn go_on(&mut self) {
        let next = if self.have == self.size && self.size > 0 {
            DownloadEffect::Check
        } else {
            DownloadEffect::Ask { from: self.have }
        };
        self.effects.push_back(next);
    }

    fn read(&mut self) {
        self.effects.push_back(DownloadEffect::Read { at: self.have, most: self.size - self.have });
    }

    fn drop_and(&mut self, read_on: bool) {
        self.reads_on = read_on;
        self.effects.push_back(DownloadEffect::Drop);
    }

    fn came_wrong(&mut self) {
        self.wrong += 1;
        if self.wrong >= WRONG_FILES_MAX {
            self.effects.push_back(DownloadEffect::Drop);
            return self.finish(Err(DownloadError::WrongBytes));
        }
        self.drop_and(false);
    }

    fn failed(&mut self, why: String, asked_ms: Option<i64>, now_ms: i64) {
        self.failures_in_a_row += 1;
        let asked_ms = asked_ms.unwrap_or(0);
        // Never spoken to: the person is told at once.
        if !self.reached || asked_ms > BACKOFF_MS_MAX || self.failures_in_a_row > FAILURES_IN_A_ROW_MAX {
            return self.finish(Err(DownloadError::Unreachable(why)));
        }
        let pause = (BACKOFF_MS_MIN << (self.failures_in_a_row - 1).min(10)).min(BACKOFF_MS_MAX);
        self.retry_at = Some(now_ms.saturating_add(pause.max(asked_ms)));
    }

    fn finish(&mut self, how: Result<(), DownloadError>) {
        self.ended = true;
        self.retry_at = None;
        self.effects.push_back(DownloadEffect::Finished(how));
    }
}
