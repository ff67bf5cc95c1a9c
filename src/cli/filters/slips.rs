//! The filters on what the roll tells of an order: the same answers as on the order itself.

use super::{Filters, Sort, any, is_within, nearest_first};
use crate::filing::calendar::Calendar;
use crate::filing::deadline::{self, Deadline};
use crate::filing::order::Instant;
use crate::filing::profile::Profiles;
use crate::filing::standing::{Presumption, SmsWindow, View, idle_end};
use crate::store::roll::{Slip, Subjects};
use std::borrow::Cow;
use std::cmp::{Ordering, Reverse};
use std::collections::BTreeMap;

/// An order of the roll, with where it stands now.
#[derive(Debug)]
pub struct Line<'a> {
    /// What the roll tells of it.
    pub slip: Slip<'a>,
    /// Where it stands.
    pub view: View,
    /// Its nearest limit.
    pub deadline: Option<Deadline>,
}

impl<'a> Line<'a> {
    /// Works out where an order stands.
    pub fn of(slip: Slip<'a>, profiles: &Profiles, calendar: &Calendar, now: Instant) -> Self {
        let view = slip.view(profiles, now);
        let deadline = deadline::nearest(&slip.case(profiles), &view, calendar, now);
        Self {
            slip,
            view,
            deadline,
        }
    }
}

impl Filters {
    /// Whether the roll tells enough to answer.
    pub fn can_ask_the_roll(&self) -> bool {
        self.find.is_none()
    }

    /// Whether an order of the roll is asked for, as [`Filters::matches`] says of the order.
    pub fn matches_line(
        &self,
        line: &Line<'_>,
        subjects: &Subjects<'_>,
        profiles: &Profiles,
    ) -> bool {
        let slip = &line.slip;
        let is_in =
            |wanted: &[String], there: Option<&str>| any(wanted, |w| there == Some(w.as_str()));
        let province = slip.province.as_deref();
        let status = line.view.status();
        let until_of_creation = self.until.filter(|_| self.ended_since.is_none());
        is_within(slip.created_at, self.created_since, until_of_creation)
            && any(&self.kinds, |kind| *kind == slip.kind)
            && any(&self.statuses, |wanted| *wanted == status)
            && any(&self.buckets, |wanted| *wanted == status.bucket())
            && is_in(&self.providers, slip.provider.as_deref())
            && is_in(&self.accounts, slip.account.as_deref())
            && is_in(&self.references, slip.reference.as_deref())
            && any(&self.provinces, |p| province == Some(p.code()))
            && (!self.overdue || line.deadline.is_some_and(|d| d.overdue))
            && self
                .due_by
                .is_none_or(|limit| line.deadline.is_some_and(|d| d.at <= limit))
            && (self.ended_since.is_none()
                || is_within(ended_at(line, profiles), self.ended_since, self.until))
            && (self.labels.is_empty() || self.has_slip_labels(slip, subjects))
    }

    fn has_slip_labels(&self, slip: &Slip<'_>, subjects: &Subjects<'_>) -> bool {
        let of_subject = slip.subject.as_deref().and_then(|n| subjects.labels(n));
        let find = |labels: &BTreeMap<Cow<'_, str>, Cow<'_, str>>, key: &str| {
            labels.get(key).map(ToString::to_string)
        };
        self.labels.iter().all(|(key, wanted)| {
            let there =
                find(&slip.labels, key).or_else(|| of_subject.and_then(|labels| find(labels, key)));
            there.is_some_and(|value| wanted.as_ref().is_none_or(|wanted| *wanted == value))
        })
    }

    /// Sorts lines as [`Filters::arrange`] sorts orders, and cuts the list.
    pub fn arrange_lines(&self, lines: &mut Vec<Line<'_>>) {
        let sort = self.sort.unwrap_or(Sort::Deadline);
        lines.sort_by(|one, two| {
            let (a, b) = (&one.slip, &two.slip);
            let ordering = match sort {
                Sort::Created => Reverse(a.created_at).cmp(&Reverse(b.created_at)),
                Sort::Updated => Reverse(a.updated_at).cmp(&Reverse(b.updated_at)),
                Sort::Deadline => nearest_first(one.deadline, two.deadline)
                    .then_with(|| a.created_at.cmp(&b.created_at)),
                Sort::Status => one
                    .view
                    .status()
                    .cmp(&two.view.status())
                    .then_with(|| nearest_first(one.deadline, two.deadline)),
                Sort::Id => Ordering::Equal,
            };
            ordering.then_with(|| a.id.cmp(&b.id))
        });
        lines.truncate(self.limit.unwrap_or(usize::MAX));
    }
}

/// Returns when an order ended, or by the clock must have.
fn ended_at(line: &Line<'_>, profiles: &Profiles) -> Option<Instant> {
    let standing = &line.view.standing;
    match line.view.presumption {
        Presumption::None => standing.ended_at,
        Presumption::Expired(status) => standing
            .window
            .as_ref()
            .filter(|_| status.has_ended())
            .map(SmsWindow::closes_at),
        Presumption::Purged { before } => idle_end(&line.slip.case(profiles), standing, before),
    }
}
