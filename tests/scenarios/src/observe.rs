//! What a scenario compares: the phone's answers without what differs from run to run (ids, times, the order of what has none), and
//! the digest over all of it. `bindings/python/run_scenarios.py` says the same in Python.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use yuandian_device::view::{AttentionItem, CaseView, ListLine, OutboxLine};
use yuandian_device::{DeviceError, RunReport};

/// A line of the list.
pub fn line(line: &ListLine) -> Value {
    json!({
        "case": line.id, "service": line.service, "service_text": line.service_text, "title": line.title,
        "stage": line.stage, "stage_text": line.stage_text, "sync": line.sync, "sync_text": line.sync_text,
        "claim": line.claim, "photos": line.photos,
    })
}

/// A case. Which of several values stands in the form until one is chosen depends on ids: such a key is only among the conflicts.
pub fn case(view: &CaseView) -> Value {
    let open = |key: &String| view.conflicts.iter().any(|c| &c.key == key);
    let fields: Map<String, Value> =
        view.fields.iter().filter(|(key, _)| !open(key)).map(|(k, v)| (k.clone(), json!(v))).collect();
    let conflicts: Map<String, Value> = view
        .conflicts
        .iter()
        .map(|conflict| {
            let mut values: Vec<(&str, &str)> =
                conflict.values.iter().map(|v| (v.value.as_str(), v.by.as_str())).collect();
            values.sort_unstable();
            (conflict.key.clone(), json!(values))
        })
        .collect();
    let pending_fields: Vec<&String> = view.pending_fields.iter().filter(|key| !open(key)).collect();
    let notes: Vec<Value> =
        view.notes.iter().map(|n| json!({"text": n.text, "by": n.by, "pending": n.pending})).collect();
    let photo = |p: &yuandian_device::view::PhotoView| {
        json!({
            "hash": p.hash, "mime": p.mime, "size": p.size, "width": p.width, "height": p.height, "by": p.by,
            "local": p.local, "sent": p.sent, "stored": p.stored, "micro": p.micro,
            "pending": p.pending,
        })
    };
    let history: Vec<Value> = view.history.iter().map(|h| json!([h.act, h.by, h.outcome])).collect();
    // As text: every language rounds alike, and none writes a float alike.
    let place =
        view.place.map(|(lng, lat, radius)| json!([format!("{lng:.5}"), format!("{lat:.5}"), radius]));
    let next = view.next.iter().map(|next| {
        let args: Vec<_> = next.args.iter().map(|arg| (&arg.name, arg.required, &arg.options)).collect();
        json!([
            next.act,
            next.act_text,
            next.by,
            args,
            next.photos,
            next.offline,
            next.at_most,
            next.up_to,
            next.why_not
        ])
    });
    json!({
        "next": next.collect::<Vec<_>>(), "marks": view.marks, "marks_text": view.marks_text, "units": view.units,
        "parts": view.parts.iter().map(|part| (&part.unit, &part.task, part.open)).collect::<Vec<_>>(),
        "asked": view.asked.iter().map(|asked| (&asked.mark, &asked.text, &asked.said)).collect::<Vec<_>>(),
        "desk": view.desk, "condition": view.condition,
        "clocks": view.times.iter().map(|time| (&time.clock, &time.clock_text, &time.unit, time.by_rule)).collect::<Vec<_>>(),
        "service": view.service, "title": view.title, "text": view.text, "stage": view.stage,
        "stage_text": view.stage_text, "sync": view.sync, "sync_text": view.sync_text, "fields": fields,
        "private": view.private, "conflicts": conflicts, "notes": notes,
        "photos": view.photos.iter().map(photo).collect::<Vec<_>>(),
        "claim": {"state": view.claim.state, "position": view.claim.position},
        "author": view.author, "holders": view.holders, "waiting": view.waiting, "grid": view.grid,
        "grid_name": view.grid_name, "place": place, "history": history, "can": view.can, "act_seq": view.act_seq,
        "pending": view.pending, "pending_fields": pending_fields, "followers": view.followers,
        "followed": view.followed, "words": view.code_words.is_some(),
        "looks": view.looks.iter().map(|look| (&look.by, &look.keys)).collect::<Vec<_>>(),
        "stays": view.stays.iter().map(|stay| {
            (&stay.by, stay.in_word, stay.near, stay.out_ms.is_some(), stay.minutes.is_some())
        }).collect::<Vec<_>>(),
    })
}

/// An item of the 需处理 list.
pub fn attention(item: &AttentionItem) -> Value {
    json!({
        "case": item.case, "title": item.title, "act": item.act, "code": item.code, "reason": item.reason,
        "reason_en": item.reason_en, "next": item.next, "next_text": item.next_text, "kept": item.kept, "review": item.review,
    })
}

