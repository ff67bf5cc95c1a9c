//! Drafting: one use case with six inputs.

use super::advance;
use super::aim::{Found, choose_provider, find, other_account, target_of, the_account};
use super::assign::Assign;
use super::bearing;
use super::changes::asked_changes;
use super::doubt;
use super::plan::{Caution, Plan, Stamp};
use super::resolve::word_for;
use super::world::World;
use crate::failure::Failure;
use crate::filing::event::Event;
use crate::filing::facts::ServiceFacts;
use crate::filing::guard;
use crate::filing::host::Host;
use crate::filing::kind::{Kind, VerifyBy, Via};
use crate::filing::number::{Number, ServiceKind};
use crate::filing::obstacle::Obstacle;
use crate::filing::order::{Filing, Material, Order, OrderId};
use crate::filing::status::Status;
use crate::ids::Ids;
use crate::intake::{Dossier, DossierService};
use crate::lang::commas;
use crate::store::near::Wanted;
use crate::store::roll::Token;
use crate::text;
use std::collections::BTreeMap;
use toml::Table;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Ask {
    /// Which of the six.
    pub kind: Kind,
    /// What it is about, as typed.
    pub targets: Vec<String>,
    /// `--from`.
    pub dossier: Option<Dossier>,
    /// The files that the dossier names, taken in.
    pub materials: Vec<Material>,
    /// `--provider`.
    pub provider: Option<String>,
    /// `--account`.
    pub account: Option<String>,
    /// `--after`.
    pub after: Option<String>,
    /// `--ref`.
    pub reference: Option<String>,
    /// `--label`.
    pub labels: BTreeMap<String, String>,
    /// `--reason`.
    pub reason: Option<String>,
    /// `--verify-by`.
    pub verify_by: Option<VerifyBy>,
    /// `--written`.
    pub written: bool,
    /// `--set`, `--add`, `--unset`.
    pub assigns: Vec<Assign>,
}

impl Ask {
    /// Looks for what the order that is asked for rests on.
    pub fn want(&self, wanted: &mut Wanted) {
        for word in self.all_targets().chain(&self.after) {
            wanted.word(word);
        }
        wanted.beside(self.account.iter().map(|account| Token::of(account)));
        if let Some(key) = self.reference() {
            wanted.word(&format!("ref:{key}"));
        }
        bearing::assigned(wanted, &self.assigns);
        if let Some(dossier) = &self.dossier {
            bearing::dossier(wanted, dossier);
        }
        // Sent at once, it is told how long such orders took.
        wanted.everywhere();
        if !self.materials.is_empty() {
            wanted.attachments();
        }
    }

    pub(super) fn all_targets(&self) -> impl Iterator<Item = &String> {
        let typed = self.targets.iter();
        typed.chain(
            self.dossier
                .iter()
                .filter(|_| self.targets.is_empty())
                .flat_map(|d| &d.target),
        )
    }

    pub(super) fn provider(&self) -> Option<&String> {
        self.provider
            .as_ref()
            .or_else(|| self.dossier.as_ref()?.provider.as_ref())
    }

    pub(super) fn account(&self) -> Option<&String> {
        self.account
            .as_ref()
            .or_else(|| self.dossier.as_ref()?.account.as_ref())
    }

    /// Returns the order to wait for, as typed or in the dossier.
    pub fn after(&self) -> Option<&String> {
        self.after
            .as_ref()
            .or_else(|| self.dossier.as_ref()?.after.as_ref())
    }

    pub(super) fn verify_by(&self) -> Option<VerifyBy> {
        self.verify_by
            .or_else(|| self.dossier.as_ref().and_then(|d| d.verify_by))
    }

    pub(super) fn written(&self) -> bool {
        self.written || self.dossier.as_ref().is_some_and(|d| d.written)
    }

    /// Returns the labels of the dossier and those given, which count where both name one.
    fn labels(&self) -> BTreeMap<String, String> {
        let dossier = self.dossier.as_ref();
        let mut labels = dossier.map(|d| d.labels.clone()).unwrap_or_default();
        labels.extend(self.labels.clone());
        labels
    }

    fn reason(&self) -> Option<String> {
        let dossier = self.dossier.as_ref();
        let own = self.reason.clone();
        own.or_else(|| dossier.and_then(|d| d.reason.clone()))
    }

