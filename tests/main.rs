//! One binary for all tests.
mod numbers;
