//! Rapport threads: the list for analysts, and one operator's threads as lanes with the intervals between their steps.
//! An organisation sees its own lanes alone.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query, State};
use desk::thread::{Sign, Standing, StepKind, Woven};
use jiff::Timestamp;
use lexicon::ids::{MemberId, SubmissionId};
use serde::Deserialize;

use super::answers::{Settled, id};
use super::kinds;
use super::labels::Chip;
use super::lists::{Filter, aside, inert, named, newest, shown};
use crate::error::{PageError, PageResult};
use crate::lanes::{LaneOf, Lanes, Mark};
use crate::routes::{ANALYST, READER, Route};
use crate::state::App;
use crate::view::{View, page};

/// Threads of one list.
const ROWS: usize = 200;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/threads", ANALYST, list), Route::get("/threads/{id}", READER, show)]
}

#[derive(Template)]
#[template(path = "threads.html")]
struct ThreadsPage<'a> {
    v: &'a View,
    rows: Vec<ThreadRow>,
    waiting: usize,
    filters: [Filter; 2],
    newest: Option<String>,
}

struct ThreadRow {
    id: String,
    standing: Chip,
    between: String,
    provider: String,
    steps: u32,
    desks: u32,
    revisit: bool,
    last: String,
    campaign: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct ThreadsQuery {
    /// `1`: those whose desk has not answered.
    #[serde(default)]
    waits: Option<String>,
}

async fn list(State(app): State<App>, view: View, Query(query): Query<ThreadsQuery>) -> PageResult {
    let mut found = app.desk().threads(view.actor()?, u32::MAX).await.settled(&view)?;
    let waiting = found.iter().filter(|record| record.waits).count();
    let only_waiting = query.waits.as_deref() == Some("1");
    found.retain(|record| record.waits || !only_waiting);
    let total = found.len();
    let mut rows = Vec::with_capacity(ROWS.min(total));
    let mut names = Names::default();
    for record in found.iter().take(ROWS) {
        let submission = app.desk().records().submission(record.submission).await.settled(&view)?;
        rows.push(ThreadRow {
            id: record.submission.to_string(),
            standing: standing(&view, Standing::parse(&record.standing), record.waits),
            between: format!("{} → {}", shown(&record.outside), shown(&record.window)),
            provider: names.of(&app, &view, record.member).await?,
            steps: record.steps,
            desks: record.desks,
            revisit: record.revisit,
            last: record.last.map(|at| view.time(&at)).unwrap_or_default(),
            campaign: submission.and_then(|record| record.campaign).map(|id| id.to_string()),
        });
    }
    let filters = [
        ("/threads", view.t("すべて", "All"), !only_waiting),
        ("/threads?waits=1", view.t("返信待ち", "Not answered"), only_waiting),
    ];
    let filters = filters.map(|(href, label, current)| Filter { href: href.to_owned(), label, current });
    let newest = newest(&view, rows.len(), total);
    Ok(page(&ThreadsPage { v: &view, rows, waiting, filters, newest }))
}

#[derive(Default)]
struct Names(BTreeMap<MemberId, String>);

impl Names {
    async fn of(&mut self, app: &App, view: &View, id: MemberId) -> Result<String, PageError> {
        if let Some(name) = self.0.get(&id) {
            return Ok(name.clone());
        }
        let member = app.desk().records().member(id).await.settled(view)?;
        let name = member.map(|member| member.name).unwrap_or_default();
        self.0.insert(id, name.clone());
        Ok(name)
    }
}

#[derive(Template)]
#[template(path = "thread.html")]
struct ThreadPage<'a> {
    v: &'a View,
    id: String,
    subject: String,
    svg: Option<String>,
    threads: Vec<OneThread>,
    notes: Vec<String>,
    waiting: Vec<String>,
    warned: bool,
}

struct OneThread {
    title: String,
    provider: Option<String>,
    standing: Chip,
    steps: Vec<StepRow>,
    signs: Vec<String>,
    unseen: usize,
    /// Nothing in it speaks for an attack.
    conversation: bool,
}

struct StepRow {
    number: usize,
    kind: Chip,
    at: String,
    after: String,
    from: String,
    subject: String,
    files: Vec<String>,
    notes: Vec<&'static str>,
    submission: Option<String>,
}

