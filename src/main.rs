//! `regaudit`: tells what happened when users registered security info.

mod cli;

fn main() -> std::process::ExitCode {
    cli::run()
}
