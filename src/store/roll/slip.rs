//! What a list needs of one order, drawn from its file alone, and how the roll keeps it.

use super::bytes::{Reader, put_number, put_pairs, put_text};
use super::token::{Tokens, tokens_of};
use crate::filing::facts::SubjectFacts;
use crate::filing::instant::Instant;
use crate::filing::kind::{Kind, VerifyBy, Via};
use crate::filing::machine::Case;
use crate::filing::order::Order;
use crate::filing::profile::Profiles;
use crate::filing::standing::{SmsWindow, Standing, View, presume};
use crate::filing::status::Status;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What is known of a subject being an individual (个人), whose name is personal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nature {
    /// It is not said here.
    Unsaid,
    /// An individual.
    Individual,
    /// Anything else.
    Organisation,
    /// Something that only the whole history of the subject tells.
    Involved,
}

impl Nature {
    pub(super) const ALL: [Self; 4] = [
        Self::Unsaid,
        Self::Individual,
        Self::Organisation,
        Self::Involved,
    ];

    pub(super) fn place(self) -> Option<u8> {
        place(&Self::ALL, &self)
    }

    /// Returns what filed facts say; without a nature, nothing.
    pub fn of(facts: &SubjectFacts) -> Self {
        match (&facts.nature, facts.is_individual()) {
            (None, _) => Self::Unsaid,
            (Some(_), true) => Self::Individual,
            (Some(_), false) => Self::Organisation,
        }
    }
}

/// Whether a name is masked, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Masked {
    /// It stands as it is.
    No,
    /// It is an individual's.
    Individual,
    /// It is never shown whole, whoever has it.
    Always,
}

impl Masked {
    const ALL: [Self; 3] = [Self::No, Self::Individual, Self::Always];
}

/// What a list needs of one order.
#[derive(Clone, Debug, PartialEq)]
pub struct Slip<'a> {
    /// Its id.
    pub id: Cow<'a, str>,
    /// What it applies for.
    pub kind: Kind,
    /// Through whom.
    pub via: Via,
    /// How a cancellation is verified.
    pub verify_by: Option<VerifyBy>,
    /// The stored status.
    pub status: Status,
    /// When the entry that led to it happened.
    pub since: Instant,
    /// When it was last touched.
    pub touched_at: Instant,
    /// When the SMS window opened, while it stands.
    pub window: Option<Instant>,
    /// When it was last submitted.
    pub submitted_at: Option<Instant>,
    /// When it ended.
    pub ended_at: Option<Instant>,
    /// When it was drafted.
    pub created_at: Option<Instant>,
    /// When its last entry was recorded.
    pub updated_at: Option<Instant>,
    /// The provider.
    pub provider: Option<Cow<'a, str>>,
    /// The account there.
    pub account: Option<Cow<'a, str>>,
    /// The caller's key for it.
    pub reference: Option<Cow<'a, str>>,
    /// Whether it holds that no more, because its creation was undone.
    pub is_ref_freed: bool,
    /// The subject it is about.
    pub subject: Option<Cow<'a, str>>,
    /// The subject whose record its approval is.
    pub approved_for: Option<Cow<'a, str>>,
    /// The code of its province.
    pub province: Option<Cow<'a, str>>,
    /// The name of its subject, masked where `masked` says so.
    pub name: Option<Cow<'a, str>>,
    /// Whether the name is masked.
    pub masked: Masked,
    /// What the order itself says of its subject's nature; its subject's record decides the rest.
    pub nature: Nature,
    /// What its approval says of its subject's nature.
    pub decides: Nature,
    /// What it is about, as [`about`] says.
    pub about: Cow<'a, str>,
    /// The filed service that it is about, where that is one.
    pub service: Option<Cow<'a, str>>,
    /// The domain that it is about, where that is one.
    pub domain: Option<Cow<'a, str>>,
    /// The order that must be approved first.
    pub after: Option<Cow<'a, str>>,
    /// How many entries its history has.
    pub revision: u32,
    /// Its labels.
    pub labels: BTreeMap<Cow<'a, str>, Cow<'a, str>>,
    /// By which those that bear on it find it.
    pub tokens: Tokens<'a>,
}