async fn show(State(app): State<App>, view: View, Path(text): Path<String>) -> PageResult {
    let start: SubmissionId = id(&view, &text)?;
    let actor = view.actor()?;
    let record = app.desk().submission_for(actor, start).await.settled(&view)?;
    let woven = app.desk().woven(actor, start).await.settled(&view)?;
    let warning = app.desk().warning_on(actor, start).await.settled(&view)?;
    let inside = view.is_analyst();
    let mut names = Names::default();
    let chosen = chosen(&woven, start);
    let mut threads = Vec::new();
    let mut lanes = Vec::new();
    for &at in &chosen {
        let Some(thread) = woven.findings.threads.get(at) else { continue };
        let provider =
            match thread.steps.first().and_then(|step| woven.submission(step.letter)).filter(|_| inside) {
                Some(record) => Some(names.of(&app, &view, record.member).await?),
                None => None,
            };
        let steps: Vec<StepRow> = thread
            .steps
            .iter()
            .enumerate()
            .filter_map(|(n, step)| step_row(&view, &woven, n, step))
            .collect();
        let marks = thread.steps.iter().map(|step| Mark {
            at: step.at,
            kind: step.kind,
            word: kind_word(&view, step.kind),
            after: step.after.map(|seconds| span(&view, seconds)).unwrap_or_default(),
        });
        lanes.push(LaneOf { label: shown(&thread.window), marks: marks.collect() });
        threads.push(OneThread {
            title: format!("{} → {}", shown(&thread.outside), shown(&thread.window)),
            provider,
            standing: standing(&view, thread.standing, thread.waits),
            steps,
            signs: thread
                .evidence
                .iter()
                .map(|e| format!("{}{}", sign(&view, e.sign), detail(&view, e.sign, &e.detail)))
                .collect(),
            unseen: thread.unseen,
            conversation: thread.standing == Standing::Conversation,
        });
    }
    let drawn = lanes.iter().any(|lane| lane.marks.iter().any(|mark| mark.at.is_some()));
    let svg = drawn.then(|| {
        Lanes::new(
            view.t("やり取りの流れ", "How the exchange went").to_owned(),
            view.t("窓口ごとの偵察・返信・攻撃と、その間隔。同じ内容が下の表にあります。", "Enquiries, answers and attacks by window, with the intervals; the tables below say the same.").to_owned(),
            &lanes,
        )
        .render()
        .unwrap_or_default()
    });
    let (notes, waiting) = match inside {
        true => (operation_notes(&view, &woven, &chosen), waiting(&app, &view, &woven, &mut names).await?),
        false => (Vec::new(), Vec::new()),
    };
    Ok(page(&ThreadPage {
        v: &view,
        subject: title(&view, &woven, &chosen, &record),
        id: text,
        svg,
        threads,
        notes,
        waiting,
        warned: warning.is_some(),
    }))
}

/// The threads to show, by their places: the one that the submission is in first, then its operator's.
fn chosen(woven: &Woven, start: SubmissionId) -> Vec<usize> {
    let holds = |at: &usize| {
        woven.findings.threads.get(*at).is_some_and(|thread| {
            let mut copies = thread.steps.iter().flat_map(|step| &step.copies);
            copies.any(|&letter| woven.submission(letter).is_some_and(|record| record.id == start))
        })
    };
    let mut out: Vec<usize> = (0..woven.findings.threads.len()).filter(holds).collect();
    for operation in &woven.findings.operations {
        if operation.threads.iter().any(|thread| out.contains(thread)) {
            let more: Vec<usize> =
                operation.threads.iter().copied().filter(|thread| !out.contains(thread)).collect();
            out.extend(more);
        }
    }
    out
}