/// A commit on its way.
pub fn outbox(line: &OutboxLine) -> Value {
    json!({"case": line.case, "act": line.what, "state": line.state})
}

/// A run of sync. How often the network failed is not the phone's answer.
pub fn report(report: &RunReport) -> Value {
    json!({
        "reached": report.reached, "complete": report.complete, "pushed": report.pushed, "pulled": report.pulled,
        "uploaded": report.uploaded, "uploaded_bytes": report.uploaded_bytes,
    })
}

/// An error by the name that every binding gives it.
pub fn error(error: &DeviceError) -> Value {
    match error {
        DeviceError::Invalid { field, .. } => json!({"variant": "InvalidInput", "field": field}),
        DeviceError::Refused { code, .. } => {
            let next = yuandian_device::words().next_steps(*code).to_vec();
            json!({"variant": "Refused", "code": code.id(), "next": next})
        }
        DeviceError::Photo { code, .. } => json!({"variant": "PhotoRefused", "code": code}),
        DeviceError::NotFound { what, .. } => json!({"variant": "NotFound", "what": what}),
        DeviceError::Settled { .. } | DeviceError::NotOffered { .. } => {
            json!({"variant": "InvalidInput", "field": "item"})
        }
        DeviceError::NotEnrolled | DeviceError::ShutOut { .. } => json!({"variant": "NotEnrolled"}),
        DeviceError::Unreachable(_) => json!({"variant": "Unreachable"}),
        DeviceError::Untrusted(_) => json!({"variant": "UntrustedServer"}),
        DeviceError::ServerRefused(reason) => json!({"variant": "ServerRefused", "reason": reason}),
        DeviceError::InUse => json!({"variant": "InUse"}),
        DeviceError::StorageFull => json!({"variant": "StorageFull"}),
        DeviceError::NoRoom { .. } => json!({"variant": "NoRoom"}),
        DeviceError::Withheld { .. } => json!({"variant": "Withheld"}),
        DeviceError::WrongBytes { .. } => json!({"variant": "WrongBytes"}),
        DeviceError::NewerStore { .. } => json!({"variant": "AppTooOld"}),
        DeviceError::KeyStore(_) => json!({"variant": "KeyStoreLocked"}),
        DeviceError::WrongKey { encrypted } => json!({"variant": "WrongKey", "encrypted": encrypted}),
        DeviceError::Damaged(_) => json!({"variant": "Damaged"}),
    }
}

/// Where `actual` is not as `expected`: every key given must be there and as given, a list as long as given, an empty object empty.
pub fn differs(expected: &Value, actual: &Value, at: &str) -> Option<String> {
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) if !expected.is_empty() => {
            expected.iter().find_map(|(key, expected)| {
                differs(expected, actual.get(key).unwrap_or(&Value::Null), &format!("{at}.{key}"))
            })
        }
        (Value::Array(expected), Value::Array(actual)) if expected.len() == actual.len() => {
            let pairs = expected.iter().zip(actual).enumerate();
            pairs
                .into_iter()
                .find_map(|(n, (expected, actual))| differs(expected, actual, &format!("{at}[{n}]")))
        }
        _ if expected == actual => None,
        _ => Some(format!("{at}: expected {expected}, found {actual}")),
    }
}

/// SHA-256 over canonical JSON: keys sorted, no blanks, letters as they are.
pub fn digest(observed: &Value) -> String {
    hex::encode(Sha256::digest(canonical(observed)))
}

fn canonical(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort_unstable();
            let pairs: Vec<String> =
                keys.iter().map(|key| format!("{}:{}", json!(key), canonical(&map[key.as_str()]))).collect();
            format!("{{{}}}", pairs.join(","))
        }
        Value::Array(values) => {
            let values: Vec<String> = values.iter().map(canonical).collect();
            format!("[{}]", values.join(","))
        }
        plain => plain.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expectation_holds_only_what_it_names() {
        let actual = json!({"a": 1, "b": [{"c": 2, "d": 3}]});
        assert_eq!(differs(&json!({"b": [{"c": 2}]}), &actual, ""), None);
        for wrong in [json!({"a": 2}), json!({}), json!({"b": []}), json!({"b": [{"c": 3}]}), json!({"e": 1})]
        {
            assert!(differs(&wrong, &actual, "").is_some(), "{wrong}");
        }
    }

    #[test]
    fn the_digest_is_over_the_bytes_that_python_writes() {
        let value = json!({"b": [1, null, true, "引\"\n\u{7f}"], "a": {"z": {}, "y": []}});
        assert_eq!(canonical(&value), "{\"a\":{\"y\":[],\"z\":{}},\"b\":[1,null,true,\"引\\\"\\n\u{7f}\"]}");
    }
}
