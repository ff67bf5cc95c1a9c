//! Batches: many orders decided row by row, written in chunks, resumed by ref.

mod blame;
mod commit;
mod follow;
mod imagined;
mod plan;
mod queue;
mod review;

pub use blame::{blamed, content, doubted};
pub use commit::{CHUNK, changes, commit, write_rows};
pub use imagined::call_by_ref;
pub use plan::{Action, Based, BatchPlan, Consequence, PLAN_SCHEMA, PlannedRow, Said, stale};
pub use queue::twice;
pub use review::Reviewer;

use super::advance;
use super::aim::OTHER_ACCOUNT;
use super::assign::Assign;
use super::doubt;
use super::draft::{ASKED_ALREADY, Ask, anew, draft};
use super::materials::{self, Content};
use super::missing;
use super::overtaken;
use super::plan::{Acceptance, Caution, Consent, Given, Stamp};
use super::world::World;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::filing::event::Command;
use crate::filing::impact::Code;
use crate::filing::kind::Kind;
use crate::filing::named::named;
use crate::filing::order::{Material, Order, OrderId};
use crate::filing::status::{Bucket, Status};
use crate::filing::together::together;
use crate::ids::Ids;
use crate::intake::{BatchRow, Header};
use crate::rulebook::Finding;
use crate::store::near::Wanted;
use crate::text;
use follow::{Retried, led_over};
use queue::Queue;
use review::{Held, Review};
use std::path::PathBuf;

/// Returns the order that a row asks for, its dossier left aside; `assigns` are what it sets.
pub fn asked(row: &BatchRow, assigns: Vec<Assign>) -> Ask {
    Ask {
        kind: row.kind,
        targets: row.target.clone(),
        dossier: None,
        materials: Vec::new(),
        provider: row.provider.clone(),
        account: row.account.clone(),
        after: row.after.clone(),
        reference: Some(row.reference.clone()),
        labels: row.labels.clone(),
        reason: row.reason.clone(),
        verify_by: row.verify_by,
        written: false,
        assigns,
    }
}

/// What a row asks for, its dossier and the files that it names read.
#[derive(Clone, Debug)]
pub struct Wish {
    /// The line on which the row begins.
    pub line: usize,
    /// The caller's key.
    pub reference: String,
    /// The order.
    pub ask: Ask,
    /// What the row itself agrees to.
    pub given: Given,
    /// The files to be attached: read again when they are written.
    pub attached: Vec<Attached>,
    /// The ended order of its ref that its plan takes up again.
    pub retries: Option<OrderId>,
    /// What the file calls its columns.
    pub header: Header,
}

impl Wish {
    /// Returns a caution as one of its row.
    fn warns(&self, caution: Caution) -> Caution {
        let (line, key) = (self.line, &self.reference);
        Caution {
            message: text!(
                "第 {line} 行（{key}）：{message}",
                "line {line} ({key}): {message}",
                message = &caution.message
            ),
            ..caution
        }
    }
}

/// A file that is attached to an order.
#[derive(Clone, Debug)]
pub struct Attached {
    /// Where it is.
    pub path: PathBuf,
    /// What it is, as it was when the row was read.
    pub material: Material,
}

impl Attached {
    /// Reads the file once more.
    ///
    /// # Errors
    /// 6 where it is not what it was; else as [`materials::take`].
    fn content(&self) -> Result<Content, Failure> {
        let Material {
            slot,
            service,
            hash,
            ..
        } = &self.material;
        let (now, content) = materials::take(&self.path, slot, *service)?;
        if now.hash == *hash {
            return Ok(content);
        }
        let path = self.path.display();
        Err(Failure::conflict(
            "conflict.revision",
            text!(
                "附件 {path} 在执行期间被修改",
                "the attachment {path} was changed meanwhile"
            ),
        )
        .hint(text!("再次执行", "run it again")))
    }
}

/// How rows are taken.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// `--submit`: orders are sent, not only drafted.
    pub submits: bool,
    /// `--retry`: a ref whose order ended unapproved is taken up again.
    pub retries: bool,
    /// Whether somebody can be asked for what a row does not confirm.
    pub asks: bool,
    /// What `--confirm` and `--accept` agree to for all rows.
    pub given: Given,
}

named! {
    /// How a row comes out, in the order in which outcomes are counted.
    pub enum Outcome {
        /// Something was done for it.
        Ok = "ok",
        /// It was done before.
        Unchanged = "unchanged",
        /// Its order is held back by another one, and is taken up at the next run.
        Skipped = "skipped",
        /// It was refused.
        Failed = "failed",
    }
}

