//! Files to start from: commented, and readable as they are.

use super::schema::{Section, Table, columns, file_fields};
use crate::filing::kind::Kind;
use crate::knowledge::{Field, FieldType, code_list, field, fields};
use crate::lang::{Lang, Text};
use crate::text;
use serde::Deserialize;
use std::fmt::Write as _;
use std::sync::LazyLock;

/// A file that `template` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Template {
    /// A dossier for one kind of order, in TOML.
    Dossier(Kind),
    /// Filings to be brought in, as CSV.
    Adopt,
    /// Orders to be made, as CSV.
    Batch,
    /// Events to be recorded, as CSV.
    Record,
}

impl Template {
    /// Returns every template.
    pub fn all() -> impl Iterator<Item = Self> {
        let tables = [Self::Adopt, Self::Batch, Self::Record];
        let dossiers = Kind::ALL.iter().copied().map(Self::Dossier);
        dossiers.chain(tables)
    }

    /// Returns the name on the command line: a kind's, `adopt`, `batch` or `record`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dossier(kind) => kind.name(),
            Self::Adopt => "adopt",
            Self::Batch => "batch",
            Self::Record => "record",
        }
    }

    /// Returns the template of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::all().find(|template| template.name() == name)
    }
}

/// Returns the text of a template, its comments in `lang`.
pub fn template(what: Template, lang: Lang) -> String {
    match what {
        Template::Dossier(kind) => dossier(kind, lang),
        Template::Adopt => table(
            Table::Adopt,
            &Text::fixed(
                "纳管已有备案：每行一个服务，只有备案号必填，空着即未知",
                "Filings to be adopted: one service a row; only the numbers are required, empty is unknown",
            ),
            lang,
        ),
        Template::Batch => table(
            Table::Batch,
            &Text::fixed("批量订单：每行一份订单", "A batch: one order a row"),
            lang,
        ),
        Template::Record => table(
            Table::Record,
            &Text::fixed("批量登记：每行一个事件", "Events to be recorded: one a row"),
            lang,
        ),
    }
}

/// One made-up value.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Example {
    path: String,
    value: String,
    active: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExampleFile {
    example: Vec<Example>,
}

static EXAMPLES: LazyLock<ExampleFile> = LazyLock::new(|| {
    super::embedded(
        "dossier.toml",
        include_str!("../data/templates/dossier.toml"),
    )
});

/// Returns the value that the template of `kind` shows, and whether it counts.
fn example(path: &str, kind: Kind) -> (Option<&'static str>, bool) {
    let of_path = || {
        EXAMPLES
            .example
            .iter()
            .filter(|example| example.path == path)
    };
    let active = of_path().find(|example| example.active.iter().any(|name| name == kind.name()));
    let shown = active.or_else(|| of_path().next());
    (
        shown.map(|example| example.value.as_str()),
        active.is_some(),
    )
}

/// Whether any field below `path` has a value that counts.
fn is_table_active(path: &str, kind: Kind) -> bool {
    let inside = |example: &Example| {
        example
            .path
            .strip_prefix(path)
            .is_some_and(|rest| rest.starts_with('.'))
    };
    let mut examples = EXAMPLES.example.iter().filter(|example| inside(example));
    examples.any(|example| example.active.iter().any(|name| name == kind.name()))
}

fn dossier(kind: Kind, lang: Lang) -> String {
    let (name, label) = (kind.name(), kind.label());
    let (zh, en) = (label.zh, label.en);
    let title = text!(
        "{zh}（{name}）的资料文件。值都是虚构的，请改成自己的；行首有 # 的可选。",
        "Dossier of an order of kind {name} ({en}). The values are made up: put in your own; lines behind # are optional."
    );
    let mut page = format!("# {}\n\nkind = \"{name}\"\n", title.get(lang));
    let used = |field: &&Field| {
        let is_plain_line = field.path == "kind" || (field.path == "subject" && !uses_data(kind));
        !is_plain_line && field.kinds.iter().any(|used_by| used_by == name)
    };
    let mut own_fields_due = true;
    for field in fields().iter().filter(used) {
        // What only files hold are the last plain values before the first table.
        if own_fields_due && field.value_type == FieldType::Table {
            own_fields_due = false;
            filed_subject(&mut page, kind, lang);
            for own in file_fields(Section::Dossier).filter(|own| is_for(own.name, kind)) {
                let comment = Comment {
                    label: own.label,
                    help: own.help,
                    list: None,
                };
                line(
                    &mut page,
                    own.name,
                    own.name,
                    own.value_type,
                    &comment,
                    kind,
                    lang,
                );
            }
        }
        let comment = Comment {
            label: &field.label,
            help: &field.help,
            list: field.code_list.as_deref(),
        };
        let is_list_of_tables = fields().iter().any(|inner| {
            inner
                .path
                .strip_prefix(&field.path)
                .is_some_and(|r| r.starts_with('.'))
        });
        match field.value_type {
            FieldType::Table => table_head(&mut page, field, &comment, false, kind, lang),
            FieldType::List if is_list_of_tables => {
                table_head(&mut page, field, &comment, true, kind, lang);
            }
            FieldType::String | FieldType::Date | FieldType::List | FieldType::Bool => {
                let key = field.path.rsplit('.').next().unwrap_or(&field.path);
                line(
                    &mut page,
                    &field.path,
                    key,
                    field.value_type,
                    &comment,
                    kind,
                    lang,
                );
            }
        }
    }
    page
}

