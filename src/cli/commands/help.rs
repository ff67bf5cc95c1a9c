//! `help`: the usage of a command, the exit codes, the environment.

use crate::cli::context::Context;
use crate::cli::parser::globals::{self, place, twin_name};
use crate::cli::parser::help::in_language;
use crate::cli::parser::{Branches, tree, words};
use crate::cli::reply::Reply;
use crate::cli::reply::plain::refuse_format;
use crate::cli::table::COMMANDS;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::lang::{Lang, Text, nearest};
use crate::render::style::Tone;
use crate::render::table::{Cell, Table};
use crate::text;
use clap::{ArgMatches, Command};

/// The global flags that have no twin: consent is never left in the environment.
const WITHOUT_TWIN: [&str; 3] = ["yes", "reveal", "help"];

/// The topics that are no command.
pub const TOPICS: [&str; 2] = ["exit-codes", "environment"];

/// Says what the command takes.
pub fn command(command: Command, lang: Lang) -> Command {
    command.arg(
        place(
            "topic",
            "TOPIC",
            text!(
                "命令名，或 exit-codes、environment",
                "A command, or exit-codes, or environment"
            ),
            lang,
        )
        .num_args(0..),
    )
}

/// Prints the help of a topic.
pub fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    refuse_format(cx)?;
    let topic = words(matches, "topic");
    let topic: Vec<&str> = topic.iter().map(String::as_str).collect();
    let (lang, width, color) = (cx.lang, cx.width(), cx.color());
    Ok(Reply::raw(match topic.as_slice() {
        [] => in_language(&tree(Branches::Names, lang).render_help().to_string(), lang),
        ["exit-codes"] => exit_codes().render(lang, width, color),
        ["environment"] => environment(lang).render(lang, width, color),
        [name, below @ ..] => usage(name, below, lang)?,
    }))
}

/// Returns the help of a command, or of an action below it.
fn usage(name: &str, below: &[&str], lang: Lang) -> Result<String, Failure> {
    let mut root = tree(Branches::All, lang);
    root.build();
    let mut command = root.find_subcommand_mut(name).ok_or_else(|| {
        let commands = COMMANDS.iter().map(|row| row.name);
        unknown(name, commands.chain(TOPICS).collect())
    })?;
    for name in below {
        let known = command.get_subcommands().map(Command::get_name);
        let known: Vec<String> = known.map(str::to_owned).collect();
        command = command
            .find_subcommand_mut(name)
            .ok_or_else(|| unknown(name, known.iter().map(String::as_str).collect()))?;
    }
    Ok(in_language(&command.render_help().to_string(), lang))
}

fn unknown(name: &str, known: Vec<&str>) -> Failure {
    let failure = Failure::not_found(
        "not-found.help",
        text!("没有 {name} 的帮助", "there is no help on {name}"),
    )
    .meant(nearest(name, known.iter().copied()));
    let known = known.join(", ");
    if known.is_empty() {
        return failure;
    }
    failure.hint(text!("可用：{known}", "there is help on: {known}"))
}

fn exit_codes() -> Table {
    let mut table = Table::new(vec![
        text!("退出码", "Code"),
        text!("名称", "Name"),
        text!("含义", "Meaning"),
    ]);
    for exit in Exit::ALL {
        table.row(vec![
            Cell::verbatim(exit.code().to_string()).tone(Tone::Name),
            Cell::verbatim(exit.name()),
            Cell::new(exit.meaning()),
        ]);
    }
    table
}

fn environment(lang: Lang) -> Table {
    let mut table = Table::new(vec![
        text!("环境变量", "Variable"),
        text!("含义", "Meaning"),
    ]);
    for arg in globals::args(lang) {
        let name = arg.get_id().as_str();
        if WITHOUT_TWIN.contains(&name) {
            continue;
        }
        let variable = twin_name(name);
        let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
        table.row(vec![
            Cell::verbatim(variable).tone(Tone::Name),
            Cell::verbatim(help),
        ]);
    }
    for (name, meaning) in OTHERS {
        table.row(vec![
            Cell::verbatim(name).tone(Tone::Name),
            Cell::new(meaning),
        ]);
    }
    table
}