/// Returns what an order is about: a subject that is cancelled, else its domains, else numbers of
/// services, else the names asked for, else the subject.
pub fn about(order: &Order) -> String {
    let more = |first: &str, count: usize| {
        if count > 1 {
            format!("{first} +{}", count - 1)
        } else {
            first.to_owned()
        }
    };
    if let (Kind::CancelSubject, Some(number)) = (order.kind, &order.target.subject) {
        return number.to_string();
    }
    let domains = order.domains();
    if let Some(first) = domains.first() {
        return more(first.as_str(), domains.len());
    }
    let services = &order.target.services;
    if let Some(first) = services.first() {
        return more(&first.number.to_string(), services.len());
    }
    let asked = &order.filing.services;
    let name = asked.iter().find_map(|s| s.name.as_deref());
    let name = name.map(|first| more(first, asked.len()));
    let subject = order.target.subject.as_ref().map(ToString::to_string);
    name.or(subject).unwrap_or_default()
}

/// Returns the one thing that a list holds; none where it holds none or several.
const fn only<T>(list: &[T]) -> Option<&T> {
    match list {
        [only] => Some(only),
        [] | [_, ..] => None,
    }
}

fn borrowed(text: Option<&String>) -> Option<Cow<'_, str>> {
    text.map(|text| Cow::Borrowed(text.as_str()))
}

impl<'a> Slip<'a> {
    /// Draws the slip of an order.
    pub fn of(order: &'a Order) -> Self {
        Self {
            tokens: tokens_of(order).into_iter().collect(),
            ..Self::shown(order)
        }
    }

    /// Returns the subject that the order is about, or was issued a number for.
    pub fn subject(&self) -> Option<&str> {
        self.subject.as_deref().or(self.approved_for.as_deref())
    }

    /// Draws what is shown of an order: its slip without the tokens.
    pub fn shown(order: &'a Order) -> Self {
        let standing = order.standing();
        let facts = order.filing.subject.as_deref();
        let approval = order.brought();
        let approved_for = approval.and_then(|a| a.subject.or(order.target.subject));
        let changes_nature = || {
            let mut changes = order.changes.iter();
            changes.any(|c| c.service.is_none() && c.field == "nature")
        };
        let decides = match (approved_for, facts) {
            (None, _) => Nature::Unsaid,
            (Some(_), _) if changes_nature() => Nature::Involved,
            (Some(_), facts) => facts.map_or(Nature::Unsaid, Nature::of),
        };
        let nature = match facts {
            None => Nature::Unsaid,
            Some(facts) if facts.is_individual() => Nature::Individual,
            Some(_) => Nature::Organisation,
        };
        Self {
            id: Cow::Borrowed(order.id.as_str()),
            kind: order.kind,
            via: order.via,
            verify_by: order.verify_by,
            status: standing.status,
            since: standing.since,
            touched_at: standing.touched_at,
            window: standing.window.map(|window| window.opened_at),
            submitted_at: standing.submitted_at,
            ended_at: standing.ended_at,
            created_at: order.created_at(),
            updated_at: order.history.last().map(|e| e.recorded_at),
            provider: borrowed(order.provider.as_ref()),
            account: borrowed(order.account.as_ref()),
            reference: borrowed(order.reference.as_ref()),
            is_ref_freed: order.is_undone(),
            subject: order.target.subject.map(|n| n.to_string().into()),
            approved_for: approved_for.map(|n| n.to_string().into()),
            province: order.province().map(|p| Cow::Borrowed(p.code())),
            name: borrowed(order.target.name.as_ref())
                .or_else(|| borrowed(facts.and_then(|facts| facts.name.as_ref()))),
            masked: Masked::No,
            nature,
            decides,
            about: about(order).into(),
            service: only(&order.target.services).map(|s| s.number.to_string().into()),
            domain: only(&order.domains()).map(|domain| Cow::Borrowed(domain.as_str())),
            after: order.after.as_ref().map(|id| Cow::Borrowed(id.as_str())),
            revision: u32::try_from(order.revision()).unwrap_or(u32::MAX),
            labels: order
                .labels
                .iter()
                .map(|(key, value)| (Cow::Borrowed(key.as_str()), Cow::Borrowed(value.as_str())))
                .collect(),
            tokens: Tokens::default(),
        }
    }

    /// Returns the ref, unless that was freed.
    pub fn held_ref(&self) -> Option<&str> {
        self.reference.as_deref().filter(|_| !self.is_ref_freed)
    }

