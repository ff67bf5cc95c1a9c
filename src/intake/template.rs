//! Files to start from: commented, and readable as they are.

use super::schema::{Column, Table, columns};
use super::specimen::{Choice, specimen};
use crate::filing::kind::Kind;
use crate::lang::{Lang, Text};
use std::fmt::Write as _;

/// A file that `template` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Template {
    /// A dossier for one kind of order, in TOML.
    Dossier(Kind),
    /// Rows, as CSV.
    Rows(Table),
}

impl Template {
    /// Returns every template.
    pub fn all() -> impl Iterator<Item = Self> {
        let dossiers = Kind::ALL.iter().copied().map(Self::Dossier);
        dossiers.chain(Table::ALL.iter().copied().map(Self::Rows))
    }

    /// Returns the name on the command line: a kind's, or a table's.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dossier(kind) => kind.name(),
            Self::Rows(table) => table.name(),
        }
    }

    /// Returns the template of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::all().find(|template| template.name() == name)
    }
}

/// Returns the text of a template, its comments in `lang`; a dossier's is for `choice`.
pub fn template(what: Template, choice: &Choice, lang: Lang) -> String {
    match what {
        Template::Dossier(kind) => specimen(kind, choice, lang),
        Template::Rows(table) => rows(table, lang),
    }
}

const fn title(table: Table) -> Text {
    match table {
        Table::Adopt => Text::fixed(
            "导入已有备案：每行一个服务，只有备案号必填，空着即未知",
            "Filings to be adopted: one service a row; only the numbers are required, empty is unknown",
        ),
        Table::Batch => Text::fixed("批量订单：每行一份订单", "A batch: one order a row"),
        Table::Record => Text::fixed("批量登记：每行一个事件", "Events to be recorded: one a row"),
        Table::Duty => Text::fixed("已完成的事项：每行一项", "Duties that are done: one a row"),
    }
}

/// Returns a CSV: comments, the header in Chinese as a comment, the header, one row.
fn rows(table: Table, lang: Lang) -> String {
    let mut page = format!("# {}\n", title(table).get(lang));
    let separator = match lang {
        Lang::Zh => "：",
        Lang::En => ": ",
    };
    for column in columns(table) {
        let help = column.help.get(lang);
        let _ = writeln!(page, "# {} / {}{separator}{help}", column.name, column.zh);
    }
    let all = |of: fn(&Column) -> &str| columns(table).map(of).collect::<Vec<&str>>();
    let mut names = all(|column| &column.name);
    let mut chinese = all(|column| &column.zh);
    let mut values = all(|column| &column.example);
    if table.has_labels() {
        let label = Text::fixed(
            "任意标签，列名为 label:名称 / 标签:名称，可有多列",
            "label:NAME / 标签:NAME: a label, as many columns as you like",
        );
        let _ = writeln!(page, "# {}", label.get(lang));
        names.push("label:customer");
        chinese.push("标签:customer");
        values.push("甲");
    }
    let note = Text::fixed(
        "也可以用中文表头：",
        "the header may be in Chinese as well:",
    );
    let _ = writeln!(page, "# {}\n# {}", note.get(lang), chinese.join(","));
    let _ = writeln!(page, "{}\n{}", names.join(","), values.join(","));
    page
}
