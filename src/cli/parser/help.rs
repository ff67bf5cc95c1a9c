//! What the help of every command is made of.

use crate::exit::Exit;
use crate::lang::Lang;
use crate::text;
use clap::Arg;
use std::fmt::Write as _;

/// Puts an argument under its heading in the help.
pub fn under_heading(arg: Arg, lang: Lang) -> Arg {
    let heading = if arg.is_positional() {
        text!("参数", "Arguments")
    } else {
        text!("选项", "Options")
    };
    arg.help_heading(heading.get(lang).to_owned())
}

/// What the parser writes in English in its help, and ours in Chinese.
const WORDS: [(&str, &str); 8] = [
    ("[OPTIONS]", "[选项]"),
    ("[possible values: ", "[可用的值："),
    ("[possible values:\n", "[可用的值：\n"),
    ("[alias: ", "[别名："),
    ("参数:\n", "参数：\n"),
    ("选项:\n", "选项：\n"),
    ("[aliases: ", "[别名："),
    ("[default: ", "[缺省："),
];

/// Returns the parser's help in one language.
pub fn in_language(help: &str, lang: Lang) -> String {
    match lang {
        Lang::En => help.to_owned(),
        Lang::Zh => WORDS
            .iter()
            .fold(help.to_owned(), |help, (en, zh)| help.replace(en, zh)),
    }
}

/// Returns what stands below the help of a command whose exit code scripts read: what each means,
/// and command lines to begin with.
pub fn below(exits: &[Exit], examples: &[&str], lang: Lang) -> String {
    let mut page = text!("退出码：", "Exit codes:").get(lang).to_owned();
    for exit in exits {
        let (code, meaning) = (exit.code(), exit.meaning());
        // Writing to a String never fails.
        let _ = write!(page, "\n  {code:<3} {}", meaning.get(lang));
    }
    let _ = write!(page, "\n\n{}", text!("例：", "Examples:").get(lang));
    for example in examples {
        let _ = write!(page, "\n  icpctl {example}");
    }
    page
}
