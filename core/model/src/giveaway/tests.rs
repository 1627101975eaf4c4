//! Cases of every kind with the exact places, limits, and what must hold for any text; lists of whole requests are in `tests/giveaway.rs`.

use super::*;
use crate::limits;
use crate::seeded::Random;

/// What is found, as the words of the text.
fn found(text: &str) -> Vec<(GiveawayKind, String)> {
    let part = |g: &Giveaway| text.chars().skip(g.start).take(g.end - g.start).collect();
    giveaways(text).iter().map(|giveaway| (giveaway.kind, part(giveaway))).collect()
}

/// Each text with its one part of this kind and nothing else; none where a text is clean.
fn assert_each(kind: GiveawayKind, cases: &[(&str, &str)]) {
    for (text, part) in cases {
        let wanted = if part.is_empty() { vec![] } else { vec![(kind, (*part).to_owned())] };
        assert_eq!(found(text), wanted, "{text}");
    }
}

#[test]
fn the_embedded_lexicon_is_without_a_mistake() {
    let text = include_str!("../../data/giveaway.toml");
    assert_eq!(Lexicon::parse(text).map(drop), Ok(()));
}

#[test]
fn telephone_numbers_and_names_in_chats() {
    let cases = [
        ("找我13812345678吧", "13812345678"),
        ("找我 138 1234-5678。", "138 1234-5678"),
        ("找我１３８１２３４５６７８", "１３８１２３４５６７８"),
        ("找我1️⃣3️⃣8️⃣12345678", "1️⃣3️⃣8️⃣12345678"),
        ("打一三八一二三四五六七八", "一三八一二三四五六七八"),
        ("打幺三八，一二三四，五六七八哈", "幺三八，一二三四，五六七八"),
        ("+8613812345678", "8613812345678"),
        ("0086 138 1234 5678", "0086 138 1234 5678"),
        ("(0371)12345678", "0371)12345678"),
        ("0371-1234567", "0371-1234567"),
        ("010 12345678", "010 12345678"),
        ("400-123-4567", "400-123-4567"),
        ("8001234567", "8001234567"),
        ("座机号码是12345678", "12345678"),
        ("座机1234567", "1234567"),
        ("加我微信：abc_12345，谢谢", "微信：abc_12345"),
        ("加Ｖ lao-wang", "加Ｖ lao-wang"),
        ("QQ号 12345", "QQ号 12345"),
        // One digit less, one more.
        ("找我1381234567", ""),
        ("找我138123456789", ""),
        ("0371-123456", ""),
        ("0371-123456789", ""),
        ("010 1234567", ""),
        ("400-123-456", ""),
        ("座机123456", ""),
        ("座机123456789", ""),
        ("微信abcd", ""),
        ("微信abcdefghij0123456789", "微信abcdefghij0123456789"),
        ("微信abcdefghij01234567890", ""),
        // Other numbers.
        ("12812345678", ""),
        ("12345678", ""),
        ("单号13812345678", ""),
        ("户号037112345678", ""),
        ("13,14,15,16,17,8", ""),
        ("拨打12345，或者120", ""),
        ("微信支付35元，微信群", ""),
        ("138****5678", ""),
        ("2026-01-31 08:30", ""),
    ];
    assert_each(GiveawayKind::Phone, &cases);
}

#[test]
fn numbers_of_identity_cards() {
    let cases = [
        ("证号410105195603120004。", "410105195603120004"),
        ("证号41010219480921000X。", "41010219480921000X"),
        ("证号410105 19560312 000 x", "410105 19560312 000 x"),
        ("四一零一零五一九五六零三一二零零零四", "四一零一零五一九五六零三一二零零零四"),
        ("老证410105560312000", "410105560312000"),
        ("41010519560312000", ""),
        ("4101051956031200044", ""),
        ("41010556031200", ""),
        ("4101055603120001", ""),
        // No province, no century, no month, no day.
        ("990105195603120004", ""),
        ("410105185603120004", ""),
        ("410105195613120004", ""),
        ("410105195603320004", ""),
        ("410105195600120004", ""),
        ("410105195603000004", ""),
        ("订单202603121234567890", ""),
    ];
    assert_each(GiveawayKind::IdNumber, &cases);
}

