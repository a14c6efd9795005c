//! Readers of logs whose lines are sentences: Unbound, dnsmasq, Windows DNS, Squid, web servers, mail servers.
//!
//! Each gives the parts of a line, or false where the line has another shape: it is then looked through as text, so
//! that nothing is missed.

use std::sync::LazyLock;

use memchr::memmem::Finder;
use memchr::{memmem, memrchr};

use super::record::{Record, Role};
use crate::near::find;

/// A searcher that is made once.
macro_rules! finder {
    ($name:ident, $text:literal) => {
        static $name: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new($text));
    };
}
finder!(INFO, b"info: ");
finder!(UNBOUND, b"unbound");
finder!(DNSMASQ, b"dnsmasq");
finder!(COLON, b": ");
finder!(PACKET, b" PACKET ");
finder!(RECEIVED, b" Rcv ");
finder!(SENT, b" Snd ");
finder!(POSTFIX, b"postfix/");
finder!(CLIENT, b"client=");
finder!(FROM, b" from ");

#[inline]
pub(super) fn upto(text: &[u8], at: usize) -> &[u8] {
    text.get(..at).unwrap_or_default()
}

#[inline]
pub(super) fn from(text: &[u8], at: usize) -> &[u8] {
    text.get(at..).unwrap_or_default()
}

/// The next word and what stands behind it.
#[inline]
pub(super) fn word(text: &[u8]) -> (&[u8], &[u8]) {
    // Mostly there is one space.
    let mut text = text.strip_prefix(b" ").unwrap_or(text);
    if text.first().is_some_and(u8::is_ascii_whitespace) {
        text = text.trim_ascii_start();
    }
    text.split_at_checked(find(b' ', text).unwrap_or(text.len())).unwrap_or((text, b""))
}

/// `[1699999999] unbound[1234:0] info: 192.0.2.9 name. A IN`, and replies with their code and size behind it.
pub(super) fn unbound(line: &[u8], record: &mut Record) -> bool {
    let Some(at) = INFO.find(line) else { return false };
    let front = upto(line, at);
    if UNBOUND.find(front).is_none() && !front.trim_ascii_end().ends_with(b"]") {
        return false;
    }
    let (client, rest) = word(from(line, at + 6));
    let (name, rest) = word(rest);
    let (_, rest) = word(rest);
    let (class, _) = word(rest);
    if !matches!(class, b"IN" | b"CH" | b"HS") || name.is_empty() {
        return false;
    }
    if let Some(open) = find(b'[', front).filter(|&open| open < 2) {
        let end = find(b']', front).unwrap_or(front.len());
        record.push(Role::Time, front.get(open + 1..end).unwrap_or_default());
    }
    record.push(Role::Client, client);
    record.push(Role::Name, name);
    true
}

/// `… dnsmasq[123]: query[A] name from 192.0.2.9`, `reply name is 192.0.2.1`, `forwarded name to 192.0.2.53`.
pub(super) fn dnsmasq(line: &[u8], record: &mut Record) -> bool {
    let body = match DNSMASQ.find(line) {
        Some(at) => match COLON.find(from(line, at)) {
            Some(colon) => from(line, at + colon + 2),
            None => return false,
        },
        // The wrapper was taken off already.
        None => line,
    };
    let (mut verb, mut rest) = word(body);
    // `log-queries=extra`: a serial number and the client stand in front.
    if !verb.is_empty() && verb.iter().all(u8::is_ascii_digit) {
        let (client, behind) = word(rest);
        let client = upto(client, memrchr(b'/', client).unwrap_or(client.len()));
        record.push(Role::Client, client);
        (verb, rest) = word(behind);
    }
    let (name, rest) = word(rest);
    let (joint, rest) = word(rest);
    let (value, _) = word(rest);
    match (verb, joint) {
        (_, b"from") if verb.starts_with(b"query[") => {
            record.push(Role::Client, value);
            record.push(Role::Name, name);
        }
        (_, b"is") => {
            record.push(Role::Name, name);
            record.push(Role::Answers, value);
        }
        (b"forwarded", b"to") => record.push(Role::Name, name),
        _ => return false,
    }
    true
}

