//! Texts and dates as PDF keeps them.

/// A text string: UTF-16 or UTF-8 with its mark, else the encoding of PDF's own, which is nearly Windows'.
pub(super) fn text(bytes: &[u8]) -> String {
    if let Some(rest) = bytes.strip_prefix(b"\xfe\xff") {
        return wide(rest, u16::from_be_bytes);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xff\xfe") {
        return wide(rest, u16::from_le_bytes);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        return String::from_utf8_lossy(rest).into_owned();
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        // Producers that know nothing of marks write the code page of their machine.
        Err(_) => forensics::charset::decode(bytes, None).text.into_owned(),
    }
}

fn wide(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}')).collect()
}

/// `D:20240131120000+09'00'` as `2024-01-31T12:00:00+09:00`; without an offset where it tells none.
pub(super) fn date(text: &str) -> Option<String> {
    let text = text.trim();
    let text = text.strip_prefix("D:").unwrap_or(text);
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, zone) = (text.get(..end)?, text.get(end..)?);
    let part = |from: usize, to: usize, fallback: i8| match digits.get(from..to) {
        Some(part) => part.parse().ok(),
        None => Some(fallback),
    };
    let year: i16 = digits.get(..4)?.parse().ok()?;
    let (month, day) = (part(4, 6, 1)?, part(6, 8, 1)?);
    let (hour, minute, second) = (part(8, 10, 0)?, part(10, 12, 0)?, part(12, 14, 0)?);
    let moment = jiff::civil::DateTime::new(year, month, day, hour, minute, second, 0).ok()?;
    let mut offset = zone.chars().filter(char::is_ascii_digit);
    let mut two = || Some([offset.next()?, offset.next()?].iter().collect::<String>());
    let zone = match zone.chars().next() {
        Some('Z') => "Z".to_owned(),
        Some(sign @ ('+' | '-')) => {
            let hours = two()?;
            format!("{sign}{hours}:{}", two().unwrap_or_else(|| "00".to_owned()))
        }
        _ => String::new(),
    };
    Some(format!("{moment}{zone}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_keep_their_own_offset() {
        assert_eq!(date("D:20240131120000+09'00'").as_deref(), Some("2024-01-31T12:00:00+09:00"));
        assert_eq!(date("D:20240131120000Z").as_deref(), Some("2024-01-31T12:00:00Z"));
        assert_eq!(date("D:202401311200").as_deref(), Some("2024-01-31T12:00:00"));
        assert_eq!(date("D:20249931"), None);
        assert_eq!(date("yesterday"), None);
    }

    #[test]
    fn texts_are_read_in_each_of_their_forms() {
        assert_eq!(text(b"\xfe\xff\x8a\xcb\x6c\x42\x66\xf8"), "請求書");
        assert_eq!(text("\u{feff}請求書".as_bytes()), "請求書");
        assert_eq!(text(b"plain"), "plain");
    }
}
