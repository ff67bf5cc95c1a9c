//! Commands whose answer is text as it stands: completions, man pages, schemas, templates.

use crate::cli::context::Context;
use crate::failure::Failure;
use crate::text;

/// Refuses a format that was asked for by a flag; a twin in the environment is ignored.
///
/// # Errors
/// When `--json` or `--format` was typed (2).
pub fn refuse_format(cx: &Context<'_>) -> Result<(), Failure> {
    if cx.globals.format_by_flag {
        return Err(Failure::usage(text!(
            "此命令只输出原样文本，不接受 --json 和 --format",
            "this command prints plain text and takes neither --json nor --format"
        ))
        .hint(text!(
            "去掉 --json 或 --format",
            "leave out --json or --format"
        )));
    }
    Ok(())
}
