//! What must be agreed to before orders are sent, withdrawn or abandoned.

use super::consent::Consent;
use crate::cli::context::{Context, World};
use crate::cli::documents::board::about;
use crate::cli::documents::order::Desk;
use crate::cli::parser::globals::repeated;
use crate::cli::parser::words;
use crate::failure::Failure;
use crate::filing::event::Command;
use crate::filing::impact::Code;
use crate::filing::kind::Kind;
use crate::filing::number::SubjectNumber;
use crate::filing::order::Order;
use crate::lang::{Lang, Text, nearest};
use crate::text;
use crate::workflow::plan::Acceptance;
pub use crate::workflow::plan::Given;
use clap::{Arg, ArgMatches};
use std::collections::BTreeSet;

/// The flags of whatever sends.
pub fn args(lang: Lang) -> [Arg; 2] {
    [
        repeated(
            "confirm",
            "NUMBER",
            text!(
                "确认注销的主体备案号",
                "The subject number whose cancellation is meant"
            ),
            lang,
        ),
        repeated(
            "accept",
            "CODE",
            text!(
                "明确接受的影响代码或规则",
                "An impact or a rule's finding that is accepted"
            ),
            lang,
        ),
    ]
}

/// Reads the flags, and warns of what is accepted and means nothing.
///
/// # Errors
/// 2 for a `--confirm` that is no subject number, and for either flag where nothing is sent.
pub fn given(cx: &mut Context<'_>, matches: &ArgMatches, submits: bool) -> Result<Given, Failure> {
    let confirmed = words(matches, "confirm")
        .into_iter()
        .map(|word| {
            SubjectNumber::parse(&word)
                .map(|parsed| parsed.number.to_string())
                .map_err(|error| {
                    Failure::usage(text!(
                        "--confirm 的值 `{word}` 不是主体备案号：{message}",
                        "`{word}` for --confirm is no subject number: {message}",
                        message = error.message()
                    ))
                })
        })
        .collect::<Result<_, _>>()?;
    let accepted = words(matches, "accept");
    warn_of_unknown(cx, &accepted)?;
    let given = Given {
        confirmed,
        accepted,
    };
    if !submits && given != Given::default() {
        return Err(Failure::usage(text!(
            "--confirm 和 --accept 只与 --submit 同用",
            "--confirm and --accept go only with --submit"
        )));
    }
    Ok(given)
}

/// Warns of what is accepted and is neither a rule's id nor an impact's code.
///
/// # Errors
/// When the rulebook cannot be read.
pub fn warn_of_unknown<'a>(
    cx: &mut Context<'_>,
    accepted: impl IntoIterator<Item = &'a String>,
) -> Result<(), Failure> {
    let mut seen = BTreeSet::new();
    let accepted: Vec<&String> = accepted
        .into_iter()
        .filter(|code| seen.insert(*code))
        .collect();
    if accepted.is_empty() {
        return Ok(());
    }
    let rulebook = cx.rulebook()?;
    let impacts = Code::ALL.iter().map(|code| code.name());
    let rules = rulebook.rules().map(|rule| rule.id.as_str());
    let known: Vec<&str> = rules.chain(impacts).collect();
    for code in accepted {
        if known.iter().any(|known| known.eq_ignore_ascii_case(code)) {
            continue;
        }
        let message = text!(
            "没有名为 {code} 的规则或影响，接受它不起作用",
            "no rule and no impact is called {code}: accepting it does nothing"
        );
        let message = match nearest(code, known.iter().copied()) {
            Some(near) => text!(
                "{message}；是不是想写 {near}？",
                "{message}; did you mean {near}?",
                message
            ),
            None => message,
        };
        cx.caution("unknown-acceptance", message, None);
    }
    Ok(())
}

/// Names an order in a line for people.
pub fn title(order: &Order) -> Text {
    let label = order.kind.label();
    let what = about(order);
    let id = &order.id;
    text!("{id} {label} {what}", "{id} {label} {what}", label)
}

/// Shows what a command does to orders, and says what must be agreed to.
pub fn consent(world: &World, orders: &[&Order], command: Command, given: &Given) -> Consent {
    let desk = Desk::new(world);
    let mut consent = Consent {
        explicit: true,
        ..Consent::default()
    };
    let count = orders.len();
    let (question, heading) = match command {
        Command::Submit => (
            text!("提交这 {count} 个订单吗？", "Submit {count} order(s)?"),
            text!("将提交 {count} 个订单：", "this submits {count} order(s):"),
        ),
        Command::Withdraw => (
            text!("撤回这 {count} 个订单吗？", "Withdraw {count} order(s)?"),
            text!(
                "将撤回 {count} 个订单，回到草稿，可修改后重新提交：",
                "this pulls {count} order(s) back to draft, to be edited and submitted again:"
            ),
        ),
        Command::Abandon => (
            text!("放弃这 {count} 个订单吗？", "Abandon {count} order(s)?"),
            text!(
                "将放弃 {count} 个订单；订单不能恢复，已备案的信息不受影响：",
                "this discards {count} order(s) for good; what is filed stays untouched:"
            ),
        ),
        Command::Edit => (text!("修改吗？", "Edit?"), text!("将修改：", "this edits:")),
    };
    consent.question = Some(question);
    consent.shown.push(heading);
    for order in orders {
        let name = title(order);
        consent.shown.push(text!("  {name}", "  {name}", name));
        if command != Command::Submit {
            continue;
        }
        let impacts = desk.impact(order);
        for impact in &impacts {
            let message = impact.message();
            consent
                .shown
                .push(text!("    - {message}", "    - {message}", message));
        }
        if !impacts.is_empty() {
            consent.shown.push(text!(
                "    自管局通过之时生效，在此之前一切照常",
                "    this takes effect when the bureau approves; until then everything runs on"
            ));
        }
        if order.kind == Kind::CancelSubject
            && let Some(number) = &order.target.subject
        {
            let number = number.to_string();
            let confirmed = given.confirmed.contains(&number);
            consent.numbers.push((number, confirmed));
        }
        let acceptance = Acceptance::of(world, order, &[given]);
        consent.accepts.extend(acceptance);
    }
    consent
}
