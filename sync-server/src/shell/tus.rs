//! tus 1.0: core, creation, termination, expiration. <https://tus.io/protocols/resumable-upload>
//!
//! The spool file's length is the truth. What arrived is kept and synced however a PATCH ends; the last byte brings the check of the hash
//! and the durable put, before it is acknowledged. An address is a capability for one upload of one device: no token is needed with it.

use std::sync::Arc;

use axum::body::{Body, BodyDataStream};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};
use axum::response::IntoResponse;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use chrono::DateTime;
use tokio::io::AsyncWriteExt;
use yuandian_model::BlobHash;
use yuandian_sync::limits::BLOB_BYTES_MAX;
use yuandian_sync::transfer::UPLOADS_PATH;

use super::body::{discard, piece};
use super::reply::{Reply, number};
use super::spool::Writing;
use super::{App, now_ms, routes};
use crate::hub;
use crate::problem::Problem;
use crate::store::{Upload, UploadId};

const VERSION: &str = "1.0.0";
const EXTENSIONS: &str = "creation,termination,expiration";
const PATCH_TYPE: &str = "application/offset+octet-stream";

/// `OPTIONS`, `POST /v1/uploads`.
pub async fn collection(State(app): State<Arc<App>>, request: Request) -> Reply {
    let answer = match *request.method() {
        Method::OPTIONS => Ok(options()),
        Method::POST => create(&app, request.headers()).await,
        _ => Err(Problem::MethodNotAllowed),
    };
    finish(answer, request.into_body()).await
}

/// `OPTIONS`, `HEAD`, `PATCH`, `DELETE /v1/uploads/{id}`, and `POST` with `X-HTTP-Method-Override`.
pub async fn upload(State(app): State<Arc<App>>, Path(id): Path<String>, request: Request) -> Reply {
    let overridden = request.headers().get("X-HTTP-Method-Override").map(HeaderValue::as_bytes);
    let method = match (request.method(), overridden) {
        (&Method::POST, Some(method)) => {
            Method::from_bytes(&method.to_ascii_uppercase()).unwrap_or(Method::POST)
        }
        (method, _) => method.clone(),
    };
    if method == Method::PATCH {
        // A task of its own: what arrived is kept also when the connection, and with it this future, is gone.
        let patched = tokio::spawn(async move {
            let (parts, body) = request.into_parts();
            let mut stream = body.into_data_stream();
            let answer = patch(&app, &id, &parts.headers, &mut stream).await;
            if answer.is_err() {
                discard(&mut stream).await;
            }
            tus(answer)
        });
        return patched.await.unwrap_or_else(|failure| {
            tracing::error!(%failure, "a PATCH panicked");
            tus(Err(Problem::Internal))
        });
    }
    let answer = match method {
        Method::OPTIONS => Ok(options()),
        Method::HEAD => head(&app, &id, request.headers()).await,
        Method::DELETE => delete(&app, &id, request.headers()).await,
        _ => Err(Problem::MethodNotAllowed),
    };
    finish(answer, request.into_body()).await
}

/// Answers after the body, which nobody wanted, is out of the way.
async fn finish(answer: Result<Reply, Problem>, body: Body) -> Reply {
    discard(&mut body.into_data_stream()).await;
    tus(answer)
}

fn tus(answer: Result<Reply, Problem>) -> Reply {
    let mut reply = answer.unwrap_or_else(Problem::into_response);
    let status = reply.status();
    let headers = reply.headers_mut();
    headers.insert("Tus-Resumable", HeaderValue::from_static(VERSION));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if status == StatusCode::PRECONDITION_FAILED {
        headers.insert("Tus-Version", HeaderValue::from_static(VERSION));
    }
    reply
}

fn empty(status: StatusCode) -> Reply {
    let mut reply = Response::new(Body::empty());
    *reply.status_mut() = status;
    reply
}

fn options() -> Reply {
    let mut reply = empty(StatusCode::NO_CONTENT);
    let headers = reply.headers_mut();
    headers.insert("Tus-Version", HeaderValue::from_static(VERSION));
    headers.insert("Tus-Extension", HeaderValue::from_static(EXTENSIONS));
    headers.insert("Tus-Max-Size", number(BLOB_BYTES_MAX));
    reply
}

