//! Tells of imitation: names of the roster with foreign addresses, and domains that look like others.

use lexicon::facts::MailFacts;

use super::page::host;
use crate::address;
use crate::lookalike::{LABEL, one_edit, skeleton};
use crate::session::Session;

use super::header::organisation;

/// Links whose hosts are compared.
const LINKS: usize = 200;

/// Addresses of one mail that are compared.
const ADDRESSES: usize = 50;

/// Domains of one mail that are compared with each other.
const DOMAINS: usize = 12;

/// Recipients of a mail whose domains are compared with each other.
const RECIPIENTS: usize = 5;

/// Names and domains of the roster.
pub(super) fn of_known(session: &mut Session<'_>, facts: &MailFacts) {
    let known = session.known;
    if let Some(from) = &facts.from {
        let domain = address::domain(&from.address);
        if !domain.is_empty()
            && let Some(name) = known.roster.foreign_name(&from.name, &domain)
        {
            session.tell("known-name-foreign-address", format!("{} <{}> ({name})", from.name, from.address));
        }
    }
    let mut seen: Vec<String> = Vec::new();
    let mut check = |session: &mut Session<'_>, place: &str, host: String| {
        if host.is_empty() || seen.contains(&host) {
            return;
        }
        if let Some((domain, likeness)) = known.roster.imitated(&host) {
            session.tell("lookalike-domain", format!("{place}: {host} ({domain}: {})", likeness.phrase()));
        }
        seen.push(host);
    };
    for (place, address) in addresses(facts) {
        check(session, place, address::domain(address));
    }
    for link in facts.html.links.iter().take(LINKS) {
        if let Some(host) = host(&link.url) {
            check(session, "link", host);
        }
    }
}

/// The addresses of the header whose domains are compared.
fn addresses(facts: &MailFacts) -> impl Iterator<Item = (&'static str, &str)> {
    let from = facts.from.iter().map(|m| ("header:from", m.address.as_str()));
    let reply = facts.reply_to.iter().map(|m| ("header:reply-to", m.address.as_str()));
    let path = facts.return_path.iter().map(|p| ("header:return-path", p.as_str()));
    let cc = facts.cc.iter().map(|m| ("header:cc", m.address.as_str()));
    let to = facts.to.iter().map(|m| ("header:to", m.address.as_str()));
    from.chain(reply).chain(path).chain(cc).chain(to).take(ADDRESSES)
}

/// Domains of one mail that are made to look like each other: the supplier's reply that goes astray, the copy
/// that reaches nobody.
pub(super) fn of_each_other(session: &mut Session<'_>, facts: &MailFacts) {
    // Long lists of recipients hold neighbours by chance, most of all in spam.
    if facts.to.len() + facts.cc.len() > RECIPIENTS {
        return;
    }
    let mut seen: Vec<(&'static str, String)> = Vec::new();
    for (place, address) in addresses(facts) {
        let domain = address::domain(address);
        let registered = organisation(&domain).to_owned();
        if seen.len() < DOMAINS && registered.contains('.') && !seen.iter().any(|(_, d)| *d == registered) {
            seen.push((place, registered));
        }
    }
    for (index, (place, domain)) in seen.iter().enumerate() {
        for (_, other) in seen.iter().take(index) {
            let (label, other_label) = (first_label(domain), first_label(other));
            let long = label.chars().count() >= LABEL && other_label.chars().count() >= LABEL;
            // Two of one owner often differ by a number: mail1, mail2.
            let numbers = label.trim_end_matches(|c: char| c.is_ascii_digit())
                == other_label.trim_end_matches(|c: char| c.is_ascii_digit());
            let alike = one_edit(label, other_label) || skeleton(label) == skeleton(other_label);
            if long && label != other_label && !numbers && alike && rest(domain) == rest(other) {
                session.tell("lookalike-within-mail", format!("{place}: {domain} / {other}"));
                return;
            }
        }
    }
}

fn first_label(domain: &str) -> &str {
    domain.split('.').next().unwrap_or("")
}

fn rest(domain: &str) -> &str {
    domain.split_once('.').map_or("", |(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use crate::tells::testing::check;
    use crate::{Known, KnownName, Limits, Roster, read_with};

    #[test]
    fn domains_of_one_mail_that_look_alike_are_told() {
        let id = "lookalike-within-mail";
        check("From: a@supplier.test\nReply-To: a@suppiler.test\n\n", id, true);
        check("From: a@morning.test\nTo: b@example.com\nCc: c@rnorning.test\n\n", id, true);
        check("From: a@supplier.test\nReply-To: a@mail.supplier.test\n\n", id, false);
        check("From: a@mail1.test\nReply-To: a@mail2.test\n\n", id, false);
        check("From: a@apple.test\nReply-To: a@orange.test\n\n", id, false);
    }

    fn ids(raw: &str) -> Vec<String> {
        let names = vec![KnownName { name: "Ann Lee".to_owned(), domains: vec!["example.org".to_owned()] }];
        let known = Known { roster: Roster::new(names, vec!["example.com".to_owned()]), ..Known::default() };
        read_with(raw.as_bytes(), &Limits::default(), &known).facts.tells.into_iter().map(|t| t.id).collect()
    }

    #[test]
    fn imitations_of_the_roster_are_told_wherever_they_stand() {
        let like = |raw: &str| ids(raw).iter().any(|id| id == "lookalike-domain");
        assert!(like("From: a@examp1e.com\n\n"));
        assert!(like("From: a@b.test\nReply-To: a@example-login.com\n\n"));
        assert!(like("From: a@b.test\nReturn-Path: <a@exmaple.com>\n\n"));
        assert!(like(
            "From: a@b.test\nContent-Type: text/html\n\n<a href='http://example.com.evil.test/'>x</a>"
        ));
        assert!(!like("From: a@example.com\nReply-To: b@www.example.org\n\n"));
        let foreign = |raw: &str| ids(raw).iter().any(|id| id == "known-name-foreign-address");
        assert!(foreign("From: Ann Lee <a@b.test>\n\n"));
        assert!(!foreign("From: Ann Lee <a@mail.example.org>\n\n"));
        assert!(!foreign("From: Bob Lee <a@b.test>\n\n"));
    }
}
