//! What was written down about a subject beside its orders: adoptions, filings gone, labels, notes.

use super::facts::{Access, ServiceFacts, SubjectFacts};
use super::instant::Instant;
use super::named::named;
use super::notice::Term;
use super::number::{SecurityNumber, ServiceNumber, SubjectNumber};
use super::order::{NoticeId, OperationId, OrderId, is_first};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// An existing filing, brought in whole: one document of `adopt`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Adoption {
    /// The subject's number, or the licence number that stands in its place.
    pub number: SubjectNumber,
    /// Labels put on the subject with it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// What is filed of the subject.
    #[serde(flatten)]
    pub facts: SubjectFacts,
    /// Its services.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<AdoptedService>,
}

/// One service of an adoption.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AdoptedService {
    /// Its number.
    pub number: ServiceNumber,
    /// When the bureau filed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_on: Option<NaiveDate>,
    /// Labels put on the service with it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// What is filed of it.
    #[serde(flatten)]
    pub facts: ServiceFacts,
    /// Its accesses; absent where unknown, empty where no provider holds one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accesses: Option<Vec<Access>>,
}

named! {
    /// What an entry of a subject's history is.
    pub enum SubjectEvent {
        /// Existing filings were brought in.
        Adopt = "adopt", "导入", "adopted",
        /// Something ended without an order of ours.
        Gone = "gone", "已失效", "gone",
        /// Labels were put on or taken off.
        Label = "label", "标签", "labels",
        /// A note was written.
        Note = "note", "备注", "note",
        /// A rectification notice came in.
        Notice = "notice", "整改通知", "notice received",
        /// An order was drafted for a notice.
        NoticeOrder = "notice-order", "起草整改订单", "order for a notice",
        /// A notice was said to be resolved.
        NoticeResolved = "notice-resolved", "整改完成", "notice resolved",
        /// A duty was said to be done.
        DutyDone = "duty-done", "事项完成", "duty done",
        /// An earlier operation was reversed.
        Undo = "undo", "撤消操作", "undone",
    }
}

named! {
    /// Why a filing or an access ended without an order of ours.
    pub enum Because {
        /// The bureau cancelled it.
        Bureau = "bureau", "管局注销", "cancelled by the bureau",
        /// The provider cancelled it.
        Provider = "provider", "接入商取消", "cancelled by the provider",
        /// The holder cancelled it elsewhere.
        Holder = "holder", "主办者在别处注销", "cancelled by the holder elsewhere",
        /// It is somebody else's and was adopted by mistake.
        NotOurs = "not-ours", "不属于我方", "not ours",
    }
}

/// What an entry says of a rectification notice; its words are the entry's reason.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NoticeFacts {
    /// The notice.
    pub id: NoticeId,
    /// Its class, where it came in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// The deadline that it names, where it came in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub term: Option<Term>,
    /// The order that was drafted for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    /// Keys of this schema that this version does not know.
    #[serde(flatten)]
    pub extra: toml::Table,
}

/// What an entry says of a duty that is done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DutyFacts {
    /// The duty.
    pub id: String,
    /// The public-security number that it brought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<SecurityNumber>,
    /// Keys of this schema that this version does not know.
    #[serde(flatten)]
    pub extra: toml::Table,
}

/// One entry of a subject's history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SubjectEntry {
    /// What happened.
    pub event: SubjectEvent,
    /// Its place among the records of the subject: the portfolio folds in this order.
    pub sequence: u64,
    /// When it happened.
    pub at: Instant,
    /// When it was written down.
    pub recorded_at: Instant,
    /// Who wrote it down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// The run of the command that wrote it.
    pub op: OperationId,
    /// Its turn among the operations recorded at the same instant; turns may be left out.
    #[serde(default, skip_serializing_if = "is_first")]
    pub turn: u32,
    /// A note's or a notice's text, or a reason given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The service it is about; absent for the subject itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceNumber>,
    /// The provider whose access is gone, absent where the filing itself is; or that sent a notice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// Why it is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<Because>,
    /// Whether an adoption overrode what contradicted it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub replace: bool,
    /// The operation that an `undo` reversed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<OperationId>,
    /// Labels put on.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Labels taken off.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unlabelled: Vec<String>,
    /// What was adopted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filing: Option<Adoption>,
    /// The rectification notice it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<NoticeFacts>,
    /// The duty that is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duty: Option<DutyFacts>,
    /// Keys of this schema that this version does not know.
    #[serde(flatten)]
    pub extra: toml::Table,
}

/// All that was written down about one subject.
#[derive(Clone, Debug, PartialEq)]
pub struct SubjectRecord {
    /// The subject's number.
    pub number: SubjectNumber,
    /// The entries, in the order in which they were written.
    pub history: Vec<SubjectEntry>,
    /// Keys of this schema that this version does not know.
    pub extra: toml::Table,
}

impl SubjectRecord {
    /// A record that holds nothing yet.
    pub fn new(number: SubjectNumber) -> Self {
        Self {
            number,
            history: Vec::new(),
            extra: toml::Table::new(),
        }
    }

    /// Lists the entries that count: undone operations and their reversals left out.
    pub fn effective(&self) -> impl Iterator<Item = &SubjectEntry> {
        let undone: BTreeSet<&OperationId> = self
            .history
            .iter()
            .filter_map(|e| e.undoes.as_ref())
            .collect();
        self.history
            .iter()
            .filter(move |e| e.undoes.is_none() && !undone.contains(&e.op))
    }
}
