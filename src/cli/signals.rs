//! SIGINT and SIGTERM: noted while many rows are taken, and told to who waits for something.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::lang::Text;
use crate::text;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Notes the first signal, so that the chunk in hand is finished; a second one ends the program at
/// once, which loses nothing.
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
                let handler = handler.map_err(|error| unheard(&error))?;
                signals.handlers.push(handler);
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

/// Tells of each signal, from a thread of its own, until it is dropped.
///
/// Where the system is no Unix nothing is told: Ctrl-C ends the program there, as it does by
/// default.
#[derive(Debug)]
pub struct Listener {
    #[cfg(unix)]
    handle: signal_hook::iterator::Handle,
}

impl Listener {
    /// Begins to listen, and hands the exit of each signal to `tell` until that says no.
    ///
    /// # Errors
    /// When the system refuses.
    #[cfg(unix)]
    pub fn listen(mut tell: impl FnMut(Exit) -> bool + Send + 'static) -> io::Result<Self> {
        let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM])?;
        let handle = signals.handle();
        std::thread::spawn(move || {
            for signal in signals.forever() {
                let exit = if signal == SIGINT {
                    Exit::Interrupted
                } else {
                    Exit::Terminated
                };
                if !tell(exit) {
                    break;
                }
            }
        });
        Ok(Self { handle })
    }

    /// Leaves signals to the system.
    ///
    /// # Errors
    /// Never.
    #[cfg(not(unix))]
    #[allow(clippy::unnecessary_wraps, reason = "elsewhere the system can refuse")]
    pub fn listen(_: impl FnMut(Exit) -> bool + Send + 'static) -> io::Result<Self> {
        Ok(Self {})
    }
}

#[cfg(unix)]
impl Drop for Listener {
    fn drop(&mut self) {
        self.handle.close();
    }
}

/// Returns what a run says that cannot listen to signals.
pub fn unheard(error: &io::Error) -> Failure {
    Failure::new(
        Exit::Failure,
        "failure.signals",
        text!(
            "无法处理信号：{error}",
            "signals cannot be handled: {error}"
        ),
    )
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
