//! The loop that drives the sync machine over HTTP. The only module of the phone with sockets and tasks.
//!
//! The phone is locked for each step of the store and free while the network is waited for, so capture never waits for sync.
#![allow(clippy::disallowed_methods, reason = "this is where the machine meets the real network and clock")]

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode};
use serde::Deserialize;
use yuandian_model::CaseId;
use yuandian_sync::limits::MESSAGE_BYTES_MAX;
use yuandian_sync::message::{Enrolled, NonceRequest, WIRE_VERSION};
use yuandian_sync::{
    Effect, Failure, Input, Machine, Reply, Request, RunReport, UploadPlan, UploadReply, wire,
};

use crate::error::{DeviceError, Result};
use crate::exchange::SyncStep;
use crate::phone::Phone;

/// Longest silence on a connection.
const READ_TIMEOUT: Duration = Duration::from_secs(30);
/// Longest wait for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A connection to one server.
pub struct Driver {
    client: Client,
    server: String,
    token: Option<String>,
}

/// Extra roots to trust, each one certificate in DER. Cities run certificate authorities of their own.
#[derive(Debug, Clone, Default)]
pub struct TrustRoots(pub Vec<Vec<u8>>);

/// What the server says when it refuses a request as a whole (RFC 9457).
#[derive(Deserialize)]
struct Problem {
    title: String,
    #[serde(default)]
    detail: String,
}

impl Driver {
    /// Prepares a connection; nothing is sent yet.
    ///
    /// # Errors
    /// [`DeviceError::Invalid`] for an address that is no http(s) URL or a root that is no certificate.
    pub fn new(server: &str, roots: &TrustRoots) -> Result<Self> {
        let server = server.trim_end_matches('/').to_owned();
        let invalid = |reason: String| DeviceError::Invalid { field: "server".into(), reason };
        if !(server.starts_with("http://") || server.starts_with("https://")) {
            return Err(invalid("an address that begins with https:// is needed".into()));
        }
        let client = Client::builder()
            .tls_backend_preconfigured(tls(roots).map_err(invalid)?)
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(READ_TIMEOUT)
            .build()
            .map_err(|e| invalid(e.to_string()))?;
        Ok(Self { client, server, token: None })
    }

    /// Enrols a phone with an invitation.
    ///
    /// # Errors
    /// [`DeviceError::Unreachable`], [`DeviceError::ServerRefused`], [`DeviceError::Invalid`].
    pub async fn enroll(&self, phone: &Mutex<Phone>, code: &str, name: &str) -> Result<()> {
        let request = lock(phone).enroll_request(code, name)?;
        let response = self.post("/v1/enroll", wire::pack(&request)).send().await;
        let reply: Enrolled = self.message("enrolled", response).await.map_err(said)?;
        lock(phone).enrolled(&self.server, &reply)
    }

    /// One run: until nothing is left, photos included, or nothing moves any more.
    ///
    /// # Errors
    /// The store's; a network failure is no error but part of the report.
    pub async fn sync(&mut self, phone: &Arc<Mutex<Phone>>) -> Result<RunReport> {
        self.sync_watched(phone, |_| {}).await
    }

