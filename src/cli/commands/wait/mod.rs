//! `wait`: look at orders until they are where they are wanted, or cannot get there.
//!
//! It reads the store, asks those whose word counts where there are any, and writes nothing: what a
//! source shows ends the waiting, and `sync` records it. The limit runs on the monotonic clock,
//! whatever `ICPCTL_NOW` says.

pub mod goal;
mod inquiry;
mod interrupts;
mod line;

use super::status::unsettled;
use crate::cli::context::{Context, World};
use crate::cli::documents::board;
use crate::cli::documents::order::{Desk, time};
use crate::cli::parser::globals::{duration, last_wins, repeated};
use crate::cli::parser::orders::{any_orders, named_orders, order_words};
use crate::cli::parser::vocabulary;
use crate::cli::reply::{self, Reply};
use crate::cli::signals;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::filing::instant::Instant as Moment;
use crate::filing::order::{Order, OrderId};
use crate::filing::status::Status;
use crate::lang::{Lang, Text};
use crate::render::rows::json_line;
use crate::render::{Delivery, print};
use crate::store::book::order_path;
use crate::store::{Disk, Files as _, RECORD_LIMIT, if_there, order_file};
use crate::text;
use crate::workflow::resolve::NoOrder;
use clap::{ArgMatches, Command};
use goal::{Goal, Verdict, judge};
use inquiry::{Inquired, Inquiry};
use interrupts::Interrupts;
use line::Line;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// The shape of the answer.
pub const SCHEMA: &str = "icpctl.wait/1";

/// The limit where nobody sits at a terminal, unless one is given.
const UNATTENDED: Duration = Duration::from_mins(30);
/// The first pause between two looks; it doubles while nothing changes.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause between two looks.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
/// The shortest pause that can be asked for.
const SHORTEST_PAUSE: Duration = Duration::from_millis(1);
/// How often people are told that it still waits.
const HEARTBEAT: Duration = Duration::from_mins(10);

/// Says what the command takes.
pub fn command(command: Command, lang: Lang) -> Command {
    let goals = vocabulary::any_of(Goal::words());
    command
        .arg(any_orders(lang).required(true))
        .arg(
            repeated("for", "STATUS|BUCKET|ended", text!("等到此状态、此分组或已完结；满足其一即可；缺省为 approved", "The status, the bucket or the end to wait for; of several any will do; approved by default"), lang)
                .value_parser(goals),
        )
        .arg(last_wins("timeout", "D", text!("最长等待时间，如 30m；0 表示只看一次；非终端下缺省为 30m", "How long at most, such as 30m; 0 looks once; 30m by default off a terminal"), lang))
        .arg(last_wins("interval", "D", text!("隔多久看一次，如 5s", "How long between two looks, such as 5s"), lang))
}

/// One order that is waited for.
struct Watched {
    order: Order,
    status: Status,
    is_presumed: bool,
    revision: usize,
    verdict: Verdict,
    /// The source that showed where it stands, if the store does not say so.
    shown_by: Option<String>,
}

/// One step of an order.
struct Step {
    id: OrderId,
    at: Moment,
    from: Status,
    to: Status,
    is_presumed: bool,
}

/// Why the waiting ended.
enum End {
    Met,
    Lost,
    Limit,
    Signal(Exit),
    Broken(Box<Failure>),
}

