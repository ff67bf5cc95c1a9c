//! What is filed, as scripts and people see it.

use super::order::{Desk, Manner, subject_name, time};
use super::{board, owed, people};
use crate::filing::facts::Person;
use crate::filing::notice::Notice;
use crate::filing::number::{ServiceNumber, SubjectNumber};
use crate::filing::order::OrderId;
use crate::filing::portfolio::{FiledService, FiledSubject, Risk};
use crate::filing::province::Province;
use crate::filing::tree::is_below;
use crate::knowledge;
use crate::lang::{Lang, Text, commas};
use crate::render::clean::clean;
use crate::render::mask::mask_tree;
use crate::render::room::Room;
use crate::render::style::{Color, Tone};
use crate::render::table::{Cell, Table};
use crate::text;
use crate::workflow::owed::{Ledger, Matter, Owed, nearest_first};
use crate::workflow::world::World;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What is filed, with the live orders about each subject and service at hand.
#[derive(Debug)]
pub struct Stock<'a> {
    /// The orders, and where each stands.
    pub desk: Desk<'a>,
    /// What is owed for what is filed.
    pub ledger: Ledger<'a>,
    by_subject: BTreeMap<SubjectNumber, Vec<&'a OrderId>>,
    by_service: BTreeMap<ServiceNumber, Vec<&'a OrderId>>,
}

impl<'a> Stock<'a> {
    /// Gathers the live orders.
    pub fn new(world: &'a World) -> Self {
        let desk = Desk::new(world);
        let mut by_subject: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let mut by_service: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for order in world.book.orders.values() {
            if !desk.view(order).status().is_live() {
                continue;
            }
            if let Some(number) = order.target.subject {
                by_subject.entry(number).or_default().push(&order.id);
            }
            for service in &order.target.services {
                by_service
                    .entry(service.number)
                    .or_default()
                    .push(&order.id);
            }
        }
        Self {
            desk,
            ledger: Ledger::new(world),
            by_subject,
            by_service,
        }
    }

    /// Lists the live orders about a service.
    pub fn live_of(&self, number: ServiceNumber) -> &[&'a OrderId] {
        self.by_service.get(&number).map_or(&[], Vec::as_slice)
    }
}

/// A subject with those of its services that are asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Excerpt<'a> {
    /// The subject.
    pub subject: &'a FiledSubject,
    /// The services, by number.
    pub services: BTreeMap<ServiceNumber, &'a FiledService>,
}

/// The fields of an element, for tables that hold none.
const FIELDS: [&str; 33] = [
    "number",
    "name",
    "nature",
    "province",
    "labels",
    "services.number",
    "services.kind",
    "services.name",
    "services.domains",
    "services.accesses.provider",
    "services.accesses.account",
    "services.accesses.resource",
    "services.accesses.since",
    "services.accesses_known",
    "services.approved_on",
    "services.labels",
    "services.responsible",
    "services.live_orders",
    "services.risks.code",
    "live_orders",
    "risks.code",
    "responsible",
    "notes.text",
    "group",
    "services.notices.id",
    "services.notices.class",
    "services.notices.state",
    "services.duties.duty",
    "services.duties.state",
    "notices.id",
    "notices.class",
    "notices.state",
    "duties",
];

/// Returns the columns of these documents: labels and persons have one for each key.
pub fn fields(documents: &Value) -> Vec<String> {
    let paths = crate::render::fields::paths(documents);
    FIELDS
        .iter()
        .flat_map(|field| {
            let below = paths.iter().filter(|path| is_below(path, field));
            let below: Vec<String> = below.cloned().collect();
            if below.is_empty() {
                vec![(*field).to_owned()]
            } else {
                below
            }
        })
        .collect()
}

impl<'a> Excerpt<'a> {
    /// All of a subject.
    pub fn whole(subject: &'a FiledSubject) -> Self {
        Self {
            subject,
            services: subject.services.iter().map(|(n, s)| (*n, s)).collect(),
        }
    }

    /// Whether the subject is an individual, whose name is personal.
    pub fn is_individual(&self) -> bool {
        self.subject.facts.is_individual()
    }

    /// Returns the name as it may be shown.
    pub fn name(&self, manner: Manner) -> Option<String> {
        let name = self.subject.facts.name.as_deref()?;
        Some(subject_name(name, self.is_individual(), manner.privacy))
    }

