//! Filings, orders and a present to try them at, all in memory.

use chrono::TimeDelta;
use icpctl::cli::context::{Stamp, World};
use icpctl::filing::calendar::Calendar;
use icpctl::filing::event::Event;
use icpctl::filing::instant::Instant;
use icpctl::filing::kind::{Kind, VerifyBy, Via};
use icpctl::filing::number::{ServiceNumber, SubjectNumber};
use icpctl::filing::order::{
    FieldChange, Filing, OperationId, Order, OrderId, Target, TargetService,
};
use icpctl::filing::profile::Profiles;
use icpctl::filing::record::{Adoption, SubjectEntry, SubjectEvent, SubjectRecord};
use icpctl::filing::status::Status;
use icpctl::store::book::Book;
use icpctl::workflow::advance;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A Monday morning before anything happened.
pub(crate) fn start() -> Instant {
    "2026-03-02T09:00:00+08:00".parse().unwrap()
}

/// The instant `hours` after [`start`].
pub(crate) fn after(hours: u32) -> Instant {
    start() + TimeDelta::hours(i64::from(hours))
}

pub(crate) fn world() -> World {
    World::new(
        Book::default(),
        Profiles::built_in(),
        Calendar::embedded().clone(),
        start(),
    )
}

/// The stamp of the operation of that number, at the present.
pub(crate) fn stamp(world: &World, operation: usize) -> Stamp {
    Stamp {
        op: OperationId::from_bits(operation as u64),
        actor: Some("tester".to_owned()),
        now: world.now,
        turn: 0,
    }
}

/// Which of an order's persons share a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phones {
    Same,
    Different,
    Unknown,
}

impl Phones {
    /// Returns the phone of the person at `place`; the subject's is at 0.
    fn of(self, slot: usize, place: usize) -> Option<String> {
        match self {
            Self::Same => Some(format!("1380000{slot:02}00")),
            Self::Different => Some(format!("1380000{slot:02}{place:02}")),
            Self::Unknown => None,
        }
    }
}

pub(crate) fn subject_number(slot: usize) -> SubjectNumber {
    parse(&format!("粤ICP备20210000{slot:02}号"))
}

pub(crate) fn service_number(slot: usize, place: usize) -> ServiceNumber {
    ServiceNumber::parse(&format!("{}-{place}", subject_number(slot)))
        .unwrap()
        .number
}

pub(crate) fn parse(number: &str) -> SubjectNumber {
    SubjectNumber::parse(number).unwrap().number
}

fn person(slot: usize, place: usize, phones: Phones) -> String {
    let mut text = "responsible.name = \"某负责人\"\n".to_owned();
    if let Some(phone) = phones.of(slot, place) {
        writeln!(text, "responsible.phone = \"{phone}\"").unwrap();
    }
    text
}

fn holder(slot: usize, phones: Phones, nature: &str) -> String {
    format!(
        "name = \"主办者{slot}\"\nnature = \"{nature}\"\nprovince = \"gd\"\n\
         certificate_type = \"business-licence\"\ncertificate_number = \"slot-{slot}\"\n{}",
        person(slot, 0, phones)
    )
}

fn site(slot: usize, place: usize, phones: Phones) -> String {
    format!(
        "kind = \"site\"\nname = \"网站{place}\"\ndomains = [\"s{place}.h{slot}.example\"]\n{}",
        person(slot, place, phones)
    )
}

/// Existing filings of one subject: sites from place 1 on.
pub(crate) fn adoption(
    slot: usize,
    services: usize,
    phones: Phones,
    accesses: &[(&str, &str)],
) -> Adoption {
    let accesses: Vec<String> = accesses
        .iter()
        .map(|(provider, account)| {
            format!("{{ provider = \"{provider}\", account = \"{account}\" }}")
        })
        .collect();
    let accesses = accesses.join(", ");
    let mut text = format!(
        "number = \"{}\"\n{}",
        subject_number(slot),
        holder(slot, phones, "enterprise")
    );
    for place in 1..=services {
        let number = service_number(slot, place);
        let site = site(slot, place, phones);
        write!(
            text,
            "[[services]]\nnumber = \"{number}\"\naccesses = [{accesses}]\n{site}"
        )
        .unwrap();
    }
    toml::from_str(&text).unwrap()
}

