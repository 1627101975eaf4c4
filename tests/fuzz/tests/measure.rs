//! The bound on memory, in a process of its own: a test beside it would be counted too.

use std::time::Duration;

use yuandian_fuzz::measure::{Bounds, within};

#[test]
fn memory_is_held_at_its_bound() {
    let bounds = Bounds { bytes: 2 * 1024 * 1024, time: Duration::from_secs(600) };
    let hold = |bytes: usize| within(bounds, || std::hint::black_box(vec![1_u8; bytes]).len());
    assert_eq!(hold(1024 * 1024), Ok(1024 * 1024));
    assert!(hold(64 * 1024 * 1024).is_err());
}
