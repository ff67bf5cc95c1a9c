//! `portfolio`: what is filed now.

use crate::cli::context::Context;
use crate::cli::documents::order::Manner;
use crate::cli::documents::portfolio::{Excerpt, Look, Stock, fields};
use crate::cli::filters::{self, Filters};
use crate::cli::parser::globals::{option, place, switch};
use crate::cli::parser::vocabulary;
use crate::cli::reply::Reply;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::filing::facts::Person;
use crate::filing::named::named;
use crate::filing::number::{ServiceNumber, SubjectNumber};
use crate::filing::portfolio::{FiledService, Portfolio};
use crate::lang::{Lang, Text};
use crate::render::clean::clean;
use crate::render::mask::Privacy;
use crate::text;
use crate::workflow::filed::{self, Filed};
use crate::workflow::resolve::{self, Target};
use crate::workflow::unfiled::Unfiled;
use crate::workflow::world::World;
use crate::workflow::{doubt, mark};
use clap::{ArgMatches, Command};
use serde_json::Value;
use std::collections::BTreeMap;

named! {
    /// What the filings are grouped by.
    pub enum Grouping {
        /// The label `customer`.
        Customer = "customer", "客户", "customer",
        /// The account at a provider.
        Account = "account", "账号", "account" | "接入账号" | "接入商账号",
        /// The resource at a provider.
        Resource = "resource", "资源", "resource" | "云资源",
        /// The responsible person.
        Person = "person", "负责人", "responsible person" | "人员",
    }
}

/// The shape of the document.
pub const SCHEMA: &str = "icpctl.portfolio/1";

/// Says what the command takes.
pub fn command(command: Command, lang: Lang) -> Command {
    command
        .arg(
            place(
                "target",
                "TARGET",
                text!(
                    "只看这些主体、服务（备案号或域名）",
                    "Only these subjects and services, by number or domain"
                ),
                lang,
            )
            .num_args(0..),
        )
        .arg(
            option(
                "by",
                "WHAT",
                text!(
                    "分组：客户（customer 标签）、接入账号、资源或负责人",
                    "In groups: by the label customer, the account, the resource, or the responsible person"
                ),
                lang,
            )
            .value_parser(vocabulary::named::<Grouping>()),
        )
        .arg(switch(
            "exit-status",
            text!(
                "用退出码表示：0 已备案（且在 --provider 接入），8 订单在办，9 订单结果不利，4 都没有",
                "Tell by the exit code: 0 filed (and accessed at --provider), 8 an order is live, 9 it stands against you, 4 neither"
            ),
            lang,
        ))
        .args(Filters::args(lang))
}

/// Shows what is filed.
pub fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    let targets: Vec<&String> = matches.get_many("target").into_iter().flatten().collect();
    let by = matches
        .get_one::<String>("by")
        .and_then(|name| Grouping::from_name(name));
    let filters = Filters::read(matches, cx.now)?;
    filters.heed_providers(cx)?;
    let providers: Vec<&String> = matches.get_many("provider").into_iter().flatten().collect();
    let mut provider = providers.first().map(|name| (*name).clone());
    cx.name_providers(&mut provider)?;
    let provider = provider.as_deref();
    let asks = matches.get_flag("exit-status");
    if asks {
        asks_one_thing(matches, targets.len(), providers.len())?;
    }
    let world = about(cx, &targets)?;
    let stock = Stock::new(&world);
    let mut wanted: BTreeMap<SubjectNumber, Excerpt<'_>> = BTreeMap::new();
    let mut verdicts = Vec::new();
    for word in &targets {
        doubt::heed_target(&world.book, word)?;
        let target = resolve::target(&world.book.portfolio, word);
        let verdict = asks.then(|| filed::judge(&stock.desk, word, target.as_ref().ok(), provider));
        match target {
            Ok(target) => take(&world, &target, &mut wanted),
            Err(error) => {
                // An order on its way there answers, whatever else cannot be read.
                if verdict.as_ref().is_none_or(|verdict| *verdict == Filed::No) {
                    doubt::heed_absence(&world.book, &error)?;
                }
                if !asks {
                    return Err(in_vain(error));
                }
            }
        }
        verdicts.extend(verdict.map(|verdict| (word.as_str(), verdict)));
    }
    if targets.is_empty() {
        let all = world.book.portfolio.filed();
        wanted.extend(all.map(|subject| (subject.number, Excerpt::whole(subject))));
    }
    if !asks {
        wanted.retain(|_, excerpt| narrow(&filters, &stock, excerpt));
    }
    let limit = filters.limit().filter(|_| !asks).unwrap_or(usize::MAX);
    let shown: Vec<Excerpt<'_>> = wanted.into_values().take(limit).collect();
    let is_empty = shown.is_empty();
    let mut reply = laid_out(cx, &stock, shown, by, !targets.is_empty());
    if is_empty && !asks {
        let is_read = world.book.damaged.is_empty();
        let is_beginning = is_read && world.book.portfolio.filed().next().is_none();
        reply = reply.say(filters::nothing(cx, filters.limit(), nothing(is_beginning)));
    }
    match verdict(&world.book.portfolio, &verdicts, provider) {
        Some(failure) if failure.exit == Exit::NotFound => Err(failure),
        failure => {
            reply.failure = failure;
            Ok(reply)
        }
    }
}

