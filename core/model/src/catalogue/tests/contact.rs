//! Whom people call, and what is said of somebody whom nobody could call.

use super::*;

fn contact(id: &str, grid: &str, telephone: &str) -> String {
    format!(
        "[contact.{id}]\ngrid = '{grid}'\ncalls = 'community'\ntitle = {{ zh = '{id}', en = '{id}' }}\ntelephone = '{telephone}'\n"
    )
}

#[test]
fn the_contact_of_the_smallest_division_around_answers() {
    let text = format!(
        "version = 1\n{}{}{}",
        contact("city", "4101", "12345"),
        contact("street", "410102001", "0371-1234"),
        contact("community", "410102001002", "+86-371-5678")
    );
    let catalogue = load(&[CatalogueFile { name: "f.toml", text: &text }]).unwrap();
    let called = |catalogue: &Catalogue, grid: &str| {
        let found = catalogue.contact(Calls::Community, &grid.parse().unwrap());
        found.map(|contact| (contact.title.zh.clone(), contact.telephone.clone()))
    };
    let named = |grid: &str| called(&catalogue, grid).map(|(name, _)| name);
    for (grid, name) in [
        ("41010200100200307", "community"),
        ("410102001002", "community"),
        ("410102001003", "street"),
        ("410102001", "street"),
        ("410102", "city"),
        ("4101", "city"),
    ] {
        assert_eq!(named(grid).as_deref(), Some(name), "{grid}");
    }
    assert_eq!(named("4102"), None, "another city");
    let shipped = called(&Catalogue::embedded(), "410102001002").unwrap();
    assert_eq!(shipped, ("郑州市12345政务服务便民热线".to_owned(), "12345".to_owned()));
    let without = load(&[CatalogueFile { name: "f.toml", text: "version = 1" }]).unwrap();
    assert_eq!(called(&without, "410102001"), None, "a city that names nobody is no mistake");
}

#[test]
fn a_contact_that_nobody_could_call_is_told() {
    let good = contact("a", "4101", "12345");
    let cases = [
        (contact("a", "41", "12345"), "contact a", "grid", "not a division code"),
        (contact("a", "4101", "12"), "contact a", "telephone", "cannot be dialled"),
        (contact("a", "4101", "0371 1234"), "contact a", "telephone", "cannot be dialled"),
        (contact("a", "4101", &"1".repeat(21)), "contact a", "telephone", "20 letters at most"),
        (good.replace("community", "police"), "contact a", "calls", "unknown variant"),
        (good.replace("zh = 'a'", "zh = ' '"), "contact a", "title.zh", "translation"),
        (format!("{good}{}", contact("b", "4101", "12345")), "contact b", "grid", "contact a is called"),
    ];
    for (text, row, field, reason) in cases {
        let found = mistakes(&format!("version = 1\n{text}"));
        let named = |m: &Mistake| m.row == row && m.field == field && m.reason.contains(reason);
        assert!(found.len() == 1 && found.iter().any(named), "{row}, {field}, {reason}: {found:#?}");
    }
    for telephone in ["110", &"1".repeat(20)] {
        assert_eq!(mistakes(&format!("version = 1\n{}", contact("a", "4101", telephone))), []);
    }
}
