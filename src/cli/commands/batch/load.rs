//! What a batch command is given: rows of a file or of a plan, with their dossiers.

use crate::cli::commands::draft;
use crate::cli::context::Context;
use crate::cli::input::encoding;
use crate::cli::person::sending;
use crate::failure::Failure;
use crate::filing::order::Material;
use crate::intake::{BOM, BatchRow, Named, Problem, Source, inspect_batch_rows, inspect_dossier};
use crate::lang::{Text, parser};
use crate::text;
use crate::workflow::assign::{Assign, called};
use crate::workflow::batch::{Attached, BatchPlan, PLAN_SCHEMA, Wish, asked};
use crate::workflow::materials;
use crate::workflow::plan::Given;
use clap::ArgMatches;
use serde::Deserialize;
use serde_json::error::Category;
use std::path::{Path, PathBuf};

/// Rows as they were read.
pub(super) struct Loaded {
    /// What messages call the file.
    pub(super) name: String,
    /// The rows in which nothing is wrong, in the order of the file.
    pub(super) rows: Vec<BatchRow>,
    /// What each of them asks for.
    pub(super) wishes: Vec<Wish>,
    /// What is wrong in the others.
    pub(super) problems: Vec<Problem>,
    /// What those others name all the same.
    pub(super) flawed: Vec<Named>,
    /// The plan that they come from.
    pub(super) plan: Option<BatchPlan>,
    /// What their dossiers are relative to.
    pub(super) folder: PathBuf,
}

/// As much of a JSON document as tells what it is.
#[derive(Deserialize)]
struct Head {
    schema: Option<String>,
}

impl Loaded {
    /// Reads the dossiers of the rows, and looks at their attachments; the rows where that fails
    /// are taken out, with what is wrong told at them.
    fn ask(mut self, cx: &mut Context<'_>) -> Self {
        let planned = self.plan.iter().flat_map(|plan| &plan.rows);
        let retries: Vec<_> = planned.map(|row| row.retries.clone()).collect();
        let mut retries = retries.into_iter();
        self.wishes.reserve_exact(self.rows.len());
        let rows = Vec::with_capacity(self.rows.len());
        for row in std::mem::replace(&mut self.rows, rows) {
            let retries = retries.next().flatten();
            match wish(cx, &self.folder, &row) {
                Ok(wish) => {
                    self.wishes.push(Wish { retries, ..wish });
                    self.rows.push(row);
                }
                Err(told) => {
                    let problems = told.into_iter().map(|(message, fix)| Problem {
                        fix,
                        ..row.problem("from", message)
                    });
                    self.problems.extend(problems);
                    self.flawed.push(Named::from(&row));
                }
            }
        }
        self
    }
}

/// Reads the rows of a batch file, with what they ask for.
///
/// # Errors
/// All problems of a file that has no rows to speak of.
pub(super) fn rows(
    cx: &mut Context<'_>,
    matches: &ArgMatches,
    name: &str,
    bytes: &[u8],
) -> Result<Loaded, Vec<Problem>> {
    let source = Source { name, bytes };
    let mut read = inspect_batch_rows(&source, encoding(matches))?;
    let folder = if name == "-" {
        cx.current.clone()
    } else {
        Path::new(name)
            .parent()
            .map_or_else(PathBuf::new, Path::to_owned)
    };
    // A store that cannot be read is told of when the rows are looked up in it.
    let providers = read.rows.iter_mut().flat_map(|row| &mut row.provider);
    let _ = cx.name_providers(providers);
    let accepted = read.rows.iter().flat_map(|row| &row.accept);
    let _ = sending::warn_of_unknown(cx, accepted);
    let loaded = Loaded {
        name: name.to_owned(),
        rows: read.rows,
        wishes: Vec::new(),
        problems: read.problems,
        flawed: read.flawed,
        plan: None,
        folder,
    };
    Ok(loaded.ask(cx))
}

/// Returns the rows of the plan that a file holds, with what they ask for; `None` where it is no
/// plan at all.
///
/// # Errors
/// As [`plan`].
pub(super) fn planned(
    cx: &mut Context<'_>,
    name: &str,
    bytes: &[u8],
) -> Result<Option<Loaded>, Failure> {
    let Some(plan) = plan(name, bytes)? else {
        return Ok(None);
    };
    let loaded = Loaded {
        name: plan.file.clone(),
        rows: plan.rows.iter().map(|row| row.row.clone()).collect(),
        wishes: Vec::new(),
        problems: Vec::new(),
        flawed: Vec::new(),
        folder: PathBuf::from(&plan.folder),
        plan: Some(plan),
    };
    Ok(Some(loaded.ask(cx)))
}

