//! Drafting: one use case with six inputs.

use super::assign::{self, Assign};
use super::{advance, resolve};
use crate::cli::context::{Plan, Stamp, World};
use crate::cli::reply::Caution;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::filing::event::Event;
use crate::filing::guard::{self, Obstacle};
use crate::filing::host::Host;
use crate::filing::kind::{Kind, VerifyBy, Via};
use crate::filing::number::{Number, ServiceKind, ServiceNumber, SubjectNumber};
use crate::filing::order::{FieldChange, Filing, Material, Order, OrderId, Target, TargetService};
use crate::filing::portfolio::{FiledService, FiledSubject};
use crate::filing::status::Status;
use crate::filing::tree;
use crate::ids::Ids;
use crate::intake::{Dossier, DossierSubject};
use crate::lang::Text;
use crate::store::Digest;
use crate::text;
use std::collections::BTreeMap;
use toml::{Table, Value};

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

/// What drafting leads to.
#[derive(Debug)]
pub struct Drafted {
    /// The order, new or as it was.
    pub id: OrderId,
}

/// What a target or dossier came down to.
struct Found<'a> {
    subject: Option<&'a FiledSubject>,
    services: Vec<&'a FiledService>,
}

impl Ask {
    /// Returns the digest of what was given: all but labels, reason and consent.
    ///
    /// # Errors
    /// Only if the values cannot stand in JSON, which none of the types allows.
    pub fn given(&self) -> Result<String, serde_json::Error> {
        let mut targets: Vec<String> = self.all_targets().map(|word| normal(word)).collect();
        targets.sort();
        targets.dedup();
        let dossier = match &self.dossier {
            None => serde_json::Value::Null,
            Some(dossier) => serde_json::json!({
                "subject": match &dossier.subject {
                    None => serde_json::Value::Null,
                    Some(DossierSubject::Number(number)) => serde_json::to_value(number)?,
                    Some(DossierSubject::Data { number, facts }) => {
                        serde_json::json!([number, facts])
                    }
                },
                "services": dossier
                    .services
                    .iter()
                    .map(|s| serde_json::json!([s.number, s.facts]))
                    .collect::<Vec<_>>(),
                "materials": dossier
                    .materials
                    .iter()
                    .map(|m| [Some(&m.slot), Some(&m.file), m.service.as_ref()])
                    .collect::<Vec<_>>(),
            }),
        };
        let assigns: Vec<[String; 3]> = self
            .assigns
            .iter()
            .map(|assign| match assign {
                Assign::Set(field, value) => ["set".to_owned(), field.clone(), value.clone()],
                Assign::Add(field, value) => ["add".to_owned(), field.clone(), value.clone()],
                Assign::Unset(field, value) => [
                    "unset".to_owned(),
                    field.clone(),
                    value.clone().unwrap_or_default(),
                ],
            })
            .collect();
        let given = serde_json::json!({
            "kind": self.kind,
            "targets": targets,
            "provider": self.provider(),
            "account": self.account(),
            "after": self.after(),
            "verify_by": self.verify_by(),
            "written": self.written(),
            "assigns": assigns,
            "dossier": dossier,
        });
        Ok(Digest::of(serde_json::to_string(&given)?.as_bytes())
            .as_str()
            .to_owned())
    }

    fn all_targets(&self) -> impl Iterator<Item = &String> {
        let typed = self.targets.iter();
        typed.chain(
            self.dossier
                .iter()
                .filter(|_| self.targets.is_empty())
                .flat_map(|d| &d.target),
        )
    }

    fn provider(&self) -> Option<&String> {
        self.provider
            .as_ref()
            .or_else(|| self.dossier.as_ref()?.provider.as_ref())
    }

    fn account(&self) -> Option<&String> {
        self.account
            .as_ref()
            .or_else(|| self.dossier.as_ref()?.account.as_ref())
    }

    fn after(&self) -> Option<&String> {
        self.after
            .as_ref()
            .or_else(|| self.dossier.as_ref()?.after.as_ref())
    }

    fn verify_by(&self) -> Option<VerifyBy> {
        self.verify_by
            .or_else(|| self.dossier.as_ref().and_then(|d| d.verify_by))
    }

    fn written(&self) -> bool {
        self.written || self.dossier.as_ref().is_some_and(|d| d.written)
    }

    fn reference(&self) -> Option<&String> {
        self.reference
            .as_ref()
            .or_else(|| self.dossier.as_ref()?.reference.as_ref())
    }
}

