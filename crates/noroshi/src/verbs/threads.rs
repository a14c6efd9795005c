//! `noroshi threads`: a pile of mails → conversations, and the rapport-building attacks among them.

use std::io::{self, Write};

use casework::thread::{Findings, Letter, Operation, Own, Sign, Standing, StepKind, Thread, threads};
use clap::ValueEnum;
use clap::builder::NonEmptyStringValueParser;
use desk::dissect::Settings;
use indicators::guard::Guards;
use lexicon::Lang;
use serde::Serialize;

use super::supplied::SuppliedArgs;
use crate::intake::{self, Dissect, Intake};
use crate::outcome::{Failure, Outcome};
use crate::report::{Page, Style, closing, harmless, progress, span};
use crate::screen::Session;
use crate::screen::shape::{cut, number, pad};

/// Find rapport-building attacks in a pile of mails: enquiry, answer, attack (やり取り型の流れを見つける)
///
/// Mails are joined to conversations by Message-ID and References, subject and quotation, also where some are missing
/// or came as forwards. Only the sequence is judged: an enquiry alone is never called an attack. Works offline; the
/// order of the paths does not matter.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  noroshi threads reported/\n  noroshi threads --own member.example --json desk.mbox > threads.json\n  noroshi threads --fail-on forming ~/Maildir"
)]
pub(crate) struct Args {
    /// Mails, mailboxes, folders; - is standard input
    #[arg(required = true, value_name = "PATH", value_parser = NonEmptyStringValueParser::new())]
    paths: Vec<String>,

    /// A domain of the organisation whose desk is written to; repeatable [default: told from the mails]
    #[arg(long, value_name = "DOMAIN")]
    own: Vec<String>,

    /// Also conversations in which nothing speaks for an attack
    #[arg(long)]
    all: bool,

    /// JSON (the default where no terminal is)
    #[arg(long, conflicts_with = "report")]
    json: bool,

    /// The table for people, also where no terminal is
    #[arg(long)]
    report: bool,

    /// In the table: nothing cut
    #[arg(long)]
    full: bool,

    /// Columns of the table [default: the terminal's]
    #[arg(long, value_name = "COLUMNS")]
    width: Option<usize>,

    /// End with exit code 1 if such a thread is found
    #[arg(long = "fail-on", value_name = "WHAT", value_enum)]
    fail_on: Option<FailOn>,

    /// Mails to work on at the same time [default: one a processor]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    jobs: usize,

    #[command(flatten)]
    supplied: SuppliedArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// Enquiry, answer and attack
    Rapport,
    /// That, or an enquiry as such an attack begins with
    Forming,
}

#[derive(Serialize)]
struct Output<'a> {
    threads: Vec<OneThread<'a>>,
    operations: Vec<OneOperation<'a>>,
    mails: usize,
    conversations: usize,
}

#[derive(Serialize)]
struct OneThread<'a> {
    id: &'a str,
    standing: &'static str,
    desk: &'a str,
    window: &'a str,
    outside: &'a str,
    waits: bool,
    unseen: usize,
    steps: Vec<OneStep<'a>>,
    latencies_seconds: Vec<i64>,
    evidence: Vec<OneSign<'a>>,
}

#[derive(Serialize)]
struct OneStep<'a> {
    kind: &'static str,
    path: &'a str,
    came: &'static str,
    copies: Vec<&'a str>,
    date: Option<String>,
    interval_seconds: Option<i64>,
    from: Option<&'a str>,
    to: &'a [String],
    subject: &'a str,
    message_id: Option<&'a str>,
    answers_unseen: bool,
    asks_archiver: bool,
    cannot_open: bool,
    files: Vec<OneFile<'a>>,
}

#[derive(Serialize)]
struct OneFile<'a> {
    name: &'a str,
    kind: &'a str,
    sha256: &'a str,
    locked: bool,
    weight: u8,
    why: &'static str,
}

#[derive(Serialize)]
struct OneSign<'a> {
    sign: &'static str,
    weight: u8,
    step: Option<usize>,
    detail: &'a str,
}

#[derive(Serialize)]
struct OneOperation<'a> {
    standing: &'static str,
    threads: Vec<&'a str>,
    desks: &'a [String],
    windows: Windows,
    organisations_in_two_weeks: usize,
    revisits: Vec<OneRevisit<'a>>,
    waiting: Vec<&'a str>,
    ties: Vec<OneTie<'a>>,
}

