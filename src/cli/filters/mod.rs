//! The filters that `list`, `status`, `portfolio` and `export` share.
//!
//! A flag given twice takes what either asks for; labels alone must all be there. Different flags
//! narrow one another.

mod flags;
pub mod search;
mod slips;

pub use slips::{Line, Rank};

use crate::cli::context::Context;
use crate::cli::documents::order::Desk;
use crate::cli::parser::globals::duration;
use crate::cli::parser::province;
use crate::failure::Failure;
use crate::filing::instant::Instant;
use crate::filing::kind::Kind;
use crate::filing::limit::Due;
use crate::filing::moment::{self, Moment};
use crate::filing::named::named;
use crate::filing::number::SubjectNumber;
use crate::filing::order::Order;
use crate::filing::portfolio::{FiledService, FiledSubject};
use crate::filing::profile::Profiles;
use crate::filing::province::Province;
use crate::filing::status::{Bucket, Status};
use crate::lang::Text;
use crate::text;
use chrono::TimeDelta;
use clap::ArgMatches;
use clap::parser::ValueSource;
use search::Needle;

named! {
    /// How a list of orders is sorted.
    pub enum Sort {
        /// The latest drafted first.
        Created = "created", "起草时间", "creation time" | "创建时间",
        /// The latest written first.
        Updated = "updated", "更新时间", "time of the last entry" | "修改时间",
        /// The nearest deadline first, those without one last.
        Deadline = "deadline", "期限", "nearest deadline" | "截止时间" | "到期时间",
        /// By status, in the order of a filing's way.
        Status = "status", "状态", "status",
        /// By id.
        Id = "id", "订单号", "order id" | "编号",
    }
}

/// What the filters ask for.
#[derive(Clone, Debug, Default)]
pub struct Filters {
    find: Option<Needle>,
    statuses: Vec<Status>,
    buckets: Vec<Bucket>,
    kinds: Vec<Kind>,
    providers: Vec<String>,
    provinces: Vec<Province>,
    accounts: Vec<String>,
    labels: Vec<(String, Option<String>)>,
    references: Vec<String>,
    due_by: Option<Instant>,
    overdue: bool,
    created_since: Option<Instant>,
    ended_since: Option<Instant>,
    until: Option<Instant>,
    sort: Option<Sort>,
    limit: Option<usize>,
}

/// The flags, by name.
const NAMES: [&str; 16] = [
    "find",
    "status",
    "bucket",
    "kind",
    "provider",
    "province",
    "account",
    "label",
    "ref",
    "due-within",
    "overdue",
    "created-since",
    "ended-since",
    "until",
    "sort",
    "limit",
];

/// Those of the flags that ask about what is filed and what is owed for it.
pub const FILED: [&str; 8] = [
    "find",
    "provider",
    "province",
    "account",
    "label",
    "due-within",
    "overdue",
    "limit",
];

impl Filters {
    /// Reads the flags of [`Filters::args`], as far as the command takes them; relative times
    /// count from `now`.
    ///
    /// # Errors
    /// When a value is not of its form (2).
    pub fn read(matches: &ArgMatches, now: Instant) -> Result<Self, Failure> {
        let words = |name: &str| -> Vec<String> {
            let values = matches.try_get_many::<String>(name).ok().flatten();
            values.into_iter().flatten().cloned().collect()
        };
        let word = |name: &str| matches.try_get_one::<String>(name).ok().flatten().cloned();
        let time = |name: &str| word(name).map(|t| moment_of(name, &t, now)).transpose();
        let due_by = word("due-within")
            .map(|value| {
                let length = duration("--due-within", &value)?;
                TimeDelta::from_std(length)
                    .ok()
                    .and_then(|length| now.checked_add(length))
                    .ok_or_else(|| {
                        Failure::usage(text!(
                            "--due-within 的值 `{value}` 太长",
                            "`{value}` for --due-within is too long"
                        ))
                    })
            })
            .transpose()?;
        let provinces = words("province")
            .iter()
            .map(|name| province(name))
            .collect::<Result<_, _>>()?;
        let labels = words("label")
            .iter()
            .map(|label| match label.split_once('=') {
                Some(("", _)) => Err(Failure::usage(text!(
                    "--label 的值 `{label}` 应写成 K 或 K=V",
                    "`{label}` for --label should be K or K=V"
                ))),
                Some((key, value)) => Ok((key.to_owned(), Some(value.to_owned()))),
                None => Ok((label.clone(), None)),
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            find: word("find").map(|text| Needle::new(&text)),
            statuses: named(&words("status"), Status::from_name),
            buckets: named(&words("bucket"), Bucket::from_name),
            kinds: named(&words("kind"), Kind::from_name),
            providers: words("provider"),
            provinces,
            accounts: words("account"),
            labels,
            references: words("ref"),
            due_by,
            overdue: matches!(matches.try_get_one::<bool>("overdue"), Ok(Some(true))),
            created_since: time("created-since")?.map(Moment::start),
            ended_since: time("ended-since")?.map(Moment::start),
            until: time("until")?.map(Moment::end),
            sort: word("sort").and_then(|name| Sort::from_name(&name)),
            limit: matches
                .try_get_one::<usize>("limit")
                .ok()
                .flatten()
                .copied(),
        })
    }

