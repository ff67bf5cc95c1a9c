//! `sync`: ask the provider where orders stand, where a driver can.
//!
//! No provider has a driver yet: each order is answered with the command that records by hand.

use super::board;
use super::context::Context;
use super::order_doc::Desk;
use super::reply::Reply;
use super::status::{named, orders_arg};
use crate::failure::Failure;
use crate::filing::order::Order;
use crate::lang::Lang;
use crate::text;
use clap::{ArgMatches, Command};
use serde_json::{Value, json};

/// The shape of the answer.
pub const SCHEMA: &str = "icpctl.sync/1";

/// The names that `--fields` takes.
const FIELDS: [&str; 5] = ["order", "status", "provider", "driver", "next"];

/// Says what the command takes.
pub fn command(command: Command, lang: Lang) -> Command {
    command.arg(orders_arg(lang))
}

/// Asks about the named orders, or about all that are submitted and have not ended.
pub fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    let world = cx.world()?;
    let desk = Desk::new(&world);
    let orders: Vec<&Order> = if matches.contains_id("order") {
        named(&world, matches)?
    } else {
        let orders = world.book.orders.values();
        orders
            .filter(|order| desk.view(order).standing.status.is_live())
            .collect()
    };
    let data = orders
        .iter()
        .map(|order| {
            json!({
                "order": order.id,
                "status": desk.view(order).status(),
                "provider": order.provider,
                "driver": null,
                "next": desk.next(order),
            })
        })
        .collect();
    let mut reply = Reply {
        known: FIELDS.map(str::to_owned).to_vec(),
        ..Reply::new(SCHEMA, Value::Array(data))
    };
    if orders.is_empty() {
        return Ok(reply.say(text!("没有在途订单", "no order is under way")));
    }
    for order in orders {
        let id = &order.id;
        let provider = board::provider(&desk, order);
        let (zh, en) = (provider.zh, provider.en);
        reply = reply.say(text!(
            "{id}：{zh}没有接口驱动，请到控制台查看后手工记录：icpctl record {id} EVENT",
            "{id}: there is no driver for {en}; look in its console and record by hand: icpctl record {id} EVENT"
        ));
    }
    Ok(reply)
}
