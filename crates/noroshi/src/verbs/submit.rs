//! `noroshi submit`: mails → a hub, with names taken out where that is asked.

mod made;
mod receipts;

use std::io::Write as _;
use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use courier::redact::Terms;
use lexicon::Lang;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use self::made::{Made, Unfit};
use self::receipts::{Receipt, Receipts};
use crate::intake::{self, Input, Intake};
use crate::outcome::{Failure, Outcome};
use crate::remote::{Ask, Hub, HubArgs, unreadable};
use crate::report::{closing, harmless, progress};
use crate::screen::Session;
use crate::screen::shape::{cut_front, number, pad, size};

/// Bytes of a mail that a hub takes.
const MAX_SENT: usize = 64 << 20;
/// Bytes of a file with words.
const MAX_WORDS: u64 = 1 << 20;
/// Characters of a note.
const MAX_NOTE: usize = 4_000;

/// Give mails to the hub (提供する)
///
/// Files, folders, Maildirs, mailboxes. Giving again is harmless: the hub answers with the first receipt. With --redact,
/// names and addresses are replaced in the header and the texts of a copy, and the copy is given; attachments are not
/// touched.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  noroshi submit suspicious.eml --hub https://hub.example.org --token-file ~/.noroshi-token\n  noroshi submit reported/ --note 'enquiry desk, not opened' --redact 'Example Gas' --redact example.co.jp\n  noroshi submit reported/ --redact @names.txt --dry-run --text\n  noroshi submit ~/Maildir --receipts receipts.jsonl      (goes on where it broke off)"
)]
pub(crate) struct Args {
    /// Mails, mailboxes, folders; - is standard input
    #[arg(required = true, value_name = "PATH", value_parser = NonEmptyStringValueParser::new())]
    paths: Vec<String>,

    #[command(flatten)]
    hub: HubArgs,

    /// A word to the analysts, e.g. whether somebody opened it
    #[arg(long, value_name = "TEXT", default_value = "")]
    note: String,

    /// Replace this name, domain or address before a mail leaves; @FILE: one a line
    #[arg(long, value_name = "WORD|@FILE")]
    redact: Vec<String>,

    /// Give nothing: show what would leave
    #[arg(long)]
    dry_run: bool,

    /// With --dry-run: each mail exactly as it would leave, control characters made visible
    #[arg(long, requires = "dry_run")]
    text: bool,

    /// With --dry-run: a page for a browser with each mail as it would leave
    #[arg(long, value_name = "FILE", requires = "dry_run", conflicts_with = "text")]
    html: Option<PathBuf>,

    /// Keep receipts in this file, and do not send again what is in it
    #[arg(long, value_name = "FILE")]
    receipts: Option<PathBuf>,

    /// One JSON object a mail (the default where no terminal is)
    #[arg(long, conflicts_with_all = ["report", "text"])]
    jsonl: bool,

    /// The table for people, also where no terminal is
    #[arg(long)]
    report: bool,
}

#[derive(Serialize)]
struct Line<'a> {
    path: &'a str,
    /// Of the bytes that left.
    sha256: &'a str,
    size: usize,
    /// The submission; null in a dry run.
    id: Option<&'a str>,
    /// Given before.
    already: bool,
    received: Option<&'a str>,
    redacted: Vec<RedactedLine>,
    untouched: &'a [String],
}

#[derive(Serialize)]
struct RedactedLine {
    word: String,
    #[serde(rename = "where")]
    place: String,
    count: u64,
}

#[derive(Deserialize)]
struct Answer {
    submissions: Vec<Given>,
}

#[derive(Deserialize)]
struct Given {
    id: String,
    already: bool,
    received: String,
}

/// How many mails came to what.
#[derive(Default)]
struct Sums {
    given: u64,
    before: u64,
    redacted: u64,
    refused: u64,
}

