//! Settling orders by what authoritative sources showed: one step where all agree, none otherwise.

use super::advance::{self, Told};
use super::plan::{Caution, Stamp};
use super::world::World;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::filing::event::{By, Event, Report};
use crate::filing::instant::Instant;
use crate::filing::moment::Moment;
use crate::filing::order::Order;
use crate::filing::settle::{Authority, Outcome, Sighting, Verdict, judge, leaves_open, weigh};
use crate::filing::standing::effective;
use crate::lang::Text;

/// What asking about an order came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Weighed {
    /// What each source says, in the order of the sightings.
    pub verdicts: Vec<Verdict>,
    /// What they come to together.
    pub outcome: Outcome,
    /// The order with its new entry, where it moved or an anomaly was kept.
    pub order: Option<Order>,
    /// Why what was shown did not fit the order, where it did not.
    pub misfit: Option<Text>,
    /// What the user should know.
    pub cautions: Vec<Caution>,
}

/// Weighs what sources showed of a live order, and takes the step that follows.
///
/// A step that the order's status does not allow is kept as an anomaly, once: the status stays.
/// Numbers that do not fit are told, and nothing is written. Nor is anything where one of the
/// `unheard` might have said otherwise.
///
/// # Errors
/// What is no matter of the order itself.
pub fn settle(
    world: &World,
    stamp: &Stamp,
    order: &Order,
    sightings: &[Sighting],
    unheard: &[Authority],
    reason: impl Fn(&Sighting) -> String,
) -> Result<Weighed, Failure> {
    let standing = world.view(order).standing;
    let sent = standing.submitted_at.unwrap_or(standing.since);
    let verdicts: Vec<Verdict> = sightings
        .iter()
        .map(|sighting| judge(order, sighting, &world.book.portfolio, sent.day()))
        .collect();
    let mut outcome = weigh(&verdicts);
    let is_settled = matches!(outcome, Outcome::Settled { .. });
    if is_settled && unheard.iter().any(|one| leaves_open(order, one)) {
        outcome = Outcome::Open;
    }
    let mut weighed = Weighed {
        outcome,
        verdicts,
        order: None,
        misfit: None,
        cautions: Vec::new(),
    };
    let Outcome::Settled { by, numbers, on } = &weighed.outcome else {
        return Ok(weighed);
    };
    let reason = sightings.get(*by).map(reason);
    let told = Told {
        report: Report::BureauApproved,
        at: on
            .filter(|day| *day >= standing.since.day() && *day <= world.now.day())
            .map(Moment::Day),
        who: Vec::new(),
        reason: reason.clone(),
        numbers: numbers.clone(),
    };
    match advance::report(world, stamp, order, &told) {
        Ok(taken) => {
            weighed.cautions = taken.cautions;
            weighed.order = taken.order.map(by_driver);
        }
        Err(failure) if failure.exit == Exit::Refused => {
            let event = Event::Report(told.report);
            weighed.order = anomaly(stamp, order, event, standing.since, reason);
            weighed.misfit = Some(failure.message);
        }
        Err(failure) if matches!(failure.exit, Exit::Usage | Exit::Invalid | Exit::Conflict) => {
            weighed.misfit = Some(failure.message);
        }
        Err(failure) => return Err(failure),
    }
    Ok(weighed)
}

fn by_driver(mut order: Order) -> Order {
    if let Some(entry) = order.history.last_mut() {
        entry.by = By::Driver;
    }
    order
}

/// Keeps a report that does not fit; none where the same stands there since the last step.
fn anomaly(
    stamp: &Stamp,
    order: &Order,
    event: Event,
    since: Instant,
    reason: Option<String>,
) -> Option<Order> {
    let is_there = effective(&order.history)
        .iter()
        .any(|entry| entry.anomaly && entry.event == event && entry.recorded_at >= since);
    if is_there {
        return None;
    }
    let status = order.standing().status;
    let mut entry = advance::entry(stamp, event, stamp.now.max(since), Some(status), status);
    entry.anomaly = true;
    entry.reason = reason;
    let mut order = order.clone();
    order.history.push(entry);
    Some(by_driver(order))
}
