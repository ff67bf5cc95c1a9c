//! `verify`: what the world says about a filing, beside what we say.

pub mod document;

use crate::cli::cloud;
use crate::cli::context::{Context, Plan, World};
use crate::cli::documents::order::Desk;
use crate::cli::parser::globals::{duration, last_wins, switch};
use crate::cli::parser::words;
use crate::cli::reply::Reply;
use crate::clouds::credentials::Credential;
use crate::clouds::{Cloud, catalogue};
use crate::config::sections::Addresses;
use crate::evidence::cache::Cache;
use crate::evidence::clouds::Clouds;
use crate::evidence::keep::{self, Holder};
use crate::evidence::known::KNOWN;
use crate::evidence::{Asker, Found};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::filing::evidence::case::{About, Ground, Matter};
use crate::filing::evidence::{Fact, Stance, Verdict};
use crate::lang::{Lang, nearest};
use crate::network::Network;
use crate::text;
use crate::workflow::verify;
use clap::{Arg, ArgAction, ArgMatches, Command};
use document::Verified;
use futures_util::StreamExt as _;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::collections::{BTreeMap, BTreeSet};

/// The shape of the document.
pub const SCHEMA: &str = "icpctl.verify/1";

/// How many domains and services are looked at together; each host has its own limit beside.
const TOGETHER: usize = 16;

/// How many days before its end a registration is said to end soon.
const EXPIRY_DAYS: i64 = 30;

/// Says what the command takes.
pub fn command(command: Command, lang: Lang) -> Command {
    let what = text!("订单、备案号或域名", "Orders, filing numbers or domains");
    command
        .arg(
            Arg::new("what")
                .value_name("ORDER|SERVICE|DOMAIN")
                .action(ArgAction::Append)
                .help(what.get(lang).to_owned()),
        )
        .arg(
            switch(
                "all",
                text!(
                    "查验全部备案和在办订单",
                    "Everything that is filed or under way"
                ),
                lang,
            )
            .conflicts_with("what"),
        )
        .arg(last_wins(
            "max-age",
            "D",
            text!(
                "缓存的答复最多多旧，如 1h；0 为全部重新查询",
                "How old a remembered answer may be, such as 1h; 0 asks everything again"
            ),
            lang,
        ))
        .arg(switch(
            "allow-private",
            text!(
                "也访问位于内网地址的网站",
                "Look at sites at private addresses too"
            ),
            lang,
        ))
        .arg(switch(
            "exit-status",
            text!(
                "用退出码回答：0 全部相符，9 有矛盾，11 有未知",
                "Answer by the exit code: 0 all agrees, 9 something conflicts, 11 something is unknown"
            ),
            lang,
        ))
}

