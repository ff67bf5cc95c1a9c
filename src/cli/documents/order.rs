//! An order as scripts and people see it: everything computed at the present instant.

pub use crate::workflow::desk::Desk;

use super::outline::Outline;
use super::people;
use crate::filing::deadline::Deadline;
use crate::filing::event::{Command, Event, Report};
use crate::filing::facts::Holder;
use crate::filing::instant::Instant;
use crate::filing::kind::Kind;
use crate::filing::obstacle::{Awaited, Obstacle};
use crate::filing::order::{Entry, FieldChange, Order, Signatory, Who};
use crate::filing::pack::{self, Need};
use crate::filing::portfolio::Portfolio;
use crate::filing::record::SubjectRecord;
use crate::filing::standing::{Presumption, SmsWindow, View, effective};
use crate::filing::status::Status;
use crate::lang::{Lang, shell_word};
use crate::render::mask::{Privacy, mask_among};
use crate::render::prose::Names;
use crate::store::roll::Slip;
use crate::workflow::missing;
use crate::workflow::world::World;
use serde_json::{Value, json};

/// How an answer is worded and what it may show.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    /// The language of labels and messages.
    pub lang: Lang,
    /// Whether personal data are shown.
    pub privacy: Privacy,
}

impl Desk<'_> {
    /// Returns whose data an order's edits and changes may show: an individual's from either side of a change.
    pub fn holder(&self, order: &Order) -> Holder {
        let becomes_individual = order.changes.iter().any(|change| {
            change.field == "nature"
                && change.to.as_ref().and_then(toml::Value::as_str) == Some("individual")
        });
        if becomes_individual || self.is_individual(order) {
            Holder::Individual
        } else {
            Holder::Organisation
        }
    }

    /// Lists the commands that come next.
    pub fn next(&self, order: &Order) -> Vec<String> {
        let id = &order.id;
        let view = self.view(order);
        let record = |report: Report| format!("icpctl record {id} {}", report.name());
        let approved = || {
            let name = Report::BureauApproved.name();
            if order.kind != Kind::New {
                return format!("icpctl record {id} {name}");
            }
            let count = order.service_count() + usize::from(order.is_first_filing());
            format!(
                "icpctl record {id} {name}{}",
                " --number NUMBER".repeat(count)
            )
        };
        let edit = format!("icpctl edit {id} --set FIELD=VALUE");
        let abandon = format!("icpctl abandon {id}");
        match view.status() {
            Status::Draft => match self.blocked_by(order) {
                Some(
                    Obstacle::LiveOrder { order: other, .. }
                    | Obstacle::DomainInFlight { order: other, .. }
                    | Obstacle::After {
                        order: other,
                        awaited: Awaited::Pending,
                    },
                ) => vec![format!("icpctl show {other}")],
                Some(Obstacle::After {
                    order: other,
                    awaited: Awaited::Absent,
                }) if self.world.book.is_damaged(&other) => vec!["icpctl doctor".to_owned()],
                Some(Obstacle::After { .. }) => {
                    vec![format!("icpctl edit {id} --unset after")]
                }
                Some(Obstacle::Incomplete { .. }) => vec![edit],
                Some(_) if self.world.waits_in_vain(order) => {
                    vec![format!("icpctl edit {id} --set after=OTHER"), abandon]
                }
                // What waiting cannot cure.
                Some(_) => vec![abandon],
                None => self.sending(order),
            },
            Status::ProviderReview => vec![record(Report::Accepted), record(Report::Rejected)],
            Status::AwaitingBureauSubmission => vec![record(Report::Forwarded)],
            Status::SmsVerificationPending => view
                .standing
                .window
                .iter()
                .flat_map(SmsWindow::outstanding)
                .map(|signatory| {
                    let who = order.who_name(first_part(signatory));
                    format!("{} --who {who}", record(Report::SmsVerified))
                })
                .collect(),
            Status::SmsVerificationExpired | Status::ProviderRejected | Status::BureauRejected
                if self.is_past_mending(order) =>
            {
                let told = view.is_presumed().then(|| record(Report::SmsExpired));
                told.into_iter().chain([abandon]).collect()
            }
            Status::SmsVerificationExpired => match view.presumption {
                Presumption::None => self.mended(order),
                Presumption::Expired(_) | Presumption::Purged { .. } => {
                    [vec![record(Report::SmsExpired)], self.mended(order)].concat()
                }
            },
            Status::ProviderRejected | Status::BureauRejected => {
                let submit = self.sending(order);
                if order.kind.is_cancellation() {
                    // Nothing that it files could be put right.
                    [submit, vec![abandon]].concat()
                } else if was_mended(order) {
                    submit
                } else {
                    [vec![edit], submit].concat()
                }
            }
            Status::AwaitingBureauReview => vec![approved(), record(Report::BureauRejected)],
            Status::Lapsed if view.is_presumed() => vec![record(Report::SmsExpired)],
            Status::Purged if view.is_presumed() => vec![record(Report::Purged)],
            Status::Lapsed => self.anew(order).into_iter().collect(),
            Status::Approved => labelling(self.world, order).into_iter().collect(),
            Status::Abandoned | Status::Purged => Vec::new(),
        }
    }

    /// Returns the command that drafts a lapsed cancellation again, while what it was about is filed
    /// and no other order cancels that.
    pub fn anew(&self, order: &Order) -> Option<String> {
        if self.is_taken_up(order) {
            return None;
        }
        let portfolio = &self.world.book.portfolio;
        let subject = portfolio.subject_of(order)?;
        let target = match (order.kind, order.target.services.as_slice()) {
            (Kind::CancelSubject, _) => subject.number.to_string(),
            (_, [only]) => portfolio.service(&only.number)?.1.number.to_string(),
            (_, [] | [_, ..]) => return None,
        };
        let kind = order.kind.name();
        let provider = shell_word(order.provider.as_ref()?);
        Some(format!("icpctl {kind} {target} --provider {provider}"))
    }

    /// Returns the command that sends, after those that complete the papers.
    fn sending(&self, order: &Order) -> Vec<String> {
        let mut next = missing::papers(order, &self.world.book.portfolio);
        next.extend(self.mended(order));
        next
    }

    /// Returns the command that sends; where the rulebook refuses that, the one that tells what to
    /// mend.
    fn mended(&self, order: &Order) -> Vec<String> {
        let id = &order.id;
        let step = match self.refused_by(order) {
            Some(_) => "check",
            None => "submit",
        };
        vec![format!("icpctl {step} {id}")]
    }

    /// Returns what somebody wrote freely about an order; who is named in it is masked.
    pub fn told(&self, text: &str, order: &Order, privacy: Privacy) -> String {
        told(text, order, &self.world.book.portfolio, privacy)
    }

    /// Lists why the order came back, since it was last submitted; who is named in it is masked.
    pub fn reasons(&self, order: &Order, privacy: Privacy) -> Vec<String> {
        let reasons = reasons(order).into_iter();
        reasons
            .map(|reason| self.told(reason, order, privacy))
            .collect()
    }

    /// Returns an entry of the history.
    fn entry(
        order: &Order,
        entry: &Entry,
        holder: Option<Holder>,
        names: &Names<'_>,
        privacy: Privacy,
    ) -> Value {
        json!({
            "at": time(entry.at),
            "recorded_at": time(entry.recorded_at),
            "event": entry.event,
            "from": entry.from,
            "to": entry.to,
            "by": entry.by,
            "actor": entry.actor,
            "op": entry.op,
            "reason": entry.reason.as_deref().map(|reason| names.mask(reason, privacy)),
            "who": entry.who.iter().map(|w| order.who_name(*w)).collect::<Vec<_>>(),
            "accepted": entry.accepted,
            "undoes": entry.undoes,
            "anomaly": entry.anomaly,
            "numbers": entry.approval.as_deref().map(|a| {
                a.subject
                    .iter()
                    .map(ToString::to_string)
                    .chain(a.services.iter().map(|i| {
                        i.number.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string)
                    }))
                    .collect::<Vec<_>>()
            }).unwrap_or_default(),
            "edits": entry.edits.iter().map(|c| edit(c, holder, names, privacy)).collect::<Vec<_>>(),
        })
    }

    /// Returns the document of an order.
    pub fn document(&self, order: &Order, manner: Manner) -> Value {
        let Manner { lang, privacy } = manner;
        let view = self.view(order);
        let services = order.target.services.iter().map(|s| {
            json!({
                "number": s.number,
                "kind": s.kind,
                "name": s.name,
                "domains": s.domains,
            })
        });
        let holder = Some(self.holder(order));
        let portfolio = &self.world.book.portfolio;
        let names = people::of_order(order, portfolio);
        let name = order
            .subject_name()
            .map(|name| privacy.subject_name(name, self.is_individual(order)));
        let labels = order
            .subject()
            .and_then(|number| portfolio.subjects.get(&number))
            .map(|subject| &subject.labels);
        let outline = Outline {
            slip: &Slip::shown(order),
            view: &view,
            deadline: self.deadline(order),
            name: name.as_deref(),
            beneath: labels
                .into_iter()
                .flatten()
                .map(|(key, value)| (key.as_str(), value.as_str()))
                .collect(),
            services: services.collect(),
            profile: self.world.profiles.for_order(order.provider.as_deref()),
            lang,
            privacy,
        };
        outline.whole(json!({
            "changes": order.changes.iter().map(|c| change(c, holder, &names, privacy)).collect::<Vec<_>>(),
            "services": Self::asked_services(order, &names, privacy),
            "materials": materials(order, privacy),
            "papers": self.papers(order, manner),
            "awaiting": awaiting(order, &view, privacy),
            "estimate": self.estimate(order).map(|e| json!({
                "earliest": e.earliest,
                "latest": e.latest,
                "basis": e.basis,
                "samples": e.samples,
                "provisional": e.provisional,
            })),
            "next": self.next(order),
            "impact": self.impact(order).iter().map(|i| json!({
                "code": i.code,
                "services": i.services,
                "domains": i.domains,
                "providers": i.providers,
                "message": i.message().get(lang),
            })).collect::<Vec<_>>(),
            "reasons": self.reasons(order, privacy),
            "blocked_by": self.held_by(order),
            "history": order.history.iter().map(|e| Self::entry(order, e, holder, &names, privacy)).collect::<Vec<_>>(),
        }))
    }

    /// Lists the papers of a cancellation that no SMS can prove; none for other orders.
    pub fn papers(&self, order: &Order, manner: Manner) -> Vec<Value> {
        let Manner { lang, privacy } = manner;
        let list = pack::checklist(order, &self.world.book.portfolio);
        let items = list.iter().flat_map(|list| &list.items);
        items
            .map(|item| {
                let (field, slots, wanted) = match item.need {
                    Need::Fact(fact) => (Some(fact.field()), &[][..], 0),
                    Need::Files { slots, count } => (None, slots, count),
                };
                json!({
                    "label": item.label.get(lang),
                    "field": field,
                    "slots": slots,
                    "wanted": wanted,
                    "files": item.held.iter().map(|held| privacy.file_name(&held.file)).collect::<Vec<_>>(),
                    "done": item.is_done,
                    "fill": missing::paper(order, item),
                })
            })
            .collect()
    }

    fn asked_services(order: &Order, names: &Names<'_>, privacy: Privacy) -> Vec<Value> {
        let issued = order.brought().map(|a| a.services.as_slice());
        let issued = issued.unwrap_or_default();
        order
            .filing
            .services
            .iter()
            .enumerate()
            .map(|(place, facts)| {
                let mut shown = serde_json::to_value(facts).unwrap_or_default();
                mask_among(&mut shown, "services", None, names, privacy);
                let number = issued.get(place).and_then(|i| i.number.as_ref());
                if let Value::Object(map) = &mut shown {
                    map.insert("number".to_owned(), json!(number));
                    for key in ["kind", "name", "domains"] {
                        map.entry(key).or_insert(if key == "domains" {
                            json!([])
                        } else {
                            Value::Null
                        });
                    }
                }
                shown
            })
            .collect()
    }
}

