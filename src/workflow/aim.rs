//! What an order is about: its targets found in the portfolio, and the provider to go through.

use super::changes;
use super::doubt;
use super::draft::{Ask, normal};
use super::mark;
use super::plan::Caution;
use super::resolve;
use super::world::World;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::filing::facts::Certificate;
use crate::filing::kind::Kind;
use crate::filing::number::SubjectNumber;
use crate::filing::obstacle::Obstacle;
use crate::filing::order::{FieldChange, Order, Target, TargetService};
use crate::filing::portfolio::{FiledService, FiledSubject, providers_of};
use crate::filing::spoken::{spoken, spoken_list};
use crate::filing::tree;
use crate::intake::{Dossier, DossierSubject};
use crate::lang::{Text, commas};
use crate::text;
use std::collections::BTreeSet;

/// What a target or dossier came down to.
pub(super) struct Found<'a> {
    pub(super) subject: Option<&'a FiledSubject>,
    pub(super) services: Vec<&'a FiledService>,
}

/// Finds what the order is about.
pub(super) fn find<'a>(
    ask: &Ask,
    world: &'a World,
    cautions: &mut Vec<Caution>,
) -> Result<Found<'a>, Failure> {
    if ask.kind == Kind::New {
        return find_for_new(ask, world);
    }
    let words = targets(ask);
    if words.is_empty() {
        return Err(Failure::new(
            Exit::Usage,
            "usage.target",
            text!("没有写明目标", "no target is named"),
        )
        .hint(text!(
            "写出备案号或域名，或用 --from 给出资料文件",
            "name a filing number or a domain, or give a dossier with --from"
        )));
    }
    let mut subject: Option<&FiledSubject> = None;
    let mut services: Vec<&FiledService> = Vec::new();
    for word in &words {
        let meant = meant(ask.kind, world, word)?;
        if let (Some(one), Some(two)) = (subject, meant.subject)
            && one.number != two.number
        {
            let (one, two) = (&one.number, &two.number);
            return Err(Failure::usage(text!(
                "目标分属两个主体：{one} 和 {two}",
                "the targets belong to two subjects: {one} and {two}"
            ))
            .hint(text!("每个主体一个订单", "make one order a subject")));
        }
        subject = meant.subject;
        for service in meant.services {
            if !services.iter().any(|s| s.number == service.number) {
                services.push(service);
            }
        }
    }
    if ask.kind == Kind::CancelSubject
        && let Some(subject) = subject
    {
        let number = subject.number.to_string();
        if words.iter().any(|word| normal(word) != number) {
            cautions.push(Caution::new(
                "resolved-to-subject",
                text!(
                    "目标所属主体是 {number}，将注销整个主体",
                    "the target belongs to the subject {number}: the whole subject is meant"
                ),
            ));
        }
        services = subject.services.values().collect();
    }
    Ok(Found { subject, services })
}

/// Returns the words that name the targets: as typed, else the numbers of the dossier.
fn targets(ask: &Ask) -> Vec<String> {
    let typed: Vec<String> = ask.all_targets().cloned().collect();
    let Some(dossier) = ask.dossier.as_ref().filter(|_| typed.is_empty()) else {
        return typed;
    };
    let services = dossier.services.iter().filter_map(|s| s.number.as_ref());
    let services: Vec<String> = services.map(ToString::to_string).collect();
    if services.is_empty() || ask.kind == Kind::CancelSubject {
        let subject = dossier.subject.as_ref().and_then(DossierSubject::number);
        subject.iter().map(ToString::to_string).collect()
    } else {
        services
    }
}

