//! The use cases: what a command decides, from the whole world to what is to be written.
//!
//! Nothing here asks a question or prints: decisions come from a [`World`](world::World) and go
//! out as a [`Plan`](plan::Plan), which the command layer shows, agrees on and carries out.

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
