//! What a decision wants written, what must be agreed to first, and what came of it.

use super::resolve::word_for;
use super::world::World;
use crate::evidence::keep::Holder;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::filing::impact::{Code, ends_elsewhere};
use crate::filing::instant::Instant;
use crate::filing::kind::Kind;
use crate::filing::order::{OperationId, Order};
use crate::filing::record::SubjectRecord;
use crate::filing::spoken::spoken;
use crate::lang::{Lang, Text, shell_word};
use crate::render::brief::told;
use crate::render::envelope::Warning;
use crate::render::mask::Privacy;
use crate::render::prose;
use crate::store::StorePath;
use crate::text;

/// Who writes, when, and in which operation.
#[derive(Clone, Debug)]
pub struct Stamp {
    /// The operation.
    pub op: OperationId,
    /// Its turn among the operations recorded at the same instant; turns may be left out.
    pub turn: u32,
    /// Who acts.
    pub actor: Option<String>,
    /// When.
    pub now: Instant,
}

/// What a decision wants written, and what it answers.
#[derive(Debug, Default)]
pub struct Plan<T> {
    /// Orders, as they are to be.
    pub orders: Vec<Order>,
    /// Subject records, as they are to be.
    pub subjects: Vec<SubjectRecord>,
    /// Files to be added: content by its hash.
    pub files: Vec<(StorePath, Vec<u8>)>,
    /// Files to be removed.
    pub removed: Vec<StorePath>,
    /// Beside what all observations are to be removed.
    pub forgotten: Vec<Holder>,
    /// What must be agreed to first.
    pub consent: Option<Consent>,
    /// What stands in the way once consent is there: off a terminal, missing consent comes first.
    pub refusal: Option<Failure>,
    /// What the user should know beside the result.
    pub cautions: Vec<Caution>,
    /// What the command makes its answer of.
    pub answer: T,
}

impl<T> Plan<T> {
    /// A plan that writes nothing yet.
    pub const fn new(answer: T) -> Self {
        Self {
            orders: Vec::new(),
            subjects: Vec::new(),
            files: Vec::new(),
            removed: Vec::new(),
            forgotten: Vec::new(),
            consent: None,
            refusal: None,
            cautions: Vec::new(),
            answer,
        }
    }

    /// Returns the plan with what stands in its way, so that missing consent is told first.
    ///
    /// # Errors
    /// The failure itself where it comes before consent: whatever is no refusal and no conflict.
    pub fn refused(mut self, failure: Failure) -> Result<Self, Failure> {
        if matches!(failure.exit, Exit::Refused | Exit::Conflict) {
            self.refusal = Some(failure);
            Ok(self)
        } else {
            Err(failure)
        }
    }

    /// Whether it writes anything.
    pub fn writes(&self) -> bool {
        !(self.orders.is_empty()
            && self.subjects.is_empty()
            && self.files.is_empty()
            && self.removed.is_empty())
    }
}

/// What came of a decision that was carried out, or in a dry run would have.
#[derive(Debug)]
pub struct Done<T> {
    /// Whether anything was, or would have been, written.
    pub changed: bool,
    /// What the decision answers.
    pub answer: T,
    /// Everything as it is after it.
    pub world: World,
}

/// Something that the user should know although it went well.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Caution {
    /// The stable code.
    pub code: &'static str,
    /// What it says.
    pub message: Text,
    /// The file or field that is meant.
    pub path: Option<String>,
}

impl Caution {
    /// A caution about no file or field in particular.
    pub const fn new(code: &'static str, message: Text) -> Self {
        Self {
            code,
            message,
            path: None,
        }
    }

    /// Returns it as a document says it.
    pub fn warning(&self, lang: Lang, privacy: Privacy) -> Warning {
        Warning {
            code: self.code.into(),
            message: told(self.message.get(lang), lang, privacy),
            path: self.path.as_ref().map(|path| prose::mask(path, privacy)),
        }
    }
}

/// What must be agreed to before it is done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Consent {
    /// What will happen: what goes, what stays, what cannot be undone, from when.
    pub shown: Vec<Text>,
    /// The question.
    pub question: Option<Text>,
    /// Subject numbers to be typed, each with whether `--confirm` gave it.
    pub numbers: Vec<(String, bool)>,
    /// What is to be accepted by name off a terminal.
    pub accepts: Vec<Acceptance>,
    /// Whether orders or targets were named, not left to be found.
    pub explicit: bool,
    /// Whether the question is asked although numbers were typed: they speak for some orders only.
    pub always_asks: bool,
}