    /// [`Driver::sync`], told step by step to a screen that shows it. `watch` is called after the store has kept the step, never
    /// while the phone is locked; it must return at once.
    ///
    /// # Errors
    /// Those of [`Driver::sync`].
    pub async fn sync_watched(
        &mut self,
        phone: &Arc<Mutex<Phone>>,
        mut watch: impl FnMut(SyncStep) + Send,
    ) -> Result<RunReport> {
        let start = Instant::now();
        let now = || i64::try_from(start.elapsed().as_millis()).unwrap_or(i64::MAX);
        let (token, seed) = {
            let mut phone = lock(phone);
            (phone.token()?, phone.seed())
        };
        self.token = token;
        let mut machine = Machine::new(seed);
        machine.handle(Input::Start, now());
        loop {
            while let Some(effect) = machine.poll_effect() {
                let input = match effect {
                    Effect::Ask(request) => self.ask(phone, request).await?,
                    Effect::Load(load) => {
                        let (phone, load) = (Arc::clone(phone), load.clone());
                        Input::Loaded(blocking(move || lock(&phone).load(&load)).await?)
                    }
                    Effect::Keep(keep) => {
                        let phone = Arc::clone(phone);
                        let kept = blocking(move || {
                            let mut phone = lock(&phone);
                            // Named before it is kept: a settled commit is no longer in the outbox.
                            let step = phone.step_of(&keep)?;
                            phone.changed.take();
                            phone.keep(&keep)?;
                            Ok((step, phone.changed.take()))
                        });
                        let (step, mut changed) = kept.await?;
                        if let Some(SyncStep::Judged { cases } | SyncStep::Received { cases }) = &step {
                            changed.retain(|case| !cases.contains(case));
                        }
                        step.into_iter().for_each(&mut watch);
                        // A right that ended, an appeal that was answered, a photo that arrived: cases that nothing else names.
                        if !changed.is_empty() {
                            watch(SyncStep::Received { cases: changed.into_iter().collect() });
                        }
                        Input::Kept
                    }
                    Effect::Finished(mut report) => {
                        if report.reached && self.token.is_some() {
                            report.fetched = self.fetch_thumbs_told(phone, &mut watch).await?;
                        }
                        return Ok(report);
                    }
                };
                machine.handle(input, now());
            }
            let Some(at) = machine.poll_timeout() else {
                return Err(DeviceError::Damaged("the sync machine stopped without an end".into()));
            };
            let pause = u64::try_from(at - now()).unwrap_or(0);
            tokio::time::sleep(Duration::from_millis(pause)).await;
            machine.handle(Input::Timeout, now().max(at));
        }
    }

    /// Asks the server what is known of a case's photos and keeps it. `export`: the originals leave the system, which its log then says.
    ///
    /// # Errors
    /// [`DeviceError::Unreachable`], [`DeviceError::ServerRefused`] for a case that the server does not show this person; the store's.
    pub async fn evidence(&mut self, phone: &Arc<Mutex<Phone>>, case: &CaseId, export: bool) -> Result<()> {
        self.token = lock(phone).token()?;
        for greeted in [self.token.is_none(), true] {
            if greeted {
                let report = self.sync(phone).await?;
                if !report.reached {
                    return Err(DeviceError::Unreachable(report.last_failure.unwrap_or_default()));
                }
            }
            let asked = lock(phone).evidence_ask(case, export)?;
            let sent = self.post("/v1/evidence", wire::pack(&asked)).send().await;
            match self.message("evidence", sent).await {
                Ok(reply) => return lock(phone).keep_evidence(case, &reply),
                Err(Failure::Unauthorized) if !greeted => {}
                Err(failure) => return Err(said(failure)),
            }
        }
        Err(DeviceError::Unreachable("the server does not know this phone any more".into()))
    }

    /// Small pictures of others' photos, after everything else. A disk without room for them is no failure of the run.
    async fn fetch_thumbs_told(
        &mut self,
        phone: &Arc<Mutex<Phone>>,
        watch: &mut (impl FnMut(SyncStep) + Send),
    ) -> Result<u64> {
        lock(phone).changed.take();
        let came = match self.fetch_thumbs(phone).await {
            Err(DeviceError::NoRoom { .. }) => 0,
            came => came?,
        };
        let cases: Vec<_> = lock(phone).changed.take().into_iter().collect();
        if !cases.is_empty() {
            watch(SyncStep::Received { cases });
        }
        Ok(came)
    }

    /// Whether a request needs a greeting first. Takes the store's token where there is a good one.
    pub(crate) fn greets(&mut self, phone: &Mutex<Phone>) -> Result<bool> {
        self.token = lock(phone).token()?;
        Ok(self.token.is_none())
    }

