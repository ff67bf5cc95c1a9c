//! Orders that were decided and not written: nobody can look at them, and what holds a row back is
//! another row, so that messages call them by their refs and lines.

use super::{Decided, Wish};
use crate::failure::Failure;
use crate::filing::order::OrderId;
use crate::lang::Text;
use crate::text;
use crate::workflow::draft::ASKED_ALREADY;
use std::borrow::Cow;
use std::collections::HashMap;

/// Puts refs in the place of the ids of orders that are not there, and rows in the place of orders
/// that would only be sent with them.
pub fn call_by_ref(decided: &mut [Decided], wishes: &[Wish]) {
    let sent: HashMap<OrderId, &Wish> = decided
        .iter()
        .filter(|decided| decided.writes)
        .filter_map(|decided| Some((decided.order.clone()?, wishes.get(decided.row)?)))
        .collect();
    for decided in decided.iter_mut() {
        let own = wishes.get(decided.row);
        let Some(failure) = &mut decided.failure else {
            continue;
        };
        let row = failure.order.as_ref().and_then(|id| sent.get(id));
        if let Some(wish) = row.filter(|_| failure.is_held_back() && !failure.is_final) {
            wait_for_row(failure, wish);
            if own.is_some_and(|own| own.ask.is_alike(&wish.ask)) {
                say_twice(failure, wish);
                decided
                    .cautions
                    .retain(|caution| caution.code != ASKED_ALREADY);
            }
        }
    }
    for decided in decided.iter_mut().filter(|decided| !decided.was_there) {
        if let (Some(failure), Some(wish)) = (&mut decided.failure, wishes.get(decided.row)) {
            mend_in_row(failure, wish);
        }
    }
    let names: HashMap<String, String> = decided
        .iter()
        .filter(|decided| !decided.was_there)
        .filter_map(|decided| {
            let id = decided.order.as_ref()?.to_string();
            let wish = wishes.get(decided.row)?;
            Some((id, format!("ref:{}", wish.reference)))
        })
        .collect();
    for failure in decided.iter_mut().filter_map(|d| d.failure.as_mut()) {
        replace(&mut failure.message, &names);
        for hint in &mut failure.hints {
            replace(hint, &names);
        }
    }
}

/// Says of a row that waits for another one what both are in the file.
fn wait_for_row(failure: &mut Failure, wish: &Wish) {
    let (line, key) = (wish.line, &wish.reference);
    let after = wish.header.name("after");
    let is_approval = failure.code == "refused.after";
    failure.message = if is_approval {
        text!(
            "须等第 {line} 行的订单（ref:{key}）通过后才能提交",
            "it waits for the order of line {line} (ref:{key}) to be approved"
        )
    } else {
        text!(
            "先提交第 {line} 行的订单（ref:{key}），须等它结束后才能提交",
            "it is held back until the order of line {line} (ref:{key}), which is sent first, has ended"
        )
    };
    failure.hints = vec![if is_approval {
        text!(
            "第 {line} 行的订单通过后，再次执行同一批量",
            "once that order is approved, apply the same batch again"
        )
    } else {
        text!(
            "第 {line} 行的订单结束后，再次执行同一批量；要等它通过，在 {after} 列写 ref:{key}",
            "once that order has ended, apply the same batch again; to wait for its approval, write ref:{key} in the column {after}"
        )
    }];
}

/// Says of a row that asks for the very thing that another one asks for, that it may be a slip.
fn say_twice(failure: &mut Failure, wish: &Wish) {
    let line = wish.line;
    failure.hints.insert(
        0,
        text!(
            "与第 {line} 行要办的完全相同；若是重复，删去其中一行",
            "it asks for just what line {line} asks for; if that is a slip, leave one of the two out"
        ),
    );
}

/// Says what to do about an order that is not drafted yet in the columns of its row: there is nothing
/// that could be edited.
fn mend_in_row(failure: &mut Failure, wish: &Wish) {
    let hint = match failure.code.as_ref() {
        "refused.after" if failure.is_final => {
            let after = wish.header.name("after");
            text!(
                "不再等待它：清空该行的 {after} 列，或写另一个订单",
                "stop waiting for it: leave the row's column {after} empty, or name another order there"
            )
        }
        "refused.incomplete" => {
            let (set, from) = (wish.header.name("set"), wish.header.name("from"));
            text!(
                "在该行的 {set} 列或 {from} 列所指的资料文件中补齐",
                "complete it in the row's column {set}, or in the dossier that its column {from} names"
            )
        }
        _ => return,
    };
    failure.hints = vec![hint];
}

fn replace(text: &mut Text, names: &HashMap<String, String>) {
    for wording in [&mut text.zh, &mut text.en] {
        let words = wording.split_inclusive(|c: char| !c.is_ascii_alphanumeric());
        let mut named = String::with_capacity(wording.len());
        for word in words {
            let id = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
            match names.get(id) {
                Some(name) => {
                    named += name;
                    named += word.get(id.len()..).unwrap_or_default();
                }
                None => named += word,
            }
        }
        *wording = Cow::Owned(named);
    }
}