/// Refuses what an exit code could not answer.
fn asks_one_thing(matches: &ArgMatches, targets: usize, providers: usize) -> Result<(), Failure> {
    let others = Filters::typed(matches).any(|name| name != "provider");
    if providers > 1 || others {
        return Err(Failure::usage(text!(
            "--exit-status 只能与一个 --provider 同用，不接受其他筛选",
            "--exit-status takes one --provider and no other filter"
        )));
    }
    if targets == 0 {
        return Err(Failure::usage(text!(
            "--exit-status 需要写明 TARGET",
            "--exit-status needs a TARGET"
        )));
    }
    Ok(())
}

/// Lays the subjects out, for machines and for people; with notes where they were named.
fn laid_out(
    cx: &Context<'_>,
    stock: &Stock<'_>,
    excerpts: Vec<Excerpt<'_>>,
    by: Option<Grouping>,
    named: bool,
) -> Reply {
    let manner = cx.manner();
    let look = Look {
        width: cx.width(),
        color: cx.color(),
        notes: cx.globals.verbose || named,
    };
    // What is not printed is not laid out either: each takes as long as the other.
    let is_text = cx.globals.format.is_text();
    let mut data: Vec<Value> = Vec::new();
    let mut human = String::new();
    for (group, excerpts) in &grouped(excerpts, by, manner) {
        if by.is_some() {
            let unknown = text!("（未知）", "(unknown)");
            let heading = group.as_deref().unwrap_or_else(|| unknown.get(cx.lang));
            human.extend(["== ", &clean(heading), "\n"]);
        }
        for excerpt in excerpts {
            if is_text {
                human.push_str(&excerpt.page(stock, manner, look));
                human.push('\n');
            } else {
                data.push(excerpt.element(stock, manner, group.as_deref()));
            }
        }
    }
    human.truncate(human.trim_end_matches('\n').len());
    if !human.is_empty() {
        human.push('\n');
    }
    let data = Value::Array(data);
    Reply {
        known: fields(&data),
        human,
        ..Reply::new(SCHEMA, data)
    }
}

/// Reads what bears on the targets; everything, where there are none, or one means nothing.
fn about(cx: &mut Context<'_>, targets: &[&String]) -> Result<World, Failure> {
    if targets.is_empty() {
        return cx.world();
    }
    cx.world_of_words(targets.iter().copied(), |world, word| {
        mark::target(&world.book, word).is_ok()
    })
}

/// Keeps the services that the filters ask for; whether anything of the subject is left.
pub fn narrow(filters: &Filters, stock: &Stock<'_>, excerpt: &mut Excerpt<'_>) -> bool {
    let (subject, desk) = (excerpt.subject, &stock.desk);
    let is_bare = excerpt.services.is_empty();
    let about = filters.about_filed().filter(|_| filters.asks_for_due());
    let owes = |service: Option<&FiledService>| {
        let number = service.map(|service| service.number);
        let notices = stock
            .ledger
            .notices(subject)
            .filter(|owed| owed.service.map(|service| service.number) == number);
        let mut all = notices.chain(stock.ledger.duties(subject, service));
        all.any(|owed| !owed.is_settled() && filters.takes_due(owed.due()))
    };
    let of_itself = about.is_some() && owes(None);
    excerpt.services.retain(|_, service| {
        filters.matches_service(desk, subject, service)
            || about.as_ref().is_some_and(|about| {
                about.matches_service(desk, subject, service) && (of_itself || owes(Some(*service)))
            })
    });
    !excerpt.services.is_empty()
        || (is_bare
            && (filters.matches_subject(desk, subject)
                || about.is_some_and(|about| of_itself && about.matches_subject(desk, subject))))
}

