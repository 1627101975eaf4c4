//! Answers: messages, and problems as RFC 9457 says them.

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use minicbor::Encode;
use yuandian_sync::wire::{CONTENT_TYPE, pack};

use crate::limits::RETRY_AFTER_S;
use crate::problem::Problem;

/// An HTTP answer.
pub type Reply = Response<Body>;

/// A message of the device protocol.
pub fn message<T: Encode<()>>(message: &T) -> Reply {
    let mut reply = Response::new(Body::from(pack(message)));
    let headers = reply.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    reply
}

/// A number as a header.
pub fn number(value: impl Into<u64>) -> HeaderValue {
    HeaderValue::from(value.into())
}

impl IntoResponse for Problem {
    fn into_response(self) -> Reply {
        let body = serde_json::json!({
            "type": format!("urn:yuandian:problem:{}", self.id()),
            "title": self.title(),
            "status": self.status(),
            "detail": self.title(),
            "next": self.next(),
        });
        let mut reply = Response::new(Body::from(body.to_string()));
        *reply.status_mut() =
            StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = reply.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if matches!(self, Problem::Busy | Problem::NotReady | Problem::StorageFull | Problem::TooFast) {
            headers.insert(header::RETRY_AFTER, number(RETRY_AFTER_S));
        }
        if self == Problem::Unauthorized {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        reply
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_should_come_again_is_told_when() {
        for problem in Problem::ALL {
            let reply = problem.into_response();
            // What a person must settle first does not pass by waiting.
            let later = matches!(problem.status(), 503 | 507) || *problem == Problem::TooFast;
            assert_eq!(reply.headers().contains_key(header::RETRY_AFTER), later, "{problem:?}");
            assert_eq!(reply.headers()[header::CONTENT_TYPE], "application/problem+json", "{problem:?}");
        }
    }
}
