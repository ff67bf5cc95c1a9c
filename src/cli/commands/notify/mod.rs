//! `notify`: one pass that tells people what needs them, made for cron, timers and pipelines.

pub mod news;

use crate::cli::context::{Context, World};
use crate::cli::documents::order::{Desk, Manner, time};
use crate::cli::parser::globals::{repeated, switch};
use crate::cli::parser::words;
use crate::cli::reply::{Reply, problem};
use crate::config::channels::Channel;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::filing::instant::Instant;
use crate::lang::{Lang, commas, nearest};
use crate::network::Network;
use crate::notify::message::{Line, Message, pack};
use crate::notify::{Sender, limit, pause, per_minute};
use crate::render::clean::clean;
use crate::render::mask::Privacy;
use crate::render::style::Tone;
use crate::render::table::{Cell, Table};
use crate::store::told_file::{Told, ToldRecord};
use crate::store::{Disk, LockKey, RecordLock};
use crate::text;
use crate::workflow::examine::DAMAGED;
use crate::workflow::owed::Ledger;
use crate::workflow::seen::{self, Seen};
use chrono::TimeDelta;
use clap::{ArgMatches, Command};
use news::{News, NewsKind, gather, is_over};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The shape of the document.
pub const SCHEMA: &str = "icpctl.notify/1";

/// Says what the command takes.
pub fn command(command: Command, lang: Lang) -> Command {
    command
        .arg(repeated(
            "channel",
            "NAME",
            text!(
                "只用这些渠道；缺省为配置中的全部渠道",
                "Only these channels; all of the configuration by default"
            ),
            lang,
        ))
        .arg(switch(
            "test",
            text!(
                "向渠道发一条测试消息，不发也不登记任何事项",
                "Send each channel a message that tries it out; nothing is told or marked"
            ),
            lang,
        ))
}

/// What came of one channel.
struct Outcome<'a> {
    name: &'a str,
    channel: &'a Channel,
    sent: usize,
    already: usize,
    held: usize,
    failed: usize,
    messages: Vec<Message>,
    failure: Option<Failure>,
}

impl Outcome<'_> {
    fn document(&self, lang: Lang, privacy: Privacy) -> Value {
        let messages: Vec<Value> = self
            .messages
            .iter()
            .map(|m| json!({"id": m.id, "title": m.title, "text": m.body, "keys": m.keys}))
            .collect();
        json!({
            "name": self.name,
            "kind": self.channel.kind,
            "sent": self.sent,
            "already": self.already,
            "held": self.held,
            "failed": self.failed,
            "messages": messages,
            "error": self.failure.as_ref().map(|failure| problem(failure, lang, privacy)),
        })
    }
}

/// Tells every channel what it was not told yet.
pub fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    let config = cx.config.notify.clone();
    let named = words(matches, "channel");
    let channels = chosen(&config, &named)?;
    let is_trial = matches.get_flag("test");
    let world = cx.world()?;
    let disk = cx.open()?;
    let network = cx.network()?;
    let desk = Desk::new(&world);
    let ledger = Ledger::new(&world);
    let (seen, is_whole) = observed(cx, &world, disk.as_ref());
    let mut all: Vec<News> = Vec::new();
    let mut keys = BTreeSet::new();
    let mut outcomes = Vec::new();
    for (name, channel) in channels {
        let lang = channel.lang.unwrap_or(cx.lang);
        let within = TimeDelta::from_std(channel.within.0).unwrap_or(TimeDelta::MAX);
        let manner = Manner {
            lang,
            privacy: Privacy::Masked,
        };
        let whole = if is_trial {
            Vec::new()
        } else {
            gather(&desk, &ledger, &seen, within, manner)
        };
        let current = whole.iter().map(|one| one.key.clone()).collect();
        let memory = Memory {
            desk: &desk,
            ledger: &ledger,
            current,
            is_whole,
        };
        let news = wanted(channel, whole);
        let mut outcome = Outcome {
            name,
            channel,
            sent: 0,
            already: 0,
            held: 0,
            failed: 0,
            messages: Vec::new(),
            failure: None,
        };
        let told = tell(
            cx,
            disk.as_ref(),
            &network,
            &mut outcome,
            &news,
            &memory,
            is_trial,
        );
        outcome.failure = told.err();
        all.extend(news.into_iter().filter(|one| keys.insert(one.key.clone())));
        outcomes.push(outcome);
    }
    Ok(answer(cx, &all, outcomes, is_trial))
}

