//! What a decision wants written, what must be agreed to first, and what came of it.

use super::world::World;
use crate::evidence::keep::Holder;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::filing::order::{Instant, OperationId, Order};
use crate::filing::record::SubjectRecord;
use crate::lang::{Lang, Text};
use crate::render::envelope::Warning;
use crate::store::StorePath;

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
    /// The failure itself where it comes before consent: whatever is no refusal.
    pub fn refused(mut self, failure: Failure) -> Result<Self, Failure> {
        if failure.exit == Exit::Refused {
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caution {
    /// The stable code.
    pub code: &'static str,
    /// What it says.
    pub message: Text,
    /// The file or field that is meant.
    pub path: Option<String>,
}

impl Caution {
    /// Returns it as a document says it.
    pub fn warning(&self, lang: Lang) -> Warning {
        Warning {
            code: self.code.into(),
            message: self.message.get(lang).to_owned(),
            path: self.path.clone(),
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
    /// Impact codes to be accepted by name off a terminal, each with whether it was.
    pub accepts: Vec<(String, bool)>,
    /// Whether orders or targets were named, not left to be found.
    pub explicit: bool,
}
