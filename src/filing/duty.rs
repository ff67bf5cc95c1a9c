//! Duties after approval: what is owed for a filed service or subject, computed, until it is done.

use super::calendar::{Calendar, Reckoned};
use super::facts::ValidUntil;
use super::instant::Instant;
use super::limit::{Due, End, Limit};
use super::named::is_same;
use super::notice::Of;
use super::number::{SecurityNumber, ServiceKind};
use super::portfolio::{FiledService, FiledSubject};
use super::province::Province;
use super::record::{DutyFacts, SubjectEntry};
use crate::data::data;
use crate::lang::Text;
use crate::lang::parser::Told;
use crate::text;
use chrono::{Datelike as _, Days, NaiveDate, TimeDelta};
use serde::Deserialize;
use std::sync::LazyLock;

/// How many days before its end, or before that of what it is about, a duty is shown among what needs
/// somebody: as long as a change is to be applied for ahead (PST-04; order 33 Art 14).
pub const NEAR_DAYS: u32 = 30;

/// A day of every year, `MM-DD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct DayOfYear {
    month: u32,
    day: u32,
}

impl DayOfYear {
    /// Returns that day of `year`; none where the year has no such day.
    fn of(self, year: i32) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(year, self.month, self.day)
    }
}

impl TryFrom<String> for DayOfYear {
    type Error = Told;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        /// A year that has every day.
        const LEAP: i32 = 2000;
        let parts = text
            .split_once('-')
            .and_then(|(month, day)| Some((month.parse().ok()?, day.parse().ok()?)));
        parts
            .map(|(month, day)| Self { month, day })
            .filter(|day| day.of(LEAP).is_some())
            .ok_or_else(|| {
                Told(text!(
                    "`{text}` 不是日子，应形如 03-01",
                    "`{text}` is no day: expected MM-DD"
                ))
            })
    }
}

/// What has a last day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Expiry {
    /// The certificate of the person responsible for the subject or the service.
    Person,
    /// The registration of a service's domain; of several the first to end.
    Domain,
    /// A service's prior approval.
    PriorApproval,
}

/// What a duty begins with.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Start {
    /// The approval of the service.
    Approval,
    /// The approval of an access order.
    Access,
    /// The day on which another duty was done.
    After(String),
    /// The last day of something, where the portfolio holds it.
    Expiry(Expiry),
    /// A window of each year.
    Yearly {
        /// The first day.
        opens: DayOfYear,
        /// The last day.
        closes: DayOfYear,
    },
}

/// A duty, as the table has it (PST-01, PST-03, PST-04, PST-06).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Duty {
    /// Its id, such as `public-security-filing`.
    pub id: String,
    /// Whose it is.
    pub of: Of,
    /// The kinds of service it is for; empty means all.
    #[serde(default)]
    pub kinds: Vec<ServiceKind>,
    /// The provinces it is for; empty means all.
    #[serde(default)]
    pub provinces: Vec<Province>,
    /// The provinces it is not for.
    #[serde(default)]
    pub except: Vec<Province>,
    /// What it begins with.
    pub starts: Start,
    /// How long it may take from there.
    pub limit: Limit,
    /// How many days before its beginning it can be done.
    #[serde(default)]
    pub lead: u32,
    /// Whether a public-security number is taken down with it.
    #[serde(default)]
    pub number: bool,
    /// Its name in a few words.
    pub title: Text,
    /// What is owed.
    pub what: Text,
    /// Why, and from when it counts.
    pub why: Text,
    /// What to do.
    pub todo: Text,
    /// Keys of the sources.
    pub source: String,
}

#[derive(Deserialize)]
struct DutyFile {
    duty: Vec<Duty>,
}

/// The embedded table; a test holds that it parses.
static DUTIES: LazyLock<DutyFile> = LazyLock::new(|| data!("duties"));

/// A duty that was said to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fulfilled {
    /// Which.
    pub duty: String,
    /// When.
    pub at: Instant,
    /// The public-security number that it brought.
    pub number: Option<SecurityNumber>,
}

impl FiledSubject {
    /// Takes that a duty of the subject, or of one of its services, was done.
    pub(super) fn take_fulfilled(&mut self, entry: &SubjectEntry, facts: &DutyFacts) {
        let fulfilled = match &entry.service {
            None => Some(&mut self.fulfilled),
            Some(number) => self.services.get_mut(number).map(|s| &mut s.fulfilled),
        };
        if let Some(fulfilled) = fulfilled {
            fulfilled.push(Fulfilled {
                duty: facts.id.clone(),
                at: entry.at,
                number: facts.number,
            });
        }
    }
}

