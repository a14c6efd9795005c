//! `noroshi hunt mail`: mails by query and by indicators, scanning or over an index.

mod lines;
mod list;
mod page;
mod question;
#[cfg(feature = "imap")]
mod server;
mod sweep;

use std::io::{self, Write};
use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use lexicon::Lang;
use mailbox::Hit;

use crate::outcome::{Failure, Outcome};
use crate::report;
use crate::screen::Session;

use sweep::Swept;

/// Search mailboxes by address, name, subject, text, attachment name and hash (メールを探す)
///
/// Reads mbox, Maildir, .eml and .msg trees, Outlook's .pst, and IMAP folders, never writing into them. A QUERY is
/// what notmuch and Gmail users write; what has no field is looked for in subject, text, names, addresses and
/// attachments, also inside archives and attached mails. Japanese is found in every charset, whatever its width and
/// wherever its lines break. With --indicators every mail that carries one is told. With --index DIR the mails are
/// kept in an index that grows with the mailbox: only what is new or changed is read.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  noroshi hunt mail ~/Maildir invoice\n  noroshi hunt mail mails/ 'from:example.com subject:請求書 has:attachment'\n  noroshi hunt mail box.mbox '(配信 OR \"account has been\") -from:news@example.com date:2024-01..2024-03'\n  noroshi hunt mail --index ~/.cache/mail-index ~/Maildir filename:invoice*\n  noroshi hunt mail --index ~/.cache/mail-index newer_than:7d host:evil.example\n  noroshi hunt mail ~/Maildir --indicators iocs.txt --jsonl --fail-on hit\n  noroshi hunt mail --imap-password-file secret imaps://sato@mail.example.com/INBOX 請求書\n\nFields: from to cc reply-to return-path address subject body inside filename url host id hash sha256 sha1 md5 kind has path date before after older_than newer_than larger smaller; \"phrase\", word*, -not, AND OR NOT, ( )."
)]
pub(crate) struct Args {
    /// Mails, mailboxes, folders, imap://user@host/folder; the last one may be the QUERY if there is no such file
    #[arg(value_name = "PATH… [QUERY]", value_parser = NonEmptyStringValueParser::new())]
    given: Vec<String>,

    /// The query, where it could be taken for a path
    #[arg(long, short = 'q', value_name = "QUERY")]
    query: Option<String>,

    /// Tell every mail that carries one of these: a list, one value a line, or CSV; repeatable
    #[arg(long, value_name = "FILE")]
    indicators: Vec<PathBuf>,

    /// Keep the mails in an index in DIR and search there; with no PATH, search what it holds
    #[arg(long, value_name = "DIR")]
    index: Option<PathBuf>,

    /// One JSON object a line and hit, a summary last (the default where no terminal is)
    #[arg(long, conflicts_with_all = ["report", "html"])]
    jsonl: bool,

    /// The list for people, also where no terminal is
    #[arg(long, conflicts_with = "html")]
    report: bool,

    /// Write one page for a browser to FILE: everything in it, no script, nothing fetched; - is standard output
    #[arg(long, value_name = "FILE", value_parser = NonEmptyStringValueParser::new())]
    html: Option<String>,

    /// Write what was read to FILE, one JSON object a mail: path, size, SHA-256
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,

    /// Tell only the newest N
    #[arg(long, value_name = "N")]
    limit: Option<usize>,

    /// End with exit code 1 if something was found: hit
    #[arg(long = "fail-on", value_name = "WHAT", value_parser = ["hit"])]
    fail_on: Option<String>,

    /// Look for QR codes in pictures too: their links are then found, and reading takes longer
    #[arg(long)]
    pictures: bool,

    /// Mails to work on at the same time [default: one a processor]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    jobs: usize,

    /// The file with the password for imap://; NOROSHI_IMAP_PASSWORD holds it too. It is never given on the command line
    #[arg(long, value_name = "FILE", env = "NOROSHI_IMAP_PASSWORD_FILE", hide_env_values = true)]
    imap_password_file: Option<PathBuf>,

