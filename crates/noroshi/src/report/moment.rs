//! Dates and spans as an analyst in Japan reads them.

use jiff::Timestamp;
use lexicon::Lang;

/// `2026-11-10 09:12:00 +01:00`, and the same moment in Japan where that is another clock time.
pub(crate) fn with_jst(date: &str) -> String {
    let own = shown(date);
    match parse(date) {
        Some(at) if !date.ends_with("+09:00") => format!("{own}  =  {}", lexicon::time::show(at)),
        _ => own,
    }
}

/// `2026-11-10 09:12:00 +01:00`.
pub(crate) fn shown(date: &str) -> String {
    let (Some(day), Some(rest)) = (date.get(..10), date.get(11..)) else { return date.to_owned() };
    let at = rest.find(['+', '-', 'Z']).unwrap_or(rest.len());
    let (clock, offset) = rest.split_at(at);
    format!("{day} {clock} {offset}").trim_end().to_owned()
}

/// The moment that a date of the facts names.
pub(crate) fn parse(date: &str) -> Option<Timestamp> {
    date.parse().ok()
}

/// `3 s`, `12 min`, `5 h 10 min`, `3 d`: the two largest units that matter.
pub(crate) fn span(seconds: i64, lang: Lang) -> String {
    let sign = if seconds < 0 { "−" } else { "" };
    let total = seconds.unsigned_abs();
    let (second, minute, hour, day) = match lang {
        Lang::Ja => ("秒", "分", "時間", "日"),
        Lang::En => (" s", " min", " h", " d"),
    };
    let gap = lang.pick("", " ");
    let two = |large: u64, unit: &str, small: u64, small_unit: &str| match small {
        0 => format!("{sign}{large}{unit}"),
        _ => format!("{sign}{large}{unit}{gap}{small}{small_unit}"),
    };
    match total {
        0..60 => format!("{sign}{total}{second}"),
        60..3600 => two(total / 60, minute, total % 60, second),
        3600..86_400 => two(total / 3600, hour, total % 3600 / 60, minute),
        _ => two(total / 86_400, day, total % 86_400 / 3600, hour),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_shown_with_its_own_offset_and_in_japan() {
        assert_eq!(with_jst("2026-11-10T09:12:00+09:00"), "2026-11-10 09:12:00 +09:00");
        assert_eq!(
            with_jst("2026-11-10T09:12:00-05:00"),
            "2026-11-10 09:12:00 -05:00  =  2026-11-10 23:12 JST"
        );
        assert_eq!(with_jst("x"), "x");
    }

    #[test]
    fn spans_have_two_units_at_most() {
        for (seconds, en, ja) in [
            (0, "0 s", "0秒"),
            (-5, "−5 s", "−5秒"),
            (61, "1 min 1 s", "1分1秒"),
            (7200, "2 h", "2時間"),
            (90_061, "1 d 1 h", "1日1時間"),
        ] {
            assert_eq!(span(seconds, Lang::En), en);
            assert_eq!(span(seconds, Lang::Ja), ja);
        }
    }
}
