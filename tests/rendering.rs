//! What the machine formats promise to scripts and spreadsheets.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use icpctl::render::clean::is_harmful;
use icpctl::render::envelope::{Envelope, Problem, Warning};
use icpctl::render::fields::Fields;
use icpctl::render::rows::{self, Layout};
use proptest::prelude::*;
use serde_json::{Value, json};

fn order_list() -> Envelope {
    Envelope {
        data: json!([
            {"id": "k3m9t2qd", "target": {"domain": "shop.example.cn", "domains": ["a.cn", "b.cn"]}, "revision": -3,
             "awaiting": [{"phone": "138****0001"}, {"phone": null}], "account": null},
            {"id": "7x2c4v8w", "target": {"domain": null, "domains": []}, "revision": 1, "awaiting": [], "account": "=1+1"},
        ]),
        ..Envelope::new("icpctl.order-list/1")
    }
}

const KNOWN: [&str; 6] = [
    "id",
    "target.domain",
    "target.domains",
    "revision",
    "awaiting.phone",
    "account",
];

fn fields(wanted: &str) -> Fields {
    Fields::choose(wanted, &KNOWN).unwrap()
}

#[test]
fn the_envelope_has_seven_keys_in_order() {
    let failed = Envelope {
        warnings: vec![Warning {
            code: "provider.unknown".into(),
            message: "…".into(),
            path: None,
        }],
        error: Some(Problem {
            code: "refused.bureau-review".into(),
            exit: 5,
            message: "…".into(),
            hints: vec![],
            retryable: false,
            rule: Some("ORD-08".into()),
        }),
        ..Envelope::new("icpctl.order/1")
    };
    insta::assert_snapshot!(rows::json(&failed, None, Layout::Compact).unwrap(), @r#"{"schema":"icpctl.order/1","ok":false,"changed":false,"dry_run":false,"data":null,"warnings":[{"code":"provider.unknown","message":"…","path":null}],"error":{"code":"refused.bureau-review","exit":5,"message":"…","hints":[],"retryable":false,"rule":"ORD-08"}}"#);
    assert!(
        rows::json(&Envelope::new("icpctl.order/1"), None, Layout::Pretty)
            .unwrap()
            .starts_with("{\n  \"schema\": \"icpctl.order/1\",\n  \"ok\": true,")
    );
}

#[test]
fn json_lines_end_with_the_summary() {
    let lines = rows::jsonl(&order_list(), Some(&fields("id,target.domain"))).unwrap();
    insta::assert_snapshot!(lines, @r#"
    {"id":"k3m9t2qd","target":{"domain":"shop.example.cn"}}
    {"id":"7x2c4v8w","target":{"domain":null}}
    {"type":"summary","schema":"icpctl.order-list/1","ok":true,"changed":false,"dry_run":false,"elements":2,"warnings":[],"error":null}
    "#);
}

#[test]
fn csv_is_for_spreadsheets_and_tsv_for_pipes() {
    let all = Fields::all(&KNOWN);
    let csv = rows::csv(&order_list(), &all).unwrap();
    assert_eq!(
        csv,
        "\u{feff}id,target.domain,target.domains,revision,awaiting.phone,account\r\n\
         k3m9t2qd,shop.example.cn,a.cn;b.cn,-3,138****0001;,\r\n\
         7x2c4v8w,,,1,,'=1+1\r\n"
    );
    let mut list = order_list();
    list.data[1]["account"] = json!("a\tb\"c\"\nd");
    assert_eq!(
        rows::tsv(&list, &fields("id,account")).unwrap(),
        "id\taccount\nk3m9t2qd\t\n7x2c4v8w\ta\\tb\"c\"\\nd\n"
    );
}

#[test]
fn one_order_or_none_is_a_row_or_none() {
    let mut one = order_list();
    one.data = one.data[0].take();
    assert_eq!(
        rows::csv(&one, &fields("id")).unwrap(),
        "\u{feff}id\r\nk3m9t2qd\r\n"
    );
    assert_eq!(rows::jsonl(&one, None).unwrap().lines().count(), 2);
    one.data["id"] = Value::Null;
    assert_eq!(rows::tsv(&one, &fields("id")).unwrap(), "id\n\n");
    one.data = Value::Null;
    assert_eq!(rows::tsv(&one, &fields("id")).unwrap(), "id\n");
    assert_eq!(rows::jsonl(&one, None).unwrap().lines().count(), 1);
}

/// Text that attacks: formulas, control characters, escapes that look like ours.
fn hostile() -> impl Strategy<Value = String> {
    let parts = prop_oneof![
        Just("=".to_owned()),
        Just("＝".to_owned()),
        Just("'".to_owned()),
        Just("\\u{".to_owned()),
        Just("\\u{41}".to_owned()),
        "[+@＋－＠\\-\t\r\n\0\"',;\\\\]",
        "[\u{1b}\u{7f}\u{9b}\u{202e}\u{2066}\u{200b}\u{feff}\u{e0041}]",
        "[备案号a1 ]{1,3}",
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(parts, 0..6).prop_map(|parts| parts.concat())
}

fn holding(text: &str) -> Envelope {
    Envelope {
        data: json!([{"id": text, "account": [text, text]}]),
        ..Envelope::new("icpctl.order-list/1")
    }
}

proptest! {
    #[test]
    fn json_is_harmless_and_keeps_its_value(text in hostile()) {
        let envelope = holding(&text);
        for layout in [Layout::Compact, Layout::Pretty] {
            let document = rows::json(&envelope, None, layout).unwrap();
            prop_assert!(!document.contains(|c| c != '\n' && is_harmful(c)), "{document:?}");
            let parsed: Value = serde_json::from_str(&document).unwrap();
            prop_assert_eq!(&parsed["data"], &envelope.data);
        }
    }

    #[test]
    fn csv_is_harmless_and_keeps_its_value(text in hostile()) {
        let printed = rows::csv(&holding(&text), &fields("id,account")).unwrap();
        let bare = printed.strip_prefix('\u{feff}').unwrap();
        prop_assert!(!bare.replace("\r\n", "\n").contains(|c| c != '\n' && c != '\t' && is_harmful(c)), "{bare:?}");
        let mut reader = csv::Reader::from_reader(bare.as_bytes());
        let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        prop_assert_eq!(records.len(), 1);
        for cell in &records[0] {
            prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\0', '＝', '＋', '－', '＠']), "{cell:?}");
        }
        prop_assert_eq!(rows::restore(&records[0][0]), text.as_str());
        let list = format!("{text};{text}");
        prop_assert_eq!(rows::restore(&records[0][1]), list);
    }

    #[test]
    fn tsv_is_one_harmless_line_a_record(text in hostile()) {
        let printed = rows::tsv(&holding(&text), &fields("id,account")).unwrap();
        let lines: Vec<&str> = printed.lines().collect();
        prop_assert_eq!(lines.len(), 2);
        let cells: Vec<&str> = lines[1].split('\t').collect();
        prop_assert_eq!(cells.len(), 2);
        for cell in cells {
            prop_assert!(!cell.contains(is_harmful) && !cell.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']), "{cell:?}");
        }
    }
}
