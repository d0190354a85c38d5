//! Times, all of them in UTC once read.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize, Serializer};

/// Which number of a date such as `3/9/2026` is the day.
///
/// Log Analytics and PowerShell write dates in the order of the exporting browser's or machine's
/// locale and do not say which (seen in real exports), so a reader needs to be told unless the file
/// itself settles it with a number above 12.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// `3/9/2026` is the third of September.
    DayFirst,
    /// `3/9/2026` is the ninth of March.
    MonthFirst,
}

/// Reads a time as Graph and Azure Monitor write it: ISO 8601 with `T` or a blank, 0 to 9 fraction
/// digits (further ones are cut), `Z` or an offset. A time without an offset is taken for UTC,
/// which the portal documents for its downloads; other exports were seen with a zone, or in UTC. Windows
/// PowerShell's `/Date(1773043200123)/` is read, too.
///
/// ```
/// use regaudit::model::parse_timestamp;
/// let time = parse_timestamp("2026-03-09T10:15:27.1234567+02:00").unwrap();
/// assert_eq!(time.to_rfc3339(), "2026-03-09T08:15:27.123456700+00:00");
/// assert_eq!(parse_timestamp("3/9/2026, 8:15:27 AM"), None);
/// ```
pub fn parse_timestamp(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if let Some(time) = parse_utc(text.as_bytes()) {
        return Some(time);
    }
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.to_utc());
    }
    if let Some(time) = parse_powershell(text) {
        return Some(time);
    }
    let naive = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f"];
    let without_zone = text.strip_suffix(['Z', 'z']).unwrap_or(text);
    naive
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(without_zone, form).ok())
        .map(|time| time.and_utc())
}

/// The form in which Graph and Azure Monitor write nearly every time, `2026-03-09T08:15:27.1234567Z` or
/// `.. +00:00`: a fourth of the time that the general form takes.
fn parse_utc(text: &[u8]) -> Option<DateTime<Utc>> {
    let (date, rest) = text.split_at_checked(10)?;
    let (time, rest) = rest.split_at_checked(9)?;
    let (b"-", b"-") = (&date[4..5], &date[7..8]) else { return None };
    let (b"T", b":", b":") = (&time[..1], &time[3..4], &time[6..7]) else { return None };
    let fraction = rest.strip_suffix(b"Z").or_else(|| rest.strip_suffix(b"+00:00"))?;
    let nanoseconds = match fraction.strip_prefix(b".") {
        Some(digits @ [_, ..]) if digits.len() <= 9 => {
            let places = u32::try_from(9 - digits.len()).ok()?;
            number(digits)? * 10_u32.pow(places)
        }
        None if fraction.is_empty() => 0,
        _ => return None,
    };
    // A leap second has a form of its own.
    let second = number(&time[7..]).filter(|second| *second < 60)?;
    let year = i32::try_from(number(&date[..4])?).ok()?;
    let date = NaiveDate::from_ymd_opt(year, number(&date[5..7])?, number(&date[8..])?)?;
    let hour_and_minute = (number(&time[1..3])?, number(&time[4..6])?);
    let time =
        NaiveTime::from_hms_nano_opt(hour_and_minute.0, hour_and_minute.1, second, nanoseconds)?;
    Some(date.and_time(time).and_utc())
}

/// The number that up to nine digits write.
fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |number, byte| {
        byte.is_ascii_digit().then(|| number * 10 + u32::from(byte - b'0'))
    })
}

/// `/Date(1773043200123)/`: milliseconds since 1970, as Windows PowerShell writes times into JSON.
fn parse_powershell(text: &str) -> Option<DateTime<Utc>> {
    let number = text.strip_prefix("/Date(")?.strip_suffix(")/")?;
    DateTime::from_timestamp_millis(number.parse().ok()?)
}

