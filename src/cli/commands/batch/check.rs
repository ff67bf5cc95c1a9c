//! `batch check`: all that is wrong with a batch, before anything is done.

use super::load::{self, Loaded};
use super::{SCHEMA, as_submitted};
use crate::cli::commands::check::label;
use crate::cli::context::Context;
use crate::cli::documents::citation;
use crate::cli::parser;
use crate::cli::reply::Reply;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::intake::{BatchRow, Named, Position, Problem};
use crate::knowledge::{Severity, rule};
use crate::lang::{Lang, Text};
use crate::render::brief::brief;
use crate::render::clean::clean;
use crate::render::mask::Privacy;
use crate::render::prose;
use crate::rulebook;
use crate::text;
use crate::workflow::assign::called;
use crate::workflow::batch::{Decided, Outcome, blamed, call_by_ref, content, doubted, twice};
use crate::workflow::check::{REFUSED_BY_RULE, is_accepted};
use crate::workflow::plan::Caution;
use crate::workflow::resolve;
use crate::workflow::world::World;
use clap::ArgMatches;
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

/// One thing to know about a row.
struct Finding {
    rule: String,
    severity: Severity,
    path: Option<String>,
    line: usize,
    column: usize,
    message: Text,
    fix: Option<Text>,
    source: Option<String>,
    /// Words of it that are nobody's data whatever they look like.
    plain: Vec<String>,
}

impl Finding {
    fn of_problem(problem: Problem) -> Self {
        Self {
            rule: problem.code.to_owned(),
            severity: Severity::Error,
            path: Some(problem.path).filter(|path| !path.is_empty()),
            line: problem.line,
            column: problem.column,
            message: problem.message,
            fix: problem.fix,
            source: None,
            plain: Vec::new(),
        }
    }

    fn of_row(row: &BatchRow, outcome: Outcome, failure: &Failure) -> Self {
        let column = blamed(failure, row);
        Self {
            severity: match outcome {
                Outcome::Failed => Severity::Error,
                Outcome::Ok | Outcome::Unchanged | Outcome::Skipped => Severity::Info,
            },
            ..Self::of_failure(
                Some(&row.reference),
                row.header.name(column),
                row.place(column),
                failure.clone(),
            )
        }
        .naming(row)
    }

    /// The ref of a row that could be read is known to be one; in any other it may be the phone of a
    /// shifted cell.
    fn naming(mut self, row: &BatchRow) -> Self {
        self.plain.push(row.reference.clone());
        self
    }

    /// What stands in the way of the row with that key, told at one of its cells.
    fn of_failure(key: Option<&String>, column: &str, at: Position, failure: Failure) -> Self {
        let message = &failure.message;
        let message = match key {
            Some(key) => text!("{key}：{message}", "{key}: {message}", message),
            None => failure.message,
        };
        let known = failure.rule.as_deref().and_then(rule);
        Self {
            rule: failure.rule.unwrap_or_else(|| failure.code.into_owned()),
            severity: Severity::Error,
            path: Some(column.to_owned()),
            line: at.line,
            column: at.column,
            message,
            fix: failure.hints.into_iter().next(),
            source: known.map(|rule| rule.source.clone()),
            plain: failure.plain,
        }
    }

    /// What the rulebook finds in the order of a row; an error that does not keep the row from being
    /// sent is a warning.
    fn of_rule(row: &BatchRow, found: rulebook::Finding, stops: bool) -> Self {
        let key = &row.reference;
        let at = row.place(content(row));
        Self {
            severity: if stops && found.severity == Severity::Error {
                Severity::Error
            } else {
                Severity::Warning
            },
            message: text!(
                "{key}：{message}",
                "{key}: {message}",
                message = &found.message
            ),
            rule: found.rule,
            path: Some(found.path).filter(|path| !path.is_empty()),
            line: at.line,
            column: at.column,
            fix: found.fix,
            source: found.source,
            plain: Vec::new(),
        }
        .naming(row)
    }

    /// What is mostly a slip in what a row asks for.
    fn of_slip(row: &BatchRow, slip: &Caution) -> Self {
        let (key, column) = (&row.reference, doubted(slip, row));
        let at = row.place(column);
        Self {
            rule: slip.code.to_owned(),
            severity: Severity::Warning,
            path: Some(row.header.name(column).to_owned()),
            line: at.line,
            column: at.column,
            message: text!(
                "{key}：{message}",
                "{key}: {message}",
                message = &slip.message
            ),
            fix: None,
            source: None,
            plain: Vec::new(),
        }
        .naming(row)
    }

    /// Masks what looks personal: the value that a finding repeats may stand in the wrong column.
    fn hide(mut self, privacy: Privacy) -> Self {
        let plain = &self.plain;
        self.message = prose::mask_text_save(&self.message, plain, privacy);
        self.fix = self
            .fix
            .map(|fix| prose::mask_text_save(&fix, plain, privacy));
        self.path = self.path.map(|path| prose::mask(&path, privacy));
        self
    }

    fn document(&self, lang: Lang) -> Value {
        json!({
            "rule": self.rule,
            "severity": self.severity,
            "path": self.path,
            "line": self.line,
            "column": self.column,
            "message": brief(self.message.get(lang), lang),
            "fix": self.fix.as_ref().map(|fix| brief(fix.get(lang), lang)),
            "source": self.source,
            "sources": citation::documents(self.source.as_deref().unwrap_or_default(), lang),
        })
    }
}