/// Returns a target as it is compared: a number or a domain in its canonical form.
fn normal(word: &str) -> String {
    if let Ok(parsed) = Number::parse(word) {
        return parsed.number.to_string();
    }
    Host::parse(word).map_or_else(|_| word.to_owned(), |host| host.to_string())
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
) -> Result<Plan<Drafted>, Failure> {
    let given = ask.given()?;
    let holder = ask.reference().and_then(|key| {
        world
            .book
            .orders
            .values()
            .find(|o| o.reference.as_ref() == Some(key) && !o.is_undone())
    });
    if let Some(order) = holder
        && order.given == given
    {
        return Ok(Plan::new(Drafted {
            id: order.id.clone(),
        }));
    }
    let mut cautions = Vec::new();
    let order = build(ask, world, stamp, ids, given, &mut cautions)?;
    guard::drafting(&order, &world.book.portfolio, &world.profiles)?;
    if let (Some(order), Some(key)) = (holder, ask.reference()) {
        let id = &order.id;
        return Err(Failure::new(
            Exit::Conflict,
            "conflict.ref",
            text!(
                "ref {key} 已用于内容不同的订单 {id}",
                "the ref {key} belongs to the order {id}, which has other content"
            ),
        )
        .hint(text!(
            "换一个 ref，或用 icpctl edit {id} 修改那个订单",
            "take another ref, or change that order with icpctl edit {id}"
        )));
    }
    let mut plan = Plan::new(Drafted {
        id: order.id.clone(),
    });
    plan.cautions = cautions;
    plan.orders.push(order);
    Ok(plan)
}

fn build(
    ask: &Ask,
    world: &World,
    stamp: &Stamp,
    ids: &mut Ids,
    given: String,
    cautions: &mut Vec<Caution>,
) -> Result<Order, Failure> {
    if let Some(said) = ask.dossier.as_ref().and_then(|d| d.kind)
        && said != ask.kind
    {
        let (said_name, name) = (said.name(), ask.kind.name());
        return Err(Obstacle::WrongKind {
            should_be: said,
            because: text!(
                "档案写的是 {said_name}，命令是 {name}",
                "the dossier says {said_name}, the command {name}"
            ),
        }
        .into());
    }
    let found = find(ask, world, cautions)?;
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
    if let Some(name) = &provider
        && world.profiles.known(name).is_none()
    {
        cautions.push(Caution {
            code: "unknown-provider",
            message: text!(
                "没有接入商 {name} 的配置，按 generic 处理",
                "no profile is known for the provider {name}: generic is used"
            ),
            path: None,
        });
    }
    let account = ask
        .account()
        .cloned()
        .or_else(|| the_account(ask.kind, provider.as_deref(), &found));
    let after = match ask.after() {
        None => None,
        Some(word) => Some(resolve::order(&world.book, word)?.id.clone()),
    };
    let verify_by = match (ask.kind, via) {
        (Kind::CancelSite | Kind::CancelSubject, Via::Provider) => {
            Some(ask.verify_by().unwrap_or(VerifyBy::Sms))
        }
        (Kind::New | Kind::Access | Kind::Change | Kind::CancelAccess, _)
        | (Kind::CancelSite | Kind::CancelSubject, Via::Written) => None,
    };
    let id = ids.order(|id| world.book.orders.contains_key(id) || world.book.is_damaged(id));
    let mut labels = ask
        .dossier
        .as_ref()
        .map(|d| d.labels.clone())
        .unwrap_or_default();
    labels.extend(ask.labels.clone());
    let reason = ask
        .reason
        .clone()
        .or_else(|| ask.dossier.as_ref().and_then(|d| d.reason.clone()));
    let mut create = advance::entry(stamp, Event::Create, world.now, None, Status::Draft);
    create.reason = reason;
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
        labels,
        target: target_of(ask, &found),
        filing,
        changes,
        materials: ask.materials.clone(),
        history: vec![create],
        extra: Table::new(),
    })
}