/// What ended once is looked for in vain, as what never was.
fn in_vain(error: Unfiled) -> Failure {
    Failure {
        exit: Exit::NotFound,
        code: "not-found.target".into(),
        ..error.into()
    }
}

fn nothing(is_beginning: bool) -> Text {
    if is_beginning {
        text!(
            "还没有任何备案；导入已有备案：icpctl adopt --from FILE（样例见 icpctl template adopt），或起草新备案：icpctl template new",
            "nothing is filed yet; bring in existing filings with icpctl adopt --from FILE (see icpctl template adopt), or draft a new one: icpctl template new"
        )
    } else {
        text!("没有符合条件的备案", "nothing that is filed matches")
    }
}

/// Adds what a target means to what is shown.
fn take<'w>(world: &'w World, target: &Target, wanted: &mut BTreeMap<SubjectNumber, Excerpt<'w>>) {
    let portfolio = &world.book.portfolio;
    let services: &[ServiceNumber] = match target {
        Target::Subject(number) => {
            if let Some(subject) = portfolio.subject(number) {
                wanted.insert(*number, Excerpt::whole(subject));
            }
            &[]
        }
        Target::Service(number) => std::slice::from_ref(number),
        Target::Domain { services, .. } => services,
    };
    for number in services {
        if let Some((subject, service)) = portfolio.service(number) {
            wanted
                .entry(subject.number)
                .or_insert_with(|| Excerpt {
                    subject,
                    services: BTreeMap::new(),
                })
                .services
                .insert(*number, service);
        }
    }
}

/// Groups with what is in them, those without a name last.
type Groups<'w> = Vec<(Option<String>, Vec<Excerpt<'w>>)>;

/// Puts subjects in groups; one whose services belong to several stands in each with those.
fn grouped<'w>(excerpts: Vec<Excerpt<'w>>, by: Option<Grouping>, manner: Manner) -> Groups<'w> {
    let Some(by) = by else {
        return vec![(None, excerpts)];
    };
    let mut groups: BTreeMap<(bool, String), BTreeMap<SubjectNumber, Excerpt<'w>>> =
        BTreeMap::new();
    for excerpt in excerpts {
        let subject = excerpt.subject;
        let mut put = |key: Option<String>, service: Option<&'w FiledService>| {
            let group = groups
                .entry((key.is_none(), key.unwrap_or_default()))
                .or_default();
            let there = group.entry(subject.number).or_insert_with(|| Excerpt {
                subject,
                services: BTreeMap::new(),
            });
            there.services.extend(service.map(|s| (s.number, s)));
        };
        if excerpt.services.is_empty() {
            put(own_group(&excerpt, by), None);
        }
        for service in excerpt.services.values() {
            let keys = groups_of(&excerpt, service, by);
            if keys.is_empty() {
                put(None, Some(service));
            }
            for key in keys {
                put(Some(key), Some(service));
            }
        }
        if by == Grouping::Person
            && let Some(key) = own_group(&excerpt, by)
        {
            put(Some(key), None);
        }
    }
    groups
        .into_iter()
        .map(|((is_unknown, key), group)| {
            let name = match by {
                Grouping::Person => shown_person(&key, manner.privacy),
                Grouping::Account => manner.privacy.account(&key),
                Grouping::Customer | Grouping::Resource => key,
            };
            ((!is_unknown).then_some(name), group.into_values().collect())
        })
        .collect()
}

/// Returns the group of a subject itself.
fn own_group(excerpt: &Excerpt<'_>, by: Grouping) -> Option<String> {
    match by {
        Grouping::Customer => excerpt.subject.labels.get(CUSTOMER).cloned(),
        Grouping::Account | Grouping::Resource => None,
        Grouping::Person => person_key(excerpt.subject.facts.responsible.as_ref()),
    }
}

