//! The binary: hands the outside to the library, and its answer to the shell.

use icpctl::cli::context::Terminal;
use icpctl::cli::{Outside, run};
use icpctl::env::Env;
use std::process::ExitCode;

fn main() -> ExitCode {
    let env = Env::read();
    let exit = run(Outside {
        args: std::env::args_os().collect(),
        env: &env,
        terminal: Terminal::look(),
        current: std::env::current_dir().unwrap_or_default(),
        out: &mut std::io::stdout().lock(),
        err: &mut std::io::stderr().lock(),
    });
    ExitCode::from(exit.code())
}
