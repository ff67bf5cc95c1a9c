//! `status`: what needs me now, or where some orders stand.
//!
//! Without orders the document holds those that need the operator, nearest deadline first: bucket
//! `action`, anything presumed, whatever is overdue, and drafts that nothing holds back. Drafts
//! held back and orders that others are at work on are only counted, unless `--status` or
//! `--bucket` asks for them. What is owed for what is filed, and cancellations that lapsed lately and
//! nobody drafted again, stand below them for people, and among the warnings for scripts.

use super::list::{answer, documents};
use crate::cli::context::Context;
use crate::cli::documents::agenda::{self, Group};
use crate::cli::documents::order::Desk;
use crate::cli::documents::{board, owed};
use crate::cli::filters::{Filters, nothing};
use crate::cli::parser::globals::switch;
use crate::cli::parser::orders::{any_orders, named_orders, order_words};
use crate::cli::reply::Reply;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::filing::order::Order;
use crate::filing::status::Status;
use crate::lang::{Lang, Text};
use crate::render::Format;
use crate::render::clean::clean;
use crate::render::style::Tone;
use crate::text;
use crate::workflow::owed::Ledger;
use clap::{ArgMatches, Command};
use std::fmt::Write as _;

/// Says what the command takes.
pub fn command(command: Command, lang: Lang) -> Command {
    command
        .arg(any_orders(lang))
        .arg(switch(
            "exit-status",
            text!(
                "用退出码回答：0 全部通过，8 尚无结果，9 被驳回、超时或已关闭",
                "Answer by the exit code: 0 all approved, 8 not settled, 9 rejected, expired or closed"
            ),
            lang,
        ))
        .args(Filters::args(lang))
}

/// Shows what needs the operator, or where the named orders stand.
pub fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    let is_named = matches.contains_id("order");
    let by_exit = matches.get_flag("exit-status");
    if by_exit && !is_named {
        return Err(Failure::usage(text!(
            "--exit-status 需要写明订单",
            "--exit-status needs orders to be named"
        ))
        .hint(text!(
            "例如 icpctl status ORDER --exit-status；有没有订单需要处理，看 icpctl list --bucket action --json 的 data 是否为空",
            "for example icpctl status ORDER --exit-status; whether any order needs somebody, the data of icpctl list --bucket action --json tells: it is empty where none does"
        )));
    }
    let narrows = Filters::typed(matches).next();
    if let Some(flag) = narrows.filter(|_| is_named) {
        return Err(Failure::usage(text!(
            "写明订单时不能再用 --{flag} 筛选",
            "--{flag} cannot narrow orders that are named"
        )));
    }
    let filters = Filters::read(matches, cx.now)?;
    filters.heed_providers(cx)?;
    let world = if is_named {
        cx.world_of_orders(order_words(matches))?
    } else {
        cx.world()?
    };
    let mut desk = Desk::new(&world);
    if is_named {
        let orders = named_orders(&world, matches)?;
        cx.judge(&mut desk, orders.iter().copied());
        let mut reply = answer(cx, &desk, &orders);
        reply.human = blocks(cx, &desk, &orders);
        reply.failure = by_exit.then(|| verdict(&desk, &orders)).flatten();
        return Ok(reply);
    }
    Ok(morning(cx, &mut desk, &filters, narrows.is_some()))
}