/// What is known, beside what is filed, of whoever owes a duty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Occasions {
    /// The latest approval of an access order.
    pub accessed_at: Option<Instant>,
    /// The latest submission of a change that is under way or approved.
    pub changed_at: Option<Instant>,
}

/// Whose duty is judged.
#[derive(Clone, Copy, Debug)]
pub struct Debtor<'a> {
    /// The subject.
    pub subject: &'a FiledSubject,
    /// The service; absent for the duties of the subject itself.
    pub service: Option<&'a FiledService>,
    /// What is known beside what is filed.
    pub occasions: Occasions,
}

/// Where a duty stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It is done.
    Done {
        /// When.
        at: Instant,
        /// The public-security number that it brought.
        number: Option<SecurityNumber>,
    },
    /// It is owed.
    Due(Due),
    /// It is owed, but the date that it counts from is not known.
    Unknown,
}

impl State {
    /// Returns the word in JSON.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Done { .. } => "done",
            Self::Due(_) => "due",
            Self::Unknown => "unknown",
        }
    }

    /// Returns until when it is owed, where that is known.
    pub const fn due(&self) -> Option<&Due> {
        match self {
            Self::Due(due) => Some(due),
            Self::Done { .. } | Self::Unknown => None,
        }
    }
}

impl Debtor<'_> {
    fn fulfilled(&self) -> &[Fulfilled] {
        match self.service {
            Some(service) => &service.fulfilled,
            None => &self.subject.fulfilled,
        }
    }

    /// Returns the latest time at which a duty was said to be done.
    fn latest(&self, duty: &str) -> Option<&Fulfilled> {
        self.fulfilled()
            .iter()
            .filter(|done| done.duty == duty)
            .max_by_key(|done| done.at)
    }

    /// Returns the last day of something, where the portfolio holds it.
    fn last_day(&self, of: Expiry) -> Option<NaiveDate> {
        let until = |valid: Option<ValidUntil>| match valid? {
            ValidUntil::Date(day) => Some(day),
            ValidUntil::LongTerm => None,
        };
        let facts = self.service.map(|service| &service.facts);
        match of {
            Expiry::Person => {
                let person = match facts {
                    Some(facts) => facts.responsible.as_ref(),
                    None => self.subject.facts.responsible.as_ref(),
                };
                until(person?.valid_until)
            }
            Expiry::Domain => {
                let registrations = facts?.registrations.iter().flatten();
                registrations.filter_map(|r| r.expires_on).min()
            }
            Expiry::PriorApproval => until(facts?.prior_approval_valid_until),
        }
    }
}

