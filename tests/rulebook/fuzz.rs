//! What strangers write, through `check`: dossiers, rule files and tables of rows, bent byte by byte and
//! field by field. Nothing panics, hangs or eats the memory; every run says 0 or 3.
//!
//! A run judges many documents, so that it is the binary that is tried and the suite stays quick. The
//! same entrances without an end: `tests/fuzz`.

use super::GOOD;
use crate::support::Icpctl;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::Config;
use toml::{Table, Value};

/// How many documents a run judges.
const DOCUMENTS: usize = 24;
/// How much memory a run may have beside the program itself, in KiB.
const KILOBYTES: u64 = 200 * 1024;

const ROWS: &str = "ref,kind,target,provider,account,verify_by,reason,set,after,confirm,accept,from,label:team\n\
    a,cancel-site,粤ICP备2021000001号-1,tencent,,sms,网站已停办,,,,,,甲\n\
    b,change,粤ICP备2021000001号-2,tencent,,,,name=示例论坛二;remark=无,ref:a,,,,\n\
    c,cancel-subject,粤ICP备2021000001号,tencent,,email,,,,粤ICP备2021000001号,filed-elsewhere-goes,,\n\
    d,new,,huawei,100000000001,,\"多行\n原因\",,,,SUB-01;DOM-01,good.toml,\n";

const RULES: &str = r#"
[[rule]]
id = "MY-01"
severity = "error"
kinds = ["new", "change"]
natures = ["organisation"]
provinces = ["gd"]
since = 2020-01-01
[rule.title]
zh = "名称要有品牌"
en = "Names carry the brand"
[[rule.test]]
for = "services[*].domains[*]"
field = "name"
when = "service.kind == 'site' && size(service.domains) > 0"
require = "service.name == null || service.name.contains('示例') && age(subject.legal_representative_id, today) != 7"
message = { zh = "{service.name} 里没有品牌", en = "{service.name} lacks the brand" }
fix = { zh = "加上品牌", en = "add the brand" }
[[rule]]
id = "DOM-05"
off = true
"#;

/// A text that a reader may stumble over.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,12}",
        "[\\[\\]{}()'\"=.,;:!&|#\\\\\n\r\t-]{0,10}",
        "[0-9-]{1,40}",
        "[a-z_]{1,12}( = |\\.|:)[a-z0-9\"'\\[]{0,8}",
        Just("\u{feff}".to_owned()),
        Just("\u{202e}号萌\u{0}".to_owned()),
        Just("x".repeat(5_000)),
        Just("[".repeat(2_000)),
    ]
}

/// A document in which pieces stand for others, and some bytes for any.
fn bent(document: &'static str) -> impl Strategy<Value = Vec<u8>> {
    let piece = (any::<Index>(), 0..60_usize, text());
    let byte = (any::<Index>(), any::<u8>());
    let pieces = prop::collection::vec(piece, 0..4);
    let bytes = prop::collection::vec(byte, 0..3);
    (pieces, bytes).prop_map(move |(pieces, bytes)| {
        let mut bent = document.to_owned();
        for (at, length, text) in pieces {
            let start = bent.floor_char_boundary(at.index(bent.len() + 1));
            let end = bent.floor_char_boundary((start + length).min(bent.len()));
            bent.replace_range(start..end, &text);
        }
        let mut bent = bent.into_bytes();
        for (at, byte) in bytes {
            if !bent.is_empty() {
                let at = at.index(bent.len());
                bent[at] = byte;
            }
        }
        bent
    })
}

/// Any value that TOML can hold, small.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        text().prop_map(Value::String),
        any::<i64>().prop_map(Value::Integer),
        any::<bool>().prop_map(Value::Boolean),
        Just(Value::Float(f64::NAN)),
        Just(Value::Datetime("0001-01-01".parse().unwrap())),
        Just(Value::Datetime("9999-12-31T23:59:60Z".parse().unwrap())),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::btree_map("[a-z_]{1,9}", inner, 0..3)
                .prop_map(|entries| Value::Table(entries.into_iter().collect())),
        ]
    })
}

/// What is done to one field.
#[derive(Clone, Debug)]
enum Change {
    Replace(Value),
    Remove,
    Repeat(usize),
}

/// A document of which fields hold something else, are gone, or stand there many times.
fn altered(document: &'static str) -> impl Strategy<Value = Vec<u8>> {
    let change = prop_oneof![
        4 => value().prop_map(Change::Replace),
        1 => Just(Change::Remove),
        1 => (2..150_usize).prop_map(Change::Repeat),
    ];
    prop::collection::vec((any::<Index>(), change), 1..5).prop_map(move |changes| {
        let mut tree = Value::Table(document.parse::<Table>().unwrap());
        for (at, change) in changes {
            let at = at.index(count(&tree));
            alter(&mut tree, &mut { at }, &change);
        }
        toml::to_string(&tree).unwrap_or_default().into_bytes()
    })
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Table(table) => table.values().map(count).sum(),
        Value::Array(list) => list.iter().map(count).sum::<usize>(),
        Value::String(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::Boolean(_)
        | Value::Datetime(_) => 0,
    }
}