#[derive(Serialize)]
struct Windows {
    count: usize,
    seconds: i64,
}

#[derive(Serialize)]
struct OneRevisit<'a> {
    desk: &'a str,
    before: String,
    at: String,
    days: i64,
}

#[derive(Serialize)]
struct OneTie<'a> {
    a: &'a str,
    b: &'a str,
    kind: &'static str,
    value: &'a str,
}

/// Letters with the path of the mail that each came in.
struct Pile {
    letters: Vec<Letter>,
    paths: Vec<String>,
}

impl Pile {
    fn path(&self, letter: usize) -> &str {
        self.paths.get(letter).map_or("", String::as_str)
    }
}

pub(crate) fn run(args: Args, session: &Session) -> Result<Outcome, Failure> {
    let supplied = args.supplied.read(session)?;
    let settings = SuppliedArgs::settings(
        supplied,
        Settings { guards: Guards::builtin_for_examples(), ..Settings::default() },
    );
    let bar = progress(session, true);
    let mut intake = Intake::new(args.paths);
    let mut mails: Vec<(String, String, Vec<Letter>)> = Vec::new();
    intake::each(
        &mut intake,
        args.jobs,
        |path, mail| {
            let facts = mail.dissect(path, &settings, &[]);
            let letters = Letter::all_of(&facts);
            (facts.path, facts.sha256, letters)
        },
        |one| {
            bar.inc(1);
            mails.push(one);
            Ok::<(), Failure>(())
        },
    )?;
    bar.finish_and_clear();
    // Another order of the arguments is the same question.
    mails.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
    let count = mails.len();
    let mut pile = Pile { letters: Vec::new(), paths: Vec::new() };
    for (path, _, letters) in mails {
        pile.paths.extend(letters.iter().map(|_| path.clone()));
        pile.letters.extend(letters);
    }
    let found = threads(&pile.letters, &Own::new(args.own));

    let mut out = io::BufWriter::new(io::stdout().lock());
    if args.json || (!args.report && !session.out_is_terminal) {
        let output = output(&found, &pile, count, args.all);
        serde_json::to_writer_pretty(&mut out, &output).map_err(io::Error::from)?;
        out.write_all(b"\n")?;
    } else {
        let style = Style {
            lang: session.lang,
            paint: session.paint,
            width: session.width(args.width),
            full: args.full,
        };
        out.write_all(table(&found, &pile, count, args.all, &style).as_bytes())?;
    }
    out.flush()?;
    closing::notes(session, &intake.notes, count as u64);
    let least = match args.fail_on {
        Some(FailOn::Rapport) => Some(Standing::Rapport),
        Some(FailOn::Forming) => Some(Standing::Forming),
        None => None,
    };
    if !intake.notes.unread.is_empty() {
        return Ok(Outcome::Unread);
    }
    let met = least.is_some_and(|least| found.threads.iter().any(|thread| thread.standing >= least));
    Ok(if met { Outcome::Found } else { Outcome::Done })
}

fn told(found: &Findings, all: bool) -> impl Iterator<Item = &Thread> {
    let least = if all { Standing::Conversation } else { Standing::Forming };
    found.threads.iter().filter(move |thread| {
        thread.standing >= least && (thread.steps.len() > 1 || thread.standing > Standing::Conversation)
    })
}

fn output<'a>(found: &'a Findings, pile: &'a Pile, mails: usize, all: bool) -> Output<'a> {
    Output {
        threads: told(found, all).map(|thread| one_thread(thread, pile)).collect(),
        operations: found.operations.iter().map(|operation| one_operation(operation, found)).collect(),
        mails,
        conversations: found.threads.iter().filter(|thread| thread.steps.len() > 1).count(),
    }
}