    /// Returns the element of the document; `group` is null unless grouped.
    pub fn element(&self, stock: &Stock<'_>, manner: Manner, group: Option<&str>) -> Value {
        let subject = self.subject;
        let services: Vec<Value> = self
            .services
            .values()
            .map(|service| service_element(stock, subject, service, manner))
            .collect();
        let names = people::of_subject(subject);
        json!({
            "number": subject.number,
            "name": self.name(manner),
            "nature": subject.facts.nature,
            "province": subject.province().map(Province::code),
            "labels": subject.labels,
            "services": services,
            "live_orders": self.live_orders(stock),
            "risks": risks(subject.risk(), manner.lang),
            "responsible": person(subject.facts.responsible.as_deref(), "subject.responsible", manner),
            "notes": subject.notes.iter().map(|note| json!({
                "at": time(note.at),
                "actor": note.actor,
                "service": note.service,
                "text": names.mask(&note.text, manner.privacy),
            })).collect::<Vec<_>>(),
            "group": group,
            "notices": notices(stock, subject, |notice| notice.service.is_none(), manner),
            "duties": duties(stock, subject, None, manner),
        })
    }

    /// Lists the live orders of the subject.
    pub fn live_orders<'s, 'w>(&self, stock: &'s Stock<'w>) -> &'s [&'w OrderId] {
        let live = stock.by_subject.get(&self.subject.number);
        live.map_or(&[], Vec::as_slice)
    }

    /// Returns the subject's line and the table of its services.
    pub fn page(&self, stock: &Stock<'_>, manner: Manner, look: Look) -> String {
        let Manner { lang, .. } = manner;
        let subject = self.subject;
        let mut parts = vec![
            Tone::Name
                .paint(&subject.number.to_string(), look.color)
                .into_owned(),
        ];
        parts.extend(self.name(manner).map(|name| clean(&name).into_owned()));
        if let Some(nature) = &subject.facts.nature {
            let list = knowledge::code_list("natures");
            let label = list.and_then(|list| list.entry(nature));
            let shown = label.map_or(nature.as_str(), |entry| entry.label.get(lang));
            parts.push(clean(shown).into_owned());
        }
        parts.extend(subject.province().map(|p| p.name().get(lang).to_owned()));
        parts.extend(
            subject
                .labels
                .iter()
                .map(|(k, v)| clean(&format!("{k}={v}")).into_owned()),
        );
        let mut page = parts.join("  ");
        page.push('\n');
        if let Some(risk) = subject.risk() {
            let label = text!("风险：", "risk: ");
            let line = format!("  {}{}", label.get(lang), risk.message().get(lang));
            page.push_str(&Tone::Against.paint(&line, look.color));
            page.push('\n');
        }
        let elsewhere: Vec<&str> = self
            .live_orders(stock)
            .iter()
            .filter(|id| !self.services.keys().any(|n| stock.live_of(*n).contains(id)))
            .map(|id| id.as_str())
            .collect();
        if !elsewhere.is_empty() {
            let label = text!("在办订单：", "live orders: ");
            page.extend(["  ", label.get(lang), &elsewhere.join(", "), "\n"]);
        }
        if !self.services.is_empty() {
            page.push_str(&self.table(stock, lang, look));
        }
        page.push_str(&self.service_labels(manner.lang));
        page.push_str(&self.owed(stock, manner, look));
        if look.notes {
            let names = people::of_subject(subject);
            for note in &subject.notes {
                let about = note.service.map_or_else(String::new, |n| format!("{n} "));
                let day = note.at.day();
                let label = text!("备注", "note");
                let words = names.mask(&note.text, manner.privacy);
                let line = format!("{about}{words}");
                let colon = text!("：", ": ");
                page.extend([
                    "  ",
                    label.get(lang),
                    " ",
                    &day.to_string(),
                    colon.get(lang),
                ]);
                page.extend([&clean(&line), "\n"]);
            }
        }
        page
    }

    /// Returns the services' own labels, a line each; those of the subject stand in its line.
    fn service_labels(&self, lang: Lang) -> String {
        let word = text!("标签：", "labels: ");
        let mut lines = String::new();
        for service in self.services.values().filter(|s| !s.labels.is_empty()) {
            let pairs = service.labels.iter().map(|(k, v)| format!("{k}={v}"));
            let pairs = pairs.collect::<Vec<_>>().join("  ");
            let line = format!("{}  {pairs}", service.number);
            lines.extend(["  ", word.get(lang), &clean(&line), "\n"]);
        }
        lines
    }

    /// Returns what is owed for what is shown: open notices and pressing duties on lines of their
    /// own, the rest counted.
    fn owed(&self, stock: &Stock<'_>, manner: Manner, look: Look) -> String {
        let page = owed::Page {
            now: stock.desk.world.now,
            manner,
            color: look.color,
        };
        let mut all: Vec<Owed<'_>> = stock
            .ledger
            .of_subject(self.subject)
            .into_iter()
            .filter(|owed| {
                owed.service
                    .is_none_or(|service| self.services.contains_key(&service.number))
            })
            .collect();
        nearest_first(&mut all);
        page.beside(&all)
    }

    fn table(&self, stock: &Stock<'_>, lang: Lang, look: Look) -> String {
        let mut table = Table::new(vec![
            text!("服务备案号", "Service"),
            text!("类型", "Kind"),
            text!("名称", "Name"),
            text!("域名", "Domains"),
            text!("接入商", "Providers"),
            text!("在办订单", "Live orders"),
            text!("风险", "Risks"),
        ])
        .rooms(&[
            Room::Whole,
            Room::Aside,
            Room::Shortens,
            Room::Wraps,
            Room::Wraps,
            Room::Whole,
            Room::Wraps,
        ]);
        for service in self.services.values() {
            table.row(vec![
                Cell::verbatim(service.number.to_string()).tone(Tone::Name),
                Cell::new(service.kind().label()),
                Cell::verbatim(service.facts.name.clone().unwrap_or_default()),
                Cell::verbatim(commas(service.domains())),
                providers(stock, service),
                Cell::verbatim(commas(stock.live_of(service.number))).tone(Tone::Action),
                Cell::new(service.risk().map(risk_name).unwrap_or_default()).tone(Tone::Against),
            ]);
        }
        table.render(lang, look.width, look.color)
    }
}