fn spoken(headers: &HeaderMap) -> Result<(), Problem> {
    match headers.get("Tus-Resumable") {
        Some(version) if version == VERSION => Ok(()),
        _ => Err(Problem::TusVersion),
    }
}

fn stated(headers: &HeaderMap, name: &str) -> Result<u64, Problem> {
    let value = headers.get(name).and_then(|v| v.to_str().ok()).ok_or(Problem::Malformed)?;
    // `parse` alone would let a plus sign pass.
    if value.is_empty() || !value.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Problem::Malformed);
    }
    value.parse().map_err(|_| Problem::TooLarge)
}

fn promised_hash(headers: &HeaderMap) -> Result<BlobHash, Problem> {
    let metadata = headers.get("Upload-Metadata").and_then(|v| v.to_str().ok()).ok_or(Problem::Malformed)?;
    metadata
        .split(',')
        .filter_map(|pair| pair.trim().split_once(' '))
        .find(|(key, _)| *key == "sha256")
        .and_then(|(_, value)| BASE64.decode(value.trim()).ok())
        .and_then(|text| String::from_utf8(text).ok())
        .and_then(|text| text.parse().ok())
        .ok_or(Problem::Malformed)
}

fn location(upload: &Upload) -> String {
    format!("{UPLOADS_PATH}/{}", hex::encode(upload.id.0))
}

fn expires(upload: &Upload) -> Option<HeaderValue> {
    let until = DateTime::from_timestamp_millis(upload.until_ms)?;
    HeaderValue::from_str(&until.format("%a, %d %b %Y %H:%M:%S GMT").to_string()).ok()
}

async fn create(app: &Arc<App>, headers: &HeaderMap) -> Result<Reply, Problem> {
    spoken(headers)?;
    let token = routes::bearer(headers)?;
    let size = stated(headers, "Upload-Length")?;
    let hash = promised_hash(headers)?;
    let hub = app.hub.clone();
    let opened = app.pool.run(move || {
        let now = now_ms();
        let principal = hub.authenticate(&token, now)?;
        hub.handle(hub::Request::OpenUpload { hash, size }, &principal, now)
    });
    let hub::Response::Upload(upload) = opened.await? else {
        return Err(Problem::Internal);
    };
    let offset = match app.spool.take(&upload.id) {
        Some(writing) => settle(app, &upload, &writing).await?,
        // Somebody is writing it: where it stands now is as good an answer as any.
        None => app.spool.length(&upload.id).await.map_err(|e| disk(&e))?.min(upload.size),
    };
    let mut reply = empty(StatusCode::CREATED);
    let headers = reply.headers_mut();
    let location = HeaderValue::from_str(&location(&upload)).map_err(|_| Problem::Internal)?;
    headers.insert(header::LOCATION, location);
    headers.insert("Upload-Offset", number(offset));
    if let Some(expires) = expires(&upload) {
        headers.insert("Upload-Expires", expires);
    }
    Ok(reply)
}

async fn find(app: &Arc<App>, id: &str) -> Result<Upload, Problem> {
    let mut bytes = [0; 16];
    hex::decode_to_slice(id, &mut bytes).map_err(|_| Problem::UploadUnknown)?;
    let hub = app.hub.clone();
    app.pool.run(move || hub.upload(&UploadId(bytes), now_ms())).await
}

async fn head(app: &Arc<App>, id: &str, headers: &HeaderMap) -> Result<Reply, Problem> {
    spoken(headers)?;
    let upload = find(app, id).await?;
    let writing = app.spool.take_over(&upload.id).await.ok_or(Problem::UploadLocked)?;
    let offset = settle(app, &upload, &writing).await?;
    let mut reply = empty(StatusCode::OK);
    let headers = reply.headers_mut();
    headers.insert("Upload-Offset", number(offset));
    headers.insert("Upload-Length", number(upload.size));
    if let Some(expires) = expires(&upload) {
        headers.insert("Upload-Expires", expires);
    }
    Ok(reply)
}

async fn delete(app: &Arc<App>, id: &str, headers: &HeaderMap) -> Result<Reply, Problem> {
    spoken(headers)?;
    let upload = find(app, id).await?;
    let _writing = app.spool.take(&upload.id).ok_or(Problem::UploadLocked)?;
    let (hub, id) = (app.hub.clone(), upload.id);
    app.pool.run(move || hub.end_upload(&id)).await?;
    app.spool.remove(&upload.id).await;
    Ok(empty(StatusCode::NO_CONTENT))
}

