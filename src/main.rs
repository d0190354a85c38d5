//! `regaudit`: tells what happened when users registered security info.

mod cli;

#[cfg(feature = "polars")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    cli::run()
}
