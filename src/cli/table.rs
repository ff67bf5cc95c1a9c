//! Every command, in one table.

use crate::cli::commands::{
    adopt, attach, auth, batch, calendar, check, completions, config, doctor, draft, duty, edit,
    erase, explain, export, gone, guide, help, import, init, label, list, log, man, note, notice,
    notify, number, portfolio, provider, record, rules, schema, show, status, steps, sync,
    template, undo, verify, wait,
};
use crate::cli::context::Context;
use crate::cli::reply::{Reply, answer};
use crate::failure::Failure;
use crate::filing::event::Command as Step;
use crate::filing::kind::Kind;
use crate::lang::{Lang, Text};
use crate::render::Format;
use clap::{ArgMatches, Command};

/// A command, as the table lists it.
pub struct Row {
    /// What is typed.
    pub name: &'static str,
    /// What it does, in a line.
    pub about: Text,
    /// The shape of its document.
    pub schema: &'static str,
    /// Adds what it takes.
    pub command: fn(Command, Lang) -> Command,
    /// Answers.
    pub run: fn(&mut Context<'_>, &ArgMatches) -> Result<Reply, Failure>,
}

/// Returns the command that alone prints a format; none for those that every command prints.
pub const fn only_printer(format: Format) -> Option<&'static str> {
    match format {
        Format::Sarif => Some("check"),
        Format::Markdown => Some("guide"),
        Format::Ics => Some("export"),
        Format::Human | Format::Json | Format::Jsonl | Format::Csv | Format::Tsv => None,
    }
}

/// Other names of commands.
pub const ALIASES: &[(&str, &str)] = &[("cancel-service", "cancel-site")];

