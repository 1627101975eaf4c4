//! What was typed on a screen and not sent.

use std::collections::BTreeMap;

use yuandian_device::{DeviceError, limits};
use yuandian_model::Role;

use crate::home::Home;
use crate::plain_people;

const NOTE: &str = "灯杆编号十二";

fn fields(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

#[test]
fn it_waits_for_whoever_comes_back_before_anybody_has_signed_in_and_after_a_kill() {
    let home = Home::new(1);
    let mut phone = home.open();
    let typed = fields(&[("note", NOTE), ("step", "")]);
    phone.keep_typed("case:1", &typed).unwrap();
    phone.keep_typed("case:2", &fields(&[("note", "另一件")])).unwrap();
    drop(phone);
    let mut phone = home.open();
    assert_eq!(phone.typed("case:1").unwrap(), typed);
    phone.keep_typed("case:1", &fields(&[("note", "换了")])).unwrap();
    assert_eq!(phone.typed("case:1").unwrap(), fields(&[("note", "换了")]), "in place of what was there");
    phone.keep_typed("case:1", &BTreeMap::new()).unwrap();
    assert_eq!(phone.typed("case:1").unwrap(), BTreeMap::new());
    assert_eq!(phone.typed("case:2").unwrap(), fields(&[("note", "另一件")]));
}

#[test]
fn what_is_too_much_is_said_and_leaves_what_was_kept() {
    let home = Home::new(1);
    let mut phone = home.open();
    phone.keep_typed("case:1", &fields(&[("note", NOTE)])).unwrap();
    let long = "字".repeat(limits::TYPED_CHARS_MAX);
    let wrong = |answer: Result<(), DeviceError>| match answer {
        Err(DeviceError::Invalid { field, .. }) => field,
        other => panic!("{other:?}"),
    };
    assert_eq!(wrong(phone.keep_typed("case:1", &fields(&[("note", &long)]))), "fields");
    assert_eq!(wrong(phone.keep_typed("", &fields(&[]))), "place");
    assert_eq!(
        wrong(phone.keep_typed(&"x".repeat(limits::TYPED_PLACE_CHARS_MAX + 1), &fields(&[]))),
        "place"
    );
    assert_eq!(phone.typed("case:1").unwrap(), fields(&[("note", NOTE)]));
    phone.keep_typed("case:1", &fields(&[("", &long)])).unwrap();
}

#[test]
fn of_too_many_screens_the_one_that_waited_longest_goes_and_never_the_last() {
    let home = Home::new(1);
    let mut phone = home.open();
    let most = i64::from(limits::TYPED_PLACES_MAX);
    for n in 0..=most {
        // The last is typed on a clock that was set back.
        home.clock.advance(if n == most { -1_000_000 } else { 1 });
        phone.keep_typed(&format!("case:{n}"), &fields(&[("note", NOTE)])).unwrap();
    }
    assert_eq!(phone.typed("case:0").unwrap(), BTreeMap::new());
    assert_eq!(phone.typed("case:1").unwrap(), fields(&[("note", NOTE)]));
    assert_eq!(phone.typed(&format!("case:{most}")).unwrap(), fields(&[("note", NOTE)]));
}

#[test]
fn it_is_the_persons_own_and_goes_with_them() {
    let (_referee, [home], [mut phone]) = plain_people::<1>(Role::Resident);
    phone.keep_typed("case:1", &fields(&[("note", NOTE)])).unwrap();
    assert_eq!(phone.own_data().unwrap()["typed"]["case:1"]["note"], NOTE);
    assert!(home.on_disk(NOTE));
    phone.forget_me().unwrap();
    assert_eq!(phone.typed("case:1").unwrap(), BTreeMap::new());
    assert!(!home.on_disk(NOTE), "the row, and the log");
}
