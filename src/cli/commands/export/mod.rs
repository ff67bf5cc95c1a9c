//! `export`: orders and what is filed, out of the store, for spreadsheets, scripts and `import`.

pub mod ics;

use super::list::by_roll::{self, Wanted};
use super::list::{asked_for, manner};
use super::portfolio::narrow;
use super::{portfolio as filed, schema};
use crate::cli::context::{Context, World};
use crate::cli::documents::order::Manner;
use crate::cli::documents::outline;
use crate::cli::documents::portfolio::{Excerpt, Stock};
use crate::cli::filters::Filters;
use crate::cli::parser::globals::{option, place};
use crate::cli::private_file;
use crate::cli::reply::{Caution, Reply, answer, unprinted};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::filing::order::Order;
use crate::lang::Lang;
use crate::render::Format;
use crate::render::envelope::Envelope;
use crate::render::fields::Fields;
use crate::render::mask::Privacy;
use crate::render::rows::RowsError;
use crate::render::stream::{Columns, Stream, StreamError};
use crate::store::book::FILES;
use crate::store::{Disk, Files as _, StorePath, order_file, subject_file};
use crate::text;
use crate::workflow::materials;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::builder::PossibleValuesParser;
use clap::{ArgMatches, Command};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;

/// The shape of the document.
pub const SCHEMA: &str = "icpctl.export/1";

/// What of the store is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// The orders.
    Orders,
    /// What is filed.
    Portfolio,
}

impl Part {
    const ALL: [(&'static str, Self); 2] =
        [("orders", Self::Orders), ("portfolio", Self::Portfolio)];

    /// Returns the columns of a table, before those of labels.
    const fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Orders => &[
                "id",
                "kind",
                "status",
                "bucket",
                "label",
                "presumed",
                "provider",
                "provider_label",
                "account",
                "ref",
                "target.subject",
                "target.name",
                "target.services.number",
                "target.services.name",
                "target.services.domains",
                "services.name",
                "services.domains",
                "via",
                "verify_by",
                "deadline.at",
                "deadline.kind",
                "deadline.overdue",
                "reasons",
                "after",
                "revision",
                "created_at",
                "submitted_at",
                "ended_at",
                "updated_at",
            ],
            Self::Portfolio => &[
                "number",
                "name",
                "nature",
                "province",
                "services.number",
                "services.kind",
                "services.name",
                "services.domains",
                "services.accesses.provider",
                "services.accesses.account",
                "services.accesses.resource",
                "services.approved_on",
                "services.live_orders",
                "risks.code",
            ],
        }
    }
}

/// Says what the command takes.
pub fn command(command: Command, lang: Lang) -> Command {
    command
        .arg(
            place(
                "what",
                "orders|portfolio",
                text!(
                    "只导出订单或现有备案；缺省为两者",
                    "Only the orders, or only what is filed; both by default"
                ),
                lang,
            )
            .value_parser(PossibleValuesParser::new(Part::ALL.map(|(name, _)| name))),
        )
        .arg(option(
            "out",
            "FILE",
            text!(
                "写入文件（仅本人可读），而不是标准输出",
                "Write to a file that only you can read, not to stdout"
            ),
            lang,
        ))
        .args(Filters::args(lang))
}

