//! The whole server on a loopback socket, and a client that is as rude as a bad link: one socket, bytes, nothing else.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::path::Path;
use std::time::Duration;

use minicbor::{Decode, Encode};
use tempfile::TempDir;
use tokio::sync::oneshot;
use yuandian_model::{Grant, Role};
use yuandian_server::admin;
use yuandian_server::shell::{Options, ServeError, Server as Opened, SystemRandomness, now_ms};
use yuandian_sync::message::*;
use yuandian_sync::wire::{CONTENT_TYPE, pack, unpack};

use crate::phone::{GRID, Phone};

pub struct Server {
    pub directory: TempDir,
    pub address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<Result<(), ServeError>>>,
}

type Running = (SocketAddr, oneshot::Sender<()>, std::thread::JoinHandle<Result<(), ServeError>>);

fn start(data: &Path, options: &Options) -> Running {
    let (stop, stopped) = oneshot::channel();
    let (tell, told) = std::sync::mpsc::channel();
    let (data, options) = (data.to_owned(), options.clone());
    let thread = std::thread::spawn(move || {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            tell.send(listener.local_addr().unwrap()).unwrap();
            let stopped = async {
                let _ = stopped.await;
            };
            let opened = Opened::open_with(&data, &options);
            let opened = opened.inspect_err(|error| eprintln!("the server does not open: {error:?}"))?;
            opened.run(listener, stopped).await
        })
    });
    (told.recv().unwrap(), stop, thread)
}

impl Server {
    pub fn new() -> Self {
        Self::with(&Options::default())
    }

    pub fn with(options: &Options) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let (address, stop, thread) = start(directory.path(), options);
        Self { directory, address, stop: Some(stop), thread: Some(thread) }
    }

    pub fn stop(&mut self) -> Result<(), ServeError> {
        let _ = self.stop.take().unwrap().send(());
        self.thread.take().unwrap().join().unwrap()
    }

    pub fn restart(&mut self) {
        self.stop().unwrap();
        let (address, stop, thread) = start(self.directory.path(), &Options::default());
        (self.address, self.stop, self.thread) = (address, Some(stop), Some(thread));
    }

    pub fn invite(&self, role: Role, grid: &str) -> String {
        let grant = Grant::new(role, grid.parse().unwrap());
        let codes = admin::invite(self.directory.path(), (&grant, None), 1, &mut SystemRandomness, now_ms());
        codes.unwrap()[0].to_string()
    }

    /// An enrolled phone with a token.
    pub fn phone(&self, number: u8, role: Role) -> Phone {
        self.phone_in(number, role, GRID)
    }

    pub fn phone_in(&self, number: u8, role: Role, grid: &str) -> Phone {
        let mut phone = Phone::new(number);
        let code = self.invite(role, grid);
        let enrolled: Enrolled =
            self.message("/v1/enroll", None, &phone.enroll(&code, &format!("Person {number}"))).unwrap();
        phone.user = Some(enrolled.user);
        self.hello(&mut phone);
        phone
    }

    pub fn hello(&self, phone: &mut Phone) {
        let nonce: Nonce = self.message("/v1/nonce", None, &phone.nonce()).unwrap();
        let reply: HelloReply = self.message("/v1/hello", None, &phone.hello(nonce.nonce)).unwrap();
        phone.token = reply.token;
        for stream in reply.streams {
            let cursor = yuandian_sync::Cursor::new(stream.stream, None, 0);
            phone.cursors.entry(cursor.stream.0.clone()).or_insert(cursor);
        }
    }

    pub fn push(&self, phone: &Phone, items: Vec<PushItem>) -> Vec<Receipt> {
        let push = Push { version: 0, items, private: vec![], links: vec![] };
        let reply: PushReply = self.message("/v1/push", Some(&phone.token), &push).unwrap();
        reply.receipts.iter().map(|r| crate::world::receipt(r)).collect()
    }

    pub fn pull(&self, phone: &mut Phone) -> PullReply {
        let page: PullReply = self.message("/v1/pull", Some(&phone.token), &phone.pull()).unwrap();
        phone.keep(&page);
        page
    }

    pub fn message<Q: Encode<()>, A>(&self, path: &str, token: Option<&str>, ask: &Q) -> Result<A, Answer>
    where
        A: for<'b> Decode<'b, ()> + Encode<()>,
    {
        let mut request = Request::new("POST", path).header("Content-Type", CONTENT_TYPE).body(pack(ask));
        if let Some(token) = token {
            request = request.bearer(token);
        }
        let answer = self.send(&request);
        match answer.status {
            200 => Ok(unpack("answer", &answer.body).unwrap()),
            _ => Err(answer),
        }
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream
    }

    pub fn send(&self, request: &Request) -> Answer {
        let mut stream = self.connect();
        stream.write_all(&request.bytes()).unwrap();
        Answer::read(&mut stream)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.stop.is_some() {
            let _ = self.stop();
        }
    }
}

#[derive(Clone)]
pub struct Request {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    pub fn new(method: &str, path: &str) -> Self {
        Self { method: method.into(), path: path.into(), headers: vec![], body: vec![] }
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub fn bearer(self, token: &str) -> Self {
        self.header("Authorization", &format!("Bearer {token}"))
    }

    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut text =
            format!("{} {} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n", self.method, self.path);
        for (name, value) in &self.headers {
            text += &format!("{name}: {value}\r\n");
        }
        let chosen = |name: &str| self.headers.iter().any(|(n, _)| n.eq_ignore_ascii_case(name));
        if !chosen("Content-Length") && !chosen("Transfer-Encoding") {
            text += &format!("Content-Length: {}\r\n", self.body.len());
        }
        text += "\r\n";
        [text.as_bytes(), &self.body].concat()
    }

    /// Sends the head and only so much of the body, then hangs up.
    pub fn cut_after(&self, server: &Server, body_bytes: usize) {
        let mut stream = server.connect();
        let bytes = self.bytes();
        let head = bytes.len() - self.body.len();
        stream.write_all(&bytes[..head + body_bytes]).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        // Until the server has hung up too: then it has kept what it got.
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
    }
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn read(stream: &mut TcpStream) -> Self {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let end = bytes.windows(4).position(|w| w == b"\r\n\r\n").expect("an HTTP answer");
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        Self { status, headers, body: bytes[end + 4..].to_vec() }
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The problem's id.
    pub fn problem(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{self:?}");
        let value: serde_json::Value = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(value["status"], self.status);
        assert!(!value["title"].as_str().unwrap().is_empty() && !value["next"].as_str().unwrap().is_empty());
        value["type"].as_str().unwrap().strip_prefix("urn:yuandian:problem:").unwrap().to_owned()
    }
}
