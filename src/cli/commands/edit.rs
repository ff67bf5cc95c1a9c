//! `edit`: correct an order's data, in draft or after a return.

use super::draft::{add_arg, assigns, placed_dossier, take_materials};
use crate::cli::context::{Context, Plan};
use crate::cli::parser;
use crate::cli::parser::globals::{option, repeated};
use crate::cli::parser::orders::one_order;
use crate::cli::reply::{Reply, answer};
use crate::failure::Failure;
use crate::intake::{Places, Position};
use crate::lang::Lang;
use crate::store::near::Wanted;
use crate::text;
use crate::workflow::assign::called;
use crate::workflow::{bearing, edit, materials, placing, resolve};
use clap::{ArgMatches, Command};

/// Says what the command takes.
pub fn command(command: Command, lang: Lang) -> Command {
    command
        .arg(one_order(lang).required(true))
        .arg(repeated(
            "set",
            "FIELD=V",
            text!(
                "设置字段，写完整路径，如 services.0.name；列表则整个换成所给的，用 ; 分隔",
                "Set a field, by its full path such as services.0.name; a list becomes what is given, split by ;"
            ),
            lang,
        ))
        .arg(add_arg(lang))
        .arg(repeated(
            "unset",
            "FIELD[=V]",
            text!(
                "清除字段，或去掉列表中的一个值；materials.SLOT 去掉附件",
                "Take a field, one value of a list, or with materials.SLOT an attachment, away"
            ),
            lang,
        ))
        .arg(option(
            "from",
            "FILE",
            text!(
                "用资料文件中写明的字段和附件覆盖",
                "Put what a dossier says over the order's data, and its files in the place of those of the same slots"
            ),
            lang,
        ))
}

/// Corrects the order.
pub fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    let word = parser::word(matches, "order");
    let given = assigns(matches)?;
    let from = matches.get_one::<String>("from").cloned();
    if given.is_empty() && from.is_none() {
        return Err(
            Failure::usage(text!("没有写要修改什么", "nothing to edit is named")).hint(text!(
                "用 --set FIELD=VALUE，或 --from FILE",
                "use --set FIELD=VALUE, or --from FILE"
            )),
        );
    }
    let (mut named, mut files) = (Vec::new(), Vec::new());
    let mut places = Places::default();
    let dossier = match &from {
        Some(name) => {
            let (dossier, found) = placed_dossier(cx, name)?;
            (named, files) = take_materials(cx, name, &dossier.materials)?;
            places = found;
            Some(dossier)
        }
        None => None,
    };
    let mut wanted = Wanted::of([word]);
    bearing::assigned(&mut wanted, &given);
    if let Some(dossier) = &dossier {
        bearing::dossier(&mut wanted, dossier);
    }
    if !files.is_empty() {
        wanted.attachments();
    }
    let done = cx.transact_near(&wanted, |world, stamp, _| {
        let order = resolve::order(&world.book, word)?;
        let mut plan = Plan::new(order.id.clone());
        let edited = edit::edit(world, stamp, order, &given, dossier.as_ref(), &named)
            .map_err(|failure| located(failure, from.as_deref(), &places))?;
        if let Some(edited) = &edited {
            plan.files = materials::once(&files);
            plan.cautions = edit::slips(world, order, edited);
        }
        let now = edited.as_ref().unwrap_or(order);
        let left = dossier.as_ref().and_then(|it| placing::left_out(now, it));
        plan.cautions.extend(left);
        plan.orders.extend(edited);
        Ok(plan)
    })?;
    answer::moved(cx, &done, std::slice::from_ref(&done.answer))
}

/// Says where in the dossier the field stands that a failure is about.
fn located(failure: Failure, name: Option<&str>, places: &Places) -> Failure {
    let (Some(name), Some(field)) = (name, &failure.field) else {
        return failure;
    };
    let Position { line, column } = places.nearest(field);
    let name = called(name);
    let message = text!(
        "{name}:{line}:{column}：{message}",
        "{name}:{line}:{column}: {message}",
        message = &failure.message
    );
    Failure { message, ..failure }
}
