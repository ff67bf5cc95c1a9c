//! The flags by which filters are asked for.

use super::{Filters, Sort};
use crate::cli::parser::globals::{count, last_wins, moment, option, repeated, switch};
use crate::cli::parser::vocabulary;
use crate::filing::kind::Kind;
use crate::filing::status::{Bucket, Status};
use crate::lang::Lang;
use crate::text;
use clap::Arg;

impl Filters {
    /// Lists some of the flags, by name.
    pub fn some(lang: Lang, names: &[&str]) -> Vec<Arg> {
        let mut args = Self::args(lang);
        args.retain(|arg| names.contains(&arg.get_id().as_str()));
        args
    }

    /// Lists the flags.
    pub fn args(lang: Lang) -> Vec<Arg> {
        let heading = text!("筛选", "Filters");
        let args = asked_for(lang).into_iter().chain(due_and_shown(lang));
        args.map(|arg| arg.help_heading(heading.get(lang).to_owned()))
            .collect()
    }
}

/// What an order is, or is about.
fn asked_for(lang: Lang) -> [Arg; 9] {
    [
        option(
            "find",
            "TEXT",
            text!(
                "在名称、人员、电话、域名、备案号、ref 和标签中查找",
                "Search names, persons, phones, domains, numbers, refs and labels"
            ),
            lang,
        ),
        repeated("status", "STATUS", text!("状态", "The status"), lang)
            .value_parser(vocabulary::named::<Status>())
            .value_delimiter(','),
        repeated(
            "bucket",
            "BUCKET",
            text!("状态分组", "The bucket of the status"),
            lang,
        )
        .value_parser(vocabulary::named::<Bucket>())
        .value_delimiter(','),
        repeated("kind", "KIND", text!("订单类型", "The kind of order"), lang)
            .value_parser(vocabulary::named::<Kind>())
            .value_delimiter(','),
        repeated("provider", "P", text!("接入商", "The provider"), lang).value_delimiter(','),
        repeated(
            "province",
            "PROVINCE",
            text!(
                "省份：名称、简称或代码",
                "The province, by name, letter or code"
            ),
            lang,
        )
        .value_delimiter(','),
        repeated(
            "account",
            "A",
            text!("接入商账号", "The account at the provider"),
            lang,
        ),
        repeated(
            "label",
            "K[=V]",
            text!(
                "标签；多个标签须同时具备",
                "A label; several must all be there"
            ),
            lang,
        ),
        repeated(
            "ref",
            "KEY",
            text!("订单的 ref", "The ref of the order"),
            lang,
        ),
    ]
}

/// When something falls due or fell, and how much is shown.
fn due_and_shown(lang: Lang) -> [Arg; 7] {
    [
        option(
            "due-within",
            "D",
            text!(
                "在这段时间内到期，含已超期，如 3d",
                "Due within this time or overdue, such as 3d"
            ),
            lang,
        )
        .allow_hyphen_values(true),
        switch("overdue", text!("已超期", "Overdue"), lang),
        moment(
            "created-since",
            text!("在此时间或之后起草", "Drafted at this time or later"),
            lang,
        ),
        moment(
            "ended-since",
            text!(
                "在此时间或之后完结，含推定的（按时限届满算；其 ended_at 为空，presumed 为 true）",
                "Ended at this time or later; an end that the clock presumes counts too, from the limit that passed (its ended_at is null, its presumed true)"
            ),
            lang,
        ),
        moment(
            "until",
            text!(
                "到此时间为止：完结时间（与 --ended-since 同用时），否则为起草时间",
                "Up to this time: of the end beside --ended-since, else of the drafting"
            ),
            lang,
        ),
        last_wins(
            "sort",
            "KEY",
            text!(
                "排序；缺省为最近到期的在前",
                "The order of the list; by default the nearest deadline first"
            ),
            lang,
        )
        .value_parser(vocabulary::named::<Sort>()),
        count(
            "limit",
            text!(
                "最多显示几条；0 为一条也不显示",
                "Show at most this many; 0 shows none"
            ),
            lang,
        ),
    ]
}
