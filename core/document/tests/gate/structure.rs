//! The scan: every limit at, below and above; every shape that no honest encoder writes.

use std::io::Write;

use automerge::ChangeHash;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use yuandian_document::gate::limits::{
    BODY_BYTES_MAX, CHUNK_BYTES_MAX, INFLATE_RATIO_MAX, KEY_BYTES_EXPANDED_MAX, OPERATION_COUNTER_END,
    OPERATIONS_MAX,
};
use yuandian_document::gate::{Refusal, scan};

use crate::fixture::{
    Body, Dice, actor, add_note, case, change_by, detail, nulls, run, seal, seal_packed, unsigned,
};

fn scanned(body: &Body) -> &'static str {
    detail(&scan(&body.chunk()))
}

/// A body of exactly this many bytes.
fn body_of_length(length: usize, filling: &[u8]) -> Vec<u8> {
    let bare = Body::puts_bytes(&filling[..length / 2]).encode().len() - length / 2;
    (length.saturating_sub(bare + 8)..length)
        .map(|bytes| Body::puts_bytes(&filling[..bytes]).encode())
        .find(|body| body.len() == length)
        .expect("some filling makes this length")
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

#[test]
fn an_honest_change_is_read_plain_and_packed_alike() {
    let change = change_by(&case(), &actor(1), |tx| add_note(tx, 1));
    let plain = scan(change.raw_bytes()).expect("it is honest");
    assert_eq!(plain.bytes, change.raw_bytes());
    assert_eq!((plain.hash, plain.seq, plain.start_op), (change.hash(), 1, change.start_op().get()));
    assert_eq!((&plain.actor, &plain.deps[..]), (change.actor_id(), change.deps()));
    assert_eq!((plain.operations, plain.time), (change.len() as u64, change.timestamp()));
    let body = crate::fixture::body_of(change.raw_bytes());
    assert_eq!(scan(&seal_packed(body, &deflated(body))), Ok(plain));
}

#[test]
fn only_change_chunks_pass() {
    let body = Body::puts(1).encode();
    assert_eq!(detail(&scan(&seal(1, &body))), "ok");
    for chunk_type in [0, 3, 4, 255] {
        assert_eq!(detail(&scan(&seal(chunk_type, &body))), "chunk_type", "{chunk_type}");
    }
    assert_eq!(detail(&scan(&case().save())), "chunk_type");
}

#[test]
fn a_chunk_is_whole_and_alone() {
    let chunk = Body::puts(1).chunk();
    for length in 0..chunk.len() {
        assert_eq!(detail(&scan(&chunk[..length])), "cut", "{length}");
    }
    assert_eq!(detail(&scan(&[&chunk[..], &[0]].concat())), "trailing");
    assert_eq!(detail(&scan(&[&chunk[..], &chunk[..]].concat())), "trailing");
    for (position, wanted) in
        [(0, "magic"), (3, "magic"), (4, "checksum"), (7, "checksum"), (chunk.len() - 1, "checksum")]
    {
        let mut bent = chunk.clone();
        bent[position] ^= 1;
        assert_eq!(detail(&scan(&bent)), wanted, "{position}");
    }
}

#[test]
fn a_plain_body_may_be_a_mebibyte_and_no_more() {
    let filling = vec![b'x'; BODY_BYTES_MAX];
    for (length, wanted) in
        [(BODY_BYTES_MAX - 1, "ok"), (BODY_BYTES_MAX, "ok"), (BODY_BYTES_MAX + 1, "chunk_bytes")]
    {
        let chunk = seal(1, &body_of_length(length, &filling));
        assert!(chunk.len() <= CHUNK_BYTES_MAX);
        assert_eq!(detail(&scan(&chunk)), wanted, "{length}");
    }
    assert_eq!(detail(&scan(&vec![0; CHUNK_BYTES_MAX])), "magic");
    assert_eq!(detail(&scan(&vec![0; CHUNK_BYTES_MAX + 1])), "chunk_bytes");
}

#[test]
fn a_packed_body_may_inflate_to_a_mebibyte_and_no_more() {
    // Four bits of chance in each byte: it packs to about half.
    let filling: Vec<u8> = Dice(1).bytes(BODY_BYTES_MAX).into_iter().map(|byte| byte & 0x0f).collect();
    for (length, wanted) in
        [(BODY_BYTES_MAX - 1, "ok"), (BODY_BYTES_MAX, "ok"), (BODY_BYTES_MAX + 1, "inflate_cap")]
    {
        let body = body_of_length(length, &filling);
        assert_eq!(detail(&scan(&seal_packed(&body, &deflated(&body)))), wanted, "{length}");
    }
}

#[test]
fn a_packed_body_may_inflate_a_hundredfold_and_no_more() {
    let filling = vec![0; BODY_BYTES_MAX];
    // An empty stored block is five bytes of packing around nothing: enough of them bring any ratio about.
    let pack = |body: &[u8], blocks: usize| [[0, 0, 0, 0xff, 0xff].repeat(blocks), deflated(body)].concat();
    let blocks = 200;
    let mut length = 100_000;
    for _ in 0..10 {
        length = INFLATE_RATIO_MAX * pack(&body_of_length(length, &filling), blocks).len();
    }
    let at = body_of_length(length, &filling);
    assert_eq!(pack(&at, blocks).len() * INFLATE_RATIO_MAX, at.len());
    assert_eq!(detail(&scan(&seal_packed(&at, &pack(&at, blocks)))), "ok");
    assert_eq!(detail(&scan(&seal_packed(&at, &pack(&at, blocks + 1)))), "ok");
    assert_eq!(detail(&scan(&seal_packed(&at, &pack(&at, blocks - 1)))), "inflate_ratio");
}

#[test]
fn a_packed_body_is_whole_and_alone() {
    let body = Body::puts(1).encode();
    let packed = deflated(&body);
    assert_eq!(detail(&scan(&seal_packed(&body, &packed))), "ok");
    assert_eq!(detail(&scan(&seal_packed(&body, &packed[..packed.len() - 1]))), "deflate");
    assert_eq!(detail(&scan(&seal_packed(&body, &[]))), "deflate");
    assert_eq!(detail(&scan(&seal_packed(&body, &[0xff; 20]))), "deflate");
    assert_eq!(detail(&scan(&seal_packed(&body, &[&packed[..], &[0]].concat()))), "trailing");
    assert_eq!(detail(&scan(&seal_packed(&body, &deflated(&Body::puts(2).encode())))), "checksum");
}

#[test]
fn dependencies_are_at_most_64_and_rise() {
    let with = |numbers: &mut dyn Iterator<Item = u8>| Body {
        deps: numbers.map(|number| ChangeHash([number; 32])).collect(),
        ..Body::puts(1)
    };
    for (count, wanted) in [(0, "ok"), (63, "ok"), (64, "ok"), (65, "deps")] {
        assert_eq!(scanned(&with(&mut (0..count))), wanted, "{count}");
    }
    assert_eq!(scanned(&with(&mut [1, 1].into_iter())), "dependencies");
    assert_eq!(scanned(&with(&mut [2, 1].into_iter())), "dependencies");
}

#[test]
fn actors_have_1_to_32_bytes() {
    for (length, wanted) in [(0, "actor_length"), (1, "ok"), (16, "ok"), (32, "ok"), (33, "actor_length")] {
        assert_eq!(scanned(&Body { actor: vec![7; length], ..Body::puts(1) }), wanted, "{length}");
        assert_eq!(
            scanned(&Body { other_actors: vec![vec![8; length]], ..Body::puts(1) }),
            wanted,
            "{length}"
        );
    }
}

#[test]
fn other_actors_are_at_most_256_and_rise() {
    let with = |numbers: &mut dyn Iterator<Item = u32>| Body {
        other_actors: numbers.map(|number| number.to_be_bytes().to_vec()).collect(),
        ..Body::puts(1)
    };
    for (count, wanted) in [(0, "ok"), (255, "ok"), (256, "ok"), (257, "other_actors")] {
        assert_eq!(scanned(&with(&mut (0..count))), wanted, "{count}");
    }
    assert_eq!(scanned(&with(&mut [1, 1].into_iter())), "actors");
    assert_eq!(scanned(&with(&mut [2, 1].into_iter())), "actors");
    assert_eq!(scanned(&Body { other_actors: vec![vec![7; 16]], ..Body::puts(1) }), "actors");
}

#[test]
fn a_message_is_at_most_256_bytes_of_text() {
    for (length, wanted) in [(0, "ok"), (255, "ok"), (256, "ok"), (257, "message")] {
        assert_eq!(scanned(&Body { message: vec![b'm'; length], ..Body::puts(1) }), wanted, "{length}");
    }
    assert_eq!(scanned(&Body { message: vec![0xff], ..Body::puts(1) }), "utf8");
}

#[test]
fn counters_begin_at_1_and_stay_in_the_lower_half_of_32_bits() {
    let last = OPERATION_COUNTER_END - 1;
    for (start_op, rows, wanted) in [
        (0, 1, "start_op"),
        (1, 1, "ok"),
        (last, 1, "ok"),
        (last - 4, 5, "ok"),
        (last - 3, 5, "op_counter"),
        (OPERATION_COUNTER_END, 1, "op_counter"),
        (u64::from(u32::MAX), 1, "op_counter"),
        (u64::MAX, 1, "op_counter"),
    ] {
        assert_eq!(scanned(&Body { start_op, ..Body::puts(rows) }), wanted, "{start_op} {rows}");
    }
    for (seq, wanted) in [
        (0, "sequence"),
        (1, "ok"),
        (last, "ok"),
        (OPERATION_COUNTER_END, "sequence"),
        (u64::MAX, "sequence"),
    ] {
        assert_eq!(scanned(&Body { seq, ..Body::puts(1) }), wanted, "{seq}");
    }
}

#[test]
fn run_lengths_add_up_to_at_most_5000_in_every_column() {
    for (rows, wanted) in
        [(OPERATIONS_MAX - 1, "ok"), (OPERATIONS_MAX, "ok"), (OPERATIONS_MAX + 1, "op_bomb")]
    {
        assert_eq!(scanned(&Body::puts(rows)), wanted, "{rows}");
    }
    let value: [(u64, &[u8]); 11] = [
        (0x01, &[0]),
        (0x02, &[1]),
        (0x11, &[0]),
        (0x13, &[0]),
        (0x15, &[0]),
        (0x42, &[1]),
        (0x56, &[0]),
        (0x70, &[0]),
        (0x71, &[0]),
        (0x73, &[0]),
        (0xa5, &[0]),
    ];
    // One column says more than the others: at the limit they merely disagree, above it the sum alone decides.
    for (spec, value) in value {
        for (rows, wanted) in [
            (OPERATIONS_MAX, "rows"),
            (OPERATIONS_MAX + 1, "op_bomb"),
            (1 << 40, "op_bomb"),
            (1 << 62, "op_bomb"),
        ] {
            let mut body = Body::puts(1);
            body.set(spec, run(rows, value));
            assert_eq!(scanned(&body), wanted, "{spec:#x} {rows}");
            body.set(spec, [run(rows - 1, value), run(1, value)].concat());
            assert_eq!(scanned(&body), wanted, "{spec:#x} {rows} in two runs");
        }
    }
    for spec in [0x01, 0x02, 0x11, 0x13, 0x15, 0xa5] {
        for rows in [OPERATIONS_MAX + 1, 1 << 40, u64::MAX] {
            let mut body = Body::puts(1);
            body.set(spec, nulls(rows));
            assert_eq!(scanned(&body), "op_bomb", "{spec:#x} {rows} nulls");
        }
    }
    for spec in [0x34, 0x94] {
        for (rows, wanted) in
            [(OPERATIONS_MAX, "rows"), (OPERATIONS_MAX + 1, "op_bomb"), (u64::MAX, "op_bomb")]
        {
            let mut body = Body::puts(1);
            body.set(spec, [unsigned(rows - 1), unsigned(1)].concat());
            assert_eq!(scanned(&body), wanted, "{spec:#x} {rows}");
        }
    }
}

#[test]
fn predecessors_add_up_to_at_most_5000() {
    for (preds, wanted) in [(OPERATIONS_MAX, "ok"), (OPERATIONS_MAX + 1, "op_bomb"), (u64::MAX, "op_bomb")] {
        let mut body = Body::puts(1);
        body.set(0x70, [vec![1], unsigned(preds)].concat());
        body.set(0x71, run(preds.min(OPERATIONS_MAX), &[0]));
        body.set(0x73, run(preds.min(OPERATIONS_MAX), &[1]));
        assert_eq!(scanned(&body), wanted, "{preds}");
    }
}

#[test]
fn keys_expand_to_at_most_a_mebibyte() {
    for (length, rows, wanted) in
        [(KEY_BYTES_EXPANDED_MAX / 4_096, 4_096, "ok"), (KEY_BYTES_EXPANDED_MAX / 4_096, 4_097, "key_bomb")]
    {
        let mut body = Body::puts(rows);
        let key = [unsigned(length), vec![b'k'; usize::try_from(length).expect("short")]].concat();
        body.set(0x15, run(rows, &key));
        assert_eq!(scanned(&body), wanted, "{length} x {rows}");
    }
}

#[test]
fn columns_are_known_plain_and_in_order() {
    let with = |columns: Vec<(u64, Vec<u8>)>| scanned(&Body { columns, ..Body::puts(1) });
    let good = Body::puts(1).columns;
    assert_eq!(with(good.clone()), "ok");
    for spec in [0x00, 0x03, 0x21, 0x43, 0x77, 0x85, 0xb0, u64::from(u32::MAX), u64::MAX] {
        let mut columns = good.clone();
        columns.push((spec, vec![1, 0]));
        assert_eq!(with(columns), "column_spec", "{spec:#x}");
    }
    for position in 0..good.len() {
        let mut packed = good.clone();
        packed[position].0 |= 8;
        assert_eq!(with(packed), "column_spec", "packed column {position}");
        let mut twice = good.clone();
        twice.insert(position, good[position].clone());
        assert_eq!(with(twice), "column_spec", "column {position} twice");
        if position > 0 {
            let mut swapped = good.clone();
            swapped.swap(position - 1, position);
            assert_eq!(with(swapped), "column_spec", "columns {position} swapped");
        }
        let mut empty = good.clone();
        empty[position].1.clear();
        assert_eq!(with(empty), "column", "column {position} empty");
    }
    let mut many = Body::puts(1);
    many.columns = vec![(0x01, vec![1, 0]); 15];
    assert_eq!(scanned(&many), "column_spec");
}

#[test]
fn columns_hold_only_what_their_type_allows() {
    let table: [(u64, &[u8], &str); 22] = [
        (0x01, &[1, 1], "actor_index"),
        (0x11, &[1, 9], "actor_index"),
        (0x02, &[1, 0x80, 0x80, 0x80, 0x80, 0x08], "reference"),
        (0x13, &[1, 0x7f], "reference"),
        (0x15, &[1, 1, 0xff], "utf8"),
        (0x15, &[1, 2, b'k'], "cut"),
        (0x34, &[0, 0, 1], "column"),
        (0x34, &[0x81, 0x00], "number"),
        (0x42, &[1, 8], "action"),
        (0x42, &[0, 1], "column"),
        (0x42, &[0, 0], "column"),
        (0x42, &[1], "cut"),
        (0x42, &[0x81, 0x00, 1], "number"),
        (0x56, &[1, 0x0a], "value_type"),
        (0x56, &[0, 1], "column"),
        (0x56, &[1, 0x17], "rows"),
        (0x57, &[0], "rows"),
        (0x70, &[0, 1], "column"),
        (0x70, &[1, 1], "rows"),
        (0x71, &[0, 1], "column"),
        (0x73, &[0, 1], "column"),
        (0x42, &[0x7e, 1], "cut"),
    ];
    for (spec, data, wanted) in table {
        let mut body = Body::puts(1);
        body.set(spec, data.to_vec());
        assert_eq!(scanned(&body), wanted, "{spec:#x} {data:x?}");
    }
    for missing in [0x34, 0x56, 0x70] {
        let mut body = Body::puts(1);
        body.columns.retain(|(spec, _)| *spec != missing);
        assert_eq!(scanned(&body), "rows", "without {missing:#x}");
    }
}

#[test]
fn every_refusal_of_the_scan_is_final() {
    let codes = |bytes: &[u8]| scan(bytes).expect_err("it is refused").code().as_str();
    assert_eq!(codes(&[]), "r_structure");
    assert_eq!(codes(&Body::puts(OPERATIONS_MAX + 1).chunk()), "r_limit");
    assert!(matches!(scan(&[]), Err(Refusal::Structure(_))));
}
