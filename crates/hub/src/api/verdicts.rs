//! Verdicts over the API, for analysts: what is suggested, verdicts on campaigns, and how the two agree.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use desk::judge::Suggestion;
use desk::records::{Extent, Judged};
use lexicon::ids::{CampaignId, SubmissionId};
use lexicon::{Judgement, Lang, Scheme, Text, Verdict};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::types::{Listed, PageQuery, VerdictBody};
use super::{ApiResult, Body, error, id, not_found, refuse};
use crate::routes::{ANALYST, Route};
use crate::state::App;
use crate::view::View;

/// The routes of this file.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/submissions/{id}/suggestion", ANALYST, of_submission),
        Route::get("/api/v1/campaigns/{id}/suggestion", ANALYST, of_campaign),
        Route::post("/api/v1/campaigns/{id}/verdict", ANALYST, judge_campaign),
        Route::get("/api/v1/verdicts/agreement", ANALYST, agreement),
        Route::get("/api/v1/verdicts/decisions", ANALYST, decisions),
    ]
}

/// A verdict by each scheme.
#[derive(Serialize, ToSchema)]
pub(crate) struct JudgementJson {
    /// By J-CSIP's definition.
    jcsip: &'static str,
    /// By J-CRAT's.
    jcrat: &'static str,
    /// By the National Police Agency's.
    npa: &'static str,
    /// Whether it is watched on.
    monitoring: bool,
}

impl From<Judgement> for JudgementJson {
    fn from(judgement: Judgement) -> Self {
        Self {
            jcsip: judgement.jcsip.word(),
            jcrat: judgement.jcrat.word(),
            npa: judgement.npa.word(),
            monitoring: judgement.monitoring,
        }
    }
}

/// A verdict from a request: what is not named follows from `verdict` by the schemes' definitions.
pub(crate) fn judgement(body: &VerdictBody) -> Result<Judgement, axum::response::Response> {
    let word = |word: &str| {
        word.parse::<Verdict>().map_err(|_| {
            error(
                StatusCode::UNPROCESSABLE_ENTITY,
                Text::new(
                    "verdict、jcrat、npa は targeted, recon, mass, bec, phishing, other, undetermined のいずれかです。",
                    "verdict, jcrat and npa are one of targeted, recon, mass, bec, phishing, other, undetermined",
                ),
            )
        })
    };
    let mut judgement = Judgement::from(word(&body.verdict)?).monitored(body.monitoring);
    for (scheme, given) in [(Scheme::Jcrat, &body.jcrat), (Scheme::Npa, &body.npa)] {
        if let Some(given) = given {
            judgement = judgement.with(scheme, word(given)?);
        }
    }
    Ok(judgement)
}

/// What the facts suggest.
#[derive(Serialize, ToSchema)]
pub(crate) struct SuggestionJson {
    /// What is suggested; null while nothing is dissected.
    suggested: Option<JudgementJson>,
    /// Why.
    grounds: Vec<GroundJson>,
}

/// One ground.
#[derive(Serialize, ToSchema)]
pub(crate) struct GroundJson {
    /// By which scheme: `j-csip`, `j-crat` or `npa`.
    scheme: &'static str,
    /// What kind of ground.
    kind: &'static str,
    /// The ground in English; tells by their ids.
    text: String,
    /// The same in Japanese.
    text_ja: String,
}

impl From<Option<Suggestion>> for SuggestionJson {
    fn from(suggestion: Option<Suggestion>) -> Self {
        let Some(suggestion) = suggestion else { return Self { suggested: None, grounds: Vec::new() } };
        let grounds = suggestion.grounds.iter().map(|ground| GroundJson {
            scheme: ground.scheme.word(),
            kind: ground.why.word(),
            text: ground.why.say(Lang::En),
            text_ja: ground.why.say(Lang::Ja),
        });
        Self { grounds: grounds.collect(), suggested: Some(suggestion.judgement.into()) }
    }
}

