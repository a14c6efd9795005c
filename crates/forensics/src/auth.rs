//! What the receiving side says about the sender: Authentication-Results (RFC 8601) and Received-SPF (RFC 7208).

use lexicon::facts::{Authentication, AuthenticationResult};

use crate::header::Block;
use crate::words;

/// Results of one mail that are told.
const RESULTS: usize = 100;

/// Bytes of one header that are read.
const HEADER_BYTES: usize = 16 << 10;

/// Reads every result that a header claims. Those of the topmost Authentication-Results count, and of those below
/// it that the same server wrote (no other Received stands between); anything further down may come from the
/// sender. Received-SPF stands in where they say nothing about SPF.
pub(crate) fn read(block: &Block<'_>) -> Authentication {
    let mut out = Authentication::default();
    let mut top: Option<String> = None;
    let mut passed = false;
    let mut spf_seen = false;
    for field in &block.fields {
        if out.results.len() >= RESULTS {
            break;
        }
        let short = field.value.get(..HEADER_BYTES).unwrap_or(field.value);
        if field.is("received") {
            passed |= top.is_some();
        } else if field.is("authentication-results") {
            let (server, found) = results(&words::raw_text(short));
            let counts = match &top {
                None => true,
                Some(top) => !passed && !server.is_empty() && *top == server,
            };
            top.get_or_insert_with(|| server.clone());
            add(&mut out, "authentication-results", &server, found, counts);
        } else if field.is("arc-authentication-results") {
            let (server, found) = results(&words::raw_text(short));
            add(&mut out, "arc-authentication-results", &server, found, false);
        } else if field.is("received-spf") {
            let text = words::raw_text(short);
            let word = text.split(|c: char| !c.is_ascii_alphabetic()).find(|w| !w.is_empty());
            if let Some(result) = word.and_then(spf_word) {
                out.results.push(received_spf(&text, result, !spf_seen));
            }
            spf_seen = true;
        }
    }
    let of = |method: &str, header: &str| -> Option<String> {
        out.results
            .iter()
            .find(|r| r.counts && r.method == method && r.header == header)
            .map(|r| r.result.clone())
    };
    let header = "authentication-results";
    let (spf, dmarc) = (of("spf", header).or_else(|| of("spf", "received-spf")), of("dmarc", header));
    // One good signature is enough (RFC 6376 §6.1).
    let good = out.results.iter().any(|r| r.counts && r.method == "dkim" && r.result == "pass");
    let dkim = if good { Some("pass".to_owned()) } else { of("dkim", header) };
    (out.spf, out.dkim, out.dmarc) = (spf, dkim, dmarc);
    out
}

fn add(out: &mut Authentication, header: &str, server: &str, found: Vec<AuthenticationResult>, counts: bool) {
    for result in found.into_iter().take(RESULTS) {
        out.results.push(AuthenticationResult {
            header: header.to_owned(),
            server: server.to_owned(),
            counts,
            ..result
        });
    }
}

/// `SoftFail (mx.example: domain of a@b) receiver=…; client-ip=…; envelope-from="a@b"`
fn received_spf(text: &str, result: String, counts: bool) -> AuthenticationResult {
    let value = |name: &str| {
        let at = text.find(name)?;
        let rest = text.get(at + name.len()..)?.trim_start().strip_prefix('=')?.trim_start();
        let rest = rest.trim_start_matches(['"', '<']);
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, ';' | '"' | '>' | ')'));
        Some(rest.get(..end.unwrap_or(rest.len()))?.to_owned()).filter(|v| !v.is_empty())
    };
    let domain = value("envelope-from").or_else(|| value("identity"));
    AuthenticationResult {
        header: "received-spf".to_owned(),
        server: value("receiver").unwrap_or_default(),
        method: "spf".to_owned(),
        result,
        domain: domain.map(|d| d.rsplit('@').next().unwrap_or("").to_lowercase()),
        selector: None,
        reason: text.split_once('(').and_then(|(_, r)| r.split_once(')')).map(|(r, _)| r.trim().to_owned()),
        counts,
    }
}

fn spf_word(word: &str) -> Option<String> {
    const WORDS: [&str; 9] =
        ["pass", "fail", "softfail", "neutral", "none", "temperror", "permerror", "error", "unknown"];
    WORDS.iter().find(|w| word.eq_ignore_ascii_case(w)).map(|w| (*w).to_owned())
}

