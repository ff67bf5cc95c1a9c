//! A dossier to start from: the fields that an order needs, each explained, with made-up values.

use super::schema::{Known, Section, dossier_fields, file_fields};
use crate::data::data;
use crate::filing::facts::Holder;
use crate::filing::identity::{CreditCode, ResidentId};
use crate::filing::kind::Kind;
use crate::filing::number::ServiceKind;
use crate::filing::province::Province;
use crate::filing::tree::is_below;
use crate::knowledge::{
    Field, FieldType, Occasion, Paper, PaperOf, code_list, field, fields, papers,
};
use crate::lang::{Lang, Text};
use crate::text;
use chrono::NaiveDate;
use serde::Deserialize;
use std::fmt::Write as _;
use std::sync::LazyLock;

/// Whom the dossier is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The subject's nature, a value of the nature list.
    pub nature: String,
    /// The province of the filing.
    pub province: Option<Province>,
    /// The provider, as in a dossier.
    pub provider: String,
    /// The kind of service.
    pub service: ServiceKind,
}

impl Default for Choice {
    /// A site of an enterprise at Tencent, in the first of the provinces.
    fn default() -> Self {
        Self {
            nature: "enterprise".to_owned(),
            province: Province::all().next(),
            provider: "tencent".to_owned(),
            service: ServiceKind::Site,
        }
    }
}

impl Choice {
    fn holder(&self) -> Holder {
        Holder::of_nature(&self.nature)
    }

    /// Whether the fields of a path mean something here.
    fn has(&self, field: &Field) -> bool {
        let kind = self.service.name();
        (field.natures.is_empty() || field.natures.contains(&self.holder()))
            && (field.service_kinds.is_empty() || field.service_kinds.iter().any(|k| k == kind))
            && !field.providers_without.contains(&self.provider)
            && !(self.holder() == Holder::Individual && is_of_service_person(&field.path))
    }

    /// Whether no filing of this sort is without a field. A day is required of some certificates
    /// only (RP-09), and the last domain goes with its service (CAN-14).
    pub fn cannot_do_without(&self, field: &Field) -> bool {
        let is_told = !self.nature.is_empty() || field.natures.is_empty();
        is_told
            && field.value_type != FieldType::Date
            && field.path != "services.domains"
            && self.has(field)
            && self.requires(field, Kind::New)
    }

    fn requires(&self, field: &Field, kind: Kind) -> bool {
        let service = self.service.name();
        field.required.iter().any(|name| name == kind.name())
            && (field.required_for.is_empty() || field.required_for.iter().any(|k| k == service))
    }
}

/// Whether a path is the service's person or below: an individual has none apart (RP-02).
fn is_of_service_person(path: &str) -> bool {
    path == "services.responsible" || is_below(path, "services.responsible")
}

/// One made-up value.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Example {
    path: String,
    value: String,
    active: Vec<String>,
    #[serde(default)]
    natures: Vec<String>,
    #[serde(default)]
    provinces: Vec<String>,
    #[serde(default)]
    service_kinds: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExampleFile {
    example: Vec<Example>,
}

static EXAMPLES: LazyLock<ExampleFile> = LazyLock::new(|| data!("templates/dossier"));

/// The page as it is written.
struct Page<'a> {
    text: String,
    kind: Kind,
    choice: &'a Choice,
    lang: Lang,
}

/// Returns the dossier of a kind of order, its comments in `lang`.
pub(super) fn specimen(kind: Kind, choice: &Choice, lang: Lang) -> String {
    let (name, label) = (kind.name(), kind.label());
    let title = text!(
        "{label}（{name}）的资料文件。值都是虚构的，请改成自己的；行首有 # 的可不填。",
        "Dossier of an order of kind {name} ({label}). The values are made up: put in your own; lines behind # may be left out.",
        label
    );
    let mut page = Page {
        text: format!("# {}\n", title.get(lang)),
        kind,
        choice,
        lang,
    };
    if kind == Kind::New {
        page.particulars();
    }
    let _ = writeln!(page.text, "\nkind = \"{name}\"");
    page.fields();
    page.text
}

