//! What a filing is and how it moves: the pure core.
//!
//! Nothing here looks at a clock, a file, the network, the environment or a terminal:
//! values come in, values go out.

pub mod address;
pub mod approval;
pub mod calendar;
pub mod deadline;
pub mod demand;
pub mod duty;
pub mod event;
pub mod evidence;
pub mod facts;
pub mod guard;
pub mod guide;
pub mod host;
pub mod identity;
pub mod impact;
pub mod instant;
pub mod kind;
pub mod limit;
pub mod machine;
pub mod moment;
pub mod named;
pub mod notice;
pub mod number;
pub mod obstacle;
pub mod order;
pub mod pack;
pub mod particulars;
pub mod place;
pub mod portfolio;
pub mod profile;
pub mod province;
pub mod rebase;
pub mod record;
pub mod refusal;
pub mod settle;
pub mod signatory;
pub mod spoken;
pub mod standing;
pub mod status;
pub mod together;
pub mod tree;