/// Waits.
pub fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    let goals: Vec<Goal> = match matches.get_many::<String>("for") {
        Some(names) => names.filter_map(|name| Goal::named(name)).collect(),
        None => vec![Goal::Status(Status::Approved)],
    };
    let length = |name: &str| {
        let value = matches.get_one::<String>(name);
        value.map(|v| duration(&format!("--{name}"), v)).transpose()
    };
    let is_attended = cx.terminal.stdout && !cx.env.is_in_ci();
    let limit = length("timeout")?.or((!is_attended).then_some(UNATTENDED));
    let interval = length("interval")?.map(|pause| pause.max(SHORTEST_PAUSE));
    let begun = Instant::now();
    // A limit past the end of the clock is none.
    let deadline = limit.and_then(|limit| begun.checked_add(limit));
    let interrupts = Interrupts::listen()?;
    let world = cx.world_of_orders(order_words(matches))?;
    let disk = cx.open()?;
    let mut watched: Vec<Watched> = named_orders(&world, matches)?
        .into_iter()
        .map(|order| watch(order.clone(), &world, &goals))
        .collect();
    let mut world = world;
    let mut stream = Stream::of(cx);
    stream.start(cx, &watched, &goals);
    let mut sources = Inquiry::begin(cx, &world, &watched, interval);

    let mut pause = interval.unwrap_or(FIRST_PAUSE);
    let mut spoke = begun;
    let end = loop {
        if let Some(end) = ended(&watched) {
            break end;
        }
        let left = deadline.map(|at| at.saturating_duration_since(Instant::now()));
        match sources.ask(cx, &mut watched, &world, &goals, &interrupts, left) {
            Ok(Inquired::Steps(steps)) => {
                for step in &steps {
                    stream.change(cx, step);
                }
                if !steps.is_empty() {
                    continue;
                }
            }
            Ok(Inquired::Stopped(exit)) => break End::Signal(exit),
            Err(failure) => break End::Broken(Box::new(failure)),
        }
        if left == Some(Duration::ZERO) || stream.is_closed {
            break End::Limit;
        }
        stream.line.show(&watched, &goals, cx.lang);
        let pause_now = left.map_or(pause, |left| left.min(pause));
        if let Some(exit) = stream.line.during(pause_now, &interrupts) {
            break End::Signal(exit);
        }
        world.pass(cx.clock.now());
        match look(disk.as_ref(), &mut watched, &world, &goals) {
            Ok(steps) if steps.is_empty() => {
                pause = interval.unwrap_or_else(|| (pause * 2).min(LONGEST_PAUSE));
            }
            Ok(steps) => {
                pause = interval.unwrap_or(FIRST_PAUSE);
                spoke = Instant::now();
                for step in steps {
                    stream.change(cx, &step);
                }
            }
            Err(failure) => break End::Broken(Box::new(failure)),
        }
        if spoke.elapsed() >= HEARTBEAT {
            spoke = Instant::now();
            stream.beat(cx, &watched);
        }
    };
    Ok(answer(cx, &mut stream, world, watched, end))
}

fn watch(order: Order, world: &World, goals: &[Goal]) -> Watched {
    let view = world.view(&order);
    Watched {
        status: view.status(),
        is_presumed: view.is_presumed(),
        revision: order.revision(),
        verdict: judge(&order, &view, &world.profiles, goals),
        order,
        shown_by: None,
    }
}

fn ended(watched: &[Watched]) -> Option<End> {
    if watched.iter().any(|w| w.verdict == Verdict::Lost) {
        return Some(End::Lost);
    }
    watched
        .iter()
        .all(|w| w.verdict == Verdict::Met)
        .then_some(End::Met)
}

/// Reads the orders again; returns the steps that they made.
fn look(
    disk: Option<&Disk>,
    watched: &mut [Watched],
    world: &World,
    goals: &[Goal],
) -> Result<Vec<Step>, Failure> {
    let Some(disk) = disk else {
        return Ok(Vec::new());
    };
    let mut steps = Vec::new();
    // What a source showed stays shown, whatever the store says later.
    for was in watched.iter_mut().filter(|was| was.shown_by.is_none()) {
        let id = was.order.id.clone();
        let path = order_path(&id);
        let bytes = if_there(disk.read(&path, RECORD_LIMIT))?.ok_or_else(|| {
            Failure::not_found(
                "not-found.order",
                text!(
                    "订单 {id} 已不在备案库中",
                    "the order {id} is not in the store any more"
                ),
            )
        })?;
        let order = order_file::from_toml(path.as_str(), &bytes).map_err(|error| {
            let why = error.message();
            NoOrder::Damaged { why }
        })?;
        let mut now = watch(order, world, goals);
        steps.extend(made(was, &now, world.now));
        // What was met stays met: a state that passes between two looks is not missed.
        if was.verdict == Verdict::Met {
            now.verdict = Verdict::Met;
        }
        *was = now;
    }
    Ok(steps)
}