/// Returns a deadline for machines.
pub fn limit(deadline: &Deadline) -> Value {
    json!({
        "at": time(deadline.due.at()),
        "kind": deadline.kind,
        "provisional": deadline.due.provisional,
        "overdue": deadline.due.overdue,
    })
}

/// Prints an instant for machines.
pub fn time(at: Instant) -> String {
    at.to_rfc3339()
}

/// Returns the part by which an entry of the awaited is named.
pub fn first_part(signatory: &Signatory) -> Who {
    signatory.who.first().copied().unwrap_or(Who::Subject)
}

/// Returns a subject's name: an individual's is personal.
pub fn subject_name(name: &str, is_individual: bool, privacy: Privacy) -> String {
    privacy.subject_name(name, is_individual).into_owned()
}

/// Lists those who must answer, answered or not, while the window stands.
fn awaiting(order: &Order, view: &View, privacy: Privacy) -> Vec<Value> {
    view.standing
        .window
        .iter()
        .flat_map(|window| &window.awaiting)
        .map(|(signatory, answered)| {
            let who = first_part(signatory);
            let service = match who {
                Who::Subject => None,
                Who::Service(place) => order.target.services.get(place.index()).map(|s| &s.number),
            };
            json!({
                "who": order.who_name(who),
                "service": service,
                "name": signatory.name.as_deref().map(|n| privacy.name(n)),
                "phone": signatory.phone.as_deref().map(|p| privacy.phone(p)),
                "verified_at": answered.map(time),
            })
        })
        .collect()
}

