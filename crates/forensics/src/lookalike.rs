//! Names and domains that are made to look like others (UTS 39 in spirit, with a small table of its own).

use std::collections::HashMap;

use crate::tells::organisation;

mod distance;
mod punycode;
mod skeleton;

pub(crate) use distance::one_edit;
pub(crate) use skeleton::skeleton;

/// Shortest label for which one changed letter counts, in characters.
pub(crate) const LABEL: usize = 5;

/// The same for the built-in brands, which nobody asked to have compared.
const BRAND_LABEL: usize = 7;

/// Shortest label that is looked for as a word of a longer one.
const WORD_LABEL: usize = 4;

/// Longest label compared (RFC 1035).
const LABEL_BYTES: usize = 63;

/// Names and domains that one roster may hold.
const ENTRIES: usize = 50_000;

/// A person or organisation that mails may pretend to come from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KnownName {
    /// The name as it stands in a display name.
    pub name: String,
    /// The domains from which it writes; those below them count too.
    pub domains: Vec<String>,
}

/// The roster: names with their domains, and the own domains. What a mail is held against is worked out once.
#[derive(Debug, Clone)]
pub struct Roster {
    names: Vec<(String, Vec<String>)>,
    finder: Option<aho_corasick::AhoCorasick>,
    own: Vec<String>,
    domains: Domains,
}

impl Default for Roster {
    fn default() -> Self {
        Self::new(Vec::new(), Vec::new())
    }
}

/// How a domain is like another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Likeness {
    Letters,
    Edit,
    Word,
    Ending,
    Front,
}

impl Likeness {
    /// A short stable phrase for the evidence.
    pub(crate) fn phrase(self) -> &'static str {
        match self {
            Self::Letters => "similar letters",
            Self::Edit => "one letter changed",
            Self::Word => "a word added",
            Self::Ending => "another ending",
            Self::Front => "in front of another domain",
        }
    }
}

/// Brands that phishing in Japan imitates most (the monthly reports of the Council of Anti-Phishing Japan), with
/// their own domains. Short on purpose.
#[rustfmt::skip]
const BRANDS: &[&str] = &[
    "amazon.co.jp", "amazon.com", "rakuten.co.jp", "rakuten-card.co.jp", "rakuten-bank.co.jp", "rakuten-sec.co.jp",
    "smbc-card.com", "smbc.co.jp", "mufg.jp", "mizuhobank.co.jp", "saisoncard.co.jp", "jp-bank.japanpost.jp",
    "japanpost.jp", "kuronekoyamato.co.jp", "sagawa-exp.co.jp", "etc-meisai.jp", "aeon.co.jp", "docomo.ne.jp",
    "softbank.jp", "mercari.com", "paypay.ne.jp", "sbisec.co.jp", "nomura.co.jp", "monex.co.jp",
    "microsoft.com", "paypal.com", "paypal-communication.com", "netflix.com", "facebook.com", "instagram.com", "linkedin.com",
];

/// Domains worked out for comparison.
#[derive(Debug, Clone, Default)]
struct Domains {
    /// Registered domains that are honest.
    honest: std::collections::HashSet<String>,
    /// Skeleton of the label: the domains that have it.
    skeletons: HashMap<String, String>,
    /// Labels, and labels with one letter left out: the label and its domain.
    near: HashMap<String, Vec<(String, String)>>,
    /// The lengths in bytes of the keys of `near`, one bit each.
    near_lengths: u64,
    /// Labels looked for as words: the domain.
    words: HashMap<String, String>,
    /// Labels whose other endings count: the domain.
    endings: HashMap<String, String>,
}

/// Entries of one key of `near`: a crowd of labels alike is no use.
const CROWD: usize = 20;

