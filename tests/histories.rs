//! Random histories: what folding, writing, undoing and interleaving must keep.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that cannot go on must fail, and its numbers are to be seen"
)]

pub(crate) mod desk;

use chrono::TimeDelta;
use desk::{Ask, Phones};
use icpctl::cli::context::World;
use icpctl::filing::event::{Command, Event, Report};
use icpctl::filing::guard;
use icpctl::filing::kind::{Kind, VerifyBy};
use icpctl::filing::machine;
use icpctl::filing::moment::Moment;
use icpctl::filing::number::ServiceNumber;
use icpctl::filing::order::{Instant, Material, OperationId, Order, OrderId};
use icpctl::filing::portfolio::Portfolio;
use icpctl::filing::record::{SubjectEvent, SubjectRecord};
use icpctl::filing::standing::effective;
use icpctl::filing::status::Status;
use icpctl::store::{order_file, subject_file};
use icpctl::workflow::advance::{self, Told};
use icpctl::workflow::assign::Assign;
use icpctl::workflow::{edit, undo};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// How many subjects the histories are about.
const SLOTS: usize = 4;
/// The one of them that nothing is filed of at first.
const UNFILED: usize = 4;
const KINDS: usize = 10;

/// What somebody does about a subject or one of its orders.
#[derive(Clone, Debug)]
enum Deed {
    Adopt {
        services: usize,
        phones: usize,
        replace: bool,
    },
    Gone {
        how: usize,
    },
    Label {
        value: usize,
    },
    Note,
    Draft {
        what: usize,
        provider: usize,
    },
    Command {
        order: usize,
        command: Command,
    },
    Edit {
        order: usize,
        value: usize,
    },
    Attach {
        order: usize,
    },
    Report {
        order: usize,
        report: Reported,
        who: usize,
        ago: u32,
    },
}

/// Which report comes in: a certain one, or one of those that fit.
#[derive(Clone, Copy, Debug)]
enum Reported {
    This(Report),
    Fitting(usize),
}

/// A deed, about which subject, how many hours after the one before, and whether it is taken back.
#[derive(Clone, Debug)]
struct Turn {
    slot: usize,
    gap: u32,
    deed: Deed,
    undone: bool,
}

/// Mostly the order under way, at times another one.
fn which() -> impl Strategy<Value = usize> {
    prop_oneof![5 => Just(0), 1 => Just(1)]
}

fn deeds() -> impl Strategy<Value = Deed> {
    let reports = prop_oneof![
        3 => Just(Reported::This(Report::SmsVerified)),
        4 => Just(Reported::This(Report::BureauApproved)),
        2 => (0..Report::ALL.len()).prop_map(|place| Reported::This(Report::ALL[place])),
        12 => any::<usize>().prop_map(Reported::Fitting),
    ];
    let commands = prop_oneof![
        12 => Just(Command::Submit),
        1 => Just(Command::Withdraw),
        1 => Just(Command::Abandon),
    ];
    prop_oneof![
        2 => (0..3_usize, 0..3_usize, any::<bool>())
            .prop_map(|(services, phones, replace)| Deed::Adopt { services, phones, replace }),
        1 => (0..16_usize).prop_map(|how| Deed::Gone { how }),
        1 => (0..3_usize).prop_map(|value| Deed::Label { value }),
        1 => Just(Deed::Note),
        9 => (0..KINDS, 0..3_usize).prop_map(|(what, provider)| Deed::Draft { what, provider }),
        16 => (which(), commands).prop_map(|(order, command)| Deed::Command { order, command }),
        2 => (which(), 0..3_usize).prop_map(|(order, value)| Deed::Edit { order, value }),
        1 => which().prop_map(|order| Deed::Attach { order }),
        20 => (which(), reports, 0..4_usize, 0..30_u32)
            .prop_map(|(order, report, who, ago)| Deed::Report { order, report, who, ago }),
    ]
}

