//! `calendar`: the working days that limits are reckoned in, and the store's own years of them.

mod update;

use crate::cli::context::Context;
use crate::cli::parser;
use crate::cli::parser::action::{action, actions};
use crate::cli::parser::globals::place;
use crate::cli::reply::Reply;
use crate::failure::Failure;
use crate::filing::calendar::{Calendar, Schedule};
use crate::lang::{Lang, Text, commas};
use crate::render::style::Tone;
use crate::render::table::{Cell, Table, key_values};
use crate::store::Files;
use crate::text;
use chrono::{Datelike as _, NaiveDate, Weekday};
use clap::{ArgMatches, Command};
use serde_json::{Value, json};
use update::Outcome;

/// The shape of the document.
pub const SCHEMA: &str = "icpctl.calendar/1";

/// Says what the command takes.
pub fn command(command: Command, lang: Lang) -> Command {
    let when = place(
        "when",
        "YEAR|DATE",
        text!(
            "年份如 2026，或日期如 2026-11-22；不给则列出所有已知年份",
            "A year such as 2026, or a date such as 2026-11-22; without it, all years known"
        ),
        lang,
    );
    let file = place(
        "file",
        "FILE",
        text!(
            "日历文件（TOML）；- 读取标准输入",
            "The calendar file (TOML); - reads standard input"
        ),
        lang,
    );
    actions(
        command,
        lang,
        [
            action(
                "show",
                &text!(
                    "显示放假和调休安排，或某天是否为工作日",
                    "Show days off and make-up workdays, or whether a day is worked"
                ),
                [when],
                lang,
            ),
            action(
                "update",
                &text!(
                    "把新的年度安排存入备案库",
                    "Keep the schedules of more years in the store"
                ),
                [file.required(true)],
                lang,
            ),
        ],
    )
}

/// Shows the calendar in force, or adds years to the store's own.
pub fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    match matches.subcommand() {
        Some(("update", matches)) => {
            let file = parser::word(matches, "file");
            update::keep(cx, file)
        }
        Some((_, show)) => display(cx, show.get_one::<String>("when").map(String::as_str)),
        None => display(cx, None),
    }
}

/// What the document holds, as its schema calls that, where no day is asked about.
pub const YEARS: &str = "years";

/// Returns what the document holds, as its schema calls that: years, or the day that is asked about.
pub fn answers_with(matches: &ArgMatches) -> &'static str {
    let show = matches.subcommand_matches("show");
    let when = show.and_then(|show| show.get_one::<String>("when"));
    match when.map(|word| When::parse(word)) {
        Some(Ok(When::Day(_))) => "day",
        Some(Ok(When::Year(_)) | Err(_)) | None => YEARS,
    }
}

fn display(cx: &mut Context<'_>, when: Option<&str>) -> Result<Reply, Failure> {
    let when = when.map(When::parse).transpose()?;
    let disk = cx.open()?;
    let calendar = cx.calendar(disk.as_ref().map(|disk| disk as &dyn Files))?;
    let lang = cx.lang;
    match when {
        Some(When::Day(date)) => {
            let day = Day::of(&calendar, date);
            let human = key_values(&day.cells(), lang, cx.color());
            Ok(Reply::new(SCHEMA, day.document(lang)).human(human))
        }
        Some(When::Year(year)) => {
            let schedule = calendar
                .schedule(year)
                .ok_or_else(|| unknown_year(year, &calendar))?;
            let data = vec![document(year, schedule, None, lang)];
            let human = holidays(schedule).render(lang, cx.width(), cx.color());
            Ok(Reply::new(SCHEMA, data.into()).human(human))
        }
        None => {
            let mut table = Table::new(vec![
                text!("年份", "Year"),
                text!("节假日", "Holidays"),
                text!("调休上班", "Make-up workdays"),
                text!("来自", "From"),
                text!("依据", "Notices"),
            ]);
            let mut data = Vec::new();
            for (year, schedule) in schedules(&calendar) {
                let make_up: usize = schedule.holidays.iter().map(|h| h.work.len()).sum();
                table.row(vec![
                    Cell::verbatim(year.to_string()).tone(Tone::Name),
                    Cell::verbatim(schedule.holidays.len().to_string()),
                    Cell::verbatim(make_up.to_string()),
                    Cell::new(if is_own(year, schedule) {
                        text!("备案库", "the store")
                    } else {
                        text!("内置", "built in")
                    }),
                    Cell::verbatim(schedule.notices.join("；")),
                ]);
                data.push(document(year, schedule, None, lang));
            }
            let human = table.render(lang, cx.width(), cx.color());
            Ok(Reply::new(SCHEMA, data.into()).human(human))
        }
    }
}

/// What `calendar show` is asked about.
enum When {
    Year(i32),
    Day(NaiveDate),
}

impl When {
    fn parse(word: &str) -> Result<Self, Failure> {
        let is_year = word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit());
        if let Some(year) = word.parse().ok().filter(|_| is_year) {
            return Ok(Self::Year(year));
        }
        word.parse().map(Self::Day).map_err(|_| {
            Failure::usage(text!(
                "`{word}` 既不是年份也不是日期",
                "`{word}` is neither a year nor a date"
            ))
            .hint(text!(
                "例如 2026 或 2026-11-22",
                "for example 2026 or 2026-11-22"
            ))
        })
    }
}

