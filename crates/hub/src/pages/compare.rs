//! Two mails side by side, with the changed words marked: what an attacker fills into a template.

use askama::Template;
use axum::extract::{Path, State};
use desk::compare::{Compared, Diff, Hole, Piece};
use lexicon::ids::SubmissionId;

use super::answers::{Settled, id};
use super::campaign::{percent, subject_of};
use super::labels;
use super::lists::{SubmissionRow, inert, shown};
use super::pins::{self, PinRow};
use super::problem::Problem;
use super::reasons::{strength, value_text};
use crate::error::{PageError, PageResult};
use crate::form::Posted;
use crate::routes::{ANALYST, Route};
use crate::state::App;
use crate::view::{View, page};

/// Holes listed.
const HOLES: usize = 60;
/// Characters of one hole in the list.
const LONG: usize = 200;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/submissions/{id}/diff/{other}", ANALYST, show)]
}

#[derive(Template)]
#[template(path = "compare.html")]
struct ComparePage<'a> {
    v: &'a View,
    problems: Vec<Problem>,
    pins: Vec<PinRow>,
    same: String,
    note: String,
    a: SubmissionRow,
    b: SubmissionRow,
    campaign: Option<String>,
    /// The campaign's subject.
    crumb: String,
    alike: u32,
    coarse: bool,
    reasons: Vec<String>,
    subject: [Vec<Run>; 2],
    sender: [Vec<Run>; 2],
    text: [Vec<Run>; 2],
    template: Vec<Run>,
    holes: Vec<HoleRow>,
    more: usize,
}

/// A run of text, marked or not. Its number is the hole's.
struct Run {
    text: String,
    hole: usize,
    empty: bool,
}

struct HoleRow {
    number: usize,
    kind: &'static str,
    a: String,
    b: String,
}

async fn show(State(app): State<App>, view: View, Path((one, other)): Path<(String, String)>) -> PageResult {
    let (a, b): (SubmissionId, SubmissionId) = (id(&view, &one)?, id(&view, &other)?);
    Ok(page(&make(&app, &view, a, b, Vec::new(), None).await?))
}

/// The page once more, with what is wrong with the form of a pin.
pub(super) async fn again(
    app: &App,
    view: &View,
    a: SubmissionId,
    b: SubmissionId,
    problem: Problem,
    form: &Posted,
) -> PageResult {
    Ok(super::answers::again(&make(app, view, a, b, vec![problem], Some(form)).await?))
}

async fn make<'a>(
    app: &App,
    v: &'a View,
    a: SubmissionId,
    b: SubmissionId,
    problems: Vec<Problem>,
    sent: Option<&Posted>,
) -> Result<ComparePage<'a>, PageError> {
    let compared = app.desk().compare(v.actor()?, a, b).await.settled(v)?;
    let pins = pins::of_pair(app, v, a, b).await?;
    let Compared { a, b, subject, sender, text, link } = &compared;
    let campaign = a.campaign.filter(|_| a.campaign == b.campaign);
    let crumb = match campaign {
        Some(id) => subject_of(v, &app.desk().records().campaign_mails(id, None, 1).await.settled(v)?),
        None => String::new(),
    };
    let holes: Vec<HoleRow> = text
        .changes()
        .zip(1..)
        .take(HOLES)
        .map(|((a, b, hole), number)| HoleRow { number, kind: kind(v, hole), a: cut(a), b: cut(b) })
        .collect();
    let reasons = link.iter().flat_map(|link| &link.reasons).map(|reason| {
        format!(
            "{}{}{}{}",
            labels::reason_kind(v, reason.kind),
            v.t("：", ": "),
            value_text(v, reason.kind, &reason.value),
            strength(v, percent(reason.weight))
        )
    });
    Ok(ComparePage {
        v,
        problems,
        pins,
        same: sent.map(|form| form.get("same").to_owned()).unwrap_or_default(),
        note: sent.map(|form| form.get("note").to_owned()).unwrap_or_default(),
        campaign: campaign.map(|id| id.to_string()),
        crumb,
        alike: percent(text.alike),
        coarse: text.coarse,
        reasons: reasons.collect(),
        subject: [side(subject, true, &inert), side(subject, false, &inert)],
        sender: [side(sender, true, &line), side(sender, false, &line)],
        text: [side(text, true, &several), side(text, false, &several)],
        template: template(text),
        more: text.changes().count().saturating_sub(HOLES),
        holes,
        a: SubmissionRow::of(v, a),
        b: SubmissionRow::of(v, b),
    })
}

/// One line of a mail, harmless.
fn line(text: &str) -> String {
    shown(text)
}

/// Several lines of a mail, harmless, their breaks kept.
fn several(text: &str) -> String {
    text.split('\n').map(|line| inert(line.trim_end_matches('\r'))).collect::<Vec<_>>().join("\n")
}

fn cut(text: &str) -> String {
    let text = inert(text.trim());
    if text.chars().count() <= LONG { text } else { text.chars().take(LONG).chain(['…']).collect() }
}

/// One side with its changed words.
fn side(diff: &Diff, first: bool, harmless: &dyn Fn(&str) -> String) -> Vec<Run> {
    let mut number = 0;
    diff.pieces
        .iter()
        .map(|piece| match piece {
            Piece::Same(text) => Run { text: harmless(text), hole: 0, empty: false },
            Piece::Changed { a, b, .. } => {
                number += 1;
                let own = if first { a } else { b };
                Run { text: harmless(own), hole: number, empty: own.trim().is_empty() }
            }
        })
        .collect()
}

/// The template: what both have, with numbered holes.
fn template(diff: &Diff) -> Vec<Run> {
    let mut number = 0;
    diff.pieces
        .iter()
        .map(|piece| match piece {
            Piece::Same(text) => Run { text: several(text), hole: 0, empty: false },
            Piece::Changed { .. } => {
                number += 1;
                Run { text: format!("〔{number}〕"), hole: number, empty: false }
            }
        })
        .collect()
}

fn kind(v: &View, hole: Hole) -> &'static str {
    match hole {
        Hole::Link => v.t("リンクの一部", "Part of a link"),
        Hole::Address => v.t("メールアドレスの一部", "Part of an address"),
        Hole::Number => v.t("数字", "Number"),
        Hole::Words => v.t("語句", "Words"),
        Hole::Added => v.t("2 通目だけにある", "Only in the second"),
        Hole::Removed => v.t("1 通目だけにある", "Only in the first"),
    }
}
