//! One released advisory: its text, its files for machines, and the answers that come back.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use desk::sight::{Answer, SightingCount};
use lexicon::ids::{AdvisoryId, MemberId};
use lexicon::{Sighting, Text};

use super::advisory_text::AdvisoryText;
use super::answers::{Settled, again, id, see};
use super::labels::{self, Chip};
use super::problem::Problem;
use crate::error::{PageError, PageResult};
use crate::export::{Format, exported};
use crate::form::Posted;
use crate::routes::{ANALYST, ORGANISATION, READER, Route};
use crate::state::App;
use crate::view::{View, page};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/advisories/{id}", READER, show),
        Route::post("/advisories/{id}/sighting", ORGANISATION, answer),
        Route::get("/advisories/{id}/withdraw", ANALYST, before_withdrawal),
        Route::post("/advisories/{id}/withdraw", ANALYST, withdraw),
        Route::get("/advisories/{id}/{file}", READER, download),
    ]
}

#[derive(Template)]
#[template(path = "advisory.html")]
struct AdvisoryPage<'a> {
    v: &'a View,
    problems: Vec<Problem>,
    id: String,
    text: AdvisoryText,
    /// When it was taken back.
    withdrawn: Option<String>,
    /// The level of the title's heading on this page.
    level: u8,
    counts: SightingCount,
    answered: Option<Answered>,
    answer: AnswerForm,
    sightings: Vec<SightingRow>,
}

struct Answered {
    mark: Chip,
    at: String,
}

#[derive(Default)]
struct AnswerForm {
    seen: String,
    count: String,
    first_date: String,
    last_date: String,
    note: String,
}

struct SightingRow {
    member: String,
    mark: Chip,
    count: u32,
    first: String,
    last: String,
    note: String,
}

async fn show(State(app): State<App>, view: View, Path(text): Path<String>) -> PageResult {
    Ok(page(&make(&app, &view, id(&view, &text)?, None).await?))
}

async fn make<'a>(
    app: &App,
    view: &'a View,
    advisory: AdvisoryId,
    typed: Option<(Problem, &Posted)>,
) -> Result<AdvisoryPage<'a>, PageError> {
    let actor = view.actor()?;
    let released = app.desk().released_for(actor, advisory).await.settled(view)?;
    let own = match actor.member.filter(|_| view.is_organisation()) {
        Some(member) => app.desk().records().answers(advisory, member).await.settled(view)?.pop(),
        None => None,
    };
    Ok(AdvisoryPage {
        v: view,
        problems: typed.iter().map(|(problem, _)| *problem).collect(),
        id: advisory.to_string(),
        text: AdvisoryText::released(&released),
        withdrawn: app.desk().withdrawn(&released).await.settled(view)?.map(|at| view.time(&at)),
        level: 1,
        counts: app.desk().sighting_count(actor, advisory).await.settled(view)?,
        answered: own
            .as_ref()
            .map(|own| Answered { mark: labels::answer(view, Some(own.seen)), at: view.time(&own.answered) }),
        answer: match typed {
            Some((_, form)) => AnswerForm {
                seen: form.get("seen").to_owned(),
                count: form.get("count").to_owned(),
                first_date: form.get("first_date").to_owned(),
                last_date: form.get("last_date").to_owned(),
                note: form.get("note").to_owned(),
            },
            None => own.as_ref().map(earlier).unwrap_or_default(),
        },
        sightings: if view.is_analyst() { sightings(app, view, advisory).await? } else { Vec::new() },
    })
}

fn earlier(own: &Sighting) -> AnswerForm {
    AnswerForm {
        seen: if own.seen { "yes" } else { "no" }.to_owned(),
        count: if own.seen { own.count.to_string() } else { String::new() },
        first_date: own.first_date.map(|date| date.to_string()).unwrap_or_default(),
        last_date: own.last_date.map(|date| date.to_string()).unwrap_or_default(),
        note: own.note.clone(),
    }
}

async fn sightings(app: &App, view: &View, advisory: AdvisoryId) -> Result<Vec<SightingRow>, PageError> {
    let records = app.desk().records();
    let members = records.members().await.settled(view)?;
    let names: BTreeMap<MemberId, &str> =
        members.iter().map(|member| (member.id, member.name.as_str())).collect();
    let found = records.sightings(advisory).await.settled(view)?;
    Ok(found
        .iter()
        .map(|sighting| SightingRow {
            member: names.get(&sighting.member).map_or_else(|| "–".to_owned(), |name| (*name).to_owned()),
            mark: labels::answer(view, Some(sighting.seen)),
            count: sighting.count,
            first: sighting.first_date.map(|date| date.to_string()).unwrap_or_default(),
            last: sighting.last_date.map(|date| date.to_string()).unwrap_or_default(),
            note: lexicon::text::visible(&sighting.note),
        })
        .collect())
}

