//! Crash safety as a user meets it: the program is killed, its calls fail, its disk fills, its output
//! goes nowhere or is asked for in fields that it does not have, its files are damaged, and many of it write at once.
//!
//! `storage` asks the same of the write path alone, call by call and with power cuts; what needs
//! root is in `tests/faults/run.sh`.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod acknowledged;
mod clock;
mod damaged;
mod fields;
mod halfway;
mod play;
mod sweep;
mod trace;
mod writers;

/// A generator of the same numbers on every run (`SplitMix64`).
struct Dice(u64);

impl Dice {
    /// Returns a number below `sides`.
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        usize::try_from(mixed % sides as u64).unwrap()
    }
}