    /// Returns what the machine has to know of the order.
    pub fn case<'p>(&self, profiles: &'p Profiles) -> Case<'p> {
        Case {
            kind: self.kind,
            via: self.via,
            verify_by: self.verify_by,
            profile: profiles.for_order(self.provider.as_deref()),
        }
    }

    /// Returns where the order stands at `now`; who must answer an SMS is not on the slip.
    pub fn view(&self, profiles: &Profiles, now: Instant) -> View {
        let standing = Standing {
            status: self.status,
            since: self.since,
            window: self.window.map(|opened_at| SmsWindow {
                opened_at,
                sent: false,
                awaiting: Vec::new(),
            }),
            touched_at: self.touched_at,
            submitted_at: self.submitted_at,
            ended_at: self.ended_at,
            edited: false,
        };
        presume(&self.case(profiles), standing, now)
    }

    /// Writes the slip down; none where it holds something that this form cannot.
    pub(super) fn write(&self, to: &mut Vec<u8>) -> Option<()> {
        to.extend([
            place(Kind::ALL, &self.kind)?,
            place(Via::ALL, &self.via)?,
            match &self.verify_by {
                None => u8::MAX,
                Some(verify_by) => place(VerifyBy::ALL, verify_by)?,
            },
            place(Status::ALL, &self.status)?,
            self.nature.place()?,
            self.decides.place()?,
            place(&Masked::ALL, &self.masked)?,
            u8::from(self.is_ref_freed),
        ]);
        for at in [
            Some(self.since),
            Some(self.touched_at),
            self.window,
            self.submitted_at,
            self.ended_at,
            self.created_at,
            self.updated_at,
        ] {
            put_number(to, seconds(at)?);
        }
        put_text(to, Some(&self.id))?;
        for text in [
            &self.provider,
            &self.account,
            &self.reference,
            &self.subject,
            &self.approved_for,
            &self.province,
            &self.name,
        ] {
            put_text(to, text.as_deref())?;
        }
        put_text(to, Some(&self.about))?;
        for text in [&self.service, &self.domain, &self.after] {
            put_text(to, text.as_deref())?;
        }
        put_number(to, self.revision);
        put_pairs(
            to,
            self.labels.iter().map(|(key, value)| (&**key, &**value)),
        )?;
        self.tokens.write(to)
    }

    /// Reads what [`write`](Self::write) wrote.
    pub(super) fn read(from: &mut Reader<'a>) -> Option<Self> {
        let [
            kind,
            via,
            verify_by,
            status,
            nature,
            decides,
            masked,
            is_ref_freed,
        ] = from.take()?;
        let mut at = || instant(from.number()?);
        let (since, touched_at) = (at()??, at()??);
        let [window, submitted_at, ended_at, created_at, updated_at] =
            [at()?, at()?, at()?, at()?, at()?];
        Some(Self {
            kind: *Kind::ALL.get(usize::from(kind))?,
            via: *Via::ALL.get(usize::from(via))?,
            verify_by: match verify_by {
                u8::MAX => None,
                place => Some(*VerifyBy::ALL.get(usize::from(place))?),
            },
            status: *Status::ALL.get(usize::from(status))?,
            nature: *Nature::ALL.get(usize::from(nature))?,
            decides: *Nature::ALL.get(usize::from(decides))?,
            masked: *Masked::ALL.get(usize::from(masked))?,
            is_ref_freed: is_ref_freed != 0,
            since,
            touched_at,
            window,
            submitted_at,
            ended_at,
            created_at,
            updated_at,
            id: from.text()??.into(),
            provider: from.text()?.map(Cow::Borrowed),
            account: from.text()?.map(Cow::Borrowed),
            reference: from.text()?.map(Cow::Borrowed),
            subject: from.text()?.map(Cow::Borrowed),
            approved_for: from.text()?.map(Cow::Borrowed),
            province: from.text()?.map(Cow::Borrowed),
            name: from.text()?.map(Cow::Borrowed),
            about: from.text()??.into(),
            service: from.text()?.map(Cow::Borrowed),
            domain: from.text()?.map(Cow::Borrowed),
            after: from.text()?.map(Cow::Borrowed),
            revision: from.number()?,
            labels: from.pairs()?,
            tokens: Tokens::read(from)?,
        })
    }
}

fn place<T: PartialEq>(all: &[T], one: &T) -> Option<u8> {
    let place = all.iter().position(|other| other == one)?;
    u8::try_from(place).ok()
}

/// Returns whole seconds since 1970, 0 for no instant; none for an instant that is none of these.
fn seconds(at: Option<Instant>) -> Option<u32> {
    let Some(at) = at else {
        return Some(0);
    };
    u32::try_from(at.timestamp())
        .ok()
        .filter(|seconds| *seconds > 0 && at == at.whole_second())
}

#[allow(
    clippy::option_option,
    reason = "what cannot be read, and what is not there"
)]
fn instant(seconds: u32) -> Option<Option<Instant>> {
    if seconds == 0 {
        return Some(None);
    }
    Instant::from_timestamp(i64::from(seconds)).map(Some)
}
