//! How many rows are told, one by one as they are done: records on stdout for machines, a bar or
//! lines on stderr for people, and one summary.

use super::{Reply, UNPRINTED, problem, tell};
use crate::cli::context::Context;
use crate::cli::signals::{Signals, stopped_at_rows};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::lang::{Lang, Text};
use crate::render::brief::{brief, told_save};
use crate::render::fields::Fields;
use crate::render::mask::Privacy;
use crate::render::room::Room;
use crate::render::rows::json_line;
use crate::render::style::Tone;
use crate::render::table::{Cell, Table};
use crate::render::{Delivery, Format, print};
use crate::text;
use crate::workflow::assign::called;
use crate::workflow::batch::Outcome;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Map, Value, json};

/// One row as it came out.
#[derive(Clone, Debug)]
pub struct RowTold {
    /// The line on which it begins.
    pub line: usize,
    /// What it is about, by the [`Names`] of its stream.
    pub names: [Option<String>; 2],
    /// How it came out.
    pub outcome: Outcome,
    /// What stands in its way.
    pub failure: Option<Failure>,
}

/// By which two names the rows of a stream go.
#[derive(Debug)]
pub struct Names {
    keys: [&'static str; 2],
    titles: [Text; 2],
}

/// Orders: their refs, where the file has some, and their ids.
pub static ORDERS: Names = Names {
    keys: ["ref", "order"],
    titles: [Text::fixed("自定编号", "Ref"), Text::fixed("订单", "Order")],
};

/// Duties: whose they are, and which.
pub static DUTIES: Names = Names {
    keys: ["number", "duty"],
    titles: [Text::fixed("对象", "Whose"), Text::fixed("事项", "Duty")],
};

/// A stream of rows.
pub struct Stream {
    schema: &'static str,
    names: &'static Names,
    file: String,
    rows: usize,
    format: Format,
    /// The fields of a row that `--fields` asks for.
    fields: Option<Fields>,
    is_for_people: bool,
    is_quiet: bool,
    is_dry: bool,
    bar: Option<ProgressBar>,
    counts: [usize; 4],
    done: usize,
    /// Rows for the formats that print a table at the end.
    kept: Vec<RowTold>,
    delivery: std::io::Result<Delivery>,
    /// What running the same again does with the rows that are done.
    again: Again,
}

/// What running the same file again does with the rows that are done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// They are known again and left alone.
    KnowsThem,
    /// Those that say no time are taken once more.
    TakesUndated,
}

impl Again {
    /// Returns how to go on after rows failed, or where it was stopped.
    fn advice(self, stopped: bool) -> Text {
        match (self, stopped) {
            (Self::KnowsThem, false) => text!(
                "改正后再次执行：已完成的行不会重复",
                "mend them and run again: rows that are done are not done twice"
            ),
            (Self::KnowsThem, true) => text!(
                "再次执行即从这里继续，已完成的行不会重复",
                "run it again to go on from here: rows that are done are not done twice"
            ),
            (Self::TakesUndated, _) => text!(
                "再次执行前，去掉已完成的行，或在其 at 列写明日期：没有 at 的行每次都算新的事件",
                "before running it again, take out the rows that are done, or give each its date in the column at: a row without one counts as a new event every time"
            ),
        }
    }
}

impl Stream {
    /// Begins a stream of `rows` rows and tells so.
    pub fn start(
        cx: &mut Context<'_>,
        schema: &'static str,
        names: &'static Names,
        file: &str,
        rows: usize,
    ) -> Self {
        let draws = cx.terminal.stderr && !cx.globals.quiet && rows > 0;
        let bar = draws.then(|| {
            let target = ProgressDrawTarget::stderr();
            let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {eta}");
            let bar = ProgressBar::with_draw_target(Some(rows as u64), target);
            style.map_or_else(|_| bar.clone(), |style| bar.clone().with_style(style))
        });
        let mut stream = Self {
            schema,
            names,
            file: called(file).to_owned(),
            rows,
            format: cx.globals.format,
            fields: cx.fields.clone(),
            is_for_people: cx.globals.is_for_people(),
            is_quiet: cx.globals.quiet,
            is_dry: cx.globals.dry_run,
            bar,
            counts: [0; 4],
            done: 0,
            kept: Vec::new(),
            delivery: Ok(Delivery::Written),
            again: Again::KnowsThem,
        };
        let start = json!({
            "type": "start",
            "schema": schema,
            "file": file,
            "rows": rows,
            "dry_run": stream.is_dry,
        });
        stream.put(cx, &[start]);
        stream
    }

    /// Answers where a signal came before the rows were read.
    pub fn unbegun(
        cx: &mut Context<'_>,
        schema: &'static str,
        names: &'static Names,
        file: &str,
        signals: &Signals,
    ) -> Reply {
        Self::start(cx, schema, names, file, 0).finish(cx, false, signals.arrived(), None)
    }