fn one_thread<'a>(thread: &'a Thread, pile: &'a Pile) -> OneThread<'a> {
    let steps = thread.steps.iter().filter_map(|step| {
        let letter = pile.letters.get(step.letter)?;
        let files = letter.payload.iter().map(|file| OneFile {
            name: &file.name,
            kind: &file.kind,
            sha256: &file.sha256,
            locked: file.locked,
            weight: file.weight,
            why: file.why,
        });
        Some(OneStep {
            kind: step.kind.word(),
            path: pile.path(step.letter),
            came: letter.came.word(),
            copies: step
                .copies
                .iter()
                .filter(|&&copy| copy != step.letter)
                .map(|&copy| pile.path(copy))
                .collect(),
            date: step
                .at
                .map(|at| at.to_zoned(lexicon::time::jst()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()),
            interval_seconds: step.after,
            from: letter.from.as_deref(),
            to: &letter.to,
            subject: &letter.subject,
            message_id: letter.id.as_deref(),
            answers_unseen: step.answers_unseen,
            asks_archiver: letter.asks_archiver && step.kind != StepKind::Reply,
            cannot_open: letter.cannot_open && step.kind == StepKind::Reply,
            files: files.collect(),
        })
    });
    OneThread {
        id: &thread.id,
        standing: thread.standing.word(),
        desk: &thread.desk,
        window: &thread.window,
        outside: &thread.outside,
        waits: thread.waits,
        unseen: thread.unseen,
        steps: steps.collect(),
        latencies_seconds: thread.latencies(),
        evidence: thread
            .evidence
            .iter()
            .map(|e| OneSign { sign: e.sign.word(), weight: e.weight, step: e.step, detail: &e.detail })
            .collect(),
    }
}

fn one_operation<'a>(operation: &'a Operation, found: &'a Findings) -> OneOperation<'a> {
    let id = |at: usize| found.threads.get(at).map_or("", |thread| thread.id.as_str());
    OneOperation {
        standing: operation.standing.word(),
        threads: operation.threads.iter().map(|&at| id(at)).collect(),
        desks: &operation.desks,
        windows: Windows { count: operation.windows.0, seconds: operation.windows.1 },
        organisations_in_two_weeks: operation.fortnight,
        revisits: operation
            .revisits
            .iter()
            .map(|r| OneRevisit {
                desk: &r.desk,
                before: r.before.to_string(),
                at: r.at.to_string(),
                days: r.days(),
            })
            .collect(),
        waiting: operation.waiting(&found.threads).map(|thread| thread.id.as_str()).collect(),
        ties: operation
            .ties
            .iter()
            .map(|tie| OneTie { a: id(tie.a), b: id(tie.b), kind: tie.kind.word(), value: &tie.value })
            .collect(),
    }
}

fn table(found: &Findings, pile: &Pile, mails: usize, all: bool, style: &Style) -> String {
    let mut page = Page::new(style);
    let mut shown: Vec<&Thread> = told(found, all).collect();
    shown.sort_by_key(|thread| std::cmp::Reverse(thread.standing));
    for thread in shown {
        thread_table(&mut page, thread, pile, style);
    }
    for operation in &found.operations {
        operation_table(&mut page, operation, found, style);
    }
    let count = |standing| found.threads.iter().filter(|thread| thread.standing == standing).count() as u64;
    let (rapport, forming) = (number(count(Standing::Rapport)), number(count(Standing::Forming)));
    let line = match style.lang {
        Lang::Ja => {
            format!("{} 通  ·  やり取り型攻撃 {rapport}  ·  偵察段階 {forming}", number(mails as u64))
        }
        Lang::En => format!(
            "{} mails  ·  rapport-building attacks {rapport}  ·  enquiries of one {forming}",
            number(mails as u64)
        ),
    };
    page.out.push_str(&format!(
        "{}\n{}\n",
        style.paint.cyan(&"━".repeat(style.width)),
        style.paint.bold(&line)
    ));
    page.out
}

fn thread_table(page: &mut Page<'_>, thread: &Thread, pile: &Pile, style: &Style) {
    let paint = style.paint;
    let (dot, word) = match thread.standing {
        Standing::Rapport => (paint.red("●"), page.t("やり取り型攻撃", "rapport-building attack")),
        Standing::Forming => {
            (paint.red("○"), page.t("偵察段階（攻撃はまだ）", "an enquiry as an attack begins with"))
        }
        Standing::Conversation => (paint.dim("○"), page.t("会話", "conversation")),
    };
    let between = format!("{} → {}", harmless(&thread.outside), harmless(&thread.window));
    page.out.push_str(&format!("{dot} {}  {}\n", paint.bold(word), cut(&between, page.room())));
    for (at, step) in thread.steps.iter().enumerate() {
        let Some(letter) = pile.letters.get(step.letter) else { continue };
        let kind = match (step.kind, style.lang) {
            (StepKind::Recon, Lang::Ja) => "偵察",
            (StepKind::Reply, Lang::Ja) => "返信",
            (StepKind::Attack, Lang::Ja) => "攻撃",
            (StepKind::Message, Lang::Ja) => "受信",
            (kind, Lang::En) => kind.word(),
        };
        let time = step.at.map_or_else(|| page.t("日時不明", "no date").to_owned(), lexicon::time::show);
        let after = step.after.map(|seconds| format!("+{}", span(seconds, style.lang))).unwrap_or_default();
        let mut what = harmless(&letter.subject);
        for file in letter.payload.iter().take(2) {
            what.push_str(&format!("  [{} {}]", harmless(&file.name), file.kind));
        }
        let note = match step.kind {
            StepKind::Recon if letter.asks_archiver => {
                page.t("  ← 解凍ソフトを尋ねています", "  ← asks for the archiver")
            }
            StepKind::Reply if letter.cannot_open => {
                page.t("  ← 開けなかったとの返信", "  ← could not be opened")
            }
            _ => "",
        };
        let head = format!("#{:<2} {} {} {}", at + 1, pad(kind, 8), pad(&time, 21), pad(&after, 14));
        let room = page
            .room()
            .saturating_sub(crate::screen::shape::width(&head) + 2 + crate::screen::shape::width(note));
        let line = format!("{head}{}{}", cut(&what, room.max(12)), paint.red(note));
        page.line(&line);
    }
    if thread.unseen > 0 {
        let text = match style.lang {
            Lang::Ja => format!("引用・参照されているが手元にないメール {} 通", thread.unseen),
            Lang::En => format!("{} mails that are referred to are not here", thread.unseen),
        };
        page.line(&paint.dim(&text));
    }
    let signs: Vec<String> =
        thread.evidence.iter().map(|e| format!("{} ({})", sign(e.sign, style.lang), e.weight)).collect();
    if !signs.is_empty() {
        let text = signs.join(page.t("、", ", "));
        page.line(&format!("{} {}", paint.dim("└"), paint.cyan(&cut(&text, page.room()))));
    }
    if thread.waits {
        page.line(
            &paint.red(
                page.t("返信する前に確認してください。", "Do not answer before you have looked into it."),
            ),
        );
    }
    page.blank();
}

/// A sign in words.
fn sign(sign: Sign, lang: Lang) -> &'static str {
    let (ja, en) = match sign {
        Sign::File => ("返信の後に添付ファイル", "a file after an answer"),
        Sign::ArchiverAsked => ("解凍ソフトを尋ねる", "asks for the archiver"),
        Sign::SentAgain => ("開けないとの返信の後に再送", "sent again after it could not be opened"),
        Sign::Quick => ("数分で添付ファイル", "the file came within minutes"),
        Sign::Online => ("複数の組織で数分のうちに応答", "answers several organisations within minutes"),
        Sign::PasswordBeside => ("同じメールにパスワード", "the password beside the locked file"),
        Sign::Freemail => ("フリーメール", "free mail"),
        Sign::Sender => ("差出人が疑わしい", "the sender is doubtful"),
        Sign::Parallel => ("複数の組織へ同じ差出人・文面", "the same operator at several organisations"),
        Sign::SameFile => ("同じファイルが複数の組織へ", "the same file at several organisations"),
        Sign::KnownOperator => ("ほかで攻撃した差出人", "the operator attacks elsewhere"),
    };
    lang.pick(ja, en)
}

