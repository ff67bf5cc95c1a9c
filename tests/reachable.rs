//! Every state that an order can come to, by every command, every report and the passing of limits.
//!
//! Time is reduced to before, one second before, at and after each limit: the SMS window's end and
//! the end of idling. What stands here of the rules is written from what is promised, not from the code.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that cannot go on must fail, and its numbers are to be seen"
)]

mod wish;

use crate::histories::desk;
use chrono::TimeDelta;
use icpctl::cli::context::World;
use icpctl::failure::Failure;
use icpctl::filing::event::{Command, Event, Report};
use icpctl::filing::instant::Instant;
use icpctl::filing::kind::Via;
use icpctl::filing::moment::Moment;
use icpctl::filing::order::Order;
use icpctl::filing::portfolio::Portfolio;
use icpctl::filing::signatory::signatories;
use icpctl::filing::standing::{Presumption, SmsWindow, View, idle_end};
use icpctl::filing::status::Status;
use icpctl::store::order_file;
use icpctl::workflow::advance::{self, Told};
use icpctl::workflow::assign::Assign;
use icpctl::workflow::edit;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use wish::Wish;

const SECOND: TimeDelta = TimeDelta::seconds(1);
/// The slot of the subject that everything here is about.
const SLOT: usize = 7;
const ACCOUNT: &str = "account-1";

/// Where the present lies by a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum By {
    Before,
    LastSecond,
    At,
    After,
}

impl By {
    fn of(now: Instant, limit: Instant) -> Self {
        if now > limit {
            Self::After
        } else if now == limit {
            Self::At
        } else if now == limit - SECOND {
            Self::LastSecond
        } else {
            Self::Before
        }
    }
}

/// What of a state decides what can follow.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct State {
    stored: Status,
    /// Where the window's end lies, whether the sending was reported, and who has answered.
    window: Option<(By, bool, Vec<bool>)>,
    /// Where the end of idling lies.
    idle: Option<By>,
    shown: Status,
    edited: bool,
    submitted: bool,
}

/// One kind of order on one path at one provider.
struct Scenario {
    name: String,
    world: World,
    order: Order,
    /// How many must answer the SMS; 0 where there is none.
    phones: usize,
}

#[derive(Clone, Debug)]
enum Move {
    Wait(Instant),
    Command(Command, Option<Instant>),
    Edit,
    Report(Told),
}

struct Node {
    order: Order,
    now: Instant,
    next: BTreeSet<usize>,
}

#[derive(Default)]
struct Tally {
    scenarios: usize,
    states: usize,
    moves: usize,
    taken: usize,
    statuses: BTreeSet<(Status, Status)>,
}

fn told(report: Report, at: Option<Instant>, who: &[&str], numbers: Vec<String>) -> Told {
    Told {
        report,
        at: at.map(Moment::Exact),
        who: who.iter().map(|word| (*word).to_owned()).collect(),
        reason: None,
        numbers,
    }
}

impl Scenario {
    fn view(&self, order: &Order, now: Instant) -> View {
        order.view(&self.world.profiles, now)
    }

    /// Returns the end of the window and of idling.
    fn limits(&self, order: &Order, view: &View) -> (Option<Instant>, Option<Instant>) {
        let case = order.case(&self.world.profiles);
        (
            view.standing.window.as_ref().map(SmsWindow::closes_at),
            idle_end(&case, &view.standing, view.for_commands()),
        )
    }

    fn state(&self, order: &Order, now: Instant) -> State {
        let view = self.view(order, now);
        let (_, idle) = self.limits(order, &view);
        let window = view.standing.window.as_ref();
        State {
            stored: view.standing.status,
            window: window.map(|w| {
                let answered = w.awaiting.iter().map(|(_, at)| at.is_some()).collect();
                (By::of(now, w.closes_at()), w.sent, answered)
            }),
            idle: idle.map(|end| By::of(now, end)),
            shown: view.status(),
            edited: view.standing.edited,
            submitted: view.standing.submitted_at.is_some(),
        }
    }