/// Returns what somebody wrote freely about an order; who is named in it is masked.
pub fn told(text: &str, order: &Order, portfolio: &Portfolio, privacy: Privacy) -> String {
    people::of_order(order, portfolio).mask(text, privacy)
}

/// Whether the order was edited, or a file attached, since it was rejected.
fn was_mended(order: &Order) -> bool {
    let entries = effective(&order.history);
    let rejected = |entry: &&&Entry| {
        matches!(
            entry.event,
            Event::Report(Report::Rejected | Report::BureauRejected)
        ) && !entry.anomaly
    };
    let mut since = entries.iter().rev().take_while(|entry| !rejected(entry));
    since.any(|entry| matches!(entry.event, Event::Command(Command::Edit) | Event::Attach))
}

/// Lists why the order came back, since it was last submitted.
fn reasons(order: &Order) -> Vec<&str> {
    let mut found = Vec::new();
    for entry in effective(&order.history) {
        match entry.event {
            Event::Command(Command::Submit) => found.clear(),
            Event::Report(Report::Rejected | Report::BureauRejected) if !entry.anomaly => {
                found.extend(entry.reason.as_deref());
            }
            Event::Command(_)
            | Event::Report(_)
            | Event::Create
            | Event::Attach
            | Event::Label
            | Event::Note
            | Event::Undo => {}
        }
    }
    found
}

