//! The use cases: what a command decides, from the whole world to what is to be written.
//!
//! Nothing here asks a question or prints: decisions come from a [`World`](world::World) and go
//! out as a [`Plan`](plan::Plan), which the command layer shows, agrees on and carries out.
//!
//! - What decisions rest on: the [`world`], the [`desk`] of where its orders stand, how much of the
//!   store a step must see ([`reach`], [`bearing`]), which orders bear on one ([`register`]), and what
//!   cannot be read ([`doubt`]). What they come to: a [`plan`].
//! - What words mean: [`resolve`] finds an order or a target, [`unfiled`] says why there is none,
//!   [`aim`] what an order is about, [`reported`] which order a report is of, [`persons`] whom it names,
//!   `fields` and [`assign`] what `--set` and its like change, [`placing`] which services a dossier means.
//! - Drafting: [`draft`] for the six kinds, [`changes`], [`materials`] and a [`look`] at them, what was
//!   `given` for a ref, what is [`missing`], what the rulebook says ([`check`]), [`overtaken`] first
//!   filings, and [`mod@batch`] for many.
//! - Moving: [`advance`] for commands and reports, the numbers [`issued`], what an order comes against
//!   then (`collision`), [`edit`], [`settle`] by sources.
//! - What is filed: [`adopt`] and each [`objection`] to it, [`gone`], whether something is [`filed`],
//!   what was [`seen`] of it and what [`verify`] asks about.
//! - Beside the orders: [`mark`]s, [`notice`]s, a [`duty`] done, and all that is [`owed`].
//! - The store itself: [`undo`], [`erase`], [`import`], and what `doctor` finds ([`examine`]).

pub mod adopt;
pub mod advance;
pub mod aim;
pub mod assign;
pub mod batch;
pub mod bearing;
pub mod changes;
pub mod check;
mod collision;
pub mod desk;
pub mod doubt;
pub mod draft;
pub mod duty;
pub mod edit;
pub mod erase;
pub mod examine;
mod fields;
pub mod filed;
mod given;
pub mod gone;
pub mod import;
pub mod issued;
pub mod look;
pub mod mark;
pub mod materials;
pub mod missing;
pub mod notice;
pub mod objection;
pub mod overtaken;
pub mod owed;
pub mod persons;
pub mod placing;
pub mod plan;
pub mod reach;
pub mod register;
pub mod reported;
pub mod resolve;
pub mod seen;
pub mod settle;
pub mod undo;
pub mod unfiled;
pub mod verify;
pub mod world;