/// Asks every source, holds the answers against our records, and keeps them.
pub fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    let named = words(matches, "what");
    let takes_all = matches.get_flag("all");
    if named.is_empty() && !takes_all {
        return Err(Failure::usage(text!(
            "需要写明订单、备案号或域名，或用 --all",
            "orders, filing numbers or domains are needed, or --all"
        ))
        .hint(text!(
            "例如 icpctl verify shop.example.cn",
            "for example icpctl verify shop.example.cn"
        )));
    }
    let max_age = matches
        .get_one::<String>("max-age")
        .map(|value| duration("--max-age", value))
        .transpose()?;
    cx.config.pages.allow_private |= matches.get_flag("allow-private");
    let world = cx.world()?;
    unused_ranges(cx, &world);
    let desk = Desk::new(&world);
    let abouts = if takes_all {
        verify::all(&desk)
    } else {
        verify::named(&world, &named)?
    };
    let keys = [Cloud::Tencent, Cloud::Alibaba].map(|cloud| cloud::key(cx, cloud));
    let network = cx.network()?;
    let cache = Cache::new(
        cx.env.cache_folder(),
        cx.now,
        max_age,
        network.settings.offline,
    );
    let asker = Asker::new(&network, &cx.config, cx.env, cache, cx.now)?;
    let asked = network.run(ask_all(cx, &asker, &abouts));
    let matters: Vec<Matter<'_>> = abouts
        .iter()
        .map(|about| verify::matter(&desk, about))
        .collect();
    let said = network.run(clouds(cx, &keys, &network).all(&matters));
    let ground = Ground {
        ranges: ranges(cx, &world),
        content_networks: KNOWN.content_networks.clone(),
        expiry_days: EXPIRY_DAYS,
    };
    let mut verified = Vec::new();
    let mut fresh = Fresh::default();
    for ((about, matter), (mut found, said)) in
        abouts.iter().zip(&matters).zip(asked.into_iter().zip(said))
    {
        found.extend(said.into_iter().map(|fact| Found {
            fact,
            cached: false,
        }));
        let keepers = verify::keepers(matter);
        fresh.take(&keepers, &found);
        let facts: Vec<Fact> = found.iter().map(|found| found.fact.clone()).collect();
        verified.push(Verified {
            findings: matter.judge(&facts, &ground, cx.now),
            services: verify::services(matter),
            orders: matter
                .orders
                .iter()
                .map(|case| case.order.id.clone())
                .collect(),
            is_kept: !keepers.is_empty(),
            about: about.clone(),
            found,
        });
    }
    let has_record = asker.has_record();
    let changed = fresh.keep(cx)?;
    let mut reply = document::reply(cx, &verified).changed(changed);
    if !has_record {
        reply = reply.say(text!(
            "没有查询公开记录：配置文件里没有 record.url",
            "the public record was not asked: record.url is not configured"
        ));
    }
    if matches.get_flag("exit-status") {
        reply.failure = verdict(&verified);
    }
    Ok(reply)
}

/// What was learnt in this run, by whose records it is kept with.
#[derive(Default)]
struct Fresh(BTreeMap<Holder, Vec<Fact>>);

impl Fresh {
    /// Takes what was found about something that these records bear on.
    fn take(&mut self, keepers: &[Holder], found: &[Found]) {
        let fresh = found.iter().filter(|found| !found.cached && is_kept(found));
        let fresh: Vec<&Fact> = fresh.map(|found| &found.fact).collect();
        if fresh.is_empty() {
            return;
        }
        for holder in keepers {
            let list = self.0.entry(holder.clone()).or_default();
            let known = list.len();
            for fact in &fresh {
                if !list[..known].contains(fact) {
                    list.push((*fact).clone());
                }
            }
        }
    }

    /// Writes it beside what is kept already; returns whether the store changed.
    fn keep(&self, cx: &mut Context<'_>) -> Result<bool, Failure> {
        let now = cx.now;
        let mut taken = BTreeMap::new();
        if let Some(disk) = cx.open()? {
            for holder in self.0.keys() {
                taken.insert(holder, keep::list(&disk, holder)?);
            }
        }
        let done = cx.transact(|_, stamp, _| {
            let mut plan = Plan::new(());
            for (holder, facts) in &self.0 {
                let there = taken.get(holder).map(Vec::as_slice).unwrap_or_default();
                let files = holder.keep(facts, now, &stamp.op, there)?;
                plan.files.extend(files);
            }
            Ok(plan)
        })?;
        Ok(done.changed)
    }
}

/// Returns the address ranges of each provider, which the configuration may call by any of its names.
fn ranges(cx: &Context<'_>, world: &World) -> Addresses {
    let mut ranges = Addresses::new();
    for (word, given) in &cx.config.addresses {
        let name = world.profiles.name_of(word).unwrap_or(word).to_owned();
        ranges.entry(name).or_default().extend(given);
    }
    ranges
}