async fn answer(State(app): State<App>, view: View, Path(text): Path<String>, form: Posted) -> PageResult {
    let advisory: AdvisoryId = id(&view, &text)?;
    let problem = match read(&view, &form) {
        Ok(given) => match app.desk().sight(view.actor()?, advisory, given).await {
            Ok(_) => return Ok(see(&format!("/advisories/{advisory}?done=answered"))),
            Err(error) => Problem::of(&view, error)?,
        },
        Err(problem) => problem,
    };
    Ok(again(&make(&app, &view, advisory, Some((problem, &form))).await?))
}

fn read(v: &View, form: &Posted) -> Result<Answer, Problem> {
    let seen = match form.get("seen") {
        "yes" => true,
        "no" => false,
        _ => {
            let message = v.t("受信したかどうかを選んでください。", "Choose whether you saw it.");
            return Err(Problem { field: "seen", message });
        }
    };
    let count = match form.get("count").trim() {
        "" => 0,
        text => text.parse().map_err(|_| Problem {
            field: "count",
            message: v.t("件数は半角の数字で書いてください。", "Write the count in digits."),
        })?,
    };
    let date = |field: &'static str| match form.get(field).trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| Problem {
            field,
            message: v.t("日付は 2026-11-20 の形で書いてください。", "Write the date as 2026-11-20."),
        }),
    };
    let (first_date, last_date) = (date("first_date")?, date("last_date")?);
    Ok(Answer { seen, count, first_date, last_date, note: form.get("note").to_owned() })
}

#[derive(Template)]
#[template(path = "withdraw.html")]
struct WithdrawPage<'a> {
    v: &'a View,
    problems: Vec<Problem>,
    id: String,
    reason: String,
    text: AdvisoryText,
    /// The level of the text's heading on this page.
    level: u8,
}

/// The last look before a withdrawal; `None` where it was withdrawn already.
async fn withdrawal<'a>(
    app: &App,
    view: &'a View,
    advisory: AdvisoryId,
    problems: Vec<Problem>,
    reason: &str,
) -> Result<Option<WithdrawPage<'a>>, PageError> {
    let released = app.desk().released_for(view.actor()?, advisory).await.settled(view)?;
    if app.desk().withdrawn(&released).await.settled(view)?.is_some() {
        return Ok(None);
    }
    Ok(Some(WithdrawPage {
        v: view,
        problems,
        id: advisory.to_string(),
        reason: reason.to_owned(),
        text: AdvisoryText::released(&released),
        level: 3,
    }))
}

async fn before_withdrawal(State(app): State<App>, view: View, Path(text): Path<String>) -> PageResult {
    let advisory: AdvisoryId = id(&view, &text)?;
    Ok(match withdrawal(&app, &view, advisory, Vec::new(), "").await? {
        Some(shown) => page(&shown),
        None => see(&format!("/advisories/{advisory}")),
    })
}

async fn withdraw(State(app): State<App>, view: View, Path(text): Path<String>, form: Posted) -> PageResult {
    let advisory: AdvisoryId = id(&view, &text)?;
    match app.desk().withdraw_release(view.actor()?, advisory, form.get("reason")).await {
        Ok(()) => Ok(see(&format!("/advisories/{advisory}?done=withdrawn"))),
        Err(error) => {
            let problem = Problem::of(&view, error)?;
            match withdrawal(&app, &view, advisory, vec![problem], form.get("reason")).await? {
                Some(shown) => Ok(again(&shown)),
                None => Ok(see(&format!("/advisories/{advisory}"))),
            }
        }
    }
}

async fn download(
    State(app): State<App>,
    view: View,
    Path((text, file)): Path<(String, String)>,
) -> PageResult {
    // Whole file names only: `stix` alone is an API word.
    let format =
        Format::parse(&file).filter(|_| file.contains('.')).ok_or_else(|| PageError::not_found(&view))?;
    let released = app.desk().released_for(view.actor()?, id(&view, &text)?).await.settled(&view)?;
    if app.desk().withdrawn(&released).await.settled(&view)?.is_some() {
        let message = Text::new(
            "この注意喚起は取り下げられました。インディケータは使わないでください。",
            "This advisory was withdrawn; do not use its indicators.",
        );
        return Err(PageError::new(&view, StatusCode::GONE, message));
    }
    Ok(exported(&released, format, &app.settings().name))
}
