//! The terms that would give a member away, drawn from its roster entry.

use lexicon::ids::MemberId;
use lexicon::member::{Identity, Member};

use crate::fold::fold_text;
use crate::network::Network;

/// Which part of the roster entry a finding touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TermKind {
    /// A name of the organisation.
    Name,
    /// A domain, or the label of a domain that is a name.
    Domain,
    /// An e-mail address.
    Address,
    /// An IP address.
    Network,
    /// A person.
    Person,
}

impl TermKind {
    /// The stable word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Domain => "domain",
            Self::Address => "address",
            Self::Network => "network",
            Self::Person => "person",
        }
    }
}

/// A folded text to look for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Term {
    /// The folded text; never empty.
    pub(crate) folded: String,
    /// Which part of the entry it is.
    pub(crate) kind: TermKind,
    /// True where the text is whole enough that finding it is no accident.
    pub(crate) whole: bool,
}

/// All terms of one member.
pub(crate) struct Terms {
    pub(crate) member: MemberId,
    pub(crate) texts: Vec<Term>,
    pub(crate) networks: Vec<Network>,
}

/// Words that make a company's legal form, folded.
const LEGAL_FORMS: &[&str] = &[
    "株式会社",
    "有限会社",
    "合同会社",
    "合資会社",
    "一般社団法人",
    "一般財団法人",
    "公益社団法人",
    "公益財団法人",
    "独立行政法人",
    "国立研究開発法人",
    "国立大学法人",
    "学校法人",
    "医療法人",
    "株",
    "有",
    "coltd",
    "cooltd",
    "corporation",
    "incorporated",
    "limited",
    "company",
    "holdings",
    "inc",
    "ltd",
    "llc",
    "corp",
    "kk",
    "gk",
];

/// Labels of domains that name nobody.
const GENERIC_LABELS: &[&str] = &[
    "co",
    "or",
    "ne",
    "ac",
    "go",
    "ed",
    "lg",
    "gr",
    "ad",
    "com",
    "net",
    "org",
    "info",
    "biz",
    "jp",
    "example",
    "test",
    "invalid",
    "localhost",
    "www",
    "mail",
    "smtp",
    "mx",
    "web",
    "ftp",
    "vpn",
    "intra",
    "group",
    "gov",
    "edu",
    "asia",
    "tokyo",
    "osaka",
    "online",
    "site",
    "cloud",
    "corp",
    "local",
    "internal",
    "portal",
    "shop",
    "blog",
    "tech",
    "dev",
    "app",
];

/// Local parts that name nobody.
const GENERIC_LOCAL_PARTS: &[&str] = &[
    "info",
    "contact",
    "sales",
    "support",
    "admin",
    "webmaster",
    "postmaster",
    "office",
    "inquiry",
    "toiawase",
    "soumu",
    "jinji",
    "saiyo",
    "press",
    "pr",
    "security",
    "csirt",
    "abuse",
    "noreply",
    "no-reply",
    "madoguchi",
    "service",
    "help",
];

impl Terms {
    /// The terms of a member.
    pub(crate) fn of(member: &Member) -> Self {
        let mut texts = Vec::new();
        let mut push = |text: &str, kind: TermKind, whole: bool| {
            let folded = fold_text(text);
            if !folded.is_empty() {
                texts.push(Term { folded, kind, whole });
            }
        };
        let Identity { names, domains, addresses, networks, persons } = &member.identity;
        for name in std::iter::once(&member.name).chain(names) {
            push(name, TermKind::Name, true);
            // Without its legal form a short name may be an everyday word (アクセス, Line): then finding it is a
            // doubt. Where it is none, the roster lists it as a name of its own.
            let core = without_legal_form(name);
            if core != fold_text(name) {
                let letters = core.chars().count();
                let kana = core.chars().all(|c| matches!(c, 'ぁ'..='ゖ'));
                let everyday = if core.is_ascii() {
                    6
                } else if kana {
                    4
                } else {
                    2
                };
                push(&core, TermKind::Name, letters > everyday);
            }
        }
        for domain in domains {
            let domain = domain.trim().trim_start_matches("*.").trim_matches('.');
            push(domain, TermKind::Domain, true);
            let (unicode, _) = idna::domain_to_unicode(domain);
            push(&unicode, TermKind::Domain, true);
            if let Ok(ascii) = idna::domain_to_ascii(domain) {
                push(&ascii, TermKind::Domain, true);
            }
            for label in domain.split('.').chain(unicode.split('.')) {
                let label_folded = fold_text(label);
                if !GENERIC_LABELS.contains(&label_folded.as_str()) && label_folded.chars().count() >= 3 {
                    push(label, TermKind::Domain, label_folded.chars().count() >= 5);
                }
            }
        }
        for address in addresses {
            push(address, TermKind::Address, true);
            // The domain of an address may be a freemail provider's: only `domains` names the member's own.
            if let Some((local, _)) = address.rsplit_once('@')
                && !GENERIC_LOCAL_PARTS.contains(&local.to_ascii_lowercase().as_str())
                && local.len() >= 4
            {
                push(local, TermKind::Person, false);
            }
        }
        for person in persons {
            push(person, TermKind::Person, true);
            let tokens: Vec<&str> = person
                .split(|c: char| c.is_whitespace() || matches!(c, ',' | '、' | '・' | '.' | '　'))
                .filter(|token| !token.is_empty())
                .collect();
            if tokens.len() >= 2 {
                let reversed: Vec<&str> = tokens.iter().rev().copied().collect();
                push(&reversed.concat(), TermKind::Person, true);
                for token in tokens {
                    // A family name alone may be anybody's, so it is a doubt and not a certainty.
                    let letters = token.chars().count();
                    if letters >= if token.is_ascii() { 4 } else { 2 } {
                        push(token, TermKind::Person, false);
                    }
                }
            }
        }
        // A text that is certain under one heading need not be doubted under another.
        texts.sort_by(|a, b| (&a.folded, !a.whole, a.kind).cmp(&(&b.folded, !b.whole, b.kind)));
        texts.dedup_by(|b, a| a.folded == b.folded);
        Self {
            member: member.id,
            texts,
            networks: networks.iter().filter_map(|network| Network::parse(network)).collect(),
        }
    }
}

/// A folded name without the words of its legal form at either end.
fn without_legal_form(name: &str) -> String {
    let mut core = fold_text(name);
    // "株" alone is only a legal form where a name remains that can stand by itself.
    let strip = |core: &str| {
        LEGAL_FORMS
            .iter()
            .flat_map(|form| [core.strip_prefix(form), core.strip_suffix(form)])
            .flatten()
            .find(|rest| rest.chars().count() >= 2)
            .map(str::to_owned)
    };
    while let Some(rest) = strip(&core) {
        core = rest;
    }
    core
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_legal_form_is_not_part_of_the_name() {
        for name in ["株式会社みたほガス", "みたほガス（株）", "㈱みたほガス", "みたほガス株式会社"]
        {
            assert_eq!(without_legal_form(name), fold_text("みたほガス"), "{name}");
        }
        assert_eq!(without_legal_form("Mitaho Gas Co., Ltd."), "mitahogas");
    }
}
