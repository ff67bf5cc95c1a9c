//! `list`: orders, nearest deadline first.

pub mod by_roll;

use crate::cli::context::{Context, World};
use crate::cli::documents::board;
use crate::cli::documents::order::Desk;
use crate::cli::documents::outline::Excerpt;
use crate::cli::filters::{Filters, nothing};
use crate::cli::parser::globals::switch;
use crate::cli::reply::answer::ORDERS;
use crate::cli::reply::list::{is_indented, printed, printed_each};
use crate::cli::reply::{Reply, unprinted};
use crate::failure::Failure;
use crate::filing::order::Order;
use crate::lang::{Lang, Text};
use crate::render::Format;
use crate::render::sheet::{RowOf, Sheet};
use crate::render::stream::Columns;
use crate::text;
use by_roll::Wanted;
use clap::{ArgMatches, Command};
use serde_json::Value;

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
    filters.heed_providers(cx)?;
    let takes_ended = matches.get_flag("all") || filters.asks_for_ended();
    if let Some(reply) = from_roll(cx, &filters, takes_ended)? {
        return Ok(reply);
    }
    let (world, has_any) = asked_for(cx, &filters, takes_ended)?;
    let mut desk = Desk::new(&world);
    let orders = world
        .book
        .orders
        .values()
        .filter(|order| takes_ended || !desk.view(order).standing.status.has_ended())
        .filter(|order| filters.matches(&desk, order))
        .collect();
    let orders = filters.arrange(&desk, orders);
    if cx.globals.format != Format::Human {
        let fields = cx.fields.as_ref();
        if fields.is_none_or(|fields| fields.names().iter().any(|name| name == "next")) {
            cx.judge(&mut desk, orders.iter().copied());
        }
        return Ok(documents(cx, &desk, &orders));
    }
    let mut sheet = Sheet::default();
    let places = board::lay(&mut sheet, &desk, &orders, cx.manner());
    let rows = places.iter().map(|place| sheet.row(*place));
    let said = nothing(cx, filters.limit(), no_order(!has_any));
    Ok(told(cx, rows, said))
}

/// Reads the orders that are asked for and what bears on them, and says whether there are any at
/// all; everything, where only the orders themselves tell which are meant, or many are.
///
/// # Errors
/// When the store cannot be read.
pub fn asked_for(
    cx: &mut Context<'_>,
    filters: &Filters,
    takes_ended: bool,
) -> Result<(World, bool), Failure> {
    let limit = filters.limit();
    let leaves_out = filters.narrow() || !takes_ended || limit.is_some();
    if filters.can_ask_the_roll() && leaves_out {
        return cx.world_of_some(limit, |line, subjects, profiles| {
            let is_asked_for = (takes_ended || !line.slip.status.has_ended())
                && filters.matches_line(line, subjects, profiles);
            is_asked_for.then(|| filters.rank(line))
        });
    }
    let world = cx.world()?;
    let has_any = !world.book.orders.is_empty();
    Ok((world, has_any))
}

fn no_order(at_all: bool) -> Text {
    if at_all {
        text!("还没有订单", "there are no orders yet")
    } else {
        text!("没有符合条件的订单", "no order is as asked for")
    }
}

/// Prints the rows, or says that there are none.
fn told<'s>(
    cx: &mut Context<'_>,
    rows: impl Iterator<Item = RowOf<'s>> + Clone,
    nothing_there: Text,
) -> Reply {
    if rows.clone().next().is_none() {
        return Reply::new(ORDERS, Value::Array(Vec::new())).say(nothing_there);
    }
    let printed = board::print(cx, rows);
    Reply {
        failure: printed.err().map(|error| unprinted(&error)),
        ..Reply::streamed()
    }
}

/// Lists what the roll tells: all that people see, and fields that every slip has; none where more
/// is asked for.
fn from_roll(
    cx: &mut Context<'_>,
    filters: &Filters,
    takes_ended: bool,
) -> Result<Option<Reply>, Failure> {
    if cx.globals.format != Format::Human {
        return lines_from_roll(cx, filters, takes_ended);
    }
    let wanted = Wanted {
        filters,
        takes_ended,
        names: true,
    };
    let (now, lang) = (cx.now, cx.lang);
    let pages = by_roll::lay_out(cx, &wanted, |sheet: &mut Sheet, told| {
        sheet.lay(told.row().cells(now, lang))
    })?;
    Ok(pages.map(|pages| {
        let rows = pages.orders().map(|(sheet, row)| sheet.row(*row));
        let said = nothing(cx, filters.limit(), no_order(pages.none_at_all()));
        told(cx, rows, said)
    }))
}

/// Lists the fields that are asked for, where each slip has them.
fn lines_from_roll(
    cx: &mut Context<'_>,
    filters: &Filters,
    takes_ended: bool,
) -> Result<Option<Reply>, Failure> {
    let format = cx.globals.format;
    let Some(fields) = cx.fields.clone().filter(|_| !is_indented(cx)) else {
        return Ok(None);
    };
    let Some(excerpt) = Excerpt::of(&fields) else {
        return Ok(None);
    };
    let columns = Columns {
        table: fields,
        document: None,
    };
    let wanted = Wanted {
        filters,
        takes_ended,
        names: excerpt.holds("target.name"),
    };
    let pages = by_roll::lines(cx, &wanted, |told| {
        let document = excerpt.document(&told.outline());
        columns.line(&document.into(), format)
    })?;
    Ok(pages.map(|pages| {
        printed(cx, ORDERS, columns, |stream| {
            stream.laid_out(pages.orders().map(|(_, line)| line.as_str()))
        })
    }))
}

/// Answers with the documents of `orders` in a format for machines, printed at once where that can
/// be.
pub fn documents(cx: &mut Context<'_>, desk: &Desk<'_>, orders: &[&Order]) -> Reply {
    let manner = cx.manner();
    printed_each(cx, ORDERS, orders, |order| desk.document(order, manner))
        .unwrap_or_else(|| answer(cx, desk, orders))
}

/// Returns the answer that holds the documents of `orders`; what people read is still to be set.
pub fn answer(cx: &Context<'_>, desk: &Desk<'_>, orders: &[&Order]) -> Reply {
    let documents: Vec<Value> = match cx.globals.format {
        Format::Human | Format::Sarif | Format::Markdown | Format::Ics => Vec::new(),
        Format::Json | Format::Jsonl | Format::Csv | Format::Tsv => orders
            .iter()
            .map(|order| desk.document(order, cx.manner()))
            .collect(),
    };
    let known = board::fields(&documents);
    Reply {
        known,
        ..Reply::new(ORDERS, Value::Array(documents))
    }
}