    fn moves(&self, node: &Node) -> Vec<Move> {
        let view = self.view(&node.order, node.now);
        let (closes, idle) = self.limits(&node.order, &view);
        let mut moves: Vec<Move> = closes
            .into_iter()
            .chain(idle)
            .flat_map(|limit| [limit - SECOND, limit, limit + SECOND])
            .filter(|instant| *instant > node.now)
            .map(Move::Wait)
            .collect();
        let since = Some(view.standing.since);
        let mut inside = vec![None, since];
        inside.extend(
            closes
                .into_iter()
                .flat_map(|closes| [closes - SECOND, closes])
                .filter(|at| *at <= node.now)
                .map(Some),
        );
        for command in [Command::Submit, Command::Withdraw, Command::Abandon] {
            moves.push(Move::Command(command, None));
        }
        moves.push(Move::Command(Command::Submit, since));
        if !view.standing.edited {
            moves.push(Move::Edit);
        }
        let parts: Vec<String> = signatories(&node.order, &self.world.book.portfolio)
            .iter()
            .map(|s| node.order.who_name(s.who[0]))
            .collect();
        for report in Report::ALL.iter().copied() {
            match report {
                Report::SmsVerified => {
                    for at in &inside {
                        let one_by_one = parts.iter().map(|part| vec![part.as_str()]);
                        for who in one_by_one.chain([vec!["all"]]) {
                            moves.push(Move::Report(told(report, *at, &who, Vec::new())));
                        }
                    }
                }
                Report::SmsSent | Report::Forwarded | Report::SmsExpired => {
                    for at in &inside {
                        moves.push(Move::Report(told(report, *at, &[], Vec::new())));
                    }
                }
                Report::FaceVerified => {
                    moves.push(Move::Report(told(report, None, &["all"], Vec::new())));
                }
                Report::BureauApproved => {
                    let numbers = desk::numbers(&node.order, SLOT, 5);
                    moves.push(Move::Report(told(report, None, &[], numbers)));
                }
                Report::Accepted | Report::Rejected | Report::BureauRejected | Report::Purged => {
                    moves.push(Move::Report(told(report, None, &[], Vec::new())));
                }
            }
        }
        moves
    }

    /// Makes a move; none where it changes nothing.
    fn make(world: &World, order: &Order, step: &Move) -> Result<Option<Order>, Failure> {
        let stamp = desk::stamp(world, order.history.len());
        match step {
            Move::Wait(_) => Ok(None),
            Move::Command(command, at) => {
                let at = at.map(Moment::Exact);
                advance::command(world, &stamp, order, *command, at, None).map(Some)
            }
            Move::Edit => {
                let other = match order.account.as_deref() {
                    Some(ACCOUNT) => "account-2",
                    Some(_) | None => ACCOUNT,
                };
                // A written application goes through no provider, and has no account at one.
                let field = match order.via {
                    Via::Provider => "account",
                    Via::Written => "labels.turn",
                };
                let set = Assign::Set(field.to_owned(), other.to_owned());
                edit::edit(world, &stamp, order, &[set], None, &[])
            }
            Move::Report(told) => {
                advance::report(world, &stamp, order, told).map(|taken| taken.order)
            }
        }
    }

    fn search(&self, tally: &mut Tally) {
        let mut world = self.world.clone();
        let base = world.book.portfolio.clone();
        let mut nodes = vec![Node {
            order: self.order.clone(),
            now: world.now,
            next: BTreeSet::new(),
        }];
        let mut known = BTreeMap::from([(self.state(&self.order, world.now), 0)]);
        let mut queue = VecDeque::from([0]);
        let mut stored = BTreeSet::new();
        while let Some(index) = queue.pop_front() {
            self.check_state(&nodes[index]);
            let here = self.view(&nodes[index].order, nodes[index].now);
            if stored.insert(here.standing.status) {
                self.check_records(&nodes[index].order, &base);
            }
            tally.statuses.insert((here.standing.status, here.status()));
            let mut leaves = false;
            world.now = nodes[index].now;
            let order = nodes[index].order.clone();
            world.put(order);
            for step in self.moves(&nodes[index]) {
                let node = &nodes[index];
                let made = Self::make(&world, &node.order, &step);
                self.check_move(node, &here, &step, &made);
                tally.moves += 1;
                let (order, now) = match (step, made) {
                    (Move::Wait(now), _) => (node.order.clone(), now),
                    (Move::Command(..) | Move::Edit | Move::Report(_), Ok(Some(order))) => {
                        tally.taken += 1;
                        leaves |= order.standing().status != here.standing.status;
                        (order, node.now)
                    }
                    (Move::Command(..) | Move::Edit | Move::Report(_), Ok(None) | Err(_)) => {
                        continue;
                    }
                };
                let state = self.state(&order, now);
                let place = *known.entry(state).or_insert_with(|| {
                    nodes.push(Node {
                        order,
                        now,
                        next: BTreeSet::new(),
                    });
                    queue.push_back(nodes.len() - 1);
                    nodes.len() - 1
                });
                nodes[index].next.insert(place);
            }
            let ended = here.standing.status.has_ended();
            assert_eq!(
                leaves,
                !ended,
                "{}: {:?}",
                self.name,
                self.state(&nodes[index].order, nodes[index].now)
            );
        }
        self.check_ends(&nodes);
        tally.scenarios += 1;
        tally.states += nodes.len();
    }