/// Writes what the filters ask for; without a format, as CSV.
pub fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    let asked = part(matches);
    let filters = Filters::read(matches, cx.now)?;
    filters.heed_providers(cx)?;
    if (asked == Some(Part::Orders) || asked.is_none() && filters.asks_for_orders())
        && let Some(reply) = from_roll(cx, matches, &filters)?
    {
        return Ok(reply);
    }
    let world = match asked {
        Some(Part::Orders) => asked_for(cx, &filters, true)?.0,
        // What only an order can be is no question to what is filed.
        None if filters.asks_for_orders() => asked_for(cx, &filters, true)?.0,
        Some(Part::Portfolio) | None => cx.world()?,
    };
    let disk = cx.open()?;
    let stock = Stock::new(&world);
    let orders = match asked {
        Some(Part::Portfolio) => Vec::new(),
        Some(Part::Orders) | None => {
            let wanted = world.book.orders.values();
            let wanted = wanted.filter(|order| filters.matches(&stock.desk, order));
            filters.arrange(&stock.desk, wanted.collect())
        }
    };
    let subjects = match asked {
        Some(Part::Orders) => Vec::new(),
        // What only an order can be is no question to what is filed.
        None if filters.asks_for_orders() => Vec::new(),
        Some(Part::Portfolio) | None => subjects(&world, &stock, &filters),
    };
    let columns = columns(cx, asked, &stock, &orders, &subjects);
    let told = Told {
        orders: orders.len(),
        subjects: subjects.len(),
    };
    let mut export = Export {
        format: cx.globals.format,
        privacy: cx.globals.privacy,
        stock: &stock,
        disk: disk.as_ref(),
        attachments: BTreeSet::new(),
        holds_files: holds_files(cx.globals.format, &columns),
        missing: Vec::new(),
    };
    let manner = manner(cx);
    if cx.globals.format == Format::Ics {
        let text = ics::calendar(&stock.desk, &orders, &subjects, manner);
        return told.calendar(cx, matches, text);
    }
    let base = Envelope {
        dry_run: cx.globals.dry_run,
        warnings: cx.warnings(),
        ..Envelope::new(SCHEMA)
    };
    let lang = cx.lang;
    let write = |out: &mut dyn Write| -> Result<(), StreamError> {
        let mut envelope = base.clone();
        let mut stream = Stream::begin(out, export.format, columns, &envelope)?;
        for order in &orders {
            let mut element = stock.desk.document(order, manner);
            export.order(order, &mut element);
            stream.element(&element)?;
        }
        for excerpt in &subjects {
            export.subject(excerpt, manner, &mut stream)?;
        }
        export.files(&mut stream)?;
        let lost = export.missing.iter();
        envelope
            .warnings
            .extend(lost.map(|c| c.warning(lang, manner.privacy)));
        stream.end(&envelope)?;
        Ok(())
    };
    deliver(cx, matches, write)?;
    cx.cautions.extend(export.missing);
    Ok(told.reply(cx, matches))
}

/// Returns the file that was asked for; `-` is stdout, as elsewhere.
fn file(matches: &ArgMatches) -> Option<&String> {
    matches.get_one("out").filter(|name| *name != "-")
}

/// Writes into the file that was asked for, else to stdout; nowhere in a dry run of a file.
fn deliver(
    cx: &mut Context<'_>,
    matches: &ArgMatches,
    write: impl FnOnce(&mut dyn Write) -> Result<(), StreamError>,
) -> Result<(), Failure> {
    match file(matches) {
        Some(_) if cx.globals.dry_run => Ok(()),
        Some(name) => {
            let path = cx.current.join(name);
            private_file::check(&path)?;
            private_file::write(&path, write).map_err(|error| unwritten(&path, &error))
        }
        None => write(cx.out).map_err(|error| unprinted(&error)),
    }
}

/// Exports the fields of orders that are asked for, where each slip has them; none where more is
/// asked for.
fn from_roll(
    cx: &mut Context<'_>,
    matches: &ArgMatches,
    filters: &Filters,
) -> Result<Option<Reply>, Failure> {
    let format = cx.globals.format;
    let Some(fields) = cx.fields.clone().filter(|_| format != Format::Ics) else {
        return Ok(None);
    };
    let Some(excerpt) = outline::Excerpt::of(&fields.without(&["type", "record"])) else {
        return Ok(None);
    };
    let columns = Columns {
        table: fields.clone(),
        document: Some(fields),
    };
    let wanted = Wanted {
        filters,
        takes_ended: true,
        names: excerpt.holds("target.name"),
    };
    let pages = by_roll::lay_out(cx, &wanted, |failure: &mut Option<RowsError>, told| {
        let mut element = excerpt.document(&told.outline()).into();
        typed(&mut element, "order", None);
        let line = columns.line(&element, format);
        line.map_err(|error| *failure = Some(error)).ok()
    })?;
    let Some(pages) = pages else {
        return Ok(None);
    };
    if let Some(error) = pages.papers().find_map(Option::as_ref) {
        return Err(unprinted(error));
    }
    let told = Told {
        orders: pages.orders().count(),
        subjects: 0,
    };
    let envelope = Envelope {
        dry_run: cx.globals.dry_run,
        warnings: cx.warnings(),
        ..Envelope::new(SCHEMA)
    };
    deliver(cx, matches, |out| {
        let mut stream = Stream::begin(out, format, columns, &envelope)?;
        stream.laid_out(pages.orders().map(|(_, line): (_, &String)| line.as_str()))?;
        stream.end(&envelope)?;
        Ok(())
    })?;
    Ok(Some(told.reply(cx, matches)))
}

