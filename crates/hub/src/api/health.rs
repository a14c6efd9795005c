//! Is the hub well, and what does it measure.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use lexicon::Role;

use super::{ApiResult, refuse};
use crate::routes::{Access, Route};
use crate::state::App;

/// The routes of this file.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/healthz", Access::Public, healthz),
        Route::get("/metrics", Access::Roles(&[Role::Administrator, Role::Analyst]), metrics),
    ]
}

/// Whether the records answer.
#[utoipa::path(get, path = "/healthz", tag = "operation",
    responses((status = 200, description = "well"), (status = 503, description = "the records do not answer")))]
pub(crate) async fn healthz(State(app): State<App>) -> Response {
    match app.desk().records().queue().await {
        Ok(_) => Json(serde_json::json!({ "status": "ok" })).into_response(),
        Err(_) => {
            (StatusCode::SERVICE_UNAVAILABLE, Json(serde_json::json!({ "status": "records unavailable" })))
                .into_response()
        }
    }
}

/// Figures in Prometheus' text form. They tell how busy the hub is, so a token is needed.
#[utoipa::path(get, path = "/metrics", tag = "operation", responses((status = 200, description = "figures")))]
pub(crate) async fn metrics(State(app): State<App>) -> ApiResult {
    let queue = app.desk().records().queue().await.map_err(|error| refuse(error.into()))?;
    for (state, count) in [
        ("received", queue.received),
        ("dissecting", queue.dissecting),
        ("dissected", queue.dissected),
        ("judged", queue.judged),
    ] {
        metrics::gauge!("noroshi_submissions", "state" => state).set(count as f64);
    }
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4")], app.inner.metrics.render()).into_response())
}
