//! What a word on the command line means: an order, or something filed.

use super::unfiled::{self, Unfiled, ended_on, not_ours_since};
use crate::failure::Failure;
use crate::filing::host::Host;
use crate::filing::number::{Number, ServiceNumber, SubjectNumber};
use crate::filing::order::{
    ID_ALPHABET, ID_LENGTH, Order, OrderId, SHORTEST_PREFIX, looks_like_id,
};
use crate::filing::portfolio::{FiledService, Portfolio};
use crate::filing::status::Status;
use crate::lang::{Text, commas, shell_word};
use crate::render::mask::Privacy;
use crate::render::prose;
use crate::store::book::{Book, ORDERS};
use crate::text;
use std::cmp::Reverse;
use std::ops::Bound;
use thiserror::Error;

/// How many ended orders a hint names.
const NAMED: usize = 5;

/// What a TARGET means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A subject, by its number.
    Subject(SubjectNumber),
    /// A service, by its number.
    Service(ServiceNumber),
    /// A domain and the services that hold it, at least one.
    Domain {
        /// The domain.
        domain: Host,
        /// The services that hold it.
        services: Vec<ServiceNumber>,
    },
}

/// Why a word means no order.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NoOrder {
    /// No order is called or is about that.
    #[error("there is no order `{word}`")]
    Unknown {
        /// The word.
        word: String,
        /// When what it names ended, where it was filed once.
        ended: Option<Text>,
    },
    /// No order holds the ref.
    #[error("there is no order with the ref {key}")]
    NoRef {
        /// The ref.
        key: String,
    },
    /// All orders about it have ended.
    #[error("`{word}` has no order that has not ended")]
    AllEnded {
        /// The word.
        word: String,
        /// Those that ended last, each by its id and status.
        ended: Vec<Text>,
    },
    /// Several orders are meant.
    #[error("`{word}` means several orders")]
    Ambiguous {
        /// The word.
        word: String,
        /// The orders, each by its id and kind.
        orders: Vec<Text>,
    },
    /// The order's file cannot be read.
    #[error("the file of the order cannot be read")]
    Damaged {
        /// What is wrong with it.
        why: Text,
    },
}

impl NoOrder {
    fn ambiguous(word: &str, hits: &[&Order]) -> Self {
        let orders = hits.iter();
        let orders = orders.map(|order| {
            let id = &order.id;
            text!("{id}（{kind}）", "{id} ({kind})", kind = order.kind.label())
        });
        Self::Ambiguous {
            word: word.to_owned(),
            orders: orders.collect(),
        }
    }

    fn all_ended(word: &str, mut orders: Vec<&Order>) -> Self {
        orders.sort_by_key(|order| Reverse(order.standing().ended_at));
        orders.truncate(NAMED);
        let orders = orders.into_iter().map(|order| {
            let (id, status) = (&order.id, order.standing().status.label());
            text!("{id}（{status}）", "{id} ({status})", status)
        });
        Self::AllEnded {
            word: word.to_owned(),
            ended: orders.collect(),
        }
    }
}

impl From<NoOrder> for Failure {
    fn from(error: NoOrder) -> Self {
        let none = |message| Self::not_found("not-found.order", message);
        match error {
            NoOrder::Unknown { word, ended } => {
                let failure = none(text!("没有订单 `{word}`", "there is no order `{word}`"));
                let short = is_too_short(&word).then(|| {
                    text!(
                        "订单号至少要写前 {SHORTEST_PREFIX} 位；自定编号写成 ref:{word}",
                        "write at least the first {SHORTEST_PREFIX} characters of an id; a key of your own is written ref:{word}"
                    )
                });
                let shown = shell_word(&word);
                let list = if word.is_ascii() || Number::parse(&word).is_ok() {
                    text!(
                        "查看全部订单：icpctl list --all",
                        "see all orders: icpctl list --all"
                    )
                } else {
                    text!(
                        "按名称查找：icpctl list --all --find {shown}",
                        "look for a name: icpctl list --all --find {shown}"
                    )
                };
                let hints = ended.into_iter().chain(short).chain([list]);
                hints.fold(failure, Self::hint)
            }
            NoOrder::NoRef { key } if key.is_empty() => {
                none(text!("ref: 后面没有写编号", "no ref stands behind ref:")).hint(text!(
                    "写成 ref:KEY；脚本中多半是变量没有值",
                    "write ref:KEY; in a script a variable is probably unset"
                ))
            }
            NoOrder::NoRef { key } => none(text!(
                "没有 ref 为 {key} 的订单",
                "there is no order with the ref {key}"
            ))
            .plain(key)
            .hint(text!(
                "查看全部订单：icpctl list --all",
                "see all orders: icpctl list --all"
            )),
            NoOrder::AllEnded { word, ended } => {
                let failure = none(text!(
                    "`{word}` 没有未完结的订单",
                    "`{word}` has no order that has not ended"
                ));
                if ended.is_empty() {
                    let shown = shell_word(&word);
                    return failure.hint(text!(
                        "查看它的备案：icpctl portfolio {shown}",
                        "see what is filed of it: icpctl portfolio {shown}"
                    ));
                }
                failure.hint(text!(
                    "有关的订单都已完结：{list}",
                    "the orders about it have ended: {list}",
                    list = Text::joined(ended, "、", ", ")
                ))
            }
            NoOrder::Ambiguous { word, orders } => Self::not_found(
                "not-found.ambiguous",
                text!(
                    "`{word}` 对应多个订单：{list}",
                    "`{word}` means several orders: {list}",
                    list = Text::joined(orders, "、", ", ")
                ),
            )
            .hint(text!("写出完整的订单号", "spell the id out")),
            NoOrder::Damaged { why } => Self::invalid("invalid.record", why).hint(text!(
                "修正该文件，或从备份恢复；其他订单不受影响",
                "mend that file or restore it from a backup; the other orders are not affected"
            )),
        }
    }
}

