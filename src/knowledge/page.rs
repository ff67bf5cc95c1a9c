//! One page for each word that icpctl prints: a status, an event, an exit code, a notice, a rule.

use super::{Rule, rules, sources};
use crate::data::data;
use crate::filing::duty::Duty;
use crate::filing::named::{Named as _, named};
use crate::filing::notice::Class;
use crate::lang::{Text, likeness};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

named! {
    /// What a page is about, in the order in which an id that has several pages is looked up: the word
    /// that picks one of them, as in `event:purged`, and the heading under which it stands.
    pub enum PageKind {
        /// A status of an order.
        Status = "status", "状态", "status",
        /// A step of an order: a command or a report.
        Event = "event", "事件", "event",
        /// An exit code.
        Exit = "exit", "退出码", "exit code",
        /// One of the six order kinds.
        OrderKind = "order-kind", "订单类型", "order kind",
        /// A kind of service.
        ServiceKind = "service-kind", "服务类型", "service kind",
        /// A way to prove or send a cancellation.
        Path = "path", "注销方式", "cancellation path",
        /// A kind of limit.
        Deadline = "deadline", "期限", "deadline",
        /// What an order will do to the portfolio.
        Impact = "impact", "影响", "impact",
        /// A warning, a risk or a refusal.
        Code = "code", "提示码", "code",
        /// What a script tests instead of a status.
        Bucket = "bucket", "状态分组", "bucket",
        /// A class of rectification notices.
        Notice = "notice", "整改通知", "notice",
        /// A duty after approval.
        Duty = "duty", "备案后的事项", "duty",
        /// A rule of the rulebook.
        Rule = "rule", "规则", "rule",
        /// A source of the facts of the field.
        Source = "source", "来源", "source",
    }
}

impl PageKind {
    /// Whether a word means the kind: its name or its heading.
    pub fn is_called(self, word: &str) -> bool {
        Self::from_word(word) == Some(self)
    }
}

/// One page of `icpctl explain`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page<'a> {
    /// What it is about.
    pub kind: PageKind,
    /// The word explained, unique within its kind.
    pub id: &'a str,
    /// Other words that lead here, such as the number of an exit code.
    pub aliases: &'a [String],
    /// The word in the reader's language.
    pub title: &'a Text,
    /// What it means; for a rule also why and what to do.
    pub what: &'a Text,
    /// Why it is so.
    pub why: Option<&'a Text>,
    /// What to do next; `None` for a rule, whose `what` says it, and for a source.
    pub todo: Option<&'a Text>,
    /// Keys of the sources; of a source its own.
    pub source: &'a str,
}

impl<'a> Page<'a> {
    /// Explains a rule.
    pub const fn of_rule(rule: &'a Rule) -> Self {
        Self {
            kind: PageKind::Rule,
            id: rule.id.as_str(),
            aliases: &[],
            title: &rule.title,
            what: &rule.explain,
            why: None,
            todo: None,
            source: rule.source.as_str(),
        }
    }

