//! Asking those whose word counts, while the store says nothing new.

use super::interrupts::Interrupts;
use super::{Goal, Step, Verdict, Watched, made, watch};
use crate::cli::context::{Context, World};
use crate::cli::sources::{Sources, code, reason, sightings, silence, unheard};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::filing::order::OrderId;
use crate::filing::settle::Outcome;
use crate::workflow::settle::settle;
use futures_util::future::{Either, select};
use std::time::{Duration, Instant};

/// How long a source is left alone between two questions, at least: its answers change in days, and
/// each one may cost the user something.
const ASK_AGAIN: Duration = Duration::from_mins(5);

/// The sources that are asked while the store says nothing new.
pub(super) struct Inquiry {
    sources: Option<Sources>,
    every: Duration,
    /// When they may be asked next; never, where that lies past the end of the clock.
    next: Option<Instant>,
}

/// What came of asking, or of its not being time for it.
pub(super) enum Inquired {
    /// The orders moved so.
    Steps(Vec<Step>),
    /// A signal came first.
    Stopped(Exit),
}

impl Inquiry {
    /// Looks who can be asked. Whoever cannot be is told of, and the store is waited for alone.
    pub(super) fn begin(
        cx: &mut Context<'_>,
        world: &World,
        watched: &[Watched],
        interval: Option<Duration>,
    ) -> Self {
        let sources = Sources::find(cx, world, &ids(watched));
        let sources = sources.unwrap_or_else(|failure| {
            cx.caution("source-unavailable", failure.message, None);
            None
        });
        Self {
            sources: sources.filter(|sources| !sources.network.settings.offline),
            every: interval.map_or(ASK_AGAIN, |pause| pause.max(ASK_AGAIN)),
            next: Some(Instant::now()),
        }
    }

    /// Asks, if it is time, about the orders that are still open, and takes what is shown as the
    /// store would; `left` is what the limit leaves.
    ///
    /// # Errors
    /// What is no matter of the sources.
    pub(super) fn ask(
        &mut self,
        cx: &mut Context<'_>,
        watched: &mut [Watched],
        world: &World,
        goals: &[Goal],
        signals: &Interrupts,
        left: Option<Duration>,
    ) -> Result<Inquired, Failure> {
        let none = Inquired::Steps(Vec::new());
        let Some(sources) = self
            .sources
            .as_ref()
            .filter(|_| self.next.is_some_and(|next| Instant::now() >= next))
        else {
            return Ok(none);
        };
        let open: Vec<OrderId> = watched
            .iter()
            .filter(|w| w.verdict == Verdict::Open)
            .map(|w| w.order.id.clone())
            .collect();
        let asked = sources.network.run(async {
            let ask = Box::pin(sources.ask(cx, world, &open));
            let stop = Box::pin(signals.or_after(left.filter(|left| !left.is_zero())));
            match select(ask, stop).await {
                Either::Left((asked, _)) => Ok(asked),
                Either::Right((exit, _)) => Err(exit),
            }
        });
        self.next = Instant::now().checked_add(self.every);
        let answers = match asked {
            Ok(Ok(answers)) => answers,
            Ok(Err(failure)) => {
                cx.caution("source-unavailable", failure.message, None);
                self.sources = None;
                return Ok(none);
            }
            Err(Some(exit)) => return Ok(Inquired::Stopped(exit)),
            // The limit came first.
            Err(None) => return Ok(none),
        };
        for asked in answers.values().flatten() {
            if let Some(words) = silence(asked) {
                cx.caution("source-unavailable", words, None);
            }
        }
        let lang = cx.lang;
        let mut ids = cx.ids.for_operation();
        let stamp = cx.stamp(world, &mut ids);
        let mut steps = Vec::new();
        for was in watched.iter_mut().filter(|w| w.verdict == Verdict::Open) {
            let sightings = sightings(&answers, &was.order.id);
            if sightings.is_empty() {
                continue;
            }
            let unheard = unheard(&answers, &was.order.id);
            let weighed = settle(
                world,
                &stamp,
                &was.order,
                &sightings,
                &unheard,
                |sighting| reason(sighting, lang),
            )?;
            let Outcome::Settled { by, .. } = weighed.outcome else {
                continue;
            };
            if let Some(order) = weighed.order.filter(|_| weighed.misfit.is_none()) {
                let mut now = watch(order, world, goals);
                now.shown_by = sightings.get(by).map(|s| code(&s.authority).to_owned());
                steps.extend(made(was, &now, world.now));
                *was = now;
            }
        }
        Ok(Inquired::Steps(steps))
    }
}

fn ids(watched: &[Watched]) -> Vec<OrderId> {
    watched.iter().map(|w| w.order.id.clone()).collect()
}
