//! The yardstick of start-up: a program of one subcommand and one option that does nothing else.
//!
//! ```sh
//! cargo build --release --example startup
//! ```

use clap::{Arg, Command};

fn main() {
    let list = Command::new("list").arg(Arg::new("status"));
    let line = Command::new("startup")
        .version("1")
        .arg(Arg::new("dir").long("dir"))
        .subcommand(list);
    drop(line.get_matches());
}