/// Changes the value that is `at` in the order of the tree; true once that is done.
fn alter(value: &mut Value, at: &mut usize, change: &Change) -> bool {
    if *at == 0 {
        match change {
            Change::Replace(new) => value.clone_from(new),
            Change::Remove => *value = Value::Table(Table::new()),
            Change::Repeat(times) => *value = Value::Array(vec![value.clone(); *times]),
        }
        return true;
    }
    *at -= 1;
    match value {
        Value::Table(table) => {
            let names: Vec<String> = table.keys().cloned().collect();
            for name in names {
                if *at == 0 && matches!(change, Change::Remove) {
                    table.remove(&name);
                    return true;
                }
                if alter(&mut table[&name], at, change) {
                    return true;
                }
            }
            false
        }
        Value::Array(list) => list.iter_mut().any(|value| alter(value, at, change)),
        Value::String(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::Boolean(_)
        | Value::Datetime(_) => false,
    }
}

/// An expression that nobody meant.
fn expression() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("service.name"),
        Just("subject"),
        Just("services"),
        Just("null"),
        Just("9223372036854775807"),
        Just("1u"),
        Just("0.0"),
        Just("''"),
        Just("[1, 'a']"),
        Just("today"),
        Just("materials"),
    ];
    let call = prop_oneof![
        Just("size"),
        Just("age"),
        Just("words_in"),
        Just("months_after"),
        Just("int"),
        Just("timestamp"),
        Just("duration"),
        Just("type"),
        Just("string"),
        Just("nothing"),
    ];
    let leaf = word.prop_map(str::to_owned);
    leaf.prop_recursive(5, 40, 3, move |inner| {
        let two = (inner.clone(), inner.clone());
        prop_oneof![
            (two.clone(), "==|!=|<|>=|\\+|-|\\*|/|%|&&|\\|\\||in")
                .prop_map(|((a, b), op)| format!("({a} {op} {b})")),
            two.clone().prop_map(|(a, b)| format!("{a}.exists(x, {b})")),
            two.clone()
                .prop_map(|(a, b)| format!("{a}.map(y, {b} + y)")),
            two.clone().prop_map(|(a, b)| format!("{a}[{b}]")),
            two.clone().prop_map(|(a, b)| format!("{a}.matches({b})")),
            (call.clone(), two).prop_map(|(name, (a, b))| format!("{name}({a}, {b})")),
            inner.prop_map(|a| format!("!{a}")),
        ]
    })
}

/// The sample rules with other expressions in them.
fn rules() -> impl Strategy<Value = Vec<u8>> {
    let with = prop::collection::vec(expression(), 3);
    with.prop_map(|made| {
        let quoted = |text: &str| Value::String(text.to_owned()).to_string();
        let mut tree: Table = RULES.parse().unwrap();
        let test = &mut tree["rule"][0]["test"][0];
        for (key, text) in ["when", "require"].iter().zip(&made) {
            test[*key] = Value::String(text.clone());
        }
        test["message"]["zh"] = Value::String(format!("{{{}}} {}", made[2], quoted(&made[0])));
        toml::to_string(&tree).unwrap().into_bytes()
    })
}

/// Runs `check` with little memory; its exit code, and what it said.
fn check(user: &Icpctl, names: &[String]) -> (Option<i32>, String) {
    let words = ["check".to_owned(), "--json".to_owned()];
    let words = words.into_iter().chain(names.iter().cloned());
    let out = user.command_within(KILOBYTES, words).output().unwrap();
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    (out.status.code(), said)
}

/// Judges documents beside a portfolio; panics, time-outs and crashes fail.
fn judged(documents: &[Vec<u8>], ending: &str) -> Result<(), TestCaseError> {
    let user = Icpctl::new();
    user.write("good.toml", GOOD);
    user.write(
        "filed.csv",
        "subject_number,subject_name,nature,service_number,service_kind,service_name,domains,accesses\n\
         粤ICP备2021000001号,示例科技有限公司,enterprise,粤ICP备2021000001号-1,site,示例商城,example.cn,tencent\n\
         粤ICP备2021000001号,,,粤ICP备2021000001号-2,site,示例论坛,example.org,tencent\n",
    );
    user.run(["init"]).exits(0);
    user.run(["adopt", "--from", "filed.csv"]).exits(0);
    let mut names = Vec::new();
    for (place, document) in documents.iter().enumerate() {
        let name = format!("{place}.{ending}");
        user.write(&name, document);
        names.push(name);
    }
    let (code, said) = check(&user, &names);
    prop_assert!(matches!(code, Some(0 | 3)), "{code:?} {said}");
    prop_assert!(!said.contains("panicked"), "{said}");
    Ok(())
}

fn many(one: impl Strategy<Value = Vec<u8>>) -> impl Strategy<Value = Vec<Vec<u8>>> {
    prop::collection::vec(one, DOCUMENTS)
}

/// A few runs: what fails is kept by nobody, since a run is not made smaller by hand.
fn few() -> Config {
    Config {
        max_shrink_iters: 20,
        failure_persistence: None,
        ..Config::with_cases(5)
    }
}

proptest! {
    #![proptest_config(few())]

    #[test]
    fn no_dossier_brings_the_program_down(
        documents in many(prop_oneof![
            bent(GOOD), altered(GOOD), prop::collection::vec(any::<u8>(), 0..200),
        ]),
    ) {
        judged(&documents, "toml")?;
    }

    #[test]
    fn no_table_of_rows_brings_the_program_down(documents in many(bent(ROWS))) {
        judged(&documents, "csv")?;
    }

    #[test]
    fn no_rule_file_brings_the_program_down(
        documents in many(prop_oneof![bent(RULES), altered(RULES), rules()]),
    ) {
        let user = Icpctl::new();
        user.run(["init"]).exits(0);
        user.write("good.toml", GOOD);
        for (place, document) in documents.iter().enumerate() {
            user.write(&format!(".icpctl/rules.d/{place}.toml"), document);
        }
        let (code, said) = check(&user, &["good.toml".to_owned()]);
        prop_assert!(matches!(code, Some(0 | 3)), "{code:?} {said}");
        prop_assert!(!said.contains("panicked"), "{said}");
    }
}
