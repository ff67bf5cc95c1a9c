//! Asking again: with growing waits, with jitter, and never sooner than the other side wants.

use super::Manner;
use super::error::NetworkError;
use backon::{ExponentialBuilder, Retryable as _};
use std::time::Duration;

/// How what failed in passing is repeated.
#[derive(Clone, Copy, Debug)]
pub struct Retry {
    /// How often at most.
    pub times: u32,
    /// The wait before the first repetition; it doubles.
    pub delay: Duration,
    /// The longest wait.
    pub longest: Duration,
    /// What the jitter is drawn from; the system's dice where there is none.
    pub seed: Option<u64>,
}

/// Something that went wrong, and may be gone in a moment.
pub trait Passing {
    /// Whether the same question may succeed in a moment.
    fn is_passing(&self) -> bool;
    /// How long the other side wants to be left alone.
    fn wait(&self) -> Option<Duration>;
}

impl Passing for NetworkError {
    fn is_passing(&self) -> bool {
        self.is_passing()
    }

    fn wait(&self) -> Option<Duration> {
        self.wait()
    }
}

impl Retry {
    /// Takes the numbers from the configuration.
    pub fn of(manner: &Manner) -> Self {
        Self {
            times: manner.network.retries,
            delay: manner.network.retry_delay.0,
            longest: manner.network.longest_wait.0,
            seed: manner.seed,
        }
    }

    /// Asks until there is an answer, a failure that stays, or no repetition left. A wait that the
    /// other side asks for is kept; one beyond the longest ends it at once.
    ///
    /// # Errors
    /// The last failure.
    pub async fn run<T, E, F, A>(&self, ask: F) -> Result<T, E>
    where
        E: Passing,
        F: FnMut() -> A,
        A: Future<Output = Result<T, E>>,
    {
        #[expect(
            clippy::disallowed_methods,
            reason = "spreads the tries of many runs; the library's own dice, which a seed fixes for tests"
        )]
        let backoff = ExponentialBuilder::default()
            .with_min_delay(self.delay)
            .with_max_delay(self.longest)
            .with_max_times(self.times as usize)
            .with_jitter();
        let backoff = match self.seed {
            Some(seed) => backoff.with_jitter_seed(seed),
            None => backoff,
        };
        let longest = self.longest;
        ask.retry(backoff)
            .sleep(tokio::time::sleep)
            .when(E::is_passing)
            .adjust(move |error: &E, next| {
                let next = next?;
                match error.wait() {
                    None => Some(next),
                    Some(wait) => (wait <= longest).then(|| wait.max(next)),
                }
            })
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use tokio::time::Instant;

    const POLICY: Retry = Retry {
        times: 2,
        delay: Duration::from_secs(1),
        longest: Duration::from_secs(30),
        seed: Some(7),
    };

    fn busy(wait: Option<u64>) -> NetworkError {
        NetworkError::Status {
            host: "record.example.cn".to_owned(),
            status: 429,
            wait: wait.map(Duration::from_secs),
        }
    }

    /// Runs a question that always fails so; returns how often it was asked, and the time it took.
    async fn asked(error: NetworkError) -> (u32, Duration) {
        let count = Cell::new(0);
        let start = Instant::now();
        let outcome: Result<(), _> = POLICY
            .run(|| {
                count.set(count.get() + 1);
                std::future::ready(Err(error.clone()))
            })
            .await;
        assert_eq!(outcome, Err(error));
        (count.get(), start.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn waits_double_with_jitter_and_the_same_seed_gives_the_same() {
        let (count, took) = asked(busy(None)).await;
        assert_eq!(count, 3);
        // One and two seconds, each with up to as much again.
        assert!((3..=6).contains(&took.as_secs()), "{took:?}");
        assert_ne!(took, Duration::from_secs(3));
        assert_eq!(asked(busy(None)).await.1, took);
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_that_is_asked_for_is_kept() {
        let (count, took) = asked(busy(Some(20))).await;
        assert_eq!(count, 3);
        assert!(took >= Duration::from_secs(40), "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_beyond_the_longest_ends_it_at_once() {
        assert_eq!(asked(busy(Some(31))).await, (1, Duration::ZERO));
    }

    #[tokio::test(start_paused = true)]
    async fn what_stays_is_not_asked_again() {
        let host = || "record.example.cn".to_owned();
        for error in [
            NetworkError::Offline { host: host() },
            NetworkError::Denied {
                host: host(),
                said: "403".to_owned(),
            },
            NetworkError::Status {
                host: host(),
                status: 404,
                wait: None,
            },
        ] {
            assert_eq!(asked(error).await, (1, Duration::ZERO));
        }
    }
}
