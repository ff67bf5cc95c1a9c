//! Some records of a store: what a step of a few orders rests on, without reading the rest.

use super::StorageError;
use super::book::{Book, ORDERS, list, order_path, subject_path};
use super::files::{Files, StorePath};
use super::roll::{
    Concordance, Holder, Roll, Slip, Span, Subjects, Token, Tokens, token_of_span, tokens_of,
    tokens_of_filed,
};
use crate::filing::host::Host;
use crate::filing::kind::Kind as OrderKind;
use crate::filing::number::{Number, SubjectNumber};
use crate::filing::order::{ID_LENGTH, Order, OrderId, SHORTEST_PREFIX, looks_like_id};
use crate::filing::province::Province;
use crate::filing::status::Status;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// An order and what bears on it are taken to be so many.
const NEIGHBOURS: usize = 16;

/// Returns the id that a word spells or begins, if exactly one order file is named so.
///
/// Looks at one folder at most. None says nothing: a number, a domain or a `ref:` can mean an
/// order too, and what is wrong with a word is told by a look at everything.
///
/// # Errors
/// When the folder cannot be listed.
pub fn find(files: &dyn Files, word: &str) -> Result<Option<OrderId>, StorageError> {
    if let Some(id) = OrderId::parse(word) {
        return Ok(Some(id));
    }
    if !looks_like_id(word) {
        return Ok(None);
    }
    let mut hits = spelled(files, word)?.into_iter();
    match (hits.next(), hits.next()) {
        (Some(only), None) => Ok(Some(only)),
        (_, _) => Ok(None),
    }
}

/// Lists the orders whose ids begin so.
fn spelled(files: &dyn Files, beginning: &str) -> Result<Vec<OrderId>, StorageError> {
    let Some(folder) = beginning.get(..2) else {
        return Ok(Vec::new());
    };
    let entries = list(files, &StorePath::parse(ORDERS)?.join(folder)?)?;
    let names = entries.iter().map(|(name, _)| name);
    let stems = names.filter_map(|name| name.strip_suffix(".toml"));
    let spelled = stems.filter(|stem| stem.starts_with(beginning));
    Ok(spelled.filter_map(OrderId::parse).collect())
}

/// What is looked for in a store: orders, and what they are about.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Ids of orders, and beginnings of such.
    ids: BTreeSet<String>,
    /// Numbers, domains and refs.
    tokens: HashSet<Token>,
    /// What an order that is yet to be made may have in common with others.
    beside: HashSet<Token>,
    /// Whether the attachments are looked through too.
    attachments: bool,
    /// Whether orders of any province may come of it.
    everywhere: bool,
}

impl Wanted {
    /// What some words may mean.
    pub fn of(words: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let mut wanted = Self::default();
        for word in words {
            wanted.word(word.as_ref());
        }
        wanted
    }

    /// Looks for what a word may mean: an id or its beginning, `ref:KEY`, a number or a domain.
    pub fn word(&mut self, word: &str) {
        if let Some(key) = word.strip_prefix("ref:") {
            self.tokens.insert(Token::of(key));
            return;
        }
        if looks_like_id(word) {
            self.ids.insert(word.to_owned());
        }
        match Number::parse(word).map(|parsed| parsed.number) {
            Ok(Number::Subject(number)) => self.number(&number),
            Ok(Number::Service(number)) => self.number(&number.subject()),
            Ok(Number::Security(_)) | Err(_) => {}
        }
        self.tokens
            .extend(Host::parse(word).iter().map(Token::of_domain));
    }

    fn number(&mut self, number: &SubjectNumber) {
        self.tokens.insert(Token::of(&number.to_string()));
    }

    /// Looks for what shares one of these tokens, but not for what is about that in turn.
    pub fn beside(&mut self, tokens: impl IntoIterator<Item = Token>) {
        self.beside.extend(tokens);
    }

    /// Looks through the attachments too: some are added.
    pub const fn attachments(&mut self) {
        self.attachments = true;
    }

    /// Looks for how long approved orders took in every province: orders of any may be made.
    pub const fn everywhere(&mut self) {
        self.everywhere = true;
    }

    /// Whether an order is one of those looked for, and not only beside them.
    fn means(&self, slip: &Slip<'_>) -> bool {
        let mut beginnings =
            (SHORTEST_PREFIX..=ID_LENGTH).filter_map(|length| slip.id.get(..length));
        beginnings.any(|beginning| self.ids.contains(beginning)) || slip.tokens.meet(&self.tokens)
    }
}

