//! `batch apply`: drafts, and with `--submit` sends, what the rows ask for.

use super::load::{self, Loaded};
use super::{SCHEMA, as_submitted};
use crate::cli::context::{Context, World};
use crate::cli::parser;
use crate::cli::person::{consent, sending};
use crate::cli::reply::Reply;
use crate::cli::reply::stream::{ORDERS, RowTold, Stream};
use crate::cli::signals::Signals;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ids::Ids;
use crate::intake::Problem;
use crate::rulebook::Rulebook;
use crate::store::StoreLock;
use crate::text;
use crate::workflow::assign::{called, invalid, valid};
use crate::workflow::batch::{
    self, CHUNK, Decided, Reviewer, Terms, blamed, call_by_ref, decide, stale, write_rows,
};
use crate::workflow::doubt;
use clap::ArgMatches;

/// What is to be applied.
struct Work {
    loaded: Loaded,
    rulebook: Rulebook,
    terms: Terms,
    ids: Ids,
    signals: Signals,
}

/// Applies a batch or a plan.
pub(super) fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    let signals = Signals::listen()?;
    let name = parser::word(matches, "file");
    let submits = matches.get_flag("submit");
    let given = sending::given(cx, matches, submits)?;
    let Some(bytes) = cx.read_until(name, &signals)? else {
        return Ok(Stream::unbegun(cx, SCHEMA, &ORDERS, name, &signals));
    };
    let loaded = match load::planned(cx, name, &bytes)? {
        Some(_) if matches.contains_id("encoding") => {
            let name = called(name);
            return Err(Failure::usage(text!(
                "--encoding 只用于批量文件，{name} 是计划",
                "--encoding goes with a batch file; {name} is a plan"
            )));
        }
        Some(loaded) => loaded,
        None => load::rows(cx, matches, name, &bytes).map_err(|p| invalid(name, &p))?,
    };
    drop(bytes);
    if !loaded.problems.is_empty() {
        let decided = as_submitted(cx, matches, &loaded.wishes)?;
        valid_rows(&loaded, &decided)?;
    }
    let terms = Terms {
        submits,
        retries: matches.get_flag("retry"),
        asks: cx.may_ask(),
        given,
    };
    let ids = cx.ids.for_operation();
    let rulebook = cx.rulebook()?;
    let work = Work {
        loaded,
        rulebook,
        terms,
        ids,
        signals,
    };
    // What is asked about, or not written at all, is worked out from what readers see. On a terminal
    // `--yes` does not keep the number of a subject from being asked for.
    let asks = submits && (!cx.globals.yes || cx.may_ask());
    let needs_look = cx.globals.dry_run || asks || !cx.has_store();
    let mut agreed = None;
    if needs_look {
        let (world, (mut decided, stale)) = work.look(cx, false)?;
        agreed = batch::consent(&world, &decided);
        if let Some(consent) = &agreed
            && (stale.is_none() || !cx.may_ask() && !cx.globals.dry_run)
        {
            consent::obtain(cx, consent)?;
        }
        if let Some(failure) = stale {
            return Err(failure);
        }
        if cx.globals.dry_run {
            call_by_ref(&mut decided, &work.loaded.wishes);
        }
        if cx.globals.dry_run || !decided.iter().any(|decided| decided.writes) {
            return Ok(work.carry_out(cx, world, decided, None));
        }
    }
    cx.alone(true, |cx, lock| {
        let (world, (decided, stale)) = work.look(cx, lock.is_some())?;
        if let Some(failure) = stale {
            return Err(failure);
        }
        if needs_look && batch::consent(&world, &decided) != agreed {
            return Err(consent::moved());
        }
        Ok(work.carry_out(cx, world, decided, lock))
    })
}

/// Refuses a batch of which a row does not validate, with all that is wrong in all such rows.
///
/// # Errors
/// 3.
pub(super) fn valid_rows(loaded: &Loaded, decided: &[Decided]) -> Result<(), Failure> {
    let refused = decided.iter().filter_map(|decided| {
        let failure = decided.failure.as_ref()?;
        let row = loaded.rows.get(decided.row)?;
        // A damaged record of the store is no fault of the row's.
        let is_own = failure.exit == Exit::Invalid && failure.code != "invalid.record";
        is_own.then(|| Problem {
            fix: failure.hints.first().cloned(),
            ..row.problem(blamed(failure, row), failure.message.clone())
        })
    });
    let mut problems: Vec<_> = loaded.problems.iter().cloned().chain(refused).collect();
    problems.sort_by_key(Problem::position);
    valid(&loaded.name, &problems)
}