/// Lists the steps between two looks at an order.
fn made(was: &Watched, now: &Watched, at: Moment) -> Vec<Step> {
    let id = &now.order.id;
    let added = now.order.history.get(was.revision..).unwrap_or_default();
    let mut steps: Vec<Step> = added
        .iter()
        .filter(|e| !e.anomaly && e.undoes.is_none())
        .filter_map(|e| {
            let from = e.from.filter(|from| *from != e.to)?;
            Some(Step {
                id: id.clone(),
                at: e.at,
                from,
                to: e.to,
                is_presumed: false,
            })
        })
        .collect();
    let (last, presumed) = steps
        .last()
        .map_or((was.status, was.is_presumed), |step| (step.to, false));
    if last != now.status || presumed != now.is_presumed {
        steps.push(Step {
            id: id.clone(),
            at,
            from: last,
            to: now.status,
            is_presumed: now.is_presumed,
        });
    }
    steps
}

fn answer(
    cx: &mut Context<'_>,
    stream: &mut Stream,
    mut world: World,
    watched: Vec<Watched>,
    end: End,
) -> Reply {
    stream.line.clear();
    let data: Vec<Value> = watched.iter().map(document).collect();
    let verdicts: Vec<(OrderId, Verdict)> = watched
        .iter()
        .map(|w| (w.order.id.clone(), w.verdict))
        .collect();
    let unrecorded: Vec<OrderId> = watched
        .iter()
        .filter(|w| w.shown_by.is_some())
        .map(|w| w.order.id.clone())
        .collect();
    for w in watched {
        world.book.orders.insert(w.order.id.clone(), w.order);
    }
    let desk = Desk::new(&world);
    let of = |wanted: fn(Verdict) -> bool| -> Vec<&Order> {
        let ids = verdicts.iter().filter(|(_, verdict)| wanted(*verdict));
        ids.filter_map(|(id, _)| world.book.orders.get(id))
            .collect()
    };
    let all = of(|_| true);
    let failure = match end {
        End::Met => None,
        End::Lost => {
            let lost = of(|verdict| verdict == Verdict::Lost);
            let message = Text::fixed(
                "等待的结果已不可能出现，除非先处理",
                "what was waited for cannot come any more unless somebody acts",
            );
            Some(unsettled(
                &desk,
                Exit::Negative,
                "negative.order",
                &message,
                &lost,
            ))
        }
        End::Limit => {
            let open = of(|verdict| verdict == Verdict::Open);
            let message = Text::fixed("到时仍未等到", "not there yet at the time limit");
            Some(unsettled(
                &desk,
                Exit::Pending,
                "pending.order",
                &message,
                &open,
            ))
        }
        End::Signal(exit) => Some(signals::stopped(
            exit,
            text!("等待被中止", "the waiting was stopped"),
        )),
        End::Broken(failure) => Some(*failure),
    };
    let human = board::text(cx, &desk, &all, cx.manner());
    stream.summary(cx, &data, failure.as_ref());
    let mut reply = Reply {
        failure,
        streamed: stream.is_json,
        ..Reply::list(SCHEMA, &FIELDS, data).human(human)
    };
    for id in unrecorded {
        reply = reply.say(text!(
            "{id}：来源已显示结果，但没有写入；记录下来：icpctl sync {id}",
            "{id}: a source shows this, and nothing was written; to record it: icpctl sync {id}"
        ));
    }
    reply
}

/// The columns of a table.
const FIELDS: [&str; 6] = ["id", "status", "bucket", "presumed", "met", "source"];