    /// Certificates (PEM) to trust for imap:// instead of the system's
    #[arg(long, value_name = "FILE")]
    imap_ca: Option<PathBuf>,

    /// Columns of the list [default: the terminal's]
    #[arg(long, value_name = "COLUMNS")]
    width: Option<usize>,
}

/// How hits are told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Jsonl,
    List,
    Html,
}

pub(crate) fn run(args: Args, session: &Session) -> Result<Outcome, Failure> {
    let form = match () {
        () if args.html.is_some() => Form::Html,
        () if args.report => Form::List,
        () if args.jsonl || !session.out_is_terminal => Form::Jsonl,
        () => Form::List,
    };
    let asked = question::settle(&args, session)?;
    let progress = report::progress(session, true);
    let mut swept = sweep::run(&args, &asked, &progress, session)?;
    progress.finish_and_clear();
    swept.hits.sort_by(Hit::order);
    let found = swept.hits.len();
    let left_out = args.limit.map_or(0, |limit| found.saturating_sub(limit));
    swept.hits.truncate(found - left_out);
    let mut out = io::BufWriter::with_capacity(256 << 10, io::stdout().lock());
    match form {
        Form::Jsonl => lines::write(&mut out, &swept, &asked, found)?,
        Form::List => {
            let width = session.width(args.width);
            out.write_all(list::text(&swept, &asked, session, width).as_bytes())?;
        }
        Form::Html => {
            let page = page::page(&swept, &asked, session.lang);
            match args.html.as_deref() {
                None | Some("-") => out.write_all(page.as_bytes())?,
                Some(file) => write_file(file.as_ref(), page.as_bytes(), session.lang)?,
            }
        }
    }
    out.flush()?;
    drop(out);
    closing(&swept, left_out, form, session);
    Ok(match (swept.is_whole(), found > 0 && args.fail_on.is_some()) {
        (false, _) => Outcome::Unread,
        (true, true) => Outcome::Found,
        (true, false) => Outcome::Done,
    })
}

fn write_file(path: &std::path::Path, bytes: &[u8], lang: Lang) -> Result<(), Failure> {
    std::fs::write(path, bytes).map_err(|error| {
        let shown = path.display();
        Failure::Input(match lang {
            Lang::Ja => format!("{shown} に書き込めません: {error}"),
            Lang::En => format!("{shown} cannot be written: {error}"),
        })
    })
}

/// What could not be read, for people; machines find it in the summary.
fn closing(swept: &Swept, left_out: usize, form: Form, session: &Session) {
    let lang = session.lang;
    if left_out > 0 && form != Form::Jsonl {
        session.say(&match lang {
            Lang::Ja => format!("ほかに {left_out} 通あります（--limit）"),
            Lang::En => format!("{left_out} more were found (--limit)"),
        });
    }
    report::closing::notes(session, &swept.notes, swept.mails);
    let several = |head: &str, lines: &mut dyn Iterator<Item = String>| {
        let mut lines = lines.peekable();
        if lines.peek().is_some() {
            session.say(&session.paint_error.red(head));
            lines.take(SHOWN).for_each(|line| session.say(&format!("  {line}")));
        }
    };
    several(
        lang.pick(
            "読んでいる間に変わったもの（もう一度実行してください）:",
            "changed while it was read (run again):",
        ),
        &mut swept.changed.iter().map(|path| report::harmless(path)),
    );
    several(
        lang.pick("一部を読めなかったもの:", "read in part only:"),
        &mut swept
            .partly
            .iter()
            .map(|(path, what)| format!("{}: {}", report::harmless(path), what.join(", "))),
    );
    several(
        lang.pick("索引の読めない部分:", "parts of the index that cannot be read:"),
        &mut swept.damaged.iter().map(|problem| problem.of(lang)),
    );
}

/// Lines of one kind that are shown to people; machines get all.
const SHOWN: usize = 50;
