//! Asking the rulebook: an order, or the order that a dossier would make.

use super::advance;
use super::draft::{self, Ask};
use super::look::Look;
use super::materials;
use super::plan::Stamp;
use super::world::World;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::filing::event::Event;
use crate::filing::guard;
use crate::filing::kind::{Kind, Via};
use crate::filing::order::{Filing, Material, OperationId, Order, Target, TargetService};
use crate::filing::status::Status;
use crate::filing::tree;
use crate::ids::Ids;
use crate::intake::{Dossier, DossierSubject};
use crate::knowledge::{Holder, Severity, field};
use crate::render::mask::{Privacy, mask_for};
use crate::rulebook::{Finding, Judgement, Rulebook, Setting, View};
use crate::text;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use toml::Table;

/// The most findings that a refusal repeats.
const SHOWN: usize = 5;

/// The rulebook beside everything that orders are judged in the light of.
#[derive(Debug)]
pub struct Bench<'a> {
    world: &'a World,
    rulebook: &'a Rulebook,
    setting: Setting<'a>,
    privacy: Privacy,
}

impl<'a> Bench<'a> {
    /// Looks once at all that is filed and in the works.
    pub fn new(world: &'a World, rulebook: &'a Rulebook, privacy: Privacy) -> Self {
        let setting = Setting::new(&world.book.portfolio, &world.profiles, world.now);
        Self {
            world,
            rulebook,
            setting,
            privacy,
        }
    }

    /// Judges an order as it stands.
    pub fn order(&self, order: &Order) -> Judgement {
        let looks: Vec<Json> = order.materials.iter().map(stored).collect();
        let mut judgement = self.rulebook.judge(&self.view(order, &looks));
        let standing = order.view(&self.world.profiles, self.world.now);
        if standing.status() == Status::Draft {
            self.guard(order, &mut judgement);
        }
        judgement
    }

    /// Judges the order that a dossier would make; `looks` are its files as they are.
    pub fn dossier(&self, dossier: &Dossier, looks: &[Json], ids: &mut Ids) -> Judgement {
        self.asked(wish(dossier), looks, ids)
    }

    /// Judges the order that is asked for.
    pub fn asked(&self, ask: Ask, looks: &[Json], ids: &mut Ids) -> Judgement {
        let dossier = ask.dossier.clone().unwrap_or_default();
        let (order, refusal) = self.imagine(ask, &dossier, ids);
        let view = self
            .view(&order, looks)
            .differing(&self.differences(&dossier, order.kind));
        let mut judgement = self.rulebook.judge(&view);
        match refusal {
            Some(refusal) => self.add(&mut judgement, &refusal),
            None => self.guard(&order, &mut judgement),
        }
        judgement
    }

    /// Refuses to send an order in which the rulebook finds errors that are not accepted.
    ///
    /// # Errors
    /// 5 with the rules, where there are such errors.
    pub fn sending(&self, order: &Order, accepted: &[String]) -> Result<(), Failure> {
        let judgement = self.order(order);
        let errors: Vec<&Finding> = judgement
            .findings
            .iter()
            .filter(|finding| finding.severity == Severity::Error)
            .filter(|finding| {
                !accepted
                    .iter()
                    .any(|id| id.eq_ignore_ascii_case(&finding.rule))
            })
            .collect();
        let Some(first) = errors.first() else {
            return Ok(());
        };
        let mut rules: Vec<&str> = errors.iter().map(|finding| finding.rule.as_str()).collect();
        rules.sort_unstable();
        rules.dedup();
        let (count, list) = (errors.len(), rules.join(", "));
        let mut failure = Failure::new(
            Exit::Refused,
            "refused.rule",
            text!(
                "规则库发现 {count} 处会被驳回的错误：{list}",
                "the rulebook finds {count} error(s) that lead to a rejection: {list}"
            ),
        )
        .rule(&first.rule);
        for finding in errors.iter().take(SHOWN) {
            let (rule, path, message) = (&finding.rule, &finding.path, &finding.message);
            let (zh, en) = (&message.zh, &message.en);
            failure = failure.hint(if path.is_empty() {
                text!("{rule}：{zh}", "{rule}: {en}")
            } else {
                text!("{rule} {path}：{zh}", "{rule} {path}: {en}")
            });
        }
        let accept: Vec<String> = rules
            .iter()
            .map(|rule| format!("--accept {rule}"))
            .collect();
        let (id, accept) = (&order.id, accept.join(" "));
        Err(failure
            .hint(text!(
                "查看全部问题和改法：icpctl check；修正草稿：icpctl edit {id} --set FIELD=VALUE",
                "see all findings and what to do with icpctl check; mend the draft with icpctl edit {id} --set FIELD=VALUE"
            ))
            .hint(text!(
                "确信无误，可加上 {accept} 照样提交，历史会记下",
                "where you know better, add {accept}; the history keeps it"
            )))
    }