/// How long orders took from the submission to the approval: their days, by province and kind.
pub type Times = BTreeMap<(Option<String>, OrderKind), Vec<Span>>;

/// The records that bear on what was looked for.
#[derive(Debug)]
pub struct Near {
    /// Those records, with each subject among them whole.
    pub book: Book,
    /// How long the approved orders of the whole store took: those like one of the book, or all.
    pub times: Times,
}

/// What is known of one order while its neighbours are looked for.
struct Card {
    id: Box<str>,
    tokens: Tokens<'static>,
    is_meant: bool,
    took: Option<Box<Took>>,
}

/// What an approved order took, with its province and kind.
struct Took {
    province: Option<String>,
    kind: OrderKind,
    span: Span,
}

impl Card {
    fn of(slip: Slip<'_>, is_meant: bool) -> Self {
        let took = match (slip.status, slip.submitted_at, slip.ended_at) {
            (Status::Approved, Some(from), Some(to)) => Some(Box::new(Took {
                province: slip.province.as_deref().map(str::to_owned),
                kind: slip.kind,
                span: (from.day(), to.day()),
            })),
            (_, _, _) => None,
        };
        Self {
            id: slip.id.into(),
            tokens: slip.tokens.into_owned(),
            is_meant,
            took,
        }
    }
}

/// Orders of a store, as far as looking for some takes them.
#[derive(Default)]
pub struct Cards(Vec<Card>);

impl Cards {
    /// Lists every order; `is_meant` says which are looked for.
    ///
    /// # Errors
    /// When a folder cannot be listed.
    pub fn of(
        roll: &mut Roll<'_>,
        is_meant: impl Fn(&Slip<'_>, &Subjects) -> bool + Sync,
    ) -> Result<Self, StorageError> {
        let walked = roll.walk(|cards: &mut Vec<Card>, slip, subjects| {
            let is_meant = is_meant(&slip, subjects);
            cards.push(Card::of(slip, is_meant));
        })?;
        Ok(Self(walked.into_iter().flatten().collect()))
    }

    /// Looks only for those of the orders looked for so far that `is_meant` picks by their ids.
    pub fn mean_only(&mut self, is_meant: impl Fn(&str) -> bool) {
        for card in self.0.iter_mut().filter(|card| card.is_meant) {
            card.is_meant = is_meant(&card.id);
        }
    }

    /// Whether so few are looked for that reading what bears on them is less than reading all.
    pub fn mean_few(&self) -> bool {
        self.0.iter().filter(|card| card.is_meant).count() <= self.0.len() / NEIGHBOURS
    }

    /// Whether there is no order at all.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn ids(&self, is_wanted: impl Fn(&Card) -> bool) -> BTreeSet<OrderId> {
        let wanted = self.0.iter().filter(|card| is_wanted(card));
        wanted.filter_map(|card| OrderId::parse(&card.id)).collect()
    }

    fn times(&self) -> Times {
        let mut times = Times::new();
        for took in self.0.iter().filter_map(|card| card.took.as_ref()) {
            let alike = (took.province.clone(), took.kind);
            times.entry(alike).or_default().push(took.span);
        }
        times
    }

    /// Lists what a concordance keeps.
    fn entries(&self) -> impl Iterator<Item = (Token, Holder<'_>)> {
        self.0.iter().flat_map(|card| {
            let took = card.took.as_ref().map(|took| {
                let token = token_of_span(took.province.as_deref(), took.kind);
                (token, Holder::Took(&card.id, took.span))
            });
            let tokens = card.tokens.iter();
            tokens
                .map(|token| (token, Holder::Order(&card.id)))
                .chain(took)
        })
    }
}

/// Where records stand that have a token: found on a look at every record, or by a concordance and
/// the cards of what it does not answer for.
struct Index<'r, 'f> {
    files: &'r dyn Files,
    roll: &'r Roll<'f>,
    cards: Cards,
    concordance: Option<Concordance>,
}

impl Index<'_, '_> {
    /// Returns the orders that are looked for, and not only beside them.
    fn meant(&self, wanted: &Wanted) -> Result<BTreeSet<OrderId>, StorageError> {
        let mut ids = self.cards.ids(|card| card.is_meant);
        if self.concordance.is_some() {
            ids.extend(self.orders(&wanted.tokens));
            for beginning in &wanted.ids {
                ids.extend(spelled(self.files, beginning)?);
            }
        }
        Ok(ids)
    }

