//! Mails forwarded as text: the header lines that a mail program copies above the inner mail, in the languages
//! that Japanese desks meet, and the text below them.
//!
//! A line such as `-----Original Message-----` opens one only if header lines follow, From among them. Header
//! lines without such a line (Outlook's) must stand after a blank line or a rule and say sender, date and a
//! recipient or subject, or say all four. Quoted lines open nothing, and neither does what a reply carries along.

use lexicon::facts::{InlineMail, MailFacts, Mailbox, SourceForm};

use crate::session::Session;
use crate::{address, date};

/// Forwarded mails told of one body.
const FORWARDS: usize = 20;

/// Header lines of one forwarded mail that are read.
const LINES: usize = 60;

/// Blank lines between the opening line and the header lines.
const BLANK: usize = 3;

/// Bytes of one value.
const VALUE_BYTES: usize = 16 << 10;

/// Bytes of a line that may open a forwarded mail or be one of its header lines' names.
const OPENING_BYTES: usize = 160;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    From,
    Date,
    To,
    Cc,
    Subject,
    /// Known, but not told.
    Other,
}

/// Header names as mail programs translate them, in lower case.
const NAMES: &[(Field, &[&str])] = &[
    (
        Field::From,
        &[
            "from",
            "差出人",
            "送信者",
            "送信元",
            "发件人",
            "寄件者",
            "寄件人",
            "보낸 사람",
            "보낸사람",
            "de",
            "von",
            "da",
            "van",
            "från",
            "fra",
            "от",
            "od",
            "lähettäjä",
            "kimden",
        ],
    ),
    (
        Field::Date,
        &[
            "date",
            "sent",
            "送信日時",
            "送信日",
            "日時",
            "日付",
            "受信日時",
            "发送时间",
            "发送日期",
            "时间",
            "日期",
            "寄件日期",
            "傳送日期",
            "보낸 날짜",
            "날짜",
            "gesendet",
            "datum",
            "enviado",
            "enviada em",
            "enviado el",
            "envoyé",
            "inviato",
            "data",
            "fecha",
            "verzonden",
            "skickat",
            "sendt",
            "dato",
            "отправлено",
            "дата",
            "wysłano",
            "lähetetty",
            "date d'envoi",
            "tarih",
            "gönderildi",
        ],
    ),
    (
        Field::To,
        &[
            "to",
            "宛先",
            "收件人",
            "收件者",
            "받는 사람",
            "받는사람",
            "an",
            "para",
            "à",
            "a",
            "aan",
            "till",
            "til",
            "кому",
            "do",
            "kime",
        ],
    ),
    (Field::Cc, &["cc", "ｃｃ", "抄送", "副本", "참조", "copie à", "kopie", "kopia", "копия"]),
    (
        Field::Subject,
        &[
            "subject",
            "件名",
            "題名",
            "主题",
            "主旨",
            "標題",
            "제목",
            "betreff",
            "asunto",
            "assunto",
            "objet",
            "oggetto",
            "onderwerp",
            "ämne",
            "emne",
            "тема",
            "temat",
            "aihe",
            "konu",
        ],
    ),
    (
        Field::Other,
        &[
            "bcc",
            "reply-to",
            "返信先",
            "importance",
            "重要度",
            "priority",
            "attachments",
            "添付ファイル",
            "添付",
            "message-id",
            "x-mailer",
            "organization",
            "resent-from",
            "sensitivity",
            "秘密度",
            "cc:",
            "when",
            "where",
            "content-type",
            "return-path",
            "newsgroups",
            "resent-date",
            "resent-to",
            "mime-version",
        ],
    ),
];

/// The forwarded mails in `text`. `subject` is that of the mail around them: a reply carries the mail it answers
/// along in the same form.
pub(crate) fn find(text: &str, subject: Option<&str>) -> Vec<InlineMail> {
    let mut out: Vec<InlineMail> = Vec::new();
    let reply = subject.is_some_and(is_reply);
    // Where the text of the forwarded mail found last starts, and how its lines are quoted.
    let mut open: Option<(usize, bool)> = None;
    let mut at = 0;
    // A line before this one was blank, a rule, or there is none.
    let mut free = true;
    while at < text.len() && out.len() < FORWARDS {
        let (line, next) = line_at(text, at);
        let trimmed = line.trim();
        let opening = opening(trimmed);
        let found = match opening {
            Opening::None if !reply && names_sender(trimmed) => {
                block(text, at).filter(|b| !b.quoted && (b.full || b.bare && free))
            }
            Opening::Forward => block(text, next),
            Opening::Original if !reply => block(text, next),
            _ => None,
        };
        if let Some(found) = found {
            close(&mut out, text, open, at);
            open = Some((found.end, found.quoted));
            out.push(found.mail);
            at = found.end;
            free = false;
            continue;
        }
        free = trimmed.is_empty() || is_rule(trimmed);
        at = next;
    }
    close(&mut out, text, open, text.len());
    out
}

