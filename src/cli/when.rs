//! Points in time as people write them.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use regaudit::model::parse_timestamp;

/// Reads RFC 3339, a date (its first moment in UTC), or how long ago.
pub(super) fn parse_when(text: &str) -> Result<DateTime<Utc>, String> {
    parse_at(text, Utc::now())
}

fn parse_at(text: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>, String> {
    let date = || text.parse::<NaiveDate>().ok()?.and_hms_opt(0, 0, 0).map(|time| time.and_utc());
    parse_timestamp(text).or_else(date).or_else(|| now.checked_sub_signed(ago(text)?)).ok_or_else(
        || {
            "expected 2026-03-09T08:00:00Z, 2026-03-09, or how long ago: 90m, 24h, 30d, 2w"
                .to_owned()
        },
    )
}

/// Reads a length of time.
pub(super) fn parse_duration(text: &str) -> Result<TimeDelta, String> {
    ago(text).ok_or_else(|| "expected a length of time: 15m, 2h, 1d, 1w".to_owned())
}

fn ago(text: &str) -> Option<TimeDelta> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let number = number.parse::<u32>().ok()?.into();
    match unit {
        "m" => TimeDelta::try_minutes(number),
        "h" => TimeDelta::try_hours(number),
        "d" => TimeDelta::try_days(number),
        "w" => TimeDelta::try_weeks(number),
        _ => None,
    }
}
