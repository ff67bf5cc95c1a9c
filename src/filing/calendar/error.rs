//! What can be wrong with a calendar file.

use crate::lang::{Text, parser};
use crate::text;
use chrono::NaiveDate;
use thiserror::Error;

/// A place in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The line, counted from 1.
    pub line: usize,
    /// The character in the line, counted from 1.
    pub column: usize,
}

impl Position {
    /// The place of the byte `offset` in `text`; the end where it lies beyond.
    pub(super) fn of(offset: usize, text: &str) -> Self {
        let (line, column) = parser::position(text.as_bytes(), offset);
        Self { line, column }
    }
}

/// The first fault of a calendar file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{}", self.message().en)]
pub struct CalendarError {
    /// Where it stands.
    pub at: Position,
    /// What it is.
    pub fault: CalendarFault,
}

/// What is wrong with a calendar file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CalendarFault {
    /// Not TOML.
    Syntax {
        /// The parser's words, in English.
        problem: String,
    },
    /// A key that the format does not have.
    UnknownKey {
        /// The key as written.
        key: String,
        /// The keys that may stand there.
        expected: &'static [&'static str],
    },
    /// A key that must be there.
    MissingKey {
        /// The key.
        key: &'static str,
    },
    /// A value of another type.
    WrongShape {
        /// The key of the value.
        key: String,
        /// What it must be.
        expected: Shape,
    },
    /// A year that is not four digits.
    BadYear {
        /// The year as written.
        written: String,
    },
    /// A date that does not exist, such as 30 February.
    BadDate {
        /// The date as written.
        written: String,
    },
    /// A date neither in its schedule's year nor in the December before.
    OutsideYear {
        /// The date.
        date: NaiveDate,
        /// The year of the schedule.
        year: i32,
    },
    /// A holiday that ends before it begins.
    Backwards {
        /// Its first day.
        from: NaiveDate,
        /// Its last day.
        to: NaiveDate,
    },
    /// A holiday whose name is not in `[names]`.
    UnknownName {
        /// The name as written.
        name: String,
    },
    /// A make-up workday from Monday to Friday.
    MakeUpOnWeekday {
        /// The date.
        date: NaiveDate,
    },
    /// A date that is both a day off and a make-up workday.
    OffAndWorked {
        /// The date.
        date: NaiveDate,
    },
    /// A date that is twice a day off or twice a make-up workday.
    Duplicate {
        /// The date.
        date: NaiveDate,
    },
    /// A list with nothing in it.
    Empty {
        /// The key of the list.
        key: &'static str,
    },
    /// A file without a schedule.
    NoYears,
}

/// What a value must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A table.
    Table,
    /// A list.
    List,
    /// Text, not blank.
    Words,
    /// A date without time of day, bare.
    Date,
}

impl Shape {
    /// Returns its name, with an example where one helps.
    pub const fn describe(self) -> Text {
        match self {
            Self::Table => Text::fixed("表", "a table"),
            Self::List => Text::fixed("数组", "a list"),
            Self::Words => Text::fixed("加引号的非空文字", "text in quotes, not blank"),
            Self::Date => Text::fixed(
                "不加引号的日期，如 2026-02-14",
                "a date without quotes, such as 2026-02-14",
            ),
        }
    }
}

impl CalendarError {
    /// Returns what is wrong, where, and what to write instead.
    pub fn message(&self) -> Text {
        let Position { line, column } = self.at;
        text!(
            "第 {line} 行第 {column} 列：{describe}",
            "line {line}, column {column}: {describe}",
            describe = self.fault.describe()
        )
    }
}

impl CalendarFault {
    fn describe(&self) -> Text {
        match self {
            Self::Syntax { problem } => {
                text!(
                    "TOML 语法有误（{words}），请更正后重试",
                    "not valid TOML ({words}); correct it and try again",
                    words = parser::said(problem)
                )
            }
            Self::UnknownKey { key, expected } => {
                text!(
                    "无法识别的键“{key}”，此处只能使用：{expected}",
                    "unknown key `{key}`; allowed here: {expected}",
                    expected = Text::list(expected)
                )
            }
            Self::MissingKey { key } => {
                text!("缺少“{key}”，请补上", "`{key}` is missing; add it")
            }
            Self::WrongShape { key, expected } => {
                text!(
                    "“{key}”必须是{describe}",
                    "`{key}` must be {describe}",
                    describe = expected.describe()
                )
            }
            Self::BadYear { written } => text!(
                "年份“{written}”有误，应为四位数字，如 [year.2027]",
                "`{written}` is no year; write four digits, such as [year.2027]"
            ),
            Self::BadDate { written } => text!(
                "没有 {written} 这一天，请核对日期",
                "there is no day {written}; check the date"
            ),
            Self::OutsideYear { date, year } => {
                let before = year - 1;
                text!(
                    "{date} 不在 {year} 年的安排内：只能是 {year} 年或 {before} 年 12 月的日期",
                    "{date} is outside the schedule of {year}, which covers {year} and December {before}"
                )
            }
            Self::Backwards { from, to } => text!(
                "假期结束日 {to} 早于开始日 {from}，请调换或更正",
                "the holiday ends on {to}, before it begins on {from}; swap or correct them"
            ),
            Self::UnknownName { name } => text!(
                "节日名称“{name}”未定义，请在 [names] 中给出其中英文名称",
                "the holiday name `{name}` is not defined; give its zh and en in [names]"
            ),
            Self::MakeUpOnWeekday { date } => text!(
                "调休上班日 {date} 不是周六或周日，请核对通知",
                "the make-up workday {date} is no Saturday or Sunday; check the notice"
            ),
            Self::OffAndWorked { date } => text!(
                "{date} 既是放假日又是调休上班日，请保留其一",
                "{date} is both a day off and a make-up workday; keep one"
            ),
            Self::Duplicate { date } => {
                text!(
                    "{date} 重复出现，请删去一处",
                    "{date} appears twice; remove one"
                )
            }
            Self::Empty { key } => text!(
                "“{key}”至少要有一项；国务院办公厅尚未公布的年份请整段删去",
                "`{key}` needs at least one entry; leave out a year that has not been announced yet"
            ),
            Self::NoYears => text!(
                "文件中没有任何年份的安排，请至少写一个 [year.YYYY]",
                "the file has no schedule; write at least one [year.YYYY]"
            ),
        }
    }
}