    async fn ask(&mut self, phone: &Arc<Mutex<Phone>>, request: Request) -> Result<Input> {
        let answer = match request {
            Request::Nonce => {
                let device = lock(phone).certificate.device;
                let body = wire::pack(&NonceRequest { version: WIRE_VERSION, device });
                self.message("nonce", self.post("/v1/nonce", body).send().await).await.map(Reply::Nonce)
            }
            Request::Hello(hello) => {
                let sent = self.post("/v1/hello", wire::pack(&hello)).send().await;
                self.message("hello reply", sent).await.map(|reply: yuandian_sync::message::HelloReply| {
                    self.token = Some(reply.token.clone());
                    Reply::Hello(reply)
                })
            }
            Request::Push(push) => self
                .message("push reply", self.post("/v1/push", wire::pack(&push)).send().await)
                .await
                .map(Reply::Push),
            Request::Pull(pull) => self
                .message("pull reply", self.post("/v1/pull", wire::pack(&pull)).send().await)
                .await
                .map(Reply::Pull),
            Request::Manifest(asked) => self
                .message("manifest reply", self.post("/v1/manifest", wire::pack(&asked)).send().await)
                .await
                .map(Reply::Manifest),
            Request::Catalogue(asked) => self
                .message("catalogue reply", self.post("/v1/catalogue", wire::pack(&asked)).send().await)
                .await
                .map(Reply::Catalogue),
            Request::Docs(asked) => self
                .message("docs reply", self.post("/v1/docs", wire::pack(&asked)).send().await)
                .await
                .map(Reply::Docs),
            Request::Appeal(appeal) => self
                .message("appeal reply", self.post("/v1/appeals", wire::pack(&appeal)).send().await)
                .await
                .map(Reply::Appeal),
            Request::Upload(plan) => self.upload(phone, plan).await?.map(Reply::Upload),
        };
        Ok(answer.map_or_else(Input::Failed, Input::Replied))
    }

    pub(crate) fn get(&self, path: &str) -> reqwest::RequestBuilder {
        self.client.get(format!("{}{path}", self.server))
    }

    fn post(&self, path: &str, body: Vec<u8>) -> reqwest::RequestBuilder {
        let request = self
            .client
            .post(format!("{}{path}", self.server))
            .header(CONTENT_TYPE, wire::CONTENT_TYPE)
            .body(body);
        self.authorised(request)
    }

    pub(crate) fn authorised(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        match &self.token {
            Some(token) => request.header(AUTHORIZATION, format!("Bearer {token}")),
            None => request,
        }
    }

    async fn upload(
        &self,
        phone: &Arc<Mutex<Phone>>,
        plan: UploadPlan,
    ) -> Result<std::result::Result<UploadReply, Failure>> {
        let url =
            if plan.url.starts_with('/') { format!("{}{}", self.server, plan.url) } else { plan.url.clone() };
        // An upload's address is a capability of this server: bytes are never sent anywhere else.
        if !url.starts_with(&format!("{}/", self.server)) {
            return Ok(Ok(UploadReply { status: 404, offset: None, location: None }));
        }
        let method = reqwest::Method::from_bytes(plan.method.as_bytes())
            .map_err(|e| DeviceError::Damaged(e.to_string()))?;
        let mut request = self.client.request(method, url);
        for (name, value) in &plan.headers {
            request = request.header(*name, value);
        }
        if plan.needs_token {
            request = self.authorised(request);
        }
        if let Some(hash) = plan.file {
            let phone = Arc::clone(phone);
            let (piece, told) = blocking(move || {
                let phone = lock(&phone);
                let piece = phone.upload_piece(&hash, plan.offset, plan.length);
                let told = piece.is_err() && phone.is_in_trouble(&hash).unwrap_or(false);
                Ok((piece, told))
            })
            .await?;
            match piece {
                Ok(piece) => request = request.body(piece),
                // This blob stays behind, the others go on.
                Err(error) => {
                    tracing::error!(%error, "a photo file cannot be read");
                    let now_not = UploadReply { status: 423, offset: None, location: None };
                    return Ok(Ok(if told { UploadReply::UNREADABLE } else { now_not }));
                }
            }
        }
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => return Ok(Err(unanswered(&error))),
        };
        if let Some(failure) = busy(&response) {
            return Ok(Err(failure));
        }
        if plan.needs_token && response.status() == StatusCode::UNAUTHORIZED {
            return Ok(Err(Failure::Unauthorized));
        }
        if !response.headers().contains_key("tus-resumable") {
            return Ok(Err(Failure::Unreachable("an answer that is not our server's".into())));
        }
        let header = |name: &str| response.headers().get(name).and_then(|v| v.to_str().ok());
        Ok(Ok(UploadReply {
            status: response.status().as_u16(),
            offset: header("upload-offset").and_then(|v| v.parse().ok()),
            location: header("location").map(str::to_owned),
        }))
    }

    /// Reads an answer that must be a message of ours.
    async fn message<T>(
        &self,
        what: &'static str,
        sent: std::result::Result<Response, reqwest::Error>,
    ) -> std::result::Result<T, Failure>
    where
        T: for<'b> minicbor::Decode<'b, ()> + minicbor::Encode<()>,
    {
        let mut response = sent.map_err(|e| unanswered(&e))?;
        if let Some(failure) = busy(&response) {
            return Err(failure);
        }
        let status = response.status();
        let kind =
            response.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|e| unanswered(&e))? {
            if body.len() + chunk.len() > MESSAGE_BYTES_MAX {
                return Err(Failure::Unreachable("an endless answer".into()));
            }
            body.extend_from_slice(&chunk);
        }
        if status == StatusCode::UNAUTHORIZED {
            return Err(Failure::Unauthorized);
        }
        if status == StatusCode::OK && kind == wire::CONTENT_TYPE {
            return wire::unpack(what, &body).map_err(|e| Failure::Unreachable(e.to_string()));
        }
        if kind.starts_with("application/problem+json") {
            let words = match serde_json::from_slice::<Problem>(&body) {
                Ok(problem) if problem.detail.is_empty() || problem.detail == problem.title => problem.title,
                Ok(problem) => format!("{}: {}", problem.title, problem.detail),
                Err(_) => status.to_string(),
            };
            return Err(Failure::Refused(words));
        }
        // Status 200 with somebody else's page: a captive portal.
        Err(Failure::Unreachable(format!("an answer that is not our server's ({status}, {kind})")))
    }
}