/// What becomes of each row, and why the plan that they come from does not hold.
type Decision = (Vec<Decided>, Option<Failure>);

impl Work {
    /// Reads what the rows rest on, and decides them.
    fn look(&self, cx: &mut Context<'_>, is_locked: bool) -> Result<(World, Decision), Failure> {
        cx.decide_near(
            &batch::wanted(&self.loaded.wishes),
            is_locked,
            |cx, world| {
                let (decided, stale) = self.decide(cx, world)?;
                let is_enough = stale.is_none() && batch::is_found(&decided);
                Ok(((decided, stale), is_enough))
            },
        )
    }

    /// Decides all rows, and says why the plan that they come from does not hold.
    fn decide(&self, cx: &Context<'_>, world: &mut World) -> Result<Decision, Failure> {
        let reviewer = Reviewer {
            rulebook: &self.rulebook,
            privacy: cx.globals.privacy,
        };
        let wishes = &self.loaded.wishes;
        let all = |world: &mut World, terms: &Terms| {
            let mut ids = self.ids.clone();
            let stamp = cx.stamp(world, &mut ids);
            decide(world, &stamp, &mut ids, wishes, terms, &reviewer)
        };
        let submits = self.terms.submits;
        let is_stale =
            |plan, world: &World, decided: &[Decided]| stale(plan, world, wishes, decided, submits);
        // A plan says what drafting does: by that it is measured.
        let sent_later = self.loaded.plan.as_ref().filter(|_| submits);
        let mut stale = sent_later.and_then(|plan| {
            let terms = Terms {
                submits: false,
                ..self.terms.clone()
            };
            let mut world = world.clone();
            let drafted = all(&mut world, &terms);
            is_stale(plan, &world, &drafted)
        });
        let decided = all(world, &self.terms);
        valid_rows(&self.loaded, &decided)?;
        let drafted = decided.iter().filter(|row| row.writes && !row.was_there);
        for row in drafted.filter_map(|decided| self.loaded.rows.get(decided.row)) {
            doubt::heed_ref(&world.book, &row.reference)?;
        }
        if let Some(plan) = self.loaded.plan.as_ref().filter(|_| !submits) {
            stale = is_stale(plan, world, &decided);
        }
        Ok((decided, stale))
    }

    /// Writes what was decided, chunk after chunk, and tells the rows as they are done.
    fn carry_out(
        &self,
        cx: &mut Context<'_>,
        mut world: World,
        decided: Vec<Decided>,
        lock: Option<&StoreLock<'_>>,
    ) -> Reply {
        let mut stream = Stream::start(cx, SCHEMA, &ORDERS, &self.loaded.name, decided.len());
        let (mut changed, mut broken) = (false, None);
        let mut decided = decided;
        while !decided.is_empty() && self.signals.arrived().is_none() {
            let rest = decided.split_off(decided.len().min(CHUNK));
            let chunk = std::mem::replace(&mut decided, rest);
            if let Some(lock) = lock
                && let Err(failure) = write_rows(lock, &mut world, &chunk, &self.loaded.wishes)
            {
                broken = Some(failure);
                break;
            }
            changed |= chunk.iter().any(|decided| decided.writes);
            let told = chunk
                .into_iter()
                .map(|decided| self.told(cx, decided))
                .collect();
            stream.rows(cx, told);
        }
        let signal = self.signals.arrived().filter(|_| stream.left() > 0);
        stream.finish(cx, changed, signal, broken)
    }

    fn told(&self, cx: &mut Context<'_>, decided: Decided) -> RowTold {
        let row = self.loaded.rows.get(decided.row);
        let told = RowTold {
            line: row.map_or(0, |row| row.line),
            names: [
                row.map(|row| row.reference.clone()),
                decided.order.as_ref().map(ToString::to_string),
            ],
            outcome: decided.outcome,
            failure: decided.failure.clone(),
        };
        cx.warn_of(decided.told(&self.loaded.wishes));
        told
    }
}
