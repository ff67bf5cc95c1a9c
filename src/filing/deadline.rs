//! Until when: the limits of a standing, and how long the rest may take.

use super::calendar::{Calendar, Reckoned};
use super::instant::Instant;
use super::limit::{Due, End};
use super::machine::Case;
use super::named::named;
use super::standing::{Standing, View, idle_end};
use super::status::Status;
use chrono::NaiveDate;

/// The bureau's statutory limit in working days (TIM-02; order 33 Art 12).
const BUREAU_DAYS: u32 = 20;

/// How many settled orders of a province and kind make a history worth believing.
pub const SAMPLES_NEEDED: usize = 5;

named! {
    /// What a deadline is about.
    pub enum DeadlineKind {
        /// Everybody must have answered the SMS.
        SmsVerification = "sms-verification", "短信核验", "SMS verification",
        /// The provider should have reviewed it.
        ProviderReview = "provider-review", "接入商初审", "provider review",
        /// The provider should have handed it to the bureau.
        BureauSubmission = "bureau-submission", "提交管局", "submission to the bureau",
        /// The bureau should have decided.
        BureauReview = "bureau-review", "管局审核", "bureau review",
        /// The provider's console deletes the idle order.
        IdlePurge = "idle-purge", "超期清理", "idle purge",
    }
}

/// A limit that an order stands under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// What it is about.
    pub kind: DeadlineKind,
    /// Since when, and until when.
    pub due: Due,
}

/// Returns the nearest limit of `view` at `now`; none for drafts and ended orders.
pub fn nearest(
    case: &Case<'_>,
    view: &View,
    calendar: &Calendar,
    now: Instant,
) -> Option<Deadline> {
    all(case, view, calendar, now)
        .into_iter()
        .min_by_key(|deadline| deadline.due.at())
}

/// Lists every limit of `view` at `now`.
pub fn all(case: &Case<'_>, view: &View, calendar: &Calendar, now: Instant) -> Vec<Deadline> {
    let standing = &view.standing;
    let due = |end| Due::new(standing.since.day(), end, now);
    let exact = |at, kind| Deadline {
        kind,
        due: due(Reckoned {
            value: End::Before(at),
            provisional: false,
        }),
    };
    let days = |count, kind| Deadline {
        kind,
        due: due(calendar
            .end_of_nth_working_day(standing.since, count)
            .map(End::Through)),
    };
    let stage = match standing.status {
        Status::ProviderReview => Some(days(
            case.profile.review_days[1],
            DeadlineKind::ProviderReview,
        )),
        Status::AwaitingBureauSubmission => Some(days(
            case.profile.submission_days[1],
            DeadlineKind::BureauSubmission,
        )),
        Status::SmsVerificationPending => standing
            .window
            .as_ref()
            .map(|window| exact(window.closes_at(), DeadlineKind::SmsVerification)),
        Status::AwaitingBureauReview => Some(days(BUREAU_DAYS, DeadlineKind::BureauReview)),
        Status::Draft
        | Status::ProviderRejected
        | Status::SmsVerificationExpired
        | Status::BureauRejected
        | Status::Approved
        | Status::Abandoned
        | Status::Lapsed
        | Status::Purged => None,
    };
    let idle =
        idle_end(case, standing, view.for_commands()).map(|at| exact(at, DeadlineKind::IdlePurge));
    stage.into_iter().chain(idle).collect()
}

named! {
    /// What an estimate rests on.
    pub enum Basis {
        /// The published limits.
        Rule = "rule", "规定时限", "published limits",
        /// The store's own settled orders of that province and kind.
        History = "history", "本库历史", "this store's history",
    }
}

/// When an order may be through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// The first day on which it may be.
    pub earliest: NaiveDate,
    /// The last day by which it should be.
    pub latest: NaiveDate,
    /// What this rests on.
    pub basis: Basis,
    /// How many settled orders, where it rests on history.
    pub samples: usize,
    /// Whether it reaches into a year whose holidays are not known.
    pub provisional: bool,
}

/// Estimates when an order under way is approved.
///
/// `settled` holds, for approved orders of the same province and kind, the working days from
/// submission to approval; from [`SAMPLES_NEEDED`] on they are believed over the published limits.
/// None for drafts, returned and ended orders: nobody is at work on those.
pub fn estimate(
    case: &Case<'_>,
    view: &View,
    calendar: &Calendar,
    settled: &[u32],
    now: Instant,
) -> Option<Estimate> {
    let standing = &view.standing;
    if view.is_presumed() {
        return None;
    }
    let today = now.day();
    if settled.len() >= SAMPLES_NEEDED
        && let Some(submitted) = standing.submitted_at
        && is_under_way(standing.status)
    {
        let least = settled.iter().copied().min().unwrap_or_default();
        let most = settled.iter().copied().max().unwrap_or_default();
        let from = submitted.day();
        return Some(span(
            calendar,
            today,
            calendar.add_working_days(from, least),
            calendar.add_working_days(from, most),
            Basis::History,
            settled.len(),
        ));
    }
    let [least, most, until] = remaining(case, standing)?;
    let from = standing.since.day();
    let day = until
        .and_then(|days| from.checked_add_days(chrono::Days::new(u64::from(days))))
        .unwrap_or(from);
    let (least, most) = (least.unwrap_or_default(), most.unwrap_or_default());
    Some(span(
        calendar,
        today,
        calendar.add_working_days(from, least),
        calendar.add_working_days(day, most),
        Basis::Rule,
        0,
    ))
}

const fn is_under_way(status: Status) -> bool {
    match status {
        Status::ProviderReview
        | Status::AwaitingBureauSubmission
        | Status::SmsVerificationPending
        | Status::AwaitingBureauReview => true,
        Status::Draft
        | Status::ProviderRejected
        | Status::SmsVerificationExpired
        | Status::BureauRejected
        | Status::Approved
        | Status::Abandoned
        | Status::Lapsed
        | Status::Purged => false,
    }
}

/// Returns the least and most working days that remain, and the day that the SMS may add to the most.
fn remaining(case: &Case<'_>, standing: &Standing) -> Option<[Option<u32>; 3]> {
    let [review_least, review_most] = case.profile.review_days;
    let [queue_least, queue_most] = case.profile.submission_days;
    let sms = case.has_sms().then_some(1);
    match standing.status {
        Status::ProviderReview => Some([
            Some(review_least + queue_least),
            Some(review_most + queue_most + BUREAU_DAYS),
            sms,
        ]),
        Status::AwaitingBureauSubmission => {
            Some([Some(queue_least), Some(queue_most + BUREAU_DAYS), sms])
        }
        Status::SmsVerificationPending => Some([Some(0), Some(BUREAU_DAYS), Some(1)]),
        Status::AwaitingBureauReview => Some([Some(0), Some(BUREAU_DAYS), None]),
        Status::Draft
        | Status::ProviderRejected
        | Status::SmsVerificationExpired
        | Status::BureauRejected
        | Status::Approved
        | Status::Abandoned
        | Status::Lapsed
        | Status::Purged => None,
    }
}

fn span(
    calendar: &Calendar,
    today: NaiveDate,
    earliest: Reckoned<NaiveDate>,
    latest: Reckoned<NaiveDate>,
    basis: Basis,
    samples: usize,
) -> Estimate {
    let first = calendar.next_workday_on_or_after(earliest.value.max(today));
    Estimate {
        earliest: first.value,
        latest: latest.value.max(first.value),
        basis,
        samples,
        provisional: earliest.provisional || latest.provisional || first.provisional,
    }
}
