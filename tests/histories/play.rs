//! What people do to their filings and orders, turn by turn and at random.

use super::desk::{self, Ask, Phones};
use chrono::TimeDelta;
use icpctl::cli::context::World;
use icpctl::filing::event::{Command, Event, Report};
use icpctl::filing::guard;
use icpctl::filing::instant::Instant;
use icpctl::filing::kind::{Kind, VerifyBy};
use icpctl::filing::machine;
use icpctl::filing::moment::Moment;
use icpctl::filing::number::ServiceNumber;
use icpctl::filing::order::{Material, OperationId, Order, OrderId};
use icpctl::filing::record::SubjectEvent;
use icpctl::workflow::advance::{self, Told};
use icpctl::workflow::assign::Assign;
use icpctl::workflow::{edit, undo};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// How many subjects the histories are about.
pub(crate) const SLOTS: usize = 4;
/// The one of them that nothing is filed of at first.
pub(crate) const UNFILED: usize = 4;
const KINDS: usize = 10;

/// What somebody does about a subject or one of its orders.
#[derive(Clone, Debug)]
pub(crate) enum Deed {
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
pub(crate) enum Reported {
    This(Report),
    Fitting(usize),
}

/// A deed, about which subject, how many hours after the one before, and whether it is taken back.
#[derive(Clone, Debug)]
pub(crate) struct Turn {
    pub(crate) slot: usize,
    pub(crate) gap: u32,
    pub(crate) deed: Deed,
    pub(crate) undone: bool,
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

pub(crate) fn turns() -> impl Strategy<Value = Vec<Turn>> {
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
pub(crate) struct Desk {
    pub(crate) world: World,
    orders: BTreeMap<usize, Vec<OrderId>>,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self {
            world: desk::world(),
            orders: BTreeMap::new(),
        }
    }

    /// Does what turn `place` says; returns whether anything was written.
    pub(crate) fn take(&mut self, place: usize, slot: usize, deed: &Deed, now: Instant) -> bool {
        self.world.now = now;
        self.read_anew();
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
                let service = subject.services.keys().next().copied();
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
                if guard::drafting(&order, portfolio, profiles, &[]).is_err() {
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
            filed.map_or_else(Vec::new, |s| s.services.keys().take(2).copied().collect());
        let one: Vec<ServiceNumber> = services.first().copied().into_iter().collect();
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
            let mut name = desk::change(Some(*service), "name", &format!("新名称{place}"));
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
    pub(crate) fn order(&self, slot: usize, back: usize) -> Option<Order> {
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
                edit::edit(world, &stamp, &order, &[set], None, &[])
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

    /// Reads everything anew, as each command does: what waits is judged by what is filed by then.
    pub(crate) fn read_anew(&mut self) {
        self.world = World::new(
            self.world.book.clone(),
            self.world.profiles.clone(),
            self.world.calendar.clone(),
            self.world.now,
        );
    }

    /// Takes back what turn `place` did; none where that is refused.
    pub(crate) fn undo(&mut self, place: usize, by_name: bool) -> Result<(), String> {
        let op = OperationId::from_bits(place as u64);
        let stamp = desk::stamp(&self.world, 10_000 + place);
        let named = by_name.then(|| op.as_str());
        let plan = undo::undo(&self.world, &stamp, named).map_err(|f| f.code.into_owned())?;
        assert_eq!(plan.answer.op, op);
        for record in plan.subjects {
            self.world.book.put_subject(record);
        }
        for order in plan.orders {
            self.world.book.orders.insert(order.id.clone(), order);
        }
        self.world.book.refold();
        self.read_anew();
        Ok(())
    }

    /// Does all turns of the slots in `only`, each at its own time, with its own ids.
    pub(crate) fn run(turns: &[Turn], only: impl Fn(usize) -> bool) -> Self {
        let mut desk = Self::new();
        desk.run_more(turns, only);
        desk
    }

    pub(crate) fn run_more(&mut self, turns: &[Turn], only: impl Fn(usize) -> bool) {
        let mut now = desk::start();
        for (place, turn) in turns.iter().enumerate() {
            now = now + TimeDelta::hours(i64::from(turn.gap));
            if only(turn.slot) && self.take(place, turn.slot, &turn.deed, now) && turn.undone {
                // Refused only where something rests on it, which is as good.
                let _ = self.undo(place, true);
            }
        }
        self.read_anew();
    }
}

/// An order with one more file.
pub(crate) fn attached(world: &World, place: usize, order: &Order) -> Order {
    let mut order = order.clone();
    let material = Material {
        slot: "licence".to_owned(),
        file: format!("{place}.jpg"),
        service: None,
        hash: None,
        media_type: None,
        size: None,
        extra: toml::Table::new(),
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
pub(crate) fn said(
    world: &World,
    slot: usize,
    order: &Order,
    report: Reported,
    who: usize,
    ago: u32,
) -> Told {
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
