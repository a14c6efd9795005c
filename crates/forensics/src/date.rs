//! Dates of headers (RFC 5322 §3.3, obsolete and broken forms) as RFC 3339 with their own offset.

/// The date as RFC 3339, and whether it said its zone. `None` where no date can be made out.
pub(crate) fn parse(text: &str) -> Option<(String, bool)> {
    let text = lexicon::text::cut(text.trim(), DATE_BYTES);
    if let Some(found) = iso(text) {
        return Some(found);
    }
    let mut day = None;
    let mut month = None;
    let mut year = None;
    let mut time = None;
    let mut zone = None;
    let mut pm = None;
    for token in text.split(|c: char| c.is_whitespace() || matches!(c, ',' | '(' | ')')) {
        if token.is_empty() {
            continue;
        }
        if token.contains(':') && time.is_none() {
            time = clock(token).or(time);
        } else if token.contains('-') && token.bytes().next().is_some_and(|b| b.is_ascii_digit()) {
            // 07-Aug-2013
            let mut pieces = token.split('-');
            day = day.or(pieces.next().and_then(number));
            month = month.or(pieces.next().and_then(month_of));
            year = year.or(pieces.next().and_then(year_of));
        } else if let Some(n) = number(token) {
            if day.is_none() && (1..=31).contains(&n) && token.len() <= 2 {
                day = Some(n);
            } else if year.is_none() {
                year = year_of(token);
            }
        } else if time.is_some()
            && zone.is_none()
            && (token.eq_ignore_ascii_case("pm") || token.eq_ignore_ascii_case("am"))
        {
            pm = Some(token.eq_ignore_ascii_case("pm"));
        } else if month.is_none() && month_of(token).is_some() {
            month = month_of(token);
        } else if zone.is_none() && time.is_some() {
            zone = offset(token);
        }
    }
    let (mut hour, minute, second) = time.unwrap_or((0, 0, 0));
    match pm {
        Some(true) if hour < 12 => hour += 12,
        Some(false) if hour == 12 => hour = 0,
        _ => {}
    }
    let out = format(year?, month?, day?, hour, minute, second, zone.unwrap_or(0))?;
    Some((out, zone.is_some()))
}

/// A date as mail programs write it for people, in RFC 3339; without an offset where none is written.
///
/// `2013年8月7日(水) 9:12`, `2013/08/07 21:12`, `Wednesday, August 7, 2013 9:12 PM`, `7 Aug 2013 at 09:12 GMT+9`.
pub(crate) fn written(text: &str) -> Option<String> {
    let text = lexicon::text::cut(text.trim(), DATE_BYTES);
    let mut plain = String::with_capacity(text.len());
    let (mut am, mut pm) = (text.contains("午前"), text.contains("午後"));
    for c in text.chars() {
        match c {
            '年' | '月' | '/' | '.' => plain.push('-'),
            '時' => plain.push(':'),
            '分' | '秒' | '日' | '(' | '（' | ')' | '）' | '\u{202f}' | '\u{a0}' => plain.push(' '),
            '０'..='９' => {
                plain.extend(u32::from(c).checked_sub(0xff10).and_then(|n| char::from_digit(n, 10)))
            }
            '：' => plain.push(':'),
            c if c.is_ascii() => plain.push(c),
            _ => plain.push(' '),
        }
    }
    let words = || plain.split([' ', ',']).filter(|w| !w.is_empty());
    // Year first, in digits: `2013-8-7`.
    let numbers = |word: &str| -> Option<(u32, u32, u32)> {
        let mut pieces = word.trim_end_matches('-').splitn(3, '-').map(|n| number(n.trim()));
        let (year, month, day) = (pieces.next()??, pieces.next()??, pieces.next()??);
        (1970..3000).contains(&year).then_some((year, month, day))
    };
    let (found, zone) = match words().find_map(numbers) {
        Some((year, month, day)) => {
            let (mut hour, minute, second) = words().find_map(clock).unwrap_or((0, 0, 0));
            am |= words().any(|w| w.eq_ignore_ascii_case("am"));
            pm |= words().any(|w| w.eq_ignore_ascii_case("pm"));
            match (am, pm) {
                (_, true) if hour < 12 => hour += 12,
                (true, _) if hour == 12 => hour = 0,
                _ => {}
            }
            let zone = words().skip(1).find_map(zone_of);
            (format(year, month, day, hour, minute, second, zone.unwrap_or(0))?, zone.is_some())
        }
        None => {
            let zone = words().skip(1).find_map(zone_of);
            let (found, told) = parse(&text.replace(['\u{202f}', '\u{a0}'], " "))?;
            match zone {
                Some(zone) if !told => (offset_instead(&found, zone)?, true),
                _ => (found, told),
            }
        }
    };
    if zone { Some(found) } else { found.get(..19).map(str::to_owned) }
}

