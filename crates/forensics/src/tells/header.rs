//! Tells in the header: who claims to write, and from where.

use lexicon::facts::{MailFacts, Signature};

use crate::header::Block;
use crate::session::Session;
use crate::{address, clock, dkim, fingerprint, route};

/// Words that only an organisation's name has, in Japanese.
const ORGANISATION_JA: [&str; 40] = [
    "株式会社",
    "有限会社",
    "合同会社",
    "(株)",
    "㈱",
    "財団",
    "社団",
    "協会",
    "協議会",
    "委員会",
    "事務局",
    "事務所",
    "大使館",
    "領事館",
    "大学",
    "研究所",
    "研究会",
    "学会",
    "新聞",
    "放送",
    "通信社",
    "銀行",
    "証券",
    "保険",
    "病院",
    "機構",
    "省庁",
    "総務部",
    "人事部",
    "営業部",
    "広報",
    "サポート",
    "センター",
    "カスタマー",
    "窓口",
    "警察",
    "役所",
    "連盟",
    "組合",
    "運営",
];

/// The same in English, as whole words.
const ORGANISATION_EN: [&str; 36] = [
    "administrator",
    "association",
    "bank",
    "billing",
    "committee",
    "company",
    "consulate",
    "corp",
    "corporation",
    "customer",
    "department",
    "embassy",
    "foundation",
    "gmbh",
    "helpdesk",
    "inc",
    "institute",
    "limited",
    "llc",
    "ltd",
    "ministry",
    "newspaper",
    "office",
    "secretariat",
    "security",
    "service",
    "services",
    "society",
    "support",
    "team",
    "times",
    "university",
    "court",
    "police",
    "customs",
    "embassy",
];

/// The word in a display name that claims an organisation.
fn organisation_word(name: &str) -> Option<String> {
    if let Some(word) = ORGANISATION_JA.iter().find(|word| name.contains(*word)) {
        return Some((*word).to_owned());
    }
    // 外務省, 防衛庁, 危機管理局: the character closes a name in Chinese characters.
    let characters: Vec<char> = name.chars().take(200).collect();
    let han = |c: Option<&char>| c.is_some_and(|c| ('\u{3400}'..='\u{9fff}').contains(c));
    for (at, c) in characters.iter().enumerate() {
        let before = at.checked_sub(2).is_some_and(|b| han(characters.get(b)) && han(characters.get(b + 1)));
        if matches!(c, '省' | '庁') && before && !han(characters.get(at + 1)) {
            return Some(c.to_string());
        }
    }
    name.split(|c: char| !c.is_ascii_alphabetic())
        .find(|word| ORGANISATION_EN.iter().any(|o| word.eq_ignore_ascii_case(o)))
        .map(str::to_owned)
}

/// Labels that stand below a country's name like a top-level name of their own.
const SECOND_LEVEL: [&str; 17] = [
    "ac", "ad", "co", "com", "ed", "edu", "go", "gov", "gr", "gob", "lg", "mil", "ne", "net", "nom", "or",
    "org",
];

/// The part of a domain that one organisation holds: two labels, or three below names like `co.jp`.
pub(crate) fn organisation(domain: &str) -> &str {
    let mut dots = domain.rmatch_indices('.').map(|(at, _)| at);
    let (last, second) = (dots.next(), dots.next());
    let (Some(last), Some(second)) = (last, second) else {
        return domain;
    };
    let country = domain.len() - last == 3;
    let middle = domain.get(second + 1..last).unwrap_or("");
    let start = if country && SECOND_LEVEL.contains(&middle) {
        dots.next().map(|at| at + 1)
    } else {
        Some(second + 1)
    };
    start.and_then(|at| domain.get(at..)).unwrap_or(domain)
}

/// An address inside a display name.
fn address_in(name: &str) -> Option<&str> {
    name.split(|c: char| {
        c.is_whitespace() || matches!(c, '<' | '>' | '(' | ')' | '"' | '\'' | '[' | ']' | ',' | ';' | ':')
    })
    .find(|word| {
        word.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty()
                && domain.split('.').count() > 1
                && domain.split('.').all(|label| !label.is_empty())
                && domain.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
        })
    })
}

