//! tus 1.0: core, creation (with upload), checksum, expiration, termination. <https://tus.io/protocols/resumable-upload>
//!
//! The spool file's length is the truth. What arrived is kept and synced however a PATCH ends, unless it came with a checksum: then all of it
//! counts or nothing. The last byte brings the check of the hash and the durable put, before it is acknowledged. An address is a capability for
//! one upload of one device: no token is needed with it.

mod said;
mod taking;

use std::sync::Arc;

use axum::body::{Body, BodyDataStream};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};
use axum::response::IntoResponse;
use chrono::DateTime;
use yuandian_sync::limits::BLOB_BYTES_MAX;
use yuandian_sync::transfer::UPLOADS_PATH;

use super::body::discard;
use super::reply::{Reply, number};
use super::{App, now_ms, routes};
use crate::hub;
use crate::problem::Problem;
use crate::store::{Upload, UploadId};

use said::{CHECKSUM_ALGORITHMS, Checksum, Metadata, VERSION, plain, spoken, stated, text};
use taking::{nothing, settle, take};

const EXTENSIONS: &str = "creation,creation-with-upload,checksum,expiration,termination";
const PATCH_TYPE: &str = "application/offset+octet-stream";

/// `OPTIONS`, `POST /v1/uploads`.
pub async fn collection(State(app): State<Arc<App>>, request: Request) -> Reply {
    match *request.method() {
        Method::OPTIONS => finish(Ok(options()), request.into_body()).await,
        Method::POST => {
            let (parts, body) = request.into_parts();
            outliving(app, None, parts.headers, body).await
        }
        _ => finish(Err(Problem::MethodNotAllowed), request.into_body()).await,
    }
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
    let (parts, body) = request.into_parts();
    if method == Method::PATCH {
        return outliving(app, Some(id), parts.headers, body).await;
    }
    let answer = match method {
        Method::OPTIONS => Ok(options()),
        Method::HEAD => head(&app, &id, &parts.headers).await,
        Method::DELETE => delete(&app, &id, &parts.headers).await,
        _ => Err(Problem::MethodNotAllowed),
    };
    finish(answer, body).await
}

/// Takes a body in, of a new upload or of the one with this name, on a task of its own: what arrived is kept also when the connection, and with
/// it the handler's future, is gone.
async fn outliving(app: Arc<App>, id: Option<String>, headers: HeaderMap, body: Body) -> Reply {
    let done = tokio::spawn(async move {
        let mut stream = body.into_data_stream();
        let answer = match id {
            Some(id) => patch(&app, &id, &headers, &mut stream).await,
            None => create(&app, &headers, &mut stream).await,
        };
        // A client that is still sending hears no answer before it is done.
        discard(&mut stream).await;
        tus(answer)
    });
    done.await.unwrap_or_else(|failure| {
        tracing::error!(%failure, "an upload panicked");
        tus(Err(Problem::Internal))
    })
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
    headers.insert("Tus-Checksum-Algorithm", HeaderValue::from_static(CHECKSUM_ALGORITHMS));
    headers.insert("Tus-Max-Size", number(BLOB_BYTES_MAX));
    reply
}

/// An answer about an upload: where it stands and when it ends.
fn about(status: StatusCode, upload: &Upload, offset: u64) -> Reply {
    let mut reply = empty(status);
    let headers = reply.headers_mut();
    headers.insert("Upload-Offset", number(offset));
    // What is whole does not end.
    if offset < upload.size
        && let Some(expires) = expires(upload)
    {
        headers.insert("Upload-Expires", expires);
    }
    reply
}

fn expires(upload: &Upload) -> Option<HeaderValue> {
    let until = DateTime::from_timestamp_millis(upload.until_ms)?;
    HeaderValue::from_str(&until.format("%a, %d %b %Y %H:%M:%S GMT").to_string()).ok()
}

fn has_bytes(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == PATCH_TYPE)
}

async fn create(app: &Arc<App>, headers: &HeaderMap, stream: &mut BodyDataStream) -> Result<Reply, Problem> {
    spoken(headers)?;
    let token = routes::bearer(headers)?;
    let size = stated(headers, "Upload-Length")?;
    let Metadata { hash, pairs } = Metadata::of(headers)?;
    let checksum = Checksum::of(headers)?;
    let hub = app.hub.clone();
    let opened = app.pool.run(move || {
        let now = now_ms();
        let principal = hub.authenticate(&token, now)?;
        let opened = hub.handle(hub::Request::OpenUpload { hash, size }, &principal, now)?;
        let hub::Response::Upload(upload) = opened else { return Err(Problem::Internal) };
        if upload.metadata != pairs {
            hub.describe_upload(&upload.id, pairs.as_deref())?;
        }
        Ok(upload)
    });
    let upload = opened.await?;
    // Whoever begins it again has given up the connection it was sent on: the offset must not be that of a writer who is still at it.
    let writing = app.spool.take_over(&upload.id).await.ok_or(Problem::UploadLocked)?;
    let mut offset = settle(app, &upload, &writing).await?;
    // An upload that was begun before goes on by PATCH alone: this body is the file from its beginning.
    if has_bytes(headers) && offset == 0 && !upload.stored {
        take(app, &upload, (&writing, upload.size), checksum, stream).await?;
        offset = settle(app, &upload, &writing).await?;
    }
    let mut reply = about(StatusCode::CREATED, &upload, offset);
    let location = text(&format!("{UPLOADS_PATH}/{}", hex::encode(upload.id.0)))?;
    reply.headers_mut().insert(header::LOCATION, location);
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
    let mut reply = about(StatusCode::OK, &upload, offset);
    let headers = reply.headers_mut();
    headers.insert("Upload-Length", number(upload.size));
    let metadata = upload.metadata.unwrap_or_else(|| plain(&upload.hash));
    headers.insert("Upload-Metadata", text(&metadata)?);
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
    if !has_bytes(headers) {
        return Err(Problem::MediaType);
    }
    let at = stated(headers, "Upload-Offset")?;
    let checksum = Checksum::of(headers)?;
    let upload = find(app, id).await?;
    let writing = app.spool.take(&upload.id).ok_or(Problem::UploadLocked)?;
    if settle(app, &upload, &writing).await? != at {
        return Err(Problem::UploadOffset);
    }
    let left = upload.size - at;
    let announced = headers.get(header::CONTENT_LENGTH).is_some();
    if announced && stated(headers, header::CONTENT_LENGTH.as_str())? > left {
        return Err(Problem::TooLarge);
    }
    if left == 0 {
        // It is whole, and takes nothing but nothing.
        nothing(stream).await?;
        return Ok(about(StatusCode::NO_CONTENT, &upload, at));
    }
    take(app, &upload, (&writing, left), checksum, stream).await?;
    let offset = settle(app, &upload, &writing).await?;
    Ok(about(StatusCode::NO_CONTENT, &upload, offset))
}