/// What the facts suggest for a mail.
#[utoipa::path(get, path = "/api/v1/submissions/{id}/suggestion", tag = "verdicts",
    responses((status = 200, body = SuggestionJson), (status = 404, body = super::ApiError)))]
pub(crate) async fn of_submission(State(app): State<App>, view: View, Path(text): Path<String>) -> ApiResult {
    let submission: SubmissionId = id(&text)?;
    let actor = view.actor().map_err(|_| not_found())?;
    let found = app.desk().suggestion(actor, submission).await.map_err(refuse)?;
    Ok(Json(SuggestionJson::from(found)).into_response())
}

/// What the facts suggest for a whole campaign.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/suggestion", tag = "verdicts",
    responses((status = 200, body = SuggestionJson), (status = 404, body = super::ApiError)))]
pub(crate) async fn of_campaign(State(app): State<App>, view: View, Path(text): Path<String>) -> ApiResult {
    let campaign: CampaignId = id(&text)?;
    let actor = view.actor().map_err(|_| not_found())?;
    let head = app.desk().records().campaign_head(campaign).await.map_err(|error| refuse(error.into()))?;
    head.ok_or_else(not_found)?;
    let found = app.desk().campaign_suggestion(actor, campaign).await.map_err(refuse)?;
    Ok(Json(SuggestionJson::from(found)).into_response())
}

/// A verdict on a campaign.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CampaignVerdictBody {
    /// `targeted`, `recon`, `mass`, `bec`, `phishing`, `other` or `undetermined`, by J-CSIP's definition.
    pub(crate) verdict: String,
    /// By J-CRAT's definition; follows from `verdict` if not given.
    #[serde(default)]
    pub(crate) jcrat: Option<String>,
    /// By the National Police Agency's definition; follows from `verdict` if not given.
    #[serde(default)]
    pub(crate) npa: Option<String>,
    /// Watch it on.
    #[serde(default)]
    pub(crate) monitoring: bool,
    /// `unjudged` (the default) or `all`.
    #[serde(default)]
    pub(crate) extent: Option<String>,
    /// Why.
    pub(crate) reason: String,
}

/// How many mails were judged.
#[derive(Serialize, ToSchema)]
pub(crate) struct JudgedJson {
    /// Mails that the verdict was given on.
    judged: u64,
}

/// Gives a verdict on a campaign and on its mails.
#[utoipa::path(post, path = "/api/v1/campaigns/{id}/verdict", tag = "verdicts", request_body = CampaignVerdictBody,
    responses((status = 200, body = JudgedJson), (status = 404, body = super::ApiError), (status = 422, body = super::ApiError)))]
pub(crate) async fn judge_campaign(
    State(app): State<App>,
    view: View,
    Path(text): Path<String>,
    Body(body): Body<CampaignVerdictBody>,
) -> ApiResult {
    let campaign: CampaignId = id(&text)?;
    let actor = view.actor().map_err(|_| not_found())?;
    let head = app.desk().records().campaign_head(campaign).await.map_err(|error| refuse(error.into()))?;
    head.ok_or_else(not_found)?;
    let extent = match body.extent.as_deref() {
        None => Extent::Unjudged,
        Some(word) => Extent::parse(word).ok_or_else(|| {
            error(
                StatusCode::UNPROCESSABLE_ENTITY,
                Text::new("extent は unjudged か all です。", "extent is unjudged or all"),
            )
        })?,
    };
    let judgement = judgement(&VerdictBody {
        verdict: body.verdict,
        jcrat: body.jcrat,
        npa: body.npa,
        monitoring: body.monitoring,
        reason: String::new(),
    })?;
    let desk = app.desk();
    let judged =
        desk.judge_campaign(actor, campaign, judgement, extent, &body.reason).await.map_err(refuse)?;
    Ok(Json(JudgedJson { judged }).into_response())
}