    fn is_in_doubt(&self) -> bool {
        self.concordance
            .as_ref()
            .is_some_and(Concordance::is_in_doubt)
    }

    /// Returns the orders that have one of the tokens.
    fn orders(&self, tokens: &HashSet<Token>) -> BTreeSet<OrderId> {
        let mut ids = self.cards.ids(|card| card.tokens.meet(tokens));
        self.kept(tokens, |_, holder| match holder {
            Holder::Order(id) => ids.extend(OrderId::parse(id)),
            Holder::Subject(_) | Holder::Took(_, _) => {}
        });
        ids
    }

    /// Returns the subjects of which a record was written down and that have one of the tokens.
    fn subjects(&self, tokens: &HashSet<Token>) -> BTreeSet<SubjectNumber> {
        let mut numbers: BTreeSet<SubjectNumber> = self.roll.subjects().with(tokens).collect();
        self.kept(tokens, |_, holder| match holder {
            Holder::Subject(number) => {
                numbers.extend(SubjectNumber::parse(number).map(|parsed| parsed.number));
            }
            Holder::Order(_) | Holder::Took(_, _) => {}
        });
        numbers
    }

    fn kept(&self, tokens: &HashSet<Token>, take: impl FnMut(Token, Holder<'_>)) {
        if let Some(concordance) = &self.concordance {
            concordance.each(tokens, take);
        }
    }

    /// Returns how long approved orders took; by a concordance, those of some provinces.
    fn times(&self, provinces: BTreeSet<Option<Province>>) -> Times {
        let alike: HashMap<Token, (Option<String>, OrderKind)> = provinces
            .into_iter()
            .map(|province| province.map(Province::code))
            .flat_map(|code| OrderKind::ALL.iter().map(move |kind| (code, *kind)))
            .map(|(code, kind)| (token_of_span(code, kind), (code.map(str::to_owned), kind)))
            .collect();
        let mut times = self.cards.times();
        self.kept(&alike.keys().copied().collect(), |token, holder| {
            if let (Holder::Took(_, span), Some(alike)) = (holder, alike.get(&token)) {
                times.entry(alike.clone()).or_default().push(span);
            }
        });
        times
    }
}

/// Reads what a look at some orders, and any step of them, rests on: the orders that are wanted,
/// those that share a subject, a person's phone, a domain, an account or a resource with one of
/// them, and everything of all their subjects.
///
/// A store of more than `few` records is not looked at file by file each time.
///
/// # Errors
/// When a folder cannot be listed.
pub fn look(
    files: &dyn Files,
    roll: &mut Roll<'_>,
    wanted: &Wanted,
    few: usize,
) -> Result<Near, StorageError> {
    let mut cards = Cards::default();
    let concordance = roll.concordance(few, |slip| {
        let is_meant = wanted.means(&slip);
        cards.0.push(Card::of(slip, is_meant));
    })?;
    if concordance.is_some() {
        let index = Index {
            files,
            roll,
            cards,
            concordance,
        };
        let near = gather(&index, wanted)?;
        if !index.is_in_doubt() {
            return Ok(near);
        }
    }
    let cards = Cards::of(roll, |slip, _| wanted.means(slip))?;
    roll.keep_concordance(few, || {
        let subjects = roll.subjects().tokens();
        let subjects = subjects.map(|(token, number)| (token, Holder::Subject(number)));
        cards.entries().chain(subjects).collect()
    });
    look_beside(files, roll, cards, wanted)
}

/// Reads what a look at the orders that cards mean rests on, as [`look`] does.
///
/// # Errors
/// When a folder cannot be listed.
pub fn look_beside(
    files: &dyn Files,
    roll: &Roll<'_>,
    cards: Cards,
    wanted: &Wanted,
) -> Result<Near, StorageError> {
    let index = Index {
        files,
        roll,
        cards,
        concordance: None,
    };
    gather(&index, wanted)
}

fn gather(index: &Index<'_, '_>, wanted: &Wanted) -> Result<Near, StorageError> {
    let mut near = Gathering {
        index,
        book: Book::default(),
        whole: BTreeSet::new(),
        folded: (0, 0),
    };
    let meant = index.meant(wanted)?;
    near.take(&meant)?;
    let mut about = wanted.tokens.clone();
    about.extend(&wanted.beside);
    for order in near.book.orders.values().filter(|o| meant.contains(&o.id)) {
        about.extend(tokens_of(order));
    }
    near.share(&about)?;
    // A subject is filed under more than its orders say: its certificate, its persons.
    let numbers: BTreeSet<SubjectNumber> = near
        .book
        .orders
        .values()
        .filter(|o| meant.contains(&o.id))
        .filter_map(Order::subject)
        .chain(index.subjects(&wanted.tokens))
        .collect();
    for number in numbers {
        if let Some(subject) = near.book.portfolio.subjects.get(&number) {
            about.extend(tokens_of_filed(subject));
        }
    }
    near.share(&about)?;
    let mut book = near.book;
    if wanted.attachments {
        book.list_files(index.files)?;
    }
    let provinces: BTreeSet<Option<Province>> = if wanted.everywhere {
        Province::all().map(Some).chain([None]).collect()
    } else {
        book.orders.values().map(Order::province).collect()
    };
    let times = index.times(provinces);
    Ok(Near { book, times })
}

/// Records that are being gathered.
struct Gathering<'i> {
    index: &'i Index<'i, 'i>,
    book: Book,
    whole: BTreeSet<SubjectNumber>,
    /// How many orders and subjects the portfolio adds up.
    folded: (usize, usize),
}