    fn view(&self, order: &Order, looks: &[Json]) -> View {
        let near = self.world.rivals_of(order);
        View::of(order, &self.setting, &near, looks)
            .hiding(|shown, holder| hide(shown, holder, self.privacy))
    }

    /// Lists what a dossier says otherwise than it is filed, where its kind of order changes no
    /// filed field.
    fn differences(&self, dossier: &Dossier, kind: Kind) -> Vec<(String, String)> {
        match kind {
            Kind::New | Kind::Change => return Vec::new(),
            Kind::Access | Kind::CancelSite | Kind::CancelSubject | Kind::CancelAccess => {}
        }
        let portfolio = &self.world.book.portfolio;
        let mut found = Vec::new();
        for (place, service) in dossier.services.iter().enumerate() {
            let filed = service.number.as_ref().and_then(|n| portfolio.service(n));
            let Some((_, filed)) = filed else {
                continue;
            };
            let differences = tree::differences(&filed.facts, &service.facts);
            found.extend(
                differences
                    .into_iter()
                    .filter(|difference| !difference.path.starts_with("resource"))
                    .map(|difference| {
                        let path = format!("services.{place}.{}", difference.path);
                        (path, difference.path)
                    }),
            );
        }
        if let Some(DossierSubject::Data {
            number: Some(number),
            facts,
        }) = &dossier.subject
            && let Some(filed) = portfolio.subject(number)
        {
            let differences = tree::differences(&filed.facts, facts.as_ref());
            found.extend(
                differences
                    .into_iter()
                    .map(|difference| (format!("subject.{}", difference.path), difference.path)),
            );
        }
        found
    }

    /// Adds what keeps the order from being drafted.
    fn guard(&self, order: &Order, judgement: &mut Judgement) {
        let World { book, profiles, .. } = self.world;
        if let Err(obstacle) = guard::drafting(order, &book.portfolio, profiles) {
            self.add(judgement, &obstacle.into());
        }
    }

    /// Adds what the program itself refuses, unless a rule has said so already.
    fn add(&self, judgement: &mut Judgement, refusal: &Failure) {
        let id = refusal.rule.as_deref().unwrap_or(&refusal.code);
        let rule = self.rulebook.rule(id);
        if judgement.findings.iter().any(|f| f.rule == id) || rule.is_some_and(|rule| rule.off) {
            return;
        }
        judgement.findings.push(Finding {
            rule: id.to_owned(),
            // What the portfolio does not hold is unknown.
            severity: if refusal.exit == Exit::NotFound {
                Severity::Info
            } else {
                Severity::Error
            },
            path: String::new(),
            message: refusal.message.clone(),
            fix: refusal.hints.first().cloned(),
            source: rule.map(|rule| rule.source.clone()),
        });
    }

    /// Makes the order that drafting would make, as far as it can be made, and says what would be
    /// refused; choices that can still be made on the command line are no refusal.
    fn imagine(&self, mut ask: Ask, dossier: &Dossier, ids: &mut Ids) -> (Order, Option<Failure>) {
        let kind = ask.kind;
        let stamp = Stamp {
            op: OperationId::from_bits(0),
            turn: 0,
            actor: None,
            now: self.world.now,
        };
        let mut build =
            |ask: &Ask| draft::build(ask, self.world, &stamp, ids, String::new(), &mut Vec::new());
        let mut built = build(&ask);
        if built
            .as_ref()
            .is_err_and(|failure| failure.exit == Exit::Usage)
        {
            ask.provider = Some(crate::filing::profile::GENERIC.to_owned());
            built = build(&ask).map(|mut order| {
                order.provider.clone_from(&dossier.provider);
                order
            });
        }
        match built {
            Ok(order) => (order, None),
            Err(failure) => {
                let told = matches!(failure.exit, Exit::Refused | Exit::NotFound);
                (as_written(dossier, kind, &stamp), told.then_some(failure))
            }
        }
    }
}

