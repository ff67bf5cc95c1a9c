//! How commands that touch orders answer: the order's document, and a line for people.

use super::Reply;
use crate::cli::context::{Context, Done, World};
use crate::cli::documents::board;
use crate::cli::documents::order::Desk;
use crate::cli::person::sending::title;
use crate::failure::Failure;
use crate::filing::order::{Order, OrderId};
use crate::filing::status::Status;
use crate::lang::Text;
use crate::render::Format;
use crate::text;
use serde_json::Value;

/// The document of one order.
pub const ORDER: &str = "icpctl.order/1";
/// The document of several.
pub const ORDERS: &str = "icpctl.order-list/1";

/// Returns the shape of the document of the orders that are named.
pub fn shape(names: &[String]) -> &'static str {
    match names {
        [first, rest @ ..] if rest.iter().any(|name| name != first) => ORDERS,
        [..] => ORDER,
    }
}

/// Answers with the orders as they are now: one document for one, an array for several. People get
/// sentences instead.
///
/// # Errors
/// Only if an order is not there any more.
pub fn orders(cx: &mut Context<'_>, world: &World, ids: &[OrderId]) -> Result<Reply, Failure> {
    if cx.globals.format == Format::Human {
        return Ok(Reply::new(ORDER, Value::Null));
    }
    let desk = judged(cx, world, ids);
    let manner = cx.manner();
    let mut documents = ids
        .iter()
        .map(|id| Ok(desk.document(world.order(id)?, manner)))
        .collect::<Result<Vec<Value>, Failure>>()?;
    let known = board::fields(&documents);
    let mut reply = if documents.len() == 1 {
        Reply::new(ORDER, documents.remove(0))
    } else {
        Reply::new(ORDERS, Value::Array(documents))
    };
    reply.known = known;
    Ok(reply)
}

/// Says where orders stand and what comes next; a rehearsal leaves nothing that could go on.
///
/// # Errors
/// Only if an order is not there any more.
pub fn standing(
    cx: &mut Context<'_>,
    world: &World,
    ids: &[OrderId],
) -> Result<Vec<Text>, Failure> {
    let desk = judged(cx, world, ids);
    let told: Vec<Vec<Text>> = ids
        .iter()
        .map(|id| told(cx, &desk, id))
        .collect::<Result<_, _>>()?;
    Ok(told.concat())
}

/// Returns the desk of a world, the rulebook asked about these orders. What just came back has to be
/// mended first, whatever the rules say: reports are taken down without them.
pub fn judged<'w>(cx: &mut Context<'_>, world: &'w World, ids: &[OrderId]) -> Desk<'w> {
    let mut desk = Desk::new(world);
    let orders = ids.iter().filter_map(|id| world.order(id).ok());
    let orders: Vec<&Order> = orders
        .filter(|order| {
            let standing = desk.view(order).standing;
            standing.status == Status::Draft || standing.edited
        })
        .collect();
    cx.judge(&mut desk, orders);
    desk
}

fn told(cx: &Context<'_>, desk: &Desk<'_>, id: &OrderId) -> Result<Vec<Text>, Failure> {
    let world = desk.world;
    let order = world.order(id)?;
    let view = desk.view(order);
    let status = board::status(&view);
    let name = title(order);
    let mut lines = vec![match desk.deadline(order) {
        Some(deadline) => {
            let at = deadline.due.at().to_minute();
            text!(
                "{name}：{status}（{label}截止 {at}{mark}）",
                "{name}: {status} ({label} until {at}{mark})",
                mark = board::if_provisional(&deadline.due),
                label = deadline.kind.label(),
                name,
                status
            )
        }
        None => text!("{name}：{status}", "{name}: {status}", name, status),
    }];
    if let Some(reason) = desk.held_back(order) {
        lines.push(text!("暂不能提交：{reason}", "held back: {reason}", reason));
    }
    if view.status() == Status::Lapsed && desk.is_still_wanted(order) {
        lines.push(text!(
            "备案仍然有效，没有注销；要注销须重新起草",
            "the filing stays as it is; to cancel it draft anew"
        ));
    }
    if let (Some(next), false) = (desk.next(order).first(), cx.globals.dry_run) {
        lines.push(text!("下一步：{next}", "next: {next}"));
    }
    Ok(lines)
}

/// Points at another command that may be meant, or comes next: a line for people, a warning for
/// machines.
pub fn advise(cx: &mut Context<'_>, reply: &mut Reply, code: &'static str, message: Text) {
    if cx.globals.is_for_people() {
        reply
            .says
            .push(text!("提示：{message}", "hint: {message}", message));
    } else {
        cx.caution(code, message, None);
    }
}

/// Answers a command that moved orders.
///
/// # Errors
/// Only if an order is not there any more.
pub fn moved<T>(cx: &mut Context<'_>, done: &Done<T>, ids: &[OrderId]) -> Result<Reply, Failure> {
    let mut reply = orders(cx, &done.world, ids)?.changed(done.changed);
    if done.changed && cx.globals.dry_run {
        reply.says.push(text!(
            "未写入；执行后将是：",
            "nothing was written; it would come to this:"
        ));
    }
    reply.says.extend(standing(cx, &done.world, ids)?);
    if !done.changed {
        reply.says.push(text!("没有改动", "nothing changed"));
    }
    Ok(reply)
}
