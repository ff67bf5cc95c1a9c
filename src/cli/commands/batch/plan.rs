//! `batch plan` and `batch show`: what each row will do, told before anything happens.

use super::{Foreseen, SCHEMA, apply, foreseen, load};
use crate::cli::context::Context;
use crate::cli::documents::order::time;
use crate::cli::parser;
use crate::cli::private_file;
use crate::cli::reply::Reply;
use crate::failure::Failure;
use crate::filing::impact::Code;
use crate::filing::kind::Kind;
use crate::filing::number::ServiceNumber;
use crate::lang::{Lang, Text, shell_word};
use crate::reading::cause;
use crate::render::brief::{brief, told_save};
use crate::render::clean::clean;
use crate::render::envelope::Envelope;
use crate::render::mask::Privacy;
use crate::render::prose;
use crate::render::stream::{Stream, StreamError};
use crate::render::{Delivery, Format};
use crate::text;
use crate::workflow::assign::{called, invalid};
use crate::workflow::batch::{Action, BatchPlan, Consequence, PlannedRow, Said, call_by_ref};
use clap::ArgMatches;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

/// Works the plan out, and writes it where `--out` says.
pub(super) fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    let name = parser::word(matches, "file");
    let asked = matches.get_one::<String>("out");
    let is_stdout = asked.is_some_and(|name| name == "-");
    if is_stdout && cx.globals.format != Format::Human {
        return Err(Failure::usage(text!(
            "标准输出要输出文档，不能同时输出计划",
            "stdout carries the document, so the plan cannot go there too"
        ))
        .hint(text!(
            "用 --out PLAN 写明文件，或不指定输出格式",
            "name a file with --out PLAN, or ask for no format"
        )));
    }
    let out = asked.filter(|_| !is_stdout);
    spares(cx, out, [Path::new(name)])?;
    let bytes = cx.read_input(name)?;
    let loaded = load::rows(cx, matches, name, &bytes).map_err(|p| invalid(name, &p))?;
    drop(bytes);
    let dossiers = loaded.rows.iter().filter_map(|row| row.from.as_ref());
    let dossiers: Vec<_> = dossiers.map(|from| loaded.folder.join(from)).collect();
    let attached = loaded.wishes.iter().flat_map(|wish| &wish.attached);
    let attached = attached.map(|file| file.path.as_path());
    spares(
        cx,
        out,
        dossiers.iter().map(PathBuf::as_path).chain(attached),
    )?;
    let Foreseen {
        world,
        mut drafted,
        mut sent,
    } = foreseen(cx, matches, &loaded.wishes)?;
    apply::valid_rows(&loaded, &drafted)?;
    call_by_ref(&mut drafted, &loaded.wishes);
    call_by_ref(&mut sent, &loaded.wishes);
    let folder = cx.current.join(&loaded.folder).display().to_string();
    let wishes = &loaded.wishes;
    let plan = BatchPlan::of(&world, loaded.rows, wishes, &drafted, &sent, name, &folder);
    drop(world);
    for decided in sent {
        cx.warn_of(decided.told(&loaded.wishes));
    }
    if let Some(out) = out.filter(|_| !cx.globals.dry_run) {
        let text = serde_json::to_string(&plan)? + "\n";
        let path = cx.current.join(out);
        private_file::check(&path)?;
        private_file::write(&path, |file| file.write_all(text.as_bytes()))
            .map_err(|error: io::Error| private_file::unwritten(Path::new(out), &cause(&error)))?;
    }
    if is_stdout {
        return Ok(
            Reply::raw(serde_json::to_string(&plan)? + "\n").say(text!(
                "计划含批量文件的内容，请妥善保管；执行：icpctl batch apply -",
                "the plan holds what the batch says: keep it private; carry it out with icpctl batch apply -"
            )),
        );
    }
    let reply = answer(cx, &plan, out.is_some());
    let Some(out) = out else {
        return Ok(reply);
    };
    let word = shell_word(out);
    Ok(reply.say(if cx.globals.dry_run {
        text!("计划将写入 {out}", "the plan would go to {out}")
    } else {
        text!(
            "计划已写入 {out}（含批量文件的内容，请妥善保管）；执行：icpctl batch apply {word}",
            "the plan is in {out} (it holds what the batch says: keep it private); carry it out with icpctl batch apply {word}"
        )
    }))
}

