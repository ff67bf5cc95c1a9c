//! Makes a store of synthetic filings and orders, the same for the same number:
//!
//! ```sh
//! cargo run --release --example gen_store -- DIR 100000
//! ```
//!
//! `DIR` becomes the store. A tenth as many subjects as orders; every kind and status, eight
//! provinces, labels, refs and Chinese names; 1 to 4 KB a file. Nobody in it exists: phones begin
//! with 19900, and identity numbers name a district that was never given out.

#![allow(
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a tool of the developers': what fails is told at once"
)]

use icpctl::filing::event::{By, Report};
use icpctl::filing::instant::Instant;
use icpctl::filing::kind::{Kind, VerifyBy, Via};
use icpctl::filing::number::{ServiceNumber, SubjectNumber};
use icpctl::filing::order::{Order, OrderId, Target};
use icpctl::filing::record::SubjectRecord;
use icpctl::store::book::{order_path, subject_path};
use icpctl::store::{order_file, subject_file};
use serde_json::{Value, from_value, json};
use std::collections::BTreeMap;
use std::path::Path;

const PROVINCES: [&str; 8] = ["粤", "京", "沪", "浙", "苏", "川", "鄂", "闽"];
const PROVIDERS: [&str; 4] = ["tencent", "huawei", "alibaba", "generic"];
const TRADES: [&str; 8] = [
    "茶叶", "玩具", "图书", "软件", "餐饮", "旅游", "家具", "服装",
];
const FAMILY: [&str; 8] = ["赵", "钱", "孙", "李", "周", "吴", "郑", "王"];
/// How many orders a subject has, on average.
const ORDERS_A_SUBJECT: u64 = 10;

/// SplitMix64, a published mixing function: the same number gives the same store.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.roll() % limit
    }

    fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        let place = self.below(list.len() as u64);
        list[usize::try_from(place).unwrap()]
    }

    fn id(&mut self) -> String {
        OrderId::from_bits(self.roll()).to_string()
    }
}

/// A filed subject.
struct Subject {
    place: u64,
    number: SubjectNumber,
    services: Vec<ServiceNumber>,
    name: String,
    provider: &'static str,
}

impl Subject {
    fn account(&self) -> String {
        format!("a-{:06}", self.place)
    }

    fn domain(&self, service: usize) -> String {
        format!("s{service}.subject{}.example.cn", self.place)
    }
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let (Some(dir), Some(count)) = (args.get(1), args.get(2).and_then(|n| n.parse().ok())) else {
        eprintln!("usage: gen_store DIR COUNT");
        std::process::exit(2);
    };
    let dir = Path::new(dir);
    for folder in ["orders", "subjects", "files"] {
        std::fs::create_dir_all(dir.join(folder)).unwrap();
    }
    std::fs::write(dir.join("store.toml"), "schema = 1\n").unwrap();
    let mut dice = Dice(count);
    let subjects: Vec<Subject> = (0..(count / ORDERS_A_SUBJECT).max(1))
        .map(|place| subject(place, &mut dice))
        .collect();
    for subject in &subjects {
        let record = record(subject, &mut dice);
        let path = dir.join(subject_path(&record.number).as_str());
        std::fs::write(path, subject_file::to_toml(&record).unwrap()).unwrap();
    }
    for place in 0..count {
        let subject = &subjects[usize::try_from(place % subjects.len() as u64).unwrap()];
        // The last of a subject's orders is alive, the one before it a draft.
        let age = (count - 1 - place) / subjects.len() as u64;
        let order = order(subject, place, age, &mut dice);
        let path = dir.join(order_path(&order.id).as_str());
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, order_file::to_toml(&order).unwrap()).unwrap();
    }
}