/// What came of one row.
#[derive(Clone, Debug)]
pub struct Decided {
    /// Its place among the rows, from 0.
    pub row: usize,
    /// How it comes out.
    pub outcome: Outcome,
    /// Its order, new or there before.
    pub order: Option<OrderId>,
    /// What stands in its way, where it is skipped or failed.
    pub failure: Option<Failure>,
    /// Whether its order is to be written.
    pub writes: bool,
    /// Whether its order was there before.
    pub was_there: bool,
    /// The ended order of its ref that is taken up again.
    pub retries: Option<OrderId>,
    /// What sending it needs agreement to.
    pub needs: Needs,
    /// What the user should know.
    pub cautions: Vec<Caution>,
    /// What the rulebook finds in the order that is sent, information left out.
    pub findings: Vec<Finding>,
}

/// What the sending of an order needs, each with whether it was given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// The number of the subject whose cancellation it is.
    pub number: Option<(String, bool)>,
    /// The accesses at other providers that end with it.
    pub accept: Option<Acceptance>,
}

/// Whether a caution is about what a row asks for.
fn is_slip(caution: &Caution) -> bool {
    [ASKED_ALREADY, OTHER_ACCOUNT].contains(&caution.code)
}

impl Decided {
    /// Returns what the user should know, of what the row asks for as of the row.
    pub fn told(self, wishes: &[Wish]) -> impl Iterator<Item = Caution> {
        let wish = wishes.get(self.row);
        self.cautions.into_iter().map(move |caution| match wish {
            Some(wish) if is_slip(&caution) => wish.warns(caution),
            Some(_) | None => caution,
        })
    }

    /// Lists what is mostly a slip in what the row asks for.
    pub fn slips(&self) -> impl Iterator<Item = &Caution> {
        self.cautions.iter().filter(|caution| is_slip(caution))
    }

    fn new(row: usize, outcome: Outcome) -> Self {
        Self {
            row,
            outcome,
            order: None,
            failure: None,
            writes: false,
            was_there: false,
            retries: None,
            needs: Needs::default(),
            cautions: Vec::new(),
            findings: Vec::new(),
        }
    }

    fn failed(row: usize, failure: Failure) -> Self {
        Self {
            failure: Some(failure),
            ..Self::new(row, Outcome::Failed)
        }
    }
}

/// Decides all rows; the world is then as they leave it.
///
/// A row that waits for the ref of a later one is decided after it, so the answer is in the order
/// in which the rows are to be written.
pub fn decide(
    world: &mut World,
    stamp: &Stamp,
    ids: &mut Ids,
    wishes: &[Wish],
    terms: &Terms,
    reviewer: &Reviewer<'_>,
) -> Vec<Decided> {
    let held = Held::default();
    let review = reviewer.begin(&held);
    let queue = Queue::of(world, wishes, terms);
    let retried = Retried::of(wishes, terms);
    let how = How {
        terms,
        retried: &retried,
        review: &review,
    };
    queue
        .order
        .iter()
        .filter_map(|row| {
            let (row, wish) = (*row, wishes.get(*row)?);
            let decided = match queue.twin(world, row) {
                Some(twin) => Err(twin),
                None => decide_row(world, stamp, ids, row, wish, &how),
            };
            let mut decided = decided
                .unwrap_or_else(|failure| Decided::failed(row, queue.explain(world, row, failure)));
            let failure = decided.failure;
            decided.failure = failure.map(|failure| blame::in_columns(failure, &wish.header));
            Some(decided)
        })
        .collect()
}

/// How a row is taken.
struct How<'a> {
    terms: &'a Terms,
    retried: &'a Retried<'a>,
    review: &'a Review<'a>,
}

/// Returns what the rows rest on.
pub fn wanted(wishes: &[Wish]) -> Wanted {
    let mut wanted = Wanted::default();
    for wish in wishes {
        wish.ask.want(&mut wanted);
        if !wish.attached.is_empty() {
            wanted.attachments();
        }
    }
    wanted
}

/// Whether everything that the rows name was found.
pub fn is_found(decided: &[Decided]) -> bool {
    let mut failures = decided
        .iter()
        .filter_map(|decided| decided.failure.as_ref());
    failures.all(|failure| failure.exit != Exit::NotFound)
}

/// Whether the ended order of a row's ref is taken up again.
fn is_retried(order: &Order, wish: &Wish, terms: &Terms) -> bool {
    terms.retries || wish.retries.as_ref() == Some(&order.id)
}

