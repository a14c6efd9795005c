//! The marks of a mail: what it shares with others beside its text.
//!
//! `marks/files.rs` reads attachments, `marks/route.rs` the sending machine, `marks/masks.rs` subjects and paths with
//! what changes in them masked; the rest is here. Values that guard lists or lists of services name, and the
//! receivers' own, make no mark.

mod files;
mod masks;
mod route;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr};

use lexicon::facts::MailFacts;

use crate::mark::{MAX_VALUE, Mark, MarkKind};
use crate::services;

/// Links looked at in one mail.
const MAX_LINKS: usize = 512;
/// Different values kept of where links lead.
const MAX_VALUES: usize = 16;
/// A path shorter than this (bytes) is a site's front page in some language.
const MIN_PATH: usize = 4;
/// A mail with links to no more places than this is about them.
const FEW_HOSTS: usize = 3;

/// The marks of a mail, sorted, each once.
pub(crate) fn marks(facts: &MailFacts) -> Vec<Mark> {
    let mut marks = Vec::new();
    files::marks(&facts.attachments, &mut marks);
    let own = own_domains(facts);
    let guarded: HashSet<&str> = facts
        .observables
        .iter()
        .filter(|seen| !seen.is_actionable())
        .map(|seen| seen.value.as_str())
        .collect();
    let usable = |domain: &str| !own.contains(domain) && !guarded.contains(domain);
    hosts(facts, &usable, &mut marks);
    senders(facts, &own, &guarded, &mut marks);
    route::marks(facts, &usable, &mut marks);
    if let Some(subject) = facts.subject.as_deref().and_then(masks::subject) {
        marks.push(Mark::new(MarkKind::Subject, &subject, 0.35));
    }
    let skeleton = facts.html.skeleton.split(' ').filter(|word| !word.is_empty()).take(MAX_VALUES);
    marks.extend(skeleton.map(|word| Mark::new(MarkKind::Structure, word, 0.55)));
    marks.sort_unstable();
    marks.dedup_by(|a, b| (a.kind, &a.value) == (b.kind, &b.value));
    marks
}

/// What a value of where links lead or who sends weighs at most.
fn base(kind: MarkKind, value: &str) -> f64 {
    let free = || value.rsplit_once('@').is_some_and(|(_, domain)| services::is_freemail(domain));
    match kind {
        MarkKind::Page => 0.75,
        // A bare address is nobody's brand.
        MarkKind::Host if value.parse::<IpAddr>().is_ok() => 0.75,
        MarkKind::Host => 0.55,
        MarkKind::From | MarkKind::ReplyTo if !free() => 0.55,
        MarkKind::ReturnPath => 0.5,
        MarkKind::From | MarkKind::ReplyTo => 0.45,
        MarkKind::Name | MarkKind::Pattern => 0.3,
        _ => 0.45,
    }
}

fn mark(kind: MarkKind, value: &str) -> Mark {
    Mark::new(kind, value, base(kind, value))
}

/// Domains of those who received the mail: theirs, not the sender's.
fn own_domains(facts: &MailFacts) -> BTreeSet<String> {
    let boxes = facts.to.iter().chain(&facts.cc).take(MAX_LINKS);
    boxes.filter_map(|to| address_domain(&to.address)).collect()
}

fn hosts(facts: &MailFacts, usable: &dyn Fn(&str) -> bool, marks: &mut Vec<Mark>) {
    // Pictures and style sheets come from the brand that is imitated; what ties is where a link leads.
    let remote: HashSet<&str> = facts.html.remote.iter().take(MAX_LINKS).map(String::as_str).collect();
    let links = facts.html.links.iter().map(|link| link.url.as_str());
    let forms = facts.html.forms.iter().map(|form| form.action.as_str());
    let refresh = facts.html.refresh.iter().map(String::as_str);
    let written = facts.urls.iter().map(String::as_str).filter(|url| !remote.contains(url));
    let mut values = BTreeSet::new();
    // A mail's links lead to few places, again and again.
    let mut places: HashMap<&str, Option<Place>> = HashMap::new();
    let mut seen: HashSet<&str> = HashSet::new();
    for url in links.chain(forms).chain(refresh).chain(written).take(MAX_LINKS) {
        if values.len() >= MAX_VALUES {
            break;
        }
        if !seen.insert(url) {
            continue;
        }
        let Some((host, path)) = host_and_path(url) else { continue };
        let place = places.entry(host).or_insert_with(|| Place::of(host, usable));
        let Some(Place { host, domain, service, told }) = place else { continue };
        if !*service {
            if let Some(shape) = masks::path(path) {
                values.insert((MarkKind::Pattern, shape));
            }
            if let Some(page) = page(host, path) {
                values.insert((MarkKind::Page, page));
            }
            if !std::mem::replace(told, true) {
                values.insert((MarkKind::Host, domain.clone()));
            }
        } else if let Some(page) = services::page(domain, host, path) {
            values.insert((MarkKind::Page, page));
        }
    }
    if values.iter().filter(|(kind, _)| *kind == MarkKind::Host).count() > FEW_HOSTS {
        marks.push(mark(MarkKind::Scattered, ""));
    }
    marks.extend(values.iter().map(|(kind, value)| mark(*kind, value)));
}

