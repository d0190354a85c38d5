//! The csv crate on the portal's CSV: byte records into one buffer, five columns looked at.
//!
//! One thread: a line break may stand inside a cell, so nobody can enter a CSV file half-way and be sure.

use csv::{ByteRecord, ReaderBuilder};
use regaudit_rivals::tally::{Event, Tally};
use regaudit_rivals::{Failure, Job};

const BUFFER: usize = 256 << 10;

fn main() -> Result<(), Failure> {
    let job = Job::from_arguments()?;
    let mut reader = ReaderBuilder::new().buffer_capacity(BUFFER).from_path(&job.path)?;
    let header = reader.byte_headers()?.clone();
    let column = |name: &str| {
        let found = header.iter().position(|cell| cell == name.as_bytes());
        found.ok_or(format!("there is no column {name}"))
    };
    let service = column("Service")?;
    let columns = [
        column("Activity")?,
        column("Result")?,
        column("ResultReason")?,
        column("Target1ObjectId")?,
    ];

    let mut tally = Tally::default();
    let mut record = ByteRecord::new();
    while reader.read_byte_record(&mut record)? {
        if &record[service] == b"Authentication Methods" {
            let [activity, result, reason, user] =
                columns.map(|column| str::from_utf8(&record[column]));
            tally.add(Event { activity: activity?, result: result?, reason: reason?, user: user? });
        }
    }
    tally.print()?;
    Ok(())
}
