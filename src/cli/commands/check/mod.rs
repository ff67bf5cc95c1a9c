//! `check`: the rulebook over orders and over files.

pub mod sarif;

use crate::cli::context::{Context, World};
use crate::cli::documents::citation;
use crate::cli::input::{encoding, encoding_arg, unreadable};
use crate::cli::parser::globals::place;
use crate::cli::parser::words;
use crate::cli::reply::Reply;
use crate::exit::Exit;
use crate::failure::{Failure, name_order};
use crate::filing::kind::Kind;
use crate::filing::order::{Material, Order};
use crate::filing::tree::is_below;
use crate::ids::Ids;
use crate::intake::{
    BatchRow, Dossier, Encoding, Inspected, Places, Position, Problem, Source, cell_ends,
    inspect_batch_rows, inspect_dossier,
};
use crate::knowledge::{Severity, rule};
use crate::lang::{Lang, Text};
use crate::reading::Unread;
use crate::render::Format;
use crate::render::brief::brief;
use crate::render::clean::clean;
use crate::render::mask::Privacy;
use crate::render::prose;
use crate::render::style::Tone;
use crate::rulebook::{Finding, Judgement, Rulebook};
use crate::store::book::order_path;
use crate::store::{Files, RECORD_LIMIT};
use crate::text;
use crate::workflow::assign::Assign;
use crate::workflow::batch::{asked, content};
use crate::workflow::check::{Bench, wish};
use crate::workflow::draft::Ask;
use crate::workflow::materials;
use clap::{ArgMatches, Command};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::Path;

/// The shape of the document.
pub const SCHEMA: &str = "icpctl.check/1";

/// One finding and where it stands.
#[derive(Clone, Debug)]
pub struct Located {
    /// The file, as it was named, or the record of the order.
    pub file: Option<String>,
    /// The order; absent for a file.
    pub order: Option<String>,
    /// Where in the file.
    pub at: Option<Position>,
    /// The place after it, where that is known.
    pub end: Option<Position>,
    /// What is wrong.
    pub finding: Finding,
}

impl Located {
    /// A finding at a place of a file.
    fn in_file(name: &str, at: Position, finding: Finding) -> Self {
        Self {
            file: Some(name.to_owned()),
            order: None,
            at: Some(at),
            end: None,
            finding,
        }
    }

    /// Masks what looks personal: the value that a finding repeats may stand in the wrong place.
    fn hide(&mut self, privacy: Privacy) {
        let finding = &mut self.finding;
        finding.message = prose::mask_text(&finding.message, privacy);
        finding.fix = finding
            .fix
            .take()
            .map(|fix| prose::mask_text(&fix, privacy));
        finding.path = prose::mask(&finding.path, privacy);
    }
}

/// Says what the command takes.
pub fn command(command: Command, lang: Lang) -> Command {
    command
        .arg(
            place(
                "input",
                "ORDER|FILE",
                text!(
                    "订单，或资料文件、批量文件；- 为标准输入中的资料文件",
                    "Orders, dossiers or batch files; - for a dossier on stdin"
                ),
                lang,
            )
            .num_args(1..)
            .required(true),
        )
        .arg(encoding_arg(lang))
}