/// The server and its `method=result` pairs with what they are about.
fn results(text: &str) -> (String, Vec<AuthenticationResult>) {
    let mut server = String::new();
    let mut out = Vec::new();
    for (index, piece) in pieces(text).into_iter().enumerate() {
        let plain = piece.plain.trim();
        // ARC puts its instance before the server's name.
        let name = plain.split_whitespace().next().unwrap_or("");
        if index < 2 && server.is_empty() && !name.contains('=') {
            server = name.to_ascii_lowercase();
        }
        let Some((method, rest)) = plain.split_once('=') else {
            continue;
        };
        // `mx.example; spf=pass`, and Microsoft's form without the server's name.
        let Some(method) = method.split_whitespace().next_back().and_then(|m| m.split('/').next()) else {
            continue;
        };
        let method = method.to_ascii_lowercase();
        let result = rest.trim_start().split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or("");
        if result.is_empty() || method == "i" {
            continue;
        }
        let mut found = AuthenticationResult {
            method,
            result: result.to_ascii_lowercase(),
            ..AuthenticationResult::default()
        };
        found.reason = Some(piece.comment.trim().to_owned()).filter(|c| !c.is_empty());
        for word in rest.split_whitespace().skip(1) {
            let Some((name, value)) = word.split_once('=') else {
                continue;
            };
            let value = value.trim_matches(['"', ',']);
            match name.to_ascii_lowercase().as_str() {
                "header.s" => found.selector = Some(value.to_owned()),
                "header.d" | "header.from" | "smtp.mailfrom" | "header.i" | "smtp.helo"
                    if found.domain.is_none() =>
                {
                    found.domain = Some(value.rsplit('@').next().unwrap_or(value).to_lowercase());
                }
                "reason" => found.reason = Some(value.to_owned()),
                _ => {}
            }
        }
        out.push(found);
    }
    (server, out)
}

/// A statement of an Authentication-Results header.
#[derive(Default)]
struct Piece {
    plain: String,
    comment: String,
}

/// The statements, with their comments apart.
fn pieces(text: &str) -> Vec<Piece> {
    let mut out = vec![Piece::default()];
    let mut depth = 0usize;
    for c in text.chars() {
        if c == ';' && depth == 0 {
            out.push(Piece::default());
            continue;
        }
        let Some(piece) = out.last_mut() else {
            break;
        };
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            c if depth == 0 => piece.plain.push(c),
            c => piece.comment.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(raw: &str, spf: Option<&str>, dkim: Option<&str>, dmarc: Option<&str>) {
        let got = read(&crate::header::read(raw.as_bytes(), 100, true));
        assert_eq!(
            (got.spf.as_deref(), got.dkim.as_deref(), got.dmarc.as_deref()),
            (spf, dkim, dmarc),
            "{raw}"
        );
    }

    #[test]
    fn the_topmost_results_count() {
        check(
            "Authentication-Results: mx.example; spf=fail (not ok; really) smtp.mailfrom=x; dkim=none;\r\n dmarc=Fail action=none header.from=x\r\nAuthentication-Results: evil; spf=pass; dkim=pass\r\n\r\n",
            Some("fail"),
            Some("none"),
            Some("fail"),
        );
        check(
            "Authentication-Results: spf=softfail (sender IP is 192.0.2.1) smtp.mailfrom=x; dkim=fail;dkim=pass header.d=x;dmarc=bestguesspass",
            Some("softfail"),
            Some("pass"),
            Some("bestguesspass"),
        );
    }

    #[test]
    fn received_spf_stands_in() {
        check("Received-SPF: SoftFail (mx.example: domain of x)\r\n\r\n", Some("softfail"), None, None);
        check("Received-SPF: whatever\r\n\r\n", None, None, None);
        check("Subject: x\r\n\r\n", None, None, None);
    }

    #[test]
    fn every_result_is_told_with_what_it_is_about_and_only_the_receivers_count() {
        let raw = "Authentication-Results: mx.example; dkim=pass header.d=a.example header.s=k1\r\n\
            Authentication-Results: mx.example; spf=fail (not listed) smtp.mailfrom=x@a.example\r\n\
            Received: by mx.example\r\n\
            Authentication-Results: mx.example; dmarc=pass header.from=a.example\r\n\
            ARC-Authentication-Results: i=1; mx2.example; spf=pass\r\n\r\n";
        let got = read(&crate::header::read(raw.as_bytes(), 100, true));
        let told: Vec<_> = got
            .results
            .iter()
            .map(|r| {
                (r.server.as_str(), r.method.as_str(), r.domain.as_deref(), r.selector.as_deref(), r.counts)
            })
            .collect();
        assert_eq!(
            told,
            [
                ("mx.example", "dkim", Some("a.example"), Some("k1"), true),
                ("mx.example", "spf", Some("a.example"), None, true),
                ("mx.example", "dmarc", Some("a.example"), None, false),
                ("mx2.example", "spf", None, None, false),
            ]
        );
        assert_eq!(got.results[1].reason.as_deref(), Some("not listed"));
        assert_eq!((got.spf.as_deref(), got.dmarc.as_deref()), (Some("fail"), None));
    }
}
