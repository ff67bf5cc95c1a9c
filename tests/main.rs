//! One binary for all tests.

mod storage;