    /// Checks what must hold of every state.
    fn check_state(&self, node: &Node) {
        let (order, now) = (&node.order, node.now);
        let view = self.view(order, now);
        let stored = view.standing.status;
        let what = || format!("{}: {:?}", self.name, self.state(order, now));
        assert_eq!(
            view.standing.window.is_some(),
            stored == Status::SmsVerificationPending,
            "{}",
            what()
        );
        assert_eq!(
            view.standing.ended_at.is_some(),
            stored.has_ended(),
            "{}",
            what()
        );
        if let Some(window) = &view.standing.window {
            assert!(self.phones > 0, "no SMS is due: {}", what());
            assert_eq!(window.awaiting.len(), self.phones, "{}", what());
            assert!(
                window.outstanding().count() > 0,
                "nobody is left to answer: {}",
                what()
            );
            // Half-open: the last second counts, the deadline itself is too late.
            let expired = now >= window.opened_at + TimeDelta::hours(24);
            assert_eq!(view.is_presumed(), expired, "{}", what());
        }
        let days = order.case(&self.world.profiles).profile.purge_days;
        match view.presumption {
            Presumption::None => {}
            Presumption::Expired(status) => {
                let expected = if order.kind.is_cancellation() {
                    Status::Lapsed
                } else {
                    Status::SmsVerificationExpired
                };
                assert_eq!(
                    (stored, status),
                    (Status::SmsVerificationPending, expected),
                    "{}",
                    what()
                );
            }
            Presumption::Purged { .. } => {
                let idle = now - view.standing.touched_at;
                assert!(
                    days > 0 && idle >= TimeDelta::days(i64::from(days)),
                    "{}",
                    what()
                );
                assert_ne!(stored, Status::Draft, "{}", what());
                assert_ne!(stored, Status::AwaitingBureauReview, "{}", what());
            }
        }
    }

    /// Checks what an order's file and its part in the portfolio must be.
    fn check_records(&self, order: &Order, base: &Portfolio) {
        let stored = order.standing().status;
        let what = format!("{}: {stored}", self.name);
        let records = self.world.book.subjects.values();
        let portfolio = Portfolio::fold(records, [order]);
        assert_eq!(
            portfolio == *base,
            stored != Status::Approved,
            "an approval alone moves the portfolio: {what}"
        );
        let text = order_file::to_toml(order).unwrap();
        let path = format!("orders/00/{}.toml", order.id);
        assert_eq!(
            order_file::from_toml(&path, text.as_bytes()).as_ref(),
            Ok(order),
            "{what}"
        );
    }

    /// Checks what must hold of every move.
    fn check_move(
        &self,
        node: &Node,
        view: &View,
        step: &Move,
        made: &Result<Option<Order>, Failure>,
    ) {
        let stored = view.standing.status;
        let what = || {
            format!(
                "{}: {:?} by {step:?}: {made:?}",
                self.name,
                self.state(&node.order, node.now)
            )
        };
        if matches!(step, Move::Wait(_)) {
            return;
        }
        let is_command = matches!(step, Move::Command(..) | Move::Edit);
        if stored.has_ended() {
            match made {
                Err(failure) => assert_eq!(failure.code, "refused.ended", "{}", what()),
                Ok(moved) => assert!(moved.is_none() && !is_command, "{}", what()),
            }
        }
        let at_bureau = [Status::SmsVerificationPending, Status::AwaitingBureauReview];
        if is_command && at_bureau.contains(&stored) && !view.is_presumed() {
            assert!(made.is_err(), "{}", what());
        }
        if let Move::Report(told) = step {
            self.check_report(node, view, told, made, &what);
        }
        let Ok(Some(moved)) = made else {
            return;
        };
        let entry = moved.history.last().unwrap();
        assert_eq!(
            moved.history.len(),
            node.order.history.len() + 1,
            "{}",
            what()
        );
        // What the clock alone implies is never written: only the report of it leads there.
        match entry.to {
            _ if entry.from == Some(entry.to) => {}
            Status::SmsVerificationExpired | Status::Lapsed => {
                assert_eq!(entry.event, Event::Report(Report::SmsExpired), "{}", what());
            }
            Status::Purged => assert_eq!(entry.event, Event::Report(Report::Purged), "{}", what()),
            Status::Approved => {
                assert_eq!(
                    entry.event,
                    Event::Report(Report::BureauApproved),
                    "{}",
                    what()
                );
            }
            Status::Abandoned => {
                assert_eq!(entry.event, Event::Command(Command::Abandon), "{}", what());
            }
            Status::Draft
            | Status::ProviderReview
            | Status::ProviderRejected
            | Status::AwaitingBureauSubmission
            | Status::SmsVerificationPending
            | Status::AwaitingBureauReview
            | Status::BureauRejected => {}
        }
        // One that reads the file finds each entry where the one before led.
        assert_eq!(entry.from, Some(stored), "{}", what());
        assert_eq!(moved.standing().status, entry.to, "{}", what());
    }