fn operation_table(page: &mut Page<'_>, operation: &Operation, found: &Findings, style: &Style) {
    let paint = style.paint;
    if operation.desks.len() < 2 && operation.revisits.is_empty() {
        return;
    }
    let (windows, seconds) = operation.windows;
    let waiting = operation.waiting(&found.threads).count();
    let span_of = span(seconds, style.lang);
    let text = match style.lang {
        Lang::Ja => format!(
            "同じ攻撃者: {} 組織・{} 件のやり取り（{windows} 窓口に {span_of}、2 週間で {} 組織、返信待ち {waiting}）",
            operation.desks.len(),
            operation.threads.len(),
            operation.fortnight
        ),
        Lang::En => format!(
            "one operator: {} organisations, {} threads ({windows} windows in {span_of}, {} organisations in two weeks, {waiting} not answered yet)",
            operation.desks.len(),
            operation.threads.len(),
            operation.fortnight
        ),
    };
    page.line(&paint.bold(&text));
    for revisit in &operation.revisits {
        let text = match style.lang {
            Lang::Ja => format!("{} へ {} 日ぶりに再来", harmless(&revisit.desk), revisit.days()),
            Lang::En => format!("came back to {} after {} days", harmless(&revisit.desk), revisit.days()),
        };
        page.line(&paint.red(&text));
    }
    page.blank();
}
