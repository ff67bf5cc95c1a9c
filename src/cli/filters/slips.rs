//! The filters on what the roll tells of an order: the same answers as on the order itself.

use super::{Filters, Sort, any, is_within};
use crate::filing::calendar::Calendar;
use crate::filing::deadline::{self, Deadline};
use crate::filing::instant::Instant;
use crate::filing::order::ID_LENGTH;
use crate::filing::profile::Profiles;
use crate::filing::standing::View;
use crate::filing::status::Status;
use crate::store::roll::{Slip, Subjects};

/// An order of the roll, with where it stands now.
#[derive(Debug)]
pub struct Line<'a> {
    /// What the roll tells of it.
    pub slip: &'a Slip<'a>,
    /// Where it stands.
    pub view: View,
    /// Its nearest limit.
    pub deadline: Option<Deadline>,
}

impl<'a> Line<'a> {
    /// Works out where an order stands.
    pub fn of(slip: &'a Slip<'a>, profiles: &Profiles, calendar: &Calendar, now: Instant) -> Self {
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
    pub fn matches_line(&self, line: &Line<'_>, subjects: &Subjects, profiles: &Profiles) -> bool {
        let slip = line.slip;
        let is_in =
            |wanted: &[String], there: Option<&str>| any(wanted, |w| there == Some(w.as_str()));
        let label = |key: &str| {
            let own = slip.labels.get(key).map(AsRef::as_ref);
            own.or_else(|| subjects.label(slip.subject()?, key))
        };
        let province = slip.province.as_deref();
        let status = line.view.status();
        let until_of_creation = self.until.filter(|_| self.ended_since.is_none());
        is_within(slip.created_at, self.created_since, until_of_creation)
            && any(&self.kinds, |kind| *kind == slip.kind)
            && any(&self.statuses, |wanted| *wanted == status)
            && any(&self.buckets, |wanted| *wanted == status.bucket())
            && self.is_through(slip.provider.as_deref(), profiles)
            && is_in(&self.accounts, slip.account.as_deref())
            && is_in(&self.references, slip.held_ref())
            && any(&self.provinces, |p| province == Some(p.code()))
            && self.takes_due(line.deadline.as_ref().map(|deadline| &deadline.due))
            && (self.ended_since.is_none()
                || is_within(
                    line.view.ended_at(&slip.case(profiles)),
                    self.ended_since,
                    self.until,
                ))
            && self.has_labels(label)
    }

    /// Returns where a line stands in a list sorted as [`Filters::arrange`] sorts orders.
    pub fn rank(&self, line: &Line<'_>) -> Rank {
        let slip = line.slip;
        let times = (slip.created_at, slip.updated_at);
        Rank::of(
            self.sort,
            &slip.id,
            line.view.status(),
            line.deadline,
            times,
        )
    }
}

/// Where a line stands in a list: the least comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    major: i64,
    minor: i64,
    id: [u8; ID_LENGTH],
}

impl Rank {
    /// Works out where an order stands, by when it was drafted and last written among others.
    pub(super) fn of(
        sort: Option<Sort>,
        id: &str,
        status: Status,
        deadline: Option<Deadline>,
        (created, updated): (Option<Instant>, Option<Instant>),
    ) -> Self {
        let due = deadline.map_or(i64::MAX, |deadline| nanoseconds(deadline.due.at()));
        let first = |at: Option<Instant>| at.map_or(i64::MIN, nanoseconds);
        let last = |at: Option<Instant>| at.map_or(i64::MAX, |at| nanoseconds(at).saturating_neg());
        let (major, minor) = match sort.unwrap_or(Sort::Deadline) {
            Sort::Created => (last(created), 0),
            Sort::Updated => (last(updated), 0),
            Sort::Deadline => (due, first(created)),
            Sort::Status => (status as i64, due),
            Sort::Id => (0, 0),
        };
        let mut own = [0; ID_LENGTH];
        for (to, from) in own.iter_mut().zip(id.bytes()) {
            *to = from;
        }
        Self {
            major,
            minor,
            id: own,
        }
    }

    /// Returns the id of the order.
    pub fn id(&self) -> &str {
        std::str::from_utf8(&self.id).unwrap_or_default()
    }
}

fn nanoseconds(at: Instant) -> i64 {
    let far = if at.timestamp() < 0 {
        i64::MIN
    } else {
        i64::MAX
    };
    at.utc().timestamp_nanos_opt().unwrap_or(far)
}