/// Finds what the order is about.
fn find<'a>(
    ask: &Ask,
    world: &'a World,
    cautions: &mut Vec<Caution>,
) -> Result<Found<'a>, Failure> {
    let portfolio = &world.book.portfolio;
    if ask.kind == Kind::New {
        return find_for_new(ask, world);
    }
    let mut words: Vec<String> = ask.all_targets().cloned().collect();
    if words.is_empty()
        && let Some(dossier) = &ask.dossier
    {
        words = dossier
            .services
            .iter()
            .filter_map(|s| s.number.as_ref())
            .map(ToString::to_string)
            .collect();
        if words.is_empty() || ask.kind == Kind::CancelSubject {
            let number = dossier.subject.as_ref().and_then(DossierSubject::number);
            words = number.iter().map(ToString::to_string).collect();
        }
    }
    if words.is_empty() {
        return Err(Failure::new(
            Exit::Usage,
            "usage.target",
            text!("没有写明目标", "no target is named"),
        )
        .hint(text!(
            "写出备案号或域名，或用 --from 给出档案",
            "name a filing number or a domain, or give a dossier with --from"
        )));
    }
    let mut subject: Option<&FiledSubject> = None;
    let mut services: Vec<&FiledService> = Vec::new();
    for word in &words {
        let (of, these) = match resolve::target(portfolio, word)? {
            resolve::Target::Subject(number) => {
                let of = portfolio.subject(&number);
                (of, whole_subject(ask.kind, word, of)?)
            }
            resolve::Target::Service(number) => {
                let pair = portfolio.service(&number);
                (
                    pair.map(|(s, _)| s),
                    pair.map(|(_, s)| s).into_iter().collect(),
                )
            }
            resolve::Target::Domain { domain, services } => {
                let service = match (ask.kind, services.as_slice()) {
                    (Kind::CancelSubject, [first, ..]) => {
                        portfolio.service(first).map(|(_, service)| service)
                    }
                    (_, _) => Some(resolve::whole_service(portfolio, &domain, &services)?),
                };
                let of = service.and_then(|s| portfolio.subject(&s.number.subject()));
                (of, service.into_iter().collect())
            }
        };
        if let (Some(one), Some(two)) = (subject, of)
            && one.number != two.number
        {
            let (one, two) = (&one.number, &two.number);
            return Err(Failure::usage(text!(
                "目标分属两个主体：{one} 和 {two}",
                "the targets belong to two subjects: {one} and {two}"
            ))
            .hint(text!("每个主体一个订单", "make one order a subject")));
        }
        subject = of;
        for service in these {
            if !services.iter().any(|s| s.number == service.number) {
                services.push(service);
            }
        }
    }
    if ask.kind == Kind::CancelSubject {
        if let Some(subject) = subject {
            let number = subject.number.to_string();
            if words.iter().any(|word| normal(word) != number) {
                cautions.push(Caution {
                    code: "resolved-to-subject",
                    message: text!(
                        "目标所属主体是 {number}，将注销整个主体",
                        "the target belongs to the subject {number}: the whole subject is meant"
                    ),
                    path: None,
                });
            }
            services = subject.services.values().collect();
        }
    }
    Ok(Found { subject, services })
}

/// Returns the services that a subject's number stands for.
fn whole_subject<'a>(
    kind: Kind,
    word: &str,
    subject: Option<&'a FiledSubject>,
) -> Result<Vec<&'a FiledService>, Failure> {
    let services: Vec<&FiledService> =
        subject.map_or_else(Vec::new, |s| s.services.values().collect());
    match kind {
        Kind::New | Kind::Change | Kind::CancelSubject => Ok(Vec::new()),
        Kind::Access | Kind::CancelSite | Kind::CancelAccess => {
            if services.len() == 1 {
                return Ok(services);
            }
            let list: Vec<String> = services.iter().map(|s| s.number.to_string()).collect();
            let (count, list) = (list.len(), list.join(", "));
            let name = kind.name();
            let failure = Failure::usage(text!(
                "{name} 需要服务，{word} 是主体，名下有 {count} 个服务",
                "{name} wants services; {word} is a subject with {count} of them"
            ));
            Err(if count == 0 {
                failure.hint(text!(
                    "主体下没有服务：注销主体请用 icpctl cancel-subject {word} --written",
                    "it has none: cancel the subject with icpctl cancel-subject {word} --written"
                ))
            } else {
                failure.hint(text!("写出服务：{list}", "name the services: {list}"))
            })
        }
    }
}