/// Judges everything that is named, and tells all findings at once.
pub fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    let names: Vec<String> = words(matches, "input");
    if matches.contains_id("encoding") && !names.iter().any(|name| is_rows(name)) {
        return Err(Failure::usage(text!(
            "--encoding 只用于批量文件",
            "--encoding goes with a batch file"
        )));
    }
    let world = if names.iter().any(|name| is_file(cx, name)) {
        cx.world()?
    } else {
        cx.world_of_orders(&names)?
    };
    let rulebook = cx.rulebook()?;
    let bench = Bench::new(&world, &rulebook, cx.globals.privacy);
    let disk = cx.open()?;
    let files = disk.as_ref().map(|disk| disk as &dyn Files);
    let desk = Desk {
        world: &world,
        bench: &bench,
        files,
    };
    let mut found = Vec::new();
    for name in &names {
        if !is_file(cx, name) {
            let is_folder = || std::fs::metadata(cx.current.join(name)).is_ok_and(|m| m.is_dir());
            let meant = world.find(name).map_err(|error| {
                if is_folder() {
                    unreadable(name, &Unread::Folder)
                } else {
                    error.into()
                }
            })?;
            found.extend(order(cx, &desk, meant));
        } else if is_rows(name) {
            found.extend(rows(cx, &desk, name, encoding(matches))?);
        } else {
            found.extend(dossier(cx, &desk, name, wish)?);
        }
    }
    for located in &mut found {
        located.hide(cx.globals.privacy);
    }
    Ok(answer(cx, &found, &rulebook))
}

/// What files and orders are judged with.
struct Desk<'a> {
    world: &'a World,
    bench: &'a Bench<'a>,
    files: Option<&'a dyn Files>,
}

impl Desk<'_> {
    fn asked(&self, ask: Ask, looks: &[Value], ids: &mut Ids) -> Judgement {
        self.bench.asked(self.world, ask, looks, ids)
    }
}

/// Judges an order.
fn order(cx: &mut Context<'_>, desk: &Desk<'_>, order: &Order) -> Vec<Located> {
    let look = |material: &Material| materials::look_at(material, &[], desk.files);
    let status = order.standing().status;
    if status.has_ended() {
        let id = &order.id;
        let message = text!(
            "订单 {id} 已结束（{label}），规则库不再对它提出问题",
            "the order {id} has ended ({label}): the rulebook finds nothing in it any more",
            label = status.label()
        );
        cx.caution("order-ended", message, Some(id.to_string()));
    }
    let judgement = desk.bench.order(desk.world, order, &look);
    let record = order_path(&order.id);
    let text = desk.files.and_then(|files| {
        let bytes = files.read(&record, RECORD_LIMIT).ok()?;
        let path = files.full_path(&record);
        let shown = path.strip_prefix(&cx.current).unwrap_or(&path);
        Some((shown.display().to_string(), String::from_utf8(bytes).ok()?))
    });
    let (file, places) = match text {
        Some((file, text)) => (Some(file), Some(Places::of_toml(&text))),
        None => (None, None),
    };
    taken(cx, judgement, |mut finding| {
        if let Some(fix) = &mut finding.fix {
            name_order(fix, &order.id);
        }
        let path = recorded(order.kind, &finding.path);
        let at = places.as_ref().map(|places| places.nearest(&path));
        let end = places.as_ref().zip(at);
        Located {
            file: file.clone(),
            order: Some(order.id.to_string()),
            at,
            end: end.and_then(|(places, at)| places.end(&path, at)),
            finding,
        }
    })
}

/// Returns where an order's record holds a field of its dossier.
fn recorded(kind: Kind, path: &str) -> String {
    let first = path.split('.').next().unwrap_or_default();
    match (first, kind) {
        ("subject", _) | ("services", Kind::New) => format!("filing.{path}"),
        ("services", _) => format!("target.{path}"),
        (_, _) => path.to_owned(),
    }
}

