//! The server that is looked at, and one upload on it.

use std::cell::RefCell;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest, Sha256};
use yuandian_programs::seed::Seed;

use crate::http::{Answer, Request, Url};
use crate::rules::{Held, Not};

/// Media type of a PATCH.
pub const OCTETS: &str = "application/offset+octet-stream";
/// Bytes of a file that is made up.
const MADE_UP: usize = 300_000;
/// How often the server is asked for an offset after a cut that it may not have noticed yet.
const ASKED_MAX: u32 = 20;
/// How long between, ms.
const BETWEEN_MS: u64 = 50;

/// What a server says that it offers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Offers {
    /// `Tus-Extension`.
    pub extensions: Vec<String>,
    /// `Tus-Checksum-Algorithm`.
    pub checksums: Vec<String>,
    /// `Tus-Max-Size`, bytes.
    pub max_size: Option<u64>,
}

impl Offers {
    /// Reads the answer to OPTIONS.
    pub fn of(answer: &Answer) -> Self {
        let list = |name| -> Vec<String> {
            let text = answer.header(name).unwrap_or_default();
            text.split(',').map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect()
        };
        Self {
            extensions: list("tus-extension"),
            checksums: list("tus-checksum-algorithm"),
            max_size: answer.number("tus-max-size"),
        }
    }

    /// Whether an extension is offered.
    pub fn has(&self, extension: &str) -> bool {
        self.extensions.iter().any(|known| known == extension)
    }
}

/// A server, and what is needed to upload to it.
pub struct Subject {
    /// Where uploads are made.
    pub url: Url,
    /// What it offers.
    pub offers: Offers,
    token: Option<String>,
    metadata: Vec<(String, String)>,
    /// Files that the server takes; made up where none are given.
    files: RefCell<Vec<Vec<u8>>>,
    given: bool,
    seed: RefCell<Seed>,
}

impl Subject {
    /// A server that takes these files, or any where there are none.
    pub fn new(
        url: Url,
        token: Option<String>,
        metadata: Vec<(String, String)>,
        files: Vec<Vec<u8>>,
    ) -> Self {
        let given = !files.is_empty();
        let (files, seed) = (RefCell::new(files), RefCell::new(Seed::new(0x7475_7331)));
        Self { url, offers: Offers::default(), token, metadata, files, given, seed }
    }

    /// Whether only given files are taken.
    pub fn takes_given_files(&self) -> bool {
        self.given
    }

    /// A file that will not be uploaded whole.
    ///
    /// # Errors
    /// Skipped where all were uploaded.
    pub fn file(&self) -> Held<Vec<u8>> {
        if !self.given {
            return Ok(self.made_up());
        }
        let first = self.files.borrow().first().cloned();
        first.ok_or_else(|| {
            Not::Skipped("every file that was given is uploaded: give more with --file".into())
        })
    }

    /// A file that will be uploaded whole, and can be so only once.
    ///
    /// # Errors
    /// Skipped where all were uploaded.
    pub fn file_to_complete(&self) -> Held<Vec<u8>> {
        if !self.given {
            return Ok(self.made_up());
        }
        let last = self.files.borrow_mut().pop();
        last.ok_or_else(|| {
            Not::Skipped("every file that was given is uploaded: give more with --file".into())
        })
    }

    fn made_up(&self) -> Vec<u8> {
        let mut seed = self.seed.borrow_mut();
        (0..MADE_UP / 8).flat_map(|_| seed.draw().to_le_bytes()).collect()
    }

    /// A request to this server in its protocol, with the token.
    pub fn request(&self, method: &str, url: &Url) -> Request {
        let request = Request::new(method, url).header("Tus-Resumable", "1.0.0");
        match &self.token {
            Some(token) => request.header("Authorization", &format!("Bearer {token}")),
            None => request,
        }
    }

    /// What is said of a file.
    pub fn metadata(&self, file: &[u8]) -> String {
        let mut pairs = vec![("sha256".to_owned(), hex::encode(Sha256::digest(file)))];
        pairs.extend(self.metadata.iter().cloned());
        let pair = |(key, value): &(String, String)| format!("{key} {}", BASE64.encode(value));
        pairs.iter().map(pair).collect::<Vec<_>>().join(",")
    }

    /// The request that creates an upload.
    pub fn creation(&self, file: &[u8]) -> Request {
        self.request("POST", &self.url)
            .header("Upload-Length", &file.len().to_string())
            .header("Upload-Metadata", &self.metadata(file))
    }

    /// A new upload of a file.
    ///
    /// # Errors
    /// Failed where none was created.
    pub fn create(&self, file: Vec<u8>) -> Held<Upload<'_>> {
        let answer = self.creation(&file).send()?;
        self.created(&answer, file)
    }

    /// The upload that an answer tells.
    ///
    /// # Errors
    /// Failed where it tells none.
    pub fn created(&self, answer: &Answer, file: Vec<u8>) -> Held<Upload<'_>> {
        let location = answer.header("location").filter(|_| answer.status == 201);
        let location = location.ok_or_else(|| {
            Not::Failed(format!("POST was answered {} and with no Location", answer.status))
        })?;
        Ok(Upload { of: self, url: self.url.joined(location)?, file })
    }
}

/// An upload, terminated when it is let go of where the server lets it.
pub struct Upload<'s> {
    of: &'s Subject,
    /// Its address.
    pub url: Url,
    /// Its bytes.
    pub file: Vec<u8>,
}

impl Upload<'_> {
    /// A request about it.
    pub fn request(&self, method: &str) -> Request {
        self.of.request(method, &self.url)
    }

    /// A PATCH that sends bytes from an offset.
    pub fn patch(&self, offset: usize, bytes: &[u8]) -> Request {
        self.request("PATCH")
            .header("Upload-Offset", &offset.to_string())
            .header("Content-Type", OCTETS)
            .body(bytes)
    }

    /// The file's own bytes from an offset up to another.
    pub fn piece(&self, from: usize, to: usize) -> Request {
        self.patch(from, &self.file[from..to])
    }

    /// Where the server says that it stands.
    ///
    /// # Errors
    /// Failed where it does not say.
    pub fn offset(&self) -> Held<u64> {
        let answer = self.request("HEAD").send()?;
        let ok = matches!(answer.status, 200 | 204);
        let offset = answer.number("upload-offset").filter(|_| ok);
        offset.ok_or_else(|| Not::Failed(format!("HEAD was answered {} without an offset", answer.status)))
    }

    /// Where it stands once the server has noticed that a connection is gone: at least there, if it comes there at all.
    ///
    /// # Errors
    /// Failed where the server does not say.
    pub fn settled(&self, at_least: u64) -> Held<u64> {
        for _ in 1..ASKED_MAX {
            match self.offset() {
                Ok(offset) if offset >= at_least => return Ok(offset),
                _ => std::thread::sleep(std::time::Duration::from_millis(BETWEEN_MS)),
            }
        }
        self.offset()
    }

    /// That it stands there.
    ///
    /// # Errors
    /// Failed where it does not.
    pub fn stands_at(&self, wanted: usize, when: &str) -> Held<()> {
        match self.offset()? {
            at if at == wanted as u64 => Ok(()),
            at => Err(Not::Failed(format!("{when}, the offset is {at} and not {wanted}"))),
        }
    }
}

impl Drop for Upload<'_> {
    fn drop(&mut self) {
        if self.of.offers.has("termination") {
            // Whether it can still be terminated is nobody's matter here.
            let _ = self.request("DELETE").send();
        }
    }
}
