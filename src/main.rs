//! The binary: hands the outside to the library, and its answer to the shell.

use icpctl::cli::context::Terminal;
use icpctl::cli::{Outside, asks_for_version, run, tell_version};
use icpctl::env::Env;
use std::ffi::OsString;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().collect();
    // Asked for often, by scripts that look whether it is there: nothing else is looked at.
    if asks_for_version(&args) {
        return ExitCode::from(
            tell_version(
                &mut std::io::stdout().lock(),
                &mut std::io::stderr().lock(),
                &Env::read(),
            )
            .code(),
        );
    }
    leave_no_core();
    outlive_large_files();
    let env = Env::read();
    let exit = run(Outside {
        args,
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

/// Lets a write beyond the limit on the size of files fail, and be told, where it would end the
/// program without a word.
fn outlive_large_files() {
    #[cfg(unix)]
    {
        use signal_hook::consts::SIGXFSZ;
        // Where the system refuses, it ends the program.
        let _ = signal_hook::flag::register(SIGXFSZ, std::sync::Arc::default());
    }
}
