//! Dates as people write them in a query.

use jiff::civil::Date;
use jiff::{Span, Timestamp};

use super::Context;

/// A span of time, `[from, until)`, in seconds since 1970.
pub type Moment = (i64, i64);

/// The span that a text names: a day, a month, a year, or a point some time ago (`7d`).
pub(super) fn moment(text: &str, context: &Context) -> Option<Moment> {
    let today = || context.zone.to_datetime(context.now).date();
    match text.to_ascii_lowercase().as_str() {
        "today" | "今日" => return days(today(), 1, context),
        "yesterday" | "昨日" => return days(today().yesterday().ok()?, 1, context),
        _ => {}
    }
    if let Some(at) = ago(text, context) {
        return Some((at, at));
    }
    // 2024-01-31, 2024/1/31, 2024.1.31, 20240131, and without a day or a month.
    let compact = text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit());
    let (year, month, day) = match compact {
        true => {
            (text.get(..4)?.to_owned(), text.get(4..6).map(str::to_owned), text.get(6..8).map(str::to_owned))
        }
        false => {
            let mut parts = text.split(['-', '/', '.']).map(str::to_owned);
            let all = (parts.next()?, parts.next(), parts.next());
            if parts.next().is_some() {
                return None;
            }
            all
        }
    };
    let number = |text: &str, most: usize| -> Option<i16> {
        (!text.is_empty() && text.len() <= most && text.bytes().all(|b| b.is_ascii_digit()))
            .then(|| text.parse().ok())?
    };
    if year.len() != 4 {
        return None;
    }
    let year = number(&year, 4)?;
    let small = |text: &Option<String>| -> Option<Option<i8>> {
        match text {
            Some(text) => number(text, 2).and_then(|n| i8::try_from(n).ok()).map(Some),
            None => Some(None),
        }
    };
    match (small(&month)?, small(&day)?) {
        (None, _) => {
            let first = Date::new(year, 1, 1).ok()?;
            between(first, first.checked_add(Span::new().years(1)).ok()?, context)
        }
        (Some(month), None) => {
            let first = Date::new(year, month, 1).ok()?;
            between(first, first.checked_add(Span::new().months(1)).ok()?, context)
        }
        (Some(month), Some(day)) => days(Date::new(year, month, day).ok()?, 1, context),
    }
}

/// `7d`, `2w`, `3m`, `1y`, `12h` before now.
pub(super) fn ago(text: &str, context: &Context) -> Option<i64> {
    let unit = text.chars().last()?;
    let number: i64 = text.strip_suffix(unit)?.parse().ok().filter(|n| (0..=100_000).contains(n))?;
    let now = context.zone.to_datetime(context.now);
    let span = Span::new();
    let span = match unit.to_ascii_lowercase() {
        'h' => span.try_hours(number),
        'd' => span.try_days(number),
        'w' => span.try_weeks(number),
        'm' => span.try_months(number),
        'y' => span.try_years(number),
        _ => return None,
    };
    let at = now.checked_sub(span.ok()?).ok()?;
    context.zone.to_timestamp(at).ok().map(Timestamp::as_second)
}

fn days(first: Date, count: i64, context: &Context) -> Option<Moment> {
    between(first, first.checked_add(Span::new().try_days(count).ok()?).ok()?, context)
}

fn between(first: Date, behind: Date, context: &Context) -> Option<Moment> {
    let second = |date: Date| {
        context
            .zone
            .to_timestamp(date.to_datetime(jiff::civil::Time::midnight()))
            .ok()
            .map(Timestamp::as_second)
    };
    Some((second(first)?, second(behind)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Option<(&str, &str)>) {
        let context = Context::japan("2026-11-27T03:00:00Z".parse().unwrap());
        let shown = moment(text, &context).map(|(from, until)| {
            let show = |second| Timestamp::from_second(second).unwrap().to_string();
            (show(from), show(until))
        });
        assert_eq!(shown, expect.map(|(a, b)| (a.to_owned(), b.to_owned())), "{text}");
    }

    #[test]
    fn days_begin_at_midnight_in_japan() {
        check("2013-08-07", Some(("2013-08-06T15:00:00Z", "2013-08-07T15:00:00Z")));
        check("2013/8/7", Some(("2013-08-06T15:00:00Z", "2013-08-07T15:00:00Z")));
        check("20130807", Some(("2013-08-06T15:00:00Z", "2013-08-07T15:00:00Z")));
        check("2013-08", Some(("2013-07-31T15:00:00Z", "2013-08-31T15:00:00Z")));
        check("2013", Some(("2012-12-31T15:00:00Z", "2013-12-31T15:00:00Z")));
        check("today", Some(("2026-11-26T15:00:00Z", "2026-11-27T15:00:00Z")));
        check("昨日", Some(("2026-11-25T15:00:00Z", "2026-11-26T15:00:00Z")));
        check("7d", Some(("2026-11-20T03:00:00Z", "2026-11-20T03:00:00Z")));
        check("1m", Some(("2026-10-27T03:00:00Z", "2026-10-27T03:00:00Z")));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in ["", "2013-13-01", "13-08-07", "2013-02-30", "soon", "2013-08-07-01", "d", "-3d"] {
            check(text, None);
        }
    }
}
