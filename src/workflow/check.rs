//! Asking the rulebook: an order, or the order that a dossier would make.

use super::advance;
use super::draft::{self, Ask};
use super::look::Look;
use super::materials;
use super::overtaken;
use super::plan::{Caution, Stamp};
use super::world::World;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::filing::event::Event;
use crate::filing::facts::Holder;
use crate::filing::guard;
use crate::filing::instant::Instant;
use crate::filing::kind::{Kind, Via};
use crate::filing::number::ServiceNumber;
use crate::filing::order::{
    FieldChange, Filing, Material, OperationId, Order, Target, TargetService,
};
use crate::filing::portfolio::Portfolio;
use crate::filing::profile::Profiles;
use crate::filing::status::Status;
use crate::filing::tree;
use crate::ids::Ids;
use crate::intake::{Dossier, DossierSubject};
use crate::knowledge::{Severity, field};
use crate::render::mask::{Privacy, mask_for};
use crate::rulebook::{Finding, Judgement, Rulebook, Setting, View};
use crate::text;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use toml::Table;

/// The code of a refusal by the rulebook.
pub const REFUSED_BY_RULE: &str = "refused.rule";

/// The most findings that a refusal repeats.
const SHOWN: usize = 5;

/// The rulebook beside all that is filed.
#[derive(Debug)]
pub struct Bench<'a> {
    rulebook: &'a Rulebook,
    setting: Setting<'a>,
    privacy: Privacy,
}

impl<'a> Bench<'a> {
    /// Looks once at all that is filed.
    pub fn new(world: &'a World, rulebook: &'a Rulebook, privacy: Privacy) -> Self {
        let World { book, profiles, .. } = world;
        Self::beside(&book.portfolio, profiles, world.now, rulebook, privacy)
    }

    /// Looks once at a portfolio, while the orders of its world come and go.
    pub fn beside(
        portfolio: &'a Portfolio,
        profiles: &'a Profiles,
        now: Instant,
        rulebook: &'a Rulebook,
        privacy: Privacy,
    ) -> Self {
        Self {
            rulebook,
            setting: Setting::new(portfolio, profiles, now),
            privacy,
        }
    }

    /// Judges an order as it stands; `look` opens its attachments. Nothing is found in one that has
    /// ended: what came of it stands in the portfolio by now.
    pub fn order(
        &self,
        world: &World,
        order: &Order,
        look: &dyn Fn(&Material) -> Look,
    ) -> Judgement {
        if order.standing().status.has_ended() {
            return Judgement::default();
        }
        let looks = order
            .materials
            .iter()
            .map(|m| materials::seen(&m.slot, &m.file, m.service, &look(m)));
        let looks: Vec<Json> = looks.collect();
        let sent = overtaken::becomes(world, order);
        let judged = sent.as_ref().ok().and_then(Option::as_ref);
        let judged = judged.unwrap_or(order);
        let mut judgement = self.rulebook.judge(&self.view(world, judged, &looks));
        let standing = world.view(order);
        if let Err(refusal) = &sent {
            self.add(&mut judgement, refusal);
        } else if standing.status() == Status::Draft {
            self.guard(world, judged, &mut judgement);
        }
        judgement
    }

    /// Judges the order that is asked for; `looks` are its files as they are.
    pub fn asked(&self, world: &World, ask: Ask, looks: &[Json], ids: &mut Ids) -> Judgement {
        let dossier = ask.dossier.clone().unwrap_or_default();
        let aims: Vec<String> = ask.all_targets().cloned().collect();
        let (order, made) = imagine(world, ask, &dossier, ids);
        let view = self
            .view(world, &order, looks)
            .written(
                &services_in(&dossier, &order),
                &changes_in(&dossier, &order),
            )
            .differing(&differences(world, &dossier, &order))
            .aiming(&aims);
        let mut judgement = self.rulebook.judge(&view);
        match made {
            Ok(()) => self.guard(world, &order, &mut judgement),
            Err(Some(refusal)) => self.add(&mut judgement, &refusal),
            Err(None) => {}
        }
        judgement
    }