/// `11/14/2023 10:13:20 PM 0B34 PACKET  0000 UDP Rcv 192.0.2.9  4a3c   Q [0001   D   NOERROR] A      (3)www(4)evil(0)`
pub(super) fn windows_dns(line: &[u8], record: &mut Record) -> bool {
    let Some(packet) = PACKET.find(line) else { return false };
    let rest = from(line, packet);
    let Some(way) = RECEIVED.find(rest).or_else(|| SENT.find(rest)) else {
        return false;
    };
    let (client, rest) = word(from(rest, way + 5));
    let Some(open) = memrchr(b']', rest) else { return false };
    let Some(start) = find(b'(', from(rest, open)) else { return false };
    let labels = from(rest, open + start);
    record.push(Role::Client, client);
    record.push_written(Role::Name, |out| write_labels(labels, out));
    true
}

/// `(3)www(4)evil(7)example(0)` → `www.evil.example`.
fn write_labels(text: &[u8], out: &mut Vec<u8>) {
    let from_ = out.len();
    let mut rest = text;
    while let Some(behind) = rest.strip_prefix(b"(") {
        let Some(close) = find(b')', behind) else { return };
        let length = upto(behind, close)
            .iter()
            .fold(0usize, |sum, &b| sum * 10 % 1000 + usize::from(b.wrapping_sub(b'0') % 10));
        let label = from(behind, close + 1);
        if length == 0 || length > 63 {
            return;
        }
        if out.len() > from_ {
            out.push(b'.');
        }
        out.extend_from_slice(upto(label, length.min(label.len())));
        rest = from(label, length.min(label.len()));
    }
}

/// `1699999999.123    45 192.0.2.9 TCP_MISS/200 1234 GET http://name/path user HIER_DIRECT/192.0.2.1 text/html`
pub(super) fn squid(line: &[u8], record: &mut Record) -> bool {
    let (time, rest) = word(line);
    let (_, rest) = word(rest);
    let (client, rest) = word(rest);
    let (status, rest) = word(rest);
    let (size, rest) = word(rest);
    let (_, rest) = word(rest);
    let (url, rest) = word(rest);
    let (user, rest) = word(rest);
    let (peer, _) = word(rest);
    let is_status = find(b'/', status).is_some_and(|at| from(status, at + 1).iter().all(u8::is_ascii_digit));
    if !is_status || url.is_empty() || !size.first().is_some_and(u8::is_ascii_digit) {
        return false;
    }
    record.push(Role::Time, time);
    record.push(Role::Client, client);
    record.push(Role::Url, url);
    if user != b"-" {
        record.push(Role::User, user);
    }
    if let Some(at) = find(b'/', peer).filter(|&at| from(peer, at + 1) != b"-") {
        record.push(Role::Host, from(peer, at + 1));
    }
    true
}

/// `192.0.2.9 - user [14/Nov/2023:22:13:20 +0900] "GET /path HTTP/1.1" 200 12 "referrer" "agent"`, also with the
/// virtual host in front.
pub(super) fn combined(line: &[u8], record: &mut Record) -> bool {
    let Some(open) = find(b'[', line) else { return false };
    let behind = from(line, open + 1);
    let Some(close) = find(b']', upto(behind, behind.len().min(40))) else { return false };
    let time = upto(behind, close);
    let Some(request) = from(behind, close + 1).strip_prefix(b" \"") else { return false };
    let (first, rest) = word(upto(line, open));
    let (second, rest) = word(rest);
    let (third, rest) = word(rest);
    // `vhost:80 192.0.2.9 - user [`
    let (client, user) = match word(rest).0 {
        b"" => (first, third),
        user => {
            record.push(Role::Host, first);
            (second, user)
        }
    };
    if client.is_empty() || !time.first().is_some_and(u8::is_ascii_digit) {
        return false;
    }
    let end = quoted(request);
    let (_, target) = word(upto(request, end));
    let (target, _) = word(target);
    record.push(Role::Time, time);
    record.push(Role::Client, client);
    if !user.is_empty() && user != b"-" {
        record.push(Role::User, user);
    }
    record.push(if target.starts_with(b"/") { Role::Path } else { Role::Url }, target);
    let rest = from(request, end + 1);
    if let Some(at) = find(b'"', rest) {
        let referrer = from(rest, at + 1);
        let end = quoted(referrer);
        if upto(referrer, end) != b"-" {
            record.push(Role::Url, upto(referrer, end));
        }
        let rest = from(referrer, end + 1);
        if let Some(at) = find(b'"', rest) {
            let agent = from(rest, at + 1);
            record.push(Role::Agent, upto(agent, quoted(agent)));
        }
    }
    true
}