/// Refuses to put the plan in the place of a file that it is made from.
fn spares<'p>(
    cx: &Context<'_>,
    out: Option<&String>,
    inputs: impl IntoIterator<Item = &'p Path>,
) -> Result<(), Failure> {
    let real = |path: &Path| cx.current.join(path).canonicalize().ok();
    let Some((out, place)) = out.and_then(|out| Some((out, real(Path::new(out))?))) else {
        return Ok(());
    };
    if inputs
        .into_iter()
        .all(|path| real(path).as_ref() != Some(&place))
    {
        return Ok(());
    }
    Err(Failure::usage(text!(
        "计划由 {out} 而来，不能写入同一个文件",
        "the plan is made from {out} and cannot take its place"
    ))
    .hint(text!(
        "用 --out 写明另一个文件",
        "name another file with --out"
    )))
}

/// Shows a plan, stale or not.
pub(super) fn show(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    let name = parser::word(matches, "file");
    let bytes = cx.read_input(name)?;
    let plan = load::plan(name, &bytes)?;
    let plan = plan.ok_or_else(|| {
        let name = called(name);
        let message = if bytes.trim_ascii().is_empty() {
            text!("{name} 是空的，不是计划", "{name} is empty, and no plan")
        } else {
            text!("{name} 不是计划", "{name} is no plan")
        };
        Failure::invalid("invalid.plan", message).hint(text!(
            "先计划：icpctl batch plan FILE --out PLAN",
            "make one: icpctl batch plan FILE --out PLAN"
        ))
    })?;
    Ok(answer(cx, &plan, false))
}

fn answer(cx: &mut Context<'_>, plan: &BatchPlan, changed: bool) -> Reply {
    let counts = [Action::Draft, Action::Send, Action::None, Action::Fail].map(|a| plan.count(a));
    let [draft, send, none, fail] = counts;
    let emptied = emptied(plan);
    let is_read = cx.globals.is_for_people();
    if !is_read {
        for (number, message) in &emptied {
            cx.caution(
                "consider-cancel-subject",
                message.clone(),
                Some(number.clone()),
            );
        }
    }
    // Either can be long: only the one that is shown is made.
    let reply = if cx.globals.format.is_text() {
        Reply::new(SCHEMA, Value::Null).human(human(plan, cx.lang, cx.globals.privacy))
    } else if cx.globals.format == Format::Json
        && cx.globals.fields.is_none()
        && !cx.terminal.stdout
    {
        Reply::printed(print(cx, plan, changed))
    } else {
        Reply::new(SCHEMA, document(plan, cx.lang, cx.globals.privacy))
    };
    let reply = reply.changed(changed);
    let reply = reply.say(text!(
        "起草 {draft} 行，已起草待提交 {send} 行，无需处理 {none} 行，将失败 {fail} 行",
        "{draft} row(s) draft an order, {send} have one to be sent, {none} need nothing, {fail} will fail"
    ));
    let reply = match plan.rows.iter().filter(|row| row.held_by.is_some()).count() {
        0 => reply,
        held => reply.say(text!(
            "其中 {held} 行现在还不能提交，原因见上",
            "{held} of them could not be sent now, for the reasons above"
        )),
    };
    let told = emptied.into_iter().filter(|_| is_read);
    told.fold(reply, |reply, (_, message)| reply.say(message))
}