/// `+09:00`, `+0900`, `GMT+9`, `UTC+09:00`, `JST`.
fn zone_of(word: &str) -> Option<i32> {
    let rest = word.strip_prefix("GMT").or_else(|| word.strip_prefix("UTC")).unwrap_or(word);
    let named = word.bytes().all(|b| b.is_ascii_alphabetic()) && word.len() >= 3;
    (rest.starts_with('+') || rest.starts_with('-') && rest.len() > 1 || named)
        .then(|| offset(if rest.is_empty() { word } else { rest }))
        .flatten()
}

/// The same wall clock at another offset.
fn offset_instead(found: &str, zone: i32) -> Option<String> {
    let sign = if zone < 0 { '-' } else { '+' };
    let minutes = zone.unsigned_abs();
    Some(format!("{}{sign}{:02}:{:02}", found.get(..19)?, minutes / 60, minutes % 60))
}

/// A date header longer than this is not read further.
const DATE_BYTES: usize = 200;

fn number(text: &str) -> Option<u32> {
    (text.len() <= 4 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

fn month_of(text: &str) -> Option<u32> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let head = text.get(..3)?;
    MONTHS.iter().position(|m| head.eq_ignore_ascii_case(m)).and_then(|at| u32::try_from(at + 1).ok())
}

/// RFC 5322 §4.3: two digits below 50 are 20xx, other two- and three-digit years count from 1900.
fn year_of(text: &str) -> Option<u32> {
    let year = number(text)?;
    match text.len() {
        2 if year < 50 => Some(2000 + year),
        2 | 3 => Some(1900 + year),
        4 => Some(year),
        _ => None,
    }
}

fn clock(token: &str) -> Option<(u32, u32, u32)> {
    let digits = |text: &str| -> Option<u32> {
        let end = text.bytes().take_while(u8::is_ascii_digit).count();
        text.get(..end).filter(|t| !t.is_empty() && t.len() <= 2)?.parse().ok()
    };
    let mut pieces = token.split(':');
    let hour = digits(pieces.next()?)?;
    let minute = digits(pieces.next()?)?;
    let second = pieces.next().and_then(digits).unwrap_or(0);
    (hour < 24 && minute < 60 && second <= 60).then_some((hour, minute, second.min(59)))
}

/// Minutes east of Greenwich.
fn offset(token: &str) -> Option<i32> {
    let token = token.trim_matches(|c: char| matches!(c, '"' | '\'' | ';'));
    if let Some(rest) = token.strip_prefix(['+', '-']) {
        let digits: String = rest.chars().filter(|c| *c != ':').collect();
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let value: i32 = digits.parse().ok()?;
        let (hours, minutes) = match digits.len() {
            1 | 2 => (value, 0),
            3 | 4 => (value / 100, value % 100),
            _ => return None,
        };
        if hours > 23 || minutes > 59 {
            return None;
        }
        let sign = if token.starts_with('-') { -1 } else { 1 };
        return Some(sign * (hours * 60 + minutes));
    }
    const ZONES: [(&str, i32); 16] = [
        ("UT", 0),
        ("UTC", 0),
        ("GMT", 0),
        ("Z", 0),
        ("EST", -300),
        ("EDT", -240),
        ("CST", -360),
        ("CDT", -300),
        ("MST", -420),
        ("MDT", -360),
        ("PST", -480),
        ("PDT", -420),
        ("JST", 540),
        ("CET", 60),
        ("CEST", 120),
        ("BST", 60),
    ];
    ZONES.iter().find(|(name, _)| token.eq_ignore_ascii_case(name)).map(|(_, minutes)| *minutes)
}

/// `2013-08-07T09:12:00+09:00` and `2013-08-07 09:12:00`.
fn iso(text: &str) -> Option<(String, bool)> {
    let bytes = text.as_bytes();
    if bytes.get(4) != Some(&b'-') || bytes.get(7) != Some(&b'-') {
        return None;
    }
    let part = |range: std::ops::Range<usize>| text.get(range).and_then(number);
    let (hour, minute, second) = text.get(11..).and_then(clock).unwrap_or((0, 0, 0));
    let tail = text.get(16..).unwrap_or("");
    let zone = tail
        .find(['+', '-', 'Z'])
        .and_then(|at| tail.get(at..))
        .and_then(|z| offset(z.split_whitespace().next().unwrap_or(z)));
    let out = format(part(0..4)?, part(5..7)?, part(8..10)?, hour, minute, second, zone.unwrap_or(0))?;
    Some((out, zone.is_some()))
}

fn format(year: u32, month: u32, day: u32, hour: u32, minute: u32, second: u32, zone: i32) -> Option<String> {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if day == 0 || day > days || !(1000..=9999).contains(&year) {
        return None;
    }
    let sign = if zone < 0 { '-' } else { '+' };
    let zone = zone.unsigned_abs();
    Some(format!(
        "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{sign}{:02}:{:02}",
        zone / 60,
        zone % 60
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Option<&str>) {
        assert_eq!(parse(text).map(|d| d.0).as_deref(), expect, "{text:?}");
    }

    #[test]
    fn dates_keep_their_own_offset() {
        check("Wed, 7 Aug 2013 09:12:00 +0900", Some("2013-08-07T09:12:00+09:00"));
        check("7 Aug 2013 09:12 +0900 (JST)", Some("2013-08-07T09:12:00+09:00"));
        check("Wed, 07 Aug 2013 00:12:00 GMT", Some("2013-08-07T00:12:00+00:00"));
        check("Wed, 7 Aug 2013 09:12:00 -0330", Some("2013-08-07T09:12:00-03:30"));
        check("Wed, 7 Aug 2013 09:12:00 JST", Some("2013-08-07T09:12:00+09:00"));
    }

    #[test]
    fn old_and_broken_dates_are_read() {
        check("Wed Aug  7 09:12:00 2013", Some("2013-08-07T09:12:00+00:00"));
        check("Wednesday, 07-Aug-13 09:12:00 EST", Some("2013-08-07T09:12:00-05:00"));
        check("7 Aug 99 9:12 +0000", Some("1999-08-07T09:12:00+00:00"));
        check("2013-08-07T09:12:00+09:00", Some("2013-08-07T09:12:00+09:00"));
        check("2013-08-07 09:12:00.123 Z", Some("2013-08-07T09:12:00+00:00"));
        check("Wed, 7 Aug 2013 9:12:00 PM +0900", Some("2013-08-07T21:12:00+09:00"));
    }

    #[test]
    fn what_is_no_date_is_none() {
        check("", None);
        check("yesterday", None);
        check("31 Feb 2013 00:00:00 +0000", None);
        check("99 Aug 2013 09:12:00 +0900", None);
    }

    #[test]
    fn a_date_tells_whether_it_named_its_zone() {
        assert_eq!(parse("7 Aug 2013 09:12:00").map(|d| d.1), Some(false));
        assert_eq!(parse("7 Aug 2013 09:12:00 +0000").map(|d| d.1), Some(true));
    }
}
