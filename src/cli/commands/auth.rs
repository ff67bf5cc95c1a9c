//! `auth`: which keys to the clouds are there, where they were found, and whether they are taken.

use crate::cli::cloud::{self, absent};
use crate::cli::context::Context;
use crate::cli::parser::action::{action, actions};
use crate::cli::parser::globals::{place, switch};
use crate::cli::reply::Reply;
use crate::clouds::client::Client;
use crate::clouds::credentials::{Credential, Place};
use crate::clouds::{Cloud, alibaba, tencent};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::lang::Lang;
use crate::network::error::NetworkError;
use crate::render::mask::Privacy;
use crate::render::prose;
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
    let check = switch(
        "check",
        text!(
            "用密钥实际读取一次，看是否被接受、权限够不够",
            "Read once with each key, to see whether it is accepted and allowed to"
        ),
        lang,
    );
    actions(
        command,
        lang,
        [action(
            "status",
            &text!(
                "显示在哪里找到了云服务商的密钥；密钥本身从不显示，也不保存",
                "Show where keys to the clouds are found; the keys are never shown or kept"
            ),
            [provider, check],
            lang,
        )],
    )
}

/// A key that was looked for, and what the cloud says of it.
struct Looked {
    cloud: Cloud,
    found: Option<Credential>,
    /// Absent where the cloud was not asked.
    answer: Option<Result<(), NetworkError>>,
}

/// Shows the keys, and with `--check` whether the clouds take them.
pub fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    let status = matches.subcommand().map(|(_, status)| status);
    let named = status
        .and_then(|status| status.get_one::<String>("provider"))
        .and_then(|name| Cloud::from_name(name));
    let checks = status.is_some_and(|status| status.get_flag("check"));
    let clouds: Vec<Cloud> = named.map_or_else(|| Cloud::ALL.to_vec(), |cloud| vec![cloud]);
    let mut looked = Vec::new();
    for cloud in clouds {
        looked.push(Looked {
            cloud,
            found: cloud::key(cx, cloud),
            answer: None,
        });
    }
    if checks && looked.iter().any(|one| one.found.is_some()) {
        let network = cx.network()?;
        for one in &mut looked {
            if let Some(found) = &one.found {
                let client = cloud::client(cx, one.cloud, found, &network);
                one.answer = Some(network.run(ask(one.cloud, &client)));
            }
        }
    }
    let privacy = cx.globals.privacy;
    let data = looked.iter().map(|one| document(one, cx.lang, privacy));
    let data = data.collect();
    let mut reply = Reply::new(SCHEMA, Value::Array(data)).human(table(cx, &looked, checks));
    reply.failure = failure(&looked, named, checks);
    Ok(reply)
}

/// Reads the least that shows whether a key is taken and may read what is needed.
async fn ask(cloud: Cloud, client: &Client<'_>) -> Result<(), NetworkError> {
    match cloud {
        Cloud::Tencent => tencent::account(client).await.map(drop),
        Cloud::Alibaba => alibaba::filings(client).await.map(drop),
    }
}

/// Says why not all is well, a refusal first.
fn failure(looked: &[Looked], named: Option<Cloud>, checks: bool) -> Option<Failure> {
    let errors = || {
        let answers = looked.iter().filter_map(|one| one.answer.as_ref());
        answers.filter_map(|answer| answer.as_ref().err())
    };
    let refused = errors().find(|error| error.exit() == Exit::Denied);
    if let Some(error) = refused.or_else(|| errors().next()) {
        return Some(error.clone().into());
    }
    let nothing = looked.iter().all(|one| one.found.is_none());
    match (named, looked.first()) {
        (Some(cloud), _) if nothing => Some(absent(cloud)),
        (None, Some(first)) if nothing && checks => Some(absent(first.cloud)),
        _ => None,
    }
}

fn table(cx: &Context<'_>, looked: &[Looked], checks: bool) -> String {
    let mut headings = vec![
        text!("云服务商", "Cloud"),
        text!("密钥 ID", "Key id"),
        text!("类型", "Kind"),
        text!("来源", "Found in"),
    ];
    if checks {
        headings.push(text!("是否接受", "Accepted"));
    }
    let mut table = Table::new(headings);
    for one in looked {
        let name = Cell::new(one.cloud.label()).tone(Tone::Name);
        let Some(found) = &one.found else {
            table.row(vec![name, Cell::new(text!("没有找到", "not found"))]);
            continue;
        };
        let mut row = vec![
            name,
            Cell::verbatim(found.masked_id()),
            Cell::new(match found.token {
                Some(_) => text!("临时", "temporary"),
                None => text!("长期", "permanent"),
            }),
            Cell::verbatim(found.place.to_string()),
        ];
        row.extend(one.answer.as_ref().map(|answer| match answer {
            Ok(()) => Cell::new(text!("是", "yes")),
            Err(error) if error.exit() == Exit::Denied => {
                Cell::new(text!("否", "no")).tone(Tone::Against)
            }
            Err(_) => Cell::new(text!("未知", "unknown")),
        }));
        table.row(row);
    }
    table.render(cx.lang, cx.width(), cx.color())
}

fn document(one: &Looked, lang: Lang, privacy: Privacy) -> Value {
    let found = one.found.as_ref();
    let (place, profile) = match found.map(|found| &found.place) {
        Some(Place::Environment { variable }) => (Some((*variable).to_owned()), None),
        Some(Place::File { path, profile }) => (Some(path.display().to_string()), Some(profile)),
        Some(Place::Service { url }) => (Some(url.clone()), None),
        None => (None, None),
    };
    let error = one.answer.as_ref().and_then(|answer| answer.as_ref().err());
    let accepted = match (&one.answer, error) {
        (Some(_), None) => Some(true),
        (_, Some(error)) if error.exit() == Exit::Denied => Some(false),
        (_, _) => None,
    };
    json!({
        "provider": one.cloud.name(),
        "found": found.is_some(),
        "kind": found.map(Credential::kind),
        "id": found.map(Credential::masked_id),
        "source": found.map(|found| found.place.kind()),
        "place": place,
        "profile": profile,
        "region": found.and_then(|found| found.region.clone()),
        "accepted": accepted,
        "code": error.map(NetworkError::reason),
        "reason": error.map(|error| prose::mask(error.message().get(lang), privacy)),
    })
}