    /// Lists what a dossier says otherwise than it is filed, in the words of the rules: the order that
    /// it makes does not keep that.
    pub fn ignored(&self, world: &World, dossier: &Dossier, order: &Order) -> Vec<Finding> {
        let differences = differences(world, dossier, order);
        if differences.is_empty() {
            return Vec::new();
        }
        let view = self.view(world, order, &[]).differing(&differences);
        let of_differences = |finding: &Finding| {
            let rule = self.rulebook.rule(&finding.rule);
            let tests = rule.into_iter().flat_map(|rule| &rule.test);
            let mut ranges = tests.map(|test| test.range.as_str());
            ranges.any(|range| range.starts_with("differences"))
                && finding.severity != Severity::Info
        };
        let found = self.rulebook.judge(&view).findings.into_iter();
        found.filter(of_differences).collect()
    }

    /// Refuses to send an order in which the rulebook finds errors that are not accepted.
    ///
    /// A new filing that tells little more than icpctl needs is filled in at the provider's
    /// console: what is found in it is a caution.
    ///
    /// # Errors
    /// 5 with the rules, where there are such errors.
    pub fn sending(
        &self,
        world: &World,
        order: &Order,
        accepted: &[String],
        look: &dyn Fn(&Material) -> Look,
        way: Way<'_>,
    ) -> Result<Option<Caution>, Failure> {
        let judgement = self.order(world, order, look);
        weigh(&judgement, order, accepted, way)
    }

    /// Lists the rules by which sending an order is refused of which nothing is accepted.
    pub fn refusing(
        &self,
        world: &World,
        order: &Order,
        look: &dyn Fn(&Material) -> Look,
    ) -> Vec<String> {
        if let Err(refusal) = overtaken::becomes(world, order) {
            return vec![refusal.rule.unwrap_or_else(|| refusal.code.to_string())];
        }
        let judgement = self.order(world, order, look);
        if weigh(&judgement, order, &[], Way::Order).is_ok() {
            return Vec::new();
        }
        let rules = rules_of(&errors(&judgement, &[])).into_iter();
        rules.map(str::to_owned).collect()
    }

    fn view(&self, world: &World, order: &Order, looks: &[Json]) -> View {
        let near = world.rivals_of(order);
        let drafts = world.drafts_beside(order);
        View::of(order, &self.setting, &near, drafts, looks)
            .hiding(|shown, holder| hide(shown, holder, self.privacy))
    }

    /// Adds what keeps the order from being drafted.
    fn guard(&self, world: &World, order: &Order, judgement: &mut Judgement) {
        let World { book, profiles, .. } = world;
        let ahead = world.ahead_of(order);
        if let Err(obstacle) = guard::drafting(order, &book.portfolio, profiles, &ahead) {
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
        // What is no number is filed nowhere.
        let is_wrong = |f: &Finding| f.severity == Severity::Error && f.path == "target";
        if refusal.exit == Exit::NotFound && judgement.findings.iter().any(is_wrong) {
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
            path: refusal.field.clone().unwrap_or_default(),
            message: refusal.message.clone(),
            fix: refusal.hints.first().cloned(),
            source: rule.map(|rule| rule.source.clone()),
            missing: false,
        });
    }
}

/// How an order is sent, which decides what to do about a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way<'a> {
    /// An order that is there.
    Order,
    /// One that is drafted and sent at once; a refused one is not kept.
    Draft,
    /// A row of a batch, whose file calls the column `accept` so.
    Row(&'a str),
}

