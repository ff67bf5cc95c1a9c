//! `export`: orders and what is filed, out of the store, for spreadsheets, scripts and `import`.

mod columns;
mod elements;
pub mod ics;

use super::list::asked_for;
use super::list::by_roll::{self, Wanted};
use super::portfolio::narrow;
use crate::cli::context::{Context, World};
use crate::cli::documents::outline;
use crate::cli::documents::portfolio::{Excerpt, Stock};
use crate::cli::filters::Filters;
use crate::cli::parser::globals::{option, place};
use crate::cli::private_file;
use crate::cli::reply::{Reply, unprinted};
use crate::failure::Failure;
use crate::filing::portfolio::FiledSubject;
use crate::lang::Lang;
use crate::reading::cause;
use crate::render::Format;
use crate::render::mask::Privacy;
use crate::render::stream::{Columns, Stream, StreamError};
use crate::text;
use clap::builder::PossibleValuesParser;
use clap::{ArgMatches, Command};
use columns::{Part, columns, holds_files, part};
pub use columns::{all_fields, fields};
use elements::{Export, typed};
use std::io::Write;
use std::path::Path;

/// The shape of the document.
pub const SCHEMA: &str = "icpctl.export/1";

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
    let takes_filed = match asked {
        Some(part) => part == Part::Portfolio,
        // What only an order can be is no question to what is filed.
        None => !filters.asks_for_orders(),
    };
    if !takes_filed && let Some(reply) = from_roll(cx, matches, &filters)? {
        return Ok(reply);
    }
    let world = if takes_filed {
        cx.world()?
    } else {
        asked_for(cx, &filters, true)?.0
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
    let undone = undone(cx, &world, matches);
    let mut subjects = Vec::new();
    if takes_filed {
        subjects = self::subjects(&world, &stock, &filters);
        subjects.extend(undone.iter().map(Excerpt::whole));
    }
    let columns = columns(cx, asked, &stock, &orders, &subjects);
    let told = Told {
        orders: orders.len(),
        subjects: subjects.len(),
    };
    let format = cx.globals.format;
    let holds_files = holds_files(format, &columns);
    let mut export = Export::new(cx, &stock, disk.as_ref(), &orders, holds_files);
    let manner = cx.manner();
    if format == Format::Ics {
        let text = ics::calendar(&stock.desk, &orders, &subjects, manner);
        return told.calendar(cx, matches, text);
    }
    let mut envelope = cx.envelope(SCHEMA);
    let lang = cx.lang;
    let write = |out: &mut dyn Write| -> Result<(), StreamError> {
        let mut stream = Stream::begin(out, format, columns, &envelope)?;
        stream.elements(&orders, |order| export.order(order, manner))?;
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
            private_file::write(&path, write).map_err(|error| unwritten(Path::new(name), &error))
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
    let pages = by_roll::lines(cx, &wanted, |told| {
        let mut element = excerpt.document(&told.outline()).into();
        typed(&mut element, "order", None);
        columns.line(&element, format)
    })?;
    let Some(pages) = pages else {
        return Ok(None);
    };
    let told = Told {
        orders: pages.orders().count(),
        subjects: 0,
    };
    let envelope = cx.envelope(SCHEMA);
    deliver(cx, matches, |out| {
        let mut stream = Stream::begin(out, format, columns, &envelope)?;
        stream.laid_out(pages.orders().map(|(_, line)| line.as_str()))?;
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
        cx: &mut Context<'_>,
        matches: &ArgMatches,
        text: String,
    ) -> Result<Reply, Failure> {
        if file(matches).is_none() {
            return Ok(Reply::raw(text));
        }
        deliver(cx, matches, |out| Ok(out.write_all(text.as_bytes())?))?;
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

/// Lists the subjects of which everything was undone: their records go along where all of the store
/// goes out to come back elsewhere.
fn undone(cx: &Context<'_>, world: &World, matches: &ArgMatches) -> Vec<FiledSubject> {
    let holds_records = cx.globals.privacy == Privacy::Revealed
        && cx.globals.format != Format::Ics
        && cx.fields.is_none();
    if !holds_records || Filters::typed(matches).next().is_some() {
        return Vec::new();
    }
    let (book, today) = (&world.book, cx.now.day());
    let numbers = book.subjects.keys();
    let undone = numbers.filter(|number| !book.portfolio.subjects.contains_key(*number));
    undone
        .map(|number| FiledSubject {
            ended: Some(today),
            ..FiledSubject::new(*number)
        })
        .collect()
}

fn unwritten(path: &Path, error: &StreamError) -> Failure {
    private_file::unwritten(
        path,
        &match error {
            StreamError::Io(error) => cause(error),
            StreamError::Rows(error) => text!("{error}", "{error}"),
        },
    )
}
