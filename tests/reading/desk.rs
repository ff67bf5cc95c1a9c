//! A store whose orders are written straight as files, and the program run on it.

use icpctl::filing::event::{By, Command, Event, Report};
use icpctl::filing::facts::SubjectFacts;
use icpctl::filing::host::Host;
use icpctl::filing::instant::Instant;
use icpctl::filing::kind::{Kind, Via};
use icpctl::filing::number::{ServiceNumber, SubjectNumber};
use icpctl::filing::order::{
    Entry, Filing, OperationId, Order, OrderId, Signatory, Target, TargetService, Who,
};
use icpctl::filing::place::Place;
use icpctl::filing::record::{Adoption, SubjectEntry, SubjectEvent, SubjectRecord};
use icpctl::filing::status::Status;
use icpctl::store::book::subject_path;
use icpctl::store::{order_file, subject_file};
use serde_json::Value;
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command as Process, Stdio};
use tempfile::TempDir;

/// The present of these tests.
pub(crate) const NOW: &str = "2026-11-22T12:56:00+08:00";

pub(crate) fn at(text: &str) -> Instant {
    format!("{text}:00+08:00").parse().unwrap()
}

pub(crate) struct Store(TempDir);

/// What a run of the program left behind.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|e| panic!("{e}: {}\n{}", self.out, self.err))
    }

    pub(crate) fn lines(&self) -> Vec<Value> {
        let lines = self.out.lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// The ids of a list, in its order.
    pub(crate) fn ids(&self) -> Vec<String> {
        let document = self.json();
        assert_eq!(document["schema"], "icpctl.order-list/1", "{}", self.out);
        let orders = document["data"].as_array().unwrap();
        orders
            .iter()
            .map(|o| o["id"].as_str().unwrap().to_owned())
            .collect()
    }
}

impl Store {
    pub(crate) fn new(orders: &[&Order]) -> Self {
        let private = <std::fs::Permissions as PermissionsExt>::from_mode(0o700);
        let store = Self(
            tempfile::Builder::new()
                .permissions(private)
                .tempdir()
                .unwrap(),
        );
        std::fs::write(store.path().join("store.toml"), "schema = 1\n").unwrap();
        for order in orders {
            store.put(order);
        }
        store
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes an order whole or not at all, as the program does.
    pub(crate) fn put(&self, order: &Order) {
        let file = file_of(self.path(), order.id.as_str());
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        let temporary = self.path().join(format!(".{}.tmp", order.id));
        std::fs::write(&temporary, order_file::to_toml(order).unwrap()).unwrap();
        std::fs::rename(temporary, file).unwrap();
    }

    /// Adopts a subject that has no service.
    pub(crate) fn adopt(&self, number: &str) {
        let number = SubjectNumber::parse(number).unwrap().number;
        let mut record = SubjectRecord::new(number);
        record.history.push(SubjectEntry {
            event: SubjectEvent::Adopt,
            sequence: 1,
            at: at("2026-11-01T09:00"),
            recorded_at: at("2026-11-01T09:00"),
            actor: None,
            op: OperationId::parse("ad0pt001").unwrap(),
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
            filing: Some(Adoption {
                number,
                labels: BTreeMap::new(),
                facts: SubjectFacts::default(),
                services: Vec::new(),
            }),
            extra: toml::Table::new(),
            turn: 0,
        });
        let file = self.path().join(subject_path(&number).as_str());
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, subject_file::to_toml(&record).unwrap()).unwrap();
    }

    /// The program on this store, its clock fixed.
    pub(crate) fn process(&self, args: &[&str]) -> Process {
        let mut process = Process::new(env!("CARGO_BIN_EXE_icpctl"));
        process
            .args(args)
            .env_clear()
            .env("ICPCTL_STORE", self.path())
            .env("ICPCTL_NOW", NOW)
            .env("ICPCTL_LANG", "en")
            .stdin(Stdio::null());
        process
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        done(&mut self.process(args))
    }

    /// Runs with another present.
    pub(crate) fn run_at(&self, now: &str, args: &[&str]) -> Ran {
        done(self.process(args).env("ICPCTL_NOW", now))
    }

    pub(crate) fn run_zh(&self, args: &[&str]) -> Ran {
        done(self.process(args).env("ICPCTL_LANG", "zh"))
    }
}

