//! `list`: orders, nearest deadline first.

use super::board;
use super::context::{Context, World};
use super::filters::{Filters, Line, Rank};
use super::globals::switch;
use super::order_doc::{Desk, Manner};
use super::reply::{Reply, unprinted};
use crate::clock::machine_time;
use crate::failure::Failure;
use crate::filing::order::{Instant, Order};
use crate::filing::profile::Profiles;
use crate::lang::Lang;
use crate::render::envelope::Envelope;
use crate::render::fields::Fields;
use crate::render::mask::Privacy;
use crate::render::sheet::{RowOf, Sheet};
use crate::render::stream::{Columns, Stream, StreamError};
use crate::render::style::Tone;
use crate::render::{Delivery, Format};
use crate::store::Files;
use crate::store::place::Place;
use crate::store::roll::{self, Masked, Nature, Roll, Slip, Subjects};
use crate::text;
use clap::{ArgMatches, Command};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::HashMap;

/// The shape of a list of orders.
pub const SCHEMA: &str = "icpctl.order-list/1";

/// Says what the command takes.
pub fn command(command: Command, lang: Lang) -> Command {
    command
        .arg(switch(
            "all",
            text!("包括已完结的订单", "Include orders that have ended"),
            lang,
        ))
        .args(Filters::args(lang))
}

/// Lists the orders that the filters ask for; ended ones only where something asks for them.
pub fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    let filters = Filters::read(matches, cx.now)?;
    let takes_ended = matches.get_flag("all") || filters.asks_for_ended();
    if let Some(reply) = from_roll(cx, &filters, takes_ended)? {
        return Ok(reply);
    }
    let (world, has_any) = asked_for(cx, &filters, takes_ended)?;
    let desk = Desk::new(&world);
    let orders = world
        .book
        .orders
        .values()
        .filter(|order| takes_ended || !desk.view(order).standing.status.has_ended())
        .filter(|order| filters.matches(&desk, order))
        .collect();
    let orders = filters.arrange(&desk, orders);
    if cx.globals.format != Format::Human {
        return Ok(documents(cx, &desk, &orders));
    }
    let mut sheet = Sheet::default();
    let places = board::lay(&mut sheet, &desk, &orders, manner(cx));
    let rows = places.iter().map(|place| sheet.row(*place));
    Ok(told(cx, rows, !has_any))
}

/// Reads the orders that are asked for and what bears on them, and says whether there are any at
/// all; everything, where only the orders themselves tell which are meant, or many are.
pub fn asked_for(
    cx: &mut Context<'_>,
    filters: &Filters,
    takes_ended: bool,
) -> Result<(World, bool), Failure> {
    let limit = filters.limit();
    let leaves_out = filters.narrow() || !takes_ended || limit.is_some();
    if filters.can_ask_the_roll() && leaves_out {
        return cx.world_of_some(limit, |line, subjects, profiles| {
            let is_asked_for = (takes_ended || !line.slip.status.has_ended())
                && filters.matches_line(line, subjects, profiles);
            is_asked_for.then(|| filters.rank(line))
        });
    }
    let world = cx.world()?;
    let has_any = !world.book.orders.is_empty();
    Ok((world, has_any))
}

/// Prints the rows, or says that there are none.
fn told<'s>(
    cx: &mut Context<'_>,
    rows: impl Iterator<Item = RowOf<'s>> + Clone,
    none_at_all: bool,
) -> Reply {
    if rows.clone().next().is_none() {
        let nothing = Reply::new(SCHEMA, Value::Array(Vec::new()));
        return nothing.say(if none_at_all {
            text!("还没有订单", "there are no orders yet")
        } else {
            text!("没有符合条件的订单", "no order is as asked for")
        });
    }
    let printed = board::print(cx, rows);
    Reply {
        failure: printed.err().map(|error| unprinted(&error)),
        ..Reply::streamed()
    }
}

