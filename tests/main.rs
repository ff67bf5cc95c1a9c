//! One binary for all tests.

mod rendering;