    /// Says what running the same again does.
    pub const fn again(&mut self, again: Again) {
        self.again = again;
    }

    fn put(&mut self, cx: &mut Context<'_>, records: &[Value]) {
        // Where one record could not be delivered, nobody is left to read the next.
        if !self.is_json() || !matches!(self.delivery, Ok(Delivery::Written)) {
            return;
        }
        let lines: String = records
            .iter()
            .map(|record| json_line(record).unwrap_or_default())
            .collect();
        self.delivery = print(cx.out, &lines);
    }

    /// Returns a row with the fields that were asked for, and what tells it from other records.
    fn narrowed(&self, row: Value) -> Value {
        const TYPE: &str = "type";
        let Some(fields) = &self.fields else {
            return row;
        };
        let mut told = Map::new();
        told.extend(row.get(TYPE).map(|word| (TYPE.to_owned(), word.clone())));
        if let Value::Object(narrow) = fields.narrow(&row) {
            told.extend(narrow);
        }
        Value::Object(told)
    }

    fn is_json(&self) -> bool {
        self.format.is_json()
    }

    /// Tells rows that are done, and how far it is.
    pub fn rows(&mut self, cx: &mut Context<'_>, rows: Vec<RowTold>) {
        let (lang, privacy) = (cx.lang, cx.globals.privacy);
        let records: Vec<Value> = rows
            .iter()
            .map(|row| self.narrowed(self.record(row, lang, privacy)))
            .collect();
        self.put(cx, &records);
        self.done += rows.len();
        for row in rows {
            if let Some(count) = self.counts.get_mut(row.outcome as usize) {
                *count += 1;
            }
            if self.is_for_people
                && let Some(failure) = &row.failure
            {
                let mut lines = vec![self.complaint(&row, failure)];
                // What waiting cures needs nobody to do anything.
                if row.outcome == Outcome::Failed || failure.is_final {
                    let hints = failure.hints.iter();
                    lines.extend(hints.map(|Text { zh, en }| text!("    {zh}", "    {en}")));
                }
                let named = row.names[0].iter().cloned();
                let plain: Vec<String> = named.chain(failure.plain.iter().cloned()).collect();
                let lines = lines.iter();
                let lines = lines.map(|line| told_save(line.get(lang), &plain, lang, privacy));
                let lines = lines.collect::<Vec<_>>().join("\n");
                match &self.bar {
                    Some(bar) => bar.suspend(|| tell(cx.err, &lines)),
                    None => tell(cx.err, &lines),
                }
            }
            if !self.is_json() {
                self.kept.push(row);
            }
        }
        self.tick(cx);
    }

    /// Returns how many rows are not done.
    pub const fn left(&self) -> usize {
        self.rows - self.done
    }

    fn complaint(&self, row: &RowTold, failure: &Failure) -> Text {
        let (file, line) = (&self.file, row.line);
        let name = row.names.iter().flatten().next();
        let name = name.map_or_else(String::new, |name| format!(" {name}"));
        match row.outcome {
            Outcome::Skipped => text!(
                "{file} 第 {line} 行{name}：暂缓，{message}",
                "{file}:{line}{name}: held back, {message}",
                message = &failure.message
            ),
            Outcome::Ok | Outcome::Unchanged | Outcome::Failed => text!(
                "{file} 第 {line} 行{name}：{message}",
                "{file}:{line}{name}: {message}",
                message = &failure.message
            ),
        }
    }

    fn tick(&mut self, cx: &mut Context<'_>) {
        if let Some(bar) = &self.bar {
            bar.set_position(self.done as u64);
        } else if self.is_for_people && !self.is_quiet && self.left() > 0 {
            let (done, rows) = (self.done, self.rows);
            let line = if self.is_dry {
                text!("已查看 {done}/{rows} 行", "{done} of {rows} rows looked at")
            } else {
                text!("已处理 {done}/{rows} 行", "{done} of {rows} rows done")
            };
            tell(cx.err, line.get(cx.lang));
        }
    }