/// Returns what the kept observations say, and whether all of the store could be read; a file of them
/// that cannot be is told.
fn observed<'w>(
    cx: &mut Context<'_>,
    world: &'w World,
    disk: Option<&Disk>,
) -> (Vec<Seen<'w>>, bool) {
    let Some(disk) = disk else {
        return (Vec::new(), true);
    };
    let (seen, wrong) = seen::all(world, disk);
    let is_whole = wrong.is_empty() && world.book.damaged.is_empty();
    for unread in wrong {
        cx.caution(DAMAGED, unread.message, Some(unread.path));
    }
    (seen, is_whole)
}

/// Returns the channels that are meant.
fn chosen<'a>(
    config: &'a std::collections::BTreeMap<String, Channel>,
    named: &[String],
) -> Result<Vec<(&'a str, &'a Channel)>, Failure> {
    let list = commas(config.keys().map(String::as_str));
    if config.is_empty() {
        return Err(Failure::not_found(
            "not-found.channel",
            text!("没有配置任何通知渠道", "no channel is configured"),
        )
        .hint(text!(
            "在配置文件中写 [notify.NAME]，kind 为 wecom、dingtalk、feishu、webhook 或 smtp；见 README",
            "write [notify.NAME] with kind wecom, dingtalk, feishu, webhook or smtp into the configuration; see the README"
        )));
    }
    for name in named {
        if !config.contains_key(name) {
            return Err(Failure::not_found(
                "not-found.channel",
                text!("没有通知渠道 {name}", "there is no channel {name}"),
            )
            .hint(text!("现有渠道：{list}", "there are: {list}")));
        }
    }
    for (name, channel) in config {
        check(name, channel)?;
    }
    Ok(config
        .iter()
        .filter(|(name, _)| named.is_empty() || named.contains(name))
        .map(|(name, channel)| (name.as_str(), channel))
        .collect())
}

/// Refuses a channel whose name no file can have, or that asks for news of no kind.
fn check(name: &str, channel: &Channel) -> Result<(), Failure> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || name.len() > 40 || !name.chars().all(fits) {
        return Err(Failure::invalid(
            "invalid.config",
            text!(
                "通知渠道的名称 {name} 只能用小写字母、数字和连字符",
                "the name of the channel {name} may hold only lower-case letters, digits and hyphens"
            ),
        ));
    }
    let known = NewsKind::ALL.map(|(name, _)| name);
    for only in &channel.only {
        if !known.contains(&only.as_str()) {
            let list = known.join(", ");
            let failure = Failure::invalid(
                "invalid.config",
                text!(
                    "通知渠道 {name} 的 only 中没有“{only}”这一类",
                    "the channel {name} asks for \"{only}\", which is no kind of news"
                ),
            )
            .meant(nearest(only, known));
            return Err(failure.hint(text!("可用：{list}", "there are: {list}")));
        }
    }
    Ok(())
}

/// Keeps the news that a channel asks for.
fn wanted(channel: &Channel, news: Vec<News>) -> Vec<News> {
    news.into_iter()
        .filter(|one| {
            channel.only.is_empty() || channel.only.iter().any(|only| only == one.kind.name())
        })
        .filter(|one| {
            let mut labels = channel.labels.iter();
            labels.all(|(key, value)| one.labels.get(key) == Some(value))
        })
        .collect()
}