fn find_for_new<'a>(ask: &Ask, world: &'a World) -> Result<Found<'a>, Failure> {
    let portfolio = &world.book.portfolio;
    let Some(dossier) = &ask.dossier else {
        return Err(Failure::new(
            Exit::Usage,
            "usage.dossier",
            text!("新增备案需要档案", "a new filing needs a dossier"),
        )
        .hint(text!(
            "用 icpctl template new 得到模板，填好后用 --from 给出",
            "print one with icpctl template new, fill it in, and give it with --from"
        )));
    };
    let subject = match &dossier.subject {
        None => {
            return Err(Failure::invalid(
                "invalid.dossier",
                text!("档案缺少 subject", "the dossier has no subject"),
            )
            .hint(text!(
                "写 [subject] 表，或 subject = \"主体备案号\"",
                "write a [subject] table, or subject = \"the subject's number\""
            )));
        }
        Some(DossierSubject::Number(number)) => Some(filed(world, number)?),
        Some(DossierSubject::Data { number, facts }) => {
            let known = match number {
                Some(number) => Some(filed(world, number)?),
                None => facts.certificate().and_then(|certificate| {
                    portfolio.filed().find(|s| {
                        s.facts
                            .certificate()
                            .is_some_and(|filed| filed.is_same(&certificate))
                    })
                }),
            };
            if let Some(subject) = known {
                let differing = tree::differences(&subject.facts, facts.as_ref());
                if let Some(difference) = differing.first() {
                    let (field, number) = (&difference.path, &subject.number);
                    return Err(Obstacle::WrongKind {
                        should_be: Kind::Change,
                        because: text!(
                            "档案的 subject.{field} 与已备案的 {number} 不同，新增服务前应先变更",
                            "subject.{field} differs from what {number} has filed: change that first, then add services"
                        ),
                    }
                    .into());
                }
            }
            known
        }
    };
    if dossier.services.is_empty() {
        return Err(Failure::invalid(
            "invalid.dossier",
            text!("档案没有 services", "the dossier has no services"),
        )
        .hint(text!(
            "至少写一个 [[services]]",
            "write at least one [[services]]"
        )));
    }
    if let Some(number) = dossier.services.iter().find_map(|s| s.number.as_ref()) {
        return Err(Obstacle::WrongKind {
            should_be: if portfolio.service(number).is_some() {
                Kind::Access
            } else {
                Kind::New
            },
            because: text!(
                "新增备案的服务还没有备案号，档案却写了 {number}",
                "a service that is newly filed has no number yet; the dossier says {number}"
            ),
        }
        .into());
    }
    Ok(Found {
        subject,
        services: Vec::new(),
    })
}

fn filed<'a>(world: &'a World, number: &SubjectNumber) -> Result<&'a FiledSubject, Failure> {
    resolve::target(&world.book.portfolio, &number.to_string())?;
    world.book.portfolio.subject(number).ok_or_else(|| {
        Obstacle::NotFiled {
            number: number.to_string(),
        }
        .into()
    })
}

fn target_of(ask: &Ask, found: &Found<'_>) -> Target {
    let resource = |number: &ServiceNumber| {
        let dossier = ask.dossier.as_ref()?;
        let service = dossier
            .services
            .iter()
            .find(|s| s.number.as_ref() == Some(number))?;
        service.facts.resource.clone()
    };
    Target {
        subject: found.subject.map(|s| s.number.clone()),
        name: found.subject.and_then(|s| s.facts.name.clone()),
        services: found
            .services
            .iter()
            .map(|service| TargetService {
                number: service.number.clone(),
                kind: service.kind(),
                name: service.facts.name.clone(),
                domains: service.domains().to_vec(),
                resource: resource(&service.number),
            })
            .collect(),
    }
}

/// Lists the providers that hold an access to what the order is about.
fn holders(kind: Kind, found: &Found<'_>) -> Vec<String> {
    let of_subject = matches!(kind, Kind::CancelSubject) || found.services.is_empty();
    let services: Vec<&FiledService> = if of_subject {
        found
            .subject
            .map_or_else(Vec::new, |s| s.services.values().collect())
    } else {
        found.services.clone()
    };
    let mut names: Vec<String> = services
        .iter()
        .flat_map(|s| s.providers())
        .map(str::to_owned)
        .collect();
    names.sort();
    names.dedup();
    names
}

/// Lists the providers among which a person must choose, where it takes a choice.
pub fn providers_to_choose(ask: &Ask, world: &World) -> Vec<String> {
    if ask.provider().is_some() || ask.written() {
        return Vec::new();
    }
    match (ask.kind, find(ask, world, &mut Vec::new())) {
        (Kind::New | Kind::Access, _) => world.profiles.names().map(str::to_owned).collect(),
        (Kind::Change | Kind::CancelSite | Kind::CancelSubject | Kind::CancelAccess, Ok(found)) => {
            let names = holders(ask.kind, &found);
            if names.len() == 1 && ask.kind != Kind::CancelAccess {
                Vec::new()
            } else {
                names
            }
        }
        (Kind::Change | Kind::CancelSite | Kind::CancelSubject | Kind::CancelAccess, Err(_)) => {
            Vec::new()
        }
    }
}