    /// Returns the caller's key, given or in the dossier.
    pub fn reference(&self) -> Option<&String> {
        self.reference
            .as_ref()
            .or_else(|| self.dossier.as_ref()?.reference.as_ref())
    }
}

/// Refuses a key that `ref:KEY` could not spell.
fn can_be_named(key: &str) -> Result<(), Failure> {
    if !key.contains(char::is_control) {
        return Ok(());
    }
    Err(Failure::invalid(
        "invalid.ref",
        text!(
            "ref 中有换行或其他控制字符",
            "the ref holds a line break or another control character"
        ),
    )
    .hint(text!(
        "ref 写在一行之内，用看得见的字符",
        "a ref is one line of characters that can be seen"
    )))
}

/// Returns a target as it is compared: a number or a domain in its canonical form.
pub(super) fn normal(word: &str) -> String {
    if let Ok(parsed) = Number::parse(word) {
        return parsed.number.to_string();
    }
    Host::parse(word).map_or_else(|_| word.to_owned(), |host| host.to_string())
}

/// What drafting would write, and what stands in its way.
#[derive(Debug)]
pub struct Attempt {
    /// The order that is drafted, or that holds the ref already.
    pub plan: Plan<OrderId>,
    /// What waiting cannot cure (5), else a ref with other content (6).
    pub obstacle: Option<Failure>,
}

/// Tries to draft an order: what must be agreed to can be asked for before it is refused.
///
/// # Errors
/// 4 for what is not filed, 3 for what does not validate, 2 for choices that are missing.
pub fn attempt(ask: &Ask, world: &World, stamp: &Stamp, ids: &mut Ids) -> Result<Attempt, Failure> {
    if let Some(key) = ask.reference() {
        can_be_named(key)?;
    }
    let holder = ask.reference().and_then(|key| world.of_ref(key));
    if let Some(order) = holder
        && ask.is_of(order, &world.book.portfolio)
    {
        return Ok(Attempt {
            plan: Plan::new(order.id.clone()),
            obstacle: None,
        });
    }
    let mut attempt = try_anew(ask, world, stamp, ids, ask.given()?)?;
    if let (None, Some(order), Some(key)) = (&attempt.obstacle, holder, ask.reference()) {
        attempt.obstacle = Some(taken(key, order));
    }
    Ok(attempt)
}

/// Drafts an order.
///
/// # Errors
/// 4 for what is not filed, 3 for what does not validate, 2 for choices that are missing, 5 for
/// what waiting cannot cure, 6 for a ref with other content.
pub fn draft(
    ask: &Ask,
    world: &World,
    stamp: &Stamp,
    ids: &mut Ids,
) -> Result<Plan<OrderId>, Failure> {
    attempt(ask, world, stamp, ids)?.settled()
}

impl Attempt {
    fn settled(self) -> Result<Plan<OrderId>, Failure> {
        match self.obstacle {
            Some(failure) => Err(failure),
            None => Ok(self.plan),
        }
    }
}

/// Says that a ref belongs to an order with other content.
fn taken(key: &str, order: &Order) -> Failure {
    let id = &order.id;
    Failure::conflict(
        "conflict.ref",
        text!(
            "ref {key} 已用于内容不同的订单 {id}",
            "the ref {key} belongs to the order {id}, which has other content"
        ),
    )
    .hint(if order.standing().status.is_editable() {
        text!(
            "换一个 ref，或修改那个订单：icpctl edit {id} --set FIELD=VALUE",
            "take another ref, or change that order: icpctl edit {id} --set FIELD=VALUE"
        )
    } else {
        text!(
            "换一个 ref；查看那个订单：icpctl show {id}",
            "take another ref; see that order: icpctl show {id}"
        )
    })
    .plain(key)
}

/// Drafts an order whatever its ref was given to before.
///
/// # Errors
/// As [`draft`], save for the ref.
pub fn anew(
    ask: &Ask,
    world: &World,
    stamp: &Stamp,
    ids: &mut Ids,
) -> Result<Plan<OrderId>, Failure> {
    try_anew(ask, world, stamp, ids, ask.given()?)?.settled()
}

fn try_anew(
    ask: &Ask,
    world: &World,
    stamp: &Stamp,
    ids: &mut Ids,
    given: String,
) -> Result<Attempt, Failure> {
    let mut cautions = Vec::new();
    let order = build(ask, world, stamp, ids, given, &mut cautions)?;
    cautions.extend(asked_already(world, &order, None));
    let ahead = world.ahead_of(&order);
    let drafting = guard::drafting(&order, &world.book.portfolio, &world.profiles, &ahead);
    let mut plan = Plan::new(order.id.clone());
    plan.cautions = cautions;
    plan.orders.push(order);
    Ok(Attempt {
        plan,
        obstacle: drafting.err().map(Failure::from),
    })
}