#[test]
fn number_plates() {
    let cases = [
        ("豫A12345挪车", "豫A12345"),
        ("豫Ａ·１２３４５", "豫Ａ·１２３４５"),
        ("豫a 66k88，白色", "豫a 66k88"),
        ("豫AD12345", "豫AD12345"),
        ("豫A-12345F", "豫A-12345F"),
        ("豫A幺二三四五", "豫A幺二三四五"),
        ("豫A1234学", "豫A1234学"),
        ("车牌号是A·12345", "车牌号是A·12345"),
        ("豫A12345 6点走", "豫A12345"),
        ("豫A1234", ""),
        ("豫A123456", ""),
        ("豫A1234567", ""),
        ("豫I12345", ""),
        ("豫AABCD1", ""),
        ("新A4纸，维生素B12，新iPhone8", ""),
    ];
    assert_each(GiveawayKind::Plate, &cases);
}

#[test]
fn doors() {
    let cases = [
        ("送到3号楼2单元501门口", "3号楼2单元501"),
        ("３ 号楼 ２ 单元", "３ 号楼 ２ 单元"),
        ("五号楼三单元", "五号楼三单元"),
        ("我在3-2-501等", "3-2-501"),
        ("三杠二杠五零一", "三杠二杠五零一"),
        ("4-302", "4-302"),
        ("501室漏水", "501室"),
        ("十二楼东户", "十二楼东户"),
        ("顶楼的西户", "顶楼的西户"),
        ("5楼502没电", "5楼502"),
        ("A栋1502", "A栋1502"),
        ("B座2103", "B座2103"),
        ("12#1-801", "12#1-801"),
        ("门牌号是56", "门牌号是56"),
        ("房号：1204", "房号：1204"),
        ("黄河路129号", "129号"),
        ("健康路21号院3号楼", "21号院3号楼"),
        ("我住302，门没声", "住302"),
        ("医院家属院5号楼", "5号楼"),
        ("3号楼2门502", "3号楼2门502"),
        // A flat has three or four digits.
        ("50室", ""),
        ("50123室", ""),
        ("3-2-50", ""),
        ("3-2-50101", ""),
        ("3-2-500", ""),
        ("3-2-520", "3-2-520"),
        ("3-2-521", ""),
        ("3-512", "3-512"),
        ("3-513", ""),
        // A bare storey, a public place, and what else has a number.
        ("六楼没电梯", ""),
        ("2号线地铁站3号门，5号窗口", ""),
        ("门诊三楼，住院部5号楼12层", ""),
        ("18路公交，二七路", ""),
        ("5座的车，一栋楼都停水，这3栋楼", ""),
        ("语文第五单元，数学三单元测试卷", ""),
        ("取件码3-2-501，货架3-2-1105", ""),
        ("三室一厅，教室307", ""),
        ("2026-3-1201，3-2-501-9", ""),
        ("B-3-2-501", "3-2-501"),
        ("路5号线", ""),
    ];
    assert_each(GiveawayKind::Door, &cases);
}

#[test]
fn nobody_at_home_or_somebody_alone() {
    let cases = [
        ("家里没人，放门口", "家里没人"),
        ("家里 只有老人", "家里 只有老人"),
        ("我出差一周", "出差"),
        ("我妈独居", "独居"),
        ("孩子一个人在家", "孩子一个人在家"),
        ("晚上不在家", "不在家"),
        ("爸妈身边没人", "爸妈身边没人"),
        ("儿女都在外地", "儿女都在外地"),
        // A gap of five characters and one of six, and none over a comma.
        ("家里一二三四五没人", "家里一二三四五没人"),
        ("家里一二三四五六没人", ""),
        ("家里挺好，没人", ""),
        ("家里没人会修电脑", ""),
        ("一个人搬不动", ""),
        ("一个人去医院", ""),
        ("家里只有一把椅子", ""),
        ("给独居老人送饭", ""),
        ("出差用的箱子", ""),
    ];
    assert_each(GiveawayKind::Absence, &cases);
}