/// Tells the mails forwarded inside the body of `facts`, and hands their addresses on.
pub(crate) fn tell(session: &mut Session<'_>, facts: &mut MailFacts, prefix: &str) {
    if !session.limits.judge {
        return;
    }
    facts.forwards = find(&facts.body.text, facts.subject.as_deref());
    for (index, mail) in facts.forwards.iter().enumerate() {
        let place = |name: &str| format!("{prefix}forward[{index}]:header:{name}");
        let boxes = mail.from.iter().map(|m| ("from", m)).chain(mail.to.iter().map(|m| ("to", m)));
        for (name, mailbox) in boxes.chain(mail.cc.iter().map(|m| ("cc", m))) {
            session.source(place(name), SourceForm::Address, &mailbox.address);
        }
        if let Some(subject) = &mail.subject {
            session.source(place("subject"), SourceForm::Prose, subject);
        }
    }
}

/// Ends the text of the mail found last at `end`.
fn close(out: &mut [InlineMail], text: &str, open: Option<(usize, bool)>, end: usize) {
    if let (Some(mail), Some((start, quoted))) = (out.last_mut(), open) {
        let inner = text.get(start..end).unwrap_or("");
        mail.text = if quoted {
            inner.lines().map(|line| unquoted(line).0).collect::<Vec<_>>().join("\n").trim().to_owned()
        } else {
            inner.trim().to_owned()
        };
    }
}

/// The line at `at` without its end, and where the next one starts.
fn line_at(text: &str, at: usize) -> (&str, usize) {
    let rest = text.get(at..).unwrap_or("");
    match memchr::memchr(b'\n', rest.as_bytes()) {
        Some(end) => (rest.get(..end).unwrap_or(""), at + end + 1),
        None => (rest, text.len()),
    }
}

/// A line without its first quote mark, and whether it had one.
fn unquoted(line: &str) -> (&str, bool) {
    match line.trim_start().strip_prefix('>') {
        Some(rest) => (rest.strip_prefix(' ').unwrap_or(rest), true),
        None => (line, false),
    }
}

/// Characters that rules are drawn with.
fn is_dash(c: char) -> bool {
    matches!(c, '-' | '_' | '=' | '*' | '─' | '━' | '―' | '－' | '—' | '–' | '‐' | '＝' | '＊')
}

fn is_rule(line: &str) -> bool {
    line.len() >= 3 && line.chars().all(|c| is_dash(c) || c == ' ')
}

/// What a line opens, if header lines follow.
enum Opening {
    None,
    /// A line that only forwards have.
    Forward,
    /// A line that forwards and replies have.
    Original,
}

fn opening(line: &str) -> Opening {
    /// Words in a line between dashes, or before a colon, that forwards have.
    const FORWARD: [&str; 16] = [
        "forward",
        "転送",
        "转发",
        "轉寄",
        "전달",
        "weitergeleitet",
        "reenviado",
        "encaminhad",
        "transféré",
        "inoltrat",
        "doorgestuurd",
        "vidarebefordrat",
        "videresendt",
        "пересыла",
        "переслан",
        "przekazan",
    ];
    const ORIGINAL: [&str; 13] = [
        "original",
        "元のメッセージ",
        "元のメール",
        "オリジナル",
        "原始邮件",
        "原始郵件",
        "원본",
        "ursprüngliche",
        "d'origine",
        "originele",
        "ursprungligt",
        "исходное",
        "oryginalna",
    ];
    /// Lines without dashes that open a forwarded mail.
    const SENTENCES: [&str; 5] = [
        "begin forwarded message:",
        "転送されたメッセージ:",
        "転送されたメッセージ：",
        "début du message transféré",
        "anfang der weitergeleiteten",
    ];
    let Some(first) = line.chars().next() else {
        return Opening::None;
    };
    if line.len() > OPENING_BYTES {
        return Opening::None;
    }
    if !is_dash(first) {
        let may = matches!(first, 'B' | 'b' | '転' | 'D' | 'd' | 'A' | 'a');
        if may
            && let lower = line.to_lowercase()
            && SENTENCES.iter().any(|s| lower.starts_with(s))
        {
            return Opening::Forward;
        }
        return Opening::None;
    }
    let inner = line.trim_matches(|c: char| is_dash(c) || c.is_whitespace() || c == '>' || c == '<');
    if inner.is_empty() || line.chars().take_while(|c| is_dash(*c)).count() < 2 {
        return Opening::None;
    }
    let lower = inner.to_lowercase();
    if FORWARD.iter().any(|w| lower.contains(w)) {
        Opening::Forward
    } else if ORIGINAL.iter().any(|w| lower.contains(w)) {
        Opening::Original
    } else {
        Opening::None
    }
}