/// Where links lead, and may tie.
struct Place {
    /// In lower case.
    host: String,
    /// Its registrable domain.
    domain: String,
    /// True where it says nothing about who uses it.
    service: bool,
    /// True once the domain is among the values.
    told: bool,
}

impl Place {
    fn of(written: &str, usable: &dyn Fn(&str) -> bool) -> Option<Self> {
        let host = written.to_lowercase();
        let domain = registrable(&host)?;
        let service = services::is_service(&domain);
        (host.len() <= MAX_VALUE && usable(&domain) && usable(&host)).then_some(Self {
            host,
            domain,
            service,
            told: false,
        })
    }
}

fn senders(facts: &MailFacts, own: &BTreeSet<String>, guarded: &HashSet<&str>, marks: &mut Vec<Mark>) {
    for (kind, mailbox) in [(MarkKind::From, &facts.from), (MarkKind::ReplyTo, &facts.reply_to)] {
        let Some(address) = mailbox.as_ref().map(|mailbox| mailbox.address.trim().to_lowercase()) else {
            continue;
        };
        let Some(domain) = address_domain(&address) else { continue };
        // A guard list speaks against a freemail provider's name, not against the one address of it that an
        // attacker made.
        let service = services::is_service(&domain) && !services::is_freemail(&domain);
        if !service && !own.contains(&domain) && !guarded.contains(address.as_str()) {
            marks.push(mark(kind, &address));
        }
    }
    let shown = facts.from.as_ref().map_or("", |from| from.name.as_str());
    if let Some(name) = masks::name(shown) {
        marks.push(mark(MarkKind::Name, &name));
    }
    if let Some(domain) = facts.return_path.as_deref().and_then(address_domain)
        && !own.contains(&domain)
        && !guarded.contains(domain.as_str())
        && !services::is_service(&domain)
    {
        marks.push(mark(MarkKind::ReturnPath, &domain));
    }
}

/// An address on the open net, in its usual writing.
fn public_ip(text: &str) -> Option<String> {
    let ip = text.parse::<IpAddr>().ok()?;
    let public = match ip {
        IpAddr::V4(v4) => is_public(v4),
        // 2002::/16 (6to4) wraps addresses that services use inside.
        IpAddr::V6(v6) => v6.segments()[0] & 0xe000 == 0x2000 && v6.segments()[0] != 0x2002,
    };
    public.then(|| ip.to_string())
}

fn is_public(ip: Ipv4Addr) -> bool {
    let [a, b, ..] = ip.octets();
    !(ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_broadcast() || a == 0 || a >= 224)
        && !(a == 100 && (64..128).contains(&b))
}

/// Host and path of a link, where the path says something.
fn page(host: &str, path: &str) -> Option<String> {
    let end = path.find(['?', '#']).unwrap_or(path.len());
    let path = path.get(..end)?.trim_matches('/');
    (path.len() >= MIN_PATH).then(|| format!("{host}/{path}"))
}

/// Host, as it is written, and path of a web address.
fn host_and_path(url: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = url.split_once(':')?;
    let scheme = scheme.trim();
    if !["http", "https", "ftp", "hxxp", "hxxps"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
        return None;
    }
    let rest = rest.trim_start_matches(['/', '\\']);
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let (authority, path) = (rest.get(..end)?, rest.get(end..)?);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next()?,
        None => host.split(':').next()?,
    };
    let host = host.trim_end_matches('.');
    (!host.is_empty()).then_some((host, path))
}

/// The domain of a mail address, registrable, lower case.
fn address_domain(address: &str) -> Option<String> {
    let (_, domain) = address.rsplit_once('@')?;
    registrable(domain.trim_end_matches(['>', ' ', '.']))
}

