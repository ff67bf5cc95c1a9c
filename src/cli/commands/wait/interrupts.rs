//! Signals that end the waiting.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::network::pause;
use crate::text;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError, channel};
use std::time::{Duration, Instant};

/// How often signals are looked for while a source is asked.
const GLANCE: Duration = Duration::from_millis(50);

/// SIGINT and SIGTERM, brought where the pause between two looks can end early.
pub(super) struct Interrupts {
    arrived: Receiver<i32>,
    handle: signal_hook::iterator::Handle,
}

impl Interrupts {
    pub(super) fn listen() -> Result<Self, Failure> {
        let mut signals = Signals::new([SIGINT, SIGTERM]).map_err(|error| {
            Failure::new(
                Exit::Failure,
                "failure.signals",
                text!(
                    "无法处理信号：{error}",
                    "signals cannot be handled: {error}"
                ),
            )
        })?;
        let handle = signals.handle();
        let (send, arrived) = channel();
        std::thread::spawn(move || {
            for signal in signals.forever() {
                if send.send(signal).is_err() {
                    break;
                }
            }
        });
        Ok(Self { arrived, handle })
    }

    /// Pauses; returns the exit of a signal that ended the pause.
    pub(super) fn within(&self, pause: Duration) -> Option<Exit> {
        match self.arrived.recv_timeout(pause) {
            Ok(SIGINT) => Some(Exit::Interrupted),
            Ok(_) => Some(Exit::Terminated),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => {
                std::thread::sleep(pause);
                None
            }
        }
    }
}

impl Interrupts {
    /// Waits for a signal, or for some time; returns the exit of the signal.
    pub(super) async fn or_after(&self, limit: Option<Duration>) -> Option<Exit> {
        let begun = Instant::now();
        loop {
            match self.arrived.try_recv() {
                Ok(SIGINT) => return Some(Exit::Interrupted),
                Ok(_) => return Some(Exit::Terminated),
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => {}
            }
            if limit.is_some_and(|limit| begun.elapsed() >= limit) {
                return None;
            }
            pause(GLANCE).await;
        }
    }
}

impl Drop for Interrupts {
    fn drop(&mut self) {
        self.handle.close();
    }
}
