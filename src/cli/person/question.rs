//! Questions on the terminal, each of which a whole line answers.

use crate::cli::signals::{self, Listener};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::text;
use std::io::{self, BufRead as _, Write};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

/// What ends a question.
enum Heard {
    Line(io::Result<String>),
    Signal(Exit),
}

/// Questions that belong together: a signal ends them, between two of them too.
pub struct Questions {
    tell: Sender<Heard>,
    heard: Receiver<Heard>,
    _listener: Listener,
}

impl Questions {
    /// Begins to listen for signals.
    ///
    /// # Errors
    /// When the system refuses (2).
    pub fn begin() -> Result<Self, Failure> {
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

    /// Asks, and returns the line that is typed, without what is around it; none where the input ends.
    ///
    /// # Errors
    /// When it cannot be asked (2), and when a signal stops it (130, 143).
    pub fn ask(&self, err: &mut dyn Write, question: &str) -> Result<Option<String>, Failure> {
        if let Ok(Heard::Signal(exit)) = self.heard.try_recv() {
            return Err(stopped(exit));
        }
        write!(err, "{question} ")
            .and_then(|()| err.flush())
            .map_err(|error| unasked(&error))?;
        let tell = self.tell.clone();
        thread::spawn(move || {
            let mut line = Vec::new();
            let read = io::stdin().lock().read_until(b'\n', &mut line);
            let line = read.map(|_| String::from_utf8_lossy(&line).into_owned());
            let _ = tell.send(Heard::Line(line));
        });
        match self.heard.recv() {
            Ok(Heard::Line(Ok(line))) if line.ends_with('\n') => Ok(Some(line.trim().to_owned())),
            Ok(Heard::Line(Ok(_))) => {
                // The cursor still stands behind the question.
                let _ = writeln!(err);
                Ok(None)
            }
            Ok(Heard::Line(Err(error))) => Err(unasked(&error)),
            Ok(Heard::Signal(exit)) => {
                let _ = writeln!(err);
                Err(stopped(exit))
            }
            Err(error) => Err(unasked(&io::Error::other(error))),
        }
    }
}

/// Asks one question.
///
/// # Errors
/// As [`Questions::ask`].
pub fn ask(err: &mut dyn Write, question: &str) -> Result<Option<String>, Failure> {
    Questions::begin()?.ask(err, question)
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