fn decide_row(
    world: &mut World,
    stamp: &Stamp,
    ids: &mut Ids,
    row: usize,
    wish: &Wish,
    how: &How<'_>,
) -> Result<Decided, Failure> {
    let terms = how.terms;
    let holder = world.of_ref(&wish.reference);
    let is_same = |order: &Order| wish.ask.is_of(order, &world.book.portfolio);
    let ended = holder.filter(|order| has_failed(order, world));
    if let Some(order) = ended.filter(|order| !is_retried(order, wish, terms)) {
        let mut failed = Decided::failed(row, over(order, world));
        failed.order = Some(order.id.clone());
        failed.was_there = true;
        return Ok(failed);
    }
    if let Some(order) = holder.filter(|order| ended.is_none() && is_same(order)) {
        let mut decided = Decided::new(row, Outcome::Unchanged);
        decided.order = Some(order.id.clone());
        decided.was_there = true;
        if is_unsent(order) {
            let order = order.clone();
            take_up(world, stamp, order, wish, how, &mut decided)?;
        } else if terms.submits && order.standing().status == Status::Draft {
            decided.cautions.push(withdrawn(wish, order));
        }
        return Ok(decided);
    }
    let retries = ended.map(|order| order.id.clone());
    let mut plan = if retries.is_some() {
        anew(&wish.ask, world, stamp, ids)?
    } else {
        draft(&wish.ask, world, stamp, ids)?
    };
    let mut decided = Decided::new(row, Outcome::Ok);
    decided.retries = retries;
    decided.cautions = std::mem::take(&mut plan.cautions);
    decided.order = Some(plan.answer.clone());
    let Some(order) = plan.orders.pop() else {
        decided.outcome = Outcome::Unchanged;
        decided.was_there = true;
        return Ok(decided);
    };
    how.review.ignored(world, &order, wish, &mut decided);
    if terms.submits {
        send(world, stamp, &order, wish, how, &mut decided)?;
        if decided.outcome == Outcome::Failed {
            decided.order = None;
            return Ok(decided);
        }
    } else {
        decided.needs = needs(world, &order, wish, terms);
        agreed(&decided.needs, terms, &wish.header)?;
    }
    if !decided.writes {
        decided.writes = true;
        world.put(order);
    }
    Ok(decided)
}

/// Goes on with a draft that is there: lets it wait for the order that its forerunner's ref has now,
/// and sends it where orders are sent.
///
/// # Errors
/// As [`send`].
fn take_up(
    world: &mut World,
    stamp: &Stamp,
    mut order: Order,
    wish: &Wish,
    how: &How<'_>,
    decided: &mut Decided,
) -> Result<(), Failure> {
    match led_over(world, stamp, &order, wish, how.retried) {
        Ok(None) => {}
        Ok(Some(led)) => {
            decided.outcome = Outcome::Ok;
            decided.writes = true;
            world.put(led.clone());
            order = led;
        }
        Err(failure) if how.terms.submits => {
            decided.outcome = Outcome::Failed;
            decided.failure = Some(failure);
            return Ok(());
        }
        // What only drafts has nothing to do for it.
        Err(_) => {}
    }
    if how.terms.submits {
        send(world, stamp, &order, wish, how, decided)?;
    }
    Ok(())
}

/// Sends an order, or says what holds it back.
///
/// # Errors
/// 2 where it lacks what it needs and nobody can be asked; refusals stand in `decided`.
fn send(
    world: &mut World,
    stamp: &Stamp,
    order: &Order,
    wish: &Wish,
    how: &How<'_>,
    decided: &mut Decided,
) -> Result<(), Failure> {
    let terms = how.terms;
    decided.needs = needs(world, order, wish, terms);
    if let Err(failure) = agreed(&decided.needs, terms, &wish.header) {
        if !decided.was_there {
            return Err(failure);
        }
        decided.outcome = Outcome::Failed;
        decided.failure = Some(failure);
        return Ok(());
    }
    let mut given = wish.given.clone();
    given
        .confirmed
        .extend(terms.given.confirmed.iter().cloned());
    given.accepted.extend(terms.given.accepted.iter().cloned());
    let sent = overtaken::as_sent(world, stamp, order, &mut decided.cautions);
    let judged = sent.and_then(|order| {
        let moved = advance::command(world, stamp, &order, Command::Submit, None, None)?;
        doubt::heed_live(&world.book, &world.profiles, &order)?;
        how.review.row(world, &order, wish, &given, decided)?;
        Ok(moved)
    });
    match judged {
        Ok(mut sent) => {
            given.keep(&mut sent);
            let portfolio = &world.book.portfolio;
            decided
                .cautions
                .extend(missing::incomplete(&sent, portfolio));
            decided.outcome = Outcome::Ok;
            decided.writes = true;
            world.put(sent);
        }
        Err(failure) if failure.is_held_back() => {
            decided.outcome = Outcome::Skipped;
            decided.failure = Some(failure);
        }
        Err(failure) => {
            decided.outcome = Outcome::Failed;
            decided.failure = Some(failure);
        }
    }
    Ok(())
}