/// Returns the plan that a file holds; `None` where it is no plan at all.
///
/// # Errors
/// 3 for a plan of another version, or one that was damaged.
pub(super) fn plan(name: &str, bytes: &[u8]) -> Result<Option<BatchPlan>, Failure> {
    let name = called(name);
    let bytes = bytes.strip_prefix(BOM).unwrap_or(bytes);
    let broken = |error: &serde_json::Error| {
        let (line, column) = (error.line(), error.column());
        let words = parser::said_of_json(error);
        let message = match error.classify() {
            Category::Eof => text!(
                "{name}:{line}:{column}：计划在这里中断，不完整（{words}）",
                "{name}:{line}:{column}: the plan breaks off here, it is not complete ({words})",
                words
            ),
            Category::Syntax | Category::Data | Category::Io => text!(
                "{name}:{line}:{column}：计划已损坏：{words}",
                "{name}:{line}:{column}: the plan is damaged: {words}",
                words
            ),
        };
        Failure::invalid("invalid.plan", message).hint(again())
    };
    let schema = match serde_json::from_slice::<Head>(bytes) {
        Ok(head) => head.schema,
        Err(error) if begins_a_plan(bytes) => return Err(broken(&error)),
        Err(_) => None,
    };
    match schema {
        None => return Ok(None),
        Some(schema) if schema == PLAN_SCHEMA => {}
        Some(schema) => {
            return Err(Failure::invalid(
                "invalid.plan",
                text!(
                    "{name} 是 {schema}，应为 {PLAN_SCHEMA}",
                    "{name} is {schema}; {PLAN_SCHEMA} is expected"
                ),
            )
            .hint(again()));
        }
    }
    serde_json::from_slice(bytes)
        .map(Some)
        .map_err(|error| broken(&error))
}

/// Whether what is no JSON begins as a plan does.
fn begins_a_plan(bytes: &[u8]) -> bool {
    let beginning = format!("{{\"schema\":\"{PLAN_SCHEMA}");
    let beginning = beginning.trim_end_matches(|c: char| c.is_ascii_digit());
    let marks = bytes.iter().filter(|byte| !byte.is_ascii_whitespace());
    let given: Vec<u8> = marks.take(beginning.len()).copied().collect();
    given.len() > 1 && beginning.as_bytes().starts_with(&given)
}

fn again() -> Text {
    text!(
        "重新计划：icpctl batch plan FILE --out PLAN",
        "plan again: icpctl batch plan FILE --out PLAN"
    )
}

/// What is wrong with the dossier of a row, and what to do.
type Told = Vec<(Text, Option<Text>)>;

fn wish(cx: &mut Context<'_>, folder: &Path, row: &BatchRow) -> Result<Wish, Told> {
    let sets = row.set.iter().map(|word| {
        let (field, value) = Assign::pair(word)?;
        Ok(Assign::Set(field, value))
    });
    let assigns = sets
        .collect::<Result<Vec<Assign>, Failure>>()
        .map_err(told)?;
    let mut ask = asked(row, assigns);
    let mut attached = Vec::new();
    if let Some(from) = &row.from {
        let path = folder.join(from);
        (ask.dossier, attached) = dossier(cx, &path)?;
        ask.materials = attached.iter().map(|file| file.material.clone()).collect();
    }
    Ok(Wish {
        line: row.line,
        reference: row.reference.clone(),
        ask,
        given: Given {
            confirmed: row.confirm.clone(),
            accepted: row.accept.clone(),
        },
        attached,
        retries: None,
        header: row.header.clone(),
    })
}

type Read = (Option<crate::intake::Dossier>, Vec<Attached>);

fn told(failure: Failure) -> Told {
    let fix = failure.hints.into_iter().next();
    vec![(failure.message, fix)]
}

/// Reads a dossier and looks at the files that it names.
fn dossier(cx: &mut Context<'_>, path: &Path) -> Result<Read, Told> {
    let name = path.display().to_string();
    let bytes = cx.read_input(&name).map_err(told)?;
    let source = Source {
        name: &name,
        bytes: &bytes,
    };
    let listed = |problems: Vec<Problem>| {
        let messages = problems.iter().map(|problem| {
            let (line, column) = (problem.line, problem.column);
            let message = text!(
                "{name}:{line}:{column}：{message}",
                "{name}:{line}:{column}: {message}",
                message = &problem.message
            );
            (message, problem.fix.clone())
        });
        messages.collect::<Told>()
    };
    let inspected = inspect_dossier(&source, cx.now.day()).map_err(listed)?;
    for remark in &inspected.remarks {
        let at = format!("{name}:{}:{}", remark.line, remark.column);
        cx.caution(remark.code, remark.message.clone(), Some(at));
    }
    let mut dossier = inspected.into_dossier().map_err(listed)?;
    cx.name_providers(&mut dossier.provider).map_err(told)?;
    let beside = path.parent().unwrap_or_else(|| Path::new(""));
    let mut attached = Vec::new();
    for material in &dossier.materials {
        let service = draft::service_of(material).map_err(told)?;
        let path = cx.current.join(beside).join(&material.file);
        let (material, _): (Material, _) =
            materials::take(&path, &material.slot, service).map_err(told)?;
        attached.push(Attached { path, material });
    }
    Ok((Some(dossier), attached))
}
