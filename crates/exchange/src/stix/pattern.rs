//! STIX patterns (STIX 2.1 §9).

use lexicon::{Indicator, ObservableType};

use crate::carried::hashes;

/// The pattern that finds an indicator; `None` for a file without any hash.
pub(crate) fn pattern(indicator: &Indicator) -> Option<String> {
    let value = literal(&indicator.value);
    Some(match indicator.kind {
        ObservableType::File => {
            let [md5, sha1, sha256] = hashes(indicator);
            let tests: Vec<String> = [("'SHA-256'", sha256), ("'SHA-1'", sha1), ("MD5", md5)]
                .into_iter()
                .filter_map(|(name, hash)| Some(format!("file:hashes.{name} = {}", literal(hash?))))
                .collect();
            if tests.is_empty() {
                return None;
            }
            format!("[{}]", tests.join(" OR "))
        }
        // A range is compared with ISSUBSET (§9.6.1).
        kind @ (ObservableType::Ipv4Addr | ObservableType::Ipv6Addr) if indicator.value.contains('/') => {
            format!("[{kind}:value ISSUBSET {value}]")
        }
        kind => format!("[{kind}:value = {value}]"),
    })
}

/// A string literal: only `'` and `\` are escaped (§9.4).
fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('\'');
    for c in text.chars() {
        if matches!(c, '\'' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('\'');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(kind: ObservableType, value: &str, expect: Option<&str>) {
        let indicator = Indicator { kind, value: value.to_owned(), hashes: None, note: String::new() };
        assert_eq!(pattern(&indicator).as_deref(), expect, "{value}");
    }

    #[test]
    fn a_value_cannot_end_its_literal() {
        check(
            ObservableType::Url,
            r"http://evil.example/'] OR [url:value = '\",
            Some(r"[url:value = 'http://evil.example/\'] OR [url:value = \'\\']"),
        );
    }

    #[test]
    fn a_range_is_a_subset_test() {
        check(
            ObservableType::Ipv4Addr,
            "198.51.100.0/24",
            Some("[ipv4-addr:value ISSUBSET '198.51.100.0/24']"),
        );
    }

    #[test]
    fn a_bare_hash_is_told_by_its_length() {
        let md5 = "d41d8cd98f00b204e9800998ecf8427e";
        check(ObservableType::File, md5, Some(&format!("[file:hashes.MD5 = '{md5}']")));
        check(ObservableType::File, "請求書.exe", None);
    }
}
