//! The keyring: passwords that one mail tells and another one's attachment needs. The attacker of targeted mail sends
//! them apart (S35, 「パスワードは別途お送りします」), and no reader of single mails can put them together.

use std::collections::VecDeque;

use anatomy::Password;
use lexicon::MailFacts;

use crate::dissect::told;

/// Mails kept; the oldest go first.
const MAILS: usize = 20_000;
/// Passwords offered for one mail.
const OFFERED: usize = 40;
/// With no more passwords than this known in all, each is offered, related or not: a handful of mails handed over
/// together is one matter.
const FEW: usize = 24;

/// What one mail tells others.
#[derive(Debug, Clone)]
pub struct Ring {
    sha256: String,
    sender: String,
    message_id: String,
    references: Vec<String>,
    subject: String,
    passwords: Vec<Password>,
}

impl Ring {
    /// The passwords in a mail's text and those that opened its attachments; `None` where there are none.
    pub fn told_by(facts: &MailFacts) -> Option<Self> {
        let mut passwords = told(facts);
        let mut files: Vec<&lexicon::facts::Attachment> = facts.attachments.iter().collect();
        while let Some(file) = files.pop() {
            if let Some(value) = &file.password
                && !passwords.iter().any(|known| known.value == *value)
            {
                passwords.push(Password { value: value.clone(), from: String::new() });
            }
            files.extend(&file.children);
        }
        (!passwords.is_empty()).then(|| Self::of(facts, passwords))
    }

    fn of(facts: &MailFacts, passwords: Vec<Password>) -> Self {
        Self {
            sha256: facts.sha256.clone(),
            sender: facts.from.as_ref().map(|from| from.address.to_ascii_lowercase()).unwrap_or_default(),
            message_id: facts.message_id.clone().unwrap_or_default(),
            references: facts.references.clone(),
            subject: subject_root(facts.subject.as_deref().unwrap_or("")),
            passwords,
        }
    }

    /// How near two mails are; 0 is nearest.
    fn distance(&self, other: &Self) -> Option<u8> {
        let names = |a: &Self, b: &Self| !a.message_id.is_empty() && b.references.contains(&a.message_id);
        if names(self, other)
            || names(other, self)
            || self.references.iter().any(|r| other.references.contains(r))
        {
            return Some(0);
        }
        let same_sender = !self.sender.is_empty() && self.sender == other.sender;
        let same_subject = !self.subject.is_empty() && self.subject == other.subject;
        match (same_sender, same_subject) {
            (true, true) => Some(1),
            (true, false) => Some(2),
            (false, true) => Some(3),
            (false, false) => None,
        }
    }
}

/// The subject without the marks of answers and forwards, without blanks, in lower case; empty where too little is
/// left to tell one matter from another.
fn subject_root(subject: &str) -> String {
    /// Fewer characters than this are no matter.
    const LEAST: usize = 4;
    let mut rest = subject.trim();
    while let Some((mark, tail)) = rest.split_once([':', '：']) {
        if !matches!(
            mark.trim().to_ascii_lowercase().as_str(),
            "re" | "fw" | "fwd" | "aw" | "wg" | "返信" | "転送"
        ) {
            break;
        }
        rest = tail.trim_start();
    }
    let root: String = rest.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
    if root.chars().count() < LEAST { String::new() } else { root }
}

/// Passwords told by mails, and who may use them.
#[derive(Debug, Clone, Default)]
pub struct Keyring {
    rings: VecDeque<Ring>,
    passwords: usize,
}

impl Keyring {
    /// Adds what a mail tells.
    ///
    /// ```
    /// # use desk::keyring::{Keyring, Ring};
    /// let mut keyring = Keyring::default();
    /// keyring.add(Ring::told_by(&Default::default()));
    /// assert!(keyring.is_empty());
    /// ```
    pub fn add(&mut self, ring: Option<Ring>) {
        let Some(ring) = ring else { return };
        self.passwords += ring.passwords.len();
        self.rings.push_back(ring);
        if self.rings.len() > MAILS
            && let Some(oldest) = self.rings.pop_front()
        {
            self.passwords -= oldest.passwords.len();
        }
    }