fn choose_provider(ask: &Ask, world: &World, found: &Found<'_>) -> Result<String, Failure> {
    if let Some(name) = ask.provider() {
        return Ok(name.clone());
    }
    let choice = |message: Text, names: &[String]| {
        let list = names.join(", ");
        Failure::new(Exit::Usage, "usage.provider", message).hint(if list.is_empty() {
            text!(
                "用 --provider 写明接入商",
                "name the provider with --provider"
            )
        } else {
            text!(
                "用 --provider 选择：{list}",
                "choose with --provider: {list}"
            )
        })
    };
    match ask.kind {
        Kind::New | Kind::Access | Kind::CancelAccess => {
            let names: Vec<String> = match ask.kind {
                Kind::CancelAccess => holders(ask.kind, found),
                Kind::New
                | Kind::Access
                | Kind::Change
                | Kind::CancelSite
                | Kind::CancelSubject => world.profiles.names().map(str::to_owned).collect(),
            };
            Err(choice(
                text!("没有写明接入商", "no provider is named"),
                &names,
            ))
        }
        Kind::Change | Kind::CancelSite | Kind::CancelSubject => {
            let mut names = holders(ask.kind, found);
            match names.len() {
                1 => Ok(names.remove(0)),
                0 if is_shell(ask.kind, found) => Err(Obstacle::EmptyShell {
                    number: shown(found),
                }
                .into()),
                0 => Err(choice(
                    text!(
                        "不知道通过哪个接入商办理",
                        "it is not known which provider holds the access"
                    ),
                    &[],
                )),
                _ => Err(choice(
                    text!("有多个接入商", "several providers hold an access"),
                    &names,
                )),
            }
        }
    }
}

fn is_shell(kind: Kind, found: &Found<'_>) -> bool {
    if kind == Kind::CancelSubject || found.services.is_empty() {
        found.subject.is_some_and(FiledSubject::is_empty_shell)
    } else {
        found.services.iter().all(|s| s.is_empty_shell())
    }
}

fn shown(found: &Found<'_>) -> String {
    match (found.services.as_slice(), found.subject) {
        ([only], _) => only.number.to_string(),
        ([] | [_, ..], Some(subject)) => subject.number.to_string(),
        ([] | [_, ..], None) => String::new(),
    }
}

/// Returns the account at which the order's provider holds the accesses, where it is one.
fn the_account(kind: Kind, provider: Option<&str>, found: &Found<'_>) -> Option<String> {
    match kind {
        Kind::New | Kind::Access => return None,
        Kind::Change | Kind::CancelSite | Kind::CancelSubject | Kind::CancelAccess => {}
    }
    let services: Vec<&FiledService> = if found.services.is_empty() {
        found
            .subject
            .map_or_else(Vec::new, |s| s.services.values().collect())
    } else {
        found.services.clone()
    };
    let mut accounts: Vec<&String> = services
        .iter()
        .flat_map(|s| &s.accesses)
        .filter(|a| Some(a.provider.as_str()) == provider)
        .filter_map(|a| a.account.as_ref())
        .collect();
    accounts.sort();
    accounts.dedup();
    match accounts.as_slice() {
        [only] => Some((*only).clone()),
        [] | [_, ..] => None,
    }
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
    let subject = match (&dossier.subject, found.subject) {
        (Some(DossierSubject::Data { facts, .. }), None) => Some(facts.as_ref().clone()),
        (Some(DossierSubject::Data { .. } | DossierSubject::Number(_)) | None, _) => None,
    };
    let services = dossier
        .services
        .iter()
        .map(|service| {
            let mut facts = service.facts.clone();
            facts.kind.get_or_insert(ServiceKind::Site);
            facts
        })
        .collect();
    Ok(Filing { subject, services })
}