impl Domains {
    fn add(&mut self, domain: &str, brand: bool) {
        let registered = organisation(domain).to_owned();
        let label = first_label(&registered).to_owned();
        self.honest.insert(registered.clone());
        if label.is_empty() || label.len() > LABEL_BYTES {
            return;
        }
        let count = label.chars().count();
        if count >= WORD_LABEL {
            self.skeletons.entry(skeleton(&label)).or_insert_with(|| registered.clone());
            self.words.entry(label.clone()).or_insert_with(|| registered.clone());
            if !brand {
                self.endings.entry(label.clone()).or_insert_with(|| registered.clone());
            }
        }
        if count >= if brand { BRAND_LABEL } else { LABEL } {
            for key in distance::keys(&label) {
                self.near_lengths |= length_bit(&key);
                let entry = self.near.entry(key).or_default();
                if entry.len() < CROWD {
                    entry.push((label.clone(), registered.clone()));
                }
            }
        }
    }

    /// The domain whose label is within one edit. Every host of every mail comes by here: its keys are made one by one
    /// in one piece of memory, and only those that are as long as a key can be.
    fn edited(&self, shown: &str) -> Option<&str> {
        let hit = |key: &str| {
            let near = (self.near_lengths & length_bit(key) != 0).then(|| self.near.get(key))??;
            near.iter().find(|(other, _)| one_edit(shown, other)).map(|(_, domain)| domain.as_str())
        };
        let mut key = String::with_capacity(shown.len());
        hit(shown).or_else(|| {
            distance::shorter(shown).find_map(|(before, after)| {
                key.clear();
                key.push_str(before);
                key.push_str(after);
                hit(&key)
            })
        })
    }

    /// The domain that `host` (in lower case) imitates.
    fn find(&self, host: &str) -> Option<(&str, Likeness)> {
        let registered = organisation(host);
        if host.is_empty() || !host.contains('.') || self.honest.contains(registered) {
            return None;
        }
        let label = first_label(registered);
        let shown = punycode::decode_label(label);
        if label.len() > LABEL_BYTES || label.is_empty() {
            return None;
        }
        if let Some(domain) = self.endings.get(label) {
            return Some((domain, Likeness::Ending));
        }
        if let Some(domain) = self.skeletons.get(&skeleton(&shown))
            && first_label(domain) != shown
        {
            return Some((domain, Likeness::Letters));
        }
        if let Some(domain) = self.edited(&shown) {
            return Some((domain, Likeness::Edit));
        }
        if shown.contains('-')
            && let Some(domain) = shown.split('-').find_map(|word| self.words.get(word))
        {
            return Some((domain, Likeness::Word));
        }
        // `www.example.com.evil.test`: an honest domain in the names below another.
        let below = host.strip_suffix(registered).unwrap_or("").trim_end_matches('.');
        let labels: Vec<&str> = below.split('.').take(10).collect();
        for length in 2..=3 {
            for window in labels.windows(length) {
                if let Some(domain) = self.honest.get(&window.join(".")) {
                    return Some((domain, Likeness::Front));
                }
            }
        }
        None
    }
}

/// The bit of a key's length.
fn length_bit(key: &str) -> u64 {
    1_u64.checked_shl(u32::try_from(key.len()).unwrap_or(u32::MAX)).unwrap_or(0)
}

fn first_label(domain: &str) -> &str {
    domain.split('.').next().unwrap_or("")
}

/// A name for comparison: without white space and marks of width and case.
fn plain_name(name: &str) -> String {
    name.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '"' | '\''))
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            c => c,
        })
        .flat_map(char::to_lowercase)
        .collect()
}

/// Bytes of a display name that are compared.
const NAME_BYTES: usize = 1_000;

impl Roster {
    /// Works the roster out.
    pub fn new(names: Vec<KnownName>, own: Vec<String>) -> Self {
        let lower = |d: &String| d.trim().trim_end_matches('.').to_lowercase();
        let own: Vec<String> = own.iter().map(lower).take(ENTRIES).collect();
        let names: Vec<(String, Vec<String>)> = names
            .iter()
            .take(ENTRIES)
            .map(|n| (plain_name(&n.name), n.domains.iter().map(lower).collect()))
            .filter(|(name, _): &(String, Vec<String>)| name.chars().count() >= 3)
            .collect();
        let mut domains = Domains::default();
        for domain in own.iter().chain(names.iter().flat_map(|(_, domains)| domains)) {
            domains.add(domain, false);
        }
        for brand in BRANDS {
            domains.add(brand, true);
        }
        let finder = (!names.is_empty())
            .then(|| aho_corasick::AhoCorasick::new(names.iter().map(|(name, _)| name)).ok())
            .flatten();
        Self { names, finder, own, domains }
    }

