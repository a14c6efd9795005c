//! Received headers: one hop each (RFC 5321 §4.4, in the many shapes that servers write).

use std::net::IpAddr;

use lexicon::facts::Hop;

use crate::{date, words};

/// Reads one Received header.
pub(crate) fn hop(value: &[u8]) -> Hop {
    let text = words::raw_text(value);
    let text = text.as_ref();
    let (route, when) = match text.rsplit_once(';') {
        Some((route, when)) => (route, Some(when)),
        None => (text, None),
    };
    let mut hop = Hop { date: when.and_then(date::parse).map(|d| d.0), ..Hop::default() };
    // Words outside parentheses are keywords and values; the parentheses tell what the server saw.
    let by_at = keyword(route, "by");
    let from_part = match by_at {
        Some(at) => route.get(..at).unwrap_or(route),
        None => route,
    };
    if let Some(at) = keyword(from_part, "from") {
        hop.from = first_word(from_part.get(at + 4..).unwrap_or(""));
    }
    if let Some(at) = by_at {
        hop.by = first_word(route.get(at + 2..).unwrap_or(""));
    }
    hop.ip = client_ip(from_part);
    hop
}

/// Where `word` stands as a word of its own, outside parentheses.
fn keyword(text: &str, word: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut depth = 0usize;
    let mut start = true;
    for (at, &byte) in bytes.iter().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            _ if depth == 0
                && start
                && bytes
                    .get(at..at + word.len())
                    .is_some_and(|b| b.eq_ignore_ascii_case(word.as_bytes()))
                && bytes.get(at + word.len()).is_some_and(|b| b.is_ascii_whitespace() || *b == b'(') =>
            {
                return Some(at);
            }
            _ => {}
        }
        start = byte.is_ascii_whitespace() || byte == b')';
    }
    None
}

fn first_word(text: &str) -> Option<String> {
    let text = text.trim_start();
    let end = text.find(|c: char| c.is_whitespace() || matches!(c, '(' | ';')).unwrap_or(text.len());
    let word = text.get(..end).unwrap_or("").trim_matches(|c| matches!(c, '"' | ','));
    (!word.is_empty()).then(|| word.to_owned())
}

/// The address that the server saw: in brackets, else bare in parentheses, else the HELO itself.
fn client_ip(from_part: &str) -> Option<String> {
    let bracketed = from_part.split('[').skip(1).filter_map(|piece| ip(piece.split(']').next()?));
    let in_parens = || {
        from_part
            .split('(')
            .skip(1)
            .filter_map(|piece| piece.split(')').next())
            .flat_map(|inner| inner.split(|c: char| c.is_whitespace() || matches!(c, ',' | '=')))
            .filter_map(ip)
            .next()
    };
    // HELO literals stand before the parentheses: what the server saw comes after.
    let seen: Vec<String> = bracketed.collect();
    let helo_literal = from_part.trim_start().get(4..).is_some_and(|t| t.trim_start().starts_with('['));
    match (seen.as_slice(), helo_literal) {
        ([_, second, ..], true) => Some(second.clone()),
        ([first, ..], false) => Some(first.clone()),
        ([only], true) => in_parens().or_else(|| Some(only.clone())),
        _ => in_parens().or_else(|| {
            let start = keyword(from_part, "from")?;
            ip(&first_word(from_part.get(start + 4..)?)?)
        }),
    }
}

/// `text` as an IP address in its usual form, with or without the `IPv6:` tag, a port or brackets.
pub(crate) fn ip(text: &str) -> Option<String> {
    let text = text.trim().trim_matches(|c| matches!(c, '[' | ']' | '"' | '\'' | '(' | ')'));
    let text = match text.get(..5) {
        Some(tag) if tag.eq_ignore_ascii_case("ipv6:") => text.get(5..)?,
        _ => text,
    };
    if let Ok(ip) = text.parse::<IpAddr>() {
        return Some(ip.to_string());
    }
    let (host, port) = text.rsplit_once(':')?;
    (!port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) && !host.contains(':'))
        .then(|| host.parse::<IpAddr>().ok())
        .flatten()
        .map(|ip| ip.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &str, from: Option<&str>, by: Option<&str>, ip: Option<&str>, date: Option<&str>) {
        let got = hop(value.as_bytes());
        assert_eq!(
            (got.from.as_deref(), got.by.as_deref(), got.ip.as_deref(), got.date.as_deref()),
            (from, by, ip, date),
            "{value:?}"
        );
    }

    #[test]
    fn hops_are_read_from_the_shapes_that_servers_write() {
        check(
            "from helo.example (rdns.example [192.0.2.7])\r\n\tby mx.example.com (Postfix) with ESMTP id X\r\n\tfor <a@example.com>; Wed, 7 Aug 2013 09:12:00 +0900 (JST)",
            Some("helo.example"),
            Some("mx.example.com"),
            Some("192.0.2.7"),
            Some("2013-08-07T09:12:00+09:00"),
        );
        check(
            "from a.example (2001:db8::7) by b.example (2001:db8::8) with Microsoft SMTP Server id 15.20; Tue, 1 Jan 2019 00:00:00 +0000",
            Some("a.example"),
            Some("b.example"),
            Some("2001:db8::7"),
            Some("2019-01-01T00:00:00+00:00"),
        );
        check(
            "from [10.0.0.5] ([198.51.100.9]) by b.example with SMTP",
            Some("[10.0.0.5]"),
            Some("b.example"),
            Some("198.51.100.9"),
            None,
        );
        check("from x ([IPv6:2001:db8::1]) by y; bad date", Some("x"), Some("y"), Some("2001:db8::1"), None);
        check(
            "by y.example (Postfix, from userid 33) id 1; Tue, 1 Jan 2019 00:00:00 +0000",
            None,
            Some("y.example"),
            None,
            Some("2019-01-01T00:00:00+00:00"),
        );
        check(
            "from unknown (HELO x.example) (203.0.113.4)\n  by y.example with SMTP; 1 Jan 2019 00:00:00 -0000",
            Some("unknown"),
            Some("y.example"),
            Some("203.0.113.4"),
            Some("2019-01-01T00:00:00+00:00"),
        );
        check(
            "(qmail 123 invoked by uid 0); 1 Jan 2019 00:00:00 -0000",
            None,
            None,
            None,
            Some("2019-01-01T00:00:00+00:00"),
        );
        check("", None, None, None, None);
    }
}