fn turns() -> impl Strategy<Value = Vec<Turn>> {
    let gap = prop_oneof![6 => Just(0_u32), 12 => 1..10_u32, 4 => 20..30_u32, 1 => Just(45 * 24)];
    let slot = prop_oneof![6 => Just(1), 2 => Just(2), 1 => Just(3), 4 => Just(UNFILED)];
    let turn =
        (slot, gap, deeds(), prop::bool::weighted(0.1)).prop_map(|(slot, gap, deed, undone)| {
            Turn {
                slot,
                gap,
                deed,
                undone,
            }
        });
    // The others begin with filings, so that there is something to do orders about.
    prop::collection::vec(turn, 40..100).prop_map(|turns| {
        let first = (1..UNFILED).map(|slot| Turn {
            slot,
            gap: 0,
            deed: Deed::Adopt {
                services: 1,
                phones: slot,
                replace: false,
            },
            undone: false,
        });
        first.chain(turns).collect()
    })
}

/// The books, and whose orders are whose.
#[derive(Clone)]
struct Desk {
    world: World,
    orders: BTreeMap<usize, Vec<OrderId>>,
}

impl Desk {
    fn new() -> Self {
        Self {
            world: desk::world(),
            orders: BTreeMap::new(),
        }
    }

    /// Does what turn `place` says; returns whether anything was written.
    fn take(&mut self, place: usize, slot: usize, deed: &Deed, now: Instant) -> bool {
        self.world.now = now;
        let stamp = desk::stamp(&self.world, place);
        let number = desk::subject_number(slot);
        match deed {
            Deed::Adopt { .. }
                if slot == UNFILED && self.world.book.portfolio.subject(&number).is_none() =>
            {
                false
            }
            Deed::Adopt {
                services,
                phones,
                replace,
            } => {
                let phones = [Phones::Same, Phones::Different, Phones::Unknown][phones % 3];
                let account = format!("account-{slot}");
                let accesses = [("tencent", account.as_str()), ("generic", account.as_str())];
                let adoption =
                    desk::adoption(slot, services + 1, phones, &accesses[..=*services % 2]);
                desk::adopt(&mut self.world, &stamp, adoption, *replace);
                true
            }
            Deed::Gone { how } => {
                let Some(subject) = self.world.book.portfolio.subject(&number) else {
                    return false;
                };
                let service = subject.services.keys().next().cloned();
                let mut entry =
                    desk::record_entry(&self.world, &stamp, SubjectEvent::Gone, &number);
                (entry.service, entry.provider) = match how {
                    0 => (None, None),
                    1..=4 => (service, None),
                    5..=8 => (None, Some("generic".to_owned())),
                    _ => (service, Some("tencent".to_owned())),
                };
                desk::write(&mut self.world, &number, entry);
                true
            }
            Deed::Label { value } => {
                let mut entry =
                    desk::record_entry(&self.world, &stamp, SubjectEvent::Label, &number);
                match value {
                    0 => entry.unlabelled = vec!["customer".to_owned()],
                    value => {
                        entry
                            .labels
                            .insert("customer".to_owned(), value.to_string());
                    }
                }
                desk::write(&mut self.world, &number, entry);
                true
            }
            Deed::Note => {
                let mut entry =
                    desk::record_entry(&self.world, &stamp, SubjectEvent::Note, &number);
                entry.reason = Some(format!("第 {place} 条\n\"备注\""));
                desk::write(&mut self.world, &number, entry);
                true
            }
            Deed::Draft { what, provider } => {
                let Some(ask) = self.ask(slot, place, *what, *provider) else {
                    return false;
                };
                let id = OrderId::from_bits(place as u64);
                let order = desk::draft(&self.world, &stamp, id.clone(), ask);
                let (portfolio, profiles) = (&self.world.book.portfolio, &self.world.profiles);
                if guard::drafting(&order, portfolio, profiles).is_err() {
                    return false;
                }
                self.world.put(order);
                self.orders.entry(slot).or_default().push(id);
                true
            }
            Deed::Command { .. }
            | Deed::Edit { .. }
            | Deed::Attach { .. }
            | Deed::Report { .. } => self.move_order(place, slot, deed),
        }
    }

