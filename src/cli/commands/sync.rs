//! `sync`: ask those whose word counts where orders stand, and settle what they agree on.

use crate::cli::context::{Context, Plan};
use crate::cli::documents::board;
use crate::cli::documents::order::{Desk, time};
use crate::cli::filters::nothing;
use crate::cli::parser::orders::{any_orders, named_orders};
use crate::cli::reply::Reply;
use crate::cli::sources::{
    Answers, Asked, Sources, code, is_live, name, reason, sightings, silence, unheard,
};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::filing::event::Report;
use crate::filing::order::OrderId;
use crate::filing::settle::{Outcome, Verdict};
use crate::lang::{Lang, Text};
use crate::network::error::NetworkError;
use crate::text;
use crate::workflow::settle::{Weighed, settle};
use clap::{ArgMatches, Command};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The shape of the answer.
pub const SCHEMA: &str = "icpctl.sync/1";

/// The columns of a table.
const FIELDS: [&str; 8] = [
    "order", "status", "provider", "driver", "outcome", "event", "sources", "next",
];

/// Says what the command takes.
pub fn command(command: Command, lang: Lang) -> Command {
    command.arg(any_orders(lang))
}

/// Asks about the named orders, or about all that are submitted and have not ended.
pub fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    let world = cx.world()?;
    let orders: Vec<OrderId> = if matches.contains_id("order") {
        let named = named_orders(&world, matches)?;
        named.into_iter().map(|order| order.id.clone()).collect()
    } else {
        let orders = world.book.orders.values();
        let live = orders.filter(|order| is_live(&world, order));
        live.map(|order| order.id.clone()).collect()
    };
    let asked = match Sources::find(cx, &world, &orders)? {
        Some(sources) => sources.network.run(sources.ask(cx, &world, &orders))?,
        None => Answers::new(),
    };
    let lang = cx.lang;
    let done = cx.transact(|world, stamp, _| {
        let mut plan = Plan::new(BTreeMap::new());
        let mut scratch = world.clone();
        for id in &orders {
            let order = scratch.order(id)?;
            let sightings = sightings(&asked, id);
            if sightings.is_empty() || !is_live(&scratch, order) {
                continue;
            }
            let unheard = unheard(&asked, id);
            let weighed = settle(&scratch, stamp, order, &sightings, &unheard, |sighting| {
                reason(sighting, lang)
            })?;
            if let Some(order) = &weighed.order {
                scratch.put(order.clone());
                plan.orders.push(order.clone());
            }
            plan.cautions.extend(weighed.cautions.clone());
            plan.answer.insert(id.clone(), weighed);
        }
        Ok(plan)
    })?;
    let told = Told {
        asked: &asked,
        weighed: &done.answer,
        desk: Desk::new(&done.world),
        lang,
        is_dry_run: cx.globals.dry_run,
    };
    let data = orders
        .iter()
        .map(|id| told.document(id))
        .collect::<Result<_, _>>()?;
    let mut reply = Reply::list(SCHEMA, &FIELDS, data).changed(done.changed);
    if orders.is_empty() {
        let none = text!("没有在办订单", "no order is under way");
        return Ok(reply.say(nothing(cx, None, none)));
    }
    for id in &orders {
        let (says, cautions) = told.words(id)?;
        reply.says.extend(says);
        for (code, message) in cautions {
            cx.caution(code, message, Some(id.to_string()));
        }
    }
    reply.failure = told.unanswered();
    Ok(reply)
}

/// How it ended with an order.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// All that say anything agree, and it was recorded.
    Settled,
    /// They agree, but it does not fit the order.
    Anomaly,
    /// They contradict each other.
    Conflict,
    /// Nobody says that it has taken effect.
    Open,
    /// Nobody gave an answer.
    Unknown,
    /// There is nobody to ask.
    NotAsked,
}

impl End {
    const fn name(self) -> &'static str {
        match self {
            Self::Settled => "settled",
            Self::Anomaly => "anomaly",
            Self::Conflict => "conflict",
            Self::Open => "open",
            Self::Unknown => "unknown",
            Self::NotAsked => "not-asked",
        }
    }
}