fn subject(place: u64, dice: &mut Dice) -> Subject {
    let province = dice.of(&PROVINCES);
    let number = format!("{province}ICP备{:08}号", 20_200_000 + place);
    let number = SubjectNumber::parse(&number).unwrap().number;
    let services = 1 + dice.below(3);
    Subject {
        place,
        services: (1..=services)
            .map(|n| {
                ServiceNumber::parse(&format!("{number}-{n}"))
                    .unwrap()
                    .number
            })
            .collect(),
        number,
        name: format!("示例{}{place}号有限公司", dice.of(&TRADES)),
        provider: dice.of(&PROVIDERS),
    }
}

/// Returns a person whom nobody can be.
fn person(dice: &mut Dice) -> Value {
    // So many birthdays that hardly two persons share a certificate, as it is with real ones.
    let born = (
        1960 + dice.below(40),
        1 + dice.below(12),
        1 + dice.below(28),
    );
    let body = format!(
        "000000{}{:02}{:02}{:03}",
        born.0,
        born.1,
        born.2,
        dice.below(1000)
    );
    json!({
        "name": format!("{}某{}", dice.of(&FAMILY), dice.below(1000)),
        "certificate_type": "id-card",
        "certificate_number": format!("{body}{}", check_digit(&body)),
        "phone": format!("19900{:06}", dice.below(1_000_000)),
    })
}

/// Returns the last character of an identity number (GB 11643-1999).
fn check_digit(body: &str) -> char {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let digits = body.chars().filter_map(|c| c.to_digit(10));
    let sum: u32 = digits
        .zip(WEIGHTS)
        .map(|(digit, weight)| digit * weight)
        .sum();
    char::from(b"10X98765432"[usize::try_from(sum % 11).unwrap()])
}

/// The days before 22 November 2026, in the morning.
fn day(before: u64) -> Instant {
    let base: Instant = "2026-11-22T09:00:00+08:00".parse().unwrap();
    base - chrono::TimeDelta::days(i64::try_from(before).unwrap())
}

fn record(subject: &Subject, dice: &mut Dice) -> SubjectRecord {
    let services: Vec<Value> = subject
        .services
        .iter()
        .enumerate()
        .map(|(place, number)| {
            json!({
                "number": number.to_string(),
                "name": format!("示例服务 {place}"),
                "domains": [subject.domain(place)],
                "responsible": person(dice),
                "accesses": [{ "provider": subject.provider, "account": subject.account() }],
            })
        })
        .collect();
    let at = day(4000);
    let entry = json!({
        "event": "adopt", "sequence": 1, "at": at, "recorded_at": at, "actor": "operator",
        "op": dice.id(),
        "filing": {
            "number": subject.number.to_string(),
            "name": subject.name,
            "nature": if subject.place.is_multiple_of(10) { "individual" } else { "enterprise" },
            "labels": { "customer": format!("客户{}", subject.place % 97) },
            "responsible": person(dice),
            "services": services,
        },
    });
    SubjectRecord {
        number: subject.number,
        history: vec![from_value(entry).unwrap()],
        extra: toml::Table::new(),
    }
}

/// The steps of an order's way, each with where it leads.
const REVIEWED: [(&str, &str); 5] = [
    ("submit", "provider-review"),
    ("accepted", "awaiting-bureau-submission"),
    ("forwarded", "sms-verification-pending"),
    ("sms-verified", "awaiting-bureau-review"),
    ("bureau-approved", "approved"),
];
const CANCELLED: [(&str, &str); 3] = [
    ("submit", "sms-verification-pending"),
    ("sms-verified", "awaiting-bureau-review"),
    ("bureau-approved", "approved"),
];

