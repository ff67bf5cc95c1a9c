//! `import`: what `export --reveal` wrote, brought into a store.

use super::adopt::invalid;
use crate::cli::context::Context;
use crate::cli::input::unreadable;
use crate::cli::parser::globals::{place, repeated};
use crate::cli::parser::words;
use crate::cli::reply::Reply;
use crate::failure::Failure;
use crate::intake::{Element, Unreadable, read_exported};
use crate::lang::Lang;
use crate::reading::{self, Steady};
use crate::text;
use crate::workflow::assign::called;
use crate::workflow::import::{Imported, decide, understand};
use clap::{ArgMatches, Command};
use serde_json::json;
use std::io::{BufReader, stdin};

/// The shape of the document.
pub const SCHEMA: &str = "icpctl.import/1";

/// Says what the command takes.
pub fn command(command: Command, lang: Lang) -> Command {
    let help = || {
        text!(
            "export --reveal 写出的文件：JSON、JSON Lines 或 CSV；- 表示标准输入",
            "Files that export --reveal wrote: JSON, JSON Lines or CSV; - for stdin"
        )
    };
    command
        .arg(
            place("file", "FILE|-", help(), lang)
                .num_args(1..)
                .required_unless_present("from"),
        )
        .arg(repeated("from", "FILE|-", help(), lang).conflicts_with("file"))
}

/// Brings records in as they were, all of them or none.
pub fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    let mut elements: Vec<Element> = Vec::new();
    for name in words(matches, "file")
        .into_iter()
        .chain(words(matches, "from"))
    {
        elements.extend(read(cx, &name)?);
    }
    let given = understand(elements)?;
    let done = cx.transact(|world, _, _| decide(world, &given))?;
    let Imported {
        orders,
        subjects,
        files,
        unchanged,
    } = done.answer;
    let data = json!({
        "orders": orders,
        "subjects": subjects,
        "files": files,
        "unchanged": unchanged,
    });
    let told = if !done.changed && unchanged == 0 {
        text!(
            "导出中没有记录，没有变化",
            "the export holds no record; nothing changed"
        )
    } else if !done.changed {
        text!(
            "全部 {unchanged} 项都已在库中，没有变化",
            "all {unchanged} record(s) were there already; nothing changed"
        )
    } else if cx.globals.dry_run {
        text!(
            "将导入 {orders} 个订单、{subjects} 个主体记录、{files} 个附件",
            "would bring in {orders} order(s), {subjects} subject record(s) and {files} attachment(s)"
        )
    } else {
        text!(
            "已导入 {orders} 个订单、{subjects} 个主体记录、{files} 个附件；历史照原样保留，导入本身不是一次操作，undo 不能撤消它",
            "brought in {orders} order(s), {subjects} subject record(s) and {files} attachment(s), with their histories as they were; undo does not take this back"
        )
    };
    Ok(Reply::new(SCHEMA, data).changed(done.changed).say(told))
}

fn read(cx: &Context<'_>, name: &str) -> Result<Vec<Element>, Failure> {
    let shown = called(name);
    let read = if name == "-" {
        read_exported(&mut BufReader::new(Steady(stdin().lock())))
    } else {
        let opened =
            reading::open(&cx.current.join(name)).map_err(|unread| unreadable(name, &unread))?;
        read_exported(&mut BufReader::new(Steady(opened)))
    };
    read.map_err(|error| match error {
        Unreadable::Io(error) => unreadable(shown, &error.into()),
        Unreadable::Problems(problems) => invalid(shown, &problems),
    })
}