/// What is read beside the twins of flags.
const OTHERS: [(&str, Text); 17] = [
    (
        "ICPCTL_CA_FILE",
        Text::fixed(
            "另行信任的根证书文件，同配置项 network.ca_file",
            "A file of certificates to trust beside the system's, as network.ca_file",
        ),
    ),
    (
        "ICPCTL_NOW",
        Text::fixed(
            "固定时钟（RFC 3339），供测试用",
            "Fixes the clock (RFC 3339), for tests",
        ),
    ),
    (
        "ICPCTL_SEED",
        Text::fixed("固定编号，供测试用", "Fixes the ids, for tests"),
    ),
    (
        "XDG_CONFIG_HOME",
        Text::fixed(
            "配置目录，缺省 ~/.config",
            "Where the configuration is, by default ~/.config",
        ),
    ),
    (
        "XDG_DATA_HOME",
        Text::fixed(
            "数据目录，缺省 ~/.local/share",
            "Where the store is made, by default ~/.local/share",
        ),
    ),
    (
        "XDG_CACHE_HOME",
        Text::fixed(
            "缓存目录，缺省 ~/.cache",
            "Where caches are kept, by default ~/.cache",
        ),
    ),
    (
        "XDG_STATE_HOME",
        Text::fixed(
            "状态目录，缺省 ~/.local/state；其中的 icpctl/reveals.jsonl 记下 --reveal 的每次使用",
            "Where each use of --reveal is recorded, in icpctl/reveals.jsonl, by default ~/.local/state",
        ),
    ),
    (
        "HOME",
        Text::fixed(
            "这些目录缺省所在的主目录",
            "The home folder, where these are by default",
        ),
    ),
    (
        "NO_COLOR",
        Text::fixed(
            "不着色；TERM 为 dumb 时同样",
            "No colours; nor where TERM is dumb",
        ),
    ),
    (
        "CLICOLOR_FORCE",
        Text::fixed(
            "总是着色，FORCE_COLOR 同样；优先于 NO_COLOR",
            "Colours even off a terminal, as FORCE_COLOR; before NO_COLOR",
        ),
    ),
    ("COLUMNS", Text::fixed("表格的宽度", "How wide tables are")),
    (
        "CI",
        Text::fixed(
            "流水线中：有终端也不提问，wait 最长等 30 分钟",
            "In a pipeline: nobody is asked, even on a terminal, and wait ends after 30 minutes",
        ),
    ),
    (
        "USER",
        Text::fixed(
            "缺省的操作人；没有时取 LOGNAME",
            "Who acts, where nothing else says so; without it LOGNAME",
        ),
    ),
    (
        "LANG",
        Text::fixed(
            "语言；LC_ALL 和 LC_MESSAGES 优先",
            "The language; LC_ALL and LC_MESSAGES come first",
        ),
    ),
    (
        "HTTPS_PROXY",
        Text::fixed(
            "代理服务器；HTTP_PROXY、ALL_PROXY、NO_PROXY 及其小写同样有效",
            "The proxy, as HTTP_PROXY, ALL_PROXY and NO_PROXY; in lower case too",
        ),
    ),
    (
        "TENCENTCLOUD_…",
        Text::fixed(
            "腾讯云的密钥和地域，TCCLI_PROFILE 为其配置名；见 icpctl auth status",
            "Keys and region of Tencent Cloud, and TCCLI_PROFILE its profile; see icpctl auth status",
        ),
    ),
    (
        "ALIBABA_CLOUD_…",
        Text::fixed(
            "阿里云的密钥、配置名和地域；见 icpctl auth status",
            "Keys, profile and region of Alibaba Cloud; see icpctl auth status",
        ),
    ),
];
