//! `import`: what `export --reveal` wrote, brought into a store.

use super::context::Context;
use super::globals::{place, repeated};
use super::reply::Reply;
use super::words;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::intake::{Element, Located, Problem, Unreadable, read_exported};
use crate::lang::Lang;
use crate::text;
use crate::workflow::import::{Imported, decide, understand};
use clap::{ArgMatches, Command};
use serde_json::json;
use std::fs::File;
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
    let mut elements: Vec<Located<Element>> = Vec::new();
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
    let told = if !done.changed {
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
            "已导入 {orders} 个订单、{subjects} 个主体记录、{files} 个附件；历史照原样保留",
            "brought in {orders} order(s), {subjects} subject record(s) and {files} attachment(s), with their histories as they were"
        )
    };
    Ok(Reply::new(SCHEMA, data).changed(done.changed).say(told))
}

fn read(cx: &Context<'_>, name: &str) -> Result<Vec<Located<Element>>, Failure> {
    let read = if name == "-" {
        read_exported(&mut stdin().lock())
    } else {
        let path = cx.current.join(name);
        File::open(&path)
            .map_err(Unreadable::Io)
            .and_then(|file| read_exported(&mut BufReader::new(file)))
    };
    let shown = if name == "-" { "stdin" } else { name };
    read.map_err(|error| match error {
        Unreadable::Io(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Failure::not_found(
                "not-found.file",
                text!("找不到文件 {shown}", "no such file: {shown}"),
            )
            .hint(text!("检查路径", "check the path"))
        }
        Unreadable::Io(error) => Failure::new(
            Exit::Failure,
            "failure.file",
            text!("无法读取 {shown}：{error}", "cannot read {shown}: {error}"),
        )
        .hint(text!(
            "检查路径和权限",
            "check the path and its permissions"
        )),
        Unreadable::Problems(problems) => invalid(shown, &problems),
    })
}

fn invalid(name: &str, problems: &[Problem]) -> Failure {
    let count = problems.len();
    let mut failure = Failure::invalid(
        "invalid.file",
        text!(
            "{name} 有 {count} 处问题，什么都没有导入",
            "{name} has {count} problem(s); nothing was brought in"
        ),
    );
    failure.hints = problems.iter().map(Problem::line).collect();
    failure
}
