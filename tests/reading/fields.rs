//! Lists of a few fields: what they print is the whole list narrowed, to the byte, however little
//! of the orders is read for it.

use super::desk::{Ran, Store, at, drafted, reported, submitted, then};
use icpctl::filing::approval::Approval;
use icpctl::filing::event::{Command, Event, Report};
use icpctl::filing::kind::Kind;
use icpctl::filing::number::SubjectNumber;
use icpctl::filing::order::{Order, OrderId};
use icpctl::filing::record::SubjectRecord;
use icpctl::filing::status::Status;
use icpctl::render::envelope::{Envelope, Warning};
use icpctl::render::fields::Fields;
use icpctl::render::rows::{self, Layout};
use icpctl::store::book::subject_path;
use icpctl::store::subject_file;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, from_value, json};
use std::fs;
use std::path::Path;

/// So many orders that the roll is kept, and each status is there several times.
const ORDERS: usize = 4 * Status::ALL.len();

/// The fields that a list tells without reading an order.
const TOLD: [&str; 29] = [
    "id",
    "kind",
    "status",
    "bucket",
    "label",
    "presumed",
    "provider",
    "provider_label",
    "account",
    "ref",
    "labels",
    "labels.customer",
    "labels.desk",
    "target.subject",
    "target.name",
    "target.service",
    "target.domain",
    "via",
    "verify_by",
    "deadline",
    "deadline.at",
    "deadline.kind",
    "deadline.overdue",
    "after",
    "revision",
    "created_at",
    "submitted_at",
    "ended_at",
    "updated_at",
];

/// Filters of every kind, some of which leave nothing.
const FILTERS: [&[&str]; 26] = [
    &[],
    &["--all"],
    &["--all", "--limit", "7"],
    &["--limit", "0"],
    &["--limit", "1", "--sort", "updated"],
    &["--all", "--limit", "3", "--sort", "status"],
    &["--status", "draft,provider-rejected"],
    &["--status", "lapsed"],
    &["--status", "sms-verification-expired"],
    &["--bucket", "waiting"],
    &["--bucket", "closed", "--sort", "created"],
    &["--kind", "new"],
    &["--provider", "huawei", "--all"],
    &["--province", "广东", "--sort", "status"],
    &["--account", "acc-1"],
    &["--label", "customer"],
    &["--label", "customer=甲", "--all"],
    &["--label", "customer", "--label", "desk=2"],
    &["--ref", "row-3"],
    &["--due-within", "30d"],
    &["--overdue"],
    &["--created-since", "2026-11-05"],
    &["--created-since", "2026-11-03", "--until", "2026-11-08"],
    &["--ended-since", "2026-11-10"],
    &["--ended-since", "2026-11-10", "--until", "2026-11-20"],
    &["--find", "示例", "--sort", "updated", "--all"],
];

const FORMATS: [&str; 4] = ["json", "jsonl", "csv", "tsv"];

/// The present, and later ones in which the clock presumes.
const PRESENTS: [&str; 3] = [
    "2026-11-22T12:56:00+08:00",
    "2026-12-20T00:00:00+08:00",
    "2027-06-01T09:00:00+08:00",
];

/// Names of subjects: a company's, a person's, and one that reads like neither.
const NAMES: [Option<&str>; 4] = [
    None,
    Some("示例科技有限公司"),
    Some("甲乙丙"),
    Some("甲乙丙丁个体"),
];

/// What one order of the test has; each value is a choice among a few.
#[derive(Clone, Debug)]
struct Sketch {
    kind: Kind,
    day: u8,
    provider: &'static str,
    subject: Option<u8>,
    name: Option<&'static str>,
    /// What a first filing says of the nature of its subject, and a change makes of it.
    nature: Option<&'static str>,
    account: bool,
    reference: bool,
    label: Option<&'static str>,
    services: usize,
    after: bool,
    /// How its instants are written.
    clock: Clock,
}

