//! From where and with what a mail was sent.

use lexicon::facts::{Fingerprint, MailFacts};
use sha2::{Digest, Sha256};

use super::{MAX_LINKS, public_ip, registrable};
use crate::mark::{Mark, MarkKind};
use crate::services;

/// Names that machines give themselves where nobody named them.
const NOBODYS: &[&str] = &["localhost", "localhost.localdomain", "user", "unknown", "ylmf-pc", "win"];

pub(super) fn marks(facts: &MailFacts, usable: &dyn Fn(&str) -> bool, marks: &mut Vec<Mark>) {
    if let Some(ip) = origin(facts).filter(|ip| usable(ip)) {
        marks.push(Mark::new(MarkKind::Address, &ip, 0.45));
    }
    let helo = facts.origin.as_ref().and_then(|origin| origin.helo.as_deref());
    if let Some(helo) = helo.map(|helo| helo.trim_matches(['[', ']', '.']).to_lowercase())
        && helo.len() >= 4
        && helo.parse::<std::net::IpAddr>().is_err()
        && !NOBODYS.contains(&helo.as_str())
        && registrable(&helo).is_none_or(|domain| usable(&domain) && !services::is_service(&domain))
    {
        marks.push(Mark::new(MarkKind::Helo, &helo, 0.35));
    }
    if let Some(mailer) = mailer(&facts.fingerprint, facts.date.as_deref()) {
        marks.push(Mark::new(MarkKind::Mailer, &mailer, 0.3));
    }
}

/// The program that made the mail, by its name, the order in which it writes headers, the shapes of its Message-ID and
/// boundary, and the time zone of its clock: each of them is everybody's, all of them together are not.
fn mailer(print: &Fingerprint, date: Option<&str>) -> Option<String> {
    if print.header_order.is_empty() || print.mailer.is_none() && print.message_id.is_none() {
        return None;
    }
    let or_none = |text: &Option<String>| text.clone().unwrap_or_default();
    let zone = date.and_then(|date| date.get(date.len().checked_sub(6)?..)).unwrap_or("");
    let name = print.mailer.as_deref().or(print.message_id_form.as_deref()).unwrap_or("?");
    let all =
        [&print.header_order, &or_none(&print.message_id), &or_none(&print.boundary), &or_none(&print.mime)];
    let mut digest = Sha256::new();
    for part in all {
        digest.update(part);
        digest.update([0]);
    }
    let digest: String = digest.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    Some(format!("{} {zone} #{digest}", lexicon::text::cut(name, 60)))
}

/// The address that gave the mail to the first server that is no service's: told by a header that names the
/// client, or by the oldest hop.
fn origin(facts: &MailFacts) -> Option<String> {
    let named = facts
        .headers
        .iter()
        .filter(|header| {
            ["x-originating-ip", "x-sender-ip"].iter().any(|name| header.name.eq_ignore_ascii_case(name))
        })
        .map(|header| header.value.trim().trim_matches(['[', ']']))
        .find_map(public_ip);
    if let Some(ip) = named {
        return Some(ip);
    }
    for hop in facts.received.iter().rev().take(MAX_LINKS) {
        let service = |name: &Option<String>| {
            name.as_deref().and_then(registrable).is_some_and(|domain| services::is_service(&domain))
        };
        if let Some(ip) = hop.ip.as_deref().and_then(public_ip)
            && !service(&hop.from)
        {
            return Some(ip);
        }
    }
    None
}
