//! A mail that another mail carries as an attachment: what it says of itself, told as properties of the file, in the
//! words that `anatomy` uses for mails inside archives.

use lexicon::facts::{Attachment, MailFacts, Mailbox, Property};
use lexicon::text::cut;

/// Bytes of its body that are told.
const TEXT_BYTES: usize = 64 << 10;
/// Bytes of one property.
const VALUE_BYTES: usize = 4 << 10;
/// Recipients and references that are told.
const LISTED: usize = 20;

/// Puts into `file` what `facts` say, and the attachments of that mail below it.
pub(crate) fn describe(file: &mut Attachment, facts: MailFacts) {
    file.properties.extend(mail_properties(&facts));
    file.text = cut(&facts.body.text, TEXT_BYTES).to_owned();
    file.children = facts.attachments;
}

/// What a mail says of itself, as properties of the file that it is: `mail.subject`, `mail.from`, `mail.date`,
/// `mail.message-id`, `mail.to` (addresses) and `mail.references` (ids, oldest first), in this order; those without a
/// value are left out.
///
/// ```
/// let facts = lexicon::MailFacts { subject: Some("hi".into()), ..Default::default() };
/// assert_eq!(forensics::mail_properties(&facts)[0].name, "mail.subject");
/// ```
pub fn mail_properties(facts: &MailFacts) -> Vec<Property> {
    let list = |items: Vec<&str>| items.into_iter().take(LISTED).collect::<Vec<_>>().join(" ");
    let to = facts.to.iter().chain(&facts.cc).map(|to| to.address.as_str()).filter(|a| !a.is_empty());
    // The newest references say most: where there are many, the first and the last ones.
    let references: Vec<&str> = match facts.references.len() {
        n if n > LISTED => {
            facts.references.iter().take(1).chain(facts.references.iter().skip(n - LISTED + 1)).collect()
        }
        _ => facts.references.iter().collect::<Vec<_>>(),
    }
    .into_iter()
    .map(String::as_str)
    .collect();
    [
        ("mail.subject", facts.subject.clone().unwrap_or_default()),
        ("mail.from", facts.from.as_ref().map(shown).unwrap_or_default()),
        ("mail.date", facts.date.clone().unwrap_or_default()),
        ("mail.message-id", facts.message_id.clone().unwrap_or_default()),
        ("mail.to", list(to.collect())),
        ("mail.references", list(references)),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .map(|(name, value)| Property { name: name.to_owned(), value: cut(&value, VALUE_BYTES).to_owned() })
    .collect()
}

fn shown(from: &Mailbox) -> String {
    match (from.name.is_empty(), from.address.is_empty()) {
        (true, _) => from.address.clone(),
        (false, true) => from.name.clone(),
        (false, false) => format!("{} <{}>", from.name, from.address),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_attached_mail_tells_who_wrote_it_and_what_it_answers() {
        let raw =
            b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n\
            From: A <a@free.example>\r\nTo: b@member.example\r\nSubject: hi\r\nMessage-ID: <2@x>\r\n\
            References: <1@x>\r\nDate: Wed, 07 Aug 2013 09:12:00 +0900\r\n\r\nHello\r\n--b--\r\n";
        let facts = crate::read(raw, &crate::Limits::default()).facts;
        let file = facts.attachments.first().cloned().unwrap_or_default();
        for (name, value) in [
            ("mail.subject", "hi"),
            ("mail.from", "A <a@free.example>"),
            ("mail.date", "2013-08-07T09:12:00+09:00"),
            ("mail.message-id", "2@x"),
            ("mail.to", "b@member.example"),
            ("mail.references", "1@x"),
        ] {
            assert_eq!(file.property(name), Some(value), "{name}");
        }
        assert_eq!(file.text.trim(), "Hello");
    }
}