    /// Returns whether `word` names this page: its id, an alias or its Chinese title.
    fn answers_to(&self, word: &str) -> bool {
        self.id.eq_ignore_ascii_case(word)
            || self
                .aliases
                .iter()
                .any(|alias| alias.eq_ignore_ascii_case(word))
            || self.title.zh == word
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    #[serde(default)]
    aliases: Vec<String>,
    title: Text,
    what: Text,
    why: Option<Text>,
    todo: Text,
    source: String,
}

macro_rules! explanations {
    ($($name:literal),+ $(,)?) => {
        [$(data!(concat!("explain/", $name))),+]
    };
}

static ENTRIES: LazyLock<BTreeMap<PageKind, Vec<Entry>>> = LazyLock::new(|| {
    let mut all: BTreeMap<PageKind, Vec<Entry>> = BTreeMap::new();
    let files: [BTreeMap<PageKind, Vec<Entry>>; 10] = explanations!(
        "statuses",
        "events",
        "exits",
        "kinds",
        "deadlines",
        "impacts",
        "codes",
        "findings",
        "refusals",
        "errors",
    );
    for read in files {
        for (kind, entries) in read {
            all.entry(kind).or_default().extend(entries);
        }
    }
    all
});

/// Returns every page, kind by kind, rules and sources last.
pub fn all_pages() -> impl Iterator<Item = Page<'static>> {
    let entries = ENTRIES.iter().flat_map(|(&kind, entries)| {
        entries.iter().map(move |entry| Page {
            kind,
            id: &entry.id,
            aliases: &entry.aliases,
            title: &entry.title,
            what: &entry.what,
            why: entry.why.as_ref(),
            todo: Some(&entry.todo),
            source: &entry.source,
        })
    });
    let rules = rules().iter().map(Page::of_rule);
    let notices = Class::all().iter().map(|class| Page {
        kind: PageKind::Notice,
        id: &class.id,
        aliases: &[],
        title: &class.title,
        what: &class.cause,
        why: None,
        todo: Some(&class.fix),
        source: &class.source,
    });
    let duties = Duty::all().iter().map(|duty| Page {
        kind: PageKind::Duty,
        id: &duty.id,
        aliases: &[],
        title: &duty.title,
        what: &duty.what,
        why: Some(&duty.why),
        todo: Some(&duty.todo),
        source: &duty.source,
    });
    let sources = sources().iter().map(|source| Page {
        kind: PageKind::Source,
        id: &source.key,
        aliases: &[],
        title: &source.title,
        what: &source.what,
        why: None,
        todo: None,
        source: &source.key,
    });
    entries
        .chain(notices)
        .chain(duties)
        .chain(rules)
        .chain(sources)
}

/// Parts `KIND:ID`, where that is written.
pub fn of_kind(id: &str) -> Option<(&str, &str)> {
    let (kind, word) = id.split_once([':', '：'])?;
    Some((kind.trim(), word.trim()))
}

/// Returns every page that `id` names.
///
/// A word may be both a status and an event (`purged`) or a limit (`provider-review`);
/// `KIND:ID` picks one. Letter case does not matter. A code without a page of its own,
/// which a newer version may say, leads to its exit code.
pub fn pages(id: &str) -> Vec<Page<'static>> {
    let id = id.trim();
    let found: Vec<Page<'static>> = match of_kind(id) {
        Some((kind, word)) => all_pages()
            .filter(|page| page.kind.is_called(kind) && page.answers_to(word))
            .collect(),
        None => all_pages().filter(|page| page.answers_to(id)).collect(),
    };
    match id.split_once('.') {
        Some((exit, _)) if found.is_empty() => all_pages()
            .filter(|page| page.kind == PageKind::Exit && page.answers_to(exit))
            .collect(),
        Some(_) | None => found,
    }
}

/// Returns the first of the pages that `id` names.
pub fn explain(id: &str) -> Option<Page<'static>> {
    pages(id).into_iter().next()
}

/// How alike two words must be, from 0 to 1, to be offered as a correction.
const ALIKE: f64 = 0.8;

/// Returns the known id nearest to a mistyped one.
pub fn suggest(id: &str) -> Option<&'static str> {
    let typed = id.trim().to_lowercase();
    all_pages()
        .map(|page| (likeness(&typed, &page.id.to_lowercase()), page.id))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .reduce(|best, next| if next.0 > best.0 { next } else { best })
        .map(|(_, id)| id)
}

/// Fewer characters than this are in too many titles.
const TELLING: usize = 2;

/// Returns the pages whose title, in either language, holds these words.
pub fn titled(words: &str) -> impl Iterator<Item = Page<'static>> {
    let folded = |words: &str| words.to_lowercase().replace(' ', "");
    let words = folded(words);
    let is_telling = words.chars().nth(TELLING - 1).is_some();
    all_pages().filter(move |page| {
        let titles = [&page.title.zh, &page.title.en];
        is_telling && titles.iter().any(|title| folded(title).contains(&words))
    })
}
