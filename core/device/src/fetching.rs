//! Carrying out what [`yuandian_sync::Download`] decides, over HTTP. Like the driver, of which it is a part, it meets the network and the clock.
#![allow(clippy::disallowed_methods, reason = "this is where the machine meets the real network and clock")]

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use reqwest::Response;
use reqwest::header::{CONTENT_RANGE, IF_RANGE, RANGE, RETRY_AFTER};
use yuandian_sync::{Download, DownloadEffect, DownloadError, DownloadHead, DownloadInput};

use crate::downloads::PhotoFile;
use crate::driver::{Driver, blocking, lock, words};
use crate::error::{DeviceError, Result};
use crate::phone::Phone;

impl Driver {
    /// Fetches a file of a photo, from where an earlier try was cut. `watch` is told how many bytes of it are here; it must return at once.
    /// One that is here already costs nothing.
    ///
    /// # Errors
    /// [`DeviceError::Unreachable`]; [`DeviceError::Withheld`] where the server does not have it or does not give it to this person;
    /// [`DeviceError::WrongBytes`]; [`DeviceError::NoRoom`]. What came is kept for the next try where it can be gone on from.
    pub async fn fetch(
        &mut self,
        phone: &Arc<Mutex<Phone>>,
        file: &PhotoFile,
        watch: impl FnMut(u64) + Send,
    ) -> Result<()> {
        if file.here {
            return Ok(());
        }
        let mut watch = watch;
        if self.greets(phone)? {
            self.sync(phone).await?;
        }
        match self.fetch_once(phone, file, &mut watch).await? {
            Err(DownloadError::Unauthorized) => {
                // The token has ended before its time: a run greets.
                self.sync(phone).await?;
                self.fetch_once(phone, file, &mut watch).await?.map_err(|error| failure(error, file))
            }
            fetched => fetched.map_err(|error| failure(error, file)),
        }
    }

    /// Fetches small pictures of others' photos that are wanted, the newest first, as many as one run may. Gives how many came. A network that
    /// fails ends it: they are asked for again after the next run.
    ///
    /// # Errors
    /// The store's, [`DeviceError::NoRoom`] included.
    pub(crate) async fn fetch_thumbs(&mut self, phone: &Arc<Mutex<Phone>>) -> Result<u64> {
        let wanted = lock(phone).thumbs_wanted()?;
        let mut came = 0;
        for file in wanted {
            match self.fetch_once(phone, &file, &mut |_| {}).await? {
                Ok(()) => came += 1,
                Err(DownloadError::Withheld | DownloadError::WrongBytes) => {
                    lock(phone).thumb_tried(&file.hash)?;
                }
                Err(DownloadError::Unreachable(_) | DownloadError::Unauthorized) => break,
            }
        }
        Ok(came)
    }

    async fn fetch_once(
        &mut self,
        phone: &Arc<Mutex<Phone>>,
        file: &PhotoFile,
        watch: &mut (impl FnMut(u64) + Send),
    ) -> Result<std::result::Result<(), DownloadError>> {
        let start = Instant::now();
        let now = || i64::try_from(start.elapsed().as_millis()).unwrap_or(i64::MAX);
        let mut download = Download::new(file.hash, file.bytes);
        let have = lock(phone).begin_fetch(file)?;
        download.handle(DownloadInput::Start { have }, now());
        let mut answer: Option<Response> = None;
        loop {
            while let Some(effect) = download.poll() {
                let input = match effect {
                    DownloadEffect::Finished(how) => return Ok(how),
                    DownloadEffect::Ask { from } => match self.ask_for(&download.path(), file, from).await {
                        Ok(response) => {
                            let head = head(&response);
                            answer = Some(response);
                            DownloadInput::Answered(head)
                        }
                        Err(error) => DownloadInput::Failed(words(&error)),
                    },
                    DownloadEffect::Drop => {
                        lock(phone).drop_fetch(&file.hash)?;
                        DownloadInput::Dropped
                    }
                    DownloadEffect::Read { at, most } => match answer.take() {
                        Some(response) => {
                            let body = Body { response, at, most };
                            body.read(phone, file, &mut |bytes| {
                                download.handle(DownloadInput::Came { bytes }, now());
                                watch(download.have());
                            })
                            .await?
                        }
                        None => DownloadInput::Failed("an answer that went away".into()),
                    },
                    DownloadEffect::Check => {
                        let (phone, file) = (Arc::clone(phone), file.clone());
                        let checked = blocking(move || lock(&phone).check_fetch(&file));
                        DownloadInput::Checked(checked.await?)
                    }
                };
                download.handle(input, now());
            }
            let Some(at) = download.poll_timeout() else {
                return Err(DeviceError::Damaged("a download stopped without an end".into()));
            };
            tokio::time::sleep(Duration::from_millis(u64::try_from(at - now()).unwrap_or(0))).await;
            download.handle(DownloadInput::Timeout, now().max(at));
        }
    }

    async fn ask_for(
        &self,
        path: &str,
        file: &PhotoFile,
        from: u64,
    ) -> std::result::Result<Response, reqwest::Error> {
        let mut request = self.authorised(self.get(path));
        if from > 0 {
            // The name of the bytes is their tag: a server that has others gives the whole.
            request = request
                .header(RANGE, format!("bytes={from}-"))
                .header(IF_RANGE, format!("\"{}\"", file.hash));
        }
        request.send().await
    }
}

/// The body of an answer, on its way into a file.
struct Body {
    response: Response,
    at: u64,
    most: u64,
}

impl Body {
    async fn read(
        mut self,
        phone: &Arc<Mutex<Phone>>,
        file: &PhotoFile,
        came: &mut (impl FnMut(u64) + Send),
    ) -> Result<DownloadInput> {
        let mut read = 0;
        loop {
            let chunk = match self.response.chunk().await {
                Ok(Some(chunk)) => chunk,
                Ok(None) => return Ok(DownloadInput::Ended { more: false }),
                Err(error) => return Ok(DownloadInput::Failed(words(&error))),
            };
            let fits = usize::try_from(self.most - read).unwrap_or(usize::MAX).min(chunk.len());
            let (at, hash, piece) = (self.at + read, file.hash, chunk.slice(..fits));
            let phone = Arc::clone(phone);
            blocking(move || lock(&phone).keep_piece(&hash, at, &piece)).await?;
            read += fits as u64;
            came(fits as u64);
            if fits < chunk.len() {
                return Ok(DownloadInput::Ended { more: true });
            }
        }
    }
}

fn head(response: &Response) -> DownloadHead {
    let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
    // bytes 100-199/200
    let range = header(CONTENT_RANGE).and_then(|range| range.strip_prefix("bytes "));
    let (span, total) = range.and_then(|range| range.split_once('/')).unzip();
    DownloadHead {
        status: response.status().as_u16(),
        start: span.and_then(|span| span.split_once('-')).and_then(|(start, _)| start.parse().ok()),
        total: total.and_then(|total| total.parse().ok()),
        retry_after_ms: header(RETRY_AFTER)
            .and_then(|seconds| seconds.parse::<i64>().ok())
            .map(|seconds| seconds.saturating_mul(1000)),
    }
}

fn failure(error: DownloadError, file: &PhotoFile) -> DeviceError {
    let id = file.hash.to_string();
    match error {
        DownloadError::Unreachable(why) => DeviceError::Unreachable(why),
        DownloadError::Unauthorized => DeviceError::ServerRefused(error.to_string()),
        DownloadError::Withheld => DeviceError::Withheld { id },
        DownloadError::WrongBytes => DeviceError::WrongBytes { id },
    }
}
