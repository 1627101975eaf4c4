use super::*;

const HEAD: &str = "# register: component\n# grid: 410102001002003\n# version: 4\n# valid_from: 2026-07-01\n";
const COLUMNS: &str = "GLBJBSM,GLBJMC,ZGBMDM,ZGBMMC,SZDYWGBSM,GLBJZT,CSRQ,BGRQ,SZJDDM,SZSQDM,lng,lat,BZ\n";

fn row(number: usize, name: &str, lng: f64) -> String {
    format!(
        "41010201001{number:06},{name},91350100M000100Y43,市政管理处,410102001002003,完好,20240131,,410102001,410102001002,{lng},34.752,\n"
    )
}

fn good() -> String {
    let names = ["供水井盖", "污水井盖", "路灯", "供水井盖(东)"];
    let rows: Vec<String> = names
        .iter()
        .enumerate()
        .map(|(i, name)| row(i + 1, name, 113.61 + 0.0001 * f64::from(u8::try_from(i).unwrap())))
        .collect();
    format!("{HEAD}{COLUMNS}{}", rows.concat())
}

fn faults(text: &str) -> Vec<(u64, String)> {
    let errors = Register::<Component>::parse(text).err().unwrap_or_default();
    errors.into_iter().map(|error| (error.line, error.field.unwrap_or_default())).collect()
}

#[test]
fn a_register_is_found_by_code_name_and_nearness() {
    let register = Register::<Component>::parse(&good()).unwrap();
    assert_eq!((register.header().version, register.rows().len()), (4, 4));
    let ids = |rows: Vec<&Component>| rows.iter().map(|row| row.id.sequence().to_owned()).collect::<Vec<_>>();
    assert_eq!(register.get("41010201001000003").unwrap().name, "路灯");
    assert!(register.get("4101020100100000").is_none());
    assert_eq!(ids(register.by_prefix("41010201001", 3)), ["000001", "000002", "000003"]);
    assert!(register.by_prefix("410103", 3).is_empty());
    assert_eq!(ids(register.by_name("井盖", 10)), ["000001", "000002", "000004"]);
    assert_eq!(ids(register.by_name(" 供水 ", 1)), ["000001"]);
    assert!(register.by_name("井", 10).is_empty());
    let here = Wgs84::new(113.610_11, 34.752).unwrap();
    let near = register.near(here, 20.0, 10);
    let found: Vec<(String, f64)> =
        near.iter().map(|(row, m)| (row.id.sequence().to_owned(), m.round())).collect();
    assert_eq!(
        found,
        [
            ("000002".to_owned(), 1.0),
            ("000003".to_owned(), 8.0),
            ("000001".to_owned(), 10.0),
            ("000004".to_owned(), 17.0)
        ]
    );
    assert_eq!(register.near(here, 20.0, 1).len(), 1);
    assert_eq!(register.near(here, 9.0, 10).len(), 2);
    for radius in [-1.0, f64::NAN] {
        assert!(register.near(here, radius, 10).is_empty());
    }
    assert!(register.near(here, 20.0, 0).is_empty());
}

#[test]
fn each_field_has_its_rule() {
    let line = |from: &str, to: &str| {
        let text = good();
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    };
    let cases = [
        ("41010201001000001", "", "GLBJBSM"),
        ("41010201001000001", "4101020101000001", "GLBJBSM"),
        ("供水井盖,", ",", "GLBJMC"),
        ("供水井盖,", &format!("{},", "盖".repeat(31)), "GLBJMC"),
        ("91350100M000100Y43", "91350100M000100Y44", "ZGBMDM"),
        ("91350100M000100Y43", "", "ZGBMDM"),
        ("市政管理处", "", "ZGBMMC"),
        ("410102001002003,完好", "410102001002,完好", "SZDYWGBSM"),
        ("410102001002003,完好", "410102001009003,完好", "SZDYWGBSM"),
        ("完好", "很好", "GLBJZT"),
        ("完好", "", "GLBJZT"),
        ("完好", "破损", "BGRQ"),
        ("20240131,", ",", "CSRQ"),
        ("20240131,", "2024-01-31,", "CSRQ"),
        ("20240131,,", "20240131,20240130,", "BGRQ"),
        ("20240131,,", "20240131,20240230,", "BGRQ"),
        (",410102001,", ",410102,", "SZJDDM"),
        (",410102001,", ",410102002,", "SZJDDM"),
        (",410102001002,", ",410102001003,", "SZSQDM"),
        ("113.61,", ",", "lng"),
        ("113.61,", "nan,", "lng"),
        ("34.752", "x", "lat"),
        ("34.752", "91", "lng"),
        ("34.752,", &format!("34.752,{}", "注".repeat(1_001)), "BZ"),
    ];
    for (from, to, field) in cases {
        let found = faults(&line(from, to));
        // What a wrong cell says about street and community is reported, too.
        assert!(found.iter().any(|(line, f)| (*line, f.as_str()) == (6, field)), "{to}: {found:?}");
        assert!(found.iter().all(|(line, _)| *line == 6), "{to}: {found:?}");
    }
    assert!(faults(&line("34.752,", &format!("34.752,{}", "注".repeat(1_000)))).is_empty());
    assert!(faults(&line("完好,20240131,,", "破损,20240131,20250101,")).is_empty());
}

