//! Who takes part in a mail, as far as addresses tell.

use lexicon::facts::Mailbox;

use crate::services;

/// An address longer than this is none (RFC 5321 allows 254 bytes).
const MAX_ADDRESS: usize = 254;

/// An address in lower case, if it looks like one.
pub(crate) fn address(mailbox: &Mailbox) -> Option<String> {
    plain(&mailbox.address)
}

/// The same of a text.
pub(crate) fn plain(text: &str) -> Option<String> {
    let text = text.trim().trim_matches(['<', '>']).to_lowercase();
    let shaped = text.len() <= MAX_ADDRESS
        && text.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
        && !text.contains(char::is_whitespace);
    shaped.then_some(text)
}

/// Whose address it is: the organisation's domain, or the address itself where everybody gets one at that domain.
pub(crate) fn party(address: &str) -> String {
    let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
    let registrable = psl::domain_str(domain).unwrap_or(domain);
    if services::is_freemail(registrable) || domain.is_empty() {
        address.to_owned()
    } else {
        registrable.to_owned()
    }
}

/// True if anybody gets an address there.
pub(crate) fn is_freemail(address: &str) -> bool {
    let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
    let registrable = psl::domain_str(domain).unwrap_or(domain);
    services::is_freemail(registrable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_organisation_is_its_domain_and_a_free_mail_user_the_address() {
        assert_eq!(party("info@mail.denki.co.jp"), "denki.co.jp");
        assert_eq!(party("sato@freemail.example"), "sato@freemail.example");
        assert_eq!(party("info@member.example"), "member.example");
    }
}