/// How verdicts agree with suggestions by one scheme.
#[derive(Serialize, ToSchema)]
pub(crate) struct AgreementJson {
    /// `j-csip`, `j-crat` or `npa`.
    scheme: &'static str,
    /// Decisions that decided otherwise than was suggested: the numerator.
    overruled: u64,
    /// Decisions where something was suggested: the denominator.
    of: u64,
    /// Decisions where nothing could be suggested.
    open: u64,
    /// The figures behind it; `/api/v1/verdicts/decisions` lists the decisions of each.
    figures: Vec<FigureJson>,
}

/// One figure.
#[derive(Serialize, ToSchema)]
pub(crate) struct FigureJson {
    suggested: &'static str,
    decided: &'static str,
    /// A mail judged by itself or a campaign judged as a whole counts once; of several on one thing the latest.
    decisions: u64,
}

/// How often analysts decide otherwise than was suggested.
#[utoipa::path(get, path = "/api/v1/verdicts/agreement", tag = "verdicts",
    responses((status = 200, body = Vec<AgreementJson>)))]
pub(crate) async fn agreement(State(app): State<App>) -> ApiResult {
    let mut all = Vec::new();
    for scheme in Scheme::ALL {
        let figures = app.desk().records().agreement(scheme).await.map_err(|error| refuse(error.into()))?;
        let (overruled, of, open) = crate::pages::overruled(&figures);
        let figures = figures.iter().map(|figure| FigureJson {
            suggested: figure.suggested.word(),
            decided: figure.decided.word(),
            decisions: figure.decisions,
        });
        all.push(AgreementJson { scheme: scheme.word(), overruled, of, open, figures: figures.collect() });
    }
    Ok(Json(all).into_response())
}

/// Which decisions are wanted.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct DecisionsQuery {
    /// `j-csip`, `j-crat` or `npa`.
    scheme: String,
    /// What was suggested.
    suggested: String,
    /// What was decided.
    decided: String,
    /// `next` of the page before.
    after: Option<String>,
    /// 1 to 200; 50 if not given.
    limit: Option<u32>,
}

/// One decision.
#[derive(Serialize, ToSchema)]
pub(crate) struct DecisionJson {
    /// The mail, where one was judged by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    submission: Option<String>,
    /// The campaign, where it was judged as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    campaign: Option<String>,
    suggested: JudgementJson,
    decided: JudgementJson,
    reason: String,
    at: String,
}

/// The decisions behind one figure, newest first.
#[utoipa::path(get, path = "/api/v1/verdicts/decisions", tag = "verdicts", params(DecisionsQuery),
    responses((status = 200, body = Listed<DecisionJson>), (status = 422, body = super::ApiError)))]
pub(crate) async fn decisions(State(app): State<App>, Query(query): Query<DecisionsQuery>) -> ApiResult {
    let wrong = |_| {
        error(
            StatusCode::UNPROCESSABLE_ENTITY,
            Text::new(
                "scheme は j-csip, j-crat, npa、suggested と decided は判定の語です。",
                "scheme is j-csip, j-crat or npa; suggested and decided are words of verdicts",
            ),
        )
    };
    let scheme: Scheme = query.scheme.parse().map_err(wrong)?;
    let suggested: Verdict = query.suggested.parse().map_err(wrong)?;
    let decided: Verdict = query.decided.parse().map_err(wrong)?;
    let request = PageQuery { after: query.after, limit: query.limit }.request()?;
    let found = app
        .desk()
        .records()
        .decisions(scheme, suggested, decided, request)
        .await
        .map_err(|error| refuse(error.into()))?;
    let items = found.items.into_iter().map(|decision| {
        let (submission, campaign) = match decision.about {
            Judged::Submission(id) => (Some(id.to_string()), None),
            Judged::Campaign(id) => (None, Some(id.to_string())),
        };
        DecisionJson {
            submission,
            campaign,
            suggested: decision.suggested.into(),
            decided: decision.judgement.into(),
            reason: decision.reason,
            at: decision.at.to_string(),
        }
    });
    Ok(Json(Listed { items: items.collect(), next: found.next.map(|cursor| cursor.to_string()) })
        .into_response())
}