pub(crate) fn run(args: Args, session: &Session) -> Result<Outcome, Failure> {
    let lang = session.lang;
    let terms = terms(&args.redact, lang)?;
    if args.note.chars().count() > MAX_NOTE {
        return Err(Failure::Usage(
            lang.pick("--note は 4,000 文字までです", "--note takes 4,000 characters at most").to_owned(),
        ));
    }
    // The address is checked in a dry run, too: what is tried out should be what is done.
    let address = args.hub.address(lang)?;
    let hub = if args.dry_run { None } else { Some(args.hub.open(session)?) };
    let mut receipts = Receipts::open(args.receipts.as_deref(), address.as_str(), lang)?;
    let jsonl = args.jsonl || !session.out_is_terminal && !args.report && !args.text && args.html.is_none();
    let bar = progress(session, hub.is_some());
    let mut intake = Intake::new(args.paths.clone());
    let mut sums = Sums::default();
    let mut shown = Vec::new();
    let mut unfit: Vec<(String, String)> = Vec::new();
    let done: Result<(), Failure> = intake::each(
        &mut intake,
        1,
        |path, mail| (path.to_owned(), made::make(mail, &terms)),
        |(path, made)| {
            bar.inc(1);
            let made = match made {
                Ok(made) => made,
                Err(why) => {
                    unfit.push((path, why.of(lang).to_owned()));
                    return Ok(());
                }
            };
            sums.redacted += u64::from(made.changed());
            let receipt = match &hub {
                None => None,
                Some(hub) => match give(hub, &args, &mut receipts, &path, &made, lang)? {
                    Ok(receipt) => Some(receipt),
                    Err(why) => {
                        sums.refused += 1;
                        unfit.push((path, why));
                        return Ok(());
                    }
                },
            };
            match &receipt {
                Some(receipt) if receipt.already => sums.before += 1,
                _ => sums.given += 1,
            }
            bar.suspend(|| show(&args, jsonl, &path, &made, receipt.as_ref(), &terms, session))?;
            if args.html.is_some() {
                shown.push((path, made.bytes));
            }
            Ok(())
        },
    );
    bar.finish_and_clear();
    if let Some(file) = &args.html {
        let page = made::page(&shown, lang);
        std::fs::write(file, page)?;
    }
    let mails = sums.given + sums.before + unfit.len() as u64;
    closing::notes(session, &intake.notes, mails);
    for (path, why) in &unfit {
        session.say(&session.paint_error.red(&format!("{}: {why}", harmless(path))));
    }
    sum(&sums, args.dry_run, &terms, session);
    done?;
    Ok(if intake.notes.unread.is_empty() && unfit.is_empty() { Outcome::Done } else { Outcome::Unread })
}

/// Words of the command line and of files.
fn terms(given: &[String], lang: Lang) -> Result<Terms, Failure> {
    let mut words = Vec::new();
    for word in given {
        match word.strip_prefix('@') {
            Some(path) if !path.is_empty() => {
                let path = std::path::Path::new(path);
                let text = intake::text_file(path, MAX_WORDS).map_err(|why| unreadable(path, &why, lang))?;
                let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
                words.extend(
                    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned),
                );
            }
            _ => words.push(word.clone()),
        }
    }
    let terms = Terms::new(words).map_err(|error| Failure::Usage(format!("--redact: {error}")))?;
    if terms.is_empty() && !given.is_empty() {
        return Err(Failure::Usage(
            lang.pick("--redact のファイルに語がありません", "the file of --redact holds no word").to_owned(),
        ));
    }
    Ok(terms)
}

/// Gives one mail; what the hub does not take of it is no reason not to give the others.
fn give(
    hub: &Hub,
    args: &Args,
    receipts: &mut Receipts,
    path: &str,
    made: &Made,
    lang: Lang,
) -> Result<Result<Receipt, String>, Failure> {
    if made.bytes.len() > MAX_SENT {
        return Ok(Err(lang
            .pick("64 MiB を超えるメールは提供できません", "larger than the 64 MiB that a hub takes")
            .to_owned()));
    }
    if let Some(receipt) = receipts.known(&made.sha256) {
        return Ok(Ok(receipt));
    }
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    let (kind, body) = form(name, &args.note, &made.bytes);
    let reply = hub.ask("/api/v1/submissions", Ask::Post(&kind, &body))?;
    if !matches!(reply.status, 200 | 201) {
        let why = reply.refusal(lang);
        // A token that may not give anything will not give the next mail either.
        if reply.status == 404 || reply.status == 403 {
            return Err(Failure::Input(format!("{}: {why}", hub.address())));
        }
        return Ok(Err(why));
    }
    let given =
        serde_json::from_slice::<Answer>(&reply.body).ok().and_then(|mut answer| answer.submissions.pop());
    let Some(given) = given else {
        return Err(Failure::Input(match lang {
            Lang::Ja => format!("{} の応答を読めません。情報ハブのアドレスか確かめてください", hub.address()),
            Lang::En => {
                format!("the answer of {} cannot be read; check that it is a hub's address", hub.address())
            }
        }));
    };
    let receipt = Receipt {
        sha256: made.sha256.clone(),
        id: lexicon::text::visible(lexicon::text::cut(&given.id, 100)),
        received: lexicon::text::visible(lexicon::text::cut(&given.received, 100)),
        already: given.already,
    };
    receipts.keep(&receipt)?;
    Ok(Ok(receipt))
}

/// The body of a form with one file (RFC 7578). The note stands in it and not in the address, which servers log.
fn form(name: &str, note: &str, mail: &[u8]) -> (String, Vec<u8>) {
    // A boundary that the mail does not hold: the digest of what stands between is as good as random.
    let mut boundary = format!("noroshi-{}", hex(&Sha256::digest(mail)));
    while memchr::memmem::find(mail, boundary.as_bytes()).is_some() || note.contains(&boundary) {
        boundary = format!("noroshi-{}", hex(&Sha256::digest(boundary.as_bytes())));
    }
    let name: String = lexicon::text::cut(name, 200)
        .chars()
        .map(|c| if c.is_control() || matches!(c, '"' | '\\') { '_' } else { c })
        .collect();
    let mut body = Vec::with_capacity(mail.len() + note.len() + 1_000);
    let mut part = |head: &str, content: &[u8]| {
        body.extend_from_slice(
            format!("--{boundary}\r\nContent-Disposition: form-data; {head}\r\n\r\n").as_bytes(),
        );
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    };
    part("name=\"note\"", note.as_bytes());
    let kind = "Content-Type: application/octet-stream";
    part(&format!("name=\"files\"; filename=\"{name}\"\r\n{kind}"), mail);
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    (format!("multipart/form-data; boundary={boundary}"), body)
}

fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

fn show(
    args: &Args,
    jsonl: bool,
    path: &str,
    made: &Made,
    receipt: Option<&Receipt>,
    terms: &Terms,
    session: &Session,
) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    if jsonl {
        let redacted = made.replaced.iter().map(|((term, place), count)| RedactedLine {
            word: terms.written(*term).to_owned(),
            place: place.clone(),
            count: *count,
        });
        let line = Line {
            path,
            sha256: &made.sha256,
            size: made.bytes.len(),
            id: receipt.map(|receipt| receipt.id.as_str()),
            already: receipt.is_some_and(|receipt| receipt.already),
            received: receipt.map(|receipt| receipt.received.as_str()),
            redacted: redacted.collect(),
            untouched: &made.untouched,
        };
        serde_json::to_writer(&mut out, &line).map_err(std::io::Error::from)?;
        return Ok(writeln!(out)?);
    }
    if args.text {
        writeln!(out, "{}", session.paint.bold(&format!("=== {}", harmless(path))))?;
        out.write_all(made::as_text(&made.bytes).as_bytes())?;
        return Ok(writeln!(out)?);
    }
    let (lang, paint) = (session.lang, session.paint);
    let state = match receipt {
        None => lang.pick("提供予定", "would leave"),
        Some(receipt) if receipt.already => lang.pick("提供済み", "given before"),
        Some(_) => lang.pick("提供", "given"),
    };
    let id = receipt.map_or("", |receipt| receipt.id.as_str());
    let room = session.width(None).saturating_sub(12 + 2 + 36 + 2 + 9).max(16);
    writeln!(
        out,
        "{}  {}  {}  {}",
        paint.bold(&pad(state, 12)),
        pad(&cut_front(&harmless(path), room), room),
        pad(&size(made.bytes.len() as u64), 8),
        id
    )?;
    let mut by_word: std::collections::BTreeMap<usize, (u64, Vec<&str>)> = std::collections::BTreeMap::new();
    for ((term, place), count) in &made.replaced {
        let entry = by_word.entry(*term).or_default();
        entry.0 += count;
        entry.1.push(place);
    }
    for (term, (count, places)) in by_word {
        let (word, mark, places) =
            (harmless(terms.written(term)), terms.mark(term), harmless(&places.join(", ")));
        writeln!(out, "{}", paint.dim(&format!("    {word} → {mark}  × {}  ({places})", number(count))))?;
    }
    if !terms.is_empty() && !made.untouched.is_empty() {
        let list = harmless(&made.untouched.join(", "));
        let head = lang.pick("    手を加えていない部分", "    not touched");
        writeln!(out, "{}", paint.yellow(&format!("{head}: {list}")))?;
    }
    Ok(())
}

fn sum(sums: &Sums, dry: bool, terms: &Terms, session: &Session) {
    let (given, before) = (number(sums.given), number(sums.before));
    let mut text = match (dry, session.lang) {
        (true, Lang::Ja) => format!("{given} 通を提供する予定です。何も送っていません"),
        (true, Lang::En) => format!("{given} would leave; nothing was sent"),
        (false, Lang::Ja) => format!("提供 {given} 通、提供済み {before} 通"),
        (false, Lang::En) => format!("{given} given, {before} given before"),
    };
    if !terms.is_empty() {
        let redacted = number(sums.redacted);
        text.push_str(&match session.lang {
            Lang::Ja => {
                format!("。語を置き換えたメール {redacted} 通（添付ファイルの中は置き換えていません）")
            }
            Lang::En => format!("; names were replaced in {redacted} (attachments were not touched)"),
        });
    }
    session.say(&text);
}

/// A mail in the form in which it is worked on.
fn bytes_of(mail: Input<'_>) -> Result<&[u8], Unfit> {
    match mail {
        Input::Raw(bytes) => Ok(bytes),
        Input::Read(_) => Err(Unfit::NoOriginal),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_mail_can_end_its_part_of_the_form() {
        let digest = hex(&Sha256::digest(b"x"));
        let (kind, body) = form("a\"\r\nb.eml", "note", b"x");
        assert_eq!(kind, format!("multipart/form-data; boundary=noroshi-{digest}"));
        let text = String::from_utf8(body).unwrap();
        assert!(text.contains("filename=\"a___b.eml\"\r\n"), "{text}");
        let (kind, _) = form("a", &format!("noroshi-{digest}"), b"x");
        assert_ne!(kind, format!("multipart/form-data; boundary=noroshi-{digest}"));
    }
}
