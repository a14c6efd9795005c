//! Points in time as logs write them. Read on hits only: nothing else needs them.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

/// What a log does not say about its times.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    /// The offset of times without one.
    pub zone: Offset,
    /// When the log was last written to: tells the year where it is not written (syslog).
    pub written: Timestamp,
    /// `03/04/2026` is the third of April, not the fourth of March.
    pub day_first: bool,
}

/// A point in time with the offset that it was written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// When.
    pub at: Timestamp,
    /// As written, or as told.
    pub offset: Offset,
}

impl std::fmt::Display for Moment {
    /// RFC 3339 with its offset.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.offset == Offset::UTC {
            write!(f, "{}", self.at)
        } else {
            write!(f, "{}", self.at.display_with_offset(self.offset))
        }
    }
}

/// Reads the time in `text`, which is nothing but a time, or a date and a time.
pub fn read(text: &[u8], clock: &Clock) -> Option<Moment> {
    let mut cursor = Cursor { rest: text.trim_ascii_start() };
    cursor.moment(clock)
}

/// Finds the time of a line whose format is not known: at its beginning, or behind the first few separators.
pub fn find(line: &[u8], clock: &Clock) -> Option<Moment> {
    let head = line.get(..line.len().min(200)).unwrap_or(line);
    let starts = std::iter::once(0).chain((1..head.len()).filter(|&at| {
        matches!(head.get(at - 1), Some(b' ' | b'[' | b'>' | b'\t' | b'"' | b',' | b'(' | b'=' | b':' | b'|'))
    }));
    starts.take(40).filter(|&at| head.get(at).is_some_and(u8::is_ascii_alphanumeric)).find_map(|at| {
        Cursor { rest: line.get(at..)? }.moment(clock).filter(|moment| is_plausible(moment, clock))
    })
}

/// From 1990 to two days after the log was written: a number that happens to look like seconds is no time.
fn is_plausible(moment: &Moment, clock: &Clock) -> bool {
    let latest = clock.written.saturating_add(SignedDuration::from_hours(24 * 366)).unwrap_or(Timestamp::MAX);
    moment.at.as_second() > 631_152_000 && moment.at < latest
}

struct Cursor<'a> {
    rest: &'a [u8],
}

