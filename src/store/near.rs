//! Some records of a store: what a step of a few orders rests on, without reading the rest.

use super::StorageError;
use super::book::{Book, order_path, subject_path};
use super::files::{Files, StorePath};
use super::roll::{Roll, Slip, Subjects, Token, Tokens, tokens_of, tokens_of_filed};
use crate::filing::host::Host;
use crate::filing::kind::Kind as OrderKind;
use crate::filing::number::{Number, SubjectNumber};
use crate::filing::order::{ID_ALPHABET, ID_LENGTH, Order, OrderId};
use crate::filing::status::Status;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// The fewest characters of an id that name an order.
pub const SHORTEST_PREFIX: usize = 4;

/// An order and what bears on it are taken to be so many.
const NEIGHBOURS: usize = 16;

/// Whether a word can be an id or the beginning of one.
pub fn looks_like_id(word: &str) -> bool {
    (SHORTEST_PREFIX..=ID_LENGTH).contains(&word.len())
        && word.bytes().all(|b| ID_ALPHABET.contains(&b))
}

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
    let Some(folder) = StorePath::parse(&format!("orders/{}", &word[..2])).ok() else {
        return Ok(None);
    };
    let entries = match files.list(&folder) {
        Ok(entries) => entries,
        Err(StorageError::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut hits = entries
        .iter()
        .filter(|entry| entry.name.starts_with(word) && !entry.is_hidden());
    let (Some(only), None) = (hits.next(), hits.next()) else {
        return Ok(None);
    };
    Ok(only.name.strip_suffix(".toml").and_then(OrderId::parse))
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
}

impl Wanted {
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

    /// Whether an order is one of those looked for, and not only beside them.
    fn means(&self, slip: &Slip<'_>) -> bool {
        let mut beginnings =
            (SHORTEST_PREFIX..=ID_LENGTH).filter_map(|length| slip.id.get(..length));
        beginnings.any(|beginning| self.ids.contains(beginning)) || slip.tokens.meet(&self.tokens)
    }
}

/// How long orders took from the submission to the approval: their days, by province and kind.
pub type Times = BTreeMap<(Option<String>, OrderKind), Vec<(NaiveDate, NaiveDate)>>;

/// The records that bear on what was looked for.
#[derive(Debug)]
pub struct Near {
    /// Those records, with each subject among them whole.
    pub book: Book,
    /// How long the approved orders of the whole store took.
    pub times: Times,
}

/// What is known of one order while its neighbours are looked for.
struct Card {
    id: Box<str>,
    tokens: Tokens<'static>,
    is_meant: bool,
}

/// Every order of a store, as far as looking for some takes it.
pub struct Cards {
    all: Vec<Card>,
    times: Times,
}

impl Cards {
    /// Lists every order; `is_meant` says which are looked for.
    ///
    /// # Errors
    /// When a folder cannot be listed.
    pub fn of(
        roll: &mut Roll<'_>,
        is_meant: impl Fn(&Slip<'_>, &Subjects) -> bool + Sync,
    ) -> Result<Self, StorageError> {
        let walked = roll.walk(|(cards, times): &mut (Vec<Card>, Times), slip, subjects| {
            if let (Status::Approved, Some(from), Some(to)) =
                (slip.status, slip.submitted_at, slip.ended_at)
            {
                let province = slip.province.as_deref().map(str::to_owned);
                let same = times.entry((province, slip.kind)).or_default();
                same.push((from.date_naive(), to.date_naive()));
            }
            let is_meant = is_meant(&slip, subjects);
            cards.push(Card {
                id: slip.id.into(),
                tokens: slip.tokens.into_owned(),
                is_meant,
            });
        })?;
        let (mut all, mut times) = (Vec::new(), Times::new());
        for (some, taken) in walked {
            all.extend(some);
            for (like, spans) in taken {
                times.entry(like).or_default().extend(spans);
            }
        }
        Ok(Self { all, times })
    }

    /// Lists every order; those looked for are what `wanted` means.
    ///
    /// # Errors
    /// When a folder cannot be listed.
    pub fn meant_by(roll: &mut Roll<'_>, wanted: &Wanted) -> Result<Self, StorageError> {
        Self::of(roll, |slip, _| wanted.means(slip))
    }

    /// Looks only for those of the orders looked for so far that `is_meant` picks by their ids.
    pub fn mean_only(&mut self, is_meant: impl Fn(&str) -> bool) {
        for card in self.all.iter_mut().filter(|card| card.is_meant) {
            card.is_meant = is_meant(&card.id);
        }
    }

    /// Whether so few are looked for that reading what bears on them is less than reading all.
    pub fn mean_few(&self) -> bool {
        self.all.iter().filter(|card| card.is_meant).count() <= self.all.len() / NEIGHBOURS
    }

    /// Whether there is no order at all.
    pub const fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}

/// Reads what a look at some orders, and any step of them, rests on: the orders that `cards` mean,
/// those that share a subject, a person's phone, a domain, an account or a resource with one of
/// them, and everything of all their subjects.
///
/// # Errors
/// When a folder cannot be listed.
pub fn gather(
    files: &dyn Files,
    roll: &Roll<'_>,
    cards: Cards,
    wanted: &Wanted,
) -> Result<Near, StorageError> {
    let Cards { all, times } = cards;
    let mut near = Gathering {
        files,
        roll,
        cards: all,
        book: Book::default(),
        whole: BTreeSet::new(),
    };
    let meant = near.take(|card| card.is_meant)?;
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
        .filter_map(subject_of)
        .chain(near.roll.subjects().with(&wanted.tokens))
        .collect();
    for number in numbers {
        if let Some(subject) = near.book.portfolio.subjects.get(&number) {
            about.extend(tokens_of_filed(subject));
        }
    }
    near.share(&about)?;
    let mut book = near.book;
    if wanted.attachments {
        book.list_files(files)?;
    }
    Ok(Near { book, times })
}

/// Records that are being gathered.
struct Gathering<'r, 'f> {
    files: &'r dyn Files,
    roll: &'r Roll<'f>,
    cards: Vec<Card>,
    book: Book,
    whole: BTreeSet<SubjectNumber>,
}

impl Gathering<'_, '_> {
    /// Reads the orders of some cards, and all that they wait for; returns which.
    fn take(
        &mut self,
        is_wanted: impl Fn(&Card) -> bool,
    ) -> Result<BTreeSet<OrderId>, StorageError> {
        let wanted = self.cards.iter().filter(|card| is_wanted(card));
        let ids: BTreeSet<OrderId> = wanted.filter_map(|card| OrderId::parse(&card.id)).collect();
        self.book.add(self.files, &ids)?;
        let mut waiting = ids.clone();
        while !waiting.is_empty() {
            let after = waiting
                .iter()
                .filter_map(|id| self.book.orders.get(id)?.after.clone());
            waiting = after
                .filter(|id| !self.book.orders.contains_key(id))
                .collect();
            self.book.add(self.files, &waiting)?;
        }
        Ok(ids)
    }

    /// Reads the orders and subjects that have one of the tokens, and everything of all subjects.
    fn share(&mut self, tokens: &HashSet<Token>) -> Result<(), StorageError> {
        self.take(|card| card.tokens.meet(tokens))?;
        let subjects: BTreeSet<SubjectNumber> = self
            .book
            .orders
            .values()
            .filter_map(subject_of)
            .chain(self.roll.subjects().with(tokens))
            .filter(|number| !self.whole.contains(number))
            .collect();
        let numbers: HashSet<Token> = subjects
            .iter()
            .map(|number| Token::of(&number.to_string()))
            .collect();
        self.take(|card| card.tokens.meet(&numbers))?;
        self.book.add_subjects(self.files, &subjects)?;
        self.whole.extend(subjects);
        self.book.refold();
        Ok(())
    }
}

/// Returns the subject that an order is about, or was issued a number for.
fn subject_of(order: &Order) -> Option<SubjectNumber> {
    order.target.subject.or_else(|| {
        let approval = order.approval()?.approval.as_ref()?;
        approval.subject
    })
}

impl Book {
    /// Reads these orders, the ones they wait for, and what was written down about their subjects.
    ///
    /// What is not there, or cannot be read, is missing: a look at everything tells why. The
    /// portfolio holds only what these records add up to.
    ///
    /// # Errors
    /// Never for a record; see [`Book::read`].
    pub fn read_only(files: &dyn Files, ids: &[OrderId]) -> Result<Self, StorageError> {
        let mut book = Self::default();
        book.add(files, ids)?;
        let after: Vec<OrderId> = book
            .orders
            .values()
            .filter_map(|o| o.after.clone())
            .collect();
        book.add(files, &after)?;
        let subjects: BTreeSet<SubjectNumber> =
            book.orders.values().filter_map(subject_of).collect();
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