fn document(watched: &Watched) -> Value {
    json!({
        "id": watched.order.id,
        "status": watched.status,
        "bucket": watched.status.bucket(),
        "presumed": watched.is_presumed,
        "met": watched.verdict == Verdict::Met,
        "source": watched.shown_by,
    })
}

/// What is told while it waits: records on stdout for machines, lines on stderr for people.
struct Stream {
    is_json: bool,
    is_human: bool,
    is_closed: bool,
    /// What stands on the last line of a terminal meanwhile.
    line: Line,
}

impl Stream {
    fn of(cx: &Context<'_>) -> Self {
        let is_json = cx.globals.format.is_json();
        Self {
            is_json,
            is_human: !is_json && !cx.globals.quiet,
            is_closed: false,
            line: Line::of(cx),
        }
    }

    fn put(&mut self, cx: &mut Context<'_>, record: &Value) {
        if !self.is_json || self.is_closed {
            return;
        }
        // A record that cannot be delivered has nobody left who would read the next.
        let line = json_line(record).unwrap_or_default();
        let printed = self.line.aside(|| print(cx.out, &line));
        self.is_closed = !matches!(printed, Ok(Delivery::Written));
    }

    fn start(&mut self, cx: &mut Context<'_>, watched: &[Watched], goals: &[Goal]) {
        let ids: Vec<&OrderId> = watched.iter().map(|w| &w.order.id).collect();
        let goals: Vec<&str> = goals.iter().map(|goal| goal.name()).collect();
        let record = json!({
            "type": "start",
            "schema": SCHEMA,
            "at": time(cx.clock.now()),
            "orders": ids,
            "for": goals,
        });
        self.put(cx, &record);
    }

    fn change(&mut self, cx: &mut Context<'_>, step: &Step) {
        let Step { id, from, to, .. } = step;
        let (was, is) = (from.label(), to.label());
        let message = if step.is_presumed {
            text!(
                "{id}：{was} → {is}（推定）",
                "{id}: {was} -> {is} (presumed)",
                was,
                is
            )
        } else {
            text!("{id}：{was} → {is}", "{id}: {was} -> {is}", was, is)
        };
        let message = message.get(cx.lang);
        if self.is_human {
            let at = step.at.to_minute();
            let told = format!("{at}  {message}");
            self.line.aside(|| reply::tell(cx.err, &told));
        }
        let record = json!({
            "type": "change",
            "at": time(step.at),
            "id": id,
            "from": from,
            "to": to,
            "bucket": to.bucket(),
            "presumed": step.is_presumed,
            "message": message,
        });
        self.put(cx, &record);
    }

    fn beat(&self, cx: &mut Context<'_>, watched: &[Watched]) {
        if self.is_human {
            let open = watched
                .iter()
                .filter(|w| w.verdict == Verdict::Open)
                .count();
            let at = cx.clock.now().to_minute();
            let words = text!(
                "{at}  仍在等待 {open} 个订单",
                "{at}  orders still waited for: {open}"
            );
            let told = words.get(cx.lang);
            self.line.aside(|| reply::tell(cx.err, told));
        }
    }

    fn summary(&mut self, cx: &mut Context<'_>, orders: &[Value], failure: Option<&Failure>) {
        let error = failure.map(|failure| reply::problem(failure, cx.lang, cx.globals.privacy));
        let warnings = cx.warnings();
        let orders: Vec<Value> = match &cx.fields {
            Some(fields) => orders.iter().map(|order| fields.narrow(order)).collect(),
            None => orders.to_vec(),
        };
        let record = json!({
            "type": "summary",
            "schema": SCHEMA,
            "ok": error.is_none(),
            "changed": false,
            "dry_run": cx.globals.dry_run,
            "exit": failure.map_or(Exit::Ok, |f| f.exit).code(),
            "orders": orders,
            "warnings": warnings,
            "error": error,
        });
        self.put(cx, &record);
    }
}
