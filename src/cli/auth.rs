//! `auth`: which keys to the clouds are there, where they were found, and whether they are taken.

use super::action::{action, actions};
use super::context::Context;
use super::globals::place;
use super::reply::Reply;
use crate::clouds::Cloud;
use crate::clouds::credentials::{self, Credential, Place};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::lang::Lang;
use crate::render::style::Tone;
use crate::render::table::{Cell, Table};
use crate::text;
use clap::builder::PossibleValuesParser;
use clap::{ArgMatches, Command};
use serde_json::{Value, json};

/// The shape of the document.
pub const SCHEMA: &str = "icpctl.auth/1";

/// Says what the command takes.
pub fn command(command: Command, lang: Lang) -> Command {
    let names = Cloud::ALL.iter().map(|cloud| cloud.name());
    let provider = place(
        "provider",
        "PROVIDER",
        text!(
            "云服务商：tencent 或 alibaba；不给则全部",
            "The cloud, tencent or alibaba; without it, all"
        ),
        lang,
    )
    .value_parser(PossibleValuesParser::new(names));
    actions(
        command,
        lang,
        [action(
            "status",
            &text!(
                "显示在哪里找到了云服务商的密钥；密钥本身从不显示，也不保存",
                "Show where keys to the clouds are found; the keys are never shown or kept"
            ),
            [provider],
            lang,
        )],
    )
}

/// Shows the keys.
pub fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    let named = matches
        .subcommand()
        .and_then(|(_, status)| status.get_one::<String>("provider"))
        .and_then(|name| Cloud::from_name(name));
    let clouds: Vec<Cloud> = named.map_or_else(|| Cloud::ALL.to_vec(), |cloud| vec![cloud]);
    let mut data = Vec::new();
    let mut missing = None;
    let mut table = Table::new(vec![
        text!("云服务商", "Cloud"),
        text!("密钥 ID", "Key id"),
        text!("类型", "Kind"),
        text!("来源", "Found in"),
    ]);
    for cloud in clouds {
        let search = credentials::find(cloud, cx.env);
        for note in &search.notes {
            cx.caution(note.code(), note.message(), None);
        }
        data.push(document(cloud, search.found.as_ref()));
        table.row(match &search.found {
            Some(found) => vec![
                Cell::new(cloud.label()).tone(Tone::Name),
                Cell::verbatim(found.masked_id()),
                Cell::new(match found.token {
                    Some(_) => text!("临时", "temporary"),
                    None => text!("长期", "permanent"),
                }),
                Cell::verbatim(found.place.to_string()),
            ],
            None => vec![
                Cell::new(cloud.label()).tone(Tone::Name),
                Cell::new(text!("没有找到", "not found")),
            ],
        });
        if search.found.is_none() && named.is_some() {
            missing = Some(absent(cloud));
        }
    }
    let human = table.render(cx.lang, cx.width(), cx.color());
    let mut reply = Reply::new(SCHEMA, Value::Array(data)).human(human);
    reply.failure = missing;
    Ok(reply)
}

fn document(cloud: Cloud, found: Option<&Credential>) -> Value {
    let (place, profile) = match found.map(|found| &found.place) {
        Some(Place::Environment { variable }) => (Some((*variable).to_owned()), None),
        Some(Place::File { path, profile }) => (Some(path.display().to_string()), Some(profile)),
        None => (None, None),
    };
    json!({
        "provider": cloud.name(),
        "found": found.is_some(),
        "kind": found.map(Credential::kind),
        "id": found.map(Credential::masked_id),
        "source": found.map(|found| found.place.kind()),
        "place": place,
        "profile": profile,
        "region": found.and_then(|found| found.region.clone()),
    })
}

/// No key to a cloud was found.
pub fn absent(cloud: Cloud) -> Failure {
    let label = cloud.label();
    let (zh, en) = (label.zh, label.en);
    Failure::new(
        Exit::Denied,
        "denied.no-credentials",
        text!("没有找到{zh}的密钥", "no key to {en} was found"),
    )
    .hint(credentials::advice(cloud))
}
