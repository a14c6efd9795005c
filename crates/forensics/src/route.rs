//! Received headers: one hop each (RFC 5321 §4.4, in the many shapes that servers write).

use std::net::IpAddr;

use lexicon::facts::{Hop, Origin};

use crate::tells::organisation;
use crate::{clock, date, words};

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
    let clauses = Clauses::read(route);
    let from_part = match clauses.by {
        Some(at) => route.get(..at).unwrap_or(route),
        None => route,
    };
    let from_at = clauses.from.filter(|from| clauses.by.is_none_or(|by| *from < by));
    hop.from = clauses.value(route, from_at, "from").and_then(first_word);
    hop.by = clauses.value(route, clauses.by, "by").and_then(first_word);
    hop.ip = client_ip(from_part, from_at);
    hop.with = clauses.value(route, clauses.with, "with").map(without_comments).filter(|w| !w.is_empty());
    hop.id = clauses.value(route, clauses.id, "id").and_then(first_word);
    hop.recipient = clauses
        .value(route, clauses.recipient, "for")
        .and_then(first_word)
        .map(|w| w.trim_matches(['<', '>']).to_owned())
        .filter(|w| w.contains('@'));
    hop.tls = tls(route);
    hop
}

/// Where the clauses of a Received header start.
#[derive(Default)]
struct Clauses {
    from: Option<usize>,
    by: Option<usize>,
    with: Option<usize>,
    id: Option<usize>,
    recipient: Option<usize>,
    /// All of them, and `via`, in order.
    all: Vec<usize>,
}

impl Clauses {
    /// Finds each keyword where it first stands as a word of its own, outside parentheses.
    fn read(text: &str) -> Self {
        let mut out = Self::default();
        let bytes = text.as_bytes();
        let mut depth = 0usize;
        let mut start = true;
        for (at, &byte) in bytes.iter().enumerate() {
            match byte {
                b'(' => depth += 1,
                b')' => depth = depth.saturating_sub(1),
                _ if depth == 0 && start => {
                    let is = |word: &str| {
                        bytes
                            .get(at..at + word.len())
                            .is_some_and(|b| b.eq_ignore_ascii_case(word.as_bytes()))
                            && bytes
                                .get(at + word.len())
                                .is_some_and(|b| b.is_ascii_whitespace() || *b == b'(')
                    };
                    let mut ended = false;
                    let slot = match byte | 0x20 {
                        b'f' if is("from") => &mut out.from,
                        b'f' if is("for") => &mut out.recipient,
                        b'b' if is("by") => &mut out.by,
                        b'w' if is("with") => &mut out.with,
                        b'i' if is("id") => &mut out.id,
                        b'v' if is("via") => {
                            ended = true;
                            &mut None
                        }
                        _ => {
                            start = byte.is_ascii_whitespace();
                            continue;
                        }
                    };
                    if slot.is_none() {
                        *slot = Some(at);
                        ended = true;
                    }
                    if ended {
                        out.all.push(at);
                    }
                }
                _ => {}
            }
            start = byte.is_ascii_whitespace() || byte == b')';
        }
        out
    }

    /// What stands between a keyword and the next.
    fn value<'t>(&self, text: &'t str, at: Option<usize>, word: &str) -> Option<&'t str> {
        let at = at?;
        let end = self.all.iter().find(|next| **next > at).copied().unwrap_or(text.len());
        text.get(at + word.len()..end)
    }
}

/// A clause's value without its comments, white space made single.
fn without_comments(text: &str) -> String {
    let mut out = String::new();
    let mut depth = 0usize;
    for c in lexicon::text::cut(text, CLAUSE_BYTES).chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            c if c.is_whitespace() => {
                if !out.is_empty() && !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            c => out.push(c),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Bytes of a clause that are looked at.
const CLAUSE_BYTES: usize = 500;

/// The version of TLS: `TLSv1.2`, `version=TLS1_3`, `TLS1.2`.
fn tls(route: &str) -> Option<String> {
    let bytes = route.as_bytes();
    memchr::memmem::find_iter(bytes, b"TLS").take(10).find_map(|at| {
        let rest = bytes.get(at + 3..)?;
        let rest = rest.strip_prefix(b"v").unwrap_or(rest);
        let (major, minor) = match rest {
            [b'1', b'.' | b'_', minor @ b'0'..=b'3', ..] => ('1', char::from(*minor)),
            [b'1', next, ..] if !next.is_ascii_alphanumeric() => ('1', '0'),
            _ => return None,
        };
        Some(format!("{major}.{minor}"))
    })
}

fn first_word(text: &str) -> Option<String> {
    let text = text.trim_start();
    let end = text.find(|c: char| c.is_whitespace() || matches!(c, '(' | ';')).unwrap_or(text.len());
    let word = text.get(..end).unwrap_or("").trim_matches(|c| matches!(c, '"' | ','));
    (!word.is_empty()).then(|| word.to_owned())
}

/// The address that the server saw: in brackets, else bare in parentheses, else the HELO itself.
fn client_ip(from_part: &str, from_at: Option<usize>) -> Option<String> {
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
        _ => in_parens().or_else(|| ip(&first_word(from_part.get(from_at? + 4..)?)?)),
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

/// Tells each hop how long after the hop before it, in time, it was.
pub(crate) fn delays(hops: &mut [Hop]) {
    let times: Vec<Option<i64>> = hops.iter().map(|h| h.date.as_deref().and_then(clock::epoch)).collect();
    for (index, hop) in hops.iter_mut().enumerate() {
        if let (Some(Some(now)), Some(Some(before))) = (times.get(index), times.get(index + 1)) {
            hop.delay_seconds = Some(now - before);
        }
    }
}

/// True for an address that the whole net can reach. Documentation addresses count, as examples need them to.
pub(crate) fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, ..] = ip.octets();
            !(ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || ip.is_unspecified()
                || ip.is_multicast()
                || a == 0
                || a >= 240
                || a == 100 && (64..128).contains(&b))
        }
        IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
            Some(ip) => is_public(IpAddr::V4(ip)),
            None => ip.segments().first().is_some_and(|s| s & 0xe000 == 0x2000),
        },
    }
}

