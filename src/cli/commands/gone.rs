//! `gone`: what ended without an order of ours.

use crate::cli::context::Context;
use crate::cli::documents::order::time;
use crate::cli::documents::portfolio::{Excerpt, Stock};
use crate::cli::parser::globals::{moment, option, place};
use crate::cli::parser::vocabulary;
use crate::cli::reply::Reply;
use crate::failure::Failure;
use crate::filing::record::Because;
use crate::lang::Lang;
use crate::text;
use crate::workflow::gone::{Request, decide};
use clap::{ArgMatches, Command};
use serde_json::json;

/// Says what the command takes.
pub fn command(command: Command, lang: Lang) -> Command {
    command
        .arg(
            place(
                "target",
                "TARGET",
                text!(
                    "已失效的主体备案号、服务备案号，或恰为一个服务的域名",
                    "What is gone: a subject or service number, or a domain that is one whole service"
                ),
                lang,
            )
            .required(true),
        )
        .arg(option(
            "provider",
            "P",
            text!(
                "只有在这家接入商的接入失效，备案号保留",
                "Only the access at this provider is gone; the number stays"
            ),
            lang,
        ))
        .arg(
            option(
                "because",
                "WHO",
                text!(
                    "原因：bureau 管局注销，provider 接入商取消，holder 主办者在别处注销，not-ours 不属于我方",
                    "Why: cancelled by the bureau, the provider, the holder elsewhere, or not ours at all"
                ),
                lang,
            )
            .value_parser(vocabulary::named::<Because>())
            .required(true),
        )
        .arg(
            moment("at", text!(
                    "失效时间，缺省为现在：2026-11-22、2026-11-22 10:30、RFC 3339 或 -2h",
                    "When it ended, now by default: 2026-11-22, 2026-11-22 10:30, RFC 3339 or -2h"
                ), lang),
        )
}

/// Records that a filing or an access is gone.
pub fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    let word = |name: &str| matches.get_one::<String>(name).map(String::as_str);
    let Some(because) = word("because").and_then(Because::from_name) else {
        return Err(Failure::usage(text!(
            "缺少参数：--because",
            "missing: --because"
        )));
    };
    let mut provider = matches.get_one::<String>("provider").cloned();
    cx.name_providers(&mut provider)?;
    let request = Request {
        target: word("target").unwrap_or_default(),
        provider: provider.as_deref(),
        because,
        at: word("at"),
    };
    let done = cx.transact(|world, stamp, _| decide(world, stamp, request))?;
    let gone = done.answer;
    let manner = cx.manner();
    let stock = Stock::new(&done.world);
    let left = done
        .world
        .book
        .portfolio
        .subject(&gone.subject)
        .map(|subject| Excerpt::whole(subject).element(&stock, manner, None));
    let number = gone
        .service
        .map_or_else(|| gone.subject.to_string(), |number| number.to_string());
    let data = json!({
        "number": number,
        "provider": request.provider,
        "because": because,
        "at": time(gone.at),
        "services": gone.services,
        "domains": gone.domains,
        "accesses": gone.accesses.iter().map(|(service, provider)| json!({
            "service": service,
            "provider": provider,
        })).collect::<Vec<_>>(),
        "live_orders": gone.live_orders,
        "subject": left,
    });
    let label = because.label();
    let said = match (request.provider, cx.globals.dry_run) {
        (Some(p), false) => text!(
            "已登记：{number} 在 {p} 的接入已失效（{label}）",
            "recorded: the access of {number} at {p} is gone ({label})",
            label
        ),
        (Some(p), true) => text!(
            "将登记：{number} 在 {p} 的接入已失效（{label}）",
            "would record: the access of {number} at {p} is gone ({label})",
            label
        ),
        (None, false) => text!(
            "已登记：{number} 已失效（{label}）",
            "recorded: {number} is gone ({label})",
            label
        ),
        (None, true) => text!(
            "将登记：{number} 已失效（{label}）",
            "would record: {number} is gone ({label})",
            label
        ),
    };
    Ok(Reply::new("icpctl.gone/1", data)
        .human(format!("{number}\n"))
        .changed(done.changed)
        .say(said))
}
