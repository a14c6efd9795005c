//! Tells in HTML and in URLs.

use std::net::Ipv4Addr;

use lexicon::facts::HtmlFacts;

use super::header::organisation;
use crate::session::Session;

/// URLs of one text that are looked at.
const URLS: usize = 500;

/// Gateways that rewrite every link of a mail: that one shows another address is their doing.
const REWRITERS: [&str; 9] = [
    "safelinks.protection.outlook.com",
    "urldefense.com",
    "urldefense.proofpoint.com",
    "protect2.fireeye.com",
    "linkprotect.cudasvc.com",
    "secure-web.cisco.com",
    "clicktime.symantec.com",
    "url.emailprotection.link",
    "protect-us.mimecast.com",
];

pub(super) fn page(session: &mut Session<'_>, facts: &HtmlFacts, place: &str) {
    let prefix = if place.is_empty() { String::new() } else { format!("{place}: ") };
    for link in facts.links.iter().take(URLS) {
        if let (Some(shown), Some(actual)) = (shown_host(&link.text), host(&link.url))
            && differs(&shown, &actual)
        {
            session.tell("link-text-differs", format!("{prefix}{} → {}", link.text, link.url));
        }
        url(session, &link.url, &prefix);
    }
    for form in &facts.forms {
        if form.password {
            session.tell(
                "form-asks-password",
                format!("{prefix}{}", if form.action.is_empty() { "<form>" } else { &form.action }),
            );
        }
        url(session, &form.action, &prefix);
    }
    for target in &facts.refresh {
        session.tell("meta-refresh", format!("{prefix}{target}"));
        url(session, target, &prefix);
    }
}

/// Looks at the URLs that stand in running text.
pub(super) fn text_urls(session: &mut Session<'_>, text: &str) {
    for at in memchr::memmem::find_iter(text.as_bytes(), b"://").take(URLS) {
        let start = text.get(..at).map_or(at, |before| {
            at - before.bytes().rev().take(5).take_while(u8::is_ascii_alphabetic).count()
        });
        let rest = text.get(start..).unwrap_or("");
        let end = rest
            .find(|c: char| {
                c.is_whitespace() || !c.is_ascii() || matches!(c, '"' | '<' | '>' | ')' | ']' | '\'')
            })
            .unwrap_or(rest.len());
        url(session, rest.get(..end).unwrap_or(""), "");
    }
}

fn url(session: &mut Session<'_>, url: &str, prefix: &str) {
    let Some(authority) = authority(url) else {
        return;
    };
    if let Some((user, _)) = authority.rsplit_once('@')
        && user.contains('.')
    {
        session.tell("url-userinfo", format!("{prefix}{url}"));
    }
    let Some(host) = host(url) else {
        return;
    };
    if is_ip(&host) {
        session.tell("url-ip-host", format!("{prefix}{url}"));
    }
    if host.split('.').any(|label| label.starts_with("xn--")) {
        session.tell("url-punycode", format!("{prefix}{url}"));
    }
}

/// What stands between `//` and the path of an http URL.
fn authority(url: &str) -> Option<&str> {
    let (scheme, rest) = url.split_once("://")?;
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return None;
    }
    rest.split(['/', '?', '#', '\\']).next().filter(|a| !a.is_empty())
}

/// The host of an http URL in lower case.
pub(super) fn host(url: &str) -> Option<String> {
    let authority = authority(url)?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, h)| h);
    let host = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or(v6),
        None => host.split(':').next().unwrap_or(host),
    };
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    (!host.is_empty()).then_some(host)
}