    /// True if no mail told a password.
    pub fn is_empty(&self) -> bool {
        self.rings.is_empty()
    }

    /// The passwords that other mails offer for this one, nearest first: of its thread, of its sender with the same
    /// subject, of its sender, of the same subject; and where few are known at all, every one. Each says the mail it
    /// is from as `mail:SHA-256`.
    pub fn passwords_for(&self, facts: &MailFacts) -> Vec<Password> {
        let own = Ring::of(facts, Vec::new());
        let others = self.rings.iter().filter(|ring| ring.sha256 != own.sha256);
        let mut near: Vec<(u8, &Ring)> = others
            .filter_map(|ring| {
                let far = (self.passwords <= FEW).then_some(9);
                Some((ring.distance(&own).or(far)?, ring))
            })
            .collect();
        // The latest mail of equal distance is the likelier one; hashes keep the order settled.
        near.reverse();
        near.sort_by_key(|(distance, _)| *distance);
        let mut out: Vec<Password> = Vec::new();
        for (_, ring) in near {
            for password in &ring.passwords {
                if out.len() < OFFERED && !out.iter().any(|known| known.value == password.value) {
                    let from = format!("mail:{}", ring.sha256);
                    out.push(Password { value: password.value.clone(), from });
                }
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use lexicon::facts::{Body, Mailbox};

    use super::*;

    fn mail(sha256: &str, sender: &str, subject: &str, text: &str) -> MailFacts {
        MailFacts {
            sha256: sha256.to_owned(),
            from: Some(Mailbox { name: String::new(), address: sender.to_owned() }),
            subject: Some(subject.to_owned()),
            body: Body { text: text.to_owned(), ..Body::default() },
            ..MailFacts::default()
        }
    }

    fn values(keyring: &Keyring, facts: &MailFacts) -> Vec<String> {
        keyring.passwords_for(facts).into_iter().map(|password| password.value).collect()
    }

    #[test]
    fn a_password_of_the_same_sender_comes_before_one_of_a_stranger() {
        let mut keyring = Keyring::default();
        keyring.add(Ring::told_by(&mail("1", "x@example.com", "別件", "パスワード：stranger9")));
        keyring.add(Ring::told_by(&mail(
            "2",
            "A@example.jp",
            "資料送付の件",
            "先ほどの添付のパスワード：Nori2026",
        )));
        let locked = mail("3", "a@example.jp", "資料送付の件", "添付をご確認ください。");
        assert_eq!(values(&keyring, &locked), ["Nori2026", "stranger9"]);
        assert_eq!(keyring.passwords_for(&locked)[0].from, "mail:2");
    }

    #[test]
    fn where_many_are_known_only_related_mails_lend_their_passwords() {
        let mut keyring = Keyring::default();
        for n in 0..40 {
            keyring.add(Ring::told_by(&mail(
                &format!("s{n}"),
                &format!("p{n}@example.com"),
                "",
                &format!("Password: Secret{n}x"),
            )));
        }
        let locked = mail("x", "p7@example.com", "", "");
        assert_eq!(values(&keyring, &locked), ["Secret7x"]);
        assert!(values(&keyring, &mail("y", "nobody@example.com", "", "")).is_empty());
    }

    #[test]
    fn a_thread_is_known_by_its_references() {
        let mut keyring = Keyring::default();
        let told = MailFacts {
            references: vec!["first@example.jp".to_owned()],
            ..mail("2", "b@example.jp", "x", "PW: Kagi-88")
        };
        keyring.add(Ring::told_by(&told));
        let locked = MailFacts {
            message_id: Some("first@example.jp".to_owned()),
            ..mail("1", "a@example.com", "", "")
        };
        assert_eq!(values(&keyring, &locked), ["Kagi-88"]);
    }

    #[test]
    fn answers_and_forwards_have_the_subject_of_what_they_answer() {
        for subject in ["Re: 資料 送付の件", "FW：Re: 資料送付の件", "資料送付の件"] {
            assert_eq!(subject_root(subject), "資料送付の件", "{subject}");
        }
        assert_eq!(subject_root("Re: hi"), "");
    }
}