fn step_row(view: &View, woven: &Woven, n: usize, step: &desk::thread::Step) -> Option<StepRow> {
    let letter = woven.letters.get(step.letter)?;
    let mut notes = Vec::new();
    if letter.asks_archiver && step.kind != StepKind::Reply {
        notes.push(view.t("解凍ソフトを尋ねています", "Asks for the archiver"));
    }
    if letter.cannot_open && step.kind == StepKind::Reply {
        notes.push(view.t("開けなかったとの返信", "Says that it could not be opened"));
    }
    if step.answers_unseen {
        notes.push(view.t("提供されていないメールへの返信", "Answers a mail that was not handed in"));
    }
    Some(StepRow {
        number: n + 1,
        kind: Chip::new(tone(step.kind), icon_of(step.kind), kind_word(view, step.kind)),
        at: step.at.map(|at| view.time(&at)).unwrap_or_default(),
        after: step.after.map(|seconds| span(view, seconds)).unwrap_or_default(),
        from: shown(letter.from.as_deref().unwrap_or_default()),
        subject: inert(&letter.subject),
        files: letter
            .payload
            .iter()
            .map(|file| format!("{}{}", named(&file.name), aside(view, &kinds::kind(view.lang, &file.kind))))
            .collect(),
        notes,
        submission: woven.submission(step.letter).map(|record| record.id.to_string()),
    })
}

/// What the operator did at several organisations, for analysts.
fn operation_notes(view: &View, woven: &Woven, chosen: &[usize]) -> Vec<String> {
    let mut out = Vec::new();
    for operation in &woven.findings.operations {
        if !operation.threads.iter().any(|thread| chosen.contains(thread)) {
            continue;
        }
        let (windows, seconds) = operation.windows;
        let (desks, fortnight) = (operation.desks.len(), operation.fortnight);
        if desks > 1 {
            let took = span(view, seconds);
            out.push(match view.lang {
                lexicon::Lang::Ja => format!("同じ攻撃者とみられるやり取りが {desks} 組織にあります。{windows} 窓口へ {took} のうちに、2 週間では {fortnight} 組織へ送られています。"),
                lexicon::Lang::En => format!("One operator writes to {desks} organisations: {windows} windows within {took}, {fortnight} organisations within two weeks."),
            });
        }
        for revisit in &operation.revisits {
            let (before, days) = (lexicon::time::show_date(revisit.before), revisit.days());
            out.push(match view.lang {
                lexicon::Lang::Ja => format!(
                    "再来：{} へ {days} 日ぶり（前回 {before}）に連絡しています。",
                    shown(&revisit.desk)
                ),
                lexicon::Lang::En => {
                    format!("Revisit: back at {} after {days} days (last on {before}).", shown(&revisit.desk))
                }
            });
        }
    }
    out
}

/// The desks that have his enquiry before them and have not answered.
async fn waiting(app: &App, view: &View, woven: &Woven, names: &mut Names) -> Result<Vec<String>, PageError> {
    let mut out = Vec::new();
    for thread in woven.findings.threads.iter().filter(|thread| thread.waits) {
        if let Some(record) = thread.steps.first().and_then(|step| woven.submission(step.letter)) {
            let name = names.of(app, view, record.member).await?;
            out.push(format!("{name}{}{}", view.t("：", ": "), shown(&thread.window)));
        }
    }
    Ok(out)
}

pub(super) fn standing(view: &View, standing: Standing, waits: bool) -> Chip {
    match standing {
        Standing::Rapport => Chip::new("red", "alert", view.t("やり取り型攻撃", "Rapport-building attack")),
        Standing::Forming if waits => {
            Chip::new("orange", "clock", view.t("偵察・返信待ち", "Enquiry, not answered"))
        }
        Standing::Forming => Chip::new("orange", "alert", view.t("偵察段階", "Enquiry stage")),
        Standing::Conversation => Chip::new("grey", "info", view.t("会話", "Conversation")),
    }
}

fn kind_word(view: &View, kind: StepKind) -> &'static str {
    match kind {
        StepKind::Recon => view.t("偵察", "Recon"),
        StepKind::Reply => view.t("返信", "Reply"),
        StepKind::Attack => view.t("攻撃", "Attack"),
        StepKind::Message => view.t("受信", "Message"),
    }
}

fn tone(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Recon => "orange",
        StepKind::Reply => "blue",
        StepKind::Attack => "red",
        StepKind::Message => "grey",
    }
}

fn icon_of(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Recon => "eye",
        StepKind::Reply => "send",
        StepKind::Attack => "alert",
        StepKind::Message => "inbox",
    }
}

