//! `erase`: personal data removed for good.

use crate::cli::context::Context;
use crate::cli::parser;
use crate::cli::parser::globals::place;
use crate::cli::reply::Reply;
use crate::evidence::cache;
use crate::failure::Failure;
use crate::lang::Lang;
use crate::store::roll;
use crate::text;
use crate::workflow::erase::{decide, remains};
use clap::{ArgMatches, Command};
use serde_json::json;

/// Says what the command takes.
pub fn command(command: Command, lang: Lang) -> Command {
    command.arg(
        place(
            "what",
            "ORDER|SUBJECT",
            text!(
                "草稿或已完结的订单，或主体备案号（连同其全部订单和附件）",
                "A draft or an ended order, or a subject number with all its orders and attachments"
            ),
            lang,
        )
        .required(true),
    )
}

/// Removes an order's file, or everything about a subject.
pub fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    let word = parser::word(matches, "what");
    let done = cx.transact(|world, _, _| decide(world, word))?;
    if done.changed && !cx.globals.dry_run {
        // What was remembered of it may name persons too.
        if let Some(folder) = cx.env.cache_folder() {
            cache::forget(&folder);
            roll::forget(&folder);
        }
    }
    let erased = done.answer;
    let mut names: Vec<String> = erased.subject.iter().map(ToString::to_string).collect();
    names.extend(erased.orders.iter().map(ToString::to_string));
    let data = json!({
        "subject": erased.subject,
        "orders": erased.orders,
        "attachments": erased.attachments,
        "remains": remains().iter().map(|(code, message)| json!({
            "code": code,
            "message": message.get(cx.lang),
        })).collect::<Vec<_>>(),
    });
    let count = erased.attachments.len();
    let list = names.join(", ");
    let mut reply = Reply::new("icpctl.erase/1", data)
        .human(names.join("\n") + "\n")
        .changed(done.changed);
    if cx.globals.dry_run {
        reply = reply.say(text!(
            "将删除 {list}，附件 {count} 个",
            "would erase {list}, and {count} attachment(s)"
        ));
    } else {
        reply = reply
            .say(text!(
                "已删除 {list}，附件 {count} 个",
                "erased {list}, and {count} attachment(s)"
            ))
            .say(text!("以下内容没有删除：", "this does not reach:"));
        for (_, what) in remains() {
            reply = reply.say(text!("  {what}", "  {what}", what));
        }
    }
    Ok(reply)
}