/// Warns of address ranges under a name that no provider has: they would be missed in silence.
fn unused_ranges(cx: &mut Context<'_>, world: &World) {
    let filed = world.book.portfolio.filed();
    let services = filed.flat_map(|subject| subject.services.values());
    let used: BTreeSet<&str> = services.flat_map(|service| service.providers()).collect();
    let names: Vec<String> = cx.config.addresses.keys().cloned().collect();
    for name in names {
        if world.profiles.name_of(&name).is_some() || used.contains(name.as_str()) {
            continue;
        }
        let known = world.profiles.names().chain(used.iter().copied());
        let message = match nearest(&name, known) {
            Some(near) => text!(
                "[addresses] 中的 {name} 不是任何接入商，地址段没有用到；是不是想写 {near}？",
                "{name} under [addresses] is no provider, so its ranges are not used: did you mean {near}?"
            ),
            None => text!(
                "[addresses] 中的 {name} 不是任何接入商，地址段没有用到",
                "{name} under [addresses] is no provider, so its ranges are not used"
            ),
        };
        cx.caution(
            "unknown-provider",
            message,
            Some(format!("addresses.{name}")),
        );
    }
}

/// Returns the clouds that can be asked with the user's keys.
fn clouds<'a>(
    cx: &'a Context<'_>,
    keys: &'a [Option<Credential>; 2],
    network: &'a Network,
) -> Clouds<'a> {
    let [tencent, alibaba] = keys;
    let settings = &cx.config.tencent;
    let mut regions = settings.regions.clone();
    if regions.is_empty() {
        let own = tencent.as_ref().and_then(|key| key.region.clone());
        regions = own.map_or_else(
            || catalogue::of(Cloud::Tencent).regions.clone(),
            |own| vec![own],
        );
    }
    let client = |cloud, key: &'a Option<Credential>| {
        let key = key.as_ref()?;
        Some(cloud::client(cx, cloud, key, network))
    };
    Clouds {
        tencent: client(Cloud::Tencent, tencent),
        alibaba: client(Cloud::Alibaba, alibaba),
        regions,
        mainland: settings.mainland.clone(),
        now: cx.now,
    }
}

/// Whether a fact says something about the world: that nobody was asked does not.
fn is_kept(found: &Found) -> bool {
    found.fact.reason.as_deref() != Some("offline")
}

/// Asks about everything, with a bar on a terminal; the answers are in the order of the questions.
async fn ask_all(cx: &Context<'_>, asker: &Asker<'_>, abouts: &[About]) -> Vec<Vec<Found>> {
    let is_watched = cx.terminal.stderr && !cx.globals.quiet && cx.globals.is_for_people();
    let target = if is_watched {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let bar = ProgressBar::with_draw_target(Some(abouts.len() as u64), target);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}") {
        bar.set_style(style);
    }
    let questions = abouts.iter().map(|about| async {
        let found = Box::pin(asker.ask(about)).await;
        bar.set_message(about.shown());
        bar.inc(1);
        found
    });
    let answers = futures_util::stream::iter(questions).buffered(TOGETHER);
    let answers = answers.collect().await;
    bar.finish_and_clear();
    answers
}

/// Answers by the exit code: a conflict stands against the operator (9); where something is not
/// known, the answer is not there (11).
fn verdict(verified: &[Verified]) -> Option<Failure> {
    let findings = || verified.iter().flat_map(|one| &one.findings);
    let conflicts = findings()
        .filter(|finding| finding.stance == Stance::Conflict)
        .count();
    if conflicts > 0 {
        return Some(Failure::new(
            Exit::Negative,
            "negative.evidence",
            text!(
                "有 {conflicts} 处与记录矛盾",
                "{conflicts} finding(s) conflict with what is recorded"
            ),
        ));
    }
    let facts = || verified.iter().flat_map(|one| &one.found);
    let unknown = findings()
        .filter(|finding| finding.stance == Stance::Unknown)
        .count();
    let nobody = facts()
        .filter(|found| found.fact.verdict == Verdict::Unknown)
        .count();
    let count = unknown.max(nobody);
    (count > 0).then(|| {
        Failure::new(
            Exit::Unavailable,
            "unavailable.evidence",
            text!("有 {count} 项未知", "{count} thing(s) are unknown"),
        )
        .hint(text!(
            "稍后重试；各项的原因见 facts",
            "try again later; each fact tells why"
        ))
    })
}
