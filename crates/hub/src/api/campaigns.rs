//! Campaigns over the API, for analysts.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use desk::records::PAGE_LIMIT;
use lexicon::Lang;
use lexicon::ids::CampaignId;

use super::types::{CampaignJson, CampaignSummaryJson, DraftBody, EventJson, Listed, PageQuery};
use super::{ApiResult, Body, id, not_found, refuse};
use crate::routes::{ANALYST, Route};
use crate::state::App;
use crate::view::View;

/// The routes of this file.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/campaigns", ANALYST, list),
        Route::get("/api/v1/campaigns/{id}", ANALYST, show),
        Route::post("/api/v1/campaigns/{id}/drafts", ANALYST, draft),
        Route::get("/api/v1/campaigns/{id}/history", ANALYST, history),
    ]
}

/// Lists campaigns, newest first.
#[utoipa::path(get, path = "/api/v1/campaigns", tag = "campaigns", params(PageQuery),
    responses((status = 200, body = Listed<CampaignSummaryJson>)))]
pub(crate) async fn list(State(app): State<App>, Query(query): Query<PageQuery>) -> ApiResult {
    let page =
        app.desk().records().campaigns(query.request()?).await.map_err(|error| refuse(error.into()))?;
    Ok(Json(Listed {
        items: page.items.into_iter().map(CampaignSummaryJson::from).collect(),
        next: page.next.map(|cursor| cursor.to_string()),
    })
    .into_response())
}

/// One campaign with its links and their reasons, and a page of its submissions.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}", tag = "campaigns", params(PageQuery),
    responses((status = 200, body = CampaignJson), (status = 404, body = super::ApiError)))]
pub(crate) async fn show(
    State(app): State<App>,
    Path(text): Path<String>,
    Query(query): Query<PageQuery>,
) -> ApiResult {
    let id: CampaignId = id(&text)?;
    let page = PageQuery { limit: query.limit.or(Some(PAGE_LIMIT)), ..query }.request()?;
    let records = app.desk().records();
    let failed = |error: desk::records::RecordError| refuse(error.into());
    let head = records.campaign_head(id).await.map_err(failed)?.ok_or_else(not_found)?;
    let mails = records.campaign_mails(id, page.after, page.limit).await.map_err(failed)?;
    let links = records.campaign_links(id).await.map_err(failed)?;
    Ok(Json(CampaignJson::of(head, &mails, links)).into_response())
}

/// Drafts an advisory from a campaign.
#[utoipa::path(post, path = "/api/v1/campaigns/{id}/drafts", tag = "drafts", request_body = DraftBody,
    responses((status = 201, body = super::types::DraftJson), (status = 404, body = super::ApiError)))]
pub(crate) async fn draft(
    State(app): State<App>,
    view: View,
    Path(text): Path<String>,
    Body(body): Body<DraftBody>,
) -> ApiResult {
    let campaign: CampaignId = id(&text)?;
    let actor = view.actor().map_err(|_| not_found())?;
    let lang = body.lang.as_deref().and_then(Lang::parse).unwrap_or_default();
    let id = app.desk().draft(actor, campaign, lang).await.map_err(refuse)?;
    let shown = super::drafts::draft_json(&app, actor, id).await?;
    Ok((StatusCode::CREATED, shown).into_response())
}

/// What happened to a campaign, oldest first: merges, mails that came or left, values that turned common.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/history", tag = "campaigns",
    responses((status = 200, body = Vec<EventJson>), (status = 404, body = super::ApiError)))]
pub(crate) async fn history(State(app): State<App>, Path(text): Path<String>) -> ApiResult {
    let id: CampaignId = id(&text)?;
    let records = app.desk().records();
    records.campaign_head(id).await.map_err(|error| refuse(error.into()))?.ok_or_else(not_found)?;
    let events = records.campaign_events(id).await.map_err(|error| refuse(error.into()))?;
    Ok(Json(events.into_iter().map(EventJson::from).collect::<Vec<_>>()).into_response())
}
