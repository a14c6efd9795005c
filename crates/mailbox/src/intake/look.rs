//! Whether a file is a mail, a mailbox, or something else.

use std::path::Path;

/// What a file looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Mail,
    Mbox {
        always_number: bool,
    },
    /// An Outlook data file.
    Pst,
    Other,
}

/// Header names of which a mail has at least one among its first.
const KNOWN: [&str; 20] = [
    "received",
    "return-path",
    "delivered-to",
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "reply-to",
    "sender",
    "cc",
    "bcc",
    "x-original-to",
    "x-envelope-to",
    "resent-from",
    "content-type",
    "dkim-signature",
    "arc-seal",
    "x-mailer",
];

/// Tells by the name and the first bytes.
pub(super) fn look(path: &Path, head: &[u8]) -> Look {
    let extension = path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let called_mbox = matches!(extension.as_str(), "mbox" | "mbx");
    if forensics::mbox::is_mbox(head) {
        return Look::Mbox { always_number: called_mbox };
    }
    if forensics::pst::is_pst(head) {
        return Look::Pst;
    }
    match extension.as_str() {
        "eml" | "msg" => Look::Mail,
        // An emptied mailbox holds no mail.
        "mbox" | "mbx" if head.is_empty() => Look::Mbox { always_number: true },
        // A compound file without an ending: mail stores name Outlook messages so; documents keep theirs.
        "" if head.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") => Look::Mail,
        _ if is_in_maildir(path) || starts_with_header(head) => Look::Mail,
        _ => Look::Other,
    }
}

/// `cur/1288368901.M1P2.host:2,S`: a file of a Maildir, by its folder and its name.
fn is_in_maildir(path: &Path) -> bool {
    let folder = path.parent().and_then(Path::file_name);
    let sibling = |name| path.parent().and_then(Path::parent).is_some_and(|root| root.join(name).is_dir());
    folder.is_some_and(|name| name == "cur" || name == "new") && sibling("cur") && sibling("new")
}

/// True if the first lines are header fields and one of them is a mail's.
fn starts_with_header(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let mut known = false;
    let mut fields = 0;
    for line in head.split(|b| matches!(b, b'\n' | b'\r')).take(60) {
        // Between CR and LF, or the end of the header.
        if line.is_empty() {
            if known {
                break;
            }
            continue;
        }
        if matches!(line.first(), Some(b' ' | b'\t')) && fields > 0 {
            continue;
        }
        let Some(colon) = line.iter().position(|b| *b == b':') else { return false };
        let name = line.get(..colon).unwrap_or_default();
        if name.is_empty() || !name.iter().all(|b| b.is_ascii_graphic()) {
            return false;
        }
        fields += 1;
        known |= KNOWN.iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes()));
        if known && fields >= 4 {
            break;
        }
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, head: &str, expect: Look) {
        assert_eq!(look(Path::new(path), head.as_bytes()), expect, "{path} {head:?}");
    }

    #[test]
    fn a_mail_is_told_by_its_header() {
        check(
            "a",
            "Return-Path: <a@example.com>\r\nReceived: from x\r\n\tby y\r\nSubject: z\r\n\r\nbody",
            Look::Mail,
        );
        check("a.txt", "X-Nonsense: 1\nX-More: 2\nSubject: z\n", Look::Mail);
        check("a", "Subject: only this", Look::Mail);
        check("a.eml", "", Look::Mail);
    }

    #[test]
    fn what_is_no_mail_is_passed_over() {
        check("README.md", "# Mails\n\nFrom here on, all is text: yes\n", Look::Other);
        check("notes.txt", "Note: buy milk\nAlso: bread\n", Look::Other);
        check("a.json", "{\n  \"from\": 1\n}", Look::Other);
        check("a.bin", "\u{0}\u{1}From: x", Look::Other);
        check("a", "", Look::Other);
    }

    #[test]
    fn a_mailbox_is_told_by_its_first_line() {
        let mbox = "From a@example.com Wed Aug  7 09:12:00 2013\nSubject: x\n\n";
        check("Inbox", mbox, Look::Mbox { always_number: false });
        check("a.mbox", mbox, Look::Mbox { always_number: true });
        check("a.mbox", "", Look::Mbox { always_number: true });
        check("a.mbox", "Subject: a mail under a wrong name\n\n", Look::Mail);
    }
}
