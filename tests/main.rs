//! One binary for all tests.

mod knowledge;
