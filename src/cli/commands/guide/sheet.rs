//! A guide filled in with an order's data: what is done, what is to be done now, and what comes then.

use super::filler::Filler;
use crate::cli::documents::order::{Desk, Manner, limit};
use crate::cli::documents::{agenda, board};
use crate::filing::deadline;
use crate::filing::instant::Instant;
use crate::filing::kind::{Kind, VerifyBy, Via};
use crate::filing::order::{Order, OrderId};
use crate::filing::pack;
use crate::filing::status::Status;
use serde::Serialize;
use serde_json::Value;

/// A guide filled in.
#[derive(Debug, Serialize)]
pub(super) struct Sheet {
    pub(super) order: OrderId,
    pub(super) kind: Kind,
    pub(super) status: Status,
    pub(super) label: String,
    pub(super) presumed: bool,
    pub(super) via: Via,
    pub(super) verify_by: Option<VerifyBy>,
    pub(super) provider: Option<String>,
    pub(super) through: String,
    pub(super) why: Vec<String>,
    pub(super) deadlines: Vec<Value>,
    #[serde(skip)]
    pub(super) until: Vec<String>,
    pub(super) steps: Vec<Filled>,
    pub(super) statement: Option<String>,
    pub(super) channel: Option<String>,
    pub(super) next: Vec<String>,
}

/// Whether a step is behind, at hand or ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    Done,
    Now,
    Later,
}

/// A step filled in.
#[derive(Debug, Serialize)]
pub(super) struct Filled {
    pub(super) id: String,
    pub(super) state: State,
    pub(super) status: Status,
    pub(super) title: String,
    pub(super) console: String,
    pub(super) service: Option<String>,
    pub(super) text: Vec<String>,
    pub(super) fields: Vec<FieldSheet>,
    pub(super) uploads: Vec<UploadSheet>,
    pub(super) persons: Vec<PersonSheet>,
    pub(super) papers: Vec<Value>,
    pub(super) confirm: Vec<String>,
    pub(super) source: String,
}

/// A field with its value.
#[derive(Debug, Serialize)]
pub(super) struct FieldSheet {
    pub(super) path: String,
    pub(super) label: String,
    pub(super) console: String,
    pub(super) values: Vec<String>,
    pub(super) meaning: Option<String>,
    pub(super) was: Option<Vec<String>>,
    pub(super) required: bool,
    pub(super) missing: bool,
    pub(super) fill: Option<String>,
}

/// A file to upload.
#[derive(Debug, Serialize)]
pub(super) struct UploadSheet {
    pub(super) slot: String,
    pub(super) label: String,
    pub(super) console: String,
    pub(super) service: Option<usize>,
    pub(super) files: Vec<String>,
    pub(super) required: bool,
    pub(super) missing: bool,
    pub(super) fill: Option<String>,
}

/// Somebody who answers the SMS.
#[derive(Debug, Serialize)]
pub(super) struct PersonSheet {
    pub(super) who: String,
    pub(super) label: String,
    pub(super) name: Option<String>,
    pub(super) phone: Option<String>,
    pub(super) id_tail: Option<String>,
    pub(super) verified_at: Option<Instant>,
    pub(super) record: Option<String>,
}

/// Fills in the guide of an order.
pub(super) fn sheet(desk: &Desk<'_>, order: &Order, manner: Manner) -> Sheet {
    let filler = Filler::new(desk, order, manner);
    let lang = manner.lang;
    let view = &filler.view;
    let status = view.status();
    let case = order.case(&desk.world.profiles);
    let limits = deadline::all(&case, view, &desk.world.calendar, desk.world.now);
    let steps = filler.steps();
    let list = pack::checklist(order, &desk.world.book.portfolio);
    let statement = list.as_ref().and_then(|list| list.statement);
    let is_written = order.via == Via::Written;
    let channel = order.province().filter(|_| is_written);
    Sheet {
        order: order.id.clone(),
        kind: order.kind,
        status,
        label: board::status(view).get(lang).to_owned(),
        presumed: view.is_presumed(),
        via: order.via,
        verify_by: order.verify_by,
        provider: order.provider.clone(),
        through: board::provider(desk, order).get(lang).to_owned(),
        why: agenda::why_in_guide(desk, order, manner),
        deadlines: limits.iter().map(limit).collect(),
        until: limits
            .iter()
            .map(|limit| board::until(limit, desk.world.now).get(lang).to_owned())
            .collect(),
        steps,
        statement: statement.map(|text| filler.statement(text)),
        channel: channel
            .and_then(pack::channel)
            .map(|channel| channel.text.get(lang).to_owned()),
        next: desk.next(order),
    }
}
