//! How many questions one host gets at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The turns at each host.
#[derive(Clone, Debug)]
pub struct Limits {
    per_host: usize,
    hosts: Arc<Mutex<HashMap<String, Arc<Semaphore>>>>,
}

/// A turn at a host: it ends when this is dropped.
#[derive(Debug)]
pub struct Turn(#[expect(dead_code, reason = "held, not read")] Option<OwnedSemaphorePermit>);

impl Limits {
    /// Allows `per_host` questions at once, at least one, and no more than can be counted.
    pub fn new(per_host: usize) -> Self {
        Self {
            per_host: per_host.clamp(1, Semaphore::MAX_PERMITS),
            hosts: Arc::default(),
        }
    }

    /// Waits for a turn at a host; `fewer` is a limit of the service's own.
    pub async fn turn(&self, host: &str, fewer: Option<usize>) -> Turn {
        let allowed = fewer.map_or(self.per_host, |fewer| fewer.clamp(1, self.per_host));
        let turns = {
            let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
            let turns = hosts
                .entry(host.to_owned())
                .or_insert_with(|| Arc::new(Semaphore::new(allowed)));
            Arc::clone(turns)
        };
        // It is never closed.
        Turn(turns.acquire_owned().await.ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::time::Duration;

    async fn most_at_once(limits: &Limits, hosts: &[&str], fewer: Option<usize>) -> usize {
        let (now, most) = (Cell::new(0), Cell::new(0));
        let ask = async |host: &str| {
            let turn = limits.turn(host, fewer).await;
            now.set(now.get() + 1);
            most.set(most.get().max(now.get()));
            tokio::time::sleep(Duration::from_secs(1)).await;
            now.set(now.get() - 1);
            drop(turn);
        };
        futures_util::future::join_all(hosts.iter().map(|host| ask(host))).await;
        most.get()
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_gets_no_more_than_allowed_and_others_need_not_wait() {
        let limits = Limits::new(2);
        assert_eq!(most_at_once(&limits, &["a"; 9], None).await, 2);
        assert_eq!(most_at_once(&limits, &["b"; 9], Some(1)).await, 1);
        assert_eq!(
            most_at_once(&limits, &["c", "c", "c", "d", "d"], None).await,
            4
        );
    }
}