/// Looks every row over.
pub(super) fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    let name = parser::word(matches, "file");
    let bytes = cx.read_input(name)?;
    let (rows, findings) = match load::rows(cx, matches, name, &bytes) {
        Ok(loaded) => (loaded.rows.len(), examine(cx, matches, &loaded)?),
        Err(problems) => (0, problems.into_iter().map(Finding::of_problem).collect()),
    };
    let (lang, privacy) = (cx.lang, cx.globals.privacy);
    let findings: Vec<Finding> = findings.into_iter().map(|f| f.hide(privacy)).collect();
    let errors = findings
        .iter()
        .filter(|f| f.severity == Severity::Error)
        .count();
    let file = called(name);
    let mut human = String::new();
    for finding in &findings {
        let Finding { line, column, .. } = finding;
        let message = brief(finding.message.get(lang), lang);
        let path = finding
            .path
            .as_ref()
            .map_or_else(String::new, |path| format!(" ({path})"));
        let rule = &finding.rule;
        let (word, tone) = label(finding.severity);
        let word = tone.paint(word.get(lang), cx.color());
        let place = clean(&format!("{file}:{line}:{column}{path}")).into_owned();
        let told = format!("{message} [{rule}]");
        let colon = text!("：", ": ");
        let _ = write!(human, "{place}: {word}{}", colon.get(lang));
        let _ = writeln!(human, "{}", clean(&told));
        if let Some(fix) = &finding.fix {
            let _ = writeln!(human, "    {}", clean(&brief(fix.get(lang), lang)));
        }
    }
    let data = json!({
        "findings": findings.iter().map(|f| f.document(lang)).collect::<Vec<_>>(),
    });
    let mut reply = Reply {
        known: [
            "rule", "severity", "path", "line", "column", "message", "fix", "source", "sources",
        ]
        .map(|field| format!("findings.{field}"))
        .to_vec(),
        rows: Some("findings"),
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
    let mut decided = as_submitted(cx, matches, &loaded.wishes)?;
    call_by_ref(&mut decided, &loaded.wishes);
    let problems = loaded.problems.iter().cloned();
    let mut findings: Vec<Finding> = problems.map(Finding::of_problem).collect();
    let is_missing = |decided: &Decided| {
        let failure = decided.failure.as_ref();
        failure.is_some_and(|failure| failure.exit == Exit::NotFound)
    };
    let made = Made {
        refs: loaded
            .flawed
            .iter()
            .filter_map(|named| named.reference.as_deref())
            .collect(),
        hides_rest: loaded.flawed.iter().any(|named| named.hides_rest),
    };
    if !loaded.flawed.is_empty() || decided.iter().any(is_missing) {
        let world = cx.world()?;
        let mut made = made.clone();
        let refs = loaded.rows.iter().map(|row| row.reference.as_str());
        made.refs.extend(refs);
        let look = |named: &Named, told| unfound(&world, &made, named, told);
        let of_flawed = loaded.flawed.iter().flat_map(|named| look(named, None));
        findings.extend(of_flawed);
        let missing = decided.iter().filter(|decided| is_missing(decided));
        findings.extend(missing.flat_map(|decided| {
            let row = loaded.rows.get(decided.row).zip(decided.failure.as_ref());
            row.map(|(row, failure)| {
                let found = look(&Named::from(row), Some(blamed(failure, row)));
                let found = found.into_iter().map(|finding| finding.naming(row));
                found.collect::<Vec<_>>()
            })
            .unwrap_or_default()
        }));
    }
    // The first line of each ref that a row has which could not be read.
    let mut first: HashMap<&str, usize> = HashMap::new();
    for named in loaded.flawed.iter().rev() {
        first.extend(named.reference.as_deref().map(|key| (key, named.line)));
    }
    for decided in decided {
        let Some(row) = loaded.rows.get(decided.row) else {
            continue;
        };
        let earlier = first.get(row.reference.as_str());
        if let Some(line) = earlier.filter(|line| **line < row.line) {
            let twin = twice(&row.reference, *line);
            findings.push(Finding::of_row(row, Outcome::Failed, &twin));
        }
        let failure = decided.failure.as_ref();
        // The order of a row that could not be read is not there to be waited for.
        let is_echo = |failure: &&Failure| {
            let word = row.after.as_deref().unwrap_or_default();
            failure.code == "not-found.order" && made.holds(word)
        };
        let failure = failure.filter(|failure| !is_echo(failure));
        let stops = failure.is_some_and(|failure| failure.code == REFUSED_BY_RULE);
        let told = failure.filter(|_| !stops);
        findings.extend(told.map(|failure| Finding::of_row(row, decided.outcome, failure)));
        findings.extend(decided.slips().map(|slip| Finding::of_slip(row, slip)));
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

/// The orders that rows of the file make, or would if they could be read.
#[derive(Clone)]
struct Made<'a> {
    refs: HashSet<&'a str>,
    /// Whether there are rows of which nothing is known.
    hides_rest: bool,
}

impl Made<'_> {
    /// Whether a word may name one of them.
    fn holds(&self, word: &str) -> bool {
        let key = word.strip_prefix("ref:");
        key.is_some_and(|key| self.hides_rest || self.refs.contains(key))
    }
}

/// Looks up what a row names, and lists what is nowhere; `told` is the column of which it is known.
fn unfound(world: &World, made: &Made<'_>, named: &Named, told: Option<&str>) -> Vec<Finding> {
    let key = named.reference.as_ref();
    let mut findings = Vec::new();
    for word in named.target.iter().filter(|_| told != Some("target")) {
        let found = resolve::target(&world.book.portfolio, word).err();
        let column = named.header.name("target");
        let finding = |failure| Finding::of_failure(key, column, named.target_at, failure);
        findings.extend(found.map(Failure::from).map(finding));
    }
    if let Some(word) = named.after.as_deref()
        && told != Some("after")
        && !made.holds(word)
        && let Err(error) = world.find(word)
    {
        let column = named.header.name("after");
        findings.push(Finding::of_failure(
            key,
            column,
            named.after_at,
            error.into(),
        ));
    }
    findings
}
