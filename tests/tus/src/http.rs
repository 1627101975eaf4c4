//! An HTTP client as rude as a bad link: one connection a request, any header, and a cut wherever it is wanted.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use yuandian_programs::{Played, Stop};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// An address on a server that speaks plain HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url {
    /// Host and port.
    pub authority: String,
    /// What is asked for, beginning with `/`.
    pub path: String,
}

impl Url {
    /// Reads `http://HOST[:PORT]/PATH`.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn parse(text: &str) -> Played<Self> {
        let Some(rest) = text.strip_prefix("http://") else {
            return Err(Stop(format!(
                "{text:?} does not begin with http://: a server behind TLS is checked at the plain port behind it"
            )));
        };
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        if authority.is_empty() {
            return Err(Stop(format!("{text:?} names no host")));
        }
        let authority =
            if authority.contains(':') { authority.to_owned() } else { format!("{authority}:80") };
        Ok(Self { authority, path: if path.is_empty() { "/".to_owned() } else { path.to_owned() } })
    }

    /// Where a `Location` leads that was answered here.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn joined(&self, location: &str) -> Played<Self> {
        if location.starts_with("http://") || location.starts_with("https://") {
            return Self::parse(location);
        }
        if let Some(rest) = location.strip_prefix("//") {
            return Self::parse(&format!("http://{rest}"));
        }
        let path = if location.starts_with('/') {
            location.to_owned()
        } else {
            let folder = self.path.rfind('/').map_or("/", |at| &self.path[..=at]);
            format!("{folder}{location}")
        };
        Ok(Self { authority: self.authority.clone(), path })
    }
}

/// A request.
#[derive(Debug, Clone)]
pub struct Request {
    method: String,
    url: Url,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    /// A request without a body.
    pub fn new(method: &str, url: &Url) -> Self {
        Self { method: method.into(), url: url.clone(), headers: vec![], body: vec![] }
    }

    /// With one more header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Without a header.
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self
    }

    /// With a body.
    pub fn body(mut self, body: &[u8]) -> Self {
        self.body = body.to_vec();
        self
    }

    fn head(&self) -> Vec<u8> {
        let (method, url) = (&self.method, &self.url);
        let mut text =
            format!("{method} {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", url.path, url.authority);
        for (name, value) in &self.headers {
            text += &format!("{name}: {value}\r\n");
        }
        if !self.body.is_empty() || matches!(method.as_str(), "POST" | "PATCH") {
            text += &format!("Content-Length: {}\r\n", self.body.len());
        }
        text += "\r\n";
        text.into_bytes()
    }

    /// Connects and sends the head.
    ///
    /// # Errors
    /// What the network says.
    pub fn begin(&self) -> Played<Begun<'_>> {
        let connect = TcpStream::connect(&self.url.authority);
        let mut stream = connect.map_err(|e| Stop(format!("cannot reach {}: {e}", self.url.authority)))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(&self.head())?;
        Ok(Begun { stream, rest: &self.body, is_head: self.method == "HEAD" })
    }

    /// Sends all of it and reads the answer.
    ///
    /// # Errors
    /// What the network says.
    pub fn send(&self) -> Played<Answer> {
        self.begin()?.end()
    }
}

/// A request whose head is sent.
pub struct Begun<'r> {
    stream: TcpStream,
    rest: &'r [u8],
    is_head: bool,
}

impl Begun<'_> {
    /// Sends some more of the body.
    ///
    /// # Errors
    /// What the network says.
    pub fn more(&mut self, bytes: usize) -> Played<()> {
        let (now, rest) = self.rest.split_at(bytes.min(self.rest.len()));
        self.stream.write_all(now)?;
        self.rest = rest;
        Ok(())
    }

    /// Hangs up, and waits until the other side has, too.
    pub fn cut(mut self) {
        let _ = self.stream.shutdown(Shutdown::Write);
        let _ = self.stream.read_to_end(&mut Vec::new());
    }

    /// Sends the rest and reads the answer. A server that answers before it has read everything is heard as well.
    ///
    /// # Errors
    /// What the network says.
    pub fn end(mut self) -> Played<Answer> {
        let sent = self.stream.write_all(self.rest);
        let mut bytes = Vec::new();
        let read = self.stream.read_to_end(&mut bytes);
        match Answer::parse(&bytes, self.is_head) {
            Some(answer) => Ok(answer),
            None => {
                sent?;
                read?;
                Err(Stop("the connection ended without an answer".into()))
            }
        }
    }
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    headers: BTreeMap<String, String>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    fn parse(mut bytes: &[u8], is_head: bool) -> Option<Self> {
        loop {
            let end = bytes.windows(4).position(|w| w == b"\r\n\r\n")?;
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let mut lines = head.split("\r\n");
            let status: u16 = lines.next()?.split(' ').nth(1)?.parse().ok()?;
            bytes = &bytes[end + 4..];
            if (100..200).contains(&status) {
                continue;
            }
            let headers: BTreeMap<String, String> = lines
                .filter_map(|line| line.split_once(':'))
                .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned()))
                .collect();
            let chunked = headers.get("transfer-encoding").is_some_and(|v| v.contains("chunked"));
            let body = if chunked && !is_head { unchunked(bytes) } else { bytes.to_vec() };
            return Some(Self { status, headers, body });
        }
    }

    /// A header, if it is there.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// A header that is a number.
    pub fn number(&self, name: &str) -> Option<u64> {
        self.header(name)?.parse().ok()
    }
}

fn unchunked(mut bytes: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = bytes.windows(2).position(|w| w == b"\r\n") {
        let size = String::from_utf8_lossy(&bytes[..end]);
        let size = size.split(';').next().and_then(|s| usize::from_str_radix(s.trim(), 16).ok());
        let Some(size) = size.filter(|size| *size > 0 && end + 2 + size <= bytes.len()) else { break };
        body.extend_from_slice(&bytes[end + 2..end + 2 + size]);
        bytes = bytes.get(end + 4 + size..).unwrap_or_default();
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_read_from_where_it_was_answered() {
        let at = Url::parse("http://127.0.0.1:1080/files/").unwrap();
        let joined = |location: &str| at.joined(location).unwrap();
        assert_eq!(joined("/x").path, "/x");
        assert_eq!(joined("abc").path, "/files/abc");
        assert_eq!(
            joined("http://other/files/1"),
            Url { authority: "other:80".into(), path: "/files/1".into() }
        );
        assert_eq!(joined("//other:1/y").authority, "other:1");
        assert!(Url::parse("https://x/").is_err() && Url::parse("http:///x").is_err());
        assert_eq!(Url::parse("http://x").unwrap().path, "/");
    }

    #[test]
    fn an_answer_is_read_behind_an_interim_one_and_in_chunks() {
        let bytes = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nUpload-Offset: 7\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
        let answer = Answer::parse(bytes, false).unwrap();
        assert_eq!((answer.status, answer.number("upload-offset")), (200, Some(7)));
        assert_eq!(answer.body, b"abcde");
        assert_eq!(Answer::parse(b"HTTP/1.1 200", false), None);
    }
}
