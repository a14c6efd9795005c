//! How a campaign spread, over the API, for analysts. Organisations are numbers here too.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use desk::records::{PAGE_LIMIT, PageRequest, SubmissionFilter};
use desk::spread::{CampaignSpread, Side};
use lexicon::ids::CampaignId;
use serde::Serialize;
use utoipa::ToSchema;

use super::{ApiResult, id, not_found, refuse};
use crate::routes::{ANALYST, Route};
use crate::state::App;
use crate::view::View;

/// The routes of this file.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/campaigns/{id}/spread", ANALYST, show),
        Route::get("/api/v1/campaigns/{id}/places/{number}", ANALYST, place),
    ]
}

/// How a campaign spread.
#[derive(Serialize, ToSchema)]
pub(crate) struct SpreadJson {
    /// When the first mail arrived anywhere.
    first: Option<String>,
    /// When the last did.
    last: Option<String>,
    /// When the first advisory went out.
    released: Option<String>,
    /// What the hub learned before it (everything, where none went out).
    before: SideJson,
    /// What it learned from it on.
    after: SideJson,
    /// Where the columns of the matrix begin, and where the last ends.
    columns: Vec<String>,
    /// Organisations, in the order in which the hub learned of them.
    places: Vec<PlaceJson>,
    /// SIGs; an organisation of two stands in both.
    sectors: Vec<SectorJson>,
}

/// One side of the advisory.
#[derive(Serialize, ToSchema)]
pub(crate) struct SideJson {
    /// Organisations that the hub learned of on this side.
    places: u64,
    /// Mails that it learned of on this side.
    mails: u64,
    /// Organisations at which the first mail arrived on this side.
    arrived: u64,
}

impl From<Side> for SideJson {
    fn from(side: Side) -> Self {
        Self { places: side.places, mails: side.mails, arrived: side.arrived }
    }
}

/// One organisation, by its number.
#[derive(Serialize, ToSchema)]
pub(crate) struct PlaceJson {
    /// Its number; `/api/v1/campaigns/{id}/places/{number}` opens it.
    number: usize,
    /// Ids of its SIGs.
    sigs: Vec<String>,
    /// Mails given.
    reported: u64,
    /// Mails confirmed in answer to an advisory.
    confirmed: u64,
    first: String,
    last: String,
    /// When the hub first learned of it.
    known: String,
    /// Mails by column.
    cells: Vec<u64>,
}

/// One SIG.
#[derive(Serialize, ToSchema)]
pub(crate) struct SectorJson {
    /// Its id; null for organisations of none.
    sig: Option<String>,
    name_ja: Option<String>,
    name_en: Option<String>,
    places: u64,
    mails: u64,
    first: String,
    last: String,
    /// Mails by column.
    cells: Vec<u64>,
}

impl From<CampaignSpread> for SpreadJson {
    fn from(found: CampaignSpread) -> Self {
        let spread = &found.spread;
        let places = spread.places.iter().map(|place| PlaceJson {
            number: found.numbers.get(&place.place).copied().unwrap_or(0),
            sigs: found.of.get(&place.place).into_iter().flatten().map(ToString::to_string).collect(),
            reported: place.reported,
            confirmed: place.confirmed,
            first: place.first.to_string(),
            last: place.last.to_string(),
            known: place.known.to_string(),
            cells: place.cells.clone(),
        });
        let sectors = spread.sectors.iter().map(|sector| {
            let sig = sector.sector.and_then(|id| found.sigs.get(&id));
            SectorJson {
                sig: sector.sector.map(|id| id.to_string()),
                name_ja: sig.map(|sig| sig.name_ja.clone()),
                name_en: sig.map(|sig| sig.name_en.clone()),
                places: sector.places,
                mails: sector.mails,
                first: sector.first.to_string(),
                last: sector.last.to_string(),
                cells: sector.cells.clone(),
            }
        });
        Self {
            first: spread.span.map(|span| span.0.to_string()),
            last: spread.span.map(|span| span.1.to_string()),
            released: spread.released.map(|at| at.to_string()),
            before: spread.before.into(),
            after: spread.after.into(),
            columns: spread.columns.iter().map(ToString::to_string).collect(),
            places: places.collect(),
            sectors: sectors.collect(),
        }
    }
}

/// How a campaign spread: who, when, which SIGs, before and after the advisory.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/spread", tag = "campaigns",
    responses((status = 200, body = SpreadJson), (status = 404, body = super::ApiError)))]
pub(crate) async fn show(State(app): State<App>, view: View, Path(text): Path<String>) -> ApiResult {
    let campaign: CampaignId = id(&text)?;
    let actor = view.actor().map_err(|_| not_found())?;
    let found = app.desk().spread(actor, campaign).await.map_err(refuse)?;
    Ok(Json(SpreadJson::from(found)).into_response())
}

/// What stands behind the figures of one organisation.
#[derive(Serialize, ToSchema)]
pub(crate) struct PlaceItemsJson {
    /// Its mails in this campaign, newest first, at most 200.
    submissions: Vec<String>,
    /// Its answer "we saw it too" that counts.
    confirmation: Option<ConfirmationJson>,
}

/// An answer that counts.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConfirmationJson {
    advisory: String,
    count: u32,
    first_date: Option<String>,
    answered: String,
}

/// Opens the figures of one organisation, by its number.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/places/{number}", tag = "campaigns",
    responses((status = 200, body = PlaceItemsJson), (status = 404, body = super::ApiError)))]
pub(crate) async fn place(
    State(app): State<App>,
    view: View,
    Path((text, number)): Path<(String, String)>,
) -> ApiResult {
    let campaign: CampaignId = id(&text)?;
    let number: usize = id(&number)?;
    let actor = view.actor().map_err(|_| not_found())?;
    let found = app.desk().spread(actor, campaign).await.map_err(refuse)?;
    let member = found.numbers.iter().find(|(_, n)| **n == number).map(|(member, _)| *member);
    let member = member.ok_or_else(not_found)?;
    let filter =
        SubmissionFilter { member: Some(member), campaign: Some(campaign), ..SubmissionFilter::default() };
    let mails = app
        .desk()
        .records()
        .submissions(filter, PageRequest::first(PAGE_LIMIT))
        .await
        .map_err(|error| refuse(error.into()))?;
    let confirmation = found.confirmations.iter().find(|(_, sighting)| sighting.member == member);
    Ok(Json(PlaceItemsJson {
        submissions: mails.items.iter().map(|mail| mail.id.to_string()).collect(),
        confirmation: confirmation.map(|(advisory, sighting)| ConfirmationJson {
            advisory: advisory.to_string(),
            count: sighting.count,
            first_date: sighting.first_date.map(|date| date.to_string()),
            answered: sighting.answered.to_string(),
        }),
    })
    .into_response())
}
