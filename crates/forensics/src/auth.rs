//! What the receiving side says about the sender: Authentication-Results (RFC 8601) and Received-SPF (RFC 7208).

use lexicon::facts::Authentication;

use crate::header::Block;
use crate::words;

/// Reads the topmost Authentication-Results, the one that the last server wrote; anything below may come from the
/// sender. Received-SPF stands in where it says nothing about SPF.
pub(crate) fn read(block: &Block<'_>) -> Authentication {
    let mut out = Authentication::default();
    if let Some(value) = block.get("authentication-results") {
        let text = words::raw_text(value);
        let mut dkim = Vec::new();
        for (method, result) in results(&text) {
            match method.as_str() {
                "spf" => out.spf = out.spf.or(Some(result)),
                "dmarc" => out.dmarc = out.dmarc.or(Some(result)),
                "dkim" => dkim.push(result),
                _ => {}
            }
        }
        // One good signature is enough (RFC 6376 §6.1).
        out.dkim = dkim.iter().find(|r| *r == "pass").or(dkim.first()).cloned();
    }
    if out.spf.is_none()
        && let Some(value) = block.get("received-spf")
    {
        let text = words::raw_text(value);
        out.spf = text.split(|c: char| !c.is_ascii_alphabetic()).find(|w| !w.is_empty()).and_then(spf_word);
    }
    out
}

fn spf_word(word: &str) -> Option<String> {
    const WORDS: [&str; 9] =
        ["pass", "fail", "softfail", "neutral", "none", "temperror", "permerror", "error", "unknown"];
    WORDS.iter().find(|w| word.eq_ignore_ascii_case(w)).map(|w| (*w).to_owned())
}

/// `method=result` pairs, comments left out.
fn results(text: &str) -> Vec<(String, String)> {
    let mut plain = String::with_capacity(text.len());
    let mut depth = 0usize;
    for c in text.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            c if depth == 0 => plain.push(c),
            _ => {}
        }
    }
    plain
        .split(';')
        .filter_map(|piece| {
            let (method, rest) = piece.trim().split_once('=')?;
            // `mx.example; spf=pass`, and Microsoft's form without the server's name.
            let method = method.split_whitespace().next_back()?.split('/').next()?.to_ascii_lowercase();
            let result = rest.trim_start().split(|c: char| !c.is_ascii_alphabetic()).next()?;
            (!result.is_empty()).then(|| (method, result.to_ascii_lowercase()))
        })
        .collect()
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
}
