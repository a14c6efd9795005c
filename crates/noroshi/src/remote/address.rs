//! A hub's address.

use std::net::IpAddr;

use lexicon::Lang;
use ureq::http::Uri;

use crate::outcome::Failure;

/// A checked address: scheme, host, port and path, without anything behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    text: String,
    loopback: bool,
}

impl Address {
    /// Reads an address as a person writes it.
    pub(crate) fn parse(written: &str, insecure: bool, lang: Lang) -> Result<Self, Failure> {
        let wrong = |ja: &str, en: &str| {
            let shown = crate::report::harmless(written);
            // What stands before an @ may be a password.
            let shown = shown.rsplit('@').next().unwrap_or_default();
            Failure::Usage(format!("--hub {shown}: {}", if lang == Lang::Ja { ja } else { en }))
        };
        let uri: Uri = written.trim().parse().map_err(|_| {
            wrong(
                "アドレスではありません。https://hub.example.org のように書いてください",
                "no address; write it as https://hub.example.org",
            )
        })?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(wrong(
                "https:// で始めてください。例: https://hub.example.org",
                "begin it with https://, e.g. https://hub.example.org",
            ));
        };
        if authority.as_str().contains('@') || uri.query().is_some() {
            return Err(wrong(
                "利用者名・パスワード・? 以降は書けません。トークンは --token-file で指定してください",
                "it takes no user, password or query; name the token's file with --token-file",
            ));
        }
        let host = authority.host().trim_matches(['[', ']']);
        let loopback =
            host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        match scheme {
            "https" => {}
            "http" if loopback || insecure => {}
            "http" => {
                return Err(wrong(
                    "http:// では、途中の誰でもメールとトークンを読めます。https:// にしてください（それでも使うなら --insecure-http）",
                    "by http:// everybody on the way can read mails and token; use https:// (or insist with --insecure-http)",
                ));
            }
            _ => return Err(wrong("https:// で始めてください", "begin it with https://")),
        }
        let path = uri.path().trim_end_matches('/');
        Ok(Self { text: format!("{scheme}://{authority}{path}"), loopback })
    }

    /// The address, without a slash at its end.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// It is on this machine.
    pub(super) fn is_loopback(&self) -> bool {
        self.loopback
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(written: &str, insecure: bool, expect: Option<&str>) {
        let found = Address::parse(written, insecure, Lang::En).ok();
        assert_eq!(found.as_ref().map(Address::as_str), expect, "{written}");
    }

    #[test]
    fn plain_http_is_for_this_machine_alone() {
        check("https://hub.example.org/", false, Some("https://hub.example.org"));
        check("https://hub.example.org:8443/noroshi/", false, Some("https://hub.example.org:8443/noroshi"));
        check("http://127.0.0.1:8470", false, Some("http://127.0.0.1:8470"));
        check("http://[::1]:8470/", false, Some("http://[::1]:8470"));
        check("http://localhost:8470", false, Some("http://localhost:8470"));
        check("http://hub.example.org", false, None);
        check("http://localhost.example.org", false, None);
        check("http://hub.example.org", true, Some("http://hub.example.org"));
    }

    #[test]
    fn what_is_no_address_of_a_hub_is_refused_and_no_password_is_shown() {
        for wrong in [
            "",
            "hub.example.org",
            "ftp://hub.example.org",
            "https://hub.example.org/?x=1",
            "file:///etc/passwd",
        ] {
            check(wrong, true, None);
        }
        let Err(Failure::Usage(text)) = Address::parse("https://me:secret@hub.example.org", true, Lang::En)
        else {
            panic!("a password in an address was taken");
        };
        assert!(!text.contains("secret"), "{text}");
    }
}