impl Cursor<'_> {
    fn peek(&self) -> u8 {
        self.rest.first().copied().unwrap_or(0)
    }

    fn eat(&mut self, wanted: impl Fn(u8) -> bool) -> bool {
        match self.rest.split_first() {
            Some((&byte, rest)) if wanted(byte) => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    /// A number and how many digits it has.
    fn number(&mut self) -> Option<(i64, usize)> {
        let digits = self.rest.iter().take(19).take_while(|b| b.is_ascii_digit()).count();
        let number = self
            .rest
            .iter()
            .take(digits)
            .try_fold(0i64, |sum, &b| sum.checked_mul(10)?.checked_add(i64::from(b - b'0')))?;
        self.rest = self.rest.get(digits..)?;
        (digits > 0).then_some((number, digits))
    }

    fn two(&mut self) -> Option<i8> {
        let (number, digits) = self.number()?;
        if digits > 2 { None } else { i8::try_from(number).ok() }
    }

    fn month(&mut self) -> Option<i8> {
        const NAMES: [&[u8; 3]; 12] =
            [b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec"];
        let head = self.rest.get(..3)?;
        let at = NAMES.iter().position(|name| head.eq_ignore_ascii_case(*name))?;
        self.rest = self.rest.get(3..)?;
        i8::try_from(at + 1).ok()
    }

    fn moment(&mut self, clock: &Clock) -> Option<Moment> {
        // `Nov 14 22:13:20`, `Tue Nov 14 22:13:20 2023`.
        if self.peek().is_ascii_alphabetic() {
            let before = self.rest;
            if self.month().is_none() {
                self.rest = before.get(3..)?;
                self.eat(|b| b == b',');
                while self.eat(|b| b == b' ') {}
            } else {
                self.rest = before;
            }
            if !self.peek().is_ascii_alphabetic() {
                return self.moment_of_numbers(clock);
            }
            let month = self.month()?;
            while self.eat(|b| b == b' ') {}
            let day = self.two()?;
            while self.eat(|b| b == b' ') {}
            let before = self.rest;
            // `Nov 14 2023 22:13:20`.
            if let Some((year, 4)) = self.number()
                && self.eat(|b| b == b' ')
            {
                let date = Date::new(i16::try_from(year).ok()?, month, day).ok()?;
                return self.with_time(date, clock);
            }
            self.rest = before;
            let time = self.time()?;
            let before = self.rest;
            if self.eat(|b| b == b' ')
                && let Some((year, 4)) = self.number()
                && (1990..2200).contains(&year)
            {
                return settle(
                    Date::new(i16::try_from(year).ok()?, month, day).ok()?.to_datetime(time),
                    clock.zone,
                );
            }
            self.rest = before;
            return guess_year(month, day, time, clock);
        }
        self.moment_of_numbers(clock)
    }

    fn moment_of_numbers(&mut self, clock: &Clock) -> Option<Moment> {
        let (first, digits) = self.number()?;
        let separator = self.peek();
        match (digits, separator) {
            // Seconds (or milliseconds, microseconds) since 1970.
            (9..=10, b'.') => {
                self.eat(|_| true);
                let nanos = self.fraction();
                epoch(first, nanos)
            }
            (9..=10, _) => epoch(first, 0),
            (13, _) => epoch(first.div_euclid(1000), i32::try_from(first.rem_euclid(1000)).ok()? * 1_000_000),
            (16, _) => {
                epoch(first.div_euclid(1_000_000), i32::try_from(first.rem_euclid(1_000_000)).ok()? * 1000)
            }
            // `20231114 22:13:20`, `20231114T221320`.
            (8, b' ' | b'T') => {
                let date = Date::new(
                    i16::try_from(first / 10_000).ok()?,
                    i8::try_from(first / 100 % 100).ok()?,
                    i8::try_from(first % 100).ok()?,
                )
                .ok()?;
                self.with_time_after_gap(date, clock)
            }
            // `2023-11-14`, `2023/11/14`, `2023.11.14`, `2023/Nov/14`.
            (4, b'-' | b'/' | b'.') => {
                self.eat(|_| true);
                let month = if self.peek().is_ascii_alphabetic() { self.month()? } else { self.two()? };
                if !self.eat(|b| b == separator) {
                    return None;
                }
                let day = self.two()?;
                let date = Date::new(i16::try_from(first).ok()?, month, day).ok()?;
                self.with_time_after_gap(date, clock)
            }
            // `14-Nov-2023 22:13:20.004`, `14/Nov/2023:22:13:20 +0900`, `14 Nov 2023`.
            (1..=2, b'-' | b'/' | b' ') if self.rest.get(1).is_some_and(u8::is_ascii_alphabetic) => {
                self.eat(|_| true);
                let month = self.month()?;
                if !self.eat(|b| b == separator) {
                    return None;
                }
                let (year, digits) = self.number()?;
                let year = if digits == 2 { 2000 + year } else { year };
                let date = Date::new(i16::try_from(year).ok()?, month, i8::try_from(first).ok()?).ok()?;
                self.with_time_after_gap(date, clock)
            }
            // `11/14/2023 10:13:20 PM`; `14.11.2023`; `14/11/2023` where the log's country says so.
            (1..=2, b'/' | b'.' | b'-') => {
                self.eat(|_| true);
                let second = self.two()?;
                if !self.eat(|b| b == separator) {
                    return None;
                }
                let (year, digits) = self.number()?;
                let year = if digits == 2 { 2000 + year } else { year };
                if digits != 4 && digits != 2 {
                    return None;
                }
                let first = i8::try_from(first).ok()?;
                let day_first = clock.day_first || separator == b'.' || first > 12;
                let (month, day) = if day_first { (second, first) } else { (first, second) };
                let date = Date::new(i16::try_from(year).ok()?, month, day).ok()?;
                self.with_time_after_gap(date, clock)
            }
            _ => None,
        }
    }

    fn with_time_after_gap(&mut self, date: Date, clock: &Clock) -> Option<Moment> {
        if !self.eat(|b| matches!(b, b'T' | b'_' | b':' | b' ' | b'\t' | b',')) {
            return None;
        }
        while self.eat(|b| b == b' ') {}
        self.with_time(date, clock)
    }

    fn with_time(&mut self, date: Date, clock: &Clock) -> Option<Moment> {
        let time = self.time()?;
        let offset = self.offset().unwrap_or(clock.zone);
        settle(date.to_datetime(time), offset)
    }

    /// `22:13:20.004`, `221320`, `10:13:20 PM`.
    fn time(&mut self) -> Option<Time> {
        let (first, digits) = self.number()?;
        let (mut hour, minute, second) = if digits == 6 {
            (
                i8::try_from(first / 10_000).ok()?,
                i8::try_from(first / 100 % 100).ok()?,
                i8::try_from(first % 100).ok()?,
            )
        } else {
            if digits > 2 || !self.eat(|b| b == b':') {
                return None;
            }
            let minute = self.two()?;
            let second = if self.eat(|b| b == b':') { self.two()? } else { 0 };
            (i8::try_from(first).ok()?, minute, second)
        };
        let before = self.rest;
        let nanos = if self.eat(|b| matches!(b, b'.' | b',')) && self.peek().is_ascii_digit() {
            self.fraction()
        } else {
            self.rest = before;
            0
        };
        let half = self.rest.strip_prefix(b" ").unwrap_or(self.rest);
        let half_word = half.get(..2).map(<[u8]>::to_ascii_uppercase);
        match half_word.as_deref() {
            Some(b"PM") if hour < 12 => hour += 12,
            Some(b"AM") if hour == 12 => hour = 0,
            Some(b"AM" | b"PM") => {}
            // A leap second is the last of its minute.
            _ => return Time::new(hour, minute, second.min(59), nanos).ok(),
        }
        self.rest = half.get(2..)?;
        Time::new(hour, minute, second.min(59), nanos).ok()
    }

    /// Digits behind the point, in nanoseconds.
    fn fraction(&mut self) -> i32 {
        let mut nanos = 0i32;
        let mut digits = 0;
        while self.peek().is_ascii_digit() {
            if digits < 9 {
                nanos = nanos * 10 + i32::from(self.peek() - b'0');
                digits += 1;
            }
            self.eat(|_| true);
        }
        (digits..9).fold(nanos, |nanos, _| nanos * 10)
    }

    /// `Z`, `+09:00`, ` +0900`, ` UTC`.
    fn offset(&mut self) -> Option<Offset> {
        let before = self.rest;
        self.eat(|b| b == b' ');
        if self.eat(|b| b == b'Z') || self.rest.starts_with(b"UTC") || self.rest.starts_with(b"GMT") {
            return Some(Offset::UTC);
        }
        if self.rest.starts_with(b"JST") {
            return Some(Offset::constant(9));
        }
        let sign = match self.peek() {
            b'+' => 1,
            b'-' => -1,
            _ => {
                self.rest = before;
                return None;
            }
        };
        self.eat(|_| true);
        let (number, digits) = self.number()?;
        let (hours, minutes) = match digits {
            4 => (number / 100, number % 100),
            2 => (number, if self.eat(|b| b == b':') { i64::from(self.two()?) } else { 0 }),
            _ => return None,
        };
        Offset::from_seconds(i32::try_from(sign * (hours * 3600 + minutes * 60)).ok()?).ok()
    }
}

fn epoch(seconds: i64, nanos: i32) -> Option<Moment> {
    Some(Moment { at: Timestamp::new(seconds, nanos).ok()?, offset: Offset::UTC })
}

fn settle(at: DateTime, offset: Offset) -> Option<Moment> {
    Some(Moment { at: offset.to_timestamp(at).ok()?, offset })
}

/// Syslog writes no year: the latest that does not lie more than a day after the log's last change.
fn guess_year(month: i8, day: i8, time: Time, clock: &Clock) -> Option<Moment> {
    let latest = clock.written.saturating_add(SignedDuration::from_hours(24)).ok()?;
    let year = clock.zone.to_datetime(clock.written).year() + 1;
    (0..5).find_map(|back| {
        let date = Date::new(year - back, month, day).ok()?;
        settle(date.to_datetime(time), clock.zone).filter(|moment| moment.at <= latest)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_logs_write_them() {
        let clock = Clock {
            zone: Offset::constant(9),
            written: "2024-01-03T00:00:00Z".parse().unwrap(),
            day_first: false,
        };
        for (text, expect) in [
            ("14-Nov-2023 22:13:20.004", "2023-11-14T22:13:20.004+09:00"),
            ("14/Nov/2023:22:13:20 +0000", "2023-11-14T22:13:20Z"),
            ("Nov 14 22:13:20", "2023-11-14T22:13:20+09:00"),
            ("Jan  3 08:00:00", "2024-01-03T08:00:00+09:00"),
            ("Nov 14 2023 22:13:20", "2023-11-14T22:13:20+09:00"),
            ("Tue Nov 14 22:13:20 2023", "2023-11-14T22:13:20+09:00"),
            ("2023-11-14T22:13:20.5-05:00", "2023-11-14T22:13:20.5-05:00"),
            ("2023-11-14 22:13:20", "2023-11-14T22:13:20+09:00"),
            ("2023/11/14 22:13:20", "2023-11-14T22:13:20+09:00"),
            ("11/14/2023 10:13:20 PM", "2023-11-14T22:13:20+09:00"),
            ("25/12/2023 12:00:00 AM", "2023-12-25T00:00:00+09:00"),
            ("1699999999.123", "2023-11-14T22:13:19.123Z"),
            ("1699999999123", "2023-11-14T22:13:19.123Z"),
            ("20231114 22:13:20", "2023-11-14T22:13:20+09:00"),
            ("2023-11-14T22:13:20Z", "2023-11-14T22:13:20Z"),
        ] {
            assert_eq!(
                read(text.as_bytes(), &clock).map(|moment| moment.to_string()).as_deref(),
                Some(expect),
                "{text}"
            );
        }
        for text in
            ["", "hello", "99/99/2023 10:00", "2023-13-01 00:00:00", "1.2.3.4", "14-Foo-2023 22:13:20"]
        {
            assert_eq!(read(text.as_bytes(), &clock), None, "{text}");
        }
        let found = find(b"<134>1 2023-11-14T22:13:20+09:00 host app", &clock).unwrap();
        assert_eq!(found.to_string(), "2023-11-14T22:13:20+09:00");
    }
}