/// Judges the rows of a batch file: their form, and the order that each asks for.
///
/// What is wrong in a dossier that a row names is told at its place in the dossier.
fn rows(
    cx: &mut Context<'_>,
    desk: &Desk<'_>,
    name: &str,
    encoding: Encoding,
) -> Result<Vec<Located>, Failure> {
    let bytes = cx.read_input(name)?;
    let source = Source {
        name,
        bytes: &bytes,
    };
    let in_file = |at: Position, finding: Finding| Located::in_file(name, at, finding);
    let (mut rows, problems) = match inspect_batch_rows(&source, encoding) {
        Ok(read) => (read.rows, read.problems),
        Err(problems) => (Vec::new(), problems),
    };
    for row in &mut rows {
        row.provider
            .iter_mut()
            .for_each(|word| desk.world.profiles.rename(word));
    }
    let told = problems.iter().map(|p| in_file(p.position(), told(p)));
    let mut found: Vec<Located> = told.collect();
    let folder = Path::new(name).parent().map(Path::to_owned);
    let folder = folder.unwrap_or_default();
    for row in &rows {
        let at = row.place(content(row));
        let Some(from) = &row.from else {
            let mut ids = cx.ids.for_operation();
            let judgement = desk.asked(of_row(row, None), &[], &mut ids);
            found.extend(taken(cx, judgement, |finding| in_file(at, finding)));
            continue;
        };
        let path = folder.join(from).display().to_string();
        let judged = dossier(cx, desk, &path, |dossier| of_row(row, Some(dossier)));
        match judged {
            Ok(judged) => found.extend(judged),
            Err(failure) => found.push(in_file(
                at,
                Finding {
                    rule: failure.code.to_string(),
                    severity: Severity::Error,
                    path: row.header.name("from").to_owned(),
                    message: failure.message,
                    fix: failure.hints.into_iter().next(),
                    source: None,
                    missing: false,
                },
            )),
        }
    }
    if cx.globals.format == Format::Sarif {
        end_cells(&mut found, &source, encoding);
    }
    Ok(found)
}

/// Tells where the cells end at which things were found in a batch file.
fn end_cells(found: &mut [Located], source: &Source<'_>, encoding: Encoding) {
    // What is missing stands in no cell: it is told where the row begins.
    let is_of_cell = |l: &&mut Located| {
        l.file.as_deref() == Some(source.name)
            && !matches!(&*l.finding.rule, "missing-field" | "row-length")
    };
    let mut of_cells: Vec<_> = found.iter_mut().filter(is_of_cell).collect();
    let places: Vec<Position> = of_cells.iter().filter_map(|l| l.at).collect();
    for (located, end) in of_cells
        .iter_mut()
        .zip(cell_ends(source, encoding, &places))
    {
        located.end = end;
    }
}

/// Returns what a row of a batch asks for.
fn of_row(row: &BatchRow, dossier: Option<&Dossier>) -> Ask {
    let sets = row.set.iter().filter_map(|word| Assign::pair(word).ok());
    let assigns = sets.map(|(field, value)| Assign::Set(field, value));
    Ask {
        dossier: dossier.cloned(),
        after: None,
        ..asked(row, assigns.collect())
    }
}

/// Judges a dossier, whose order is that which `ask` makes of it.
fn dossier(
    cx: &mut Context<'_>,
    desk: &Desk<'_>,
    name: &str,
    ask: impl Fn(&Dossier) -> Ask,
) -> Result<Vec<Located>, Failure> {
    let bytes = cx.read_input(name)?;
    let source = Source {
        name,
        bytes: &bytes,
    };
    let mut inspected = match inspect_dossier(&source, cx.now.day()) {
        Ok(inspected) => inspected,
        Err(problems) => {
            let told = problems
                .iter()
                .map(|p| Located::in_file(name, p.position(), told(p)));
            return Ok(told.collect());
        }
    };
    if let Some(provider) = &mut inspected.dossier.provider {
        desk.world.profiles.rename(provider);
    }
    let of_file = |at: Position, finding: Finding| Located {
        end: inspected.places.end(&finding.path, at),
        ..Located::in_file(name, at, finding)
    };
    let looks = looks(cx, name, &inspected.dossier);
    let mut ids = cx.ids.for_operation();
    let judgement = desk.asked(ask(&inspected.dossier), &looks, &mut ids);
    let judged = taken(cx, judgement, |finding| {
        of_file(inspected.places.nearest(&finding.path), finding)
    });
    let mut all: Vec<Located> = inspected
        .problems
        .iter()
        .map(|problem| of_file(problem.position(), told(problem)))
        .collect();
    all.extend(inspected.remarks.iter().map(|remark| {
        let severity = Severity::Warning;
        let finding = Finding {
            severity,
            ..told(remark)
        };
        of_file(remark.position(), finding)
    }));
    // What the reader refused is absent to the rules: they would only repeat it.
    all.extend(
        judged
            .into_iter()
            .filter(|l| !is_echo(&inspected, &l.finding)),
    );
    all.sort_by_key(|located| located.at);
    Ok(all)
}

