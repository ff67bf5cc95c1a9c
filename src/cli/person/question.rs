//! A question on the terminal.

use crate::cli::signals::{self, Listener};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::text;
use std::io::{self, Write};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

/// What ends a question.
enum Heard<T> {
    Answer(T),
    Signal(Exit),
}

/// Asks, and returns the line that is typed, without what is around it; none where the input ends.
///
/// # Errors
/// When it cannot be asked (2), and when a signal stops it (130, 143).
pub fn ask(err: &mut dyn Write, question: &str) -> Result<Option<String>, Failure> {
    let hearing = Hearing::begin()?;
    write!(err, "{question} ")
        .and_then(|()| err.flush())
        .map_err(|error| unasked(&error))?;
    let read = || {
        let mut line = String::new();
        io::stdin().read_line(&mut line).map(|_| line)
    };
    match hearing.wait(read) {
        Ok(Ok(line)) if line.ends_with('\n') => Ok(Some(line.trim().to_owned())),
        Ok(Ok(_)) => {
            // The cursor still stands behind the question.
            let _ = writeln!(err);
            Ok(None)
        }
        Ok(Err(error)) => Err(unasked(&error)),
        Err(failure) => {
            let _ = writeln!(err);
            Err(failure)
        }
    }
}

/// A question that is about to be shown: from then on a signal ends it.
pub(super) struct Hearing<T> {
    tell: Sender<Heard<T>>,
    heard: Receiver<Heard<T>>,
    _listener: Listener,
}

impl<T: Send + 'static> Hearing<T> {
    /// Begins to listen for signals.
    ///
    /// # Errors
    /// When the system refuses (2).
    pub(super) fn begin() -> Result<Self, Failure> {
        let (tell, heard) = channel();
        let of_signals = tell.clone();
        let listener = Listener::listen(move |exit| of_signals.send(Heard::Signal(exit)).is_ok())
            .map_err(|error| unasked(&error))?;
        Ok(Self {
            tell,
            heard,
            _listener: listener,
        })
    }

    /// Waits for what `read` hears from a person, on a thread of its own.
    ///
    /// # Errors
    /// When it cannot be waited for (2), and when a signal came first (130, 143).
    pub(super) fn wait(self, read: impl FnOnce() -> T + Send + 'static) -> Result<T, Failure> {
        let Self {
            tell,
            heard,
            _listener,
        } = self;
        thread::spawn(move || {
            let _ = tell.send(Heard::Answer(read()));
        });
        match heard.recv() {
            Ok(Heard::Answer(answer)) => Ok(answer),
            Ok(Heard::Signal(exit)) => Err(stopped(exit)),
            Err(error) => Err(unasked(&io::Error::other(error))),
        }
    }
}

/// Asks, and returns whether the answer is yes; everything but a plain yes is no.
///
/// # Errors
/// As [`ask`].
pub fn agrees(err: &mut dyn Write, question: &str) -> Result<bool, Failure> {
    let answer = ask(err, &format!("{question} [y/N]"))?.unwrap_or_default();
    Ok(["y", "yes", "是"].contains(&answer.to_lowercase().as_str()))
}

/// The failure of a question that a signal stopped: what it asks about was not begun.
pub fn stopped(exit: Exit) -> Failure {
    signals::stopped(
        exit,
        text!(
            "收到信号，已停下；什么都没有改动",
            "stopped by a signal; nothing was changed"
        ),
    )
}

/// The failure of a question that could not be asked.
pub fn unasked(error: &io::Error) -> Failure {
    Failure::new(
        Exit::Usage,
        "usage.prompt",
        text!(
            "无法提问：{error}",
            "the question could not be asked: {error}"
        ),
    )
}
