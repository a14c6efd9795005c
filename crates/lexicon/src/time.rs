//! Points in time as people read them: kept as given, shown in Japan Standard Time.

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

use crate::Lang;

/// Japan Standard Time, UTC+09:00 all year since 1952.
pub fn jst() -> TimeZone {
    TimeZone::fixed(Offset::constant(9))
}

/// `2026-11-20 15:04 JST`: for tables and the terminal.
pub fn show(at: Timestamp) -> String {
    format!("{} JST", at.to_zoned(jst()).strftime("%Y-%m-%d %H:%M"))
}

/// `2026-11-20`: the date in Japan.
pub fn show_date(at: Timestamp) -> String {
    at.to_zoned(jst()).strftime("%Y-%m-%d").to_string()
}

/// The formal date: `2026年（令和8年）11月20日` or `20 November 2026`.
pub fn show_formal(at: Timestamp, lang: Lang) -> String {
    let date = at.to_zoned(jst()).date();
    match lang {
        Lang::En => date.strftime("%-d %B %Y").to_string(),
        // Reiwa began on 1 May 2019; a mail hub has no formal dates before it.
        Lang::Ja if date >= jiff::civil::date(2019, 5, 1) => {
            let year = i32::from(date.year()) - 2018;
            let era = if year == 1 { "元".to_owned() } else { year.to_string() };
            format!("{}年（令和{era}年）{}月{}日", date.year(), date.month(), date.day())
        }
        Lang::Ja => format!("{}年{}月{}日", date.year(), date.month(), date.day()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formal_japanese_date_names_the_era() {
        let at: Timestamp = "2026-11-19T15:30:00Z".parse().unwrap_or_default();
        assert_eq!(show_formal(at, Lang::Ja), "2026年（令和8年）11月20日");
        assert_eq!(show_formal(at, Lang::En), "20 November 2026");
    }

    #[test]
    fn the_first_year_of_an_era_is_gannen() {
        let at: Timestamp = "2019-05-01T00:00:00Z".parse().unwrap_or_default();
        assert_eq!(show_formal(at, Lang::Ja), "2019年（令和元年）5月1日");
    }
}