fn needs(world: &World, order: &Order, wish: &Wish, terms: &Terms) -> Needs {
    let given = [&wish.given, &terms.given];
    let number = order.target.subject.map(|number| number.to_string());
    let number = number.filter(|_| order.kind == Kind::CancelSubject);
    Needs {
        number: number.map(|number| {
            let is_given = given.iter().any(|given| given.confirmed.contains(&number));
            (number, is_given)
        }),
        accept: Acceptance::of(world, order, &given),
    }
}

/// Checks that what an order needs was given, where it cannot be asked for.
fn agreed(needs: &Needs, terms: &Terms, header: &Header) -> Result<(), Failure> {
    if terms.asks && terms.submits {
        return Ok(());
    }
    let mut consent = Consent::default();
    consent.numbers.extend(needs.number.clone());
    consent.accepts.extend(needs.accept.clone());
    let Some(mut failure) = consent.missing() else {
        return Ok(());
    };
    let column = header.name(match &needs.number {
        Some((_, false)) => "confirm",
        Some((_, true)) | None => "accept",
    });
    let words = match &needs.number {
        Some((number, false)) => number.as_str(),
        Some((_, true)) | None => Code::FiledElsewhereGoes.name(),
    };
    let hint = text!(
        "在该行的 {column} 列写 {words}",
        "write {words} in the row's {column} column"
    );
    failure.hints.insert(0, hint);
    Err(failure)
}

/// Whether an order has never been sent, and can be.
fn is_unsent(order: &Order) -> bool {
    order.standing().status == Status::Draft && !order.was_submitted()
}

/// Warns that the order of a row was taken back by hand, which a batch does not undo.
fn withdrawn(wish: &Wish, order: &Order) -> Caution {
    let (line, key, id) = (wish.line, &wish.reference, &order.id);
    Caution::new(
        "withdrawn",
        text!(
            "第 {line} 行（{key}）的订单已撤回，批量不会再次提交；要提交：icpctl submit {id}",
            "the order of line {line} ({key}) was withdrawn, and a batch does not send it again; to send it: icpctl submit {id}"
        ),
    )
}

/// Whether an order has ended unapproved, as far as is known or presumed.
fn has_failed(order: &Order, world: &World) -> bool {
    world.status(order).bucket() == Bucket::Closed
}

fn over(order: &Order, world: &World) -> Failure {
    let id = &order.id;
    Failure::refused(
        "refused.ref-ended",
        text!(
            "这个 ref 的订单 {id} 已结束而未通过（{status}）",
            "the order {id} of this ref ended unapproved ({status})",
            status = world.status(order).label()
        ),
    )
    .hint(text!(
        "加上 --retry 以同一 ref 重新起草",
        "draft it again under the same ref with --retry"
    ))
}

/// Returns the consent that sending the decided rows needs; none where nothing is sent.
pub fn consent(world: &World, decided: &[Decided]) -> Option<Consent> {
    let sent: Vec<&Order> = decided
        .iter()
        .filter(|d| d.outcome == Outcome::Ok && d.writes)
        .filter_map(|d| world.book.orders.get(d.order.as_ref()?))
        .filter(|order| !is_unsent(order))
        .collect();
    if sent.is_empty() {
        return None;
    }
    let mut consent = Consent {
        explicit: true,
        always_asks: true,
        ..Consent::default()
    };
    let count = sent.len();
    consent.question = Some(text!(
        "提交这 {count} 个订单吗？",
        "Submit {count} order(s)?"
    ));
    consent.shown.push(text!(
        "将提交 {count} 个订单，合计影响：",
        "this submits {count} order(s), which together:"
    ));
    let day = world.now.day();
    let ahead = |order| world.ahead_of(order);
    for joint in together(&sent, ahead, &world.book.portfolio, &world.profiles, day) {
        let message = joint.message();
        consent
            .shown
            .push(text!("  - {message}", "  - {message}", message));
    }
    for Decided { needs, .. } in decided.iter().filter(|d| d.outcome == Outcome::Ok) {
        let number = needs.number.iter().filter(|(_, given)| !given);
        consent.numbers.extend(number.cloned());
        if consent.accepts.is_empty() {
            let accept = needs.accept.iter().filter(|accept| !accept.given);
            consent.accepts.extend(accept.cloned());
        }
    }
    Some(consent)
}
