//! The orders that are asked for, as the roll tells them: each is laid out while the roll is walked.

use crate::cli::context::{Caution, Context};
use crate::cli::documents::board;
use crate::cli::documents::outline::Outline;
use crate::cli::filters::{Filters, Line, Rank};
use crate::cli::reply::unprinted;
use crate::clock::machine_time;
use crate::failure::Failure;
use crate::filing::calendar::Calendar;
use crate::filing::instant::Instant;
use crate::filing::profile::Profiles;
use crate::lang::Lang;
use crate::render::mask::Privacy;
use crate::render::rows::RowsError;
use crate::store::Files;
use crate::store::roll::{self, Masked, Nature, Roll, Slip, Subjects};
use crate::workflow::examine::DAMAGED;
use std::borrow::Cow;
use std::collections::HashMap;

/// One order, as it is told.
pub struct Told<'a> {
    /// Where it stands, by the roll.
    pub line: &'a Line<'a>,
    /// The name of its subject, as it may be shown.
    pub name: Option<&'a str>,
    subjects: &'a Subjects,
    profiles: &'a Profiles,
    lang: Lang,
    privacy: Privacy,
}

impl Told<'_> {
    /// Returns its row in a table of orders.
    pub fn row(&self) -> board::Row<'_> {
        let Line {
            slip,
            view,
            deadline,
        } = self.line;
        board::Row {
            id: &slip.id,
            view,
            kind: slip.kind,
            deadline: *deadline,
            about: &slip.about,
            holder: self.name.unwrap_or_default(),
            provider: board::provider_of(self.profiles, slip.provider.as_deref()),
            reference: slip.reference.as_deref().unwrap_or_default(),
        }
    }

    /// Returns the outline of its document.
    pub fn outline(&self) -> Outline<'_> {
        let Line {
            slip,
            view,
            deadline,
        } = self.line;
        let number = slip.subject();
        Outline {
            slip,
            view,
            deadline: *deadline,
            name: self.name,
            beneath: number
                .into_iter()
                .flat_map(|number| self.subjects.labels(number))
                .collect(),
            services: Vec::new(),
            profile: self.profiles.for_order(slip.provider.as_deref()),
            lang: self.lang,
            privacy: self.privacy,
        }
    }
}

/// What is wanted of the roll.
pub struct Wanted<'f> {
    /// Which orders.
    pub filters: &'f Filters,
    /// Whether ended ones too.
    pub takes_ended: bool,
    /// Whether the names of their subjects are told.
    pub names: bool,
}

/// The orders that were asked for, each laid out on one of several papers.
pub struct Pages<P, T> {
    pages: Vec<Page<P, T>>,
    limit: usize,
}

impl<P, T> Pages<P, T> {
    /// Whether there is no order at all.
    pub fn none_at_all(&self) -> bool {
        self.pages.iter().all(|page| page.seen == 0)
    }

    /// Lists the papers.
    fn papers(&self) -> impl Iterator<Item = &P> {
        self.pages.iter().map(|page| &page.paper)
    }

    /// Lists the orders by their rank, each with the paper that it is laid out on.
    pub fn orders(&self) -> impl Iterator<Item = (&P, &T)> + Clone {
        let mut rest: Vec<(&P, &[Found<T>])> = self
            .pages
            .iter()
            .map(|page| (&page.paper, page.found.as_slice()))
            .collect();
        std::iter::from_fn(move || {
            let (paper, found) = rest
                .iter_mut()
                .filter(|(_, found)| !found.is_empty())
                .min_by_key(|(_, found)| found.first().map(|found| found.rank))?;
            let (first, others) = found.split_first()?;
            *found = others;
            Some((*paper, &first.laid))
        })
        .take(self.limit)
    }
}