/// Returns what a dossier alone asks for; one that does not say its kind files anew.
pub fn wish(dossier: &Dossier) -> Ask {
    Ask {
        kind: dossier.kind.unwrap_or(Kind::New),
        targets: Vec::new(),
        dossier: Some(dossier.clone()),
        materials: Vec::new(),
        provider: None,
        account: None,
        after: None,
        reference: None,
        labels: BTreeMap::new(),
        reason: None,
        verify_by: None,
        written: false,
        assigns: Vec::new(),
    }
}

/// Returns an order that says what the dossier says, whatever is filed.
fn as_written(dossier: &Dossier, kind: Kind, stamp: &Stamp) -> Order {
    let number = dossier.subject.as_ref().and_then(DossierSubject::number);
    let filing = Filing {
        subject: match &dossier.subject {
            Some(DossierSubject::Data { facts, .. }) => Some(facts.as_ref().clone()),
            Some(DossierSubject::Number(_)) | None => None,
        },
        services: match kind {
            Kind::New => dossier.services.iter().map(|s| s.facts.clone()).collect(),
            Kind::Access
            | Kind::Change
            | Kind::CancelSite
            | Kind::CancelSubject
            | Kind::CancelAccess => Vec::new(),
        },
        extra: Table::new(),
    };
    let services = dossier.services.iter().filter_map(|service| {
        let number = service.number?;
        Some(TargetService {
            number,
            kind: number.kind(),
            name: service.facts.name.clone(),
            domains: service.facts.domains.clone().unwrap_or_default(),
            resource: service.facts.resource.clone(),
            extra: Table::new(),
        })
    });
    let services = match kind {
        Kind::New => Vec::new(),
        Kind::Access
        | Kind::Change
        | Kind::CancelSite
        | Kind::CancelSubject
        | Kind::CancelAccess => services.collect(),
    };
    Order {
        id: crate::filing::order::OrderId::from_bits(0),
        kind,
        via: if dossier.written {
            Via::Written
        } else {
            Via::Provider
        },
        provider: dossier.provider.clone().filter(|_| !dossier.written),
        account: dossier.account.clone(),
        verify_by: dossier.verify_by,
        reference: dossier.reference.clone(),
        given: String::new(),
        after: None,
        labels: dossier.labels.clone(),
        target: Target {
            subject: number,
            name: None,
            services,
            extra: Table::new(),
        },
        filing,
        changes: Vec::new(),
        materials: Vec::new(),
        history: vec![advance::entry(
            stamp,
            Event::Create,
            stamp.now,
            None,
            Status::Draft,
        )],
        extra: Table::new(),
    }
}

/// Returns what is known of a file that the store holds.
fn stored(material: &Material) -> Json {
    let found = Look {
        exists: Some(material.hash.is_some()),
        media_type: material.media_type.clone(),
        size: material.size,
        ..Look::default()
    };
    materials::seen(&material.slot, &material.file, material.service, &found)
}

/// Masks what is personal in the values that messages show.
fn hide(shown: &mut Json, holder: Option<Holder>, privacy: Privacy) {
    for (key, section) in [
        ("subject", "subject"),
        ("services", "services"),
        ("persons", "subject.responsible"),
        ("filed", "subject"),
    ] {
        if let Some(value) = shown.get_mut(key) {
            mask_for(value, section, holder, privacy);
        }
    }
    let changes = shown.get_mut("changes").and_then(Json::as_array_mut);
    for change in changes.into_iter().flatten() {
        let section = if change.get("service").is_some_and(|s| !s.is_null()) {
            "services"
        } else {
            "subject"
        };
        let name = change
            .get("field")
            .and_then(Json::as_str)
            .unwrap_or_default();
        let path = format!("{section}.{name}");
        debug_assert!(field(section).is_some(), "{section} is a field");
        for side in ["from", "to"] {
            if let Some(value) = change.get_mut(side) {
                mask_for(value, &path, holder, privacy);
            }
        }
    }
}
