//! The signature block at the end of a mail: whom it names, against who sent it.

use lexicon::facts::MailFacts;

use super::header::organisation;
use crate::address;
use crate::session::Session;

/// Lines of a signature block that are looked at.
const LINES: usize = 15;

/// Bytes at the end of a body in which it is looked for.
const TAIL_BYTES: usize = 4 << 10;

/// The lines of the signature block: those after the last `-- `, or between rules as Japanese mails draw them,
/// before anything that is quoted.
fn block(text: &str) -> Vec<&str> {
    let mut start = text.len().saturating_sub(TAIL_BYTES);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    let lines: Vec<&str> = text.get(start..).unwrap_or("").lines().collect();
    let quoted = |line: &&str| {
        line.starts_with('>') || line.contains("-----Original Message") || line.starts_with("From:")
    };
    let end = lines.iter().position(quoted).unwrap_or(lines.len());
    let own = lines.get(..end).unwrap_or(&[]);
    let last = own.iter().rposition(|line| line.trim_end() == "--" || is_rule(line));
    let Some(last) = last else {
        return Vec::new();
    };
    // A rule may close the block as well as open it.
    let closes = own.get(last + 1..).is_none_or(|rest| rest.iter().all(|line| line.trim().is_empty()));
    let (first, last) = if closes {
        let before = own.get(..last).unwrap_or(&[]);
        match before.iter().rposition(|line| line.trim_end() == "--" || is_rule(line)) {
            Some(open) => (open + 1, last),
            None => return Vec::new(),
        }
    } else {
        (last + 1, own.len())
    };
    if last - first > LINES {
        return Vec::new();
    }
    own.get(first..last).unwrap_or(&[]).to_vec()
}

/// A line of one mark, at least eight times: `────`, `=====`, `*****`, `_____`.
fn is_rule(line: &str) -> bool {
    let mut marks = line.trim().chars();
    let Some(first) = marks.next() else {
        return false;
    };
    let drawn = matches!(
        first,
        '-' | '=' | '*' | '_' | '+' | '~' | '─' | '━' | '－' | '＝' | '＊' | '◇' | '◆' | '■' | '□'
    );
    drawn && marks.clone().count() >= 7 && marks.all(|c| c == first)
}

/// An e-mail address in a line.
fn address_of(line: &str) -> Option<&str> {
    line.split(|c: char| {
        c.is_whitespace() || !c.is_ascii() || matches!(c, '<' | '>' | '(' | ')' | ',' | ';' | ':' | '[' | ']')
    })
    .map(|word| word.trim_end_matches('.'))
    .find(|word| {
        word.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty()
                && domain.contains('.')
                && domain.split('.').all(|label| {
                    !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                })
        })
    })
}

/// Words in a signature block that only an organisation's has, in Japanese.
const ORGANISATION_JA: [&str; 12] = [
    "株式会社",
    "有限会社",
    "合同会社",
    "㈱",
    "財団法人",
    "社団法人",
    "独立行政法人",
    "大使館",
    "総務省",
    "外務省",
    "防衛省",
    "経済産業省",
];

/// The same in English, in lower case, as they stand at a word's end.
const ORGANISATION_EN: [&str; 10] = [
    "ltd.",
    "co., ltd",
    "inc.",
    "gmbh",
    "ministry of",
    "embassy of",
    "department of",
    "corporation",
    "llc",
    "plc",
];

pub(super) fn differs(session: &mut Session<'_>, facts: &MailFacts) {
    let Some(from) = &facts.from else {
        return;
    };
    let domain = address::domain(&from.address);
    let sender = organisation(&domain);
    let listed = facts.headers.iter().any(|h| h.name.eq_ignore_ascii_case("list-id"))
        || facts.sender.as_ref().is_some_and(|s| address::domain(&s.address) != domain);
    if sender.is_empty() || listed {
        return;
    }
    let lines = block(&facts.body.text);
    let known = session.known;
    let free = known.freemail.contains(&domain);
    if free
        && let Some(line) = lines.iter().find(|line| {
            ORGANISATION_JA.iter().any(|word| line.contains(word)) || {
                let line = line.to_ascii_lowercase();
                line.len() < 120 && ORGANISATION_EN.iter().any(|word| line.contains(word))
            }
        })
    {
        session.tell("freemail-claims-organisation", format!("<{}>: {}", from.address, line.trim()));
    }
    // Only a free sender can be held against a signature: people of one organisation often use several domains.
    let other: Vec<&str> = lines.iter().filter_map(|line| address_of(line)).collect();
    let own = other.iter().any(|a| organisation(&address::domain(a)) == sender);
    let answers = |a: &&str| {
        let of = address::domain(a);
        !known.freemail.contains(&of)
            && facts.reply_to.as_ref().is_none_or(|r| address::domain(&r.address) != of)
            && !facts
                .to
                .iter()
                .chain(&facts.cc)
                .any(|m| organisation(&address::domain(&m.address)) == organisation(&of))
    };
    if free
        && !own
        && let Some(shown) = other.iter().find(|a| answers(a))
    {
        session.tell("signature-differs-from-sender", format!("{} / {shown}", from.address));
    }
}

#[cfg(test)]
mod tests {
    use crate::tells::testing::check;

    #[test]
    fn a_signature_of_another_organisation_is_told() {
        let id = "signature-differs-from-sender";
        check("From: a@gmail.com\n\nHello\n-- \nAnn Lee\na.lee@example.co.jp\n", id, true);
        check(
            "From: a@yahoo.co.jp\n\n本文です。\n\n──────────\n例示 太郎\nE-mail: taro@example.go.jp\n──────────\n",
            id,
            true,
        );
        check("From: a@gmail.com\n\nHello\n-- \nAnn Lee\na@gmail.com\n", id, false);
        check("From: a@gmail.com\nReply-To: b@example.co.jp\n\nHello\n-- \nb@example.co.jp\n", id, false);
        check("From: a@example.com\n\nHello\n-- \na@example.com\n", id, false);
        check("From: a@gmail.com\n\nHello, write to b@example.co.jp\n", id, false);
        check("From: a@gmail.com\n\nYes\n\n> Hello\n> -- \n> b@example.co.jp\n", id, false);
    }

    #[test]
    fn a_free_address_with_an_organisations_signature_is_told() {
        let id = "freemail-claims-organisation";
        check("From: a@gmail.com\n\n本文\n\n==========\n例示株式会社 営業\n", id, true);
        check("From: a@gmail.com\n\nHello\n-- \nAnn Lee\nExample Co., Ltd.\n", id, true);
        check("From: a@example.com\n\nHello\n-- \nExample Co., Ltd.\n", id, false);
        check("From: a@gmail.com\n\nI bought it at Example Co., Ltd.\n", id, false);
    }
}