impl Gathering<'_> {
    /// Reads some orders, and all that they wait for.
    fn take(&mut self, ids: &BTreeSet<OrderId>) -> Result<(), StorageError> {
        let files = self.index.files;
        self.book.add(files, ids)?;
        let mut waiting = ids.clone();
        while !waiting.is_empty() {
            let after = waiting
                .iter()
                .filter_map(|id| self.book.orders.get(id)?.after.clone());
            waiting = after
                .filter(|id| !self.book.orders.contains_key(id))
                .collect();
            self.book.add(files, &waiting)?;
        }
        Ok(())
    }

    /// Reads the orders and subjects that have one of the tokens, and everything of all subjects.
    fn share(&mut self, tokens: &HashSet<Token>) -> Result<(), StorageError> {
        self.take(&self.index.orders(tokens))?;
        let subjects: BTreeSet<SubjectNumber> = self
            .book
            .orders
            .values()
            .filter_map(Order::subject)
            .chain(self.index.subjects(tokens))
            .filter(|number| !self.whole.contains(number))
            .collect();
        let numbers: HashSet<Token> = subjects
            .iter()
            .map(|number| Token::of(&number.to_string()))
            .collect();
        self.take(&self.index.orders(&numbers))?;
        self.book.add_subjects(self.index.files, &subjects)?;
        self.whole.extend(subjects);
        let read = (self.book.orders.len(), self.book.subjects.len());
        if read != self.folded {
            self.book.refold();
            self.folded = read;
        }
        Ok(())
    }
}

impl Book {
    /// Reads these orders, the ones they wait for, and what was written down about their subjects.
    ///
    /// What is not there, or cannot be read, is missing: a look at everything tells why. The
    /// portfolio holds only what these records add up to.
    ///
    /// # Errors
    /// Never for a record; see [`Book::read`].
    pub fn read_only(files: &dyn Files, ids: &BTreeSet<OrderId>) -> Result<Self, StorageError> {
        let mut book = Self::default();
        book.add(files, ids)?;
        let after: Vec<OrderId> = book
            .orders
            .values()
            .filter_map(|o| o.after.clone())
            .collect();
        book.add(files, &after)?;
        let subjects: BTreeSet<SubjectNumber> =
            book.orders.values().filter_map(Order::subject).collect();
        book.add_subjects(files, &subjects)?;
        book.refold();
        Ok(book)
    }

    /// Adds orders; fold anew afterwards.
    fn add<'i>(
        &mut self,
        files: &dyn Files,
        ids: impl IntoIterator<Item = &'i OrderId>,
    ) -> Result<(), StorageError> {
        let new = ids.into_iter().filter(|id| !self.orders.contains_key(id));
        let paths: Vec<StorePath> = new.map(order_path).collect();
        self.take_all(files, &paths, Self::take_order)
    }

    /// Adds what was written down about subjects; fold anew afterwards.
    fn add_subjects(
        &mut self,
        files: &dyn Files,
        numbers: &BTreeSet<SubjectNumber>,
    ) -> Result<(), StorageError> {
        let paths: Vec<StorePath> = numbers.iter().map(subject_path).collect();
        self.take_all(files, &paths, Self::take_subject)
    }
}