/// Lists what is attached, the names of the files masked.
fn materials(order: &Order, privacy: Privacy) -> Value {
    let mut shown = json!(order.materials);
    for (item, held) in shown
        .as_array_mut()
        .into_iter()
        .flatten()
        .zip(&order.materials)
    {
        item["file"] = json!(privacy.file_name(&held.file));
        item["service"] = json!(held.service);
    }
    shown
}

fn change(
    change: &FieldChange,
    holder: Option<Holder>,
    names: &Names<'_>,
    privacy: Privacy,
) -> Value {
    let prefix = if change.service.is_some() {
        "services"
    } else {
        "subject"
    };
    let path = format!("{prefix}.{}", change.field);
    let value = |v: &Option<toml::Value>| {
        let mut shown = json!(v);
        mask_among(&mut shown, &path, holder, names, privacy);
        shown
    };
    json!({
        "field": change.field,
        "service": change.service,
        "from": value(&change.from),
        "to": value(&change.to),
    })
}

fn edit(
    change: &FieldChange,
    holder: Option<Holder>,
    names: &Names<'_>,
    privacy: Privacy,
) -> Value {
    let value = |v: &Option<toml::Value>| {
        let mut shown = json!(v);
        mask_among(&mut shown, &change.field, holder, names, privacy);
        // An attachment that came or went: its name is the user's, and may be a person's.
        if let Some(Value::String(file)) = shown.get_mut("file") {
            *file = privacy.file_name(file).into_owned();
        }
        shown
    };
    json!({ "field": change.field, "from": value(&change.from), "to": value(&change.to) })
}

/// Returns the command that gives the subject of an approved first filing the labels that were put
/// on the order while there was no subject yet; none where the subject was labelled by these keys.
pub fn labelling(world: &World, order: &Order) -> Option<String> {
    let number = order.subject().filter(|_| order.is_first_filing())?;
    let book = &world.book;
    let there = &book.portfolio.subject(&number)?.labels;
    let approval = order.approval()?;
    let since = order.history.iter().skip_while(|entry| *entry != approval);
    let since: Vec<&FieldChange> = since.flat_map(|entry| &entry.edits).collect();
    let record = book.subjects.get(&number);
    let is_said = |key: &String| {
        let field = format!("labels.{key}");
        let mut entries = record.into_iter().flat_map(SubjectRecord::effective);
        there.contains_key(key)
            || since.iter().any(|edit| edit.field == field)
            || entries.any(|entry| entry.unlabelled.contains(key))
    };
    let missing = order.labels.iter();
    let missing: Vec<String> = missing
        .filter(|(key, _)| !is_said(key))
        .map(|(key, value)| shell_word(&format!("{key}={value}")))
        .collect();
    let words = missing.join(" ");
    (!missing.is_empty()).then(|| format!("icpctl label {number} {words}"))
}
