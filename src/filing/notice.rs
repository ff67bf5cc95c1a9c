//! Rectification notices (整改通知): what a provider finds wrong with a filing.

use super::calendar::{Calendar, Reckoned};
use super::instant::Instant;
use super::kind::Kind;
use super::limit::{Due, End, Limit};
use super::named::named;
use super::number::ServiceNumber;
use super::order::{NoticeId, Order, OrderId};
use super::portfolio::FiledSubject;
use super::record::{NoticeFacts, SubjectEntry, SubjectEvent};
use super::status::Bucket;
use crate::data::data;
use crate::lang::Text;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

named! {
    /// What a notice or a duty is about.
    pub enum Of {
        /// The subject itself.
        Subject = "subject",
        /// One of its services.
        Service = "service",
    }
}

named! {
    /// Where a class of notices belongs.
    pub enum Group {
        /// What is filed of the subject.
        Subject = "subject",
        /// What is filed of a service.
        Service = "service",
        /// A domain and its registration.
        Domain = "domain",
        /// The numbers that a page shows.
        Number = "number",
        /// Whether the responsible persons can be reached.
        Contact = "contact",
        /// Where a service runs.
        Access = "access",
        /// What is filed of an app.
        App = "app",
    }
}

/// An order that puts a notice right.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remedy {
    /// Its kind.
    pub kind: Kind,
    /// The fields that it sets, relative to its target.
    #[serde(default)]
    pub fields: Vec<String>,
}

/// A class of notices: what is wrong, why, and what puts it right (PST-05).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Class {
    /// Its id, such as `domain-expired`.
    pub id: String,
    /// Where it belongs.
    pub group: Group,
    /// What its notices are about.
    pub of: Of,
    /// Its name in the provider's words.
    pub title: Text,
    /// How else providers may put it; the words of one, set off by blanks, must all occur, Latin letters in
    /// upper case here.
    pub wordings: Vec<String>,
    /// What has happened.
    pub cause: Text,
    /// What to do.
    pub fix: Text,
    /// The limit in working days where a notice names none: the filed data have become wrong (PST-04).
    pub working_days: Option<u32>,
    /// The orders that put it right, the usual one first; none where no order does.
    pub orders: Vec<Remedy>,
    /// Keys of the sources.
    pub source: String,
}

#[derive(Deserialize)]
struct ClassFile {
    class: Vec<Class>,
}

/// The embedded table; a test holds that it parses.
static CLASSES: LazyLock<ClassFile> = LazyLock::new(|| data!("notices"));

impl Class {
    /// Returns every class, in the order of the table.
    pub fn all() -> &'static [Self] {
        &CLASSES.class
    }

    /// Returns the class of that id.
    pub fn named(id: &str) -> Option<&'static Self> {
        Self::all().iter().find(|class| class.id == id)
    }

    /// Returns the class that a provider's own words mean; the longest wording decides.
    pub fn meant_by(words: &str) -> Option<&'static Self> {
        let words = words.to_uppercase();
        let longest = |class: &Self| {
            let wordings = class.wordings.iter().map(String::as_str);
            let fitting = wordings
                .chain([class.title.zh.as_ref()])
                .filter(|wording| wording.split(' ').all(|word| words.contains(word)));
            fitting.map(str::len).max()
        };
        Self::all()
            .iter()
            .filter_map(|class| Some((longest(class)?, class)))
            .max_by_key(|(length, _)| *length)
            .map(|(_, class)| class)
    }

    /// Returns the order of a kind that puts it right, or the usual one.
    pub fn remedy(&self, kind: Option<Kind>) -> Option<&Remedy> {
        match kind {
            None => self.orders.first(),
            Some(kind) => self.orders.iter().find(|remedy| remedy.kind == kind),
        }
    }
}

/// The deadline that a notice names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Term {
    /// An instant.
    At(Instant),
    /// So long after it came in.
    After(Limit),
}

/// Whether a deadline is the notice's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TermBasis {
    /// The notice names it.
    Notice,
    /// The limit of its class.
    Rule,
}

impl TermBasis {
    /// Returns the word in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Rule => "rule",
        }
    }
}

/// A notice, with all that was recorded of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// Its id.
    pub id: NoticeId,
    /// The id of its class; one that this version does not know is kept.
    pub class: String,
    /// The service it is about; absent for the subject itself.
    pub service: Option<ServiceNumber>,
    /// Who sent it.
    pub provider: Option<String>,
    /// When it came in.
    pub received_at: Instant,
    /// The deadline that it names.
    pub term: Option<Term>,
    /// Its words.
    pub text: Option<String>,
    /// The order last drafted for it.
    pub order: Option<OrderId>,
    /// When it was said to be resolved, and why.
    pub resolved: Option<(Instant, Option<String>)>,
}

