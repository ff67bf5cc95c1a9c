//! One binary for all tests.

mod calendar;
mod knowledge;
mod meta;
mod rendering;
mod schemas;
mod support;