#[test]
fn every_mistake_is_reported_at_once() {
    let text = good().replacen("供水井盖,", ",", 1).replacen("完好", "?", 2);
    let text = format!("{text}{}短行\n", row(2, "重复", 113.61));
    let expected = [(6, "GLBJMC"), (6, "GLBJZT"), (7, "GLBJZT"), (11, "")];
    let found = faults(&text);
    let found: Vec<(u64, &str)> = found.iter().map(|(line, field)| (*line, field.as_str())).collect();
    assert_eq!(found, expected);
    let twice = format!("{}{}", good(), row(2, "重复", 113.61));
    assert_eq!(faults(&twice), [(10, "GLBJBSM".to_owned())]);
}

#[test]
fn a_register_says_what_it_is() {
    let fields = |text: &str| faults(text).into_iter().map(|(_, field)| field).collect::<Vec<_>>();
    assert_eq!(fields(""), ["register", "grid", "version", "valid_from"]);
    assert_eq!(fields(&good().replace("# register: component", "# register: building")), ["register"]);
    assert_eq!(fields(&good().replace("version: 4", "version: 0")), ["version"]);
    assert_eq!(fields(&good().replace("grid: 410102001002003", "grid: 41")), ["grid"]);
    assert_eq!(fields(&good().replace("2026-07-01", "2026-7-1")), ["valid_from"]);
    assert_eq!(fields(&good().replace("# grid:", "# version:")), ["version"]);
    assert_eq!(fields(&good().replace("# grid: 410102001002003", "# no key")), [""]);
    assert_eq!(fields(HEAD), Component::COLUMNS);
    assert_eq!(fields(&good().replace("GLBJMC", "NAME")), ["NAME", "GLBJMC"]);
    assert_eq!(fields(&good().replace("SZJDDM", "GLBJMC")), ["GLBJMC"]);
    let empty = Register::<Component>::parse(&format!("{HEAD}{COLUMNS}")).unwrap();
    assert!(empty.rows().is_empty());
    assert!(empty.near(Wgs84::new(113.61, 34.752).unwrap(), 1e9, 5).is_empty());
    assert!(Register::<Component>::parse(&format!("\u{feff}{}", good()).replace('\n', "\r\n")).is_ok());
}

#[test]
fn buildings_are_found_by_their_other_names() {
    let head = HEAD.replace("component", "building");
    let text = format!(
        "{head}id,name,alias,community,grid,lng,lat,floors,units\n\
         B-1,3号楼,互助路5号|纺织厂家属院3号楼,410102001002,41010200100200301,113.61,34.752,6,48\n\
         B-2,4号楼,,410102001002,410102001002003,113.611,34.752,,\n"
    );
    let register = Register::<Building>::parse(&text).unwrap();
    assert_eq!(register.by_name("家属院", 5)[0].id, "B-1");
    assert_eq!(register.get("B-1").unwrap().units, Some(48));
    assert_eq!(register.rows()[1].floors, None);
    for (from, to, field) in [
        ("B-1", "B 1", "id"),
        ("3号楼,", ",", "name"),
        (",410102001002,", ",410102001,", "community"),
        ("41010200100200301", "41010200100300301", "grid"),
        ("41010200100200301", "410102001002", "grid"),
        ("410102001002003,", "41010200100200A,", "grid"),
        (",6,48", ",-6,48", "floors"),
        (",6,48", ",201,48", "floors"),
        (",6,48", ",6,10001", "units"),
        ("B-2", "B-1", "id"),
    ] {
        let errors = Register::<Building>::parse(&text.replacen(from, to, 1)).unwrap_err();
        assert_eq!(errors[0].field.as_deref(), Some(field), "{to}: {errors:?}");
    }
}

