//! `batch`: many orders from one file, looked over, planned, and carried out.

mod apply;
mod check;
mod load;
mod plan;

use crate::cli::context::Context;
use crate::cli::input::encoding_arg;
use crate::cli::parser::action::{action, actions};
use crate::cli::parser::globals::{option, place, switch};
use crate::cli::person::sending;
use crate::cli::reply::Reply;
use crate::failure::Failure;
use crate::lang::Lang;
use crate::text;
use crate::workflow::batch::{self, Decided, Reviewer, Terms, Wish};
use crate::workflow::world::World;
use clap::{Arg, ArgMatches, Command};

/// The shape of all of its documents and records.
pub const SCHEMA: &str = "icpctl.batch/1";

/// What a plan is made of.
struct Foreseen {
    /// The store as drafting all rows leaves it.
    world: World,
    /// What comes of the rows when they are drafted.
    drafted: Vec<Decided>,
    /// What comes of them when they are sent too.
    sent: Vec<Decided>,
}

/// Decides all rows as `apply` would, and as `apply --submit` would, and writes nothing.
fn foreseen(
    cx: &mut Context<'_>,
    matches: &ArgMatches,
    wishes: &[Wish],
) -> Result<Foreseen, Failure> {
    let rulebook = cx.rulebook()?;
    let reviewer = Reviewer {
        rulebook: &rulebook,
        privacy: cx.globals.privacy,
    };
    let (world, (drafted, sent)) = cx.decide_near(&batch::wanted(wishes), false, |cx, world| {
        let mut all =
            |world: &mut World, submits| decided(cx, matches, world, wishes, submits, &reviewer);
        let sent = all(&mut world.clone(), true);
        let drafted = all(world, false);
        let is_enough = batch::is_found(&drafted) && batch::is_found(&sent);
        Ok(((drafted, sent), is_enough))
    })?;
    Ok(Foreseen {
        world,
        drafted,
        sent,
    })
}

/// Decides all rows as `apply --submit` would, and writes nothing.
fn as_submitted(
    cx: &mut Context<'_>,
    matches: &ArgMatches,
    wishes: &[Wish],
) -> Result<Vec<Decided>, Failure> {
    let rulebook = cx.rulebook()?;
    let reviewer = Reviewer {
        rulebook: &rulebook,
        privacy: cx.globals.privacy,
    };
    let (_, decided) = cx.decide_near(&batch::wanted(wishes), false, |cx, world| {
        let decided = decided(cx, matches, world, wishes, true, &reviewer);
        let is_enough = batch::is_found(&decided);
        Ok((decided, is_enough))
    })?;
    Ok(decided)
}

/// Decides all rows in a world, as drafted or as sent too.
fn decided(
    cx: &mut Context<'_>,
    matches: &ArgMatches,
    world: &mut World,
    wishes: &[Wish],
    submits: bool,
    reviewer: &Reviewer<'_>,
) -> Vec<Decided> {
    let terms = Terms {
        submits,
        retries: matches.get_flag("retry"),
        ..Terms::default()
    };
    let mut ids = cx.ids.for_operation();
    let stamp = cx.stamp(world, &mut ids);
    batch::decide(world, &stamp, &mut ids, wishes, &terms, reviewer)
}

/// Says what the command takes.
pub fn command(command: Command, lang: Lang) -> Command {
    let file = || {
        place(
            "file",
            "FILE",
            text!(
                "批量文件：CSV 或 JSON Lines，- 为标准输入；格式见 icpctl template batch",
                "The batch: CSV or JSON Lines, - for stdin; icpctl template batch explains it"
            ),
            lang,
        )
        .required(true)
    };
    let check = action(
        "check",
        &text!(
            "检查每一行，列出全部问题，不写入",
            "Look every row over and tell all that is wrong; nothing is written"
        ),
        [file(), encoding_arg(lang), retry(lang)],
        lang,
    );
    let plan = action(
        "plan",
        &text!(
            "写明每一行会做什么、合计有什么影响",
            "Write down what each row will do, and what all do together"
        ),
        [file(), out(lang), encoding_arg(lang), retry(lang)],
        lang,
    );
    let show = action(
        "show",
        &text!("查看计划", "Show a plan"),
        [place("file", "PLAN", text!("计划文件", "The plan"), lang).required(true)],
        lang,
    );
    let either = place(
        "file",
        "FILE|PLAN",
        text!(
            "批量文件或计划，由内容区分；- 为标准输入",
            "A batch or a plan, told apart by content; - for stdin"
        ),
        lang,
    );
    let submit = switch(
        "submit",
        text!("起草后立即提交", "Submit what is drafted"),
        lang,
    );
    let apply = action(
        "apply",
        &text!(
            "起草（并提交）每一行的订单；可以重复执行",
            "Draft, and submit, the order of each row; safe to run again"
        ),
        [
            either.required(true),
            submit,
            encoding_arg(lang),
            retry(lang),
        ]
        .into_iter()
        .chain(sending::args(lang)),
        lang,
    );
    actions(command, lang, [check, plan, show, apply])
}

fn retry(lang: Lang) -> Arg {
    switch(
        "retry",
        text!(
            "同一 ref 的订单已结束而未通过时，重新起草",
            "Draft again where the order of a ref ended unapproved"
        ),
        lang,
    )
}

fn out(lang: Lang) -> Arg {
    option(
        "out",
        "PLAN",
        text!(
            "把计划写入这个文件，供 batch show 和 batch apply 使用",
            "Write the plan to this file, for batch show and batch apply"
        ),
        lang,
    )
}

/// Does what was asked for.
pub fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    match matches.subcommand() {
        Some(("check", matches)) => check::run(cx, matches),
        Some(("plan", matches)) => plan::run(cx, matches),
        Some(("show", matches)) => plan::show(cx, matches),
        Some(("apply", matches)) => apply::run(cx, matches),
        Some(_) | None => Err(Failure::usage(text!(
            "应写成 batch check、plan、show 或 apply",
            "expected: batch check, plan, show or apply"
        ))),
    }
}
