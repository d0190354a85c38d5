//! The cells of a row of CSV.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use csv_core::ReadRecordResult;

use super::not_utf8;
use crate::error::{Error, ErrorKind, Result};

/// Reads rows, each for itself.
///
/// Readers are kept for other rows, as to make the tables of one takes several times as long as to read
/// a row. A copy of one would lack some of its tables.
#[derive(Debug, Clone)]
pub(in crate::read) struct RowReader {
    delimiter: u8,
    /// Those that no thread reads with.
    idle: Arc<Mutex<Vec<csv_core::Reader>>>,
}

impl RowReader {
    pub(in crate::read) fn new(delimiter: u8) -> Self {
        Self { delimiter, idle: Arc::default() }
    }

    /// What stands between cells.
    pub(in crate::read) fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// The cells of a row.
    pub(in crate::read) fn cells(&self, row: &[u8]) -> Result<csv::StringRecord> {
        std::str::from_utf8(row).map_err(|error| not_utf8(row, error))?;
        let mut reader = self.take();
        // As much as there may be, and one more, so that there is always room.
        let mut text = vec![0; row.len() + 1];
        let mut ends = vec![0; memchr::memchr_iter(self.delimiter, row).count() + 2];
        let (mut found, read, length, mut count) = reader.read_record(row, &mut text, &mut ends);
        if found == ReadRecordResult::InputEmpty {
            let (at_end, _, _, more) =
                reader.read_record(&[], &mut text[length..], &mut ends[count..]);
            found = at_end;
            count += more;
        }
        self.put_back(reader);
        if found != ReadRecordResult::Record {
            return Err(Error::new(ErrorKind::Csv, "a row without cells"));
        }
        // The borders of rows are found by counting quotes, which a quote that stands alone upsets.
        if !row[read..].trim_ascii().is_empty() {
            return Err(Error::new(ErrorKind::Csv, "several rows where one should be")
                .expected("a line feed behind each row, and quotes in pairs around cells")
                .help("a quote inside a cell has to be doubled; export again, or mend the row"));
        }
        let text = std::str::from_utf8(&text[..length]).map_err(|error| not_utf8(row, error))?;
        let mut cells = csv::StringRecord::with_capacity(length, count);
        let mut start = 0;
        for &end in &ends[..count] {
            cells.push_field(&text[start..end]);
            start = end;
        }
        Ok(cells)
    }

    /// A reader before its first row.
    fn take(&self) -> csv_core::Reader {
        let idle = self.idle().pop();
        idle.unwrap_or_else(|| csv_core::ReaderBuilder::new().delimiter(self.delimiter).build())
    }

    fn put_back(&self, mut reader: csv_core::Reader) {
        reader.reset();
        self.idle().push(reader);
    }

    fn idle(&self) -> MutexGuard<'_, Vec<csv_core::Reader>> {
        // Whatever a thread did that panicked, it left whole readers.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PartialEq for RowReader {
    fn eq(&self, other: &Self) -> bool {
        self.delimiter == other.delimiter
    }
}

impl Eq for RowReader {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The first row, and where it ends, as the reader of the crate `csv` finds them.
    fn first_row(text: &[u8], delimiter: u8) -> Option<(csv::StringRecord, usize)> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .from_reader(text);
        let mut cells = csv::StringRecord::new();
        let is_found = reader.read_record(&mut cells).unwrap();
        let end = usize::try_from(reader.position().byte()).unwrap();
        is_found.then_some((cells, end))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn cells_are_those_of_the_first_row(
            parts in prop::collection::vec(prop::sample::select(vec![
                "\"", "\"\"", "\n", "\r", ",", ";", "\",\"", "cell", " ", "é", "\u{feff}", "\0",
            ]), 0..24),
            delimiter in prop::sample::select(vec![b',', b';', b'\t']),
        ) {
            let row = parts.concat();
            let reader = RowReader::new(delimiter);
            for _ in 0..2 {
                let found = reader.cells(row.as_bytes());
                match first_row(row.as_bytes(), delimiter) {
                    Some((cells, end)) if row[end..].trim_ascii().is_empty() => {
                        prop_assert_eq!(found.unwrap(), cells);
                    }
                    _ => prop_assert!(found.is_err()),
                }
            }
        }
    }

    #[test]
    fn rows_are_utf8() {
        assert!(RowReader::new(b',').cells(b"a,\xFF").is_err());
    }
}
