//! Writes a synthetic Microsoft Entra audit-log export, and what a reader has to find in it.
//!
//! ```text
//! cargo run --release --example generate -- --shape diagnostic --size 1GB --share 5 --seed 7 -o audit.json
//! ```
//!
//! The export goes to the file or to standard output, the expected counts to standard error as one
//! JSON object. The same arguments give the same bytes on every machine.
#![allow(clippy::print_stderr, reason = "a program, whose account goes to standard error")]

mod export;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use export::{Expected, Limit, Options, Shape};

/// Write a synthetic Microsoft Entra audit-log export.
#[derive(Parser)]
struct Arguments {
    /// The form of the export, such as graph, portal-csv, diagnostic, event-hub or data-export.
    #[arg(long)]
    shape: Shape,
    /// Stop after this many records.
    #[arg(long, default_value_t = 1000, conflicts_with = "size")]
    records: u64,
    /// Stop after this many bytes, counted before compression: 500kB, 20MB, 1GB.
    #[arg(long, value_parser = parse_size)]
    size: Option<u64>,
    /// How many records in a hundred are registration events.
    #[arg(long, default_value_t = 5.0, value_parser = parse_share)]
    share: f64,
    /// Chooses one export among many alike.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many people the tenant has.
    #[arg(long, default_value_t = 2000, value_parser = clap::value_parser!(u64).range(1..=1_000_000_000))]
    users: u64,
    /// Plant content that is hard to scan: escapes, look-alikes, braces in strings, long values.
    #[arg(long)]
    traps: bool,
    /// Compress the export.
    #[arg(long)]
    gzip: bool,
    /// Where to write; standard output when missing.
    #[arg(short, long)]
    output: Option<PathBuf>,
}

impl Arguments {
    fn options(&self) -> Options {
        Options {
            limit: self.size.map_or(Limit::Records(self.records), Limit::Bytes),
            share: self.share,
            seed: self.seed,
            users: self.users,
            traps: self.traps,
            ..Options::new(self.shape, self.records)
        }
    }
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("generate: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> io::Result<()> {
    let out: Box<dyn Write> = match &arguments.output {
        Some(path) => Box::new(create(path)?),
        None => Box::new(io::stdout().lock()),
    };
    let expected = generate(&arguments.options(), arguments.gzip, out)?;
    writeln!(io::stderr(), "{}", describe(&expected))
}

/// The file, or an error that names it.
fn create(path: &Path) -> io::Result<File> {
    File::create(path)
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
}

fn generate(options: &Options, gzip: bool, out: Box<dyn Write>) -> io::Result<Expected> {
    let mut out = BufWriter::new(out);
    if !gzip {
        let expected = export::write(options, &mut out)?;
        out.flush()?;
        return Ok(expected);
    }
    let mut compressed = GzEncoder::new(out, Compression::fast());
    let expected = export::write(options, &mut compressed)?;
    compressed.finish()?.flush()?;
    Ok(expected)
}

fn describe(expected: &Expected) -> serde_json::Value {
    json!({
        "records": expected.records,
        "events": expected.events,
        "by_activity": expected.by_activity,
        "by_outcome": expected.by_outcome,
        "users": expected.users,
        "maintenance": expected.maintenance,
        "twins": expected.twins,
    })
}

/// A number of bytes, with `kB`, `MB` or `GB` for thousands, millions or billions behind it.
fn parse_size(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = match text[digits.len()..].to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" => 1_000,
        "m" | "mb" => 1_000_000,
        "g" | "gb" => 1_000_000_000,
        other => return Err(format!("`{other}` is no unit; use kB, MB or GB")),
    };
    let count: u64 = digits.parse().map_err(|error| format!("`{digits}`: {error}"))?;
    count.checked_mul(unit).ok_or_else(|| format!("`{text}` is more bytes than can be counted"))
}

fn parse_share(text: &str) -> Result<f64, String> {
    let share: f64 = text.parse().map_err(|error| format!("`{text}`: {error}"))?;
    if (0.0..=100.0).contains(&share) { Ok(share) } else { Err("use 0 to 100".to_owned()) }
}