/// The likely origin of a mail: walking from the receiving side, the first client with a public address that is
/// not one of the receiving side's own servers. What lies beyond it, the client itself may have written.
///
/// A hop is the receiving side's own where client and server are of one organisation, or the client of one of
/// `own` domains. Where no hop is left, what X-Originating-IP claims is told as claimed.
pub(crate) fn origin(hops: &[Hop], claimed: Option<String>, own: &dyn Fn(&str) -> bool) -> Option<Origin> {
    let name = |host: &Option<String>| {
        let host = host.as_deref().unwrap_or("").trim_end_matches('.').to_ascii_lowercase();
        if host.contains('.') && !host.starts_with('[') && ip(&host).is_none() { host } else { String::new() }
    };
    for (index, hop) in hops.iter().enumerate() {
        let Some(address) = hop.ip.as_deref().filter(|a| a.parse().is_ok_and(is_public)) else {
            continue;
        };
        let (client, server) = (name(&hop.from), name(&hop.by));
        let inside = !client.is_empty() && (organisation(&client) == organisation(&server) || own(&client));
        if !inside {
            return Some(Origin {
                ip: address.to_owned(),
                helo: hop.from.clone(),
                hop: Some(index),
                why: "received".to_owned(),
                claimed: claimed.filter(|c| c != address),
            });
        }
    }
    claimed.map(|ip| Origin { ip, why: "claimed".to_owned(), ..Origin::default() })
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

    #[test]
    fn a_hop_tells_its_protocol_id_recipient_and_tls() {
        let got = hop(b"from a.example (a.example [192.0.2.7]) (using TLSv1.2 with cipher X (256/256 bits)) by mx.example.com (Postfix) with ESMTPS id 4F2A for <b@example.com>; Wed, 7 Aug 2013 09:12:00 +0900");
        assert_eq!(
            (got.with.as_deref(), got.id.as_deref(), got.recipient.as_deref(), got.tls.as_deref()),
            (Some("ESMTPS"), Some("4F2A"), Some("b@example.com"), Some("1.2"))
        );
        let got = hop(b"from a.example (2001:db8::7) by b.example (2001:db8::8) with Microsoft SMTP Server (version=TLS1_3, cipher=X) id 15.20 via Frontend Transport; Tue, 1 Jan 2019 00:00:00 +0000");
        assert_eq!(
            (got.with.as_deref(), got.id.as_deref(), got.recipient.as_deref(), got.tls.as_deref()),
            (Some("Microsoft SMTP Server"), Some("15.20"), None, Some("1.3"))
        );
    }

    #[test]
    fn delays_are_counted_against_the_hop_before() {
        let mut hops = [
            hop(b"by a; Wed, 7 Aug 2013 09:12:00 +0900"),
            hop(b"by b; Wed, 7 Aug 2013 00:11:30 +0000"),
            hop(b"by c; no date"),
        ];
        delays(&mut hops);
        assert_eq!(hops.map(|h| h.delay_seconds), [Some(30), None, None]);
    }

    fn check_origin(hops: &[&str], claimed: Option<&str>, expect: Option<(&str, Option<usize>, &str)>) {
        let hops: Vec<Hop> = hops.iter().map(|h| hop(h.as_bytes())).collect();
        let got = origin(&hops, claimed.map(str::to_owned), &|host| host.ends_with(".own.test"));
        let got = got.as_ref().map(|o| (o.ip.as_str(), o.hop, o.why.as_str()));
        assert_eq!(got, expect);
    }

    #[test]
    fn the_origin_is_the_first_client_from_outside() {
        let inner = "from mx1.example.com (mx1.example.com [192.0.2.1]) by store.example.com with LMTP; x";
        let private = "from relay (relay [10.0.0.3]) by mx1.example.com with SMTP; x";
        let own = "from filter.own.test (filter.own.test [192.0.2.9]) by relay.example.com with SMTP; x";
        let border = "from evil.test (unknown [203.0.113.5]) by mx1.example.com with SMTP; x";
        let forged = "from bank.example ([198.51.100.1]) by evil.test with SMTP; x";
        check_origin(
            &[inner, private, own, border, forged],
            None,
            Some(("203.0.113.5", Some(3), "received")),
        );
        check_origin(&[inner, private], Some("203.0.113.8"), Some(("203.0.113.8", None, "claimed")));
        check_origin(&[inner], None, None);
    }
}
