//! Indicators for machines: what was released to the reader, change by change, signed.
//!
//! The body of an answer is the same byte for byte for all readers of the same SIGs, whoever reported what; its
//! SHA-256 is its `ETag`, and `Noroshi-Signature` is the hub's signature over that digest.

use axum::Json;
use axum::extract::{Query, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::IntoResponse;
use desk::feed::{Change, FEED_LIMIT, Place};
use lexicon::Text;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::types::IndicatorJson;
use super::{ApiResult, error, not_found, refuse};
use crate::routes::{Access, READER, Route};
use crate::state::App;
use crate::view::View;

/// The signature over the digest of the body.
pub(crate) const SIGNATURE: HeaderName = HeaderName::from_static("noroshi-signature");
/// Which key signed.
pub(crate) const KEY: HeaderName = HeaderName::from_static("noroshi-key");

/// The routes of this file.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/indicators", READER, list),
        Route::get("/api/v1/indicators/key", Access::Public, key),
    ]
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct FeedQuery {
    /// `next` of the answer before; without it the list begins.
    after: Option<String>,
    /// Advisories a page, 1 to 100; 100 if not given.
    limit: Option<u32>,
}

/// Changes to the indicators released to the reader.
#[derive(Serialize, ToSchema)]
pub(crate) struct FeedJson {
    /// What was asked: `after` of the request.
    after: Option<String>,
    /// True: `after` is not known (any longer), or the reader's SIGs have changed. Drop what you have; this page is the
    /// first.
    restart: bool,
    /// Pass as `after` next time; null where nothing was ever released to this reader.
    next: Option<String>,
    /// True: ask again at once, there is more.
    more: bool,
    /// Each advisory once, with its latest change, oldest change first.
    advisories: Vec<FeedAdvisory>,
}

/// An advisory and what to look for.
#[derive(Serialize, ToSchema)]
pub(crate) struct FeedAdvisory {
    id: String,
    number: String,
    version: u32,
    title: String,
    tlp: &'static str,
    /// `released`, or `withdrawn`: remove everything that this advisory brought.
    state: &'static str,
    /// When this version was released.
    released: String,
    /// When it was taken back.
    withdrawn: Option<String>,
    /// Empty where withdrawn.
    indicators: Vec<IndicatorJson>,
}

impl FeedAdvisory {
    fn of(change: &Change) -> Self {
        let advisory = change.released.item();
        let listed = if change.withdrawn.is_some() { &[][..] } else { &advisory.indicators[..] };
        Self {
            id: advisory.id.to_string(),
            number: advisory.number.clone(),
            version: advisory.version,
            title: advisory.title.clone(),
            tlp: advisory.tlp.label(),
            state: if change.withdrawn.is_some() { "withdrawn" } else { "released" },
            released: change.released.at().to_string(),
            withdrawn: change.withdrawn.map(|at| at.to_string()),
            indicators: listed.iter().map(IndicatorJson::of).collect(),
        }
    }
}

/// The key with which the hub signs.
#[derive(Serialize, ToSchema)]
pub(crate) struct KeyJson {
    /// `ed25519`.
    algorithm: &'static str,
    /// The public key: base64 of its 32 bytes.
    key: String,
    /// Its name in the header `Noroshi-Key`.
    id: String,
    /// What is signed, in words.
    signed: &'static str,
}

/// Indicators of the advisories released to the reader, as changes since `after`.
///
/// Ask without `after` for everything, then with `next` for what changed. With `If-None-Match` the answer is 304 while
/// nothing has. `Noroshi-Signature` is base64 of an Ed25519 signature over `noroshi-indicators-v1`, a NUL and the 32
/// bytes of the body's SHA-256; that digest is the `ETag`.
#[utoipa::path(get, path = "/api/v1/indicators", tag = "indicators", params(FeedQuery),
    responses((status = 200, body = FeedJson), (status = 304, description = "nothing changed"),
        (status = 404, body = super::ApiError), (status = 422, body = super::ApiError)))]
pub(crate) async fn list(
    State(app): State<App>,
    view: View,
    headers: HeaderMap,
    Query(query): Query<FeedQuery>,
) -> ApiResult {
    let actor = view.actor().map_err(|_| not_found())?;
    let after: Option<Place> = query.after.as_deref().map(str::parse).transpose().map_err(|_| {
        error(
            StatusCode::UNPROCESSABLE_ENTITY,
            Text::new(
                "after には前の応答の next の値を渡してください。最初からなら付けないでください。",
                "after takes the value of next of the answer before; leave it out to begin.",
            ),
        )
    })?;
    let feed = app.desk().feed(actor, after, query.limit.unwrap_or(FEED_LIMIT)).await.map_err(refuse)?;
    let answer = FeedJson {
        after: query.after,
        restart: feed.restart,
        next: feed.place.map(|place| place.to_string()),
        more: feed.more,
        advisories: feed.changes.iter().map(FeedAdvisory::of).collect(),
    };
    // Writing plain structs to memory does not fail.
    let body = serde_json::to_vec(&answer).unwrap_or_default();
    let signer = &app.inner.signer;
    let signed = signer.sign(&body);
    let tag = format!("\"{}\"", signed.digest);
    let known = headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|value| value.trim().trim_start_matches("W/") == tag);
    let head = [
        (ETAG, tag),
        (SIGNATURE, signed.signature),
        (KEY, signer.name()),
        (CACHE_CONTROL, "private, no-cache".to_owned()),
        (VARY, "authorization".to_owned()),
    ];
    Ok(match known {
        true => (StatusCode::NOT_MODIFIED, head).into_response(),
        false => (head, [(CONTENT_TYPE, "application/json")], body).into_response(),
    })
}

/// The public key with which the hub signs what `/api/v1/indicators` answers. Compare it over another way once.
#[utoipa::path(get, path = "/api/v1/indicators/key", tag = "indicators", responses((status = 200, body = KeyJson)))]
pub(crate) async fn key(State(app): State<App>) -> Json<KeyJson> {
    let signer = &app.inner.signer;
    Json(KeyJson {
        algorithm: "ed25519",
        key: signer.public(),
        id: signer.name(),
        signed: "\"noroshi-indicators-v1\", a NUL, and the 32 bytes of SHA-256 of the body",
    })
}
