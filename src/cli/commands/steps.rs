//! `submit`, `withdraw` and `abandon`: what the operator does to orders.

use crate::cli::context::{Asks, Context, Plan, Stamp, World};
use crate::cli::parser::globals::{free_words, moment};
use crate::cli::parser::orders::any_orders;
use crate::cli::parser::{said, words};
use crate::cli::person::sending::{self, Given};
use crate::cli::reply::{Reply, answer};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::filing::event::Command as Step;
use crate::filing::moment::Moment;
use crate::filing::order::{Material, Order, OrderId};
use crate::lang::Lang;
use crate::render::mask::Privacy;
use crate::rulebook::Rulebook;
use crate::store::Files;
use crate::text;
use crate::workflow::check::{Bench, Way};
use crate::workflow::{advance, materials, missing, overtaken, reach, resolve};
use clap::{ArgMatches, Command};
use std::borrow::Cow;

/// Says what a step takes.
pub fn command(step: Step, command: Command, lang: Lang) -> Command {
    let command = command
        .arg(any_orders(lang))
        .arg(moment(
            "at",
            text!("发生的时间，缺省为现在", "When it happened, by default now"),
            lang,
        ))
        .arg(free_words(
            "reason",
            text!("原因，记入历史", "Why, for the history"),
            lang,
        ));
    match step {
        Step::Submit => command.args(sending::args(lang)),
        Step::Withdraw | Step::Abandon | Step::Edit => command,
    }
}

/// Moves the orders, all or none.
pub fn run(step: Step, cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    let names: Vec<String> = words(matches, "order");
    if names.is_empty() {
        return Err(Failure::new(
            Exit::Usage,
            "usage.order",
            text!("没有写明订单", "no order is named"),
        )
        .hint(text!(
            "写出订单号，并加上 --yes；查看订单：icpctl status",
            "name the orders, with --yes where nobody can be asked; see them with icpctl status"
        )));
    }
    let given = match step {
        Step::Submit => sending::given(cx, matches, true)?,
        Step::Withdraw | Step::Abandon | Step::Edit => Given::default(),
    };
    let rulebook = match step {
        Step::Submit => Some(cx.rulebook()?),
        Step::Withdraw | Step::Abandon | Step::Edit => None,
    };
    let asked = Asked {
        step,
        names: &names,
        given: &given,
        rulebook: rulebook.as_ref(),
        privacy: cx.globals.privacy,
        reason: said(matches, "reason"),
    };
    let disk = cx.open()?;
    let at = cx.moment(matches);
    let reach = |_: &World, _: &Order| reach::of_command(step);
    let done = cx.transact_orders(&names, &[], Asks::Consent, reach, |world, stamp, _| {
        let files = disk.as_ref().map(|disk| disk as &dyn Files);
        asked.decide(world, stamp, &at, files)
    })?;
    answer::moved(cx, &done, &done.answer)
}

/// A step that is asked for, with what is agreed to beforehand.
struct Asked<'a> {
    step: Step,
    names: &'a [String],
    given: &'a Given,
    /// What judges an order that is sent.
    rulebook: Option<&'a Rulebook>,
    privacy: Privacy,
    reason: Option<String>,
}

impl Asked<'_> {
    /// Moves all orders, or says what holds one of them back.
    fn decide(
        &self,
        world: &World,
        stamp: &Stamp,
        at: &Result<Option<Moment>, Failure>,
        files: Option<&dyn Files>,
    ) -> Result<Plan<Vec<OrderId>>, Failure> {
        let mut ids: Vec<OrderId> = Vec::new();
        for name in self.names {
            let id = &resolve::order(&world.book, name)?.id;
            if !ids.contains(id) {
                ids.push(id.clone());
            }
        }
        let orders: Vec<&Order> = ids
            .iter()
            .map(|id| world.order(id))
            .collect::<Result<_, _>>()?;
        let at = at.clone()?;
        let mut plan = Plan::new(ids.clone());
        plan.consent = Some(sending::consent(world, &orders, self.step, self.given));
        let mut scratch = world.clone();
        let bench = self
            .rulebook
            .map(|rulebook| Bench::new(world, rulebook, self.privacy));
        let look = |material: &Material| materials::look_at(material, &[], files);
        for order in orders {
            let reason = self.reason.clone();
            let sent = if self.step == Step::Submit {
                overtaken::as_sent(&scratch, stamp, order, &mut plan.cautions)
            } else {
                Ok(Cow::Borrowed(order))
            };
            let judged = sent.and_then(|order| {
                let moved = advance::command(&scratch, stamp, &order, self.step, at, reason)?;
                if let Some(bench) = &bench {
                    let accepted = &self.given.accepted;
                    let caution = bench.sending(world, &order, accepted, &look, Way::Order)?;
                    plan.cautions.extend(caution);
                }
                Ok(moved)
            });
            match judged {
                Ok(mut moved) => {
                    self.given.keep(&mut moved);
                    if self.step == Step::Submit {
                        plan.cautions
                            .extend(missing::incomplete(&moved, &world.book.portfolio));
                    }
                    scratch.put(moved.clone());
                    plan.orders.push(moved);
                }
                Err(failure) => {
                    let id = &order.id;
                    return plan.refused(Failure {
                        message: text!(
                            "{id}：{message}",
                            "{id}: {message}",
                            message = &failure.message
                        ),
                        ..failure
                    });
                }
            }
        }
        Ok(plan)
    }
}
