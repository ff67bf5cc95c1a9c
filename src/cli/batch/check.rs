//! `batch check`: all that is wrong with a batch, before anything is done.

use super::super::context::Context;
use super::super::reply::Reply;
use super::load::{self, Loaded};
use super::{SCHEMA, as_submitted};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::intake::{BatchRow, Problem};
use crate::knowledge::{Severity, rule};
use crate::lang::{Lang, Text};
use crate::render::clean::clean;
use crate::rulebook;
use crate::text;
use crate::workflow::batch::{Outcome, blamed, call_by_ref, content};
use crate::workflow::check::{REFUSED_BY_RULE, is_accepted};
use clap::ArgMatches;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// One thing to know about a row.
struct Finding {
    rule: String,
    severity: &'static str,
    path: Option<String>,
    line: usize,
    column: usize,
    message: Text,
    fix: Option<Text>,
    source: Option<String>,
}

impl Finding {
    fn of_problem(problem: Problem) -> Self {
        Self {
            rule: problem.code.to_owned(),
            severity: "error",
            path: Some(problem.path).filter(|path| !path.is_empty()),
            line: problem.line,
            column: problem.column,
            message: problem.message,
            fix: problem.fix,
            source: None,
        }
    }

    fn of_row(row: &BatchRow, outcome: Outcome, failure: &Failure) -> Self {
        let (zh, en) = (&failure.message.zh, &failure.message.en);
        let key = &row.reference;
        let known = failure.rule.as_deref().and_then(rule);
        let column = blamed(failure, row);
        let at = row.place(column);
        Self {
            rule: failure
                .rule
                .clone()
                .unwrap_or_else(|| failure.code.clone().into_owned()),
            severity: match outcome {
                Outcome::Failed => "error",
                Outcome::Ok | Outcome::Unchanged | Outcome::Skipped => "info",
            },
            path: Some(column.to_owned()),
            line: at.line,
            column: at.column,
            message: text!("{key}：{zh}", "{key}: {en}"),
            fix: failure.hints.first().cloned(),
            source: known.map(|rule| rule.source.clone()),
        }
    }

    /// What the rulebook finds in the order of a row; an error that does not keep the row from being
    /// sent is a warning.
    fn of_rule(row: &BatchRow, found: rulebook::Finding, stops: bool) -> Self {
        let (zh, en) = (&found.message.zh, &found.message.en);
        let key = &row.reference;
        let at = row.place(content(row));
        Self {
            severity: if stops && found.severity == Severity::Error {
                "error"
            } else {
                "warning"
            },
            message: text!("{key}：{zh}", "{key}: {en}"),
            rule: found.rule,
            path: Some(found.path).filter(|path| !path.is_empty()),
            line: at.line,
            column: at.column,
            fix: found.fix,
            source: found.source,
        }
    }

    fn document(&self, lang: Lang) -> Value {
        json!({
            "rule": self.rule,
            "severity": self.severity,
            "path": self.path,
            "line": self.line,
            "column": self.column,
            "message": self.message.get(lang),
            "fix": self.fix.as_ref().map(|fix| fix.get(lang)),
            "source": self.source,
        })
    }
}

/// Looks every row over.
pub(super) fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    let name = matches
        .get_one::<String>("file")
        .map_or("-", String::as_str);
    let bytes = cx.read_input(name)?;
    let (rows, findings) = match load::rows(cx, matches, name, &bytes) {
        Ok(loaded) => (loaded.rows.len(), examine(cx, matches, &loaded)?),
        Err(problems) => (0, problems.into_iter().map(Finding::of_problem).collect()),
    };
    let lang = cx.lang;
    let errors = findings.iter().filter(|f| f.severity == "error").count();
    let file = if name == "-" { "stdin" } else { name };
    let mut human = String::new();
    for finding in &findings {
        let Finding { line, column, .. } = finding;
        let message = finding.message.get(lang);
        let path = finding
            .path
            .as_ref()
            .map_or_else(String::new, |path| format!(" ({path})"));
        let rule = &finding.rule;
        let told = format!("{file}:{line}:{column}{path}: {message} [{rule}]");
        let _ = writeln!(human, "{}", clean(&told));
        if let Some(fix) = &finding.fix {
            let _ = writeln!(human, "    {}", clean(fix.get(lang)));
        }
    }
    let data = json!({
        "findings": findings.iter().map(|f| f.document(lang)).collect::<Vec<_>>(),
    });
    let mut reply = Reply {
        known: [
            "rule", "severity", "path", "line", "column", "message", "fix", "source",
        ]
        .map(|field| format!("findings.{field}"))
        .to_vec(),
        ..Reply::new(SCHEMA, data).human(human)
    };
    if errors == 0 {
        return Ok(reply.say(text!(
            "{rows} 行都可以执行",
            "all {rows} row(s) can be applied"
        )));
    }
    reply.failure = Some(Failure::new(
        Exit::Invalid,
        "invalid.batch",
        text!(
            "{file} 有 {errors} 处问题",
            "{file} has {errors} problem(s)"
        ),
    ));
    Ok(reply)
}

/// Decides all rows as `apply --submit` would, and lists what stands in their way.
fn examine(
    cx: &mut Context<'_>,
    matches: &ArgMatches,
    loaded: &Loaded,
) -> Result<Vec<Finding>, Failure> {
    let (_, mut decided) = as_submitted(cx, matches, &loaded.wishes)?;
    call_by_ref(&mut decided, &loaded.wishes);
    let problems = loaded.problems.iter().cloned();
    let mut findings: Vec<Finding> = problems.map(Finding::of_problem).collect();
    for decided in decided {
        let Some(row) = loaded.rows.get(decided.row) else {
            continue;
        };
        let failure = decided.failure.as_ref();
        // The order of a row that could not be read is not there to be waited for.
        let is_echo =
            |failure: &&Failure| failure.code == "not-found.order" && loaded.waits_for_flawed(row);
        let failure = failure.filter(|failure| !is_echo(failure));
        let stops = failure.is_some_and(|failure| failure.code == REFUSED_BY_RULE);
        let told = failure.filter(|_| !stops);
        findings.extend(told.map(|failure| Finding::of_row(row, decided.outcome, failure)));
        let of_rules = decided.findings.into_iter();
        findings.extend(
            of_rules
                .filter(|found| !is_accepted(found, &row.accept))
                .map(|found| Finding::of_rule(row, found, stops)),
        );
    }
    findings.sort_by_key(|finding| (finding.line, finding.column));
    Ok(findings)
}
