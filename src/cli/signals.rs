//! SIGINT and SIGTERM while many rows are taken: the first is noted, so that the chunk in hand is
//! finished; a second one ends the program at once, which loses nothing.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::lang::Text;
use crate::text;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Notes the first signal.
#[derive(Debug)]
pub struct Signals {
    arrived: Arc<AtomicUsize>,
    handlers: Vec<signal_hook::SigId>,
}

impl Signals {
    /// Begins to listen.
    ///
    /// # Errors
    /// When the system refuses (1).
    pub fn listen() -> Result<Self, Failure> {
        let mut signals = Self {
            arrived: Arc::new(AtomicUsize::new(0)),
            handlers: Vec::new(),
        };
        let again = Arc::new(AtomicBool::new(false));
        for (signal, exit) in [(SIGINT, Exit::Interrupted), (SIGTERM, Exit::Terminated)] {
            // In this order: a signal that finds the mark of an earlier one ends the program.
            let handlers = [
                flag::register_conditional_default(signal, Arc::clone(&again)),
                flag::register(signal, Arc::clone(&again)),
                flag::register_usize(signal, Arc::clone(&signals.arrived), exit.code().into()),
            ];
            for handler in handlers {
                signals.handlers.push(handler.map_err(|error| {
                    Failure::new(
                        Exit::Failure,
                        "failure.signals",
                        text!(
                            "无法处理信号：{error}",
                            "signals cannot be handled: {error}"
                        ),
                    )
                })?);
            }
        }
        Ok(signals)
    }

    /// Returns the exit of the signal that arrived, if one did.
    pub fn arrived(&self) -> Option<Exit> {
        let code = self.arrived.load(Ordering::SeqCst);
        [Exit::Interrupted, Exit::Terminated]
            .into_iter()
            .find(|exit| usize::from(exit.code()) == code)
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        for handler in self.handlers.drain(..) {
            signal_hook::low_level::unregister(handler);
        }
    }
}

/// What a run that a signal stopped answers: `what` was left.
pub fn stopped(exit: Exit, what: Text) -> Failure {
    let code = if exit == Exit::Interrupted {
        "signalled.interrupt"
    } else {
        "signalled.terminate"
    };
    Failure::new(exit, code, what)
}

/// What a run answers that a signal stopped while rows were `left`.
pub fn stopped_at_rows(exit: Exit, left: usize) -> Failure {
    stopped(
        exit,
        text!(
            "收到信号，已停下；还有 {left} 行没有处理",
            "stopped by a signal; {left} row(s) were not begun"
        ),
    )
}
