//! Forms of Message-IDs and boundaries that are known to be one program's.

use super::shape::uuid;

fn digits(text: &str, from: usize, to: usize) -> bool {
    (from..=to).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

fn lower_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

fn upper_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'A'..=b'F'))
}

fn alphanumeric(text: &str, from: usize, to: usize) -> bool {
    (from..=to).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// Whose form of Message-ID it is.
pub(super) fn of_message_id(local: &str, domain: &str) -> Option<&'static str> {
    let domain = domain.to_ascii_lowercase();
    let dollars: Vec<&str> = local.split('$').take(4).collect();
    let dots: Vec<&str> = local.split('.').take(5).collect();
    if let [a, b, c] = dollars.as_slice()
        && lower_hex(a, 12)
        && lower_hex(b, 8)
        && lower_hex(c, 8)
    {
        return Some("outlook");
    }
    if domain == "mail.gmail.com" && local.starts_with("CA") {
        return Some("gmail");
    }
    if domain.ends_with(".prod.outlook.com") {
        return Some("exchange-online");
    }
    if domain.ends_with("amazonses.com") && local.ends_with("-000000") {
        return Some("amazon-ses");
    }
    if local.contains(".JavaMail.") {
        return Some("javamail");
    }
    if domain.starts_with("geopod-ismtpd") || domain.contains("ismtpd") || local.contains("ismtpd") {
        return Some("sendgrid");
    }
    if (domain == "swift.generated" || domain == "symfony.generated") && lower_hex(local, 32) {
        return Some("swiftmailer");
    }
    match dots.as_slice() {
        // email.utils.make_msgid: time in hundredths of a second, process, random number.
        [time, process, random]
            if digits(time, 12, 12) && digits(process, 1, 7) && digits(random, 15, 20) =>
        {
            return Some("python");
        }
        [time, tail]
            if digits(time, 14, 14) && upper_hex(tail, tail.len()) && (9..=12).contains(&tail.len()) =>
        {
            return Some("postfix");
        }
        [time, tail] if digits(time, 12, 12) && alphanumeric(tail, 14, 14) => return Some("sendmail"),
        [time, tail] if digits(time, 14, 14) && tail.starts_with("GA") && digits(tail.get(2..)?, 1, 7) => {
            return Some("mutt");
        }
        _ => {}
    }
    if let [head, tail] = local.split('-').take(3).collect::<Vec<_>>().as_slice()
        && alphanumeric(head, 6, 6)
        && tail.contains('-')
    {
        return Some("exim");
    }
    match uuid(local) {
        Some("U") => Some("apple-mail"),
        Some(_) => Some("uuid"),
        None => None,
    }
}

/// Whose form of boundary it is.
pub(super) fn of_boundary(text: &str) -> Option<&'static str> {
    if let Some(rest) = text.strip_prefix("----=_NextPart_") {
        let parts: Vec<&str> = rest.split(['_', '.']).take(5).collect();
        return match parts.as_slice() {
            [a, b, c, d]
                if upper_hex(a, 3)
                    && upper_hex(b, 4)
                    && upper_hex(c, 8)
                    && upper_hex(d, 8)
                    && rest.as_bytes().get(17) == Some(&b'.') =>
            {
                Some("outlook")
            }
            _ => None,
        };
    }
    if let Some(rest) = text.strip_prefix("===============") {
        return rest.strip_suffix("==").filter(|n| digits(n, 10, 20)).map(|_| "python");
    }
    if let Some(rest) = text.strip_prefix("----=_Part_") {
        let parts: Vec<&str> = rest.split(['_', '.']).take(4).collect();
        let good = parts.len() == 3 && parts.iter().all(|p| digits(p.trim_start_matches('-'), 1, 20));
        return good.then_some("javamail");
    }
    if text.starts_with("Apple-Mail-") || text.starts_with("Apple-Mail=_") {
        return Some("apple-mail");
    }
    if text.starts_with("--_NmP-") {
        return Some("nodemailer");
    }
    if text.starts_with("_=_swift_") || text.starts_with("_=_swift-") {
        return Some("swiftmailer");
    }
    if let Some(rest) = text.strip_prefix("------------") {
        return (alphanumeric(rest, 24, 24)).then_some("thunderbird");
    }
    let numbered = text
        .strip_prefix("b1_")
        .or_else(|| text.strip_prefix("b1="))
        .or_else(|| text.strip_prefix("b2_"))
        .or_else(|| text.strip_prefix("b2="));
    if let Some(rest) = numbered {
        return alphanumeric(rest.trim_start_matches('_'), 32, 60).then_some("phpmailer");
    }
    if let Some(rest) = text.strip_prefix('_')
        && let Some((number, rest)) = rest.split_once('_')
        && digits(number, 3, 3)
        && rest.ends_with('_')
    {
        return Some("exchange");
    }
    if lower_hex(text, 28) && text.starts_with("000000000000") {
        return Some("gmail");
    }
    None
}

