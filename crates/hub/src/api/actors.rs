//! Threat actors over the API, for analysts and to read only: claims are made by people on pages. No member or vendor
//! reads any of it.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use lexicon::ThreatActor;
use lexicon::ids::ThreatActorId;
use serde::Serialize;
use utoipa::ToSchema;

use super::{ApiResult, id, not_found, refuse};
use crate::routes::{ANALYST, Route};
use crate::state::App;

/// The routes of this file.
pub(crate) fn routes() -> Vec<Route> {
    vec![Route::get("/api/v1/actors", ANALYST, list), Route::get("/api/v1/actors/{id}", ANALYST, show)]
}

/// A threat actor.
#[derive(Serialize, ToSchema)]
pub(crate) struct ThreatActorJson {
    id: String,
    /// The hub's own name for it.
    name: String,
    aliases: Vec<String>,
    note: String,
    created: String,
}

impl From<ThreatActor> for ThreatActorJson {
    fn from(actor: ThreatActor) -> Self {
        Self {
            id: actor.id.to_string(),
            name: actor.name,
            aliases: actor.aliases,
            note: actor.note,
            created: actor.created.to_string(),
        }
    }
}

/// A threat actor in a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct ThreatActorRowJson {
    #[serde(flatten)]
    actor: ThreatActorJson,
    /// Campaigns with a standing claim.
    campaigns: u64,
}

/// A claim: this campaign is the work of this actor.
#[derive(Serialize, ToSchema)]
pub(crate) struct HypothesisJson {
    id: String,
    campaign: String,
    /// `c2`, `malware`, `infrastructure`, `conduct` or `report`.
    basis: &'static str,
    values: Vec<String>,
    source: String,
    /// `low`, `moderate` or `high`.
    confidence: &'static str,
    note: String,
    at: String,
    /// When it was taken back.
    withdrawn: Option<String>,
}

/// A threat actor with the claims on it.
#[derive(Serialize, ToSchema)]
pub(crate) struct ThreatActorWholeJson {
    #[serde(flatten)]
    actor: ThreatActorJson,
    /// Oldest first, those taken back too.
    claims: Vec<HypothesisJson>,
}

/// Lists threat actors by name.
#[utoipa::path(get, path = "/api/v1/actors", tag = "threat actors",
    responses((status = 200, body = Vec<ThreatActorRowJson>)))]
pub(crate) async fn list(State(app): State<App>) -> ApiResult {
    let known = app.desk().records().threat_actors().await.map_err(|error| refuse(error.into()))?;
    let rows = known
        .into_iter()
        .map(|row| ThreatActorRowJson { campaigns: row.campaigns, actor: row.actor.into() })
        .collect::<Vec<_>>();
    Ok(Json(rows).into_response())
}

/// One threat actor with the claims on it.
#[utoipa::path(get, path = "/api/v1/actors/{id}", tag = "threat actors",
    responses((status = 200, body = ThreatActorWholeJson), (status = 404, body = super::ApiError)))]
pub(crate) async fn show(State(app): State<App>, Path(text): Path<String>) -> ApiResult {
    let actor: ThreatActorId = id(&text)?;
    let records = app.desk().records();
    let known = records.threat_actor(actor).await.map_err(|error| refuse(error.into()))?;
    let claims = records.hypotheses_of(actor).await.map_err(|error| refuse(error.into()))?;
    let claims = claims.into_iter().map(|claim| HypothesisJson {
        id: claim.id.to_string(),
        campaign: claim.campaign.to_string(),
        basis: claim.basis.word(),
        values: claim.values,
        source: claim.source,
        confidence: claim.confidence.word(),
        note: claim.note,
        at: claim.at.to_string(),
        withdrawn: claim.withdrawn.map(|withdrawn| withdrawn.at.to_string()),
    });
    let whole = ThreatActorWholeJson { actor: known.ok_or_else(not_found)?.into(), claims: claims.collect() };
    Ok(Json(whole).into_response())
}
