//! The grammar of filing numbers against strings collected from public pages.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use icpctl::filing::number::{
    Found, Number, NumberError, Refusal, ServiceKind, ServiceNumber, SubjectNumber, Warning, find,
};
use icpctl::filing::province::Province;
use proptest::prelude::*;

struct Row {
    raw: &'static str,
    kind: &'static str,
    canonical: &'static str,
    service_kind: Option<&'static str>,
}

fn rows() -> Vec<Row> {
    include_str!("data/filing-numbers.tsv")
        .lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<_> = line.split('\t').collect();
            Row {
                raw: cells[0],
                kind: cells[1],
                canonical: cells[2],
                service_kind: Some(cells[3]).filter(|kind| !matches!(*kind, "-" | "")),
            }
        })
        .collect()
}

fn canonicals(text: &str) -> Vec<String> {
    find(text)
        .found
        .iter()
        .map(|found| found.number.to_string())
        .collect()
}

#[test]
fn every_collected_number_is_read() {
    let rows = rows();
    assert_eq!(rows.len(), 350);
    let mut wrong = Vec::new();
    for row in rows.iter().filter(|row| !row.canonical.is_empty()) {
        let seen = |number: &Number| {
            (
                number.kind().name(),
                number.to_string(),
                number.service_kind().map(ServiceKind::name),
            )
        };
        let expected = (row.kind, row.canonical.to_owned(), row.service_kind);
        let in_text = find(row.raw);
        match in_text.found.as_slice() {
            [Found { number, .. }] if seen(number) == expected && in_text.rejected.is_empty() => {}
            _ => wrong.push(format!("find {}: {in_text:?}", row.raw)),
        }
        match Number::parse(row.raw) {
            Ok(parsed) if seen(&parsed.number) == expected => {}
            other => wrong.push(format!("parse {}: {other:?}", row.raw)),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_collected_failure_is_refused_with_a_reason() {
    let mut wrong = Vec::new();
    for row in rows().iter().filter(|row| row.canonical.is_empty()) {
        let in_text = find(row.raw);
        if !in_text.found.is_empty() || in_text.rejected.is_empty() {
            wrong.push(format!("find {}: {in_text:?}", row.raw));
        }
        match Number::parse(row.raw) {
            Err(NumberError::Refused { .. }) => {}
            other => wrong.push(format!("parse {}: {other:?}", row.raw)),
        }
        for rejected in in_text.rejected {
            let text = rejected.reason.message();
            assert!(!text.zh.is_empty() && !text.en.is_empty());
            assert_eq!(&row.raw[rejected.at], rejected.raw);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn numbers_are_found_among_other_words() {
    for (text, expected) in [
        (
            "版权所有 京ICP备14166285号-1 京公网安备 11010835340841号",
            vec!["京ICP备14166285号-1", "京公网安备11010835340841号"],
        ),
        ("ICP备案号：京ICP备14166285号", vec!["京ICP备14166285号"]),
        (
            "ICP备案/许可证编号：粤B2-20090191-18",
            vec!["粤B2-20090191-18"],
        ),
        (
            "<a href=\"https://beian.miit.gov.cn/\">沪ICP备15489853号&nbsp;&ndash;&nbsp;1</a>",
            vec!["沪ICP备15489853号-1"],
        ),
        (
            "京ICP备14166285号京ICP备14166286号-2A",
            vec!["京ICP备14166285号", "京ICP备14166286号-2A"],
        ),
        (
            "京ICP备14166285号-1A2.B1.B2-20092223",
            vec!["京ICP备14166285号-1", "A2.B1.B2-20092223"],
        ),
        (
            "京ICP备14166285号-1B2-20092223",
            vec!["京ICP备14166285号-1", "B2-20092223"],
        ),
        (
            "京ICP备14166285 2019-2024 示例公司",
            vec!["京ICP备14166285号"],
        ),
        (
            "京ICP备14166285号 - 2024 Example",
            vec!["京ICP备14166285号"],
        ),
        (
            "京ICP备14166285号-2019-2024 Example",
            vec!["京ICP备14166285号"],
        ),
        (
            "京ICP备14166285号-1All rights reserved",
            vec!["京ICP备14166285号-1"],
        ),
        ("京ICP备14166285号Copyright", vec!["京ICP备14166285号"]),
        (
            "增值电信业务经营许可证：合字B2-20090004",
            vec!["合字B2-20090004"],
        ),
        (
            "ICP证：沪B2-20080224 沪ICP备08024000号",
            vec!["沪B2-20080224", "沪ICP备08024000号"],
        ),
        ("京ICP证030173号-1", vec!["京ICP证030173号-1"]),
        ("粤B2－20090059－1626x", vec!["粤B2-20090059-1626X"]),
        ("京ICP备1416 6285号", vec!["京ICP备14166285号"]),
        ("京ICP备14166285号一1", vec!["京ICP备14166285号-1"]),
        ("隐藏ICP备案号", vec![]),
        ("重新ICP备案，最新ICP备案流程，腾讯云ICP备案", vec![]),
        ("办理ICP备案2024年新规，京ICP备案20个工作日", vec![]),
        ("备案序号：12345678", vec![]),
    ] {
        assert_eq!(canonicals(text), expected, "{text}");
    }
}

#[test]
fn labels_and_prose_are_no_failed_numbers() {
    for text in [
        "ICP备案号：京ICP备14166285号",
        "沪ICP备：沪B2－20083345",
        "隐藏ICP备案号",
        "办理ICP备案2024年新规，ICP备案需要20个工作日",
        "工信部ICP/IP地址/域名信息备案管理系统",
        "公网安备案需要5天",
        "icpctl 0.1.0",
    ] {
        assert_eq!(find(text).rejected, vec![], "{text}");
    }
}

#[test]
fn each_reason_is_told() {
    for (text, code) in [
        ("京ICP备12345678号", "placeholder"),
        ("京ICP备11111111号", "placeholder"),
        ("京ICP备________号", "placeholder"),
        ("ICP备14166285号", "missing-province"),
        ("萌ICP备20148403号", "unknown-prefix"),
        ("隐藏ICP备14166285号", "part-of-word"),
        ("辽宁ICP备14166285号", "part-of-word"),
        ("Beijing ICP 11233461-1", "translated"),
        ("浜琁CP澶�14166285鍙�", "decoding-damage"),
        ("粤ICP备828922", "legacy"),
        ("鄂ICP备123256744", "wrong-length"),
        ("京公网安备112320224989号", "wrong-length"),
        ("京ICP备21166285号", "impossible-year"),
        ("京ICP备03166285号", "impossible-year"),
        ("京ICP备2019166285号", "impossible-year"),
        ("粤B2-19990059", "impossible-year"),
        ("京ICP备14166285号A", "bad-suffix"),
        ("京ICP备14166285号-A", "bad-suffix"),
        ("京ICP备14166285号-0", "bad-suffix"),
        ("京ICP备14166285号-1B", "bad-suffix"),
        ("京ICP备14166285号-1-2", "bad-suffix"),
        ("京ICP备14166285号1", "bad-suffix"),
        ("京IPC备14166285号", "malformed"),
        ("京ICP证B2-20090059", "malformed"),
    ] {
        let rejected = find(text).rejected;
        assert_eq!(rejected.len(), 1, "{text}: {:?}", find(text));
        assert_eq!(rejected[0].reason.code(), code, "{text}");
        assert!(
            matches!(Number::parse(text), Err(NumberError::Refused { reason, .. }) if reason == rejected[0].reason),
            "{text}"
        );
    }
}

#[test]
fn what_was_written_otherwise_is_remarked() {
    for (text, canonical, codes) in [
        ("京ICP备14166285号", "京ICP备14166285号", vec![]),
        (
            "川ICP备14166285号",
            "蜀ICP备14166285号",
            vec!["province-alias"],
        ),
        (
            "云ICP备14166285号",
            "滇ICP备14166285号",
            vec!["province-alias"],
        ),
        (
            "京ICP14166285",
            "京ICP备14166285号",
            vec!["missing-filing-word"],
        ),
        (
            "京ICP备14166285-01",
            "京ICP备14166285号-1",
            vec!["leading-zero"],
        ),
        (
            "京ICP备2021123456号",
            "京ICP备2021123456号",
            vec!["looks-like-example"],
        ),
        ("川B2-20104461", "川B2-20104461", vec![]),
        (
            "川公网安备51019079778346号",
            "川公网安备51019079778346号",
            vec![],
        ),
        (
            "蜀公网安备51019079778346号",
            "蜀公网安备51019079778346号",
            vec!["security-letter"],
        ),
        (
            "宁公网安备15010557556726号",
            "宁公网安备15010557556726号",
            vec!["security-area"],
        ),
    ] {
        let parsed = Number::parse(text).unwrap();
        assert_eq!(parsed.number.to_string(), canonical, "{text}");
        let seen: Vec<_> = parsed.warnings.iter().map(Warning::code).collect();
        assert_eq!(seen, codes, "{text}");
    }
}

/// Quadratic reading would take minutes here.
#[test]
fn long_texts_of_beginnings_are_read_in_one_pass() {
    for beginning in [
        "B2",
        "A1.",
        "B-2",
        "京",
        "京ICP备",
        "ICP备(",
        "公网安备 ",
        "-",
        "X",
        "1 ",
        " ",
    ] {
        let text = format!("京ICP备{}", beginning.repeat(300_000));
        assert_eq!(find(&text).found, vec![], "{beginning}");
    }
}

#[test]
fn provinces_are_those_that_the_number_names() {
    for (text, code) in [
        ("蜀ICP备14166285号-2A", Some("sc")),
        ("川B2-20104461", Some("sc")),
        ("合字B2-20098882", None),
        ("A2.B1.B2-20092223", None),
        ("京ICP证030173号", Some("bj")),
        ("贵公网安备52010279777055号", Some("gz")),
    ] {
        let province = Number::parse(text).unwrap().number.province();
        assert_eq!(province.map(Province::code), code, "{text}");
    }
}

#[test]
fn a_field_holds_one_number_of_its_kind() {
    let subject = "粤ICP备2021000001号";
    let service = "粤ICP备2021000001号-2A";
    assert!(SubjectNumber::parse("粤B2-20090059").is_ok());
    assert!(ServiceNumber::parse("粤B2-20090059-5").is_ok());
    assert!(matches!(
        SubjectNumber::parse(service),
        Err(NumberError::WrongKind { .. })
    ));
    assert!(matches!(
        ServiceNumber::parse(subject),
        Err(NumberError::WrongKind { .. })
    ));
    for several in [
        format!("{subject}{service}"),
        format!("{subject} 萌ICP备20148403号"),
    ] {
        assert!(
            matches!(Number::parse(&several), Err(NumberError::Several { .. })),
            "{several}"
        );
    }
    for surrounded in [format!("本站{subject}"), format!("{subject}已过期")] {
        assert!(matches!(
            Number::parse(&surrounded),
            Err(NumberError::Surrounded { .. })
        ));
    }
    for empty in ["", "  ", "示例公司", "ICP备案号"] {
        assert!(matches!(
            Number::parse(empty),
            Err(NumberError::NotFound { .. })
        ));
    }
    assert_eq!(
        Number::parse("萌ICP备20148403号"),
        Err(NumberError::Refused {
            raw: "萌ICP备20148403号".to_owned(),
            reason: Refusal::UnknownPrefix { prefix: '萌' }
        })
    );
}

#[test]
fn json_holds_canonical_strings_and_reads_any_spelling() {
    let number: ServiceNumber = serde_json::from_str("\"川ICP備 14166285-2a\"").unwrap();
    assert_eq!(
        serde_json::to_string(&number).unwrap(),
        "\"蜀ICP备14166285号-2A\""
    );
    assert_eq!(number.counter(), 2);
    assert_eq!(number.kind(), ServiceKind::App);
    assert!(serde_json::from_str::<SubjectNumber>("\"蜀ICP备14166285号-2A\"").is_err());
}

const LETTERS: &str = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝蜀黔滇藏陕陇青宁新";

fn letter() -> impl Strategy<Value = char> {
    prop::sample::select(LETTERS.chars().collect::<Vec<_>>())
}

fn is_counting(digits: &str) -> bool {
    [0, 1, 9].into_iter().any(|step| {
        digits
            .as_bytes()
            .windows(2)
            .all(|pair| (pair[0] - b'0' + step) % 10 == pair[1] - b'0')
    })
}

/// A canonical number of a subject: filing number or licence.
fn subject() -> impl Strategy<Value = String> {
    let eight = (letter(), 4u32..=20, 0u32..1_000_000)
        .prop_map(|(letter, year, serial)| (format!("{year:02}{serial:06}"), letter));
    let ten = (letter(), 2020u32..=2099, 0u32..1_000_000)
        .prop_map(|(letter, year, serial)| (format!("{year}{serial:06}"), letter));
    let filing = prop_oneof![eight, ten]
        .prop_filter("a placeholder", |(digits, _)| !is_counting(digits))
        .prop_map(|(digits, letter)| format!("{letter}ICP备{digits}号"));
    let certificate = (letter(), 0u32..1_000_000)
        .prop_filter("a placeholder", |(_, serial)| {
            !is_counting(&format!("{serial:06}"))
        })
        .prop_map(|(letter, serial)| format!("{letter}ICP证{serial:06}号"));
    let scope = prop_oneof![
        letter().prop_map(|letter| letter.to_string()),
        Just("合字".to_owned()),
        Just("川".to_owned()),
        Just(String::new())
    ];
    let class = prop::sample::select(vec!["A2", "B1", "B2", "B1.B2", "A2.B1.B2", "B-2-4"]);
    let telecom = (scope, class, 2000u32..=2099, 0u32..10_000)
        .prop_map(|(scope, class, year, serial)| format!("{scope}{class}-{year}{serial:04}"));
    prop_oneof![3 => filing, 1 => certificate, 2 => telecom]
}

fn number() -> impl Strategy<Value = String> {
    let service = (
        subject(),
        1u32..=9999,
        prop::sample::select(vec!["", "A", "X", "K"]),
    )
        .prop_map(|(subject, counter, kind)| format!("{subject}-{counter}{kind}"));
    let security = (letter(), 10_000_000_000_000u64..100_000_000_000_000)
        .prop_filter("a placeholder", |(_, serial)| {
            !is_counting(&serial.to_string())
        })
        .prop_map(|(letter, serial)| format!("{letter}公网安备{serial}号"));
    prop_oneof![subject(), service, security]
}

/// Writes a canonical number in one of the ways that pages do.
fn decorated(canonical: &str, choices: &[u8]) -> String {
    let mut choices = choices.iter().copied().cycle();
    let mut choose = |count: u8| choices.next().unwrap_or(0) % count;
    let mut out = String::from(["", "备案号：", "ICP备案/许可证号:", " "][usize::from(choose(4))]);
    let drop_sign = choose(3) == 0;
    for ch in canonical.chars() {
        let wide = choose(3) == 0;
        match ch {
            '号' if drop_sign => {}
            '号' if choose(2) == 0 => out.push('號'),
            '备' if choose(2) == 0 => out.push('備'),
            '证' if choose(2) == 0 => out.push('證'),
            '粤' if choose(2) == 0 => out.push('粵'),
            '网' if choose(2) == 0 => out.push('網'),
            '-' => out.push(['-', '－', '–', '—', '_', '\u{2011}'][usize::from(choose(6))]),
            '!'..='~' if wide => out.push(char::from_u32(u32::from(ch) + 0xFEE0).unwrap()),
            'A'..='Z' if choose(2) == 0 => out.push(ch.to_ascii_lowercase()),
            _ => out.push(ch),
        }
        match choose(9) {
            0 => out.push(' '),
            1 => out.push('\u{A0}'),
            2 => out.push('\u{200B}'),
            _ => {}
        }
    }
    out.push_str(["", "。", ".", " "][usize::from(choose(4))]);
    out
}

proptest! {
    #[test]
    fn printing_a_parsed_number_gives_it_back(canonical in number()) {
        let parsed = Number::parse(&canonical).map(|parsed| parsed.number);
        prop_assert_eq!(parsed.map(|number| number.to_string()), Ok(canonical.clone()));
        prop_assert_eq!(canonicals(&canonical), vec![canonical]);
    }

    #[test]
    fn any_spelling_of_a_number_reads_as_that_number(
        canonical in number(),
        choices in prop::collection::vec(any::<u8>(), 64),
    ) {
        let written = decorated(&canonical, &choices);
        let parsed = Number::parse(&written).map(|parsed| parsed.number.to_string());
        prop_assert_eq!(parsed, Ok(canonical), "{}", written);
    }

    #[test]
    fn glued_numbers_are_found_apart_and_refused_in_a_field(first in number(), second in number()) {
        // A class without a scope right after a word or a digit cannot be told from it.
        prop_assume!(!second.starts_with(['A', 'B']));
        let glued = format!("{first}{second}");
        prop_assert_eq!(canonicals(&glued), vec![first, second]);
        prop_assert!(matches!(Number::parse(&glued), Err(NumberError::Several { .. })), "{}", glued);
    }

    #[test]
    fn no_text_makes_find_panic(text in "(京|川|合字|ICP|备|证|号|公网安备|B2|A2\\.|PUBLIC|CP|[0-9]{1,10}|-|X|&nbsp;|�|\\PC| ){0,24}") {
        let findings = find(&text);
        let ranges = findings.found.iter().map(|found| (&found.at, &found.raw));
        for (at, raw) in ranges.chain(findings.rejected.iter().map(|rejected| (&rejected.at, &rejected.raw))) {
            prop_assert_eq!(&text[at.clone()], raw);
        }
        for found in findings.found {
            let canonical = found.number.to_string();
            prop_assert_eq!(Number::parse(&canonical).unwrap().number, found.number);
        }
        let _ = Number::parse(&text);
    }
}