#[derive(Clone, Copy, Debug)]
enum Clock {
    China,
    Utc,
    Fraction,
}

fn sketch() -> impl Strategy<Value = Sketch> {
    let clocks =
        prop_oneof![8 => Just(Clock::China), 1 => Just(Clock::Utc), 1 => Just(Clock::Fraction)];
    let about = (
        select(Kind::ALL),
        1..21_u8,
        select(&["tencent", "huawei", "wechat", "云上"][..]),
        prop::option::weighted(0.8, 0..4_u8),
        select(&NAMES[..]),
        select(&[None, None, Some("individual"), Some("enterprise")][..]),
    );
    let beside = (
        any::<bool>(),
        any::<bool>(),
        select(&[None, Some("甲"), Some("乙")][..]),
        0..3_usize,
        any::<bool>(),
        clocks,
    );
    (about, beside).prop_map(
        |(
            (kind, day, provider, subject, name, nature),
            (account, reference, label, services, after, clock),
        )| {
            Sketch {
                kind,
                day,
                provider,
                subject,
                name,
                nature,
                account,
                reference,
                label,
                services,
                after,
                clock,
            }
        },
    )
}

fn number(place: u8) -> SubjectNumber {
    let text = format!("粤ICP备{:08}号", 20_210_001 + u32::from(place));
    SubjectNumber::parse(&text).unwrap().number
}

fn id(place: usize) -> String {
    OrderId::from_bits((place as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)).to_string()
}

/// The first of the approved orders files a subject that others are about and that was not adopted.
fn issued(place: usize) -> u8 {
    match place {
        _ if place < Status::ALL.len() => 3,
        _ => 100 + u8::try_from(place).unwrap(),
    }
}

/// The order of a place, in the status whose turn it is.
fn order(place: usize, sketch: &Sketch) -> Order {
    let day = |more: u8| format!("2026-11-{:02}T09:30", sketch.day + more);
    let status = Status::ALL[place % Status::ALL.len()];
    let mut order = drafted(&id(place), sketch.kind, sketch.provider, &day(0));
    order.target.subject = sketch.subject.map(number);
    order.target.name = sketch.name.map(str::to_owned);
    let service = order.target.services.remove(0);
    order.target.services = vec![service; sketch.services];
    let is_first = sketch.kind == Kind::New && sketch.subject.is_none();
    if let (Some(nature), Kind::Change) = (sketch.nature, sketch.kind) {
        let change = json!([{ "field": "nature", "to": nature }]);
        order.changes = from_value(change).unwrap();
    } else if let (Some(nature), true) = (sketch.nature, is_first) {
        let facts = json!({ "nature": nature, "name": "示例个体", "province": "广东" });
        order.filing.subject = Some(from_value(facts).unwrap());
    }
    order.account = sketch.account.then(|| "acc-1".to_owned());
    order.reference = sketch.reference.then(|| format!("row-{place}"));
    order
        .labels
        .extend(sketch.label.map(|v| ("customer".to_owned(), v.to_owned())));
    order.after = OrderId::parse(&id(0)).filter(|first| sketch.after && *first != order.id);
    let sent = |report| {
        let sent = submitted(order.clone(), &day(1), Status::SmsVerificationPending);
        reported(sent, report, &day(2), status)
    };
    let mut order = match status {
        Status::Draft => order,
        Status::Abandoned => then(order, Event::Command(Command::Abandon), &day(1), status),
        Status::ProviderReview
        | Status::AwaitingBureauSubmission
        | Status::SmsVerificationPending
        | Status::AwaitingBureauReview => submitted(order, &day(1), status),
        Status::ProviderRejected => sent(Report::Rejected),
        Status::BureauRejected => sent(Report::BureauRejected),
        Status::Approved => sent(Report::BureauApproved),
        Status::Purged => sent(Report::Purged),
        Status::SmsVerificationExpired | Status::Lapsed => sent(Report::SmsExpired),
    };
    if status == Status::Approved {
        order.history[2].approval = Some(Box::new(Approval {
            sequence: 2 + place as u64,
            subject: is_first.then(|| number(issued(place))),
            services: Vec::new(),
            extra: toml::Table::new(),
        }));
    }
    for entry in &mut order.history {
        entry.at = match sketch.clock {
            Clock::China | Clock::Utc => entry.at,
            Clock::Fraction => entry.at + chrono::TimeDelta::milliseconds(250),
        };
    }
    order
}