/// Tells one channel; each message is marked as told before the next is sent.
fn tell(
    cx: &Context<'_>,
    disk: Option<&Disk>,
    network: &Network,
    outcome: &mut Outcome<'_>,
    news: &[News],
    memory: &Memory<'_>,
    is_trial: bool,
) -> Result<(), Failure> {
    let (name, channel) = (outcome.name, outcome.channel);
    let lang = channel.lang.unwrap_or(cx.lang);
    let sender = Sender::new(name, channel, cx.env, network)?;
    if is_trial {
        outcome.messages = vec![Message::trial(lang, cx.now)];
        if cx.globals.dry_run {
            return Ok(());
        }
        return sender.send(network, &outcome.messages[0], cx.now);
    }
    let record = disk.map_or_else(|| Ok(ToldRecord::default()), |d| ToldRecord::read(d, name))?;
    let told: BTreeSet<&str> = record.told.iter().map(|told| told.key.as_str()).collect();
    let lines: Vec<Line> = news
        .iter()
        .filter(|one| !told.contains(one.key.as_str()))
        .map(|one| Line {
            key: one.key.clone(),
            text: one.text.get(lang).to_owned(),
        })
        .collect();
    outcome.already = news.len() - lines.len();
    let messages = pack(&lines, channel.digest, limit(channel.kind), lang);
    let recent: BTreeSet<&str> = record
        .told
        .iter()
        .filter(|told| cx.now - told.at < TimeDelta::minutes(1))
        .map(|told| told.message.as_str())
        .collect();
    let room = per_minute(channel.kind).saturating_sub(recent.len());
    let mut messages = messages.into_iter();
    for message in messages.by_ref().take(room) {
        let count = message.keys.len();
        if !cx.globals.dry_run {
            if !outcome.messages.is_empty() {
                std::thread::sleep(pause(channel.kind));
            }
            let done = disk
                .ok_or_else(|| {
                    Failure::not_found("not-found.store", text!("没有备案库", "there is no store"))
                })
                .and_then(|disk| send(cx, disk, network, &sender, name, &message, memory));
            match done {
                Ok(Done::Sent) => {}
                Ok(Done::Already) => {
                    outcome.already += count;
                    continue;
                }
                Err(failure) => {
                    let left: usize = messages.map(|m| m.keys.len()).sum();
                    outcome.failed = count + left;
                    return Err(failure);
                }
            }
        }
        outcome.sent += count;
        outcome.messages.push(message);
    }
    outcome.held = messages.map(|m| m.keys.len()).sum();
    Ok(())
}

/// What became of a message.
enum Done {
    /// The channel took it.
    Sent,
    /// Another run had told all of it meanwhile.
    Already,
}

/// The most that is remembered of a channel: what more would not fit into a record.
const MOST_TOLD: usize = 4000;

/// What says which news need not be remembered.
struct Memory<'a> {
    desk: &'a Desk<'a>,
    ledger: &'a Ledger<'a>,
    /// What is news now, whether the channel asks for it or not: what it asks for may change.
    current: BTreeSet<String>,
    /// Whether all of the store could be read: what is damaged is not over.
    is_whole: bool,
}

impl Memory<'_> {
    /// Returns what goes on being remembered, with what is told now.
    fn keep(&self, record: &ToldRecord, message: &Message, now: Instant) -> Vec<Told> {
        let is_current = |told: &Told| self.current.contains(&told.key);
        // The rate of a channel is reckoned from the last minute.
        let is_recent = |told: &Told| now - told.at < TimeDelta::minutes(1);
        let mut told: Vec<Told> = record
            .told
            .iter()
            .filter(|told| {
                !self.is_whole
                    || is_current(told)
                    || is_recent(told)
                    || !is_over(self.desk, self.ledger, &told.key, told.at)
            })
            .cloned()
            .collect();
        let mut surplus = (told.len() + message.keys.len()).saturating_sub(MOST_TOLD);
        // The earliest stand first.
        told.retain(|told| {
            let goes = surplus > 0 && !is_current(told) && !is_recent(told);
            surplus -= usize::from(goes);
            !goes
        });
        told.extend(message.keys.iter().map(|key| Told {
            key: key.clone(),
            message: message.id.clone(),
            at: now,
        }));
        told
    }
}

