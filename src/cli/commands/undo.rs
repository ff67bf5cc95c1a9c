//! `undo`: take back an operation.

use crate::cli::context::Context;
use crate::cli::parser::globals::place;
use crate::cli::reply::{Reply, answer};
use crate::failure::Failure;
use crate::lang::Lang;
use crate::text;
use crate::workflow::undo;
use clap::{ArgMatches, Command};
use serde_json::json;

/// Says what the command takes.
pub fn command(command: Command, lang: Lang) -> Command {
    command.arg(place(
        "op",
        "OP",
        text!(
            "操作号，缺省为最近一次；见 icpctl log",
            "The operation, by default the latest; see icpctl log"
        ),
        lang,
    ))
}

/// The most records that are told one by one.
const TOLD: usize = 20;

/// Takes the operation back.
pub fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    let op = matches.get_one::<String>("op").cloned();
    let done = cx.transact(|world, stamp, _| undo::undo(world, stamp, op.as_deref()))?;
    let undone = &done.answer;
    let data = json!({
        "op": undone.op,
        "orders": undone.orders,
        "subjects": undone.subjects,
    });
    let op = &undone.op;
    let mut reply = Reply::new("icpctl.undo/1", data)
        .human(format!("{op}\n"))
        .changed(done.changed);
    let count = undone.orders.len() + undone.subjects.len();
    let what = &undone.what;
    reply = reply.say(if cx.globals.dry_run {
        text!(
            "将撤消操作 {op}（{what}），涉及 {count} 条记录（未写入）",
            "would undo the operation {op} ({what}), of {count} record(s) (nothing was written)",
            what
        )
    } else {
        text!(
            "已撤消操作 {op}（{what}）",
            "undid the operation {op} ({what})",
            what
        )
    });
    if count > TOLD && cx.globals.dry_run {
        return Ok(reply);
    }
    if count > TOLD {
        return Ok(reply.say(text!(
            "{count} 条记录已恢复到此前的状态：icpctl log",
            "{count} records are back to what they were: icpctl log"
        )));
    }
    let standing = answer::standing(cx, &done.world, &undone.orders)?;
    reply.says.extend(standing);
    for number in &undone.subjects {
        reply.says.push(text!(
            "{number}：恢复到此前的记录",
            "{number}: back to what was recorded before"
        ));
    }
    Ok(reply)
}