/// A host given as a number: dotted, or in the single decimal or hexadecimal form that browsers accept.
fn is_ip(host: &str) -> bool {
    host.parse::<Ipv4Addr>().is_ok()
        || host.contains(':')
        || (host.len() >= 8 && host.bytes().all(|b| b.is_ascii_digit()) && host.parse::<u32>().is_ok())
        || host.strip_prefix("0x").is_some_and(|h| h.len() == 8 && h.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Top-level names that make a bare word an address in the reader's eyes.
const TOP_LEVEL: [&str; 30] = [
    "au", "be", "biz", "br", "ca", "ch", "cn", "co", "com", "de", "edu", "es", "eu", "fr", "gov", "in",
    "info", "io", "it", "jp", "kr", "net", "nl", "org", "pl", "ru", "tw", "uk", "us", "app",
];

/// The host that a link's text shows, if the whole text is one URL or domain name.
fn shown_host(text: &str) -> Option<String> {
    let text = text.trim().trim_matches(|c: char| matches!(c, '<' | '>' | '(' | ')' | '[' | ']' | '"'));
    if text.len() > 300 || text.contains(char::is_whitespace) || text.contains('@') && !text.contains("://") {
        return None;
    }
    let name = if text.contains("://") {
        host(text)?
    } else {
        let name =
            text.split(['/', '?', '#', ':']).next().unwrap_or("").trim_end_matches('.').to_ascii_lowercase();
        let top = name.rsplit('.').next().unwrap_or("");
        if !name.starts_with("www.") && !TOP_LEVEL.contains(&top) {
            return None;
        }
        name
    };
    let labels: Vec<&str> = name.split('.').collect();
    let good = labels.len() > 1
        && labels.iter().all(|l| {
            !l.is_empty() && l.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        })
        && labels.last().is_some_and(|t| t.len() > 1 && t.bytes().all(|b| b.is_ascii_alphabetic()));
    good.then_some(name)
}

fn differs(shown: &str, actual: &str) -> bool {
    organisation(shown) != organisation(actual)
        && !REWRITERS.iter().any(|r| actual == *r || actual.ends_with(&format!(".{r}")))
}

#[cfg(test)]
mod tests {
    use crate::tells::testing::check;

    fn mail(body: &str) -> String {
        format!("From: a@example.com\nContent-Type: text/html\n\n{body}")
    }

    #[test]
    fn a_link_that_shows_another_address_is_told() {
        let id = "link-text-differs";
        check(&mail("<a href='http://evil.test/'>https://www.example.com/login</a>"), id, true);
        check(&mail("<a href='http://evil.test/'>www.example.co.jp</a>"), id, true);
        check(&mail("<a href='http://evil.test/'>example.com</a>"), id, true);
        check(&mail("<a href='https://click.example.com/x'>www.example.com</a>"), id, false);
        check(&mail("<a href='http://evil.test/'>Click here</a>"), id, false);
        check(&mail("<a href='http://evil.test/'>report.pdf</a>"), id, false);
        check(&mail("<a href='http://evil.test/'>a@example.com</a>"), id, false);
        check(
            &mail("<a href='https://a.safelinks.protection.outlook.com/?url=x'>www.example.com</a>"),
            id,
            false,
        );
    }

    #[test]
    fn pages_that_ask_or_lead_on_are_told() {
        check(
            &mail("<form action=http://evil.test/><input type=password></form>"),
            "form-asks-password",
            true,
        );
        check(&mail("<form action=http://evil.test/><input type=text></form>"), "form-asks-password", false);
        check(&mail("<meta http-equiv=refresh content='0;url=http://evil.test/'>"), "meta-refresh", true);
    }

    #[test]
    fn strange_urls_are_told() {
        check(&mail("<a href='http://192.0.2.7/x'>x</a>"), "url-ip-host", true);
        check(&mail("<a href='http://3221225991/x'>x</a>"), "url-ip-host", true);
        check(&mail("<a href='http://xn--e1afmkfd.test/'>x</a>"), "url-punycode", true);
        check(&mail("<a href='http://www.example.com@evil.test/'>x</a>"), "url-userinfo", true);
        check(&mail("<a href='http://evil.test/?m=a@example.com'>x</a>"), "url-userinfo", false);
        check("From: a@example.com\n\nsee http://192.0.2.7/x\n", "url-ip-host", true);
        check("From: a@example.com\n\nsee http://a.example/192.0.2.7\n", "url-ip-host", false);
    }
}
