//! `attach`: put files to an order, in any status.

use crate::cli::context::{Context, Plan};
use crate::cli::parser;
use crate::cli::parser::globals::{option, place};
use crate::cli::parser::orders::one_order;
use crate::cli::parser::words;
use crate::cli::reply::{Reply, answer};
use crate::failure::Failure;
use crate::filing::event::Event;
use crate::filing::order::{FieldChange, MATERIALS};
use crate::filing::place::Place;
use crate::filing::tree;
use crate::knowledge::{self, Code};
use crate::lang::{Lang, nearest};
use crate::store::near::Wanted;
use crate::store::{Files, StorePath};
use crate::text;
use crate::workflow::{advance, materials, persons, resolve};
use clap::{ArgMatches, Command};
use std::collections::HashSet;

/// The code list of what a file can be for.
const SLOTS: &str = "material-slots";

/// Says what the command takes.
pub fn command(command: Command, lang: Lang) -> Command {
    command
        .arg(one_order(lang).required(true))
        .arg(
            place("file", "FILE", text!("文件（可多个）", "The files"), lang)
                .required(true)
                .num_args(1..),
        )
        .arg(
            option(
                "as",
                "SLOT",
                text!(
                    "用途，如 subject-certificate",
                    "What it is for, such as subject-certificate"
                ),
                lang,
            )
            .required(true),
        )
        .arg(option(
            "service",
            "N",
            text!(
                "属于哪个服务：序号或服务备案号",
                "Which service it belongs to: a place from 1, or a number"
            ),
            lang,
        ))
}

/// Takes the files in; one that the order holds already is left as it is.
pub fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    let word = parser::word(matches, "order");
    let slot = slot(cx, parser::word(matches, "as"));
    let service = matches.get_one::<String>("service").cloned();
    let taken = words(matches, "file")
        .iter()
        .map(|name| materials::take(&cx.current.join(name), &slot, None))
        .collect::<Result<Vec<_>, Failure>>()?;
    let mut wanted = Wanted::of([word]);
    wanted.attachments();
    let disk = cx.open()?;
    let files = disk.as_ref().map(|disk| disk as &dyn Files);
    let is_whole = |hash: &str| files.is_some_and(|files| materials::is_whole(files, hash));
    let lost: HashSet<&StorePath> = taken
        .iter()
        .map(|(_, (path, _))| path)
        .filter(|path| !is_whole(path.name()))
        .collect();
    let done = cx.transact_near(&wanted, |world, stamp, _| {
        let mut order = resolve::order(&world.book, word)?.clone();
        let place = match &service {
            None => None,
            Some(word) => Some(persons::place(&order, word).ok_or_else(|| {
                Failure::usage(text!(
                    "订单没有服务 `{word}`",
                    "the order has no service `{word}`"
                ))
            })?),
        };
        let mut plan = Plan::new(order.id.clone());
        let mut edits = Vec::new();
        let mut files = Vec::new();
        for (material, file) in &taken {
            let mut material = material.clone();
            material.service = place.map(Place::number);
            if order.materials.contains(&material) {
                // What the store lost of it is put back.
                plan.files
                    .extend(lost.contains(&file.0).then(|| file.clone()));
                continue;
            }
            edits.push(FieldChange::of(
                MATERIALS.to_owned(),
                None,
                Some(tree::of(&material)),
            ));
            order.materials.push(material);
            files.push(file.clone());
        }
        if !edits.is_empty() {
            let standing = order.standing();
            let at = world.now.max(standing.since);
            let status = standing.status;
            let mut entry = advance::entry(stamp, Event::Attach, at, Some(status), status);
            entry.edits = edits;
            order.history.push(entry);
            plan.orders.push(order);
        }
        files.append(&mut plan.files);
        plan.files = materials::once(&files);
        Ok(plan)
    })?;
    answer::moved(cx, &done, std::slice::from_ref(&done.answer))
}

/// Returns the slot that a word means; one that no list knows is kept as it is.
fn slot(cx: &mut Context<'_>, word: &str) -> String {
    let plain = word.trim().to_lowercase().replace('_', "-");
    let entries = knowledge::code_list(SLOTS).map_or(&[][..], |list| list.entries.as_slice());
    let typed = word.trim();
    let known = entries
        .iter()
        .find(|e| e.value == plain || e.is_called(typed));
    if let Some(entry) = known {
        return entry.value.clone();
    }
    let values = entries.iter().map(|e| e.value.as_str());
    let near = nearest(&plain, values.chain(entries.iter().flat_map(Code::words)));
    let message = match near {
        Some(near) => text!(
            "附件用途 `{word}` 不在清单中，照写保留；是不是想写 {near}？",
            "the slot `{word}` is in no list and is kept as written; did you mean {near}?"
        ),
        None => text!(
            "附件用途 `{word}` 不在清单中，照写保留；本订单要的材料：icpctl guide ORDER",
            "the slot `{word}` is in no list and is kept as written; what the order wants: icpctl guide ORDER"
        ),
    };
    cx.caution("unknown-slot", message, None);
    plain
}