pub(super) fn senders(session: &mut Session<'_>, facts: &MailFacts) {
    let Some(from) = &facts.from else {
        return;
    };
    let domain = address::domain(&from.address);
    if let Some(shown) = address_in(&from.name)
        && !shown.eq_ignore_ascii_case(&from.address)
        && !domain.is_empty()
    {
        session.tell("display-name-holds-other-address", format!("{shown} <{}>", from.address));
    }
    if session.known.freemail.contains(&domain)
        && let Some(word) = organisation_word(&from.name)
    {
        session.tell("freemail-claims-organisation", format!("{} <{}> ({word})", from.name, from.address));
    }
    let listed = facts.headers.iter().any(|h| h.name.eq_ignore_ascii_case("list-id"));
    if let Some(reply_to) = &facts.reply_to {
        let other = address::domain(&reply_to.address);
        if !other.is_empty() && !domain.is_empty() && !listed && organisation(&other) != organisation(&domain)
        {
            session.tell("reply-to-differs", format!("{} → {}", from.address, reply_to.address));
        }
    }
    if let Some(path) = &facts.return_path {
        let other = address::domain(path);
        if !other.is_empty() && !domain.is_empty() && !listed && organisation(&other) != organisation(&domain)
        {
            session.tell("return-path-differs", format!("{} → {path}", from.address));
        }
    }
}

/// What the header alone shows beyond its fields: delays, origin, fingerprint.
pub(crate) fn traits(session: &mut Session<'_>, block: &Block<'_>, facts: &mut MailFacts) {
    route::delays(&mut facts.received);
    let claimed = ["x-originating-ip", "x-source-ip", "x-sender-ip"].iter().find_map(|name| {
        let header = facts.headers.iter().find(|h| h.name.eq_ignore_ascii_case(name))?;
        header.value.split([',', ' ', ';']).find_map(route::ip)
    });
    let known = session.known;
    facts.origin = route::origin(&facts.received, claimed, &|host| known.roster.is_own(host));
    facts.fingerprint = fingerprint::of(block, facts);
    let content = block.get("content-type").map(|v| v.get(..CONTENT_TYPE_BYTES).unwrap_or(v));
    if let Some(date) = facts.date.as_deref() {
        let print = &facts.fingerprint;
        let ours = |form: &Option<String>| form.as_deref() == Some("outlook");
        if ours(&print.boundary_form) || ours(&print.message_id_form) {
            let content = content.map(crate::params::parse).unwrap_or_default();
            super::clock::identifiers(session, date, facts.message_id.as_deref(), content.param("boundary"));
        }
    }
    // A list's own program may make a mail anew.
    let listed =
        block.fields.iter().any(|f| f.is("list-id") || f.is("x-mailman-version") || f.is("list-post"));
    if let (Some(mailer), false) = (facts.fingerprint.mailer.as_deref(), listed) {
        let print = &facts.fingerprint;
        for (place, form) in [("message-id", &print.message_id_form), ("boundary", &print.boundary_form)] {
            if let Some(form) = form
                && fingerprint::form::contradicts(mailer, form).is_some()
            {
                session.tell("mailer-contradicts", format!("{mailer} / {place}: {form}"));
            }
        }
    }
}

/// Bytes of a Content-Type header that are read for its boundary.
const CONTENT_TYPE_BYTES: usize = 1_000;

/// Checks the signatures of a mail and tells what they give away.
pub(crate) fn signatures(
    session: &mut Session<'_>,
    raw: &[u8],
    block: &Block<'_>,
    facts: &MailFacts,
) -> Vec<Signature> {
    let time = |text: Option<&String>| text.and_then(|t| clock::epoch(t));
    let received =
        time(facts.received.first().and_then(|h| h.date.as_ref())).or_else(|| time(facts.date.as_ref()));
    let found = dkim::check(raw, block, received, &session.known.keys);
    let listed = block.fields.iter().any(|f| f.is("list-id"));
    // ARC is made for mails that are changed on the way: only its newest set must still fit.
    let newest = found.iter().filter_map(|s| s.instance).max();
    for signature in found.iter().filter(|s| s.instance == newest || s.instance.is_none()) {
        let why = || format!("{}: {} ({})", signature.kind, signature.domain, signature.reason);
        if signature.body == Some(false) {
            if !listed {
                session.tell("body-changed-after-signing", why());
            }
        } else if signature.result == "fail" && signature.reason == "signature does not verify" && !listed {
            session.tell("signature-fails", why());
        }
    }
    found
}