    /// Warns of the providers asked for that no profile describes: a mistyped one finds nothing.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn heed_providers(&self, cx: &mut Context<'_>) -> Result<(), Failure> {
        cx.heed_providers(&mut self.providers.clone())
    }

    /// Lists the flags that were typed, for commands that take them only sometimes.
    pub fn typed(matches: &ArgMatches) -> impl Iterator<Item = &'static str> {
        let known = |name: &&str| matches.try_contains_id(name).is_ok();
        let is_typed = |name: &&str| matches.value_source(name) == Some(ValueSource::CommandLine);
        NAMES.into_iter().filter(known).filter(is_typed)
    }

    /// Whether the flags ask for orders by their status, so that nothing else limits it.
    pub fn asks_for_statuses(&self) -> bool {
        !(self.statuses.is_empty() && self.buckets.is_empty())
    }

    /// Whether the flags ask for orders that have ended: by status, by the end, or by name.
    pub fn asks_for_ended(&self) -> bool {
        self.asks_for_statuses() || self.ended_since.is_some() || !self.references.is_empty()
    }

    /// Whether a flag can be answered only by an order, not by what is filed.
    pub fn asks_for_orders(&self) -> bool {
        self.asks_for_ended()
            || !self.kinds.is_empty()
            || self.due_by.is_some()
            || self.overdue
            || self.created_since.is_some()
            || self.until.is_some()
    }

    /// Whether a flag leaves any order out.
    pub fn narrow(&self) -> bool {
        self.asks_for_orders()
            || self.find.is_some()
            || !self.providers.is_empty()
            || !self.provinces.is_empty()
            || !self.accounts.is_empty()
            || !self.labels.is_empty()
    }

    /// Whether a flag asks for what is due by some time.
    pub fn asks_for_due(&self) -> bool {
        self.due_by.is_some() || self.overdue
    }

    /// Returns what the flags ask of what is filed, dates aside; none where a flag can be answered
    /// only by an order.
    pub fn about_filed(&self) -> Option<Self> {
        let dateless = Self {
            due_by: None,
            overdue: false,
            ..self.clone()
        };
        (!dateless.asks_for_orders()).then_some(dateless)
    }

    /// Whether something that is owed until then is asked for.
    pub fn takes_due(&self, due: Option<&Due>) -> bool {
        (!self.overdue || due.is_some_and(|due| due.overdue))
            && self
                .due_by
                .is_none_or(|limit| due.is_some_and(|due| due.at() <= limit))
    }

    /// Whether an order is asked for; a presumed status counts like a reported one.
    pub fn matches(&self, desk: &Desk<'_>, order: &Order) -> bool {
        let accounts = order.account.as_deref();
        self.matches_times(desk, order)
            && any(&self.kinds, |kind| *kind == order.kind)
            && self.is_through(order.provider.as_deref(), &desk.world.profiles)
            && any(&self.accounts, |a| accounts == Some(a.as_str()))
            && any(&self.provinces, |p| order.province() == Some(*p))
            && any(&self.references, |r| order.held_ref() == Some(r))
            && (self.labels.is_empty() || {
                let labels = desk.labels(order);
                self.has_labels(|key| labels.get(key))
            })
            && self
                .find
                .as_ref()
                .is_none_or(|needle| search::order(needle, desk, order))
    }

    fn matches_times(&self, desk: &Desk<'_>, order: &Order) -> bool {
        let needs_view =
            self.asks_for_statuses() || self.ended_since.is_some() || self.asks_for_due();
        let created = order.created_at();
        let until_of_creation = self.until.filter(|_| self.ended_since.is_none());
        if !is_within(created, self.created_since, until_of_creation) {
            return false;
        }
        if !needs_view {
            return true;
        }
        let view = desk.view(order);
        let status = view.status();
        let ended_at = || view.ended_at(&order.case(&desk.world.profiles));
        let is_due = || {
            let deadline = desk.deadline(order);
            self.takes_due(deadline.as_ref().map(|deadline| &deadline.due))
        };
        any(&self.statuses, |wanted| *wanted == status)
            && any(&self.buckets, |wanted| *wanted == status.bucket())
            && (self.ended_since.is_none() || is_within(ended_at(), self.ended_since, self.until))
            && (!self.asks_for_due() || is_due())
    }

    /// Whether a filed subject is asked for: by itself, or by a service of its.
    pub fn matches_subject(&self, desk: &Desk<'_>, subject: &FiledSubject) -> bool {
        let by_itself = self.providers.is_empty()
            && self.accounts.is_empty()
            && self.matches_province(subject)
            && self.has_labels(|key| subject.labels.get(key))
            && self
                .find
                .as_ref()
                .is_none_or(|needle| search::subject(needle, subject))
            && self.has_order(desk, &subject.number, |order| {
                order.subject() == Some(subject.number)
            });
        by_itself
            || subject
                .services
                .values()
                .any(|service| self.matches_service(desk, subject, service))
    }

    /// Whether a filed service is asked for; flags about orders want one that touches it.
    pub fn matches_service(
        &self,
        desk: &Desk<'_>,
        subject: &FiledSubject,
        service: &FiledService,
    ) -> bool {
        let label = |key: &str| service.labels.get(key).or_else(|| subject.labels.get(key));
        let accesses = &service.accesses;
        let is_accessed =
            accesses.is_empty() && self.providers.is_empty() && self.accounts.is_empty()
                || accesses.iter().any(|access| {
                    self.is_through(Some(&access.provider), &desk.world.profiles)
                        && any(&self.accounts, |a| access.account.as_ref() == Some(a))
                });
        is_accessed
            && self.matches_province(subject)
            && self.has_labels(label)
            && self.find.as_ref().is_none_or(|needle| {
                search::service(needle, service) || search::holder(needle, subject)
            })
            && self.has_order(desk, &subject.number, |order| {
                order.services().any(|number| number == service.number)
            })
    }

    /// Whether one of the providers asked for is this one.
    fn is_through(&self, provider: Option<&str>, profiles: &Profiles) -> bool {
        any(&self.providers, |word| {
            provider.is_some_and(|p| p == word || profiles.name_of(word) == Some(p))
        })
    }

    fn matches_province(&self, subject: &FiledSubject) -> bool {
        any(&self.provinces, |province| {
            subject.province() == Some(*province)
        })
    }

    fn has_labels<T: AsRef<str>>(&self, label: impl Fn(&str) -> Option<T>) -> bool {
        self.labels.iter().all(|(key, wanted)| {
            let is_wanted = |value: T| wanted.as_deref().is_none_or(|w| w == value.as_ref());
            label(key).is_some_and(is_wanted)
        })
    }

    /// Whether no flag is about orders, or one of a subject's that `touches` is as they ask.
    fn has_order(
        &self,
        desk: &Desk<'_>,
        subject: &SubjectNumber,
        touches: impl Fn(&Order) -> bool,
    ) -> bool {
        if !self.asks_for_orders() {
            return true;
        }
        let wanted = Self {
            find: None,
            labels: Vec::new(),
            provinces: Vec::new(),
            providers: Vec::new(),
            accounts: Vec::new(),
            ..self.clone()
        };
        let mut orders = desk.orders_of(subject).into_iter();
        orders.any(|order| touches(order) && wanted.matches(desk, order))
    }

    /// Sorts orders as asked for, else by the nearest deadline, and cuts the list.
    pub fn arrange<'o>(&self, desk: &Desk<'_>, orders: Vec<&'o Order>) -> Vec<&'o Order> {
        let rank = |order: &Order| {
            let (status, deadline) = (desk.view(order).status(), desk.deadline(order));
            let created = order.created_at();
            let updated = order.history.last().map(|entry| entry.recorded_at);
            Rank::of(
                self.sort,
                order.id.as_str(),
                status,
                deadline,
                (created, updated),
            )
        };
        let mut sorted = orders;
        sorted.sort_by_cached_key(|order| rank(order));
        sorted.truncate(self.limit.unwrap_or(usize::MAX));
        sorted
    }

    /// Returns how many are wanted at most.
    pub fn limit(&self) -> Option<usize> {
        self.limit
    }
}