async fn patch(
    app: &Arc<App>,
    id: &str,
    headers: &HeaderMap,
    stream: &mut BodyDataStream,
) -> Result<Reply, Problem> {
    spoken(headers)?;
    if headers.get(header::CONTENT_TYPE).is_none_or(|kind| kind != PATCH_TYPE) {
        return Err(Problem::MediaType);
    }
    let at = stated(headers, "Upload-Offset")?;
    let upload = find(app, id).await?;
    let writing = app.spool.take(&upload.id).ok_or(Problem::UploadLocked)?;
    if settle(app, &upload, &writing).await? != at {
        return Err(Problem::UploadOffset);
    }
    let announced = headers.get(header::CONTENT_LENGTH).is_some();
    if announced && stated(headers, header::CONTENT_LENGTH.as_str())? > upload.size - at {
        return Err(Problem::TooLarge);
    }
    if at < upload.size {
        receive(app, &upload, &writing, stream).await?;
    } else if piece(stream).await?.is_some_and(|bytes| !bytes.is_empty()) {
        return Err(Problem::TooLarge);
    }
    let offset = settle(app, &upload, &writing).await?;
    let mut reply = empty(StatusCode::NO_CONTENT);
    let headers = reply.headers_mut();
    headers.insert("Upload-Offset", number(offset));
    if let Some(expires) = expires(&upload) {
        headers.insert("Upload-Expires", expires);
    }
    Ok(reply)
}

/// Appends what comes, until the end, a cut, the promised size or somebody who takes over; synced in every case.
async fn receive(
    app: &App,
    upload: &Upload,
    writing: &Writing,
    stream: &mut BodyDataStream,
) -> Result<(), Problem> {
    let at = app.spool.length(&upload.id).await.map_err(|e| disk(&e))?;
    let mut file = app.spool.append(&upload.id).await.map_err(|e| disk(&e))?;
    let mut left = upload.size.saturating_sub(at);
    let end = loop {
        let next = tokio::select! {
            // What is here already is kept first.
            biased;
            next = piece(stream) => next,
            () = writing.asked_to_stop() => Err(Problem::UploadLocked),
        };
        match next {
            Ok(None) => break Ok(()),
            Err(problem) => break Err(problem),
            Ok(Some(bytes)) => {
                let Some(rest) = left.checked_sub(bytes.len() as u64) else {
                    break Err(Problem::TooLarge);
                };
                if let Err(e) = file.write_all(&bytes).await {
                    break Err(disk(&e));
                }
                left = rest;
            }
        }
    };
    let synced = async {
        file.flush().await?;
        file.sync_all().await
    };
    synced.await.map_err(|e| disk(&e))?;
    end
}

/// Where the upload stands. One whose last byte is here is verified and stored first; bytes that are not the promised ones are thrown away.
async fn settle(app: &Arc<App>, upload: &Upload, _writing: &Writing) -> Result<u64, Problem> {
    if upload.stored {
        app.spool.remove(&upload.id).await;
        return Ok(upload.size);
    }
    let length = app.spool.length(&upload.id).await.map_err(|e| disk(&e))?;
    if length < upload.size {
        return Ok(length);
    }
    let _permit = app.finishing.acquire().await.map_err(|_| Problem::NotReady)?;
    let bytes = match upload.size {
        0 => Bytes::new(),
        _ => Bytes::from(app.spool.read(&upload.id).await.map_err(|e| disk(&e))?),
    };
    let (hub, upload) = (app.hub.clone(), upload.clone());
    let id = upload.id;
    let size = upload.size;
    match app.pool.run(move || hub.finish_upload(&upload, bytes, now_ms())).await {
        Ok(()) => {
            app.spool.remove(&id).await;
            Ok(size)
        }
        Err(Problem::ChecksumMismatch) => {
            app.spool.remove(&id).await;
            Err(Problem::ChecksumMismatch)
        }
        // The bytes stay: the next HEAD or PATCH tries again.
        Err(problem) => Err(problem),
    }
}

fn disk(error: &std::io::Error) -> Problem {
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Problem::StorageFull,
        _ => {
            tracing::error!(reason = %error, "the spool failed");
            Problem::NotReady
        }
    }
}
