//! Times as seconds, and what the clocks of a mail say against each other.

/// Seconds since 1970 of a time in RFC 3339 form, as `date` writes it.
pub(crate) fn epoch(text: &str) -> Option<i64> {
    Some(local(text)? - offset(text)?)
}

/// The same with the wall clock's time taken as UTC.
fn local(text: &str) -> Option<i64> {
    let part = |range: std::ops::Range<usize>| text.get(range)?.parse::<i64>().ok();
    let (year, month, day) = (part(0..4)?, part(5..7)?, part(8..10)?);
    let seconds = part(11..13)? * 3_600 + part(14..16)? * 60 + part(17..19)?;
    Some(days(year, month, day) * 86_400 + seconds)
}

/// Seconds east of Greenwich of a time in RFC 3339 form.
pub(crate) fn offset(text: &str) -> Option<i64> {
    let zone = text.get(19..)?;
    if zone == "Z" {
        return Some(0);
    }
    let part = |range: std::ops::Range<usize>| zone.get(range)?.parse::<i64>().ok();
    let seconds = part(1..3)? * 3_600 + part(4..6)? * 60;
    Some(if zone.starts_with('-') { -seconds } else { seconds })
}

/// Days since 1970-01-01 (the proleptic Gregorian calendar in 400-year cycles from March).
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// A number of seconds since 1970 as RFC 3339 in UTC; `None` beyond the year 9999.
pub(crate) fn rfc3339(seconds: i64) -> Option<String> {
    jiff::Timestamp::from_second(seconds).ok().map(|t| t.to_string())
}

/// Seconds since 1970 of a Windows FILETIME, which counts 100 ns from 1601.
pub(crate) fn filetime(high: u32, low: u32) -> i64 {
    let seconds = (u64::from(high) << 32 | u64::from(low)) / 10_000_000;
    seconds.cast_signed() - 11_644_473_600
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_become_seconds_with_their_offset() {
        for (text, expect) in [
            ("1970-01-01T00:00:00+00:00", 0),
            ("1970-01-01T09:00:00+09:00", 0),
            ("2000-02-29T23:59:59-03:30", 951_881_399),
            ("2024-01-15T09:30:12+00:00", 1_705_311_012),
        ] {
            assert_eq!(epoch(text), Some(expect), "{text}");
        }
        assert_eq!(epoch("2024"), None);
        assert_eq!(rfc3339(1_705_311_012).as_deref(), Some("2024-01-15T09:30:12Z"));
        assert_eq!(filetime(0x01DA_4793, 0x2C0F_1230) / 86_400, 1_705_311_012 / 86_400);
    }
}
