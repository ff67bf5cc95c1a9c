//! The exit codes of the commands that scripts ask for an answer by them, told below their help.

use crate::exit::Exit;
use crate::lang::{Lang, Text};
use crate::text;
use clap::Command;
use std::fmt::Write as _;

/// What an exit code says of a command.
type Said = (Exit, Text);

/// Whether orders have come to their end.
const ORDERS: &[Said] = &[
    (Exit::Ok, Exit::Ok.meaning()),
    (Exit::NotFound, Exit::NotFound.meaning()),
    (Exit::Pending, Exit::Pending.meaning()),
    (Exit::Negative, Exit::Negative.meaning()),
];

/// Every row of a file is done with.
const DONE: Said = (
    Exit::Ok,
    Text::fixed(
        "各行已完成、此前已完成或暂缓",
        "each row is done, was done before, or is held back",
    ),
);

/// A row of a file is wrong.
const WRONG: Said = (
    Exit::Invalid,
    Text::fixed(
        "有无效的行；哪一行都没有办",
        "a row does not validate; none was done",
    ),
);

/// A row of a file failed.
const FAILED: Said = (
    Exit::Partial,
    Text::fixed(
        "至少一行失败；其余的已完成",
        "at least one row failed; the rest is done",
    ),
);

/// How what is told came out, in words or in the rows of a file.
const REPORTS: &[Said] = &[
    DONE,
    WRONG,
    (
        Exit::Refused,
        Text::fixed(
            "状态机或前提条件不允许（文件中的行则为 7）",
            "the state machine or a precondition says no (7 for a row of a file)",
        ),
    ),
    (
        Exit::Conflict,
        Text::fixed(
            "备案库被锁定，或其间有变",
            "the store is locked, or changed meanwhile",
        ),
    ),
    FAILED,
];

/// How the rows of a batch came out.
const ROWS: &[Said] = &[
    DONE,
    WRONG,
    (
        Exit::Conflict,
        Text::fixed(
            "计划已过期，或备案库被锁定、其间有变",
            "the plan is stale, or the store is locked or changed meanwhile",
        ),
    ),
    FAILED,
];

/// Whether those who are asked answered.
const ASKED: &[Said] = &[
    (Exit::Ok, Text::fixed("都已答复", "all answered")),
    (Exit::Unavailable, Exit::Unavailable.meaning()),
    (Exit::Denied, Exit::Denied.meaning()),
];

/// The commands, or actions as in `batch apply`, and what their exit codes say.
const TOLD: &[(&str, &[Said])] = &[
    ("portfolio", ORDERS),
    ("status", ORDERS),
    ("wait", ORDERS),
    ("record", REPORTS),
    ("batch apply", ROWS),
    ("duty done", REPORTS),
    (
        "sync",
        &[
            (
                Exit::Ok,
                Text::fixed(
                    "没有订单因缺少答复而未决",
                    "no order stays open for want of an answer",
                ),
            ),
            (Exit::Unavailable, Exit::Unavailable.meaning()),
            (Exit::Denied, Exit::Denied.meaning()),
        ],
    ),
    ("auth status", ASKED),
    (
        "notify",
        &[
            (
                Exit::Ok,
                Text::fixed("都已发出，或无事可告", "all is told, or there is no news"),
            ),
            (Exit::Unavailable, Exit::Unavailable.meaning()),
            (Exit::Denied, Exit::Denied.meaning()),
        ],
    ),
    (
        "check",
        &[
            (
                Exit::Ok,
                Text::fixed(
                    "没有错误；警告和提示不算",
                    "no finding is an error; warnings and notes do not count",
                ),
            ),
            (
                Exit::Invalid,
                Text::fixed("有错误", "a finding is an error"),
            ),
        ],
    ),
    (
        "batch check",
        &[
            (
                Exit::Ok,
                Text::fixed("每一行都可以办理", "every row can be applied"),
            ),
            (
                Exit::Invalid,
                Text::fixed("有不能办理的行", "a row cannot be applied"),
            ),
        ],
    ),
    (
        "number",
        &[
            (
                Exit::Ok,
                Text::fixed("找到备案号", "the text holds a filing number"),
            ),
            (
                Exit::Invalid,
                Text::fixed("没有备案号", "the text holds none"),
            ),
        ],
    ),
    (
        "doctor",
        &[
            (
                Exit::Ok,
                Text::fixed("备案库没有问题", "the store is sound"),
            ),
            (Exit::Invalid, Text::fixed("发现问题", "there are findings")),
        ],
    ),
];

/// Puts what the exit codes of a command, and of its actions, say below its help.
pub fn with_exits(command: Command, lang: Lang) -> Command {
    let path = command.get_name().to_owned();
    told(command, &path, lang)
}

fn told(command: Command, path: &str, lang: Lang) -> Command {
    let command = command.mut_subcommands(|action| {
        let path = format!("{path} {}", action.get_name());
        told(action, &path, lang)
    });
    let Some((_, exits)) = TOLD.iter().find(|(name, _)| *name == path) else {
        return command;
    };
    let mut page = text!("退出码：", "Exit codes:").get(lang).to_owned();
    for (exit, says) in *exits {
        let code = exit.code();
        // Writing to a String never fails.
        let _ = write!(page, "\n  {code:<3} {}", says.get(lang));
    }
    command.after_help(page)
}