/// Lists the subjects that rows take service after service until none is left, each with the one order
/// that ends it whole.
fn emptied(plan: &BatchPlan) -> Vec<(String, Text)> {
    let empties = |c: &&Consequence| c.code == Code::SubjectBecomesEmptyShell;
    let subjects = plan.impact.iter().filter(empties).flat_map(|c| &c.subjects);
    let told = |number: &String| {
        let is_of_it = |row: &PlannedRow| row.subject.is_some_and(|n| n.to_string() == *number);
        // A row that will fail came down to nothing: what it asks for stands in its target.
        let ends_it = |row: &PlannedRow| {
            row.row.kind == Kind::CancelSubject
                && (is_of_it(row) || row.row.target.contains(number))
        };
        if plan.rows.iter().any(ends_it) {
            return None;
        }
        let of_it = plan.rows.iter().filter(|row| is_of_it(row));
        let acts = |row: &&PlannedRow| matches!(row.action, Action::Draft | Action::Send);
        let cancels = of_it.filter(|row| row.row.kind == Kind::CancelSite && acts(row));
        let rows: Vec<&PlannedRow> = cancels.collect();
        let [first, _, ..] = rows.as_slice() else {
            return None;
        };
        // Through which of several to go is the reader's to say.
        let provider = first.provider.as_ref()?;
        let ends_others = |row: &&PlannedRow| {
            let mut codes = row.impact.iter().map(|consequence| consequence.code);
            row.provider.as_ref() != Some(provider) || codes.any(|c| c == Code::FiledElsewhereGoes)
        };
        if rows.iter().any(ends_others) {
            return None;
        }
        let way = format!(" --provider {}", shell_word(provider));
        let count = rows.len();
        let message = text!(
            "{number} 的这 {count} 份注销要一份结束后才能提交下一份；都不再办的，一份订单就能连主体一起注销：icpctl cancel-subject {number}{way}",
            "these {count} cancellations of {number} go one after the other; where nothing of it is to stay, one order cancels the subject with them: icpctl cancel-subject {number}{way}"
        );
        Some((number.clone(), message))
    };
    subjects.filter_map(told).collect()
}

/// Prints the document row by row: each holds the services that its subject keeps, so that all of
/// them may be very long.
fn print(cx: &mut Context<'_>, plan: &BatchPlan, changed: bool) -> Result<Delivery, StreamError> {
    let (lang, privacy) = (cx.lang, cx.globals.privacy);
    let mut data = head(plan, lang);
    data["rows"] = json!([]);
    let envelope = Envelope {
        changed,
        data,
        ..cx.envelope(SCHEMA)
    };
    let mut stream = Stream::within(cx.out, "rows", &envelope)?;
    for row in &plan.rows {
        stream.element(&planned(plan, row, lang, privacy))?;
    }
    stream.end(&envelope)
}

fn document(plan: &BatchPlan, lang: Lang, privacy: Privacy) -> Value {
    let mut data = head(plan, lang);
    let rows = plan
        .rows
        .iter()
        .map(|row| planned(plan, row, lang, privacy));
    data["rows"] = rows.collect();
    data
}

/// Returns what a plan's document says of all rows.
fn head(plan: &BatchPlan, lang: Lang) -> Value {
    let actions = [Action::Draft, Action::Send, Action::None, Action::Fail];
    let counts: serde_json::Map<String, Value> = actions
        .into_iter()
        .map(|action| (action.name().to_owned(), plan.count(action).into()))
        .collect();
    json!({
        "file": plan.file,
        "made_at": time(plan.made_at),
        "counts": counts,
        "impact": plan.impact.iter().map(|c| joint(c, lang)).collect::<Vec<_>>(),
    })
}

fn planned(plan: &BatchPlan, row: &PlannedRow, lang: Lang, privacy: Privacy) -> Value {
    json!({
        "line": row.row.line,
        "ref": row.row.reference,
        "kind": row.row.kind,
        "action": row.action.name(),
        "order": row.order,
        "retries": row.retries,
        "subject": row.subject,
        "services": row.services,
        "provider": row.provider,
        "impact": row.impact.iter().map(|c| of_row(plan, row, c, lang)).collect::<Vec<_>>(),
        "error": row.error.as_ref().map(|said| problem(row, said, lang, privacy)),
        "held_by": row.held_by.as_ref().map(|said| problem(row, said, lang, privacy)),
        "based_on": row.based_on.iter().map(|based| json!({
            "record": based.record,
            "revision": based.revision,
        })).collect::<Vec<_>>(),
    })
}