    /// Returns what a draft asks for; none where nothing is filed that it could be about.
    fn ask(&self, slot: usize, place: usize, what: usize, provider: usize) -> Option<Ask> {
        let number = desk::subject_number(slot);
        let filed = self.world.book.portfolio.subject(&number);
        let services: Vec<ServiceNumber> =
            filed.map_or_else(Vec::new, |s| s.services.keys().take(2).cloned().collect());
        let one: Vec<ServiceNumber> = services.first().cloned().into_iter().collect();
        let by = Some;
        let is_first = filed.is_none();
        let (kind, verify_by, targets) = match what {
            _ if is_first => (Kind::New, None, Vec::new()),
            0 | 1 => (Kind::New, None, Vec::new()),
            2 => (Kind::Access, None, services),
            3 => (Kind::Change, None, one),
            4 => (Kind::CancelSite, by(VerifyBy::Sms), one),
            5 => (Kind::CancelSite, by(VerifyBy::Email), one),
            6 => (Kind::CancelSubject, by(VerifyBy::Sms), services),
            7 => (Kind::CancelSubject, by(VerifyBy::Papers), services),
            8 => (Kind::CancelAccess, None, services),
            _ => (Kind::CancelSubject, None, services),
        };
        if kind != Kind::New && targets.is_empty() {
            return None;
        }
        let provider = match (kind, verify_by) {
            (Kind::Access, _) => "alibaba",
            (_, Some(VerifyBy::Email | VerifyBy::Papers)) => "tencent",
            (Kind::New, _) => ["tencent", "generic", "alibaba"][provider],
            (_, Some(VerifyBy::Sms) | None) => ["tencent", "generic", "tencent"][provider],
        };
        let written = what == 9 && !is_first;
        let mut changes = Vec::new();
        if let (Kind::Change, [service, ..]) = (kind, targets.as_slice()) {
            // As drafting lists them: services first, with what is filed.
            let facts = &self.world.book.portfolio.service(service)?.1.facts;
            let mut name = desk::change(Some(service.clone()), "name", &format!("新名称{place}"));
            name.from = facts.name.as_deref().map(toml::Value::from);
            changes.push(name);
            let address = filed.and_then(|subject| subject.facts.mailing_address.as_deref());
            let mut moved = desk::change(None, "mailing_address", &format!("某路 {place} 号"));
            moved.from = address.map(toml::Value::from);
            changes.push(moved);
        }
        let nature = is_first.then_some("enterprise");
        let count = if kind == Kind::New { 1 + place % 2 } else { 0 };
        Some(Ask {
            kind,
            provider: (!written).then(|| provider.to_owned()),
            account: (!written).then(|| format!("account-{slot}")),
            verify_by,
            subject: (!is_first).then_some(number),
            services: targets,
            filing: desk::filing(slot, nature, 10 + 2 * place, count, Phones::Different),
            changes,
        })
    }

    /// Returns the order that a deed is about: the one under way, else the last, or the one before.
    fn order(&self, slot: usize, back: usize) -> Option<Order> {
        let ids = self.orders.get(&slot)?;
        let all = || ids.iter().rev().map(|id| &self.world.book.orders[id]);
        let under_way = all().find(|order| back == 0 && order.standing().status.is_live());
        under_way.or_else(|| all().nth(back)).cloned()
    }

    fn move_order(&mut self, place: usize, slot: usize, deed: &Deed) -> bool {
        let (Deed::Command { order: back, .. }
        | Deed::Edit { order: back, .. }
        | Deed::Attach { order: back }
        | Deed::Report { order: back, .. }) = deed
        else {
            return false;
        };
        let Some(order) = self.order(slot, *back) else {
            return false;
        };
        let world = &self.world;
        let stamp = desk::stamp(world, place);
        let moved = match deed {
            Deed::Command { command, .. } => {
                advance::command(world, &stamp, &order, *command, None, None).ok()
            }
            Deed::Edit { value, .. } => {
                let field = if order.kind == Kind::New {
                    "services.0.remark"
                } else {
                    "account"
                };
                let set = Assign::Set(field.to_owned(), format!("value-{slot}-{value}"));
                edit::edit(world, &stamp, &order, &[set], None)
                    .ok()
                    .flatten()
            }
            Deed::Attach { .. } => Some(attached(world, place, &order)),
            Deed::Report {
                report, who, ago, ..
            } => {
                let told = said(world, slot, &order, *report, *who, *ago);
                let taken = advance::report(world, &stamp, &order, &told);
                taken.ok().and_then(|taken| taken.order)
            }
            Deed::Adopt { .. }
            | Deed::Gone { .. }
            | Deed::Label { .. }
            | Deed::Note
            | Deed::Draft { .. } => None,
        };
        let Some(moved) = moved else {
            return false;
        };
        self.world.put(moved);
        true
    }