/// Returns the word by which a command names an order: its ref, since a row's order may be only thought
/// of; its id, where it has none or one that would be masked.
pub(super) fn word_for(order: &Order) -> String {
    let key = order.reference.as_ref();
    match key.filter(|key| prose::mask(key, Privacy::Masked) == **key) {
        Some(key) => shell_word(&format!("ref:{key}")),
        None => order.id.to_string(),
    }
}

/// Whether a word is the beginning of an id, though too little of it.
fn is_too_short(word: &str) -> bool {
    !word.is_empty()
        && word.len() < SHORTEST_PREFIX
        && word.bytes().all(|byte| ID_ALPHABET.contains(&byte))
}

/// Finds the order that a word means: an id, a prefix of one, `ref:KEY`, or a number or domain
/// with exactly one order that has not ended.
///
/// # Errors
/// No such order, or several (4); a damaged order file of that id (3).
pub fn order<'a>(book: &'a Book, word: &str) -> Result<&'a Order, NoOrder> {
    if let Some(key) = word.strip_prefix("ref:") {
        let orders = book.orders.values();
        let given = orders.filter(|o| o.reference.as_deref() == Some(key));
        return of_ref(book, key, given.collect());
    }
    if looks_like_id(word)
        && let Some(found) = by_id(book, word)
    {
        return found;
    }
    let found = match target(&book.portfolio, word) {
        Ok(target) => the_open_one(word, book.orders.values(), |order| target.is_of(order)),
        Err(Unfiled::Unknown { .. } | Unfiled::DomainEnded { .. }) => {
            asking_for(book.orders.values(), word)
        }
        Err(Unfiled::Ended {
            number,
            day,
            not_ours,
        }) => {
            let ended = match not_ours {
                Some(_) => not_ours_since(&number, day),
                None => ended_on(&number, day),
            };
            asking_for(book.orders.values(), word).map_err(|error| match error {
                NoOrder::Unknown { word, .. } => NoOrder::Unknown {
                    word,
                    ended: Some(ended),
                },
                NoOrder::NoRef { .. }
                | NoOrder::AllEnded { .. }
                | NoOrder::Ambiguous { .. }
                | NoOrder::Damaged { .. } => error,
            })
        }
    };
    found.map_err(|error| in_doubt(book, error))
}

/// Returns why a number or a domain means no order: its order may be the one that cannot be read.
pub(super) fn in_doubt(book: &Book, error: NoOrder) -> NoOrder {
    let word = match &error {
        NoOrder::Unknown { word, .. } | NoOrder::AllEnded { word, .. } => word,
        NoOrder::NoRef { .. } | NoOrder::Ambiguous { .. } | NoOrder::Damaged { .. } => {
            return error;
        }
    };
    let number = Number::parse(word).map(|parsed| parsed.number.to_string());
    let Ok(meant) = number.or_else(|_| Host::parse(word).map(|host| host.to_string())) else {
        return error;
    };
    let mut damaged = book.damaged.iter();
    let holder = damaged.find(|(path, damage)| {
        let is_open = |status: Status| !status.has_ended();
        path.starts_with(ORDERS) && damage.mentions(&meant) && damage.may_stand(is_open)
    });
    holder.map_or(error, |(_, damage)| NoOrder::Damaged {
        why: damage.message(),
    })
}