impl Page<'_> {
    /// Says what the province asks for beyond the rest.
    fn particulars(&mut self) {
        let Some(province) = self.choice.province else {
            return;
        };
        let rules = province.rules();
        if rules.extras.is_empty() {
            return;
        }
        let (name, as_of) = (province.name(), rules.as_of);
        let head = text!(
            "{name}另有要求（{as_of} 的资料，以管局最新要求为准）：",
            "{name} asks for more (as known on {as_of}; the bureau's latest word counts):",
            name
        );
        let _ = writeln!(self.text, "# {}", head.get(self.lang));
        for extra in &rules.extras {
            let _ = writeln!(self.text, "#   - {}", extra.get(self.lang));
        }
    }

    fn fields(&mut self) {
        let (kind, choice) = (self.kind, self.choice);
        let used = |field: &&Field| {
            let is_plain_line =
                field.path == "kind" || (field.path == "subject" && !uses_data(kind));
            !is_plain_line
                && field.kinds.iter().any(|used_by| used_by == kind.name())
                && choice.has(field)
                && !field.path.starts_with("materials.")
        };
        let mut own_fields_due = true;
        for field in fields().iter().filter(used) {
            // What only files hold are the last plain values before the first table.
            if own_fields_due && field.value_type == FieldType::Table {
                own_fields_due = false;
                self.filed_subject();
                let is_used = |own: &Known| {
                    let mut all = dossier_fields();
                    all.any(|field| field.path == own.name && field.is_used_by(kind))
                };
                for own in file_fields(Section::Dossier).filter(is_used) {
                    self.comment(own.label, own.help, own.name == "target");
                    self.line(own.name, own.name, own.value_type, false);
                }
            }
            if field.path == "materials" {
                self.materials(field);
                continue;
            }
            let is_list_of_tables = fields()
                .iter()
                .any(|inner| is_below(&inner.path, &field.path));
            match field.value_type {
                FieldType::Table => self.table_head(field, false),
                FieldType::List if is_list_of_tables => self.table_head(field, true),
                FieldType::String
                | FieldType::Date
                | FieldType::List
                | FieldType::Bool
                | FieldType::Number => {
                    let key = field.path.rsplit('.').next().unwrap_or(&field.path);
                    let required = choice.requires(field, kind);
                    self.comment(&field.label, &field.help, required);
                    self.values(field);
                    self.line(&field.path, key, field.value_type, required);
                }
            }
        }
    }

    /// Writes what stands above a field.
    fn comment(&mut self, label: &Text, help: &Text, required: bool) {
        let (name, help) = (label.get(self.lang), help.get(self.lang));
        let mark = if required {
            text!("必填", "required")
        } else {
            text!("选填", "optional")
        };
        let mark = mark.get(self.lang);
        let _ = match self.lang {
            Lang::Zh => writeln!(self.text, "# {name}（{mark}）：{help}"),
            Lang::En => writeln!(self.text, "# {name} ({mark}): {help}"),
        };
    }

    /// Writes the values of a field that has a code list, as far as they fit the nature.
    fn values(&mut self, field: &Field) {
        let Some(list) = field.code_list.as_deref().and_then(code_list) else {
            return;
        };
        // A responsible person holds what individuals hold.
        let nature = if field.path.contains(".responsible.") {
            "individual"
        } else {
            &self.choice.nature
        };
        let values: Vec<String> = list
            .fitting(Some(nature))
            .map(|entry| match self.lang {
                Lang::Zh => format!("{} {}", entry.value, entry.label.zh),
                Lang::En => entry.value.clone(),
            })
            .collect();
        for some in values.chunks(5) {
            let _ = writeln!(self.text, "#   {}", some.join(", "));
        }
    }

    fn line(&mut self, path: &str, key: &str, value_type: FieldType, required: bool) {
        let (value, is_shown) = self.example(path);
        let value = value.unwrap_or_else(|| {
            let empty = match value_type {
                FieldType::List => "[]",
                FieldType::Bool => "true",
                FieldType::Number => "0",
                FieldType::String | FieldType::Date | FieldType::Table => "\"\"",
            };
            empty.to_owned()
        });
        let mark = if required || is_shown { "" } else { "# " };
        let _ = writeln!(self.text, "{mark}{key} = {value}");
    }

    /// Writes the line for the number of a filed subject, where its data cannot be given.
    fn filed_subject(&mut self) {
        if let Some(field) = field("subject").filter(|_| !uses_data(self.kind)) {
            self.comment(&field.label, &field.help, false);
            self.line("subject.number", "subject", FieldType::String, false);
        }
    }

    fn table_head(&mut self, field: &Field, is_list: bool) {
        let path = &field.path;
        self.text.push('\n');
        let required = self.has_values(path);
        self.comment(&field.label, &field.help, required);
        let mark = if required { "" } else { "# " };
        let head = if is_list {
            format!("[[{path}]]")
        } else {
            format!("[{path}]")
        };
        let _ = writeln!(self.text, "{mark}{head}");
        if path == "labels" {
            self.line("labels.customer", "customer", FieldType::String, false);
        }
        if path == "subject" {
            for own in file_fields(Section::Subject) {
                let full = format!("subject.{}", own.name);
                self.comment(own.label, own.help, false);
                self.line(&full, own.name, own.value_type, false);
            }
        }
    }

    /// Writes the papers of the order, each with the slot that takes it.
    fn materials(&mut self, field: &Field) {
        self.text.push('\n');
        self.comment(&field.label, &field.help, false);
        let occasion = Occasion {
            kind: self.kind.name(),
            nature: &self.choice.nature,
            province: self.choice.province.map(Province::code),
            provider: Some(&self.choice.provider),
            service: self.choice.service.name(),
        };
        let mut slots: Vec<&str> = Vec::new();
        for paper in papers().iter().filter(|paper| paper.is_for(&occasion)) {
            if !slots.contains(&paper.slot.as_str()) {
                slots.push(&paper.slot);
                self.paper(paper);
            }
        }
        if slots.is_empty() {
            self.text
                .push_str("# [[materials]]\n# slot = \"other\"\n# file = \"other.jpg\"\n");
        }
    }

    fn paper(&mut self, paper: &Paper) {
        let slot = &paper.slot;
        let label = code_list("material-slots").and_then(|list| list.entry(slot));
        let label = label.map_or(slot.as_str(), |entry| entry.label.get(self.lang));
        let when = match &paper.when {
            None => text!("必附", "required"),
            Some(when) => when.clone(),
        };
        let when = when.get(self.lang);
        let _ = match self.lang {
            Lang::Zh => writeln!(self.text, "# {label}（{when}）"),
            Lang::En => writeln!(self.text, "# {label} ({when})"),
        };
        let ending = if slot.ends_with("video") {
            "mp4"
        } else {
            "jpg"
        };
        let _ = writeln!(
            self.text,
            "# [[materials]]\n# slot = \"{slot}\"\n# file = \"{slot}.{ending}\""
        );
        if paper.of == PaperOf::Service {
            self.text.push_str("# service = \"1\"\n");
        }
    }

    /// Returns the value that stands at a path, and whether it counts though it is not required.
    fn example(&self, path: &str) -> (Option<String>, bool) {
        let fits = |example: &&Example| {
            let within = |list: &[String], word: &str| {
                list.is_empty() || list.iter().any(|known| known == word)
            };
            let province = self.choice.province.map_or("", Province::code);
            example.path == path
                && within(&example.natures, &self.choice.nature)
                && within(&example.provinces, province)
                && within(&example.service_kinds, self.choice.service.name())
        };
        let name = self.kind.name();
        let is_active = |example: &Example| example.active.iter().any(|kind| kind == name);
        let all = || EXAMPLES.example.iter().filter(fits);
        let active = all().rfind(|example| is_active(example));
        let best = match path {
            "provider" => None,
            // A target's value follows the kind of order.
            "target" => active.or_else(|| all().next()),
            _ => all().next_back(),
        };
        let value = match path {
            "provider" => Some(format!("\"{}\"", self.choice.provider)),
            _ => best.map(|example| self.filled(&example.value)),
        };
        (value, active.is_some())
    }

    /// Puts the province's values for the words in braces.
    fn filled(&self, value: &str) -> String {
        let Some(province) = self.choice.province.or_else(|| Province::all().next()) else {
            return value.to_owned();
        };
        let seat = province.seat();
        let born = NaiveDate::from_ymd_opt(1990, 1, 1).unwrap_or_default();
        let id = |sequence| {
            let id = ResidentId::of(&seat.area, born, sequence);
            id.map_or_else(String::new, |id| id.as_str().to_owned())
        };
        let mut text = value
            .replace("{province}", &province.name().zh)
            .replace("{letter}", &province.letter().to_string())
            .replace("{city}", &seat.city)
            .replace("{district}", &seat.district)
            .replace("{id1}", &id(1))
            .replace("{id2}", &id(2));
        if let Some((before, rest)) = text.clone().split_once("{code:")
            && let Some((head, after)) = rest.split_once('}')
        {
            let code = CreditCode::of(&format!("{head}{}MA0000000", seat.area));
            let code = code.map_or_else(String::new, |code| code.as_str().to_owned());
            text = format!("{before}{code}{after}");
        }
        text
    }

    /// Whether any field below `path` has a value that counts.
    fn has_values(&self, path: &str) -> bool {
        let name = self.kind.name();
        let required = fields().iter().any(|field| {
            is_below(&field.path, path)
                && self.choice.has(field)
                && self.choice.requires(field, self.kind)
        });
        required
            || EXAMPLES.example.iter().any(|example| {
                is_below(&example.path, path) && example.active.iter().any(|kind| kind == name)
            })
    }
}

/// Whether a subject's data can stand in the dossier of a kind; else only its number.
fn uses_data(kind: Kind) -> bool {
    let name = kind.name();
    fields().iter().any(|field| {
        field.path.starts_with("subject.") && field.kinds.iter().any(|used_by| used_by == name)
    })
}