/// What was adopted of three of the subjects: an individual's, a company's, one of no nature.
fn adopt(store: &Store, place: u8, nature: Option<&str>) {
    let mut filing = json!({
        "number": number(place), "name": "示例个体", "services": [],
        "labels": { "desk": place.to_string(), "customer": "丙" },
    });
    if let Some(nature) = nature {
        filing["nature"] = nature.into();
    }
    let entry = json!({
        "event": "adopt", "sequence": 1, "at": at("2026-11-01T09:00"),
        "recorded_at": at("2026-11-01T09:00"), "op": "ad0pt001", "filing": filing,
    });
    let mut record = SubjectRecord::new(number(place));
    record.history.push(from_value(entry).unwrap());
    let file = store.path().join(subject_path(&record.number).as_str());
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, subject_file::to_toml(&record).unwrap()).unwrap();
}

/// Runs the program with a cache, at a present.
fn run(store: &Store, cache: &Path, now: &str, args: &[&str]) -> Ran {
    let mut process = store.process(args);
    process
        .env("ICPCTL_NOW", now)
        .env("XDG_CACHE_HOME", cache)
        .arg("-q");
    super::desk::done(&mut process)
}

/// What a whole list prints, narrowed to some fields.
fn narrowed(document: &Value, fields: &Fields, format: &str) -> String {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let warnings = document["warnings"].as_array().unwrap().iter();
    let envelope = Envelope {
        data: document["data"].clone(),
        warnings: warnings
            .map(|warning| Warning {
                code: text(&warning["code"]).unwrap().into(),
                message: text(&warning["message"]).unwrap(),
                path: text(&warning["path"]),
            })
            .collect(),
        ..Envelope::new(text(&document["schema"]).unwrap())
    };
    match format {
        "json" => rows::json(&envelope, Some(fields), Layout::Compact),
        "jsonl" => rows::jsonl(&envelope, Some(fields)),
        "csv" => rows::csv(&envelope, fields),
        _ => rows::tsv(&envelope, fields),
    }
    .unwrap()
}

