//! What travels: a request and a reply as HTTP would carry them, and how a phone reads a reply. The second half mirrors the phone's driver.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use yuandian_sync::limits::MESSAGE_BYTES_MAX;
use yuandian_sync::{Failure, Reply, Request, UploadPlan, UploadReply, wire};

/// The media type of problems.
pub const PROBLEM: &str = "application/problem+json";

/// A request on its way.
#[derive(Debug, Clone)]
pub struct HttpRequest {
    /// HTTP method.
    pub method: &'static str,
    /// Path.
    pub path: String,
    /// Bearer token.
    pub token: Option<String>,
    /// `Upload-Offset` or `Upload-Length`.
    pub number: u64,
    /// The hash of `Upload-Metadata`.
    pub hash: Option<String>,
    /// Body.
    pub body: Vec<u8>,
    /// Whether the body was cut: what came is all that will come.
    pub cut: bool,
}

/// A reply on its way.
#[derive(Debug, Clone)]
pub struct HttpReply {
    /// HTTP status.
    pub status: u16,
    /// Media type.
    pub kind: String,
    /// `Retry-After`, seconds.
    pub retry_after_s: Option<i64>,
    /// Whether the reply speaks tus.
    pub tus: bool,
    /// `Upload-Offset`.
    pub offset: Option<u64>,
    /// `Location`.
    pub location: Option<String>,
    /// Body.
    pub body: Vec<u8>,
}

impl HttpReply {
    /// A message of ours.
    #[must_use]
    pub fn message(body: Vec<u8>) -> Self {
        Self { kind: wire::CONTENT_TYPE.to_owned(), body, ..Self::status(200) }
    }

    /// A status and nothing else.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self {
            status,
            kind: String::new(),
            retry_after_s: None,
            tus: false,
            offset: None,
            location: None,
            body: Vec::new(),
        }
    }
}

impl HttpRequest {
    /// A message of ours.
    #[must_use]
    pub fn message(path: &str, token: Option<String>, body: Vec<u8>) -> Self {
        Self { method: "POST", path: path.to_owned(), token, number: 0, hash: None, body, cut: false }
    }

    /// A step of an upload with its bytes.
    #[must_use]
    pub fn upload(plan: &UploadPlan, token: Option<String>, body: Vec<u8>) -> Self {
        let header =
            |name: &str| plan.headers.iter().find(|(n, _)| *n == name).map(|(_, value)| value.as_str());
        let number = header("Upload-Length").or(header("Upload-Offset")).and_then(|text| text.parse().ok());
        let hash = header("Upload-Metadata")
            .and_then(|text| text.strip_prefix("sha256 "))
            .and_then(|text| BASE64.decode(text).ok())
            .and_then(|bytes| String::from_utf8(bytes).ok());
        Self {
            method: plan.method,
            path: plan.url.clone(),
            token: token.filter(|_| plan.needs_token),
            number: number.unwrap_or(0),
            hash,
            body,
            cut: false,
        }
    }
}

/// The request of a phone, apart from uploads.
#[must_use]
pub fn pack(
    request: &Request,
    token: Option<String>,
    nonce: impl FnOnce() -> Vec<u8>,
) -> Option<HttpRequest> {
    Some(match request {
        Request::Nonce => HttpRequest::message("/v1/nonce", None, nonce()),
        Request::Hello(hello) => HttpRequest::message("/v1/hello", None, wire::pack(hello)),
        Request::Push(push) => HttpRequest::message("/v1/push", token, wire::pack(push)),
        Request::Pull(pull) => HttpRequest::message("/v1/pull", token, wire::pack(pull)),
        Request::Manifest(asked) => HttpRequest::message("/v1/manifest", token, wire::pack(asked)),
        Request::Catalogue(asked) => HttpRequest::message("/v1/catalogue", token, wire::pack(asked)),
        Request::Docs(asked) => HttpRequest::message("/v1/docs", token, wire::pack(asked)),
        Request::Appeal(appeal) => HttpRequest::message("/v1/appeals", token, wire::pack(appeal)),
        Request::Upload(_) => return None,
    })
}

/// What a phone makes of the reply to a request.
///
/// # Errors
/// What the machine is told instead of an answer.
pub fn read(request: &Request, reply: &HttpReply) -> Result<Reply, Failure> {
    if matches!(reply.status, 408 | 425 | 429 | 500 | 502 | 503 | 504 | 507) {
        let ms = reply.retry_after_s.map(|s| s.saturating_mul(1000));
        return Err(Failure::Busy { retry_after_ms: ms });
    }
    match request {
        Request::Nonce => message("nonce", reply).map(Reply::Nonce),
        Request::Hello(_) => message("hello reply", reply).map(Reply::Hello),
        Request::Push(_) => message("push reply", reply).map(Reply::Push),
        Request::Pull(_) => message("pull reply", reply).map(Reply::Pull),
        Request::Manifest(_) => message("manifest reply", reply).map(Reply::Manifest),
        Request::Catalogue(_) => message("catalogue reply", reply).map(Reply::Catalogue),
        Request::Docs(_) => message("docs reply", reply).map(Reply::Docs),
        Request::Appeal(_) => message("appeal reply", reply).map(Reply::Appeal),
        Request::Upload(plan) if plan.needs_token && reply.status == 401 => Err(Failure::Unauthorized),
        Request::Upload(_) if !reply.tus => {
            Err(Failure::Unreachable("an answer that is not our server's".to_owned()))
        }
        Request::Upload(_) => Ok(Reply::Upload(UploadReply {
            status: reply.status,
            offset: reply.offset,
            location: reply.location.clone(),
        })),
    }
}

fn message<T>(what: &'static str, reply: &HttpReply) -> Result<T, Failure>
where
    T: for<'b> minicbor::Decode<'b, ()> + minicbor::Encode<()>,
{
    if reply.body.len() > MESSAGE_BYTES_MAX {
        return Err(Failure::Unreachable("an endless answer".to_owned()));
    }
    if reply.status == 401 {
        return Err(Failure::Unauthorized);
    }
    if reply.status == 200 && reply.kind == wire::CONTENT_TYPE {
        return wire::unpack(what, &reply.body).map_err(|e| Failure::Unreachable(e.to_string()));
    }
    if reply.kind == PROBLEM {
        return Err(Failure::Refused(String::from_utf8_lossy(&reply.body).into_owned()));
    }
    Err(Failure::Unreachable(format!(
        "an answer that is not our server's ({}, {})",
        reply.status, reply.kind
    )))
}