    /// Takes back what turn `place` did; none where that is refused.
    fn undo(&mut self, place: usize, by_name: bool) -> Result<(), String> {
        let op = OperationId::from_bits(place as u64);
        let stamp = desk::stamp(&self.world, 10_000 + place);
        let named = by_name.then(|| op.as_str());
        let plan = undo::undo(&self.world, &stamp, named).map_err(|f| f.code.into_owned())?;
        assert_eq!(plan.answer.op, op);
        for record in plan.subjects {
            self.world
                .book
                .subjects
                .insert(record.number.clone(), record);
        }
        for order in plan.orders {
            self.world.book.orders.insert(order.id.clone(), order);
        }
        self.world.book.refold();
        Ok(())
    }

    /// Does all turns of the slots in `only`, each at its own time, with its own ids.
    fn run(turns: &[Turn], only: impl Fn(usize) -> bool) -> Self {
        let mut desk = Self::new();
        desk.run_more(turns, only);
        desk
    }

    fn run_more(&mut self, turns: &[Turn], only: impl Fn(usize) -> bool) {
        let mut now = desk::start();
        for (place, turn) in turns.iter().enumerate() {
            now += TimeDelta::hours(i64::from(turn.gap));
            if only(turn.slot) && self.take(place, turn.slot, &turn.deed, now) && turn.undone {
                // Refused only where something rests on it, which is as good.
                let _ = self.undo(place, true);
            }
        }
    }
}

/// An order with one more file.
fn attached(world: &World, place: usize, order: &Order) -> Order {
    let mut order = order.clone();
    let material = Material {
        slot: "licence".to_owned(),
        file: format!("{place}.jpg"),
        service: None,
        hash: None,
        media_type: None,
        size: None,
    };
    let status = order.standing().status;
    let stamp = desk::stamp(world, place);
    let mut entry = advance::entry(&stamp, Event::Attach, world.now, Some(status), status);
    let mut edit = desk::change(None, "materials", "");
    edit.to = Some(toml::Value::try_from(&material).unwrap());
    entry.edits.push(edit);
    order.materials.push(material);
    order.history.push(entry);
    order
}

/// A report in full: who and when spelt out.
fn said(world: &World, slot: usize, order: &Order, report: Reported, who: usize, ago: u32) -> Told {
    let report = match report {
        Reported::This(report) => report,
        Reported::Fitting(place) => {
            let status = order.view(&world.profiles, world.now).status();
            let fitting: Vec<Report> = machine::allowed(&order.case(&world.profiles), status)
                .into_iter()
                .filter_map(|event| Report::from_name(event.name()))
                .collect();
            match fitting.len() {
                0 => Report::Forwarded,
                count => fitting[place % count],
            }
        }
    };
    let ago = TimeDelta::hours(i64::from(ago.saturating_sub(20)));
    Told {
        report,
        at: Some(Moment::Exact(world.now - ago)),
        who: match report {
            Report::FaceVerified | Report::SmsVerified => {
                vec![["all", "subject", "service:1", "service:2"][who].to_owned()]
            }
            Report::Accepted
            | Report::Rejected
            | Report::Forwarded
            | Report::SmsSent
            | Report::SmsExpired
            | Report::BureauApproved
            | Report::BureauRejected
            | Report::Purged => Vec::new(),
        },
        reason: (report == Report::Rejected).then(|| "照片 模糊 = \"x\"\n".to_owned()),
        numbers: if report == Report::BureauApproved {
            desk::numbers(order, slot, 200 + 2 * order.history.len())
        } else {
            Vec::new()
        },
    }
}

