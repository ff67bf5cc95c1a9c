//! `guide`: the console, step by step, each field with its value; it shows the step that an order is at.

mod data;
mod fields;
mod filler;
mod page;
mod sheet;
mod uploads;

use crate::cli::context::Context;
use crate::cli::documents::order::Desk;
use crate::cli::parser;
use crate::cli::parser::orders::{one_order, order_words};
use crate::cli::reply::Reply;
use crate::failure::Failure;
use crate::lang::Lang;
use crate::render::Format;
use crate::render::mask::Privacy;
use crate::text;
use crate::workflow::{overtaken, resolve};
use clap::{ArgMatches, Command};
use page::Markup;
use sheet::sheet;

/// The shape of the document.
pub const SCHEMA: &str = "icpctl.guide/1";

/// Says what the command takes.
pub fn command(command: Command, lang: Lang) -> Command {
    command.arg(one_order(lang).required(true))
}

/// Shows the way through the console.
pub fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    let named = parser::word(matches, "order");
    let world = cx.world_of_orders(order_words(matches))?;
    let order = resolve::order(&world.book, named)?;
    let mut desk = Desk::new(&world);
    cx.judge(&mut desk, [order]);
    // One that cannot be sent as it is says why in `why`.
    let added = overtaken::becomes(&world, order).ok().flatten();
    let number = added.as_ref().and_then(|added| added.target.subject);
    cx.cautions
        .extend(number.map(|number| overtaken::caution(&order.id, number)));
    let sheet = sheet(&desk, added.as_ref().unwrap_or(order), cx.manner());
    let reply = Reply::new(SCHEMA, serde_json::to_value(&sheet)?);
    let human = match cx.globals.format {
        Format::Human | Format::Sarif | Format::Ics => {
            page::page(&sheet, cx.lang, Markup::Text(cx.color()))
        }
        Format::Markdown => page::page(&sheet, cx.lang, Markup::Markdown),
        Format::Json | Format::Jsonl | Format::Csv | Format::Tsv => String::new(),
    };
    let reply = reply.human(human);
    Ok(match cx.globals.privacy {
        Privacy::Revealed => reply,
        Privacy::Masked => reply.say(text!(
            "个人信息已遮盖，加 --reveal 显示完整的值",
            "personal data is masked; --reveal shows the values whole"
        )),
    })
}