fn sign(view: &View, sign: Sign) -> &'static str {
    match sign {
        Sign::File => view.t("返信の後に添付ファイル", "A file after an answer"),
        Sign::ArchiverAsked => view.t("解凍ソフトを尋ねる", "Asks for the archiver"),
        Sign::SentAgain => view.t("開けないとの返信の後に再送", "Sent again after it could not be opened"),
        Sign::Quick => view.t("返信から短時間で添付ファイル", "The file came soon after the answer"),
        Sign::Online => view.t("いつでもすぐに応答する", "Answers within minutes, as others have seen"),
        Sign::PasswordBeside => {
            view.t("ロックしたファイルと同じメールにパスワード", "The password beside the locked file")
        }
        Sign::Freemail => view.t("フリーメール", "Free mail"),
        Sign::Sender => view.t("差出人が疑わしい", "The sender is doubtful"),
        Sign::Parallel => view.t("複数の組織へ送信", "Writes to several organisations"),
        Sign::SameFile => view.t("同じファイルを複数の組織へ", "The same file at several organisations"),
        Sign::KnownOperator => view.t("ほかで攻撃した差出人", "The operator attacks elsewhere"),
    }
}

/// What else a sign says; nothing of other organisations where it is shown to one.
fn detail(view: &View, sign: Sign, text: &str) -> String {
    match sign {
        Sign::Quick => text.parse().map(|seconds| aside(view, &span(view, seconds))).unwrap_or_default(),
        Sign::File => {
            let (why, kind) = text.rsplit_once(' ').unwrap_or(("", text));
            let kind = kinds::kind(view.lang, kind);
            aside(
                view,
                &if why.is_empty() {
                    kind
                } else {
                    format!("{}{}{kind}", why_text(view, why), view.t("：", ": "))
                },
            )
        }
        Sign::Sender => {
            let tell = anatomy::tells::text(text);
            aside(view, &tell.map_or_else(|| inert(text), |tell| tell.of(view.lang).to_owned()))
        }
        _ => String::new(),
    }
}

/// Why a file speaks for an attack.
fn why_text(view: &View, why: &str) -> String {
    let text = match why {
        "program" => view.t("プログラム", "a program"),
        "macro" => view.t("マクロを含む", "with macros"),
        "disguised" => view.t("別の種類に見せかけた名前", "its name hides what it is"),
        "locked-rar" => view.t("ロックされた RAR 書庫", "a locked RAR archive"),
        "locked-archive" => view.t("ロックされた書庫", "a locked archive"),
        "archive" => view.t("書庫", "an archive"),
        "container" => view.t("ファイルを包む形式", "a container"),
        "page" => view.t("ウェブページ", "a web page"),
        "locked-document" => view.t("ロックされた文書", "a locked document"),
        "document" => view.t("文書", "a document"),
        other => return inert(other),
    };
    text.to_owned()
}

/// The subject of the first mail of the first thread, or of the submission itself.
fn title(view: &View, woven: &Woven, chosen: &[usize], record: &desk::records::SubmissionRecord) -> String {
    let first = chosen.first().and_then(|&at| woven.findings.threads.get(at));
    let letter =
        first.and_then(|thread| thread.steps.first()).and_then(|step| woven.letters.get(step.letter));
    let subject = letter.map(|letter| inert(&letter.subject)).filter(|subject| !subject.trim().is_empty());
    subject.unwrap_or_else(|| super::lists::subject(view, record))
}

/// `13分`, `2 h 5 min`, `89 d`.
pub(crate) fn span(view: &View, seconds: i64) -> String {
    let sign = if seconds < 0 { "−" } else { "" };
    let total = seconds.unsigned_abs();
    let (minute, hour, day) = (view.t("分", " min"), view.t("時間", " h"), view.t("日", " d"));
    let two = |large: u64, unit: &str, small: u64, small_unit: &str| match small {
        0 => format!("{sign}{large}{unit}"),
        _ => format!("{sign}{large}{unit}{}{small}{small_unit}", view.t("", " ")),
    };
    match total {
        0..60 => format!("{sign}{total}{}", view.t("秒", " s")),
        60..3600 => two(total / 60, minute, 0, ""),
        3600..86_400 => two(total / 3600, hour, total % 3600 / 60, minute),
        _ => two(total / 86_400, day, total % 86_400 / 3600, hour),
    }
}

/// For lists of times.
pub(super) fn moment(view: &View, at: Option<Timestamp>) -> String {
    at.map(|at| view.time(&at)).unwrap_or_default()
}
