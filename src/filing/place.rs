//! The place of a service in an order.

use std::fmt;
use std::num::NonZeroUsize;

/// The place of a service in an order, from 1 as people count; what stands at it need not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place(NonZeroUsize);

impl Place {
    /// The first place.
    pub const FIRST: Self = Self(NonZeroUsize::MIN);

    /// Returns the place of what stands at an index, from 0.
    pub const fn of(index: usize) -> Self {
        Self(NonZeroUsize::MIN.saturating_add(index))
    }

    /// Returns the place that a number names; 0 is none.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }

    /// Returns the index, from 0, of what stands at it.
    pub const fn index(self) -> usize {
        self.0.get() - 1
    }

    /// Returns the number.
    pub const fn number(self) -> usize {
        self.0.get()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
