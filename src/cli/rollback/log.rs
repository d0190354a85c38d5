//! What the log covered, told beside an answer.

use regaudit::model::format_timestamp;
use regaudit::rollback::CoveredLog;

use super::plural;
use crate::cli::failure::complain;

/// How many files are told one by one.
const SHOWN: usize = 20;

/// Tells the span of the log, what is missing in it, and its files.
pub(super) fn tell(log: &CoveredLog) {
    let files = plural(log.files.len() as u64, "file");
    match (log.coverage.first, log.coverage.last) {
        (Some(first), Some(last)) => complain(&format!(
            "log: {} to {} (UTC), {files}",
            format_timestamp(first),
            format_timestamp(last)
        )),
        _ => complain(&format!("log: no audit record in {files}")),
    }
    for gap in &log.coverage.gaps {
        let (from, to) = (format_timestamp(gap.from), format_timestamp(gap.to));
        complain(&format!("warning: the log has nothing from {from} to {to} (UTC)"));
    }
    for file in log.files.iter().take(SHOWN) {
        let span = file.first.zip(file.last).map_or_else(
            || "no audit record".to_owned(),
            |(first, last)| format!("{} to {}", format_timestamp(first), format_timestamp(last)),
        );
        complain(&format!("  {}: {}, {span}", file.source, plural(file.records, "record")));
    }
    if log.files.len() > SHOWN {
        complain(&format!("  and {} more", plural((log.files.len() - SHOWN) as u64, "file")));
    }
}