/// The code of an order that asks for what another one asks for.
pub(super) const ASKED_ALREADY: &str = "asked-already";

/// Warns of an order that has not ended and asks for the same: one of the two is mostly a slip. Of an
/// order that asked for it `before` already nothing is told.
pub(super) fn asked_already(
    world: &World,
    order: &Order,
    before: Option<&Order>,
) -> Option<Caution> {
    let beside = world.register().open_beside(&world.book, order);
    let is_new = |other: &Order| before.is_none_or(|before| !asks_the_same(before, other));
    let twins = beside
        .into_iter()
        .filter(|other| other.id != order.id && asks_the_same(order, other) && is_new(other));
    let first = |twin: &&Order| {
        twin.history
            .first()
            .map(|entry| (entry.recorded_at, entry.turn))
    };
    let twin = twins.min_by_key(first)?;
    let (name, status) = (word_for(twin), world.status(twin));
    let message = text!(
        "订单 {name}（{status}）办的是同一件事，多半只留一个：icpctl show {name}",
        "the order {name} ({status}) asks for the same, and mostly one is enough: icpctl show {name}",
        status = status.label()
    );
    Some(Caution::new(ASKED_ALREADY, message))
}

/// Whether two orders are to bring about the same, through whom it may be save where that is the matter.
fn asks_the_same(one: &Order, other: &Order) -> bool {
    let is_through_the_same = match one.kind {
        Kind::Access | Kind::CancelAccess => {
            (&one.provider, &one.account) == (&other.provider, &other.account)
        }
        Kind::New | Kind::Change | Kind::CancelSite | Kind::CancelSubject => true,
    };
    let services = &one.target.services;
    one.kind == other.kind
        && is_through_the_same
        && one.target.subject == other.target.subject
        && services.len() == other.target.services.len()
        && services
            .iter()
            .all(|service| other.target.holds(&service.number))
        && one.filing == other.filing
        && one.changes == other.changes
}

/// Tells which services of a dossier the order is not about, since other targets were typed; a change
/// is about those that change. Of a batch it tells nothing: its rows may share a dossier.
pub fn passed_over(dossier: &Dossier, order: &Order) -> Option<Caution> {
    if order.kind == Kind::Change {
        return None;
    }
    let numbers = dossier.services.iter().filter_map(|service| service.number);
    let others = commas(numbers.filter(|number| !order.target.holds(number)));
    (!others.is_empty()).then(|| Caution::new(
        "services-passed-over",
        text!(
            "资料文件还写了 {others}，但不在所写目标之内，本订单不含其内容",
            "the dossier also writes {others}, which the targets leave out: the order takes nothing of it"
        ),
    ))
}

/// Makes the order that drafting would make, without asking whether it may be drafted.
///
/// # Errors
/// As for [`draft`], what the state of the portfolio refuses left out.
pub(super) fn build(
    ask: &Ask,
    world: &World,
    stamp: &Stamp,
    ids: &mut Ids,
    given: String,
    cautions: &mut Vec<Caution>,
) -> Result<Order, Failure> {
    fits_command(ask)?;
    fits_way(ask)?;
    let found = find(ask, world, cautions)?;
    let after = match ask.after() {
        None => None,
        Some(word) => Some(world.find(word)?.id.clone()),
    };
    let (filing, changes) = match ask.kind {
        Kind::New => (asked_filing(ask, &found)?, Vec::new()),
        Kind::Change => (Filing::default(), asked_changes(ask, world, &found)?),
        Kind::Access | Kind::CancelSite | Kind::CancelSubject | Kind::CancelAccess => {
            (Filing::default(), Vec::new())
        }
    };
    let via = if ask.written() {
        Via::Written
    } else {
        Via::Provider
    };
    let provider = match via {
        Via::Written => None,
        Via::Provider => Some(choose_provider(ask, world, &found)?),
    };
    if let Some(name) = &provider {
        doubt::heed_profile(&world.profiles, name)?;
        cautions.extend(doubt::unknown_provider(&world.profiles, name));
    }
    let account = match ask.account() {
        Some(given) => {
            cautions.extend(other_account(ask.kind, provider.as_deref(), given, &found));
            Some(given.clone())
        }
        None => the_account(ask.kind, provider.as_deref(), &found),
    };
    let verify_by = match (ask.kind, via) {
        (Kind::CancelSite | Kind::CancelSubject, Via::Provider) => {
            Some(ask.verify_by().unwrap_or(VerifyBy::Sms))
        }
        (Kind::New | Kind::Access | Kind::Change | Kind::CancelAccess, _)
        | (Kind::CancelSite | Kind::CancelSubject, Via::Written) => None,
    };
    if verify_by == Some(VerifyBy::Email) {
        cautions.push(email_may_not_do());
    }
    let id = ids.order(|id| world.book.orders.contains_key(id) || world.book.is_damaged(id));
    let mut create = advance::entry(stamp, Event::Create, world.now, None, Status::Draft);
    create.reason = ask.reason();
    Ok(Order {
        id,
        kind: ask.kind,
        via,
        provider,
        account,
        verify_by,
        reference: ask.reference().cloned(),
        given,
        after,
        labels: ask.labels(),
        target: target_of(ask, &found, &changes)?,
        filing,
        changes,
        materials: ask.materials.clone(),
        history: vec![create],
        extra: Table::new(),
    })
}

