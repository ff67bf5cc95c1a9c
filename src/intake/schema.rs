//! Which fields and columns files may hold: those of the knowledge, and the few beside them.

use crate::data::data;
use crate::filing::kind::Kind;
use crate::filing::named::named;
use crate::knowledge::{FieldType, fields};
use crate::lang::Text;
use serde::Deserialize;
use std::borrow::Cow;
use std::sync::LazyLock;

/// A table in a file whose fields are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Section {
    /// The top of a dossier.
    Dossier,
    /// `[subject]` of a dossier.
    Subject,
    /// The responsible person of a subject.
    SubjectPerson,
    /// One of a dossier's services.
    Service,
    /// The responsible person of a service.
    ServicePerson,
    /// A domain of a service as its registrar shows it.
    Registration,
    /// An app on one platform.
    Build,
    /// The resource of a service.
    Resource,
    /// One of a dossier's materials.
    Material,
    /// The top of an adoption.
    Adoption,
    /// One of an adoption's services.
    AdoptedService,
    /// One access of an adopted service.
    Access,
}

impl Section {
    const ALL: [Self; 12] = [
        Self::Dossier,
        Self::Subject,
        Self::SubjectPerson,
        Self::Service,
        Self::ServicePerson,
        Self::Registration,
        Self::Build,
        Self::Resource,
        Self::Material,
        Self::Adoption,
        Self::AdoptedService,
        Self::Access,
    ];

    /// Returns the path under which the knowledge holds its fields.
    const fn base(self) -> Option<&'static str> {
        match self {
            Self::Dossier => Some(""),
            Self::Subject | Self::Adoption => Some("subject."),
            Self::SubjectPerson => Some("subject.responsible."),
            Self::Service | Self::AdoptedService => Some("services."),
            Self::ServicePerson => Some("services.responsible."),
            Self::Registration => Some("services.registrations."),
            Self::Build => Some("services.builds."),
            Self::Resource => Some("services.resource."),
            Self::Material => Some("materials."),
            Self::Access => None,
        }
    }
}

/// A field that a section may hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    /// Its key.
    pub(super) name: &'static str,
    /// The shape of its value.
    pub(super) value_type: FieldType,
    /// Its name for people.
    pub(super) label: &'static Text,
    /// The rule for it in a line.
    pub(super) help: &'static Text,
    /// The code list that its values come from.
    pub(super) code_list: Option<&'static str>,
    /// Whether it is filed of the subject, service or person, not only a word of the file.
    pub(super) is_fact: bool,
}

/// A field that only files hold.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileField {
    section: Section,
    name: String,
    value_type: FieldType,
    label: Text,
    help: Text,
    /// Of a dossier's: the order kinds that use it.
    #[serde(default)]
    kinds: Vec<String>,
    /// Of a dossier's: the order kinds whose drafting settles it.
    #[serde(default)]
    settled: Vec<String>,
}

/// A field of a dossier as the kinds of order see it.
#[derive(Clone, Debug)]
pub struct DossierField {
    /// Where it stands, without list places: `services.responsible.phone`.
    pub path: Cow<'static, str>,
    kinds: &'static [String],
    settled: &'static [String],
}

impl DossierField {
    /// Whether orders of a kind use it.
    pub fn is_used_by(&self, kind: Kind) -> bool {
        self.kinds.iter().any(|name| name == kind.name())
    }

    /// Whether drafting settles it for orders of a kind, so that it is not edited.
    pub fn is_settled_in(&self, kind: Kind) -> bool {
        self.settled.iter().any(|name| name == kind.name())
    }
}

/// Lists the fields of a dossier: those of the knowledge, and those that only files hold.
pub fn dossier_fields() -> impl Iterator<Item = DossierField> {
    let learnt = fields().iter().map(|field| DossierField {
        path: Cow::Borrowed(&field.path),
        kinds: &field.kinds,
        settled: &field.settled,
    });
    let added = [Section::Dossier, Section::Subject].into_iter();
    let added = added.flat_map(|section| {
        let base = section.base().unwrap_or_default();
        of_files(section).map(move |field| DossierField {
            path: Cow::Owned(format!("{base}{}", field.name)),
            kinds: &field.kinds,
            settled: &field.settled,
        })
    });
    learnt.chain(added)
}

named! {
    /// A CSV file.
    pub enum Table {
        /// Existing filings, one service a row.
        Adopt = "adopt",
        /// Orders to be made, one a row.
        Batch = "batch",
        /// Events to be recorded, one a row.
        Record = "record",
        /// Duties that are done, one a row.
        Duty = "duty",
    }
}

impl Table {
    /// Whether columns `label:NAME` may stand in it.
    pub(super) const fn has_labels(self) -> bool {
        match self {
            Self::Adopt | Self::Batch => true,
            Self::Record | Self::Duty => false,
        }
    }
}

/// A column of a CSV file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Column {
    pub(super) table: Table,
    /// Its name in a header.
    pub(super) name: String,
    /// Its other name in a header.
    pub(super) zh: String,
    /// The field that it fills.
    pub(super) path: String,
    /// Whether a cell holds several values, split by `;`.
    #[serde(default)]
    pub(super) list: bool,
    /// Its meaning in a line.
    pub(super) help: Text,
    /// Its value in the template.
    pub(super) example: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ColumnFile {
    field: Vec<FileField>,
    column: Vec<Column>,
}

static COLUMNS: LazyLock<ColumnFile> = LazyLock::new(|| data!("templates/columns"));

static KNOWN: LazyLock<[(Section, Vec<Known>); 12]> =
    LazyLock::new(|| Section::ALL.map(|section| (section, gather(section))));

/// Lists the fields that a section may hold: those of the knowledge, then those of files alone.
pub(super) fn known(section: Section) -> &'static [Known] {
    KNOWN
        .iter()
        .find(|(of, _)| *of == section)
        .map_or(&[], |(_, known)| known)
}

fn gather(section: Section) -> Vec<Known> {
    let learnt = fields().iter().filter_map(|field| {
        let name = field.path.strip_prefix(section.base()?)?;
        (!name.contains('.')).then_some(Known {
            name,
            value_type: field.value_type,
            label: &field.label,
            help: &field.help,
            code_list: field.code_list.as_deref(),
            // A service's number names it; it is no fact about it.
            is_fact: name != "number",
        })
    });
    let added: Vec<Known> = file_fields(section).collect();
    let mut known: Vec<Known> = learnt
        .filter(|field| added.iter().all(|own| own.name != field.name))
        .collect();
    known.extend(added);
    known
}

fn of_files(section: Section) -> impl Iterator<Item = &'static FileField> {
    let fields = COLUMNS.field.iter();
    fields.filter(move |field| field.section == section)
}

/// Lists the fields of a section that only files hold.
pub(super) fn file_fields(section: Section) -> impl Iterator<Item = Known> {
    of_files(section).map(|field| Known {
        name: &field.name,
        value_type: field.value_type,
        label: &field.label,
        help: &field.help,
        code_list: None,
        is_fact: false,
    })
}

/// Lists the columns of a table in the order in which the template has them.
pub(super) fn columns(table: Table) -> impl Iterator<Item = &'static Column> {
    COLUMNS
        .column
        .iter()
        .filter(move |column| column.table == table)
}

/// Returns the column of a header in English or Chinese, in any letter case.
pub(super) fn column(table: Table, header: &str) -> Option<&'static Column> {
    columns(table).find(|column| column.name.eq_ignore_ascii_case(header) || column.zh == header)
}