/// A warning: its code and its words.
type Warned = (&'static str, Text);

/// What is told of the orders.
struct Told<'a> {
    asked: &'a Answers,
    weighed: &'a BTreeMap<OrderId, Weighed>,
    desk: Desk<'a>,
    lang: Lang,
    is_dry_run: bool,
}

impl Told<'_> {
    /// Returns the sources of an order, each with what it says.
    fn sources(&self, id: &OrderId) -> Vec<(&Asked, Option<&Verdict>)> {
        let mut verdicts = self
            .weighed
            .get(id)
            .map(|weighed| weighed.verdicts.iter())
            .into_iter()
            .flatten();
        let asked = self.asked.get(id).into_iter().flatten();
        asked
            .map(|asked| {
                let verdict = if asked.answer.is_ok() {
                    verdicts.next()
                } else {
                    None
                };
                (asked, verdict)
            })
            .collect()
    }

    fn end(&self, id: &OrderId) -> End {
        let Some(weighed) = self.weighed.get(id) else {
            return if self.asked.contains_key(id) {
                End::Unknown
            } else {
                End::NotAsked
            };
        };
        match (&weighed.outcome, &weighed.misfit) {
            (Outcome::Settled { .. }, None) => End::Settled,
            (Outcome::Settled { .. }, Some(_)) => End::Anomaly,
            (Outcome::Conflict { .. }, _) => End::Conflict,
            (Outcome::Open, _) => End::Open,
        }
    }

    /// Returns why an order stays open, where that is since somebody who was asked gave no answer, or
    /// not all of it: the answer was the point.
    fn unanswered(&self) -> Option<Failure> {
        let is_open = |id: &OrderId| match self.end(id) {
            End::Open | End::Unknown => true,
            End::Settled | End::Anomaly | End::Conflict | End::NotAsked => false,
        };
        let open = self.asked.iter().filter(|(id, _)| is_open(id));
        let of_open = open.flat_map(|(_, asked)| asked);
        let silent: Vec<&NetworkError> = of_open.filter_map(Asked::error).collect();
        let refused = silent.iter().find(|error| error.exit() == Exit::Denied);
        refused
            .or_else(|| silent.first())
            .map(|error| Failure::from((*error).clone()))
    }

    fn document(&self, id: &OrderId) -> Result<Value, Failure> {
        let desk = &self.desk;
        let order = desk.world.order(id)?;
        let end = self.end(id);
        let event = (end == End::Settled).then(|| Report::BureauApproved.name());
        let proposals = self.proposals(id);
        Ok(json!({
            "order": id,
            "status": desk.view(order).status(),
            "provider": order.provider,
            "driver": null,
            "outcome": end.name(),
            "event": event,
            "sources": self
                .sources(id)
                .into_iter()
                .map(|(asked, verdict)| self.source(asked, verdict))
                .collect::<Vec<_>>(),
            "next": if proposals.is_empty() { desk.next(order) } else { proposals },
        }))
    }

    /// Lists the reports that a person could make of what was shown.
    fn proposals(&self, id: &OrderId) -> Vec<String> {
        let is_settled = matches!(self.end(id), End::Settled | End::Anomaly);
        let verdicts = self.weighed.get(id).map(|weighed| &weighed.verdicts);
        let mut words: Vec<String> = verdicts
            .into_iter()
            .flatten()
            .filter(|_| !is_settled)
            .filter_map(|verdict| match verdict {
                Verdict::Unclear { proposal, .. } => proposal.clone(),
                Verdict::Approved { numbers, .. } => Some(approval(numbers)),
                Verdict::NotYet | Verdict::Silent { .. } => None,
            })
            .map(|words| format!("icpctl record {id} {words}"))
            .collect();
        words.dedup();
        words
    }

    fn source(&self, asked: &Asked, verdict: Option<&Verdict>) -> Value {
        let text = |text: &Text| text.get(self.lang).to_owned();
        let (says, why, numbers, on) = match verdict {
            None => ("unknown", None, Vec::new(), None),
            Some(Verdict::Approved { numbers, on }) => (
                "approved",
                None,
                numbers.clone(),
                on.map(|day| day.to_string()),
            ),
            Some(Verdict::NotYet) => ("not-yet", None, Vec::new(), None),
            Some(Verdict::Unclear { why, .. }) => ("unclear", Some(text(why)), Vec::new(), None),
            Some(Verdict::Silent { why }) => ("silent", Some(text(why)), Vec::new(), None),
        };
        let error = asked.error();
        json!({
            "source": code(&asked.authority),
            "says": says,
            "at": asked.answer.as_ref().ok().map(|sighting| time(sighting.at)),
            "numbers": numbers,
            "on": on,
            "reason": why.or_else(|| error.map(|error| text(&error.message()))),
            "code": error.map(NetworkError::reason),
        })
    }

    /// Returns what people are told of an order, and what they are warned of.
    fn words(&self, id: &OrderId) -> Result<(Vec<Text>, Vec<Warned>), Failure> {
        let mut says = Vec::new();
        let mut cautions = Vec::new();
        if !self.asked.contains_key(id) {
            let order = self.desk.world.order(id)?;
            says.push(text!(
                "{id}：{provider}没有接口驱动，请到控制台查看后手工记录：icpctl record {id} EVENT",
                "{id}: there is no driver for {provider}; look in its console and record by hand: icpctl record {id} EVENT",
                provider = board::provider(&self.desk, order)
            ));
            return Ok((says, cautions));
        }
        let mut views = Vec::new();
        for (asked, verdict) in self.sources(id) {
            let name = name(&asked.authority);
            let view = view(verdict);
            cautions.extend(silence(asked).map(|words| ("source-unavailable", words)));
            views.push(text!("{name}：{view}", "{name}: {view}", view, name));
        }
        let views = Text::joined(views, "；", "; ");
        says.push(text!("{id}：{views}", "{id}: {views}", views));
        let event = Report::BureauApproved.name();
        let misfit = self
            .weighed
            .get(id)
            .and_then(|weighed| weighed.misfit.as_ref());
        match self.end(id) {
            End::Settled if self.is_dry_run => {
                says.push(text!("{id}：将记录 {event}", "{id}: would record {event}"));
            }
            End::Settled => says.push(text!("{id}：已记录 {event}", "{id}: recorded {event}")),
            End::Conflict => cautions.push((
                "sources-disagree",
                text!(
                    "各来源说法不一，什么都没有记录；核实后手工记录：icpctl record {id} EVENT",
                    "the sources contradict each other, and nothing was recorded; find out, and record by hand: icpctl record {id} EVENT"
                ),
            )),
            End::Anomaly | End::Open | End::Unknown | End::NotAsked => {}
        }
        if let Some(misfit) = misfit {
            cautions.push((
                "anomaly",
                text!(
                    "来源显示已生效，但与订单状态不符，状态不变：{misfit}",
                    "a source shows that it has taken effect, which does not fit the order; its status stays: {misfit}",
                    misfit
                ),
            ));
        }
        for command in self.proposals(id) {
            says.push(text!(
                "可手工记录：{command}",
                "to record it by hand: {command}"
            ));
        }
        Ok((says, cautions))
    }
}

/// Returns the report of an approval in the words of `record`.
fn approval(numbers: &[String]) -> String {
    let numbers = numbers.iter().map(|number| format!(" --number {number}"));
    let numbers: String = numbers.collect();
    format!("{}{numbers}", Report::BureauApproved.name())
}

fn view(verdict: Option<&Verdict>) -> Text {
    match verdict {
        None => text!("未知", "unknown"),
        Some(Verdict::Approved { .. }) => text!("已生效", "has taken effect"),
        Some(Verdict::NotYet) => text!("尚未生效", "has not taken effect"),
        Some(Verdict::Unclear { why, .. } | Verdict::Silent { why }) => why.clone(),
    }
}
