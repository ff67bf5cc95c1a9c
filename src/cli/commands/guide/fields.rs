//! The fields of a console, each with its value.

use super::data::{leaves, said, values};
use super::filler::{Filler, at};
use super::sheet::FieldSheet;
use crate::filing::guide::{Entry, Only};
use crate::filing::number::ServiceKind;
use crate::filing::tree::is_below;
use crate::knowledge::{self, Field, FieldType};
use crate::lang::Text;
use crate::render::mask::mask_for;
use crate::text;
use crate::workflow::missing;
use serde_json::Value;

impl Filler<'_> {
    /// Fills in a field of the console; one of services, outside a step for each, once a service.
    pub(super) fn entry(&self, entry: &Entry, place: Option<usize>) -> Vec<FieldSheet> {
        let places: Vec<Option<usize>> = if !entry.path.starts_with("services.") {
            vec![None]
        } else if place.is_some() {
            vec![place]
        } else {
            (0..self.order.service_count()).map(Some).collect()
        };
        let label = entry.label.clone().or_else(|| {
            let field = knowledge::field(&entry.path)?;
            Some(field.label.clone())
        });
        let label = label.unwrap_or_else(|| Text::verbatim(entry.path.clone()));
        let wanted = places
            .into_iter()
            .filter(|place| self.suits(&entry.only, *place));
        wanted
            .map(|of| {
                let label = match of {
                    Some(of) if place.is_none() && self.order.service_count() > 1 => {
                        let name = self.service_name(of);
                        text!("{label}（{name}）", "{label} ({name})", label)
                    }
                    Some(_) | None => label.clone(),
                };
                let date = entry.date.as_deref();
                self.field(&entry.path, of, &label, date, !entry.optional)
            })
            .collect()
    }

    fn field(
        &self,
        path: &str,
        place: Option<usize>,
        label: &Text,
        date: Option<&str>,
        required: bool,
    ) -> FieldSheet {
        let full = place.map_or_else(|| path.to_owned(), |place| at(path, place));
        let (entered, meaning) = self.entered(path, values(&self.shown, &full), date);
        let missing = required && entered.is_empty();
        let can_fill = !self.view.standing.status.has_ended() && entered.is_empty();
        FieldSheet {
            fill: can_fill.then(|| missing::fill(self.order, &full)).flatten(),
            path: full,
            label: label.get(self.lang).to_owned(),
            console: label.zh.clone().into_owned(),
            values: entered,
            meaning,
            was: None,
            required,
            missing,
        }
    }

    /// Returns values as they are entered, and what they mean in the reader's language.
    fn entered(
        &self,
        path: &str,
        values: Vec<&Value>,
        date: Option<&str>,
    ) -> (Vec<String>, Option<String>) {
        let nature = self.data["subject"]["nature"].as_str().unwrap_or_default();
        let said: Vec<_> = values
            .into_iter()
            .map(|value| said(path, value, nature, date, self.lang))
            .collect();
        let meanings: Vec<&str> = said.iter().filter_map(|s| s.meaning.as_deref()).collect();
        let meaning = (!meanings.is_empty()).then(|| meanings.join(", "));
        (said.into_iter().map(|s| s.words).collect(), meaning)
    }

    /// Fills in the fields of a table of the data that no step names.
    pub(super) fn rest(&self, table: &str, place: Option<usize>) -> Vec<FieldSheet> {
        knowledge::fields()
            .iter()
            .filter(|field| self.is_rest(field, table))
            .flat_map(|field| {
                let entry = Entry {
                    path: field.path.clone(),
                    label: Some(field.label.clone()),
                    date: None,
                    optional: true,
                    only: Only {
                        services: field
                            .service_kinds
                            .iter()
                            .filter_map(|name| ServiceKind::from_name(name))
                            .collect(),
                        ..Only::default()
                    },
                };
                self.entry(&entry, place)
            })
            .collect()
    }

    /// Whether a field is entered with the others of `table`, the nearest one that a step has.
    fn is_rest(&self, field: &Field, table: &str) -> bool {
        let is_leaf = match field.value_type {
            FieldType::Table => false,
            FieldType::List => !knowledge::fields()
                .iter()
                .any(|other| is_below(&other.path, &field.path)),
            FieldType::String | FieldType::Date | FieldType::Bool | FieldType::Number => true,
        };
        let holder = self.subject.applicant;
        let is_nearest = !self
            .rests
            .iter()
            .any(|other| is_below(other, table) && is_below(&field.path, other));
        is_leaf
            && is_below(&field.path, table)
            && is_nearest
            && !self.named.contains(&field.path)
            && field
                .kinds
                .iter()
                .any(|kind| kind == self.order.kind.name())
            && (field.natures.is_empty() || holder.is_none_or(|h| field.natures.contains(&h)))
    }

    /// Fills in the fields of a change.
    pub(super) fn changes(&self) -> Vec<FieldSheet> {
        self.order
            .changes
            .iter()
            .map(|change| {
                let place = change.service.as_ref().and_then(|number| {
                    let services = &self.order.target.services;
                    services.iter().position(|s| s.number == *number)
                });
                let base = if place.is_some() {
                    "services"
                } else {
                    "subject"
                };
                let path = format!("{base}.{}", change.field);
                let label = knowledge::field(&path)
                    .map_or_else(|| Text::verbatim(change.field.clone()), |f| f.label.clone());
                let label = match place {
                    Some(place) => {
                        let name = self.service_name(place);
                        text!("{label}（{name}）", "{label} ({name})", label)
                    }
                    None => label,
                };
                let was = self.masked_value(&path, change.from.as_ref());
                let (was, _) = self.entered(&path, leaves(&was), None);
                let now = self.masked_value(&path, change.to.as_ref());
                let (now, meaning) = self.entered(&path, leaves(&now), None);
                FieldSheet {
                    path: place.map_or_else(|| path.clone(), |place| at(&path, place)),
                    label: label.get(self.lang).to_owned(),
                    console: label.zh.into_owned(),
                    values: now,
                    meaning,
                    was: Some(was),
                    required: true,
                    missing: false,
                    fill: None,
                }
            })
            .collect()
    }

    fn masked_value(&self, path: &str, value: Option<&toml::Value>) -> Value {
        let mut shown = value
            .and_then(|value| serde_json::to_value(value).ok())
            .unwrap_or_default();
        mask_for(&mut shown, path, Some(self.holder), self.privacy);
        shown
    }
}