/// Why a day is worked or not.
#[derive(Clone, Copy)]
enum Because {
    Weekday,
    Weekend,
    Holiday,
    MakeUpWorkday,
}

impl Because {
    const fn name(self) -> &'static str {
        match self {
            Self::Weekday => "weekday",
            Self::Weekend => "weekend",
            Self::Holiday => "holiday",
            Self::MakeUpWorkday => "make-up-workday",
        }
    }

    const fn label(self) -> Text {
        match self {
            Self::Weekday => Text::fixed("平日", "a weekday"),
            Self::Weekend => Text::fixed("周末", "a weekend"),
            Self::Holiday => Text::fixed("节假日", "a holiday"),
            Self::MakeUpWorkday => Text::fixed("调休上班", "a make-up workday"),
        }
    }
}

/// One day, judged.
struct Day {
    date: NaiveDate,
    is_worked: bool,
    because: Because,
    name: Option<Text>,
    is_provisional: bool,
}

impl Day {
    fn of(calendar: &Calendar, date: NaiveDate) -> Self {
        let is_worked = calendar.is_workday(date);
        let name = calendar.day_name(date);
        let because = match (is_worked, name.is_some()) {
            (true, true) => Because::MakeUpWorkday,
            (true, false) => Because::Weekday,
            (false, true) => Because::Holiday,
            (false, false) => Because::Weekend,
        };
        Self {
            date,
            is_worked,
            because,
            name,
            is_provisional: !calendar.knows(date.year()),
        }
    }

    fn document(&self, lang: Lang) -> Value {
        json!({
            "date": self.date,
            "working": self.is_worked,
            "because": self.because.name(),
            "label": self.name.as_ref().map(|name| name.get(lang)),
            "provisional": self.is_provisional,
        })
    }

    fn cells(&self) -> Vec<(Text, Cell)> {
        let weekday = weekday(self.date.weekday());
        let date = self.date;
        let because = self.name.clone().unwrap_or_else(|| self.because.label());
        let mut cells = vec![
            (
                text!("日期", "Date"),
                Cell::new(text!("{date} {weekday}", "{date}, {weekday}", weekday)),
            ),
            (
                text!("是否工作日", "Working day"),
                Cell::new(if self.is_worked {
                    text!("是", "yes")
                } else {
                    text!("否", "no")
                }),
            ),
            (text!("原因", "Because"), Cell::new(because)),
        ];
        if self.is_provisional {
            let year = self.date.year();
            cells.push((
                text!("暂定", "Provisional"),
                Cell::new(text!(
                    "尚无 {year} 年的安排，只按周一至周五推算",
                    "the schedule of {year} is not known: only Monday to Friday count"
                )),
            ));
        }
        cells
    }
}

const fn weekday(day: Weekday) -> Text {
    match day {
        Weekday::Mon => Text::fixed("星期一", "Monday"),
        Weekday::Tue => Text::fixed("星期二", "Tuesday"),
        Weekday::Wed => Text::fixed("星期三", "Wednesday"),
        Weekday::Thu => Text::fixed("星期四", "Thursday"),
        Weekday::Fri => Text::fixed("星期五", "Friday"),
        Weekday::Sat => Text::fixed("星期六", "Saturday"),
        Weekday::Sun => Text::fixed("星期日", "Sunday"),
    }
}

fn unknown_year(year: i32, calendar: &Calendar) -> Failure {
    let known = commas(calendar.years());
    Failure::not_found(
        "not-found.year",
        text!(
            "日历中没有 {year} 年的安排",
            "the calendar has no schedule of {year}"
        ),
    )
    .hint(text!("已知年份：{known}", "the years known: {known}"))
    .hint(text!(
        "放假通知公布后：icpctl calendar update FILE",
        "once it is announced: icpctl calendar update FILE"
    ))
}

fn schedules(calendar: &Calendar) -> impl Iterator<Item = (i32, &Schedule)> {
    calendar
        .years()
        .filter_map(|year| Some((year, calendar.schedule(year)?)))
}

/// Whether a year is not as icpctl carries it.
fn is_own(year: i32, schedule: &Schedule) -> bool {
    Calendar::embedded().schedule(year) != Some(schedule)
}

fn holidays(schedule: &Schedule) -> Table {
    let mut table = Table::new(vec![
        text!("放假自", "Off from"),
        text!("至", "To"),
        text!("节日", "Holiday"),
        text!("调休上班", "Make-up workdays"),
    ]);
    for holiday in &schedule.holidays {
        table.row(vec![
            Cell::verbatim(holiday.from.to_string()),
            Cell::verbatim(holiday.to.to_string()),
            Cell::new(holiday.name.clone()),
            Cell::verbatim(commas(&holiday.work)),
        ]);
    }
    table
}

fn document(year: i32, schedule: &Schedule, outcome: Option<Outcome>, lang: Lang) -> Value {
    let holidays: Vec<Value> = schedule
        .holidays
        .iter()
        .map(|holiday| {
            json!({
                "label": holiday.name.get(lang),
                "from": holiday.from,
                "to": holiday.to,
                "work": holiday.work,
            })
        })
        .collect();
    json!({
        "year": year,
        "origin": if is_own(year, schedule) { "store" } else { "built-in" },
        "outcome": outcome.map(Outcome::name),
        "notices": schedule.notices,
        "holidays": holidays,
    })
}