/// Programs and the words by which a mailer's name claims them.
const CLAIMS: [(&str, &str); 4] = [
    ("microsoft outlook", "outlook"),
    ("apple mail", "apple-mail"),
    ("iphone mail", "apple-mail"),
    ("thunderbird", "thunderbird"),
];

/// Forms that only a library for programs makes, never a desktop mailer nor a server on the way.
const LIBRARIES: [&str; 5] = ["python", "javamail", "phpmailer", "swiftmailer", "nodemailer"];

/// The program that a mailer's name claims, where a form that is a library's contradicts it.
pub(crate) fn contradicts(mailer: &str, form: &str) -> Option<&'static str> {
    let claimed = CLAIMS.iter().find(|(words, _)| mailer.contains(words))?.1;
    (LIBRARIES.contains(&form)).then_some(claimed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_message_ids_are_named() {
        for (local, domain, expect) in [
            ("000101da4792$2c0f1230$0a01a8c0", "x", Some("outlook")),
            ("CAFxy=abc", "mail.gmail.com", Some("gmail")),
            ("AS8P1A2B", "AS8P193MB1.EURP193.PROD.OUTLOOK.COM", Some("exchange-online")),
            ("170532901234.1234.5678901234567890123", "x", Some("python")),
            ("20240115093012.4F2A1B3C5D", "x", Some("postfix")),
            ("1.2.JavaMail.root", "x", Some("javamail")),
            ("9B2F1C3E-0A1B-4C2D-8E3F-0123456789AB", "x", Some("apple-mail")),
            ("9b2f1c3e-0a1b-4c2d-8e3f-0123456789ab", "x", Some("uuid")),
            ("hello", "x", None),
            ("", "", None),
        ] {
            assert_eq!(of_message_id(local, domain), expect, "{local}");
        }
    }

    #[test]
    fn forms_of_boundaries_are_named() {
        for (text, expect) in [
            ("----=_NextPart_000_0012_01DA4793.2C0F1230", Some("outlook")),
            ("----=_NextPart_000_0012_01da4793.2c0f1230", None),
            ("===============1234567890123456789==", Some("python")),
            ("----=_Part_12_34.567", Some("javamail")),
            ("Apple-Mail=_9B2F1C3E", Some("apple-mail")),
            ("------------abcdefghijklmnopqrstuvwx", Some("thunderbird")),
            ("b1_0123456789abcdef0123456789abcdef", Some("phpmailer")),
            ("_000_AS8P193MB1_", Some("exchange")),
            ("0000000000001234567890abcdef", Some("gmail")),
            ("", None),
        ] {
            assert_eq!(of_boundary(text), expect, "{text}");
        }
    }

    #[test]
    fn only_a_librarys_form_contradicts_a_desktop_mailer() {
        assert_eq!(contradicts("microsoft outlook 16.0", "python"), Some("outlook"));
        assert_eq!(contradicts("microsoft outlook 16.0", "exchange"), None);
        assert_eq!(contradicts("mozilla thunderbird", "phpmailer"), Some("thunderbird"));
        assert_eq!(contradicts("phpmailer 6.1", "phpmailer"), None);
    }
}