/// How a page is laid out.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// The width that tables may take.
    pub width: Option<u16>,
    /// Whether it is coloured.
    pub color: Color,
    /// Whether notes are shown.
    pub notes: bool,
}

fn service_element(
    stock: &Stock<'_>,
    subject: &FiledSubject,
    service: &FiledService,
    manner: Manner,
) -> Value {
    let number = service.number;
    json!({
        "number": service.number,
        "kind": service.kind(),
        "name": service.facts.name,
        "domains": service.domains(),
        "accesses": service.accesses.iter().map(|access| json!({
            "provider": access.provider,
            "account": access.account.as_deref().map(|account| manner.privacy.account(account)),
            "resource": access.resource,
            "since": access.since,
        })).collect::<Vec<_>>(),
        "accesses_known": service.accesses_known,
        "approved_on": service.approved_on,
        "labels": service.labels,
        "responsible": person(service.facts.responsible.as_deref(), "services.responsible", manner),
        "live_orders": stock.live_of(service.number),
        "risks": risks(service.risk(), manner.lang),
        "notices": notices(stock, subject, |notice| notice.service == Some(number), manner),
        "duties": duties(stock, subject, Some(service), manner),
    })
}

/// Returns the notices of a subject that `wanted` takes, resolved ones included.
fn notices(
    stock: &Stock<'_>,
    subject: &FiledSubject,
    wanted: impl Fn(&Notice) -> bool,
    manner: Manner,
) -> Vec<Value> {
    stock
        .ledger
        .notices(subject)
        .filter(|owed| match &owed.matter {
            Matter::Notice { notice, .. } => wanted(notice),
            Matter::Duty { .. } => false,
        })
        .map(|owed| owed::notice_document(&owed, manner))
        .collect()
}

/// Returns the duties of a subject itself or of a service, done ones included.
fn duties(
    stock: &Stock<'_>,
    subject: &FiledSubject,
    service: Option<&FiledService>,
    manner: Manner,
) -> Vec<Value> {
    let all = stock.ledger.duties(subject, service);
    all.map(|owed| owed::duty_document(&owed, stock.desk.world.now, manner))
        .collect()
}

/// Returns a responsible person as far as they may be shown.
fn person(person: Option<&Person>, path: &str, manner: Manner) -> Value {
    let mut shown = serde_json::to_value(person).unwrap_or_default();
    mask_tree(&mut shown, path, manner.privacy);
    shown
}

fn risks(risk: Option<Risk>, lang: Lang) -> Vec<Value> {
    risk.iter()
        .map(|risk| json!({ "code": risk.code(), "message": risk.message().get(lang) }))
        .collect()
}

/// Returns who hosts a service, in a cell.
fn providers(stock: &Stock<'_>, service: &FiledService) -> Cell {
    if service.accesses_known {
        let profiles = &stock.desk.world.profiles;
        let names = service.providers().into_iter();
        let titles = names.map(|name| board::provider_of(profiles, Some(name)));
        Cell::new(Text::joined(titles, "、", ", "))
    } else {
        Cell::new(text!("（未知）", "(unknown)"))
    }
}

/// Returns a risk's name in a word or two.
pub fn risk_name(risk: Risk) -> Text {
    match risk {
        Risk::EmptyShellSubject => text!("空壳主体", "empty-shell subject"),
        Risk::EmptyShellSite => text!("空壳网站", "empty-shell site"),
    }
}