/// Refuses an order by what the rulebook found in it, as [`Bench::sending`] does.
///
/// # Errors
/// 5 with the rules, where there are errors that are not accepted.
pub fn weigh(
    judgement: &Judgement,
    order: &Order,
    accepted: &[String],
    way: Way<'_>,
) -> Result<Option<Caution>, Failure> {
    let errors = errors(judgement, accepted);
    let Some(first) = errors.first() else {
        return Ok(None);
    };
    let rules = rules_of(&errors);
    let (count, list) = (errors.len(), rules.join(", "));
    let id = &order.id;
    if order.kind == Kind::New && judgement.is_bare {
        return Ok(Some(Caution::new(
            "rule-findings",
            text!(
                "规则库发现 {count} 处会被驳回的错误（{list}），在控制台填写前请看 icpctl check {id}",
                "the rulebook finds {count} error(s) that lead to a rejection ({list}); see icpctl check {id} before you fill in the console"
            ),
        )));
    }
    let mut failure = Failure::refused(
        REFUSED_BY_RULE,
        text!(
            "规则库发现 {count} 处会被驳回的错误：{list}",
            "the rulebook finds {count} error(s) that lead to a rejection: {list}"
        ),
    )
    .rule(&first.rule);
    for finding in errors.iter().take(SHOWN) {
        let (rule, path, message) = (&finding.rule, &finding.path, &finding.message);
        failure = failure.hint(if path.is_empty() {
            text!("{rule}：{message}", "{rule}: {message}", message)
        } else {
            text!(
                "{rule} {path}：{message}",
                "{rule} {path}: {message}",
                message
            )
        });
    }
    let accept: Vec<String> = rules
        .iter()
        .map(|rule| format!("--accept {rule}"))
        .collect();
    let accept = accept.join(" ");
    let ids = rules.join(";");
    Err(match way {
        Way::Order => failure.hint(text!(
            "查看全部问题和改法：icpctl check {id}；修正草稿：icpctl edit {id} --set FIELD=VALUE",
            "see all findings and what to do with icpctl check {id}; mend the draft with icpctl edit {id} --set FIELD=VALUE"
        )),
        Way::Draft => failure.hint(text!(
            "没有留下草稿；查看全部问题和改法：icpctl check FILE",
            "no draft was kept; see all findings and what to do with icpctl check FILE"
        )),
        Way::Row(_) => failure.hint(text!(
            "查看全部问题和改法：icpctl batch check FILE",
            "see all findings and what to do with icpctl batch check FILE"
        )),
    }
    .hint(match way {
        Way::Order | Way::Draft => text!(
            "确信无误，可加上 {accept} 照样提交，历史会记下",
            "if you are sure that nothing is wrong, add {accept} to submit it all the same; the history keeps that"
        ),
        Way::Row(column) => text!(
            "确信无误，可在该行的 {column} 列写 {ids}，历史会记下",
            "if you are sure that nothing is wrong, write {ids} into the row's {column} column; the history keeps that"
        ),
    }))
}

/// Warns of something that a dossier says otherwise than it is filed, as [`Bench::ignored`] finds it.
pub fn differs(finding: &Finding) -> Caution {
    let (rule, message) = (&finding.rule, &finding.message);
    Caution {
        code: "differs-from-filed",
        message: text!("{message}（{rule}）", "{message} ({rule})", message),
        path: Some(finding.path.clone()),
    }
}

/// Lists the errors that are not accepted.
fn errors<'j>(judgement: &'j Judgement, accepted: &[String]) -> Vec<&'j Finding> {
    judgement
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .filter(|finding| !is_accepted(finding, accepted))
        .collect()
}

/// Lists the rules of findings, each once.
fn rules_of<'f>(findings: &[&'f Finding]) -> Vec<&'f str> {
    let rules = findings.iter().map(|finding| finding.rule.as_str());
    let rules: BTreeSet<&str> = rules.collect();
    rules.into_iter().collect()
}

/// Whether the operator accepts a finding: the id of its rule, in any letter case.
pub fn is_accepted(finding: &Finding, accepted: &[String]) -> bool {
    accepted
        .iter()
        .any(|id| id.eq_ignore_ascii_case(&finding.rule))
}

