//! Signals that end the waiting.

use crate::cli::signals::{Listener, unheard};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::network::pause;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// How often signals are looked for while a source is asked.
const GLANCE: Duration = Duration::from_millis(50);

/// SIGINT and SIGTERM, brought where the pause between two looks can end early.
pub(super) struct Interrupts {
    arrived: Receiver<Exit>,
    _listener: Listener,
}

impl Interrupts {
    pub(super) fn listen() -> Result<Self, Failure> {
        let (send, arrived) = channel();
        let listener = Listener::listen(move |exit| send.send(exit).is_ok())
            .map_err(|error| unheard(&error))?;
        Ok(Self {
            arrived,
            _listener: listener,
        })
    }

    /// Pauses; returns the exit of a signal that ended the pause.
    pub(super) fn within(&self, pause: Duration) -> Option<Exit> {
        match self.arrived.recv_timeout(pause) {
            Ok(exit) => Some(exit),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => {
                std::thread::sleep(pause);
                None
            }
        }
    }

    /// Waits for a signal, or for some time; returns the exit of the signal.
    pub(super) async fn or_after(&self, limit: Option<Duration>) -> Option<Exit> {
        let begun = Instant::now();
        loop {
            if let Ok(exit) = self.arrived.try_recv() {
                return Some(exit);
            }
            if limit.is_some_and(|limit| begun.elapsed() >= limit) {
                return None;
            }
            pause(GLANCE).await;
        }
    }
}