/// How much was exported.
struct Told {
    orders: usize,
    subjects: usize,
}

impl Told {
    /// Answers with a calendar, in a file or as it stands.
    fn calendar(
        &self,
        cx: &Context<'_>,
        matches: &ArgMatches,
        text: String,
    ) -> Result<Reply, Failure> {
        let Some(name) = file(matches) else {
            return Ok(Reply::raw(text));
        };
        let path = cx.current.join(name);
        if !cx.globals.dry_run {
            private_file::check(&path)?;
            private_file::write(&path, |out| Ok(out.write_all(text.as_bytes())?))
                .map_err(|error: StreamError| unwritten(&path, &error))?;
        }
        Ok(self.reply(cx, matches))
    }

    fn reply(&self, cx: &Context<'_>, matches: &ArgMatches) -> Reply {
        let Self { orders, subjects } = self;
        let mut reply = Reply::streamed().say(match file(matches) {
            Some(out) if cx.globals.dry_run => text!(
                "将导出 {orders} 个订单、{subjects} 个主体到 {out}",
                "would export {orders} order(s) and {subjects} subject(s) to {out}"
            ),
            Some(out) => text!(
                "已导出 {orders} 个订单、{subjects} 个主体到 {out}",
                "exported {orders} order(s) and {subjects} subject(s) to {out}"
            ),
            None => text!(
                "已导出 {orders} 个订单、{subjects} 个主体",
                "exported {orders} order(s) and {subjects} subject(s)"
            ),
        });
        reply = reply.say(match cx.globals.privacy {
            // A calendar is never brought in again.
            Privacy::Masked if cx.globals.format == Format::Ics => text!(
                "个人信息已隐去；需要时加 --reveal",
                "personal data is masked; add --reveal to see it"
            ),
            Privacy::Masked => text!(
                "个人信息已隐去，这份导出不能再导入；需要时加 --reveal",
                "personal data is masked, so this cannot be imported; add --reveal for that"
            ),
            Privacy::Revealed => text!(
                "这份导出含完整的个人信息，请妥善保管",
                "this export holds personal data whole: keep it safe"
            ),
        });
        reply
    }
}

/// What goes into each element beside its document.
struct Export<'a> {
    format: Format,
    privacy: Privacy,
    stock: &'a Stock<'a>,
    disk: Option<&'a Disk>,
    /// The attachments of the orders that were exported, by hash.
    attachments: BTreeSet<String>,
    /// Whether the columns and the format have a place for them.
    holds_files: bool,
    /// What is said of those that could not be written.
    missing: Vec<Caution>,
}