/// Writes the line for the number of a filed subject, where its data cannot be given.
fn filed_subject(page: &mut String, kind: Kind, lang: Lang) {
    if let Some(field) = field("subject").filter(|_| !uses_data(kind)) {
        let comment = Comment {
            label: &field.label,
            help: &field.help,
            list: None,
        };
        comment.write(page, lang);
        let (value, _) = example("subject.number", kind);
        let _ = writeln!(page, "# subject = {}", value.unwrap_or("\"\""));
    }
}

/// Whether a field that only dossiers hold means something for a kind of order.
fn is_for(name: &str, kind: Kind) -> bool {
    match name {
        "target" => kind != Kind::New,
        "verify_by" | "written" => kind.is_cancellation(),
        _ => true,
    }
}

/// What stands above a field.
struct Comment<'a> {
    label: &'a Text,
    help: &'a Text,
    list: Option<&'a str>,
}

impl Comment<'_> {
    fn write(&self, page: &mut String, lang: Lang) {
        let (label, help) = (self.label.get(lang), self.help.get(lang));
        let separator = match lang {
            Lang::Zh => "：",
            Lang::En => ": ",
        };
        let _ = writeln!(page, "# {label}{separator}{help}");
        let Some(list) = self.list.and_then(code_list) else {
            return;
        };
        let mut values: Vec<&str> = Vec::new();
        for entry in &list.entries {
            if !values.contains(&entry.value.as_str()) {
                values.push(&entry.value);
            }
        }
        for some in values.chunks(5) {
            let _ = writeln!(page, "#   {}", some.join(", "));
        }
    }
}

fn line(
    page: &mut String,
    path: &str,
    key: &str,
    value_type: FieldType,
    comment: &Comment<'_>,
    kind: Kind,
    lang: Lang,
) {
    let (value, is_active) = example(path, kind);
    let value = value.unwrap_or(match value_type {
        FieldType::List => "[]",
        FieldType::Bool => "true",
        FieldType::String | FieldType::Date | FieldType::Table => "\"\"",
    });
    comment.write(page, lang);
    let mark = if is_active { "" } else { "# " };
    let _ = writeln!(page, "{mark}{key} = {value}");
}

fn table_head(
    page: &mut String,
    field: &Field,
    comment: &Comment<'_>,
    is_list: bool,
    kind: Kind,
    lang: Lang,
) {
    let path = &field.path;
    page.push('\n');
    comment.write(page, lang);
    let mark = if is_table_active(path, kind) {
        ""
    } else {
        "# "
    };
    let head = if is_list {
        format!("[[{path}]]")
    } else {
        format!("[{path}]")
    };
    let _ = writeln!(page, "{mark}{head}");
    if path == "labels" {
        let (value, _) = example("labels.customer", kind);
        let _ = writeln!(page, "# customer = {}", value.unwrap_or("\"\""));
    }
    if path == "subject" {
        for own in file_fields(Section::Subject) {
            let comment = Comment {
                label: own.label,
                help: own.help,
                list: None,
            };
            let full = format!("subject.{}", own.name);
            line(page, &full, own.name, own.value_type, &comment, kind, lang);
        }
    }
}

/// Whether a subject's data can stand in the dossier of a kind; else only its number.
fn uses_data(kind: Kind) -> bool {
    let name = kind.name();
    fields().iter().any(|field| {
        field.path.starts_with("subject.") && field.kinds.iter().any(|used_by| used_by == name)
    })
}

/// Returns a CSV: comments, the header in Chinese as a comment, the header, one row.
fn table(table: Table, title: &Text, lang: Lang) -> String {
    let mut page = format!("# {}\n", title.get(lang));
    let separator = match lang {
        Lang::Zh => "：",
        Lang::En => ": ",
    };
    for column in columns(table) {
        let help = column.help.get(lang);
        let _ = writeln!(page, "# {} / {}{separator}{help}", column.name, column.zh);
    }
    let mut names: Vec<&str> = columns(table).map(|column| column.name.as_str()).collect();
    let mut chinese: Vec<&str> = columns(table).map(|column| column.zh.as_str()).collect();
    let mut values: Vec<&str> = columns(table)
        .map(|column| column.example.as_str())
        .collect();
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