/// Returns the screen that is opened every morning.
fn morning<'w>(
    cx: &mut Context<'_>,
    desk: &mut Desk<'w>,
    filters: &Filters,
    narrowed: bool,
) -> Reply {
    let lang = cx.lang;
    let found: Vec<&'w Order> = desk
        .world
        .book
        .orders
        .values()
        .filter(|order| filters.matches(desk, order))
        .collect();
    let takes_all = filters.asks_for_statuses();
    let wanted = found
        .iter()
        .copied()
        .filter(|order| takes_all || Group::MINE.contains(&Group::of(desk, order)))
        .collect();
    let wanted = filters.arrange(desk, wanted);
    cx.judge(desk, wanted.iter().copied());
    let desk = &*desk;
    let mut risks = risks(desk, filters);
    risks.truncate(filters.limit().unwrap_or(usize::MAX));
    let ledger = Ledger::new(desk.world);
    let mut owed = owed::gather(&ledger, desk, filters);
    owed::cut(&mut owed, filters, desk.world.now);
    let lapsed = found
        .iter()
        .copied()
        .filter(|order| !takes_all && agenda::is_to_be_redrafted(desk, order))
        .collect();
    let lapsed = filters.arrange(desk, lapsed);
    if cx.globals.format != Format::Human {
        for (message, id) in recalled(desk, &lapsed) {
            cx.caution("cancellation-lapsed", message, id);
        }
        for (code, message, number) in owed::warnings(&owed, filters, desk.world.now) {
            cx.caution(code, message, number);
        }
        for (number, code, message) in risks {
            cx.caution(code, message, Some(number));
        }
        return documents(cx, desk, &wanted);
    }
    let asks_for_so_many = takes_all || filters.limit().is_some();
    let most = if asks_for_so_many { usize::MAX } else { READY };
    let mut page = by_group(cx, desk, &wanted, most);
    page += &recalled_page(cx, desk, &lapsed);
    let owed = owed::Page {
        now: desk.world.now,
        manner: cx.manner(),
        color: cx.color(),
    }
    .morning(&owed, filters);
    page += &owed;
    let summary = agenda::summary(desk, &found).filter(|_| !takes_all);
    if let Some(summary) = &summary {
        let _ = writeln!(page, "{}", summary.get(lang));
    }
    for (number, _, message) in &risks {
        let label = text!("风险", "risk");
        let _ = writeln!(page, "{} {number}  {}", label.get(lang), message.get(lang));
    }
    let page = page.trim_end_matches('\n');
    let reply = answer(cx, desk, &wanted);
    let reply = if page.is_empty() {
        reply
    } else {
        reply.human(format!("{page}\n"))
    };
    let is_empty = wanted.is_empty() && owed.is_empty() && lapsed.is_empty();
    if !is_empty && filters.limit() != Some(0) {
        return reply;
    }
    let nothing_waits = if narrowed {
        text!(
            "没有符合条件的订单需要处理",
            "no order that is asked for needs you"
        )
    } else {
        text!("没有需要处理的订单", "nothing needs you now")
    };
    reply.say(nothing(cx, filters.limit(), nothing_waits))
}

/// How many drafts that can be submitted stand on the morning's screen: what has a date comes after them.
const READY: usize = 20;

/// Tells of orders under the heading of whose turn it is; of drafts that can be submitted `most`.
fn by_group(cx: &Context<'_>, desk: &Desk<'_>, wanted: &[&Order], most: usize) -> String {
    let mut page = String::new();
    for group in Group::MINE.into_iter().chain(Group::OTHERS) {
        let members: Vec<&Order> = wanted
            .iter()
            .copied()
            .filter(|order| Group::of(desk, order) == group)
            .collect();
        if members.is_empty() {
            continue;
        }
        let _ = writeln!(page, "{}", group.heading().get(cx.lang));
        let told = match group {
            Group::Ready => members.get(..most).unwrap_or(&members),
            Group::Action | Group::Settle | Group::Blocked | Group::Waiting | Group::Ended => {
                &members
            }
        };
        page += &blocks(cx, desk, told);
        let left = members.len() - told.len();
        if left > 0 {
            let words = text!(
                "另有 {left} 个，加上 --status draft 全部列出",
                "and {left} more: add --status draft to see them all"
            );
            let _ = writeln!(page, "{}", words.get(cx.lang));
        }
        let in_turn = (group == Group::Ready)
            .then(|| agenda::one_at_a_time(desk, &members))
            .flatten();
        if let Some(words) = in_turn {
            let _ = writeln!(page, "{}", words.get(cx.lang));
        }
        page.push('\n');
    }
    page
}

/// Tells of cancellations that lapsed, the first of many.
fn recalled_page(cx: &Context<'_>, desk: &Desk<'_>, lapsed: &[&Order]) -> String {
    let mut page = String::new();
    if lapsed.is_empty() {
        return page;
    }
    let heading = text!(
        "已自动退回的注销（备案仍有效，要注销须重新起草）",
        "Cancellations that lapsed (the filing stays; to cancel it draft anew)"
    );
    let shown = lapsed.get(..RECALLED).unwrap_or(lapsed);
    let _ = writeln!(page, "{}", heading.get(cx.lang));
    page += &blocks(cx, desk, shown);
    if let Some(rest) = more(lapsed.len()) {
        let _ = writeln!(page, "{}", rest.get(cx.lang));
    }
    page.push('\n');
    page
}

/// How many cancellations that lapsed one answer recalls.
const RECALLED: usize = 20;

/// Lists cancellations that lapsed and what drafts them again, each with its id.
fn recalled(desk: &Desk<'_>, lapsed: &[&Order]) -> Vec<(Text, Option<String>)> {
    let mut told: Vec<(Text, Option<String>)> = lapsed
        .iter()
        .take(RECALLED)
        .map(|order| {
            let (about, next) = (board::about(order), desk.anew(order).unwrap_or_default());
            let message = text!(
                "{about} 的注销申请已自动退回，备案仍有效；要注销须重新起草：{next}",
                "the cancellation of {about} lapsed and the filing stays; to cancel it draft anew: {next}"
            );
            (message, Some(order.id.to_string()))
        })
        .collect();
    told.extend(more(lapsed.len()).map(|rest| (rest, None)));
    told
}