    fn check_report(
        &self,
        node: &Node,
        view: &View,
        told: &Told,
        made: &Result<Option<Order>, Failure>,
        what: &dyn Fn() -> String,
    ) {
        let at = match told.at {
            Some(Moment::Exact(at)) => at,
            Some(Moment::Day(_)) | None => node.now,
        };
        let moved = made.as_ref().ok().and_then(Option::as_ref);
        let window = view.standing.window.as_ref();
        let too_late = window.is_some_and(|w| at >= w.opened_at + TimeDelta::hours(24));
        if told.report == Report::SmsVerified && too_late {
            assert!(
                moved.is_none(),
                "an answer at the deadline or later: {}",
                what()
            );
        }
        if let (Report::SmsSent, Some(moved), Some(window), false) =
            (told.report, moved, window, too_late)
        {
            let after = moved.standing().window.unwrap();
            let opened_at = if window.sent { window.opened_at } else { at };
            assert_eq!(
                after.opened_at,
                opened_at,
                "a resend extends nothing: {}",
                what()
            );
            assert_eq!(after.awaiting, window.awaiting, "{}", what());
        }
        let decides = [Report::BureauApproved, Report::BureauRejected].contains(&told.report);
        let is_at_bureau = [Status::SmsVerificationPending, Status::AwaitingBureauReview];
        if decides && is_at_bureau.contains(&view.standing.status) {
            assert!(moved.is_some(), "the bureau has the last word: {}", what());
        }
        let sent =
            [Report::SmsSent, Report::SmsVerified, Report::SmsExpired].contains(&told.report);
        if sent && self.phones == 0 {
            assert!(made.is_err(), "no SMS is due: {}", what());
        }
    }

    /// Checks that every state can still come to an end that is written down.
    fn check_ends(&self, nodes: &[Node]) {
        let mut ends: BTreeSet<usize> = (0..nodes.len())
            .filter(|index| nodes[*index].order.standing().status.has_ended())
            .collect();
        loop {
            let more: Vec<usize> = (0..nodes.len())
                .filter(|index| !ends.contains(index) && !nodes[*index].next.is_disjoint(&ends))
                .collect();
            if more.is_empty() {
                break;
            }
            ends.extend(more);
        }
        assert_eq!(
            ends.len(),
            nodes.len(),
            "{}: some states never end",
            self.name
        );
    }
}

#[test]
fn no_state_is_a_trap_and_no_rule_gives_way() {
    let names: Vec<String> = desk::world().profiles.names().map(str::to_owned).collect();
    let tallies: Vec<Tally> = std::thread::scope(|scope| {
        let searches: Vec<_> = names
            .iter()
            .map(|provider| {
                scope.spawn(move || {
                    let mut tally = Tally::default();
                    for wish in Wish::at_provider(provider) {
                        if let Some(scenario) = wish.at(provider) {
                            scenario.search(&mut tally);
                        }
                    }
                    tally
                })
            })
            .collect();
        searches
            .into_iter()
            .map(|search| search.join().unwrap())
            .collect()
    });
    let mut all = Tally::default();
    for tally in tallies {
        all.scenarios += tally.scenarios;
        all.states += tally.states;
        all.moves += tally.moves;
        all.taken += tally.taken;
        all.statuses.extend(tally.statuses);
    }
    println!(
        "{} scenarios, {} states, {} moves tried, {} taken, {} pairs of stored and shown status",
        all.scenarios,
        all.states,
        all.moves,
        all.taken,
        all.statuses.len()
    );
    let stored: BTreeSet<Status> = all.statuses.iter().map(|(stored, _)| *stored).collect();
    assert_eq!(stored.len(), Status::ALL.len(), "{stored:?}");
    let searched = (all.scenarios, all.states, all.taken);
    assert!(
        searched >= (139, 0, 0) && all.states >= 6_690 && all.taken >= 75_000,
        "{searched:?}"
    );
}