/// Finds an order by its id or the beginning of one; none where nothing is called so.
fn by_id<'a>(book: &'a Book, word: &str) -> Option<Result<&'a Order, NoOrder>> {
    if let Some(order) = OrderId::parse(word).and_then(|id| book.orders.get(&id)) {
        return Some(Ok(order));
    }
    let first = format!("{word:0<ID_LENGTH$}");
    let from = OrderId::parse(&first).map_or(Bound::Unbounded, Bound::Included);
    let hits: Vec<&Order> = book
        .orders
        .range((from, Bound::Unbounded))
        .map(|(_, order)| order)
        .take_while(|o| o.id.as_str().starts_with(word))
        .collect();
    match hits.as_slice() {
        [only] => return Some(Ok(only)),
        [] => {}
        [_, ..] => return Some(Err(NoOrder::ambiguous(word, &hits))),
    }
    let mut damaged = book.damaged.iter();
    let (_, damage) = damaged.find(|(path, damage)| {
        let mut names = path.rsplit('/');
        names.next().is_some_and(|name| name.starts_with(word)) || damage.is_misnamed(word)
    })?;
    let why = damage.message();
    Some(Err(NoOrder::Damaged { why }))
}

/// Finds the open order about a number or a domain that is not filed.
pub(super) fn asking_for<'a>(
    orders: impl IntoIterator<Item = &'a Order>,
    word: &str,
) -> Result<&'a Order, NoOrder> {
    let host = Host::parse(word).ok();
    let number = Number::parse(word).ok().map(|parsed| parsed.number);
    let is_meant = |order: &&Order| {
        let asks_for = |host| order.domains().contains(&host);
        host.as_ref().is_some_and(asks_for) || number.is_some_and(|number| order.is_about(&number))
    };
    let meant: Vec<&Order> = orders.into_iter().filter(is_meant).collect();
    if meant.is_empty() {
        return Err(NoOrder::Unknown {
            word: word.to_owned(),
            ended: None,
        });
    }
    the_open_one(word, meant, |_| true)
}

impl Target {
    /// Whether an order is about it.
    pub(super) fn is_of(&self, order: &Order) -> bool {
        match self {
            Self::Subject(number) => order.target.subject.as_ref() == Some(number),
            Self::Service(number) => order.target.holds(number),
            // A service that has got the domain since the order was drafted is the same one.
            Self::Domain { domain, services } => {
                let targets = &order.target.services;
                order.domains().contains(&domain)
                    || targets.iter().any(|s| services.contains(&s.number))
            }
        }
    }
}

/// Returns the order that holds a ref among those that were given it: the latest that was not
/// undone, since an ended order's ref can be taken up again.
pub(super) fn holder<'a>(given: impl IntoIterator<Item = &'a Order>) -> Option<&'a Order> {
    let standing = given.into_iter().filter(|order| !order.is_undone());
    standing.max_by_key(|order| {
        let created = order.history.first();
        created.map(|entry| (entry.recorded_at, entry.turn))
    })
}

/// Returns the order that `ref:KEY` means among those that were given that ref.
///
/// # Errors
/// 4 where there is none, or where several have not ended: a merge of two stores brings that about;
/// 3 where a file that cannot be read holds it.
pub(super) fn of_ref<'a>(
    book: &Book,
    key: &str,
    given: Vec<&'a Order>,
) -> Result<&'a Order, NoOrder> {
    let is_open = |order: &&&Order| !order.standing().status.has_ended();
    let open: Vec<&Order> = given.iter().filter(is_open).copied().collect();
    if let [_, _, ..] = open.as_slice() {
        return Err(NoOrder::ambiguous(&format!("ref:{key}"), &open));
    }
    holder(given).ok_or_else(|| {
        let mut damaged = book.damaged.values();
        match damaged.find(|damage| damage.says("ref", key)) {
            Some(damage) => NoOrder::Damaged {
                why: damage.message(),
            },
            None => NoOrder::NoRef {
                key: key.to_owned(),
            },
        }
    })
}

/// Returns the only order of those that `is_meant` tells and that has not ended.
pub(super) fn the_open_one<'a>(
    word: &str,
    orders: impl IntoIterator<Item = &'a Order>,
    is_meant: impl Fn(&Order) -> bool,
) -> Result<&'a Order, NoOrder> {
    let meant = orders.into_iter().filter(|order| is_meant(order));
    let (ended, open): (Vec<&Order>, Vec<&Order>) =
        meant.partition(|order| order.standing().status.has_ended());
    match open.as_slice() {
        [only] => Ok(only),
        [] => Err(NoOrder::all_ended(word, ended)),
        [_, ..] => Err(NoOrder::ambiguous(word, &open)),
    }
}