impl Duty {
    /// Returns every duty, in the order of the table.
    pub fn all() -> &'static [Self] {
        &DUTIES.duty
    }

    /// Returns the duty of that id.
    pub fn named(id: &str) -> Option<&'static Self> {
        Self::all().iter().find(|duty| duty.id == id)
    }

    /// Returns the duty of that id or title.
    pub fn from_word(word: &str) -> Option<&'static Self> {
        let is_meant = |duty: &&Self| duty.words().any(|known| is_same(known, word));
        Self::all().iter().find(is_meant)
    }

    /// Lists its id and its titles.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        [self.id.as_str(), &self.title.zh, &self.title.en].into_iter()
    }

    /// Whether the duty is one of this subject or service; an unknown province has no exceptions.
    fn applies(&self, debtor: &Debtor<'_>) -> bool {
        let is_theirs = match (self.of, debtor.service) {
            (Of::Subject, None) => true,
            (Of::Service, Some(service)) => {
                self.kinds.is_empty() || self.kinds.contains(&service.kind())
            }
            (Of::Subject, Some(_)) | (Of::Service, None) => false,
        };
        let province = debtor.subject.province();
        let within = |list: &[Province]| province.is_some_and(|p| list.contains(&p));
        is_theirs && (self.provinces.is_empty() || within(&self.provinces)) && !within(&self.except)
    }

    /// Returns where the duty stands at `now`; none where it is not owed.
    pub fn judge(&self, debtor: &Debtor<'_>, calendar: &Calendar, now: Instant) -> Option<State> {
        if !self.applies(debtor) {
            return None;
        }
        let latest = debtor.latest(&self.id);
        let done = |done: &Fulfilled| State::Done {
            at: done.at,
            number: done.number,
        };
        let due = |day: NaiveDate| {
            let due = self.due(day, calendar, now);
            due.map_or(State::Unknown, State::Due)
        };
        match &self.starts {
            Start::Approval => Some(match (latest, debtor.service?.approved_on) {
                (Some(fulfilled), _) => done(fulfilled),
                (None, Some(day)) => due(day),
                (None, None) => State::Unknown,
            }),
            Start::Access => {
                let start = debtor.occasions.accessed_at?;
                let since = |at: Instant| at >= start;
                if let Some(fulfilled) = latest.filter(|done| since(done.at)) {
                    return Some(done(fulfilled));
                }
                Some(match debtor.occasions.changed_at.filter(|at| since(*at)) {
                    Some(at) => State::Done { at, number: None },
                    None => due(start.day()),
                })
            }
            Start::After(other) => match (latest, debtor.latest(other)) {
                (Some(fulfilled), _) => Some(done(fulfilled)),
                (None, Some(first)) => Some(due(first.at.day())),
                (None, None) => None,
            },
            Start::Expiry(of) => {
                let day = debtor.last_day(*of)?;
                let opens = self.opens(day);
                Some(match latest {
                    Some(fulfilled) if fulfilled.at.day() >= opens => done(fulfilled),
                    Some(_) | None => due(day),
                })
            }
            Start::Yearly { opens, closes } => judge_yearly(debtor, (*opens, *closes), latest, now),
        }
    }

    /// Whether it needs somebody: it is overdue or ends soon, or what it is about expires soon.
    pub fn is_near(&self, due: &Due, now: Instant) -> bool {
        let ahead = TimeDelta::days(NEAR_DAYS.into());
        let expires_soon = self.presses_at(due).day() <= (now + ahead).day();
        due.is_near(now, NEAR_DAYS) || due.opens <= now.day() && expires_soon
    }

    /// Returns when what it is about expires, which is well before its end where that can be corrected
    /// for some days; else its end.
    pub fn presses_at(&self, due: &Due) -> Instant {
        let expires = match self.starts {
            Start::Expiry(_) => due.opens.checked_add_days(Days::new(self.lead.into())),
            Start::Approval | Start::Access | Start::After(_) | Start::Yearly { .. } => None,
        };
        expires.map_or_else(|| due.at(), Instant::end_of)
    }

    /// Returns the first day on which a duty that begins on `day` can be done.
    fn opens(&self, day: NaiveDate) -> NaiveDate {
        day.checked_sub_days(Days::new(u64::from(self.lead)))
            .unwrap_or(NaiveDate::MIN)
    }

    /// Returns until when a duty that begins on `day` is owed, where its limit ends.
    fn due(&self, day: NaiveDate, calendar: &Calendar, now: Instant) -> Option<Due> {
        let end = self.limit.end(day, calendar)?;
        Some(Due::new(self.opens(day), end, now))
    }
}

/// Judges the window of this year, or while that has not opened, what is left of the last one.
///
/// Only what is known to have been filed before a window opened can have missed it.
fn judge_yearly(
    debtor: &Debtor<'_>,
    (opens, closes): (DayOfYear, DayOfYear),
    latest: Option<&Fulfilled>,
    now: Instant,
) -> Option<State> {
    let today = now.day();
    let approved = debtor.service.and_then(|service| service.approved_on);
    let window = |year: i32| Some((opens.of(year)?, closes.of(year)?));
    let judge = |(from, to): (NaiveDate, NaiveDate)| {
        let end = Reckoned {
            value: End::Through(Instant::end_of(to)),
            provisional: true,
        };
        match latest {
            Some(done) if done.at.day() >= from => State::Done {
                at: done.at,
                number: None,
            },
            Some(_) | None => State::Due(Due::new(from, end, now)),
        }
    };
    let is_known = |(from, _): &(NaiveDate, NaiveDate)| approved.is_some_and(|day| day < *from);
    let year = today.year();
    let begun = [year, year - 1]
        .into_iter()
        .filter_map(window)
        .find(|(from, _)| *from <= today);
    let next = || {
        [year, year + 1]
            .into_iter()
            .filter_map(window)
            .find(|(from, _)| *from > today)
    };
    match begun {
        Some(current) if today <= current.1 || is_known(&current) => Some(judge(current)),
        Some(_) | None => next().map(judge),
    }
}
