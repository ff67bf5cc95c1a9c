//! The elements of an export: each order and subject with its record, and the attachments.

use crate::cli::context::Context;
use crate::cli::documents::order::Manner;
use crate::cli::documents::portfolio::{Excerpt, Stock};
use crate::cli::reply::Caution;
use crate::filing::order::Order;
use crate::render::Format;
use crate::render::mask::Privacy;
use crate::render::stream::{Stream, StreamError};
use crate::store::book::FILES;
use crate::store::{
    ATTACHMENT_LIMIT, Digest, Disk, Files as _, StorageError, StorePath, if_there, order_file,
    subject_file,
};
use crate::text;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// How many characters of an attachment stand in one cell: Excel takes 32,767.
const PART: usize = 32_000;

/// What goes into each element beside its document.
pub(super) struct Export<'a> {
    format: Format,
    privacy: Privacy,
    stock: &'a Stock<'a>,
    disk: Option<&'a Disk>,
    /// The attachments of the orders that were exported, by hash.
    attachments: BTreeSet<String>,
    /// Whether the columns and the format have a place for them.
    holds_files: bool,
    /// What is said of those that could not be written.
    pub(super) missing: Vec<Caution>,
}

impl<'a> Export<'a> {
    pub(super) fn new(
        cx: &Context<'_>,
        stock: &'a Stock<'a>,
        disk: Option<&'a Disk>,
        orders: &[&Order],
        holds_files: bool,
    ) -> Self {
        // Those that were taken away too: an undo brings them back.
        let attachments = orders.iter().flat_map(|order| order.attachments());
        Self {
            format: cx.globals.format,
            privacy: cx.globals.privacy,
            stock,
            disk,
            attachments: attachments.map(str::to_owned).collect(),
            holds_files,
            missing: Vec::new(),
        }
    }

    /// Returns an order's element.
    pub(super) fn order(&self, order: &Order, manner: Manner) -> Value {
        let desk = &self.stock.desk;
        let mut element = desk.document(order, manner);
        let stored = desk.world.stored(order);
        self.typed(&mut element, "order", || order_file::to_toml(&stored).ok());
        element
    }

    /// Writes a subject; in a table a row for each of its services.
    pub(super) fn subject(
        &self,
        excerpt: &Excerpt<'_>,
        manner: Manner,
        stream: &mut Stream<'_>,
    ) -> Result<(), StreamError> {
        let record = self
            .stock
            .desk
            .world
            .book
            .subjects
            .get(&excerpt.subject.number);
        let record = || subject_file::to_toml(record?).ok();
        let rows: Vec<Excerpt<'_>> = match self.format {
            Format::Human
            | Format::Sarif
            | Format::Markdown
            | Format::Ics
            | Format::Csv
            | Format::Tsv
                if !excerpt.services.is_empty() =>
            {
                excerpt
                    .services
                    .iter()
                    .map(|(number, service)| Excerpt {
                        subject: excerpt.subject,
                        services: BTreeMap::from([(*number, *service)]),
                    })
                    .collect()
            }
            Format::Human
            | Format::Sarif
            | Format::Markdown
            | Format::Ics
            | Format::Csv
            | Format::Tsv
            | Format::Json
            | Format::Jsonl => {
                vec![excerpt.clone()]
            }
        };
        for (place, row) in rows.iter().enumerate() {
            let mut element = row.element(self.stock, manner, None);
            // A record stands once, in the first row of its subject.
            if place == 0 {
                self.typed(&mut element, "subject", record);
            } else {
                self.typed(&mut element, "service", || None);
            }
            stream.element(&element)?;
        }
        Ok(())
    }

    /// Writes the attachments of the orders; in a table in parts that a cell can hold.
    pub(super) fn files(&mut self, stream: &mut Stream<'_>) -> Result<(), StreamError> {
        if self.privacy == Privacy::Masked || self.attachments.is_empty() {
            return Ok(());
        }
        if !self.holds_files {
            let count = self.attachments.len();
            let message = text!(
                "所选列或格式不含附件，{count} 个附件没有导出；用 --format csv 或 jsonl，不加 --fields",
                "the columns or the format hold no attachments: {count} were not exported; use --format csv or jsonl without --fields"
            );
            let caution = Caution::new("attachments-left-out", message);
            self.missing.push(caution);
            return Ok(());
        }
        for hash in &self.attachments {
            let path = format!("{FILES}/{hash}");
            let mut code = "missing-attachment";
            let message = match self.content(&path) {
                Ok(Some(bytes)) if Digest::of(&bytes).as_str() == *hash => {
                    self.file(hash, &STANDARD.encode(bytes), stream)?;
                    continue;
                }
                Ok(Some(_)) => {
                    code = "damaged-attachment";
                    text!(
                        "附件 {hash} 不再是添加时的内容，没有导出",
                        "the attachment {hash} no longer holds what was attached and was not exported"
                    )
                }
                Ok(None) => text!(
                    "附件 {hash} 不在库中，没有导出",
                    "the attachment {hash} is not in the store and was not exported"
                ),
                Err(error) => text!(
                    "附件没有导出：{error}",
                    "an attachment was not exported: {error}",
                    error = error.message()
                ),
            };
            self.missing.push(Caution {
                code,
                message,
                path: Some(path),
            });
        }
        Ok(())
    }

    /// Reads an attachment; none where the store does not hold it.
    fn content(&self, path: &str) -> Result<Option<Vec<u8>>, StorageError> {
        let Some(disk) = self.disk else {
            return Ok(None);
        };
        if_there(disk.read(&StorePath::parse(path)?, ATTACHMENT_LIMIT))
    }

    /// Writes one attachment in Base64.
    fn file(&self, hash: &str, content: &str, stream: &mut Stream<'_>) -> Result<(), StreamError> {
        if self.format.is_json() {
            let whole = json!({"type": "file", "hash": hash, "content": content});
            return stream.element(&whole);
        }
        let mut rest = content;
        for part in 1_usize.. {
            let (content, after) = rest.split_at_checked(PART).unwrap_or((rest, ""));
            let row = json!({"type": "file", "hash": hash, "part": part, "content": content});
            stream.element(&row)?;
            if after.is_empty() {
                break;
            }
            rest = after;
        }
        Ok(())
    }

    /// Puts the type first and, where personal data may be shown, the record last.
    fn typed(&self, element: &mut Value, kind: &str, record: impl FnOnce() -> Option<String>) {
        let record = match self.privacy {
            Privacy::Masked => None,
            Privacy::Revealed => record(),
        };
        typed(element, kind, record);
    }
}

/// Puts the type first, and the record last.
pub(super) fn typed(element: &mut Value, kind: &str, record: Option<String>) {
    if let Value::Object(map) = element {
        map.shift_insert(0, "type".to_owned(), json!(kind));
        map.insert("record".to_owned(), json!(record));
    }
}