/// Lays out the orders that are asked for, as `lay` says; none where the roll does not tell enough.
///
/// # Errors
/// When the store cannot be read.
pub fn lay_out<P: Default + Send, T: Send>(
    cx: &mut Context<'_>,
    wanted: &Wanted<'_>,
    lay: impl Fn(&mut P, &Told<'_>) -> Option<T> + Sync,
) -> Result<Option<Pages<P, T>>, Failure> {
    let is_told = cx.globals.privacy == Privacy::Masked && wanted.filters.can_ask_the_roll();
    let Some(folder) = cx.store_folder() else {
        return Ok(None);
    };
    let Some(disk) = cx.open()?.filter(|_| is_told) else {
        return Ok(None);
    };
    let cache = cx.env.cache_folder();
    let (profiles, calendar) = (cx.profiles(Some(&disk))?, cx.calendar(Some(&disk))?);
    let how = How {
        lay,
        profiles: &profiles,
        calendar: &calendar,
        now: cx.now,
        lang: cx.lang,
        privacy: cx.globals.privacy,
        names: wanted.names,
    };
    let filters = wanted.filters;
    let limit = filters.limit().unwrap_or(usize::MAX);
    let mut roll = Roll::open(&disk, &folder, cache.as_deref(), machine_time())?;
    let mut pages = roll.walk(|page: &mut Page<P, T>, slip, subjects| {
        page.seen += 1;
        if slip.status.has_ended() && !wanted.takes_ended {
            return;
        }
        let line = how.line(&slip);
        if filters.matches_line(&line, subjects, &profiles) {
            let rank = filters.rank(&line);
            if page.has_room(rank, limit) {
                page.take(&line, rank, subjects, &how);
            }
        }
    })?;
    cx.warn_of(roll.damaged().map(|(path, damage)| Caution {
        code: DAMAGED,
        message: damage.message(),
        path: Some(path.clone()),
    }));
    roll.keep(&|name, is_individual| Privacy::Masked.subject_name(name, is_individual));
    for page in &mut pages {
        page.settle(roll.subjects(), &disk, &how);
        page.found.sort_unstable_by_key(|found| found.rank);
    }
    Ok(Some(Pages { pages, limit }))
}

/// Lays out the orders that are asked for as lines of a format that `make` makes; none where the roll
/// does not tell enough.
///
/// # Errors
/// When the store cannot be read, or a line cannot be made.
pub fn lines(
    cx: &mut Context<'_>,
    wanted: &Wanted<'_>,
    make: impl Fn(&Told<'_>) -> Result<String, RowsError> + Sync,
) -> Result<Option<Pages<Option<RowsError>, String>>, Failure> {
    let pages = lay_out(cx, wanted, |failure: &mut Option<RowsError>, told| {
        make(told).map_err(|error| *failure = Some(error)).ok()
    })?;
    let failed = pages
        .iter()
        .flat_map(Pages::papers)
        .find_map(Option::as_ref);
    match failed {
        Some(error) => Err(unprinted(error)),
        None => Ok(pages),
    }
}

/// The orders that one thread found, laid out.
struct Page<P, T> {
    paper: P,
    found: Vec<Found<T>>,
    /// The subjects of which only all orders tell whether they are individuals.
    numbers: Vec<Box<str>>,
    places: HashMap<Box<str>, (u32, bool)>,
    seen: usize,
    /// The last rank that can still be among the first ones asked for, once so many are found.
    last: Option<Rank>,
}

impl<P: Default, T> Default for Page<P, T> {
    fn default() -> Self {
        Self {
            paper: P::default(),
            found: Vec::new(),
            numbers: Vec::new(),
            places: HashMap::new(),
            seen: 0,
            last: None,
        }
    }
}

/// One of them: its rank in the list, and how it is laid out.
struct Found<T> {
    rank: Rank,
    laid: T,
    doubt: Option<Doubt>,
}

/// A name that may have to be shown otherwise.
#[derive(Clone, Copy, Debug)]
struct Doubt {
    subject: u32,
    masked: bool,
}

/// What orders are laid out by.
struct How<'a, L> {
    lay: L,
    profiles: &'a Profiles,
    calendar: &'a Calendar,
    now: Instant,
    lang: Lang,
    privacy: Privacy,
    names: bool,
}

impl<L> How<'_, L> {
    fn line<'s>(&self, slip: &'s Slip<'s>) -> Line<'s> {
        Line::of(slip, self.profiles, self.calendar, self.now)
    }

    fn lay<P, T>(
        &self,
        paper: &mut P,
        line: &Line<'_>,
        is_individual: bool,
        subjects: &Subjects,
    ) -> Option<T>
    where
        L: Fn(&mut P, &Told<'_>) -> Option<T>,
    {
        let slip = line.slip;
        let name = slip.name.as_deref().map(|name| match slip.masked {
            Masked::No => Privacy::Masked.subject_name(name, is_individual),
            Masked::Individual | Masked::Always => Cow::Borrowed(name),
        });
        let told = Told {
            line,
            name: name.as_deref(),
            subjects,
            profiles: self.profiles,
            lang: self.lang,
            privacy: self.privacy,
        };
        (self.lay)(paper, &told)
    }
}

impl<P, T> Page<P, T> {
    /// Whether an order of that rank can be among the first `limit` ones; those that cannot any more
    /// are let go now and then.
    fn has_room(&mut self, rank: Rank, limit: usize) -> bool {
        if limit == 0 {
            return false;
        }
        if self.found.len() >= limit.saturating_mul(2) {
            self.found
                .select_nth_unstable_by_key(limit, |found| found.rank);
            self.found.truncate(limit);
            self.last = self.found.iter().map(|found| found.rank).max();
        }
        self.last.is_none_or(|last| rank < last)
    }

    fn take<L: Fn(&mut P, &Told<'_>) -> Option<T>>(
        &mut self,
        line: &Line<'_>,
        rank: Rank,
        subjects: &Subjects,
        how: &How<'_, L>,
    ) {
        let slip = line.slip;
        let name = slip.name.as_deref().filter(|_| how.names);
        let subject = slip.subject.as_deref().filter(|_| name.is_some());
        let (is_individual, subject) = match (slip.nature, subject) {
            (Nature::Individual, _) => (true, None),
            (Nature::Organisation, _) | (Nature::Unsaid | Nature::Involved, None) => (false, None),
            (Nature::Unsaid | Nature::Involved, Some(number)) => {
                let (place, is_individual) = self.subject(number, subjects);
                (is_individual, Some(place))
            }
        };
        let is_always = match slip.masked {
            Masked::No => name.is_some_and(|n| Privacy::Masked.subject_name(n, false) != n),
            Masked::Individual => false,
            Masked::Always => true,
        };
        let doubt = subject.filter(|_| !is_always).map(|subject| Doubt {
            subject,
            masked: slip.masked == Masked::Individual || is_individual,
        });
        if let Some(laid) = how.lay(&mut self.paper, line, is_individual, subjects) {
            self.found.push(Found { rank, laid, doubt });
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

    /// Lays out anew what shows a name otherwise than it may be shown, now that everything has been
    /// seen; what is gone by now is left out.
    fn settle<L: Fn(&mut P, &Told<'_>) -> Option<T>>(
        &mut self,
        subjects: &Subjects,
        files: &dyn Files,
        how: &How<'_, L>,
    ) {
        let Self {
            paper,
            found,
            numbers,
            ..
        } = self;
        found.retain_mut(|found| {
            let Some(doubt) = found.doubt else {
                return true;
            };
            let number = numbers.get(doubt.subject as usize);
            let is_individual = number.is_some_and(|number| subjects.has_individual(number));
            if is_individual == doubt.masked {
                return true;
            }
            let Some(order) = roll::read_order(files, found.rank.id()) else {
                return false;
            };
            let slip = Slip::shown(&order);
            let laid = how.lay(paper, &how.line(&slip), is_individual, subjects);
            laid.map(|laid| found.laid = laid).is_some()
        });
    }
}
