//! Golden files of every message between a phone and the hub, before they are packed.

#![allow(clippy::disallowed_methods, reason = "tests read the golden files that they hold the messages to")]

#[path = "../../../../tests/golden/check.rs"]
mod check;
mod messages;
#[path = "../../../../tests/golden/samples.rs"]
mod samples;

use std::fmt::Debug;

use check::{Golden, mutants};
use minicbor::{Decode, Encode};
use yuandian_document::{Purpose, cbor};
use yuandian_model::{Code, Role};
use yuandian_sync::limits::MESSAGE_BYTES_MAX;
use yuandian_sync::message::{Enroll, Hello, Receipt, SignedMessage};
use yuandian_sync::wire;

const FORMS: &[&str] = &[
    "enroll",
    "enroll-signed",
    "enrolled",
    "nonce-request",
    "nonce",
    "hello",
    "hello-signed",
    "hello-reply",
    "hello-reply-reserved",
    "push",
    "push-reply",
    "receipt-taken",
    "receipt-refused",
    "pull",
    "pull-reply",
    "pull-reply-nothing",
    "appeal",
    "appeal-reply",
    "catalogue-ask",
    "evidence-ask",
    "evidence-reply",
    "catalogue-reply",
    "catalogue-reply-unknown",
    "docs",
    "docs-reply",
    "manifest",
    "manifest-reply",
    "fetch",
    "fetch-reply",
];

/// Holds a message to its golden file, and sends it once through the wire.
fn hold<T>(name: &'static str, message: &T)
where
    T: for<'b> Decode<'b, ()> + Encode<()> + PartialEq + Debug,
{
    let read = |bytes: &[u8]| cbor::decode::<T>(name, bytes, MESSAGE_BYTES_MAX);
    Golden::of("sync", FORMS).hold(name, message, cbor::encode, read);
    assert_eq!(&wire::unpack::<T>(name, &wire::pack(message)).expect(name), message);
}

#[test]
fn every_golden_file_has_its_form() {
    Golden::of("sync", FORMS).has_no_other_files();
}

#[test]
fn enrolment() {
    hold("enroll", &messages::enroll());
    hold("enroll-signed", &messages::signed(Purpose::Enroll, &messages::enroll()));
    let enrolled = messages::enrolled();
    let granted: Vec<Role> = enrolled.grants.iter().map(|grant| grant.role).collect();
    assert_eq!(granted, Role::ALL, "the number of every role is held");
    hold("enrolled", &enrolled);
}

#[test]
fn greeting() {
    hold("nonce-request", &messages::nonce_request());
    hold("nonce", &messages::nonce());
    hold("hello", &messages::hello());
    hold("hello-signed", &messages::signed(Purpose::Hello, &messages::hello()));
    hold("hello-reply", &messages::hello_reply());
    hold("hello-reply-reserved", &messages::hello_reply_reserved());
}

#[test]
fn push_and_its_receipts() {
    hold("push", &messages::push());
    let reply = messages::push_reply();
    let receipts = reply.receipts.iter().map(|receipt| cbor::decode::<Receipt>("receipt", receipt, 1024));
    let codes: Vec<Code> = receipts.map(|receipt| receipt.unwrap().code).collect();
    assert_eq!(codes, Code::ALL, "the number of every outcome is held");
    hold("push-reply", &reply);
    hold("receipt-taken", &messages::receipt_taken());
    hold("receipt-refused", &messages::receipt_refused());
}

#[test]
fn pull() {
    hold("pull", &messages::pull());
    hold("pull-reply", &messages::pull_reply());
    hold("pull-reply-nothing", &messages::pull_reply_nothing());
}

#[test]
fn evidence() {
    hold("evidence-ask", &messages::evidence_ask());
    hold("evidence-reply", &messages::evidence_reply());
}

#[test]
fn fetch() {
    hold("manifest", &messages::manifest());
    hold("manifest-reply", &messages::manifest_reply());
    hold("catalogue-ask", &messages::catalogue_ask());
    hold("catalogue-reply", &messages::catalogue_reply());
    hold("catalogue-reply-unknown", &messages::catalogue_reply_unknown());
    hold("docs", &messages::docs());
    hold("docs-reply", &messages::docs_reply());
    hold("appeal", &messages::appeal());
    hold("appeal-reply", &messages::appeal_reply());
    hold("fetch", &messages::fetch());
    hold("fetch-reply", &messages::fetch_reply());
}

#[test]
fn a_signed_message_is_of_its_device_and_purpose_down_to_the_last_bit() {
    let certified = samples::certificate().verify().unwrap();
    let holds = |purpose, signed: &SignedMessage| {
        certified.verify(purpose, &signed.message, &signed.signature).is_ok()
    };
    let enroll = messages::signed(Purpose::Enroll, &messages::enroll());
    let hello = messages::signed(Purpose::Hello, &messages::hello());
    assert!(holds(Purpose::Enroll, &enroll) && holds(Purpose::Hello, &hello));
    assert!(!holds(Purpose::Hello, &enroll) && !holds(Purpose::Enroll, &hello));
    assert_eq!(cbor::decode::<Enroll>("enroll", &enroll.message, 1024).unwrap(), messages::enroll());
    assert_eq!(cbor::decode::<Hello>("hello", &hello.message, 1024).unwrap(), messages::hello());
    for (purpose, signed) in [(Purpose::Enroll, enroll), (Purpose::Hello, hello)] {
        for (index, mutant) in mutants(&cbor::encode(&signed)) {
            let forged = cbor::decode::<SignedMessage>("signed message", &mutant, MESSAGE_BYTES_MAX);
            assert!(!forged.is_ok_and(|forged| holds(purpose, &forged)), "{purpose:?}: byte {index}");
        }
    }
}