/// A failure of one question that somebody waits for.
fn said(failure: Failure) -> DeviceError {
    match failure {
        Failure::Refused(words) => DeviceError::ServerRefused(words),
        Failure::Unauthorized => DeviceError::ServerRefused("not authorised".into()),
        Failure::Busy { .. } => DeviceError::Unreachable("the server is busy".into()),
        Failure::Unreachable(why) => DeviceError::Unreachable(why),
        Failure::Untrusted(why) => DeviceError::Untrusted(why),
    }
}

fn busy(response: &Response) -> Option<Failure> {
    let status = response.status();
    let again = matches!(status.as_u16(), 408 | 425 | 429 | 500 | 502 | 503 | 504 | 507);
    let seconds = || response.headers().get(RETRY_AFTER)?.to_str().ok()?.parse::<i64>().ok();
    again.then(|| Failure::Busy { retry_after_ms: seconds().map(|s| s.saturating_mul(1000)) })
}

/// The innermost reason: what a log needs, without the address, which may hold a capability.
pub(crate) fn words(error: &(dyn std::error::Error + 'static)) -> String {
    let mut source = error;
    while let Some(inner) = source.source() {
        source = inner;
    }
    source.to_string()
}

/// Why a request has no answer: nobody there, or somebody whose certificate does not fit.
fn unanswered(error: &reqwest::Error) -> Failure {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(rustls::Error::InvalidCertificate(_)) = error.downcast_ref() {
            return Failure::Untrusted(words(error));
        }
        // An error of input and output does not give what it wraps as its source.
        let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        cause = wrapped.map(|wrapped| wrapped as _).or_else(|| error.source());
    }
    Failure::Unreachable(words(error))
}

fn tls(roots: &TrustRoots) -> std::result::Result<rustls::ClientConfig, String> {
    let mut store = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    for der in &roots.0 {
        store.add(der.clone().into()).map_err(|e| e.to_string())?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| e.to_string())?
        .with_root_certificates(store)
        .with_no_client_auth())
}

pub(crate) fn lock(phone: &Mutex<Phone>) -> std::sync::MutexGuard<'_, Phone> {
    // A panic while the phone was locked has rolled its transaction back: what is stored is whole.
    phone.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|e| DeviceError::Damaged(e.to_string()))?
}
