//! The machine's part about photos: one blob at a time, from where the server is with it.

use super::vocabulary::{Keep, Request, UploadReply};
use super::{After, Machine};
use crate::limits::FAILURES_IN_A_ROW_MAX;
use crate::transfer::Transfer;

/// The blob at hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Upload {
    pub transfer: Transfer,
    /// Where the server is with it, unless it has to be asked.
    pub offset: Option<u64>,
    /// The furthest it was seen in this run: only what goes beyond is progress, so that one which is sent again and again has an end.
    pub furthest: Option<u64>,
}

impl Machine {
    pub(super) fn next_upload(&mut self) {
        let next = self.queue.next_transfer();
        self.upload = next.map(|transfer| Upload { transfer, offset: None, furthest: None });
        match &self.upload {
            Some(upload) => {
                let plan = upload.transfer.plan(None);
                self.ask(Request::Upload(plan));
            }
            None => self.finish(!self.left_behind),
        }
    }

    pub(super) fn upload_answered(&mut self, answer: &UploadReply) {
        let Some(Upload { mut transfer, offset, furthest }) = self.upload.take() else {
            return;
        };
        match answer.status {
            200..=299 if transfer.url.is_none() => {
                let Some(location) = answer.location.clone() else {
                    return self.leave_behind();
                };
                transfer.url = Some(location);
                let keep = Keep::UploadAt { transfer: transfer.clone(), url: transfer.url.clone() };
                // A new one begins at 0; one that the server knows already, or that has no bytes to send, is asked for.
                let offset = answer.offset.filter(|at| *at == 0 && transfer.size > 0);
                self.upload = Some(Upload { transfer, offset, furthest: furthest.or(offset) });
                self.keep(keep, After::Upload);
            }
            200..=299 => {
                let Some(at) = answer.offset.filter(|at| *at <= transfer.size) else {
                    return self.leave_behind();
                };
                let done = at == transfer.size
                    || yuandian_model::planted::is(yuandian_model::planted::Bug::UploadDoneTooSoon);
                let before = furthest.unwrap_or(at);
                self.report.uploaded_bytes += at.saturating_sub(before);
                if done || at > before {
                    self.progress();
                    // A long night of photos outlives many tokens: each piece that arrives earns the next greeting.
                    self.greeted_again = false;
                } else if offset.is_some_and(|sent_from| at <= sent_from) {
                    self.failures_in_a_row += 1;
                    if self.failures_in_a_row > FAILURES_IN_A_ROW_MAX {
                        return self.leave_behind();
                    }
                }
                let furthest = Some(before.max(at));
                self.upload = Some(Upload { transfer: transfer.clone(), offset: Some(at), furthest });
                let keep =
                    if done { Keep::Uploaded(transfer) } else { Keep::UploadOffset { transfer, offset: at } };
                self.keep(keep, After::Upload);
            }
            // The server counts otherwise, or bytes were damaged on the way, or its address has ended: ask, or begin anew.
            404 | 409 | 410 | 460
                if transfer.url.is_some() && self.failures_in_a_row < FAILURES_IN_A_ROW_MAX =>
            {
                self.failures_in_a_row += 1;
                if matches!(answer.status, 404 | 410) {
                    transfer.url = None;
                    let keep = Keep::UploadAt { transfer: transfer.clone(), url: None };
                    self.upload = Some(Upload { transfer, offset: None, furthest });
                    self.keep(keep, After::Upload);
                } else {
                    let plan = transfer.plan(None);
                    self.upload = Some(Upload { transfer, offset: None, furthest });
                    self.ask(Request::Upload(plan));
                }
            }
            0 => {
                self.failures_in_a_row = 0;
                self.next_upload();
            }
            413 => {
                self.left_behind = true;
                self.failures_in_a_row = 0;
                self.keep(Keep::TooLarge(transfer), After::NextUpload);
            }
            _ => self.leave_behind(),
        }
    }

    /// The blob at hand does not move now; it stays in the store for the next run, and the others go on.
    pub(super) fn leave_behind(&mut self) {
        self.left_behind = true;
        self.failures_in_a_row = 0;
        self.next_upload();
    }
}