/// Every command, in the order of the help.
pub const COMMANDS: &[Row] = &[
    Row {
        name: "init",
        about: Text::fixed("创建备案库", "Make a store"),
        schema: "icpctl.init/1",
        command: init::command,
        run: init::run,
    },
    Row {
        name: "adopt",
        about: Text::fixed("导入已有备案", "Bring in existing filings"),
        schema: "icpctl.adopt/1",
        command: adopt::command,
        run: adopt::run,
    },
    Row {
        name: "gone",
        about: Text::fixed(
            "登记不经由这里的订单而失效的备案或接入",
            "Record what ended without an order of ours",
        ),
        schema: "icpctl.gone/1",
        command: gone::command,
        run: gone::run,
    },
    Row {
        name: "portfolio",
        about: Text::fixed("查看现有备案", "Show what is filed"),
        schema: portfolio::SCHEMA,
        command: portfolio::command,
        run: portfolio::run,
    },
    Row {
        name: "template",
        about: Text::fixed("输出带注释的模板文件", "Print a commented file to fill in"),
        schema: "icpctl.error/1",
        command: template::command,
        run: template::run,
    },
    Row {
        name: "new",
        about: Text::fixed(
            "新增备案：首次备案，或为已备案主体新增服务",
            "File anew: a first filing, or services for a filed subject",
        ),
        schema: answer::ORDER,
        command: |command, lang| draft::command(Kind::New, command, lang),
        run: |cx, matches| draft::run(Kind::New, cx, matches),
    },
    Row {
        name: "access",
        about: Text::fixed(
            "接入备案：为已备案的服务增加一个接入商",
            "Add a provider to filed services",
        ),
        schema: answer::ORDER,
        command: |command, lang| draft::command(Kind::Access, command, lang),
        run: |cx, matches| draft::run(Kind::Access, cx, matches),
    },
    Row {
        name: "change",
        about: Text::fixed(
            "变更备案：修改主体或服务的已备案信息",
            "Change what is filed of a subject or service",
        ),
        schema: answer::ORDER,
        command: |command, lang| draft::command(Kind::Change, command, lang),
        run: |cx, matches| draft::run(Kind::Change, cx, matches),
    },
    Row {
        name: "cancel-site",
        about: Text::fixed(
            "注销互联网信息服务（网站、APP、小程序、快应用）",
            "Cancel a service: a site, app, mini-program or quick app",
        ),
        schema: answer::ORDER,
        command: |command, lang| draft::command(Kind::CancelSite, command, lang),
        run: |cx, matches| draft::run(Kind::CancelSite, cx, matches),
    },
    Row {
        name: "cancel-subject",
        about: Text::fixed(
            "注销主体，连同名下全部服务",
            "Cancel a subject with every service under it",
        ),
        schema: answer::ORDER,
        command: |command, lang| draft::command(Kind::CancelSubject, command, lang),
        run: |cx, matches| draft::run(Kind::CancelSubject, cx, matches),
    },
    Row {
        name: "cancel-access",
        about: Text::fixed(
            "取消接入：解除服务与一个接入商的关系",
            "Cancel the access of services at one provider",
        ),
        schema: answer::ORDER,
        command: |command, lang| draft::command(Kind::CancelAccess, command, lang),
        run: |cx, matches| draft::run(Kind::CancelAccess, cx, matches),
    },
    Row {
        name: "edit",
        about: Text::fixed(
            "修改草稿或被退回的订单",
            "Correct a draft, or an order that came back",
        ),
        schema: answer::ORDER,
        command: edit::command,
        run: edit::run,
    },
    Row {
        name: "attach",
        about: Text::fixed("为订单添加附件", "Attach files to an order"),
        schema: answer::ORDER,
        command: attach::command,
        run: attach::run,
    },
    Row {
        name: "submit",
        about: Text::fixed(
            "提交订单：已在控制台提交的，在此登记",
            "Submit orders: they have been sent",
        ),
        schema: answer::ORDER,
        command: |command, lang| steps::command(Step::Submit, command, lang),
        run: |cx, matches| steps::run(Step::Submit, cx, matches),
    },
    Row {
        name: "record",
        about: Text::fixed(
            "记录接入商、短信核验或管局的结果",
            "Record what the provider, the SMS or the bureau said",
        ),
        schema: answer::ORDER,
        command: record::command,
        run: record::run,
    },
    Row {
        name: "withdraw",
        about: Text::fixed("撤回订单，回到草稿", "Withdraw orders, back to draft"),
        schema: answer::ORDER,
        command: |command, lang| steps::command(Step::Withdraw, command, lang),
        run: |cx, matches| steps::run(Step::Withdraw, cx, matches),
    },
    Row {
        name: "abandon",
        about: Text::fixed(
            "放弃订单；已备案的信息不受影响",
            "Abandon orders; what is filed stays untouched",
        ),
        schema: answer::ORDER,
        command: |command, lang| steps::command(Step::Abandon, command, lang),
        run: |cx, matches| steps::run(Step::Abandon, cx, matches),
    },
    Row {
        name: "sync",
        about: Text::fixed(
            "向接入商查询订单进展",
            "Ask the provider where orders stand",
        ),
        schema: sync::SCHEMA,
        command: sync::command,
        run: sync::run,
    },
    Row {
        name: "verify",
        about: Text::fixed(
            "查验：域名解析、网页、域名注册和公开记录是否与备案相符",
            "See whether the world agrees: DNS, pages, registration, the public record",
        ),
        schema: verify::SCHEMA,
        command: verify::command,
        run: verify::run,
    },
    Row {
        name: "status",
        about: Text::fixed("现在需要我处理什么", "What needs me now"),
        schema: answer::ORDERS,
        command: status::command,
        run: status::run,
    },
    Row {
        name: "list",
        about: Text::fixed("列出订单", "List orders"),
        schema: answer::ORDERS,
        command: list::command,
        run: list::run,
    },
    Row {
        name: "show",
        about: Text::fixed("查看一个订单", "Show one order"),
        schema: answer::ORDER,
        command: show::command,
        run: show::run,
    },
    Row {
        name: "log",
        about: Text::fixed("查看操作记录", "Show what was done"),
        schema: log::SCHEMA,
        command: log::command,
        run: log::run,
    },
    Row {
        name: "label",
        about: Text::fixed(
            "给订单、主体或服务加标签",
            "Put labels on an order, a subject or a service",
        ),
        schema: "icpctl.label/1",
        command: label::command,
        run: label::run,
    },
    Row {
        name: "note",
        about: Text::fixed(
            "给订单、主体或服务写备注",
            "Write a note on an order, a subject or a service",
        ),
        schema: "icpctl.note/1",
        command: note::command,
        run: note::run,
    },
    Row {
        name: "notice",
        about: Text::fixed(
            "整改通知：记下、列出、起草整改订单、登记完成",
            "Rectification notices: take down, list, draft the order that resolves them",
        ),
        schema: notice::SCHEMA,
        command: notice::command,
        run: notice::run,
    },
    Row {
        name: "duty",
        about: Text::fixed(
            "备案后的事项：列出期限，登记完成",
            "Duties after approval: until when, and that they were done",
        ),
        schema: duty::SCHEMA,
        command: duty::command,
        run: duty::run,
    },
    Row {
        name: "wait",
        about: Text::fixed("等待订单有结果", "Wait for orders"),
        schema: wait::SCHEMA,
        command: wait::command,
        run: wait::run,
    },
    Row {
        name: "notify",
        about: Text::fixed(
            "把需要处理的事告知团队：群机器人、webhook、邮件",
            "Tell people what needs them: robots, webhooks, mail",
        ),
        schema: notify::SCHEMA,
        command: notify::command,
        run: notify::run,
    },
    Row {
        name: "check",
        about: Text::fixed(
            "用规则库检查订单、资料文件或批量文件",
            "Judge orders, dossiers or batch files by the rulebook",
        ),
        schema: check::SCHEMA,
        command: check::command,
        run: check::run,
    },
    Row {
        name: "rules",
        about: Text::fixed("列出规则", "List the rules"),
        schema: rules::SCHEMA,
        command: rules::command,
        run: rules::run,
    },
    Row {
        name: "explain",
        about: Text::fixed(
            "解释状态、事件、退出码、影响、规则和提示码",
            "Explain a status, event, exit code, impact, rule or warning",
        ),
        schema: explain::SCHEMA,
        command: explain::command,
        run: explain::run,
    },
    Row {
        name: "batch",
        about: Text::fixed(
            "批量办理：检查、计划、执行一个文件里的订单",
            "Many orders from a file: check, plan, show, apply",
        ),
        schema: batch::SCHEMA,
        command: batch::command,
        run: batch::run,
    },
    Row {
        name: "guide",
        about: Text::fixed(
            "控制台填写指引：每一步填什么、传什么、确认什么",
            "Walk through the console: what to enter, upload and confirm",
        ),
        schema: guide::SCHEMA,
        command: guide::command,
        run: guide::run,
    },
    Row {
        name: "export",
        about: Text::fixed(
            "导出订单和现有备案",
            "Take orders and what is filed out of the store",
        ),
        schema: export::SCHEMA,
        command: export::command,
        run: export::run,
    },
    Row {
        name: "import",
        about: Text::fixed("导入 export 写出的文件", "Bring in what export wrote"),
        schema: import::SCHEMA,
        command: import::command,
        run: import::run,
    },
    Row {
        name: "number",
        about: Text::fixed(
            "查找、识别并规范文字中的备案号",
            "Find, read and normalise filing numbers in text",
        ),
        schema: number::SCHEMA,
        command: number::command,
        run: number::run,
    },
    Row {
        name: "provider",
        about: Text::fixed("查看各接入商的差异", "Show what differs between providers"),
        schema: provider::SCHEMA,
        command: provider::command,
        run: provider::run,
    },
    Row {
        name: "auth",
        about: Text::fixed(
            "查看云服务商的密钥在哪里、是否有效",
            "Show where the keys to the clouds are, and whether they are accepted",
        ),
        schema: auth::SCHEMA,
        command: auth::command,
        run: auth::run,
    },
    Row {
        name: "calendar",
        about: Text::fixed("查看和更新工作日日历", "Show and update the working days"),
        schema: calendar::SCHEMA,
        command: calendar::command,
        run: calendar::run,
    },
    Row {
        name: "undo",
        about: Text::fixed("撤消一次操作", "Take back an operation"),
        schema: "icpctl.undo/1",
        command: undo::command,
        run: undo::run,
    },
    Row {
        name: "doctor",
        about: Text::fixed("检查备案库是否完好", "See whether the store is sound"),
        schema: "icpctl.doctor/1",
        command: doctor::command,
        run: doctor::run,
    },
    Row {
        name: "erase",
        about: Text::fixed(
            "彻底删除订单或主体的数据",
            "Remove an order's or a subject's data for good",
        ),
        schema: "icpctl.erase/1",
        command: erase::command,
        run: erase::run,
    },
    Row {
        name: "config",
        about: Text::fixed(
            "查看配置文件和生效的设置",
            "Show the configuration file and the settings in force",
        ),
        schema: config::SCHEMA,
        command: config::command,
        run: config::run,
    },
    Row {
        name: "completions",
        about: Text::fixed("输出 shell 补全脚本", "Print a shell's completion script"),
        schema: "icpctl.error/1",
        command: completions::command,
        run: completions::run,
    },
    Row {
        name: "man",
        about: Text::fixed("生成手册页", "Write the manual pages"),
        schema: "icpctl.error/1",
        command: man::command,
        run: man::run,
    },
    Row {
        name: "schema",
        about: Text::fixed(
            "输出各 JSON 文档的 JSON Schema",
            "Print the JSON Schema of a document",
        ),
        schema: "icpctl.error/1",
        command: schema::command,
        run: schema::run,
    },
    Row {
        name: "help",
        about: Text::fixed(
            "显示命令用法、退出码或环境变量",
            "Show the usage of a command, the exit codes or the environment",
        ),
        schema: "icpctl.error/1",
        command: help::command,
        run: help::run,
    },
];
