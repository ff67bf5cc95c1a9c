//! `provider`: what differs between providers, cell by cell.

use crate::cli::context::Context;
use crate::cli::context::measures::PROFILES;
use crate::cli::documents::citation;
use crate::cli::parser::action::{action, actions};
use crate::cli::parser::globals::place;
use crate::cli::reply::Reply;
use crate::failure::Failure;
use crate::filing::kind::Kind;
use crate::filing::profile::{Profile, Profiles};
use crate::filing::status::Status;
use crate::knowledge::{Cited, cited};
use crate::lang::{Lang, Text, commas, nearest};
use crate::render::room::Room;
use crate::render::style::Tone;
use crate::render::table::{Cell, Table, key_values};
use crate::store::{Files, StorePath};
use crate::text;
use crate::workflow::doubt;
use clap::{ArgMatches, Command};
use serde_json::{Map, Value, json};

/// The shape of the document.
pub const SCHEMA: &str = "icpctl.provider/1";

/// Says what the command takes.
pub fn command(command: Command, lang: Lang) -> Command {
    let name = place(
        "name",
        "NAME",
        text!("接入商名称，如 tencent", "The provider, such as tencent"),
        lang,
    );
    actions(
        command,
        lang,
        [
            action("list", &text!("列出接入商", "List the providers"), [], lang),
            action(
                "show",
                &text!(
                    "显示一家接入商的全部设置",
                    "Show everything about one provider"
                ),
                [name.required(true)],
                lang,
            ),
        ],
    )
}

/// Lists the profiles in force, or shows one.
pub fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    let disk = cx.open()?;
    let files = disk.as_ref().map(|disk| disk as &dyn Files);
    let profiles = cx.profiles(files)?;
    let lang = cx.lang;
    let Some(name) = matches
        .subcommand_matches("show")
        .and_then(|show| show.get_one::<String>("name"))
    else {
        let mut table = Table::new(vec![
            text!("名称", "Name"),
            text!("接入商", "Provider"),
            text!("初审工作日", "Review days"),
            text!("提交管局工作日", "Submission days"),
            text!("清理天数", "Purge days"),
            text!("来自", "From"),
        ])
        .rooms(&[
            Room::Whole,
            Room::Wraps,
            Room::Aside,
            Room::Aside,
            Room::Aside,
            Room::Wraps,
        ]);
        let mut data = Vec::new();
        for name in profiles.names() {
            let profile = profiles.of(name);
            let own = own_file(cx, files, name)?;
            table.row(vec![
                Cell::verbatim(name).tone(Tone::Name),
                Cell::new(profile.title.clone()),
                Cell::verbatim(range(profile.review_days)),
                Cell::verbatim(range(profile.submission_days)),
                Cell::new(purge(profile.purge_days)),
                Cell::new(origin(own.as_deref())),
            ]);
            data.push(document(name, profile, own.as_deref(), lang));
        }
        let human = table.render(lang, cx.width(), cx.color());
        return Ok(Reply::new(SCHEMA, data.into()).human(human));
    };
    doubt::heed_profile(&profiles, name)?;
    let name = profiles
        .name_of(name)
        .ok_or_else(|| unknown(name, &profiles))?;
    doubt::heed_profile(&profiles, name)?;
    let profile = profiles.of(name);
    let own = own_file(cx, files, name)?;
    let human = key_values(&cells(name, profile, own.as_deref()), lang, cx.color());
    let data = document(name, profile, own.as_deref(), lang);
    Ok(Reply::new(SCHEMA, data).human(human))
}

/// Returns the store's file that has a say in a profile; one that was refused has none.
fn own_file(
    cx: &Context<'_>,
    files: Option<&dyn Files>,
    name: &str,
) -> Result<Option<String>, Failure> {
    let Some(files) = files else { return Ok(None) };
    let path = StorePath::parse(PROFILES)?.with(&format!("{name}.toml"));
    let is_refused = cx
        .cautions
        .iter()
        .any(|caution| caution.path.as_deref() == Some(path.as_str()));
    Ok((!is_refused && files.stat(&path).is_ok()).then(|| path.to_string()))
}