/// Waits until the roll holds every order that it can hold: not one of this very moment.
fn settle(store: &Store, cache: &Path, held: &[String]) {
    loop {
        let _ = fs::remove_dir_all(cache);
        run(store, cache, PRESENTS[0], &["list", "--all"]);
        let rolls = fs::read_dir(cache.join("icpctl")).unwrap();
        let bytes: Vec<Vec<u8>> = rolls
            .map(|f| fs::read(f.unwrap().path()).unwrap())
            .collect();
        let holds = |id: &String| {
            bytes
                .iter()
                .any(|roll| roll.windows(id.len()).any(|part| part == id.as_bytes()))
        };
        if held.iter().all(holds) {
            return;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5))]

    #[test]
    fn a_list_of_fields_is_the_whole_list_narrowed(
        sketches in prop::collection::vec(sketch(), ORDERS),
        asked in prop::collection::vec(
            (
                select(&FILTERS[..]),
                subsequence(&TOLD[..], 1..9),
                select(&FORMATS[..]),
                select(&PRESENTS[..]),
                prop::bool::weighted(0.3),
            ),
            12,
        ),
        is_damaged in any::<bool>(),
    ) {
        let orders: Vec<Order> = sketches.iter().enumerate().map(|(p, s)| order(p, s)).collect();
        let store = Store::new(&orders.iter().collect::<Vec<_>>());
        for (order, sketch) in orders.iter().zip(&sketches) {
            if matches!(sketch.clock, Clock::Utc) {
                let path = super::file_of(store.path(), order.id.as_str());
                let text = fs::read_to_string(&path).unwrap();
                fs::write(path, super::by_hand::told_at(&text, 0)).unwrap();
            }
        }
        adopt(&store, 0, Some("individual"));
        adopt(&store, 1, Some("enterprise"));
        adopt(&store, 2, None);
        if is_damaged {
            fs::write(super::file_of(store.path(), &id(5)), "schema = 1\nid = 7\n").unwrap();
        }
        let cache = tempfile::tempdir().unwrap();
        let held: Vec<String> = sketches
            .iter()
            .enumerate()
            .filter(|(place, sketch)| !matches!(sketch.clock, Clock::Fraction) && *place != 5)
            .map(|(place, _)| id(place))
            .collect();
        for (round, (filters, names, format, now, exports)) in asked.iter().enumerate() {
            if round == asked.len() / 2 {
                settle(&store, cache.path(), &held);
            }
            let names = names.join(",");
            let command: Vec<&str> = if *exports {
                let filters = filters.iter().filter(|word| **word != "--all");
                ["export", "orders"].iter().chain(filters).copied().collect()
            } else {
                ["list"].iter().chain(*filters).copied().collect()
            };
            let whole = run(&store, cache.path(), now, &[command.as_slice(), &["--json"]].concat());
            let args = [command.as_slice(), &["--format", format, "--fields", &names]].concat();
            let told = run(&store, cache.path(), now, &args);
            let document = whole.json();
            let fields = Fields::choose(&names, &TOLD).unwrap();
            prop_assert_eq!(told.code, 0, "{:?}: {}", args, told.err);
            prop_assert_eq!(told.out, narrowed(&document, &fields, format), "{:?}", args);
        }
    }
}

/// With the roll at hand, a list of such fields opens no order; with any other field it does.
#[test]
fn a_list_of_fields_reads_no_order() {
    let sketch = Sketch {
        kind: Kind::Access,
        day: 3,
        provider: "tencent",
        subject: Some(1),
        name: Some("示例科技有限公司"),
        nature: None,
        account: true,
        reference: true,
        label: Some("甲"),
        services: 1,
        after: false,
        clock: Clock::China,
    };
    let orders: Vec<Order> = (0..ORDERS).map(|place| order(place, &sketch)).collect();
    let store = Store::new(&orders.iter().collect::<Vec<_>>());
    let cache = tempfile::tempdir().unwrap();
    let ids: Vec<String> = (0..ORDERS).map(id).collect();
    settle(&store, cache.path(), &ids);
    let opens = |fields: &str| {
        let trace = cache.path().join("trace");
        let process = store.process(&["list", "--all", "--json", "--fields", fields]);
        let mut traced = std::process::Command::new("strace");
        traced
            .args(["-f", "-qq", "-s", "4096", "-e", "trace=openat2", "-o"])
            .arg(&trace)
            .arg(process.get_program())
            .args(process.get_args())
            .env_clear()
            .envs(process.get_envs().filter_map(|(k, v)| Some((k, v?))))
            .env("XDG_CACHE_HOME", cache.path())
            .stdout(std::process::Stdio::null());
        if !traced.status().is_ok_and(|status| status.success()) {
            #[expect(clippy::print_stderr, reason = "a test that tests nothing must say so")]
            {
                eprintln!("NOT TESTED: strace is not there, or may not trace");
            }
            return None;
        }
        let calls = fs::read_to_string(trace).unwrap();
        Some(
            calls
                .lines()
                .any(|call| call.contains(&format!("{}.toml", ids[1]))),
        )
    };
    let told = TOLD.join(",").replace("labels.desk,", "");
    for (fields, expected) in [
        (told.as_str(), false),
        ("id,reasons", true),
        ("target", true),
    ] {
        assert!(
            opens(fields).is_none_or(|opened| opened == expected),
            "{fields}"
        );
    }
}
