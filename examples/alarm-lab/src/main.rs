//! The command `alarm-lab`: what there is to know stands in its `--help`.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
