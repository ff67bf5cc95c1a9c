//! The dates of orders and filings as a calendar (iCalendar, RFC 5545), for a team's own.

use crate::cli::documents::board::{about, status};
use crate::cli::documents::order::{Desk, Manner};
use crate::cli::documents::portfolio::Excerpt;
use crate::filing::instant::Instant;
use crate::filing::order::Order;
use crate::lang::Text;
use crate::text;
use crate::workflow::owed::{Ledger, Matter};
use chrono::TimeDelta;
use icalendar::{Alarm, Calendar, Component as _, Event, EventLike as _};

/// What made the calendar (RFC 5545, 3.7.3).
const PRODUCT: &str = "-//icpctl//icpctl//EN";

/// How long before a date its calendar reminds of it.
const REMINDER: TimeDelta = TimeDelta::hours(4);

/// Returns a calendar of the deadlines of orders, and of open notices and duties that have a date.
pub fn calendar(
    desk: &Desk<'_>,
    orders: &[&Order],
    subjects: &[Excerpt<'_>],
    manner: Manner,
) -> String {
    let now = desk.world.now;
    let mut calendar = Calendar::empty();
    calendar.append_property(("VERSION", "2.0"));
    calendar.append_property(("PRODID", PRODUCT));
    calendar.append_property(("CALSCALE", "GREGORIAN"));
    calendar.name("icpctl");
    for order in orders {
        let view = desk.view(order);
        let Some(deadline) = desk.deadline(order).filter(|_| !view.status().has_ended()) else {
            continue;
        };
        let (id, what) = (&order.id, about(order));
        let (kind, stands) = (deadline.kind.label(), status(&view));
        let summary = text!("{kind} {what}", "{kind} {what}", kind);
        let key = format!("{id}-{}", deadline.kind.name());
        let words = text!(
            "{stands}；icpctl show {id}",
            "{stands}; icpctl show {id}",
            stands
        );
        calendar.push(event(
            &key,
            deadline.due.at(),
            &summary,
            &words,
            now,
            manner,
        ));
    }
    let ledger = Ledger::new(desk.world);
    for excerpt in subjects {
        for owed in ledger.of_subject(excerpt.subject) {
            let is_meant = owed
                .service
                .is_none_or(|service| excerpt.services.contains_key(&service.number));
            let Some(due) = owed.due().filter(|_| is_meant) else {
                continue;
            };
            let number = owed.number();
            let (key, title) = match &owed.matter {
                Matter::Notice { notice, .. } => (notice.id.as_str().to_owned(), notice.title()),
                Matter::Duty { duty, .. } => (format!("{number}-{}", duty.id), duty.title.clone()),
            };
            let summary = text!("{title} {number}", "{title} {number}", title);
            let words = text!("icpctl portfolio {number}", "icpctl portfolio {number}");
            calendar.push(event(&key, due.at(), &summary, &words, now, manner));
        }
    }
    calendar.to_string()
}

/// Makes an event; its id and that of its alarm stay the same, so that a later calendar moves it
/// instead of adding one.
fn event(
    key: &str,
    at: Instant,
    summary: &Text,
    words: &Text,
    now: Instant,
    manner: Manner,
) -> Event {
    let (summary, words) = (summary.get(manner.lang), words.get(manner.lang));
    // Left out, the alarm would get the machine's time and a random id.
    let alarm = Alarm::display(summary, -REMINDER)
        .uid(&format!("{key}-alarm@icpctl"))
        .timestamp(now.utc())
        .done();
    Event::new()
        .uid(&format!("{key}@icpctl"))
        .timestamp(now.utc())
        .starts(at.utc())
        .ends(at.utc())
        .summary(summary)
        .description(words)
        .alarm(alarm)
        .done()
}
