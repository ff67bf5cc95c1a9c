//! `label`: labels on orders and on what is filed.

use super::portfolio;
use crate::cli::context::Context;
use crate::cli::documents::portfolio::{Excerpt, Look, Stock};
use crate::cli::parser;
use crate::cli::parser::globals::{place, repeated};
use crate::cli::reply::{Reply, answer};
use crate::failure::Failure;
use crate::lang::Lang;
use crate::render::clean::clean;
use crate::store::near::Wanted;
use crate::text;
use crate::workflow::mark::{self, Labels, Marked};
use crate::workflow::world::World;
use clap::{Arg, ArgMatches, Command};
use serde_json::json;

/// The argument that names an order or something filed.
pub fn what(lang: Lang) -> Arg {
    place(
        "what",
        "WHAT",
        text!(
            "订单（订单号、其前缀或 ref:KEY），或已备案的主体、服务（备案号或域名）",
            "An order (id, prefix or ref:KEY), or a filed subject or service (number or domain)"
        ),
        lang,
    )
    .required(true)
}

/// Says what the command takes.
pub fn command(command: Command, lang: Lang) -> Command {
    command
        .arg(what(lang))
        .arg(
            place(
                "labels",
                "K=V",
                text!(
                    "要加上的标签，如 customer=甲；已有的同名标签被改写",
                    "Labels to put on, such as customer=A; one of the same key is overwritten"
                ),
                lang,
            )
            .num_args(0..),
        )
        .arg(repeated(
            "remove",
            "K",
            text!("要去掉的标签", "A label to take off"),
            lang,
        ))
}

/// Puts labels on and takes them off.
pub fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    let word = parser::word(matches, "what");
    let labels = read(matches)?;
    let done = cx.transact_near(&Wanted::of([word]), |world, stamp, _| {
        mark::label(world, stamp, word, &labels)
    })?;
    let said = match (done.changed, cx.globals.dry_run) {
        (false, _) => text!("标签没有变化", "the labels are so already"),
        (true, false) => text!("已更新标签", "changed the labels"),
        (true, true) => text!("将更新标签", "would change the labels"),
    };
    Ok(shown(cx, &done.world, &done.answer)?
        .changed(done.changed)
        .say(said))
}

fn read(matches: &ArgMatches) -> Result<Labels, Failure> {
    let words = |name: &str| matches.get_many::<String>(name).into_iter().flatten();
    let mut labels = Labels::default();
    for word in words("labels") {
        let Some((key, value)) = word.split_once('=') else {
            return Err(malformed(word));
        };
        let (key, value) = (key.trim(), value.trim());
        if key.is_empty() || value.is_empty() {
            return Err(malformed(word));
        }
        if let Some(other) = labels.set.insert(key.to_owned(), value.to_owned())
            && other != value
        {
            return Err(Failure::usage(text!(
                "标签 {key} 给了两个值：{other}、{value}",
                "the label {key} is given two values: {other} and {value}"
            )));
        }
    }
    for key in words("remove") {
        let key = key.trim();
        if labels.set.contains_key(key) {
            return Err(Failure::usage(text!(
                "标签 {key} 既要加上又要去掉",
                "the label {key} is both put on and taken off"
            )));
        }
        if !labels.remove.iter().any(|there| there == key) {
            labels.remove.push(key.to_owned());
        }
    }
    if labels == Labels::default() {
        return Err(Failure::usage(text!(
            "没有要加上或去掉的标签",
            "no label to put on or take off"
        ))
        .hint(text!(
            "例如：icpctl label 订单号 customer=甲 --remove assignee",
            "for example: icpctl label ORDER customer=A --remove assignee"
        )));
    }
    Ok(labels)
}

fn malformed(word: &str) -> Failure {
    Failure::usage(text!(
        "`{word}` 不是标签，应写成 K=V",
        "`{word}` is no label: expected K=V"
    ))
    .hint(text!(
        "去掉标签用 --remove K",
        "to take a label off, use --remove K"
    ))
}

/// Answers with what was marked: the order, or what is filed.
///
/// # Errors
/// Where it is not there any more (4).
pub fn shown(cx: &mut Context<'_>, world: &World, marked: &Marked) -> Result<Reply, Failure> {
    let manner = cx.manner();
    match marked {
        Marked::Order(id) => {
            let desk = answer::judged(cx, world, std::slice::from_ref(id));
            let order = world.order(id)?;
            let labels: Vec<String> = desk
                .labels(order)
                .iter()
                .map(|(key, value)| format!("  {}", clean(&format!("{key}={value}"))))
                .collect();
            let human = format!("{id}{}\n", labels.concat());
            Ok(Reply::new(answer::ORDER, desk.document(order, manner)).human(human))
        }
        Marked::Filed { subject, service } => {
            let stock = Stock::new(world);
            let Some(filed) = world.book.portfolio.subject(subject) else {
                return Err(Failure::not_found(
                    "not-found.target",
                    text!("备案中没有 {subject}", "nothing is filed as {subject}"),
                ));
            };
            let mut excerpt = Excerpt::whole(filed);
            if let Some(number) = service {
                excerpt.services.retain(|there, _| there == number);
            }
            let look = Look {
                width: cx.width(),
                color: cx.color(),
                notes: true,
            };
            let human = excerpt.page(&stock, manner, look);
            let element = excerpt.element(&stock, manner, None);
            Ok(Reply::new(portfolio::SCHEMA, json!([element])).human(human))
        }
    }
}
