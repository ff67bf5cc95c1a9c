//! `list`: orders, nearest deadline first.

use super::board;
use super::context::Context;
use super::filters::Filters;
use super::globals::switch;
use super::order_doc::{Desk, Manner};
use super::reply::Reply;
use crate::failure::Failure;
use crate::filing::order::Order;
use crate::lang::Lang;
use crate::render::Format;
use crate::text;
use clap::{ArgMatches, Command};
use serde_json::Value;

/// The shape of a list of orders.
pub const SCHEMA: &str = "icpctl.order-list/1";

/// Says what the command takes.
pub fn command(command: Command, lang: Lang) -> Command {
    command
        .arg(switch(
            "all",
            text!("包括已完结的订单", "Include orders that have ended"),
            lang,
        ))
        .args(Filters::args(lang))
}

/// Lists the orders that the filters ask for; ended ones only where something asks for them.
pub fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    let filters = Filters::read(matches, cx.now)?;
    let world = cx.world()?;
    let desk = Desk::new(&world);
    let takes_ended = matches.get_flag("all") || filters.asks_for_ended();
    let orders = world
        .book
        .orders
        .values()
        .filter(|order| takes_ended || !desk.view(order).standing.status.has_ended())
        .filter(|order| filters.matches(&desk, order))
        .collect();
    let orders = filters.arrange(&desk, orders);
    let reply = answer(cx, &desk, &orders);
    let manner = manner(cx);
    if orders.is_empty() {
        return Ok(reply.say(if world.book.orders.is_empty() {
            text!("还没有订单", "there are no orders yet")
        } else {
            text!("没有符合条件的订单", "no order is as asked for")
        }));
    }
    let table = board::table(&desk, &orders, manner);
    Ok(reply.human(table.render(cx.lang, cx.width(), cx.color())))
}

/// Returns how an answer of this run is worded.
pub fn manner(cx: &Context<'_>) -> Manner {
    Manner {
        lang: cx.lang,
        privacy: cx.globals.privacy,
    }
}

/// Returns the answer that holds the documents of `orders`; what people read is still to be set.
pub fn answer(cx: &Context<'_>, desk: &Desk<'_>, orders: &[&Order]) -> Reply {
    let documents: Vec<Value> = match cx.globals.format {
        Format::Human | Format::Sarif | Format::Markdown => Vec::new(),
        Format::Json | Format::Jsonl | Format::Csv | Format::Tsv => orders
            .iter()
            .map(|order| desk.document(order, manner(cx)))
            .collect(),
    };
    let known = board::fields(&documents);
    Reply {
        known,
        ..Reply::new(SCHEMA, Value::Array(documents))
    }
}