    /// Ends the stream: exactly one summary.
    ///
    /// `signal` is the exit of a signal that stopped it, `broken` what else did.
    pub fn finish(
        mut self,
        cx: &mut Context<'_>,
        changed: bool,
        signal: Option<Exit>,
        broken: Option<Failure>,
    ) -> Reply {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
        let [ok, unchanged, skipped, failed] = self.counts;
        let left = self.left();
        let advised = |failure: Failure, stopped| match (self.is_dry, stopped) {
            (false, _) => failure.hint(self.again.advice(stopped)),
            (true, false) => failure.hint(text!(
                "先改正，再不带 --dry-run 执行",
                "mend them, then run it without --dry-run"
            )),
            (true, true) => failure,
        };
        let failure = broken
            .or_else(|| signal.map(|exit| advised(stopped_at_rows(exit, left), true)))
            .or_else(|| (failed > 0).then(|| advised(partial(failed, self.is_dry), false)));
        let mut counts: Map<String, Value> = Outcome::ALL
            .iter()
            .zip(self.counts)
            .map(|(outcome, count)| (outcome.name().to_owned(), count.into()))
            .collect();
        counts.insert("left".to_owned(), left.into());
        let warnings = cx.warnings();
        let privacy = cx.globals.privacy;
        let error = failure
            .as_ref()
            .map(|failure| problem(failure, cx.lang, privacy));
        let summary = json!({
            "type": "summary",
            "schema": self.schema,
            "ok": error.is_none(),
            "changed": changed,
            "dry_run": self.is_dry,
            "exit": failure.as_ref().map_or(Exit::Ok, |f| f.exit).code(),
            "counts": counts,
            "warnings": warnings,
            "error": error,
        });
        self.put(cx, &[summary]);
        let mut reply = if self.is_json() {
            Reply::streamed()
        } else {
            let rows: Vec<Value> = self
                .kept
                .iter()
                .map(|row| self.record(row, cx.lang, privacy))
                .collect();
            let human = self.table(cx.lang).render(cx.lang, cx.width(), cx.color());
            Reply {
                known: self.fields(),
                ..Reply::new(self.schema, Value::Array(rows)).human(human)
            }
        };
        reply.says.push(if self.is_dry {
            text!(
                "将完成 {ok} 行，此前已完成 {unchanged} 行，将暂缓 {skipped} 行，将失败 {failed} 行（未写入）",
                "{ok} row(s) would be done, {unchanged} done before, {skipped} would be held back, {failed} would fail (nothing was written)"
            )
        } else {
            text!(
                "完成 {ok} 行，此前已完成 {unchanged} 行，暂缓 {skipped} 行，失败 {failed} 行",
                "{ok} row(s) done, {unchanged} done before, {skipped} held back, {failed} failed"
            )
        });
        reply.changed = changed;
        reply.failure = failure.or_else(|| self.delivery.err().map(|error| undelivered(&error)));
        reply
    }

    /// Lists the columns of a table.
    fn fields(&self) -> Vec<String> {
        let names = ["line"].into_iter().chain(self.names.keys).chain(FIELDS);
        names.map(str::to_owned).collect()
    }

    fn record(&self, row: &RowTold, lang: Lang, privacy: Privacy) -> Value {
        let error = row.failure.as_ref();
        let error = error.map(|failure| problem(failure, lang, privacy));
        let [first, second] = self.names.keys;
        json!({
            "type": "row",
            "line": row.line,
            first: row.names[0],
            second: row.names[1],
            "outcome": row.outcome.name(),
            "error": error,
        })
    }

    fn table(&self, lang: Lang) -> Table {
        let mut table = Table::new(vec![
            text!("行", "Line"),
            self.names.titles[0].clone(),
            self.names.titles[1].clone(),
            text!("结果", "Outcome"),
        ])
        .rooms(&[Room::Whole, Room::Shortens, Room::Whole, Room::Wraps]);
        for row in &self.kept {
            let outcome = match row.outcome {
                Outcome::Ok if self.is_dry => Cell::new(text!("将完成", "would be done")),
                Outcome::Ok => Cell::new(text!("完成", "done")),
                Outcome::Unchanged => Cell::new(text!("此前已完成", "done before")),
                Outcome::Skipped => Cell::new(text!("暂缓", "held back")),
                Outcome::Failed if self.is_dry => {
                    Cell::new(text!("将失败", "would fail")).tone(Tone::Against)
                }
                Outcome::Failed => Cell::new(text!("失败", "failed")).tone(Tone::Against),
            };
            let [first, second] = row.names.each_ref();
            table.row(vec![
                Cell::verbatim(row.line.to_string()),
                Cell::verbatim(brief(first.as_deref().unwrap_or_default(), lang)),
                Cell::verbatim(second.clone().unwrap_or_default()).tone(Tone::Name),
                outcome,
            ]);
        }
        table
    }
}

/// The columns of a table, after the line and the names of a row.
const FIELDS: [&str; 7] = [
    "outcome",
    "error.code",
    "error.message",
    "error.exit",
    "error.hints",
    "error.retryable",
    "error.rule",
];

fn partial(failed: usize, is_dry: bool) -> Failure {
    let message = if is_dry {
        text!("{failed} 行将失败", "{failed} row(s) would fail")
    } else {
        text!("{failed} 行失败", "{failed} row(s) failed")
    };
    Failure::new(Exit::Partial, "partial.rows", message)
}

fn undelivered(error: &std::io::Error) -> Failure {
    Failure::new(
        Exit::Failure,
        UNPRINTED,
        text!(
            "各行已处理并保存，但结果无法输出：{error}",
            "the rows were done and saved, but the result could not be printed: {error}"
        ),
    )
}
