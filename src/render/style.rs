//! Colours: four of them, each beside a word that says the same.

use clap::ColorChoice;
use clap::builder::styling::{AnsiColor, Style};
use std::borrow::Cow;

/// What a piece of text means, and so its colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Nothing in particular: not coloured.
    #[default]
    Plain,
    /// Approved: green.
    Approved,
    /// Somebody has to act: yellow.
    Action,
    /// Rejected, lapsed, refused: red.
    Against,
    /// An id or a command to type: cyan.
    Name,
}

/// Whether a stream is coloured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Color {
    /// With ANSI colours.
    On,
    /// Plain text.
    #[default]
    Off,
}

/// What the surroundings of one stream say about colour.
#[derive(Clone, Copy, Debug, Default)]
pub struct Surroundings<'a> {
    /// The value of `FORCE_COLOR`.
    pub force_color: Option<&'a str>,
    /// The value of `CLICOLOR_FORCE`.
    pub clicolor_force: Option<&'a str>,
    /// The value of `NO_COLOR`.
    pub no_color: Option<&'a str>,
    /// The value of `TERM`.
    pub term: Option<&'a str>,
    /// Whether the stream is a terminal.
    pub is_terminal: bool,
}

impl Color {
    /// Returns the colour of a stream: `--color`, then `FORCE_COLOR` and `CLICOLOR_FORCE`,
    /// then `NO_COLOR`, then `TERM=dumb`, then whether it is a terminal.
    pub fn decide(choice: ColorChoice, surroundings: &Surroundings<'_>) -> Self {
        let forced = |value: Option<&str>| value.is_some_and(|v| !v.is_empty() && v != "0");
        let on = match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => {
                forced(surroundings.force_color)
                    || forced(surroundings.clicolor_force)
                    || (surroundings.no_color.is_none_or(str::is_empty)
                        && surroundings.term != Some("dumb")
                        && surroundings.is_terminal)
            }
        };
        if on { Self::On } else { Self::Off }
    }
}

impl Tone {
    const ALL: [(char, Self); 5] = [
        ('p', Self::Plain),
        ('y', Self::Approved),
        ('a', Self::Action),
        ('x', Self::Against),
        ('n', Self::Name),
    ];

    /// Returns a character that stands for the tone.
    pub(super) const fn mark(self) -> char {
        Self::ALL[self as usize].0
    }

    /// Returns the tone that a character stands for.
    pub(super) fn marked(mark: char) -> Self {
        let known = Self::ALL.iter().find(|(own, _)| *own == mark);
        known.map_or(Self::Plain, |(_, tone)| *tone)
    }

    /// Returns `text` in this tone.
    pub fn paint(self, text: &str, color: Color) -> Cow<'_, str> {
        match (color, self.style()) {
            (Color::On, Some(style)) if !text.is_empty() => {
                Cow::Owned(format!("{style}{text}{style:#}"))
            }
            (Color::On | Color::Off, Some(_) | None) => Cow::Borrowed(text),
        }
    }

    fn style(self) -> Option<Style> {
        let color = match self {
            Self::Plain => return None,
            Self::Approved => AnsiColor::Green,
            Self::Action => AnsiColor::Yellow,
            Self::Against => AnsiColor::Red,
            Self::Name => AnsiColor::Cyan,
        };
        Some(color.on_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_that_speaks_decides() {
        let terminal = Surroundings {
            is_terminal: true,
            ..Surroundings::default()
        };
        let no_color = Surroundings {
            no_color: Some("1"),
            ..terminal
        };
        let forced = Surroundings {
            force_color: Some("1"),
            no_color: Some("1"),
            ..Surroundings::default()
        };
        let auto = |surroundings| Color::decide(ColorChoice::Auto, &surroundings);
        assert_eq!(auto(terminal), Color::On);
        assert_eq!(auto(Surroundings::default()), Color::Off);
        assert_eq!(auto(no_color), Color::Off);
        assert_eq!(
            auto(Surroundings {
                no_color: Some(""),
                ..terminal
            }),
            Color::On
        );
        assert_eq!(
            auto(Surroundings {
                term: Some("dumb"),
                ..terminal
            }),
            Color::Off
        );
        assert_eq!(auto(forced), Color::On);
        assert_eq!(
            auto(Surroundings {
                force_color: Some("0"),
                ..no_color
            }),
            Color::Off
        );
        assert_eq!(
            auto(Surroundings {
                clicolor_force: Some("1"),
                force_color: None,
                ..forced
            }),
            Color::On
        );
        assert_eq!(Color::decide(ColorChoice::Never, &forced), Color::Off);
        assert_eq!(Color::decide(ColorChoice::Always, &no_color), Color::On);
    }

    #[test]
    fn a_tone_is_painted_only_where_colour_is_on() {
        assert_eq!(
            Tone::Approved.paint("已通过", Color::On),
            "\u{1b}[32m已通过\u{1b}[0m"
        );
        assert_eq!(Tone::Approved.paint("已通过", Color::Off), "已通过");
        assert_eq!(Tone::Plain.paint("草稿", Color::On), "草稿");
    }
}
