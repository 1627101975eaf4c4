//! The plain page: what is on this server, for an operator's eye. No script; every word is escaped; help requests show no text.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, Response, header};
use chrono::{DateTime, FixedOffset};
use yuandian_model::division::Level;

use super::reply::Reply;
use super::{App, now_ms};
use crate::limits::PAGE_CASES_MAX;
use crate::problem::Problem;
use crate::store::CaseLine;

const CSP: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;color:#1b1b1b;background:#fff}\
h1{font-size:1.4rem}table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid #ddd}\
small{color:#555;display:block}code{font-size:.9em}@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}th,td{border-color:#444}small{color:#aaa}}";
/// Characters of a description that are shown.
const DESCRIPTION_CHARS: usize = 120;
/// China's one time zone, seconds east.
const CHINA_S: i32 = 8 * 3600;

pub async fn cases(State(app): State<Arc<App>>) -> Result<Reply, Problem> {
    // A task of its own: a client that hangs up does not make the next one render again.
    let rendering = tokio::spawn(async move {
        let state = app.clone();
        let make = app.pool.run(move || render(&state).map(bytes::Bytes::from));
        app.page.get(now_ms, make).await
    });
    let html = rendering.await.map_err(|_| Problem::Internal)??;
    let mut reply = Response::new(Body::from(html));
    let headers = reply.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CSP));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    Ok(reply)
}

fn render(app: &App) -> Result<String, Problem> {
    let head = app.hub.head()?;
    let lines = app.hub.newest_cases(PAGE_CASES_MAX)?;
    let rules = app.hub.rules();
    let count = |level| rules.divisions().count(level);
    let mut html = String::from("<!doctype html><html lang=\"zh-Hans\"><meta charset=\"utf-8\">");
    html.push_str("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">");
    let _ = write!(
        html,
        "<title>原点 Yuandian</title><style>{STYLE}</style><h1>原点 · 案件 <span lang=\"en\">Cases</span></h1>"
    );
    let _ = write!(
        html,
        "<p>区划 Divisions: 市 {} · 区县 {} · 街道 {} · 社区 {} <small lang=\"en\">city, districts, streets, communities</small></p>\
         <p>序号 Head: {} · 纪元 Epoch: <code>{}</code></p>",
        count(Level::City),
        count(Level::District),
        count(Level::Street),
        count(Level::Community),
        head.head,
        head.epoch,
    );
    if lines.is_empty() {
        html.push_str("<p>还没有案件 <small lang=\"en\">No cases yet</small></p>");
        return Ok(html);
    }
    html.push_str(
        "<table><thead><tr><th>服务 <small lang=\"en\">Service</small><th>状态 <small lang=\"en\">Stage</small>\
         <th>网格 <small lang=\"en\">Grid</small><th>时间 <small lang=\"en\">Opened, last moved</small>\
         <th>照片 <small lang=\"en\">Photos stored</small><th>编号 <small lang=\"en\">Id</small></thead><tbody>",
    );
    for line in &lines {
        row(app, line, &mut html)?;
    }
    html.push_str("</tbody></table>");
    Ok(html)
}

fn row(app: &App, line: &CaseLine, html: &mut String) -> Result<(), Problem> {
    let state = &line.record.state;
    let rules = app.hub.rules();
    let title = rules.catalogue_of(state).service(&state.service.0).map(|(service, _)| service.title.clone());
    let (zh, en) = title.map_or((state.service.0.clone(), String::new()), |t| (t.zh, t.en));
    let stage = app.words.stage(&state.stage);
    let grid = rules.divisions().name(&state.grid).unwrap_or_default();
    let id = line.record.id.to_string();
    let short: String = id.chars().rev().take(8).collect::<Vec<_>>().into_iter().rev().collect();
    let _ = write!(html, "<tr><td>{}<small lang=\"en\">{}</small>", escaped(&zh), escaped(&en));
    if let Some(text) = app.hub.public_description(line)?
        && !text.is_empty()
    {
        let shown: String = text.chars().take(DESCRIPTION_CHARS).collect();
        let _ = write!(html, "<p>{}</p>", escaped(&shown));
    }
    let _ = write!(
        html,
        "<td>{}<small lang=\"en\">{}</small><td>{}<small>{}</small><td>{}<small>{}</small><td>{} / {}<td><code title=\"{}\">{}</code>",
        escaped(&stage.zh),
        escaped(&stage.en),
        escaped(grid),
        escaped(state.grid.as_str()),
        time(line.record.opened_ms),
        time(line.record.touched_ms),
        line.photos.1,
        line.photos.0,
        escaped(&id),
        escaped(&short),
    );
    Ok(())
}

fn time(ms: i64) -> String {
    let zone = FixedOffset::east_opt(CHINA_S);
    match (DateTime::from_timestamp_millis(ms), zone) {
        (Some(time), Some(zone)) => time.with_timezone(&zone).format("%Y-%m-%d %H:%M:%S").to_string(),
        _ => String::new(),
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_people_write_becomes_markup() {
        assert_eq!(escaped("<b title=\"x\">&'"), "&lt;b title=&quot;x&quot;&gt;&amp;&#39;");
    }

    #[test]
    fn times_are_those_of_the_city() {
        assert_eq!(time(0), "1970-01-01 08:00:00");
    }
}