/// What a `new` order asks for: sites from `first` on, and the subject where it has no number yet.
pub(crate) fn filing(
    slot: usize,
    nature: Option<&str>,
    first: usize,
    services: usize,
    phones: Phones,
) -> Filing {
    let sites = (first..first + services).map(|place| site(slot, place, phones));
    Filing {
        subject: nature.map(|nature| toml::from_str(&holder(slot, phones, nature)).unwrap()),
        services: sites.map(|site| toml::from_str(&site).unwrap()).collect(),
        extra: toml::Table::new(),
    }
}

/// An entry of a subject's record that says nothing yet.
pub(crate) fn record_entry(
    world: &World,
    stamp: &Stamp,
    event: SubjectEvent,
    number: &SubjectNumber,
) -> SubjectEntry {
    SubjectEntry {
        event,
        sequence: world.book.portfolio.next_sequence(number),
        at: world.now,
        recorded_at: stamp.now,
        actor: stamp.actor.clone(),
        op: stamp.op.clone(),
        reason: None,
        service: None,
        provider: None,
        because: None,
        replace: false,
        undoes: None,
        labels: BTreeMap::new(),
        unlabelled: Vec::new(),
        notice: None,
        duty: None,
        filing: None,
        extra: toml::Table::new(),
        turn: 0,
    }
}

/// Writes an entry down.
pub(crate) fn write(world: &mut World, number: &SubjectNumber, entry: SubjectEntry) {
    let known = world.book.subjects.get(number).cloned();
    let mut record = known.unwrap_or_else(|| SubjectRecord::new(*number));
    record.history.push(entry);
    world.book.put_subject(record);
    world.book.refold();
}

pub(crate) fn adopt(world: &mut World, stamp: &Stamp, adoption: Adoption, replace: bool) {
    let number = adoption.number;
    let mut entry = record_entry(world, stamp, SubjectEvent::Adopt, &number);
    entry.filing = Some(adoption);
    entry.replace = replace;
    write(world, &number, entry);
}

/// What an order is to be about.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) kind: Kind,
    pub(crate) provider: Option<String>,
    pub(crate) account: Option<String>,
    pub(crate) verify_by: Option<VerifyBy>,
    pub(crate) subject: Option<SubjectNumber>,
    pub(crate) services: Vec<ServiceNumber>,
    pub(crate) filing: Filing,
    pub(crate) changes: Vec<FieldChange>,
}

/// A draft; without a provider it is a written application.
pub(crate) fn draft(world: &World, stamp: &Stamp, id: OrderId, ask: Ask) -> Order {
    let services = ask.services.iter().map(|number| {
        let (_, filed) = world.book.portfolio.service(number).unwrap();
        TargetService {
            number: *number,
            kind: filed.kind(),
            name: filed.facts.name.clone(),
            domains: filed.domains().to_vec(),
            access_mode: None,
            registrations: None,
            resource: None,
            extra: toml::Table::new(),
        }
    });
    Order {
        id,
        kind: ask.kind,
        via: match ask.provider {
            Some(_) => Via::Provider,
            None => Via::Written,
        },
        provider: ask.provider,
        account: ask.account,
        verify_by: ask.verify_by,
        reference: None,
        given: "0".repeat(64),
        after: None,
        labels: BTreeMap::new(),
        target: Target {
            subject: ask.subject,
            name: None,
            services: services.collect(),
            extra: toml::Table::new(),
        },
        filing: ask.filing,
        changes: ask.changes,
        materials: Vec::new(),
        history: vec![advance::entry(
            stamp,
            Event::Create,
            world.now,
            None,
            Status::Draft,
        )],
        extra: toml::Table::new(),
    }
}

/// The change of one field; of the subject where no service is named.
pub(crate) fn change(service: Option<ServiceNumber>, field: &str, to: &str) -> FieldChange {
    FieldChange {
        service,
        field: field.to_owned(),
        from: None,
        to: Some(to.into()),
        in_part: false,
        extra: toml::Table::new(),
    }
}

/// The words of `--number` for an approval: sites from `first` on, all filed.
pub(crate) fn numbers(order: &Order, slot: usize, first: usize) -> Vec<String> {
    if order.kind != Kind::New {
        return Vec::new();
    }
    let issued = order
        .is_first_filing()
        .then(|| subject_number(slot).to_string());
    let services = (0..order.filing.services.len())
        .map(|place| service_number(slot, first + place).to_string());
    issued.into_iter().chain(services).collect()
}
