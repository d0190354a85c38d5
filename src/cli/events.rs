//! `regaudit events`: the events, one a row.

use std::io;

use regaudit::catalogue::Family;
use regaudit::report::{event_cells, event_columns};

use super::Ending;
use super::args::EventsArguments;
use super::output::Output;
use super::rows::Rows;
use super::session::Session;

/// The columns of a table for people.
const SHOWN: [&str; 7] =
    ["time", "activity", "outcome", "methods", "reason", "actor_kind", "target_upn"];

pub(super) fn run(arguments: &EventsArguments) -> io::Result<Ending> {
    let filter = arguments.filter.filter(&[Family::Registration]);
    let hides_unknown = !filter.families.is_empty() && !filter.families.contains(&Family::Other);
    let reader = arguments.input.reader().filter(filter);
    let mut session = Session::new(arguments.output.mask, arguments.input.on_error);
    let output = Output::open(&arguments.output.destination)?;
    let is_shown = |name: &str| SHOWN.contains(&name);
    let mut rows = Rows::new(arguments.format, output, event_columns(), is_shown)?;
    let read = session.read(reader.paths(&arguments.input.paths), |event, classification| {
        rows.write(event_cells(event, classification))
    })?;
    let Some(report) = read else {
        return Ok(Ending::Failed);
    };
    rows.finish()?;
    if hides_unknown {
        session.tell_unknown(&report);
    }
    Ok(session.ending(report.tally().yielded > 0))
}