/// An order without its history.
fn data(order: &Order) -> Order {
    Order {
        history: Vec::new(),
        ..order.clone()
    }
}

/// Checks that the books are as they were before an operation, reversals aside.
fn assert_restored(before: &World, after: &World) {
    assert_eq!(before.book.portfolio, after.book.portfolio);
    for order in after.book.orders.values() {
        let Some(was) = before.book.orders.get(&order.id) else {
            assert!(order.is_undone());
            assert_eq!(order.standing().status, Status::Abandoned);
            continue;
        };
        assert_eq!(was.standing(), order.standing());
        assert_eq!(
            was.view(&before.profiles, after.now),
            order.view(&after.profiles, after.now)
        );
        assert_eq!(effective(&was.history), effective(&order.history));
        assert_eq!(data(was), data(order));
    }
    for (number, record) in &after.book.subjects {
        let was = before.book.subjects.get(number);
        let was: Vec<_> = was.iter().flat_map(|record| record.effective()).collect();
        assert_eq!(was, record.effective().collect::<Vec<_>>());
    }
}

fn read_order(order: &Order, text: &str) -> Order {
    order_file::from_toml(&format!("orders/{}.toml", order.id), text.as_bytes()).unwrap()
}

fn read_record(record: &SubjectRecord, text: &str) -> SubjectRecord {
    let path = format!("subjects/{}", subject_file::file_name(&record.number));
    subject_file::from_toml(&path, text.as_bytes()).unwrap()
}

