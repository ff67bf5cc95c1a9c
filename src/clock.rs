//! The only look at the time.

use crate::filing::instant::Instant;
use chrono::Utc;

/// Where the present comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// An instant that `ICPCTL_NOW` fixed, for tests.
    Fixed(Instant),
}

impl Clock {
    /// Returns the present, to the second, in China Standard Time.
    pub fn now(self) -> Instant {
        self.reading().0
    }

    /// Returns the present, and its place within the second in microseconds; 0 where it is fixed.
    ///
    /// Operations recorded in one second keep their order by that place, even where none of them
    /// reads the others.
    pub fn reading(self) -> (Instant, u32) {
        match self {
            #[expect(
                clippy::disallowed_methods,
                reason = "this is the one door to the time"
            )]
            Self::System => {
                let now = Utc::now();
                let second = Instant::from(now).whole_second();
                (second, now.timestamp_subsec_micros())
            }
            Self::Fixed(at) => (at, 0),
        }
    }

    /// Returns the clock that an instant in RFC 3339 fixes.
    ///
    /// # Errors
    /// When the text is no such instant.
    pub fn fixed(text: &str) -> Result<Self, chrono::ParseError> {
        text.parse().map(Self::Fixed)
    }
}

/// Returns the machine's time in nanoseconds since 1970, to compare times of files with.
pub fn machine_time() -> i128 {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one door to the time"
    )]
    let now = Utc::now();
    i128::from(now.timestamp()) * 1_000_000_000 + i128::from(now.timestamp_subsec_nanos())
}