fn unknown(name: &str, profiles: &Profiles) -> Failure {
    let failure = Failure::not_found(
        "not-found.provider",
        text!(
            "没有接入商 {name} 的配置",
            "there is no profile of a provider {name}"
        ),
    )
    .meant(nearest(name, profiles.names()));
    let known = commas(profiles.names());
    failure
        .hint(text!("已有：{known}", "there are: {known}"))
        .hint(text!(
            "自己的接入商写在备案库的 {PROFILES}/{name}.toml；没有配置的按 generic 处理",
            "describe your own in {PROFILES}/{name}.toml of the store; one without a profile is treated as generic"
        ))
}

fn document(name: &str, profile: &Profile, own: Option<&str>, lang: Lang) -> Value {
    let Profile {
        title,
        aliases,
        review_days,
        submission_days,
        cancel_stage,
        withdraw_from,
        abandon_queued,
        verify_by,
        resubmit_expired,
        purge_days,
        quota,
        order_size,
        parallel_orders,
        statuses,
        kinds,
        // Its steps are for `guide`.
        guide: _,
        source,
    } = profile;
    let statuses: Map<String, Value> = Status::ALL
        .iter()
        .map(|status| (status.name().to_owned(), json!(statuses.get(status))))
        .collect();
    let kinds: Map<String, Value> = Kind::ALL
        .iter()
        .map(|kind| (kind.name().to_owned(), json!(kinds.get(kind))))
        .collect();
    json!({
        "name": name,
        "label": title.get(lang),
        "aliases": aliases,
        "origin": if own.is_some() { "store" } else { "built-in" },
        "file": own,
        "review_days": review_days,
        "submission_days": submission_days,
        "cancel_stage": cancel_stage,
        "withdraw_from": withdraw_from,
        "abandon_queued": abandon_queued,
        "verify_by": verify_by,
        "resubmit_expired": resubmit_expired,
        "purge_days": purge_days,
        "quota": {
            "per_instance": quota.per_instance,
            "serverless": quota.serverless,
            "returned": quota.returned,
        },
        "order_size": {
            "new": order_size.new,
            "new_individual": order_size.new_individual,
            "access": order_size.access,
            "change": order_size.change,
            "cancel-site": order_size.cancel_site,
            "cancel-access": order_size.cancel_access,
        },
        "parallel_orders": parallel_orders,
        "statuses": statuses,
        "kinds": kinds,
        "source": source,
        "sources": citation::documents(source, lang),
    })
}

fn cells(name: &str, profile: &Profile, own: Option<&str>) -> Vec<(Text, Cell)> {
    let mut cells = vec![
        (text!("名称", "Name"), Cell::verbatim(name).tone(Tone::Name)),
        (
            text!("接入商", "Provider"),
            Cell::new(profile.title.clone()),
        ),
        (
            text!("也叫", "Also called"),
            Cell::new(list(profile.aliases.iter().cloned().map(Text::verbatim))),
        ),
        (text!("来自", "From"), Cell::new(origin(own))),
        (
            text!("初审（工作日）", "Review (working days)"),
            Cell::verbatim(range(profile.review_days)),
        ),
        (
            text!(
                "提交管局（工作日）",
                "Submission to the bureau (working days)"
            ),
            Cell::verbatim(range(profile.submission_days)),
        ),
        (
            text!("注销先经初审", "Cancellations are reviewed first"),
            Cell::new(yes_no(Some(profile.cancel_stage))),
        ),
        (
            text!("可撤回的状态", "Can be withdrawn from"),
            Cell::new(list(profile.withdraw_from.iter().map(|s| s.label()))),
        ),
        (
            text!("待提交管局时可放弃", "Can be abandoned while queued"),
            Cell::new(yes_no(Some(profile.abandon_queued))),
        ),
        (
            text!("注销的核验方式", "A cancellation is verified by"),
            Cell::new(list(profile.verify_by.iter().map(|way| way.label()))),
        ),
        (
            text!(
                "短信超时后再提交进入",
                "Resubmitted after an expired SMS, it goes to"
            ),
            Cell::new(profile.resubmit_expired.label()),
        ),
        (
            text!("闲置清理", "Purged after"),
            Cell::new(purge(profile.purge_days)),
        ),
        (
            text!("每个实例可备案的服务数", "Services an instance carries"),
            Cell::new(amount(profile.quota.per_instance)),
        ),
        (
            text!(
                "每个 Serverless 资源包可备案的服务数",
                "Services a serverless package carries"
            ),
            Cell::new(amount(profile.quota.serverless)),
        ),
        (
            text!("注销后退回名额", "A cancellation gives the place back"),
            Cell::new(yes_no(profile.quota.returned)),
        ),
        (
            text!(
                "同一主体可并行办理",
                "Orders of one subject may run side by side"
            ),
            Cell::new(yes_no(Some(profile.parallel_orders))),
        ),
    ];
    cells.extend(order_sizes(profile));
    cells.extend(wordings(profile));
    cells.push((text!("来源", "Source"), Cell::new(sources(profile))));
    cells
}

