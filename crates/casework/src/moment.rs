//! Points in time as mails give them.

use jiff::Timestamp;
use jiff::civil::DateTime;

/// A date of RFC 3339. Where no offset is written (a date that a mail program copied into a forward) it is taken for
/// Japan Standard Time: those who forward mails to a hub of Japanese organisations read it there.
pub(crate) fn read(date: &str) -> Option<Timestamp> {
    if let Ok(at) = date.parse::<Timestamp>() {
        return Some(at);
    }
    let civil: DateTime = date.parse().ok()?;
    civil.to_zoned(lexicon::time::jst()).ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_date_without_an_offset_is_japans() {
        assert_eq!(super::read("2013-08-07T09:12:00"), super::read("2013-08-07T09:12:00+09:00"));
        assert_eq!(super::read("yesterday"), None);
    }
}