/// Puts things in another order, decided by `seed`.
fn shuffled<T>(things: impl Iterator<Item = T>, seed: u64) -> Vec<T> {
    let mut keyed: Vec<(u64, T)> = things
        .enumerate()
        .map(|(place, thing)| {
            let key = (place as u64 + 1).wrapping_mul(seed | 1).rotate_left(17) % 8191;
            (key, thing)
        })
        .collect();
    keyed.sort_by_key(|(key, _)| *key);
    keyed.into_iter().map(|(_, thing)| thing).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_what_was_decided(turns in turns()) {
        let desk = Desk::run(&turns, |_| true);
        for order in desk.world.book.orders.values() {
            let text = order_file::to_toml(order).unwrap();
            let table: toml::Table = text.parse().unwrap();
            prop_assert_eq!(table["status"].as_str(), Some(order.standing().status.name()));
            prop_assert_eq!(&read_order(order, &text), order);
        }
        for record in desk.world.book.subjects.values() {
            let text = subject_file::to_toml(record).unwrap();
            prop_assert_eq!(&read_record(record, &text), record);
        }
    }

    #[test]
    fn the_portfolio_does_not_depend_on_the_order_of_reading(turns in turns(), seed in any::<u64>()) {
        let desk = Desk::run(&turns, |_| true);
        let book = &desk.world.book;
        let records = shuffled(book.subjects.values(), seed);
        let orders = shuffled(book.orders.values(), seed.rotate_left(9));
        prop_assert_eq!(&Portfolio::fold(records, orders), &book.portfolio);
    }

    #[test]
    fn subjects_do_not_disturb_each_other(turns in turns()) {
        let together = Desk::run(&turns, |_| true);
        let mut one_by_one = Desk::new();
        for slot in (1..=SLOTS).rev() {
            one_by_one.run_more(&turns, |s| s == slot);
        }
        prop_assert_eq!(&one_by_one.world.book.orders, &together.world.book.orders);
        prop_assert_eq!(&one_by_one.world.book.subjects, &together.world.book.subjects);
        prop_assert_eq!(&one_by_one.world.book.portfolio, &together.world.book.portfolio);
        for slot in 1..=SLOTS {
            let alone = Desk::run(&turns, |s| s == slot);
            let number = desk::subject_number(slot);
            let all = &together.world.book.portfolio.subjects;
            prop_assert_eq!(alone.world.book.portfolio.subjects.get(&number), all.get(&number));
        }
    }

    #[test]
    fn undoing_restores_what_was_before(turns in turns()) {
        let mut desk = Desk::new();
        let mut now = desk::start();
        for (place, turn) in turns.iter().enumerate() {
            now += TimeDelta::hours(i64::from(turn.gap));
            let before = desk.clone();
            if !desk.take(place, turn.slot, &turn.deed, now) {
                continue;
            }
            let mut undone = desk.clone();
            // Without a name it is the latest operation; several at one time need the name.
            match undone.undo(place, turn.gap == 0) {
                Ok(()) => assert_restored(&before.world, &undone.world),
                Err(code) => prop_assert_eq!(code, "refused.rests-on-it"),
            }
            if turn.undone {
                desk = undone;
            }
        }
    }

    #[test]
    fn the_same_report_again_changes_nothing(turns in turns()) {
        let mut desk = Desk::new();
        let mut now = desk::start();
        for (place, turn) in turns.iter().enumerate() {
            now += TimeDelta::hours(i64::from(turn.gap));
            desk.world.now = now;
            let told = match turn.deed {
                Deed::Report { order, report, who, ago } => desk
                    .order(turn.slot, order)
                    .map(|o| (said(&desk.world, turn.slot, &o, report, who, ago), o.id)),
                Deed::Adopt { .. }
                | Deed::Gone { .. }
                | Deed::Label { .. }
                | Deed::Note
                | Deed::Draft { .. }
                | Deed::Command { .. }
                | Deed::Edit { .. }
                | Deed::Attach { .. } => None,
            };
            let written = desk.take(place, turn.slot, &turn.deed, now);
            let Some((told, id)) = told.filter(|_| written) else {
                continue;
            };
            let order = &desk.world.book.orders[&id];
            let stamp = desk::stamp(&desk.world, 20_000 + place);
            let again = advance::report(&desk.world, &stamp, order, &told).unwrap();
            prop_assert!(again.order.is_none(), "{:?}", told);
        }
    }

    #[test]
    fn unknown_keys_survive_a_rewrite(turns in turns()) {
        let mut desk = Desk::run(&turns, |_| true);
        for order in desk.world.book.orders.clone().into_values() {
            let mut table: toml::Table = order_file::to_toml(&order).unwrap().parse().unwrap();
            mark(&mut table);
            let known = read_order(&order, &toml::to_string(&table).unwrap());
            let rewritten = attached(&desk.world, 30_000, &known);
            let text = order_file::to_toml(&rewritten).unwrap();
            assert_marked(&text, order.history.len());
        }
        for record in desk.world.book.subjects.clone().into_values() {
            let mut table: toml::Table = subject_file::to_toml(&record).unwrap().parse().unwrap();
            mark(&mut table);
            let known = read_record(&record, &toml::to_string(&table).unwrap());
            let number = known.number.clone();
            desk.world.book.subjects.insert(number.clone(), known);
            let stamp = desk::stamp(&desk.world, 30_000);
            let entry = desk::record_entry(&desk.world, &stamp, SubjectEvent::Note, &number);
            desk::write(&mut desk.world, &number, entry);
            let text = subject_file::to_toml(&desk.world.book.subjects[&number]).unwrap();
            assert_marked(&text, record.history.len());
        }
    }
}

/// Puts keys of a later version into a record: at its top and in every entry.
fn mark(table: &mut toml::Table) {
    table.insert("urgency".to_owned(), toml::Value::from(3));
    let later = toml::Table::from_iter([("place".to_owned(), toml::Value::from("后来"))]);
    table.insert("later".to_owned(), toml::Value::Table(later));
    for (place, entry) in table["history"]
        .as_array_mut()
        .unwrap()
        .iter_mut()
        .enumerate()
    {
        let entry = entry.as_table_mut().unwrap();
        entry.insert("mark".to_owned(), toml::Value::from(format!("{place}")));
    }
}