/// Whether a file is a batch by its name.
fn is_rows(name: &str) -> bool {
    let extension = Path::new(name).extension().and_then(|e| e.to_str());
    extension.is_some_and(|e| e.eq_ignore_ascii_case("csv") || e.eq_ignore_ascii_case("jsonl"))
}

/// Whether a name means a file: it is there, or looks like one.
fn is_file(cx: &Context<'_>, name: &str) -> bool {
    let extension = Path::new(name).extension().and_then(|e| e.to_str());
    name == "-"
        || std::fs::metadata(cx.current.join(name)).is_ok_and(|meta| !meta.is_dir())
        || extension.is_some_and(|e| matches!(e, "toml" | "json" | "jsonl" | "csv"))
}

/// Whether a finding is about a field that the reader refused: itself, the table around it, or a
/// part of it without which the rest is not complete.
fn is_echo(inspected: &Inspected, finding: &Finding) -> bool {
    // Drafting misses a part that was refused as a whole.
    let is_of_drafting = finding.path.is_empty() && finding.rule == "invalid.dossier";
    inspected.problems.iter().any(|problem| {
        is_of_drafting && matches!(problem.path.as_str(), "subject" | "services")
            || !problem.path.is_empty()
                && (problem.path == finding.path
                    || is_below(&finding.path, &problem.path)
                    || is_below(&problem.path, &finding.path)
                        && (finding.missing || problem.code == finding.rule))
    })
}

/// Returns a problem of the reader as a finding.
fn told(problem: &Problem) -> Finding {
    Finding {
        rule: problem.code.to_owned(),
        severity: Severity::Error,
        path: problem.path.clone(),
        message: problem.message.clone(),
        fix: problem.fix.clone(),
        source: rule(problem.code).map(|rule| rule.source.clone()),
        missing: false,
    }
}

/// Looks at the files that a dossier names, relative to where it stands.
fn looks(cx: &Context<'_>, name: &str, dossier: &Dossier) -> Vec<Value> {
    let beside = cx.beside(name);
    let named = dossier.materials.iter();
    named
        .map(|material| materials::look(&beside, material))
        .collect()
}

/// Takes the findings of a judgement; rules that could not be asked are warned of.
fn taken(
    cx: &mut Context<'_>,
    judgement: Judgement,
    locate: impl Fn(Finding) -> Located,
) -> Vec<Located> {
    for fault in judgement.faults {
        cx.caution("invalid-rule", fault.message(), Some(fault.rule.clone()));
    }
    judgement.findings.into_iter().map(locate).collect()
}