fn more(count: usize) -> Option<Text> {
    let left = count.checked_sub(RECALLED).filter(|left| *left > 0)?;
    Some(text!(
        "另有 {left} 个：icpctl list --status lapsed",
        "and {left} more: icpctl list --status lapsed"
    ))
}

/// Lists what is filed and calls for care: number, code, words.
fn risks(desk: &Desk<'_>, filters: &Filters) -> Vec<(String, &'static str, Text)> {
    let mut found = Vec::new();
    for subject in desk.world.book.portfolio.filed() {
        if let Some(risk) = subject.risk()
            && filters.matches_subject(desk, subject)
        {
            found.push((subject.number.to_string(), risk.code(), risk.message()));
        }
        for service in subject.services.values() {
            if let Some(risk) = service.risk()
                && filters.matches_service(desk, subject, service)
            {
                found.push((service.number.to_string(), risk.code(), risk.message()));
            }
        }
    }
    found
}

/// Returns a block for each order: where it stands, until when, why, who, and what to type.
fn blocks(cx: &Context<'_>, desk: &Desk<'_>, orders: &[&Order]) -> String {
    let (lang, color) = (cx.lang, cx.color());
    let manner = cx.manner();
    let mut page = String::new();
    for order in orders {
        let view = desk.view(order);
        let holder = board::holder(desk, order, manner);
        let about = board::about(order);
        let words = [
            Tone::Name.paint(order.id.as_str(), color).into_owned(),
            board::tone(&view)
                .paint(board::status(&view).get(lang), color)
                .into_owned(),
            order.kind.label().get(lang).to_owned(),
            clean(&about).into_owned(),
            clean(&holder).into_owned(),
        ];
        let words: Vec<String> = words.into_iter().filter(|w| !w.is_empty()).collect();
        let _ = writeln!(page, "{}", words.join("  "));
        let mut line = |label: Text, value: &str| board::line(&mut page, &label, value, lang);
        if let Some(deadline) = desk.deadline(order) {
            let until = board::until(&deadline, desk.world.now);
            line(text!("期限", "until"), until.get(lang));
        }
        for person in board::awaited(order, &view, manner) {
            line(
                if view.is_presumed() {
                    text!("未见核验", "no answer from")
                } else {
                    text!("待核验", "must answer")
                },
                &person,
            );
        }
        for reason in agenda::why(desk, order, manner) {
            line(text!("原因", "why"), &reason);
        }
        page += &board::commands(&desk.next(order), "    ", lang, color);
    }
    page
}

/// Returns what `--exit-status` reports: 9 for orders that stand against the operator, else 8 for
/// any that is not approved.
fn verdict(desk: &Desk<'_>, orders: &[&Order]) -> Option<Failure> {
    let status = |order: &Order| desk.view(order).status();
    let list = |wanted: &dyn Fn(Status) -> bool| -> Vec<&Order> {
        orders
            .iter()
            .copied()
            .filter(|o| wanted(status(o)))
            .collect()
    };
    let against = list(&Status::is_against);
    let pending = list(&|s| s != Status::Approved);
    let (exit, code, concerned) = match (against.is_empty(), pending.is_empty()) {
        (false, _) => (Exit::Negative, "negative.order", against),
        (true, false) => (Exit::Pending, "pending.order", pending),
        (true, true) => return None,
    };
    let message = if exit == Exit::Negative {
        text!("订单未能通过", "not approved, and stopped")
    } else {
        text!("订单尚未通过", "not approved yet")
    };
    Some(unsettled(desk, exit, code, &message, &concerned))
}

/// Returns the failure that says where orders stand and what comes next.
pub fn unsettled(
    desk: &Desk<'_>,
    exit: Exit,
    code: &'static str,
    message: &Text,
    orders: &[&Order],
) -> Failure {
    let named = orders.iter().map(|order| {
        let (id, status) = (&order.id, board::status(&desk.view(order)));
        text!("{id} {status}", "{id} {status}", status)
    });
    let named = Text::joined(named, "，", ", ");
    let message = text!("{message}：{named}", "{message}: {named}", message, named);
    let mut failure = Failure::new(exit, code, message);
    for command in orders.iter().flat_map(|order| desk.next(order)) {
        failure = failure.hint(Text::verbatim(command));
    }
    failure
}