/// Lists what the roll tells, which is all that people see; none where more is asked for.
fn from_roll(
    cx: &mut Context<'_>,
    filters: &Filters,
    takes_ended: bool,
) -> Result<Option<Reply>, Failure> {
    let privacy = cx.globals.privacy;
    let is_told = cx.globals.format == Format::Human
        && privacy == Privacy::Masked
        && filters.can_ask_the_roll();
    let Place::Found { folder, .. } = cx.place() else {
        return Ok(None);
    };
    let Some(disk) = cx.open()?.filter(|_| is_told) else {
        return Ok(None);
    };
    let cache = cx.env.cache_folder();
    let (profiles, calendar) = (cx.profiles(Some(&disk))?, cx.calendar(Some(&disk))?);
    let how = How {
        profiles: &profiles,
        now: cx.now,
        lang: cx.lang,
    };
    let mut roll = Roll::open(&disk, &folder, cache.as_deref(), machine_time())?;
    let mut pages = roll.walk(|page: &mut Page, slip, subjects| {
        page.seen += 1;
        if slip.status.has_ended() && !takes_ended {
            return;
        }
        let line = Line::of(&slip, &profiles, &calendar, how.now);
        if filters.matches_line(&line, subjects, &profiles) {
            page.take(&line, filters.rank(&line), subjects, &how);
        }
    })?;
    for (path, damage) in roll.damaged() {
        cx.caution("damaged-file", damage.message(), Some(path.clone()));
    }
    roll.keep(&|name, is_individual| privacy.subject_name(name, is_individual));
    for page in &mut pages {
        page.settle(roll.subjects(), &disk, privacy);
        page.found.sort_unstable_by_key(|found| found.rank);
    }
    let none_at_all = pages.iter().all(|page| page.seen == 0);
    let limit = filters.limit().unwrap_or(usize::MAX);
    Ok(Some(told(cx, merged(&pages).take(limit), none_at_all)))
}

/// Lists the rows of all pages by their rank.
fn merged(pages: &[Page]) -> impl Iterator<Item = RowOf<'_>> + Clone {
    let mut rest: Vec<(&Page, &[Found])> = pages
        .iter()
        .map(|page| (page, page.found.as_slice()))
        .collect();
    std::iter::from_fn(move || {
        let (page, found) = rest
            .iter_mut()
            .filter(|(_, found)| !found.is_empty())
            .min_by_key(|(_, found)| found.first().map(|found| found.rank))?;
        let (first, others) = found.split_first()?;
        *found = others;
        Some(page.sheet.row(first.row))
    })
}

/// The orders that one thread found, laid down as rows.
#[derive(Default)]
struct Page {
    sheet: Sheet,
    found: Vec<Found>,
    /// The subjects of which only all orders tell whether they are individuals.
    numbers: Vec<Box<str>>,
    places: HashMap<Box<str>, (u32, bool)>,
    seen: usize,
}

/// One of them: its rank in the list, and its row.
struct Found {
    rank: Rank,
    row: u32,
    doubt: Option<Doubt>,
}

/// A name in a row that may have to be shown otherwise.
#[derive(Clone, Copy)]
struct Doubt {
    subject: u32,
    masked: bool,
}

/// What rows are laid down by.
struct How<'a> {
    profiles: &'a Profiles,
    now: Instant,
    lang: Lang,
}

impl Page {
    fn take(&mut self, line: &Line<'_>, rank: Rank, subjects: &Subjects, how: &How<'_>) {
        let slip = line.slip;
        let name = slip.name.as_deref().unwrap_or_default();
        let subject = slip.subject.as_deref().filter(|_| slip.name.is_some());
        let (is_individual, subject) = match (slip.nature, subject) {
            (Nature::Individual, _) => (true, None),
            (Nature::Organisation, _) | (Nature::Unsaid | Nature::Involved, None) => (false, None),
            (Nature::Unsaid | Nature::Involved, Some(number)) => {
                let (place, is_individual) = self.subject(number, subjects);
                (is_individual, Some(place))
            }
        };
        let holder = match slip.masked {
            Masked::No => Privacy::Masked.subject_name(name, is_individual),
            Masked::Individual | Masked::Always => Cow::Borrowed(name),
        };
        let is_always = match slip.masked {
            Masked::No => Privacy::Masked.subject_name(name, false) != name,
            Masked::Individual => false,
            Masked::Always => true,
        };
        let doubt = subject.filter(|_| !is_always).map(|subject| Doubt {
            subject,
            masked: slip.masked == Masked::Individual || is_individual,
        });
        let row = board::Row {
            id: &slip.id,
            view: &line.view,
            kind: slip.kind,
            deadline: line.deadline,
            about: &slip.about,
            holder: &holder,
            provider: board::provider_of(how.profiles, slip.provider.as_deref()),
            reference: slip.reference.as_deref().unwrap_or_default(),
        };
        if let Some(row) = self.sheet.lay(row.cells(how.now, how.lang)) {
            self.found.push(Found { rank, row, doubt });
        }
    }

