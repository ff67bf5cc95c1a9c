//! One binary for all tests.

mod calendar;
