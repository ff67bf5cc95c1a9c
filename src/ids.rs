//! The only dice: random ids for orders and operations, and words that are used once.

use crate::filing::order::{NoticeId, OperationId, OrderId};
use std::hash::{BuildHasher as _, RandomState};

/// Where ids come from.
#[derive(Clone, Debug)]
pub enum Ids {
    /// The operating system's randomness, by way of the standard library's hasher keys.
    Random,
    /// A sequence that `ICPCTL_SEED` fixed, for tests.
    Seeded(u64),
}

impl Ids {
    fn bits(&mut self) -> u64 {
        match self {
            Self::Random => fresh(),
            Self::Seeded(state) => {
                // SplitMix64: a published mixing function whose whole state is one counter.
                *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
                let mut mixed = *state;
                mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
                mixed ^ (mixed >> 31)
            }
        }
    }

    /// Returns ids for one operation: every copy of them draws the same ones in the same order, so
    /// that what was shown before consent is what is written after it.
    #[must_use]
    pub fn for_operation(&mut self) -> Self {
        match self {
            Self::Random => Self::Seeded(self.bits()),
            Self::Seeded(state) => Self::Seeded(*state),
        }
    }

    fn free<T>(&mut self, from_bits: fn(u64) -> T, is_taken: impl Fn(&T) -> bool) -> T {
        loop {
            let id = from_bits(self.bits());
            if !is_taken(&id) {
                return id;
            }
        }
    }

    /// Returns an order id that `is_taken` says is free.
    pub fn order(&mut self, is_taken: impl Fn(&OrderId) -> bool) -> OrderId {
        self.free(OrderId::from_bits, is_taken)
    }

    /// Returns the id of a notice that `is_taken` says is free.
    pub fn notice(&mut self, is_taken: impl Fn(&NoticeId) -> bool) -> NoticeId {
        self.free(NoticeId::from_bits, is_taken)
    }

    /// Returns an operation id that `is_taken` says is free.
    pub fn operation(&mut self, is_taken: impl Fn(&OperationId) -> bool) -> OperationId {
        self.free(OperationId::from_bits, is_taken)
    }
}

/// Returns bits of the operating system's randomness that no seed fixes, for what must differ from run
/// to run: a temporary's name, a signature.
pub fn fresh() -> u64 {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one door to chance; the standard library keys its hashers with the system's"
    )]
    let state = RandomState::new();
    state.hash_one(0_u8)
}

/// Returns a word of 32 hexadecimal digits that was not used before, for a signature: no seed fixes
/// it, since whoever checks it takes none twice.
pub fn nonce() -> String {
    format!("{:016x}{:016x}", fresh(), fresh())
}