#[test]
fn how_to_get_in() {
    let cases = [
        ("门锁密码123456进来", "门锁密码123456进"),
        ("钥匙在门垫下", "钥匙在门垫下"),
        ("钥匙放在鞋柜里", "钥匙放在鞋柜里"),
        ("大门没锁", "大门没锁"),
        ("钥匙断在锁里了", ""),
        ("钥匙丢了，配两把", ""),
        ("门锁密码忘了", ""),
        ("手机密码1234", ""),
        ("冰箱门没关好", ""),
    ];
    assert_each(GiveawayKind::Access, &cases);
}

#[test]
fn several_kinds_stand_in_the_order_of_the_text() {
    let text = "我出差三天，3号楼2单元501，钥匙在门垫下，打13812345678";
    let kinds: Vec<GiveawayKind> = giveaways(text).iter().map(|giveaway| giveaway.kind).collect();
    use GiveawayKind::{Absence, Access, Door, Phone};
    assert_eq!(kinds, [Absence, Door, Access, Phone]);
    let last = giveaways(text).pop().map(|giveaway| (giveaway.start, giveaway.end));
    assert_eq!(last, Some((text.chars().count() - 11, text.chars().count())));
}

/// Ordered, within the text, apart for each kind.
fn assert_sound(text: &str) {
    let found = giveaways(text);
    assert!(found.is_sorted(), "{text}");
    let chars = text.chars().count();
    for kind in GiveawayKind::ALL {
        let of_kind: Vec<&Giveaway> = found.iter().filter(|giveaway| giveaway.kind == kind).collect();
        assert!(of_kind.iter().all(|g| g.start < g.end && g.end <= chars), "{text}");
        assert!(of_kind.windows(2).all(|pair| pair[0].end <= pair[1].start), "{text}");
    }
}

/// Characters of which texts are drawn that nearly say something.
const LETTERS: &str = "0123456789一二三十幺两零xXaAvVqQ豫AD-·. ，。\n号楼单元栋室座户门牌路院家里屋没人只有就老我妈孩子一个在住\
     出差天钥匙密码锁放垫微信电话独居自己会修不😀\u{fe0f}\u{200b}＃#（）";

#[test]
fn any_text_is_read_the_same_in_full_width_and_capitals() {
    let letters: Vec<char> = LETTERS.chars().collect();
    let mut random = Random::new(7);
    for _ in 0..20_000 {
        let chars = random.below(40);
        let draw =
            |random: &mut Random| letters[usize::try_from(random.below(letters.len() as u64)).unwrap()];
        let text: String = (0..chars).map(|_| draw(&mut random)).collect();
        assert_sound(&text);
        let wide = |char: char| match char {
            ' ' => '\u{3000}',
            '!'..='~' => char::from_u32(u32::from(char) + 0xFEE0).unwrap(),
            other => other,
        };
        assert_eq!(giveaways(&text.chars().map(wide).collect::<String>()), giveaways(&text), "{text}");
        assert_eq!(giveaways(&text.to_ascii_uppercase()), giveaways(&text), "{text}");
    }
    for text in ["", " ", "\n", "\u{0}", "\u{200b}", "1", "号楼", "豫", "豫A", "微信", "密码", "~", "<home>"]
    {
        assert_sound(text);
        assert_eq!(giveaways(text), [], "{text}");
    }
}

#[test]
fn hostile_texts_come_to_an_end() {
    let parts = [
        "1",
        "1 ",
        "1-",
        "3-2-501",
        "一",
        "1,",
        "老人",
        "老人一个人",
        "家里",
        "家里只有",
        "微信",
        "微信-",
        "vx",
        "加v",
        "a",
        "豫a",
        "豫a1",
        "钥匙",
        "钥匙放",
        "门密码1",
        "号楼",
        "3号楼",
        "住",
        "路1号",
        "十",
        "\u{200b}",
        "电话号",
        "86",
        "我妈在家一个人",
    ];
    for part in parts {
        let text: String = part.chars().cycle().take(200_000).collect();
        assert_sound(&text);
    }
}

