//! Limits of a body: at, below and above each.

use yuandian_document::cbor::{self, CborError};
use yuandian_sync::limits::{MESSAGE_BYTES_MAX, ZSTD_WINDOW_LOG_MAX};
use yuandian_sync::message::Nonce;
use yuandian_sync::wire::{WireError, pack, unpack};
use zstd::stream::Encoder;

/// A message that encodes to exactly so many bytes: five for the length of a long list, one for each zero.
fn message_of(bytes: usize) -> Vec<u8> {
    let list = vec![0u8; bytes - 5];
    assert_eq!(cbor::encode(&list).len(), bytes);
    list
}

#[test]
fn a_body_inflates_to_its_cap_and_no_further() {
    for (bytes, taken) in
        [(MESSAGE_BYTES_MAX - 1, true), (MESSAGE_BYTES_MAX, true), (MESSAGE_BYTES_MAX + 1, false)]
    {
        let message = message_of(bytes);
        let read = unpack::<Vec<u8>>("list", &pack(&message));
        assert_eq!(read, if taken { Ok(message) } else { Err(WireError::TooLarge) }, "{bytes} bytes");
    }
}

#[test]
fn a_frame_may_ask_for_no_larger_window() {
    for (window_log, taken) in
        [(ZSTD_WINDOW_LOG_MAX - 1, true), (ZSTD_WINDOW_LOG_MAX, true), (ZSTD_WINDOW_LOG_MAX + 1, false)]
    {
        let mut encoder = Encoder::new(Vec::new(), 1).unwrap();
        encoder.window_log(window_log).unwrap();
        std::io::copy(&mut cbor::encode(&vec![7u8; 1_000]).as_slice(), &mut encoder).unwrap();
        let read = unpack::<Vec<u8>>("list", &encoder.finish().unwrap());
        match read {
            Ok(list) => assert!(taken && list == vec![7; 1_000], "window of 2^{window_log}"),
            Err(error) => {
                assert!(!taken && matches!(error, WireError::Zstd(_)), "window of 2^{window_log}: {error}");
            }
        }
    }
}

#[test]
fn only_one_frame_with_one_canonical_message_is_a_body() {
    let nonce = Nonce { version: 0, nonce: [1; 32], server_ms: 5 };
    let bytes = cbor::encode(&nonce);
    let body = |bytes: &[u8]| zstd::bulk::compress(bytes, 3).unwrap();
    assert_eq!(unpack::<Nonce>("nonce", &body(&bytes)), Ok(nonce));
    let two = [body(&bytes), body(&bytes)].concat();
    assert!(matches!(unpack::<Nonce>("nonce", &two), Err(WireError::Zstd(_))), "two frames");
    let longer = body(&[bytes.as_slice(), &[0]].concat());
    let not_canonical = WireError::Cbor(CborError::NotCanonical { what: "nonce" });
    assert_eq!(unpack::<Nonce>("nonce", &longer), Err(not_canonical), "a byte after the message");
    for odd in [body(&bytes[..bytes.len() - 1]), body(&[]), body(&[0xa0])] {
        let read = unpack::<Nonce>("nonce", &odd);
        assert!(matches!(read, Err(WireError::Cbor(CborError::Shape { .. }))), "{read:?}");
    }
    assert!(matches!(unpack::<Nonce>("nonce", &[]), Err(WireError::Zstd(_))), "an empty body");
}
