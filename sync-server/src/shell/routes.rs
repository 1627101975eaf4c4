//! From HTTP to the hub and back.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::response::IntoResponse;
use axum::routing::{any, get, post};
use minicbor::{Decode, Encode};
use tokio::sync::OwnedSemaphorePermit;
use yuandian_sync::wire::{CONTENT_TYPE, WireError, unpack};

use super::body::{discard, whole};
use super::reply::{Reply, message};
use super::{App, download, now_ms, page, tus, wait};
use crate::hub::{self, Principal};
use crate::limits::BODY_BYTES_MAX;
use crate::problem::Problem;
use crate::store::Store;

/// Whose bodies: the place of their semaphore in `App::bodies`.
const STRANGERS: usize = 0;
const DEVICES: usize = 1;

pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/", get(page::cases))
        .route("/livez", get(|| async { "ok\n" }))
        .route("/readyz", get(readyz))
        .route("/v1/enroll", post(|s, r| stranger("enroll", hub::Request::Enroll, s, r)))
        .route("/v1/nonce", post(|s, r| stranger("nonce", hub::Request::Nonce, s, r)))
        .route("/v1/hello", post(|s, r| stranger("hello", hub::Request::Hello, s, r)))
        .route("/v1/push", post(|s, r| device("push", hub::Request::Push, s, r)))
        .route("/v1/pull", post(|s, r| device("pull", hub::Request::Pull, s, r)))
        .route("/v1/docs", post(|s, r| device("docs", hub::Request::Docs, s, r)))
        .route("/v1/catalogue", post(|s, r| device("catalogue", hub::Request::Catalogue, s, r)))
        .route("/v1/manifest", post(|s, r| device("manifest", hub::Request::Manifest, s, r)))
        .route("/v1/appeals", post(|s, r| device("appeal", hub::Request::Appeal, s, r)))
        .route("/v1/commits", post(|s, r| device("fetch", hub::Request::Fetch, s, r)))
        .route("/v1/evidence", post(|s, r| device("evidence", hub::Request::Evidence, s, r)))
        .route("/v1/blobs/{hash}", get(download::blob))
        .route("/v1/wait", get(wait::wait))
        .route("/v1/uploads", any(tus::collection))
        .route("/v1/uploads/{id}", any(tus::upload))
        .fallback(|| async { Problem::NotFound })
        .method_not_allowed_fallback(|| async { Problem::MethodNotAllowed })
        .with_state(app)
}

/// The token of the `Authorization` header.
pub fn bearer(headers: &HeaderMap) -> Result<String, Problem> {
    let value = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok());
    let (scheme, token) = value.and_then(|v| v.split_once(' ')).ok_or(Problem::Unauthorized)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Problem::Unauthorized);
    }
    Ok(token.trim().to_owned())
}

async fn stranger<T>(
    what: &'static str,
    wrap: fn(T) -> hub::Request,
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Reply, Problem>
where
    T: for<'b> Decode<'b, ()> + Encode<()> + 'static,
{
    let (body, place) = body(&app, STRANGERS, request).await?;
    answer(&app, move |hub| {
        let _place = place;
        let request = wrap(parsed(what, &body)?);
        hub.handle(request, &Principal::Stranger, now_ms())
    })
    .await
}

async fn device<T>(
    what: &'static str,
    wrap: fn(T) -> hub::Request,
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Reply, Problem>
where
    T: for<'b> Decode<'b, ()> + Encode<()> + 'static,
{
    let token = match known(&app, request.headers()).await {
        Ok(token) => token,
        Err(problem) => {
            discard(&mut request.into_body().into_data_stream()).await;
            return Err(problem);
        }
    };
    let (body, place) = body(&app, DEVICES, request).await?;
    answer(&app, move |hub| {
        let _place = place;
        let now = now_ms();
        // Again, because reading took its time: rights and token as they are now.
        let principal = hub.authenticate(&token, now)?;
        hub.handle(wrap(parsed(what, &body)?), &principal, now)
    })
    .await
}

/// The token of the headers, which is good: nobody without one makes us keep or inflate anything.
async fn known(app: &App, headers: &HeaderMap) -> Result<String, Problem> {
    let token = bearer(headers)?;
    let (hub, shown) = (app.hub.clone(), token.clone());
    app.pool.run(move || hub.authenticate(&shown, now_ms())).await?;
    Ok(token)
}

/// The whole body, and its place among those in memory, to be given back with it.
async fn body(app: &App, whose: usize, request: Request) -> Result<(Vec<u8>, OwnedSemaphorePermit), Problem> {
    let (parts, body) = request.into_parts();
    let Ok(place) = app.bodies[whose].clone().try_acquire_owned() else {
        discard(&mut body.into_data_stream()).await;
        return Err(Problem::Busy);
    };
    let bytes = whole(body, BODY_BYTES_MAX).await?;
    if parts.headers.get(header::CONTENT_TYPE).is_none_or(|kind| kind != CONTENT_TYPE) {
        return Err(Problem::MediaType);
    }
    Ok((bytes, place))
}

fn parsed<T>(what: &'static str, body: &[u8]) -> Result<T, Problem>
where
    T: for<'b> Decode<'b, ()> + Encode<()>,
{
    unpack(what, body).map_err(|e| match e {
        WireError::TooLarge => Problem::TooLarge,
        WireError::Zstd(_) | WireError::Cbor(_) => Problem::Malformed,
    })
}

async fn answer(
    app: &App,
    work: impl FnOnce(&hub::Hub) -> Result<hub::Response, Problem> + Send + 'static,
) -> Result<Reply, Problem> {
    let hub = app.hub.clone();
    app.pool
        .run(move || {
            Ok(match work(&hub)? {
                hub::Response::Enrolled(m) => message(&m),
                hub::Response::Nonce(m) => message(&m),
                hub::Response::Hello(m) => message(&m),
                hub::Response::Push(m) => message(&m),
                hub::Response::Pull(m) => message(&m),
                hub::Response::Docs(m) => message(&m),
                hub::Response::Manifest(m) => message(&m),
                hub::Response::Catalogue(m) => message(&m),
                hub::Response::Appeal(m) => message(&m),
                hub::Response::Fetch(m) => message(&m),
                hub::Response::Evidence(m) => message(&m),
                hub::Response::Blob { .. } | hub::Response::Upload(_) => return Err(Problem::Internal),
            })
        })
        .await
}

async fn readyz(State(app): State<Arc<App>>) -> Reply {
    if !app.ready.load(Ordering::SeqCst) {
        return Problem::NotReady.into_response();
    }
    let (hub, store) = (app.hub.clone(), app.store.clone());
    let probe = app.pool.run(move || {
        let now = now_ms();
        hub.probe(now)?;
        let backup = store.backup_state()?;
        Ok(backup.age_ms(now).filter(|_| backup.is_stale(now)))
    });
    match app.probed.get(now_ms, probe).await {
        Ok(None) => "ready\n".into_response(),
        Ok(Some(age_ms)) => {
            format!("ready\nwarning: the last backup is {} h old\n", age_ms / 3_600_000).into_response()
        }
        Err(_) => Problem::NotReady.into_response(),
    }
}