impl Export<'_> {
    /// Adds what an order's element holds beside its document.
    fn order(&mut self, order: &Order, element: &mut Value) {
        // Those that were taken away too: an undo brings them back.
        self.attachments
            .extend(order.attachments().map(str::to_owned));
        self.typed(element, "order", || order_file::to_toml(order).ok());
    }

    /// Writes a subject; in a table a row for each of its services.
    fn subject(
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
    fn files(&mut self, stream: &mut Stream<'_>) -> Result<(), StreamError> {
        if self.privacy == Privacy::Masked || self.attachments.is_empty() {
            return Ok(());
        }
        if !self.holds_files {
            let count = self.attachments.len();
            self.missing.push(Caution {
                code: "attachments-left-out",
                message: text!(
                    "所选列或格式不含附件，{count} 个附件没有导出；用 --format csv 或 jsonl，不加 --fields",
                    "the columns or the format hold no attachments: {count} were not exported; use --format csv or jsonl without --fields"
                ),
                path: None,
            });
            return Ok(());
        }
        for hash in &self.attachments {
            let bytes = StorePath::parse(&format!("{FILES}/{hash}"))
                .ok()
                .zip(self.disk)
                .and_then(|(path, disk)| disk.read(&path, materials::LIMIT).ok());
            match bytes {
                Some(bytes) => self.file(hash, &STANDARD.encode(bytes), stream)?,
                None => self.missing.push(Caution {
                    code: "missing-attachment",
                    message: text!(
                        "附件 {hash} 不在库中，没有导出",
                        "the attachment {hash} is not in the store and was not exported"
                    ),
                    path: Some(format!("{FILES}/{hash}")),
                }),
            }
        }
        Ok(())
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
fn typed(element: &mut Value, kind: &str, record: Option<String>) {
    if let Value::Object(map) = element {
        map.shift_insert(0, "type".to_owned(), json!(kind));
        map.insert("record".to_owned(), json!(record));
    }
}

/// Lists the subjects with those of their services that the filters ask for.
fn subjects<'w>(world: &'w World, stock: &Stock<'_>, filters: &Filters) -> Vec<Excerpt<'w>> {
    let book = &world.book;
    // A subject of which nothing is filed any more still has its record.
    let wanted = book.portfolio.subjects.values().filter_map(|subject| {
        let mut excerpt = Excerpt::whole(subject);
        narrow(filters, stock, &mut excerpt).then_some(excerpt)
    });
    wanted.take(filters.limit().unwrap_or(usize::MAX)).collect()
}

/// Returns what is asked for alone.
fn part(matches: &ArgMatches) -> Option<Part> {
    let name = matches.get_one::<String>("what")?;
    let found = Part::ALL.into_iter().find(|(known, _)| known == name);
    found.map(|(_, part)| part)
}

/// Returns what is exported, which is both where nothing is said.
fn parts(asked: Option<Part>) -> Vec<Part> {
    match asked {
        Some(part) => vec![part],
        None => Part::ALL.map(|(_, part)| part).into(),
    }
}

/// Returns the names that `--fields` takes for what is exported.
pub fn fields(matches: &ArgMatches) -> Vec<String> {
    let mut known = vec!["type".to_owned()];
    for part in parts(part(matches)) {
        known.append(&mut schema::fields(match part {
            Part::Orders => answer::ORDER,
            Part::Portfolio => filed::SCHEMA,
        }));
    }
    known.extend(OF_FILES.map(str::to_owned));
    known.push("record".to_owned());
    known
}

/// Chooses the fields of a table and of a document.
fn columns(
    cx: &Context<'_>,
    asked: Option<Part>,
    stock: &Stock<'_>,
    orders: &[&Order],
    subjects: &[Excerpt<'_>],
) -> Columns {
    let mut labels: BTreeSet<String> = BTreeSet::new();
    for order in orders {
        labels.extend(stock.desk.labels(order).into_keys());
    }
    for excerpt in subjects {
        labels.extend(excerpt.subject.labels.keys().cloned());
    }
    let labels: Vec<String> = labels.iter().map(|key| format!("labels.{key}")).collect();
    let mut usual: Vec<&str> = vec!["type"];
    for part in parts(asked) {
        usual.extend(part.columns());
    }
    usual.extend(labels.iter().map(String::as_str));
    if cx.globals.privacy == Privacy::Revealed
        && orders
            .iter()
            .any(|o| o.materials.iter().any(|m| m.hash.is_some()))
    {
        usual.extend(OF_FILES);
    }
    usual.push("record");
    let mut seen = BTreeSet::new();
    usual.retain(|name| seen.insert(*name));
    let document = cx.fields.clone();
    Columns {
        table: document.clone().unwrap_or_else(|| Fields::all(&usual)),
        document,
    }
}

/// The columns of attachments.
const OF_FILES: [&str; 3] = ["hash", "part", "content"];

/// How many characters of an attachment stand in one cell: Excel takes 32,767.
const PART: usize = 32_000;

/// Whether attachments can be told in a format, in the columns that were chosen.
fn holds_files(format: Format, columns: &Columns) -> bool {
    match format {
        Format::Json | Format::Jsonl => true,
        Format::Human | Format::Csv => {
            let names = columns.table.names();
            OF_FILES.iter().all(|name| names.iter().any(|n| n == name))
        }
        Format::Tsv | Format::Sarif | Format::Markdown | Format::Ics => false,
    }
}

fn unwritten(path: &Path, error: &StreamError) -> Failure {
    let path = path.display();
    Failure::new(
        Exit::Failure,
        "failure.file",
        text!("无法写入 {path}：{error}", "cannot write {path}: {error}"),
    )
    .hint(text!(
        "检查目录是否存在、是否可写、磁盘是否已满",
        "see that its folder is there and writable, and that the disk is not full"
    ))
}