/// Finds what one word means to an order of a kind.
fn meant<'a>(kind: Kind, world: &'a World, word: &str) -> Result<Found<'a>, Failure> {
    let portfolio = &world.book.portfolio;
    Ok(match mark::target(&world.book, word)? {
        resolve::Target::Subject(number) => {
            let subject = portfolio.subject(&number);
            Found {
                subject,
                services: whole_subject(kind, word, subject)?,
            }
        }
        resolve::Target::Service(number) => {
            let (subject, service) = portfolio.service(&number).unzip();
            Found {
                subject,
                services: service.into_iter().collect(),
            }
        }
        resolve::Target::Domain { domain, services } => {
            let service = match (kind, services.as_slice()) {
                (Kind::CancelSubject, [first, ..]) => {
                    portfolio.service(first).map(|(_, service)| service)
                }
                (_, _) => Some(resolve::whole_service(portfolio, &domain, &services)?),
            };
            Found {
                subject: service.and_then(|s| portfolio.subject(&s.number.subject())),
                services: service.into_iter().collect(),
            }
        }
    })
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
            let list = commas(services.iter().map(|s| s.number));
            let count = services.len();
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
            text!("新增备案需要资料文件", "a new filing needs a dossier"),
        )
        .hint(text!(
            "用 icpctl template new 得到模板，填好后用 --from 给出",
            "print one with icpctl template new, fill it in, and give it with --from"
        )));
    };
    let subject = subject_of(dossier, world, ask.after())?;
    let domains = dossier.services.iter().flat_map(|s| &s.facts.domains);
    for domain in domains.flatten() {
        doubt::heed_target(&world.book, domain.as_str())?;
    }
    if dossier.services.is_empty() {
        return Err(Failure::invalid(
            "invalid.dossier",
            text!("资料文件没有 services", "the dossier has no services"),
        )
        .hint(text!(
            "至少写一个 [[services]]",
            "write at least one [[services]]"
        )));
    }
    if let Some(number) = dossier.services.iter().find_map(|s| s.number.as_ref()) {
        return Err(Obstacle::WrongKind {
            instead: if portfolio.service(number).is_some() {
                format!("{} {number} --provider PROVIDER", Kind::Access.name())
            } else {
                format!("{} --from FILE", Kind::New.name())
            },
            because: text!(
                "新增备案的服务还没有备案号，资料文件却写了 {number}",
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

/// Finds the subject of a new filing; none where it is filed for the first time.
fn subject_of<'a>(
    dossier: &Dossier,
    world: &'a World,
    after: Option<&String>,
) -> Result<Option<&'a FiledSubject>, Failure> {
    match &dossier.subject {
        Some(given) => {
            let forerunner = after.and_then(|word| world.find(word).ok());
            let ahead = forerunner.map_or_else(Vec::new, |order| world.ahead_behind(order));
            filed_already(world, given, &ahead)
        }
        None => Err(Failure::invalid(
            "invalid.dossier",
            text!("资料文件缺少 subject", "the dossier has no subject"),
        )
        .hint(text!(
            "写 [subject] 表，或 subject = \"主体备案号\"",
            "write a [subject] table, or subject = \"the subject's number\""
        ))),
    }
}

/// Returns the filed subject that holds a certificate; none where `ahead`, for which the order waits
/// that asks, is that subject's cancellation.
pub(super) fn holder<'a>(
    world: &'a World,
    certificate: &Certificate,
    ahead: &[&Order],
) -> Option<&'a FiledSubject> {
    let portfolio = &world.book.portfolio;
    let subject = portfolio.of_certificate(certificate)?;
    let after = portfolio.once_through(ahead);
    let stays = after
        .get(&subject.number)
        .is_none_or(FiledSubject::is_filed);
    stays.then_some(subject)
}

/// Returns the filed subject that the one of a new order's dossier is, once the order `ahead`, for
/// which it waits, is approved; none where it has no number yet.
///
/// # Errors
/// 5 where a number is not filed, or the data differ from what is filed (ORD-04).
pub(super) fn filed_already<'a>(
    world: &'a World,
    given: &DossierSubject,
    ahead: &[&Order],
) -> Result<Option<&'a FiledSubject>, Failure> {
    let (number, facts) = match given {
        DossierSubject::Number(number) => return filed(world, number).map(Some),
        DossierSubject::Data { number, facts } => (number, facts),
    };
    let known = match number {
        Some(number) => Some(filed(world, number)?),
        None => facts
            .certificate()
            .and_then(|certificate| holder(world, &certificate, ahead)),
    };
    let Some(subject) = known else {
        return Ok(None);
    };
    match tree::differences(&*subject.facts, facts.as_ref()).first() {
        None => Ok(known),
        Some(difference) => Err(differs(subject, &difference.path)),
    }
}

/// Says that a new filing says of its filed subject what is not filed of it (ORD-04).
pub(super) fn differs(subject: &FiledSubject, field: &str) -> Failure {
    let number = &subject.number;
    let way = match providers_of(subject.services.values()).len() {
        0 | 1 => "",
        _ => " --provider PROVIDER",
    };
    Obstacle::WrongKind {
        instead: format!("{} {number}{way} --set {field}=VALUE", Kind::Change.name()),
        because: text!(
            "subject.{field} 与已备案的 {number} 不同，新增服务前应先变更",
            "subject.{field} differs from what {number} has filed: change that first, then add services"
        ),
    }
    .into()
}

fn filed<'a>(world: &'a World, number: &SubjectNumber) -> Result<&'a FiledSubject, Failure> {
    mark::target(&world.book, &number.to_string())?;
    world.book.portfolio.subject(number).ok_or_else(|| {
        Obstacle::NotFiled {
            number: number.to_string(),
        }
        .into()
    })
}

/// Returns what the order is about: what was found, and the services that a dossier changes.
///
/// # Errors
/// 3 where the dossier of an access does not say which service it means.
pub(super) fn target_of(
    ask: &Ask,
    found: &Found<'_>,
    changes: &[FieldChange],
) -> Result<Target, Failure> {
    let mut services = found.services.clone();
    let changed = changes.iter().filter_map(|change| change.service.as_ref());
    for number in changed {
        let filed = found.subject.and_then(|s| s.services.get(number));
        services.extend(filed.filter(|_| !services.iter().any(|s| s.number == *number)));
    }
    let mut services: Vec<_> = services.into_iter().map(FiledService::as_target).collect();
    if let (Kind::Access, Some(dossier)) = (ask.kind, &ask.dossier) {
        link(&mut services, dossier)?;
    }
    Ok(Target {
        subject: found.subject.map(|s| s.number),
        name: found.subject.and_then(|s| s.facts.name.clone()),
        services,
        extra: toml::Table::new(),
    })
}

