//! `number`: find, read and normalise filing numbers in text.

use crate::cli::context::Context;
use crate::cli::parser::globals::place;
use crate::cli::reply::Reply;
use crate::failure::Failure;
use crate::filing::number::{Findings, Found, ServiceKind, Warning, find};
use crate::filing::province::Province;
use crate::lang::parser::position;
use crate::lang::{Lang, Text};
use crate::render::room::Room;
use crate::render::style::Tone;
use crate::render::table::{Cell, Table};
use crate::text;
use clap::{ArgAction, ArgMatches, Command};
use serde_json::{Value, json};

/// The shape of the document.
pub const SCHEMA: &str = "icpctl.number/1";

/// The keys of an element; `province` is the two-letter code.
const KEYS: [&str; 8] = [
    "raw",
    "kind",
    "canonical",
    "subject",
    "service_kind",
    "province",
    "warnings.code",
    "warnings.message",
];

/// Stands for standard input.
const STDIN: &str = "-";

/// Says what the command takes.
pub fn command(command: Command, lang: Lang) -> Command {
    command.arg(
        place(
            "text",
            "TEXT",
            text!(
                "含备案号的文字；- 读取标准输入",
                "Text that holds filing numbers; - reads standard input"
            ),
            lang,
        )
        .required(true)
        .action(ArgAction::Append)
        .num_args(1..),
    )
}

/// Lists the numbers in the order of the text; each that was refused is a warning.
pub fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    let texts: Vec<&String> = matches.get_many("text").unwrap_or_default().collect();
    if texts.iter().filter(|text| **text == STDIN).count() > 1 {
        return Err(Failure::usage(text!(
            "- 只能写一次：标准输入只能读一遍",
            "- can stand only once: standard input is read once"
        )));
    }
    let mut found = Vec::new();
    for text in texts {
        let findings = if text == STDIN {
            find(&utf8(cx.read_input(STDIN)?)?)
        } else {
            find(text)
        };
        let Findings {
            found: numbers,
            rejected,
        } = findings;
        found.extend(numbers);
        for candidate in rejected {
            let raw = candidate.raw;
            let reason = candidate.reason.message();
            cx.caution(
                candidate.reason.code(),
                text!(
                    "“{raw}”不是备案号：{reason}",
                    "{raw} is no number: {reason}",
                    reason
                ),
                None,
            );
        }
    }
    let lang = cx.lang;
    let data = found.iter().map(|one| element(one, lang)).collect();
    let mut reply = Reply::list(SCHEMA, &KEYS, data);
    if found.is_empty() {
        reply.failure = Some(
            Failure::invalid(
                "invalid.no-number",
                text!("文字中没有备案号", "the text holds no filing number"),
            )
            .hint(text!(
                "备案号形如 粤ICP备2021000001号、粤ICP备2021000001号-1",
                "filing numbers look like 粤ICP备2021000001号 and 粤ICP备2021000001号-1"
            )),
        );
    } else {
        reply = reply.human(table(&found).render(lang, cx.width(), cx.color()));
    }
    Ok(reply)
}

fn utf8(bytes: Vec<u8>) -> Result<String, Failure> {
    String::from_utf8(bytes).map_err(|error| {
        let (line, column) = position(error.as_bytes(), error.utf8_error().valid_up_to());
        Failure::invalid(
            "invalid.encoding",
            text!(
                "标准输入第 {line} 行第 {column} 列不是 UTF-8 文本",
                "standard input, line {line}, column {column}: not UTF-8 text"
            ),
        )
        .hint(text!(
            "先转换编码，例如 iconv -f gb18030 -t utf-8",
            "convert it first, for example with iconv -f gb18030 -t utf-8"
        ))
    })
}

fn element(found: &Found, lang: Lang) -> Value {
    let number = &found.number;
    let warnings: Vec<Value> = found
        .warnings
        .iter()
        .map(|w| json!({ "code": w.code(), "message": w.message().get(lang) }))
        .collect();
    json!({
        "raw": found.raw,
        "kind": number.kind().name(),
        "canonical": number.to_string(),
        "subject": number.subject().map(|subject| subject.to_string()),
        "service_kind": number.service_kind().map(ServiceKind::name),
        "province": number.province().map(Province::code),
        "warnings": warnings,
    })
}

fn table(found: &[Found]) -> Table {
    let mut table = Table::new(vec![
        text!("号码", "Number"),
        text!("类别", "Kind"),
        text!("服务类型", "Service"),
        text!("省份", "Province"),
        text!("原文", "As written"),
        text!("备注", "Remarks"),
    ])
    .rooms(&[
        Room::Whole,
        Room::Aside,
        Room::Aside,
        Room::Aside,
        Room::Whole,
        Room::Wraps,
    ]);
    for one in found {
        let number = &one.number;
        let remarks = one.warnings.iter().map(Warning::message);
        let remarks = Text::joined(remarks, "；", "; ");
        let canonical = number.to_string();
        let written = if one.raw == canonical { "" } else { &one.raw };
        table.row(vec![
            Cell::verbatim(canonical.as_str()).tone(Tone::Name),
            Cell::new(number.kind().label()),
            number
                .service_kind()
                .map_or_else(|| Cell::verbatim(""), |kind| Cell::new(kind.label())),
            number.province().map_or_else(
                || Cell::verbatim(""),
                |province| Cell::new(province.name().clone()),
            ),
            Cell::verbatim(written),
            Cell::new(remarks).tone(if one.warnings.is_empty() {
                Tone::Plain
            } else {
                Tone::Action
            }),
        ]);
    }
    table
}