    /// True for a host of an own domain.
    pub(crate) fn is_own(&self, host: &str) -> bool {
        self.own.iter().any(|own| within(host, own))
    }

    /// The domain that a host, in lower case, imitates.
    pub(crate) fn imitated(&self, host: &str) -> Option<(&str, Likeness)> {
        self.domains.find(host)
    }

    /// The known name that a display name holds although `domain` is none of its domains.
    pub(crate) fn foreign_name(&self, name: &str, domain: &str) -> Option<&str> {
        let finder = self.finder.as_ref()?;
        let name = plain_name(lexicon::text::cut(name, NAME_BYTES));
        let latin = |at: Option<char>| at.is_some_and(|c| c.is_ascii_alphanumeric());
        finder.find_overlapping_iter(&name).take(100).find_map(|found| {
            let (known, domains) = self.names.get(found.pattern().as_usize())?;
            // Blanks are gone, so that a Latin name must be the whole name, or stand beside no Latin letter.
            let before = name.get(..found.start()).and_then(|t| t.chars().next_back());
            let after = name.get(found.end()..).and_then(|t| t.chars().next());
            let whole = !latin(before) && !latin(after);
            let honest = domains.iter().chain(&self.own).any(|d| within(domain, d));
            (!honest && whole).then_some(known.as_str())
        })
    }
}

/// True if `host` is `domain` or below it.
fn within(host: &str, domain: &str) -> bool {
    !domain.is_empty()
        && host.strip_suffix(domain).is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roster() -> Roster {
        Roster::new(
            vec![
                KnownName { name: "例示 太郎".to_owned(), domains: vec!["example.go.jp".to_owned()] },
                KnownName { name: "Ann Example".to_owned(), domains: Vec::new() },
            ],
            vec!["example.com".to_owned(), "morning.co.jp".to_owned()],
        )
    }

    fn check(host: &str, expect: Option<Likeness>) {
        assert_eq!(roster().imitated(host).map(|f| f.1), expect, "{host}");
    }

    #[test]
    fn imitations_of_known_domains_are_found() {
        check("examp1e.com", Some(Likeness::Letters));
        check("rnorning.co.jp", Some(Likeness::Letters));
        check("ex\u{430}mple.com", Some(Likeness::Letters));
        check("xn--exmple-4nf.com", Some(Likeness::Letters));
        check("exampie.com", Some(Likeness::Letters));
        check("exampke.com", Some(Likeness::Edit));
        check("exmaple.com", Some(Likeness::Edit));
        check("exammple.com", Some(Likeness::Edit));
        check("exaple.com", Some(Likeness::Edit));
        check("mail.example-login.net", Some(Likeness::Word));
        check("example.net", Some(Likeness::Ending));
        check("www.example.com.evil.test", Some(Likeness::Front));
        check("www.rakuten.co.jp.evil.test", Some(Likeness::Front));
        check("micros0ft.com", Some(Likeness::Letters));
    }

    #[test]
    fn the_domains_themselves_and_others_are_left_alone() {
        for host in [
            "example.com",
            "www.example.com",
            "example.go.jp",
            "a.morning.co.jp",
            "sample.com",
            "evening.co.jp",
            "amazon.de",
            "amazon.co.jp",
            "microsoft.com",
            "com",
            "",
            "localhost",
            "apple.com",
        ] {
            check(host, None);
        }
    }

    #[test]
    fn known_names_with_a_foreign_address_are_found() {
        let roster = roster();
        for (name, domain, expect) in [
            ("例示太郎", "free.test", true),
            ("外務部 例示　太郎", "free.test", true),
            ("例示太郎", "mail.example.go.jp", false),
            ("例示太郎", "example.com", false),
            ("ANN EXAMPLE", "free.test", true),
            ("Joann Exampleton", "free.test", false),
            ("山田花子", "free.test", false),
        ] {
            assert_eq!(roster.foreign_name(name, domain).is_some(), expect, "{name} {domain}");
        }
    }
}