impl FiledSubject {
    /// Takes an entry about a notice or a duty.
    pub(super) fn take_owed(&mut self, entry: &SubjectEntry) {
        if let Some(facts) = &entry.duty {
            self.take_fulfilled(entry, facts);
        }
        let Some(facts) = &entry.notice else { return };
        let known = self.notices.iter_mut().find(|n| n.id == facts.id);
        match (entry.event, known) {
            (SubjectEvent::Notice, None) => self.notices.push(Notice::received(entry, facts)),
            (SubjectEvent::NoticeOrder, Some(notice)) => notice.order.clone_from(&facts.order),
            (SubjectEvent::NoticeResolved, Some(notice)) => {
                notice.resolved = Some((entry.at, entry.reason.clone()));
            }
            (
                SubjectEvent::Notice
                | SubjectEvent::NoticeOrder
                | SubjectEvent::NoticeResolved
                | SubjectEvent::DutyDone
                | SubjectEvent::Adopt
                | SubjectEvent::Gone
                | SubjectEvent::Label
                | SubjectEvent::Note
                | SubjectEvent::Undo,
                _,
            ) => {}
        }
    }
}

impl Notice {
    /// The notice that an entry brings.
    fn received(entry: &SubjectEntry, facts: &NoticeFacts) -> Self {
        Self {
            id: facts.id.clone(),
            class: facts.class.clone().unwrap_or_default(),
            service: entry.service,
            provider: entry.provider.clone(),
            received_at: entry.at,
            term: facts.term,
            text: entry.reason.clone(),
            order: None,
            resolved: None,
        }
    }

    /// Returns its name.
    pub fn title(&self) -> Text {
        Class::named(&self.class).map_or_else(
            || Text::verbatim(self.class.clone()),
            |class| class.title.clone(),
        )
    }

    /// Returns until when it is to be resolved, and who says so; none where nothing does.
    pub fn due(&self, calendar: &Calendar, now: Instant) -> Option<(Due, TermBasis)> {
        let day = self.received_at.day();
        let own = self.term.and_then(|term| match term {
            Term::At(at) => Some(Reckoned {
                value: End::Through(at),
                provisional: false,
            }),
            Term::After(limit) => limit.end(day, calendar),
        });
        let by_rule = || {
            let days = Class::named(&self.class)?.working_days?;
            Limit::WorkingDays(days).end(day, calendar)
        };
        match own {
            Some(end) => Some((Due::new(day, end, now), TermBasis::Notice)),
            None => by_rule().map(|end| (Due::new(day, end, now), TermBasis::Rule)),
        }
    }

    /// Returns where it stands. `order` is the one that it names, with where that stands, as far
    /// as it is there; `ended` is the day on which what it is about ended.
    pub fn state(&self, order: Option<(&Order, Bucket)>, ended: Option<NaiveDate>) -> State {
        if let Some((at, _)) = &self.resolved {
            return State::Resolved {
                at: *at,
                by: ResolvedBy::Operator,
            };
        }
        match order {
            Some((order, Bucket::Approved)) => {
                let at = order.approval().map_or(self.received_at, |entry| entry.at);
                return State::Resolved {
                    at,
                    by: ResolvedBy::Order,
                };
            }
            Some((_, Bucket::Action | Bucket::Waiting)) if ended.is_none() => {
                return State::InProgress;
            }
            Some((_, Bucket::Action | Bucket::Waiting | Bucket::Closed)) | None => {}
        }
        ended.map_or(State::Open, |day| State::Resolved {
            at: super::moment::Moment::Day(day)
                .start()
                .max(self.received_at),
            by: ResolvedBy::Ended,
        })
    }
}

/// Where a notice stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing was done yet.
    Open,
    /// An order for it was drafted and has not ended.
    InProgress,
    /// It is over.
    Resolved {
        /// Since when.
        at: Instant,
        /// How.
        by: ResolvedBy,
    },
}

impl State {
    /// Returns the word in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::InProgress => "in-progress",
            Self::Resolved { .. } => "resolved",
        }
    }

    /// Returns the label that people read.
    pub const fn label(self) -> Text {
        match self {
            Self::Open => Text::fixed("待整改", "open"),
            Self::InProgress => Text::fixed("整改中", "in progress"),
            Self::Resolved { .. } => Text::fixed("已整改", "resolved"),
        }
    }

    /// Whether it is over.
    pub const fn is_resolved(self) -> bool {
        match self {
            Self::Open | Self::InProgress => false,
            Self::Resolved { .. } => true,
        }
    }
}

named! {
    /// How a notice came to its end.
    pub enum ResolvedBy {
        /// The operator said so.
        Operator = "operator", "登记为已整改", "said to be resolved",
        /// The order drafted for it was approved.
        Order = "order", "订单通过", "its order was approved",
        /// What it was about is not filed any more.
        Ended = "ended", "备案已不存在", "not filed any more",
    }
}