/// The label that names a customer.
const CUSTOMER: &str = "customer";

/// Lists the groups of a service.
fn groups_of(excerpt: &Excerpt<'_>, service: &FiledService, by: Grouping) -> Vec<String> {
    let of_accesses = |part: fn(&crate::filing::facts::Access) -> Option<&String>| {
        let mut keys: Vec<String> = service
            .accesses
            .iter()
            .filter_map(|access| Some(format!("{}/{}", access.provider, part(access)?)))
            .collect();
        keys.sort();
        keys.dedup();
        keys
    };
    match by {
        Grouping::Customer => service
            .labels
            .get(CUSTOMER)
            .cloned()
            .or_else(|| own_group(excerpt, by))
            .into_iter()
            .collect(),
        Grouping::Account => of_accesses(|access| access.account.as_ref()),
        Grouping::Resource => of_accesses(|access| access.resource.as_ref()),
        // An individual's persons are all the subject (RP-02).
        Grouping::Person => person_key(service.facts.responsible.as_ref())
            .or_else(|| {
                let is_individual = excerpt.subject.facts.is_individual();
                own_group(excerpt, by).filter(|_| is_individual)
            })
            .into_iter()
            .collect(),
    }
}

/// Returns what tells persons apart: the name and the phone, on two lines.
fn person_key(person: Option<&Person>) -> Option<String> {
    let person = person?;
    let (name, phone) = (person.name.as_deref(), person.phone.as_deref());
    (name.is_some() || phone.is_some()).then(|| {
        format!(
            "{}\n{}",
            name.unwrap_or_default(),
            phone.unwrap_or_default()
        )
    })
}

fn shown_person(key: &str, privacy: Privacy) -> String {
    let (name, phone) = key.split_once('\n').unwrap_or((key, ""));
    let shown = format!("{} {}", privacy.name(name), privacy.phone(phone));
    shown.trim().to_owned()
}

/// Returns what the exit tells: against beats neither, neither beats pending.
fn verdict(
    portfolio: &Portfolio,
    verdicts: &[(&str, Filed)],
    provider: Option<&str>,
) -> Option<Failure> {
    let there = provider.map_or_else(
        || text!("备案", "filed"),
        |p| text!("在 {p} 备案并接入", "filed and accessed at {p}"),
    );
    let against = verdicts.iter().find_map(|(word, filed)| match filed {
        Filed::Against(order, status) => Some(
            Failure::new(
                Exit::Negative,
                "negative.order",
                text!(
                    "{word} 没有{there}，订单 {order} 的结果不利（{label}）",
                    "{word} is not {there}: the order {order} stands against you ({label})",
                    label = status.label(),
                    there
                ),
            )
            .hint(text!(
                "查看：icpctl show {order}",
                "see it: icpctl show {order}"
            )),
        ),
        Filed::Yes | Filed::No | Filed::Pending(..) => None,
    });
    let neither = || {
        verdicts.iter().find_map(|(word, filed)| match filed {
            Filed::No => {
                let failure = Failure::not_found(
                    "not-found.target",
                    text!(
                        "{word} 没有{there}，也没有在办的订单",
                        "{word} is not {there}, and no order is on its way",
                        there
                    ),
                );
                let near = resolve::target(portfolio, word).err();
                let hints = near.into_iter().flat_map(|near| Failure::from(near).hints);
                Some(hints.fold(failure, Failure::hint))
            }
            Filed::Yes | Filed::Against(..) | Filed::Pending(..) => None,
        })
    };
    let pending = || {
        verdicts.iter().find_map(|(word, filed)| match filed {
            Filed::Pending(order, status) => Some(Failure::new(
                Exit::Pending,
                "pending.order",
                text!(
                    "{word} 尚未{there}，订单 {order} 在办（{label}）",
                    "{word} is not {there} yet: the order {order} is live ({label})",
                    label = status.label(),
                    there
                ),
            )),
            Filed::Yes | Filed::No | Filed::Against(..) => None,
        })
    };
    against.or_else(neither).or_else(pending)
}