/// Returns the domain that a word is, where nothing holds it.
pub(super) fn unfiled_domain(portfolio: &Portfolio, word: &str) -> Option<Host> {
    if looks_like_id(word) || Number::parse(word).is_ok() {
        return None;
    }
    let domain = Host::parse(word).ok()?;
    portfolio.holders(&domain).is_empty().then_some(domain)
}

/// Finds what a word means in the portfolio: a number or a domain.
///
/// # Errors
/// 4 where nothing of that name is filed, with what is near; 5 where it was filed once.
pub fn target(portfolio: &Portfolio, word: &str) -> Result<Target, Unfiled> {
    let number = match Number::parse(word) {
        Ok(parsed) => parsed.number,
        Err(number_error) => match Host::parse(word) {
            Ok(domain) => return by_domain(portfolio, domain),
            Err(host_error) => {
                let expected = unfiled::expected(&number_error, &host_error);
                let near = unfiled::assigned(word).or_else(|| unfiled::named(portfolio, word));
                let near = near.unwrap_or(expected);
                return Err(Unfiled::unknown(word, Some(near)));
            }
        },
    };
    let ended = match number {
        Number::Subject(number) if portfolio.subject(&number).is_some() => {
            return Ok(Target::Subject(number));
        }
        Number::Service(number) if portfolio.service(&number).is_some() => {
            return Ok(Target::Service(number));
        }
        Number::Subject(number) => portfolio.subjects.get(&number).and_then(|s| s.ended),
        Number::Service(number) => portfolio.ended(&number),
        Number::Security(number) => {
            let near = text!(
                "这是公安备案号；这里需要 ICP 备案号或域名",
                "that is a public-security number; a filing number or a domain is expected"
            );
            return Err(Unfiled::unknown(&number, Some(near)));
        }
    };
    Err(match ended {
        Some(day) => Unfiled::Ended {
            number,
            day,
            not_ours: portfolio.not_ours(&number).cloned(),
        },
        None => Unfiled::unknown(&number, None),
    })
}

fn by_domain(portfolio: &Portfolio, domain: Host) -> Result<Target, Unfiled> {
    let holders = portfolio.holders(&domain).into_iter();
    let services: Vec<ServiceNumber> = holders.map(|(_, service)| service.number).collect();
    if services.is_empty() {
        return Err(unfiled::domain(portfolio, domain));
    }
    Ok(Target::Domain { domain, services })
}

/// Returns the one whole service that a domain means in a writing command.
///
/// # Errors
/// 5 `refused.domain-not-whole` where several services share the domain, or the service has
/// others beside it.
pub fn whole_service<'a>(
    portfolio: &'a Portfolio,
    domain: &Host,
    services: &[ServiceNumber],
) -> Result<&'a FiledService, Failure> {
    let found: Vec<&FiledService> = services
        .iter()
        .filter_map(|number| portfolio.service(number))
        .map(|(_, service)| service)
        .collect();
    match found.as_slice() {
        [only] if only.domains().len() <= 1 => Ok(only),
        _ => {
            let list = commas(services);
            let mut failure = Failure::refused(
                "refused.domain-not-whole",
                if found.len() > 1 {
                    text!(
                        "域名 {domain} 由多个服务共用：{list}",
                        "the domain {domain} is shared by several services: {list}"
                    )
                } else {
                    text!(
                        "域名 {domain} 只是 {list} 的一个域名",
                        "the domain {domain} is one of several of {list}"
                    )
                },
            )
            .rule("CAN-14")
            .hint(text!(
                "写出服务备案号来指整个服务",
                "name the whole service by its number"
            ));
            for service in found {
                let number = &service.number;
                let providers = service.providers();
                // A service that this is all of, or that no provider can act for, is not changed so.
                if service.domains().len() <= 1 || service.is_empty_shell() {
                    continue;
                }
                let provider = match providers.as_slice() {
                    [_] => String::new(),
                    [first, ..] => format!(" --provider {}", shell_word(first)),
                    [] => " --provider P".to_owned(),
                };
                failure = failure.hint(text!(
                    "只去掉这个域名：icpctl change {number} --unset domains={domain}{provider}",
                    "to remove only this domain: icpctl change {number} --unset domains={domain}{provider}"
                ));
            }
            Err(failure)
        }
    }
}