/// Returns how many services an order of each kind holds, where there is a limit.
fn order_sizes(profile: &Profile) -> impl Iterator<Item = (Text, Cell)> {
    Kind::ALL.iter().filter_map(|kind| {
        let word = kind.label();
        let limit = profile.order_size.limit(*kind, false)?;
        let limit = match profile.order_size.limit(*kind, true) {
            Some(other) if other != limit => text!(
                "{limit}（个人 {other}）",
                "{limit} ({other} for an individual)"
            ),
            Some(_) | None => Text::verbatim(limit.to_string()),
        };
        let heading = text!(
            "每份订单的服务数（{word}）",
            "Services an order holds: {word}",
            word
        );
        Some((heading, Cell::new(limit)))
    })
}

/// Returns what a provider calls statuses and kinds.
fn wordings(profile: &Profile) -> impl Iterator<Item = (Text, Cell)> {
    let statuses = profile.statuses.iter().map(|(s, own)| (s.label(), own));
    let kinds = profile.kinds.iter().map(|(kind, own)| (kind.label(), own));
    statuses.chain(kinds).map(|(word, own)| {
        let heading = text!("“{word}”称作", "Its word for: {word}", word);
        (heading, Cell::verbatim(own))
    })
}

fn sources(profile: &Profile) -> Text {
    let sources = cited(&profile.source);
    let named = |lang| sources.iter().map(move |one| named(one, lang));
    let zh: Vec<String> = named(Lang::Zh).collect();
    let en: Vec<String> = named(Lang::En).collect();
    let (zh, en) = (zh.join("；"), en.join("; "));
    text!("{zh}", "{en}")
}

/// Returns the key of a source with its title.
fn named(one: &Cited<'_>, lang: Lang) -> String {
    let key = one.key();
    match one.title() {
        Some(title) => format!("{key} {}", title.get(lang)),
        None => key.to_owned(),
    }
}

/// Returns how many days something takes, at least and at most.
pub fn range([least, most]: [u32; 2]) -> String {
    if least == most {
        least.to_string()
    } else {
        format!("{least}–{most}")
    }
}

fn purge(days: u32) -> Text {
    match days {
        0 => text!("不清理", "never"),
        days => text!("{days} 天", "{days} days"),
    }
}

fn amount(amount: Option<u32>) -> Text {
    amount.map_or_else(
        || text!("未知", "unknown"),
        |amount| Text::verbatim(amount.to_string()),
    )
}

fn yes_no(answer: Option<bool>) -> Text {
    match answer {
        Some(true) => text!("是", "yes"),
        Some(false) => text!("否", "no"),
        None => text!("未知", "unknown"),
    }
}

fn list(words: impl Iterator<Item = Text>) -> Text {
    let words: Vec<Text> = words.collect();
    if words.is_empty() {
        return text!("无", "none");
    }
    Text::joined(words, "、", ", ")
}

fn origin(own: Option<&str>) -> Text {
    own.map_or_else(
        || text!("内置", "built in"),
        |file| text!("备案库 {file}", "the store's {file}"),
    )
}
