//! The line that says on a terminal what is waited for, and since when.

use super::Watched;
use super::goal::{Goal, Verdict};
use super::interrupts::Interrupts;
use crate::cli::context::Context;
use crate::exit::Exit;
use crate::lang::Lang;
use crate::text;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressStyle};
use std::time::Duration;

/// How often the time that has passed is shown anew.
const TICK: Duration = Duration::from_secs(1);

/// One line on stderr, drawn over and over, and gone at the end; none off a terminal or with `-q`.
pub(super) struct Line {
    draws: bool,
    drawn: Option<ProgressBar>,
}

impl Line {
    /// A line that is not there yet.
    pub(super) const fn of(cx: &Context<'_>) -> Self {
        Self {
            draws: cx.terminal.stderr && !cx.globals.quiet,
            drawn: None,
        }
    }

    /// Says what is waited for now.
    pub(super) fn show(&mut self, watched: &[Watched], goals: &[Goal], lang: Lang) {
        if !self.draws {
            return;
        }
        let goals: Vec<&str> = goals.iter().map(|goal| goal.name()).collect();
        let (goals_zh, goals_en) = (goals.join("、"), goals.join(" or "));
        let open: Vec<&Watched> = watched
            .iter()
            .filter(|watched| watched.verdict == Verdict::Open)
            .collect();
        let words = match open.as_slice() {
            [only] => {
                let (id, status) = (&only.order.id, only.status.label());
                text!(
                    "{id} {status}，等待 {goals_zh}",
                    "{id}: {status}, waiting for {goals_en}",
                    status
                )
            }
            several => {
                let count = several.len();
                text!(
                    "{count} 个订单，等待 {goals_zh}",
                    "{count} orders, waiting for {goals_en}"
                )
            }
        };
        let line = self.drawn.get_or_insert_with(|| {
            let target = ProgressDrawTarget::stderr();
            let line =
                ProgressBar::with_draw_target(None, target).with_finish(ProgressFinish::AndClear);
            let style = ProgressStyle::with_template("{spinner} {elapsed_precise}  {wide_msg}");
            style.map_or_else(|_| line.clone(), |style| line.clone().with_style(style))
        });
        line.set_message(words.take(lang));
    }

    /// Pauses, and shows how the time passes; returns the exit of a signal that ended the pause.
    ///
    /// It is drawn between slices of the pause: another thread could not, as stderr is this one's.
    pub(super) fn during(&self, pause: Duration, interrupts: &Interrupts) -> Option<Exit> {
        let Some(line) = &self.drawn else {
            return interrupts.within(pause);
        };
        let mut left = pause;
        while !left.is_zero() {
            let slice = left.min(TICK);
            if let Some(exit) = interrupts.within(slice) {
                return Some(exit);
            }
            line.tick();
            left -= slice;
        }
        None
    }

    /// Does something that prints, the line out of its way.
    pub(super) fn aside<T>(&self, print: impl FnOnce() -> T) -> T {
        match &self.drawn {
            Some(line) => line.suspend(print),
            None => print(),
        }
    }

    /// Takes the line away for good.
    pub(super) fn clear(&mut self) {
        if let Some(line) = self.drawn.take() {
            line.finish_and_clear();
        }
        self.draws = false;
    }
}