/// A time in UTC as RFC 3339 with `Z` and as many fraction digits as it has: what every output and
/// every serialised time of this crate looks like.
///
/// ```
/// use regaudit::model::{format_timestamp, parse_timestamp};
/// let time = parse_timestamp("2026-03-09T08:15:27.1234567+00:00").unwrap();
/// assert_eq!(format_timestamp(time), "2026-03-09T08:15:27.1234567Z");
/// ```
pub fn format_timestamp(time: DateTime<Utc>) -> String {
    let text = time.to_rfc3339_opts(SecondsFormat::Nanos, true);
    let digits = text.trim_end_matches('Z').trim_end_matches('0').trim_end_matches('.');
    format!("{digits}Z")
}

/// For `serialize_with`.
pub(crate) fn serialize_timestamp<S: Serializer>(
    time: &DateTime<Utc>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&format_timestamp(*time))
}

/// For `serialize_with`.
#[allow(clippy::ref_option, reason = "serde hands over a reference to the field")]
pub(crate) fn serialize_optional_timestamp<S: Serializer>(
    time: &Option<DateTime<Utc>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    time.map(format_timestamp).serialize(serializer)
}

/// Reads a time in a locale's form, date first (`3/9/2026, 8:15:27.123 AM`, `09.03.2026 08:15:27`),
/// once the order of the date is known. The result is UTC.
pub fn parse_local(text: &str, order: DateOrder) -> Option<DateTime<Utc>> {
    let (date, time) = split_local(text)?;
    let [first, second, year] = date_numbers(date)?;
    let (day, month) = match order {
        DateOrder::DayFirst => (first, second),
        DateOrder::MonthFirst => (second, first),
    };
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    // Browsers put a narrow no-break space before AM and PM.
    let time = time.replace(['\u{202f}', '\u{a0}'], " ");
    let forms = ["%I:%M:%S%.f %p", "%H:%M:%S%.f", "%I:%M %p", "%H:%M"];
    let time = forms.iter().find_map(|form| NaiveTime::parse_from_str(&time, form).ok())?;
    Some(date.and_time(time).and_utc())
}

/// The orders that a date in a locale's form allows: one, both, or none where it is no such date.
pub(crate) fn possible_orders(text: &str) -> Option<(bool, bool)> {
    let (date, _) = split_local(text)?;
    let [first, second, _] = date_numbers(date)?;
    let (may_be_day, may_be_month) =
        (|number| (1..=31).contains(&number), |number| (1..=12).contains(&number));
    Some((may_be_day(first) && may_be_month(second), may_be_month(first) && may_be_day(second)))
}

fn split_local(text: &str) -> Option<(&str, &str)> {
    let (date, time) = text.trim().split_once([',', ' '])?;
    Some((date, time.trim()))
}

fn date_numbers(date: &str) -> Option<[u32; 3]> {
    let mut numbers = date.split(['/', '.', '-']).map(str::parse);
    let found = [numbers.next()?.ok()?, numbers.next()?.ok()?, numbers.next()?.ok()?];
    (numbers.next().is_none() && found[2] >= 1000).then_some(found)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]

        #[test]
        fn the_usual_form_reads_as_any_other(
            date in "[0-9]{4}-[0-1][0-9]-[0-3][0-9]",
            time in "[0-2][0-9]:[0-6][0-9]:[0-6][0-9]",
            fraction in "(\\.[0-9]{0,10})?",
            zone in prop::sample::select(vec!["Z", "+00:00", "z", "+01:00", "", "-00:00"]),
            damage in prop::option::of((0_usize..30, prop::sample::select(vec!['T', ' ', '-', '9', '+']))),
        ) {
            let mut text = format!("{date}T{time}{fraction}{zone}");
            if let Some((place, character)) = damage
                && place < text.len()
            {
                text.replace_range(place..=place, &character.to_string());
            }
            if let Some(found) = parse_utc(text.as_bytes()) {
                let expected = DateTime::parse_from_rfc3339(&text).map(|time| time.to_utc());
                prop_assert_eq!(Ok(found), expected, "{}", text);
            }
        }
    }

    #[test]
    fn the_usual_form_is_read_at_once() {
        for text in ["2026-03-09T08:15:27.1234567Z", "2026-03-09T08:15:27+00:00"] {
            assert!(parse_utc(text.as_bytes()).is_some(), "{text}");
        }
    }
}