/// Two persons answer in the same second, each reported by a command of its own.
#[test]
#[ignore = "fails: is_repeated of workflow/advance.rs takes any overlap in --who for the same report"]
fn another_persons_answer_at_the_same_time_is_no_repetition() {
    let mut desk = Desk::new();
    assert!(desk.take(
        0,
        UNFILED,
        &Deed::Draft {
            what: 0,
            provider: 0
        },
        desk::start()
    ));
    let submit = Deed::Command {
        order: 0,
        command: Command::Submit,
    };
    assert!(desk.take(1, UNFILED, &submit, desk::after(1)));
    let report = |report, who| Deed::Report {
        order: 0,
        report: Reported::This(report),
        who,
        ago: 0,
    };
    assert!(desk.take(2, UNFILED, &report(Report::SmsSent, 0), desk::after(2)));
    assert!(desk.take(3, UNFILED, &report(Report::SmsVerified, 1), desk::after(3)));
    assert!(
        desk.take(4, UNFILED, &report(Report::SmsVerified, 0), desk::after(3)),
        "`--who all` after `--who subject`"
    );
    let standing = desk.order(UNFILED, 0).unwrap().standing();
    assert_eq!(standing.status, Status::AwaitingBureauReview);
}

/// What a later version writes inside a subject's or a service's data is kept too.
#[test]
#[ignore = "fails: only the record and its history entries keep unknown keys, their tables lose them"]
fn unknown_keys_inside_the_data_survive_a_rewrite() {
    let mut desk = Desk::new();
    assert!(desk.take(
        0,
        UNFILED,
        &Deed::Draft {
            what: 0,
            provider: 0
        },
        desk::start()
    ));
    let order = desk.order(UNFILED, 0).unwrap();
    let mut table: toml::Table = order_file::to_toml(&order).unwrap().parse().unwrap();
    let subject = table["filing"]["subject"].as_table_mut().unwrap();
    subject.insert("later".to_owned(), toml::Value::from(1));
    let known = read_order(&order, &toml::to_string(&table).unwrap());
    let rewritten: toml::Table = order_file::to_toml(&known).unwrap().parse().unwrap();
    assert_eq!(
        rewritten["filing"]["subject"].get("later"),
        Some(&toml::Value::from(1))
    );
}

/// Labels and files on an order that never was do not bring it back.
#[test]
fn an_undone_creation_stays_undone() {
    let mut desk = Desk::new();
    let adopt = Deed::Adopt {
        services: 1,
        phones: 1,
        replace: false,
    };
    let draft = Deed::Draft {
        what: 3,
        provider: 0,
    };
    assert!(desk.take(0, 1, &adopt, desk::start()));
    assert!(desk.take(1, 1, &draft, desk::after(1)));
    desk.undo(1, true).unwrap();
    assert!(desk.take(2, 1, &Deed::Attach { order: 0 }, desk::after(2)));
    let order = desk.order(1, 0).unwrap();
    assert!(order.is_undone());
    assert_eq!(order.standing().status, Status::Abandoned);
    assert_eq!(order.standing().ended_at, Some(desk::after(1)));
    let submit = Deed::Command {
        order: 0,
        command: Command::Submit,
    };
    assert!(!desk.take(3, 1, &submit, desk::after(3)));
}

fn assert_marked(text: &str, entries: usize) {
    let table: toml::Table = text.parse().unwrap();
    assert_eq!(table["urgency"].as_integer(), Some(3));
    assert_eq!(table["later"]["place"].as_str(), Some("后来"));
    let history = table["history"].as_array().unwrap();
    assert_eq!(history.len(), entries + 1);
    for (place, entry) in history.iter().take(entries).enumerate() {
        assert_eq!(entry["mark"].as_str(), Some(place.to_string().as_str()));
    }
}

/// The random histories reach what the properties are about.
#[test]
fn the_histories_are_not_idle() {
    use proptest::strategy::ValueTree as _;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut reached: BTreeMap<Status, usize> = BTreeMap::new();
    let mut changed = 0;
    for _ in 0..60 {
        let turns = turns().new_tree(&mut runner).unwrap().current();
        let desk = Desk::run(&turns, |_| true);
        for order in desk.world.book.orders.values() {
            for entry in effective(&order.history) {
                *reached.entry(entry.to).or_default() += 1;
            }
            changed += usize::from(order.approval().is_some());
        }
    }
    println!("{changed} approvals, {reached:?}");
    assert!(
        reached.len() >= 11 && changed >= 60,
        "{changed} approvals, {reached:?}"
    );
}
