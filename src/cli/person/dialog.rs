//! How a question is put on a terminal: a line that is edited as it is typed, or a list to choose from.

use super::consent::declined;
use super::question::{Hearing, stopped, unasked};
use crate::cli::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::lang::{Lang, Text};
use crate::render::style::Color;
use crate::text;
use inquire::ui::{RenderConfig, Styled};
use inquire::validator::Validation;
use inquire::{InquireError, Select, Text as Line};
use std::fmt;
use std::io;

/// How many entries of a list are shown at once.
const SHOWN: usize = 12;

/// One question: its words, and what is said beneath it.
pub(super) struct Question {
    /// What is asked for.
    pub prompt: Text,
    /// What there is to say about the answer.
    pub help: Option<Text>,
}

/// One entry of a list: what it stands for, and its words.
#[derive(Clone)]
pub(super) struct Choice {
    /// What it stands for; nothing where the question is left open.
    pub value: Option<String>,
    /// How it is called.
    pub shown: String,
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

/// Asks for a line until `check` finds nothing wrong with it; none where it is left empty.
///
/// # Errors
/// When it cannot be asked (2), Esc declines it (13), or a signal stops it (130, 143).
pub(super) fn line(
    cx: &Context<'_>,
    question: &Question,
    check: impl Fn(&str) -> Option<Text> + Clone + Send + 'static,
) -> Result<Option<String>, Failure> {
    let (lang, style) = (cx.lang, style(cx));
    let (prompt, help) = words(question, lang);
    let answer = put(move || {
        let check = move |typed: &str| {
            Ok(match check(typed.trim()) {
                Some(wrong) => Validation::Invalid(wrong.get(lang).into()),
                None => Validation::Valid,
            })
        };
        let mut line = Line::new(&prompt)
            .with_validator(check)
            .with_render_config(style);
        line.help_message = help.as_deref();
        line.prompt()
    })?;
    let answer = answer.trim().to_owned();
    Ok((!answer.is_empty()).then_some(answer))
}

/// Asks for one of a list, which what is typed narrows.
///
/// # Errors
/// As [`line()`].
pub(super) fn choose(
    cx: &Context<'_>,
    question: &Question,
    choices: Vec<Choice>,
) -> Result<Option<String>, Failure> {
    let (lang, style) = (cx.lang, style(cx));
    let (prompt, help) = words(question, lang);
    let keys = text!(
        "↑↓ 选择，回车确认，输入文字筛选",
        "↑↓ to move, Enter to choose, type to filter"
    );
    let help = match help {
        Some(help) => format!("{help} [{}]", keys.get(lang)),
        None => keys.get(lang).to_owned(),
    };
    let chosen = put(move || {
        Select::new(&prompt, choices)
            .with_help_message(&help)
            .with_page_size(SHOWN)
            .with_scorer(&narrowed)
            .with_render_config(style)
            .prompt()
    })?;
    Ok(chosen.value)
}

/// Keeps the entries that hold what was typed, in the order of the list.
fn narrowed(typed: &str, _: &Choice, shown: &str, place: usize) -> Option<i64> {
    let is_meant = shown.to_lowercase().contains(&typed.to_lowercase());
    let rank = i64::try_from(place).unwrap_or(i64::MAX);
    is_meant.then_some(-rank)
}

fn words(question: &Question, lang: Lang) -> (String, Option<String>) {
    let help = question.help.as_ref().map(|help| help.get(lang).to_owned());
    (question.prompt.get(lang).to_owned(), help)
}

fn style(cx: &Context<'_>) -> RenderConfig<'static> {
    let style = match cx.color_of_questions() {
        Color::On => RenderConfig::default_colored(),
        Color::Off => RenderConfig::empty(),
    };
    style.with_canceled_prompt_indicator(Styled::new(""))
}

/// Puts a question, and leaves the terminal as it was, however that ends.
fn put<T: Send + 'static>(
    ask: impl FnOnce() -> Result<T, InquireError> + Send + 'static,
) -> Result<T, Failure> {
    let was = State::read();
    let answer = Hearing::begin()?.wait(ask).inspect_err(|_| was.restore())?;
    answer.map_err(|error| match error {
        InquireError::OperationCanceled => declined(),
        InquireError::OperationInterrupted => stopped(Exit::Interrupted),
        InquireError::IO(error) => unasked(&error),
        error @ (InquireError::NotTTY
        | InquireError::InvalidConfiguration(_)
        | InquireError::Custom(_)) => unasked(&io::Error::other(error)),
    })
}

/// How the terminal reads keys.
struct State {
    #[cfg(unix)]
    modes: Option<rustix::termios::Termios>,
}

impl State {
    #[cfg(unix)]
    fn read() -> Self {
        Self {
            modes: rustix::termios::tcgetattr(io::stdin()).ok(),
        }
    }

    #[cfg(unix)]
    fn restore(&self) {
        use rustix::termios::{OptionalActions, tcsetattr};
        if let Some(modes) = &self.modes {
            let _ = tcsetattr(io::stdin(), OptionalActions::Drain, modes);
        }
        // The cursor is shown again, what is pasted is not told apart any more, and the line ends.
        let _ = io::Write::write_all(&mut io::stderr(), b"\x1b[?25h\x1b[?2004l\r\n");
    }

    #[cfg(not(unix))]
    fn read() -> Self {
        Self {}
    }

    #[cfg(not(unix))]
    fn restore(&self) {}
}
