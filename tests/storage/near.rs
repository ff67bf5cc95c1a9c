//! What bears on an order: a look at that says what a look at everything says, however subjects,
//! persons, accounts and domains are shared.

use icpctl::cli::documents::order::{Desk, Manner};
use icpctl::filing::calendar::Calendar;
use icpctl::filing::guard::{self, Rival};
use icpctl::filing::instant::Instant;
use icpctl::filing::kind::Kind;
use icpctl::filing::number::SubjectNumber;
use icpctl::filing::order::{Material, Order, OrderId};
use icpctl::filing::profile::Profiles;
use icpctl::filing::province::Province;
use icpctl::filing::record::SubjectRecord;
use icpctl::filing::status::Status;
use icpctl::knowledge::rules;
use icpctl::lang::Lang;
use icpctl::render::mask::Privacy;
use icpctl::rulebook::Rulebook;
use icpctl::store::book::{Book, order_path, subject_path};
use icpctl::store::near::{Cards, Near, Wanted, look, look_beside};
use icpctl::store::roll::{self, Roll};
use icpctl::store::{Disk, Files as _, StorePath, order_file, subject_file};
use icpctl::workflow::check::Bench;
use icpctl::workflow::world::World;
use proptest::prelude::*;
use serde_json::{Value, from_value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;
use tempfile::TempDir;

const NOW: &str = "2026-11-22T10:00:00+08:00";
const SUBJECTS: u8 = 4;
const DOMAINS: [&str; 4] = [
    "a.example.cn",
    "b.example.cn",
    "c.example.cn",
    "d.example.cn",
];
const PHONES: [&str; 3] = ["19900000001", "19900000002", "19900000003"];
const CERTIFICATES: [&str; 3] = [
    "91440300MA00000152",
    "91330100MA0000058A",
    "91110000MA0000031P",
];
const IDS: [&str; 2] = ["110101199001010015", "110101199001010023"];

/// Where an order of the test stands.
#[derive(Clone, Copy, Debug)]
enum Stage {
    Draft,
    Live,
    Approved,
    Abandoned,
}

/// An order of the test; its values are places in the lists above.
#[derive(Clone, Debug)]
struct Sketch {
    kind: usize,
    stage: Stage,
    /// The filed subject; a first filing where there is none.
    subject: Option<u8>,
    account: Option<u8>,
    domain: usize,
    phone: usize,
    certificate: usize,
    after: Option<usize>,
}

fn sketch() -> impl Strategy<Value = Sketch> {
    let stage = prop_oneof![
        Just(Stage::Draft),
        Just(Stage::Live),
        Just(Stage::Approved),
        Just(Stage::Abandoned)
    ];
    let choices = (
        0..Kind::ALL.len(),
        stage,
        prop::option::of(0..SUBJECTS),
        prop::option::of(0..2_u8),
    );
    let shared = (
        0..DOMAINS.len(),
        0..PHONES.len(),
        0..CERTIFICATES.len(),
        prop::option::of(0..6_usize),
    );
    (choices, shared).prop_map(
        |((kind, stage, subject, account), (domain, phone, certificate, after))| {
            Sketch {
                // Only a new filing can be somebody's first.
                kind: if subject.is_none() { 0 } else { kind },
                stage,
                subject,
                account,
                domain,
                phone,
                certificate,
                after,
            }
        },
    )
}

fn number(place: u8) -> SubjectNumber {
    let text = format!("粤ICP备{:08}号", 20_210_001 + u32::from(place));
    SubjectNumber::parse(&text).unwrap().number
}

fn person(phone: usize, id: usize) -> Value {
    json!({
        "name": format!("某{phone}"), "phone": PHONES[phone],
        "certificate_type": "resident-id", "certificate_number": IDS[id % IDS.len()],
    })
}

/// A filed subject: half of them have their certificate, person and site on record.
fn record(place: u8) -> SubjectRecord {
    let at = "2021-06-01T09:00:00+08:00";
    let known = usize::from(place) % CERTIFICATES.len();
    let mut filing = json!({
        "number": number(place),
        "name": format!("示例{place}号有限公司"),
        "nature": "enterprise",
        "services": [{
            "number": format!("{}-1", number(place)),
            "name": "示例服务",
            "domains": [DOMAINS[usize::from(place) % DOMAINS.len()]],
            "accesses": [{ "provider": "tencent", "account": format!("a-{}", place % 2) }],
        }],
    });
    if place.is_multiple_of(2) {
        filing["certificate_type"] = "business-licence".into();
        filing["certificate_number"] = CERTIFICATES[known].into();
        filing["responsible"] = person(known, usize::from(place) / 2);
    }
    let entry = json!({
        "event": "adopt", "sequence": 1, "at": at, "recorded_at": at, "actor": "operator",
        "op": "aaaaaaaa", "filing": filing,
    });
    SubjectRecord {
        number: number(place),
        history: vec![from_value(entry).unwrap()],
        extra: toml::Table::new(),
    }
}

fn order(place: usize, sketch: &Sketch) -> Order {
    let entry = |event: &str, from: Value, to: &str, day: usize| {
        let at = format!("2026-10-{:02}T09:00:00+08:00", day + 1);
        json!({
            "event": event, "from": from, "to": to, "at": at, "recorded_at": at, "by": "operator",
            "actor": "operator", "op": OrderId::from_bits(7 + place as u64).to_string(),
        })
    };
    let day = place % 20;
    let mut history = vec![entry("create", Value::Null, "draft", day)];
    match sketch.stage {
        Stage::Draft => {}
        Stage::Abandoned => history.push(entry("abandon", "draft".into(), "abandoned", day + 1)),
        Stage::Live => history.push(entry("submit", "draft".into(), "provider-review", day + 1)),
        Stage::Approved => {
            history.push(entry("submit", "draft".into(), "provider-review", day + 1));
            let mut approved = entry(
                "bureau-approved",
                "provider-review".into(),
                "approved",
                day + 4,
            );
            let issued = number(100 + u8::try_from(place).unwrap());
            let services = json!([format!(
                "{}-{}",
                sketch.subject.map_or(issued, number),
                place + 2
            )]);
            approved["approval"] = json!({ "sequence": place + 2 });
            if sketch.subject.is_none() {
                approved["approval"]["subject"] = json!(issued);
            }
            if sketch.kind == 0 {
                approved["approval"]["services"] = services;
            }
            history.push(approved);
        }
    }
    let domain = DOMAINS[sketch.domain];
    let target = sketch.subject.map_or_else(
        || json!({ "services": [] }),
        |subject| {
            let services = json!([{
                "number": format!("{}-1", number(subject)), "kind": "site", "name": "示例服务",
                "domains": [DOMAINS[usize::from(subject) % DOMAINS.len()]],
            }]);
            json!({
                "subject": number(subject),
                "services": if sketch.kind == 0 { json!([]) } else { services },
            })
        },
    );
    let mut filing = json!({ "services": [] });
    if sketch.kind == 0 {
        filing["services"] = json!([{
            "kind": "site", "name": "示例新服务", "domains": [domain], "responsible": person(sketch.phone, sketch.certificate),
        }]);
        if sketch.subject.is_none() {
            filing["subject"] = json!({
                "name": "示例新有限公司", "nature": "enterprise", "province": "广东",
                "certificate_type": "business-licence",
                "certificate_number": CERTIFICATES[sketch.certificate],
                "responsible": person(sketch.phone, sketch.certificate),
            });
        }
    }
    let changes = if Kind::ALL[sketch.kind] == Kind::Change {
        json!([
            { "field": "responsible.phone", "to": PHONES[sketch.phone] },
            { "field": "certificate_number", "to": CERTIFICATES[sketch.certificate] },
        ])
    } else {
        json!([])
    };
    Order {
        id: id(place),
        kind: Kind::ALL[sketch.kind],
        via: from_value(json!("provider")).unwrap(),
        provider: Some("tencent".to_owned()),
        account: sketch.account.map(|account| format!("a-{account}")),
        verify_by: None,
        reference: None,
        given: "0".repeat(64),
        after: sketch.after.filter(|after| *after < place).map(id),
        labels: BTreeMap::new(),
        target: from_value(target).unwrap(),
        filing: from_value(filing).unwrap(),
        changes: from_value(changes).unwrap(),
        materials: Vec::new(),
        history: from_value(json!(history)).unwrap(),
        extra: toml::Table::new(),
    }
}

fn id(place: usize) -> OrderId {
    OrderId::from_bits((place as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

fn world(book: Book) -> World {
    let now: Instant = NOW.parse().unwrap();
    World::new(
        book,
        Profiles::built_in(),
        Calendar::embedded().clone(),
        now,
    )
}

fn rulebook() -> &'static Rulebook {
    static RULEBOOK: OnceLock<Rulebook> = OnceLock::new();
    RULEBOOK.get_or_init(|| Rulebook::new(rules(), Calendar::embedded().clone()))
}

/// What is said of an order: its document, its rivals, and what the rulebook finds.
fn said(world: &World, id: &OrderId) -> String {
    let order = &world.book.orders[id];
    let manner = Manner {
        lang: Lang::En,
        privacy: Privacy::Revealed,
    };
    let document = Desk::new(world).document(order, manner);
    let rivals: Vec<String> = world
        .rivals_of(order)
        .iter()
        .map(|rival| format!("{} {:?}", rival.order.id, rival.status))
        .collect();
    let bench = Bench::new(world, rulebook(), Privacy::Revealed);
    let judgement = bench.order(world, order, &|_: &Material| panic!("no order has any"));
    format!("{document}\n{rivals:?}\n{:?}", judgement.findings)
}

/// A store of the subjects, and of an order for each sketch.
fn store(sketches: &[Sketch]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let disk = Disk::open(folder.path()).unwrap();
    for place in 0..SUBJECTS {
        let record = record(place);
        let text = subject_file::to_toml(&record).unwrap();
        put(&disk, &subject_path(&record.number), &text);
    }
    for (place, sketch) in sketches.iter().enumerate() {
        put_order(&disk, place, sketch);
    }
    folder
}

fn put_order(disk: &Disk, place: usize, sketch: &Sketch) {
    let order = order(place, sketch);
    let text = order_file::to_toml(&order).unwrap();
    put(disk, &order_path(&order.id), &text);
}

/// Puts a file in place by a rename, as most editors do.
fn put(disk: &Disk, path: &StorePath, text: &str) {
    let path = disk.full_path(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let beside = path.with_extension("new");
    fs::write(&beside, text).unwrap();
    fs::rename(beside, path).unwrap();
}

/// Only what bears on an order is read.
#[test]
fn orders_that_share_nothing_are_left_alone() {
    let sketches: Vec<Sketch> = (0..3_u8)
        .map(|place| Sketch {
            kind: 2,
            stage: Stage::Draft,
            subject: Some(place),
            account: None,
            domain: usize::from(place),
            phone: 1,
            certificate: 1,
            after: None,
        })
        .collect();
    let folder = store(&sketches[..1]);
    let disk = Disk::open(folder.path()).unwrap();
    let alone = order(
        1,
        &Sketch {
            kind: 3,
            ..sketches[1].clone()
        },
    );
    let text = order_file::to_toml(&alone).unwrap();
    put(&disk, &order_path(&alone.id), &text);
    let mut wanted = Wanted::default();
    wanted.word(alone.id.as_str());
    let mut roll = Roll::open(&disk, folder.path(), None, 0).unwrap();
    let near = look(&disk, &mut roll, &wanted, 0).unwrap();
    let ids: Vec<&OrderId> = near.book.orders.keys().collect();
    assert_eq!(ids, [&alone.id]);
    // Another subject is filed at the same account.
    let numbers: Vec<&SubjectNumber> = near.book.subjects.keys().collect();
    assert_eq!(numbers, [&number(1), &number(3)]);
}

/// In stores of more records than this, not every file is looked at each time.
const FEW: usize = 4;

const SECOND: i128 = 1_000_000_000;

/// A store whose concordance was kept.
struct Kept {
    home: TempDir,
    disk: Disk,
    cache: TempDir,
    /// When it was kept, in nanoseconds since 1970.
    at: i128,
}

impl Kept {
    fn new(sketches: &[Sketch]) -> Self {
        let home = store(sketches);
        let disk = Disk::open(home.path()).unwrap();
        let kept = Self {
            cache: tempfile::tempdir().unwrap(),
            at: tick(&disk) + SECOND,
            home,
            disk,
        };
        let mut roll = kept.roll(0);
        let _ = look(&kept.disk, &mut roll, &Wanted::default(), FEW).unwrap();
        roll.keep(&|name, _| name.into());
        assert!(kept.concordance().is_some());
        // What is done from here on has another time, however coarse the file system's clock.
        let now = tick(&kept.disk);
        while tick(&kept.disk) <= now {}
        kept
    }

    fn concordance(&self) -> Option<PathBuf> {
        let names = fs::read_dir(self.cache.path()).unwrap();
        let mut paths = names.map(|entry| entry.unwrap().path());
        paths.find(|path| path.to_str().unwrap().contains("concordance-"))
    }

    fn roll(&self, after: i128) -> Roll<'_> {
        let cache = Some(self.cache.path());
        Roll::open(&self.disk, self.home.path(), cache, self.at + after).unwrap()
    }

    /// Looks so many seconds later.
    fn look(&self, seconds: i128, wanted: &Wanted) -> World {
        let mut roll = self.roll(seconds * SECOND);
        let Near { book, times } = look(&self.disk, &mut roll, wanted, FEW).unwrap();
        let mut near = world(book);
        near.took(times);
        near
    }

    /// Looks at what bears on an order.
    fn look_at(&self, seconds: i128, id: &OrderId) -> World {
        let mut wanted = Wanted::default();
        wanted.word(id.as_str());
        self.look(seconds, &wanted)
    }

    fn whole(&self) -> World {
        world(Book::read(&self.disk).unwrap())
    }
}

/// The machine's time of a file just written, in nanoseconds.
fn tick(disk: &Disk) -> i128 {
    let path = StorePath::parse("tick").unwrap();
    fs::write(disk.full_path(&path), "x").unwrap();
    disk.stat(&path).unwrap().changed
}

/// Something done to a store behind our back.
#[derive(Clone, Debug)]
enum Edit {
    Order(usize, Sketch),
    Gone(usize),
    Subject(u8),
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        (0..8_usize, sketch()).prop_map(|(place, sketch)| Edit::Order(place, sketch)),
        (0..8_usize).prop_map(Edit::Gone),
        (0..SUBJECTS).prop_map(Edit::Subject),
    ]
}

impl Edit {
    fn make(&self, disk: &Disk) {
        match self {
            Self::Order(place, sketch) => put_order(disk, *place, sketch),
            Self::Gone(place) => {
                let _ = fs::remove_file(disk.full_path(&order_path(&id(*place))));
            }
            Self::Subject(place) => {
                let mut record = record(*place);
                let filing = record.history[0].filing.as_mut().unwrap();
                filing.facts.certificate_number = Some(CERTIFICATES[2].to_owned());
                let text = subject_file::to_toml(&record).unwrap();
                put(disk, &subject_path(&record.number), &text);
            }
        }
    }
}

/// Orders of one domain each, of their own subjects.
fn apart(domains: [usize; 6]) -> Vec<Sketch> {
    let orders = domains.iter().map(|domain| Sketch {
        kind: 0,
        stage: Stage::Live,
        subject: None,
        account: None,
        domain: *domain,
        phone: 0,
        certificate: 0,
        after: None,
    });
    orders.collect()
}

/// A file that is written over where it stands changes no folder: what it is about by then is known
/// after a list, or ten minutes later. What is read of it is never old.
#[test]
fn a_file_written_over_in_place_is_noticed_by_a_list_or_after_a_while() {
    let sketches = apart([0, 0, 1, 2, 2, 3]);
    let over = |kept: &Kept, place: usize, domain: usize| {
        let order = order(place, &apart([domain; 6])[place]);
        let path = kept.disk.full_path(&order_path(&order.id));
        fs::write(path, order_file::to_toml(&order).unwrap()).unwrap();
    };
    let with = |world: &World, place: usize| world.book.orders.contains_key(&id(place));
    let (mut kept, mut noticed) = (Kept::new(&sketches), 0);
    // Persons and certificates of all are the same here; a domain only some share.
    for place in 0..6 {
        assert!(with(&kept.look_at(1, &id(0)), place));
    }
    let mut domain = Wanted::default();
    domain.word(DOMAINS[3]);
    assert!(with(&kept.look(1, &domain), 5));
    // What is known to bear on it is read anew each time.
    over(&kept, 5, 1);
    let read = kept.look(1, &domain);
    assert_eq!(read.book.orders[&id(5)].domains()[0].as_str(), DOMAINS[1]);
    for look in ["list", "list at once", "later"] {
        kept = Kept::new(&sketches);
        over(&kept, 5, 1);
        let mut other = Wanted::default();
        other.word("no.example.cn");
        let _ = kept.look(1, &other);
        assert!(kept.concordance().is_some(), "it still stands");
        let seconds = match look {
            "list" | "list at once" => {
                let at_once = look != "list";
                let mut roll = kept.roll(if at_once { -SECOND } else { 2 * SECOND });
                let _: Vec<()> = roll.walk(|(), _, _| {}).unwrap();
                roll.keep(&|name, _| name.into());
                assert!(kept.concordance().is_none());
                3
            }
            _ => 600,
        };
        let mut wanted = Wanted::default();
        wanted.word(DOMAINS[1]);
        noticed += usize::from(with(&kept.look(seconds, &wanted), 5));
    }
    assert_eq!(noticed, 3);
}

/// R10: cut or with a bit flipped, it answers right or not at all.
#[test]
fn a_damaged_concordance_answers_nothing_wrong() {
    let kept = Kept::new(&apart([0, 0, 1, 2, 2, 3]));
    let path = kept.concordance().unwrap();
    let bytes = fs::read(&path).unwrap();
    let whole = kept.whole();
    let said_of = |world: &World| said(world, &id(0));
    let expected = said_of(&whole);
    let (mut asked, step) = (0, bytes.len() / 200 + 1);
    for place in (0..bytes.len()).step_by(step) {
        let mut flipped = bytes.clone();
        flipped[place] ^= 1 << (place % 8);
        for damaged in [&bytes[..place], &flipped] {
            fs::write(&path, damaged).unwrap();
            assert_eq!(said_of(&kept.look_at(1, &id(0))), expected, "at {place}");
            asked += 1;
        }
    }
    assert!(asked > 100, "{asked}");
}

/// A look at a part of the store keeps nothing of it in place of what is kept of all.
#[test]
fn a_look_at_some_folders_keeps_no_roll() {
    let sketches: Vec<Sketch> = apart([0; 6]).into_iter().cycle().take(80).collect();
    let kept = Kept::new(&sketches);
    let rolls = || {
        let names = fs::read_dir(kept.cache.path()).unwrap();
        let paths = names.map(|entry| entry.unwrap().path());
        paths
            .map(|path| fs::read(path).unwrap())
            .collect::<Vec<_>>()
    };
    let before = rolls();
    for (place, sketch) in sketches.iter().enumerate().take(40) {
        put_order(&kept.disk, place, sketch);
    }
    let mut roll = kept.roll(SECOND);
    let mut wanted = Wanted::default();
    wanted.word(id(79).as_str());
    let _ = look(&kept.disk, &mut roll, &wanted, 60).unwrap();
    roll.keep(&|name, _| name.into());
    assert_eq!(rolls(), before);
}

#[test]
fn what_was_kept_can_be_forgotten() {
    let kept = Kept::new(&apart([0; 6]));
    roll::forget(kept.cache.path());
    assert_eq!(fs::read_dir(kept.cache.path()).unwrap().count(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever is put in place, taken away or added in between.
    #[test]
    fn a_concordance_says_what_a_look_at_everything_says(
        sketches in prop::collection::vec(sketch(), 5..9),
        edits in prop::collection::vec(edit(), 0..4),
    ) {
        let kept = Kept::new(&sketches);
        for edit in &edits {
            edit.make(&kept.disk);
        }
        let whole = kept.whole();
        for id in whole.book.orders.keys() {
            prop_assert_eq!(said(&kept.look_at(1, id), id), said(&whole, id));
        }
        // For an order that is yet to be made.
        let mut wanted = Wanted::default();
        wanted.everywhere();
        let near = kept.look(1, &wanted);
        let provinces = Province::all().map(Some).chain([None]);
        for (province, kind) in provinces.flat_map(|p| Kind::ALL.iter().map(move |kind| (p, kind))) {
            let days = |world: &World| {
                let mut days = world.days_taken(province, *kind);
                days.sort_unstable();
                days
            };
            prop_assert_eq!(days(&near), days(&whole));
        }
    }

    #[test]
    fn a_look_at_what_bears_on_an_order_is_a_look_at_everything(
        sketches in prop::collection::vec(sketch(), 1..9),
    ) {
        let folder = store(&sketches);
        let disk = Disk::open(folder.path()).unwrap();
        let book = Book::read(&disk).unwrap();
        prop_assert!(book.damaged.is_empty(), "{:?}", book.damaged);
        let whole = world(book);
        for id in whole.book.orders.keys() {
            let mut wanted = Wanted::default();
            wanted.word(id.as_str());
            let mut roll = Roll::open(&disk, folder.path(), None, 0).unwrap();
            let Near { book, times } = look(&disk, &mut roll, &wanted, 0).unwrap();
            let mut near = world(book);
            near.took(times);
            prop_assert_eq!(said(&near, id), said(&whole, id));
        }
        let mut roll = Roll::open(&disk, folder.path(), None, 0).unwrap();
        let cards = Cards::of(&mut roll, |slip, _| slip.status == Status::Draft).unwrap();
        let Near { book, times } = look_beside(&disk, &roll, cards, &Wanted::default()).unwrap();
        let mut near = world(book);
        near.took(times);
        let drafts = whole.book.orders.values().filter(|o| o.standing().status == Status::Draft);
        for Order { id, .. } in drafts {
            prop_assert_eq!(said(&near, id), said(&whole, id));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// What stands in the way of an order, looked up or looked for among all orders; kept up as orders
    /// become others.
    #[test]
    fn what_is_looked_up_in_the_way_is_what_all_orders_say(
        sketches in prop::collection::vec(sketch(), 1..9),
        later in prop::collection::vec(sketch(), 0..9),
    ) {
        let folder = store(&sketches);
        let disk = Disk::open(folder.path()).unwrap();
        let mut whole = world(Book::read(&disk).unwrap());
        let agree = |world: &World| {
            let World { book, profiles, now, .. } = world;
            let all: Vec<Rival<'_>> = book
                .orders
                .values()
                .map(|order| Rival { order, status: order.view(profiles, *now).status() })
                .collect();
            for order in book.orders.values() {
                let among = |rivals: &[Rival<'_>]| {
                    let found = guard::blocking(order, &book.portfolio, profiles, rivals);
                    format!("{found:?}")
                };
                prop_assert_eq!(among(&world.rivals_of(order)), among(&all));
                let is_beside = |other: &&Order| guard::is_same_subject(order, other, &book.portfolio);
                let ids = |orders: Vec<&Order>| -> Vec<OrderId> {
                    orders.iter().map(|order| order.id.clone()).collect()
                };
                let drafts = all.iter().filter(|rival| rival.status == Status::Draft);
                prop_assert_eq!(
                    ids(world.drafts_beside(order).filter(is_beside).collect()),
                    ids(drafts.map(|rival| rival.order).filter(is_beside).collect())
                );
            }
            Ok(())
        };
        agree(&whole)?;
        for (place, sketch) in later.iter().enumerate() {
            whole.put(order(place, sketch));
            agree(&whole)?;
        }
    }
}