/// The registrable domain of `host` by the public suffix list, or a public IP address.
fn registrable(host: &str) -> Option<String> {
    if host.len() > MAX_VALUE {
        return None;
    }
    let host = host.trim_matches(['[', ']', '.']).to_lowercase();
    // Addresses end with a digit, or are hexadecimal with colons.
    let address = host.ends_with(|c: char| c.is_ascii_digit()) || host.contains(':');
    if address && host.parse::<IpAddr>().is_ok() {
        return public_ip(&host);
    }
    let shaped = host.contains('.') && !host.contains(|c: char| c.is_whitespace() || c.is_control());
    let domain = psl::domain_str(&host).filter(|_| shaped)?;
    Some(domain.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use lexicon::facts::{Attachment, Header, Hop, HtmlLink, Mailbox};

    fn mailbox(address: &str) -> Option<Mailbox> {
        Some(Mailbox { name: String::new(), address: address.into() })
    }

    fn check(facts: &MailFacts, expect: &[&str]) {
        let told: Vec<String> =
            marks(facts).iter().map(|mark| format!("{} {}", mark.kind.word(), mark.value)).collect();
        assert_eq!(told, expect);
    }

    #[test]
    fn links_tie_by_registrable_domain_and_services_by_page() {
        let link = |url: &str| HtmlLink { url: url.into(), text: String::new() };
        let mut facts = MailFacts::default();
        facts.html.links = [
            "https://user@Login.Evil.example.:8443/pay/now?to=me",
            "https://bit.ly/3xYzAbC?x=1",
            "https://www.google.com/",
            "mailto:a@b.example",
            "http://203.0.113.9/x",
            "http://10.0.0.1/x",
            "https://lure.web.app/",
            "http://",
        ]
        .map(link)
        .into();
        check(
            &facts,
            &[
                "host 203.0.113.9",
                "host evil.example",
                "host lure.web.app",
                "page bit.ly/3xYzAbC",
                "page login.evil.example/pay/now",
            ],
        );
    }

    #[test]
    fn pictures_and_the_receivers_own_domain_do_not_tie() {
        let mut facts =
            MailFacts { to: vec![mailbox("a@mail.own.example").unwrap()], ..MailFacts::default() };
        facts.html.remote = vec!["https://brand.example/logo.png".into()];
        facts.urls = vec!["https://brand.example/logo.png".into(), "https://www.own.example/".into()];
        facts.from = mailbox("boss@own.example");
        check(&facts, &[]);
    }

    #[test]
    fn the_origin_is_the_first_client_that_is_no_service() {
        let hop =
            |from: &str, ip: &str| Hop { from: Some(from.into()), ip: Some(ip.into()), ..Hop::default() };
        let mut facts = MailFacts {
            received: vec![
                hop("mx.example.net", "198.51.100.1"),
                hop("relay.example.org", "203.0.113.5"),
                hop("mail-1.google.com", "203.0.113.77"),
                hop("localhost", "127.0.0.1"),
            ],
            ..MailFacts::default()
        };
        check(&facts, &["origin 203.0.113.5"]);
        facts.headers = vec![Header { name: "X-Originating-IP".into(), value: "[192.0.2.44]".into() }];
        check(&facts, &["origin 192.0.2.44"]);
    }

    #[test]
    fn small_files_inline_pictures_and_signatures_do_not_tie() {
        let file = |kind: &str, size, inline| Attachment {
            sha256: format!("{:064x}", size + u64::from(inline)),
            kind: kind.into(),
            size,
            inline,
            ..Attachment::default()
        };
        let mut archive = file("zip", 9000, false);
        archive.children = vec![file("exe", 8000, false)];
        let facts = MailFacts {
            attachments: vec![
                file("png", 90_000, true),
                file("png", 900, false),
                file("asc", 9_999, false),
                file("pdf", 100, false),
                archive,
            ],
            ..MailFacts::default()
        };
        check(&facts, &[&format!("sha256 {:064x}", 8000), &format!("sha256 {:064x}", 9000)]);
    }

    #[test]
    fn archives_nested_without_end_are_left_at_the_limit() {
        let mut file =
            Attachment { sha256: "a".repeat(64), size: 1000, kind: "zip".into(), ..Attachment::default() };
        for _ in 0..200 {
            file = Attachment { children: vec![file.clone()], ..file };
        }
        let facts = MailFacts { attachments: vec![file], ..MailFacts::default() };
        assert_eq!(marks(&facts).len(), 1);
    }
}
