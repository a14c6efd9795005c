//! Answers to many advisories at once, as a sweep gives them.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use desk::sight::Answer;
use desk::{Actor, DeskError};
use lexicon::Text;
use lexicon::ids::AdvisoryId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::types::SightingBody;
use super::{ApiResult, Body, error, not_found, refuse};
use crate::routes::{ORGANISATION, Route};
use crate::state::App;
use crate::view::View;

/// The most answers of one request.
const ANSWERS: usize = 500;

/// The routes of this file.
pub(crate) fn routes() -> Vec<Route> {
    vec![Route::post("/api/v1/sightings", ORGANISATION, sight)]
}

/// Answers to several advisories.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SightingsBody {
    /// At most 500.
    sightings: Vec<AdvisorySighting>,
}

/// An answer to one advisory.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AdvisorySighting {
    /// The advisory's id.
    advisory: String,
    /// "We saw it too" (true) or "we did not" (false).
    seen: bool,
    /// How many mails or communications; needed where seen.
    #[serde(default)]
    count: u32,
    /// The date of the first, `YYYY-MM-DD`.
    #[serde(default)]
    first_date: Option<String>,
    /// The date of the last.
    #[serde(default)]
    last_date: Option<String>,
    /// A word to the analysts.
    #[serde(default)]
    note: String,
}

/// What became of each answer, in their order.
#[derive(Serialize, ToSchema)]
pub(crate) struct SightingsJson {
    sightings: Vec<SightingReceipt>,
}

/// What became of an answer.
#[derive(Serialize, ToSchema)]
pub(crate) struct SightingReceipt {
    advisory: String,
    /// `recorded`; `unchanged`, where it says what your latest answer said; `not_found`; `invalid`.
    state: &'static str,
    /// The answer that now counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_ja: Option<&'static str>,
}

/// Reads the texts of an answer; says what is wrong with them.
pub(crate) fn read(body: SightingBody) -> Result<Answer, Text> {
    let date = |text: Option<String>| {
        text.filter(|date| !date.is_empty()).map(|date| date.parse()).transpose().map_err(|_| {
            Text::new(
                "first_date と last_date は YYYY-MM-DD の形で書いてください。",
                "first_date and last_date have the form YYYY-MM-DD",
            )
        })
    };
    Ok(Answer {
        seen: body.seen,
        count: body.count,
        first_date: date(body.first_date)?,
        last_date: date(body.last_date)?,
        note: body.note,
    })
}

/// Answers several advisories at once. Each answer stands for itself; the same answer again changes nothing.
#[utoipa::path(post, path = "/api/v1/sightings", tag = "advisories", request_body = SightingsBody,
    responses((status = 200, body = SightingsJson), (status = 404, body = super::ApiError), (status = 422, body = super::ApiError)))]
pub(crate) async fn sight(State(app): State<App>, view: View, Body(body): Body<SightingsBody>) -> ApiResult {
    let actor = view.actor().map_err(|_| not_found())?;
    if body.sightings.len() > ANSWERS {
        return Err(error(
            StatusCode::UNPROCESSABLE_ENTITY,
            Text::new("1 回に送れる回答は 500 件までです。", "one request takes 500 answers at most"),
        ));
    }
    let mut sightings = Vec::with_capacity(body.sightings.len());
    for one in body.sightings {
        sightings.push(receipt(&app, actor, one).await?);
    }
    Ok(Json(SightingsJson { sightings }).into_response())
}

async fn receipt(app: &App, actor: &Actor, one: AdvisorySighting) -> Result<SightingReceipt, Response> {
    let AdvisorySighting { advisory, seen, count, first_date, last_date, note } = one;
    let told = |state, id: Option<String>, message: Option<Text>| SightingReceipt {
        advisory: advisory.clone(),
        state,
        id,
        error: message.map(|message| message.en),
        error_ja: message.map(|message| message.ja),
    };
    let Ok(id) = advisory.parse::<AdvisoryId>() else { return Ok(told("not_found", None, None)) };
    let answer = match read(SightingBody { seen, count, first_date, last_date, note }) {
        Ok(answer) => answer,
        Err(message) => return Ok(told("invalid", None, Some(message))),
    };
    match app.desk().sight(actor, id, answer).await {
        Ok(recorded) => {
            let state = if recorded.already { "unchanged" } else { "recorded" };
            Ok(told(state, Some(recorded.id.to_string()), None))
        }
        Err(DeskError::NotFound(_)) => Ok(told("not_found", None, None)),
        Err(DeskError::Invalid { message, .. }) => Ok(told("invalid", None, Some(message))),
        Err(other) => Err(refuse(other)),
    }
}