pub(crate) fn done(process: &mut Process) -> Ran {
    let output = process.output().unwrap();
    Ran {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

pub(crate) fn file_of(store: &Path, id: &str) -> PathBuf {
    store
        .join("orders")
        .join(&id[..2])
        .join(format!("{id}.toml"))
}

/// An order of a filed service at a provider, just drafted.
pub(crate) fn drafted(id: &str, kind: Kind, provider: &str, created: &str) -> Order {
    let number = ServiceNumber::parse("粤ICP备2021000001号-1")
        .unwrap()
        .number;
    Order {
        id: OrderId::parse(id).unwrap(),
        kind,
        via: Via::Provider,
        provider: Some(provider.to_owned()),
        account: None,
        verify_by: None,
        reference: None,
        given: String::new(),
        after: None,
        labels: BTreeMap::new(),
        target: Target {
            subject: Some(SubjectNumber::parse("粤ICP备2021000001号").unwrap().number),
            name: Some("示例科技有限公司".to_owned()),
            services: vec![TargetService {
                kind: number.kind(),
                number,
                name: Some("示例商城".to_owned()),
                domains: vec![Host::parse("shop.example.cn").unwrap()],
                access_mode: None,
                registrations: None,
                resource: None,
                extra: toml::Table::new(),
            }],
            extra: toml::Table::new(),
        },
        filing: Filing::default(),
        changes: Vec::new(),
        materials: Vec::new(),
        history: vec![entry(id, 0, Event::Create, created, None, Status::Draft)],
        extra: toml::Table::new(),
    }
}

fn entry(
    id: &str,
    place: usize,
    event: Event,
    when: &str,
    from: Option<Status>,
    to: Status,
) -> Entry {
    Entry {
        event,
        at: at(when),
        recorded_at: at(when),
        from,
        to,
        by: match event {
            Event::Report(report) => report.by(),
            Event::Create
            | Event::Command(_)
            | Event::Attach
            | Event::Label
            | Event::Note
            | Event::Undo => By::Operator,
        },
        actor: Some("tester".to_owned()),
        op: OperationId::parse(&format!("{}{place:04}", &id[..4])).unwrap(),
        reason: None,
        who: Vec::new(),
        accepted: Vec::new(),
        undoes: None,
        anomaly: false,
        awaiting: Vec::new(),
        approval: None,
        edits: Vec::new(),
        extra: toml::Table::new(),
        turn: 0,
    }
}

/// The order with one more entry in its history.
pub(crate) fn then(mut order: Order, event: Event, when: &str, to: Status) -> Order {
    let from = order.history.last().map(|e| e.to);
    let place = order.history.len();
    let mut added = entry(order.id.as_str(), place, event, when, from, to);
    if to == Status::SmsVerificationPending && from != Some(to) {
        added.awaiting = vec![Signatory {
            who: vec![Who::Service(Place::FIRST)],
            name: Some("甲乙".to_owned()),
            phone: Some("13800000001".to_owned()),
            extra: toml::Table::new(),
        }];
    }
    if to == Status::SmsVerificationPending && event == Event::Report(Report::SmsVerified) {
        added.who = vec![Who::Service(Place::FIRST)];
    }
    order.history.push(added);
    order
}

pub(crate) fn submitted(order: Order, when: &str, to: Status) -> Order {
    then(order, Event::Command(Command::Submit), when, to)
}

pub(crate) fn reported(order: Order, report: Report, when: &str, to: Status) -> Order {
    then(order, Event::Report(report), when, to)
}

/// A cancellation at Tencent whose SMS window opened at 10:10 on the 22nd.
pub(crate) fn cancelling(id: &str) -> Order {
    let order = drafted(id, Kind::CancelSite, "tencent", "2026-11-22T10:00");
    submitted(order, "2026-11-22T10:10", Status::SmsVerificationPending)
}

/// An access order at Tencent in the provider's review.
pub(crate) fn reviewed(id: &str, created: &str, sent: &str) -> Order {
    let order = drafted(id, Kind::Access, "tencent", created);
    submitted(order, sent, Status::ProviderReview)
}

/// An access order that the provider sent back.
pub(crate) fn rejected(id: &str) -> Order {
    let order = reviewed(id, "2026-11-18T09:00", "2026-11-18T09:30");
    let mut order = reported(
        order,
        Report::Rejected,
        "2026-11-19T15:00",
        Status::ProviderRejected,
    );
    order.history[2].reason = Some("网站名称与主体无关".to_owned());
    order
}

/// An access order at the bureau since the 20th.
pub(crate) fn at_bureau(id: &str) -> Order {
    let order = reviewed(id, "2026-11-18T08:00", "2026-11-18T09:30");
    let order = reported(
        order,
        Report::SmsSent,
        "2026-11-20T09:00",
        Status::SmsVerificationPending,
    );
    reported(
        order,
        Report::SmsVerified,
        "2026-11-20T10:00",
        Status::AwaitingBureauReview,
    )
}

/// An access order that was approved on the 21st.
pub(crate) fn approved(id: &str) -> Order {
    let order = at_bureau(id);
    reported(
        order,
        Report::BureauApproved,
        "2026-11-21T16:00",
        Status::Approved,
    )
}
