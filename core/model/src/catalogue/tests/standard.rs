//! What the catalogue takes from standards, and what a city says otherwise than the calendar that ships.

use std::collections::BTreeSet;

use super::*;
use crate::calendar::{DayKind, Moment};

#[test]
fn every_component_of_the_standard_has_a_class_of_its_own_and_a_matter() {
    let catalogue = Catalogue::embedded();
    let groups: BTreeSet<&str> = catalogue.groups().map(|(id, _)| id).collect();
    let mut keys = BTreeSet::new();
    for (code, class) in catalogue.components() {
        assert!(keys.insert(&class.key) && is_key(&class.key), "{code}");
        assert!(groups.contains(class.group.as_str()) && code.starts_with(&class.group), "{code}");
        let (matter, _) = catalogue.service(&format!("case.city.P{code}")).expect(code);
        assert_eq!(matter.title.zh, format!("{}异常", class.title.zh));
        assert_eq!((&matter.group, matter.standard[0].code.as_str()), (&class.group, code));
    }
    assert_eq!(keys.len(), 153);
    let matters = catalogue.services().filter(|service| service.id.0.starts_with("case.city.P")).count();
    assert_eq!(matters, 153);
    assert_eq!(catalogue.component("01037").unwrap().key, "street_light");
    assert_eq!(catalogue.component("01016"), None, "the standard leaves it out");
}

#[test]
fn every_service_says_what_it_is_mixed_up_with_or_what_to_mind() {
    let silent: Vec<_> = Catalogue::embedded().services().filter(|s| s.help.is_none()).cloned().collect();
    assert_eq!(silent, []);
}

#[test]
fn a_class_of_components_is_five_digits_with_a_key_of_its_own() {
    let component = |code: &str, says: &str| format!("{HEAD}[component]\n{code} = {{ {says} }}\n");
    let good = "key = 'lamp', group = 'g', title = { zh = 'a', en = 'a' }";
    let lines = |text: &str| lines(text).into_iter().map(|l| l.replace("f.toml: ", "")).collect::<Vec<_>>();
    assert_eq!(lines(&component("01001", good)), [""; 0]);
    assert_eq!(lines(&component("1001", good)), ["component 1001: id: a class of components is five digits"]);
    let twice = format!("{}01002 = {{ {good} }}\n", component("01001", good));
    assert_eq!(lines(&twice), ["component 01002: key: component 01001 is called so, too"]);
    let bad = "key = 'La mp', group = 'h', title = { zh = '', en = 'a' }";
    assert_eq!(
        lines(&component("01001", bad)),
        [
            "component 01001: group: no group \"h\"",
            "component 01001: key: no name: 1 to 64 of a-z, 0-9, _ and .",
            "component 01001: title.zh: a translation is missing",
        ]
    );
}

#[test]
fn a_city_adds_a_year_and_keeps_other_hours_without_a_new_app() {
    let loaded = |says: &str| {
        let text = if says.starts_with('[') { format!("{HEAD}{says}") } else { format!("{says}\n{HEAD}") };
        load(&[CatalogueFile { name: "f.toml", text: &text }])
    };
    let day = |catalogue: &Catalogue, day: &str| catalogue.calendar().day(day.parse().unwrap());
    let shipped = Catalogue::embedded();
    assert!(day(&shipped, "2028-01-03").is_err());
    let holiday = "[[calendar.year]]\nyear = 2028\nsource = 'published'\ncitation = '通知'\n\
                   [[calendar.year.holiday]]\nname = 'new_year'\nzh = '元旦'\nfrom = 2028-01-01\nto = 2028-01-03\n";
    let later = loaded(holiday).unwrap();
    assert_eq!(day(&later, "2028-01-03").unwrap(), DayKind::Holiday);
    assert_eq!(day(&later, "2026-10-08").unwrap(), day(&shipped, "2026-10-08").unwrap(), "the others stay");
    let moved = holiday.replace("2028", "2026");
    assert_eq!(
        day(&loaded(&moved).unwrap(), "2026-10-01").unwrap(),
        DayKind::Workday,
        "a year is replaced whole"
    );
    let hours = loaded("[calendar]\nwindows = [['09:00', '13:00']]\n").unwrap();
    assert_eq!(hours.calendar().windows()[0].texts(), ["09:00", "13:00"]);
    // Days that were made up for a weekend are none of another one.
    assert!(
        loaded(
            "[calendar]
weekend = ['friday']
"
        )
        .is_err()
    );
    // Four hours a day: eight end on the next.
    let start: Moment = "2026-10-12T09:00+08:00".parse().unwrap();
    let due =
        hours.calendar().due(start, "8 work_hour".parse().unwrap(), &crate::calendar::Suspensions::none());
    assert_eq!(hours.calendar().rfc3339(due.unwrap().unwrap().at), "2026-10-13T13:00:00+08:00");
    let told = |says: &str| loaded(says).unwrap_err().0.remove(0).to_string();
    assert!(told("calendar = 1").contains("calendar: a table is expected"));
    assert!(told("[calendar]\nwindows = [['13:00', '09:00']]").contains("windows are 1 to"));
    assert!(told("[calendar]\nhours = 8").contains("unknown field"));
    let both = loaded("[calendar]\nzone = 'x'\nwindows = [['13:00', '09:00']]").unwrap_err().0;
    assert_eq!(both.iter().map(|mistake| mistake.field.as_str()).collect::<Vec<_>>(), ["windows", "zone"]);
    let gap = holiday.replace("2028", "2030");
    assert!(told(&gap).contains("each the one after the last"));
    assert!(told(&holiday.repeat(2)).contains("2028"));
}
