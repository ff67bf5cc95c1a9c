//! The binary: hands the outside to the library, and its answer to the shell.

use icpctl::cli::context::Terminal;
use icpctl::cli::{Outside, run};
use icpctl::env::Env;
use std::process::ExitCode;

fn main() -> ExitCode {
    leave_no_core();
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

/// Asks the system for no core dump: what is in memory holds personal data and keys.
fn leave_no_core() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let none = Rlimit {
            current: Some(0),
            maximum: Some(0),
        };
        // Where that is not allowed, the limit is what the user has set.
        let _ = setrlimit(Resource::Core, none);
    }
}