/// Where the quoted text ends; `\"` does not end it.
fn quoted(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some(found) = find(b'"', from(text, at)) {
        at += found;
        if at == 0 || text.get(at - 1) != Some(&b'\\') {
            return at;
        }
        at += 1;
    }
    text.len()
}

/// A mail server's line: everything in it counts, the client is told where it is.
pub(super) fn postfix(line: &[u8], record: &mut Record) -> bool {
    let Some(at) = POSTFIX.find(line) else { return false };
    let rest = from(line, at);
    let Some(colon) = COLON.find(rest) else { return false };
    let body = from(rest, colon + 2);
    let client = [&CLIENT, &FROM].into_iter().find_map(|mark| {
        let at = mark.find(body)?;
        let rest = from(body, at + mark.needle().len());
        let open = find(b'[', rest).filter(|&open| open < 256 && !upto(rest, open).contains(&b' '))?;
        let rest = from(rest, open + 1);
        Some(upto(rest, find(b']', rest)?))
    });
    if let Some(client) = client {
        record.push(Role::Client, client);
    }
    record.push(Role::Text, body);
    true
}

/// The length of a syslog wrapper: `<134>`, RFC 3164 or RFC 5424 time, host, program.
pub(super) fn wrapper(line: &[u8]) -> Option<usize> {
    let mut rest = line;
    if let Some(behind) = rest.strip_prefix(b"<") {
        let close = find(b'>', upto(behind, behind.len().min(5)))?;
        rest = from(behind, close + 1);
        rest = rest.strip_prefix(b"1 ").unwrap_or(rest);
    }
    let head = upto(rest, rest.len().min(16));
    let month = head.len() == 16
        && head.first().is_some_and(u8::is_ascii_uppercase)
        && head.get(3) == Some(&b' ')
        && head.get(9) == Some(&b':')
        && head.get(12) == Some(&b':');
    let iso = head.get(4) == Some(&b'-') && head.get(7) == Some(&b'-') && head.get(10) == Some(&b'T');
    if month {
        rest = from(rest, 16);
    } else if iso {
        rest = from(rest, find(b' ', rest)? + 1);
    } else {
        return None;
    }
    // Host, then `program[pid]: ` or the fields of RFC 5424.
    let (host, behind) = word(rest);
    if host.is_empty() || behind.is_empty() {
        return None;
    }
    let behind = from(behind, 1);
    let tag = upto(behind, find(b' ', behind).unwrap_or(behind.len()));
    let body = match tag.ends_with(b":") {
        true => from(behind, tag.len() + 1),
        // RFC 5424: program, process, message id, structured data.
        false if iso => {
            let (_, rest) = word(behind);
            let (_, rest) = word(rest);
            let (_, rest) = word(rest);
            let rest = rest.trim_ascii_start();
            match rest.strip_prefix(b"- ") {
                Some(body) => body,
                None if rest.starts_with(b"[") => from(rest, memmem::find(rest, b"] ")? + 2),
                None => behind,
            }
        }
        false => behind,
    };
    // What is left is the line's end.
    Some(line.len() - body.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_of_a_syslog_line_is_its_end_also_where_nothing_is_left() {
        for (line, body) in [
            ("Nov 20 10:00:00 host named: query", "query"),
            ("<134>Nov 20 10:00:00 host named:", ""),
            ("2026-11-20T10:00:00Z host named:", ""),
            ("<134>1 2026-11-20T10:00:00Z host named 1 - - query", "query"),
            ("<134>1 2026-11-20T10:00:00Z host named 1 - [a b=\"c\"] query", "query"),
            ("1151-11-TTTTTT2 14:TT_TTT14 13:", ""),
        ] {
            let start = wrapper(line.as_bytes());
            assert_eq!(start.and_then(|start| line.get(start..)), Some(body), "{line}");
        }
    }
}
