//! What `wait` waits for, and whether it has come, may come, or cannot come any more.

use crate::cli::parser::vocabulary::{self, Word};
use crate::filing::event::{Command, Event, Report};
use crate::filing::machine::{self, Arrival, Case};
use crate::filing::order::{Entry, Order};
use crate::filing::profile::Profiles;
use crate::filing::standing::{View, effective};
use crate::filing::status::{Bucket, Status};

/// A condition on an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// It has come to this status.
    Status(Status),
    /// It has come to a status of this bucket.
    Bucket(Bucket),
    /// It has ended, whichever way.
    Ended,
}

/// How an order stands to what is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It has come.
    Met,
    /// It may still come.
    Open,
    /// It cannot come any more unless the operator acts.
    Lost,
}

impl Goal {
    /// Returns the goal of a name: a status, a bucket, or `ended`.
    pub fn named(name: &str) -> Option<Self> {
        if name == "ended" {
            return Some(Self::Ended);
        }
        let status = Status::from_name(name).map(Self::Status);
        status.or_else(|| Bucket::from_name(name).map(Self::Bucket))
    }

    /// Lists every name, with the words that mean the same.
    pub fn words() -> Vec<Word> {
        let mut words = vocabulary::words::<Status>();
        for (name, others) in vocabulary::words::<Bucket>() {
            if words.iter().all(|(known, _)| *known != name) {
                words.push((name, others));
            }
        }
        words.push(("ended", vec!["已完结"]));
        words
    }

    /// Returns its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Status(status) => status.name(),
            Self::Bucket(bucket) => bucket.name(),
            Self::Ended => "ended",
        }
    }

    /// Whether a status is what is waited for.
    pub fn is_met_by(self, status: Status) -> bool {
        match self {
            Self::Status(wanted) => wanted == status,
            Self::Bucket(wanted) => wanted == status.bucket(),
            Self::Ended => status.has_ended(),
        }
    }
}

/// Judges an order by where it stands and by what happened since it was last submitted.
pub fn judge(order: &Order, view: &View, profiles: &Profiles, goals: &[Goal]) -> Verdict {
    let status = view.status();
    let is_met = |status| goals.iter().any(|goal| goal.is_met_by(status));
    if is_met(status) || passed(order, view).into_iter().any(is_met) {
        return Verdict::Met;
    }
    let case = order.case(profiles);
    if within_reach(&case, status).into_iter().any(is_met) {
        return Verdict::Open;
    }
    match status {
        // Nothing is lost before it was sent.
        Status::Draft => Verdict::Open,
        Status::ProviderReview
        | Status::ProviderRejected
        | Status::AwaitingBureauSubmission
        | Status::SmsVerificationPending
        | Status::SmsVerificationExpired
        | Status::AwaitingBureauReview
        | Status::BureauRejected
        | Status::Approved
        | Status::Abandoned
        | Status::Lapsed
        | Status::Purged => Verdict::Lost,
    }
}

/// Lists the statuses of the current submission, from the one that it led to; none for an order
/// that is not submitted.
fn passed(order: &Order, view: &View) -> Vec<Status> {
    if view.standing.submitted_at.is_none() {
        return Vec::new();
    }
    let entries: Vec<&Entry> = effective(&order.history);
    let start = entries
        .iter()
        .rposition(|e| e.event == Event::Command(Command::Submit))
        .unwrap_or_default();
    entries
        .get(start..)
        .unwrap_or_default()
        .iter()
        .filter(|e| !e.anomaly)
        .map(|e| e.to)
        .collect()
}

/// Lists where an order can come from `status` without the operator: by reports and the clock.
///
/// A status that stands against the operator leads nowhere by reports, whatever a provider may still
/// do out of turn: `wait` must end there. Only the clock goes on, where the provider's console deletes
/// idle orders.
fn within_reach(case: &Case<'_>, status: Status) -> Vec<Status> {
    let mut reached: Vec<Status> = Vec::new();
    let mut open = vec![status];
    while let Some(from) = open.pop() {
        let is_deleted = case.profile.purge_days > 0 && from.idles_at_provider();
        if is_deleted && !reached.contains(&Status::Purged) {
            reached.push(Status::Purged);
        }
        if from.is_against() || from.has_ended() || from == Status::Draft {
            continue;
        }
        for report in Report::ALL {
            let next = match machine::report(case, from, *report) {
                Ok(Arrival::At(to)) => vec![to],
                Ok(Arrival::Verified) => {
                    vec![Status::SmsVerificationPending, Status::AwaitingBureauReview]
                }
                Err(_) => Vec::new(),
            };
            for to in next {
                if to != status && !reached.contains(&to) {
                    reached.push(to);
                    open.push(to);
                }
            }
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;
    use crate::filing::kind::{Kind, Via};

    fn reach(kind: Kind, provider: &str, status: Status) -> Vec<Status> {
        let profiles = Profiles::built_in();
        let case = Case {
            kind,
            via: Via::Provider,
            verify_by: None,
            profile: profiles.of(provider),
        };
        let mut reached = within_reach(&case, status);
        reached.sort();
        reached
    }

    #[test]
    fn what_stands_against_the_operator_leads_nowhere_but_to_the_purge() {
        let against = |status: &&Status| status.is_against() || status.has_ended();
        for status in Status::ALL.iter().filter(against) {
            assert_eq!(reach(Kind::New, "huawei", *status), []);
            let purge: &[Status] = if status.has_ended() {
                &[]
            } else {
                &[Status::Purged]
            };
            assert_eq!(reach(Kind::New, "tencent", *status), purge);
        }
    }

    #[test]
    fn only_what_lies_ahead_is_within_reach() {
        assert_eq!(
            reach(Kind::New, "tencent", Status::AwaitingBureauReview),
            [Status::BureauRejected, Status::Approved, Status::Purged]
        );
        let ahead = reach(Kind::New, "tencent", Status::ProviderReview);
        assert!(ahead.contains(&Status::SmsVerificationPending) && ahead.contains(&Status::Purged));
        assert!(!ahead.contains(&Status::Draft) && !ahead.contains(&Status::Abandoned));
        let lapses = reach(Kind::CancelSite, "tencent", Status::SmsVerificationPending);
        assert!(lapses.contains(&Status::Lapsed));
        assert!(!lapses.contains(&Status::SmsVerificationExpired));
    }

    #[test]
    fn every_name_is_a_goal() {
        for (name, _) in Goal::words() {
            assert_eq!(Goal::named(name).map(Goal::name), Some(name));
        }
        assert_eq!(
            Goal::named("approved"),
            Some(Goal::Status(Status::Approved))
        );
        assert_eq!(Goal::named("waiting"), Some(Goal::Bucket(Bucket::Waiting)));
        assert_eq!(Goal::named("settled"), None);
    }
}