#[expect(
    clippy::too_many_lines,
    reason = "one order from its first field to its last"
)]
fn order(subject: &Subject, place: u64, age: u64, dice: &mut Dice) -> Order {
    // A cancellation would end what later orders are about: only the living one may be one.
    let kind = match (age, dice.below(4)) {
        (0, 0) => Kind::CancelSite,
        (_, 1) => Kind::New,
        (_, _) => Kind::Change,
    };
    let steps: &[(&str, &str)] = if kind.is_cancellation() {
        &CANCELLED
    } else {
        &REVIEWED
    };
    let taken = match age {
        0 => 1 + dice.below(steps.len() as u64 - 1),
        1 => 0,
        // Most that ended were approved; the others were given up.
        _ if kind == Kind::Change && dice.below(4) > 0 => steps.len() as u64,
        _ => 0,
    };
    let start = 8 + age * 45 + dice.below(20);
    let mut history = vec![json!({
        "event": "create", "at": day(start), "recorded_at": day(start), "to": "draft",
        "by": "operator", "actor": "operator", "op": dice.id(),
    })];
    let mut from = "draft";
    let mut at = start;
    for (event, to) in &steps[..usize::try_from(taken).unwrap()] {
        at = at.saturating_sub(1);
        let mut entry = json!({
            "event": event, "at": day(at), "recorded_at": day(at), "from": from, "to": to,
            "by": by(event), "actor": "operator", "op": dice.id(),
        });
        if *to == "sms-verification-pending" {
            let person = person(dice);
            entry["awaiting"] =
                json!([{ "who": ["service:1"], "name": person["name"], "phone": person["phone"] }]);
        }
        if *event == "sms-verified" {
            entry["who"] = json!(["service:1"]);
        }
        if *event == "bureau-approved" {
            entry["approval"] = json!({ "sequence": 2 + place / 10 });
        }
        history.push(entry);
        from = to;
    }
    for _ in 0..dice.below(5) {
        history.push(json!({
            "event": "note", "at": day(at), "recorded_at": day(at), "from": from, "to": from,
            "by": "operator", "actor": "operator", "op": dice.id(),
            "reason": "已与客户电话确认，材料齐全，等待下一步处理；如有变化另行通知",
        }));
    }
    if taken == 0 && age > 1 {
        history.push(json!({
            "event": "abandon", "at": day(at - 1), "recorded_at": day(at - 1), "from": from,
            "to": "abandoned", "by": "operator", "actor": "operator", "op": dice.id(),
        }));
    }
    let service = usize::try_from(dice.below(subject.services.len() as u64)).unwrap();
    let target = json!({
        "subject": subject.number.to_string(),
        "name": subject.name,
        "services": if kind == Kind::New { json!([]) } else { json!([{
            "number": subject.services[service].to_string(),
            "kind": "site",
            "name": format!("示例服务 {service}"),
            "domains": [subject.domain(service)],
        }]) },
    });
    let filing = json!({ "services": if kind == Kind::New { json!([{
        "kind": "site",
        "name": format!("示例新服务 {place}"),
        "domains": [format!("n{place}.example.cn")],
        "content": ["综合门户"],
        "languages": ["zh"],
        "responsible": person(dice),
    }]) } else { json!([]) } });
    let changes = json!(if kind == Kind::Change {
        vec![json!({
            "service": subject.services[service].to_string(),
            "field": "responsible.phone",
            "from": format!("19900{:06}", dice.below(1_000_000)),
            "to": format!("19900{:06}", dice.below(1_000_000)),
        })]
    } else {
        Vec::new()
    });
    let mut labels = BTreeMap::new();
    if dice.below(3) == 0 {
        labels.insert("assignee".to_owned(), format!("经办{}", dice.below(9)));
    }
    let given = format!("{:016x}{:016x}", dice.roll(), dice.roll());
    Order {
        id: OrderId::from_bits(dice.roll()),
        kind,
        via: Via::Provider,
        provider: Some(subject.provider.to_owned()),
        account: Some(subject.account()),
        verify_by: kind.is_cancellation().then_some(VerifyBy::Sms),
        reference: (dice.below(2) == 0).then(|| format!("row-{place}")),
        given: format!("{given}{given}"),
        after: None,
        labels,
        target: from_value::<Target>(target).unwrap(),
        filing: from_value(filing).unwrap(),
        changes: from_value(changes).unwrap(),
        materials: Vec::new(),
        history: from_value(json!(history)).unwrap(),
        extra: toml::Table::new(),
    }
}

/// Returns who brings a step about.
fn by(event: &str) -> By {
    Report::from_name(event).map_or(By::Operator, Report::by)
}