fn answer(cx: &Context<'_>, found: &[Located], rulebook: &Rulebook) -> Reply {
    let lang = cx.lang;
    let human = if cx.globals.format == Format::Sarif {
        format!("{:#}\n", sarif::log(found, rulebook, &cx.current, lang))
    } else {
        sheet(cx, found)
    };
    let findings: Vec<Value> = found
        .iter()
        .map(|located| document(located, lang))
        .collect();
    let mut reply = Reply {
        rows: Some("findings"),
        known: [
            "rule", "severity", "path", "line", "column", "message", "fix", "source", "sources",
            "file", "order",
        ]
        .map(|field| format!("findings.{field}"))
        .to_vec(),
        ..Reply::new(SCHEMA, json!({ "findings": findings })).human(human)
    };
    let count = |severity: Severity| {
        let of_it = |l: &&Located| l.finding.severity == severity;
        found.iter().filter(of_it).count()
    };
    let (errors, warnings, infos) = (
        count(Severity::Error),
        count(Severity::Warning),
        count(Severity::Info),
    );
    let summary = text!(
        "{errors} 个错误、{warnings} 个警告、{infos} 个提示",
        "{errors} error(s), {warnings} warning(s), {infos} note(s)"
    );
    if errors == 0 {
        return reply.say(if found.is_empty() {
            text!("没有发现问题", "nothing is wrong")
        } else {
            summary
        });
    }
    let first = found.iter().find(|located| {
        located.finding.severity == Severity::Error && rule(&located.finding.rule).is_some()
    });
    let failure = Failure::new(Exit::Invalid, "invalid.findings", summary);
    let failure = match first.map(|located| &located.finding.rule) {
        Some(rule) => failure.rule(rule).hint(text!(
            "逐条修正后再检查；规则的含义：icpctl explain {rule}",
            "mend each and check again; what a rule means: icpctl explain {rule}"
        )),
        None => failure.hint(text!("逐条修正后再检查", "mend each and check again")),
    };
    reply.failure = Some(failure);
    reply
}

fn document(located: &Located, lang: Lang) -> Value {
    let finding = &located.finding;
    json!({
        "rule": finding.rule,
        "severity": finding.severity,
        "path": finding.path,
        "line": located.at.map(|at| at.line),
        "column": located.at.map(|at| at.column),
        "message": brief(finding.message.get(lang), lang),
        "fix": finding.fix.as_ref().map(|fix| brief(fix.get(lang), lang)),
        "source": finding.source,
        "sources": citation::documents(finding.source.as_deref().unwrap_or_default(), lang),
        "file": located.file,
        "order": located.order,
    })
}

/// Returns how a severity is called.
pub fn label(severity: Severity) -> (Text, Tone) {
    match severity {
        Severity::Error => (text!("错误", "error"), Tone::Against),
        Severity::Warning => (text!("警告", "warning"), Tone::Action),
        Severity::Info => (text!("提示", "note"), Tone::Plain),
    }
}

/// Returns the findings as people read them: where, what, and what to do.
fn sheet(cx: &Context<'_>, found: &[Located]) -> String {
    let (lang, color) = (cx.lang, cx.color());
    let mut lines = String::new();
    for located in found {
        let finding = &located.finding;
        let place = match (&located.file, located.at) {
            _ if located.order.is_some() => located.order.clone().unwrap_or_default(),
            (Some(file), Some(at)) => format!("{file}:{}:{}", at.line, at.column),
            (file, _) => file.clone().unwrap_or_default(),
        };
        let (word, tone) = label(finding.severity);
        let word = tone.paint(word.get(lang), color);
        let rule = clean(&finding.rule);
        let rule = Tone::Name.paint(&rule, color);
        let path = if finding.path.is_empty() {
            String::new()
        } else {
            format!(" {}", finding.path)
        };
        let (place, path) = (clean(&place), clean(&path));
        let _ = writeln!(lines, "{place}: {word} {rule}{path}");
        let _ = writeln!(
            lines,
            "    {}",
            clean(&brief(finding.message.get(lang), lang))
        );
        if let Some(fix) = &finding.fix {
            let _ = writeln!(lines, "    → {}", clean(&brief(fix.get(lang), lang)));
        }
        if let Some(source) = source_of(finding) {
            let heading = text!("来源：", "Source: ");
            let _ = writeln!(lines, "    {}{}", heading.get(lang), clean(source));
        }
    }
    let sources = found.iter().filter_map(|l| source_of(&l.finding));
    let sources = citation::lines_of(sources, lang, color);
    if !sources.is_empty() {
        let heading = text!("来源：", "Sources:");
        let _ = write!(lines, "\n{}\n{sources}", heading.get(lang));
    }
    lines
}

/// Returns where the rule behind a finding is from, if it says so.
fn source_of(finding: &Finding) -> Option<&str> {
    finding
        .source
        .as_deref()
        .filter(|source| !source.is_empty())
}
