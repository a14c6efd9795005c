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
///
/// ```
/// let raw = b"Content-Type: message/rfc822\r\n\r\nFrom: a@free.example\r\nSubject: hi\r\nMessage-ID: <1@x>\r\n\r\nHello";
/// let file = &forensics::read(raw, &Default::default()).facts.attachments[0];
/// assert_eq!(file.property("mail.message-id"), Some("1@x"));
/// assert_eq!(file.text, "Hello");
/// ```
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