/// Refuses a dossier that is written for another of the six commands.
fn fits_command(ask: &Ask) -> Result<(), Obstacle> {
    let said = ask.dossier.as_ref().and_then(|dossier| dossier.kind);
    let Some(said) = said.filter(|said| *said != ask.kind) else {
        return Ok(());
    };
    let (said, name) = (said.name(), ask.kind.name());
    Err(Obstacle::WrongKind {
        instead: format!("{said} --from FILE"),
        because: text!(
            "资料文件写的是 {said}，命令是 {name}",
            "the dossier says {said}, the command {name}"
        ),
    })
}

/// Refuses a way that the kind of order does not have, and what goes past the providers and names one,
/// or how one verifies it.
fn fits_way(ask: &Ask) -> Result<(), Failure> {
    let refused = |field: &'static str, message, hint| {
        let failure = Failure::invalid("invalid.dossier", message);
        Err(failure.field(field).hint(hint))
    };
    let first = |fields: &[(&'static str, bool)]| {
        let named = fields.iter().find(|(_, is_given)| *is_given);
        named.map(|(field, _)| *field)
    };
    let verified = ("verify_by", ask.verify_by().is_some());
    if !ask.kind.ends_filing()
        && let Some(field) = first(&[("written", ask.written()), verified])
    {
        let kind = ask.kind.name();
        return refused(
            field,
            text!("{kind} 不用 {field}", "{kind} takes no {field}"),
            text!("去掉 {field}", "take {field} out"),
        );
    }
    match first(&[("provider", ask.provider().is_some()), verified]) {
        Some(field) if ask.written() => refused(
            field,
            text!(
                "书面申请（written）不经过接入商，不能又写 {field}",
                "a written application goes past the providers: {field} does not go with written"
            ),
            text!("去掉 {field} 或 written", "take {field} or written out"),
        ),
        Some(_) | None => Ok(()),
    }
}

fn email_may_not_do() -> Caution {
    Caution::new(
        "email-may-not-do",
        text!(
            "邮箱验证是否免短信核验，各处说法不一：提交前请在接入商控制台确认",
            "sources differ on whether the e-mail path spares the SMS: look in the provider's console before sending"
        ),
    )
}

fn asked_filing(ask: &Ask, found: &Found<'_>) -> Result<Filing, Failure> {
    let Some(dossier) = &ask.dossier else {
        return Ok(Filing::default());
    };
    if !ask.assigns.is_empty() {
        return Err(Failure::usage(text!(
            "--set 只用于 change 和 edit",
            "--set goes with change and edit"
        )));
    }
    let facts = dossier.subject_facts().filter(|_| found.subject.is_none());
    Ok(Filing {
        subject: facts.cloned().map(Box::new),
        services: asked_services(&dossier.services),
        extra: Table::new(),
    })
}

/// Returns the services that a new order asks for; one that does not say its kind is a site.
pub(super) fn asked_services(given: &[DossierService]) -> Vec<ServiceFacts> {
    given
        .iter()
        .map(|service| {
            let mut facts = service.facts.clone();
            facts.kind.get_or_insert(ServiceKind::Site);
            facts
        })
        .collect()
}
