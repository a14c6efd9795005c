//! Dates as file formats keep them → RFC 3339. A date that means "none", or lies outside of the years 1601 to 9999,
//! is none.

use jiff::{Timestamp, civil::DateTime};

/// Seconds from 1601 to 1970.
const TO_UNIX: i64 = 11_644_473_600;

/// Windows FILETIME: 100-nanosecond steps since 1601, UTC.
pub(crate) fn filetime(ticks: u64) -> Option<String> {
    let ticks = i64::try_from(ticks).ok().filter(|t| *t > 0)?;
    let nanosecond = i32::try_from(ticks % 10_000_000 * 100).ok()?;
    show(Timestamp::new(ticks / 10_000_000 - TO_UNIX, nanosecond).ok()?)
}

/// Seconds since 1970, UTC.
pub(crate) fn unix(seconds: i64) -> Option<String> {
    show(Timestamp::from_second(seconds).ok().filter(|_| seconds != 0)?)
}

/// MS-DOS date and time, in local time without an offset: `2013-08-07T09:12:00`.
pub(crate) fn dos(date: u16, time: u16) -> Option<String> {
    let part = |value: u16, shift: u16, mask: u16| i8::try_from(value >> shift & mask).ok();
    let year = i16::try_from(date >> 9).ok()? + 1980;
    let (month, day) = (part(date, 5, 15)?, part(date, 0, 31)?);
    let (hour, minute, second) = (part(time, 11, 31)?, part(time, 5, 63)?, part(time, 0, 31)? * 2);
    DateTime::new(year, month, day, hour, minute, second, 0).ok().map(|moment| moment.to_string())
}

fn show(moment: Timestamp) -> Option<String> {
    let whole = Timestamp::from_second(moment.as_second()).ok()?;
    Some(whole.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_file_formats_are_read() {
        assert_eq!(filetime(130_203_295_200_000_000).as_deref(), Some("2013-08-07T06:12:00Z"));
        assert_eq!(filetime(0), None);
        assert_eq!(filetime(u64::MAX), None);
        assert_eq!(unix(1_375_855_920).as_deref(), Some("2013-08-07T06:12:00Z"));
        assert_eq!(dos(0x4307, 0x4980).as_deref(), Some("2013-08-07T09:12:00"));
        assert_eq!(dos(0, 0), None);
    }
}