/// True for subjects of answers (`Re:`, `AW: `, 返信) that are no forwards.
fn is_reply(subject: &str) -> bool {
    let lower = lexicon::text::cut(subject.trim_start(), 24).to_lowercase();
    let head = lower.split([':', '：']).next().unwrap_or("");
    let head = head.split('[').next().unwrap_or("").trim();
    lower.contains([':', '：'])
        && matches!(
            head,
            "re" | "aw"
                | "sv"
                | "antw"
                | "vs"
                | "res"
                | "rif"
                | "odp"
                | "ｒｅ"
                | "返信"
                | "回复"
                | "回覆"
                | "答复"
        )
}

/// The header name and value of a line; `None` where it is none.
fn field(line: &str) -> Option<(Field, &str)> {
    let line = line.trim_start().trim_start_matches(['*', '\u{200b}', '\u{feff}']);
    let head = lexicon::text::cut(line, 64);
    // A colon, or the first byte of a full-width one.
    memchr::memchr2(b':', 0xef, head.as_bytes())?;
    let colon = head.find([':', '：'])?;
    let (name, rest) = line.split_at_checked(colon)?;
    let value = rest.strip_prefix(':').or_else(|| rest.strip_prefix('：'))?;
    let name = name.trim().trim_matches('*').trim().to_lowercase();
    let (what, _) = NAMES.iter().find(|(_, names)| names.contains(&name.as_str()))?;
    Some((*what, value.trim().trim_matches('*').trim()))
}

/// True if a line may be the From line of a block that nothing opens.
fn names_sender(line: &str) -> bool {
    // Nearly every line of every mail comes by here: look at its first letter only.
    let may = match line.as_bytes().first() {
        Some(first) if first.is_ascii() => b"fdvolk*".contains(&first.to_ascii_lowercase()),
        Some(_) => true,
        None => false,
    };
    may && matches!(field(line), Some((Field::From, value)) if !value.is_empty())
}

/// Header lines found.
struct Block {
    mail: InlineMail,
    /// Where the text below them starts.
    end: usize,
    /// The lines are quoted, as Apple Mail forwards.
    quoted: bool,
    /// They say so much that nothing needs to open them but a blank line.
    bare: bool,
    /// They say all: not even that, as in HTML where a rule stood above them.
    full: bool,
}