fn own(consequence: &Consequence, lang: Lang) -> Value {
    json!({
        "code": consequence.code,
        "services": consequence.services,
        "domains": consequence.domains,
        "providers": consequence.providers,
        "message": consequence.message.get(lang),
    })
}

/// A consequence of a row, with the services that its subject keeps.
fn of_row(plan: &BatchPlan, row: &PlannedRow, consequence: &Consequence, lang: Lang) -> Value {
    let mut value = own(consequence, lang);
    if let Value::Object(entries) = &mut value
        && consequence.code == Code::OtherServicesUnaffected
    {
        let kept: Vec<&ServiceNumber> = plan.kept(row).collect();
        entries.insert("services".to_owned(), json!(kept));
    }
    value
}

fn joint(consequence: &Consequence, lang: Lang) -> Value {
    let mut value = own(consequence, lang);
    if let Value::Object(entries) = &mut value {
        entries.insert("subjects".to_owned(), json!(consequence.subjects));
    }
    value
}

/// The refs that a row names: its own, and that of the order it waits for.
fn refs(row: &PlannedRow) -> Vec<String> {
    let after = row.row.after.as_deref();
    let after = after.and_then(|order| order.strip_prefix("ref:"));
    let own = std::iter::once(row.row.reference.as_str());
    own.chain(after).map(str::to_owned).collect()
}

fn problem(row: &PlannedRow, of: &Said, lang: Lang, privacy: Privacy) -> Value {
    let plain = refs(row);
    let said = |words: &Text| told_save(words.get(lang), &plain, lang, privacy);
    json!({
        "code": of.code,
        "exit": of.exit,
        "message": said(&of.message),
        "hints": of.hints.iter().map(said).collect::<Vec<_>>(),
        "retryable": of.retryable,
        "rule": of.rule,
    })
}

fn human(plan: &BatchPlan, lang: Lang, privacy: Privacy) -> String {
    let mut page = String::new();
    for row in &plan.rows {
        let (line, key) = (row.row.line, brief(&row.row.reference, lang));
        let label = row.row.kind.label();
        let what = row.services.iter().map(ToString::to_string);
        let what: Vec<String> = match row.services.as_slice() {
            [] => row.subject.iter().map(ToString::to_string).collect(),
            [..] => what.collect(),
        };
        let what = if what.is_empty() {
            // What nothing is filed as may be anything.
            prose::mask(&row.row.target.join(" "), privacy)
        } else {
            what.join(" ")
        };
        let does = match row.action {
            Action::Draft if row.retries.is_some() => text!("重新起草", "draft again"),
            Action::Draft => text!("起草", "draft"),
            Action::Send => text!("已起草，提交时发送", "drafted already; sent with --submit"),
            Action::None => text!("无需处理", "nothing to do"),
            Action::Fail => text!("将失败", "will fail"),
        };
        let (kind, does) = (label.get(lang), does.get(lang));
        let (key, what) = (clean(&key), clean(&what));
        let _ = writeln!(page, "{line}  {key}  {kind} {what}  {does}");
        for consequence in &row.impact {
            let _ = writeln!(page, "     - {}", clean(consequence.message.get(lang)));
        }
        if let Some(because) = &row.error {
            let because = because.message.get(lang);
            let because = told_save(because, &refs(row), lang, privacy);
            let _ = writeln!(page, "     ! {}", clean(&because));
        }
        if let Some(because) = &row.held_by {
            let because = text!(
                "提交时：{message}",
                "when sent: {message}",
                message = &because.message
            );
            let because = told_save(because.get(lang), &refs(row), lang, privacy);
            let _ = writeln!(page, "     ! {}", clean(&because));
        }
    }
    if !plan.impact.is_empty() {
        let heading = text!("合计：", "All together:");
        let _ = writeln!(page, "\n{}", heading.get(lang));
        for consequence in &plan.impact {
            let _ = writeln!(page, "  - {}", clean(consequence.message.get(lang)));
        }
    }
    page
}