/// Lists what a dossier says otherwise than it is filed, where its kind of order changes no filed
/// field.
fn differences(world: &World, dossier: &Dossier, order: &Order) -> Vec<(String, String)> {
    let portfolio = &world.book.portfolio;
    let mut found = Vec::new();
    match order.kind {
        Kind::New | Kind::Change => return found,
        Kind::Access | Kind::CancelSite | Kind::CancelSubject | Kind::CancelAccess => {}
    }
    let only = match order.target.services.as_slice() {
        [only] => Some(only.number),
        [] | [_, _, ..] => None,
    };
    for (place, service) in dossier.services.iter().enumerate() {
        let number = service.number.or(only);
        let filed = number.and_then(|number| portfolio.service(&number));
        let Some((subject, filed)) = filed else {
            continue;
        };
        let mut there = (*filed.facts).clone();
        if subject.facts.is_individual() && there.responsible.is_none() {
            // An individual is the person of every service as well (RP-02).
            there.responsible.clone_from(&subject.facts.responsible);
        }
        let differences = tree::differences(&there, &service.facts).into_iter();
        let added = tree::added(&there, &service.facts);
        found.extend(
            differences
                .map(|difference| difference.path)
                .chain(added)
                .filter(|path| !path.starts_with("resource") && path != "home_urls")
                .map(|path| (format!("services.{place}.{path}"), path)),
        );
    }
    if let Some(DossierSubject::Data {
        number: Some(number),
        facts,
    }) = &dossier.subject
        && let Some(filed) = portfolio.subject(number)
    {
        let differences = tree::differences(&*filed.facts, facts.as_ref()).into_iter();
        found.extend(
            differences.map(|difference| (format!("subject.{}", difference.path), difference.path)),
        );
    }
    found
}

/// Says where a dossier writes the services of its order, which are those that it aims at: they stand
/// behind those that are written where it says nothing of them.
fn services_in(dossier: &Dossier, order: &Order) -> Vec<String> {
    let mut unwritten = dossier.services.len()..;
    let targets = order.target.services.iter();
    let places = targets.filter_map(|target| {
        let written = place_of(dossier, order, target.number);
        written.or_else(|| unwritten.next())
    });
    places.map(|place| format!("services.{place}")).collect()
}

/// Says where a dossier writes the changes of its order.
fn changes_in(dossier: &Dossier, order: &Order) -> Vec<Option<String>> {
    let written = |change: &FieldChange| {
        let (path, facts) = match change.service {
            Some(number) => {
                let place = place_of(dossier, order, number)?;
                let facts = tree::of(&dossier.services.get(place)?.facts);
                (format!("services.{place}"), facts)
            }
            None => ("subject".to_owned(), tree::of(dossier.subject_facts()?)),
        };
        let field = &change.field;
        tree::get(&facts, field).map(|_| format!("{path}.{field}"))
    };
    order.changes.iter().map(written).collect()
}

/// Returns the place of a filed service among those that a dossier writes.
fn place_of(dossier: &Dossier, order: &Order, number: ServiceNumber) -> Option<usize> {
    dossier.place_of(number, order.target.services.len() == 1)
}

/// Makes the order that drafting would make, as far as it can be made, and says what would be
/// refused where it cannot; choices that can still be made on the command line are no refusal.
fn imagine(
    world: &World,
    mut ask: Ask,
    dossier: &Dossier,
    ids: &mut Ids,
) -> (Order, Result<(), Option<Failure>>) {
    let kind = ask.kind;
    let stamp = Stamp {
        op: OperationId::from_bits(0),
        turn: 0,
        actor: None,
        now: world.now,
    };
    let mut build =
        |ask: &Ask| draft::build(ask, world, &stamp, ids, String::new(), &mut Vec::new());
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
        Ok(order) => (order, Ok(())),
        Err(failure) => {
            let told = matches!(failure.exit, Exit::Refused | Exit::NotFound | Exit::Invalid);
            (
                as_written(dossier, kind, &stamp),
                Err(told.then_some(failure)),
            )
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
    let filing = Filing {
        subject: dossier.subject_facts().cloned().map(Box::new),
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
        let mut target = TargetService {
            number,
            kind: number.kind(),
            name: service.facts.name.clone(),
            domains: service.facts.domains.clone().unwrap_or_default(),
            access_mode: None,
            registrations: None,
            resource: None,
            extra: Table::new(),
        };
        target.link(service.facts.clone());
        Some(target)
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
            subject: dossier.subject.as_ref().and_then(DossierSubject::number),
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