/// Reads the header lines at `at`.
fn block(text: &str, at: usize) -> Option<Block> {
    let mut mail = InlineMail::default();
    let mut at = at;
    let mut blank = 0;
    let mut quoted = false;
    let mut last: Option<(Field, String)> = None;
    let mut seen = Vec::new();
    let mut count = 0;
    while at < text.len() && count < LINES {
        let (line, next) = line_at(text, at);
        let (line, marked) = unquoted(line);
        let trimmed = line.trim();
        if trimmed.is_empty() || seen.is_empty() && is_rule(trimmed) {
            // HTML that became text may have a blank line between two header lines.
            let more = line_at(text, next).0;
            let goes_on =
                !seen.is_empty() && field(unquoted(more).0).is_some_and(|(f, _)| !seen.contains(&f));
            if seen.is_empty() && blank < BLANK || goes_on {
                blank += 1;
                at = next;
                continue;
            }
            break;
        }
        count += 1;
        match field(line) {
            Some((what, value)) => {
                if what != Field::Other && seen.contains(&what) {
                    break;
                }
                if seen.is_empty() {
                    quoted = marked;
                }
                if let Some((before, value)) = last.take() {
                    set(&mut mail, before, &value);
                }
                seen.push(what);
                last = Some((what, lexicon::text::cut(value, VALUE_BYTES).to_owned()));
            }
            None if seen.is_empty() => return None,
            // A folded line, or the rest of a long list of recipients.
            None => match &mut last {
                Some((what, value))
                    if value.len() < VALUE_BYTES
                        && (line.starts_with([' ', '\t'])
                            || value.is_empty()
                            || matches!(what, Field::To | Field::Cc)
                                && (value.ends_with([';', ',']) || trimmed.contains('@'))) =>
                {
                    value.push(' ');
                    value.push_str(lexicon::text::cut(trimmed, VALUE_BYTES));
                }
                // `X-Header: value` that is not known by name.
                _ if unknown_field(trimmed) => {}
                _ => break,
            },
        }
        at = next;
    }
    if let Some((what, value)) = last.take() {
        set(&mut mail, what, &value);
    }
    let has = |what: Field| seen.contains(&what);
    let enough = mail.from.is_some() && (has(Field::Date) || has(Field::Subject) || has(Field::To));
    let dated = has(Field::Date) && mail.date.as_deref().is_some_and(shows_time);
    let bare = dated && (has(Field::Subject) || has(Field::To));
    let full = dated && has(Field::Subject) && has(Field::To);
    enough.then_some(Block { mail, end: at, quoted, bare, full })
}

fn unknown_field(line: &str) -> bool {
    line.split_once(": ").is_some_and(|(name, _)| {
        (2..=40).contains(&name.len())
            && name.contains('-')
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    })
}

/// A date that a mail program wrote has digits.
fn shows_time(date: &str) -> bool {
    date.bytes().filter(u8::is_ascii_digit).count() >= 4
}

fn set(mail: &mut InlineMail, what: Field, value: &str) {
    match what {
        Field::From => mail.from = mailboxes(value).into_iter().next(),
        Field::To => mail.to = mailboxes(value),
        Field::Cc => mail.cc = mailboxes(value),
        Field::Subject => mail.subject = Some(value.to_owned()).filter(|v| !v.is_empty()),
        Field::Date => {
            mail.time = date::written(value);
            mail.date = Some(value.to_owned()).filter(|v| !v.is_empty());
        }
        Field::Other => {}
    }
}

/// Mailboxes as mail programs write them for people: `Name [mailto:a@example.com]`, `a; b`.
fn mailboxes(value: &str) -> Vec<Mailbox> {
    let mut plain =
        value.replace("[mailto:", "<").replace("<mailto:", "<").replace("[SMTP:", "<").replace('*', "");
    if plain.contains('<') {
        plain = plain.replace(']', ">").replace(">>", ">").replace("<<", "<");
    }
    if !plain.contains('@') {
        // Outlook shows names alone, divided by semicolons.
        let names = plain.split(';').map(str::trim).filter(|n| !n.is_empty()).take(FORWARDS);
        return names
            .map(|n| Mailbox { name: n.trim_matches(['\'', '"']).to_owned(), address: String::new() })
            .collect();
    }
    // `Doe, Jane <j@example.com>; …`: a comma belongs to the name where semicolons divide.
    let pieces: Vec<&str> =
        if plain.contains(';') || one_with_comma(&plain) { plain.split(';').collect() } else { vec![&plain] };
    let mut out = Vec::new();
    for piece in pieces.into_iter().map(str::trim).filter(|p| !p.is_empty()) {
        if out.len() >= FORWARDS * 5 {
            break;
        }
        match one(piece) {
            Some(mailbox) => out.push(mailbox),
            None => out.extend(address::parse(piece.as_bytes(), None, FORWARDS).0),
        }
    }
    out
}

fn one_with_comma(list: &str) -> bool {
    list.matches('@').count() == 1 && list.split('<').next().is_some_and(|name| name.contains(','))
}

/// A single `Name <address>`.
fn one(piece: &str) -> Option<Mailbox> {
    let (name, rest) = piece.split_once('<')?;
    let (address, tail) = rest.split_once('>')?;
    let address = address.trim();
    if tail.contains('@') || !address.contains('@') || address.contains(char::is_whitespace) {
        return None;
    }
    let name = name.trim().trim_matches(['"', '\'']).trim();
    let name = if name == address { "" } else { name };
    Some(Mailbox { name: name.to_owned(), address: address.to_owned() })
}

#[cfg(test)]
#[path = "forward/tests.rs"]
mod tests;