/// Says why nothing is listed: because no line was wanted, or what is said otherwise, which is sure only
/// where every file could be read.
pub fn nothing(cx: &Context<'_>, limit: Option<usize>, otherwise: Text) -> Text {
    if limit == Some(0) {
        text!("--limit 0：一条也不显示", "--limit 0 shows none")
    } else if cx.has_unread() {
        text!(
            "在能读取的文件中：{otherwise}",
            "in the files that can be read: {otherwise}",
            otherwise
        )
    } else {
        otherwise
    }
}

/// Returns the values of a vocabulary that these names are.
fn named<T>(names: &[String], from_name: impl Fn(&str) -> Option<T>) -> Vec<T> {
    names.iter().filter_map(|name| from_name(name)).collect()
}

/// Whether nothing is asked for, or one of what is asked for holds.
fn any<T>(wanted: &[T], holds: impl Fn(&T) -> bool) -> bool {
    wanted.is_empty() || wanted.iter().any(holds)
}

/// Whether an instant lies in a half-open span; one that is not known lies in none that has an end.
fn is_within(at: Option<Instant>, since: Option<Instant>, until: Option<Instant>) -> bool {
    since.is_none_or(|since| at.is_some_and(|at| at >= since))
        && until.is_none_or(|until| at.is_some_and(|at| at < until))
}

fn moment_of(name: &str, text: &str, now: Instant) -> Result<Moment, Failure> {
    moment::parse(text, now).map_err(|error| {
        let message = error.message();
        Failure::usage(text!("--{name}：{message}", "--{name}: {message}", message))
            .hint(error.hint())
    })
}
