//! Free mail services and access providers, whose addresses anybody can have (S11, S35).

use std::collections::HashSet;

/// Free mail worldwide and in Japan, then Japanese access providers and mobile operators. `freemail.example` is for examples
/// and tests.
#[rustfmt::skip]
const BUILT_IN: &[&str] = &[
    "126.com", "139.com", "163.com", "188.com", "aim.com", "aliyun.com", "aol.com", "aol.jp", "bk.ru",
    "caramail.com", "cock.li", "daum.net", "disroot.org", "email.com", "excite.co.jp", "excite.com", "fastmail.com",
    "fastmail.fm", "foxmail.com", "free.fr", "freemail.example", "gmail.com", "gmx.at", "gmx.ch", "gmx.com", "gmx.de", "gmx.net",
    "googlemail.com", "goo.jp", "hanmail.net", "hey.com", "hotmail.ca", "hotmail.co.jp", "hotmail.co.uk",
    "hotmail.com", "hotmail.com.br", "hotmail.de", "hotmail.es", "hotmail.fr", "hotmail.it", "hushmail.com",
    "icloud.com", "inbox.lv", "inbox.ru", "infoseek.jp", "keemail.me", "kakao.com", "laposte.net", "libero.it",
    "list.ru", "live.ca", "live.co.uk", "live.com", "live.fr", "live.jp", "live.nl", "livedoor.com", "lycos.com",
    "mac.com", "mail.bg", "mail.com", "mail.goo.ne.jp", "mail.ru", "mailfence.com", "me.com", "msn.com", "nate.com",
    "naver.com", "netease.com", "orange.fr", "outlook.com", "outlook.de", "outlook.es", "outlook.fr", "outlook.jp",
    "passport.com", "pm.me", "posteo.de", "proton.me", "protonmail.ch", "protonmail.com", "qq.com", "rediffmail.com",
    "rocketmail.com", "seznam.cz", "sina.cn", "sina.com", "sohu.com", "terra.com.br", "t-online.de", "tuta.com",
    "tuta.io", "tutamail.com", "tutanota.com", "tutanota.de", "uol.com.br", "ukr.net", "virgilio.it", "vip.163.com",
    "vip.qq.com", "wanadoo.fr", "web.de", "wp.pl", "yahoo.ca", "yahoo.cn", "yahoo.co.id", "yahoo.co.in",
    "yahoo.co.jp", "yahoo.co.kr", "yahoo.co.uk", "yahoo.com", "yahoo.com.au", "yahoo.com.br", "yahoo.com.cn",
    "yahoo.com.hk", "yahoo.com.mx", "yahoo.com.ph", "yahoo.com.sg", "yahoo.com.tw", "yahoo.com.vn", "yahoo.de",
    "yahoo.es", "yahoo.fr", "yahoo.it", "yahoo.ne.jp", "yandex.com", "yandex.ru", "yandex.ua", "yeah.net",
    "ymail.com", "ymail.ne.jp", "zoho.com", "zohomail.com",
    "asahi-net.or.jp", "auone.jp", "au.com", "biglobe.ne.jp", "bbexcite.jp", "commufa.jp",
    "ctk.ne.jp", "dion.ne.jp", "disney.ne.jp", "docomo.ne.jp", "dti.ne.jp", "eonet.ne.jp",
    "ezweb.ne.jp", "hi-ho.ne.jp", "i.softbank.jp", "iij4u.or.jp", "infoweb.ne.jp", "interlink.or.jp", "itscom.net",
    "jcom.home.ne.jp", "jcom.zaq.ne.jp", "mopera.net", "nifty.com", "nifty.ne.jp", "nttpc.ne.jp", "ocn.ne.jp",
    "odn.ne.jp", "pdx.ne.jp", "plala.or.jp", "sannet.ne.jp", "so-net.ne.jp",
    "so-net.jp", "softbank.jp", "softbank.ne.jp", "tees.ne.jp", "tiki.ne.jp", "uqmobile.jp", "vodafone.ne.jp",
    "wakwak.com", "willcom.com", "ybb.ne.jp", "ymobile.ne.jp", "zaq.ne.jp",
];

/// Providers that give their users names below their own, e.g. `muse.ocn.ne.jp`.
const WITH_NAMES_BELOW: &[&str] = &[
    "asahi-net.or.jp",
    "biglobe.ne.jp",
    "commufa.jp",
    "dion.ne.jp",
    "dti.ne.jp",
    "eonet.ne.jp",
    "hi-ho.ne.jp",
    "home.ne.jp",
    "nifty.com",
    "ocn.ne.jp",
    "odn.ne.jp",
    "plala.or.jp",
    "so-net.ne.jp",
    "vodafone.ne.jp",
    "zaq.ne.jp",
];

/// Domains that one list may hold.
const DOMAINS: usize = 100_000;

/// A list of free mail and provider domains: the built-in one, or an operator's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freemail {
    domains: HashSet<String>,
    below: HashSet<String>,
}

impl Default for Freemail {
    fn default() -> Self {
        let set = |list: &[&str]| list.iter().map(|d| (*d).to_owned()).collect();
        Self { domains: set(BUILT_IN), below: set(WITH_NAMES_BELOW) }
    }
}

impl Freemail {
    /// A list that replaces the built-in one: a domain a line; `*.` before it takes in the names below it; empty
    /// lines and lines that start with `#` are passed over.
    ///
    /// ```
    /// let list = forensics::Freemail::parse("# ours\nfree.example\n*.provider.example\n");
    /// assert!(list.contains("free.example") && list.contains("a.provider.example"));
    /// assert!(!list.contains("a.free.example") && !list.contains("gmail.com"));
    /// ```
    pub fn parse(text: &str) -> Self {
        let mut out = Self { domains: HashSet::new(), below: HashSet::new() };
        let lines = text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#'));
        for line in lines.take(DOMAINS) {
            let line = line.trim_end_matches('.').to_lowercase();
            match line.strip_prefix("*.") {
                Some(parent) => {
                    out.below.insert(parent.to_owned());
                    out.domains.insert(parent.to_owned());
                }
                None => {
                    out.domains.insert(line);
                }
            }
        }
        out
    }

    /// True for a domain in lower case at which anybody can have an address.
    pub fn contains(&self, domain: &str) -> bool {
        self.domains.contains(domain)
            || domain
                .match_indices('.')
                .take(10)
                .any(|(at, _)| domain.get(at + 1..).is_some_and(|parent| self.below.contains(parent)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_and_provider_domains_are_known_and_others_are_not() {
        let list = Freemail::default();
        for domain in ["gmail.com", "yahoo.co.jp", "goo.jp", "ocn.ne.jp", "muse.ocn.ne.jp", "ezweb.ne.jp"] {
            assert!(list.contains(domain), "{domain}");
        }
        for domain in ["example.com", "mail.example.co.jp", "ne.jp", "", "mygmail.com", "a.gmail.com"] {
            assert!(!list.contains(domain), "{domain}");
        }
    }
}