/// Sends one message and marks its news as told; another run that does the same waits.
fn send(
    cx: &Context<'_>,
    disk: &Disk,
    network: &Network,
    sender: &Sender,
    name: &str,
    message: &Message,
    memory: &Memory<'_>,
) -> Result<Done, Failure> {
    let key = LockKey::new("notify", name);
    let lock = RecordLock::acquire(disk, &[key], &cx.holder(), cx.globals.lock_timeout)?;
    let record = ToldRecord::read(disk, name)?;
    if message
        .keys
        .iter()
        .all(|key| record.told.iter().any(|told| told.key == *key))
    {
        return Ok(Done::Already);
    }
    sender.send(network, message, cx.now)?;
    let told = memory.keep(&record, message, cx.now);
    let change = record.write(name, told)?;
    lock.commit(&change)?;
    Ok(Done::Sent)
}

fn answer(cx: &Context<'_>, news: &[News], outcomes: Vec<Outcome<'_>>, is_trial: bool) -> Reply {
    let lang = cx.lang;
    let data = json!({
        "news": news.iter().map(|one| json!({
            "key": one.key,
            "kind": one.kind.name(),
            "order": one.order,
            "number": one.number,
            "due_at": one.due.map(time),
            "text": one.text.get(lang),
        })).collect::<Vec<_>>(),
        "channels": outcomes.iter().map(|outcome| outcome.document(lang, cx.globals.privacy)).collect::<Vec<_>>(),
    });
    let changed = outcomes.iter().any(|outcome| outcome.sent > 0);
    let mut human = String::new();
    if cx.globals.dry_run {
        for outcome in &outcomes {
            for message in &outcome.messages {
                // Writing to a String never fails.
                let _ = writeln!(human, "== {} · {}", outcome.name, clean(&message.title));
                for line in message.body.lines() {
                    let _ = writeln!(human, "{}", clean(line));
                }
            }
        }
    }
    let mut table = Table::new(vec![
        text!("渠道", "Channel"),
        if cx.globals.dry_run {
            text!("将发", "Would send")
        } else {
            text!("已发", "Sent")
        },
        text!("发过", "Before"),
        text!("顺延", "Held"),
        text!("失败", "Failed"),
    ]);
    for outcome in &outcomes {
        // A trial tells no news, and is one message.
        let (sent, failed) = match (is_trial, &outcome.failure) {
            (false, _) => (outcome.sent, outcome.failed),
            (true, None) => (1, 0),
            (true, Some(_)) => (0, 1),
        };
        let failed = Cell::verbatim(failed.to_string());
        table.row(vec![
            Cell::verbatim(outcome.name).tone(Tone::Name),
            Cell::verbatim(sent.to_string()),
            Cell::verbatim(outcome.already.to_string()),
            Cell::verbatim(outcome.held.to_string()),
            if outcome.failure.is_some() {
                failed.tone(Tone::Against)
            } else {
                failed
            },
        ]);
    }
    human += &table.render(lang, cx.width(), cx.color());
    let mut reply = Reply::new(SCHEMA, data).human(human).changed(changed);
    reply.failure = failure(outcomes);
    reply
}

/// Returns the failure of the run: that of the only channel that failed, else one of all.
fn failure(outcomes: Vec<Outcome<'_>>) -> Option<Failure> {
    let mut failed: Vec<(&str, Failure)> = outcomes
        .into_iter()
        .filter_map(|outcome| Some((outcome.name, outcome.failure?)))
        .collect();
    if failed.len() <= 1 {
        let (name, mut failure) = failed.pop()?;
        failure.message = text!(
            "通知渠道 {name}：{message}",
            "the channel {name}: {message}",
            message = &failure.message
        );
        return Some(failure);
    }
    let count = failed.len();
    // What a person must mend comes before what may pass by itself.
    let worst = [Exit::Invalid, Exit::Denied, Exit::Failure, Exit::Conflict]
        .into_iter()
        .find(|exit| failed.iter().any(|(_, failure)| failure.exit == *exit))
        .unwrap_or(Exit::Unavailable);
    let code = failed
        .iter()
        .find(|(_, failure)| failure.exit == worst)
        .map_or_else(|| "unavailable.channels".into(), |(_, f)| f.code.clone());
    let mut whole = Failure::new(
        worst,
        code,
        text!("{count} 个通知渠道失败", "{count} channel(s) failed"),
    );
    for (name, failure) in failed {
        whole.hints.push(text!(
            "{name}：{message}",
            "{name}: {message}",
            message = &failure.message
        ));
    }
    Some(whole)
}