/// Works out what a change order changes: fields relative to the target, with what they were.
fn asked_changes(ask: &Ask, world: &World, found: &Found<'_>) -> Result<Vec<FieldChange>, Failure> {
    let Some(subject) = found.subject else {
        return Ok(Vec::new());
    };
    let today = world.now.date_naive();
    let mut tree = Table::new();
    if found.services.is_empty() || names_subject(ask) {
        let mut node = Table::new();
        node.insert("number".to_owned(), subject.number.to_string().into());
        tree.insert("subject".to_owned(), Value::Table(node));
    }
    let services: Vec<Value> = found
        .services
        .iter()
        .map(|service| {
            let mut node = Table::new();
            node.insert("number".to_owned(), service.number.to_string().into());
            Value::Table(node)
        })
        .collect();
    if !services.is_empty() {
        tree.insert("services".to_owned(), Value::Array(services));
    }
    let mut tree = Value::Table(tree);
    let was = |prefix: &str, field: &str| match prefix {
        "subject" => tree::get(&tree::of(&subject.facts), field),
        _ => prefix
            .strip_prefix("services.")
            .and_then(|place| place.parse::<usize>().ok())
            .and_then(|place| found.services.get(place))
            .and_then(|service| tree::get(&tree::of(&service.facts), field)),
    };
    let prefixes: Vec<String> = if found.services.is_empty() {
        vec!["subject".to_owned()]
    } else {
        (0..found.services.len())
            .map(|place| format!("services.{place}"))
            .collect()
    };
    for prefix in &prefixes {
        for given in &ask.assigns {
            let field = given.field();
            let path = format!("{prefix}.{field}");
            if tree::get(&tree, &path).is_none()
                && let Some(now) = was(prefix, field)
                && now.is_array()
            {
                tree::put(&mut tree, &path, Some(now));
            }
            assign::assign(&mut tree, &path, given)?;
        }
    }
    let mut changes = Vec::new();
    let typed = assign::read(&tree, "--set", today)?;
    let mut sources = vec![typed];
    sources.extend(ask.dossier.clone());
    for dossier in &sources {
        if let Some(DossierSubject::Data { facts, .. }) = &dossier.subject {
            collect(
                &mut changes,
                None,
                &tree::of(&subject.facts),
                &tree::of(facts.as_ref()),
            );
        }
        for service in &dossier.services {
            let filed = service
                .number
                .as_ref()
                .and_then(|n| subject.services.get(n));
            if let Some(filed) = filed {
                collect(
                    &mut changes,
                    Some(&filed.number),
                    &tree::of(&filed.facts),
                    &tree::of(&service.facts),
                );
            }
        }
    }
    for prefix in &prefixes {
        for given in &ask.assigns {
            if let Assign::Unset(field, None) = given {
                let service = prefix
                    .strip_prefix("services.")
                    .and_then(|place| place.parse::<usize>().ok())
                    .and_then(|place| found.services.get(place))
                    .map(|s| s.number.clone());
                if let Some(from) = was(prefix, field) {
                    changes.push(FieldChange {
                        service,
                        field: field.clone(),
                        from: Some(from),
                        to: None,
                    });
                }
            }
        }
    }
    if changes.is_empty() {
        return Err(Failure::usage(text!(
            "没有要变更的内容：给出的值与已备案的相同，或没有写字段",
            "nothing changes: the values are those that are filed, or none was given"
        ))
        .hint(text!(
            "例如 --set name=新名称，或 --unset domains=域名",
            "for example --set name=NEW, or --unset domains=DOMAIN"
        )));
    }
    Ok(changes)
}

fn names_subject(ask: &Ask) -> bool {
    ask.dossier
        .as_ref()
        .is_some_and(|d| matches!(d.subject, Some(DossierSubject::Data { .. })))
}

/// Adds the leaves of `new` that differ from `old`.
fn collect(
    changes: &mut Vec<FieldChange>,
    service: Option<&ServiceNumber>,
    old: &Value,
    new: &Value,
) {
    fn walk(path: &str, old: &Value, new: &Value, found: &mut Vec<(String, Value)>) {
        match new {
            Value::Table(table) => {
                for (key, value) in table {
                    let path = if path.is_empty() {
                        key.clone()
                    } else {
                        format!("{path}.{key}")
                    };
                    walk(&path, old, value, found);
                }
            }
            leaf => {
                if tree::get(old, path).as_ref() != Some(leaf) {
                    found.push((path.to_owned(), leaf.clone()));
                }
            }
        }
    }
    let mut found = Vec::new();
    walk("", old, new, &mut found);
    for (field, to) in found {
        if field == "kind" && tree::get(old, "kind").is_none() {
            continue;
        }
        changes.retain(|c| !(c.field == field && c.service.as_ref() == service));
        changes.push(FieldChange {
            service: service.cloned(),
            from: tree::get(old, &field),
            field,
            to: Some(to),
        });
    }
}