pub(super) fn authentication(session: &mut Session<'_>, facts: &MailFacts) {
    let results = &facts.authentication;
    for (method, result) in [("spf", &results.spf), ("dkim", &results.dkim), ("dmarc", &results.dmarc)] {
        if let Some(result) = result.as_deref().filter(|r| *r == "fail") {
            session.tell("auth-failed", format!("{method}={result}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tells::testing::check;

    #[test]
    fn a_free_address_that_claims_an_organisation_is_told() {
        let id = "freemail-claims-organisation";
        check("From: 外務省 <a@gmail.com>\n\n", id, true);
        check("From: 例示株式会社 総務部 <a@yahoo.co.jp>\n\n", id, true);
        check("From: Example Support <a@outlook.com>\n\n", id, true);
        check("From: 山田省吾 <a@gmail.com>\n\n", id, false);
        check("From: Ann Banks <a@gmail.com>\n\n", id, false);
        check("From: Example Support <a@example.com>\n\n", id, false);
    }

    #[test]
    fn a_false_address_in_the_name_is_told() {
        let id = "display-name-holds-other-address";
        check("From: \"ceo@example.com\" <x@evil.test>\n\n", id, true);
        check("From: \"x@evil.test\" <X@evil.test>\n\n", id, false);
        check("From: \"Ann @ Home\" <x@evil.test>\n\n", id, false);
    }

    #[test]
    fn other_domains_for_replies_and_returns_are_told() {
        check("From: a@example.com\nReply-To: b@evil.test\n\n", "reply-to-differs", true);
        check("From: a@mail.example.com\nReply-To: b@example.com\n\n", "reply-to-differs", false);
        check(
            "From: a@example.com\nReply-To: b@list.test\nList-Id: <x.list.test>\n\n",
            "reply-to-differs",
            false,
        );
        check("From: a@example.com\nReturn-Path: <b@evil.test>\n\n", "return-path-differs", true);
        check("From: a@example.com\nReturn-Path: <>\n\n", "return-path-differs", false);
    }

    #[test]
    fn failed_authentication_is_told() {
        check(
            "From: a@example.com\nAuthentication-Results: mx.example; spf=fail; dkim=none\n\n",
            "auth-failed",
            true,
        );
        check(
            "From: a@example.com\nAuthentication-Results: mx.example; spf=pass; dkim=none\n\n",
            "auth-failed",
            false,
        );
    }

    #[test]
    fn organisations_hold_two_labels_or_three() {
        for (domain, expect) in [
            ("mail.example.com", "example.com"),
            ("a.b.example.co.jp", "example.co.jp"),
            ("example.co.jp", "example.co.jp"),
            ("co.jp", "co.jp"),
            ("example.jp", "example.jp"),
            ("x", "x"),
            ("", ""),
        ] {
            assert_eq!(organisation(domain), expect);
        }
    }

    #[test]
    fn a_mailer_whose_identifiers_are_anothers_is_told() {
        let id = "mailer-contradicts";
        let mail = |mailer: &str, more: &str| {
            format!(
                "From: a@example.com\nX-Mailer: {mailer}\n{more}Content-Type: multipart/mixed; boundary=\"===============1234567890123456789==\"\n\n"
            )
        };
        check(&mail("Microsoft Outlook 16.0", ""), id, true);
        check(&mail("Microsoft Outlook 16.0", "List-Id: <a.example.com>\n"), id, false);
        check(&mail("Example Sender 1.0", ""), id, false);
    }

    #[test]
    fn a_body_changed_after_signing_is_told_but_not_on_lists() {
        let id = "body-changed-after-signing";
        let mail = |more: &str| {
            format!(
                "{more}DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=a; h=from; b=AAAA; bh=AAAA\nFrom: a@example.com\n\nx\n"
            )
        };
        check(&mail(""), id, true);
        check(&mail("List-Id: <a.example.com>\n"), id, false);
    }

    #[test]
    fn a_signature_that_the_key_refutes_is_told() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/mail/signed");
        let keys = dkim::Keys::parse(&std::fs::read_to_string(folder.join("keys.txt")).unwrap());
        let known = crate::Known { keys, ..crate::Known::default() };
        let told = |name: &str| {
            let raw = std::fs::read(folder.join(name)).unwrap();
            let facts = crate::read_with(&raw, &crate::Limits::default(), &known).facts;
            facts.tells.iter().any(|t| t.id == "signature-fails")
        };
        assert!(told("subject-changed.eml"));
        assert!(!told("relaxed-relaxed.eml"));
    }
}