#[test]
fn noise_is_refused_and_never_panics() {
    let mut random = crate::seeded::Random::new(5);
    let text = good();
    let bits = ["#", "\n", ",", "\"", "网", "1e999", "-", "nan", "\u{0}", ""];
    let starts: Vec<usize> = text.char_indices().map(|(index, _)| index).collect();
    for _ in 0..5_000 {
        let mut any = |n: usize| usize::try_from(random.below(n as u64)).unwrap();
        let (from, bit) = (any(starts.len()), any(bits.len()));
        let to = (from + any(6)).min(starts.len() - 1);
        let mutant = format!("{}{}{}", &text[..starts[from.min(to)]], bits[bit], &text[starts[to]..]);
        let _ = Register::<Component>::parse(&mutant);
        let _ = Register::<Building>::parse(&mutant);
    }
}

#[test]
fn a_register_of_a_micro_grid_holds_what_stands_in_the_grid_around_it() {
    let head = HEAD.replace("component", "building").replace("003\n", "00301\n");
    let text = |grid: &str| {
        format!("{head}id,name,community,grid,lng,lat\nB-1,3号楼,410102001002,{grid},113.61,34.752\n")
    };
    let read = |grid: &str| Register::<Building>::parse(&text(grid)).map_err(|errors| errors[0].to_string());
    assert!(read("41010200100200301").is_ok());
    assert!(read("410102001002003").is_ok(), "which of its micro-grids is not said");
    let elsewhere = "410102001002004 does not lie in 41010200100200301";
    assert_eq!(read("410102001002004").unwrap_err(), format!("line 6, grid: {elsewhere}"));
}

#[test]
fn a_mistake_is_told_with_its_line_and_its_field_if_it_has_one() {
    let told = |text: &str| {
        let errors = Register::<Component>::parse(text).unwrap_err();
        errors.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(told("# no key"), ["line 1: a header line `# key: value` expected"]);
    assert_eq!(told(&good().replacen("供水井盖,", ",", 1)), ["line 6, GLBJMC: is missing"]);
    let short = format!("{}短行\n", good());
    assert_eq!(told(&short), ["line 10: not a row of the table: 1 fields, 13 columns"]);
}

#[test]
fn after_so_many_mistakes_nothing_more_is_read() {
    let found = |rows: usize| {
        let text = format!("{HEAD}{COLUMNS}{}", "短行\n".repeat(rows));
        let errors = Register::<Component>::parse(&text).unwrap_err();
        let last = errors.last().unwrap().fault.to_string();
        (errors.len(), last.starts_with("more than"))
    };
    let most = REGISTER_ERRORS_MAX;
    assert_eq!(
        [found(most), found(most + 1), found(most + 9)],
        [(most, false), (most + 1, true), (most + 1, true)]
    );
    let columns: Vec<String> = (0..=most).map(|n| format!("c{n}")).collect();
    let errors = Register::<Component>::parse(&format!("{HEAD}{}\n", columns.join(","))).unwrap_err();
    assert_eq!(errors.len(), most);
}

#[test]
fn a_file_that_is_too_long_is_not_read_at_all() {
    let fault = |text: &str| Register::<Component>::parse(text).unwrap_err()[0].fault.to_string();
    let bytes = format!("more than {REGISTER_BYTES_MAX} bytes");
    assert_eq!(fault(&"#".repeat(REGISTER_BYTES_MAX + 1)), bytes);
    assert_ne!(fault(&"#".repeat(REGISTER_BYTES_MAX)), bytes);
    let rows: String = (0..=REGISTER_ROWS_MAX).map(|n| row(n, "井", 113.61)).collect();
    assert_eq!(fault(&format!("{HEAD}{COLUMNS}{rows}")), format!("more than {REGISTER_ROWS_MAX} rows"));
}
