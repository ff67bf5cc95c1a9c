//! `list`: orders, nearest deadline first.

use super::board;
use super::context::Context;
use super::filters::{Filters, Line};
use super::globals::switch;
use super::order_doc::{Desk, Manner, subject_name};
use super::reply::Reply;
use crate::clock::machine_time;
use crate::failure::Failure;
use crate::filing::order::Order;
use crate::lang::Lang;
use crate::render::Format;
use crate::render::mask::Privacy;
use crate::store::place::Place;
use crate::store::roll::{self, Roll, Slip};
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
    let takes_ended = matches.get_flag("all") || filters.asks_for_ended();
    if let Some(reply) = from_roll(cx, &filters, takes_ended)? {
        return Ok(reply);
    }
    let world = cx.world()?;
    let desk = Desk::new(&world);
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

/// Lists what the roll tells, which is all that people see; none where more is asked for.
fn from_roll(
    cx: &mut Context<'_>,
    filters: &Filters,
    takes_ended: bool,
) -> Result<Option<Reply>, Failure> {
    let privacy = cx.globals.privacy;
    let is_told = cx.globals.format == Format::Human
        && privacy == Privacy::Masked
        && filters.can_ask_the_roll();
    let Place::Found { folder, .. } = cx.place() else {
        return Ok(None);
    };
    let Some(disk) = cx.open()?.filter(|_| is_told) else {
        return Ok(None);
    };
    let cache = cx.env.cache_folder();
    let roll = Roll::look(&disk, &folder, cache.as_deref(), machine_time())?;
    for (path, damage) in roll.damaged() {
        cx.caution("damaged-file", damage.message(), Some(path.clone()));
    }
    let (profiles, calendar) = (cx.profiles(Some(&disk))?, cx.calendar(Some(&disk))?);
    let subjects = roll.subjects(&disk);
    let mut lines: Vec<Line<'_>> = roll
        .slips()
        .filter(|slip| takes_ended || !slip.status.has_ended())
        .map(|slip| Line::of(slip, &profiles, &calendar, cx.now))
        .filter(|line| filters.matches_line(line, &subjects, &profiles))
        .collect();
    let mask = |name: &str| privacy.name(name).into_owned();
    roll.keep(cache.as_deref(), &subjects, &mask);
    filters.arrange_lines(&mut lines);
    let reply = Reply::new(SCHEMA, Value::Array(Vec::new()));
    if lines.is_empty() {
        return Ok(Some(reply.say(if roll.slips().next().is_none() {
            text!("还没有订单", "there are no orders yet")
        } else {
            text!("没有符合条件的订单", "no order is as asked for")
        })));
    }
    let mut table = board::empty_table();
    for line in &lines {
        let slip = &line.slip;
        let is_individual = subjects.is_individual(slip);
        let name = slip.name.as_deref().unwrap_or_default();
        let holder = if slip.masked && !is_individual {
            // It is shown by now, and not on the roll.
            let order = roll::read_order(&disk, &slip.id);
            order.and_then(|order| Slip::of(&order).name.map(|name| name.to_string()))
        } else if slip.masked {
            Some(name.to_owned())
        } else {
            Some(subject_name(name, is_individual, privacy))
        };
        let row = board::Row {
            id: &slip.id,
            view: &line.view,
            kind: slip.kind,
            deadline: line.deadline,
            about: &slip.about,
            holder: &holder.unwrap_or_default(),
            provider: board::provider_of(&profiles, slip.provider.as_deref()),
            reference: slip.reference.as_deref().unwrap_or_default(),
        };
        board::add_row(&mut table, row, cx.now);
    }
    Ok(Some(reply.human(table.render(
        cx.lang,
        cx.width(),
        cx.color(),
    ))))
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
        Format::Human | Format::Sarif | Format::Markdown | Format::Ics => Vec::new(),
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
