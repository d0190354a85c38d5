//! Which number of a date is the day, as far as a file shows it.

use std::io::Read;
use std::sync::Arc;

use super::detect::row_end;
use super::envelope::RowLayout;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{DateOrder, possible_orders};
use crate::scan::{Blocks, Buffer, CsvSplitter, Piece, Splitter};

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
    pub(super) fn look_through(
        &mut self,
        layout: &RowLayout,
        text: impl Read,
        longest_record: usize,
    ) {
        let splitter = Splitter::Csv(CsvSplitter::default());
        let mut blocks =
            Blocks::new(Buffer::default(), text, splitter, longest_record, Arc::default());
        while let Some(piece) = blocks.next() {
            // What cannot be read is reported when it is read in earnest.
            let Piece::Block(block) = piece else { continue };
            for span in block.spans.iter().flatten() {
                self.look_at_row(layout, &block.buffer.bytes()[span.range.clone()]);
                if self.is_settled() {
                    return;
                }
            }
        }
    }

    fn look_at_row(&mut self, layout: &RowLayout, row: &[u8]) {
        if let Ok(row) = layout.cells(row.trim_ascii_start()) {
            self.look_at_times(layout, &row);
        }
    }

    fn look_at_times(&mut self, layout: &RowLayout, row: &csv::StringRecord) {
        for time in layout.times(row) {
            // A date that is none in either order settles nothing.
            if let Some((day_first, month_first)) = possible_orders(time)
                && (day_first || month_first)
            {
                self.day_first &= day_first;
                self.month_first &= month_first;
                self.example.get_or_insert_with(|| time.to_owned());
            }
        }
    }

    /// The order that the file shows, else the one that was asked for.
    pub(super) fn settle(self, asked: Option<DateOrder>) -> Result<Option<DateOrder>> {
        let Some(example) = self.example else {
            return Ok(asked);
        };
        let dates = |what: &str| format!("dates {what}, such as `{example}`");
        let shown = match (self.day_first, self.month_first) {
            (true, true) => {
                let undecided = Error::quoting(
                    ErrorKind::DateOrder,
                    dates("in which either number may be the day"),
                );
                return asked.map(Some).ok_or_else(|| {
                    undecided
                        .expected("a date that settles it, with a number above 12")
                        .help("say which it is: `--date-order mdy` or `--date-order dmy`")
                });
            }
            (false, false) => {
                let found = Error::quoting(ErrorKind::DateOrder, dates("in both orders"));
                return Err(found.help("export the parts separately; they are of two locales"));
            }
            (true, false) => DateOrder::DayFirst,
            (false, true) => DateOrder::MonthFirst,
        };
        if asked.is_some_and(|asked| asked != shown) {
            let found =
                Error::quoting(ErrorKind::DateOrder, dates("in another order than was asked for"));
            return Err(found.help("leave the date order (`--date-order`) out for this file"));
        }
        Ok(Some(shown))
    }
}
