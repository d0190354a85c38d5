//! Which number of a date is the day, as far as a file shows it.

use std::io::Read;

use super::detect::row_end;
use super::envelope::{RowLayout, row_cells};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{DateOrder, possible_orders};

/// Which orders the dates seen so far allow.
pub(super) struct Orders {
    day_first: bool,
    month_first: bool,
    example: Option<String>,
}

impl Default for Orders {
    fn default() -> Self {
        Self { day_first: true, month_first: true, example: None }
    }
}

impl Orders {
    pub(super) fn is_settled(&self) -> bool {
        self.day_first != self.month_first
    }

    /// Looks at the rows of a text whose first row is the header; the last one only if it is whole.
    pub(super) fn look_at(&mut self, layout: &RowLayout, text: &[u8], is_whole: bool) {
        let mut start = row_end(text, 0, is_whole).unwrap_or(text.len());
        while let Some(end) = row_end(text, start, is_whole) {
            self.look_at_row(layout, &text[start..end]);
            start = end;
        }
    }

    /// Looks at row after row until the order is settled.
    pub(super) fn look_through(&mut self, layout: &RowLayout, text: Box<dyn Read + Send + '_>) {
        let mut rows = csv::ReaderBuilder::new()
            .flexible(true)
            .delimiter(layout.delimiter())
            .from_reader(text);
        let mut row = csv::StringRecord::new();
        // A row that cannot be read is reported when it is read in earnest.
        while !self.is_settled() && matches!(rows.read_record(&mut row), Ok(true)) {
            self.look_at_times(layout, &row);
        }
    }

    fn look_at_row(&mut self, layout: &RowLayout, row: &[u8]) {
        if let Ok(row) = row_cells(row.trim_ascii_start(), layout.delimiter()) {
            self.look_at_times(layout, &row);
        }
    }

    fn look_at_times(&mut self, layout: &RowLayout, row: &csv::StringRecord) {
        for time in layout.times(row) {
            if let Some((day_first, month_first)) = possible_orders(time) {
                self.day_first &= day_first;
                self.month_first &= month_first;
                self.example.get_or_insert_with(|| time.to_owned());
            }
        }
    }

    pub(super) fn settle(self) -> Result<Option<DateOrder>> {
        match (self.example, self.day_first, self.month_first) {
            (None, ..) => Ok(None),
            (_, true, false) => Ok(Some(DateOrder::DayFirst)),
            (_, false, true) => Ok(Some(DateOrder::MonthFirst)),
            (Some(example), true, true) => Err(Error::new(
                ErrorKind::DateOrder,
                format!("dates such as `{example}`, in which either number may be the day"),
            )
            .expected("a date that settles it, with a number above 12")
            .help("say which it is: `--date-order mdy` or `--date-order dmy`")),
            (Some(example), false, false) => Err(Error::new(
                ErrorKind::DateOrder,
                format!("dates in both orders, such as `{example}`"),
            )
            .help("export the parts separately; the file was put together from two locales")),
        }
    }
}