/// Gives the services of an access what its dossier says of them, and nothing else.
///
/// # Errors
/// 3 where the dossier does not say which service it means.
pub(super) fn link(services: &mut [TargetService], dossier: &Dossier) -> Result<(), Failure> {
    let is_only = services.len() == 1;
    let unsaid = dossier.services.iter().position(|s| s.number.is_none());
    if let Some(place) = unsaid.filter(|_| !is_only) {
        return Err(changes::unsaid(place));
    }
    for service in services {
        let place = dossier.place_of(service.number, is_only);
        let given = place.and_then(|place| dossier.services.get(place));
        service.link(given.map(|s| s.facts.clone()).unwrap_or_default());
    }
    Ok(())
}

/// Lists the providers that hold an access to what the order is about.
fn holders(kind: Kind, found: &Found<'_>) -> Vec<String> {
    let of_subject = matches!(kind, Kind::CancelSubject) || found.services.is_empty();
    if of_subject {
        let subject = found.subject.into_iter();
        providers_of(subject.flat_map(|subject| subject.services.values()))
    } else {
        providers_of(found.services.iter().copied())
    }
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

pub(super) fn choose_provider(
    ask: &Ask,
    world: &World,
    found: &Found<'_>,
) -> Result<String, Failure> {
    if let Some(name) = ask.provider() {
        return Ok(name.clone());
    }
    let choice = |message: Text, names: &[String]| {
        let list = spoken_list(names.iter().map(String::as_str));
        Failure::new(Exit::Usage, "usage.provider", message).hint(if names.is_empty() {
            text!(
                "用 --provider 写明接入商",
                "name the provider with --provider"
            )
        } else {
            text!(
                "用 --provider 选择：{list}",
                "choose with --provider: {list}",
                list
            )
        })
    };
    let unnamed = text!("没有写明接入商", "no provider is named");
    match ask.kind {
        Kind::New | Kind::Access => {
            let names: Vec<String> = world.profiles.names().map(str::to_owned).collect();
            Err(choice(unnamed, &names))
        }
        Kind::CancelAccess => Err(choice(unnamed, &holders(ask.kind, found))),
        Kind::Change | Kind::CancelSite | Kind::CancelSubject => {
            let mut names = holders(ask.kind, found);
            match names.len() {
                1 => Ok(names.remove(0)),
                0 if is_shell(ask.kind, found) => Err(Obstacle::EmptyShell {
                    number: shown(found),
                    kind: ask.kind,
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

/// Finds again what an order is about.
pub(super) fn of_order<'a>(order: &Order, world: &'a World) -> Found<'a> {
    let portfolio = &world.book.portfolio;
    let services = order.target.services.iter();
    let services = services.filter_map(|target| Some(portfolio.service(&target.number)?.1));
    Found {
        subject: portfolio.subject_of(order),
        services: services.collect(),
    }
}

/// Returns the account at which the order's provider holds the accesses, where it is one.
pub(super) fn the_account(kind: Kind, provider: Option<&str>, found: &Found<'_>) -> Option<String> {
    let mut known = accounts(kind, provider, found).into_iter().flatten();
    let first = known.next()?;
    known.next().is_none().then(|| first.clone())
}

/// The code of an account that holds no access at the order's provider.
pub(super) const OTHER_ACCOUNT: &str = "other-account";

/// Warns of an account that is none of those at which the order's provider holds the accesses.
pub(super) fn other_account(
    kind: Kind,
    provider: Option<&str>,
    account: &String,
    found: &Found<'_>,
) -> Option<Caution> {
    let accounts = accounts(kind, provider, found);
    if accounts.is_empty() || accounts.contains(&None) || accounts.contains(&Some(account)) {
        return None;
    }
    let (provider, known) = (provider?, commas(accounts.into_iter().flatten()));
    let message = text!(
        "{provider}处的接入记在账号 {known} 下，不在 {account} 下；写错的，改正 account",
        "the access at {provider} is filed under the account {known}, not {account}: where that is a slip, correct the account",
        provider = spoken(provider)
    );
    Some(Caution::new(OTHER_ACCOUNT, message))
}

/// Lists the accounts of the accesses that an order at a provider is about; none is one unknown.
fn accounts<'a>(
    kind: Kind,
    provider: Option<&str>,
    found: &Found<'a>,
) -> BTreeSet<Option<&'a String>> {
    match kind {
        Kind::New | Kind::Access => return BTreeSet::new(),
        Kind::Change | Kind::CancelSite | Kind::CancelSubject | Kind::CancelAccess => {}
    }
    let services: Vec<&FiledService> = if found.services.is_empty() {
        found
            .subject
            .map_or_else(Vec::new, |s| s.services.values().collect())
    } else {
        found.services.clone()
    };
    services
        .iter()
        .flat_map(|s| &s.accesses)
        .filter(|a| Some(a.provider.as_str()) == provider)
        .map(|a| a.account.as_ref())
        .collect()
}