impl Consent {
    /// Returns the first thing that is needed by name and was not given.
    pub fn missing(&self) -> Option<Failure> {
        if let Some((number, _)) = self.numbers.iter().find(|(_, given)| !given) {
            return Some(
                Failure::new(
                    Exit::Usage,
                    "usage.confirm",
                    text!(
                        "注销主体必须写明主体备案号 {number}",
                        "cancelling a subject needs its number {number} spelt out"
                    ),
                )
                .hint(text!(
                    "加上 --confirm {number}；仅有 --yes 不够",
                    "add --confirm {number}; --yes alone never sends it"
                )),
            );
        }
        let accept = self.accepts.iter().find(|accept| !accept.given)?;
        let code = Code::FiledElsewhereGoes.name();
        let failure = Failure::new(
            Exit::Usage,
            "usage.accept",
            text!(
                "其他接入商处的接入会一并失效（{code}），需要明确接受",
                "accesses at other providers end too ({code}): this needs explicit acceptance"
            ),
        );
        let failure = failure.hint(text!("加上 --accept {code}", "add --accept {code}"));
        Some(match &accept.instead {
            Some(instead) => failure.hint(instead.clone()),
            None => failure,
        })
    }
}

/// The accesses at other providers that end with an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acceptance {
    /// Whether that was accepted.
    pub given: bool,
    /// How to end the access at the order's own provider alone.
    pub instead: Option<Text>,
}

impl Acceptance {
    /// Returns what an order asks to be accepted, if accesses at other providers end with it.
    pub fn of(world: &World, order: &Order, given: &[&Given]) -> Option<Self> {
        let code = Code::FiledElsewhereGoes.name();
        let ahead = world.ahead_of(order);
        ends_elsewhere(order, &world.book.portfolio, &ahead).then(|| Self {
            given: given
                .iter()
                .flat_map(|given| &given.accepted)
                .any(|accepted| accepted.eq_ignore_ascii_case(code)),
            instead: leaving_only(world, order),
        })
    }
}

/// Says how to end the accesses at an order's own provider and nothing else, if there are any; behind
/// what the order waits for, without which they may be the last.
pub fn leaving_only(world: &World, order: &Order) -> Option<Text> {
    let provider = order.provider.as_ref()?;
    let portfolio = &world.book.portfolio;
    let subject = portfolio.subject_of(order)?;
    let targets = order.target.services.iter().map(|target| &target.number);
    let there = targets.filter(|number| {
        let service = subject.services.get(number);
        service.is_some_and(|service| service.is_accessed_at(provider) != Some(false))
    });
    let numbers: Vec<String> = there.map(ToString::to_string).collect();
    let sizes = world.profiles.of(provider).order_size;
    let most = sizes.limit(Kind::CancelAccess, subject.facts.is_individual());
    let each = numbers.chunks(most.unwrap_or(numbers.len()).max(1));
    let word = shell_word(provider);
    let ahead = world.ahead_of(order);
    let after = ahead
        .iter()
        .find(|ahead| Some(&ahead.id) == order.after.as_ref());
    let after = after.map(|ahead| format!(" --after {}", word_for(ahead)));
    let after = after.unwrap_or_default();
    let commands: Vec<String> = each
        .map(|some| {
            let numbers = some.join(" ");
            format!("icpctl cancel-access {numbers} --provider {word}{after}")
        })
        .collect();
    let commands = commands.into_iter().map(Text::verbatim);
    let commands = Text::joined(commands, "；", "; ");
    (!commands.zh.is_empty()).then(|| {
        text!(
            "只想离开{provider}，请用 {commands}",
            "to end only the access at {provider}, use {commands}",
            provider = spoken(provider),
            commands
        )
    })
}

/// What was agreed to by name: in flags, or in a row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// Subject numbers, in canonical form.
    pub confirmed: Vec<String>,
    /// Impact codes and rule ids.
    pub accepted: Vec<String>,
}

impl Given {
    /// Keeps in an order's history what was agreed to with its submission.
    pub fn keep(&self, order: &mut Order) {
        let number = order.target.subject.as_ref().map(ToString::to_string);
        let Some(entry) = order.history.last_mut() else {
            return;
        };
        entry.accepted.extend(self.accepted.iter().cloned());
        let own = self.confirmed.iter().filter(|n| number.as_ref() == Some(n));
        entry.accepted.extend(own.cloned());
    }
}