/// A lexicon with one list or phrase otherwise.
fn with(table: &str, old: &str, new: &str) -> Result<(), LexiconError> {
    let text = include_str!("../../data/giveaway.toml");
    let (before, behind) = text.split_once(table).unwrap();
    assert!(behind.contains(old), "{old}");
    Lexicon::parse(&format!("{before}{table}{}", behind.replacen(old, new, 1))).map(drop)
}

#[test]
fn a_lexicon_is_held_to_its_limits() {
    let list = |count: usize| (0..count).map(|n| format!("\"w{n}\"")).collect::<Vec<_>>().join(", ");
    let uses = "uses = [\"挂\", \"学\", \"警\", \"港\", \"澳\", \"使\", \"领\"]";
    let said = |words: &str| with("[plate]", uses, &format!("uses = [{words}]"));
    let bad_list = Err(LexiconError::List { list: "plate.uses".to_owned() });
    assert_eq!(said(&list(0)), bad_list);
    assert_eq!(said(&list(1)), Ok(()));
    assert_eq!(said(&list(limits::GIVEAWAY_WORDS_MAX)), Ok(()));
    assert_eq!(said(&list(limits::GIVEAWAY_WORDS_MAX + 1)), bad_list);
    let word = |chars: usize| format!("\"{}\"", "字".repeat(chars));
    assert_eq!(said(&word(0)), bad_list);
    assert_eq!(said(&word(limits::GIVEAWAY_WORD_CHARS_MAX)), Ok(()));
    assert_eq!(said(&word(limits::GIVEAWAY_WORD_CHARS_MAX + 1)), bad_list);
    assert_eq!(said("\"挂\", \"挂\""), bad_list, "twice");

    let phrase = |text: &str| with("[absence]", "\"家没人\"", &format!("\"{text}\""));
    let bad = |text: &str, fault| Err(LexiconError::Phrase { phrase: text.to_owned(), fault });
    let gap = |chars: usize| format!("家~{chars}人");
    assert_eq!(phrase(&gap(limits::GIVEAWAY_GAP_CHARS_MAX)), Ok(()));
    for chars in [0, limits::GIVEAWAY_GAP_CHARS_MAX + 1] {
        assert_eq!(phrase(&gap(chars)), bad(&gap(chars), "a gap that is empty or too long"));
    }
    let parts = |count: usize| vec!["家"; count].join("~1");
    assert_eq!(phrase(&parts(limits::GIVEAWAY_PARTS_MAX)), Ok(()));
    let many = parts(limits::GIVEAWAY_PARTS_MAX + 1);
    assert_eq!(phrase(&many), bad(&many, "too many parts"));
    let long = "家".repeat(limits::GIVEAWAY_WORD_CHARS_MAX + 1);
    assert_eq!(phrase(&long), bad(&long, "a word that is empty or too long"));
    assert_eq!(phrase(""), bad("", "an empty phrase"));
    assert_eq!(phrase(" "), bad(" ", "a word that is empty or too long"));
    assert_eq!(phrase("家~人"), bad("家~人", "after ~ comes a number"));
    for text in ["~1人", "家~1", "家~1~1人"] {
        assert_eq!(phrase(text), bad(text, "a gap stands between two words"));
    }
    assert_eq!(phrase("<home"), bad("<home", "< without >"));
    assert_eq!(phrase("<nowhere>"), bad("<nowhere>", "a class that no list names"));
    let unread = with("[plate]", "uses", "unread = [\"x\"]\nuses");
    assert_eq!(unread, Err(LexiconError::List { list: "plate.unread".to_owned() }));
    assert!(matches!(with("[plate]", "uses = [", "uses = "), Err(LexiconError::Text(_))));
}
