//! stub
use super::order::Instant;
use chrono::NaiveDate;
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment { Exact(Instant), Day(NaiveDate) }