    /// Returns the place of a subject, and whether it is an individual as far as is known.
    fn subject(&mut self, number: &str, subjects: &Subjects) -> (u32, bool) {
        if let Some(known) = self.places.get(number) {
            return *known;
        }
        let place = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
        let known = (place, subjects.has_individual(number));
        self.numbers.push(number.into());
        self.places.insert(number.into(), known);
        known
    }

    /// Shows each name as it may be shown, now that everything has been seen.
    fn settle(&mut self, subjects: &Subjects, files: &dyn Files, privacy: Privacy) {
        for found in &mut self.found {
            let Some(doubt) = found.doubt else { continue };
            let number = self.numbers.get(doubt.subject as usize);
            let is_individual = number.is_some_and(|number| subjects.has_individual(number));
            if is_individual == doubt.masked {
                continue;
            }
            let cells: Vec<(Tone, String)> = self
                .sheet
                .row(found.row)
                .cells()
                .map(|(tone, text)| (tone, text.to_owned()))
                .collect();
            let shown = |place: usize, text: String| -> String {
                if place != board::HOLDER {
                    text
                } else if is_individual {
                    privacy.subject_name(&text, true).into_owned()
                } else {
                    let order = cells
                        .first()
                        .and_then(|(_, id)| roll::read_order(files, id));
                    let name = order.and_then(|order| Slip::of(&order).name.map(Cow::into_owned));
                    name.unwrap_or_default()
                }
            };
            let cells = cells
                .iter()
                .enumerate()
                .map(|(place, (tone, text))| (*tone, shown(place, text.clone()).into()));
            let row = self.sheet.lay(cells);
            found.row = row.unwrap_or(found.row);
        }
    }
}

/// Answers with the documents of `orders` in a format for machines, printed at once where that can
/// be.
pub fn documents(cx: &mut Context<'_>, desk: &Desk<'_>, orders: &[&Order]) -> Reply {
    match streamed(cx, desk, orders) {
        Some(reply) => reply,
        None => answer(cx, desk, orders),
    }
}

/// Prints the documents one by one, so that many need no memory; none where all must be known
/// before the first: for a table's columns, or where it is laid out for a terminal.
fn streamed(cx: &mut Context<'_>, desk: &Desk<'_>, orders: &[&Order]) -> Option<Reply> {
    let is_plain = matches!(cx.globals.format, Format::Json | Format::Jsonl);
    if !is_plain || cx.globals.fields.is_some() || cx.terminal.stdout {
        return None;
    }
    let (format, manner) = (cx.globals.format, manner(cx));
    let envelope = Envelope {
        dry_run: cx.globals.dry_run,
        warnings: cx.warnings(),
        ..Envelope::new(SCHEMA)
    };
    let columns = Columns {
        table: Fields::all(&[]),
        document: None,
    };
    let print = || -> Result<Delivery, StreamError> {
        let mut stream = Stream::begin(cx.out, format, columns, &envelope)?;
        stream.elements(orders, |order| desk.document(order, manner))?;
        stream.end(&envelope)
    };
    let printed = print();
    Some(Reply {
        raw: false,
        failure: printed.err().map(|error| unprinted(&error)),
        ..Reply::streamed()
    })
}

/// Returns how an answer of this run is worded.
pub fn manner(cx: &Context<'_>) -> Manner {
    Manner {
        lang: cx.lang,
        privacy: cx.globals.privacy,
    }
}

/// Returns the answer that holds the documents of `orders`; what people read is still to be set.
pub fn answer(cx: &Context<'_>, desk: &Desk<'_>, orders: &[&Order]) -> Reply {
    let documents: Vec<Value> = match cx.globals.format {
        Format::Human | Format::Sarif | Format::Markdown | Format::Ics => Vec::new(),
        Format::Json | Format::Jsonl | Format::Csv | Format::Tsv => orders
            .iter()
            .map(|order| desk.document(order, manner(cx)))
            .collect(),
    };
    let known = board::fields(&documents);
    Reply {
        known,
        ..Reply::new(SCHEMA, Value::Array(documents))
    }
}
